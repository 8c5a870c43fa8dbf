//! The fates of the ledger, and what else of it follows from its measurements.

use arrow::array::{Array, AsArray, RecordBatch};

use super::files::Folder;
use super::replay::{CONTRADICTS, Replay};
use super::rows::differing;
use crate::emit::leakage::Leakage;
use crate::emit::ledger::{CLUSTER_DISAGREES, Outcome, REASON, VALUE, columns};
use crate::schema;
use crate::source::quietly;

/// Holds style, cluster, fate and reason of each entry against what its measurements give.
pub(super) fn check(folder: &mut Folder<'_>, replay: &Replay<'_>) {
    let Some(mut table) = folder.table("ledger.parquet") else {
        return;
    };
    let fields = schema::schema(&columns());
    if table.schema().fields() != fields.fields() {
        folder
            .findings
            .broken("the ledger has other columns than a run writes");
    }
    let outcome = quietly(|| Outcome::new(&replay.experiment, &replay.fates));
    let mut start = 0;
    while let Some(Ok(batch)) = table.next() {
        let compared = outcome
            .as_ref()
            .and_then(|outcome| quietly(|| compare(replay, outcome, &batch, start)));
        match compared {
            Some(broken) => broken
                .into_iter()
                .for_each(|what| folder.findings.broken(what)),
            None => return folder.findings.broken(CONTRADICTS),
        }
        start += batch.num_rows();
    }
}

fn compare(
    replay: &Replay<'_>,
    outcome: &Outcome<'_>,
    batch: &RecordBatch,
    start: usize,
) -> Vec<String> {
    let mut broken = Vec::new();
    let near = replay.stored.manifest.near_duplicates.as_ref();
    let lists_all =
        near.is_none_or(|near| near.disagreeing_count as usize == near.disagreeing.len());
    for (head, derived) in outcome.of(start..start + batch.num_rows()) {
        let Ok(column) = head.array(batch) else {
            broken.push(format!("the ledger lacks its column `{}`", head.name));
            continue;
        };
        if head.name == CLUSTER_DISAGREES.name() && !lists_all {
            continue;
        }
        for row in differing(column.as_ref(), derived.as_ref()) {
            if head.name == VALUE.name() && is_hit(replay, batch, &column, row, start) {
                continue;
            }
            broken.push(format!(
                "the ledger's row {}: `{}` is not what its measurements give",
                start + row,
                head.name
            ));
        }
    }
    broken
}

/// Whether the value of a contaminated entry names the hit that decided, which only `leakage.json` describes.
fn is_hit(
    replay: &Replay<'_>,
    batch: &RecordBatch,
    values: &dyn Array,
    row: usize,
    start: usize,
) -> bool {
    let reasons = batch.column_by_name(REASON.name());
    let reason = reasons.and_then(|reasons| reasons.as_string_opt::<i32>());
    let is_contaminated = reason.is_some_and(|reason| reason.value(row) == "contaminated");
    let Ok(body) = &replay.experiment.entries.rows[start + row].body else {
        return false;
    };
    let hit = replay.experiment.screened.contaminated(body.problem);
    let described = hit.and_then(|hit| described(replay.leakage.as_ref()?, hit as usize));
    let values = values.as_string_opt::<i32>();
    let value = values.and_then(|values| values.is_valid(row).then(|| values.value(row)));
    is_contaminated && described.as_deref() == value
}

fn described(leakage: &Leakage, hit: usize) -> Option<String> {
    let hit = leakage.hits.get(hit)?;
    Some(format!(
        "{}/{} ({})",
        hit.benchmark,
        hit.item,
        hit.class.as_str()
    ))
}
