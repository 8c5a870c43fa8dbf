//! Compiled vocabularies: what a user's `tokenizer.json` says of counting, so that each file is compiled once.
//!
//! One file each, named by the hash of the `tokenizer.json`: the compiled bytes, which begin with their form's version.

use super::home::Pool;
use super::kept::{Kept, Kind, State};
use crate::Result;
use crate::count::Compiled;
use crate::ids::Id;
use crate::measure::tokens::Shelf;

const VOCABULARIES: Kind = Kind {
    folder: "vocabularies",
    context: "gradatim kept vocabulary v1",
    // The most merges that are counted with take a tenth of it.
    bytes_max: 128 << 20,
};

/// What was sealed for that file; none of anything else.
fn opened(bytes: &[u8], file: Id) -> Option<Compiled> {
    Compiled::from_bytes(VOCABULARIES.opened(bytes, file)?)
}

fn state(bytes: &[u8], file: Id) -> State {
    match opened(bytes, file) {
        Some(_) => State::Usable,
        None if Compiled::is_of_another_version(bytes) => State::OfAnotherVersion,
        None => State::Damaged,
    }
}

impl Shelf for Pool {
    fn find(&self, file: Id) -> Option<Compiled> {
        self.find_kept(VOCABULARIES, file, Compiled::from_bytes)
    }

    fn keep(&self, file: Id, compiled: &Compiled) {
        self.put_kept(VOCABULARIES, file, compiled.to_bytes());
    }
}

impl Pool {
    /// Every vocabulary, by the hash of its `tokenizer.json`.
    pub(crate) fn vocabularies(&self) -> Result<Vec<Kept>> {
        self.all_kept(VOCABULARIES, state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::count::Pattern;
    use crate::disk;

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
        Shelf::keep(&pool, Id(1), &compiled(Pattern::Qwen2));
        Shelf::keep(&pool, Id(2), &compiled(Pattern::Gpt4));
        assert_eq!(pool.find(Id(1)), Some(compiled(Pattern::Qwen2)));
        assert_eq!(pool.find(Id(2)), Some(compiled(Pattern::Gpt4)));
        let [one, two] = [1, 2].map(|id| pool.path_of(VOCABULARIES, Id(id)));
        std::fs::copy(two, one).expect("a foreign file");
        assert_eq!(pool.find(Id(1)), None);
        assert_eq!(states(&pool), [State::Damaged, State::Usable]);
        Shelf::keep(&pool, Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(states(&pool), [State::Usable; 2]);
    }

    #[test]
    fn a_byte_that_changed_or_is_missing_is_found() {
        let bytes = VOCABULARIES.sealed(compiled(Pattern::Qwen2).to_bytes(), Id(1));
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
        let path = pool.path_of(VOCABULARIES, Id(1));
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
        std::fs::create_dir_all(pool.path_of(VOCABULARIES, Id(1)).join("mine")).expect("a folder");
        Shelf::keep(&pool, Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(
            (pool.find(Id(1)), states(&pool)),
            (None, vec![State::Damaged])
        );
        let file = tempfile::NamedTempFile::new().expect("a file");
        let none = Pool::open(Some(file.path())).expect("a pool");
        Shelf::keep(&none, Id(1), &compiled(Pattern::Qwen2));
        assert_eq!(none.find(Id(1)), None);
    }
}
