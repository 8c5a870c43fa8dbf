//! What each arm came to, by itself.

use std::collections::BTreeMap;

use super::answer::{Arm, Estimand, Figures, Intervals};
use super::design::Design;
use super::runs::{Benchmark, Measure, Trained, Units};
use super::weigh::{ends, of_estimand};
use crate::eval::intervals::{questions_like_these, this_kind, this_run};
use crate::eval::metrics;
use crate::eval::tiers::Tier;

/// The arms that have runs at a benchmark.
pub(super) fn all(design: &Design, benchmark: &Benchmark<'_>) -> Vec<Arm> {
    (0..design.arms.len())
        .filter_map(|at| arm(design, benchmark, at))
        .collect()
}

fn arm(design: &Design, benchmark: &Benchmark<'_>, at: usize) -> Option<Arm> {
    let units = benchmark.units(design, at)?;
    let definition = &design.arms[at];
    let mut draws: BTreeMap<u32, usize> = BTreeMap::new();
    for trained in units.all() {
        *draws.entry(trained.draw).or_default() += 1;
    }
    Some(Arm {
        name: definition.name.clone(),
        benchmark: benchmark.name.clone(),
        role: definition.role.clone(),
        grid: definition.grid.clone(),
        recipe: definition.recipe.clone(),
        category: definition.category.clone(),
        length: definition.length.clone(),
        style: definition.style.clone(),
        size: definition.size,
        unit: definition.unit.clone(),
        axes: definition.axes.clone(),
        budget: definition.budget.clone(),
        draw_kind: if definition.is_replicate {
            "replicate"
        } else {
            "independent"
        }
        .to_owned(),
        control_of: definition
            .control_of
            .iter()
            .map(|&of| design.arms[of].name.clone())
            .collect(),
        subsets: definition.subsets.clone(),
        runs: units.all().count(),
        draws: draws.len(),
        seeds: draws.values().copied().min().unwrap_or(0),
        steps: definition.steps,
        estimand: units.estimand,
        whole: figures(benchmark, &units, None)?,
        tiers: by_tier(benchmark, &units),
    })
}

pub(super) fn by_tier(benchmark: &Benchmark<'_>, units: &Units<'_, '_>) -> BTreeMap<Tier, Figures> {
    let of = |tier: Tier| Some((tier, figures(benchmark, units, Some(tier))?));
    benchmark.tiers().into_iter().filter_map(of).collect()
}

/// Of the questions that all runs have; none without one.
pub(super) fn figures(
    benchmark: &Benchmark<'_>,
    units: &Units<'_, '_>,
    tier: Option<Tier>,
) -> Option<Figures> {
    let questions = benchmark.common(units.all(), tier);
    let of_run = |trained: &Trained<'_>| metrics::Figures::of(&trained.table_of(&questions));
    let mean =
        |of: fn(&metrics::Figures) -> Option<f64>| units.mean(|trained| of(&of_run(trained)?));
    let bounds =
        |end: usize| units.mean(|trained| Some(trained.table_of(&questions).bounds()?[end]));
    let attempts = units.all().map(|trained| trained.attempts(&questions));
    Some(Figures {
        questions: questions.len(),
        of: benchmark.there_are(tier),
        attempts: attempts.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])])?,
        avg: mean(|run| Some(run.avg))?,
        cov: mean(|run| Some(run.cov))?,
        maj_expected: mean(|run| run.maj_expected),
        maj_first: mean(|run| run.maj_first),
        unknown: mean(|run| Some(run.unknown))?,
        unfinished: mean(|run| run.unfinished),
        tokens: mean(|run| run.tokens),
        bounds: [bounds(0)?, bounds(1)?],
        intervals: intervals(units, &questions, Measure::Avg),
        cov_intervals: intervals(units, &questions, Measure::Cov(u32::MAX)),
    })
}

fn intervals(units: &Units<'_, '_>, questions: &[usize], measure: Measure) -> Intervals {
    let draws = units.draws(questions, measure, None);
    let found = match (units.estimand, draws.first()) {
        (Estimand::ThisRun, Some(run)) => this_run(run),
        _ => this_kind(&draws),
    };
    let mut intervals = of_estimand(units.estimand, found);
    match questions_like_these(&draws) {
        Ok(found) => intervals.questions_like_these = Some(ends(found)),
        Err(why) => drop(
            intervals
                .no_interval
                .insert("questions_like_these", why.to_string()),
        ),
    }
    intervals
}
