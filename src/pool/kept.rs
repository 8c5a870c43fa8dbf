//! What is kept beside the parts: what takes long to make, in a file each, named by the hash of all that it was made from.
//!
//! A file is the bytes, which begin with what made them, and behind them a seal over name and bytes. So neither damage nor
//! another file under its name is taken for it: what does not fit is made anew and replaced, as is what another version of
//! the program kept.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;

use super::home::Pool;
use super::listing::is_id;
use crate::ids::{Id, IdHasher};
use crate::source::disk_file::open_regular;
use crate::{Result, disk};

const SEAL_BYTES: usize = 16;

/// One kind of what is kept.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    /// Its folder in the pool.
    pub folder: &'static str,
    /// What its seals are hashed under.
    pub context: &'static str,
    /// No file is longer.
    pub bytes_max: u64,
}

/// A file that is kept, as it was found.
pub(crate) struct Kept {
    path: PathBuf,
    /// The hash of what it was made from.
    pub name: Id,
    pub bytes: u64,
    pub state: State,
}

/// Whether what is kept can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Usable,
    /// Another version of the program kept it.
    OfAnotherVersion,
    Damaged,
}

impl Kind {
    fn seal(self, body: &[u8], name: Id) -> Id {
        IdHasher::new(self.context)
            .part(name.to_bytes())
            .part(body)
            .finish()
    }

    pub(super) fn sealed(self, mut bytes: Vec<u8>, name: Id) -> Vec<u8> {
        let seal = self.seal(&bytes, name);
        bytes.extend(seal.to_bytes());
        bytes
    }

    /// What was sealed under that name; none of anything else.
    pub(super) fn opened(self, bytes: &[u8], name: Id) -> Option<&[u8]> {
        let (body, found) = bytes.split_last_chunk::<SEAL_BYTES>()?;
        (self.seal(body, name) == Id::from_bytes(*found)).then_some(body)
    }

    fn read(self, path: &Path) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        open_regular(path)?
            .take(self.bytes_max)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Pool {
    fn folder_of(&self, kind: Kind) -> PathBuf {
        self.folder().join(kind.folder)
    }

    pub(super) fn path_of(&self, kind: Kind, name: Id) -> PathBuf {
        self.folder_of(kind).join(name.to_string())
    }

    /// What is kept under a name, as `read` reads the bytes that were sealed; none where it is not there or is not that.
    pub(super) fn find_kept<T>(
        &self,
        kind: Kind,
        name: Id,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        let path = self.path_of(kind, name);
        let bytes = kind.read(&path).ok()?;
        let found = read(kind.opened(&bytes, name)?)?;
        // For pruning by time of use; where the pool cannot be written, the time stands still.
        let _ = fs::File::open(&path).and_then(|kept| kept.file().set_modified(SystemTime::now()));
        Some(found)
    }

    /// Keeps bytes, in the place of whatever has their name.
    pub(super) fn put_kept(&self, kind: Kind, name: Id, bytes: Vec<u8>) {
        // A pool that cannot be written to serves all the same: they are made in each run then.
        let _ = disk::put(&self.path_of(kind, name), &kind.sealed(bytes, name));
    }

    /// Everything of a kind, in order of name, read and held against its seal; `state` says what bytes are that are sealed
    /// under a name. What else stands there is none of ours.
    pub(super) fn all_kept(
        &self,
        kind: Kind,
        state: impl Fn(&[u8], Id) -> State,
    ) -> Result<Vec<Kept>> {
        let folder = self.folder_of(kind);
        let mut found = Vec::new();
        if !folder.is_dir() {
            return Ok(found);
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().filter(|name| is_id(name));
            let Some(name) = name.and_then(|name| name.parse().ok()) else {
                continue;
            };
            let bytes = kind.read(&entry.path()).unwrap_or_default();
            found.push(Kept {
                path: entry.path(),
                name,
                bytes: bytes.len() as u64,
                state: state(&bytes, name),
            });
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }
}

impl Kept {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How long no run has used it.
    pub(crate) fn unused_for(&self) -> Result<Duration> {
        let modified = fs::symlink_metadata(&self.path)?.modified()?;
        Ok(modified.elapsed().unwrap_or_default())
    }

    /// Removes it; what is a folder in its place too.
    pub(crate) fn remove(&self) -> Result<()> {
        disk::remove(&self.path)
    }
}
