//! A text in pieces: formulas, code, and what lies between them.
//!
//! Formulas are found before anything else is: `_` and `*` in them are no marks of Markdown. They stand between dollars
//! ([`dollars`]), in `\(…\)` and `\[…\]`, as an environment of mathematics, or as a box that stands in no formula.

use super::dollars::Between;

/// One piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Text(&'t str),
    Formula(Formula<'t>),
    /// A few words of code in a line, without their marks.
    Code(&'t str),
    /// Lines of code, without their marks.
    Block(&'t str),
    /// A figure that was drawn by a program in the text, with its marks.
    Figure(&'t str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Formula<'t> {
    /// As it stands in the text, with its delimiters.
    pub source: &'t str,
    /// What is rendered.
    pub tex: &'t str,
    /// Whether it stands alone.
    pub is_display: bool,
}

/// Which marks a text may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    /// Formulas, and programs between fences: all else is as it stands.
    Formulas,
    /// Those of Markdown too.
    Markdown,
}

/// Bytes of a formula between single dollars or in a line.
const INLINE_MAX: usize = 2_000;

/// Bytes of a formula that stands alone.
const DISPLAY_MAX: usize = 10_000;

/// Bytes of code in a line.
const CODE_MAX: usize = 300;

/// Environments that are mathematics without a delimiter around them; with a star they are the same.
const ENVIRONMENTS: [&str; 28] = [
    "align",
    "alignat",
    "aligned",
    "alignedat",
    "array",
    "Bmatrix",
    "bmatrix",
    "cases",
    "CD",
    "dcases",
    "displaymath",
    "eqnarray",
    "equation",
    "flalign",
    "gather",
    "gathered",
    "math",
    "matrix",
    "multline",
    "pmatrix",
    "rcases",
    "smallmatrix",
    "split",
    "subarray",
    "Vmatrix",
    "vmatrix",
    "drcases",
    "darray",
];

/// The pieces of a text in their order, which put together are the text but for the marks of code.
pub(super) fn of(text: &str, marks: Marks) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(next) = next_mark(text, at) {
        match piece_at(text, next, marks) {
            Some((piece, end)) => {
                if from < next {
                    pieces.push(Piece::Text(&text[from..next]));
                }
                pieces.push(piece);
                (from, at) = (end, end);
            }
            None => at = next + passed(text, next),
        }
    }
    if from < text.len() {
        pieces.push(Piece::Text(&text[from..]));
    }
    pieces
}

/// The next byte that a piece may start with.
fn next_mark(text: &str, from: usize) -> Option<usize> {
    let rest = &text.as_bytes()[from..];
    rest.iter()
        .position(|byte| b"$\\`[".contains(byte))
        .map(|at| from + at)
}

/// How many bytes are passed where no piece starts: an escaped letter with its backslash, a run of backticks.
fn passed(text: &str, at: usize) -> usize {
    let rest = &text.as_bytes()[at..];
    match rest {
        [b'\\', b'\\' | b'$', ..] => 2,
        [b'`', ..] => rest.iter().take_while(|byte| **byte == b'`').count(),
        _ => 1,
    }
}

/// The piece that starts there, and where it ends.
fn piece_at(text: &str, at: usize, marks: Marks) -> Option<(Piece<'_>, usize)> {
    let rest = &text[at..];
    match rest.as_bytes() {
        [b'$', b'$', ..] => doubled(text, at).or_else(|| single(text, at)),
        [b'$', ..] => single(text, at),
        [b'\\', b'(', ..] => delimited(text, at, r"\(", r"\)", false),
        [b'\\', b'[', ..] => delimited(text, at, r"\[", r"\]", true),
        [b'\\', b'b', b'e', ..] => environment(text, at),
        [b'\\', b'b', b'o', ..] => boxed(text, at),
        [b'`', b'`', b'`', ..] => fence(text, at, marks),
        [b'`', ..] if marks == Marks::Markdown => code(text, at),
        [b'[', b'a', ..] => figure(text, at),
        _ => None,
    }
}

/// A formula of the text from one place to another, with so many bytes of delimiters at each end.
fn formula(
    text: &str,
    from: usize,
    delimiter: usize,
    end: usize,
    is_display: bool,
) -> (Piece<'_>, usize) {
    let source = &text[from..end];
    let tex = &source[delimiter..source.len() - delimiter];
    (
        Piece::Formula(Formula {
            source,
            tex,
            is_display,
        }),
        end,
    )
}

/// What follows a place, so many bytes of it.
fn ahead(text: &str, at: usize, bytes_max: usize) -> &str {
    let rest = &text[at..];
    &rest[..rest.floor_char_boundary(bytes_max)]
}

fn single(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let window = ahead(text, at + 1, INLINE_MAX);
    let closes = closing_dollars(window);
    let is_formula = |close: &usize| {
        let between = Between {
            before: text[..at].chars().next_back(),
            inner: &window[..*close],
            behind: &window[close + 1..],
        };
        between.is_formula()
    };
    let close = closes.into_iter().flatten().find(is_formula)?;
    Some(formula(text, at, 1, at + 1 + close + 1, false))
}

/// The next dollar outside of braces, and the next at all: braces may be left open.
fn closing_dollars(window: &str) -> [Option<usize>; 2] {
    let (mut depth, mut first, mut is_escaped) = (0_usize, None, false);
    for (at, byte) in window.bytes().enumerate() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match byte {
            b'\\' => is_escaped = true,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b'$' if depth == 0 => return [Some(at), first.filter(|first| *first != at)],
            b'$' => first = first.or(Some(at)),
            b'\n'
                if window[at + 1..]
                    .trim_start_matches([' ', '\t', '\r'])
                    .starts_with('\n') =>
            {
                break;
            }
            _ => {}
        }
    }
    [first, None]
}

fn doubled(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let window = ahead(text, at + 2, DISPLAY_MAX);
    let close = window
        .match_indices("$$")
        .map(|(at, _)| at)
        .find(|at| !window[..*at].ends_with('\\'))?;
    let inner = &window[..close];
    let between = Between {
        before: None,
        inner: inner.trim(),
        behind: "",
    };
    let is_formula = !inner.trim().is_empty() && (inner.contains('\n') || between.is_formula());
    is_formula.then(|| formula(text, at, 2, at + 2 + close + 2, true))
}

fn delimited<'t>(
    text: &'t str,
    at: usize,
    open: &str,
    close: &str,
    is_display: bool,
) -> Option<(Piece<'t>, usize)> {
    let from = at + open.len();
    let window = ahead(text, from, DISPLAY_MAX);
    let end = delimiter(window, close)?;
    let inner = &window[..end];
    let opens_again = delimiter(inner, open).is_some_and(|_| !inner.contains(r"\text"));
    let is_formula = !inner.trim().is_empty() && !opens_again;
    is_formula.then(|| formula(text, at, open.len(), from + end + close.len(), is_display))
}

/// The first of a delimiter that is not the end of a `\\`, as `\\[2pt]` is not, nor in braces.
fn delimiter(text: &str, delimiter: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0_usize;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if depth == 0 && text[at..].starts_with(delimiter) => return Some(at),
            b'\\' => at += 1,
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    None
}

/// `\begin{align}…\end{align}` with those of its name inside.
fn environment(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let window = ahead(text, at, DISPLAY_MAX);
    let name = window.strip_prefix(r"\begin{")?.split('}').next()?;
    if !ENVIRONMENTS.contains(&name.trim_end_matches('*')) {
        return None;
    }
    let (begin, end) = (format!(r"\begin{{{name}}}"), format!(r"\end{{{name}}}"));
    let (mut depth, mut from) = (0, 0);
    loop {
        let close = from + window[from..].find(&end)?;
        depth += window[from..close].matches(&begin).count();
        from = close + end.len();
        depth -= 1;
        if depth == 0 {
            return Some(formula(text, at, 0, at + from, true));
        }
    }
}

/// `\boxed{…}` with a result in it.
fn boxed(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let window = ahead(text, at, INLINE_MAX);
    let inner = window.strip_prefix(r"\boxed{")?;
    let length = group_end(inner)?;
    let end = at + window.len() - inner.len() + length + 1;
    (!inner[..length].trim().is_empty()).then(|| formula(text, at, 0, end, false))
}

/// Where the group ends whose inside a text starts with.
pub(super) fn group_end(text: &str) -> Option<usize> {
    let (mut depth, mut is_escaped) = (1_usize, false);
    for (at, byte) in text.bytes().enumerate() {
        if std::mem::take(&mut is_escaped) {
            continue;
        }
        match byte {
            b'\\' => is_escaped = true,
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// Lines of code between fences; where Markdown is, an open fence holds all that follows.
fn fence(text: &str, at: usize, marks: Marks) -> Option<(Piece<'_>, usize)> {
    let line = text[..at].rfind('\n').map_or(0, |before| before + 1);
    if !text[line..at].trim().is_empty() {
        return None;
    }
    let rest = &text[at..];
    let marks_count = passed(text, at);
    let body = rest.find('\n').map(|at| at + 1)?;
    let close = format!("\n{}", &rest[..marks_count]);
    // The line break before the body closes an empty one.
    let end = rest[body - 1..].find(&close).map(|at| body - 1 + at);
    match end {
        Some(end) => {
            let code = rest.get(body..end).unwrap_or("");
            Some((Piece::Block(code), at + end + close.len()))
        }
        None => (marks == Marks::Markdown).then(|| (Piece::Block(&rest[body..]), text.len())),
    }
}

/// A few words of code between single backticks.
fn code(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let window = ahead(text, at + 1, CODE_MAX);
    let end = window.find(['`', '\n'])?;
    let is_code = end > 0 && window[end..].starts_with('`') && !window[end + 1..].starts_with('`');
    is_code.then(|| (Piece::Code(&window[..end]), at + 1 + end + 1))
}

/// A figure as MATH has them: `[asy]…[/asy]`.
fn figure(text: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    const CLOSE: &str = "[/asy]";
    let rest = text[at..].strip_prefix("[asy]")?;
    let end = text.len() - rest.len() + rest.find(CLOSE)? + CLOSE.len();
    Some((Piece::Figure(&text[at..end]), end))
}
