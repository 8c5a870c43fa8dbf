//! Compares dates with the month in words: `March 5` and `5th of March`.

use crate::decision::Decision;
use crate::verdict::Reason;
use crate::words;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A day of a year that may be left open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Date {
    year: Option<u32>,
    month: Option<u32>,
    day: Option<u32>,
}

/// Compares where both texts are dates and nothing else.
pub(crate) fn by_text(gold: &str, answer: &str) -> Option<Decision> {
    let (gold, answer) = (read(gold)?, read(answer)?);
    let years = gold.year.is_none() == answer.year.is_none();
    Some(if (gold.month, gold.day) != (answer.month, answer.day) {
        Decision::Different(Reason::Words)
    } else if gold.year == answer.year {
        Decision::Equal(Reason::Words)
    } else if years {
        Decision::Different(Reason::Words)
    } else {
        Decision::Unknown(Reason::Doubtful)
    })
}

/// A longer text is a sentence.
/// By hand: no verdict changes with 30 or 120.
const DATE_MAX: usize = 60;

/// What mathematics has and no date does.
const SIGNS: [char; 9] = ['=', '<', '>', '|', '(', ')', '[', ']', '/'];

/// The date that a text is.
fn read(text: &str) -> Option<Date> {
    let has = |is: fn(&u8) -> bool| text.as_bytes().iter().any(is);
    let named = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    if text.len() > DATE_MAX || !named || text.contains(SIGNS) {
        return None;
    }
    let folded = words::folded(text);
    let mut date = Date::default();
    let parts = folded
        .split([' ', ','])
        .map(|part| part.trim_matches(['.', '\\']));
    for part in parts.filter(|part| !matches!(*part, "" | "of" | "the" | "on")) {
        let place = match month(part) {
            Some(month) => (&mut date.month, month),
            None => {
                let number = number(part)?;
                let day = number <= 31;
                (if day { &mut date.day } else { &mut date.year }, number)
            }
        };
        if place.0.replace(place.1).is_some() {
            return None;
        }
    }
    (date.month.is_some() && date.day.is_some()).then_some(date)
}

/// The number of a month, from its name or the start of its name.
fn month(word: &str) -> Option<u32> {
    let at = MONTHS
        .iter()
        .position(|name| word.len() >= 3 && name.starts_with(word))?;
    u32::try_from(at + 1).ok()
}

/// `5`, `5th`, `5^th`.
fn number(word: &str) -> Option<u32> {
    let plain = ["st", "nd", "rd", "th"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word);
    plain.trim_end_matches('^').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_in_any_order() {
        let decision = |left, right| by_text(left, right);
        for text in [
            "5 March",
            "the 5th of March",
            "\\text{Mar. 5}",
            "March 5^{\\text{th}}",
        ] {
            let found = decision("March 5", text);
            assert!(
                matches!(found, Some(Decision::Equal(_))),
                "{text} {found:?}"
            );
        }
        let other = decision("March 5, 2024", "March 5, 2023");
        assert!(matches!(other, Some(Decision::Different(_))));
        assert_eq!(decision("March 5", "5"), None);
    }
}
