//! The files that an address means: an object, those that a pattern matches, or the dataset in a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use glob::{MatchOptions, Pattern};

use super::client::{Store, Stores};
use super::{Object, ObjectUrl, StoreFile};
use crate::source::dataset::Asked;
use crate::source::files::{Found, settle_delimiters};
use crate::source::folder::{
    Candidate, ENDINGS, Told, by_card, is_hidden, is_kept_by_tools, nothing, passed_note, unread,
};
use crate::source::format::Format;
use crate::source::{Place, SourceFile, hive};
use crate::{Error, Result};

/// As of a folder on this disk.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// The files that an address means.
pub(crate) fn find(stores: &Stores, url: &ObjectUrl, asked: Asked<'_>) -> Result<Found> {
    let store = stores.at(url)?;
    let mut found = found(&store, url, asked)?;
    found.files.sort_by(|a, b| a.name.cmp(&b.name));
    found.notes.extend(settle_delimiters(&mut found.files));
    Ok(found)
}

fn found(store: &Arc<Store>, url: &ObjectUrl, asked: Asked<'_>) -> Result<Found> {
    if !url.key().is_empty()
        && let Some(object) = store.find(url)?
    {
        let name = url.key().rsplit('/').next().unwrap_or_default().to_owned();
        return one(store, object, name);
    }
    if url.is_web() {
        return Err(Error::usage(
            format!("`{url}` is no file of that server"),
            "name one file: web servers list none",
        ));
    }
    match literal(url.key()) {
        Some(above) => matched(store, url, above),
        None => folder(store, url, asked),
    }
}

fn one(store: &Arc<Store>, object: Object, name: String) -> Result<Found> {
    let url = object.url.clone();
    match file(store, object, name) {
        Some(file) => Ok(Found {
            files: vec![file],
            ..Found::default()
        }),
        None => Err(Error::usage(
            format!("`{url}` is of no kind that can be read"),
            format!("name files ending in {ENDINGS}"),
        )),
    }
}

/// None where its name's ending is none that is read.
fn file(store: &Arc<Store>, object: Object, name: String) -> Option<SourceFile> {
    Some(SourceFile {
        format: Format::of(Path::new(&name)).filter(|_| !is_kept_by_tools(&name))?,
        hive: hive::constants(Path::new(""), &name),
        place: Place::Store(StoreFile {
            store: store.clone(),
            object,
        }),
        name,
    })
}

/// The folder that holds all that a pattern matches; none where it is no pattern.
fn literal(key: &str) -> Option<&str> {
    let first = key.find(['*', '?', '['])?;
    Some(key[..first].rsplit_once('/').map_or("", |(above, _)| above))
}

fn matched(store: &Arc<Store>, url: &ObjectUrl, above: &str) -> Result<Found> {
    let pattern = url.key()[above.len()..].trim_start_matches('/');
    let compiled = Pattern::new(pattern).map_err(|error| {
        Error::usage(
            format!("`{url}` is no pattern: {error}"),
            "close its brackets, or write `[[]` for one",
        )
    })?;
    let wants_hidden = pattern.split('/').any(|part| part.starts_with("__"));
    let objects = below(store, &url.with_key(above))?.into_iter();
    let matches = objects.filter(|(name, _)| {
        compiled.matches_with(name, OPTIONS) && (wants_hidden || !is_hidden(name))
    });
    let told = tell(store, url, matches)?;
    Ok(Found {
        files: told.files,
        notes: told.note.into_iter().collect(),
        ..Found::default()
    })
}

/// The files of the dataset in a folder, by its card or by names, as of a folder on this disk.
fn folder(store: &Arc<Store>, url: &ObjectUrl, asked: Asked<'_>) -> Result<Found> {
    let objects = below(store, url)?.into_iter();
    let seen = objects.filter(|(name, _)| !is_hidden(name));
    let told = tell(store, url, seen)?;
    let readme = store.read(&url.join("README.md"))?.unwrap_or_default();
    let readme = String::from_utf8_lossy(&readme);
    let mut found = by_card(&url.to_string(), &readme, told.files, asked)?;
    found.notes.extend(told.note);
    Ok(found)
}

/// The files among objects that can be read, by their names; the others are passed over, and told.
fn tell(
    store: &Arc<Store>,
    url: &ObjectUrl,
    objects: impl Iterator<Item = (String, Object)>,
) -> Result<Told> {
    let (mut files, mut passed) = (Vec::new(), Vec::new());
    for (name, object) in objects {
        let path = PathBuf::from(object.url.to_string());
        match file(store, object, name.clone()) {
            Some(file) => files.push(file),
            None => passed.extend(unread(&Candidate { name, path })),
        }
    }
    let at = PathBuf::from(url.to_string());
    match files.is_empty() {
        true => Err(nothing(&at, &passed)),
        false => Ok(Told {
            files,
            note: passed_note(&passed),
        }),
    }
}

/// The objects in a folder with their names in it.
fn below(store: &Arc<Store>, folder: &ObjectUrl) -> Result<Vec<(String, Object)>> {
    let objects = store.list(folder)?.into_iter();
    let named = objects.filter_map(|object| {
        let name = object.url.key().strip_prefix(folder.key())?;
        let name = name.trim_start_matches('/').to_owned();
        // Consoles keep a folder by an empty object of its name.
        let is_marker = object.size() == 0 && Format::of(Path::new(&name)).is_none();
        (!name.is_empty() && !is_marker).then_some((name, object))
    });
    Ok(named.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_above_a_pattern_is_what_is_listed() {
        assert_eq!(literal("a/b/*.parquet"), Some("a/b"));
        assert_eq!(literal("a/x?/c"), Some("a"));
        assert_eq!(literal("*.jsonl"), Some(""));
        assert_eq!(literal("a/b.parquet"), None);
    }
}
