//! What an audit found: each kind of fault with the rows that are of it.

use std::path::Path;

use maud::html;
use serde::Deserialize;

use super::facts::{Facts, literal};
use crate::Result;
use crate::error::thousands;
use crate::folder::{AUDIT, RUN_FOLDER};
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted, percent};

/// What of `audit.json` is shown.
#[derive(Deserialize)]
pub(super) struct Audit {
    findings: Vec<Finding>,
    #[serde(default)]
    gold_disagreements: Vec<GoldDisagreement>,
}

#[derive(Deserialize)]
struct Finding {
    kind: String,
    section: String,
    sentence: String,
    rows: u64,
    share: f64,
    #[serde(default)]
    examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    place: String,
    #[serde(default)]
    told: Option<String>,
}

#[derive(Deserialize)]
struct GoldDisagreement {
    same_text: bool,
    answers: Vec<GoldAnswer>,
}

#[derive(Deserialize)]
struct GoldAnswer {
    answer: String,
    place: String,
}

/// What an audit wrote into the folder; none where no audit did.
pub(super) fn read(out: &Path) -> Result<Option<Audit>> {
    let path = out.join(RUN_FOLDER).join(AUDIT);
    match path.is_file() {
        true => super::facts::json(&path).map(Some),
        false => Ok(None),
    }
}

pub(super) fn section(facts: &Facts) -> Option<Section> {
    let audit = facts.audit.as_ref()?;
    let mut found: Vec<&Finding> = audit.findings.iter().filter(|one| one.rows > 0).collect();
    found.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.kind.cmp(&b.kind)));
    let missed: Vec<String> = audit
        .findings
        .iter()
        .filter(|one| one.rows == 0)
        .map(|one| one.kind.replace('_', " "))
        .collect();
    let body = html! {
        (table(facts, &found).markup())
        (golds(&audit.gold_disagreements).markup())
        @if !missed.is_empty() { p.soft { "Looked for, and not found: " (missed.join(", ")) "." } }
    };
    Some(Section {
        id: "findings",
        title: "What to look at",
        found: told(&found, audit.findings.len() as u64),
        figures: drawn(&found).into_iter().collect(),
        body,
    })
}

fn told(found: &[&Finding], all: u64) -> String {
    let Some(first) = found.first() else {
        return format!("Of {all} kinds of faults that were looked for, none was found.");
    };
    format!(
        "Of {} of faults that were looked for, {} found; most rows have this: {} {} ({}).",
        counted(all, "kind", "kinds"),
        counted(found.len() as u64, "is", "are"),
        thousands(first.rows),
        first.sentence,
        percent(first.share)
    )
}

/// How many kinds are drawn.
const DRAWN_MAX: usize = 24;

fn drawn(found: &[&Finding]) -> Option<Figure> {
    let bar = |one: &&Finding| figures::Bar {
        label: one.kind.replace('_', " "),
        value: one.share,
        is_marked: false,
    };
    let words = Words {
        name: "plot-findings",
        title: "The share of rows that each finding is of",
        said: "",
    };
    let group = figures::BarGroup {
        name: String::new(),
        bars: found.iter().take(DRAWN_MAX).map(bar).collect(),
    };
    figures::bars(words, figures::Unit::Share, &[group])
}

/// How many kinds a table has; there are some forty.
const KINDS_MAX: usize = 100;

fn table(facts: &Facts, found: &[&Finding]) -> Table {
    let mut table = Table::new(
        "Findings, by how many rows are of each (a place is source/file:row, counted from 0)",
        &[
            "finding",
            "about",
            "what it is",
            "rows",
            "share",
            "first of them",
            "see",
        ],
    );
    for one in found.iter().take(KINDS_MAX) {
        let first = one.examples.first().map(|example| match &example.told {
            Some(told) => format!("{} ({told})", example.place),
            None => example.place.clone(),
        });
        let sql = format!(
            "SELECT * FROM findings WHERE kind = {} LIMIT 20",
            literal(&one.kind)
        );
        table.rows.push(vec![
            Cell::code(&one.kind),
            Cell::Text(one.section.replace('_', " ")),
            Cell::text(&one.sentence),
            Cell::Count(one.rows),
            Cell::share(Some(one.share)),
            Cell::text(first.unwrap_or_default()),
            facts.tables.rows(&sql),
        ]);
    }
    table
}

/// How many problems with several gold answers are shown.
const GOLDS_MAX: usize = 40;

fn golds(all: &[GoldDisagreement]) -> Table {
    let mut table = Table::new(
        "Problems whose gold answers are not the same",
        &["gold answer", "at", "another", "at", "the problems are"],
    );
    for one in all.iter().take(GOLDS_MAX) {
        if let [first, second, ..] = one.answers.as_slice() {
            table.rows.push(vec![
                Cell::text(&first.answer),
                Cell::text(&first.place),
                Cell::text(&second.answer),
                Cell::text(&second.place),
                Cell::text(if one.same_text {
                    "the same text"
                } else {
                    "nearly the same"
                }),
            ]);
        }
    }
    table
}
