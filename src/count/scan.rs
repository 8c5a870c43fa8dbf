//! Cuts a text into pieces by a [`Pattern`], one at a time and character by character.
//!
//! [`super::window`] does the same for 64 bytes at once, and leaves to this what is longer; tests hold the two against
//! each other.

use super::classes::Classes;
use super::pattern::{Kind, Pattern, kind};

/// The end of the piece that starts at `at`.
pub(super) fn piece_end(text: &str, at: usize, pattern: Pattern) -> usize {
    let rest = &text[at..];
    let classes = Classes::get();
    let len = match pattern.is_deepseek() {
        true => Piece::<true> { rest, classes }.len(pattern.digits()),
        false => Piece::<false> { rest, classes }.len(pattern.digits()),
    };
    at + len
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

/// A sign of ASCII with the letters of ASCII behind it, as `\frac`; 1 where there are none, 0 where it is none.
fn command_len(text: &str) -> usize {
    let letters = |rest: &[u8]| {
        rest.iter()
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count()
    };
    match text.as_bytes() {
        [first, rest @ ..] if first.is_ascii_punctuation() => 1 + letters(rest),
        _ => 0,
    }
}

struct Piece<'t, const DEEPSEEK: bool> {
    rest: &'t str,
    classes: &'static Classes,
}

impl<const DEEPSEEK: bool> Piece<'_, DEEPSEEK> {
    /// The rules of the pattern, in their order.
    fn len(&self, digits: usize) -> usize {
        let mut characters = self.rest.chars();
        let Some(first) = characters.next() else {
            return 0;
        };
        let second = characters.as_str();
        let ending = ending_len(&second.as_bytes()[..second.len().min(2)]);
        let command = command_len(self.rest);
        match (first, self.kind(first)) {
            ('\'', _) if !DEEPSEEK && ending > 0 => ending,
            (_, Kind::Letter) => self.run(0, Kind::Letter),
            (_, Kind::Number) => self.numbers(digits),
            (_, Kind::Apart(letters)) => self.run(0, Kind::Apart(letters)),
            (_, Kind::Sign) if DEEPSEEK && command > 1 => command,
            (_, first_kind)
                if self.is_taken(first, first_kind) && self.is(second, Kind::Letter) =>
            {
                self.run(first.len_utf8(), Kind::Letter)
            }
            (_, Kind::Sign) => self.signs(0),
            (' ', _) if self.is(second, Kind::Sign) => self.signs(1),
            (_, Kind::Rest) => self.rests(),
            _ => self.spaces(),
        }
    }

    fn kind(&self, character: char) -> Kind {
        kind::<DEEPSEEK>(self.classes, character)
    }

    /// Whether letters take a character before them along.
    fn is_taken(&self, character: char, kind: Kind) -> bool {
        let is_sign = DEEPSEEK && kind == Kind::Sign;
        !(is_line_end(character) || is_sign)
    }

    fn is(&self, text: &str, kind: Kind) -> bool {
        let first = text.chars().next();
        first.is_some_and(|first| self.kind(first) == kind)
    }

    /// The end of the run of a kind that starts at `from`.
    fn run(&self, from: usize, kind: Kind) -> usize {
        let rest = &self.rest[from..];
        let behind = rest.trim_start_matches(|character| self.kind(character) == kind);
        self.rest.len() - behind.len()
    }

    fn numbers(&self, most: usize) -> usize {
        let end = self.run(0, Kind::Number);
        let mut numbers = self.rest[..end].char_indices();
        numbers.nth(most).map_or(end, |(at, _)| at)
    }

    /// Signs, and the line ends behind them.
    fn signs(&self, from: usize) -> usize {
        let behind = &self.rest[self.run(from, Kind::Sign)..];
        self.rest.len() - behind.trim_start_matches(is_line_end).len()
    }

    /// What is no sign either, without its last where letters take that.
    fn rests(&self) -> usize {
        let end = self.run(0, Kind::Rest);
        match self.is(&self.rest[end..], Kind::Letter) {
            true => self.before_last(end),
            false => end,
        }
    }

    /// White space: up to its last line end; else without its last, which the next piece takes; else that. What stands in
    /// pieces of its own takes none, and to what is before it the text ends there.
    fn spaces(&self) -> usize {
        let end = self.run(0, Kind::Space);
        let run = &self.rest[..end];
        if let Some(line_end) = run.rfind(is_line_end) {
            return line_end + 1;
        }
        let next = self.rest[end..].chars().next();
        let takes = |next| match self.kind(next) {
            Kind::Number => !DEEPSEEK,
            Kind::Apart(_) => false,
            _ => true,
        };
        match next.is_some_and(takes) {
            true => self.before_last(end),
            false => end,
        }
    }

    /// Where the last of the first `end` bytes' characters begins; their end where it is the only one.
    fn before_last(&self, end: usize) -> usize {
        let last = self.rest[..end].char_indices().next_back();
        last.map_or(end, |(last, _)| if last > 0 { last } else { end })
    }
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str, pattern: Pattern) -> Vec<&str> {
        let mut at = 0;
        let cut = || {
            (at < text.len()).then(|| {
                let start = at;
                at = piece_end(text, at, pattern);
                &text[start..at]
            })
        };
        std::iter::from_fn(cut).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(pieces(text, Pattern::Qwen2), expected, "{text:?}");
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
        assert_eq!(pieces("1234x5", Pattern::Gpt4), ["123", "4", "x", "5"]);
        assert_eq!(
            pieces("\u{663}\u{664}\u{665}6", Pattern::Gpt4),
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

    #[test]
    fn deepseek_has_commands_marks_and_chinese_of_its_own() {
        for (text, expected) in [
            ("a\\frac{1}$", &["a", "\\frac", "{", "1", "}$"][..]),
            ("$x$ !y !!z", &["$x", "$", " !", "y", " !!", "z"]),
            (
                "it's e\u{301}a!\u{e9}",
                &["it", "'s", " e\u{301}a", "!", "\u{e9}"],
            ),
            ("!ab\u{e9}\n!\n\n", &["!ab", "\u{e9}", "\n", "!\n\n"]),
            (
                "a  12345 \u{4e2d}",
                &["a", "  ", "123", "45", " ", "\u{4e2d}"],
            ),
            (
                "\u{4e2d}\u{6587}\u{30fb}\u{30a2}a\u{3002}",
                &["\u{4e2d}\u{6587}", "\u{30fb}", "\u{30a2}", "a", "\u{3002}"],
            ),
            (
                "\u{1}\u{1}a\u{1}\u{1} \t\u{1}",
                &["\u{1}", "\u{1}a", "\u{1}\u{1}", " ", "\t", "\u{1}"],
            ),
        ] {
            assert_eq!(pieces(text, Pattern::DeepSeek), expected, "{text:?}");
        }
    }
}
