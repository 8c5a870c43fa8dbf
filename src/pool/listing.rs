//! What a pool's folder keeps, for listing, verifying and pruning it.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use fs_err as fs;

use super::examine::examine;
use super::home::Pool;
use super::part::Part;
use crate::{Error, Result};

/// A folder of the pool where a part stands.
pub(crate) enum PartFolder {
    Whole(Part),
    Damaged { folder: PathBuf, why: String },
}

impl PartFolder {
    fn open(folder: PathBuf) -> Self {
        match Part::open(&folder) {
            Ok(part) => Self::Whole(part),
            Err(error) => Self::damaged(folder, &error),
        }
    }

    fn damaged(folder: PathBuf, error: &Error) -> Self {
        let why = match error {
            Error::Part { why, .. } => why.clone(),
            other => other.to_string(),
        };
        Self::Damaged { folder, why }
    }

    /// The same, after its tables were held against its seal and read through.
    pub(crate) fn checked(self) -> Self {
        let Self::Whole(part) = self else {
            return self;
        };
        let folder = part.folder().to_owned();
        match examine(part) {
            Ok(part) => Self::Whole(part),
            Err(error) => Self::damaged(folder, &error),
        }
    }

    fn folder(&self) -> &Path {
        match self {
            Self::Whole(part) => part.folder(),
            Self::Damaged { folder, .. } => folder,
        }
    }

    /// Bytes on disk of a whole part; 0 for a damaged one.
    pub(crate) fn bytes(&self) -> u64 {
        match self {
            Self::Whole(part) => part.bytes,
            Self::Damaged { .. } => 0,
        }
    }

    /// Takes the part out of its place and then away, so that a kill leaves no half of it behind.
    pub(crate) fn remove(self, pool: &Pool) -> Result<()> {
        let partial = pool.partial_folder();
        fs::create_dir_all(&partial)?;
        let name = self.folder().file_name().unwrap_or_default();
        let aside = partial.join(name);
        fs::rename(self.folder(), &aside)?;
        Ok(fs::remove_dir_all(aside)?)
    }
}

/// Held while parts are read or removed; the system lets go of it however the process ends.
pub(crate) struct Lock {
    _file: File,
}

const LOCK: &str = "lock";

impl Pool {
    /// Every part, in order of name.
    pub(crate) fn parts(&self) -> Result<Vec<PartFolder>> {
        let mut folders = Vec::new();
        for shelf in folders_in(&self.folder().join("parts"))? {
            folders.extend(folders_in(&shelf)?);
        }
        folders.sort();
        Ok(folders.into_iter().map(PartFolder::open).collect())
    }

    /// Keeps others from pruning while parts are read; none where there is no pool yet.
    pub(crate) fn lock_for_reading(&self) -> Result<Option<Lock>> {
        if !self.folder().is_dir() {
            return Ok(None);
        }
        let file = self.lock_file()?;
        file.lock_shared()?;
        Ok(Some(Lock { _file: file }))
    }

    /// Keeps runs away while parts are removed. Fails where one reads the pool now.
    pub(crate) fn lock_for_pruning(&self) -> Result<Option<Lock>> {
        if !self.folder().is_dir() {
            return Ok(None);
        }
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Err(Error::usage(
                format!("a run is using the pool in {}", self.folder().display()),
                "prune when it has ended",
            )),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }

    fn lock_file(&self) -> Result<File> {
        let path = self.folder().join(LOCK);
        let mut options = fs::OpenOptions::new();
        let file = options
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        Ok(file.into_parts().0)
    }
}

/// The folders in a folder; none where it is not there.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    Ok(found)
}
