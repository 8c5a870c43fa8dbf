//! What sets share: whether draws that are called independent are.

use std::collections::HashMap;

use maud::html;

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::error::thousands;
use crate::manifest::SubsetRecord;
use crate::select::SubsetRole;
use crate::view::figures::{self, Figure, Shared, Words};
use crate::view::page::{Cell, Section, Table, counted, percent};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let sets = facts.manifest.subsets.len() as u64;
    if !facts.tables.has("overlap") || sets < 2 {
        return Ok(None);
    }
    let counts = facts.ask("SELECT count(*) AS pairs, count(*) FILTER (WHERE problems_jaccard >= 0.5) AS half FROM overlap")?;
    let count = |name| counts.first().map_or(0, |row| row.count(name));
    let body = html! {
        p.soft {
            "A smaller set is part of the larger one of the same draw, and paired sets have the same problems: they share what \
             they should. Sets of other draws, and a set and its random or matched control, should share little."
        }
        (most(facts)?.markup())
        (facts.tables.shown_by("What any two sets share", "SELECT * FROM overlap ORDER BY problems_jaccard DESC LIMIT 50"))
    };
    let all = sets * (sets - 1) / 2;
    Ok(Some(Section {
        id: "overlap",
        title: "What the sets share",
        found: format!(
            "Of {} of two sets {} ({}) have a problem in common; half or more of all problems of the two are in both of \
             {} ({} of all).",
            counted(all, "pair", "pairs"),
            thousands(count("pairs")),
            percent(count("pairs") as f64 / all as f64),
            counted(count("half"), "pair", "pairs"),
            percent(count("half") as f64 / all as f64),
        ),
        body,
        figures: drawn(facts)?.into_iter().collect(),
    }))
}

/// Sets of which every two are held against each other in the drawing; pairs grow with their square.
const DRAWN_MAX: usize = 400;

/// Every two sets, by the problems that they share.
fn drawn(facts: &Facts) -> Result<Option<Figure>> {
    let (drawn, said) = chosen(&facts.manifest.subsets);
    let names: HashMap<&str, usize> = drawn
        .iter()
        .enumerate()
        .map(|(at, one)| (&*one.name, at))
        .collect();
    let listed = drawn
        .iter()
        .map(|one| literal(&one.name))
        .collect::<Vec<_>>()
        .join(", ");
    let pairs = facts.ask(&format!(
        "SELECT a, b, problems_shared FROM overlap WHERE a IN ({listed}) AND b IN ({listed})"
    ))?;
    let place = |row: &Row, name| names.get(row.text(name)?).copied();
    let shared: Vec<Shared> = pairs
        .iter()
        .filter_map(|row| {
            Some(Shared {
                first: place(row, "a")?,
                second: place(row, "b")?,
                count: row.count("problems_shared"),
            })
        })
        .collect();
    let sets: Vec<figures::Sized> = drawn
        .iter()
        .map(|one| figures::Sized {
            name: one.name.clone(),
            size: u64::from(one.problems),
        })
        .collect();
    let words = Words {
        name: "plot-overlap",
        title: "The problems that every two sets share",
        said: &said,
    };
    Ok(figures::overlap(words, "problems", &sets, &shared))
}

/// All sets; of more than can be drawn the first that are no control, and what is said of that.
fn chosen(sets: &[SubsetRecord]) -> (Vec<&SubsetRecord>, String) {
    if sets.len() <= DRAWN_MAX {
        return (sets.iter().collect(), String::new());
    }
    let chosen = sets.iter().filter(|one| one.role == SubsetRole::Subset);
    let chosen: Vec<&SubsetRecord> = chosen.take(DRAWN_MAX).collect();
    let said = format!(
        "Of the {} sets {} are drawn, and no control.",
        thousands(sets.len() as u64),
        thousands(chosen.len() as u64)
    );
    (chosen, said)
}

/// How many pairs are named.
const PAIRS_MAX: usize = 30;

fn most(facts: &Facts) -> Result<Table> {
    let rows = facts.ask(&format!(
        "SELECT a, b, rows_shared, problems_shared, problems_jaccard FROM overlap ORDER BY problems_jaccard DESC, a, b LIMIT \
         {PAIRS_MAX}"
    ))?;
    let mut table = Table::new(
        format!("The pairs that share most, at most {PAIRS_MAX}"),
        &[
            "set",
            "other set",
            "rows in both",
            "problems in both",
            "of all problems of the two",
            "see",
        ],
    );
    for row in &rows {
        let [a, b] = ["a", "b"].map(|name| row.text(name).unwrap_or_default());
        let sql = format!(
            "SELECT problem_id FROM selection WHERE subset = {} INTERSECT SELECT problem_id FROM selection WHERE subset = {}",
            literal(a),
            literal(b)
        );
        table.rows.push(vec![
            Cell::code(a),
            Cell::code(b),
            Cell::Count(row.count("rows_shared")),
            Cell::Count(row.count("problems_shared")),
            Cell::share(row.number("problems_jaccard")),
            facts.tables.rows(&sql),
        ]);
    }
    Ok(table)
}
