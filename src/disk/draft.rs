//! Small files of ours, put in place whole: written as a draft beside it, brought to the disk, renamed.
//!
//! A draft is held locked while it is written. One whose lock is free was left by a process that is dead, and the
//! first who looks or writes into that folder removes it.

use std::collections::HashSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::lock::{Lock, Taken};
use super::sync::{create_folders, parent, place};
use crate::{Error, Result};

/// Puts a file in place, whole or not at all, and makes the folders above it.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = parent(path);
    create_folders(folder)?;
    clear_once(folder);
    let (draft, mut lock) = begin(folder)?;
    let written = lock.file.write_all(bytes);
    let written = written.and_then(|()| lock.file.sync_all());
    let put = written.map_err(|error| Error::write(path, error));
    let put = put.and_then(|()| place(&draft, path));
    if put.is_err() {
        lock.remove();
    }
    put
}

/// Puts a link in place, of what stood there too.
#[cfg(unix)]
pub(crate) fn put_link(target: &Path, path: &Path) -> Result<()> {
    let folder = parent(path);
    create_folders(folder)?;
    let draft = folder.join(name());
    let made = std::os::unix::fs::symlink(target, &draft);
    made.map_err(|error| Error::write(path, error))?;
    place(&draft, path).inspect_err(|_| {
        let _ = std::fs::remove_file(&draft);
    })
}

/// A name that no other draft of this process has, nor of one that lives.
fn name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!(".{}-{count}.draft", std::process::id())
}

fn begin(folder: &Path) -> Result<(PathBuf, Lock)> {
    loop {
        let draft = folder.join(name());
        match Lock::take(&draft).map_err(|error| Error::write(&draft, error))? {
            Taken::Held(lock) if lock.is_new => return Ok((draft, lock)),
            // Left by a dead process that had our number.
            Taken::Held(lock) => lock.remove(),
            _ => {}
        }
    }
}

/// Removes the drafts of dead processes, the first time that this one looks or writes here.
pub(crate) fn clear_once(folder: &Path) {
    static CLEARED: Mutex<Option<HashSet<PathBuf>>> = Mutex::new(None);
    let mut cleared = match CLEARED.lock() {
        Ok(cleared) => cleared,
        Err(poisoned) => poisoned.into_inner(),
    };
    if cleared.get_or_insert_default().insert(folder.to_owned()) {
        clear(folder);
    }
}

/// What cannot be removed costs some bytes, and no run.
fn clear(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if !entry.file_name().to_str().is_some_and(is_draft) {
            continue;
        }
        match Lock::take_left(&entry.path()) {
            Ok(Taken::Held(lock)) => lock.remove(),
            // Nobody holds a link: what is made in one step is left by a kill alone, and is made again at once.
            Ok(Taken::NoFile) if entry.path().is_symlink() => {
                let _ = std::fs::remove_file(entry.path());
            }
            _ => {}
        }
    }
}

fn is_draft(name: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let inner = name.strip_prefix('.');
    let inner = inner.and_then(|name| name.strip_suffix(".draft"));
    let parts = inner.and_then(|name| name.split_once('-'));
    parts.is_some_and(|(process, count)| number(process) && number(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_of_dead_processes_go_and_those_of_living_ones_and_of_others_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in [".1-0.draft", ".1-1.draft", ".my-book.draft", "1-0.draft"] {
            std::fs::write(at(name), "half of it").expect("a file");
        }
        let held = std::fs::File::open(at(".1-1.draft")).expect("a draft");
        held.lock().expect("as a living process holds it");
        put(&at("refs/main"), b"a commit").expect("a file");
        put(&at("main"), b"a commit").expect("a file");
        assert!(!at(".1-0.draft").exists());
        for name in [".1-1.draft", ".my-book.draft", "1-0.draft", "main"] {
            assert!(at(name).exists(), "{name}");
        }
        let names = std::fs::read_dir(at("refs")).expect("a folder");
        assert_eq!(names.count(), 1);
    }

    #[test]
    fn many_put_one_file_at_once_and_it_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main");
        let texts: Vec<Vec<u8>> = (b'a'..b'e').map(|byte| vec![byte; 5000]).collect();
        let barrier = std::sync::Barrier::new(texts.len());
        std::thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| {
                    for _ in 0..20 {
                        barrier.wait();
                        put(&path, text).expect("a file");
                        let read = std::fs::read(&path).expect("a file");
                        assert!(texts.contains(&read));
                    }
                });
            }
        });
        let names = std::fs::read_dir(folder.path()).expect("a folder");
        assert_eq!(names.count(), 1, "no draft is left");
    }
}
