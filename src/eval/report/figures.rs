//! The figures of one run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Asked, told};
use crate::eval::attempt::{Facts, Grader, Run};
use crate::eval::intervals::{questions_like_these, this_kind, this_run};
use crate::eval::metrics::{Figures, Spread, pass_at, spread};
use crate::eval::table::{Counts, Outcome, Table, avg};
use crate::eval::tiers::Tier;

/// One model at one benchmark, in shares.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RunFigures {
    /// As the log, the file or the command line names it.
    pub name: String,
    /// The benchmark's short name, as `aime24`; null where it is not known.
    pub benchmark: Option<String>,
    /// Whether it is a model that no subset trained (`--reference`).
    pub is_reference: bool,
    /// Questions that were asked.
    pub questions: u64,
    /// Questions that the benchmark has; null where it is not known.
    pub of: Option<u32>,
    /// Attempts at all questions together.
    pub attempts: u64,
    /// The fewest and the most attempts at one question.
    pub attempts_each: [u32; 2],
    /// avg@n: mean over questions of the share of right attempts; what is unknown counts as wrong.
    pub avg: f64,
    /// cov@n: share of questions with a right attempt.
    pub cov: f64,
    /// Potential beyond stability: cov − avg.
    pub gap: f64,
    /// `avg` if every unknown attempt were wrong, and if every one were right.
    pub bounds: [f64; 2],
    /// maj@n, ties by expectation; null where no answer is known.
    pub maj_expected: Option<f64>,
    /// maj@n, ties to what was said first, as the paper's.
    pub maj_first: Option<f64>,
    /// pass@k without bias, for powers of two and the fewest attempts at a question.
    pub pass_at: BTreeMap<u32, f64>,
    /// Share of attempts that were cut off, unanswered or undecided.
    pub unknown: f64,
    /// Share of attempts that did not come to their end, of those of which the log says; null where it says of none.
    pub unfinished: Option<f64>,
    /// What the attempts that ended and those that did not came to; null where the log says of none.
    pub by_end: Option<Ended>,
    /// Mean tokens of a response; null where the log does not say.
    pub tokens: Option<f64>,
    /// `easy`, `medium`, `hard`, `exh`; empty where the benchmark has no tiers.
    pub tiers: BTreeMap<Tier, TierFigures>,
    /// Of `avg`, 95 %, by what they are about; null where none holds.
    pub intervals: Intervals,
    /// Why an interval is null.
    pub no_interval: BTreeMap<&'static str, String>,
    /// How far `avg` varies; null with one attempt a question, or one question.
    pub spread: Option<SpreadFigures>,
    /// Attempts whose grade here is the log's.
    pub by_log: u64,
    /// Attempts whose grade here is our verifier's.
    pub by_us: u64,
    /// What the log's grades and ours say of the same attempts; null where either says nothing.
    pub graders: Option<Graders>,
    /// What the log says of how the attempts were made.
    pub facts: FactFigures,
    /// What a reader should know of how the log was read.
    pub remarks: Vec<String>,
}

/// The intervals of a run's `avg`.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct Intervals {
    /// This very model on these questions.
    pub this_run: Option<[f64; 2]>,
    /// Such subsets on these questions: null for one run, which says nothing of other draws.
    pub this_kind: Option<[f64; 2]>,
    /// This model on questions like these.
    pub questions_like_these: Option<[f64; 2]>,
}

/// A tier of a run.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct TierFigures {
    /// Questions of it that were asked.
    pub questions: u64,
    /// Questions that it has.
    pub of: u64,
    /// avg@n; null where none was asked.
    pub avg: Option<f64>,
    /// cov@n; null where none was asked.
    pub cov: Option<f64>,
    /// Of `avg`: this very model on these questions.
    pub this_run: Option<[f64; 2]>,
}

/// Attempts that came to their end, and those that were cut off.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Ended {
    /// Attempts that ended.
    pub finished: u64,
    /// Share of them that is right; null where there is none.
    pub finished_right: Option<f64>,
    /// Attempts that were cut off.
    pub cut: u64,
    /// Share of them that is right; null where there is none.
    pub cut_right: Option<f64>,
}

/// How far a run's average varies, in shares.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct SpreadFigures {
    /// Standard error if the questions were others like them.
    pub se_questions: f64,
    /// Standard error if the attempts were made again.
    pub se_attempts: f64,
    /// Share of the variance of attempts that lies between questions, as `power --between-questions` takes it.
    pub between_questions: f64,
}

/// The log's grades beside ours.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct Graders {
    /// Attempts that both graded.
    pub both: u64,
    /// Of them, those that the log has as right and we do not.
    pub recorded_only: u64,
    /// Of them, those that we have as right and the log does not.
    pub ours_only: u64,
    /// Of them, those that we could not decide.
    pub undecided: u64,
    /// `avg` by the log's grades, of the attempts that it graded.
    pub avg_recorded: f64,
    /// `avg` of the same attempts by ours.
    pub avg_ours: f64,
}

/// What a log says of how its attempts were made; null where it says nothing.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FactFigures {
    /// The harness whose file it is.
    pub harness: String,
    /// The model.
    pub model: Option<String>,
    /// The chat template, or the prompt's form.
    pub template: Option<String>,
    /// The temperature of sampling.
    pub temperature: Option<f64>,
    /// The share of probability that was sampled from.
    pub top_p: Option<f64>,
    /// The limit of a response, in tokens.
    pub max_tokens: Option<u32>,
    /// Who graded.
    pub grader: Option<String>,
}

/// The figures of a run. A run without a question has zeros.
pub(super) fn of(run: &Run, asked: &Asked) -> RunFigures {
    let table = run.table(asked.grader);
    let counts = table.counts();
    let whole = Figures::of(&table);
    let mut why = BTreeMap::new();
    let alone = std::slice::from_ref(&counts);
    let intervals = Intervals {
        this_run: told(this_run(&counts), "this_run", &mut why),
        this_kind: told(this_kind(alone), "this_kind", &mut why),
        questions_like_these: told(
            questions_like_these(alone),
            "questions_like_these",
            &mut why,
        ),
    };
    let [by_log, by_us] = graded_by(run, asked.grader);
    let of_each = || counts.iter().map(|each| each.of);
    let share = |of: fn(&Figures) -> f64| whole.as_ref().map_or(0.0, of);
    RunFigures {
        name: run.name.clone(),
        benchmark: run.benchmark.clone(),
        is_reference: asked.is_reference(&run.name),
        questions: counts.len() as u64,
        of: run.of,
        attempts: whole.as_ref().map_or(0, |whole| whole.attempts),
        attempts_each: [of_each().min(), of_each().max()].map(Option::unwrap_or_default),
        avg: share(|whole| whole.avg),
        cov: share(|whole| whole.cov),
        gap: share(Figures::gap),
        bounds: table.bounds().unwrap_or_default(),
        maj_expected: whole.as_ref().and_then(|whole| whole.maj_expected),
        maj_first: whole.as_ref().and_then(|whole| whole.maj_first),
        pass_at: passes(&counts),
        unknown: share(|whole| whole.unknown),
        unfinished: whole.as_ref().and_then(|whole| whole.unfinished),
        by_end: by_end(&table),
        tokens: whole.as_ref().and_then(|whole| whole.tokens),
        tiers: tiers(run, &table, asked),
        intervals,
        no_interval: why,
        spread: spread(&counts).map(SpreadFigures::from),
        by_log,
        by_us,
        graders: graders(run),
        facts: FactFigures::from(&run.facts),
        remarks: run.remarks.clone(),
    }
}

impl From<Spread> for SpreadFigures {
    fn from(spread: Spread) -> Self {
        let Spread {
            se_questions,
            se_attempts,
            between_questions,
        } = spread;
        Self {
            se_questions,
            se_attempts,
            between_questions,
        }
    }
}

impl From<&Facts> for FactFigures {
    fn from(facts: &Facts) -> Self {
        Self {
            harness: facts.harness.clone(),
            model: facts.model.clone(),
            template: facts.template.clone(),
            temperature: facts.temperature,
            top_p: facts.top_p,
            max_tokens: facts.max_tokens,
            grader: facts.grader.clone(),
        }
    }
}

/// pass@k for 1, 2, 4, … and the fewest attempts at a question.
fn passes(counts: &[Counts]) -> BTreeMap<u32, f64> {
    let fewest = counts.iter().map(|each| each.of).min().unwrap_or(0);
    let powers = (0..u32::BITS).map(|bit| 1_u32 << bit);
    let of = powers
        .take_while(|&k| k <= fewest)
        .chain([fewest].into_iter().filter(|&k| k > 0));
    of.filter_map(|k| Some((k, pass_at(counts, k)?))).collect()
}

fn by_end(table: &Table) -> Option<Ended> {
    let attempts = table.questions.iter().flat_map(|each| &each.attempts);
    let mut of = [[0_u64; 2]; 2];
    for attempt in attempts {
        if let Some(finished) = attempt.finished {
            let right = attempt.outcome == Outcome::Right;
            of[usize::from(finished)][usize::from(right)] += 1;
        }
    }
    let [[cut_wrong, cut_right], [wrong, right]] = of;
    let share = |right: u64, of: u64| (of > 0).then(|| right as f64 / of as f64);
    let (cut, finished) = (cut_wrong + cut_right, wrong + right);
    (cut + finished > 0).then(|| Ended {
        finished,
        finished_right: share(right, finished),
        cut,
        cut_right: share(cut_right, cut),
    })
}

/// The tiers of a benchmark that has them: all four, asked or not. Models that make the tiers have none: what they failed at
/// is by choice what is hard.
fn tiers(run: &Run, table: &Table, asked: &Asked) -> BTreeMap<Tier, TierFigures> {
    let makes_them = asked.rule.iter().any(|(_, name)| *name == run.name);
    let has_tiers = table.questions.iter().any(|each| each.tier.is_some());
    if makes_them || !has_tiers {
        return BTreeMap::new();
    }
    let figures = |tier: Tier| {
        let of_tier = table.of_tier(tier);
        let counts = of_tier.counts();
        let found = Figures::of(&of_tier);
        let is_papers = asked.rule.is_empty() && run.benchmark.as_deref() == Some("aime24");
        let of = if is_papers {
            tier.aime24_count()
        } else {
            counts.len()
        };
        let figures = TierFigures {
            questions: counts.len() as u64,
            of: of as u64,
            avg: found.as_ref().map(|found| found.avg),
            cov: found.as_ref().map(|found| found.cov),
            this_run: this_run(&counts).ok().map(super::ends),
        };
        (tier, figures)
    };
    Tier::ALL.into_iter().map(figures).collect()
}

/// How many attempts have the log's grade, and how many ours.
fn graded_by(run: &Run, grader: Grader) -> [u64; 2] {
    let attempts = run.questions.iter().flat_map(|asked| &asked.attempts);
    let mut by = [0, 0];
    for attempt in attempts {
        let [log, us] = [attempt.recorded, attempt.ours].map(|outcome| outcome.is_some());
        let is_logs = match grader {
            Grader::Recorded => log,
            Grader::Ours => log && !us,
        };
        by[0] += u64::from(is_logs);
        by[1] += u64::from(us && !is_logs);
    }
    by
}

/// A run without the attempts that its log does not grade.
fn of_the_log(run: &Run) -> Run {
    let mut run = run.clone();
    for asked in &mut run.questions {
        asked.attempts.retain(|attempt| attempt.recorded.is_some());
    }
    run.questions.retain(|asked| !asked.attempts.is_empty());
    run
}

/// Of attempts that both graded; none where there is none.
fn graders(run: &Run) -> Option<Graders> {
    let attempts = run.questions.iter().flat_map(|asked| &asked.attempts);
    let (mut both, mut recorded_only, mut ours_only, mut undecided) = (0, 0, 0, 0);
    for attempt in attempts {
        let (Some(recorded), Some(ours)) = (attempt.recorded, attempt.ours) else {
            continue;
        };
        let [recorded, right] = [recorded, ours].map(|outcome| outcome == Outcome::Right);
        both += 1;
        recorded_only += u64::from(recorded && !right);
        ours_only += u64::from(right && !recorded);
        undecided += u64::from(ours == Outcome::Unknown);
    }
    (both > 0).then_some(())?;
    let run = of_the_log(run);
    let by = |grader| avg(&run.table(grader).counts());
    Some(Graders {
        both,
        recorded_only,
        ours_only,
        undecided,
        avg_recorded: by(Grader::Recorded)?,
        avg_ours: by(Grader::Ours)?,
    })
}
