//! What the runs of a plan come to: arms, runs, steps and trained tokens.

use indexmap::IndexMap;
use serde_json::{Value, json};

use crate::emit::runs::{self, Run};
use crate::pipeline::Runs;
use crate::run::Experiment;
use crate::select::{Selection, Subset};

use super::table::{table, thousands};

/// The runs that `runs.csv` would list.
pub(super) struct Training<'t> {
    runs: &'t Runs,
    /// By grid as they are written, what grids share last.
    grids: IndexMap<&'t str, Sums>,
    /// By arm, which is all draws and seeds of one definition with one budget.
    arms: IndexMap<String, Arm<'t>>,
    all: Vec<Line<'t>>,
}

/// One run.
struct Line<'t> {
    run: Run,
    subset: &'t Subset,
    trained_tokens: u64,
}

/// The runs of an arm.
struct Arm<'t> {
    of: &'t Subset,
    budget: &'static str,
    sums: Sums,
}

/// What several runs come to.
#[derive(Clone, Debug, Default)]
struct Sums {
    arms: usize,
    runs: u64,
    steps: u64,
    tokens: u64,
    tokens_min: Option<u64>,
    tokens_max: u64,
}

/// Stands for the grid of what grids share.
const SHARED: &str = "(shared controls)";

impl<'t> Training<'t> {
    pub(super) fn new(experiment: &'t Experiment<'_>, selection: &'t Selection) -> Self {
        let reply = |&entry: &u32| u64::from(experiment.entries.body_of(entry).tokens);
        let subsets = selection.subsets.iter();
        let tokens: Vec<u64> = subsets
            .map(|subset| subset.entries().iter().map(reply).sum())
            .collect();
        let line = |run: Run| Line {
            run,
            subset: &selection.subsets[run.subset],
            trained_tokens: run.trained_tokens(tokens[run.subset]),
        };
        let all = runs::of(experiment.plan, selection).into_iter().map(line);
        let mut training = Self {
            runs: &experiment.plan.runs,
            grids: IndexMap::new(),
            arms: IndexMap::new(),
            all: all.collect(),
        };
        training.sum();
        training
    }

    fn sum(&mut self) {
        for line in &self.all {
            let grid = self.grids.entry(grid(line.subset)).or_default();
            let arm = self.arms.entry(arm_name(line.subset, line.run.budget.name));
            let arm = arm.or_insert_with(|| {
                grid.arms += 1;
                Arm {
                    of: line.subset,
                    budget: line.run.budget.name,
                    sums: Sums::default(),
                }
            });
            grid.add(line);
            arm.sums.add(line);
        }
        if let Some(shared) = self.grids.shift_remove(SHARED) {
            self.grids.insert(SHARED, shared);
        }
    }

    fn total(&self) -> Sums {
        let mut total = Sums::default();
        self.all.iter().for_each(|line| total.add(line));
        total.arms = self.arms.len();
        total
    }

    /// Whether a run has a control whose replies are made when it is written.
    fn has_derived(&self) -> bool {
        let mut all = self.all.iter();
        all.any(|line| line.subset.derivation.is_some())
    }

    pub(super) fn as_json(&self) -> Value {
        let arms = self.arms.iter().map(|(name, arm)| {
            json!({
                "arm": name, "grid": arm.of.grid, "role": arm.of.role, "budget": arm.budget,
                "asked": arm.of.asked.count(), "unit": arm.of.asked.unit(), "runs": arm.sums.runs,
                "steps": arm.sums.steps, "trained_tokens": arm.sums.tokens,
                "trained_tokens_of_a_run": [arm.sums.tokens_min, Some(arm.sums.tokens_max)],
            })
        });
        let each = self.all.iter().map(|line| {
            json!({
                "run": line.run.name(&line.subset.name), "subset": line.subset.name,
                "budget": line.run.budget.name, "steps": line.run.budget.steps,
                "trained_tokens": line.trained_tokens,
            })
        });
        let total = self.total();
        json!({
            "total": {
                "arms": total.arms, "runs": total.runs, "steps": total.steps,
                "trained_tokens": total.tokens,
            },
            "batch_size": self.runs.batch_size, "is_estimate": true,
            "arms": arms.collect::<Vec<_>>(), "runs": each.collect::<Vec<_>>(),
        })
    }

    /// A table by grid, and what it all comes to; nothing where nothing is trained.
    pub(super) fn as_text(&self) -> String {
        if self.all.is_empty() {
            return String::new();
        }
        let rows: Vec<Vec<String>> = self
            .grids
            .iter()
            .map(|(grid, sums)| sums.cells(grid))
            .collect();
        let heads = ["grid", "arms", "runs", "steps", "tokens a run", "tokens"];
        let total = self.total();
        let derived = match self.has_derived() {
            true => "; derived controls as what they are made of",
            false => "",
        };
        format!(
            "\n{}\n`runs.csv` would list {} runs of {} arms: {} steps of {} rows, an estimate of {} trained tokens \
             (replies times epochs, by the pipeline's tokenizer{derived}; once written, `gradatim preflight` counts them as a trainer \
             does)\n",
            table(&heads, &rows),
            thousands(total.runs),
            thousands(total.arms as u64),
            thousands(total.steps),
            self.runs.batch_size,
            thousands(total.tokens),
        )
    }
}

impl Sums {
    fn add(&mut self, line: &Line<'_>) {
        let tokens = line.trained_tokens;
        self.runs += 1;
        self.steps = self.steps.saturating_add(line.run.budget.steps);
        self.tokens = self.tokens.saturating_add(tokens);
        self.tokens_min = Some(self.tokens_min.map_or(tokens, |least| least.min(tokens)));
        self.tokens_max = self.tokens_max.max(tokens);
    }

    fn cells(&self, grid: &str) -> Vec<String> {
        let least = self.tokens_min.unwrap_or_default();
        let each = match least == self.tokens_max {
            true => thousands(least),
            false => format!("{} to {}", thousands(least), thousands(self.tokens_max)),
        };
        vec![
            grid.to_owned(),
            thousands(self.arms as u64),
            thousands(self.runs),
            thousands(self.steps),
            each,
            thousands(self.tokens),
        ]
    }
}

/// The name of its grid; grids may have none.
fn grid(subset: &Subset) -> &str {
    match (&subset.grid, subset.grid_index) {
        (Some(name), _) => name,
        (None, Some(_)) => "(no name)",
        (None, None) => SHARED,
    }
}

/// What all draws of its definition are called, with a star for the draw, and the budget where it is not by epochs.
fn arm_name(subset: &Subset, budget: &str) -> String {
    let stars = [("d", "d*"), ("c", "c*")];
    let stars = stars.map(|(letter, star)| (format!("{letter}{}", subset.draw), star));
    let mut parts: Vec<&str> = subset.name.split('-').collect();
    let star = |part: &str| stars.iter().find(|(number, _)| number == part);
    if let Some((part, (_, star))) = parts
        .iter_mut()
        .rev()
        .find_map(|part| star(part).map(|star| (part, star)))
    {
        *part = star;
    }
    let name = parts.join("-");
    match budget {
        "epochs" => name,
        other => format!("{name} ({other})"),
    }
}
