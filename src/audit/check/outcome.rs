//! The fates of the ledger, and what else of it follows from its measurements.

use arrow::array::RecordBatch;

use super::files::Folder;
use super::replay::{CONTRADICTS, Replay};
use super::rows::differing;
use crate::emit::ledger::{CLUSTER_DISAGREES, Outcome, columns};
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
            broken.push(format!(
                "the ledger's row {}: `{}` is not what its measurements give",
                start + row,
                head.name
            ));
        }
    }
    broken
}
