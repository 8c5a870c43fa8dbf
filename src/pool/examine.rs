//! Whether a part holds what a part can hold: all of it is read, as a run would and further.
//!
//! A run finds most damage by the seal, and the rest when it reads. Who checks a pool wants to know before.

use std::collections::HashSet;

use arrow::array::RecordBatch;

use super::SEAL;
use super::entries::Entries;
use super::load::FactColumns;
use super::part::{Part, file_of};
use super::tables::{ANSWER, COMPANION, PROBLEM, PROBLEM_ID, PROBLEMS, PartTable, TRAJECTORIES};
use crate::Result;
use crate::ids::Id;
use crate::schema::Misfit;

/// The part, if it is whole: its tables are those that were sealed, and hold what a part can hold. One of another
/// version is held against its seal alone.
pub(super) fn examine(part: Part) -> Result<Part> {
    let part = part.checked()?;
    if !part.made.is_current() {
        return Ok(part);
    }
    no_more(&part)?;
    if part.tables().eq([COMPANION.name]) {
        each(&part, COMPANION, |batch| {
            PROBLEM_ID.of(batch)?;
            FactColumns::of(batch).map(drop)
        })?;
    } else {
        trajectories(&part)?;
    }
    Ok(part)
}

/// Fails where something lies in the folder that the seal does not name.
fn no_more(part: &Part) -> Result<()> {
    let known: HashSet<String> = part.tables().map(file_of).collect();
    for entry in fs_err::read_dir(part.folder())? {
        let name = entry?.file_name();
        let name = name.to_string_lossy();
        if name != SEAL && !known.contains(&*name) {
            return Err(part.damaged(&format!("`{name}` is not under its seal")));
        }
    }
    Ok(())
}

/// Reads entries as a run does, and the problems, which have to be theirs.
fn trajectories(part: &Part) -> Result<()> {
    let mut entries = Entries::default();
    each(part, TRAJECTORIES, |batch| entries.add(0, batch))?;
    let mut problems: HashSet<Id> = HashSet::new();
    let mut strange = false;
    each(part, PROBLEMS, |batch| {
        ANSWER.of(batch)?;
        for (id, text) in PROBLEM_ID.of(batch)?.into_iter().zip(PROBLEM.of(batch)?) {
            let id = PROBLEM_ID.needed(id)?;
            PROBLEM.needed(text)?;
            strange |= entries.find_problem(id).is_none() || !problems.insert(id);
        }
        Ok(())
    })?;
    if strange || problems.len() != entries.problems.len() {
        return Err(part.damaged("its problems are not those of its trajectories"));
    }
    Ok(())
}

/// Hands over every batch of a table.
fn each(
    part: &Part,
    table: PartTable,
    mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>,
) -> Result<()> {
    for batch in part.read(table, &[])? {
        take(&batch?).map_err(|misfit| part.misread(&misfit))?;
    }
    Ok(())
}
