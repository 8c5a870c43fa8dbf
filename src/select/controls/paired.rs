//! Paired controls: the same problems with their shortest trajectory, or with their longest.
//!
//! The only control that tells length from difficulty, since nothing else differs.

use crate::bucket::Candidate;
use crate::bucket::length::Length;
use crate::select::cut::{self, AskedSubset, FamilyOrder, MadeSubset};
use crate::select::grid::{Family, Grid};
use crate::select::scope::Scope;
use crate::select::selection::Selection;
use crate::select::size::Size;
use crate::select::standing;
use crate::select::subset::{Subset, SubsetRole};

/// A paired control for each subset of a family that was cut from the candidates.
pub(in crate::select) fn select(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    candidates: &[Candidate],
    cuts: &[MadeSubset],
    selection: &mut Selection,
) {
    let longest = family.length == Length::Short;
    let other = |candidate: &Candidate| {
        let found = standing::by_length(scope, candidate.problem, grid.length.of, longest);
        found.map_or(candidate.entry, |found| found.entry)
    };
    let others = candidates.iter().map(other).collect();
    let order = FamilyOrder::new(SubsetRole::Paired, others, "");
    let described = |control: Subset| Subset {
        category: Some(family.category.clone()),
        ..control.of_family(grid, family)
    };
    let wanted = AskedSubset::controls(cuts, "paired", |cut| Size::Rows(cut.size));
    cut::prefixes(scope, &order, wanted, described, selection);
}
