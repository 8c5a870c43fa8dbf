//! A part while it is being written: its tables aside, then a seal over them, then its place in the pool.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::ArrayRef;
use fs_err as fs;

use super::aside::Aside;
use super::home::Pool;
use super::identity::Made;
use super::part::{Part, SEAL, Seal, file_of};
use super::tables::PartTable;
use crate::table::Table;
use crate::{Result, schema};

/// Collects a unit's rows and puts the part in place when they are all there.
pub(crate) struct PartWriter {
    file: String,
    made: Made,
    folder: PathBuf,
    aside: PathBuf,
    entries: u64,
    tables: Vec<(&'static str, Table)>,
}

impl PartWriter {
    /// Begins the part of `made`, for a file of that name, with these tables.
    pub(crate) fn new(
        pool: &Pool,
        aside: &Aside,
        made: Made,
        file: &str,
        tables: &[PartTable],
    ) -> Result<Self> {
        let name = made.name();
        let aside = aside.new_folder()?;
        let table = |table: &PartTable| {
            let path = aside.join(file_of(table.name));
            let written = Table::create(&path, schema::schema(&table.heads()))?;
            Ok((table.name, written))
        };
        Ok(Self {
            file: file.to_owned(),
            made,
            folder: pool.part_folder(&name),
            entries: 0,
            tables: tables.iter().map(table).collect::<Result<_>>()?,
            aside,
        })
    }

    /// Adds rows to each table, in their order: one array for each column.
    pub(crate) fn add(&mut self, entries: u64, rows: Vec<Vec<ArrayRef>>) -> Result<()> {
        self.entries += entries;
        for ((_, table), arrays) in self.tables.iter_mut().zip(rows) {
            table.write(arrays)?;
        }
        Ok(())
    }

    /// Seals the part and renames it into place; where another run was faster, its part stays.
    pub(crate) fn finish(self) -> Result<Part> {
        let mut tables = BTreeMap::new();
        for (name, table) in self.tables {
            tables.insert(name.to_owned(), blake3_of(&table.finish()?)?);
        }
        let text = Seal::new(self.file, self.made, self.entries, tables).bytes();
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
        Part::open(&self.folder)?.checked()
    }

    /// Removes what was written aside.
    pub(crate) fn abandon(self) -> Result<()> {
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
