//! One part: the entries of one unit and the problems they answer, as two Parquet files and a seal.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow::array::{
    ArrayRef, BooleanBuilder, FixedSizeBinaryBuilder, Float32Builder, RecordBatch, StringBuilder,
    UInt32Builder, UInt64Builder,
};
use fs_err as fs;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::identity::Made;
use super::{Aside, Pool};
use crate::ids::Id;
use crate::measure::{Measured, Measurements};
use crate::table::Table;
use crate::{Error, Result, schema};

/// Part of every part's name: raised when the tables change their form.
pub const VERSION: u32 = 2;

const TRAJECTORIES: &str = "trajectories.parquet";
const PROBLEMS: &str = "problems.parquet";
const SEAL: &str = "part.json";

/// A whole part of the pool.
#[derive(Clone, Debug)]
pub struct Part {
    folder: PathBuf,
    /// The name that its file had when it was measured.
    pub file: String,
    pub made: Made,
    pub entries: u64,
    pub bytes: u64,
}

/// What a part says of itself; it is written last.
#[derive(Debug, Serialize, Deserialize)]
struct Seal {
    /// The name that the file had when it was measured, for people.
    file: String,
    made: Made,
    entries: u64,
    trajectories: String,
    problems: String,
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
    pub fn find(pool: &Pool, name: &str) -> Result<Option<Self>> {
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
    pub fn unused_for(&self) -> Result<Duration> {
        let read = fs::metadata(self.folder.join(SEAL))?.modified()?;
        Ok(SystemTime::now().duration_since(read).unwrap_or_default())
    }

    /// The part in a folder, as its seal describes it; what it holds is not looked at.
    pub fn open(folder: &Path) -> Result<Self> {
        let seal = Seal::read(folder)?;
        let mut bytes = 0;
        for file in [TRAJECTORIES, PROBLEMS, SEAL] {
            let found = fs::metadata(folder.join(file));
            bytes += found.map(|found| found.len()).unwrap_or_default();
        }
        Ok(Self {
            folder: folder.to_owned(),
            file: seal.file,
            made: seal.made,
            entries: seal.entries,
            bytes,
        })
    }

    /// Fails where its tables are not the ones that were sealed, or its name is another part's.
    pub fn check(&self) -> Result<()> {
        let seal = Seal::read(&self.folder)?;
        for (file, expected) in [
            (TRAJECTORIES, &seal.trajectories),
            (PROBLEMS, &seal.problems),
        ] {
            let bytes = fs::read(self.folder.join(file))
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

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The entries, in the order of the file, with the columns named (all where none is).
    pub fn trajectories(
        &self,
        columns: &[&str],
    ) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
        read(&self.folder.join(TRAJECTORIES), columns)
    }

    pub fn problems(&self) -> Result<impl Iterator<Item = Result<RecordBatch>>> {
        read(&self.folder.join(PROBLEMS), &[])
    }
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
    let reader = builder.with_batch_size(8192).build().map_err(failed)?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|error| Error::parquet(&path, error.into()))))
}

/// Collects a unit's entries and puts the part in place when they are all there.
pub struct PartWriter {
    file: String,
    made: Made,
    folder: PathBuf,
    aside: PathBuf,
    entries: u64,
    trajectories: Table,
    problems: Table,
    known: HashSet<Id>,
}

impl PartWriter {
    /// Begins the part of `made`, for a file of that name.
    pub fn new(pool: &Pool, aside: &Aside, made: Made, file: &str) -> Result<Self> {
        let name = made.name();
        let aside = aside.folder().join(&name);
        fs::create_dir_all(&aside)?;
        Ok(Self {
            file: file.to_owned(),
            made,
            folder: pool.part_folder(&name),
            entries: 0,
            trajectories: Table::create(
                &aside.join(TRAJECTORIES),
                schema::schema(schema::TRAJECTORIES),
            )?,
            problems: Table::create(&aside.join(PROBLEMS), schema::schema(schema::PROBLEMS))?,
            known: HashSet::new(),
            aside,
        })
    }

    /// Adds entries, which come in the order of the file.
    pub fn add(&mut self, measured: &[Measured]) -> Result<()> {
        self.entries += measured.len() as u64;
        self.trajectories.write(trajectory_arrays(measured))?;
        let new: Vec<&Measurements> = measured
            .iter()
            .filter_map(|entry| entry.body.as_ref().ok())
            .filter(|body| self.known.insert(body.problem_id))
            .collect();
        self.problems.write(problem_arrays(&new))
    }

    /// Seals the part and renames it into place; where another run was faster, its part stays.
    pub fn finish(self) -> Result<Part> {
        let seal = Seal {
            file: self.file,
            made: self.made,
            entries: self.entries,
            trajectories: blake3_of(&self.trajectories.finish()?)?,
            problems: blake3_of(&self.problems.finish()?)?,
        };
        let text = serde_json::to_vec(&seal).map_err(std::io::Error::from)?;
        write_synced(&self.aside.join(SEAL), &text)?;
        if let Some(parent) = self.folder.parent() {
            fs::create_dir_all(parent)?;
        }
        if let Err(error) = fs::rename(&self.aside, &self.folder) {
            fs::remove_dir_all(&self.aside)?;
            if !self.folder.is_dir() {
                return Err(error.into());
            }
        }
        let part = Part::open(&self.folder)?;
        part.check()?;
        Ok(part)
    }

    /// Removes what was written aside.
    pub fn abandon(self) -> Result<()> {
        Ok(fs::remove_dir_all(&self.aside)?)
    }
}

fn blake3_of(path: &Path) -> Result<String> {
    Ok(blake3::hash(&fs::read(path)?).to_hex().to_string())
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<()> {
    use std::io::Write;
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(())
}

/// Entries as a batch of the pool's table.
pub fn trajectory_batch(measured: &[Measured]) -> Result<RecordBatch> {
    let schema = schema::schema(schema::TRAJECTORIES);
    RecordBatch::try_new(schema, trajectory_arrays(measured))
        .map_err(|error| Error::parquet(Path::new("memory"), error.into()))
}

fn trajectory_arrays(measured: &[Measured]) -> Vec<ArrayRef> {
    let bodies: Vec<Option<&Measurements>> = measured
        .iter()
        .map(|entry| entry.body.as_ref().ok())
        .collect();
    let text = |pick: fn(&Measurements) -> Option<&str>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for body in &bodies {
            column.append_option(body.and_then(pick));
        }
        Arc::new(column.finish())
    };
    let flag = |pick: fn(&Measurements) -> Option<bool>| -> ArrayRef {
        let mut column = BooleanBuilder::new();
        for body in &bodies {
            column.append_option(body.and_then(pick));
        }
        Arc::new(column.finish())
    };
    let count = |pick: fn(&Measurements) -> u32| -> ArrayRef {
        let mut column = UInt32Builder::new();
        for body in &bodies {
            column.append_option(body.map(pick));
        }
        Arc::new(column.finish())
    };
    let id = |pick: fn(&Measurements) -> Id| -> ArrayRef {
        ids(bodies.iter().map(|body| body.map(pick)))
    };
    let mut rows = UInt64Builder::new();
    let mut generations = UInt32Builder::new();
    let mut offsets = UInt64Builder::new();
    let mut voids = StringBuilder::new();
    let mut repeated = Float32Builder::new();
    for entry in measured {
        rows.append_value(entry.row);
        generations.append_option(entry.generation);
        offsets.append_option(entry.offset);
        voids.append_option(entry.body.as_ref().err().map(|void| void.as_str()));
        repeated.append_option(entry.body.as_ref().ok().map(|body| body.repeated_share));
    }
    vec![
        Arc::new(rows.finish()),
        Arc::new(generations.finish()),
        Arc::new(offsets.finish()),
        Arc::new(voids.finish()),
        id(|body| body.problem_id),
        id(|body| body.trajectory_id),
        text(|body| body.category.as_deref()),
        text(|body| body.origin.as_deref()),
        text(|body| body.question_type.as_deref()),
        text(|body| body.source_id.as_deref()),
        flag(|body| body.recorded_rule),
        flag(|body| body.recorded_judge),
        text(|body| Some(body.outcome.as_str())),
        text(|body| Some(body.reason)),
        text(|body| body.extracted.as_deref()),
        count(|body| body.tokens),
        count(|body| body.thinking_tokens),
        count(|body| body.tokens - body.thinking_tokens),
        count(|body| body.bytes),
        flag(|body| body.finished),
        Arc::new(repeated.finish()),
        text(|body| body.style_source.as_deref()),
        text(|body| Some(body.style_text.as_str())),
        id(|body| body.fields_id),
    ]
}

fn problem_arrays(new: &[&Measurements]) -> Vec<ArrayRef> {
    let text = |pick: fn(&Measurements) -> Option<&str>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for body in new {
            column.append_option(pick(body));
        }
        Arc::new(column.finish())
    };
    vec![
        ids(new.iter().map(|body| Some(body.problem_id))),
        text(|body| Some(&body.problem)),
        text(|body| body.gold.as_deref()),
        text(|body| body.category.as_deref()),
        text(|body| body.origin.as_deref()),
    ]
}

fn ids(ids: impl Iterator<Item = Option<Id>>) -> ArrayRef {
    let mut column = FixedSizeBinaryBuilder::new(16);
    for id in ids {
        match id {
            // An id is 16 bytes and so is the column: appending cannot fail.
            Some(id) => column.append_value(id.to_bytes()).unwrap_or_default(),
            None => column.append_null(),
        }
    }
    Arc::new(column.finish())
}
