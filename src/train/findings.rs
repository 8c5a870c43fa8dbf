//! What is to be known of what a trainer makes of rows, and what mends it: of each kind once, over all subsets.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::asked::Asked;
use super::preflight::Subset;
use super::tally::Tally;
use super::trainers::Trainer;
use super::{TOO_LONG, TrainedColumn};

/// A kind of thing that becomes of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Training stops at the row, or does not begin.
    Refused,
    /// The row is left out.
    Dropped,
    /// The row is cut.
    Cut,
    /// There is no loss on any of its tokens.
    WithoutLoss,
    /// The loss is on what the user says.
    LossOnPrompt,
    /// A reply's thinking is not in the loss.
    ThinkingLost,
    /// The loss does not reach the end token.
    Endless,
    /// Somebody says a control token.
    Control,
    /// The `<think>` before the thinking is not in the loss.
    ThinkOutside,
    /// An empty thinking part is in the loss.
    ThinkingEmpty,
    /// More than one `<think>` a reply is in the loss.
    ThinkingTwice,
    /// There is a system message that the row has not.
    SystemAdded,
}

impl Kind {
    pub(crate) const ALL: [Self; 12] = [
        Self::Refused,
        Self::Dropped,
        Self::Cut,
        Self::WithoutLoss,
        Self::LossOnPrompt,
        Self::ThinkingLost,
        Self::Endless,
        Self::Control,
        Self::ThinkOutside,
        Self::ThinkingEmpty,
        Self::ThinkingTwice,
        Self::SystemAdded,
    ];

    /// Of how many rows of a subset it is so.
    pub(crate) fn rows(self, tally: &Tally) -> u64 {
        match self {
            Self::Refused => tally.refused,
            Self::Dropped => tally.dropped,
            Self::Cut => tally.cut,
            Self::WithoutLoss => tally.without_loss,
            Self::LossOnPrompt => tally.loss_on_prompt,
            Self::ThinkingLost => tally.thinking_lost,
            Self::Endless => tally.endless,
            Self::Control => tally.control,
            Self::ThinkOutside => tally.think_outside,
            Self::ThinkingEmpty => tally.thinking_empty,
            Self::ThinkingTwice => tally.thinking_twice,
            Self::SystemAdded => tally.system_added,
        }
    }

    /// Among how many: those of which it could be so.
    pub(crate) fn among(self, tally: &Tally) -> u64 {
        match self {
            Self::WithoutLoss | Self::ThinkingLost => tally.left(),
            Self::Endless | Self::LossOnPrompt => tally.left() - tally.cut,
            _ => tally.rows,
        }
    }

    /// Whether something is lost by it that the rows hold, or learned that nobody asked for.
    pub(crate) fn is_loss(self, asked: &Asked<'_>) -> bool {
        match self {
            Self::Refused
            | Self::Dropped
            | Self::Cut
            | Self::WithoutLoss
            | Self::ThinkingLost
            | Self::Endless => true,
            Self::LossOnPrompt => !asked.settings.on_prompt,
            _ => false,
        }
    }

    /// What of such rows is lost or learned, in few words.
    pub(crate) fn short(self) -> &'static str {
        match self {
            Self::Refused => "training stops",
            Self::Dropped => "left out",
            Self::Cut => "cut",
            Self::WithoutLoss => "no loss",
            Self::LossOnPrompt => "loss on the prompt",
            Self::ThinkingLost => "thinking lost",
            Self::Endless => "no end",
            Self::Control => "control tokens",
            Self::ThinkOutside => "`<think>` not learned",
            Self::ThinkingEmpty => "empty thinking learned",
            Self::ThinkingTwice => "several `<think>`",
            Self::SystemAdded => "system message added",
        }
    }

    /// The same for whoever has not met it.
    fn words(self) -> &'static str {
        match self {
            Self::Refused => "training stops at such a row",
            Self::Dropped => "left out",
            Self::Cut => "cut",
            Self::WithoutLoss => "no loss on any token",
            Self::LossOnPrompt => "loss on the prompt: the model learns to ask",
            Self::ThinkingLost => "the thinking of a reply is not in the loss",
            Self::Endless => "no end token in the loss: the model is not taught to stop",
            Self::Control => "control tokens inside of a turn, which are trained on as real ones",
            Self::ThinkOutside => "the thinking is in the loss, the `<think>` before it is not",
            Self::ThinkingEmpty => "an empty thinking part in the loss",
            Self::ThinkingTwice => "more than one `<think>` a reply in the loss",
            Self::SystemAdded => "learned under a system message that the rows have not",
        }
    }
}

/// Something that became of rows, over all subsets.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct Finding {
    pub kind: Kind,
    /// Whether something is lost by it, so that the command ends with 1.
    pub is_loss: bool,
    /// Of how many rows.
    pub rows: u64,
    /// How many rows those subsets have.
    pub of: u64,
    /// The subsets with such rows.
    pub subsets: Vec<String>,
    pub what: String,
    /// What mends it, where something does.
    pub mend: Option<String>,
}

/// All findings, what is lost first.
pub(crate) fn findings(subsets: &[Subset], asked: &Asked<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for kind in Kind::ALL {
        match kind {
            Kind::Refused => {
                found.extend(by_reason(kind, subsets, asked, |tally| &tally.refused_for))
            }
            Kind::Dropped => {
                found.extend(by_reason(kind, subsets, asked, |tally| &tally.dropped_for))
            }
            _ => found.extend(of_kind(kind, subsets, asked)),
        }
    }
    found.sort_by_key(|finding| !finding.is_loss);
    found
}

/// A finding of rows of some subsets; none where there are no such rows.
fn finding(
    kind: Kind,
    subsets: &[Subset],
    asked: &Asked<'_>,
    rows: impl Fn(&Tally) -> u64,
) -> Option<Finding> {
    let with: Vec<&Subset> = subsets.iter().filter(|one| rows(&one.tally) > 0).collect();
    let all = |count: &dyn Fn(&Tally) -> u64| with.iter().map(|one| count(&one.tally)).sum();
    let found = Finding {
        kind,
        is_loss: kind.is_loss(asked),
        rows: all(&rows),
        of: all(&|tally| tally.rows),
        subsets: with.iter().map(|one| one.name.clone()).collect(),
        what: kind.words().to_owned(),
        mend: None,
    };
    (found.rows > 0).then_some(found)
}

/// A finding for each reason.
fn by_reason(
    kind: Kind,
    subsets: &[Subset],
    asked: &Asked<'_>,
    reasons: impl Fn(&Tally) -> &BTreeMap<String, u64>,
) -> Vec<Finding> {
    let mut all: Vec<&String> = subsets
        .iter()
        .flat_map(|one| reasons(&one.tally).keys())
        .collect();
    all.sort_unstable();
    all.dedup();
    let found = all.into_iter().filter_map(|why| {
        let rows = |tally: &Tally| reasons(tally).get(why).copied().unwrap_or_default();
        let found = finding(kind, subsets, asked, rows)?;
        let what = format!("{}: {why}", found.what);
        let mend = (why == TOO_LONG).then(|| longer(subsets, asked));
        Some(Finding {
            what,
            mend,
            ..found
        })
    });
    found.collect()
}

fn of_kind(kind: Kind, subsets: &[Subset], asked: &Asked<'_>) -> Option<Finding> {
    let found = finding(kind, subsets, asked, |tally| kind.rows(tally))?;
    let (more, mend) = match kind {
        Kind::Cut => (lost(subsets), Some(longer(subsets, asked))),
        Kind::ThinkingLost => (of_thinking(subsets), keeping(asked)),
        Kind::ThinkOutside => (String::new(), keeping(asked)),
        Kind::Control => (named(subsets), Some(CONTROL_MEND.to_owned())),
        Kind::LossOnPrompt => (String::new(), on_prompt(asked)),
        Kind::Endless => (String::new(), endless(asked)),
        Kind::SystemAdded => (String::new(), Some(SYSTEM_MEND.to_owned())),
        _ => (String::new(), None),
    };
    Some(Finding {
        what: found.what.clone() + &more,
        mend,
        ..found
    })
}

const CONTROL_MEND: &str =
    "`control_tokens` of a source in the pipeline says what becomes of such rows";

const SYSTEM_MEND: &str = "it is the template's own; with `[emit] system` the rows bring yours";

/// How much of what would be learned is cut off.
fn lost(subsets: &[Subset]) -> String {
    let sum = |count: fn(&Tally) -> u64| -> f64 {
        let cut = subsets.iter().filter(|one| one.tally.cut > 0);
        cut.map(|one| count(&one.tally)).sum::<u64>() as f64
    };
    let lost = sum(|tally| tally.tokens_trained_lost);
    let all = lost + sum(|tally| tally.tokens_trained);
    format!(
        ": {:.1} % of what would be learned there",
        100.0 * lost / all.max(1.0)
    )
}

/// How long the thinking is that is lost.
fn of_thinking(subsets: &[Subset]) -> String {
    let sum = |count: fn(&Tally) -> u64| subsets.iter().map(|one| count(&one.tally)).sum::<u64>();
    let rows = sum(|tally| tally.thinking_lost).max(1);
    let tokens = sum(|tally| tally.thinking_tokens_lost) / rows;
    format!(": {tokens} tokens a row")
}

/// The control tokens that stand in turns.
fn named(subsets: &[Subset]) -> String {
    let names = subsets
        .iter()
        .flat_map(|one| one.tally.control_tokens.keys());
    let mut names: Vec<&str> = names.map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    format!(": {}", crate::error::listed(names))
}

/// What takes rows that are too long.
fn longer(subsets: &[Subset], asked: &Asked<'_>) -> String {
    let lengths = subsets.iter().filter_map(|one| one.tally.length);
    let longest = lengths
        .map(|length| length.longest)
        .max()
        .unwrap_or_default();
    format!(
        "`{}: {longest}` takes all; `[screen] tokens_max` keeps longer trajectories out of all subsets",
        asked.trainer.length_key()
    )
}

/// A template that leaves the thinking as it is, where the trainer takes one.
fn keeping(asked: &Asked<'_>) -> Option<String> {
    if !asked.trainer.takes_templates() {
        return None;
    }
    let family = asked.model.family();
    let kept = family.and_then(|family| family.keeping_thinking());
    Some(match kept {
        Some(kept) => format!(
            "`--template {}` keeps it; `gradatim train-config` writes that template beside its configuration",
            kept.name
        ),
        None => "the model's template does that: give one that leaves replies as they are, with `--template FILE`".into(),
    })
}

fn on_prompt(asked: &Asked<'_>) -> Option<String> {
    let is_text = asked.settings.column == Some(TrainedColumn::Text);
    let trains_text = asked.trainer == Trainer::Trl;
    trains_text.then(|| match is_text {
        true => {
            "train on `messages` or on `prompt_completion`: of a text TRL learns all".to_owned()
        }
        false => "name the column with `--column messages`".to_owned(),
    })
}

fn endless(asked: &Asked<'_>) -> Option<String> {
    if asked.trainer == Trainer::Torchtune {
        return Some(
            "torchtune takes the last token out of the loss where `max_seq_len` is set".into(),
        );
    }
    let end = asked.model.template.tokens().eos()?;
    Some(format!(
        "the model's end token is {end:?}: set it to the one that the template ends a turn with"
    ))
}
