//! `mix`: long and short trajectories in one set, in a share that is asked for.
//!
//! Mix Distillation (Li et al., arXiv 2502.12143) gives small models a few long traces among short ones, since long ones
//! alone are more than they learn from. Theirs are of two teachers, one that reasons at length and one that does not; here
//! they are a problem's own longest and shortest trajectory, so that nothing but length is mixed. Problems whose
//! trajectories are all of one length have neither and are left out. By the draw's hash the problems stand in order; which
//! of them are long is said by their place, so that each size has the share to the row, and a problem is long or short
//! whatever the share of others.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::criterion::{Beside, Criterion, InOrder};
use crate::bucket::Candidate;
use crate::bucket::length::{Length, Of};
use crate::error::Refusal;
use crate::select::scope::Scope;
use crate::select::standing;
use crate::select::stratum::Stratum;

/// The `[grid.mix]` table: the choices of the recipe `mix`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// How many of a hundred rows are long, 1 to 99; the others are short.
    pub long_percent: u32,
}

pub(super) struct Mixed;

impl Criterion for Mixed {
    fn name(&self) -> &'static str {
        "mix"
    }

    fn table(&self) -> Option<&'static str> {
        Some("mix")
    }

    fn refuse(&self, beside: &Beside<'_>) -> Result<(), Refusal> {
        let Some(mix) = beside.mix else {
            return Err(Refusal::new(
                "recipe",
                "has `mix`, and nothing says how much of it is long",
                "write `mix.long_percent = 20` under the grid: one long trajectory to four short ones",
            ));
        };
        Refusal::when(
            !(1..100).contains(&mix.long_percent),
            "mix.long_percent",
            "is no share of two",
            "write 1 to 99; `[grid.length] rule` has long alone, and short",
        )?;
        Refusal::when(
            beside.per_problem > 1,
            "per_problem",
            "is more than 1 beside the recipe `mix`, where a problem has one trajectory",
            "leave one of them out",
        )?;
        Refusal::when(
            beside.lengths != [Length::Normal],
            "length",
            "cannot be an axis of `mix`, which chooses by length itself",
            "leave the table out",
        )
    }

    fn decides(&self) -> &'static [Stratum] {
        &[Stratum::Length]
    }

    fn order(
        &self,
        scope: &Scope<'_>,
        beside: &Beside<'_>,
        candidates: &[Candidate],
    ) -> Option<InOrder> {
        let percent = beside.mix?.long_percent as usize;
        let has_both = |one: &&Candidate| standing::has_two_lengths(scope, one.problem, Of::Reply);
        let both: Vec<Candidate> = candidates.iter().filter(has_both).copied().collect();
        let ordered = standing::by_draw(scope, both).into_iter().enumerate();
        let chosen = ordered.filter_map(|(place, one)| {
            standing::by_length(scope, one.problem, Of::Reply, is_long(place, percent))
        });
        let candidates: Vec<Candidate> = chosen.collect();
        Some(InOrder {
            steps: vec![("two_lengths", candidates.len() as u64)],
            candidates,
            ..InOrder::default()
        })
    }
}

/// Whether the row of a place is long: of the first n rows n·percent/100 are, rounded down.
fn is_long(place: usize, percent: usize) -> bool {
    (place + 1) * percent / 100 > place * percent / 100
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::OnShortfall;
    use crate::select::sample::{Row, drawn, entries_of, pool, row, selected};

    #[test]
    fn every_prefix_has_the_share_that_is_asked_for() {
        for percent in [1, 20, 50, 99] {
            let mut long = 0;
            for place in 0..1000 {
                long += usize::from(is_long(place, percent));
                assert_eq!(long, (place + 1) * percent / 100);
            }
        }
    }

    #[test]
    fn a_row_is_its_problems_longest_or_its_shortest() {
        let rows: Vec<Row> = (0..20)
            .map(|at| row(at / 2, if at % 2 == 0 { 10 } else { 90 }))
            .chain([row(10, 50)])
            .collect();
        let entries = pool(&rows);
        let grid = "[[grid]]\nrecipe = ['mix']\nsize = [5, 10]\nmix.long_percent = 20";
        let selection = selected(&entries, grid, None, OnShortfall::Refuse);
        let chosen = entries_of(&selection, "mix-all-normal-10");
        let mut order = drawn(11, "mix-all-normal");
        order.retain(|&problem| problem != 10);
        let problems: Vec<u32> = chosen
            .iter()
            .map(|&entry| entries.body_of(entry).problem)
            .collect();
        assert_eq!(problems, order);
        let long: Vec<bool> = chosen
            .iter()
            .map(|&entry| entries.body_of(entry).tokens == 90)
            .collect();
        let expected: Vec<bool> = (1..=10).map(|place| place % 5 == 0).collect();
        assert_eq!(long, expected);
    }
}
