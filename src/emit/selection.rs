//! `selection.parquet`: the whole grid, whether its text is written or not.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{StringArray, StringBuilder, UInt32Array};

use crate::run::Experiment;
use crate::select::Selection;
use crate::table::Table;
use crate::{Result, schema};

pub fn write(experiment: &Experiment<'_>, selection: &Selection, path: &Path) -> Result<()> {
    let entries = &experiment.entries;
    let mut table = Table::create(path, schema::schema(schema::SELECTION))?;
    for subset in &selection.subsets {
        let chosen = subset.entries();
        let mut trajectories = StringBuilder::new();
        let mut problems = StringBuilder::new();
        for &entry in chosen {
            let body = entries.body_of(entry);
            trajectories.append_value(body.trajectory_id.to_string());
            problems.append_value(entries.problems[body.problem as usize].id.to_string());
        }
        let names = std::iter::repeat_n(subset.name.as_str(), chosen.len());
        table.write(vec![
            Arc::new(StringArray::from_iter_values(names)),
            Arc::new(UInt32Array::from_iter_values(0..subset.size)),
            Arc::new(trajectories.finish()),
            Arc::new(problems.finish()),
        ])?;
    }
    table.finish()?;
    Ok(())
}
