//! Which of a folder's files are meant, and what is said of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::{Candidate, kinds};
use crate::source::SourceFile;
use crate::source::dataset::left::{files, left_out, listed};
use crate::source::dataset::{Asked, Chosen, Config, Unmet, card, choose, splits};
use crate::source::disk_file::read_small;
use crate::source::files::Found;
use crate::source::format::Format;
use crate::{Error, Result};

/// Of a folder of `save_to_disk`.
pub(super) fn saved(
    root: &Path,
    configs: Vec<Config<Candidate>>,
    asked: Asked<'_>,
) -> Result<Found> {
    let shown = root.display().to_string();
    let chosen = choose(&shown, &configs, asked).map_err(refused)?;
    let file = |file: &Candidate| {
        let format = Format::of(&file.path);
        let file = file.clone();
        format.map(|format| SourceFile::of_disk(root, file, format))
    };
    let files: Option<Vec<SourceFile>> = chosen.files.iter().map(file).collect();
    let Some(files) = files else {
        return Err(Error::usage(
            format!(
                "`{shown}` was written by `save_to_disk`, and {} cannot be read",
                listed(
                    &chosen
                        .files
                        .iter()
                        .map(|file| file.name.clone())
                        .collect::<Vec<_>>()
                )
            ),
            format!(
                "write it as Parquet: `python -c \"from datasets import load_from_disk; \
                 load_from_disk('{shown}').to_parquet('rows.parquet')\"`"
            ),
        ));
    };
    let names: Vec<Config<String>> = configs
        .iter()
        .map(|config| config.names(|file| &file.name))
        .collect();
    let chosen = choose(&shown, &names, asked).map_err(refused)?;
    Ok(Found {
        files,
        ..said(&chosen, &names, &[], asked)
    })
}

/// By the card at the head of the folder's README, else by the names of folders and files.
pub(crate) fn by_card(
    shown: &str,
    readme: &str,
    files: Vec<SourceFile>,
    asked: Asked<'_>,
) -> Result<Found> {
    let card = card::configs(readme).map_err(|why| {
        Error::usage(
            format!("the card of `{shown}` cannot be read: {why}"),
            "mend the `configs` at the head of its README.md, or name files with a glob",
        )
    })?;
    let mut by_name: BTreeMap<&str, &SourceFile> = files
        .iter()
        .map(|file| (file.name.as_str(), file))
        .collect();
    let paths: Vec<&str> = by_name.keys().copied().collect();
    let configs = splits::configs(&card, &paths, splits::Home::Disk);
    let asked = match card.is_empty() && asked.is_meant_elsewhere {
        true => as_named_here(asked, &configs, &paths),
        false => asked,
    };
    let chosen = choose(shown, &configs, asked).map_err(refused)?;
    if chosen.files.is_empty() {
        return Err(empty(shown, &chosen));
    }
    let found = said(&chosen, &configs, &paths, asked);
    if card.is_empty() {
        refuse_lesser(shown, &chosen, &configs, &paths, asked)?;
    }
    let files = chosen.files.iter();
    Ok(Found {
        files: files
            .filter_map(|name| by_name.remove(name.as_str()).cloned())
            .collect(),
        license: card::license(readme),
        ..found
    })
}

/// The same of a folder on this disk, whose README is read.
pub(super) fn by_names(root: &Path, files: Vec<SourceFile>, asked: Asked<'_>) -> Result<Found> {
    let readme = read_small(&root.join("README.md")).unwrap_or_default();
    let readme = String::from_utf8_lossy(&readme);
    by_card(&root.display().to_string(), &readme, files, asked)
}

/// What is asked as far as names here say anything of it: of shards that were fetched into a folder nobody knows
/// which config of their dataset they are.
fn as_named_here<'a>(asked: Asked<'a>, configs: &[Config<String>], paths: &[&str]) -> Asked<'a> {
    let is_config = |name: &&str| configs.iter().any(|config| config.name == *name);
    let names_splits = paths.iter().any(|path| splits::says_split(path));
    Asked {
        config: asked.config.filter(is_config),
        split: asked.split.filter(|_| names_splits),
        ..asked
    }
}

fn refused(unmet: Unmet) -> Error {
    let hint = match unmet.hint.as_str() {
        "" => "name files with a glob".to_owned(),
        hint => format!("{hint}, or name files with a glob"),
    };
    Error::usage(unmet.what, hint)
}

fn empty(shown: &str, chosen: &Chosen<'_, String>) -> Error {
    Error::usage(
        format!(
            "split `{}` of config `{}` of `{shown}` has no file that can be read",
            chosen.split, chosen.config.name
        ),
        "fetch the files that its README.md names, or name files with a glob",
    )
}

/// Refuses to take for the whole a split that is not the usual one, where files of no split lie beside it:
/// `my-eval.jsonl` beside `rows.jsonl` is hardly what was meant.
fn refuse_lesser(
    shown: &str,
    chosen: &Chosen<'_, String>,
    configs: &[Config<String>],
    paths: &[&str],
    asked: Asked<'_>,
) -> Result<()> {
    let others = without_split(configs, paths);
    if asked.split.is_some() || chosen.split == asked.usual_split || others.is_empty() {
        return Ok(());
    }
    Err(Error::usage(
        format!(
            "`{shown}` has the split `{}` ({}) beside {} of no split ({})",
            chosen.split,
            listed(chosen.files),
            files(others.len()),
            listed(&others),
        ),
        format!(
            "write `split = \"{}\"`, or name the others with a glob or as a file",
            chosen.split
        ),
    ))
}

/// Files of no split of any config.
fn without_split(configs: &[Config<String>], paths: &[&str]) -> Vec<String> {
    let all = configs.iter().flat_map(|config| config.splits.values());
    let known: BTreeSet<&str> = all.flatten().map(String::as_str).collect();
    let others = paths.iter().filter(|path| !known.contains(*path));
    others.map(|path| (*path).to_owned()).collect()
}

/// What is said of the choice.
fn said(
    chosen: &Chosen<'_, String>,
    configs: &[Config<String>],
    paths: &[&str],
    asked: Asked<'_>,
) -> Found {
    let left = left_out(chosen, configs, paths, asked);
    let notes = [
        left.note,
        missing_note(chosen.files),
        mixed_note(chosen.files),
        capitals_note(chosen),
    ];
    Found {
        config: left.config,
        split: left.split,
        notes: notes.into_iter().flatten().collect(),
        ..Found::default()
    }
}

/// Shards that their neighbours' names say there are.
fn missing_note(names: &[String]) -> Option<String> {
    let missing = splits::missing_shard(names.iter())?;
    Some(format!(
        "lacks {missing}: the rows of what is there are read"
    ))
}

/// Files of several formats are all read, which a loader would not do: one may be the other's copy.
fn mixed_note(names: &[String]) -> Option<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        let format = Format::of(Path::new(name))?;
        *counts.entry(kinds::words(format)).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(format, count)| format!("{count} of {format}"))
        .collect();
    (counts.len() > 1).then(|| {
        format!(
            "reads files of several formats as one source: {}; a glob names those of one",
            counts.join(", ")
        )
    })
}

/// Files whose names would say another split in small letters, which are what `datasets` goes by.
fn capitals_note(chosen: &Chosen<'_, String>) -> Option<String> {
    let is_other = |name: &&String| {
        let split = splits::split_in_capitals(name);
        split.is_some_and(|split| split != chosen.split)
    };
    let others: Vec<String> = chosen.files.iter().filter(is_other).cloned().collect();
    (!others.is_empty()).then(|| {
        format!(
            "reads {} in `{}`, since a split is named in small letters: {}",
            files(others.len()),
            chosen.split,
            listed(&others)
        )
    })
}
