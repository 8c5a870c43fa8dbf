//! `messages`, as chats are written for training: a question and its own answer, or several by the pipeline's rule.

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{pass_over, push_chat};
use crate::rules::TurnsRule;
use crate::source::{Entry, Trajectory, Void, turns};

pub(super) static READING: Reading = Reading {
    columns: |_| Messages::columns(),
    records: |_| false,
    recognised_by: &[&["messages"]],
    unless: &[],
    entries: |source, cells, out| entries(Messages::of(cells), source.turns, out),
};

cells! {
    Messages {
        messages: required Turns,
        system: optional Text,
        answer: optional Answer,
        problem_type: optional Text,
        category: optional Text,
        source: optional Text,
        ..media: Media
    }
}

fn entries<'a>(row: Messages<'a>, rule: TurnsRule, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let (problem_type, category) = (row.problem_type.text()?, row.category.text()?);
    let mut rest = Trajectory {
        gold: row.answer.said()?,
        category: problem_type.or(category),
        origin: row.source.text()?,
        ..Trajectory::default()
    };
    pass_over(row.system, &mut rest.remarks)?;
    push_chat(out, turns::chat(row.messages)?, rule, &rest)
}
