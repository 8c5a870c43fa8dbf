//! Readings: what the texts of a run's problems told, so that the next run over the same parts reads none of them.
//!
//! One file each, named by the hash of all that it is a function of: who read (and in which version), the parts in their
//! order, and what was asked of their texts. Its first line says who read.

use super::home::Pool;
use super::kept::{Kept, Kind, State};
use super::part::Part;
use crate::Result;
use crate::ids::{Id, IdHasher};

const READINGS: Kind = Kind {
    folder: "readings",
    context: "gradatim kept reading v1",
    // Of ten million problems it takes less.
    bytes_max: 1 << 30,
};

/// What a first line begins with, in any version.
const HEAD: &[u8] = b"gradatim reading by ";

/// Begins the name of a reading: what else it is a function of comes behind.
pub(crate) fn name<'p>(by: &str, parts: impl Iterator<Item = &'p Part>) -> IdHasher {
    let names: Vec<String> = parts.map(|part| part.made.name()).collect();
    IdHasher::new("gradatim reading v1")
        .part(by)
        .part(names.concat())
}

fn with_head(by: &str, told: &[u8]) -> Vec<u8> {
    [HEAD, by.as_bytes(), b"\n", told].concat()
}

/// Who read, and what was told.
fn parted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let behind = bytes.strip_prefix(HEAD)?;
    let end = memchr::memchr(b'\n', behind)?;
    Some((&behind[..end], &behind[end + 1..]))
}

fn state(bytes: &[u8], name: Id, current: &[String]) -> State {
    let is_current = |by: &[u8]| current.iter().any(|known| known.as_bytes() == by);
    match READINGS.opened(bytes, name).and_then(parted) {
        Some((by, _)) if is_current(by) => State::Usable,
        Some(_) => State::OfAnotherVersion,
        None => State::Damaged,
    }
}

impl Pool {
    /// What was told, as `read` reads it; none where nothing is kept under the name, or not by that reader.
    pub(crate) fn reading<T>(
        &self,
        name: Id,
        by: &str,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Option<T> {
        self.find_kept(READINGS, name, |bytes| {
            let (found, told) = parted(bytes)?;
            (found == by.as_bytes()).then(|| read(told)).flatten()
        })
    }

    pub(crate) fn keep_reading(&self, name: Id, by: &str, told: &[u8]) {
        self.put_kept(READINGS, name, with_head(by, told));
    }

    /// Every reading; `current` are the readers of this version of the program.
    pub(crate) fn readings(&self, current: &[String]) -> Result<Vec<Kept>> {
        self.all_kept(READINGS, |bytes, name| state(bytes, name, current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::disk;

    const BY: &str = "a reader 3";

    fn pool() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::open(Some(folder.path())).expect("a pool");
        (folder, pool)
    }

    fn told(pool: &Pool, name: Id, by: &str) -> Option<Vec<u8>> {
        pool.reading(name, by, |told| Some(told.to_vec()))
    }

    fn states(pool: &Pool) -> Vec<State> {
        let kept = pool.readings(&[BY.to_owned()]).expect("a folder");
        kept.into_iter().map(|kept| kept.state).collect()
    }

    #[test]
    fn what_was_told_is_found_under_its_own_name_and_by_its_own_reader_alone() {
        let (_folder, pool) = pool();
        assert_eq!((told(&pool, Id(1), BY), states(&pool)), (None, vec![]));
        pool.keep_reading(Id(1), BY, b"one\n");
        pool.keep_reading(Id(2), BY, b"");
        assert_eq!(told(&pool, Id(1), BY).as_deref(), Some(&b"one\n"[..]));
        assert_eq!(told(&pool, Id(2), BY).as_deref(), Some(&b""[..]));
        assert_eq!(told(&pool, Id(1), "a reader 4"), None);
        let [one, two] = [1, 2].map(|id| pool.path_of(READINGS, Id(id)));
        std::fs::copy(two, one).expect("a foreign file");
        assert_eq!(told(&pool, Id(1), BY), None);
        assert_eq!(states(&pool), [State::Damaged, State::Usable]);
    }

    #[test]
    fn a_byte_that_changed_or_is_missing_is_found() {
        let (_folder, pool) = pool();
        pool.keep_reading(Id(1), BY, b"some words");
        let path = pool.path_of(READINGS, Id(1));
        let whole = std::fs::read(&path).expect("a file");
        for at in 0..whole.len() {
            std::fs::write(&path, &whole[..at]).expect("a file");
            assert_eq!(told(&pool, Id(1), BY), None, "{at}");
            let mut changed = whole.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).expect("a file");
            assert_eq!(told(&pool, Id(1), BY), None, "{at}");
            assert_eq!(states(&pool), [State::Damaged], "{at}");
        }
    }

    #[test]
    fn what_another_version_told_is_told_from_damage() {
        let (_folder, pool) = pool();
        pool.keep_reading(Id(1), "a reader 2", b"old");
        assert_eq!(states(&pool), [State::OfAnotherVersion]);
        let path = pool.path_of(READINGS, Id(1));
        for bytes in ["gradatim reading by a reader 3\n", "something", ""] {
            disk::put(&path, bytes.as_bytes()).expect("a file");
            assert_eq!(states(&pool), [State::Damaged], "{bytes}");
        }
    }

    #[test]
    fn what_cannot_be_kept_fails_nothing() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let none = Pool::open(Some(file.path())).expect("a pool");
        none.keep_reading(Id(1), BY, b"one");
        assert_eq!(told(&none, Id(1), BY), None);
    }
}
