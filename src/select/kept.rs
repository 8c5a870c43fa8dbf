//! What a grid may select from: the kept entries, by problem, and of which style.

use super::controls;
use crate::pipeline::Accept;
use crate::pool::Entries;
use crate::pool::entries::Name;
use crate::screen::{Fate, accept};

/// The kept entries, by problem.
pub struct Kept {
    /// Kept entries of each problem, in order.
    pub(super) by_problem: Vec<Vec<u32>>,
    /// The counts of tokens between the tenths of all of them.
    pub(super) deciles: Vec<u32>,
}

impl Kept {
    /// What is kept of the problems that are free to be selected, and accepted by the rule where there is one.
    pub(super) fn new(
        entries: &Entries,
        fates: &[Fate],
        rule: Option<Accept>,
        is_free: &dyn Fn(u32) -> bool,
    ) -> Self {
        let mut by_problem = vec![Vec::new(); entries.problems.len()];
        for (at, fate) in fates.iter().enumerate() {
            if *fate != Fate::Kept {
                continue;
            }
            let body = entries.body_of(at as u32);
            let accepts = |rule| accept::refusal(rule, body).is_none();
            if is_free(body.problem) && rule.is_none_or(accepts) {
                by_problem[body.problem as usize].push(at as u32);
            }
        }
        let kept = by_problem.iter().flatten();
        let tokens = kept.map(|&entry| entries.body_of(entry).tokens);
        Self {
            deciles: controls::token_deciles(tokens.collect()),
            by_problem,
        }
    }

    /// The kept entries of one style (any where none) of a problem.
    pub(super) fn of<'k>(
        &'k self,
        entries: &'k Entries,
        problem: u32,
        style: Style,
    ) -> impl Iterator<Item = u32> + Clone + 'k {
        let all = self.by_problem[problem as usize].iter().copied();
        all.filter(move |&entry| style.holds(entries.body_of(entry).style))
    }
}

/// The style that a subset asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Any,
    /// None where no entry has it.
    Named(Option<Name>),
}

impl Style {
    pub(super) fn new(entries: &Entries, style: Option<&str>) -> Self {
        match style {
            None => Self::Any,
            Some(name) => Self::Named(entries.find_name(name)),
        }
    }

    pub(super) fn holds(self, style: Name) -> bool {
        match self {
            Self::Any => true,
            Self::Named(name) => name == Some(style),
        }
    }
}
