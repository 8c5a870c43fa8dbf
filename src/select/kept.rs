//! What a grid may select from: the kept entries, by problem, and of which style.

use super::controls;
use crate::pool::Entries;
use crate::pool::entries::{Body, NameIndex};
use crate::screen::Fate;

/// The kept entries, by problem.
pub struct Kept {
    /// Kept entries of each problem, in order.
    pub(super) by_problem: Vec<Vec<u32>>,
    /// The counts of tokens between the tenths of all of them.
    pub(super) deciles: Vec<u32>,
}

impl Kept {
    /// What is kept and admitted.
    pub(super) fn new(entries: &Entries, fates: &[Fate], admits: impl Fn(&Body) -> bool) -> Self {
        let mut by_problem = vec![Vec::new(); entries.problems.len()];
        for (at, fate) in (0..).zip(fates) {
            if *fate == Fate::Kept && admits(entries.body_of(at)) {
                by_problem[entries.body_of(at).problem as usize].push(at);
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
    Named(Option<NameIndex>),
}

impl Style {
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
