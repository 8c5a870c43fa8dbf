//! `gradatim sql`: questions to an output folder.

use std::path::PathBuf;

use crate::engine::Engine;
use crate::{Error, Result};
use arrow::util::pretty::pretty_format_batches;
use clap::Args;

use super::{print, print_json, threads};

/// Queries an output folder: its tables, and the functions `verdict(gold, response)`, `tokens(text)`,
/// `style(text)`.
#[derive(Args)]
#[command(after_help = "\
Tables (`gradatim schema TABLE` prints the columns of each):
  ledger     every entry, with its measurements and its fate
  selection  which trajectory stands in which subset, at which rank
  balance    how each subset compares with each of its controls
  overlap    what each two subsets share
  \"NAME\"     each written subset, by its name in double quotes (columns: `subset`)

Example:
  gradatim sql 'SELECT reason, count(*) FROM ledger GROUP BY reason' --in out")]
pub(super) struct Arguments {
    /// The query.
    query: String,
    /// The folder that `gradatim run` wrote.
    #[arg(long = "in", value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Print the rows as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn sql(arguments: &Arguments) -> Result<u8> {
    let engine = Engine::open(&arguments.out, threads())?;
    let rows = engine.query(&arguments.query)?;
    if arguments.json {
        let mut objects = Vec::new();
        for batch in &rows {
            for row in 0..batch.num_rows() {
                objects.push(crate::audit::why::row_object(batch, row)?);
            }
        }
        print_json(&objects)?;
    } else {
        let text = pretty_format_batches(&rows).map_err(|error| Error::Query(error.to_string()))?;
        print(&format!("{text}\n"))?;
    }
    Ok(0)
}
