//! What is typed into the search box, and whether a text has it.
//!
//! A word is found wherever its letters stand, in capitals or not. A formula is found as it is typed, whatever white
//! space people put between its signs: `x^2+y^2` and `x^2 + y^2` are one. Both are looked for in the text as it is
//! kept, by the rarest of their bytes, so that nothing has to be folded before.

use std::ops::Range;

use memchr::{memchr, memchr2};

/// As many terms are looked for, and as many bytes of each; more is nobody's question.
const TERMS_MAX: usize = 32;
const TERM_BYTES_MAX: usize = 1000;

/// A question: a text has it where it has all its terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Search {
    terms: Vec<Term>,
}

/// A word, or a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    /// In small letters; of a formula without white space.
    bytes: Vec<u8>,
    /// White space of the text counts for nothing.
    is_loose: bool,
    /// Where its rarest byte stands.
    anchor: usize,
}

impl Search {
    /// Reads what was typed; none where nothing was. What stands between dollars or double quotes is one term, so is
    /// each run of signs that are no words, and each word.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let mut terms = Vec::new();
        for (at, part) in typed.split(['$', '"']).enumerate() {
            match at % 2 {
                0 => terms.extend(apart(part)),
                _ => terms.extend(Term::loose(part)),
            }
        }
        terms.truncate(TERMS_MAX);
        (!terms.is_empty()).then_some(Self { terms })
    }

    /// Whether a text has all terms.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.terms.iter().all(|term| term.find(text).is_some())
    }

    /// Where the first term stands in a text.
    pub(super) fn first(&self, text: &str) -> Option<Range<usize>> {
        let places = self.terms.iter().filter_map(|term| term.find(text));
        places.min_by_key(|place| place.start)
    }
}

/// The words of a text, each a term, and what stands between them, each run a term.
fn apart(text: &str) -> Vec<Term> {
    let (mut terms, mut run) = (Vec::new(), String::new());
    for piece in text.split_whitespace() {
        if is_word(piece) {
            terms.extend(Term::loose(&std::mem::take(&mut run)));
            terms.extend(Term::word(piece));
        } else {
            run += piece;
        }
    }
    terms.extend(Term::loose(&run));
    terms
}

/// Two letters or more, and no sign that formulas are made of.
fn is_word(piece: &str) -> bool {
    let is_sign = |c: char| "\\^_{}=+<>*/|&~()[]".contains(c) || c.is_ascii_digit();
    piece.chars().filter(|c| c.is_alphabetic()).count() > 1 && !piece.contains(is_sign)
}

impl Term {
    fn word(text: &str) -> Option<Self> {
        Self::of(text.bytes().collect(), false)
    }

    fn loose(text: &str) -> Option<Self> {
        let signs = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
        Self::of(signs.collect(), true)
    }

    fn of(mut bytes: Vec<u8>, is_loose: bool) -> Option<Self> {
        bytes.truncate(TERM_BYTES_MAX);
        bytes.make_ascii_lowercase();
        let ranked = bytes.iter().map(|&byte| how_common(byte)).enumerate();
        let anchor = ranked.min_by_key(|(_, rank)| *rank)?.0;
        Some(Self {
            bytes,
            is_loose,
            anchor,
        })
    }

    /// Where it stands first.
    fn find(&self, text: &str) -> Option<Range<usize>> {
        let bytes = text.as_bytes();
        let rare = self.bytes[self.anchor];
        let mut from = 0;
        while let Some(at) = next(rare, &bytes[from..]) {
            if let Some(place) = self.around(bytes, from + at) {
                return Some(place);
            }
            from += at + 1;
        }
        None
    }

    /// Where it stands with its rarest byte at `at`, if it does.
    fn around(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        let (before, after) = (&self.bytes[..self.anchor], &self.bytes[self.anchor + 1..]);
        let end = at + 1 + self.run(after.iter(), text[at + 1..].iter())?;
        let start = at - self.run(before.iter().rev(), text[..at].iter().rev())?;
        Some(start..end)
    }

    /// How many bytes of a text hold these, one after the other.
    fn run<'b>(
        &self,
        wanted: impl Iterator<Item = &'b u8>,
        mut text: impl Iterator<Item = &'b u8>,
    ) -> Option<usize> {
        let mut count = 0;
        for byte in wanted {
            loop {
                let next = text.next()?;
                count += 1;
                if next.to_ascii_lowercase() == *byte {
                    break;
                }
                if !(self.is_loose && next.is_ascii_whitespace()) {
                    return None;
                }
            }
        }
        Some(count)
    }
}

fn next(byte: u8, text: &[u8]) -> Option<usize> {
    match byte.is_ascii_lowercase() {
        true => memchr2(byte, byte.to_ascii_uppercase(), text),
        false => memchr(byte, text),
    }
}

/// How common a byte is in texts of mathematics, from seldom to often; chosen by hand, only speed rests on it.
fn how_common(byte: u8) -> usize {
    const OFTEN: &[u8] = b"jqzx;!?'\"@#%~`|[]<>wkvby*:/gpm9876543f+0cdu&_^()hl2.,=1rnis-oat$e{}\\ ";
    let place = OFTEN.iter().position(|&known| known == byte);
    place.map_or(0, |place| place + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(typed: &str, text: &str) -> bool {
        Search::read(typed).is_some_and(|search| search.is_in(text))
    }

    #[test]
    fn a_word_is_found_in_capitals_or_not_and_all_words_must_be_there() {
        assert!(finds("triangle", "In a TRIANGLE ABC"));
        assert!(finds("Triangle right", "A right triangle"));
        assert!(!finds("triangle circle", "A right triangle"));
        // A word is not put together over white space.
        assert!(!finds("area", "there are a few"));
        assert!(finds("\"right triangle\"", "a right\n  triangle"));
        assert!(!finds("\"right triangle\"", "a triangle that is right"));
    }

    #[test]
    fn a_formula_is_found_as_typed_whatever_the_white_space() {
        for typed in ["x^2+y^2=1", "x^2 + y^2 = 1", "$x^2 + y^2=1$", "X^2+Y^2 =1"] {
            assert!(finds(typed, "Solve $x^2\n + y ^2 = 1$."), "{typed}");
            assert!(!finds(typed, "Solve $x^2+y^2=2$."), "{typed}");
        }
        assert!(finds(r"\frac{1}{2}", r"is \frac {1} {2}."));
        assert!(!finds(r"\frac{1}{2}", r"is \dfrac{1}{3} and \frac{2}{2}"));
        assert!(finds(r"triangle $\frac12$", r"a \frac 12 of a triangle"));
        assert!(!finds(r"circle $\frac12$", r"a \frac 12 of a triangle"));
    }

    #[test]
    fn what_is_no_question_is_none() {
        for nothing in ["", "  \n", "$$", "\"\"", "$ $"] {
            assert_eq!(Search::read(nothing), None, "{nothing:?}");
        }
        let long = "x+".repeat(1_000_000);
        assert!(!finds(&long, "x+x+x"));
    }

    #[test]
    fn the_place_of_the_first_term_is_told_in_bytes() {
        let text = "É a b x ^ 2 c";
        let place = Search::read("x^2").and_then(|search| search.first(text));
        assert_eq!(&text[place.expect("it is there")], "x ^ 2");
    }

    #[test]
    fn a_term_is_found_wherever_it_stands_by_any_of_its_bytes() {
        // Against the plain way, on all short texts of few letters.
        let letters = [b'a', b'e', b' '];
        let texts = (0..3_usize.pow(6)).map(|number| {
            let letter = |at: u32| letters[number / 3_usize.pow(at) % 3];
            String::from_utf8((0..6).map(letter).collect()).expect("letters")
        });
        for text in texts {
            for needle in ["ae", "ea", "aea", "eea"] {
                let plain = text.contains(needle);
                assert_eq!(finds(needle, &text), plain, "{needle} in {text:?}");
                let squeezed = text.replace(' ', "").contains(needle);
                let quoted = format!("\"{needle}\"");
                assert_eq!(finds(&quoted, &text), squeezed, "{quoted} in {text:?}");
            }
        }
    }
}
