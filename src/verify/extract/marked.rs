//! Answers behind marks of a format: `<answer>…</answer>`, `#### …`.

use crate::extract::announced::anchored;
use crate::extract::found::{Extracted, Rule, one};
use crate::extract::maths::last_math;
use crate::extract::numbers::last_number;
use crate::extract::plain::short;
use crate::options::Options;
use crate::scan;

/// `<answer>…</answer>`; the closing tag may be lost.
pub(crate) fn tagged(text: &str, options: &Options) -> Option<Extracted> {
    let open = text.rfind("<answer>")? + "<answer>".len();
    let close = text[open..]
        .find("</answer>")
        .map_or(text.len(), |at| open + at);
    let inner = &text[open..close];
    let mut found = anchored(inner, options)
        .or_else(|| short(inner))
        .or_else(|| last_math(inner, options).or_else(|| last_number(inner)))?;
    found.span = open + found.span.start..open + found.span.end;
    found.rule = Rule::Tag;
    Some(found)
}

/// What follows the last `####`.
pub(crate) fn hashes(text: &str) -> Option<Extracted> {
    let start = text.rfind("####")? + 4;
    let end = scan::line_end(text.as_bytes(), start);
    let line = text.get(start..end)?;
    // A heading of fourth level is no answer.
    if line.len() > HASHES_MAX
        || line.split_whitespace().count() > HASHES_WORDS_MAX
        || line.trim_end().ends_with(':')
    {
        return None;
    }
    one(text, start..end, Rule::Hashes)
}

/// A longer line behind `####`, in bytes or in words, is a heading.
/// By hand: no verdict changes with 30 or 120.
const HASHES_MAX: usize = 60;
/// By hand: no verdict changes with 5,, 7 or 12.
const HASHES_WORDS_MAX: usize = 6;
