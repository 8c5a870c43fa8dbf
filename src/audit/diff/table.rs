//! The rows that differ as a Parquet file.

use std::path::Path;

use super::{Compared, Differing};
use crate::ids::Id;
use crate::schema::{self, Column, Filled, Head, HexId, arrays, column, heads};
use crate::table::Table;
use crate::{Result, disk};

/// A row that differs, as it is written.
struct Written {
    change: &'static str,
    places: [Option<String>; 2],
    ids: [Option<(Id, Id)>; 2],
    similarity: Option<f64>,
    problem_there: Option<&'static str>,
    changes: String,
}

fn row_columns<'r>() -> Vec<Filled<'r, Written>> {
    const CHANGE: Column<str> = column("change", "how the row differs");
    const FIRST: Column<str> = column(
        "first",
        "SOURCE/FILE:ROW in the first; null where it is not there",
    );
    const SECOND: Column<str> = column("second", "the same in the second");
    const TRAJECTORIES: [Column<HexId>; 2] = [
        column(
            "first_trajectory_id",
            "its id in the first; null where it is no trajectory there",
        ),
        column("second_trajectory_id", "the same in the second"),
    ];
    const PROBLEMS: [Column<HexId>; 2] = [
        column("first_problem_id", "its problem's id in the first"),
        column("second_problem_id", "the same in the second"),
    ];
    const SIMILARITY: Column<f64> = column(
        "similarity",
        "how near the two responses are, 0 to 1; null where they were not compared",
    );
    const THERE: Column<str> = column(
        "problem_there",
        "of a row that came or went: whether the other has its problem: same, near or neither",
    );
    const CHANGES: Column<str> = column(
        "changes",
        "JSON: what is said otherwise, as {field, first, second}",
    );
    vec![
        CHANGE.always(|row| row.change),
        FIRST.perhaps(|row| row.places[0].as_deref()),
        SECOND.perhaps(|row| row.places[1].as_deref()),
        TRAJECTORIES[0].perhaps(|row| Some(row.ids[0]?.0)),
        TRAJECTORIES[1].perhaps(|row| Some(row.ids[1]?.0)),
        PROBLEMS[0].perhaps(|row| Some(row.ids[0]?.1)),
        PROBLEMS[1].perhaps(|row| Some(row.ids[1]?.1)),
        SIMILARITY.perhaps(|row| row.similarity),
        THERE.perhaps(|row| row.problem_there),
        CHANGES.always(|row| row.changes.as_str()),
    ]
}

/// The columns of the table.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

/// Rows that are written at a time.
const ROWS: usize = 4096;

/// Writes the rows that differ: whole or not at all, in place of a file that is there.
pub(super) fn write(compared: &Compared<'_>, path: &Path) -> Result<()> {
    let partial = disk::Partial::begin_alone(path)?;
    let mut table = Table::create(&partial.built(), schema::schema(&columns()))?;
    let mut rows: Vec<Written> = Vec::with_capacity(ROWS);
    compared.each(|row| {
        rows.push(written(compared, &row));
        match rows.len() < ROWS {
            true => Ok(()),
            false => table.write(arrays(&row_columns(), &std::mem::take(&mut rows))),
        }
    })?;
    if !rows.is_empty() {
        table.write(arrays(&row_columns(), &rows))?;
    }
    table.finish()?;
    partial.finish(disk::Over::Files)
}

fn written(compared: &Compared<'_>, row: &Differing) -> Written {
    let ids = |side: usize| {
        let row = compared.row(side, row)?;
        Some((Id(row.trajectory), Id(row.problem)))
    };
    Written {
        change: row.change.as_str(),
        places: [0, 1].map(|side| compared.place(side, row)),
        ids: [0, 1].map(ids),
        similarity: row.similarity,
        problem_there: row.problem_there.map(super::There::as_str),
        changes: serde_json::to_string(&row.changes).unwrap_or_default(),
    }
}
