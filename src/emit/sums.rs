//! `SHA256SUMS`: the hash of every file, as `sha256sum -c` reads it from the output folder.

use std::path::Path;

use fs_err as fs;
use sha2::{Digest, Sha256};

use crate::Result;

/// Hashes every file below `root` but hidden ones and the list itself.
pub fn write(root: &Path, list: &Path) -> Result<()> {
    let mut files = Vec::new();
    walk(root, &mut files)?;
    files.sort();
    let mut text = String::new();
    for name in files {
        text += &format!("{}  {name}\n", sha256(&root.join(&name))?);
    }
    Ok(fs::write(list, text)?)
}

/// Every file below `root` by its name relative to it, hidden ones left out.
pub fn walk(root: &Path, files: &mut Vec<String>) -> Result<()> {
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

pub fn sha256(path: &Path) -> Result<String> {
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
    let digits = hasher.finalize();
    Ok(digits.iter().map(|byte| format!("{byte:02x}")).collect())
}
