//! What runs come to: their figures, how they compare, and how much of a ladder they make.
//!
//! Pure, and the same for the same runs in any order: runs are sorted by benchmark and name first. What `gradatim eval`
//! shows, its JSON and its folder are this report, which computes and words nothing that depends on where it is shown.

mod figures;
mod pairs;
mod rungs;
mod warnings;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::attempt::{self, Grader, Run};
use super::intervals::{Interval, NoInterval};
use super::natural;
use super::table::Counts;
use super::tiers::Role;

pub use figures::{Ended, FactFigures, Graders, Intervals, RunFigures, SpreadFigures, TierFigures};
pub use pairs::{CovFigures, Differing, PairFigures, Says, TierDifference};
pub use rungs::{LadderFigures, LadderRow, PlacedQuestion, Rule};

/// Up to so many runs at a benchmark each is compared with each other; with more, and without a word of which are meant,
/// a family of so many comparisons would find nothing.
pub const PAIRED_RUNS_MAX: usize = 24;

/// What is asked of runs.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose grades count.
    pub grader: Grader,
    /// Of flips of signs and of tables with the same margins.
    pub seed: u64,
    /// Pairs that are meant, by name: the first less the second.
    pub pairs: Vec<[String; 2]>,
    /// Whether each run meets each other, where neither pairs nor runs to compare with are named, and each reference.
    pub all_pairs: bool,
    /// Runs that every other at their benchmark is compared with: the other less it.
    pub against: Vec<String>,
    /// The same, of models that no subset trained: a base model, a model of others.
    pub references: Vec<String>,
    /// What may differ between runs that are compared.
    pub allow: BTreeSet<Differing>,
    /// Whether a ladder is looked for at every benchmark, and not only at AIME24.
    pub ladder: bool,
    /// The models that make the tiers by the paper's rule; without any its own tiers of AIME24 hold.
    pub rule: Vec<(Role, String)>,
}

/// The report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Whose grades count: `recorded` or `ours`.
    pub grader: &'static str,
    /// The seed of what is drawn.
    pub seed: u64,
    /// What each kind of interval is about; all are of 95 %.
    pub estimands: BTreeMap<&'static str, &'static str>,
    /// By benchmark, then by name.
    pub runs: Vec<RunFigures>,
    /// Runs against each other, on the questions that both have.
    pub pairs: Vec<PairFigures>,
    /// Pairs of runs at one benchmark that were not compared since nobody asked for them.
    pub pairs_left_out: u64,
    /// How much of a ladder runs and questions make: of AIME24, and where it was asked for of each other benchmark; none where
    /// fewer than three runs have the same questions.
    pub ladder: Vec<LadderFigures>,
    /// The tiers that named models make; null where the paper's hold.
    pub tier_rule: Option<Rule>,
    /// What a reader should know, a sentence each.
    pub warnings: Vec<String>,
}

/// Why a report cannot be made of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unanswerable {
    /// No run has this name.
    NoRun(String),
    /// The rule needs a model of each of these roles.
    Rule(&'static str),
}

/// What each interval is about.
const ESTIMANDS: [(&str, &str); 3] = [
    (
        "this_run",
        "this very model on these questions: its attempts vary",
    ),
    (
        "this_kind",
        "such subsets on these questions: draws, training and attempts vary",
    ),
    (
        "questions_like_these",
        "the same on other questions like these: questions vary too",
    ),
];

/// What an interval is about, in words.
pub fn estimand(key: &str) -> &'static str {
    let found = ESTIMANDS.iter().find(|(known, _)| *known == key);
    found.map_or("", |(_, words)| words)
}

/// A run with the counts of its questions, by the grades that count.
struct Counted<'r> {
    run: &'r Run,
    counts: Vec<Counts>,
}

/// Makes the report of runs, each of them one model at one benchmark. Sorts them, and gives their questions the rule's
/// tiers, where there is one.
pub fn report(runs: &mut [Run], asked: &Asked) -> Result<Report, Unanswerable> {
    runs.sort_by(|a, b| order(a).cmp(&order(b)));
    asked.refuse_unknown(runs)?;
    let tier_rule = rungs::rule(runs, asked)?;
    let counted: Vec<Counted<'_>> = runs.par_iter().map(|run| Counted::of(run, asked)).collect();
    let (pairs, pairs_left_out) = pairs::pairs(&counted, asked);
    let ladder = rungs::ladders(&counted, asked);
    let figures: Vec<RunFigures> = runs.par_iter().map(|run| figures::of(run, asked)).collect();
    Ok(Report {
        grader: word(asked.grader),
        seed: asked.seed,
        estimands: ESTIMANDS.into(),
        warnings: warnings::of(runs, &figures, &pairs, asked.grader),
        runs: figures,
        pairs,
        pairs_left_out,
        ladder,
        tier_rule,
    })
}

impl<'r> Counted<'r> {
    fn of(run: &'r Run, asked: &Asked) -> Self {
        let outcomes = |question: &attempt::Asked| {
            question
                .attempts
                .iter()
                .map(|attempt| attempt.outcome(asked.grader))
                .collect()
        };
        Self {
            run,
            counts: run.questions.iter().map(outcomes).collect(),
        }
    }

    fn by_id(&self) -> HashMap<&'r str, Counts> {
        let ids = self
            .run
            .questions
            .iter()
            .map(|question| question.id.as_str());
        ids.zip(self.counts.iter().copied()).collect()
    }
}

impl Asked {
    /// The names that other models than those of subsets have.
    fn is_reference(&self, name: &str) -> bool {
        self.references.iter().any(|known| known == name)
    }

    fn refuse_unknown(&self, runs: &[Run]) -> Result<(), Unanswerable> {
        let named = self.pairs.iter().flatten().chain(&self.against);
        let named = named.chain(self.rule.iter().map(|(_, name)| name));
        for name in named {
            if !runs.iter().any(|run| run.name == *name) {
                return Err(Unanswerable::NoRun(name.clone()));
            }
        }
        Ok(())
    }
}

/// As in JSON.
pub fn word(grader: Grader) -> &'static str {
    match grader {
        Grader::Recorded => "recorded",
        Grader::Ours => "ours",
    }
}

/// AIME24 first, then by benchmark; names with numbers in the numbers' order.
fn order(run: &Run) -> (bool, bool, Option<&str>, Vec<(String, u128)>) {
    let benchmark = run.benchmark.as_deref();
    (
        benchmark != Some("aime24"),
        benchmark.is_none(),
        benchmark,
        natural::parts(&run.name),
    )
}

/// An interval as JSON has it.
fn ends(interval: Interval) -> [f64; 2] {
    [interval.low, interval.high]
}

/// An interval, or why there is none.
fn told(
    found: Result<Interval, NoInterval>,
    key: &'static str,
    why: &mut BTreeMap<&'static str, String>,
) -> Option<[f64; 2]> {
    match found {
        Ok(interval) => Some(ends(interval)),
        Err(reason) => {
            why.insert(key, reason.to_string());
            None
        }
    }
}

#[cfg(test)]
mod tests;
