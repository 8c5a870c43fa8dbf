//! The alphabets of mathematics, as letters of Unicode or as classes.
//!
//! Browsers follow one `mathvariant`, the upright. Alphabets that change what a letter is, as ℝ from R, are letters of
//! Unicode, which are copied and read out as what they are. Weight and slant are classes: every font has them.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

use super::blocks::grouped;

/// The class of an alphabet that is one.
pub(super) fn class(variant: &str) -> Option<&'static str> {
    match variant {
        "bold" => Some("bold"),
        "bold-italic" => Some("bold italic"),
        "italic" => Some("italic"),
        "sans-serif" => Some("sans"),
        "bold-sans-serif" => Some("sans bold"),
        "sans-serif-italic" => Some("sans italic"),
        "sans-serif-bold-italic" => Some("sans bold italic"),
        "monospace" => Some("mono"),
        _ => None,
    }
}

/// Whether a single letter stands upright, which a browser would slant.
pub(super) fn is_upright(variant: &str) -> bool {
    matches!(
        variant,
        "normal" | "bold" | "sans-serif" | "bold-sans-serif" | "monospace"
    )
}

/// The text in an alphabet of Unicode where the formula asks for one.
pub(super) fn in_alphabet<'t>(variant: &str, text: &'t str) -> Cow<'t, str> {
    let alphabet = match variant {
        "double-struck" => Alphabet {
            upper: 0x1d538,
            lower: 0x1d552,
            digit: Some(0x1d7d8),
            old: &DOUBLE_STRUCK,
        },
        "script" => Alphabet {
            upper: 0x1d49c,
            lower: 0x1d4b6,
            digit: None,
            old: &SCRIPT,
        },
        "fraktur" => Alphabet {
            upper: 0x1d504,
            lower: 0x1d51e,
            digit: None,
            old: &FRAKTUR,
        },
        _ => return Cow::Borrowed(text),
    };
    text.chars().map(|letter| alphabet.of(letter)).collect()
}

struct Alphabet {
    upper: u32,
    lower: u32,
    digit: Option<u32>,
    /// Letters that Unicode had before it had the alphabet, whose places in it are empty.
    old: &'static [(char, char)],
}

const DOUBLE_STRUCK: [(char, char); 7] = [
    ('C', 'ℂ'),
    ('H', 'ℍ'),
    ('N', 'ℕ'),
    ('P', 'ℙ'),
    ('Q', 'ℚ'),
    ('R', 'ℝ'),
    ('Z', 'ℤ'),
];
const SCRIPT: [(char, char); 11] = [
    ('B', 'ℬ'),
    ('E', 'ℰ'),
    ('F', 'ℱ'),
    ('H', 'ℋ'),
    ('I', 'ℐ'),
    ('L', 'ℒ'),
    ('M', 'ℳ'),
    ('R', 'ℛ'),
    ('e', 'ℯ'),
    ('g', 'ℊ'),
    ('o', 'ℴ'),
];
const FRAKTUR: [(char, char); 5] = [('C', 'ℭ'), ('H', 'ℌ'), ('I', 'ℑ'), ('R', 'ℜ'), ('Z', 'ℨ')];

impl Alphabet {
    fn of(&self, letter: char) -> char {
        if let Some((_, old)) = self.old.iter().find(|(plain, _)| *plain == letter) {
            return *old;
        }
        let (first, base) = match letter {
            'A'..='Z' => ('A', self.upper),
            'a'..='z' => ('a', self.lower),
            '0'..='9' => match self.digit {
                Some(digit) => ('0', digit),
                None => return letter,
            },
            _ => return letter,
        };
        char::from_u32(base + u32::from(letter) - u32::from(first)).unwrap_or(letter)
    }
}

/// Marks that a letter may carry: of no script it has more than half of these. Browsers take seconds over some thousand.
const MARKS_MAX: usize = 8;

/// Whether a letter carries more marks than any does.
pub(super) fn is_piled(text: &str) -> bool {
    piles(text).any(|(_, marks)| marks > MARKS_MAX)
}

/// The text with no more marks on a letter than any has, and how many were left out.
pub(super) fn unpiled(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !is_piled(text) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (pile, marks) in piles(text) {
        let Some(more) = marks.checked_sub(MARKS_MAX).filter(|more| *more > 0) else {
            shown += pile;
            continue;
        };
        let letters = pile.chars().count() - more;
        shown.extend(pile.chars().take(letters));
        shown += &format!(" [{} marks left out] ", grouped(more));
    }
    Cow::Owned(shown)
}

/// A text in parts that end where marks do, each with how many it ends in.
fn piles(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let letters = rest.find(is_mark).unwrap_or(rest.len());
        let marks = rest[letters..]
            .chars()
            .take_while(|letter| is_mark(*letter));
        let (count, bytes) = marks.fold((0, 0), |(count, bytes), mark| {
            (count + 1, bytes + mark.len_utf8())
        });
        let (pile, behind) = rest.split_at(letters + bytes);
        rest = behind;
        (!pile.is_empty()).then_some((pile, count))
    })
}

fn is_mark(letter: char) -> bool {
    !letter.is_ascii() && is_combining_mark(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_thousands_of_marks_on_a_letter_some_stay_and_it_is_said() {
        let pile = format!("x{} y", "\u{301}".repeat(5_000));
        let expected = format!("x{} [4,992 marks left out]  y", "\u{301}".repeat(8));
        assert!(is_piled(&pile) && !is_piled(&expected));
        assert_eq!(unpiled(&pile), expected);
        assert_eq!(
            unpiled(&"\u{301}\u{302}".repeat(10)),
            format!("{} [12 marks left out] ", "\u{301}\u{302}".repeat(4))
        );
        for text in [
            "plain",
            "e\u{301}tat",
            "\u{915}\u{94d}\u{937}\u{93f}",
            "",
            "שָׁ֖לוֹם",
        ] {
            assert_eq!(unpiled(text), text);
        }
    }

    #[test]
    fn letters_of_the_sets_of_numbers_are_those_that_unicode_has_for_them() {
        assert_eq!(in_alphabet("double-struck", "NZQRCFk1"), "ℕℤℚℝℂ𝔽𝕜𝟙");
        assert_eq!(in_alphabet("script", "LFA"), "ℒℱ𝒜");
        assert_eq!(in_alphabet("fraktur", "gZ"), "𝔤ℨ");
        assert_eq!(in_alphabet("bold", "x"), "x");
    }
}
