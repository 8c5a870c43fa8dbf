//! Problems by their similarity to a benchmark's questions.
//!
//! The paper took, for each Hard question of AIME24, the 90 most similar of OpenR1's under a paid
//! embedding, and found the set only a little better than a random one. Here similarity is computed on
//! this machine, the same on every machine: TF-IDF ([`tfidf`]), or the cosine of vectors that the user
//! brings. What the paper leaves open is stated: questions take turns in the order of their file and each
//! takes its best problem that none has taken, so that any first N is a prefix; `dissimilar` has the
//! smallest similarity to the question that is nearest to it. Equals fall to the smaller problem id.
//!
//! A short text shares little with anything. So that `dissimilar` is far and not short, tenths of the problems by
//! length take turns there, and each gives its farthest: the subset has the lengths of what it was chosen from.

pub mod tfidf;
pub mod tokens;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Id;

/// The `[grid.similar]` table: what `similar` and `dissimilar` compare with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Similar {
    /// The name of a `[benchmarks.NAME]` table.
    pub to: String,
    /// Its questions of these tiers; all where left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
    /// How many problems one question takes at most; the paper's 90. Without it questions take turns until
    /// the subset is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top: Option<u32>,
    /// Vectors of any embedding model in place of TF-IDF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vectors: Option<Vectors>,
}

/// Files with a vector for each problem and for each question; relative to the pipeline file. One of zeros, or
/// with a number that is none, has no direction and is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// Of the pool's problems: Parquet with a column `vector` (a list of floats) and a column `problem_id`
    /// or `problem` (the text); or NPY (float32 or float64, two dimensions) with a row for each row of the
    /// only source, its files in order of name.
    pub problems: String,
    /// Of the benchmark's questions: Parquet with a column `vector`, or NPY, with a row for each question
    /// of the benchmark's file, all tiers, in its order.
    pub questions: String,
}

/// How similar each problem is to each question of a benchmark: 4 bytes a pair, so that 30 questions over
/// 900,000 problems are 108 MB.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Similarity {
    questions: usize,
    /// By problem, then by question; NaN where the problem has no vector.
    scores: Vec<f32>,
}

impl Similarity {
    /// One for so many problems, of which nothing is known yet.
    pub fn unknown(problems: usize, questions: usize) -> Self {
        Self {
            questions,
            scores: vec![f32::NAN; problems * questions],
        }
    }

    pub fn set(&mut self, problem: usize, scores: &[f32]) {
        let start = problem * self.questions;
        self.scores[start..start + self.questions].copy_from_slice(scores);
    }

    /// The problem's similarity to each question; none where it is not known.
    pub(crate) fn of(&self, problem: u32) -> Option<&[f32]> {
        let start = problem as usize * self.questions;
        let scores = &self.scores[start..start + self.questions];
        scores
            .first()
            .is_some_and(|score| !score.is_nan())
            .then_some(scores)
    }

    /// The similarity to the question that is nearest.
    pub(crate) fn nearest(&self, problem: u32) -> f32 {
        let scores = self.of(problem).unwrap_or_default();
        scores.iter().copied().fold(f32::NEG_INFINITY, f32::max)
    }

    /// Questions in turn, each with its most similar problem that is not taken; each at most `top` times.
    ///
    /// `count` is how many are asked for: what comes behind them is in order of the nearest question, and
    /// is there where `top` is not.
    pub(crate) fn most(
        &self,
        problems: &[u32],
        top: Option<u32>,
        count: usize,
        id: impl Fn(u32) -> Id,
    ) -> Vec<u32> {
        let known = || {
            problems
                .iter()
                .copied()
                .filter(|&problem| self.of(problem).is_some())
        };
        // A question passes over at most the problems that were taken before, fewer than `count`; with
        // `top` it looks no further than its own nearest.
        let depth = top.map_or(count, |top| top as usize);
        let lists: Vec<Vec<u32>> = (0..self.questions)
            .map(|question| self.nearest_to(question, known().collect(), depth, &id))
            .collect();
        let mut taken = std::collections::HashSet::new();
        let mut order = Vec::new();
        let mut lists: Vec<_> = lists.into_iter().map(Vec::into_iter).collect();
        loop {
            let before = order.len();
            for list in &mut lists {
                order.extend(list.find(|&problem| taken.insert(problem)));
            }
            if order.len() == before {
                break;
            }
        }
        if top.is_none() {
            let mut rest: Vec<u32> = known().filter(|problem| !taken.contains(problem)).collect();
            rest.sort_by(|&a, &b| {
                let scores = self.nearest(b).total_cmp(&self.nearest(a));
                scores.then_with(|| id(a).cmp(&id(b)))
            });
            order.extend(rest);
        }
        order
    }

    /// The `depth` problems that are most similar to a question, in that order.
    fn nearest_to(
        &self,
        question: usize,
        mut problems: Vec<u32>,
        depth: usize,
        id: &impl Fn(u32) -> Id,
    ) -> Vec<u32> {
        let score = |problem: u32| self.scores[problem as usize * self.questions + question];
        let order = |a: &u32, b: &u32| {
            let scores = score(*b).total_cmp(&score(*a));
            scores.then_with(|| id(*a).cmp(&id(*b)))
        };
        if depth == 0 {
            return Vec::new();
        }
        if depth < problems.len() {
            problems.select_nth_unstable_by(depth - 1, order);
            problems.truncate(depth);
        }
        problems.sort_unstable_by(order);
        problems
    }

    /// The least similar first, by the question that is nearest, in turn from each tenth of the problems by length.
    pub(crate) fn least(
        &self,
        problems: &[u32],
        length: impl Fn(u32) -> u32,
        id: impl Fn(u32) -> Id,
    ) -> Vec<u32> {
        let is_known = |problem: &u32| self.of(*problem).is_some();
        let mut known: Vec<u32> = problems.iter().copied().filter(is_known).collect();
        known.sort_by_cached_key(|&problem| (length(problem), id(problem)));
        let bound = |tenth: usize| known.len() * tenth / 10;
        let farthest_first = |tenth: usize| {
            let mut part = known[bound(tenth)..bound(tenth + 1)].to_vec();
            part.sort_by_cached_key(|&problem| (Sortable(self.nearest(problem)), id(problem)));
            part
        };
        let tenths: Vec<Vec<u32>> = (0..10).map(farthest_first).collect();
        let longest = tenths.iter().map(Vec::len).max().unwrap_or_default();
        let turn = |at: usize| {
            tenths
                .iter()
                .filter_map(move |tenth| tenth.get(at).copied())
        };
        (0..longest).flat_map(turn).collect()
    }
}

/// A number with a total order.
#[derive(Clone, Copy, PartialEq)]
struct Sortable(f32);

impl Eq for Sortable {}

impl PartialOrd for Sortable {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Sortable {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn similarity(rows: &[[f32; 2]]) -> Similarity {
        let mut similarity = Similarity::unknown(rows.len(), 2);
        for (at, row) in rows.iter().enumerate() {
            similarity.set(at, row);
        }
        similarity
    }

    fn id(problem: u32) -> Id {
        Id(u128::from(problem))
    }

    #[test]
    fn questions_take_turns_and_none_takes_what_another_has() {
        let known = similarity(&[[0.9, 0.8], [0.5, 0.7], [0.4, 0.1], [f32::NAN; 2]]);
        assert_eq!(known.most(&[0, 1, 2, 3], None, 3, id), [0, 1, 2]);
        // With a top of 1 the second question looks at its nearest alone, which is taken.
        assert_eq!(known.most(&[0, 1, 2, 3], Some(1), 3, id), [0]);
        assert_eq!(
            known.least(&[0, 1, 2, 3], |_| 1, id),
            [0, 1, 2],
            "a tenth each"
        );
    }

    /// Forty problems, the short ones far from the question: ten of each length, of which the farthest ten come first.
    #[test]
    fn the_least_similar_have_the_lengths_of_what_they_are_chosen_from() {
        let rows: Vec<[f32; 2]> = (0..40_u8).map(|at| [f32::from(at) / 40.0, 0.0]).collect();
        let known = similarity(&rows);
        let problems: Vec<u32> = (0..40).collect();
        let least = known.least(&problems, |problem| problem / 10, id);
        for first in [10, 20] {
            let mut lengths: Vec<u32> = least[..first].iter().map(|problem| problem / 10).collect();
            lengths.sort_unstable();
            lengths.dedup();
            assert_eq!(lengths, [0, 1, 2, 3], "the first {first}");
        }
        // Of four problems a tenth the farthest stands first.
        assert_eq!(least[..10], (0..40).step_by(4).collect::<Vec<u32>>());
    }

    proptest! {
        #[test]
        fn any_count_gives_a_prefix_of_the_whole_order_in_any_order_of_problems(
            rows in proptest::collection::vec([0_u8..6, 0_u8..6], 1..40), count in 1_usize..40
        ) {
            let rows: Vec<[f32; 2]> = rows.iter().map(|row| row.map(|score| f32::from(score) / 5.0)).collect();
            let known = similarity(&rows);
            let mut problems: Vec<u32> = (0..rows.len() as u32).collect();
            let whole = known.most(&problems, None, rows.len(), id);
            let length = |problem: u32| problem % 7;
            let least = known.least(&problems, length, id);
            problems.reverse();
            let part = known.most(&problems, None, count, id);
            let shown = count.min(rows.len());
            prop_assert_eq!(&part[..shown], &whole[..shown]);
            prop_assert_eq!(part.len(), rows.len());
            prop_assert_eq!(known.least(&problems, length, id), least);
        }
    }
}
