//! `gradatim sql`: questions to an output folder.

use std::path::PathBuf;

use arrow::util::pretty::pretty_format_batches;
use clap::Args;
use gradatim::engine::Engine;
use gradatim::{Error, Result};

use super::{print, print_json, threads};

/// Queries an output folder: the tables `ledger`, `selection` and each written subset by its name in
/// double quotes; the functions `verdict(gold, response)`, `tokens(text)`, `style(text)`.
#[derive(Args)]
#[command(after_help = "\
Example:
  gradatim sql 'SELECT reason, count(*) FROM ledger GROUP BY reason' --in out")]
pub struct Arguments {
    /// The query.
    query: String,
    /// The folder that `gradatim run` wrote.
    #[arg(long = "in", value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Print the rows as JSON.
    #[arg(long)]
    json: bool,
}

pub fn sql(arguments: &Arguments) -> Result<u8> {
    let engine = Engine::open(&arguments.out, threads())?;
    let rows = engine.query(&arguments.query)?;
    if arguments.json {
        let mut objects = Vec::new();
        for batch in &rows {
            for row in 0..batch.num_rows() {
                objects.push(gradatim::audit::why::row_object(batch, row)?);
            }
        }
        print_json(&objects)?;
    } else {
        let text = pretty_format_batches(&rows).map_err(|error| Error::Query(error.to_string()))?;
        print(&format!("{text}\n"))?;
    }
    Ok(0)
}
