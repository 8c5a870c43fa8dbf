//! A gold or an extracted answer: a formula without delimiters, or a few words.

use maud::{Markup, html};

use super::cut::{Cut, cut};
use super::marks::Inline;
use super::pieces::{self, Formula, Marks, Piece};
use super::{formula, letters};
use crate::error::one_line;

/// Letters of an answer that a page shows.
pub(super) const LETTERS_MAX: usize = 2_000;

/// Bytes of a formula that fits a cell of a table.
pub(super) const UNSCROLLED_MAX: usize = 12;

/// An answer in a line.
pub(super) fn shown(answer: &str) -> Markup {
    let Cut { head, rest } = cut(answer.trim(), LETTERS_MAX);
    html! {
        (whole(head))
        @if let Some((left_out, _)) = rest { " … (" (left_out) " letters more)" }
    }
}

fn whole(answer: &str) -> Markup {
    let pieces = pieces::of(answer, Marks::Formulas);
    let bare = Formula {
        source: answer,
        tex: answer,
        is_display: false,
    };
    match &pieces[..] {
        [Piece::Text(text)] if is_tex(text) => formula::shown(&bare),
        pieces => html! {
            @for piece in pieces {
                @match piece {
                    Piece::Formula(formula) => (formula::shown(&Formula { is_display: false, ..*formula })),
                    Piece::Text(text) => (one_line(&letters::unpiled(&text.replace(r"\$", "$")))),
                    Piece::Code(text) | Piece::Block(text) | Piece::Figure(text) => (Inline::Code(text)),
                }
            }
        },
    }
}

/// Whether a text without delimiters is a formula: it has a command of TeX, a power or an index, or no word at all.
fn is_tex(text: &str) -> bool {
    let has_command = text
        .as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'\\' && pair[1].is_ascii_alphabetic());
    let is_short_of_words = !text
        .split(|letter: char| !letter.is_alphabetic())
        .any(|word| word.len() > 2);
    has_command || (is_short_of_words && !text.contains(['$', '\n']))
}
