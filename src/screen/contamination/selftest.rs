//! The detector tested on the benchmark itself: each item is planted as it is, respelled and with other
//! numbers, and counted.
//!
//! What is measured where: a fingerprint is made from texts, so its self-test runs then, and its counts
//! stand in its file for ever. A run that only has the fingerprint repeats these counts and says so; a run
//! that has the benchmark's texts (a local file) plants them again. What the detector finds among problems
//! that are *not* planted (`unrelated`) is counted as if it were all wrong: real collections hold real copies
//! of benchmarks, so this bounds precision from below.

use std::collections::BTreeMap;

pub use super::counts::{Found, Measured, Unrelated};
use super::{Detector, Fingerprint};
use crate::screen::canonical::canonical;

/// The change that leaves an item as it is.
pub const VERBATIM: &str = "verbatim";
/// The change that gives an item other numbers.
pub const NUMBERS: &str = "numbers_changed";

/// Plants every item of a benchmark with each change; `texts` are its items' problems, in order.
pub fn measure(
    fingerprint: &Fingerprint,
    texts: &[String],
    unrelated: Option<Unrelated>,
) -> Measured {
    let detector = Detector::new(vec![fingerprint.clone()]);
    let mut planted: BTreeMap<String, Found> = BTreeMap::new();
    for (index, text) in (0..).zip(texts) {
        for (change, apply) in CHANGES {
            let changed = apply(text);
            let says_the_same = || canonical(&changed).text == canonical(text).text;
            if *change != VERBATIM && changed == *text || *change == NUMBERS && says_the_same() {
                continue;
            }
            let hits = detector.hits(&changed);
            let own = hits.iter().find(|hit| hit.item == index);
            let found = planted.entry((*change).to_owned()).or_default();
            found.add(own.map(|hit| hit.class));
        }
    }
    Measured::of(planted, unrelated)
}

impl Measured {
    fn of(planted: BTreeMap<String, Found>, unrelated: Option<Unrelated>) -> Self {
        let copies = || planted.iter().filter(|(change, _)| *change != NUMBERS);
        let all: u32 = copies().map(|(_, found)| found.planted).sum();
        let found: u32 = copies().map(|(_, found)| found.exact + found.near).sum();
        let precision = unrelated.as_ref().map(|unrelated| {
            let flagged = unrelated.exact + unrelated.near;
            share(found, found + flagged)
        });
        Self {
            recall: share(found, all),
            precision_min: precision,
            planted,
            unrelated,
        }
    }
}

/// 1 where there is nothing to find.
fn share(part: u32, all: u32) -> f64 {
    if all == 0 {
        1.0
    } else {
        f64::from(part) / f64::from(all)
    }
}

type Change = fn(&str) -> String;

/// The changes by name. Those between the first and the last are cosmetic.
pub const CHANGES: &[(&str, Change)] = &[
    (VERBATIM, str::to_owned),
    ("delimiters", delimiters),
    ("variants", variants),
    ("left_right_dropped", without_left_right),
    ("operators_spaced", operators_spaced),
    ("upper_case", upper_case),
    ("line_breaks", line_breaks),
    ("unicode", unicode),
    ("sentences_around", |text| {
        format!(
            "Solve the following problem. {text} Let's think step by step and output the final answer \
             within \\boxed{{}}."
        )
    }),
    ("all_together", |text| {
        let text = operators_spaced(&variants(&delimiters(text)));
        upper_case(&line_breaks(&without_left_right(&text)))
    }),
    (NUMBERS, numbers_changed),
];

/// `$…$` as `\( … \)` and `$$…$$` as `\[ … \]`.
fn delimiters(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut inside = false;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        changed.push_str(&rest[..at]);
        if rest[..at].ends_with('\\') {
            // `\$` is a price.
            changed.push('$');
            rest = &rest[at + 1..];
            continue;
        }
        let double = rest[at..].starts_with("$$");
        changed.push_str(match (inside, double) {
            (false, false) => "\\( ",
            (true, false) => " \\)",
            (false, true) => "\\[ ",
            (true, true) => " \\]",
        });
        inside = !inside;
        rest = &rest[at + if double { 2 } else { 1 }..];
    }
    changed + rest
}

/// Commands by their other names.
fn variants(text: &str) -> String {
    let pairs = [
        ("frac", "\\dfrac"),
        ("leq", "\\le"),
        ("geq", "\\ge"),
        ("cdot", "\\times"),
        ("binom", "\\dbinom"),
    ];
    let renamed = |text: String, (name, other): &(&str, &str)| with_command(&text, name, other);
    pairs.iter().fold(text.to_owned(), renamed)
}

fn without_left_right(text: &str) -> String {
    with_command(&with_command(text, "left", ""), "right", "")
}

/// With another text for a command, but not for those of which its name is the beginning.
fn with_command(text: &str, name: &str, other: &str) -> String {
    let command = format!("\\{name}");
    let mut changed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&command) {
        let behind = &rest[at + command.len()..];
        changed.push_str(&rest[..at]);
        let is_longer = behind.starts_with(|c: char| c.is_ascii_alphabetic());
        changed.push_str(if is_longer { &command } else { other });
        rest = behind;
    }
    changed + rest
}

fn operators_spaced(text: &str) -> String {
    let mut changed = String::with_capacity(text.len() * 2);
    for char in text.chars() {
        if matches!(char, '=' | '+' | '-' | '<' | '>') {
            changed.extend([' ', char, ' ']);
        } else {
            changed.push(char);
        }
    }
    changed
}

/// In capitals, but for the names of commands.
fn upper_case(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut in_command = false;
    for char in text.chars() {
        in_command = char == '\\' || (in_command && char.is_ascii_alphabetic());
        changed.push(if in_command {
            char
        } else {
            char.to_ascii_uppercase()
        });
    }
    changed
}

/// Every third space as a line break.
fn line_breaks(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let lines: Vec<String> = words.chunks(3).map(|words| words.join(" ")).collect();
    lines.join("\n")
}

fn unicode(text: &str) -> String {
    let pairs = [
        ("\\times ", "×"),
        ("\\cdot ", "·"),
        ("\\leq ", "≤"),
        ("\\le ", "≤"),
        ("\\geq ", "≥"),
        ("\\ge ", "≥"),
        ("\\pi ", "π"),
        ("\\theta ", "θ"),
        ("^2", "²"),
        ("^{\\circ}", "°"),
        ("^\\circ", "°"),
        ("'", "’"),
    ];
    let replaced = pairs.iter().fold(text.to_owned(), |text, (latex, sign)| {
        text.replace(latex, sign)
    });
    replaced.replace(" - ", " − ")
}

/// Each number as another of about its size.
fn numbers_changed(text: &str) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut digits = 0_u8;
    for char in text.chars() {
        match char.to_digit(10) {
            Some(digit) => {
                // Never a leading 0, and never the same digit.
                let other = (digit + 2 + u32::from(digits % 5)) % 9 + 1;
                let other = if other == digit { other % 9 + 1 } else { other };
                changed.extend(char::from_digit(other, 10));
                digits = digits.wrapping_add(1);
            }
            None => changed.push(char),
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::super::fingerprint::Item;
    use super::*;

    const ITEMS: [&str; 4] = [
        "Compute $\\sin 60^\\circ$.",
        "What is the greatest common factor of $32$ and $48$?",
        "Let $f(x) = \\left\\lfloor \\frac{x}{3} \\right\\rfloor + 2 \\cdot x$ for $x \\leq 17$. Find the sum \
         of all values of $f$ at the positive integers up to $12$.",
        "Évaluez la somme.",
    ];

    fn fingerprint() -> Fingerprint {
        let items = ITEMS.iter().zip(0..);
        Fingerprint {
            name: "four".into(),
            files: Vec::new(),
            items: items
                .map(|(text, id): (_, u32)| Item::of(&id.to_string(), text))
                .collect(),
            measured: None,
        }
    }

    #[test]
    fn cosmetic_changes_keep_the_canonical_text() {
        for text in ITEMS {
            for (name, change) in CHANGES {
                if *name != NUMBERS && *name != "sentences_around" {
                    assert_eq!(
                        canonical(&change(text)).text,
                        canonical(text).text,
                        "{name}"
                    );
                }
            }
        }
    }

    #[test]
    fn planted_items_are_found_and_changed_numbers_stand_apart() {
        let texts = ITEMS.map(str::to_owned);
        let measured = measure(&fingerprint(), &texts, None);
        assert_eq!(measured.recall, 1.0);
        let numbers = measured.planted[NUMBERS];
        assert_eq!((numbers.planted, numbers.numbers_changed), (3, 3));
        assert_eq!(measured.planted[VERBATIM].exact, 4);
    }

    /// AIME's items end alike; where the n-gram around which an item is looked for is one of those, a copy
    /// was `near` at most, and missed in a longer text.
    #[test]
    fn an_item_whose_anchor_is_boilerplate_is_found_in_a_long_text() {
        let text = |at: usize| {
            format!(
                "A spinner of {at} arms stops at random. Its expected number of turns can be written as \
                 $\\frac{{m}}{{n}}$, where $m$ and $n$ are relatively prime positive integers. Find $m+n$."
            )
        };
        let items = (0..super::super::ITEMS_PER_GRAM_MAX + 40)
            .map(|at| Item::of(&at.to_string(), &text(at)));
        let fingerprint = Fingerprint {
            items: items.collect(),
            ..fingerprint()
        };
        let detector = Detector::new(vec![fingerprint]);
        let before = "Answer each of the following questions on its own sheet of paper. ".repeat(9);
        for at in [0, 7, 99] {
            let found: Vec<(u32, Class)> = detector
                .hits(&format!("{before}{}", text(at)))
                .iter()
                .map(|hit| (hit.item, hit.class))
                .collect();
            assert_eq!(found, [(at as u32, Class::Exact)]);
        }
        let other = "A die is cast. Its expected value can be written as $\\frac{m}{n}$, where $m$ and $n$ \
                     are relatively prime positive integers. Find $m+n$.";
        assert_eq!(detector.hits(other), []);
    }

    #[test]
    fn unrelated_problems_and_lone_boilerplate_are_not_found() {
        let detector = Detector::new(vec![fingerprint()]);
        for text in [
            "Compute $\\cos 60^\\circ + \\sin 60^\\circ$.",
            "What is the least common multiple of $32$ and $48$?",
            "Find the sum of all values of $f$ at the positive integers up to $12$.",
            "",
        ] {
            assert_eq!(detector.hits(text), [], "{text}");
        }
    }
}
