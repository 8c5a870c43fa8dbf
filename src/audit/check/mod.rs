//! Is an output folder what it says it is?
//!
//! Every promise that can be read off the folder is checked from its files alone. What a run writes falls into
//! three kinds, and each is held against the others: what was *measured* (the ledger) and *found* (benchmarks'
//! items, licences of a hub, the contents of files) stands under the manifest's seals; what *follows* from it
//! (fates, selection, manifest, balance, card, every column of every row) is made again by the code that a run
//! makes it with, and compared; and the *texts* are held against the ids that name them. Whoever changes one file
//! must so change all of them, alike, as a run would have: then only a hash that was published elsewhere tells
//! ([`Findings::digest`]), or the sources (`sources`).
//!
//! Nothing in a folder is trusted to be one of ours: only regular files are opened that lie in it, what cannot be
//! read is a finding, and no work of others on it may end the program.

mod card;
mod derived;
mod difference;
mod files;
mod ledger;
mod manifest;
mod outcome;
mod relations;
pub(crate) mod replay;
mod rows;
mod selection;
pub(crate) mod sources;
mod sums;

use std::fs::File;
use std::path::Path;

use parquet::arrow::arrow_reader::{
    ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::file::metadata::PageIndexPolicy;
use serde::Serialize;

use crate::Result;
use crate::manifest::VERSION;
use crate::run::{Amount, Watch};
use crate::source::disk_file::open_regular;
use files::Folder;
use manifest::Stored;
use sources::Again;

/// What was looked at and what was found wrong.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    pub files: usize,
    pub subsets: usize,
    pub rows: u64,
    pub entries: u64,
    /// How many entries were measured again from the sources; null where that was not asked for.
    pub measured_again: Option<u64>,
    /// SHA-256 over the list of all files with their SHA-256, taken from the files: of a folder in which nothing
    /// changed, or its card's own part alone, that of its `SHA256SUMS`.
    pub digest: String,
    /// Each broken promise, in one line; empty where all hold.
    pub broken: Vec<String>,
    /// How many more there are than are listed.
    pub broken_more: u64,
    /// What could not be checked, or is allowed to differ.
    pub notes: Vec<String>,
}

/// More lines help nobody.
const BROKEN_MAX: usize = 200;

impl Findings {
    fn broken(&mut self, what: impl Into<String>) {
        let what = what.into();
        if self.broken.len() == BROKEN_MAX {
            self.broken_more += 1;
        } else if !self.broken.contains(&what) {
            self.broken.push(what);
        }
    }

    fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// Holds the folder against a hash that was published for it.
    pub(crate) fn expect(&mut self, digest: &str) {
        if !self.digest.eq_ignore_ascii_case(digest) {
            let digest = digest.to_ascii_lowercase();
            self.broken(format!("the folder is {}, expected {digest}", self.digest));
        }
    }
}

/// Checks the folder, and against its sources where that is asked for; fails only where no run ever wrote it, or the
/// sources cannot be reached.
pub(crate) fn check(out: &Path, again: Option<&Again<'_>>, watch: &dyn Watch) -> Result<Findings> {
    let mut folder = Folder::read(out, watch)?;
    watch.begin("ledger", Amount::default());
    let stored = manifest::read(&mut folder);
    sums::check(&mut folder, stored.as_ref());
    let ledger = ledger::read(&mut folder, stored.as_ref());
    let chosen = selection::read(&mut folder, stored.as_ref(), &ledger);
    if let Some(stored) = &stored {
        manifest::seals(&mut folder, stored);
        manifest::subsets(&mut folder, stored, &chosen);
        relations::check(&mut folder.findings, &stored.manifest, &ledger, &chosen);
        replay::check(&mut folder, stored, ledger, &chosen)?;
        match again {
            Some(again) => {
                watch.begin("sources", Amount::default());
                sources::check(&mut folder, stored, again)?;
            }
            None => rows::note_uncounted(&mut folder, stored),
        }
    }
    Ok(folder.findings)
}

/// Says what a folder of an older form lacks.
fn note_of_age(stored: &Stored) -> Option<String> {
    let version = stored.manifest.manifest_version;
    let lacks = match version {
        1 => "it seals no file, and nothing",
        _ => "nothing",
    };
    (version < VERSION).then(|| {
        format!(
            "its manifest has version {version}: {lacks} that follows from its ledger is derived again"
        )
    })
}

/// The rows of a table of narrow ones, some at a time.
pub(in crate::audit) fn open(path: &Path) -> parquet::errors::Result<ParquetRecordBatchReader> {
    opened(path)?.with_batch_size(NARROW_ROWS).build()
}

/// A table whose rows can be read, some at a time.
fn opened(path: &Path) -> parquet::errors::Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = open_regular(path)
        .map_err(|error| parquet::errors::ParquetError::External(error.into()))?;
    // Other readers go by the index of its pages, so a damaged one is damage.
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(file.into_parts().0, options)?;
    Ok(builder.with_batch_size(BATCH_ROWS))
}

/// Rows that are held at once, some 17 kB each in a subset.
const BATCH_ROWS: usize = 256;

/// Rows of a ledger or a selection that are held at once, of less than 1 kB each: fewer cost more than what is in them.
const NARROW_ROWS: usize = 1024;
