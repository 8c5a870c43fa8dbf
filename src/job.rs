//! The main job: measure, select, emit.

use std::path::Path;

use crate::emit;
use crate::plan::Plan;
use crate::rules::OnShortfall;
use crate::run::measure;
use crate::screen::Tally;
use crate::select::{Selection, shortfall_table};
use crate::{Error, Result};

pub use crate::pool::Pool;
pub use crate::run::{Amount, Settings, Timings, Watch};

/// What a run did.
pub struct Report {
    pub selection: Selection,
    pub ledger: Vec<(String, Tally)>,
    pub timings: Timings,
}

/// Runs a plan into the folder `out`, which must not exist.
pub fn run(plan: &Plan, out: &Path, settings: &Settings<'_>) -> Result<Report> {
    if out.exists() {
        return Err(Error::OutputExists(out.to_owned()));
    }
    let mut timings = Timings::default();
    let experiment = measure(plan, settings, &mut timings)?;
    settings.watch.begin("select", Amount::default());
    let (fates, selection) = timings.stage("select", || {
        let fates = experiment.fates();
        let selection = experiment.select(&fates);
        (fates, selection)
    });
    if plan.on_shortfall == OnShortfall::Refuse && !selection.shortfalls.is_empty() {
        return Err(Error::Shortfall {
            table: shortfall_table(&selection.shortfalls),
        });
    }
    for warning in &selection.warnings {
        settings.watch.note(warning);
    }
    timings.stage("emit", || {
        emit::emit(&experiment, &fates, &selection, out, settings)
    })?;
    let ledger = experiment.ledger(&fates);
    Ok(Report {
        selection,
        ledger,
        timings,
    })
}
