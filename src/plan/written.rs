//! The pipeline as it is written to the folder: what ran, so that it can be run again anywhere.

use std::path::{Component, Path};

use super::{PlannedBenchmark, PlannedCompanion, PlannedJoin, PlannedSource};
use crate::pipeline::{LOCK, Pipeline};
use crate::source::{Located, store};
use crate::{Error, Result};

/// What was planned of the tables whose data was found.
pub(super) struct Pinned<'p> {
    pub sources: &'p [PlannedSource],
    pub companions: &'p [PlannedCompanion],
    pub benchmarks: &'p [PlannedBenchmark],
    pub joins: &'p [PlannedJoin],
}

/// Makes of the pipeline what is written to its folder: each table says where its data was found, and nothing
/// says where files lie on this machine, which is no part of the experiment. Relative paths start from `folder`.
pub(super) fn as_found(mut pipeline: Pipeline, folder: &Path, pinned: &Pinned<'_>) -> Pipeline {
    for planned in pinned.sources {
        let sources = &mut pipeline.sources;
        sources.insert(planned.name.clone(), planned.source.clone());
    }
    for planned in pinned.companions {
        if let Some(table) = pipeline.companions.get_mut(&planned.name) {
            table.pin(&planned.source.location());
        }
    }
    for planned in pinned.benchmarks {
        if let Some(table) = pipeline.benchmarks.get_mut(&planned.name) {
            table.pin(&planned.location);
        }
    }
    for planned in pinned.joins {
        let joins = &mut pipeline.join;
        joins.insert(planned.name.clone(), planned.join.clone());
    }
    forget_places(&mut pipeline, folder);
    pipeline
}

/// The text of `pipeline.lock.toml`.
pub(super) fn text(pipeline: &Pipeline) -> Result<String> {
    let text = toml::to_string_pretty(pipeline).map_err(|error| {
        Error::usage(
            format!("the pipeline cannot be written down as TOML: {error}"),
            "keep its numbers below 9223372036854775808, the largest that TOML has",
        )
    })?;
    Ok(format!(
        "{LOCK}, as gradatim {} read it.\n\
         # To run it again: `gradatim run FILE --out NEW` from the folder that the paths below start at, or with\n\
         # `--base DIR`. What lies elsewhere has its name alone here: it is found below that folder, or named with\n\
         # `--source NAME=PATH`; contents are checked.\n{text}",
        env!("CARGO_PKG_VERSION")
    ))
}

/// Leaves the names alone of the files that other paths lead to than such as mean the same elsewhere.
fn forget_places(pipeline: &mut Pipeline, folder: &Path) {
    let forget = |path: &mut String| {
        if let Some(name) = placeless(path, folder) {
            *path = name;
        }
    };
    if let Some(table) = &mut pipeline.screen.contamination {
        // With its ending: the bare name could be that of a fingerprint that we ship.
        table.benchmarks.iter_mut().for_each(forget);
        if let Some(vectors) = &mut table.vectors {
            forget(&mut vectors.problems);
            vectors.items.values_mut().for_each(forget);
        }
    }
    forget(&mut pipeline.measure.tokenizer.0);
    let similar = pipeline
        .grid
        .iter_mut()
        .filter_map(|grid| grid.similar.as_mut());
    for vectors in similar.filter_map(|similar| similar.vectors.as_mut()) {
        forget(&mut vectors.problems);
        forget(&mut vectors.questions);
    }
}

/// The path as it is where it says nothing of this machine, as an address in a store; else its name; none where it has
/// none.
pub(super) fn placeless(path: &str, folder: &Path) -> Option<String> {
    let is_address = store::is_address(Path::new(path));
    match !is_address && (says_where(path) || climbs(path, folder)) {
        true => name_of(path),
        false => Some(path.to_owned()),
    }
}

/// A path as it was typed where it says nothing of this machine, else its name alone.
pub(crate) fn without_place(path: &Path) -> String {
    let path = path.to_string_lossy();
    placeless(&path, Path::new("")).unwrap_or_default()
}

/// The name of the file, folder or files that a path leads to: what is behind the last separator, or of a glob from
/// where it first leaves something open.
pub(super) fn name_of(path: &str) -> Option<String> {
    let parts = path.split(['/', '\\']);
    let parts: Vec<&str> = parts
        .filter(|part| !["", ".", ".."].contains(part))
        .collect();
    let open = parts.iter().position(|part| part.contains(['*', '?', '[']));
    let last = parts.len().checked_sub(1)?;
    Some(parts[open.unwrap_or(last).min(last)..].join("/"))
}

/// Whether a path starts from a root, a home folder or an address, of whatever system.
fn says_where(path: &str) -> bool {
    let is_drive = |(drive, _): (&str, &str)| {
        drive.len() == 1 && drive.starts_with(|letter: char| letter.is_ascii_alphabetic())
    };
    Path::new(path).is_absolute()
        || path.starts_with(['~', '\\', '/'])
        || path.contains("://")
        || path.starts_with("file:")
        || path.split_once(':').is_some_and(is_drive)
}

/// Whether a relative path climbs up to the root, or down again into a folder that it came from: either spells out
/// where the pipeline's folder lies.
fn climbs(path: &str, folder: &Path) -> bool {
    let start = folder
        .canonicalize()
        .or_else(|_| std::path::absolute(folder));
    let Ok(start) = start else { return false };
    let names = start
        .components()
        .filter(|part| matches!(part, Component::Normal(_)));
    let mut around: Vec<Component<'_>> = names.collect();
    let mut left = None;
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                left = around.pop();
                if around.is_empty() {
                    return true;
                }
            }
            Component::Normal(_) => {
                if left == Some(part) {
                    return true;
                }
                left = None;
                around.push(part);
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_says_where_it_lies_leaves_a_name_and_another_stays() {
        let folder = Path::new("/home/me/work/pipelines");
        for (path, left) in [
            ("/home/me/tokenizer.json", Some("tokenizer.json")),
            ("/home/me/data/", Some("data")),
            ("/home/me/*/rows-*.parquet", Some("*/rows-*.parquet")),
            ("/", None),
            ("~/rows.jsonl", Some("rows.jsonl")),
            ("file:///home/me/rows.jsonl", Some("rows.jsonl")),
            ("C:\\Users\\me\\rows.jsonl", Some("rows.jsonl")),
            ("\\\\host\\me\\rows.jsonl", Some("rows.jsonl")),
            ("../../../../home/me/rows.jsonl", Some("rows.jsonl")),
            ("../../../me/rows.jsonl", Some("rows.jsonl")),
            ("../pipelines/rows.jsonl", Some("rows.jsonl")),
            ("models/tokenizer.json", Some("models/tokenizer.json")),
            ("../data/*.parquet", Some("../data/*.parquet")),
            ("qwen2.5", Some("qwen2.5")),
        ] {
            assert_eq!(placeless(path, folder).as_deref(), left, "{path}");
        }
    }
}
