//! What the columns that a pipeline names lead to in a file's first rows.

use super::words;
use crate::Result;
use crate::source::layout::Columns;
use crate::source::needed::{Needed, Shape};
use crate::source::value::Value;
use crate::source::{BatchSize, ROW_BYTES_MAX, SourceFile, read_columns, units};

/// What a path leads to.
pub(crate) struct Picked {
    /// The key of `columns`.
    pub key: &'static str,
    pub path: String,
    /// What is there, in words, with how many rows have it.
    pub held: Vec<(String, usize)>,
}

impl Picked {
    /// Whether none of the rows has anything there.
    pub(crate) fn is_absent(&self) -> bool {
        self.held.iter().all(|(kind, _)| kind == super::NOTHING)
    }
}

/// What each path of the columns leads to in the first rows; nothing where there are none.
pub(crate) fn picked(file: &SourceFile, columns: &Columns, rows: usize) -> Result<Vec<Picked>> {
    let picks: Vec<_> = columns.picks().collect();
    let mut wanted: Vec<Needed> = Vec::new();
    for (_, pick) in &picks {
        if wanted.iter().all(|needed| needed.name != pick.root()) {
            wanted.push(Needed::optional(pick.root(), Shape::Any));
        }
    }
    let Some(&unit) = units(file, &wanted, ROW_BYTES_MAX)?.first() else {
        return Ok(Vec::new());
    };
    let named = picks.iter().map(|(key, pick)| Picked {
        key,
        path: pick.0.column.as_str().to_owned(),
        held: Vec::new(),
    });
    let mut found: Vec<Picked> = named.collect();
    let mut left = rows;
    for batch in read_columns(file, unit, &wanted, ROW_BYTES_MAX, BatchSize::of_rows(rows))? {
        let batch = batch?;
        for index in 0..batch.len().min(left) {
            let Ok(cells) = batch.row(index).cells else {
                continue;
            };
            for (picked, (_, pick)) in found.iter_mut().zip(&picks) {
                let root = wanted.iter().position(|needed| needed.name == pick.root());
                let cell = root.map_or(Value::Missing, |root| cells[root].clone());
                super::count(&mut picked.held, words(&pick.resolve(cell)));
            }
        }
        left -= batch.len().min(left);
        if left == 0 {
            break;
        }
    }
    found.retain(|picked| !picked.held.is_empty());
    Ok(found)
}
