//! A folder on this disk is the dataset that a hub would read of it.
//!
//! Whoever clones a dataset, copies a cache or saves to disk expects what `load_dataset` makes of it: the split
//! `train`, the config that the card calls the default, the rows and not the files that describe them. What is
//! passed over for that is told in notes, with what reads it instead. One thing is ours: a folder whose names
//! say nothing of splits is all its files, whatever their formats, and whatever folders they lie in.

mod cache;
mod choice;
mod glob;
mod kinds;
mod saved;
mod there;
mod walk;

use std::path::{Path, PathBuf};

use super::dataset::Asked;
use super::files::Found;
use super::format::Format;
use super::{SourceFile, head};
use crate::{Error, Result};

pub(crate) use choice::by_card;
pub(crate) use glob::matches;
use kinds::describes;
pub(crate) use kinds::{ENDINGS, is_kept_by_tools, unread};
pub(crate) use there::instead;
pub(crate) use walk::{Passed, is_hidden, shown};

/// A file that a name or a pattern leads to, before it is known what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// Relative to the folder, with `/`.
    pub name: String,
    pub path: PathBuf,
}

/// Every file that a path means, whatever it is called, by name: itself, those below it, or those that it matches.
pub(crate) fn every(path: &Path) -> Result<Vec<Candidate>> {
    if path.is_dir() {
        return Ok(walk::walk(path, walk::Reach::Glob)?.files);
    }
    if path.symlink_metadata().is_ok() {
        return Ok(vec![Candidate {
            name: path.file_name().map_or_else(String::new, shown),
            path: path.to_owned(),
        }]);
    }
    Ok(matches(path)?.files)
}

/// The files of the dataset in a folder.
pub(crate) fn find(folder: &Path, asked: Asked<'_>) -> Result<Found> {
    let mut notes = Vec::new();
    let root = match cache::snapshot(folder)? {
        Some(snapshot) => {
            notes.push(snapshot.note);
            snapshot.path
        }
        None => folder.to_owned(),
    };
    let walked = walk::walk(&root, walk::Reach::Dataset)?;
    kinds::refuse_tables(&root, &walked)?;
    let mut passed = walked.passed;
    let told = match saved::configs(&root, &walked.files)? {
        Some(saved) => {
            passed.extend(saved.passed);
            choice::saved(&root, saved.configs, asked)?
        }
        None => {
            let told = tell(&root, walked.files, &mut passed)?;
            notes.extend(told.note);
            choice::by_names(&root, told.files, asked)?
        }
    };
    notes.extend(told.notes);
    notes.extend(passed_note(&passed));
    Ok(Found { notes, ..told })
}

/// The files among candidates that can be read.
pub(crate) struct Told {
    pub files: Vec<SourceFile>,
    /// What the user should know of it: what was told by content, or passed over.
    pub note: Option<String>,
}

/// Tells the candidates' formats: by their names, or where no name says one, by content. The others are passed
/// over; fails where nothing is left, with why each is none that can be read.
pub(crate) fn tell(
    root: &Path,
    candidates: Vec<Candidate>,
    passed: &mut Vec<Passed>,
) -> Result<Told> {
    let mut files = Vec::new();
    let mut others = Vec::new();
    for candidate in candidates {
        match Format::of(&candidate.path) {
            Some(format) if !kinds::is_kept_by_tools(&candidate.name) => {
                files.push(SourceFile::of_disk(root, candidate, format));
            }
            _ => others.push(candidate),
        }
    }
    let mut note = None;
    if files.is_empty() {
        (files, others) = by_content(root, others);
        note = content_note(&files);
    }
    passed.extend(others.iter().filter_map(unread));
    if files.is_empty() {
        return Err(nothing(root, passed));
    }
    Ok(Told { files, note })
}

fn by_content(root: &Path, candidates: Vec<Candidate>) -> (Vec<SourceFile>, Vec<Candidate>) {
    let (mut files, mut others) = (Vec::new(), Vec::new());
    for candidate in candidates {
        let is_known =
            kinds::is_kept_by_tools(&candidate.name) || kinds::is_foreign(&candidate.name);
        match head::told(&candidate.path).filter(|_| !is_known) {
            Some(format) => files.push(SourceFile::of_disk(root, candidate, format)),
            None => others.push(candidate),
        }
    }
    (files, others)
}

fn content_note(files: &[SourceFile]) -> Option<String> {
    let first = files.first()?;
    let count = match files.len() {
        1 => format!("`{}` is", first.name),
        count => format!("{count} files, as `{}`, are", first.name),
    };
    Some(format!(
        "{count} read as {}, by the first bytes: the name does not say it",
        kinds::words(first.format)
    ))
}

/// As many names stand in a note.
const NAMES_MAX: usize = 5;

/// Says what was passed over, in one line.
pub(crate) fn passed_note(passed: &[Passed]) -> Option<String> {
    let count = match passed.len() {
        0 => return None,
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    Some(format!("passes over {count}: {}", listed(passed)))
}

fn listed(passed: &[Passed]) -> String {
    let mut words: Vec<String> = passed.iter().take(NAMES_MAX).map(Passed::words).collect();
    if passed.len() > NAMES_MAX {
        words.push(format!("and {} more", passed.len() - NAMES_MAX));
    }
    words.join(", ")
}

/// As many files are told one by one where none of them can be read.
const REFUSED_MAX: usize = 20;

/// Refuses a place where nothing can be read, with why.
pub(crate) fn nothing(at: &Path, passed: &[Passed]) -> Error {
    let mut what = format!("`{}` names no file that can be read", at.display());
    for passed in passed.iter().take(REFUSED_MAX) {
        what += &format!("\n  {}", passed.words());
    }
    if passed.len() > REFUSED_MAX {
        what += &format!("\n  and {} more", passed.len() - REFUSED_MAX);
    }
    let mend = passed.iter().find_map(|passed| passed.mend.clone());
    let usual = || format!("name a file, a folder or a glob with files ending in {ENDINGS}");
    Error::usage(what, mend.unwrap_or_else(usual))
}
