//! The names of an experiment's subsets and controls: no two are the same, whatever the size of their letters, since
//! each names a folder.

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
            let too_bad = |refusal| (family.grid, refusal);
            let tail = match grid.control.tokens {
                Some(_) => OWN_TAIL,
                None => TAIL,
            };
            folder_can_be_called(&name, tail).map_err(too_bad)?;
            if !names.insert(name.to_ascii_lowercase()) {
                let problem = format!("asks for a subset `{name}` that another place asks for too");
                let hint = "give each grid a `name` of its own, not one in other letters' size alone, and each axis \
                            every value once";
                return Err((family.grid, Refusal::new("", problem, hint)));
            }
        }
    }
    check_controls(&families)
}

/// What file systems take at most, in bytes; names are ASCII.
const NAME_BYTES_MAX: usize = 255;

/// The longest that controls put behind their subset's name.
const TAIL: &str = "-shuffled67";

/// The longest where random controls are a subset's own.
const OWN_TAIL: &str = "-random-c999";

/// Names that stand for devices on Windows, alone or before a dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// Refuses a name that some file system takes for no folder: datasets are carried from one to another.
fn folder_can_be_called(name: &str, tail: &str) -> Result<(), Refusal> {
    let bytes = name.len() + tail.len();
    Refusal::when(
        bytes > NAME_BYTES_MAX,
        "",
        &format!(
            "asks for a subset `{}…` of {bytes} bytes with its control's ending, and a folder's name has at most \
             {NAME_BYTES_MAX}",
            &name[..60.min(name.len())]
        ),
        "give the grid, its categories or its styles shorter names",
    )?;
    let first = name.split('.').next().unwrap_or_default();
    let letters = first.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_device = first.len() - letters.len() <= 1
        && DEVICES.contains(&letters.to_ascii_lowercase().as_str());
    Refusal::when(
        is_device,
        "name",
        &format!("makes a subset `{name}`, and `{first}` before a dot is a device on Windows"),
        "give the grid another name",
    )
}

/// No two kinds of random controls have one name, nor one that subsets have.
fn check_controls(families: &[(&Grid, Family)]) -> Result<(), (usize, Refusal)> {
    let stems: HashSet<String> = families
        .iter()
        .map(|(_, family)| family.stem.to_ascii_lowercase())
        .collect();
    let mut kinds: HashMap<String, RandomKind> = HashMap::new();
    let controlled = families
        .iter()
        .filter(|(grid, _)| grid.random_controls() > 0 && grid.control.tokens.is_none());
    for (grid, family) in controlled {
        let kind = RandomKind {
            accept: family.accept,
            style: family.style.clone(),
            per_problem: grid.per_problem,
        };
        let stem = kind.stem();
        let key = stem.to_ascii_lowercase();
        let is_taken = stems.contains(&key);
        let other = kinds.entry(key).or_insert_with(|| kind.clone());
        if *other != kind || is_taken {
            let problem = format!("has random controls called `{stem}-*`, as other subsets are");
            let hint = "give the style, or the grid, another name";
            return Err((family.grid, Refusal::new("", problem, hint)));
        }
    }
    Ok(())
}

/// The families of every grid, each with a name of its own in the keys of its draws: where grids have families of
/// one name, those of the second are `NAME#2` there.
pub(super) fn families_of(grids: &[(Grid, Vec<Length>)]) -> Vec<Vec<Family>> {
    let mut times: HashMap<String, u32> = HashMap::new();
    let of_grid = |(index, (grid, lengths)): (usize, &(Grid, Vec<Length>))| {
        let mut families = grid.families(index, lengths);
        let names = families.iter();
        let names = names.flat_map(|one| [one.drawn_as.clone(), one.stands_as.clone()]);
        let names: HashSet<String> = names.collect();
        for name in &names {
            *times.entry(name.clone()).or_default() += 1;
        }
        for name in families
            .iter_mut()
            .flat_map(|one| [&mut one.drawn_as, &mut one.stands_as])
        {
            if let Some(time @ 2..) = times.get(name) {
                *name = format!("{name}#{time}");
            }
        }
        families
    };
    grids.iter().enumerate().map(of_grid).collect()
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
        let letters = ["size = [5]\nname = 'Long'", "size = [5]\nname = 'long'"];
        assert_eq!(refused(&letters).map(|(index, _)| index), Some(1));
    }

    #[test]
    fn a_name_that_some_file_system_does_not_take_is_refused() {
        let named = |name: &str| refused(&[&format!("size = [5]\nname = '{name}'")]);
        let (_, problem) = named(&"x".repeat(240)).unwrap();
        assert!(problem.contains("264 bytes"), "{problem}");
        assert_eq!(named(&"x".repeat(229)), None);
        for device in ["con.a", "COM1.x", "nul.", "lpt9.b.c"] {
            let problem = named(device).map(|(_, problem)| problem);
            assert!(
                problem.is_some_and(|problem| problem.contains("device")),
                "{device}"
            );
        }
        for plain in ["con", "com10.x", "console.a", "a.con"] {
            assert_eq!(named(plain), None, "{plain}");
        }
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
