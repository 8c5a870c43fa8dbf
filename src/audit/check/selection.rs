//! The selection: which entries stand in which subset, by the ids that the ledger kept.

use std::collections::HashSet;

use indexmap::IndexMap;

use arrow::array::RecordBatch;

use super::files::Folder;
use super::ledger::Ledger;
use super::manifest::Stored;
use crate::emit::selection::{PROBLEM_ID, RANK, SUBSET, TRAJECTORY_ID};
use crate::schema::Misfit;
use crate::select::SubsetRole;

/// The entries of each subset, in order of rank.
#[derive(Default)]
pub(super) struct Chosen {
    subsets: IndexMap<String, Vec<u32>>,
    /// The subsets that are of wrong trajectories.
    wrong: HashSet<String>,
    /// Whether all of it could be read and was kept.
    pub is_whole: bool,
}

impl Chosen {
    pub(super) fn of(&self, name: &str) -> &[u32] {
        self.subsets.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.subsets.keys().map(String::as_str)
    }
}

/// Reads the selection: ranks are 0, 1, 2, … in each subset, what it selects was kept (in a wrong control: may have been
/// dropped as wrong) and is of the problem that stands beside it.
pub(super) fn read(folder: &mut Folder<'_>, stored: Option<&Stored>, ledger: &Ledger) -> Chosen {
    let records = stored.iter().flat_map(|stored| &stored.manifest.subsets);
    let wrong = records.filter(|record| record.role == SubsetRole::Wrong);
    let mut chosen = Chosen {
        wrong: wrong.map(|record| record.name.clone()).collect(),
        ..Chosen::default()
    };
    let Some(mut table) = folder.table("selection.parquet") else {
        return chosen;
    };
    chosen.is_whole = ledger.is_whole;
    while let Some(batch) = table.next() {
        let added = batch.and_then(|batch| {
            chosen
                .add(folder, ledger, &batch)
                .map_err(|why| why.to_string())
        });
        if let Err(why) = added {
            folder
                .findings
                .broken(format!("the selection cannot be read again: {why}"));
            chosen.is_whole = false;
            break;
        }
    }
    chosen
}

impl Chosen {
    fn add(
        &mut self,
        folder: &mut Folder<'_>,
        ledger: &Ledger,
        batch: &RecordBatch,
    ) -> Result<(), Misfit> {
        let (subsets, ranks) = (SUBSET.of(batch)?, RANK.of(batch)?);
        let (ids, problems) = (TRAJECTORY_ID.of(batch)?, PROBLEM_ID.of(batch)?);
        for at in 0..batch.num_rows() {
            let subset = SUBSET.needed(subsets[at])?;
            let id = TRAJECTORY_ID.needed(ids[at])?;
            let is_wrong = self.wrong.contains(subset);
            let dropped = is_wrong.then(|| ledger.wrong.get(&id)).flatten();
            let Some(&entry) = dropped.or_else(|| ledger.places.get(&id)) else {
                folder
                    .findings
                    .broken(format!("{subset}: {id} was not kept"));
                self.is_whole = false;
                continue;
            };
            let problem = ledger.entries.body_of(entry).problem;
            if problems[at] != Some(ledger.entries.problems[problem as usize].id) {
                folder.findings.broken(format!(
                    "{subset}: {id} is of another problem in the ledger"
                ));
            }
            let entries = match self.subsets.get_mut(subset) {
                Some(entries) => entries,
                None => self.subsets.entry(subset.to_owned()).or_default(),
            };
            if ranks[at].map(|rank| rank as usize) != Some(entries.len()) {
                folder
                    .findings
                    .broken(format!("{subset}: ranks are not in order"));
            }
            entries.push(entry);
        }
        Ok(())
    }
}
