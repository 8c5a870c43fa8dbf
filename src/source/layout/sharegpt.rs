//! ShareGPT: `conversations` of `{from, value}`, perhaps with a system message and a gold answer beside it.

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{pass_over, push_chat};
use crate::rules::TurnsRule;
use crate::source::{Entry, Trajectory, Void, turns};

pub(super) static READING: Reading = Reading {
    columns: |_| Sharegpt::columns(),
    records: |_| false,
    recognised_by: &[&["conversations"]],
    unless: &[],
    entries: |source, cells, out| entries(Sharegpt::of(cells), source.turns, out),
};

cells! {
    Sharegpt {
        conversations: required Turns,
        system: optional Text,
        answer: optional Answer,
        category: optional Text,
        source: optional Text,
        id: optional Answer,
        ..media: Media
    }
}

fn entries<'a>(row: Sharegpt<'a>, rule: TurnsRule, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let mut rest = Trajectory {
        gold: row.answer.said()?,
        category: row.category.text()?,
        origin: row.source.text()?,
        source_id: row.id.said().unwrap_or_default(),
        ..Trajectory::default()
    };
    pass_over(row.system, &mut rest.remarks)?;
    push_chat(out, turns::chat(row.conversations)?, rule, &rest)
}
