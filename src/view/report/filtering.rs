//! What filtering did: accepted against dropped, by length, category and difficulty.

use std::collections::BTreeMap;

use maud::html;

use super::facts::{Facts, Row, Tables, is};
use crate::Result;
use crate::error::thousands;
use crate::manifest::AcceptanceRecord;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, percent};

/// Trajectories of one kind: all, and those that were kept.
#[derive(Clone, Copy, Default)]
struct Accepted {
    all: u64,
    kept: u64,
}

impl Accepted {
    fn add(&mut self, record: &AcceptanceRecord) {
        self.all += record.trajectories;
        self.kept += record.accepted;
    }

    fn share(self) -> Option<f64> {
        (self.all > 0).then(|| self.kept as f64 / self.all as f64)
    }
}

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let deciles = deciles(&facts.manifest.acceptance);
    // An audit filters nothing.
    if deciles.is_empty() || facts.audit.is_some() {
        return Ok(None);
    }
    let tables = &facts.tables;
    let categories = categories(tables)?;
    let body = html! {
        p.soft {
            "Copies of a trajectory count once here. A category is the problem’s: the one that most of its rows name."
        }
        (by_length(tables, &deciles)?.markup())
        (by_category(tables, &categories).markup())
        (by_difficulty(tables)?.markup())
        (tables.shown_by("They are counted by", BY_DIFFICULTY))
    };
    Ok(Some(Section {
        id: "filtering",
        title: "What filtering did to the mix",
        found: found(&deciles),
        figures: drawn(&deciles, &categories).into_iter().collect(),
        body,
    }))
}

fn deciles(acceptance: &[AcceptanceRecord]) -> BTreeMap<u32, Accepted> {
    let mut deciles: BTreeMap<u32, Accepted> = BTreeMap::new();
    for record in acceptance {
        deciles.entry(record.length_decile).or_default().add(record);
    }
    deciles
}

fn found(deciles: &BTreeMap<u32, Accepted>) -> String {
    let share =
        |at: Option<(&u32, &Accepted)>| at.and_then(|(_, one)| one.share()).unwrap_or_default();
    let [shortest, longest] = [
        share(deciles.first_key_value()),
        share(deciles.last_key_value()),
    ];
    let said = match longest - shortest {
        gap if gap.abs() < 0.05 => "so that length hardly decides",
        gap if gap < 0.0 => "so that what stays is shorter than what came in",
        _ => "so that what stays is longer than what came in",
    };
    format!(
        "Of the shortest tenth of the trajectories {} were kept, of the longest tenth {}, {said}.",
        percent(shortest),
        percent(longest)
    )
}

/// The share that was kept, by tenth of length and by category.
fn drawn(deciles: &BTreeMap<u32, Accepted>, categories: &[Category]) -> Option<Figure> {
    let bar = |label: String, one: Accepted| {
        one.share().map(|value| figures::Bar {
            label,
            value,
            is_marked: false,
        })
    };
    let by_length = deciles
        .iter()
        .filter_map(|(decile, one)| bar(nth(*decile + 1), *one));
    let by_category = categories.iter().take(CATEGORIES_DRAWN);
    let by_category = by_category
        .filter_map(|(name, one)| bar(name.as_deref().unwrap_or("not known").to_owned(), *one));
    let group = |name: &str, bars: Vec<figures::Bar>| figures::BarGroup {
        name: name.to_owned(),
        bars,
    };
    let groups = [
        group("by tenth of length", by_length.collect()),
        group("by category, the largest first", by_category.collect()),
    ];
    let words = Words {
        name: "plot-filtering",
        title: "The share of trajectories that was kept",
        said: "Where bars differ, filtering changed the mix.",
    };
    figures::bars(words, figures::Unit::Share, &groups)
}

/// How many categories are drawn: the largest.
const CATEGORIES_DRAWN: usize = 12;

/// From which tokens on the second to the last tenth are: those of all trajectories, copies once, as the run parts them.
const BETWEEN_TENTHS: &str = "SELECT place, all_of, tokens FROM (SELECT tokens, row_number() OVER (ORDER BY tokens) - 1 AS place, \
                              count(*) OVER () AS all_of FROM (SELECT trajectory_id, max(tokens) AS tokens FROM ledger WHERE \
                              trajectory_id IS NOT NULL GROUP BY trajectory_id)) WHERE place IN (all_of / 10, all_of * 2 / 10, \
                              all_of * 3 / 10, all_of * 4 / 10, all_of * 5 / 10, all_of * 6 / 10, all_of * 7 / 10, all_of * 8 / \
                              10, all_of * 9 / 10)";

/// The nine counts between the tenths.
fn between_tenths(tables: &Tables) -> Result<Vec<u64>> {
    let rows = tables.ask(BETWEEN_TENTHS)?;
    let all = rows.first().map_or(0, |row| row.count("all_of"));
    let edge = |tenth: u64| {
        let mut rows = rows.iter();
        rows.find(|row| row.count("place") == all * tenth / 10)
            .map(|row| row.count("tokens"))
    };
    Ok((1..10).filter_map(edge).collect())
}

/// The tokens of a tenth, from 0, in words and as a condition.
fn tenth(edges: &[u64], decile: u32) -> [String; 2] {
    let above = edges.get(decile as usize).copied();
    let from = (decile > 0).then(|| edges.get(decile as usize - 1).copied());
    match (from.flatten(), above) {
        (Some(from), Some(above)) => [
            format!("{} to below {}", thousands(from), thousands(above)),
            format!("tokens >= {from} AND tokens < {above}"),
        ],
        (Some(from), None) => [
            format!("{} and more", thousands(from)),
            format!("tokens >= {from}"),
        ],
        (None, Some(above)) => [
            format!("below {}", thousands(above)),
            format!("tokens < {above}"),
        ],
        (None, None) => [String::new(), "tokens IS NOT NULL".to_owned()],
    }
}

fn by_length(tables: &Tables, deciles: &BTreeMap<u32, Accepted>) -> Result<Table> {
    let edges = between_tenths(tables)?;
    let mut table = Table::new(
        "Kept, by tenth of length; copies of a trajectory count once",
        &[
            "tenth",
            "tokens",
            "trajectories",
            "kept",
            "share kept",
            "see",
        ],
    );
    for (decile, one) in deciles {
        let [words, condition] = tenth(&edges, *decile);
        let sql = format!(
            "SELECT fate, count(*) AS trajectories FROM (SELECT trajectory_id, max(fate) AS fate FROM ledger WHERE trajectory_id IS \
             NOT NULL AND {condition} GROUP BY trajectory_id) GROUP BY fate"
        );
        table.rows.push(vec![
            Cell::text(nth(*decile + 1)),
            Cell::Figure(words),
            Cell::Count(one.all),
            Cell::Count(one.kept),
            Cell::share(one.share()),
            tables.rows(&sql),
        ]);
    }
    Ok(table)
}

/// `1st`, `2nd`, … of ten.
fn nth(number: u32) -> String {
    let ending = match number {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };
    let extreme = match number {
        1 => " (shortest)",
        10 => " (longest)",
        _ => "",
    };
    format!("{number}{ending}{extreme}")
}

/// How many categories a table has; the largest.
const CATEGORIES_MAX: usize = 40;

/// A category of problems, none where none is known, with its trajectories.
type Category = (Option<String>, Accepted);

/// Of the problem, as everywhere on the page; each trajectory once, however many copies it has.
const BY_CATEGORY: &str = "SELECT problem_category, count(*) AS trajectories, sum(kept) AS kept FROM (SELECT \
                           min(problem_category) AS problem_category, max(CASE WHEN fate = 'kept' THEN 1 ELSE 0 END) AS kept \
                           FROM ledger WHERE trajectory_id IS NOT NULL GROUP BY trajectory_id) GROUP BY problem_category ORDER \
                           BY trajectories DESC, problem_category";

/// The categories with their counts, the largest first.
fn categories(tables: &Tables) -> Result<Vec<Category>> {
    let rows = tables.ask(BY_CATEGORY)?;
    let of = |row: &Row| {
        let counts = Accepted {
            all: row.count("trajectories"),
            kept: row.count("kept"),
        };
        (row.text("problem_category").map(str::to_owned), counts)
    };
    Ok(rows.iter().map(of).collect())
}

fn by_category(tables: &Tables, categories: &[Category]) -> Table {
    let all: u64 = categories.iter().map(|(_, one)| one.all).sum();
    let kept: u64 = categories.iter().map(|(_, one)| one.kept).sum();
    let mut table = Table::new(
        "Kept, by category of the problem; copies of a trajectory count once",
        &[
            "category",
            "trajectories",
            "kept",
            "share kept",
            "of all",
            "of the kept",
            "see",
        ],
    );
    let of = |part: u64, whole: u64| Cell::share((whole > 0).then(|| part as f64 / whole as f64));
    for (category, one) in categories.iter().take(CATEGORIES_MAX) {
        let sql = format!(
            "SELECT fate, count(*) AS trajectories FROM (SELECT trajectory_id, max(fate) AS fate FROM ledger WHERE {} AND \
             trajectory_id IS NOT NULL GROUP BY trajectory_id) GROUP BY fate",
            is("problem_category", category.as_deref())
        );
        table.rows.push(vec![
            Cell::text(category.as_deref().unwrap_or("not known")),
            Cell::Count(one.all),
            Cell::Count(one.kept),
            Cell::share(one.share()),
            of(one.all, all),
            of(one.kept, kept),
            tables.rows(&sql),
        ]);
    }
    table
}

/// Problems by the share right of their decided trajectories, of two or more; copies of a trajectory are one. Distinct ones
/// are counted by groups of their own: a `count(DISTINCT …)` for each problem takes gigabytes where problems are many.
const BY_DIFFICULTY: &str = "WITH once AS (SELECT trajectory_id, min(problem_id) AS problem_id, min(verdict) AS verdict, max(CASE \
                             WHEN fate = 'kept' THEN 1 ELSE 0 END) AS kept FROM ledger WHERE trajectory_id IS NOT NULL GROUP BY \
                             trajectory_id), problem AS (SELECT sum(CASE WHEN verdict = 'correct' THEN 1 ELSE 0 END) AS solved, \
                             sum(CASE WHEN verdict IN ('correct', 'wrong') THEN 1 ELSE 0 END) AS decided, count(*) AS \
                             trajectories, sum(kept) AS kept FROM once GROUP BY problem_id) SELECT CASE WHEN solved = 0 THEN 0 \
                             WHEN 2 * solved < decided THEN 1 WHEN solved < decided THEN 2 ELSE 3 END AS band, count(*) AS \
                             problems, sum(trajectories) AS trajectories, sum(kept) AS kept, sum(CASE WHEN kept > 0 THEN 1 ELSE \
                             0 END) AS problems_kept FROM problem WHERE decided >= 2 GROUP BY 1 ORDER BY 1";

const BANDS: [&str; 4] = [
    "never right",
    "right less than half of the time",
    "right half of the time or more",
    "always right",
];

fn by_difficulty(tables: &Tables) -> Result<Table> {
    let mut table = Table::new(
        "Kept, by how often our verdict calls a problem's trajectories right (problems with two decided trajectories or more)",
        &[
            "the problem was",
            "problems",
            "with a kept one",
            "trajectories",
            "kept",
            "share kept",
        ],
    );
    for row in tables.ask(BY_DIFFICULTY)? {
        let one = Accepted {
            all: row.count("trajectories"),
            kept: row.count("kept"),
        };
        let band = BANDS
            .get(row.count("band") as usize)
            .copied()
            .unwrap_or_default();
        table.rows.push(vec![
            Cell::text(band),
            Cell::Count(row.count("problems")),
            Cell::Count(row.count("problems_kept")),
            Cell::Count(one.all),
            Cell::Count(one.kept),
            Cell::share(one.share()),
        ]);
    }
    Ok(table)
}
