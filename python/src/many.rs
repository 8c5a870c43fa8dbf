//! Many pairs at once, on threads.
//!
//! The threads are started for each call and end with it: a pool that outlives a call would be dead in a process that
//! was forked, as the workers of data loaders are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use gradatim::verify::{self, Outcome};
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyCapsule, PyDict, PyList, PySlice};

use crate::options::options;
use crate::rows::{schema_capsule, stream_capsule};
use crate::texts::{Texts, same_length};
use crate::verdict::Verdict;
use crate::waiting::{Stop, done};

/// Rows that a thread takes at once.
const TAKEN: usize = 32;

/// A verdict for each pair, in their order: a sequence of `Verdict`, and a table of Arrow (`verdict`,
/// `extracted`, `reason`).
#[pyclass(module = "gradatim", frozen, sequence)]
pub(crate) struct Verdicts(Vec<Verdict>);

/// Judges each response by the gold answer of its row.
#[pyfunction]
#[pyo3(signature = (golds, responses, whole, threads = None, profile = "default", named = None))]
pub(crate) fn verify_many(
    py: Python<'_>,
    golds: &Bound<'_, PyAny>,
    responses: &Bound<'_, PyAny>,
    whole: bool,
    threads: Option<isize>,
    profile: &str,
    named: Option<&Bound<'_, PyDict>>,
) -> PyResult<Verdicts> {
    let options = options(profile, named)?;
    let golds = Texts::of(golds, "golds")?;
    let responses = Texts::of(responses, "responses")?;
    let rows = same_length(&[("golds", &golds), ("responses", &responses)])?;
    let threads = threads_of(threads)?;
    // Held here too: what the list's texts belong to is let go under the interpreter's lock.
    let columns = Arc::new((golds, responses));
    let (golds_of, held) = (Arc::clone(&columns), columns);
    let judge = move |row: usize| {
        let (golds, responses) = golds_of.as_ref();
        let gold = golds.get(row).unwrap_or_default();
        let response = responses.get(row).unwrap_or_default();
        Verdict::from(match whole {
            true => verify::compare_with(gold, response, &options),
            false => verify::verify_with(gold, response, &options),
        })
    };
    let verdicts = done(py, move |stop| over(rows, threads, stop, judge));
    drop(held);
    Ok(Verdicts(verdicts?))
}

/// As many threads as are asked for, or as the machine has.
pub(crate) fn threads_of(asked: Option<isize>) -> PyResult<usize> {
    match asked {
        Some(threads @ 1..) => Ok(threads.unsigned_abs().min(THREADS_MAX)),
        Some(_) => Err(PyValueError::new_err("`threads` is a number from 1 on")),
        None => Ok(std::thread::available_parallelism().map_or(1, usize::from)),
    }
}

/// More threads than any machine has would only take memory; as on the command line.
const THREADS_MAX: usize = 4096;

/// What is made of each row, in their order; of some rows alone where it is told to stop.
pub(crate) fn over<T: Send>(
    rows: usize,
    threads: usize,
    stop: &Stop,
    make: impl Fn(usize) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let made = Mutex::new(BTreeMap::new());
    let work = || {
        while stop.load(Ordering::Relaxed) == 0 {
            let from = next.fetch_add(TAKEN, Ordering::Relaxed);
            if from >= rows {
                return;
            }
            let part: Vec<T> = (from..rows.min(from + TAKEN)).map(&make).collect();
            let mut made = made.lock().unwrap_or_else(PoisonError::into_inner);
            made.insert(from, part);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(rows.div_ceil(TAKEN)) {
            scope.spawn(work);
        }
        work();
    });
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.into_values().flatten().collect()
}

impl Verdicts {
    fn batch(&self) -> PyResult<RecordBatch> {
        let field = |name: &str, nullable: bool| Field::new(name, DataType::Utf8, nullable);
        let schema = Schema::new(vec![
            field("verdict", false),
            field("extracted", true),
            field("reason", false),
        ]);
        let column = |at: usize| -> ArrayRef {
            let cells = self.0.iter().map(|one| one.cells()[at]);
            Arc::new(cells.collect::<StringArray>())
        };
        let columns = vec![column(0), column(1), column(2)];
        let batch = RecordBatch::try_new(Arc::new(schema), columns);
        batch.map_err(|error| PyValueError::new_err(error.to_string()))
    }
}

#[pymethods]
impl Verdicts {
    #[new]
    fn new(verdicts: Vec<Bound<'_, Verdict>>) -> Self {
        Self(verdicts.iter().map(|one| one.get().clone()).collect())
    }

    /// What pickle makes it of again.
    fn __getnewargs__(&self) -> (Vec<Verdict>,) {
        (self.0.clone(),)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __getitem__<'py>(
        &self,
        py: Python<'py>,
        at: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if let Ok(slice) = at.cast::<PySlice>() {
            let slice = slice.indices(self.0.len() as isize)?;
            let steps = (0..slice.slicelength).map(|step| slice.start + slice.step * step as isize);
            let some = steps.map(|at| self.0[at as usize].clone());
            return Ok(PyList::new(py, some.collect::<Vec<_>>())?.into_any());
        }
        let at: isize = at.extract()?;
        let from_start = if at < 0 {
            at + self.0.len() as isize
        } else {
            at
        };
        let one = usize::try_from(from_start)
            .ok()
            .and_then(|at| self.0.get(at));
        let one = one.ok_or_else(|| PyIndexError::new_err("there are fewer verdicts"))?;
        Ok(Bound::new(py, one.clone())?.into_any())
    }

    /// Whether each is `correct`.
    #[getter]
    fn correct(&self) -> Vec<bool> {
        let each = self.0.iter();
        each.map(|one| one.is(Outcome::Correct)).collect()
    }

    /// How many there are of each verdict, those of which there is none too.
    #[getter]
    fn counts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for outcome in Outcome::ALL {
            let of_it = self.0.iter().filter(|one| one.is(outcome));
            counts.set_item(outcome.as_str(), of_it.count())?;
        }
        Ok(counts)
    }

    fn __repr__(&self) -> String {
        format!("<{} verdicts>", self.0.len())
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, self.batch()?.schema().as_ref())
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let batch = self.batch()?;
        let schema = batch.schema();
        stream_capsule(py, vec![batch], schema, requested_schema)
    }
}
