//! What a source says of a problem beside its text: NuminaMath's columns, which other datasets lost.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Facts of a problem; what the source does not say is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// `math-word-problem`, `MCQ`, `proof` or `other`.
    pub question_type: Option<Cow<'a, str>>,
    /// `Yes`, `Incomplete`, `More than one problem`, `Not a problem`.
    pub problem_is_valid: Option<Cow<'a, str>>,
    /// `Yes`, `Incomplete`, `Problem not solved`, `Not matched with problem`: of the human solution.
    pub solution_is_valid: Option<Cow<'a, str>>,
    /// Whether a model wrote the problem.
    pub synthetic: Option<bool>,
}

impl Facts<'_> {
    pub(crate) fn into_owned(self) -> Facts<'static> {
        let owned = |text: Option<Cow<'_, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        Facts {
            question_type: owned(self.question_type),
            problem_is_valid: owned(self.problem_is_valid),
            solution_is_valid: owned(self.solution_is_valid),
            synthetic: self.synthetic,
        }
    }
}

/// What stands where a gold answer is expected.
///
/// NuminaMath writes `proof` and `notfound` there, also in rows whose question type says otherwise.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum GoldKind {
    /// An answer.
    Value,
    /// The word `proof`: the problem asks for one.
    Proof,
    /// The word `notfound`: nobody found the answer in the solution.
    Notfound,
}

impl GoldKind {
    /// Of an answer as the source has it; none where there is none.
    pub(crate) fn of(gold: &str) -> Option<Self> {
        let gold = gold.trim();
        if gold.is_empty() {
            None
        } else if gold.eq_ignore_ascii_case("proof") {
            Some(Self::Proof)
        } else if gold.eq_ignore_ascii_case("notfound") || gold.eq_ignore_ascii_case("not found") {
            Some(Self::Notfound)
        } else {
            Some(Self::Value)
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Proof => "proof",
            Self::Notfound => "notfound",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Value, Self::Proof, Self::Notfound];
        all.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for GoldKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
