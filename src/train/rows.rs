//! The rows of a subset's file, with the columns that trainers take.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value as Json, json};

use super::Row;
use crate::source::disk_file::open_regular;
use crate::{Error, Result};

/// The columns that some trainer takes.
const COLUMNS: [&str; 5] = ["messages", "prompt", "completion", "text", "conversations"];

/// Rows that are held at once.
const BATCH_ROWS: usize = 256;

/// Hands over the rows of a subset's file, some at a time, in their order.
pub(crate) fn each(path: &Path, mut take: impl FnMut(Vec<Row>) -> Result<()>) -> Result<()> {
    let unreadable = |error| Error::parquet(path, error);
    let file = open_regular(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(unreadable)?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
    let reader = builder.with_projection(mask).with_batch_size(BATCH_ROWS);
    for batch in reader.build().map_err(unreadable)? {
        let batch = batch.map_err(|error| unreadable(error.into()))?;
        take(rows(&batch))?;
    }
    Ok(())
}

fn rows(batch: &RecordBatch) -> Vec<Row> {
    let turns = |name: &str, names: [&str; 2], row: usize| turns(batch, name, names, row);
    let own = ["role", "content"];
    let row = |row: usize| Row {
        messages: turns("messages", own, row),
        prompt: turns("prompt", own, row),
        completion: turns("completion", own, row),
        text: text(batch, row),
        conversations: turns("conversations", ["from", "value"], row),
    };
    (0..batch.num_rows()).map(row).collect()
}

fn text(batch: &RecordBatch, row: usize) -> Option<String> {
    let texts = batch.column_by_name("text")?.as_string_opt::<i32>()?;
    (!texts.is_null(row)).then(|| texts.value(row).to_owned())
}

/// A list of turns, by the names that its fields have; none where there is no such column.
fn turns(batch: &RecordBatch, column: &str, names: [&str; 2], row: usize) -> Option<Json> {
    let lists = batch.column_by_name(column)?.as_list_opt::<i32>()?;
    if lists.is_null(row) {
        return None;
    }
    let list = lists.value(row);
    let fields = list.as_struct_opt()?;
    let [who, said] = names;
    let speakers = fields.column_by_name(who)?.as_string_opt::<i32>()?;
    let words = fields.column_by_name(said)?.as_string_opt::<i32>()?;
    let turns = speakers.iter().zip(words);
    let turns = turns.map(|(speaker, words)| json!({ who: speaker, said: words }));
    Some(turns.collect())
}
