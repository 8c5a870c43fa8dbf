//! Controls: subsets drawn without the criterion under test, comparable in all else.
//!
//! Each kind is in a file of its own. What pairs by style has no control beside it: the other style is one.

pub(crate) mod joined;
pub(super) mod matched;
pub(super) mod paired;
pub(crate) mod random;
pub(crate) mod shuffled;
pub(crate) mod wrong;

use super::Asked;
use super::grid::Controls;
use super::selection::Selection;
use super::subset::{Subset, SubsetRole};

/// The families of subsets, smallest first, whose grids want a control.
fn families_with(
    asked: &Asked<'_>,
    selection: &Selection,
    wants: impl Fn(&Controls) -> bool,
) -> Vec<Vec<Subset>> {
    let wanted = |subset: &&Subset| {
        let grid = subset.grid_index.map(|grid| &asked.grids[grid].0);
        subset.role == SubsetRole::Subset && grid.is_some_and(|grid| wants(&grid.control))
    };
    let wanted: Vec<Subset> = selection.subsets.iter().filter(wanted).cloned().collect();
    let families = wanted.chunk_by(|a, b| a.family == b.family);
    families.map(<[Subset]>::to_vec).collect()
}
