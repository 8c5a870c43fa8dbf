//! A repository at one commit: its files, and which of them are which config and split.
//!
//! A branch or tag is resolved to a commit once; from then on the commit stands in every address, so
//! that a push in the middle of a run changes nothing. What a commit holds never changes, so its listing
//! is kept on disk and asked for once. Offline, a listing that was never kept is made from the snapshot
//! that Python left, if no shard of it is missing.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::address::{self, Address, is_commit, is_plain_path, revision_url, tree_url};
use super::http::{Answer, Client};
use super::splits::Shard;
use super::wait::Fault;
use super::{Hub, card, splits};
use crate::error::HubFault;
use crate::source::Format;
use crate::{Error, Result};

/// What a file holds, as the hub names it; also its name in the cache and in its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentId {
    /// Of the bytes, for files in large file storage.
    Sha256([u8; 32]),
    /// Of git's blob: `blob SIZE\0`, then the bytes.
    GitBlob([u8; 20]),
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: &[u8] = match self {
            Self::Sha256(sum) => sum,
            Self::GitBlob(sum) => sum,
        };
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ContentId {
    type Err = ();

    /// 64 hexadecimal digits are the one, 40 the other.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.len() {
            64 => hex(text).map(Self::Sha256).ok_or(()),
            40 => hex(text).map(Self::GitBlob).ok_or(()),
            _ => Err(()),
        }
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(bytes)
}

/// A file of a dataset at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    pub repo: Arc<str>,
    pub commit: Arc<str>,
    /// Its path in the repository, with `/`.
    pub path: String,
    pub size: u64,
    pub content: ContentId,
    pub(super) revision: Arc<str>,
}

impl RemoteFile {
    /// None where its name's ending is none that is read.
    pub fn format(&self) -> Option<Format> {
        Format::of(Path::new(&self.path))
    }
}

/// What people read: `path of repo`.
impl fmt::Display for RemoteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}`", self.path, self.repo)
    }
}

/// One config and split of a dataset.
#[derive(Clone, Debug)]
pub struct Dataset {
    pub repo: String,
    pub commit: String,
    pub config: String,
    pub split: String,
    /// The licence that its card names.
    pub license: Option<String>,
    /// In order of path.
    pub files: Vec<RemoteFile>,
}

impl Dataset {
    /// Its page, for people.
    pub fn page(&self) -> String {
        format!("https://huggingface.co/datasets/{}", self.repo)
    }
}

/// All that a repository offers.
#[derive(Clone, Debug)]
pub struct Description {
    pub repo: String,
    pub commit: String,
    /// The licence that its card names.
    pub license: Option<String>,
    pub configs: Vec<Config>,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub name: String,
    /// Whether it is meant where none is named.
    pub is_default: bool,
    /// In the card's order.
    pub splits: IndexMap<String, Vec<RemoteFile>>,
}

impl Description {
    /// The files of a config and split; of what is meant by default where none is named: the default config,
    /// the only split, or the usual one (`train` but for benchmarks).
    pub fn dataset(
        &self,
        config: Option<&str>,
        split: Option<&str>,
        usual_split: &str,
    ) -> Result<Dataset> {
        let config = self.config(config)?;
        let (split, files) = self.split(config, split, usual_split)?;
        if files.is_empty() {
            return Err(Error::hub(
                HubFault::Unknown,
                format!(
                    "split `{split}` of config `{}` of `{}` has no file that can be read",
                    config.name, self.repo
                ),
                "name another split, or a revision with Parquet files: `refs/convert/parquet`",
            ));
        }
        Ok(Dataset {
            repo: self.repo.clone(),
            commit: self.commit.clone(),
            config: config.name.clone(),
            split: split.to_owned(),
            license: self.license.clone(),
            files: files.to_vec(),
        })
    }

    fn config(&self, name: Option<&str>) -> Result<&Config> {
        let mut configs = self.configs.iter();
        let found = match name {
            Some(name) => configs.find(|config| config.name == name),
            None => configs.find(|config| config.is_default),
        };
        found.ok_or_else(|| {
            let what = match name {
                _ if self.configs.is_empty() => {
                    format!("`{}` has no Parquet, JSONL or CSV files", self.repo)
                }
                Some(name) => format!("`{}` has no config `{name}`", self.repo),
                None => format!("`{}` has several configs and no default", self.repo),
            };
            let names = self.configs.iter().map(|config| config.name.as_str());
            Error::hub(HubFault::Unknown, what, one_of("config", names))
        })
    }

    fn split<'a>(
        &self,
        config: &'a Config,
        name: Option<&str>,
        usual: &str,
    ) -> Result<(&'a str, &'a [RemoteFile])> {
        let splits = &config.splits;
        let found = match name {
            Some(name) => splits.get_key_value(name),
            None if splits.len() == 1 => splits.first(),
            None => splits.get_key_value(usual),
        };
        let (split, files) = found.ok_or_else(|| {
            let (repo, config) = (&self.repo, &config.name);
            let what = match name {
                Some(name) => format!("config `{config}` of `{repo}` has no split `{name}`"),
                None => {
                    format!("config `{config}` of `{repo}` has several splits and no `{usual}`")
                }
            };
            let names = splits.keys().map(String::as_str);
            Error::hub(HubFault::Unknown, what, one_of("split", names))
        })?;
        Ok((split, files))
    }
}

/// As many names stand in a hint.
const NAMES_MAX: usize = 20;

fn one_of<'a>(key: &str, names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => String::new(),
        count if count > NAMES_MAX => format!(
            "write `{key} = …` with one of {}, or of {} more",
            names[..NAMES_MAX].join(", "),
            count - NAMES_MAX
        ),
        _ => format!("write `{key} = …` with one of {}", names.join(", ")),
    }
}

/// An entry of a hub's listing, as it comes and as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct TreeEntry {
    #[serde(rename = "type")]
    kind: String,
    path: String,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    oid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lfs: Option<Lfs>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Lfs {
    oid: String,
    size: u64,
}

#[derive(Deserialize)]
struct Revision {
    sha: String,
}

impl Hub {
    /// All configs and splits of a dataset, with their files.
    pub fn describe(&self, address: &Address) -> Result<Arc<Description>> {
        let commit = self.commit(address)?;
        let key = (address.repo.clone(), commit.clone());
        let known = super::http::lock(&self.described).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let described = Arc::new(self.describe_commit(address, &commit)?);
        super::http::lock(&self.described).insert(key, described.clone());
        Ok(described)
    }

    /// The files of one config and split.
    pub fn dataset(
        &self,
        address: &Address,
        config: Option<&str>,
        split: Option<&str>,
    ) -> Result<Dataset> {
        self.describe(address)?.dataset(config, split, "train")
    }

    fn describe_commit(&self, address: &Address, commit: &str) -> Result<Description> {
        let files = self.files(address, commit)?;
        let readme = match files.get("README.md") {
            Some(file) => self.readme(file)?,
            None => String::new(),
        };
        let card = card::configs(&readme).map_err(|why| {
            Error::hub(
                HubFault::Unknown,
                format!("the card of `{}` cannot be read: {why}", address.repo),
                "name a revision with a sound card, or download the files and name their folder",
            )
        })?;
        let paths: Vec<&str> = files.keys().map(String::as_str).collect();
        let take = |paths: &Vec<String>| paths.iter().map(|path| files[path].clone()).collect();
        let described = splits::configs(&card, &paths).into_iter().map(|config| {
            let splits = config.splits.iter();
            Config {
                name: config.name.clone(),
                is_default: config.is_default,
                splits: splits
                    .map(|(split, paths)| (split.clone(), take(paths)))
                    .collect(),
            }
        });
        Ok(Description {
            repo: address.repo.clone(),
            commit: commit.to_owned(),
            license: card::license(&readme),
            configs: described.collect(),
        })
    }

    fn readme(&self, file: &RemoteFile) -> Result<String> {
        // A snapshot that someone else filled may do without a card.
        if self.settings.offline && self.held(file).is_none() {
            return Ok(String::new());
        }
        let bytes = fs_err::read(self.whole(file)?)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The commit that a revision means: asked for once, however often it is used.
    fn commit(&self, address: &Address) -> Result<String> {
        if address.is_pinned() {
            return Ok(address.revision.to_ascii_lowercase());
        }
        let mut commits = super::http::lock(&self.commits);
        let key = address.to_string();
        if let Some(commit) = commits.get(&key) {
            return Ok(commit.clone());
        }
        let commit = if self.settings.offline {
            self.cached_commit(address)?
        } else {
            self.ask_commit(address)?
        };
        commits.insert(key, commit.clone());
        Ok(commit)
    }

    fn ask_commit(&self, address: &Address) -> Result<String> {
        let url = revision_url(self.client.endpoint(), address);
        let what = format!("the commit of `{address}`");
        let subject = Subject::of(address);
        self.client.patiently(&what, |_| {
            let answer = self.client.get(&url)?;
            let text = subject.accept(answer, &self.client)?.text()?;
            let revision: Revision = parse(&text)?;
            if is_commit(&revision.sha) {
                Ok(revision.sha.to_ascii_lowercase())
            } else {
                Err(Fault::Wrong("it is no commit".into()))
            }
        })
    }

    /// The files of a commit, by path: from disk where they were listed before.
    fn files(&self, address: &Address, commit: &str) -> Result<BTreeMap<String, RemoteFile>> {
        let kept = self.listing_path(&address.repo, commit);
        let entries = match read_listing(&kept) {
            Some(entries) => entries,
            None if self.settings.offline => return self.snapshot_files(address, commit),
            None => {
                let entries = self.list(address, commit)?;
                keep_listing(&kept, &entries)?;
                entries
            }
        };
        let files = entries.into_iter().filter(|entry| entry.kind == "file");
        files
            .map(|entry| Ok((entry.path.clone(), remote_file(address, commit, entry)?)))
            .collect()
    }

    fn listing_path(&self, repo: &str, commit: &str) -> PathBuf {
        let name = format!("{}.json", commit);
        let folder = self.settings.ranges.join("listings");
        folder.join(repo.replace('/', "--")).join(name)
    }

    /// Follows the pages of the listing.
    fn list(&self, address: &Address, commit: &str) -> Result<Vec<TreeEntry>> {
        let what = format!("the list of files of `{}`", address.repo);
        let subject = Subject::of(address);
        let mut entries = Vec::new();
        let mut url = tree_url(self.client.endpoint(), &address.repo, commit);
        loop {
            let (page, next) = self.client.patiently(&what, |_| {
                let answer = subject.accept(self.client.get(&url)?, &self.client)?;
                let next = answer.header("link").and_then(next_page);
                let page: Vec<TreeEntry> = parse(&answer.text()?)?;
                Ok((page, next))
            })?;
            let ended = page.is_empty();
            entries.extend(page);
            match next {
                // Only what it asks for is taken: a mirror may name the hub that it mirrors.
                Some(next) if !ended => url = format!("{}{next}", self.client.endpoint()),
                _ => return Ok(entries),
            }
        }
    }

    fn cached_commit(&self, address: &Address) -> Result<String> {
        let refs = self.repo_folder(&address.repo).join("refs");
        let text = fs_err::read_to_string(refs.join(&address.revision)).unwrap_or_default();
        let commit = text.trim();
        if is_commit(commit) {
            return Ok(commit.to_ascii_lowercase());
        }
        Err(not_cached(&format!("`{address}`")))
    }

    /// What another tool left of a commit.
    fn snapshot_files(
        &self,
        address: &Address,
        commit: &str,
    ) -> Result<BTreeMap<String, RemoteFile>> {
        let root = self.snapshot(&address.repo, commit);
        let mut found = Vec::new();
        walk(&root, &root, &mut found);
        let mut files = BTreeMap::new();
        for (path, content, size) in found {
            let entry = TreeEntry {
                kind: "file".into(),
                path: path.clone(),
                size,
                oid: content.to_string(),
                lfs: matches!(content, ContentId::Sha256(_)).then(|| Lfs {
                    oid: content.to_string(),
                    size,
                }),
            };
            files.insert(path, remote_file(address, commit, entry)?);
        }
        if files.is_empty() {
            return Err(not_cached(&format!("commit {commit} of `{address}`")));
        }
        match missing_shard(files.keys()) {
            Some(shard) => Err(not_cached(&format!("{shard} of `{address}`"))),
            None => Ok(files),
        }
    }
}

pub(super) fn not_cached(what: &str) -> Error {
    Error::hub(
        HubFault::Offline,
        format!("{what} is not in the cache, and `HF_HUB_OFFLINE` is set"),
        "unset `HF_HUB_OFFLINE`, or run once with it unset",
    )
}

/// Files below a snapshot: path, content (the name of the blob that it links to) and size.
fn walk(root: &Path, folder: &Path, found: &mut Vec<(String, ContentId, u64)>) {
    let Ok(entries) = fs_err::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(root, &path, found);
            continue;
        }
        let name = fs_err::read_link(&path).ok();
        let name = name.as_deref().and_then(Path::file_name);
        let content = name.and_then(|name| name.to_str()?.parse().ok());
        let relative = path.strip_prefix(root).ok().and_then(Path::to_str);
        if let (Some(content), Some(relative), Ok(data)) =
            (content, relative, fs_err::metadata(&path))
        {
            found.push((relative.replace('\\', "/"), content, data.len()));
        }
    }
}

/// The first shard that its neighbours' names say there is, and is not.
fn missing_shard<'a>(paths: impl Iterator<Item = &'a String>) -> Option<String> {
    let mut seen: BTreeMap<(&str, u32), u32> = BTreeMap::new();
    for shard in paths.filter_map(|path| Shard::of(path)) {
        *seen.entry((shard.stem, shard.count)).or_default() += 1;
    }
    let missing = seen.into_iter().find(|((_, count), found)| found < count);
    missing.map(|((stem, count), found)| {
        format!("`{stem}-…` ({} of its {count} files)", count - found)
    })
}

fn remote_file(address: &Address, commit: &str, entry: TreeEntry) -> Result<RemoteFile> {
    let (oid, size) = match &entry.lfs {
        Some(lfs) => (lfs.oid.trim_start_matches("sha256:"), lfs.size),
        None => (entry.oid.as_str(), entry.size),
    };
    let content = oid.parse::<ContentId>().ok();
    let Some(content) = content.filter(|_| is_plain_path(&entry.path)) else {
        return Err(Error::hub(
            HubFault::Wrong,
            format!(
                "the hub lists `{}` in `{address}`, which is no file",
                entry.path.escape_debug()
            ),
            "",
        ));
    };
    Ok(RemoteFile {
        repo: address.repo.as_str().into(),
        commit: commit.into(),
        path: entry.path,
        size,
        content,
        revision: address.revision.as_str().into(),
    })
}

fn read_listing(path: &Path) -> Option<Vec<TreeEntry>> {
    serde_json::from_slice(&fs_err::read(path).ok()?).ok()
}

fn keep_listing(path: &Path, entries: &[TreeEntry]) -> Result<()> {
    let text = serde_json::to_vec(entries).map_err(std::io::Error::other)?;
    super::put(path, &text)
}

fn parse<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|_| Fault::Wrong("it is not the JSON of a hub".into()))
}

/// The path and query of the page after this one: `<https://…>; rel="next"`.
fn next_page(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (url, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        rest.replace([' ', '"'], "")
            .contains("rel=next")
            .then_some(())?;
        let path = match address::origin(url) {
            Some(origin) => &url[origin.len()..],
            None => url,
        };
        path.starts_with('/').then(|| path.to_owned())
    })
}

/// What an answer is about, for the words of a refusal.
pub(super) struct Subject<'a> {
    pub repo: &'a str,
    pub revision: &'a str,
    pub path: Option<&'a str>,
}

impl<'a> Subject<'a> {
    fn of(address: &'a Address) -> Self {
        Self {
            repo: &address.repo,
            revision: &address.revision,
            path: None,
        }
    }

    /// Passes on what was granted.
    pub fn accept(&self, answer: Answer, client: &Client) -> Result<Answer, Fault> {
        match answer.status {
            200 | 206 => Ok(answer),
            416 => Err(Fault::Wrong("it has another length".into())),
            _ => Err(self.refusal(&answer, client)),
        }
    }

    /// Each refusal in words of its own, with what mends it.
    fn refusal(&self, answer: &Answer, client: &Client) -> Fault {
        let repo = self.repo;
        let page = address::page_url(client.endpoint(), repo);
        let code = answer.header("x-error-code").unwrap_or_default();
        let (fault, what, hint) = match (answer.status, code) {
            (401 | 403, "GatedRepo") if client.has_token() => (
                HubFault::Denied,
                format!("`{repo}` is gated, and the token's owner has no access to it"),
                format!("ask for access at {page}, then run again"),
            ),
            (401 | 403, "GatedRepo") => (
                HubFault::Denied,
                format!("`{repo}` is gated"),
                format!("ask for access at {page}, then set `HF_TOKEN` to a token of that account"),
            ),
            (404, "RevisionNotFound") => (
                HubFault::Unknown,
                format!("`{repo}` has no revision `{}`", self.revision),
                format!("see its branches and tags at {page}"),
            ),
            (404, "EntryNotFound") => (
                HubFault::Unknown,
                format!("`{repo}` has no file `{}`", self.path.unwrap_or("?")),
                format!("see its files at {page}/tree/{}", self.revision),
            ),
            (401, _) if !client.has_token() => (
                HubFault::Denied,
                format!("`{repo}` is private or does not exist: the hub wants a token to say which"),
                "check the name; if it is private, set `HF_TOKEN` to a token that may read it"
                    .to_owned(),
            ),
            (401, "RepoNotFound") | (404, _) => (
                HubFault::Unknown,
                format!("the hub has no dataset `{repo}`, or the token may not see it"),
                "check the name (`NAMESPACE/NAME`), and whether the token may read private datasets"
                    .to_owned(),
            ),
            (401, _) => (
                HubFault::Denied,
                "the hub does not know the token".to_owned(),
                "set `HF_TOKEN` to a token that is valid, or unset it for what is public".to_owned(),
            ),
            (403, _) => (
                HubFault::Denied,
                format!("the hub refuses `{repo}` to this token"),
                format!("give the token the right to read it, or see {page}"),
            ),
            (status, _) => (
                HubFault::Wrong,
                format!("the hub answers {status} for `{repo}`"),
                "check `HF_ENDPOINT`".to_owned(),
            ),
        };
        Fault::Final(Error::hub(fault, what, hint))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_id_reads_back_as_it_is_written() {
        for text in ["00ff".repeat(16), "0a1b".repeat(10)] {
            let id: ContentId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
        }
        for text in ["", "00", &"zz".repeat(32), "../../../../etc/passwd"] {
            assert!(text.parse::<ContentId>().is_err());
        }
    }

    #[test]
    fn the_next_page_is_asked_of_the_same_hub() {
        let header = "<https://huggingface.co/api/datasets/a/b/tree/c?cursor=x%3D>; rel=\"next\"";
        assert_eq!(
            next_page(header).as_deref(),
            Some("/api/datasets/a/b/tree/c?cursor=x%3D")
        );
        assert_eq!(next_page("<https://h/x>; rel=\"prev\""), None);
        assert_eq!(
            next_page("</a>; rel=prev, </b>; rel=next").as_deref(),
            Some("/b")
        );
        assert_eq!(next_page("nonsense"), None);
    }

    #[test]
    fn a_missing_shard_is_noticed() {
        let paths = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let whole: Vec<String> =
            paths(&["d/t-00000-of-00002.parquet", "d/t-00001-of-00002.parquet"]);
        assert_eq!(missing_shard(whole.iter()), None);
        let part: Vec<String> = paths(&["d/t-00001-of-00002.parquet", "README.md"]);
        assert!(missing_shard(part.iter()).is_some_and(|shard| shard.contains("1 of its 2")));
    }
}
