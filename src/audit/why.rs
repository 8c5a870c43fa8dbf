//! Why a trajectory or a problem is where it is: its ledger rows, and the subsets that hold it.

use std::path::Path;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};

use crate::engine::Engine;
use crate::{Error, Result};

/// One entry's story: each column of its ledger row, and its places.
pub(crate) struct Story {
    pub ledger: Map<String, Value>,
    /// Subset and rank, by name.
    pub places: Vec<(String, u64)>,
    /// Whether no subset can have it since its problem, or one of its cluster, is in the validation set.
    pub is_set_aside: bool,
}

/// Finds entries by trajectory id or problem id (both may be cut short, to 6 digits), or by the source's
/// own id, whole. Empty where nothing matches.
pub(crate) fn why(out: &Path, id: &str, threads: usize) -> Result<Vec<Story>> {
    let engine = Engine::open(out, threads)?;
    let literal = id.replace('\'', "''");
    let mut wanted = format!("source_id = '{literal}'");
    if id.len() >= 6 && id.chars().all(|c| c.is_ascii_hexdigit()) {
        let digits = id.to_ascii_lowercase();
        wanted += &format!(
            " OR starts_with(trajectory_id, '{digits}') OR starts_with(problem_id, '{digits}')"
        );
    }
    let found = engine.query(&format!(
        "SELECT * FROM ledger WHERE {wanted} ORDER BY source, file, \"row\", generation"
    ))?;
    let mut stories = Vec::new();
    for batch in &found {
        for row in 0..batch.num_rows() {
            let ledger = row_object(batch, row)?;
            let is_kept = ledger.get("fate") == Some(&Value::from("kept"));
            let id = ledger.get("trajectory_id").and_then(Value::as_str);
            let (places, is_set_aside) = match id.filter(|_| is_kept) {
                Some(id) => {
                    let places = places(&engine, id)?;
                    let is_set_aside = places.is_empty() && is_set_aside(&engine, &ledger)?;
                    (places, is_set_aside)
                }
                None => (Vec::new(), false),
            };
            stories.push(Story {
                ledger,
                places,
                is_set_aside,
            });
        }
    }
    Ok(stories)
}

fn places(engine: &Engine, id: &str) -> Result<Vec<(String, u64)>> {
    let rows = engine.query(&format!(
        "SELECT subset, CAST(rank AS BIGINT) AS rank FROM selection WHERE trajectory_id = '{id}' \
         ORDER BY subset"
    ))?;
    let mut places = Vec::new();
    for batch in &rows {
        for row in 0..batch.num_rows() {
            let object = row_object(batch, row)?;
            let subset = object
                .get("subset")
                .and_then(Value::as_str)
                .unwrap_or_default();
            let rank = object
                .get("rank")
                .and_then(Value::as_u64)
                .unwrap_or_default();
            places.push((subset.to_owned(), rank));
        }
    }
    Ok(places)
}

fn is_set_aside(engine: &Engine, ledger: &Map<String, Value>) -> Result<bool> {
    let text = |name: &str| ledger.get(name).and_then(Value::as_str).unwrap_or_default();
    let rows = engine.query(&format!(
        "SELECT 1 FROM selection JOIN ledger ON selection.trajectory_id = ledger.trajectory_id \
         WHERE subset = 'validation' AND (ledger.problem_id = '{}' OR ledger.cluster = '{}') LIMIT 1",
        text("problem_id"),
        text("cluster")
    ))?;
    Ok(rows.iter().any(|batch| batch.num_rows() > 0))
}

/// A row as JSON: numbers and bools as such, the rest as text.
pub(crate) fn row_object(batch: &RecordBatch, row: usize) -> Result<Map<String, Value>> {
    let options = FormatOptions::default();
    let mut object = Map::new();
    for (field, array) in batch.schema().fields().iter().zip(batch.columns()) {
        let value = if array.is_null(row) {
            Value::Null
        } else if field.data_type().is_numeric() {
            let text = shown(array.as_ref(), row, &options)?;
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        } else if let Some(flags) = array.as_boolean_opt() {
            Value::Bool(flags.value(row))
        } else {
            Value::String(shown(array.as_ref(), row, &options)?)
        };
        object.insert(field.name().clone(), value);
    }
    Ok(object)
}

fn shown(array: &dyn Array, row: usize, options: &FormatOptions<'_>) -> Result<String> {
    let failed = |error: arrow::error::ArrowError| Error::Query(error.to_string());
    let formatter = ArrayFormatter::try_new(array, options).map_err(failed)?;
    Ok(formatter.value(row).to_string())
}
