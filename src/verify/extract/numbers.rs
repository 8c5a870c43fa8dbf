//! The last number of a text.

use std::ops::Range;

use crate::extract::context;
use crate::extract::found::{Extracted, Rule, has_digit, one};
use crate::extract::runs;
use crate::readings::is_readable;
use crate::{scan, spelled};

/// The last number of the last line that holds one.
pub(crate) fn last_number(text: &str) -> Option<Extracted> {
    last_number_in(text, 0..text.len())
}

pub(crate) fn last_number_in(text: &str, span: Range<usize>) -> Option<Extracted> {
    let span = span.start..before_denied(text, &span);
    let bytes = text.as_bytes();
    let last = last_digit(text, &span)?;
    let inner = |byte: u8| byte.is_ascii_digit() || b".,/".contains(&byte);
    let mut start = last;
    while start > span.start && inner(bytes[start - 1]) {
        start -= 1;
    }
    while start < last && !bytes[start].is_ascii_digit() && bytes[start] != b'.' {
        start += 1;
    }
    if start > span.start && bytes[start - 1].is_ascii_alphabetic() {
        return None;
    }
    if start > span.start && bytes[start - 1] == b'-' {
        start -= 1;
    }
    let before = text[span.start..start].trim_end();
    let negative = ["negative", "minus", "负"]
        .iter()
        .any(|word| before.ends_with(word));
    let (start, last) = bracketed(text, start, last).unwrap_or((start, last));
    let run = runs::around(text, &span, &(start..last + 1));
    let mut found = one(text, run.clone(), Rule::Number)?;
    found.ambiguous = true;
    if run.len() > last + 1 - start && !negative {
        found.piece = context::is_piece(text, &run) || !is_readable(&found.text);
        return Some(found);
    }
    if negative {
        found.text.insert(0, '-');
    }
    found.piece = !negative && context::is_piece(text, &found.span);
    let line = scan::line_end(bytes, last + 1).min(span.end.max(last + 1));
    if let Some(unit) = unit_after(&text[last + 1..line]) {
        found.text.push_str(unit);
    }
    Some(found)
}

/// The last digit of a span that is no power of a unit: not the one of `7.25 g/cm^3`.
fn last_digit(text: &str, span: &Range<usize>) -> Option<usize> {
    let digit = |end: usize| {
        let inner = &text.as_bytes()[span.start..end];
        let at = inner.iter().rposition(u8::is_ascii_digit)?;
        Some(span.start + at)
    };
    let last = digit(span.end)?;
    let before = text[span.start..last].trim_end_matches(|c: char| !c.is_whitespace());
    let start = span.start + before.len();
    let word = text[start..span.end]
        .split_whitespace()
        .next()
        .unwrap_or("");
    let word = word.trim_end_matches(['.', ',', ';', '*', '$', ')']);
    let unit = word.contains('^') && spelled::is_unit(word).is_some();
    if unit { digit(start) } else { Some(last) }
}

/// Only so much of the end is searched for a denial, in bytes.
/// By hand: no verdict changes with 200 or 800.
const DENIAL_MAX: usize = 400;

/// Where words deny what follows, behind a number: `42, not 43`.
fn before_denied(text: &str, span: &Range<usize>) -> usize {
    let inner = &text[span.clone()];
    let from = crate::scan::tail(inner, DENIAL_MAX);
    let start = span.end - from.len();
    let denied = [", not ", " (not ", " instead of ", " rather than "]
        .iter()
        .filter_map(|denial| scan::last(from, denial))
        .filter(|at| {
            let denied = from[*at..].trim_end_matches(['.', ')', ' ', '\n']);
            has_digit(&from[..*at]) && !denied.contains(['\n', '.'])
        });
    denied.max().map_or(span.end, |at| start + at)
}

/// The brackets around a last number: `(-1, 6)`.
fn bracketed(text: &str, start: usize, last: usize) -> Option<(usize, usize)> {
    text[last + 1..].starts_with(')').then_some(())?;
    let open = text[..start].rfind('(')?;
    let inner = &text[open + 1..start];
    let plain = inner
        .bytes()
        .all(|byte| byte.is_ascii_digit() || b" ,.-/".contains(&byte));
    (plain && !inner.trim().is_empty()).then_some((open, last + 1))
}

/// A percent sign that stands outside of the mathematics it belongs to.
pub(crate) fn unit_after(tail: &str) -> Option<&'static str> {
    let tail = tail.trim_start();
    let percent = ["%", "\\%", "percent", "pct"]
        .iter()
        .any(|word| tail.starts_with(word));
    percent.then_some("\\%")
}
