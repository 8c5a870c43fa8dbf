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
use crate::plan::Plan;
use crate::run::Experiment;
use crate::schema::{Filled, Head, column, heads};
use crate::select::size::SizeUnit;
use crate::select::{DrawKind, Selection, Subset, SubsetRole};

/// One training run of a subset whose text is written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    /// Index of its subset in the selection.
    pub subset: usize,
    pub training_seed: u64,
    pub budget: Budget,
}

impl Run {
    /// Its name, which configurations, folders of models and logs of attempts have.
    pub(crate) fn name(&self, subset: &str) -> String {
        let Self {
            training_seed,
            budget,
            ..
        } = self;
        format!("{subset}-t{training_seed}-{}", budget.name)
    }

    /// Tokens of the replies, as often as each is trained on. What a trainer cuts, drops or adds is not in it.
    pub(crate) fn trained_tokens(&self, tokens: u64) -> u64 {
        (tokens as f64 * self.budget.epochs).round() as u64
    }
}

/// The runs of every subset and control whose text is written: subset by subset as they were selected, then by seed,
/// then by budget.
pub(crate) fn of(plan: &Plan, selection: &Selection) -> Vec<Run> {
    let named = selection.subsets.iter();
    let sizes: HashMap<&str, u32> = named
        .map(|subset| (subset.name.as_str(), subset.size))
        .collect();
    let is_trained_on =
        |subset: &Subset| plan.emits(subset) && subset.role != SubsetRole::Validation;
    let mut all = Vec::new();
    for (at, subset) in selection.subsets.iter().enumerate() {
        if !is_trained_on(subset) {
            continue;
        }
        let twin = twin(subset, &sizes);
        let twin = twin.and_then(|other| plan.runs.as_long_as(subset.size, other));
        for training_seed in plan.runs.training_seeds.of_draws(draws(plan, subset)) {
            let budgets = plan.runs.budgets(subset.size).into_iter().chain(twin);
            all.extend(budgets.map(|budget| Run {
                subset: at,
                training_seed,
                budget,
            }));
        }
    }
    all
}

/// For how many draws a subset stands.
fn draws(plan: &Plan, subset: &Subset) -> u32 {
    match (subset.draw_kind, subset.grid_index) {
        (DrawKind::Replicate, Some(grid)) => {
            let grid = &plan.grids[grid].0;
            grid.draws.max(grid.random_controls())
        }
        _ => 1,
    }
}

/// The rows of the subset whose tokens a control has.
fn twin(control: &Subset, sizes: &HashMap<&str, u32>) -> Option<u32> {
    let of = control.control_of.first()?;
    let is_equal = control.asked.unit() == SizeUnit::TokensReached;
    is_equal.then(|| sizes.get(of.as_str()).copied())?
}

/// A line of `runs.csv`.
struct RunRow<'r> {
    run: Run,
    record: &'r SubsetRecord,
    path: &'r str,
    runs: &'r Runs,
}

fn row_columns<'r>() -> Vec<Filled<'r, RunRow<'r>>> {
    vec![
        column::<String>("run", "name of the run: subset, training seed, budget").always(|row| row.run.name(&row.record.name)),
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
        column::<u64>("training_seed", "the trainer's seed").always(|row| row.run.training_seed),
        column::<str>(
            "budget",
            "epochs: as often over the rows as `[runs] epochs` says; steps: `[runs] steps`, whatever the size; \
             subset_steps: of a control at equal tokens, as many steps as its subset has by epochs",
        )
        .always(|row| row.run.budget.name),
        column::<f64>("epochs", "times that each row is trained on").always(|row| four_decimals(row.run.budget.epochs)),
        column::<u64>(
            "steps",
            "optimiser's steps at `batch_size`; the last of an epoch may be smaller",
        )
        .always(|row| row.run.budget.steps),
        column::<u64>("warmup_steps", "of these, those over which the learning rate rises")
            .always(|row| row.runs.warmup_steps(row.run.budget.steps)),
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
        column::<u64>(
            "trained_tokens",
            "these times epochs, by the pipeline's tokenizer: what a trainer cuts, drops or adds is for `preflight`",
        )
        .always(|row| row.run.trained_tokens(row.record.tokens)),
    ]
}

/// The columns of `runs.csv`.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

/// Writes the runs.
pub(super) fn write(
    experiment: &Experiment<'_>,
    selection: &Selection,
    records: &[SubsetRecord],
    folder: &Path,
) -> Result<()> {
    let plan = experiment.plan;
    let row = |run: Run| {
        let record = &records[run.subset];
        Some(RunRow {
            run,
            record,
            path: record.path.as_deref()?,
            runs: &plan.runs,
        })
    };
    let rows: Vec<RunRow<'_>> = of(plan, selection).into_iter().filter_map(row).collect();
    crate::disk::write(&folder.join("runs.csv"), csv(&row_columns(), &rows))
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
            run: Run {
                subset: 0,
                training_seed: 4,
                budget: Budget {
                    name: "steps",
                    epochs: 50.0 / 7.0,
                    steps: 61,
                },
            },
            record: &record,
            path: "a/path",
            runs: &Runs::default(),
        };
        let expected = "run,subset,role,path,draw,draw_kind,training_seed,budget,epochs,steps,warmup_steps,\
                        batch_size,learning_rate,weight_decay,scheduler,adam_beta2,max_length,rows,tokens,trained_tokens\n\
                        \"one, two-t4-steps\",\"one, two\",paired,a/path,1,replicate,4,steps,7.1429,61,4,\
                        32,0.00001,0.0001,cosine,0.95,32768,2,3,21\n";
        assert_eq!(csv(&row_columns(), &[row]), expected);
    }
}
