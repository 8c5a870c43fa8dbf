//! Why a trajectory or a problem is where it is: its ledger rows, and the subsets that hold it.

use std::path::Path;

use serde_json::{Map, Value};

use crate::Result;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::screen::DropReason;

/// One entry's story: each column of its ledger row, and its places.
pub(crate) struct Story {
    pub ledger: Map<String, Value>,
    /// Subset and rank, by name.
    pub places: Vec<(String, u64)>,
    /// Whether no subset can have it since its problem, or one of its template, is in the validation set.
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
    for ledger in objects(&found)? {
        let text = |name: &str| ledger.get(name).and_then(Value::as_str);
        let is_kept = text("fate") == Some("kept");
        // What was dropped as wrong can stand in a wrong control.
        let is_wrong = text("reason").is_some_and(DropReason::is_word_of_wrong);
        let id = text("trajectory_id");
        let (places, is_set_aside) = match id.filter(|_| is_kept || is_wrong) {
            Some(id) => {
                let places = places(&engine, id)?;
                let is_unplaced = is_kept && places.is_empty();
                let is_set_aside = is_unplaced && is_set_aside(&engine, &ledger)?;
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
    Ok(stories)
}

fn places(engine: &Engine, id: &str) -> Result<Vec<(String, u64)>> {
    let rows = engine.query(&format!(
        "SELECT subset, CAST(rank AS BIGINT) AS rank FROM selection WHERE trajectory_id = '{id}' \
         ORDER BY subset"
    ))?;
    let mut places = Vec::new();
    for object in objects(&rows)? {
        let subset = object.get("subset").and_then(Value::as_str);
        let rank = object.get("rank").and_then(Value::as_u64);
        places.push((
            subset.unwrap_or_default().to_owned(),
            rank.unwrap_or_default(),
        ));
    }
    Ok(places)
}

fn is_set_aside(engine: &Engine, ledger: &Map<String, Value>) -> Result<bool> {
    // Older ledgers have no templates: clusters were set aside.
    let column = match ledger.contains_key("template") {
        true => "template",
        false => "cluster",
    };
    let text = |name: &str| ledger.get(name).and_then(Value::as_str).unwrap_or_default();
    let rows = engine.query(&format!(
        "SELECT 1 FROM selection JOIN ledger ON selection.trajectory_id = ledger.trajectory_id \
         WHERE subset = 'validation' AND (ledger.problem_id = '{}' OR ledger.{column} = '{}') LIMIT 1",
        text("problem_id"),
        text(column)
    ))?;
    Ok(rows.iter().any(|batch| batch.num_rows() > 0))
}
