//! `gradatim schema`: the form of what is read and written.

use crate::emit::leakage::Leakage;
use crate::manifest::Manifest;
use crate::pipeline::Pipeline;
use crate::schema::{ADDED, Column, TABLES, table as columns};
use crate::{Error, Result};
use clap::{Args, ValueEnum};

use super::print;

/// Prints the JSON schema of the pipeline file, the manifest or `leakage.json`, or the columns of a table.
#[derive(Args)]
#[command(after_help = "\
Example:
  gradatim schema pipeline > pipeline.schema.json")]
pub struct Arguments {
    /// Of what.
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    Pipeline,
    Manifest,
    Leakage,
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
}

pub fn schema(arguments: &Arguments) -> Result<u8> {
    let text = match arguments.of {
        Of::Pipeline => json_schema::<Pipeline>()?,
        Of::Manifest => json_schema::<Manifest>()?,
        Of::Leakage => json_schema::<Leakage>()?,
        Of::Trajectories => column_list("trajectories"),
        Of::Problems => column_list("problems"),
        Of::Companion => column_list("companion"),
        Of::Ledger => column_list("ledger"),
        Of::Selection => column_list("selection"),
        Of::Subset => column_list("subset") + ADDED_ABOVE + &rows(ADDED),
        Of::Balance => column_list("balance"),
        Of::Overlap => column_list("overlap") + OVERLAP_BELOW,
        Of::Runs => column_list("runs"),
        Of::Subsets => column_list("subsets"),
    };
    print(&text)?;
    Ok(0)
}

fn json_schema<T: schemars::JsonSchema>() -> Result<String> {
    let schema = schemars::schema_for!(T);
    let text =
        serde_json::to_string_pretty(&schema).map_err(|error| Error::Query(error.to_string()))?;
    Ok(text + "\n")
}

const ADDED_ABOVE: &str =
    "\nBehind these stand those of the following that `[emit] add` names:\n\n";

const OVERLAP_BELOW: &str = "\nTwo that share no problem have no row.\n";

fn column_list(table: &str) -> String {
    debug_assert!(TABLES.contains(&table));
    rows(columns(table).unwrap_or_default())
}

/// A Markdown table of the columns.
fn rows(columns: &[Column]) -> String {
    let mut text = String::from("| column | type | null | meaning |\n|---|---|---|---|\n");
    for column in columns {
        text += &format!(
            "| `{}` | {} | {} | {} |\n",
            column.name,
            column.kind.words(),
            if column.nullable { "may be" } else { "never" },
            column.meaning
        );
    }
    text
}
