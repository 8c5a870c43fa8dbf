//! A pipeline checked against its sources: what will run, on what.
//!
//! Everything that can be refused is refused here, before a row is read: keys that contradict each
//! other, sources without files, Parquet files without the layout's columns.

pub mod contamination;
mod files;
mod grids;
mod lookups;
mod recipes;
mod vector_files;
mod written;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use crate::bucket::length::Length;
use crate::measure::TokenizerName;
use crate::pipeline::{Added, Pipeline, PipelineFile, TextColumn};
use crate::rules::{Accept, CategoryRule, OnShortfall};
use crate::screen::near::THRESHOLD_MIN;
use crate::select::grid::Grid;
use crate::select::size::Size;
use crate::select::{Subset, SubsetRole};
use crate::source::hub::Hub;
use crate::source::{HubMode, Layout, Source, SourceFile, Unit, layout};
use crate::{Error, Result};
use contamination::SoughtBenchmark;

pub use files::{Terms, reason, unreadable};
pub use lookups::{PlannedBenchmark, PlannedJoin, Question};
pub use vector_files::{PlannedVectors, VectorFile};

/// What will run.
#[derive(Clone, Debug)]
pub struct Plan {
    pub pipeline: Pipeline,
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
    /// The benchmarks that problems are screened for.
    pub contamination: Vec<SoughtBenchmark>,
    emitted: Vec<glob::Pattern>,
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
    /// `--source NAME=PATH`, relative to the current folder.
    pub sources: BTreeMap<String, PathBuf>,
    pub on_shortfall: Option<OnShortfall>,
    pub seed: Option<u64>,
    /// `--hub stream` or `--hub cache`.
    pub hub_mode: Option<HubMode>,
}

/// Makes a client of the hub, once, where a source lies there.
pub type Connect<'a> = &'a dyn Fn() -> Result<Arc<Hub>>;

impl Plan {
    /// Checks the pipeline against its sources: their files are listed and their footers read.
    pub fn new(file: &PipelineFile, overrides: &Overrides, connect: Connect<'_>) -> Result<Self> {
        let mut pipeline = file.pipeline.clone();
        pipeline.on_shortfall = overrides.on_shortfall.unwrap_or(pipeline.on_shortfall);
        pipeline.seed = overrides.seed.unwrap_or(pipeline.seed);
        pipeline.runs.settle();
        if pipeline.sources.is_empty() {
            return Err(file.error("sources", "is empty", "name at least one source"));
        }
        let grids = grids::check(file, &pipeline)?;
        let mut recipes = grids.iter().flat_map(|(grid, _)| &grid.recipe);
        pipeline.measure.behaviours |= recipes.any(|recipe| recipe.criterion().counts_words());
        let emitted = check_emit(file, &pipeline)?;
        check_overrides(&pipeline, overrides)?;
        check_screen(file, &pipeline)?;
        check_near(file, &mut pipeline)?;
        let contamination = contamination::check(file, &pipeline)?;
        let hub = OnceCell::new();
        let connect = || {
            // `get_or_try_init` is not stable yet.
            match hub.get() {
                Some(hub) => Ok(Arc::clone(hub)),
                None => connect().map(|new| Arc::clone(hub.get_or_init(|| new))),
            }
        };
        let finder = files::Finder {
            file,
            overrides,
            connect: &connect,
        };
        let accept = pipeline.verify.accept;
        let mut sources = Vec::new();
        for (name, source) in &pipeline.sources {
            check_source(file, accept, name, source)?;
            sources.push(finder.source(name, source, accept)?);
        }
        let companions = pipeline.companions.iter();
        let companions = companions
            .map(|(name, companion)| finder.companion(name, companion))
            .collect::<Result<Vec<_>>>()?;
        let benchmarks = lookups::benchmarks(&finder, &pipeline)?;
        let joins = lookups::joins(&finder, &pipeline)?;
        for (index, (grid, _)) in grids.iter().enumerate() {
            recipes::check_similar(file, index, grid, &benchmarks)?;
        }
        let vectors = vector_files::plan(file, &pipeline, &grids, &benchmarks)?;
        let tokenizer = pipeline.measure.tokenizer_identity(file.folder())?;
        let tokenizer_name = pipeline.measure.tokenizer.clone();
        let pinned = written::Pinned {
            sources: &sources,
            companions: &companions,
            benchmarks: &benchmarks,
            joins: &joins,
        };
        written::write_down(&mut pipeline, &pinned);
        Ok(Self {
            pipeline,
            folder: file.folder().to_owned(),
            sources,
            companions,
            benchmarks,
            joins,
            vectors,
            grids,
            tokenizer,
            tokenizer_name,
            contamination,
            emitted,
        })
    }

    /// Whether the text of a subset is written; that of the validation set always is.
    pub fn emits(&self, subset: &Subset) -> bool {
        subset.role == SubsetRole::Validation
            || self
                .emitted
                .iter()
                .any(|pattern| pattern.matches(&subset.name))
    }

    /// The patterns of `[emit] subsets` that mean none of these.
    pub fn emits_nothing(&self, subsets: &[Subset]) -> Vec<&str> {
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

fn check_overrides(pipeline: &Pipeline, overrides: &Overrides) -> Result<()> {
    for name in overrides.sources.keys() {
        let known = pipeline.sources.keys().chain(pipeline.companions.keys());
        let known = known.chain(pipeline.benchmarks.keys());
        let known: Vec<&str> = known
            .chain(pipeline.join.keys())
            .map(String::as_str)
            .collect();
        if !known.contains(&name.as_str()) {
            return Err(Error::usage(
                format!("the pipeline has no source `{name}`"),
                format!("it has {}", known.join(", ")),
            ));
        }
    }
    Ok(())
}

/// Refuses a condition on something that no source and no companion tells.
fn check_screen(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let screen = &pipeline.screen;
    let bounds = (screen.tokens_min, screen.tokens_max);
    if let (Some(min), Some(max)) = bounds
        && min > max
    {
        let mend = "write the smaller one there";
        return Err(file.error("screen.tokens_min", "is more than `tokens_max`", mend));
    }
    for (key, is_asked) in [
        ("question_type", screen.question_type.is_some()),
        ("problem_is_valid", screen.problem_is_valid.is_some()),
        ("solution_is_valid", screen.solution_is_valid.is_some()),
        ("synthetic", screen.synthetic.is_some()),
    ] {
        if !is_asked || !pipeline.companions.is_empty() {
            continue;
        }
        let silent = pipeline
            .sources
            .iter()
            .find(|(_, source)| !layout::tells(source, key));
        if let Some((name, _)) = silent {
            return Err(file.error(
                &format!("screen.{key}"),
                &format!(
                    "asks for what the source `{name}` does not tell, so all of it would be dropped"
                ),
                "add a table `[companions.numina]` with `hub = \"AI-MO/NuminaMath-1.5\"`",
            ));
        }
    }
    let companions = pipeline.companions.keys().map(|name| ("companions", name));
    let benchmarks = pipeline.benchmarks.keys().map(|name| ("benchmarks", name));
    let joins = pipeline.join.keys().map(|name| ("join", name));
    let mut names: HashSet<&String> = pipeline.sources.keys().collect();
    for (table, name) in companions.chain(benchmarks).chain(joins) {
        if !names.insert(name) {
            return Err(file.error(
                &format!("{table}.{name}"),
                "has the name of a source",
                "give it a name of its own: `--source` means one of them",
            ));
        }
    }
    Ok(())
}

/// Refuses thresholds that are none, and fills in that of the split.
fn check_near(file: &PipelineFile, pipeline: &mut Pipeline) -> Result<()> {
    let allowed = THRESHOLD_MIN..=1.0;
    let threshold = pipeline.cluster_threshold();
    let screens = pipeline.screen.near_duplicates;
    let split = pipeline.validation.as_mut();
    let splits = split.as_ref().and_then(|split| split.near_duplicates);
    for (key, asked) in [
        ("screen.near_duplicates", screens),
        ("validation.near_duplicates", splits),
    ] {
        if let Some(asked) = asked.filter(|asked| !allowed.contains(asked)) {
            let problem = format!("is {asked}, and a threshold lies from {THRESHOLD_MIN} to 1");
            let mend = "write 0.9 for copies, 0.8 for problems from one template too";
            return Err(file.error(key, &problem, mend));
        }
    }
    if screens.is_some() && splits.is_some() && screens != splits {
        return Err(file.error(
            "validation.near_duplicates",
            "is another threshold than `[screen] near_duplicates`, by whose clusters the split is made",
            "leave it out",
        ));
    }
    let Some(split) = split else { return Ok(()) };
    split.near_duplicates = threshold;
    if split.size == 0 {
        let mend = "write 1 or more, or leave the table out";
        return Err(file.error("validation.size", "is 0", mend));
    }
    Ok(())
}

fn check_source(file: &PipelineFile, accept: Accept, name: &str, source: &Source) -> Result<()> {
    let key = format!("sources.{name}");
    if source.layout == Layout::Problems {
        return Err(file.error(
            &format!("{key}.layout"),
            "has no responses, so nothing could be selected",
            "write `layout = \"numina\"` for the human solutions, or a table under `[companions]`",
        ));
    }
    for (name, text) in [
        ("license", &source.license),
        ("attribution", &source.attribution),
    ] {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(file.error(&format!("{key}.{name}"), "is empty", "leave it out"));
        }
    }
    let named = source.layout == Layout::Columns;
    if named && source.columns.is_none() {
        return Err(file.error(
            &key,
            "has layout `columns` and no columns",
            &format!("write a table `[{key}.columns]` with at least `problem` and `response`"),
        ));
    }
    if !named && source.columns.is_some() {
        return Err(file.error(
            &format!("{key}.columns"),
            "is read by layout `columns` only",
            "leave it out, or write `layout = \"columns\"`",
        ));
    }
    let accept = source.accept.unwrap_or(accept);
    if matches!(accept, Accept::Recorded | Accept::Both) && !layout::records(source) {
        return Err(file.error(
            &key,
            "records no verdicts, so nothing of it would be accepted",
            "write `accept = \"ours\"` under it, or name its `recorded` column",
        ));
    }
    Ok(())
}

fn check_emit(file: &PipelineFile, pipeline: &Pipeline) -> Result<Vec<glob::Pattern>> {
    let pattern = |text: &String| {
        glob::Pattern::new(text).map_err(|error| {
            file.error(
                "emit.subsets",
                &format!("has `{text}`, which is no glob: {error}"),
                "write `*` for any letters, as `diverse-*`",
            )
        })
    };
    let add = &pipeline.emit.add;
    for (key, text) in [
        ("license", &pipeline.emit.license),
        ("system", &pipeline.emit.system),
        ("instruction", &pipeline.emit.instruction),
    ] {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            return Err(file.error(&format!("emit.{key}"), "is empty", "leave it out"));
        }
    }
    if pipeline.emit.text != TextColumn::default() && !add.contains(&Added::Text) {
        return Err(file.error(
            "emit.text",
            "says how the column `text` is written, and nothing adds that column",
            "write `add = [\"text\"]` under `[emit]`",
        ));
    }
    pipeline.emit.subsets.iter().map(pattern).collect()
}
