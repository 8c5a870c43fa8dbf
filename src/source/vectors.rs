//! Vectors that the user brings, for problems and for a benchmark's questions: Parquet or NPY.
//!
//! Every vector has a direction. One of zeros, or with a number that is none, has no cosine with any other:
//! its problem would be in no subset, and a question of that kind would take all problems with it. Such a
//! file was made wrongly, and is refused with the row where that shows.

use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Float32Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::errors::ParquetError;

use super::disk_file::DiskFile;
use super::place::Place;
use crate::ids::{Id, problem_id};
use crate::{Error, Result};

/// A vector, and what it belongs to.
pub(crate) struct VectorRow {
    /// Its place in the file, from 0.
    pub number: u64,
    pub key: Key,
    /// Finite numbers, not all of them 0.
    pub vector: Vec<f32>,
}

/// What a vector belongs to.
pub(crate) enum Key {
    Id(Id),
    /// The source's row, or the benchmark's question, at the same place.
    Place,
    /// Nothing: the file has no `problem_id` and no `problem` there.
    None,
}

/// Whether a file's rows can only be told apart by their place: NPY has no other columns.
pub(crate) fn is_by_place(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "npy")
}

/// Hands each row to `take`, in order, and says how many there were.
///
/// Fails where the file is of another form, cut off, or has a vector without a direction or of another width
/// than `width`; where that is none, all have the width of the first.
pub(crate) fn read(
    file: &DiskFile,
    mut width: Option<usize>,
    mut take: impl FnMut(VectorRow) -> Result<()>,
) -> Result<u64> {
    let mut number = 0;
    let checked = |key: Key, vector: Option<Vec<f32>>| {
        let vector = check(vector, &mut width)
            .map_err(|problem| wrong(file, format!("{problem} in row {number}, counted from 0")))?;
        let row = VectorRow {
            number,
            key,
            vector,
        };
        number += 1;
        take(row)
    };
    let place = Place::Disk(file.clone());
    let read = match is_by_place(file) {
        true => read_npy(&place, file, checked),
        false => read_parquet(&place, file, checked),
    };
    read.map_err(|error| place.blame(error))?;
    Ok(number)
}

fn check(vector: Option<Vec<f32>>, width: &mut Option<usize>) -> Result<Vec<f32>, String> {
    let vector = vector.ok_or("has no list of floats as its `vector`")?;
    let others = *width.get_or_insert(vector.len());
    if vector.len() != others {
        let is = vector.len();
        return Err(format!(
            "has a vector of {is} numbers beside vectors of {others}"
        ));
    }
    if vector.iter().any(|number| !number.is_finite()) {
        return Err("has a vector with what is no finite number".into());
    }
    if vector.iter().all(|&number| number == 0.0) {
        return Err("has a vector of only zeros, which has no direction,".into());
    }
    Ok(vector)
}

/// A file of vectors that cannot be used.
pub(crate) fn wrong(path: &Path, problem: String) -> Error {
    Error::File {
        file: path.display().to_string(),
        problem,
        hint: HINT.into(),
    }
}

const HINT: &str =
    "write the file again; `gradatim schema pipeline` says under `vectors` what it holds";

fn read_parquet(
    place: &Place,
    path: &Path,
    mut take: impl FnMut(Key, Option<Vec<f32>>) -> Result<()>,
) -> Result<()> {
    let failed =
        |error: ParquetError| wrong(path, format!("is no Parquet that can be read: {error}"));
    let reader = ParquetRecordBatchReaderBuilder::try_new(place.chunks()?).map_err(failed)?;
    let mut names = reader.schema().fields().iter().map(|field| field.name());
    if !names.clone().any(|name| name == "vector") {
        let file = path.display().to_string();
        let has = names.by_ref().map(String::as_str);
        return Err(Error::missing_column(&file, "vector", has).without_layout(HINT));
    }
    let reader = reader.with_batch_size(1024).build().map_err(failed)?;
    for batch in reader {
        let batch = batch.map_err(|error| failed(error.into()))?;
        let keys = ["problem_id", "problem"].map(|name| text(batch.column_by_name(name)));
        for at in 0..batch.num_rows() {
            let word = |column: &Option<ArrayRef>| {
                let column = column.as_ref()?.as_string::<i32>();
                column.is_valid(at).then(|| column.value(at).to_owned())
            };
            let by_id = word(&keys[0]).and_then(|id| id.parse().ok());
            let id = by_id.or_else(|| Some(problem_id(&word(&keys[1])?)));
            let vector = batch.column_by_name("vector");
            take(
                id.map_or(Key::None, Key::Id),
                vector.and_then(|column| list(column, at)),
            )?;
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
fn read_npy(
    place: &Place,
    path: &Path,
    mut take: impl FnMut(Key, Option<Vec<f32>>) -> Result<()>,
) -> Result<()> {
    let opened = place.open()?;
    let file_bytes = place.bytes()?;
    let mut file = BufReader::with_capacity(1 << 20, opened);
    let mut header_bytes = 0;
    let mut fill = |bytes: &mut [u8]| {
        header_bytes += bytes.len() as u64;
        match file.read_exact(bytes) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(no_npy(path)),
            other => Ok(other?),
        }
    };
    let mut head = [0; 8];
    fill(&mut head)?;
    let mut length = [0; 4];
    let wide = head[6] > 1;
    fill(&mut length[..if wide { 4 } else { 2 }])?;
    let length = u32::from_le_bytes(length).min(1 << 16);
    let mut header = vec![0; length as usize];
    fill(&mut header)?;
    let npy = NpyHeader::of(&String::from_utf8_lossy(&header));
    let npy = npy
        .filter(|_| head.starts_with(b"\x93NUMPY"))
        .ok_or_else(|| no_npy(path))?;
    let row_bytes = npy.width.checked_mul(npy.number_bytes);
    let numbers_bytes = row_bytes.and_then(|bytes| (bytes as u64).checked_mul(npy.rows));
    let (Some(row_bytes), Some(numbers_bytes)) = (row_bytes, numbers_bytes) else {
        return Err(no_npy(path));
    };
    if numbers_bytes != file_bytes - header_bytes {
        let is = file_bytes - header_bytes;
        let problem = format!("has {is} bytes of numbers, where its header says {numbers_bytes}");
        return Err(wrong(path, problem));
    }
    for _ in 0..npy.rows {
        // No more than the file is long, now that the lengths agree.
        let mut bytes = vec![0; row_bytes];
        file.read_exact(&mut bytes)?;
        let number = |bytes: &[u8]| match bytes {
            [a, b, c, d] => f32::from_le_bytes([*a, *b, *c, *d]),
            wide => f64::from_le_bytes(wide.try_into().unwrap_or_default()) as f32,
        };
        let vector = bytes.chunks_exact(npy.number_bytes).map(number).collect();
        take(Key::Place, Some(vector))?;
    }
    Ok(())
}

fn no_npy(path: &Path) -> Error {
    let problem = "is no NPY of two dimensions with float32 or float64 in the order of rows";
    wrong(path, problem.into())
}

/// What an NPY's header says.
struct NpyHeader {
    rows: u64,
    width: usize,
    number_bytes: usize,
}

impl NpyHeader {
    fn of(header: &str) -> Option<Self> {
        let header = header.replace(' ', "");
        let number_bytes = if header.contains("'descr':'<f4'") {
            4
        } else {
            header.contains("'descr':'<f8'").then_some(8)?
        };
        header.contains("'fortran_order':False").then_some(())?;
        let (_, shape) = header.split_once("'shape':(")?;
        let (rows, width) = shape.split_once(')')?.0.split_once(',')?;
        Some(Self {
            rows: rows.parse().ok()?,
            width: width.trim_end_matches(',').parse().ok()?,
            number_bytes,
        })
    }
}
