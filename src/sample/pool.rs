//! Draws problems, each text once.

use std::collections::BTreeSet;

use crate::sample::families::{self, CATEGORIES};
use crate::sample::problem::Problem;
use crate::sample::rng::Rng;

#[derive(Clone)]
pub(crate) struct Drawn {
    /// Rows with the same number hold the same problem.
    pub(crate) number: usize,
    pub(crate) problem: Problem,
}

#[derive(Default)]
pub(crate) struct Pool {
    seen: BTreeSet<String>,
}

impl Pool {
    /// `count` problems of a category, its families in turn.
    pub(crate) fn draw(
        &mut self,
        category: &'static str,
        count: usize,
        rng: &mut Rng,
    ) -> Vec<Drawn> {
        let (name, families) = CATEGORIES
            .iter()
            .find(|c| c.0 == category)
            .expect("a category");
        (0..count)
            .map(|place| {
                let family = families[place % families.len()];
                loop {
                    let problem = families::draw(name, family, rng);
                    if self.seen.insert(problem.statement.clone()) {
                        break Drawn {
                            number: self.seen.len() - 1,
                            problem,
                        };
                    }
                }
            })
            .collect()
    }
}
