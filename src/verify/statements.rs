//! Finds the value in a sentence that states it: `The maximum value is 8`.

use crate::words;

/// Words that turn a statement round, or into something else.
const TURNING: [&str; 18] = [
    "no",
    "not",
    "none",
    "nothing",
    "nobody",
    "neither",
    "never",
    "wrong",
    "false",
    "incorrect",
    "cannot",
    "if",
    "when",
    "unless",
    "suppose",
    "which",
    "what",
    "without",
];

/// Whether words turn a statement round, or into something else.
pub(crate) fn turns(text: &str) -> bool {
    let words = text.split_whitespace().map(str::to_lowercase);
    let more = [
        "undefined",
        "except",
        "for",
        "than",
        "least",
        "most",
        "at",
        "let",
        "assume",
    ];
    words
        .into_iter()
        .any(|word| TURNING.contains(&word.as_str()) || more.contains(&word.as_str()))
}

/// A longer text is an argument.
/// By hand: no verdict changes with 100 or 400.
const STATEMENT_MAX: usize = 200;

/// What a sentence says of its subject, where the subject is words and denies nothing.
pub(crate) fn stated(text: &str) -> Option<String> {
    if text.len() > STATEMENT_MAX {
        return None;
    }
    let plain = words::bare(text);
    let plain = plain.trim();
    let (subject, value) = parted(plain)?;
    let subject = subject.to_lowercase();
    if subject.trim_start().starts_with("one of ") {
        // One of several is stated, and not what is asked for.
        return None;
    }
    let mut count = 0;
    for word in subject.split_whitespace() {
        if TURNING.contains(&word) || !word.chars().all(|c| c.is_alphabetic() || c == '\'') {
            return None;
        }
        count += 1;
    }
    // `n is even` says something of a name.
    let named = count >= 2 || count == 1 && !subject.is_ascii() || subject.trim() == "it";
    let value = value.trim();
    let turned = CHINESE
        .iter()
        .any(|word| subject.trim_end().ends_with(word));
    (named && !turned && !value.is_empty() && !is_placed(value)).then(|| value.to_owned())
}

/// A sentence before and behind its first verb that states.
fn parted(plain: &str) -> Option<(&str, &str)> {
    let verb = plain
        .split_inclusive(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len();
            Some((start, word))
        })
        .find(|(_, word)| matches!(word.trim(), "is" | "are" | "equals"));
    match verb {
        Some((at, word)) => Some((&plain[..at], &plain[at + word.len()..])),
        None => plain.split_once(['为', '是']),
    }
}

/// Signs before `是` and `为` that turn them round, or make what follows a bound.
const CHINESE: [&str; 8] = ["不", "非", "未", "至少", "至多", "大约", "约", "超过"];

/// Whether what is said starts with words that say where or how a number holds: `attained at x = 7`.
fn is_placed(value: &str) -> bool {
    const PLACES: &str =
        "at when where for by from attained achieved reached given obtained taken between";
    let first = value.split_whitespace().next().unwrap_or("");
    PLACES.split(' ').any(|word| word == first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_states_its_value() {
        for (text, value) in [
            ("\\text{The maximum value is } 8", Some("8")),
            ("The answer is \\sqrt{2}", Some("\\sqrt{2}")),
            ("\\text{最大值为}8", Some("8")),
            ("None of the values is 5", None),
            ("The least value is attained at 8", None),
            ("所以不是8", None),
            ("n is even", None),
            ("x = 3", None),
        ] {
            assert_eq!(stated(text).as_deref(), value, "{text}");
        }
    }
}
