//! The folder of an audit: that of a run that selects nothing, with what was found beside its ledger.
//!
//! ```text
//! DIR/__run__/
//!   audit.json         what `--json` prints
//!   findings.parquet   a row for each kind of finding and each entry that is of it
//!   ledger.parquet …   what every run writes: `sql`, `why` and `check` answer from it
//! ```

use std::path::{Path, PathBuf};

use super::Audit;
use crate::Result;
use crate::disk::{self, Partial};
use crate::emit;
use crate::folder::{AUDIT, FINDINGS, RUN_FOLDER};
use crate::run::{Experiment, Settings};

/// Where the rows of findings go, in a folder that is begun.
pub(crate) fn rows_path(partial: &Partial) -> Result<PathBuf> {
    let run = partial.built().join(RUN_FOLDER);
    disk::create_folders(&run)?;
    Ok(run.join(FINDINGS))
}

/// Writes the rest of the folder, which gets its name when it is whole.
pub(crate) fn write(
    experiment: &Experiment<'_>,
    audit: &Audit,
    partial: Partial,
    settings: &Settings<'_>,
) -> Result<()> {
    write_findings(&partial.built().join(RUN_FOLDER), audit)?;
    let fates = experiment.fates();
    let selection = experiment.select(&fates);
    emit::emit(experiment, &fates, &selection, partial, settings)
}

fn write_findings(run: &Path, audit: &Audit) -> Result<()> {
    let text = serde_json::to_string_pretty(audit).map_err(std::io::Error::from)?;
    disk::write(&run.join(AUDIT), text + "\n")
}
