//! The SQL that shows the rows behind a figure of an audit, for `gradatim sql` over the audit's folder.

use super::Audit;
use super::mixes::{LANGUAGE, LICENSE, MODEL};

/// A figure of an audit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Asked<'a> {
    /// The rows of a kind of finding, by its word.
    Finding(&'a str),
    /// The rows that meet the source that the dataset is held against in one way, by its word.
    Meeting(&'a str),
    Verdicts,
    /// How many trajectories nothing makes useless to train on, and those of no benchmark's problem.
    Unspoiled,
    /// Replies and what a maximum of so many tokens takes.
    Lengths(u32),
    /// How many have each name of a variable.
    Mix(&'a str),
    /// How many different items of each benchmark stand here, by the worst outcome of each; of others none does.
    Benchmarks,
}

/// What [`Asked::Meeting`] stands under in `findings`, before its word.
pub(super) const AGAINST: &str = "against_";

/// The query of a figure.
pub(crate) fn query(audit: &Audit, asked: Asked<'_>) -> String {
    let own = own(audit);
    match asked {
        Asked::Finding(kind) => format!("SELECT * FROM findings WHERE kind = '{kind}'"),
        Asked::Meeting(word) => format!("SELECT * FROM findings WHERE kind = '{AGAINST}{word}'"),
        Asked::Verdicts => format!(
            "SELECT verdict, coalesce(recorded_rule, recorded_judge) OR coalesce(recorded_judge, recorded_rule) AS \
             recorded, count(*) FROM ledger WHERE {own} GROUP BY 1, 2"
        ),
        Asked::Unspoiled => {
            let kinds = audit.unspoiled.iter().flat_map(|one| &one.kinds);
            let kinds: Vec<String> = kinds.map(|kind| format!("'{kind}'")).collect();
            unspoiled(&kinds.join(", "), &own)
        }
        Asked::Lengths(limit) => format!(
            "SELECT count(*), sum(tokens), avg(tokens), max(tokens), count(*) FILTER (WHERE tokens > {limit}) FROM ledger WHERE \
             bytes > 0 AND {own}"
        ),
        Asked::Mix(variable) if [LANGUAGE, LICENSE, MODEL].contains(&variable) => format!(
            "SELECT told, count(*) FROM findings WHERE kind = '{variable}' GROUP BY told ORDER BY 2 DESC"
        ),
        Asked::Mix(variable) => format!(
            "SELECT {variable}, count(*) FROM ledger WHERE {own} GROUP BY {variable} ORDER BY 2 DESC"
        ),
        Asked::Benchmarks => {
            format!(
                "SELECT benchmark, count(*) FILTER (WHERE worst = 'contaminated') AS contaminated, count(*) FILTER \
                 (WHERE worst = 'suspect') AS suspect FROM (SELECT benchmark, item, min(outcome) AS worst FROM leakage \
                 WHERE problem_id IN (SELECT problem_id FROM ledger WHERE {own}) GROUP BY benchmark, item) GROUP BY \
                 benchmark ORDER BY benchmark"
            )
        }
    }
}

/// How many rows of the ledger are of none of these kinds, and how many of them of no benchmark.
pub(crate) fn unspoiled(kinds: &str, own: &str) -> String {
    format!(
        "SELECT count(*) AS unspoiled, count(*) FILTER (WHERE contaminated IS NULL) AS of_no_benchmark FROM ledger WHERE bytes > \
         0 AND {own} AND NOT EXISTS (SELECT 1 FROM findings WHERE findings.source = ledger.source AND findings.file = \
         ledger.file AND findings.row = ledger.row AND coalesce(findings.generation, 0) = coalesce(ledger.generation, 0) AND \
         kind IN ({kinds}))"
    )
}

/// Which rows of the ledger are the dataset's trajectories: beside them stand those of what it is held against.
fn own(audit: &Audit) -> String {
    let are = "trajectory_id IS NOT NULL";
    if audit.against.is_none() {
        return are.to_owned();
    }
    let names = audit.sources.iter();
    let names: Vec<String> = names
        .map(|source| format!("'{}'", source.name.replace('\'', "''")))
        .collect();
    format!("{are} AND source IN ({})", names.join(", "))
}
