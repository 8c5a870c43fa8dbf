//! One line of a text: its letters as they stand, its formulas, and what of Markdown stands in a line.

use maud::{Markup, Render, html};

use super::pieces::{Formula, Marks};
use super::{formula, letters};
use crate::error::visible;

/// What stands in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Inline<'t> {
    Text(&'t str),
    Formula(Formula<'t>),
    Code(&'t str),
    /// Where bold begins or ends.
    Bold,
}

/// What opens and closes bold.
const BOLD: &str = "**";

/// A line on a page.
pub(super) fn shown(line: &[Inline<'_>], marks: Marks) -> Markup {
    match marks {
        Marks::Formulas => plain(line),
        Marks::Markdown => emboldened(&with_bold(line)),
    }
}

fn plain(line: &[Inline<'_>]) -> Markup {
    html! { @for inline in line { (inline) } }
}

impl Render for Inline<'_> {
    fn render(&self) -> Markup {
        html! {
            @match self {
                Self::Text(text) => (visible(&letters::unpiled(&text.replace(r"\$", "$")))),
                Self::Formula(formula) => (formula::shown(formula)),
                Self::Code(code) => code { (visible(&letters::unpiled(code))) },
                Self::Bold => (BOLD),
            }
        }
    }
}

/// What stands between two marks of bold, bold; a mark that is left over stands as it is.
fn emboldened(line: &[Inline<'_>]) -> Markup {
    let parts: Vec<&[Inline<'_>]> = line.split(|inline| *inline == Inline::Bold).collect();
    let last = parts.len() - 1;
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if at % 2 == 0 { (plain(part)) }
            @else if at == last { (BOLD) (plain(part)) }
            @else { strong { (plain(part)) } }
        }
    }
}

/// The line with its marks of bold apart from its texts: those that stand at the edge of a word, as others are powers
/// or products (`2**3`).
fn with_bold<'t>(line: &[Inline<'t>]) -> Vec<Inline<'t>> {
    let mut parts = Vec::with_capacity(line.len());
    let mut is_open = false;
    for (at, inline) in line.iter().enumerate() {
        let Inline::Text(text) = inline else {
            parts.push(*inline);
            continue;
        };
        let mut from = 0;
        for (mark, _) in text.match_indices(BOLD) {
            let before = text[..mark].chars().next_back();
            let behind = text[mark + BOLD.len()..].chars().next();
            let sides = (edge(before, at > 0), edge(behind, at + 1 < line.len()));
            if mark >= from && is_mark(is_open, sides) {
                parts.extend((from < mark).then(|| Inline::Text(&text[from..mark])));
                parts.push(Inline::Bold);
                from = mark + BOLD.len();
                is_open = !is_open;
            }
        }
        parts.extend((from < text.len()).then(|| Inline::Text(&text[from..])));
    }
    parts
}

/// What stands beside a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Blank,
    Word,
    Other,
}

fn edge(letter: Option<char>, is_more_there: bool) -> Edge {
    match letter {
        Some(letter) if letter.is_whitespace() => Edge::Blank,
        Some(letter) if letter.is_ascii_alphanumeric() => Edge::Word,
        None if !is_more_there => Edge::Blank,
        _ => Edge::Other,
    }
}

/// Whether a mark opens, or closes what is open.
fn is_mark(is_open: bool, (before, behind): (Edge, Edge)) -> bool {
    match is_open {
        false => before != Edge::Word && behind != Edge::Blank,
        true => before != Edge::Blank && behind != Edge::Word,
    }
}
