//! What a report draws, each drawing with its words and its numbers.
//!
//! A figure says by a sentence what is seen, by an alternative text what those would see who do not, and by a table what
//! was drawn. It takes plain names and numbers, whose number is bounded by none: what a page has no room for is thousands
//! in one line or left out, and said. Names come from data: they are cut where they are wide, and act on nothing.
//! None of nothing is drawn: each function gives none where there is nothing to see.

mod bars;
mod heat_map;
mod histogram;
mod intervals;
mod lines;
mod love;
mod overlap;
#[cfg(test)]
mod tests;
mod waterfall;

use maud::{Markup, PreEscaped, html};

pub(crate) use bars::{Bar, BarGroup, Unit, bars};
pub(crate) use heat_map::{Cell, Grid, heat_map};
pub(crate) use histogram::{Cut, Distribution, histogram};
pub(crate) use intervals::intervals;
pub(crate) use lines::lines;
pub(crate) use love::{Compared, love};
pub(crate) use overlap::{Shared, Sized, overlap};
pub(crate) use waterfall::{Drop, Stage, waterfall};

pub(crate) use crate::svg::intervals::Estimate;
pub(crate) use crate::svg::lines::{Panel, Point, Series};

use super::page::said;
use super::table;
use crate::svg::{Drawing, Svg, fitted, shown};

/// The CSS of inline figures: once a page.
pub(crate) const STYLE: &str = concat!(
    include_str!("../../svg/style.css"),
    include_str!("style.css")
);

/// How wide each drawing is, in pixels: a page's column.
const WIDTH: f64 = 680.0;

/// Bytes of rows that a figure's table has room for.
const TABLE_BYTES_MAX: usize = 16 << 10;

/// Pixels that a cell of a table shows of a name.
const CELL_MAX: f64 = 420.0;

/// What a figure is called.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words<'a> {
    /// The stem of its file, unique in its page: lower case letters, digits and dashes.
    pub name: &'a str,
    pub title: &'a str,
    /// The sentence under the title: what was found. How the drawing is read is added.
    pub said: &'a str,
}

impl Words<'_> {
    fn svg(&self, how_read: &str, about: &str) -> Svg {
        let said = [self.said, how_read].join(" ");
        Svg::new(self.title, said.trim()).about(about)
    }

    fn figure(&self, drawing: Drawing, table: Table) -> Figure {
        Figure {
            name: self.name.to_owned(),
            drawing,
            table,
        }
    }
}

/// A drawing with its words: inline in a page, or a file of its own.
#[derive(Clone, Debug)]
pub(crate) struct Figure {
    name: String,
    drawing: Drawing,
    table: Table,
}

impl Figure {
    /// The stem of its file.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The drawing under its caption, with its numbers folded below. The page holds [`STYLE`].
    pub(crate) fn inline(&self) -> Markup {
        html! {
            figure.figure id=(self.name) {
                figcaption { b { (self.drawing.title) } (said(&self.drawing.said)) }
                // What is wider than the window moves in its place; the keyboard moves what it can reach.
                div.across tabindex="0" role="region" aria-label=(self.drawing.title) {
                    (PreEscaped(self.drawing.inline(&self.name)))
                }
                details {
                    summary { "The numbers" }
                    div.across tabindex="0" role="region" aria-label={ "The numbers of: " (self.drawing.title) } {
                        (self.table.markup())
                    }
                }
            }
        }
    }

    /// A file of SVG with its own style, light and dark.
    pub(crate) fn file(&self) -> String {
        self.drawing.file(&self.name)
    }
}

/// The numbers that a figure draws, as many as there is room for.
#[derive(Clone, Debug)]
struct Table {
    table: table::Table,
    bytes: usize,
    left_out: usize,
}

impl Table {
    fn new(heads: &[&'static str]) -> Self {
        Self {
            table: table::Table::new("", heads),
            bytes: 0,
            left_out: 0,
        }
    }

    /// A table whose columns are the rows' own numbers, from 1, beside their names: as many of both as a drawing has.
    fn matrix(head: &'static str, rows: Vec<(String, Vec<String>)>) -> Self {
        let mut table = table::Table::new("", &[head]);
        let numbers = (1..=rows.len()).map(|number| number.to_string().into());
        table.heads.extend(numbers);
        for (at, (name, cells)) in rows.into_iter().enumerate() {
            let name = format!("{}: {}", at + 1, fitted(&name, CELL_MAX));
            let cells = cells.into_iter().map(table::Cell::Figure);
            let row = [table::Cell::Said(name)].into_iter().chain(cells);
            table.rows.push(row.collect());
        }
        Self {
            table,
            bytes: 0,
            left_out: 0,
        }
    }

    /// Adds a row while there is room.
    fn push<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        if self.bytes > TABLE_BYTES_MAX {
            self.left_out += 1;
            return;
        }
        let cells = cells.map(|cell| fitted(&cell, CELL_MAX));
        let written = |cell: &String| "<td class=n></td>".len() + shown(cell).len();
        self.bytes += cells.iter().map(written).sum::<usize>();
        let cells = cells.into_iter().enumerate();
        let row = cells.map(|(at, cell)| match at > 0 && is_number(&cell) {
            true => table::Cell::Figure(cell),
            false => table::Cell::Said(cell),
        });
        self.table.rows.push(row.collect());
    }

    fn markup(&self) -> Markup {
        html! {
            (self.table.bare(None))
            @if self.left_out > 0 {
                p { "and " (crate::error::thousands(self.left_out as u64)) " more" }
            }
        }
    }
}

/// Whether a cell is written as a number is, or as the lack of one.
fn is_number(cell: &str) -> bool {
    cell.starts_with(['–', '−', '+', '<', '>'])
        || cell.starts_with(|letter: char| letter.is_ascii_digit())
}

/// The first of some parts of an alternative text, and how many more there are.
fn listed(parts: impl ExactSizeIterator<Item = String>) -> String {
    listed_of(parts, 6)
}

/// The first of some parts, at most as many, and how many more there are.
fn listed_of(parts: impl ExactSizeIterator<Item = String>, most: usize) -> String {
    let more = parts.len().saturating_sub(most);
    let mut said: Vec<String> = parts.take(most).collect();
    if more > 0 {
        said.push(format!("and {more} more"));
    }
    said.join(", ")
}
