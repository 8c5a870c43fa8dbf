//! Which problems each recipe of a grid may select from, and how many each of its filters leaves.

use std::collections::BTreeMap;

use super::draw::Role;
use super::grid::{Family, Grid};
use super::recipe::Recipe;
use super::recipe::criterion::StepCounts;
use super::scope::{Scope, Stock};
use crate::bucket::length::Length;
use crate::pool::entries::Problem;

/// Makes the scopes of a grid's families.
pub(super) struct Scopes<'s> {
    pub grid: &'s Grid,
    stock: &'s Stock<'s>,
    /// By index, the problems that each recipe may select; all where none.
    admitted: BTreeMap<Recipe, Option<Vec<bool>>>,
}

impl<'s> Scopes<'s> {
    pub(super) fn new(stock: &'s Stock<'s>, grid: &'s Grid) -> Self {
        let admitted = |&recipe: &Recipe| (recipe, admitted(stock, grid, recipe));
        Self {
            grid,
            stock,
            admitted: grid.recipe.iter().map(admitted).collect(),
        }
    }

    /// The scope of a family's subsets.
    pub(super) fn of<'a>(&'a self, family: &'a Family) -> Scope<'a> {
        let draw = family.draw_of(Role::Subset);
        let stock = self.stock;
        Scope {
            admitted: self.admitted[&family.recipe].as_deref(),
            ..stock.scope(family.accept, family.style.as_deref(), draw)
        }
    }
}

/// Which problems a recipe may select under the grid's difficulty; none where it may select all.
fn admitted(stock: &Stock<'_>, grid: &Grid, recipe: Recipe) -> Option<Vec<bool>> {
    let (entries, knowledge) = (stock.entries, stock.knowledge);
    let difficulty = grid.difficulty.as_ref();
    let rule = recipe.criterion().text_rule();
    let admits = recipe.criterion().admits();
    if difficulty.is_none() && rule.is_none() && admits.is_none() {
        return None;
    }
    let is_admitted = |(index, problem): (usize, &Problem)| {
        admits.is_none_or(|admits| admits(problem))
            && rule.is_none_or(|rule| knowledge.passes(rule, index))
            && difficulty.is_none_or(|asked| asked.admits(entries, knowledge, index))
    };
    let problems = entries.problems.iter().enumerate();
    Some(problems.map(is_admitted).collect())
}

/// How many problems of the category each filter leaves; none for a recipe that has no filter. `bucket` is
/// how many the length rule leaves.
pub(super) fn steps(scope: &Scope<'_>, grid: &Grid, family: &Family, bucket: usize) -> StepCounts {
    if scope.admitted.is_none() {
        return Vec::new();
    }
    let groups = grid.category(&family.category).groups(scope.entries);
    let holds = |problem: u32| {
        groups
            .iter()
            .any(|group| group.holds(scope.entries, problem))
    };
    let all = scope.problems().filter(|&problem| holds(problem));
    let all = all.filter(|&problem| scope.entries_of(problem).next().is_some());
    let criterion = family.recipe.criterion();
    let rule = criterion.text_rule();
    let sound =
        |problem: u32| rule.is_none_or(|rule| scope.knowledge.passes(rule, problem as usize));
    let (mut candidates, mut text, mut difficulty) = (0, 0, 0);
    for problem in all {
        candidates += 1;
        text += u64::from(sound(problem));
        difficulty += u64::from(scope.admits(problem));
    }
    let mut steps = vec![("candidates", candidates)];
    steps.extend(rule.map(|_| ("text", text)));
    if grid.difficulty.is_some() || criterion.admits().is_some() {
        steps.push(("difficulty", difficulty));
    }
    steps.extend((family.length != Length::Normal).then_some(("length", bucket as u64)));
    steps
}
