//! Where a sentence ends, and where its last clause starts.

use std::ops::Range;

use crate::extract::found::has_digit;
use crate::scan;

/// The end of the line at `start`, or of the display mathematics that opens there.
pub(crate) fn display_end(text: &str, start: usize) -> usize {
    let rest = &text[start..];
    let close = ["\\[", "$$", "\\("]
        .iter()
        .zip(["\\]", "$$", "\\)"])
        .find_map(|(open, close)| rest.strip_prefix(open).and_then(|inner| inner.find(close)));
    match close {
        Some(length) => scan::line_end(text.as_bytes(), start + 2 + length),
        None => scan::line_end(text.as_bytes(), start),
    }
}

/// The end of the first sentence of a line: a full stop that no digit follows.
pub(crate) fn sentence_end(bytes: &[u8], line: Range<usize>) -> usize {
    let mut depth = 0usize;
    // A dollar without a partner is money.
    let mut dollars = bytes[line.clone()]
        .iter()
        .filter(|byte| **byte == b'$')
        .count();
    for at in line.clone() {
        match bytes[at] {
            b'$' => {
                dollars -= 1;
                depth = usize::from(depth == 0 && dollars > 0);
            }
            b'.' | b'!' | b'?' if depth == 0 => {
                let next = bytes.get(at + 1);
                if next.is_none_or(|next| next.is_ascii_whitespace() || *next == b'*')
                    && at > line.start
                    && !is_mark(bytes, &line, at)
                {
                    return at;
                }
            }
            // The ideographic full stop.
            0xE3 if bytes[at..].starts_with("。".as_bytes()) => return at,
            _ => {}
        }
    }
    line.end
}

/// Whether a stop belongs to what stands before it: `Mr.`, `e.g.`, and the sign of a factorial.
fn is_mark(bytes: &[u8], line: &Range<usize>, at: usize) -> bool {
    const SHORT: [&[u8]; 9] = [
        b"Mr", b"Mrs", b"Ms", b"Dr", b"St", b"e.g", b"i.e", b"approx", b"vs",
    ];
    let before = &bytes[line.start..at];
    let word = before
        .rsplit(|byte| b" \n*$(".contains(byte))
        .next()
        .unwrap_or(before);
    match bytes[at] {
        b'.' => SHORT.contains(&word),
        b'!' => is_factorial(word),
        _ => false,
    }
}

/// Whether what stands right before an exclamation mark is a number, a letter or a bracket, and no word.
fn is_factorial(word: &[u8]) -> bool {
    let letters = word
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let last = word
        .last()
        .is_some_and(|last| last.is_ascii_alphanumeric() || *last == b')');
    last && letters <= 1
}

/// Where the last clause of a sentence starts: behind its last `is`, `are`, `=` or colon.
pub(crate) fn last_clause(sentence: &str) -> usize {
    [
        " is ", " are ", " be ", ": ", " = ", "是", "为", "等于", "：",
    ]
    .iter()
    .filter_map(|verb| scan::last(sentence, verb).map(|at| at + verb.len()))
    .max()
    .unwrap_or(0)
}

/// How much of a sentence stands before words in brackets that follow its value: `6 (since 7 is …)`.
pub(crate) fn before_aside(sentence: &str) -> usize {
    let mut inside = false;
    for (at, c) in sentence.char_indices() {
        inside ^= c == '$';
        let (before, after) = (&sentence[..at], &sentence[at + c.len_utf8()..]);
        let opens = c == '(' && !inside && before.ends_with([' ', '*', '$']);
        let letters = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let reasons = !inside && c == ' ' && REASONS.iter().any(|word| after.starts_with(word));
        if (opens && letters >= ASIDE_MIN || reasons) && has_digit(before) {
            return at;
        }
    }
    sentence.len()
}

/// Words behind a value that say why.
const REASONS: [&str; 2] = ["because ", "since "];

/// Brackets that open with fewer letters hold mathematics.
/// By hand: no verdict changes with 1,, 3 or 4.
const ASIDE_MIN: usize = 2;
