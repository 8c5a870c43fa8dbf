//! What an entry was held against: exact copies, near duplicates of its problem, and benchmarks' items.

use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};

use super::decisions::Row;
use super::texts::{Texts, Wanted};
use crate::Result;
use crate::emit::leakage::Leakage;
use crate::engine::Engine;
use crate::engine::rows::objects;
use crate::folder::RUN_FOLDER;

/// One that an entry was held against.
#[derive(Debug, Serialize)]
pub(crate) struct Partner {
    /// `copy`, `near_duplicate` or `benchmark`.
    pub kind: &'static str,
    /// Its place, or the benchmark's item.
    pub name: String,
    /// `kept`, or the reason why it was dropped; null for a benchmark's item.
    pub fate: Option<String>,
    /// Its text; of a copy it is the entry's own.
    pub texts: Texts,
    /// Words that a benchmark's item has in a row with the problem.
    pub matched: Vec<String>,
    #[serde(skip)]
    pub(super) entry: Option<Wanted>,
}

/// As many of each kind are told.
const TOLD_MAX: usize = 5;

/// The partners of each entry.
pub(super) fn of(engine: &Engine, out: &Path, rows: &[Row<'_>]) -> Result<Vec<Vec<Partner>>> {
    let leakage = leakage(out);
    rows.iter()
        .map(|&row| of_one(engine, leakage.as_ref(), row))
        .collect()
}

/// The certificate, where the run looked for benchmarks.
fn leakage(out: &Path) -> Option<Leakage> {
    let text = crate::disk::read_own_text(&out.join(RUN_FOLDER).join("leakage.json")).ok()?;
    serde_json::from_str(&text).ok()
}

fn of_one(engine: &Engine, leakage: Option<&Leakage>, row: Row<'_>) -> Result<Vec<Partner>> {
    let mut partners = Vec::new();
    if let Some(id) = row.text("trajectory_id") {
        let wanted = format!("trajectory_id = '{id}'");
        partners.extend(entries(engine, "copy", &wanted, row)?);
    }
    if let (Some(cluster), Some(problem)) = (row.text("cluster"), row.text("problem_id")) {
        let wanted = format!("cluster = '{cluster}' AND problem_id <> '{problem}'");
        partners.extend(entries(engine, "near_duplicate", &wanted, row)?);
    }
    if let (Some(leakage), Some(problem)) = (leakage, row.text("problem_id")) {
        partners.extend(items(leakage, problem));
    }
    Ok(partners)
}

/// Other entries that the condition names; of near duplicates one of each problem, a kept one where there is one.
fn entries(
    engine: &Engine,
    kind: &'static str,
    wanted: &str,
    row: Row<'_>,
) -> Result<Vec<Partner>> {
    let found = objects(&engine.query(&format!(
        "SELECT source, file, \"row\", generation, trajectory_id, problem_id, fate, reason FROM ledger WHERE {wanted} \
         ORDER BY fate DESC, source, file, \"row\", generation LIMIT 1000"
    ))?)?;
    let own = Wanted::of(row);
    let mut problems: Vec<&str> = Vec::new();
    let mut partners = Vec::new();
    for other in found.iter().map(Row) {
        let problem = other.text("problem_id").unwrap_or_default();
        let is_told = kind == "near_duplicate" && problems.contains(&problem);
        if Wanted::of(other) == own || is_told || partners.len() == TOLD_MAX {
            continue;
        }
        problems.push(problem);
        partners.push(partner(kind, other));
    }
    Ok(partners)
}

fn partner(kind: &'static str, other: Row<'_>) -> Partner {
    Partner {
        kind,
        name: place(other.0),
        fate: other
            .text("reason")
            .or(other.text("fate"))
            .map(str::to_owned),
        texts: Texts::default(),
        matched: Vec::new(),
        entry: (kind == "near_duplicate").then(|| Wanted::of(other)),
    }
}

/// `source/file:row`, with the generation where the row has some.
pub(super) fn place(row: &Map<String, Value>) -> String {
    let row = Row(row);
    let text = |name| row.text(name).unwrap_or_default();
    let place = format!(
        "{}/{}:{}",
        text("source"),
        text("file"),
        row.number("row").unwrap_or_default()
    );
    match row.number("generation") {
        Some(generation) => format!("{place}, generation {generation}"),
        None => place,
    }
}

/// The benchmarks' items that the problem meets.
fn items(leakage: &Leakage, problem: &str) -> Vec<Partner> {
    let hits = leakage.hits.iter().filter(|hit| hit.problem_id == problem);
    let item = hits.map(|hit| Partner {
        kind: "benchmark",
        name: format!("{}/{}", hit.benchmark, hit.item),
        fate: None,
        texts: Texts {
            problem: hit.item_text.clone(),
            missing: hit
                .item_text
                .is_none()
                .then(|| "the run had the benchmark's fingerprint, and no text of it".to_owned()),
            ..Texts::default()
        },
        matched: hit.matched.clone(),
        entry: None,
    });
    item.take(TOLD_MAX).collect()
}
