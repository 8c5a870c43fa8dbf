//! A part while it is being written: its tables aside, then a seal over them, then its place in the pool.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::ArrayRef;
use fs_err as fs;

use super::aside::{Aside, REPLACING};
use super::examine::examine;
use super::home::Pool;
use super::identity::Made;
use super::part::{Part, SEAL, Seal, file_of};
use super::tables::PartTable;
use crate::disk::{self, Lock};
use crate::table::Table;
use crate::{Error, Result, schema};

/// Collects a unit's rows and puts the part in place when they are all there.
pub(crate) struct PartWriter {
    file: String,
    made: Made,
    pool: Pool,
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
        let aside = aside.new_folder()?;
        let table = |table: &PartTable| {
            let path = aside.join(file_of(table.name));
            let written = Table::create(&path, schema::schema(&table.heads()))?;
            Ok((table.name, written))
        };
        Ok(Self {
            file: file.to_owned(),
            made,
            pool: pool.clone(),
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

    /// Seals the part and renames it into place, for good; where another run was faster, its part stays. Then it is put
    /// into the store behind the pool, where there is one.
    pub(crate) fn finish(self) -> Result<Part> {
        let mut tables = BTreeMap::new();
        for (name, table) in self.tables {
            tables.insert(name.to_owned(), blake3_of(&table.finish()?)?);
        }
        let name = self.made.name();
        let folder = self.pool.part_folder(&name);
        let text = Seal::new(self.file, self.made, self.entries, tables).bytes();
        disk::write(&self.aside.join(SEAL), text)?;
        disk::sync_tree(&self.aside)?;
        put_in_place(&self.aside, &folder)?;
        if let Some(behind) = self.pool.behind() {
            behind.send(&folder, &name)?;
        }
        sound(&folder)
    }

    /// Removes what was written aside.
    pub(crate) fn abandon(self) -> Result<()> {
        disk::remove(&self.aside)
    }
}

fn blake3_of(path: &Path) -> Result<String> {
    Ok(blake3::hash(&fs::read(path)?).to_hex().to_string())
}

/// The part of a folder, if it holds what its seal says.
fn sound(folder: &Path) -> Result<Part> {
    Part::open(folder)?.checked()
}

/// Renames a sealed part into the pool. A sound part of its name stays there, which says the same; a damaged one
/// makes room.
pub(super) fn put_in_place(aside: &Path, folder: &Path) -> Result<()> {
    let shelf = folder.parent().unwrap_or(folder);
    disk::create_folders(shelf)?;
    let Err(error) = disk::place(aside, folder) else {
        return Ok(());
    };
    if !disk::is_there(folder) {
        return Err(error);
    }
    // One at a time, so that nobody moves away what another has just put there instead.
    let partial = aside.ancestors().nth(2).unwrap_or(aside);
    let lock = Lock::wait(&partial.join(REPLACING), &|| Ok(()))?;
    let put = match sound(folder).and_then(examine) {
        Ok(_) => disk::remove(aside),
        Err(_) => replace(aside, folder),
    };
    if let Some(lock) = lock {
        lock.remove();
    }
    put
}

/// Takes what is damaged, or no part at all, out of its place, then away.
fn replace(aside: &Path, folder: &Path) -> Result<()> {
    let damaged = aside.with_extension("damaged");
    std::fs::rename(folder, &damaged).map_err(|error| Error::write(folder, error))?;
    // Who came while its place was free asked no lock: his says the same, and whoever reads it holds it against its seal.
    match disk::place(aside, folder) {
        Err(_) if disk::is_there(folder) => disk::remove(aside)?,
        placed => placed?,
    }
    disk::remove(&damaged)
}
