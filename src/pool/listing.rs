//! What a pool's folder keeps, for listing, verifying and pruning it.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;

use super::aside::Aside;
use super::examine::examine;
use super::home::Pool;
use super::part::Part;
use crate::{Error, Result, disk};

/// A folder of the pool where a part stands.
pub(crate) enum PartFolder {
    Whole(Part),
    Damaged { folder: PathBuf, why: String },
}

impl PartFolder {
    pub(super) fn open(folder: PathBuf) -> Self {
        match Part::open(&folder) {
            Ok(part) => Self::Whole(part),
            Err(error) => Self::damaged(folder, &error),
        }
    }

    pub(super) fn damaged(folder: PathBuf, error: &Error) -> Self {
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
    pub(crate) fn remove(self, pool: &Pool, aside: &Aside) -> Result<()> {
        let away = aside.new_place();
        let folder = self.folder();
        let name = folder.file_name().and_then(|name| name.to_str());
        if let (Some(behind), Some(name)) = (pool.behind(), name) {
            behind.remove(name)?;
        }
        if !disk::is_there(folder) {
            // Damaged in the store, and never fetched.
            return Ok(());
        }
        std::fs::rename(folder, &away).map_err(|error| Error::write(folder, error))?;
        disk::remove(&away)
    }
}

/// Held while parts are read or removed; the system lets go of it however the process ends.
pub(crate) struct Lock {
    _file: Option<File>,
    /// Why it keeps nobody away, which the user should know.
    pub note: Option<String>,
}

const LOCK: &str = "lock";

/// How long one who waits for the pool looks away.
const TICK: Duration = Duration::from_millis(20);

impl Pool {
    /// Every part, in order of name; where a store is behind the folder, those that it has, fetched. What else stands there
    /// is none of ours.
    pub(crate) fn parts(&self) -> Result<Vec<PartFolder>> {
        if let Some(parts) = self.shared_parts()? {
            return Ok(parts);
        }
        let mut folders = Vec::new();
        for shelf in folders_in(&self.folder().join("parts"))? {
            folders.extend(folders_in(&shelf)?);
        }
        folders.retain(|folder| {
            let name = folder.file_name().and_then(|name| name.to_str());
            name.is_some_and(|name| is_id(name) && self.part_folder(name) == *folder)
        });
        folders.sort();
        Ok(folders.into_iter().map(PartFolder::open).collect())
    }

    /// Keeps others from pruning while parts are read; none where there is no pool yet. While one prunes it waits,
    /// as long as it is not asked to stop.
    ///
    /// A pool that cannot be written to, or locked, serves all the same: the lock's note says what is not kept away.
    pub(crate) fn lock_for_reading(
        &self,
        check_stop: &dyn Fn() -> Result<()>,
    ) -> Result<Option<Lock>> {
        if !self.folder().is_dir() {
            return Ok(None);
        }
        let Some(file) = self.lock_file()? else {
            return Ok(Some(Lock {
                _file: None,
                note: None,
            }));
        };
        loop {
            match file.try_lock_shared() {
                Ok(()) => {
                    return Ok(Some(Lock {
                        _file: Some(file),
                        note: None,
                    }));
                }
                Err(TryLockError::Error(error)) if error.kind() != ErrorKind::Interrupted => {
                    let note = Some(self.without_locks(&error));
                    return Ok(Some(Lock {
                        _file: Some(file),
                        note,
                    }));
                }
                Err(_) => check_stop()?,
            }
            std::thread::sleep(TICK);
        }
    }

    /// Keeps runs away while parts are removed. Fails where one reads the pool now, and where nobody could tell.
    pub(crate) fn lock_for_pruning(&self) -> Result<Option<Lock>> {
        if !self.folder().is_dir() {
            return Ok(None);
        }
        let Some(file) = self.lock_file()? else {
            let error = ErrorKind::PermissionDenied.into();
            return Err(Error::write(&self.folder().join(LOCK), error));
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock {
                _file: Some(file),
                note: None,
            })),
            Err(TryLockError::WouldBlock) => Err(Error::usage(
                format!(
                    "a run is using the pool in {}, or something else that reads or prunes it",
                    self.folder().display()
                ),
                "prune when it has ended",
            )),
            Err(TryLockError::Error(error)) => Err(Error::usage(
                format!(
                    "the pool in {} cannot be locked, so that nobody can tell whether a run uses it: {error}",
                    self.folder().display()
                ),
                "remove the folder `parts` in it by hand when no run does",
            )),
        }
    }

    fn without_locks(&self, error: &std::io::Error) -> String {
        format!(
            "the pool in {} cannot be locked ({error}): remove nothing from it while this run lasts",
            self.folder().display()
        )
    }

    /// The file that is locked, for writing where it can be; none where it is not there and cannot be made.
    fn lock_file(&self) -> Result<Option<File>> {
        let path = self.folder().join(LOCK);
        match disk::open_own(&path) {
            Ok(Some(file)) => Ok(Some(file)),
            Ok(None) => Err(Error::usage(
                format!(
                    "`{}` is no regular file, and nothing else is locked",
                    path.display()
                ),
                "remove it",
            )),
            Err(error) if is_read_only(&error) => match File::open(&path) {
                Ok(file) => Ok(Some(file)),
                // Who cannot make it cannot prune either.
                Err(_) => Ok(None),
            },
            Err(error) => Err(Error::write(&path, error)),
        }
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    [ErrorKind::PermissionDenied, ErrorKind::ReadOnlyFilesystem].contains(&error.kind())
}

/// Whether a part or a vocabulary can be called so: an id in hexadecimal.
pub(super) fn is_id(name: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.len() == 32 && name.bytes().all(is_digit)
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
