//! Rollouts of AReaL's evaluation: a row for each sample, with its reward.
//!
//! `question_id` is -1 in benchmarks that have no ids; then `task_id` tells the question. Prompts carry the chat's
//! template, and lengths count tokens: what is longer than the prompt is the response. A completion that was cut off lacks
//! the mark of the turn's end that the others have.

use super::open::Look;
use super::row::{count, ends_turn, grade, user_turn};
use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, Options};
use crate::source::value::Value;

pub(super) struct Areal;

const COLUMNS: [&str; 8] = [
    "task_id",
    "question_id",
    "sample_idx",
    "seqlen",
    "prompt_len",
    "reward",
    "prompt",
    "completion",
];

impl Format for Areal {
    fn name(&self) -> &'static str {
        "areal"
    }

    fn keys(&self) -> &'static str {
        "task_id, sample_idx, seqlen, prompt_len, reward, prompt, completion"
    }

    fn claims(&self, look: &Look<'_>) -> bool {
        look.has_rows_with(&["seqlen", "prompt_len", "reward", "completion"])
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
        let own = match cells.take("question_id") {
            Value::Integer(id) if id < 0 => Value::Missing,
            id => id,
        };
        let task = cells.said("task_id");
        let id = super::row::said(own).or(task);
        let prompt = cells.text("prompt")?;
        let response = cells.text("completion")?;
        let lengths = [cells.take("seqlen"), cells.take("prompt_len")].map(|cell| count(&cell));
        let tokens = match lengths {
            [Some(all), Some(prompt)] => all.checked_sub(prompt),
            _ => None,
        };
        told.push(Told {
            attempt: count(&cells.take("sample_idx")).map(u64::from),
            recorded: grade(&cells.take("reward")),
            ended: response.as_deref().map(ends_turn),
            response,
            tokens,
            said: Said {
                prompt: prompt.clone(),
                ..Said::default()
            },
            ..Told::of(id, prompt.map(user_turn))
        });
        Ok(())
    }
}
