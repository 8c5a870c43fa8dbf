//! Where judged rows go: stdout, or a file that is renamed into place when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use arrow::datatypes::SchemaRef;

use super::parquet;
use super::row::{Line, Names};
use crate::disk::{self, Over, Partial};
use crate::error::visible_json;
use crate::source::Format;
use crate::source::format::{Coding, Form, TextFormat};
use crate::{Error, Result};

/// What is held of what was written: enough that the system is asked seldom.
const BUFFER_BYTES: usize = 256 << 10;

pub(super) enum Output {
    Stdout(BufWriter<std::io::StdoutLock<'static>>),
    /// Rows are judged for the table alone.
    Nowhere,
    File {
        writer: BufWriter<File>,
        partial: Partial,
    },
    /// Rows as lines, which become a table when all are there.
    Parquet {
        lines: BufWriter<File>,
        partial: Partial,
        /// The columns of the rows that are read, where they have some.
        schema: Option<SchemaRef>,
        names: Names,
    },
}

/// The lines of which a table is made, beside it.
const LINES: &str = "lines";

/// Whether a file of that name is Parquet; fails where it is something else than that and JSONL.
pub(super) fn is_parquet(path: &Path) -> Result<bool> {
    match Format::of(path) {
        Some(Format::Parquet) => Ok(true),
        None
        | Some(Format::Text(TextFormat {
            form: Form::Json(_),
            coding: Coding::Plain,
        })) => Ok(false),
        Some(_) => Err(Error::usage(
            format!("`--out {}` names a file of another kind", path.display()),
            "name a file that ends with `.jsonl` or `.parquet`",
        )),
    }
}

impl Output {
    pub(super) fn create(
        path: Option<&Path>,
        schema: Option<SchemaRef>,
        names: &Names,
    ) -> Result<Self> {
        let Some(path) = path else {
            let stdout = std::io::stdout().lock();
            return Ok(Self::Stdout(BufWriter::with_capacity(BUFFER_BYTES, stdout)));
        };
        let is_parquet = is_parquet(path)?;
        let partial = begin(path)?;
        let writer = |path: &Path| {
            let file = disk::create(path)?;
            Ok::<_, Error>(BufWriter::with_capacity(BUFFER_BYTES, file))
        };
        Ok(match is_parquet {
            true => Self::Parquet {
                lines: writer(&partial.scratch(LINES))?,
                partial,
                schema,
                names: names.clone(),
            },
            false => Self::File {
                writer: writer(&partial.built())?,
                partial,
            },
        })
    }

    /// Writes the line of a row that was read as `text`.
    pub(super) fn write(&mut self, text: &[u8], line: &Line) -> Result<()> {
        let parts = [
            (&text[line.head.clone()], line.is_seen),
            (&line.tail, false),
        ];
        for (bytes, is_seen) in parts {
            match self {
                Self::Stdout(stdout) if is_seen => stdout.write_all(bytes)?,
                Self::Stdout(stdout) => match std::str::from_utf8(bytes) {
                    Ok(text) => stdout.write_all(visible_json(text).as_bytes())?,
                    Err(_) => stdout.write_all(bytes)?,
                },
                Self::Nowhere => {}
                Self::File { writer, partial } => {
                    let written = writer.write_all(bytes);
                    written.map_err(|error| Error::write(&partial.built(), error))?;
                }
                Self::Parquet { lines, partial, .. } => {
                    let written = lines.write_all(bytes);
                    written.map_err(|error| Error::write(&partial.scratch(LINES), error))?;
                }
            }
        }
        Ok(())
    }

    /// Shows what was written so far to who waits for it.
    pub(super) fn show(&mut self) -> Result<()> {
        match self {
            Self::Stdout(stdout) => Ok(stdout.flush()?),
            _ => Ok(()),
        }
    }

    /// Ends the file; `is_several` says whether a row has a list of verdicts.
    pub(super) fn finish(self, is_several: bool) -> Result<()> {
        match self {
            Self::Stdout(mut stdout) => Ok(stdout.flush()?),
            Self::Nowhere => Ok(()),
            Self::File { writer, partial } => {
                end(writer, &partial.built())?;
                partial.finish(Over::Files)
            }
            Self::Parquet {
                lines,
                partial,
                schema,
                names,
            } => {
                let path = partial.scratch(LINES);
                end(lines, &path)?;
                let schema = schema.as_deref();
                parquet::convert(&path, schema, &names, is_several, &partial.built())?;
                partial.finish(Over::Files)
            }
        }
    }
}

fn end(mut writer: BufWriter<File>, path: &Path) -> Result<()> {
    writer.flush().map_err(|error| Error::write(path, error))
}

/// A place to build a file in, which one that is there makes room for in the end.
pub(super) fn begin(path: &Path) -> Result<Partial> {
    if path.as_os_str() == "-" || path.exists() && !path.is_file() {
        return Err(Error::usage(
            format!(
                "`{}` is no regular file, and nothing else is replaced",
                path.display()
            ),
            "name a file; without `--out` the rows go to stdout",
        ));
    }
    Partial::begin_alone(path)
}
