//! The paper's headline held against the runs: who solves nine in ten of Medium, and what size it takes.

use std::collections::BTreeMap;

use super::Options;
use super::answer::{MediumRow, MediumRule, SmallestPassing};
use super::design::{Definition, Design};
use super::facts::told;
use super::runs::{Benchmark, Measure, Trained};
use super::weigh::{Term, What, weighed};
use crate::eval::compare::{MEDIUM_BAR, Rung, passes, smallest_passing};
use crate::eval::intervals::Interval;
use crate::eval::tiers::Tier;

/// The rule at all benchmarks that have the tier.
pub(super) fn rule(
    design: &Design,
    benchmarks: &[Benchmark<'_>],
    options: &Options<'_>,
) -> MediumRule {
    let mut rule = MediumRule {
        threshold: MEDIUM_BAR,
        ..MediumRule::default()
    };
    for benchmark in benchmarks {
        let groups = groups(design, benchmark);
        let rows = groups
            .into_iter()
            .filter_map(|arms| row(design, benchmark, &arms, options));
        let rows: Vec<MediumRow> = rows.collect();
        rule.smallest.extend(smallest(&rows));
        rule.rows.extend(rows);
    }
    rule
}

/// Each arm by itself, and behind them the arms that differ in category alone, where there are several.
fn groups(design: &Design, benchmark: &Benchmark<'_>) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, arm) in design.arms.iter().enumerate() {
        if arm.is_subset() && !benchmark.arms[at].is_empty() {
            groups.push(vec![at]);
            if arm.category.is_some() {
                places.entry(arm.but("category")).or_default().push(at);
            }
        }
    }
    let mut pooled: Vec<Vec<usize>> = places.into_values().filter(|arms| arms.len() > 1).collect();
    pooled.sort();
    groups.extend(pooled);
    groups
}

fn row(
    design: &Design,
    benchmark: &Benchmark<'_>,
    arms: &[usize],
    options: &Options<'_>,
) -> Option<MediumRow> {
    let runs: Vec<&Trained<'_>> = arms.iter().flat_map(|&at| &benchmark.arms[at]).collect();
    // Of runs that are known to differ in more than their training no mean is judged.
    if told(&runs, options).refused.is_some() {
        return None;
    }
    let questions = benchmark.common(runs.iter().copied(), Some(Tier::Medium));
    if questions.is_empty() {
        return None;
    }
    let term = |&at: &usize| Term {
        benchmark,
        what: What::Arm(at),
        weight: 1.0 / arms.len() as f64,
        questions: &questions,
    };
    let terms: Vec<Term<'_, '_>> = arms.iter().map(term).collect();
    let found = weighed(design, &terms, Measure::Avg).ok()?;
    let interval = found.contrast.this_kind;
    let first = &design.arms[*arms.first()?];
    let category = |at: &usize| design.arms[*at].category.clone();
    Some(MediumRow {
        benchmark: benchmark.name.clone(),
        category: first.category.clone().filter(|_| arms.len() == 1),
        categories: arms.iter().filter_map(category).collect(),
        avg: found.contrast.effect,
        estimand: found.estimand,
        intervals: found.intervals(),
        verdict: passes(Some(interval), MEDIUM_BAR).name().to_owned(),
        point_passes: found.contrast.effect >= MEDIUM_BAR,
        questions: questions.len(),
        ..of(first)
    })
}

fn of(arm: &Definition) -> MediumRow {
    MediumRow {
        grid: arm.grid.clone(),
        length: arm.length.clone(),
        style: arm.style.clone(),
        recipe: arm.recipe.clone(),
        size: arm.size,
        unit: arm.unit.clone(),
        budget: arm.budget.clone(),
        ..MediumRow::default()
    }
}

/// The smallest size of each group that differs in size alone.
fn smallest(rows: &[MediumRow]) -> Vec<SmallestPassing> {
    let key = |row: &MediumRow| {
        let named = [
            &row.grid,
            &row.category,
            &row.length,
            &row.style,
            &row.recipe,
        ]
        .map(Clone::clone);
        (
            named,
            row.categories.clone(),
            row.budget.clone(),
            row.unit.clone(),
        )
    };
    let mut groups: Vec<(_, Vec<&MediumRow>)> = Vec::new();
    for row in rows.iter().filter(|row| row.size.is_some()) {
        match groups.iter_mut().find(|(known, _)| *known == key(row)) {
            Some((_, group)) => group.push(row),
            None => groups.push((key(row), vec![row])),
        }
    }
    groups
        .into_iter()
        .filter_map(|(_, group)| smallest_of(&group))
        .collect()
}

fn smallest_of(rows: &[&MediumRow]) -> Option<SmallestPassing> {
    let rung = |row: &&MediumRow| {
        let [low, high] = row.intervals.of(row.estimand)?;
        Some(Rung {
            n: row.size?,
            mean: row.avg,
            interval: Some(Interval { low, high }),
        })
    };
    let rungs: Vec<Rung> = rows.iter().filter_map(rung).collect();
    let found = smallest_passing(&rungs, MEDIUM_BAR);
    let first = rows.first()?;
    Some(SmallestPassing {
        benchmark: first.benchmark.clone(),
        grid: first.grid.clone(),
        category: first.category.clone(),
        categories: first.categories.clone(),
        length: first.length.clone(),
        style: first.style.clone(),
        recipe: first.recipe.clone(),
        budget: first.budget.clone(),
        unit: first.unit.clone(),
        sizes: rungs.iter().map(|rung| rung.n).collect(),
        passing: found.passing,
        by_reading: found.by_reading,
        failing: found.failing,
    })
}
