//! Where data lies: on this disk, in an object store, or in a dataset of the hub.
//!
//! Each table of a pipeline file says it in fields of its own, since serde's `flatten` would lose the place
//! of a typing error; whoever looks for files knows this one type.

use std::path::{Path, PathBuf};

use super::place::HubMode;
use super::store;

/// Where the data of a table lies, as far as the table says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Location {
    /// A file, a folder or a glob, relative to the pipeline file, or its address in an object store.
    pub path: Option<String>,
    /// A dataset of the hub, `NAMESPACE/NAME`.
    pub hub: Option<String>,
    pub config: Option<String>,
    pub split: Option<String>,
    /// A branch, a tag or a commit; where data was found, its commit.
    pub revision: Option<String>,
    pub hub_mode: Option<HubMode>,
}

/// What a path begins with that is a dataset's address.
pub(crate) const ON_HUB: &str = "hub:";

impl Location {
    /// A path on this disk.
    pub(crate) fn here(path: &str) -> Self {
        Self {
            path: Some(path.to_owned()),
            ..Self::default()
        }
    }

    /// What one key says: a path on this disk, or `hub:NAMESPACE/NAME@REVISION`.
    pub(crate) fn of_key(path: Option<&str>) -> Self {
        match path.and_then(|path| path.strip_prefix(ON_HUB)) {
            Some(address) => {
                let (repo, revision) = address.split_once('@').unzip();
                Self {
                    hub: Some(repo.unwrap_or(address).to_owned()),
                    revision: revision.map(str::to_owned),
                    ..Self::default()
                }
            }
            None => path.map_or_else(Self::default, Self::here),
        }
    }

    /// The same as [`Location::of_key`] reads it, for a dataset whose commit is known.
    pub(crate) fn as_key(&self) -> Option<String> {
        match (&self.hub, &self.revision) {
            (Some(repo), Some(commit)) => Some(format!("{ON_HUB}{repo}@{commit}")),
            _ => self.path.clone(),
        }
    }

    /// The path on this disk, which starts from the pipeline's folder; that folder where it names none; an address in a
    /// store as it is.
    pub(crate) fn below(&self, folder: &Path) -> PathBuf {
        let path = Path::new(self.path.as_deref().unwrap_or_default());
        match store::is_address(path) {
            true => path.to_owned(),
            false => folder.join(store::local(path)),
        }
    }

    /// The first key that is said and means nothing without a dataset: of the hub, or for config and split in
    /// a folder.
    pub(crate) fn without_dataset(&self, is_folder: bool) -> Option<&'static str> {
        let only = [
            ("config", self.config.is_some() && !is_folder),
            ("split", self.split.is_some() && !is_folder),
            ("revision", self.revision.is_some()),
            ("hub_mode", self.hub_mode.is_some()),
        ];
        let said = only.into_iter().find(|(_, is_said)| *is_said);
        said.filter(|_| self.hub.is_none()).map(|(key, _)| key)
    }
}

/// A table of a pipeline file that says where its data lies.
pub trait Located {
    /// Where it says.
    fn location(&self) -> Location;

    /// Says instead where the data was found.
    fn pin(&mut self, found: &Location);
}

/// Makes a table [`Located`]: one with a field for each part of a location, or one whose `path` is also the
/// address of a dataset.
macro_rules! located {
    ($table:ty) => {
        impl $crate::source::location::Located for $table {
            fn location(&self) -> $crate::source::location::Location {
                $crate::source::location::Location {
                    path: self.path.clone(),
                    hub: self.hub.clone(),
                    config: self.config.clone(),
                    split: self.split.clone(),
                    revision: self.revision.clone(),
                    hub_mode: self.hub_mode,
                }
            }

            fn pin(&mut self, found: &$crate::source::location::Location) {
                self.path.clone_from(&found.path);
                self.hub.clone_from(&found.hub);
                self.config.clone_from(&found.config);
                self.split.clone_from(&found.split);
                self.revision.clone_from(&found.revision);
                self.hub_mode = found.hub_mode;
            }
        }
    };
    ($table:ty, address in path) => {
        impl $crate::source::location::Located for $table {
            fn location(&self) -> $crate::source::location::Location {
                $crate::source::location::Location {
                    config: self.config.clone(),
                    split: self.split.clone(),
                    hub_mode: self.hub_mode,
                    ..$crate::source::location::Location::of_key(self.path.as_deref())
                }
            }

            fn pin(&mut self, found: &$crate::source::location::Location) {
                self.path = found.as_key();
                self.config.clone_from(&found.config);
                self.split.clone_from(&found.split);
                self.hub_mode = found.hub_mode;
            }
        }
    };
}
pub(super) use located;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_with_an_address_reads_back_as_it_is_written() {
        for key in ["hub:a/b@0123", "rows.jsonl", "../a@b.csv"] {
            assert_eq!(Location::of_key(Some(key)).as_key().as_deref(), Some(key));
        }
        let unpinned = Location::of_key(Some("hub:a/b"));
        assert_eq!(
            (unpinned.hub.as_deref(), unpinned.path),
            (Some("a/b"), None)
        );
        assert_eq!(Location::of_key(None), Location::default());
    }

    #[test]
    fn a_split_means_nothing_without_a_dataset() {
        let mut location = Location::here("rows.jsonl");
        assert_eq!(location.without_dataset(false), None);
        location.split = Some("test".into());
        assert_eq!(location.without_dataset(false), Some("split"));
        assert_eq!(location.without_dataset(true), None);
        location.revision = Some("main".into());
        assert_eq!(location.without_dataset(true), Some("revision"));
        location.hub = Some("a/b".into());
        assert_eq!(location.without_dataset(false), None);
    }
}
