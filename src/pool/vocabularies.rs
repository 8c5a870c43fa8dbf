//! Compiled vocabularies: what a user's `tokenizer.json` says of counting, so that each file is compiled once.
//!
//! One file each, named by the hash of the `tokenizer.json`: the compiled bytes, which begin with their form's version, and
//! behind them a seal over name and bytes. So neither damage nor another vocabulary's file is taken for it: what does not
//! fit is compiled anew and replaced, as is what another version of the program kept.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use fs_err as fs;

use super::home::Pool;
use super::listing::is_id;
use crate::count::Compiled;
use crate::ids::{Id, IdHasher};
use crate::measure::tokens::{Shelf, identity_of};
use crate::source::disk_file::open_regular;
use crate::{Result, disk};

/// No vocabulary is longer: the most merges that are counted with take a tenth of it.
const BYTES_MAX: u64 = 128 << 20;

const SEAL_BYTES: usize = 16;

/// A vocabulary that the pool keeps, as it was found.
pub(crate) struct Vocabulary {
    path: PathBuf,
    /// The tokenizer as parts name it.
    pub tokenizer: String,
    pub bytes: u64,
    pub state: State,
}

/// Whether a vocabulary can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Usable,
    /// Another version of the program kept it.
    OfAnotherVersion,
    Damaged,
}

impl State {
    fn of(bytes: &[u8], file: Id) -> Self {
        match opened(bytes, file) {
            Some(_) => Self::Usable,
            None if Compiled::is_of_another_version(bytes) => Self::OfAnotherVersion,
            None => Self::Damaged,
        }
    }
}

fn seal(body: &[u8], file: Id) -> Id {
    IdHasher::new("gradatim kept vocabulary v1")
        .part(file.to_bytes())
        .part(body)
        .finish()
}

fn sealed(compiled: &Compiled, file: Id) -> Vec<u8> {
    let mut bytes = compiled.to_bytes();
    let seal = seal(&bytes, file);
    bytes.extend(seal.to_bytes());
    bytes
}

/// What was sealed for that file; none of anything else.
fn opened(bytes: &[u8], file: Id) -> Option<Compiled> {
    let (body, found) = bytes.split_last_chunk::<SEAL_BYTES>()?;
    let fits = seal(body, file) == Id::from_bytes(*found);
    fits.then(|| Compiled::from_bytes(body)).flatten()
}

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open_regular(path)?
        .take(BYTES_MAX)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Shelf for Pool {
    fn find(&self, file: Id) -> Option<Compiled> {
        let path = self.vocabulary_path(file);
        let compiled = opened(&read(&path).ok()?, file)?;
        // For pruning by time of use; where the pool cannot be written, the time stands still.
        let _ = fs::File::open(&path).and_then(|kept| kept.file().set_modified(SystemTime::now()));
        Some(compiled)
    }

    fn keep(&self, file: Id, compiled: &Compiled) {
        // A pool that cannot be written to serves all the same: it is compiled in each run then.
        let _ = disk::put(&self.vocabulary_path(file), &sealed(compiled, file));
    }
}

impl Pool {
    fn vocabularies_folder(&self) -> PathBuf {
        self.folder().join("vocabularies")
    }

    fn vocabulary_path(&self, file: Id) -> PathBuf {
        self.vocabularies_folder().join(file.to_string())
    }

    /// Every vocabulary, in order of name, read and held against its seal. What else stands there is none of ours.
    pub(crate) fn vocabularies(&self) -> Result<Vec<Vocabulary>> {
        let folder = self.vocabularies_folder();
        let mut found = Vec::new();
        if !folder.is_dir() {
            return Ok(found);
        }
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let id = name.to_str().filter(|name| is_id(name));
            if let Some(id) = id.and_then(|id| id.parse().ok()) {
                found.push(Vocabulary::of(entry.path(), id));
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }
}

impl Vocabulary {
    fn of(path: PathBuf, file: Id) -> Self {
        let bytes = read(&path).unwrap_or_default();
        Self {
            path,
            tokenizer: identity_of(file),
            bytes: bytes.len() as u64,
            state: State::of(&bytes, file),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How long no run has counted with it.
    pub(crate) fn unused_for(&self) -> Result<Duration> {
        let modified = fs::symlink_metadata(&self.path)?.modified()?;
        Ok(modified.elapsed().unwrap_or_default())
    }

    /// Removes it; what is a folder in its place too.
    pub(crate) fn remove(&self) -> Result<()> {
        disk::remove(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Pattern;

    fn compiled(pattern: Pattern) -> Compiled {
        Compiled {
            pattern,
            pairs: vec![(97, 98)],
            ..Compiled::default()
        }
    }

    fn pool() -> (tempfile::TempDir, Pool) {
        let folder = tempfile::tempdir().expect("a folder");
        let pool = Pool::open(Some(folder.path())).expect("a pool");
        (folder, pool)
    }

    fn states(pool: &Pool) -> Vec<State> {
        let kept = pool.vocabularies().expect("a folder").into_iter();
        kept.map(|kept| kept.state).collect()
    }

    #[test]
    fn what_was_kept_is_found_under_its_own_name_alone() {
        let (_folder, pool) = pool();
        assert_eq!((pool.find(Id(1)), states(&pool)), (None, vec![]));
        pool.keep(Id(1), &compiled(Pattern::Qwen2));
        pool.keep(Id(2), &compiled(Pattern::Gpt4));
        assert_eq!(pool.find(Id(1)), Some(compiled(Pattern::Qwen2)));
        assert_eq!(pool.find(Id(2)), Some(compiled(Pattern::Gpt4)));
        let [one, two] = [1, 2].map(|id| pool.vocabulary_path(Id(id)));
        std::fs::copy(two, one).expect("a foreign file");
        assert_eq!(pool.find(Id(1)), None);
        assert_eq!(states(&pool), [State::Damaged, State::Usable]);
        pool.keep(Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(states(&pool), [State::Usable; 2]);
    }

    #[test]
    fn a_byte_that_changed_or_is_missing_is_found() {
        let bytes = sealed(&compiled(Pattern::Qwen2), Id(1));
        for at in 0..bytes.len() {
            assert_eq!(opened(&bytes[..at], Id(1)), None, "{at}");
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert_eq!(opened(&changed, Id(1)), None, "{at}");
        }
    }

    #[test]
    fn what_another_version_kept_is_told_from_damage() {
        let (_folder, pool) = pool();
        let path = pool.vocabulary_path(Id(1));
        for (bytes, state) in [
            (
                "gradatim vocabulary v0\nwhat it was",
                State::OfAnotherVersion,
            ),
            ("gradatim vocabulary", State::Damaged),
            ("", State::Damaged),
        ] {
            disk::put(&path, bytes.as_bytes()).expect("a file");
            assert_eq!((pool.find(Id(1)), states(&pool)), (None, vec![state]));
        }
    }

    #[test]
    fn what_cannot_be_kept_or_is_no_file_fails_nothing() {
        let (_folder, pool) = pool();
        std::fs::create_dir_all(pool.vocabulary_path(Id(1)).join("mine")).expect("a folder");
        pool.keep(Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(
            (pool.find(Id(1)), states(&pool)),
            (None, vec![State::Damaged])
        );
        let file = tempfile::NamedTempFile::new().expect("a file");
        let none = Pool::open(Some(file.path())).expect("a pool");
        none.keep(Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(none.find(Id(1)), None);
    }
}
