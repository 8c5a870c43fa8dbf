//! How far two sets lie apart by chance alone.
//!
//! Of a hundred rows each, two random sets differ by a third of a standard deviation in one variable or another, so
//! that a difference of a tenth says nothing there; of twenty thousand rows a hundredth says something. Therefore
//! pairs of random sets are drawn from what was accepted, and of each pair the variable is taken in which it differs
//! most, in units of what chance makes of that variable: what 5 of 100 such pairs pass is the limit. It holds for all
//! variables at once (Westfall and Young 1993, *Resampling-Based Multiple Testing*).
//!
//! Sets are drawn as a run draws: by problem, each with some of its trajectories. Larger ones than [`ROWS_MAX`] are
//! taken to be as those, in such units: what chance makes of a mean falls with the root of the rows, and the shape of
//! what is left hardly changes. So a run of any size costs the same fraction of a second. Nothing depends on threads
//! or on the order of files: problems and trajectories stand in the order of their ids, and each draw has a stream of
//! its own, made from the pipeline's seed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::Accepted;
use super::column::RankedColumn;
use super::mix::Names;
use super::variables::{MEASURED, NAMED};

/// Pairs that are drawn; the limit is what 99 of them pass, so that a pair of their kind passes it in 100 of 2,000.
const PAIRS: usize = 1999;
const PASSING: usize = 99;

/// Rows of the largest sets that are drawn.
const ROWS_MAX: u32 = 500;

/// A level is taken to vary as one of which the smaller set holds five would (Cochran 1954,
/// doi:10.2307/3001616): else a single row of a name that hardly stands in the pool would set the limit for all.
const LEVEL_ROWS_MIN: f64 = 5.0;

/// What of two sets decides how far chance takes them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Shape {
    pub rows: [u32; 2],
    /// How many trajectories of a problem they have at most.
    pub per_problem: u32,
}

/// What sets are drawn from: the accepted trajectories, by problem.
pub(super) struct Urn {
    seed: u64,
    /// For each problem, where its trajectories begin in `entries`; behind the last the end.
    starts: Vec<u32>,
    /// In the order of problem and trajectory.
    entries: Vec<u32>,
    /// Trajectory by trajectory, how far it lies from the mean of each variable, in standard deviations; NaN where that
    /// is not known, or all are the same.
    measured: Vec<f32>,
    /// Trajectory by trajectory, its level of each variable of names, as an index of `variances`; [`RARE`] where it is
    /// none of them.
    levels: Vec<u32>,
    /// Of having each level.
    variances: Vec<f64>,
}

const WIDTH: usize = MEASURED.len();
const NAMES: usize = NAMED.len();

/// A level that the largest sets are expected to hold less than once.
const RARE: u32 = u32::MAX;

impl Urn {
    pub(super) fn new(accepted: &Accepted<'_>, seed: u64) -> Self {
        let body = |entry: u32| accepted.entries.body_of(entry);
        let problem = |entry: u32| accepted.entries.problems[body(entry).problem as usize].id;
        let mut entries = accepted.kept.clone();
        entries.par_sort_by_cached_key(|&entry| (problem(entry), body(entry).trajectory_id));
        let mut starts = vec![0];
        for of in entries.chunk_by(|&a, &b| body(a).problem == body(b).problem) {
            starts.push(starts[starts.len() - 1] + of.len() as u32);
        }
        Self {
            seed,
            starts,
            measured: vec![f32::NAN; WIDTH * entries.len()],
            levels: vec![RARE; NAMES * entries.len()],
            entries,
            variances: Vec::new(),
        }
    }

    /// Adds the measured variable of that index.
    pub(super) fn add_measured(&mut self, variable: usize, column: &RankedColumn) {
        for (values, &entry) in self.measured.chunks_mut(WIDTH).zip(&self.entries) {
            values[variable] = column
                .standardised(entry)
                .map_or(f32::NAN, |far| far as f32);
        }
    }

    /// Adds the variable of names of that index.
    pub(super) fn add_named(&mut self, variable: usize, names: &Names) {
        let place = |level: usize| {
            let share = names.pool_share(level);
            let is_drawn = share * f64::from(ROWS_MAX) >= 1.0;
            is_drawn.then(|| {
                self.variances.push(share * (1.0 - share));
                self.variances.len() as u32 - 1
            })
        };
        let places: Vec<Option<u32>> = (0..names.names.len()).map(place).collect();
        for (levels, &entry) in self.levels.chunks_mut(NAMES).zip(&self.entries) {
            levels[variable] = places[names.level(entry) as usize].unwrap_or(RARE);
        }
    }

    /// The limit of each shape, in units of what chance makes of a variable; none where nothing can be drawn.
    pub(super) fn limits(&self, shapes: &BTreeSet<Shape>) -> HashMap<Shape, Option<f64>> {
        let mut drawn: BTreeMap<u32, BTreeSet<[u32; 2]>> = BTreeMap::new();
        for shape in shapes {
            let rows = self.drawn(shape);
            drawn.entry(shape.per_problem).or_default().insert(rows);
        }
        let mut limits = HashMap::new();
        for (per_problem, rows) in drawn {
            let rows: Vec<[u32; 2]> = rows.into_iter().collect();
            let found = self.limits_of(&rows, per_problem);
            limits.extend(
                rows.into_iter()
                    .zip(found)
                    .map(|(rows, limit)| (Shape { rows, per_problem }, limit)),
            );
        }
        let limit = |shape: &Shape| {
            let rows = self.drawn(shape);
            let drawn = Shape { rows, ..*shape };
            (*shape, limits.get(&drawn).copied().flatten())
        };
        shapes.iter().map(limit).collect()
    }

    fn problems(&self) -> usize {
        self.starts.len() - 1
    }

    /// The rows of the sets that are drawn for a shape: each of the two has half of the problems at most.
    fn drawn(&self, shape: &Shape) -> [u32; 2] {
        let half = (self.problems() / 2) as u32;
        shape.rows.map(|rows| rows.min(ROWS_MAX).min(half))
    }

    fn limits_of(&self, rows: &[[u32; 2]], per_problem: u32) -> Vec<Option<f64>> {
        let sizes: BTreeSet<u32> = rows
            .iter()
            .flatten()
            .copied()
            .filter(|&size| size > 0)
            .collect();
        let sizes: Vec<u32> = sizes.into_iter().collect();
        let order = || (0..self.problems() as u32).collect::<Vec<u32>>();
        let farthest = |order: &mut Vec<u32>, pair: u64| {
            let mut hand = Hand {
                urn: self,
                per_problem: per_problem.max(1) as usize,
                stream: Stream::of(self.seed, pair),
                order,
                swaps: Vec::new(),
            };
            let sets = [hand.draw(&sizes), hand.draw(&sizes)];
            hand.put_back();
            let set = |side: usize, size: u32| {
                let at = sizes.binary_search(&size).ok()?;
                sets[side].get(at)
            };
            let farthest = |&[first, second]: &[u32; 2]| {
                let (first, second) = (set(0, first)?, set(1, second)?);
                Some(self.farthest(first, second))
            };
            rows.iter().map(farthest).collect::<Vec<Option<f64>>>()
        };
        let pairs = (0..PAIRS as u64).into_par_iter();
        let told: Vec<Vec<Option<f64>>> = pairs.map_init(order, farthest).collect();
        let limit = |at: usize| {
            let mut told: Vec<f64> = told.iter().filter_map(|pair| pair[at]).collect();
            told.sort_unstable_by(|a, b| b.total_cmp(a));
            told.get(PASSING).copied()
        };
        (0..rows.len()).map(limit).collect()
    }

    /// How far two sets lie apart in the variable in which they do most, in units of what chance makes of it.
    fn farthest(&self, first: &Sums, second: &Sums) -> f64 {
        let measured = (0..WIDTH).filter_map(|at| {
            let known = [first.known[at], second.known[at]];
            let means = [
                first.sums[at] / f64::from(known[0]),
                second.sums[at] / f64::from(known[1]),
            ];
            let unit = unit(1.0, known)?;
            Some((means[0] - means[1]).abs() / unit)
        });
        let rows = [first.rows, second.rows];
        let levels = self
            .variances
            .iter()
            .enumerate()
            .filter_map(|(at, &variance)| {
                let share = |set: &Sums| f64::from(set.counts[at]) / f64::from(set.rows);
                let unit = unit(level_variance(variance, rows), rows)?;
                Some((share(first) - share(second)).abs() / unit)
            });
        measured.chain(levels).fold(0.0, f64::max)
    }
}

/// What chance makes of the difference of two means: its standard deviation, for sets that share nothing; none where
/// one of them is empty.
pub(super) fn unit(variance: f64, rows: [u32; 2]) -> Option<f64> {
    let [first, second] = rows.map(f64::from);
    (first > 0.0 && second > 0.0).then(|| (variance * (1.0 / first + 1.0 / second)).sqrt())
}

/// The variance of having a level, as it counts in sets of so many rows; see [`LEVEL_ROWS_MIN`].
pub(super) fn level_variance(variance: f64, rows: [u32; 2]) -> f64 {
    variance.max(LEVEL_ROWS_MIN / f64::from(rows[0].min(rows[1])))
}

/// What is known of a random set.
#[derive(Clone)]
struct Sums {
    rows: u32,
    /// Of each measured variable, over the rows that are known.
    sums: [f64; WIDTH],
    known: [u32; WIDTH],
    /// Of each level.
    counts: Vec<u32>,
}

/// Draws sets, none of which has a problem of another.
struct Hand<'u> {
    urn: &'u Urn,
    per_problem: usize,
    stream: Stream,
    /// The problems; those that were drawn stand in front.
    order: &'u mut [u32],
    /// Which place each was taken from.
    swaps: Vec<usize>,
}

impl Hand<'_> {
    /// The sums of a random set's prefixes of these sizes, ascending.
    fn draw(&mut self, sizes: &[u32]) -> Vec<Sums> {
        let mut sums = Sums {
            rows: 0,
            sums: [0.0; WIDTH],
            known: [0; WIDTH],
            counts: vec![0; self.urn.variances.len()],
        };
        let mut prefixes = Vec::with_capacity(sizes.len());
        let mut places = Vec::new();
        while prefixes.len() < sizes.len() && self.swaps.len() < self.order.len() {
            let problem = self.next_problem();
            places.clear();
            places.extend(self.urn.starts[problem]..self.urn.starts[problem + 1]);
            for at in 0..self.per_problem.min(places.len()) {
                let other = at + self.stream.below(places.len() - at);
                places.swap(at, other);
                sums.add(self.urn, places[at] as usize);
                if sizes.get(prefixes.len()) == Some(&sums.rows) {
                    prefixes.push(sums.clone());
                }
            }
        }
        prefixes
    }

    fn next_problem(&mut self) -> usize {
        let at = self.swaps.len();
        let other = at + self.stream.below(self.order.len() - at);
        self.order.swap(at, other);
        self.swaps.push(other);
        self.order[at] as usize
    }

    /// Brings the problems back into their order.
    fn put_back(&mut self) {
        for (at, other) in self.swaps.drain(..).enumerate().rev() {
            self.order.swap(at, other);
        }
    }
}

impl Sums {
    fn add(&mut self, urn: &Urn, row: usize) {
        self.rows += 1;
        for (at, &far) in urn.measured[WIDTH * row..][..WIDTH].iter().enumerate() {
            if !far.is_nan() {
                self.sums[at] += f64::from(far);
                self.known[at] += 1;
            }
        }
        for &level in &urn.levels[NAMES * row..][..NAMES] {
            if let Some(count) = self.counts.get_mut(level as usize) {
                *count += 1;
            }
        }
    }
}

/// Random numbers: SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195).
pub(in crate::compare) struct Stream(u64);

const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

fn mixed(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Stream {
    /// The stream of one draw.
    pub(in crate::compare) fn of(seed: u64, draw: u64) -> Self {
        Self(mixed(mixed(seed.wrapping_add(GOLDEN)).wrapping_add(draw)))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mixed(self.0)
    }

    /// A number from 0 to below `count`.
    pub(in crate::compare) fn below(&mut self, count: usize) -> usize {
        ((u128::from(self.next()) * count as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::entries;
    use super::super::{Intended, Pair, Relation, compare};
    use super::*;
    use crate::ids::IdHasher;
    use crate::pool::Entries;

    /// The first numbers of the generator's reference (`splitmix64.c` by Vigna, seed 1234567).
    #[test]
    fn the_streams_numbers_are_the_references() {
        let mut stream = Stream(1_234_567);
        let told = [(); 5].map(|()| stream.next());
        let expected = [
            6457827717110365317,
            3203168211198807973,
            9817491932198370423,
            4593380528125082431,
            16408922859458223821,
        ];
        assert_eq!(told, expected);
    }

    /// Two trajectories of each problem; figures that depend on one another, a tail, figures that are not known, names
    /// that are common and dozens that stand in the pool once or twice.
    fn pool(problems: u32) -> Entries {
        let mut entries = entries(2 * problems);
        let names: Vec<u32> = (0..80)
            .map(|at| entries.intern(&format!("name {at}")))
            .collect();
        for at in 0..2 * problems {
            let random = hash(0, at);
            let Ok(body) = &mut entries.rows[at as usize].body else {
                continue;
            };
            body.tokens = 200 + (random % 97) as u32 * (1 + (random >> 8) as u32 % 50);
            body.thinking_tokens = body.tokens / 2;
            body.bytes = 3 * body.tokens + (random >> 16) as u32 % 100;
            body.repeated_share = if random >> 24 & 63 == 0 { 0.4 } else { 0.01 };
            body.recorded = [None, Some(true), Some(false)][(random >> 32) as usize % 3];
            let of_problem = hash(1, at / 2);
            let common = (of_problem % 5) as usize;
            let rare = 5 + (of_problem >> 8) as usize % 75;
            body.origin = Some(
                names[if of_problem >> 20 & 31 == 0 {
                    rare
                } else {
                    common
                }],
            );
        }
        entries
    }

    fn hash(use_of_it: u32, of: u32) -> u64 {
        let hasher = IdHasher::new("a test").part(use_of_it.to_le_bytes());
        hasher.part(of.to_le_bytes()).finish().0 as u64
    }

    /// A random set: of so many problems, each of which brings so many trajectories.
    fn set(problems: u32, rows: usize, per_problem: u32, draw: u32) -> Vec<u32> {
        let mut order: Vec<u32> = (0..problems).collect();
        order.sort_by_cached_key(|&problem| hash(100 + draw, problem));
        let of = |problem: u32| {
            let first = hash(100 + draw, problem) as u32 % 2;
            (0..per_problem).map(move |at| 2 * problem + (first + at) % 2)
        };
        order.into_iter().flat_map(of).take(rows).collect()
    }

    /// How many of a thousand pairs of sets are told to differ by more than chance in something.
    fn told_apart(entries: &Entries, sets: &[Vec<u32>], pairs: &[(usize, usize)]) -> usize {
        let accepted = Accepted::new(entries, (0..entries.rows.len() as u32).collect());
        let samples: Vec<&[u32]> = sets.iter().map(Vec::as_slice).collect();
        let pair = |&(first, second): &(usize, usize)| Pair {
            first,
            second,
            relation: Relation::None,
            intended: Intended::default(),
        };
        let pairs: Vec<Pair> = pairs.iter().map(pair).collect();
        let balances = compare(&accepted, &samples, &pairs, 7);
        balances
            .iter()
            .filter(|balance| !balance.unexplained().is_empty())
            .count()
    }

    /// 5 of 100 are expected: 50, give or take three standard deviations of the count and of the limit itself.
    const EXPECTED: std::ops::RangeInclusive<usize> = 25..=78;

    #[test]
    fn of_a_thousand_pairs_of_random_sets_fifty_differ_by_more_than_chance() {
        const PROBLEMS: u32 = 600;
        let entries = pool(PROBLEMS);
        for (rows, per_problem) in [([60, 60], 1), ([40, 300], 1), ([80, 80], 2)] {
            let sets: Vec<Vec<u32>> = (0..2000)
                .map(|draw| set(PROBLEMS, rows[draw as usize % 2], per_problem, draw))
                .collect();
            let pairs: Vec<(usize, usize)> = (0..1000).map(|at| (2 * at, 2 * at + 1)).collect();
            let apart = told_apart(&entries, &sets, &pairs);
            assert!(EXPECTED.contains(&apart), "{apart} of 1,000 at {rows:?}");
        }
    }

    /// Two sets that share three quarters of their rows differ by half as much as two that share none.
    #[test]
    fn what_stands_in_both_sets_leaves_less_to_chance() {
        const PROBLEMS: u32 = 600;
        let entries = pool(PROBLEMS);
        let mut sets = Vec::new();
        for draw in 0..1000 {
            let all = set(PROBLEMS, 125, 1, draw);
            sets.push(all[..100].to_vec());
            sets.push(all[25..].to_vec());
        }
        let pairs: Vec<(usize, usize)> = (0..1000).map(|at| (2 * at, 2 * at + 1)).collect();
        let apart = told_apart(&entries, &sets, &pairs);
        assert!(EXPECTED.contains(&apart), "{apart} of 1,000");
    }

    #[test]
    fn a_difference_that_no_chance_makes_is_beyond_it_and_one_of_a_rare_name_is_not() {
        let entries = pool(1500);
        let name = |entry: &u32| entries.body_of(*entry).origin.unwrap_or_default();
        let tokens = |entry: &u32| entries.body_of(*entry).tokens;
        let first = set(1500, 200, 1, 1);
        let mut long: Vec<u32> = (0..1500).map(|problem| 2 * problem).collect();
        long.sort_by_key(|entry| std::cmp::Reverse(tokens(entry)));
        let rare = (0..3000).find(|entry| name(entry) >= 10 && !first.contains(entry));
        let mut second = set(1500, 199, 1, 2);
        second.push(rare.expect("a name that hardly stands"));
        assert_eq!(
            told_apart(&entries, &[first.clone(), long[..200].to_vec()], &[(0, 1)]),
            1
        );
        assert_eq!(told_apart(&entries, &[first, second], &[(0, 1)]), 0);
    }

    #[test]
    fn the_limit_depends_on_no_order_of_entries_and_on_the_seed() {
        let entries = pool(100);
        let shapes = BTreeSet::from([Shape {
            rows: [20, 30],
            per_problem: 1,
        }]);
        let limit = |kept: Vec<u32>, seed: u64| {
            let accepted = Accepted::new(&entries, kept);
            let mut urn = Urn::new(&accepted, seed);
            urn.add_measured(0, &MEASURED[0].column(&accepted));
            urn.limits(&shapes).into_values().next().flatten()
        };
        let all: Vec<u32> = (0..200).collect();
        let known = limit(all.clone(), 1);
        assert!(
            known.is_some_and(|limit| limit > 1.5 && limit < 2.5),
            "one variable: about 1.96"
        );
        assert_eq!(limit(all.iter().rev().copied().collect(), 1), known);
        assert_ne!(limit(all, 2), known);
        assert_eq!(
            limit(vec![0, 1], 1),
            None,
            "of one problem nothing can be drawn"
        );
    }
}
