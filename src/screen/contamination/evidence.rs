//! What speaks for a problem being an item of a benchmark, and what follows from it.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Class;
use super::fingerprint::Item;
use super::nominees::Likeness;
use super::seen::{Seen, Sums};

/// How an item and a problem agree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// Whether the item's whole canonical text stands in the problem.
    pub exact: bool,
    /// Whether the texts are one but for their numbers.
    pub numberless: bool,
    /// Whether words and figures are all the same, but for the names of variables.
    pub nameless: bool,
    /// The share of the item's n-grams of words that the problem has; a common one counts a tenth.
    pub words: f32,
    /// How many n-grams that was told from, a common one a tenth.
    pub words_known: f32,
    /// The share of the item's numbers that the problem has, by their bits.
    pub numbers: f32,
    /// The bits of the item's numbers.
    pub number_bits: f32,
    /// The share of the item's neighbouring numbers that are neighbours in the problem.
    pub order: f32,
    /// The share of the item's formulas that the problem has, by their length.
    pub formulas: f32,
    /// Bytes of the item's formulas.
    pub formula_bytes: f32,
    /// The share of the problem's short n-grams that the item has, one in ten by chance; 0 where the problem is
    /// more than twice as long.
    pub part: f32,
    /// How many there are.
    pub part_grams: f32,
    /// How many times as long the problem is.
    pub length: f32,
    /// Whether the gold answers are one, as far as their hashes tell; none where a side has none that says much.
    pub answer: Option<bool>,
    /// How many numbers the problem has for one of the item's, one added to both.
    pub numbers_ratio: f32,
    /// Whether the texts led to the item; otherwise vectors alone did.
    #[serde(default = "by_text")]
    pub by_text: bool,
    /// How near the vectors are that led to the item; null where none did.
    #[serde(default)]
    pub vectors: Option<Likeness>,
}

/// What a version says that knew no vectors.
fn by_text() -> bool {
    true
}

impl Evidence {
    /// `sums` are the item's.
    pub(super) fn of(item: &Item, sums: &Sums, seen: &Seen<'_>) -> Self {
        let words = share(seen.words(item), sums.words);
        let (neighbours, all) = seen.neighbours(&item.numbers);
        let length = seen.bytes() as f32 / item.canonical.0.max(1) as f32;
        let part_grams = seen.part_grams() as f32;
        Self {
            exact: words >= ALL && seen.has(item),
            numberless: item.numberless == seen.numberless,
            nameless: item.nameless == seen.nameless,
            words,
            words_known: sums.words,
            numbers: share(seen.number_bits(sums), sums.number_bits),
            number_bits: sums.number_bits,
            order: share(neighbours as f32, all as f32),
            formulas: share(seen.formula_bytes(item), sums.formula_bytes),
            formula_bytes: sums.formula_bytes,
            // In a longer text the item would be the part.
            part: if length <= LENGTH_MAX {
                share(seen.parts(item) as f32, part_grams)
            } else {
                0.0
            },
            part_grams,
            length,
            answer: seen.answers_as(item),
            numbers_ratio: (seen.numbers.len() + 1) as f32 / (item.numbers.len() + 1) as f32,
            by_text: true,
            vectors: None,
        }
    }
}

/// A part of a whole; 1 where there is nothing to find.
fn share(part: f32, whole: f32) -> f32 {
    if whole > 0.0 { part / whole } else { 1.0 }
}

/// Words and figures are two witnesses. A copy has both; where both agree the problem is the item, where one
/// disagrees it is one of its kind. How much agreement of words is asked for depends on how much the figures
/// say: a problem without numbers is known by its words alone.
impl Evidence {
    /// The class that follows, or none where too little speaks for the item.
    pub fn class(&self) -> Option<Class> {
        if self.exact {
            Some(Class::Exact)
        } else if self.is_same() || self.is_in_other_words() && self.answer == Some(true) {
            Some(Class::Near)
        } else if self.is_part() {
            Some(Class::Part)
        } else if self.is_template() {
            Some(Class::NumbersChanged)
        } else if self.is_in_other_words() || self.is_retold_with_answer() {
            Some(Class::Reworded)
        } else {
            None
        }
    }

    /// The item's words and figures, in any order, with other names or some typos.
    fn is_same(&self) -> bool {
        let is_nameless = self.nameless && self.part_grams >= NAMELESS_GRAMS_MIN;
        let differs = self.answer == Some(false) && self.words < DISAGREEING_WORDS_MIN;
        is_nameless
            || self.has_numbers() && !differs && (self.has_words() || self.is_spelled_alike())
    }

    /// All of the item's numbers, most of them beside each other as there, or the sentences in another order.
    fn has_numbers(&self) -> bool {
        let is_shuffled =
            self.formulas >= SHUFFLED_FORMULAS_MIN && self.words >= SHUFFLED_WORDS_MIN;
        // The same text with the same numbers in other places is another problem.
        let are_exchanged = self.numberless && self.order < ALL;
        self.numbers >= ALL && (self.order >= HALF || is_shuffled) && !are_exchanged
    }

    /// The item's words, as a whole or inside of a longer text.
    fn has_words(&self) -> bool {
        let known = self.figures_known();
        let mut wanted =
            WORDS_MIN_ALONE - (WORDS_MIN_ALONE - HALF) * (known / FIGURES_FULL).min(1.0);
        if self.numbers_ratio > NUMBERS_RATIO_MAX && self.length < LONG {
            // More numbers in a text of about this size: another question about the same things.
            wanted += EXTRA_NUMBERS;
        }
        self.words >= wanted
            && self.formulas >= HALF
            && self.words_known >= WORDS_KNOWN_MIN
            && self.words * self.words_known + self.figures_found() >= EVIDENCE_MIN
    }

    /// A text of the item's size that is spelled as it for the most part.
    fn is_spelled_alike(&self) -> bool {
        let known = (self.figures_known() / FIGURES_FULL).min(1.0);
        self.is_alike()
            && self.part >= SPELLED_MIN_ALONE - (SPELLED_MIN_ALONE - HALF) * known
            && self.formulas >= ALIKE_FORMULAS_MIN
            && self.part * self.part_grams >= NAMELESS_GRAMS_MIN
    }

    /// Nothing but a piece of the item.
    fn is_part(&self) -> bool {
        self.part >= PART_MIN && self.part_grams >= PART_GRAMS_MIN && self.length <= PART_LENGTH_MAX
    }

    /// The item's words with other figures.
    fn is_template(&self) -> bool {
        let has_words = self.words >= TEMPLATE_WORDS_MIN
            && self.words_known >= TEMPLATE_KNOWN_MIN
            && self.part >= TEMPLATE_PART_MIN
            && self.length <= LENGTH_MAX;
        let is_spelled = self.is_alike() && self.part >= HALF && !self.has_numbers();
        self.numberless || has_words || is_spelled
    }

    /// The item's figures in other words, as the texts or vectors tell.
    fn is_in_other_words(&self) -> bool {
        self.is_reworded() || self.is_retold()
    }

    /// The item's figures with some of its words.
    fn is_reworded(&self) -> bool {
        let some_words = self.is_alike()
            && self.numbers_ratio >= 1.0 / NUMBERS_RATIO_MAX
            && self.part >= reworded_part_min(self.figures_found());
        let half_the_words = self.words >= REWORDED_WORDS_MIN
            && self.words * self.words_known + self.figures_found() >= EVIDENCE_MIN
            && self.length <= LENGTH_MAX
            && self.numbers_ratio <= NUMBERS_RATIO_MAX;
        let much_of_both =
            self.is_alike() && self.part >= BOTH_PART_MIN && self.numbers >= BOTH_NUMBERS_MIN;
        self.has_numbers() && (some_words || half_the_words) || much_of_both || self.has_figures()
    }

    /// The item's figures and few others, whatever the words are: a translation.
    fn has_figures(&self) -> bool {
        let (found, known) = (self.figures_found(), self.figures_known());
        let says_enough =
            found >= FIGURES_ALONE_MIN || found >= FIGURES_MIN && self.part >= FIGURES_PART_MIN;
        let few_others =
            (1.0 / NUMBERS_RATIO_MAX..=NUMBERS_RATIO_MAX).contains(&self.numbers_ratio);
        says_enough
            && found >= FIGURES_SHARE_MIN * known
            && SIZES.contains(&self.length)
            && few_others
    }

    /// A text of the item's size with about as many numbers.
    fn is_alike(&self) -> bool {
        LIKE_SIZES.contains(&self.length) && self.numbers_ratio <= NUMBERS_RATIO_MAX
    }

    /// What the item's figures say: the bits of its numbers, and one for two bytes of its formulas.
    fn figures_known(&self) -> f32 {
        self.number_bits + self.formula_bytes / 2.0
    }

    /// What those of them say that the problem has.
    pub(super) fn figures_found(&self) -> f32 {
        self.number_bits * self.numbers + self.formula_bytes * self.formulas / 2.0
    }
}

// Thresholds without a source of their own were chosen by hand on the rewritings and the problems that the module's
// documentation names, 2026-11-27.

/// Of sums of shares, which are not exactly 1.
const ALL: f32 = 0.999;
const HALF: f32 = 0.5;
/// Formulas and words that sentences in another order keep.
const SHUFFLED_FORMULAS_MIN: f32 = 0.9;
const SHUFFLED_WORDS_MIN: f32 = 0.6;
/// Figures that say as much leave nothing for the words but to agree for the most part.
const FIGURES_FULL: f32 = 15.0;
/// The share of words that is asked for where an item has no figures. One name of a variable's letters more, as in
/// repeating decimals of four digits for three, leaves 0.83.
const WORDS_MIN_ALONE: f32 = 0.88;
/// The share of words that is asked for where the gold answers differ.
const DISAGREEING_WORDS_MIN: f32 = 0.9;
/// How much more is asked for where the problem has more numbers.
const EXTRA_NUMBERS: f32 = 0.15;
/// N-grams of words below which an item is known by whole sentences and its spelling only.
const WORDS_KNOWN_MIN: f32 = 8.0;
/// N-grams of words, bits of numbers and half bytes of formulas that are asked for in all.
const EVIDENCE_MIN: f32 = 20.0;
/// Short n-grams of the smallest text that is known by its spelling.
const NAMELESS_GRAMS_MIN: f32 = 12.0;
/// The share of short n-grams of a copy with typos, where an item has no figures.
const SPELLED_MIN_ALONE: f32 = 0.68;
const ALIKE_FORMULAS_MIN: f32 = 0.3;
/// How many times as long a text of the item's size is.
const ALIKE_LENGTH: f32 = 1.4;
/// How many numbers for one such a text has.
const NUMBERS_RATIO_MAX: f32 = 1.3;
/// How many times as long as the item a suspect may be.
const LENGTH_MAX: f32 = 2.0;
/// How many times as long a problem is that has the item's figures in other words.
pub(super) const SIZES: Range<f32> = 0.4..LENGTH_MAX;
/// The same of one whose numbers say little.
pub(super) const LIKE_SIZES: Range<f32> = 1.0 / ALIKE_LENGTH..ALIKE_LENGTH;
/// In a text as many times as long the item would be a part, with all that is around it.
const LONG: f32 = 2.5;
/// A Bloom filter forgets nothing, so all of a part is found but what was cut.
const PART_MIN: f32 = 0.95;
const PART_GRAMS_MIN: f32 = 5.0;
const PART_LENGTH_MAX: f32 = 0.98;
const TEMPLATE_WORDS_MIN: f32 = 0.8;
const TEMPLATE_KNOWN_MIN: f32 = 10.0;
const TEMPLATE_PART_MIN: f32 = 0.3;

/// The share of short n-grams that is asked for of a problem with the same numbers, of which 99 in 100 have less
/// than 0.21; where those are few, more.
fn reworded_part_min(figures: f32) -> f32 {
    if figures >= FEW_FIGURES { 0.24 } else { 0.32 }
}

/// The share of short n-grams, and of numbers, of a text of the item's size that has most of both.
const BOTH_PART_MIN: f32 = 0.38;
const BOTH_NUMBERS_MIN: f32 = 0.4;
const FEW_FIGURES: f32 = 6.0;
const REWORDED_WORDS_MIN: f32 = 0.4;
/// What figures must say with some words, or by themselves, and the share of them.
pub(super) const FIGURES_MIN: f32 = 12.0;
const FIGURES_PART_MIN: f32 = 0.12;
const FIGURES_ALONE_MIN: f32 = 24.0;
const FIGURES_SHARE_MIN: f32 = 0.75;

#[cfg(test)]
mod tests {
    use super::*;

    /// Repeating decimals of four digits for three: all figures there are, the same question, and no answers.
    fn of_another_length(words: f32) -> Evidence {
        Evidence {
            words,
            words_known: 62.0,
            numbers: 1.0,
            number_bits: 1.0,
            order: 1.0,
            formulas: 1.0,
            formula_bytes: 1.0,
            part: 0.645,
            part_grams: 170.0,
            length: 1.39,
            numbers_ratio: 1.0,
            by_text: true,
            ..Evidence::default()
        }
    }

    #[test]
    fn without_figures_or_an_answer_a_sixth_of_the_words_makes_another_problem() {
        let class = |words: f32| of_another_length(words).class();
        assert_eq!(class(0.83), Some(Class::NumbersChanged));
        assert_eq!(class(0.90), Some(Class::Near));
        let answered = Evidence {
            answer: Some(true),
            ..of_another_length(0.83)
        };
        assert_eq!(answered.class(), Some(Class::Near));
    }
}
