//! Accuracy by size: the families of arms that differ in size alone, and the mean of those that have the same sizes.

use std::collections::BTreeMap;

use super::Options;
use super::answer::{Estimand, Extrapolated, Scaling, SizePoint};
use super::design::{Definition, Design};
use super::facts::told;
use super::runs::{Benchmark, Measure, Trained, Units};
use super::weigh::{ends, of_estimand};
use crate::eval::intervals::NoInterval;
use crate::eval::scaling::{Curve, Size, scaling, steps_grow};
use crate::eval::table::{Counts, avg};
use crate::eval::tiers::Tier;

/// Arms of one family, from the smallest size on.
type Family = Vec<usize>;

/// What families have in common that can be read together: sizes, their unit, the budget.
type Sizes = (Vec<Option<u64>>, String, String);

/// Each family with two sizes or more, of all questions and by tier; then families of the same sizes together.
pub(super) fn all(
    design: &Design,
    benchmark: &Benchmark<'_>,
    options: &Options<'_>,
) -> Vec<Scaling> {
    let families = families(design, benchmark);
    let mut alike: BTreeMap<Sizes, Vec<Family>> = BTreeMap::new();
    for family in &families {
        let sizes = family.iter().map(|&at| design.arms[at].size).collect();
        let first = &design.arms[family[0]];
        let key = (sizes, first.unit.clone(), first.budget.clone());
        alike.entry(key).or_default().push(family.clone());
    }
    let alone = families.into_iter().map(|family| vec![family]);
    let groups = alone.chain(alike.into_values().filter(|group| group.len() > 1));
    let tiers: Vec<Option<Tier>> = std::iter::once(None)
        .chain(benchmark.tiers().into_iter().map(Some))
        .collect();
    let of = |group: Vec<Family>| -> Vec<Scaling> {
        tiers
            .iter()
            .map(|tier| of_group(design, benchmark, &group, *tier, options))
            .collect()
    };
    groups.flat_map(of).collect()
}

fn families(design: &Design, benchmark: &Benchmark<'_>) -> Vec<Family> {
    let mut places: BTreeMap<String, Family> = BTreeMap::new();
    for (at, arm) in design.arms.iter().enumerate() {
        if arm.is_subset() && arm.size.is_some() && !benchmark.arms[at].is_empty() {
            places.entry(arm.but("size")).or_default().push(at);
        }
    }
    let mut families: Vec<Family> = places
        .into_values()
        .filter(|family| family.len() > 1)
        .collect();
    families.sort();
    for family in &mut families {
        family.sort_by_key(|&at| design.arms[at].size);
    }
    families
}

fn of_group(
    design: &Design,
    benchmark: &Benchmark<'_>,
    group: &[Family],
    tier: Option<Tier>,
    options: &Options<'_>,
) -> Scaling {
    let mut found = described(design, benchmark, group, tier);
    let arms = || group.iter().flatten();
    let runs: Vec<&Trained<'_>> = arms().flat_map(|&at| &benchmark.arms[at]).collect();
    if let Some(why) = told(&runs, options).refused {
        found.refused = Some(why);
        return found;
    }
    let questions = benchmark.common(runs, tier);
    found.questions = questions.len();
    let units: Vec<Units<'_, '_>> = arms()
        .filter_map(|&at| benchmark.units(design, at))
        .collect();
    found.estimand = units
        .iter()
        .map(|units| units.estimand)
        .min()
        .unwrap_or(Estimand::ThisRun);
    let sizes = sizes(design, benchmark, group, &questions);
    found.draws = sizes.first().map_or(0, |size| size.draws.len());
    found.sizes = sizes.iter().map(point).collect();
    let steps = group[0]
        .iter()
        .filter_map(|&at| Some((design.arms[at].size? as f64, design.arms[at].steps? as f64)));
    found.steps_grow = steps_grow(&steps.collect::<Vec<(f64, f64)>>());
    fit(&mut found, &sizes, group.len());
    found
}

/// What all its families have in common.
fn described(
    design: &Design,
    benchmark: &Benchmark<'_>,
    group: &[Family],
    tier: Option<Tier>,
) -> Scaling {
    let common = |of: fn(&Definition) -> &Option<String>| {
        let first = of(&design.arms[group[0][0]]);
        let same = group
            .iter()
            .all(|family| of(&design.arms[family[0]]) == first);
        first.clone().filter(|_| same)
    };
    let name = |at: &usize| design.arms[*at].name.clone();
    Scaling {
        benchmark: benchmark.name.clone(),
        tier: tier.map(Tier::name),
        families: group
            .iter()
            .map(|family| family.iter().map(name).collect())
            .collect(),
        grid: common(|arm| &arm.grid),
        category: common(|arm| &arm.category),
        length: common(|arm| &arm.length),
        style: common(|arm| &arm.style),
        recipe: common(|arm| &arm.recipe),
        budget: design.arms[group[0][0]].budget.clone(),
        unit: design.arms[group[0][0]].unit.clone(),
        ..Scaling::default()
    }
}

/// The draws of each size. Those of several families stand side by side, as if their questions were one benchmark, so that
/// each family counts the same; draws that some size or family lacks are left out.
fn sizes(
    design: &Design,
    benchmark: &Benchmark<'_>,
    group: &[Family],
    questions: &[usize],
) -> Vec<Size> {
    let units = |&at: &usize| benchmark.units(design, at);
    let by_family: Vec<Vec<Units<'_, '_>>> = group
        .iter()
        .map(|family| family.iter().filter_map(units).collect())
        .collect();
    let drawn: Vec<Vec<Vec<Vec<Counts>>>> = by_family
        .iter()
        .map(|family| in_common(family, questions))
        .collect();
    let draws = drawn.iter().flatten().map(Vec::len).min().unwrap_or(0);
    let size = |at: usize| {
        let draw = |draw: usize| {
            drawn
                .iter()
                .flat_map(|family| family[at][draw].clone())
                .collect()
        };
        Size {
            n: design.arms[group[0][at]].size.unwrap_or(0) as f64,
            draws: (0..draws).map(draw).collect(),
        }
    };
    (0..group[0].len()).map(size).collect()
}

/// The draws of a family's sizes that all of them have; of sets that were retrained as many as all have.
fn in_common(family: &[Units<'_, '_>], questions: &[usize]) -> Vec<Vec<Vec<Counts>>> {
    let is_kind = family
        .iter()
        .all(|units| units.estimand == Estimand::ThisKind);
    let mut common = family
        .first()
        .map_or_else(Vec::new, |units| units.numbers.clone());
    common.retain(|number| family.iter().all(|units| units.numbers.contains(number)));
    let of = is_kind.then_some(common.as_slice());
    let mut drawn: Vec<Vec<Vec<Counts>>> = family
        .iter()
        .map(|units| units.draws(questions, Measure::Avg, of))
        .collect();
    let fewest = drawn.iter().map(Vec::len).min().unwrap_or(0);
    for draws in &mut drawn {
        draws.truncate(fewest);
    }
    drawn
}

fn point(size: &Size) -> SizePoint {
    let draws: Vec<f64> = size.draws.iter().filter_map(|draw| avg(draw)).collect();
    SizePoint {
        size: size.n as u64,
        avg: draws.iter().sum::<f64>() / (draws.len() as f64).max(1.0),
        draws,
    }
}

fn fit(found: &mut Scaling, sizes: &[Size], families: usize) {
    let Some(fitted) = scaling(sizes) else {
        found.refused = Some(NoInterval::FewSizes.to_string());
        return;
    };
    let doubling = std::f64::consts::LN_2;
    if let Curve::Logarithm { a, b } = fitted.logarithm.curve {
        found.logarithm = Some([a, b]);
        found.per_doubling = Some(a * doubling);
    }
    if let Some(Curve::Saturating { c, h, e }) = fitted.saturating.map(|fit| fit.curve) {
        found.saturating = Some([c, h, e]);
    }
    found.saturating_weight = fitted.saturating_weight;
    let slope = fitted.slope.as_ref();
    found.p = slope.ok().map(|slope| slope.p);
    let kind = slope.map(|slope| slope.this_kind).map_err(|why| *why);
    found.intervals = of_estimand(found.estimand, kind);
    match slope
        .ok()
        .and_then(|slope| slope.questions_like_these)
        .filter(|_| families == 1)
    {
        Some(interval) => found.intervals.questions_like_these = Some(ends(interval)),
        None => drop(found.intervals.no_interval.insert(
            "questions_like_these",
            "see each family by itself".to_owned(),
        )),
    }
    let intervals = &mut found.intervals;
    let all = [
        &mut intervals.this_run,
        &mut intervals.this_set,
        &mut intervals.this_kind,
        &mut intervals.questions_like_these,
    ];
    for interval in all.into_iter().flatten() {
        *interval = interval.map(|end| end * doubling);
    }
    let largest = sizes.iter().map(|size| size.n).fold(0.0, f64::max);
    let beyond = [2.0, 4.0]
        .into_iter()
        .filter_map(|times| fitted.at(times * largest));
    found.extrapolated = beyond
        .map(|at| Extrapolated {
            size: at.n as u64,
            avg: at.mean,
            interval: ends(at.interval),
        })
        .collect();
}
