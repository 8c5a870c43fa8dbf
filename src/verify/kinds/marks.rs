//! Answers that name several choices or statements: `A, C`, `BD`, `①③`, `(1)(3)`.

use crate::decision::Decision;
use crate::verdict::Reason;

/// The choices that a text names.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Marks {
    /// Sorted, each once.
    marks: Vec<char>,
    /// Whether something parts them: `AC` may also be a segment.
    parted: bool,
}

/// Compares where both sides name choices, and one of them several.
pub(crate) fn by_text(gold: &str, answer: &str) -> Option<Decision> {
    let (gold, answer) = (read(gold)?, read(answer)?);
    if gold.marks.len() < 2 && answer.marks.len() < 2 {
        return None;
    }
    // Statements and letters are not compared with each other.
    if gold.marks[0].is_ascii_alphabetic() != answer.marks[0].is_ascii_alphabetic() {
        return None;
    }
    let sure = gold.parted || answer.parted;
    Some(if gold.marks == answer.marks {
        Decision::Equal(Reason::Choice)
    } else if sure {
        Decision::Different(Reason::Choice)
    } else {
        Decision::Unknown(Reason::Choice)
    })
}

/// No problem has more choices.
/// By hand: no verdict changes with 10 or 40.
const MARKS_MAX: usize = 20;

/// A longer text names more than choices.
/// By hand: no verdict changes with 60 or 240.
const MARKS_TEXT_MAX: usize = 120;

/// The choices of a text that is nothing else.
fn read(text: &str) -> Option<Marks> {
    let first = text.trim_start().chars().next()?;
    let possible = ('A'..='F').contains(&first) || !first.is_ascii() || "(\\$*".contains(first);
    if text.len() > MARKS_TEXT_MAX || !possible {
        return None;
    }
    let plain = crate::words::bare(text);
    let mut rest = plain.trim().trim_matches(['$', '*', '.']).trim();
    let mut marks = Vec::new();
    let mut parted = false;
    while !rest.is_empty() {
        let before = rest;
        rest = separator(rest);
        parted |= !marks.is_empty() && rest.len() < before.trim_start().len();
        if rest.is_empty() {
            break;
        }
        let (mark, length, bracketed) = mark(rest)?;
        parted |= bracketed;
        if marks.contains(&mark) || marks.len() >= MARKS_MAX {
            return None;
        }
        marks.push(mark);
        rest = &rest[length..];
    }
    (!marks.is_empty()).then(|| {
        marks.sort_unstable();
        Marks { marks, parted }
    })
}

/// A text without what parts two marks.
fn separator(mut text: &str) -> &str {
    const WORDS: [&str; 8] = ["and", "&", "和", "与", "以及", "、", "及", "\\quad"];
    loop {
        let shorter = text.trim_start_matches([' ', ',', ';']);
        let shorter = WORDS
            .iter()
            .find_map(|word| shorter.strip_prefix(word))
            .unwrap_or(shorter);
        if shorter.len() == text.len() {
            return text;
        }
        text = shorter;
    }
}

/// The mark that a text starts with, its length, and whether it can be nothing but a mark.
fn mark(text: &str) -> Option<(char, usize, bool)> {
    let first = text.chars().next()?;
    if ('①'..='⑳').contains(&first) {
        return Some((first, first.len_utf8(), true));
    }
    let bracketed = first == '(';
    let inner = if bracketed { &text[1..] } else { text };
    let letter = inner.chars().next()?;
    // A statement's number stands in brackets.
    let known = ('A'..='F').contains(&letter) || bracketed && letter.is_ascii_digit();
    if !known {
        return None;
    }
    if !bracketed {
        return Some((letter, 1, false));
    }
    inner[1..].starts_with(')').then_some((letter, 3, true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_have_no_order() {
        let equal =
            |left: &str, right: &str| matches!(by_text(left, right), Some(Decision::Equal(_)));
        assert!(equal("AC", "C, A"));
        assert!(equal("①③", "\\text{③ and ①}"));
        assert!(equal("(1)(3)", "(1), (3)"));
        assert!(!equal("AC", "ACD"));
        assert_eq!(by_text("A", "C"), None);
        assert_eq!(by_text("(1)(3)", "3"), None);
    }
}
