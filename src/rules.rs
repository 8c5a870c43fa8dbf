//! Rules that a pipeline file names and a stage follows: one type for what is written and what is done.
//!
//! They stand below both, since neither the file nor a stage is the other's.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What becomes of a chat with several answered questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TurnsRule {
    /// It is dropped as `several_turns`: an answer that leans on what was said before is no answer to its question
    /// alone.
    #[default]
    One,
    /// Each answered question is a trajectory of its own, without what was said before it. A gold answer of the
    /// row is then nobody's.
    Pairs,
}

/// What becomes of a text with tokens inside that control a chat. One at its very end is taken off in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ControlTokens {
    /// Its row is dropped as `control_tokens`. A whole chat template around the text is read as its turns where it is one
    /// that is known; of any other `after` and `before` cut out what is meant (layout `columns`).
    #[default]
    Drop,
    /// It stays as it is, a template too: trainers make the token of it, which ends or begins a turn there.
    Keep,
    /// It stays as it is, once a known template was read.
    KeepInside,
    /// A space behind their first character makes them text, once a known template was read.
    Escape,
}

/// A rule of acceptance.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Accept {
    /// Recorded as right by the source, not `wrong` by our verifier, and not cut off.
    #[default]
    Recorded,
    /// `correct` by our verifier, and not cut off.
    Ours,
    /// Right by both, and not cut off.
    Both,
    /// Right by one of the two, and not cut off.
    Either,
    /// Every trajectory, right or wrong, finished or not.
    None,
}

impl Accept {
    /// As the pipeline spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Ours => "ours",
            Self::Both => "both",
            Self::Either => "either",
            Self::None => "none",
        }
    }

    /// Whether it accepts all that `other` accepts.
    pub fn includes(self, other: Self) -> bool {
        match self {
            Self::None => true,
            Self::Either => other != Self::None,
            Self::Recorded | Self::Ours => other == self || other == Self::Both,
            Self::Both => other == Self::Both,
        }
    }
}

/// What happens when a subset asks for more than its bucket holds.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum OnShortfall {
    /// Nothing is written; the run ends with exit code 5 and a table of asked against available.
    #[default]
    Refuse,
    /// That subset is left out, and the manifest says so.
    Skip,
    /// The subset is as large as it can be, and so are its controls.
    Short,
}

/// What a companion's category is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CategoryRule {
    /// It is taken where the source names none; where both name one they are compared.
    #[default]
    Fill,
    /// It is taken wherever the companion has one.
    Replace,
}
