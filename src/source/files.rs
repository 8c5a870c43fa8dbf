//! Which files a source means, and what each is.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dataset::Asked;
use super::folder::{self, Candidate, ENDINGS, Passed, passed_note, shown};
use super::format::Format;
use super::hive;
use super::hub::{Dataset, Hub};
use super::place::{HubFile, HubMode, Place};
use super::store::{self, ObjectUrl, Stores};
use super::text::csv;
use super::{Source, layout};
use crate::{Error, Result};

/// A file of a source.
#[derive(Clone, Debug)]
pub struct SourceFile {
    pub place: Place,
    /// Its name in ledger and manifest: relative to the source, with `/`.
    pub name: String,
    pub format: Format,
    /// Columns that all its rows share, from the names of its folders (`year=2024`); null where that says so. A
    /// column in the file itself goes before them.
    pub hive: Vec<(String, Option<String>)>,
}

impl SourceFile {
    /// A file on this disk, somewhere below the root that its name starts from.
    pub(crate) fn of_disk(root: &Path, file: Candidate, format: Format) -> Self {
        Self {
            hive: hive::constants(root, &file.name),
            place: Place::Disk(file.path.into()),
            name: file.name,
            format,
        }
    }

    /// Gives it the name that it had elsewhere, whose folders are columns as its own are.
    pub(crate) fn rename(&mut self, name: &str) {
        name.clone_into(&mut self.name);
        for (column, value) in hive::constants(Path::new(""), name) {
            self.hive.retain(|(known, _)| *known != column);
            self.hive.push((column, value));
        }
    }

    /// The shared columns that the source's layout reads.
    pub(crate) fn hive_of(&self, source: &Source) -> Vec<(String, Option<String>)> {
        let columns = layout::columns(source);
        let is_read = |(name, _): &&(String, Option<String>)| {
            columns.iter().any(|needed| needed.name == *name)
        };
        self.hive.iter().filter(is_read).cloned().collect()
    }
}

/// What a path means.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// By name.
    pub files: Vec<SourceFile>,
    /// The config that was chosen, where files of others were passed over.
    pub config: Option<String>,
    /// The split that was chosen, where files of others were passed over.
    pub split: Option<String>,
    /// The licence that a card beside the files names.
    pub license: Option<String>,
    /// What the user should know of it.
    pub notes: Vec<String>,
}

/// The files that `path` means, by name: a file, those that a glob matches, or of a folder those that a hub would
/// read: of its default config, and of the split `train` where it has several. A path may be an address in an object
/// store, as `s3://BUCKET/FOLDER`.
pub fn find(path: &Path) -> Result<Vec<SourceFile>> {
    Ok(find_as(path, Asked::usual("train"))?.files)
}

/// The same where a folder's config and split may be asked for, with what the user should know of the choice.
pub(crate) fn find_as(path: &Path, asked: Asked<'_>) -> Result<Found> {
    find_in(&super::reach::alone, path, asked)
}

/// The same, where the stores of addresses are made by `stores`.
pub(crate) fn find_in(
    stores: &dyn Fn() -> Arc<Stores>,
    path: &Path,
    asked: Asked<'_>,
) -> Result<Found> {
    if store::is_address(path) {
        return store::find(&stores(), &ObjectUrl::of_path(path)?, asked);
    }
    find_here(&store::local(path), asked)
}

fn find_here(path: &Path, asked: Asked<'_>) -> Result<Found> {
    let mut found = if path.is_dir() {
        folder::find(path, asked)?
    } else if path.symlink_metadata().is_ok() {
        one(path)?
    } else {
        globbed(path)?
    };
    found.files.sort_by(|a, b| a.name.cmp(&b.name));
    let twice = only_once(&mut found.files)?;
    found.notes.extend(passed_note(&twice));
    found.notes.extend(settle_delimiters(&mut found.files));
    Ok(found)
}

/// A path that exists as it is written.
fn one(path: &Path) -> Result<Found> {
    if path.exists() && !path.is_file() {
        return Err(Error::usage(
            format!("`{}` is no regular file", path.display()),
            "write what comes from it to a file: it is read more than once",
        ));
    }
    let root = path.parent().unwrap_or(Path::new(""));
    let file = Candidate {
        name: path.file_name().map_or_else(String::new, shown),
        path: path.to_owned(),
    };
    if let Some(format) = Format::of(path) {
        return Ok(Found {
            files: vec![SourceFile::of_disk(root, file, format)],
            ..Found::default()
        });
    }
    let told = folder::tell(root, vec![file.clone()], &mut Vec::new());
    told.map(of_told).map_err(|_| unknown(path, &file))
}

fn of_told(told: folder::Told) -> Found {
    Found {
        files: told.files,
        notes: told.note.into_iter().collect(),
        ..Found::default()
    }
}

fn unknown(path: &Path, file: &Candidate) -> Error {
    let why = folder::unread(file).unwrap_or_else(|| Passed::new(&file.name, ""));
    let what = match why.what.as_str() {
        "" => String::new(),
        what => format!(": it is {what}"),
    };
    Error::usage(
        format!("`{}` is of no kind that can be read{what}", path.display()),
        why.mend
            .unwrap_or_else(|| format!("name files ending in {ENDINGS}")),
    )
}

fn globbed(pattern: &Path) -> Result<Found> {
    let matched = folder::matches(pattern)?;
    if matched.files.is_empty() {
        let hint = if pattern.components().any(|part| part.as_os_str() == "~") {
            "write the home folder out: `~` stands for it only in a shell".to_owned()
        } else if matched.folders > 0 {
            let all = pattern.join("**");
            format!(
                "`{}` would name the files of the folders that it matches",
                all.display()
            )
        } else {
            folder::instead(pattern).unwrap_or_else(|| {
                format!("name a file, a folder or a glob with files ending in {ENDINGS}")
            })
        };
        return Err(Error::usage(
            format!("`{}` names no file", pattern.display()),
            hint,
        ));
    }
    let mut passed = Vec::new();
    let told = folder::tell(&matched.root, matched.files, &mut passed);
    let mut found = of_told(told.map_err(|_| folder::nothing(pattern, &passed))?);
    found.notes.extend(passed_note(&passed));
    Ok(found)
}

/// Leaves out files that are one and the same by two links.
fn only_once(files: &mut Vec<SourceFile>) -> Result<Vec<Passed>> {
    let mut names: HashMap<PathBuf, String> = HashMap::new();
    let mut twice = Vec::new();
    let is_link = |file: &SourceFile| matches!(&file.place, Place::Disk(path) if path.is_symlink());
    // One that is no link keeps its name.
    files.sort_by_key(is_link);
    files.retain(|file| {
        let Place::Disk(path) = &file.place else {
            return true;
        };
        let Ok(real) = path.canonicalize() else {
            return true;
        };
        match names.get(&real) {
            Some(first) => {
                twice.push(Passed::new(
                    &file.name,
                    &format!("the same file as {first}"),
                ));
                false
            }
            None => {
                names.insert(real, file.name.clone());
                true
            }
        }
    });
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(twice)
}

/// Finds for each CSV what stands between its cells, where its name says something else; says so.
pub(crate) fn settle_delimiters(files: &mut [SourceFile]) -> Option<String> {
    let mut settled = Vec::new();
    for file in files {
        let Some(delimiter) = csv::other_delimiter(file) else {
            continue;
        };
        if let Format::Text(text) = &mut file.format {
            text.form = super::format::Form::Csv { delimiter };
            settled.push((file.name.clone(), delimiter));
        }
    }
    let (name, delimiter) = settled.first()?;
    let delimiter = match delimiter {
        b'\t' => "tabs".to_owned(),
        byte => format!("`{}`", char::from(*byte)),
    };
    Some(match settled.len() {
        1 => format!("`{name}` has {delimiter} between its cells, and is read so"),
        count => format!(
            "{count} files, as `{name}`, have {delimiter} between their cells, and are read so"
        ),
    })
}

/// The files of a dataset on a hub, by name.
pub(crate) fn of_dataset(hub: &Arc<Hub>, dataset: &Dataset, mode: HubMode) -> Vec<SourceFile> {
    let file = |file: &super::hub::RemoteFile| {
        Some(SourceFile {
            hive: hive::constants(Path::new(""), &file.path),
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
