//! Details of lighteval: `details/MODEL/DATE/details_TASK_DATE.parquet`, a row for each document.
//!
//! A row holds all responses to its question and the mean of their grades, but no grade of any one: where there are
//! several they are graded by us. Older files (before 0.11) have the same in columns of their own.

use std::borrow::Cow;

use super::open::Look;
use super::row::{count, grade, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::source::value::Value;

pub(super) struct Lighteval;

const COLUMNS: [&str; 10] = [
    "doc",
    "model_response",
    "metric",
    "example",
    "full_prompt",
    "predictions",
    "cont_tokens",
    "gold",
    "metrics",
    "choices",
];

impl Format for Lighteval {
    fn name(&self) -> &'static str {
        "lighteval"
    }

    fn keys(&self) -> &'static str {
        "doc, model_response, metric; or example, predictions, gold, metrics"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["doc", "model_response", "metric"])
            || look.has_rows_with(&["example", "predictions", "gold", "metrics"])
    }

    fn columns(&self, look: &Look<'_>, _: &Options) -> Vec<String> {
        let has = |name: &&str| look.has(name);
        COLUMNS.into_iter().filter(has).map(str::to_owned).collect()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let mut asked = match cells.get("doc") {
            Value::Missing => of_columns(cells, context),
            _ => of_structs(cells),
        }?;
        let texts = std::mem::take(&mut asked.texts);
        if texts.is_empty() {
            return Err(Bad::NoAttempt);
        }
        let alone = texts.len() == 1;
        let limit = asked.one.said.max_tokens;
        for (at, text) in texts.into_iter().enumerate() {
            let tokens = asked.tokens.get(at).copied().flatten();
            told.push(Told {
                attempt: Some(at as u64),
                recorded: asked.grade.filter(|_| alone),
                response: Some(text.ok_or(Bad::NoAttempt)?),
                tokens,
                // What has fewer tokens than it was allowed ended by itself.
                finished: limit.zip(tokens).map(|(limit, tokens)| tokens < limit),
                ..asked.one.clone()
            });
        }
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        let root = folders.iter().position(|folder| folder == "details");
        match root.filter(|root| *root > 1 && stem.starts_with("details_")) {
            Some(root) => {
                let model: Vec<&str> = folders[1..root].iter().rev().map(String::as_str).collect();
                model.join("/")
            }
            None => stem.to_owned(),
        }
    }

    fn remarks(&self) -> &'static [&'static str] {
        &["stores the mean of several attempts alone: they are graded again"]
    }
}

/// What a row holds.
struct Asked<'a> {
    one: Told<'a>,
    texts: Vec<Option<Cow<'a, str>>>,
    tokens: Vec<Option<u32>>,
    grade: Option<crate::eval::table::Outcome>,
}

fn of_structs<'a>(cells: &mut Cells<'a, '_>) -> Result<Asked<'a>, Bad> {
    let doc = cells.take("doc");
    let doc_has = |name: &str| doc.clone().field(name);
    let response = cells.take("model_response");
    let [texts, outputs] = ["text", "output_tokens"].map(|name| response.clone().field(name));
    let (metric, grade) = metric(cells.take("metric"));
    let one = Told {
        benchmark: said(doc_has("task_name")).and_then(|name| task(&name)),
        gold: gold(doc_has("choices"), &doc_has("gold_index")),
        said: Said {
            prompt: said(response.field("input")),
            max_tokens: count(&doc_has("generation_size")),
            grader: metric,
            ..Said::default()
        },
        ..Told::of(
            said(doc_has("id")).filter(|id| !id.is_empty()),
            said(doc_has("query")),
        )
    };
    let texts = texts
        .list()
        .map_err(|_| Bad::WrongType)?
        .unwrap_or_default();
    Ok(Asked {
        one,
        texts: texts.into_iter().map(said).collect(),
        tokens: lengths(outputs),
        grade,
    })
}

fn of_columns<'a>(cells: &mut Cells<'a, '_>, context: &Context<'_>) -> Result<Asked<'a>, Bad> {
    let (metric, grade) = metric(cells.take("metrics"));
    let task = context.stem.strip_prefix("details_").and_then(task);
    let one = Told {
        benchmark: task,
        gold: cells.said("gold"),
        said: Said {
            prompt: cells.said("full_prompt"),
            grader: metric,
            ..Said::default()
        },
        ..Told::of(None, cells.said("example"))
    };
    let texts = cells.list("predictions")?.unwrap_or_default();
    Ok(Asked {
        one,
        texts: texts.into_iter().map(said).collect(),
        tokens: lengths(cells.take("cont_tokens")),
        grade,
    })
}

/// How many tokens each response has; none where a backend counts none.
fn lengths(outputs: Value<'_>) -> Vec<Option<u32>> {
    let outputs = outputs.list().ok().flatten().unwrap_or_default();
    let length = |output: &Value<'_>| match output {
        Value::List(tokens) if !tokens.is_empty() => u32::try_from(tokens.len()).ok(),
        _ => None,
    };
    outputs.iter().map(length).collect()
}

/// The gold answer: the choice that the index names, or several of which each would do.
fn gold<'a>(choices: Value<'a>, index: &Value<'_>) -> Option<Cow<'a, str>> {
    let choices = choices.list().ok().flatten()?;
    let choice = |index: &Value<'_>| choices.get(count(index)? as usize).cloned();
    match index {
        Value::List(indices) => said(Value::List(indices.iter().filter_map(choice).collect())),
        index => said(choice(index)?),
    }
}

/// The first metric by name, and the grade that it is where there was one attempt.
fn metric<'a>(metrics: Value<'a>) -> (Option<Cow<'a, str>>, Option<crate::eval::table::Outcome>) {
    let fields = match metrics.opened() {
        Value::Object(fields) => fields,
        _ => return (None, None),
    };
    // Files of several tasks have the metrics of all, of which a row has its own.
    let own = fields.into_iter().find(|(_, value)| !value.is_absent());
    own.map_or((None, None), |(name, value)| (Some(name), grade(&value)))
}

/// The task in `suite|task|shots`, `task|shots` or a file's name, where a date stands behind it.
fn task(name: &str) -> Option<Cow<'static, str>> {
    let parts: Vec<&str> = name.split('|').collect();
    let is_shots = |part: &str| {
        part.bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit())
    };
    let named = match parts.as_slice() {
        [task] => task,
        [task, shots] if is_shots(shots) => task,
        [_, task, ..] => task,
        [] => return None,
    };
    (!named.is_empty()).then(|| Cow::Owned((*named).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_known_without_its_suite_and_shots() {
        assert_eq!(task("aime24|0").as_deref(), Some("aime24"));
        assert_eq!(task("lighteval|aime24|0").as_deref(), Some("aime24"));
        assert_eq!(
            task("custom|math_500|0_2025-01-31T10-00-00").as_deref(),
            Some("math_500")
        );
        assert_eq!(task("aime24").as_deref(), Some("aime24"));
        assert_eq!(task(""), None);
    }
}
