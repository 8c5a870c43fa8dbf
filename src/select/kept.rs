//! What a grid may select from: the kept entries, by problem, and of which style.

use std::collections::BTreeSet;

use super::deciles::token_deciles;
use crate::bucket::length::Of;
use crate::pool::Entries;
use crate::pool::entries::{Body, NameIndex};
use crate::rules::Accept;
use crate::screen::{Fate, accept};

/// A kept entry, with what choosing among a problem's looks at: of each set all of them are looked at again, and what is
/// known of one fills two lines of a cache.
#[derive(Clone, Copy)]
pub(super) struct KeptEntry {
    pub entry: u32,
    pub style: NameIndex,
    tokens: u32,
    thinking_tokens: u32,
}

impl KeptEntry {
    /// Its length, in tokens.
    pub(super) fn length(&self, of: Of) -> u32 {
        match of {
            Of::Reply => self.tokens,
            Of::Thinking => self.thinking_tokens,
        }
    }
}

/// The kept entries that a rule of acceptance leaves, by problem.
pub(super) struct KeptEntries {
    /// Those of each problem behind one another, in order.
    all: Vec<KeptEntry>,
    /// Where those of each problem begin in `all`; at last where all end.
    starts: Vec<u32>,
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
        let kept = (0..).zip(fates).filter(|(_, fate)| **fate == Fate::Kept);
        let kept = kept.filter_map(|(entry, _)| {
            let body = entries.body_of(entry);
            let kept = KeptEntry {
                entry,
                style: body.style,
                tokens: body.tokens,
                thinking_tokens: body.thinking_tokens,
            };
            accepts(body).then_some((body.problem, kept))
        });
        let mut kept: Vec<(u32, KeptEntry)> = kept.collect();
        // Most files have a problem's trajectories side by side, and in the order of problems.
        kept.sort_by_key(|(problem, _)| *problem);
        let mut starts = vec![0; entries.problems.len() + 1];
        for (problem, _) in &kept {
            starts[*problem as usize + 1] += 1;
        }
        for problem in 1..starts.len() {
            starts[problem] += starts[problem - 1];
        }
        let all: Vec<KeptEntry> = kept.into_iter().map(|(_, kept)| kept).collect();
        Self {
            deciles: token_deciles(all.iter().map(|kept| kept.tokens).collect()),
            all,
            starts,
        }
    }

    /// The entries of a problem, in order.
    pub(super) fn of(&self, problem: u32) -> &[KeptEntry] {
        let [start, end] = [problem, problem + 1].map(|at| self.starts[at as usize] as usize);
        &self.all[start..end]
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
