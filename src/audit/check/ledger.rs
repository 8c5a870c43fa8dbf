//! The ledger: read into what a run holds in memory, and its counts against the manifest's.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use arrow::array::RecordBatch;
use foldhash::fast::RandomState;

use super::files::Folder;
use super::manifest::Stored;
use super::rows::of_schema;
use crate::audit::ledger;
use crate::emit::ledger::{CLUSTER, FATE, FILE, FateWord, REASON, SOURCE, TEMPLATE, TEXT_ID};
use crate::ids::Id;
use crate::manifest::{SEALING_VERSION, VERSION};
use crate::pool::Entries;
use crate::run::ahead;
use crate::schema::{Column, Misfit};
use crate::screen::DropReason;
use crate::{emit, schema};

/// A ledger, read again.
#[derive(Default)]
pub(super) struct Ledger {
    pub entries: Entries,
    /// Which entries were kept, in their order.
    pub kept: Vec<u32>,
    /// The kept entry of each trajectory, of exact copies that stay (`duplicates = "keep"`) the first.
    pub places: HashMap<Id, u32, RandomState>,
    /// The first entry of each trajectory that was dropped as wrong.
    pub wrong: HashMap<Id, u32>,
    /// The kept entries of each trajectory that has several.
    pub copies: HashMap<Id, Vec<u32>>,
    /// The entries of each file, as they follow one another.
    pub files: Vec<FileEntries>,
    /// The problem that stands for each problem's cluster, where near duplicates were looked for.
    pub clusters: Standing,
    /// The same for its template.
    pub templates: Standing,
    /// Whether it names the texts of problems and gold answers.
    pub has_texts: bool,
    /// Whether all of it could be read.
    pub is_whole: bool,
    /// Whether the entries of each file stand in the order of row and generation, each place once.
    is_in_order: bool,
    counts: BTreeMap<String, Counts>,
}

/// For problems of a run the one that stands for them, by its id.
pub(super) type Standing = HashMap<u32, Id, RandomState>;

/// The entries of one file.
pub(super) struct FileEntries {
    pub source: String,
    pub file: String,
    pub entries: Range<usize>,
}

#[derive(Default)]
struct Counts {
    read: u64,
    kept: u64,
    dropped: BTreeMap<String, u64>,
}

/// Reads the ledger, as far as it can be read, and holds its counts against those of the manifest.
pub(super) fn read(folder: &mut Folder<'_>, stored: Option<&Stored>) -> Ledger {
    let mut ledger = read_columns(folder, stored, &[]);
    ledger.index();
    ledger
}

/// The same of the columns alone that a run is made again from, with no index of what was kept.
pub(super) fn read_to_replay(folder: &mut Folder<'_>, stored: &Stored) -> Ledger {
    let own = [&SOURCE, &FILE].map(Column::name);
    let near = [&CLUSTER, &TEMPLATE].map(Column::name);
    let columns = [&ledger::columns()[..], &own, &near].concat();
    read_columns(folder, Some(stored), &columns)
}

fn read_columns(folder: &mut Folder<'_>, stored: Option<&Stored>, columns: &[&str]) -> Ledger {
    let mut ledger = Ledger::default();
    let Some(mut table) = folder.table_with("ledger.parquet", columns) else {
        return ledger;
    };
    ledger.is_in_order = true;
    ledger.has_texts = table.schema().field_with_name(TEXT_ID.name()).is_ok();
    if ledger.has_texts
        && stored.is_some_and(|stored| stored.manifest.manifest_version < SEALING_VERSION)
    {
        folder
            .findings
            .broken("the ledger is of a newer form than the manifest says");
    }
    let expected = schema::schema(&emit::ledger::columns());
    let is_ours = stored.is_some_and(|stored| stored.manifest.manifest_version == VERSION);
    if let Some(difference) = of_schema(table.schema(), &expected).filter(|_| is_ours) {
        folder.findings.broken(format!("the ledger {difference}"));
    }
    let unpack = |put: &mut dyn FnMut(RecordBatch) -> bool| {
        while let Some(batch) = table.next() {
            if !put(batch?) {
                break;
            }
        }
        Ok(())
    };
    let added = ahead::each(unpack, |batch| {
        ledger.add(&batch).map_err(|why| why.to_string())
    });
    ledger.is_whole = added.is_ok();
    if let Err(why) = added {
        folder
            .findings
            .broken(format!("the ledger cannot be read again: {why}"));
    }
    if !ledger.is_in_order {
        folder
            .findings
            .broken("the ledger's entries are not in the order of their rows, each place once");
    }
    folder.findings.entries = ledger.entries.rows.len() as u64;
    ledger.entries.count_verdicts();
    if let Some(stored) = stored {
        ledger.compare_counts(folder, stored);
    }
    ledger
}

impl Ledger {
    fn add(&mut self, batch: &RecordBatch) -> Result<(), Misfit> {
        let start = self.entries.rows.len();
        ledger::add(&mut self.entries, &mut self.kept, batch)?;
        let (sources, files) = (SOURCE.of(batch)?, FILE.of(batch)?);
        let (fates, reasons) = (FATE.of(batch)?, REASON.of(batch)?);
        let clusters = CLUSTER.of(batch)?;
        // Older ledgers have no templates.
        let has_templates = batch.column_by_name(TEMPLATE.name()).is_some();
        let templates = if has_templates {
            TEMPLATE.of(batch)?
        } else {
            clusters.clone()
        };
        for at in 0..batch.num_rows() {
            let (source, file) = (SOURCE.needed(sources[at])?, FILE.needed(files[at])?);
            self.count(source, FATE.needed(fates[at])?, reasons[at]);
            self.place(source, file, start + at);
            let body = self.entries.rows[start + at].body.as_ref();
            if let (Ok(body), Some(cluster)) = (body, clusters[at]) {
                self.clusters.insert(body.problem, cluster);
            }
            if let (Ok(body), Some(template)) = (body, templates[at]) {
                self.templates.insert(body.problem, template);
            }
            if let (Ok(body), Some(reason)) = (body, reasons[at])
                && DropReason::is_word_of_wrong(reason)
            {
                let first = (start + at) as u32;
                self.wrong.entry(body.trajectory_id).or_insert(first);
            }
            if self.has_texts && body.is_ok_and(|body| body.text_id == Id::default()) {
                return Err(TEXT_ID.misfit("is null in a row that must have one"));
            }
        }
        Ok(())
    }

    fn count(&mut self, source: &str, fate: FateWord, reason: Option<&str>) {
        if !self.counts.contains_key(source) {
            self.counts.insert(source.to_owned(), Counts::default());
        }
        let Some(counts) = self.counts.get_mut(source) else {
            return;
        };
        counts.read += 1;
        match fate {
            FateWord::Kept => counts.kept += 1,
            FateWord::Dropped => {
                let reason = reason.unwrap_or_default().to_owned();
                *counts.dropped.entry(reason).or_default() += 1;
            }
        }
    }

    fn place(&mut self, source: &str, file: &str, at: usize) {
        match self.files.last_mut() {
            Some(last) if last.source == source && last.file == file => {
                let spot = |at: usize| {
                    let row = &self.entries.rows[at];
                    (row.row, row.generation)
                };
                self.is_in_order &= spot(at - 1) < spot(at);
                last.entries.end = at + 1;
            }
            _ => self.files.push(FileEntries {
                source: source.to_owned(),
                file: file.to_owned(),
                entries: at..at + 1,
            }),
        }
    }

    fn index(&mut self) {
        for &entry in &self.kept {
            let id = self.entries.body_of(entry).trajectory_id;
            let first = *self.places.entry(id).or_insert(entry);
            if first != entry {
                let copies = self.copies.entry(id).or_insert_with(|| vec![first]);
                copies.push(entry);
            }
        }
    }

    fn compare_counts(&mut self, folder: &mut Folder<'_>, stored: &Stored) {
        for record in &stored.manifest.ledger {
            let counts = self.counts.remove(&record.source).unwrap_or_default();
            let told = (record.read, record.kept, &record.dropped);
            if (counts.read, counts.kept, &counts.dropped) != told {
                folder.findings.broken(format!(
                    "source {}: the ledger and the manifest differ in their counts",
                    record.source
                ));
            }
            let dropped = record.dropped.values().map(|&count| u128::from(count));
            if u128::from(record.read) != u128::from(record.kept) + dropped.sum::<u128>() {
                folder.findings.broken(format!(
                    "source {}: read is not kept + dropped",
                    record.source
                ));
            }
        }
        for source in std::mem::take(&mut self.counts).into_keys() {
            folder
                .findings
                .broken(format!("source {source} is not in the manifest"));
        }
    }
}
