//! What recipes know of problems beside the pool's narrow rows.
//!
//! Selecting does no I/O: whatever a grid asks for (texts, benchmarks, joined columns) is read before, and
//! comes here as arrays over the run's problems.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::similar::{Similar, Similarity};
use super::text_rules::TextRule;
use crate::pool::Entries;
use crate::pool::entries::NameIndex;
use crate::screen::accept::right;

/// Arrays over the run's problems; what no grid asks for is empty.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// The columns of `[join.NAME]`.
    pub joined: BTreeMap<String, Joined>,
    /// Similarities to benchmarks, each with the table that asks for it.
    pub similarities: Vec<(Similar, Similarity)>,
    /// Whether the problem's text passes a recipe's rule.
    pub text_rules: HashMap<TextRule, Vec<bool>>,
    /// The first by name of the origins that the problem's trajectories have.
    pub origins: Vec<Option<NameIndex>>,
    /// Tokens of the problem's shortest right trajectory, whether it was kept or not.
    pub shortest_right: Vec<Option<u32>>,
}

/// A joined column; none where the table has no such value for the problem.
#[derive(Debug)]
pub enum Joined {
    Numbers(Vec<Option<f64>>),
    Words(Vec<Option<String>>),
}

/// What joining one column did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct JoinCounts {
    /// Rows of the table, and those of them that have no number or no problem.
    pub rows: u64,
    pub rows_void: u64,
    /// Problems of the run that it knows.
    pub problems_known: u64,
}

impl Knowledge {
    /// What the entries themselves tell.
    pub fn of(entries: &Entries) -> Self {
        let mut origins: Vec<Option<NameIndex>> = vec![None; entries.problems.len()];
        let mut shortest_right: Vec<Option<u32>> = vec![None; entries.problems.len()];
        for body in entries.rows.iter().filter_map(|row| row.body.as_ref().ok()) {
            let at = body.problem as usize;
            origins[at] = match (origins[at], body.origin) {
                (Some(a), Some(b)) if entries.name(b) < entries.name(a) => Some(b),
                (known, new) => known.or(new),
            };
            if right(body) == Some(true) {
                let shortest =
                    shortest_right[at].map_or(body.tokens, |known| known.min(body.tokens));
                shortest_right[at] = Some(shortest);
            }
        }
        Self {
            origins,
            shortest_right,
            ..Self::default()
        }
    }

    /// Whether the problem's text passes.
    pub(super) fn passes(&self, rule: TextRule, index: usize) -> bool {
        self.text_rules
            .get(&rule)
            .is_some_and(|passes| passes[index])
    }

    /// The similarity that a grid asks for.
    pub(super) fn similarity(&self, asked: &Similar) -> Option<&Similarity> {
        let mut known = self.similarities.iter();
        known
            .find(|(table, _)| table == asked)
            .map(|(_, similarity)| similarity)
    }
}
