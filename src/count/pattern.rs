//! The patterns by which texts are cut into pieces: one family, in which few things differ.
//!
//! That of GPT-4 (cl100k), which Llama 3 has too and Qwen2 with each number alone:
//!
//! `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
//!
//! And that of DeepSeek-V3 and R1, three patterns one after the other, each over what the one before it left: `\p{N}{1,3}`,
//! `[\u4e00-\u9fa5\u3040-\u30ff]+`, and
//!
//! ``[!-/:-@\[-`{-~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+``
//!
//! There marks belong to letters, a sign of ASCII takes the letters of ASCII behind it along (`\frac`), no ending is cut
//! off, and a word takes no sign along but what is none of all that, as control characters are.

use super::classes::{Class, Classes};

/// A pattern that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(u8)]
pub enum Pattern {
    /// GPT-4's with each number alone.
    #[default]
    Qwen2 = 1,
    /// GPT-4's and Llama 3's: numbers in threes.
    Gpt4 = 3,
    /// DeepSeek-V3's and R1's.
    DeepSeek = 4,
}

/// What a character is to a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Letter,
    Number,
    Sign,
    Space,
    /// None of the others, to a pattern that says what a sign is.
    Rest,
    /// What stands in pieces of its own: Chinese characters and kana, letters and others apart.
    Apart(bool),
}

impl Pattern {
    /// What its byte says; none of a byte that no pattern has.
    pub(super) fn of_byte(byte: u8) -> Option<Self> {
        [Self::Qwen2, Self::Gpt4, Self::DeepSeek]
            .into_iter()
            .find(|pattern| *pattern as u8 == byte)
    }

    /// How many numbers stand in one piece.
    #[inline(always)]
    pub(super) fn digits(self) -> usize {
        match self {
            Self::Qwen2 => 1,
            Self::Gpt4 | Self::DeepSeek => 3,
        }
    }

    pub(super) fn is_deepseek(self) -> bool {
        self == Self::DeepSeek
    }
}

/// What a character is to GPT-4's pattern, or to DeepSeek's.
#[inline]
pub(super) fn kind<const DEEPSEEK: bool>(classes: &Classes, character: char) -> Kind {
    let class = classes.class(character);
    if DEEPSEEK && is_apart(character) {
        return Kind::Apart(matches!(class, Class::Letter | Class::Mark));
    }
    match (class, DEEPSEEK) {
        (Class::Letter, _) | (Class::Mark, true) => Kind::Letter,
        (Class::Number, _) => Kind::Number,
        (Class::Space, _) => Kind::Space,
        (Class::Rest, true) => Kind::Rest,
        (Class::Mark | Class::Sign | Class::Rest, _) => Kind::Sign,
    }
}

fn is_apart(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fa5}')
}
