//! Rows to judge, as lines of JSON with their numbers: of JSONL as they are, of Parquet as written so.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use arrow::json::writer::{LineDelimited, WriterBuilder};
use fs_err::File;
use memchr::memchr_iter;

use super::lines::Lines;
use super::unread;
use crate::source::format::Form;
use crate::source::{BatchSize, Cuts, Format, Piece, ROW_BYTES_MAX, files, head, parquet};
use crate::{Error, Result};

/// Rows of Parquet that are judged at once: enough to share out, few enough to hold.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

/// What stands for a row that is too large: no other row is empty.
pub(super) const TOO_LARGE: &[u8] = b"";

/// Rows with their numbers from 1, in one text.
#[derive(Default)]
pub(super) struct Chunk {
    pub text: Vec<u8>,
    pub rows: Vec<(u64, Range<usize>)>,
}

impl Chunk {
    /// The text of a row.
    pub(super) fn row(&self, (_, range): &(u64, Range<usize>)) -> &[u8] {
        &self.text[range.clone()]
    }
}

/// Where rows come from.
pub(super) struct Input {
    rows: Rows,
    /// The columns of Parquet.
    pub schema: Option<SchemaRef>,
}

enum Rows {
    Lines(Lines),
    Parquet {
        pieces: Box<dyn Iterator<Item = Result<Piece>>>,
        /// The number of the last row.
        number: u64,
    },
}

impl Input {
    pub(super) fn open(file: &Path, threads: usize) -> Result<Self> {
        match file.as_os_str() == "-" {
            true => Ok(Self::of_lines(io::stdin(), threads)),
            false => open(file, threads),
        }
    }

    fn of_lines(text: impl Read + 'static, threads: usize) -> Self {
        Self {
            rows: Rows::Lines(Lines::of(Box::new(text), threads)),
            schema: None,
        }
    }

    /// What a row is called: a line of text has blank ones beside it.
    pub(super) fn unit(&self) -> &'static str {
        match self.rows {
            Rows::Lines(_) => "line",
            Rows::Parquet { .. } => "row",
        }
    }

    /// The next rows; none at the end. Of text those lines that are not blank, of which a chunk before the end may
    /// have none.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        match &mut self.rows {
            Rows::Lines(lines) => lines.next(),
            Rows::Parquet { pieces, number } => match pieces.next().transpose() {
                Ok(None) => Ok(None),
                Ok(Some(piece)) => json_lines(&piece, number).map(Some),
                Err(error) => Err(io::Error::other(error)),
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

fn open(file: &Path, threads: usize) -> Result<Input> {
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
    Ok(Input::of_lines(coded, threads))
}

fn parquet(file: &Path) -> Result<Input> {
    let found = files::find(file)?.into_iter().next();
    let found = found.ok_or_else(|| unread(file, "it is no file"))?;
    let cuts = Cuts {
        size: BatchSize {
            rows: CHUNK_ROWS,
            bytes: CHUNK_BYTES,
        },
        row_bytes_max: ROW_BYTES_MAX,
    };
    Ok(Input {
        schema: Some(parquet::Footer::read(&found)?.schema().clone()),
        rows: Rows::Parquet {
            pieces: Box::new(parquet::all_rows(&found, cuts)?),
            number: 0,
        },
    })
}

fn no_rows(file: &Path, kind: &str) -> Error {
    Error::usage(
        format!("`{}` is {kind}", file.display()),
        format!("write its rows as JSONL or Parquet; a pipeline reads {kind}"),
    )
}

/// A row that is too large stands as an empty one in its place.
fn json_lines(piece: &Piece, number: &mut u64) -> io::Result<Chunk> {
    let text = match &piece.batch {
        Some(batch) => json_text(batch, piece.too_large.as_ref())?,
        None => Vec::new(),
    };
    let mut start = 0;
    let ends: Vec<usize> = memchr_iter(b'\n', &text).collect();
    let mut written = ends
        .into_iter()
        .map(|end| std::mem::replace(&mut start, end + 1)..end);
    let is_large = |at: usize| piece.too_large.as_ref().is_some_and(|rows| rows.value(at));
    let rows = (0..piece.rows).map(|at| {
        let row = match is_large(at) {
            true => 0..0,
            false => written.next().unwrap_or_default(),
        };
        *number += 1;
        (*number, row)
    });
    let rows = rows.collect();
    Ok(Chunk { text, rows })
}

/// The rows that are not too large, as lines.
fn json_text(batch: &RecordBatch, too_large: Option<&BooleanBuffer>) -> io::Result<Vec<u8>> {
    let few = match too_large {
        Some(rows) => {
            let kept = BooleanArray::new(!rows, None);
            &filter_record_batch(batch, &kept).map_err(io::Error::other)?
        }
        None => batch,
    };
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, LineDelimited>(Vec::new());
    let written = writer.write(few).and_then(|()| writer.finish());
    written.map_err(io::Error::other)?;
    Ok(writer.into_inner())
}
