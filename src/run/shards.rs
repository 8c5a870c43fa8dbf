//! The measuring pass: which units of which files the pool lacks, and their measuring, side by side.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::board::{Board, lock};
use super::held::{Filling, Held, Slot};
use super::sent::{Ended, Sent};
use super::share::{Deal, Share, weight};
use super::unit::{Clock, Job, Means, Pace, Readable, measure_unit, unit_done};
use super::{Amount, Elsewhere, Settings, Timings};
use crate::ids::Id;
use crate::measure::tokens::Tokenizer;
use crate::plan::{Plan, PlannedFile, PlannedSource, unreadable};
use crate::pool::Aside;
use crate::pool::identity::{self, Made};
use crate::pool::part::Part;
use crate::source::{self, Unit, layout};
use crate::{Error, Result};

/// So many errands are under way at a time: while one comes to its end the next is worked at.
const ERRANDS: usize = 3;

/// Units of one errand, at most: some megabytes of tasks.
const SENT_MAX: usize = 4096;

/// So long is waited for more units before some are sent: files are still being hashed.
const SENT_WAIT: Duration = Duration::from_millis(500);

/// Takes every unit of a share from the pool or measures it; the slots stand in the order of the plan.
///
/// One thread hashes file after file and looks into the pool, and what is not there is measured meanwhile,
/// so that the disk and the cores work at the same time.
pub(super) fn measure(
    plan: &Plan,
    settings: &Settings<'_>,
    share: Share,
    timings: &mut Timings,
) -> Result<Vec<Slot>> {
    let pass = Pass::new(plan, settings, share);
    let started = Instant::now();
    let mut slots = Vec::new();
    std::thread::scope(|scope| {
        match settings.elsewhere {
            Some(elsewhere) => {
                for _ in 0..ERRANDS {
                    scope.spawn(|| pass.send(elsewhere));
                }
            }
            None => {
                scope.spawn(|| pass.prefetch());
                for _ in 0..settings.threads {
                    scope.spawn(|| pass.work());
                }
            }
        }
        let _closing = pass.board.closing();
        if let Err(error) = pass.find(&mut slots) {
            pass.fail(error);
        }
    });
    let is_ours = |slot: &&Slot| !matches!(slot.filling, Filling::OfOthers);
    pass.report(started, slots.iter().filter(is_ours).count(), timings);
    if let Some(failure) = lock(&pass.failure).take() {
        return Err(failure);
    }
    let nowhere = std::mem::take(&mut *lock(&pass.nowhere));
    if !nowhere.is_empty() {
        return Err(Error::Nowhere(nowhere.into_values().collect()));
    }
    for (slot, outcome) in lock(&pass.outcomes).drain(..) {
        slots[slot].filling = match outcome {
            Ok(part) => Filling::Held(Held::Stored(Box::new(part))),
            Err(why) => Filling::Unreadable(why),
        };
    }
    Ok(slots)
}

/// How many units a file counts as: one that cannot be read has to be told by somebody.
fn units(file: &PlannedFile) -> usize {
    file.units.as_ref().map_or(1, Vec::len)
}

/// About how many bytes of a file a unit is.
fn unit_bytes(file: &PlannedFile) -> u64 {
    file.bytes / units(file).max(1) as u64
}

/// By file and unit: whether it is the share's.
fn dealt(plan: &Plan, share: Share) -> Vec<Vec<bool>> {
    let files = || plan.sources.iter().flat_map(|source| &source.files);
    let weighs = |file: &PlannedFile| weight(unit_bytes(file));
    let total = files().map(|file| u128::from(weighs(file)) * units(file) as u128);
    let mut deal = Deal::new(share, total.sum());
    let of_file = |file: &PlannedFile| (0..units(file)).map(|_| deal.takes(weighs(file))).collect();
    files().map(of_file).collect()
}

/// How much of a plan's files the units are that were dealt.
fn amount(plan: &Plan, dealt: &[Vec<bool>]) -> Amount {
    let mut amount = Amount::default();
    let files = plan.sources.iter().flat_map(|source| &source.files);
    for (file, dealt) in files.zip(dealt) {
        let ours = dealt.iter().filter(|ours| **ours).count() as u64;
        amount.files += u64::from(ours > 0);
        amount.bytes += match ours == dealt.len() as u64 {
            true => file.bytes,
            false => ours * unit_bytes(file),
        };
    }
    amount
}

/// A unit that the pool may hold.
struct Sought<'p, 'f> {
    source: &'p PlannedSource,
    file: &'p PlannedFile,
    content: Id,
    unit: Unit,
    rows: Option<u64>,
    units_left: &'f Arc<AtomicUsize>,
}

/// About how many rows a unit has, by where the next one begins, else by those before it; none of the only one.
fn rows_about(units: &[Unit], at: usize) -> Option<u64> {
    let start = |at: usize| match units.get(at)? {
        Unit::RowGroups { row, .. } => Some(*row),
        Unit::Whole => None,
    };
    let own = start(at)?;
    match start(at + 1) {
        Some(next) => Some(next.saturating_sub(own)),
        None => own.checked_div(at as u64),
    }
}

/// One pass over all units, and what its threads share.
struct Pass<'p, 's> {
    plan: &'p Plan,
    settings: &'s Settings<'s>,
    /// By file, in the order of the plan, and unit: whether it is the share's.
    ours: Vec<Vec<bool>>,
    /// There are fewer units than threads: each shares its rows out.
    share_rows: bool,
    board: Board<Job<'p>>,
    /// Where parts are written; opened with the first job, since a pool that holds all may be read-only.
    aside: OnceLock<Aside>,
    /// Loaded by the first thread that needs it, which takes most of a second; none where that failed.
    tokenizer: OnceLock<Option<Tokenizer>>,
    /// By slot.
    outcomes: Mutex<Vec<(usize, Readable<Part>)>>,
    failure: Mutex<Option<Error>>,
    /// By slot: the units that were to be measured elsewhere and were measured nowhere, and why.
    nowhere: Mutex<BTreeMap<usize, (String, String)>>,
    clock: Clock,
    pace: Pace,
}

impl<'p, 's> Pass<'p, 's> {
    fn new(plan: &'p Plan, settings: &'s Settings<'s>, share: Share) -> Self {
        let ours = dealt(plan, share);
        let units: usize = ours.iter().flatten().filter(|ours| **ours).count();
        settings.watch.begin("measure", amount(plan, &ours));
        Self {
            plan,
            settings,
            ours,
            share_rows: units < settings.threads,
            board: Board::default(),
            aside: OnceLock::new(),
            tokenizer: OnceLock::new(),
            outcomes: Mutex::default(),
            failure: Mutex::default(),
            nowhere: Mutex::default(),
            clock: Clock::default(),
            pace: Pace::default(),
        }
    }

    /// Ends the pass; the first failure is the one that is told.
    fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.board.clear();
    }

    /// What the part of a unit is made from.
    fn made(&self, source: &PlannedSource, file: &PlannedFile, content: Id, unit: Unit) -> Made {
        let Plan {
            tokenizer,
            behaviours,
            ..
        } = self.plan;
        let source = &source.source;
        Made::of(content, &file.file, unit, source, tokenizer, *behaviours)
    }

    /// Fetches the parts of a file's units where the pool lies in a store, together.
    fn bring(
        &self,
        source: &PlannedSource,
        file: &PlannedFile,
        content: Id,
        units: impl Iterator<Item = Unit>,
    ) -> Result<()> {
        let name = |unit| self.made(source, file, content, unit).name();
        match self.settings.pool.is_shared() {
            true => self
                .settings
                .pool
                .bring(&units.map(name).collect::<Vec<_>>()),
            false => Ok(()),
        }
    }

    /// Finds which units the pool holds, file after file, and puts up the others.
    fn find(&self, slots: &mut Vec<Slot>) -> Result<()> {
        let mut ours = self.ours.iter();
        for (source_index, source) in self.plan.sources.iter().enumerate() {
            for (file_index, file) in source.files.iter().enumerate() {
                self.settings.check_stop()?;
                if lock(&self.failure).is_some() {
                    return Ok(());
                }
                let slot = |content, filling| Slot {
                    source: source_index,
                    file: file_index,
                    content,
                    filling,
                };
                let ours = ours.next().expect("a list for each file");
                let count = ours.iter().filter(|ours| **ours).count();
                if count == 0 {
                    slots.extend(ours.iter().map(|_| slot(None, Filling::OfOthers)));
                    continue;
                }
                match self.content(source, file)? {
                    Ok((content, units)) => {
                        let is_ours = |(unit, ours): (&Unit, &bool)| ours.then_some(*unit);
                        let wanted = units.iter().zip(ours).filter_map(is_ours);
                        self.bring(source, file, content, wanted)?;
                        let units_left = Arc::new(AtomicUsize::new(count));
                        for (at, (&unit, &is_ours)) in units.iter().zip(ours).enumerate() {
                            if !is_ours {
                                slots.push(slot(None, Filling::OfOthers));
                                continue;
                            }
                            let sought = Sought {
                                source,
                                file,
                                content,
                                unit,
                                rows: rows_about(units, at),
                                units_left: &units_left,
                            };
                            let filling = self.find_unit(sought, slots.len())?;
                            slots.push(slot(Some(content), filling));
                        }
                    }
                    Err(why) => {
                        slots.push(slot(None, Filling::Unreadable(why)));
                        self.settings.watch.advance(Amount::files(1, file.bytes));
                    }
                }
            }
        }
        Ok(())
    }

    /// What the file holds, and its units.
    fn content(
        &self,
        source: &PlannedSource,
        file: &'p PlannedFile,
    ) -> Result<Readable<(Id, &'p [Unit])>> {
        let units = match &file.units {
            Ok(units) => units,
            Err(why) => return Ok(Err(why.clone())),
        };
        let now = Instant::now();
        let source = &source.source;
        let content = identity::content(&file.file).and_then(|content| {
            file.hold(&layout::columns(source), source.row_bytes_max)?;
            Ok(content)
        });
        Clock::add(&self.clock.hash, now);
        match content {
            Ok(content) => Ok(Ok((content, units))),
            Err(error) => Ok(Err(unreadable(error.or_gone(&file.file.name))?)),
        }
    }

    /// The pool's part of a unit; where there is none it is put up to be measured.
    fn find_unit(&self, sought: Sought<'p, '_>, slot: usize) -> Result<Filling> {
        let Sought {
            source,
            file,
            content,
            unit,
            rows,
            units_left,
        } = sought;
        let bytes = unit_bytes(file);
        let made = self.made(source, file, content, unit);
        if let Some(part) = sound_part(self.settings, &made.name())? {
            unit_done(units_left, bytes, self.settings);
            return Ok(Filling::Held(Held::Stored(Box::new(part))));
        }
        self.clock.first_job.get_or_init(Instant::now);
        if self.aside.get().is_none() {
            // No other thread opens one.
            let _ = self.aside.set(Aside::open(&self.settings.pool)?);
        }
        self.board.put(Job {
            slot,
            source_name: &source.name,
            source: &source.source,
            file: &file.file,
            unit,
            made,
            bytes,
            rows,
            units_left: Arc::clone(units_left),
        });
        Ok(Filling::Awaited)
    }

    /// Measures job after job.
    fn work(&self) {
        while let Some(job) = self.board.take() {
            let load = || {
                self.settings.watch.waits_for("tokenizer");
                let loaded = self.plan.load_tokenizer(&self.settings.pool);
                self.clock.loaded.get_or_init(Instant::now);
                loaded.map_err(|error| self.fail(error)).ok()
            };
            let Some(tokenizer) = self.tokenizer.get_or_init(load) else {
                return;
            };
            let aside = self.opened_aside();
            let means = Means {
                tokenizer,
                settings: self.settings,
                aside,
                share_rows: self.share_rows,
                clock: &self.clock,
                pace: &self.pace,
            };
            match measure_unit(&job, means) {
                Ok(outcome) => lock(&self.outcomes).push((job.slot, outcome)),
                Err(error) => self.fail(error),
            }
        }
    }

    /// Has job after job measured elsewhere, as many at a time as have been found.
    fn send(&self, elsewhere: &dyn Elsewhere) {
        while let Some(jobs) = self.board.take_some(SENT_MAX, SENT_WAIT) {
            self.clock.loaded.get_or_init(Instant::now);
            let look = || match &*lock(&self.failure) {
                // The first is the one that is told.
                Some(_) => Err(Error::Interrupted { signal: 0 }),
                None => self.settings.check_stop(),
            };
            let aside = self.opened_aside();
            let ended = Sent::new(self.plan, self.settings, aside, &jobs)
                .and_then(|sent| sent.measured(elsewhere, &look));
            let ended = match ended {
                Ok(ended) => ended,
                Err(error) => return self.fail(error),
            };
            for (job, ended) in jobs.iter().zip(ended) {
                match ended {
                    Ended::Known(outcome) => lock(&self.outcomes).push((job.slot, outcome)),
                    Ended::Nowhere(why) => {
                        lock(&self.nowhere).insert(job.slot, (job.to_string(), why));
                    }
                }
            }
        }
    }

    fn opened_aside(&self) -> &Aside {
        let Some(aside) = self.aside.get() else {
            unreachable!("opened before the first job was put up");
        };
        aside
    }

    /// Fetches units of the hub a little ahead of their measuring. What fails here is met again by who reads
    /// the unit, and told there.
    fn prefetch(&self) {
        let ahead = self.settings.threads + 2;
        let mut next = 0;
        while let Some((job, is_taken)) = self.board.look_ahead(next, ahead) {
            next += 1;
            if self.settings.check_stop().is_err() {
                return;
            }
            // A unit that is being read already is left to its reader.
            if job.file.place.is_remote() && !is_taken {
                let _ = source::prefetch(job.file, job.unit, job.source);
            }
        }
    }

    fn report(&self, started: Instant, slots: usize, timings: &mut Timings) {
        let measured = self.board.len();
        timings.measured_units = measured as u64;
        timings.reused_units = slots.saturating_sub(measured) as u64;
        timings.threads = self.settings.threads;
        let ended = Instant::now();
        let first_job = self.clock.first_job.get().copied().unwrap_or(ended);
        let loaded = self.clock.loaded.get().copied().unwrap_or(ended);
        let mut report = |stage, from: Instant, to: Instant| {
            let seconds = to.saturating_duration_since(from).as_secs_f64();
            timings.wall_s.insert(stage, seconds);
        };
        report("find", started, first_job);
        report("tokenizer", first_job, loaded);
        report("measure", loaded, ended);
        self.clock.report(timings);
    }
}

/// The part, where it is there and whole; a damaged one is measured again, and makes room for the new one then.
pub(super) fn sound_part(settings: &Settings<'_>, name: &str) -> Result<Option<Part>> {
    match Part::find(&settings.pool, name) {
        Err(Error::Part { part, why }) => {
            // It stays until the new one takes its place: another run may have put a sound one there by then.
            tell_damaged(settings, &part, &why);
            Ok(None)
        }
        found => found,
    }
}

fn tell_damaged(settings: &Settings<'_>, part: &str, why: &str) {
    let note = format!("part {part} is damaged ({why}) and is measured again");
    settings.watch.note(&note);
}

/// Takes a part out of the pool that fits its seal and cannot be read, and says so: it is measured again.
pub(super) fn discard(settings: &Settings<'_>, name: &str, part: &str, why: &str) -> Result<()> {
    tell_damaged(settings, part, why);
    Part::remove(&settings.pool, name)
}
