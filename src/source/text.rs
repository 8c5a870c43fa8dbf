//! Files of text, plain, gzip or zstd: JSONL, whose rows are lines, and CSV, whose rows may have several.
//!
//! Rows are found on the reading thread and parsed on the measuring ones; a bad one yields none. A row longer
//! than the limit is passed over without being held. Blank lines are no rows. Those of JSONL keep their
//! number, so that a row's number is always its line's; a row's number in CSV is its place below the header.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use memchr::memchr;

use super::files::{Coding, Form, Text};
use super::lookup::ROW_BYTES_MAX;
use super::needed::Needed;
use super::place::Bytestream;
use super::value::Value;
use super::{BatchSize, Row, SourceFile, Spot, Void, csv, jsonl};
use crate::{Error, Result};

/// Rows as they were read.
pub struct TextBatch {
    text: Vec<u8>,
    rows: Vec<Found>,
    parser: Arc<Parser>,
    offsets: bool,
}

/// A row that was found.
pub(super) struct Found {
    pub number: u64,
    pub offset: u64,
    /// Where it lies in the batch's text, or why it is not there.
    pub body: Result<Range<usize>, Void>,
}

/// Makes cells of a row's text.
enum Parser {
    Json(Vec<String>),
    Csv(csv::Parser),
}

impl Parser {
    fn new(form: Form, header: &[String], columns: &[Needed]) -> Self {
        match form {
            Form::Json => Self::Json(columns.iter().map(|needed| needed.name.clone()).collect()),
            Form::Csv { delimiter } => Self::Csv(csv::Parser::new(delimiter, header, columns)),
        }
    }

    fn cells<'a>(&self, text: &'a [u8], row: &Found) -> Result<Vec<Value<'a>>, Void> {
        let text = &text[row.body.clone()?];
        match self {
            Self::Json(columns) => jsonl::parse(text, columns),
            Self::Csv(parser) => parser.parse(text),
        }
    }
}

impl TextBatch {
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of its rows in a plain file; a compressed one does not tell.
    pub fn file_bytes(&self) -> u64 {
        if self.offsets {
            self.text.len() as u64
        } else {
            0
        }
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn row(&self, index: usize) -> Row<'_> {
        let row = &self.rows[index];
        Row {
            number: row.number,
            offset: self.offsets.then_some(row.offset),
            cells: self.parser.cells(&self.text, row),
        }
    }
}

/// The rows of a file, in order.
pub fn read(
    file: &SourceFile,
    kind: Text,
    columns: &[Needed],
    row_bytes_max: u64,
    size: BatchSize,
) -> Result<impl Iterator<Item = Result<TextBatch>> + use<>> {
    let mut rows = Rows::new(file.place.open()?, kind, row_bytes_max)?;
    let parser = Arc::new(Parser::new(kind.form, rows.header(file)?, columns));
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut batch = TextBatch {
            text: Vec::new(),
            rows: Vec::new(),
            parser: parser.clone(),
            offsets: kind.coding == Coding::Plain,
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
pub fn columns(file: &SourceFile, kind: Text) -> Result<Vec<(String, String)>> {
    let mut rows = Rows::new(file.place.peek()?, kind, ROW_BYTES_MAX)?;
    match kind.form {
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
pub fn check(file: &SourceFile, kind: Text, columns: &[Needed], row_bytes_max: u64) -> Result<()> {
    let mut rows = Rows::new(file.place.peek()?, kind, row_bytes_max)?;
    match kind.form {
        Form::Json => jsonl::check(file, &mut rows, columns),
        // A file without a header has no rows either.
        Form::Csv { .. } if rows.is_at_start() => Ok(()),
        Form::Csv { .. } => csv::check(file, rows.header(file)?, columns),
    }
}

/// The rows of `spots` (in order of row): by offset where there is one, else in one pass.
pub fn read_rows(
    file: &SourceFile,
    kind: Text,
    columns: &[Needed],
    row_bytes_max: u64,
    spots: &[Spot],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut rows = Rows::new(file.place.open()?, kind, row_bytes_max)?;
    let parser = Parser::new(kind.form, rows.header(file)?, columns);
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

/// Finds rows, one at a time.
pub(super) struct Rows {
    reader: Input,
    finder: Finder,
    /// The names in a CSV's header, or why they cannot be told.
    header: Result<Vec<String>, Void>,
    row_bytes_max: u64,
    number: u64,
    offset: u64,
}

enum Input {
    Plain(BufReader<Box<dyn Bytestream>>),
    Coded(BufReader<Box<dyn Read + Send>>),
}

/// Finds the end of a row.
enum Finder {
    Line,
    Csv(Box<csv::Finder>),
}

impl Rows {
    fn new(opened: Box<dyn Bytestream>, kind: Text, row_bytes_max: u64) -> Result<Self> {
        let reader = match kind.coding {
            Coding::Plain => Input::Plain(BufReader::with_capacity(1 << 18, opened)),
            Coding::Gzip => {
                let decoder = flate2::read::MultiGzDecoder::new(BufReader::new(opened));
                Input::Coded(BufReader::with_capacity(1 << 18, Box::new(decoder)))
            }
            Coding::Zstd => {
                let decoder = zstd::Decoder::new(opened)?;
                Input::Coded(BufReader::with_capacity(1 << 18, Box::new(decoder)))
            }
        };
        let mut rows = Self {
            reader,
            finder: match kind.form {
                Form::Json => Finder::Line,
                Form::Csv { delimiter } => Finder::Csv(Box::new(csv::Finder::new(delimiter))),
            },
            header: Ok(Vec::new()),
            row_bytes_max,
            number: 0,
            offset: 0,
        };
        if let Form::Csv { delimiter } = kind.form {
            let mut text = Vec::new();
            if let Some(Found { body, .. }) = rows.next(&mut text)? {
                rows.header = body.and_then(|range| csv::header(delimiter, &text[range]));
            }
            rows.number = 0;
        }
        Ok(rows)
    }

    fn header(&self, file: &SourceFile) -> Result<&[String]> {
        let why = match &self.header {
            Ok(names) => return Ok(names),
            Err(Void::TooLarge) => format!("of more than {} bytes", self.row_bytes_max),
            Err(_) => "with a quote that never closes".into(),
        };
        Err(Error::File {
            file: file.name.clone(),
            problem: format!("has a header {why}"),
            hint: "write the columns' names in the first line, and close each quote".into(),
        })
    }

    fn is_at_start(&self) -> bool {
        self.offset == 0
    }

    fn seek(&mut self, offset: u64, row: u64) -> Result<()> {
        if let Input::Plain(reader) = &mut self.reader {
            reader.seek(SeekFrom::Start(offset))?;
            (self.offset, self.number) = (offset, row);
            if let Finder::Csv(finder) = &mut self.finder {
                finder.restart();
            }
        }
        Ok(())
    }

    /// The next row that is not blank, appended to `text`; none at the end of the file.
    pub fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Found>> {
        loop {
            let (start, offset, number) = (text.len(), self.offset, self.number);
            let reader: &mut dyn BufRead = match &mut self.reader {
                Input::Plain(reader) => reader,
                Input::Coded(reader) => reader,
            };
            let taken = take(reader, &mut self.finder, text, self.row_bytes_max)?;
            if taken.bytes == 0 {
                return Ok(None);
            }
            self.offset += taken.bytes;
            self.number += 1;
            let mark = if offset == 0 && text[start..].starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let range = start + mark..text.len();
            let body = if taken.bytes > self.row_bytes_max {
                Err(Void::TooLarge)
            } else if self.finder.is_blank(&text[range.clone()]) {
                text.truncate(start);
                continue;
            } else if !taken.is_whole && self.finder.is_open() {
                Err(Void::BadCsv)
            } else {
                Ok(range)
            };
            if body.is_err() {
                text.truncate(start);
            }
            return Ok(Some(Found {
                number,
                offset,
                body,
            }));
        }
    }
}

impl Finder {
    fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        match self {
            Self::Line => memchr(b'\n', chunk).map(|at| at + 1),
            Self::Csv(finder) => finder.end(chunk),
        }
    }

    /// Whether the row is but the end of a line. Tabs may be a row's empty cells.
    fn is_blank(&self, row: &[u8]) -> bool {
        match self {
            Self::Line => row.trim_ascii().is_empty(),
            Self::Csv(_) => row.iter().all(|byte| matches!(byte, b'\r' | b'\n')),
        }
    }

    /// Whether a row that the file's end broke off has a quote that is open.
    fn is_open(&mut self) -> bool {
        match self {
            Self::Line => false,
            Self::Csv(finder) => finder.is_open(),
        }
    }
}

struct Taken {
    bytes: u64,
    /// Whether the row ended before the file did.
    is_whole: bool,
}

/// Reads to the end of the row, of whose bytes no more than `most` are kept.
fn take(
    reader: &mut dyn BufRead,
    finder: &mut Finder,
    text: &mut Vec<u8>,
    most: u64,
) -> Result<Taken> {
    let mut bytes = 0;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(Taken {
                bytes,
                is_whole: false,
            });
        }
        let end = finder.end(chunk);
        let used = end.unwrap_or(chunk.len());
        if bytes + used as u64 <= most {
            text.extend_from_slice(&chunk[..used]);
        }
        bytes += used as u64;
        reader.consume(used);
        if end.is_some() {
            return Ok(Taken {
                bytes,
                is_whole: true,
            });
        }
    }
}
