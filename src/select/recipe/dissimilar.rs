//! `dissimilar`: least similar to any of a benchmark's questions, the other end of `similar`, and as long as any.

use super::criterion::{Beside, Criterion, InOrder};
use super::similar::{by_similarity, refuse_without_table};
use crate::bucket::Candidate;
use crate::error::Refusal;
use crate::ids::Id;
use crate::select::scope::Scope;
use crate::select::similar::Similarity;

pub(super) struct LeastSimilar;

impl Criterion for LeastSimilar {
    fn name(&self) -> &'static str {
        "dissimilar"
    }

    fn table(&self) -> Option<&'static str> {
        Some("similar")
    }

    fn refuse(&self, beside: &Beside<'_>) -> Result<(), Refusal> {
        refuse_without_table(beside)
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
        let least_first = |similarity: &Similarity, problems: &[u32], id: &dyn Fn(u32) -> Id| {
            let length = |problem: u32| scope.entries.problem_bytes(problem).unwrap_or_default();
            similarity.least(problems, length, id)
        };
        Some(by_similarity(scope, beside, candidates, least_first))
    }
}
