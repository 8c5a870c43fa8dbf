//! What the lengths of a grid mean: which rule chooses them, and from which tokens to which their sets go.

use std::collections::HashMap;

use super::facts::{Facts, Row};
use super::grid::grid_name;
use crate::Result;
use crate::bucket::length::{Choose, Length, LengthRules, Of, Within};
use crate::error::thousands;
use crate::select::grid::{Grid, check};
use crate::view::page::{Cell, Table};

/// From how many tokens to how many the rows of each set have.
const BOUNDS: &str = "SELECT subset, min(tokens) AS fewest, max(tokens) AS most, min(thinking_tokens) AS fewest_thinking, \
                      max(thinking_tokens) AS most_thinking FROM selection JOIN ledger ON selection.trajectory_id = \
                      ledger.trajectory_id WHERE fate = 'kept' GROUP BY subset ORDER BY subset";

/// A line for each length of each grid.
pub(super) fn table(facts: &Facts) -> Result<Table> {
    let mut table = Table::new(
        "What the lengths mean, and the tokens that rows of their sets have",
        &[
            "grid",
            "length",
            "means",
            "tokens of",
            "fewest",
            "most",
            "see",
        ],
    );
    let Some(pipeline) = &facts.pipeline else {
        return Ok(table);
    };
    let rows = facts.ask(BOUNDS)?;
    let bounds: HashMap<&str, &Row> = rows
        .iter()
        .filter_map(|row| Some((row.text("subset")?, row)))
        .collect();
    for (index, grid) in pipeline.grid.iter().enumerate() {
        let (of, columns) = match grid.length.of {
            Of::Reply => ("the whole response", ["fewest", "most"]),
            Of::Thinking => ("the thinking", ["fewest_thinking", "most_thinking"]),
        };
        for length in check::grid(grid).unwrap_or_default() {
            let names = names(grid, index, length);
            let of_sets: Vec<&&Row> = names
                .iter()
                .filter_map(|name| bounds.get(&**name))
                .collect();
            let values = |column| of_sets.iter().filter_map(move |row| row.number(column));
            let ends = [
                values(columns[0]).min_by(f64::total_cmp),
                values(columns[1]).max_by(f64::total_cmp),
            ];
            let [fewest, most] = ends.map(|end| Cell::count(end.map(|tokens| tokens as u64)));
            table.rows.push(vec![
                Cell::Text(grid_name(index, grid.name.as_deref())),
                Cell::Text(length.to_string()),
                Cell::Text(meaning(length, grid)),
                Cell::text(of),
                fewest,
                most,
                facts.tables.rows(BOUNDS),
            ]);
        }
    }
    Ok(table)
}

/// The sets of a length.
fn names(grid: &Grid, index: usize, length: Length) -> Vec<String> {
    let sizes = grid.size.as_written();
    let families = grid.families(index, &[length]).into_iter();
    families
        .flat_map(|family| sizes.iter().map(move |size| family.name(*size)))
        .collect()
}

fn meaning(length: Length, grid: &Grid) -> String {
    match length {
        Length::Short => ranked("shortest", grid),
        Length::Long => ranked("longest", grid),
        Length::Normal => "any length that was kept, as its recipe takes them".to_owned(),
        Length::Tokens(..) => "as many tokens as it says".to_owned(),
        Length::Quantile(_) => {
            "a part of all lengths by rank, cut at the grid's `quantiles`".to_owned()
        }
    }
}

/// What a bucket of one end of lengths is.
fn ranked(end: &str, grid: &Grid) -> String {
    let rules: &LengthRules = &grid.length;
    let of = match rules.within {
        Within::Category => "each category",
        Within::Pool => "all",
    };
    let by = match rules.choose {
        Choose::Extreme => format!("by each one's {end} trajectory"),
        Choose::Hash => "by one trajectory of each, which the draw's hash chooses".to_owned(),
    };
    // Problems of one length have no other end to be paired with.
    let among = match grid.control.paired {
        true => {
            ", of the problems with trajectories of two lengths, which its paired control needs"
        }
        false => "",
    };
    format!(
        "drawn from the {} problems of {of} that are {end} {by}{among}",
        thousands(rules.bucket as u64)
    )
}
