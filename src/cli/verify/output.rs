//! Where judged rows go: stdout, or a file that is renamed into place when it is whole.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::disk::{self, Over, Partial};
use crate::error::visible_json;
use crate::{Error, Result};

pub(super) enum Output {
    Stdout(std::io::StdoutLock<'static>),
    /// Rows are judged for the table alone.
    Nowhere,
    File {
        writer: BufWriter<File>,
        partial: Partial,
    },
}

impl Output {
    pub(super) fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Stdout(std::io::stdout().lock()));
        };
        let partial = begin(path)?;
        Ok(Self::File {
            writer: BufWriter::new(disk::create(&partial.built())?),
            partial,
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stdout(stdout) => match std::str::from_utf8(bytes) {
                Ok(text) => stdout.write_all(visible_json(text).as_bytes())?,
                Err(_) => stdout.write_all(bytes)?,
            },
            Self::Nowhere => {}
            Self::File { writer, partial } => {
                let written = writer.write_all(bytes);
                written.map_err(|error| Error::write(&partial.built(), error))?;
            }
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut stdout) => Ok(stdout.flush()?),
            Self::Nowhere => Ok(()),
            Self::File {
                mut writer,
                partial,
            } => {
                let written = writer.flush();
                written.map_err(|error| Error::write(&partial.built(), error))?;
                drop(writer);
                partial.finish(Over::Files)
            }
        }
    }
}

/// A place to build a file in, which one that is there makes room for in the end.
pub(super) fn begin(path: &Path) -> Result<Partial> {
    if path.exists() && !path.is_file() {
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
