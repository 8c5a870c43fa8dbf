//! The detector tested on the benchmark itself: each item is planted in many rewritings, and counted.
//!
//! What is measured where: a fingerprint is made from texts, so its self-test runs then, and its counts stand in
//! its file for ever, with the version of the detector that they are of. A run that only has the fingerprint
//! repeats these counts and says so; a run that has the benchmark's texts (a local file) plants them again.
//! There is no one number: a benchmark's copies are found in some rewritings and not in others.
//!
//! What the detector finds among problems that are *not* planted (`unrelated`) is counted beside it: real copies
//! and problems from the same templates are among it.

use std::collections::BTreeMap;

pub use super::counts::{Found, Measured, Unrelated};
use super::{DETECTOR_VERSION, Detector, Fingerprint};
use crate::screen::canonical::canonical;
pub use changes::{CHANGES, NOT_PLANTED, NUMBERS, VERBATIM};

mod changes;

/// Plants every item of a benchmark with each change that changes it; `texts` are its items' problems, in order.
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
            if !is_planted(change, text, &changed) {
                continue;
            }
            let hits = detector.hits(&changed);
            let own = hits.iter().find(|hit| hit.item == index);
            let found = planted.entry((*change).to_owned()).or_default();
            found.add(own.map(|hit| hit.class));
        }
    }
    Measured {
        detector_version: DETECTOR_VERSION,
        planted,
        unrelated,
    }
}

/// Whether a change made another text of an item; of the changes of numbers one that matters.
fn is_planted(change: &str, text: &str, changed: &str) -> bool {
    match change {
        VERBATIM => true,
        NUMBERS => canonical(changed).text != canonical(text).text,
        _ => changed != text,
    }
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

    const COSMETIC: [&str; 10] = [
        VERBATIM,
        "notation",
        "unicode",
        "upper_case",
        "line_breaks",
        "hyphenated",
        "html",
        "invisible_characters",
        "look_alikes",
        "full_width_digits",
    ];

    fn fingerprint() -> Fingerprint {
        let items = ITEMS.iter().zip(0..);
        Fingerprint {
            name: "four".into(),
            files: Vec::new(),
            items: items
                .map(|(text, id): (_, u32)| Item::of(&id.to_string(), text, None))
                .collect(),
            measured: None,
        }
    }

    #[test]
    fn cosmetic_changes_keep_the_canonical_text() {
        for text in ITEMS {
            for name in COSMETIC {
                let (_, change) = CHANGES
                    .iter()
                    .find(|(known, _)| *known == name)
                    .expect(name);
                assert_eq!(
                    canonical(&change(text)).text,
                    canonical(text).text,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn planted_items_are_found_and_changed_numbers_stand_apart() {
        let texts = ITEMS.map(str::to_owned);
        let measured = measure(&fingerprint(), &texts, None);
        for name in COSMETIC {
            let found = measured.planted.get(name).copied().unwrap_or_default();
            assert_eq!(found.contaminated(), found.planted, "{name}");
        }
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
            .map(|at| Item::of(&at.to_string(), &text(at), None));
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
            "",
        ] {
            assert_eq!(detector.hits(text), [], "{text}");
        }
    }
}
