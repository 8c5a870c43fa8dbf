//! Benchmarks and joined columns of a plan: their files, and the questions that a benchmark has.

use std::collections::BTreeSet;

use super::PlannedFile;
use super::files::{DataTable, Finder};
use crate::ids::Id;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::pool::identity;
use crate::source::benchmark::{self, BenchmarkRow};
use crate::source::lookup;
use crate::source::needed::Needed;
use crate::source::pick::Pick;
use crate::source::{Benchmark, Join, Located, Location, ROW_BYTES_MAX};
use crate::{Error, Result};

/// A benchmark, read.
#[derive(Clone, Debug)]
pub struct PlannedBenchmark {
    pub name: String,
    /// Where its files were found, as it is written down.
    pub(super) location: Location,
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
    pub(crate) fn of_tiers(&self, tiers: &[String]) -> Vec<usize> {
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
    /// Its table, with where its files were found.
    pub join: Join,
    pub files: Vec<PlannedFile>,
    /// Each file's content.
    pub contents: Vec<Id>,
}

/// Finds and reads the benchmarks.
pub(super) fn benchmarks(
    finder: &Finder<'_>,
    pipeline: &Pipeline,
) -> Result<Vec<PlannedBenchmark>> {
    let tables = pipeline.benchmarks.iter();
    tables
        .map(|(name, benchmark)| {
            let planned = plan_benchmark(finder, name, benchmark);
            planned.map_err(|error| error.or_from_disk(name))
        })
        .collect()
}

fn plan_benchmark(
    finder: &Finder<'_>,
    name: &str,
    benchmark: &Benchmark,
) -> Result<PlannedBenchmark> {
    let key = DataTable::Benchmarks.key(name);
    let picks = benchmark.picks();
    let found = finder.find(DataTable::Benchmarks, name, &benchmark.location())?;
    let files = finder
        .with_columns(name, found.files, &lookup::columns(&picks), ROW_BYTES_MAX)
        .map_err(|error| {
            at_key(
                finder.file,
                &key,
                zipped(["problem", "id", "tier"], picks),
                error,
            )
        })?;
    // First: what is read then is held against them.
    let contents = contents(&files, &lookup::columns(&picks))?;
    Ok(PlannedBenchmark {
        name: name.to_owned(),
        location: found.location,
        questions: questions(finder.file, &key, benchmark, &files)?,
        contents,
        files,
    })
}

/// Finds the joined columns' files.
pub(super) fn joins(finder: &Finder<'_>, pipeline: &Pipeline) -> Result<Vec<PlannedJoin>> {
    let tables = pipeline.join.iter();
    tables
        .map(|(name, join)| {
            let planned = plan_join(finder, name, join);
            planned.map_err(|error| error.or_from_disk(name))
        })
        .collect()
}

fn plan_join(finder: &Finder<'_>, name: &str, written: &Join) -> Result<PlannedJoin> {
    let key = DataTable::Join.key(name);
    if written.problem.is_some() == written.problem_id.is_some() {
        return Err(finder.file.error(
            &key,
            "must say by what it is joined",
            "name one column: `problem` (the text) or `problem_id`",
        ));
    }
    let picks = written.picks();
    let found = finder.find(DataTable::Join, name, &written.location())?;
    let files = finder
        .with_columns(name, found.files, &lookup::columns(&picks), ROW_BYTES_MAX)
        .map_err(|error| {
            let keys = ["value", "problem", "problem_id"];
            at_key(finder.file, &key, zipped(keys, picks), error)
        })?;
    let contents = contents(&files, &lookup::columns(&picks))?;
    let mut join = written.clone();
    join.pin(&found.location);
    Ok(PlannedJoin {
        name: name.to_owned(),
        join,
        contents,
        files,
    })
}

/// Each key of a table with the column that it names.
fn zipped<'k>(
    keys: [&'k str; 3],
    picks: [Option<&'k Pick>; 3],
) -> impl Iterator<Item = (&'k str, Option<&'k Pick>)> {
    keys.into_iter().zip(picks)
}

/// A column that a table names and its file has not, told where the table names it.
pub(super) fn at_key<'k>(
    file: &PipelineFile,
    table: &str,
    picks: impl IntoIterator<Item = (&'k str, Option<&'k Pick>)>,
    error: Error,
) -> Error {
    if !error.is_missing_column() {
        return error;
    }
    let Error::Schema {
        file: data,
        column,
        problem,
        hint,
    } = error.without_layout("name another column of this file")
    else {
        unreachable!("a missing column is an error of its schema")
    };
    let is_it = |pick: Option<&Pick>| pick.is_some_and(|pick| pick.root() == column);
    let mut picks = picks.into_iter();
    let key = picks.find(|(_, pick)| is_it(*pick));
    let key = key.map_or_else(String::new, |(key, _)| format!(".{key}"));
    file.error(
        &format!("{table}{key}"),
        &format!("names the column `{column}` of `{data}`, which {problem}"),
        &hint,
    )
}

/// What each file holds; what is read of it later is held against that.
fn contents(files: &[PlannedFile], columns: &[Needed]) -> Result<Vec<Id>> {
    let content = |file: &PlannedFile| {
        let content = identity::content(&file.file)?;
        file.hold(columns, ROW_BYTES_MAX)?;
        Ok(content)
    };
    files.iter().map(content).collect()
}

fn questions(
    file: &PipelineFile,
    table: &str,
    benchmark: &Benchmark,
    files: &[PlannedFile],
) -> Result<Vec<Question>> {
    let [problem, id, tier] = benchmark.picks();
    let picks = [problem, id, tier, None];
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
