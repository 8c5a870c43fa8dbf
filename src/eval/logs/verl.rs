//! Rollouts of verl: `DIR/STEP.jsonl`, a row for each response.
//!
//! Each file is of one step of training. Steps are checkpoints of one training and never attempts of one model, so each
//! is a run of its own. Responses to one prompt have the prompt's text in common and nothing else; it is written out with
//! its roles, from which the question is taken.

use std::borrow::Cow;

use super::open::Look;
use super::row::{count, grade, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options, chat, rewards};
use crate::source::value::Value;

pub(super) struct Verl;

/// The columns that are read: `acc` is what reward functions call their verdict.
const COLUMNS: [&str; 7] = ["input", "output", "gts", "score", "step", "acc", "reward"];

impl Format for Verl {
    fn name(&self) -> &'static str {
        "verl"
    }

    fn keys(&self) -> &'static str {
        "input, output, score, step"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["input", "output", "score", "step"])
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
        let prompt = cells.text("input")?.ok_or(Bad::NoQuestion)?;
        let question = match &prompt {
            Cow::Borrowed(prompt) => Cow::Borrowed(chat::asked(prompt)),
            Cow::Owned(prompt) => Cow::Owned(chat::asked(prompt).to_owned()),
        };
        let graded = ["acc", "score", "reward"];
        let grader = graded
            .into_iter()
            .find(|name| grade(cells.get(name)).is_some());
        told.push(Told {
            run: of_step(cells.get("step"), context.stem),
            gold: gold(cells.take("gts")),
            recorded: grader.and_then(|name| rewards::decided(cells.get(name))),
            response: Some(cells.text("output")?.ok_or(Bad::NoAttempt)?),
            said: Said {
                prompt: Some(prompt),
                grader: grader.map(Cow::from),
                ..Said::default()
            },
            ..Told::of(None, Some(question))
        });
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        named(stem, stem, folders.first())
    }

    fn remarks(&self) -> &'static [&'static str] {
        &["is a step of training: other steps are other runs, and no attempts of this one"]
    }
}

/// A run's own name, where the step of a row is not that of its file: files that were put together.
pub(super) fn of_step(step: &Value<'_>, stem: &str) -> Option<Cow<'static, str>> {
    let step = count(step)?;
    let of_file = digits(stem).and_then(|digits| digits.parse().ok());
    (of_file != Some(step)).then(|| format!("{stem} step {step}").into())
}

/// The name of a step's file: the folder's, and the step.
pub(super) fn named(stem: &str, step: &str, folder: Option<&String>) -> String {
    let Some(digits) = digits(step) else {
        return stem.to_owned();
    };
    let step = match digits.trim_start_matches('0') {
        "" => "0",
        step => step,
    };
    match folder {
        Some(folder) => format!("{folder} step {step}"),
        None => format!("step {step}"),
    }
}

/// The digits that a name ends with; none where it has none.
fn digits(stem: &str) -> Option<&str> {
    let before = stem.trim_end_matches(|letter: char| letter.is_ascii_digit());
    Some(&stem[before.len()..]).filter(|digits| !digits.is_empty())
}

/// The gold answer, which some reward functions keep as an object.
fn gold(gts: Value<'_>) -> Option<Cow<'_, str>> {
    match gts.opened() {
        object @ Value::Object(_) => {
            let inner = object.clone().field("ground_truth");
            said(inner).or_else(|| said(object.field("target")))
        }
        gts => said(gts),
    }
}
