//! Each training set and control in a line.

use std::collections::HashMap;

use maud::html;

use super::facts::{Facts, literal};
use super::overlap::own;
use crate::Result;
use crate::error::{one_line, thousands};
use crate::manifest::SubsetRecord;
use crate::select::SubsetRole;
use crate::view::page::{Cell, Section, Table, counted};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let records = &facts.manifest.subsets;
    if records.is_empty() {
        return Ok(None);
    }
    let body = html! {
        (table(facts)?.markup())
        @if records.len() > SETS_MAX {
            p.soft { "The first " (thousands(SETS_MAX as u64)) " are shown." }
        }
        (facts.tables.shown_by("All of them, with their mixes and lengths", "SELECT * FROM subsets"))
        (facts.tables.shown_by("Rows of one", &rows_of(&records[0].name)))
        @if facts.pipeline.is_some() {
            p.soft { "Every run of every set, with its epochs, steps and tokens, is a line of " code { "__run__/runs.csv" } "." }
        }
    };
    Ok(Some(Section {
        id: "subsets",
        title: "The sets one by one",
        found: found(records),
        body,
        figures: Vec::new(),
    }))
}

/// How many are shown at all.
const SETS_MAX: usize = 2000;

fn found(records: &[SubsetRecord]) -> String {
    let sizes = records.iter().map(|record| record.size);
    let [least, most] = [sizes.clone().min(), sizes.max()].map(Option::unwrap_or_default);
    let written = records.iter().filter(|record| record.written > 0).count() as u64;
    let of_rows = match least == most {
        true => format!("{} each", counted(most.into(), "row", "rows")),
        false => format!(
            "{} to {} rows",
            thousands(least.into()),
            thousands(most.into())
        ),
    };
    let all = records.len() as u64;
    let text = match written == all {
        true => "the text of all of them is in the folder".to_owned(),
        false => format!("the text of {} is in the folder", thousands(written)),
    };
    format!("{} of {of_rows}; {text}.", counted(all, "set", "sets"))
}

fn rows_of(name: &str) -> String {
    format!(
        "SELECT rank, trajectory_id FROM selection WHERE subset = {} ORDER BY rank",
        literal(name)
    )
}

fn table(facts: &Facts) -> Result<Table> {
    let mut shared: HashMap<&str, u64> = HashMap::new();
    let own = own(facts)?;
    for one in &own {
        let most = shared.entry(&one.control.name).or_default();
        *most = (*most).max(one.problems);
    }
    let runs = facts.pipeline.as_ref().map(|pipeline| &pipeline.runs);
    let steps_of = match runs.is_some_and(|runs| runs.budgets(1).len() > 1) {
        true => "steps, by epochs",
        false => "steps",
    };
    let mut table = Table::new(
        "Training sets and their controls",
        &[
            "set",
            "what",
            "compared with",
            "rows",
            "problems",
            "tokens",
            "tokens a row",
            "drawn from",
            "problems shared with its set, at most",
            steps_of,
            "draw",
            "see",
        ],
    );
    for record in facts.manifest.subsets.iter().take(SETS_MAX) {
        let is_trained_on = record.role != SubsetRole::Validation;
        let steps = runs
            .filter(|_| is_trained_on)
            .map(|runs| runs.steps(record.size));
        table.rows.push(vec![
            Cell::code(&record.name),
            Cell::text(role(record.role)),
            Cell::text(compared_with(record)),
            Cell::Count(record.size.into()),
            Cell::Count(record.problems.into()),
            Cell::Count(record.tokens),
            Cell::count(tokens_a_row(record)),
            // What such a control is drawn from is told by its set, problem by problem.
            match record.role {
                SubsetRole::Matched
                | SubsetRole::Paired
                | SubsetRole::Wrong
                | SubsetRole::Derived => Cell::Nothing,
                _ => Cell::Count(record.bucket.into()),
            },
            Cell::count(shared.get(&*record.name).copied()),
            Cell::count(steps),
            Cell::text(format!("{} {}", record.draw_kind.as_str(), record.draw)),
            facts.tables.rows(&format!(
                "SELECT * FROM subsets WHERE subset = {}",
                literal(&record.name)
            )),
        ]);
    }
    Ok(table)
}

/// The mean, rounded to the nearest; none of no row.
fn tokens_a_row(record: &SubsetRecord) -> Option<u64> {
    let rows = u64::from(record.size);
    (rows > 0).then(|| (2 * record.tokens + rows) / (2 * rows))
}

/// What a set is, in the field's words.
fn role(role: SubsetRole) -> &'static str {
    match role {
        SubsetRole::Subset => "training set",
        SubsetRole::Random => "random control",
        SubsetRole::Matched => "matched control",
        SubsetRole::Paired => "paired control",
        SubsetRole::Wrong => "control of wrong answers",
        SubsetRole::Derived => "changed control",
        SubsetRole::Validation => "validation",
    }
}

fn compared_with(record: &SubsetRecord) -> String {
    match record.control_of.as_slice() {
        [] => String::new(),
        [one] => one_line(one).into_owned(),
        [first, rest @ ..] => format!("{first} and {} more", rest.len()),
    }
}
