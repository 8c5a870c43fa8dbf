//! Tells whether a response gives the gold answer.
//!
//! Sound before it is complete: `correct` and `wrong` are said only where both answers were read in
//! full and shown equal or different, by exact arithmetic or by enclosures that leave no doubt.
//! Everything else is `undecided`, with a reason. A verdict depends on nothing but its two texts and
//! the options: work is bounded by fuel and never by a clock.
//!
//! The path of an answer: `response` tells it from the thinking, `extract` and `gold` find it
//! (`chosen` a letter in prose), `clean` and `lex` turn it into tokens, `parse` into a tree in the
//! arena of `expr`, and `decide` compares two trees:
//!
//! | kind of answer | decided in |
//! | --- | --- |
//! | letters of choices, statements `①③` | `words`, `marks` |
//! | words, sentences, dates | `phrases`, `statements`, `dates` |
//! | numbers and expressions | `scalar`, over `exact`, `modular` and `numeric` (`ball`) through `eval` |
//! | lists, tuples, sets, matrices, vectors, units, times, cases | `decide/` |
//! | sets of reals, inequalities | `intervals`, `inequalities` |
//! | relations and assignments | `relations` |
//! | congruences, families with an integer parameter | `congruences`, `families` |
//!
//! # Where it differs from Math-Verify
//!
//! [`Options`] lists the conventions that differ by default, and which of its settings mean what
//! here.
//!
//! # What stays undecided
//!
//! - limits, integrals, derivatives, and sums without end, which are not worked out;
//! - equality that rests on what a name is: an integer (`\lceil n/2 \rceil` and
//!   `\lfloor (n+1)/2 \rfloor`), positive, or free to be called otherwise (`f(x) = cx` and `kx`);
//! - statements and conditions in words (`all even n`, `between 3 and 4`), names of persons and
//!   things, ellipses in lists and products, divisibility, parallels;
//! - a decimal of too few digits, and digits with a base against the same without;
//! - a letter against the text of its choice, where the problem's choices are not given.
//!
//! # Where a verdict is a convention
//!
//! A number alone is taken for the same with a unit, a name or degrees; the last of a chain of
//! equations is its value; `a + b = 5` is 5; a list is compared with a tuple in order; percent may
//! be left out. Each can call an answer right that somebody would not.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod ball;
mod chosen;
mod clean;
mod commands;
mod congruences;
mod dates;
mod decide;
mod divisors;
mod eval;
mod exact;
mod expr;
mod extract;
mod families;
mod fuel;
mod gold;
mod inequalities;
mod intervals;
mod lex;
mod marks;
mod modular;
mod numeric;
mod options;
mod parse;
mod phrases;
mod probe;
mod reading;
mod relations;
mod replace;
mod response;
mod scalar;
mod scan;
mod statements;
mod units;
mod words;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

pub use self::extract::{Extracted, Rule, extract, extract_with};
pub use self::gold::{Gold, read_gold, read_gold_with};
pub use self::options::Options;
pub use self::probe::has_value;
pub use self::reading::reading;
pub use self::response::{Parts, Thinking, before_thinking, split_thinking};

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

/// Compares the answer of a response with the gold answer.
///
/// ```
/// use gradatim_verify::{Outcome, verify};
///
/// assert_eq!(verify("1/2", "So it is \\boxed{0.5}.").outcome, Outcome::Correct);
/// assert_eq!(verify("1/2", "So it is \\boxed{2}.").outcome, Outcome::Wrong);
/// assert_eq!(verify("1/2", "<think>It is 1/2").outcome, Outcome::NoAnswer);
/// ```
pub fn verify(gold: &str, response: &str) -> Verdict {
    verify_with(gold, response, &Options::default())
}

/// Compares the answer of a response with the gold answer, in the way that `options` say.
pub fn verify_with(gold: &str, response: &str, options: &Options) -> Verdict {
    verify_parts(gold, response, &split_thinking(response), options)
}

/// Compares the answer of a response whose parts are known already with the gold answer.
///
/// `parts` are those that [`split_thinking`] finds, or the caller's own: where it keeps the thinking
/// and the answer apart, say. An answer that does not lie in the response on the borders of letters
/// is none.
///
/// ```
/// use gradatim_verify::{Options, Outcome, split_thinking, verify_parts};
///
/// let response = "<think>1?</think>It is \\boxed{2}.";
/// let parts = split_thinking(response);
/// let verdict = verify_parts("2", response, &parts, &Options::default());
/// assert_eq!(verdict.outcome, Outcome::Correct);
/// ```
pub fn verify_parts(gold: &str, response: &str, parts: &Parts, options: &Options) -> Verdict {
    let wrapped_gold = gold;
    let gold = match read_gold_with(gold, options) {
        Gold::Answer(gold) => gold,
        Gold::Missing => return without_gold(response, parts, Reason::EmptyGold),
        Gold::Proof => return without_gold(response, parts, Reason::ProofGold),
    };
    let found = extract::extract_parts(response, parts, options);
    let answer = extract::answer_part(response, parts);
    if let Some(verdict) = by_letter(&gold, answer, found.as_ref(), options) {
        return verdict;
    }
    let Some(found) = found else {
        return answer
            .and_then(|answer| by_word(&gold, answer))
            .unwrap_or_else(|| without_answer(parts));
    };
    let doubtful = || found.ambiguous || is_one_of_several(&gold, answer, &found, options);
    answers_verdict(wrapped_gold, &gold, &found.text, options, doubtful)
}

/// Compares two answers with no response around them: a gold answer, and an answer as it stands.
///
/// What is said of the gold answer holds as in [`verify`]: it may be wrapped, be missing or be a
/// proof. An answer of blanks is none, and one that lost its last brace, as many that were cut out of
/// a box did, gets it back.
///
/// ```
/// use gradatim_verify::{Outcome, compare};
///
/// assert_eq!(compare("1/2", "0.5").outcome, Outcome::Correct);
/// assert_eq!(compare("1/2", "2").outcome, Outcome::Wrong);
/// assert_eq!(compare("the whole plane", "a plane").outcome, Outcome::Undecided);
/// ```
pub fn compare(gold: &str, answer: &str) -> Verdict {
    compare_with(gold, answer, &Options::default())
}

/// Compares two answers with no response around them, in the way that `options` say.
pub fn compare_with(gold: &str, answer: &str, options: &Options) -> Verdict {
    let wrapped_gold = gold;
    let answer = with_last_brace(answer.trim());
    let extracted = (!answer.is_empty()).then(|| answer.to_string());
    let without = |outcome, reason| Verdict {
        outcome,
        extracted: extracted.clone(),
        reason,
    };
    let gold = match read_gold_with(gold, options) {
        Gold::Answer(gold) => gold,
        Gold::Missing => return without(Outcome::NoGold, Reason::EmptyGold),
        Gold::Proof => return without(Outcome::NoGold, Reason::ProofGold),
    };
    if answer.is_empty() {
        return without(Outcome::NoAnswer, Reason::NothingFound);
    }
    answers_verdict(wrapped_gold, &gold, &answer, options, || false)
}

/// An answer with the brace that it lost at its end.
fn with_last_brace(answer: &str) -> Cow<'_, str> {
    let boxed = format!("{{{answer}}}");
    match scan::closing_brace(boxed.as_bytes(), 0) {
        Some(_) => Cow::Borrowed(answer),
        None => Cow::Owned(format!("{answer}}}")),
    }
}

/// The verdict on a gold answer, as given and as read, and an answer; `doubtful` says whether another
/// answer may have been meant.
fn answers_verdict(
    wrapped_gold: &str,
    gold: &str,
    answer: &str,
    options: &Options,
    doubtful: impl Fn() -> bool,
) -> Verdict {
    let (outcome, reason) = match decide::decide(gold, answer, options) {
        decide::Decision::Equal(reason) => (Outcome::Correct, reason),
        decide::Decision::Unknown(reason) => (Outcome::Undecided, reason),
        // A reading that tells a text from itself has misread it.
        decide::Decision::Different(_) if answer.trim() == wrapped_gold.trim() => {
            (Outcome::Correct, Reason::SameText)
        }
        decide::Decision::Different(_)
            if doubtful() || gold::is_ambiguous(wrapped_gold, options) =>
        {
            (Outcome::Undecided, Reason::Doubtful)
        }
        decide::Decision::Different(reason) => (Outcome::Wrong, reason),
    };
    Verdict {
        outcome,
        extracted: Some(answer.to_owned()),
        reason,
    }
}

/// The verdict on the letter that a response chooses in prose, where the gold answer is a letter and
/// what was found is none.
fn by_letter(
    gold: &str,
    answer: Option<&str>,
    found: Option<&Extracted>,
    options: &Options,
) -> Option<Verdict> {
    let wanted = words::choice(gold).filter(|choice| choice.text.is_none())?;
    let settled = found.is_some_and(|found| {
        found.rule == Rule::Box || words::choice(&clean::clean(&found.text)).is_some()
    });
    if settled || !options.plain_text {
        return None;
    }
    let chosen = chosen::chosen(answer?)?;
    let outcome = if chosen.letter == wanted.letter {
        Outcome::Correct
    } else if chosen.announced {
        Outcome::Wrong
    } else {
        Outcome::Undecided
    };
    Some(Verdict {
        outcome,
        extracted: Some(chosen.letter.to_string()),
        reason: Reason::Choice,
    })
}

/// The verdict on an answer part without mathematics that says the words of the gold answer: first,
/// as `No, there is none`, or last, as `so it is even`. Other words prove nothing.
fn by_word(gold: &str, answer: &str) -> Option<Verdict> {
    let folded = words::folded(&clean::clean(gold));
    if !words::is_words(&folded) {
        return None;
    }
    let wanted = phrases::canonical(&folded);
    let text = answer.trim();
    let first = text.split([',', '.', '!', ';']).next()?;
    let last = text.trim_end_matches(['.', '!', '*', ' ']);
    let last = last.rsplit(['.', '\n', ',']).next()?;
    let said = [" is ", " are ", ": "]
        .iter()
        .filter_map(|verb| last.rfind(verb).map(|at| &last[at + verb.len()..]));
    let found = [first]
        .into_iter()
        .chain(said)
        .find(|words| words.len() <= 80 && phrases::canonical(&words::folded(words)) == wanted)?;
    Some(Verdict {
        outcome: Outcome::Correct,
        extracted: Some(found.trim().to_owned()),
        reason: Reason::Words,
    })
}

/// Whether the answer is one of several boxes that are not wrong together: the parts of a problem,
/// each in a box on a line of its own.
fn is_one_of_several(
    gold: &str,
    answer: Option<&str>,
    found: &Extracted,
    options: &Options,
) -> bool {
    let boxes = answer
        .filter(|_| found.rule == Rule::Box)
        .and_then(extract::all_boxes);
    boxes.is_some_and(|boxes| {
        boxes != found.text
            && !matches!(
                decide::decide(gold, &boxes, options),
                decide::Decision::Different(_)
            )
    })
}

fn without_answer(parts: &Parts) -> Verdict {
    let open = parts.state == Thinking::Open;
    Verdict {
        outcome: Outcome::NoAnswer,
        extracted: None,
        reason: if open {
            Reason::OpenThinking
        } else {
            Reason::NothingFound
        },
    }
}

fn without_gold(response: &str, parts: &Parts, reason: Reason) -> Verdict {
    let found = extract::extract_parts(response, parts, &Options::default());
    Verdict {
        outcome: Outcome::NoGold,
        extracted: found.map(|found| found.text),
        reason,
    }
}

/// The README's example runs as a test.
#[cfg(doctest)]
#[doc = include_str!("README.md")]
mod readme {}
