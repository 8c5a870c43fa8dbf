//! Items that vectors nominate: paraphrases and translations, whose words no hash finds.
//!
//! The vectors are the user's, of any embedding model: one for each problem, one for each item. Each problem looks at
//! the items that are nearest to it, and each such pair is judged by the same evidence as any other ([`Evidence`]);
//! that two texts are about the same is evidence too, of which figures and gold answers must say the rest.
//!
//! Every problem is compared with every item, without an index that could miss one: the product of two unit vectors
//! is summed in [`LANES`] sums, in one order, so that it has the same bits on every machine and for any number
//! of threads.
//!
//! [`Evidence`]: super::Evidence

use std::collections::BTreeMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The `[screen.contamination.vectors]` table: files with a vector for each problem and for each item of benchmarks;
/// relative to the pipeline file. One of zeros, or with a number that is none, has no direction and is refused.
///
/// A problem without a vector, and a benchmark that is not named here, are compared by their texts alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// Of the pool's problems: Parquet with a column `vector` (a list of floats) and a column `problem_id`
    /// or `problem` (the text); or NPY (float32 or float64, two dimensions) with a row for each row of the
    /// only source, its files in order of name.
    pub problems: String,
    /// By benchmark (`aime24`, or the name of its file without endings) the vectors of its items: Parquet with a column
    /// `vector`, or NPY, with a row for each item, in the order of the file that its fingerprint was made from. A
    /// fingerprint holds hashes alone: the texts to embed are in the benchmark's own file.
    pub items: BTreeMap<String, String>,
    /// From which cosine on an item is looked at, -1 to 1. Left out it follows from the vectors of the items: 4.5
    /// standard deviations above the cosines of different items, since every model has a scale of its own. A lower one
    /// finds little more and calls more problems suspect that are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cosine_min: Option<f32>,
    /// How many items a problem looks at, the nearest; at most 64.
    #[serde(default = "nearest")]
    pub nearest: u32,
    /// From which cosine on a problem is suspect as `similar`, whatever its figures are. Nothing is by its cosine
    /// alone where this is left out: problems of one kind are near to each other too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suspect_cosine_min: Option<f32>,
}

fn nearest() -> u32 {
    5
}

/// Nobody reads more, and all are kept.
pub const NEAREST_MAX: u32 = 64;

/// How near the vectors of a problem and an item are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Likeness {
    pub cosine: f32,
    /// How many standard deviations that lies above the cosines of different items.
    pub likeness: f32,
}

/// An item that is near to a problem.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nominee {
    /// Its number among the items of all benchmarks, in their order.
    pub item: u32,
    pub likeness: Likeness,
    /// Whether that alone makes the problem suspect.
    pub is_suspect: bool,
}

/// The items that are near to each problem.
#[derive(Default)]
pub struct Nominations {
    /// By problem, where its nominees are; none where it has no vector.
    places: Vec<Option<(u32, u32)>>,
    nominees: Vec<Nominee>,
}

/// How much vectors nominated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nominated {
    /// Problems that have a vector.
    pub problems: u32,
    /// Pairs of a problem and an item.
    pub pairs: u32,
    /// From which cosine on an item was nominated.
    pub cosine_min: f32,
    /// The cosines of different items.
    pub scale: Scale,
}

impl Nominations {
    /// Those of so many problems, of which none has a vector yet.
    pub fn unknown(problems: usize) -> Self {
        Self {
            places: vec![None; problems],
            nominees: Vec::new(),
        }
    }

    /// Sets what a problem's vector nominates; once.
    pub fn set(&mut self, problem: u32, nominees: &[Nominee]) {
        let start = self.nominees.len() as u32;
        self.nominees.extend_from_slice(nominees);
        self.places[problem as usize] = Some((start, self.nominees.len() as u32));
    }

    /// What a problem's vector nominates; nothing where it has none.
    pub fn of(&self, problem: u32) -> &[Nominee] {
        let place = self.places.get(problem as usize).copied().flatten();
        let (start, end) = place.unwrap_or_default();
        &self.nominees[start as usize..end as usize]
    }

    pub fn counts(&self, items: &ItemVectors) -> Nominated {
        Nominated {
            problems: self.places.iter().flatten().count() as u32,
            pairs: self.nominees.len() as u32,
            cosine_min: items.cosine_min,
            scale: items.scale,
        }
    }
}

/// Sums in which a product is summed up: two of the processor's registers of any x86-64 or ARM64.
const LANES: usize = 8;
/// Problems and items that are compared at a time: their vectors stay in the processor's caches.
const PROBLEMS: usize = 16;
const ITEMS: usize = 64;

/// The cosines of texts that are not about the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Scale {
    pub mean: f32,
    pub deviation: f32,
}

impl Scale {
    /// Of all-MiniLM-L6-v2 and five benchmarks, 2026-11-27; for fewer items than tell it.
    const USUAL: Self = Self {
        mean: 0.13,
        deviation: 0.11,
    };
    const ITEMS_MIN: usize = 10;
    /// Of more items every so many-th is compared.
    const ITEMS_MAX: usize = 1000;
    /// Vectors that are all but one have no scale of their own.
    const DEVIATION_MIN: f64 = 0.01;

    /// Of unit vectors of `width` numbers, one an item.
    fn of(units: &[f32], width: usize) -> Self {
        let count = units.len() / width;
        if count < Self::ITEMS_MIN {
            return Self::USUAL;
        }
        let step = count.div_ceil(Self::ITEMS_MAX);
        let chosen: Vec<&[f32]> = units.chunks_exact(width).step_by(step).collect();
        let (mut pairs, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for (at, unit) in chosen.iter().enumerate() {
            for other in &chosen[..at] {
                let cosine = f64::from(product(unit, other));
                pairs += 1.0;
                sum += cosine;
                squares += cosine * cosine;
            }
        }
        let mean = sum / pairs;
        let variance: f64 = squares / pairs - mean * mean;
        Self {
            mean: mean as f32,
            deviation: variance.max(0.0).sqrt().max(Self::DEVIATION_MIN) as f32,
        }
    }
}

/// Standard deviations from which on two texts may be about the same: 0.63 of all-MiniLM-L6-v2.
pub(super) const LIKENESS_MIN: f32 = 4.5;

/// The cosine of one text with itself, but for the last bits.
const SAME: f32 = 0.9999;

/// The vectors of the items, by which problems' vectors find theirs.
#[derive(Clone, Debug)]
pub struct ItemVectors {
    /// Numbers of a vector, a multiple of [`LANES`]: what it lacks is filled up with zeros.
    width: usize,
    /// The item of each vector, ascending.
    items: Vec<u32>,
    units: Vec<f32>,
    scale: Scale,
    cosine_min: f32,
    nearest: usize,
    suspect_cosine_min: f32,
}

impl ItemVectors {
    /// Of vectors by their items' numbers, all of one width and with a direction.
    pub fn new(asked: &Vectors, vectors: &BTreeMap<u32, Vec<f32>>) -> Self {
        let width = vectors.values().next().map_or(1, Vec::len);
        let width = width.next_multiple_of(LANES);
        let mut units = Vec::with_capacity(vectors.len() * width);
        for vector in vectors.values() {
            push_unit(&mut units, width, vector);
        }
        let scale = Scale::of(&units, width);
        let usual = scale.mean + LIKENESS_MIN * scale.deviation;
        let suspect_cosine_min = asked.suspect_cosine_min.unwrap_or(f32::INFINITY);
        Self {
            width,
            items: vectors.keys().copied().collect(),
            units,
            scale,
            // Of models whose cosines all lie near 1 at least the same text is left.
            cosine_min: asked
                .cosine_min
                .unwrap_or(usual.min(suspect_cosine_min).min(SAME)),
            nearest: asked.nearest as usize,
            suspect_cosine_min,
        }
    }

    /// For each of these vectors of problems the items that it nominates, ascending; equals fall to the smaller item.
    pub fn nominees(&self, vectors: &[Vec<f32>]) -> Vec<Vec<Nominee>> {
        let blocks = vectors.par_chunks(PROBLEMS);
        blocks.flat_map_iter(|block| self.of_block(block)).collect()
    }

    fn of_block(&self, vectors: &[Vec<f32>]) -> Vec<Vec<Nominee>> {
        let mut units = Vec::with_capacity(vectors.len() * self.width);
        for vector in vectors {
            push_unit(&mut units, self.width, vector);
        }
        let mut found = vec![Vec::new(); vectors.len()];
        let blocks = self.units.chunks(ITEMS * self.width);
        for (items, block) in self.items.chunks(ITEMS).zip(blocks) {
            for (problem, found) in units.chunks_exact(self.width).zip(&mut found) {
                self.compare(problem, items, block, found);
            }
        }
        found.into_iter().map(|found| self.nearest(found)).collect()
    }

    fn compare(&self, problem: &[f32], items: &[u32], units: &[f32], found: &mut Vec<(f32, u32)>) {
        for (&item, unit) in items.iter().zip(units.chunks_exact(self.width)) {
            let cosine = product(problem, unit);
            if cosine >= self.cosine_min {
                found.push((cosine, item));
            }
        }
    }

    fn nearest(&self, mut found: Vec<(f32, u32)>) -> Vec<Nominee> {
        found.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        found.truncate(self.nearest);
        found.sort_unstable_by_key(|(_, item)| *item);
        let nominee = |(cosine, item): (f32, u32)| Nominee {
            item,
            likeness: Likeness {
                // Of vectors in one direction it is 1, but for the last bit.
                cosine: cosine.clamp(-1.0, 1.0),
                likeness: (cosine - self.scale.mean) / self.scale.deviation,
            },
            is_suspect: cosine >= self.suspect_cosine_min,
        };
        found.into_iter().map(nominee).collect()
    }
}

/// Appends the vector of length 1 in the same direction.
fn push_unit(to: &mut Vec<f32>, width: usize, vector: &[f32]) {
    let wide = vector.iter().map(|&number| f64::from(number));
    let length = wide.clone().map(|number| number * number).sum::<f64>();
    let length = length.sqrt();
    let end = to.len() + width;
    to.extend(wide.map(|number| (number / length) as f32));
    to.resize(end, 0.0);
}

/// The sum of the products of two vectors, of which both have a multiple of [`LANES`] numbers.
fn product(a: &[f32], b: &[f32]) -> f32 {
    let (a, b) = (a.as_chunks::<LANES>().0, b.as_chunks::<LANES>().0);
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

/// Whether its cosine alone makes a problem suspect of an item.
pub(super) fn is_suspect(nominees: &[Nominee], item: u32) -> bool {
    let mut nominees = nominees.iter();
    nominees.any(|nominee| nominee.item == item && nominee.is_suspect)
}

/// Items by their number, each once: whether texts nominated it, and how near the vectors are where they did.
pub(super) fn joined(
    by_text: Vec<u32>,
    nominees: &[Nominee],
) -> Vec<(u32, bool, Option<Likeness>)> {
    let texts = by_text.into_iter();
    if nominees.is_empty() {
        return texts.map(|item| (item, true, None)).collect();
    }
    let texts = texts.map(|item| (item, (true, None)));
    let mut all: BTreeMap<u32, (bool, Option<Likeness>)> = texts.collect();
    for nominee in nominees {
        all.entry(nominee.item).or_default().1 = Some(nominee.likeness);
    }
    let all = all.into_iter();
    all.map(|(item, (by_text, vectors))| (item, by_text, vectors))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked(cosine_min: Option<f32>, nearest: u32) -> Vectors {
        Vectors {
            problems: String::new(),
            items: BTreeMap::new(),
            cosine_min,
            nearest,
            suspect_cosine_min: Some(0.99),
        }
    }

    fn numbered(vectors: &[Vec<f32>]) -> BTreeMap<u32, Vec<f32>> {
        (0..).zip(vectors.iter().cloned()).collect()
    }

    #[test]
    fn the_nearest_items_are_nominated_and_equals_fall_to_the_first() {
        let at = |degrees: f32| vec![degrees.to_radians().cos(), degrees.to_radians().sin()];
        let items = numbered(&[at(0.0), at(30.0), at(10.0), at(-10.0), at(180.0)]);
        let found = |cosine_min: f32, nearest: u32, degrees: f32| -> Vec<(u32, bool)> {
            let items = ItemVectors::new(&asked(Some(cosine_min), nearest), &items);
            let found = items.nominees(&[at(degrees)]);
            let found = found[0].iter();
            found.map(|one| (one.item, one.is_suspect)).collect()
        };
        assert_eq!(found(-1.0, 2, 0.0), [(0, true), (2, false)]);
        assert_eq!(found(0.9, 64, 0.0), [(0, true), (2, false), (3, false)]);
        assert_eq!(found(0.9, 1, 179.0), [(4, true)]);
        assert_eq!(found(0.99, 64, 90.0), []);
        // What is suspect by its cosine alone is looked at whatever the scale of the vectors is.
        let few = ItemVectors::new(&asked(None, 1), &items);
        assert_eq!(few.cosine_min, 0.13 + 4.5 * 0.11);
        let suspect = Vectors {
            suspect_cosine_min: Some(0.2),
            ..asked(None, 1)
        };
        assert_eq!(ItemVectors::new(&suspect, &items).cosine_min, 0.2);
    }

    /// The mean and the deviation of a thousand cosines, by another way.
    #[test]
    fn a_cosine_is_judged_by_those_of_different_items() {
        let items: Vec<Vec<f32>> = (0..40)
            .map(|at| {
                (0..5)
                    .map(|dim| ((at * 7 + dim * dim * 3) % 11) as f32 + 0.5)
                    .collect()
            })
            .collect();
        let mut cosines = Vec::new();
        for (at, a) in items.iter().enumerate() {
            for b in &items[..at] {
                let sum = |x: &[f32], y: &[f32]| -> f64 {
                    x.iter()
                        .zip(y)
                        .map(|(x, y)| f64::from(*x) * f64::from(*y))
                        .sum()
                };
                cosines.push(sum(a, b) / (sum(a, a) * sum(b, b)).sqrt());
            }
        }
        let mean = cosines.iter().sum::<f64>() / cosines.len() as f64;
        let variance = cosines.iter().map(|cosine| (cosine - mean).powi(2));
        let deviation = (variance.sum::<f64>() / cosines.len() as f64).sqrt();
        let vectors = ItemVectors::new(&asked(None, 1), &numbered(&items));
        assert!((f64::from(vectors.scale.mean) - mean).abs() < 1e-5);
        assert!((f64::from(vectors.scale.deviation) - deviation).abs() < 1e-5);
        let found =
            &ItemVectors::new(&asked(Some(0.0), 1), &numbered(&items)).nominees(&items)[3][0];
        assert!((f64::from(found.likeness.likeness) - (1.0 - mean) / deviation).abs() < 1e-3);
    }

    #[test]
    fn lengths_do_not_count_however_large_or_small_they_are() {
        let item = numbered(&[vec![3.0, 4.0, 0.0]]);
        let items = ItemVectors::new(&asked(Some(0.0), 1), &item);
        for scale in [1e-38, 1e-20, 1.0, 1e20, 8e37] {
            let found = items.nominees(&[vec![3.0 * scale, 4.0 * scale, 0.0]]);
            assert!((found[0][0].likeness.cosine - 1.0).abs() < 1e-6, "{scale}");
        }
    }

    proptest! {
        #[test]
        fn products_are_cosines_in_any_block_and_for_any_number_of_threads(
            vectors in proptest::collection::vec(proptest::collection::vec(-9_i8..9, 11), 1..90), threads in 1_usize..4
        ) {
            // No vector is of zeros.
            let vector = |numbers: &Vec<i8>| -> Vec<f32> {
                numbers.iter().map(|&number| f32::from(number) + 0.5).collect()
            };
            let vectors: Vec<Vec<f32>> = vectors.iter().map(vector).collect();
            let items = ItemVectors::new(&asked(Some(-1.0), NEAREST_MAX), &numbered(&vectors));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
            let found = pool.install(|| items.nominees(&vectors));
            prop_assert_eq!(found.len(), vectors.len());
            for (problem, nominees) in vectors.iter().zip(&found) {
                prop_assert_eq!(nominees, &items.nominees(std::slice::from_ref(problem))[0]);
                for nominee in nominees {
                    let item = &vectors[nominee.item as usize];
                    let sum = |x: &[f32], y: &[f32]| -> f32 { x.iter().zip(y).map(|(x, y)| x * y).sum() };
                    let cosine = sum(problem, item) / (sum(problem, problem) * sum(item, item)).sqrt();
                    prop_assert!((nominee.likeness.cosine - cosine).abs() < 1e-5);
                }
            }
        }
    }
}
