//! `samples_*.jsonl` of lm-evaluation-harness: a row for each document and filter.
//!
//! A filter is a way to read the answer out of a response, and no attempt: read as attempts, a filter that finds nothing
//! halves the average and leaves the coverage. Older files have no column that says which filter a row is of; then the
//! order of a document's rows does. All repeats are in `resps`, but the metric of a stock task is of the first alone, so
//! that the others are graded by us.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{count, grade, number, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::eval::table::Outcome;
use crate::source::value::Value;

pub(super) struct LmEval;

/// The columns that are read beside those of metrics.
const COLUMNS: [&str; 8] = [
    "doc_id",
    "doc",
    "target",
    "arguments",
    "resps",
    "filtered_resps",
    "filter",
    "metrics",
];

/// Metrics that say whether an answer is right, the surest first.
const METRICS: [&str; 7] = [
    "exact_match",
    "math_verify",
    "acc",
    "acc_norm",
    "pass@1",
    "extractive_match",
    "correct",
];

/// Where documents have their question.
const QUESTIONS: [&str; 6] = [
    "problem", "Problem", "question", "Question", "prompt", "query",
];

/// Where documents have their own id.
const IDS: [&str; 6] = [
    "id",
    "ID",
    "unique_id",
    "problem_id",
    "question_id",
    "Problem ID",
];

/// Where documents have their answer, if `target` has none.
const GOLDS: [&str; 5] = ["answer", "Answer", "answer_number", "gold", "final_answer"];

impl Format for LmEval {
    fn name(&self) -> &'static str {
        "lm-eval"
    }

    fn keys(&self) -> &'static str {
        "doc_id, doc, resps, filtered_resps"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["doc_id", "resps"])
            && (look.has("filtered_resps") || look.has("doc"))
            && !look.has("exact_matches")
    }

    fn columns(&self, look: &Look<'_>, _: &Options) -> Vec<String> {
        let named = match look.shape {
            Shape::Rows(_) => look.first("metrics").list().ok().flatten(),
            _ => None,
        };
        let named = named.unwrap_or_default().into_iter().filter_map(said);
        let mut columns: Vec<String> = COLUMNS.map(str::to_owned).to_vec();
        columns.extend(METRICS.map(str::to_owned));
        for metric in named {
            if !columns.iter().any(|known| *known == metric) {
                columns.push(metric.into_owned());
            }
        }
        columns
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let id = cells.said("doc_id");
        let mut one = of_doc(id, cells.take("doc"))?;
        one.benchmark = task(context.stem);
        one.gold = cells.said("target").or(one.gold);
        one.filter = cells.said("filter");
        one.said = said_of(cells.take("arguments"));
        let metric = metric(cells);
        let is_vote = one.filter.as_deref().is_some_and(is_vote);
        let recorded = metric.as_deref().and_then(|name| grade(cells.get(name)));
        let recorded = recorded.filter(|_| !is_vote);
        one.said.grader = metric;
        let answers = answers(cells.take("filtered_resps"));
        attempts(one, cells.take("resps"), recorded, answers, told)
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        run_name(stem, folders)
    }

    fn repeats_are_filters(&self) -> bool {
        true
    }
}

/// The question that a document is.
pub(super) fn of_doc<'a>(doc_id: Option<Cow<'a, str>>, doc: Value<'a>) -> Result<Told<'a>, Bad> {
    let mut fields = match doc.opened() {
        Value::Object(fields) => fields,
        _ => Vec::new(),
    };
    let mut take = |names: &[&str]| {
        names.iter().find_map(|name| {
            let at = fields.iter().position(|(key, _)| key == name)?;
            said(std::mem::replace(&mut fields[at].1, Value::Missing))
        })
    };
    let (text, id, gold) = (take(&QUESTIONS), take(&IDS), take(&GOLDS));
    let id = id.or(doc_id);
    if id.is_none() && text.is_none() {
        return Err(Bad::NoQuestion);
    }
    Ok(Told {
        gold,
        ..Told::of(id, text)
    })
}

/// How the model was asked: `{"gen_args_0": {"arg_0": prompt, "arg_1": {…}}}`, or a list of pairs.
pub(super) fn said_of(arguments: Value<'_>) -> Said<'_> {
    let first = match arguments {
        Value::Object(mut fields) if !fields.is_empty() => fields.swap_remove(0).1,
        Value::List(mut items) if !items.is_empty() => items.swap_remove(0),
        _ => return Said::default(),
    };
    let (prompt, settings) = match first {
        Value::List(mut pair) if pair.len() >= 2 => {
            let settings = pair.swap_remove(1);
            (pair.swap_remove(0), settings)
        }
        object => (object.clone().field("arg_0"), object.field("arg_1")),
    };
    let of = |name: &str| settings.clone().field(name);
    // What is not sampled is at temperature 0.
    let greedy = (of("do_sample") == Value::Bool(false)).then_some(0.0);
    Said {
        prompt: said(prompt),
        temperature: number(&of("temperature")).or(greedy),
        top_p: number(&of("top_p")),
        max_tokens: count(&of("max_gen_toks")).or_else(|| count(&of("max_tokens"))),
        ..Said::default()
    }
}

/// Whether a filter puts several attempts to the vote, so that its grade is of none of them.
fn is_vote(filter: &str) -> bool {
    filter.to_ascii_lowercase().contains("maj")
}

/// The metric that grades: the first that the row names and that is a grade.
fn metric<'a>(cells: &mut Cells<'a, '_>) -> Option<Cow<'a, str>> {
    let named = cells.list("metrics").ok().flatten().unwrap_or_default();
    let named: Vec<Cow<'a, str>> = named.into_iter().filter_map(said).collect();
    let known = METRICS.iter().map(|name| Cow::Borrowed(*name));
    let is_grade = |name: &Cow<'_, str>| grade(cells.get(name)).is_some();
    known.chain(named).find(is_grade)
}

/// What the filter found, an answer an attempt.
fn answers(filtered: Value<'_>) -> Vec<Cow<'_, str>> {
    let items = match filtered.list() {
        Ok(Some(items)) => items,
        _ => return Vec::new(),
    };
    let mut answers = Vec::new();
    for item in items {
        match item {
            Value::List(inner) => answers.extend(inner.into_iter().filter_map(said)),
            item => answers.extend(said(item)),
        }
    }
    answers
}

/// All responses to a document, `[[first, second, …]]`.
pub(super) fn responses(resps: Value<'_>) -> Result<Vec<Option<Cow<'_, str>>>, Bad> {
    let mut responses = Vec::new();
    for item in resps
        .list()
        .map_err(|_| Bad::WrongType)?
        .unwrap_or_default()
    {
        match item {
            Value::List(inner) => responses.extend(inner.into_iter().map(said)),
            item => responses.push(said(item)),
        }
    }
    Ok(responses)
}

/// The task, where a file has the harness's own name, `samples_TASK_DATE`: a model's folder has a file for each.
fn task(stem: &str) -> Option<Cow<'static, str>> {
    let (task, date) = stem.strip_prefix("samples_")?.rsplit_once('_')?;
    let is_date = |letter: char| letter.is_ascii_digit() || "-T.:".contains(letter);
    let is_dated = date.starts_with(|first: char| first.is_ascii_digit()) && date.contains('T');
    let is_dated = is_dated && date.chars().all(is_date);
    (is_dated && !task.is_empty()).then(|| Cow::Owned(task.to_owned()))
}

/// The model's folder, where a file has the harness's own name.
pub(super) fn run_name(stem: &str, folders: &[String]) -> String {
    match (stem.strip_prefix("samples_"), folders.first()) {
        (Some(_), Some(model)) => model.replace("__", "/"),
        _ => stem.to_owned(),
    }
}

/// An attempt for each response; what the metric says is of the first alone.
fn attempts<'a>(
    one: Told<'a>,
    resps: Value<'a>,
    recorded: Option<Outcome>,
    answers: Vec<Cow<'a, str>>,
    told: &mut Vec<Told<'a>>,
) -> Result<(), Bad> {
    let mut responses = responses(resps)?;
    if responses.is_empty() {
        if recorded.is_none() {
            return Err(Bad::NoAttempt);
        }
        responses.push(None);
    }
    // Without a filter, what was filtered is the whole response, and no answer.
    let found = match answers.len() == responses.len() {
        true => answers,
        false => Vec::new(),
    };
    for (at, response) in responses.into_iter().enumerate() {
        let answer = found
            .get(at)
            .filter(|answer| Some(*answer) != response.as_ref());
        told.push(Told {
            attempt: Some(at as u64),
            recorded: recorded.filter(|_| at == 0),
            answer: answer.filter(|answer| **answer != "[invalid]").cloned(),
            response,
            ..one.clone()
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_harness_names_its_task() {
        let of = |stem: &str| task(stem).map(Cow::into_owned);
        let dated = of("samples_aime24_kept_2026-11-27T07-17-13.312058");
        assert_eq!(dated.as_deref(), Some("aime24_kept"));
        assert_eq!(
            of("samples_aime_2026-01-01T00-00-00").as_deref(),
            Some("aime")
        );
        for other in [
            "samples_aime24",
            "aime24_2026-01-01T00-00-00",
            "samples__2026-01-01T00-00-00",
            "samples_aime24_T",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
