//! The entries that an id, a place or a text means.

use serde_json::{Map, Value};

use crate::Result;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::ids;

/// Entries that are told of at once: a page each.
const TOLD_MAX: usize = 50;

pub(super) struct Entries {
    /// Rows of the ledger.
    pub rows: Vec<Map<String, Value>>,
    /// Whether more were found.
    pub are_more: bool,
}

/// Looked for as an id, then as a place, then as a text; the first that finds something answers.
pub(super) fn entries(engine: &Engine, asked: &str) -> Result<Entries> {
    let ways = [
        Some(by_id(asked)),
        by_place(asked),
        Some(format!("problem_id = '{}'", ids::problem_id(asked))),
    ];
    for wanted in ways.into_iter().flatten() {
        let rows = rows(engine, &wanted)?;
        if !rows.is_empty() {
            return Ok(told(rows));
        }
    }
    match by_piece(engine, asked)? {
        Some(wanted) => Ok(told(rows(engine, &wanted)?)),
        None => Ok(told(Vec::new())),
    }
}

fn told(mut rows: Vec<Map<String, Value>>) -> Entries {
    let are_more = rows.len() > TOLD_MAX;
    rows.truncate(TOLD_MAX);
    Entries { rows, are_more }
}

fn rows(engine: &Engine, wanted: &str) -> Result<Vec<Map<String, Value>>> {
    let most = TOLD_MAX + 1;
    objects(&engine.query(&format!(
        "SELECT * FROM ledger WHERE {wanted} ORDER BY source, file, \"row\", generation LIMIT {most}"
    ))?)
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn by_id(asked: &str) -> String {
    let mut wanted = format!("source_id = {}", literal(asked));
    if asked.len() >= 6 && asked.chars().all(|c| c.is_ascii_hexdigit()) {
        let digits = asked.to_ascii_lowercase();
        wanted += &format!(
            " OR starts_with(trajectory_id, '{digits}') OR starts_with(problem_id, '{digits}')"
        );
    }
    wanted
}

/// `source/file:row`, or `file:row`.
fn by_place(asked: &str) -> Option<String> {
    let (file, row) = asked.rsplit_once(':')?;
    let row: u64 = row.trim().parse().ok()?;
    let file = literal(file);
    Some(format!(
        "\"row\" = {row} AND (file = {file} OR concat(source, '/', file) = {file})"
    ))
}

/// Shorter pieces stand everywhere.
const PIECE_CHARS_MIN: usize = 8;

/// The trajectories whose emitted text has the piece.
fn by_piece(engine: &Engine, asked: &str) -> Result<Option<String>> {
    let piece = literal(asked.trim());
    if asked.trim().chars().count() < PIECE_CHARS_MIN {
        return Ok(None);
    }
    let mut found: Vec<String> = Vec::new();
    for subset in engine.subsets() {
        let asked = format!(
            "SELECT id FROM \"{}\" WHERE strpos(problem, {piece}) > 0 OR strpos(messages[-1]['content'], {piece}) > 0",
            subset.replace('"', "\"\"")
        );
        for object in objects(&engine.query(&asked)?)? {
            let id = object.get("id").and_then(Value::as_str).unwrap_or_default();
            let id = literal(id);
            if !found.contains(&id) {
                found.push(id);
            }
        }
        if found.len() > TOLD_MAX {
            break;
        }
    }
    Ok((!found.is_empty()).then(|| format!("trajectory_id IN ({})", found.join(", "))))
}
