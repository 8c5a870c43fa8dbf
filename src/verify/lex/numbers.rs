//! Reads numbers in every spelling.

use dashu::{Natural, Rational};

use super::{Comma, Letters, Lexer, Tok};
use crate::expr::Literal;

impl Lexer<'_> {
    /// Digits and letters with a base above ten below them: `2A_{16}`.
    pub(super) fn lettered(&mut self) -> bool {
        let small = self.letters == Letters::Digits;
        let Some(found) = based(self.rest(), small) else {
            return false;
        };
        let digits = found.digits.to_ascii_uppercase();
        self.at += found.length;
        self.push(Tok::Number(Literal {
            value: Rational::ZERO,
            decimals: None,
            significant: 2,
            digits: Some(digits.into()),
            open_ended: false,
        }));
        true
    }

    pub(super) fn number(&mut self) {
        let mut digits = String::new();
        self.digits(&mut digits);
        while let Some(length) = self.thousands(&digits) {
            self.at += length;
            self.digits(&mut digits);
        }
        let whole = digits.len();
        let mut literal = Literal {
            value: Rational::ZERO,
            decimals: None,
            significant: 0,
            digits: None,
            open_ended: false,
        };
        if let Some(length) = self.point() {
            self.at += length;
            self.digits(&mut digits);
            self.spaced_decimals(&mut digits);
            literal.decimals = u32::try_from(digits.len() - whole).ok();
        } else {
            literal.digits = Some(digits.as_str().into());
        }
        let comma = self.rest().strip_prefix(',');
        self.out.commas |= comma.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
        let significant = digits.trim_start_matches('0').len();
        literal.significant = u32::try_from(significant).unwrap_or(u32::MAX);
        let decimals = digits.len() - whole;
        literal.value = decimal(&digits, decimals);
        if decimals > 0 || whole > 0 {
            self.repeating(&mut literal, &digits, whole);
        }
        self.exponent(&mut literal);
        if literal.decimals.is_some() {
            self.open_end(&mut literal, &digits[whole..]);
        } else {
            self.ordinal();
        }
        self.push(Tok::Number(literal));
    }

    pub(super) fn digits(&mut self, into: &mut String) {
        let rest = self.rest();
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        into.push_str(&rest[..length]);
        self.at += length;
    }

    /// The length of a mark between groups of three digits, where the next group follows it.
    pub(super) fn thousands(&mut self, digits: &str) -> Option<usize> {
        const MARKS: [&str; 15] = [
            "{,}", "{, }", " {,}", " {, }", ",\\!", "\\!,", "{,}\\!", "\\,", "\\!", ",\\ ",
            "{\\,}", "{ }", "\\ ", ",", " ",
        ];
        let rest = self.rest();
        // `1.234,5`, where the comma is the decimal mark.
        let points = self.comma == Comma::Decimal && rest.starts_with('.');
        if points {
            let group = rest[1..].bytes().take_while(u8::is_ascii_digit).count();
            let comma = rest[1 + group..].starts_with([',', '.']);
            let whole = self.text[..self.at].bytes().rev();
            let before = whole.take_while(u8::is_ascii_digit).count();
            return (group == 3 && comma && before <= 3).then_some(1);
        }
        if digits.is_empty() || !rest.starts_with(['{', ',', '\\', ' ']) {
            return None;
        }
        if self.is_decimal_comma(rest) {
            return None;
        }
        let (mark, group) = MARKS.iter().find_map(|mark| {
            let tail = rest.strip_prefix(mark)?;
            let tail = tail.strip_prefix("\\!").unwrap_or(tail);
            let tail = if *mark == ",\\!" {
                tail.trim_start()
            } else {
                tail
            };
            let group = tail.bytes().take_while(u8::is_ascii_digit).count();
            (group == 3).then_some((*mark, rest.len() - tail.len()))
        })?;
        if digits.len() < 4 && digits.starts_with('0') {
            return None;
        }
        match mark {
            "," => {
                self.out.commas = true;
                let joins = self.comma == Comma::Thousands && self.brackets == 0;
                (joins && self.groups_fit(digits)).then_some(group)
            }
            " " => {
                let joins = self.brackets == 0 && self.groups_fit(digits);
                self.out.doubtful |= joins;
                joins.then_some(group)
            }
            mark => {
                self.out.commas |= mark == "{,}";
                Some(group)
            }
        }
    }

    /// Whether a comma in braces is read as a decimal point: `7{,}125`, where no further one says that it parts
    /// thousands.
    fn is_decimal_comma(&self, rest: &str) -> bool {
        let group = rest.strip_prefix("{,}");
        let Some(group) = group.filter(|_| self.comma == Comma::Decimal) else {
            return false;
        };
        let length = group.bytes().take_while(u8::is_ascii_digit).count();
        let mut whole = self.text[..self.at].bytes().rev();
        let parted = whole.find(|byte| !byte.is_ascii_digit()) == Some(b'}');
        !parted && !group[length..].starts_with("{,}")
    }

    /// Whether what was read so far is one to three digits, or groups that were joined to them.
    pub(super) fn groups_fit(&self, digits: &str) -> bool {
        let before = self.text.get(..self.at).unwrap_or("");
        let tail = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        tail == digits.len() && tail <= 3 || tail == 3
    }

    /// The length of a decimal point, where digits follow it or the number ends with it.
    pub(super) fn point(&mut self) -> Option<usize> {
        let rest = self.rest();
        let digit_at = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        if rest.starts_with('.') && (digit_at(1) || rest[1..].starts_with(['(', '\\'])) {
            let repeats = rest.starts_with(".(")
                || rest.starts_with(".\\overline")
                || rest.starts_with(".\\dot")
                || rest.starts_with(".\\bar");
            return (digit_at(1) || repeats).then_some(1);
        }
        if rest.starts_with("{.}") && digit_at(3) {
            return Some(3);
        }
        // Braces around a comma keep it from parting items.
        if rest.starts_with("{,}") && digit_at(3) {
            self.out.commas = true;
            return (self.comma == Comma::Decimal).then_some(3);
        }
        if rest.starts_with(',') && digit_at(1) {
            self.out.commas = true;
            // `[0,5; 1,5]`: a semicolon parts, so that a comma need not.
            let free = self.brackets == 0 || self.text.contains(';');
            return (self.comma == Comma::Decimal && free).then_some(1);
        }
        None
    }

    /// `3.141\,592`: groups of digits behind the point.
    pub(super) fn spaced_decimals(&mut self, digits: &mut String) {
        while let Some(tail) = self.rest().strip_prefix("\\,") {
            if !tail.bytes().take(3).all(|byte| byte.is_ascii_digit()) || tail.len() < 3 {
                return;
            }
            self.at += 2;
            self.digits(digits);
        }
    }

    /// `0.1\overline{6}`, `0.(3)`, `0.\dot{3}`: the digits that repeat for ever.
    pub(super) fn repeating(&mut self, literal: &mut Literal, digits: &str, whole: usize) {
        if literal.decimals.is_none() {
            return;
        }
        let rest = self.rest();
        if let Some((period, length)) = dotted(rest) {
            self.at += length;
            literal.value += repeated(&period, digits.len() - whole);
            literal.decimals = None;
            return;
        }
        let ends = [
            ("\\overline{", '}'),
            ("\\bar{", '}'),
            ("\\dot{", '}'),
            ("(", ')'),
        ];
        let found = ends.iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let length = inner.bytes().take_while(u8::is_ascii_digit).count();
            let closed = inner[length..].starts_with(*close);
            (length > 0 && closed).then(|| (&inner[..length], open.len() + length + 1))
        });
        let Some((period, length)) = found else {
            return;
        };
        let fixed = digits.len() - whole;
        if period.len() > PERIOD_MAX || fixed > PERIOD_MAX {
            return;
        }
        self.at += length;
        literal.value += repeated(period, fixed);
        literal.decimals = None;
    }

    /// `2.5E3`, `1e-5`.
    pub(super) fn exponent(&mut self, literal: &mut Literal) {
        let rest = self.rest();
        let Some(tail) = rest.strip_prefix(['e', 'E']) else {
            return;
        };
        let unsigned = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        let length = unsigned.bytes().take_while(u8::is_ascii_digit).count();
        let after = &unsigned[length..];
        if length == 0 || length > 4 || after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return;
        }
        let Ok(exponent) = unsigned[..length].parse::<usize>() else {
            return;
        };
        let scale = Rational::from(power_of_ten(exponent));
        if tail.starts_with('-') {
            literal.value /= scale;
        } else {
            literal.value *= scale;
        }
        let shift = u32::try_from(exponent).unwrap_or(0);
        let decimals = literal.decimals.unwrap_or(0);
        literal.decimals = if tail.starts_with('-') {
            Some(decimals + shift)
        } else {
            (decimals > shift).then(|| decimals - shift)
        };
        literal.digits = None;
        self.at += rest.len() - after.len();
    }

    /// `12th`, `12^{\text{th}}`: the ending of an ordinal has no value.
    pub(super) fn ordinal(&mut self) {
        const WRAPS: [(&str, &str); 6] = [
            ("", ""),
            ("^{\\text{", "}}"),
            ("^\\text{", "}"),
            ("^{\\mathrm{", "}}"),
            ("\\text{", "}"),
            ("^{", "}"),
        ];
        let rest = self.rest();
        let length = WRAPS.iter().find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            let ending = ["st", "nd", "rd", "th"]
                .into_iter()
                .find(|ending| inner.starts_with(ending))?;
            let tail = inner[ending.len()..].strip_prefix(close)?;
            let ends = !tail.starts_with(|c: char| c.is_ascii_alphanumeric());
            ends.then_some(rest.len() - tail.len())
        });
        self.at += length.unwrap_or(0);
    }

    /// Dots behind a decimal: more digits were left out.
    pub(super) fn open_end(&mut self, literal: &mut Literal, decimals: &str) {
        const DOTS: [&str; 6] = ["\\ldots", "\\dots", "\\cdots", "...", "…", "\\dotsc"];
        let rest = self.rest();
        if let Some(dots) = DOTS.iter().find(|dots| rest.starts_with(**dots)) {
            self.at += dots.len();
            literal.open_ended = true;
            if let Some(period) = period(decimals) {
                // `0.333…`: it is not said that the digits go on in this way.
                self.out.doubtful = true;
                literal.value += repeated(period, decimals.len());
                literal.decimals = None;
                literal.open_ended = false;
            }
        }
    }
}

/// Digits, letters among them, above a base.
struct Based<'t> {
    digits: &'t str,
    /// How long they are with the brackets or the command that they are set in.
    length: usize,
    /// What follows the base.
    behind: &'t str,
}

/// The digits that a text starts with, where they have letters among them and a base above ten below them.
fn based(text: &str, small: bool) -> Option<Based<'_>> {
    const WRAPS: [(&str, &str); 4] = [("", ""), ("(", ")"), ("\\text{", "}"), ("\\mathrm{", "}")];
    WRAPS.iter().find_map(|(open, close)| {
        let inner = text.strip_prefix(open)?;
        let length = inner.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (digits, below) = inner.split_at(length);
        let behind = base_below(below.strip_prefix(close)?, digits, small)?;
        Some(Based {
            digits,
            length: open.len() + length + close.len(),
            behind,
        })
    })
}

/// What follows the base that a text starts with, if digits fit it. One small letter alone is a name.
fn base_below<'t>(text: &'t str, digits: &str, small: bool) -> Option<&'t str> {
    let below = text.strip_prefix('_')?.trim_start_matches(['{', '(']);
    let length = below.bytes().take_while(u8::is_ascii_digit).count();
    let base = below[..length].parse::<u32>().ok()?;
    let lower = digits.bytes().any(|byte| byte.is_ascii_lowercase());
    let fits = (11..=36).contains(&base)
        && digits.bytes().any(|byte| byte.is_ascii_alphabetic())
        && digits.chars().all(|digit| digit.is_digit(base))
        && digits.len() <= RUN_MAX
        && (!lower || small && digits.len() > 1);
    fits.then_some(&below[length..])
}

/// No number in a base has more digits. By hand.
const RUN_MAX: usize = 40;

/// Whether a text is nothing but digits, small letters among them, with a base below: `2a_{16}`, `(ff)_{16}`,
/// which may also be a term of a sequence.
pub(crate) fn is_based(text: &str) -> bool {
    based(text.trim_matches(['$', ' ']), true).is_some_and(|found| {
        let ends = found.behind.chars().all(|c| "}) ".contains(c));
        ends && found.digits.bytes().any(|byte| byte.is_ascii_lowercase())
    })
}

/// `0.\dot14285\dot7`, `0.1\dot{6}`: digits with a dot over the first and the last that repeat, and how
/// long they are as they are written.
fn dotted(text: &str) -> Option<(String, usize)> {
    let dot = |text: &str| {
        let inner = text.strip_prefix("\\dot")?.trim_start();
        let braced = inner.strip_prefix('{');
        let digit = braced
            .unwrap_or(inner)
            .chars()
            .next()
            .filter(char::is_ascii_digit)?;
        let closed = braced.is_none_or(|inner| inner[1..].starts_with('}'));
        let length = text.len() - inner.len() + if braced.is_some() { 3 } else { 1 };
        closed.then_some((digit, length))
    };
    let (first, mut length) = dot(text)?;
    let between = text[length..]
        .bytes()
        .take_while(u8::is_ascii_digit)
        .count();
    let mut period = String::from(first);
    if let Some((last, end)) = dot(&text[length + between..]) {
        period.push_str(&text[length..length + between]);
        period.push(last);
        length += between + end;
    } else if between > 0 {
        return None;
    }
    Some((period, length))
}

/// The digits that stand three times at the end of others.
fn period(digits: &str) -> Option<&str> {
    (1..=digits.len().min(PERIOD_MAX) / 3).find_map(|length| {
        let tail = &digits[digits.len() - 3 * length..];
        let (first, rest) = tail.split_at(length);
        (rest[..length] == *first && rest[length..] == *first).then_some(first)
    })
}

/// The value of digits that repeat for ever behind so many decimals.
fn repeated(period: &str, fixed: usize) -> Rational {
    let nines = power_of_ten(period.len()) - Natural::ONE;
    decimal(period, 0) / (Rational::from(nines) * Rational::from(power_of_ten(fixed)))
}

/// A period longer than this is no repeating decimal that anyone wrote.
/// By hand: no verdict changes with 200 or 800.
const PERIOD_MAX: usize = 400;

fn power_of_ten(exponent: usize) -> Natural {
    Natural::from(10u8).pow(exponent)
}

/// The value of digits of which the last `decimals` stand behind the point.
fn decimal(digits: &str, decimals: usize) -> Rational {
    let whole = Natural::from_str_radix(if digits.is_empty() { "0" } else { digits }, 10);
    let whole = Rational::from(whole.unwrap_or(Natural::ZERO));
    if decimals == 0 {
        whole
    } else {
        whole / Rational::from(power_of_ten(decimals))
    }
}
