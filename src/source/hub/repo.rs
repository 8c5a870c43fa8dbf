//! A repository at one commit: its files, and which of them are which config and split.
//!
//! A branch or tag is resolved to a commit once; from then on the commit stands in every address, so
//! that a push in the middle of a run changes nothing. What a commit holds never changes, so its listing
//! is kept on disk and asked for once. Offline, a listing that was never kept is made from the snapshot
//! that Python left, if no shard of it is missing.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Deserialize;

use super::Hub;
use super::address::{Address, is_commit, revision_url, tree_url};
use super::dataset::{Config, Dataset, Description};
use super::file::RemoteFile;
use super::listing::{self, TreeEntry};
use super::refusal::{Subject, not_cached};
use crate::error::HubFault;
use crate::source::dataset::card;
use crate::source::dataset::splits::{self, Home};
use crate::source::disk_file::read_small;
use crate::source::place::Place;
use crate::source::remote::Fault;
use crate::source::remote::lock;
use crate::{Error, Result};

/// No card is longer; a hostile one would fill the memory.
const README_BYTES_MAX: u64 = 16 << 20;

#[derive(Deserialize)]
struct Revision {
    sha: String,
}

impl Hub {
    /// All configs and splits of a dataset, with their files.
    pub fn describe(&self, address: &Address) -> Result<Arc<Description>> {
        let commit = self.commit(address)?;
        let key = (address.repo.clone(), commit.clone());
        let known = lock(&self.described).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let described = Arc::new(self.describe_commit(address, &commit)?);
        lock(&self.described).insert(key, described.clone());
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
        let described = splits::configs(&card, &paths, Home::Hub)
            .into_iter()
            .map(|config| {
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
        if self.settings.offline && self.sound(file)?.is_none() {
            return Ok(String::new());
        }
        let mut bytes = Vec::new();
        let opened = Place::Disk(self.whole_file(file)?).open()?;
        opened.take(README_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The commit that a revision means: asked for once, however often it is used.
    fn commit(&self, address: &Address) -> Result<String> {
        if address.is_pinned() {
            return Ok(address.revision.to_ascii_lowercase());
        }
        let mut commits = lock(&self.commits);
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
        let entries = match listing::kept(&kept) {
            Some(entries) => entries,
            None if self.settings.offline => {
                let snapshot = self.snapshot(&address.repo, commit);
                return listing::of_snapshot(&snapshot, address, commit);
            }
            None => {
                let entries = self.list(address, commit)?;
                listing::keep(&kept, &entries)?;
                entries
            }
        };
        listing::files(address, commit, entries)
    }

    fn listing_path(&self, repo: &str, commit: &str) -> PathBuf {
        let name = format!("{commit}.listing");
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
                let next = answer.header("link").and_then(listing::next_page);
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
        let text = read_small(&refs.join(&address.revision)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let commit = text.trim();
        if is_commit(commit) {
            return Ok(commit.to_ascii_lowercase());
        }
        Err(not_cached(&format!("`{address}`")))
    }
}

fn parse<T: serde::de::DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(text).map_err(|_| Fault::Wrong("it is not the JSON of a hub".into()))
}
