//! Files of OpenCompass: `predictions/MODEL/DATASET.json` with responses and gold answers, and
//! `results/MODEL/DATASET.json` with what was made of them.
//!
//! Predictions have no verdict and are graded here. Repeats are the whole dataset once more behind itself, under new
//! numbers: a question is known by its prompt. In results each question has lists, an item a repeat.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{grade, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::source::value::Value;

pub(super) struct OpenCompass;

/// The columns of predictions while they are made, a row each.
const COLUMNS: [&str; 4] = ["idx", "origin_prompt", "prediction", "gold"];

/// Where a detail has what it was graded as, the last word first.
const VERDICTS: [&str; 3] = ["cascade_correct", "correct", "is_correct"];

/// Where it has the gold answer, and what was found or said.
const GOLDS: [&str; 4] = ["gold", "answer", "references", "ref"];
const SAID: [&str; 3] = ["pred", "prediction", "predictions"];

impl Format for OpenCompass {
    fn name(&self) -> &'static str {
        "opencompass"
    }

    fn keys(&self) -> &'static str {
        "0, 1, … with origin_prompt, prediction, gold; or details with pred, answer, correct"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        match look.shape {
            Shape::Rows(_) => look.has_rows_with(&["idx", "origin_prompt", "prediction"]),
            Shape::Document(document) => is_predictions(document) || is_results(document),
            Shape::Archive(_) => false,
        }
    }

    fn columns(&self, _: &Look<'_>, _: &Options) -> Vec<String> {
        COLUMNS.map(str::to_owned).to_vec()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let (prompt, gold) = (cells.take("origin_prompt"), cells.take("gold"));
        prediction(prompt, cells.take("prediction"), gold, context, told)
    }

    fn document<'a>(
        &self,
        document: Value<'a>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        if is_results(&document) {
            return results(document, context, told);
        }
        let Value::Object(entries) = document else {
            return Err(Bad::WrongType);
        };
        for (key, entry) in entries {
            let [prompt, said, gold] = fields(entry, ["origin_prompt", "prediction", "gold"]);
            if prediction(prompt, said, gold, context, told).is_err() {
                // Counted as a row without an attempt.
                told.push(Told::of(Some(key), None));
            }
        }
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        folders.first().cloned().unwrap_or_else(|| stem.to_owned())
    }
}

fn is_predictions(document: &Value<'_>) -> bool {
    let Value::Object(entries) = document else {
        return false;
    };
    let is_number = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    entries.first().is_some_and(|(key, entry)| {
        let has = |name: &str| !matches!(entry.clone().field(name), Value::Missing);
        is_number(key) && has("origin_prompt") && has("prediction")
    })
}

fn is_results(document: &Value<'_>) -> bool {
    let first = match document.clone().field("details") {
        Value::List(details) => details.into_iter().next(),
        Value::Object(details) => details
            .into_iter()
            .map(|(_, detail)| detail)
            .find(is_object),
        _ => None,
    };
    first.is_some_and(|detail| {
        let has = |name: &&str| !matches!(detail.clone().field(name), Value::Missing);
        SAID.iter().any(has) || VERDICTS.iter().any(has)
    })
}

fn is_object(value: &Value<'_>) -> bool {
    matches!(value, Value::Object(_))
}

/// Some fields of an object; those that it lacks are missing.
fn fields<'a, const N: usize>(object: Value<'a>, names: [&str; N]) -> [Value<'a>; N] {
    let mut fields = match object {
        Value::Object(fields) => fields,
        _ => Vec::new(),
    };
    names.map(|name| {
        let at = fields.iter().position(|(key, _)| key == name);
        at.map_or(Value::Missing, |at| fields.swap_remove(at).1)
    })
}

/// The dataset that a file's name says; large ones are kept in numbered parts.
fn dataset(stem: &str) -> Cow<'static, str> {
    let part = stem.rsplit_once('_').filter(|(_, number)| {
        number.len() <= 2 && !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
    });
    part.map_or(stem, |(dataset, _)| dataset).to_owned().into()
}

/// What a prompt asks: of a dialogue what the human says last.
fn question(prompt: Value<'_>) -> Option<Cow<'_, str>> {
    match prompt.opened() {
        Value::List(turns) => turns.into_iter().rev().find_map(|turn| {
            let [role, text] = fields(turn, ["role", "prompt"]);
            let is_human = matches!(&role, Value::Text(role) if role.eq_ignore_ascii_case("human"));
            is_human.then(|| said(text))?
        }),
        text => said(text),
    }
}

/// An attempt for each response: a prediction may be a list of several.
fn prediction<'a>(
    prompt: Value<'a>,
    prediction: Value<'a>,
    gold: Value<'a>,
    context: &Context<'_>,
    told: &mut Vec<Told<'a>>,
) -> Result<(), Bad> {
    let one = Told {
        benchmark: Some(dataset(context.stem)),
        gold: said(gold),
        ..Told::of(None, question(prompt))
    };
    let responses = match prediction {
        Value::List(items) => items,
        one => vec![one],
    };
    for response in responses {
        let response = response.text().map_err(|_| Bad::WrongType)?;
        told.push(Told {
            response: Some(response.ok_or(Bad::NoAttempt)?),
            ..one.clone()
        });
    }
    Ok(())
}

fn results<'a>(
    document: Value<'a>,
    context: &Context<'_>,
    told: &mut Vec<Told<'a>>,
) -> Result<(), Bad> {
    let details: Vec<(Cow<'a, str>, Value<'a>)> = match document.field("details") {
        Value::Object(details) => details,
        Value::List(details) => details
            .into_iter()
            .enumerate()
            .map(|(at, detail)| (at.to_string().into(), detail))
            .collect(),
        _ => return Err(Bad::WrongType),
    };
    for (key, detail) in details {
        if is_object(&detail) {
            of_detail(key, detail, context, told);
        }
    }
    Ok(())
}

/// The attempts at one question, whose fields are lists where there are repeats.
fn of_detail<'a>(
    key: Cow<'a, str>,
    detail: Value<'a>,
    context: &Context<'_>,
    told: &mut Vec<Told<'a>>,
) {
    let [name, prompt, whole, rule] = fields(
        detail.clone(),
        [
            "example_abbr",
            "prompt",
            "origin_prediction",
            "rule_evaluation",
        ],
    );
    let take = |names: &[&'static str]| {
        let found = names.iter().map(|name| (*name, detail.clone().field(name)));
        found.into_iter().find(|(_, value)| !value.is_absent())
    };
    let verdict = take(&VERDICTS);
    let (gold, answers) = (take(&GOLDS), take(&SAID));
    // A cascade keeps what its rules found in a field of its own.
    let inner = |names: &[&str]| {
        let rules = match rule.clone() {
            Value::List(rules) => rules,
            rule => vec![rule],
        };
        let of = |rule: Value<'a>| {
            let found = names.iter().map(|name| rule.clone().field(name));
            found
                .into_iter()
                .find(|value| !value.is_absent())
                .unwrap_or(Value::Null)
        };
        Value::List(rules.into_iter().map(of).collect())
    };
    let gold = gold.map_or_else(|| inner(&GOLDS), |(_, value)| value);
    let answers = answers.map_or_else(|| inner(&SAID), |(_, value)| value);
    let (grader, verdicts) = match verdict {
        Some((grader, verdicts)) => (Some(grader), verdicts),
        None => (None, Value::Null),
    };
    let count = match (&verdicts, &answers) {
        (Value::List(verdicts), _) => verdicts.len(),
        (Value::Null, Value::List(answers)) => answers.len(),
        _ => 1,
    };
    let is_many = count > 1 || matches!(verdicts, Value::List(_));
    for at in 0..count {
        let answer = item(&answers, at, is_many).and_then(|value| said(value.clone()));
        let (answer, response) = match answer {
            Some(text) if is_response(&text) => (None, Some(text)),
            answer => (answer, said(whole.clone())),
        };
        told.push(Told {
            benchmark: Some(dataset(context.stem)),
            attempt: is_many.then_some(at as u64),
            gold: item(&gold, at, is_many).and_then(|value| said(value.clone())),
            recorded: item(&verdicts, at, is_many).and_then(grade),
            answer,
            response,
            said: Said {
                grader: grader.map(Cow::Borrowed),
                ..Said::default()
            },
            ..Told::of(
                said(name.clone()).or_else(|| Some(key.clone())),
                question(prompt.clone()),
            )
        });
    }
}

/// The item of an attempt; of what is no list, all of it.
fn item<'v, 'a>(value: &'v Value<'a>, at: usize, is_many: bool) -> Option<&'v Value<'a>> {
    match value {
        Value::List(items) if is_many => items.get(at),
        Value::Null | Value::Missing => None,
        value => Some(value),
    }
}

/// Evaluators call both what was said and what was found in it `pred`: an answer is short and has one line.
fn is_response(text: &str) -> bool {
    text.len() > 200 || text.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_part_is_of_its_dataset() {
        assert_eq!(dataset("aime2024_1"), "aime2024");
        assert_eq!(dataset("math_500"), "math_500");
        assert_eq!(dataset("aime2024"), "aime2024");
    }
}
