//! Verdicts: an outcome, what it rests on, and what was found.

use std::fmt;
use std::str::FromStr;

/// Whether a response gives the gold answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// It does.
    Correct,
    /// It gives another answer.
    Wrong,
    /// The two could not be shown equal or different.
    Undecided,
    /// It gives none.
    NoAnswer,
    /// There is no gold answer.
    NoGold,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 5] = [
        Self::Correct,
        Self::Wrong,
        Self::Undecided,
        Self::NoAnswer,
        Self::NoGold,
    ];

    /// The outcome's name, as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Correct => "correct",
            Self::Wrong => "wrong",
            Self::Undecided => "undecided",
            Self::NoAnswer => "no_answer",
            Self::NoGold => "no_gold",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text is no outcome's name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownOutcome;

impl fmt::Display for UnknownOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not one of correct, wrong, undecided, no_answer, no_gold")
    }
}

impl std::error::Error for UnknownOutcome {}

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        let found = Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text);
        found.ok_or(UnknownOutcome)
    }
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Both texts are the same but for spacing.
    SameText,
    /// Exact rational arithmetic.
    Exact,
    /// Residues modulo primes: an identity of rational functions.
    Identity,
    /// Enclosures of both values.
    Numeric,
    /// A decimal that the exact value rounds to.
    Rounded,
    /// Item by item: lists, tuples, sets, intervals, matrices.
    Items,
    /// Relations in a normal form.
    Relation,
    /// Words.
    Words,
    /// Letters of choices.
    Choice,
    /// The gold answer could not be read.
    UnreadGold,
    /// The response's answer could not be read.
    UnreadAnswer,
    /// A number against a relation, words against a set: nothing to compare.
    Unlike,
    /// The reading was not certain enough for `wrong`.
    Doubtful,
    /// The decimal rounds right but has too few digits.
    Rounding,
    /// The names of variables differ.
    Names,
    /// Neither equality nor difference could be shown.
    Unproven,
    /// Out of fuel.
    OutOfFuel,
    /// The response holds no answer.
    NothingFound,
    /// The thinking never ends.
    OpenThinking,
    /// The gold answer is empty.
    EmptyGold,
    /// The gold answer is a proof, or says that none was found.
    ProofGold,
}

impl Reason {
    /// The reason's code, as it is stored and printed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameText => "same_text",
            Self::Exact => "exact",
            Self::Identity => "identity",
            Self::Numeric => "numeric",
            Self::Rounded => "rounded",
            Self::Items => "items",
            Self::Relation => "relation",
            Self::Words => "words",
            Self::Choice => "choice",
            Self::UnreadGold => "unread_gold",
            Self::UnreadAnswer => "unread_answer",
            Self::Unlike => "unlike",
            Self::Doubtful => "doubtful",
            Self::Rounding => "rounding",
            Self::Names => "names",
            Self::Unproven => "unproven",
            Self::OutOfFuel => "out_of_fuel",
            Self::NothingFound => "nothing_found",
            Self::OpenThinking => "open_thinking",
            Self::EmptyGold => "empty_gold",
            Self::ProofGold => "proof_gold",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An outcome, with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the response gives the gold answer.
    pub outcome: Outcome,
    /// The answer that was found in the response.
    pub extracted: Option<String>,
    /// What the outcome rests on.
    pub reason: Reason,
}
