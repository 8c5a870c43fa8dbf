//! Gold answers that disagree: of one problem that stands in several rows, and of its near duplicates.
//!
//! A run keeps one gold answer a problem and part, so that rows whose problem and gold answer are written in other ways
//! than the first are read once more, one for each way.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::answers::without_middle;
use super::scope::Scope;
use crate::Result;
use crate::ids::{self, Id};
use crate::pool::entries::Body;
use crate::pool::tables::{ANSWER, PROBLEM};
use crate::run::{Amount, Settings, differ};
use crate::source::Trajectory;

/// A problem, with its near duplicates, whose gold answers are not the same.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GoldDisagreement {
    /// Whether rows of one text disagree; else only near duplicates do.
    pub same_text: bool,
    pub answers: Vec<GoldRecord>,
}

/// A gold answer, and where it stands first.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct GoldRecord {
    pub answer: String,
    /// The problem's text in a line, cut in its middle.
    pub problem: String,
    pub problem_id: String,
    /// Source, file and row, counted from 0.
    pub place: String,
}

/// What was found, and which problems of the run it is about.
pub(super) struct Golds {
    pub disagreements: Vec<GoldDisagreement>,
    pub problems: HashSet<u32>,
}

/// Rows that are read once more, at most: of more ways to write problems than this the first are compared.
const ROWS_MAX: usize = 50_000;

/// A gold answer of a problem, where it was first met.
struct Gold {
    problem: u32,
    entry: u32,
    answer: String,
    /// Of the problem, in a line and cut.
    text: String,
}

/// Letters of a problem's text that are told.
const TEXT_CHARS: usize = 300;

fn in_a_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    without_middle(&words.join(" "), TEXT_CHARS)
}

pub(super) fn golds(scope: &Scope<'_>, settings: &Settings<'_>) -> Result<Golds> {
    let clusters = scope.experiment.screened.clusters.as_ref();
    let cluster =
        |problem: u32| clusters.map_or(problem, |clusters| clusters.first[problem as usize]);
    let mut of_cluster: BTreeMap<u32, Vec<Gold>> = BTreeMap::new();
    for gold in read(scope, &spellings(scope, cluster), settings)? {
        of_cluster
            .entry(cluster(gold.problem))
            .or_default()
            .push(gold);
    }
    let mut golds = Golds {
        disagreements: Vec::new(),
        problems: HashSet::new(),
    };
    let mut found: Vec<Vec<Gold>> = of_cluster
        .into_values()
        .filter(|golds| disagree(golds.iter()))
        .collect();
    found.sort_by_key(|golds| golds[0].entry);
    for group in found {
        golds.problems.extend(group.iter().map(|gold| gold.problem));
        golds.disagreements.push(told(scope, &group));
    }
    Ok(golds)
}

/// The first entry of each way in which the problems of a cluster that has several are written with their gold answers.
fn spellings(scope: &Scope<'_>, cluster: impl Fn(u32) -> u32) -> Vec<u32> {
    let mut first: HashMap<u32, Id> = HashMap::new();
    let mut several = HashSet::new();
    for (_, body) in scope.trajectories() {
        let cluster = cluster(body.problem);
        if *first.entry(cluster).or_insert(body.text_id) != body.text_id {
            several.insert(cluster);
        }
    }
    let mut seen = HashSet::new();
    let is_new = |(entry, body): (u32, &Body)| {
        (several.contains(&cluster(body.problem)) && seen.insert(body.text_id)).then_some(entry)
    };
    scope
        .trajectories()
        .filter_map(is_new)
        .take(ROWS_MAX)
        .collect()
}

/// The gold answers of these entries; those without one are left out.
fn read(scope: &Scope<'_>, entries: &[u32], settings: &Settings<'_>) -> Result<Vec<Gold>> {
    let mut golds = Vec::with_capacity(entries.len());
    let mut add = |entry: u32, text: String, answer: Option<&str>| {
        if let Some(answer) = answer.filter(|gold| !gold.trim().is_empty()) {
            golds.push(Gold {
                problem: scope.experiment.entries.body_of(entry).problem,
                entry,
                answer: answer.to_owned(),
                text,
            });
        }
    };
    let kept = kept(scope, entries)?;
    let mut untold = Vec::new();
    for &entry in entries {
        match kept.get(&scope.experiment.entries.body_of(entry).text_id) {
            Some((text, answer)) => add(entry, text.clone(), answer.as_deref()),
            None => untold.push(entry),
        }
    }
    let all = Amount::rows(untold.len() as u64);
    settings.watch.begin("golds", all);
    let mut told = |entry: u32, trajectory: Trajectory<'_>| {
        settings.check_stop()?;
        settings.watch.advance(Amount::rows(1));
        add(
            entry,
            in_a_line(&trajectory.problem),
            trajectory.gold.as_deref(),
        );
        Ok(())
    };
    let untold = scope.each_problem_text(&untold, &mut told)?;
    scope.each_text(&untold, &mut told)?;
    golds.sort_by_key(|gold| gold.entry);
    Ok(golds)
}

/// The gold answers that the pool keeps, with their problems, one of each problem and part, by the id of both as they are written: of the ways
/// in which the entries are. The others are read from their files.
fn kept(scope: &Scope<'_>, entries: &[u32]) -> Result<HashMap<Id, (String, Option<String>)>> {
    let bodies = entries
        .iter()
        .map(|&entry| scope.experiment.entries.body_of(entry));
    let wanted: HashSet<Id> = bodies.map(|body| body.text_id).collect();
    let mut kept = HashMap::new();
    if wanted.is_empty() {
        return Ok(kept);
    }
    scope.each_problem_batch(&[PROBLEM.name(), ANSWER.name()], |batch| {
        for (problem, answer) in PROBLEM.of(batch)?.into_iter().zip(ANSWER.of(batch)?) {
            let problem = problem.unwrap_or_default();
            let id = ids::text_id(problem, answer);
            if wanted.contains(&id) {
                kept.insert(id, (in_a_line(problem), answer.map(str::to_owned)));
            }
        }
        Ok(())
    })?;
    Ok(kept)
}

/// Answers of a cluster that are compared with each other, at most.
const ANSWERS_MAX: usize = 16;

/// Whether two of the answers are decidedly not the same.
fn disagree<'g>(golds: impl Iterator<Item = &'g Gold>) -> bool {
    let mut seen = HashSet::new();
    let answers = golds.map(|gold| gold.answer.trim());
    let new = answers
        .filter(|answer| seen.insert(*answer))
        .take(ANSWERS_MAX);
    let answers: Vec<&str> = new.collect();
    let mut firsts = answers.iter().enumerate();
    firsts.any(|(at, first)| answers[at + 1..].iter().any(|other| differ(first, other)))
}

/// The answers of a cluster, each once.
fn told(scope: &Scope<'_>, golds: &[Gold]) -> GoldDisagreement {
    let id = |problem: u32| scope.experiment.entries.problems[problem as usize].id;
    let mut seen = HashSet::new();
    let new = golds.iter().filter(|gold| seen.insert(gold.answer.trim()));
    let record = |gold: &Gold| GoldRecord {
        answer: gold.answer.clone(),
        problem: gold.text.clone(),
        problem_id: id(gold.problem).to_string(),
        place: scope.place(gold.entry),
    };
    GoldDisagreement {
        same_text: golds
            .iter()
            .any(|first| disagree(golds.iter().filter(|gold| gold.problem == first.problem))),
        answers: new.map(record).collect(),
    }
}
