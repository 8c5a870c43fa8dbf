//! The address of an object, of a folder of objects, or of what a pattern matches.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::{Error, Result};

/// What an address begins with, and how many parts behind it name the store: a bucket, or a host.
const SCHEMES: [&str; 9] = [
    "s3", "s3a", "gs", "az", "azure", "abfs", "abfss", "http", "https",
];

/// What the address of a file on this disk begins with.
const FILE: &str = "file://";

/// Where an object lies, as `s3://BUCKET/KEY`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectUrl {
    /// What names the store: `s3://BUCKET`, `https://HOST`.
    root: String,
    /// Behind it, without a `/` at either end; empty for the whole store.
    key: String,
}

/// Whether a path is an address in a store.
pub(crate) fn is_address(path: &Path) -> bool {
    path.to_str().and_then(scheme).is_some()
}

/// The path on this disk that `file://` names; any other stays.
pub(crate) fn local(path: &Path) -> PathBuf {
    let named = path.to_str().and_then(|text| text.strip_prefix(FILE));
    match named {
        // `file://localhost/…` and `file:///…` are the same.
        Some(rest) => PathBuf::from(rest.strip_prefix("localhost").unwrap_or(rest)),
        None => path.to_owned(),
    }
}

fn scheme(text: &str) -> Option<&'static str> {
    let (scheme, _) = text.split_once("://")?;
    SCHEMES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(scheme))
}

impl ObjectUrl {
    pub(crate) fn of_path(path: &Path) -> Result<Self> {
        path.to_string_lossy().parse()
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// What stands before `://`, in small letters.
    pub(super) fn scheme(&self) -> &'static str {
        scheme(&self.root).unwrap_or_default()
    }

    /// The same with another key.
    pub(super) fn with_key(&self, key: &str) -> Self {
        Self {
            root: self.root.clone(),
            key: key.trim_matches('/').to_owned(),
        }
    }

    /// An object in this folder.
    pub(crate) fn join(&self, name: &str) -> Self {
        match self.key.is_empty() {
            true => self.with_key(name),
            false => self.with_key(&format!("{}/{name}", self.key)),
        }
    }

    /// The server that the environment names for it; nothing where it is the usual one.
    pub(crate) fn server(&self) -> String {
        let names: &[&str] = match self.scheme() {
            "s3" | "s3a" => &super::open::S3_ENDPOINTS,
            "gs" => &["GOOGLE_BASE_URL"],
            "http" | "https" => &[],
            _ => &["AZURE_STORAGE_ENDPOINT", "AZURE_STORAGE_ACCOUNT_NAME"],
        };
        let set = names.iter().filter_map(|name| std::env::var(name).ok());
        set.collect::<Vec<_>>().join(" ")
    }

    /// Whether it is served by plain web servers, which list nothing and take nothing.
    pub(crate) fn is_web(&self) -> bool {
        matches!(self.scheme(), "http" | "https")
    }
}

impl FromStr for ObjectUrl {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some(scheme) = scheme(text) else {
            return Err(Error::usage(
                format!("`{text}` is no address of an object store"),
                "write it as `s3://BUCKET/KEY`, `gs://BUCKET/KEY`, `az://CONTAINER/KEY` or `https://HOST/PATH`",
            ));
        };
        let rest = &text[scheme.len() + "://".len()..];
        let (store, key) = rest.split_once('/').unwrap_or((rest, ""));
        if store.is_empty() {
            return Err(Error::usage(
                format!("`{text}` names no bucket"),
                format!("write it as `{scheme}://BUCKET/KEY`"),
            ));
        }
        let is_web = matches!(scheme, "http" | "https");
        let is_more = is_web && (store.contains('@') || key.contains(['?', '#']));
        if is_more || key.contains("?X-Amz-") {
            let shown = rest.rsplit('@').next().unwrap_or_default();
            let shown = shown.split(['?', '#']).next().unwrap_or_default();
            return Err(Error::usage(
                format!("`{scheme}://{shown}` has a user, a query or a fragment in its address"),
                "name the file alone; credentials are read from the environment",
            ));
        }
        Ok(Self {
            root: format!("{scheme}://{store}"),
            key: key.trim_matches('/').to_owned(),
        })
    }
}

impl fmt::Display for ObjectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.is_empty() {
            true => f.write_str(&self.root),
            false => write!(f, "{}/{}", self.root, self.key),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_it_is_written() {
        for text in [
            "s3://bucket",
            "s3://bucket/a/b c.parquet",
            "gs://b/*.jsonl",
            "abfss://container@account.dfs.core.windows.net/x",
            "https://host:8000/rows.jsonl",
        ] {
            let url: ObjectUrl = text.parse().expect("an address");
            assert_eq!(url.to_string(), text);
        }
        let folder: ObjectUrl = "S3://bucket//a/".parse().expect("an address");
        assert_eq!(folder.to_string(), "s3://bucket/a");
        assert_eq!(folder.join("b/c").key(), "a/b/c");
        for text in ["rows.jsonl", "c://x", "s3://", "s3:///key", "ftp://host/x"] {
            assert!(text.parse::<ObjectUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_in_an_address_is_refused_and_not_shown() {
        for text in [
            "https://user:hush@host/x",
            "https://host/x?token=hush",
            "s3://b/x?X-Amz-Signature=hush",
        ] {
            let error = text.parse::<ObjectUrl>().expect_err("refused").to_string();
            assert!(!error.contains("hush"), "{error}");
        }
    }

    #[test]
    fn what_file_names_is_a_path() {
        let path = |text: &str| local(Path::new(text));
        assert_eq!(path("file:///a/b"), Path::new("/a/b"));
        assert_eq!(path("file://localhost/a"), Path::new("/a"));
        assert_eq!(path("a/b"), Path::new("a/b"));
        assert!(is_address(Path::new("s3://b/k")) && !is_address(Path::new("s3:/b")));
    }
}
