//! GAIR/LIMO: a problem, a long solution and an answer a row.

use super::Reading;
use super::cells::{Cells, cells, not_blank};
use super::response::push;
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Limo::columns(),
    records: |_| false,
    recognised_by: &[&["question", "solution", "answer"]],
    unless: super::OF_A_MODEL,
    entries: |_, cells, out| entries(Limo::of(cells), out),
};

cells! {
    Limo {
        question: required Text,
        solution: required Text,
        answer: optional Answer,
    }
}

fn entries<'a>(row: Limo<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let problem = not_blank(row.question)?;
    let rest = Trajectory {
        gold: row.answer.said()?,
        ..Trajectory::default()
    };
    push(out, 0, &problem, row.solution.text(), rest);
    Ok(())
}
