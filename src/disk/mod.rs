//! The disk as a place to write: whose a folder is, what stands on it for good, and what went wrong.
//!
//! Everything that is put under its final name is built aside, brought to the disk with `fsync` (its files and its
//! folders) and then renamed, so that neither a kill nor a loss of power leaves half of it there. Two may want one
//! place at once, and one of them may have died in it: a place is owned by whoever holds a file in it locked, which
//! the system lets go of however its process ends. What others made is never cleared away, and no link is followed
//! into what is.
//!
//! What is read whole because it is small (a pipeline, a manifest) is read here as well, up to a bound.
//!
//! A low layer of its own, since pool, hub and output folder want the same care and none of them knows the others.

mod draft;
mod lock;
mod partial;
mod sync;

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use fs_err as fs;

use crate::{Error, Result};

#[cfg(unix)]
pub(crate) use draft::put_link;
pub(crate) use draft::{clear_once, put};
pub(crate) use lock::{Lock, Taken, open_own};
pub(crate) use partial::{Over, Partial};
pub(crate) use sync::{create_folders, place, sync_tree};

/// Makes a new file. What stands there already, a link too, is never written into.
pub(crate) fn create(path: &Path) -> Result<File> {
    File::create_new(path).map_err(|error| Error::write(path, error))
}

/// Writes a new file; whoever puts it in place brings it to the disk.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let written = create(path)?.write_all(bytes.as_ref());
    written.map_err(|error| Error::write(path, error))
}

/// Writes a file that a user named: whole or not at all, in place of one that is there. Into what is no file, as a
/// terminal or a pipe, it is written as it comes.
pub(crate) fn write_named(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    if fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return std::fs::write(path, bytes).map_err(|error| Error::write(path, error));
    }
    let partial = Partial::begin_alone(path)?;
    write(&partial.built(), bytes)?;
    partial.finish(Over::Files)
}

/// No pipeline, manifest or certificate is longer.
const TEXT_BYTES_MAX: u64 = 256 << 20;

/// The text of a small file or of what comes through a pipe. One without an end, as a device has none, is an error
/// before it fills the memory.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let file = fs::File::open(path)?;
    file.take(TEXT_BYTES_MAX + 1).read_to_string(&mut text)?;
    match text.len() as u64 > TEXT_BYTES_MAX {
        true => Err(io::Error::other(format!(
            "`{}` is longer than a text of its kind ever is",
            path.display()
        ))),
        false => Ok(text),
    }
}

/// The same of a file of ours, where nothing else is waited for: a pipe in its place would never end.
pub(crate) fn read_own_text(path: &Path) -> io::Result<String> {
    match fs::metadata(path)?.is_file() {
        true => read_text(path),
        false => Err(io::Error::other(format!("`{}` is no file", path.display()))),
    }
}

/// Whether anything has that name, a link that leads nowhere too.
pub(crate) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Removes a file, a folder with what it holds, or a link but not what it leads to. What is gone is gone.
pub(crate) fn remove(path: &Path) -> Result<()> {
    let removed = match path.symlink_metadata() {
        Ok(found) if found.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match removed {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(Error::write(path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn what_a_link_leads_to_is_neither_written_nor_removed() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("mine")).expect("a folder");
        std::fs::write(at("mine/thesis.tex"), "years of work").expect("a file");
        for (target, name) in [
            ("mine", "folder"),
            ("mine/thesis.tex", "file"),
            ("new", "none"),
        ] {
            std::os::unix::fs::symlink(target, at(name)).expect("a link");
            assert!(
                write(&at(name), "ours").is_err(),
                "{name} is written through"
            );
            remove(&at(name)).expect("a link goes");
            assert!(!is_there(&at(name)), "{name}");
        }
        let kept = std::fs::read(at("mine/thesis.tex")).expect("the file");
        assert_eq!(kept, b"years of work");
        assert!(!is_there(&at("new")));
    }

    #[test]
    fn a_file_that_a_user_named_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("timings.json");
        for text in ["a longer first text", "second"] {
            write_named(&path, text).expect("a file");
            assert_eq!(std::fs::read_to_string(&path).expect("a file"), text);
        }
        let names = std::fs::read_dir(folder.path()).expect("a folder");
        assert_eq!(names.count(), 1, "nothing is left beside it");
    }
}
