//! The names of an experiment's subsets and controls: no two are the same, since each names a folder.

use std::collections::{HashMap, HashSet};

use super::controls::random::RandomKind;
use super::grid::{Family, Grid};
use crate::bucket::length::Length;
use crate::error::Refusal;

/// No two subsets or controls have one name; else the index of the grid that asks for it again, which as a
/// whole is refused.
pub(crate) fn check(grids: &[(Grid, Vec<Length>)]) -> Result<(), (usize, Refusal)> {
    let families: Vec<(&Grid, Family)> = families(grids).collect();
    let mut names = HashSet::new();
    for (grid, family) in &families {
        for name in grid
            .size
            .as_written()
            .into_iter()
            .map(|size| family.name(size))
        {
            if !names.insert(name.clone()) {
                let problem = format!("asks for a subset `{name}` that another place asks for too");
                let hint = "give each grid a `name` of its own, and each axis every value once";
                return Err((family.grid, Refusal::new("", problem, hint)));
            }
        }
    }
    check_controls(&families)
}

/// No two kinds of random controls have one name, nor one that subsets have.
fn check_controls(families: &[(&Grid, Family)]) -> Result<(), (usize, Refusal)> {
    let stems: HashSet<&String> = families.iter().map(|(_, family)| &family.stem).collect();
    let mut kinds: HashMap<String, RandomKind> = HashMap::new();
    let controlled = families.iter().filter(|(grid, _)| grid.control.random > 0);
    for (grid, family) in controlled {
        let kind = RandomKind {
            accept: family.accept,
            style: family.style.clone(),
            per_problem: grid.per_problem,
        };
        let stem = kind.stem();
        let other = kinds.entry(stem.clone()).or_insert_with(|| kind.clone());
        if *other != kind || stems.contains(&stem) {
            let problem = format!("has random controls called `{stem}-*`, as other subsets are");
            let hint = "give the style, or the grid, another name";
            return Err((family.grid, Refusal::new("", problem, hint)));
        }
    }
    Ok(())
}

fn families(grids: &[(Grid, Vec<Length>)]) -> impl Iterator<Item = (&Grid, Family)> {
    grids
        .iter()
        .enumerate()
        .flat_map(|(index, (grid, lengths))| {
            let families = grid.families(index, lengths).into_iter();
            families.map(move |family| (grid, family))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::select::grid::check;

    /// The names of grids with these keys: which grid is refused, and why.
    fn refused(grids: &[&str]) -> Option<(usize, String)> {
        let grid = |keys: &&str| {
            let grid: Grid = toml::from_str(keys).unwrap();
            let axis = check::grid(&grid).unwrap();
            (grid, axis)
        };
        let grids: Vec<_> = grids.iter().map(grid).collect();
        let refusal = super::check(&grids).err();
        refusal.map(|(index, refusal)| (index, refusal.problem))
    }

    #[test]
    fn a_name_that_two_grids_ask_for_is_refused_where_it_stands_again() {
        let same = refused(&["size = [5]", "size = [7, 5]"]);
        let (index, problem) = same.unwrap();
        assert_eq!(index, 1);
        assert!(problem.contains("`all-normal-5`"), "{problem}");
        assert_eq!(refused(&["size = [5]", "size = [5]\nname = 'again'"]), None);
        assert_eq!(refused(&["size = [5]", "size.tokens = [5]"]), None);
    }

    #[test]
    fn controls_cannot_be_called_as_subsets_or_other_controls_are() {
        // Style `ours` of any rule, and any style of the rule `ours`, are both `random-ours-*`.
        let style = "size = [5]\nstyle = ['ours']\ncontrol.random = 1";
        let rule = "size = [5]\nname = 'rule'\naccept = ['ours']\ncontrol.random = 1";
        let (index, problem) = refused(&[style, rule]).unwrap();
        assert_eq!(index, 1);
        assert!(problem.contains("`random-ours-*`"), "{problem}");
        assert_eq!(
            refused(&[style, &rule.replace("random = 1", "random = 0")]),
            None
        );
    }
}
