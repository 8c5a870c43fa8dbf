//! `pipeline.lock.toml`: the pipeline as it was planned, with the content of what its paths name.
//!
//! Where the data lay is no part of the experiment and nobody's business; what it was, is. A table keeps the name of its
//! data, and behind all of them stands a hash of each, so that a lock file alone tells whether data are the same.

use std::fmt::Write;

use indexmap::IndexMap;

use crate::manifest::{LookupRole, Manifest};

/// The text of the lock file, from what was planned and what the run read.
pub(super) fn text(planned: &str, manifest: &Manifest) -> String {
    let contents = contents(manifest);
    let mut text = planned.to_owned();
    if contents.is_empty() {
        return text;
    }
    text.push_str(
        "\n# What was read from disk: files, and BLAKE3 of a line `NAME HASH` for each (`manifest.json` has them).\n",
    );
    for (table, files) in contents {
        let hash = blake3::hash(files.concat().as_bytes()).to_hex();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# {table}: {}, {}", files.len(), &hash[..HASH_DIGITS]);
    }
    text
}

/// As many as of a file's hash in the manifest: 128 bits.
const HASH_DIGITS: usize = 32;

/// A line for each file on disk, by the table that names it.
fn contents(manifest: &Manifest) -> IndexMap<String, Vec<String>> {
    let mut contents: IndexMap<String, Vec<String>> = IndexMap::new();
    let mut add = |table: String, file: &str, hash: &Option<String>| {
        if let Some(hash) = hash {
            let line = format!("{file} {hash}\n");
            contents.entry(table).or_default().push(line);
        }
    };
    for file in &manifest.files {
        add(
            format!("sources.{}", quoted(&file.source)),
            &file.file,
            &file.blake3,
        );
    }
    for companion in &manifest.companions {
        for file in &companion.files {
            add(
                format!("companions.{}", quoted(&companion.name)),
                &file.file,
                &file.blake3,
            );
        }
    }
    for lookup in &manifest.lookups {
        let table = match lookup.role {
            LookupRole::Benchmark => "benchmarks",
            LookupRole::Join => "join",
            LookupRole::Vectors => "vectors of benchmarks",
        };
        for file in &lookup.files {
            add(
                format!("{table}.{}", quoted(&lookup.name)),
                &file.file,
                &file.blake3,
            );
        }
    }
    contents
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    match !key.is_empty() && key.chars().all(is_bare) {
        true => key.to_owned(),
        false => crate::error::quoted(key),
    }
}
