//! A trial of a layout on a file's first rows: what it makes of them, before anything depends on it.

use std::collections::BTreeMap;

use crate::Result;
use crate::source::entry::Entry;
use crate::source::{BatchSize, Source, SourceFile, Void, layout, read, units};

/// What a layout makes of a file's first rows.
#[derive(Default)]
pub(crate) struct Trial {
    /// How many rows were read.
    pub rows: usize,
    /// How many trajectories they gave.
    pub trajectories: usize,
    /// Why the others yield nothing, with how many.
    pub voids: BTreeMap<Void, usize>,
    /// Whether a trajectory has a gold answer.
    pub has_gold: bool,
    /// Whether one has a recorded verdict.
    pub has_recorded: bool,
}

/// Reads the first rows of a file as the source says, and hands each entry with its row's number to `see`.
pub(crate) fn trial(
    file: &SourceFile,
    source: &Source,
    rows: usize,
    mut see: impl FnMut(u64, &Entry<'_>),
) -> Result<Trial> {
    let mut trial = Trial::default();
    let columns = layout::columns(source);
    let Some(&unit) = units(file, &columns, source.row_bytes_max)?.first() else {
        return Ok(trial);
    };
    for batch in read(file, unit, source, BatchSize::of_rows(rows.max(1)))? {
        let batch = batch?;
        for index in 0..batch.len() {
            if trial.rows == rows {
                return Ok(trial);
            }
            trial.rows += 1;
            let row = batch.row(index);
            let number = row.number;
            let mut entries = Vec::new();
            layout::entries(source, row, &mut entries);
            for entry in &entries {
                trial.add(entry);
                see(number, entry);
            }
        }
    }
    Ok(trial)
}

impl Trial {
    fn add(&mut self, entry: &Entry<'_>) {
        match &entry.body {
            Ok(trajectory) => {
                self.trajectories += 1;
                self.has_gold |= trajectory.gold.is_some();
                self.has_recorded |= trajectory
                    .recorded_rule
                    .or(trajectory.recorded_judge)
                    .is_some();
            }
            Err(void) => *self.voids.entry(*void).or_default() += 1,
        }
    }

    /// As `of the first 100 rows 97 trajectories; 3 several_turns`.
    pub(crate) fn told(&self) -> String {
        let mut text = format!(
            "the first {} rows give {} trajectories",
            self.rows, self.trajectories
        );
        for (void, count) in &self.voids {
            text += &format!("; {count} {void}");
        }
        text
    }
}
