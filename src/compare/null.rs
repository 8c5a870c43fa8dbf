//! How a dataset compares with random draws of its size from a source.
//!
//! A dataset that somebody chose from a source differs from the source's mean; so does every random draw. Therefore
//! draws of the same size are made, and of each statistic the band in which 95 of 100 of them lie is told beside the
//! dataset's own value. Of fifty statistics two or three leave their bands by chance: what leaves them farther than the
//! farthest statistic of 95 of 100 draws does (in standard deviations of the draws; Westfall and Young 1993,
//! *Resampling-Based Multiple Testing*) is told as beyond all chance.
//!
//! A dataset that has no problem twice is held against draws of problems, each with one of its trajectories at random;
//! any other against draws of trajectories. Exact copies are one. Nothing depends on threads or on the order of files:
//! trajectories stand in the order of their ids, and each draw has a stream of its own.

use std::collections::BTreeMap;

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use super::balance::variables::{MEASURED, NAMED};
use super::balance::{Accepted, Stream};

/// Draws that bands are taken from, and of larger sets.
const DRAWS: u32 = 1000;
const DRAWS_OF_MANY: u32 = 200;
/// Sets of more rows are many.
const MANY: usize = 20_000;

/// The share of draws that lie in a band.
const WITHIN: f64 = 0.95;

/// Levels of a name that have a line of their own: those that most of the source has.
const LEVELS: usize = 20;

/// Variables that say what another one says, or are of no draw's choosing.
const LEFT_OUT: [&str; 2] = ["bytes", "accepted_count"];

/// The lengths have quantiles beside their mean.
const TOKENS: &str = "tokens";
const QUANTILES: [(&str, f64); 3] = [("p10", 0.1), ("median", 0.5), ("p90", 0.9)];

/// A dataset held against random draws of its size.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Null {
    /// Trajectories of the dataset, and of each draw; exact copies are one.
    pub rows: u32,
    pub draws: u32,
    /// Whether problems were drawn, with one trajectory each; else trajectories were.
    pub by_problem: bool,
    pub lines: Vec<NullLine>,
}

/// One statistic. What nobody knows of a draw or of the dataset is null.
#[derive(Debug, PartialEq, Serialize, JsonSchema)]
pub(crate) struct NullLine {
    pub variable: &'static str,
    /// The name whose share it is, of a variable of names.
    pub level: Option<String>,
    /// `mean`, `p10`, `median`, `p90`; of names `share`, or `mix_distance`: half the sum of the differences between
    /// the shares and the source's.
    pub statistic: &'static str,
    /// The dataset's.
    pub dataset: Option<f64>,
    /// The mean of the draws.
    pub expected: Option<f64>,
    /// Where 95 of 100 draws lie: from here,
    pub low: Option<f64>,
    /// to here.
    pub high: Option<f64>,
    /// Whether the dataset lies outside of that.
    pub outside: bool,
    /// Whether it lies farther outside than any statistic of 95 of 100 draws does.
    pub beyond_chance: bool,
}

/// The dataset's trajectories held against those of the source; none where the source has fewer.
///
/// `own` and `source` name entries of `all`, each trajectory once.
pub(crate) fn null(all: &Accepted<'_>, own: &[u32], source: &[u32], seed: u64) -> Option<Null> {
    let urn = Urn::new(all, source);
    let by_problem = has_each_problem_once(all, own);
    let most = if by_problem {
        urn.starts.len() - 1
    } else {
        source.len()
    };
    if own.is_empty() || own.len() > most {
        return None;
    }
    let table = Table::new(all, own, &urn.entries);
    let draws = if own.len() > MANY {
        DRAWS_OF_MANY
    } else {
        DRAWS
    };
    let drawn: Vec<Vec<f64>> = (0..u64::from(draws))
        .into_par_iter()
        .map(|draw| {
            let mut stream = Stream::of(seed, draw);
            let chosen = urn.draw(own.len(), by_problem, &mut stream);
            table.statistics(&chosen.iter().map(|&at| own.len() + at).collect::<Vec<_>>())
        })
        .collect();
    let of_own = table.statistics(&(0..own.len()).collect::<Vec<_>>());
    Some(Null {
        rows: own.len() as u32,
        draws,
        by_problem,
        lines: lines(table.heads(), &of_own, &drawn),
    })
}

fn has_each_problem_once(all: &Accepted<'_>, own: &[u32]) -> bool {
    let mut problems: Vec<u32> = own.iter().map(|&entry| all.problem(entry)).collect();
    problems.sort_unstable();
    problems.windows(2).all(|pair| pair[0] != pair[1])
}

/// What is drawn from: the source's trajectories, by problem.
struct Urn {
    /// In the order of problem and trajectory.
    entries: Vec<u32>,
    /// Where each problem's begin; behind the last the end.
    starts: Vec<u32>,
}

impl Urn {
    fn new(all: &Accepted<'_>, source: &[u32]) -> Self {
        let body = |entry: u32| all.entries.body_of(entry);
        let problem = |entry: u32| all.entries.problems[body(entry).problem as usize].id;
        let mut entries = source.to_vec();
        entries.par_sort_by_cached_key(|&entry| (problem(entry), body(entry).trajectory_id));
        let mut starts = vec![0];
        for of in entries.chunk_by(|&a, &b| body(a).problem == body(b).problem) {
            starts.push(starts[starts.len() - 1] + of.len() as u32);
        }
        Self { entries, starts }
    }

    /// So many places of `entries`, none twice.
    fn draw(&self, count: usize, by_problem: bool, stream: &mut Stream) -> Vec<usize> {
        let all = if by_problem {
            self.starts.len() - 1
        } else {
            self.entries.len()
        };
        let mut order: Vec<u32> = (0..all as u32).collect();
        for at in 0..count {
            let other = at + stream.below(all - at);
            order.swap(at, other);
        }
        order.truncate(count);
        let mut place = |of: u32| match by_problem {
            true => {
                let (start, end) = (self.starts[of as usize], self.starts[of as usize + 1]);
                start as usize + stream.below((end - start) as usize)
            }
            false => of as usize,
        };
        order.into_iter().map(&mut place).collect()
    }
}

/// A variable of names: each row's level, and how many of the source have each.
struct Names {
    variable: &'static str,
    names: Vec<String>,
    /// One a row.
    levels: Vec<u32>,
    /// The source's share of each level.
    shares: Vec<f64>,
}

/// The dataset's rows, and behind them the source's, with what is known of them.
struct Table {
    variables: Vec<&'static str>,
    /// Row by row; NaN where it is not known.
    values: Vec<f64>,
    /// The column of tokens.
    tokens: Option<usize>,
    names: Vec<Names>,
}

/// What is called by no name.
const NOT_SAID: &str = "(none)";

impl Table {
    fn new(all: &Accepted<'_>, own: &[u32], source: &[u32]) -> Self {
        let measured = || MEASURED.iter().filter(|one| !LEFT_OUT.contains(&one.name));
        let variables: Vec<&str> = measured().map(|one| one.name).collect();
        let rows = || own.iter().chain(source).copied();
        let value = |entry: u32| {
            let body = all.entries.body_of(entry);
            measured().map(move |one| one.value_of(all, body).unwrap_or(f64::NAN))
        };
        let names = NAMED.iter().filter_map(|one| {
            let level = |entry: u32| one.level_of(all, all.entries.body_of(entry));
            let levels: Vec<Option<&str>> = rows().map(level).collect();
            let is_said = |levels: &[Option<&str>]| levels.iter().any(Option::is_some);
            // What one of the two never says is no difference of theirs.
            let (ours, theirs) = levels.split_at(own.len());
            let named = levels.iter().map(|level| level.unwrap_or(NOT_SAID));
            (is_said(ours) && is_said(theirs)).then(|| Names::new(one.name, named, own.len()))
        });
        Self {
            tokens: variables.iter().position(|name| *name == TOKENS),
            values: rows().flat_map(value).collect(),
            variables,
            names: names.collect(),
        }
    }

    /// Each statistic's variable, level and name.
    fn heads(&self) -> Vec<(&'static str, Option<String>, &'static str)> {
        let mut heads: Vec<_> = self
            .variables
            .iter()
            .map(|name| (*name, None, "mean"))
            .collect();
        if self.tokens.is_some() {
            heads.extend(QUANTILES.map(|(statistic, _)| (TOKENS, None, statistic)));
        }
        for names in &self.names {
            heads.push((names.variable, None, "mix_distance"));
            let told = names.names.iter().take(LEVELS);
            heads.extend(told.map(|name| (names.variable, Some(name.clone()), "share")));
        }
        heads
    }

    /// The statistics of some rows, in the order of [`Table::heads`]; NaN where nothing is known.
    fn statistics(&self, rows: &[usize]) -> Vec<f64> {
        let width = self.variables.len();
        let row = |&at: &usize| &self.values[at * width..(at + 1) * width];
        let mut sums = vec![(0.0, 0_u32); width];
        for (at, value) in rows.iter().flat_map(|at| row(at).iter().enumerate()) {
            if !value.is_nan() {
                sums[at] = (sums[at].0 + value, sums[at].1 + 1);
            }
        }
        let mut statistics: Vec<f64> = sums
            .iter()
            .map(|(sum, count)| sum / f64::from(*count))
            .collect();
        if let Some(tokens) = self.tokens {
            statistics.extend(quantiles(rows.iter().map(|at| row(at)[tokens]).collect()));
        }
        for names in &self.names {
            statistics.extend(names.statistics(rows));
        }
        statistics
    }
}

/// The values at [`QUANTILES`], of at least one.
fn quantiles(mut values: Vec<f64>) -> [f64; QUANTILES.len()] {
    values.sort_unstable_by(f64::total_cmp);
    QUANTILES.map(|(_, share)| at_share(&values, share))
}

/// The smallest of sorted values that a share of them is not above.
fn at_share(sorted: &[f64], share: f64) -> f64 {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.saturating_sub(1).min(sorted.len() - 1)]
}

impl Names {
    /// `levels` are those of the dataset's rows, of which there are `own`, and then the source's.
    fn new<'n>(variable: &'static str, levels: impl Iterator<Item = &'n str>, own: usize) -> Self {
        let levels: Vec<&str> = levels.collect();
        let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
        for (at, level) in levels.iter().enumerate() {
            *counts.entry(level).or_default() += u32::from(at >= own);
        }
        let mut ordered: Vec<(&str, u32)> = counts.into_iter().collect();
        ordered.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let place: BTreeMap<&str, u32> = ordered.iter().map(|(name, _)| *name).zip(0..).collect();
        let all = (levels.len() - own).max(1) as f64;
        Self {
            variable,
            levels: levels.iter().map(|level| place[level]).collect(),
            shares: ordered
                .iter()
                .map(|(_, count)| f64::from(*count) / all)
                .collect(),
            names: ordered.iter().map(|(name, _)| (*name).to_owned()).collect(),
        }
    }

    /// How far the mix lies from the source's, and the shares of the first levels.
    fn statistics(&self, rows: &[usize]) -> Vec<f64> {
        let mut counts = vec![0_u32; self.names.len()];
        for &at in rows {
            counts[self.levels[at] as usize] += 1;
        }
        let share = |count: &u32| f64::from(*count) / rows.len() as f64;
        let apart = counts
            .iter()
            .zip(&self.shares)
            .map(|(count, of)| (share(count) - of).abs());
        let distance = apart.sum::<f64>() / 2.0;
        let told = counts.iter().take(LEVELS).map(share);
        std::iter::once(distance).chain(told).collect()
    }
}

/// Where a statistic of the draws lies.
struct Band {
    mean: f64,
    deviation: f64,
    low: f64,
    high: f64,
}

impl Band {
    /// None where some draw does not know it.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        if values.iter().any(|value| value.is_nan()) {
            return None;
        }
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        values.sort_unstable_by(f64::total_cmp);
        Some(Self {
            mean,
            deviation: (squares / count).sqrt(),
            low: at_share(&values, (1.0 - WITHIN) / 2.0),
            high: at_share(&values, f64::midpoint(1.0, WITHIN)),
        })
    }

    /// How far a value lies from the mean, in standard deviations; where all draws have the same, another is infinitely
    /// far.
    fn far(&self, value: f64) -> f64 {
        let apart = (value - self.mean).abs();
        // What rounding makes of a mean is no distance.
        let is_same = apart <= 1e-9 * self.mean.abs().max(1.0);
        if is_same { 0.0 } else { apart / self.deviation }
    }
}

/// A line for each statistic.
fn lines(
    heads: Vec<(&'static str, Option<String>, &'static str)>,
    own: &[f64],
    drawn: &[Vec<f64>],
) -> Vec<NullLine> {
    let column = |at: usize| Band::of(drawn.iter().map(|draw| draw[at]).collect());
    let bands: Vec<Option<Band>> = (0..own.len()).map(column).collect();
    let farthest = |draw: &Vec<f64>| {
        let known = bands
            .iter()
            .zip(draw)
            .filter_map(|(band, value)| Some(band.as_ref()?.far(*value)));
        known.fold(0.0, f64::max)
    };
    let mut all: Vec<f64> = drawn.iter().map(farthest).collect();
    all.sort_unstable_by(f64::total_cmp);
    let limit = at_share(&all, WITHIN);
    let line = |(at, (variable, level, statistic))| {
        let (band, own): (&Option<Band>, f64) = (&bands[at], own[at]);
        let known = band.as_ref().filter(|_| !own.is_nan());
        NullLine {
            variable,
            level,
            statistic,
            dataset: (!own.is_nan()).then_some(own),
            expected: band.as_ref().map(|band| band.mean),
            low: band.as_ref().map(|band| band.low),
            high: band.as_ref().map(|band| band.high),
            outside: known.is_some_and(|band| own < band.low || own > band.high),
            beyond_chance: known.is_some_and(|band| band.far(own) > limit),
        }
    };
    heads.into_iter().enumerate().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::super::balance::tests::entries;
    use super::*;

    #[test]
    fn a_draw_has_no_trajectory_twice_and_by_problem_no_problem() {
        let entries = entries(40);
        let all = Accepted::new(&entries, (0..40).collect());
        let urn = Urn::new(&all, &(0..40).collect::<Vec<_>>());
        for draw in 0..50 {
            for (count, by_problem) in [(40, false), (20, true), (7, true)] {
                let mut drawn = urn.draw(count, by_problem, &mut Stream::of(3, draw));
                let problems = drawn.iter().map(|at| all.problem(urn.entries[*at]));
                let mut problems: Vec<u32> = problems.collect();
                problems.sort_unstable();
                problems.dedup();
                drawn.sort_unstable();
                drawn.dedup();
                assert_eq!(drawn.len(), count);
                assert!(!by_problem || problems.len() == count);
            }
        }
    }

    #[test]
    fn what_all_draws_have_leaves_their_band_by_any_difference_but_rounding() {
        let heads = || vec![("style", None, "mix_distance")];
        let drawn = vec![vec![0.25]; 20];
        let told = |own: f64| lines(heads(), &[own], &drawn).remove(0);
        let same = told(0.25 + 1e-12);
        assert!(!same.beyond_chance);
        let other = told(0.5);
        assert!(other.outside && other.beyond_chance);
        let unknown = told(f64::NAN);
        assert_eq!((unknown.dataset, unknown.outside), (None, false));
    }

    #[test]
    fn as_many_of_a_thousand_draws_lie_beyond_chance_as_five_in_a_hundred() {
        let entries = entries(200);
        let all = Accepted::new(&entries, (0..200).collect());
        let source: Vec<u32> = (0..200).collect();
        let urn = Urn::new(&all, &source);
        let beyond = |draw: u64| {
            let own = urn.draw(30, false, &mut Stream::of(11, draw));
            let own: Vec<u32> = own.into_iter().map(|at| urn.entries[at]).collect();
            let told = null(&all, &own, &source, 5).expect("draws");
            told.lines.iter().any(|line| line.beyond_chance)
        };
        let count = (0..100).filter(|draw| beyond(*draw)).count();
        // Of 100 with a chance of 0.05, more than 12 are met once in a thousand times.
        assert!(count <= 12, "{count} of 100");
    }
}
