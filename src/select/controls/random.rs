//! Random controls: a subset's size and style, from all that its rule accepts.
//!
//! Subsets of one draw, size (in rows, or in tokens), style, rule and number of trajectories a problem share them.
//! Each draw has controls of its own, as many as there are for all draws: one control against several draws would
//! be one run, and its difference from them would have no interval.

use std::collections::BTreeMap;

use crate::bucket::length::{Length, Of};
use crate::rules::Accept;
use crate::select::cut::{self, AskedSubset, FamilyOrder};
use crate::select::draw::{Draw, Role};
use crate::select::grid::Grid;
use crate::select::overlap;
use crate::select::scope::{Scope, Stock};
use crate::select::selection::Selection;
use crate::select::size::{Size, SizeUnit};
use crate::select::standing::{self, More};
use crate::select::subset::{DrawKind, Subset, SubsetRole};

/// What a random control has in common with its subsets beside their size. Subsets of one kind and size share
/// their controls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RandomKind {
    pub accept: Option<Accept>,
    pub style: Option<String>,
    pub per_problem: u32,
}

impl RandomKind {
    fn of(subset: &Subset) -> Self {
        Self {
            accept: subset.accept,
            style: subset.style.clone(),
            per_problem: subset.per_problem,
        }
    }

    /// The names of its controls, without size and number.
    pub(crate) fn stem(&self) -> String {
        let mut parts = vec!["random".to_owned()];
        parts.extend(self.style.clone());
        parts.extend(self.accept.map(|rule| rule.as_str().to_owned()));
        parts.extend((self.per_problem > 1).then(|| format!("p{}", self.per_problem)));
        parts.join("-")
    }
}

/// The sizes of controls that have one order, with the subsets that each is the control of.
type ControlSizes = BTreeMap<Size, Vec<String>>;

/// For each number the orders of its draw, by kind and unit.
type Numbered = BTreeMap<u32, BTreeMap<(RandomKind, SizeUnit), ControlSizes>>;

/// Draws the random controls that the grids ask for, beside the subsets that were made.
pub(in crate::select) fn select(
    stock: &Stock<'_>,
    grids: &[(Grid, Vec<Length>)],
    selection: &mut Selection,
) {
    shared(stock, grids, selection);
    for family in of_equal_tokens(grids, &selection.subsets) {
        equal(stock, grids, &family, selection);
    }
}

/// The controls that subsets of one draw and size share.
fn shared(stock: &Stock<'_>, grids: &[(Grid, Vec<Length>)], selection: &mut Selection) {
    let wanted = wanted(stock, grids, &selection.subsets);
    let several = wanted.len() > 1;
    for (number, kinds) in wanted {
        for ((kind, unit), sizes) in kinds {
            // Whatever else is called as it is.
            let name = format!("{}#{unit}", kind.stem());
            let draw = Draw {
                role: Role::Random,
                number,
                family: &name,
                standing: &name,
            };
            let scope = stock.scope(kind.accept, kind.style.as_deref(), draw);
            let tail = match several {
                true => format!("-c{number}"),
                false => String::new(),
            };
            let asked = |(size, control_of): (Size, Vec<String>)| AskedSubset {
                name: format!("{}-{size}{tail}", kind.stem()),
                size,
                control_of,
            };
            let wanted = sizes.into_iter().map(asked).collect();
            controls(&scope, &kind, wanted, selection);
        }
    }
}

/// The families whose controls have their subsets' tokens.
fn of_equal_tokens(grids: &[(Grid, Vec<Length>)], subsets: &[Subset]) -> Vec<Vec<Subset>> {
    let is_equal = |subset: &Subset| {
        let grid = subset.grid_index.map(|index| &grids[index].0);
        subset.role == SubsetRole::Subset && grid.is_some_and(|grid| grid.control.tokens.is_some())
    };
    let families = subsets.chunk_by(|one, other| one.family == other.family);
    let families = families.filter(|family| is_equal(&family[0]));
    families.map(<[Subset]>::to_vec).collect()
}

/// Controls for the subsets of one family, each with as many tokens as its subset, which no other subset has: by
/// number the prefixes of one order, which is the family's own.
fn equal(
    stock: &Stock<'_>,
    grids: &[(Grid, Vec<Length>)],
    family: &[Subset],
    selection: &mut Selection,
) {
    let mut wanted: BTreeMap<u32, Vec<AskedSubset>> = BTreeMap::new();
    for subset in family {
        let numbers = subset
            .grid_index
            .map(|index| own_numbers(&grids[index].0, subset));
        let numbers = numbers.unwrap_or_default();
        let tokens = |&entry: &u32| u64::from(stock.entries.body_of(entry).tokens);
        let tokens = subset.entries().iter().map(tokens).sum();
        for number in &numbers {
            let tail = match numbers.len() {
                1 => String::new(),
                _ => format!("-c{number}"),
            };
            wanted.entry(*number).or_default().push(AskedSubset {
                name: format!("{}-random{tail}", subset.name),
                size: Size::Reach(tokens),
                control_of: vec![subset.name.clone()],
            });
        }
    }
    let kind = RandomKind::of(&family[0]);
    let name = format!("{}#{}", family[0].drawn_as, kind.stem());
    for (number, wanted) in wanted {
        let draw = Draw {
            role: Role::Random,
            number,
            family: &name,
            standing: &name,
        };
        let scope = stock.scope(kind.accept, kind.style.as_deref(), draw);
        controls(&scope, &kind, wanted, selection);
    }
}

/// The numbers of the controls that are a subset's alone; its draw's where there are fewer than draws.
fn own_numbers(grid: &Grid, subset: &Subset) -> Vec<u32> {
    let controls = grid.random_controls();
    let is_one = subset.draw_kind == DrawKind::Independent && (1..grid.draws).contains(&controls);
    match is_one {
        true => vec![subset.draw],
        false => numbers(grid, subset),
    }
}

/// The controls that the subsets which were made want.
fn wanted(stock: &Stock<'_>, grids: &[(Grid, Vec<Length>)], subsets: &[Subset]) -> Numbered {
    let mut wanted = Numbered::new();
    let subsets = subsets.iter();
    for subset in subsets.filter(|subset| subset.role == SubsetRole::Subset) {
        let grid = subset.grid_index.map(|index| &grids[index].0);
        let grid = grid.filter(|grid| grid.control.tokens.is_none());
        let numbers = grid.map(|grid| numbers(grid, subset));
        let size = size_of(stock, subset);
        for number in numbers.unwrap_or_default() {
            let kind = RandomKind::of(subset);
            let kinds = wanted.entry(number).or_default();
            let sizes = kinds.entry((kind, size.unit())).or_default();
            sizes.entry(size).or_default().push(subset.name.clone());
        }
    }
    wanted
}

/// The numbers of a subset's random controls: those of its draw, or all where there is no other draw of it.
fn numbers(grid: &Grid, subset: &Subset) -> Vec<u32> {
    let controls = grid.random_controls();
    let draws = match subset.draw_kind {
        DrawKind::Independent => grid.draws,
        DrawKind::Replicate => 1,
    };
    let of_draw = |control: &u32| control % draws == subset.draw % draws.min(controls);
    (0..controls).filter(of_draw).collect()
}

/// The size of a subset's random control: what was asked for, or as much as the subset got of it.
fn size_of(stock: &Stock<'_>, subset: &Subset) -> Size {
    match subset.asked {
        Size::Rows(_) => Size::Rows(subset.size),
        asked @ (Size::Tokens(budget) | Size::Reach(budget)) => {
            let tokens = |&entry: &u32| stock.entries.body_of(entry).tokens;
            let available = asked.available(subset.order.iter().map(tokens));
            Size::Tokens(budget.min(available))
        }
    }
}

/// The controls of one kind, number and unit: prefixes of one order.
fn controls(
    scope: &Scope<'_>,
    kind: &RandomKind,
    wanted: Vec<AskedSubset>,
    selection: &mut Selection,
) {
    let standing = standing::in_order(scope, |_| true);
    let more = More {
        per_problem: kind.per_problem,
        length: Length::Normal,
        of: Of::Reply,
    };
    let entries = standing::with_more(scope, &standing, &more);
    let order = FamilyOrder::new(
        SubsetRole::Random,
        entries,
        "all that is accepted has fewer",
    );
    let described = |subset: Subset| Subset {
        style: kind.style.clone(),
        accept: kind.accept,
        per_problem: kind.per_problem,
        draw: scope.draw.number,
        bucket: standing.len() as u32,
        draws_overlap: overlap::of_one(scope.problem_count(subset.entries()), standing.len()),
        ..subset
    };
    cut::prefixes(scope, &order, wanted, described, selection);
}

#[cfg(test)]
mod tests {
    use crate::rules::OnShortfall;
    use crate::select::sample::{pool, row, selected};

    /// Each control with the subsets that it is the control of, of six problems.
    fn controls(grid: &str) -> Vec<String> {
        let entries = pool(&[0, 1, 2, 3, 4, 5].map(|problem| row(problem, 10 + problem)));
        let selection = selected(&entries, grid, None, OnShortfall::Refuse);
        let controls = selection.subsets.iter();
        let controls = controls.filter(|subset| subset.name.starts_with("random"));
        let told = controls.map(|one| format!("{}: {}", one.name, one.control_of.join(" ")));
        told.collect()
    }

    #[test]
    fn every_draw_has_a_control_of_its_own_where_nothing_is_said() {
        let expected = [
            "random-2-c0: all-normal-2-d0",
            "random-2-c1: all-normal-2-d1",
            "random-2-c2: all-normal-2-d2",
        ];
        assert_eq!(controls("[[grid]]\nsize = [2]\ndraws = 3"), expected);
        assert_eq!(controls("[[grid]]\nsize = [2]"), ["random-2: all-normal-2"]);
        assert!(controls("[[grid]]\nsize = [2]\ncontrol.random = 0").is_empty());
    }

    #[test]
    fn draws_share_controls_in_turn_where_there_are_other_numbers_of_them() {
        let several = "[[grid]]\nsize = [2]\ndraws = 2\ncontrol.random = 3";
        let expected = [
            "random-2-c0: all-normal-2-d0",
            "random-2-c1: all-normal-2-d1",
            "random-2-c2: all-normal-2-d0",
        ];
        assert_eq!(controls(several), expected);
        let few = "[[grid]]\nsize = [2]\ndraws = 3\ncontrol.random = 2";
        let expected = [
            "random-2-c0: all-normal-2-d0 all-normal-2-d2",
            "random-2-c1: all-normal-2-d1",
        ];
        assert_eq!(controls(few), expected);
    }

    #[test]
    fn what_every_draw_would_make_again_has_the_controls_of_all_draws() {
        let grid = "[[grid]]\nsize = [1, 3]\ndraws = 2\nlength.rule = ['long']\nlength.bucket = 3";
        let expected = [
            "random-1-c0: all-long-1-d0",
            "random-3-c0: all-long-3-d0",
            "random-1-c1: all-long-1-d1",
            "random-3-c1: all-long-3-d0",
        ];
        assert_eq!(controls(grid), expected);
    }
}
