//! Rows to judge, as lines of JSON with their numbers: of JSONL as they are, of Parquet as written so.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use arrow::json::writer::{LineDelimited, WriterBuilder};
use fs_err::File;
use memchr::memchr;

use super::unread;
use crate::source::format::Form;
use crate::source::{BatchSize, Cuts, Format, Piece, ROW_BYTES_MAX, files, head, parquet};
use crate::{Error, Result};

/// Rows that are judged at once: enough to share out, few enough to hold.
pub(super) const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

/// What stands for a row that is too large: no other row is empty.
pub(super) const TOO_LARGE: &[u8] = b"";

/// Rows with their numbers from 1.
pub(super) type Chunk = Vec<(u64, Vec<u8>)>;

/// Where rows come from.
pub(super) struct Input {
    rows: Rows,
    /// The number of the last row.
    number: u64,
}

enum Rows {
    Lines(Box<dyn BufRead>),
    Parquet(Box<dyn Iterator<Item = Result<Piece>>>),
}

impl Input {
    pub(super) fn open(file: &Path) -> Result<Self> {
        let rows = match file.as_os_str() == "-" {
            true => Rows::Lines(Box::new(BufReader::new(std::io::stdin()))),
            false => open(file)?,
        };
        Ok(Self { rows, number: 0 })
    }

    /// What a row is called: a line of text has blank ones beside it.
    pub(super) fn unit(&self) -> &'static str {
        match self.rows {
            Rows::Lines(_) => "line",
            Rows::Parquet(_) => "row",
        }
    }

    /// The next rows, none at the end; of text those lines that are not blank.
    pub(super) fn next(&mut self) -> std::io::Result<Chunk> {
        match &mut self.rows {
            Rows::Lines(reader) => lines(reader.as_mut(), &mut self.number),
            Rows::Parquet(batches) => match batches.next().transpose() {
                Ok(None) => Ok(Vec::new()),
                Ok(Some(piece)) => json_lines(&piece, &mut self.number),
                Err(error) => Err(std::io::Error::other(error)),
            },
        }
    }
}

/// How the file is written, by its name or else its head; an error where it is not what its name says.
fn format(file: &Path) -> Result<Option<Format>> {
    // What comes through a pipe has no head that can be looked at twice.
    let found = match file.is_file() {
        true => files::find(file).unwrap_or_default(),
        false => Vec::new(),
    };
    let Some(found) = found.first() else {
        return Ok(Format::of(file));
    };
    match head::check(found) {
        Err(Error::Unreadable(why)) => {
            let why = why.first().map_or("", |(_, why)| why.as_str());
            Err(mistaken(file, why))
        }
        checked => checked.map(|()| Some(found.format)),
    }
}

/// What a file is instead of what its name says, and behind a colon what mends it.
fn mistaken(file: &Path, why: &str) -> Error {
    let Some((what, mend)) = why.split_once(": ") else {
        return unread(file, why);
    };
    Error::File {
        file: file.display().to_string(),
        problem: what.to_owned(),
        hint: mend.to_owned(),
    }
}

fn open(file: &Path) -> Result<Rows> {
    let opened = File::open(file)?;
    let coded: Box<dyn Read> = match format(file)? {
        Some(Format::Parquet) => return parquet(file),
        Some(Format::Text(text)) if !matches!(text.form, Form::Json(_)) => {
            return Err(no_rows(file, "CSV"));
        }
        Some(Format::Arrow) => return Err(no_rows(file, "Arrow")),
        Some(Format::Text(text)) => text.coding.decoded(opened)?,
        None => Box::new(opened),
    };
    Ok(Rows::Lines(Box::new(BufReader::with_capacity(
        1 << 18,
        coded,
    ))))
}

fn parquet(file: &Path) -> Result<Rows> {
    let found = files::find(file)?.into_iter().next();
    let found = found.ok_or_else(|| unread(file, "it is no file"))?;
    let cuts = Cuts {
        size: BatchSize {
            rows: CHUNK_ROWS,
            bytes: CHUNK_BYTES,
        },
        row_bytes_max: ROW_BYTES_MAX,
    };
    Ok(Rows::Parquet(Box::new(parquet::all_rows(&found, cuts)?)))
}

fn no_rows(file: &Path, kind: &str) -> Error {
    Error::usage(
        format!("`{}` is {kind}", file.display()),
        format!("write its rows as JSONL or Parquet; a pipeline reads {kind}"),
    )
}

fn lines(reader: &mut dyn BufRead, number: &mut u64) -> std::io::Result<Chunk> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < CHUNK_ROWS && bytes < CHUNK_BYTES {
        let Some(text) = line(reader)? else { break };
        *number += 1;
        bytes += text.len();
        if text == TOO_LARGE || !text.trim_ascii().is_empty() {
            chunk.push((*number, text));
        }
    }
    Ok(chunk)
}

/// The next line, of which no more is held than a row may have; none at the end.
fn line(reader: &mut dyn BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let (mut text, mut bytes) = (Vec::new(), 0_u64);
    loop {
        let piece = reader.fill_buf()?;
        let end = memchr(b'\n', piece).map(|at| at + 1);
        let used = end.unwrap_or(piece.len());
        bytes += used as u64;
        match bytes > ROW_BYTES_MAX {
            true => text = Vec::new(),
            false => text.extend_from_slice(&piece[..used]),
        }
        let is_end = end.is_some() || used == 0;
        reader.consume(used);
        if is_end {
            return Ok((bytes > 0).then_some(text));
        }
    }
}

/// A row that is too large stands as an empty one in its place.
fn json_lines(piece: &Piece, number: &mut u64) -> std::io::Result<Chunk> {
    let text = match &piece.batch {
        Some(batch) => json_text(batch, piece.too_large.as_ref())?,
        None => Vec::new(),
    };
    let mut written = text.split_inclusive(|byte| *byte == b'\n');
    let is_large = |at: usize| piece.too_large.as_ref().is_some_and(|rows| rows.value(at));
    let rows = (0..piece.rows).map(|at| {
        let row = match is_large(at) {
            true => TOO_LARGE,
            false => written.next().unwrap_or_default(),
        };
        *number += 1;
        (*number, row.to_vec())
    });
    Ok(rows.collect())
}

/// The rows that are not too large, as lines.
fn json_text(batch: &RecordBatch, too_large: Option<&BooleanBuffer>) -> std::io::Result<Vec<u8>> {
    let few = match too_large {
        Some(rows) => {
            let kept = BooleanArray::new(!rows, None);
            &filter_record_batch(batch, &kept).map_err(std::io::Error::other)?
        }
        None => batch,
    };
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    let written = writer.write(few).and_then(|()| writer.finish());
    written.map_err(std::io::Error::other)?;
    Ok(writer.into_inner())
}
