//! `findings.parquet`: a row for each kind of finding and each entry that is of it.
//!
//! It is what makes each count of an audit traceable: the rows of a kind are as many as the page says, and stand beside
//! the ledger's under the same source, file, row and generation.

use std::path::Path;

use super::scope::Scope;
use crate::Result;
use crate::emit::ledger::{FILE, PROBLEM_ID, SOURCE, TRAJECTORY_ID};
use crate::pool::entries::{Body, Entry};
use crate::pool::tables::{GENERATION, ROW};
use crate::run::Experiment;
use crate::schema::{self, Column, Filled, Head, column, heads};
use crate::table::Table;

pub(crate) const KIND: Column<str> = column(
    "kind",
    "word of the finding; `language` of every trajectory; `against_` with how it meets the source that the dataset is \
     held against, of every trajectory too",
);
pub(crate) const TOLD: Column<str> = column(
    "told",
    "of a copy the earlier row, of a match the row there, of a benchmark's problem the item, of a language its name, of an \
     answer that is wrong, undecided or disputed the gold answer and the one that was found, both cut at 40 characters; null \
     where the kind says it all, or nothing is known",
);

/// An entry that is of a kind.
struct Sighted<'e> {
    experiment: &'e Experiment<'e>,
    kind: &'static str,
    entry: u32,
    told: Option<String>,
}

impl Sighted<'_> {
    fn entry(&self) -> &Entry {
        &self.experiment.entries.rows[self.entry as usize]
    }

    fn body(&self) -> Option<&Body> {
        self.entry().body.as_deref().ok()
    }
}

fn row_columns<'e>() -> Vec<Filled<'e, Sighted<'e>>> {
    vec![
        KIND.always(|row| row.kind),
        TOLD.perhaps(|row| row.told.as_deref()),
        TRAJECTORY_ID.perhaps(|row| Some(row.body()?.trajectory_id)),
        PROBLEM_ID.perhaps(|row| {
            let problem = row.body()?.problem as usize;
            Some(row.experiment.entries.problems[problem].id)
        }),
        SOURCE.always(|row| &row.experiment.source_of(row.entry().part).name),
        FILE.always(|row| &row.experiment.file_of(row.entry().part).file.name),
        ROW.always(|row| row.entry().row),
        GENERATION.perhaps(|row| row.entry().generation),
    ]
}

/// The columns of `findings.parquet`.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

/// Rows that are held before they are written.
const WAITING_MAX: usize = 4096;

/// Takes the rows of findings, and writes them where somebody asked for that.
pub(super) struct Rows<'e> {
    experiment: &'e Experiment<'e>,
    table: Option<Table>,
    waiting: Vec<Sighted<'e>>,
}

impl<'e> Rows<'e> {
    pub(super) fn new(scope: &Scope<'e>, path: Option<&Path>) -> Result<Self> {
        let create = |path| Table::create(path, schema::schema(&columns()));
        Ok(Self {
            experiment: scope.experiment,
            table: path.map(create).transpose()?,
            waiting: Vec::new(),
        })
    }

    /// Whether somebody asked for them.
    pub(super) fn are_written(&self) -> bool {
        self.table.is_some()
    }

    /// Adds an entry; what is told of it is asked for only where it is written.
    pub(super) fn add(
        &mut self,
        kind: &'static str,
        entry: u32,
        told: impl FnOnce() -> Option<String>,
    ) {
        if self.table.is_some() {
            self.waiting.push(Sighted {
                experiment: self.experiment,
                kind,
                entry,
                told: told(),
            });
        }
    }

    /// Writes what waits, where that is much.
    pub(super) fn flush_if_many(&mut self) -> Result<()> {
        match self.waiting.len() < WAITING_MAX {
            true => Ok(()),
            false => self.flush(),
        }
    }

    fn flush(&mut self) -> Result<()> {
        let Some(table) = &mut self.table else {
            return Ok(());
        };
        table.write(schema::arrays(&row_columns(), &self.waiting))?;
        self.waiting.clear();
        Ok(())
    }

    /// Writes the rest.
    pub(super) fn finish(mut self) -> Result<()> {
        self.flush()?;
        if let Some(table) = self.table {
            table.finish()?;
        }
        Ok(())
    }
}
