//! What is typed into the search box, and whether a text has it.
//!
//! A word is found wherever its letters stand, in capitals or not. A formula is found as it is typed, whatever white
//! space people put between its signs: `x^2+y^2` and `x^2 + y^2` are one. Of its letters only those from A to Z are
//! folded: Δ is no δ there. Letters with marks are the same in one sign of Unicode or in several (NFC).
//!
//! Terms of ASCII, which most are, are looked for in the text as it is kept, by the rarest of their bytes, so that
//! nothing has to be folded before. For another the text is folded first, where it can have it at all.

use std::ops::Range;

use memchr::{memchr, memchr2, memmem};
use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick, is_nfd};

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
    /// Folded; of a formula without white space.
    bytes: Vec<u8>,
    kind: Kind,
    /// Where its rarest byte stands.
    anchor: usize,
    /// What a text has that has one that is not ASCII.
    needed: Needed,
}

/// What is looked for in a text before it is folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Needed {
    /// The longest part that is ASCII.
    part: Option<Box<Term>>,
    /// The signs that one of its letters may be written as: one of them must be there; nothing where that is not known.
    letter: Vec<String>,
}

/// How a term is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    /// Words with white space between them, however much there is in the text.
    Phrase,
    /// The same of signs, whose letters beyond ASCII are what they are.
    Formula,
}

impl Kind {
    /// A text as it is compared.
    fn folded(self, text: &str) -> String {
        let mut folded = String::with_capacity(text.len());
        self.fold(text, &mut folded, &mut |_, _| {});
        folded
    }

    /// Folds a text, letter by letter, and tells of each where it begins and where what it became ends.
    fn fold(self, text: &str, folded: &mut String, tell: &mut dyn FnMut(usize, usize)) {
        let mut from = 0;
        while from < text.len() {
            let rest = &text[from..];
            // The last before another sign may have its mark there.
            let plain = rest.bytes().take_while(u8::is_ascii).count();
            let plain = if plain == rest.len() {
                plain
            } else {
                plain.saturating_sub(1)
            };
            for at in 0..plain {
                folded.push(char::from(rest.as_bytes()[at].to_ascii_lowercase()));
                tell(from + at, folded.len());
            }
            from += plain;
            if plain < rest.len() {
                let end = letter_end(&rest[plain..]);
                self.fold_letter(&rest[plain..plain + end], folded);
                tell(from, folded.len());
                from += end;
            }
        }
    }

    /// Folds a letter with its marks.
    fn fold_letter(self, letter: &str, folded: &mut String) {
        let lowered = || letter.chars().flat_map(|one| self.lowered(one));
        match is_nfc_quick(lowered()) {
            IsNormalized::Yes => folded.extend(lowered()),
            _ => folded.extend(lowered().nfc()),
        }
    }

    fn lowered(self, letter: char) -> impl Iterator<Item = char> {
        let is_lowered = self != Self::Formula || letter.is_ascii();
        let lowered = is_lowered.then(|| letter.to_lowercase());
        let same = (!is_lowered).then_some(letter);
        // One letter, which has a form of its own at the end of a word.
        let sigma = |letter| if letter == 'ς' { 'σ' } else { letter };
        lowered.into_iter().flatten().map(sigma).chain(same)
    }
}

impl Search {
    /// Reads what was typed; none where nothing was. What stands between dollars or double quotes is one term, so is
    /// each run of signs that are no words, and each word.
    pub(super) fn read(typed: &str) -> Option<Self> {
        let mut terms = Vec::new();
        let mut opened = None;
        for part in typed.split_inclusive(['$', '"']) {
            let inner = part.strip_suffix(['$', '"']).unwrap_or(part);
            match opened {
                None => terms.extend(apart(inner)),
                Some('"') => terms.extend(Term::of(inner, Kind::Phrase)),
                Some(_) => terms.extend(Term::of(inner, Kind::Formula)),
            }
            opened = match opened {
                None => part[inner.len()..].chars().next(),
                Some(_) => None,
            };
        }
        terms.truncate(TERMS_MAX);
        (!terms.is_empty()).then_some(Self { terms })
    }

    /// Whether a text has all terms.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.terms.iter().all(|term| term.is_in(text))
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
            terms.extend(Term::of(&std::mem::take(&mut run), Kind::Formula));
            terms.extend(Term::of(piece, Kind::Word));
        } else {
            run += piece;
        }
    }
    terms.extend(Term::of(&run, Kind::Formula));
    terms
}

/// Two letters or more, and no sign that formulas are made of.
fn is_word(piece: &str) -> bool {
    let is_sign = |c: char| "\\^_{}=+<>*/|&~()[]".contains(c) || c.is_ascii_digit();
    piece.chars().filter(|c| c.is_alphabetic()).count() > 1 && !piece.contains(is_sign)
}

impl Term {
    fn of(typed: &str, kind: Kind) -> Option<Self> {
        let end = typed.floor_char_boundary(TERM_BYTES_MAX);
        let mut bytes = kind.folded(&typed[..end]).into_bytes();
        if kind != Kind::Word {
            bytes.retain(|byte| !byte.is_ascii_whitespace());
        }
        let ranked = bytes.iter().map(|&byte| how_common(byte)).enumerate();
        let anchor = ranked.min_by_key(|(_, rank)| *rank)?.0;
        let needed = match bytes.is_ascii() {
            true => Needed::default(),
            false => Needed::of(&bytes, kind),
        };
        Some(Self {
            bytes,
            kind,
            anchor,
            needed,
        })
    }

    /// Where it stands first.
    fn find(&self, text: &str) -> Option<Range<usize>> {
        if self.bytes.is_ascii() {
            let is_whole = |place: &Range<usize>| !text[place.end..].starts_with(is_combining_mark);
            return self.places(text.as_bytes()).find(is_whole);
        }
        if !self.may_be_in(text) {
            return None;
        }
        let folded = Folded::of(text, self.kind);
        let place = self.places(folded.text.as_bytes()).next()?;
        Some(folded.place(text, place))
    }

    /// Whether a text has it; what is asked of very many.
    fn is_in(&self, text: &str) -> bool {
        match self.bytes.is_ascii() {
            true => self.find(text).is_some(),
            false => {
                self.may_be_in(text)
                    && self
                        .places(self.kind.folded(text).as_bytes())
                        .next()
                        .is_some()
            }
        }
    }

    /// Whether a text has what it must have that has it.
    fn may_be_in(&self, text: &str) -> bool {
        !text.is_ascii() && self.needed.is_in(text)
    }

    /// Where it stands in the bytes of a text.
    fn places<'t>(&'t self, text: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
        let mut from = 0;
        std::iter::from_fn(move || {
            while let Some(at) = next(self.bytes[self.anchor], &text[from..]) {
                let place = self.around(text, from + at);
                from += at + 1;
                if place.is_some() {
                    return place;
                }
            }
            None
        })
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
                if self.kind == Kind::Word || !next.is_ascii_whitespace() {
                    return None;
                }
            }
        }
        Some(count)
    }
}

impl Needed {
    fn of(bytes: &[u8], kind: Kind) -> Self {
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        // What is composed may stand apart in a text.
        let is_one = |letter: &char| !letter.is_ascii() && is_nfd(letter.encode_utf8(&mut [0; 4]));
        let letter = text.chars().find(is_one);
        Self {
            part: ascii_part(bytes)
                .and_then(|part| Term::of(part, kind))
                .map(Box::new),
            letter: letter.map_or_else(Vec::new, |letter| forms(letter, kind)),
        }
    }

    fn is_in(&self, text: &str) -> bool {
        let text = text.as_bytes();
        let has_letter = |forms: &[String]| {
            forms
                .iter()
                .any(|form| memmem::find(text, form.as_bytes()).is_some())
        };
        let has_part = |part: &Term| part.places(text).next().is_some();
        (self.letter.is_empty() || has_letter(&self.letter))
            && self.part.as_deref().is_none_or(has_part)
    }
}

/// All signs of Unicode that are folded to a letter.
fn forms(letter: char, kind: Kind) -> Vec<String> {
    let is_form = |other: &char| {
        let mut lowered = kind.lowered(*other).nfc();
        lowered.next() == Some(letter) && lowered.next().is_none()
    };
    ('\u{80}'..='\u{1ffff}')
        .filter(is_form)
        .chain([letter])
        .map(String::from)
        .collect()
}

/// A text as it is compared, with where each of its bytes stood.
struct Folded {
    text: String,
    /// For each byte where in the text the letter began that it comes from, with its marks.
    starts: Vec<usize>,
}

impl Folded {
    fn of(text: &str, kind: Kind) -> Self {
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            starts: Vec::with_capacity(text.len()),
        };
        let starts = &mut folded.starts;
        kind.fold(text, &mut folded.text, &mut |from, end| {
            starts.resize(end, from)
        });
        folded
    }

    /// Where in the text a place of the folded one is.
    fn place(&self, text: &str, place: Range<usize>) -> Range<usize> {
        let start = self.starts[place.start];
        let last = self.starts[place.end.max(place.start + 1) - 1];
        start..last + letter_end(&text[last..])
    }
}

/// Where the first letter of a text ends, with all that is composed with it: its marks, and of Hangul what is one
/// syllable.
fn letter_end(text: &str) -> usize {
    let is_behind =
        |letter: char| is_combining_mark(letter) || ('\u{1160}'..='\u{11ff}').contains(&letter);
    let mut letters = text.char_indices().skip(1);
    let next = letters.find(|(_, letter)| letter.is_ascii() || !is_behind(*letter));
    next.map_or(text.len(), |(at, _)| at)
}

/// The longest part of a folded term that is ASCII and that a text has in small or capital letters where it has the
/// term; none where it is too short to tell much. Its last letter may have its mark behind it in a text; K is another
/// sign where it is a unit.
fn ascii_part(bytes: &[u8]) -> Option<&str> {
    let parts =
        bytes.split(|byte| !byte.is_ascii() || *byte == b'k' || *byte == b';' || *byte == b'`');
    let part = parts
        .max_by_key(|part| part.len())
        .filter(|part| part.len() > 1)?;
    std::str::from_utf8(part).ok()
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
    fn a_letter_is_one_in_capitals_or_not_and_in_either_composition() {
        let composed = "une \u{c9}COLE, une \u{e9}cole";
        let apart = "une E\u{301}COLE, une e\u{301}cole";
        for typed in [
            "\u{e9}cole",
            "\u{c9}COLE",
            "e\u{301}cole",
            "E\u{301}cole",
            "\"UNE \u{c9}COLE\"",
        ] {
            assert!(finds(typed, composed), "{typed}");
            assert!(finds(typed, apart), "{typed}");
            assert!(!finds(typed, "une ecole"), "{typed}");
        }
        // An E with its mark is no E, whichever way it is written.
        for text in ["a cafe\u{301}", "a caf\u{e9}"] {
            assert!(
                !finds("cafe", text) && finds("caf\u{e9}", text) && finds("a", text),
                "{text}"
            );
        }
        assert!(finds("cafe", "a cafe\u{301}, a cafe"));
        for (typed, text) in [
            ("ТРЕУГОЛЬНИК", "прямоугольный треугольник"),
            ("треугольник", "ТРЕУГОЛЬНИК"),
            ("ΟΔΟΣ", "η οδος"),
            ("Δίνεται", "δίνεται τρίγωνο"),
            ("三角形", "已知三角形ABC"),
            ("\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("straße", "DIE STRAẞE"),
        ] {
            assert!(finds(typed, text), "{typed} in {text}");
        }
        assert!(!finds("четырёхугольник", "треугольник"));
    }

    #[test]
    fn of_a_formula_only_the_letters_from_a_to_z_are_one_in_capitals_or_not() {
        assert!(finds("$X+\u{3b4}=0$", "x + \u{3b4} = 0"));
        assert!(!finds("$x+\u{3b4}=0$", "x + \u{394} = 0"));
        assert!(finds("x\u{2264}\u{3b4}+1", "for X \u{2264} \u{3b4} + 1"));
    }

    #[test]
    fn what_is_found_is_marked_with_all_its_marks() {
        let text = "\u{2208} une E\u{301}COLE\u{301} ici";
        let place = Search::read("\u{e9}col\u{e9}").and_then(|search| search.first(text));
        assert_eq!(&text[place.expect("it is there")], "E\u{301}COLE\u{301}");
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
