//! What a verdict may be told to do otherwise.
//!
//! Most fields carry the names that Math-Verify gives them, so that its own cases run unmodified.
//! The default differs from [`Options::math_verify`] where the peer's convention can call two
//! different answers equal, or depends on which of the two is the gold answer:
//!
//! - a decimal stands for a value only when it rounds to the digits as written, never by an absolute
//!   tolerance of 10^-6;
//! - a relation and the set it describes are the same whichever of the two is the gold answer;
//! - an answer that cannot be read is not passed over for one that can;
//! - boxes are joined only when nothing but commas or and/or stands between them;
//! - inline mathematics may run over the end of a line.
//!
//! The peer's other settings, as a row of `gradatim verify` may carry them:
//!
//! | the peer's | here |
//! | --- | --- |
//! | `strict`, `float_rounding`, `allow_set_relation_comp`, `boxed_match_priority` | the field of that name |
//! | `gold_extract`, `pred_extract`: `["latex"]` | `gold_plain_text`, `plain_text` are false |
//! | the same with `"expr"` or `"string"` | they are true; LaTeX and the letters of choices are read in any case |
//! | `fallback_mode`: `no_fallback` | `text_fallback` is false |
//! | `extraction_mode`: `any_match` | `any_match` is true |
//! | `numeric_precision` below 15, the peer's default | the field of that name |
//! | `numeric_precision` of 15 and more | no effect: values are enclosed as closely as it takes |

use std::fmt;
use std::str::FromStr;

use dashu::{Natural, Rational};

/// A difference that is allowed, exactly as it is written.
///
/// ```
/// use gradatim_verify::{Options, Outcome, compare_with};
///
/// let options = Options { rel_tol: "1e-4".parse().ok(), ..Options::default() };
/// assert_eq!(compare_with("2", "2.0001", &options).outcome, Outcome::Correct);
/// assert_eq!(compare_with("2", "2.001", &options).outcome, Outcome::Wrong);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tolerance(Rational);

impl Tolerance {
    /// The difference.
    pub(crate) fn value(&self) -> &Rational {
        &self.0
    }
}

/// A text is no decimal that is zero or more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTolerance;

impl fmt::Display for UnknownTolerance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a decimal that is zero or more, such as 0.001 or 1e-4")
    }
}

impl std::error::Error for UnknownTolerance {}

impl FromStr for Tolerance {
    type Err = UnknownTolerance;

    fn from_str(text: &str) -> Result<Self, UnknownTolerance> {
        let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
        let all = format!("{whole}{decimals}");
        let plain = !all.is_empty() && all.bytes().all(|byte| byte.is_ascii_digit());
        let value = plain
            .then(|| Natural::from_str_radix(&all, 10).ok())
            .flatten();
        let exponent = exponent
            .parse::<i32>()
            .ok()
            .filter(|it| it.abs() <= EXPONENT_MAX);
        let (Some(value), Some(exponent)) = (value, exponent) else {
            return Err(UnknownTolerance);
        };
        let shift = exponent as isize - decimals.len() as isize;
        Ok(Self(
            Rational::from(value) * Rational::from(10u8).pow(shift),
        ))
    }
}

/// No difference is smaller or larger than ten to this power. By hand.
const EXPONENT_MAX: i32 = 300;

/// How strictly to compare, and how hard to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// How many digits a decimal in the gold answer needs to stand for a value that rounds to it;
    /// nothing allows no rounding. A decimal of fewer digits that rounds right is `undecided`.
    pub rounding_digits: Option<u32>,
    /// The same for a decimal in the response, which was to give the value itself.
    pub answer_rounding_digits: Option<u32>,
    /// Whether two values, one of them a decimal, are equal when they round to the same value at so
    /// many decimals.
    pub float_rounding: Option<u32>,
    /// Whether two values are equal that differ by no more than this share of the gold answer, as some
    /// graders allow. Nothing allows none, since it calls different answers equal.
    pub rel_tol: Option<Tolerance>,
    /// The same by a difference that does not depend on the gold answer.
    pub abs_tol: Option<Tolerance>,
    /// Below how many decimals two constants, neither of them a number as it is written, may differ
    /// and be equal; nothing for a proof of equality.
    pub numeric_precision: Option<u32>,
    /// Whether `28%` may stand for 28 as well as for 0.28.
    pub bare_percent: bool,
    /// Whether the names of variables count, and a set is no tuple; otherwise names are matched by
    /// their order, and the items of a set and a tuple as they stand.
    pub strict: bool,
    /// Whether a relation in the response may stand for the set that the gold answer gives. The
    /// other way round it always may.
    pub allow_set_relation_comp: bool,
    /// Whether `a + b = 5` in the response may stand for the number 5 that the gold answer gives. The
    /// other way round it never may.
    pub stated_values: bool,
    /// Where boxes stand among what points at an answer: negative ignores them, below 50 they come
    /// before anything but `The final answer is …. I hope it is correct`, from 50 on a final answer
    /// announced behind them comes first, and from 100 on any announced answer does.
    pub boxed_match_priority: i32,
    /// Whether words between two boxes on one line still leave them parts of one answer.
    pub loose_boxes: bool,
    /// Whether inline mathematics may run over the end of a line.
    pub inline_across_lines: bool,
    /// Whether an answer may be plain text, without the delimiters of mathematics.
    pub plain_text: bool,
    /// The same for the gold answer; one without delimiters is then none.
    pub gold_plain_text: bool,
    /// Whether texts that cannot be read as mathematics are compared as texts.
    pub text_fallback: bool,
    /// Whether an answer that cannot be read is passed over for the next that something points at.
    pub any_match: bool,
    /// What one verdict may spend, in units of about ten nanoseconds.
    pub fuel: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            // Four digits: a relative error below 1e-3, as graders of MATH allow.
            rounding_digits: Some(4),
            // Five: a relative error below 1e-4, as the graders of ToRA and Qwen2.5-Math allow.
            answer_rounding_digits: Some(5),
            float_rounding: None,
            rel_tol: None,
            abs_tol: None,
            numeric_precision: None,
            bare_percent: true,
            strict: true,
            allow_set_relation_comp: true,
            stated_values: true,
            boxed_match_priority: 50,
            loose_boxes: false,
            inline_across_lines: true,
            plain_text: true,
            gold_plain_text: true,
            text_fallback: true,
            any_match: false,
            // By hand: by its unit some 25 milliseconds, where an answer of a data set takes microseconds.
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
            loose_boxes: true,
            inline_across_lines: false,
            any_match: true,
            ..Self::default()
        }
    }
}
