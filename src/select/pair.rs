//! Pairs by style: the same problems in each of two or more styles.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draw::{Draw, Role};
use super::grid::{Grid, PairAccept};
use super::kept::Style;
use super::{PairTable, Selector, Subset, SubsetRole};
use crate::bucket::Candidate;
use crate::bucket::length::{Length, Of};
use crate::screen::accept::right;

/// A problem with one trajectory of each style.
struct Paired {
    problem: u32,
    entries: Vec<u32>,
}

impl Selector<'_> {
    /// The subsets of a grid that is paired by style; its length axis is `normal` (the plan saw to it).
    pub(super) fn style_pair(&mut self, index: usize, grid: &Grid, lengths: &[Length]) {
        for category in &grid.category {
            for draw in 0..grid.draws {
                self.pair_family(index, grid, lengths, category, draw);
            }
        }
    }

    fn pair_family(
        &mut self,
        index: usize,
        grid: &Grid,
        lengths: &[Length],
        category: &str,
        number: u32,
    ) {
        let draw = Draw {
            role: Role::Subset,
            number,
        };
        let all = self.paired(grid, draw);
        let pools = grid.category(category).pools(self.entries);
        let holds = |paired: &&Paired| {
            let problem = paired.problem;
            pools.iter().any(|pool| pool.holds(self.entries, problem))
        };
        let inside: Vec<&Paired> = all.iter().filter(holds).collect();
        if number == 0 {
            self.pair_table(grid, category, &inside);
        }
        let accepted = inside
            .iter()
            .filter(|paired| self.pair_accepts(grid.pair_accept, paired));
        let by_problem: BTreeMap<u32, &Paired> =
            accepted.map(|paired| (paired.problem, *paired)).collect();
        let order = self.pair_order(grid, category, draw, &by_problem);
        let families: Vec<_> = grid
            .families(index, lengths)
            .into_iter()
            .filter(|family| family.category == category && family.draw == number)
            .collect();
        for (place, family) in families.iter().enumerate() {
            let entries: Vec<u32> = order
                .iter()
                .map(|problem| by_problem[problem].entries[place])
                .collect();
            let entries = Arc::new(entries);
            let mut made = 0;
            for asked in grid.size.ascending() {
                let name = family.name(asked);
                let Some(size) =
                    self.size(&name, asked, &entries, "fewer problems have all its styles")
                else {
                    continue;
                };
                made += 1;
                let others = families.iter().filter(|other| other.style != family.style);
                let pair_of = others.map(|other| other.name(asked)).collect();
                self.selection.subsets.push(Subset {
                    category: Some(category.to_owned()),
                    length: Some(family.length.to_string()),
                    recipe: Some(family.recipe),
                    pair_of,
                    ..Subset::of_order(name, SubsetRole::Subset, asked, &entries, size)
                        .of_family(grid, family)
                });
            }
            self.link_prefixes(made);
        }
    }

    /// The problems that have a kept trajectory of each style, with the one that stands for each.
    fn paired(&self, grid: &Grid, draw: Draw) -> Vec<Paired> {
        let styles: Vec<Style> = grid
            .style
            .iter()
            .map(|name| Style::new(self.entries, Some(name)))
            .collect();
        let pair = |problem: u32| {
            let stands = |&style: &Style| {
                let found = self.hashed(problem, style, Of::Reply, draw, (0, u32::MAX));
                found.map(|candidate| candidate.entry)
            };
            let entries: Option<Vec<u32>> = styles.iter().map(stands).collect();
            entries.map(|entries| Paired { problem, entries })
        };
        (0..self.entries.problems.len() as u32)
            .filter_map(pair)
            .collect()
    }

    fn pair_accepts(&self, accept: PairAccept, paired: &Paired) -> bool {
        accept == PairAccept::None
            || paired
                .entries
                .iter()
                .all(|&entry| right(self.entries.body_of(entry)) == Some(true))
    }

    fn pair_order(
        &mut self,
        grid: &Grid,
        category: &str,
        draw: Draw,
        paired: &BTreeMap<u32, &Paired>,
    ) -> Vec<u32> {
        let keys = self.keys.problems(draw);
        let category = grid.category(category);
        let mut lists: Vec<Vec<Candidate>> = Vec::new();
        for pool in category.pools(self.entries) {
            let held = paired
                .iter()
                .filter(|(problem, _)| pool.holds(self.entries, **problem));
            let mut list: Vec<Candidate> = held
                .map(|(&problem, paired)| self.candidate(problem, paired.entries[0], Of::Reply))
                .collect();
            list.sort_by_key(|candidate| keys[candidate.problem as usize]);
            lists.push(list);
        }
        let order = self.joined(lists, &category, draw);
        order.iter().map(|candidate| candidate.problem).collect()
    }

    /// The 2×2 table (with a third class for what nobody knows) of the first two styles' verdicts.
    fn pair_table(&mut self, grid: &Grid, category: &str, inside: &[&Paired]) {
        let [first, second, ..] = grid.style.as_slice() else {
            return;
        };
        let word = |entry: u32| match right(self.entries.body_of(entry)) {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "unknown",
        };
        let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
        for paired in inside {
            let row = counts
                .entry(word(paired.entries[0]).to_owned())
                .or_default();
            *row.entry(word(paired.entries[1]).to_owned()).or_default() += 1;
        }
        let table = PairTable {
            category: category.to_owned(),
            styles: [first.clone(), second.clone()],
            counts,
        };
        // Grids that differ in what they accept have the same table.
        if !self.selection.pairs.contains(&table) {
            self.selection.pairs.push(table);
        }
    }
}
