//! Puts Unicode mathematics and common damage into the LaTeX that the lexer reads.

use crate::commands;
use crate::scan::{first, replaced};

/// A text in plain ASCII mathematics, as far as its characters have a meaning there.
pub(crate) fn clean(text: &str) -> String {
    let repaired = unescaped(text.trim());
    if repaired.is_ascii() {
        return trim_end(repaired.trim()).to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut raised = Raised::default();
    for c in repaired.chars() {
        if let Some((mark, inner)) = script(c) {
            raised.add(mark, inner, &mut plain);
            continue;
        }
        raised.end(&mut plain);
        match ascii(c) {
            Some(replacement) => plain.push_str(replacement),
            None => plain.push(full_width(c)),
        }
    }
    raised.end(&mut plain);
    trim_end(plain.trim()).to_owned()
}

/// A text whose backslashes were read as escapes once too often: a tab and `imes` is `\times`.
fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    let letter = |c: char| match c {
        '\t' => Some('t'),
        '\u{c}' => Some('f'),
        '\u{8}' => Some('b'),
        '\r' => Some('r'),
        '\u{7}' => Some('a'),
        '\u{b}' => Some('v'),
        '\n' => Some('n'),
        _ => None,
    };
    if !text.bytes().any(|byte| byte < b' ') {
        return text.into();
    }
    let mut plain = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        let length = after.bytes().take_while(u8::is_ascii_alphabetic).count();
        let name = letter(c).map(|letter| format!("{letter}{}", &after[..length]));
        // A line may start with a word; a command of two letters is too short to be sure of, and
        // words that lost their command are no mathematics.
        let known =
            |name: &String| length >= 2 && name != "text" && commands::command(name).is_some();
        match name.filter(known) {
            Some(name) => {
                plain.push('\\');
                plain.push_str(&name[..1]);
            }
            None => plain.push(c),
        }
    }
    plain.into()
}

/// An answer does not end with a full stop or a comma.
fn trim_end(text: &str) -> &str {
    let mut text = text;
    loop {
        let shorter = text.trim_end_matches([' ', '\n', '\t', '\r', '.', ',', ';', ':']);
        // `\,` is a blank, and so is a backslash whose blank was trimmed.
        let shorter = shorter
            .strip_suffix("\\\\")
            .or_else(|| shorter.strip_suffix('\\'))
            .unwrap_or(shorter);
        // `3.14...` goes on.
        if shorter.len() == text.len() || text.ends_with("..") {
            return text;
        }
        text = shorter;
    }
}

/// Superscripts and subscripts that are being collected.
#[derive(Default)]
struct Raised {
    mark: Option<char>,
}

impl Raised {
    fn add(&mut self, mark: char, inner: char, plain: &mut String) {
        if self.mark != Some(mark) {
            self.end(plain);
            plain.push(mark);
            plain.push('{');
            self.mark = Some(mark);
        }
        plain.push(inner);
    }

    fn end(&mut self, plain: &mut String) {
        if self.mark.take().is_some() {
            plain.push('}');
        }
    }
}

fn script(c: char) -> Option<(char, char)> {
    let raised = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ";
    let lowered = "₀₁₂₃₄₅₆₇₈₉₊₋ₙ";
    let plain = "0123456789+-ni";
    let find = |among: &str| among.chars().position(|other| other == c);
    let (mark, at) = match c {
        _ if c.is_ascii() => return None,
        _ => find(raised)
            .map(|at| ('^', at))
            .or_else(|| find(lowered).map(|at| ('_', at)))?,
    };
    let inner = plain.chars().nth(at)?;
    Some((mark, inner))
}

/// Full-width digits, letters and signs stand 0xFEE0 above their ASCII twins.
fn full_width(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        0x3000 | 0x00A0 | 0x2009 | 0x202F | 0x2003 => ' ',
        _ => c,
    }
}

fn ascii(c: char) -> Option<&'static str> {
    if c.is_ascii() {
        return None;
    }
    Some(match c {
        '−' | '–' | '—' | '﹣' => "-",
        '×' | '·' | '⋅' | '∙' | '•' => "\\cdot ",
        '÷' => "\\div ",
        '±' => "\\pm ",
        '∓' => "\\mp ",
        '≤' | '⩽' | '≦' => "\\le ",
        '≥' | '⩾' | '≧' => "\\ge ",
        '≠' => "\\ne ",
        '≈' => "\\approx ",
        '≡' => "\\equiv ",
        '∈' => "\\in ",
        '∉' => "\\notin ",
        '∪' => "\\cup ",
        '∩' => "\\cap ",
        '∖' => "\\setminus ",
        '⊂' | '⊆' => "\\subset ",
        '∅' => "\\emptyset ",
        '∞' => "\\infty ",
        '√' => "\\sqrt ",
        '∛' => "\\sqrt[3]",
        '°' | '˚' => "^{\\circ}",
        'π' => "\\pi ",
        'α' => "\\alpha ",
        'β' => "\\beta ",
        'γ' => "\\gamma ",
        'δ' => "\\delta ",
        'ε' => "\\epsilon ",
        'θ' => "\\theta ",
        'λ' => "\\lambda ",
        'μ' | 'µ' => "\\mu ",
        'ρ' => "\\rho ",
        'σ' => "\\sigma ",
        'τ' => "\\tau ",
        'φ' | 'ϕ' => "\\phi ",
        'ψ' => "\\psi ",
        'ω' => "\\omega ",
        'Δ' => "\\Delta ",
        'Ω' => "\\Omega ",
        'ℝ' => "\\mathbb{R}",
        'ℤ' => "\\mathbb{Z}",
        'ℕ' => "\\mathbb{N}",
        'ℚ' => "\\mathbb{Q}",
        'ℂ' => "\\mathbb{C}",
        '½' => "\\frac{1}{2}",
        '⅓' => "\\frac{1}{3}",
        '⅔' => "\\frac{2}{3}",
        '¼' => "\\frac{1}{4}",
        '¾' => "\\frac{3}{4}",
        '⅕' => "\\frac{1}{5}",
        '⅛' => "\\frac{1}{8}",
        '⌊' => "\\lfloor ",
        '⌋' => "\\rfloor ",
        '⌈' => "\\lceil ",
        '⌉' => "\\rceil ",
        '⟨' => "\\langle ",
        '⟩' => "\\rangle ",
        '→' => "\\to ",
        '∑' => "\\sum ",
        '∏' => "\\prod ",
        '∠' => "\\angle ",
        '△' => "\\triangle ",
        '′' => "'",
        '“' | '”' | '„' => "\"",
        '‘' | '’' => "'",
        '、' | '，' => ", ",
        '；' => "; ",
        '：' => ":",
        '。' => ".",
        '【' => "[",
        '】' => "]",
        '或' => " \\text{or} ",
        '和' | '与' | '且' => " \\text{and} ",
        '\u{200b}' | '\u{feff}' | '\u{2060}' | '\u{2061}' | '\u{2062}' => "",
        _ => return None,
    })
}

/// A text without what only spaces it or sizes it: two texts that agree here are the same.
pub(crate) fn tidy(text: &str) -> String {
    const NOISE: [&str; 22] = [
        "\\left",
        "\\right",
        "\\displaystyle",
        "\\,",
        "\\!",
        "\\;",
        "\\:",
        "\\ ",
        "\\quad",
        "\\qquad",
        "$",
        "~",
        "\\limits",
        "\\Bigl",
        "\\Bigr",
        "\\bigl",
        "\\bigr",
        "\\big",
        "\\Big",
        "\\(",
        "\\)",
        "**",
    ];
    if !text.contains(['\\', '$', '~', '*']) {
        return joined(text).trim_end_matches(['.', ',']).to_owned();
    }
    let mut plain = replaced(text.to_owned(), "\\dfrac", "\\frac");
    plain = replaced(plain, "\\tfrac", "\\frac");
    for noise in NOISE {
        if first(&plain, noise).is_some() {
            plain = without(&plain, noise);
        }
    }
    joined(&plain).trim_end_matches(['.', ',']).to_owned()
}

/// A text without its blanks, but for one between two digits or two words.
fn joined(text: &str) -> String {
    let mut joined = String::with_capacity(text.len());
    for piece in text.split_whitespace() {
        let parts = joined.ends_with(|c: char| c.is_ascii_digit())
            && piece.starts_with(|c: char| c.is_ascii_digit());
        if parts {
            joined.push(' ');
        }
        joined.push_str(piece);
    }
    joined
}

/// Removes a command, and not the start of a longer one: `\left` but not `\leftarrow`.
fn without(text: &str, noise: &str) -> String {
    if !noise.ends_with(|c: char| c.is_ascii_alphabetic()) {
        return text.replace(noise, " ");
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(noise) {
        let (before, after) = rest.split_at(at);
        let after = &after[noise.len()..];
        plain.push_str(before);
        if after.starts_with(|c: char| c.is_ascii_alphabetic()) {
            plain.push_str(noise);
        } else {
            plain.push(' ');
        }
        rest = after;
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unicode_becomes_latex() {
        assert_eq!(clean("2√3 ≤ x²"), "2\\sqrt 3 \\le  x^{2}");
        assert_eq!(clean("３．５，"), "3.5");
        assert_eq!(clean("90°."), "90^{\\circ}");
    }
}
