//! Responses that are nothing but their answer, and answers in bold.

use crate::extract::context;
use crate::extract::found::{Extracted, Rule, has_digit, is_prose, one};
use crate::extract::maths::last_math;
use crate::extract::sentences::last_clause;
use crate::options::Options;
use crate::scan;

/// The longest response that may be nothing but its answer: chosen by hand, 21 November 2026.
/// By hand: with 60, 441 verdicts change; with 240, 3 verdicts change.
pub(crate) const SHORT_MAX: usize = 120;

/// A short line of more words of prose is a sentence.
/// By hand: with 2, 2 known cases are lost; with 4, 3 known cases are won; with 6, 3 known cases are won.
const SHORT_PROSE_MAX: usize = 3;

/// A response of one short line without a sentence in it.
pub(crate) fn short(text: &str) -> Option<Extracted> {
    let line = text.trim();
    // A longer one is its answer only where it is mathematics from its first character or its second.
    let opens = line
        .as_bytes()
        .iter()
        .take(2)
        .any(|byte| b"$\\".contains(byte));
    if line.len() > SHORT_MAX && !opens {
        return None;
    }
    let maths = scan::math(line);
    if let [only] = maths.as_slice() {
        let rest = line.len() - (only.outer.end - only.outer.start);
        if rest <= 1 {
            return last_math(text, &Options::default());
        }
    }
    let wordy = line
        .split_whitespace()
        .filter(|word| is_prose(word))
        .count();
    if line.len() > SHORT_MAX || line.contains('\n') || wordy > SHORT_PROSE_MAX || !maths.is_empty()
    {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let end = start + line.len();
    // `The ratio is [1/2].`
    let clause = [" is ", " are ", ": ", "是", "为", "等于", "："]
        .iter()
        .filter_map(|verb| scan::last(line, verb).map(|at| at + verb.len()))
        .max()
        .filter(|_| !line.contains("\\text"))
        .unwrap_or(0);
    let named = clause > 0 && wordy > 0 && has_digit(&line[clause..]);
    if !named && wordy > 1 && line.ends_with('.') && has_digit(line) {
        // A sentence, in which a number stands somewhere.
        return None;
    }
    let from = if named { start + clause } else { start };
    let mut found = one(text, from..end, Rule::Text)?;
    found.piece = named && context::is_piece(text, &found.span);
    // A factorial, or joy.
    found.ambiguous = named && found.text.ends_with('!');
    Some(found)
}

/// The last bold text, when it is short.
pub(crate) fn bold(text: &str) -> Option<Extracted> {
    let close = text.rfind("**")?;
    let open = text[..close].rfind("**")? + 2;
    let inner = text.get(open..close)?;
    if inner.len() > SHORT_MAX || inner.contains('\n') || inner.trim_end().ends_with(':') {
        return None;
    }
    // A heading in bold, and numbers behind it.
    if !has_digit(inner) && has_digit(&text[close..]) {
        return None;
    }
    let clause = open + last_clause(inner);
    let mut found = one(text, clause..close, Rule::Bold)?;
    found.piece = context::is_piece(text, &found.span);
    Some(found)
}
