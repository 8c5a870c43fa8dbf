//! `selection.parquet`: the whole grid, whether its text is written or not.

use std::path::Path;

use crate::Result;
use crate::ids::Id;
use crate::pool::Entries;
use crate::run::Experiment;
use crate::schema::{self, Column, Filled, Head, HexId, column, heads};
use crate::select::{Selection, Subset};
use crate::table::Table;

pub(crate) const SUBSET: Column<str> = column("subset", "name of the subset or control");
pub(crate) const TRAJECTORY_ID: Column<HexId> = column(
    "trajectory_id",
    "the trajectory's id in the ledger; of a derived control the one that its row is made of",
);
pub(crate) const RANK: Column<u32> = column("rank", "place in the draw, from 0");
pub(crate) const PROBLEM_ID: Column<HexId> = column("problem_id", "the problem's id");

/// One row for each selected trajectory of each subset.
struct SelectionRow<'r> {
    subset: &'r str,
    rank: u32,
    trajectory_id: Id,
    problem_id: Id,
}

fn row_columns<'r>() -> Vec<Filled<'r, SelectionRow<'r>>> {
    vec![
        SUBSET.always(|row| row.subset),
        RANK.always(|row| row.rank),
        TRAJECTORY_ID.always(|row| row.trajectory_id),
        PROBLEM_ID.always(|row| row.problem_id),
    ]
}

pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

pub(super) fn write(experiment: &Experiment<'_>, selection: &Selection, path: &Path) -> Result<()> {
    let mut table = Table::create(path, schema::schema(&columns()))?;
    for subset in &selection.subsets {
        let rows = rows(&experiment.entries, subset);
        table.write(schema::arrays(&row_columns(), &rows))?;
    }
    table.finish()?;
    Ok(())
}

fn rows<'r>(entries: &Entries, subset: &'r Subset) -> Vec<SelectionRow<'r>> {
    let row = |(rank, &entry): (u32, &u32)| {
        let body = entries.body_of(entry);
        SelectionRow {
            subset: &subset.name,
            rank,
            trajectory_id: body.trajectory_id,
            problem_id: entries.problems[body.problem as usize].id,
        }
    };
    (0..).zip(subset.entries()).map(row).collect()
}
