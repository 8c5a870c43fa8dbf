//! Accuracy by tokens: whether a model that thinks longer explores more than it errs.

use super::answer::{ByTokens, Quarter, Stretch};
use super::design::Design;
use super::runs::{Benchmark, Trained, Units};
use crate::eval::metrics::by_tokens;
use crate::eval::table::{Question, mean};

const PARTS: usize = 4;

/// Of each arm whose logs say tokens.
pub(super) fn all(design: &Design, benchmark: &Benchmark<'_>) -> Vec<ByTokens> {
    let of = |at: usize| {
        let units = benchmark.units(design, at)?;
        let questions = benchmark.common(units.all(), None);
        let quarters = quarters(&units, &questions);
        let found = |trained: &Trained<'_>| by_tokens(&trained.table_of(&questions), PARTS);
        let part = |part: usize| {
            Some(Stretch {
                tokens: units.mean(|trained| Some(found(trained)?.parts[part][0]))?,
                avg: units.mean(|trained| Some(found(trained)?.parts[part][1]))?,
            })
        };
        let parts: Vec<Stretch> = (0..PARTS).filter_map(part).collect();
        let right_is_shorter = units.mean(|trained| found(trained)?.right_is_shorter);
        (!quarters.is_empty()).then(|| ByTokens {
            arm: design.arms[at].name.clone(),
            benchmark: benchmark.name.clone(),
            quarters,
            parts,
            right_is_shorter,
        })
    };
    (0..design.arms.len()).filter_map(of).collect()
}

/// Questions by their mean tokens over all runs, in four groups of nearly equal number.
fn quarters(units: &Units<'_, '_>, questions: &[usize]) -> Vec<Quarter> {
    let of = |&at: &usize| {
        let run = |trained: &Trained<'_>, of: fn(&Question) -> Option<f64>| {
            of(trained.table_of(&[at]).questions.first()?)
        };
        let tokens = |question: &Question| {
            mean(
                question
                    .attempts
                    .iter()
                    .filter_map(|attempt| attempt.tokens)
                    .map(f64::from),
            )
        };
        let covered = |question: &Question| Some(f64::from(u8::from(question.counts().right > 0)));
        let avg = |question: &Question| Some(question.counts().mean());
        Some([
            units.mean(|trained| run(trained, tokens))?,
            units.mean(|trained| run(trained, avg))?,
            units.mean(|trained| run(trained, covered))?,
        ])
    };
    let mut known: Vec<[f64; 3]> = questions.iter().filter_map(of).collect();
    known.sort_by(|a, b| a[0].total_cmp(&b[0]));
    let quarter = |part: usize| {
        let own = &known[part * known.len() / PARTS..(part + 1) * known.len() / PARTS];
        let mean = |of: usize| mean(own.iter().map(|each| each[of]));
        let (avg, cov) = (mean(1)?, mean(2)?);
        Some(Quarter {
            questions: own.len(),
            tokens: mean(0)?,
            avg,
            cov,
            gap: cov - avg,
        })
    };
    (0..PARTS).filter_map(quarter).collect()
}
