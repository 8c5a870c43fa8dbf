//! Names of a dataset on the hub, and the addresses that are made of them.
//!
//! A revision names a file in the cache (`refs/REVISION`) and a path in a tree a file in a snapshot, so
//! neither may climb out of its folder: what is no plain relative path is refused here, once.

use std::fmt;
use std::str::FromStr;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{Error, Result};

/// The branch that is meant where none is named.
const MAIN: &str = "main";

/// A dataset at a revision: `hub:NAMESPACE/NAME`, `hub:NAMESPACE/NAME@REVISION`.
///
/// ```
/// use gradatim::source::hub::Address;
/// let address: Address = "hub:open-r1/OpenR1-Math-220k@refs/convert/parquet".parse()?;
/// assert_eq!(address.repo, "open-r1/OpenR1-Math-220k");
/// assert_eq!(address.revision, "refs/convert/parquet");
/// assert!("hub:../etc".parse::<Address>().is_err());
/// # Ok::<(), gradatim::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub repo: String,
    /// A branch, a tag or a commit.
    pub revision: String,
}

impl Address {
    /// A dataset (`NAMESPACE/NAME`) at a revision, or on its main branch.
    pub fn new(repo: &str, revision: Option<&str>) -> Result<Self> {
        let parts: Vec<&str> = repo.split('/').collect();
        if parts.len() > 2 || !parts.iter().all(|part| is_name(part)) {
            return Err(Error::usage(
                format!("`{repo}` is no name of a dataset on the hub"),
                "write it as its page does, `NAMESPACE/NAME`: `open-r1/OpenR1-Math-220k`",
            ));
        }
        let revision = revision.unwrap_or(MAIN);
        if !is_plain_path(revision) || revision.contains(['?', '*', '[', '~', '^', ':', ' ']) {
            return Err(Error::usage(
                format!("`{revision}` is no name of a revision"),
                "name a branch, a tag or a commit of the dataset",
            ));
        }
        Ok(Self {
            repo: repo.to_owned(),
            revision: revision.to_owned(),
        })
    }

    /// Whether the revision is a commit, which never moves.
    pub(crate) fn is_pinned(&self) -> bool {
        is_commit(&self.revision)
    }
}

impl FromStr for Address {
    type Err = Error;

    /// With or without `hub:` in front.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.strip_prefix("hub:").unwrap_or(text);
        match text.split_once('@') {
            Some((repo, revision)) => Self::new(repo, Some(revision)),
            None => Self::new(text, None),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => f.write_str(&self.repo),
            revision => write!(f, "{}@{revision}", self.repo),
        }
    }
}

/// What the hub takes for a namespace or a name (`huggingface_hub`'s `validate_repo_id`).
fn is_name(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    (1..=96).contains(&text.len())
        && text.chars().all(inner)
        && !text.starts_with(['-', '.'])
        && !text.ends_with(['-', '.'])
        && !text.contains("--")
        && !text.contains("..")
}

pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether a path has only named parts: no `..`, no root, nothing that another system reads as one.
pub(super) fn is_plain_path(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
    path.split('/').all(plain) && !path.contains(['\\', ':']) && !path.contains(char::is_control)
}

const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

const KEPT_IN_PATH: &AsciiSet = &KEPT.remove(b'/');

/// A path inside an address: `/` stays.
fn encoded_path(path: &str) -> String {
    utf8_percent_encode(path, KEPT_IN_PATH).to_string()
}

/// One part of an address: `refs/convert/parquet` becomes `refs%2Fconvert%2Fparquet`.
fn encoded(part: &str) -> String {
    utf8_percent_encode(part, KEPT).to_string()
}

/// Where a hub tells the commit of a revision.
pub(super) fn revision_url(endpoint: &str, address: &Address) -> String {
    let revision = encoded(&address.revision);
    format!(
        "{endpoint}/api/datasets/{}/revision/{revision}",
        address.repo
    )
}

/// Where a hub lists the files of a commit.
pub(super) fn tree_url(endpoint: &str, repo: &str, commit: &str) -> String {
    format!("{endpoint}/api/datasets/{repo}/tree/{commit}?recursive=true&expand=false")
}

/// Where a hub gives a file, or says who does.
pub(super) fn resolve_url(endpoint: &str, repo: &str, commit: &str, path: &str) -> String {
    let path = encoded_path(path);
    format!("{endpoint}/datasets/{repo}/resolve/{commit}/{path}")
}

/// The page that people read, where access is asked for.
pub(super) fn page_url(endpoint: &str, repo: &str) -> String {
    format!("{endpoint}/datasets/{repo}")
}

/// `https://host:port` of an address: what may see the token is decided by it.
pub(super) fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..]
        .find(['/', '?', '#'])
        .map_or(url.len(), |at| start + at);
    (end > start && matches!(&url[..start], "http://" | "https://")).then(|| &url[..end])
}

/// Where a `Location` seen at `url` leads; none where it leads from TLS to plain text, or nowhere.
pub(super) fn join(url: &str, location: &str) -> Option<String> {
    let here = origin(url)?;
    let joined = if location.starts_with("//") {
        format!("{}:{location}", here.split("://").next()?)
    } else if location.starts_with('/') {
        format!("{here}{location}")
    } else {
        location.to_owned()
    };
    let there = origin(&joined)?;
    let safe = there.starts_with("https://") || here.starts_with("http://");
    safe.then_some(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_climb_out_of_its_folder() {
        for text in [
            "", "a/b/c", "../b", "a/..", "a//b", "/a", "a b/c", "a/b@", "a/b@../x", "a/b@/x",
            "a/b@x/..", "-a/b", "a--b/c", "a/b@x\\y",
        ] {
            assert!(text.parse::<Address>().is_err(), "{text}");
        }
        assert!(!is_plain_path("data/../../x") && !is_plain_path("C:/x") && !is_plain_path("/x"));
        assert!(is_plain_path("data/train-00000-of-00010.parquet"));
    }

    #[test]
    fn an_address_reads_back_as_it_is_shown() {
        for text in ["squad", "a/b", "a/b@v1.0", "a/b@refs/pr/1"] {
            let address: Address = text.parse().unwrap();
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn a_slash_of_a_revision_is_escaped_and_one_of_a_path_is_not() {
        let address: Address = "a/b@refs/convert/parquet".parse().unwrap();
        let url = revision_url("https://hub", &address);
        assert_eq!(
            url,
            "https://hub/api/datasets/a/b/revision/refs%2Fconvert%2Fparquet"
        );
        let url = resolve_url("https://hub", "a/b", "c0", "x y/ü#1?.parquet");
        assert_eq!(
            url,
            "https://hub/datasets/a/b/resolve/c0/x%20y/%C3%BC%231%3F.parquet"
        );
    }

    #[test]
    fn a_redirect_never_leaves_tls() {
        let join = |location| join("https://hub/a/b?c", location);
        assert_eq!(join("/x").as_deref(), Some("https://hub/x"));
        assert_eq!(join("//cdn/x").as_deref(), Some("https://cdn/x"));
        assert_eq!(join("https://cdn/x").as_deref(), Some("https://cdn/x"));
        assert_eq!(join("http://cdn/x"), None);
        assert_eq!(join("ftp://cdn/x"), None);
        assert_eq!(origin("http://localhost:80?x"), Some("http://localhost:80"));
    }
}
