//! `gradatim plan`: what a run would make.

use std::sync::Arc;

use crate::Result;
use crate::emit::preview::{Preview, preview};
use crate::error::one_line;
use crate::rules::OnShortfall;
use crate::run::{Experiment, Timings, measure};
use crate::screen::Tally;
use crate::select::{Selection, Subset};
use clap::Args;
use serde_json::{Value, json};

use super::progress::Progress;
use super::run::{ledger_table, shortfalls, steps, subset_table};
use super::table::{bytes, counted, thousands};
use super::training::Training;
use super::{Common, print, print_json, stop_on_signals};

/// Shows what a run would make: the subsets and controls, what the pool offers, what is missing, how much there is to
/// train, and one finished row as it would be trained on. Writes nothing but what it measures into the pool, where the run finds it.
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
    let settings = common.work.settings(&plan, &stop, &progress)?;
    let mut timings = Timings::default();
    let measured = measure(&plan, &settings, &mut timings);
    progress.finish();
    let experiment = measured?;
    let fates = experiment.fates();
    let selection = experiment.select(&fates);
    let ledger = experiment.ledger(&fates);
    common.work.write_timings(&timings)?;
    let shown = preview(&experiment, &selection, &fates)?;
    let made = Made {
        experiment: &experiment,
        selection: &selection,
        ledger: &ledger,
        sizes: TextSizes::new(&experiment, &selection),
        training: Training::new(&experiment, &selection),
        timings: &timings,
        shown: shown.as_ref(),
    };
    match common.work.json {
        true => print_json(&made.as_json())?,
        false => print(&made.as_text())?,
    }
    let refused = plan.on_shortfall == OnShortfall::Refuse;
    Ok(if refused && !selection.shortfalls.is_empty() {
        5
    } else {
        0
    })
}

/// What a run would make, to be told.
struct Made<'m> {
    experiment: &'m Experiment<'m>,
    selection: &'m Selection,
    ledger: &'m [(String, Tally)],
    sizes: TextSizes,
    training: Training<'m>,
    timings: &'m Timings,
    shown: Option<&'m Preview>,
}

impl Made<'_> {
    fn as_json(&self) -> Value {
        let subsets = self.selection.subsets.iter().map(|subset| {
            json!({
                "name": subset.name, "role": subset.role, "asked": subset.asked.count(),
                "unit": subset.asked.unit(),
                "size": subset.size, "available": subset.available, "bucket": subset.bucket,
                "bucket_share": subset.bucket_share,
                "steps": steps(subset, &self.experiment.plan.runs),
                "text_bytes": text_bytes(self.experiment, subset),
            })
        });
        let ledger = self.ledger.iter().map(|(source, tally)| {
            json!({ "source": source, "read": tally.read, "kept": tally.kept, "dropped": tally.dropped })
        });
        let row = self.shown.map(|shown| {
            let turns = shown.turns.iter();
            let turns = turns.map(|(role, content)| json!({ "role": role, "content": content }));
            json!({ "subset": shown.subset, "place": shown.place, "messages": turns.collect::<Vec<_>>() })
        });
        let Timings {
            reused_units,
            measured_units,
            ..
        } = self.timings;
        json!({
            "pool": { "units": reused_units + measured_units, "measured_before": reused_units },
            "ledger": ledger.collect::<Vec<_>>(),
            "subsets": subsets.collect::<Vec<_>>(),
            "shortfalls": shortfalls(self.selection),
            "warnings": self.selection.warnings,
            "text_bytes": self.sizes.bytes,
            "training": self.training.as_json(),
            "row": row,
        })
    }

    fn as_text(&self) -> String {
        let mut text = ledger_table(self.ledger);
        text.push('\n');
        text += &self.selected();
        let Timings {
            reused_units,
            measured_units,
            ..
        } = self.timings;
        text += &match (*measured_units, *reused_units) {
            (0, _) => "the pool held all of it: nothing was measured\n".to_owned(),
            (measured, held) => {
                let (was, it) = if measured == 1 {
                    ("was", "it")
                } else {
                    ("were", "them")
                };
                let other = match held {
                    0 => String::new(),
                    held => format!("; it held the other {}", thousands(held)),
                };
                let units = counted(measured, "unit");
                format!("{units} {was} measured, and the pool keeps {it} for the run{other}\n")
            }
        };
        for warning in &self.selection.warnings {
            text += &format!("warning: {}\n", one_line(warning));
        }
        text + &self.shown.map(row).unwrap_or_default()
    }

    fn selected(&self) -> String {
        if self.experiment.plan.grids.is_empty() {
            return "there is no `[[grid]]`: nothing is selected, and a run writes the ledger alone\n".into();
        }
        format!(
            "{}\n{} subsets and controls; text of {} would be written: {} rows, {} before compression\n{}",
            subset_table(self.selection, &self.experiment.plan.runs),
            self.selection.subsets.len(),
            self.sizes.subsets,
            thousands(self.sizes.rows),
            bytes(self.sizes.bytes),
            self.training.as_text(),
        )
    }
}

/// A row as it would be trained on, long texts without their middle.
fn row(shown: &Preview) -> String {
    let whose = match &shown.subset {
        Some(subset) => format!("the first row of `{}`", one_line(subset)),
        None => "the first row that is accepted".into(),
    };
    let mut text = format!(
        "\n{whose}, as it would be trained on ({}):\n",
        one_line(&shown.place)
    );
    for (role, said) in &shown.turns {
        text += &format!("\n[{}]\n{}\n", one_line(role), without_middle(said));
    }
    text
}

const START_CHARS: usize = 600;
const END_CHARS: usize = 300;

fn without_middle(text: &str) -> String {
    let count = text.chars().count();
    if count <= START_CHARS + END_CHARS {
        return text.to_owned();
    }
    let start: String = text.chars().take(START_CHARS).collect();
    let end: String = text.chars().skip(count - END_CHARS).collect();
    let left_out = thousands((count - START_CHARS - END_CHARS) as u64);
    format!("{start}\n[… {left_out} characters …]\n{end}")
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
