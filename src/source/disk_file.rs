//! A file on this disk: every open of one goes through here.
//!
//! While planning it is looked at as it is; once it was hashed, what is read of it is held against the hash
//! (`checked`). Only regular files are opened: a pipe would be waited for, and gives its bytes once.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::checked::{Checked, Sums};
use super::stamp::Stamp;
use crate::ids::Id;
use crate::{Error, Result};

/// A file on this disk. Clones share what is known of its content.
#[derive(Clone, Debug)]
pub struct DiskFile {
    path: PathBuf,
    known: Arc<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// Of the file that was opened first.
    stamp: OnceLock<Stamp>,
    sums: Mutex<Option<Arc<Sums>>>,
}

/// An opened file on this disk.
pub(crate) enum Opened {
    /// Nobody knows yet what it should hold.
    AsIs(File),
    Checked(Checked),
}

impl DiskFile {
    /// A file of which it is known what it holds.
    pub(crate) fn of_known(path: PathBuf, sums: Arc<Sums>) -> Self {
        let file = Self::from(path);
        *file.sums_mut() = Some(sums);
        file
    }

    /// Opens it from its beginning; once it was hashed, its bytes are held against that.
    pub(crate) fn open(&self) -> Result<Opened> {
        let Some(sums) = self.sums() else {
            return Ok(Opened::AsIs(self.open_stamped()?.into_parts().0));
        };
        let opened = open_regular(&self.path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => Error::Gone {
                file: self.path.display().to_string(),
                since: "hashed",
            },
            _ => error.into(),
        })?;
        let opened = opened.into_parts().0;
        Ok(Opened::Checked(Checked::new(&self.path, opened, sums)))
    }

    fn open_stamped(&self) -> Result<fs_err::File> {
        let opened = open_regular(&self.path)?;
        let stamp = Stamp::of(&opened.metadata()?);
        self.known.stamp.get_or_init(|| stamp);
        Ok(opened)
    }

    /// The hash of its bytes, which all that is read of it later is held against.
    ///
    /// It is computed in every run (a core hashes some gigabytes a second): size and time would call a file
    /// unchanged that was replaced within the clock's tick. Fails where it was hashed before and held other bytes.
    pub(crate) fn hash(&self) -> Result<Id> {
        self.known_as(Sums::of_file(self.open_stamped()?.file())?)
    }

    /// The same, where `also` sees all its bytes, in their order.
    pub(crate) fn hash_with(&self, also: impl FnMut(&[u8])) -> Result<Id> {
        self.known_as(Sums::of(self.open_stamped()?, also)?)
    }

    /// Keeps the sums; fails where others are known.
    fn known_as(&self, sums: Sums) -> Result<Id> {
        if self.sums().is_some_and(|known| known.hash != sums.hash) {
            return Err(self.changed());
        }
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&sums.hash.as_bytes()[..16]);
        *self.sums_mut() = Some(Arc::new(sums));
        Ok(Id::from_bytes(bytes))
    }

    /// Its length: when it was hashed, or now.
    pub(crate) fn bytes(&self) -> Result<u64> {
        match self.sums() {
            Some(sums) => Ok(sums.bytes),
            None => Ok(fs_err::metadata(&self.path)?.len()),
        }
    }

    /// Whether the path leads to the file that was opened first, as it was then.
    pub(crate) fn is_as_it_was(&self) -> bool {
        let now = std::fs::metadata(&self.path).map(|data| Stamp::of(&data));
        let known = self.known.stamp.get();
        known.is_none_or(|known| now.is_ok_and(|now| now == *known))
    }

    /// Whether a read met other bytes than were hashed.
    pub(crate) fn is_broken(&self) -> bool {
        self.sums().is_some_and(|sums| sums.is_broken())
    }

    pub(crate) fn changed(&self) -> Error {
        Error::Changed {
            file: self.path.display().to_string(),
        }
    }

    fn sums(&self) -> Option<Arc<Sums>> {
        self.sums_mut().clone()
    }

    fn sums_mut(&self) -> std::sync::MutexGuard<'_, Option<Arc<Sums>>> {
        let sums = self.known.sums.lock();
        sums.unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a regular file for reading; anything else is refused and not waited for.
pub(crate) fn open_regular(path: &Path) -> io::Result<fs_err::File> {
    let mut options = fs_err::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use fs_err::os::unix::fs::OpenOptionsExt;
        // Without it, opening a pipe waits until somebody writes to it.
        options.custom_flags(libc::O_NONBLOCK);
    }
    let opened = options.open(path)?;
    if opened.metadata()?.is_file() {
        return Ok(opened);
    }
    let what = "is no regular file: write what comes from it to one";
    let why = format!("`{}` {what}", path.display());
    Err(io::Error::new(ErrorKind::InvalidInput, why))
}

/// No card, reference or list of shards is longer.
const SMALL_BYTES_MAX: u64 = 64 << 20;

/// The bytes of a small file that lies beside data, up to a bound.
pub(crate) fn read_small(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let opened = open_regular(path)?;
    opened.take(SMALL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl From<PathBuf> for DiskFile {
    fn from(path: PathBuf) -> Self {
        Self {
            path,
            known: Arc::default(),
        }
    }
}

impl Deref for DiskFile {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for DiskFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
