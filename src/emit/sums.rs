//! `SHA256SUMS`: the hash of every file, as `sha256sum -c` reads it from the output folder; and the seals, which
//! the manifest holds of the same files.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use fs_err as fs;
use sha2::{Digest, Sha256};

use super::card;
use crate::Result;
use crate::folder::{CARD, hex, sha256, walk};
use crate::manifest::Manifest;

/// Hashes every file below `root` but hidden ones and the list itself.
pub(super) fn write(root: &Path, list: &Path) -> Result<()> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    let mut text = String::new();
    for name in files {
        text += &format!("{}  {name}\n", sha256(&root.join(&name))?);
    }
    crate::disk::write(list, text)
}

/// The seals of all files that were written so far: see [`Manifest::seals`].
pub(super) fn seals(root: &Path, manifest: &Manifest) -> Result<BTreeMap<String, String>> {
    let paths = manifest.subsets.iter();
    let sealed: HashSet<&str> = paths.filter_map(|subset| subset.path.as_deref()).collect();
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.retain(|name| !sealed.contains(name.as_str()));
    let seal = |name: String| {
        let sum = match name == CARD {
            true => card_seal(&fs::read_to_string(root.join(&name))?).unwrap_or_default(),
            false => sha256(&root.join(&name))?,
        };
        Ok((name, sum))
    };
    files.into_iter().map(seal).collect()
}

/// The SHA-256 of a card's generated part; none where its bounds are gone.
pub(crate) fn card_seal(card: &str) -> Option<String> {
    let [front, body] = card::generated(card)?;
    let digest = Sha256::new().chain_update(front).chain_update(body);
    Some(hex(&digest.finalize()))
}
