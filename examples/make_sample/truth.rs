//! What is true about each generation: what a test compares a tool's findings with.

use serde_json::{Value, json};

use crate::problem::Problem;

#[derive(Clone)]
pub struct Truth {
    /// `right`, `wrong`, `cut` (no end of the thinking), or `malformed` (nothing to read).
    pub truth: &'static str,
    /// How the final answer is written: `plain`, as the gold answer, or the name of another way.
    pub written: &'static str,
    /// What stands in the last box, if there is one.
    pub boxed: Option<String>,
    /// What was done to this generation alone.
    pub flaw: Option<&'static str>,
}

impl Truth {
    pub fn malformed(flaw: &'static str) -> Truth {
        Truth {
            truth: "malformed",
            written: "none",
            boxed: None,
            flaw: Some(flaw),
        }
    }
}

/// Where a generation lies, and what was done to the whole row.
pub struct Place<'a> {
    pub file: &'a str,
    pub row: usize,
    pub generation: Option<usize>,
    pub style: &'a str,
    pub row_flaw: Option<&'static str>,
    /// Rows with the same number hold the same problem.
    pub problem_number: Option<usize>,
}

pub fn line(place: &Place, problem: Option<&Problem>, truth: &Truth) -> String {
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
pub fn object(fields: &[(&str, Value)]) -> String {
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{}: {value}", json!(key)))
        .collect();
    format!("{{{}}}", fields.join(", "))
}
