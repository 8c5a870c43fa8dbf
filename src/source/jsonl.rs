//! JSONL files, plain, gzip or zstd: a line is a row, and a bad line is a row that yields none.
//!
//! Lines are found on the reading thread and parsed on the measuring ones. A line longer than the limit
//! is passed over without being held. Blank lines are no rows, but they keep their number, so that a
//! row's number is always its line's.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};

use memchr::memchr;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::files::Coding;
use super::layout::Needed;
use super::place::Bytestream;
use super::value::{Key, Value};
use super::{BatchSize, Row, SourceFile, Spot, Void};
use crate::{Error, Result};

/// Lines as they were read.
pub struct JsonBatch {
    text: Vec<u8>,
    lines: Vec<Line>,
    columns: std::sync::Arc<[String]>,
    offsets: bool,
}

struct Line {
    number: u64,
    offset: u64,
    /// Where it lies in the batch's text, or why it is not there.
    body: Result<std::ops::Range<usize>, Void>,
}

impl JsonBatch {
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Bytes of its lines in a plain file; a compressed one does not tell.
    pub fn file_bytes(&self) -> u64 {
        if self.offsets {
            self.text.len() as u64
        } else {
            0
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn row(&self, index: usize) -> Row<'_> {
        let line = &self.lines[index];
        let cells = line
            .body
            .clone()
            .and_then(|range| parse(&self.text[range], &self.columns));
        Row {
            number: line.number,
            offset: self.offsets.then_some(line.offset),
            cells,
        }
    }
}

fn names(columns: &[Needed]) -> std::sync::Arc<[String]> {
    columns.iter().map(|needed| needed.name.clone()).collect()
}

/// The cells of one line: the wanted keys of its object.
fn parse<'a>(line: &'a [u8], columns: &[String]) -> Result<Vec<Value<'a>>, Void> {
    let text = std::str::from_utf8(line).map_err(|_| Void::BadUtf8)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let cells = WantedKeys(columns)
        .deserialize(&mut json)
        .map_err(|_| Void::BadJson)?;
    json.end().map_err(|_| Void::BadJson)?;
    Ok(cells)
}

/// Reads an object into the cells of the wanted keys and passes over the rest.
struct WantedKeys<'c>(&'c [String]);

impl<'de> DeserializeSeed<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![Value::Missing; self.0.len()];
        while let Some(Key(key)) = map.next_key()? {
            match self.0.iter().position(|name| *name == key) {
                Some(at) => cells[at] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cells)
    }
}

/// The rows of a file, in order.
pub fn read(
    file: &SourceFile,
    coding: Coding,
    columns: &[Needed],
    row_bytes_max: u64,
    size: BatchSize,
) -> Result<impl Iterator<Item = Result<JsonBatch>> + use<>> {
    let mut lines = Lines::new(file.place.open()?, coding, row_bytes_max)?;
    let columns = names(columns);
    let mut ended = false;
    Ok(std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let mut batch = JsonBatch {
            text: Vec::new(),
            lines: Vec::new(),
            columns: columns.clone(),
            offsets: coding == Coding::Plain,
        };
        while batch.len() < size.rows.max(1) && batch.text.len() < size.bytes.max(1) {
            match lines.next(&mut batch.text) {
                Ok(Some(line)) => batch.lines.push(line),
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

/// The keys of the first object, with the kinds of their values.
pub fn first_object(file: &SourceFile, coding: Coding) -> Result<Vec<(String, String)>> {
    let mut lines = Lines::new(file.place.peek()?, coding, u64::MAX)?;
    let mut text = Vec::new();
    while let Some(line) = lines.next(&mut text)? {
        let object = line
            .body
            .ok()
            .and_then(|range| serde_json::from_slice::<Value<'_>>(&text[range]).ok());
        if let Some(Value::Object(fields)) = object {
            let fields = fields.into_iter();
            return Ok(fields
                .map(|(key, value)| (key.into_owned(), value.kind().to_owned()))
                .collect());
        }
        text.clear();
    }
    Ok(Vec::new())
}

/// How many lines are looked at before a file is read.
const HEAD_LINES: usize = 100;

/// Fails where the file cannot be what the layout needs: a JSON array, or no line of its head has a
/// needed column.
pub fn check(
    file: &SourceFile,
    coding: Coding,
    columns: &[Needed],
    row_bytes_max: u64,
) -> Result<()> {
    let mut lines = Lines::new(file.place.peek()?, coding, row_bytes_max)?;
    let mut text = Vec::new();
    let mut missing: Vec<&Needed> = columns.iter().filter(|needed| needed.required).collect();
    let mut names = std::collections::BTreeSet::new();
    let mut objects = 0;
    for index in 0..HEAD_LINES {
        text.clear();
        let Some(line) = lines.next(&mut text)? else {
            break;
        };
        let Ok(range) = line.body else { continue };
        let body = text[range].trim_ascii();
        if index == 0 && body.starts_with(b"[") {
            return Err(Error::Schema {
                file: file.name.clone(),
                column: "(all)".into(),
                problem: "stand in one JSON array, where each row has a line of its own".into(),
                hint: "write it as lines: `jq -c '.[]' FILE > FILE.jsonl`".into(),
            });
        }
        if let Ok(Value::Object(fields)) = serde_json::from_slice::<Value<'_>>(body) {
            objects += 1;
            missing.retain(|needed| fields.iter().all(|(key, _)| *key != needed.name));
            names.extend(fields.into_iter().map(|(key, _)| key.into_owned()));
        }
    }
    match missing.first() {
        Some(needed) if objects > 0 => Err(Error::missing_column(
            &file.name,
            &needed.name,
            names.iter().map(String::as_str),
        )),
        _ => Ok(()),
    }
}

/// The rows of `spots` (in order of row): by offset where there is one, else in one pass.
pub fn read_rows(
    file: &SourceFile,
    coding: Coding,
    columns: &[Needed],
    row_bytes_max: u64,
    spots: &[Spot],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut lines = Lines::new(file.place.open()?, coding, row_bytes_max)?;
    let columns = names(columns);
    let mut text = Vec::new();
    let mut last = None;
    for spot in spots {
        if last == Some(spot.row) {
            continue;
        }
        last = Some(spot.row);
        if let Some(offset) = spot.offset {
            lines.seek(offset, spot.row)?;
        }
        loop {
            text.clear();
            let Some(line) = lines.next(&mut text)? else {
                return Err(Error::Changed {
                    file: file.name.clone(),
                });
            };
            if line.number < spot.row {
                continue;
            }
            let cells = line.body.and_then(|range| parse(&text[range], &columns));
            visit(Row {
                number: line.number,
                offset: None,
                cells,
            })?;
            break;
        }
    }
    Ok(())
}

/// Finds lines, one at a time.
struct Lines {
    reader: Input,
    row_bytes_max: u64,
    number: u64,
    offset: u64,
}

enum Input {
    Plain(BufReader<Box<dyn Bytestream>>),
    Coded(BufReader<Box<dyn Read + Send>>),
}

impl Lines {
    fn new(opened: Box<dyn Bytestream>, coding: Coding, row_bytes_max: u64) -> Result<Self> {
        let reader = match coding {
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
        Ok(Self {
            reader,
            row_bytes_max,
            number: 0,
            offset: 0,
        })
    }

    fn seek(&mut self, offset: u64, row: u64) -> Result<()> {
        if let Input::Plain(reader) = &mut self.reader {
            reader.seek(SeekFrom::Start(offset))?;
            (self.offset, self.number) = (offset, row);
        }
        Ok(())
    }

    /// The next line that is not blank, appended to `text`; none at the end of the file.
    fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Line>> {
        loop {
            let (start, offset, number) = (text.len(), self.offset, self.number);
            let bytes = match &mut self.reader {
                Input::Plain(reader) => take_line(reader, text, self.row_bytes_max)?,
                Input::Coded(reader) => take_line(reader, text, self.row_bytes_max)?,
            };
            if bytes == 0 {
                return Ok(None);
            }
            self.offset += bytes;
            self.number += 1;
            if bytes > self.row_bytes_max {
                text.truncate(start);
                return Ok(Some(Line {
                    number,
                    offset,
                    body: Err(Void::TooLarge),
                }));
            }
            let mark = if number == 0 && text[start..].starts_with(b"\xef\xbb\xbf") {
                3
            } else {
                0
            };
            let range = start + mark..text.len();
            if text[range.clone()].trim_ascii().is_empty() {
                text.truncate(start);
                continue;
            }
            return Ok(Some(Line {
                number,
                offset,
                body: Ok(range),
            }));
        }
    }
}

/// Reads to the end of the line and returns its bytes, of which no more than `most` are kept.
fn take_line(reader: &mut impl BufRead, text: &mut Vec<u8>, most: u64) -> Result<u64> {
    let mut bytes = 0;
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            return Ok(bytes);
        }
        let (used, ended) = match memchr(b'\n', chunk) {
            Some(at) => (at + 1, true),
            None => (chunk.len(), false),
        };
        if bytes + used as u64 <= most {
            text.extend_from_slice(&chunk[..used]);
        }
        bytes += used as u64;
        reader.consume(used);
        if ended {
            return Ok(bytes);
        }
    }
}
