//! `gradatim schema`: the form of what is read and written.

use crate::audit::dataset::{self, Audit};
use crate::audit::diff::{self, Diff};
use crate::emit::leakage::Leakage;
use crate::emit::{appendix, balance, ledger, runs, selection, subset};
use crate::eval::output::{Evaluation, tables};
use crate::manifest::Manifest;
use crate::pipeline::Pipeline;
use crate::pool::tables::{COMPANION, PROBLEMS, TRAJECTORIES};
use crate::schema::{Head, markdown};
use crate::train::preflight::Preflight;
use crate::{Error, Result};
use clap::{Args, ValueEnum};

use super::table::{table, width};
use super::{print, print_to_keep};

/// Prints the JSON schema of the pipeline file, the manifest, `leakage.json` or what `audit --json`, `diff --json`,
/// `eval --json` and `preflight --json` print, or the columns of a table.
#[derive(Args)]
#[command(after_help = "\
Example:
  gradatim schema pipeline > pipeline.schema.json")]
pub(super) struct Arguments {
    /// Of what.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    Pipeline,
    Manifest,
    Leakage,
    Audit,
    Findings,
    Diff,
    Differing,
    Trajectories,
    Problems,
    Companion,
    Ledger,
    Selection,
    Subset,
    Balance,
    Overlap,
    Runs,
    Subsets,
    Eval,
    Attempts,
    EvalRuns,
    Tiers,
    Pairs,
    Arms,
    Comparisons,
    ComparisonTiers,
    ComparisonQuestions,
    Disagreements,
    Preflight,
}

pub(super) fn schema(arguments: &Arguments) -> Result<u8> {
    match json(arguments.of) {
        Some(schema) => print_to_keep(&schema?)?,
        None => match width() {
            Some(_) => print(&columns(arguments.of, laid_out))?,
            None => print_to_keep(&columns(arguments.of, markdown))?,
        },
    }
    Ok(0)
}

/// The JSON schema of what is JSON, or TOML.
fn json(of: Of) -> Option<Result<String>> {
    Some(match of {
        Of::Pipeline => json_schema::<Pipeline>(),
        Of::Manifest => json_schema::<Manifest>(),
        Of::Leakage => json_schema::<Leakage>(),
        Of::Audit => json_schema::<Audit>(),
        Of::Diff => json_schema::<Diff>(),
        Of::Eval => json_schema::<Evaluation>(),
        Of::Preflight => json_schema::<Preflight>(),
        _ => return None,
    })
}

/// The columns of what is a table.
fn columns(of: Of, shown: fn(&[Head]) -> String) -> String {
    match of {
        Of::Findings => shown(&dataset::columns()),
        Of::Differing => shown(&diff::columns()),
        Of::Trajectories => shown(&TRAJECTORIES.heads()),
        Of::Problems => shown(&PROBLEMS.heads()),
        Of::Companion => shown(&COMPANION.heads()),
        Of::Ledger => shown(&ledger::columns()),
        Of::Selection => shown(&selection::columns()),
        Of::Subset => {
            let derived = shown(&subset::derived_columns());
            let added = shown(&subset::added());
            shown(&subset::own_columns()) + DERIVED_ABOVE + &derived + ADDED_ABOVE + &added
        }
        Of::Balance => shown(&balance::columns()),
        Of::Overlap => shown(&balance::overlap_columns()) + OVERLAP_BELOW,
        Of::Runs => shown(&runs::columns()),
        Of::Subsets => shown(&appendix::columns()),
        Of::Attempts => shown(&tables::attempts_heads()),
        Of::EvalRuns => shown(&tables::runs_heads()),
        Of::Tiers => shown(&tables::tiers_heads()),
        Of::Pairs => shown(&tables::pairs_heads()),
        Of::Arms => shown(&tables::arms_heads()),
        Of::Comparisons => shown(&tables::comparisons_heads()),
        Of::ComparisonTiers => shown(&tables::comparison_tiers_heads()),
        Of::ComparisonQuestions => shown(&tables::comparison_questions_heads()),
        Of::Disagreements => shown(&tables::disagreements_heads()),
        Of::Pipeline
        | Of::Manifest
        | Of::Leakage
        | Of::Audit
        | Of::Diff
        | Of::Eval
        | Of::Preflight => String::new(),
    }
}

/// As a terminal has room for it.
fn laid_out(heads: &[Head]) -> String {
    let row = |head: &Head| {
        let null = if head.nullable { "may be" } else { "never" };
        [head.name, head.kind.words(), null, head.meaning]
            .map(str::to_owned)
            .to_vec()
    };
    let rows: Vec<Vec<String>> = heads.iter().map(row).collect();
    table(&["column", "type", "null", "meaning"], &rows)
}

fn json_schema<T: schemars::JsonSchema>() -> Result<String> {
    let schema = schemars::schema_for!(T);
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Error::Query(error.to_string()))?;
    Ok(text + "\n")
}

const DERIVED_ABOVE: &str =
    "\nBehind these stand, in every subset of a folder in which a grid has `control.shuffled`:\n\n";

const ADDED_ABOVE: &str =
    "\nBehind these stand those of the following that `[emit] add` names:\n\n";

const OVERLAP_BELOW: &str = "\nTwo that share no problem have no row.\n";
