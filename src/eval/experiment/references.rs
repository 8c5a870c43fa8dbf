//! Arms against models that no line of the experiment trained: the base model, and those of others.

use super::Options;
use super::answer::{Comparison, Estimand, Family, Reference};
use super::arms::{by_tier, figures};
use super::comparisons::{adjusted, compared};
use super::design::Design;
use super::facts::told;
use super::runs::{Benchmark, Trained, Units};
use super::weigh::What;

/// Each reference at a benchmark, with what every arm has more.
pub(super) fn all(
    design: &Design,
    benchmark: &Benchmark<'_>,
    options: &Options<'_>,
) -> Vec<Reference> {
    let of =
        |(name, model): &(String, Trained<'_>)| reference(design, benchmark, name, model, options);
    benchmark.references.iter().filter_map(of).collect()
}

fn reference<'b, 'r>(
    design: &Design,
    benchmark: &'b Benchmark<'r>,
    name: &str,
    model: &'b Trained<'r>,
    options: &Options<'_>,
) -> Option<Reference> {
    let units = Units {
        estimand: Estimand::ThisRun,
        numbers: vec![0],
        runs: vec![vec![model]],
    };
    let gain = |at: usize| {
        let comparison = Comparison {
            family: Family::Reference,
            name: format!("{} - {name}", design.arms[at].name),
            benchmark: benchmark.name.clone(),
            cells: vec![[design.arms[at].name.clone(), name.to_owned()]],
            ..Comparison::default()
        };
        let what = [(What::Arm(at), 1.0), (What::Model(model), -1.0)];
        let runs: Vec<&Trained<'_>> = benchmark.arms[at].iter().chain([model]).collect();
        let told = told(&runs, options);
        compared(comparison, design, benchmark, &what, &runs, told)
    };
    let arms = (0..design.arms.len()).filter(|&at| !benchmark.arms[at].is_empty());
    Some(Reference {
        name: name.to_owned(),
        benchmark: benchmark.name.clone(),
        whole: figures(benchmark, &units, None)?,
        tiers: by_tier(benchmark, &units),
        gains: adjusted(arms.map(gain).collect(), options.seed),
    })
}
