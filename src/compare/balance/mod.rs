//! Are a subset and its control alike in all but what is under test?
//!
//! The paper's claim is a comparison, and a comparison holds where the two sides differ in one thing.
//! Told are: the difference of means over the *accepted pool's* standard deviation (a subset's own would
//! make a narrow subset look far from everything), the ratio of variances, Kolmogorov-Smirnov's D, and
//! for names the difference of mixes. No p-values: with a thousand rows every difference is significant,
//! and balance is a property of these two sets and not of a population (Imai, King and Stuart 2008,
//! doi:10.1111/j.1467-985X.2007.00527.x).
//!
//! Two random sets differ as well, the more the smaller they are: what differs by more than that, and by how much, are
//! two questions, and each figure has an answer to both ([`chance`]).
//!
//! Thousands of subsets are compared in seconds: each variable becomes a column of ranks once, each subset's sample
//! of it is sorted once, each pair is one walk along two sorted lists.

mod chance;
mod column;
pub(crate) mod design;
pub(crate) mod love;
mod mix;
mod summary;
pub(super) mod variables;

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::ids::Id;
use crate::manifest::SubsetRecord;
use crate::pool::Entries;
pub(super) use chance::Stream;
use chance::{Shape, Urn};
use column::{RankedColumn, Sample, Scale};
pub(crate) use design::{Intended, Meant, Pair, Relation, meant, pairs, why};
use mix::{Mix, Names};
pub(crate) use mix::{NO_LEVEL, effective};
pub(crate) use summary::Summary;
use variables::{MEASURED, NAMED, Named, Variable};

/// A standardised difference is large from here on: a tenth of a standard deviation (Austin 2009,
/// doi:10.1002/sim.3697; the line that Love plots draw).
pub(crate) const LARGE: f64 = 0.1;

/// A run's entries, and those among them that could be selected.
pub(crate) struct Accepted<'e> {
    pub entries: &'e Entries,
    /// Ascending.
    pub kept: Vec<u32>,
    /// For each entry, the first accepted one that is its exact copy: itself in nearly every case.
    same: Vec<u32>,
    /// For each problem, how many trajectories of it were accepted.
    counts: Vec<u32>,
}

impl<'e> Accepted<'e> {
    /// `kept` names trajectories, ascending.
    pub(crate) fn new(entries: &'e Entries, kept: Vec<u32>) -> Self {
        let mut same: Vec<u32> = (0..entries.rows.len() as u32).collect();
        let mut first: HashMap<Id, u32> = HashMap::with_capacity(kept.len());
        for &entry in &kept {
            let id = entries.body_of(entry).trajectory_id;
            same[entry as usize] = *first.entry(id).or_insert(entry);
        }
        let mut counts = vec![0; entries.problems.len()];
        for &entry in kept.iter().filter(|&&entry| same[entry as usize] == entry) {
            counts[entries.body_of(entry).problem as usize] += 1;
        }
        Self {
            entries,
            kept,
            same,
            counts,
        }
    }

    /// How many trajectories of the problem were accepted; exact copies are one.
    pub(crate) fn count(&self, problem: u32) -> u32 {
        self.counts[problem as usize]
    }

    /// What stands for the trajectory wherever it stands.
    pub(crate) fn trajectory(&self, entry: u32) -> u32 {
        self.same[entry as usize]
    }

    pub(crate) fn problem(&self, entry: u32) -> u32 {
        self.entries.body_of(entry).problem
    }
}

/// How two subsets compare.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Balance {
    /// Trajectories and problems that stand in both.
    pub rows_shared: u32,
    pub problems_shared: u32,
    /// How far apart, in standard deviations, two random sets of these sizes lie by chance in what is known of every
    /// row; see [`Line::chance`].
    pub chance: Option<f64>,
    /// One line for each measured variable; for each variable of names one, then one for each level.
    pub lines: Vec<Line>,
}

/// How two subsets compare in one variable. Of what stands in pairs, the first is of the first subset.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Line {
    pub variable: &'static str,
    /// Of a variable of names; the line is then of having this name.
    pub level: Option<String>,
    /// The criterion makes the difference on purpose.
    pub by_design: bool,
    /// What the two are meant to be in it: the rule by which they are judged.
    pub meant: Meant,
    /// What the difference is taken on: `plain`, or `log` for ln(1 + x).
    pub scale: &'static str,
    /// Rows whose value is known.
    pub known: [u32; 2],
    /// In the variable's own unit; of a level, its share.
    pub mean: [Option<f64>; 2],
    /// First mean less second, on the scale.
    pub difference: Option<f64>,
    /// Over all that was accepted, on the scale.
    pub pool_sd: Option<f64>,
    /// difference / pool_sd; none where that is 0.
    pub smd: Option<f64>,
    /// What |smd| passes, in this or another variable, in 5 of 100 pairs of random sets of these sizes.
    pub chance: Option<f64>,
    /// Whether |smd| passes it; of a whole mix, whether that of a level does.
    pub beyond_chance: Option<bool>,
    /// Whether |smd| is at least [`LARGE`]; of a whole mix, whether that of a level is.
    pub large: Option<bool>,
    /// First variance over second, on the scale.
    pub variance_ratio: Option<f64>,
    /// Kolmogorov-Smirnov's D.
    pub ks: Option<f64>,
    /// Total variation distance of the two mixes.
    pub mix_distance: Option<f64>,
    /// exp(entropy) of each mix.
    pub effective: [Option<f64>; 2],
}

impl Balance {
    /// Says of each line what the two are meant to be in it.
    pub(crate) fn judge(&mut self, of: [&SubsetRecord; 2], pair: &Pair) {
        for line in &mut self.lines {
            line.meant = meant(of, pair, line.variable);
        }
    }

    /// The line with the largest standardised difference, of what is meant to be alike.
    pub(crate) fn worst(&self) -> Option<&Line> {
        let size = |line: &&Line| line.smd.map_or(-1.0, f64::abs);
        let unwanted = self.lines.iter().filter(|line| line.meant == Meant::Alike);
        let told = unwanted.filter(|line| line.smd.is_some());
        // Of equals the first, as they are told.
        told.rev().max_by(|a, b| size(a).total_cmp(&size(b)))
    }

    /// What is meant to be alike and differs by more than chance, of the variables and levels, the largest difference first.
    pub(crate) fn unexplained(&self) -> Vec<&Line> {
        self.beyond_chance(Meant::Alike)
    }

    /// Whether the two differ, by more than chance and by much, in something that nothing holds alike.
    pub(crate) fn is_open(&self) -> bool {
        let open = self.beyond_chance(Meant::Open);
        open.iter().any(|line| line.is_large())
    }

    fn beyond_chance(&self, meant: Meant) -> Vec<&Line> {
        let is_it =
            |line: &&Line| line.meant == meant && line.smd.is_some() && line.is_beyond_chance();
        let mut lines: Vec<&Line> = self.lines.iter().filter(is_it).collect();
        lines.sort_by(|a, b| b.size().total_cmp(&a.size()));
        lines
    }

    pub(crate) fn standing(&self) -> Standing {
        match self.unexplained().first() {
            Some(line) if line.is_large() => Standing::Unbalanced,
            Some(_) => Standing::Small,
            None => Standing::Chance,
        }
    }

    /// Says of each line what chance makes of it. `limit` is in units of that; none where nothing could be drawn.
    fn tell_chance(&mut self, rows: [u32; 2], limit: Option<f64>) {
        // What stands in both differs in nothing.
        let apart = 1.0 - 2.0 * f64::from(self.rows_shared) / f64::from(rows[0] + rows[1]);
        let limit = limit.map(|limit| limit * apart.max(0.0).sqrt());
        let of = |unit: Option<f64>| limit.zip(unit).map(|(limit, unit)| limit * unit);
        self.chance = of(chance::unit(1.0, rows));
        for line in &mut self.lines {
            let (Some(smd), Some(sd)) = (line.smd, line.pool_sd) else {
                continue;
            };
            let variance = match line.level {
                None => 1.0,
                Some(_) => chance::level_variance(sd * sd, rows) / (sd * sd),
            };
            line.chance = of(chance::unit(variance, line.known));
            line.beyond_chance = line.chance.map(|chance| smd.abs() > chance);
            line.large = Some(smd.abs() >= LARGE);
        }
        self.tell_mixes();
    }

    /// Says of each whole mix what is said of one of its levels.
    fn tell_mixes(&mut self) {
        let same = |a: &Line, b: &Line| a.variable == b.variable;
        for lines in self.lines.chunk_by_mut(same) {
            let [whole, levels @ ..] = lines else {
                continue;
            };
            if whole.mix_distance.is_some() {
                let any = |of: fn(&Line) -> Option<bool>| {
                    levels.iter().filter_map(of).reduce(|a, b| a || b)
                };
                whole.beyond_chance = any(|level| level.beyond_chance);
                whole.large = any(|level| level.large);
            }
        }
    }
}

/// What two subsets are beside each other, in all that they are meant to have alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// They differ by no more than random sets of their sizes do.
    Chance,
    /// They differ by more than that, and by less than [`LARGE`].
    Small,
    /// They differ by more than that, and it is large.
    Unbalanced,
}

impl Line {
    /// The variable, with its level.
    pub(crate) fn name(&self) -> String {
        match &self.level {
            None => self.variable.to_owned(),
            Some(level) => format!("{}: {level}", self.variable),
        }
    }

    /// |smd|; 0 where there is none.
    fn size(&self) -> f64 {
        self.smd.unwrap_or_default().abs()
    }

    pub(crate) fn is_large(&self) -> bool {
        self.large == Some(true)
    }

    pub(crate) fn is_beyond_chance(&self) -> bool {
        self.beyond_chance == Some(true)
    }

    /// Whether it is meant to be alike and differs by more than chance, and by much.
    pub(crate) fn is_unbalanced(&self) -> bool {
        self.meant == Meant::Alike && self.is_beyond_chance() && self.is_large()
    }
}

/// Pairs that are out of balance, the largest difference that nothing explains first.
pub(crate) fn unbalanced_first<T>(compared: &[T], balance: impl Fn(&T) -> &Balance) -> Vec<&T> {
    let is_it = |one: &&T| balance(one).standing() == Standing::Unbalanced;
    let size = |one: &T| {
        balance(one)
            .unexplained()
            .first()
            .map_or(0.0, |line| line.size())
    };
    let mut unbalanced: Vec<&T> = compared.iter().filter(is_it).collect();
    unbalanced.sort_by(|a, b| size(b).total_cmp(&size(a)));
    unbalanced
}

/// The first of some lines by name, and how many more there are that are large.
pub(crate) fn told_with_others(lines: &[&Line]) -> String {
    let large = lines.iter().filter(|line| line.is_large()).count();
    match (lines.first(), large) {
        (None, _) => String::new(),
        (Some(line), 0 | 1) => line.name(),
        (Some(line), large) => format!("{}; {} more", line.name(), large - 1),
    }
}

/// Compares each pair of samples (entries of subsets, in any order); in the order of the pairs. The seed is the
/// pipeline's.
pub(crate) fn compare(
    accepted: &Accepted<'_>,
    samples: &[&[u32]],
    pairs: &[Pair],
    seed: u64,
) -> Vec<Balance> {
    let mut balances = shared(accepted, samples, pairs);
    let mut urn = Urn::new(accepted, seed);
    for (at, variable) in MEASURED.iter().enumerate() {
        let column = variable.column(accepted);
        urn.add_measured(at, &column);
        let measured: Vec<Sample> = samples
            .par_iter()
            .map(|entries| column.sample(entries))
            .collect();
        let line = |pair: &Pair| {
            let samples = [&measured[pair.first], &measured[pair.second]];
            vec![variable.line(&column, samples, pair.intended)]
        };
        add(&mut balances, pairs.par_iter().map(line).collect());
    }
    for (at, variable) in NAMED.iter().enumerate() {
        let names = variable.names(accepted);
        urn.add_named(at, &names);
        let mixes: Vec<Mix> = samples
            .par_iter()
            .map(|entries| names.mix(entries))
            .collect();
        let lines = |pair: &Pair| {
            let mixes = [&mixes[pair.first], &mixes[pair.second]];
            variable.lines(&names, mixes, pair.intended)
        };
        add(&mut balances, pairs.par_iter().map(lines).collect());
    }
    let shapes = shapes(accepted, samples, pairs);
    let limits = urn.limits(&shapes.iter().copied().collect());
    for (balance, shape) in balances.iter_mut().zip(shapes) {
        balance.tell_chance(shape.rows, limits[&shape]);
    }
    balances
}

/// What decides, of each pair, how far chance takes it apart.
fn shapes(accepted: &Accepted<'_>, samples: &[&[u32]], pairs: &[Pair]) -> Vec<Shape> {
    let most = |entries: &&[u32]| {
        let mut problems: Vec<u32> = entries
            .iter()
            .map(|&entry| accepted.problem(entry))
            .collect();
        problems.sort_unstable();
        let of_one = problems.chunk_by(|a, b| a == b).map(<[u32]>::len);
        of_one.max().unwrap_or_default() as u32
    };
    let most: Vec<u32> = samples.par_iter().map(most).collect();
    let shape = |pair: &Pair| Shape {
        rows: [pair.first, pair.second].map(|at| samples[at].len() as u32),
        per_problem: most[pair.first].max(most[pair.second]),
    };
    pairs.iter().map(shape).collect()
}

fn add(balances: &mut [Balance], lines: Vec<Vec<Line>>) {
    for (balance, lines) in balances.iter_mut().zip(lines) {
        balance.lines.extend(lines);
    }
}

/// Begins each pair's balance with what its subsets share.
fn shared(accepted: &Accepted<'_>, samples: &[&[u32]], pairs: &[Pair]) -> Vec<Balance> {
    let sorted = |key: &(dyn Fn(u32) -> u32 + Sync)| -> Vec<Vec<u32>> {
        let sorted = |entries: &&[u32]| {
            let mut keys: Vec<u32> = entries.iter().map(|&entry| key(entry)).collect();
            keys.sort_unstable();
            // A problem may have brought several trajectories.
            keys.dedup();
            keys
        };
        samples.par_iter().map(sorted).collect()
    };
    let rows = sorted(&|entry| accepted.trajectory(entry));
    let problems = sorted(&|entry| accepted.problem(entry));
    let begin = |pair: &Pair| Balance {
        rows_shared: in_both(&rows[pair.first], &rows[pair.second]),
        problems_shared: in_both(&problems[pair.first], &problems[pair.second]),
        ..Balance::default()
    };
    pairs.par_iter().map(begin).collect()
}

/// How many keys two ascending lists share.
fn in_both(first: &[u32], second: &[u32]) -> u32 {
    let (mut i, mut j, mut shared) = (0, 0, 0);
    while i < first.len() && j < second.len() {
        let (a, b) = (first[i], second[j]);
        shared += u32::from(a == b);
        i += usize::from(a <= b);
        j += usize::from(b <= a);
    }
    shared
}

impl Variable {
    fn line(
        &self,
        column: &RankedColumn,
        [first, second]: [&Sample; 2],
        intended: Intended,
    ) -> Line {
        let contrast = column.contrast(first, second);
        Line {
            variable: self.name,
            by_design: intended.decides(self.decides),
            scale: self.scale.as_str(),
            known: [first.known(), second.known()],
            mean: [first.mean, second.mean],
            difference: contrast.difference,
            pool_sd: Some(column.sd),
            smd: contrast.smd,
            variance_ratio: contrast.variance_ratio,
            ks: contrast.ks,
            ..Line::default()
        }
    }
}

impl Named {
    /// The line of the mix, then one for each level that either holds.
    fn lines(&self, names: &Names, [first, second]: [&Mix; 2], intended: Intended) -> Vec<Line> {
        let whole = Line {
            variable: self.name,
            by_design: intended.decides(self.decides),
            scale: Scale::Plain.as_str(),
            known: [first.rows as u32, second.rows as u32],
            ..Line::default()
        };
        let level = |(level, name): (usize, &String)| {
            let mean = [first.share(level), second.share(level)];
            let difference = mean[0].zip(mean[1]).map(|(a, b)| a - b);
            let sd = names.sd(level);
            let held = first.count(level) + second.count(level) > 0;
            held.then(|| Line {
                level: Some(name.clone()),
                mean,
                difference,
                pool_sd: Some(sd),
                smd: difference.filter(|_| sd > 0.0).map(|by| by / sd),
                ..whole.clone()
            })
        };
        let levels: Vec<Line> = names.names.iter().enumerate().filter_map(level).collect();
        let mut lines = vec![Line {
            mix_distance: first.distance(second),
            effective: [first.effective(), second.effective()],
            ..whole
        }];
        lines.extend(levels);
        lines
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pool::entries::{Body, Entry, Problem};
    use crate::verify::Outcome;

    /// So many trajectories, two of each problem, right and wrong in turn, of growing length.
    pub(crate) fn entries(count: u32) -> Entries {
        let mut entries = Entries::default();
        for at in 0..count {
            entries.rows.push(Entry {
                part: 0,
                row: u64::from(at),
                generation: Some(0),
                offset: None,
                body: Ok(Box::new(Body {
                    problem: at / 2,
                    trajectory_id: Id(u128::from(at)),
                    text_id: Id::default(),
                    fields_id: Id::default(),
                    remarks: crate::source::Remarks::default(),
                    outcome: [Outcome::Correct, Outcome::Wrong][(at % 2) as usize],
                    recorded: None,
                    finished: Some(true),
                    tokens: 100 + at,
                    thinking_tokens: at,
                    bytes: 400,
                    repeated_share: 0.0,
                    style: 0,
                    category: None,
                    origin: None,
                    facts: 0,
                    words: [0; 3],
                })),
            });
            if at % 2 == 0 {
                entries.problems.push(Problem {
                    id: Id(u128::from(at)),
                    category: None,
                    correct: 1,
                    decided: 2,
                });
            }
        }
        entries.intern("r1");
        entries
    }

    fn pair() -> Pair {
        Pair {
            first: 0,
            second: 1,
            relation: Relation::None,
            intended: Intended::default(),
        }
    }

    #[test]
    fn a_set_against_itself_differs_in_nothing_and_shares_all() {
        let entries = entries(40);
        let accepted = Accepted::new(&entries, (0..40).collect());
        let all: Vec<u32> = (0..40).step_by(2).collect();
        let balance = &compare(&accepted, &[&all, &all], &[pair()], 0)[0];
        assert_eq!((balance.rows_shared, balance.problems_shared), (20, 20));
        for line in &balance.lines {
            assert!(line.smd.is_none_or(|smd| smd == 0.0), "{line:?}");
            assert!(line.ks.is_none_or(|d| d == 0.0), "{line:?}");
            assert!(line.mix_distance.is_none_or(|d| d == 0.0), "{line:?}");
            assert!(
                line.variance_ratio.is_none_or(|ratio| ratio == 1.0),
                "{line:?}"
            );
        }
    }

    #[test]
    fn balance_depends_on_no_order_of_rows_and_only_on_what_was_accepted() {
        let entries = entries(40);
        let accepted = Accepted::new(&entries, (4..40).collect());
        let first: Vec<u32> = (4..20).step_by(2).collect();
        let second: Vec<u32> = (5..40).step_by(2).collect();
        let forward = compare(&accepted, &[&first, &second], &[pair()], 0);
        let turned = |entries: &[u32]| entries.iter().rev().copied().collect::<Vec<u32>>();
        let backward = compare(
            &accepted,
            &[&turned(&first), &turned(&second)],
            &[pair()],
            0,
        );
        assert_eq!(forward, backward);
        assert_eq!((forward[0].rows_shared, forward[0].problems_shared), (0, 8));
        let correct = forward[0]
            .lines
            .iter()
            .find(|line| line.variable == "correct");
        let correct = correct.expect("a line");
        assert_eq!(correct.mean, [Some(1.0), Some(0.0)]);
        assert_eq!(
            correct.smd,
            Some(2.0),
            "half of the pool is right: its deviation is 1/2"
        );
        assert_eq!(
            forward[0].worst().map(|line| line.variable),
            Some("correct")
        );
    }

    #[test]
    fn exact_copies_are_the_same_trajectory() {
        let mut entries = entries(4);
        if let Ok(body) = &mut entries.rows[2].body {
            (body.trajectory_id, body.problem) = (Id(0), 0);
        }
        let accepted = Accepted::new(&entries, vec![0, 1, 2, 3]);
        assert_eq!(
            compare(&accepted, &[&[0], &[2]], &[pair()], 0)[0].rows_shared,
            1
        );
    }
}
