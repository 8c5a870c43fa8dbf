//! `prompt` and `completion`, as TRL takes them, or `input` and `output`: each a text or turns, the answer perhaps
//! several.

use super::Reading;
use super::cells::{Cells, cells};
use super::media::Media;
use super::response::{asked, pass_over, push_all, responses};
use crate::source::remark::Remarks;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Completion::columns(),
    records: |_| false,
    recognised_by: &[&["prompt", "completion"], &["input", "output"]],
    // Alpaca's `input` is what an instruction is about.
    unless: &["instruction"],
    entries: |_, cells, out| entries(Completion::of(cells), out),
};

cells! {
    Completion {
        prompt: optional Any,
        completion: optional Any,
        input: optional Any,
        output: optional Any,
        system: optional Text,
        answer: optional Answer,
        category: optional Text,
        source: optional Text,
        id: optional Answer,
        ..media: Media
    }
}

fn entries<'a>(row: Completion<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    row.media.none()?;
    let (prompt, completion) = match row.prompt.is_absent() {
        true => (row.input, row.output),
        false => (row.prompt, row.completion),
    };
    let mut remarks = Remarks::default();
    pass_over(row.system, &mut remarks)?;
    let problem = asked(prompt, &mut remarks)?;
    let rest = Trajectory {
        gold: row.answer.said()?,
        category: row.category.text()?,
        origin: row.source.text()?,
        source_id: row.id.said().unwrap_or_default(),
        remarks,
        ..Trajectory::default()
    };
    push_all(out, &problem, responses(completion)?, &rest, |_, _| ())
}
