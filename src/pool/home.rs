//! Where a pool lies, and where in it parts stand and are built.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::behind::Behind;
use crate::{Error, Result};

/// A pool's folder, and the store behind it where many machines share one.
#[derive(Clone)]
pub struct Pool {
    folder: PathBuf,
    behind: Option<Arc<Behind>>,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Pool {
    /// Opens the pool at `folder`, or in the user's cache folder.
    pub fn open(folder: Option<&Path>) -> Result<Self> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => cache_folder()?.join("pool"),
        };
        Ok(Self {
            folder,
            behind: None,
        })
    }

    pub(super) fn with_behind(self, behind: Behind) -> Self {
        Self {
            behind: Some(Arc::new(behind)),
            ..self
        }
    }

    pub(super) fn behind(&self) -> Option<&Arc<Behind>> {
        self.behind.as_ref()
    }

    /// Whether it lies in a store that other machines may use.
    pub(crate) fn is_shared(&self) -> bool {
        self.behind.is_some()
    }

    /// As people name it: the address where it lies in a store.
    pub(crate) fn shown(&self) -> String {
        match &self.behind {
            Some(behind) => behind.url().to_string(),
            None => self.folder.display().to_string(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where parts are before they are put in place, and when they are taken away.
    pub(crate) fn partial_folder(&self) -> PathBuf {
        self.folder.join("partial")
    }

    /// The folder where the part of that name stands, or would stand.
    pub(crate) fn part_folder(&self, name: &str) -> PathBuf {
        self.folder.join("parts").join(&name[..2]).join(name)
    }
}

/// `gradatim` in the user's cache folder (`XDG_CACHE_HOME`, or what the system has).
pub(crate) fn cache_folder() -> Result<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().map_err(|error| {
        Error::usage(
            format!("the user's cache folder cannot be found: {error}"),
            "set HOME, or XDG_CACHE_HOME, to a folder that can be written",
        )
    })?;
    Ok(strategy.cache_dir().join("gradatim"))
}
