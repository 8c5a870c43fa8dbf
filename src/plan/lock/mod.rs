//! A lock file run again: its data is where its paths lead from the current folder on, or where `--source` says,
//! and is what its run read.
//!
//! A lock file lies in the folder that a run wrote, where no path of the pipeline leads anywhere, and names of
//! files that lay elsewhere have no path left. What its run read stands beside it: contents in `manifest.json`,
//! fingerprints in `leakage.json`. A file is known by its content: wherever it lies, and whatever it is called,
//! it gets the name that it had, so that the same bytes are written.

mod read_file;

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::contamination::{self, SoughtBenchmark};
use super::files::{DataTable, FoundFiles, Terms};
use super::{Overrides, PlannedScreenVectors, PlannedVectors, VectorFile};
use crate::error::shortened;
use crate::manifest::{LookupRecord, LookupRole, Manifest};
use crate::measure::tokens;
use crate::pipeline::{Pipeline, PipelineFile};
use crate::source::{Located, Location, SourceFile, files};
use crate::{Error, Result};
use read_file::{ReadFile, hex, matched};

/// What the run of a lock file read.
pub(super) struct Lock {
    manifest: Manifest,
    /// The content of each benchmark's fingerprint, by name.
    fingerprints: BTreeMap<String, String>,
}

impl Lock {
    /// What stands beside a lock file; none beside any other pipeline. Where it lies alone, or was edited, a note
    /// says what that means.
    pub(super) fn beside(file: &PipelineFile, notes: &mut Vec<String>) -> Result<Option<Self>> {
        if !file.is_lock() {
            return Ok(None);
        }
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let Ok(text) = crate::disk::read_own_text(&folder.join("manifest.json")) else {
            notes.push(
                "no `manifest.json` lies beside the lock file: whether its files are those of its run is not \
                 checked"
                    .into(),
            );
            return Ok(None);
        };
        let manifest: Manifest = serde_json::from_str(&text).map_err(|error| {
            Error::usage(
                format!("the manifest beside the lock file cannot be read: {error}"),
                "run the lock file with the version that wrote it",
            )
        })?;
        if manifest.pipeline_sha256 != hex(&Sha256::digest(&file.text)) {
            notes.push(
                "the lock file was edited after its run: its files are checked, and what is written may differ"
                    .into(),
            );
        }
        Ok(Some(Self {
            manifest,
            fingerprints: fingerprints(&folder.join("leakage.json"))?,
        }))
    }

    /// The files that were found of a table, each under the name that it had; refused where they are others.
    pub(super) fn settle(
        &self,
        table: DataTable,
        name: &str,
        written: &Location,
        found: FoundFiles,
    ) -> Result<FoundFiles> {
        let (files, differences) = matched(&self.read_of(table, name), found.files)?;
        if !differences.is_empty() {
            return Err(others(name, &differences));
        }
        let is_on_hub = |file: &SourceFile| file.place.is_remote();
        if files.iter().any(is_on_hub) {
            return Ok(FoundFiles { files, ..found });
        }
        Ok(FoundFiles {
            files,
            location: written.clone(),
            card: self.terms(table, name),
            is_another: false,
        })
    }

    fn read_of(&self, table: DataTable, name: &str) -> Vec<ReadFile<'_>> {
        let lookup = |role| self.lookup(role, name);
        match table {
            DataTable::Sources => {
                let files = self.manifest.files.iter();
                let files = files.filter(|file| file.source == name);
                files
                    .map(|file| ReadFile::new(&file.file, &file.blake3, &file.hub, &file.object))
                    .collect()
            }
            DataTable::Companions => {
                let companions = self.manifest.companions.iter();
                let of_name = companions.filter(|known| known.name == name);
                of_name
                    .flat_map(|known| known.files.iter().map(ReadFile::of))
                    .collect()
            }
            DataTable::Benchmarks => lookup(LookupRole::Benchmark),
            DataTable::Join => lookup(LookupRole::Join),
        }
    }

    fn lookup(&self, role: LookupRole, name: &str) -> Vec<ReadFile<'_>> {
        let is_it = |known: &&LookupRecord| known.role == role && known.name == name;
        let lookups = self.manifest.lookups.iter().filter(is_it);
        lookups
            .flat_map(|known| known.files.iter().map(ReadFile::of))
            .collect()
    }

    /// What the card on the hub said, which is not asked again for a file on disk.
    fn terms(&self, table: DataTable, name: &str) -> Terms {
        let terms = |license: &Option<String>, attribution: &Option<String>| Terms {
            license: license.clone(),
            attribution: attribution.clone(),
        };
        let found = match table {
            DataTable::Sources => {
                let mut sources = self.manifest.sources.iter();
                let found = sources.find(|known| known.name == name);
                found.map(|known| terms(&known.license, &known.attribution))
            }
            DataTable::Companions => {
                let mut companions = self.manifest.companions.iter();
                let found = companions.find(|known| known.name == name);
                found.map(|known| terms(&known.license, &known.attribution))
            }
            DataTable::Benchmarks | DataTable::Join => None,
        };
        found.unwrap_or_default()
    }

    /// Refuses another tokenizer and other fingerprints than those of the run.
    pub(super) fn check_others(&self, tokenizer: &str, sought: &[SoughtBenchmark]) -> Result<()> {
        let was = &self.manifest.tokenizer;
        if was != tokenizer {
            return Err(other("the tokenizer", tokenizer, was));
        }
        for benchmark in sought {
            let name = &benchmark.fingerprint.name;
            let is = benchmark.fingerprint.content().to_string();
            match self.fingerprints.get(name) {
                Some(was) if *was != is => {
                    return Err(other(&format!("the fingerprint of `{name}`"), &is, was));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses other vectors than those of the run.
    pub(super) fn check_vectors(
        &self,
        compared: &[PlannedVectors],
        screened: Option<&PlannedScreenVectors>,
    ) -> Result<()> {
        for one in compared {
            self.check_pair(&one.benchmark, [&one.problems, &one.asking])?;
        }
        let Some(screened) = screened else {
            return Ok(());
        };
        let mut benchmarks = screened.benchmarks.iter();
        benchmarks
            .try_for_each(|(name, _, items)| self.check_pair(name, [&screened.problems, items]))
    }

    fn check_pair(&self, benchmark: &str, pair: [&VectorFile; 2]) -> Result<()> {
        let read = self.lookup(LookupRole::Vectors, benchmark);
        for file in pair {
            let is = file.content.to_string();
            let was = read.iter().filter(|was| was.name == file.name);
            let was: Vec<&str> = was.map(ReadFile::shown).collect();
            if !was.is_empty() && !was.contains(&is.as_str()) {
                return Err(other(&format!("`{}`", file.name), &is, was[0]));
            }
        }
        Ok(())
    }
}

/// By name; none where no benchmark was looked for, or by a version that does not say it.
fn fingerprints(path: &Path) -> Result<BTreeMap<String, String>> {
    #[derive(serde::Deserialize)]
    struct Certificate {
        benchmarks: Vec<Sought>,
    }
    #[derive(serde::Deserialize)]
    struct Sought {
        name: String,
        #[serde(default)]
        content: Option<String>,
    }
    if !path.is_file() {
        return Ok(BTreeMap::new());
    }
    let text = crate::disk::read_text(path)?;
    let read: Certificate = serde_json::from_str(&text).map_err(std::io::Error::from)?;
    let sought = read.benchmarks.into_iter();
    Ok(sought
        .filter_map(|one| Some((one.name, one.content?)))
        .collect())
}

/// The error of files that are others than a run read.
fn others(name: &str, differences: &[String]) -> Error {
    Error::File {
        file: name.to_owned(),
        problem: format!(
            "has other files than those that the run of the lock file read:\n  {}",
            shortened(&differences.join("\n  "))
        ),
        hint: format!(
            "name those files with `--source {name}=PATH`; for an experiment of its own, on other files, leave out \
             the first line of the lock file"
        ),
    }
}

fn other(what: &str, is: &str, was: &str) -> Error {
    Error::usage(
        format!("{what} is {is}, where the run of the lock file had {was}"),
        "name the one that it had with `--source NAME=PATH`, where NAME is as the lock file says it",
    )
}

/// Names every table and file of a lock file that leads nowhere, with what names it.
pub(super) fn refuse_missing(
    file: &PipelineFile,
    pipeline: &Pipeline,
    overrides: &Overrides,
) -> Result<()> {
    if !file.is_lock() {
        return Ok(());
    }
    let is_there = |path: PathBuf| files::find(&path).is_ok();
    let tables = locations(pipeline).into_iter();
    let tables = tables.filter(|(_, location)| {
        location.hub.is_none()
            && !(location.path.is_some() && is_there(location.below(file.folder())))
    });
    let mut missing: Vec<String> = tables.map(|(name, _)| name).collect();
    let below = |name: &String| Location::here(name).below(file.folder()).is_file();
    missing.extend(
        named_files(pipeline)
            .into_iter()
            .filter(|name| !below(name)),
    );
    let mut told = HashSet::new();
    missing.retain(|name| !overrides.sources.contains_key(name) && told.insert(name.clone()));
    if missing.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let each: Vec<String> = missing
        .iter()
        .map(|name| format!("--source {name}=PATH"))
        .collect();
    Err(Error::usage(
        format!(
            "`{}` leads to no file for {}: its paths start from {}",
            file.path.display(),
            named.join(", "),
            file.folder_words()
        ),
        format!(
            "say where its paths start with `--base DIR`, or name them: `{}`",
            each.join(" ")
        ),
    ))
}

/// Each table that says where its data lies.
fn locations(pipeline: &Pipeline) -> Vec<(String, Location)> {
    fn of<T: Located>(tables: &BTreeMap<String, T>) -> impl Iterator<Item = (String, Location)> {
        tables
            .iter()
            .map(|(name, table)| (name.clone(), table.location()))
    }
    of(&pipeline.sources)
        .chain(of(&pipeline.companions))
        .chain(of(&pipeline.benchmarks))
        .chain(of(&pipeline.join))
        .collect()
}

/// The files that a pipeline names outside of such tables: a tokenizer, fingerprints, vectors.
pub(super) fn named_files(pipeline: &Pipeline) -> Vec<String> {
    let mut named = Vec::new();
    let tokenizer = &pipeline.measure.tokenizer.0;
    named.extend((tokenizer != tokens::QWEN).then(|| tokenizer.clone()));
    let sought = pipeline.screen.contamination.iter();
    let sought = sought.flat_map(|table| &table.benchmarks);
    named.extend(
        sought
            .filter(|name| !contamination::is_shipped(name))
            .cloned(),
    );
    let similar = pipeline
        .grid
        .iter()
        .filter_map(|grid| grid.similar.as_ref());
    for vectors in similar.filter_map(|similar| similar.vectors.as_ref()) {
        named.extend([vectors.problems.clone(), vectors.questions.clone()]);
    }
    let screened = pipeline.screen.contamination.iter();
    for vectors in screened.filter_map(|table| table.vectors.as_ref()) {
        named.push(vectors.problems.clone());
        named.extend(vectors.items.values().cloned());
    }
    named
}
