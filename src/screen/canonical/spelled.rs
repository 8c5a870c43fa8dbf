//! Numbers that are spelled in words: `two hundred and forty-one` is `241`.

/// A number that words spell, and may go on spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spelled {
    /// What was closed by `thousand` and the like.
    total: u64,
    /// What is below it.
    current: u64,
    kind: Kind,
}

/// What the last word was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// 0 to 9.
    Unit,
    /// 10 to 19.
    Teen,
    /// 20 to 90.
    Ten,
    Hundred,
    /// 1000 and more, with its size.
    Large(u64),
}

impl Spelled {
    pub(super) fn value(self) -> u64 {
        self.total + self.current
    }

    /// The number with one more word, or none where that starts another number (`two three`).
    pub(super) fn with(self, next: Self) -> Option<Self> {
        let kind = next.kind;
        let (total, current) = match kind {
            Kind::Unit if self.kind == Kind::Ten && next.current > 0 => {
                (self.total, self.current + next.current)
            }
            Kind::Unit | Kind::Teen | Kind::Ten
                if matches!(self.kind, Kind::Hundred | Kind::Large(_)) =>
            {
                (self.total, self.current + next.current)
            }
            Kind::Hundred if (1..100).contains(&self.current) => (self.total, self.current * 100),
            Kind::Large(size) if self.current > 0 && (self.total == 0 || self.total > size) => {
                (self.total + self.current * size, 0)
            }
            _ => return None,
        };
        Some(Self {
            total,
            current,
            kind,
        })
    }
}

/// The number of one word in lower case; `hundred` by itself is 100.
pub(super) fn spelled(word: &str) -> Option<Spelled> {
    // What most words are told from these by.
    let (first, last) = (word.bytes().next()?, word.bytes().next_back()?);
    if !(3..=9).contains(&word.len()) || !is_in(b"befhmnostz", first) || !is_in(b"denortxy", last) {
        return None;
    }
    let (value, kind) = match word {
        "zero" => (0, Kind::Unit),
        "one" => (1, Kind::Unit),
        "two" => (2, Kind::Unit),
        "three" => (3, Kind::Unit),
        "four" => (4, Kind::Unit),
        "five" => (5, Kind::Unit),
        "six" => (6, Kind::Unit),
        "seven" => (7, Kind::Unit),
        "eight" => (8, Kind::Unit),
        "nine" => (9, Kind::Unit),
        "ten" => (10, Kind::Teen),
        "eleven" => (11, Kind::Teen),
        "twelve" => (12, Kind::Teen),
        "thirteen" => (13, Kind::Teen),
        "fourteen" => (14, Kind::Teen),
        "fifteen" => (15, Kind::Teen),
        "sixteen" => (16, Kind::Teen),
        "seventeen" => (17, Kind::Teen),
        "eighteen" => (18, Kind::Teen),
        "nineteen" => (19, Kind::Teen),
        "twenty" => (20, Kind::Ten),
        "thirty" => (30, Kind::Ten),
        "forty" => (40, Kind::Ten),
        "fifty" => (50, Kind::Ten),
        "sixty" => (60, Kind::Ten),
        "seventy" => (70, Kind::Ten),
        "eighty" => (80, Kind::Ten),
        "ninety" => (90, Kind::Ten),
        "hundred" => (100, Kind::Hundred),
        "thousand" => (1000, Kind::Large(1000)),
        "million" => (1_000_000, Kind::Large(1_000_000)),
        "billion" => (1_000_000_000, Kind::Large(1_000_000_000)),
        _ => return None,
    };
    let (total, current) = match kind {
        Kind::Large(size) => (size, 0),
        _ => (0, value),
    };
    Some(Spelled {
        total,
        current,
        kind,
    })
}

/// Whether a letter is one of some small ones.
const fn is_in(letters: &[u8], letter: u8) -> bool {
    let (mut mask, mut at) = (0_u32, 0);
    while at < letters.len() {
        mask |= 1 << (letters[at] - b'a');
        at += 1;
    }
    letter.is_ascii_lowercase() && mask >> (letter - b'a') & 1 == 1
}

/// `two` and `b` of `a^twob`: words that stand for the digits of a formula run into what stands behind.
pub(super) fn raised_number(word: &str) -> Option<(Spelled, &str)> {
    const BEHIND_MAX: usize = 2;
    (1..=BEHIND_MAX.min(word.len())).find_map(|behind| {
        let (number, rest) = word.split_at_checked(word.len() - behind)?;
        Some((spelled(number)?, rest))
    })
}

#[cfg(test)]
mod tests {
    use super::super::canonical;

    #[test]
    fn words_that_spell_a_number_are_its_digits() {
        for (words, digits) in [
            ("two hundred forty", "240"),
            ("Two Hundred and Forty-One", "241"),
            ("thirty-five", "35"),
            ("thirty five", "35"),
            ("seventy-nine", "79"),
            ("a hundred thousand", "a100000"),
            ("three million two thousand and six", "3002006"),
            ("one thousand nine hundred eighty-four", "1984"),
            ("two three", "2_3"),
            ("twenty and thirty", "20and30"),
            ("two and three", "2and3"),
            ("thirty-\nfive", "35"),
            ("an eight-digit integer", "an8digitinteger"),
            ("a^twob + c^nine", "a^2b+c^9"),
            ("none, often, tent", "noneoftentent"),
        ] {
            assert_eq!(canonical(words).text, digits, "{words}");
        }
    }
}
