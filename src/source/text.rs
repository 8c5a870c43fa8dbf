//! Files of text, plain, gzip or zstd: JSONL, whose rows are lines, and CSV, whose rows may have several.
//!
//! Rows are found on the reading thread and parsed on the measuring ones; a bad one yields none. A row longer
//! than the limit is passed over without being held. Blank lines are no rows. Those of JSONL keep their
//! number, so that a row's number is always its line's; a row's number in CSV is its place below the header.

use std::sync::Arc;

use super::entry::Row;
use super::format::{Coding, Form, TextFormat};
use super::needed::Needed;
use super::rows::{FoundRow, Rows};
use super::unit::{BatchSize, ROW_BYTES_MAX, Spot};
use super::value::Value;
use super::void::Void;
use super::{SourceFile, csv, jsonl};
use crate::{Error, Result};

/// Rows as they were read.
pub struct TextBatch {
    text: Vec<u8>,
    rows: Vec<FoundRow>,
    parser: Arc<CellParser>,
    offsets: bool,
}

/// Makes cells of a row's text.
enum CellParser {
    Json(Vec<String>),
    Csv(csv::Parser),
}

impl CellParser {
    fn new(form: Form, header: &[String], columns: &[Needed]) -> Self {
        match form {
            Form::Json => Self::Json(columns.iter().map(|needed| needed.name.clone()).collect()),
            Form::Csv { delimiter } => Self::Csv(csv::Parser::new(delimiter, header, columns)),
        }
    }

    fn cells<'a>(&self, text: &'a [u8], row: &FoundRow) -> Result<Vec<Value<'a>>, Void> {
        let text = &text[row.body.clone()?];
        match self {
            Self::Json(columns) => jsonl::parse(text, columns),
            Self::Csv(parser) => parser.parse(text),
        }
    }
}

impl TextBatch {
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of its rows in a plain file; a compressed one does not tell.
    pub(crate) fn file_bytes(&self) -> u64 {
        if self.offsets {
            self.text.len() as u64
        } else {
            0
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn row(&self, index: usize) -> Row<'_> {
        let row = &self.rows[index];
        Row {
            number: row.number,
            offset: self.offsets.then_some(row.offset),
            cells: self.parser.cells(&self.text, row),
        }
    }
}

/// The rows of a file, in order.
pub(crate) fn read(
    file: &SourceFile,
    format: TextFormat,
    columns: &[Needed],
    row_bytes_max: u64,
    size: BatchSize,
) -> Result<impl Iterator<Item = Result<TextBatch>> + use<>> {
    let mut rows = Rows::new(file.place.open()?, format, row_bytes_max)?;
    let parser = Arc::new(CellParser::new(format.form, rows.header(file)?, columns));
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut batch = TextBatch {
            text: Vec::new(),
            rows: Vec::new(),
            parser: parser.clone(),
            offsets: format.coding == Coding::Plain,
        };
        while batch.len() < size.rows.max(1) && batch.text.len() < size.bytes.max(1) {
            match rows.next(&mut batch.text) {
                Ok(Some(row)) => batch.rows.push(row),
                Ok(None) => {
                    ended = true;
                    break;
                }
                Err(error) => {
                    ended = true;
                    return Some(Err(error));
                }
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }))
}

/// The columns of a file: those of the header, or the keys of the first object with their values' kinds.
pub(crate) fn columns(file: &SourceFile, format: TextFormat) -> Result<Vec<(String, String)>> {
    let mut rows = Rows::new(file.place.peek()?, format, ROW_BYTES_MAX)?;
    match format.form {
        Form::Json => jsonl::first_object(&mut rows),
        Form::Csv { .. } => {
            let names = rows.header(file)?.iter();
            Ok(names
                .map(|name| (name.clone(), "string".to_owned()))
                .collect())
        }
    }
}

/// Fails where the file cannot be what the layout needs.
pub(crate) fn check(
    file: &SourceFile,
    format: TextFormat,
    columns: &[Needed],
    row_bytes_max: u64,
) -> Result<()> {
    let mut rows = Rows::new(file.place.peek()?, format, row_bytes_max)?;
    match format.form {
        Form::Json => jsonl::check(file, &mut rows, columns),
        // A file without a header has no rows either.
        Form::Csv { .. } if rows.is_at_start() => Ok(()),
        Form::Csv { .. } => csv::check(file, rows.header(file)?, columns),
    }
}

/// The rows of `spots` (in order of row): by offset where there is one, else in one pass.
pub(crate) fn read_rows(
    file: &SourceFile,
    format: TextFormat,
    columns: &[Needed],
    row_bytes_max: u64,
    spots: &[Spot],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut rows = Rows::new(file.place.open()?, format, row_bytes_max)?;
    let parser = CellParser::new(format.form, rows.header(file)?, columns);
    let mut text = Vec::new();
    let mut last = None;
    for spot in spots {
        if last == Some(spot.row) {
            continue;
        }
        last = Some(spot.row);
        if let Some(offset) = spot.offset {
            rows.seek(offset, spot.row)?;
        }
        loop {
            text.clear();
            let Some(row) = rows.next(&mut text)? else {
                return Err(Error::Changed {
                    file: file.name.clone(),
                });
            };
            if row.number < spot.row {
                continue;
            }
            visit(Row {
                number: row.number,
                offset: None,
                cells: parser.cells(&text, &row),
            })?;
            break;
        }
    }
    Ok(())
}
