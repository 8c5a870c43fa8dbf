//! A sample of the ledger, measured again from the sources.
//!
//! What no other file of the folder tells (verdicts that a source recorded, our own, what a hub's card says) stands in
//! the sources. They are found as a run of the lock file finds them, and are known by their content; then some
//! entries are read and measured, and each measurement is held against the ledger's.

use std::collections::BinaryHeap;
use std::path::Path;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;

use super::derived;
use super::files::Folder;
use super::manifest::Stored;
use super::rows;
use crate::emit::ledger::{
    FILE, PROBLEM_ID, REASON, SOURCE, TEXT_ID, TRAJECTORY_ID, completed_columns,
};
use crate::folder::RUN_FOLDER;
use crate::ids::{Id, IdHasher};
use crate::measure::tokens::Tokenizer;
use crate::measure::{self, Measured};
use crate::pipeline::PipelineFile;
use crate::plan::{Connect, Overrides, Plan, PlannedFile, PlannedSource};
use crate::pool::tables::{self, GENERATION, ROW};
use crate::schema::{Head, Misfit, heads};
use crate::source::{self, Entry, Spot, Void};
use crate::{Error, Result};

/// Where the sources are, and how much of them is measured again.
pub(crate) struct Again<'a> {
    /// Where paths of the lock file start; the current folder where none is said.
    pub base: Option<&'a Path>,
    pub overrides: Overrides,
    /// How many entries.
    pub sample: usize,
    /// Which entries are drawn. Whoever forges a folder must not know it: it is another in each check.
    pub seed: u64,
    pub connect: Connect<'a>,
}

/// An entry of the sample, as the ledger has it: one row.
struct Sampled {
    row: u64,
    generation: Option<u32>,
    source: String,
    file: String,
    stored: RecordBatch,
}

/// Measures the sample again and notes what differs; fails where the sources are not to be reached.
pub(super) fn check(folder: &mut Folder<'_>, stored: &Stored, again: &Again<'_>) -> Result<()> {
    let Some(path) = folder.path(&format!("{RUN_FOLDER}/pipeline.lock.toml")) else {
        return Ok(());
    };
    let file = PipelineFile::read(&path)?.with_base(again.base);
    let plan = match Plan::new(&file, &again.overrides, again.connect) {
        Ok(plan) => plan,
        Err(error @ Error::File { .. }) => {
            folder
                .findings
                .broken(format!("the sources are others: {error}"));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    compare_terms(folder, stored, &plan);
    let sample = match sample(folder, again.seed, again.sample) {
        Ok(sample) => sample,
        Err(misfit) => {
            folder
                .findings
                .broken(format!("the ledger cannot be read again: {misfit}"));
            return Ok(());
        }
    };
    let tokenizer = Tokenizer::load(&plan.tokenizer_name.0, &plan.folder)?;
    compare_counting(folder, stored, &tokenizer);
    rows::count_again(folder, stored, &plan.emit, &tokenizer);
    folder.findings.measured_again = Some(0);
    if (sample.len() as u64) < folder.findings.entries {
        folder.findings.note(format!(
            "the entries that are measured again are a sample: `--sample-seed {}` draws the same",
            again.seed
        ));
    }
    for of_file in sample.chunk_by(|a, b| (&a.source, &a.file) == (&b.source, &b.file)) {
        measure_file(folder, &plan, &tokenizer, of_file)?;
    }
    Ok(())
}

/// What counts, against the manifest: this version would have counted with nothing else.
fn compare_counting(folder: &mut Folder<'_>, stored: &Stored, tokenizer: &Tokenizer) {
    let manifest = &stored.manifest;
    let is_other = |told: &String| told != tokenizer.counts_by();
    if manifest.program == derived::program() && manifest.counted_by.as_ref().is_some_and(is_other)
    {
        folder.findings.broken(format!(
            "the tokens were counted by {}, and the manifest says otherwise",
            tokenizer.counts_by()
        ));
    }
}

/// What the pipeline and the cards of hubs say of licences, against the manifest.
fn compare_terms(folder: &mut Folder<'_>, stored: &Stored, plan: &Plan) {
    for source in &plan.sources {
        let mut records = stored.manifest.sources.iter();
        let told = records.find(|record| record.name == source.name);
        let told = told.map(|record| (&record.license, &record.attribution));
        if told != Some((&source.terms.license, &source.terms.attribution)) {
            folder.findings.broken(format!(
                "source {}: its licence or whom to name is not as the manifest says",
                source.name
            ));
        }
    }
}

/// Which rows of the ledger are measured again: those of the smallest hashes of the seed and their place.
fn places(entries: u64, seed: u64, size: usize) -> Vec<u64> {
    let mut smallest: BinaryHeap<(Id, u64)> = BinaryHeap::new();
    for at in 0..entries {
        let hasher = IdHasher::new("gradatim check sample v1").part(seed.to_le_bytes());
        smallest.push((hasher.part(at.to_le_bytes()).finish(), at));
        if smallest.len() > size {
            smallest.pop();
        }
    }
    let mut places: Vec<u64> = smallest.into_iter().map(|(_, at)| at).collect();
    places.sort_unstable();
    places
}

fn sample(folder: &mut Folder<'_>, seed: u64, size: usize) -> Result<Vec<Sampled>, Misfit> {
    let places = places(folder.findings.entries, seed, size);
    let mut sample = Vec::with_capacity(places.len());
    let Some(mut table) = folder.table("ledger.parquet") else {
        return Ok(sample);
    };
    let mut start = 0;
    while let Some(Ok(batch)) = table.next() {
        let end = start + batch.num_rows() as u64;
        let inside =
            places.partition_point(|&at| at < start)..places.partition_point(|&at| at < end);
        for &at in &places[inside] {
            let index = UInt32Array::from(vec![(at - start) as u32]);
            let taken = take_record_batch(&batch, &index);
            let stored = taken.map_err(|error| ROW.misfit(error.to_string()))?;
            sample.extend(sampled(stored)?);
        }
        start = end;
    }
    Ok(sample)
}

/// An entry of the sample; none of one that stands for a whole file that could not be read.
fn sampled(stored: RecordBatch) -> Result<Option<Sampled>, Misfit> {
    let reason = REASON.of(&stored)?[0].map(str::to_owned);
    if reason.as_deref() == Some(Void::UnreadableFile.as_str()) {
        return Ok(None);
    }
    Ok(Some(Sampled {
        row: ROW.needed(ROW.of(&stored)?[0])?,
        generation: GENERATION.of(&stored)?[0],
        source: SOURCE.needed(SOURCE.of(&stored)?[0])?.to_owned(),
        file: FILE.needed(FILE.of(&stored)?[0])?.to_owned(),
        stored,
    }))
}

fn find<'p>(plan: &'p Plan, one: &Sampled) -> Option<(&'p PlannedSource, &'p PlannedFile)> {
    let mut sources = plan.sources.iter();
    let source = sources.find(|source| source.name == one.source)?;
    let mut files = source.files.iter();
    Some((source, files.find(|file| file.file.name == one.file)?))
}

/// Measures the entries of one file, which are in its order.
fn measure_file(
    folder: &mut Folder<'_>,
    plan: &Plan,
    tokenizer: &Tokenizer,
    sample: &[Sampled],
) -> Result<()> {
    let Some((source, file)) = find(plan, &sample[0]) else {
        let name = format!("{}/{}", sample[0].source, sample[0].file);
        folder
            .findings
            .broken(format!("{name} is no file of the sources"));
        return Ok(());
    };
    let mut spots: Vec<Spot> = sample
        .iter()
        .map(|one| Spot {
            row: one.row,
            generation: one.generation.unwrap_or_default(),
            offset: None,
        })
        .collect();
    spots.dedup_by_key(|spot| spot.row);
    let mut measured: Vec<Measured> = Vec::with_capacity(sample.len());
    let take =
        |row: u64, entries: Vec<Entry<'_>>| {
            let wanted = |entry: &Entry<'_>| {
                let mut rows = sample.iter().filter(|one| one.row == row);
                rows.any(|one| one.generation == entry.generation)
            };
            let entries = entries.into_iter().filter(wanted);
            measured.extend(entries.map(|entry| {
                measure::measure(row, None, entry, tokenizer, plan.behaviours, |_| {})
            }));
            Ok(())
        };
    match source::entries_of(&file.file, &source.source, &spots, take) {
        Ok(()) => {}
        Err(error @ (Error::Interrupted { .. } | Error::Io(_))) => return Err(error),
        Err(error) => folder.findings.broken(error.to_string()),
    }
    for one in sample {
        let found = measured
            .iter()
            .find(|found| (found.row, found.generation) == (one.row, one.generation));
        let differences = found.map_or_else(
            || vec!["has no such entry".to_owned()],
            |found| differences(plan, one, found),
        );
        for what in differences {
            folder.findings.broken(format!(
                "{}/{} row {}, generation {}: {what}",
                one.source,
                one.file,
                one.row,
                one.generation.unwrap_or_default()
            ));
        }
    }
    let again = folder.findings.measured_again.unwrap_or_default();
    folder.findings.measured_again = Some(again + sample.len() as u64);
    Ok(())
}

/// What the ledger says otherwise of an entry.
fn differences(plan: &Plan, one: &Sampled, found: &Measured) -> Vec<String> {
    let mut broken = Vec::new();
    let word = |column: &crate::schema::Column<str>| {
        let read = column.of(&one.stored).ok();
        read.and_then(|values| values[0].map(str::to_owned))
    };
    let id = |column: &crate::schema::Column<crate::schema::HexId>| {
        column.of(&one.stored).ok().and_then(|ids| ids[0])
    };
    let ids = match &found.body {
        Ok(body) => [body.trajectory_id, body.problem_id, body.text_id].map(Some),
        Err(void) => {
            if word(&REASON).as_deref() != Some(void.as_str()) {
                broken.push(format!("it yields no trajectory: {void}"));
            }
            [None; 3]
        }
    };
    for (column, measured) in [&TRAJECTORY_ID, &PROBLEM_ID, &TEXT_ID].into_iter().zip(ids) {
        if id(column) != measured {
            broken.push(format!("`{}` is another", column.name()));
        }
    }
    let told = completed_columns();
    for (head, measured) in measures(found) {
        // A companion may have said what the source does not.
        let is_completed = !plan.companions.is_empty() && told.contains(&head);
        let stored = head.array(&one.stored);
        let differs = |stored: &ArrayRef| **stored != *measured;
        if !is_completed && stored.as_ref().map_or(true, differs) {
            broken.push(format!("`{}` is measured otherwise", head.name));
        }
    }
    broken
}

/// The measurements of one entry, by column.
fn measures(found: &Measured) -> Vec<(Head, ArrayRef)> {
    let all = tables::TRAJECTORIES.heads().into_iter();
    let all = all.zip(tables::trajectories(std::slice::from_ref(found)));
    let measures = heads(&tables::measures());
    all.filter(|(head, _)| measures.contains(head)).collect()
}
