//! `light-r1`: problems that the teacher gets neither always right nor always wrong.
//!
//! Light-R1's second stage (Wen et al., arXiv 2503.10460) asks its teacher again and again; here the pool's
//! own trajectories that our verifier could decide stand for that, at least two of them.

use super::criterion::Criterion;
use crate::pool::entries::Problem;
use crate::select::stratum::Stratum;

pub(super) struct LightR1;

impl Criterion for LightR1 {
    fn name(&self) -> &'static str {
        "light-r1"
    }

    fn asks(&self) -> Option<&'static str> {
        Some("two or more that our verifier decided, some of them right and some wrong")
    }

    fn admits(&self) -> Option<fn(&Problem) -> bool> {
        Some(is_sometimes_right)
    }

    fn decides(&self) -> &'static [Stratum] {
        &[Stratum::PassRate]
    }
}

fn is_sometimes_right(problem: &Problem) -> bool {
    problem.decided >= 2 && problem.correct > 0 && problem.correct < problem.decided
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::Id;

    #[test]
    fn a_problem_that_is_always_right_or_always_wrong_is_left_out() {
        for (correct, decided, is_taken) in [
            (1, 2, true),
            (3, 4, true),
            (0, 2, false),
            (2, 2, false),
            // One trajectory is always one of the two.
            (1, 1, false),
            (0, 0, false),
        ] {
            let problem = Problem {
                id: Id(0),
                category: None,
                correct,
                decided,
            };
            assert_eq!(
                is_sometimes_right(&problem),
                is_taken,
                "{correct} of {decided}"
            );
        }
    }
}
