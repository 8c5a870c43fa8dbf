//! Cuts a text into pieces by the pattern of GPT-4's family, one at a time and character by character.
//!
//! `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
//! with `\p{N}` for Qwen. [`super::window`] does the same for 64 bytes at once, and leaves to this what is longer; tests
//! hold the two against each other.

use super::classes::{Class, Classes};

/// The end of the piece that starts at `at`. `digits`: how many numbers stand in one piece.
pub(super) fn piece_end(text: &str, at: usize, digits: usize) -> usize {
    let piece = Piece {
        rest: &text[at..],
        classes: Classes::get(),
    };
    at + piece.len(digits)
}

/// How many bytes from `'` on are one of the endings that are cut off: `'s`, `'ll`; 0 where none is.
pub(super) fn ending_len(after: &[u8]) -> usize {
    let letter = |at: usize| after.get(at).map_or(0, |byte| byte | 0x20);
    match (letter(0), letter(1)) {
        (b's' | b't' | b'm' | b'd', _) => 2,
        (b'r' | b'v', b'e') | (b'l', b'l') => 3,
        _ => 0,
    }
}

struct Piece<'t> {
    rest: &'t str,
    classes: &'static Classes,
}

impl Piece<'_> {
    /// The rules of the pattern, in their order.
    fn len(&self, digits: usize) -> usize {
        let mut characters = self.rest.chars();
        let Some(first) = characters.next() else {
            return 0;
        };
        let second = characters.as_str();
        let ending = ending_len(&second.as_bytes()[..second.len().min(2)]);
        match (first, self.classes.class(first)) {
            ('\'', _) if ending > 0 => ending,
            (_, Class::Letter) => self.run(0, Class::Letter),
            (_, Class::Number) => self.numbers(digits),
            (first, _) if !is_line_end(first) && self.is(second, Class::Letter) => {
                self.run(first.len_utf8(), Class::Letter)
            }
            (_, Class::Other) => self.signs(0),
            (' ', _) if self.is(second, Class::Other) => self.signs(1),
            _ => self.spaces(),
        }
    }

    fn is(&self, text: &str, class: Class) -> bool {
        let first = text.chars().next();
        first.is_some_and(|first| self.classes.class(first) == class)
    }

    /// The end of the run of a class that starts at `from`.
    fn run(&self, from: usize, class: Class) -> usize {
        let rest = &self.rest[from..];
        let behind = rest.trim_start_matches(|letter| self.classes.class(letter) == class);
        self.rest.len() - behind.len()
    }

    fn numbers(&self, most: usize) -> usize {
        let end = self.run(0, Class::Number);
        let mut numbers = self.rest[..end].char_indices();
        numbers.nth(most).map_or(end, |(at, _)| at)
    }

    /// Signs, and the line ends behind them.
    fn signs(&self, from: usize) -> usize {
        let behind = &self.rest[self.run(from, Class::Other)..];
        self.rest.len() - behind.trim_start_matches(is_line_end).len()
    }

    /// White space: up to its last line end; else without its last, which the next piece takes; else that.
    fn spaces(&self) -> usize {
        let end = self.run(0, Class::Space);
        let run = &self.rest[..end];
        if let Some(line_end) = run.rfind(is_line_end) {
            return line_end + 1;
        }
        match run.char_indices().next_back() {
            Some((last, _)) if last > 0 && end < self.rest.len() => last,
            _ => end,
        }
    }
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, digits: usize) -> Vec<&str> {
        let mut at = 0;
        let cut = || {
            (at < text.len()).then(|| {
                let start = at;
                at = piece_end(text, at, digits);
                &text[start..at]
            })
        };
        std::iter::from_fn(cut).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(pieces(text, 1), expected, "{text:?}");
    }

    #[test]
    fn words_take_one_character_before_them_along() {
        check("so x!y !z", &["so", " x", "!y", " !", "z"]);
        check("a!!b \t c", &["a", "!!", "b", " \t", " c"]);
        check("\u{a0}b\nc", &["\u{a0}b", "\n", "c"]);
    }

    #[test]
    fn endings_are_cut_off_in_either_case_and_what_looks_like_one_too() {
        check("it's we'LL'd", &["it", "'s", " we", "'LL", "'d"]);
        check("'table 'l", &["'t", "able", " '", "l"]);
        check("''s", &["''", "s"]);
        // The pattern's `(?i:'s)` means the long s too; the tokenizers library does not take it so.
        check("'\u{17f}a", &["'\u{17f}a"]);
    }

    #[test]
    fn numbers_stand_alone_or_in_threes() {
        check("12 \u{b2}", &["1", "2", " ", "\u{b2}"]);
        assert_eq!(pieces("1234x5", 3), ["123", "4", "x", "5"]);
        assert_eq!(
            pieces("\u{663}\u{664}\u{665}6", 3),
            ["\u{663}\u{664}\u{665}", "6"]
        );
    }

    #[test]
    fn signs_take_the_line_ends_behind_them_and_a_blank_before_them() {
        check("a =\r\n\n b", &["a", " =\r\n\n", " b"]);
        check("a\t=\n", &["a", "\t", "=\n"]);
        check("\u{301}\u{301}x", &["\u{301}\u{301}", "x"]);
    }

    #[test]
    fn white_space_goes_up_to_its_last_line_end_and_leaves_one_for_the_next() {
        check("a \n \n  b", &["a", " \n \n", " ", " b"]);
        check("a   1", &["a", "  ", " ", "1"]);
        check("a   ", &["a", "   "]);
        check("\u{3000}\u{3000}b", &["\u{3000}", "\u{3000}b"]);
    }
}
