//! An order cut at each size: the subsets of a family, and what could not be filled.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::grid::{Family, Grid};
use super::size::Size;
use super::subset::{DrawKind, Subset, SubsetRole};
use super::validation::SetAside;
use super::{Ordered, Selector, Shortfall};
use crate::bucket::category::Category;
use crate::rules::OnShortfall;

/// How many categories a message names.
const NAMED_MAX: usize = 20;

impl Selector<'_> {
    /// Cuts an order at each size; returns the names of the subsets with their sizes.
    pub(super) fn cut(
        &mut self,
        grid: &Grid,
        family: &Family,
        ordered: &Ordered,
    ) -> Vec<(String, u32)> {
        let order = Arc::new(ordered.order.clone());
        let available = order.len() as u32;
        let reason = match order.is_empty() {
            true => self.lacks(grid, family),
            false => "its bucket holds fewer".to_owned(),
        };
        let mut made: Vec<(String, u32)> = Vec::new();
        for asked in grid.size.ascending() {
            let name = family.name(asked);
            // Of other lengths a draw also chooses which trajectory stands for a problem.
            let takes_all = asked.rows(self.tokens(&order)) == available && available > 0;
            let whole = family.length.ranks() && takes_all && ordered.is_whole;
            let replicate = family.recipe.ranks() || whole;
            if replicate && family.draw > 0 {
                continue;
            }
            let Some(size) = self.size(&name, asked, &order, &reason) else {
                continue;
            };
            made.push((name.clone(), size));
            let role = SubsetRole::Subset;
            self.selection.subsets.push(Subset {
                category: Some(family.category.clone()),
                length: Some(family.length.to_string()),
                recipe: Some(family.recipe),
                bucket: ordered.bucket as u32,
                per_problem: grid.per_problem,
                draw_kind: if replicate {
                    DrawKind::Replicate
                } else {
                    DrawKind::Independent
                },
                ..Subset::of_order(name, role, asked, &order, size).of_family(grid, family)
            });
        }
        self.link_prefixes(made.len());
        made
    }

    /// Why a bucket is empty: mostly since nothing has its name.
    fn lacks(&self, grid: &Grid, family: &Family) -> String {
        let entries = self.entries;
        let problems = entries.problems.iter();
        let categories: BTreeSet<&str> = problems
            .filter_map(|problem| problem.category)
            .map(|name| entries.name(name))
            .collect();
        let category = family.category.as_str();
        let is_one = matches!(grid.category(category), Category::One(_));
        if is_one && !categories.contains(category) {
            let known: Vec<&str> = categories.into_iter().take(NAMED_MAX).collect();
            return format!(
                "no problem is of the category `{category}`; there are {}",
                known.join(", ")
            );
        }
        match family.style.as_deref() {
            Some(style) if entries.find_name(style).is_none() => {
                format!("no trajectory is of the style `{style}`")
            }
            _ => "its bucket is empty".to_owned(),
        }
    }

    /// The size that a subset gets, or none where it is left out; a shortfall is always noted.
    pub(super) fn size(
        &mut self,
        name: &str,
        asked: Size,
        order: &[u32],
        reason: &str,
    ) -> Option<u32> {
        let available = asked.available(self.tokens(order));
        let rows = asked.rows(self.tokens(order));
        let is_whole = asked.count() <= available;
        if is_whole && rows > 0 {
            return Some(rows);
        }
        let reason = if is_whole {
            "its first trajectory alone has more tokens"
        } else {
            reason
        };
        self.selection.shortfalls.push(Shortfall {
            name: name.to_owned(),
            asked,
            available,
            reason: reason.to_owned(),
        });
        (self.on_shortfall == OnShortfall::Short && rows > 0).then_some(rows)
    }

    /// The tokens of each entry's reply.
    pub(super) fn tokens<'s>(
        &'s self,
        entries: &'s [u32],
    ) -> impl ExactSizeIterator<Item = u32> + 's {
        let tokens = |&entry: &u32| self.entries.body_of(entry).tokens;
        entries.iter().map(tokens)
    }

    /// Names for each of the last `count` subsets the next larger one.
    pub(super) fn link_prefixes(&mut self, count: usize) {
        let start = self.selection.subsets.len() - count;
        let made = &mut self.selection.subsets[start..];
        for at in 1..count {
            made[at - 1].prefix_of = Some(made[at].name.clone());
        }
    }

    /// The same problems with their shortest (or longest) trajectory.
    pub(super) fn paired_control(
        &mut self,
        grid: &Grid,
        family: &Family,
        others: &[u32],
        names: &[(String, u32)],
    ) {
        let order = Arc::new(others.to_vec());
        for (subset, size) in names {
            let (name, asked) = (format!("{subset}-paired"), Size::Rows(*size));
            self.selection.subsets.push(Subset {
                category: Some(family.category.clone()),
                control_of: vec![subset.clone()],
                ..Subset::of_order(name, SubsetRole::Paired, asked, &order, *size)
                    .of_family(grid, family)
            });
        }
        self.link_prefixes(names.len());
    }

    /// The validation set, of what was set aside for it.
    pub(super) fn validation(&mut self, aside: &SetAside, asked: u32) {
        let (name, asked) = ("validation".to_owned(), Size::Rows(asked));
        let reason = "it takes at most half of the accepted problems, a cluster being one";
        let Some(size) = self.size(&name, asked, &aside.order, reason) else {
            return;
        };
        assert_eq!(size, aside.size, "what was set aside is what is written");
        let order = Arc::new(aside.order.clone());
        let subset = Subset::of_order(name, SubsetRole::Validation, asked, &order, size);
        self.selection.subsets.push(subset);
    }

    pub(super) fn refuse_overlap(&mut self, grid: &Grid, family: &Family) {
        for size in grid.size.as_written() {
            self.selection.shortfalls.push(Shortfall {
                name: family.name(size),
                asked: size,
                available: 0,
                reason: "short and long overlap: the pool is smaller than two buckets".into(),
            });
        }
    }
}
