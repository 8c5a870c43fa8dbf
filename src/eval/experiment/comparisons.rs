//! Effects and contrasts: each question of the design put to the runs.

use std::collections::BTreeMap;

use super::Options;
use super::answer::{Comparison, Family, RefusedCell, Verdict};
use super::design::Design;
use super::facts::{Told, told};
use super::families::Question;
use super::runs::{Benchmark, Measure, Trained};
use super::weigh::{Term, Weighed, What, by_question, weighed, wins};
use crate::eval::compare::{DRAWS_MIN, holm, max_t};
use crate::eval::intervals::NoInterval;
use crate::eval::metrics::pass_at;

/// What is called by mistake, at most so often in a family.
const ALPHA: f64 = 0.05;

/// A comparison, with what its family needs to adjust its p.
pub(super) struct Compared {
    pub comparison: Comparison,
    /// Its value for each draw, where all its arms go together.
    draws: Vec<f64>,
}

/// The effects of a benchmark, each over all of its cells, and the contrasts, a cell each.
pub(super) fn all(
    design: &Design,
    benchmark: &Benchmark<'_>,
    questions: &[Question],
    options: &Options<'_>,
) -> [Vec<Comparison>; 2] {
    let effects: Vec<Compared> = questions
        .iter()
        .map(|question| of(design, benchmark, question, options))
        .collect();
    let single = |question: &Question| -> Vec<Question> {
        let cells = question.cells.iter();
        let alone = |cell: &[usize; 2]| Question {
            cells: vec![*cell],
            ..question.clone()
        };
        cells.map(alone).collect()
    };
    let contrasts = questions.iter().flat_map(single);
    let contrasts: Vec<Compared> = contrasts
        .map(|question| of(design, benchmark, &question, options))
        .collect();
    [effects, contrasts].map(|compared| adjusted(compared, options.seed))
}

/// The weights of the mean over cells of the first less the second; arms that cancel are left out.
pub(super) fn weights(cells: &[[usize; 2]]) -> Vec<(usize, f64)> {
    let mut weights: BTreeMap<usize, i64> = BTreeMap::new();
    for [first, second] in cells {
        *weights.entry(*first).or_default() += 1;
        *weights.entry(*second).or_default() -= 1;
    }
    let kept = weights.into_iter().filter(|(_, weight)| *weight != 0);
    kept.map(|(arm, weight)| (arm, weight as f64 / cells.len() as f64))
        .collect()
}

fn of(
    design: &Design,
    benchmark: &Benchmark<'_>,
    question: &Question,
    options: &Options<'_>,
) -> Compared {
    let [cells, refused_cells] = split(benchmark, question, options);
    let told = of_cells(benchmark, &cells, options);
    let weights = weights(&cells);
    let runs: Vec<&Trained<'_>> = weights
        .iter()
        .flat_map(|(arm, _)| &benchmark.arms[*arm])
        .collect();
    let what: Vec<(What<'_, '_>, f64)> = weights
        .iter()
        .map(|(arm, weight)| (What::Arm(*arm), *weight))
        .collect();
    let named =
        |[first, second]: &[usize; 2]| [first, second].map(|&at| design.arms[at].name.clone());
    let refused_cells = refused_cells.iter().map(|cell| RefusedCell {
        cell: named(cell),
        why: of_cells(benchmark, &[*cell], options)
            .refused
            .unwrap_or_default(),
    });
    let comparison = Comparison {
        refused_cells: refused_cells.collect(),
        contaminated: contaminated(design, benchmark, &cells),
        family: question.family,
        name: question.name.clone(),
        benchmark: benchmark.name.clone(),
        cells: cells.iter().map(named).collect(),
        ..Comparison::default()
    };
    compared(comparison, design, benchmark, &what, &runs, told)
}

/// The cells that are compared, and those whose arms are known to differ. Where none is left all are: nothing is compared then.
fn split(
    benchmark: &Benchmark<'_>,
    question: &Question,
    options: &Options<'_>,
) -> [Vec<[usize; 2]>; 2] {
    let (refused, kept): (Vec<_>, Vec<_>) = question.cells.iter().copied().partition(|cell| {
        of_cells(benchmark, std::slice::from_ref(cell), options)
            .refused
            .is_some()
    });
    match kept.is_empty() {
        true => [refused, Vec::new()],
        false => [kept, refused],
    }
}

/// What is known of the runs of some cells, each by itself: what differs from cell to cell alone cancels inside of each.
fn of_cells(benchmark: &Benchmark<'_>, cells: &[[usize; 2]], options: &Options<'_>) -> Told {
    let of_cell = |cell: &[usize; 2]| {
        let runs: Vec<&Trained<'_>> = cell.iter().flat_map(|&at| &benchmark.arms[at]).collect();
        told(&runs, options)
    };
    let mut all = Told::default();
    for told in cells.iter().map(of_cell) {
        all.refused = all.refused.or(told.refused);
        all.unknown.extend(told.unknown);
        all.allowed.extend(told.allowed);
    }
    all.unknown.sort_unstable();
    all.unknown.dedup();
    all.allowed.sort_unstable();
    all.allowed.dedup();
    all
}

/// Contaminated rows of the first and of the second arm, of the cell where they lie furthest apart.
fn contaminated(
    design: &Design,
    benchmark: &Benchmark<'_>,
    cells: &[[usize; 2]],
) -> Option<[u32; 2]> {
    let of = |at: usize| {
        let shared = design.worst_shared(at, benchmark.name.as_deref())?;
        Some(shared.contaminated)
    };
    let counts = cells
        .iter()
        .filter_map(|&[first, second]| Some([of(first)?, of(second)?]));
    let furthest = counts.max_by_key(|[first, second]| first.abs_diff(*second))?;
    (furthest[0] != furthest[1]).then_some(furthest)
}

/// Fills a comparison with what its arms come to.
pub(super) fn compared<'b, 'r>(
    mut comparison: Comparison,
    design: &Design,
    benchmark: &'b Benchmark<'r>,
    what: &[(What<'b, 'r>, f64)],
    runs: &[&'b Trained<'r>],
    told: Told,
) -> Compared {
    comparison.unknown = told.unknown;
    comparison.allowed = told.allowed;
    comparison.refused = told.refused;
    if comparison.refused.is_some() {
        comparison.verdict = Verdict::Refused;
        return Compared {
            comparison,
            draws: Vec::new(),
        };
    }
    let part = |tier, measure| {
        let questions = benchmark.common(runs.iter().copied(), tier);
        let terms = terms(benchmark, what, &questions);
        let found = weighed(design, &terms, measure)?;
        Ok::<_, NoInterval>((questions.len(), by_question(&terms, design), found))
    };
    for tier in benchmark.tiers() {
        if let Ok((questions, _, found)) = part(Some(tier), Measure::Avg) {
            comparison.tiers.insert(tier, found.part(questions));
        }
    }
    let questions = benchmark.common(runs.iter().copied(), None);
    let attempts = runs
        .iter()
        .map(|trained| trained.attempts(&questions)[0])
        .min()
        .unwrap_or(0);
    if let Ok((questions, _, found)) = part(None, Measure::Cov(attempts)) {
        comparison.cov = Some(found.part(questions));
        comparison.cov_at = Some(attempts);
    }
    comparison.pass_at = pass_at_difference(design, benchmark, what, &questions, attempts);
    let draws = match part(None, Measure::Avg) {
        Ok((questions, each, found)) => {
            comparison.questions = questions;
            [comparison.wins, comparison.losses, comparison.ties] = wins(&each);
            comparison.by_question = each;
            fill(&mut comparison, &found);
            found.draws
        }
        Err(why) => {
            comparison.refused = Some(why.to_string());
            comparison.verdict = Verdict::Refused;
            Vec::new()
        }
    };
    Compared { comparison, draws }
}

/// Of pass@k, of all attempts.
fn pass_at_difference(
    design: &Design,
    benchmark: &Benchmark<'_>,
    what: &[(What<'_, '_>, f64)],
    questions: &[usize],
    k: u32,
) -> Option<f64> {
    let of_run = |trained: &Trained<'_>| pass_at(&trained.all_counts(questions, Measure::Avg), k);
    let of = |(what, weight): &(What<'_, '_>, f64)| {
        let mean = match what {
            What::Model(model) => of_run(model),
            What::Arm(arm) => benchmark.units(design, *arm)?.mean(of_run),
        };
        Some(weight * mean?)
    };
    what.iter().map(of).sum()
}

fn terms<'b, 'r>(
    benchmark: &'b Benchmark<'r>,
    what: &[(What<'b, 'r>, f64)],
    questions: &'b [usize],
) -> Vec<Term<'b, 'r>> {
    let term = |&(what, weight): &(What<'b, 'r>, f64)| Term {
        benchmark,
        what,
        weight,
        questions,
    };
    what.iter().map(term).collect()
}

fn fill(comparison: &mut Comparison, found: &Weighed) {
    let contrast = &found.contrast;
    comparison.estimand = found.estimand;
    comparison.paired = found.is_paired;
    comparison.difference = Some(contrast.effect);
    comparison.standard_error = Some(contrast.standard_error);
    comparison.degrees_of_freedom =
        Some(contrast.degrees_of_freedom).filter(|freedom| freedom.is_finite());
    comparison.p = Some(contrast.p);
    comparison.intervals = found.intervals();
}

/// Adjusts p inside of each family, and says what each comparison comes to.
pub(super) fn adjusted(mut all: Vec<Compared>, seed: u64) -> Vec<Comparison> {
    let mut families: BTreeMap<Family, Vec<usize>> = BTreeMap::new();
    for (at, compared) in all.iter().enumerate() {
        if compared.comparison.p.is_some() {
            families
                .entry(compared.comparison.family)
                .or_default()
                .push(at);
        }
    }
    for places in families.values() {
        let members: Vec<&Compared> = places.iter().map(|&at| &all[at]).collect();
        let (by, p) = adjust(&members, seed);
        for (&at, p) in places.iter().zip(p) {
            let comparison = &mut all[at].comparison;
            comparison.p_adjusted = Some(p);
            comparison.adjusted_by = Some(by);
            comparison.verdict = verdict(comparison);
        }
    }
    all.into_iter()
        .map(|compared| compared.comparison)
        .collect()
}

/// By flips of whole draws where all members are paired and have six draws or more, else Holm's, also of cells that share a
/// control: Dunnett's, by one spread for all, turns the order of p round where arms differ in spread, and goes beyond Bonferroni's.
/// Never below a member's own p, which also asks what attempts alone leave open.
fn adjust(members: &[&Compared], seed: u64) -> (&'static str, Vec<f64>) {
    let own: Vec<f64> = members
        .iter()
        .filter_map(|member| member.comparison.p)
        .collect();
    let draws: Vec<Vec<f64>> = members.iter().map(|member| member.draws.clone()).collect();
    let enough = draws.iter().all(|draws| draws.len() >= DRAWS_MIN);
    let flipped = match enough && members.len() > 1 {
        true => max_t(&draws, seed),
        false => None,
    };
    match flipped {
        Some(p) => (
            "max_t",
            p.iter().zip(&own).map(|(p, own)| p.max(*own)).collect(),
        ),
        None => ("holm", holm(&own)),
    }
}

fn verdict(comparison: &Comparison) -> Verdict {
    let Some([low, high]) = comparison.intervals.of(comparison.estimand) else {
        return Verdict::Open;
    };
    if low <= 0.0 && high >= 0.0 {
        return Verdict::Open;
    }
    match comparison.p_adjusted {
        Some(p) if p < ALPHA && low > 0.0 => Verdict::Higher,
        Some(p) if p < ALPHA => Verdict::Lower,
        _ => Verdict::NotAlone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_control_of_two_subsets_weighs_as_both() {
        assert_eq!(weights(&[[0, 4], [2, 4]]), [(0, 0.5), (2, 0.5), (4, -1.0)]);
        assert_eq!(weights(&[[0, 1], [1, 2]]), [(0, 0.5), (2, -0.5)]);
    }
}
