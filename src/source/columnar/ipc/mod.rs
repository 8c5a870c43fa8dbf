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

use super::cut::{Cut, Cuts};
use super::parquet::ArrowBatch;
use crate::source::needed::{self, Needed};
use crate::source::place::Bytestream;
use crate::source::{Row, SourceFile};
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
    let told = |error: ArrowError| Error::parquet(&file.place.shown(), error.into());
    match error {
        ArrowError::ExternalError(inner) => match inner.downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => told(ArrowError::ExternalError(other)),
        },
        error => told(error),
    }
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
    cuts: Cuts,
) -> Result<impl Iterator<Item = Result<ArrowBatch>> + use<>> {
    let reader = open(file)?;
    let (file, columns) = (file.clone(), columns.to_vec());
    let wanted = columns.clone();
    let batches = reader.map(move |batch| batch.map_err(|error| failed(&file, error)));
    let needed = move |batch: RecordBatch| only(&batch, &wanted);
    let pieces = Cut::new(batches, needed, 0, Vec::new(), cuts);
    Ok(pieces.map(move |piece| Ok(ArrowBatch::of(piece?, &columns))))
}

/// The needed columns of a batch: what nobody asks for has no weight.
fn only(batch: &RecordBatch, columns: &[Needed]) -> RecordBatch {
    let fields = batch.schema_ref().fields().iter().enumerate();
    let is_needed = |name: &str| columns.iter().any(|needed| needed.name == name);
    let indices: Vec<usize> = fields
        .filter(|(_, field)| is_needed(field.name()))
        .map(|(at, _)| at)
        .collect();
    batch.project(&indices).unwrap_or_else(|_| batch.clone())
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
