//! Subsets to files: the dataset folder, its card, its manifest, its ledger.
//!
//! The folder is built as `OUT.partial` and renamed when it is whole, so that a folder under its final
//! name is never half-written. Nothing in it depends on threads, batches, the clock or where files lie.

pub(crate) mod appendix;
pub(crate) mod balance;
mod card;
mod chat;
pub(crate) mod csv;
pub(crate) mod leakage;
pub(crate) mod ledger;
mod lock;
mod manifest;
mod markdown;
pub(crate) mod preview;
pub(crate) mod runs;
pub(crate) mod selection;
pub(crate) mod subset;
mod sums;
mod texts;

use std::path::{Path, PathBuf};

use fs_err as fs;
use indexmap::IndexMap;
use rayon::prelude::*;
use serde::Serialize;

use crate::folder::RUN_FOLDER;
use crate::run::{Amount, Experiment, Settings};
use crate::screen::Fate;
use crate::select::{Selection, Subset, SubsetRole};
use crate::{Error, Result};
use texts::Texts;

/// The split that a subset is: `validation` for the one that is set aside, else `train`.
fn split(subset: &Subset) -> &'static str {
    match subset.role {
        SubsetRole::Validation => "validation",
        _ => "train",
    }
}

/// Marks a folder as one of ours that is being built, so that no other is ever cleared away.
const MARK: &str = ".gradatim-partial";

/// A subset whose text was written.
pub(crate) struct Written {
    pub rows: u32,
    /// Relative to the output folder, with `/`.
    pub path: String,
    pub sha256: String,
    pub file_bytes: u64,
    /// Bytes of its columns before compression.
    pub data_bytes: u64,
}

/// Writes everything that was selected into `out`, whole or not at all.
pub(crate) fn emit(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    selection: &Selection,
    out: &Path,
    settings: &Settings<'_>,
) -> Result<()> {
    let partial = PartialFolder::begin(out)?;
    let root = partial.folder();
    let run = root.join(RUN_FOLDER);
    fs::create_dir_all(&run)?;
    // One after the other: beside the fetching of texts the ledger's forty columns would add to the peak.
    settings.watch.begin("ledger", Amount::default());
    ledger::write(experiment, fates, &run.join("ledger.parquet"), settings)?;
    selection::write(experiment, selection, &run.join("selection.parquet"))?;
    let written = write_subsets(experiment, selection, root, settings)?;
    let all: Vec<(&Subset, Option<&Written>)> = selection
        .subsets
        .iter()
        .zip(&written)
        .map(|(subset, written)| (subset, written.as_ref()))
        .collect();
    let mut manifest = manifest::manifest(experiment, fates, selection, &all);
    let lock = lock::text(&experiment.plan.written, &manifest);
    manifest.pipeline_sha256 = manifest::sha256(&lock);
    fs::write(run.join("pipeline.lock.toml"), &lock)?;
    write_json(&run.join("manifest.json"), &manifest)?;
    settings.watch.begin("leakage", Amount::default());
    let leakage = leakage::Leakage::new(experiment);
    if let Some(leakage) = &leakage {
        write_json(&run.join("leakage.json"), leakage)?;
    }
    settings.watch.begin("balance", Amount::default());
    let balances = balance::write(experiment, fates, selection, &manifest.subsets, &run)?;
    runs::write(experiment, selection, &manifest.subsets, &run)?;
    appendix::write(experiment, selection, &manifest.subsets, &run)?;
    fs::write(
        root.join("README.md"),
        card::card(&manifest, leakage.as_ref(), experiment, &all, &balances),
    )?;
    write_json(&root.join("dataset_info.json"), &card::dataset_info(&all))?;
    settings.watch.begin("sums", Amount::default());
    sums::write(root, &run.join("SHA256SUMS"))?;
    settings.check_stop()?;
    partial.finish()
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    text.push('\n');
    Ok(fs::write(path, text)?)
}

/// Writes the text of the subsets that the pipeline emits; none for the others.
fn write_subsets(
    experiment: &Experiment<'_>,
    selection: &Selection,
    root: &Path,
    settings: &Settings<'_>,
) -> Result<Vec<Option<Written>>> {
    let plan = experiment.plan;
    let emitted: Vec<bool> = selection
        .subsets
        .iter()
        .map(|subset| plan.emits(subset))
        .collect();
    let wanted = selection
        .subsets
        .iter()
        .zip(&emitted)
        .filter(|(_, emitted)| **emitted)
        .flat_map(|(subset, _)| subset.entries().iter().copied());
    let texts = Texts::gather(experiment, wanted, &root.join(".texts"), settings)?;
    let wanted: Vec<(usize, &Subset)> = selection
        .subsets
        .iter()
        .enumerate()
        .filter(|(at, _)| emitted[*at])
        .collect();
    let rows = wanted.iter().map(|(_, subset)| u64::from(subset.size));
    settings.watch.begin("write", Amount::rows(rows.sum()));
    let written: Result<Vec<Vec<(usize, Written)>>> = by_order(wanted)
        .par_iter()
        .map(|nested| {
            settings.check_stop()?;
            let subsets: Vec<&Subset> = nested.iter().map(|(_, subset)| *subset).collect();
            let watch = settings.watch;
            let written = subset::write(experiment, &subsets, &texts, root, watch)?;
            let places = nested.iter().map(|(at, _)| *at);
            Ok(places.zip(written).collect())
        })
        .collect();
    texts.remove()?;
    let mut all: Vec<Option<Written>> = emitted.iter().map(|_| None).collect();
    for (at, written) in written?.into_iter().flatten() {
        all[at] = Some(written);
    }
    Ok(all)
}

/// Subsets that are prefixes of one order, together.
fn by_order(subsets: Vec<(usize, &Subset)>) -> Vec<Vec<(usize, &Subset)>> {
    let mut families: IndexMap<u32, Vec<(usize, &Subset)>> = IndexMap::new();
    for (at, subset) in subsets {
        let family = families.entry(subset.family).or_default();
        family.push((at, subset));
    }
    families.into_values().collect()
}

/// Whether a folder is one that an interrupted run left: just made, being built, or whole and about to be
/// renamed.
fn is_ours(folder: &Path) -> Result<bool> {
    let whole = folder.join(RUN_FOLDER).join("SHA256SUMS");
    Ok(folder.join(MARK).is_file()
        || whole.is_file()
        || (folder.is_dir() && fs::read_dir(folder)?.next().is_none()))
}

/// Removes what an interrupted run left, its mark last, so that a kill in the middle leaves it known as ours.
fn clear(folder: &Path) -> Result<()> {
    let mark = folder.join(MARK);
    fs::write(&mark, "")?;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(&path)?;
        } else if path != mark {
            fs::remove_file(&path)?;
        }
    }
    fs::remove_file(&mark)?;
    Ok(fs::remove_dir(folder)?)
}

/// The output folder while it is being built.
struct PartialFolder {
    folder: PathBuf,
    out: PathBuf,
}

impl PartialFolder {
    /// Begins `OUT.partial`; what an interrupted run left of it is cleared away.
    fn begin(out: &Path) -> Result<Self> {
        let mut name = out.file_name().unwrap_or_default().to_owned();
        if name.is_empty() {
            return Err(Error::usage(
                format!("`{}` cannot be an output folder", out.display()),
                "name a folder that does not exist yet",
            ));
        }
        name.push(".partial");
        let folder = out.with_file_name(name);
        if folder.exists() {
            if !is_ours(&folder)? {
                return Err(Error::OutputExists(folder));
            }
            clear(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(MARK), "")?;
        Ok(Self {
            folder,
            out: out.to_owned(),
        })
    }

    fn folder(&self) -> &Path {
        &self.folder
    }

    fn finish(self) -> Result<()> {
        if self.out.exists() {
            return Err(Error::OutputExists(self.out));
        }
        fs::remove_file(self.folder.join(MARK))?;
        Ok(fs::rename(&self.folder, &self.out)?)
    }
}
