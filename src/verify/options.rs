//! What a verdict may be told to do otherwise.

/// How strictly to compare, and how hard to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many digits a decimal needs to stand for an exact value that rounds to it; nothing
    /// allows no rounding. A decimal of fewer digits that rounds right is `undecided`.
    pub rounding_digits: Option<u32>,
    /// Whether `28%` may stand for 28 as well as for 0.28.
    pub bare_percent: bool,
    /// What one verdict may spend, in units of about ten nanoseconds.
    pub fuel: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // Four digits: a relative error below 1e-3, as graders of MATH allow.
            rounding_digits: Some(4),
            bare_percent: true,
            fuel: 3_000_000,
        }
    }
}
