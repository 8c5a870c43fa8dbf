//! A pool in an object store: what many machines share, behind a folder of this disk.
//!
//! ```text
//! parts/ab/NAME/TABLE-HASH.parquet     the tables of a part, each under the beginning of its own hash
//! parts/ab/NAME/part.json              its seal, put last and only where none is there
//! ```
//!
//! A part is made and read in the folder, which holds what this machine has used so far; here are its ways to and fro.
//! A part's name is the hash of all that it was made from, so that a copy is never stale, and two that make the same
//! part put the same objects: nobody needs a lease, and who dies leaves tables without a seal, which are no part.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fs_err as fs;

use super::aside::Aside;
use super::home::{Pool, cache_folder};
use super::listing::{PartFolder, is_id};
use super::part::{SEAL, Seal, file_of};
use super::writer::put_in_place;
use crate::ids::IdHasher;
use crate::source::store::{ObjectUrl, Store, Stores, each, is_address, local};
use crate::{Error, Result, disk};

/// Digits of a table's hash in its object's name: no two tables of one part share them.
const HASH_DIGITS: usize = 16;

/// The store behind a pool's folder.
pub(super) struct Behind {
    store: Arc<Store>,
    url: ObjectUrl,
    /// Where parts are put together before they are put in place; made with the first.
    aside: OnceLock<Aside>,
    /// The sealed parts when they were first asked for: a run asks file by file, and a pool may have many.
    listed: OnceLock<HashSet<String>>,
}

impl Behind {
    pub(super) fn new(stores: &Stores, url: ObjectUrl) -> Result<Self> {
        Ok(Self {
            store: stores.at(&url)?,
            url,
            aside: OnceLock::new(),
            listed: OnceLock::new(),
        })
    }

    /// The same store for another folder.
    fn afresh(&self) -> Self {
        Self {
            store: self.store.clone(),
            url: self.url.clone(),
            aside: OnceLock::new(),
            listed: OnceLock::new(),
        }
    }

    pub(super) fn url(&self) -> &ObjectUrl {
        &self.url
    }

    fn part(&self, name: &str) -> ObjectUrl {
        self.url.join(&format!("parts/{}/{name}", &name[..2]))
    }

    fn table(&self, name: &str, table: &str, hash: &str) -> ObjectUrl {
        let digits = &hash[..hash.len().min(HASH_DIGITS)];
        self.part(name).join(&format!("{table}-{digits}.parquet"))
    }

    /// Fetches a part into the pool's folder, where the store has it.
    ///
    /// Fails where its seal or a table is not what was put.
    pub(super) fn bring(&self, pool: &Pool, name: &str) -> Result<()> {
        let part = self.part(name);
        let damaged = |why: &str| Error::Part {
            part: part.to_string(),
            why: why.to_owned(),
        };
        let Some(bytes) = self.store.read(&part.join(SEAL))? else {
            return Ok(());
        };
        let seal =
            Seal::parse(&bytes).ok_or_else(|| damaged("its seal is not what was written"))?;
        let folder = self.aside(pool)?.new_folder()?;
        for (table, hash) in seal.tables() {
            let from = self.table(name, table, hash);
            let Some(object) = self.store.find(&from)? else {
                return Err(damaged("a table is missing"));
            };
            let file = folder.join(file_of(table));
            self.store.download(&object, &file)?;
            if blake3::hash(&fs::read(&file)?).to_hex().as_str() != hash {
                return Err(damaged(&format!("{table} is not what was written")));
            }
        }
        disk::write(&folder.join(SEAL), &bytes)?;
        put_in_place(&folder, &pool.part_folder(name))
    }

    fn aside(&self, pool: &Pool) -> Result<&Aside> {
        if self.aside.get().is_none() {
            // Where another thread was faster, its own stays.
            let _ = self.aside.set(Aside::open(pool)?);
        }
        let opened = self.aside.get();
        opened.ok_or_else(|| Error::Io(std::io::Error::other("there is no place for parts")))
    }

    /// Puts a part of the folder into the store, its seal last. A sound seal that is there stays: it says the same.
    pub(super) fn send(&self, folder: &Path, name: &str) -> Result<()> {
        let bytes = fs::read(folder.join(SEAL))?;
        let Some(seal) = Seal::parse(&bytes) else {
            return Ok(());
        };
        for (table, hash) in seal.tables() {
            let to = self.table(name, table, hash);
            self.store.upload(&to, &folder.join(file_of(table)))?;
        }
        let to = self.part(name).join(SEAL);
        if self.store.create(&to, bytes.clone().into())? {
            return Ok(());
        }
        let there = self.store.read(&to)?.unwrap_or_default();
        match Seal::parse(&there).is_some_and(|there| there.tables().eq(seal.tables())) {
            true => Ok(()),
            // Damaged, or of a table that another machine made otherwise: what is whole here takes its place.
            false => self.store.put(&to, bytes.into()),
        }
    }

    /// The names of all sealed parts.
    pub(super) fn names(&self) -> Result<Vec<String>> {
        let objects = self.store.list(&self.url.join("parts"))?.into_iter();
        let names = objects.filter_map(|object| {
            let folder = object.url.key().strip_suffix(SEAL)?.trim_end_matches('/');
            let name = folder.rsplit('/').next()?;
            is_id(name).then(|| name.to_owned())
        });
        Ok(names.collect())
    }

    /// Whether each part was there when the first was asked for; what was put since is found when it is read.
    fn listed(&self) -> Result<&HashSet<String>> {
        if let Some(listed) = self.listed.get() {
            return Ok(listed);
        }
        let names = self.names()?.into_iter().collect();
        Ok(self.listed.get_or_init(|| names))
    }

    /// Takes a part out of the store: its seal first, so that no half of it is found.
    pub(super) fn remove(&self, name: &str) -> Result<()> {
        let part = self.part(name);
        self.store.remove(&part.join(SEAL))?;
        for object in self.store.list(&part)? {
            self.store.remove(&object.url)?;
        }
        Ok(())
    }
}

impl Pool {
    /// Opens the pool at a folder or at an address in a store, of which a folder in the user's cache holds what this
    /// machine uses; in the user's cache folder where none is named.
    pub(crate) fn open_in(stores: &dyn Fn() -> Arc<Stores>, at: Option<&Path>) -> Result<Self> {
        match at.filter(|at| is_address(at)) {
            Some(address) => {
                let url = ObjectUrl::of_path(address)?;
                // Two servers may have buckets of one name.
                let name = IdHasher::new("gradatim pool folder v2")
                    .part(url.server())
                    .part(url.to_string())
                    .finish();
                let folder = cache_folder()?.join("pools").join(name.to_string());
                Self::over(&stores(), folder, url)
            }
            None => {
                let folder = at.map(local);
                Self::open(folder.as_deref())
            }
        }
    }

    /// A folder over the pool at an address.
    pub(crate) fn over(stores: &Stores, folder: PathBuf, url: ObjectUrl) -> Result<Self> {
        disk::create_folders(&folder)?;
        let pool = Self::open(Some(&folder))?;
        Ok(pool.with_behind(Behind::new(stores, url)?))
    }

    /// Makes the folder and the store behind it alike in the parts of these names: fetches what the folder lacks, puts
    /// what the store lost, several at a time. What is damaged there is told when the part is asked for.
    pub(crate) fn bring(&self, names: &[String]) -> Result<()> {
        let Some(behind) = self.behind() else {
            return Ok(());
        };
        let there = behind.listed()?;
        let unlike: Vec<&String> = names
            .iter()
            .filter(|name| disk::is_there(&self.part_folder(name)) != there.contains(*name))
            .collect();
        each(&unlike, |name| {
            let alike = match there.contains(*name) {
                true => behind.bring(self, name),
                false => behind.send(&self.part_folder(name), name),
            };
            match alike {
                Err(Error::Part { .. }) => Ok(()),
                alike => alike,
            }
        })
    }

    /// The parts that the store has, each fetched; none where no store is behind the folder. What is damaged there is so
    /// here.
    pub(super) fn shared_parts(&self) -> Result<Option<Vec<PartFolder>>> {
        let Some(behind) = self.behind() else {
            return Ok(None);
        };
        let mut names = behind.names()?;
        names.sort();
        let found = Mutex::new(BTreeMap::new());
        each(&names, |name| {
            let folder = self.part_folder(name);
            let brought = match disk::is_there(&folder) {
                true => Ok(()),
                false => behind.bring(self, name),
            };
            let part = match brought {
                Ok(()) => PartFolder::open(folder),
                Err(error @ Error::Part { .. }) => PartFolder::damaged(folder, &error),
                Err(error) => return Err(error),
            };
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            found.insert(name.clone(), part);
            Ok(())
        })?;
        let found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(Some(found.into_values().collect()))
    }

    /// The same pool with nothing on this disk yet, so that all of it is fetched; gone with what comes beside it. None
    /// where no store is behind the folder.
    pub(crate) fn afresh(&self) -> Result<Option<(Self, tempfile::TempDir)>> {
        let Some(behind) = self.behind() else {
            return Ok(None);
        };
        let place = cache_folder()?.join("fetched");
        disk::create_folders(&place)?;
        let own = tempfile::TempDir::new_in(&place).map_err(|error| Error::write(&place, error))?;
        let pool = Self::open(Some(own.path()))?.with_behind(behind.afresh());
        Ok(Some((pool, own)))
    }
}
