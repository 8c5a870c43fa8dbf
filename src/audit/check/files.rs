//! What lies in the folder: its files with their hashes, and whatever a run never puts there.
//!
//! Only what is found here as a regular file is ever opened, under the name that it has here: no path that a file
//! of the folder names leads anywhere.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use fs_err as fs;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::{ARROW_SCHEMA_META_KEY, ProjectionMask};
use parquet::file::metadata::ParquetMetaData;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;

use super::Findings;
use crate::folder::{RUN_FOLDER, sha256};
use crate::run::{Amount, Watch};
use crate::source::quietly;
use crate::{Error, Result};

/// An output folder whose files were hashed, and what was found in it.
pub(super) struct Folder<'o> {
    pub out: &'o Path,
    /// SHA-256 of each regular file, by its name relative to the folder, with `/`.
    pub files: BTreeMap<String, String>,
    /// What is no regular file, with what it is.
    pub others: BTreeMap<String, &'static str>,
    pub findings: Findings,
    pub watch: &'o dyn Watch,
}

/// No list, card or manifest of a run is larger: reading one takes memory.
const TEXT_BYTES_MAX: u64 = 1 << 30;

impl<'o> Folder<'o> {
    /// Finds and hashes the files; refused where no run ever wrote the folder.
    pub(super) fn read(out: &'o Path, watch: &'o dyn Watch) -> Result<Self> {
        Self::with_sums(out, watch, sha256)
    }

    /// Finds the files and leaves them unhashed: for questions that rest on a few of them.
    pub(super) fn unhashed(out: &'o Path) -> Result<Self> {
        Self::with_sums(out, &(), |_| Ok(String::new()))
    }

    fn with_sums(
        out: &'o Path,
        watch: &'o dyn Watch,
        sum: impl Fn(&Path) -> Result<String> + Sync,
    ) -> Result<Self> {
        refuse_stranger(out)?;
        let mut walk = Walk::default();
        walk.below(out);
        let mut folder = Self {
            out,
            files: BTreeMap::new(),
            others: walk.others,
            findings: Findings::default(),
            watch,
        };
        for what in walk.broken {
            folder.findings.broken(what);
        }
        if !walk.left.is_empty() {
            folder.findings.note(format!(
                "of the hub, and not looked at: {}",
                walk.left.join(", ")
            ));
        }
        let bytes = |name: &String| fs::metadata(out.join(name)).map_or(0, |file| file.len());
        let all = walk.files.iter().map(bytes).sum();
        watch.begin("hash", Amount::files(walk.files.len() as u64, all));
        let sum = |name: &String| {
            let sum = sum(&out.join(name));
            watch.advance(Amount::files(1, bytes(name)));
            sum
        };
        let hashed: Vec<(String, Result<String>)> = walk
            .files
            .into_par_iter()
            .map(|name| (sum(&name), name))
            .map(|(sum, name)| (name, sum))
            .collect();
        for (name, sum) in hashed {
            match sum {
                Ok(sum) => drop(folder.files.insert(name, sum)),
                Err(error) => folder
                    .findings
                    .broken(format!("{name} cannot be read: {error}")),
            }
        }
        Ok(folder)
    }

    /// Where a file that was found lies.
    pub(super) fn path(&self, name: &str) -> Option<PathBuf> {
        self.files.contains_key(name).then(|| self.out.join(name))
    }

    /// The text of a file; none, which is noted, where it is missing or no text.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        let Some(path) = self.path(name) else {
            self.findings.broken(format!("{name} is missing"));
            return None;
        };
        let mut bytes = Vec::new();
        let read = fs::File::open(path)
            .and_then(|file| file.take(TEXT_BYTES_MAX + 1).read_to_end(&mut bytes));
        let text = match read {
            Err(error) => Err(error.to_string()),
            Ok(_) if bytes.len() as u64 > TEXT_BYTES_MAX => {
                Err("it is larger than any that a run writes".to_owned())
            }
            Ok(_) => String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned()),
        };
        text.map_err(|why| self.unreadable(name, &why)).ok()
    }

    pub(super) fn unreadable(&mut self, name: &str, why: &str) {
        self.findings
            .broken(format!("{name} cannot be read: {why}"));
    }

    /// A table of the run's folder; none, which is noted, where it cannot be read.
    pub(super) fn table(&mut self, name: &str) -> Option<StoredTable> {
        self.table_with(name, &[])
    }

    /// The same with these columns alone, as far as it has them; all where none is named.
    pub(super) fn table_with(&mut self, name: &str, columns: &[&str]) -> Option<StoredTable> {
        let name = format!("{RUN_FOLDER}/{name}");
        let Some(path) = self.path(&name) else {
            self.findings.broken(format!("{name} is missing"));
            return None;
        };
        StoredTable::open_narrow(&path, columns)
            .map_err(|why| self.unreadable(&name, &why))
            .ok()
    }
}

type Builder = ParquetRecordBatchReaderBuilder<std::fs::File>;

/// A Parquet file that nobody vouches for, a batch at a time.
pub(super) struct StoredTable {
    reader: parquet::arrow::arrow_reader::ParquetRecordBatchReader,
    schema: SchemaRef,
    keys: Vec<String>,
}

/// The keys in a file's footer, but for the one that every file of Arrow's has.
fn keys_beside(metadata: &ParquetMetaData) -> Vec<String> {
    let said = metadata.file_metadata().key_value_metadata();
    let keys = said.into_iter().flatten().map(|one| one.key.clone());
    keys.filter(|key| key != ARROW_SCHEMA_META_KEY).collect()
}

const DAMAGED: &str = "it is damaged";

impl StoredTable {
    /// Of wide rows, few at a time.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        Self::open_as(path, |builder| builder)
    }

    /// Of narrow rows, many at a time, with these columns alone; all where none is named.
    fn open_narrow(path: &Path, columns: &[&str]) -> Result<Self, String> {
        Self::open_as(path, |builder| {
            let columns = columns.iter().copied();
            let mask = match columns.len() {
                0 => ProjectionMask::all(),
                _ => ProjectionMask::columns(builder.parquet_schema(), columns),
            };
            let builder = builder.with_projection(mask);
            builder.with_batch_size(super::NARROW_ROWS)
        })
    }

    fn open_as(path: &Path, how: impl FnOnce(Builder) -> Builder) -> Result<Self, String> {
        let opened = quietly(|| {
            let builder = super::opened(path)?;
            // The reader's own schema has lost what stands beside the columns.
            let schema = builder.schema().clone();
            let keys = keys_beside(builder.metadata());
            Ok((how(builder).build()?, schema, keys))
        });
        let opened: parquet::errors::Result<_> = opened.ok_or_else(|| DAMAGED.to_owned())?;
        let (reader, schema, keys) = opened.map_err(|error| error.to_string())?;
        Ok(Self {
            reader,
            schema,
            keys,
        })
    }

    /// Its columns, with what the file says beside them.
    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// A key that the file has twice: readers differ in which of both they take.
    pub(super) fn key_twice(&self) -> Option<&str> {
        let mut seen = HashSet::new();
        let mut keys = self.keys.iter();
        let twice = keys.find(|key| !seen.insert(key.as_str()))?;
        Some(twice)
    }

    /// The next rows; none at the end.
    pub(super) fn next(&mut self) -> Option<Result<RecordBatch, String>> {
        match quietly(|| self.reader.next()) {
            None => Some(Err(DAMAGED.to_owned())),
            Some(next) => next.map(|batch| batch.map_err(|error| error.to_string())),
        }
    }
}

/// A folder without a run's folder in it is a mistake of whoever typed it, and no answer.
fn refuse_stranger(out: &Path) -> Result<()> {
    let run = out.join(RUN_FOLDER);
    let found = fs::symlink_metadata(&run).map_err(|error| Error::no_output(out, &error))?;
    if found.is_dir() {
        return Ok(());
    }
    let why = std::io::Error::other(format!("`{RUN_FOLDER}` in it is no folder"));
    Err(Error::no_output(out, &why))
}

/// What was found so far of a folder.
#[derive(Default)]
struct Walk {
    files: Vec<String>,
    others: BTreeMap<String, &'static str>,
    /// What the hub puts into every repository, and its client beside what it downloads.
    left: Vec<String>,
    broken: Vec<String>,
    /// Each name as systems take it that tell neither case nor forms of Unicode apart.
    folded: HashMap<String, String>,
}

impl Walk {
    /// Goes through everything below the folder; however deep, without recursion.
    fn below(&mut self, out: &Path) {
        let mut folders = vec![String::new()];
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(out.join(&folder)) {
                Ok(entries) => entries,
                Err(error) => {
                    self.broken
                        .push(format!("`{folder}` cannot be read: {error}"));
                    continue;
                }
            };
            let mut is_empty = true;
            for entry in entries.flatten() {
                is_empty = false;
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    let shown = name.to_string_lossy();
                    self.broken
                        .push(format!("`{shown}` has a name that is no text"));
                    continue;
                };
                let name = match folder.is_empty() {
                    true => name.to_owned(),
                    false => format!("{folder}/{name}"),
                };
                if self.add(&name, entry.file_type()) {
                    folders.push(name);
                }
            }
            if is_empty && !folder.is_empty() {
                self.other(&folder, "an empty folder");
            }
        }
    }

    /// Adds what has that name; says whether it is a folder.
    fn add(&mut self, name: &str, kind: std::io::Result<std::fs::FileType>) -> bool {
        let is_folder = kind.as_ref().is_ok_and(std::fs::FileType::is_dir);
        match name {
            ".gitattributes" if kind.as_ref().is_ok_and(std::fs::FileType::is_file) => {
                self.left.push(name.to_owned());
                return false;
            }
            ".cache/huggingface" if is_folder => {
                self.left.push(name.to_owned());
                return false;
            }
            ".cache" if is_folder => return true,
            _ => {}
        }
        let file_name = name.rsplit_once('/').map_or(name, |(_, name)| name);
        if file_name.starts_with('.') || name.starts_with(".cache/") {
            self.broken
                .push(format!("{name} is hidden, and a run hides nothing"));
        }
        let folded: String = name.to_lowercase().nfc().collect();
        if let Some(known) = self.folded.insert(folded, name.to_owned()) {
            self.broken
                .push(format!("{known} and {name} are one name on some systems"));
        }
        match kind {
            Ok(kind) if kind.is_dir() => return true,
            Ok(kind) if kind.is_file() => self.files.push(name.to_owned()),
            Ok(kind) if kind.is_symlink() => self.other(name, "a link"),
            Ok(_) => self.other(name, "a pipe, a socket or a device"),
            Err(error) => self.broken.push(format!("{name} cannot be read: {error}")),
        }
        false
    }

    fn other(&mut self, name: &str, what: &'static str) {
        self.broken
            .push(format!("{name} is {what}, and a run writes none"));
        self.others.insert(name.to_owned(), what);
    }
}
