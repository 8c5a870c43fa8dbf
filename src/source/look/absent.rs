//! Columns that a pipeline names and a file's first rows do not have.

use crate::Result;
use crate::source::layout::Columns;
use crate::source::needed::{Needed, Shape};
use crate::source::value::Value;
use crate::source::{BatchSize, ROW_BYTES_MAX, SourceFile, read_columns, units};

/// The keys of `columns` with the paths that lead to nothing in each of the first rows; none where there are no rows.
pub(crate) fn of(
    file: &SourceFile,
    columns: &Columns,
    rows: usize,
) -> Result<Vec<(&'static str, String)>> {
    let picks: Vec<_> = columns.picks().collect();
    let mut wanted: Vec<Needed> = Vec::new();
    for (_, pick) in &picks {
        if wanted.iter().all(|needed| needed.name != pick.root()) {
            wanted.push(Needed::optional(pick.root(), Shape::Any));
        }
    }
    let root = |at: usize| {
        wanted
            .iter()
            .position(|needed| needed.name == picks[at].1.root())
    };
    let is_absent = |cells: &[Value<'_>], at: usize| match root(at) {
        Some(root) => picks[at].1.resolve(cells[root].clone()).is_absent(),
        None => unreachable!("every pick's column is wanted"),
    };
    let Some(&unit) = units(file, &wanted, ROW_BYTES_MAX)?.first() else {
        return Ok(Vec::new());
    };
    let mut absent: Vec<usize> = (0..picks.len()).collect();
    let mut seen = 0;
    for batch in read_columns(file, unit, &wanted, ROW_BYTES_MAX, BatchSize::of_rows(rows))? {
        let batch = batch?;
        for index in 0..batch.len().min(rows - seen) {
            if let Ok(cells) = batch.row(index).cells {
                absent.retain(|&at| is_absent(&cells, at));
            }
        }
        seen += batch.len();
        if seen >= rows || absent.is_empty() {
            break;
        }
    }
    let told = absent.into_iter().filter(|_| seen > 0).map(|at| picks[at]);
    Ok(told
        .map(|(key, pick)| (key, pick.0.column.as_str().to_owned()))
        .collect())
}
