//! The vectors by which problems are screened, of `[screen.contamination.vectors]`: those of the items, read, and the
//! file of the problems', read through.
//!
//! Refused here with the key that names the file; only how many rows an NPY of problems must have is known when the
//! sources were read.

use std::collections::BTreeMap;

use super::contamination::SoughtBenchmark;
use super::files::Finder;
use super::vector_files::{self, VectorFile};
use crate::error::{did_you_mean, listed};
use crate::pipeline::{Pipeline, PipelineFile};
use crate::screen::contamination::nominees::{ItemVectors, NEAREST_MAX, Vectors};
use crate::source::vectors;
use crate::{Error, Result};

/// The vectors that problems are screened by.
#[derive(Clone, Debug)]
pub struct PlannedScreenVectors {
    /// Those of the items.
    pub items: ItemVectors,
    /// How many numbers each vector has.
    pub width: usize,
    /// The file of the problems' vectors.
    pub problems: VectorFile,
    /// By benchmark, in the order of the pipeline's: its name, how many items it has, and the file of their vectors.
    pub benchmarks: Vec<(String, u64, VectorFile)>,
}

const KEY: &str = "screen.contamination.vectors";

/// Refuses bounds that hold nothing.
pub(super) fn check(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let Some(asked) = asked(pipeline) else {
        return Ok(());
    };
    let wrong = |key: &str, problem: &str, mend: &str| {
        Err(file.error(&format!("{KEY}.{key}"), problem, mend))
    };
    let is_cosine = |least: &f32| (-1.0..=1.0).contains(least);
    for (key, least) in [
        ("cosine_min", asked.cosine_min),
        ("suspect_cosine_min", asked.suspect_cosine_min),
    ] {
        if least.is_some_and(|least| !is_cosine(&least)) {
            let problem = "is no cosine, which lies from -1 to 1";
            return wrong(key, problem, "leave it out");
        }
    }
    if !(1..=NEAREST_MAX).contains(&asked.nearest) {
        let problem = format!("is not from 1 to {NEAREST_MAX}");
        return wrong("nearest", &problem, "leave it out");
    }
    if let (Some(looked), Some(suspect)) = (asked.cosine_min, asked.suspect_cosine_min)
        && suspect < looked
    {
        let problem = "is less than `cosine_min`, from which on an item is looked at";
        return wrong(
            "suspect_cosine_min",
            problem,
            "write a larger one, or leave it out",
        );
    }
    if asked.items.is_empty() {
        let mend =
            "name a file for one benchmark at least, as `items = { aime24 = \"aime24.npy\" }`";
        return wrong("items", "is empty", mend);
    }
    Ok(())
}

fn asked(pipeline: &Pipeline) -> Option<&Vectors> {
    pipeline.screen.contamination.as_ref()?.vectors.as_ref()
}

/// Reads the vectors that the pipeline screens by; none where it names none.
pub(super) fn plan(
    finder: &Finder<'_>,
    pipeline: &Pipeline,
    sought: &[SoughtBenchmark],
) -> Result<Option<PlannedScreenVectors>> {
    let Some(asked) = asked(pipeline) else {
        return Ok(None);
    };
    check_names(finder.file, asked, sought)?;
    let mut read = Items::default();
    let mut start = 0;
    for benchmark in sought {
        let (name, count) = (
            &benchmark.fingerprint.name,
            benchmark.fingerprint.items.len(),
        );
        if let Some(named) = asked.items.get(name) {
            let key = format!("{KEY}.items.{name}");
            let file = vector_files::find(finder, &key, named)?;
            let added = read.add(&file, start, count);
            added.map_err(|error| at_key(finder.file, &key, error))?;
            read.benchmarks.push((name.clone(), count as u64, file));
        }
        start += count as u32;
    }
    let key = format!("{KEY}.problems");
    let problems = vector_files::find_problems(finder, pipeline, &key, &asked.problems)?;
    let checked = vector_files::check_problems(&problems.file, read.width);
    checked.map_err(|error| at_key(finder.file, &key, error))?;
    Ok(Some(PlannedScreenVectors {
        items: ItemVectors::new(asked, &read.vectors),
        width: read.width.unwrap_or_default(),
        problems,
        benchmarks: read.benchmarks,
    }))
}

/// The vectors of items as they are read.
#[derive(Default)]
struct Items {
    width: Option<usize>,
    /// By the item's number among those of all benchmarks.
    vectors: BTreeMap<u32, Vec<f32>>,
    benchmarks: Vec<(String, u64, VectorFile)>,
}

impl Items {
    /// Adds a vector for each of `count` items, the first of which has the number `start`.
    fn add(&mut self, file: &VectorFile, start: u32, count: usize) -> Result<()> {
        let rows = vectors::read(&file.file, self.width, |row| {
            self.width = Some(row.vector.len());
            if row.number < count as u64 {
                self.vectors.insert(start + row.number as u32, row.vector);
            }
            Ok(())
        })?;
        if rows == count as u64 {
            return Ok(());
        }
        let problem = format!("has {rows} vectors, and the benchmark has {count} items");
        Err(vectors::wrong(&file.file, problem))
    }
}

/// Refuses vectors of a benchmark that is not looked for.
fn check_names(file: &PipelineFile, asked: &Vectors, sought: &[SoughtBenchmark]) -> Result<()> {
    let known: Vec<&str> = sought
        .iter()
        .map(|benchmark| benchmark.fingerprint.name.as_str())
        .collect();
    let mut named = asked.items.keys();
    let Some(lost) = named.find(|name| !known.contains(&name.as_str())) else {
        return Ok(());
    };
    let meant = did_you_mean(lost, known.iter().copied());
    Err(file.error(
        &format!("{KEY}.items.{lost}"),
        "names no benchmark that is looked for",
        &format!("{meant}write one of {}", listed(known)),
    ))
}

/// What is wrong with a file, told where the pipeline names it.
fn at_key(file: &PipelineFile, key: &str, error: Error) -> Error {
    match error {
        Error::File {
            file: path,
            problem,
            hint,
        } => file.error(key, &format!("names `{path}`, which {problem}"), &hint),
        other => other,
    }
}
