//! `SHA256SUMS`: the hash of every file, as `sha256sum -c` reads it from the output folder.

use std::path::Path;

use crate::Result;
use crate::folder::{sha256, walk};

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
