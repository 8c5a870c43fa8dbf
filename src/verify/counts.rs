//! Spells numbers of choices and arrangements as binomials and factorials: `_{10}C_3`, `10C3`, `nCr(10, 3)`.

use crate::scan;

/// A text with its counts spelt out.
pub(crate) fn spelt_out(text: &str) -> Option<String> {
    text.contains(['C', 'P']).then_some(())?;
    let letters = ["C_", "P_", "nCr(", "nPr("];
    let short = text.len() <= SHORT_MAX;
    (short || letters.iter().any(|mark| text.contains(mark))).then_some(())?;
    let at = (0..text.len()).filter(|at| text.is_char_boundary(*at));
    let found = at
        .take(TEXT_MAX)
        .find_map(|at| Some((at, count(text, at)?)));
    let (start, (end, spelt)) = found?;
    let rest = &text[end..];
    let rest = spelt_out(rest).unwrap_or_else(|| rest.to_owned());
    Some(format!("{}{spelt}{rest}", &text[..start]))
}

/// Digits around a letter are a count in a text that is no longer than this. By hand.
const SHORT_MAX: usize = 12;

/// Only so much of a text is looked at. By hand.
const TEXT_MAX: usize = 400;

/// The count that starts at a place: where it ends, and how it is spelt out.
fn count(text: &str, at: usize) -> Option<(usize, String)> {
    let rest = &text[at..];
    let before = text[..at].chars().next_back();
    let alone = before.is_none_or(|c| !c.is_alphanumeric() && c != '}' && c != ')');
    alone.then_some(())?;
    let (kind, from, of, length) = named(rest)
        .or_else(|| indexed(rest))
        .or_else(|| plain(rest, text))?;
    let spelt = match kind {
        'C' => format!("\\binom{{{from}}}{{{of}}}"),
        _ => format!("\\frac{{({from})!}}{{({from}-({of}))!}}"),
    };
    Some((at + length, spelt))
}

/// `nCr(10, 3)`.
fn named(text: &str) -> Option<(char, &str, &str, usize)> {
    let kind = text
        .strip_prefix('n')?
        .chars()
        .next()
        .filter(|c| "CP".contains(*c))?;
    let inner = text[2..].strip_prefix("r(")?;
    let close = inner.find(')')?;
    let (from, of) = inner[..close].split_once(',')?;
    Some((kind, from.trim(), of.trim(), close + 5))
}

/// `_{10}C_3`, `{}^{10}C_{3}`.
fn indexed(text: &str) -> Option<(char, &str, &str, usize)> {
    let inner = text.strip_prefix("{}").unwrap_or(text);
    let inner = inner.strip_prefix(['_', '^'])?;
    let (from, rest) = group(inner)?;
    let rest = rest.trim_start();
    let kind = rest.chars().next().filter(|c| "CP".contains(*c))?;
    let (of, rest) = group(rest[1..].strip_prefix('_')?)?;
    Some((kind, from, of, text.len() - rest.len()))
}

/// `10C3` as a whole.
fn plain<'t>(text: &'t str, whole: &str) -> Option<(char, &'t str, &'t str, usize)> {
    let (from, of) = text.split_once(['C', 'P'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let kind = text[from.len()..].chars().next()?;
    (text.len() == whole.len() && digits(from) && digits(of)).then_some((
        kind,
        from,
        of,
        text.len(),
    ))
}

/// What stands in braces, or a digit or letter, and what follows.
fn group(text: &str) -> Option<(&str, &str)> {
    if text.starts_with('{') {
        let close = scan::closing_brace(text.as_bytes(), 0)?;
        return Some((&text[1..close], &text[close + 1..]));
    }
    let first = text.chars().next().filter(char::is_ascii_alphanumeric)?;
    let length = first.len_utf8();
    Some((&text[..length], &text[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_spelt_out() {
        for (text, spelt) in [
            ("_{10}C_3", "\\binom{10}{3}"),
            ("{}_{10}C_{3}", "\\binom{10}{3}"),
            ("2\\cdot {}^{10}C_3+1", "2\\cdot \\binom{10}{3}+1"),
            ("10C3", "\\binom{10}{3}"),
            ("nCr(10, 3)", "\\binom{10}{3}"),
            ("_{5}P_2", "\\frac{(5)!}{(5-(2))!}"),
        ] {
            assert_eq!(spelt_out(text).as_deref(), Some(spelt), "{text}");
        }
        for text in ["C_1e^x", "x_{10}C_3", "5 C", "ABC"] {
            assert_eq!(spelt_out(text), None, "{text}");
        }
    }
}
