//! Outputs of MathArena: `outputs/COMPETITION/MODEL/PROBLEM.json`, a file for each problem with all attempts, and the
//! same as rows on the hub, one an attempt, of all models.

use std::borrow::Cow;

use super::open::{Look, Shape};
use super::row::{count, grade, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options, chat};
use crate::eval::table::Outcome;
use crate::source::value::Value;

pub(super) struct MathArena;

/// The columns of rows on the hub.
const COLUMNS: [&str; 9] = [
    "problem_idx",
    "problem",
    "model_name",
    "idx_answer",
    "answer",
    "parsed_answer",
    "gold_answer",
    "correct",
    "output_tokens",
];

impl Format for MathArena {
    fn name(&self) -> &'static str {
        "matharena"
    }

    fn keys(&self) -> &'static str {
        "idx, gold_answer, answers, correct, messages; or problem_idx, model_name, gold_answer, correct"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        let has = |names: &[&str]| names.iter().all(|name| look.has(name));
        match look.shape {
            Shape::Rows(_) => has(&["problem_idx", "model_name", "gold_answer", "correct"]),
            Shape::Document(_) => has(&["idx", "gold_answer", "answers", "correct", "messages"]),
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
        let model = cells.said("model_name");
        told.push(Told {
            run: model.clone(),
            gold: cells.said("gold_answer"),
            attempt: count(cells.get("idx_answer")).map(u64::from),
            recorded: grade(cells.get("correct")),
            answer: cells.said("parsed_answer"),
            response: cells.text("answer")?,
            tokens: count(cells.get("output_tokens")),
            said: Said {
                model,
                ..Said::default()
            },
            ..Told::of(cells.said("problem_idx"), cells.text("problem")?)
        });
        Ok(())
    }

    fn document<'a>(
        &self,
        document: Value<'a>,
        _: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let Value::Object(mut fields) = document else {
            return Err(Bad::WrongType);
        };
        let mut take = |name: &str| {
            let found = fields.iter_mut().find(|(key, _)| key == name);
            found.map_or(Value::Missing, |(_, value)| {
                std::mem::replace(value, Value::Missing)
            })
        };
        let list = |value: Value<'a>| {
            Ok(value
                .list()
                .map_err(|_| Bad::WrongType)?
                .unwrap_or_default())
        };
        let one = Told {
            gold: said(take("gold_answer")),
            ..Told::of(said(take("idx")), said(take("problem")))
        };
        let correct: Vec<Value<'a>> = list(take("correct"))?;
        let mut answers = list(take("answers"))?.into_iter();
        let mut messages = list(take("messages"))?.into_iter();
        let mut tokens = tokens(list(take("detailed_costs"))?).into_iter();
        for (at, correct) in correct.iter().enumerate() {
            let answer = answers.next().and_then(said);
            let messages = messages.next();
            told.push(Told {
                attempt: Some(at as u64),
                // A word instead of a truth value waits for whoever grades by hand.
                recorded: Some(grade(correct).unwrap_or(Outcome::Unknown)),
                answer: answer.filter(|answer: &Cow<'_, str>| answer != "None"),
                response: messages.and_then(|messages| chat::last(messages, "assistant")),
                tokens: tokens.next().flatten(),
                ..one.clone()
            });
        }
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        folders.first().cloned().unwrap_or_else(|| stem.to_owned())
    }
}

/// Tokens of each attempt. Older files have the sum in the first and 0 in the others: then nobody knows.
fn tokens(costs: Vec<Value<'_>>) -> Vec<Option<u32>> {
    let of = |cost: Value<'_>| count(&cost.field("output_tokens"));
    let tokens: Vec<Option<u32>> = costs.into_iter().map(of).collect();
    match tokens.contains(&Some(0)) {
        true => vec![None; tokens.len()],
        false => tokens,
    }
}
