//! Reads whole numbers and decimals that are written in words: `one hundred and five`, `two point five`.

/// The cardinals from zero on.
const NUMBERS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

/// The multiples of ten from twenty on.
const TENS: [&str; 8] = [
    "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];

/// What multiplies the hundreds before it.
const SCALES: [(&str, u64); 4] = [
    ("trillion", 1_000_000_000_000),
    ("billion", 1_000_000_000),
    ("million", 1_000_000),
    ("thousand", 1_000),
];

/// The digits of a number that is written in folded words; nothing where a word is none of a number's, or
/// they are in no order that a number has.
pub(crate) fn digits(words: &str) -> Option<String> {
    let unsigned = ["minus ", "negative "]
        .iter()
        .find_map(|sign| words.strip_prefix(sign));
    let (sign, words) = unsigned.map_or(("", words), |words| ("-", words));
    let (whole, decimals) = match words.split_once(" point ") {
        Some((whole, decimals)) => (whole, Some(after_point(decimals)?)),
        None => (words, None),
    };
    let whole = Cardinal::of(whole)?;
    Some(match decimals {
        Some(decimals) => format!("{sign}{whole}.{decimals}"),
        None => format!("{sign}{whole}"),
    })
}

/// The place of a word among the units from zero to nineteen.
pub(crate) fn unit(word: &str) -> Option<u64> {
    let at = NUMBERS.iter().position(|number| *number == word)?;
    u64::try_from(at).ok()
}

/// The digits behind a point, each a word.
fn after_point(words: &str) -> Option<String> {
    let digit = |word| unit(word).filter(|digit| *digit < 10);
    words
        .split(' ')
        .map(|word| digit(word).map(|digit| digit.to_string()))
        .collect()
}

/// A whole number of which some words were read.
#[derive(Default)]
struct Cardinal {
    /// What is multiplied already.
    total: u64,
    /// The hundreds, tens and units that no scale was read behind.
    group: u64,
    /// The last scale, or nothing before the first.
    scale: Option<u64>,
    /// The word before.
    last: Word,
}

/// What kind of word stands before.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Word {
    #[default]
    None,
    Zero,
    Unit,
    Ten,
    Hundred,
    Scale,
    And,
}

impl Cardinal {
    fn of(words: &str) -> Option<u64> {
        let words = words
            .strip_prefix("a ")
            .map(|rest| format!("one {rest}"))
            .unwrap_or_else(|| words.to_owned());
        let mut number = Self::default();
        for word in words.split([' ', '-', ',']).filter(|word| !word.is_empty()) {
            number.last = number.add(word)?;
        }
        let ends = !matches!(number.last, Word::None | Word::And);
        ends.then_some(number.total + number.group)
    }

    /// Reads the next word; nothing where no number goes on with it.
    fn add(&mut self, word: &str) -> Option<Word> {
        if let Some(unit) = unit(word) {
            return self.with_unit(unit);
        }
        if let Some(ten) = TENS.iter().position(|ten| *ten == word) {
            let fits = self.group.is_multiple_of(100) && self.last != Word::Zero;
            self.group += (u64::try_from(ten).ok()? + 2) * 10;
            return fits.then_some(Word::Ten);
        }
        match word {
            "and" => matches!(self.last, Word::Hundred | Word::Scale).then_some(Word::And),
            "hundred" => {
                let fits = (1..100).contains(&self.group) && self.last != Word::And;
                self.group *= 100;
                fits.then_some(Word::Hundred)
            }
            _ => self.scaled(word),
        }
    }

    /// Zero stands alone, one to nine also behind tens.
    fn with_unit(&mut self, unit: u64) -> Option<Word> {
        let fresh = self.group.is_multiple_of(100) && self.last != Word::Zero;
        self.group += unit;
        match unit {
            0 => (self.last == Word::None).then_some(Word::Zero),
            1..10 => (fresh || self.last == Word::Ten).then_some(Word::Unit),
            _ => fresh.then_some(Word::Unit),
        }
    }

    fn scaled(&mut self, word: &str) -> Option<Word> {
        let (_, scale) = SCALES.iter().find(|(name, _)| *name == word)?;
        let lower = self.scale.is_none_or(|last| *scale < last);
        let fits = lower && (1..1_000).contains(&self.group) && self.last != Word::And;
        self.total += self.group * scale;
        (self.group, self.scale) = (0, Some(*scale));
        fits.then_some(Word::Scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_words_have_their_digits() {
        for (words, number) in [
            ("zero", "0"),
            ("seventeen", "17"),
            ("twenty", "20"),
            ("forty-two", "42"),
            ("one hundred", "100"),
            ("a hundred", "100"),
            ("one hundred and five", "105"),
            ("three hundred sixty-five", "365"),
            ("fifteen hundred", "1500"),
            ("two thousand and twenty four", "2024"),
            ("one million, two hundred thousand", "1200000"),
            ("nine hundred ninety-nine trillion", "999000000000000"),
            ("minus twelve", "-12"),
            ("two point five", "2.5"),
            ("three point one four", "3.14"),
        ] {
            assert_eq!(digits(words).as_deref(), Some(number), "{words}");
        }
        for words in [
            "",
            "a",
            "and",
            "hundred",
            "one two",
            "twenty ten",
            "twenty-eleven",
            "one and two",
            "one hundred and",
            "two thousand million",
            "thousand",
            "zero hundred",
            "zero one",
            "five apples",
            "one point",
            "twenty zero",
            "hundred hundred",
            "one hundred hundred",
        ] {
            assert_eq!(digits(words), None, "{words}");
        }
    }
}
