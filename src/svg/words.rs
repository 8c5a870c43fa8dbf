//! Words and numbers of a drawing: how wide they are, and how they are cut and written.

use crate::error::{one_line, thousands};

/// How many times wider a bold letter is.
pub(crate) const BOLD: f64 = 1.08;

/// Pixels that a letter takes, on average.
pub(crate) const LETTER: f64 = 6.7;

/// How many times wider than [`width_of`] says a text may be: where a system has none of the fonts that are asked for, it is
/// drawn in DejaVu Sans, whose digits are wider by an eighth.
pub(crate) const WIDER: f64 = 1.15;

/// A text as XML holds it, in one line: XML has no word for a control.
pub(crate) fn shown(text: &str) -> String {
    one_line(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

/// At most so many letters, cut in the middle: names differ at both ends.
pub(crate) fn shortened(label: &str, most: usize) -> String {
    let label = one_line(label);
    let letters: Vec<char> = label.chars().collect();
    if letters.len() <= most {
        return label.into_owned();
    }
    let ahead = most / 2;
    let behind = letters.len() - (most - ahead - 1);
    letters[..ahead]
        .iter()
        .chain(&['…'])
        .chain(&letters[behind..])
        .collect()
}

/// Cut in the middle until it is at most so many pixels wide.
pub(crate) fn fitted(label: &str, width: f64) -> String {
    // No letter that is seen is narrower than a third of the average.
    let most = (3.0 * width / LETTER).max(1.0) as usize;
    let label = shortened(label, most);
    if width_of(&label) <= width {
        return label;
    }
    // With each letter that is left it is wider: halved until one more would be too wide.
    let (mut fits, mut wide) = (1, label.chars().count());
    while fits + 1 < wide {
        let middle = fits.midpoint(wide);
        match width_of(&shortened(&label, middle)) <= width {
            true => fits = middle,
            false => wide = middle,
        }
    }
    shortened(&label, fits)
}

/// Pixels that a text takes, rather more than less: which font a reader has is not known. Measured on Liberation Sans
/// (as wide as Helvetica and Arial) at 12 pixels, and as much wider as names are on DejaVu Sans, which many systems put in
/// its place.
pub(crate) fn width_of(text: &str) -> f64 {
    WIDEST * one_line(text).chars().map(letter_width).sum::<f64>()
}

/// How many times wider a name is on DejaVu Sans, at most of those that pages draw (measured 2026-11-27).
const WIDEST: f64 = 1.08;

fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | '`' => 3.4,
        'f' | 't' | 'r' | '(' | ')' | '[' | ']' | '{' | '}' | '/' | '\\' | '-' | ' ' | '"' => 4.2,
        'm' | 'w' | 'M' | 'W' | '%' | '@' => 11.4,
        'A'..='Z' | '&' | '~' | '<' | '>' | '=' | '+' | '−' | '≥' => 8.6,
        ' '..='~' => 6.9,
        '…' => 12.0,
        // Scripts whose letters are squares, and pictures.
        '\u{1100}'.. => 12.6,
        _ => 8.0,
    }
}

/// The words in lines of at most so many pixels; a word that is wider is cut.
pub(crate) fn wrapped(text: &str, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in one_line(text).split_whitespace() {
        let word = fitted(word, width);
        match lines.last_mut() {
            Some(line) if width_of(line) + width_of(" ") + width_of(&word) <= width => {
                line.push(' ');
                *line += &word;
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// A share of a whole as people read it: `12.3 %`; what is there is never `0.0 %`, and what is not all never `100.0 %`.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::from("–");
    }
    let share = 100.0 * part as f64 / whole as f64;
    match share {
        _ if part == 0 => "0 %".into(),
        _ if part == whole => "100 %".into(),
        ..0.05 => "< 0.1 %".into(),
        99.95.. if part < whole => "> 99.9 %".into(),
        share => format!("{share:.1} %"),
    }
}

/// A number of an axis whose steps are this far apart.
pub(crate) fn tick(value: f64, step: f64) -> String {
    let decimals = (-libm::floor(libm::log10(step.abs().max(1e-6)) + 1e-9)).max(0.0) as usize;
    let size = value.abs();
    let whole = decimals == 0 && size < 1e15;
    let number = match whole {
        true => thousands(libm::round(size) as u64),
        false => format!("{size:.decimals$}"),
    };
    match value < 0.0 && number.contains(|digit| matches!(digit, '1'..='9')) {
        true => format!("−{number}"),
        false => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_cut_in_its_middle() {
        assert_eq!(shortened("abcdefgh", 5), "ab…gh");
        assert_eq!(shortened("abc", 5), "abc");
    }

    #[test]
    fn a_fitted_name_is_as_wide_as_it_may_be_and_has_one_cut() {
        for name in ["W".repeat(400), "ijl".repeat(400), "数".repeat(90)] {
            let cut = fitted(&name, 100.0);
            assert!(width_of(&cut) <= 100.0, "{cut}");
            assert!(width_of(&cut) > 72.0, "{cut}");
        }
        assert_eq!(fitted("algebra-long", 100.0), "algebra-long");
        assert_eq!(fitted("W", 1.0), "W", "no letter is wider than none");
        let cut = fitted("algebra-long-r1-1000-matched", 100.0);
        assert!(cut.starts_with("algeb") && cut.ends_with("ched"), "{cut}");
        assert_eq!(cut.matches('…').count(), 1);
    }

    #[test]
    fn numbers_of_an_axis_have_the_decimals_of_its_steps() {
        assert_eq!(tick(-20_000.0, 5000.0), "−20,000");
        assert_eq!(tick(0.30000000000000004, 0.1), "0.3");
        assert_eq!(tick(-0.0, 0.5), "0.0");
    }

    #[test]
    fn a_share_that_is_there_is_not_shown_as_nothing_nor_one_that_lacks_as_all() {
        let found = [
            (0, 9),
            (1, 100_000),
            (1, 8),
            (99_999, 100_000),
            (9, 9),
            (0, 0),
        ];
        let found = found.map(|(part, whole)| percent(part, whole));
        assert_eq!(
            found,
            ["0 %", "< 0.1 %", "12.5 %", "> 99.9 %", "100 %", "–"]
        );
    }

    #[test]
    fn lines_are_no_wider_than_asked_and_hold_every_word() {
        let text = "some words of a sentence that is long enough for lines";
        let lines = wrapped(text, 90.0);
        assert!(lines.len() > 2 && lines.iter().all(|line| width_of(line) < 90.01));
        assert_eq!(lines.join(" "), text);
        assert!(wrapped("", 90.0).is_empty());
    }
}
