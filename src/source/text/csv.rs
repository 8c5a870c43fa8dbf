//! CSV: a header names the columns, and a row has a cell for each; a cell in quotes may hold line breaks.
//!
//! Every cell is text, and an empty one is missing. Rows are found and parsed by `csv-core`, without the
//! `csv` crate around it: that holds a row whatever its length, and where a quote never closes, a row is
//! all that follows.

use arrow::datatypes::{DataType, Field, Schema};
use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::rows::Rows;
use crate::Result;
use crate::source::format::{Form, Format, TextFormat};
use crate::source::needed::{self, Needed};
use crate::source::remark::{Remark, Remarks};
use crate::source::value::Value;
use crate::source::{ROW_BYTES_MAX, SourceFile, Void};

/// Finds where rows end.
pub(super) struct RowFinder {
    reader: Reader,
    delimiter: u8,
}

impl RowFinder {
    /// Of a file from its beginning, where a byte order mark may stand.
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
        }
    }

    /// Begins a row.
    pub(super) fn restart(&mut self) {
        self.reader = inside(self.delimiter);
    }

    /// How many bytes of `chunk` the row still takes, or none where it does not end there.
    pub(super) fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        let (mut text, mut ends) = ([0; 4096], [0; 64]);
        let mut used = 0;
        while used < chunk.len() {
            let (result, read, ..) = self
                .reader
                .read_record(&chunk[used..], &mut text, &mut ends);
            used += read;
            if result == ReadRecordResult::Record {
                return Some(used);
            }
        }
        None
    }

    /// Whether the file ended inside quotes. Blank lines at its end are inside of nothing.
    pub(super) fn is_open(&mut self) -> bool {
        self.end(b"\n").is_none()
    }
}

/// A reader past a file's beginning: what looks like a byte order mark is text. It is made anew each time,
/// in some microseconds: a clone of `csv-core`'s reader (0.1.13) has lost its table of bytes.
fn inside(delimiter: u8) -> Reader {
    let mut finder = RowFinder::new(delimiter);
    finder.end(b"\n");
    finder.reader
}

/// Makes cells of rows.
pub(super) struct Parser {
    delimiter: u8,
    width: usize,
    /// Where the header has each wanted column.
    places: Vec<Option<usize>>,
}

impl Parser {
    pub(super) fn new(delimiter: u8, header: &[String], columns: &[Needed]) -> Self {
        let place = |needed: &Needed| header.iter().position(|name| *name == needed.name);
        Self {
            delimiter,
            width: header.len(),
            places: columns.iter().map(place).collect(),
        }
    }

    /// The wanted cells of one row, and what had to be done to read them.
    pub(super) fn parse(&self, row: &[u8]) -> (Result<Vec<Value<'static>>, Void>, Remarks) {
        let mut remarks = Remarks::default();
        (self.cells(row, &mut remarks), remarks)
    }

    fn cells(&self, row: &[u8], remarks: &mut Remarks) -> Result<Vec<Value<'static>>, Void> {
        let row = std::str::from_utf8(row).map_err(|_| Void::BadUtf8)?;
        let cells = CsvCells::of(inside(self.delimiter), row, self.width).ok_or(Void::BadCsv)?;
        if cells.ends.len() != self.width {
            return Err(Void::BadCsv);
        }
        let mut value = |place: &Option<usize>| match place.map(|at| cells.get(at)) {
            None | Some("") => Value::Missing,
            Some(word) if NULLS.contains(&word) => {
                remarks.add(Remark::NullWord);
                Value::Null
            }
            Some(text) => Value::Text(text.to_owned().into()),
        };
        Ok(self.places.iter().map(&mut value).collect())
    }
}

/// How tools write that a cell says nothing.
const NULLS: [&str; 10] = [
    "NaN", "nan", "NA", "N/A", "#N/A", "<NA>", "null", "NULL", "None", "<null>",
];

/// The cells of a row, one behind the other, without their quotes.
struct CsvCells {
    text: String,
    ends: Vec<usize>,
}

impl CsvCells {
    /// None where there are more than `most`.
    fn of(mut reader: Reader, row: &str, most: usize) -> Option<Self> {
        let (mut text, mut ends) = (vec![0; row.len() + 1], vec![0; most + 1]);
        let (mut result, _, length, mut count) =
            reader.read_record(row.as_bytes(), &mut text, &mut ends);
        if result == ReadRecordResult::InputEmpty {
            // The file ends without a line break.
            let (ended, .., last) = reader.read_record(b"", &mut [], &mut ends[count..]);
            (result, count) = (ended, count + last);
        }
        text.truncate(length);
        ends.truncate(count);
        let text = String::from_utf8(text).ok()?;
        (result == ReadRecordResult::Record && count <= most).then_some(Self { text, ends })
    }

    fn get(&self, at: usize) -> &str {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[at]]
    }
}

/// The names in a header.
pub(super) fn header(delimiter: u8, row: &[u8]) -> Result<Vec<String>, Void> {
    let row = String::from_utf8_lossy(row);
    let most = row.bytes().filter(|&byte| byte == delimiter).count() + 1;
    let reader = RowFinder::new(delimiter).reader;
    let cells = CsvCells::of(reader, &row, most).ok_or(Void::BadCsv)?;
    let names = (0..cells.ends.len()).map(|at| cells.get(at).to_owned());
    Ok(names.collect())
}

/// What stands between the cells of a CSV whose header is a single one by its own delimiter, where the first rows
/// agree: a comma is what its ending says, and a semicolon what spreadsheets write where commas are decimal.
pub(in crate::source) fn other_delimiter(file: &SourceFile) -> Option<u8> {
    let Format::Text(format) = file.format else {
        return None;
    };
    let Form::Csv { delimiter } = format.form else {
        return None;
    };
    let names = first_rows(file, format, delimiter)?.0;
    let [name] = names.as_slice() else {
        return None;
    };
    let agree = |other: &u8| {
        let found = first_rows(file, format, *other);
        found.is_some_and(|(names, widths)| widths.iter().all(|width| *width == names.len()))
    };
    let others = [b',', b';', b'\t', b'|'].into_iter();
    others
        .filter(|other| name.as_bytes().contains(other))
        .find(agree)
}

/// How many rows below the header are looked at.
const FIRST_ROWS: usize = 20;

/// The names in the header, and how many cells each of the first rows has.
fn first_rows(
    file: &SourceFile,
    format: TextFormat,
    delimiter: u8,
) -> Option<(Vec<String>, Vec<usize>)> {
    let form = Form::Csv { delimiter };
    let format = TextFormat { form, ..format };
    let mut rows = Rows::new(file, file.place.peek().ok()?, format, ROW_BYTES_MAX).ok()?;
    let names = rows.header().ok()?.to_vec();
    let (mut text, mut widths) = (Vec::new(), Vec::new());
    while widths.len() < FIRST_ROWS {
        text.clear();
        let Some(row) = rows.next(&mut text).ok()? else {
            break;
        };
        widths.push(header(delimiter, &text[row.body.ok()?]).ok()?.len());
    }
    Some((names, widths))
}

/// Fails where a needed column is missing, stands twice, or is none that text can hold.
pub(super) fn check(file: &SourceFile, header: &[String], columns: &[Needed]) -> Result<()> {
    let fields = header
        .iter()
        .map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Schema::new(fields.collect::<Vec<_>>());
    needed::check(file, &schema, columns)
}
