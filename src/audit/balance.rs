//! An output folder read back: its trajectories from the ledger, its subsets from the selection.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::{RecordBatch, RecordBatchReader};
use indexmap::IndexMap;

use super::{check, ledger};
use crate::compare::balance::{Accepted, Balance, Intended, Pair, Relation, compare, pairs};
use crate::emit;
use crate::emit::selection::{SUBSET, TRAJECTORY_ID};
use crate::error::did_you_mean;
use crate::folder::{self, RUN_FOLDER};
use crate::ids::Id;
use crate::manifest::{Manifest, SubsetRecord};
use crate::pool::Entries;
use crate::schema::{Head, Misfit};
use crate::select::SubsetRole;
use crate::{Error, Result};

/// An output folder's trajectories and subsets.
pub(crate) struct Folder {
    pub manifest: Manifest,
    entries: Entries,
    kept: Vec<u32>,
    /// The entries of each subset, in order of rank.
    chosen: IndexMap<String, Vec<u32>>,
}

/// Two subsets of a folder, and how they compare.
pub(crate) struct Told<'f> {
    pub first: &'f SubsetRecord,
    pub second: &'f SubsetRecord,
    /// What the second is to the first, and what is meant to differ.
    pub pair: Pair,
    pub balance: Balance,
}

impl<'f> Told<'f> {
    fn new([first, second]: [&'f SubsetRecord; 2], pair: Pair, mut balance: Balance) -> Self {
        balance.judge([first, second], &pair);
        Self {
            first,
            second,
            pair,
            balance,
        }
    }
}

impl Folder {
    pub(crate) fn open(out: &Path) -> Result<Self> {
        let manifest = folder::manifest(out)?;
        let run = out.join(RUN_FOLDER);
        let (mut entries, mut kept) = (Entries::default(), Vec::new());
        let mut columns = emit::ledger::columns();
        columns.retain(|column| !ledger::is_late(column));
        each_batch(&run.join("ledger.parquet"), &columns, |batch| {
            ledger::add(&mut entries, &mut kept, batch)
        })?;
        entries.count_verdicts();
        let mut places: HashMap<Id, u32> = HashMap::with_capacity(kept.len());
        for &entry in &kept {
            let id = entries.body_of(entry).trajectory_id;
            places.entry(id).or_insert(entry);
        }
        add_wrong(&mut places, &manifest, &entries);
        let mut chosen: IndexMap<String, Vec<u32>> = IndexMap::new();
        each_batch(
            &run.join("selection.parquet"),
            &emit::selection::columns(),
            |batch| choose(&mut chosen, &places, batch),
        )?;
        Ok(Self {
            manifest,
            entries,
            kept,
            chosen,
        })
    }

    /// The record of a subset or control.
    pub(crate) fn record(&self, name: &str) -> Result<&SubsetRecord> {
        let found = self
            .manifest
            .subsets
            .iter()
            .find(|record| record.name == name);
        found.ok_or_else(|| {
            let likely = self
                .manifest
                .subsets
                .iter()
                .map(|record| record.name.as_str());
            let meant = did_you_mean(name, likely.clone());
            let likely: Vec<&str> = likely.filter(|one| one.contains(name)).take(5).collect();
            let names = match likely.as_slice() {
                [] => {
                    format!("{meant}see its names in `README.md` or in `__run__/manifest.json`")
                }
                some => format!("{meant}name one of {}", some.join(", ")),
            };
            Error::usage(format!("the folder has no subset `{name}`"), names)
        })
    }

    /// How two subsets or controls compare.
    pub(crate) fn compare(&self, first: &str, second: &str) -> Result<Told<'_>> {
        let (first, second) = (self.record(first)?, self.record(second)?);
        let pair = Pair {
            first: 0,
            second: 1,
            relation: Relation::of(first, second),
            intended: Intended::between(first, second),
        };
        let samples = [self.chosen(&first.name), self.chosen(&second.name)];
        let mut balances = compare(&self.accepted(), &samples, &[pair], self.manifest.seed);
        Ok(Told::new([first, second], pair, balances.remove(0)))
    }

    /// How each subset compares to each of its controls, as a run writes it.
    pub(crate) fn compare_all(&self) -> Vec<Told<'_>> {
        let records = &self.manifest.subsets;
        let samples: Vec<&[u32]> = records
            .iter()
            .map(|record| self.chosen(&record.name))
            .collect();
        let pairs = pairs(records);
        let balances = compare(&self.accepted(), &samples, &pairs, self.manifest.seed);
        let told = pairs.into_iter().zip(balances);
        told.map(|(pair, balance)| {
            Told::new(
                [pair.first, pair.second].map(|at| &records[at]),
                pair,
                balance,
            )
        })
        .collect()
    }

    fn accepted(&self) -> Accepted<'_> {
        Accepted::new(&self.entries, self.kept.clone())
    }

    fn chosen(&self, name: &str) -> &[u32] {
        self.chosen.get(name).map_or(&[], Vec::as_slice)
    }
}

/// Adds what was not kept, of which wrong controls are.
fn add_wrong(places: &mut HashMap<Id, u32>, manifest: &Manifest, entries: &Entries) {
    let mut records = manifest.subsets.iter();
    if !records.any(|record| record.role == SubsetRole::Wrong) {
        return;
    }
    for (at, row) in (0..).zip(&entries.rows) {
        if let Ok(body) = &row.body {
            places.entry(body.trajectory_id).or_insert(at);
        }
    }
}

/// Adds the entries that a batch of the selection names to their subsets; `places` are those that can be.
fn choose(
    chosen: &mut IndexMap<String, Vec<u32>>,
    places: &HashMap<Id, u32>,
    batch: &RecordBatch,
) -> Result<(), Misfit> {
    for (subset, id) in SUBSET.of(batch)?.into_iter().zip(TRAJECTORY_ID.of(batch)?) {
        let (subset, id) = (SUBSET.needed(subset)?, TRAJECTORY_ID.needed(id)?);
        let Some(&entry) = places.get(&id) else {
            let problem = format!("has `{id}` in `{subset}`, which was not kept");
            return Err(TRAJECTORY_ID.misfit(problem));
        };
        match chosen.get_mut(subset) {
            Some(entries) => entries.push(entry),
            None => drop(chosen.insert(subset.to_owned(), vec![entry])),
        }
    }
    Ok(())
}

/// Hands over a table's rows, some at a time. The table must have the columns that we write.
fn each_batch(
    path: &Path,
    columns: &[Head],
    mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>,
) -> Result<()> {
    let reader = check::open(path).map_err(|error| Error::parquet(path, error))?;
    let empty = RecordBatch::new_empty(reader.schema());
    for column in columns {
        column.array(&empty).map_err(|misfit| wrong(path, misfit))?;
    }
    for batch in reader {
        let batch = batch.map_err(|error| Error::parquet(path, error.into()))?;
        take(&batch).map_err(|misfit| wrong(path, misfit))?;
    }
    Ok(())
}

fn wrong(path: &Path, misfit: Misfit) -> Error {
    let file = path.file_name().unwrap_or_default();
    Error::Schema {
        file: format!("{RUN_FOLDER}/{}", file.to_string_lossy()),
        column: misfit.column.into(),
        problem: misfit.problem,
        hint: "see what else is wrong with the folder with `gradatim check`".into(),
    }
}
