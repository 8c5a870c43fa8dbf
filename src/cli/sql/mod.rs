//! `gradatim sql`: questions to an output folder.

mod answer;

use std::path::{Path, PathBuf};

use crate::disk::{Over, Partial};
use crate::emit::csv::line;
use crate::engine::Engine;
use crate::engine::Streamed;
use crate::engine::rows::{objects, with_names_apart};
use crate::error::{one_line, visible};
use crate::memory::Limit;
use crate::table::Table;
use crate::{Error, Result};
use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::compute::BatchCoalescer;
use arrow::error::ArrowError;
use clap::Args;
use serde_json::Value;

use super::cluster::Answerer;
use super::fetched::Fetched;
use super::size::ByteSize;
use super::table::width;
use super::{apart, hand_over, named_path, print, print_for_programs, print_json, say, threads};

/// Queries an output folder, or an evaluation's: its tables, files of your own, and our functions over them.
#[derive(Args)]
#[command(after_help = "\
Tables (`gradatim schema TABLE` prints the columns of each):
  ledger     every entry, with its measurements and its fate
  selection  which trajectory stands in which subset, at which rank
  balance    how each subset compares with each of its controls
  overlap    what each two subsets share
  subsets    each subset and control in a line
  leakage    each problem that meets a benchmark's item, where the run looked for some
  findings   of a folder that `gradatim audit --out` wrote: each row of each finding
  pool, problems
             what was measured, and the problems with their texts, from the pool that `--pool` names
  \"NAME\"     each written subset, by its name in double quotes (columns: `subset`)

Tables of a folder that `gradatim eval --out` wrote:
  attempts       every attempt, with its outcome (right, wrong or unknown)
  runs           the figures of each run (columns: `eval-runs`)
  tiers, pairs   the same by tier; runs against each other
  arms, comparisons, comparison_tiers, comparison_questions
                 an experiment's: its kinds of set, and what one has more than another, whole, by tier
                 and question by question
  disagreements  where the log and our verifier differ

Functions, by the code of the other commands:
  verdict(gold, response), compare(gold, answer), with options behind them as JSON
  extract_answer(response), extract_answer(gold, response)
  token_count(text), style(text)
  contaminated(problem), contaminated(problem, gold)
                 the item of a benchmark that comes with the program, or null
  same_problem(a, b)
                 whether two problems are one, or near duplicates

`SHOW TABLES` lists them, `DESCRIBE ledger` shows a table's columns. Names in a query are
lower-case; in double quotes they keep their letters.

Examples:
  gradatim sql 'SELECT reason, count(*) FROM ledger GROUP BY reason' --in out
  gradatim sql 'SELECT * FROM selection JOIN mine USING (trajectory_id)' --with mine=scores.csv
  gradatim sql 'SELECT run, avg(tokens) FROM attempts GROUP BY run' --in evaluation")]
pub(super) struct Arguments {
    /// The query.
    query: String,
    /// The folder that `gradatim run`, `gradatim audit` or `gradatim eval` wrote.
    #[arg(long = "in", value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// Ask a file of your own beside them, as the table NAME: Parquet, JSONL, CSV or TSV. Cells of CSV are text:
    /// `CAST(level AS DOUBLE)` makes numbers of them.
    #[arg(long, visible_alias = "table", value_name = "NAME=PATH", value_parser = named_path)]
    with: Vec<(String, PathBuf)>,
    /// The pool that the run was given: its parts of the folder's files, which the manifest names, become the tables
    /// `pool` and `problems`.
    #[arg(long, value_name = "DIR")]
    pool: Option<PathBuf>,
    #[command(flatten)]
    answerer: Answerer,
    /// How much memory to stay under; what is sorted and joined beyond it goes through a folder of the system's for
    /// temporary files [default: three quarters of what the machine leaves].
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// Print the rows as JSON; lists are arrays, structs are objects.
    #[arg(long)]
    json: bool,
    /// Print the rows as CSV under a header (RFC 4180); lists and structs are JSON, nulls are empty, and what a
    /// spreadsheet would run has `'` before it.
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write the rows to this Parquet file as they come, with their types, and print nothing: any number of them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"])]
    parquet: Option<PathBuf>,
}

pub(super) fn sql(arguments: &Arguments) -> Result<u8> {
    if let Some(ByteSize(bytes)) = arguments.memory {
        Limit::asked(bytes).for_query()?.keep();
    }
    refuse_over(arguments)?;
    let out = Fetched::of(&arguments.out)?;
    let engine = Engine::open(&out, threads())?;
    if let Some(pool) = &arguments.pool {
        engine.add_pool(pool, &out)?;
    }
    for (name, path) in &arguments.with {
        engine.add_file(name, path)?;
    }
    let engine = arguments.answerer.of(engine)?;
    if let Some(path) = &arguments.parquet {
        write(&engine.stream(&arguments.query)?, path)?;
        return Ok(0);
    }
    let rows = match super::answer::stop() {
        Some(stop) => engine.query_until(&arguments.query, &stop)?,
        None => engine.query(&arguments.query)?,
    };
    if arguments.json {
        print_json(&objects(&rows)?)?;
    } else if arguments.csv {
        print_for_programs(&csv(&rows)?)?;
    } else if !hand_over(|| apart_by_name(&rows))? {
        // How a query is answered is told in lines of their own.
        let cell = match arguments.query.trim_start().get(..7) {
            Some(word) if word.eq_ignore_ascii_case("explain") => visible,
            _ => one_line,
        };
        let shown = answer::shown(&rows, cell, width());
        let shown = shown.map_err(|error| Error::Query(error.to_string()))?;
        print(&shown.text)?;
        if shown.is_cut {
            say(
                "note: what ends in `…` is cut to the terminal; `--json`, `--csv` or `--parquet FILE` has it whole",
            );
        }
    }
    Ok(0)
}

/// The rows under names of which none is twice.
fn apart_by_name(rows: &[RecordBatch]) -> Result<Vec<RecordBatch>> {
    let named = rows.iter().map(|batch| {
        let schema = with_names_apart(&batch.schema());
        let count = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(schema, batch.columns().to_vec(), &count)
    });
    let named: Result<_, ArrowError> = named.collect();
    named.map_err(|error| Error::Query(error.to_string()))
}

/// Refuses to write the answer over what is asked, or into the folder that a run wrote.
fn refuse_over(arguments: &Arguments) -> Result<()> {
    let Some(path) = arguments.parquet.as_deref() else {
        return Ok(());
    };
    let read: Vec<&Path> = arguments
        .with
        .iter()
        .map(|(_, path)| path.as_path())
        .collect();
    apart::refuse_same(&read, &[("--parquet", path)])?;
    apart::refuse_inside(std::slice::from_ref(&arguments.out), "--parquet", path)
}

/// Writes the answer as one Parquet file, a batch as it comes, whole or not at all; a second `id`, as a join has it, is
/// `id_2`.
fn write(rows: &Streamed<'_>, path: &Path) -> Result<()> {
    let partial = Partial::begin_alone(path)?;
    let mut table = Table::create(&partial.built(), with_names_apart(rows.schema()))?;
    // A join may answer a row at a time.
    let mut together = BatchCoalescer::new(rows.schema().clone(), TOGETHER);
    let failed = |error: ArrowError| Error::Query(error.to_string());
    while let Some(batch) = rows.next()? {
        together.push_batch(batch).map_err(failed)?;
        write_whole(&mut together, &mut table)?;
    }
    together.finish_buffered_batch().map_err(failed)?;
    write_whole(&mut together, &mut table)?;
    table.finish()?;
    partial.finish(Over::Files)
}

/// Rows that are written at once.
const TOGETHER: usize = 1024;

fn write_whole(together: &mut BatchCoalescer, table: &mut Table) -> Result<()> {
    while let Some(batch) = together.next_completed_batch() {
        table.write_any(batch.columns().to_vec())?;
    }
    Ok(())
}

/// A header, then a line a row; a null is an empty cell, a list or struct is its JSON.
fn csv(rows: &[RecordBatch]) -> Result<String> {
    let Some(first) = rows.first() else {
        return Ok(String::new());
    };
    let schema = with_names_apart(&first.schema());
    let names = schema.fields().iter().map(|field| field.name());
    let mut text = line(names);
    for object in objects(rows)? {
        text += &line(object.values().map(cell));
    }
    Ok(text)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
