//! Rows to judge, as lines of JSON with their numbers: of JSONL as they are, of Parquet as written so.

use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray, RecordBatch,
};
use arrow::buffer::BooleanBuffer;
use arrow::compute::{CastOptions, cast_with_options, filter_record_batch};
use arrow::datatypes::{DataType, Field, FieldRef, Float32Type, Float64Type, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::writer::{
    Encoder, EncoderFactory, EncoderOptions, LineDelimited, NullableEncoder, WriterBuilder,
};
use fs_err::File;
use memchr::memchr_iter;
use serde::Serialize;

use super::lines::Lines;
use super::unread;
use crate::run::Amount;
use crate::source::format::Form;
use crate::source::{BatchSize, Cuts, Format, Piece, ROW_BYTES_MAX, files, head, parquet};
use crate::{Error, Result};

/// Rows of Parquet that are judged at once: enough to share out, few enough to hold.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

/// What stands for a row that is too large: no other row is empty.
pub(super) const TOO_LARGE: &[u8] = b"";

/// What is known of the columns before they are read.
pub(super) struct Judged {
    /// Those that are judged, in which bytes are text.
    pub columns: Vec<String>,
    /// Whether a table is made of the rows.
    pub is_table: bool,
}

impl Judged {
    /// The columns as they are read.
    fn read(&self, schema: &SchemaRef) -> SchemaRef {
        let fields = schema.fields().iter().map(|field| {
            let kind = match self.columns.contains(field.name()) {
                true => text_of(field.data_type()),
                false => field.data_type().clone(),
            };
            field.as_ref().clone().with_data_type(kind)
        });
        Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
    }
}

/// A type with text in the place of bytes.
fn text_of(kind: &DataType) -> DataType {
    let inside = |field: &FieldRef| {
        let kind = text_of(field.data_type());
        Arc::new(field.as_ref().clone().with_data_type(kind))
    };
    match kind {
        DataType::Binary | DataType::BinaryView => DataType::Utf8,
        DataType::LargeBinary => DataType::LargeUtf8,
        DataType::List(item) => DataType::List(inside(item)),
        DataType::LargeList(item) => DataType::LargeList(inside(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inside).collect()),
        DataType::Dictionary(key, value) => {
            DataType::Dictionary(key.clone(), Box::new(text_of(value)))
        }
        other => other.clone(),
    }
}

/// A batch whose judged bytes are text; fails where they are none.
fn readable(batch: &RecordBatch, schema: &SchemaRef) -> io::Result<RecordBatch> {
    let strict = CastOptions {
        safe: false,
        ..CastOptions::default()
    };
    let arrays = schema.fields().iter().zip(batch.columns());
    let arrays = arrays.map(
        |(field, array)| match field.data_type() == array.data_type() {
            true => Ok(Arc::clone(array)),
            false => cast_with_options(array, field.data_type(), &strict).map_err(|_| {
                let problem = format!("`{}` holds bytes that are no UTF-8", field.name());
                io::Error::other(problem)
            }),
        },
    );
    let arrays = arrays.collect::<io::Result<Vec<ArrayRef>>>()?;
    RecordBatch::try_new(Arc::clone(schema), arrays).map_err(io::Error::other)
}

/// Writes NaN and the infinities as texts, which a table's columns of floats are read from: JSON has no such numbers.
#[derive(Debug)]
struct Spelled;

struct Floats<'a, T: ArrowPrimitiveType>(&'a PrimitiveArray<T>);

impl<T: ArrowPrimitiveType<Native: Into<f64> + Serialize>> Encoder for Floats<'_, T> {
    fn encode(&mut self, at: usize, out: &mut Vec<u8>) {
        let number = self.0.value(at);
        let wide: f64 = number.into();
        let written = match wide.is_finite() {
            true => serde_json::to_vec(&number),
            false => serde_json::to_vec(&wide.to_string()),
        };
        out.extend(written.unwrap_or_else(|_| b"null".to_vec()));
    }
}

impl EncoderFactory for Spelled {
    fn make_default_encoder<'a>(
        &self,
        _: &'a FieldRef,
        array: &'a dyn Array,
        _: &'a EncoderOptions,
    ) -> Result<Option<NullableEncoder<'a>>, ArrowError> {
        let encoder: Box<dyn Encoder + 'a> = match array.data_type() {
            DataType::Float32 => Box::new(Floats(array.as_primitive::<Float32Type>())),
            DataType::Float64 => Box::new(Floats(array.as_primitive::<Float64Type>())),
            _ => return Ok(None),
        };
        Ok(Some(NullableEncoder::new(encoder, array.nulls().cloned())))
    }
}

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
    /// How much it is: the bytes of a file of text, the rows of Parquet; nothing is known of a pipe.
    pub total: Amount,
    /// How many of the bytes were read.
    read: Arc<AtomicU64>,
    /// How many of them were told.
    told: u64,
}

/// A file that counts what is read of it, packed as it is.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(room)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

enum Rows {
    Lines(Lines),
    Parquet {
        pieces: Box<dyn Iterator<Item = Result<Piece>>>,
        /// The number of the last row.
        number: u64,
        /// Its columns, those of bytes that are judged as text.
        schema: SchemaRef,
        /// Whether a table is made of the lines.
        is_table: bool,
    },
}

impl Input {
    pub(super) fn open(file: &Path, threads: usize, judged: Judged) -> Result<Self> {
        match file.as_os_str() == "-" {
            true => Ok(Self::of_lines(Box::new(io::stdin()), threads)),
            false => open(file, threads, judged),
        }
    }

    fn of_lines(text: Box<dyn Read>, threads: usize) -> Self {
        Self {
            rows: Rows::Lines(Lines::of(text, threads)),
            schema: None,
            total: Amount::default(),
            read: Arc::default(),
            told: 0,
        }
    }

    /// What was read since it was asked, with the rows of it.
    pub(super) fn advanced(&mut self, rows: u64) -> Amount {
        let read = self.read.load(Ordering::Relaxed);
        let bytes = read - std::mem::replace(&mut self.told, read);
        Amount {
            bytes,
            ..Amount::rows(rows)
        }
    }

    /// What a row is called: a line of text has blank ones beside it.
    pub(super) fn unit(&self) -> &'static str {
        match self.rows {
            Rows::Lines(_) => "line",
            Rows::Parquet { .. } => "row",
        }
    }

    /// Takes back a chunk that is done with.
    pub(super) fn reuse(&mut self, chunk: Chunk) {
        if let Rows::Lines(lines) = &mut self.rows {
            lines.reuse(chunk);
        }
    }

    /// The next rows; none at the end. Of text those lines that are not blank, of which a chunk before the end may
    /// have none.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        match &mut self.rows {
            Rows::Lines(lines) => lines.next(),
            Rows::Parquet {
                pieces,
                number,
                schema,
                is_table,
            } => match pieces.next().transpose() {
                Ok(None) => Ok(None),
                Ok(Some(piece)) => json_lines(&piece, number, schema, *is_table).map(Some),
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

fn open(file: &Path, threads: usize, judged: Judged) -> Result<Input> {
    if file.is_dir() {
        return Err(Error::usage(
            format!("`{}` is a folder", file.display()),
            "name one of its files: each is judged by itself",
        ));
    }
    let read = Arc::default();
    let opened = Counted {
        file: File::open(file)?,
        read: Arc::clone(&read),
    };
    let length = opened.file.metadata()?.len();
    let coded: Box<dyn Read> = match format(file)? {
        Some(Format::Parquet) => return parquet(file, &judged),
        Some(Format::Text(text)) if !matches!(text.form, Form::Json(_)) => {
            return Err(no_rows(file, "CSV"));
        }
        Some(Format::Arrow) => return Err(no_rows(file, "Arrow")),
        Some(Format::Text(text)) => text.coding.decoded(opened)?,
        None => Box::new(opened),
    };
    Ok(Input {
        total: Amount::files(0, length),
        read,
        ..Input::of_lines(coded, threads)
    })
}

fn parquet(file: &Path, judged: &Judged) -> Result<Input> {
    let found = files::find(file)?.into_iter().next();
    let found = found.ok_or_else(|| unread(file, "it is no file"))?;
    let cuts = Cuts {
        size: BatchSize {
            rows: CHUNK_ROWS,
            bytes: CHUNK_BYTES,
        },
        row_bytes_max: ROW_BYTES_MAX,
    };
    let footer = parquet::Footer::read(&found)?;
    let schema = judged.read(footer.schema());
    Ok(Input {
        total: Amount::rows(footer.rows()),
        read: Arc::default(),
        told: 0,
        schema: Some(Arc::clone(&schema)),
        rows: Rows::Parquet {
            pieces: Box::new(parquet::all_rows(&found, cuts)?),
            number: 0,
            schema,
            is_table: judged.is_table,
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
fn json_lines(
    piece: &Piece,
    number: &mut u64,
    schema: &SchemaRef,
    is_table: bool,
) -> io::Result<Chunk> {
    let text = match &piece.batch {
        Some(batch) => {
            let batch = readable(batch, schema)?;
            json_text(&batch, piece.too_large.as_ref(), is_table)?
        }
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
fn json_text(
    batch: &RecordBatch,
    too_large: Option<&BooleanBuffer>,
    is_table: bool,
) -> io::Result<Vec<u8>> {
    let few = match too_large {
        Some(rows) => {
            let kept = BooleanArray::new(!rows, None);
            &filter_record_batch(batch, &kept).map_err(io::Error::other)?
        }
        None => batch,
    };
    let mut writer = WriterBuilder::new().with_explicit_nulls(true);
    if is_table {
        writer = writer.with_encoder_factory(Arc::new(Spelled));
    }
    let mut writer = writer.build::<_, LineDelimited>(Vec::new());
    let written = writer.write(few).and_then(|()| writer.finish());
    written.map_err(io::Error::other)?;
    Ok(writer.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// What is told of a file from its first row to its last, and how much there was to be.
    fn told(name: &str, bytes: &[u8]) -> (Amount, Amount) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        let judged = Judged {
            columns: Vec::new(),
            is_table: false,
        };
        let mut input = Input::open(&path, 1, judged).expect("an input");
        let mut done = Amount::default();
        while let Some(chunk) = input.next().expect("rows") {
            let more = input.advanced(chunk.rows.len() as u64);
            (done.rows, done.bytes) = (done.rows + more.rows, done.bytes + more.bytes);
        }
        (input.total, done)
    }

    #[test]
    fn what_is_told_of_a_file_comes_to_all_of_it_however_it_is_packed() {
        let rows = "{\"gold\": \"1\", \"response\": \"It is one.\"}\n".repeat(20_000);
        let plain = rows.as_bytes();
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(plain).expect("bytes");
        let gzip = gzip.finish().expect("bytes");
        let zstd = zstd::encode_all(plain, 1).expect("bytes");
        for (name, bytes) in [
            ("rows.jsonl", plain),
            ("rows.jsonl.gz", &gzip),
            ("rows.jsonl.zst", &zstd),
        ] {
            let (total, done) = told(name, bytes);
            let length = bytes.len() as u64;
            assert_eq!(
                (total.bytes, done.bytes, done.rows),
                (length, length, 20_000),
                "{name}"
            );
        }
    }
}
