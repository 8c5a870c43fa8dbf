//! Tells a value from what a parenthesis behind it says again: `3/8 (0.375)`, `20 (4 packs)`.
//!
//! In prose a blank and a bracket with a number behind a value restate or explain it; they multiply
//! nothing. Where what stands in the bracket is mathematics too, it may be a factor all the same: it is
//! taken for a restatement only where both say one value.

use crate::words;

/// A value with a bracket behind it.
pub(crate) struct Restated {
    /// What stands before the bracket.
    pub value: String,
    /// What stands in it.
    pub again: String,
    /// Whether words stand in it, so that it is no factor.
    pub worded: bool,
}

/// A longer text is no value with a bracket. By hand.
const TEXT_MAX: usize = 120;

/// A text that is a value with a bracket behind it, in which a number stands first.
pub(crate) fn restated(text: &str) -> Option<Restated> {
    let ends = text.trim_end().trim_end_matches(['}', '*', '$', '.']);
    if text.len() > TEXT_MAX || !ends.ends_with(')') {
        return None;
    }
    let bare = words::bare(text);
    let plain = bare.trim().trim_end_matches(['.', '*', '$']);
    let inner = plain.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let (value, again) = (&inner[..open], inner[open + 1..].trim());
    let apart = value.ends_with([' ', '*', '$', '~']) || bare.len() != text.len();
    let value = value.trim_end_matches([' ', '*', '$', '~']);
    let worded = is_worded(again)?;
    // What words stand behind is no factor, and may be a list or have a unit.
    let ended = value.ends_with(|c: char| c.is_ascii_digit() || "}%".contains(c))
        || worded && value.ends_with(char::is_alphabetic);
    let single = !value.contains(['(', ';']) && (worded || !value.contains(','));
    let figures = value.contains(|c: char| c.is_ascii_digit());
    if !apart || !ended || !single || !figures || !is_number_first(again) {
        return None;
    }
    Some(Restated {
        value: value.to_owned(),
        again: again.to_owned(),
        worded,
    })
}

/// Whether a text starts with a digit, maybe behind the sign of a currency.
fn is_number_first(text: &str) -> bool {
    let plain = text.trim_start_matches(['\\', '$', '-', '=', ' ']);
    plain.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether words stand in a bracket; nothing where they say when the value holds, or leave it open.
fn is_worded(again: &str) -> Option<bool> {
    const OPEN: &str = "mod base for if when where unless or not and";
    let mut worded = false;
    let mut before = ' ';
    for word in again.split_inclusive(|c: char| !c.is_alphabetic()) {
        let letters = word.trim_end_matches(|c: char| !c.is_alphabetic());
        if OPEN.split(' ').any(|open| open == letters) {
            return None;
        }
        worded |= before != '\\' && letters.chars().count() > 2;
        before = word.chars().next_back().unwrap_or(' ');
    }
    Some(worded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bracket_behind_a_value_says_it_again() {
        for (text, value, again, worded) in [
            ("3/8 (0.375)", "3/8", "0.375", false),
            ("20 (4 packs)", "20", "4 packs", true),
            ("20 \\text{ (4 packs)}", "20", "4 packs", true),
            ("**36** (6 * 6)", "**36", "6 * 6", false),
        ] {
            let found = restated(text).unwrap_or_else(|| panic!("nothing in {text}"));
            assert_eq!(
                (&*found.value, &*found.again, found.worded),
                (value, again, worded),
                "{text}"
            );
        }
        for text in [
            "2(3)",
            "(1, 2)",
            "f (2)",
            "5 (mod 7)",
            "5 (2 mod 7)",
            "x (3)",
        ] {
            assert!(restated(text).is_none(), "{text}");
        }
    }
}
