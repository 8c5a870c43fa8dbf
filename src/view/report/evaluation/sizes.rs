//! Score against size, of sets that are made alike but for their size.
//!
//! Which sets belong together the evaluation says: sets of one grid, recipe, category, length and style. Sets of another
//! grid that happen to have a size and a category in common are another draw, and no point of the same line.

use std::collections::HashMap;

use maud::html;

use super::said::Scaling;
use super::{Evaluation, ROWS_MAX, chance, points};
use crate::Result;
use crate::error::thousands;
use crate::view::figures::{self, Figure, Panel, Point, Series, Words};
use crate::view::page::{Cell, Section, Table, counted};
use crate::view::report::facts::Row;

/// Sets that differ in size alone, the smallest first.
struct Ladder<'e> {
    of: &'e Scaling,
    arms: Vec<&'e Row>,
}

impl Evaluation {
    pub(super) fn sizes(&self) -> Result<Option<Section>> {
        if !self.tables.has("arms") {
            return Ok(None);
        }
        let arms = self.tables.ask(
            "SELECT * FROM arms WHERE tier IS NULL AND size IS NOT NULL ORDER BY arm, benchmark",
        )?;
        let ladders = self.ladders(&arms);
        if ladders.is_empty() {
            return Ok(None);
        }
        Ok(Some(Section {
            id: "sizes",
            title: "What more training rows add",
            found: found(&ladders),
            body: html! {
                (doublings(&ladders).markup())
                (self.tables.shown_by("Every set with its size and score", BY_SIZE))
            },
            figures: drawn(&ladders).into_iter().collect(),
        }))
    }

    fn ladders<'e>(&'e self, arms: &'e [Row]) -> Vec<Ladder<'e>> {
        let key = |row: &'e Row| (row.text("arm"), row.text("benchmark"));
        let by_name: HashMap<_, &Row> = arms.iter().map(|row| (key(row), row)).collect();
        let ladder = |(of, names): (&'e Scaling, &'e [String])| {
            let arm =
                |name: &'e String| by_name.get(&(Some(name.as_str()), of.benchmark.as_deref()));
            Ladder {
                of,
                arms: names.iter().filter_map(arm).copied().collect(),
            }
        };
        let all = self.said.ladders().map(ladder);
        all.filter(|ladder| ladder.arms.len() > 1).collect()
    }
}

const BY_SIZE: &str = "SELECT arm, benchmark, role, size, budget, draws, avg, avg_low, avg_high FROM arms WHERE tier IS NULL AND size IS \
                       NOT NULL ORDER BY arm, size";

fn found(ladders: &[Ladder<'_>]) -> String {
    let sizes = || ladders.iter().flat_map(|ladder| &ladder.arms);
    let [least, most] = [
        sizes().map(|row| row.count("size")).min(),
        sizes().map(|row| row.count("size")).max(),
    ];
    let is_more = |ladder: &&Ladder<'_>| ladder.of.interval().is_some_and(|[low, _]| low > 0.0);
    let more = ladders.iter().filter(is_more).count() as u64;
    format!(
        "{} of subsets were trained on at several sizes, from {} to {} (their controls are not counted); of {} of these the interval \
         of what a doubling adds lies above 0.",
        counted(ladders.len() as u64, "kind", "kinds"),
        thousands(least.unwrap_or_default()),
        counted(most.unwrap_or_default(), "row", "rows"),
        thousands(more)
    )
}

fn doublings(ladders: &[Ladder<'_>]) -> Table {
    let mut table = Table::new(
        "What each doubling of the rows adds, in points of the score",
        &["of", "benchmark", "sizes", "a doubling adds", "95 %", "p"],
    );
    for ladder in ladders.iter().take(ROWS_MAX) {
        let sizes: Vec<String> = ladder
            .arms
            .iter()
            .map(|row| thousands(row.count("size")))
            .collect();
        let adds = match &ladder.of.refused {
            Some(why) => Cell::text(format!("not read: {why}")),
            None => Cell::Figure(points(ladder.of.per_doubling)),
        };
        let ends = ladder.of.interval().map_or(Cell::Nothing, |[low, high]| {
            Cell::Figure(format!("{} to {}", points(Some(low)), points(Some(high))))
        });
        table.rows.push(vec![
            Cell::text(ladder.of.name()),
            Cell::text(ladder.of.benchmark.as_deref().unwrap_or("not known")),
            Cell::text(sizes.join(" · ")),
            adds,
            ends,
            ladder
                .of
                .p
                .map_or(Cell::Nothing, |p| Cell::Figure(chance(p))),
        ]);
    }
    table
}

/// A panel for each benchmark and length of training, a line for each kind of set.
fn drawn(ladders: &[Ladder<'_>]) -> Option<Figure> {
    let words = Words {
        name: "plot-sizes",
        title: "Score by number of training rows",
        said: "A line joins sets that are made alike but for their size. Bars hold 95 %.",
    };
    let mut panels: Vec<Panel> = Vec::new();
    for ladder in ladders {
        let of = ladder.of;
        let benchmark = of.benchmark.as_deref().unwrap_or("not known");
        let title = format!("{benchmark}, {}", of.budget.replace('_', " "));
        let is_it = |panel: &Panel| panel.title == title && panel.unit == of.unit;
        let at = panels.iter().position(is_it).unwrap_or_else(|| {
            panels.push(Panel {
                title: title.clone(),
                unit: of.unit.clone(),
                ..Panel::default()
            });
            panels.len() - 1
        });
        let colour = panels[at].series.len();
        panels[at].series.push(Series {
            name: of.name(),
            colour,
            points: ladder.arms.iter().filter_map(|row| point(row)).collect(),
        });
    }
    figures::lines(words, [0.0, 100.0], &panels)
}

fn point(row: &Row) -> Option<Point> {
    let ends = ["avg_low", "avg_high"].map(|name| row.number(name));
    Some(Point {
        size: row.count("size") as f64,
        score: 100.0 * row.number("avg")?,
        interval: match ends {
            [Some(low), Some(high)] => Some([100.0 * low, 100.0 * high]),
            _ => None,
        },
        ..Point::default()
    })
}
