//! Reads the units behind a number in the spellings of physics: `m/s^2`, `\mathrm{N\cdot m}`, `k\Omega`.
//!
//! A letter may be a unit or a name. Set upright it is a unit; in plain letters only a compound is, or a
//! capital that stands apart at the very end, and that reading stands beside the one as names.

use crate::scan;
use crate::units;

/// A unit that a text starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelled {
    /// How much of the text it is, in bytes.
    pub length: usize,
    /// The unit in plain letters: `N m`, `mol L^-1`.
    pub unit: String,
    /// Whether it can hardly be names: it is compound, or part of it is set upright.
    pub certain: bool,
}

/// No unit has more factors. By hand.
const FACTORS_MAX: usize = 6;

/// The unit that a text starts with, where all of it is units up to something that is none.
pub(crate) fn unit(text: &str) -> Option<Spelled> {
    let mut found = Spelled {
        length: 0,
        unit: String::new(),
        certain: false,
    };
    for _ in 0..FACTORS_MAX {
        if found.add(text).is_none() {
            break;
        }
    }
    let rest = &text[found.length..];
    let ends = !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "(^_".contains(c));
    (ends && !found.unit.is_empty()).then_some(found)
}

impl Spelled {
    /// Adds the next factor of a text, with its power.
    fn add(&mut self, text: &str) -> Option<()> {
        let rest = &text[self.length..];
        let first = self.unit.is_empty();
        let (gap, mark) = if first {
            (blanks(rest), "")
        } else {
            separator(rest)
        };
        let below = mark == "/";
        let (length, name, upright) = bracketed(&rest[gap..])
            .filter(|_| below)
            .or_else(|| factor(&rest[gap..]))?;
        if !first {
            self.unit.push_str(if mark.is_empty() { " " } else { mark });
        }
        self.unit.push_str(&name);
        self.length += gap + length;
        let (length, power) = power(&text[self.length..]);
        self.unit.push_str(&power);
        self.length += length;
        self.certain |= !first || upright || length > 0 && name.len() > 1;
        Some(())
    }
}

/// Whether a text is a unit and nothing else.
pub(crate) fn is_unit(text: &str) -> Option<String> {
    let found = unit(text)?;
    text[found.length..].trim().is_empty().then_some(found.unit)
}

/// How many bytes of blanks a text starts with, in LaTeX too.
fn blanks(text: &str) -> usize {
    const MARKS: [&str; 8] = [" ", "~", "\\,", "\\ ", "\\;", "\\:", "\\!", "{}"];
    let mut length = 0;
    while let Some(mark) = MARKS.iter().find(|mark| text[length..].starts_with(**mark)) {
        length += mark.len();
    }
    length
}

/// What parts two factors: how long it is, and `/` where it divides.
fn separator(text: &str) -> (usize, &'static str) {
    let mut length = blanks(text);
    let rest = &text[length..];
    let marks = [
        ("/", "/"),
        ("\\cdot", ""),
        ("\\times", ""),
        ("*", ""),
        (".", ""),
        ("per ", "/"),
    ];
    let Some((mark, meaning)) = marks.iter().find(|(mark, _)| rest.starts_with(mark)) else {
        return (length, "");
    };
    length += mark.len();
    (length + blanks(&text[length..]), meaning)
}

/// One factor: its length, its name, and whether it is set upright or is a sign that only units have.
fn factor(text: &str) -> Option<(usize, String, bool)> {
    upright(text)
        .or_else(|| quotient(text))
        .or_else(|| micro(text))
        .or_else(|| lettered(text))
}

/// `(kg K)`: several units that another one is divided by.
fn bracketed(text: &str) -> Option<(usize, String, bool)> {
    let inner = text.strip_prefix('(')?;
    let length = inner.find(')')?;
    let name = is_unit(&inner[..length]).filter(|name| !name.contains('/'))?;
    Some((length + 2, name, true))
}

/// `\mathrm{kg}`: units that are set as words.
fn upright(text: &str) -> Option<(usize, String, bool)> {
    const UPRIGHT: [&str; 7] = [
        "\\mathrm{",
        "\\unit{",
        "\\si{",
        "\\text{",
        "\\operatorname{",
        "\\rm{",
        "\\textrm{",
    ];
    let faced = text.starts_with("{\\rm ").then_some((0, "{\\rm ".len()));
    let set = UPRIGHT.iter().find(|open| text.starts_with(**open));
    let (brace, inner) = faced.or(set.map(|open| (open.len() - 1, open.len())))?;
    let close = scan::closing_brace(text.as_bytes(), brace)?;
    let name = is_unit(&text[inner..close])?;
    Some((close + 1, name, true))
}

/// `\mu m`: a millionth of a unit.
fn micro(text: &str) -> Option<(usize, String, bool)> {
    let signs = ["\\mu ", "\\mu", "\u{b5}", "\u{3bc}"];
    let rest = signs.iter().find_map(|sign| text.strip_prefix(sign))?;
    let rest = &rest[blanks(rest)..];
    let (length, name, _) = upright(rest).or_else(|| lettered(rest))?;
    let length = text.len() - rest.len() + length;
    units::is_symbol(&name).then(|| (length, format!("u{name}"), true))
}

/// Plain letters that are a unit, also with a sign behind a prefix: `k\Omega`.
fn lettered(text: &str) -> Option<(usize, String, bool)> {
    let letters = text.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, rest) = text.split_at(letters);
    let signs = [
        ("\\Omega", "Ohm"),
        ("\\ohm", "Ohm"),
        ("\\AA", "Angstrom"),
        ("\\angstrom", "Angstrom"),
    ];
    if let Some((sign, name)) = signs.iter().find(|(sign, _)| rest.starts_with(sign)) {
        let length = letters + sign.len();
        return units::is_prefix(word).then(|| (length, format!("{word}{name}"), letters > 0));
    }
    let known = units::is_symbol(word) || letters > 1 && units::scale(word).is_some();
    known.then(|| (letters, word.to_owned(), false))
}

/// `\frac{\text{m}}{\text{s}^2}`: a unit by another.
fn quotient(text: &str) -> Option<(usize, String, bool)> {
    let open = ["\\frac{", "\\dfrac{", "\\tfrac{"]
        .iter()
        .find(|open| text.starts_with(**open))?
        .len()
        - 1;
    let close = scan::closing_brace(text.as_bytes(), open)?;
    text[close + 1..].starts_with('{').then_some(())?;
    let end = scan::closing_brace(text.as_bytes(), close + 1)?;
    let (above, below) = (
        is_unit(&text[open + 1..close])?,
        is_unit(&text[close + 2..end])?,
    );
    Some((end + 1, format!("{above}/{below}"), true))
}

/// The power behind a factor, and how long it is: `^2`, `^{-1}`.
fn power(text: &str) -> (usize, String) {
    let none = (0, String::new());
    let Some(raised) = text.strip_prefix('^') else {
        return none;
    };
    let braced = raised.strip_prefix('{');
    let inner = braced.unwrap_or(raised);
    let sign = usize::from(inner.starts_with('-'));
    let digits = inner[sign..].bytes().take_while(u8::is_ascii_digit).count();
    let closed = braced.is_none() || inner[sign + digits..].starts_with('}');
    if digits != 1 || !closed {
        return none;
    }
    let braces = if braced.is_some() { 2 } else { 0 };
    (
        1 + braces + sign + digits,
        format!("^{}", &inner[..sign + digits]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_in_every_spelling() {
        for (text, plain) in [
            ("m/s^2", "m/s^2"),
            ("\\mathrm{N\\cdot m}", "N m"),
            ("\\mathrm{mol\\,L^{-1}}", "mol L^-1"),
            ("\\mu\\mathrm{m}", "um"),
            ("k\\Omega", "kOhm"),
            ("\\Omega", "Ohm"),
            ("kJ/mol", "kJ/mol"),
            ("\\mathrm{W/m^{2}}", "W/m^2"),
            ("\\text{miles per hour}", "miles/hour"),
            ("\\mathrm{kg\\,m/s}", "kg m/s"),
            ("\\mathrm{J/(kg\\cdot K)}", "J/kg K"),
            ("\\mathrm{M}", "M"),
        ] {
            assert_eq!(
                unit(text).map(|found| found.unit).as_deref(),
                Some(plain),
                "{text}"
            );
        }
        for text in ["x/y", "mx", "2", "m(x)", "apples"] {
            assert_eq!(unit(text), None, "{text}");
        }
        assert!(!unit("m").is_some_and(|found| found.certain));
    }
}
