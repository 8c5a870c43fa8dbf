//! The main job: measure, select, emit.

use std::path::Path;

use crate::disk::{self, Partial};
use crate::emit;
use crate::emit::published::Claim;
use crate::ids::IdHasher;
use crate::plan::Plan;
use crate::pool::cache_folder;
use crate::rules::OnShortfall;
use crate::run::measure;
use crate::screen::Tally;
use crate::select::{Selection, shortfall_table};
use crate::source::store::{ObjectUrl, Stores};
use crate::{Error, Result};

pub use crate::pool::Pool;
pub use crate::run::{Amount, Elsewhere, Errand, Hand, Settings, Timings, Watch};

/// What a run did.
pub struct Report {
    pub selection: Selection,
    pub ledger: Vec<(String, Tally)>,
    pub timings: Timings,
}

/// Where a run writes.
#[derive(Clone, Copy, Debug)]
pub struct Output<'a> {
    /// The folder, which must not exist.
    pub folder: &'a Path,
    /// Whether it waits where another run builds the same folder, and then goes on; else it is refused.
    pub waits: bool,
}

/// Runs a plan into a folder. From its beginning on nobody else builds the same.
pub fn run(plan: &Plan, output: Output<'_>, settings: &Settings<'_>) -> Result<Report> {
    let partial = begin(output, settings)?;
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
        emit::emit(&experiment, &fates, &selection, partial, settings)
    })?;
    let ledger = experiment.ledger(&fates);
    Ok(Report {
        selection,
        ledger,
        timings,
    })
}

/// Runs a plan into a folder of an object store: it is built on this disk, and then put there.
pub(crate) fn run_into_store(
    plan: &Plan,
    stores: &Stores,
    url: &ObjectUrl,
    waits: bool,
    settings: &Settings<'_>,
) -> Result<Report> {
    let place = cache_folder()?.join("outputs");
    let name = IdHasher::new("gradatim output v1")
        .part(url.server())
        .part(url.to_string());
    let own = begin(
        Output {
            folder: &place.join(name.finish().to_string()),
            waits,
        },
        settings,
    )?;
    let claim = Claim::take(stores, url, plan, settings)?;
    let folder = &own.scratch("folder");
    let output = Output {
        folder,
        waits: false,
    };
    let mut report = match run(plan, output, settings) {
        Ok(report) => report,
        Err(error) => {
            claim.release();
            return Err(error);
        }
    };
    report
        .timings
        .stage("put", || claim.put(folder, settings))?;
    Ok(report)
}

/// Owns the place where the folder is built, and then sees whether its name is free.
pub(crate) fn begin(output: Output<'_>, settings: &Settings<'_>) -> Result<Partial> {
    let folder = output.folder;
    let mut told = false;
    let partial = Partial::begin(folder, &mut |held| {
        settings.check_stop()?;
        if !output.waits {
            return Err(held);
        }
        if !std::mem::replace(&mut told, true) {
            settings.watch.note(&format!("{held}: waits until it ends"));
        }
        Ok(())
    })?;
    if disk::is_there(folder) {
        return Err(Error::OutputExists(folder.to_owned()));
    }
    if !partial.is_locked() {
        settings.watch.note(&format!(
            "`{}` lies on a file system without locks: where this run is killed, remove `{0}.partial` by hand",
            folder.display()
        ));
    }
    Ok(partial)
}
