//! `messages` of `{role, content}`, as chats are written for training: the first user turn is the problem,
//! the last assistant turn the response.

use super::Reading;
use super::cells::{Cells, cells};
use super::response::{first_and_last, push};
use crate::source::{Entry, Trajectory, Void};

pub(super) static READING: Reading = Reading {
    columns: |_| Messages::columns(),
    records: |_| false,
    recognised_by: &[&["messages"]],
    entries: |_, cells, out| entries(Messages::of(cells), out),
};

cells! {
    Messages {
        messages: required Turns,
        answer: optional Text,
        problem_type: optional Text,
        category: optional Text,
        source: optional Text,
    }
}

fn entries<'a>(row: Messages<'a>, out: &mut Vec<Entry<'a>>) -> Result<(), Void> {
    let (problem, response) = first_and_last(row.messages, "role", "content")?;
    let (problem_type, category) = (row.problem_type.text()?, row.category.text()?);
    let rest = Trajectory {
        gold: row.answer.text()?,
        category: problem_type.or(category),
        origin: row.source.text()?,
        ..Trajectory::default()
    };
    push(out, 0, &problem, Ok(response), rest);
    Ok(())
}
