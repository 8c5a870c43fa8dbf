//! What is built for a name that a user gave: an output folder, a file of verdicts.
//!
//! ```text
//! NAME.partial/
//!   .gradatim-partial       the mark: says whose the folder is; held locked by who builds in it
//!   built                   becomes NAME, in one rename
//!   …                       scratch
//! ```
//!
//! The mark never stands in what is built. A folder is cleared where the mark inside of it is free and has our
//! words; a file that only has its name makes no folder ours. Where the file system has no locks, only who made the
//! mark owns the folder, and what a kill leaves there is for people to remove.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::lock::{Lock, TICK, Taken};
use super::sync::{create_folders, parent, sync_name, sync_tree};
use super::{is_there, remove};
use crate::{Error, Result};

const MARK: &str = ".gradatim-partial";

/// How a mark begins; who holds it stands in its second line.
const MARK_TEXT: &str =
    "gradatim builds here: the next that is asked for this name clears away what is left\n";

/// More than a mark has.
const MARK_BYTES: u64 = 512;

/// A folder that becomes another one so often while we look is no place to build in.
const CHANGES_MAX: u32 = 1000;

/// Until who has just begun has said so.
const SHORTLY: Duration = Duration::from_millis(1);

/// What a finished thing may take the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    Nothing,
    /// A regular file, or a link to one.
    Files,
    /// A folder that holds nothing.
    EmptyFolders,
}

/// A folder beside a name, owned while this lives; gone with it.
pub(crate) struct Partial {
    target: PathBuf,
    folder: PathBuf,
    lock: Lock,
}

impl Partial {
    /// Begins what will have the name `target`. Where another builds it, `on_held` says whether to try again.
    ///
    /// Fails where a folder of somebody else's stands in the way.
    pub(crate) fn begin(
        target: &Path,
        on_held: &mut dyn FnMut(Error) -> Result<()>,
    ) -> Result<Self> {
        let folder = folder_of(target)?;
        create_folders(parent(&folder))?;
        let mut changes = 0;
        while changes < CHANGES_MAX {
            match own(&folder)? {
                Owned::Mine(lock) => {
                    let partial = Self {
                        target: target.to_owned(),
                        folder,
                        lock,
                    };
                    partial.sign()?;
                    return Ok(partial);
                }
                Owned::ByAnother(error) => {
                    on_held(error)?;
                    std::thread::sleep(TICK);
                }
                Owned::Changed => {
                    changes += 1;
                    std::thread::sleep(SHORTLY);
                }
            }
        }
        Err(foreign(&folder))
    }

    /// The same where another that builds it is not waited for.
    pub(crate) fn begin_alone(target: &Path) -> Result<Self> {
        Self::begin(target, &mut Err)
    }

    /// What is built; whoever builds it makes it.
    pub(crate) fn built(&self) -> PathBuf {
        self.folder.join("built")
    }

    /// A place for what is needed while it is built.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether the file system keeps others away.
    pub(crate) fn is_locked(&self) -> bool {
        self.lock.is_locked
    }

    /// Gives what was built its name, for good.
    ///
    /// Looked at just before: a folder that another program makes in that instant is taken for nobody's only
    /// where it is empty, as `rename` has it.
    pub(crate) fn finish(self, over: Over) -> Result<()> {
        let (built, target) = (self.built(), &self.target);
        sync_tree(&built)?;
        self.refuse_taken(over)?;
        std::fs::rename(&built, target).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::NotADirectory | ErrorKind::IsADirectory => {
                Error::OutputExists(target.clone())
            }
            _ => Error::write(target, error),
        })?;
        sync_name(target)
    }

    /// Refuses a name that is taken, before anything is built for it.
    pub(crate) fn refuse_taken(&self, over: Over) -> Result<()> {
        match may_replace(&self.target, over) {
            true => Ok(()),
            false => Err(Error::OutputExists(self.target.clone())),
        }
    }

    /// Writes who builds here over what the mark said; its beginning is never away.
    fn sign(&self) -> Result<()> {
        let version = env!("CARGO_PKG_VERSION");
        let text = format!(
            "{MARK_TEXT}process {}, version {version}\n",
            std::process::id()
        );
        let write = |mut file: &File| {
            file.rewind()?;
            file.write_all(text.as_bytes())?;
            file.set_len(text.len() as u64)?;
            file.sync_all()
        };
        write(&self.lock.file).map_err(|error| Error::write(&self.folder.join(MARK), error))?;
        sync_name(&self.folder.join(MARK))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // What cannot be removed now, the next who builds here removes. The mark goes last.
        if clear(&self.folder).is_ok() {
            let _ = std::fs::remove_file(self.folder.join(MARK));
            let _ = std::fs::remove_dir(&self.folder);
        }
    }
}

fn may_replace(target: &Path, over: Over) -> bool {
    let is_its_kind = match over {
        Over::Nothing => false,
        Over::Files => target.is_file(),
        Over::EmptyFolders => is_empty_folder(target),
    };
    !is_there(target) || is_its_kind
}

/// No link to one, which would not be taken the place of.
fn is_empty_folder(path: &Path) -> bool {
    let is_folder = path.symlink_metadata().is_ok_and(|found| found.is_dir());
    is_folder && std::fs::read_dir(path).is_ok_and(|mut inside| inside.next().is_none())
}

fn folder_of(target: &Path) -> Result<PathBuf> {
    let Some(name) = target.file_name() else {
        return Err(Error::usage(
            format!(
                "`{}` cannot be written: it has no name of its own",
                target.display()
            ),
            "name what does not exist yet, in a folder that does",
        ));
    };
    let mut name = name.to_owned();
    name.push(".partial");
    Ok(target.with_file_name(name))
}

enum Owned {
    Mine(Lock),
    /// The error that says who.
    ByAnother(Error),
    Changed,
}

/// Tries to own a folder, cleared of what a dead process left.
fn own(folder: &Path) -> Result<Owned> {
    let failed = |error| Error::write(folder, error);
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let mark = folder.join(MARK);
    match folder.symlink_metadata() {
        Ok(found) if !found.is_dir() => return Err(foreign(folder)),
        // Our own are empty when they have no mark yet, or no more.
        Ok(_) if !is_there(&mark) && !is_empty(folder)? => {
            return match is_there(&mark) {
                true => Ok(Owned::Changed),
                false => Err(foreign(folder)),
            };
        }
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Owned::Changed),
        Err(error) => return Err(failed(error)),
    }
    match Lock::take(&mark).map_err(failed)? {
        Taken::Held(lock) => Ok(settle(folder, lock)?.map_or(Owned::Changed, Owned::Mine)),
        Taken::ByAnother(mark) => Ok(match holder(&mark) {
            Some(by) => Owned::ByAnother(Error::Held {
                folder: folder.to_owned(),
                by,
            }),
            // It has just begun.
            None => Owned::Changed,
        }),
        Taken::Changed => Ok(Owned::Changed),
        Taken::NoFile => Err(foreign(folder)),
        Taken::Unlockable(error) => Err(Error::usage(
            format!(
                "`{}` cannot be locked, so that nobody can tell whether it is built in now: {error}",
                folder.display()
            ),
            "remove it where no run builds in it, or name a folder on another disk",
        )),
    }
}

/// A folder whose mark is held: cleared where it is ours, which its words say, or where there is nothing else.
fn settle(folder: &Path, lock: Lock) -> Result<Option<Lock>> {
    if text(&lock.file).starts_with(MARK_TEXT) {
        clear(folder)?;
        return Ok(Some(lock));
    }
    let is_bare = lock.file.metadata().is_ok_and(|mark| mark.len() == 0);
    if is_bare && is_empty(folder)? {
        return Ok(Some(lock));
    }
    if lock.is_new {
        lock.remove();
    }
    Err(foreign(folder))
}

/// Whether a folder holds nothing but perhaps a mark; one that is gone holds nothing.
fn is_empty(folder: &Path) -> Result<bool> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().all(|entry| entry.file_name() == MARK)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(true),
        Err(error) => Err(Error::write(folder, error)),
    }
}

/// Removes all but the mark.
fn clear(folder: &Path) -> Result<()> {
    let failed = |error| Error::write(folder, error);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.file_name() != MARK {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

fn text(mut mark: &File) -> String {
    let mut bytes = Vec::new();
    // What cannot be read says nothing of ours.
    let _ = mark.rewind();
    let _ = mark.take(MARK_BYTES).read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// As `process 123`; none where the mark does not say so, or not yet.
fn holder(mark: &File) -> Option<String> {
    let text = text(mark);
    let line = text.strip_prefix(MARK_TEXT).unwrap_or_default();
    let digits = line.strip_prefix("process ").unwrap_or_default();
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    (end > 0).then(|| format!("process {}", &digits[..end]))
}

fn foreign(folder: &Path) -> Error {
    Error::NotOurs(folder.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn place() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("out");
        (folder, target)
    }

    fn beside(target: &Path) -> PathBuf {
        folder_of(target).expect("a name")
    }

    #[test]
    fn of_those_who_begin_at_once_one_builds_and_the_others_are_told_whom() {
        let (_place, target) = place();
        let (barrier, built) = (Barrier::new(3), AtomicUsize::new(0));
        let round = || {
            barrier.wait();
            let begun = Partial::begin_alone(&target);
            // All have tried before one ends.
            barrier.wait();
            match begun {
                Ok(partial) => {
                    super::super::write(&partial.built(), "whole").expect("a file");
                    partial.finish(Over::Files).expect("its name");
                    built.fetch_add(1, Ordering::SeqCst);
                }
                Err(Error::Held { by, .. }) => {
                    assert_eq!(by, format!("process {}", std::process::id()));
                }
                Err(error) => panic!("{error}"),
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..40).for_each(|_| round()));
            }
        });
        assert_eq!(built.into_inner(), 40, "one in each round");
        assert!(target.is_file() && !beside(&target).exists());
    }

    #[test]
    fn those_who_wait_build_one_after_the_other() {
        let (_place, target) = place();
        let (barrier, inside) = (Barrier::new(3), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    for _ in 0..4 {
                        barrier.wait();
                        let partial = Partial::begin(&target, &mut |_| Ok(())).expect("its turn");
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0);
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(partial);
                    }
                });
            }
        });
        assert!(!beside(&target).exists());
    }

    #[test]
    fn what_a_dead_process_left_is_cleared_whatever_moment_it_died_in() {
        let (_place, target) = place();
        let folder = beside(&target);
        let signed =
            format!("{MARK_TEXT}process 1, version 0.0.1, and a longer line than ours is\n");
        for (mark, has_more) in [
            (None, false),
            (Some(""), false),
            (Some(MARK_TEXT), false),
            (Some(signed.as_str()), true),
        ] {
            std::fs::create_dir(&folder).expect("a folder");
            if let Some(mark) = mark {
                std::fs::write(folder.join(MARK), mark).expect("a mark");
            }
            if has_more {
                std::fs::create_dir_all(folder.join("built/__run__")).expect("a folder");
                std::fs::write(folder.join("built/__run__/ledger.parquet"), "half")
                    .expect("a file");
            }
            let partial = Partial::begin_alone(&target).expect("a stale folder is taken over");
            assert!(!partial.built().exists());
            let own = format!("process {}", std::process::id());
            assert_eq!(holder(&partial.lock.file), Some(own));
            drop(partial);
            assert!(!folder.exists());
        }
    }

    #[test]
    fn a_folder_of_somebody_else_s_is_never_cleared_whatever_its_files_are_called() {
        let (_place, target) = place();
        let folder = beside(&target);
        for (mark, work) in [
            (None, "thesis.tex"),
            (Some(""), "thesis.tex"),
            (Some("gradatim"), "thesis.tex"),
            (Some("my notes on gradatim"), MARK),
            (None, "built/__run__/SHA256SUMS"),
        ] {
            let kept = folder.join(work);
            std::fs::create_dir_all(parent(&kept)).expect("a folder");
            std::fs::write(&kept, "years of work").expect("a file");
            if let Some(mark) = mark {
                std::fs::write(folder.join(MARK), mark).expect("a file");
            }
            let refused = Partial::begin_alone(&target).err();
            assert!(
                matches!(refused, Some(Error::NotOurs(_))),
                "{mark:?} {work}"
            );
            assert!(kept.is_file(), "{mark:?} {work}");
            assert_eq!(
                folder.join(MARK).is_file(),
                mark.is_some(),
                "{mark:?} {work}"
            );
            std::fs::remove_dir_all(&folder).expect("it can go");
        }
    }

    #[test]
    #[cfg(unix)]
    fn no_link_is_followed_to_where_it_leads() {
        use std::os::unix::fs::symlink;
        let (place, target) = place();
        let folder = beside(&target);
        let mine = place.path().join("mine");
        std::fs::create_dir(&mine).expect("a folder");
        symlink("mine", &folder).expect("a link");
        let refused = Partial::begin_alone(&target).err();
        assert!(matches!(refused, Some(Error::NotOurs(_))));
        std::fs::remove_file(&folder).expect("it can go");
        std::fs::write(mine.join("thesis.tex"), "years of work").expect("a file");
        std::fs::create_dir(&folder).expect("a folder");
        std::fs::write(folder.join(MARK), MARK_TEXT).expect("a mark");
        symlink("../mine", folder.join("built")).expect("a link");
        drop(Partial::begin_alone(&target).expect("ours"));
        assert!(mine.join("thesis.tex").is_file() && !folder.exists());
        symlink("../mine/thesis.tex", &target).expect("a link");
        std::fs::create_dir(&folder).expect("a folder");
        symlink("../mine/thesis.tex", folder.join(MARK)).expect("a link");
        let refused = Partial::begin_alone(&target).err();
        assert!(matches!(refused, Some(Error::NotOurs(_))));
    }

    #[test]
    fn what_stands_under_the_name_by_then_is_not_replaced() {
        let (_place, target) = place();
        for make in [
            (|target: &Path| std::fs::create_dir(target)) as fn(&Path) -> std::io::Result<()>,
            |target| std::fs::write(target, "a file"),
        ] {
            let partial = Partial::begin_alone(&target).expect("nobody is there");
            std::fs::create_dir(partial.built()).expect("a folder");
            make(&target).expect("somebody was faster");
            let refused = partial.finish(Over::Nothing).err();
            assert!(matches!(refused, Some(Error::OutputExists(_))));
            assert!(target.exists() && !beside(&target).exists());
            remove(&target).expect("it can go");
        }
    }
}
