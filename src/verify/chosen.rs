//! Finds the letter that a response chooses in prose: `I think it's B`, `故选 D`.
//!
//! Looked for only where the gold answer is a letter. A letter counts when words announce it, or say
//! that it is right; where the last such words name two, there is none.

use crate::words;

/// The letter of a choice, and whether words announced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Chosen {
    /// A capital letter from A to J.
    pub letter: char,
    /// Whether it was announced, and not only stands first.
    pub announced: bool,
}

/// What announces a letter, in lower case.
const ANCHORS: [&str; 32] = [
    "answer",
    "option",
    "choice",
    "choose",
    "chose",
    "select",
    "pick",
    "it's",
    "it is",
    "it must be",
    "therefore",
    "hence",
    "thus",
    "conclude",
    "答案",
    "选项",
    "选择",
    "选",
    "réponse",
    "reponse",
    "respuesta",
    "antwort",
    "ответ",
    "вариант",
    "risposta",
    "resposta",
    "opción",
    "答え",
    "正解",
    "정답",
    "답",
    "đáp án",
];

/// What may stand between an anchor and its letter.
const FILLERS: [&str; 46] = [
    "is",
    "are",
    "was",
    "the",
    "correct",
    "right",
    "best",
    "final",
    "option",
    "choice",
    "answer",
    "letter",
    "must",
    "be",
    "would",
    "should",
    "for",
    "sure",
    "definitely",
    "clearly",
    "indeed",
    "thus",
    "therefore",
    "as",
    "select",
    "choose",
    "est",
    "es",
    "ist",
    "la",
    "el",
    "die",
    "le",
    "lettre",
    "为",
    "是",
    "项",
    "应",
    "该",
    "应该",
    "选",
    "选项",
    "选择",
    "答案",
    "は",
    "는",
];

/// The letter that the answer part of a response chooses.
pub(crate) fn chosen(text: &str) -> Option<Chosen> {
    let tail = crate::scan::tail(text, TAIL_MAX);
    let announced = last_announced(tail);
    if let Some(letter) = announced {
        return letter.map(|letter| Chosen {
            letter,
            announced: true,
        });
    }
    first_letter(text.trim()).map(|letter| Chosen {
        letter,
        announced: false,
    })
}

/// Only so much of the end of a response is looked at.
/// By hand: no verdict changes with 1,000 or 4,000.
const TAIL_MAX: usize = 2_000;

/// The last letter that words announce or call right; `Some(None)` where they name two.
fn last_announced(text: &str) -> Option<Option<char>> {
    let folded = text.to_ascii_lowercase();
    let mut best: Option<(usize, Option<char>)> = None;
    for anchor in ANCHORS {
        for (at, _) in folded.match_indices(anchor) {
            let start = at + anchor.len();
            if let Some((place, letter)) = behind_anchor(text, start)
                && best.is_none_or(|(known, _)| place > known)
            {
                best = Some((place, letter));
            }
        }
    }
    for verb in [
        " is correct",
        " is the correct",
        " is right",
        " is the answer",
        "正确",
        "is true",
    ] {
        for (at, _) in folded.match_indices(verb) {
            if let Some((place, letter)) = before_verb(text, at)
                && best.is_none_or(|(known, _)| place > known)
            {
                best = Some((place, Some(letter)));
            }
        }
    }
    best.map(|(_, letter)| letter)
}

/// No more words than this stand between what announces a letter and the letter.
/// By hand: no verdict changes with 4 or 16.
const FILLERS_MAX: usize = 8;

/// The letter behind an anchor, past words that only fill.
fn behind_anchor(text: &str, start: usize) -> Option<(usize, Option<char>)> {
    let mut at = start;
    for _ in 0..FILLERS_MAX {
        let rest = text.get(at..)?;
        let shorter = rest.trim_start_matches([
            ' ', '\n', ':', '：', '*', '_', '(', '（', '$', '\\', '"', '【', '】', '{', '[', '，',
            ',',
        ]);
        at += rest.len() - shorter.len();
        let wrapped = ["text{", "textbf{", "mathrm{", "boxed{", "mathbf{"]
            .iter()
            .find(|wrap| shorter.starts_with(**wrap));
        if let Some(wrap) = wrapped {
            at += wrap.len();
            continue;
        }
        if let Some(letter) = lone_letter(shorter) {
            let two = names_another(&shorter[1..]);
            return Some((at, (!two).then_some(letter)));
        }
        let word = FILLERS
            .iter()
            .filter(|word| starts_with_word(shorter, word))
            .max_by_key(|word| word.len())?;
        at += word.len();
    }
    None
}

/// The letter before `is correct`.
fn before_verb(text: &str, at: usize) -> Option<(usize, char)> {
    let before = text
        .get(..at)?
        .trim_end_matches([')', '*', '}', '$', ' ', '）']);
    let letter = before.chars().next_back()?;
    if !letter.is_ascii_uppercase() {
        return None;
    }
    let inside = before[..before.len() - 1].chars().next_back();
    let starts = inside.is_none_or(|c| !c.is_alphanumeric());
    // "A and B is correct".
    let alone = !before[..before.len() - 1]
        .trim_end_matches(['(', '*', '$', '{', ' '])
        .ends_with([',', '&']);
    let named = letter.is_ascii_uppercase() && letter <= 'J' && starts && alone;
    named.then_some((before.len() - 1, letter))
}

/// A capital letter that stands alone at the start of a text.
fn lone_letter(text: &str) -> Option<char> {
    let mut chars = text.chars();
    let letter = chars.next().filter(char::is_ascii_uppercase)?;
    let next = chars.next();
    let apart = next.is_none_or(|c| !c.is_alphanumeric() || !c.is_ascii());
    let name = next.is_some_and(|c| c == '\'' || c == '-' || c == '=' || c == '^' || c == '_');
    // `A triangle`: an article.
    let article = matches!(letter, 'A' | 'I')
        && text[1..].starts_with(' ')
        && text[2..].starts_with(|c: char| c.is_ascii_lowercase())
        && !["because", "since", "not", "non", "as ", "and", "or "]
            .iter()
            .any(|word| text[2..].starts_with(word));
    (letter <= 'J' && apart && !name && !article).then_some(letter)
}

/// Whether another letter follows, joined by `or`, `and` or a comma.
fn names_another(text: &str) -> bool {
    let text = text.trim_start_matches([')', '*', '}', '$', '）', ' ']);
    let rest = [",", "or ", "and ", "、", "&", "和", "或"]
        .iter()
        .find_map(|joint| text.strip_prefix(joint));
    let rest = rest.map(|rest| rest.trim_start_matches([' ', '(', '*', '$']));
    rest.is_some_and(|rest| lone_letter(rest).is_some())
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(head) = text.get(..word.len()) else {
        return false;
    };
    let after = text[word.len()..].chars().next();
    head.eq_ignore_ascii_case(word)
        && (!word.is_ascii() || after.is_none_or(|c| !c.is_ascii_alphanumeric()))
}

/// A response that starts with its letter and goes on for this long is an argument.
/// By hand: no verdict changes with 100 or 400.
const FIRST_LETTER_MAX: usize = 200;

/// A response that starts with its letter: `D. it can't be A`, `B不是 A`.
fn first_letter(text: &str) -> Option<char> {
    let inner = text.trim_start_matches(['*', '(', '$', ' ']);
    let letter = lone_letter(inner)?;
    let after = inner[1..].chars().next();
    let marked = after.is_none_or(|c| ".):。，,\n*）".contains(c) || !c.is_ascii());
    let choice = words::choice(text).is_some();
    (marked && text.len() < FIRST_LETTER_MAX || choice).then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_announced() {
        for (text, letter) in [
            (
                "It's not A because of that, therefore I think it's B",
                Some('B'),
            ),
            ("The answer is for sure D, it can't be A", Some('D')),
            ("The correct option is **C**.", Some('C')),
            ("Hence (B) is correct.", Some('B')),
            ("正确选项为(D)", Some('D')),
            ("【答案】D", Some('D')),
            ("B不是 A", Some('B')),
            ("The answer is A or B", None),
            ("It is A triangle", None),
            ("Nothing is said.", None),
        ] {
            assert_eq!(chosen(text).map(|found| found.letter), letter, "{text}");
        }
    }
}
