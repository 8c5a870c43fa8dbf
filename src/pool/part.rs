//! One part that stands in the pool: the tables made of one unit, as Parquet files, and a seal over them.
//!
//! The seal names each table's hash and is hashed itself, so that no byte of a part can change unseen; and what is read
//! of a table is held against that hash once more, since others can write to the pool while we read.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use arrow::array::RecordBatch;
use arrow::datatypes::{FieldRef, SchemaRef};
use fs_err as fs;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde::{Deserialize, Serialize};

use super::aside::Aside;
use super::home::Pool;
use super::identity::Made;
use super::tables::PartTable;
use crate::schema::Misfit;
use crate::source::checked::{Checked, Sums};
use crate::source::disk_file::open_regular;
use crate::source::quietly;
use crate::{Error, Result, disk};

/// Rows that are read at a time, of some 300 bytes.
const BATCH_ROWS: usize = 1024;

pub(super) const SEAL: &str = "part.json";

/// No seal is longer: it names a unit, its columns and two tables.
const SEAL_BYTES_MAX: u64 = 1 << 20;

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
    /// BLAKE3 of each table's file, by its seal.
    sealed: BTreeMap<String, String>,
    /// The same of the files as they were found, which reads are held against; none before that was asked for.
    sums: BTreeMap<String, Arc<Sums>>,
}

/// What a part says of itself; it is written last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Seal {
    /// The name that the file had when it was measured, for people.
    file: String,
    made: Made,
    entries: u64,
    /// BLAKE3 of each table's file.
    tables: BTreeMap<String, String>,
    /// BLAKE3 of the seal itself with nothing in this place.
    #[serde(default)]
    sum: String,
}

impl Seal {
    pub(super) fn new(
        file: String,
        made: Made,
        entries: u64,
        tables: BTreeMap<String, String>,
    ) -> Self {
        let mut seal = Self {
            file,
            made,
            entries,
            tables,
            sum: String::new(),
        };
        seal.sum = blake3::hash(&seal.bytes()).to_hex().to_string();
        seal
    }

    /// As it is written.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        assert!(!bytes.is_empty(), "a seal is always JSON");
        bytes
    }

    fn read(folder: &Path) -> Result<Self> {
        let mut bytes = Vec::new();
        let opened = open_regular(&folder.join(SEAL));
        let opened = opened.map_err(|_| damaged(folder, "its seal is missing"))?;
        let unread = || damaged(folder, "its seal cannot be read");
        let read = opened.take(SEAL_BYTES_MAX).read_to_end(&mut bytes);
        read.map_err(|_| unread())?;
        let seal: Self = serde_json::from_slice(&bytes).map_err(|_| unread())?;
        // What another version wrote nobody measures with.
        if seal.made.is_current() && !seal.is_whole(&bytes) {
            return Err(damaged(folder, "its seal is not what was written"));
        }
        Ok(seal)
    }

    /// A seal that this version can use; none of other bytes.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let seal: Self = serde_json::from_slice(bytes).ok()?;
        let is_plain = seal.tables.keys().all(|table| is_plain(table));
        (is_plain && (!seal.made.is_current() || seal.is_whole(bytes))).then_some(seal)
    }

    /// Each table with the hash of its file.
    pub(super) fn tables(&self) -> impl Iterator<Item = (&str, &str)> {
        let tables = self.tables.iter();
        tables.map(|(table, hash)| (table.as_str(), hash.as_str()))
    }

    fn is_whole(&self, bytes: &[u8]) -> bool {
        let unsealed = Self {
            sum: String::new(),
            ..self.clone()
        };
        self.sum == blake3::hash(&unsealed.bytes()).to_hex().as_str() && self.bytes() == bytes
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
        if let (false, Some(behind)) = (disk::is_there(&folder), pool.behind()) {
            behind.bring(pool, name)?;
        }
        if !disk::is_there(&folder) {
            return Ok(None);
        }
        let part = Self::open(&folder)?.checked()?;
        // For pruning by time of use; where the pool cannot be written, the time stands still.
        let _ = fs::File::open(folder.join(SEAL))
            .and_then(|seal| seal.file().set_modified(SystemTime::now()));
        Ok(Some(part))
    }

    /// Takes whatever stands in the place of the part of that name out of the pool: a folder, a link or a file.
    pub(crate) fn remove(pool: &Pool, name: &str) -> Result<()> {
        if let Some(behind) = pool.behind() {
            behind.remove(name)?;
        }
        let folder = pool.part_folder(name);
        let aside = Aside::open(pool)?;
        let away = aside.new_place();
        match std::fs::rename(&folder, &away) {
            // Another run that met the same damage was faster.
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(Error::write(&folder, error)),
            Ok(()) => disk::remove(&away),
        }
    }

    /// How long ago a run read it last.
    pub(crate) fn unused_for(&self) -> Result<Duration> {
        let read = fs::metadata(self.folder.join(SEAL))?.modified()?;
        Ok(SystemTime::now().duration_since(read).unwrap_or_default())
    }

    /// The part in a folder, as its seal describes it; what it holds is not looked at.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let is_folder = fs::symlink_metadata(folder).is_ok_and(|data| data.is_dir());
        if !is_folder {
            return Err(damaged(folder, "it is no folder"));
        }
        let seal = Seal::read(folder)?;
        if !seal.tables.keys().all(|table| is_plain(table)) {
            return Err(damaged(folder, "its seal names a table outside of it"));
        }
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
            sealed: seal.tables,
            sums: BTreeMap::new(),
        })
    }

    /// The same, after its tables were held against its seal. Fails where they are not the ones that were sealed, or
    /// its name is another part's.
    pub(crate) fn checked(mut self) -> Result<Self> {
        if self.folder.file_name() != Some(self.made.name().as_ref()) {
            return Err(damaged(&self.folder, "it lies under another part's name"));
        }
        for (table, expected) in &self.sealed {
            let file = file_of(table);
            let opened = open_regular(&self.folder.join(&file))
                .map_err(|_| damaged(&self.folder, "a table is missing"))?;
            let sums = Sums::of_alone(opened, |_| {}).ok();
            let sealed = sums.filter(|sums| sums.hash.to_hex().as_str() == expected);
            let Some(sums) = sealed else {
                let why = format!("{file} is not what was written");
                return Err(damaged(&self.folder, &why));
            };
            self.sums.insert(table.clone(), Arc::new(sums));
        }
        Ok(self)
    }

    /// What its seal names.
    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.sealed.keys().map(String::as_str)
    }

    /// The error of a part that is damaged so.
    pub(super) fn damaged(&self, why: &str) -> Error {
        damaged(&self.folder, why)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a table's file lies.
    pub(crate) fn file_of(&self, table: PartTable) -> PathBuf {
        self.folder.join(file_of(table.name))
    }

    /// The error of a part that was written as its seal says and holds what nobody can read.
    pub(crate) fn misread(&self, why: &Misfit) -> Error {
        damaged(&self.folder, &why.to_string())
    }

    /// A table's rows, in the order of the file, with the columns named (all where none is).
    ///
    /// Whatever is wrong with it is damage: a part that was never checked, a table that is missing or changed since,
    /// rows or columns other than were written, a page that contradicts itself.
    pub(crate) fn read(
        &self,
        table: PartTable,
        columns: &[&str],
    ) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
        let (folder, file) = (self.folder.clone(), file_of(table.name));
        let spoilt = move |why: &str| damaged(&folder, &format!("{file} {why}"));
        let mut builder = self.builder(table, &spoilt)?;
        if !columns.is_empty() {
            let columns = columns.iter().copied();
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns);
            builder = builder.with_projection(mask);
        }
        let reader = quietly(|| builder.with_batch_size(BATCH_ROWS).build());
        let Some(Ok(mut reader)) = reader else {
            return Err(spoilt(UNREADABLE));
        };
        let mut ended = false;
        Ok(std::iter::from_fn(move || {
            let next = (!ended).then(|| quietly(|| reader.next()))?;
            ended = !matches!(next, Some(Some(Ok(_))));
            match next {
                Some(batch) => batch.map(|batch| batch.map_err(|_| spoilt(UNREADABLE))),
                None => Some(Err(spoilt(UNREADABLE))),
            }
        }))
    }

    /// Of a table with the columns that were written, and of the first one with as many rows.
    fn builder(
        &self,
        table: PartTable,
        spoilt: &impl Fn(&str) -> Error,
    ) -> Result<ParquetRecordBatchReaderBuilder<Checked>> {
        let sums = self.sums.get(table.name);
        let sums = sums.ok_or_else(|| spoilt("is not under its seal"))?;
        let path = self.folder.join(file_of(table.name));
        let opened = open_regular(&path).map_err(|_| spoilt("is missing"))?;
        let checked = Checked::new(&path, opened.into_parts().0, sums.clone());
        let builder = quietly(|| ParquetRecordBatchReaderBuilder::try_new(checked));
        let Some(Ok(builder)) = builder else {
            return Err(spoilt(UNREADABLE));
        };
        if let Some(misfit) = other_column(builder.schema(), table) {
            return Err(self.misread(&misfit));
        }
        let rows = builder.metadata().file_metadata().num_rows();
        if table.is_first() && u64::try_from(rows) != Ok(self.entries) {
            let why = format!("has {rows} rows, where its seal says {}", self.entries);
            return Err(spoilt(&why));
        }
        Ok(builder)
    }
}

const UNREADABLE: &str = "cannot be read, though its seal fits";

/// The first of the table's columns that is missing or of another type.
fn other_column(schema: &SchemaRef, table: PartTable) -> Option<Misfit> {
    let expected = crate::schema::schema(&table.heads());
    let misfit = |field: &FieldRef| {
        let problem = match schema.field_with_name(field.name()) {
            Err(_) => "is missing",
            Ok(found) if found.data_type() != field.data_type() => "is of another type",
            Ok(_) => return None,
        };
        let heads = table.heads();
        let head = heads.iter().find(|head| head.name == field.name())?;
        Some(Misfit {
            column: head.name,
            problem: problem.into(),
        })
    };
    expected.fields().iter().find_map(misfit)
}

/// Whether a table's name stays inside of the folder.
fn is_plain(table: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    !table.is_empty() && table.bytes().all(is_plain)
}

pub(super) fn file_of(table: &str) -> String {
    format!("{table}.parquet")
}

/// 0 where it is missing, which checking tells.
fn file_bytes(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::super::PartWriter;
    use super::super::tables::tests::measured;
    use super::super::tables::{PROBLEMS, TRAJECTORIES, problems, trajectories};
    use super::*;
    use crate::ids::Id;
    use crate::source::{Format, Layout, Place, Source, SourceFile, Unit};

    fn made(content: u128) -> Made {
        let path = PathBuf::from("rows.jsonl");
        let file = SourceFile {
            format: Format::of(&path).expect("a format"),
            place: Place::Disk(path.into()),
            name: "rows.jsonl".into(),
            hive: Vec::new(),
        };
        let source = Source::of(Layout::Openr1);
        Made::of(Id(content), &file, Unit::Whole, &source, "t", false)
    }

    /// Writes a part of three entries into a pool in the folder.
    fn written(pool: &Pool, content: u128) -> Part {
        let aside = Aside::open(pool).expect("a folder");
        let tables = [TRAJECTORIES, PROBLEMS];
        let part = PartWriter::new(pool, &aside, made(content), "rows.jsonl", &tables);
        let mut part = part.expect("a part");
        let measured = measured();
        let problems = problems(&measured, &mut HashSet::new());
        let rows = vec![trajectories(&measured), problems];
        part.add(measured.len() as u64, rows).expect("rows");
        part.finish().expect("a part")
    }

    fn pool() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::open(Some(folder.path())).expect("a pool");
        (folder, pool)
    }

    fn rows(part: &Part) -> usize {
        let batches = part.read(TRAJECTORIES, &[]).expect("a table");
        batches.map(|batch| batch.expect("rows").num_rows()).sum()
    }

    #[test]
    fn every_flipped_byte_of_a_part_is_damage() {
        let (_folder, pool) = pool();
        let part = written(&pool, 1);
        let name = part.made.name();
        for file in [SEAL, "trajectories.parquet", "problems.parquet"] {
            let path = part.folder.join(file);
            let whole = fs::read(&path).expect("a file");
            let step = (whole.len() / 500).max(1);
            for at in (0..whole.len()).step_by(step) {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << (at % 8);
                fs::write(&path, bytes).expect("a file");
                assert!(Part::find(&pool, &name).is_err(), "byte {at} of {file}");
            }
            fs::write(&path, whole).expect("a file");
        }
        assert_eq!(
            rows(&Part::find(&pool, &name).expect("whole").expect("a part")),
            3
        );
    }

    #[test]
    fn a_table_that_changes_behind_its_check_is_not_read() {
        let (_folder, pool) = pool();
        let part = written(&pool, 1);
        assert_eq!(rows(&part), 3);
        let path = part.folder.join("trajectories.parquet");
        let mut bytes = fs::read(&path).expect("a file");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).expect("a file");
        let read = part.read(TRAJECTORIES, &[]);
        let is_damage = |error: &Error| matches!(error, Error::Part { .. });
        match read {
            Err(error) => assert!(is_damage(&error), "{error}"),
            Ok(mut batches) => {
                assert!(batches.any(|batch| batch.is_err_and(|error| is_damage(&error))));
            }
        }
        let unchecked = Part::open(&part.folder).expect("a seal");
        assert!(unchecked.read(TRAJECTORIES, &[]).is_err(), "never checked");
    }

    #[test]
    fn the_tables_of_another_part_are_damage() {
        let (_folder, pool) = pool();
        let (one, two) = (written(&pool, 1), written(&pool, 2));
        let name = one.made.name();
        for file in [SEAL, "trajectories.parquet", "problems.parquet"] {
            fs::copy(two.folder.join(file), one.folder.join(file)).expect("a file");
        }
        let error = Part::find(&pool, &name).expect_err("another part's");
        assert!(error.to_string().contains("another part's name"), "{error}");
        Part::remove(&pool, &name).expect("a folder");
        Part::remove(&pool, &name).expect("nothing is left");
        assert!(Part::find(&pool, &name).expect("no part").is_none());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_file_in_the_place_of_a_part_is_damage_and_is_taken_away_alone() {
        let (folder, pool) = pool();
        let part = written(&pool, 1);
        let name = part.made.name();
        let elsewhere = folder.path().join("elsewhere");
        fs::rename(&part.folder, &elsewhere).expect("a folder");
        std::os::unix::fs::symlink(&elsewhere, &part.folder).expect("a link");
        assert!(Part::find(&pool, &name).is_err(), "a link");
        Part::remove(&pool, &name).expect("a link");
        assert!(elsewhere.join(SEAL).is_file(), "what it led to stays");
        fs::write(&part.folder, "").expect("a file");
        assert!(Part::find(&pool, &name).is_err(), "a file");
        Part::remove(&pool, &name).expect("a file");
        assert_eq!(rows(&written(&pool, 1)), 3);
    }
}
