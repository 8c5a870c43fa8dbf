//! Small tables of text, as `runs.csv`: read whole.

use std::collections::HashMap;

use csv_core::{ReadRecordResult, Reader};

/// A table whose rows have a cell for each column.
#[derive(Debug, Default)]
pub(crate) struct Csv {
    places: HashMap<String, usize>,
    rows: Vec<Vec<String>>,
}

/// A row, whose cells are asked for by their column.
#[derive(Clone, Copy)]
pub(crate) struct Row<'c> {
    csv: &'c Csv,
    cells: &'c [String],
}

impl Csv {
    /// Reads a table whose first row names its columns; blank lines are none. Says what is wrong where a row has another
    /// number of cells.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let mut rows = records(text.strip_prefix('\u{feff}').unwrap_or(text).as_bytes());
        if rows.is_empty() {
            return Err("it is empty".to_owned());
        }
        let header = rows.remove(0);
        if let Some(at) = rows.iter().position(|row| row.len() != header.len()) {
            let (found, wanted) = (rows[at].len(), header.len());
            return Err(format!(
                "row {} has {found} cells where the first has {wanted}",
                at + 2
            ));
        }
        let places = header
            .into_iter()
            .enumerate()
            .map(|(at, name)| (name.trim().to_owned(), at));
        Ok(Self {
            places: places.collect(),
            rows,
        })
    }

    /// The first of these columns that it lacks.
    pub(crate) fn lacks<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names
            .iter()
            .copied()
            .find(|name| !self.places.contains_key(*name))
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { csv: self, cells })
    }
}

impl<'c> Row<'c> {
    /// The text of a column; none where it is empty or there is no such column.
    pub(crate) fn get(&self, column: &str) -> Option<&'c str> {
        let cell = self.cells.get(*self.csv.places.get(column)?)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

fn records(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = Reader::new();
    let (mut text, mut ends) = (vec![0; bytes.len() + 16], vec![0; 4096]);
    let (mut used, mut filled, mut ended, mut rows) = (0, 0, 0, Vec::new());
    loop {
        let (result, read, wrote, found) =
            reader.read_record(&bytes[used..], &mut text[filled..], &mut ends[ended..]);
        used += read;
        filled += wrote;
        ended += found;
        match result {
            ReadRecordResult::InputEmpty => {}
            ReadRecordResult::OutputFull => text.resize(text.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => ends.resize(ends.len() * 2, 0),
            ReadRecordResult::Record => {
                let starts = std::iter::once(0).chain(ends[..ended].iter().copied());
                let cells = starts
                    .zip(&ends[..ended])
                    .map(|(start, &end)| String::from_utf8_lossy(&text[start..end]).into_owned());
                rows.push(cells.collect());
                (filled, ended) = (0, 0);
            }
            ReadRecordResult::End => return rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_in_quotes_may_hold_commas_and_breaks() {
        let csv =
            Csv::read("\u{feff}run,log\r\n\"one, \"\"two\"\"\",\"a\nb\"\r\n\r\nthree,\n").unwrap();
        let rows: Vec<_> = csv
            .rows()
            .map(|row| (row.get("run"), row.get("log")))
            .collect();
        assert_eq!(
            rows,
            [(Some("one, \"two\""), Some("a\nb")), (Some("three"), None)]
        );
        assert_eq!(csv.lacks(&["run", "draw"]), Some("draw"));
    }

    #[test]
    fn a_row_of_another_width_is_named() {
        let why = Csv::read("run,log\na,b\nc\n").unwrap_err();
        assert_eq!(why, "row 3 has 1 cells where the first has 2");
        assert!(Csv::read("").is_err());
    }
}
