//! What an experiment showed, as plain data: what is printed, and what `--json` writes.
//!
//! All figures are shares, not percent. An interval is `[low, high]`, or null with the reason beside it under `no_interval` or `why_not`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::eval::tiers::Tier;

/// What `gradatim eval --experiment` answers.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Answer {
    /// Which experiment the runs are of.
    pub experiment: Origin,
    /// A row an arm and benchmark, in the experiment's order.
    pub arms: Vec<Arm>,
    /// The mean of each difference over all cells that differ in it alone.
    pub effects: Vec<Comparison>,
    /// Each cell's difference by itself.
    pub contrasts: Vec<Comparison>,
    /// Who solves nine in ten of Medium.
    pub medium_rule: MediumRule,
    /// How far categories differ beyond noise.
    pub spread: Vec<Spread>,
    /// Accuracy by size.
    pub scaling: Vec<Scaling>,
    /// Accuracy by tokens.
    pub tokens: Vec<ByTokens>,
    /// Effects on one benchmark less the same on another.
    pub beside: Vec<Beside>,
    /// Arms against models that are no line of the experiment.
    pub references: Vec<Reference>,
    /// What made figures vary.
    pub components: Vec<Components>,
    /// What difference an experiment as this finds with a chance of 80 %.
    pub detectable: Vec<Detectable>,
    /// Lines of `runs.csv` without a log.
    pub missing: Vec<Missing>,
    /// Logs that are of no line.
    pub unmatched: Vec<Unmatched>,
    /// What a reader must know before believing any of it, a sentence each.
    pub warnings: Vec<String>,
    /// The answer in words, which say no more than the intervals, a sentence each.
    pub words: Vec<String>,
    /// The questions that the comparisons' [`by_question`](Comparison::by_question) count, by benchmark.
    #[serde(skip)]
    pub questions: BTreeMap<Option<String>, Vec<(String, Option<Tier>)>>,
}

/// Where the experiment's design was read.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Origin {
    /// `folder`, or `columns` of the logs themselves.
    pub by: String,
    pub title: Option<String>,
    /// SHA-256 of the manifest as it was read.
    pub manifest_sha256: Option<String>,
    /// SHA-256 of the pipeline that made the folder.
    pub pipeline_sha256: Option<String>,
    /// Lines of `runs.csv`, or runs.
    pub lines: usize,
    /// Lines that have a log.
    pub joined: usize,
    /// What differs between runs and was let through.
    pub allowed: Vec<&'static str>,
}

/// What an interval, or a comparison as a whole, is about: what is thought to vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::enum_variant_names,
    reason = "read and written as `this_run`, `this_set` and `this_kind`"
)]
pub(crate) enum Estimand {
    /// Attempts alone: the very models.
    #[default]
    ThisRun,
    /// Training seeds and attempts: the very sets, retrained.
    ThisSet,
    /// Draws, training and attempts: such sets.
    ThisKind,
}

/// Intervals of 95 %.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub(crate) struct Intervals {
    pub this_run: Option<[f64; 2]>,
    pub this_set: Option<[f64; 2]>,
    pub this_kind: Option<[f64; 2]>,
    /// With the questions varying too, beside what the estimand lets vary.
    pub questions_like_these: Option<[f64; 2]>,
    /// Of each that is null, why.
    pub no_interval: BTreeMap<&'static str, String>,
}

/// A kind of subset or control, with all its runs at one benchmark.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Arm {
    /// The subsets' name, `*` where those of other draws have other letters.
    pub name: String,
    pub benchmark: Option<String>,
    /// `subset`, `random`, `matched`, `paired`, `wrong` or `derived`.
    pub role: String,
    pub grid: Option<String>,
    pub recipe: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// Trajectories, or tokens where `unit` says so; null where each draw has a number of its own.
    pub size: Option<u64>,
    pub unit: String,
    /// Any other axis of the logs' own columns.
    pub axes: BTreeMap<String, String>,
    /// `epochs`, `steps` or `subset_steps`.
    pub budget: String,
    /// `independent` or `replicate`.
    pub draw_kind: String,
    /// Arms that it is a control of.
    pub control_of: Vec<String>,
    /// Its subsets.
    pub subsets: Vec<String>,
    pub runs: usize,
    pub draws: usize,
    /// Training seeds of the draw that has fewest.
    pub seeds: usize,
    /// Optimiser's steps, where all its lines have as many.
    pub steps: Option<u64>,
    /// What varies in its interval.
    pub estimand: Estimand,
    /// Of all its questions.
    pub whole: Figures,
    /// By tier, from the easiest on.
    pub tiers: BTreeMap<Tier, Figures>,
}

/// Figures of an arm: means over draws of the means over their runs.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Figures {
    /// Questions that all its runs have.
    pub questions: usize,
    /// Questions that there are, where it is known.
    pub of: Option<usize>,
    /// Attempts at a question, from the fewest to the most.
    pub attempts: [u32; 2],
    pub avg: f64,
    pub cov: f64,
    pub maj_expected: Option<f64>,
    pub maj_first: Option<f64>,
    /// Share of attempts of which it is not known whether they are right.
    pub unknown: f64,
    /// Share of attempts that were cut off.
    pub unfinished: Option<f64>,
    pub tokens: Option<f64>,
    /// avg if every unknown attempt were wrong, and if every one were right.
    pub bounds: [f64; 2],
    /// Of avg.
    pub intervals: Intervals,
    /// Of cov.
    pub cov_intervals: Intervals,
}

/// What question a comparison belongs to; p is adjusted inside of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub(crate) enum Family {
    /// Number of trajectories.
    #[default]
    N,
    /// Length.
    L,
    /// Category.
    C,
    /// Style.
    S,
    #[serde(rename = "recipe")]
    Recipe,
    /// Another column of the logs.
    #[serde(rename = "axis")]
    Axis,
    /// Curated less a random control, and so on.
    #[serde(rename = "random")]
    Random,
    #[serde(rename = "matched")]
    Matched,
    #[serde(rename = "paired")]
    Paired,
    #[serde(rename = "wrong")]
    Wrong,
    #[serde(rename = "derived")]
    Derived,
    /// An arm less a model that is no line of the experiment.
    #[serde(rename = "reference")]
    Reference,
}

/// What one kind of arm has more than another.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Comparison {
    pub family: Family,
    /// `long - short`, `200 - 100`, `subset - random`: what is compared, whatever else it is with.
    pub name: String,
    pub benchmark: Option<String>,
    /// The pairs of arms, first less second, that differ in nothing else.
    pub cells: Vec<[String; 2]>,
    pub estimand: Estimand,
    /// Whether draws go together, as the manifest says, in each of the cells.
    pub paired: bool,
    /// Null where the comparison is refused or cannot be made.
    pub difference: Option<f64>,
    /// Of the t that `p` is of; over a model that is meant itself that is the larger p of two, one by the draws alone.
    pub standard_error: Option<f64>,
    pub degrees_of_freedom: Option<f64>,
    /// Of no difference, by itself: below 0.05 where the estimand's interval leaves 0 out.
    pub p: Option<f64>,
    /// The same among all of its family and benchmark.
    pub p_adjusted: Option<f64>,
    /// `holm` or `max_t`.
    pub adjusted_by: Option<&'static str>,
    pub questions: usize,
    pub intervals: Intervals,
    /// Questions at which the first are better, worse and the same, all attempts together.
    pub wins: u32,
    pub losses: u32,
    pub ties: u32,
    /// The same question by question, in the benchmark's order.
    #[serde(skip)]
    pub by_question: Vec<AtQuestion>,
    /// Of coverage, at the smallest number of attempts that any run has.
    pub cov: Option<Part>,
    /// Attempts that coverage is over: the first so many.
    pub cov_at: Option<u32>,
    /// The difference of pass@k, k as many, which all attempts say.
    pub pass_at: Option<f64>,
    pub tiers: BTreeMap<Tier, Part>,
    pub verdict: Verdict,
    /// Why it is not made: what is known to differ.
    pub refused: Option<String>,
    /// Cells that are left out, since their two arms are known to differ; the others are compared.
    pub refused_cells: Vec<RefusedCell>,
    /// Contaminated rows of the subset that has most, of the first and of the second arm, in the cell where they lie furthest
    /// apart; null where both have as many in each cell, or nobody looked.
    pub contaminated: Option<[u32; 2]>,
    /// What differs and was let through.
    pub allowed: Vec<String>,
    /// What the logs do not say and might differ.
    pub unknown: Vec<&'static str>,
}

/// A cell that is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct RefusedCell {
    pub cell: [String; 2],
    /// What is known to differ.
    pub why: String,
}

/// What the two sides of a comparison come to at one question.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct AtQuestion {
    /// Its place among the benchmark's [`questions`](Answer::questions).
    pub question: usize,
    /// Shares of right attempts of the first arms and of the second, all attempts of an arm together, the mean over cells.
    pub shares: [f64; 2],
}

/// A part of a comparison.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Part {
    pub questions: usize,
    pub difference: f64,
    pub p: Option<f64>,
    pub intervals: Intervals,
}

/// What a comparison says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The interval and the adjusted p agree that it is more.
    Higher,
    Lower,
    /// Nothing is shown, neither a difference nor that there is none.
    #[default]
    Open,
    /// The interval by itself leaves no difference out, the adjusted p does not.
    NotAlone,
    Refused,
}

/// The paper's headline: who solves nine in ten of Medium.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct MediumRule {
    pub threshold: f64,
    pub rows: Vec<MediumRow>,
    /// For each group of sizes the smallest that passes.
    pub smallest: Vec<SmallestPassing>,
}

/// One arm, or the mean over categories.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct MediumRow {
    pub benchmark: Option<String>,
    pub grid: Option<String>,
    /// Null: the mean over `categories`.
    pub category: Option<String>,
    pub categories: Vec<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    pub recipe: Option<String>,
    pub size: Option<u64>,
    pub unit: String,
    pub budget: String,
    pub questions: usize,
    pub avg: f64,
    pub estimand: Estimand,
    pub intervals: Intervals,
    /// `passes` where the interval's low end does, `fails` where its high end does not, else `open`.
    pub verdict: String,
    /// What the mean alone would say.
    pub point_passes: bool,
}

/// The smallest size that passes.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct SmallestPassing {
    pub benchmark: Option<String>,
    pub grid: Option<String>,
    /// Null: the mean over `categories`.
    pub category: Option<String>,
    pub categories: Vec<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    pub recipe: Option<String>,
    pub budget: String,
    pub unit: String,
    /// Sizes that were looked at.
    pub sizes: Vec<u64>,
    /// By the interval's low end; null where none passes.
    pub passing: Option<u64>,
    /// By the mean alone, which says less.
    pub by_reading: Option<u64>,
    /// The largest that fails: what is sought is larger.
    pub failing: Option<u64>,
}

/// How far categories differ beyond noise, as standard deviation of their true means.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Spread {
    pub benchmark: Option<String>,
    pub grid: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    pub recipe: Option<String>,
    pub size: Option<u64>,
    pub unit: String,
    pub budget: String,
    /// Null: of all questions.
    pub tier: Option<&'static str>,
    pub categories: Vec<String>,
    pub estimand: Estimand,
    pub sd: Option<f64>,
    pub interval: Option<[f64; 2]>,
    /// With 95 % they differ by no more: all that can be said of their being the same.
    pub at_most: Option<f64>,
    pub why_not: Option<String>,
    pub p: Option<f64>,
}

/// Accuracy by size of one family of subsets, or the mean of several.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Scaling {
    pub benchmark: Option<String>,
    /// Null: of all questions.
    pub tier: Option<&'static str>,
    /// The arms of each size, of each family.
    pub families: Vec<Vec<String>>,
    /// What all families have in common.
    pub grid: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    pub recipe: Option<String>,
    pub budget: String,
    pub unit: String,
    pub questions: usize,
    pub draws: usize,
    pub estimand: Estimand,
    pub sizes: Vec<SizePoint>,
    /// Gain with each doubling of N.
    pub per_doubling: Option<f64>,
    pub intervals: Intervals,
    pub p: Option<f64>,
    /// a and b of a·ln N + b.
    pub logarithm: Option<[f64; 2]>,
    /// c, h and e of c − h·N^(−e), c not above 1.
    pub saturating: Option<[f64; 3]>,
    /// Share of support of the saturating curve; null with fewer than six sizes, which do not choose.
    pub saturating_weight: Option<f64>,
    /// Up to four times the largest size.
    pub extrapolated: Vec<Extrapolated>,
    /// Steps of the smallest and the largest size where they grow with size, so that it is not size alone.
    pub steps_grow: Option<[f64; 2]>,
    /// Why there is no fit.
    pub refused: Option<String>,
}

/// One size.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct SizePoint {
    pub size: u64,
    pub avg: f64,
    /// In the order of draws; of runs where there is one draw.
    pub draws: Vec<f64>,
}

/// A size that was not measured.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Extrapolated {
    pub size: u64,
    pub avg: f64,
    pub interval: [f64; 2],
}

/// Stability against exploration, by how long a model thinks.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct ByTokens {
    pub arm: String,
    pub benchmark: Option<String>,
    /// Questions by their mean tokens, from the fewest on.
    pub quarters: Vec<Quarter>,
    /// Each question's attempts in four equal parts from the shortest to the longest, mean over questions and runs.
    pub parts: Vec<Stretch>,
    /// The chance that of a right and a wrong attempt at one question the right one is shorter.
    pub right_is_shorter: Option<f64>,
}

/// A part of the attempts at a question.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Stretch {
    pub tokens: f64,
    pub avg: f64,
}

/// A quarter of the questions.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Quarter {
    pub questions: usize,
    pub tokens: f64,
    pub avg: f64,
    pub cov: f64,
    /// cov − avg: what the model can beyond what it does each time.
    pub gap: f64,
}

/// An effect on one benchmark less the same effect on another: memorising shows as more on the older one.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Beside {
    pub family: Family,
    pub name: String,
    pub benchmarks: [String; 2],
    pub differences: [f64; 2],
    pub estimand: Estimand,
    /// First less second.
    pub excess: f64,
    pub p: Option<f64>,
    pub intervals: Intervals,
}

/// A model that is no line of the experiment.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Reference {
    pub name: String,
    pub benchmark: Option<String>,
    pub whole: Figures,
    pub tiers: BTreeMap<Tier, Figures>,
    /// What each arm has more.
    pub gains: Vec<Comparison>,
}

/// Standard deviations, in shares, as `power` takes them in points.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Components {
    pub benchmark: Option<String>,
    /// Between draws of an arm, beyond seeds and attempts; null with one draw in every arm.
    pub draw_sd: Option<f64>,
    /// Between training seeds of a draw, beyond attempts; null with one seed in every draw.
    pub seed_sd: Option<f64>,
    /// Of one attempt around its question's rate.
    pub attempt_sd: Option<f64>,
    /// Of an arm's difference from another, from question to question, beyond attempts.
    pub question_sd: Option<f64>,
    /// Share of the variance of attempts that lies between questions.
    pub between_questions: Option<f64>,
    pub accuracy: f64,
    /// Degrees of freedom behind `draw_sd` and `seed_sd`: with few of them they may be off by a factor.
    pub draw_freedom: u32,
    pub seed_freedom: u32,
}

/// What the experiment could have found.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Detectable {
    pub benchmark: Option<String>,
    pub draws: u32,
    pub seeds: u32,
    pub questions: u32,
    pub attempts: u32,
    /// What is found: a difference of kinds, or with one draw of the very sets.
    pub estimand: Estimand,
    /// The smallest difference of two arms that is found with a chance of 80 % at 5 %, on these questions.
    pub these_questions: Option<f64>,
    /// On questions like these.
    pub questions_like_these: Option<f64>,
    pub why_not: Option<String>,
}

/// A line of `runs.csv` that has no log of a benchmark.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Missing {
    pub run: String,
    /// Null where it has none at all.
    pub benchmark: Option<String>,
}

/// A log of no line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Unmatched {
    pub log: String,
    pub benchmark: Option<String>,
    pub why: String,
    /// Whether it is of a run that another log is of.
    #[serde(skip)]
    pub is_second: bool,
}

impl Estimand {
    /// As in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ThisRun => "this_run",
            Self::ThisSet => "this_set",
            Self::ThisKind => "this_kind",
        }
    }

    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::ThisRun => "these very models on these questions",
            Self::ThisSet => "this set, retrained, on these questions",
            Self::ThisKind => "this kind of subset on these questions",
        }
    }
}

impl Intervals {
    /// The one of an estimand.
    pub(crate) fn of(&self, estimand: Estimand) -> Option<[f64; 2]> {
        match estimand {
            Estimand::ThisRun => self.this_run,
            Estimand::ThisSet => self.this_set,
            Estimand::ThisKind => self.this_kind,
        }
    }
}

impl Family {
    /// As in JSON and tables.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::N => "N",
            Self::L => "L",
            Self::C => "C",
            Self::S => "S",
            Self::Recipe => "recipe",
            Self::Axis => "axis",
            Self::Random => "random",
            Self::Matched => "matched",
            Self::Paired => "paired",
            Self::Wrong => "wrong",
            Self::Derived => "derived",
            Self::Reference => "reference",
        }
    }
}
