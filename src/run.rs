//! Takes the shards of a plan through the stages; owns order, resuming and stopping.
//!
//! Units of files are measured side by side, each by one thread, and put into the pool as they end.
//! Where there are fewer units than threads the rows of a batch are shared out instead. What comes out
//! stands in the order of the plan, so that no thread can change it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use crate::emit;
use crate::measure::tokens::Tokenizer;
use crate::measure::{self, Measured};
use crate::plan::{Plan, PlannedFile, PlannedSource, reason};
use crate::pool::part::{self, Part, PartWriter};
use crate::pool::{Aside, Entries, Pool, entries, identity};
use crate::screen::{self, Fate, Tally};
use crate::select::{self, Selection};
use crate::source::{self, Batch, Unit, layout};
use crate::{Error, Result};

/// Sees how far a run is. The terminal shows it; tests pass `()`.
pub trait Watch: Sync {
    /// A stage begins, with `total` units of work (bytes or rows).
    fn begin(&self, stage: &'static str, total: u64);
    /// So much more is done.
    fn advance(&self, done: u64);
    /// Something that the user should know now.
    fn note(&self, text: &str);
}

impl Watch for () {
    fn begin(&self, _: &'static str, _: u64) {}
    fn advance(&self, _: u64) {}
    fn note(&self, _: &str) {}
}

/// How a run is carried out; none of it changes what is written.
pub struct Settings<'a> {
    pub pool: Pool,
    pub threads: usize,
    pub batch_rows: usize,
    /// The number of the signal that asked to stop, or 0.
    pub stop: &'a AtomicUsize,
    pub watch: &'a dyn Watch,
}

impl Settings<'_> {
    pub fn check_stop(&self) -> Result<()> {
        match self.stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: signal as i32,
            }),
        }
    }
}

/// What each stage cost.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub struct Timings {
    /// Seconds by the wall, by stage.
    pub wall_s: BTreeMap<&'static str, f64>,
    /// Seconds of work summed over threads, of the parts of measuring.
    pub work_s: BTreeMap<&'static str, f64>,
    pub entries: u64,
    pub measured_units: u64,
    pub reused_units: u64,
    pub threads: usize,
}

/// A plan, measured: every entry of its sources.
pub struct Experiment<'p> {
    pub plan: &'p Plan,
    pub entries: Entries,
    pub parts: Vec<RunPart>,
}

/// A part's place in the run.
pub struct RunPart {
    /// Indices of the source and of the file in it.
    pub source: usize,
    pub file: usize,
    /// The file's content; none where it could not be read.
    pub content: Option<crate::ids::Id>,
    pub held: Held,
    /// Its entries, as a range of the run's.
    pub entries: std::ops::Range<usize>,
}

/// Where a part's table is.
pub enum Held {
    Stored(Part),
    /// Measured by `plan`, which writes nothing.
    Memory(Vec<RecordBatch>),
    /// The file could not be read; one entry stands for it.
    Unreadable,
}

impl Experiment<'_> {
    pub fn source_of(&self, part: u32) -> &PlannedSource {
        &self.plan.sources[self.parts[part as usize].source]
    }

    pub fn file_of(&self, part: u32) -> &PlannedFile {
        &self.source_of(part).files[self.parts[part as usize].file]
    }

    pub fn fates(&self) -> Vec<Fate> {
        let accept = |part: u32| self.source_of(part).accept;
        screen::fates(&self.entries, &self.plan.pipeline.screen, accept)
    }

    pub fn select(&self, fates: &[Fate]) -> Selection {
        let pipeline = &self.plan.pipeline;
        select::select(
            &self.entries,
            fates,
            &self.plan.grids,
            pipeline.seed,
            pipeline.on_shortfall,
        )
    }

    /// The counts of each part, which must balance.
    pub fn tallies(&self, fates: &[Fate]) -> Vec<Tally> {
        let tally = |part: &RunPart| {
            let mut tally = Tally::default();
            for fate in &fates[part.entries.clone()] {
                tally.add(*fate);
            }
            assert!(tally.balances(), "entries in = kept + dropped");
            tally
        };
        self.parts.iter().map(tally).collect()
    }
}

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
    let experiment = measure(plan, settings, true, &mut timings)?;
    let started = Instant::now();
    let fates = experiment.fates();
    let selection = experiment.select(&fates);
    timings
        .wall_s
        .insert("select", started.elapsed().as_secs_f64());
    if plan.pipeline.on_shortfall == crate::pipeline::OnShortfall::Refuse
        && !selection.shortfalls.is_empty()
    {
        return Err(Error::Shortfall {
            table: shortfall_table(&selection.shortfalls),
        });
    }
    for warning in &selection.warnings {
        settings.watch.note(warning);
    }
    let started = Instant::now();
    emit::emit(&experiment, &fates, &selection, out, settings)?;
    timings
        .wall_s
        .insert("emit", started.elapsed().as_secs_f64());
    let ledger = ledger(&experiment, &fates);
    Ok(Report {
        selection,
        ledger,
        timings,
    })
}

/// Each source's counts.
pub fn ledger(experiment: &Experiment<'_>, fates: &[Fate]) -> Vec<(String, Tally)> {
    let mut ledger: Vec<(String, Tally)> = experiment
        .plan
        .sources
        .iter()
        .map(|source| (source.name.clone(), Tally::default()))
        .collect();
    for (part, tally) in experiment.parts.iter().zip(experiment.tallies(fates)) {
        ledger[part.source].1.merge(&tally);
    }
    ledger
}

/// Asked against available, one line for each family of sizes.
pub fn shortfall_table(shortfalls: &[select::Shortfall]) -> String {
    let family = |shortfall: &select::Shortfall| {
        let asked = format!("-{}", shortfall.asked);
        shortfall.name.replacen(&asked, "-*", 1)
    };
    let mut lines: Vec<[String; 4]> =
        vec![["subset", "asked", "available", "why"].map(str::to_owned)];
    let same = |a: &select::Shortfall, b: &select::Shortfall| {
        family(a) == family(b) && a.available == b.available && a.reason == b.reason
    };
    for sizes in shortfalls.chunk_by(same) {
        let asked: Vec<String> = sizes.iter().map(|one| one.asked.to_string()).collect();
        let first = &sizes[0];
        lines.push([
            family(first),
            asked.join(" "),
            first.available.to_string(),
            first.reason.clone(),
        ]);
    }
    let width = |at: usize| {
        lines
            .iter()
            .map(|line| line[at].len())
            .max()
            .unwrap_or_default()
    };
    let [a, b, c] = [width(0), width(1), width(2)];
    let shown = lines.iter().map(|[name, asked, available, why]| {
        format!("  {name:a$}  {asked:b$}  {available:>c$}  {why}")
    });
    shown.collect::<Vec<_>>().join("\n")
}

/// A unit that is not in the pool.
struct Job<'p> {
    slot: usize,
    source: &'p PlannedSource,
    file: &'p PlannedFile,
    unit: Unit,
    part_name: String,
    bytes: u64,
}

/// Measures what the pool does not hold yet, and loads every entry of the plan's sources.
///
/// `store` says whether what is measured is put into the pool.
pub fn measure<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    store: bool,
    timings: &mut Timings,
) -> Result<Experiment<'p>> {
    let started = Instant::now();
    let (mut slots, jobs) = find_parts(plan, settings, store)?;
    timings
        .wall_s
        .insert("find", started.elapsed().as_secs_f64());
    timings.measured_units = jobs.len() as u64;
    timings.reused_units = (slots.len() - jobs.len()) as u64;
    timings.threads = settings.threads;
    let started = Instant::now();
    let measured = measure_jobs(plan, &jobs, settings, store, timings)?;
    let loading = timings.wall_s.get("tokenizer").copied().unwrap_or_default();
    timings
        .wall_s
        .insert("measure", started.elapsed().as_secs_f64() - loading);
    let mut unreadable = Vec::new();
    for (job, held) in jobs.iter().zip(measured) {
        match held {
            Ok(held) => slots[job.slot].held = held,
            Err(why) => {
                unreadable.push((slots[job.slot].source, slots[job.slot].file));
                slots[job.slot].why = Some(why);
            }
        }
    }
    refuse_unreadable(plan, &slots, settings.watch)?;
    drop_unreadable(&mut slots, &unreadable);
    let started = Instant::now();
    let experiment = load(plan, slots)?;
    timings
        .wall_s
        .insert("load", started.elapsed().as_secs_f64());
    timings.entries = experiment.entries.rows.len() as u64;
    Ok(experiment)
}

/// A unit's place in the run, before its entries are loaded.
struct Slot {
    source: usize,
    file: usize,
    content: Option<crate::ids::Id>,
    held: Held,
    /// Why its file cannot be read.
    why: Option<String>,
}

/// Hashes the files and finds which units the pool holds.
fn find_parts<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    store: bool,
) -> Result<(Vec<Slot>, Vec<Job<'p>>)> {
    let bytes = plan.sources.iter().flat_map(|source| &source.files);
    settings
        .watch
        .begin("find", bytes.map(|file| file.bytes).sum());
    let (mut slots, mut jobs) = (Vec::new(), Vec::new());
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
                    slot(None, Held::Unreadable, Some(reason(&error)));
                    continue;
                }
            };
            for &unit in units {
                let part_name = identity::part_name(content, unit, &source.source, &plan.tokenizer);
                let found = sound_part(settings, &part_name, store)?;
                let missing = found.is_none();
                let held = found.map_or(Held::Unreadable, Held::Stored);
                let at = slot(Some(content), held, None);
                if missing {
                    jobs.push(Job {
                        slot: at,
                        source,
                        file,
                        unit,
                        part_name,
                        bytes: file.bytes / units.len() as u64,
                    });
                }
            }
            settings.watch.advance(file.bytes);
        }
    }
    Ok((slots, jobs))
}

/// The part, where it is there and whole; a damaged one is measured again, in its place where parts are
/// stored.
fn sound_part(settings: &Settings<'_>, name: &str, store: bool) -> Result<Option<Part>> {
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
type JobOutcome = std::result::Result<Held, String>;

fn measure_jobs(
    plan: &Plan,
    jobs: &[Job<'_>],
    settings: &Settings<'_>,
    store: bool,
    timings: &mut Timings,
) -> Result<Vec<JobOutcome>> {
    if jobs.is_empty() {
        return Ok(Vec::new());
    }
    settings
        .watch
        .begin("measure", jobs.iter().map(|job| job.bytes).sum());
    let started = Instant::now();
    let tokenizer = Tokenizer::load(&plan.tokenizer_name.0, &plan.folder)?;
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
            settings.watch.advance(job.bytes);
            if failed {
                next.store(jobs.len(), Ordering::Relaxed);
            }
        }
    };
    std::thread::scope(|scope| {
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

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Nanoseconds of work in the parts of measuring, over all threads.
#[derive(Default)]
struct Clock {
    read: AtomicUsize,
    measure: AtomicUsize,
    write: AtomicUsize,
}

impl Clock {
    fn add(counter: &AtomicUsize, since: Instant) -> Instant {
        let now = Instant::now();
        counter.fetch_add((now - since).as_nanos() as usize, Ordering::Relaxed);
        now
    }

    fn report(&self, timings: &mut Timings) {
        for (name, counter) in [
            ("read", &self.read),
            ("measure", &self.measure),
            ("write", &self.write),
        ] {
            let seconds = counter.load(Ordering::Relaxed) as f64 / 1e9;
            timings.work_s.insert(name, seconds);
        }
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
            let writer = PartWriter::new(&settings.pool, aside, &job.part_name)?;
            Sink::Part(Box::new(writer))
        }
        None => Sink::Memory(Vec::new()),
    };
    match fill(&mut sink, job, tokenizer, settings, share_rows, clock) {
        Ok(None) => Ok(Ok(sink.finish(&settings.pool, &job.part_name)?)),
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
    let batches = match source::read(&job.file.file, job.unit, source, settings.batch_rows) {
        Ok(batches) => batches,
        Err(error) => return Ok(Some(reason(&error))),
    };
    for batch in batches {
        settings.check_stop()?;
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Ok(Some(reason(&error))),
        };
        now = Clock::add(&clock.read, now);
        let measured = measure_batch(&batch, source, tokenizer, share_rows);
        now = Clock::add(&clock.measure, now);
        sink.add(&measured)?;
        now = Clock::add(&clock.write, now);
    }
    Ok(None)
}

fn measure_batch(
    batch: &Batch,
    source: &source::Source,
    tokenizer: &Tokenizer,
    share_rows: bool,
) -> Vec<Measured> {
    let row = |index: usize| {
        let row = batch.row(index);
        let (number, offset) = (row.number, row.offset);
        let mut entries = Vec::new();
        layout::entries(source, row, &mut entries);
        let measured = entries
            .into_iter()
            .map(|entry| measure::measure(number, offset, entry, tokenizer));
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
    Part(Box<PartWriter>),
    Memory(Vec<RecordBatch>),
}

impl Sink {
    fn add(&mut self, measured: &[Measured]) -> Result<()> {
        match self {
            Self::Part(writer) => writer.add(measured),
            Self::Memory(batches) => {
                batches.push(part::trajectory_batch(measured)?);
                Ok(())
            }
        }
    }

    fn finish(self, pool: &Pool, name: &str) -> Result<Held> {
        match self {
            Self::Part(writer) => Ok(Held::Stored(writer.finish(pool, name)?)),
            Self::Memory(batches) => Ok(Held::Memory(batches)),
        }
    }

    fn abandon(self) -> Result<()> {
        match self {
            Self::Part(writer) => writer.abandon(),
            Self::Memory(_) => Ok(()),
        }
    }
}

/// Ends the run for unreadable files whose source does not go on without them; notes the others.
fn refuse_unreadable(plan: &Plan, slots: &[Slot], watch: &dyn Watch) -> Result<()> {
    let (mut bad, mut passed) = (Vec::new(), Vec::new());
    for slot in slots {
        let Some(why) = &slot.why else { continue };
        let source = &plan.sources[slot.source];
        let name = format!("{}/{}", source.name, source.files[slot.file].file.name);
        let list = if source.source.skip_unreadable {
            &mut passed
        } else {
            &mut bad
        };
        list.push((name, why.clone()));
    }
    bad.dedup_by(|a, b| a.0 == b.0);
    passed.dedup_by(|a, b| a.0 == b.0);
    for (name, why) in passed {
        watch.note(&format!("{name} cannot be read and is passed over: {why}"));
    }
    if bad.is_empty() {
        Ok(())
    } else {
        Err(Error::Unreadable(bad))
    }
}

/// Leaves one slot for each unreadable file: none of its entries can be trusted to be all there.
fn drop_unreadable(slots: &mut Vec<Slot>, unreadable: &[(usize, usize)]) {
    let mut seen = std::collections::HashSet::new();
    slots.retain_mut(|slot| {
        let place = (slot.source, slot.file);
        if !unreadable.contains(&place) {
            return true;
        }
        slot.held = Held::Unreadable;
        seen.insert(place)
    });
}

fn load<'p>(plan: &'p Plan, slots: Vec<Slot>) -> Result<Experiment<'p>> {
    let mut all = Entries::default();
    let mut parts = Vec::with_capacity(slots.len());
    for (index, slot) in slots.into_iter().enumerate() {
        let start = all.rows.len();
        let part = index as u32;
        match &slot.held {
            Held::Stored(stored) => {
                for batch in stored.trajectories(&entries::COLUMNS)? {
                    all.add(part, &batch?)?;
                }
                let loaded = (all.rows.len() - start) as u64;
                assert_eq!(loaded, stored.entries, "a part holds what its seal says");
            }
            Held::Memory(batches) => {
                for batch in batches {
                    all.add(part, batch)?;
                }
            }
            Held::Unreadable => all.add_unreadable(part),
        }
        parts.push(RunPart {
            source: slot.source,
            file: slot.file,
            content: slot.content,
            held: slot.held,
            entries: start..all.rows.len(),
        });
    }
    Ok(Experiment {
        plan,
        entries: all,
        parts,
    })
}
