//! The rows of an answer for people: a table; on a terminal that is too narrow for it one whose texts are cut, or where
//! not even that has room, a row below the other.
//!
//! In a pipe or a file nothing is cut.

use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow::util::pretty::pretty_format_batches;

use crate::cli::style::{beginning, columns, heading};
use crate::error::one_line;

/// How a cell is shown.
pub(super) type Cell = for<'t> fn(&'t str) -> Cow<'t, str>;

/// What is printed of an answer.
pub(super) struct Shown {
    pub text: String,
    /// Whether something of it is left out.
    pub is_cut: bool,
}

/// The rows, in lines no wider than `width`.
pub(super) fn shown(
    rows: &[RecordBatch],
    cell: Cell,
    width: Option<usize>,
) -> Result<Shown, ArrowError> {
    let answer = Answer::of(rows, cell)?;
    match width.filter(|&width| answer.line_width(&answer.widths()) > width) {
        None => answer.table(&answer.widths()),
        Some(width) => match answer.narrowed(width) {
            Some(widths) => answer.table(&widths),
            None => Ok(answer.records(width)),
        },
    }
}

/// An answer as texts.
struct Answer {
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    name: String,
    cells: Vec<String>,
    /// Whether a part of a cell says something.
    is_text: bool,
}

/// A text of which less is seen says nothing.
const TEXT_MIN: usize = 20;

/// What a bar and its blanks take, behind each column and before the first.
const BAR: usize = 3;

impl Answer {
    fn of(rows: &[RecordBatch], cell: Cell) -> Result<Self, ArrowError> {
        let mut columns: Vec<Column> = Vec::new();
        for batch in rows {
            for (at, (field, column)) in batch
                .schema()
                .fields()
                .iter()
                .zip(batch.columns())
                .enumerate()
            {
                if columns.len() == at {
                    columns.push(Column {
                        name: one_line(field.name()).into_owned(),
                        cells: Vec::new(),
                        is_text: !field.data_type().is_primitive()
                            && *field.data_type() != DataType::Boolean,
                    });
                }
                columns[at].cells.extend(texts(column.as_ref(), cell)?);
            }
        }
        Ok(Self {
            rows: rows.iter().map(RecordBatch::num_rows).sum(),
            columns,
        })
    }

    fn widths(&self) -> Vec<usize> {
        self.columns.iter().map(Column::width).collect()
    }

    fn line_width(&self, widths: &[usize]) -> usize {
        widths.iter().map(|width| width + BAR).sum::<usize>() + 1
    }

    /// Widths that fit, of which those of the longest texts give way; none where they would say nothing.
    fn narrowed(&self, width: usize) -> Option<Vec<usize>> {
        let mut widths = self.widths();
        let least = |column: &Column| columns(&column.name).max(TEXT_MIN);
        while self.line_width(&widths) > width {
            let spare =
                |at: &usize| self.columns[*at].is_text && widths[*at] > least(&self.columns[*at]);
            let widest = (0..widths.len())
                .filter(spare)
                .max_by_key(|&at| widths[at])?;
            widths[widest] -= 1;
        }
        Some(widths)
    }

    /// With bars, each cell cut to its column's width.
    fn table(&self, widths: &[usize]) -> Result<Shown, ArrowError> {
        if self.columns.is_empty() {
            return Ok(Shown {
                text: format!("{}\n", pretty_format_batches(&[])?),
                is_cut: false,
            });
        }
        let mut is_cut = false;
        let mut arrays: Vec<ArrayRef> = Vec::new();
        for (column, &width) in self.columns.iter().zip(widths) {
            let cells = column
                .cells
                .iter()
                .map(|cell| cut(cell, width, &mut is_cut));
            arrays.push(Arc::new(cells.map(Some).collect::<StringArray>()));
        }
        let field = |column: &Column| Field::new(&column.name, DataType::Utf8, true);
        let schema = Schema::new(self.columns.iter().map(field).collect::<Vec<_>>());
        let batch = RecordBatch::try_new(Arc::new(schema), arrays)?;
        Ok(Shown {
            text: format!("{}\n", pretty_format_batches(&[batch])?),
            is_cut,
        })
    }

    /// A line a cell, behind its column's name.
    fn records(&self, width: usize) -> Shown {
        let names = self.columns.iter().map(|column| columns(&column.name));
        let indent = names.max().unwrap_or_default().min(width / 2) + 2;
        let (mut text, mut is_cut) = (String::new(), false);
        for row in 0..self.rows {
            text += &format!("{}\n", heading(&format!("row {}", row + 1)));
            for column in &self.columns {
                let gap = " ".repeat(indent.saturating_sub(columns(&column.name)).max(2));
                let cell = &column.cells[row];
                let cell = match cell.contains('\n') {
                    // A text of several lines is shown as it stands.
                    true => cell.replace('\n', &format!("\n{}", " ".repeat(indent))),
                    false => cut(cell, width.saturating_sub(indent), &mut is_cut),
                };
                text += format!("{}{gap}{cell}", column.name).trim_end();
                text.push('\n');
            }
        }
        Shown { text, is_cut }
    }
}

impl Column {
    fn width(&self) -> usize {
        let lines = self.cells.iter().flat_map(|cell| cell.lines());
        lines
            .chain([self.name.as_str()])
            .map(columns)
            .max()
            .unwrap_or_default()
    }
}

fn texts(column: &dyn Array, shown: Cell) -> Result<Vec<String>, ArrowError> {
    let options = FormatOptions::default();
    let cells = ArrayFormatter::try_new(column, &options)?;
    let text = |at| Ok(shown(&cells.value(at).try_to_string()?).into_owned());
    (0..column.len()).map(text).collect()
}

/// The cell, without its end where it is wider.
fn cut(cell: &str, width: usize, is_cut: &mut bool) -> String {
    if cell.lines().all(|line| columns(line) <= width) {
        return cell.to_owned();
    }
    *is_cut = true;
    let line = |line: &str| match columns(line) <= width {
        true => line.to_owned(),
        false => format!("{}…", beginning(line, width.saturating_sub(1))),
    };
    cell.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, StringArray};

    use super::*;

    fn rows(texts: usize) -> Vec<RecordBatch> {
        let name = |at: usize| format!("text_{at}");
        let text = |at: usize| -> ArrayRef {
            Arc::new(StringArray::from(vec![
                Some("数".repeat(20) + &at.to_string()),
                None,
            ]))
        };
        let count: ArrayRef = Arc::new(Int64Array::from(vec![Some(1_234_567), None]));
        let columns = (0..texts)
            .map(|at| (name(at), text(at)))
            .chain([("n".to_owned(), count)]);
        vec![RecordBatch::try_from_iter(columns).expect("rows")]
    }

    fn fits(shown: &Shown, width: usize) -> bool {
        shown.text.lines().all(|line| columns(line) <= width)
    }

    #[test]
    fn in_a_pipe_and_where_there_is_room_nothing_is_cut() {
        for width in [None, Some(120)] {
            let shown = shown(&rows(2), one_line, width).expect("a text");
            assert!(
                !shown.is_cut && shown.text.contains(&("数".repeat(20) + "1 |")),
                "{}",
                shown.text
            );
        }
        let nothing = shown(&[], one_line, Some(60)).expect("a text");
        assert_eq!(nothing.text, "++\n++\n");
    }

    #[test]
    fn on_a_narrow_terminal_texts_are_cut_at_their_ends_and_numbers_never() {
        let shown = shown(&rows(2), one_line, Some(70)).expect("a text");
        assert!(shown.is_cut && fits(&shown, 70), "{}", shown.text);
        assert!(
            shown.text.contains("…") && shown.text.contains("1234567"),
            "{}",
            shown.text
        );
    }

    #[test]
    fn rows_of_many_columns_stand_below_each_other() {
        let shown = shown(&rows(9), one_line, Some(60)).expect("a text");
        assert!(!shown.is_cut && fits(&shown, 60), "{}", shown.text);
        assert_eq!(shown.text.lines().count(), 2 * 11, "{}", shown.text);
        assert!(shown.text.contains("\nn       1234567\n"), "{}", shown.text);
        let narrow = super::shown(&rows(9), one_line, Some(40)).expect("a text");
        assert!(narrow.is_cut && fits(&narrow, 40), "{}", narrow.text);
    }

    #[test]
    fn what_has_lines_of_its_own_keeps_them() {
        let plan: ArrayRef = Arc::new(StringArray::from(vec![
            "a plan\n  of two lines, the second of them long",
        ]));
        let rows = [RecordBatch::try_from_iter([("plan", plan)]).expect("rows")];
        let shown = shown(&rows, crate::error::visible, Some(20)).expect("a text");
        assert_eq!(shown.text.lines().count(), 3, "{}", shown.text);
    }
}
