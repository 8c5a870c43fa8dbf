//! `gradatim plan`: what a run would make.

use std::sync::Arc;

use crate::Result;
use crate::rules::OnShortfall;
use crate::run::{Experiment, Timings, measure};
use crate::select::{Selection, Subset};
use clap::Args;
use serde_json::json;

use super::progress::Progress;
use super::run::{ledger_table, shortfalls, subset_table};
use super::table::{bytes, thousands};
use super::{Common, print, print_json, stop_on_signals};

/// Shows what a run would make: the subsets and controls, what the pool offers, what is missing. Writes
/// nothing: what the pool does not hold yet is measured in memory and forgotten.
#[derive(Args)]
#[command(after_help = "\
Ends with 5 where the pipeline refuses a shortfall that a run would meet.

Example:
  gradatim plan pipelines/ladder.toml --source openr1='shards/*.parquet'")]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
}

pub(super) fn plan(arguments: &Arguments) -> Result<u8> {
    let common = &arguments.common;
    let stop = stop_on_signals()?;
    let progress = Arc::new(Progress::new());
    let plan = common.plan(&stop, &progress)?;
    let settings = common.settings(&stop, &progress)?;
    let mut timings = Timings::default();
    let measured = measure(&plan, &settings, false, &mut timings);
    progress.finish();
    let experiment = measured?;
    let fates = experiment.fates();
    let selection = experiment.select(&fates);
    let ledger = experiment.ledger(&fates);
    let sizes = TextSizes::new(&experiment, &selection);
    common.write_timings(&timings)?;
    if common.json {
        let subsets = selection.subsets.iter().map(|subset| {
            json!({
                "name": subset.name, "role": subset.role, "asked": subset.asked.count(),
                "unit": subset.asked.unit(),
                "size": subset.size, "available": subset.available, "bucket": subset.bucket,
                "text_bytes": text_bytes(&experiment, subset),
            })
        });
        print_json(&json!({
            "pool": { "units": timings.reused_units + timings.measured_units, "measured_before": timings.reused_units },
            "ledger": ledger.iter().map(|(source, tally)| json!({
                "source": source, "read": tally.read, "kept": tally.kept, "dropped": tally.dropped,
            })).collect::<Vec<_>>(),
            "subsets": subsets.collect::<Vec<_>>(),
            "shortfalls": shortfalls(&selection),
            "warnings": selection.warnings,
            "text_bytes": sizes.bytes,
        }))?;
    } else {
        let mut text = ledger_table(&ledger);
        text.push('\n');
        text += &subset_table(&selection);
        text += &format!(
            "\n{} subsets and controls; text of {} would be written: {} rows, {} before compression\n",
            selection.subsets.len(),
            sizes.subsets,
            thousands(sizes.rows),
            bytes(sizes.bytes),
        );
        text += &format!(
            "the pool holds {} of {} units; a run measures the others\n",
            timings.reused_units,
            timings.reused_units + timings.measured_units
        );
        for warning in &selection.warnings {
            text += &format!("warning: {warning}\n");
        }
        print(&text)?;
    }
    let refused = plan.on_shortfall == OnShortfall::Refuse;
    Ok(if refused && !selection.shortfalls.is_empty() {
        5
    } else {
        0
    })
}

/// What would be written.
struct TextSizes {
    subsets: usize,
    rows: u64,
    bytes: u64,
}

impl TextSizes {
    fn new(experiment: &Experiment<'_>, selection: &Selection) -> Self {
        let mut sizes = Self {
            subsets: 0,
            rows: 0,
            bytes: 0,
        };
        for subset in &selection.subsets {
            if experiment.plan.emits(subset) {
                sizes.subsets += 1;
                sizes.rows += u64::from(subset.size);
                sizes.bytes += text_bytes(experiment, subset);
            }
        }
        sizes
    }
}

/// Bytes of a subset's replies.
fn text_bytes(experiment: &Experiment<'_>, subset: &Subset) -> u64 {
    let reply = |&entry: &u32| u64::from(experiment.entries.body_of(entry).bytes);
    subset.entries().iter().map(reply).sum()
}
