//! `gradatim schema`: the form of what is read and written.

use crate::audit::dataset::{self, Audit};
use crate::audit::diff::{self, Diff};
use crate::emit::leakage::Leakage;
use crate::emit::{appendix, balance, ledger, runs, selection, subset};
use crate::eval::output::{Evaluation, tables};
use crate::manifest::Manifest;
use crate::pipeline::Pipeline;
use crate::pool::tables::{COMPANION, PROBLEMS, TRAJECTORIES};
use crate::schema::markdown;
use crate::train::preflight::Preflight;
use crate::{Error, Result};
use clap::{Args, ValueEnum};

use super::print;

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
    Disagreements,
    Preflight,
}

pub(super) fn schema(arguments: &Arguments) -> Result<u8> {
    print(&text(arguments.of)?)?;
    Ok(0)
}

fn text(of: Of) -> Result<String> {
    Ok(match of {
        Of::Pipeline => json_schema::<Pipeline>()?,
        Of::Manifest => json_schema::<Manifest>()?,
        Of::Leakage => json_schema::<Leakage>()?,
        Of::Audit => json_schema::<Audit>()?,
        Of::Findings => markdown(&dataset::columns()),
        Of::Diff => json_schema::<Diff>()?,
        Of::Differing => markdown(&diff::columns()),
        Of::Trajectories => markdown(&TRAJECTORIES.heads()),
        Of::Problems => markdown(&PROBLEMS.heads()),
        Of::Companion => markdown(&COMPANION.heads()),
        Of::Ledger => markdown(&ledger::columns()),
        Of::Selection => markdown(&selection::columns()),
        Of::Subset => {
            let derived = markdown(&subset::derived_columns());
            let added = markdown(&subset::added());
            markdown(&subset::own_columns()) + DERIVED_ABOVE + &derived + ADDED_ABOVE + &added
        }
        Of::Balance => markdown(&balance::columns()),
        Of::Overlap => markdown(&balance::overlap_columns()) + OVERLAP_BELOW,
        Of::Runs => markdown(&runs::columns()),
        Of::Subsets => markdown(&appendix::columns()),
        Of::Eval => json_schema::<Evaluation>()?,
        Of::Attempts => markdown(&tables::attempts_heads()),
        Of::EvalRuns => markdown(&tables::runs_heads()),
        Of::Tiers => markdown(&tables::tiers_heads()),
        Of::Pairs => markdown(&tables::pairs_heads()),
        Of::Arms => markdown(&tables::arms_heads()),
        Of::Comparisons => markdown(&tables::comparisons_heads()),
        Of::Disagreements => markdown(&tables::disagreements_heads()),
        Of::Preflight => json_schema::<Preflight>()?,
    })
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
