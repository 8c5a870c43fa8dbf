//! Compares problems with a benchmark's questions by vectors that the user brings.

use super::loaded::Loaded;
use crate::plan::{PlannedBenchmark, PlannedVectors, VectorFile};
use crate::select::similar::tfidf::cosine;
use crate::select::similar::{Similar, Similarity};
use crate::source::vectors::{self, Key};
use crate::{Error, Result};

/// The cosine of each problem's vector with each question's.
pub(super) fn compare(
    loaded: &Loaded<'_>,
    planned: &PlannedVectors,
    benchmark: &PlannedBenchmark,
    asked: &Similar,
) -> Result<Similarity> {
    let chosen = benchmark.of_tiers(&asked.tiers);
    let questions: Vec<&Vec<f32>> = chosen.iter().map(|&at| &planned.questions[at]).collect();
    let mut similarity = Similarity::unknown(loaded.entries.problems.len(), questions.len());
    each_vector(
        loaded,
        &planned.problems,
        planned.width(),
        |problem, vector| {
            let scores = questions.iter().map(|question| cosine(&vector, question));
            let Some(scores) = scores.collect::<Option<Vec<f32>>>() else {
                unreachable!("vectors of one width with a direction have a cosine");
            };
            similarity.set(problem as usize, &scores);
            Ok(())
        },
    )?;
    Ok(similarity)
}

/// Hands the vector of each row to `take` whose problem the run has, in the order of the file.
pub(super) fn each_vector(
    loaded: &Loaded<'_>,
    vectors: &VectorFile,
    width: Option<usize>,
    mut take: impl FnMut(u32, Vec<f32>) -> Result<()>,
) -> Result<()> {
    let path = &vectors.file;
    let is_by_place = vectors::is_by_place(path);
    let by_place = if is_by_place {
        by_place(loaded)
    } else {
        Vec::new()
    };
    let rows = vectors::read(path, width, |row| {
        let problem = match row.key {
            Key::Id(id) => loaded.entries.find_problem(id),
            Key::Place => by_place.get(row.number as usize).copied().flatten(),
            Key::None => return Err(changed(vectors)),
        };
        problem.map_or(Ok(()), |problem| take(problem, row.vector))
    })?;
    if is_by_place && rows != by_place.len() as u64 {
        let problem = format!("has {rows} rows, and the source has {}", by_place.len());
        return Err(vectors::wrong(path, problem));
    }
    Ok(())
}

/// The plan has read the file and refused what has no key.
fn changed(vectors: &VectorFile) -> Error {
    Error::Changed {
        file: vectors.name.clone(),
    }
}

/// The problem of each row of the sources, files in order of name; none where a row has none.
fn by_place(loaded: &Loaded<'_>) -> Vec<Option<u32>> {
    let mut rows = Vec::new();
    let (mut start, mut last) = (0, None);
    for part in &loaded.parts {
        if last.replace((part.source, part.file)) != Some((part.source, part.file)) {
            start = rows.len();
        }
        for entry in &loaded.entries.rows[part.entries.clone()] {
            let at = start + entry.row as usize;
            if rows.len() <= at {
                rows.resize(at + 1, None);
            }
            rows[at] = rows[at].or(entry.body.as_ref().ok().map(|body| body.problem));
        }
    }
    rows
}
