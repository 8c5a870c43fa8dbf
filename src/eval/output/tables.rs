//! The tables of an evaluation: attempts, runs, tiers and pairs, and what an experiment adds. Parquet for programs and
//! `gradatim sql`, CSV for spreadsheets.

use std::collections::HashMap;
use std::path::Path;

use arrow::array::ArrayRef;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::emit::csv::line;
use crate::error::one_line;
use crate::eval::attempt::{Asked, Attempt, Grader, Run};
use crate::eval::experiment::answer::{Answer, Arm, AtQuestion, Comparison, Figures, Part};
use crate::eval::logs::{Disagreement, Input};
use crate::eval::report::{PairFigures, Report, RunFigures, Says, TierFigures};
use crate::eval::table::Outcome;
use crate::eval::tiers::Tier;
use crate::schema::{self, Filled, Head, column, heads};
use crate::table::Table;
use crate::{Error, Result, disk};

/// Attempts, or questions of comparisons, that are held as rows at a time.
const ROWS_AT_A_TIME: usize = 64 << 10;

/// One attempt of a run.
pub(crate) struct AttemptRow<'r> {
    run: &'r Run,
    asked: &'r Asked,
    at: u32,
    attempt: &'r Attempt,
    grader: Grader,
    /// The hash of the file that it stands in.
    log: Option<&'r str>,
}

/// A tier of a run.
pub(crate) struct TierRow<'r> {
    run: &'r RunFigures,
    tier: Tier,
    figures: &'r TierFigures,
}

/// An arm, whole or one tier of it.
pub(crate) struct ArmRow<'r> {
    arm: &'r Arm,
    tier: Option<&'static str>,
    figures: &'r Figures,
}

/// A comparison.
pub(crate) struct ComparisonRow<'r> {
    kind: &'static str,
    of: &'r Comparison,
    cells: String,
}

impl<'r> ComparisonRow<'r> {
    /// What stands on its two sides, where that is one thing each.
    fn sides(&self) -> Option<&'r [String; 2]> {
        let cell = self.of.cells.first();
        cell.filter(|_| self.kind != "effect")
    }
}

/// A tier of a comparison.
pub(crate) struct ComparisonTierRow<'r> {
    kind: &'static str,
    of: &'r Comparison,
    sides: Option<&'r [String; 2]>,
    tier: Tier,
    part: &'r Part,
}

/// A question of a comparison.
pub(crate) struct ComparisonQuestionRow<'r> {
    kind: &'static str,
    of: &'r Comparison,
    sides: Option<&'r [String; 2]>,
    question: &'r str,
    tier: Option<Tier>,
    at: AtQuestion,
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Right => "right",
        Outcome::Wrong => "wrong",
        Outcome::Unknown => "unknown",
    }
}

fn attempt_columns<'r>() -> Vec<Filled<'r, AttemptRow<'r>>> {
    vec![
        column::<str>("run", "name of the run").always(|row| &row.run.name),
        column::<str>("benchmark", "the benchmark's short name").perhaps(|row| row.run.benchmark.as_deref()),
        column::<str>("question", "as the benchmark names it, else as the log does").always(|row| &row.asked.id),
        column::<str>("tier", "easy, medium, hard or exh, where the benchmark has tiers")
            .perhaps(|row| row.asked.tier.map(Tier::name)),
        column::<u32>("attempt", "its number at the question, from 0, in the order of the log").always(|row| row.at),
        column::<str>("outcome", "right, wrong or unknown by the grades that count: cut off, unanswered or undecided is unknown")
            .always(|row| word(row.attempt.outcome(row.grader))),
        column::<str>("recorded", "the same by the log").perhaps(|row| row.attempt.recorded.map(word)),
        column::<str>("ours", "the same by our verifier, where it graded").perhaps(|row| row.attempt.ours.map(word)),
        column::<u32>("answer", "which of the question's distinct answers in this run: equal numbers are equal answers")
            .perhaps(|row| row.attempt.answer),
        column::<u32>("tokens", "tokens of the response").perhaps(|row| row.attempt.tokens),
        column::<bool>("finished", "whether the response came to its end").perhaps(|row| row.attempt.finished),
        column::<str>("log", "the file that it stands in: the `blake3` of one of the manifest's inputs").perhaps(|row| row.log),
        column::<u64>("row", "the file's row, from 0; 0 in a document and in an archive").always(|row| row.attempt.place.row),
        column::<u32>("nth", "which of the attempts that the row tells, from 0; of the whole file where it has no rows")
            .always(|row| row.attempt.place.nth),
    ]
}

fn run_columns<'r>() -> Vec<Filled<'r, RunFigures>> {
    vec![
        column::<str>("run", "name of the run").always(|run| &run.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|run| run.benchmark.as_deref()),
        column::<bool>(
            "is_reference",
            "whether it is a model that no subset trained",
        )
        .always(|run| run.is_reference),
        column::<u64>("questions", "questions that were asked").always(|run| run.questions),
        column::<u32>("of", "questions that the benchmark has").perhaps(|run| run.of),
        column::<u64>("attempts", "attempts at all questions").always(|run| run.attempts),
        column::<u32>("attempts_min", "fewest attempts at a question")
            .always(|run| run.attempts_each[0]),
        column::<u32>("attempts_max", "most attempts at a question")
            .always(|run| run.attempts_each[1]),
        column::<f64>(
            "avg",
            "avg@n: mean over questions of the share of right attempts",
        )
        .always(|run| run.avg),
        column::<f64>(
            "avg_low",
            "95 % for this very model on these questions: its low end",
        )
        .perhaps(|run| run.intervals.this_run.map(|[low, _]| low)),
        column::<f64>("avg_high", "its high end")
            .perhaps(|run| run.intervals.this_run.map(|[_, high]| high)),
        column::<f64>(
            "like_these_low",
            "95 % for this model on questions like these: its low end",
        )
        .perhaps(|run| run.intervals.questions_like_these.map(|[low, _]| low)),
        column::<f64>("like_these_high", "its high end")
            .perhaps(|run| run.intervals.questions_like_these.map(|[_, high]| high)),
        column::<f64>("cov", "cov@n: share of questions with a right attempt")
            .always(|run| run.cov),
        column::<f64>("maj_expected", "maj@n, ties by expectation").perhaps(|run| run.maj_expected),
        column::<f64>("maj_first", "maj@n, ties to what was said first")
            .perhaps(|run| run.maj_first),
        column::<f64>(
            "unknown",
            "share of attempts that are cut off, unanswered or undecided",
        )
        .always(|run| run.unknown),
        column::<f64>(
            "unfinished",
            "share of attempts that were cut off, where the log says",
        )
        .perhaps(|run| run.unfinished),
        column::<f64>("tokens", "mean tokens of a response, where the log says")
            .perhaps(|run| run.tokens),
        column::<f64>(
            "se_questions",
            "standard error of avg were the questions others like them",
        )
        .perhaps(|run| run.spread.map(|spread| spread.se_questions)),
        column::<f64>(
            "se_attempts",
            "standard error of avg were the attempts made again",
        )
        .perhaps(|run| run.spread.map(|spread| spread.se_attempts)),
        column::<f64>(
            "between_questions",
            "share of the variance of attempts between questions",
        )
        .perhaps(|run| run.spread.map(|spread| spread.between_questions)),
        column::<f64>(
            "avg_recorded",
            "avg by the log's grades, where attempts have both",
        )
        .perhaps(|run| run.graders.map(|graders| graders.avg_recorded)),
        column::<f64>("avg_ours", "avg by ours, where attempts have both")
            .perhaps(|run| run.graders.map(|graders| graders.avg_ours)),
        column::<str>("harness", "whose log it is").always(|run| &run.facts.harness),
        column::<str>("model", "the model, as the log names it")
            .perhaps(|run| run.facts.model.as_deref()),
        column::<str>("template", "the chat template, or the prompt's form")
            .perhaps(|run| run.facts.template.as_deref()),
        column::<f64>("temperature", "of sampling").perhaps(|run| run.facts.temperature),
        column::<f64>("top_p", "share of probability that was sampled from")
            .perhaps(|run| run.facts.top_p),
        column::<u32>("max_tokens", "limit of a response").perhaps(|run| run.facts.max_tokens),
        column::<str>("grader", "who graded, as the log says")
            .perhaps(|run| run.facts.grader.as_deref()),
    ]
}

fn tier_columns<'r>() -> Vec<Filled<'r, TierRow<'r>>> {
    vec![
        column::<str>("run", "name of the run").always(|row| &row.run.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.run.benchmark.as_deref()),
        column::<str>("tier", "easy, medium, hard or exh").always(|row| row.tier.name()),
        column::<u64>("questions", "questions of it that were asked")
            .always(|row| row.figures.questions),
        column::<u64>("of", "questions that it has").always(|row| row.figures.of),
        column::<f64>("avg", "avg@n of these").perhaps(|row| row.figures.avg),
        column::<f64>(
            "avg_low",
            "95 % for this very model on these questions: its low end",
        )
        .perhaps(|row| row.figures.this_run.map(|[low, _]| low)),
        column::<f64>("avg_high", "its high end")
            .perhaps(|row| row.figures.this_run.map(|[_, high]| high)),
        column::<f64>("cov", "cov@n of these").perhaps(|row| row.figures.cov),
    ]
}

fn says(says: Says) -> &'static str {
    match says {
        Says::A => "a",
        Says::B => "b",
        Says::Open => "open",
    }
}

fn pair_columns<'r>() -> Vec<Filled<'r, PairFigures>> {
    vec![
        column::<str>("a", "the first run").always(|pair| &pair.a),
        column::<str>("b", "the second, or the reference").always(|pair| &pair.b),
        column::<str>("benchmark", "of both").perhaps(|pair| pair.benchmark.as_deref()),
        column::<u64>("questions", "questions that both have").always(|pair| pair.questions),
        column::<u64>("of", "questions that the benchmark has, or either of them")
            .always(|pair| pair.of),
        column::<f64>("difference", "avg of a less avg of b on these questions")
            .perhaps(|pair| pair.difference),
        column::<f64>(
            "low",
            "95 % for these models on questions like these: its low end",
        )
        .perhaps(|pair| pair.interval.map(|[low, _]| low)),
        column::<f64>("high", "its high end").perhaps(|pair| pair.interval.map(|[_, high]| high)),
        column::<f64>(
            "here_low",
            "95 % for these models on these questions: its low end",
        )
        .perhaps(|pair| pair.this_run.map(|[low, _]| low)),
        column::<f64>("here_high", "its high end")
            .perhaps(|pair| pair.this_run.map(|[_, high]| high)),
        column::<f64>("p", "by flips of signs, question by question").perhaps(|pair| pair.p),
        column::<f64>(
            "p_holm",
            "Holm's, over all pairs at the benchmark that are compared",
        )
        .perhaps(|pair| pair.p_holm),
        column::<f64>("mcnemar", "McNemar's exact p of single answers")
            .perhaps(|pair| pair.mcnemar),
        column::<u32>("wins", "questions at which a has the larger share")
            .perhaps(|pair| pair.wins),
        column::<u32>("losses", "questions at which b has").perhaps(|pair| pair.losses),
        column::<u32>("ties", "questions at which both have the same").perhaps(|pair| pair.ties),
        column::<str>("says", "a, b or open: which is shown to be better")
            .perhaps(|pair| pair.says.map(says)),
        column::<str>("refused", "why no verdict is given").perhaps(|pair| pair.refused.as_deref()),
    ]
}

fn arm_columns<'r>() -> Vec<Filled<'r, ArmRow<'r>>> {
    vec![
        column::<str>("arm", "the kind of subset or control").always(|row| &row.arm.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.arm.benchmark.as_deref()),
        column::<str>("tier", "easy, medium, hard or exh; null for all questions")
            .perhaps(|row| row.tier),
        column::<str>("role", "subset, random, matched, paired, wrong or derived")
            .always(|row| &row.arm.role),
        column::<str>("category", "C, where it is one").perhaps(|row| row.arm.category.as_deref()),
        column::<u64>("size", "N, where all its draws have as many").perhaps(|row| row.arm.size),
        column::<str>("length", "L, where it has one").perhaps(|row| row.arm.length.as_deref()),
        column::<str>("style", "S, where it has one").perhaps(|row| row.arm.style.as_deref()),
        column::<str>("recipe", "how it was chosen").perhaps(|row| row.arm.recipe.as_deref()),
        column::<str>("budget", "epochs, steps or subset_steps").always(|row| &row.arm.budget),
        column::<u64>("draws", "its draws").always(|row| row.arm.draws as u64),
        column::<u64>("runs", "its runs").always(|row| row.arm.runs as u64),
        column::<u64>("questions", "questions that all its runs have")
            .always(|row| row.figures.questions as u64),
        column::<u32>("attempts_min", "fewest attempts of a run at a question")
            .always(|row| row.figures.attempts[0]),
        column::<u32>("attempts_max", "most attempts of a run at a question")
            .always(|row| row.figures.attempts[1]),
        column::<f64>("avg", "mean over draws of avg@n").always(|row| row.figures.avg),
        column::<f64>(
            "avg_low",
            "95 %, on these questions, of what `estimand` says: its low end",
        )
        .perhaps(|row| {
            row.figures
                .intervals
                .of(row.arm.estimand)
                .map(|[low, _]| low)
        }),
        column::<f64>("avg_high", "its high end").perhaps(|row| {
            row.figures
                .intervals
                .of(row.arm.estimand)
                .map(|[_, high]| high)
        }),
        column::<str>("estimand", "this_kind, this_set or this_run")
            .always(|row| row.arm.estimand.name()),
        column::<f64>("cov", "mean over draws, and over the runs of each, of cov@n, which is pass@k for k attempts a question")
            .always(|row| row.figures.cov),
        column::<f64>("unfinished", "share of attempts that were cut off")
            .perhaps(|row| row.figures.unfinished),
        column::<f64>("tokens", "mean tokens of a response").perhaps(|row| row.figures.tokens),
    ]
}

fn comparison_columns<'r>() -> Vec<Filled<'r, ComparisonRow<'r>>> {
    vec![
        column::<str>("kind", COMPARISON_KINDS).always(|row| row.kind),
        column::<str>(
            "family",
            "what differs between its sides: N, L, C, S, random, …",
        )
        .always(|row| row.of.family.name()),
        column::<str>("name", "what is compared: first less second").always(|row| &row.of.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.of.benchmark.as_deref()),
        column::<str>(
            "cells",
            "the arms that differ in nothing else, as a JSON list of pairs",
        )
        .always(|row| &row.cells),
        column::<str>("estimand", "this_kind, this_set or this_run")
            .always(|row| row.of.estimand.name()),
        column::<bool>("paired", "whether draws go together, as the manifest says")
            .always(|row| row.of.paired),
        column::<u64>("questions", "questions that all its runs have")
            .always(|row| row.of.questions as u64),
        column::<f64>(
            "difference",
            "of avg; null where it is refused or cannot be made",
        )
        .perhaps(|row| row.of.difference),
        column::<f64>(
            "low",
            "95 %, on these questions, of what `estimand` says: its low end",
        )
        .perhaps(|row| row.of.intervals.of(row.of.estimand).map(|[low, _]| low)),
        column::<f64>("high", "its high end")
            .perhaps(|row| row.of.intervals.of(row.of.estimand).map(|[_, high]| high)),
        column::<f64>(
            "like_these_low",
            "the same on questions like these: its low end",
        )
        .perhaps(|row| row.of.intervals.questions_like_these.map(|[low, _]| low)),
        column::<f64>("like_these_high", "its high end")
            .perhaps(|row| row.of.intervals.questions_like_these.map(|[_, high]| high)),
        column::<f64>("degrees_of_freedom", "of its standard error")
            .perhaps(|row| row.of.degrees_of_freedom),
        column::<f64>("p", "of no difference, by itself").perhaps(|row| row.of.p),
        column::<f64>(
            "p_adjusted",
            "the same among all of its family and benchmark",
        )
        .perhaps(|row| row.of.p_adjusted),
        column::<str>("adjusted_by", "holm or max_t").perhaps(|row| row.of.adjusted_by),
        column::<u32>("wins", "questions at which the first is better").always(|row| row.of.wins),
        column::<u32>("losses", "questions at which the second is").always(|row| row.of.losses),
        column::<u32>("ties", "questions at which both are the same").always(|row| row.of.ties),
        column::<str>("refused", "why it is not made").perhaps(|row| row.of.refused.as_deref()),
    ]
}

const COMPARISON_KINDS: &str = "effect: the mean over cells; contrast: one cell; gain: an arm less a model that no subset trained";

fn comparison_tier_columns<'r>() -> Vec<Filled<'r, ComparisonTierRow<'r>>> {
    vec![
        column::<str>("kind", COMPARISON_KINDS).always(|row| row.kind),
        column::<str>("family", "as in `comparisons`").always(|row| row.of.family.name()),
        column::<str>("name", "what is compared: first less second").always(|row| &row.of.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.of.benchmark.as_deref()),
        column::<str>(
            "arm",
            "the first arm; null of an effect, which is over several cells",
        )
        .perhaps(|row| row.sides.map(|[arm, _]| arm.as_str())),
        column::<str>("against", "the second, or the model that no subset trained")
            .perhaps(|row| row.sides.map(|[_, against]| against.as_str())),
        column::<str>("tier", "easy, medium, hard or exh").always(|row| row.tier.name()),
        column::<u64>("questions", "questions of it that all its runs have")
            .always(|row| row.part.questions as u64),
        column::<f64>("difference", "of avg").always(|row| row.part.difference),
        column::<str>("estimand", "this_kind, this_set or this_run")
            .always(|row| row.of.estimand.name()),
        column::<f64>(
            "low",
            "95 %, on these questions, of what `estimand` says, adjusted for nothing: its low end",
        )
        .perhaps(|row| Some(row.part.intervals.of(row.of.estimand)?[0])),
        column::<f64>("high", "its high end")
            .perhaps(|row| Some(row.part.intervals.of(row.of.estimand)?[1])),
        column::<f64>("p", "of no difference, by itself").perhaps(|row| row.part.p),
    ]
}

fn comparison_question_columns<'r>() -> Vec<Filled<'r, ComparisonQuestionRow<'r>>> {
    vec![
        column::<str>("kind", COMPARISON_KINDS).always(|row| row.kind),
        column::<str>("family", "as in `comparisons`").always(|row| row.of.family.name()),
        column::<str>("name", "what is compared: first less second").always(|row| &row.of.name),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.of.benchmark.as_deref()),
        column::<str>("arm", "the first arm; null of an effect, which is over several cells")
            .perhaps(|row| row.sides.map(|[arm, _]| arm.as_str())),
        column::<str>("against", "the second, or the model that no subset trained")
            .perhaps(|row| row.sides.map(|[_, against]| against.as_str())),
        column::<str>("question", "as the benchmark names it, else as the log does")
            .always(|row| row.question),
        column::<str>("tier", "easy, medium, hard or exh, where the benchmark has tiers")
            .perhaps(|row| row.tier.map(Tier::name)),
        column::<f64>(
            "first",
            "share of right attempts of the first arms, all attempts of an arm together, the mean over cells",
        )
        .always(|row| row.at.shares[0]),
        column::<f64>("second", "the same of the second").always(|row| row.at.shares[1]),
        column::<f64>("difference", "first less second").always(|row| row.at.difference()),
    ]
}

fn disagreement_columns<'r>() -> Vec<Filled<'r, Disagreement>> {
    vec![
        column::<str>("run", "name of the run").always(|row| &row.run),
        column::<str>("benchmark", "the benchmark's short name")
            .perhaps(|row| row.benchmark.as_deref()),
        column::<str>(
            "question",
            "as the benchmark names it, else as the log does",
        )
        .always(|row| &row.question),
        column::<u32>("attempt", "its number at the question, from 0").always(|row| row.attempt),
        column::<str>("gold", "the gold answer").always(|row| &row.gold),
        column::<str>(
            "answer_recorded",
            "the answer that the log found, where it says",
        )
        .perhaps(|row| row.answer_recorded.as_deref()),
        column::<str>("answer_ours", "the answer that we found")
            .perhaps(|row| row.answer_ours.as_deref()),
        column::<str>("recorded", "right, wrong or unknown by the log").always(|row| row.recorded),
        column::<str>("ours", "right, wrong or unknown by our verifier").always(|row| row.ours),
        column::<str>(
            "reason",
            "what our verdict rests on, by the verifier's word for it",
        )
        .always(|row| row.reason),
    ]
}

/// The columns of `attempts.parquet`.
pub(crate) fn attempts_heads() -> Vec<Head> {
    heads(&attempt_columns())
}

/// The columns of `runs.parquet`.
pub(crate) fn runs_heads() -> Vec<Head> {
    heads(&run_columns())
}

/// The columns of `tiers.parquet`.
pub(crate) fn tiers_heads() -> Vec<Head> {
    heads(&tier_columns())
}

/// The columns of `pairs.parquet`.
pub(crate) fn pairs_heads() -> Vec<Head> {
    heads(&pair_columns())
}

/// The columns of `arms.parquet`.
pub(crate) fn arms_heads() -> Vec<Head> {
    heads(&arm_columns())
}

/// The columns of `comparisons.parquet`.
pub(crate) fn comparisons_heads() -> Vec<Head> {
    heads(&comparison_columns())
}

/// The columns of `comparison_tiers.parquet`.
pub(crate) fn comparison_tiers_heads() -> Vec<Head> {
    heads(&comparison_tier_columns())
}

/// The columns of `comparison_questions.parquet`.
pub(crate) fn comparison_questions_heads() -> Vec<Head> {
    heads(&comparison_question_columns())
}

/// The columns of `disagreements.parquet`.
pub(crate) fn disagreements_heads() -> Vec<Head> {
    heads(&disagreement_columns())
}

/// Writes what the log and we grade differently; nothing where there is nothing.
pub(crate) fn write_disagreements(folder: &Path, rows: &[Disagreement]) -> Result<()> {
    match rows {
        [] => Ok(()),
        rows => both(folder, "disagreements", &disagreement_columns(), rows),
    }
}

/// Writes the tables of a report, and of an experiment's answer, into a folder; between the pieces of a long one `go_on` may
/// end it.
pub(super) fn write(
    folder: &Path,
    report: &Report,
    answer: Option<&Answer>,
    go_on: &dyn Fn() -> Result<()>,
) -> Result<()> {
    both(folder, "runs", &run_columns(), &report.runs)?;
    let tiers: Vec<TierRow<'_>> = report.runs.iter().flat_map(tiers_of).collect();
    both(folder, "tiers", &tier_columns(), &tiers)?;
    both(folder, "pairs", &pair_columns(), &report.pairs)?;
    let Some(answer) = answer else { return Ok(()) };
    let arms: Vec<ArmRow<'_>> = answer.arms.iter().flat_map(arm_rows).collect();
    both(folder, "arms", &arm_columns(), &arms)?;
    let rows: Vec<ComparisonRow<'_>> = comparisons(answer).collect();
    both(folder, "comparisons", &comparison_columns(), &rows)?;
    let tiers: Vec<ComparisonTierRow<'_>> = rows.iter().flat_map(comparison_tiers).collect();
    both(
        folder,
        "comparison_tiers",
        &comparison_tier_columns(),
        &tiers,
    )?;
    write_questions(folder, answer, &rows, go_on)
}

/// Effects, contrasts and gains.
fn comparisons(answer: &Answer) -> impl Iterator<Item = ComparisonRow<'_>> {
    let effects = answer.effects.iter().map(|of| compared("effect", of));
    let contrasts = answer.contrasts.iter().map(|of| compared("contrast", of));
    let gains = answer.references.iter().flat_map(|of| &of.gains);
    effects
        .chain(contrasts)
        .chain(gains.map(|of| compared("gain", of)))
}

fn comparison_tiers<'r>(row: &'r ComparisonRow<'r>) -> impl Iterator<Item = ComparisonTierRow<'r>> {
    row.of.tiers.iter().map(|(tier, part)| ComparisonTierRow {
        kind: row.kind,
        of: row.of,
        sides: row.sides(),
        tier: *tier,
        part,
    })
}

/// Writes the comparisons question by question, as Parquet alone: of a large benchmark they are many.
fn write_questions(
    folder: &Path,
    answer: &Answer,
    comparisons: &[ComparisonRow<'_>],
    go_on: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let columns = comparison_question_columns();
    let path = folder.join("comparison_questions.parquet");
    let mut table = Table::create(&path, schema::schema(&heads(&columns)))?;
    let mut rows = Vec::new();
    for row in comparisons {
        let asked = &answer.questions[&row.of.benchmark];
        rows.extend(row.of.by_question.iter().map(|at| ComparisonQuestionRow {
            kind: row.kind,
            of: row.of,
            sides: row.sides(),
            question: &asked[at.question].0,
            tier: asked[at.question].1,
            at: *at,
        }));
        if rows.len() >= ROWS_AT_A_TIME {
            go_on()?;
            table.write(schema::arrays(&columns, &rows))?;
            rows.clear();
        }
    }
    table.write(schema::arrays(&columns, &rows))?;
    table.finish()?;
    Ok(())
}

fn tiers_of(run: &RunFigures) -> impl Iterator<Item = TierRow<'_>> {
    run.tiers.iter().map(move |(tier, figures)| TierRow {
        run,
        tier: *tier,
        figures,
    })
}

fn arm_rows(arm: &Arm) -> impl Iterator<Item = ArmRow<'_>> {
    let whole = ArmRow {
        arm,
        tier: None,
        figures: &arm.whole,
    };
    let tiers = arm.tiers.iter().map(move |(tier, figures)| ArmRow {
        arm,
        tier: Some(tier.name()),
        figures,
    });
    std::iter::once(whole).chain(tiers)
}

fn compared<'r>(kind: &'static str, of: &'r Comparison) -> ComparisonRow<'r> {
    ComparisonRow {
        kind,
        of,
        cells: serde_json::json!(of.cells).to_string(),
    }
}

/// Writes every attempt, run by run; between the pieces `go_on` may end it.
pub(super) fn write_attempts(
    folder: &Path,
    (runs, inputs): (&[Run], &[Input]),
    grader: Grader,
    go_on: &dyn Fn() -> Result<()>,
) -> Result<()> {
    let hashes: HashMap<&str, &str> = inputs
        .iter()
        .map(|input| (input.path.as_str(), input.blake3.as_str()))
        .collect();
    let columns = attempt_columns();
    let path = folder.join("attempts.parquet");
    let mut table = Table::create(&path, schema::schema(&heads(&columns)))?;
    let mut rows = Vec::new();
    for run in runs {
        let logs: Vec<Option<&str>> = run
            .files
            .iter()
            .map(|file| hashes.get(file.as_str()).copied())
            .collect();
        for asked in &run.questions {
            rows.extend(
                asked
                    .attempts
                    .iter()
                    .zip(0..)
                    .map(|(attempt, at)| AttemptRow {
                        run,
                        asked,
                        at,
                        attempt,
                        grader,
                        log: logs.get(attempt.place.file as usize).copied().flatten(),
                    }),
            );
            if rows.len() >= ROWS_AT_A_TIME {
                go_on()?;
                table.write(schema::arrays(&columns, &rows))?;
                rows.clear();
            }
        }
    }
    table.write(schema::arrays(&columns, &rows))?;
    table.finish()?;
    Ok(())
}

/// One table as Parquet and as CSV.
fn both<R>(folder: &Path, name: &str, columns: &[Filled<'_, R>], rows: &[R]) -> Result<()> {
    let arrays = schema::arrays(columns, rows);
    let csv = csv(columns, &arrays, rows.len())?;
    let path = folder.join(format!("{name}.parquet"));
    let mut table = Table::create(&path, schema::schema(&heads(columns)))?;
    table.write(arrays)?;
    table.finish()?;
    disk::write(&folder.join(format!("{name}.csv")), csv)
}

/// The rows under their header; a null is an empty cell, and what acts on a terminal is shown.
fn csv<R>(columns: &[Filled<'_, R>], arrays: &[ArrayRef], rows: usize) -> Result<String> {
    let failed = |error: arrow::error::ArrowError| Error::Query(error.to_string());
    let options = FormatOptions::default();
    let cells = arrays
        .iter()
        .map(|array| ArrayFormatter::try_new(array.as_ref(), &options));
    let cells: Vec<ArrayFormatter<'_>> = cells.collect::<Result<_, _>>().map_err(failed)?;
    let mut text = line(columns.iter().map(|column| column.head.name));
    for at in 0..rows {
        let cell = |cells: &ArrayFormatter<'_>| cells.value(at).try_to_string();
        let row: Vec<String> = cells
            .iter()
            .map(cell)
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        text += &line(row.iter().map(|cell| one_line(cell)));
    }
    Ok(text)
}
