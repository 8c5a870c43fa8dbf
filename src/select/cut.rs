//! An order cut at each size: the subsets of a family, and what could not be filled.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::buckets::Refused;
use super::grid::{EqualTokens, Family, Grid};
use super::order::Ordered;
use super::scope::Scope;
use super::selection::{Lack, Selection, Shortfall};
use super::size::Size;
use super::subset::{DrawKind, Subset, SubsetRole};
use super::validation::SetAside;
use super::{overlap, standing};
use crate::bucket::category::Category;
use crate::bucket::length::Choose;
use crate::error::{listed, nearest};
use crate::pool::Entries;
use crate::pool::entries::NameIndex;
use crate::rules::OnShortfall;

/// An order that subsets are prefixes of.
pub(super) struct FamilyOrder {
    role: SubsetRole,
    entries: Arc<Vec<u32>>,
    /// Why it is as short as it is.
    reason: String,
}

impl FamilyOrder {
    pub(super) fn new(role: SubsetRole, entries: Vec<u32>, reason: impl Into<String>) -> Self {
        Self {
            role,
            entries: Arc::new(entries),
            reason: reason.into(),
        }
    }
}

/// A subset that is asked for.
pub(super) struct AskedSubset {
    pub name: String,
    pub size: Size,
    /// The subsets that it is a control of.
    pub control_of: Vec<String>,
}

impl AskedSubset {
    /// A family's subsets, smallest first.
    pub(super) fn of_family(grid: &Grid, family: &Family) -> Vec<Self> {
        let wanted = |size: Size| Self {
            name: family.name(size),
            size,
            control_of: Vec::new(),
        };
        grid.size.ascending().into_iter().map(wanted).collect()
    }

    /// A control for each of a family's subsets, of the size that is said of each.
    pub(super) fn controls(
        cuts: &[MadeSubset],
        role: &str,
        size: impl Fn(&MadeSubset) -> Size,
    ) -> Vec<Self> {
        let wanted = |cut: &MadeSubset| Self {
            name: format!("{}-{role}", cut.name),
            size: size(cut),
            control_of: vec![cut.name.clone()],
        };
        cuts.iter().map(wanted).collect()
    }
}

/// A subset that was made.
pub(super) struct MadeSubset {
    pub name: String,
    /// Its rows.
    pub size: u32,
    /// Of its replies.
    pub tokens: u64,
    /// What it was asked for with, or what there was of it.
    pub got: Size,
}

impl MadeSubset {
    /// What a control beside it that has other problems is asked for with.
    pub(super) fn as_control(&self, grid: &Grid) -> Size {
        match grid.control.tokens {
            Some(EqualTokens::Equal) => Size::Reach(self.tokens),
            None => self.got,
        }
    }
}

/// Adds those of the subsets, smallest first, that the order can fill; `described` adds what else is said
/// of one.
pub(super) fn prefixes(
    scope: &Scope<'_>,
    order: &FamilyOrder,
    wanted: Vec<AskedSubset>,
    described: impl Fn(Subset) -> Subset,
    selection: &mut Selection,
) -> Vec<MadeSubset> {
    let (mut cuts, mut subsets) = (Vec::new(), Vec::new());
    for wanted in wanted {
        let Some(size) = rows(scope, order, &wanted, selection) else {
            continue;
        };
        let (name, asked) = (wanted.name, wanted.size);
        let subset = Subset {
            control_of: wanted.control_of,
            drawn_as: scope.draw.family.to_owned(),
            stands_as: scope.draw.standing.to_owned(),
            ..Subset::of_order(name.clone(), order.role, asked, &order.entries, size)
        };
        subsets.push(described(subset));
        let tokens = scope.tokens(&order.entries[..size as usize]);
        cuts.push(MadeSubset {
            name,
            size,
            tokens: tokens.map(u64::from).sum(),
            got: got(scope, order, asked, size),
        });
    }
    selection.add(subsets);
    cuts
}

/// What was asked for, as far as there is as much.
fn got(scope: &Scope<'_>, order: &FamilyOrder, asked: Size, size: u32) -> Size {
    let available = asked.available(scope.tokens(&order.entries));
    match asked {
        Size::Rows(_) => Size::Rows(size),
        Size::Tokens(budget) => Size::Tokens(budget.min(available)),
        Size::Reach(wanted) => Size::Reach(wanted.min(available)),
    }
}

/// The rows that a subset gets, or none where it is left out; a shortfall is always noted.
fn rows(
    scope: &Scope<'_>,
    order: &FamilyOrder,
    wanted: &AskedSubset,
    selection: &mut Selection,
) -> Option<u32> {
    let asked = wanted.size;
    let available = asked.available(scope.tokens(&order.entries));
    let rows = asked.rows(scope.tokens(&order.entries));
    let is_whole = asked.count() <= available;
    if is_whole && rows > 0 {
        return Some(rows);
    }
    let (lack, reason) = match (is_whole, available) {
        (true, _) => (
            Lack::FirstTooLong,
            "its first trajectory alone has more tokens",
        ),
        (false, 0) => (Lack::Nothing, &*order.reason),
        (false, _) => (Lack::Fewer, &*order.reason),
    };
    selection.shortfalls.push(Shortfall {
        name: wanted.name.clone(),
        asked,
        available,
        lack,
        reason: reason.to_owned(),
    });
    (scope.on_shortfall == OnShortfall::Short && rows > 0).then_some(rows)
}

/// The subsets of a family, smallest first.
pub(super) fn family(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    ordered: &Ordered,
    selection: &mut Selection,
) -> Vec<MadeSubset> {
    let entries = &ordered.entries;
    let reason = match entries.is_empty() {
        true => lacks(scope, grid, family),
        false => "its bucket holds fewer".to_owned(),
    };
    let is_fixed = is_fixed(scope, grid, family);
    let ranks = family.recipe.criterion().ranks() || (is_fixed && grid.is_by_key(family));
    let kind = |asked: Size| {
        let takes_all = asked.rows(scope.tokens(entries)) == entries.len() as u32;
        match ranks || (is_fixed && ordered.is_whole && takes_all && !entries.is_empty()) {
            true => DrawKind::Replicate,
            false => DrawKind::Independent,
        }
    };
    let overlap = |subset: &Subset| match kind(subset.asked) {
        DrawKind::Replicate => Some(1.0),
        DrawKind::Independent if ordered.is_by_hash => {
            let drawn = scope.problem_count(subset.entries());
            overlap::of_lists(grid, family, drawn, &ordered.lists)
        }
        DrawKind::Independent => None,
    };
    let described = |subset: Subset| Subset {
        category: Some(family.category.clone()),
        length: Some(family.length.to_string()),
        recipe: Some(family.recipe),
        bucket: ordered.bucket as u32,
        bucket_share: ordered.bucket_share,
        draws_overlap: overlap(&subset),
        per_problem: grid.per_problem,
        draw_kind: kind(subset.asked),
        ..subset.of_family(grid, family)
    };
    let mut wanted = AskedSubset::of_family(grid, family);
    wanted.retain(|wanted| family.draw == 0 || kind(wanted.size) == DrawKind::Independent);
    let order = FamilyOrder::new(SubsetRole::Subset, entries.clone(), reason);
    prefixes(scope, &order, wanted, described, selection)
}

/// Whether every draw's bucket has the same trajectories.
fn is_fixed(scope: &Scope<'_>, grid: &Grid, family: &Family) -> bool {
    let by_extreme = family.length.ranks() && grid.length.choose == Choose::Extreme;
    by_extreme
        || !standing::is_drawn(
            scope,
            &grid.category(&family.category).groups(scope.entries),
        )
}

/// Why a bucket is empty: mostly since nothing has its name.
fn lacks(scope: &Scope<'_>, grid: &Grid, family: &Family) -> String {
    let entries = scope.entries;
    let problems = entries.problems.iter();
    let categories = counted(entries, problems.filter_map(|problem| problem.category));
    let category = family.category.as_str();
    let is_one = matches!(grid.category(category), Category::One(_));
    if is_one && !categories.contains_key(category) {
        return match categories.is_empty() {
            true => format!(
                "no problem is of the category `{category}`: none has a category, which a companion or \
                 `category` under a source gives"
            ),
            false => format!(
                "no problem is of the category `{category}`; {}",
                there_are(category, &categories)
            ),
        };
    }
    let bodies = entries.rows.iter().filter_map(|row| row.body.as_ref().ok());
    let styles = counted(entries, bodies.map(|body| body.style));
    match family.style.as_deref() {
        Some(style) if !styles.contains_key(style) => format!(
            "no trajectory is of the style `{style}`; {}",
            there_are(style, &styles)
        ),
        _ => "its bucket is empty".to_owned(),
    }
}

/// How often each name is there.
fn counted(entries: &Entries, names: impl Iterator<Item = NameIndex>) -> BTreeMap<&str, u64> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(entries.name(name)).or_default() += 1;
    }
    counts
}

/// As `there are: algebra (12), geometry (3)`, with the one that was meant where one is near.
fn there_are(lost: &str, counts: &BTreeMap<&str, u64>) -> String {
    let shown = counts
        .iter()
        .map(|(name, count)| format!("{name} ({count})"));
    let shown: Vec<String> = shown.collect();
    let list = listed(shown.iter().map(String::as_str));
    match nearest(lost, counts.keys().copied()) {
        Some(meant) => format!("did you mean `{meant}`? there are: {list}"),
        None => format!("there are: {list}"),
    }
}

/// The validation set, of what was set aside for it.
pub(super) fn validation(
    scope: &Scope<'_>,
    aside: &SetAside,
    asked: u32,
    selection: &mut Selection,
) {
    let reason = "it takes at most half of the accepted problems, a cluster being one";
    let order = FamilyOrder::new(SubsetRole::Validation, aside.order.clone(), reason);
    let wanted = AskedSubset {
        name: "validation".to_owned(),
        size: Size::Rows(asked),
        control_of: Vec::new(),
    };
    let cuts = prefixes(scope, &order, vec![wanted], |subset| subset, selection);
    let is_aside = |cut: &MadeSubset| cut.size == aside.size;
    assert!(
        cuts.iter().all(is_aside),
        "what was set aside is what is written"
    );
}

/// Notes that a family cannot stand, and why.
pub(super) fn refuse(grid: &Grid, family: &Family, refused: &Refused, selection: &mut Selection) {
    for size in grid.size.as_written() {
        selection.shortfalls.push(Shortfall {
            name: family.name(size),
            asked: size,
            available: 0,
            lack: refused.lack.clone(),
            reason: refused.reason.clone(),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::OnShortfall;
    use crate::select::sample::{entries_of, pool, row, selected};
    use crate::select::selection::Selection;
    use crate::select::size::Size;

    /// Five problems of ten tokens, of which so many are asked for.
    fn of_five(sizes: &str, on_shortfall: OnShortfall) -> Selection {
        let entries = pool(&[0, 1, 2, 3, 4].map(|problem| row(problem, 10)));
        let grid = format!("[[grid]]\nsize = {sizes}\ncontrol.random = 1");
        selected(&entries, &grid, None, on_shortfall)
    }

    fn names(selection: &Selection) -> Vec<(&str, u32)> {
        let subsets = selection.subsets.iter();
        let named = subsets.map(|subset| (subset.name.as_str(), subset.size));
        named.collect()
    }

    #[test]
    fn what_is_asked_beyond_the_pool_is_left_out_or_made_smaller_and_always_said() {
        let skipped = of_five("[3, 8]", OnShortfall::Skip);
        assert_eq!(names(&skipped), [("all-normal-3", 3), ("random-3", 3)]);
        let short = of_five("[3, 8]", OnShortfall::Short);
        let made = [
            ("all-normal-3", 3),
            ("all-normal-8", 5),
            ("random-3", 3),
            ("random-5", 5),
        ];
        assert_eq!(
            names(&short),
            made,
            "a control has the size that its subset got"
        );
        for selection in [skipped, short] {
            let [shortfall] = selection.shortfalls.as_slice() else {
                panic!("{:?}", selection.shortfalls);
            };
            assert_eq!((shortfall.asked, shortfall.available), (Size::Rows(8), 5));
        }
    }

    #[test]
    fn a_budget_below_the_first_trajectory_makes_no_subset() {
        let selection = of_five("{ tokens = [9, 25] }", OnShortfall::Short);
        assert_eq!(
            names(&selection),
            [("all-normal-25tok", 2), ("random-25tok", 2)]
        );
        assert_eq!(
            selection.shortfalls[0].reason,
            "its first trajectory alone has more tokens"
        );
    }

    #[test]
    fn each_size_is_linked_to_the_next_larger_of_its_own_order() {
        let selection = of_five("[4, 1, 2]", OnShortfall::Refuse);
        let links = |subset: &crate::select::Subset| {
            let (name, larger) = (subset.name.clone(), subset.prefix_of.clone());
            format!("{name} < {}", larger.unwrap_or_default())
        };
        let links: Vec<String> = selection.subsets.iter().map(links).collect();
        assert_eq!(
            links,
            [
                "all-normal-1 < all-normal-2",
                "all-normal-2 < all-normal-4",
                "all-normal-4 < ",
                "random-1 < random-2",
                "random-2 < random-4",
                "random-4 < ",
            ]
        );
        let families: Vec<u32> = selection.subsets.iter().map(|one| one.family).collect();
        assert_eq!(families, [0, 0, 0, 1, 1, 1]);
        let larger = entries_of(&selection, "all-normal-4");
        assert_eq!(entries_of(&selection, "all-normal-2"), &larger[..2]);
    }

    #[test]
    fn an_empty_bucket_says_which_name_nothing_has() {
        let entries = pool(&[row(0, 1)]);
        let grids = "[[grid]]\nsize = [1]\ncategory = ['topology']\n[[grid]]\nsize = [1]\nstyle = ['human']";
        let selection = selected(&entries, grids, None, OnShortfall::Skip);
        let reasons: Vec<&str> = selection
            .shortfalls
            .iter()
            .map(|one| one.reason.as_str())
            .collect();
        assert_eq!(
            reasons,
            [
                "no problem is of the category `topology`; there are: algebra (1)",
                "no trajectory is of the style `human`; there are: r1 (1)",
            ]
        );
    }
}
