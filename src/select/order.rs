//! The order of a family: its buckets' candidates, by the draw's hash or by its recipe.

use super::buckets::Buckets;
use super::grid::{Family, Grid};
use super::recipe::criterion::{InOrder, StepCounts};
use super::scope::Scope;
use super::selection::Selection;
use super::standing::{self, More};
use super::{admission, turns};
use crate::bucket::Candidate;
use crate::bucket::category::{Category, ProblemGroup};

/// The order of a family, before it is cut.
pub(super) struct Ordered {
    /// One trajectory for each problem.
    pub candidates: Vec<Candidate>,
    /// The candidates' entries, and where a subset takes more of a problem, those behind each.
    pub entries: Vec<u32>,
    /// What the steps of its recipe left, where it has some.
    pub steps: StepCounts,
    /// How many problems the buckets hold.
    pub bucket: usize,
    /// How many each of them holds.
    pub lists: Vec<usize>,
    /// Of short and long, the share of its pool that a bucket takes: of several the largest.
    pub bucket_share: Option<f64>,
    /// Whether all of them stand in the order.
    pub is_whole: bool,
    /// Whether the draw's hash orders them, and no recipe.
    pub is_by_hash: bool,
}

/// The order of a family's candidates, of which there is one bucket for each of its category's groups.
pub(super) fn order(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    buckets: Buckets,
    selection: &mut Selection,
) -> Ordered {
    let lists: Vec<usize> = buckets.lists.iter().map(Vec::len).collect();
    let bucket = lists.iter().sum();
    let mut steps = admission::steps(scope, grid, family, bucket);
    let (mut sorted, mut is_by_hash) = (Vec::with_capacity(lists.len()), true);
    for list in buckets.lists {
        let ordered = by_recipe(scope, grid, family, list);
        is_by_hash &= ordered.is_by_hash;
        steps.extend(ordered.steps);
        for warning in ordered.warnings {
            selection.warn(warning);
        }
        sorted.push(ordered.candidates);
    }
    let candidates = joined(scope, sorted, &grid.category(&family.category));
    let more = More {
        per_problem: grid.per_problem,
        length: family.length,
        of: grid.length.of,
    };
    Ordered {
        entries: standing::with_more(scope, &candidates, &more),
        steps,
        bucket,
        lists,
        bucket_share: buckets.share,
        is_by_hash,
        is_whole: candidates.len() == bucket,
        candidates,
    }
}

/// One list of the lists of a category's groups.
pub(super) fn joined(
    scope: &Scope<'_>,
    mut lists: Vec<Vec<Candidate>>,
    category: &Category,
) -> Vec<Candidate> {
    let keyed = |names: Vec<String>, lists: Vec<Vec<Candidate>>| {
        let turn = |name: String| scope.keys.turn(scope.draw, &name);
        names.into_iter().map(turn).zip(lists).collect()
    };
    match category {
        Category::Diverse(names) => turns::in_turn(keyed(names.clone(), lists)),
        Category::Proportional => {
            let groups = category.groups(scope.entries).into_iter();
            let name =
                |group: ProblemGroup| group.name(scope.entries).unwrap_or_default().to_owned();
            turns::in_proportion(keyed(groups.map(name).collect(), lists))
        }
        Category::One(_) | Category::All => lists.pop().unwrap_or_default(),
    }
}

/// The candidates of one group by the recipe, or by the draw; short and long that are nested by key keep
/// their rank.
fn by_recipe(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    candidates: Vec<Candidate>,
) -> InOrder {
    let beside = grid.beside(std::slice::from_ref(&family.length));
    let own = family.recipe.criterion().order(scope, &beside, &candidates);
    own.unwrap_or_else(|| {
        let is_by_hash = !grid.is_by_key(family);
        InOrder {
            candidates: match is_by_hash {
                true => standing::by_draw(scope, candidates),
                false => candidates,
            },
            is_by_hash,
            ..InOrder::default()
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::OnShortfall;
    use crate::select::sample::{Row, drawn, entries_of, pool, row, selected};

    #[test]
    fn a_bucket_is_in_the_order_of_the_draw_or_of_its_ranking() {
        let tokens = [50, 20, 40, 10, 30];
        let rows: Vec<Row> = (0..)
            .zip(tokens)
            .map(|(at, tokens)| row(at, tokens))
            .collect();
        let entries = pool(&rows);
        let long = "[[grid]]\nsize = [3]\n[grid.length]\nrule = ['long']\nbucket = 3";
        let selection = selected(&entries, long, None, OnShortfall::Refuse);
        let mut by_draw = drawn(5, "all-long");
        by_draw.retain(|problem| [0, 2, 4].contains(problem));
        assert_eq!(entries_of(&selection, "all-long-3"), by_draw);
        let by_key = format!("{long}\nnested = 'by_key'");
        let selection = selected(&entries, &by_key, None, OnShortfall::Refuse);
        assert_eq!(entries_of(&selection, "all-long-3"), [0, 2, 4]);
    }

    #[test]
    fn a_diverse_order_takes_one_of_each_category_in_turn_and_ends_with_the_first_that_is_empty() {
        let geometry = Row {
            category: "geometry",
            ..row(3, 1)
        };
        let entries = pool(&[row(0, 1), row(1, 1), row(2, 1), geometry]);
        let grids = "[[grid]]\nsize = [2, 4]\ncategory = ['diverse']\n\
                     diverse_of = ['algebra', 'geometry']";
        let selection = selected(&entries, grids, None, OnShortfall::Skip);
        let pair = entries_of(&selection, "diverse-normal-2");
        assert!(pair.contains(&3), "{pair:?}");
        // Three where algebra begins, two where geometry does; never all four.
        let available = selection.shortfalls[0].available;
        assert!((2..=3).contains(&available), "{available}");
    }

    #[test]
    fn the_next_trajectory_of_a_problem_stands_right_behind_the_first() {
        let rows = [(0, 1), (0, 2), (1, 3), (2, 4), (2, 5), (2, 6)];
        let entries = pool(&rows.map(|(problem, tokens)| row(problem, tokens)));
        let grids = "[[grid]]\nsize = [5]\nper_problem = 2";
        let selection = selected(&entries, grids, None, OnShortfall::Refuse);
        let order = entries_of(&selection, "all-normal-5");
        let mut problems: Vec<u32> = order
            .iter()
            .map(|&entry| entries.body_of(entry).problem)
            .collect();
        problems.dedup();
        assert_eq!(
            problems,
            drawn(3, "all-normal"),
            "each problem stands in one place"
        );
    }
}
