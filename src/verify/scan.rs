//! Finds boxes and mathematics in running text.
//!
//! Hand-written and linear: a response holds up to a hundred thousand characters, and all but a few
//! of them are of no interest.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::{self, Finder};
use memchr::{memchr2_iter, memchr3_iter};

/// A `\boxed{…}` or `\fbox{…}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Boxed {
    /// From the backslash to the closing brace.
    pub outer: Range<usize>,
    /// What stands in it.
    pub inner: Range<usize>,
    /// Whether its brace is closed.
    pub closed: bool,
}

/// Every box of a text that is not inside another, in order.
pub(crate) fn boxes(text: &str) -> Vec<Boxed> {
    let bytes = text.as_bytes();
    static BOX: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(b"box"));
    let mut starts = BOX.find_iter(bytes).filter_map(|at| opening(bytes, at));
    let Some(first) = starts.next() else {
        return Vec::new();
    };
    let second = starts.next();
    let braces = match second {
        Some(_) => Braces::new(bytes, first.open),
        // Most have but one.
        None => Braces::of_one(bytes, first.open),
    };
    let starts = [Some(first), second].into_iter().flatten().chain(starts);
    let mut found: Vec<Boxed> = Vec::new();
    for opening in starts {
        // An open box reaches to the end of its line; only the last one can matter.
        found.pop_if(|last| !last.closed);
        let boxed = match bytes.get(opening.open) {
            Some(b'{') => braced(&opening, braces.closing(opening.open)),
            Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'-' => bare(bytes, &opening),
            _ => continue,
        };
        let last = found.last();
        let inside = last.is_some_and(|last| last.closed && boxed.outer.start < last.outer.end);
        if !inside {
            found.push(boxed);
        }
    }
    if let Some(last) = found.last_mut().filter(|last| !last.closed) {
        let end = line_end(bytes, last.inner.start);
        last.inner.end = end;
        last.outer.end = end;
    }
    // A response with more boxes is a flood; only its end counts.
    let flood = found.len().saturating_sub(BOXES_MAX);
    found.split_off(flood)
}

/// Where a mark stands first. Marks start with a byte that is rare in a text, so that looking for it needs nothing
/// made ready; of what starts with a letter, `memmem` is faster.
pub(crate) fn first(text: &str, mark: &str) -> Option<usize> {
    let (bytes, mark) = (text.as_bytes(), mark.as_bytes());
    memchr::memchr_iter(*mark.first()?, bytes).find(|at| bytes[*at..].starts_with(mark))
}

/// Where a mark stands last: see [`first`].
pub(crate) fn last(text: &str, mark: &str) -> Option<usize> {
    let (bytes, mark) = (text.as_bytes(), mark.as_bytes());
    memchr::memrchr_iter(*mark.first()?, bytes).find(|at| bytes[*at..].starts_with(mark))
}

/// A text with something else in the place of each mark; the same text where there is none.
pub(crate) fn replaced(text: String, mark: &str, with: &str) -> String {
    match first(&text, mark) {
        Some(_) => text.replace(mark, with),
        None => text,
    }
}

/// The end of the last box of a text.
pub(crate) fn last_box_end(text: &str) -> Option<usize> {
    boxes(text).last().map(|last| last.outer.end)
}

/// By hand: no verdict changes with 32 or 128.
const BOXES_MAX: usize = 64;

/// Where a box starts, and where its brace or its bare word does.
struct Opening {
    start: usize,
    open: usize,
}

fn opening(bytes: &[u8], at: usize) -> Option<Opening> {
    let start = box_start(bytes, at)?;
    let word = if bytes[at..].starts_with(b"boxed") {
        5
    } else {
        3
    };
    let open = at + word + spaces(bytes.get(at + word..)?);
    Some(Opening { start, open })
}

fn braced(opening: &Opening, close: Option<usize>) -> Boxed {
    let (end, after) = match close {
        Some(close) => (close, close + 1),
        None => (opening.open + 1, opening.open + 1),
    };
    Boxed {
        outer: opening.start..after,
        inner: opening.open + 1..end,
        closed: close.is_some(),
    }
}

fn bare(bytes: &[u8], opening: &Opening) -> Boxed {
    let end = bare_end(bytes, opening.open);
    Boxed {
        outer: opening.start..end,
        inner: opening.open..end,
        closed: true,
    }
}

/// Pairs of braces, found in one pass however many boxes ask for them.
struct Braces {
    /// The opening and the closing of each pair, by opening.
    pairs: Vec<(usize, usize)>,
}

impl Braces {
    fn new(bytes: &[u8], from: usize) -> Self {
        let mut open = Vec::new();
        let mut pairs = Vec::new();
        let mut escaped = usize::MAX;
        for at in memchr3_iter(b'{', b'}', b'\\', &bytes[from..]).map(|at| from + at) {
            match bytes[at] {
                _ if at == escaped => {}
                b'\\' => escaped = at + 1,
                b'{' => open.push(at),
                _ => pairs.extend(open.pop().map(|start| (start, at))),
            }
        }
        pairs.sort_unstable();
        Self { pairs }
    }

    /// The pair of one brace.
    fn of_one(bytes: &[u8], open: usize) -> Self {
        let brace = bytes.get(open).filter(|byte| **byte == b'{');
        let close = brace.and_then(|_| closing_brace(bytes, open));
        Self {
            pairs: close.map(|close| (open, close)).into_iter().collect(),
        }
    }

    fn closing(&self, open: usize) -> Option<usize> {
        let at = self.pairs.binary_search_by_key(&open, |pair| pair.0).ok()?;
        self.pairs.get(at).map(|pair| pair.1)
    }
}

/// The backslash of the `\boxed` or `\fbox` whose `box` starts at `at`.
fn box_start(bytes: &[u8], at: usize) -> Option<usize> {
    let before = bytes.get(..at)?;
    let boxed = bytes[at..].starts_with(b"boxed");
    // `boxed{70}`: the backslash is lost.
    let lost = bytes[at..].starts_with(b"boxed{") && !before.ends_with(b"\\");
    let apart = before
        .last()
        .is_none_or(|last| !last.is_ascii_alphanumeric());
    if before.ends_with(b"\\f") {
        Some(at - 2)
    } else if before.ends_with(b"\\") && boxed {
        Some(at - 1)
    } else if before.ends_with(b"\\begin") && boxed {
        Some(at - 6)
    } else {
        (lost && apart).then_some(at)
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

/// The first bytes of a text, up to the end of a character.
pub(crate) fn head(text: &str, length: usize) -> &str {
    let mut end = text.len().min(length);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The last bytes of a text, from the start of a character.
pub(crate) fn tail(text: &str, length: usize) -> &str {
    let mut start = text.len().saturating_sub(length);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// The end of the line that `at` is on.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |length| at + length)
}

/// The brace that closes the one at `open`.
pub(crate) fn closing_brace(bytes: &[u8], open: usize) -> Option<usize> {
    let window = bytes.get(open..)?;
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
pub(crate) struct Math {
    /// From the first to the last character of the delimiters.
    pub outer: Range<usize>,
    /// What stands between them.
    pub inner: Range<usize>,
}

/// Every `$…$`, `$$…$$`, `\(…\)` and `\[…\]` of a text, in order.
pub(crate) fn math(text: &str) -> Vec<Math> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut after = 0;
    // How far each closing delimiter was looked for in vain, so that no flood is searched twice.
    let mut searched = [0; DELIMITERS.len()];
    for at in memchr2_iter(b'$', b'\\', bytes) {
        if at < after {
            continue;
        }
        match math_at(bytes, at, &mut searched) {
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

const DELIMITERS: [(&[u8], &[u8]); 4] = [
    (b"$$", b"$$"),
    (b"$", b"$"),
    (b"\\(", b"\\)"),
    (b"\\[", b"\\]"),
];

fn math_at(bytes: &[u8], at: usize, searched: &mut [usize; DELIMITERS.len()]) -> Option<Math> {
    let kind = DELIMITERS
        .iter()
        .position(|(open, _)| bytes[at..].starts_with(open))?;
    let (open, close) = DELIMITERS[kind];
    let start = at + open.len();
    let from = start.max(searched[kind]);
    let limit = bytes.len().min(start + MATH_SPAN_MAX);
    let window = bytes.get(from..limit).unwrap_or(&[]);
    let Some(length) = find_close(window, close) else {
        if close != b"$" {
            searched[kind] = limit.saturating_sub(1).max(from);
        }
        return None;
    };
    let end = from + length;
    // `$20 (food) + $4`: two amounts.
    let money = open == b"$"
        && bytes.get(start).is_some_and(u8::is_ascii_digit)
        && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
        && bytes[start..end].contains(&b' ');
    if money {
        return None;
    }
    Some(Math {
        outer: at..end + close.len(),
        inner: start..end,
    })
}

/// Mathematics longer than this is a delimiter that lost its partner.
/// By hand: no verdict changes with 4,000 or 16,000.
const MATH_SPAN_MAX: usize = 8_000;

fn find_close(window: &[u8], close: &[u8]) -> Option<usize> {
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
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_brace_is_paired_as_it_is_among_all(
            pieces in prop::collection::vec(prop::sample::select(&["{", "}", "\\", "a", "\n"][..]), 0..16)
        ) {
            let text = format!("{{{}", pieces.concat());
            let [one, all] = [Braces::of_one, Braces::new].map(|of| of(text.as_bytes(), 0));
            prop_assert_eq!(one.closing(0), all.closing(0));
        }
    }

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
        assert_eq!(inner_boxes(r"so boxed{5} \beginboxed{6}"), ["5", "6"]);
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
