//! Logs of inspect_ai: `.eval`, a ZIP with an entry for each sample and epoch, and `.json`, all of it in one object.
//!
//! A sample is scored by several scorers, of which one is read: the headline's, or the one that `--filter` names. `C` is
//! right, `I` and `N` are wrong, `P` is partial credit and neither; NaN is no score, and such a sample is graded by us. A
//! sample that failed has no scores: it is an attempt of which nothing is known. Long texts stand once, under
//! `attachments`, and elsewhere as `attachment://HASH`.

use std::borrow::Cow;

use super::open::{Archive, Look, Shape};
use super::row::{count, grade, number, said};
use super::told::{Bad, Said, Told, outcome};
use super::{Context, Format, Take, chat};
use crate::Result;
use crate::eval::table::Outcome;
use crate::source::text;
use crate::source::value::Value;

pub(super) struct Inspect;

/// The log without its samples.
const HEADER: &str = "header.json";

/// The same as far as it is known when a log begins: all there is of one that was killed.
const START: &str = "_journal/start.json";

/// The keys of a sample that are read; its events are many times as long.
const SAMPLE: [&str; 8] = [
    "id", "epoch", "input", "target", "output", "scores", "error", "limit",
];

const ATTACHED: &str = "attachment://";

impl Format for Inspect {
    fn name(&self) -> &'static str {
        "inspect-ai"
    }

    fn keys(&self) -> &'static str {
        "header.json and samples/ in a ZIP; or eval, status, samples"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        match look.shape {
            Shape::Archive(entries) => {
                let has = |name: &str| entries.iter().any(|entry| entry == name);
                has(HEADER) || has(START)
            }
            Shape::Document(_) => ["eval", "status", "samples"]
                .iter()
                .all(|key| look.has(key)),
            Shape::Rows(_) => false,
        }
    }

    fn archive(
        &self,
        archive: &mut Archive,
        context: &Context<'_>,
        take: &mut Take<'_>,
    ) -> Result<()> {
        let header = match archive.text(HEADER)? {
            Some(header) => Some(header),
            None => archive.text(START)?,
        };
        let header = header
            .as_deref()
            .and_then(|header| text::wanted(header, &HEADER_KEYS));
        let log = Log::new(header.unwrap_or_default(), context);
        let is_sample = |entry: &&String| entry.starts_with("samples/") && entry.ends_with(".json");
        let entries: Vec<String> = archive.entries.iter().filter(is_sample).cloned().collect();
        for entry in entries {
            let Some(sample) = archive.text(&entry)? else {
                take(Err(Bad::TooLarge));
                continue;
            };
            match log.sample(&sample) {
                Ok(told) => take(Ok(vec![told])),
                Err(bad) => take(Err(bad)),
            }
        }
        Ok(())
    }

    fn document<'a>(
        &self,
        _: Value<'a>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let header = text::wanted(context.document, &HEADER_KEYS).ok_or(Bad::Json)?;
        let log = Log::new(header, context);
        let samples = text::items(context.document, "samples").ok_or(Bad::WrongType)?;
        for sample in &samples {
            // One that says nothing is counted where attempts are.
            told.push(
                log.sample(sample)
                    .map_or_else(|_| Told::default(), Told::into_owned),
            );
        }
        Ok(())
    }
}

/// The keys of a log that are read, beside its samples.
const HEADER_KEYS: [&str; 3] = ["eval", "plan", "results"];

/// What a log says of all its samples.
struct Log {
    benchmark: Option<String>,
    /// The scorer that is read; none where no header says which there are.
    scorer: Option<String>,
    said: Said<'static>,
}

impl Log {
    fn new(header: Vec<Value<'_>>, context: &Context<'_>) -> Self {
        let mut parts = header.into_iter().map(Value::into_owned);
        let mut next = || parts.next().unwrap_or(Value::Missing);
        let (eval, plan, results) = (next(), next(), next());
        let config = match eval.clone().field("model_generate_config") {
            config @ Value::Object(_) => config,
            _ => plan.clone().field("config"),
        };
        let scorer = context
            .options
            .filter
            .clone()
            .or_else(|| scorer(&eval, &results));
        let task = said(eval.clone().field("task"));
        Self {
            benchmark: task.map(|task| task.rsplit('/').next().unwrap_or_default().to_owned()),
            said: Said {
                model: said(eval.field("model")),
                template: template(plan.field("steps")),
                temperature: number(&config.clone().field("temperature")),
                top_p: number(&config.clone().field("top_p")),
                max_tokens: count(&config.field("max_tokens")),
                grader: scorer.clone().map(Cow::Owned),
                ..Said::default()
            },
            scorer,
        }
    }

    /// What a sample tells.
    fn sample<'t>(&self, sample: &'t str) -> Result<Told<'t>, Bad> {
        let cells = text::wanted(sample, &SAMPLE).ok_or(Bad::Json)?;
        let [id, epoch, input, target, output, scores, error, limit] =
            <[Value<'t>; 8]>::try_from(cells).map_err(|_| Bad::WrongType)?;
        let attached = Attached { sample };
        let is_failed = !error.is_absent();
        let score = self.score(scores);
        let graded = score
            .clone()
            .and_then(|score| verdict(&score.field("value")));
        let (response, ended, tokens) = said_by(output);
        let is_limited = !limit.is_absent();
        Ok(Told {
            benchmark: self.benchmark.clone().map(Cow::Owned),
            gold: said(target).map(|target| attached.text(target)),
            attempt: count(&epoch).map(|epoch| u64::from(epoch.saturating_sub(1))),
            recorded: graded.or(is_failed.then_some(Outcome::Unknown)),
            answer: score
                .and_then(|score| said(score.field("answer")))
                .map(|answer| attached.text(answer)),
            response: response.map(|response| attached.text(response)),
            tokens,
            finished: if is_limited { Some(false) } else { ended },
            said: self.said.clone(),
            ..Told::of(
                said(id),
                chat::last(input, "user").map(|asked| attached.text(asked)),
            )
        })
    }

    /// The score by the scorer that is read; where no header says which, the first that decides.
    fn score<'t>(&self, scores: Value<'t>) -> Option<Value<'t>> {
        let Value::Object(scores) = scores else {
            return None;
        };
        let is_it = |name: &str, score: &Value<'_>| match &self.scorer {
            Some(scorer) => name == scorer,
            None => verdict(&score.clone().field("value"))
                .is_some_and(|outcome| outcome != Outcome::Unknown),
        };
        let found = scores.into_iter().find(|(name, score)| is_it(name, score));
        found.map(|(_, score)| score)
    }
}

/// The scorer that is read: the headline's where it counts right answers, else the first that does, else the headline's.
fn scorer(eval: &Value<'_>, results: &Value<'_>) -> Option<String> {
    let list = |value: Value<'static>| value.list().ok().flatten().unwrap_or_default();
    let scores = list(results.clone().into_owned().field("scores"));
    let counts = |score: &Value<'_>| {
        !matches!(
            score.clone().field("metrics").field("accuracy"),
            Value::Missing
        )
    };
    let name = |score: Value<'static>| {
        let scorer = said(score.clone().field("scorer")).or_else(|| said(score.field("name")));
        scorer.map(Cow::into_owned)
    };
    let headline = said(results.clone().field("headline").field("scorer")).map(Cow::into_owned);
    let counting: Vec<String> = scores.into_iter().filter(counts).filter_map(name).collect();
    if let Some(headline) = headline
        .as_ref()
        .filter(|headline| counting.contains(headline))
    {
        return Some(headline.clone());
    }
    let declared = list(eval.clone().into_owned().field("scorers"));
    let promises = |scorer: &Value<'static>| {
        let metrics = list(scorer.clone().field("metrics"));
        let mut names = metrics
            .into_iter()
            .filter_map(|metric| said(metric.field("name")));
        names.any(|name| name.ends_with("accuracy"))
    };
    counting
        .into_iter()
        .next()
        .or_else(|| declared.into_iter().find(promises).and_then(name))
        .or(headline)
}

/// The form of the prompt: the solvers, with a hash of what they were given.
fn template(steps: Value<'static>) -> Option<Cow<'static, str>> {
    let steps = steps.list().ok().flatten()?;
    let named = steps.into_iter().filter_map(|step| {
        let solver = said(step.clone().field("solver"))?;
        let given = match step.field("params_passed") {
            Value::Object(given) if !given.is_empty() => format!("{given:?}"),
            _ => return Some(solver.into_owned()),
        };
        let hash = blake3::hash(given.as_bytes()).to_hex();
        Some(format!("{solver} {}", &hash[..8]))
    });
    let named: Vec<String> = named.collect();
    (!named.is_empty()).then(|| named.join(", ").into())
}

/// The verdict that a score's value is; none of no score.
fn verdict(value: &Value<'_>) -> Option<Outcome> {
    match value {
        Value::Text(letter) => match letter.as_ref() {
            "C" => Some(outcome(true)),
            "I" | "N" => Some(outcome(false)),
            "P" => Some(Outcome::Unknown),
            _ => grade(value),
        },
        Value::Object(fields) if fields.len() == 1 => verdict(&fields[0].1),
        value => grade(value),
    }
}

/// The response, whether it ended by itself, and its tokens.
fn said_by(output: Value<'_>) -> (Option<Cow<'_, str>>, Option<bool>, Option<u32>) {
    let tokens = count(&output.clone().field("usage").field("output_tokens"));
    let choices = output.clone().field("choices").list().ok().flatten();
    let choice = choices.and_then(|choices| choices.into_iter().next());
    let choice = choice.unwrap_or(Value::Missing);
    let ended = choice.clone().field("stop_reason").finished();
    let completion = match output.field("completion") {
        Value::Text(text) if !text.is_empty() => Some(text),
        _ => chat::content(choice.field("message").field("content")),
    };
    (completion.filter(|text| !text.is_empty()), ended, tokens)
}

/// The long texts of a sample, which stand once.
#[derive(Clone, Copy)]
struct Attached<'t> {
    sample: &'t str,
}

impl<'t> Attached<'t> {
    /// A text, or the one that it refers to; a reference to nothing stays as it is.
    fn text(self, text: Cow<'t, str>) -> Cow<'t, str> {
        let Some(hash) = text.strip_prefix(ATTACHED) else {
            return text;
        };
        let attached =
            text::wanted(self.sample, &["attachments"]).and_then(|mut cells| cells.pop());
        match attached.map(|attached| attached.field(hash)) {
            Some(Value::Text(found)) => found,
            _ => text,
        }
    }
}
