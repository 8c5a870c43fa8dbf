//! What a reader must know before believing an answer.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::answer::{Answer, Comparison, Estimand};
use super::design::{Design, Shared};
use super::facts::told;
use super::runs::{Benchmark, Trained};
use crate::error::listed;

pub(super) fn of(
    design: &Design,
    benchmarks: &[Benchmark<'_>],
    answer: &Answer,
    options: &Options<'_>,
) -> Vec<String> {
    let mut said = Vec::new();
    said.extend(joining(answer));
    for benchmark in benchmarks {
        said.extend(partial(benchmark));
        said.extend(unlike(design, benchmark, options));
        said.extend(unlike_leaks(answer, benchmark));
        said.extend(leaked(design, benchmark));
    }
    said.extend(not_drawn(answer));
    said.extend(unknown(answer));
    said.extend(allowed(answer));
    said.extend(refused(answer));
    said.extend(steps(answer));
    said
}

fn joining(answer: &Answer) -> Vec<String> {
    let mut said = Vec::new();
    let missing: BTreeSet<&str> = answer
        .missing
        .iter()
        .map(|missing| missing.run.as_str())
        .collect();
    if !missing.is_empty() {
        said.push(format!(
            "{} of {} runs have no log, or not of every benchmark: {}",
            missing.len(),
            answer.experiment.lines,
            listed(missing)
        ));
    }
    let left_out = |is_second: bool| {
        let unmatched = answer.unmatched.iter();
        let of = unmatched.filter(move |unmatched| unmatched.is_second == is_second);
        of.map(|unmatched| unmatched.log.as_str())
    };
    if left_out(true).next().is_some() {
        said.push(format!(
            "two logs for one run: the first by name counts, and left out were {}",
            listed(left_out(true))
        ));
    }
    if left_out(false).next().is_some() {
        said.push(format!(
            "logs of no run of the experiment were left out: {}",
            listed(left_out(false))
        ));
    }
    said
}

fn partial(benchmark: &Benchmark<'_>) -> Option<String> {
    let common = benchmark
        .common(benchmark.arms.iter().flatten(), None)
        .len();
    let of = benchmark
        .of
        .unwrap_or(benchmark.questions.len())
        .max(benchmark.questions.len());
    (common < of).then(|| {
        format!(
            "{}: {common} of {of} questions were asked of every run",
            named(benchmark)
        )
    })
}

fn named(benchmark: &Benchmark<'_>) -> String {
    benchmark
        .name
        .clone()
        .unwrap_or_else(|| "a benchmark that no log names".to_owned())
}

/// Arms whose own runs are known to differ in more than their training.
fn unlike(design: &Design, benchmark: &Benchmark<'_>, options: &Options<'_>) -> Vec<String> {
    let mut why: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (arm, runs) in design.arms.iter().zip(&benchmark.arms) {
        let runs: Vec<&Trained<'_>> = runs.iter().collect();
        if let Some(refused) = told(&runs, options).refused {
            why.entry(refused).or_default().push(&arm.name);
        }
    }
    let said = why.into_iter().map(|(why, arms)| {
        format!(
            "{}: the runs of an arm differ in more than their training, so that its figures are of no one thing ({why}): {}",
            named(benchmark),
            listed(arms)
        )
    });
    said.collect()
}

/// Before the arms one by one: how many comparisons it touches.
fn unlike_leaks(answer: &Answer, benchmark: &Benchmark<'_>) -> Option<String> {
    let all: Vec<&Comparison> = answer
        .effects
        .iter()
        .filter(|effect| effect.benchmark == benchmark.name)
        .collect();
    let touched = all
        .iter()
        .filter(|effect| effect.contaminated.is_some())
        .count();
    (touched > 0).then(|| {
        format!(
            "{}: {touched} of {} effects compare subsets with unlike numbers of its own questions in training: what they show may be \
             memorised",
            named(benchmark),
            all.len()
        )
    })
}

/// What the subsets share with the benchmark that judges them.
fn leaked(design: &Design, benchmark: &Benchmark<'_>) -> Vec<String> {
    if design.origin.by != "folder" {
        return Vec::new();
    }
    let name = named(benchmark);
    let is_looked_for = design
        .leak
        .looked_for
        .as_ref()
        .is_some_and(|looked| looked.contains(&name));
    if !is_looked_for {
        return vec![format!(
            "{name}: the subsets were not screened for its questions (no `[screen.contamination]` of the pipeline names it)"
        )];
    }
    let mut said = Vec::new();
    for at in (0..design.arms.len()).filter(|at| !benchmark.arms[*at].is_empty()) {
        let worst = design.worst_shared(at, Some(&name));
        let Some(Shared {
            contaminated,
            suspect,
        }) = worst
        else {
            continue;
        };
        let name_of_arm = &design.arms[at].name;
        if contaminated > 0 {
            said.push(format!("{name_of_arm} was trained on questions of {name}: up to {contaminated} of a subset's rows are contaminated"));
        } else if suspect > 0 {
            said.push(format!(
                "{name_of_arm}: up to {suspect} of a subset's rows are suspected to be of {name}"
            ));
        }
    }
    said
}

fn not_drawn(answer: &Answer) -> Option<String> {
    let narrow: BTreeSet<&str> = answer
        .arms
        .iter()
        .filter(|arm| arm.estimand != Estimand::ThisKind)
        .map(|arm| arm.name.as_str())
        .collect();
    let all = answer.arms.iter().map(|arm| arm.name.as_str());
    let which = match all.collect::<BTreeSet<&str>>() == narrow {
        true => "every arm".to_owned(),
        false => listed(narrow.iter().copied()),
    };
    (!narrow.is_empty()).then(|| {
        format!("one draw of {which}: what is said of it is of these very sets, not of their kind")
    })
}

fn unknown(answer: &Answer) -> Option<String> {
    let all = answer
        .effects
        .iter()
        .flat_map(|effect| effect.unknown.iter().copied());
    let all: BTreeSet<&str> = all.collect();
    (!all.is_empty()).then(|| {
        format!(
            "some logs do not say their {}: that runs do not differ in it is believed, not known",
            listed(all)
        )
    })
}

/// Effects and contrasts, one after another.
fn comparisons(answer: &Answer) -> impl Iterator<Item = &Comparison> {
    answer.effects.iter().chain(&answer.contrasts)
}

fn allowed(answer: &Answer) -> Vec<String> {
    let all: BTreeSet<&String> = comparisons(answer).flat_map(|one| &one.allowed).collect();
    all.into_iter()
        .map(|what| format!("compared as allowed, though {what}"))
        .collect()
}

fn refused(answer: &Answer) -> Vec<String> {
    let mut counted: BTreeMap<&String, usize> = BTreeMap::new();
    for why in comparisons(answer).filter_map(|one| one.refused.as_ref()) {
        *counted.entry(why).or_default() += 1;
    }
    let total = comparisons(answer).count();
    let said = counted.into_iter();
    said.map(|(why, count)| format!("{count} of {total} effects and contrasts are not told: {why}"))
        .collect()
}

fn steps(answer: &Answer) -> Option<String> {
    let grown = answer
        .scaling
        .iter()
        .filter(|scaling| scaling.tier.is_none())
        .find_map(|scaling| scaling.steps_grow)?;
    Some(format!(
        "steps grow with size, from {} to {}: what N does is told from what steps do by runs of constant steps alone (`[runs] steps`)",
        grown[0], grown[1]
    ))
}
