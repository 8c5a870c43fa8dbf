//! Benchmarks and joined columns of a plan: their files, and the questions that a benchmark has.

use std::collections::BTreeSet;

use super::files::with_columns;
use super::{Connect, Overrides, PlannedFile, files};
use crate::ids::Id;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::pool::identity;
use crate::source::benchmark::{self, BenchmarkRow};
use crate::source::lookup;
use crate::source::pick::Pick;
use crate::source::{Benchmark, HubMode, Join, Layout, Source, SourceFile};
use crate::{Error, Result};

/// A benchmark, read.
#[derive(Clone, Debug)]
pub struct PlannedBenchmark {
    pub name: String,
    pub files: Vec<PlannedFile>,
    /// Each file's content.
    pub contents: Vec<Id>,
    pub questions: Vec<Question>,
}

/// One question of a benchmark.
#[derive(Clone, Debug)]
pub struct Question {
    pub problem: String,
    pub id: Option<String>,
    pub tiers: BTreeSet<String>,
}

impl PlannedBenchmark {
    /// The places of the questions of these tiers, or of all where none is named.
    pub fn of_tiers(&self, tiers: &[String]) -> Vec<usize> {
        let inside = |question: &Question| {
            tiers.is_empty() || tiers.iter().any(|tier| question.tiers.contains(tier))
        };
        let places = self.questions.iter().enumerate();
        places
            .filter(|(_, question)| inside(question))
            .map(|(at, _)| at)
            .collect()
    }
}

/// A joined column with its files.
#[derive(Clone, Debug)]
pub struct PlannedJoin {
    pub name: String,
    pub join: Join,
    pub files: Vec<PlannedFile>,
    /// Each file's content.
    pub contents: Vec<Id>,
}

/// Finds and reads the benchmarks.
pub(super) fn benchmarks(
    file: &PipelineFile,
    pipeline: &mut Pipeline,
    overrides: &Overrides,
    connect: Connect<'_>,
) -> Result<Vec<PlannedBenchmark>> {
    let mut planned = Vec::new();
    for (name, benchmark) in &mut pipeline.benchmarks {
        let table = format!("benchmarks.{name}");
        let columns = lookup::columns(&benchmark.picks());
        let place = Place {
            path: &mut benchmark.path,
            config: &mut benchmark.config,
            split: &mut benchmark.split,
            hub_mode: &mut benchmark.hub_mode,
            usual_split: "test",
        };
        let found = find(file, overrides, &table, name, place, connect)?;
        let keys = ["problem", "id", "tier"];
        let files = with_columns(found, &columns, lookup::ROW_BYTES_MAX)
            .map_err(|error| named(error, &table, keys, benchmark.picks()))?;
        let questions = questions(file, &table, benchmark, &files)?;
        planned.push(PlannedBenchmark {
            name: name.clone(),
            contents: contents(&files)?,
            files,
            questions,
        });
    }
    Ok(planned)
}

/// Finds the joined columns' files.
pub(super) fn joins(
    file: &PipelineFile,
    pipeline: &mut Pipeline,
    overrides: &Overrides,
    connect: Connect<'_>,
) -> Result<Vec<PlannedJoin>> {
    let mut planned = Vec::new();
    for (name, join) in &mut pipeline.join {
        let table = format!("join.{name}");
        if join.problem.is_some() == join.problem_id.is_some() {
            return Err(file.error(
                &table,
                "must say by what it is joined",
                "name one column: `problem` (the text) or `problem_id`",
            ));
        }
        let columns = lookup::columns(&join.picks());
        let place = Place {
            path: &mut join.path,
            config: &mut join.config,
            split: &mut join.split,
            hub_mode: &mut join.hub_mode,
            usual_split: "train",
        };
        let found = find(file, overrides, &table, name, place, connect)?;
        let keys = ["value", "problem", "problem_id"];
        let files = with_columns(found, &columns, lookup::ROW_BYTES_MAX)
            .map_err(|error| named(error, &table, keys, join.picks()))?;
        planned.push(PlannedJoin {
            name: name.clone(),
            join: join.clone(),
            contents: contents(&files)?,
            files,
        });
    }
    Ok(planned)
}

/// What a path begins with that is a dataset's address.
pub(super) const ON_HUB: &str = "hub:";

/// Where a table's files are, as the pipeline says it.
struct Place<'p> {
    path: &'p mut Option<String>,
    config: &'p mut Option<String>,
    split: &'p mut Option<String>,
    hub_mode: &'p mut Option<HubMode>,
    usual_split: &'static str,
}

/// The files of a path, or of a dataset on the hub, whose commit, config and split the pipeline then names.
fn find(
    file: &PipelineFile,
    overrides: &Overrides,
    table: &str,
    name: &str,
    place: Place<'_>,
    connect: Connect<'_>,
) -> Result<Vec<SourceFile>> {
    let mut source = Source {
        config: place.config.clone(),
        split: place.split.clone(),
        hub_mode: *place.hub_mode,
        ..Source::of(Layout::Problems)
    };
    let path = place.path.as_deref();
    match path.and_then(|path| path.strip_prefix(ON_HUB)) {
        Some(address) => {
            let (repo, revision) = address.split_once('@').unzip();
            source.hub = Some(repo.unwrap_or(address).to_owned());
            source.revision = revision.map(str::to_owned);
        }
        None => source.path.clone_from(place.path),
    }
    let found = files::find(
        file,
        overrides,
        table,
        name,
        &mut source,
        place.usual_split,
        connect,
    )?;
    *place.path = match (source.hub, source.revision) {
        (Some(repo), Some(commit)) => Some(format!("{ON_HUB}{repo}@{commit}")),
        _ => source.path,
    };
    (*place.config, *place.split) = (source.config, source.split);
    *place.hub_mode = source.hub_mode;
    Ok(found.files)
}

/// A missing column of these tables, with the key that names it: they have no layout to choose.
fn named(error: Error, table: &str, keys: [&str; 3], picks: [Option<&Pick>; 3]) -> Error {
    let Error::Schema { column, .. } = &error else {
        return error;
    };
    let is_of = |pick: &Option<&Pick>| pick.is_some_and(|pick| pick.root() == column);
    match keys.iter().zip(&picks).find(|(_, pick)| is_of(pick)) {
        Some((key, _)) => error.without_layout(&format!(
            "name a column of this file: `{key} = \"…\"` under `[{table}]`"
        )),
        None => error,
    }
}

fn contents(files: &[PlannedFile]) -> Result<Vec<Id>> {
    let content = |file: &PlannedFile| identity::content(&file.file);
    files.iter().map(content).collect()
}

fn questions(
    file: &PipelineFile,
    table: &str,
    benchmark: &Benchmark,
    files: &[PlannedFile],
) -> Result<Vec<Question>> {
    let picks = benchmark.picks();
    let mut questions = Vec::new();
    for planned in files {
        let units = planned
            .units
            .as_ref()
            .map_err(|why| Error::Unreadable(vec![(planned.file.name.clone(), why.clone())]))?;
        for BenchmarkRow {
            problem, id, tier, ..
        } in benchmark::rows(&planned.file, units, &picks)?
        {
            let listed = benchmark
                .tiers
                .iter()
                .filter(|(_, ids)| id.as_ref().is_some_and(|id| ids.contains(id)));
            let tiers = listed.map(|(name, _)| name.clone()).chain(tier).collect();
            questions.push(Question { problem, id, tiers });
        }
    }
    for (tier, ids) in &benchmark.tiers {
        let is_there = |id: &String| questions.iter().any(|known| known.id.as_ref() == Some(id));
        if let Some(lost) = ids.iter().find(|id| !is_there(id)) {
            return Err(file.error(
                &format!("{table}.tiers.{tier}"),
                &format!("names a question `{lost}` that the benchmark's files do not have"),
                "say which column is the `id`, or mend the list",
            ));
        }
    }
    Ok(questions)
}
