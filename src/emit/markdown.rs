//! Names of others inside of Markdown: they are shown, and are neither links, pictures, tables nor HTML.

use std::borrow::Cow;

use crate::error::one_line;

/// The text as Markdown shows it, in one line and one cell.
///
/// Underscores inside of words mean nothing to Markdown and stay, so that most names are as they were.
pub(super) fn escaped(text: &str) -> Cow<'_, str> {
    let text = one_line(text);
    if !text.contains(means_something) && !is_linked(&text) {
        return text;
    }
    let mut shown = String::with_capacity(text.len() + 8);
    let mut before = None;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            // What passes Markdown unread may still read HTML.
            '<' => shown += "&lt;",
            '>' => shown += "&gt;",
            '&' => shown += "&amp;",
            _ if is_own(letter, before, letters.peek().copied()) => shown.extend(['\\', letter]),
            _ => shown.push(letter),
        }
        before = Some(letter);
    }
    // Bare addresses are links on most pages.
    Cow::Owned(shown.replace("www.", "www\\."))
}

/// Whether Markdown takes the letter for its own, between these two.
fn is_own(letter: char, before: Option<char>, after: Option<char>) -> bool {
    let is_inside = |one: Option<char>| one.is_some_and(char::is_alphanumeric);
    match letter {
        '_' => !(is_inside(before) && is_inside(after)),
        ':' => after == Some('/'),
        '(' => before == Some(']'),
        other => means_something(other),
    }
}

/// Whether it does anywhere in a line of text or a cell.
fn means_something(letter: char) -> bool {
    "\\`*_[]<>|&~$@#!".contains(letter)
}

fn is_linked(text: &str) -> bool {
    text.contains("://") || text.contains("www.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_markdown_reads_as_its_own_is_shown_as_it_is() {
        for (text, expected) in [
            ("numbers_changed", "numbers_changed"),
            ("_a_ *b* `c`", r"\_a\_ \*b\* \`c\`"),
            ("a|b\n|c", r"a\|b\\n\|c"),
            ("[a](b)", r"\[a\]\(b)"),
            ("![a](b)", r"\!\[a\]\(b)"),
            ("<img src=x>&lt;", "&lt;img src=x&gt;&amp;lt;"),
            ("https://a.b www.c.d e@f.g", r"https\://a.b www\.c.d e\@f.g"),
            ("$x$ ~~y~~ \\", r"\$x\$ \~\~y\~\~ \\"),
            ("cc-by-4.0, MIT (a: b)", "cc-by-4.0, MIT (a: b)"),
        ] {
            assert_eq!(escaped(text), expected, "{text}");
        }
    }
}
