//! The files with vectors of a plan: read through before anything is measured.
//!
//! Measuring a pool takes hours, reading vectors minutes: one that is wrong is found first. Only how many rows
//! an NPY must have is not known before the sources were read.

use std::path::Path;

use super::PlannedBenchmark;
use super::files::Finder;
use crate::bucket::length::Length;
use crate::ids::Id;
use crate::pipeline::Pipeline;
use crate::select::grid::Grid;
use crate::select::similar::Vectors;
use crate::source::vectors::{self, Key};
use crate::source::{DiskFile, Location};
use crate::{Error, Result};

/// The vectors that a grid compares problems by.
#[derive(Clone, Debug)]
pub struct PlannedVectors {
    pub asked: Vectors,
    /// The benchmark that the questions are of.
    pub benchmark: String,
    /// One for each question of the benchmark, all of one width.
    pub questions: Vec<Vec<f32>>,
    /// The file of the problems' vectors, and that of the questions'.
    pub problems: VectorFile,
    pub asking: VectorFile,
}

/// A file with vectors.
#[derive(Clone, Debug)]
pub struct VectorFile {
    pub file: DiskFile,
    pub name: String,
    pub bytes: u64,
    pub content: Id,
}

impl PlannedVectors {
    /// How many numbers each vector has.
    pub(crate) fn width(&self) -> Option<usize> {
        self.questions.first().map(Vec::len)
    }
}

/// Reads the vectors that the grids name, each pair of files once.
pub(super) fn plan(
    finder: &Finder<'_>,
    pipeline: &Pipeline,
    grids: &[(Grid, Vec<Length>)],
    benchmarks: &[PlannedBenchmark],
) -> Result<Vec<PlannedVectors>> {
    let mut planned: Vec<PlannedVectors> = Vec::new();
    for (index, (grid, _)) in grids.iter().enumerate() {
        let asked = grid.similar.as_ref();
        let Some((similar, asked)) = asked.and_then(|table| Some((table, table.vectors.as_ref()?)))
        else {
            continue;
        };
        let is_known =
            |known: &PlannedVectors| known.asked == *asked && known.benchmark == similar.to;
        if planned.iter().any(is_known) {
            continue;
        }
        let benchmark = benchmarks.iter().find(|known| known.name == similar.to);
        let Some(benchmark) = benchmark else {
            unreachable!("`check_similar` has found the benchmark");
        };
        let key = |key: &str| format!("grid[{index}].similar.vectors.{key}");
        let problems = find_problems(finder, pipeline, &key("problems"), &asked.problems)?;
        let asking = find(finder, &key("questions"), &asked.questions)?;
        let questions = questions(&asking.file, benchmark)?;
        check_problems(&problems.file, questions.first().map(Vec::len))?;
        planned.push(PlannedVectors {
            asked: asked.clone(),
            benchmark: benchmark.name.clone(),
            questions,
            problems,
            asking,
        });
    }
    Ok(planned)
}

/// The file of the vectors of problems.
pub(super) fn find_problems(
    finder: &Finder<'_>,
    pipeline: &Pipeline,
    key: &str,
    named: &str,
) -> Result<VectorFile> {
    let found = find(finder, key, named)?;
    if vectors::is_by_place(&found.file) && pipeline.sources.len() > 1 {
        return Err(finder.file.error(
            key,
            "is an NPY beside several sources, whose rows it does not tell apart",
            "write the vectors as Parquet with a column `problem_id` or `problem`",
        ));
    }
    Ok(found)
}

/// A file of vectors where it lies.
pub(super) fn find(finder: &Finder<'_>, key: &str, named: &str) -> Result<VectorFile> {
    let file = finder.file;
    let given = finder.overrides.path_of(named);
    let path = given.unwrap_or_else(|| Location::here(named).below(file.folder()));
    if !path.is_file() {
        return Err(file.error(
            key,
            &format!("cannot be used: `{}` names no file", path.display()),
            &format!(
                "name a Parquet or NPY file, from {} on",
                file.folder_words()
            ),
        ));
    }
    let name = Path::new(named).file_name().unwrap_or_default();
    let file = DiskFile::from(path);
    Ok(VectorFile {
        name: name.to_string_lossy().into_owned(),
        content: file.hash()?,
        bytes: file.bytes()?,
        file,
    })
}

fn questions(path: &DiskFile, benchmark: &PlannedBenchmark) -> Result<Vec<Vec<f32>>> {
    let mut questions = Vec::new();
    vectors::read(path, None, |row| {
        questions.push(row.vector);
        Ok(())
    })?;
    let (is, wanted) = (questions.len(), benchmark.questions.len());
    if is != wanted {
        let name = &benchmark.name;
        let problem =
            format!("has {is} vectors, and the benchmark `{name}` has {wanted} questions");
        return Err(vectors::wrong(path, problem));
    }
    Ok(questions)
}

/// Reads the vectors of problems through; refuses one that belongs to none.
pub(super) fn check_problems(path: &DiskFile, width: Option<usize>) -> Result<()> {
    let keyless = |row: u64| Error::Schema {
        file: path.display().to_string(),
        column: "problem_id".into(),
        problem: format!("and `problem` name no problem in row {row}, counted from 0"),
        hint: "give each vector the id or the text of its problem".into(),
    };
    vectors::read(path, width, |row| match row.key {
        Key::None => Err(keyless(row.number)),
        Key::Id(_) | Key::Place => Ok(()),
    })?;
    Ok(())
}
