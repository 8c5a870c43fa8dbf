//! A draw is the smallest hash.
//!
//! The key of a problem is `H(seed, role, draw, problem)`. The role keeps a control from sharing its
//! subset's winners; the size is not in it, so that sizes are prefixes of one order; and a problem is
//! drawn once, whatever its number of trajectories. The order depends on nothing else: not on batches,
//! threads, files or machines.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::ids::{Id, IdHasher};
use crate::pool::Entries;

/// What a draw is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    Subset,
    Random,
    Matched,
    Validation,
}

impl Role {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subset => "subset",
            Self::Random => "random",
            Self::Matched => "matched",
            Self::Validation => "validation",
        }
    }
}

/// One draw: of a role, with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Draw {
    pub role: Role,
    pub number: u32,
}

/// The keys of every problem, computed once a draw: 20 bytes a problem and draw.
pub(crate) struct Keys<'e> {
    entries: &'e Entries,
    seed: u64,
    problems: RefCell<HashMap<Draw, Arc<Vec<u128>>>>,
    orders: RefCell<HashMap<Draw, Arc<Vec<u32>>>>,
}

impl<'e> Keys<'e> {
    pub(crate) fn new(entries: &'e Entries, seed: u64) -> Self {
        Self {
            entries,
            seed,
            problems: RefCell::default(),
            orders: RefCell::default(),
        }
    }

    /// The key of each problem of the run, by its index.
    pub(crate) fn problems(&self, draw: Draw) -> Arc<Vec<u128>> {
        let (entries, seed) = (self.entries, self.seed);
        let mut known = self.problems.borrow_mut();
        let keys = known.entry(draw).or_insert_with(|| {
            let ids = entries.problems.par_iter().map(|problem| problem.id);
            Arc::new(ids.map(|id| problem_key(seed, draw, id)).collect())
        });
        keys.clone()
    }

    /// The run's problems in the order of a draw, by their index.
    pub(crate) fn order(&self, draw: Draw) -> Arc<Vec<u32>> {
        let keys = self.problems(draw);
        let mut known = self.orders.borrow_mut();
        let order = known.entry(draw).or_insert_with(|| {
            let mut problems: Vec<u32> = (0..keys.len() as u32).collect();
            problems.sort_unstable_by_key(|&problem| keys[problem as usize]);
            Arc::new(problems)
        });
        order.clone()
    }

    /// A hash for one step of a recipe that draws step by step, and for one try in it.
    pub(crate) fn step(&self, draw: Draw, what: &'static str, step: u64, turn: u64) -> u128 {
        let mut bytes = what.as_bytes().to_vec();
        bytes.extend(step.to_le_bytes());
        bytes.extend(turn.to_le_bytes());
        key("gradatim draw of a step v1", self.seed, draw, &bytes)
    }

    /// The key by which one of a problem's trajectories is chosen.
    pub(crate) fn trajectory(&self, draw: Draw, entry: u32) -> u128 {
        let id = self.entries.body_of(entry).trajectory_id;
        key(
            "gradatim draw of a trajectory v1",
            self.seed,
            draw,
            &id.to_bytes(),
        )
    }

    /// The key by which categories take turns.
    pub(crate) fn turn(&self, draw: Draw, category: &str) -> u128 {
        key(
            "gradatim draw of a turn v1",
            self.seed,
            draw,
            category.as_bytes(),
        )
    }
}

/// `H(seed, role, draw, problem)`.
pub fn problem_key(seed: u64, draw: Draw, problem: Id) -> u128 {
    key(
        "gradatim draw of a problem v1",
        seed,
        draw,
        &problem.to_bytes(),
    )
}

fn key(context: &'static str, seed: u64, draw: Draw, what: &[u8]) -> u128 {
    let hasher = IdHasher::new(context)
        .part(seed.to_le_bytes())
        .part(draw.role.as_str())
        .part(draw.number.to_le_bytes())
        .part(what);
    hasher.finish().0
}
