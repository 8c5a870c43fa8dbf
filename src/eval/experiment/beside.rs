//! An effect on one benchmark less the same on another: what was memorised helps on the older one alone.

use super::answer::{Beside, Comparison};
use super::comparisons::weights;
use super::design::Design;
use super::families::Question;
use super::runs::{Benchmark, Measure, Trained};
use super::weigh::{Term, What, weighed};

/// Of each two benchmarks, each effect that both have.
pub(super) fn all(
    design: &Design,
    benchmarks: &[Benchmark<'_>],
    questions: &[Vec<Question>],
    effects: &[Vec<Comparison>],
) -> Vec<Beside> {
    let mut found = Vec::new();
    for one in 0..benchmarks.len() {
        for other in one + 1..benchmarks.len() {
            for (question, effect) in questions[one].iter().zip(&effects[one]) {
                let same = |(at, beside): &(usize, &Question)| {
                    beside.family == question.family
                        && beside.name == question.name
                        && effects[other][*at].difference.is_some()
                };
                let beside = questions[other].iter().enumerate().find(same);
                if let (Some((at, beside)), Some(_)) = (beside, effect.difference) {
                    found.extend(of(
                        design,
                        [&benchmarks[one], &benchmarks[other]],
                        [question, beside],
                        [effect, &effects[other][at]],
                    ));
                }
            }
        }
    }
    found
}

/// Over the cells that are compared at both.
fn of(
    design: &Design,
    benchmarks: [&Benchmark<'_>; 2],
    questions: [&Question; 2],
    effects: [&Comparison; 2],
) -> Option<Beside> {
    let cells: Vec<[usize; 2]> = questions[0]
        .cells
        .iter()
        .filter(|cell| questions[1].cells.contains(cell))
        .filter(|cell| {
            let named = cell.map(|at| design.arms[at].name.clone());
            effects.iter().all(|effect| effect.cells.contains(&named))
        })
        .copied()
        .collect();
    let weights = weights(&cells);
    let asked = benchmarks.map(|benchmark| {
        let runs = weights.iter().flat_map(|(arm, _)| &benchmark.arms[*arm]);
        benchmark.common(runs.collect::<Vec<&Trained<'_>>>(), None)
    });
    let side = |at: usize, sign: f64| {
        let asked = &asked;
        weights.iter().map(move |(arm, weight)| Term {
            benchmark: benchmarks[at],
            what: What::Arm(*arm),
            weight: sign * weight,
            questions: &asked[at],
        })
    };
    let difference = |at: usize| {
        let terms: Vec<Term<'_, '_>> = side(at, 1.0).collect();
        Some(weighed(design, &terms, Measure::Avg).ok()?.contrast.effect)
    };
    let terms: Vec<Term<'_, '_>> = side(0, 1.0).chain(side(1, -1.0)).collect();
    let found = weighed(design, &terms, Measure::Avg).ok()?;
    let name = |benchmark: &Benchmark<'_>| benchmark.name.clone().unwrap_or_default();
    Some(Beside {
        family: questions[0].family,
        name: questions[0].name.clone(),
        benchmarks: benchmarks.map(name),
        differences: [difference(0)?, difference(1)?],
        estimand: found.estimand,
        excess: found.contrast.effect,
        p: Some(found.contrast.p),
        intervals: found.intervals(),
    })
}
