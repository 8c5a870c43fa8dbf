//! The texts of entries: from the subsets that hold them, else from the sources, by the manifest's places.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde::Serialize;
use serde_json::Value;

use super::decisions::Row;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::folder::RUN_FOLDER;
use crate::ids;
use crate::pipeline::{Emit, PipelineFile};
use crate::plan::{Connect, Overrides, Plan};
use crate::run::Settings;
use crate::screen::Screen;
use crate::source::{self, Entry, Spot};
use crate::{Error, Result};

/// How a plan is measured.
pub(crate) type Measuring<'a> = &'a dyn Fn(&Plan) -> Result<Settings<'a>>;

/// Where sources are.
pub(crate) struct Sources<'a> {
    /// Where paths of the lock file start; the current folder where none is said.
    pub base: Option<&'a Path>,
    pub overrides: Overrides,
    pub connect: Connect<'a>,
    /// How a plan is measured again into the pool of the run; none where nobody named that.
    pub settings: Option<Measuring<'a>>,
    /// Fails where the user wants it to end.
    pub stop: &'a dyn Fn() -> Result<()>,
}

impl<'a> Sources<'a> {
    /// Sources that texts are read from, for as long as it takes: nothing is measured again.
    pub(crate) fn to_read(
        base: Option<&'a Path>,
        overrides: Overrides,
        connect: Connect<'a>,
    ) -> Self {
        Self {
            base,
            overrides,
            connect,
            settings: None,
            stop: &|| Ok(()),
        }
    }
}

/// The texts of one entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Texts {
    pub problem: Option<String>,
    /// The gold answer; null where the source has none, or nothing of it was found.
    pub gold: Option<String>,
    pub response: Option<String>,
    /// Where they were found: `subset NAME`, or `source FILE`; null where they were not.
    pub from: Option<String>,
    /// Why they were not found, or not all.
    pub missing: Option<String>,
}

/// An entry whose texts are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Wanted {
    source: String,
    file: String,
    row: u64,
    generation: u64,
    /// Null where the entry yields no trajectory: it has no texts.
    trajectory: Option<String>,
}

impl Wanted {
    pub(super) fn of(row: Row<'_>) -> Self {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        Self {
            source: text("source"),
            file: text("file"),
            row: row.number("row").unwrap_or_default(),
            generation: row.number("generation").unwrap_or_default(),
            trajectory: row.text("trajectory_id").map(str::to_owned),
        }
    }
}

/// The texts of all that are wanted, by entry.
pub(super) fn of(
    engine: &Engine,
    out: &Path,
    wanted: &[Wanted],
    sources: &Sources<'_>,
) -> Result<HashMap<Wanted, Texts>> {
    let mut found = HashMap::new();
    let emitted = emitted(engine, wanted)?;
    let mut rest: Vec<&Wanted> = Vec::new();
    for one in wanted {
        match one.trajectory.as_ref().map(|id| emitted.get(id)) {
            Some(Some(texts)) => drop(found.insert(one.clone(), texts.clone())),
            Some(None) => rest.push(one),
            None => drop(found.insert(one.clone(), missing("the entry yields no trajectory"))),
        }
    }
    if !rest.is_empty() {
        found.extend(from_sources(out, rest, sources)?);
    }
    Ok(found)
}

fn missing(why: &str) -> Texts {
    Texts {
        missing: Some(why.to_owned()),
        ..Texts::default()
    }
}

/// Those of the trajectories whose text stands in a subset, by id.
fn emitted(engine: &Engine, wanted: &[Wanted]) -> Result<HashMap<String, Texts>> {
    let mut found = HashMap::new();
    for (subset, mut rows) in subsets_of(engine, wanted)? {
        rows.retain(|(id, _)| !found.contains_key(id));
        if !rows.is_empty() && engine.has(&subset) {
            found.extend(texts_in(engine, &subset, &rows)?);
        }
    }
    Ok(found)
}

/// The subsets that hold some of the trajectories, with their ids and ranks.
fn subsets_of(engine: &Engine, wanted: &[Wanted]) -> Result<BTreeMap<String, Vec<(String, u64)>>> {
    let mut by_subset: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    let ids: Vec<&String> = wanted
        .iter()
        .filter_map(|one| one.trajectory.as_ref())
        .collect();
    if ids.is_empty() {
        return Ok(by_subset);
    }
    let asked = format!(
        "SELECT subset, trajectory_id, CAST(rank AS BIGINT) AS rank FROM selection WHERE trajectory_id IN ({})",
        listed(ids)
    );
    for object in objects(&engine.query(&asked)?)? {
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let rank = object.get("rank").and_then(Value::as_u64);
        if let (Some(subset), Some(id), Some(rank)) = (text("subset"), text("trajectory_id"), rank)
        {
            by_subset.entry(subset).or_default().push((id, rank));
        }
    }
    Ok(by_subset)
}

/// Ids, which are hexadecimal, as values of SQL.
fn listed<'i>(ids: impl IntoIterator<Item = &'i String>) -> String {
    let quoted = ids.into_iter().map(|id| format!("'{id}'"));
    quoted.collect::<Vec<_>>().join(", ")
}

/// The texts of a subset's rows, by their ids and ranks. By their ranks, in whose order they stand, only their part of the file
/// is unpacked.
pub(crate) fn texts_in(
    engine: &Engine,
    subset: &str,
    rows: &[(String, u64)],
) -> Result<HashMap<String, Texts>> {
    let ranks: Vec<String> = rows.iter().map(|(_, rank)| rank.to_string()).collect();
    let asked = format!(
        "SELECT id, problem, answer, messages[-1]['content'] AS response FROM \"{}\" WHERE rank IN ({}) AND id IN ({})",
        subset.replace('"', "\"\""),
        ranks.join(", "),
        listed(rows.iter().map(|(id, _)| id))
    );
    let rows = objects(&engine.query(&asked)?)?;
    let each = rows.iter().map(|object| {
        let text = |name: &str| object.get(name).and_then(Value::as_str).map(str::to_owned);
        let texts = Texts {
            problem: text("problem"),
            gold: text("answer"),
            response: text("response"),
            from: Some(format!("subset {subset}")),
            missing: None,
        };
        (text("id").unwrap_or_default(), texts)
    });
    Ok(each.collect())
}

/// What stands in no subset, read from its file again.
fn from_sources(
    out: &Path,
    mut wanted: Vec<&Wanted>,
    sources: &Sources<'_>,
) -> Result<HashMap<Wanted, Texts>> {
    wanted.sort();
    let mut found = HashMap::new();
    for of_source in wanted.chunk_by(|a, b| a.source == b.source) {
        match plan_of(out, &of_source[0].source, sources) {
            Ok(plan) => found.extend(from_source(&plan, of_source, sources.stop)?),
            Err(error @ Error::Interrupted { .. }) => return Err(error),
            Err(error) => found.extend(all_missing(of_source, &unreachable(&error))),
        }
    }
    Ok(found)
}

fn from_source(
    plan: &Plan,
    wanted: &[&Wanted],
    stop: &dyn Fn() -> Result<()>,
) -> Result<HashMap<Wanted, Texts>> {
    let mut found = HashMap::new();
    for of_file in wanted.chunk_by(|a, b| a.file == b.file) {
        match of_one_file(plan, of_file, stop) {
            Ok(texts) => found.extend(texts),
            Err(error @ Error::Interrupted { .. }) => return Err(error),
            Err(error) => found.extend(all_missing(of_file, &error.to_string())),
        }
    }
    Ok(found)
}

/// The lock file's plan of one source alone: whatever else the run read may lie nowhere by now.
fn plan_of(out: &Path, source: &str, sources: &Sources<'_>) -> Result<Plan> {
    let lock = out.join(RUN_FOLDER).join("pipeline.lock.toml");
    let mut file = PipelineFile::read(&lock)?.with_base(sources.base);
    let pipeline = &mut file.pipeline;
    pipeline.sources.retain(|name, _| name == source);
    pipeline.companions.clear();
    pipeline.join.clear();
    pipeline.benchmarks.clear();
    pipeline.screen = Screen::default();
    pipeline.validation = None;
    pipeline.grid.clear();
    pipeline.emit = Emit::default();
    let mut overrides = sources.overrides.clone();
    let tokenizer = &pipeline.measure.tokenizer.0;
    overrides
        .sources
        .retain(|name, _| name == source || name == tokenizer);
    Plan::new(&file, &overrides, sources.connect)
}

fn unreachable(error: &Error) -> String {
    format!(
        "it stands in no subset, and its source is not to be reached (name where its path starts by `--base DIR`, or itself \
         by `--source NAME=PATH`): {error}"
    )
}

fn all_missing(wanted: &[&Wanted], why: &str) -> HashMap<Wanted, Texts> {
    let each = wanted.iter().map(|&one| {
        let why = format!("{}/{} row {}: {why}", one.source, one.file, one.row);
        (one.clone(), missing(&why))
    });
    each.collect()
}

/// The texts of entries of one file, which are in its order.
fn of_one_file(
    plan: &Plan,
    wanted: &[&Wanted],
    stop: &dyn Fn() -> Result<()>,
) -> Result<HashMap<Wanted, Texts>> {
    let first = wanted[0];
    let mut found = all_missing(wanted, "the sources have no such entry any more");
    let source = plan
        .sources
        .iter()
        .find(|source| source.name == first.source);
    let file = source.and_then(|source| {
        let mut files = source.files.iter();
        files.find(|file| file.file.name == first.file)
    });
    let (Some(source), Some(file)) = (source, file) else {
        return Ok(all_missing(wanted, "it is no file of the sources"));
    };
    let mut spots: Vec<Spot> = wanted.iter().map(|one| spot(one)).collect();
    spots.dedup_by_key(|spot| spot.row);
    stop()?;
    source::entries_of(&file.file, &source.source, &spots, |row, entries| {
        stop()?;
        for one in wanted.iter().filter(|one| one.row == row) {
            if let Some(texts) = of_entry(one, &entries) {
                found.insert((*one).clone(), texts);
            }
        }
        Ok(())
    })?;
    Ok(found)
}

fn spot(one: &Wanted) -> Spot {
    Spot {
        row: one.row,
        generation: u32::try_from(one.generation).unwrap_or(u32::MAX),
        offset: None,
    }
}

/// The texts of the entry that was measured; none where another stands in its place.
fn of_entry(one: &Wanted, entries: &[Entry<'_>]) -> Option<Texts> {
    let is_it = |entry: &&Entry<'_>| entry.generation.map(u64::from) == Some(one.generation);
    let trajectory = entries.iter().find(is_it)?.body.as_ref().ok()?;
    let problem = ids::problem_id(&trajectory.problem);
    let id = ids::trajectory_id(problem, &trajectory.response).to_string();
    (Some(id) == one.trajectory).then(|| Texts {
        problem: Some(trajectory.problem.to_string()),
        gold: trajectory.gold.as_ref().map(ToString::to_string),
        response: Some(trajectory.response.to_string()),
        from: Some(format!(
            "source {}/{} row {}",
            one.source, one.file, one.row
        )),
        missing: None,
    })
}
