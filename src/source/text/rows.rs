//! Finds the rows of a file of text, one at a time, without holding what is longer than the limit.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;

use memchr::memchr;

use super::{csv, json_rows};
use crate::source::SourceFile;
use crate::source::format::{Coding, Form, JsonForm, TextFormat};
use crate::source::place::Bytestream;
use crate::source::void::Void;
use crate::{Error, Result};

/// A row that was found.
pub(super) struct FoundRow {
    pub number: u64,
    pub offset: u64,
    /// Where it lies in the batch's text, or why it is not there.
    pub body: Result<Range<usize>, Void>,
}

/// Finds rows, one at a time.
pub(super) struct Rows {
    /// The file's name, for errors.
    name: String,
    reader: Input,
    ending: Ending,
    /// The names in a CSV's header, or why they cannot be told.
    header: Result<Vec<String>, Void>,
    row_bytes_max: u64,
    number: u64,
    offset: u64,
    /// What follows an object on its line.
    glued: Vec<u8>,
}

enum Input {
    Plain(BufReader<Box<dyn Bytestream>>),
    Coded(BufReader<Box<dyn Read + Send>>),
}

/// Finds the end of a row.
enum Ending {
    Line,
    Json(Box<json_rows::RowFinder>),
    Csv(Box<csv::RowFinder>),
}

impl Rows {
    pub(super) fn new(
        file: &SourceFile,
        opened: Box<dyn Bytestream>,
        format: TextFormat,
        row_bytes_max: u64,
    ) -> Result<Self> {
        let reader = match format.coding {
            Coding::Plain => Input::Plain(BufReader::with_capacity(BUFFER_BYTES, opened)),
            coding => Input::Coded(BufReader::with_capacity(
                BUFFER_BYTES,
                coding.decoded(opened)?,
            )),
        };
        let mut rows = Self {
            name: file.name.clone(),
            reader,
            ending: match format.form {
                Form::Json(JsonForm::Lines) => Ending::Line,
                Form::Json(form) => Ending::Json(Box::new(json_rows::RowFinder::new(form))),
                Form::Csv { delimiter } => Ending::Csv(Box::new(csv::RowFinder::new(delimiter))),
            },
            header: Ok(Vec::new()),
            row_bytes_max,
            number: 0,
            offset: 0,
            glued: Vec::new(),
        };
        if let Form::Csv { delimiter } = format.form {
            let mut text = Vec::new();
            if let Some(FoundRow { body, .. }) = rows.next(&mut text)? {
                rows.header = body.and_then(|range| csv::header(delimiter, &text[range]));
            }
            rows.number = 0;
        }
        Ok(rows)
    }

    pub(super) fn header(&self) -> Result<&[String]> {
        let why = match &self.header {
            Ok(names) => return Ok(names),
            Err(Void::TooLarge) => format!("of more than {} bytes", self.row_bytes_max),
            Err(_) => "with a quote that never closes".into(),
        };
        Err(Error::File {
            file: self.name.clone(),
            problem: format!("has a header {why}"),
            hint: "write the columns' names in the first line, and close each quote".into(),
        })
    }

    pub(super) fn is_at_start(&self) -> bool {
        self.offset == 0
    }

    pub(super) fn seek(&mut self, offset: u64, row: u64) -> Result<()> {
        if let Input::Plain(reader) = &mut self.reader {
            reader.seek(SeekFrom::Start(offset))?;
            (self.offset, self.number) = (offset, row);
            self.glued.clear();
            self.ending.restart();
        }
        Ok(())
    }

    /// The next row that is not blank, appended to `text`; none at the end of the file.
    pub(super) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<FoundRow>> {
        loop {
            let start = text.len();
            let Some(taken) = self.take(text)? else {
                self.check_end()?;
                return Ok(None);
            };
            let (offset, number) = (self.offset, self.number);
            self.number += 1;
            let mark = self.ending.mark(offset, &text[start..]);
            let range = start + mark..text.len();
            let body = if taken.bytes > self.row_bytes_max {
                self.offset += taken.bytes;
                Err(Void::TooLarge)
            } else if self.ending.is_blank(&text[range.clone()]) {
                self.offset += taken.bytes;
                text.truncate(start);
                continue;
            } else if !taken.is_whole && self.ending.is_open() {
                self.offset += taken.bytes;
                Err(Void::BadCsv)
            } else {
                let end = self.unglued(text, range.start);
                self.offset += (end - start) as u64;
                Ok(range.start..end)
            };
            if body.is_err() {
                text.truncate(start);
            }
            return Ok(Some(FoundRow {
                number,
                offset,
                body,
            }));
        }
    }

    /// Reads to the end of a row; none at the end of the file.
    fn take(&mut self, text: &mut Vec<u8>) -> Result<Option<Taken>> {
        if !self.glued.is_empty() {
            let bytes = self.glued.len() as u64;
            text.append(&mut self.glued);
            let is_whole = true;
            return Ok(Some(Taken { bytes, is_whole }));
        }
        let reader: &mut dyn BufRead = match &mut self.reader {
            Input::Plain(reader) => reader,
            Input::Coded(reader) => reader,
        };
        let ending = &mut self.ending;
        let taken = skip(reader, ending).and_then(|skipped| {
            self.offset += skipped;
            take(reader, ending, text, self.row_bytes_max)
        });
        match taken {
            Ok(taken) => Ok((taken.bytes > 0).then_some(taken)),
            Err(error) => Err(self.broken(error)),
        }
    }

    /// The error of a compressed file that ends too early, or holds what nobody wrote.
    fn broken(&self, error: Error) -> Error {
        match (&self.reader, error) {
            (Input::Coded(_), Error::Io(error)) => {
                let error = error.to_string();
                let why = match error.contains("memory") {
                    true => format!("cannot be unpacked ({error}): give more with `--memory`"),
                    false => format!("is cut off or damaged ({error}): fetch it again"),
                };
                Error::Unreadable(vec![(self.name.clone(), why)])
            }
            (_, error) => error,
        }
    }

    /// Where the row from `start` on ends. What follows it on its line is kept for the next one.
    fn unglued(&mut self, text: &mut Vec<u8>, start: usize) -> usize {
        if matches!(self.ending, Ending::Line)
            && let Some(end) = json_rows::glued(&text[start..])
        {
            self.glued.extend_from_slice(&text[start + end..]);
            text.truncate(start + end);
        }
        text.len()
    }

    /// Fails where a list of rows was cut off, or was not the only one.
    fn check_end(&self) -> Result<()> {
        let Ending::Json(finder) = &self.ending else {
            return Ok(());
        };
        let (problem, hint) = if finder.goes_on() {
            let problem = "goes on behind its list of rows".to_owned();
            (
                problem,
                "put all rows into the list, or write each on a line of its own",
            )
        } else if let Some(names) = finder.several() {
            let problem = format!("has several lists of rows: {}", names.join(", "));
            (
                problem,
                "write the one that is meant as lines: `jq -c '.NAME[]' FILE > ROWS.jsonl`",
            )
        } else if finder.is_cut() {
            (
                "is cut: its list of rows never ends".to_owned(),
                "fetch the file again",
            )
        } else {
            return Ok(());
        };
        Err(Error::File {
            file: self.name.clone(),
            problem,
            hint: hint.into(),
        })
    }
}

const BUFFER_BYTES: usize = 1 << 18;

impl Ending {
    /// Begins a row.
    fn restart(&mut self) {
        match self {
            Self::Line => {}
            Self::Json(ending) => ending.restart(),
            Self::Csv(ending) => ending.restart(),
        }
    }

    /// How many bytes of `chunk` stand before the next row and belong to none.
    fn skip(&mut self, chunk: &[u8]) -> usize {
        match self {
            Self::Json(ending) => ending.skip(chunk),
            Self::Line | Self::Csv(_) => 0,
        }
    }

    fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        match self {
            Self::Line => memchr(b'\n', chunk).map(|at| at + 1),
            Self::Json(ending) => ending.end(chunk),
            Self::Csv(ending) => ending.end(chunk),
        }
    }

    /// How many bytes of a row are a byte order mark: files that `cat` joined have one before each. In a cell of CSV it
    /// is text.
    fn mark(&self, offset: u64, row: &[u8]) -> usize {
        let may_be = offset == 0 || !matches!(self, Self::Csv(_));
        if may_be && row.starts_with(b"\xef\xbb\xbf") {
            3
        } else {
            0
        }
    }

    /// Whether the row is but the end of a line. Tabs may be a row's empty cells.
    fn is_blank(&self, row: &[u8]) -> bool {
        match self {
            Self::Line | Self::Json(_) => row.trim_ascii().is_empty(),
            Self::Csv(_) => row.iter().all(|byte| matches!(byte, b'\r' | b'\n')),
        }
    }

    /// Whether a row that the file's end broke off has a quote that is open.
    fn is_open(&mut self) -> bool {
        match self {
            Self::Line | Self::Json(_) => false,
            Self::Csv(ending) => ending.is_open(),
        }
    }
}

struct Taken {
    bytes: u64,
    /// Whether the row ended before the file did.
    is_whole: bool,
}

/// Passes over what stands before a row; returns how many bytes that was.
fn skip(reader: &mut dyn BufRead, ending: &mut Ending) -> Result<u64> {
    let mut bytes = 0;
    loop {
        let chunk = reader.fill_buf()?;
        let skipped = ending.skip(chunk);
        let is_done = skipped < chunk.len() || chunk.is_empty();
        reader.consume(skipped);
        bytes += skipped as u64;
        if is_done || skipped == 0 {
            return Ok(bytes);
        }
    }
}

/// Reads to the end of the row, of whose bytes no more than `most` are kept.
fn take(
    reader: &mut dyn BufRead,
    ending: &mut Ending,
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
        let end = ending.end(chunk);
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

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::source::{Format, Place};

    /// The rows of a plain file of that form: number, offset and text.
    fn rows(form: Form, text: &'static str) -> Vec<(u64, u64, Result<String, Void>)> {
        let format = TextFormat {
            form,
            coding: Coding::Plain,
        };
        let opened = Box::new(Cursor::new(text.as_bytes()));
        let file = SourceFile {
            place: Place::Disk(std::path::PathBuf::from("rows").into()),
            name: "rows".into(),
            format: Format::Text(format),
            hive: Vec::new(),
        };
        let mut rows = Rows::new(&file, opened, format, 16).expect("a file");
        let (mut text, mut all) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next(&mut text).expect("a row") {
            let body = row.body;
            let body = body.map(|range| String::from_utf8_lossy(&text[range]).into_owned());
            all.push((row.number, row.offset, body));
        }
        all
    }

    const LINES: Form = Form::Json(JsonForm::Lines);

    #[test]
    fn objects_on_one_line_are_rows_of_their_own() {
        let found = rows(LINES, "{\"a\":1}{\"b\":2}\n{}\n");
        let expected = [
            (0, 0, Ok("{\"a\":1}".into())),
            (1, 7, Ok("{\"b\":2}\n".into())),
            (2, 15, Ok("{}\n".into())),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn the_items_of_a_list_are_found_where_they_begin() {
        let form = Form::Json(JsonForm::List);
        let found = rows(form, "{\"data\": [ {\"a\": 1},\n {} ]}\n");
        let expected = [(0, 11, Ok("{\"a\": 1}".into())), (1, 22, Ok("{}".into()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_blank_line_keeps_its_number_and_is_no_row() {
        let found = rows(LINES, "\u{feff}{}\n\n{\"a\": 1}");
        let expected = [(0, 0, Ok("{}\n".into())), (2, 7, Ok("{\"a\": 1}".into()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_row_that_is_too_long_leaves_nothing_and_the_next_is_found() {
        let found = rows(LINES, "{\"a\": \"0123456789\"}\n{}\n");
        let expected = [(0, 0, Err(Void::TooLarge)), (1, 20, Ok("{}\n".into()))];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_row_of_csv_is_numbered_below_the_header_and_ends_outside_of_quotes() {
        let form = Form::Csv { delimiter: b',' };
        let found = rows(form, "a,b\n1,\"2\n3\"\n\n4,\"5");
        let expected = [
            (0, 4, Ok("1,\"2\n3\"\n".into())),
            (1, 12, Err(Void::BadCsv)),
        ];
        assert_eq!(found, expected);
    }
}
