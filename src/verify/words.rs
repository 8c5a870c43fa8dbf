//! Answers that are words or the letters of choices.

/// A text without the LaTeX, the case and the blanks that do not tell words apart.
pub(super) fn folded(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for piece in unwrapped(text).split_whitespace() {
        if !plain.is_empty() {
            plain.push(' ');
        }
        plain.push_str(&piece.to_lowercase());
    }
    plain
}

/// A text without the commands that only set it as words.
fn unwrapped(text: &str) -> String {
    const WRAPS: [&str; 9] = [
        "\\text{",
        "\\textbf{",
        "\\textit{",
        "\\textrm{",
        "\\mbox{",
        "\\mathrm{",
        "\\mathbf{",
        "\\operatorname{",
        "\\textnormal{",
    ];
    let mut plain = text.to_owned();
    for wrap in WRAPS {
        plain = plain.replace(wrap, "{");
    }
    let noise = [
        "{", "}", "$", "\\ ", "\\,", "~", "\"", "“", "”", "\\!", "**",
    ];
    for mark in noise {
        plain = plain.replace(
            mark,
            if mark == "~" || mark.starts_with("\\") {
                " "
            } else {
                ""
            },
        );
    }
    plain.trim().trim_end_matches(['.', '。']).trim().to_owned()
}

/// The letter of a choice, and the text behind it where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    /// A capital letter from A to J.
    pub letter: char,
    /// What stands behind the letter: `5` in `(C) 5`.
    pub text: Option<String>,
}

/// The choice that a text names, if it is nothing else: `C`, `(C)`, `C.`, `(C) 5`, `Option C`.
pub(super) fn choice(text: &str) -> Option<Choice> {
    let mut rest = text.trim().trim_matches('*').trim();
    let leads = [
        "Option ", "option ", "Choice ", "choice ", "Answer: ", "选项", "选",
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
    const WRAPS: [&str; 12] = [
        "\\text{",
        "\\textbf{",
        "\\textit{",
        "\\textrm{",
        "\\mbox{",
        "\\mathrm{",
        "\\mathbf{",
        "\\operatorname{",
        "\\textnormal{",
        "\\boxed{",
        "{",
        "$",
    ];
    WRAPS
        .iter()
        .find_map(|wrap| text.strip_prefix(wrap))
        .map(str::trim_start)
}

fn strip_marks(mut text: &str) -> &str {
    while let Some(inner) = strip_mark(text) {
        text = inner;
    }
    text
}

/// A number that is written as a word, in digits.
pub(super) fn in_digits(text: String) -> String {
    const NUMBERS: [&str; 21] = [
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
        "twenty",
    ];
    if text.len() > 24 {
        return text;
    }
    let word = folded(&text);
    let number = NUMBERS.iter().position(|number| *number == word);
    number.map_or(text, |number| number.to_string())
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
pub(super) fn rivals(left: &str, right: &str) -> bool {
    left != right
        && RIVALS
            .iter()
            .any(|words| words.contains(&left) && words.contains(&right))
}

/// Whether a folded text is words and nothing that could be mathematics.
pub(super) fn is_words(folded: &str) -> bool {
    let letters = folded.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && folded
            .chars()
            .all(|c| c.is_alphabetic() || " -'.,".contains(c))
        && folded.split(' ').any(|word| word.chars().count() >= 2)
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
