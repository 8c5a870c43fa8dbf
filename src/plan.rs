//! A pipeline checked against its sources: what will run, on what.
//!
//! Everything that can be refused is refused here, before a row is read: keys that contradict each
//! other, sources without files, Parquet files without the layout's columns.

pub mod contamination;
mod lookups;
mod recipes;

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::bucket::category::{DIVERSE, PROPORTIONAL};
use crate::bucket::length::{Length, Nested, Within};
use crate::emit::Added;
use crate::emit::chat::TextColumn;
use crate::measure::TokenizerName;
use crate::pipeline::{Accept, OnShortfall, Pipeline, PipelineFile};
use crate::pool::companions::CategoryRule;
use crate::screen::near::THRESHOLD_MIN;
use crate::select::grid::{Grid, Pair};
use crate::select::recipe::Recipe;
use crate::select::size::{Size, Sizes};
use crate::select::{Subset, SubsetRole};
use crate::source::hub::{Address, Hub};
use crate::source::{self, HubMode, Layout, Source, SourceFile, Unit, files, layout};
use crate::{Error, Result};
use contamination::Benchmark;

pub use lookups::{PlannedBenchmark, PlannedJoin, Question};

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
    /// The grids with their length axes.
    pub grids: Vec<(Grid, Vec<Length>)>,
    /// The tokenizer's name, or its file's hash.
    pub tokenizer: String,
    /// The tokenizer as the pipeline names it.
    pub tokenizer_name: TokenizerName,
    /// The benchmarks that problems are screened for.
    pub contamination: Vec<Benchmark>,
    emitted: Vec<glob::Pattern>,
}

/// A source with its files.
#[derive(Clone, Debug)]
pub struct PlannedSource {
    pub name: String,
    pub source: Source,
    pub accept: Accept,
    pub files: Vec<PlannedFile>,
}

/// A companion with its files.
#[derive(Clone, Debug)]
pub struct PlannedCompanion {
    pub name: String,
    pub category: CategoryRule,
    /// Its files as a source of problems.
    pub source: Source,
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
        let grids = check_grids(file, &pipeline)?;
        let counts_words = grids
            .iter()
            .any(|(grid, _)| grid.recipe.contains(&Recipe::Limo));
        pipeline.measure.behaviours |= counts_words;
        let emitted = check_emit(file, &pipeline)?;
        check_overrides(&pipeline, overrides)?;
        check_screen(file, &pipeline)?;
        check_near(file, &pipeline)?;
        let contamination = contamination::check(file, &pipeline)?;
        let hub = OnceCell::new();
        let connect = || {
            // `get_or_try_init` is not stable yet.
            match hub.get() {
                Some(hub) => Ok(Arc::clone(hub)),
                None => connect().map(|new| Arc::clone(hub.get_or_init(|| new))),
            }
        };
        let mut sources = Vec::new();
        for (name, source) in &mut pipeline.sources {
            check_source(file, pipeline.verify.accept, name, source)?;
            let table = format!("sources.{name}");
            let found = find_files(file, overrides, &table, name, source, "train", &connect)?;
            sources.push(PlannedSource {
                name: name.clone(),
                accept: source.accept.unwrap_or(pipeline.verify.accept),
                files: plan_files(source, found)?,
                source: source.clone(),
            });
        }
        let mut companions = Vec::new();
        for (name, companion) in &mut pipeline.companions {
            let mut source = companion.source();
            let table = format!("companions.{name}");
            let found = find_files(
                file,
                overrides,
                &table,
                name,
                &mut source,
                "train",
                &connect,
            )?;
            companion.pin(&source);
            companions.push(PlannedCompanion {
                name: name.clone(),
                category: companion.category,
                files: plan_files(&source, found)?,
                source,
            });
        }
        let benchmarks = lookups::benchmarks(file, &mut pipeline, overrides, &connect)?;
        let joins = lookups::joins(file, &mut pipeline, overrides, &connect)?;
        for (index, (grid, _)) in grids.iter().enumerate() {
            recipes::check_similar(file, index, grid, &benchmarks)?;
        }
        let tokenizer = pipeline.measure.tokenizer_identity(file.folder())?;
        let tokenizer_name = pipeline.measure.tokenizer.clone();
        forget_places(&mut pipeline, overrides);
        Ok(Self {
            pipeline,
            folder: file.folder().to_owned(),
            sources,
            companions,
            benchmarks,
            joins,
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

/// The files of a source. One on the hub is pinned: the pipeline then names its commit. `usual_split` is meant
/// where a dataset has several splits and none is named.
fn find_files(
    file: &PipelineFile,
    overrides: &Overrides,
    table: &str,
    name: &str,
    source: &mut Source,
    usual_split: &str,
    connect: Connect<'_>,
) -> Result<Vec<SourceFile>> {
    let given = overrides.sources.get(name);
    let key = |key: &str| format!("{table}.{key}");
    if let Some(address) = given.and_then(|given| given.to_str()?.strip_prefix("hub:")) {
        let address: Address = address.parse()?;
        (source.path, source.hub) = (None, Some(address.repo));
        source.revision = Some(address.revision);
    } else if given.is_some() {
        (source.hub, source.config, source.split, source.revision) = (None, None, None, None);
    } else if source.hub.is_none() {
        let only = [
            ("config", source.config.is_some()),
            ("split", source.split.is_some()),
            ("revision", source.revision.is_some()),
        ];
        if let Some((alone, _)) = only.iter().find(|(_, is_there)| *is_there) {
            let mend = "name the dataset (`hub = \"NAMESPACE/NAME\"` in a source or a companion, \
                        `path = \"hub:NAMESPACE/NAME\"` elsewhere), or leave it out";
            return Err(file.error(&key(alone), "stands without a dataset of the hub", mend));
        }
    } else if source.path.is_some() {
        let mend = "keep one of them: a source is on this disk or on the hub";
        return Err(file.error(&key("hub"), "stands beside `path`", mend));
    }
    if source.hub.is_some() {
        return find_on_hub(source, usual_split, overrides.hub_mode, connect);
    }
    source.hub_mode = None;
    let path = match (given, &source.path) {
        (Some(path), _) => path.clone(),
        (None, Some(path)) => file.folder().join(path),
        (None, None) => {
            return Err(file.error(
                table,
                "has no `path` and no `hub`",
                &format!("write one, or name its files with `--source {name}=PATH`"),
            ));
        }
    };
    files::find(&path).map_err(|error| match error {
        // A path that the file itself names is shown where it stands.
        Error::Usage { what, hint } if given.is_none() => {
            file.error(&key("path"), &format!("cannot be used: {what}"), &hint)
        }
        other => other,
    })
}

fn find_on_hub(
    source: &mut Source,
    usual_split: &str,
    mode: Option<HubMode>,
    connect: Connect<'_>,
) -> Result<Vec<SourceFile>> {
    let repo = source.hub.clone().unwrap_or_default();
    let address = Address::new(&repo, source.revision.as_deref())?;
    let hub = connect()?;
    let (config, split) = (source.config.as_deref(), source.split.as_deref());
    let dataset = hub
        .describe(&address)?
        .dataset(config, split, usual_split)?;
    let mode = mode.or(source.hub_mode).unwrap_or_default();
    let found = files::of_dataset(&hub, &dataset, mode);
    if source.license.is_none() {
        source.license.clone_from(&dataset.license);
    }
    source
        .attribution
        .get_or_insert_with(|| format!("{} at {}", dataset.page(), dataset.commit));
    source.hub = Some(dataset.repo);
    source.config = Some(dataset.config);
    source.split = Some(dataset.split);
    source.revision = Some(dataset.commit);
    source.hub_mode = Some(mode);
    Ok(found)
}

fn plan_files(source: &Source, found: Vec<SourceFile>) -> Result<Vec<PlannedFile>> {
    plan_columns(found, &layout::columns(source), source.row_bytes_max)
}

fn plan_columns(
    found: Vec<SourceFile>,
    columns: &[layout::Needed],
    row_bytes_max: u64,
) -> Result<Vec<PlannedFile>> {
    let mut planned = Vec::new();
    for file in found {
        let bytes = file.place.bytes()?;
        let units = match source::units(&file, columns, row_bytes_max) {
            Err(error @ Error::Schema { .. }) => return Err(error),
            Err(error) => Err(unreadable(error)?),
            Ok(units) => Ok(units),
        };
        planned.push(PlannedFile { file, bytes, units });
    }
    Ok(planned)
}

/// Where files lie on this machine is no part of the experiment, and is not written to its folder.
fn forget_places(pipeline: &mut Pipeline, overrides: &Overrides) {
    let sources = pipeline.sources.iter_mut();
    let paths = sources.map(|(name, source)| (name, &mut source.path));
    let companions = pipeline.companions.iter_mut();
    let more = companions.map(|(name, companion)| (name, &mut companion.path));
    let benchmarks = pipeline.benchmarks.iter_mut();
    let benchmarks = benchmarks.map(|(name, benchmark)| (name, &mut benchmark.path));
    let joins = pipeline.join.iter_mut();
    let joins = joins.map(|(name, join)| (name, &mut join.path));
    for (name, path) in paths.chain(more).chain(benchmarks).chain(joins) {
        let is_here = path.as_deref().is_some_and(|path| {
            Path::new(path).is_absolute()
                || (overrides.sources.contains_key(name) && !path.starts_with(lookups::ON_HUB))
        });
        if is_here {
            *path = None;
        }
    }
    if let Some(table) = &mut pipeline.screen.contamination {
        for name in &mut table.benchmarks {
            if Path::new(name).is_absolute() {
                *name = contamination::stem(Path::new(name));
            }
        }
    }
    pipeline.measure.tokenizer = TokenizerName(placeless(&pipeline.measure.tokenizer.0));
    let similar = pipeline
        .grid
        .iter_mut()
        .filter_map(|grid| grid.similar.as_mut());
    for vectors in similar.filter_map(|similar| similar.vectors.as_mut()) {
        vectors.problems = placeless(&vectors.problems);
        vectors.questions = placeless(&vectors.questions);
    }
}

/// The name alone of a file that an absolute path leads to.
fn placeless(path: &str) -> String {
    let named = Path::new(path)
        .file_name()
        .filter(|_| Path::new(path).is_absolute());
    named.map_or_else(
        || path.to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// Why a file cannot be read. What is no fault of the file (the hub, the user) ends the run instead.
pub fn unreadable(error: Error) -> Result<String> {
    match error {
        Error::Hub { .. } | Error::Interrupted { .. } => Err(error),
        error => Ok(reason(&error)),
    }
}

/// The innermost cause, in one line.
pub fn reason(error: &Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string().replace('\n', " ")
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

fn check_near(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let allowed = THRESHOLD_MIN..=1.0;
    match pipeline.screen.near_duplicates {
        Some(threshold) if !allowed.contains(&threshold) => Err(file.error(
            "screen.near_duplicates",
            &format!("is {threshold}, and a threshold lies from {THRESHOLD_MIN} to 1"),
            "write 0.9 for copies, 0.8 for problems from one template too",
        )),
        _ => Ok(()),
    }
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

fn check_grids(file: &PipelineFile, pipeline: &Pipeline) -> Result<Vec<(Grid, Vec<Length>)>> {
    if pipeline.sources.is_empty() {
        return Err(file.error("sources", "is empty", "name at least one source"));
    }
    if pipeline.grid.is_empty() {
        return Err(file.error("grid", "is empty", "ask for at least one subset"));
    }
    let mut grids = Vec::new();
    let mut names = HashSet::new();
    for (index, grid) in pipeline.grid.iter().enumerate() {
        let lengths = check_grid(file, index, grid)?;
        recipes::check(file, pipeline, index, grid, &lengths)?;
        for family in grid.families(index, &lengths) {
            for size in grid.size.as_written() {
                let name = family.name(size);
                if !names.insert(name.clone()) {
                    return Err(file.error(
                        &format!("grid[{index}]"),
                        &format!("asks for a subset `{name}` that another place asks for too"),
                        "give each grid a `name` of its own, and each axis every value once",
                    ));
                }
            }
        }
        grids.push((grid.clone(), lengths));
    }
    Ok(grids)
}

fn check_grid(file: &PipelineFile, index: usize, grid: &Grid) -> Result<Vec<Length>> {
    let at = |key: &str| format!("grid[{index}].{key}");
    let lengths = grid.length.axis().map_err(|(key, problem)| {
        file.error(
            &at(&format!("length.{key}")),
            &problem,
            "see `gradatim schema pipeline`",
        )
    })?;
    for (key, empty) in [
        ("size", grid.size.is_empty()),
        ("category", grid.category.is_empty()),
        ("length.rule", lengths.is_empty()),
    ] {
        if empty {
            return Err(file.error(&at(key), "is empty", "write at least one value"));
        }
    }
    if grid.size.as_written().iter().any(|size| size.count() == 0) {
        return Err(file.error(&at("size"), "has a 0", "a subset has at least one row"));
    }
    for (key, count) in [("draws", grid.draws), ("per_problem", grid.per_problem)] {
        if count == 0 {
            return Err(file.error(&at(key), "is 0", "write 1 or more"));
        }
    }
    check_per_problem(file, index, grid, &lengths)?;
    check_names(file, index, grid)?;
    let largest = grid.size.rows_max().unwrap_or_default() as usize;
    let ranked = lengths
        .iter()
        .any(|length| matches!(length, Length::Short | Length::Long));
    for category in &grid.category {
        let share = if category == DIVERSE {
            grid.diverse_of.len()
        } else {
            1
        };
        if ranked && largest > grid.length.bucket * share {
            return Err(file.error(
                &at("size"),
                &format!(
                    "asks for {largest} of `{category}`, and its buckets short and long hold {}",
                    grid.length.bucket * share
                ),
                "raise `[grid.length] bucket`, or ask for smaller sizes",
            ));
        }
    }
    let per_category = ranked && grid.length.within == Within::Category;
    if per_category
        && grid
            .category
            .iter()
            .any(|category| category == PROPORTIONAL)
    {
        return Err(file.error(
            &at("category"),
            "has `proportional` beside short or long of each category, whose buckets are of one size",
            "write `[grid.length] within = \"pool\"`, or `diverse`",
        ));
    }
    if grid.pair == Some(Pair::Style) {
        check_pair(file, index, grid, &lengths)?;
    }
    if grid.length.nested == Nested::ByKey && grid.draws > 1 {
        return Err(file.error(
            &at("draws"),
            "is more than 1 beside `nested = \"by_key\"`, where every draw is the same",
            "write `draws = 1`",
        ));
    }
    Ok(lengths)
}

/// What goes row by row, problem by problem or by rank has one trajectory of each problem.
fn check_per_problem(
    file: &PipelineFile,
    index: usize,
    grid: &Grid,
    lengths: &[Length],
) -> Result<()> {
    let has_one = |length: &Length| !matches!(length, Length::Normal | Length::Tokens(..));
    let against = [
        (grid.control.matched, "`[grid.control] matched`"),
        (grid.control.paired, "`[grid.control] paired`"),
        (grid.pair.is_some(), "`pair`"),
        (lengths.iter().any(has_one), "lengths that rank"),
    ];
    match against.iter().find(|(stands, _)| *stands) {
        Some((_, what)) if grid.per_problem > 1 => Err(file.error(
            &format!("grid[{index}].per_problem"),
            &format!("is more than 1 beside {what}, which has one trajectory of a problem"),
            "leave one of them out",
        )),
        _ => Ok(()),
    }
}

/// Names become folders: letters, digits, `_`, `.` and `-` only, and each value once.
fn check_names(file: &PipelineFile, index: usize, grid: &Grid) -> Result<()> {
    let plain = |name: &String| {
        !name.is_empty()
            && !name.starts_with(['.', '_'])
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let name: Vec<String> = grid.name.iter().cloned().collect();
    for (key, values) in [
        ("name", &name),
        ("category", &grid.category),
        ("style", &grid.style),
        ("diverse_of", &grid.diverse_of),
    ] {
        if let Some(bad) = values.iter().find(|value| !plain(value)) {
            return Err(file.error(
                &format!("grid[{index}].{key}"),
                &format!("has `{bad}`, which cannot be part of a folder's name"),
                "use letters, digits, `_`, `-` and `.`; categories are written in lower case with `_`, \
                 as `number_theory`",
            ));
        }
        let distinct: HashSet<&String> = values.iter().collect();
        if distinct.len() < values.len() {
            return Err(file.error(
                &format!("grid[{index}].{key}"),
                "has a value twice",
                "write each value once",
            ));
        }
    }
    Ok(())
}

fn check_pair(file: &PipelineFile, index: usize, grid: &Grid, lengths: &[Length]) -> Result<()> {
    let at = |key: &str| format!("grid[{index}].{key}");
    if grid.style.len() < 2 {
        return Err(file.error(
            &at("style"),
            "names fewer than two styles to pair",
            "write as `style = [\"r1\", \"gemini\"]`",
        ));
    }
    if lengths != [Length::Normal] {
        return Err(file.error(
            &at("length"),
            "cannot be an axis of a pair by style: both styles have the same problems",
            "leave the table out",
        ));
    }
    if matches!(grid.size, Sizes::Tokens(_)) {
        return Err(file.error(
            &at("size"),
            "is a budget of tokens beside `pair`: the same problems have other lengths in each style",
            "write it in rows, as `size = [100, 1000]`",
        ));
    }
    if grid.control.matched || grid.control.paired {
        return Err(file.error(
            &at("control"),
            "has `matched` or `paired` beside `pair`: the other style is the control",
            "leave only `random`",
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
    if pipeline.emit.system.is_some() && add.contains(&Added::PromptCompletion) {
        return Err(file.error(
            "emit.system",
            "stands beside the column `prompt`, a plain text that has no place for it",
            "write it as `instruction`, or train on `messages`",
        ));
    }
    if pipeline.emit.text != TextColumn::default() && !add.contains(&Added::Text) {
        return Err(file.error(
            "emit.text",
            "says how the column `text` is written, and nothing adds that column",
            "write `add = [\"text\"]` under `[emit]`",
        ));
    }
    if pipeline
        .validation
        .as_ref()
        .is_some_and(|validation| validation.size == 0)
    {
        return Err(file.error(
            "validation.size",
            "is 0",
            "write 1 or more, or leave the table out",
        ));
    }
    pipeline.emit.subsets.iter().map(pattern).collect()
}
