//! Texts from data on a page: formulas as MathML, thinking folded, all else as it stands.
//!
//! Nobody vouches for these texts: problems were scraped, responses are what a model wrote. So nothing of them acts on
//! the page. Every letter is escaped by `maud`; letters that hide or turn the order of what is read are shown as
//! escapes ([`crate::error::visible`]); a formula reaches the page only through [`mathml`], which writes the elements
//! and attributes of a fixed list; and whatever a formula holds, a bound of depth and length is asked before the
//! renderer is ([`bounds`]). No text sets a style, an address or a name; the classes are ours.
//!
//! A formula is set without its source beside it: `<annotation>` would make a page a third larger for what no reader
//! sees. The source is the formula's `alttext`, for those who hear the page and for those who copy.

mod answer;
mod blocks;
mod bounds;
mod cut;
mod dollars;
mod formula;
mod letters;
mod marks;
mod mathml;
mod mend;
mod pieces;
mod response;

#[cfg(test)]
mod tests;

use maud::{Markup, html};

use crate::error::visible;
use formula::with_room;
use pieces::{Marks, Piece};

/// Letters of a problem or another short text that a page shows; the middle of a longer one is left out.
const PROSE_MAX: usize = 50_000;

/// Letters of a response that a page shows: 32,768 tokens are about 100,000.
const RESPONSE_MAX: usize = 200_000;

/// The CSS of what these write, once a page.
pub(crate) const STYLE: &str = include_str!("style.css");

/// A text with its formulas as MathML, all else as it stands: a problem, a part of a response.
pub(crate) fn prose(text: &str) -> Markup {
    prose_within(text, PROSE_MAX)
}

/// The same of at most so many letters, the middle of a longer text left out with how much that was.
pub(crate) fn prose_within(text: &str, letters_max: usize) -> Markup {
    let shown = with_room(|| blocks::shown(text, letters_max, Marks::Formulas));
    block(&shown.unwrap_or_else(|| as_source(text, letters_max)))
}

/// The same inside of a link, where nothing else takes the focus.
pub(crate) fn prose_in_link(text: &str) -> Markup {
    let shown = with_room(|| blocks::shown(text, PROSE_MAX, Marks::Formulas));
    html! { div.text dir="auto" { (shown.unwrap_or_else(|| as_source(text, PROSE_MAX))) } }
}

/// A text in its place. One that may be wider than that moves in it, by keys too: a formula is broken nowhere.
fn block(shown: &Markup) -> Markup {
    let is_wide = may_be_wide(shown, blocks::UNSCROLLED_MAX);
    html! {
        div.text dir="auto" tabindex=[is_wide.then_some("0")] role=[is_wide.then_some("group")] aria-label=[is_wide.then_some("text")] {
            (shown)
        }
    }
}

/// Whether a formula of a text has more bytes than those, or a part of one that is broken in lines as many letters.
fn may_be_wide(shown: &Markup, most: usize) -> bool {
    let mut formulas = shown.0.split("alttext=\"").skip(1);
    let letters = |part: &str| -> usize {
        let texts = part.split('<').skip(1);
        texts
            .filter_map(|tag| tag.split_once('>'))
            .map(|(_, text)| text.chars().count())
            .sum()
    };
    let mut parts = shown.0.split("<math>").skip(1);
    formulas.any(|rest| rest.find('"').is_some_and(|letters| letters > most))
        || parts.any(|rest| {
            rest.split("</math>")
                .next()
                .is_some_and(|part| letters(part) > most)
        })
}

/// A response: its thinking folded with its size, its answer open; of Markdown what models write in answers.
pub(crate) fn response(text: &str) -> Markup {
    response_within(text, RESPONSE_MAX)
}

/// The same of at most so many letters, of which the thinking has half where there is an answer.
pub(crate) fn response_within(text: &str, letters_max: usize) -> Markup {
    let shown = with_room(|| response::shown(text, letters_max));
    block(&shown.unwrap_or_else(|| as_source(text, letters_max)))
}

/// A text whose formulas cannot be rendered now, as it stands.
fn as_source(text: &str, letters_max: usize) -> Markup {
    let cut::Cut { head, rest } = cut::cut(text, letters_max);
    let shown = |part: &str| visible(&letters::unpiled(part)).into_owned();
    html! {
        pre { (shown(head)) }
        @if let Some((left_out, tail)) = rest {
            p.left-out { "… " (blocks::grouped(left_out)) " letters are left out here …" }
            pre { (shown(tail)) }
        }
    }
}

/// A gold or an extracted answer in a line: mostly a formula without delimiters. One that may be wider than its place, as a
/// cell of a table, moves in it, by keys too.
pub(crate) fn answer(text: &str) -> Markup {
    let shown = with_room(|| answer::shown(text));
    let shown = shown.unwrap_or_else(|| as_source(text, answer::LETTERS_MAX));
    let is_wide = may_be_wide(&shown, answer::UNSCROLLED_MAX);
    html! {
        bdi.text tabindex=[is_wide.then_some("0")] role=[is_wide.then_some("group")] aria-label=[is_wide.then_some("answer")] {
            (shown)
        }
    }
}

/// One formula of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Formula {
    /// With its delimiters, as it stands.
    pub source: String,
    /// Whether it is set as a formula; else its source stands on the page.
    pub is_rendered: bool,
}

/// The formulas of a text in their order, and which of them could not be rendered: for measurements.
pub(crate) fn formulas(text: &str) -> Vec<Formula> {
    with_room(|| {
        let pieces = pieces::of(text, Marks::Markdown).into_iter();
        let formulas = pieces.filter_map(|piece| match piece {
            Piece::Formula(formula) => Some(Formula {
                source: formula.source.to_owned(),
                is_rendered: formula::rendered(&formula).is_some(),
            }),
            _ => None,
        });
        formulas.collect()
    })
    .unwrap_or_default()
}
