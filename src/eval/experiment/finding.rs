//! What made scores vary, and what an experiment like this one finds.

use std::collections::BTreeMap;

use super::Options;
use super::answer::{Components, Detectable, Estimand};
use super::design::Design as Experiment;
use super::facts::told;
use super::runs::{Benchmark, Measure, Trained};
use crate::compare::power::{Design, Test};
use crate::eval::components::{self, Seeds};

/// As `gradatim power` has them by default.
const TEST: Test = Test {
    alpha: 0.05,
    power: 0.8,
};

/// The parts of variation at a benchmark, and the smallest difference that is found, of the arms whose runs are not known to
/// differ in more than their training; none where there is none, or no question is common to all runs.
pub(super) fn of(
    experiment: &Experiment,
    benchmark: &Benchmark<'_>,
    options: &Options<'_>,
) -> Option<(Components, Detectable)> {
    let are_alike = |runs: &[Trained<'_>]| {
        let runs: Vec<&Trained<'_>> = runs.iter().collect();
        told(&runs, options).refused.is_none()
    };
    let questions = benchmark.common(benchmark.arms.iter().flatten(), None);
    let arms: Vec<Vec<Seeds>> = benchmark
        .arms
        .iter()
        .filter(|runs| !runs.is_empty() && are_alike(runs))
        .map(|runs| draws(runs, &questions))
        .collect();
    let found = components::components(&arms)?;
    let attempts = benchmark
        .arms
        .iter()
        .flatten()
        .map(|trained| trained.attempts(&questions)[0]);
    let mut detectable = Detectable {
        benchmark: benchmark.name.clone(),
        questions: questions.len() as u32,
        attempts: attempts.min()?,
        ..Detectable::default()
    };
    size(&mut detectable, experiment, benchmark);
    find(&mut detectable, &found);
    let share = |points: Option<f64>| points.map(|points| points / 100.0);
    let components = Components {
        benchmark: benchmark.name.clone(),
        draw_sd: share(found.draw_sd),
        seed_sd: share(found.seed_sd),
        attempt_sd: share(found.attempt_sd),
        question_sd: share(found.question_sd),
        between_questions: found.between_questions,
        accuracy: found.accuracy / 100.0,
        draw_freedom: found.draw_freedom,
        seed_freedom: found.seed_freedom,
    };
    Some((components, detectable))
}

fn draws(runs: &[Trained<'_>], questions: &[usize]) -> Vec<Seeds> {
    let mut draws: BTreeMap<u32, Seeds> = BTreeMap::new();
    for trained in runs {
        draws
            .entry(trained.draw)
            .or_default()
            .push(trained.all_counts(questions, Measure::Avg));
    }
    draws.into_values().collect()
}

/// Draws and seeds of the arm that has fewest, of those that have several.
fn size(detectable: &mut Detectable, experiment: &Experiment, benchmark: &Benchmark<'_>) {
    let units = (0..experiment.arms.len()).filter_map(|at| benchmark.units(experiment, at));
    let mut counts: BTreeMap<Estimand, Vec<[usize; 2]>> = BTreeMap::new();
    for units in units {
        let seeds = units.runs.iter().map(Vec::len).min().unwrap_or(0);
        counts
            .entry(units.estimand)
            .or_default()
            .push([units.runs.len(), seeds]);
    }
    if let Some((estimand, counts)) = counts.into_iter().next_back() {
        let fewest = |at: usize| counts.iter().map(|count| count[at]).min().unwrap_or(0) as u32;
        detectable.estimand = estimand;
        [detectable.draws, detectable.seeds] = match estimand {
            Estimand::ThisSet => [1, fewest(0)],
            _ => [fewest(0), fewest(1)],
        };
    }
}

fn find(detectable: &mut Detectable, found: &components::Components) {
    // Of sets that are retrained, seeds are what is repeated.
    let (draws, seeds, draw_sd, seed_sd) = match detectable.estimand {
        Estimand::ThisSet => (detectable.seeds, 1, found.seed_sd, None),
        _ => (
            detectable.draws,
            detectable.seeds,
            found.draw_sd,
            found.seed_sd,
        ),
    };
    let design = |question_sd| Design {
        draws,
        seeds,
        questions: detectable.questions,
        attempts: detectable.attempts,
        draw_sd: draw_sd.unwrap_or(0.0),
        seed_sd: seed_sd.unwrap_or(0.0),
        accuracy: found.accuracy,
        between_questions: found.between_questions.unwrap_or(0.0),
        question_sd,
    };
    let smallest =
        |question_sd| Some(design(question_sd).detectable(TEST)?.smallest_difference / 100.0);
    let these = smallest(None);
    let like_these = found.question_sd.and_then(|sd| smallest(Some(sd)));
    // With the questions' own there are more degrees of freedom; no less is found on these alone for all that.
    let like_these = like_these.map(|found| found.max(these.unwrap_or(0.0)));
    detectable.these_questions = these;
    detectable.questions_like_these = like_these;
    if these.is_none() {
        detectable.why_not = Some("nothing was repeated: one run an arm".to_owned());
    }
}
