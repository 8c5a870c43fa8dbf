//! Compares the letters of choices, and the texts behind them.

use crate::decision::Decision;
use crate::verdict::Reason;
use crate::words::{self, Choice};

/// Compares the texts behind two letters, which are answers of their own.
type Again<'a> = dyn Fn(&str, &str) -> Decision + 'a;

/// Letters of choices: one against another, or the text behind one.
pub(crate) fn by_text(gold: &str, answer: &str, again: &Again<'_>) -> Option<Decision> {
    match (words::choice(gold), words::choice(answer)) {
        (Some(gold), Some(answer)) => Some(two_choices(&gold, &answer, again)),
        (
            Some(Choice {
                text: Some(text), ..
            }),
            None,
        ) => Some(again(&text, answer).doubted()),
        (
            None,
            Some(Choice {
                text: Some(text), ..
            }),
        ) => Some(again(gold, &text).doubted()),
        (None, None) => None,
        // `a`, where the other side is the choice A.
        (Some(Choice { letter, text: None }), None) if is_small(letter, answer) => {
            Some(Decision::Equal(Reason::Choice))
        }
        (None, Some(Choice { letter, text: None })) if is_small(letter, gold) => {
            Some(Decision::Equal(Reason::Choice))
        }
        // Only the problem knows what the letter stands for.
        _ => Some(Decision::Unknown(Reason::Choice)),
    }
}

/// Whether a text is the letter of a choice in lower case.
fn is_small(letter: char, text: &str) -> bool {
    letter <= 'E' && text.trim() == letter.to_ascii_lowercase().to_string()
}

/// Two letters; where both have a text behind them, the texts must not speak against the letters.
fn two_choices(gold: &Choice, answer: &Choice, again: &Again<'_>) -> Decision {
    let same_letter = gold.letter == answer.letter;
    let texts = match (&gold.text, &answer.text) {
        (Some(gold), Some(answer)) => Some(again(gold, answer)),
        _ => None,
    };
    match (same_letter, texts) {
        (true, None | Some(Decision::Equal(_))) => Decision::Equal(Reason::Choice),
        (true, Some(_)) | (false, Some(Decision::Equal(_))) => Decision::Unknown(Reason::Choice),
        (false, _) => Decision::Different(Reason::Choice),
    }
}
