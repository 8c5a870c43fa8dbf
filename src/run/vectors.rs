//! Vectors that the user brings, for problems and for a benchmark's questions: Parquet or NPY.

use std::io::{BufReader, Read};
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Experiment;
use crate::ids::{Id, problem_id};
use crate::plan::PlannedBenchmark;
use crate::select::similar::tfidf::cosine;
use crate::select::similar::{Similar, Similarity, Vectors};
use crate::{Error, Result};

/// The cosine of each problem's vector with each question's.
pub(super) fn compare(
    experiment: &Experiment<'_>,
    files: &Vectors,
    benchmark: &PlannedBenchmark,
    asked: &Similar,
) -> Result<Similarity> {
    let folder = &experiment.plan.folder;
    let path = folder.join(&files.questions);
    let mut all: Vec<Vec<f32>> = Vec::new();
    read(&path, |row| {
        all.push(row.vector);
        Ok(())
    })?;
    if all.len() != benchmark.questions.len() {
        let problem = format!(
            "has {} vectors, and the benchmark `{}` has {} questions",
            all.len(),
            benchmark.name,
            benchmark.questions.len()
        );
        return Err(wrong(&path, "vector", &problem));
    }
    let chosen = benchmark.of_tiers(&asked.tiers);
    let questions: Vec<&Vec<f32>> = chosen.iter().map(|&at| &all[at]).collect();
    let width = all.first().map_or(0, Vec::len);
    let check_width = |path: &Path, vector: &[f32]| match vector.len() {
        same if same == width => Ok(()),
        other => {
            let problem = format!("has vectors of {other} numbers beside ones of {width}");
            Err(wrong(path, "vector", &problem))
        }
    };
    all.iter()
        .try_for_each(|vector| check_width(&path, vector))?;
    let mut similarity = Similarity::unknown(experiment.entries.problems.len(), questions.len());
    let by_row = by_row(experiment);
    let path = folder.join(&files.problems);
    let (mut rows, mut is_by_row) = (0, false);
    read(&path, |row| {
        let problem = match row.key {
            Key::Id(id) => experiment.entries.find_problem(id),
            Key::Row => {
                is_by_row = true;
                by_row.get(rows).copied().flatten()
            }
            Key::None => {
                let problem = format!("and `problem` name no problem in row {rows}");
                return Err(wrong(&path, "problem_id", &problem));
            }
        };
        rows += 1;
        check_width(&path, &row.vector)?;
        let scores = questions
            .iter()
            .map(|question| cosine(&row.vector, question));
        if let (Some(problem), Some(scores)) = (problem, scores.collect::<Option<Vec<f32>>>()) {
            similarity.set(problem as usize, &scores);
        }
        Ok(())
    })?;
    if is_by_row && rows != by_row.len() {
        let problem = format!("has {rows} rows, and the source has {}", by_row.len());
        return Err(wrong(&path, "(all)", &problem));
    }
    Ok(similarity)
}

/// The problem of each row of the sources, files in order of name; none where a row has none.
fn by_row(experiment: &Experiment<'_>) -> Vec<Option<u32>> {
    let mut rows = Vec::new();
    let (mut start, mut last) = (0, None);
    for part in &experiment.parts {
        if last.replace((part.source, part.file)) != Some((part.source, part.file)) {
            start = rows.len();
        }
        for entry in &experiment.entries.rows[part.entries.clone()] {
            let at = start + entry.row as usize;
            if rows.len() <= at {
                rows.resize(at + 1, None);
            }
            rows[at] = rows[at].or(entry.body.as_ref().ok().map(|body| body.problem));
        }
    }
    rows
}

/// What a vector belongs to.
enum Key {
    Id(Id),
    /// The source's row at the same place.
    Row,
    None,
}

struct Row {
    key: Key,
    vector: Vec<f32>,
}

fn wrong(path: &Path, column: &str, problem: &str) -> Error {
    Error::Schema {
        file: path.display().to_string(),
        column: column.to_owned(),
        problem: problem.to_owned(),
        hint: "see `vectors` in `gradatim schema pipeline` for what these files hold".into(),
    }
}

fn read(path: &Path, take: impl FnMut(Row) -> Result<()>) -> Result<()> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("npy") => read_npy(path, take),
        _ => read_parquet(path, take),
    }
}

fn read_parquet(path: &Path, mut take: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let failed = |error| Error::parquet(path, error);
    let file = fs_err::File::open(path)?.into_parts().0;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let reader = reader.with_batch_size(1024).build().map_err(failed)?;
    for batch in reader {
        let batch = batch.map_err(|error| Error::parquet(path, error.into()))?;
        let column = batch.column_by_name("vector");
        let column = column.ok_or_else(|| wrong(path, "vector", "is missing"))?;
        let keys = ["problem_id", "problem"].map(|name| text(batch.column_by_name(name)));
        for at in 0..batch.num_rows() {
            let word = |column: &Option<ArrayRef>| {
                let column = column.as_ref()?.as_string::<i32>();
                column.is_valid(at).then(|| column.value(at).to_owned())
            };
            let by_id = word(&keys[0]).and_then(|id| id.parse().ok());
            let id = by_id.or_else(|| Some(problem_id(&word(&keys[1])?)));
            let vector = list(column, at)
                .ok_or_else(|| wrong(path, "vector", "is no list of floats in some row"))?;
            take(Row {
                key: id.map_or(Key::None, Key::Id),
                vector,
            })?;
        }
    }
    Ok(())
}

fn text(column: Option<&ArrayRef>) -> Option<ArrayRef> {
    arrow::compute::cast(column?, &DataType::Utf8).ok()
}

fn list(column: &ArrayRef, at: usize) -> Option<Vec<f32>> {
    if column.is_null(at) {
        return None;
    }
    let items = match column.data_type() {
        DataType::List(_) => column.as_list::<i32>().value(at),
        DataType::LargeList(_) => column.as_list::<i64>().value(at),
        DataType::FixedSizeList(..) => column.as_fixed_size_list().value(at),
        _ => return None,
    };
    let items = arrow::compute::cast(&items, &DataType::Float32).ok()?;
    (items.null_count() == 0).then_some(())?;
    Some(items.as_primitive::<Float32Type>().values().to_vec())
}

/// NumPy's own format: a magic, a header that is a Python literal, and the numbers row by row
/// (numpy.lib.format, versions 1 to 3).
fn read_npy(path: &Path, mut take: impl FnMut(Row) -> Result<()>) -> Result<()> {
    let form = || {
        wrong(
            path,
            "(all)",
            "is no NPY of two dimensions with float32 or float64 in the order of rows",
        )
    };
    let mut file = BufReader::with_capacity(1 << 20, fs_err::File::open(path)?);
    let mut head = [0; 8];
    file.read_exact(&mut head)?;
    let mut length = [0; 4];
    let wide = head[6] > 1;
    file.read_exact(&mut length[..if wide { 4 } else { 2 }])?;
    let length = u32::from_le_bytes(length).min(1 << 16);
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header)?;
    let header = String::from_utf8_lossy(&header).replace(' ', "");
    let single = header.contains("'descr':'<f4'");
    let plain = header.contains("'fortran_order':False");
    let shape = header
        .split_once("'shape':(")
        .and_then(|(_, rest)| rest.split_once(')'));
    let shape: Option<Vec<usize>> = shape.and_then(|(shape, _)| {
        let numbers = shape.split(',').filter(|number| !number.is_empty());
        numbers.map(|number| number.parse().ok()).collect()
    });
    let (true, true, Some([rows, width])) = (
        head.starts_with(b"\x93NUMPY") && plain,
        single || header.contains("'descr':'<f8'"),
        shape.as_deref(),
    ) else {
        return Err(form());
    };
    let size = if single { 4 } else { 8 };
    let mut bytes = vec![0; width.checked_mul(size).ok_or_else(form)?];
    for _ in 0..*rows {
        file.read_exact(&mut bytes)?;
        let number = |bytes: &[u8]| match bytes {
            [a, b, c, d] => f32::from_le_bytes([*a, *b, *c, *d]),
            wide => f64::from_le_bytes(wide.try_into().unwrap_or_default()) as f32,
        };
        take(Row {
            key: Key::Row,
            vector: bytes.chunks_exact(size).map(number).collect(),
        })?;
    }
    Ok(())
}
