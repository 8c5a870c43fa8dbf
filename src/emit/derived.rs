//! The files that follow from the ledger, the subsets and what benchmarks told: all others of a folder.
//!
//! A run writes them, and `check` writes them again somewhere else and compares: they are made here, once, from
//! what both have.

use std::path::Path;

use super::leakage::Leakage;
use super::{Written, appendix, balance, card, lock, runs, selection, write_json};
use crate::folder::RUN_FOLDER;
use crate::manifest::Manifest;
use crate::run::Experiment;
use crate::screen::Fate;
use crate::select::{Selection, Subset};
use crate::{Result, disk};

/// What they are made of.
pub(crate) struct Derived<'d> {
    pub experiment: &'d Experiment<'d>,
    pub fates: &'d [Fate],
    pub selection: &'d Selection,
    /// For each subset what was written of it, if it was.
    pub written: &'d [Option<Written>],
    /// Without its seals, which are of these files.
    pub manifest: &'d Manifest,
    pub leakage: Option<&'d Leakage>,
}

impl Derived<'_> {
    /// Writes them below `root`, which has its run's folder already.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let Self {
            experiment,
            fates,
            selection,
            ..
        } = *self;
        let run = root.join(RUN_FOLDER);
        let records = &self.manifest.subsets;
        let all = selection.subsets.iter().zip(self.written);
        let all: Vec<(&Subset, Option<&Written>)> = all
            .map(|(subset, written)| (subset, written.as_ref()))
            .collect();
        selection::write(experiment, selection, &run.join("selection.parquet"))?;
        let lock = lock::text(&experiment.plan.written, self.manifest);
        disk::write(&run.join("pipeline.lock.toml"), lock)?;
        let balances = balance::write(experiment, fates, selection, records, &run)?;
        runs::write(experiment, selection, records, &run)?;
        appendix::write(experiment, selection, records, self.written, &run)?;
        let card = card::card(self.manifest, self.leakage, experiment, &all, &balances);
        disk::write(&root.join("README.md"), card)?;
        write_json(&root.join("dataset_info.json"), &card::dataset_info(&all))
    }
}
