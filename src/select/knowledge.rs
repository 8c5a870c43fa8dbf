//! What recipes know of problems beside the pool's narrow rows.
//!
//! Selecting does no I/O: whatever a grid asks for (texts, benchmarks, joined columns) is read before, and
//! comes here as arrays over the run's problems.

use std::collections::{BTreeMap, HashMap};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::similar::{Similar, Similarity};
use crate::pool::Entries;
use crate::pool::entries::NameIndex;
use crate::screen::accept::right;

/// Arrays over the run's problems; what no grid asks for is empty.
#[derive(Debug, Default)]
pub struct Knowledge {
    /// The columns of `[join.NAME]`.
    pub joined: BTreeMap<String, JoinedColumn>,
    /// Similarities to benchmarks, each with the table that asks for it.
    pub similarities: Vec<(Similar, Similarity)>,
    /// Whether the problem's text passes, by the name of a recipe's rule.
    pub text_rules: HashMap<&'static str, Vec<bool>>,
    /// The first by name of the origins that the problem's trajectories have.
    pub origins: Vec<Option<NameIndex>>,
    /// Tokens of the problem's shortest right trajectory, whether it was kept or not.
    pub shortest_right: Vec<Option<u32>>,
}

/// What a recipe asks of a problem's text.
#[derive(Clone, Copy)]
pub struct TextRule {
    /// The recipe's.
    pub name: &'static str,
    pub passes: fn(&ProblemText<'_>) -> bool,
}

/// A problem as one source has it.
pub struct ProblemText<'t> {
    pub problem: &'t str,
    pub gold: Option<&'t str>,
    pub origin: Option<&'t str>,
}

/// A joined column; none where the table has no such value for the problem.
#[derive(Debug)]
pub enum JoinedColumn {
    Numbers(Vec<Option<f64>>),
    Words(Vec<Option<String>>),
}

impl JoinedColumn {
    pub(super) fn number(&self, index: usize) -> Option<f64> {
        match self {
            Self::Numbers(numbers) => numbers[index],
            Self::Words(_) => None,
        }
    }

    pub(super) fn word(&self, index: usize) -> Option<&str> {
        match self {
            Self::Numbers(_) => None,
            Self::Words(words) => words[index].as_deref(),
        }
    }
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

    /// The same; none where that was not gathered.
    pub(super) fn may_pass(&self, rule: TextRule, index: usize) -> Option<bool> {
        Some(self.text_rules.get(rule.name)?[index])
    }

    /// Whether the problem's text passes.
    pub(super) fn passes(&self, rule: TextRule, index: usize) -> bool {
        match self.text_rules.get(rule.name) {
            Some(passes) => passes[index],
            None => unreachable!("what a recipe asks of texts is gathered before selecting"),
        }
    }

    /// The similarity that a grid asks for.
    pub(super) fn similarity(&self, asked: &Similar) -> Option<&Similarity> {
        let mut known = self.similarities.iter();
        known
            .find(|(table, _)| table == asked)
            .map(|(_, similarity)| similarity)
    }
}
