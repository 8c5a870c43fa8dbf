//! The grid: what was asked of each cell, and how much there is to draw it from.

use maud::html;

use super::facts::Facts;
use crate::Result;
use crate::error::thousands;
use crate::manifest::{ShortfallRecord, SubsetRecord};
use crate::select::SubsetRole;
use crate::select::size::SizeUnit;
use crate::view::page::{Cell, Section, Table, counted};

/// The subsets of one cell in all their sizes and draws.
struct GridCell<'m> {
    first: &'m SubsetRecord,
    sizes: Vec<u64>,
    draws: usize,
    /// The most that one draw of it was asked for.
    asked_most: u64,
    /// How many were not filled.
    short: usize,
}

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let cells = cells(&facts.manifest.subsets);
    let shortfalls = &facts.manifest.shortfalls;
    if cells.is_empty() && shortfalls.is_empty() {
        return Ok(None);
    }
    let body = html! {
        (available(facts, &cells).markup())
        (short(shortfalls).markup())
        (facts.tables.shown_by("What can be drawn, by category and style", SUPPLY))
    };
    Ok(Some(Section {
        id: "grid",
        title: "The grid: what was asked, and what there is",
        found: found(&cells, shortfalls),
        body,
        drawings: Vec::new(),
    }))
}

const SUPPLY: &str = "SELECT problem_category, style, count(DISTINCT problem_id) AS problems, count(*) AS trajectories \
                      FROM ledger WHERE fate = 'kept' GROUP BY problem_category, style ORDER BY problem_category, style";

/// The cells in the order in which they were selected.
fn cells(records: &[SubsetRecord]) -> Vec<GridCell<'_>> {
    let mut cells: Vec<GridCell<'_>> = Vec::new();
    for record in records
        .iter()
        .filter(|record| record.role == SubsetRole::Subset)
    {
        let at = cells.iter().position(|cell| is_one(cell.first, record));
        let at = at.unwrap_or_else(|| {
            cells.push(GridCell {
                first: record,
                sizes: Vec::new(),
                draws: 0,
                asked_most: 0,
                short: 0,
            });
            cells.len() - 1
        });
        let cell = &mut cells[at];
        if !cell.sizes.contains(&record.asked) {
            cell.sizes.push(record.asked);
        }
        cell.draws = cell.draws.max(record.draw as usize + 1);
        cell.asked_most = cell.asked_most.max(record.asked);
        cell.short += usize::from(is_short(record));
    }
    cells
}

fn is_one(a: &SubsetRecord, b: &SubsetRecord) -> bool {
    let key = |record: &SubsetRecord| {
        let SubsetRecord {
            grid,
            category,
            length,
            style,
            recipe,
            unit,
            ..
        } = record;
        (
            grid.clone(),
            category.clone(),
            length.clone(),
            style.clone(),
            recipe.map(|one| one.as_str()),
            *unit,
        )
    };
    key(a) == key(b)
}

fn is_short(record: &SubsetRecord) -> bool {
    record.unit == SizeUnit::Rows && u64::from(record.size) < record.asked
}

fn found(cells: &[GridCell<'_>], shortfalls: &[ShortfallRecord]) -> String {
    let of_grid = counted(cells.len() as u64, "cell of the grid", "cells of the grid");
    match shortfalls.len() as u64 {
        0 => format!("{of_grid} were asked for, and every size of each is filled."),
        count => {
            let first = &shortfalls[0];
            format!(
                "{of_grid} have training sets, and {} left out or made smaller: {} asked for {} {} and there are {}.",
                counted(count, "set was", "sets were"),
                first.name,
                thousands(first.asked),
                first.unit,
                thousands(first.available),
            )
        }
    }
}

/// How many cells a table has.
const CELLS_MAX: usize = 500;

fn available(facts: &Facts, cells: &[GridCell<'_>]) -> Table {
    let mut table = Table::new(
        "Each cell: the problems that it can be drawn from, and the sizes that were asked for",
        &[
            "cell",
            "grid",
            "category",
            "length",
            "style",
            "recipe",
            "problems there",
            "asked",
            "draws",
            "standing",
            "see",
        ],
    );
    for cell in cells.iter().take(CELLS_MAX) {
        let first = cell.first;
        let or_any = |name: &Option<String>| Cell::text(name.as_deref().unwrap_or("any"));
        let sizes: Vec<String> = cell.sizes.iter().map(|&size| thousands(size)).collect();
        let standing = match cell.short {
            0 => "filled".to_owned(),
            short => format!("short ({})", counted(short as u64, "set", "sets")),
        };
        let sql = format!(
            "SELECT * FROM subsets WHERE subset LIKE '{}%'",
            first.drawn_as.replace('\'', "''")
        );
        table.rows.push(vec![
            Cell::code(&first.drawn_as),
            Cell::text(first.grid.as_deref().unwrap_or_default()),
            or_any(&first.category),
            or_any(&first.length),
            or_any(&first.style),
            Cell::text(first.recipe.map_or("", |recipe| recipe.as_str())),
            Cell::Count(first.bucket.into()),
            Cell::Figure(sizes.join(" · ")),
            Cell::Count(cell.draws as u64),
            Cell::text(standing),
            facts.tables.rows(&sql),
        ]);
    }
    table
}

fn short(shortfalls: &[ShortfallRecord]) -> Table {
    let mut table = Table::new(
        "Left out or made smaller",
        &["set", "asked", "there", "of", "why"],
    );
    for one in shortfalls.iter().take(CELLS_MAX) {
        table.rows.push(vec![
            Cell::code(&one.name),
            Cell::Count(one.asked),
            Cell::Count(one.available),
            Cell::text(one.unit.to_string()),
            Cell::text(&one.reason),
        ]);
    }
    table
}
