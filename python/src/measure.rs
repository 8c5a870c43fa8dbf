//! The measurements of a pool's trajectory, for columns of texts.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float32Array, RecordBatch, StringArray, UInt32Array};
use gradatim::measure::behaviour::Behaviour;
use gradatim::measure::{Measurements, of_texts};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::many::{over, threads_of};
use crate::rows::Table;
use crate::texts::{Texts, same_length};
use crate::tokens::tokenizer;
use crate::waiting::done;

/// How often a response does something.
type Counted = fn(&Behaviour) -> u32;

/// What is counted of behaviours, under the pool's names.
const BEHAVIOURS: [(&str, Counted); 4] = [
    ("verification_count", |counted| counted.verification),
    ("backtracking_count", |counted| counted.backtracking),
    ("subgoal_count", |counted| counted.subgoals),
    ("backward_chaining_count", |counted| {
        counted.backward_chaining
    }),
];

/// The columns that are measured.
struct Columns {
    problems: Option<Texts>,
    responses: Texts,
    golds: Option<Texts>,
}

/// Measures each row.
#[pyfunction]
#[pyo3(signature = (problems, responses, golds, tokenizer, behaviours, threads))]
pub(crate) fn measure(
    py: Python<'_>,
    problems: Option<&Bound<'_, PyAny>>,
    responses: &Bound<'_, PyAny>,
    golds: Option<&Bound<'_, PyAny>>,
    tokenizer: &str,
    behaviours: bool,
    threads: Option<isize>,
) -> PyResult<Table> {
    let perhaps = |column: Option<&Bound<'_, PyAny>>, name: &str| {
        column.map(|column| Texts::of(column, name)).transpose()
    };
    let columns = Columns {
        problems: perhaps(problems, "problem")?,
        responses: Texts::of(responses, "response")?,
        golds: perhaps(golds, "answer")?,
    };
    let rows = columns.rows()?;
    let threads = threads_of(threads)?;
    let tokenizer = self::tokenizer(py, tokenizer)?;
    let is_known = columns.problems.is_some();
    let make = move |row: usize| {
        let of = |texts: &Option<Texts>| -> Option<String> {
            texts.as_ref()?.get(row).map(str::to_owned)
        };
        let (problem, gold) = (of(&columns.problems), of(&columns.golds));
        let response = columns.responses.get(row).unwrap_or_default();
        let problem = problem.unwrap_or_default();
        of_texts(&problem, gold.as_deref(), response, &tokenizer, behaviours)
    };
    let measured = done(py, move |stop| over(rows, threads, stop, make))?;
    let batch = batch(&measured, is_known, behaviours);
    let batch = batch.map_err(|error| PyValueError::new_err(error.to_string()))?;
    Ok(Table::new(vec![batch]))
}

impl Columns {
    fn rows(&self) -> PyResult<usize> {
        let mut columns = vec![("response", &self.responses)];
        columns.extend(self.problems.as_ref().map(|texts| ("problem", texts)));
        columns.extend(self.golds.as_ref().map(|texts| ("answer", texts)));
        same_length(&columns)
    }
}

/// The rows under the names that the pool and the ledger have them by; ids only where the problem is known, of which they
/// are made.
fn batch(
    measured: &[Measurements],
    is_known: bool,
    behaviours: bool,
) -> Result<RecordBatch, arrow::error::ArrowError> {
    let texts = |of: &dyn Fn(&Measurements) -> Option<String>| -> ArrayRef {
        Arc::new(measured.iter().map(of).collect::<StringArray>())
    };
    let counts = |of: &dyn Fn(&Measurements) -> Option<u32>| -> ArrayRef {
        Arc::new(measured.iter().map(of).collect::<UInt32Array>())
    };
    let finished = measured.iter().map(|one| one.finished);
    let shares = measured.iter().map(|one| Some(one.repeated_share));
    let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
    if is_known {
        columns.push(("problem_id", texts(&|one| Some(one.problem_id.to_string()))));
        columns.push((
            "trajectory_id",
            texts(&|one| Some(one.trajectory_id.to_string())),
        ));
    }
    columns.extend([
        ("verdict", texts(&|one| Some(one.outcome.to_string()))),
        ("verdict_reason", texts(&|one| Some(one.reason.to_owned()))),
        ("extracted", texts(&|one| one.extracted.clone())),
        ("tokens", counts(&|one| Some(one.tokens))),
        ("thinking_tokens", counts(&|one| Some(one.thinking_tokens))),
        ("bytes", counts(&|one| Some(one.bytes))),
        ("finished", Arc::new(finished.collect::<BooleanArray>())),
        ("repeated_share", Arc::new(shares.collect::<Float32Array>())),
        ("style_text", texts(&|one| Some(one.style_text.to_string()))),
    ]);
    for (name, of) in BEHAVIOURS.into_iter().filter(|_| behaviours) {
        columns.push((name, counts(&|one| one.behaviour.as_ref().map(of))));
    }
    RecordBatch::try_from_iter_with_nullable(
        columns
            .into_iter()
            .map(|(name, column)| (name, column, true)),
    )
}
