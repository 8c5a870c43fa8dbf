//! Pairs by style: the same problems in each of two or more styles.

use std::collections::BTreeMap;

use super::cut::{self, AskedSubset, FamilyOrder};
use super::draw::Role;
use super::grid::{Family, Grid, PairAccept};
use super::kept::AskedStyle;
use super::scope::{Scope, Stock};
use super::selection::{PairTable, Selection};
use super::subset::{Subset, SubsetRole};
use super::{order, standing};
use crate::bucket::Candidate;
use crate::bucket::length::Of;
use crate::screen::accept::right;

/// A problem with one trajectory of each style.
struct Paired {
    problem: u32,
    entries: Vec<u32>,
}

/// The subsets of a grid that is paired by style; its length axis is `normal` (the plan saw to it).
pub(super) fn select(
    stock: &Stock<'_>,
    grid: &Grid,
    families: &[Family],
    selection: &mut Selection,
) {
    for category in &grid.category {
        for number in 0..grid.draws {
            let of_draw = families.iter();
            let of_draw: Vec<&Family> = of_draw
                .filter(|family| family.category == *category && family.draw == number)
                .collect();
            // Of each of its styles the same.
            if let Some(draw) = of_draw.first().map(|family| family.draw_of(Role::Subset)) {
                let scope = stock.scope(None, None, draw);
                select_draw(&scope, grid, category, &of_draw, selection);
            }
        }
    }
}

/// The families of one category and draw, one for each style.
fn select_draw(
    scope: &Scope<'_>,
    grid: &Grid,
    category: &str,
    families: &[&Family],
    selection: &mut Selection,
) {
    let all = paired(scope, grid);
    let groups = grid.category(category).groups(scope.entries);
    let inside = all
        .iter()
        .filter(|paired| scope.is_inside(&groups, paired.problem));
    let inside: Vec<&Paired> = inside.collect();
    if scope.draw.number == 0 {
        note_table(scope, grid, category, &inside, selection);
    }
    let accepted = inside
        .iter()
        .filter(|paired| accepts(scope, grid.pair_accept, paired));
    let by_problem: BTreeMap<u32, &Paired> =
        accepted.map(|paired| (paired.problem, *paired)).collect();
    let order = in_order(scope, grid, category, &by_problem);
    for (place, family) in families.iter().enumerate() {
        let entry = |problem: &u32| by_problem[problem].entries[place];
        let entries = order.iter().map(entry).collect();
        select_style(scope, grid, (family, families), entries, selection);
    }
}

/// The subsets of one of the paired families, each with those of the others beside it.
fn select_style(
    scope: &Scope<'_>,
    grid: &Grid,
    (family, families): (&Family, &[&Family]),
    entries: Vec<u32>,
    selection: &mut Selection,
) {
    let reason = "fewer problems have all its styles";
    let order = FamilyOrder::new(SubsetRole::Subset, entries, reason);
    let described = |subset: Subset| Subset {
        category: Some(family.category.clone()),
        length: Some(family.length.to_string()),
        recipe: Some(family.recipe),
        pair_of: others(family, families, &subset),
        ..subset.of_family(grid, family)
    };
    let wanted = AskedSubset::of_family(grid, family);
    cut::prefixes(scope, &order, wanted, described, selection);
}

/// The names of the subsets with the same problems in another style.
fn others(family: &Family, families: &[&Family], subset: &Subset) -> Vec<String> {
    let others = families.iter().filter(|other| other.style != family.style);
    others.map(|other| other.name(subset.asked)).collect()
}

/// The problems that have a trajectory of each style, with the one that stands for each.
fn paired(scope: &Scope<'_>, grid: &Grid) -> Vec<Paired> {
    let of_style = |name: &String| Scope {
        style: AskedStyle::new(scope.entries, Some(name)),
        ..*scope
    };
    let scopes: Vec<Scope<'_>> = grid.style.iter().map(of_style).collect();
    let key = scope.keys.trajectories(scope.draw);
    let pair = |problem: u32| {
        let stands = |scope: &Scope<'_>| {
            let found = standing::by_hash(scope, &key, problem, Of::Reply, (0, u32::MAX));
            found.map(|candidate| candidate.entry)
        };
        let entries: Option<Vec<u32>> = scopes.iter().map(stands).collect();
        entries.map(|entries| Paired { problem, entries })
    };
    scope.problems().filter_map(pair).collect()
}

fn accepts(scope: &Scope<'_>, accept: PairAccept, paired: &Paired) -> bool {
    let is_right = |&entry: &u32| right(scope.body(entry)) == Some(true);
    accept == PairAccept::None || paired.entries.iter().all(is_right)
}

/// The problems in the order of the draw, each of the category's groups taking its part.
fn in_order(
    scope: &Scope<'_>,
    grid: &Grid,
    category: &str,
    paired: &BTreeMap<u32, &Paired>,
) -> Vec<u32> {
    let category = grid.category(category);
    let mut lists: Vec<Vec<Candidate>> = Vec::new();
    for group in category.groups(scope.entries) {
        let held = paired
            .iter()
            .filter(|(problem, _)| group.holds(scope.entries, **problem));
        let list: Vec<Candidate> = held
            .map(|(&problem, paired)| scope.candidate(problem, paired.entries[0], Of::Reply))
            .collect();
        lists.push(standing::by_draw(scope, list));
    }
    let order = order::joined(scope, lists, &category);
    order.iter().map(|candidate| candidate.problem).collect()
}

/// Notes the 2×2 table (with a third class for what nobody knows) of the first two styles' verdicts.
fn note_table(
    scope: &Scope<'_>,
    grid: &Grid,
    category: &str,
    inside: &[&Paired],
    selection: &mut Selection,
) {
    let [first, second, ..] = grid.style.as_slice() else {
        return;
    };
    let word = |entry: u32| match right(scope.body(entry)) {
        Some(true) => "right".to_owned(),
        Some(false) => "wrong".to_owned(),
        None => "unknown".to_owned(),
    };
    let mut counts: BTreeMap<String, BTreeMap<String, u64>> = BTreeMap::new();
    for paired in inside {
        let row = counts.entry(word(paired.entries[0])).or_default();
        *row.entry(word(paired.entries[1])).or_default() += 1;
    }
    let table = PairTable {
        category: category.to_owned(),
        styles: [first.clone(), second.clone()],
        counts,
    };
    // Grids that differ in what they accept have the same table.
    if !selection.pairs.contains(&table) {
        selection.pairs.push(table);
    }
}
