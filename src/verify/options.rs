//! What a verdict may be told to do otherwise.
//!
//! Most fields carry the names that Math-Verify gives them, so that its own cases run unmodified.
//! The default differs from [`Options::math_verify`] where the peer's convention can call two
//! different answers equal, or depends on which of the two is the gold answer:
//!
//! - a decimal stands for a value only when it rounds to the digits as written, never by an absolute
//!   tolerance of 10^-6;
//! - a relation and the set it describes are the same whichever of the two is the gold answer;
//! - boxes are joined only when nothing but commas or and/or stands between them;
//! - inline mathematics may run over the end of a line.

/// How strictly to compare, and how hard to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many digits a decimal needs to stand for an exact value that rounds to it; nothing
    /// allows no rounding. A decimal of fewer digits that rounds right is `undecided`.
    pub rounding_digits: Option<u32>,
    /// Whether two values, one of them a decimal, are equal when they round to the same value at so
    /// many decimals.
    pub float_rounding: Option<u32>,
    /// Whether `28%` may stand for 28 as well as for 0.28.
    pub bare_percent: bool,
    /// Whether the names of variables count; otherwise they are matched by their order.
    pub strict: bool,
    /// Whether a relation in the response may stand for the set that the gold answer gives. The
    /// other way round it always may.
    pub allow_set_relation_comp: bool,
    /// Where boxes stand among what points at an answer: negative ignores them, from 100 on an
    /// announced answer comes first, anything else puts boxes first.
    pub boxed_match_priority: i32,
    /// Whether words between two boxes on one line still leave them parts of one answer.
    pub loose_boxes: bool,
    /// Whether inline mathematics may run over the end of a line.
    pub inline_across_lines: bool,
    /// Whether an answer may be plain text, without the delimiters of mathematics.
    pub plain_text: bool,
    /// What one verdict may spend, in units of about ten nanoseconds.
    pub fuel: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // Four digits: a relative error below 1e-3, as graders of MATH allow.
            rounding_digits: Some(4),
            float_rounding: None,
            bare_percent: true,
            strict: true,
            allow_set_relation_comp: true,
            boxed_match_priority: 0,
            loose_boxes: false,
            inline_across_lines: true,
            plain_text: true,
            fuel: 2_500_000,
        }
    }
}

impl Options {
    /// The conventions of Math-Verify 0.9.0.
    pub fn math_verify() -> Self {
        Self {
            float_rounding: Some(6),
            allow_set_relation_comp: false,
            boxed_match_priority: 50,
            loose_boxes: true,
            inline_across_lines: false,
            ..Self::default()
        }
    }
}
