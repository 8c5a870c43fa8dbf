//! Reads the texts of a run's problems once more, from the pool, for what only they can tell.
//!
//! Problems are read in batches and looked at side by side; what is kept of each is added in the order of
//! the plan. A problem that several parts hold is looked at once.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use rayon::prelude::*;

use super::loaded::Loaded;
use super::nominations::nominate;
use super::{Amount, Settings};
use crate::ids::{Id, IdHasher};
use crate::pool::tables::{ANSWER, PROBLEM, PROBLEM_ID};
use crate::pool::{Entries, readings};
use crate::schema::{Column, Misfit};
use crate::screen::Screened;
use crate::screen::contamination::{DETECTOR_VERSION, Detector, Fingerprint};
use crate::screen::near::{self, Clusters};
use crate::screen::problems::{Disagreement, Looking};
use crate::source::answers;
use crate::verify::{Outcome, compare};
use crate::{Result, measure};

/// Who screens, for what is kept of it.
pub(crate) fn reader() -> String {
    format!(
        "screening 1, near {}, detector {DETECTOR_VERSION}, answers {}",
        near::VERSION,
        measure::VERSION
    )
}

/// What the texts of all problems say, as far as the pipeline asks; from the pool, where a run over the same parts asked
/// for the same.
pub(super) fn screen(loaded: &Loaded<'_>, settings: &Settings<'_>) -> Result<Screened> {
    let plan = loaded.plan;
    if plan.contamination.is_empty() && plan.cluster_threshold.is_none() {
        return Ok(Screened::default());
    }
    // What vectors nominate is a function of their file too.
    if plan.screen_vectors.is_some() {
        return look(loaded, settings);
    }
    let (name, reader) = (reading(loaded), reader());
    let problems = loaded.entries.problems.len() as u32;
    let benchmarks = plan.contamination.iter().map(|one| &one.fingerprint);
    let benchmarks: Vec<&Fingerprint> = benchmarks.collect();
    let kept = settings.pool.reading(name, &reader, |told| {
        Screened::from_bytes(told, problems, &plan.screen, &benchmarks)
    });
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let screened = look(loaded, settings)?;
    settings
        .pool
        .keep_reading(name, &reader, &screened.to_bytes());
    Ok(screened)
}

/// The name of what the texts of these problems say: by their parts and by what is looked for.
fn reading(loaded: &Loaded<'_>) -> Id {
    let plan = loaded.plan;
    let parts = loaded.parts.iter().filter_map(|part| part.held.part());
    let threshold = plan.cluster_threshold.unwrap_or_default();
    let of_parts = readings::name(&reader(), parts).part(threshold.to_le_bytes());
    let benchmarks = plan.contamination.iter();
    let contents = benchmarks.map(|one| one.fingerprint.content().to_bytes());
    contents.fold(of_parts, IdHasher::part).finish()
}

fn look(loaded: &Loaded<'_>, settings: &Settings<'_>) -> Result<Screened> {
    let plan = loaded.plan;
    let fingerprints = plan.contamination.iter().map(|one| one.fingerprint.clone());
    let detector = (!plan.contamination.is_empty()).then(|| Detector::new(fingerprints.collect()));
    let mut looking = Looking::new(&plan.screen, detector, plan.cluster_threshold);
    let entries = &loaded.entries;
    let nominations = plan.screen_vectors.as_ref();
    let nominations = nominations
        .map(|planned| nominate(loaded, planned, settings))
        .transpose()?
        .unwrap_or_default();
    settings
        .watch
        .begin("screen", Amount::rows(entries.problems.len() as u64));
    let mut seen = vec![false; entries.problems.len()];
    loaded.each_problem_batch(settings, &TEXTS, |batch| {
        let rows = texts(entries, batch, &PROBLEM)?.zip(ANSWER.of(batch)?);
        let new = rows.filter_map(|(text, answer)| {
            let (problem, text) = text?;
            let is_new = !std::mem::replace(&mut seen[problem as usize], true);
            is_new.then_some((problem, text, answer))
        });
        let new: Vec<(u32, &str, Option<&str>)> = new.collect();
        let look = |(problem, text, answer): &(u32, &str, Option<&str>)| {
            looking.look(text, *answer, nominations.of(*problem))
        };
        let looked: Vec<_> = new.par_iter().map(look).collect();
        settings.watch.advance(Amount::rows(new.len() as u64));
        for ((problem, ..), looked) in new.iter().zip(looked) {
            looking.add(entries, *problem, looked);
        }
        Ok(())
    })?;
    let mut screened = looking.finish(entries);
    let planned = plan.screen_vectors.as_ref();
    screened.nominated = planned.map(|planned| nominations.counts(&planned.items));
    if let Some(clusters) = &screened.clusters {
        screened.disagreeing = disagreeing(loaded, settings, clusters)?;
    }
    Ok(screened)
}

/// What is read of the problems.
const TEXTS: [&str; 3] = [PROBLEM_ID.name(), PROBLEM.name(), ANSWER.name()];

/// The texts of a column of a batch of problems, with the problem's index; none where one of both is not there.
fn texts<'b>(
    entries: &Entries,
    batch: &'b RecordBatch,
    column: &Column<str>,
) -> Result<impl Iterator<Item = Option<(u32, &'b str)>>, Misfit> {
    let rows = PROBLEM_ID.of(batch)?.into_iter().zip(column.of(batch)?);
    Ok(rows.map(|(id, text)| Some((entries.find_problem(id?)?, text?))))
}

/// The clusters of which a gold answer is `wrong` by another of them.
fn disagreeing(
    loaded: &Loaded<'_>,
    settings: &Settings<'_>,
    clusters: &Clusters,
) -> Result<Vec<Disagreement>> {
    let entries = &loaded.entries;
    let mut sizes = vec![0_u32; clusters.first.len()];
    for &first in &clusters.first {
        sizes[first as usize] += 1;
    }
    let mut answers: HashMap<u32, String> = HashMap::new();
    let columns = [PROBLEM_ID.name(), ANSWER.name()];
    loaded.each_problem_batch(settings, &columns, |batch| {
        for (problem, answer) in texts(entries, batch, &ANSWER)?.flatten() {
            if sizes[clusters.first[problem as usize] as usize] > 1 {
                answers.entry(problem).or_insert_with(|| answer.to_owned());
            }
        }
        Ok(())
    })?;
    let id = |problem: u32| entries.problems[problem as usize].id;
    let mut answers: Vec<(u32, String)> = answers.into_iter().collect();
    let cluster = |problem: u32| id(clusters.first[problem as usize]);
    answers.sort_by_key(|(problem, _)| (cluster(*problem), id(*problem)));
    let by_cluster = answers.chunk_by(|a, b| cluster(a.0) == cluster(b.0));
    let disagree = |answers: &&[(u32, String)]| {
        let (first, rest) = (&answers[0].1, &answers[1..]);
        rest.iter().any(|(_, answer)| differ(first, answer))
    };
    let found = by_cluster.filter(disagree).map(|answers| Disagreement {
        answers: answers.to_vec(),
    });
    Ok(found.collect())
}

/// Whether two gold answers are decidedly not the same: of several that would do, no two are.
pub(crate) fn differ(gold_answer: &str, other: &str) -> bool {
    let is_wrong = |a: &str, b: &str| a != b && compare(a, b).outcome == Outcome::Wrong;
    let others = answers::each(other);
    let differs = |a: &str| others.iter().all(|b| is_wrong(a, b));
    answers::each(gold_answer).iter().all(|a| differs(a))
}
