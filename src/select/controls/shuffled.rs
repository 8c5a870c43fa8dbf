//! Shuffled controls: the subset's own rows, with steps of their reasoning in other places.
//!
//! What the order of reasoning teaches is told by a set that says the same in another order (Li et al.,
//! arXiv 2502.07374: shuffling costs 13.3 points, wrong content 3.2). Here a control is a set of rows and of nothing
//! else; how a row's text is made of its trajectory's stands in `emit::shuffled`.

use super::families_with;
use crate::select::Asked;
use crate::select::selection::Selection;
use crate::select::subset::{Derivation, Subset, SubsetRole};

/// Adds the shuffled controls that the grids ask for, beside the subsets that were made.
pub(crate) fn select(asked: &Asked<'_>, selection: &mut Selection) {
    for family in families_with(asked, selection, |control| !control.shuffled.is_empty()) {
        let grid = family.first().and_then(|subset| subset.grid_index);
        let percents = grid.map_or(&[][..], |grid| &asked.grids[grid].0.control.shuffled);
        for &percent in percents {
            let seed = asked.seed;
            let derivation = Derivation { percent, seed };
            let controls = family.iter().map(|subset| control(subset, derivation));
            selection.add(controls.collect());
        }
    }
}

/// The control of a subset: its rows, in its order.
fn control(subset: &Subset, derivation: Derivation) -> Subset {
    Subset {
        name: format!("{}-{}", subset.name, derivation.tail()),
        role: SubsetRole::Derived,
        recipe: None,
        bucket_share: None,
        draws_overlap: None,
        prefix_of: None,
        control_of: vec![subset.name.clone()],
        pair_of: Vec::new(),
        matched: None,
        derivation: Some(derivation),
        ..subset.clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::OnShortfall;
    use crate::screen::{Fate, Screen};
    use crate::select::sample::{entries_of, pool, row, with_controls};

    #[test]
    fn a_shuffled_control_has_its_subsets_rows_and_sizes_of_its_own_order() {
        let entries = pool(&[0, 1, 2, 3].map(|problem| row(problem, 5)));
        let fates = vec![Fate::Kept; 4];
        let grid = "[[grid]]\nsize = [2, 3]\ncontrol.random = 0\ncontrol.shuffled = [100, 33]";
        let screen = Screen::default();
        let selection = with_controls(&entries, &fates, &screen, grid, OnShortfall::Refuse);
        let names: Vec<(&str, Option<&str>)> = selection
            .subsets
            .iter()
            .map(|one| (one.name.as_str(), one.prefix_of.as_deref()))
            .collect();
        assert_eq!(
            names,
            [
                ("all-normal-2", Some("all-normal-3")),
                ("all-normal-3", None),
                ("all-normal-2-shuffled", Some("all-normal-3-shuffled")),
                ("all-normal-3-shuffled", None),
                ("all-normal-2-shuffled33", Some("all-normal-3-shuffled33")),
                ("all-normal-3-shuffled33", None),
            ]
        );
        for name in ["all-normal-3-shuffled", "all-normal-3-shuffled33"] {
            let own = entries_of(&selection, "all-normal-3");
            assert_eq!(entries_of(&selection, name), own);
        }
    }
}
