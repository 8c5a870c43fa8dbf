//! The last box, with those that belong to it.
//!
//! A box that is written twice is a correction and the second one counts; boxes are one answer of several
//! parts only when they stand on one line with nothing but commas or and/or between them.

use crate::extract::between::{LOOSE_MAX, is_loose_separator, is_separator};
use crate::extract::found::{Extracted, Rule, one, trimmed};
use crate::options::Options;
use crate::scan::{self, Boxed};

/// The last box, with those that belong to it. One that was cut is the last all the same: an earlier one
/// does not stand in for it, and neither it nor what it was to replace decides.
pub(crate) fn boxed(text: &str, options: &Options) -> Option<Extracted> {
    let mut boxes = scan::boxes(text);
    let open = boxes.pop_if(|last| !last.closed);
    if let Some(cut) = open.and_then(|open| cut_box(text, &open)) {
        return Some(cut);
    }
    let said = |found: &Boxed| !text[found.inner.clone()].trim().is_empty();
    let empty = open_end(text, &boxes) || boxes.last().is_some_and(|last| !said(last));
    boxes.retain(said);
    let last = boxes.last()?;
    let mut first = boxes.len() - 1;
    while first > 0 && joins(text, &boxes[first - 1], &boxes[first], options) {
        first -= 1;
    }
    let joined = boxes.get(first..)?;
    let start = joined.first()?.outer.start;
    let span = if joined.len() == 1 {
        trimmed(text, last.inner.clone())
    } else {
        start..last.outer.end
    };
    Some(Extracted {
        text: join(text, joined),
        span,
        rule: Rule::Box,
        ambiguous: first > 0 && same_line(text, &boxes[first - 1], last),
        piece: empty,
    })
}

/// Whether a box opens behind the last one that is closed.
fn open_end(text: &str, boxes: &[Boxed]) -> bool {
    let behind = boxes.last().map_or(0, |last| last.outer.end);
    scan::boxes(&text[behind..])
        .iter()
        .any(|found| !found.closed)
}

/// What an open box holds: a piece where the text ends in it, and else what its line holds, whose brace
/// was lost.
fn cut_box(text: &str, open: &Boxed) -> Option<Extracted> {
    let line = text.get(open.inner.clone())?;
    let closed = ["$", "\\)", "\\]"]
        .iter()
        .filter_map(|close| line.find(close))
        .min();
    let end = open.inner.start + closed.unwrap_or(line.len());
    let found = one(text, open.inner.start..end, Rule::Box)?;
    let goes_on = closed.is_some() || !text[open.inner.end..].trim().is_empty();
    Some(Extracted {
        ambiguous: true,
        piece: !goes_on,
        ..found
    })
}

/// The texts of all boxes of an answer part together, where there are several.
pub(crate) fn all_boxes(text: &str) -> Option<String> {
    let mut boxes = scan::boxes(text);
    boxes.retain(|found| found.closed && !text[found.inner.clone()].trim().is_empty());
    let joined = join(text, &boxes);
    (boxes.len() > 1 && boxes.len() <= PARTS_MAX).then_some(joined)
}

/// The texts of several boxes, one after the other, without repeats.
fn join(text: &str, boxes: &[Boxed]) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for found in boxes {
        let part = text[found.inner.clone()].trim();
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// A problem of more parts than this has no answer that is all of them.
/// By hand: with 6, 6 verdicts change; none with 24.
const PARTS_MAX: usize = 12;

/// Whether two boxes are parts of one answer.
fn joins(text: &str, left: &Boxed, right: &Boxed, options: &Options) -> bool {
    let Some(between) = text.get(left.outer.end..right.outer.start) else {
        return false;
    };
    let loose = options.loose_boxes && between.len() <= LOOSE_MAX && is_loose_separator(between);
    !between.contains('\n') && (loose || is_separator(between))
}

fn same_line(text: &str, left: &Boxed, right: &Boxed) -> bool {
    text.get(left.outer.end..right.outer.start)
        .is_some_and(|between| !between.contains('\n') && between.len() <= APART_MAX)
}

/// Boxes further apart on one line, in bytes, are two steps.
/// By hand: with 39, 1 known case is won; none with 158.
const APART_MAX: usize = 79;
