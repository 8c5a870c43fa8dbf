//! What a reader of figures should know of them.

use super::figures::RunFigures;
use super::pairs::PairFigures;
use crate::eval::attempt::{Grader, Run};

/// From so large a share on, what was cut off or differs is said.
const SHARE_SAID: f64 = 0.01;

/// Models whose attempts made the paper's tiers of AIME24 (arXiv 2504.11741), as logs spell them.
const MADE_THE_TIERS: [&str; 6] = [
    "qwen2.5-32b-instruct",
    "s1.1-32b",
    "limo",
    "deepseek-r1",
    "qwq-32b",
    "still-3",
];

pub(super) fn of(
    runs: &[Run],
    figures: &[RunFigures],
    pairs: &[PairFigures],
    grader: Grader,
) -> Vec<String> {
    let mut said = Vec::new();
    for (run, figures) in runs.iter().zip(figures) {
        said.extend(of_run(run, figures, grader));
    }
    let refused = pairs.iter().filter_map(|pair| {
        let why = pair.refused.as_deref()?;
        Some(format!("{} and {} are not compared: {why}", pair.a, pair.b))
    });
    let allowed = pairs
        .iter()
        .filter(|pair| !pair.allowed.is_empty())
        .map(|pair| {
            format!(
                "{} and {} are compared as allowed, though {}",
                pair.a,
                pair.b,
                pair.allowed.join("; ")
            )
        });
    said.extend(refused.chain(allowed));
    said
}

fn of_run(run: &Run, figures: &RunFigures, grader: Grader) -> Vec<String> {
    let name = &figures.name;
    let all = [
        coverage(figures),
        uneven(figures),
        cut(figures),
        unknown(figures),
        two_graders(figures, grader),
        disagreement(figures),
        made_the_tiers(run, figures),
    ];
    all.into_iter()
        .flatten()
        .map(|what| format!("{name}: {what}"))
        .collect()
}

/// Where the reader of the log has not said it already.
fn coverage(figures: &RunFigures) -> Option<String> {
    let of = figures.of.filter(|of| figures.questions < u64::from(*of))?;
    let is_said = figures
        .remarks
        .iter()
        .any(|remark| remark.contains(&format!("of the {of} questions")));
    (!is_said).then(|| {
        format!(
            "{} of {of} questions: its figures are of these alone",
            figures.questions
        )
    })
}

fn uneven(figures: &RunFigures) -> Option<String> {
    let [fewest, most] = figures.attempts_each;
    (fewest < most).then(|| {
        format!(
            "its questions have {fewest} to {most} attempts; cov@n favours those that have more"
        )
    })
}

fn cut(figures: &RunFigures) -> Option<String> {
    let ended = figures
        .by_end
        .filter(|_| figures.unfinished > Some(SHARE_SAID))?;
    let percent =
        |share: Option<f64>| share.map_or("none".into(), |share| format!("{:.1} %", 100.0 * share));
    Some(format!(
        "{} of {} attempts were cut off; right are {} of the finished and {} of the cut",
        ended.cut,
        ended.cut + ended.finished,
        percent(ended.finished_right),
        percent(ended.cut_right),
    ))
}

fn unknown(figures: &RunFigures) -> Option<String> {
    let [low, high] = figures.bounds.map(|share| 100.0 * share);
    (figures.unknown > SHARE_SAID).then(|| {
        format!(
            "{:.1} % of the attempts are cut off, unanswered or undecided and count as wrong; avg is {low:.1} % if all of \
             them are, {high:.1} % if none is",
            100.0 * figures.unknown
        )
    })
}

/// An average of which one part is the log's and the other ours is nobody's.
fn two_graders(figures: &RunFigures, grader: Grader) -> Option<String> {
    let (log, us, all) = (figures.by_log, figures.by_us, figures.attempts);
    let are = if us == 1 { "is" } else { "are" };
    (log > 0 && us > 0).then(|| match grader {
        Grader::Recorded => {
            format!("the log grades {log} of {all} attempts; {us} {are} graded by us")
        }
        Grader::Ours => format!("we grade {us} of {all} attempts; {log} count as the log says"),
    })
}

fn disagreement(figures: &RunFigures) -> Option<String> {
    let graders = figures.graders?;
    let differ = graders.recorded_only + graders.ours_only;
    (differ as f64 > SHARE_SAID * graders.both as f64).then(|| {
        format!(
            "the log and our verifier differ on {differ} of {} attempts: avg {:.1} % and {:.1} %",
            graders.both,
            100.0 * graders.avg_recorded,
            100.0 * graders.avg_ours
        )
    })
}

fn made_the_tiers(run: &Run, figures: &RunFigures) -> Option<String> {
    let has_tiers = !figures.tiers.is_empty() && run.benchmark.as_deref() == Some("aime24");
    let model = run
        .facts
        .model
        .as_deref()
        .filter(|_| has_tiers)?
        .to_lowercase();
    let name = model.rsplit('/').next().unwrap_or_default();
    MADE_THE_TIERS.contains(&name).then(|| {
        "the paper's tiers were made with this model: what it does by tier is no test of them"
            .to_owned()
    })
}
