//! Finds the answer in a gold answer.
//!
//! Sources vouch for answers in many wrappings: bare, between dollars, in a box at the end of a
//! whole solution, behind `####`, or in a sentence.

use crate::extract::{self, Extracted, Rule};
use crate::options::Options;
use crate::scan;
use crate::words;

/// The answer that a source vouches for, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gold {
    /// The answer itself.
    Answer(String),
    /// Nothing is given.
    Missing,
    /// The problem asks for a proof, or its answer was not found when the source was made.
    Proof,
}

/// Reads a gold answer.
///
/// ```
/// use gradatim_verify::{Gold, read_gold};
///
/// assert_eq!(read_gold("So 6 times 7 is 42.\n#### 42"), Gold::Answer("42".into()));
/// assert_eq!(read_gold("$\\boxed{\\pi}$"), Gold::Answer("\\pi".into()));
/// assert_eq!(read_gold(""), Gold::Missing);
/// assert_eq!(read_gold("proof"), Gold::Proof);
/// ```
pub fn read_gold(gold: &str) -> Gold {
    read_gold_with(gold, &Options::default())
}

/// Reads a gold answer in the way that `options` say.
pub fn read_gold_with(gold: &str, options: &Options) -> Gold {
    read(gold, options).0
}

/// Reads a gold answer, and says whether it holds several boxes of which one had to be taken.
pub(crate) fn read(gold: &str, options: &Options) -> (Gold, bool) {
    let text = gold.trim();
    if let Some(none) = without_answer(text) {
        return (none, false);
    }
    if !options.gold_plain_text && !is_marked(text) {
        return (Gold::Missing, false);
    }
    match wrapped(text, options) {
        Some(found) => (Gold::Answer(found.text), found.ambiguous),
        None => (Gold::Answer(text.to_owned()), false),
    }
}

/// What a gold answer says that gives none.
fn without_answer(text: &str) -> Option<Gold> {
    let bare = words::bare(text);
    let bare = bare.trim().trim_matches(['\\', '.', '$', ' ']);
    match bare.to_ascii_lowercase().as_str() {
        "" => Some(Gold::Missing),
        // `\text{None}` is an answer; `None` is what is left of a missing one.
        "null" | "none" | "nan" | "n/a" if !words::is_worded(text) => Some(Gold::Missing),
        "proof" | "notfound" | "not found" | "problem not solved" => Some(Gold::Proof),
        _ => None,
    }
}

/// Whether a gold answer stands between delimiters of mathematics, or in a box or an environment.
fn is_marked(text: &str) -> bool {
    let marks = ["\\boxed", "\\fbox", "\\begin{", "\\frac", "\\dfrac"];
    !scan::math(text).is_empty() || marks.iter().any(|mark| text.contains(mark))
}

/// A gold that is a whole solution is read as a response; any other is the answer as it stands.
fn wrapped(text: &str, options: &Options) -> Option<Extracted> {
    // Most are bare: nothing is looked for where what is found would not be taken.
    if !may_be_marked(text) && !is_sentence(text) {
        return None;
    }
    let found = extract::find(text, options)?;
    let marked = found.rule == Rule::Box || found.rule == Rule::Hashes;
    let digit = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let (before, after) = (text.get(..found.span.start)?, text.get(found.span.end..)?);
    // A sentence with another number in it may give two answers.
    let only = found.rule == Rule::Anchor || !digit(before) && !digit(after);
    (marked || is_sentence(text) && !found.ambiguous && only).then_some(found)
}

/// Whether a gold may hold a box or an answer behind hashes.
fn may_be_marked(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"box").is_some() || scan::first(text, "####").is_some()
}

/// Whether a gold is prose around its answer.
fn is_sentence(text: &str) -> bool {
    let words = text
        .split_whitespace()
        .filter(|word| {
            word.len() > 1
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b',')
        })
        .count();
    words >= SENTENCE_MIN && text.contains(['$', '\\', ':'])
        || words >= ANNOUNCED_MIN && text.to_ascii_lowercase().contains("answer")
}

/// Prose around mathematics has at least so many words; with the word `answer` in it, fewer do.
/// By hand: with 3, 2 verdicts change; with 8, 1 verdict changes; none with 5.
const SENTENCE_MIN: usize = 4;
/// By hand: with 2, 1 verdict changes; with 4, 1 verdict changes; with 6, 2 verdicts change.
const ANNOUNCED_MIN: usize = 3;
