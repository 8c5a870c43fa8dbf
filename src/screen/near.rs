//! Near duplicates: clusters of problems whose canonical texts share almost all of their shingles.
//!
//! Data sets are made of data sets: one problem comes back with another picture, another first sentence,
//! another spelling of its formulas, and would be drawn twice. Two problems are near duplicates where the
//! Jaccard index of their shingles (n-grams of [`SHINGLE_BYTES`] of the canonical text) reaches the
//! threshold; a cluster is what such pairs connect.
//!
//! **Candidates** come from MinHash (Broder 1997) with banding (Leskovec, Rajaraman, Ullman, *Mining of
//! Massive Datasets*, 3.4): [`PERMUTATIONS`] minima in bands of `r`. A pair with index `s` shares a band
//! with probability `1 - (1 - s^r)^(64/r)`. With r = 4 and 16 bands, used for thresholds from 0.76 on:
//!
//! | s | 0.5 | 0.6 | 0.7 | 0.76 | 0.8 | 0.85 | 0.9 |
//! |---|--:|--:|--:|--:|--:|--:|--:|
//! | found | 0.644 | 0.891 | 0.988 | 0.9985 | 0.9998 | 0.99999 | 1 - 4e-8 |
//!
//! Below, r = 2 and 32 bands: 0.9999 at 0.5. Each candidate's index is then computed **exactly**, so that
//! no pair below the threshold ever connects.
//!
//! **Bounded work.** Thousands of problems from one template share a band and have millions of pairs. In a
//! bucket of up to [`BUCKET_PAIRS_MAX`] problems all pairs are compared; in a larger one each problem is
//! compared with at most [`LEADERS_MAX`] leaders: those before it, by id, that were near no leader. What is
//! near no leader when there are enough of them is counted as uncompared; another band may still find it.
//! So the work is linear in the number of problems.
//!
//! **Which threshold.** By `cargo bench --bench detectors` on `../shared/data`, 2026-11-21. Seen are 32,062
//! distinct problems of NuminaMath, DeepScaleR and Omni-MATH, on which n-gram and recommendation were chosen;
//! unseen are 2,045 of s1K, AIME 1983 to 2024 and IMO-AnswerBench.
//!
//! | | threshold | problems dropped | same canonical text | other text, same digits | other digits |
//! |---|--:|--:|--:|--:|--:|
//! | seen | 0.8 | 860 | 104 | 254 | 502 |
//! | seen | 0.9 | 236 | 107 | 45 | 84 |
//! | unseen | 0.8 | 20 | 16 | 3 | 1 |
//! | unseen | 0.9 | 19 | 16 | 3 | 0 |
//!
//! (Columns compare each dropped problem with the first of its cluster, which is another at each threshold.)
//! In NuminaMath more than half of what goes at 0.8 are problems of one template with other numbers; they have
//! other answers. So 0.9 is recommended where only copies should go, 0.8 where a template should count once.
//!
//! Beside each unseen problem a changed one was planted, and this share joined it: eight spellings (formulas,
//! case, line breaks, Unicode) 100 % at 0.8 and at 0.9; a sentence more 45 % and 6 %; other numbers 30 % and
//! 10 %; every tenth word another 0.04 % and none. What is found is the same text, not the same question. The
//! peers' rule (one shared n-gram of 8 words) joins 79 % to 100 % of the spellings, 97 % of the reworded and
//! 95 % of those with other numbers, and 29,440 of the 32,062 seen problems with one before them, since they
//! end with the same instruction.
//!
//! 105,000 problems a second and core at 0.8 (96,000 to 112,000; 292 bytes on average).
//!
//! **Order.** Buckets are read in the order of ids, bands one after the other, and a cluster is named by its
//! smallest id: neither the order of the input nor threads can change it (the rule that marin's datakit
//! proved on 45 million documents).

use rayon::prelude::*;

use super::canonical::canonical;
use super::grams::{grams, mixed};
use crate::ids::Id;

/// Bytes of a shingle, about a word and a half: one changed word in 200 characters gives an index near 0.87,
/// one changed number 0.91. Chosen by hand with the table of this module, 2026-11-21.
pub(crate) const SHINGLE_BYTES: usize = 8;
/// Minima a problem.
pub(crate) const PERMUTATIONS: usize = 64;
/// Problems of a bucket up to which all pairs are compared.
pub(crate) const BUCKET_PAIRS_MAX: usize = 32;
/// Problems that stand for a larger bucket.
pub(crate) const LEADERS_MAX: usize = 16;
/// The smallest threshold for which enough pairs are found.
pub(crate) const THRESHOLD_MIN: f64 = 0.5;

/// How many minima make a band, for a threshold.
fn band_rows(threshold: f64) -> usize {
    // 4 rows find 99.85 % of the pairs at 0.76, and ever less below.
    if threshold >= 0.76 { 4 } else { 2 }
}

/// Which problems are near duplicates of which.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    /// For each problem, in the order they were added: the one of its cluster with the smallest id.
    pub first: Vec<u32>,
    /// How often a problem of a large bucket was compared with leaders only, and was near none.
    pub uncompared: u64,
}

/// Clusters problems by a threshold from [`THRESHOLD_MIN`] to 1; the result's indices are theirs.
///
/// ```
/// use gradatim::ids::problem_id;
/// use gradatim::screen::near::clusters;
/// let texts = [
///     "A train leaves the station at 60 miles per hour. How far does it go in $\\frac{5}{2}$ hours?",
///     "A train leaves the station at 60 miles per hour.  How far does it go in \\( \\dfrac52 \\) hours?",
///     "Find the largest prime factor of $1001$.",
/// ];
/// let problems: Vec<_> = texts.iter().map(|text| (problem_id(text), *text)).collect();
/// let first = clusters(&problems, 0.8).first;
/// assert_eq!(first[0], first[1]);
/// assert_eq!(first[2], 2);
/// ```
pub fn clusters(problems: &[(Id, &str)], threshold: f64) -> Clusters {
    let mut sketches = Sketches::new(threshold);
    let made: Vec<Sketch> = problems
        .par_iter()
        .map(|(_, text)| Sketch::of(&canonical(text).text, threshold))
        .collect();
    for ((id, _), sketch) in problems.iter().zip(made) {
        sketches.add(*id, sketch);
    }
    sketches.clusters()
}

/// What is kept of one problem: its canonical text and the hashes of its bands.
pub(crate) struct Sketch {
    text: String,
    bands: Vec<u32>,
}

impl Sketch {
    /// The sketch of a canonical text.
    pub(crate) fn of(text: &str, threshold: f64) -> Self {
        let rows = band_rows(threshold);
        let minima = if rows < 4 {
            wide_minima(text)
        } else {
            minima(text)
        };
        let bands = minima.chunks(rows).map(|rows| {
            let hash = rows
                .iter()
                .fold(0, |hash, &row| mixed(hash ^ u64::from(row)));
            hash as u32
        });
        Self {
            bands: bands.collect(),
            text: text.to_owned(),
        }
    }
}

/// The minima over the shingles' low 16 bits, which every x86-64 multiplies and compares eight at a time.
/// Problems that have nothing in common share such a minimum about once in a thousand, so a band of four
/// never by that.
fn minima(text: &str) -> [u32; PERMUTATIONS] {
    let mut minima = [i16::MAX; PERMUTATIONS];
    shingles(text, |shingle| {
        let permutations = NARROW_SEEDS.iter().zip(&NARROW_FACTORS);
        for (minimum, (seed, &factor)) in minima.iter_mut().zip(permutations) {
            let value = (shingle as i16 ^ seed).wrapping_mul(factor);
            *minimum = (*minimum).min(value);
        }
    });
    minima.map(|minimum| u32::from(minimum as u16))
}

/// The same over 32 bits, for bands of two, which 16 would fill with problems that are not alike.
fn wide_minima(text: &str) -> [u32; PERMUTATIONS] {
    let mut minima = [u32::MAX; PERMUTATIONS];
    shingles(text, |shingle| {
        for (minimum, seed) in minima.iter_mut().zip(&SEEDS) {
            let value = (shingle as u32 ^ seed).wrapping_mul(0x9e37_79b1);
            *minimum = (*minimum).min(value);
        }
    });
    minima
}

const SEEDS: [u32; PERMUTATIONS] = {
    let mut seeds = [0; PERMUTATIONS];
    let mut at = 0;
    while at < PERMUTATIONS {
        seeds[at] = mixed(at as u64) as u32;
        at += 1;
    }
    seeds
};

/// Of the permutations of 16 bits each has a factor of its own; it is odd, so that none is lost.
const NARROW_SEEDS: [i16; PERMUTATIONS] = narrow(0, 0);
const NARROW_FACTORS: [i16; PERMUTATIONS] = narrow(PERMUTATIONS, 1);

const fn narrow(first: usize, set: i16) -> [i16; PERMUTATIONS] {
    let mut words = [0; PERMUTATIONS];
    let mut at = 0;
    while at < PERMUTATIONS {
        words[at] = mixed((first + at) as u64) as i16 | set;
        at += 1;
    }
    words
}

/// Visits the shingles of a canonical text; a shorter text is its only one, an empty one has none.
fn shingles(text: &str, mut visit: impl FnMut(u64)) {
    let width = SHINGLE_BYTES.min(text.len());
    if width > 0 {
        grams(text.as_bytes(), width, |_, shingle| visit(shingle));
    }
}

/// The distinct shingles, in order.
fn shingle_set(text: &str) -> Vec<u64> {
    let mut set = Vec::with_capacity(text.len());
    shingles(text, |shingle| set.push(shingle));
    set.sort_unstable();
    set.dedup();
    set
}

/// The share of the shingles of two sets that both have; 0 where both are empty.
fn jaccard(one: &[u64], other: &[u64]) -> f64 {
    let (mut i, mut j, mut both) = (0, 0, 0);
    while i < one.len() && j < other.len() {
        let (a, b) = (one[i], other[j]);
        both += usize::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    let either = one.len() + other.len() - both;
    if either == 0 {
        0.0
    } else {
        both as f64 / either as f64
    }
}

/// The sketches of all problems: about 300 bytes each.
pub(crate) struct Sketches {
    threshold: f64,
    ids: Vec<Id>,
    texts: String,
    ends: Vec<usize>,
    /// The bands of all problems, one problem after the other.
    bands: Vec<u32>,
}

impl Sketches {
    pub(crate) fn new(threshold: f64) -> Self {
        assert!(
            (THRESHOLD_MIN..=1.0).contains(&threshold),
            "the plan has checked the threshold"
        );
        Self {
            threshold,
            ids: Vec::new(),
            texts: String::new(),
            ends: Vec::new(),
            bands: Vec::new(),
        }
    }

    /// Adds the sketch of a problem, made for the same threshold.
    pub(crate) fn add(&mut self, id: Id, sketch: Sketch) {
        self.ids.push(id);
        self.texts.push_str(&sketch.text);
        self.ends.push(self.texts.len());
        self.bands.extend(sketch.bands);
    }

    pub(crate) fn clusters(&self) -> Clusters {
        let count = self.ids.len();
        let mut sets = Union::new(&self.ids);
        let mut uncompared = 0;
        let bands = PERMUTATIONS / band_rows(self.threshold);
        for band in 0..bands {
            let mut keys: Vec<(u32, Id, u32)> = (0..count)
                .map(|at| (self.bands[at * bands + band], self.ids[at], at as u32))
                .collect();
            keys.par_sort_unstable();
            let buckets: Vec<&[(u32, Id, u32)]> = keys.chunk_by(|a, b| a.0 == b.0).collect();
            let found: Vec<Edges> = buckets
                .par_iter()
                .filter(|bucket| bucket.len() > 1)
                .map(|bucket| self.compare(bucket, &sets))
                .collect();
            for edges in found {
                uncompared += edges.uncompared;
                for (one, other) in edges.pairs {
                    sets.join(one, other);
                }
            }
            sets.flatten();
        }
        let first = (0..count as u32).map(|at| sets.root(at)).collect();
        Clusters { first, uncompared }
    }

    fn text(&self, at: u32) -> &str {
        let at = at as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.texts[start..self.ends[at]]
    }

    /// The pairs of a bucket that are near.
    fn compare(&self, bucket: &[(u32, Id, u32)], sets: &Union<'_>) -> Edges {
        let mut edges = Edges::default();
        let root = |at: u32| sets.root(at);
        if bucket.iter().all(|(.., at)| root(*at) == root(bucket[0].2)) {
            return edges;
        }
        let all_pairs = bucket.len() <= BUCKET_PAIRS_MAX;
        let mut leaders: Vec<(u32, Vec<u64>)> = Vec::new();
        for &(.., at) in bucket {
            let set = shingle_set(self.text(at));
            let mut is_near = false;
            for (leader, other) in &leaders {
                let joined = root(*leader) == root(at);
                if joined || self.is_near(&set, other) {
                    is_near = true;
                    edges.pairs.push((*leader, at));
                    if !all_pairs {
                        break;
                    }
                }
            }
            if all_pairs || (!is_near && leaders.len() < LEADERS_MAX) {
                leaders.push((at, set));
            } else {
                edges.uncompared += u64::from(!is_near);
            }
        }
        edges
    }

    fn is_near(&self, one: &[u64], other: &[u64]) -> bool {
        // No pair whose sizes differ by more can reach the threshold.
        let (short, long) = (one.len().min(other.len()), one.len().max(other.len()));
        short as f64 >= self.threshold * long as f64 && jaccard(one, other) >= self.threshold
    }
}

#[derive(Default)]
struct Edges {
    pairs: Vec<(u32, u32)>,
    uncompared: u64,
}

/// Disjoint sets whose root is the problem with the smallest id.
struct Union<'i> {
    ids: &'i [Id],
    parents: Vec<u32>,
}

impl<'i> Union<'i> {
    fn new(ids: &'i [Id]) -> Self {
        Self {
            ids,
            parents: (0..ids.len() as u32).collect(),
        }
    }

    fn root(&self, mut at: u32) -> u32 {
        while self.parents[at as usize] != at {
            at = self.parents[at as usize];
        }
        at
    }

    fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        let (first, second) = if self.ids[one as usize] <= self.ids[other as usize] {
            (one, other)
        } else {
            (other, one)
        };
        self.parents[second as usize] = first;
    }

    /// Makes each problem a child of its root, so that roots are found in one step.
    fn flatten(&mut self) {
        for at in 0..self.parents.len() as u32 {
            let root = self.root(at);
            let mut at = at;
            while self.parents[at as usize] != root {
                at = std::mem::replace(&mut self.parents[at as usize], root);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::problem_id;

    /// Problems that are near duplicates of each other in chains, and some that are not.
    fn problems(seed: u64) -> Vec<String> {
        let word = |at: u64| format!("{:x}", mixed(seed ^ at) >> 36);
        let mut texts = Vec::new();
        for base in 0..12 {
            let words: Vec<String> = (0..30).map(|at| word(base * 100 + at)).collect();
            for copy in 0..(base % 4) {
                let mut words = words.clone();
                words[copy as usize * 3] = word(7000 + copy);
                texts.push(words.join(" "));
            }
        }
        texts
    }

    fn named(texts: &[String]) -> Vec<(Id, &str)> {
        texts
            .iter()
            .map(|text| (problem_id(text), text.as_str()))
            .collect()
    }

    /// The cluster of each problem as the id of its first, by id.
    fn by_id(texts: &[String], threshold: f64) -> Vec<(Id, Id)> {
        let problems = named(texts);
        let first = clusters(&problems, threshold).first;
        let mut found: Vec<(Id, Id)> = first
            .iter()
            .enumerate()
            .map(|(at, &first)| (problems[at].0, problems[first as usize].0))
            .collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn neither_order_nor_threads_change_the_clusters(
            seed in any::<u64>(), order in any::<u64>(), threads in 1usize..4
        ) {
            let texts = problems(seed);
            let expected = by_id(&texts, 0.8);
            let mut shuffled = texts;
            shuffled.sort_by_key(|text| mixed(order ^ problem_id(text).0 as u64));
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
            let found = pool.expect("threads").install(|| by_id(&shuffled, 0.8));
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn clusters_are_what_near_pairs_connect(seed in any::<u64>()) {
            let texts = problems(seed);
            let problems = named(&texts);
            let sets: Vec<Vec<u64>> =
                texts.iter().map(|text| shingle_set(&canonical(text).text)).collect();
            let ids: Vec<Id> = problems.iter().map(|(id, _)| *id).collect();
            let mut expected = Union::new(&ids);
            for one in 0..texts.len() {
                for other in 0..one {
                    if jaccard(&sets[one], &sets[other]) >= 0.6 {
                        expected.join(one as u32, other as u32);
                    }
                }
            }
            let expected: Vec<u32> = (0..texts.len() as u32).map(|at| expected.root(at)).collect();
            prop_assert_eq!(clusters(&problems, 0.6).first, expected);
        }
    }

    /// Of sets of 120 shingles with an index of 1/2, a band is shared as often as the formula says.
    #[test]
    fn pairs_are_found_as_often_as_the_formula_says() {
        for (threshold, expected) in [(0.8, 1.0 - (1.0 - 0.5_f64.powi(4)).powi(16)), (0.6, 0.9999)]
        {
            let (pairs, mut found) = (600, 0);
            for pair in 0..pairs {
                let word = |at: u64| format!("{:08x}", mixed(pair * 1000 + at) >> 32);
                let joined = |ends: std::ops::Range<u64>| -> String { ends.map(word).collect() };
                // 7 of the shingles of each end are of both sides of a seam: 113 of 226 are common.
                let one = Sketch::of(&joined(0..22), threshold);
                let other = Sketch::of(&joined(7..29), threshold);
                let share = jaccard(&shingle_set(&one.text), &shingle_set(&other.text));
                assert!((0.48..0.52).contains(&share), "{share}");
                found += u64::from(one.bands.iter().zip(&other.bands).any(|(a, b)| a == b));
            }
            let share = found as f64 / pairs as f64;
            // Six standard deviations, and what the index is off.
            let allowed = 6.0 * (expected * (1.0 - expected) / pairs as f64).sqrt() + 0.04;
            assert!(
                (share - expected).abs() < allowed,
                "{share} and not {expected}"
            );
        }
    }

    #[test]
    fn a_template_of_thousands_is_compared_in_linear_time() {
        let stem = "Let $f$ be a polynomial with integer coefficients such that its value is prime for \
                    every positive integer below the number";
        let texts: Vec<String> = (0..6000)
            .map(|at| format!("{stem} {}", mixed(at)))
            .collect();
        let found = clusters(&named(&texts), 0.99);
        assert!(found.uncompared > 0, "a bucket was too large for all pairs");
        let alike = clusters(&named(&texts), 0.6);
        assert!(alike.first.iter().all(|first| *first == alike.first[0]));
    }

    #[test]
    fn short_and_empty_texts_are_near_their_like_only() {
        let texts = ["", "$", "1+1", "1 + 1", "1+2", "?"].map(str::to_owned);
        let first = clusters(&named(&texts), 0.8).first;
        let pairs = (0..6).flat_map(|one| (0..one).map(move |other| (other, one)));
        let same: Vec<_> = pairs.filter(|&(a, b)| first[a] == first[b]).collect();
        assert_eq!(same, [(2, 3)]);
    }

    #[test]
    fn the_table_of_the_docs_is_the_formula() {
        let found = |s: f64| 1.0 - (1.0 - s.powi(4)).powi(16);
        for (s, told) in [
            (0.5, 0.644),
            (0.6, 0.891),
            (0.7, 0.988),
            (0.76, 0.9985),
            (0.8, 0.9998),
        ] {
            assert!((found(s) - told).abs() < 6e-4, "{s}: {}", found(s));
        }
    }
}
