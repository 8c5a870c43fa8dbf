//! An output folder: where its files stand, and its manifest read again.
//!
//! Who writes a folder and who reads one years later name its files by the same words.

use std::path::Path;

use fs_err as fs;
use sha2::{Digest, Sha256};

use crate::manifest::Manifest;
use crate::{Error, Result};

/// The folder that loaders pass over.
pub(crate) const RUN_FOLDER: &str = "__run__";

/// What a run says of itself, in [`RUN_FOLDER`]; the last that is written of a folder in a store.
pub(crate) const MANIFEST: &str = "manifest.json";

/// The hashes of all files but hidden ones, in [`RUN_FOLDER`].
pub(crate) const SUMS: &str = "SHA256SUMS";

/// The dataset's card.
pub(crate) const CARD: &str = "README.md";

/// What an audit found, in its folder's [`RUN_FOLDER`].
pub(crate) const AUDIT: &str = "audit.json";

/// The rows of what an audit found, beside it.
pub(crate) const FINDINGS: &str = "findings.parquet";

/// The manifest of an evaluation's folder, which has no [`RUN_FOLDER`].
pub(crate) const EVALUATION: &str = "manifest.json";

/// The tables of an evaluation's folder, where it has them.
pub(crate) const EVALUATION_TABLES: [&str; 9] = [
    "attempts",
    "runs",
    "tiers",
    "pairs",
    "arms",
    "comparisons",
    "comparison_tiers",
    "comparison_questions",
    "disagreements",
];

/// The splits that a folder can have, in each a file of this name.
pub(crate) const SPLITS: [&str; 2] = ["train", "validation"];

/// The name of the only file of a subset that is this split.
pub(crate) fn shard(split: &str) -> String {
    format!("{split}-00000-of-00001.parquet")
}

/// The manifest of an output folder.
pub(crate) fn manifest(out: &Path) -> Result<Manifest> {
    let path = out.join(RUN_FOLDER).join(MANIFEST);
    let text = crate::disk::read_own_text(&path).map_err(|error| Error::no_output(out, &error))?;
    serde_json::from_str(&text).map_err(|error| {
        Error::usage(
            format!("its manifest cannot be read: {error}"),
            "check it with the version that wrote it",
        )
    })
}

/// Whether a folder holds an evaluation, as `gradatim eval --out` writes it.
pub(crate) fn is_evaluation(folder: &Path) -> bool {
    [EVALUATION, "eval.json", "attempts.parquet"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

/// Every file below `root` by its name relative to it, hidden ones left out.
pub(crate) fn walk(root: &Path, files: &mut Vec<String>) -> Result<()> {
    walk_below(root, "", files)
}

fn walk_below(root: &Path, below: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let name = if below.is_empty() {
            name
        } else {
            format!("{below}/{name}")
        };
        if entry.file_type()?.is_dir() {
            walk_below(root, &name, files)?;
        } else {
            files.push(name);
        }
    }
    Ok(())
}

pub(crate) fn sha256(path: &Path) -> Result<String> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(hex(&hasher.finalize()))
}

/// A hash as people write it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
