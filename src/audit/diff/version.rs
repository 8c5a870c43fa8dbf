//! One version: its rows, by what they are looked for by, and how what is said of them is read again.
//!
//! Of each row hashes are held, and no word: what is said of a row is read once more for the rows that differ, some at a
//! time. So two versions that are nearly the same take little, however wide their rows.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};

use arrow::array::{Array, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use indexmap::IndexSet;

use super::pairs::Row;
use crate::{Error, Result};

/// Words, each once; the first is that of none.
struct Words(IndexSet<String>);

/// The word of a cell without a value.
const NONE: u32 = 0;

impl Words {
    fn new() -> Self {
        Self(IndexSet::from([String::new()]))
    }

    fn word(&mut self, word: String) -> u32 {
        self.0.insert_full(word).0 as u32
    }

    fn get(&self, word: u32) -> Option<&str> {
        let words = self.0.get_index(word as usize);
        words.map(String::as_str).filter(|_| word != NONE)
    }
}

/// Hands over each cell of some columns of a batch that has a value: its row, the column's place among them, its words.
fn each_cell(
    batch: &RecordBatch,
    columns: &[&'static str],
    mut take: impl FnMut(usize, usize, String),
) -> Result<(), ArrowError> {
    let options = FormatOptions::default();
    for (at, column) in columns.iter().enumerate() {
        let Some(array) = batch.column_by_name(column) else {
            continue;
        };
        let shown = ArrayFormatter::try_new(array.as_ref(), &options)?;
        for row in (0..batch.num_rows()).filter(|&row| array.is_valid(row)) {
            take(row, at, shown.value(row).try_to_string()?);
        }
    }
    Ok(())
}

/// For each row of a batch a hash of what some columns say of it.
pub(super) fn said(batch: &RecordBatch, columns: &[&'static str]) -> Result<Vec<u64>, ArrowError> {
    let mut hashers = vec![DefaultHasher::new(); batch.num_rows()];
    each_cell(batch, columns, |row, at, word| {
        (at, word).hash(&mut hashers[row]);
    })?;
    Ok(hashers.iter().map(Hasher::finish).collect())
}

/// What takes batches of a version's rows, each with the number of its first row.
pub(super) type Take<'t> = dyn FnMut(u32, &RecordBatch) -> Result<()> + 't;

/// Reads the rows of a version again, in their order.
pub(super) type Again<'v> = Box<dyn Fn(usize, &mut Take<'_>) -> Result<()> + 'v>;

/// The cells of some rows of two versions.
pub(super) struct Cells {
    words: Words,
    /// A word of each column, by row.
    rows: [HashMap<u32, Box<[u32]>>; 2],
}

impl Cells {
    /// Reads the cells of these rows of each version.
    pub(super) fn read(
        again: &Again<'_>,
        columns: &[&'static str],
        mut rows: [Vec<u32>; 2],
    ) -> Result<Self> {
        let mut cells = Self {
            words: Words::new(),
            rows: [HashMap::new(), HashMap::new()],
        };
        for (side, wanted) in rows.iter_mut().enumerate() {
            wanted.sort_unstable();
            wanted.dedup();
            if !wanted.is_empty() {
                again(side, &mut |start, batch| {
                    let read = cells.add(side, columns, wanted, start, batch);
                    read.map_err(|error| Error::Query(error.to_string()))
                })?;
            }
        }
        Ok(cells)
    }

    /// Adds the rows of a batch that are wanted.
    fn add(
        &mut self,
        side: usize,
        columns: &[&'static str],
        wanted: &[u32],
        start: u32,
        batch: &RecordBatch,
    ) -> Result<(), ArrowError> {
        let end = start + batch.num_rows() as u32;
        let bound = |row: u32| wanted.partition_point(|&known| known < row);
        let wanted = &wanted[bound(start)..bound(end)];
        if wanted.is_empty() {
            return Ok(());
        }
        let indices: UInt32Array = wanted.iter().map(|row| row - start).collect();
        let batch = take_record_batch(batch, &indices)?;
        let width = columns.len();
        let mut cells = vec![NONE; width * wanted.len()];
        each_cell(&batch, columns, |row, at, word| {
            cells[row * width + at] = self.words.word(word);
        })?;
        let rows = wanted.iter().copied().zip(cells.chunks(width));
        self.rows[side].extend(rows.map(|(row, cells)| (row, cells.into())));
        Ok(())
    }

    /// What a column says of a row.
    pub(super) fn get(&self, side: usize, row: u32, column: usize) -> Option<&str> {
        let word = self.rows[side].get(&row)?[column];
        self.words.get(word)
    }
}

/// Where a row stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    /// Index of its file.
    pub file: u32,
    pub row: u64,
    pub generation: Option<u32>,
}

/// The rows of one version.
#[derive(Default)]
pub(super) struct Version {
    pub rows: Vec<Row>,
    pub spots: Vec<Spot>,
    /// Its files, as `SOURCE/FILE`.
    pub files: Vec<String>,
}

impl Version {
    pub(super) fn add(&mut self, mut row: Row, spot: Spot) {
        row.place = hash(&(spot.row, spot.generation));
        self.rows.push(row);
        self.spots.push(spot);
    }

    /// `SOURCE/FILE:ROW`, with the trajectory's number in its row where that is not the first.
    pub(super) fn place(&self, row: u32) -> String {
        let spot = self.spots[row as usize];
        let file = &self.files[spot.file as usize];
        match spot.generation {
            None | Some(0) => format!("{file}:{}", spot.row),
            Some(generation) => format!("{file}:{}.{generation}", spot.row),
        }
    }

    /// The index of a file, which is mostly the one of the row before.
    pub(super) fn file(&mut self, name: &str) -> u32 {
        if let Some(at) = self.files.iter().rposition(|known| known == name) {
            return at as u32;
        }
        self.files.push(name.to_owned());
        self.files.len() as u32 - 1
    }
}

/// A hash of the same value in every run.
pub(super) fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(value)
}
