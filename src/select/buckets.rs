//! The bucket of a family: one trajectory for each problem that category, style, length and recipe leave.

use std::collections::HashSet;

use super::Selector;
use super::draw::{Draw, Role};
use super::grid::{Family, Grid};
use super::kept::Style;
use super::recipe::{self, Recipe};
use crate::bucket::Candidate;
use crate::bucket::category::{Category, Pool};
use crate::bucket::length::{Length, LengthRules, Of, Within, extreme};
use crate::rules::{Accept, OnShortfall};

/// Which more trajectories of a problem are taken beside the one that stands for it. No length rule that
/// ranks is among them (the plan saw to it): the second shortest could be among the longest.
pub(super) struct More {
    pub per_problem: u32,
    pub length: Length,
    pub of: Of,
}

/// What short and long buckets of one grid have in common.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Axes(Recipe, String, Option<String>, Option<Accept>);

impl Axes {
    pub fn of(family: &Family) -> Self {
        let (category, style) = (family.category.clone(), family.style.clone());
        Self(family.recipe, category, style, family.accept)
    }
}

impl Selector<'_> {
    /// The bucket of each of the category's pools.
    pub(super) fn buckets(
        &mut self,
        grid: &Grid,
        family: &Family,
        category: &Category,
        draw: Draw,
    ) -> Vec<Vec<Candidate>> {
        let pools = category.pools(self.entries);
        let rules = &grid.length;
        let style = Style::new(self.entries, family.style.as_deref());
        let paired = grid.control.paired && family.length.ranks();
        let scores = (family.recipe == Recipe::Limo).then(|| self.limo_scores(style));
        let candidates = |this: &mut Self, pools: &[Pool]| match &scores {
            Some(scores) => this.best(pools, scores),
            None => this.candidates(pools, style, family.length, rules, draw, paired),
        };
        if rules.within == Within::Category || pools.len() == 1 {
            let mut buckets = Vec::with_capacity(pools.len());
            for pool in &pools {
                let all = candidates(self, std::slice::from_ref(pool));
                let name = pool.name(self.entries).unwrap_or(&family.category);
                buckets.push(self.bucket(all, family, grid, name));
            }
            return buckets;
        }
        let all = candidates(self, &pools);
        let bucket = self.bucket(all, family, grid, &family.category);
        let held = |pool: &Pool| {
            let inside = bucket
                .iter()
                .filter(|c| pool.holds(self.entries, c.problem));
            inside.copied().collect()
        };
        pools.iter().map(held).collect()
    }

    /// One candidate for each problem of the pools: the trajectory that stands for it.
    fn candidates(
        &mut self,
        pools: &[Pool],
        style: Style,
        length: Length,
        rules: &LengthRules,
        draw: Draw,
        paired: bool,
    ) -> Vec<Candidate> {
        if length == Length::Normal && rules.of == Of::Reply {
            let standing = self.standing(draw, style);
            let inside = standing
                .iter()
                .filter(|stands| self.is_inside(pools, stands.problem));
            return inside.copied().collect();
        }
        let problems = (0..self.entries.problems.len() as u32)
            .filter(|&problem| self.is_inside(pools, problem));
        let range = self.range(length, rules, problems.clone(), style);
        let stands = |problem: u32| -> Option<Candidate> {
            if paired && !self.can_pair(problem, style, rules.of) {
                return None;
            }
            match length {
                Length::Short => self.extreme_of(problem, style, rules.of, false),
                Length::Long => self.extreme_of(problem, style, rules.of, true),
                _ => self.hashed(problem, style, rules.of, draw, range),
            }
        };
        problems.filter_map(stands).collect()
    }

    /// Whether one of the pools holds the problem, and the recipe admits it.
    pub(super) fn is_inside(&self, pools: &[Pool], problem: u32) -> bool {
        pools.iter().any(|pool| pool.holds(self.entries, problem))
            && self
                .admitted
                .as_ref()
                .is_none_or(|admitted| admitted[problem as usize])
    }

    /// From which length on and below which a length rule takes trajectories.
    fn range(
        &self,
        length: Length,
        rules: &LengthRules,
        problems: impl Iterator<Item = u32>,
        style: Style,
    ) -> (u32, u32) {
        match length {
            Length::Tokens(from, to) => (from, to.unwrap_or(u32::MAX)),
            Length::Quantile(index) => {
                let entries =
                    problems.flat_map(|problem| self.kept.of(self.entries, problem, style));
                let mut lengths: Vec<u32> =
                    entries.map(|entry| self.length(entry, rules.of)).collect();
                let edges = rules.quantile_edges(&mut lengths);
                let from = if index == 1 { 0 } else { edges[index - 2] };
                (from, edges.get(index - 1).copied().unwrap_or(u32::MAX))
            }
            _ => (0, u32::MAX),
        }
    }

    pub(super) fn length(&self, entry: u32, of: Of) -> u32 {
        let body = self.entries.body_of(entry);
        match of {
            Of::Reply => body.tokens,
            Of::Thinking => body.thinking_tokens,
        }
    }

    pub(super) fn candidate(&self, problem: u32, entry: u32, of: Of) -> Candidate {
        Candidate {
            problem,
            entry,
            length: self.length(entry, of),
        }
    }

    /// The shortest or longest kept trajectory of a problem; of equals the smallest id.
    pub(super) fn extreme_of(
        &self,
        problem: u32,
        style: Style,
        of: Of,
        longest: bool,
    ) -> Option<Candidate> {
        let entries = self.kept.of(self.entries, problem, style);
        let key = |&entry: &u32| {
            let length = self.length(entry, of);
            let id = self.entries.body_of(entry).trajectory_id;
            (if longest { u32::MAX - length } else { length }, id)
        };
        let entry = entries.min_by_key(key)?;
        Some(self.candidate(problem, entry, of))
    }

    /// The kept trajectory of a problem with the smallest hash, of those in the range of lengths.
    pub(super) fn hashed(
        &self,
        problem: u32,
        style: Style,
        of: Of,
        draw: Draw,
        range: (u32, u32),
    ) -> Option<Candidate> {
        let inside = |&entry: &u32| {
            let length = self.length(entry, of);
            range.0 <= length && length < range.1
        };
        let mut entries = self.kept.of(self.entries, problem, style).filter(inside);
        let first = entries.next()?;
        let entry = match entries.next() {
            None => first,
            Some(second) => [first, second]
                .into_iter()
                .chain(entries)
                .min_by_key(|&entry| self.keys.trajectory(draw, entry))?,
        };
        Some(self.candidate(problem, entry, of))
    }

    /// The entries of candidates, each followed by the next of its problem, by the draw's hash.
    pub(super) fn with_more(
        &self,
        candidates: &[Candidate],
        more: &More,
        style: Style,
        draw: Draw,
    ) -> Vec<u32> {
        let mut entries = Vec::with_capacity(candidates.len());
        for candidate in candidates {
            entries.push(candidate.entry);
            if more.per_problem > 1 {
                let others = self.kept.of(self.entries, candidate.problem, style);
                let mut others: Vec<u32> = others
                    .filter(|&entry| entry != candidate.entry)
                    .filter(|&entry| more.length.holds(self.length(entry, more.of)))
                    .collect();
                others.sort_by_cached_key(|&entry| self.keys.trajectory(draw, entry));
                entries.extend(others.into_iter().take(more.per_problem as usize - 1));
            }
        }
        entries
    }

    /// Whether a problem has two kept trajectories of different length.
    fn can_pair(&self, problem: u32, style: Style, of: Of) -> bool {
        let mut lengths = self
            .kept
            .of(self.entries, problem, style)
            .map(|entry| self.length(entry, of));
        let first = lengths.next();
        lengths.any(|length| Some(length) != first)
    }

    /// What the length rule leaves of a pool's candidates.
    fn bucket(
        &mut self,
        candidates: Vec<Candidate>,
        family: &Family,
        grid: &Grid,
        pool_name: &str,
    ) -> Vec<Candidate> {
        if !family.length.ranks() {
            return candidates;
        }
        let pool = candidates.len();
        let mut size = grid.length.bucket;
        if self.on_shortfall == OnShortfall::Short {
            // As large as it can be without meeting the other end.
            size = size.min(pool / 2);
        }
        let longest = family.length == Length::Long;
        // Ties fall to opposite ends, so that short and long do not meet where lengths are equal.
        let tie = |candidate: &Candidate| {
            let id = self.entries.problems[candidate.problem as usize].id.0;
            if longest { u128::MAX - id } else { id }
        };
        let bucket = extreme(candidates, size, longest, tie);
        if bucket.len() * 4 > pool && pool > 0 {
            let wide = (
                family.length.to_string(),
                pool_name.to_owned(),
                bucket.len(),
                pool,
            );
            self.selection.wide.insert(wide);
        }
        bucket
    }

    /// The categories and styles whose short and long buckets share a trajectory.
    pub(super) fn overlapping(&mut self, grid: &Grid, lengths: &[Length]) -> HashSet<Axes> {
        let mut found = HashSet::new();
        if !(lengths.contains(&Length::Short) && lengths.contains(&Length::Long)) {
            return found;
        }
        let draw = Draw {
            role: Role::Subset,
            number: 0,
        };
        let families = grid.families(0, lengths);
        let shorts = families
            .iter()
            .filter(|family| family.length == Length::Short && family.draw == 0);
        for short in shorts {
            let long = families.iter().find(|family| {
                family.length == Length::Long
                    && family.draw == 0
                    && Axes::of(family) == Axes::of(short)
            });
            let Some(long) = long else { continue };
            self.accept_by(short.accept);
            self.admitted = recipe::admitted(self.entries, self.knowledge, grid, short.recipe);
            let category = grid.category(&short.category);
            let mut entries = |family: &Family| -> HashSet<u32> {
                let buckets = self.buckets(grid, family, &category, draw);
                buckets
                    .into_iter()
                    .flatten()
                    .map(|candidate| candidate.entry)
                    .collect()
            };
            if !entries(short).is_disjoint(&entries(long)) {
                found.insert(Axes::of(short));
            }
        }
        self.admitted = None;
        found
    }
}
