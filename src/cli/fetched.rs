//! A folder that a command reads: on this disk, or fetched from an object store for as long as the command lasts.

use std::ops::Deref;
use std::path::{Path, PathBuf};

use crate::emit::published::is_claim;
use crate::folder::{AUDIT, EVALUATION, MANIFEST, RUN_FOLDER};
use crate::pool::cache_folder;
use crate::source::Reach;
use crate::source::store::{Object, ObjectUrl, Store, each, is_address, local};
use crate::{Error, Result, disk};
use tempfile::TempDir;

use super::hub::Network;

/// A folder on this disk; one that was fetched is gone with it.
pub(super) struct Fetched {
    path: PathBuf,
    _own: Option<TempDir>,
}

impl Fetched {
    /// The same where an output folder lies at that address; else the address itself, as of a dataset.
    pub(super) fn of_output(path: &Path) -> Result<Self> {
        if is_address(path) {
            let url = ObjectUrl::of_path(path)?;
            let store = Network::plain(0)?.stores().at(&url)?;
            let manifest = url.join(RUN_FOLDER).join(MANIFEST);
            if store.find(&manifest)?.is_none() {
                return Ok(Self {
                    path: path.to_owned(),
                    _own: None,
                });
            }
        }
        Self::of(path)
    }

    /// The folder of that path, or what lies at that address.
    pub(super) fn of(folder: &Path) -> Result<Self> {
        if !is_address(folder) {
            return Ok(Self {
                path: local(folder),
                _own: None,
            });
        }
        let url = ObjectUrl::of_path(folder)?;
        let store = Network::plain(0)?.stores().at(&url)?;
        let wanted: Vec<(String, Object)> = store
            .list(&url)?
            .into_iter()
            .filter_map(|object| {
                let name = object.url.key().strip_prefix(url.key())?;
                let name = name.trim_start_matches('/').to_owned();
                (!name.is_empty() && !is_claim(&name)).then_some((name, object))
            })
            .collect();
        let manifests = [
            format!("{RUN_FOLDER}/{MANIFEST}"),
            format!("{RUN_FOLDER}/{AUDIT}"),
            EVALUATION.to_owned(),
        ];
        let is_manifest = |(name, _): &(String, Object)| manifests.contains(name);
        if !wanted.iter().any(is_manifest) {
            return Err(Error::usage(
                format!("`{url}` is no output folder of gradatim: nothing lies there that says so"),
                "name a folder that `gradatim run` wrote",
            ));
        }
        let place = cache_folder()?.join("fetched");
        disk::create_folders(&place)?;
        let own = TempDir::new_in(&place).map_err(|error| Error::write(&place, error))?;
        // Pages and messages name a folder by its own name.
        let name = folder
            .file_name()
            .map_or_else(|| "folder".into(), PathBuf::from);
        let path = own.path().join(name);
        fetch(&store, &wanted, &path)?;
        Ok(Self {
            path,
            _own: Some(own),
        })
    }
}

impl Deref for Fetched {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

fn fetch(store: &Store, wanted: &[(String, Object)], root: &Path) -> Result<()> {
    for (name, _) in wanted {
        if name.split('/').any(|part| ["", ".", ".."].contains(&part)) {
            return Err(Error::usage(
                format!("an object is called `{name}`, which no folder of gradatim has"),
                "name a folder that `gradatim run` wrote",
            ));
        }
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(root))
            .map_err(|error| Error::write(&path, error))?;
    }
    each(wanted, |(name, object)| {
        store.download(object, &root.join(name))
    })
}
