//! Files of Arrow's own form: a stream, as `save_to_disk` and the cache of `datasets` hold it, or a file, as
//! Feather is.
//!
//! They are read in one pass from the front: their batches are in memory's form, so that passing over one costs
//! little more than reading it from the disk.

mod messages;

use std::io::{BufRead, BufReader};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::parquet::ArrowBatch;
use crate::source::needed::{self, Needed};
use crate::source::place::Bytestream;
use crate::source::{BatchSize, Row, SourceFile};
use crate::{Error, Result};
use messages::Messages;

/// What a file begins with that has a footer. Behind it, and behind zeros up to a border that the writer chose, stands
/// a stream, and what the footer says is in that too.
const FILE_MARK: &[u8; 6] = b"ARROW1";

type Reader = Messages<BufReader<Box<dyn Bytestream>>>;

/// Fails where the file is none of Arrow's.
fn open(file: &SourceFile) -> Result<Reader> {
    let mut opened = BufReader::new(file.place.open()?);
    if opened.fill_buf()?.starts_with(FILE_MARK) {
        opened.consume(FILE_MARK.len());
        while opened.fill_buf()?.first() == Some(&0) {
            opened.consume(1);
        }
    }
    Messages::new(opened).map_err(|error| failed(file, error))
}

fn schema(file: &SourceFile) -> Result<SchemaRef> {
    Ok(open(file)?.schema())
}

fn failed(file: &SourceFile, error: ArrowError) -> Error {
    Error::parquet(&file.place.shown(), error.into())
}

/// The columns' names and types.
pub(in crate::source) fn column_kinds(file: &SourceFile) -> Result<Vec<(String, String)>> {
    let schema = schema(file)?;
    let fields = schema.fields().iter();
    Ok(fields
        .map(|field| (field.name().clone(), field.data_type().to_string()))
        .collect())
}

/// Fails where a needed column is missing or holds something else.
pub(in crate::source) fn check(file: &SourceFile, columns: &[Needed]) -> Result<()> {
    let schema = schema(file)?;
    needed::check(file, &schema, columns)
}

/// The rows of a file, in order.
pub(in crate::source) fn read(
    file: &SourceFile,
    columns: &[Needed],
    size: BatchSize,
) -> Result<impl Iterator<Item = Result<ArrowBatch>> + use<>> {
    let reader = open(file)?;
    let (file, columns, most) = (file.clone(), columns.to_vec(), size.rows.max(1));
    let mut first_row = 0;
    Ok(reader
        .flat_map(move |batch| match batch {
            Ok(batch) => parts(&batch, most).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(failed(&file, error))],
        })
        .map(move |batch| {
            let batch = ArrowBatch::new(&batch?, first_row, &columns);
            first_row += batch.len() as u64;
            Ok(batch)
        }))
}

/// A batch in parts of at most so many rows, which share its memory.
fn parts(batch: &RecordBatch, most: usize) -> Vec<RecordBatch> {
    let starts = (0..batch.num_rows()).step_by(most);
    starts
        .map(|start| batch.slice(start, most.min(batch.num_rows() - start)))
        .collect()
}

/// The rows with the given numbers (ascending, may repeat), each once.
pub(in crate::source) fn read_rows(
    file: &SourceFile,
    columns: &[Needed],
    rows: &[u64],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut rest = rows;
    let mut first = 0;
    for batch in open(file)? {
        let batch = batch.map_err(|error| failed(file, error))?;
        let end = first + batch.num_rows() as u64;
        let (here, behind) = rest.split_at(rest.partition_point(|&row| row < end));
        let batch = ArrowBatch::new(&batch, first, columns);
        let mut last = None;
        for &row in here {
            if last.replace(row) != Some(row) {
                visit(batch.row((row - first) as usize))?;
            }
        }
        (rest, first) = (behind, end);
        if rest.is_empty() {
            return Ok(());
        }
    }
    match rest.is_empty() {
        true => Ok(()),
        false => Err(Error::Changed {
            file: file.name.clone(),
        }),
    }
}
