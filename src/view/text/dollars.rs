//! Whether what stands between two dollars is a formula, or both are money.
//!
//! TeX has no doubt; texts that people wrote about prices do. The rule, on what stands between a dollar and the next
//! that may close it, all of it from the shapes of real texts:
//!
//! 1. Nothing, a blank line, or another delimiter of mathematics between them: no formula.
//! 2. An amount right behind the second (`$5, $10`; pandoc's rule): it stands before that. Unless a command of TeX
//!    stands between them and ends tight, as in `$\frac12$3`.
//! 3. A blank on one side only, or a stop at the start, and a word: the dollars stand the wrong way round, between two
//!    formulas or two amounts (`$5.00 and $`, `$, where $`). A blank on both sides and nothing but words: the same.
//!    So stand two behind amounts (`15$, 20$`).
//! 4. An amount that goes on in words, or in a blank and a comma, or that letters stand right before (`US$5`): money.
//! 5. The end of a sentence, or words in a row (three; six where a command of TeX stands among them): prose between
//!    stray dollars.
//!
//! All else is a formula, `$ n $` too, which pandoc would not have and which people write.

/// What stands around two dollars, and between them.
pub(super) struct Between<'t> {
    /// The letter right before the first.
    pub before: Option<char>,
    pub inner: &'t str,
    /// What follows the second.
    pub behind: &'t str,
}

/// Letters that a word of prose has at least; `cm` and `kg` stand in formulas.
const WORD_LETTERS: usize = 3;

/// Words in a row that are prose, without and with a command of TeX between the dollars.
const PROSE_WORDS: (usize, usize) = (3, 6);

/// Words of fewer letters that prose goes on with behind an amount.
const SHORT_WORDS: [&str; 12] = [
    "is", "of", "to", "in", "on", "at", "or", "by", "as", "an", "if", "he",
];

/// Names of functions that people write without a backslash.
const FUNCTIONS: [&str; 18] = [
    "sin", "cos", "tan", "cot", "sec", "csc", "log", "lim", "max", "min", "mod", "gcd", "lcm",
    "exp", "det", "deg", "arcsin", "arctan",
];

impl Between<'_> {
    /// Whether it is a formula.
    pub(super) fn is_formula(&self) -> bool {
        let inner = self.inner;
        if inner.trim() == r"\$" {
            return true;
        }
        let is_none = inner.trim().is_empty() || has_blank_line(inner) || has_delimiter(inner);
        !(is_none
            || self.is_before_amount()
            || self.is_behind_amount()
            || self.is_wrong_way_round()
            || self.is_amount()
            || is_prose(inner))
    }

    /// Whether the second dollar is that of an amount; `<<` opens the sums that GSM8K writes behind its dollars.
    fn is_before_amount(&self) -> bool {
        let is_amount = self
            .behind
            .starts_with(|letter: char| letter.is_ascii_digit())
            || self.behind.starts_with("<<");
        let is_open = self
            .inner
            .ends_with(|letter: char| letter.is_whitespace() || "=+-*/".contains(letter));
        (is_amount && (is_open || !has_tex(self.inner))) || self.inner.starts_with("<<")
    }

    /// Whether both dollars stand behind amounts: `15$? Or 20$`.
    fn is_behind_amount(&self) -> bool {
        let is_digit = |letter: char| letter.is_ascii_digit();
        let starts = |letter: char| letter.is_whitespace() || ".,;:?!)".contains(letter);
        self.before.is_some_and(is_digit)
            && self.inner.starts_with(starts)
            && self.inner.ends_with(is_digit)
    }

    fn is_wrong_way_round(&self) -> bool {
        let (starts, ends) = (
            self.inner.starts_with(char::is_whitespace),
            self.inner.ends_with(char::is_whitespace),
        );
        let mut letters = self.inner.chars();
        let is_stop = letters
            .next()
            .is_some_and(|letter| ".,;:)".contains(letter))
            && letters.next().is_some_and(char::is_whitespace);
        let words = words(self.inner);
        match (starts, ends) {
            _ if is_stop => words > 0 || !self.inner.contains(char::is_alphanumeric),
            (true, true) => words > usize::from(has_command(self.inner)),
            (false, false) => false,
            _ => words > 0,
        }
    }

    fn is_amount(&self) -> bool {
        let Some(end) = amount_end(self.inner) else {
            return false;
        };
        let behind = &self.inner[end..];
        let is_of_letters = self
            .before
            .is_some_and(|letter| letter.is_ascii_alphabetic());
        let is_lopsided =
            behind.ends_with(char::is_whitespace) && !self.inner.starts_with(char::is_whitespace);
        let goes_on = match has_tex(self.inner) {
            true => goes_on_in_words(behind),
            false => is_lopsided || is_list(behind) || words(self.inner) > 0,
        };
        is_of_letters || goes_on
    }
}

fn has_blank_line(text: &str) -> bool {
    let inner = text.trim_matches([' ', '\t']);
    let lines: Vec<&str> = inner.split('\n').collect();
    lines.len() > 2
        && lines[1..lines.len() - 1]
            .iter()
            .any(|line| line.trim().is_empty())
}

/// Whether other mathematics begins or ends there. `\[` and `\]` may be brackets that Markdown escaped.
fn has_delimiter(text: &str) -> bool {
    let has = |delimiters: [&str; 2]| delimiters.iter().any(|delimiter| text.contains(delimiter));
    let is_in_text = text.contains(r"\text") || text.contains(r"\mbox");
    (!is_in_text && has([r"\(", r"\)"]))
        || (has([r"\[", r"\]"]) && (text.contains('\n') || words(text) > 0))
}

/// Whether a command, an index or a power stands there.
fn has_tex(text: &str) -> bool {
    text.contains(['^', '_']) || has_command(text)
}

fn has_command(text: &str) -> bool {
    text.as_bytes()
        .windows(2)
        .any(|pair| pair[0] == b'\\' && pair[1] != b'$')
}

/// Where the amount ends that a text begins with, blanks before it left out: `1,000.50`.
fn amount_end(text: &str) -> Option<usize> {
    let amount = text.trim_start();
    let blank = text.len() - amount.len();
    let length = amount
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || b".,".contains(byte))
        .count();
    let has_digit = amount
        .bytes()
        .take(length)
        .any(|byte| byte.is_ascii_digit());
    // `0.abc` is a number whose digits have names.
    let is_cut =
        amount[..length].ends_with('.') && amount[length..].starts_with(char::is_alphabetic);
    let length = amount[..length].trim_end_matches(['.', ',']).len();
    (has_digit && !is_cut).then_some(blank + length)
}

/// Words of prose in what is no command and no argument of one; letters behind a digit are factors.
fn words(text: &str) -> usize {
    let plain = without_commands(text);
    let mut is_behind_digit = false;
    let mut count = 0;
    for part in plain.split_inclusive(|letter: char| !letter.is_alphabetic()) {
        let word = part.trim_end_matches(|letter: char| !letter.is_alphabetic());
        count += usize::from(is_word(word) && !is_behind_digit);
        is_behind_digit = part.ends_with(|letter: char| letter.is_ascii_digit());
    }
    count
}

fn is_word(word: &str) -> bool {
    let is_small = word.chars().any(|letter| letter.is_ascii_lowercase());
    is_small && word.chars().count() >= WORD_LETTERS && !FUNCTIONS.contains(&word)
}

/// Whether a sentence ends inside of a text, or words stand in a row.
fn is_prose(text: &str) -> bool {
    let has_command = has_command(text);
    let plain = without_commands(text);
    let (mut row, mut longest) = (0, 0);
    for word in plain.split_whitespace() {
        let stops = word.ends_with(|letter: char| !letter.is_alphabetic());
        let letters = word.trim_matches(|letter: char| !letter.is_alphanumeric());
        let is_one = letters.len() > 1
            && letters.chars().all(char::is_alphabetic)
            && !FUNCTIONS.contains(&letters);
        row = if is_one { row + 1 } else { 0 };
        longest = longest.max(row);
        row = if stops { 0 } else { row };
    }
    let (without, with) = PROSE_WORDS;
    let has_sentence = !has_command && ends_sentence(&plain);
    has_sentence || longest >= if has_command { with } else { without }
}

/// Whether a stop is followed by a blank and a capitalised word.
fn ends_sentence(text: &str) -> bool {
    let behind = text
        .match_indices(". ")
        .map(|(at, stop)| &text[at + stop.len()..]);
    let mut starts = behind.map(|behind| {
        behind
            .split(|letter: char| !letter.is_alphabetic())
            .next()
            .unwrap_or("")
    });
    starts.any(|word| is_word(word) && word.starts_with(char::is_uppercase))
}

/// The text without commands of TeX and what stands in braces.
fn without_commands(text: &str) -> String {
    let (mut plain, mut depth, mut is_name) = (String::with_capacity(text.len()), 0_usize, false);
    for letter in text.chars() {
        match letter {
            '\\' => plain.push(' '),
            letter if is_name && letter.is_ascii_alphabetic() => continue,
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            letter if depth == 0 => plain.push(letter),
            _ => {}
        }
        is_name = letter == '\\';
    }
    plain
}

/// Whether an amount and a blank are followed by a word: `5 and`, `5 is`.
fn goes_on_in_words(behind: &str) -> bool {
    let trimmed = behind.trim_start();
    let word = trimmed
        .split(|letter: char| !letter.is_alphabetic())
        .next()
        .unwrap_or("");
    trimmed.len() < behind.len() && (is_word(word) || SHORT_WORDS.contains(&word))
}

/// Whether an amount is followed by what only goes on behind the next: `5, $10`.
fn is_list(behind: &str) -> bool {
    let (item, is_open) = (behind.trim_end(), behind.ends_with(char::is_whitespace));
    is_open && item.ends_with([',', ';', '-', '–', '/', '('])
}

#[cfg(test)]
mod tests {
    use crate::view::text::pieces::{Marks, Piece, of};

    /// The formulas of a text, a bar between two.
    fn formulas(text: &str) -> String {
        let pieces = of(text, Marks::Formulas).into_iter();
        let formulas = pieces.filter_map(|piece| match piece {
            Piece::Formula(formula) => Some(formula.tex),
            _ => None,
        });
        formulas.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_dollar_before_a_price_is_no_formula() {
        for prices in [
            "costs $5.00 and $7.50 each",
            "$5, $10 and $20",
            "$ 5, $ 10 and $ 20",
            "US$5 or A$6$",
            r"\$5 and \$6",
            "$1,000 to $2,000, then $3,000.",
            "$5 million to $10 million",
            "between $5-$10, or $.50/$1",
            "($5) and ($10)",
            "She pays $20. If he pays $x, who pays more?",
            "4 pens cost $4*5=$<<4*5=20>>20 and he has $20-$4=$<<20-4=16>>16",
            "each earns $x per hour and $y per day",
            "it costs 15$? Or 20$ and more?",
            "$5 for \\$6, $7 for $8",
            "Peter has $5 more than Ann, who has $3 less.\n\nTogether they have $9",
            "That is $5 + $3 = $8.",
            "$5; $6; $7",
            "for $150 \\times 2 = $300",
        ] {
            assert_eq!(formulas(prices), "", "{prices}");
        }
    }

    #[test]
    fn a_formula_is_one_beside_prices_and_with_blanks() {
        for (text, found) in [
            ("$x$ and $y$", "x|y"),
            ("$ n $ and $ n+1 $", " n | n+1 "),
            ("the number $5$, then $1,$ $2,$ and $3$", "5|1,|2,|3"),
            ("He has $20. If $x$ pens cost $5, what is $x$?", "x|x"),
            (
                r"$5 \text{ apples}$ and $2abc$, $4 xy^2$",
                r"5 \text{ apples}|2abc|4 xy^2",
            ),
            (r"$\$5$ and $\$$6", r"\$5|\$"),
            (r"$\text{area of $ABC$}$", r"\text{area of $ABC$}"),
            ("$0.abcd,$ where $a, b, c,$ are digits", "0.abcd,|a, b, c,"),
            (
                r"$3 cm$, $50\%$, $2 sin x$, $\frac12$3",
                r"3 cm|50\%|2 sin x|\frac12",
            ),
            ("$speed = distance / time$", "speed = distance / time"),
            ("$x$$y$", "x|y"),
            ("$$x$$ costs $5", "x"),
            (r"$x\in\[0, 1\]$", r"x\in\[0, 1\]"),
            ("$p$, which is odd, and $q$", "p|q"),
            ("$*$, $, $ and $+$", "*|+"),
            (
                r"$\{1,2\}$ and $\left\{ x \right.$",
                r"\{1,2\}|\left\{ x \right.",
            ),
        ] {
            assert_eq!(formulas(text), found, "{text}");
        }
    }
}
