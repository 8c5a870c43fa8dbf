//! Near duplicates: problems that are one, and templates: the same words with other numbers.
//!
//! Data sets are made of data sets: one problem comes back with a tag in front, an instruction behind, another
//! spelling of its formulas, and would be drawn twice. And one text comes back with other numbers, which is another
//! problem with another answer, though not one to validate on after training on the first.
//!
//! **What is compared** is the core of the canonical text: without the sentences at its ends that say only how to
//! answer, and without brackets. Of two cores each byte counts that stands in a shingle ([`text::SHINGLE_BYTES`]
//! bytes) which the other has too, numbers apart. What one has more at one end is an *edge*, left out where it asks
//! nothing: a tag (`(AIME 2012)`, `7. (12 points)`), a sentence of context, options, an instruction. Two problems are
//!
//! - **near duplicates** where each core has the threshold's share of the other, and their *marks* agree
//!   ([`marks`]): the same numbers and signs in the same order or places, and no words that ask otherwise (`sum` and
//!   `product`, `find` and `prove`), nor in one place another of the things that both speak of;
//! - **of one template** where the share is reached and the marks are others, or one asks more than the other.
//!
//! A cluster is what near pairs connect, a template what pairs of either kind connect; so a template holds whole
//! clusters. A number that a copy has lost makes a template and not a cluster: it could have been any.
//!
//! **Candidates** share samples of their shingles, those that are the least of a window (winnowing: Schleimer,
//! Wilkerson, Aiken 2003): two texts that share a run as long as a window and a shingle share a sample, wherever it
//! stands and whatever else is there, which an index of whole texts (MinHash) does not give.
//!
//! **Bounded work.** Thousands of problems share a sample where they share a template or a phrase. In a bucket of up
//! to [`BUCKET_PAIRS_MAX`] problems all pairs are compared; in a larger one each problem is compared with the first
//! [`LEADERS_MAX`] by id, and no more where half of these are strangers, or all of the first few: it is a phrase's.
//! What is left is counted as uncompared; rarer samples still find it. Near duplicates are looked for within templates:
//! all pairs up to [`TEMPLATE_PAIRS_MAX`] problems, above among those with the same numbers.
//!
//! **What is found.** 40 problems of NuminaMath in 21 variants (`../shared/data/decontamination/near_variants.jsonl`),
//! joined with the original, 2026-11-27:
//!
//! | | 0.8 | 0.9 |
//! |---|--:|--:|
//! | tag, source, context, instruction, options, other delimiters, entities, question first | 99 to 100 % | 97 to 100 % |
//! | Unicode or ASCII for LaTeX | 97 % | 94 % |
//! | other verbs | 96 % | 73 % |
//! | one word in ten dropped / replaced (every third loses a number or a formula) | 69 / 69 % | 56 / 41 % |
//! | typos in 2 % of the letters | 97 % | 97 % |
//! | variables renamed | 73 % | 51 % |
//! | one number or all numbers changed | 0 %, all of them a template | 0 %, all of them a template |
//! | last sentence replaced | 0 %, two in five of them a template | 0 %, a third of them a template |
//!
//! Of 19,877 distinct problems of NuminaMath 197 are joined with another at 0.8 and 124 at 0.9; 1,914 and 1,035 are of
//! another's template only. Of 50 joined pairs at 0.9 the 24 whose gold answers are written differently were read: three
//! are two problems, with questions about two pictures, or about another letter of one text.
//!
//! **Order.** Everything is done by rank of id, and a cluster or template is named by its smallest id: neither the
//! order of the input nor threads can change it.

mod marks;
mod relation;
mod text;
mod union;

use std::collections::HashSet;

use rayon::prelude::*;

use self::relation::{Relation, relation};
use self::text::{Text, core, samples, window};
use self::union::Union;
use super::canonical::{Canonical, canonical};
use crate::ids::Id;

/// Version of what is found: raised with every change of clusters and templates that canonical texts do not bring.
pub(crate) const VERSION: u32 = 1;
/// Problems of a bucket up to which all pairs are compared.
pub(crate) const BUCKET_PAIRS_MAX: usize = 12;
/// Problems that stand for a larger bucket, its first.
pub(crate) const LEADERS_MAX: usize = 12;
/// Problems of a template up to which all pairs are compared.
pub(crate) const TEMPLATE_PAIRS_MAX: usize = 32;
/// The smallest threshold for which enough pairs are found.
pub(crate) const THRESHOLD_MIN: f64 = 0.5;

/// Which problems are near duplicates of which, and which are of one template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clusters {
    /// For each problem, in the order they were added: the one of its cluster with the smallest id.
    pub first: Vec<u32>,
    /// The same for its template, which is one cluster or several.
    pub template: Vec<u32>,
    /// How often a problem of a large bucket was not compared with all others, and was related to none.
    pub uncompared: u64,
}

/// Clusters problems by a threshold from [`THRESHOLD_MIN`] to 1; the result's indices are theirs.
///
/// ```
/// use gradatim::ids::problem_id;
/// use gradatim::screen::near::clusters;
/// let texts = [
///     "A train leaves the station at 60 miles per hour. How far does it go in $\\frac{5}{2}$ hours?",
///     "(AIME 2012) A train leaves the station at 60 miles per hour.  How far does it go in 5/2 hours? Show your \
///      steps, and put the final answer in a box.",
///     "A train leaves the station at 80 miles per hour. How far does it go in $\\frac{5}{2}$ hours?",
///     "Find the largest prime factor of $1001$.",
/// ];
/// let problems: Vec<_> = texts.iter().map(|text| (problem_id(text), *text)).collect();
/// let found = clusters(&problems, 0.8);
/// assert_eq!(found.first[0], found.first[1]);
/// assert_ne!(found.first[0], found.first[2]);
/// assert_eq!(found.template[0], found.template[2]);
/// assert_eq!(found.template[3], 3);
/// ```
pub fn clusters(problems: &[(Id, &str)], threshold: f64) -> Clusters {
    let mut sketches = Sketches::new(threshold);
    let made: Vec<Sketch> = problems
        .par_iter()
        .map(|(_, text)| Sketch::of(&canonical(text)))
        .collect();
    for ((id, _), sketch) in problems.iter().zip(made) {
        sketches.add(*id, sketch);
    }
    sketches.clusters()
}

/// What is kept of one problem: the core of its canonical text and some of its shingles.
pub(crate) struct Sketch {
    core: String,
    samples: Vec<u32>,
}

impl Sketch {
    /// The sketch of a canonical text.
    pub(crate) fn of(canonical: &Canonical) -> Self {
        let core = core(canonical);
        Self {
            samples: samples(core.as_bytes()),
            core,
        }
    }
}

/// The sketches of all problems: about 400 bytes each.
pub(crate) struct Sketches {
    threshold: f64,
    ids: Vec<Id>,
    cores: Pieces<u8>,
    samples: Pieces<u32>,
}

/// Slices, one after the other.
struct Pieces<T> {
    all: Vec<T>,
    ends: Vec<usize>,
}

impl<T: Copy> Pieces<T> {
    fn new() -> Self {
        Self {
            all: Vec::new(),
            ends: vec![0],
        }
    }

    fn push(&mut self, piece: &[T]) {
        self.all.extend_from_slice(piece);
        self.ends.push(self.all.len());
    }

    fn get(&self, at: u32) -> &[T] {
        let at = at as usize;
        &self.all[self.ends[at]..self.ends[at + 1]]
    }
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
            cores: Pieces::new(),
            samples: Pieces::new(),
        }
    }

    /// Adds the sketch of a problem.
    pub(crate) fn add(&mut self, id: Id, sketch: Sketch) {
        self.ids.push(id);
        self.cores.push(sketch.core.as_bytes());
        self.samples.push(&sketch.samples);
    }

    pub(crate) fn clusters(&self) -> Clusters {
        let ranked = Ranked::new(self);
        let templates = ranked.templates();
        let near = ranked.near(&templates.sets);
        Clusters {
            first: ranked.firsts(&near.sets),
            template: ranked.firsts(&templates.sets),
            uncompared: templates.uncompared + near.uncompared,
        }
    }
}

/// Problems by rank, which is their place by id: what is done in this order depends on nothing else.
struct Ranked<'s> {
    sketches: &'s Sketches,
    by_id: Vec<u32>,
    /// The rank of each problem.
    ranks: Vec<u32>,
}

/// What pairs connect.
struct Connected {
    sets: Union,
    uncompared: u64,
}

impl Connected {
    fn new(count: usize) -> Self {
        Self {
            sets: Union::new(count),
            uncompared: 0,
        }
    }

    fn add(&mut self, found: Vec<Edges>) {
        for edges in found {
            self.uncompared += edges.uncompared;
            for (one, other) in edges.pairs {
                self.sets.join(one, other);
            }
        }
        self.sets.flatten();
    }
}

/// Pairs of ranks.
#[derive(Default)]
struct Edges {
    pairs: Vec<(u32, u32)>,
    uncompared: u64,
}

/// Passes over the samples, each over its own, so that few are sorted at a time.
const PASSES: u32 = 8;
const PASS_SAMPLES: u32 = u32::MAX / PASSES + 1;

impl<'s> Ranked<'s> {
    fn new(sketches: &'s Sketches) -> Self {
        let mut by_id: Vec<u32> = (0..sketches.ids.len() as u32).collect();
        by_id.par_sort_unstable_by_key(|&at| sketches.ids[at as usize]);
        let mut ranks = vec![0; by_id.len()];
        for (rank, &at) in (0..).zip(&by_id) {
            ranks[at as usize] = rank;
        }
        Self {
            sketches,
            by_id,
            ranks,
        }
    }

    fn core(&self, rank: u32) -> &'s [u8] {
        self.sketches.cores.get(self.by_id[rank as usize])
    }

    fn samples(&self, rank: u32) -> &'s [u32] {
        self.sketches.samples.get(self.by_id[rank as usize])
    }

    fn text(&self, rank: u32) -> Text<'s> {
        Text::of(self.core(rank))
    }

    fn relation(&self, one: &Text<'_>, other: &Text<'_>) -> Relation {
        relation(one, other, self.sketches.threshold)
    }

    /// For each problem the first of its set.
    fn firsts(&self, sets: &Union) -> Vec<u32> {
        let mut firsts = vec![0; self.by_id.len()];
        for (rank, &at) in (0..).zip(&self.by_id) {
            firsts[at as usize] = self.by_id[sets.root(rank) as usize];
        }
        firsts
    }

    /// What related pairs connect.
    fn templates(&self) -> Connected {
        let mut connected = Connected::new(self.by_id.len());
        let mut large = HashSet::new();
        for pass in 0..PASSES {
            let keys = self.keys(pass);
            let buckets = keys.chunk_by(|a, b| sample_of(*a) == sample_of(*b));
            let buckets: Vec<&[u64]> = buckets.filter(|bucket| bucket.len() > 1).collect();
            let too_large = buckets
                .iter()
                .filter(|bucket| bucket.len() > BUCKET_PAIRS_MAX);
            large.extend(too_large.map(|bucket| sample_of(bucket[0])));
            let sets = &connected.sets;
            let found = buckets.par_iter().map(|keys| {
                let bucket = Bucket::new(self, sets, &large, keys);
                bucket.related()
            });
            let found = found.collect();
            connected.add(found);
        }
        connected
    }

    /// The samples of a pass with the ranks that have them, in order: a sample's bits, then a rank's.
    fn keys(&self, pass: u32) -> Vec<u64> {
        // In the order in which they lie in memory.
        let problems = (0..self.ranks.len() as u32).into_par_iter();
        let keys = problems.flat_map_iter(|at| {
            let (all, rank) = (self.sketches.samples.get(at), self.ranks[at as usize]);
            let start = |pass| all.partition_point(|sample| sample / PASS_SAMPLES < pass);
            let own = all[start(pass)..start(pass + 1)].iter().copied();
            let indexed = own.filter(move |&sample| is_indexed(all, sample));
            indexed.map(move |sample| u64::from(sample) << 32 | u64::from(rank))
        });
        let mut keys: Vec<u64> = keys.collect();
        keys.par_sort_unstable();
        keys
    }

    /// What near pairs connect; both of a pair are of one template.
    fn near(&self, templates: &Union) -> Connected {
        let families = templates.sets();
        let found = families.par_iter().map(|family| {
            let mut edges = Edges::default();
            if family.len() <= TEMPLATE_PAIRS_MAX {
                self.compare(family, &mut edges);
            } else {
                let same_numbers = self.by_numbers(family);
                same_numbers
                    .iter()
                    .for_each(|ranks| self.compare(ranks, &mut edges));
            }
            edges
        });
        let found = found.collect();
        let mut connected = Connected::new(self.by_id.len());
        connected.add(found);
        connected
    }

    /// The members of a large template by the numbers of what they share with its first: near duplicates have
    /// the same.
    fn by_numbers(&self, family: &[u32]) -> Vec<Vec<u32>> {
        let first = self.text(family[0]);
        let key = |&rank: &u32| (relation::numbers(&self.text(rank), &first), rank);
        let mut keys: Vec<(u64, u32)> = family.par_iter().map(key).collect();
        keys.par_sort_unstable();
        let same = keys.chunk_by(|a, b| a.0 == b.0);
        let same = same.filter(|same| same.len() > 1);
        same.map(|same| same.iter().map(|(_, rank)| *rank).collect())
            .collect()
    }

    /// Notes which problems of a template, or of a part of it, are near duplicates.
    fn compare(&self, ranks: &[u32], edges: &mut Edges) {
        let all_pairs = ranks.len() <= TEMPLATE_PAIRS_MAX;
        let mut leaders: Vec<(u32, Text<'_>)> = Vec::new();
        for &rank in ranks {
            let text = self.text(rank);
            let mut is_near = false;
            for (leader, other) in &leaders {
                if self.relation(&text, other) == Relation::Near {
                    edges.pairs.push((*leader, rank));
                    is_near = true;
                    if !all_pairs {
                        break;
                    }
                }
            }
            if all_pairs || (!is_near && leaders.len() < LEADERS_MAX) {
                leaders.push((rank, text));
            } else {
                edges.uncompared += u64::from(!is_near);
            }
        }
    }
}

fn sample_of(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Samples of a text up to which each makes a bucket; of more every other one does.
const INDEXED_ALL_MAX: usize = 24;

/// Whether a sample of a text makes a bucket; how likely two texts are related is told by all of them.
fn is_indexed(samples: &[u32], sample: u32) -> bool {
    samples.len() <= INDEXED_ALL_MAX || sample & 1 == 0
}

/// What two lists of samples have in common.
fn common<'s>(one: &'s [u32], other: &'s [u32]) -> impl Iterator<Item = u32> + 's {
    let (mut i, mut j) = (0, 0);
    std::iter::from_fn(move || {
        while i < one.len() && j < other.len() {
            let (a, b) = (one[i], other[j]);
            i += usize::from(a <= b);
            j += usize::from(b <= a);
            if a == b {
                return Some(a);
            }
        }
        None
    })
}

/// Problems that share a sample.
struct Bucket<'b> {
    ranked: &'b Ranked<'b>,
    /// What earlier passes connected.
    sets: &'b Union,
    /// Samples of buckets in which not all pairs are compared.
    large: &'b HashSet<u32>,
    sample: u32,
    ranks: Vec<u32>,
}

/// A large bucket of which fewer than one in so many is related to one before it is a phrase's and not a
/// template's: what is related in it shares rarer samples.
const PHRASE_ONE_IN: usize = 2;
/// Of so many one is related to another, or it is a phrase's.
const LEADERS_ALONE_MAX: usize = 6;

/// Samples that two related texts share at least: of the fewer samples this share. A large bucket that is a
/// template's is one by most samples of its problems.
const LIKELY_PERCENT: usize = 34;
const LIKELY_PERCENT_LARGE: usize = 45;
/// The same of a short text and a long one, of which few samples count.
const LIKELY_PERCENT_MIXED: usize = 60;
const LIKELY_MIN: usize = 2;
/// Of so many samples that count, at least one more.
const LIKELY_MORE_FROM: usize = 6;
/// More bytes than twice the other a text has by tag, context, options and instruction only.
const EDGES_BYTES_MAX: usize = 160;

impl<'b> Bucket<'b> {
    fn new(ranked: &'b Ranked<'b>, sets: &'b Union, large: &'b HashSet<u32>, keys: &[u64]) -> Self {
        Self {
            ranked,
            sets,
            large,
            sample: sample_of(keys[0]),
            ranks: keys.iter().map(|key| *key as u32).collect(),
        }
    }

    fn is_large(&self) -> bool {
        self.ranks.len() > BUCKET_PAIRS_MAX
    }

    fn are_joined(&self, one: u32, other: u32) -> bool {
        self.sets.root(one) == self.sets.root(other)
    }

    /// The pairs that are related.
    fn related(&self) -> Edges {
        let mut edges = Edges::default();
        let first = self.ranks[0];
        if self.ranks.iter().all(|&rank| self.are_joined(rank, first)) {
            return edges;
        }
        if self.is_large() {
            self.compare_with_leaders(&mut edges);
        } else {
            self.compare_all(&mut edges);
        }
        edges
    }

    fn compare_all(&self, edges: &mut Edges) {
        let mut members: Vec<Member<'_>> = Vec::with_capacity(self.ranks.len());
        for &rank in &self.ranks {
            let mut member = Member::new(self.ranked, rank);
            for other in &mut members {
                if self.are_joined(other.rank, rank) || self.are_related(other, &mut member) {
                    edges.pairs.push((other.rank, rank));
                }
            }
            members.push(member);
        }
    }

    fn compare_with_leaders(&self, edges: &mut Edges) {
        let mut leaders: Vec<Member<'_>> = Vec::new();
        for (at, &rank) in self.ranks.iter().enumerate() {
            let least = match at {
                0..LEADERS_ALONE_MAX => 0,
                LEADERS_ALONE_MAX..LEADERS_MAX => 1,
                _ => at.div_ceil(PHRASE_ONE_IN),
            };
            if edges.pairs.len() < least {
                edges.uncompared += (self.ranks.len() - at) as u64;
                return;
            }
            let mut member = Member::new(self.ranked, rank);
            let leader = leaders.iter_mut().find_map(|leader| {
                let joined = self.are_joined(leader.rank, rank);
                (joined || self.are_related(leader, &mut member)).then_some(leader.rank)
            });
            edges.uncompared += u64::from(leader.is_none() && at >= LEADERS_MAX);
            edges.pairs.extend(leader.map(|leader| (leader, rank)));
            if leaders.len() < LEADERS_MAX {
                leaders.push(member);
            }
        }
    }

    fn are_related(&self, one: &mut Member<'b>, other: &mut Member<'b>) -> bool {
        self.are_likely(one, other)
            && !self.were_compared(one.samples, other.samples)
            && self
                .ranked
                .relation(one.text(self.ranked), other.text(self.ranked))
                > Relation::Strangers
    }

    /// Whether two texts have as many samples in common as related ones have.
    fn are_likely(&self, one: &Member<'_>, other: &Member<'_>) -> bool {
        let (short, long) = (one.bytes.min(other.bytes), one.bytes.max(other.bytes));
        if long > 2 * short + EDGES_BYTES_MAX {
            return false;
        }
        // Of a short text as many samples count as it would have beside a long one.
        let widest = one.window.max(other.window);
        let counts = |member: &Member| member.samples.len() * (member.window + 1) / (widest + 1);
        let counted = counts(one).min(counts(other));
        let percent = match self.is_large() {
            _ if one.window != other.window => LIKELY_PERCENT_MIXED,
            true => LIKELY_PERCENT_LARGE,
            false => LIKELY_PERCENT,
        };
        let least = LIKELY_MIN.min(one.samples.len()).min(other.samples.len())
            + usize::from(counted >= LIKELY_MORE_FROM);
        let least = least.max((percent * counted).div_ceil(100));
        one.common_at_most(other) >= least && common(one.samples, other.samples).count() >= least
    }

    /// Whether a bucket before this one, in which all pairs are compared, has both.
    fn were_compared(&self, one: &[u32], other: &[u32]) -> bool {
        let is_compared = |sample: &u32| {
            is_indexed(one, *sample) && is_indexed(other, *sample) && !self.large.contains(sample)
        };
        let first = common(one, other).find(is_compared);
        first.is_some_and(|first| first < self.sample)
    }
}

/// A problem of a bucket; its text is made when it is needed.
struct Member<'s> {
    rank: u32,
    samples: &'s [u32],
    /// Bytes of the core.
    bytes: usize,
    window: usize,
    /// Which samples it may have, one bit for all with the same low bits.
    sieve: [u64; 4],
    /// Samples whose bit another sets too.
    hidden: u32,
    text: Option<Text<'s>>,
}

impl<'s> Member<'s> {
    fn new(ranked: &Ranked<'s>, rank: u32) -> Self {
        let (core, samples) = (ranked.core(rank), ranked.samples(rank));
        let mut sieve = [0; 4];
        for sample in samples {
            sieve[(sample >> 6) as usize % 4] |= 1 << (sample % 64);
        }
        Self {
            rank,
            samples,
            bytes: core.len(),
            window: window(core),
            hidden: samples.len() as u32 - bits(sieve),
            sieve,
            text: None,
        }
    }

    /// How many samples both have, at most.
    fn common_at_most(&self, other: &Self) -> usize {
        let both = std::array::from_fn(|at| self.sieve[at] & other.sieve[at]);
        (bits(both) + self.hidden.min(other.hidden)) as usize
    }

    fn text(&mut self, ranked: &Ranked<'s>) -> &Text<'s> {
        let rank = self.rank;
        self.text.get_or_insert_with(|| ranked.text(rank))
    }
}

fn bits(sieve: [u64; 4]) -> u32 {
    sieve.iter().map(|word| word.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::grams::mixed;
    use super::*;
    use crate::ids::{IdHasher, problem_id};

    /// Problems that are near duplicates of each other in chains, some with other numbers, and some that are
    /// not.
    fn problems(seed: u64) -> Vec<String> {
        let word = |at: u64| -> String {
            let letters = mixed(seed ^ at).to_be_bytes();
            letters
                .iter()
                .take(7)
                .map(|byte| char::from(b'a' + byte % 26))
                .collect()
        };
        let mut texts = Vec::new();
        for base in 0..12 {
            let words: Vec<String> = (0..30).map(|at| word(base * 100 + at)).collect();
            for copy in 0..(base % 4) {
                let mut words = words.clone();
                words[copy as usize * 3] = word(7000 + copy);
                words[20] = (base / 4 + copy % 2).to_string();
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

    /// The cluster and the template of each problem as the ids of their firsts, by id.
    fn by_id(texts: &[String], threshold: f64) -> Vec<[Id; 3]> {
        let problems = named(texts);
        let found = clusters(&problems, threshold);
        let firsts = found.first.iter().zip(&found.template);
        let id = |at: u32| problems[at as usize].0;
        let mut found: Vec<[Id; 3]> = firsts
            .enumerate()
            .map(|(at, (&first, &template))| [problems[at].0, id(first), id(template)])
            .collect();
        found.sort_unstable();
        found
    }

    /// What all pairs connect that are so related at least, by the index of the smallest id.
    fn connected(texts: &[String], threshold: f64, least: Relation) -> Vec<u32> {
        let problems = named(texts);
        let mut by_id: Vec<u32> = (0..texts.len() as u32).collect();
        by_id.sort_by_key(|&at| problems[at as usize].0);
        let cores: Vec<String> = texts.iter().map(|text| core(&canonical(text))).collect();
        let text = |rank: u32| Text::of(cores[by_id[rank as usize] as usize].as_bytes());
        let mut sets = Union::new(texts.len());
        for one in 0..texts.len() as u32 {
            for other in 0..one {
                if relation(&text(one), &text(other), threshold) >= least {
                    sets.join(one, other);
                }
            }
        }
        let mut firsts = vec![0; texts.len()];
        for (rank, &at) in (0..).zip(&by_id) {
            firsts[at as usize] = by_id[sets.root(rank) as usize];
        }
        firsts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn neither_order_nor_threads_change_clusters_and_templates(
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
        fn clusters_and_templates_are_what_related_pairs_connect(seed in any::<u64>()) {
            let texts = problems(seed);
            let found = clusters(&named(&texts), 0.7);
            prop_assert_eq!(found.first, connected(&texts, 0.7, Relation::Near));
            prop_assert_eq!(found.template, connected(&texts, 0.7, Relation::Template));
        }

        #[test]
        fn two_problems_of_a_cluster_are_of_one_template(seed in any::<u64>()) {
            let texts = problems(seed);
            let found = clusters(&named(&texts), 0.8);
            for (at, &first) in found.first.iter().enumerate() {
                prop_assert_eq!(found.template[at], found.template[first as usize]);
            }
        }

        #[test]
        fn no_text_is_too_odd_to_be_compared(texts in prop::collection::vec("\\PC{0,80}", 0..8)) {
            let found = clusters(&named(&texts), 0.5);
            prop_assert_eq!(found.first.len(), texts.len());
        }
    }

    /// What is found is kept between runs under its version: who changes this sum raises it.
    #[test]
    fn what_is_found_is_of_its_version() {
        let mut sum = IdHasher::new("what is found");
        for seed in 0..12 {
            let texts = problems(seed);
            for threshold in [0.6, 0.8, 0.9] {
                let found = clusters(&named(&texts), threshold);
                for first in found.first.iter().chain(&found.template) {
                    sum = sum.part(first.to_le_bytes());
                }
            }
        }
        let sum = sum.finish().to_string();
        assert_eq!(
            (VERSION, sum.as_str()),
            (1, "ecd96483a8dc8b096a92637bf2ff7184")
        );
    }

    #[test]
    fn a_template_of_thousands_is_compared_in_linear_time_and_its_copies_are_found() {
        let stem = "Let $f$ be a polynomial with integer coefficients such that its value is prime for \
                    every positive integer below the number";
        let mut texts: Vec<String> = (0..6000)
            .map(|at| format!("{stem} {}", mixed(at)))
            .collect();
        let copies = 6000 / 500;
        for at in 0..copies {
            texts.push(format!("(AIME 2012) {}", texts[at * 500]));
        }
        let found = clusters(&named(&texts), 0.8);
        let template = found.template[0];
        assert!(found.template.iter().all(|first| *first == template));
        for at in 0..copies {
            assert_eq!(found.first[6000 + at], found.first[at * 500]);
        }
        let joined = (0..texts.len()).filter(|&at| found.first[at] as usize != at);
        assert_eq!(joined.count(), copies);
    }

    #[test]
    fn thousands_with_one_phrase_are_compared_in_linear_time_and_are_of_no_template() {
        let phrase = "what is the smallest positive integer with this property";
        let texts: Vec<String> = (0..6000)
            .map(|at| {
                let mut word = at;
                let word = |_| {
                    word = mixed(word);
                    let letters = word.to_be_bytes().map(|byte| char::from(b'a' + byte % 26));
                    String::from_iter(letters)
                };
                format!(
                    "{} {phrase}",
                    (0..12).map(word).collect::<Vec<_>>().join(" ")
                )
            })
            .collect();
        let found = clusters(&named(&texts), 0.8);
        assert!(found.uncompared > 0, "a bucket was too large for all pairs");
        assert!((0..texts.len()).all(|at| found.template[at] as usize == at));
    }

    #[test]
    fn short_and_empty_texts_are_near_their_like_only() {
        let texts = ["", "$", "1+1", "1 + 1", "1+2", "?"].map(str::to_owned);
        let found = clusters(&named(&texts), 0.8);
        let pairs = (0..6).flat_map(|one| (0..one).map(move |other| (other, one)));
        let same: Vec<_> = pairs
            .filter(|&(a, b)| found.first[a] == found.first[b])
            .collect();
        assert_eq!(same, [(2, 3)]);
        assert_eq!(found.template, found.first);
    }

    #[test]
    fn texts_of_a_cluster_stand_first_whatever_was_added_before() {
        let texts = [
            "Find the sum of the digits of 2^100.",
            "Find the sum of the digits of $2^{100}$.",
        ];
        let texts = texts.map(str::to_owned);
        let [one, other] = [0, 1].map(|at| problem_id(&texts[at]));
        let smaller = u32::from(other < one);
        assert_eq!(clusters(&named(&texts), 0.9).first, [smaller; 2]);
    }
}
