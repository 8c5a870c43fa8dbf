//! The mathematics in plain text that a number is part of: `y = x^2`, `2√3`, `1 and 2`.
//!
//! A number alone would be a piece of it. What is mathematics is told word by word: digits, operators,
//! brackets, letters that stand alone and names of functions are; other words are not.

use std::ops::Range;

use crate::commands;

/// The run of mathematics around a number, within a span of the text.
pub(crate) fn around(text: &str, within: &Range<usize>, number: &Range<usize>) -> Range<usize> {
    let words = words(text, within);
    let Some(at) = words.iter().position(|word| word.end > number.start) else {
        return number.clone();
    };
    if !is_mathematics(&text[words[at].clone()]) {
        return number.clone();
    }
    let (mut first, mut last) = (at, at);
    while first > 0 && goes_back(text, &words, first) {
        first -= 1;
    }
    while last + 1 < words.len() && goes_on(text, &words, last) {
        last += 1;
    }
    while first < at && is_joint(&text[words[first].clone()]) {
        first += 1;
    }
    while last > at && is_joint(&text[words[last].clone()]) {
        last -= 1;
    }
    let start = words[first].start.min(number.start);
    let end = words[last].end.max(number.end);
    stripped(text, start..end, number)
}

/// No run of mathematics in plain text has more words. By hand.
const WORDS_MAX: usize = 40;

/// The words of a span, by blanks, from the last of them back.
fn words(text: &str, within: &Range<usize>) -> Vec<Range<usize>> {
    let inner = text.get(within.clone()).unwrap_or("");
    let line = inner.rfind('\n').map_or(0, |at| at + 1);
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    for (at, c) in inner[line..]
        .char_indices()
        .chain([(inner.len() - line, ' ')])
    {
        let at = within.start + line + at;
        match (c.is_whitespace(), start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                words.push(from..at);
                start = None;
            }
            _ => {}
        }
    }
    words.split_off(words.len().saturating_sub(WORDS_MAX))
}

/// Whether the word before belongs to the same mathematics.
fn goes_back(text: &str, words: &[Range<usize>], at: usize) -> bool {
    let before = &text[words[at - 1].clone()];
    let joins = is_conjunction(before) && at >= 2 && is_mathematics(&text[words[at - 2].clone()]);
    !ends(before) && (joins || is_mathematics(before))
}

/// Whether the word behind does.
fn goes_on(text: &str, words: &[Range<usize>], at: usize) -> bool {
    let after = &text[words[at + 1].clone()];
    let next = words.get(at + 2).map(|word| &text[word.clone()]);
    let joins = is_conjunction(after) && next.is_some_and(is_mathematics);
    !ends(&text[words[at].clone()]) && (joins || is_mathematics(after))
}

fn is_conjunction(word: &str) -> bool {
    matches!(word, "and" | "or")
}

/// Whether a word ends a sentence or what a colon announces.
fn ends(word: &str) -> bool {
    word.trim_end_matches(['*', '"'])
        .ends_with(['.', ';', '?', ':', '。'])
}

/// Whether a word only joins others: an operator, a dash, a conjunction.
fn is_joint(word: &str) -> bool {
    is_conjunction(word)
        || !word.contains(char::is_alphanumeric) && !word.contains([')', '}', ']', '√', 'π', '∞'])
}

/// Whether a word is mathematics.
fn is_mathematics(word: &str) -> bool {
    let plain = word.trim_matches(['*', '"', '`']);
    if matches!(plain, "a" | "A" | "I" | "") {
        return false;
    }
    let mut rest = plain;
    while let Some(at) = rest.find(char::is_alphabetic) {
        let command = rest[..at].ends_with('\\');
        let inner = &rest[at..];
        let length = inner
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(inner.len());
        if !command && !is_name(&inner[..length]) {
            return false;
        }
        rest = &inner[length..];
    }
    plain.contains(|c: char| c.is_alphanumeric() || "+-*/=<>^≤≥≠±×÷√−–".contains(c))
}

/// Whether letters in a row are names of mathematics: up to one, signs, or a function.
fn is_name(letters: &str) -> bool {
    let mut chars = letters.chars();
    let single = chars.next().is_some() && chars.next().is_none();
    let wide = letters.chars().any(|c| c >= '\u{2E80}');
    let signs = letters.chars().all(|c| "πθαβγδλμσφω".contains(c));
    !wide
        // `5th` is an ordinal, and no hyperbolic tangent.
        && letters != "th"
        && (single
            || signs
            || matches!(letters, "pi" | "infinity" | "cis")
            || commands::function(letters).is_some())
}

/// A run without the marks at its ends that belong to the sentence; the number stays in it.
fn stripped(text: &str, run: Range<usize>, number: &Range<usize>) -> Range<usize> {
    let mut run = without_marks(text, run, number);
    let inner = &text[run.clone()];
    let count = |c: char| inner.matches(c).count();
    if count(')') > count('(') && inner.ends_with(')') && run.end > number.end {
        run.end -= 1;
    }
    if count('(') > count(')') && inner.starts_with('(') && run.start < number.start {
        run.start += 1;
    }
    without_marks(text, run, number)
}

/// A run without the marks of emphasis and of the sentence at its ends.
fn without_marks(text: &str, mut run: Range<usize>, number: &Range<usize>) -> Range<usize> {
    while run.end > number.end
        && text[..run.end].ends_with(['.', ',', ';', ':', '?', '*', '"', '`'])
    {
        run.end -= 1;
    }
    while run.start < number.start && text[run.start..].starts_with(['*', '"', '`', ',', ':']) {
        run.start += 1;
    }
    run
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_with_the_mathematics_it_is_part_of() {
        for (text, number, run) in [
            ("the angle equals pi/3.", "3", "pi/3"),
            ("we obtain y = x^2.", "2", "y = x^2"),
            ("x equals 2√3", "3", "2√3"),
            ("the roots are 1 and 2", "2", "1 and 2"),
            ("Erin has 14 lollipops left.", "14", "14"),
            ("it is sqrt(5)", "5", "sqrt(5)"),
            ("Hence x > 3", "3", "x > 3"),
            ("(there are **5**)", "5", "5"),
            ("a 5 and a dog", "5", "5"),
        ] {
            let at = text.rfind(number).expect("the number");
            let found = around(text, &(0..text.len()), &(at..at + number.len()));
            assert_eq!(&text[found], run, "{text}");
        }
    }
}
