//! `SHA256SUMS`: the hash of every file, as `sha256sum -c` reads it from the output folder; and the seals, which
//! the manifest holds of the same files.

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{Written, card};
use crate::Result;
use crate::folder::{CARD, hex, sha256, walk};

/// The hash of each file of a folder, by its name. A file is read for it once: a subset's was hashed when it was written.
pub(super) struct Sums(BTreeMap<String, String>);

impl Sums {
    /// Hashes every file below `root` but hidden ones.
    pub(super) fn of(root: &Path, written: &[Option<Written>]) -> Result<Self> {
        let known = written.iter().flatten();
        let mut sums: BTreeMap<String, String> = known
            .map(|written| (written.path.clone(), written.sha256.clone()))
            .collect();
        let mut files = Vec::new();
        walk(root, &mut files)?;
        files.retain(|name| !sums.contains_key(name));
        let hashed = files.into_par_iter().map(|name| {
            let sum = sha256(&root.join(&name))?;
            Ok((name, sum))
        });
        sums.extend(hashed.collect::<Result<Vec<_>>>()?);
        Ok(Self(sums))
    }

    /// The seals of the files: see [`crate::manifest::Manifest::seals`].
    pub(super) fn seals(
        &self,
        root: &Path,
        written: &[Option<Written>],
    ) -> Result<BTreeMap<String, String>> {
        let mut seals = self.0.clone();
        for subset in written.iter().flatten() {
            seals.remove(&subset.path);
        }
        if let Some(seal) = seals.get_mut(CARD) {
            *seal = card_seal(&fs::read_to_string(root.join(CARD))?).unwrap_or_default();
        }
        Ok(seals)
    }

    /// Writes the list, with the file of that name too, which was written behind the others.
    pub(super) fn write(mut self, root: &Path, last: &str, list: &Path) -> Result<()> {
        self.0.insert(last.to_owned(), sha256(&root.join(last))?);
        let lines = self.0.iter().map(|(name, sum)| format!("{sum}  {name}\n"));
        crate::disk::write(list, lines.collect::<String>())
    }
}

/// The SHA-256 of a card's generated part; none where its bounds are gone.
pub(crate) fn card_seal(card: &str) -> Option<String> {
    let [front, body] = card::generated(card)?;
    let digest = Sha256::new().chain_update(front).chain_update(body);
    Some(hex(&digest.finalize()))
}
