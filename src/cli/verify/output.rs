//! Where judged rows go: stdout, or a file that is renamed into place when it is whole.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::Result;
use crate::error::visible_json;
use fs_err::File;

pub(super) enum Output {
    Stdout(std::io::StdoutLock<'static>),
    /// Rows are judged for the table alone.
    Nowhere,
    File {
        writer: BufWriter<File>,
        partial: PathBuf,
        path: PathBuf,
    },
}

impl Output {
    pub(super) fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Stdout(std::io::stdout().lock()));
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        Ok(Self::File {
            writer: BufWriter::new(File::create(&partial)?),
            partial,
            path: path.to_owned(),
        })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stdout(stdout) => match std::str::from_utf8(bytes) {
                Ok(text) => stdout.write_all(visible_json(text).as_bytes())?,
                Err(_) => stdout.write_all(bytes)?,
            },
            Self::Nowhere => {}
            Self::File { writer, .. } => writer.write_all(bytes)?,
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
                path,
            } => {
                writer.flush()?;
                drop(writer);
                Ok(fs_err::rename(partial, path)?)
            }
        }
    }

    pub(super) fn abandon(self) -> Result<()> {
        match self {
            Self::Stdout(_) | Self::Nowhere => Ok(()),
            Self::File { partial, .. } => Ok(fs_err::remove_file(partial)?),
        }
    }
}
