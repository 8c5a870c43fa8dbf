//! What a trainer makes of each subset of a folder, beside its controls.
//!
//! A subset is compared with its control, so what is lost of the one must be lost of the other: two sets of the same size
//! of which a trainer drops different rows are no longer of the same size, and one of which it cuts more ends is trained
//! on other answers.

use std::path::Path;

use serde::Serialize;

use super::tally::{Tally, tally};
use super::trainers::Trainer;
use super::{Beyond, Model, Settings, rows};
use crate::compare::balance::{Relation, pairs};
use crate::error::did_you_mean;
use crate::folder::{self, RUN_FOLDER, shard};
use crate::manifest::{Manifest, SubsetRecord};
use crate::pipeline::{PipelineFile, Runs};
use crate::{Error, Result};

/// What a trainer makes of a folder.
#[derive(Debug, Serialize)]
pub(crate) struct Preflight {
    pub trainer: Trainer,
    /// The version of the trainer that was read, and whose rows were held against ours.
    pub trainer_version: &'static str,
    pub length_max: usize,
    /// What becomes of a row that is longer.
    pub beyond: Beyond,
    pub subsets: Vec<Subset>,
    pub pairs: Vec<Pair>,
}

/// What it makes of a subset or control.
#[derive(Debug, Serialize)]
pub(crate) struct Subset {
    pub name: String,
    #[serde(flatten)]
    pub tally: Tally,
    /// The share of what is trained on that the loss is on.
    pub trained_share: Option<f64>,
    /// How long the rows that are left are trained, as `[runs]` of the pipeline says.
    pub budgets: Vec<Budget>,
}

/// Epochs and optimiser's steps.
#[derive(Debug, Serialize)]
pub(crate) struct Budget {
    pub name: &'static str,
    pub epochs: f64,
    pub steps: u64,
}

/// A subset and a control of which other rows are left.
#[derive(Debug, Serialize)]
pub(crate) struct Pair {
    pub subset: String,
    pub control: String,
    pub relation: Relation,
    /// Rows of each that are not trained on.
    pub dropped: [u64; 2],
    /// Rows of each that are cut.
    pub cut: [u64; 2],
    /// Whether the trainer drops or cuts more rows of the one than of the other.
    pub is_broken: bool,
}

impl Preflight {
    /// Whether anything is lost, or a comparison broken.
    pub(crate) fn loses(&self) -> bool {
        let lost = self.subsets.iter().any(|subset| subset.tally.loses());
        lost || self.pairs.iter().any(|pair| pair.is_broken)
    }
}

/// How the subsets of a folder will be trained, as its pipeline says.
pub(crate) fn runs(out: &Path) -> Result<Runs> {
    let lock = out.join(RUN_FOLDER).join("pipeline.lock.toml");
    let mut runs = PipelineFile::read(&lock)?.pipeline.runs;
    runs.settle();
    Ok(runs)
}

/// What a trainer makes of the subsets of these names and their controls; of all whose rows are written, where no name
/// is given. Names may have stars.
pub(crate) fn preflight(
    out: &Path,
    names: &[String],
    model: &Model,
    trainer: Trainer,
    settings: Settings,
) -> Result<Preflight> {
    let manifest = folder::manifest(out)?;
    let runs = runs(out)?;
    let ready = trainer.ready(model, settings);
    let ready = ready.map_err(|refused| {
        Error::usage(
            format!("`{}` cannot be asked about this: {refused}", trainer.name()),
            "name another trainer, model or setting",
        )
    })?;
    let mut subsets = Vec::new();
    for record in chosen(out, &manifest, names)? {
        let mut all = Vec::new();
        rows::each(&file(out, record), |rows| {
            all.extend(rows);
            Ok(())
        })?;
        let tally = tally(&all, model, trainer, &settings, ready.as_ref());
        subsets.push(subset(record, tally, &runs));
    }
    let pairs = of_pairs(&manifest.subsets, &subsets);
    Ok(Preflight {
        trainer,
        trainer_version: trainer.version(),
        length_max: settings.length_max,
        beyond: ready.beyond(),
        subsets,
        pairs,
    })
}

fn file(out: &Path, record: &SubsetRecord) -> std::path::PathBuf {
    out.join(&record.name).join(shard("train"))
}

/// The records that are asked about, whose rows are written.
fn chosen<'m>(
    out: &Path,
    manifest: &'m Manifest,
    names: &[String],
) -> Result<Vec<&'m SubsetRecord>> {
    let mut wanted = vec![names.is_empty(); manifest.subsets.len()];
    for name in names {
        let pattern = glob::Pattern::new(name).map_err(|error| {
            Error::usage(format!("`{name}`: {error}"), "write a name, or stars")
        })?;
        let all = manifest.subsets.iter().zip(&mut wanted);
        let mut is_any = false;
        for (record, wanted) in all {
            let of_it = record.control_of.iter().any(|of| pattern.matches(of));
            is_any |= pattern.matches(&record.name);
            *wanted |= of_it || pattern.matches(&record.name);
        }
        if !is_any {
            let known = manifest.subsets.iter().map(|record| record.name.as_str());
            return Err(Error::usage(
                format!("the folder has no subset `{name}`"),
                format!("{}see its names in `README.md`", did_you_mean(name, known)),
            ));
        }
    }
    let all = manifest.subsets.iter().zip(wanted);
    let wanted = all.filter(|(record, wanted)| *wanted && file(out, record).is_file());
    Ok(wanted.map(|(record, _)| record).collect())
}

fn subset(record: &SubsetRecord, tally: Tally, runs: &Runs) -> Subset {
    let left = tally.rows - tally.dropped - tally.refused;
    let budgets = runs.budgets(u32::try_from(left).unwrap_or(u32::MAX));
    let budgets = budgets.into_iter();
    Subset {
        name: record.name.clone(),
        trained_share: tally.trained_share(),
        tally,
        budgets: budgets
            .map(|one| Budget {
                name: one.name,
                epochs: one.epochs,
                steps: one.steps,
            })
            .collect(),
    }
}

/// Each subset beside each of its controls, of those that were looked at.
fn of_pairs(records: &[SubsetRecord], subsets: &[Subset]) -> Vec<Pair> {
    let looked_at = |at: usize| subsets.iter().find(|one| one.name == records[at].name);
    let pairs = pairs(records).into_iter();
    let told = pairs.filter_map(|pair| {
        let (first, second) = (looked_at(pair.first)?, looked_at(pair.second)?);
        let both = [&first.tally, &second.tally];
        let dropped = both.map(|tally| tally.dropped + tally.refused);
        let cut = both.map(|tally| tally.cut);
        Some(Pair {
            subset: first.name.clone(),
            control: second.name.clone(),
            relation: pair.relation,
            dropped,
            cut,
            is_broken: dropped[0] != dropped[1] || cut[0] != cut[1],
        })
    });
    told.collect()
}
