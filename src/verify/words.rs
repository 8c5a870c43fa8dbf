//! Answers that are words or the letters of choices.

use crate::cardinals;
use crate::scan::replaced;

/// A text without the LaTeX, the case and the blanks that do not tell words apart.
pub(crate) fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for piece in unwrapped(text).split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&piece.to_lowercase());
    }
    plain
}

/// Whether a text has commands that only set it as words.
pub(crate) fn is_worded(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\\', bytes).any(|at| {
        let name = &bytes[at + 1..];
        [&b"text"[..], b"mbox", b"mathrm"]
            .iter()
            .any(|known| name.starts_with(known))
    })
}

/// The commands that only set their argument as words.
const WORD_WRAPS: [&str; 7] = [
    "\\text{",
    "\\textbf{",
    "\\textit{",
    "\\textrm{",
    "\\mbox{",
    "\\mathrm{",
    "\\textnormal{",
];

/// The commands that set a letter or a word in a face of its own, and may be mathematics.
const FACE_WRAPS: [&str; 2] = ["\\mathbf{", "\\operatorname{"];

/// A text without the commands that only set it as words, with its case.
pub(crate) fn bare(text: &str) -> String {
    if !is_worded(text) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let wrap = WORD_WRAPS.iter().find(|wrap| rest.starts_with(**wrap));
        let inner = wrap.and_then(|wrap| {
            let close = crate::scan::closing_brace(rest.as_bytes(), wrap.len() - 1)?;
            Some((&rest[wrap.len()..close], &rest[close + 1..]))
        });
        match inner {
            // Only plain words: a command within keeps its braces.
            Some((words, after)) if !words.contains(['\\', '{']) => {
                plain.push(' ');
                plain.push_str(words);
                plain.push(' ');
                rest = after;
            }
            _ => {
                let step = rest
                    .chars()
                    .nth(1)
                    .map_or(1, |second| 1 + second.len_utf8());
                plain.push_str(&rest[..step]);
                rest = &rest[step..];
            }
        }
    }
    plain.push_str(rest);
    plain
}

/// A text without the commands that only set it as words.
fn unwrapped(text: &str) -> String {
    if !text.contains(['\\', '{', '}', '$', '~', '"', '“', '”', '*']) {
        return text.trim().trim_end_matches(['.', '。']).trim().to_owned();
    }
    let mut plain = text.to_owned();
    for wrap in WORD_WRAPS.iter().chain(&FACE_WRAPS) {
        plain = replaced(plain, wrap, "{");
    }
    let noise = [
        "{", "}", "$", "\\ ", "\\,", "~", "\"", "“", "”", "\\!", "**",
    ];
    for mark in noise {
        let blank = mark == "~" || mark.starts_with("\\");
        plain = replaced(plain, mark, if blank { " " } else { "" });
    }
    plain.trim().trim_end_matches(['.', '。']).trim().to_owned()
}

/// A word without the ending of its plural, roughly: both sides are cut alike.
pub(crate) fn singular(word: &str) -> String {
    let cut = if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    } else if ["ches", "shes", "sses", "xes"]
        .iter()
        .any(|ending| word.ends_with(ending))
    {
        2
    } else if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && word.is_ascii() {
        1
    } else {
        0
    };
    word[..word.len() - cut].to_owned()
}

/// The letter of a choice, and the text behind it where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Choice {
    /// A capital letter from A to J.
    pub letter: char,
    /// What stands behind the letter: `5` in `(C) 5`.
    pub text: Option<String>,
}

/// The choice that a text names, if it is nothing else: `C`, `(C)`, `C.`, `(C) 5`, `Option C`.
pub(crate) fn choice(text: &str) -> Option<Choice> {
    let mut rest = text.trim().trim_matches('*').trim();
    let leads = [
        "Option ", "option ", "Choice ", "choice ", "Answer: ", "选项", "选择 ", "选择", "选 ",
        "选",
    ];
    rest = leads
        .iter()
        .find_map(|lead| rest.strip_prefix(lead))
        .unwrap_or(rest);
    let mut wraps = 0;
    while let Some(inner) = strip_mark(rest) {
        wraps += usize::from(rest.starts_with('\\'));
        rest = inner;
    }
    rest = leads
        .iter()
        .find_map(|lead| rest.strip_prefix(lead))
        .map_or(rest, strip_marks);
    let bracketed = rest.starts_with(['(', '（']);
    let inner = strip_marks(rest.trim_start_matches(['(', '（']));
    let mut chars = inner.chars();
    let letter = chars.next()?;
    let capital = letter.is_ascii_uppercase();
    let named = letter.is_ascii_alphabetic() && letter.to_ascii_uppercase() <= 'J';
    if !named || !capital && !bracketed {
        return None;
    }
    let letter = letter.to_ascii_uppercase();
    // A brace behind the letter closes the words that it was set in.
    let behind = chars
        .as_str()
        .trim_start_matches('}')
        .trim_end_matches(['$', '*'])
        .trim_end();
    let closed = behind.trim_start_matches([')', '）', '.', ':', '：', '、', '．']);
    let tail = closed
        .trim_start_matches(['}', ' ', '*', ')', '$', '.', '~'])
        .trim_start_matches("\\ ");
    if tail.is_empty() {
        let alone = bracketed || wraps > 0 || behind.len() <= 3;
        return alone.then_some(Choice { letter, text: None });
    }
    let marked = closed.len() < behind.len();
    let parted = behind.starts_with([')', '）', '、']) || closed.starts_with([' ', '}', '$']);
    (marked && parted && capital).then(|| Choice {
        letter,
        text: Some(tail.trim().to_owned()),
    })
}

/// A text without the command, brace or dollar that it starts with.
fn strip_mark(text: &str) -> Option<&str> {
    const MARKS: [&str; 3] = ["\\boxed{", "{", "$"];
    let mut wraps = WORD_WRAPS.iter().chain(&FACE_WRAPS).chain(&MARKS);
    wraps
        .find_map(|wrap| text.strip_prefix(wrap))
        .map(str::trim_start)
}

fn strip_marks(mut text: &str) -> &str {
    while let Some(inner) = strip_mark(text) {
        text = inner;
    }
    text
}

/// The ordinals from the first on.
const ORDINALS: [&str; 20] = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

/// No number in words that is read is longer: `nine hundred ninety-nine thousand nine hundred ninety-nine`,
/// set in `\\text{}`. By hand.
const NUMBER_MAX: usize = 80;

/// A number that is written in words, in digits.
pub(crate) fn in_digits(text: String) -> String {
    if text.len() > NUMBER_MAX || has_sign(&text) {
        return text;
    }
    let words = folded(&text);
    let ordinal = || {
        let words = words.strip_prefix("the ").unwrap_or(&words);
        let at = ORDINALS.iter().position(|ordinal| *ordinal == words)?;
        Some((at + 1).to_string())
    };
    fraction(&words)
        .or_else(|| cardinals::digits(&words))
        .or_else(ordinal)
        .unwrap_or(text)
}

/// `one half`, `three quarters`, `two-thirds`.
fn fraction(word: &str) -> Option<String> {
    const PARTS: [&str; 11] = [
        "half", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
        "quarter", "halves",
    ];
    let (above, below) = word.split_once([' ', '-'])?;
    let above = match above {
        "a" => 1,
        above => cardinals::unit(above)?,
    };
    let plain = below.strip_suffix('s').unwrap_or(below);
    let below = match PARTS
        .iter()
        .position(|part| *part == below || *part == plain)?
    {
        9 => 4,
        10 => 2,
        at => at + 2,
    };
    Some(format!("\\frac{{{above}}}{{{below}}}"))
}

/// Words of which at most one is right: two of one line are different answers.
const RIVALS: [&[&str]; 8] = [
    &["yes", "no"],
    &["true", "false"],
    &["odd", "even", "neither"],
    &["increasing", "decreasing"],
    &["convergent", "divergent"],
    &["converges", "diverges"],
    &["rational", "irrational"],
    &["positive", "negative", "zero"],
];

/// Whether two folded words exclude each other.
pub(crate) fn rivals(left: &str, right: &str) -> bool {
    left != right
        && RIVALS
            .iter()
            .any(|words| words.contains(&left) && words.contains(&right))
}

/// Whether a text has a sign that no words have and that folding leaves: it need not be folded to be told from words.
pub(crate) fn has_sign(text: &str) -> bool {
    let is_sign = |byte: u8| byte.is_ascii_digit() || b"=^_+<>|/()[]".contains(&byte);
    text.bytes().any(is_sign)
}

/// Whether a folded text is words and nothing that could be mathematics.
pub(crate) fn is_words(folded: &str) -> bool {
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    // One sign of Chinese is a word.
    let least = if folded.is_ascii() { 2 } else { 1 };
    letters >= least
        && folded
            .chars()
            .all(|c| c.is_alphabetic() || " -'.,".contains(c))
        && folded.split(' ').any(|word| word.chars().count() >= least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_letters() {
        let letter = |text| choice(text).map(|choice| choice.letter);
        for text in [
            "C",
            "(C)",
            "\\text{C}",
            "\\textbf{(C)}",
            "C.",
            "(C) 5",
            "C) 5",
            "Option C",
            "(c)",
        ] {
            assert_eq!(letter(text), Some('C'), "{text}");
        }
        for text in ["c", "Cat", "CD", "C + 1", "5", "K", ""] {
            assert_eq!(letter(text), None, "{text}");
        }
    }

    #[test]
    fn rivals_exclude_each_other() {
        assert!(rivals("yes", "no"));
        assert!(!rivals("yes", "yes"));
        assert!(!rivals("yes", "odd"));
    }
}
