//! The measuring pass: which units of which files the pool lacks, and their measuring, side by side.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::{Amount, Held, Settings, Timings};
use crate::ids::Id;
use crate::measure::tokens::Tokenizer;
use crate::measure::{self, Measured, Step};
use crate::plan::{Plan, PlannedFile, PlannedSource, unreadable};
use crate::pool::Aside;
use crate::pool::identity::{self, Made};
use crate::pool::part::{PROBLEMS, Part, PartWriter, TRAJECTORIES};
use crate::pool::rows;
use crate::source::{self, Batch, Unit, layout};
use crate::{Error, Result};

/// A unit's place in the run, before its entries are loaded.
pub(super) struct Slot {
    pub source: usize,
    pub file: usize,
    pub content: Option<crate::ids::Id>,
    pub held: Held,
    /// Why its file cannot be read.
    pub why: Option<String>,
}

/// A unit that is not in the pool.
pub(super) struct Job<'p> {
    pub slot: usize,
    pub source: &'p PlannedSource,
    pub file: &'p PlannedFile,
    pub unit: Unit,
    pub made: Made,
    pub bytes: u64,
}

/// What the pool holds of a plan, and what it lacks.
pub(super) struct Found<'p> {
    pub slots: Vec<Slot>,
    pub jobs: Vec<Job<'p>>,
    /// Begun with the first unit that the pool lacks.
    pub tokenizer: Option<Loading>,
}

/// A tokenizer that is being loaded, which takes most of a second, while the other files are hashed.
pub(super) struct Loading(JoinHandle<Result<Tokenizer>>);

impl Loading {
    fn begin(plan: &Plan) -> Self {
        let (name, folder) = (plan.tokenizer_name.0.clone(), plan.folder.clone());
        Self(std::thread::spawn(move || Tokenizer::load(&name, &folder)))
    }

    fn wait(self) -> Result<Tokenizer> {
        match self.0.join() {
            Ok(loaded) => loaded,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
}

/// Hashes the files and finds which units the pool holds.
pub(super) fn find_parts<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    store: bool,
) -> Result<Found<'p>> {
    let files = || plan.sources.iter().flat_map(|source| &source.files);
    let bytes = files().map(|file| file.bytes).sum();
    let total = Amount::shards(files().count() as u64, bytes);
    settings.watch.begin("find", total);
    let (mut slots, mut jobs, mut tokenizer) = (Vec::new(), Vec::new(), None);
    for (source_index, source) in plan.sources.iter().enumerate() {
        for (file_index, file) in source.files.iter().enumerate() {
            settings.check_stop()?;
            let mut slot = |content, held, why: Option<String>| {
                slots.push(Slot {
                    source: source_index,
                    file: file_index,
                    content,
                    held,
                    why,
                });
                slots.len() - 1
            };
            let units = match &file.units {
                Ok(units) => units,
                Err(why) => {
                    slot(None, Held::Unreadable, Some(why.clone()));
                    continue;
                }
            };
            let content = match identity::content(&file.file) {
                Ok(content) => content,
                Err(error) => {
                    slot(None, Held::Unreadable, Some(unreadable(error)?));
                    continue;
                }
            };
            for &unit in units {
                let made = Made::of(content, unit, &source.source, &plan.tokenizer);
                let found = sound_part(settings, &made.name(), store)?;
                let missing = found.is_none();
                let held = found.map_or(Held::Unreadable, Held::Stored);
                let at = slot(Some(content), held, None);
                if missing {
                    tokenizer.get_or_insert_with(|| Loading::begin(plan));
                    jobs.push(Job {
                        slot: at,
                        source,
                        file,
                        unit,
                        made,
                        bytes: file.bytes / units.len() as u64,
                    });
                }
            }
            settings.watch.advance(Amount::shards(1, file.bytes));
        }
    }
    Ok(Found {
        slots,
        jobs,
        tokenizer,
    })
}

/// The part, where it is there and whole; a damaged one is measured again, in its place where parts are
/// stored.
pub(super) fn sound_part(settings: &Settings<'_>, name: &str, store: bool) -> Result<Option<Part>> {
    match Part::find(&settings.pool, name) {
        Err(Error::Part { part, why }) => {
            let note = format!("part {part} is damaged ({why}) and is measured again");
            settings.watch.note(&note);
            if store {
                fs_err::remove_dir_all(settings.pool.part_folder(name))?;
            }
            Ok(None)
        }
        found => found,
    }
}

/// For each job its part, or why its file cannot be read.
pub(super) type JobOutcome = std::result::Result<Held, String>;

pub(super) fn measure_jobs(
    plan: &Plan,
    jobs: &[Job<'_>],
    tokenizer: Option<Loading>,
    settings: &Settings<'_>,
    store: bool,
    timings: &mut Timings,
) -> Result<Vec<JobOutcome>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = jobs.iter().map(|job| job.bytes).sum();
    let total = Amount::shards(jobs.len() as u64, bytes);
    settings.watch.begin("measure", total);
    let started = Instant::now();
    let tokenizer = tokenizer.unwrap_or_else(|| Loading::begin(plan)).wait()?;
    timings
        .wall_s
        .insert("tokenizer", started.elapsed().as_secs_f64());
    let aside = store.then(|| Aside::open(&settings.pool)).transpose()?;
    let clock = Clock::default();
    let next = AtomicUsize::new(0);
    let share_rows = jobs.len() < settings.threads;
    let outcomes: Vec<Mutex<Option<Result<JobOutcome>>>> =
        jobs.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(index) else { return };
            let outcome = measure_job(
                job,
                &tokenizer,
                settings,
                aside.as_ref(),
                share_rows,
                &clock,
            );
            let failed = outcome.is_err();
            *lock(&outcomes[index]) = Some(outcome);
            if failed {
                next.store(jobs.len(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(|| prefetch(jobs, &next, settings));
        for _ in 1..settings.threads.min(jobs.len()) {
            scope.spawn(work);
        }
        work();
    });
    clock.report(timings);
    let outcomes = outcomes.into_iter().map(|outcome| {
        let outcome = outcome
            .into_inner()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        // Jobs behind a failed one were not begun; that one's error is returned.
        outcome.unwrap_or_else(|| Ok(Err("not read".into())))
    });
    outcomes.collect()
}

/// Fetches units of the hub a little ahead of their measuring. What fails here is met again by who reads
/// the unit, and told there.
fn prefetch(jobs: &[Job<'_>], next: &AtomicUsize, settings: &Settings<'_>) {
    let ahead = settings.threads + 2;
    for (index, job) in jobs.iter().enumerate() {
        if !job.file.file.place.is_remote() {
            continue;
        }
        while index > next.load(Ordering::Relaxed) + ahead {
            std::thread::sleep(Duration::from_millis(10));
        }
        // Units that are being read already are left to their readers.
        let is_ahead = index >= next.load(Ordering::Relaxed);
        if settings.check_stop().is_err() {
            return;
        }
        if is_ahead {
            let _ = source::prefetch(&job.file.file, job.unit, &job.source.source);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Nanoseconds of work in the parts of measuring, over all threads.
#[derive(Default)]
struct Clock {
    read: AtomicU64,
    steps: [AtomicU64; Step::ALL.len()],
    write: AtomicU64,
}

impl Clock {
    /// Adds the time since `since` and returns now.
    fn add(counter: &AtomicU64, since: Instant) -> Instant {
        let now = Instant::now();
        counter.fetch_add((now - since).as_nanos() as u64, Ordering::Relaxed);
        now
    }

    fn report(&self, timings: &mut Timings) {
        let mut report = |name, counter: &AtomicU64| {
            let seconds = counter.load(Ordering::Relaxed) as f64 / 1e9;
            timings.work_s.insert(name, seconds);
        };
        report("read", &self.read);
        for step in Step::ALL {
            report(step.as_str(), &self.steps[step as usize]);
        }
        report("write", &self.write);
    }
}

/// Measures one unit. The outer error ends the run; the inner one says why the file cannot be read.
fn measure_job(
    job: &Job<'_>,
    tokenizer: &Tokenizer,
    settings: &Settings<'_>,
    aside: Option<&Aside>,
    share_rows: bool,
    clock: &Clock,
) -> Result<JobOutcome> {
    let mut sink = match aside {
        Some(aside) => {
            let name = &job.file.file.name;
            let tables = [TRAJECTORIES, PROBLEMS];
            let writer = PartWriter::new(&settings.pool, aside, job.made.clone(), name, &tables)?;
            Sink::Part(Box::new(writer), HashSet::new())
        }
        None => Sink::Memory(Vec::new()),
    };
    match fill(&mut sink, job, tokenizer, settings, share_rows, clock) {
        Ok(None) => Ok(Ok(sink.finish()?)),
        Ok(Some(why)) => {
            sink.abandon()?;
            Ok(Err(why))
        }
        Err(error) => {
            sink.abandon()?;
            Err(error)
        }
    }
}

/// Reads the unit into the sink; returns why its file cannot be read, if so.
fn fill(
    sink: &mut Sink,
    job: &Job<'_>,
    tokenizer: &Tokenizer,
    settings: &Settings<'_>,
    share_rows: bool,
    clock: &Clock,
) -> Result<Option<String>> {
    let source = &job.source.source;
    let mut now = Instant::now();
    let mut bytes_left = job.bytes;
    let batches = match source::read(&job.file.file, job.unit, source, settings.batch) {
        Ok(batches) => batches,
        Err(error) => return Ok(Some(unreadable(error)?)),
    };
    for batch in batches {
        settings.check_stop()?;
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Ok(Some(unreadable(error)?)),
        };
        Clock::add(&clock.read, now);
        let measured = measure_batch(&batch, source, tokenizer, share_rows, clock);
        now = Instant::now();
        sink.add(&measured)?;
        now = Clock::add(&clock.write, now);
        let bytes = batch.file_bytes().min(bytes_left);
        bytes_left -= bytes;
        settings.watch.advance(Amount {
            rows: batch.len() as u64,
            bytes,
            shards: 0,
        });
    }
    settings.watch.advance(Amount::shards(1, bytes_left));
    Ok(None)
}

fn measure_batch(
    batch: &Batch,
    source: &source::Source,
    tokenizer: &Tokenizer,
    share_rows: bool,
    clock: &Clock,
) -> Vec<Measured> {
    let row = |index: usize| {
        let mut now = Instant::now();
        let row = batch.row(index);
        let (number, offset) = (row.number, row.offset);
        let mut entries = Vec::new();
        layout::entries(source, row, &mut entries);
        now = Clock::add(&clock.read, now);
        let mut done = |step: Step| now = Clock::add(&clock.steps[step as usize], now);
        let measured = entries
            .into_iter()
            .map(|entry| measure::measure(number, offset, entry, tokenizer, &mut done));
        measured.collect::<Vec<_>>()
    };
    if share_rows {
        let rows: Vec<Vec<Measured>> = (0..batch.len()).into_par_iter().map(row).collect();
        rows.into_iter().flatten().collect()
    } else {
        (0..batch.len()).flat_map(row).collect()
    }
}

/// Where measured entries go.
enum Sink {
    /// With the problems that the part has already.
    Part(Box<PartWriter>, HashSet<Id>),
    Memory(Vec<RecordBatch>),
}

impl Sink {
    fn add(&mut self, measured: &[Measured]) -> Result<()> {
        match self {
            Self::Part(writer, known) => {
                let problems = rows::problems(measured, known);
                writer.add(
                    measured.len() as u64,
                    vec![rows::trajectories(measured), problems],
                )
            }
            Self::Memory(batches) => {
                batches.push(rows::batch(TRAJECTORIES, rows::trajectories(measured))?);
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<Held> {
        match self {
            Self::Part(writer, _) => Ok(Held::Stored(writer.finish()?)),
            Self::Memory(batches) => Ok(Held::Memory(batches)),
        }
    }

    fn abandon(self) -> Result<()> {
        match self {
            Self::Part(writer, _) => writer.abandon(),
            Self::Memory(_) => Ok(()),
        }
    }
}
