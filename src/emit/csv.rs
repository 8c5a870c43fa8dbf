//! A table as CSV: a line with the columns' names, then one a row.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{Float64Type, UInt32Type, UInt64Type};

use crate::schema::{self, Filled, Kind};

/// The rows as CSV; a null is an empty cell.
pub(super) fn csv<R>(columns: &[Filled<'_, R>], rows: &[R]) -> String {
    let mut text = line(columns.iter().map(|column| column.head.name));
    let arrays = schema::arrays(columns, rows);
    for at in 0..rows.len() {
        let columns = columns.iter().zip(&arrays);
        text += &line(columns.map(|(column, array)| cell(column.head.kind, array, at)));
    }
    text
}

fn cell(kind: Kind, array: &ArrayRef, at: usize) -> String {
    if array.is_null(at) {
        return String::new();
    }
    match kind {
        Kind::U32 => array.as_primitive::<UInt32Type>().value(at).to_string(),
        Kind::U64 => array.as_primitive::<UInt64Type>().value(at).to_string(),
        Kind::F64 => decimal(array.as_primitive::<Float64Type>().value(at)),
        Kind::Text => array.as_string::<i32>().value(at).to_owned(),
        other => unreachable!("no table of CSV has a column of {}", other.words()),
    }
}

/// A number with at most four decimals, and none that say nothing.
fn decimal(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A line, each cell quoted where it must be (RFC 4180; lines end as those of a text file).
pub(crate) fn line(cells: impl Iterator<Item = impl AsRef<str>>) -> String {
    let cell = |cell: &str| match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    };
    let cells: Vec<String> = cells.map(|one| cell(one.as_ref())).collect();
    cells.join(",") + "\n"
}
