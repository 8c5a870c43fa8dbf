//! Intervals of 95 % for an average, each for one question that can be asked of it.
//!
//! | asked | what varies | from |
//! |---|---|---|
//! | [`this_run`]: this model on these questions | attempts | one run |
//! | [`this_kind`]: such subsets on these questions | draws, training, attempts | two draws or more |
//! | [`questions_like_these`]: the same on others like them | questions too | one run, or several draws |
//!
//! No one interval can answer all three, and the usual ones answer none where questions, draws or attempts are few: t over
//! four draws of four questions holds the truth in 16 to 34 of 100 experiments. Those here hold it in 93 of 100
//! or more, less a simulation's error, in every cell of 4, 12 and 30 questions, 1 to 8 draws and 1 to 64 attempts, in the worst
//! of 27 worlds (`eval_coverage`, seeded; its head says what was measured).

use std::fmt;

mod kind;
mod questions;
mod run;

pub use kind::{over_draws, this_kind};
pub use questions::questions_like_these;
pub use run::{attempts_variance, this_run};

/// From the low end to the high, both of them in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Not above `high`.
    pub low: f64,
    /// Not below `low`.
    pub high: f64,
}

/// Why there is no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInterval {
    /// A question without an attempt, or no question.
    NoAttempts,
    /// What a kind of subset does shows between draws.
    OneDraw,
    /// The runs do not have the same questions.
    OtherQuestions,
    /// One question says nothing of others like it.
    OneQuestion,
    /// The draws of the arms are not paired one to one.
    NotPaired,
    /// One arm differs from no other.
    OneArm,
    /// Too few different sizes for a curve.
    FewSizes,
}

impl Interval {
    /// Around a centre, as far on both sides.
    pub fn around(centre: f64, reach: f64) -> Self {
        Self {
            low: centre - reach,
            high: centre + reach,
        }
    }

    /// The smallest that holds both.
    #[must_use]
    pub fn hull(self, other: Self) -> Self {
        Self {
            low: self.low.min(other.low),
            high: self.high.max(other.high),
        }
    }

    /// What of it lies between two values.
    #[must_use]
    pub fn within(self, low: f64, high: f64) -> Self {
        Self {
            low: self.low.clamp(low, high),
            high: self.high.clamp(low, high),
        }
    }

    /// Whether a value lies in it.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

impl fmt::Display for NoInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAttempts => "a question has no attempt",
            Self::OneDraw => "one draw: what the kind of subset does shows between draws",
            Self::OtherQuestions => "the runs do not have the same questions",
            Self::OneQuestion => "one question says nothing of others like it",
            Self::NotPaired => "the arms do not have the same draws",
            Self::OneArm => "one arm differs from no other",
            Self::FewSizes => "too few different sizes",
        })
    }
}
