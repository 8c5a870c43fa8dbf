//! Takes the shards of a plan through the stages; owns order, resuming and stopping.
//!
//! Units of files are measured side by side, each by one thread, and put into the pool as they end.
//! Where there are fewer units than threads the rows of a batch are shared out instead. Or others measure them, on
//! other machines that see the same pool ([`Elsewhere`]). What comes out
//! stands in the order of the plan, so that no thread can change it.

pub(crate) mod ahead;
mod board;
mod companions;
mod cosines;
mod errand;
mod experiment;
mod hand;
mod held;
mod knowledge;
mod loaded;
mod nominations;
mod remarked;
mod screening;
mod sent;
mod settings;
mod shards;
mod share;
mod terms;
mod unit;
mod unread;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::plan::Plan;
use crate::pool::{Aside, Lock};
use crate::{Error, Result};
pub(crate) use companions::Joined;
pub use errand::{Elsewhere, Errand};
pub(crate) use experiment::Experiment;
pub use hand::Hand;
pub(crate) use held::Held;
use loaded::Loaded;
pub(crate) use loaded::RunPart;
pub(crate) use screening::{differ, reader as screening_reader};
pub use settings::{Amount, Settings, Timings, Watch};
pub(crate) use share::Share;

/// Measures what the pool does not hold yet into it, and loads every entry of the plan's sources.
///
/// A part that fits its seal and holds what nobody can read is told, and measured again like one that does not fit.
pub(crate) fn measure<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    timings: &mut Timings,
) -> Result<Experiment<'p>> {
    // Each once: what this program has just measured it can read.
    let mut discarded = HashSet::new();
    loop {
        let measured = measure_once(plan, settings, timings);
        let Err(Error::Part { part, why }) = measured else {
            return measured;
        };
        let name = Path::new(&part).file_name().and_then(OsStr::to_str);
        let name = name.unwrap_or_default().to_owned();
        if !discarded.insert(name.clone()) {
            return Err(Error::Part { part, why });
        }
        shards::discard(settings, &name, &part, &why)?;
    }
}

/// Measures what the pool does not hold yet of a share of the plan's units into it. Nothing is loaded; a run over the same
/// pool finds it.
pub(crate) fn measure_share(
    plan: &Plan,
    settings: &Settings<'_>,
    share: Share,
    timings: &mut Timings,
) -> Result<()> {
    let _lock = ready(settings)?;
    let slots = shards::measure(plan, settings, share, timings)?;
    loaded::refuse_unreadable(plan, &slots, settings.watch)
}

/// Makes the pool ready to be filled; the parts stay in it as long as the lock is held.
fn ready(settings: &Settings<'_>) -> Result<Option<Lock>> {
    crate::disk::create_folders(settings.pool.folder())?;
    let lock = settings.pool.lock_for_reading(&|| settings.check_stop())?;
    if let Some(note) = lock.as_ref().and_then(|lock| lock.note.as_ref()) {
        settings.watch.note(note);
    }
    Aside::clear_left(&settings.pool);
    Ok(lock)
}

fn measure_once<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    timings: &mut Timings,
) -> Result<Experiment<'p>> {
    let lock = ready(settings)?;
    let slots = shards::measure(plan, settings, Share::WHOLE, timings)?;
    loaded::refuse_unreadable(plan, &slots, settings.watch)?;
    settings.watch.begin("load", Amount::default());
    let (mut entries, parts) = timings.stage("load", || loaded::load_all(slots))?;
    unread::refuse(plan, &entries, &parts, settings.watch)?;
    let companions = companions::join(plan, &mut entries, settings, timings)?;
    let loaded = Loaded {
        plan,
        entries,
        parts,
        companions,
        lock,
    };
    let screened = timings.stage("screen", || screening::screen(&loaded, settings))?;
    let gathered = timings.stage("knowledge", || knowledge::gather(&loaded, settings))?;
    timings.entries = loaded.entries.rows.len() as u64;
    Ok(Experiment::new(loaded, screened, gathered))
}
