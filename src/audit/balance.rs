//! An output folder read back: its trajectories from the ledger, its subsets from the selection.
//!
//! The ledger's rows are turned into what a run holds in memory, so that a figure is computed by the
//! same code, from the same values, while a run writes it and years later.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, FixedSizeBinaryBuilder, RecordBatch, RecordBatchReader, StringArray,
    new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema};
use indexmap::IndexMap;

use crate::audit::check;
use crate::compare::balance::{Accepted, Balance, Pair, Relation, Wanted, compare, pairs};
use crate::folder::{self, RUN_FOLDER};
use crate::ids::Id;
use crate::manifest::{Manifest, SubsetRecord};
use crate::pool::{Entries, entries};
use crate::{Error, Result, schema};

/// An output folder's trajectories and subsets.
pub struct Folder {
    pub manifest: Manifest,
    entries: Entries,
    kept: Vec<u32>,
    /// The entries of each subset, in order of rank.
    chosen: IndexMap<String, Vec<u32>>,
}

/// Two subsets of a folder, and how they compare.
pub struct Told<'f> {
    pub first: &'f SubsetRecord,
    pub second: &'f SubsetRecord,
    /// What the second is to the first.
    pub relation: Relation,
    pub balance: Balance,
}

impl Folder {
    pub fn open(out: &Path) -> Result<Self> {
        let manifest = folder::manifest(out)?;
        let run = out.join(RUN_FOLDER);
        let (mut entries, mut kept) = (Entries::default(), Vec::new());
        for batch in batches(&run.join("ledger.parquet"), schema::LEDGER)? {
            let batch = batch?;
            let fates = column(&batch, "fate").as_string::<i32>();
            let start = entries.rows.len() as u32;
            kept.extend(
                (start..)
                    .zip(fates)
                    .filter_map(|(at, fate)| (fate == Some("kept")).then_some(at)),
            );
            entries.add(0, &pool_batch(&batch)?)?;
        }
        let mut places: HashMap<String, u32> = HashMap::with_capacity(kept.len());
        for &entry in &kept {
            let id = entries.body_of(entry).trajectory_id.to_string();
            places.entry(id).or_insert(entry);
        }
        let mut chosen: IndexMap<String, Vec<u32>> = IndexMap::new();
        for batch in batches(&run.join("selection.parquet"), schema::SELECTION)? {
            let batch = batch?;
            let subsets = column(&batch, "subset").as_string::<i32>();
            let ids = column(&batch, "trajectory_id").as_string::<i32>();
            for (subset, id) in subsets.iter().zip(ids) {
                let (Some(subset), Some(id)) = (subset, id) else {
                    continue;
                };
                let Some(&entry) = places.get(id) else {
                    let path = run.join("selection.parquet");
                    let problem = format!("has `{id}` in `{subset}`, which was not kept");
                    return Err(wrong(&path, "trajectory_id", &problem));
                };
                match chosen.get_mut(subset) {
                    Some(entries) => entries.push(entry),
                    None => drop(chosen.insert(subset.to_owned(), vec![entry])),
                }
            }
        }
        Ok(Self {
            manifest,
            entries,
            kept,
            chosen,
        })
    }

    /// The record of a subset or control.
    pub fn record(&self, name: &str) -> Result<&SubsetRecord> {
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
            let likely: Vec<&str> = likely.filter(|one| one.contains(name)).take(5).collect();
            let names = match likely.as_slice() {
                [] => "its names stand in `README.md` and in `__run__/manifest.json`".to_owned(),
                some => format!("it has {}", some.join(", ")),
            };
            Error::usage(format!("the folder has no subset `{name}`"), names)
        })
    }

    /// How two subsets or controls compare.
    pub fn compare(&self, first: &str, second: &str) -> Result<Told<'_>> {
        let (first, second) = (self.record(first)?, self.record(second)?);
        let pair = Pair {
            first: 0,
            second: 1,
            relation: Relation::of(first, second),
            wanted: Wanted::between(first, second),
        };
        let samples = [self.chosen(&first.name), self.chosen(&second.name)];
        let mut balances = compare(&self.accepted(), &samples, &[pair]);
        Ok(Told {
            first,
            second,
            relation: pair.relation,
            balance: balances.remove(0),
        })
    }

    /// How each subset compares to each of its controls, as a run writes it.
    pub fn compare_all(&self) -> Vec<Told<'_>> {
        let records = &self.manifest.subsets;
        let samples: Vec<&[u32]> = records
            .iter()
            .map(|record| self.chosen(&record.name))
            .collect();
        let pairs = pairs(records);
        let balances = compare(&self.accepted(), &samples, &pairs);
        let told = pairs.iter().zip(balances).map(|(pair, balance)| Told {
            first: &records[pair.first],
            second: &records[pair.second],
            relation: pair.relation,
            balance,
        });
        told.collect()
    }

    fn accepted(&self) -> Accepted<'_> {
        Accepted::new(&self.entries, self.kept.clone())
    }

    fn chosen(&self, name: &str) -> &[u32] {
        self.chosen.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The rows of a table, which must have the columns that we write.
fn batches(
    path: &Path,
    columns: &[schema::Column],
) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
    let shown = path.to_owned();
    let reader = check::open(path).map_err(|error| Error::parquet(path, error))?;
    for column in columns {
        let found = reader
            .schema()
            .column_with_name(column.name)
            .map(|(_, field)| field.clone());
        if found.is_none_or(|field| *field.data_type() != column.kind.data_type()) {
            return Err(wrong(path, column.name, "is missing or of another type"));
        }
    }
    Ok(reader.map(move |batch| batch.map_err(|error| Error::parquet(&shown, error.into()))))
}

/// A column that [`batches`] saw to.
fn column<'b>(batch: &'b RecordBatch, name: &str) -> &'b ArrayRef {
    let found = batch.column_by_name(name);
    found.unwrap_or_else(|| unreachable!("`{name}` is no column that was looked for"))
}

fn wrong(path: &Path, column: &str, problem: &str) -> Error {
    let file = path.file_name().unwrap_or_default();
    Error::Schema {
        file: format!("{RUN_FOLDER}/{}", file.to_string_lossy()),
        column: column.into(),
        problem: problem.into(),
        hint: "see what else is wrong with the folder with `gradatim check`".into(),
    }
}

/// Rows of the ledger in the columns that the pool has. What the ledger lacks (where a row's bytes lie,
/// which copy stays) decides nothing any more.
fn pool_batch(batch: &RecordBatch) -> Result<RecordBatch> {
    let count = batch.num_rows();
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    for name in entries::COLUMNS {
        let array: ArrayRef = match name {
            "void" => voids(batch),
            "offset" => new_null_array(&DataType::UInt64, count),
            "fields_id" => new_null_array(&DataType::FixedSizeBinary(16), count),
            "problem_id" | "trajectory_id" => ids(column(batch, name)),
            name => column(batch, name).clone(),
        };
        columns.push((name, array));
    }
    let fields = columns
        .iter()
        .map(|(name, array)| Field::new(*name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let arrays = columns.iter().map(|(_, array)| array.clone()).collect();
    RecordBatch::try_new(schema, arrays).map_err(|error| Error::Query(error.to_string()))
}

/// Why a row yields no trajectory: the reason of those that have no id.
fn voids(batch: &RecordBatch) -> ArrayRef {
    let (ids, reasons) = (column(batch, "trajectory_id"), column(batch, "reason"));
    let reasons = reasons.as_string::<i32>().iter().enumerate();
    let voids = reasons.map(|(at, reason)| reason.filter(|_| ids.is_null(at)));
    Arc::new(voids.collect::<StringArray>())
}

/// Ids as they are in the pool.
fn ids(text: &ArrayRef) -> ArrayRef {
    let mut ids = FixedSizeBinaryBuilder::with_capacity(text.len(), 16);
    for id in text.as_string::<i32>() {
        match id.and_then(|id| id.parse::<Id>().ok()) {
            Some(id) => assert!(
                ids.append_value(id.to_bytes()).is_ok(),
                "an id has 16 bytes"
            ),
            None => ids.append_null(),
        }
    }
    Arc::new(ids.finish())
}
