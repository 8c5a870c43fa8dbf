//! Finds boxes and mathematics in running text.
//!
//! Hand-written and linear: a response holds up to a hundred thousand characters, and all but a few
//! of them are of no interest.

use std::ops::Range;

use memchr::{memchr2_iter, memchr3_iter, memmem};

/// A `\boxed{…}` or `\fbox{…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Boxed {
    /// From the backslash to the closing brace.
    pub outer: Range<usize>,
    /// What stands in it.
    pub inner: Range<usize>,
    /// Whether its brace is closed.
    pub closed: bool,
}

/// Every box of a text that is not inside another, in order.
pub(super) fn boxes(text: &str) -> Vec<Boxed> {
    let bytes = text.as_bytes();
    let mut found: Vec<Boxed> = Vec::new();
    let mut after = 0;
    for at in memmem::find_iter(bytes, b"box") {
        let Some(start) = box_start(bytes, at) else {
            continue;
        };
        if start < after {
            continue;
        }
        if let Some(boxed) = box_at(text, start, at) {
            if boxed.closed {
                after = boxed.outer.end;
            }
            found.push(boxed);
        }
        if found.len() > BOXES_MAX {
            found.remove(0);
        }
    }
    found
}

/// A response with more boxes than this is a flood; only its end counts.
const BOXES_MAX: usize = 64;

/// The backslash of the `\boxed` or `\fbox` whose `box` starts at `at`.
fn box_start(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(..at)?;
    if before.ends_with(b"\\f") {
        Some(at - 2)
    } else if before.ends_with(b"\\") && bytes[at..].starts_with(b"boxed") {
        Some(at - 1)
    } else {
        None
    }
}

fn box_at(text: &str, start: usize, at: usize) -> Option<Boxed> {
    let bytes = text.as_bytes();
    let word = if bytes[at..].starts_with(b"boxed") {
        5
    } else {
        3
    };
    let open = at + word + spaces(bytes.get(at + word..)?);
    match bytes.get(open)? {
        b'{' => Some(match closing_brace(bytes, open) {
            Some(close) => Boxed {
                outer: start..close + 1,
                inner: open + 1..close,
                closed: true,
            },
            None => Boxed {
                outer: start..line_end(bytes, open),
                inner: open + 1..line_end(bytes, open),
                closed: false,
            },
        }),
        byte if byte.is_ascii_alphanumeric() || *byte == b'-' => {
            let end = bare_end(bytes, open);
            Some(Boxed {
                outer: start..end,
                inner: open..end,
                closed: true,
            })
        }
        _ => None,
    }
}

fn spaces(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// The end of the word or number at `at`: what `\boxed 42` holds.
fn bare_end(bytes: &[u8], at: usize) -> usize {
    let inner = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'-' || **byte == b'.';
    let end = at + bytes[at..].iter().take_while(inner).count();
    if bytes[at..end].ends_with(b".") {
        end - 1
    } else {
        end
    }
}

/// The end of the line that `at` is on.
pub(super) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

/// A brace that opens further from its closing than this opens no answer: the bound keeps a flood
/// of open braces linear.
const BRACE_SPAN_MAX: usize = 20_000;

/// The brace that closes the one at `open`.
pub(super) fn closing_brace(bytes: &[u8], open: usize) -> Option<usize> {
    let end = bytes.len().min(open + BRACE_SPAN_MAX);
    let window = bytes.get(open..end)?;
    let mut depth = 0usize;
    let mut escaped = usize::MAX;
    for at in memchr3_iter(b'{', b'}', b'\\', window) {
        match window[at] {
            _ if at == escaped => {}
            b'\\' => escaped = at + 1,
            b'{' => depth += 1,
            _ => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(open + at);
                }
            }
        }
    }
    None
}

/// A stretch of mathematics, without its delimiters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Math {
    /// From the first to the last character of the delimiters.
    pub outer: Range<usize>,
    /// What stands between them.
    pub inner: Range<usize>,
}

/// Every `$…$`, `$$…$$`, `\(…\)` and `\[…\]` of a text, in order.
pub(super) fn math(text: &str) -> Vec<Math> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut after = 0;
    for at in memchr2_iter(b'$', b'\\', bytes) {
        if at < after {
            continue;
        }
        match math_at(bytes, at) {
            Some(math) => {
                after = math.outer.end;
                if !math.inner.is_empty() {
                    found.push(math);
                }
            }
            // An escaped character opens nothing: `\$`, `\\(`.
            None if bytes[at] == b'\\' => after = at + 2,
            None => after = at + 1,
        }
    }
    found
}

fn math_at(bytes: &[u8], at: usize) -> Option<Math> {
    let (open, close): (usize, &[u8]) = match &bytes[at..] {
        [b'$', b'$', ..] => (2, b"$$"),
        [b'$', ..] => (1, b"$"),
        [b'\\', b'(', ..] => (2, b"\\)"),
        [b'\\', b'[', ..] => (2, b"\\]"),
        _ => return None,
    };
    let start = at + open;
    let end = start + find_close(&bytes[start..], close)?;
    Some(Math {
        outer: at..end + close.len(),
        inner: start..end,
    })
}

/// Mathematics longer than this is a delimiter that lost its partner.
const MATH_SPAN_MAX: usize = 8_000;

fn find_close(bytes: &[u8], close: &[u8]) -> Option<usize> {
    let window = bytes.get(..bytes.len().min(MATH_SPAN_MAX))?;
    if close != b"$" {
        return memmem::find(window, close);
    }
    // Inline mathematics ends before an empty line, and not at an escaped dollar.
    let mut from = 0;
    loop {
        let at = from + memchr::memchr2(b'$', b'\n', &window[from..])?;
        let blank = window[at..].starts_with(b"\n\n");
        let escaped = at > 0 && window[at - 1] == b'\\';
        match window[at] {
            b'$' if !escaped => return Some(at),
            b'\n' if blank => return None,
            _ => from = at + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inner_boxes(text: &str) -> Vec<&str> {
        boxes(text)
            .into_iter()
            .map(|found| &text[found.inner])
            .collect()
    }

    fn inner_math(text: &str) -> Vec<&str> {
        math(text)
            .into_iter()
            .map(|found| &text[found.inner])
            .collect()
    }

    #[test]
    fn boxes_are_balanced() {
        assert_eq!(
            inner_boxes(r"\boxed{\frac{1}{2}} \fbox{3}"),
            [r"\frac{1}{2}", "3"]
        );
        assert_eq!(inner_boxes(r"\boxed{\{1\}}"), [r"\{1\}"]);
        assert_eq!(inner_boxes(r"\boxed 42. \boxed{5"), ["42", "5"]);
        assert_eq!(inner_boxes(r"unboxed, mailbox"), [""; 0]);
    }

    #[test]
    fn each_delimiter_opens_mathematics() {
        assert_eq!(
            inner_math(r"$a$ $$b$$ \(c\) \[d\] \$5"),
            ["a", "b", "c", "d"]
        );
        assert_eq!(inner_math("costs $5.\n\nthen $x$"), ["x"]);
    }
}
