//! Are a subset and its control alike in all but what is under test?
//!
//! The paper's claim is a comparison, and a comparison holds where the two sides differ in one thing.
//! Told are: the difference of means over the *accepted pool's* standard deviation (a subset's own would
//! make a narrow subset look far from everything), the ratio of variances, Kolmogorov-Smirnov's D, and
//! for names the difference of mixes. No p-values: with a thousand rows every difference is significant,
//! and balance is a property of these two sets and not of a population (Imai, King and Stuart 2008,
//! doi:10.1111/j.1467-985X.2007.00527.x).
//!
//! Thousands of subsets are compared in seconds: each variable becomes a column of ranks once, each subset's sample
//! of it is sorted once, each pair is one walk along two sorted lists.

mod column;
pub(crate) mod design;
pub(crate) mod love;
mod mix;
mod variables;

use std::collections::HashMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::ids::Id;
use crate::pool::Entries;
use column::{RankedColumn, Sample, Scale};
pub(crate) use design::{Intended, Pair, Relation, pairs};
use mix::{Mix, Names};
pub(crate) use mix::{NO_LEVEL, effective};
use variables::{MEASURED, NAMED, Named, Variable};

/// A standardised difference above this is worth a look: a tenth of a standard deviation (Austin 2009,
/// doi:10.1002/sim.3697; the line that Love plots draw).
pub(crate) const WORTH_A_LOOK: f64 = 0.1;

/// A run's entries, and those among them that could be selected.
pub(crate) struct Accepted<'e> {
    pub entries: &'e Entries,
    /// Ascending.
    pub kept: Vec<u32>,
    /// For each entry, the first accepted one that is its exact copy: itself in nearly every case.
    same: Vec<u32>,
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
        Self {
            entries,
            kept,
            same,
        }
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
    /// The line with the largest standardised difference, of those that nobody wanted.
    pub(crate) fn worst(&self) -> Option<&Line> {
        let size = |line: &&Line| line.smd.map_or(-1.0, f64::abs);
        let unwanted = self.lines.iter().filter(|line| !line.by_design);
        let told = unwanted.filter(|line| line.smd.is_some());
        // Of equals the first, as they are told.
        told.rev().max_by(|a, b| size(a).total_cmp(&size(b)))
    }
}

impl Line {
    /// The variable, with its level.
    pub(crate) fn name(&self) -> String {
        match &self.level {
            None => self.variable.to_owned(),
            Some(level) => format!("{}: {level}", self.variable),
        }
    }

    /// Whether it differs by more than [`WORTH_A_LOOK`].
    pub(crate) fn is_worth_a_look(&self) -> bool {
        self.smd.is_some_and(|smd| smd.abs() > WORTH_A_LOOK)
    }
}

/// Pairs with the line in which each differs most, the largest difference first.
pub(crate) fn worst_first(compared: &[(Pair, Balance)]) -> Vec<(&(Pair, Balance), &Line)> {
    let told = compared
        .iter()
        .filter_map(|one| Some((one, one.1.worst()?)));
    let mut told: Vec<_> = told.collect();
    let size = |line: &Line| line.smd.unwrap_or_default().abs();
    told.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
    told
}

/// Compares each pair of samples (entries of subsets, in any order); in the order of the pairs.
pub(crate) fn compare(accepted: &Accepted<'_>, samples: &[&[u32]], pairs: &[Pair]) -> Vec<Balance> {
    let mut balances = shared(accepted, samples, pairs);
    for variable in &MEASURED {
        let column = variable.column(accepted);
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
    for variable in &NAMED {
        let names = variable.names(accepted);
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
    balances
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
        lines: Vec::new(),
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
        let balance = &compare(&accepted, &[&all, &all], &[pair()])[0];
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
        let forward = compare(&accepted, &[&first, &second], &[pair()]);
        let turned = |entries: &[u32]| entries.iter().rev().copied().collect::<Vec<u32>>();
        let backward = compare(&accepted, &[&turned(&first), &turned(&second)], &[pair()]);
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
            compare(&accepted, &[&[0], &[2]], &[pair()])[0].rows_shared,
            1
        );
    }
}
