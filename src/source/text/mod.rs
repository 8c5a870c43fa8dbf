//! Files of text, plain or compressed: JSON, whose rows are lines, objects over several lines or items of a list, and
//! CSV, whose rows may have several lines.
//!
//! Rows are found on the reading thread and parsed on the measuring ones; a bad one yields none. A row longer
//! than the limit is passed over without being held. Blank lines are no rows. Those of JSONL keep their
//! number, so that a row's number is its line's, unless objects stood behind one another on a line before it; in a list,
//! and in CSV below the header, it is its place.

pub(super) mod csv;
pub(super) mod json;
mod json_head;
mod json_rows;
mod rows;
pub(super) mod samples;

use std::io::Read;
use std::sync::Arc;

use crate::source::SourceFile;
use crate::source::entry::Row;
use crate::source::format::{Coding, Form, Format, JsonForm, TextFormat};
use crate::source::needed::Needed;
use crate::source::remark::Remarks;
use crate::source::unit::{BatchSize, ROW_BYTES_MAX, Spot};
use crate::{Error, Result};
pub(crate) use json::{document, items, strict, wanted};
use rows::{FoundRow, Rows};

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
            Form::Json(_) => Self::Json(columns.iter().map(|needed| needed.name.clone()).collect()),
            Form::Csv { delimiter } => Self::Csv(csv::Parser::new(delimiter, header, columns)),
        }
    }

    fn row<'a>(&self, text: &'a [u8], row: &FoundRow, offset: Option<u64>) -> Row<'a> {
        let (cells, remarks) = match (row.body.clone(), self) {
            (Err(void), _) => (Err(void), Remarks::default()),
            (Ok(body), Self::Json(columns)) => json::cells(&text[body], columns),
            (Ok(body), Self::Csv(parser)) => parser.parse(&text[body]),
        };
        Row {
            number: row.number,
            offset,
            cells,
            remarks,
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
        let offset = self.offsets.then_some(row.offset);
        self.parser.row(&self.text, row, offset)
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
    let mut rows = Rows::new(file, file.place.open()?, format, row_bytes_max)?;
    let parser = Arc::new(CellParser::new(format.form, rows.header()?, columns));
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

/// How the rows of a file of JSON stand in it, by its head; of a file that cannot be opened, what its name says.
pub(super) fn form(file: &SourceFile, format: TextFormat) -> Result<Form> {
    let Form::Json(_) = format.form else {
        return Ok(format.form);
    };
    let mut head = Vec::new();
    let opened = format.coding.decoded(file.place.peek()?)?;
    // What is wrong with the file is said by who reads it.
    let read = opened.take(HEAD_BYTES).read_to_end(&mut head);
    let is_all = read.is_ok() && (head.len() as u64) < HEAD_BYTES;
    Ok(Form::Json(json_rows::told_by(&head, is_all)))
}

/// Finds where the object that a text begins with ends, however the text is cut into chunks.
pub(crate) struct ObjectEnd(json_rows::RowFinder);

impl ObjectEnd {
    pub(crate) fn new() -> Self {
        Self(json_rows::RowFinder::new(JsonForm::Objects))
    }

    /// How many bytes of the chunk are the object's; none where it goes on behind it.
    pub(crate) fn of(&mut self, chunk: &[u8]) -> Option<usize> {
        self.0.end(chunk)
    }
}

/// Enough for a first row in nearly every file.
const HEAD_BYTES: u64 = 1 << 20;

/// The columns of a file: those of the header, or the keys of the first objects with their values' kinds.
pub(crate) fn columns(file: &SourceFile, format: TextFormat) -> Result<Vec<(String, String)>> {
    let mut rows = Rows::new(file, file.place.peek()?, format, ROW_BYTES_MAX)?;
    match format.form {
        Form::Json(_) => json_head::columns(&mut rows),
        Form::Csv { .. } => {
            let names = rows.header()?.iter();
            Ok(names
                .map(|name| (name.clone(), "string".to_owned()))
                .collect())
        }
    }
}

/// The first of a file's first rows that is no object of JSON, with its number and what is wrong there.
pub(super) fn fault(file: &SourceFile) -> Result<Option<(u64, String)>> {
    match file.format {
        Format::Text(format) if matches!(format.form, Form::Json(_)) => {
            let mut rows = Rows::new(file, file.place.peek()?, format, ROW_BYTES_MAX)?;
            json_head::fault(&mut rows)
        }
        _ => Ok(None),
    }
}

/// Fails where the file cannot be what the layout needs.
pub(crate) fn check(
    file: &SourceFile,
    format: TextFormat,
    columns: &[Needed],
    row_bytes_max: u64,
) -> Result<()> {
    let mut rows = Rows::new(file, file.place.peek()?, format, row_bytes_max)?;
    match format.form {
        Form::Json(_) => json_head::check(file, &mut rows, columns),
        // A file without a header has no rows either.
        Form::Csv { .. } if rows.is_at_start() => Ok(()),
        Form::Csv { .. } => csv::check(file, rows.header()?, columns),
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
    let mut rows = Rows::new(file, file.place.open()?, format, row_bytes_max)?;
    let parser = CellParser::new(format.form, rows.header()?, columns);
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
            visit(parser.row(&text, &row, None))?;
            break;
        }
    }
    Ok(())
}
