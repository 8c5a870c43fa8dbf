//! The cells of a row, by the names of their columns.
//!
//! [`cells!`] makes a struct of a layout's columns: what is listed for the readers is what a row is taken
//! into, so that no column can be taken that was not listed, nor one in the place of another.

use std::borrow::Cow;
use std::vec::IntoIter;

use crate::source::Void;
use crate::source::needed::Needed;
use crate::source::value::Value;

/// The cells of a row; [`cells!`] writes it.
pub(super) trait Cells<'a>: Sized {
    /// The columns that are read, in the order of the cells.
    fn columns() -> Vec<Needed>;

    /// Takes as many cells as there are columns.
    fn take(cells: &mut IntoIter<Value<'a>>) -> Self;

    /// All cells of a row.
    fn of(cells: Vec<Value<'a>>) -> Self {
        let mut cells = cells.into_iter();
        let taken = Self::take(&mut cells);
        assert!(cells.next().is_none(), "{ONE_FOR_EACH}");
        taken
    }
}

const ONE_FOR_EACH: &str = "a row has a cell for each column of its layout";

/// The cell of the next column.
pub(super) fn next<'a>(cells: &mut IntoIter<Value<'a>>) -> Value<'a> {
    match cells.next() {
        Some(cell) => cell,
        None => unreachable!("{ONE_FOR_EACH}"),
    }
}

/// A struct with a cell for each column: `problem: required Text,` is the column `problem`, without which
/// a file has another layout, and which holds text. `..told: Told` adds the cells of another such struct.
macro_rules! cells {
    (
        $(#[$doc:meta])*
        $vis:vis $name:ident {
            $($column:ident: $need:ident $shape:ident,)+
            $(..$more:ident: $More:ident)?
        }
    ) => {
        $(#[$doc])*
        $vis struct $name<'a> {
            $($column: $crate::source::value::Value<'a>,)+
            $($more: $More<'a>,)?
        }

        impl<'a> $crate::source::layout::cells::Cells<'a> for $name<'a> {
            fn columns() -> Vec<$crate::source::needed::Needed> {
                use $crate::source::needed::{Needed, Shape};
                let all = vec![$(Needed::$need(stringify!($column), Shape::$shape)),+];
                $(let all = [all, $More::columns()].concat();)?
                all
            }

            fn take(cells: &mut std::vec::IntoIter<$crate::source::value::Value<'a>>) -> Self {
                use $crate::source::layout::cells::next;
                Self {
                    $($column: next(cells),)+
                    $($more: $More::take(cells),)?
                }
            }
        }
    };
}
pub(super) use cells;

/// A text that says something: a problem that is blank is none.
pub(super) fn not_blank<'a>(cell: Value<'a>) -> Result<Option<Cow<'a, str>>, Void> {
    Ok(cell.text()?.filter(|text| !text.trim().is_empty()))
}

/// The items of a list, or no items: a list that is null vouches for nothing.
pub(super) fn items<'a>(cell: Value<'a>) -> Result<Vec<Value<'a>>, Void> {
    Ok(cell.list()?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::needed::Shape;

    cells! {
        /// What two rows share.
        Told { answer: optional Text, }
    }

    cells! {
        /// A row with them.
        Row { problem: required Text, turns: optional Turns, ..told: Told }
    }

    #[test]
    fn a_cell_bears_the_name_of_its_column() {
        let columns = Row::columns();
        let names: Vec<(&str, bool, Shape)> = columns
            .iter()
            .map(|needed| (needed.name.as_str(), needed.required, needed.shape))
            .collect();
        assert_eq!(
            names,
            [
                ("problem", true, Shape::Text),
                ("turns", false, Shape::Turns),
                ("answer", false, Shape::Text),
            ]
        );
        let cells = columns
            .iter()
            .map(|needed| Value::Text(needed.name.as_str().into()));
        let row = Row::of(cells.collect());
        assert_eq!(row.problem, Value::Text("problem".into()));
        assert_eq!(row.turns, Value::Text("turns".into()));
        assert_eq!(row.told.answer, Value::Text("answer".into()));
    }

    #[test]
    #[should_panic(expected = "a cell for each column")]
    fn a_row_of_too_few_cells_is_a_bug_and_not_a_row_of_missing_ones() {
        Row::of(vec![Value::Missing, Value::Missing]);
    }

    #[test]
    #[should_panic(expected = "a cell for each column")]
    fn a_row_of_too_many_cells_is_a_bug() {
        Told::of(vec![Value::Missing, Value::Missing]);
    }
}
