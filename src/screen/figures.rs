//! The figures of a problem: its numbers and formulas, without its words.
//!
//! Two problems in the same words are one problem only where their figures agree, and the figures of a
//! translated or reworded copy are those of the original. So whoever compares problems compares words and
//! figures apart: the figures say *which* problem of its kind this is.
//!
//! The figures are the runs of numbers, signs and variables between the words, in their order. Variables have
//! no names here (`a^2 + b = 300` is `x^2+x=300`), so that a copy with renamed ones has the same figures;
//! neighbouring variables are one, for spacing joins and parts them. Round and square brackets and `|` are
//! left out: renderings add and drop them (`\frac{a+1}{2}`, `(a+1)/2`; `|a|`, `abs(a)`).

/// Numbers and formulas of one text, in their order.
///
/// ```
/// use gradatim::screen::canonical::canonical;
/// let found = canonical("Let $a^2 + b = 1{,}300$, where $b$ is one of \\(\\frac{1}{3}, 17_c\\) or twenty-two.").figures;
/// assert_eq!(found.runs().collect::<Vec<_>>(), ["x^2+x=1300", "1", "1/3", "17x", "22"]);
/// assert_eq!(found.numbers().collect::<Vec<_>>(), ["2", "1300", "1", "1", "3", "17", "22"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// The runs, with a space behind each.
    text: String,
    /// Where the run that is being written starts.
    start: usize,
}

/// What stands for any variable.
const VARIABLE: char = 'x';

impl Figures {
    /// What stands between words, one after the other.
    pub fn runs(&self) -> impl Iterator<Item = &str> {
        self.text.split_terminator(' ')
    }

    /// The numbers in their order, each as its digits and its decimal point.
    pub fn numbers(&self) -> impl Iterator<Item = &str> {
        let is_part = |char: char| char.is_ascii_digit() || char == '.';
        let parts = self.text.split(move |char| !is_part(char));
        parts.filter(|part| !part.is_empty())
    }

    /// All runs, with a space behind each: equal where the figures are.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds a digit or a decimal point.
    pub(super) fn digit(&mut self, digit: char) {
        self.text.push(digit);
    }

    /// Adds a sign; brackets and bars are none.
    pub(super) fn sign(&mut self, sign: char) {
        if matches!(sign, '(' | ')' | '|' | '#' | '@') {
            return;
        }
        self.text.push(sign);
    }

    /// Adds a variable, whatever it is called.
    pub(super) fn variable(&mut self) {
        if !self.text[self.start..].ends_with(VARIABLE) {
            self.text.push(VARIABLE);
        }
    }

    /// Ends the run, as a word does; what is left of hyphens, and a variable by itself, is none.
    pub(super) fn end_run(&mut self) {
        if self.text.len() == self.start {
            return;
        }
        let run = self.text[self.start..].trim_end_matches(['-', '*', '^']);
        let says = run.bytes().any(|byte| byte != VARIABLE as u8);
        let kept = if says { run.len() } else { 0 };
        self.text.truncate(self.start + kept);
        if says {
            self.text.push(' ');
            self.start = self.text.len();
        }
    }

    /// How much was written: where [`Figures::reset`] takes back to.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.text.len(), self.start)
    }

    /// Takes back what was written behind a mark.
    pub(super) fn reset(&mut self, (bytes, start): (usize, usize)) {
        self.text.truncate(bytes);
        self.start = start;
    }
}
