//! What share of its problems a draw is expected to have in common with another draw of the same family.
//!
//! Draws of a bucket that they nearly take whole are nearly one set, and their spread then says little of what
//! another set would give. So each subset says it beside its size.

use super::grid::{Family, Grid};
use crate::bucket::category::Category;
use crate::bucket::length::Choose;

/// Of one list of problems, of which each has the same chance: so many over all of them. None of nothing.
pub(super) fn of_one(drawn: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| drawn as f64 / of as f64)
}

/// Of a family's lists with so many problems each, in whose order so many are drawn by the draw's hash; none where
/// another draw has other lists, since it chooses which trajectories are ranked.
pub(super) fn of_lists(grid: &Grid, family: &Family, drawn: usize, lists: &[usize]) -> Option<f64> {
    if family.length.ranks() && grid.length.choose == Choose::Hash {
        return None;
    }
    match grid.category(&family.category) {
        // In turn: of every list as many.
        Category::Diverse(_) => {
            let each = drawn as f64 / lists.len() as f64;
            let of_each = lists.iter().map(|&of| of_one(1, of).map(|one| each * one));
            let shares: Option<Vec<f64>> = of_each.collect();
            shares.map(|shares| shares.iter().sum::<f64>() / lists.len() as f64)
        }
        Category::One(_) | Category::Proportional | Category::All => {
            of_one(drawn, lists.iter().sum())
        }
    }
}
