//! What is on the disk for good: files, the folders that name them, and renames.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use crate::{Error, Result};

/// So many files are waited for at once: the disk brings them down together, in the time of one.
const AT_ONCE: usize = 8;

/// Brings a file, or a folder with all that it holds, to the disk. Links are names in their folders.
pub(crate) fn sync_tree(root: &Path) -> Result<()> {
    let mut folders = Vec::new();
    let mut files = Vec::new();
    collect(root, &mut folders, &mut files)?;
    sync_all(files)?;
    sync_all(folders)
}

fn collect(path: &Path, folders: &mut Vec<PathBuf>, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |error| Error::write(path, error);
    let kind = path.symlink_metadata().map_err(failed)?.file_type();
    if kind.is_dir() {
        for entry in std::fs::read_dir(path).map_err(failed)? {
            collect(&entry.map_err(failed)?.path(), folders, files)?;
        }
        folders.push(path.to_owned());
    } else if kind.is_file() {
        files.push(path.to_owned());
    }
    Ok(())
}

fn sync_all(paths: Vec<PathBuf>) -> Result<()> {
    let workers = paths.len().min(AT_ONCE);
    let left = Mutex::new(paths);
    let next = || match left.lock() {
        Ok(mut left) => left.pop(),
        Err(poisoned) => poisoned.into_inner().pop(),
    };
    let work = || {
        while let Some(path) = next() {
            sync(&path)?;
        }
        Ok(())
    };
    if workers <= 1 {
        return work();
    }
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        let ended = all.into_iter().map(|one| match one.join() {
            Ok(ended) => ended,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect()
    })
}

fn sync(path: &Path) -> Result<()> {
    let failed = |error| Error::write(path, error);
    let opened = if cfg!(windows) {
        // Only what can be written is brought to the disk there, and folders are without it.
        match path.is_dir() {
            true => return Ok(()),
            false => std::fs::OpenOptions::new().write(true).open(path),
        }
    } else {
        File::open(path)
    };
    opened.map_err(failed)?.sync_all().map_err(failed)
}

/// The folder that a path is a name in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Brings to the disk that a name stands in its folder.
pub(super) fn sync_name(path: &Path) -> Result<()> {
    sync(parent(path))
}

/// Renames what is on the disk to its final name, for good.
pub(crate) fn place(from: &Path, to: &Path) -> Result<()> {
    std::fs::rename(from, to).map_err(|error| Error::write(to, error))?;
    sync_name(to)
}

/// Makes a folder and those above it, each for good.
pub(crate) fn create_folders(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    create_folders(parent(path))?;
    match std::fs::create_dir(path) {
        Ok(()) => sync_name(path),
        // Another made it meanwhile, or a file has its name.
        Err(_) if path.is_dir() => Ok(()),
        Err(error) => Err(Error::write(path, error)),
    }
}
