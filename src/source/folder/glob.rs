//! The files that a pattern means.
//!
//! A part of a path that exists as it is written is that part and no pattern: `data[1]/*.jsonl` are the files of
//! the folder `data[1]`. As for loaders, `*` means no hidden name and no folder that begins with `__`, unless the
//! pattern says so; folders above the first star may be called anything. What matches is read as it is: no
//! splits are looked for.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::Candidate;
use super::walk::{Reach, shown, walk};
use crate::{Error, Result};

const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// What a pattern matches.
pub(crate) struct Matched {
    /// The folder that holds all of it: the parts before the first that is a pattern.
    pub root: PathBuf,
    /// By name, relative to the root.
    pub files: Vec<Candidate>,
    /// How many folders it matches, which are no files.
    pub folders: usize,
}

/// The files that a pattern means.
pub(crate) fn matches(pattern: &Path) -> Result<Matched> {
    let parts: Vec<OsString> = pattern.components().map(written).collect();
    let mut root = PathBuf::new();
    let mut at = 0;
    while at < parts.len() && (!is_magic(&parts[at]) || root.join(&parts[at]).exists()) {
        root.push(&parts[at]);
        at += 1;
    }
    let mut found = Vec::new();
    expand(pattern, &root, "", &parts[at..], &mut found)?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found.dedup();
    let all = found.len();
    found.retain(|file| !file.path.is_dir());
    Ok(Matched {
        folders: all - found.len(),
        root,
        files: found,
    })
}

/// The folder that is there and that a pattern starts from.
pub(super) fn root(pattern: &Path) -> PathBuf {
    let mut root = PathBuf::new();
    for part in pattern.components() {
        let below = root.join(part);
        if !below.is_dir() {
            break;
        }
        root = below;
    }
    root
}

/// Whether a name is one of those that the last part of a pattern means, in whatever case.
pub(super) fn fits_name(part: &str, name: &str) -> bool {
    let options = MatchOptions {
        case_sensitive: false,
        ..OPTIONS
    };
    Pattern::new(part).is_ok_and(|pattern| pattern.matches_with(name, options))
}

fn written(part: Component<'_>) -> OsString {
    part.as_os_str().to_owned()
}

pub(super) fn is_magic(part: &OsStr) -> bool {
    part.as_encoded_bytes()
        .iter()
        .any(|byte| b"*?[".contains(byte))
}

/// Adds the files below `folder`, called `name`, that the rest of the pattern matches.
fn expand(
    pattern: &Path,
    folder: &Path,
    name: &str,
    parts: &[OsString],
    found: &mut Vec<Candidate>,
) -> Result<()> {
    let Some((part, rest)) = parts.split_first() else {
        return Ok(());
    };
    if part.as_encoded_bytes().windows(2).any(|two| two == b"**") {
        return below(pattern, folder, name, parts, found);
    }
    if !is_magic(part) || folder.join(part).exists() {
        return step(pattern, folder, name, part, rest, found);
    }
    let compiled = compiled(pattern, &shown(part))?;
    let is_meant = |inner: &str| {
        let special = inner.starts_with("__") && !rest.is_empty();
        compiled.matches_with(inner, OPTIONS)
            && (!special || part.as_encoded_bytes().starts_with(b"__"))
    };
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs_err::read_dir(folder)? {
        let inner = entry?.file_name();
        if is_meant(&shown(&inner)) {
            step(pattern, folder, name, &inner, rest, found)?;
        }
    }
    Ok(())
}

/// Goes into a part that is there, or takes it where it is the last.
fn step(
    pattern: &Path,
    folder: &Path,
    name: &str,
    part: &OsStr,
    rest: &[OsString],
    found: &mut Vec<Candidate>,
) -> Result<()> {
    let path = folder.join(part);
    let name = match name {
        "" => shown(part),
        name => format!("{name}/{}", shown(part)),
    };
    if !rest.is_empty() {
        return expand(pattern, &path, &name, rest, found);
    }
    // A link that leads nowhere is a file of which its reader says so.
    if path.is_file() || path.is_dir() || (path.is_symlink() && !path.exists()) {
        found.push(Candidate { name, path });
    }
    Ok(())
}

/// From a `**` on: everything below is matched as a whole.
fn below(
    pattern: &Path,
    folder: &Path,
    name: &str,
    parts: &[OsString],
    found: &mut Vec<Candidate>,
) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut texts: Vec<String> = parts.iter().map(|part| shown(part)).collect();
    if texts.last().is_some_and(|last| last == "**") {
        texts.push("*".into());
    }
    let is_special = |text: &String| text.starts_with('.') || text.starts_with("__");
    let reach = match texts.iter().any(is_special) {
        true => Reach::All,
        false => Reach::Glob,
    };
    let compiled = compiled(pattern, &texts.join("/"))?;
    for file in walk(folder, reach)?.files {
        if compiled.matches_with(&file.name, OPTIONS) {
            found.push(Candidate {
                name: match name {
                    "" => file.name,
                    name => format!("{name}/{}", file.name),
                },
                path: file.path,
            });
        }
    }
    Ok(())
}

fn compiled(whole: &Path, pattern: &str) -> Result<Pattern> {
    Pattern::new(pattern).map_err(|error| {
        Error::usage(
            format!("`{}` is no glob: {error}", whole.display()),
            "write `*` for any name and `**` for any folders",
        )
    })
}
