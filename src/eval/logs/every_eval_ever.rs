//! Records of Every Eval Ever 0.3: `UUID_samples.jsonl`, a row for each sample and result, beside `UUID.json`, which has
//! aggregates alone.
//!
//! A sample stands once for each metric that it was scored by, which is no attempt: the result's id tells them apart. An
//! epoch stands in the metadata. The standard is harness-neutral, so that both converters of others and our own writer
//! are read by it.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{count, number, said};
use super::told::{Bad, Said, Told, outcome};
use super::{Cells, Context, Format, Options, chat};
use crate::eval::table::Outcome;
use crate::source::value::Value;

pub(super) struct EveryEvalEver;

const COLUMNS: [&str; 14] = [
    "evaluation_id",
    "model_id",
    "evaluation_name",
    "evaluation_result_id",
    "sample_id",
    "input",
    "output",
    "messages",
    "answer_attribution",
    "evaluation",
    "token_usage",
    "error",
    "metadata",
    "interaction_type",
];

impl Format for EveryEvalEver {
    fn name(&self) -> &'static str {
        "every-eval-ever"
    }

    fn keys(&self) -> &'static str {
        "schema_version, evaluation_id, sample_id, evaluation; or evaluation_id, evaluation_results"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        match look.shape {
            Shape::Rows(_) => {
                look.has_rows_with(&["schema_version", "evaluation_id", "sample_id", "evaluation"])
            }
            Shape::Document(_) => {
                let keys = [
                    "schema_version",
                    "evaluation_id",
                    "evaluation_results",
                    "model_info",
                ];
                keys.iter().all(|key| look.has(key))
            }
            Shape::Archive(_) => false,
        }
    }

    fn columns(&self, _: &Look<'_>, _: &Options) -> Vec<String> {
        COLUMNS.map(str::to_owned).to_vec()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        _: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let recorded = recorded(cells);
        let (benchmark, reading) = named(cells.said("evaluation_name"));
        let input = cells.take("input");
        let field = |name: &str| said(input.clone().field(name));
        let model = cells.said("model_id");
        let metadata = cells.take("metadata");
        let epoch = count(&metadata.clone().field("epoch"));
        let one = Told {
            run: run(model.as_deref(), cells.said("evaluation_id").as_deref()),
            benchmark,
            gold: said(input.clone().field("reference")),
            attempt: epoch.map(|epoch| u64::from(epoch.saturating_sub(1))),
            filter: cells
                .said("evaluation_result_id")
                .or_else(|| reading.clone()),
            answer: attributed(cells.take("answer_attribution")),
            tokens: count(&cells.take("token_usage").field("output_tokens"))
                .or_else(|| count(&metadata.clone().field("output_tokens"))),
            finished: metadata
                .clone()
                .field("finished")
                .truth()
                .or_else(|| metadata.clone().field("stop_reason").finished()),
            said: Said {
                model,
                prompt: field("formatted"),
                temperature: number(&metadata.clone().field("temperature")),
                top_p: number(&metadata.clone().field("top_p")),
                max_tokens: count(&metadata.clone().field("max_tokens")),
                template: said(metadata.clone().field("template")),
                grader: said(metadata.field("grader")).or(reading),
            },
            ..Told::of(
                cells.said("sample_id"),
                field("raw").filter(|raw| !raw.is_empty()),
            )
        };
        let texts = cells
            .take("output")
            .field("raw")
            .list()
            .map_err(|_| Bad::WrongType)?;
        let mut texts: Vec<_> = texts.unwrap_or_default().into_iter().map(said).collect();
        if texts.is_empty() {
            texts.push(chat::last(cells.take("messages"), "assistant"));
        }
        let alone = texts.len() == 1;
        for (at, text) in texts.into_iter().enumerate() {
            let response = text.filter(|text| !text.is_empty());
            // Converters put the whole response where they know no answer.
            let answer = one
                .answer
                .clone()
                .filter(|answer| Some(answer) != response.as_ref());
            told.push(Told {
                recorded: if alone { recorded } else { None },
                attempt: if alone { one.attempt } else { Some(at as u64) },
                answer: answer.filter(|_| alone),
                response,
                ..one.clone()
            });
        }
        Ok(())
    }

    fn remarks(&self) -> &'static [&'static str] {
        &["may have means over epochs for scores: what is neither 0 nor 1 is graded again"]
    }

    /// An aggregate has no attempts: its samples are the file beside it.
    fn document<'a>(
        &self,
        _: Value<'a>,
        _: &Context<'_>,
        _: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        Err(Bad::NoAttempt)
    }
}

/// What a record says of its attempt: unknown of one that failed, and nothing where the score is no verdict. Converters put
/// the mean over epochs there, and call all of it right that is not 0.
fn recorded(cells: &mut Cells<'_, '_>) -> Option<Outcome> {
    let evaluation = cells.take("evaluation");
    if !cells.get("error").is_absent() {
        return Some(Outcome::Unknown);
    }
    let score = number(&evaluation.clone().field("score"));
    match (score, evaluation.field("is_correct").truth()?) {
        (None | Some(1.0), true) => Some(outcome(true)),
        (None | Some(0.0), false) => Some(outcome(false)),
        _ => None,
    }
}

/// A run's name: the model, and what tells its evaluation from others of the same.
fn run(model: Option<&str>, evaluation: Option<&str>) -> Option<Cow<'static, str>> {
    let last = evaluation?.rsplit('/').next()?;
    Some(match model {
        Some(model) if last.is_empty() => model.to_owned().into(),
        Some(model) => format!("{model} {last}").into(),
        None => evaluation?.to_owned().into(),
    })
}

/// `benchmark/reading` in the name of an evaluation.
fn named(name: Option<Cow<'_, str>>) -> (Option<Cow<'_, str>>, Option<Cow<'_, str>>) {
    let Some(name) = name else {
        return (None, None);
    };
    match name.split_once('/') {
        Some((benchmark, reading)) => (
            Some(benchmark.to_owned().into()),
            Some(reading.to_owned().into()),
        ),
        None => (Some(name), None),
    }
}

/// The last answer that was extracted at the end.
fn attributed(attributions: Value<'_>) -> Option<Cow<'_, str>> {
    let attributions = attributions.list().ok().flatten()?;
    let is_last = |one: &Value<'_>| one.clone().field("is_terminal").truth() != Some(false);
    let found = attributions.into_iter().rev().find(is_last)?;
    said(found.field("extracted_value")).filter(|answer| !answer.is_empty())
}
