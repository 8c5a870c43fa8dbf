//! Rows to judge, as lines of JSON with their numbers: of JSONL as they are, of Parquet as written so.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use arrow::json::writer::{LineDelimited, WriterBuilder};
use fs_err::File;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::unread;
use crate::source::format::Form;
use crate::source::quietly;
use crate::source::{Format, files, head};
use crate::{Error, Result};

/// Rows that are judged at once: enough to share out, few enough to hold.
pub(super) const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

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
    Parquet(Box<ParquetRecordBatchReader>),
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
            Rows::Parquet(batches) => match quietly(|| batches.next().transpose()) {
                Some(Ok(None)) => Ok(Vec::new()),
                Some(Ok(Some(batch))) => json_lines(&batch, &mut self.number),
                Some(Err(error)) => Err(std::io::Error::other(error)),
                None => Err(std::io::Error::other(BROKE_OFF)),
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
        Some(Format::Parquet) => return parquet(file, opened),
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

fn parquet(file: &Path, opened: File) -> Result<Rows> {
    let opened = opened.into_parts().0;
    let batches = quietly(|| {
        let builder = ParquetRecordBatchReaderBuilder::try_new(opened)?;
        builder.with_batch_size(CHUNK_ROWS).build()
    });
    let batches = batches.ok_or_else(|| unread(file, BROKE_OFF))?;
    let batches = batches.map_err(|error| Error::parquet(file, error))?;
    Ok(Rows::Parquet(Box::new(batches)))
}

/// Of a damaged file under which the reader panicked.
const BROKE_OFF: &str = "it is damaged, and its reader broke off";

fn no_rows(file: &Path, kind: &str) -> Error {
    Error::usage(
        format!("`{}` is {kind}", file.display()),
        format!("write its rows as JSONL or Parquet; a pipeline reads {kind}"),
    )
}

fn lines(reader: &mut dyn BufRead, number: &mut u64) -> std::io::Result<Chunk> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < CHUNK_ROWS && bytes < CHUNK_BYTES {
        let mut text = Vec::new();
        if reader.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        *number += 1;
        bytes += text.len();
        if !text.trim_ascii().is_empty() {
            chunk.push((*number, text));
        }
    }
    Ok(chunk)
}

fn json_lines(batch: &arrow::array::RecordBatch, number: &mut u64) -> std::io::Result<Chunk> {
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    let written = writer.write(batch).and_then(|()| writer.finish());
    written.map_err(std::io::Error::other)?;
    let text = writer.into_inner();
    let rows = text.split_inclusive(|byte| *byte == b'\n');
    Ok(rows
        .map(|row| {
            *number += 1;
            (*number, row.to_vec())
        })
        .collect())
}
