//! What is true about each generation: what a test compares a tool's findings with.

use serde_json::{Value, json};

use crate::sample::problem::Problem;

#[derive(Clone)]
pub(crate) struct Truth {
    /// `right`, `wrong`, `cut` (no end of the thinking), or `malformed` (nothing to read).
    pub(crate) truth: &'static str,
    /// How the final answer is written: `plain`, as the gold answer, or the name of another way.
    pub(crate) written: &'static str,
    /// What stands in the last box, if there is one.
    pub(crate) boxed: Option<String>,
    /// What was done to this generation alone.
    pub(crate) flaw: Option<&'static str>,
}

impl Truth {
    pub(crate) fn malformed(flaw: &'static str) -> Truth {
        Truth {
            truth: "malformed",
            written: "none",
            boxed: None,
            flaw: Some(flaw),
        }
    }
}

/// Where a generation lies, and what was done to the whole row.
pub(crate) struct Place<'a> {
    pub(crate) file: &'a str,
    pub(crate) row: usize,
    pub(crate) generation: Option<usize>,
    pub(crate) style: &'a str,
    pub(crate) row_flaw: Option<&'static str>,
    /// Rows with the same number hold the same problem.
    pub(crate) problem_number: Option<usize>,
}

pub(crate) fn line(place: &Place, problem: Option<&Problem>, truth: &Truth) -> String {
    object(&[
        ("file", json!(place.file)),
        ("row", json!(place.row)),
        ("generation", json!(place.generation)),
        ("style", json!(place.style)),
        ("truth", json!(truth.truth)),
        ("written", json!(truth.written)),
        ("flaw", json!(truth.flaw)),
        ("row_flaw", json!(place.row_flaw)),
        ("problem_number", json!(place.problem_number)),
        ("category", json!(problem.map(|problem| problem.category))),
        ("family", json!(problem.map(|problem| problem.family))),
        ("gold", json!(problem.map(|problem| problem.answer.latex()))),
        ("boxed", json!(truth.boxed)),
    ])
}

/// A line of JSON with its fields in this order, whatever features `serde_json` was built with.
pub(crate) fn object(fields: &[(&str, Value)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{}: {value}", json!(key)))
        .collect();
    format!("{{{}}}", fields.join(", "))
}
