//! The bucket of a family: one trajectory for each problem that category, style, length and recipe leave.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::admission::Scopes;
use super::grid::{Family, Grid};
use super::recipe::Recipe;
use super::scope::Scope;
use super::selection::{Lack, Selection, Width};
use super::standing;
use crate::bucket::Candidate;
use crate::bucket::category::ProblemGroup;
use crate::bucket::length::{Choose, Length, LengthRules, Within, extreme};
use crate::rules::{Accept, OnShortfall};

/// What short and long buckets of one grid have in common.
#[derive(PartialEq, Eq, Hash)]
struct Axes(Recipe, String, Option<String>, Option<Accept>);

impl Axes {
    fn of(family: &Family) -> Self {
        let (category, style) = (family.category.clone(), family.style.clone());
        Self(family.recipe, category, style, family.accept)
    }
}

/// The buckets of a family.
pub(super) struct Buckets {
    /// One for each of the category's groups.
    pub lists: Vec<Vec<Candidate>>,
    /// Of short and long, the share of the problems that it is cut from which a bucket holds: of several the largest.
    pub share: Option<f64>,
    /// Where a bucket holds a larger share than the pipeline allows: of several the one that is cut from the fewest problems.
    pub refused: Option<Refused>,
}

/// Why a family cannot stand.
pub(super) struct Refused {
    pub lack: Lack,
    /// The same in words.
    pub reason: String,
}

/// The bucket of each of the category's groups; notes those that hold much of what they are cut from.
pub(super) fn of_family(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    ranked: &Ranked,
    selection: &mut Selection,
) -> Buckets {
    let cut = match ranked.of(family) {
        Some(known) => known.clone(),
        None => cut(scope, grid, family),
    };
    let Cut { lists, widths, .. } = cut;
    let shares = widths.iter().filter(|width| width.of > 0).map(Width::share);
    let share = shares.reduce(f64::max);
    let max = grid.length.bucket_share_max.unwrap_or(1.0);
    let too_wide = widths
        .iter()
        .filter(|width| width.taken > grid.length.bucket_max(width.of));
    let refused = too_wide.min_by_key(|width| width.of).map(|width| Refused {
        lack: Lack::BucketShare(width.cut_from()),
        reason: format!("{width}, and `bucket_share_max` is {max}"),
    });
    if refused.is_none() {
        widths
            .into_iter()
            .for_each(|width| selection.note_width(width));
    }
    Buckets {
        lists,
        share,
        refused,
    }
}

/// The bucket of each of a category's groups.
#[derive(Clone)]
struct Cut {
    lists: Vec<Vec<Candidate>>,
    /// Of short and long.
    widths: Vec<Width>,
    /// Whether every draw's short and long are the same.
    is_fixed: bool,
}

fn cut(scope: &Scope<'_>, grid: &Grid, family: &Family) -> Cut {
    let groups = grid.category(&family.category).groups(scope.entries);
    let chosen = family.recipe.criterion().stands(scope);
    let is_fixed = chosen.is_none() && grid.length.choose == Choose::Extreme;
    let candidates = |groups: &[ProblemGroup]| match &chosen {
        Some(chosen) => held(scope, groups, chosen),
        None => candidates(scope, groups, grid, family),
    };
    if grid.length.within == Within::Category || groups.len() == 1 {
        let bucket = |group: &ProblemGroup| {
            let all = candidates(std::slice::from_ref(group));
            let name = group.name(scope.entries).unwrap_or(&family.category);
            bucket(scope, all, grid, family, name)
        };
        let (lists, widths): (_, Vec<Option<Width>>) = groups.iter().map(bucket).unzip();
        return Cut {
            lists,
            widths: widths.into_iter().flatten().collect(),
            is_fixed,
        };
    }
    let all = candidates(&groups);
    let (bucket, width) = bucket(scope, all, grid, family, &family.category);
    let of_group = |group: &ProblemGroup| held(scope, std::slice::from_ref(group), &bucket);
    Cut {
        lists: groups.iter().map(of_group).collect(),
        widths: width.into_iter().collect(),
        is_fixed,
    }
}

/// The candidates whose problems the groups hold, in their order.
fn held(scope: &Scope<'_>, groups: &[ProblemGroup], candidates: &[Candidate]) -> Vec<Candidate> {
    let inside = candidates
        .iter()
        .filter(|candidate| scope.is_inside(groups, candidate.problem));
    inside.copied().collect()
}

/// One candidate for each problem of the groups: the trajectory that stands for it.
fn candidates(
    scope: &Scope<'_>,
    groups: &[ProblemGroup],
    grid: &Grid,
    family: &Family,
) -> Vec<Candidate> {
    let (length, of) = (family.length, grid.length.of);
    let problems = scope.problems().into_par_iter();
    let problems = problems.filter(|&problem| scope.is_inside(groups, problem));
    let problems: Vec<u32> = problems.collect();
    let range = range(scope, length, &grid.length, &problems);
    let key = scope.keys.trajectories(scope.draw);
    let stands = |problem: u32| match (length, grid.length.choose) {
        (Length::Short, Choose::Extreme) => standing::by_length(scope, problem, of, false),
        (Length::Long, Choose::Extreme) => standing::by_length(scope, problem, of, true),
        _ => standing::by_hash(scope, &key, problem, of, range),
    };
    let paired = grid.control.paired && length.ranks();
    let can_stand = |problem: &u32| !paired || standing::has_two_lengths(scope, *problem, of);
    let problems = problems.into_par_iter().filter(can_stand);
    problems.filter_map(stands).collect()
}

/// From which length on and below which a length rule takes trajectories.
fn range(scope: &Scope<'_>, length: Length, rules: &LengthRules, problems: &[u32]) -> (u32, u32) {
    match length {
        Length::Tokens(from, to) => (from, to.unwrap_or(u32::MAX)),
        Length::Quantile(index) => {
            let entries = problems
                .iter()
                .flat_map(|&problem| scope.entries_of(problem));
            let mut lengths: Vec<u32> =
                entries.map(|entry| scope.length(entry, rules.of)).collect();
            let edges = rules.quantile_edges(&mut lengths);
            let from = if index == 1 { 0 } else { edges[index - 2] };
            (from, edges.get(index - 1).copied().unwrap_or(u32::MAX))
        }
        _ => (0, u32::MAX),
    }
}

/// What the length rule leaves of a group's candidates.
fn bucket(
    scope: &Scope<'_>,
    candidates: Vec<Candidate>,
    grid: &Grid,
    family: &Family,
    group_name: &str,
) -> (Vec<Candidate>, Option<Width>) {
    if !family.length.ranks() {
        return (candidates, None);
    }
    let of = candidates.len();
    let size = match scope.on_shortfall {
        // As large as it can be without meeting the other end, or being more than it may.
        OnShortfall::Short => grid
            .length
            .bucket
            .min(of / 2)
            .min(grid.length.bucket_max(of)),
        OnShortfall::Refuse | OnShortfall::Skip => grid.length.bucket,
    };
    let longest = family.length == Length::Long;
    // Ties fall to opposite ends, so that short and long do not meet where lengths are equal.
    let tie = |candidate: &Candidate| {
        let id = scope.problem(candidate.problem).id.0;
        if longest { u128::MAX - id } else { id }
    };
    let bucket = extreme(candidates, size, longest, tie);
    let width = Width {
        length: family.length.to_string(),
        pool: group_name.to_owned(),
        taken: bucket.len(),
        of,
    };
    (bucket, Some(width))
}

/// The short and long buckets of a grid, each cut once, whichever draws have it.
pub(super) struct Ranked {
    /// Of the first draw; whether it is the long one.
    cuts: HashMap<(Axes, bool), Cut>,
    /// The categories, styles and rules whose short and long buckets share a trajectory.
    overlapping: HashMap<Axes, Refused>,
}

impl Ranked {
    pub(super) fn new(scopes: &Scopes<'_>, families: &[Family]) -> Self {
        let ranked = || {
            let families = families.iter();
            families.filter(|family| family.draw == 0 && family.length.ranks())
        };
        let cut = |family: &Family| (key(family), cut(&scopes.of(family), scopes.grid, family));
        let cuts: HashMap<(Axes, bool), Cut> = ranked().map(cut).collect();
        let refused = |family: &Family| {
            let [short, long] = [false, true].map(|is_long| cuts.get(&(Axes::of(family), is_long)));
            let (short, long) = (short?, long?);
            let entries = |cut: &Cut| -> HashSet<u32> {
                let candidates = cut.lists.iter().flatten();
                candidates.map(|candidate| candidate.entry).collect()
            };
            let is_apart = entries(short).is_disjoint(&entries(long));
            (!is_apart).then(|| (Axes::of(family), overlap(&short.widths)))
        };
        let short = ranked().filter(|family| family.length == Length::Short);
        Self {
            overlapping: short.filter_map(refused).collect(),
            cuts,
        }
    }

    /// Why the family cannot stand beside the other end of lengths; none where it can.
    pub(super) fn refused(&self, family: &Family) -> Option<&Refused> {
        let refused = self.overlapping.get(&Axes::of(family));
        refused.filter(|_| family.length.ranks())
    }

    /// What was cut already for the family.
    fn of(&self, family: &Family) -> Option<&Cut> {
        let cut = family.length.ranks().then(|| self.cuts.get(&key(family)));
        cut.flatten().filter(|cut| family.draw == 0 || cut.is_fixed)
    }
}

fn key(family: &Family) -> (Axes, bool) {
    (Axes::of(family), family.length == Length::Long)
}

/// Why short and long share a trajectory: the fewest problems that a bucket is cut from are less than two of it.
fn overlap(widths: &[Width]) -> Refused {
    let some = widths.iter().filter(|width| width.of > 0);
    let fewest = some.min_by_key(|width| width.of);
    let from = fewest
        .expect("what shares a trajectory is cut from some")
        .cut_from();
    let where_it_is = match widths {
        [_] => "the pool".to_owned(),
        _ => format!("`{}`, the smallest of its categories,", from.category),
    };
    Refused {
        reason: format!("short and long overlap: {where_it_is} is smaller than two buckets"),
        lack: Lack::Overlap(from),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::rules::OnShortfall;
    use crate::select::sample::{Row, entries_of, pool, row, selected};

    fn sorted(entries: &[u32]) -> Vec<u32> {
        let sorted: BTreeSet<u32> = entries.iter().copied().collect();
        sorted.into_iter().collect()
    }

    #[test]
    fn short_and_long_rank_problems_by_the_end_of_lengths_that_they_ask_for() {
        // Shortest: 10, 20, 30, 40; longest: 10, 90, 30, 80.
        let rows = [(0, 10), (1, 20), (1, 90), (2, 30), (3, 40), (3, 80)];
        let entries = pool(&rows.map(|(problem, tokens)| row(problem, tokens)));
        let grids = "[[grid]]\nsize = [2]\n[grid.length]\nrule = ['short', 'long']\nbucket = 2";
        let selection = selected(&entries, grids, None, OnShortfall::Refuse);
        assert_eq!(sorted(entries_of(&selection, "all-short-2")), [0, 1]);
        assert_eq!(sorted(entries_of(&selection, "all-long-2")), [2, 5]);
        // Two of four problems are more than a quarter.
        assert_eq!(selection.warnings.len(), 2);
        assert!(selection.warnings[0].contains("all (2 of 4)"));
    }

    #[test]
    fn a_bucket_that_would_hold_too_much_of_its_pool_is_refused_or_made_smaller() {
        let entries = pool(&[0, 1, 2, 3, 4, 5, 6, 7].map(|problem| row(problem, 10 + problem)));
        let long = "[[grid]]\nsize = [1, 2]\n[grid.length]\nrule = ['long']\nbucket = 3";
        let wide = selected(&entries, long, None, OnShortfall::Refuse);
        assert_eq!(wide.subsets[0].bucket_share, Some(0.375));
        assert_eq!(wide.warnings.len(), 1, "{:?}", wide.warnings);
        let bounded = format!("{long}\nbucket_share_max = 0.3");
        let refused = selected(&entries, &bounded, None, OnShortfall::Skip);
        let told: Vec<&str> = refused
            .shortfalls
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(told, ["all-long-1", "all-long-2"]);
        assert_eq!(
            refused.shortfalls[0].reason,
            "its bucket takes 3 of 8 problems of all, and `bucket_share_max` is 0.3"
        );
        assert!(refused.subsets.is_empty() && refused.warnings.is_empty());
        // Three tenths of eight are two.
        let short = selected(&entries, &bounded, None, OnShortfall::Short);
        assert_eq!(sorted(entries_of(&short, "all-long-2")), [6, 7]);
        assert_eq!(
            (short.subsets[0].bucket, short.subsets[0].bucket_share),
            (2, Some(0.25))
        );
        let enough = format!("{long}\nbucket_share_max = 0.375");
        let selection = selected(&entries, &enough, None, OnShortfall::Refuse);
        assert!(selection.shortfalls.is_empty());
    }

    #[test]
    fn buckets_that_share_a_trajectory_are_refused_both() {
        let entries = pool(&[row(0, 10), row(1, 20), row(2, 30)]);
        let grids = "[[grid]]\nsize = [2]\n[grid.length]\nrule = ['short', 'long']\nbucket = 2";
        let selection = selected(&entries, grids, None, OnShortfall::Skip);
        assert!(selection.subsets.is_empty());
        let names: Vec<&str> = selection
            .shortfalls
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        assert_eq!(names, ["all-short-2", "all-long-2"]);
        // As large as they can be without meeting: the shortest against the longest.
        let selection = selected(&entries, grids, None, OnShortfall::Short);
        assert_eq!(entries_of(&selection, "all-short-2"), [0]);
        assert_eq!(entries_of(&selection, "all-long-2"), [2]);
    }

    #[test]
    fn a_ranking_within_the_pool_may_leave_a_category_out() {
        let geometry = |problem, tokens| Row {
            category: "geometry",
            ..row(problem, tokens)
        };
        let entries = pool(&[row(0, 1), row(1, 2), geometry(2, 3), geometry(3, 4)]);
        let mix = "[[grid]]\nsize = [2]\ncategory = ['proportional']";
        let length = "[grid.length]\nrule = ['short']\nbucket = 2\nwithin = 'pool'";
        let selection = selected(
            &entries,
            &format!("{mix}\n{length}"),
            None,
            OnShortfall::Refuse,
        );
        assert_eq!(
            sorted(entries_of(&selection, "proportional-short-2")),
            [0, 1]
        );
    }

    #[test]
    fn a_range_of_tokens_holds_its_first_count_and_not_its_last() {
        let entries = pool(&[row(0, 4), row(1, 5), row(2, 8), row(3, 9)]);
        let grids = "[[grid]]\nsize = [1, 2, 3]\nlength.edges = [5, 9]\nlength.rule = ['5..9']";
        let selection = selected(&entries, grids, None, OnShortfall::Skip);
        assert_eq!(sorted(entries_of(&selection, "all-5to9-2")), [1, 2]);
        assert_eq!(selection.shortfalls[0].available, 2);
    }
}
