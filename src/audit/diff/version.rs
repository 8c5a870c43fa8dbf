//! One version: its rows, by what they are looked for by, and what is known of each in words.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use arrow::array::RecordBatch;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use indexmap::IndexSet;

use super::pairs::Row;

/// The words of all cells of two versions, each once; the first is that of none.
pub(super) struct Words(IndexSet<String>);

/// The word of a cell without a value.
const NONE: u32 = 0;

impl Words {
    pub(super) fn new() -> Self {
        Self(IndexSet::from([String::new()]))
    }

    /// The cells of some columns of a batch, row by row; none where the batch has no such column.
    pub(super) fn cells(
        &mut self,
        batch: &RecordBatch,
        columns: &[&'static str],
    ) -> Result<Vec<u32>, ArrowError> {
        let options = FormatOptions::default();
        let width = columns.len();
        let mut cells = vec![NONE; width * batch.num_rows()];
        for (at, column) in columns.iter().enumerate() {
            let Some(array) = batch.column_by_name(column) else {
                continue;
            };
            let shown = ArrayFormatter::try_new(array.as_ref(), &options)?;
            for row in (0..batch.num_rows()).filter(|&row| array.is_valid(row)) {
                let word = shown.value(row).try_to_string()?;
                cells[row * width + at] = self.word(word);
            }
        }
        Ok(cells)
    }

    fn word(&mut self, word: String) -> u32 {
        self.0.insert_full(word).0 as u32
    }

    pub(super) fn get(&self, word: u32) -> Option<&str> {
        let words = self.0.get_index(word as usize);
        words.map(String::as_str).filter(|_| word != NONE)
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
    /// A word of each column for each row.
    cells: Vec<u32>,
}

impl Version {
    /// Adds a row; `said` of it are its cells.
    pub(super) fn add(&mut self, mut row: Row, spot: Spot, cells: &[u32]) {
        row.said = hash(cells);
        row.place = hash(&(spot.row, spot.generation));
        self.rows.push(row);
        self.spots.push(spot);
        self.cells.extend_from_slice(cells);
    }

    pub(super) fn cells(&self, row: u32) -> &[u32] {
        let width = self.cells.len() / self.rows.len().max(1);
        let start = row as usize * width;
        &self.cells[start..start + width]
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
pub(super) fn hash(value: &(impl std::hash::Hash + ?Sized)) -> u128 {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(value);
    u128::from(hash)
}
