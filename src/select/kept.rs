//! What a grid may select from: the kept entries, by problem, and of which style.

use std::collections::BTreeSet;

use super::deciles::token_deciles;
use crate::pool::Entries;
use crate::pool::entries::{Body, NameIndex};
use crate::rules::Accept;
use crate::screen::{Fate, accept};

/// The kept entries that a rule of acceptance leaves, by problem.
pub(super) struct KeptEntries {
    /// Kept entries of each problem, in order.
    pub by_problem: Vec<Vec<u32>>,
    /// The counts of tokens between the tenths of all of them: of copies too, where the pipeline keeps those.
    pub deciles: Vec<u32>,
}

impl KeptEntries {
    /// What is kept and accepted of the problems that are free.
    pub(super) fn by_rule(
        entries: &Entries,
        fates: &[Fate],
        accept: Option<Accept>,
        is_free: impl Fn(u32) -> bool,
    ) -> Self {
        let accepts = |body: &Body| {
            is_free(body.problem) && accept.is_none_or(|rule| accept::refusal(rule, body).is_none())
        };
        Self::of_all(entries, fates, accepts)
    }

    /// What is kept and accepted by every one of the rules.
    pub(super) fn by_all(entries: &Entries, fates: &[Fate], rules: &BTreeSet<Accept>) -> Self {
        let accepts = |body: &Body| {
            let mut rules = rules.iter();
            rules.all(|&rule| accept::refusal(rule, body).is_none())
        };
        Self::of_all(entries, fates, accepts)
    }

    fn of_all(entries: &Entries, fates: &[Fate], accepts: impl Fn(&Body) -> bool) -> Self {
        let mut by_problem = vec![Vec::new(); entries.problems.len()];
        for (at, fate) in (0..).zip(fates) {
            if *fate == Fate::Kept && accepts(entries.body_of(at)) {
                by_problem[entries.body_of(at).problem as usize].push(at);
            }
        }
        let kept = by_problem.iter().flatten();
        let tokens = kept.map(|&entry| entries.body_of(entry).tokens);
        Self {
            deciles: token_deciles(tokens.collect()),
            by_problem,
        }
    }
}

/// The style that a subset asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum AskedStyle {
    Any,
    /// None where no entry has it.
    Named(Option<NameIndex>),
}

impl AskedStyle {
    pub(super) fn new(entries: &Entries, style: Option<&str>) -> Self {
        match style {
            None => Self::Any,
            Some(name) => Self::Named(entries.find_name(name)),
        }
    }

    pub(super) fn holds(self, style: NameIndex) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => name == Some(style),
        }
    }
}
