//! Controls: subsets drawn without the criterion under test, comparable in all else.
//!
//! *Random* controls have a subset's size and style and come from all that its rule accepts; subsets of
//! one size (in rows, or in tokens), style, rule and number of trajectories a problem share them. A *matched* control takes its row i from the stratum of the subset's row
//! i, with other problems, so that a prefix of the control is the control of the subset's prefix.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::Serialize;

use super::buckets::More;
use super::draw::{Draw, Role};
use super::grid::{Family, Grid, Stratum};
use super::kept::Style;
use super::size::{Size, Unit};
use super::{Selector, Subset, SubsetRole};
use crate::bucket::length::{Length, Of};
use crate::rules::Accept;

/// What a matched control matched on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matching {
    pub strata: Vec<Stratum>,
    /// Strata that had too few problems, and what was given up for the rows that were missing.
    pub thin: Vec<Thin>,
}

/// A stratum that was too thin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Thin {
    /// The stratum, as `key=value` pairs.
    pub stratum: String,
    /// How many rows came from a wider stratum.
    pub rows: u32,
    /// What the wider stratum did not match on.
    pub gave_up: Vec<Stratum>,
}

/// What a random control has in common with its subsets beside their size. Subsets of one kind and size share
/// their controls.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    pub accept: Option<Accept>,
    pub style: Option<String>,
    pub per_problem: u32,
}

impl Kind {
    /// The names of its controls, without size and number.
    pub fn stem(&self) -> String {
        let mut parts = vec!["random".to_owned()];
        parts.extend(self.style.clone());
        parts.extend(self.accept.map(|rule| rule.as_str().to_owned()));
        parts.extend((self.per_problem > 1).then(|| format!("p{}", self.per_problem)));
        parts.join("-")
    }
}

/// Draws the random controls that the grids ask for, beside the subsets that were made.
pub(super) fn random(selector: &mut Selector<'_>, grids: &[(Grid, Vec<Length>)]) {
    // For each number, kind and unit: the sizes, and the subsets that each is the control of.
    type Key = (u32, Kind, Unit);
    let mut wanted: BTreeMap<Key, BTreeMap<Size, Vec<String>>> = BTreeMap::new();
    for subset in &selector.selection.subsets {
        let asked = subset.grid_index.map(|index| grids[index].0.control.random);
        if subset.role != SubsetRole::Subset {
            continue;
        }
        let size = size_of(selector, subset);
        for number in 0..asked.unwrap_or_default() {
            let kind = Kind {
                accept: subset.accept,
                style: subset.style.clone(),
                per_problem: subset.per_problem,
            };
            let sizes = wanted.entry((number, kind, size.unit())).or_default();
            let subsets = sizes.entry(size).or_default();
            subsets.push(subset.name.clone());
        }
    }
    let several = wanted.keys().any(|(number, ..)| *number > 0);
    for ((number, kind, _), sizes) in wanted {
        selector.accept_by(kind.accept);
        let (order, bucket) = random_order(selector, &kind, number);
        let mut made = 0;
        for (asked, control_of) in sizes {
            let mut name = format!("{}-{asked}", kind.stem());
            if several {
                name += &format!("-c{number}");
            }
            let Some(size) = selector.size(&name, asked, &order, "all that is accepted has fewer")
            else {
                continue;
            };
            made += 1;
            selector.selection.subsets.push(Subset {
                style: kind.style.clone(),
                accept: kind.accept,
                per_problem: kind.per_problem,
                draw: number,
                control_of,
                bucket,
                ..Subset::of_order(name, SubsetRole::Random, asked, &order, size)
            });
        }
        selector.link_prefixes(made);
    }
}

/// The size of a subset's random control: what was asked for, or as much as the subset got of it.
fn size_of(selector: &Selector<'_>, subset: &Subset) -> Size {
    match subset.asked {
        Size::Rows(_) => Size::Rows(subset.size),
        asked @ Size::Tokens(budget) => {
            let available = asked.available(selector.tokens(&subset.order));
            Size::Tokens(budget.min(available))
        }
    }
}

/// The order of a control, and how many problems it is drawn from.
fn random_order(selector: &mut Selector<'_>, kind: &Kind, number: u32) -> (Arc<Vec<u32>>, u32) {
    let draw = Draw {
        role: Role::Random,
        number,
    };
    // A control has a draw of its own: the one before is not asked for again.
    if let Some(before) = number.checked_sub(1) {
        selector.forget(Draw {
            role: Role::Random,
            number: before,
        });
    }
    let style = Style::new(selector.entries, kind.style.as_deref());
    let standing = selector.standing(draw, style);
    let more = More {
        per_problem: kind.per_problem,
        length: Length::Normal,
        of: Of::Reply,
    };
    let order = selector.with_more(&standing, &more, style, draw);
    (Arc::new(order), standing.len() as u32)
}

/// A problem's place in the strata, one value for each; those that are given up are none.
type Place = [Option<u32>; 4];

/// Draws the matched control of a family: of its largest subset, whose prefixes it then shares.
pub(super) fn matched(
    selector: &mut Selector<'_>,
    grid: &Grid,
    family: &Family,
    names: &[(String, u32)],
) {
    let Some(largest) = names.iter().map(|(_, size)| *size).max() else {
        return;
    };
    let strata = grid.strata(family);
    let subset = selector
        .selection
        .subsets
        .iter()
        .find(|subset| subset.name == names[0].0)
        .map(|subset| subset.order[..largest as usize].to_vec())
        .unwrap_or_default();
    let Matched {
        order,
        thin,
        used_up,
    } = matched_order(selector, family, &strata, &subset);
    let reason = used_up.map_or_else(String::new, |stratum| {
        format!("no other problem is left for its next row ({stratum})")
    });
    let order = Arc::new(order);
    let mut made = 0;
    for (name, wanted) in names {
        let control = format!("{name}-matched");
        let asked = Size::Rows(*wanted);
        let Some(size) = selector.size(&control, asked, &order, &reason) else {
            continue;
        };
        made += 1;
        let rows = thin.iter().filter(|(row, ..)| *row < size as usize);
        let mut counted: BTreeMap<(String, Vec<Stratum>), u32> = BTreeMap::new();
        for (_, stratum, gave_up) in rows {
            *counted
                .entry((stratum.clone(), gave_up.clone()))
                .or_default() += 1;
        }
        let thin = counted.into_iter().map(|((stratum, gave_up), rows)| Thin {
            stratum,
            rows,
            gave_up,
        });
        selector.selection.subsets.push(Subset {
            control_of: vec![name.clone()],
            matched: Some(Matching {
                strata: strata.clone(),
                thin: thin.collect(),
            }),
            ..Subset::of_order(control, SubsetRole::Matched, asked, &order, size)
                .of_family(grid, family)
        });
    }
    selector.link_prefixes(made);
}

/// The order of a matched control.
struct Matched {
    order: Vec<u32>,
    /// Rows that came from a wider stratum: the row, its stratum, what was given up.
    thin: Vec<(usize, String, Vec<Stratum>)>,
    /// The stratum of the first row that could not be matched at all.
    used_up: Option<String>,
}

/// Row by row the next problem of the row's stratum, or of a wider one where it is used up.
fn matched_order(
    selector: &mut Selector<'_>,
    family: &Family,
    strata: &[Stratum],
    subset: &[u32],
) -> Matched {
    let draw = Draw {
        role: Role::Matched,
        number: family.draw,
    };
    let entries = selector.entries;
    let style = Style::new(entries, family.style.as_deref());
    let standing = selector.standing(draw, style);
    let place = |entry: u32| place(selector, strata, entry);
    let mut used: HashSet<u32> = subset
        .iter()
        .map(|&entry| entries.body_of(entry).problem)
        .collect();
    let widenings = widenings(strata);
    // Only the strata that the subset has are ever asked for.
    let mut pools: Vec<HashMap<Place, Vec<(u32, u32)>>> = Vec::new();
    for kept in &widenings {
        let places = subset
            .iter()
            .map(|&entry| narrow(&place(entry), strata, kept));
        pools.push(places.map(|place| (place, Vec::new())).collect());
    }
    // Taken from the end: the smallest key last.
    for candidate in standing.iter().rev() {
        if used.contains(&candidate.problem) {
            continue;
        }
        let whole = place(candidate.entry);
        for (kept, pool) in widenings.iter().zip(&mut pools) {
            if let Some(list) = pool.get_mut(&narrow(&whole, strata, kept)) {
                list.push((candidate.problem, candidate.entry));
            }
        }
    }
    let (mut order, mut thin) = (Vec::with_capacity(subset.len()), Vec::new());
    for (row, &entry) in subset.iter().enumerate() {
        let wanted = place(entry);
        let found = widenings.iter().zip(&mut pools).find_map(|(kept, pool)| {
            let list = pool.get_mut(&narrow(&wanted, strata, kept))?;
            while let Some((problem, entry)) = list.pop() {
                if used.insert(problem) {
                    return Some((entry, kept));
                }
            }
            None
        });
        let Some((entry, kept)) = found else {
            let used_up = Some(describe(selector, strata, &wanted));
            return Matched {
                order,
                thin,
                used_up,
            };
        };
        order.push(entry);
        if kept.len() < strata.len() {
            let gave_up = strata.iter().filter(|stratum| !kept.contains(stratum));
            thin.push((
                row,
                describe(selector, strata, &wanted),
                gave_up.copied().collect(),
            ));
        }
    }
    Matched {
        order,
        thin,
        used_up: None,
    }
}

/// What is matched on, from all to least: pass rate is given up first, then origin, then length;
/// category never.
fn widenings(strata: &[Stratum]) -> Vec<BTreeSet<Stratum>> {
    let mut kept: BTreeSet<Stratum> = strata.iter().copied().collect();
    let mut steps = vec![kept.clone()];
    for stratum in [Stratum::PassRate, Stratum::Origin, Stratum::Length] {
        if kept.remove(&stratum) {
            steps.push(kept.clone());
        }
    }
    steps
}

fn narrow(place: &Place, strata: &[Stratum], kept: &BTreeSet<Stratum>) -> Place {
    let mut narrowed = *place;
    for (value, stratum) in narrowed.iter_mut().zip(strata) {
        if !kept.contains(stratum) {
            *value = None;
        }
    }
    narrowed
}

fn place(selector: &Selector<'_>, strata: &[Stratum], entry: u32) -> Place {
    let mut place = Place::default();
    for (value, &stratum) in place.iter_mut().zip(strata) {
        *value = in_stratum(selector, stratum, entry);
    }
    place
}

fn in_stratum(selector: &Selector<'_>, stratum: Stratum, entry: u32) -> Option<u32> {
    let body = selector.entries.body_of(entry);
    let problem = &selector.entries.problems[body.problem as usize];
    match stratum {
        Stratum::Category => problem.category,
        Stratum::Origin => body.origin,
        Stratum::Length => Some(decile(&selector.kept.deciles, body.tokens)),
        Stratum::PassRate => (problem.decided >= 2).then(|| 4 * problem.correct / problem.decided),
    }
}

fn describe(selector: &Selector<'_>, strata: &[Stratum], place: &Place) -> String {
    let word = |(stratum, value): (&Stratum, &Option<u32>)| {
        let named = |value: u32| selector.entries.name(value).to_owned();
        let (key, value) = match stratum {
            Stratum::Category => ("category", value.map(named)),
            Stratum::Origin => ("origin", value.map(named)),
            Stratum::Length => ("length_decile", value.map(|value| value.to_string())),
            Stratum::PassRate => ("pass_rate_quarter", value.map(|value| value.to_string())),
        };
        format!("{key}={}", value.as_deref().unwrap_or("none"))
    };
    let words: Vec<String> = strata.iter().zip(place).map(word).collect();
    words.join(" ")
}

/// The nine counts between the tenths of a list of counts; fewer where the list is empty.
pub fn token_deciles(mut tokens: Vec<u32>) -> Vec<u32> {
    tokens.sort_unstable();
    (1..10)
        .filter_map(|tenth| tokens.get(tokens.len() * tenth / 10).copied())
        .collect()
}

/// Which tenth a count falls in, from 0.
pub fn decile(deciles: &[u32], tokens: u32) -> u32 {
    deciles.partition_point(|&edge| edge <= tokens) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deciles_part_counts_into_tenths() {
        let tokens: Vec<u32> = (0..1000).collect();
        let deciles = token_deciles(tokens.clone());
        for tenth in 0..10 {
            let inside = tokens
                .iter()
                .filter(|&&count| decile(&deciles, count) == tenth);
            assert_eq!(inside.count(), 100, "tenth {tenth}");
        }
        assert_eq!(decile(&token_deciles(Vec::new()), 5), 0);
    }

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
}
