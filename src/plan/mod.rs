//! A pipeline checked against its sources: what will run, on what.
//!
//! Everything that can be refused is refused here, before a row is read: keys that contradict each
//! other, sources without files, Parquet files without the layout's columns.

mod check;
pub(crate) mod contamination;
mod files;
mod grids;
mod lock;
mod lookups;
mod recipes;
mod recorded;
mod screen_vectors;
mod vector_files;
mod written;

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::Result;
use crate::bucket::length::Length;
use crate::measure::TokenizerName;
use crate::measure::tokens::{self, Shelf, Tokenizer};
use crate::pipeline::{Emit, Pipeline, PipelineFile, Runs};
use crate::rules::{Accept, CategoryRule, OnShortfall};
use crate::screen::Screen;
use crate::select::grid::Grid;
use crate::select::size::Size;
use crate::select::validation::Validation;
use crate::select::{Subset, SubsetRole};
use crate::source::hub::Hub;
use crate::source::store::Stores;
use crate::source::{HubMode, Reach, Source, SourceFile, Unit, store};
use contamination::SoughtBenchmark;
use files::Finder;

pub(crate) use check::refuse_unknown;
pub(crate) use files::{Terms, reason, unreadable};
pub(crate) use lookups::{PlannedBenchmark, PlannedJoin};
pub(crate) use screen_vectors::PlannedScreenVectors;
pub(crate) use vector_files::{PlannedVectors, VectorFile};
pub(crate) use written::without_place;

/// What will run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub title: Option<String>,
    pub seed: u64,
    pub on_shortfall: OnShortfall,
    /// The folder of the pipeline file.
    pub folder: PathBuf,
    /// The sources, by name.
    pub sources: Vec<PlannedSource>,
    /// The companions, by name.
    pub companions: Vec<PlannedCompanion>,
    /// The benchmarks, by name.
    pub benchmarks: Vec<PlannedBenchmark>,
    /// The joined columns, by name.
    pub joins: Vec<PlannedJoin>,
    /// The vectors that grids compare problems by.
    pub vectors: Vec<PlannedVectors>,
    /// The grids with their length axes.
    pub grids: Vec<(Grid, Vec<Length>)>,
    /// The tokenizer's name, or its file's hash.
    pub tokenizer: String,
    /// The tokenizer as the pipeline names it.
    pub tokenizer_name: TokenizerName,
    /// Whether behaviours and words are counted: a grid can ask for it too.
    pub behaviours: bool,
    pub screen: Screen,
    /// From which share of common text on two problems are one; none where nobody asks.
    pub cluster_threshold: Option<f64>,
    /// The benchmarks that problems are screened for.
    pub contamination: Vec<SoughtBenchmark>,
    /// The vectors that they are screened by beside their texts; none where nobody asks.
    pub screen_vectors: Option<PlannedScreenVectors>,
    pub validation: Option<Validation>,
    pub emit: Emit,
    pub runs: Runs,
    /// What the user should know of it, before anything is read.
    pub notes: Vec<String>,
    /// The pipeline as it is written to the folder: with every default, and with where its data was found.
    pub written: String,
    emitted: Vec<glob::Pattern>,
}

/// What a plan rests on beside its pipeline.
#[derive(Default)]
struct Data {
    sources: Vec<PlannedSource>,
    companions: Vec<PlannedCompanion>,
    benchmarks: Vec<PlannedBenchmark>,
    joins: Vec<PlannedJoin>,
    vectors: Vec<PlannedVectors>,
    contamination: Vec<SoughtBenchmark>,
    screen_vectors: Option<PlannedScreenVectors>,
    tokenizer: String,
    tokenizer_name: TokenizerName,
}

/// A source with its files.
#[derive(Clone, Debug)]
pub struct PlannedSource {
    pub name: String,
    pub source: Source,
    pub accept: Accept,
    pub terms: Terms,
    pub files: Vec<PlannedFile>,
}

/// A companion with its files.
#[derive(Clone, Debug)]
pub struct PlannedCompanion {
    pub name: String,
    pub category: CategoryRule,
    /// Its files as a source of problems.
    pub source: Source,
    pub terms: Terms,
    pub files: Vec<PlannedFile>,
}

/// A file with the units it is read in.
#[derive(Clone, Debug)]
pub struct PlannedFile {
    pub file: SourceFile,
    pub bytes: u64,
    /// Its units, or why it cannot be read.
    pub units: Result<Vec<Unit>, String>,
}

/// What the command line says differently.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `--source NAME=PATH`, relative to the current folder: of a table, or of a file by its name in the pipeline.
    pub sources: BTreeMap<String, PathBuf>,
    pub on_shortfall: Option<OnShortfall>,
    pub seed: Option<u64>,
    /// `--hub stream` or `--hub cache`.
    pub hub_mode: Option<HubMode>,
}

impl Overrides {
    /// Where a file lies that the pipeline names as `written`; none where the command line does not say.
    pub(crate) fn path_of(&self, written: &str) -> Option<PathBuf> {
        let given = self.sources.get(written)?;
        if store::is_address(given) {
            return Some(given.clone());
        }
        // The folder of the pipeline may be another one.
        Some(std::path::absolute(given).unwrap_or_else(|_| given.clone()))
    }
}

/// How a source that does not lie on this disk is reached.
pub(crate) type Connect<'a> = &'a dyn Reach;

impl Plan {
    /// Checks the pipeline against its sources: their files are listed and their footers read.
    pub fn new(file: &PipelineFile, overrides: &Overrides, connect: Connect<'_>) -> Result<Self> {
        let mut pipeline = overridden(file, overrides)?;
        let grids = grids::check(file, &pipeline)?;
        let emitted = check::check(file, &pipeline, overrides)?;
        settle(&mut pipeline, &grids);
        lock::refuse_missing(file, &pipeline, overrides)?;
        let mut notes = Vec::new();
        let contamination = contamination::check(file, &pipeline, overrides, &mut notes)?;
        notes.extend(contamination::not_asked(&pipeline));
        let lock = lock::Lock::beside(file, &mut notes)?;
        let finder = Finder {
            file,
            overrides,
            lock: lock.as_ref(),
            connect: &Once {
                hub: OnceCell::new(),
                connect,
            },
            notes: RefCell::new(notes),
        };
        let sources = sources(&finder, &pipeline)?;
        let companions = companions(&finder, &pipeline)?;
        let benchmarks = lookups::benchmarks(&finder, &pipeline)?;
        let joins = lookups::joins(&finder, &pipeline)?;
        recipes::check_similar(file, &grids, &benchmarks)?;
        let vectors = vector_files::plan(&finder, &pipeline, &grids, &benchmarks)?;
        let screen_vectors = screen_vectors::plan(&finder, &pipeline, &contamination)?;
        let tokenizer_name = tokenizer(&pipeline, overrides);
        let tokenizer = tokens::identity(&tokenizer_name.0, file.folder())?;
        if let Some(lock) = &lock {
            lock.check_others(&tokenizer, &contamination)?;
            lock.check_vectors(&vectors, screen_vectors.as_ref())?;
        }
        let pinned = written::Pinned {
            sources: &sources,
            companions: &companions,
            benchmarks: &benchmarks,
            joins: &joins,
        };
        let pipeline = written::as_found(pipeline, file.folder(), &pinned);
        let data = Data {
            sources,
            companions,
            benchmarks,
            joins,
            vectors,
            contamination,
            screen_vectors,
            tokenizer,
            tokenizer_name,
        };
        Ok(Self {
            folder: file.folder().to_owned(),
            notes: finder.notes.into_inner(),
            ..Self::of(pipeline, (grids, emitted), data)?
        })
    }

    /// The plan of a pipeline with its grids as they were checked, on that data.
    fn of(
        pipeline: Pipeline,
        (grids, emitted): (Vec<(Grid, Vec<Length>)>, Vec<glob::Pattern>),
        data: Data,
    ) -> Result<Self> {
        Ok(Self {
            written: written::text(&pipeline)?,
            cluster_threshold: pipeline.cluster_threshold(),
            title: pipeline.title,
            seed: pipeline.seed,
            on_shortfall: pipeline.on_shortfall,
            behaviours: pipeline.measure.behaviours,
            screen: pipeline.screen,
            validation: pipeline.validation,
            emit: pipeline.emit,
            runs: pipeline.runs,
            folder: PathBuf::new(),
            sources: data.sources,
            companions: data.companions,
            benchmarks: data.benchmarks,
            joins: data.joins,
            vectors: data.vectors,
            grids,
            tokenizer: data.tokenizer,
            tokenizer_name: data.tokenizer_name,
            contamination: data.contamination,
            screen_vectors: data.screen_vectors,
            notes: Vec::new(),
            emitted,
        })
    }

    /// The largest row that any of its sources lets through.
    pub(crate) fn row_bytes_max(&self) -> u64 {
        let own = self.sources.iter().map(|one| one.source.row_bytes_max);
        let companions = self.companions.iter().map(|one| one.source.row_bytes_max);
        own.chain(companions).max().unwrap_or_default()
    }

    /// How many entries its sources have at least, as far as files say it: a row of Parquet is one or more.
    pub(crate) fn entries_min(&self) -> u64 {
        let files = self.sources.iter().flat_map(|source| &source.files);
        let last = files.filter_map(|file| file.units.as_ref().ok()?.last());
        last.map(|unit| match unit {
            Unit::RowGroups { row, .. } => *row,
            Unit::Whole => 0,
        })
        .fold(0, u64::saturating_add)
    }

    /// Whether a grid asks for controls whose rows are made of others'.
    pub(crate) fn derives(&self) -> bool {
        let mut grids = self.grids.iter();
        grids.any(|(grid, _)| !grid.control.shuffled.is_empty())
    }

    /// The tokenizer that the pipeline names; fails where its file is no longer the one that was planned with.
    pub(crate) fn load_tokenizer(&self, shelf: &dyn Shelf) -> Result<Tokenizer> {
        Tokenizer::load_known(&self.tokenizer_name.0, &self.folder, &self.tokenizer, shelf)
    }

    /// Whether the text of a subset is written; that of the validation set always is, and of a derived control, which
    /// is nothing else.
    pub(crate) fn emits(&self, subset: &Subset) -> bool {
        matches!(subset.role, SubsetRole::Validation | SubsetRole::Derived)
            || self
                .emitted
                .iter()
                .any(|pattern| pattern.matches(&subset.name))
    }

    /// The patterns of `[emit] subsets` that mean none of these; without a grid none could.
    pub(crate) fn emits_nothing(&self, subsets: &[Subset]) -> Vec<&str> {
        if self.grids.is_empty() {
            return Vec::new();
        }
        let is_idle = |pattern: &&glob::Pattern| {
            let mut names = subsets.iter().map(|subset| &subset.name);
            !names.any(|name| pattern.matches(name))
        };
        let idle = self.emitted.iter().filter(is_idle);
        idle.map(glob::Pattern::as_str).collect()
    }

    /// The names and sizes of the subsets that the grids ask for, without controls.
    pub fn asked(&self) -> Vec<(String, Size)> {
        let mut asked = Vec::new();
        for (index, (grid, lengths)) in self.grids.iter().enumerate() {
            for family in grid.families(index, lengths) {
                let sizes = grid.size.as_written().into_iter();
                asked.extend(sizes.map(|size| (family.name(size), size)));
            }
        }
        asked
    }
}

/// The file's pipeline with what the command line says in its place.
fn overridden(file: &PipelineFile, overrides: &Overrides) -> Result<Pipeline> {
    let written = file.pipeline.clone();
    if written.sources.is_empty() {
        return Err(file.error("sources", "is empty", "name at least one source"));
    }
    let mut pipeline = Pipeline {
        on_shortfall: overrides.on_shortfall.unwrap_or(written.on_shortfall),
        seed: overrides.seed.unwrap_or(written.seed),
        ..written
    };
    check::licenses(file, &mut pipeline)?;
    Ok(pipeline)
}

/// The tokenizer as it is loaded: the pipeline's, or the file that the command line gives for it.
fn tokenizer(pipeline: &Pipeline, overrides: &Overrides) -> TokenizerName {
    let written = &pipeline.measure.tokenizer;
    match overrides.path_of(&written.0) {
        Some(given) => TokenizerName(given.to_string_lossy().into_owned()),
        None => written.clone(),
    }
}

/// Fills in what one table leaves to another.
fn settle(pipeline: &mut Pipeline, grids: &[(Grid, Vec<Length>)]) {
    let threshold = pipeline.cluster_threshold();
    if let Some(split) = &mut pipeline.validation {
        split.near_duplicates = threshold;
    }
    let mut recipes = grids.iter().flat_map(|(grid, _)| &grid.recipe);
    pipeline.measure.behaviours |= recipes.any(|recipe| recipe.criterion().counts_words());
    pipeline.runs.settle();
    for grid in &mut pipeline.grid {
        grid.control.random = Some(grid.random_controls());
    }
}

/// The client of the hub is made when it is first asked for. (`OnceCell::get_or_try_init` is not stable yet.)
struct Once<'a> {
    hub: OnceCell<Arc<Hub>>,
    connect: Connect<'a>,
}

impl Reach for Once<'_> {
    fn hub(&self) -> Result<Arc<Hub>> {
        match self.hub.get() {
            Some(hub) => Ok(hub.clone()),
            None => self
                .connect
                .hub()
                .map(|new| self.hub.get_or_init(|| new).clone()),
        }
    }

    fn stores(&self) -> Arc<Stores> {
        self.connect.stores()
    }
}

fn sources(finder: &Finder<'_>, pipeline: &Pipeline) -> Result<Vec<PlannedSource>> {
    let accept = pipeline.verify.accept;
    let planned = |(name, source): (&String, &Source)| {
        check::source(finder.file, accept, name, source)?;
        let found = finder.source(name, source, accept);
        found.map_err(|error| error.or_from_disk(name))
    };
    pipeline.sources.iter().map(planned).collect()
}

fn companions(finder: &Finder<'_>, pipeline: &Pipeline) -> Result<Vec<PlannedCompanion>> {
    let tables = pipeline.companions.iter();
    let planned = tables.map(|(name, companion)| {
        let found = finder.companion(name, companion);
        found.map_err(|error| error.or_from_disk(name))
    });
    planned.collect()
}
