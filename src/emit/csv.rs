//! A table as CSV: a line with the columns' names, then one a row.
//!
//! Most who open it do so in a spreadsheet, where a cell of somebody's data may be a formula: such a cell has `'` before
//! it, which spreadsheets take for a mark of text.

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
        Kind::F64 => array.as_primitive::<Float64Type>().value(at).to_string(),
        Kind::Text => array.as_string::<i32>().value(at).to_owned(),
        other => unreachable!("no table of CSV has a column of {}", other.words()),
    }
}

/// A number of which four decimals are told, for those that were computed.
pub(super) fn four_decimals(number: f64) -> f64 {
    (number * 1e4).round() / 1e4
}

/// A line, each cell quoted where it must be (RFC 4180; lines end as those of a text file).
pub(crate) fn line(cells: impl Iterator<Item = impl AsRef<str>>) -> String {
    let cells: Vec<String> = cells.map(|one| written(one.as_ref())).collect();
    cells.join(",") + "\n"
}

fn written(cell: &str) -> String {
    let guard = if is_formula(cell) { "'" } else { "" };
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{guard}{}\"", cell.replace('"', "\"\"")),
        false => format!("{guard}{cell}"),
    }
}

/// Whether a spreadsheet would take the cell for a formula, which can call programs and addresses: by its first letter,
/// or the first behind what some of them leave out (OWASP, "CSV Injection"). A number is none, whatever its sign.
fn is_formula(cell: &str) -> bool {
    if cell.starts_with(['\t', '\r']) {
        return true;
    }
    let is_passed_over =
        |letter: char| letter.is_whitespace() || matches!(letter, '"' | '\u{feff}' | '\u{200b}');
    let begins = cell.trim_start_matches(is_passed_over);
    let is_number = || {
        let figures = |letter: char| letter.is_ascii_digit() || "+-.eE".contains(letter);
        cell.chars().all(figures) && cell.parse::<f64>().is_ok()
    };
    begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) && !is_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_guarded_and_a_number_is_none() {
        for cell in [
            "=1+1", "+cmd", "-1-2", "-", "@SUM(A1)", "\t=1", "\r=1", " =1", "\"=1", "＝1", "－1",
            "-inf",
        ] {
            let line = line([cell].into_iter());
            assert!(line.starts_with('\'') || line.starts_with("\"'"), "{line}");
        }
        for cell in ["-5", "+5", "-1.5e-3", "", "a=b", "1-2", "–", "'=1", "a,b"] {
            let line = line([cell].into_iter());
            assert!(!line.contains('\'') || cell.contains('\''), "{line}");
        }
        assert_eq!(line(["=\"a\",b", "c"].into_iter()), "\"'=\"\"a\"\",b\",c\n");
    }
}
