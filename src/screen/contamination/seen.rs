//! Both sides of a comparison, with what is asked of them again and again.
//!
//! A problem is compared with few items, and most problems with none that it is: what only a comparison needs is
//! computed with the first one.

use std::cell::OnceCell;

use super::common::is_common;
use super::fingerprint::{Forms, Formula, Item, Number, answer_hash, part_grams};
use crate::screen::grams::Prefixes;

/// What a common n-gram counts.
const COMMON_WEIGHT: f32 = 0.1;

/// What an n-gram of words counts.
fn weight(gram: u64) -> f32 {
    if is_common(gram) { COMMON_WEIGHT } else { 1.0 }
}

/// A sum; of nothing it is 0, where `Iterator::sum` has -0.
fn total(parts: impl Iterator<Item = f32>) -> f32 {
    parts.fold(0.0, |sum, part| sum + part)
}

/// An item's sums, which are the same for every problem.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// What its n-grams of words count together.
    pub(super) words: f32,
    /// Bits of its numbers.
    pub(super) number_bits: f32,
    /// Bytes of its formulas.
    pub(super) formula_bytes: f32,
    /// Its numbers, ascending.
    numbers: Vec<Number>,
}

impl Sums {
    pub(super) fn of(item: &Item) -> Self {
        let mut numbers = item.numbers.clone();
        numbers.sort_unstable();
        let bytes = item.formulas.iter().map(|formula| formula.bytes() as f32);
        Self {
            words: total(item.grams.iter().map(|gram| weight(*gram))),
            number_bits: Number::bits_of(&numbers),
            formula_bytes: total(bytes),
            numbers,
        }
    }
}

/// A problem as it is compared with items.
pub(super) struct Seen<'f> {
    pub(super) forms: &'f Forms,
    answer: Option<&'f str>,
    /// The n-grams of its words, as they stand.
    pub(super) grams: Vec<u64>,
    pub(super) numbers: Vec<Number>,
    pub(super) formulas: Vec<Formula>,
    pub(super) numberless: u64,
    pub(super) nameless: u64,
    closer: OnceCell<Closer>,
    answer_hash: OnceCell<Option<u16>>,
    prefixes: OnceCell<Prefixes>,
}

/// What a comparison asks for.
struct Closer {
    sieve: Sieve,
    /// The numbers, ascending.
    numbers: Vec<Number>,
    /// Neighbouring numbers, ascending.
    pairs: Vec<(Number, Number)>,
    /// The short n-grams of the text.
    parts: Vec<u64>,
}

impl<'f> Seen<'f> {
    pub(super) fn of(forms: &'f Forms, answer: Option<&'f str>) -> Self {
        let mut grams = Vec::with_capacity(forms.prose.len());
        forms.grams(|gram| grams.push(gram));
        Self {
            forms,
            answer,
            grams,
            numbers: Number::all(&forms.canonical.figures),
            formulas: Formula::all(&forms.canonical.figures),
            numberless: forms.numberless(),
            nameless: forms.nameless(),
            closer: OnceCell::new(),
            answer_hash: OnceCell::new(),
            prefixes: OnceCell::new(),
        }
    }

    fn closer(&self) -> &Closer {
        self.closer.get_or_init(|| {
            let mut numbers = self.numbers.clone();
            numbers.sort_unstable();
            let pairs = self.numbers.windows(2).map(|pair| (pair[0], pair[1]));
            let mut pairs: Vec<_> = pairs.collect();
            pairs.sort_unstable();
            let text = &self.forms.canonical.text;
            let mut parts = Vec::with_capacity(text.len());
            part_grams(text, |gram| parts.push(gram));
            Closer {
                sieve: Sieve::of(&self.grams),
                numbers,
                pairs,
                parts,
            }
        })
    }

    /// Bytes of the canonical text.
    pub(super) fn bytes(&self) -> usize {
        self.forms.canonical.text.len()
    }

    /// How many short n-grams the text has.
    pub(super) fn part_grams(&self) -> usize {
        self.closer().parts.len()
    }

    /// What the problem has of the item's n-grams of words.
    pub(super) fn words(&self, item: &Item) -> f32 {
        let sieve = &self.closer().sieve;
        let grams = item.grams.iter();
        let found = grams.filter(|gram| sieve.may_have(**gram) && self.grams.contains(gram));
        total(found.map(|gram| weight(*gram)))
    }

    /// The bits of the item's numbers that the problem has too.
    pub(super) fn number_bits(&self, sums: &Sums) -> f32 {
        let mut found = 0.0;
        let mut rest = self.closer().numbers.as_slice();
        for number in &sums.numbers {
            rest = &rest[rest.partition_point(|other| other < number)..];
            if let Some((first, behind)) = rest.split_first()
                && first == number
            {
                found += number.bits();
                rest = behind;
            }
        }
        found
    }

    /// How many of the item's neighbouring numbers are neighbours here, and how many there are.
    pub(super) fn neighbours(&self, item: &[Number]) -> (usize, usize) {
        let pairs = &self.closer().pairs;
        let wanted = item.windows(2).map(|pair| (pair[0], pair[1]));
        let all = wanted.len();
        let found = wanted.filter(|pair| pairs.binary_search(pair).is_ok());
        (found.count(), all)
    }

    /// The bytes of the item's formulas that the problem has too.
    pub(super) fn formula_bytes(&self, item: &Item) -> f32 {
        let formulas = item.formulas.iter();
        let found = formulas.filter(|formula| self.formulas.binary_search(formula).is_ok());
        total(found.map(|formula| formula.bytes() as f32))
    }

    /// Whether the problem can be a part of the item, by some of its short n-grams; one in a hundred that is none may
    /// be by chance.
    pub(super) fn may_be_part(&self, item: &Item) -> bool {
        const LOOKED_AT: usize = 32;
        let all = &self.closer().parts;
        let some = all.iter().step_by(all.len().div_ceil(LOOKED_AT).max(1));
        let looked_at = some.len();
        4 * item.parts.count(some) >= looked_at
    }

    /// How many of the problem's short n-grams the item has.
    pub(super) fn parts(&self, item: &Item) -> usize {
        item.parts.count(self.closer().parts.iter())
    }

    /// Whether the gold answers are one, as far as their hashes tell.
    pub(super) fn answers_as(&self, item: &Item) -> Option<bool> {
        let wanted = item.answer?;
        let hash = self
            .answer_hash
            .get_or_init(|| self.answer.and_then(answer_hash));
        hash.map(|hash| hash == wanted)
    }

    /// Whether the item's canonical text stands anywhere in the problem's.
    pub(super) fn has(&self, item: &Item) -> bool {
        let (bytes, hash) = item.canonical;
        let prefixes = || Prefixes::of(self.forms.canonical.text.as_bytes());
        bytes > 0 && {
            let prefixes = self.prefixes.get_or_init(prefixes);
            prefixes.has_window(bytes as usize, hash)
        }
    }
}

/// Which n-grams a text may have, a bit for each: those that it lets pass are looked for.
struct Sieve(Box<[u64; Self::WORDS]>);

impl Sieve {
    const WORDS: usize = 256;

    fn of(grams: &[u64]) -> Self {
        let mut sieve = Self(Box::new([0; Self::WORDS]));
        for gram in grams {
            let (word, bit) = Self::place(*gram);
            sieve.0[word] |= bit;
        }
        sieve
    }

    fn may_have(&self, gram: u64) -> bool {
        let (word, bit) = Self::place(gram);
        self.0[word] & bit != 0
    }

    fn place(gram: u64) -> (usize, u64) {
        ((gram >> 6) as usize % Self::WORDS, 1 << (gram % 64))
    }
}
