//! Answers behind marks of a format: `<answer>…</answer>`, `#### …`.

use crate::extract::announced::anchored;
use crate::extract::found::{Extracted, Rule, has_digit, is_prose, one};
use crate::extract::maths::last_math;
use crate::extract::numbers::last_number;
use crate::extract::plain::short;
use crate::options::Options;
use crate::scan;

/// `<answer>…</answer>`; the closing tag may be lost.
pub(crate) fn tagged(text: &str, options: &Options) -> Option<Extracted> {
    let open = scan::last(text, "<answer>")? + "<answer>".len();
    let close = scan::first(&text[open..], "</answer>").map_or(text.len(), |at| open + at);
    let inner = &text[open..close];
    let mut found = keyed(inner)
        .filter(|_| inner.trim_start().starts_with('{'))
        .or_else(|| anchored(inner, options))
        .or_else(|| short(inner))
        .or_else(|| last_math(inner, options).or_else(|| last_number(inner)))?;
    found.span = open + found.span.start..open + found.span.end;
    found.rule = Rule::Tag;
    Some(found)
}

/// What opens the next problem, where a model that was not tuned to stop makes one up.
const NEXT: [&str; 11] = [
    "question:",
    "q:",
    "problem:",
    "question 2",
    "problem 2",
    "example 2",
    "next question",
    "human:",
    "user:",
    "instruction:",
    "[question]",
];

/// The marks of headings, emphasis and quotes that may stand before it.
const BEFORE_NEXT: &[u8] = b"#* >";

/// Which bytes a line that opens the next problem may start with: most lines are told by their first one.
static MAY_OPEN: [bool; 256] = {
    let mut may = [false; 256];
    let mut at = 0;
    while at < NEXT.len() {
        let first = NEXT[at].as_bytes()[0];
        may[first as usize] = true;
        may[first.to_ascii_uppercase() as usize] = true;
        at += 1;
    }
    at = 0;
    while at < BEFORE_NEXT.len() {
        may[BEFORE_NEXT[at] as usize] = true;
        at += 1;
    }
    may
};

/// Whether a line, and what follows it, starts with what opens the next problem.
fn opens_problem(line: &[u8]) -> bool {
    let said = line.iter().position(|byte| !BEFORE_NEXT.contains(byte));
    let line = &line[said.unwrap_or(line.len())..];
    let Some(first) = line.first().map(u8::to_ascii_lowercase) else {
        return false;
    };
    let likely = NEXT.iter().map(|mark| mark.as_bytes());
    likely
        .filter(|mark| mark.first() == Some(&first))
        .any(|mark| {
            line.get(..mark.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(mark))
        })
}

/// Where a model that has given its answer goes on with a problem of its own: that one's answer is not
/// the one asked for.
pub(crate) fn next_problem(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let lines = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
    let next = lines
        .into_iter()
        .filter(|start| {
            bytes
                .get(*start)
                .is_some_and(|byte| MAY_OPEN[usize::from(*byte)])
        })
        .find(|start| opens_problem(&bytes[*start..]))?;
    let before = &text[..next];
    let folded = before.to_ascii_lowercase();
    let marks = [
        "####",
        "boxed",
        "answer is",
        "answer:",
        "answer:**",
        "</answer>",
        "\na:",
    ];
    marks
        .iter()
        .any(|mark| folded.contains(mark))
        .then_some(next)
}

/// What opens the answer of a tool call or of JSON, and what closes it.
const KEYED: [(&str, &str); 8] = [
    ("\"answer\"", ""),
    ("\"final_answer\"", ""),
    ("\"final answer\"", ""),
    ("\"finalAnswer\"", ""),
    ("\"result\"", ""),
    ("'answer'", ""),
    ("Finish[", "]"),
    ("finish[", "]"),
];

/// Keys that name an answer where no other key does.
const WEAKLY_KEYED: [(&str, &str); 2] = [("\"final\"", ""), ("\"solution\"", "")];

/// Whether a text is JSON that breaks off: its first brace is never closed.
pub(crate) fn is_cut_json(text: &str) -> bool {
    let text = text.trim();
    let inner = text.strip_prefix('{').map(str::trim_start);
    inner.is_some_and(|inner| inner.starts_with('"'))
        && !text.ends_with('}')
        && scan::closing_brace(text.as_bytes(), 0).is_none()
}

/// The answer that a key of JSON or an action of a tool names: `{"answer": "12"}`, `Finish[12]`.
pub(crate) fn keyed(text: &str) -> Option<Extracted> {
    let object = text.trim_start().starts_with('{');
    let weak = || object.then(|| last_key(text, &WEAKLY_KEYED)).flatten();
    let (start, close) = last_key(text, &KEYED).or_else(weak)?;
    if !close.is_empty() {
        let length = text[start..].find(close)?;
        return one(text, start..start + length, Rule::Tag);
    }
    let rest = text[start..].trim_start().strip_prefix(':')?.trim_start();
    keyed_value(text, text.len() - rest.len())
}

/// The value of a key of JSON, or of a dictionary of Python's: a text, a list, or what it ends with.
fn keyed_value(text: &str, start: usize) -> Option<Extracted> {
    let rest = &text[start..];
    if let Some(listed) = rest.strip_prefix('[') {
        let length = listed.find(']')?;
        let mut found = one(text, start + 1..start + 1 + length, Rule::Tag)?;
        found.text = found.text.replace(['"', '\''], "");
        return Some(found);
    }
    let Some(mark) = rest.chars().next().filter(|mark| "\"'".contains(*mark)) else {
        let length = rest.find([',', '}', '\n']).unwrap_or(rest.len());
        return one(text, start..start + length, Rule::Tag);
    };
    let length = quoted_length(&rest[1..], mark as u8)?;
    let mut found = one(text, start + 1..start + 1 + length, Rule::Tag)?;
    found.text = found.text.replace("\\\\", "\\").replace("\\\"", "\"");
    Some(found)
}

/// Where the last key ends, and what closes its value. A key starts with a quotation mark, an action ends with a
/// bracket, and both are rare in a text.
fn last_key(text: &str, keys: &[(&str, &'static str)]) -> Option<(usize, &'static str)> {
    let bytes = text.as_bytes();
    memchr::memrchr3_iter(b'"', b'\'', b'[', bytes).find_map(|at| {
        let (before, after) = (&bytes[..=at], &bytes[at..]);
        keys.iter().find_map(|(open, close)| {
            let mark = open.as_bytes();
            let named = |after: &[u8]| after.eq_ignore_ascii_case(mark);
            let end = match close.is_empty() {
                true => after
                    .get(..mark.len())
                    .is_some_and(named)
                    .then_some(at + mark.len()),
                false => before.ends_with(mark).then_some(at + 1),
            };
            end.map(|end| (end, *close))
        })
    })
}

/// How long a text is up to the quotation mark that no backslash escapes.
fn quoted_length(text: &str, mark: u8) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let closes = byte == mark && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    })
}

/// An answer that a mark of a format announces behind a box: a tag, or `####` before a number.
pub(crate) fn behind(text: &str, start: usize, options: &Options) -> Option<Extracted> {
    let tail = text.get(start..)?;
    let number =
        |found: &Extracted| !found.text.split_whitespace().any(is_prose) && has_digit(&found.text);
    let found = tagged(tail, options).or_else(|| hashes(tail).filter(number))?;
    Some(Extracted {
        span: start + found.span.start..start + found.span.end,
        ..found
    })
}

/// What follows the last `####`.
pub(crate) fn hashes(text: &str) -> Option<Extracted> {
    let start = scan::last(text, "####")? + 4;
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
