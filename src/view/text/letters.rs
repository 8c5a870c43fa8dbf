//! The alphabets of mathematics, as letters of Unicode or as classes.
//!
//! Browsers follow one `mathvariant`, the upright. Alphabets that change what a letter is, as ℝ from R, are letters of
//! Unicode, which are copied and read out as what they are. Weight and slant are classes: every font has them.

use std::borrow::Cow;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_sets_of_numbers_are_those_that_unicode_has_for_them() {
        assert_eq!(in_alphabet("double-struck", "NZQRCFk1"), "ℕℤℚℝℂ𝔽𝕜𝟙");
        assert_eq!(in_alphabet("script", "LFA"), "ℒℱ𝒜");
        assert_eq!(in_alphabet("fraktur", "gZ"), "𝔤ℨ");
        assert_eq!(in_alphabet("bold", "x"), "x");
    }
}
