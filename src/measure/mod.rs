//! A trajectory to its measurements: verdict, tokens, ending, repetition, style,
//! behaviours.
//!
//! Everything here is a function of one entry and of the measuring configuration, so that it can be
//! kept in the pool under a hash of what it was made from and is never computed twice.

pub mod behaviour;
pub mod repetition;
pub mod style;
pub mod tokens;

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::ids::{self, Id, IdHasher};
use crate::source::{Entry, Facts, Remarks, Trajectory, Void, answers};
use crate::verify::{self, Outcome, Parts, Thinking, Verdict};
use behaviour::Behaviour;
use style::Style;
use tokens::{Count, Tokenizer};

/// Part of every pool part's name: raised when a measurement (a verdict among them) changes its meaning.
pub const VERSION: u32 = 13;

/// Longer extracted answers are cut: the ledger shows them to people.
pub(crate) const EXTRACTED_CHARS_MAX: usize = 200;

/// The `[measure]` table of a pipeline file.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Counts tokens: `qwen2.5` (built in) or the path of a `tokenizer.json`, relative to the pipeline
    /// file.
    #[serde(default)]
    pub tokenizer: TokenizerName,
    /// Counts behaviours and LIMO's words as well, which takes a sixth longer. A recipe that asks for them
    /// turns it on; where it is off the columns are null.
    #[serde(default)]
    pub behaviours: bool,
}

/// The name of a tokenizer: the built-in one's, or a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TokenizerName(pub String);

impl Default for TokenizerName {
    fn default() -> Self {
        Self(tokens::QWEN.to_owned())
    }
}

/// One entry, measured. Void entries have ids and measurements of none.
#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub row: u64,
    pub generation: Option<u32>,
    pub offset: Option<u64>,
    pub body: Result<Measurements, Void>,
}

/// The measurements of a trajectory.
#[derive(Clone, Debug)]
pub struct Measurements {
    pub problem_id: Id,
    pub trajectory_id: Id,
    /// Names problem and gold answer as they are written.
    pub text_id: Id,
    /// Hash of all that the source says beside problem and response: decides which exact copy stays.
    pub fields_id: Id,
    pub problem: String,
    pub gold: Option<String>,
    pub category: Option<String>,
    pub origin: Option<String>,
    pub facts: Facts<'static>,
    pub source_id: Option<String>,
    /// What was done to it when it was read.
    pub remarks: Remarks,
    pub recorded_rule: Option<bool>,
    pub recorded_judge: Option<bool>,
    pub outcome: Outcome,
    pub reason: &'static str,
    pub extracted: Option<String>,
    pub tokens: u32,
    pub thinking_tokens: u32,
    pub bytes: u32,
    pub finished: Option<bool>,
    pub repeated_share: f32,
    pub style_source: Option<String>,
    pub style_text: Style,
    /// None where it was not asked for.
    pub behaviour: Option<Behaviour>,
}

/// What measuring a trajectory consists of, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Identify,
    Verify,
    Tokenise,
    Describe,
}

impl Step {
    pub(crate) const ALL: [Self; 4] =
        [Self::Identify, Self::Verify, Self::Tokenise, Self::Describe];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Verify => "verify",
            Self::Tokenise => "tokenise",
            Self::Describe => "describe",
        }
    }
}

/// Measures one entry of the row `row`. Each step is reported when it is done, so that the caller can
/// time it: nothing here reads a clock.
pub(crate) fn measure(
    row: u64,
    offset: Option<u64>,
    entry: Entry<'_>,
    tokenizer: &Tokenizer,
    behaviours: bool,
    mut done: impl FnMut(Step),
) -> Measured {
    Measured {
        row,
        generation: entry.generation,
        offset,
        body: entry
            .body
            .map(|trajectory| measurements(trajectory, tokenizer, behaviours, &mut done)),
    }
}

/// Measures texts that no source says anything else of, as a trajectory of a pool is measured. Without a gold answer the
/// outcome is `no_gold`; `behaviours` are counted where they are asked for.
///
/// ```
/// use gradatim::measure::{of_texts, tokens::Tokenizer};
/// use gradatim::verify::Outcome;
///
/// let tokenizer = Tokenizer::load("qwen2.5", std::path::Path::new(""))?;
/// let response = "<think>Half of one.</think>So it is \\boxed{0.5}.";
/// let measured = of_texts("What is half of one?", Some("1/2"), response, &tokenizer, false);
/// assert_eq!(measured.outcome, Outcome::Correct);
/// assert_eq!((measured.finished, measured.thinking_tokens < measured.tokens), (Some(true), true));
/// # Ok::<(), gradatim::Error>(())
/// ```
pub fn of_texts(
    problem: &str,
    gold: Option<&str>,
    response: &str,
    tokenizer: &Tokenizer,
    behaviours: bool,
) -> Measurements {
    let trajectory = Trajectory {
        problem: problem.into(),
        response: response.into(),
        gold: gold.map(Into::into),
        ..Trajectory::default()
    };
    measurements(trajectory, tokenizer, behaviours, &mut |_| {})
}

/// Tokens of a reply as it will be trained.
pub(crate) fn reply_tokens(tokenizer: &Tokenizer, response: &str) -> Count {
    tokens_of(tokenizer, response, &verify::split_thinking(response))
}

fn tokens_of(tokenizer: &Tokenizer, response: &str, parts: &Parts) -> Count {
    let thinking_end = match parts.state {
        Thinking::Absent => 0,
        Thinking::Closed => parts.answer.start,
        Thinking::Open => response.len(),
    };
    tokenizer.count(response, thinking_end)
}

fn measurements(
    trajectory: Trajectory<'_>,
    tokenizer: &Tokenizer,
    behaviours: bool,
    done: &mut impl FnMut(Step),
) -> Measurements {
    let response = trajectory.response.as_ref();
    let problem_id = ids::problem_id(&trajectory.problem);
    let trajectory_id = ids::trajectory_id(problem_id, response);
    let text_id = ids::text_id(&trajectory.problem, trajectory.gold.as_deref());
    let fields_id = fields_id(&trajectory);
    done(Step::Identify);
    let parts = verify::split_thinking(response);
    let gold = trajectory.gold.as_deref().unwrap_or_default();
    let verdict = judged(gold, response, &parts);
    done(Step::Verify);
    let count = tokens_of(tokenizer, response, &parts);
    done(Step::Tokenise);
    let finished = match parts.state {
        Thinking::Open => Some(false),
        Thinking::Closed => trajectory.finished.or(Some(true)),
        Thinking::Absent => trajectory.finished,
    };
    let repeated_share = repetition::repeated_share(response);
    let style_text = style::style(response, thinking_part(response, &parts));
    let behaviour = behaviours.then(|| behaviour::behaviour(response));
    done(Step::Describe);
    Measurements {
        problem_id,
        trajectory_id,
        text_id,
        fields_id,
        recorded_rule: trajectory.recorded_rule,
        recorded_judge: trajectory.recorded_judge,
        outcome: verdict.outcome,
        reason: verdict.reason.as_str(),
        extracted: verdict
            .extracted
            .map(|answer| answer.chars().take(EXTRACTED_CHARS_MAX).collect()),
        tokens: count.whole,
        thinking_tokens: count.thinking,
        bytes: u32::try_from(response.len()).unwrap_or(u32::MAX),
        finished,
        repeated_share,
        style_text,
        behaviour,
        style_source: trajectory.style.map(Into::into),
        problem: trajectory.problem.into_owned(),
        gold: trajectory.gold.map(Into::into),
        category: trajectory.category.map(Into::into),
        origin: trajectory.origin.map(Into::into),
        facts: trajectory.facts.into_owned(),
        remarks: trajectory.remarks,
        source_id: trajectory.source_id.map(Into::into),
    }
}

/// The verdict by a gold answer, or by that of several which suits the response best.
fn judged(gold: &str, response: &str, parts: &verify::Parts) -> Verdict {
    let options = verify::Options::default();
    let by = |gold: &str| verify::verify_parts(gold, response, parts, &options);
    let mut golds = answers::each(gold).into_iter();
    let first = by(&golds.next().unwrap_or_default());
    golds.fold(first, |best, gold| match best.outcome {
        Outcome::Correct => best,
        _ => better(best, by(&gold)),
    })
}

/// Right beats undecided, which beats wrong; of two that say the same the first stays.
fn better(first: Verdict, second: Verdict) -> Verdict {
    let rank = |verdict: &Verdict| match verdict.outcome {
        Outcome::Correct => 0,
        Outcome::Undecided => 1,
        Outcome::Wrong | Outcome::NoAnswer | Outcome::NoGold => 2,
    };
    if rank(&second) < rank(&first) {
        second
    } else {
        first
    }
}

/// The thinking part of a response, where it has one.
pub(crate) fn thinking_part<'a>(response: &'a str, parts: &verify::Parts) -> Option<&'a str> {
    if parts.state == Thinking::Absent {
        None
    } else {
        response.get(parts.thinking.clone())
    }
}

fn fields_id(trajectory: &Trajectory<'_>) -> Id {
    let flag = |flag: Option<bool>| match flag {
        None => "",
        Some(false) => "no",
        Some(true) => "yes",
    };
    let texts = [
        &trajectory.gold,
        &trajectory.category,
        &trajectory.origin,
        &trajectory.facts.question_type,
        &trajectory.facts.problem_is_valid,
        &trajectory.facts.solution_is_valid,
        &trajectory.source_id,
        &trajectory.style,
    ];
    static START: LazyLock<IdHasher> = LazyLock::new(|| IdHasher::new("gradatim fields_id v2"));
    let mut hasher = START.clone().part(trajectory.problem.as_ref());
    for text in texts {
        hasher = hasher.part(text.as_deref().unwrap_or_default());
    }
    hasher
        .part(flag(trajectory.recorded_rule))
        .part(flag(trajectory.recorded_judge))
        .part(flag(trajectory.finished))
        .part(flag(trajectory.facts.synthetic))
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_gold_answers_one_that_fits_is_enough() {
        let outcome = |gold: &str, response: &str| {
            judged(gold, response, &verify::split_thinking(response)).outcome
        };
        let gold = "[\"1/2\", \"7\"]";
        assert_eq!(outcome(gold, "It is \\boxed{7}."), Outcome::Correct);
        assert_eq!(outcome(gold, "It is \\boxed{0.5}."), Outcome::Correct);
        assert_eq!(outcome(gold, "It is \\boxed{8}."), Outcome::Wrong);
        assert_eq!(
            outcome("true", "It is \\boxed{\\text{True}}."),
            Outcome::Correct
        );
    }
}
