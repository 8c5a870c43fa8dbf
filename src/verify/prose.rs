//! Verdicts on what a response says in prose: a letter that it chooses, or the words of the gold answer.

use crate::chosen::chosen;
use crate::clean::clean;
use crate::extract::{Extracted, Rule};
use crate::options::Options;
use crate::phrases;
use crate::verdict::{Outcome, Reason, Verdict};
use crate::words;

/// The verdict on the letter that a response chooses in prose, where the gold answer is a letter and
/// what was found is none.
pub(crate) fn by_letter(
    gold: &str,
    answer: Option<&str>,
    found: Option<&Extracted>,
    options: &Options,
) -> Option<Verdict> {
    let wanted = words::choice(gold).filter(|choice| choice.text.is_none())?;
    let settled = found.is_some_and(|found| {
        found.rule == Rule::Box || words::choice(&clean(&found.text)).is_some()
    });
    if settled || !options.plain_text {
        return None;
    }
    let chosen = chosen(answer?)?;
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
pub(crate) fn by_word(gold: &str, answer: &str) -> Option<Verdict> {
    let folded = words::folded(&clean(gold));
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
    let found = [first].into_iter().chain(said).find(|words| {
        words.len() <= SAID_MAX && phrases::canonical(&words::folded(words)) == wanted
    })?;
    Some(Verdict {
        outcome: Outcome::Correct,
        extracted: Some(found.trim().to_owned()),
        reason: Reason::Words,
    })
}

/// Whether a gold answer says something in words.
pub(crate) fn has_words(gold: &str) -> bool {
    words::bare(gold)
        .split_whitespace()
        .any(|word| word.chars().count() > 2 && word.chars().all(char::is_alphabetic))
}

/// Longer words, in bytes, are a sentence and no answer.
/// By hand: no verdict changes with 40 or 160.
const SAID_MAX: usize = 80;
