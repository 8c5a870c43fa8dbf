//! Writes a canonical text: letters, digits and signs one after the other, and where words end.

use super::Canonical;
use super::spelled::{Spelled, raised_number, spelled};

/// Words of fewer letters are names of variables, which spacing joins and parts.
const WORD_LETTERS_MIN: usize = 3;

/// Whether a word of two letters or fewer is one, and no variables.
#[rustfmt::skip]
fn is_small_word(word: &str) -> bool {
    matches!(
        word.as_bytes(),
        b"an" | b"as" | b"at" | b"be" | b"by" | b"do" | b"he" | b"if" | b"in" | b"is" | b"it" | b"my"
            | b"no" | b"of" | b"on" | b"or" | b"so" | b"to" | b"up" | b"we"
    )
}

/// What was written last, for the bounds of words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum LetterClass {
    Letter,
    Digit,
    Symbol,
}

pub(super) struct Writer {
    to: Canonical,
    class: LetterClass,
    /// Where the word or number that is being written starts.
    start: usize,
    /// A `^` that is written with what it raises; what is raised may turn out to be a prime.
    raises: bool,
    /// The number that words spell, up to the end of the text.
    spelled: Option<SpelledHere>,
}

/// A number that was spelled in words and may go on.
struct SpelledHere {
    number: Spelled,
    start: usize,
    end: usize,
    words: usize,
    figures: (usize, usize),
}

impl Writer {
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            to: Canonical {
                text: String::with_capacity(bytes),
                words: Vec::with_capacity(bytes / 6),
                sentences: vec![0],
                ..Canonical::default()
            },
            class: LetterClass::Symbol,
            start: 0,
            raises: false,
            spelled: None,
        }
    }

    pub(super) fn letter(&mut self, letter: char) {
        self.enter(LetterClass::Letter);
        self.to.text.push(letter);
    }

    pub(super) fn letters(&mut self, letters: &str) {
        self.enter(LetterClass::Letter);
        self.to.text.push_str(letters);
    }

    pub(super) fn digit(&mut self, digit: char) {
        if self.class != LetterClass::Digit {
            self.part_numbers();
        }
        self.enter(LetterClass::Digit);
        self.to.text.push(digit);
        self.to.figures.digit(digit);
    }

    /// Two numbers side by side stay two.
    fn part_numbers(&mut self) {
        if !self.raises && self.ends_in_digit() {
            self.to.text.push('_');
            self.to.figures.end_run();
        }
    }

    pub(super) fn symbol(&mut self, symbol: char) {
        self.gap();
        if symbol == '^' {
            self.raises = true;
            return;
        }
        self.raise();
        // `--`, `**` and what `\times\cdot` leaves are one sign.
        if !(matches!(symbol, '-' | '*') && self.to.text.ends_with(symbol)) {
            self.to.text.push(symbol);
            self.to.figures.sign(symbol);
        }
    }

    /// Writes a ring: raised it is a degree.
    pub(super) fn ring(&mut self) {
        self.gap();
        match std::mem::take(&mut self.raises) {
            true => self.word("degrees"),
            false => self.word("circ"),
        }
    }

    /// Leaves out the `^` before a prime.
    pub(super) fn prime(&mut self) {
        self.gap();
        self.raises = false;
    }

    fn enter(&mut self, class: LetterClass) {
        if self.class != class {
            self.gap();
            self.raise();
            self.class = class;
            self.start = self.to.text.len();
        }
    }

    fn raise(&mut self) {
        if std::mem::take(&mut self.raises) && !self.to.text.ends_with('^') {
            self.to.text.push('^');
            self.to.figures.sign('^');
        }
    }

    /// Ends the word.
    pub(super) fn gap(&mut self) {
        let end = self.to.text.len();
        let class = std::mem::replace(&mut self.class, LetterClass::Symbol);
        match class {
            LetterClass::Letter => self.end_letters(end),
            LetterClass::Digit => self.to.words.push((self.start as u32, end as u32)),
            LetterClass::Symbol => {}
        }
    }

    fn end_letters(&mut self, end: usize) {
        let word = &self.to.text[self.start..end];
        if word.len() < WORD_LETTERS_MIN {
            match is_small_word(word) {
                true => self.to.figures.end_run(),
                false => self.to.figures.variable(),
            }
            return;
        }
        if let Some(number) = spelled(word) {
            self.number(number);
        } else if self.to.text.as_bytes()[..self.start].ends_with(b"^")
            && let Some((number, rest)) = raised_number(word)
        {
            let rest = rest.to_owned();
            self.number(number);
            self.letters(&rest);
            self.gap();
        } else {
            self.to.words.push((self.start as u32, end as u32));
            self.to.figures.end_run();
        }
    }

    /// Writes the number that the last word spells, with those before it: `two hundred and forty`.
    fn number(&mut self, part: Spelled) {
        let before = self.spelled.take().filter(|one| self.goes_on(one));
        let joined = before.and_then(|one| Some((one.number.with(part)?, one)));
        let here = match joined {
            Some((number, one)) => {
                self.to.text.truncate(one.start);
                self.to.words.truncate(one.words);
                self.to.sentences.retain(|&at| at as usize <= one.start);
                self.to.figures.reset(one.figures);
                SpelledHere { number, ..one }
            }
            None => {
                self.to.text.truncate(self.start);
                self.part_numbers();
                SpelledHere {
                    number: part,
                    start: self.to.text.len(),
                    end: 0,
                    words: self.to.words.len(),
                    figures: self.to.figures.mark(),
                }
            }
        };
        for digit in here.number.value().to_string().chars() {
            self.digit(digit);
        }
        self.gap();
        self.spelled = Some(SpelledHere {
            end: self.to.text.len(),
            ..here
        });
    }

    /// Whether only `and` stands between a spelled number and the word that starts here.
    fn goes_on(&self, before: &SpelledHere) -> bool {
        matches!(self.to.text.get(before.end..self.start), Some("" | "and"))
    }

    /// What parts numbers that stand side by side, as a comma does.
    pub(super) fn pause(&mut self) {
        self.gap();
        self.spelled = None;
    }

    pub(super) fn sentence(&mut self) {
        self.pause();
        self.line();
    }

    /// Ends a line: a sentence may, a number in words may go on.
    pub(super) fn line(&mut self) {
        self.gap();
        self.raises = false;
        let here = self.to.text.len() as u32;
        if self.to.sentences.last() != Some(&here) {
            self.to.sentences.push(here);
        }
    }

    pub(super) fn ends_in_digit(&self) -> bool {
        self.to.text.ends_with(|last: char| last.is_ascii_digit())
    }

    /// Whether the word that is being written is a number, which a hyphen parts from the next.
    pub(super) fn spells_number(&self) -> bool {
        self.class == LetterClass::Letter && spelled(&self.to.text[self.start..]).is_some()
    }

    /// The words that a command stands for.
    pub(super) fn word(&mut self, word: &str) {
        self.gap();
        for byte in word.chars() {
            if byte.is_ascii_alphabetic() {
                self.letter(byte.to_ascii_lowercase());
            } else {
                self.symbol(byte);
            }
        }
        self.gap();
    }

    /// Whether a word by itself was written last, `abs` say; it is taken back.
    pub(super) fn take_back(&mut self, word: &str) -> bool {
        let is_it = self.class == LetterClass::Letter && &self.to.text[self.start..] == word;
        if is_it {
            self.to.text.truncate(self.start);
            self.class = LetterClass::Symbol;
        }
        is_it
    }

    /// Whether what comes next is the operand of a fraction, a root or a power.
    pub(super) fn awaits_operand(&self) -> bool {
        self.raises || self.to.text.ends_with('/') || self.to.text.ends_with("sqrt")
    }

    pub(super) fn awaits_power(&self) -> bool {
        self.raises
    }

    /// How many digits the number has that is being written; 0 where it is none or has a decimal point.
    pub(super) fn digits(&self) -> usize {
        let number = &self.to.text[self.start..];
        match self.class {
            LetterClass::Digit if !number.contains('.') => number.len(),
            _ => 0,
        }
    }

    pub(super) fn finish(mut self) -> Canonical {
        self.gap();
        self.to.figures.end_run();
        let end = self.to.text.len() as u32;
        self.to.sentences.retain(|&start| start == 0 || start < end);
        self.to
    }
}
