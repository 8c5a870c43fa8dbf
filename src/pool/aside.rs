//! Where a process writes parts before they are put in place, and what dead processes left there.
//!
//! Each process has a folder of its own under `partial/`, and beside it a file that it holds locked while it
//! lives; the system lets go of the lock however the process ends. A folder whose lock is free belongs to
//! nobody and goes, its lock last. Where the file system has no locks nothing is known of others, and theirs stays.
//! Only what has such a name is looked at: the pool may stand in a folder with things of the user's own.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use super::home::Pool;
use crate::disk::{self, Lock, Taken};
use crate::{Error, Result};

pub(crate) struct Aside {
    folder: PathBuf,
    /// Folders that were given out.
    given: AtomicU64,
    /// Gone only while this is being dropped.
    lock: Option<Lock>,
}

impl Aside {
    /// Clears away what dead processes left, and makes this one's folder.
    pub(crate) fn open(pool: &Pool) -> Result<Self> {
        let partial = pool.partial_folder();
        disk::create_folders(&partial)?;
        clear(&partial)?;
        loop {
            let folder = partial.join(new_name());
            let lock_path = lock_of(&folder);
            // One who clears may have taken it before us: then another name is as good.
            let taken = Lock::take(&lock_path).map_err(|error| Error::write(&lock_path, error))?;
            if let Taken::Held(lock) = taken {
                let made = std::fs::create_dir(&folder);
                made.map_err(|error| Error::write(&folder, error))?;
                return Ok(Self {
                    folder,
                    given: AtomicU64::new(0),
                    lock: Some(lock),
                });
            }
        }
    }

    /// Clears away what dead processes left, for a run that writes nothing of its own. Where the pool cannot be written
    /// it stays.
    pub(crate) fn clear_left(pool: &Pool) {
        let _ = clear(&pool.partial_folder());
    }

    /// A name for a new folder. It is no part's: files with the same content have parts of the same name, and
    /// may be measured side by side.
    pub(crate) fn new_place(&self) -> PathBuf {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        self.folder.join(number.to_string())
    }

    /// Whether its folder is there still.
    pub(crate) fn is_there(&self) -> bool {
        disk::is_there(&self.folder)
    }

    /// A new folder.
    pub(crate) fn new_folder(&self) -> Result<PathBuf> {
        let folder = self.new_place();
        std::fs::create_dir(&folder).map_err(|error| Error::write(&folder, error))?;
        Ok(folder)
    }
}

impl Drop for Aside {
    fn drop(&mut self) {
        // What cannot be removed now, the next run removes.
        let _ = disk::remove(&self.folder);
        if let Some(lock) = self.lock.take() {
            lock.remove();
        }
    }
}

/// The process and the time: no two processes have the same, and no content depends on it.
fn new_name() -> String {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    format!("{}-{}", std::process::id(), now.as_nanos())
}

/// Held beside the folders by one who puts a part in the place of a damaged one.
pub(super) const REPLACING: &str = "replacing.lock";

/// Digits of a time in nanoseconds: nobody calls a folder of his own so.
const TIME_DIGITS: usize = 18;

fn is_name(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts = name.split_once('-');
    parts
        .is_some_and(|(process, time)| number(process) && number(time) && time.len() >= TIME_DIGITS)
}

fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Removes the folders of dead processes and their locks, each whether the other is there or not.
fn clear(partial: &Path) -> Result<()> {
    let failed = |error| Error::write(partial, error);
    for entry in std::fs::read_dir(partial).map_err(failed)? {
        let name = entry.map_err(failed)?.file_name();
        let Some(name) = name.to_str() else { continue };
        let stem = name.strip_suffix(".lock").unwrap_or(name);
        if is_name(stem) {
            clear_one(&partial.join(stem));
        }
    }
    // Whoever replaces a part removes it, if nobody kills him; ours is empty.
    if let Ok(Taken::Held(lock)) = Lock::take_left(&partial.join(REPLACING))
        && lock.file.metadata().is_ok_and(|found| found.len() == 0)
    {
        lock.remove();
    }
    Ok(())
}

/// What cannot be removed is left: it costs some bytes, and no run.
fn clear_one(folder: &Path) {
    match Lock::take_left(&lock_of(folder)) {
        Ok(Taken::Held(lock)) if disk::remove(folder).is_ok() => lock.remove(),
        // A folder is made after its lock and goes before it: without one it has no owner.
        Ok(Taken::Changed) if !disk::is_there(&lock_of(folder)) => {
            let _ = disk::remove(folder);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    fn pool() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::open(Some(folder.path())).expect("a pool");
        (folder, pool)
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<String> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A new process's lock file is free for a moment before it is locked.
    #[test]
    fn those_who_begin_at_once_do_not_clear_each_other_away() {
        let (_folder, pool) = pool();
        let barrier = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        barrier.wait();
                        let aside = Aside::open(&pool).expect("a folder of its own");
                        let given = aside.new_folder().expect("a folder");
                        barrier.wait();
                        clear(&pool.partial_folder()).expect("cleared");
                        assert!(given.is_dir() && lock_of(&aside.folder).is_file());
                        barrier.wait();
                    }
                });
            }
        });
        assert_eq!(names(&pool.partial_folder()), [""; 0]);
    }

    #[test]
    fn what_dead_processes_left_goes_whole_or_in_parts_and_what_is_not_ours_stays() {
        let (_folder, pool) = pool();
        let partial = pool.partial_folder();
        let time = "1764000000000000000";
        for folder in ["1", "2", "4"] {
            let folder = partial.join(format!("{folder}-{time}/0"));
            std::fs::create_dir_all(&folder).expect("a folder");
            std::fs::write(folder.join("problems.parquet"), "half").expect("a file");
        }
        std::fs::create_dir_all(partial.join("2024-01/thesis")).expect("a folder");
        for lock in [
            format!("1-{time}.lock"),
            format!("3-{time}.lock"),
            REPLACING.into(),
            "book.lock".into(),
        ] {
            std::fs::write(partial.join(lock), "").expect("a file");
        }
        let living = std::fs::File::create(partial.join(format!("4-{time}.lock"))).expect("a lock");
        living.lock().expect("as a living process holds it");
        drop(Aside::open(&pool).expect("a folder"));
        let kept = [
            "2024-01".to_owned(),
            format!("4-{time}"),
            format!("4-{time}.lock"),
            "book.lock".to_owned(),
        ];
        assert_eq!(names(&partial), kept);
        assert!(partial.join("2024-01/thesis").is_dir());
    }

    #[test]
    #[cfg(unix)]
    fn a_link_among_what_is_left_goes_and_not_what_it_leads_to() {
        let (_folder, pool) = pool();
        let partial = pool.partial_folder();
        let mine = pool.folder().join("mine");
        std::fs::create_dir_all(&partial).expect("a folder");
        std::fs::create_dir(&mine).expect("a folder");
        std::fs::write(mine.join("thesis.tex"), "years of work").expect("a file");
        std::os::unix::fs::symlink(&mine, partial.join("1-1764000000000000000")).expect("a link");
        drop(Aside::open(&pool).expect("a folder"));
        assert!(mine.join("thesis.tex").is_file());
        assert_eq!(names(&partial), [""; 0]);
    }
}
