//! `gradatim measure`: fills the pool, alone or as one of several machines.

use std::sync::Arc;

use crate::Result;
use crate::plan::Overrides;
use crate::run::{Settings, Share, Timings, measure_share};
use clap::Args;
use serde_json::json;

use super::cluster::Place;
use super::progress::Progress;
use super::table::{counted, thousands};
use super::{Input, Work, print, print_json, stop_on_signals};

/// Measures what a run of the pipeline would measure, and keeps it in the pool, where the run finds it. Nothing is
/// selected. Each of several machines that have a pool in common takes a share.
#[derive(Args)]
#[command(after_help = "\
A share is of neighbouring files and about as large as the others; which units
it has depends on the pipeline's files alone. A share that was broken off, or
lost, is measured by the same command, or by the run.

Examples:
  gradatim measure pipelines/ladder.toml --pool /shared/pool
  gradatim measure pipelines/ladder.toml --pool /shared/pool --shard 3/16")]
pub(super) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Measure this share of so many, as 3/16.
    #[arg(long, value_name = "NUMBER/OF", default_value_t = Share::WHOLE)]
    shard: Share,
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    work: Work,
}

pub(super) fn measure(arguments: &Arguments) -> Result<u8> {
    let Arguments {
        input,
        shard,
        place,
        work,
    } = arguments;
    let stop = stop_on_signals()?;
    let elsewhere = place.elsewhere()?;
    let progress = Arc::new(Progress::new());
    let plan = input.plan(work, Overrides::default(), &stop, &progress)?;
    let settings = Settings {
        elsewhere: elsewhere.as_deref(),
        ..work.settings(&plan, &stop, &progress)?
    };
    let mut timings = Timings::default();
    let measured = measure_share(&plan, &settings, *shard, &mut timings);
    progress.finish();
    measured?;
    work.write_timings(&timings)?;
    let (measured, before) = (timings.measured_units, timings.reused_units);
    match work.json {
        true => print_json(&json!({
            "shard": shard.to_string(),
            "units": measured + before,
            "measured": measured,
            "measured_before": before,
        }))?,
        false => print(&format!(
            "share {shard}: {}, {} of them measured now, {} before\n",
            counted(measured + before, "unit"),
            thousands(measured),
            thousands(before)
        ))?,
    }
    Ok(0)
}
