//! How far categories differ beyond noise: whether it matters what problems are about.

use std::collections::BTreeMap;

use super::Options;
use super::answer::{Estimand, Spread};
use super::design::Design;
use super::facts::told;
use super::runs::{Benchmark, Measure, Trained};
use crate::eval::compare::arms_spread;
use crate::eval::table::Counts;
use crate::eval::tiers::Tier;

/// For each group of arms that differ in category alone, of all questions and by tier.
pub(super) fn all(
    design: &Design,
    benchmark: &Benchmark<'_>,
    options: &Options<'_>,
) -> Vec<Spread> {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, arm) in design.arms.iter().enumerate() {
        if arm.is_subset() && arm.category.is_some() && !benchmark.arms[at].is_empty() {
            places.entry(arm.but("category")).or_default().push(at);
        }
    }
    let mut groups: Vec<Vec<usize>> = places.into_values().filter(|arms| arms.len() > 1).collect();
    groups.sort();
    let tiers: Vec<Option<Tier>> = std::iter::once(None)
        .chain(benchmark.tiers().into_iter().map(Some))
        .collect();
    let of = |arms: &Vec<usize>| -> Vec<Spread> {
        tiers
            .iter()
            .map(|tier| spread(design, benchmark, arms, *tier, options))
            .collect()
    };
    groups.iter().flat_map(of).collect()
}

fn spread(
    design: &Design,
    benchmark: &Benchmark<'_>,
    arms: &[usize],
    tier: Option<Tier>,
    options: &Options<'_>,
) -> Spread {
    let first = &design.arms[arms[0]];
    let mut spread = Spread {
        benchmark: benchmark.name.clone(),
        grid: first.grid.clone(),
        length: first.length.clone(),
        style: first.style.clone(),
        recipe: first.recipe.clone(),
        size: first.size,
        unit: first.unit.clone(),
        budget: first.budget.clone(),
        tier: tier.map(Tier::name),
        categories: arms
            .iter()
            .filter_map(|&at| design.arms[at].category.clone())
            .collect(),
        ..Spread::default()
    };
    let runs: Vec<&Trained<'_>> = arms.iter().flat_map(|&at| &benchmark.arms[at]).collect();
    if let Some(why) = told(&runs, options).refused {
        spread.why_not = Some(why);
        return spread;
    }
    let questions = benchmark.common(runs, tier);
    let units: Vec<_> = arms
        .iter()
        .filter_map(|&at| benchmark.units(design, at))
        .collect();
    spread.estimand = units
        .iter()
        .map(|units| units.estimand)
        .min()
        .unwrap_or(Estimand::ThisRun);
    let draws: Vec<Vec<Vec<Counts>>> = units
        .iter()
        .map(|units| units.draws(&questions, Measure::Avg, None))
        .collect();
    match arms_spread(&draws) {
        Ok(found) => {
            spread.sd = Some(found.sd);
            spread.interval = Some([found.low, found.high]);
            spread.at_most = Some(found.at_most);
            spread.p = Some(found.p);
        }
        Err(why) => spread.why_not = Some(why.to_string()),
    }
    spread
}
