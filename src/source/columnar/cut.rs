//! Decoded columns, cut into batches by what their rows come to.
//!
//! A reader decodes so many rows at a time, and nobody knows before how large they are: texts of a dictionary are
//! shared, and stand in each row as a copy once it is measured. So what was decoded is handed on in pieces, a row that
//! is too large by itself without its cells, and rows that were not decoded at all in their place.

use std::collections::VecDeque;
use std::ops::Range;

use arrow::array::RecordBatch;
use arrow::buffer::BooleanBuffer;

use super::weight::weights;
use crate::Result;
use crate::source::BatchSize;

/// Some rows in order.
pub(crate) struct Piece {
    /// The number of its first row.
    pub first_row: u64,
    pub rows: usize,
    /// Its decoded columns; none where no row was decoded.
    pub batch: Option<RecordBatch>,
    /// Which rows are too large, where some are.
    pub too_large: Option<BooleanBuffer>,
}

/// How rows are cut.
#[derive(Clone, Copy)]
pub(crate) struct Cuts {
    pub size: BatchSize,
    pub row_bytes_max: u64,
}

/// Cuts batches.
pub(super) struct Cut<I, F> {
    batches: I,
    /// The needed columns of a batch.
    project: F,
    cuts: Cuts,
    /// The number of the next row.
    row: u64,
    /// Rows that are not decoded, from the next one on.
    passed: VecDeque<Range<u64>>,
    held: Option<Held>,
}

/// A batch of which pieces are cut off.
struct Held {
    batch: RecordBatch,
    weights: Vec<u64>,
    /// How many of its rows are gone.
    at: usize,
}

impl<I, F> Cut<I, F>
where
    I: Iterator<Item = Result<RecordBatch>>,
    F: Fn(RecordBatch) -> RecordBatch,
{
    /// Cuts the batches of the rows from `first_row` on, of which those of `passed` are not among them.
    pub(super) fn new(
        batches: I,
        project: F,
        first_row: u64,
        passed: Vec<Range<u64>>,
        cuts: Cuts,
    ) -> Self {
        Self {
            batches,
            project,
            cuts,
            row: first_row,
            passed: passed.into(),
            held: None,
        }
    }

    /// Rows that were not decoded, where the next one is.
    fn passed_over(&mut self) -> Option<Piece> {
        let range = self.passed.front_mut()?;
        if range.start > self.row {
            return None;
        }
        let most = self.cuts.size.rows.max(1) as u64;
        let rows = range.end.saturating_sub(self.row).min(most) as usize;
        range.start = self.row + rows as u64;
        if range.is_empty() {
            self.passed.pop_front();
        }
        Some(Piece {
            first_row: self.row,
            rows,
            batch: None,
            too_large: Some(BooleanBuffer::new_set(rows)),
        })
    }

    /// Rows of the batch that is held, up to those that were not decoded.
    fn cut_off(&mut self) -> Option<Piece> {
        let held = self.held.as_mut()?;
        let until = self.passed.front().map_or(u64::MAX, |range| range.start);
        let until = until.saturating_sub(self.row);
        let left = held.weights.get(held.at..)?;
        let rows =
            rows_within(left, self.cuts.size).min(usize::try_from(until).unwrap_or(usize::MAX));
        let (batch, left) = (held.batch.slice(held.at, rows), &left[..rows]);
        let is_large = |at: usize| left[at] > self.cuts.row_bytes_max;
        let too_large = (0..rows).any(is_large);
        let too_large = too_large.then(|| BooleanBuffer::collect_bool(rows, is_large));
        held.at += rows;
        if held.at == held.weights.len() {
            self.held = None;
        }
        Some(Piece {
            first_row: self.row,
            rows,
            batch: Some(batch),
            too_large,
        })
    }
}

/// How many of these rows fill a batch.
fn rows_within(weights: &[u64], size: BatchSize) -> usize {
    let mut bytes = 0_u64;
    let full = weights.iter().position(|weight| {
        let is_full = bytes >= size.bytes as u64;
        bytes = bytes.saturating_add(*weight);
        is_full
    });
    let rows = full.unwrap_or(weights.len());
    rows.clamp(1, size.rows.max(1)).min(weights.len())
}

impl<I, F> Iterator for Cut<I, F>
where
    I: Iterator<Item = Result<RecordBatch>>,
    F: Fn(RecordBatch) -> RecordBatch,
{
    type Item = Result<Piece>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let piece = self.passed_over().or_else(|| self.cut_off());
            if let Some(piece) = piece {
                self.row += piece.rows as u64;
                return Some(Ok(piece));
            }
            match self.batches.next()? {
                Ok(batch) if batch.num_rows() == 0 => {}
                Ok(batch) => {
                    let batch = (self.project)(batch);
                    let weights = weights(batch.columns().iter(), batch.num_rows());
                    self.held = Some(Held {
                        batch,
                        weights,
                        at: 0,
                    });
                }
                Err(error) => return Some(Err(error)),
            }
        }
    }
}
