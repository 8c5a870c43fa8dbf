//! The added tokens that a text names, such as `<|im_end|>`: found before anything else, as the tokenizers library does.

use memchr::memchr_iter;

/// An added token, with the white space before and behind it that it takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedToken {
    pub content: String,
    pub takes_before: bool,
    pub takes_behind: bool,
}

/// Finds added tokens: the first in a text, of those that start there the longest.
#[derive(Debug, Default)]
pub(super) struct Added {
    /// By length, the longest first.
    tokens: Vec<AddedToken>,
    /// Bytes that one starts with.
    starts: Vec<u8>,
}

/// A part of a text.
pub(super) enum Part<'t> {
    Token,
    Text(&'t str),
}

impl Added {
    pub(super) fn new(mut tokens: Vec<AddedToken>) -> Self {
        tokens.retain(|token| !token.content.is_empty());
        tokens.sort_by_key(|token| std::cmp::Reverse(token.content.len()));
        let mut starts: Vec<u8> = tokens.iter().map(|t| t.content.as_bytes()[0]).collect();
        starts.sort_unstable();
        starts.dedup();
        Self { tokens, starts }
    }

    /// Hands over the parts of a text in their order, none of them empty.
    pub(super) fn parts<'t>(&self, text: &'t str, mut each: impl FnMut(Part<'t>)) {
        let mut from = 0;
        while let Some((start, end)) = self.find(text, from) {
            if start > from {
                each(Part::Text(&text[from..start]));
            }
            each(Part::Token);
            from = end;
        }
        if from < text.len() {
            each(Part::Text(&text[from..]));
        }
    }

    /// The bytes of the first token from `from` on.
    fn find(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        let rest = &text.as_bytes()[from..];
        let at = |offset: usize| Some((from + offset, self.at(&rest[offset..])?));
        let (start, token) = match self.starts.as_slice() {
            [] => None,
            [only] => memchr_iter(*only, rest).find_map(at),
            several => {
                let starts = |offset: &usize| several.contains(&rest[*offset]);
                (0..rest.len()).filter(starts).find_map(at)
            }
        }?;
        Some(token.with_space(text, from, start))
    }

    fn at(&self, bytes: &[u8]) -> Option<&AddedToken> {
        let mut tokens = self.tokens.iter();
        tokens.find(|token| bytes.starts_with(token.content.as_bytes()))
    }
}

impl AddedToken {
    /// One that takes nothing along.
    pub fn alone(content: &str) -> Self {
        Self {
            content: content.to_owned(),
            takes_before: false,
            takes_behind: false,
        }
    }

    /// Its bytes where it starts at `start`, but none before `from`.
    fn with_space(&self, text: &str, from: usize, start: usize) -> (usize, usize) {
        let end = start + self.content.len();
        let before = match self.takes_before {
            true => from + text[from..start].trim_end().len(),
            false => start,
        };
        let behind = match self.takes_behind {
            true => text.len() - text[end..].trim_start().len(),
            false => end,
        };
        (before, behind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(content: &str, takes_before: bool, takes_behind: bool) -> AddedToken {
        AddedToken {
            content: content.into(),
            takes_before,
            takes_behind,
        }
    }

    #[track_caller]
    fn check(tokens: Vec<AddedToken>, text: &str, expected: &[&str]) {
        let mut parts = Vec::new();
        Added::new(tokens).parts(text, |part| {
            parts.push(match part {
                Part::Token => "TOKEN",
                Part::Text(text) => text,
            });
        });
        assert_eq!(parts, expected);
    }

    #[test]
    fn the_first_token_is_found_and_of_those_that_start_there_the_longest() {
        let tokens = vec![
            token("<a", false, false),
            token("<a>", false, false),
            token("b", false, false),
        ];
        check(
            tokens.clone(),
            "x<a><ab<",
            &["x", "TOKEN", "TOKEN", "TOKEN", "<"],
        );
        check(tokens, "", &[]);
        check(Vec::new(), "<a>", &["<a>"]);
    }

    #[test]
    fn a_token_takes_the_white_space_beside_it_that_no_other_has() {
        check(
            vec![token("<a>", true, false)],
            "x \u{3000}<a> <a>",
            &["x", "TOKEN", "TOKEN"],
        );
        check(
            vec![token("<a>", false, true)],
            "x <a>\n ",
            &["x ", "TOKEN"],
        );
    }
}
