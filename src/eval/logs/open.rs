//! Files of any packing, opened for a format: rows, one document, or an archive.
//!
//! Paths, compression, Parquet, CSV and the ways in which rows of JSON stand in a file are `source`'s; here is only what
//! logs have beside rows: files that are one object, ZIPs, and what comes from standard input.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::zip::Zip;
use crate::eval::natural;
use crate::source::format::{Form, Format, TextFormat};
use crate::source::head::{self, Content};
use crate::source::needed::{Needed, Shape as Cell};
use crate::source::value::Value;
use crate::source::{
    self, Batch, BatchSize, DiskFile, Place, SourceFile, Unit, column_kinds, files, settle, text,
};
use crate::{Error, Result};

/// The largest row. A row of evalchemy or of the fork holds all responses to a question: 64 of 60 kB are 4 MB.
const ROW_BYTES_MAX: u64 = 64 << 20;

/// The largest document, unpacked: it is held as a whole.
const DOCUMENT_BYTES_MAX: u64 = 1 << 30;

/// Rows that are looked at to tell a format.
const LOOKED_AT: usize = 20;

/// A file that a path names.
pub(crate) struct LogFile {
    /// As the user named it, or below the folder that the user named, with `/`.
    pub name: String,
    /// Its name without endings.
    pub stem: String,
    /// The folders that it lies in, the nearest first.
    pub folders: Vec<String>,
    /// Whether the user named the file itself, and not a folder or a glob: then it must be a log.
    pub is_named: bool,
    disk: DiskFile,
    /// Keeps what came from standard input until it was read.
    _spooled: Option<Arc<tempfile::TempPath>>,
}

/// A file that was opened, with what it holds.
pub(crate) enum Held {
    Rows(Rows),
    /// The text of one object, which may be a file of one row, or hold a list of them.
    Document(String, SourceFile),
    Archive(Archive),
    /// Nothing that can be a log: what it is, with what mends it.
    Nothing(String, String),
}

/// A file of rows.
pub(crate) struct Rows {
    file: SourceFile,
    /// Columns with what each holds.
    pub columns: Vec<(String, String)>,
    /// The first rows, as objects.
    pub first: Vec<Value<'static>>,
}

/// What a file is known by.
pub(crate) struct Look<'l> {
    /// Columns of rows with what each holds, or keys of a document.
    pub columns: &'l [(String, String)],
    pub shape: Shape<'l>,
}

/// What a file is.
#[derive(Clone, Copy)]
pub(crate) enum Shape<'l> {
    /// Rows, of which these are the first, as objects.
    Rows(&'l [Value<'static>]),
    /// One object.
    Document(&'l Value<'l>),
    /// A ZIP with entries of these names.
    Archive(&'l [String]),
}

impl Look<'_> {
    /// Whether it has rows with all of these columns.
    pub(crate) fn has_rows_with(&self, columns: &[&str]) -> bool {
        matches!(self.shape, Shape::Rows(_)) && columns.iter().all(|name| self.has(name))
    }

    /// Whether it has such a column, or key.
    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|(name, _)| name == column)
    }

    /// What the first row that has something there has in a column; missing where none has.
    pub(crate) fn first(&self, column: &str) -> Value<'static> {
        let Shape::Rows(rows) = self.shape else {
            return Value::Missing;
        };
        let mut cells = rows.iter().map(|row| row.clone().field(column));
        cells
            .find(|value| !matches!(value, Value::Missing | Value::Null))
            .unwrap_or(Value::Missing)
    }
}

/// The files that paths name, by name, in the order in which people count: attempts of seeds that are files of their own
/// are in that of the seeds, however a shell or a folder lists them. `-` is standard input. A file that two paths name is
/// read once.
pub(crate) fn find(paths: &[PathBuf]) -> Result<Vec<LogFile>> {
    let mut found = Vec::new();
    let mut known = std::collections::HashSet::new();
    for path in paths {
        if path.as_os_str() == "-" {
            found.push(from_stdin()?);
            continue;
        }
        let files = source::every(path)?;
        if files.is_empty() {
            return Err(Error::usage(
                format!("`{}` names no file", path.display()),
                "name files of logs, folders of them, or globs in quotes",
            ));
        }
        for file in files {
            let real = fs_err::canonicalize(&file.path)?;
            if known.insert(real) {
                found.push(LogFile::new(path, file));
            }
        }
    }
    found.sort_by(|a: &LogFile, b| natural::names(&a.name, &b.name));
    Ok(found)
}

/// Standard input in a file of its own: a log is looked at before it is read.
fn from_stdin() -> Result<LogFile> {
    let mut spooled = tempfile::NamedTempFile::new()?;
    io::copy(&mut io::stdin().lock(), &mut spooled)?;
    let path = spooled.into_temp_path();
    Ok(LogFile {
        name: "-".into(),
        stem: "stdin".into(),
        folders: Vec::new(),
        is_named: true,
        disk: path.to_path_buf().into(),
        _spooled: Some(Arc::new(path)),
    })
}

impl LogFile {
    fn new(given: &Path, file: source::Candidate) -> Self {
        let name = match file.path == given {
            true => given.display().to_string(),
            false => format!("{}/{}", root(given), file.name),
        };
        let mut folders: Vec<String> = name.split('/').map(str::to_owned).collect();
        let last = folders.pop().unwrap_or_default();
        folders.retain(|folder| !folder.is_empty() && folder != "." && folder != "..");
        folders.reverse();
        Self {
            stem: stem(&last).to_owned(),
            is_named: file.path == given,
            name,
            folders,
            disk: file.path.into(),
            _spooled: None,
        }
    }

    /// How many bytes it has; none where nobody can tell, as its reader says.
    pub(crate) fn bytes(&self) -> u64 {
        self.disk.bytes().unwrap_or_default()
    }

    /// The hash of its bytes, and how many there are; what is read later is held against it.
    pub(crate) fn hash(&self) -> Result<(String, u64)> {
        Ok((self.disk.hash()?.to_string(), self.disk.bytes()?))
    }

    /// Opens it, whatever it is; fails where it cannot be read.
    pub(crate) fn open(&self) -> Result<Held> {
        let format = match head::content(&self.disk)? {
            Content::Zip => return Ok(Held::Archive(Archive::new(self)?)),
            Content::Table(format) => format,
            Content::Empty => {
                let mend = "leave it out, or fetch it again";
                return Ok(Held::Nothing("is empty".into(), mend.into()));
            }
            Content::Unread(what, mend) => {
                let usual = "name files of JSON, CSV, Parquet, Arrow or ZIP";
                let what = format!("is {what}, which is no log");
                return Ok(Held::Nothing(what, mend.unwrap_or(usual).into()));
            }
        };
        let mut file = SourceFile {
            place: Place::Disk(self.disk.clone()),
            name: self.name.clone(),
            format,
            hive: Vec::new(),
        };
        settle(&mut file)?;
        files::settle_delimiters(std::slice::from_mut(&mut file));
        Ok(match document(&file)? {
            Some(text) => Held::Document(text, file),
            None => Held::Rows(Rows::new(file)?),
        })
    }
}

/// The folder that a path's files lie below, as the user wrote it: up to the first part with a star.
fn root(given: &Path) -> String {
    let is_plain = |part: &std::path::Component<'_>| {
        let name = part.as_os_str().to_string_lossy();
        !name.contains(['*', '?', '['])
    };
    let plain: PathBuf = given.components().take_while(is_plain).collect();
    match plain.display().to_string() {
        root if root.is_empty() => ".".into(),
        root => root.trim_end_matches('/').to_owned(),
    }
}

/// A file's name without the endings that say how it is written.
fn stem(name: &str) -> &str {
    const ENDINGS: [&str; 18] = [
        "gz",
        "gzip",
        "zst",
        "zstd",
        "bz2",
        "xz",
        "json",
        "jsonl",
        "jsonlines",
        "ndjson",
        "csv",
        "tsv",
        "parquet",
        "pq",
        "arrow",
        "feather",
        "eval",
        "zip",
    ];
    let mut stem = name;
    while let Some((before, ending)) = stem.rsplit_once('.') {
        let is_one = ENDINGS
            .iter()
            .any(|known| ending.eq_ignore_ascii_case(known));
        if before.is_empty() || !is_one {
            break;
        }
        stem = before;
    }
    stem
}

/// The text of a file that is one object of JSON; none of any other file, and of one whose object is larger than may
/// be held.
fn document(file: &SourceFile) -> Result<Option<String>> {
    let Format::Text(TextFormat {
        form: Form::Json(_),
        coding,
    }) = file.format
    else {
        return Ok(None);
    };
    let mut reader = coding.decoded(file.place.open()?)?;
    let mut text = Vec::new();
    let mut end = text::ObjectEnd::new();
    loop {
        let from = text.len();
        let read = reader.by_ref().take(CHUNK_BYTES).read_to_end(&mut text);
        // Who reads the rows says what is wrong with a file that is cut.
        let read = read.unwrap_or(0);
        if from == 0 && !text.trim_ascii_start().starts_with(b"{") {
            return Ok(None);
        }
        if let Some(at) = end.of(&text[from..]) {
            let mut behind = Vec::new();
            let rest = reader.take(CHUNK_BYTES).read_to_end(&mut behind);
            let is_all = text[from + at..].trim_ascii().is_empty()
                && rest.is_ok()
                && behind.trim_ascii().is_empty();
            return Ok(is_all.then(|| String::from_utf8(text).ok()).flatten());
        }
        if read == 0 || text.len() as u64 > DOCUMENT_BYTES_MAX {
            return Ok(None);
        }
    }
}

const CHUNK_BYTES: u64 = 1 << 20;

impl Rows {
    pub(crate) fn new(file: SourceFile) -> Result<Self> {
        let columns = column_kinds(&file)?;
        let mut rows = Self {
            file,
            columns,
            first: Vec::new(),
        };
        let names = rows.names();
        let size = BatchSize {
            rows: LOOKED_AT,
            bytes: CHUNK_BYTES as usize,
        };
        let batch = rows.batches(&names, size)?.next().transpose()?;
        if let Some(batch) = batch {
            rows.first = objects(&batch, &names);
        }
        Ok(rows)
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    /// For each of these columns whether it has it and writes nothing for null: in CSV an empty cell is all that null is.
    pub(crate) fn blank_is_null(&self, names: &[String]) -> Vec<bool> {
        let is_json = matches!(
            self.file.format,
            Format::Text(TextFormat {
                form: Form::Json(_),
                ..
            })
        );
        let is_csv = matches!(self.file.format, Format::Text(_)) && !is_json;
        let has = |name: &String| self.columns.iter().any(|(known, _)| known == name);
        names.iter().map(|name| is_csv && has(name)).collect()
    }

    /// Its rows in order, with these columns as cells, a batch at a time.
    pub(crate) fn batches(
        &self,
        names: &[String],
        size: BatchSize,
    ) -> Result<Box<dyn Iterator<Item = Result<Batch>> + '_>> {
        let needed = |name: &String| Needed::optional(name, Cell::Any);
        let columns: Vec<Needed> = names.iter().map(needed).collect();
        let units = match self.file.format {
            Format::Text(_) => vec![Unit::Whole],
            _ => source::units(&self.file, &columns, ROW_BYTES_MAX)?,
        };
        let of_unit = move |unit| -> Box<dyn Iterator<Item = Result<Batch>>> {
            match source::read_columns(&self.file, unit, &columns, ROW_BYTES_MAX, size) {
                Ok(batches) => batches,
                Err(error) => Box::new(std::iter::once(Err(error))),
            }
        };
        Ok(Box::new(units.into_iter().flat_map(of_unit)))
    }
}

/// The rows of a batch as objects, without what each lacks.
fn objects(batch: &Batch, names: &[String]) -> Vec<Value<'static>> {
    let object = |index| {
        let cells = batch.row(index).cells.ok()?;
        let fields = names.iter().map(|name| name.clone().into());
        let row = fields.zip(cells.into_iter().map(Value::into_owned));
        let has = |(_, value): &(_, Value<'_>)| *value != Value::Missing;
        Some(Value::Object(row.filter(has).collect()))
    };
    (0..batch.len()).filter_map(object).collect()
}

/// A ZIP. Its entries are read one at a time.
pub(crate) struct Archive {
    name: String,
    zip: Zip,
    /// The entries' names, in their order.
    pub entries: Vec<String>,
}

impl Archive {
    fn new(file: &LogFile) -> Result<Self> {
        let opened = source::disk_file::open_regular(&file.disk)?.into_parts().0;
        let zip = Zip::new(opened).map_err(|error| broken(&file.name, &error))?;
        Ok(Self {
            name: file.name.clone(),
            entries: zip.names(),
            zip,
        })
    }

    /// The text of an entry, whichever way it is packed; none where there is no such entry, it is larger than a
    /// document may be or no UTF-8.
    pub(crate) fn text(&mut self, entry: &str) -> Result<Option<String>> {
        let bytes = self.zip.bytes(entry, DOCUMENT_BYTES_MAX);
        let bytes = bytes.map_err(|error| broken(&self.name, &error))?;
        Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
    }
}

fn broken(file: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Unreadable(vec![(
        file.to_owned(),
        format!("is cut off or damaged ({error}): fetch it again"),
    )])
}
