//! Measuring one unit: its rows in batches, through the measures, into a part.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use rayon::prelude::*;

use super::{Amount, Settings, Timings};
use crate::Result;
use crate::measure::tokens::Tokenizer;
use crate::measure::{self, Measured, Step};
use crate::plan::unreadable;
use crate::pool::identity::Made;
use crate::pool::tables::{self, PROBLEMS, TRAJECTORIES};
use crate::pool::{Aside, Part, PartWriter};
use crate::source::{self, Batch, Source, SourceFile, Unit, layout};

/// Something of a file, or why the file cannot be read.
pub(super) type Readable<T> = std::result::Result<T, String>;

/// A unit that is not in the pool.
pub(super) struct Job<'p> {
    pub slot: usize,
    /// As it is told.
    pub source_name: &'p str,
    pub source: &'p Source,
    pub file: &'p SourceFile,
    pub unit: Unit,
    pub made: Made,
    pub bytes: u64,
    /// About how many rows it has; none where nobody knows before it is read.
    pub rows: Option<u64>,
    /// The units of its file that are not done yet.
    pub units_left: Arc<AtomicUsize>,
}

/// One more unit is done, with the last of its file the file, and so many bytes.
pub(super) fn unit_done(units_left: &AtomicUsize, bytes: u64, settings: &Settings<'_>) {
    let is_last = units_left.fetch_sub(1, Ordering::Relaxed) == 1;
    settings
        .watch
        .advance(Amount::files(u64::from(is_last), bytes));
}

/// What units are measured with.
#[derive(Clone, Copy)]
pub(super) struct Means<'m> {
    pub tokenizer: &'m Tokenizer,
    pub settings: &'m Settings<'m>,
    /// Where the part is written.
    pub aside: &'m Aside,
    /// There are fewer units than threads: each shares its rows out.
    pub share_rows: bool,
    pub clock: &'m Clock,
    pub pace: &'m Pace,
}

/// Nanoseconds of work in the parts of measuring, over all threads.
#[derive(Default)]
pub(super) struct Clock {
    /// When the first unit was found that the pool lacks, and when the tokenizer was ready for it.
    pub first_job: OnceLock<Instant>,
    pub loaded: OnceLock<Instant>,
    pub hash: AtomicU64,
    read: AtomicU64,
    steps: [AtomicU64; Step::ALL.len()],
    write: AtomicU64,
}

impl Clock {
    /// Adds the time since `since` and returns now.
    pub(super) fn add(counter: &AtomicU64, since: Instant) -> Instant {
        let now = Instant::now();
        counter.fetch_add((now - since).as_nanos() as u64, Ordering::Relaxed);
        now
    }

    pub(super) fn report(&self, timings: &mut Timings) {
        let mut report = |name, counter: &AtomicU64| {
            let seconds = counter.load(Ordering::Relaxed) as f64 / 1e9;
            timings.work_s.insert(name, seconds);
        };
        report("hash", &self.hash);
        report("read", &self.read);
        for step in Step::ALL {
            report(step.as_str(), &self.steps[step as usize]);
        }
        report("write", &self.write);
    }
}

/// Measures one unit. The outer error ends the run.
pub(super) fn measure_unit(job: &Job<'_>, means: Means<'_>) -> Result<Readable<Part>> {
    let (pool, name) = (&means.settings.pool, &job.file.name);
    let tables = &[TRAJECTORIES, PROBLEMS];
    let mut part = PartWriter::new(pool, means.aside, job.made.clone(), name, tables)?;
    match fill(&mut part, job, means) {
        Ok(None) => Ok(Ok(part.finish()?)),
        Ok(Some(why)) => {
            part.abandon()?;
            Ok(Err(why))
        }
        Err(error) => {
            part.abandon()?;
            Err(error)
        }
    }
}

/// Reads the unit into its part; returns why its file cannot be read, if so.
fn fill(part: &mut PartWriter, job: &Job<'_>, means: Means<'_>) -> Result<Option<String>> {
    let Means {
        settings, clock, ..
    } = means;
    let source = job.source;
    let mut now = Instant::now();
    let (mut bytes_left, mut all_text) = (job.bytes, 0);
    let mut known = HashSet::new();
    let batches = match source::read(job.file, job.unit, source, settings.batch) {
        Ok(batches) => batches,
        Err(error) => return Ok(Some(unreadable(error.or_gone(&job.file.name))?)),
    };
    for batch in batches {
        settings.check_stop()?;
        let batch = match batch {
            Ok(batch) => batch,
            Err(error) => return Ok(Some(unreadable(error)?)),
        };
        Clock::add(&clock.read, now);
        let measured = measure_batch(&batch, job, means);
        now = Instant::now();
        let problems = tables::problems(&measured, &mut known);
        part.add(
            measured.len() as u64,
            vec![tables::trajectories(&measured), problems],
        )?;
        now = Clock::add(&clock.write, now);
        let text = text_bytes(&measured);
        all_text += text;
        let bytes = match (batch.file_bytes(), job.rows) {
            (0, Some(rows)) => job.bytes / rows.max(1) * batch.len() as u64,
            (0, None) => means.pace.of(text),
            (bytes, _) => bytes,
        };
        let bytes = bytes.min(bytes_left);
        bytes_left -= bytes;
        settings.watch.advance(Amount {
            rows: batch.len() as u64,
            bytes,
            files: 0,
        });
    }
    // Whatever a reader made of it.
    job.file.place.held()?;
    means.pace.learn(all_text, job.bytes);
    unit_done(&job.units_left, bytes_left, settings);
    Ok(None)
}

/// How many bytes of Parquet a response takes, for who watches: as those of the units that are done; before, half
/// of its own. What is missed is counted at a unit's end.
#[derive(Default)]
pub(super) struct Pace {
    text: AtomicU64,
    file: AtomicU64,
}

impl Pace {
    /// About how much of the file a text was.
    fn of(&self, text: u64) -> u64 {
        let (all, file) = (&self.text, &self.file);
        match (all.load(Ordering::Relaxed), file.load(Ordering::Relaxed)) {
            (0, _) => text / 2,
            (all, file) => (text as f64 * file as f64 / all as f64) as u64,
        }
    }

    fn learn(&self, text: u64, file: u64) {
        self.text.fetch_add(text, Ordering::Relaxed);
        self.file.fetch_add(file, Ordering::Relaxed);
    }
}

fn text_bytes(measured: &[Measured]) -> u64 {
    let bodies = measured.iter().filter_map(|one| one.body.as_ref().ok());
    bodies.map(|body| u64::from(body.bytes)).sum()
}

fn measure_batch(batch: &Batch, job: &Job<'_>, means: Means<'_>) -> Vec<Measured> {
    let source = job.source;
    let Means {
        tokenizer, clock, ..
    } = means;
    let row = |index: usize| {
        let mut now = Instant::now();
        let row = batch.row(index);
        let (number, offset) = (row.number, row.offset);
        let mut entries = Vec::new();
        layout::entries(source, row, &mut entries);
        now = Clock::add(&clock.read, now);
        let mut done = |step: Step| now = Clock::add(&clock.steps[step as usize], now);
        let measured = entries.into_iter().map(|entry| {
            measure::measure(
                number,
                offset,
                entry,
                tokenizer,
                job.made.manner.behaviours,
                &mut done,
            )
        });
        measured.collect::<Vec<_>>()
    };
    if means.share_rows {
        let rows: Vec<Vec<Measured>> = (0..batch.len()).into_par_iter().map(row).collect();
        rows.into_iter().flatten().collect()
    } else {
        (0..batch.len()).flat_map(row).collect()
    }
}
