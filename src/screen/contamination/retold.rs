//! What vectors add to the evidence: that two texts are about the same.
//!
//! A paraphrase has few of the item's words and a translation none; both have its numbers and formulas, or most of
//! them, and its gold answer. Many problems have the same small numbers, few of them are about the same as well. So
//! likeness and figures are added up: the more two texts are alike, the less their figures must say. Alike is not the
//! same: without figures of the item's nothing follows from it.

use std::ops::RangeInclusive;

use super::nominees::LIKENESS_MIN;
use super::{Class, Evidence};

// Chosen by hand on 44 paraphrases of 44 items and 9,000 real problems, with vectors of all-MiniLM-L6-v2, 2026-11-27;
// `benches/paraphrases.py` measures what they do.

/// The share of the item's numbers.
const NUMBERS_MIN: f32 = 0.5;
/// Figures that say less are in every second problem.
const RETOLD_FIGURES_MIN: f32 = 2.0;
/// What figures must say to count for one standard deviation of likeness.
const FIGURES_PER_LIKENESS: f32 = 11.0;
/// Standard deviations and figures that are asked for in all.
const BOTH_MIN: f32 = 6.4;
/// The same of a problem with the item's gold answer.
const ANSWERED_BOTH_MIN: f32 = 5.4;
/// How many times as long a retold problem is.
const RETOLD_LENGTHS: RangeInclusive<f32> = 0.4..=2.0;
/// The same of a problem with the item's gold answer.
const ANSWERED_LENGTHS: RangeInclusive<f32> = 0.4..=2.5;
/// How many numbers for one of the item's a retold problem has, which leaves some out or names them in words.
const RETOLD_NUMBERS_RATIO: RangeInclusive<f32> = 0.42..=1.8;

impl Evidence {
    /// The item in other words, by vectors: about the same, with most of its figures.
    pub(super) fn is_retold(&self) -> bool {
        RETOLD_LENGTHS.contains(&self.length)
            && RETOLD_NUMBERS_RATIO.contains(&self.numbers_ratio)
            && self.is_about_the_same(BOTH_MIN)
    }

    /// The same of a problem with the item's gold answer, of which less is asked.
    pub(super) fn is_retold_with_answer(&self) -> bool {
        self.answer == Some(true)
            && ANSWERED_LENGTHS.contains(&self.length)
            && self.is_about_the_same(ANSWERED_BOTH_MIN)
    }

    fn is_about_the_same(&self, both_min: f32) -> bool {
        let figures = self.figures_found();
        let likeness = self.vectors.map_or(0.0, |vectors| vectors.likeness);
        likeness >= LIKENESS_MIN
            && self.numbers >= NUMBERS_MIN
            && figures >= RETOLD_FIGURES_MIN
            && likeness + figures / FIGURES_PER_LIKENESS >= both_min
    }

    /// The class without vectors; none where these alone led to the item.
    pub(super) fn without_vectors(&self) -> Option<Class> {
        let texts = Self {
            vectors: None,
            ..*self
        };
        self.by_text.then(|| texts.class()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::super::nominees::Likeness;
    use super::super::{Detector, Fingerprint, Outcome};
    use super::*;
    use crate::screen::contamination::fingerprint::{Forms, Item};
    use crate::screen::contamination::nominees::Nominee;

    const ITEM: &str = "A baker sells $12$ loaves every hour and twice as many rolls. How many pieces does she sell in \
                        $5$ hours?";
    const RETOLD: &str = "Eine Frau verkauft stündlich $12$ Brote und doppelt so viele Brötchen; wie viele Stücke sind \
                          es in $5$ Stunden?";

    /// What follows for a problem whose vector nominates the item so far above others.
    fn class(problem: &str, answer: Option<&str>, likeness: Option<f32>) -> Option<(Class, bool)> {
        let detector = Detector::new(vec![Fingerprint {
            name: "one".into(),
            files: Vec::new(),
            items: vec![Item::of("0", ITEM, Some("180"))],
            measured: None,
        }]);
        let nominee = |likeness: f32| Nominee {
            item: 0,
            likeness: Likeness {
                cosine: likeness / 10.0,
                likeness,
            },
            is_suspect: false,
        };
        let nominees: Vec<Nominee> = likeness.map(nominee).into_iter().collect();
        let hits = detector.hits_of(&Forms::of(problem), answer, &nominees);
        hits.first().map(|hit| (hit.class, hit.by_vectors))
    }

    #[test]
    fn a_translation_with_the_same_figures_is_suspect_by_vectors_and_contaminated_with_the_same_answer()
     {
        assert_eq!(class(RETOLD, None, None), None);
        let suspect = Some((Class::Reworded, true));
        assert_eq!(class(RETOLD, None, Some(7.0)), suspect);
        assert_eq!(class(RETOLD, Some("7"), Some(7.0)), suspect);
        assert_eq!(
            class(RETOLD, Some("180"), Some(7.0)),
            Some((Class::Near, true))
        );
        // Less alike: the answer makes up for it.
        assert_eq!(class(RETOLD, None, Some(5.5)), None);
        assert_eq!(class(RETOLD, Some("180"), Some(5.5)), suspect);
        assert_eq!(class(RETOLD, Some("180"), Some(4.4)), None);
    }

    #[test]
    fn likeness_without_the_figures_is_nothing() {
        let others = RETOLD.replace("12", "37").replace('5', "8");
        for likeness in [4.5, 7.0, 9.0] {
            assert_eq!(class(&others, Some("180"), Some(likeness)), None);
        }
    }

    #[test]
    fn a_copy_is_what_it_is_without_vectors() {
        assert_eq!(class(ITEM, None, Some(8.0)), Some((Class::Exact, false)));
        assert_eq!(Class::Similar.outcome(), Outcome::Suspect);
    }
}
