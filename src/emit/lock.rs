//! `pipeline.lock.toml`: the pipeline as it was planned, with the content of what its paths name.
//!
//! Where the data lay is no part of the experiment and nobody's business; what it was, is. A table keeps the name of its
//! data, and behind all of them stands a hash of each, so that a lock file alone tells whether data are the same.

use std::fmt::Write;

use indexmap::IndexMap;

use crate::manifest::{CompanionFileRecord, LookupRole, Manifest, ObjectRecord};

/// The text of the lock file, from what was planned and what the run read.
pub(super) fn text(planned: &str, manifest: &Manifest) -> String {
    let mut text = planned.to_owned();
    for (head, lines) in [
        (
            "# What was read from disk: files, and BLAKE3 of a line `NAME HASH` for each (`manifest.json` has them).",
            Lines::of(manifest, |file, blake3, _| {
                Some(format!("{file} {}\n", blake3?))
            }),
        ),
        (
            "# What was read from a store: objects, and BLAKE3 of a line `URL STATE` for each (`manifest.json` has them).",
            Lines::of(manifest, |_, _, object| {
                object.map(|object| format!("{} {}\n", object.url, object.state))
            }),
        ),
    ] {
        lines.write(head, &mut text);
    }
    text
}

/// As many as of a file's hash in the manifest: 128 bits.
const HASH_DIGITS: usize = 32;

/// What a file was, in a line; none of one that lies elsewhere.
type Line = fn(&str, Option<&String>, Option<&ObjectRecord>) -> Option<String>;

/// Lines of files, by the table that names them.
struct Lines(IndexMap<String, Vec<String>>);

impl Lines {
    fn of(manifest: &Manifest, line: Line) -> Self {
        let mut lines = Self(IndexMap::new());
        let mut add = |table: String, line: Option<String>| {
            if let Some(line) = line {
                lines.0.entry(table).or_default().push(line);
            }
        };
        for file in &manifest.files {
            add(
                format!("sources.{}", quoted(&file.source)),
                line(&file.file, file.blake3.as_ref(), file.object.as_ref()),
            );
        }
        let of = |file: &CompanionFileRecord| {
            line(&file.file, file.blake3.as_ref(), file.object.as_ref())
        };
        for companion in &manifest.companions {
            for file in &companion.files {
                add(format!("companions.{}", quoted(&companion.name)), of(file));
            }
        }
        for lookup in &manifest.lookups {
            let table = match lookup.role {
                LookupRole::Benchmark => "benchmarks",
                LookupRole::Join => "join",
                LookupRole::Vectors => "vectors of benchmarks",
            };
            for file in &lookup.files {
                add(format!("{table}.{}", quoted(&lookup.name)), of(file));
            }
        }
        lines
    }

    fn write(&self, head: &str, text: &mut String) {
        if self.0.is_empty() {
            return;
        }
        // Writing to a string cannot fail.
        let _ = writeln!(text, "\n{head}");
        for (table, lines) in &self.0 {
            let hash = blake3::hash(lines.concat().as_bytes()).to_hex();
            let _ = writeln!(text, "# {table}: {}, {}", lines.len(), &hash[..HASH_DIGITS]);
        }
    }
}

/// A key as TOML writes it.
fn quoted(key: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || "_-".contains(letter);
    match !key.is_empty() && key.chars().all(is_bare) {
        true => key.to_owned(),
        false => crate::error::quoted(key),
    }
}
