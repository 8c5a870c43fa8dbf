//! What is at hand of rows whose source is not: their problem and gold answer, from tables that hold them.
//!
//! Another trajectory of the problem may stand in a set, which has both; a benchmark's certificate has how a problem begins; and
//! the findings of an audit say which gold answer a disputed row was held against.

use std::collections::HashMap;

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::audit::why::Texts;

/// Sets that are asked, at most.
const SETS_MAX: usize = 40;

/// Puts in what is at hand of those rows whose texts are missing. Says of how many they are and why, which each of them then
/// need not say.
pub(super) fn fill(
    facts: &Facts,
    rows: &[Row],
    texts: &mut [Texts],
) -> Result<Option<(u64, String)>> {
    let mut untold: Vec<(&Row, &mut Texts)> = rows
        .iter()
        .zip(texts)
        .filter(|(_, texts)| texts.missing.is_some())
        .collect();
    let why = untold.iter_mut().map(|(_, texts)| texts.missing.take());
    let why: Vec<String> = why.flatten().collect();
    let Some(first) = why.into_iter().next() else {
        return Ok(None);
    };
    of_sets(facts, &mut untold)?;
    of_certificate(facts, &mut untold)?;
    of_findings(facts, &mut untold)?;
    Ok(Some((untold.len() as u64, first)))
}

/// The values of a column of some rows, as SQL lists them.
fn listed<'r>(rows: impl Iterator<Item = &'r Row>, name: &str) -> String {
    let values = rows.filter_map(|row| row.text(name)).map(literal);
    values.collect::<Vec<_>>().join(", ")
}

/// Problem and gold answer as a set has them with another trajectory.
fn of_sets(facts: &Facts, untold: &mut [(&Row, &mut Texts)]) -> Result<()> {
    let written = facts.manifest.subsets.iter();
    let written = written.filter(|record| record.written > 0 && facts.tables.has(&record.name));
    for record in written.take(SETS_MAX) {
        let wanted = untold.iter().filter(|(_, texts)| texts.problem.is_none());
        let ids = listed(wanted.map(|(row, _)| *row), "problem_id");
        if ids.is_empty() {
            break;
        }
        let rows = facts.ask(&format!(
            "SELECT problem_id, min(problem) AS problem, min(answer) AS answer FROM \"{}\" WHERE problem_id IN ({ids}) GROUP BY \
             problem_id",
            record.name.replace('"', "\"\"")
        ))?;
        put(untold, "problem_id", &rows, |texts, found| {
            texts.problem = found.text("problem").map(str::to_owned);
            texts.gold = found.text("answer").map(str::to_owned);
        });
    }
    Ok(())
}

/// How a problem begins that meets a benchmark's.
fn of_certificate(facts: &Facts, untold: &mut [(&Row, &mut Texts)]) -> Result<()> {
    let ids = listed(untold.iter().map(|(row, _)| *row), "problem_id");
    if facts.leakage.is_none() || ids.is_empty() {
        return Ok(());
    }
    let rows = facts.ask(&format!(
        "SELECT problem_id, min(problem) AS problem FROM leakage WHERE problem_id IN ({ids}) GROUP BY problem_id"
    ))?;
    put(untold, "problem_id", &rows, |texts, found| {
        let problem = found.text("problem").map(str::to_owned);
        texts.problem = texts.problem.take().or(problem);
    });
    Ok(())
}

/// The gold answer that an audit held a row against.
fn of_findings(facts: &Facts, untold: &mut [(&Row, &mut Texts)]) -> Result<()> {
    let ids = listed(untold.iter().map(|(row, _)| *row), "trajectory_id");
    if facts.audit.is_none() || ids.is_empty() {
        return Ok(());
    }
    let rows = facts.ask(&format!(
        "SELECT trajectory_id, min(told) AS told FROM findings WHERE kind IN ('recorded_right_found_wrong', \
         'recorded_wrong_found_right') AND trajectory_id IN ({ids}) GROUP BY trajectory_id"
    ))?;
    put(untold, "trajectory_id", &rows, |texts, found| {
        let told = found
            .text("told")
            .and_then(|told| told.strip_prefix("gold "));
        let gold = told.and_then(|told| told.rsplit_once(", answered "));
        let gold = gold.map(|(gold, _)| gold.to_owned());
        texts.gold = texts.gold.take().or(gold);
    });
    Ok(())
}

/// Puts what was found into the texts of the rows that have the same id.
fn put(untold: &mut [(&Row, &mut Texts)], id: &str, found: &[Row], put: impl Fn(&mut Texts, &Row)) {
    let found: HashMap<&str, &Row> = found
        .iter()
        .filter_map(|row| Some((row.text(id)?, row)))
        .collect();
    for (row, texts) in untold {
        if let Some(found) = row.text(id).and_then(|id| found.get(id)) {
            put(texts, found);
        }
    }
}
