//! Examples of each way in which our verifier and a recorded label differ, with the texts that say who is right.
//!
//! What is labelled wrong or found wrong is in few sets, so its texts are read from the sources again where they still
//! lie where the folder says; where they do not, what is missing is named.

use maud::html;

use super::examples::{decided, of_row};
use super::facts::{Facts, Row};
use super::verdicts::RECORDED;
use crate::Result;
use crate::error::one_line;
use crate::view::page::{Section, counted};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let rows = rows(facts)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let texts = facts.tables.texts(&rows)?;
    let kinds = KINDS.map(|(verdict, title)| {
        let is_of = |(row, _): &(&Row, _)| row.text("verdict") == Some(verdict);
        (
            title,
            rows.iter().zip(&texts).filter(is_of).collect::<Vec<_>>(),
        )
    });
    let body = html! {
        @for (title, examples) in &kinds {
            @if !examples.is_empty() {
                details.set {
                    summary { (title) ": " (counted(examples.len() as u64, "example", "examples")) }
                    @for (row, texts) in examples { (of_row(row, &about(row), texts, LETTERS)) }
                }
            }
        }
        (decided(facts))
    };
    Ok(Some(Section {
        id: "disputes",
        title: "Where verifier and label differ: who is right?",
        found: format!(
            "{}, of each source and each rule that our verdict rests on at most {EACH_MAX}.",
            counted(rows.len() as u64, "example", "examples")
        ),
        body,
        figures: Vec::new(),
    }))
}

/// Our verdict where the label is the opposite.
const KINDS: [(&str, &str); 2] = [
    (
        "correct",
        "Labelled wrong, which our verifier finds correct",
    ),
    ("wrong", "Labelled right, which our verifier finds wrong"),
];

/// Examples of each source and rule, and of each kind.
const EACH_MAX: usize = 2;
const KIND_MAX: usize = 15;

/// Letters of a problem and of a response.
const LETTERS: (usize, usize) = (1_500, 1_600);

/// The examples, each kind's most frequent rules first.
fn rows(facts: &Facts) -> Result<Vec<Row>> {
    facts.ask(&format!(
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY verdict ORDER BY turn, of_rule DESC, source, verdict_reason, \
         trajectory_id) AS place FROM (SELECT *, row_number() OVER (PARTITION BY verdict, source, verdict_reason ORDER BY \
         trajectory_id) AS turn, count(*) OVER (PARTITION BY verdict, source, verdict_reason) AS of_rule FROM (SELECT \
         trajectory_id, source, file, \"row\", generation, verdict, verdict_reason, extracted, recorded_rule, recorded_judge, \
         row_number() OVER (PARTITION BY trajectory_id ORDER BY fate DESC, source, file, \"row\", generation) AS copy FROM ledger \
         WHERE trajectory_id IS NOT NULL AND ((verdict = 'wrong' AND {RECORDED} = 'right') OR (verdict = 'correct' AND {RECORDED} \
         = 'wrong'))) WHERE copy = 1) WHERE turn <= {EACH_MAX}) WHERE place <= {KIND_MAX} ORDER BY verdict, place"
    ))
}

/// Who says what of it.
fn about(row: &Row) -> maud::Markup {
    let of = |name| one_line(row.text(name).unwrap_or_default()).into_owned();
    let label = |name| match row.truth(name) {
        Some(true) => "right",
        Some(false) => "wrong",
        None => "nothing",
    };
    html! {
        (of("source")) " · our verdict " code { (of("verdict")) } ", which rests on " code { (of("verdict_reason")) }
        " · the source's rule says " (label("recorded_rule")) ", its judge " (label("recorded_judge"))
    }
}
