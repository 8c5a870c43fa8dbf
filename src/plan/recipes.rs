//! What a grid's recipes need of the rest of the pipeline, checked.

use std::collections::BTreeSet;

use super::PlannedBenchmark;
use crate::bucket::length::Length;
use crate::error::{Refusal, did_you_mean, listed};
use crate::pipeline::{Pipeline, PipelineFile};
use crate::rules::Accept;
use crate::select::difficulty::{Difficulty, JoinedRule};
use crate::select::grid::Grid;
use crate::select::similar::Similar;
use crate::source::Source;
use crate::{Error, Result};

/// Refuses what a grid asks of columns that nobody joins, and of sources that keep less.
pub(super) fn check(pipeline: &Pipeline, grid: &Grid) -> Result<(), Refusal> {
    if let Some(difficulty) = &grid.difficulty {
        check_joined(pipeline, difficulty)?;
    }
    if let Some(name) = &grid.control.joined {
        check_is_joined(pipeline, "control.joined", name)?;
    }
    check_wrong(pipeline, grid)?;
    let mut sources = pipeline.sources.iter();
    sources.try_for_each(|(name, source)| check_accept(pipeline, grid, name, source))
}

/// Something is dropped as wrong, of which a wrong control could be.
fn check_wrong(pipeline: &Pipeline, grid: &Grid) -> Result<(), Refusal> {
    let own = |source: &Source| source.accept.unwrap_or(pipeline.verify.accept);
    let mut sources = pipeline.sources.values();
    let keeps_all = match grid.accept.as_slice() {
        [] => sources.all(|source| own(source) == Accept::None),
        rules => rules.contains(&Accept::None),
    };
    Refusal::when(
        grid.control.wrong && keeps_all,
        "control.wrong",
        "asks for what was dropped as wrong, and `accept = \"none\"` drops nothing",
        "write another rule, as `accept = [\"recorded\"]` under this grid",
    )
}

/// Each column that is asked for is joined, as numbers everywhere or as words everywhere.
fn check_joined(pipeline: &Pipeline, difficulty: &Difficulty) -> Result<(), Refusal> {
    for (name, wanted) in &difficulty.joined {
        let key = format!("difficulty.joined.{name}");
        Refusal::when(
            is_asked_otherwise(pipeline, name, wanted),
            &key,
            "is asked for as words in one grid and as numbers in another",
            "join the column twice, under two names",
        )?;
        check_is_joined(pipeline, &key, name)?;
    }
    Ok(())
}

fn check_is_joined(pipeline: &Pipeline, key: &str, name: &str) -> Result<(), Refusal> {
    Refusal::when(
        !pipeline.join.contains_key(name),
        key,
        "is joined from nowhere",
        &format!(
            "{}write a table `[join.{name}]` with `path`, `value` and `problem`",
            did_you_mean(name, pipeline.join.keys().map(String::as_str))
        ),
    )
}

fn is_asked_otherwise(pipeline: &Pipeline, name: &str, wanted: &JoinedRule) -> bool {
    let is_words = |wanted: &JoinedRule| matches!(wanted, JoinedRule::OneOf(_));
    let grids = pipeline.grid.iter();
    let grids = grids.filter_map(|grid| grid.difficulty.as_ref());
    let mut others = grids.filter_map(|difficulty| difficulty.joined.get(name));
    others.any(|other| is_words(other) != is_words(wanted))
}

/// Each rule of the axis accepts only what the source keeps.
fn check_accept(
    pipeline: &Pipeline,
    grid: &Grid,
    name: &str,
    source: &Source,
) -> Result<(), Refusal> {
    let own = source.accept.unwrap_or(pipeline.verify.accept);
    let wider = grid.accept.iter().find(|rule| !own.includes(**rule));
    let Some(wider) = wider else { return Ok(()) };
    let problem = format!(
        "has `{}`, and `{name}` keeps no more than `{}`",
        wider.as_str(),
        own.as_str()
    );
    Err(Refusal::new(
        "accept",
        problem,
        let_all_through(name, source.accept),
    ))
}

fn let_all_through(name: &str, accept: Option<Accept>) -> String {
    let mend = "write `accept = \"none\"` under `[verify]`: the axis then parts what it keeps";
    match accept {
        Some(_) => format!("leave out `accept` under `[sources.{name}]`, and {mend}"),
        None => mend.to_owned(),
    }
}

/// Refuses what the grids ask of benchmarks that these do not have.
pub(super) fn check_similar(
    file: &PipelineFile,
    grids: &[(Grid, Vec<Length>)],
    benchmarks: &[PlannedBenchmark],
) -> Result<()> {
    let mut grids = grids.iter().enumerate();
    grids.try_for_each(|(index, (grid, _))| check_benchmark(file, index, grid, benchmarks))
}

fn check_benchmark(
    file: &PipelineFile,
    index: usize,
    grid: &Grid,
    benchmarks: &[PlannedBenchmark],
) -> Result<()> {
    let Some(similar) = &grid.similar else {
        return Ok(());
    };
    let at = |refusal| file.refused(&format!("grid[{index}]"), &refusal);
    let benchmark = find(similar, benchmarks).map_err(at)?;
    check_tiers(similar, benchmark).map_err(at)?;
    let questions = benchmark.of_tiers(&similar.tiers).len();
    if questions == 0 {
        return Err(Error::usage(
            format!("the benchmark `{}` has no question", similar.to),
            "name the column of its text: `problem = \"…\"`",
        ));
    }
    check_most(grid, similar, questions).map_err(at)
}

fn find<'b>(
    similar: &Similar,
    benchmarks: &'b [PlannedBenchmark],
) -> Result<&'b PlannedBenchmark, Refusal> {
    let to = &similar.to;
    let found = benchmarks.iter().find(|known| known.name == *to);
    found.ok_or_else(|| {
        let known = benchmarks.iter().map(|known| known.name.as_str());
        Refusal::new(
            "similar.to",
            format!("names no benchmark: there is no `[benchmarks.{to}]`"),
            format!(
                "{}write that table with the `path` of its questions",
                did_you_mean(to, known)
            ),
        )
    })
}

fn check_tiers(similar: &Similar, benchmark: &PlannedBenchmark) -> Result<(), Refusal> {
    let lacks = |tier: &&String| benchmark.of_tiers(std::slice::from_ref(*tier)).is_empty();
    match similar.tiers.iter().find(lacks) {
        None => Ok(()),
        Some(lost) => Err(Refusal::new(
            "similar.tiers",
            format!("has `{lost}`, and no question of `{}` is of it", similar.to),
            mend_tier(lost, benchmark),
        )),
    }
}

fn mend_tier(lost: &str, benchmark: &PlannedBenchmark) -> String {
    let tiers = benchmark.questions.iter().flat_map(|one| &one.tiers);
    let tiers: BTreeSet<&str> = tiers.map(String::as_str).collect();
    let mend = format!(
        "list its ids under `[benchmarks.{}.tiers]`, or name the column `tier`",
        benchmark.name
    );
    match tiers.is_empty() {
        true => mend,
        false => format!(
            "{}{mend}; there are {}",
            did_you_mean(lost, tiers.iter().copied()),
            listed(tiers)
        ),
    }
}

/// The questions can take as many problems as the largest subset has.
fn check_most(grid: &Grid, similar: &Similar, questions: usize) -> Result<(), Refusal> {
    let largest = grid.size.rows_max().unwrap_or_default();
    let recipes = grid.recipe.iter();
    let most = recipes.filter_map(|recipe| recipe.criterion().most(similar, questions));
    let rows = most.map(|problems| problems * u64::from(grid.per_problem));
    Refusal::when(
        rows.min().is_some_and(|rows| u64::from(largest) > rows),
        "similar.top",
        &format!("lets {questions} questions take too few for {largest} problems"),
        "raise it, or leave it out: questions then take turns until the subset is full",
    )
}
