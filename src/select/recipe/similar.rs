//! `similar`: most similar to a benchmark's questions, in turn (Sun et al., arXiv 2504.11741).
//!
//! What similarity is, and how questions take turns, is in [`crate::select::similar`].

use super::criterion::{Beside, Criterion, InOrder};
use crate::bucket::Candidate;
use crate::bucket::category::PROPORTIONAL;
use crate::error::Refusal;
use crate::ids::Id;
use crate::select::scope::Scope;
use crate::select::similar::{Similar, Similarity};

pub(super) struct MostSimilar;

impl Criterion for MostSimilar {
    fn name(&self) -> &'static str {
        "similar"
    }

    fn table(&self) -> Option<&'static str> {
        Some("similar")
    }

    fn refuse(&self, beside: &Beside<'_>) -> Result<(), Refusal> {
        refuse_without_table(beside)?;
        let mut categories = beside.categories.iter();
        let is_mixed = categories.any(|category| category == PROPORTIONAL);
        Refusal::when(
            is_mixed && beside.similar.is_some_and(|similar| similar.top.is_some()),
            "similar.top",
            "cuts each category, so that `proportional` would not have the pool's mix",
            "leave it out, or write `category = [\"all\"]`",
        )
    }

    fn most(&self, similar: &Similar, questions: usize) -> Option<u64> {
        let top = similar.top?;
        Some(u64::from(top) * questions as u64)
    }

    fn ranks(&self) -> bool {
        true
    }

    fn order(
        &self,
        scope: &Scope<'_>,
        beside: &Beside<'_>,
        candidates: &[Candidate],
    ) -> Option<InOrder> {
        let top = beside.similar.and_then(|similar| similar.top);
        let in_turn = |similarity: &Similarity, problems: &[u32], id: &dyn Fn(u32) -> Id| {
            let rows = beside.rows_max.map(|rows| rows as usize);
            similarity.most(problems, top, rows.unwrap_or(problems.len()), id)
        };
        Some(by_similarity(scope, beside, candidates, in_turn))
    }
}

/// Nothing can be compared without the table that says with what.
pub(super) fn refuse_without_table(beside: &Beside<'_>) -> Result<(), Refusal> {
    Refusal::when(
        beside.similar.is_none(),
        "recipe",
        "has `similar` or `dissimilar`, and nothing to compare with",
        "write a table `[grid.similar]` with `to = \"NAME\"`, the name of a `[benchmarks.NAME]`",
    )
}

/// The candidates in the order that `order` gives their problems; what it leaves out is left out.
pub(super) fn by_similarity(
    scope: &Scope<'_>,
    beside: &Beside<'_>,
    candidates: &[Candidate],
    order: impl Fn(&Similarity, &[u32], &dyn Fn(u32) -> Id) -> Vec<u32>,
) -> InOrder {
    let similarity = beside.similar;
    let similarity = similarity.and_then(|similar| scope.knowledge.similarity(similar));
    let Some(similarity) = similarity else {
        unreachable!("the plan asks for `[grid.similar]`, and the run computes it");
    };
    let problems: Vec<u32> = candidates.iter().map(|one| one.problem).collect();
    let order = order(similarity, &problems, &|problem| scope.problem(problem).id);
    let mut by_problem = vec![None; scope.entries.problems.len()];
    for candidate in candidates {
        by_problem[candidate.problem as usize] = Some(*candidate);
    }
    let stands = |problem: u32| by_problem[problem as usize];
    InOrder {
        candidates: order.into_iter().filter_map(stands).collect(),
        ..InOrder::default()
    }
}
