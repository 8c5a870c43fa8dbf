//! The grid: what was asked of each cell, and how much there is to draw it from.

use std::collections::{BTreeSet, HashMap};

use maud::html;

use super::facts::Facts;
use super::shortage::{self, Mend, Supply};
use crate::Result;
use crate::bucket::category::Category;
use crate::bucket::length::LengthRules;
use crate::error::{listed, thousands};
use crate::manifest::{ShortfallRecord, SubsetRecord};
use crate::pipeline::Pipeline;
use crate::select::Lack;
use crate::select::grid::{Family, Grid, check};
use crate::select::size::SizeUnit;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{self, Cell, Section, Table, counted};

/// What was asked of one recipe, category, length and style in all sizes and draws, and what came of it.
pub(super) struct Asked {
    /// Index of its grid, and the grid's name.
    grid: (usize, String),
    recipe: &'static str,
    pub category: String,
    length: String,
    /// Any where empty.
    style: String,
    sizes: Vec<u64>,
    unit: SizeUnit,
    draws: u32,
    /// Problems that it can be drawn from; none where nobody counted.
    pub available: Option<u64>,
    /// Names of sets without the size.
    stem: String,
    /// Sets that were asked for; draws that would be the same again are one.
    sets: u64,
    /// Sets that are smaller than asked, and sets that are not there.
    short: [u64; 2],
    /// Why the first of them is.
    pub reason: Option<String>,
    pub lack: Option<Lack>,
    /// Problems that its bucket of the shortest or the longest takes.
    bucket: u64,
    /// Whether it is cut by rank: the shortest, the longest.
    pub is_ranked: bool,
    is_made: bool,
    mend: Option<Mend>,
}

/// What became of sets, by name.
struct Made<'m> {
    records: HashMap<&'m str, &'m SubsetRecord>,
    shortfalls: HashMap<&'m str, &'m ShortfallRecord>,
}

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let manifest = &facts.manifest;
    let made = Made {
        records: manifest
            .subsets
            .iter()
            .map(|one| (one.name.as_str(), one))
            .collect(),
        shortfalls: manifest
            .shortfalls
            .iter()
            .map(|one| (one.name.as_str(), one))
            .collect(),
    };
    let supply = Supply::of(facts)?;
    let asked = facts
        .pipeline
        .as_ref()
        .map(|pipeline| asked(pipeline, &made));
    let asked = asked.unwrap_or_default();
    if asked.is_empty() && manifest.shortfalls.is_empty() {
        return Ok(None);
    }
    let body = html! {
        (cells(facts, &asked, &supply).markup())
        @for said in facts.pipeline.iter().flat_map(mixes) { p.soft { (page::said(&said)) } }
        (super::lengths::table(facts)?.markup())
        (short(&manifest.shortfalls).markup())
        (facts.tables.shown_by("What can be drawn, by category and style", SUPPLY))
    };
    Ok(Some(Section {
        id: "grid",
        title: "The grid, and what there is for it",
        found: found(&asked, &manifest.shortfalls),
        figures: drawn(&asked),
        body,
    }))
}

const SUPPLY: &str = "SELECT problem_category, style, count(DISTINCT problem_id) AS problems, count(*) AS trajectories \
                      FROM ledger WHERE fate = 'kept' GROUP BY problem_category, style ORDER BY problem_category, style";

/// Every cell that the pipeline asks for, in its order.
fn asked(pipeline: &Pipeline, made: &Made<'_>) -> Vec<Asked> {
    let mut cells: Vec<Asked> = Vec::new();
    for (index, grid) in pipeline.grid.iter().enumerate() {
        let lengths = check::grid(grid).unwrap_or_default();
        for family in grid.families(index, &lengths) {
            let cell = cell_of(grid, &family);
            let at = cells.iter().position(|known| known.is_same(&cell));
            let at = at.unwrap_or_else(|| {
                cells.push(cell);
                cells.len() - 1
            });
            cells[at].add(grid, &family, made);
        }
    }
    let rules: Vec<&LengthRules> = pipeline.grid.iter().map(|grid| &grid.length).collect();
    for cell in &mut cells {
        cell.mend = shortage::mend(cell, rules[cell.grid.0]);
    }
    cells
}

fn cell_of(grid: &Grid, family: &Family) -> Asked {
    let first = grid.size.as_written();
    Asked {
        grid: (family.grid, grid.name.clone().unwrap_or_default()),
        recipe: family.recipe.as_str(),
        category: family.category.clone(),
        length: family.length.to_string(),
        style: family.style.clone().unwrap_or_default(),
        sizes: first.iter().map(|size| size.count()).collect(),
        unit: first.first().map(|size| size.unit()).unwrap_or_default(),
        draws: 0,
        available: None,
        stem: family.stem.clone(),
        sets: 0,
        short: [0, 0],
        reason: None,
        lack: None,
        bucket: grid.length.bucket as u64,
        is_ranked: family.length.ranks(),
        is_made: false,
        mend: None,
    }
}

impl Asked {
    fn is_same(&self, other: &Self) -> bool {
        let key = |one: &Self| {
            (
                one.grid.0,
                one.recipe,
                one.category.clone(),
                one.length.clone(),
                one.style.clone(),
            )
        };
        key(self) == key(other)
    }

    /// Adds the sets of a family.
    fn add(&mut self, grid: &Grid, family: &Family, made: &Made<'_>) {
        self.draws = self.draws.max(family.draw + 1);
        for size in grid.size.as_written() {
            let name = family.name(size);
            let record = made.records.get(name.as_str());
            let shortfall = made.shortfalls.get(name.as_str());
            let there = record.map(|record| u64::from(record.bucket));
            let of_rows = shortfall.filter(|one| one.unit == SizeUnit::Rows);
            let there = there.or(of_rows.map(|one| one.available));
            self.available = self.available.max(there);
            if self.reason.is_none() {
                self.reason = shortfall.map(|one| one.reason.clone());
                self.lack = shortfall.and_then(|one| one.lack.clone());
            }
            self.sets += u64::from(record.is_some() || shortfall.is_some());
            self.is_made |= record.is_some();
            match (record.is_some(), shortfall.is_some()) {
                (true, true) => self.short[0] += 1,
                (false, true) => self.short[1] += 1,
                (_, false) => {}
            }
        }
    }

    fn standing(&self) -> String {
        let of = counted(self.sets, "set", "sets");
        let said = match self.short.map(thousands) {
            _ if self.short == [0, 0] => return "filled".to_owned(),
            [smaller, _] if self.short[1] == 0 => format!("{smaller} of {of} smaller than asked"),
            [_, missing] if self.short[0] == 0 => format!("{missing} of {of} left out"),
            [smaller, missing] => {
                format!("of {of} {smaller} smaller than asked, {missing} left out")
            }
        };
        let reason = self.reason.as_deref().unwrap_or_default();
        format!("{said}{}: {reason}", self.filled())
    }

    /// How much there is of the most that was asked for, or of what its buckets take.
    fn filled(&self) -> String {
        if let Some(Lack::Overlap(from)) = &self.lack {
            return format!(
                "; {} has {} of the {} problems that two buckets take",
                from.category,
                thousands(from.problems),
                thousands(2 * self.bucket)
            );
        }
        match self.sizes.iter().max() {
            // A bucket that would not hold one end of lengths is refused, whatever there is.
            _ if matches!(self.lack, Some(Lack::BucketShare(_))) => String::new(),
            Some(&most) if self.is_of_rows() => format!(
                "; {} of {} rows are there",
                thousands(self.available.unwrap_or_default()),
                thousands(most)
            ),
            _ => String::new(),
        }
    }

    /// The problems there, of which a bucket that is refused takes none.
    fn problems(&self) -> Option<u64> {
        match &self.lack {
            Some(Lack::BucketShare(from) | Lack::Overlap(from)) if !self.is_made => {
                Some(from.problems)
            }
            _ => self.available,
        }
    }

    pub(super) fn is_of_rows(&self) -> bool {
        self.unit == SizeUnit::Rows
    }

    /// The style that it is drawn from; none of any.
    pub(super) fn style_alone(&self) -> Option<&str> {
        Some(&*self.style).filter(|style| !style.is_empty())
    }

    fn style(&self) -> &str {
        if self.style.is_empty() {
            "any"
        } else {
            &self.style
        }
    }
}

fn found(asked: &[Asked], shortfalls: &[ShortfallRecord]) -> String {
    let of_grid = counted(
        asked.len() as u64,
        "cell was asked for",
        "cells were asked for",
    );
    let short = asked.iter().filter(|cell| cell.short != [0, 0]).count() as u64;
    let sum = |count: fn(&Asked) -> u64| asked.iter().map(count).sum::<u64>();
    match shortfalls {
        [] => format!("{of_grid}, and every size of each is filled."),
        [first, ..] => {
            let lacks = |cell: &&Asked| cell.reason.as_ref() == Some(&first.reason);
            let mend = asked.iter().find(lacks).and_then(|cell| cell.mend.as_ref());
            format!(
                "{of_grid}, {} in all; in {} there is too little for some size, so that {} left out and {} smaller: `{}` asked \
                 for {} {}, and there are {} ({}{}).",
                counted(sum(|cell| cell.sets), "set", "sets"),
                thousands(short),
                counted(sum(|cell| cell.short[1]), "set is", "sets are"),
                thousands(sum(|cell| cell.short[0])),
                first.name,
                thousands(first.asked),
                first.unit,
                thousands(first.available),
                first.reason,
                mend.map(|mend| format!("; {}", mend.said()))
                    .unwrap_or_default(),
            )
        }
    }
}

/// How many grids are drawn.
const GRIDS_MAX: usize = 6;

/// A heat map for each grid.
fn drawn(asked: &[Asked]) -> Vec<Figure> {
    let of_grid = |cells: &[Asked]| {
        let (index, grid) = &cells[0].grid;
        let title = match grid.as_str() {
            "" => "What each cell can be drawn from".to_owned(),
            grid => format!("What each cell of the grid {grid} can be drawn from"),
        };
        let words = Words {
            name: &format!("plot-grid-{}", index + 1),
            title: &title,
            said: "",
        };
        let cells = cells.iter().map(|cell| figures::Cell {
            category: cell.category.clone(),
            length: cell.length.clone(),
            style: cell.style().to_owned(),
            available: cell.available.unwrap_or_default(),
            asked: cell
                .sizes
                .iter()
                .max()
                .copied()
                .filter(|_| cell.is_of_rows()),
            reason: cell.reason.clone(),
            mend: cell.mend.as_ref().map(|mend| mend.rule),
        });
        figures::heat_map(
            words,
            &figures::Grid {
                cells: cells.collect(),
            },
        )
    };
    let grids = asked.chunk_by(|a, b| a.grid.0 == b.grid.0);
    grids.take(GRIDS_MAX).filter_map(of_grid).collect()
}

/// A grid's own name, or its number.
pub(super) fn grid_name(index: usize, name: Option<&str>) -> String {
    let name = name.filter(|name| !name.is_empty());
    name.map_or_else(|| (index + 1).to_string(), str::to_owned)
}

/// What the names of categories that are none of the data's own mean, each once.
fn mixes(pipeline: &Pipeline) -> BTreeSet<String> {
    let of_grid = |grid: &Grid| {
        let names = grid.category.iter();
        let said = names.filter_map(|name| match grid.category(name) {
            Category::One(_) => None,
            Category::Diverse(names) => Some(format!(
                "`{name}` takes as many of each of {}: problems of another category, or of none, are not in it.",
                listed(names.iter().map(String::as_str))
            )),
            Category::Proportional => Some(format!(
                "`{name}` takes of each category, and of problems without one, the share that it has of all."
            )),
            Category::All => Some(format!(
                "`{name}` takes problems of any category and of none, as they come."
            )),
        });
        said.collect::<Vec<_>>()
    };
    pipeline.grid.iter().flat_map(of_grid).collect()
}

/// How many cells a table has.
const CELLS_MAX: usize = 500;

fn cells(facts: &Facts, asked: &[Asked], supply: &Supply) -> Table {
    let mut table = Table::new(
        "Each cell: the problems that it can be drawn from, and the sizes that were asked for",
        &[
            "grid",
            "recipe",
            "category",
            "length",
            "style",
            "problems there",
            "asked",
            "draws",
            "standing",
            "to fill it",
            "see",
        ],
    );
    for cell in asked.iter().take(CELLS_MAX) {
        let sizes: Vec<String> = cell.sizes.iter().map(|&size| thousands(size)).collect();
        let unit = if cell.is_of_rows() { "" } else { " tokens" };
        let like = cell
            .stem
            .replace('\'', "''")
            .replace('_', "\\_")
            .replace('%', "\\%");
        // Of a cell without a set it shows what there was to draw it from.
        let sql = match cell.is_made {
            true => Some(format!(
                "SELECT * FROM subsets WHERE subset LIKE '{like}-%' ORDER BY subset"
            )),
            false => supply.fates(cell),
        };
        let grid = grid_name(cell.grid.0, Some(&cell.grid.1));
        table.rows.push(vec![
            Cell::Text(grid),
            Cell::text(cell.recipe),
            Cell::text(&cell.category),
            Cell::text(&cell.length),
            Cell::Text(facts.style(cell.style())),
            Cell::count(cell.problems()),
            Cell::Figure(format!("{}{unit}", sizes.join(" · "))),
            Cell::Count(cell.draws.into()),
            Cell::Said(cell.standing()),
            cell.mend
                .as_ref()
                .map_or(Cell::Nothing, |mend| Cell::Said(mend.said())),
            sql.map_or(Cell::Nothing, |sql| facts.tables.rows(&sql)),
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
            Cell::Said(one.reason.clone()),
        ]);
    }
    table
}
