//! Which files a source means, and what each is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::format::Format;
use super::hub::{Dataset, Hub};
use super::place::{HubFile, HubMode, Place};
use crate::{Error, Result};

/// A file of a source.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub place: Place,
    /// Its name in ledger and manifest: relative to the source, with `/`.
    pub name: String,
    pub format: Format,
}

const ENDINGS: &str = "`.parquet`, or in `.jsonl`, `.csv` or `.tsv` (also with `.gz` or `.zst`)";

/// The files that `path` means (a file, a folder or a glob), by name.
pub fn find(path: &Path) -> Result<Vec<SourceFile>> {
    let mut files = if path.is_dir() {
        let mut found = Vec::new();
        walk(path, path, &mut found)?;
        found
    } else if path.is_file() {
        let format = Format::of(path).ok_or_else(|| unknown(path))?;
        vec![SourceFile {
            place: Place::Disk(path.to_owned()),
            name: file_name(path),
            format,
        }]
    } else {
        matches(path)?
    };
    if files.is_empty() {
        return Err(Error::usage(
            format!("`{}` names no file", path.display()),
            format!("name a file, a folder or a glob with files ending in {ENDINGS}"),
        ));
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// The files of a dataset on a hub, by name.
pub(crate) fn of_dataset(hub: &Arc<Hub>, dataset: &Dataset, mode: HubMode) -> Vec<SourceFile> {
    let file = |file: &super::hub::RemoteFile| {
        Some(SourceFile {
            name: file.path.clone(),
            format: file.format()?,
            place: Place::Hub(HubFile {
                hub: hub.clone(),
                file: file.clone(),
                mode,
            }),
        })
    };
    dataset.files.iter().filter_map(file).collect()
}

fn unknown(path: &Path) -> Error {
    Error::usage(
        format!("`{}` is of no kind that can be read", path.display()),
        format!("name files ending in {ENDINGS}"),
    )
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// Files below a folder; hidden ones and those that begin with `__` are passed over, as loaders do.
fn walk(root: &Path, folder: &Path, found: &mut Vec<SourceFile>) -> Result<()> {
    for entry in fs_err::read_dir(folder)? {
        let path = entry?.path();
        let name = file_name(&path);
        if name.starts_with('.') || name.starts_with("__") {
            continue;
        }
        if path.is_dir() {
            walk(root, &path, found)?;
        } else if let Some(format) = Format::of(&path) {
            found.push(SourceFile {
                name: relative(root, &path),
                place: Place::Disk(path),
                format,
            });
        }
    }
    Ok(())
}

fn matches(pattern: &Path) -> Result<Vec<SourceFile>> {
    let text = pattern.to_string_lossy();
    let options = glob::MatchOptions {
        require_literal_leading_dot: true,
        ..glob::MatchOptions::new()
    };
    let paths = glob::glob_with(&text, options).map_err(|error| {
        Error::usage(
            format!("`{text}` is no glob: {error}"),
            "write `*` for any name and `**` for any folders",
        )
    })?;
    let fixed: PathBuf = pattern
        .components()
        .take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']))
        .collect();
    let mut found = Vec::new();
    for path in paths {
        let path = path.map_err(|error| Error::Io(error.into()))?;
        if path.is_file()
            && let Some(format) = Format::of(&path)
        {
            found.push(SourceFile {
                name: relative(&fixed, &path),
                place: Place::Disk(path),
                format,
            });
        }
    }
    Ok(found)
}

fn relative(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    let parts: Vec<String> = inner
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}
