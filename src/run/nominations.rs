//! Finds the items of benchmarks that the vectors of problems nominate, before their texts are looked at.
//!
//! The file of vectors has an order of its own, so what is kept of it are the few nearest items of each problem.

use super::cosines::each_vector;
use super::loaded::Loaded;
use super::{Amount, Settings};
use crate::Result;
use crate::plan::PlannedScreenVectors;
use crate::screen::contamination::nominees::Nominations;

/// Vectors that are compared at a time: 6 MB of 384 numbers each.
const VECTORS: usize = 4096;

/// What the vectors of the run's problems nominate; of a problem with several vectors the first counts.
pub(super) fn nominate(
    loaded: &Loaded<'_>,
    planned: &PlannedScreenVectors,
    settings: &Settings<'_>,
) -> Result<Nominations> {
    let count = loaded.entries.problems.len();
    settings.watch.begin("vectors", Amount::rows(count as u64));
    let mut nominations = Nominations::unknown(count);
    let (mut problems, mut vectors) = (Vec::new(), Vec::new());
    let mut known = vec![false; count];
    let mut compare = |problems: &mut Vec<u32>, vectors: &mut Vec<Vec<f32>>| {
        settings.check_stop()?;
        let found = planned.items.nominees(vectors);
        settings.watch.advance(Amount::rows(found.len() as u64));
        vectors.clear();
        for (problem, nominees) in problems.drain(..).zip(found) {
            nominations.set(problem, &nominees);
        }
        Ok(())
    };
    each_vector(
        loaded,
        &planned.problems,
        Some(planned.width),
        |problem, vector| {
            if std::mem::replace(&mut known[problem as usize], true) {
                return Ok(());
            }
            problems.push(problem);
            vectors.push(vector);
            match problems.len() < VECTORS {
                true => Ok(()),
                false => compare(&mut problems, &mut vectors),
            }
        },
    )?;
    compare(&mut problems, &mut vectors)?;
    Ok(nominations)
}
