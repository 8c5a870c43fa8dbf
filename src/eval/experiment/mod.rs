//! An experiment's answer: the runs of its lines, joined and compared as its manifest says.
//!
//! ```text
//! runs ─ join ─► lines of runs.csv ─► arms (draws × seeds) ─► effects, contrasts, the headline rule, scaling … ─► words
//!                     manifest ────────┘ C, N, L, S, controls, which draws go together
//! ```
//!
//! What a subset is stands in the manifest alone, and is read from no name.

pub(crate) mod answer;
mod arms;
mod beside;
mod comparisons;
pub(crate) mod csv;
mod design;
mod facts;
mod families;
mod finding;
mod join;
mod medium;
mod references;
mod runs;
pub(crate) mod sealed;
mod sizes;
mod spread;
mod tokens;
mod warnings;
mod weigh;
mod words;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::attempt::{Grader, Run};
use super::report::Differing;
use crate::{Error, Result};
use answer::{Answer, Comparison};
use design::{Design, Line};
use families::Question;
use runs::{Benchmark, Gathered};

/// Where the design of an experiment stands.
#[derive(Clone, Debug)]
pub(crate) enum Source<'s> {
    /// In the manifest of an output folder.
    Folder(&'s Path),
    /// In columns of the logs: those that make an arm, and the one that tells draws apart.
    Columns {
        arms: Vec<String>,
        draw: Option<String>,
    },
}

/// A run with where its log stands, as the user gave it.
#[derive(Clone, Debug)]
pub(crate) struct Logged<'r> {
    pub run: &'r Run,
    /// The path, `/` between its parts.
    pub log: String,
}

/// A run of a model that is no line of the experiment.
#[derive(Clone, Debug)]
pub(crate) struct Named<'r> {
    /// As `--reference NAME=LOG` says.
    pub name: String,
    pub run: &'r Run,
}

/// How runs are read as an experiment.
#[derive(Clone, Debug)]
pub(crate) struct Options<'o> {
    pub grader: Grader,
    pub joining: Joining,
    /// What is let through although it is known to differ.
    pub allow: Vec<Differing>,
    pub references: Vec<Named<'o>>,
    /// Of what is drawn by chance.
    pub seed: u64,
}

/// How a log finds its line of `runs.csv`, in this order of preference; with none of them by its run's name, then by a part
/// of its path that is a run's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joining {
    /// A small CSV with the columns `log` and `run`.
    pub table: Option<PathBuf>,
    /// A column of the logs.
    pub column: Option<String>,
    /// The end of the logs' paths, with `{run}` where the run's name stands and `*` for anything inside of a name.
    pub pattern: Option<String>,
}

/// What the runs say of the experiment: the same for the same logs in any order.
///
/// Fails where the folder is none of ours, cannot be read, or its sealed files are not as sealed, and where no run is of any
/// of its lines.
pub(crate) fn answer(
    source: &Source<'_>,
    logs: &[Logged<'_>],
    options: &Options<'_>,
) -> Result<Answer> {
    let design = match source {
        Source::Folder(out) => sealed::design(out)?,
        Source::Columns { arms, draw } => {
            let mut runs: Vec<&Run> = logs.iter().map(|logged| logged.run).collect();
            runs.sort_by_key(|run| &run.name);
            Design::of_columns(&runs, arms, draw.as_deref())
        }
    };
    let found = match source {
        Source::Folder(_) => join::join(&design.lines, logs, &options.joining)?,
        Source::Columns { .. } => by_own_name(&design.lines, logs),
    };
    let gathered = runs::gather(&design, logs, &found, &options.references, options.grader);
    if gathered.joined == 0 {
        return Err(none_joined(&gathered, source));
    }
    let mut answer = answer_of(&design, gathered, options);
    if let Source::Folder(_) = source {
        let astray = join::astray(&design.lines, logs, &options.joining)?;
        answer.warnings.extend(astray);
    }
    Ok(answer)
}

/// Runs of a design that was made of them.
fn by_own_name(lines: &[Line], logs: &[Logged<'_>]) -> Vec<join::Found> {
    let places: std::collections::HashMap<&str, usize> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| (line.run.as_str(), at))
        .collect();
    let of = |logged: &Logged<'_>| {
        let place = places.get(logged.run.name.as_str()).copied();
        place
            .ok_or_else(|| "it has not one text in each of the columns that make an arm".to_owned())
    };
    logs.iter().map(of).collect()
}

fn none_joined(gathered: &Gathered<'_>, source: &Source<'_>) -> Error {
    let first = gathered.unmatched.first();
    let why = first.map_or_else(
        || "there is none".to_owned(),
        |unmatched| format!("of `{}`, {}", unmatched.log, unmatched.why),
    );
    match source {
        Source::Folder(_) => Error::usage(
            format!("no log is of a run of the experiment: {why}"),
            "say which run each log is of, by `--join-pattern '{run}/samples_*.jsonl'`, `--join-column NAME` or \
             `--join TABLE.csv` with the columns `log` and `run`",
        ),
        Source::Columns { .. } => Error::usage(
            format!("no log is of an arm: {why}"),
            "name columns that every row of a run has the same text in",
        ),
    }
}

fn answer_of(design: &Design, gathered: Gathered<'_>, options: &Options<'_>) -> Answer {
    let benchmarks = &gathered.benchmarks;
    let asked = |benchmark: &Benchmark<'_>| {
        families::questions(design, |at| !benchmark.arms[at].is_empty())
    };
    let questions: Vec<Vec<Question>> = benchmarks.iter().map(asked).collect();
    let compared = benchmarks.iter().zip(&questions);
    let compared = compared
        .map(|(benchmark, questions)| comparisons::all(design, benchmark, questions, options));
    let (effects, contrasts): (Vec<Vec<Comparison>>, Vec<Vec<Comparison>>) = compared
        .map(|[effects, contrasts]| (effects, contrasts))
        .unzip();
    let (components, detectable) = benchmarks
        .iter()
        .filter_map(|benchmark| finding::of(design, benchmark, options))
        .unzip();
    let mut origin = design.origin.clone();
    origin.joined = gathered.joined;
    origin.allowed = options
        .allow
        .iter()
        .map(|differing| differing.word())
        .collect();
    let mut answer = Answer {
        experiment: origin,
        arms: benchmarks
            .iter()
            .flat_map(|benchmark| arms::all(design, benchmark))
            .collect(),
        beside: beside::all(design, benchmarks, &questions, &effects),
        effects: effects.into_iter().flatten().collect(),
        contrasts: contrasts.into_iter().flatten().collect(),
        medium_rule: medium::rule(design, benchmarks, options),
        spread: benchmarks
            .iter()
            .flat_map(|benchmark| spread::all(design, benchmark, options))
            .collect(),
        scaling: benchmarks
            .iter()
            .flat_map(|benchmark| sizes::all(design, benchmark, options))
            .collect(),
        tokens: benchmarks
            .iter()
            .flat_map(|benchmark| tokens::all(design, benchmark))
            .collect(),
        references: benchmarks
            .iter()
            .flat_map(|benchmark| references::all(design, benchmark, options))
            .collect(),
        components,
        detectable,
        questions: benchmarks
            .iter()
            .map(|benchmark| (benchmark.name.clone(), benchmark.questions.clone()))
            .collect(),
        missing: gathered.missing.clone(),
        unmatched: gathered.unmatched.clone(),
        ..Answer::default()
    };
    answer.warnings = warnings::of(design, benchmarks, &answer, options);
    answer.words = words::of(&answer);
    answer
}
