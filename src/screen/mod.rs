//! Every entry to its fate: kept, or dropped with the reason that decided.
//!
//! Rules are asked in a fixed order and the first that drops decides: what yields no trajectory, what
//! is not accepted, what is out of bounds, what answers a benchmark's problem, then the exact copies of what
//! is left, so that a copy never costs the trajectory it copies, and last near duplicates of problems, of
//! which one stays that still has a trajectory.

pub(crate) mod accept;
pub mod canonical;
pub mod contamination;
pub(crate) mod duplicates;
pub(crate) mod facts;
pub mod figures;
pub(crate) mod grams;
mod kept;
pub mod near;
pub mod problems;

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pool::Entries;
use crate::pool::entries::Body;
use crate::rules::Accept;
use crate::source::{GoldKind, Void};
use contamination::{Class, Contamination};
use facts::Fact;
pub use problems::Screened;

/// The `[screen]` table of a pipeline file: bounds that a trajectory must keep.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Fewer tokens are dropped as `too_short`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_min: Option<u32>,
    /// More tokens are dropped as `too_long`: what the trainer would cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens_max: Option<u32>,
    /// A larger share of repeated text is dropped as `repetitive`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated_share_max: Option<f32>,
    /// Other kinds of question are dropped as `question_type`; NuminaMath-1.5 has `math-word-problem`,
    /// `MCQ`, `proof` and `other`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question_type: Option<Vec<String>>,
    /// Other gold answers are dropped as `gold_kind`: `["value"]` leaves out the words `proof` and
    /// `notfound`, and rows without an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gold_kind: Option<Vec<GoldKind>>,
    /// Other judgements of the problem are dropped as `problem_is_valid`; NuminaMath-1.5 has `Yes`,
    /// `Incomplete`, `More than one problem` and `Not a problem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_is_valid: Option<Vec<String>>,
    /// Other judgements of the human solution are dropped as `solution_is_valid`; NuminaMath-1.5 has
    /// `Yes`, `Incomplete`, `Problem not solved` and `Not matched with problem`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub solution_is_valid: Option<Vec<String>>,
    /// `false` drops problems that a model wrote as `synthetic`, `true` all others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub synthetic: Option<bool>,
    /// What happens to exact copies (same problem, same response).
    #[serde(default)]
    pub duplicates: Duplicates,
    /// From which share of common text on two problems with the same numbers are one, 0.5 to 1: of each text as
    /// much must stand in the other, but for an instruction, a tag, a sentence of context or options at one end.
    /// One problem of such a cluster stays, the entries of the others are dropped as `near_duplicate`, unless
    /// `near_duplicates_stay`. Nothing is looked for where this is left out.
    ///
    /// 0.9 takes copies that were spelled or framed differently; 0.8 takes also those of which one word in ten was
    /// replaced. The same words with other numbers are a template: the ledger says so, and nothing is dropped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_duplicates: Option<f64>,
    /// Near duplicates are looked for, and all stay: the ledger names their cluster.
    #[serde(default, skip_serializing_if = "is_left_out")]
    pub near_duplicates_stay: bool,
    /// Problems of benchmarks: which are looked for, and what is dropped as `contaminated`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contamination: Option<Contamination>,
}

/// Of a key that says nothing where it is `false`.
fn is_left_out(is_said: &bool) -> bool {
    !is_said
}

impl Screen {
    /// Whether of a cluster of near duplicates one problem alone stays.
    pub(crate) fn drops_near_duplicates(&self) -> bool {
        self.near_duplicates.is_some() && !self.near_duplicates_stay
    }

    /// Whether a problem of such a class is dropped.
    fn drops(&self, class: Class) -> bool {
        let contamination = self.contamination.as_ref();
        contamination.is_some_and(|table| table.drop.takes(class.outcome()))
    }
}

/// What happens to exact copies of a trajectory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Duplicates {
    /// One stays, the same in any order of files; the others are dropped as `duplicate`.
    #[default]
    Drop,
    /// All stay.
    Keep,
}

/// What became of an entry in one run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    Kept,
    Dropped(DropReason),
}

/// Why an entry was dropped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum DropReason {
    /// It yields no trajectory.
    Void(Void),
    /// It was cut off before its end.
    CutOff,
    /// The source records no verdict.
    NotRecorded,
    /// The source's verdicts say that it is wrong.
    RecordedWrong,
    /// Our verdict is `wrong`.
    Wrong,
    Undecided,
    NoAnswer,
    NoGold,
    TooShort(u32),
    TooLong(u32),
    Repetitive(f32),
    /// What is known of its problem is not what was asked for, or nothing is known.
    Fact(Fact),
    /// It is an exact copy of that entry.
    Duplicate(u32),
    /// Its problem is a benchmark's, by that hit.
    Contaminated(u32),
    /// Its problem is a near duplicate of that one, which stays.
    NearDuplicate(u32),
}

impl DropReason {
    /// The reasons of what was dropped as wrong.
    const WRONG: [Self; 2] = [Self::RecordedWrong, Self::Wrong];

    /// Whether a verdict is the reason: the answer is wrong.
    pub(crate) fn is_wrong(self) -> bool {
        Self::WRONG.contains(&self)
    }

    /// The same of a reason as it is written.
    pub(crate) fn is_word_of_wrong(word: &str) -> bool {
        Self::WRONG.iter().any(|reason| reason.as_str() == word)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Void(void) => void.as_str(),
            Self::CutOff => "cut_off",
            Self::NotRecorded => "not_recorded",
            Self::RecordedWrong => "recorded_wrong",
            Self::Wrong => "wrong",
            Self::Undecided => "undecided",
            Self::NoAnswer => "no_answer",
            Self::NoGold => "no_gold",
            Self::TooShort(_) => "too_short",
            Self::TooLong(_) => "too_long",
            Self::Repetitive(_) => "repetitive",
            Self::Fact(fact) => fact.as_str(),
            Self::Duplicate(_) => "duplicate",
            Self::Contaminated(_) => "contaminated",
            Self::NearDuplicate(_) => "near_duplicate",
        }
    }

    /// The value that decided on `entry`, where there is one.
    pub(crate) fn value(
        self,
        entry: u32,
        entries: &Entries,
        screened: &Screened,
    ) -> Option<String> {
        match self {
            Self::TooShort(tokens) | Self::TooLong(tokens) => Some(format!("{tokens} tokens")),
            Self::Repetitive(share) => Some(format!("{share:.3}")),
            Self::Fact(fact) => Some(facts::value(
                fact,
                entries.facts_of(entries.body_of(entry)),
                entries,
            )),
            Self::Duplicate(kept) => {
                let row = &entries.rows[kept as usize];
                Some(format!(
                    "copy of row {}, generation {}",
                    row.row,
                    row.generation.unwrap_or_default()
                ))
            }
            Self::Contaminated(hit) => screened.describe(hit),
            Self::NearDuplicate(kept) => Some(entries.problems[kept as usize].id.to_string()),
            _ => None,
        }
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The fate of every entry, in their order. `accept` gives the rule for an entry's part.
pub fn fates(
    entries: &Entries,
    screen: &Screen,
    screened: &Screened,
    accept: impl Fn(u32) -> Accept,
) -> Vec<Fate> {
    let wanted = facts::Conditions::new(screen, entries);
    let mut fates: Vec<Fate> = entries
        .rows
        .iter()
        .map(|entry| {
            let reason = match &entry.body {
                Err(void) => Some(DropReason::Void(*void)),
                Ok(body) => accept::refusal(accept(entry.part), body)
                    .or_else(|| out_of_bounds(screen, body))
                    .or_else(|| wanted.refusal(entries.facts_of(body)))
                    .or_else(|| {
                        screened
                            .contaminated(body.problem)
                            .map(DropReason::Contaminated)
                    }),
            };
            reason.map_or(Fate::Kept, Fate::Dropped)
        })
        .collect();
    if screen.duplicates == Duplicates::Drop {
        duplicates::drop_copies(entries, &mut fates);
    }
    if screen.drops_near_duplicates() {
        duplicates::drop_near(entries, screened, &mut fates);
    }
    fates
}

/// The bounds of a pipeline's screen, by themselves: what a trajectory must keep beside being accepted.
pub(crate) struct Bounds<'s> {
    screen: &'s Screen,
    wanted: facts::Conditions<'s>,
}

impl<'s> Bounds<'s> {
    pub(crate) fn new(screen: &'s Screen, entries: &Entries) -> Self {
        let wanted = facts::Conditions::new(screen, entries);
        Self { screen, wanted }
    }

    /// Whether the trajectory keeps them. Of benchmarks and near duplicates its problem tells, where it has another
    /// that was kept.
    pub(crate) fn keep(&self, entries: &Entries, body: &Body) -> bool {
        let facts = || self.wanted.refusal(entries.facts_of(body));
        out_of_bounds(self.screen, body).or_else(facts).is_none()
    }
}

fn out_of_bounds(screen: &Screen, body: &Body) -> Option<DropReason> {
    let tokens = body.tokens;
    if screen.tokens_min.is_some_and(|min| tokens < min) {
        Some(DropReason::TooShort(tokens))
    } else if screen.tokens_max.is_some_and(|max| tokens > max) {
        Some(DropReason::TooLong(tokens))
    } else if screen
        .repeated_share_max
        .is_some_and(|max| body.repeated_share > max)
    {
        Some(DropReason::Repetitive(body.repeated_share))
    } else {
        None
    }
}

/// How many entries were read, kept, and dropped for each reason.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    pub read: u64,
    pub kept: u64,
    pub dropped: BTreeMap<&'static str, u64>,
}

impl Tally {
    pub(crate) fn add(&mut self, fate: Fate) {
        self.read += 1;
        match fate {
            Fate::Kept => self.kept += 1,
            Fate::Dropped(reason) => *self.dropped.entry(reason.as_str()).or_default() += 1,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.read += other.read;
        self.kept += other.kept;
        for (reason, count) in &other.dropped {
            *self.dropped.entry(reason).or_default() += count;
        }
    }

    /// Entries in = kept + dropped.
    pub(crate) fn balances(&self) -> bool {
        self.read == self.kept + self.dropped.values().sum::<u64>()
    }
}
