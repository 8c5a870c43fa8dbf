//! What is there where a pattern matches nothing: most who write `data/*.jsonl` meant the files that lie beside it, or
//! below.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Component, Path, PathBuf};

use super::glob::{self, fits_name};
use super::kinds;
use super::walk::shown;
use crate::error::nearest;
use crate::source::format::Format;

/// Names that are looked at, at most: a pattern may start at the root of a disk.
const LOOKED_MAX: usize = 2_000;

/// How a pattern that matches nothing could be written so that it does; none where nothing is near it.
pub(crate) fn instead(pattern: &Path) -> Option<String> {
    let root = glob::root(pattern);
    if let Some(part) = missing_folder(pattern, &root) {
        return other_folder(&root, &part);
    }
    let last = shown(pattern.file_name()?);
    if let Some(hint) = other_name(pattern, &root, &last) {
        return Some(hint);
    }
    let there = readable(&root);
    let mut meant = there.clone();
    meant.retain(|name| fits_name(&last, base(name)));
    let (ending, names) = commonest(if meant.is_empty() { &there } else { &meant })?;
    let first = names[0];
    let all = below(&root, first, &format!("*{ending}"));
    let count = match names.len() {
        1 => format!("`{first}` lies there"),
        count => format!("{count} files lie there, as `{first}`"),
    };
    Some(format!("{count}: write `{}` for such", all.display()))
}

/// The name of a folder that is not there, where the pattern has one behind what is.
fn missing_folder(pattern: &Path, root: &Path) -> Option<String> {
    let mut parts = pattern.components().skip(root.components().count());
    let part = match parts.next()? {
        Component::Normal(part) if !glob::is_magic(part) => part,
        _ => return None,
    };
    // The last part is a file.
    parts.next().map(|_| shown(part))
}

/// Of a folder that is not there: one that is, by nearly its name.
fn other_folder(root: &Path, part: &str) -> Option<String> {
    let names = names(here(root))
        .into_iter()
        .filter(|(_, path)| path.is_dir());
    let names: Vec<String> = names.map(|(name, _)| name).collect();
    let near = nearest(part, names.iter().map(String::as_str))?;
    Some(format!(
        "there is no `{}`: did you mean `{}`?",
        root.join(part).display(),
        root.join(near).display()
    ))
}

/// Of a file that is not there: one that is, by nearly its name.
fn other_name(pattern: &Path, root: &Path, last: &str) -> Option<String> {
    if glob::is_magic(pattern.file_name()?) {
        return None;
    }
    let names: Vec<String> = names(here(root))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let near = nearest(last, names.iter().map(String::as_str))?;
    Some(format!("did you mean `{}`?", root.join(near).display()))
}

/// A folder as the system knows it.
fn here(root: &Path) -> &Path {
    match root.as_os_str().is_empty() {
        true => Path::new("."),
        false => root,
    }
}

/// Files below a folder that can be read by their names, the nearest first.
fn readable(root: &Path) -> Vec<String> {
    let (mut found, mut looked) = (Vec::new(), 0);
    let mut open = VecDeque::from([(String::new(), here(root).to_owned())]);
    while let Some((folder, path)) = open.pop_front() {
        for (inner, path) in names(&path) {
            looked += 1;
            if looked > LOOKED_MAX {
                return found;
            }
            let name = match folder.as_str() {
                "" => inner,
                folder => format!("{folder}/{inner}"),
            };
            // A link may lead in a circle.
            if path.is_dir() && !path.is_symlink() {
                open.push_back((name, path));
            } else if Format::of(&path).is_some() && !kinds::is_kept_by_tools(&name) {
                found.push(name);
            }
        }
    }
    found
}

/// What lies in a folder, by name, without what is hidden and what begins with `__`.
fn names(folder: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let entries = entries.filter_map(Result::ok).take(LOOKED_MAX);
    let named = entries.map(|entry| (shown(&entry.file_name()), entry.path()));
    let is_seen = |(name, _): &(String, PathBuf)| !name.starts_with('.') && !name.starts_with("__");
    let mut names: Vec<(String, PathBuf)> = named.filter(is_seen).collect();
    names.sort();
    names
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn depth(name: &str) -> usize {
    name.matches('/').count()
}

/// The pattern of files called `last` where `name` lies.
fn below(root: &Path, name: &str, last: &str) -> PathBuf {
    match depth(name) {
        0 => root.join(last),
        _ => root.join("**").join(last),
    }
}

/// The files of the ending that most of the nearest have.
fn commonest(names: &[String]) -> Option<(&str, Vec<&str>)> {
    let nearest = names.iter().map(|name| depth(name)).min()?;
    let mut endings: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in names.iter().filter(|name| depth(name) == nearest) {
        endings.entry(ending(name)).or_default().push(name);
    }
    let of_most =
        |(ending, names): &(&str, Vec<&str>)| (names.len(), std::cmp::Reverse(ending.len()));
    endings.into_iter().max_by_key(of_most)
}

/// The ending that says what a file is, with that of what packs it: `.jsonl.zst`.
fn ending(name: &str) -> &str {
    let name = base(name);
    let packed = [".gz", ".gzip", ".zst", ".zstd", ".bz2", ".xz"];
    let lower = name.to_ascii_lowercase();
    let stem = packed.iter().find_map(|ending| lower.strip_suffix(ending));
    let stem = stem.map_or(name.len(), str::len);
    name.get(..stem)
        .and_then(|stem| stem.rfind('.'))
        .and_then(|at| name.get(at..))
        .unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_has_what_packs_it() {
        for (name, expected) in [
            ("a.jsonl", ".jsonl"),
            ("x/a.b.JSONL.zst", ".JSONL.zst"),
            ("rows.parquet", ".parquet"),
            ("a.tar.gz", ".tar.gz"),
        ] {
            assert_eq!(ending(name), expected);
        }
    }
}
