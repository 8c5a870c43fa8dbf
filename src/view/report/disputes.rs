//! Each kind of disagreement of our verifier and a recorded label, counted, with examples of each.
//!
//! Who is right is not known of those that nobody read, and no share is made up for them: what is known of a kind is
//! counted (what the source's rule and its judge say each, what our verdict rests on, whether the label of the very same
//! answer is another elsewhere), and some of each kind are shown with the texts that say who is right. What is
//! labelled wrong or found wrong is in few sets, so its texts are read from the sources again where they still lie where the
//! folder says; where they do not, what is missing is named.

use maud::{Markup, html};

use super::at_hand;
use super::examples::{decided, of_row};
use super::facts::{Facts, Row, is};
use super::verdicts::RECORDED;
use crate::Result;
use crate::error::{one_line, thousands};
use crate::view::page::{Cell, Section, Table, counted, percent};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let kinds = kinds(facts)?;
    if kinds.is_empty() {
        return Ok(None);
    }
    let all = count(facts)?;
    let examples = examples(facts)?;
    let mut texts = facts.tables.texts(&examples)?;
    let untold = at_hand::fill(facts, &examples, &mut texts)?;
    let shown: Vec<_> = examples.iter().zip(&texts).collect();
    let body = html! {
        p.soft {
            "A kind is what our verdict, the source’s rule and the source’s judge say, and what our verdict rests on. Exact copies of a \
             trajectory count once. “The label elsewhere” counts those whose very answer to the very problem is labelled the other \
             way in another row: there the labels cannot all be right."
        }
        (counts(facts, &kinds, all, &examples).markup())
        @if let Some((count, why)) = &untold {
            p.soft {
                "Of " (counted(*count, "row", "rows")) " below the response is not shown, and of problem and gold answer what is at hand: "
                (one_line(why))
            }
        }
        @for kind in kinds.iter().take(KINDS_MAX) {
            @let of_kind: Vec<_> = shown.iter().filter(|(row, _)| is_of(row, kind)).collect();
            @if !of_kind.is_empty() {
                details.set {
                    summary { (title(kind)) ": " (of_kind.len()) " of " (thousands(kind.count("trajectories"))) }
                    @for (row, texts) in of_kind { (of_row(row, &about(row), texts, LETTERS)) }
                }
            }
        }
        (decided(facts))
    };
    Ok(Some(Section {
        id: "disputes",
        title: "Where verifier and label differ: who is right?",
        found: found(all, &kinds, examples.len()),
        body,
        figures: Vec::new(),
    }))
}

/// Kinds that a table has, and of which examples are shown: the most frequent.
const KINDS_MAX: usize = 60;

/// Examples of each kind, and of all.
const EACH_MAX: usize = 2;
const EXAMPLES_MAX: usize = 30;

/// Letters of a problem and of a response.
const LETTERS: (usize, usize) = (1_500, 1_600);

/// What makes a kind.
const KIND: [&str; 5] = [
    "verdict",
    "source",
    "recorded_rule",
    "recorded_judge",
    "verdict_reason",
];

/// The condition that both decide and differ.
fn differ() -> String {
    format!(
        "((verdict = 'wrong' AND {RECORDED} = 'right') OR (verdict = 'correct' AND {RECORDED} = 'wrong'))"
    )
}

/// Every row on which both decide and differ, with whether the same answer to the same problem is labelled the other way in
/// another row.
fn disputed() -> String {
    let differ = differ();
    format!(
        "SELECT own.*, CASE WHEN other.label IS NULL THEN 0 ELSE 1 END AS elsewhere FROM (SELECT *, {RECORDED} AS label FROM ledger \
         WHERE trajectory_id IS NOT NULL AND {differ}) own LEFT JOIN (SELECT DISTINCT problem_id, extracted, {RECORDED} AS label \
         FROM ledger WHERE extracted IS NOT NULL AND {RECORDED} <> 'none' AND problem_id IN (SELECT problem_id FROM ledger WHERE \
         {differ})) other ON own.problem_id = other.problem_id AND own.extracted = other.extracted AND own.label <> other.label"
    )
}

/// The kinds with their counts, the most frequent first.
fn kinds(facts: &Facts) -> Result<Vec<Row>> {
    let kind = KIND.join(", ");
    facts.ask(&format!(
        "SELECT {kind}, label, count(DISTINCT trajectory_id) AS trajectories, count(DISTINCT CASE WHEN elsewhere = 1 THEN \
         trajectory_id END) AS elsewhere FROM ({}) GROUP BY {kind}, label ORDER BY trajectories DESC, {kind}",
        disputed()
    ))
}

/// How many there are of all kinds.
fn count(facts: &Facts) -> Result<u64> {
    let rows = facts.ask(&format!(
        "SELECT count(DISTINCT trajectory_id) AS trajectories FROM ledger WHERE {}",
        differ()
    ))?;
    Ok(rows.first().map_or(0, |row| row.count("trajectories")))
}

/// Some of each kind, every kind having one before any has two: of a kind those with the least ids, which are no order of
/// the data.
fn examples(facts: &Facts) -> Result<Vec<Row>> {
    let kind = KIND.join(", ");
    facts.ask(&format!(
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY {kind} ORDER BY trajectory_id) AS turn, count(*) OVER (PARTITION \
         BY {kind}) AS of_kind FROM (SELECT *, row_number() OVER (PARTITION BY {kind}, trajectory_id ORDER BY fate DESC, file, \
         \"row\", generation) AS copy FROM ({})) WHERE copy = 1) WHERE turn <= {EACH_MAX} ORDER BY turn, of_kind DESC, {kind}, \
         trajectory_id LIMIT {EXAMPLES_MAX}",
        disputed()
    ))
}

fn is_of(row: &Row, kind: &Row) -> bool {
    KIND.iter()
        .all(|name| row.text(name) == kind.text(name) && row.truth(name) == kind.truth(name))
}

fn found(all: u64, kinds: &[Row], examples: usize) -> String {
    let elsewhere: u64 = kinds.iter().map(|kind| kind.count("elsewhere")).sum();
    let against = match elsewhere {
        0 => String::new(),
        some => format!(
            " Of {} the same answer to the same problem is labelled the other way in another row.",
            thousands(some)
        ),
    };
    format!(
        "{} of {}; {} of them below, of each kind in turn. Who is right in the others nobody has looked at, and nothing is \
         guessed.{against}",
        counted(all, "disagreement", "disagreements"),
        counted(kinds.len() as u64, "kind", "kinds"),
        thousands(examples as u64)
    )
}

fn title(kind: &Row) -> String {
    let verdict = match kind.text("verdict") {
        Some("correct") => "Labelled wrong, found correct",
        _ => "Labelled right, found wrong",
    };
    format!(
        "{verdict}: {}, resting on {}, {}",
        one_line(kind.text("source").unwrap_or_default()),
        kind.text("verdict_reason").unwrap_or("nothing"),
        source_says(kind)
    )
}

/// What a source recorded, of its rule and its judge.
fn source_says(row: &Row) -> String {
    let label = |name| match row.truth(name) {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "nothing",
    };
    format!(
        "rule says {}, judge {}",
        label("recorded_rule"),
        label("recorded_judge")
    )
}

fn counts(facts: &Facts, kinds: &[Row], all: u64, examples: &[Row]) -> Table {
    let mut table = Table::new(
        "Kinds of disagreement, the most frequent first",
        &[
            "we find",
            "label",
            "source",
            "the source's",
            "our verdict rests on",
            "trajectories",
            "of all",
            "the label elsewhere",
            "shown",
            "see",
        ],
    );
    for kind in kinds.iter().take(KINDS_MAX) {
        let shown = examples.iter().filter(|row| is_of(row, kind)).count() as u64;
        table.rows.push(vec![
            Cell::text(kind.text("verdict").unwrap_or_default()),
            Cell::text(kind.text("label").unwrap_or_default()),
            Cell::code(kind.text("source").unwrap_or_default()),
            Cell::Text(source_says(kind)),
            Cell::code(kind.text("verdict_reason").unwrap_or_default()),
            Cell::Count(kind.count("trajectories")),
            Cell::Figure(percent(
                kind.count("trajectories") as f64 / all.max(1) as f64,
            )),
            Cell::Count(kind.count("elsewhere")),
            Cell::Count(shown),
            facts.tables.rows(&rows_of(kind)),
        ]);
    }
    table
}

/// The trajectories of a kind, once each.
fn rows_of(kind: &Row) -> String {
    let truth = |name: &str| match kind.truth(name) {
        Some(value) => format!("{name} = {value}"),
        None => format!("{name} IS NULL"),
    };
    let text = |name: &str| is(name, kind.text(name));
    format!(
        "SELECT DISTINCT trajectory_id, extracted FROM ledger WHERE {} AND {} AND {} AND {} AND {}",
        text("verdict"),
        text("source"),
        truth("recorded_rule"),
        truth("recorded_judge"),
        text("verdict_reason"),
    )
}

/// Who says what of it.
fn about(row: &Row) -> Markup {
    let of = |name| one_line(row.text(name).unwrap_or_default()).into_owned();
    html! {
        (of("source")) " · our verdict " code { (of("verdict")) } ", which rests on " code { (of("verdict_reason")) }
        " · the source's " (source_says(row))
        @if row.count("elsewhere") > 0 { " · the same answer is labelled the other way in another row" }
    }
}
