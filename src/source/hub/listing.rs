//! The files of a commit: as the hub lists them, as that is kept on disk, and as another tool left them.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::address::{Address, is_plain_path, origin};
use super::file::{ContentId, RemoteFile};
use super::refusal::not_cached;
use crate::error::HubFault;
use crate::source::dataset::splits::missing_shard;
use crate::source::disk_file::read_small;
use crate::{Error, Result};

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

impl TreeEntry {
    /// As a hub would list a file of that content.
    fn of_blob(path: String, content: ContentId, size: u64) -> Self {
        let oid = content.to_string();
        let is_large = matches!(content, ContentId::Sha256(_));
        Self {
            kind: "file".into(),
            path,
            size,
            lfs: is_large.then(|| Lfs {
                oid: oid.clone(),
                size,
            }),
            oid,
        }
    }
}

/// The files among the entries, by path.
pub(super) fn files(
    address: &Address,
    commit: &str,
    entries: Vec<TreeEntry>,
) -> Result<BTreeMap<String, RemoteFile>> {
    let files = entries.into_iter().filter(|entry| entry.kind == "file");
    files
        .map(|entry| Ok((entry.path.clone(), remote_file(address, commit, entry)?)))
        .collect()
}

/// The files that another tool left of a commit, by path; fails where a shard of them is missing.
pub(super) fn of_snapshot(
    root: &Path,
    address: &Address,
    commit: &str,
) -> Result<BTreeMap<String, RemoteFile>> {
    let mut entries = Vec::new();
    walk(root, root, &mut entries);
    let files = files(address, commit, entries)?;
    if files.is_empty() {
        return Err(not_cached(&format!("commit {commit} of `{address}`")));
    }
    match missing_shard(files.keys()) {
        Some(shard) => Err(not_cached(&format!("{shard} of `{address}`"))),
        None => Ok(files),
    }
}

/// Files below a snapshot, each with the name of the blob that it links to.
fn walk(root: &Path, folder: &Path, found: &mut Vec<TreeEntry>) {
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
            found.push(TreeEntry::of_blob(
                relative.replace('\\', "/"),
                content,
                data.len(),
            ));
        }
    }
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

/// The entries that were kept, if they were and are whole: a digit that flipped would name another file.
pub(super) fn kept(path: &Path) -> Option<Vec<TreeEntry>> {
    let bytes = read_small(path).ok()?;
    let (hash, text) = bytes.split_at_checked(blake3::OUT_LEN)?;
    let is_whole = blake3::hash(text).as_bytes() == hash;
    is_whole.then(|| serde_json::from_slice(text).ok())?
}

/// Keeps the entries, with a hash of them in front.
pub(super) fn keep(path: &Path, entries: &[TreeEntry]) -> Result<()> {
    let text = serde_json::to_vec(entries).map_err(std::io::Error::other)?;
    let bytes = [blake3::hash(&text).as_bytes(), &text[..]].concat();
    crate::disk::put(path, &bytes)
}

/// The path and query of the page after this one: `<https://…>; rel="next"`.
pub(super) fn next_page(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (url, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        rest.replace([' ', '"'], "")
            .contains("rel=next")
            .then_some(())?;
        let path = match origin(url) {
            Some(origin) => &url[origin.len()..],
            None => url,
        };
        path.starts_with('/').then(|| path.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_with_a_flipped_bit_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("listing");
        let content = ContentId::GitBlob([7; 20]);
        keep(&path, &[TreeEntry::of_blob("a.jsonl".into(), content, 3)]).expect("a listing");
        assert_eq!(kept(&path).expect("a listing").len(), 1);
        let whole = std::fs::read(&path).expect("a file");
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&path, bytes).expect("a file");
            assert!(kept(&path).is_none(), "byte {at}");
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
}
