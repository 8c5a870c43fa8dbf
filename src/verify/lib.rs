//! Tells whether a response gives the gold answer.
//!
//! Sound before it is complete: `correct` and `wrong` are said only where both answers were read in
//! full and shown equal or different, by exact arithmetic or by enclosures that leave no doubt.
//! Everything else is `undecided`, with a reason. A verdict depends on nothing but its two texts and
//! the options: work is bounded by fuel and never by a clock.
//!
//! # The path of an answer
//!
//! `response` tells the answer part from the thinking; `extract` and `gold` find the answer in it
//! (`chosen` a letter in prose), and say how surely; `clean` and `lex` turn it into tokens, `parse` into a tree in the
//! arena of `expr`, in each way that `readings` knows; `calculus` works out what a tree leaves to be worked
//! out. `decide` compares two answers, first as texts
//! and then as trees: it holds the one ordered table of the ways to decide. Each way stands in the
//! file of its kind of answer in `kinds`; numbers and expressions in `values`, over the numbers of
//! `numbers`. What has parts hands them back to the table through `work`.
//!
//! # Where it differs from Math-Verify
//!
//! [`Options`] lists the conventions that differ by default, and which of its settings mean what
//! here.
//!
//! # What is found, and how surely
//!
//! What points at an answer says whether it points at all of one. A box, a tag, what words announce in
//! full, and a response that is nothing but an answer decide both ways. A number in prose that nothing
//! announces may make a response `correct` and never `wrong`. A piece of a sentence that says something
//! else (a bound, one of several, an argument, a case, a page), of a box that was cut, or of what is taken
//! back decides neither way. Of two commitments the later counts: what is announced behind the last box
//! near the end takes it back, whatever the spelling, and a problem that a model made up for itself is
//! no part of its response. Where all that is found, or all that is said, is that there is no answer (`I don't know`,
//! `I am unable to determine it`, `No answer`), there is none; what is said of the problem is one (`cannot be
//! determined`, `no solution`, `does not exist`).
//!
//! # What stays undecided
//!
//! - integrals, limits and endless sums that no textbook rule of `calculus` fits, as products of two
//!   functions, several integrals in one, endless products that do not telescope, and limits with a parameter;
//! - equality that rests on what a name is and that nobody said: an integer (`\lceil n/2 \rceil` and
//!   `\lfloor (n+1)/2 \rfloor`, which are equal where `n` is said to be one), or positive where an absolute
//!   value is written on one side only (`\ln|x|` and `\ln x`);
//! - a parameter under another letter, where neither side calls it `c`, `k` or `C` (`f(x) = ax` and `bx`);
//! - two functions with `+ C` that differ by a number, of a name that integrals are seldom taken over
//!   (`\ln P + C` and `\ln 2P + C`);
//! - statements and conditions in words (`all even n`, `between 3 and 4`), names of persons and
//!   things, ellipses in lists and products, divisibility, parallels;
//! - a decimal of too few digits; a number in another base, or digits with a base against the same without; a
//!   class of remainders against a number (`5 \pmod{12}` and 5); `1,234` and `1{,}234` against `1.234`;
//! - a set of one point against the point (`\{(1, 2)\}` and `(1, 2)`), which Math-Verify calls unequal; a set of one
//!   number is the number;
//! - a letter against the text of its choice, where the problem's choices are not given;
//! - `4!` at the end of a sentence against 4, and `5 m` against 5, where the letter may be a name;
//! - what is denied right before it or taken back behind it (`\boxed{7} is wrong`).
//!
//! # Where its thresholds come from
//!
//! Each is a named constant. Those that say `By hand` were chosen by hand on 21 November 2026; the
//! history names the day and no data. What rests on them was measured on 26 November 2026: each was
//! halved and doubled (small ones also made one less and one more) and the verdicts compared on
//! 17,962 pairs of a real response and a gold answer of its row, 15,000 pairs of two golds, and 603
//! cases whose outcome is known. How many verdicts changed on the pairs, and how many known cases
//! were lost or won, stands beside the constant.
//!
//! # Where a verdict is a convention
//!
//! Each of these can call an answer right that somebody would not:
//!
//! - a number alone is taken for the same with a unit, an ordinal ending, a noun (`5 pairs`) or degrees, and
//!   letters behind a number are a unit where they can hardly be names (`5 m/s`, `12 N` at the end); units of one
//!   quantity are converted;
//! - the last of a chain of equations is its value, and `a + b = 5` is 5;
//! - a list is compared with a tuple in order, a column with both, `2i + 3j` in bold with `(2, 3)`;
//! - a set is the relation that describes it: `(3, \infty)` and `x > 3`; no solution is the empty set;
//! - percent may be left out, and two letters of choices stand in any order: `AB` and `BA`;
//!   three and more that nothing parts may be an order, and are `undecided` in another;
//! - letters are positive where only that gives both sides a value: `2 \ln x` and `\ln x^2`;
//! - `+ C` is any constant behind a function of what integrals are taken over (`r` to `z`, small Greek letters):
//!   `\sin^2 x + C` and `-\cos^2 x + C`, but not `A + C` and `A + C + 10`; the parameters of a family have no names
//!   of their own: `C_1 e^x + C_2 e^{-x}` and `A e^x + B e^{-x}`, `f(x) = cx` and `kx`;
//! - braces within a sum take the fractional part of a name that stands in it too: `\lfloor x \rfloor + \{x\}`;
//!   alone they do where the other side rounds that name down: `\{x\}` and `x - \lfloor x \rfloor`;
//! - small letters above a base are digits where the other side has digits in that base: `2a_{16}` and `2A_{16}`;
//! - a comma in braces is a decimal point where the other side has the decimal: `7{,}5` and 7.5;
//! - a label before the answer, as in `\boxed{Answer: 23}`, says nothing of it;
//! - `12,5` in a gold answer is two numbers or a decimal with a comma, and the latter only where the response
//!   writes a comma too.
//!
//! One rule holds for rounding, of numbers alone as in tuples and matrices: a decimal stands for the value
//! that rounds to the digits as written, of which a gold answer needs four and a response five
//! ([`Options::rounding_digits`], [`Options::answer_rounding_digits`]); with fewer it is `undecided`, and a
//! value that does not round to it is `wrong`.

#![forbid(unsafe_code)]
// `pub` means that others may use it.
#![warn(missing_docs, unreachable_pub)]

mod calculus;
mod cardinals;
mod chosen;
mod clean;
mod commands;
mod compounds;
mod contrary;
mod counts;
mod decide;
mod decision;
mod declared;
mod expr;
mod extract;
mod fuel;
mod gold;
mod kinds;
mod labels;
mod lex;
mod linear;
mod numbers;
mod options;
mod parse;
mod phrases;
mod probe;
mod prose;
mod reading;
mod readings;
mod refusals;
mod replace;
mod response;
mod restated;
mod scan;
mod settings;
mod signs;
mod spelled;
mod statements;
mod units;
mod values;
mod verdict;
mod words;
mod work;

use std::borrow::Cow;

use crate::decide::{Cleaned, decide};
use crate::decision::Decision;

pub use self::extract::{Extracted, Rule, extract, extract_with};
pub use self::gold::{Gold, read_gold, read_gold_with};
pub use self::options::{Options, Tolerance, UnknownTolerance};
pub use self::probe::has_value;
pub use self::reading::reading;
pub use self::response::{
    Chance, Parts, THINKING_MARKS, Thinking, ThinkingMarks, before_thinking, split_channels,
    split_thinking,
};
pub use self::settings::{BadSetting, SETTINGS, Setting};
pub use self::verdict::{Outcome, Reason, UnknownOutcome, Verdict};

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
    let verdict = judged(gold, response, parts, options);
    let refused = || {
        let answer = extract::answer_part(response, parts);
        let mut texts = [answer, verdict.extracted.as_deref()].into_iter().flatten();
        texts.any(refusals::is_refusal)
    };
    match is_in_words(&verdict) || !refused() {
        true => verdict,
        false => without_answer(parts),
    }
}

/// Whether an answer was right by its words, or nothing was looked for: then it does not matter how else they are meant.
fn is_in_words(verdict: &Verdict) -> bool {
    match verdict.outcome {
        Outcome::Correct => matches!(verdict.reason, Reason::SameText | Reason::Words),
        outcome => matches!(outcome, Outcome::NoAnswer | Outcome::NoGold),
    }
}

/// The verdict on a response, of which nothing is known yet that refuses to answer.
fn judged(gold: &str, response: &str, parts: &Parts, options: &Options) -> Verdict {
    let given = gold;
    let (gold, doubtful_gold) = match gold::read(given, options) {
        (Gold::Answer(gold), doubtful) => (gold, doubtful),
        (Gold::Missing, _) => return without_gold(response, parts, Reason::EmptyGold),
        (Gold::Proof, _) => return without_gold(response, parts, Reason::ProofGold),
    };
    let answer = extract::answer_part(response, parts);
    let found = answer.and_then(|answer| extract::extract_answer(answer, options));
    if let Some(verdict) = prose::by_letter(&gold, answer, found.as_ref(), options) {
        return verdict;
    }
    if options.text_fallback && answer.is_some_and(|answer| answer.trim() == given.trim()) {
        return Verdict {
            outcome: Outcome::Correct,
            extracted: Some(found.map_or(gold, |found| found.text)),
            reason: Reason::SameText,
        };
    }
    if let Some(whole) = answer.and_then(|answer| extract::whole(answer, found.as_ref(), options)) {
        let verdict = answers_verdict(given, &gold, whole.text, options, |_| doubtful_gold);
        // A piece of a sentence is not right because the sentence is read around it.
        let stated = found.as_ref().is_none_or(|found| !found.piece)
            || prose::has_words(&gold)
            || decide::is_same_text(&gold, whole.text);
        if verdict.outcome == Outcome::Correct && stated || whole.is_mathematics {
            return verdict;
        }
    }
    let Some(found) = found else {
        return answer
            .and_then(|answer| prose::by_word(&gold, answer))
            .unwrap_or_else(|| without_answer(parts));
    };
    let doubtful = |gold: &Cleaned| {
        found.ambiguous || doubtful_gold || is_one_of_several(gold, answer, &found, options)
    };
    let verdict = answers_verdict(given, &gold, &found.text, options, doubtful);
    let correct = verdict.outcome == Outcome::Correct;
    if found.piece || correct && is_other_thing(&gold, answer, &found) {
        hedged(verdict)
    } else {
        verdict
    }
}

/// Whether the words around what was found say that it is of another thing than the gold answer: cents and not
/// dollars, AM and not PM.
fn is_other_thing(gold: &str, answer: Option<&str>, found: &Extracted) -> bool {
    const AROUND: usize = 24;
    let text = answer.unwrap_or("");
    let before = scan::tail(text.get(..found.span.start).unwrap_or(""), 2);
    let after = scan::head(text.get(found.span.end..).unwrap_or(""), AROUND);
    // What follows a full stop is of something else.
    let end = [". ", "\n"]
        .iter()
        .filter_map(|stop| after.find(stop))
        .min();
    let after = &after[..end.unwrap_or(after.len())];
    let around = format!("{before}{}{after}", found.text);
    contrary::surroundings_differ(gold, &found.text, &around)
}

/// A verdict on a piece of what was said, which decides neither way.
fn hedged(verdict: Verdict) -> Verdict {
    match verdict.outcome {
        Outcome::Correct | Outcome::Wrong => Verdict {
            outcome: Outcome::Undecided,
            reason: Reason::Doubtful,
            ..verdict
        },
        _ => verdict,
    }
}

/// Compares two answers with no response around them: a gold answer, and an answer as it stands.
///
/// What is said of the gold answer holds as in [`verify`]: it may be wrapped, be missing or be a
/// proof. An answer of blanks is none, nor is `I don't know`, and one that lost its last brace, as many
/// that were cut out of a box did, gets it back.
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
    let given = gold;
    let answer = match answer.trim() {
        same if same == given.trim() => Cow::Borrowed(same),
        other => with_last_brace(other),
    };
    let extracted = (!answer.is_empty()).then(|| answer.to_string());
    let without = |outcome, reason| Verdict {
        outcome,
        extracted: extracted.clone(),
        reason,
    };
    let (gold, doubtful) = match gold::read(given, options) {
        (Gold::Answer(gold), doubtful) => (gold, doubtful),
        (Gold::Missing, _) => return without(Outcome::NoGold, Reason::EmptyGold),
        (Gold::Proof, _) => return without(Outcome::NoGold, Reason::ProofGold),
    };
    if answer.is_empty() {
        return without(Outcome::NoAnswer, Reason::NothingFound);
    }
    let verdict = answers_verdict(given, &gold, &answer, options, |_| doubtful);
    match is_in_words(&verdict) || !refusals::is_refusal(&answer) {
        true => verdict,
        false => Verdict {
            outcome: Outcome::NoAnswer,
            extracted: None,
            reason: Reason::NothingFound,
        },
    }
}

/// An answer with the brace that it lost at its end.
fn with_last_brace(answer: &str) -> Cow<'_, str> {
    // A blank of LaTeX whose blank was trimmed.
    if answer.ends_with('\\') {
        return Cow::Borrowed(answer);
    }
    let boxed = format!("{{{answer}}}");
    match scan::closing_brace(boxed.as_bytes(), 0) {
        Some(_) => Cow::Borrowed(answer),
        None => Cow::Owned(format!("{answer}}}")),
    }
}

/// The verdict on a gold answer, as given and as read, and an answer; `doubtful` says whether another
/// answer may have been meant.
fn answers_verdict(
    given: &str,
    gold: &str,
    answer: &str,
    options: &Options,
    doubtful: impl Fn(&Cleaned) -> bool,
) -> Verdict {
    let gold = Cleaned::of(gold);
    let (outcome, reason) = match decide(&gold, &Cleaned::of(answer), options) {
        Decision::Equal(reason) => (Outcome::Correct, reason),
        // A reading that tells a text from itself, or cannot tell, has misread it.
        _ if options.text_fallback && answer.trim() == given.trim() => {
            (Outcome::Correct, Reason::SameText)
        }
        Decision::Unknown(reason) => (Outcome::Undecided, reason),
        Decision::Different(_) if doubtful(&gold) => (Outcome::Undecided, Reason::Doubtful),
        Decision::Different(reason) => (Outcome::Wrong, reason),
    };
    Verdict {
        outcome,
        extracted: Some(answer.to_owned()),
        reason,
    }
}

/// Whether the answer is one of several boxes that are not wrong together: the parts of a problem,
/// each in a box on a line of its own.
fn is_one_of_several(
    gold: &Cleaned,
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
                decide(gold, &Cleaned::of(&boxes), options),
                Decision::Different(_)
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
