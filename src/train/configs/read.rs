//! What configurations are made from: the lines of an output folder's `runs.csv`, and how its rows will be trained.

use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::error::{did_you_mean, listed};
use crate::eval::experiment::csv::{Csv, Row};
use crate::eval::experiment::sealed::sealed;
use crate::folder;
use crate::pipeline::Runs;
use crate::select::SubsetRole;
use crate::source::disk_file::open_regular;
use crate::train::preflight;
use crate::{Error, Result};

/// A line of `runs.csv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub run: String,
    pub subset: String,
    /// Its file, relative to the output folder.
    pub(super) path: String,
    pub seed: u64,
    pub budget: String,
    pub(super) epochs: f64,
    pub(super) steps: u64,
    pub(super) rows: u32,
    /// Of all its replies.
    pub(super) tokens: u64,
}

impl Line {
    fn read(row: Row<'_>) -> Option<Self> {
        let text = |name: &str| row.get(name).map(str::to_owned);
        Some(Self {
            run: text("run")?,
            subset: text("subset")?,
            path: text("path")?,
            seed: row.get("training_seed")?.parse().ok()?,
            budget: text("budget")?,
            epochs: row.get("epochs")?.parse().ok()?,
            steps: row.get("steps")?.parse().ok()?,
            rows: row.get("rows")?.parse().ok()?,
            tokens: row.get("tokens")?.parse().ok()?,
        })
    }
}

/// What is read of an output folder.
pub(crate) struct Folder {
    pub lines: Vec<Line>,
    pub(super) runs: Runs,
    pub(super) is_validated: bool,
    pub(super) columns: Vec<String>,
}

impl Folder {
    pub(crate) fn read(out: &Path) -> Result<Self> {
        let manifest = folder::manifest(out)?;
        let text = sealed(out, &manifest, "runs.csv")?;
        let lines = lines(&text).ok_or_else(|| {
            Error::usage(
                format!(
                    "`runs.csv` of `{}` has other columns than it should",
                    out.display()
                ),
                "make the folder anew with this version",
            )
        })?;
        let is_validation = |role| role == SubsetRole::Validation;
        let written = manifest.subsets.iter();
        let is_validated = written
            .clone()
            .any(|record| is_validation(record.role) && record.path.is_some());
        let columns = match lines.first() {
            Some(line) => columns(&out.join(&line.path))?,
            None => Vec::new(),
        };
        Ok(Self {
            lines,
            runs: preflight::runs(out)?,
            is_validated,
            columns,
        })
    }

    /// The run of a subset with this seed and budget, or the first of those where they are left out.
    pub(crate) fn of_subset(
        &self,
        subset: &str,
        seed: Option<u64>,
        budget: Option<&str>,
    ) -> Result<&Line> {
        let of_it: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| line.subset == subset)
            .collect();
        if of_it.is_empty() {
            let known = self.lines.iter().map(|line| line.subset.as_str());
            return Err(Error::usage(
                format!("the folder has no subset `{subset}` that is trained on"),
                format!(
                    "{}see `subset` in `__run__/runs.csv`",
                    did_you_mean(subset, known)
                ),
            ));
        }
        let fits = |line: &&&Line| {
            seed.is_none_or(|seed| line.seed == seed)
                && budget.is_none_or(|budget| line.budget == budget)
        };
        of_it.iter().find(fits).copied().ok_or_else(|| {
            let runs: Vec<&str> = of_it.iter().map(|line| line.run.as_str()).collect();
            Error::usage(
                format!("`{subset}` has no run of that seed and budget"),
                format!("give those of one of its runs: {}", listed(runs)),
            )
        })
    }

    /// The run of this name.
    pub(crate) fn of_run(&self, run: &str) -> Result<&Line> {
        self.lines
            .iter()
            .find(|line| line.run == run)
            .ok_or_else(|| {
                let known = self.lines.iter().map(|line| line.run.as_str());
                Error::usage(
                    format!("the folder has no run `{run}`"),
                    format!(
                        "{}see `run` in `__run__/runs.csv`",
                        did_you_mean(run, known)
                    ),
                )
            })
    }
}

/// The names of a file's columns.
fn columns(path: &Path) -> Result<Vec<String>> {
    let file = open_regular(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(|error| Error::parquet(path, error))?;
    let fields = builder.schema().fields().iter();
    Ok(fields.map(|field| field.name().clone()).collect())
}

fn lines(text: &str) -> Option<Vec<Line>> {
    let csv = Csv::read(text).ok()?;
    csv.rows().map(Line::read).collect()
}
