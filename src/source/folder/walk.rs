//! The files below a folder, each folder once, whatever links there are.

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::Candidate;
use crate::Result;
use crate::source::format::Format;

/// What was passed over, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passed {
    pub name: String,
    /// In the words of "it is …"; empty where its name says enough.
    pub what: String,
    /// What makes it readable, where anything does.
    pub mend: Option<String>,
}

impl Passed {
    pub(crate) fn new(name: &str, what: &str) -> Self {
        Self {
            name: name.to_owned(),
            what: what.to_owned(),
            mend: None,
        }
    }

    /// `name (what; mend)`.
    pub(crate) fn words(&self) -> String {
        match (self.what.as_str(), &self.mend) {
            ("", _) => self.name.clone(),
            (what, None) => format!("{} ({what})", self.name),
            (what, Some(mend)) => format!("{} ({what}: {mend})", self.name),
        }
    }
}

/// How far a walk goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// As loaders of datasets: not into hidden folders, those that begin with `__`, or what gradatim wrote.
    Dataset,
    /// Everywhere but into hidden folders and those that begin with `__`.
    Glob,
    /// Everywhere.
    All,
}

impl Reach {
    fn enters(self, name: &str) -> bool {
        self == Self::All || !is_passed_by(name)
    }

    fn lists(self, name: &str) -> bool {
        self == Self::All || !name.starts_with('.')
    }
}

/// Whether loaders enter no folder of that name.
fn is_passed_by(folder: &str) -> bool {
    folder.starts_with('.') || folder.starts_with("__")
}

/// Whether loaders of datasets see no file of that name, for one of its folders or its own.
pub(crate) fn is_hidden(name: &str) -> bool {
    let (folders, file) = name.rsplit_once('/').unwrap_or(("", name));
    file.starts_with('.') || folders.split('/').any(is_passed_by)
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// By name.
    pub files: Vec<Candidate>,
    pub passed: Vec<Passed>,
    /// Names of the folders that were entered, without the root.
    pub folders: Vec<String>,
}

/// The files below a folder. Links to folders are followed once all else is known, each folder once: a circle
/// ends, and a file keeps the name that it has without links.
pub(super) fn walk(root: &Path, reach: Reach) -> Result<Walked> {
    let mut walk = Walk {
        reach,
        known: HashSet::new(),
        open: Vec::new(),
        links: BTreeMap::new(),
        walked: Walked::default(),
    };
    walk.enter(String::new(), root.to_owned())?;
    loop {
        while let Some((name, folder)) = walk.open.pop() {
            walk.list(&name, &folder)?;
        }
        match walk.links.pop_first() {
            Some((name, link)) => walk.follow(name, link)?,
            None => break,
        }
    }
    let mut walked = walk.walked;
    walked.files.sort_by(|a, b| a.name.cmp(&b.name));
    walked.passed.sort_by(|a, b| a.name.cmp(&b.name));
    walked.folders.sort();
    Ok(walked)
}

struct Walk {
    reach: Reach,
    /// Where the folders are that were entered, without links.
    known: HashSet<PathBuf>,
    open: Vec<(String, PathBuf)>,
    links: BTreeMap<String, PathBuf>,
    walked: Walked,
}

impl Walk {
    fn enter(&mut self, name: String, folder: PathBuf) -> Result<()> {
        if !self.known.insert(fs_err::canonicalize(&folder)?) {
            let what = "a link to a folder that is read by another name";
            self.walked.passed.push(Passed::new(&name, what));
            return Ok(());
        }
        if self.reach == Reach::Dataset && !name.is_empty() && is_output(&folder) {
            let what = "a folder that gradatim wrote";
            self.walked.passed.push(Passed::new(&name, what));
            return Ok(());
        }
        if !name.is_empty() {
            self.walked.folders.push(name.clone());
        }
        self.open.push((name, folder));
        Ok(())
    }

    /// Follows a link to a folder, where it does not lead back to where it lies.
    fn follow(&mut self, name: String, link: PathBuf) -> Result<()> {
        let target = fs_err::canonicalize(&link)?;
        let home = link.parent().unwrap_or(Path::new("."));
        if fs_err::canonicalize(home)?.starts_with(&target) {
            let what = "a link in a circle";
            self.walked.passed.push(Passed::new(&name, what));
            return Ok(());
        }
        self.enter(name, link)
    }

    fn list(&mut self, name: &str, folder: &Path) -> Result<()> {
        for entry in fs_err::read_dir(folder)? {
            let entry = entry?;
            let inner = shown(&entry.file_name());
            let name = match name {
                "" => inner.clone(),
                folder => format!("{folder}/{inner}"),
            };
            self.sort_in(&inner, name, entry.path())?;
        }
        Ok(())
    }

    /// A folder is opened, a file is listed, a link kept for later, all else passed over.
    fn sort_in(&mut self, inner: &str, name: String, path: PathBuf) -> Result<()> {
        let kind = fs_err::symlink_metadata(&path)?.file_type();
        let leads_to = std::fs::metadata(&path).ok().map(|data| data.file_type());
        let is_folder = leads_to.is_some_and(|kind| kind.is_dir());
        if is_folder && self.reach.enters(inner) {
            if kind.is_symlink() {
                self.links.insert(name, path);
            } else {
                self.enter(name, path)?;
            }
        } else if !is_folder && self.reach.lists(inner) {
            match leads_to {
                Some(kind) if kind.is_file() => self.walked.files.push(Candidate { name, path }),
                // Its reader says that it leads nowhere, if it has the name of data.
                None if Format::of(&path).is_some() => {
                    self.walked.files.push(Candidate { name, path });
                }
                None => self
                    .walked
                    .passed
                    .push(Passed::new(&name, "a link to nothing")),
                Some(_) => self
                    .walked
                    .passed
                    .push(Passed::new(&name, "no regular file")),
            }
        }
        Ok(())
    }
}

fn is_output(folder: &Path) -> bool {
    folder.join("__run__").join("manifest.json").is_file()
}

/// A name as it is shown: bytes that are no UTF-8 as `\xFF`, so that two names stay two.
pub(crate) fn shown(name: &OsStr) -> String {
    let mut text = String::new();
    for chunk in name.as_encoded_bytes().utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text += &format!("\\x{byte:02X}");
        }
    }
    text
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    use super::*;

    fn names(root: &Path) -> (Vec<String>, Vec<String>) {
        let walked = walk(root, Reach::Dataset).expect("a folder");
        let files = walked.files.into_iter().map(|file| file.name);
        let passed = walked.passed.iter().map(Passed::words);
        (files.collect(), passed.collect())
    }

    #[test]
    fn links_in_circles_end_and_each_folder_is_read_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        for name in ["b/c", "z"] {
            std::fs::create_dir_all(at(name)).expect("a folder");
        }
        std::fs::write(at("b/c/x.jsonl"), "").expect("a file");
        symlink("..", at("b/up")).expect("a link");
        symlink("b/c", at("a")).expect("a link");
        symlink("../b", at("z/b")).expect("a link");
        symlink("nowhere", at("lost.jsonl")).expect("a link");
        symlink("nowhere", at("lost")).expect("a link");
        let (files, passed) = names(folder.path());
        assert_eq!(files, ["b/c/x.jsonl", "lost.jsonl"]);
        let twice = "(a link to a folder that is read by another name)";
        let expected = [
            format!("a {twice}"),
            "b/up (a link in a circle)".into(),
            "lost (a link to nothing)".into(),
            format!("z/b {twice}"),
        ];
        assert_eq!(passed, expected);
    }

    #[test]
    fn a_name_that_is_no_text_is_shown_and_stays_unique() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [&b"a\xff.jsonl"[..], b"a\xfe.jsonl", "ä.jsonl".as_bytes()] {
            std::fs::write(folder.path().join(OsStr::from_bytes(name)), "").expect("a file");
        }
        let (files, _) = names(folder.path());
        assert_eq!(files, ["a\\xFE.jsonl", "a\\xFF.jsonl", "ä.jsonl"]);
    }
}
