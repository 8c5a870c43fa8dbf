//! What a family selects from, as a value that is made for it and handed on.
//!
//! Nothing in a scope is set and reset: another rule of acceptance, style or draw is another scope.

use std::collections::{BTreeMap, HashSet};

use super::controls::joined::JoinedStrata;
use super::draw::{Draw, Keys};
use super::kept::{AskedStyle, KeptEntries, KeptEntry};
use super::knowledge::Knowledge;
use crate::bucket::Candidate;
use crate::bucket::category::ProblemGroup;
use crate::bucket::length::Of;
use crate::pool::Entries;
use crate::pool::entries::{Body, Problem};
use crate::rules::{Accept, OnShortfall};

/// All that there is to select from.
pub(crate) struct Stock<'e> {
    pub entries: &'e Entries,
    pub knowledge: &'e Knowledge,
    pub seed: u64,
    /// What each rule of acceptance leaves, the pipeline's own among them.
    pub(super) kept: BTreeMap<Option<Accept>, KeptEntries>,
    pub on_shortfall: OnShortfall,
}

/// What a family, or a control, selects from, and by which draw.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'s> {
    pub entries: &'s Entries,
    pub knowledge: &'s Knowledge,
    /// What its rule of acceptance leaves.
    pub(super) kept: &'s KeptEntries,
    pub(super) style: AskedStyle,
    /// By index, the problems that its recipe and the difficulty asked for admit; all where none.
    pub admitted: Option<&'s [bool]>,
    pub keys: Keys<'s>,
    pub draw: Draw<'s>,
    pub on_shortfall: OnShortfall,
    /// Where a control is matched on a joined column.
    pub(super) joined: Option<&'s JoinedStrata>,
}

impl Stock<'_> {
    /// The scope of a rule, a style (any where none) and a draw, over all problems.
    pub(super) fn scope<'s>(
        &'s self,
        accept: Option<Accept>,
        style: Option<&str>,
        draw: Draw<'s>,
    ) -> Scope<'s> {
        Scope {
            entries: self.entries,
            knowledge: self.knowledge,
            kept: &self.kept[&accept],
            style: AskedStyle::new(self.entries, style),
            admitted: None,
            keys: Keys::new(self.entries, self.seed),
            draw,
            on_shortfall: self.on_shortfall,
            joined: None,
        }
    }
}

impl<'s> Scope<'s> {
    /// Every problem of the run, by index.
    pub(crate) fn problems(&self) -> std::ops::Range<u32> {
        0..self.entries.problems.len() as u32
    }

    pub(crate) fn problem(&self, problem: u32) -> &'s Problem {
        &self.entries.problems[problem as usize]
    }

    pub(crate) fn body(&self, entry: u32) -> &'s Body {
        self.entries.body_of(entry)
    }

    /// The problem's entries that can be selected, in their order.
    pub(crate) fn entries_of(&self, problem: u32) -> impl Iterator<Item = u32> + Clone + use<'s> {
        self.kept_of(problem).map(|kept| kept.entry)
    }

    /// The same with their lengths.
    pub(super) fn kept_of(
        &self,
        problem: u32,
    ) -> impl Iterator<Item = &'s KeptEntry> + Clone + use<'s> {
        let style = self.style;
        let kept = self.kept.of(problem).iter();
        kept.filter(move |kept| style.holds(kept.style))
    }

    /// Whether the recipe may select the problem.
    pub(crate) fn admits(&self, problem: u32) -> bool {
        self.admitted
            .is_none_or(|admitted| admitted[problem as usize])
    }

    /// Whether one of the groups holds the problem, and the recipe may select it.
    pub(super) fn is_inside(&self, groups: &[ProblemGroup], problem: u32) -> bool {
        groups
            .iter()
            .any(|group| group.holds(self.entries, problem))
            && self.admits(problem)
    }

    /// The length of a trajectory, in tokens.
    pub(super) fn length(&self, entry: u32, of: Of) -> u32 {
        let body = self.body(entry);
        match of {
            Of::Reply => body.tokens,
            Of::Thinking => body.thinking_tokens,
        }
    }

    /// The tokens of each entry's reply.
    pub(super) fn tokens<'t>(
        &self,
        entries: &'t [u32],
    ) -> impl ExactSizeIterator<Item = u32> + use<'s, 't> {
        let all = self.entries;
        entries.iter().map(|&entry| all.body_of(entry).tokens)
    }

    /// How many problems the entries are of.
    pub(super) fn problem_count(&self, entries: &[u32]) -> usize {
        let problems = entries.iter().map(|&entry| self.body(entry).problem);
        problems.collect::<HashSet<u32>>().len()
    }

    /// An entry as the one that stands for its problem.
    pub(super) fn candidate(&self, problem: u32, entry: u32, of: Of) -> Candidate {
        Candidate {
            problem,
            entry,
            length: self.length(entry, of),
        }
    }
}
