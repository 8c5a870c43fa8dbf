//! How it is made again, and how anybody checks it.

use maud::html;

use super::facts::Facts;
use crate::Result;
use crate::error::one_line;
use crate::manifest::FileRecord;
use crate::view::page::{Cell, Section, Table, counted, typed};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let manifest = &facts.manifest;
    let run = "gradatim run {}/__run__/pipeline.lock.toml --out again";
    let of_files = counted(
        manifest.files.len() as u64,
        "file that was read",
        "files that were read",
    );
    let body = html! {
        dl.facts {
            dt { "To check the folder" } dd { (typed(&facts.tables.command("gradatim check {}"))) }
            dt { "To make it again" } dd {
                (typed(&facts.tables.command(run)))
                @if reads_a_disk(&manifest.files) {
                    p.soft { "Paths in the lock file start in the current folder: elsewhere than in the folder of the pipeline \
                              file add " code { "--base DIR" } " with that, or " code { "--source NAME=PATH" } "." }
                }
            }
            dt { "To hold both against each other" } dd { (typed(&facts.tables.command("gradatim diff {} again"))) }
            dt { "Why one row is where it is" } dd { (typed(&facts.tables.command("gradatim why ID --in {}"))) }
            dt { "Version" } dd { (one_line(&manifest.program)) }
            dt { "Seed" } dd { (manifest.seed) }
            dt { "SHA-256 of the pipeline, every default filled in" } dd { code { (one_line(&manifest.pipeline_sha256)) } }
        }
        (files(&manifest.files).markup())
    };
    Ok(Some(Section {
        id: "again",
        title: "Make it again, and check it",
        found: format!(
            "The same pipeline, files, seed and version give the same bytes: the folder names {} with {}.",
            of_files,
            match manifest.files.len() {
                1 => "its hash",
                _ => "their hashes",
            }
        ),
        body,
        figures: Vec::new(),
    }))
}

/// Whether a source lies on a disk, where it has a path.
fn reads_a_disk(files: &[FileRecord]) -> bool {
    files.iter().any(|file| file.hub.is_none())
}

/// How many files are listed; the manifest has all.
const FILES_MAX: usize = 500;

fn files(files: &[FileRecord]) -> Table {
    let mut table = Table::new(
        "Files that were read",
        &["file", "source", "bytes", "entries", "kept", "hash"],
    );
    for file in files.iter().take(FILES_MAX) {
        let hash = match (&file.blake3, &file.hub) {
            (Some(hash), _) => format!("blake3 {hash}"),
            (None, Some(hub)) => format!("{} (hub)", hub.content),
            (None, None) => String::new(),
        };
        table.rows.push(vec![
            Cell::text(&file.file),
            Cell::code(&file.source),
            Cell::Count(file.bytes),
            Cell::Count(file.read),
            Cell::Count(file.kept),
            Cell::code(hash),
        ]);
    }
    table
}
