//! `runs.csv`: the training runs of the experiment, one a line, for a launcher to loop over.
//!
//! Whoever writes that loop by hand decides again what a seed is. Here it is decided once: a subset that
//! other draws would make anew is trained with each training seed, and one whose draws are all the same
//! gets a training seed for each of them instead, so that every cell of a grid has as many runs. Size and
//! the number of steps go together where epochs are fixed; constant steps part them.

use std::path::Path;

use fs_err as fs;

use crate::manifest::SubsetRecord;
use crate::run::Experiment;
use crate::select::{DrawKind, Selection, Subset, SubsetRole};
use crate::{Result, schema};

/// Writes the runs of every subset and control whose text is written: subset by subset as they were selected, then by
/// seed, then by budget.
pub(super) fn write(
    experiment: &Experiment<'_>,
    selection: &Selection,
    records: &[SubsetRecord],
    run: &Path,
) -> Result<()> {
    let plan = experiment.plan;
    let mut text = super::csv_line(schema::RUNS.iter().map(|column| column.name));
    for (subset, record) in selection.subsets.iter().zip(records) {
        let Some(path) = &record.path else { continue };
        if subset.role == SubsetRole::Validation {
            continue;
        }
        let draws = |subset: &Subset| match (subset.draw_kind, subset.grid_index) {
            (DrawKind::Replicate, Some(grid)) => plan.grids[grid].0.draws,
            _ => 1,
        };
        let runs = &plan.pipeline.runs;
        for seed in runs.training_seeds.of_draws(draws(subset)) {
            for (budget, epochs, steps) in runs.budgets(record.size) {
                text += &super::csv_line([
                    format!("{}-t{seed}-{budget}", record.name),
                    record.name.clone(),
                    record.role.as_str().to_owned(),
                    path.clone(),
                    record.draw.to_string(),
                    record.draw_kind.as_str().to_owned(),
                    seed.to_string(),
                    budget.to_owned(),
                    super::decimal(epochs),
                    steps.to_string(),
                    record.size.to_string(),
                    record.tokens.to_string(),
                ]);
            }
        }
    }
    Ok(fs::write(run.join("runs.csv"), text)?)
}
