//! Parts of a file: what is measured in one go, what is held at a time, and where one row lies.

use serde::{Deserialize, Serialize};

/// Part of a file that is measured in one go: named, resumed and stored as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// All of a file of text: JSONL or CSV.
    Whole,
    /// Row groups `first..end` of a Parquet file, whose first row is `row`.
    RowGroups { first: usize, end: usize, row: u64 },
}

/// When a batch ends: at so many rows, or at about so many bytes, whichever comes first.
#[derive(Clone, Copy, Debug)]
pub struct BatchSize {
    pub rows: usize,
    pub bytes: usize,
}

impl BatchSize {
    /// So many rows, of about 17 kB each as in OpenR1-Math-220k.
    pub fn of_rows(rows: usize) -> Self {
        Self {
            rows,
            bytes: 8 << 20,
        }
    }
}

/// Where one selected trajectory lies in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    pub row: u64,
    pub generation: u32,
    /// Where the row starts, in a plain file of text.
    pub offset: Option<u64>,
}

/// The row that is too large where nobody says another limit.
///
/// 16 MiB: a hundred times the longest trajectory in OpenR1-Math-220k (16,384 tokens, about 60 kB).
pub(crate) const ROW_BYTES_MAX: u64 = 16 << 20;
