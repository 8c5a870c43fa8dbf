//! The manner in which a reply reasons: R1's, Gemini's, a human solution's, or another.
//!
//! The source mostly knows the style; this rule says what the text alone looks like, and both are kept.
//! It counts marks of manner in the first part of the reply. R1 talks to itself ("Okay, so", "Wait",
//! "Hmm", "Alternatively"); Gemini Flash Thinking writes numbered or bold steps in the third person
//! ("The problem asks", "Final Answer: The final answer is"); a human solution has neither and no
//! thinking part.
//!
//! How far it can be trusted: marks were chosen by hand (2026-11-21) on R1, s1.1, QwQ and R1-Distill
//! replies to GSM8K and MATH problems and on the three real Gemini thinking rows that could be had. With
//! three rows no confusion of `gemini` can be measured; treat it as a hint where the source is silent.
//! QwQ and R1-Distill reason in R1's manner and are called `r1`: it is a manner, not a model.

use std::fmt;
use std::str::FromStr;

use memchr::memmem;

/// A style that the text rule can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    R1,
    Gemini,
    Human,
    Other,
}

impl Style {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::R1 => "r1",
            Self::Gemini => "gemini",
            Self::Human => "human",
            Self::Other => "other",
        }
    }
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Style {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::R1, Self::Gemini, Self::Human, Self::Other]
            .into_iter()
            .find(|style| style.as_str() == text)
            .ok_or(())
    }
}

/// Manner shows early; reading on costs time and changes little.
const HEAD_BYTES: usize = 6000;

const R1_MARKS: [&str; 9] = [
    "Okay, ",
    "Wait",
    "Hmm",
    "Alternatively",
    "Let me ",
    "let me ",
    "I need to",
    "I think",
    "Let's see",
];

const GEMINI_MARKS: [&str; 8] = [
    ".  **",
    ". **",
    ":**",
    "**\n",
    "The problem asks",
    "We are given",
    "We want to",
    "The final answer is",
];

/// The style of a reply; `thinking` says whether it has a marked thinking part, closed or not.
///
/// ```
/// use gradatim::measure::style::{Style, style};
/// assert_eq!(style("Okay, so I need to find x. Hmm, let me see. Wait, no.", true), Style::R1);
/// assert_eq!(style("We add both sides and divide by two, which gives $x = 4$.", false), Style::Human);
/// ```
pub fn style(response: &str, thinking: bool) -> Style {
    let head = head(response).as_bytes();
    let count = |marks: &[&str]| -> usize {
        marks
            .iter()
            .map(|mark| memmem::find_iter(head, mark).count())
            .sum()
    };
    let (r1, gemini) = (count(&R1_MARKS), count(&GEMINI_MARKS));
    // Fewer than one mark in 2,000 bytes is no manner.
    let enough = head.len() / 2000 + 2;
    if r1 >= enough && r1 > gemini {
        Style::R1
    } else if gemini >= enough && (thinking || gemini > 2 * r1) {
        Style::Gemini
    } else if !thinking && r1 == 0 {
        Style::Human
    } else {
        Style::Other
    }
}

fn head(text: &str) -> &str {
    if text.len() <= HEAD_BYTES {
        return text;
    }
    let end = (0..=HEAD_BYTES)
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or(0);
    &text[..end]
}
