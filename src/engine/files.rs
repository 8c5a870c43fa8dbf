//! Files of the user's own as tables of a query.

use std::path::Path;

use datafusion::common::DataFusionError;
use datafusion::prelude::{CsvReadOptions, JsonReadOptions};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use super::Engine;
use super::failed::failed;
use super::tables::parquet_options;
use crate::error::shortened;
use crate::source::Format;
use crate::source::format::{Coding, Form, TextFormat};
use crate::source::quiet;
use crate::{Error, Result};

/// What an address of a file does not have as it is; a path may have any of it in a name.
const SPECIAL: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'*')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The address of a file or folder that is there. DataFusion would take a bare path for a glob.
pub(super) fn address(path: &Path) -> Result<String> {
    let whole = fs_err::canonicalize(path)?;
    let text = whole.to_str().ok_or_else(|| {
        Error::usage(
            format!("`{}` has a name that is not UTF-8", path.display()),
            "give it another name",
        )
    })?;
    Ok(format!("file://{}", utf8_percent_encode(text, SPECIAL)))
}

impl Engine {
    /// Makes a Parquet file a table.
    pub(super) fn register_parquet(&self, name: &str, path: &Path) -> Result<()> {
        let address = address(path)?;
        let ending = ending(path);
        let options = parquet_options(&ending);
        let registered = self
            .context
            .register_parquet(quoted(name), address, options);
        self.registered(path, registered)
    }

    /// Makes a Parquet, JSONL or CSV file a table. All of a JSONL decides its types; in CSV every cell is text, so
    /// that an id `007` stays one.
    pub(crate) fn add_file(&self, name: &str, path: &Path) -> Result<()> {
        if self.names().iter().any(|known| known == name) {
            return Err(Error::usage(
                format!("the folder has a table `{name}` of its own"),
                format!(
                    "give the file another name: `--with NAME={}`",
                    path.display()
                ),
            ));
        }
        fs_err::File::open(path)?;
        match Format::of(path) {
            Some(Format::Parquet) => self.register_parquet(name, path),
            Some(Format::Text(TextFormat {
                form,
                coding: Coding::Plain,
            })) => self.register_text(name, path, form),
            _ => Err(Error::usage(
                format!("`{}` cannot be asked as a table", path.display()),
                "name one Parquet, JSONL, CSV or TSV file; a compressed one first through `zcat` or `zstdcat`",
            )),
        }
    }

    fn register_text(&self, name: &str, path: &Path, form: Form) -> Result<()> {
        let (name, address, ending) = (quoted(name), address(path)?, ending(path));
        match form {
            Form::Json(_) => {
                let options = JsonReadOptions::default()
                    .schema_infer_max_records(usize::MAX)
                    .file_extension(&ending);
                self.registered(path, self.context.register_json(name, address, options))
            }
            Form::Csv { delimiter } => {
                let options = CsvReadOptions::new()
                    .delimiter(delimiter)
                    .newlines_in_values(true)
                    .schema_infer_max_records(0)
                    .file_extension(&ending);
                self.registered(path, self.context.register_csv(name, address, options))
            }
        }
    }

    /// Waits for a file to be a table; a reader that breaks off on a damaged one ends as it does.
    pub(super) fn registered(
        &self,
        path: &Path,
        registered: impl Future<Output = std::result::Result<(), DataFusionError>>,
    ) -> Result<()> {
        match quiet::quietly(|| self.threads.lent().block_on(registered)) {
            Some(registered) => registered.map_err(|error| unread(path, error)),
            None => Err(damaged(path)),
        }
    }
}

/// A table's name that keeps its letters.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// From the last dot on, as it is spelled.
pub(super) fn ending(path: &Path) -> String {
    let ending = path.extension().unwrap_or_default();
    format!(".{}", ending.to_string_lossy())
}

/// The error of a file that is no table.
pub(super) fn unread(path: &Path, error: DataFusionError) -> Error {
    let why = failed(error, "", &[]);
    Error::usage(
        format!(
            "`{}` cannot be read as a table: {}",
            path.display(),
            shortened(&why.to_string())
        ),
        "see what it holds with `gradatim inspect`",
    )
}

/// The error of a file on which its reader panicked.
pub(super) fn damaged(path: &Path) -> Error {
    Error::File {
        file: path.display().to_string(),
        problem: "is damaged: its reader broke off".into(),
        hint: "fetch or write the file again".into(),
    }
}
