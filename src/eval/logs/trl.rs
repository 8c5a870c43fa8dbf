//! Completions of TRL's trainers: `completions/completions_STEP.parquet`, a row for each completion.
//!
//! As with verl, a step is a checkpoint and a run of its own. Rewards stand in columns that are named after their
//! functions, beside columns that the functions log themselves, as the extracted answer and the gold one.

use std::borrow::Cow;

use super::open::Look;
use super::row::{number, said};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options, chat, rewards, verl};

pub(super) struct Trl;

/// The columns that are no rewards, gold answers behind the first three.
const COLUMNS: [&str; 9] = [
    "step",
    "prompt",
    "completion",
    "solution",
    "answer",
    "ground_truth",
    "gold_parsed",
    "answer_parsed",
    "advantage",
];

impl Format for Trl {
    fn name(&self) -> &'static str {
        "trl"
    }

    fn keys(&self) -> &'static str {
        "step, prompt, completion, advantage"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["step", "prompt", "completion", "advantage"])
    }

    /// The known columns, and behind them the one that grades, if there is one.
    fn columns(&self, look: &Look<'_>, _: &Options) -> Vec<String> {
        let is_reward =
            |name: &&str| !COLUMNS.contains(name) && number(&look.first(name)).is_some();
        let names = look.columns.iter().map(|(name, _)| name.as_str());
        let rewards: Vec<&str> = names.filter(is_reward).collect();
        let alone = (rewards.len() == 1).then(|| rewards[0]);
        let grader = rewards::named(rewards.iter().copied()).or(alone);
        let columns = COLUMNS.into_iter().chain(grader);
        columns.map(str::to_owned).collect()
    }

    fn row<'a>(
        &self,
        cells: &mut Cells<'a, '_>,
        context: &Context<'_>,
        told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        let grader = context.columns.get(COLUMNS.len());
        let question = chat::last(cells.take("prompt"), "user").ok_or(Bad::NoQuestion)?;
        let response = chat::last(cells.take("completion"), "assistant").ok_or(Bad::NoAttempt)?;
        let golds = ["solution", "answer", "ground_truth", "gold_parsed"];
        told.push(Told {
            run: verl::of_step(cells.get("step"), context.stem),
            gold: golds.into_iter().find_map(|name| said(cells.take(name))),
            recorded: grader.and_then(|name| rewards::decided(cells.get(name))),
            response: Some(response),
            said: Said {
                grader: grader.map(|name| Cow::Owned(name.clone())),
                ..Said::default()
            },
            ..Told::of(None, Some(question))
        });
        Ok(())
    }

    fn run_name(&self, stem: &str, folders: &[String]) -> String {
        let is_inner = folders
            .first()
            .is_some_and(|folder| folder == "completions");
        verl::named(stem, stem, folders.get(usize::from(is_inner)))
    }

    fn remarks(&self) -> &'static [&'static str] {
        &["is a step of training: other steps are other runs, and no attempts of this one"]
    }
}
