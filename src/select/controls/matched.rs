//! Matched controls: row i comes from the stratum of the subset's row i, with another problem.
//!
//! So a prefix of the control is the control of the subset's prefix. Where a stratum is used up its row
//! comes from a wider one, and the manifest says which and what was given up. A control that has its subset's
//! tokens, or its budget of them, and needs more rows than the largest subset has goes through that again from
//! its first row: the mix is the same.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::joined::JoinedStrata;
use crate::select::cut::{self, AskedSubset, FamilyOrder, MadeSubset};
use crate::select::deciles::decile;
use crate::select::draw::Role;
use crate::select::grid::{Family, Grid};
use crate::select::scope::Scope;
use crate::select::selection::Selection;
use crate::select::standing;
use crate::select::stratum::Stratum;
use crate::select::subset::{Matching, Subset, SubsetRole, Thin};

/// A problem's place in the strata, one value for each; those that are given up are none.
type StratumKey = [Option<u32>; 6];

/// Draws the matched control of a family: of its largest subset, whose prefixes it then shares.
pub(in crate::select) fn select(
    scope: &Scope<'_>,
    grid: &Grid,
    family: &Family,
    subset: &[u32],
    cuts: &[MadeSubset],
    selection: &mut Selection,
) {
    let joined = grid.control.joined.as_deref();
    let joined = joined.map(|name| JoinedStrata::new(scope.knowledge, name));
    let scope = Scope {
        joined: joined.as_ref(),
        draw: family.draw_of(Role::Matched),
        admitted: None,
        ..*scope
    };
    let strata = grid.strata(family);
    let wanted = AskedSubset::controls(cuts, "matched", |cut| cut.as_control(grid));
    let found = matched(&scope, &strata, subset, &wanted);
    let used_up = |stratum| format!("no other problem is left for its next row ({stratum})");
    let reason = found.used_up.map_or_else(String::new, used_up);
    let order = FamilyOrder::new(SubsetRole::Matched, found.order, reason);
    let described = |control: Subset| Subset {
        matched: Some(Matching {
            strata: strata.clone(),
            thin: counted(&found.thin, control.size),
        }),
        ..control.of_family(grid, family)
    };
    cut::prefixes(&scope, &order, wanted, described, selection);
}

/// The order of a matched control.
#[derive(Default)]
struct Matched {
    order: Vec<u32>,
    thin: Vec<ThinRow>,
    /// The stratum of the first row that could not be matched at all.
    used_up: Option<String>,
}

/// A row that came from a wider stratum than its own.
struct ThinRow {
    row: u32,
    stratum: String,
    gave_up: Vec<Stratum>,
}

/// The strata that were too thin for the first `size` rows.
fn counted(rows: &[ThinRow], size: u32) -> Vec<Thin> {
    let mut counted: BTreeMap<(&String, &Vec<Stratum>), u32> = BTreeMap::new();
    for thin in rows.iter().filter(|thin| thin.row < size) {
        *counted.entry((&thin.stratum, &thin.gave_up)).or_default() += 1;
    }
    let thin = counted.into_iter().map(|((stratum, gave_up), rows)| Thin {
        stratum: stratum.clone(),
        rows,
        gave_up: gave_up.clone(),
    });
    thin.collect()
}

/// Row by row the next problem of the row's stratum, or of a wider one where it is used up, until there is enough
/// for all that is wanted.
fn matched(
    scope: &Scope<'_>,
    strata: &[Stratum],
    subset: &[u32],
    wanted: &[AskedSubset],
) -> Matched {
    let problems = subset.iter().map(|&entry| scope.body(entry).problem);
    let mut used: HashSet<u32> = problems.collect();
    let mut widths = widths(scope, strata, subset, &used);
    let (mut matched, mut tokens) = (Matched::default(), 0);
    for (row, &entry) in (0..).zip(subset.iter().cycle()) {
        if wanted.iter().all(|wanted| wanted.size.is_met(row, tokens)) {
            break;
        }
        let wanted = place(scope, strata, entry);
        let found = widths.iter_mut().find_map(|width| {
            let next = width.next(&wanted, strata, &mut used)?;
            Some((next, &width.kept))
        });
        let Some((entry, kept)) = found else {
            matched.used_up = Some(describe(scope, strata, &wanted));
            return matched;
        };
        matched.order.push(entry);
        tokens += u64::from(scope.body(entry).tokens);
        if kept.len() < strata.len() {
            let gave_up = strata.iter().filter(|stratum| !kept.contains(stratum));
            matched.thin.push(ThinRow {
                row,
                stratum: describe(scope, strata, &wanted),
                gave_up: gave_up.copied().collect(),
            });
        }
    }
    matched
}

/// One way to match: on which strata, and the problems that are left in each place.
struct Width {
    kept: BTreeSet<Stratum>,
    /// Problem and entry, the smallest key last.
    left: HashMap<StratumKey, Vec<(u32, u32)>>,
}

impl Width {
    /// The next problem of a place that no row has, by the entry that stands for it.
    fn next(
        &mut self,
        place: &StratumKey,
        strata: &[Stratum],
        used: &mut HashSet<u32>,
    ) -> Option<u32> {
        let left = self.left.get_mut(&narrow(place, strata, &self.kept))?;
        while let Some((problem, entry)) = left.pop() {
            if used.insert(problem) {
                return Some(entry);
            }
        }
        None
    }
}

/// Every way to match, the narrowest first, filled with the problems that the subset does not use.
fn widths(
    scope: &Scope<'_>,
    strata: &[Stratum],
    subset: &[u32],
    used: &HashSet<u32>,
) -> Vec<Width> {
    // Only the strata that the subset has are ever asked for.
    let width = |kept: BTreeSet<Stratum>| {
        let places = subset.iter().map(|&entry| place(scope, strata, entry));
        let left = places.map(|place| (narrow(&place, strata, &kept), Vec::new()));
        let left = left.collect();
        Width { kept, left }
    };
    let mut widths: Vec<Width> = widenings(strata).into_iter().map(width).collect();
    let category = |problem: u32| scope.problem(problem).category;
    let categories: HashSet<_> = used.iter().map(|&problem| category(problem)).collect();
    let by_category = strata.contains(&Stratum::Category);
    let wants = |problem: u32| {
        !used.contains(&problem) && (!by_category || categories.contains(&category(problem)))
    };
    for candidate in standing::in_order(scope, wants).iter().rev() {
        let whole = place(scope, strata, candidate.entry);
        for width in &mut widths {
            if let Some(left) = width.left.get_mut(&narrow(&whole, strata, &width.kept)) {
                left.push((candidate.problem, candidate.entry));
            }
        }
    }
    widths
}

/// What is matched on, from all to least: pass rate is given up first, then origin, then length, then the count
/// of accepted trajectories, then a joined column; category never.
fn widenings(strata: &[Stratum]) -> Vec<BTreeSet<Stratum>> {
    let mut kept: BTreeSet<Stratum> = strata.iter().copied().collect();
    let mut steps = vec![kept.clone()];
    for stratum in [
        Stratum::PassRate,
        Stratum::Origin,
        Stratum::Length,
        Stratum::Accepted,
        Stratum::Joined,
    ] {
        if kept.remove(&stratum) {
            steps.push(kept.clone());
        }
    }
    steps
}

fn narrow(place: &StratumKey, strata: &[Stratum], kept: &BTreeSet<Stratum>) -> StratumKey {
    let mut narrowed = *place;
    for (value, stratum) in narrowed.iter_mut().zip(strata) {
        if !kept.contains(stratum) {
            *value = None;
        }
    }
    narrowed
}

fn place(scope: &Scope<'_>, strata: &[Stratum], entry: u32) -> StratumKey {
    let mut place = StratumKey::default();
    for (value, &stratum) in place.iter_mut().zip(strata) {
        *value = in_stratum(scope, stratum, entry);
    }
    place
}

fn in_stratum(scope: &Scope<'_>, stratum: Stratum, entry: u32) -> Option<u32> {
    let body = scope.body(entry);
    let problem = scope.problem(body.problem);
    match stratum {
        Stratum::Category => problem.category,
        Stratum::Origin => body.origin,
        Stratum::Length => Some(decile(&scope.kept.deciles, body.tokens)),
        Stratum::Joined => scope.joined.and_then(|joined| joined.of(body.problem)),
        Stratum::PassRate => (problem.decided >= 2).then(|| 4 * problem.correct / problem.decided),
        Stratum::Accepted => Some(scope.entries_of(body.problem).count() as u32),
    }
}

fn describe(scope: &Scope<'_>, strata: &[Stratum], place: &StratumKey) -> String {
    let word = |(stratum, value): (&Stratum, &Option<u32>)| {
        let named = |value: u32| scope.entries.name(value).to_owned();
        let (key, value) = match stratum {
            Stratum::Category => ("category", value.map(named)),
            Stratum::Origin => ("origin", value.map(named)),
            Stratum::Length => ("length_decile", value.map(|value| value.to_string())),
            Stratum::PassRate => ("pass_rate_quarter", value.map(|value| value.to_string())),
            Stratum::Accepted => ("accepted", value.map(|value| value.to_string())),
            Stratum::Joined => {
                let told = scope.joined.map(|joined| joined.described(*value));
                let (key, value) = told.unwrap_or_default();
                return format!("{key}={}", value.as_deref().unwrap_or("none"));
            }
        };
        format!("{key}={}", value.as_deref().unwrap_or("none"))
    };
    let words: Vec<String> = strata.iter().zip(place).map(word).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::Entries;
    use crate::rules::OnShortfall;
    use crate::select::sample::{Row, entries_of, pool, row, selected};
    use crate::select::size::Size;

    #[test]
    fn category_is_never_given_up_and_pass_rate_first() {
        let steps = widenings(&[
            Stratum::Category,
            Stratum::Origin,
            Stratum::Length,
            Stratum::PassRate,
        ]);
        assert_eq!(steps.len(), 4);
        assert!(!steps[1].contains(&Stratum::PassRate) && steps[1].len() == 3);
        assert!(steps.iter().all(|kept| kept.contains(&Stratum::Category)));
    }

    /// Tokens of the first rows of a subset, by its name.
    fn tokens(entries: &Entries, selection: &Selection, name: &str) -> Vec<u64> {
        let rows = entries_of(selection, name).iter();
        rows.map(|&entry| u64::from(entries.body_of(entry).tokens))
            .collect()
    }

    /// Four long trajectories and 60 short ones, in two categories by turns.
    fn long_and_short() -> Entries {
        let category = |at: u32| {
            if at.is_multiple_of(2) {
                "algebra"
            } else {
                "geometry"
            }
        };
        let rows: Vec<Row> = (0..64)
            .map(|at| Row {
                category: category(at),
                ..row(at, if at < 4 { 95 + at } else { 7 + at % 5 })
            })
            .collect();
        pool(&rows)
    }

    #[test]
    fn controls_at_equal_tokens_end_where_their_subsets_tokens_are_reached() {
        let entries = long_and_short();
        let grid = "[[grid]]\nsize = [1, 3]\ncontrol.tokens = 'equal'\ncontrol.matched = true\n\
                    control.strata = ['category']\ncontrol.random = 2\n[grid.length]\nrule = ['long']\nbucket = 4";
        let selection = selected(&entries, grid, None, OnShortfall::Refuse);
        let names: Vec<&str> = selection
            .subsets
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let expected = [
            "all-long-1",
            "all-long-3",
            "all-long-1-matched",
            "all-long-3-matched",
            "all-long-1-random-c0",
            "all-long-3-random-c0",
            "all-long-1-random-c1",
            "all-long-3-random-c1",
        ];
        assert_eq!(names, expected);
        for (of, control) in [(0, 2), (1, 3), (0, 4), (1, 5), (0, 6), (1, 7)] {
            let wanted: u64 = tokens(&entries, &selection, names[of]).iter().sum();
            let had = tokens(&entries, &selection, names[control]);
            let (last, before) = had.split_last().unwrap();
            let before: u64 = before.iter().sum();
            assert!(
                before < wanted && before + last >= wanted,
                "{}",
                names[control]
            );
            let subset = &selection.subsets[control];
            assert_eq!(
                (subset.asked, subset.control_of.len()),
                (Size::Reach(wanted), 1)
            );
        }
        // Row by row its subset's categories, and from the beginning again.
        let category = |entry: &u32| entry % 2;
        let subset = entries_of(&selection, "all-long-3");
        let control = entries_of(&selection, "all-long-3-matched");
        assert!(control.len() > 20);
        let pairs = control.iter().zip(subset.iter().cycle());
        assert!(
            pairs
                .clone()
                .all(|(own, theirs)| category(own) == category(theirs))
        );
        let problems: HashSet<&u32> = control.iter().chain(subset).collect();
        assert_eq!(problems.len(), control.len() + subset.len());
        assert!(control.starts_with(entries_of(&selection, "all-long-1-matched")));
    }

    #[test]
    fn a_matched_control_of_a_budget_has_the_budget() {
        let entries = long_and_short();
        let grid = "[[grid]]\nsize.tokens = [100, 250]\ncontrol.matched = true\ncontrol.strata = []\n\
                    control.random = 0\n[grid.length]\nrule = ['long']\nbucket = 4";
        let selection = selected(&entries, grid, None, OnShortfall::Refuse);
        for (budget, rows) in [(100, 1), (250, 2)] {
            let name = format!("all-long-{budget}tok");
            assert_eq!(entries_of(&selection, &name).len(), rows);
            let had: u64 = tokens(&entries, &selection, &format!("{name}-matched"))
                .iter()
                .sum();
            // Of replies of 7 to 11 tokens, or of the long ones that are left.
            assert!(had <= budget && had + 98 > budget, "{had} of {budget}");
            assert_eq!(selection.subsets[2].asked, Size::Tokens(100));
        }
    }
}
