//! The ledger of an output folder, read again.
//!
//! Its rows become what a run holds in memory, so that a figure is computed by the same code, from the same values,
//! while a run writes it and years later.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::Schema;

use crate::emit::ledger::{FATE, FateWord, PROBLEM_ID, REASON, TEXT_ID, TRAJECTORY_ID};
use crate::ids::Id;
use crate::pool::Entries;
use crate::pool::entries::Entry;
use crate::pool::load::{BodyColumns, TrajectoryIds, body_columns};
use crate::pool::tables::{self, GENERATION, PROBLEM_BYTES, ROW};
use crate::schema::{Head, HexId, Misfit, OneOf, Worded, heads, read_columns};
use crate::source::Void;

read_columns! {
    /// What a ledger has beside measurements.
    struct LedgerColumns {
        trajectory_id: HexId = TRAJECTORY_ID,
        problem_id: HexId = PROBLEM_ID,
        row: u64 = ROW,
        generation: u32 = GENERATION,
        fate: OneOf<FateWord> = FATE,
        reason: str = REASON,
    }
}

/// Adds the rows of a batch of a ledger to the entries, and to `kept` which of them were kept.
///
/// What a ledger lacks (where a row's bytes lie, by what an exact copy stays) decides nothing any more. Fails where the
/// batch is not as a run writes it.
pub(super) fn add(
    entries: &mut Entries,
    kept: &mut Vec<u32>,
    batch: &RecordBatch,
) -> Result<(), Misfit> {
    let batch = &with_late_columns(batch);
    let columns = LedgerColumns::of(batch)?;
    let bodies = BodyColumns::of(batch)?;
    let texts = texts(batch)?;
    for (at, text) in texts.into_iter().enumerate() {
        let ending = FATE.needed(columns.fate[at])?;
        let body = match columns.ids(at, ending, text)? {
            Some(ids) => Ok(entries.body(ids, &bodies, at)?),
            None => Err(columns.void(at)?),
        };
        if ending == FateWord::Kept {
            kept.push(entries.rows.len() as u32);
        }
        entries.rows.push(Entry {
            part: 0,
            row: ROW.needed(columns.row[at])?,
            generation: columns.generation[at],
            offset: None,
            body: body.map(Box::new),
        });
    }
    Ok(())
}

/// The columns that [`add`] reads, of which older ledgers lack some.
pub(super) fn columns() -> Vec<&'static str> {
    let texts = [TEXT_ID.name()];
    [LedgerColumns::NAMES, &body_columns(), &texts].concat()
}

/// The text ids of a batch; none in a ledger of a version that had no such column.
fn texts(batch: &RecordBatch) -> Result<Vec<Option<Id>>, Misfit> {
    match batch.column_by_name(TEXT_ID.name()) {
        Some(_) => TEXT_ID.of(batch),
        None => Ok(vec![None; batch.num_rows()]),
    }
}

/// Whether ledgers of earlier versions lack the column: a figure that rests on it is then not known.
pub(super) fn is_late(column: &Head) -> bool {
    [TEXT_ID.name(), PROBLEM_BYTES.name()].contains(&column.name)
}

/// The batch with a column of nulls for each that later versions added to what is measured.
fn with_late_columns(batch: &RecordBatch) -> RecordBatch {
    let mut columns: Vec<_> = batch.schema().fields().iter().cloned().collect();
    let mut arrays = batch.columns().to_vec();
    for head in heads(&tables::measures())
        .iter()
        .filter(|head| is_late(head))
    {
        if batch.column_by_name(head.name).is_none() {
            columns.push(Arc::new(head.field().with_nullable(true)));
            arrays.push(new_null_array(&head.kind.data_type(), batch.num_rows()));
        }
    }
    RecordBatch::try_new(Arc::new(Schema::new(columns)), arrays).unwrap_or_else(|_| batch.clone())
}

/// The reason of an exact copy of a trajectory that was kept.
const DUPLICATE: &str = "duplicate";

impl LedgerColumns<'_> {
    /// The names of a row's trajectory; none where it yields none, which then was not kept.
    fn ids(
        &self,
        at: usize,
        ending: FateWord,
        text: Option<Id>,
    ) -> Result<Option<TrajectoryIds>, Misfit> {
        if self.trajectory_id[at].is_none() && ending == FateWord::Dropped {
            return Ok(None);
        }
        Ok(Some(TrajectoryIds {
            problem: PROBLEM_ID.needed(self.problem_id[at])?,
            trajectory: TRAJECTORY_ID.needed(self.trajectory_id[at])?,
            // Of a ledger without it nothing is held against the texts.
            text: text.unwrap_or_default(),
            // Which of the copies stays is the ledger's word: in its place, so that there is one.
            fields: Id(u128::from(self.reason[at] == Some(DUPLICATE))),
        }))
    }

    /// Why a row yields no trajectory: the reason of those that have no id.
    fn void(&self, at: usize) -> Result<Void, Misfit> {
        let reason = REASON.needed(self.reason[at])?;
        Void::of_word(reason)
            .ok_or_else(|| REASON.misfit(format!("has the unknown word `{reason}`")))
    }
}
