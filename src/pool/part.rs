//! One part that stands in the pool: the tables made of one unit, as Parquet files, and a seal over them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use arrow::array::RecordBatch;
use fs_err as fs;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::home::Pool;
use super::identity::Made;
use super::tables::PartTable;
use crate::schema::Misfit;
use crate::{Error, Result};

/// Rows that are read at a time, of some 300 bytes.
const BATCH_ROWS: usize = 1024;

pub(super) const SEAL: &str = "part.json";

/// A whole part of the pool.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    folder: PathBuf,
    /// The name that its file had when it was measured.
    pub file: String,
    pub made: Box<Made>,
    /// Rows of its first table.
    pub entries: u64,
    pub bytes: u64,
}

/// What a part says of itself; it is written last.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    /// The name that the file had when it was measured, for people.
    pub file: String,
    pub made: Made,
    pub entries: u64,
    /// BLAKE3 of each table's file.
    pub tables: BTreeMap<String, String>,
}

impl Seal {
    fn read(folder: &Path) -> Result<Self> {
        let bytes =
            fs::read(folder.join(SEAL)).map_err(|_| damaged(folder, "its seal is missing"))?;
        serde_json::from_slice(&bytes).map_err(|_| damaged(folder, "its seal cannot be read"))
    }
}

fn damaged(folder: &Path, why: &str) -> Error {
    Error::Part {
        part: folder.display().to_string(),
        why: why.to_owned(),
    }
}

impl Part {
    /// The part of that name, or none where it was never finished.
    ///
    /// Fails where it is there but does not hold what its seal says.
    pub(crate) fn find(pool: &Pool, name: &str) -> Result<Option<Self>> {
        let folder = pool.part_folder(name);
        if !folder.is_dir() {
            return Ok(None);
        }
        let part = Self::open(&folder)?;
        part.check()?;
        // For pruning by time of use; where the pool cannot be written, the time stands still.
        let _ = fs::File::open(folder.join(SEAL))
            .and_then(|seal| seal.file().set_modified(SystemTime::now()));
        Ok(Some(part))
    }

    /// How long ago a run read it last.
    pub(crate) fn unused_for(&self) -> Result<Duration> {
        let read = fs::metadata(self.folder.join(SEAL))?.modified()?;
        Ok(SystemTime::now().duration_since(read).unwrap_or_default())
    }

    /// The part in a folder, as its seal describes it; what it holds is not looked at.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let seal = Seal::read(folder)?;
        let mut bytes = file_bytes(&folder.join(SEAL));
        for table in seal.tables.keys() {
            bytes += file_bytes(&folder.join(file_of(table)));
        }
        Ok(Self {
            folder: folder.to_owned(),
            file: seal.file,
            made: Box::new(seal.made),
            entries: seal.entries,
            bytes,
        })
    }

    /// Fails where its tables are not the ones that were sealed, or its name is another part's.
    pub(crate) fn check(&self) -> Result<()> {
        let seal = Seal::read(&self.folder)?;
        for (table, expected) in &seal.tables {
            let file = file_of(table);
            let bytes = fs::read(self.folder.join(&file))
                .map_err(|_| damaged(&self.folder, "a table is missing"))?;
            if blake3::hash(&bytes).to_hex().as_str() != expected {
                let why = format!("{file} is not what was written");
                return Err(damaged(&self.folder, &why));
            }
        }
        if self.folder.file_name() != Some(self.made.name().as_ref()) {
            return Err(damaged(&self.folder, "it lies under another part's name"));
        }
        Ok(())
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The error of a part that was written as its seal says and holds what nobody can read.
    pub(crate) fn misread(&self, why: &Misfit) -> Error {
        damaged(&self.folder, &why.to_string())
    }

    /// A table's rows, in the order of the file, with the columns named (all where none is).
    pub(crate) fn read(
        &self,
        table: PartTable,
        columns: &[&str],
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        read(&self.folder.join(file_of(table.name)), columns)
    }
}

pub(super) fn file_of(table: &str) -> String {
    format!("{table}.parquet")
}

/// 0 where it is missing, which checking tells.
fn file_bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

fn read(
    path: &Path,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let failed = |error| Error::parquet(path, error);
    let file = fs::File::open(path)?.into_parts().0;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    if !columns.is_empty() {
        let mask = parquet::arrow::ProjectionMask::columns(
            builder.parquet_schema(),
            columns.iter().copied(),
        );
        builder = builder.with_projection(mask);
    }
    let reader = builder
        .with_batch_size(BATCH_ROWS)
        .build()
        .map_err(failed)?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|error| Error::parquet(&path, error.into()))))
}
