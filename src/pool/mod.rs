//! The measured trajectories and their problems, kept between runs.
//!
//! Text is read once to be measured and again only for what was selected; in between stands the pool:
//! one narrow row an entry. It is kept in parts, one for each unit of a file, named by the hash of what
//! it was made from: the file's content, the unit, the source's configuration, the tokenizer and the
//! measuring version. So a part is never stale, a killed run goes on where it was, and the next
//! experiment finds everything measured. A part is a folder that is written aside and renamed when
//! whole; what it holds is checked against its own hashes before it is used.

mod aside;
pub mod companions;
pub mod entries;
pub mod identity;
mod kept;
pub mod part;
pub mod rows;

use std::path::{Path, PathBuf};

pub use aside::Aside;
pub use entries::{Entries, Problem};
pub use kept::{Kept, Lock};
pub use part::Part;

use crate::{Error, Result};

/// A pool's folder.
#[derive(Clone, Debug)]
pub struct Pool {
    folder: PathBuf,
}

impl Pool {
    /// Opens the pool at `folder`, or in the user's cache folder.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => cache_folder()?.join("pool"),
        };
        Ok(Self { folder })
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where parts are before they are put in place, and when they are taken away.
    pub fn partial_folder(&self) -> PathBuf {
        self.folder.join("partial")
    }

    /// The folder where the part of that name stands, or would stand.
    pub fn part_folder(&self, name: &str) -> PathBuf {
        self.folder.join("parts").join(&name[..2]).join(name)
    }
}

/// `gradatim` in the user's cache folder (`XDG_CACHE_HOME`, or what the system has).
pub fn cache_folder() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().map_err(|error| {
        Error::usage(
            format!("the user's cache folder cannot be found: {error}"),
            "set HOME, or XDG_CACHE_HOME, to a folder that can be written",
        )
    })?;
    Ok(strategy.cache_dir().join("gradatim"))
}
