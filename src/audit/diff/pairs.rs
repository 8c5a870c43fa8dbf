//! Which row of one version is which row of the other.
//!
//! Rows have no key that lasts: order and numbers change, ids of a source repeat or are missing. So what two rows share
//! decides, the closest first: all of it, the trajectory, the response, the problem with a response that is like it.
//! Each row is paired once, so that a second copy is seen as one. What is left is new, or gone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::Hash;

use schemars::JsonSchema;
use serde::Serialize;

use super::sketch::Sketch;

/// A row of one version, by hashes of what it is looked for by.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Row {
    /// Of problem and response; of a row without them, of the reason.
    pub trajectory: u128,
    pub problem: u128,
    /// The same of all near duplicates of the problem.
    pub cluster: u128,
    /// Of all else that is known of it.
    pub said: u64,
    /// Of its number in its file.
    pub place: u64,
    /// Of problem and gold answer as they are written.
    pub text: u64,
    /// What became of it: 0 where it was kept, else which reason it was dropped for.
    pub fate: u32,
    /// Whether it yields no trajectory.
    pub is_void: bool,
}

/// What the texts of a row say, which are read for those alone that have no equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub response: u128,
    /// Whether the response is long enough to be of one problem alone.
    pub is_telling: bool,
    /// Of the source's own name of the row, which may repeat; none where it has none.
    pub source_id: Option<u64>,
    /// What the response consists of; none where it cannot be read any more.
    pub words: Option<Sketch>,
}

/// How a row of one version is one of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// The same problem and the same response.
    Same,
    /// The same response to a problem that is written differently.
    ProblemEdited,
    /// The same problem, and a response that is near the former.
    ResponseEdited,
    /// The same problem, and a response that is not near the former.
    ResponseReplaced,
    /// A near problem, and a response that is near the former.
    BothEdited,
}

/// Two rows that are one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub rows: [u32; 2],
    pub how: How,
    /// Of the responses, 0 to 1; none where they were not compared.
    pub similarity: Option<f64>,
}

/// Responses that share less are others. Chosen by hand: two models' responses to one problem share some 0.1 of their
/// windows, one in which a sentence was changed 0.9.
const NEAR: f64 = 0.5;

/// Responses to one problem are compared one by one up to as many pairs.
const COMPARED_MAX: usize = 1 << 14;

/// The rows of two versions, paired as far as they are.
pub(super) struct Pairing<'r> {
    rows: [&'r [Row]; 2],
    pub pairs: Vec<Pair>,
    /// Rows that are paired with none, in their order.
    pub lone: [Vec<u32>; 2],
}

impl<'r> Pairing<'r> {
    /// Pairs what has the same trajectory.
    pub(super) fn new(first: &'r [Row], second: &'r [Row]) -> Self {
        let mut pairing = Self {
            rows: [first, second],
            pairs: Vec::with_capacity(first.len().min(second.len())),
            lone: [first, second].map(|rows| (0..rows.len() as u32).collect()),
        };
        let row = |side: usize, at: u32| [first, second][side][at as usize];
        pairing.by(How::Same, |side, at| {
            let row = row(side, at);
            Some((row.trajectory, row.said, row.place))
        });
        pairing.by(How::Same, |side, at| {
            let row = row(side, at);
            Some((row.trajectory, row.said))
        });
        pairing.by(How::Same, |side, at| {
            let row = row(side, at);
            Some((row.trajectory, row.place))
        });
        pairing.by(How::Same, |side, at| Some(row(side, at).trajectory));
        pairing
    }

    /// The lone rows whose trajectory the other version does not have: what their texts say is asked for.
    pub(super) fn strangers(&self) -> [Vec<u32>; 2] {
        [0, 1].map(|side| {
            let lone = self.lone[side].iter().copied();
            let known = self.trajectories(1 - side);
            lone.filter(|&at| self.is_stranger(side, at, &known))
                .collect()
        })
    }

    pub(super) fn trajectory(&self, side: usize, row: u32) -> u128 {
        self.rows[side][row as usize].trajectory
    }

    fn trajectories(&self, side: usize) -> HashSet<u128> {
        self.rows[side].iter().map(|row| row.trajectory).collect()
    }

    fn is_stranger(&self, side: usize, at: u32, known: &HashSet<u128>) -> bool {
        let row = &self.rows[side][at as usize];
        !row.is_void && !known.contains(&row.trajectory)
    }

    /// Pairs strangers by what they share, of which these are the texts.
    pub(super) fn meet(&mut self, texts: &[HashMap<u32, Texts>; 2]) {
        let rows = self.rows;
        let row = |side: usize, at: u32| rows[side][at as usize];
        let text = |side: usize, at: u32| texts[side].get(&at);
        self.by(How::ProblemEdited, |side, at| {
            Some((text(side, at)?.response, row(side, at).cluster))
        });
        self.by(How::ProblemEdited, |side, at| {
            let text = text(side, at)?;
            Some((text.response, text.source_id?))
        });
        self.by(How::ProblemEdited, |side, at| {
            Some((text(side, at)?.response, row(side, at).place))
        });
        self.by(How::ProblemEdited, |side, at| {
            let text = text(side, at)?;
            text.is_telling.then_some(text.response)
        });
        let former = self.former();
        self.by(How::ProblemEdited, |side, at| {
            let problem = row(side, at).problem;
            let former = if side == 0 {
                Some(problem)
            } else {
                former.get(&problem).copied()
            };
            Some((text(side, at)?.response, former?))
        });
        self.alike(How::ResponseEdited, texts, |row| row.problem);
        self.by(How::ResponseReplaced, |side, at| {
            Some((row(side, at).problem, text(side, at)?.source_id?))
        });
        self.by(How::ResponseReplaced, |side, at| {
            let row = row(side, at);
            text(side, at).map(|_| (row.problem, row.place))
        });
        let counts = [0, 1].map(|side| counts(rows[side]));
        self.by(How::ResponseReplaced, |side, at| {
            text(side, at)?;
            let problem = row(side, at).problem;
            (counts[0].get(&problem) == counts[1].get(&problem)).then_some(problem)
        });
        self.alike(How::BothEdited, texts, |row| row.cluster);
        self.alike(How::BothEdited, texts, |row| u128::from(row.place));
        self.measure(texts);
    }

    /// What problems of the second that were edited were in the first, by the rows that are paired so far.
    fn former(&self) -> HashMap<u128, u128> {
        let edited = self
            .pairs
            .iter()
            .filter(|pair| pair.how == How::ProblemEdited);
        let problems = edited.map(|pair| {
            let problem = |side: usize| self.rows[side][pair.rows[side] as usize].problem;
            (problem(1), problem(0))
        });
        problems.collect()
    }

    /// Pairs lone rows of one key, the first with the first.
    fn by<K: Eq + Hash>(&mut self, how: How, key: impl Fn(usize, u32) -> Option<K>) {
        let mut waiting: HashMap<K, VecDeque<u32>> = HashMap::new();
        for &at in &self.lone[1] {
            if let Some(key) = key(1, at) {
                waiting.entry(key).or_default().push_back(at);
            }
        }
        let mut taken = HashSet::new();
        let pairs = &mut self.pairs;
        self.lone[0].retain(|&at| {
            let met = key(0, at).and_then(|key| waiting.get_mut(&key)?.pop_front());
            let Some(other) = met else { return true };
            taken.insert(other);
            pairs.push(Pair {
                rows: [at, other],
                how,
                similarity: None,
            });
            false
        });
        self.lone[1].retain(|at| !taken.contains(at));
    }

    /// Pairs lone rows of one group whose responses are near, the nearest first.
    fn alike(&mut self, how: How, texts: &[HashMap<u32, Texts>; 2], group: fn(&Row) -> u128) {
        let mut groups: HashMap<u128, [Vec<u32>; 2]> = HashMap::new();
        for side in [0, 1] {
            for &at in &self.lone[side] {
                let has_words = |texts: &Texts| texts.words.is_some();
                if texts[side].get(&at).is_some_and(has_words) {
                    let key = group(&self.rows[side][at as usize]);
                    groups.entry(key).or_default()[side].push(at);
                }
            }
        }
        let mut pairs: Vec<Pair> = groups
            .values()
            .flat_map(|sides| nearest(how, sides, texts))
            .collect();
        pairs.sort_unstable_by_key(|pair| pair.rows);
        let taken = [0, 1].map(|side| {
            let rows = pairs.iter().map(|pair| pair.rows[side]);
            rows.collect::<HashSet<u32>>()
        });
        for (lone, taken) in self.lone.iter_mut().zip(taken) {
            lone.retain(|at| !taken.contains(at));
        }
        self.pairs.extend(pairs);
    }

    /// Says of the pairs that have other texts how near their responses are.
    fn measure(&mut self, texts: &[HashMap<u32, Texts>; 2]) {
        for pair in &mut self.pairs {
            let [first, second] = [0, 1].map(|side| texts[side].get(&pair.rows[side]));
            if let (Some(first), Some(second)) = (first, second) {
                pair.similarity = similarity(first, second);
            }
        }
    }
}

/// How many rows each problem has.
fn counts(rows: &[Row]) -> HashMap<u128, u32> {
    let mut counts = HashMap::new();
    for row in rows {
        *counts.entry(row.problem).or_default() += 1;
    }
    counts
}

/// The pairs of a group whose responses are near, none of them twice.
fn nearest(how: How, sides: &[Vec<u32>; 2], texts: &[HashMap<u32, Texts>; 2]) -> Vec<Pair> {
    if sides[0].len().saturating_mul(sides[1].len()) > COMPARED_MAX {
        return Vec::new();
    }
    let mut near = Vec::new();
    for &first in &sides[0] {
        for &second in &sides[1] {
            let similarity = similarity(&texts[0][&first], &texts[1][&second]);
            near.extend(similarity.filter(|near| *near >= NEAR).map(|near| Pair {
                rows: [first, second],
                how,
                similarity: Some(near),
            }));
        }
    }
    near.sort_by(|a, b| {
        let by_nearness = b.similarity.partial_cmp(&a.similarity);
        by_nearness
            .unwrap_or(std::cmp::Ordering::Equal)
            .then(a.rows.cmp(&b.rows))
    });
    let mut taken = [HashSet::new(), HashSet::new()];
    near.retain(|pair| {
        let is_free = (0..2).all(|side| !taken[side].contains(&pair.rows[side]));
        if is_free {
            for (side, taken) in taken.iter_mut().enumerate() {
                taken.insert(pair.rows[side]);
            }
        }
        is_free
    });
    near
}

fn similarity(first: &Texts, second: &Texts) -> Option<f64> {
    if first.response == second.response {
        return Some(1.0);
    }
    Some(first.words.as_ref()?.similarity(second.words.as_ref()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of that problem and response, at that place.
    fn row(problem: u128, response: u128, place: u64) -> Row {
        Row {
            trajectory: problem << 64 | response,
            problem,
            cluster: problem / 10,
            place,
            ..Row::default()
        }
    }

    fn text(response: u128, words: &str) -> Texts {
        Texts {
            response,
            is_telling: true,
            source_id: None,
            words: Some(Sketch::of(words)),
        }
    }

    fn hows(pairing: &Pairing<'_>) -> Vec<([u32; 2], How)> {
        let changed = pairing.pairs.iter().filter(|pair| pair.how != How::Same);
        changed.map(|pair| (pair.rows, pair.how)).collect()
    }

    #[test]
    fn another_order_changes_nothing_and_one_copy_more_is_one_row_more() {
        let first: Vec<Row> = (0..50).map(|at| row(at.into(), at.into(), at)).collect();
        let mut second: Vec<Row> = first.iter().rev().copied().collect();
        second.push(row(7, 7, 99));
        let pairing = Pairing::new(&first, &second);
        assert_eq!(pairing.pairs.len(), 50);
        assert_eq!((pairing.lone[0].len(), pairing.lone[1].len()), (0, 1));
        assert!(pairing.strangers().iter().all(Vec::is_empty));
    }

    #[test]
    fn a_copy_whose_other_words_are_the_same_is_the_one_that_stays() {
        let said = |said: u64, place: u64| Row {
            said,
            ..row(1, 1, place)
        };
        let (first, second) = ([said(5, 0), said(6, 1)], [said(6, 0)]);
        let pairing = Pairing::new(&first, &second);
        assert_eq!(pairing.pairs[0].rows, [1, 0]);
        assert_eq!(pairing.lone, [vec![0], vec![]]);
    }

    const REPLY: &str =
        "First we add the two numbers, then we divide by three, so the answer is twelve.";
    const EDITED: &str =
        "First we add the two numbers, then we divide by four, so the answer is nine.";
    const OTHER: &str =
        "By symmetry each vertex of the polygon sees as many diagonals, hence nine of them.";

    #[test]
    fn what_two_rows_share_says_what_was_changed() {
        let first = [
            row(10, 1, 0),
            row(20, 2, 1),
            row(30, 3, 2),
            row(41, 4, 3),
            row(50, 5, 4),
        ];
        let second = [
            row(90, 1, 7),
            row(20, 6, 8),
            row(30, 7, 9),
            row(42, 8, 10),
            row(60, 9, 11),
        ];
        let mut pairing = Pairing::new(&first, &second);
        assert_eq!(
            pairing.strangers(),
            [vec![0, 1, 2, 3, 4], vec![0, 1, 2, 3, 4]]
        );
        let texts = [
            [
                text(1, REPLY),
                text(2, REPLY),
                text(3, REPLY),
                text(4, REPLY),
                text(5, REPLY),
            ],
            [
                text(1, REPLY),
                text(6, EDITED),
                text(7, OTHER),
                text(8, EDITED),
                text(9, OTHER),
            ],
        ];
        let texts = texts.map(|texts| (0..).zip(texts).collect::<HashMap<u32, Texts>>());
        pairing.meet(&texts);
        assert_eq!(
            hows(&pairing),
            [
                ([0, 0], How::ProblemEdited),
                ([1, 1], How::ResponseEdited),
                ([2, 2], How::ResponseReplaced),
                ([3, 3], How::BothEdited),
            ]
        );
        assert_eq!(pairing.lone, [vec![4], vec![4]]);
        let near = pairing.pairs[1].similarity.expect("compared");
        assert!(near > 0.5 && near < 1.0, "{near}");
    }

    #[test]
    fn of_several_responses_to_a_problem_each_meets_the_one_that_it_is_like() {
        let first = [row(10, 1, 0), row(10, 2, 1)];
        let second = [row(10, 3, 5), row(10, 4, 6)];
        let mut pairing = Pairing::new(&first, &second);
        let second_texts = [text(3, &OTHER.replace("nine", "ten")), text(4, EDITED)];
        let texts = [
            HashMap::from([(0, text(1, REPLY)), (1, text(2, OTHER))]),
            (0..).zip(second_texts).collect(),
        ];
        pairing.meet(&texts);
        let found = [([0, 1], How::ResponseEdited), ([1, 0], How::ResponseEdited)];
        assert_eq!(hows(&pairing), found);
    }

    #[test]
    fn the_sources_own_name_says_which_of_several_rows_of_a_problem_one_was() {
        let first = [row(10, 1, 0), row(10, 2, 1)];
        let second = [row(10, 3, 5), row(10, 4, 6)];
        let named = |response: u128, name: u64| Texts {
            source_id: Some(name),
            words: None,
            ..text(response, "")
        };
        let mut pairing = Pairing::new(&first, &second);
        let texts = [[named(1, 7), named(2, 8)], [named(3, 8), named(4, 7)]];
        pairing.meet(&texts.map(|texts| (0..).zip(texts).collect::<HashMap<u32, Texts>>()));
        let found = [
            ([0, 1], How::ResponseReplaced),
            ([1, 0], How::ResponseReplaced),
        ];
        let mut hows = hows(&pairing);
        hows.sort_unstable_by_key(|(rows, _)| *rows);
        assert_eq!(hows, found);
    }

    #[test]
    fn a_short_response_makes_no_other_problem_the_same() {
        let first = [row(10, 1, 0)];
        let second = [row(90, 1, 5)];
        let mut pairing = Pairing::new(&first, &second);
        let short = Texts {
            is_telling: false,
            ..text(1, "4")
        };
        pairing.meet(&[
            HashMap::from([(0, short.clone())]),
            HashMap::from([(0, short)]),
        ]);
        assert_eq!(pairing.lone, [vec![0], vec![0]]);
    }

    #[test]
    fn a_short_response_goes_with_the_long_one_to_the_same_problem() {
        let first = [row(10, 1, 0), row(10, 2, 1)];
        let second = [row(90, 1, 5), row(90, 2, 6)];
        let mut pairing = Pairing::new(&first, &second);
        let short = Texts {
            is_telling: false,
            ..text(2, "4")
        };
        let texts = HashMap::from([(0, text(1, REPLY)), (1, short)]);
        pairing.meet(&[texts.clone(), texts]);
        let found = [([0, 0], How::ProblemEdited), ([1, 1], How::ProblemEdited)];
        assert_eq!(hows(&pairing), found);
    }

    #[test]
    fn each_row_is_paired_once_or_lone() {
        let rows = |seed: u128| -> Vec<Row> {
            let number = |at: u128| (at * seed * 2_654_435_761) >> 5;
            (0..400)
                .map(|at| row(number(at) % 40, number(at) % 7, at as u64))
                .collect()
        };
        let (first, second) = (rows(3), rows(7));
        let mut pairing = Pairing::new(&first, &second);
        let texts = [0, 1].map(|side: usize| {
            let strangers = pairing.strangers()[side].clone();
            strangers
                .into_iter()
                .map(|at| (at, text(u128::from(at % 3), REPLY)))
                .collect()
        });
        pairing.meet(&texts);
        for side in [0, 1] {
            let paired = pairing.pairs.iter().map(|pair| pair.rows[side]);
            let mut all: Vec<u32> = paired.chain(pairing.lone[side].iter().copied()).collect();
            all.sort_unstable();
            assert_eq!(all, (0..400).collect::<Vec<u32>>());
        }
    }
}
