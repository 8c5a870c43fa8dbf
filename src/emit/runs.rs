//! `runs.csv`: the training runs of the experiment, one a line, for a launcher to loop over.
//!
//! Whoever writes that loop by hand decides again what a seed is. Here it is decided once: a subset that
//! other draws would make anew is trained with each training seed, and one whose draws are all the same
//! gets training seeds for each of them, or for each of its random controls, instead, so that every cell of a grid
//! has as many runs. Size and the number of steps go together where epochs are fixed; constant steps part them. A
//! control at equal tokens has another number of rows than its subset, and stands a second time with its subset's
//! steps.

use std::collections::HashMap;
use std::path::Path;

use super::csv::{csv, four_decimals};
use crate::Result;
use crate::manifest::SubsetRecord;
use crate::pipeline::{Budget, Runs};
use crate::run::Experiment;
use crate::schema::{Filled, Head, column, heads};
use crate::select::size::SizeUnit;
use crate::select::{DrawKind, Selection, Subset, SubsetRole};

/// One training run of a subset whose text is written.
struct RunRow<'r> {
    record: &'r SubsetRecord,
    path: &'r str,
    training_seed: u64,
    budget: Budget,
    runs: &'r Runs,
}

fn row_columns<'r>() -> Vec<Filled<'r, RunRow<'r>>> {
    vec![
        column::<String>("run", "name of the run: subset, training seed, budget").always(|row| {
            format!("{}-t{}-{}", row.record.name, row.training_seed, row.budget.name)
        }),
        column::<str>("subset", "name of the subset or control").always(|row| &row.record.name),
        column::<str>("role", "subset, random, matched, paired, wrong or derived").always(|row| row.record.role.as_str()),
        column::<str>("path", "its file, relative to the output folder").always(|row| row.path),
        column::<u32>("draw", "number of its draw, from 0").always(|row| row.record.draw),
        column::<str>(
            "draw_kind",
            "independent, or replicate where every draw is the same: it has a training seed for each draw of \
             its grid, or for each random control where those are more, times each of `[runs] training_seeds`",
        )
        .always(|row| row.record.draw_kind.as_str()),
        column::<u64>("training_seed", "the trainer's seed").always(|row| row.training_seed),
        column::<str>(
            "budget",
            "epochs: as often over the rows as `[runs] epochs` says; steps: `[runs] steps`, whatever the size; \
             subset_steps: of a control at equal tokens, as many steps as its subset has by epochs",
        )
        .always(|row| row.budget.name),
        column::<f64>("epochs", "times that each row is trained on").always(|row| four_decimals(row.budget.epochs)),
        column::<u64>(
            "steps",
            "optimiser's steps at `batch_size`; the last of an epoch may be smaller",
        )
        .always(|row| row.budget.steps),
        column::<u64>("warmup_steps", "of these, those over which the learning rate rises")
            .always(|row| row.runs.warmup_steps(row.budget.steps)),
        column::<u32>("batch_size", "rows of a step, over all devices")
            .always(|row| row.runs.batch_size.get()),
        column::<f64>("learning_rate", "the highest learning rate").always(|row| row.runs.learning_rate),
        column::<f64>("weight_decay", "of AdamW").always(|row| row.runs.weight_decay),
        column::<str>("scheduler", "how the learning rate falls: cosine, linear or constant")
            .always(|row| row.runs.scheduler.as_str()),
        column::<f64>("adam_beta2", "of AdamW").always(|row| row.runs.adam_beta2),
        column::<u32>("max_length", "tokens that the trainer takes of a row")
            .always(|row| row.runs.max_length.get()),
        column::<u32>("rows", "rows of the subset").always(|row| row.record.size),
        column::<u64>("tokens", "tokens of all its replies").always(|row| row.record.tokens),
    ]
}

/// The columns of `runs.csv`.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

/// Writes the runs of every subset and control whose text is written: subset by subset as they were selected, then by
/// seed, then by budget.
pub(super) fn write(
    experiment: &Experiment<'_>,
    selection: &Selection,
    records: &[SubsetRecord],
    run: &Path,
) -> Result<()> {
    let plan = experiment.plan;
    let named = records
        .iter()
        .map(|record| (record.name.as_str(), record.size));
    let sizes: HashMap<&str, u32> = named.collect();
    let mut rows = Vec::new();
    for (subset, record) in selection.subsets.iter().zip(records) {
        let Some(path) = &record.path else { continue };
        if subset.role == SubsetRole::Validation {
            continue;
        }
        let draws = |subset: &Subset| match (subset.draw_kind, subset.grid_index) {
            (DrawKind::Replicate, Some(grid)) => {
                let grid = &plan.grids[grid].0;
                grid.draws.max(grid.random_controls())
            }
            _ => 1,
        };
        let runs = &plan.runs;
        for training_seed in runs.training_seeds.of_draws(draws(subset)) {
            let twin = twin(record, &sizes).and_then(|other| runs.as_long_as(record.size, other));
            for budget in runs.budgets(record.size).into_iter().chain(twin) {
                rows.push(RunRow {
                    record,
                    path,
                    training_seed,
                    budget,
                    runs,
                });
            }
        }
    }
    crate::disk::write(&run.join("runs.csv"), csv(&row_columns(), &rows))
}

/// The rows of the subset whose tokens a control has.
fn twin(control: &SubsetRecord, sizes: &HashMap<&str, u32>) -> Option<u32> {
    let of = control.control_of.first()?;
    let is_equal = control.unit == SizeUnit::TokensReached;
    is_equal.then(|| sizes.get(of.as_str()).copied())?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::balance::tests::record;
    use super::*;

    #[test]
    fn a_run_has_each_figure_in_the_column_of_its_name() {
        let record = record(
            "one, two",
            json!({
                "role": "paired", "draw": 1, "draw_kind": "replicate", "size": 2, "tokens": 3,
            }),
        );
        let row = RunRow {
            record: &record,
            path: "a/path",
            training_seed: 4,
            budget: Budget {
                name: "steps",
                epochs: 50.0 / 7.0,
                steps: 61,
            },
            runs: &Runs::default(),
        };
        let expected = "run,subset,role,path,draw,draw_kind,training_seed,budget,epochs,steps,warmup_steps,\
                        batch_size,learning_rate,weight_decay,scheduler,adam_beta2,max_length,rows,tokens\n\
                        \"one, two-t4-steps\",\"one, two\",paired,a/path,1,replicate,4,steps,7.1429,61,4,\
                        32,0.00001,0.0001,cosine,0.95,32768,2,3\n";
        assert_eq!(csv(&row_columns(), &[row]), expected);
    }
}
