//! What is known of how runs were made, so that those which differ in more than their training are not compared.

use std::collections::BTreeSet;

use super::Options;
use super::runs::Trained;
use crate::eval::attempt::Grader;
use crate::eval::report::Differing;

/// What the logs of some runs say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    /// Why they are not compared.
    pub refused: Option<String>,
    /// What differs and was let through.
    pub allowed: Vec<String>,
    /// What some log does not say.
    pub unknown: Vec<&'static str>,
}

/// Looks at what the logs of runs say, at one benchmark.
pub(super) fn told<'t, 'r: 't>(runs: &[&'t Trained<'r>], options: &Options<'_>) -> Told {
    let mut told = Told::default();
    let mut refused = Vec::new();
    for differing in Differing::ALL
        .into_iter()
        .filter(|differing| *differing != Differing::Questions)
    {
        let values: Vec<Option<String>> = runs
            .iter()
            .map(|trained| value(trained, differing, options.grader))
            .collect();
        if values.contains(&None) {
            told.unknown.push(differing.words());
        }
        let known: BTreeSet<String> = values.into_iter().flatten().collect();
        if known.len() > 1 {
            let listed: Vec<&str> = known.iter().take(3).map(String::as_str).collect();
            let what = format!("{} differs: {}", differing.words(), listed.join(", "));
            put(differing, what, options, &mut told, &mut refused);
        }
    }
    if let Some(what) = questions_differ(runs) {
        put(Differing::Questions, what, options, &mut told, &mut refused);
    }
    if !refused.is_empty() {
        told.refused = Some(refused.join("; "));
    }
    told
}

fn put(
    differing: Differing,
    what: String,
    options: &Options<'_>,
    told: &mut Told,
    refused: &mut Vec<String>,
) {
    if options.allow.contains(&differing) {
        told.allowed.push(what);
    } else {
        refused.push(format!("{what} (--allow {})", differing.word()));
    }
}

fn value(trained: &Trained<'_>, differing: Differing, grader: Grader) -> Option<String> {
    let mut attempts = trained
        .run
        .questions
        .iter()
        .flat_map(|asked| &asked.attempts);
    let grades_ourselves = differing == Differing::Grader && grader == Grader::Ours;
    if grades_ourselves && attempts.all(|attempt| attempt.ours.is_some()) {
        return Some("ours".to_owned());
    }
    differing.of(trained.run)
}

fn questions_differ(runs: &[&Trained<'_>]) -> Option<String> {
    let counts: BTreeSet<usize> = runs.iter().map(|trained| trained.asked().count()).collect();
    let (first, others) = runs.split_first()?;
    let is_same = others
        .iter()
        .all(|trained| trained.asked().eq(first.asked()));
    if is_same {
        return None;
    }
    let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
    Some(match counts.as_slice() {
        [one] => format!("they were asked different questions, {one} each"),
        several => format!(
            "they were asked different questions, {} of them",
            several.join(" and ")
        ),
    })
}
