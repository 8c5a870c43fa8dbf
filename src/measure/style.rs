//! The manner in which a reply reasons: R1's, Gemini's, a human solution's, or another.
//!
//! The source mostly knows the style; this rule says what the text alone looks like, and both are kept.
//! It looks at how the reply begins and how it ends. R1 talks to itself ("Okay, so", "Wait", "Hmm",
//! "Alternatively"). Gemini Flash Thinking does not, and ends its attempt with "Final Answer: The final
//! answer is" or lays its thinking out in bold or numbered steps. A human solution has no thinking part
//! and neither manner.
//!
//! How far it can be trusted: marks were chosen by hand (2026-11-21) on R1, s1.1, QwQ and R1-Distill
//! replies to GSM8K and MATH problems and on the three real Gemini thinking rows that could be had. It calls
//! `r1` 451 of 453 replies of R1, 410 of 412 of s1.1, all 412 of QwQ (they reason in R1's manner: it is a
//! manner, not a model) and 397 of 763 of R1-Distill, whose short thinking on GSM8K has none; `gemini` all
//! three rows. With three rows no confusion of `gemini` can be measured: treat it as a hint where the source
//! is silent.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::memmem::Finder;

/// A style that the text rule can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    R1,
    Gemini,
    Human,
    Other,
}

impl Style {
    pub(crate) fn as_str(self) -> &'static str {
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

/// Where a closing formula stands.
const TAIL_BYTES: usize = 400;

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

/// Steps laid out for a reader, and where in each a byte stands that is rare in a text without them.
const LAYOUT_MARKS: [(&str, usize); 5] = [
    (".  **", 3),
    (". **", 2),
    (":**", 1),
    ("**\n", 0),
    ("\n### ", 1),
];

/// Those bytes.
const LAYOUT_BYTES: [u8; 2] = *b"*#";

/// More of such marks, which have no byte that is rare.
const LAYOUT_WORDS: [&str; 2] = ["The problem asks", "\n\n1. "];

/// How Gemini Flash Thinking ends its attempts.
const GEMINI_END: &str = "Final Answer: The final answer is";

/// Finds all of R1's marks in one pass. None begins with another or ends as one begins, so that none hides another.
static R1_FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    let finder = builder.match_kind(MatchKind::LeftmostFirst).build(R1_MARKS);
    finder.expect("a few short marks")
});
static WORD_FINDERS: LazyLock<[Finder<'_>; 2]> = LazyLock::new(|| LAYOUT_WORDS.map(Finder::new));
static END_FINDER: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new(GEMINI_END));

/// The style of a reply whose thinking part, where it has one, is `thinking`.
///
/// The manner shows in the thinking: R1 too writes its answers in bold steps.
///
/// ```
/// use gradatim::measure::style::{Style, style};
/// let r1 = "Okay, so I need to find x. Hmm, let me see. Wait, no.";
/// assert_eq!(style(r1, Some(r1)), Style::R1);
/// assert_eq!(style("We add both sides and divide by two, which gives $x = 4$.", None), Style::Human);
/// ```
pub fn style(response: &str, thinking: Option<&str>) -> Style {
    let head = head(thinking.unwrap_or(response)).as_bytes();
    let thinking = thinking.is_some();
    // Fewer than one mark in 2,000 bytes is no manner.
    let enough = head.len() / 2000 + 2;
    let layout = layout_count(head);
    // More would decide nothing else.
    let decisive = enough.max(layout + 1);
    let talk = R1_FINDER.find_iter(head).take(decisive).count();
    let tail = &response.as_bytes()[response.len().saturating_sub(TAIL_BYTES)..];
    let gemini_end = END_FINDER.find(tail).is_some();
    if talk >= enough && talk > layout && !gemini_end {
        Style::R1
    } else if gemini_end || (thinking && layout >= enough && layout > talk) {
        Style::Gemini
    } else if !thinking && talk == 0 && layout < enough {
        Style::Human
    } else {
        Style::Other
    }
}

/// How many marks of a layout there are.
fn layout_count(text: &[u8]) -> usize {
    let marks_at = |at: usize| {
        let stands = |(mark, byte): &&(&str, usize)| {
            let start = at.checked_sub(*byte);
            start.is_some_and(|start| text[start..].starts_with(mark.as_bytes()))
        };
        LAYOUT_MARKS.iter().filter(stands).count()
    };
    let [one, two] = LAYOUT_BYTES;
    let marks = memchr::memchr2_iter(one, two, text).filter(|&at| {
        // Both stand twice in a mark, and mostly once elsewhere.
        text.get(at + 1) == Some(&text[at])
    });
    let words = WORD_FINDERS.iter();
    marks.map(marks_at).sum::<usize>()
        + words
            .map(|word| word.find_iter(text).count())
            .sum::<usize>()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all_layout_marks() -> impl Iterator<Item = &'static str> {
        let marks = LAYOUT_MARKS.iter().map(|(mark, _)| *mark);
        marks.chain(LAYOUT_WORDS)
    }

    /// How often marks begin in a text.
    fn begin(text: &str, marks: impl Iterator<Item = &'static str>) -> usize {
        let text = text.as_bytes();
        let begin = |mark: &str| {
            let places = text.windows(mark.len());
            places.filter(|place| *place == mark.as_bytes()).count()
        };
        marks.map(begin).sum()
    }

    /// The definition, one mark after the other.
    fn plain_style(response: &str, thinks: bool) -> Style {
        let head = head(response);
        let (talk, layout) = (
            begin(head, R1_MARKS.into_iter()),
            begin(head, all_layout_marks()),
        );
        let tail = &response.as_bytes()[response.len().saturating_sub(TAIL_BYTES)..];
        let gemini_end = String::from_utf8_lossy(tail).contains(GEMINI_END);
        let enough = head.len() / 2000 + 2;
        match (talk >= enough && talk > layout, gemini_end) {
            (true, false) => Style::R1,
            (_, true) => Style::Gemini,
            _ if thinks && layout >= enough && layout > talk => Style::Gemini,
            _ if !thinks && talk == 0 && layout < enough => Style::Human,
            _ => Style::Other,
        }
    }

    fn text() -> impl Strategy<Value = String> {
        let marks: Vec<&str> = R1_MARKS.into_iter().chain(all_layout_marks()).collect();
        let cut = (prop::sample::select(marks), 0..3_usize, "[ *#.:\né]{0,3}");
        let piece =
            cut.prop_map(|(mark, less, gap)| mark[less.min(mark.len())..].to_owned() + &gap);
        let end = prop::sample::select(vec!["", GEMINI_END]);
        (prop::collection::vec(piece, 0..30), 0..400_usize, end)
            .prop_map(|(pieces, gap, end)| pieces.concat() + &"é ".repeat(gap * gap / 20) + end)
    }

    proptest! {
        #[test]
        fn a_style_is_that_of_the_definition(text in text(), thinks: bool) {
            let thinking = thinks.then_some(&*text);
            prop_assert_eq!(style(&text, thinking), plain_style(&text, thinks));
            prop_assert_eq!(layout_count(text.as_bytes()), begin(&text, all_layout_marks()));
        }
    }

    #[test]
    fn no_mark_of_r1_hides_another() {
        for one in R1_MARKS {
            for other in R1_MARKS.into_iter().filter(|other| *other != one) {
                assert!(!one.starts_with(other), "{one} {other}");
            }
            for other in R1_MARKS {
                let ends = (1..one.len()).map(|at| &one[at..]);
                let mut ends = ends.filter(|end| other.starts_with(end));
                assert_eq!(ends.next(), None, "{one} {other}");
            }
        }
    }

    #[test]
    fn a_mark_of_a_layout_is_found_by_a_byte_that_stands_twice() {
        for (mark, byte) in LAYOUT_MARKS {
            let [first, second] = [mark.as_bytes()[byte], mark.as_bytes()[byte + 1]];
            assert!(LAYOUT_BYTES.contains(&first) && first == second, "{mark}");
        }
    }
}
