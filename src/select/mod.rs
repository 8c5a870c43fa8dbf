//! The pool to subsets and controls.
//!
//! Pure: it sees the entries of a run and their fates, and returns which entries stand in which subset,
//! in which order. The validation set is drawn first and nothing else sees its problems; then, for each
//! subset, the bucket is made, one trajectory stands for each problem, then the
//! recipe (mostly the draw's hash) orders them, and each size is a prefix of that order. What a family sees
//! comes to it as a value (`scope`), what is built is handed on apart ([`Selection`]).

mod admission;
mod buckets;
pub(crate) mod controls;
mod cut;
mod deciles;
pub mod difficulty;
pub mod draw;
pub mod grid;
mod kept;
mod knowledge;
mod left_out;
pub(crate) mod names;
mod order;
mod overlap;
mod pair;
pub(crate) mod recipe;
#[cfg(test)]
mod sample;
mod scope;
mod selection;
pub mod similar;
pub mod size;
mod standing;
mod stratum;
mod subset;
pub mod turns;
pub mod validation;

use std::collections::{BTreeMap, BTreeSet};

use crate::bucket::length::Length;
use crate::pool::Entries;
use crate::rules::{Accept, OnShortfall};
use crate::screen::Fate;
use admission::Scopes;
use buckets::Ranked;
pub(crate) use deciles::{decile, token_deciles};
use grid::{Family, Grid, PairedBy};
use kept::KeptEntries;
pub use knowledge::{JoinCounts, JoinedColumn, Knowledge, ProblemText, TextRule};
pub(crate) use left_out::{LeftOut, left_out};
use scope::Stock;
pub use selection::{CutFrom, Lack, PairTable, Selection, Shortfall, Steps};
pub(crate) use selection::{WIDE, shortfall_table};
pub use stratum::Stratum;
pub use subset::{Derivation, DrawKind, Matching, Subset, SubsetRole, Thin};
use validation::{SetAside, Validation};

/// What a pipeline asks to be selected.
pub struct Asked<'p> {
    pub grids: &'p [(Grid, Vec<Length>)],
    pub validation: Option<&'p Validation>,
    pub seed: u64,
    pub on_shortfall: OnShortfall,
}

/// Selects the validation set, then every subset and control of the grids. `templates` has for each problem the
/// one that its template is named by; none where each is its own.
pub fn select(
    entries: &Entries,
    fates: &[Fate],
    templates: Option<&[u32]>,
    knowledge: &Knowledge,
    asked: &Asked<'_>,
) -> Selection {
    let aside = set_aside(entries, fates, templates, asked);
    let stock = Stock {
        entries,
        knowledge,
        seed: asked.seed,
        kept: kept_by_rule(entries, fates, asked, aside.as_ref()),
        on_shortfall: asked.on_shortfall,
    };
    let mut selection = Selection::default();
    if let (Some(aside), Some(validation)) = (&aside, asked.validation) {
        let scope = stock.scope(None, None, validation::DRAW);
        cut::validation(&scope, aside, validation.size, &mut selection);
    }
    for ((grid, _), families) in asked.grids.iter().zip(names::families_of(asked.grids)) {
        if grid.pair == Some(PairedBy::Style) {
            pair::select(&stock, grid, &families, &mut selection);
        } else {
            select_grid(&Scopes::new(&stock, grid), &families, &mut selection);
        }
    }
    controls::random::select(&stock, asked.grids, &mut selection);
    selection.warn_of_wide_buckets();
    selection
}

/// What the pipeline sets aside, of what all its rules of acceptance accept.
fn set_aside(
    entries: &Entries,
    fates: &[Fate],
    templates: Option<&[u32]>,
    asked: &Asked<'_>,
) -> Option<SetAside> {
    let size = asked.validation?.size;
    let kept = KeptEntries::by_all(entries, fates, &rules(asked));
    let (seed, on_shortfall) = (asked.seed, asked.on_shortfall);
    let aside = validation::set_aside(entries, &kept, templates, seed, size, on_shortfall);
    Some(aside)
}

/// What each rule of acceptance leaves, the pipeline's own among them, of what is not set aside.
fn kept_by_rule(
    entries: &Entries,
    fates: &[Fate],
    asked: &Asked<'_>,
    aside: Option<&SetAside>,
) -> BTreeMap<Option<Accept>, KeptEntries> {
    let is_free = |problem: u32| aside.is_none_or(|aside| !aside.problems[problem as usize]);
    let kept = |rule| (rule, KeptEntries::by_rule(entries, fates, rule, is_free));
    let rules = rules(asked).into_iter().map(Some);
    rules.chain([None]).map(kept).collect()
}

/// The rules of acceptance that the grids have as an axis.
fn rules(asked: &Asked<'_>) -> BTreeSet<Accept> {
    let grids = asked.grids.iter();
    grids.flat_map(|(grid, _)| &grid.accept).copied().collect()
}

/// The families of a grid, but for draws that would be the same again and lengths that share trajectories.
fn select_grid(scopes: &Scopes<'_>, families: &[Family], selection: &mut Selection) {
    let ranked = Ranked::new(scopes, families);
    for family in families {
        if family.draw > 0 && family.recipe.criterion().ranks() {
            continue;
        }
        match ranked.refused(family) {
            Some(refused) => cut::refuse(scopes.grid, family, refused, selection),
            None => select_family(scopes, family, &ranked, selection),
        }
    }
}

/// The subsets of a family, its paired and its matched controls.
fn select_family(scopes: &Scopes<'_>, family: &Family, ranked: &Ranked, selection: &mut Selection) {
    let (scope, grid) = (&scopes.of(family), scopes.grid);
    let buckets = buckets::of_family(scope, grid, family, ranked, selection);
    if let Some(refused) = &buckets.refused {
        cut::refuse(grid, family, refused, selection);
        return;
    }
    let ordered = order::order(scope, grid, family, buckets, selection);
    let cuts = cut::family(scope, grid, family, &ordered, selection);
    let Some(largest) = cuts.last() else {
        return;
    };
    selection.note_steps(&largest.name, family.recipe, &ordered.steps);
    if grid.control.paired && family.length.ranks() {
        controls::paired::select(scope, grid, family, &ordered.candidates, &cuts, selection);
    }
    if grid.control.matched {
        let subset = &ordered.entries[..largest.size as usize];
        controls::matched::select(scope, grid, family, subset, &cuts, selection);
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{drawn, entries_of, pool, row, selected};
    use super::*;

    #[test]
    fn what_is_set_aside_stands_in_no_subset_and_no_control() {
        let entries = pool(&[0, 1, 2, 3, 4, 5].map(|problem| row(problem, 7)));
        let grids = "[[grid]]\nsize = [4]\ncontrol.random = 2\ncontrol.matched = true";
        let selection = selected(&entries, grids, Some(2), OnShortfall::Short);
        let aside = entries_of(&selection, "validation");
        assert_eq!(aside.len(), 2);
        // All four that are left, twice drawn as random controls; nobody is left to match them.
        let trained = &selection.subsets[1..];
        assert_eq!(trained.len(), 3);
        for subset in trained {
            assert_eq!(subset.size, 4, "{}", subset.name);
            assert!(subset.entries().iter().all(|entry| !aside.contains(entry)));
        }
    }

    #[test]
    fn without_a_criterion_the_order_is_that_of_the_problems_hashes() {
        let entries = pool(&[0, 1, 2, 3, 4].map(|problem| row(problem, 7)));
        let selection = selected(
            &entries,
            "[[grid]]\nsize = [5, 2]",
            None,
            OnShortfall::Refuse,
        );
        assert_eq!(
            entries_of(&selection, "all-normal-5"),
            drawn(5, "all-normal")
        );
        assert_eq!(
            entries_of(&selection, "all-normal-2"),
            &drawn(5, "all-normal")[..2]
        );
        let prefix = &selection.subsets[0];
        assert_eq!(prefix.prefix_of.as_deref(), Some("all-normal-5"));
    }

    #[test]
    fn a_pair_by_style_has_the_same_problems_in_the_same_order() {
        let of_style = |problem: u32, style| sample::Row {
            style,
            ..row(problem, 9)
        };
        // Of problem 2 there is one style alone.
        let entries = pool(&[
            of_style(0, "r1"),
            of_style(0, "human"),
            of_style(1, "human"),
            of_style(1, "r1"),
            of_style(2, "r1"),
        ]);
        let grids = "[[grid]]\nsize = [2]\nstyle = ['r1', 'human']\npair = 'style'";
        let selection = selected(&entries, grids, None, OnShortfall::Refuse);
        let first = entries_of(&selection, "all-normal-r1-2");
        let second = entries_of(&selection, "all-normal-human-2");
        let pairs: Vec<_> = first.iter().zip(second).collect();
        assert!(pairs == [(&0, &1), (&3, &2)] || pairs == [(&3, &2), (&0, &1)]);
        assert_eq!(selection.subsets[0].pair_of, ["all-normal-human-2"]);
    }
}
