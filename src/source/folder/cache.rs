//! The cache of a hub: `datasets--NAMESPACE--NAME`, whose snapshots link to the blobs beside them.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::walk::shown;
use crate::source::disk_file::read_small;
use crate::{Error, Result};

/// The snapshot that a cache's folder means.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub path: PathBuf,
    /// What is said of it.
    pub note: String,
}

/// The snapshot of `main`, or else the newest, where the folder is a repository in a hub's cache. Fails for the
/// folders around and inside of it that are no dataset.
pub(super) fn snapshot(folder: &Path) -> Result<Option<Snapshot>> {
    refuse_around(folder)?;
    let snapshots = if folder.join("snapshots").is_dir() && is_repository(folder) {
        folder.join("snapshots")
    } else if folder.ends_with("snapshots") && folder.parent().is_some_and(is_repository) {
        folder.to_owned()
    } else {
        return Ok(None);
    };
    let all = folders(&snapshots)?;
    let repository = snapshots.parent().unwrap_or(folder);
    let main = read_small(&repository.join("refs/main")).unwrap_or_default();
    let main = String::from_utf8_lossy(&main);
    let main = main.trim();
    let by_name = all.iter().find(|path| name(path) == main);
    let newest = || {
        all.iter()
            .max_by_key(|path| (changed(path), path.as_path()))
    };
    let Some(path) = by_name.or_else(newest) else {
        return Err(Error::usage(
            format!("`{}` is a hub's cache without a snapshot", folder.display()),
            "fetch the dataset again, or name it with `hub = \"NAMESPACE/NAME\"`",
        ));
    };
    let which = if by_name.is_some() {
        "that of `main`"
    } else {
        "the newest"
    };
    let note = format!(
        "reads the snapshot {} of a hub's cache ({which} of {})",
        name(path),
        all.len()
    );
    Ok(Some(Snapshot {
        path: path.clone(),
        note,
    }))
}

fn is_repository(folder: &Path) -> bool {
    folder.join("refs").is_dir() || folder.join("blobs").is_dir()
}

/// A folder of many repositories, or the blobs of one, is no dataset.
fn refuse_around(folder: &Path) -> Result<()> {
    if folder.ends_with("blobs") && folder.with_file_name("snapshots").is_dir() {
        return Err(Error::usage(
            format!("`{}` holds the blobs of a hub's cache", folder.display()),
            "name the folder above it, whose snapshot names them",
        ));
    }
    let is_kept = |path: &PathBuf| {
        let name = name(path);
        name.starts_with("datasets--") || name.starts_with("models--")
    };
    let kept: Vec<String> = folders(folder)?
        .iter()
        .filter(|path| is_kept(path))
        .map(|path| format!("`{}`", name(path)))
        .collect();
    if kept.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        format!("`{}` is a hub's whole cache", folder.display()),
        format!("name one repository of it: {}", kept.join(", ")),
    ))
}

/// The folders right below one, by name.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, shown)
}

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}
