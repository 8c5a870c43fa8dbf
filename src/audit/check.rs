//! Is an output folder what its manifest says?
//!
//! Every promise that can be read off the folder is checked from its files alone: the hashes, the
//! ledger's balance, that each subset's rows are those of the selection and carry the text that their
//! ids name, that sizes are prefixes, that a matched control shares no problem with its subset and a
//! paired one shares all.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::UInt32Type;
use fs_err as fs;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::ledger;
use crate::Result;
use crate::folder::{self, RUN_FOLDER};
use crate::ids::{self, Id};
use crate::manifest::{Manifest, SubsetRecord};
use crate::pool::Entries;
use crate::select::SubsetRole;
use crate::select::size::SizeUnit;

/// What was looked at and what was found wrong.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Findings {
    pub files: usize,
    pub subsets: usize,
    pub rows: u64,
    pub entries: u64,
    /// Each broken promise, in one line; empty where all hold.
    pub broken: Vec<String>,
}

/// Checks the folder; fails only where it cannot be read as an output folder at all.
pub(crate) fn check(out: &Path) -> Result<Findings> {
    let mut checker = Checker {
        out,
        manifest: folder::manifest(out)?,
        findings: Findings::default(),
    };
    checker.sums()?;
    checker.lock()?;
    let (kept, clusters) = checker.ledger()?;
    let selection = checker.selection(&kept)?;
    checker.subsets(&selection)?;
    checker.relations(&selection, &kept);
    checker.set_aside(&selection, &kept, &clusters);
    Ok(checker.findings)
}

/// The selected ids of each subset, in order of rank.
type Chosen = HashMap<String, Vec<String>>;

struct Checker<'o> {
    out: &'o Path,
    manifest: Manifest,
    findings: Findings,
}

impl Checker<'_> {
    fn broken(&mut self, what: impl Into<String>) {
        self.findings.broken.push(what.into());
    }

    /// Every file is listed, none is missing, each has its hash.
    fn sums(&mut self) -> Result<()> {
        let list = self.out.join(RUN_FOLDER).join("SHA256SUMS");
        let Ok(text) = fs::read_to_string(list) else {
            self.broken("SHA256SUMS is missing");
            return Ok(());
        };
        let mut listed = BTreeMap::new();
        for line in text.lines() {
            match line.split_once("  ") {
                Some((sum, name)) => {
                    listed.insert(name.to_owned(), sum.to_owned());
                }
                None => self.broken(format!("SHA256SUMS has a line that is none: {line}")),
            }
        }
        let mut files = Vec::new();
        folder::walk(self.out, &mut files)?;
        let own = format!("{RUN_FOLDER}/SHA256SUMS");
        let found: BTreeSet<String> = files.into_iter().filter(|name| *name != own).collect();
        self.findings.files = found.len();
        for name in &found {
            match listed.get(name) {
                None => self.broken(format!("{name} is not in SHA256SUMS")),
                Some(sum) if folder::sha256(&self.out.join(name))? != *sum => {
                    self.broken(format!(
                        "{name} is not what was written: its SHA-256 differs"
                    ));
                }
                Some(_) => {}
            }
        }
        for name in listed.keys().filter(|name| !found.contains(*name)) {
            self.broken(format!("{name} is missing"));
        }
        Ok(())
    }

    fn lock(&mut self) -> Result<()> {
        let lock =
            fs::read(self.out.join(RUN_FOLDER).join("pipeline.lock.toml")).unwrap_or_default();
        let sum: String = Sha256::digest(lock)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        if sum != self.manifest.pipeline_sha256 {
            self.broken("pipeline.lock.toml is not the one that the manifest names");
        }
        Ok(())
    }

    /// The ledger's rows are the manifest's counts; returns the problem of each kept trajectory, and the
    /// cluster of each problem where there are clusters.
    fn ledger(&mut self) -> Result<(HashMap<String, String>, HashMap<String, String>)> {
        let mut counts: BTreeMap<String, (u64, u64, BTreeMap<String, u64>)> = BTreeMap::new();
        let (mut kept, mut clusters) = (HashMap::new(), HashMap::new());
        let path = self.out.join(RUN_FOLDER).join("ledger.parquet");
        let mut misfit = None;
        for batch in self.batches(&path) {
            let read = ledger::add(&mut Entries::default(), &mut Vec::new(), &batch);
            misfit = misfit.or(read.err());
            for row in 0..batch.num_rows() {
                let text = |name: &str| text(&batch, name, row);
                let count = counts
                    .entry(text("source").unwrap_or_default())
                    .or_default();
                count.0 += 1;
                match text("fate").as_deref() {
                    Some("kept") => {
                        count.1 += 1;
                        let id = text("trajectory_id").unwrap_or_default();
                        let problem = text("problem_id").unwrap_or_default();
                        if let Some(cluster) = text("cluster") {
                            clusters.insert(problem.clone(), cluster);
                        }
                        kept.insert(id, problem);
                    }
                    Some("dropped") => {
                        let reason = text("reason").unwrap_or_default();
                        *count.2.entry(reason).or_default() += 1;
                    }
                    other => self.broken(format!("the ledger has a fate {other:?}")),
                }
                self.findings.entries += 1;
            }
        }
        let misfit = misfit.map(|misfit| format!("the ledger cannot be read again: {misfit}"));
        let mut broken: Vec<String> = misfit.into_iter().collect();
        for record in &self.manifest.ledger {
            let (read, kept, dropped) = counts.remove(&record.source).unwrap_or_default();
            if (read, kept, &dropped) != (record.read, record.kept, &record.dropped) {
                broken.push(format!(
                    "source {}: the ledger and the manifest differ in their counts",
                    record.source
                ));
            }
            if record.read != record.kept + record.dropped.values().sum::<u64>() {
                broken.push(format!(
                    "source {}: read is not kept + dropped",
                    record.source
                ));
            }
        }
        broken.extend(
            counts
                .keys()
                .map(|source| format!("source {source} is not in the manifest")),
        );
        self.findings.broken.extend(broken);
        Ok((kept, clusters))
    }

    /// The selection's ranks are 0, 1, 2, … in each subset, and what it selects was kept.
    fn selection(&mut self, kept: &HashMap<String, String>) -> Result<Chosen> {
        let mut chosen = Chosen::new();
        let path = self.out.join(RUN_FOLDER).join("selection.parquet");
        for batch in self.batches(&path) {
            for row in 0..batch.num_rows() {
                let subset = text(&batch, "subset", row).unwrap_or_default();
                let id = text(&batch, "trajectory_id", row).unwrap_or_default();
                let ids = chosen.entry(subset.clone()).or_default();
                let in_order = number(&batch, "rank", row) == Some(ids.len() as u32);
                ids.push(id.clone());
                if !in_order {
                    self.broken(format!("{subset}: ranks are not in order"));
                }
                if !kept.contains_key(&id) {
                    self.broken(format!("{subset}: {id} was not kept"));
                }
            }
        }
        Ok(chosen)
    }

    /// Each written subset is its selection, row by row, and each row's text is what its id names.
    fn subsets(&mut self, chosen: &Chosen) -> Result<()> {
        let subsets = std::mem::take(&mut self.manifest.subsets);
        for subset in &subsets {
            self.findings.subsets += 1;
            let ids = chosen.get(&subset.name).map_or(&[][..], Vec::as_slice);
            if ids.len() != subset.size as usize {
                self.broken(format!(
                    "{}: selected {} rows, the manifest says {}",
                    subset.name,
                    ids.len(),
                    subset.size
                ));
            }
            if let Some(path) = &subset.path {
                self.subset_rows(subset, path, ids)?;
            }
        }
        self.manifest.subsets = subsets;
        Ok(())
    }

    fn subset_rows(&mut self, subset: &SubsetRecord, path: &str, ids: &[String]) -> Result<()> {
        let path = self.out.join(path);
        if !path.is_file() {
            self.broken(format!("{}: its file is missing", subset.name));
            return Ok(());
        }
        if Some(folder::sha256(&path)?) != subset.sha256 {
            self.broken(format!("{}: its file has another SHA-256", subset.name));
        }
        let mut rows = 0;
        for batch in self.batches(&path) {
            for row in 0..batch.num_rows() {
                let id = text(&batch, "id", row).unwrap_or_default();
                if ids.get(rows) != Some(&id) || number(&batch, "rank", row) != Some(rows as u32) {
                    self.broken(format!(
                        "{}: row {rows} is not the selected one",
                        subset.name
                    ));
                }
                if named_by_text(&batch, row) != Some(id) {
                    self.broken(format!(
                        "{}: the text of row {rows} is not what its id names",
                        subset.name
                    ));
                }
                rows += 1;
            }
        }
        self.findings.rows += rows as u64;
        if rows != ids.len() || rows != subset.written as usize {
            self.broken(format!(
                "{}: has {rows} rows, selected {}, the manifest says {}",
                subset.name,
                ids.len(),
                subset.written
            ));
        }
        Ok(())
    }

    /// Prefixes, controls and pairs.
    fn relations(&mut self, chosen: &Chosen, kept: &HashMap<String, String>) {
        let empty = Vec::new();
        let ids = |name: &str| chosen.get(name).unwrap_or(&empty);
        let problems = |name: &str| -> Vec<&String> {
            ids(name).iter().filter_map(|id| kept.get(id)).collect()
        };
        let sizes: HashMap<&str, u32> = self
            .manifest
            .subsets
            .iter()
            .map(|subset| (subset.name.as_str(), subset.size))
            .collect();
        let mut broken = Vec::new();
        for subset in &self.manifest.subsets {
            let name = subset.name.as_str();
            let own = problems(name);
            let mut times: HashMap<&String, u32> = HashMap::new();
            for problem in &own {
                *times.entry(problem).or_default() += 1;
            }
            if times.values().any(|&times| times > subset.per_problem) {
                broken.push(format!(
                    "{name}: a problem stands in it more than {} times",
                    subset.per_problem
                ));
            }
            if let Some(larger) = &subset.prefix_of
                && !ids(larger).starts_with(ids(name))
            {
                broken.push(format!("{name}: is no prefix of {larger}"));
            }
            for of in &subset.control_of {
                let is_full =
                    subset.asked == u64::from(subset.size) && subset.unit == SizeUnit::Rows;
                if sizes.get(of.as_str()) != Some(&subset.size) && is_full {
                    broken.push(format!(
                        "{name}: has another size than {of}, whose control it is"
                    ));
                }
                let theirs = problems(of);
                match subset.role {
                    SubsetRole::Matched => {
                        let theirs: HashSet<_> = theirs.into_iter().collect();
                        if own.iter().any(|problem| theirs.contains(problem)) {
                            broken.push(format!("{name}: shares a problem with {of}"));
                        }
                    }
                    SubsetRole::Paired if own != theirs => {
                        broken.push(format!("{name}: has other problems than {of}"));
                    }
                    _ => {}
                }
            }
            for of in &subset.pair_of {
                if sizes.contains_key(of.as_str()) && own != problems(of) {
                    broken.push(format!("{name}: has other problems than its pair {of}"));
                }
            }
        }
        self.findings.broken.extend(broken);
    }

    /// No problem of the validation set, nor another of its cluster, stands in a subset or control.
    fn set_aside(
        &mut self,
        chosen: &Chosen,
        kept: &HashMap<String, String>,
        clusters: &HashMap<String, String>,
    ) {
        let cluster = |id: &String| {
            let problem = kept.get(id)?;
            Some(clusters.get(problem).unwrap_or(problem))
        };
        let subsets = self.manifest.subsets.iter();
        let set_aside: HashSet<&String> = subsets
            .filter(|subset| subset.role == SubsetRole::Validation)
            .map(|subset| &subset.name)
            .collect();
        let (aside, others): (Vec<_>, Vec<_>) = chosen
            .iter()
            .partition(|(name, _)| set_aside.contains(name));
        let aside: HashSet<&String> = aside
            .into_iter()
            .flat_map(|(_, ids)| ids.iter().filter_map(cluster))
            .collect();
        let mut broken: Vec<String> = others
            .into_iter()
            .filter(|(_, ids)| {
                ids.iter()
                    .filter_map(cluster)
                    .any(|one| aside.contains(one))
            })
            .map(|(name, _)| format!("{name}: shares a problem with the validation set"))
            .collect();
        broken.sort();
        self.findings.broken.extend(broken);
    }

    /// The rows of a table, some at a time; where it cannot be read on, it ends and that is noted.
    fn batches(&mut self, path: &Path) -> impl Iterator<Item = RecordBatch> + use<> {
        let name = path
            .strip_prefix(self.out)
            .unwrap_or(path)
            .display()
            .to_string();
        let unreadable = |error: String| format!("{name} cannot be read: {error}");
        let (batches, broken) = match open(path) {
            Ok(reader) => (Some(reader), None),
            Err(error) => (None, Some(unreadable(error.to_string()))),
        };
        self.findings.broken.extend(broken);
        // A page that cannot be decoded ends the rows: their count then differs from the manifest's.
        batches.into_iter().flatten().map_while(|batch| batch.ok())
    }
}

/// A table's rows, a thousand at a time.
pub(super) fn open(path: &Path) -> parquet::errors::Result<ParquetRecordBatchReader> {
    let file = fs::File::open(path)
        .map_err(|error| parquet::errors::ParquetError::External(error.into()))?;
    ParquetRecordBatchReaderBuilder::try_new(file.into_parts().0)?
        .with_batch_size(1024)
        .build()
}

/// The trajectory id that a row's own text gives: its problem, and what the assistant says last.
fn named_by_text(batch: &RecordBatch, row: usize) -> Option<String> {
    let turns = batch
        .column_by_name("messages")?
        .as_list_opt::<i32>()?
        .value(row);
    let said = turns.as_struct_opt()?.column_by_name("content")?.clone();
    let said = said.as_string_opt::<i32>()?;
    let response = said.value(said.len().checked_sub(1)?);
    let problem: Id = ids::problem_id(&text(batch, "problem", row)?);
    Some(ids::trajectory_id(problem, response).to_string())
}

fn text(batch: &RecordBatch, name: &str, row: usize) -> Option<String> {
    let column = batch.column_by_name(name)?.as_string_opt::<i32>()?;
    column.is_valid(row).then(|| column.value(row).to_owned())
}

fn number(batch: &RecordBatch, name: &str, row: usize) -> Option<u32> {
    let column = batch
        .column_by_name(name)?
        .as_primitive_opt::<UInt32Type>()?;
    column.is_valid(row).then(|| column.value(row))
}
