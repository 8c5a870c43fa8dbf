//! Joins the parts of one quantity that `and` parts: `18 hours and 48 minutes` is no list.

use crate::units;

/// A text with the `and` taken out that stands between two units of one quantity, the larger one first.
pub(crate) fn joined(text: String) -> String {
    let short = text.len() <= TEXT_MAX;
    let Some(at) = short.then(|| text.find("and")).flatten() else {
        return text;
    };
    let (before, after) = (&text[..at], &text[at + 3..]);
    let apart = |c: char| !c.is_alphanumeric();
    let whole = before.ends_with(apart) && after.starts_with(apart);
    let larger = last_word(before).and_then(units::scale);
    let smaller = unit_behind_number(after).and_then(units::scale);
    match (larger, smaller) {
        (Some((one, above, below)), Some((other, less, part)))
            if whole && one == other && above * part > less * below =>
        {
            format!("{before} {after}")
        }
        _ => text,
    }
}

/// A longer text is no quantity. By hand.
const TEXT_MAX: usize = 120;

/// The last word of a text.
fn last_word(text: &str) -> Option<&str> {
    let mut words = text.rsplit(|c: char| !c.is_alphabetic());
    words.find(|word| !word.is_empty() && *word != "text")
}

/// The first word behind a number that a text starts with.
fn unit_behind_number(text: &str) -> Option<&str> {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '.');
    let set = |word: &&str| !word.is_empty() && !matches!(*word, "text" | "mathrm");
    let number = words.find(set)?;
    number.parse::<f64>().is_ok().then_some(())?;
    words.find(set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn and_within_a_quantity_is_taken_out() {
        let joined = |text: &str| joined(text.to_owned());
        assert_eq!(joined("5 feet and 6 inches"), "5 feet   6 inches");
        assert_eq!(
            joined("1 \\text{ hour and } 30 \\text{ minutes}"),
            "1 \\text{ hour   } 30 \\text{ minutes}"
        );
        for text in [
            "30 minutes and 1 hour",
            "2 hours and 3 hours",
            "2 apples and 3 pears",
        ] {
            assert_eq!(joined(text), text);
        }
    }
}
