//! Takes the shards of a plan through the stages; owns order, resuming and stopping.
//!
//! Units of files are measured side by side, each by one thread, and put into the pool as they end.
//! Where there are fewer units than threads the rows of a batch are shared out instead. What comes out
//! stands in the order of the plan, so that no thread can change it.

mod board;
mod companions;
mod knowledge;
mod screening;
mod shards;
mod sink;
mod unit;
mod vectors;

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use arrow::array::RecordBatch;

use crate::plan::{Plan, PlannedFile, PlannedSource};
use crate::pool::tables::{PROBLEMS, PartTable, TRAJECTORIES};
use crate::pool::{Entries, Lock, Part, Pool, load};
use crate::schema::Misfit;
use crate::screen::{self, Fate, Screened, Tally};
use crate::select::{self, JoinCounts, Knowledge, Selection};
use crate::source::BatchSize;
use crate::{Error, Result};
pub use companions::Joined;
use shards::Slot;

/// An amount of work, in what it consists of.
#[derive(Clone, Copy, Debug, Default)]
pub struct Amount {
    pub shards: u64,
    pub rows: u64,
    pub bytes: u64,
}

impl Amount {
    pub fn rows(rows: u64) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    pub fn bytes(bytes: u64) -> Self {
        Self {
            bytes,
            ..Self::default()
        }
    }

    /// Shards (files, or units of them) with their bytes.
    pub fn shards(shards: u64, bytes: u64) -> Self {
        Self {
            shards,
            bytes,
            rows: 0,
        }
    }
}

/// Sees how far a run is. The terminal shows it; tests pass `()`.
pub trait Watch: Sync {
    /// A stage begins; what is not known of its total is 0.
    fn begin(&self, stage: &'static str, total: Amount);
    /// So much more is done.
    fn advance(&self, done: Amount);
    /// Something that the user should know now.
    fn note(&self, text: &str);
}

impl Watch for () {
    fn begin(&self, _: &'static str, _: Amount) {}
    fn advance(&self, _: Amount) {}
    fn note(&self, _: &str) {}
}

/// How a run is carried out; none of it changes what is written.
pub struct Settings<'a> {
    pub pool: Pool,
    pub threads: usize,
    pub batch: BatchSize,
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
    /// The companions as they were joined, in the order of the plan.
    pub companions: Vec<Joined>,
    /// What the texts of its problems say.
    pub screened: Screened,
    /// What the grids' recipes ask of problems.
    pub knowledge: Knowledge,
    /// For each joined column of the plan: its rows, and the problems of the run that it knows.
    pub joins: Vec<JoinCounts>,
    /// Its parts stay in the pool as long as it does.
    _lock: Option<Lock>,
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
    Memory(MemoryPart),
    /// The file could not be read; one entry stands for it.
    Unreadable,
}

/// The tables of a part that is not stored, by name.
pub type MemoryPart = BTreeMap<&'static str, Vec<RecordBatch>>;

impl Held {
    /// How many entries it holds.
    fn entries(&self) -> usize {
        match self {
            Self::Stored(part) => part.entries as usize,
            Self::Memory(tables) => {
                let batches = tables.get(TRAJECTORIES.name).into_iter().flatten();
                batches.map(RecordBatch::num_rows).sum()
            }
            Self::Unreadable => 1,
        }
    }

    /// The error of a table that holds what nobody can read.
    pub fn misread(&self, why: &Misfit) -> Error {
        match self {
            Self::Stored(part) => part.misread(why),
            Self::Memory(_) | Self::Unreadable => unreachable!("what was just measured: {why}"),
        }
    }

    /// A table's rows with the columns named (all where none is); none where the file could not be read.
    pub fn read<'h>(
        &'h self,
        table: PartTable,
        columns: &[&str],
    ) -> Result<Box<dyn Iterator<Item = Result<RecordBatch>> + 'h>> {
        Ok(match self {
            Self::Stored(part) => Box::new(part.read(table, columns)?),
            Self::Memory(tables) => {
                let batches = tables.get(table.name).into_iter().flatten();
                Box::new(batches.map(|batch| Ok(batch.clone())))
            }
            Self::Unreadable => Box::new(std::iter::empty()),
        })
    }
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
        let screen = &self.plan.pipeline.screen;
        screen::fates(&self.entries, screen, &self.screened, accept)
    }

    pub fn select(&self, fates: &[Fate]) -> Selection {
        let pipeline = &self.plan.pipeline;
        let asked = select::Asked {
            grids: &self.plan.grids,
            validation: pipeline.validation.as_ref(),
            seed: pipeline.seed,
            on_shortfall: pipeline.on_shortfall,
        };
        let clusters = self.screened.clusters.as_ref();
        let clusters = clusters.map(|clusters| clusters.first.as_slice());
        let mut selection = select::select(&self.entries, fates, clusters, &self.knowledge, &asked);
        selection.warnings.extend(self.warnings(&selection));
        selection
    }

    /// What was asked for and met nothing.
    fn warnings(&self, selection: &Selection) -> Vec<String> {
        let mut warnings = Vec::new();
        let of_all = self.entries.problems.len();
        for (join, counts) in self.plan.joins.iter().zip(&self.joins) {
            let name = &join.name;
            if counts.problems_known == 0 {
                warnings.push(format!(
                    "`[join.{name}]` knows none of {of_all} problems: of its {} rows {} have no value of the \
                     kind that is asked for, or no problem",
                    counts.rows, counts.rows_void
                ));
            } else if counts.rows_void > 0 {
                warnings.push(format!(
                    "`[join.{name}]`: {} of its {} rows have no value of the kind that is asked for, or no \
                     problem; it knows {} of {of_all} problems",
                    counts.rows_void, counts.rows, counts.problems_known
                ));
            }
        }
        for pattern in self.plan.emits_nothing(&selection.subsets) {
            warnings.push(format!(
                "`[emit] subsets` has `{pattern}`, and no subset is called so: no text is written for it"
            ));
        }
        warnings
    }

    /// Hands over every batch of the problems' tables with these columns, in the order of the run.
    fn each_problem_batch(
        &self,
        settings: &Settings<'_>,
        columns: &[&str],
        mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>,
    ) -> Result<()> {
        for part in &self.parts {
            settings.check_stop()?;
            for batch in part.held.read(PROBLEMS, columns)? {
                take(&batch?).map_err(|misfit| part.held.misread(&misfit))?;
            }
        }
        Ok(())
    }

    /// Each source's counts.
    pub fn ledger(&self, fates: &[Fate]) -> Vec<(String, Tally)> {
        let sources = self.plan.sources.iter();
        let mut ledger: Vec<(String, Tally)> = sources
            .map(|source| (source.name.clone(), Tally::default()))
            .collect();
        for (part, tally) in self.parts.iter().zip(self.tallies(fates)) {
            ledger[part.source].1.merge(&tally);
        }
        ledger
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

/// Measures what the pool does not hold yet, and loads every entry of the plan's sources.
///
/// `store` says whether what is measured is put into the pool.
pub fn measure<'p>(
    plan: &'p Plan,
    settings: &Settings<'_>,
    store: bool,
    timings: &mut Timings,
) -> Result<Experiment<'p>> {
    if store {
        fs_err::create_dir_all(settings.pool.folder())?;
    }
    let lock = settings.pool.lock_for_reading()?;
    let mut slots = shards::measure(plan, settings, store, timings)?;
    refuse_unreadable(plan, &slots, settings.watch)?;
    drop_unreadable(&mut slots);
    let started = Instant::now();
    settings.watch.begin("load", Amount::default());
    let mut experiment = load(plan, slots, lock)?;
    timings
        .wall_s
        .insert("load", started.elapsed().as_secs_f64());
    experiment.companions =
        companions::join(plan, &mut experiment.entries, settings, store, timings)?;
    let started = Instant::now();
    experiment.screened = screening::screen(&experiment, settings)?;
    timings
        .wall_s
        .insert("screen", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let (knowledge, joins) = knowledge::gather(plan, &experiment, settings)?;
    (experiment.knowledge, experiment.joins) = (knowledge, joins);
    timings
        .wall_s
        .insert("knowledge", started.elapsed().as_secs_f64());
    timings.entries = experiment.entries.rows.len() as u64;
    Ok(experiment)
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
fn drop_unreadable(slots: &mut Vec<Slot>) {
    let why = slots.iter().filter(|slot| slot.why.is_some());
    let unreadable: HashSet<(usize, usize)> = why.map(|slot| (slot.source, slot.file)).collect();
    let mut seen = HashSet::new();
    slots.retain_mut(|slot| {
        let place = (slot.source, slot.file);
        if !unreadable.contains(&place) {
            return true;
        }
        slot.held = Held::Unreadable;
        seen.insert(place)
    });
}

fn load<'p>(plan: &'p Plan, slots: Vec<Slot>, lock: Option<Lock>) -> Result<Experiment<'p>> {
    let mut all = Entries::default();
    // Growing by doubling would hold them one and a half times.
    all.rows
        .reserve_exact(slots.iter().map(|slot| slot.held.entries()).sum());
    let mut parts = Vec::with_capacity(slots.len());
    for (index, slot) in slots.into_iter().enumerate() {
        let start = all.rows.len();
        let part = index as u32;
        if matches!(slot.held, Held::Unreadable) {
            all.add_unreadable(part);
        }
        for batch in slot.held.read(TRAJECTORIES, &load::columns())? {
            let added = all.add(part, &batch?);
            added.map_err(|misfit| slot.held.misread(&misfit))?;
        }
        if let Held::Stored(stored) = &slot.held {
            let loaded = (all.rows.len() - start) as u64;
            assert_eq!(loaded, stored.entries, "a part holds what its seal says");
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
        companions: Vec::new(),
        screened: Screened::default(),
        knowledge: Knowledge::default(),
        joins: Vec::new(),
        _lock: lock,
    })
}
