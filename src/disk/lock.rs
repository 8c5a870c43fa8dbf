//! A file held locked: whoever holds it owns what stands beside it.
//!
//! A lock file that is left over is removed by who takes it, so between opening and locking it may have become
//! another file, or none: the lock then counts for nothing. So the one that is held is compared with what has the
//! name now, and the taker looks again where they differ.

use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Error, Result};

/// A lock that is held until this goes.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
    pub file: File,
    /// Made by this taker, so that nobody stood here before.
    pub is_new: bool,
    /// False on a file system without locks, where being the one that made the file has to do.
    pub is_locked: bool,
}

/// What came of trying to take a lock.
#[derive(Debug)]
pub(crate) enum Taken {
    Held(Lock),
    /// Another holds it: what the file says.
    ByAnother(File),
    /// It became another file meanwhile, or none: look again.
    Changed,
    /// A link, a folder or a pipe has its name.
    NoFile,
    /// Somebody made it on a file system without locks, and may live or not.
    Unlockable(std::io::Error),
}

/// How long a waiter looks away.
pub(super) const TICK: Duration = Duration::from_millis(20);

impl Lock {
    /// Takes the lock at a path, which is made where there is none.
    pub(crate) fn take(path: &Path) -> std::io::Result<Taken> {
        match create_or_open(path) {
            Ok(Some((file, is_new))) => taken(path, file, is_new),
            Ok(None) => Ok(Taken::NoFile),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Taken::Changed),
            Err(error) => Err(error),
        }
    }

    /// The same of one that is there; `Changed` where there is none.
    pub(crate) fn take_left(path: &Path) -> std::io::Result<Taken> {
        match open_there(path) {
            Ok(Some(file)) => taken(path, file, false),
            Ok(None) => Ok(Taken::NoFile),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Taken::Changed),
            Err(error) => Err(error),
        }
    }

    /// Waits until it can be had; none where the file system has no locks, or something else has its name.
    pub(crate) fn wait(path: &Path, check_stop: &dyn Fn() -> Result<()>) -> Result<Option<Self>> {
        loop {
            match Self::take(path).map_err(|error| Error::write(path, error))? {
                Taken::Held(lock) => return Ok(Some(lock)),
                Taken::NoFile | Taken::Unlockable(_) => return Ok(None),
                Taken::ByAnother(_) | Taken::Changed => check_stop()?,
            }
            std::thread::sleep(TICK);
        }
    }

    /// Removes the file and lets go of it.
    pub(crate) fn remove(self) {
        // What cannot be removed now, the next who takes it removes.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn taken(path: &Path, file: File, is_new: bool) -> std::io::Result<Taken> {
    let is_locked = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => return Ok(Taken::ByAnother(file)),
        Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Interrupted => {
            return Ok(Taken::Changed);
        }
        Err(TryLockError::Error(_)) if is_new => false,
        Err(TryLockError::Error(error)) => return Ok(Taken::Unlockable(error)),
    };
    match path.symlink_metadata() {
        Ok(now) if is_same(&file.metadata()?, &now) => Ok(Taken::Held(Lock {
            path: path.to_owned(),
            file,
            is_new,
            is_locked,
        })),
        Ok(_) => Ok(Taken::Changed),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Taken::Changed),
        Err(error) => Err(error),
    }
}

/// Opens a file of our own for reading and writing, made where there is none; none where a link or anything else
/// but a file has its name.
pub(crate) fn open_own(path: &Path) -> std::io::Result<Option<File>> {
    Ok(create_or_open(path)?.map(|(file, _)| file))
}

/// The file, and whether it was made now.
fn create_or_open(path: &Path) -> std::io::Result<Option<(File, bool)>> {
    // Making a new one never follows a link, unlike making one where none is.
    let mut options = OpenOptions::new();
    let options = options.read(true).write(true);
    match options.clone().create_new(true).open(path) {
        Ok(file) => Ok(Some((file, true))),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok(open_there(path)?.map(|file| (file, false)))
        }
        Err(error) => Err(error),
    }
}

fn open_there(path: &Path) -> std::io::Result<Option<File>> {
    let seen = path.symlink_metadata()?;
    if !seen.is_file() {
        return Ok(None);
    }
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    // A link put there meanwhile leads to another file.
    Ok(is_same(&seen, &file.metadata()?).then_some(file))
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Where files have no numbers, a file that others hold open cannot be replaced under its name.
#[cfg(not(unix))]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    a.is_file() && b.is_file()
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The race that a stale lock file makes: one removes it while another has just opened it.
    #[test]
    fn of_many_who_take_and_remove_a_lock_at_once_one_has_it_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.lock");
        let (barrier, inside, held) = (Barrier::new(4), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        barrier.wait();
                        let Ok(Taken::Held(lock)) = Lock::take(&path) else {
                            continue;
                        };
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two hold it");
                        held.fetch_add(1, Ordering::SeqCst);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        lock.remove();
                    }
                });
            }
        });
        assert!(held.into_inner() >= 200, "somebody has it in each round");
    }

    #[test]
    #[cfg(unix)]
    fn a_lock_is_not_taken_through_a_link_or_of_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("file"), "").expect("a file");
        std::os::unix::fs::symlink("file", at("link")).expect("a link");
        std::os::unix::fs::symlink("nowhere", at("lost")).expect("a link");
        std::fs::create_dir(at("folder")).expect("a folder");
        for name in ["link", "lost", "folder"] {
            let taken = Lock::take(&at(name)).expect("looked at");
            assert!(matches!(taken, Taken::NoFile), "{name}: {taken:?}");
        }
        assert!(!at("nowhere").exists());
    }

    #[test]
    fn who_waits_has_the_lock_when_it_is_let_go_and_can_be_stopped() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.lock");
        let Ok(Taken::Held(first)) = Lock::take(&path) else {
            panic!("nobody else is there");
        };
        let stopped = Lock::wait(&path, &|| Err(Error::Interrupted { signal: 2 }));
        assert!(matches!(stopped, Err(Error::Interrupted { .. })));
        let (asked, first) = (AtomicUsize::new(0), std::sync::Mutex::new(Some(first)));
        let second = Lock::wait(&path, &|| {
            if asked.fetch_add(1, Ordering::SeqCst) == 2 {
                first.lock().expect("no panic").take();
            }
            Ok(())
        });
        assert!(second.expect("a lock").is_some_and(|lock| lock.is_locked));
    }
}
