//! A response: what it thinks folded, what it answers open.

use gradatim_verify::{Thinking, before_thinking, split_thinking};
use maud::{Markup, html};

use super::blocks::{self, grouped};
use super::pieces::Marks;

/// A response on a page, of at most so many letters.
pub(super) fn shown(response: &str, letters_max: usize) -> Markup {
    let parts = split_thinking(response);
    let thinking = response.get(parts.thinking.clone()).unwrap_or("");
    let answer = response.get(parts.answer.clone()).unwrap_or("");
    let before = before_thinking(response, &parts);
    let half = match answer.trim().is_empty() {
        true => letters_max,
        false => letters_max / 2,
    };
    html! {
        @if parts.state == Thinking::Absent {
            (blocks::shown(answer, letters_max, Marks::Markdown))
        } @else {
            @if !before.trim().is_empty() { (blocks::shown(before, half, Marks::Markdown)) }
            details.thinking {
                summary { "Thinking" small { (size(thinking, parts.state)) } }
                (blocks::shown(thinking, half, Marks::Markdown))
            }
            (blocks::shown(answer, half, Marks::Markdown))
        }
    }
}

/// How much was thought, and whether it ends.
fn size(thinking: &str, state: Thinking) -> String {
    let letters = grouped(thinking.chars().count());
    match state {
        Thinking::Open => format!(" {letters} letters, and it does not end"),
        _ => format!(" {letters} letters"),
    }
}
