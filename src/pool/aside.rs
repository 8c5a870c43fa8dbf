//! Where a process writes parts before they are put in place, and what dead processes left there.
//!
//! Each process has a folder of its own under `partial/`, and beside it a file that it holds locked while it
//! lives; the system lets go of the lock however the process ends. A folder whose lock is free belongs to
//! nobody.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use fs_err as fs;

use super::home::Pool;
use crate::Result;

pub(crate) struct Aside {
    folder: PathBuf,
    lock_path: PathBuf,
    /// Folders that were given out.
    given: AtomicU64,
    _lock: File,
}

impl Aside {
    /// Clears away what dead processes left, and makes this one's folder.
    pub(crate) fn open(pool: &Pool) -> Result<Self> {
        let partial = pool.partial_folder();
        fs::create_dir_all(&partial)?;
        clear(&partial)?;
        // The name only has to differ between processes; no content depends on it.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let name = format!("{}-{}", std::process::id(), now.as_nanos());
        let folder = partial.join(&name);
        let lock_path = lock_of(&folder);
        let lock = File::create_new(&lock_path)?;
        lock.lock()?;
        fs::create_dir(&folder)?;
        Ok(Self {
            folder,
            lock_path,
            given: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// A new folder. Its name is no part's: files with the same content have parts of the same name, and
    /// may be measured side by side.
    pub(crate) fn new_folder(&self) -> Result<PathBuf> {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        let folder = self.folder.join(number.to_string());
        fs::create_dir(&folder)?;
        Ok(folder)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed now, the next run removes.
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.lock_path);
    }
}

fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

fn clear(partial: &Path) -> Result<()> {
    for entry in fs::read_dir(partial)? {
        let folder = entry?.path();
        if !folder.is_dir() {
            continue;
        }
        let lock_path = lock_of(&folder);
        let held = match File::open(&lock_path) {
            Ok(lock) => matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
            Err(_) => false,
        };
        if !held {
            // Another run may be clearing it too: what is gone is gone.
            let _ = fs::remove_dir_all(&folder);
            let _ = fs::remove_file(&lock_path);
        }
    }
    Ok(())
}
