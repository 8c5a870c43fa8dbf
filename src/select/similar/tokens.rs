//! The terms of a problem: words, numbers and LaTeX commands.
//!
//! A term is a run of letters in lower case (`triangle`, and the `x` of `$x$`), a run of digits (`2024`),
//! a LaTeX command (`\sqrt`), or one letter of a script that writes without spaces. What only lays out
//! (`\left`, `\quad`, spacing, delimiters) is no term, and the sizes of a fraction are one fraction.

use std::collections::BTreeMap;

/// Commands that say nothing of what a problem is about.
const LAYOUT: [&str; 25] = [
    "left",
    "right",
    "big",
    "Big",
    "bigg",
    "Bigg",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "quad",
    "qquad",
    "displaystyle",
    "textstyle",
    "limits",
    "nolimits",
    "text",
    "textbf",
    "textit",
    "mathrm",
    "mathbf",
    "operatorname",
    "begin",
    "end",
    "item",
];

/// How often each term stands in a problem, in the order of the terms, so that whatever is summed over
/// them has one order on every machine.
///
/// ```
/// use gradatim::select::similar::tokens::terms;
/// let counts = terms(r"Find $\dfrac{1}{x}$ if \left( x \right) is $12$ and x>1.");
/// let words: Vec<&str> = counts.keys().map(String::as_str).collect();
/// assert_eq!(words, ["1", "12", "\\frac", "and", "find", "if", "is", "x"]);
/// assert_eq!(counts["x"], 3);
/// ```
pub fn terms(problem: &str) -> BTreeMap<String, u32> {
    let mut counts = BTreeMap::new();
    let mut rest = problem;
    while let Some(first) = rest.chars().next() {
        let (length, term) = next(rest, first);
        if let Some(term) = term {
            *counts.entry(term).or_default() += 1;
        }
        rest = &rest[length..];
    }
    counts
}

/// How many bytes come off, and the term that they are.
fn next(rest: &str, first: char) -> (usize, Option<String>) {
    let run = |from: usize, inside: fn(char) -> bool| {
        let tail = &rest[from..];
        from + tail.find(|letter| !inside(letter)).unwrap_or(tail.len())
    };
    if first == '\\' {
        let end = run(1, |letter| letter.is_ascii_alphabetic());
        // A sign behind a backslash is spacing or a delimiter.
        let sign = rest[1..].chars().next().map_or(0, char::len_utf8);
        return if end == 1 {
            (1 + sign, None)
        } else {
            (end, command(&rest[1..end]))
        };
    }
    if first.is_ascii_digit() {
        let end = run(0, |letter| letter.is_ascii_digit());
        return (end, Some(rest[..end].to_owned()));
    }
    if is_ideograph(first) {
        return (first.len_utf8(), Some(first.to_string()));
    }
    if first.is_alphabetic() {
        let end = run(0, |letter| letter.is_alphabetic() && !is_ideograph(letter));
        return (end, Some(rest[..end].to_lowercase()));
    }
    (first.len_utf8(), None)
}

fn command(name: &str) -> Option<String> {
    let name = match name {
        "dfrac" | "tfrac" | "cfrac" => "frac",
        name => name,
    };
    (!LAYOUT.contains(&name)).then(|| format!("\\{name}"))
}

/// Letters of Chinese, Japanese and Korean.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{2e80}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}')
}
