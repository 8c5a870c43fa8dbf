//! Rows as they were read, whatever the file's format.

use std::sync::Arc;

use super::columnar::parquet::ArrowBatch;
use super::entry::Row;
use super::hive::Filler;
use super::text::TextBatch;

/// Rows in file order, as they were read; [`Row`]s are made of them one by one, on any thread.
pub enum Batch {
    Arrow(ArrowBatch),
    Text(TextBatch),
    /// With cells that the names of the file's folders fill.
    Filled(Box<Batch>, Arc<Filler>),
}

impl Batch {
    pub fn len(&self) -> usize {
        match self {
            Self::Arrow(batch) => batch.len(),
            Self::Text(batch) => batch.len(),
            Self::Filled(batch, _) => batch.len(),
        }
    }

    /// How many bytes of the file it is, where that is known before the unit ends; else 0.
    pub(crate) fn file_bytes(&self) -> u64 {
        match self {
            Self::Arrow(_) => 0,
            Self::Text(batch) => batch.file_bytes(),
            Self::Filled(batch, _) => batch.file_bytes(),
        }
    }

    pub fn row(&self, index: usize) -> Row<'_> {
        match self {
            Self::Arrow(batch) => batch.row(index),
            Self::Text(batch) => batch.row(index),
            Self::Filled(batch, filler) => {
                let mut row = batch.row(index);
                if let Ok(cells) = &mut row.cells {
                    filler.fill(cells);
                }
                row
            }
        }
    }
}
