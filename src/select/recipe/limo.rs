//! `limo`: the trajectory of a problem with the highest lexical score, best problems first.
//!
//! `0.30·length + 0.20·verification + 0.25·tentative + 0.25·connectives` (Ye et al., arXiv 2502.03387v3),
//! the words counted against the reply's length. Unpublished are the word lists (ours are `data/words/`),
//! the tokenizer (ours is the pipeline's) and how the four are brought to one scale: here each is the
//! share of the compared trajectories that have less, equals counting half, so that no part outweighs
//! another by its unit and no trajectory by its extremes.

use std::collections::HashSet;

use super::by_length;
use super::criterion::{Beside, Criterion, InOrder};
use crate::bucket::Candidate;
use crate::bucket::length::Of;
use crate::error::Refusal;
use crate::pool::entries::Body;
use crate::select::scope::Scope;
use crate::select::stratum::Stratum;

/// What each part weighs.
const WEIGHTS: [f64; 4] = [0.30, 0.20, 0.25, 0.25];

pub(super) struct Limo;

impl Criterion for Limo {
    fn name(&self) -> &'static str {
        "limo"
    }

    fn refuse(&self, beside: &Beside<'_>) -> Result<(), Refusal> {
        by_length::refuse(beside)
    }

    fn counts_words(&self) -> bool {
        true
    }

    fn ranks(&self) -> bool {
        true
    }

    fn decides(&self) -> &'static [Stratum] {
        &[Stratum::Length]
    }

    fn stands(&self, scope: &Scope<'_>) -> Option<Vec<Candidate>> {
        let mut seen = HashSet::new();
        let best = ranked(scope).into_iter().filter_map(|entry| {
            let problem = scope.body(entry).problem;
            let is_best = seen.insert(problem);
            is_best.then(|| scope.candidate(problem, entry, Of::Reply))
        });
        Some(best.collect())
    }

    fn order(
        &self,
        _scope: &Scope<'_>,
        _beside: &Beside<'_>,
        candidates: &[Candidate],
    ) -> Option<InOrder> {
        // The best stands first already.
        Some(InOrder {
            candidates: candidates.to_vec(),
            ..InOrder::default()
        })
    }
}

/// The trajectories of all problems that may be selected, the best first; of equals the smaller id.
fn ranked(scope: &Scope<'_>) -> Vec<u32> {
    let admitted = scope.problems().filter(|&problem| scope.admits(problem));
    let compared: Vec<u32> = admitted
        .flat_map(|problem| scope.entries_of(problem))
        .collect();
    let bodies: Vec<&Body> = compared.iter().map(|&entry| scope.body(entry)).collect();
    let mut ranked: Vec<(u32, f64)> = compared.into_iter().zip(scores(&bodies)).collect();
    ranked.sort_by(|(a, first), (b, second)| {
        let id = |entry: u32| scope.body(entry).trajectory_id;
        second.total_cmp(first).then_with(|| id(*a).cmp(&id(*b)))
    });
    ranked.into_iter().map(|(entry, _)| entry).collect()
}

/// The score of each trajectory among all of them, 0 to 1.
fn scores(bodies: &[&Body]) -> Vec<f64> {
    let mut scores = vec![0.0; bodies.len()];
    for (part, weight) in WEIGHTS.into_iter().enumerate() {
        let values: Vec<f64> = bodies.iter().map(|body| value(body, part)).collect();
        for (score, share) in scores.iter_mut().zip(shares(&values)) {
            *score += weight * share;
        }
    }
    scores
}

/// Length in tokens, or the part's words a token.
fn value(body: &Body, part: usize) -> f64 {
    match part {
        0 => f64::from(body.tokens),
        part => f64::from(body.words[part - 1]) / f64::from(body.tokens.max(1)),
    }
}

/// For each value the share of all that is below it, equals counting half.
fn shares(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let share = |&value: &f64| {
        let below = sorted.partition_point(|&other| other < value);
        let not_above = sorted.partition_point(|&other| other <= value);
        (below + not_above) as f64 / (2 * sorted.len()) as f64
    };
    values.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_what_lies_below_and_half_of_the_equal() {
        assert_eq!(shares(&[1.0, 3.0, 3.0, 9.0]), [0.125, 0.5, 0.5, 0.875]);
        assert!(shares(&[]).is_empty());
    }
}
