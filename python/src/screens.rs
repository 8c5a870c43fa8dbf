//! What must not be trained on, and what is there twice: the detector and the clusters of a run, for columns of texts.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use gradatim::ids::problem_id;
use gradatim::screen::contamination::fingerprint::{Fingerprint, Forms};
use gradatim::screen::contamination::{Detector, Outcome, shipped};
use gradatim::screen::near::clusters;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::commands::refuse_fork;
use crate::many::{over, threads_of};
use crate::texts::{Texts, same_length};
use crate::waiting::done;

/// How a problem meets an item of a benchmark. True where it is one of its problems, and not only suspect.
#[pyclass(module = "gradatim", frozen, eq)]
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// The benchmark.
    #[pyo3(get)]
    benchmark: String,
    /// Its own id of the item, or its row.
    #[pyo3(get)]
    item: String,
    /// What speaks for it: `exact`, `near`, `part`, `numbers_changed` or `reworded`.
    #[pyo3(get)]
    how: Cow<'static, str>,
    /// Whether it is one of its problems, `contaminated`, or perhaps made from one, `suspect`.
    #[pyo3(get)]
    outcome: Cow<'static, str>,
}

#[pymethods]
impl Hit {
    #[new]
    fn new(benchmark: String, item: String, how: String, outcome: String) -> Self {
        Self {
            benchmark,
            item,
            how: Cow::Owned(how),
            outcome: Cow::Owned(outcome),
        }
    }

    /// What pickle makes it of again.
    fn __getnewargs__(&self) -> (&str, &str, &str, &str) {
        (&self.benchmark, &self.item, &self.how, &self.outcome)
    }

    fn __bool__(&self) -> bool {
        self.outcome == Outcome::Contaminated.as_str()
    }

    fn __repr__(&self) -> String {
        format!(
            "Hit(benchmark='{}', item='{}', how='{}', outcome='{}')",
            self.benchmark, self.item, self.how, self.outcome
        )
    }
}

/// The names of the benchmarks that come with the package.
#[pyfunction]
pub(crate) fn benchmarks() -> Vec<&'static str> {
    shipped::names().collect()
}

/// Those that were asked for, by the names of their benchmarks.
static DETECTORS: LazyLock<Mutex<HashMap<Vec<String>, Arc<Detector>>>> =
    LazyLock::new(Mutex::default);

fn detector(names: Vec<String>) -> PyResult<Arc<Detector>> {
    let mut known = DETECTORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(detector) = known.get(&names) {
        return Ok(Arc::clone(detector));
    }
    let prints = names.iter().map(|name| {
        let known = benchmarks().join("`, `");
        let bytes = shipped::shipped(name)
            .ok_or_else(|| format!("no benchmark `{name}` comes along; there are `{known}`"))?;
        Fingerprint::from_bytes(bytes)
    });
    let prints: Result<Vec<_>, String> = prints.collect();
    let detector = Arc::new(Detector::new(prints.map_err(PyValueError::new_err)?));
    known.insert(names, Arc::clone(&detector));
    Ok(detector)
}

/// The worst hit of each problem.
#[pyfunction]
#[pyo3(signature = (problems, golds, names, threads))]
pub(crate) fn contaminated(
    py: Python<'_>,
    problems: &Bound<'_, PyAny>,
    golds: Option<&Bound<'_, PyAny>>,
    names: Option<Vec<String>>,
    threads: Option<isize>,
) -> PyResult<Vec<Option<Hit>>> {
    let problems = Texts::of(problems, "problems")?;
    let golds = golds.map(|golds| Texts::of(golds, "golds")).transpose()?;
    let mut columns = vec![("problems", &problems)];
    columns.extend(golds.as_ref().map(|golds| ("golds", golds)));
    let rows = same_length(&columns)?;
    let threads = threads_of(threads)?;
    let names = names.unwrap_or_else(|| shipped::names().map(str::to_owned).collect());
    let detector = detector(names)?;
    let make = move |row: usize| {
        let gold = golds.as_ref().and_then(|golds| golds.get(row));
        hit(&detector, problems.get(row)?, gold)
    };
    done(py, move |stop| over(rows, threads, stop, make))
}

fn hit(detector: &Detector, problem: &str, gold: Option<&str>) -> Option<Hit> {
    let hits = detector.hits_of(&Forms::of(problem), gold, &[]);
    let worst = hits.first()?;
    Some(Hit {
        benchmark: detector.benchmarks()[worst.benchmark as usize].name.clone(),
        item: detector.item(worst).id.clone(),
        how: Cow::Borrowed(worst.class.as_str()),
        outcome: Cow::Borrowed(worst.class.outcome().as_str()),
    })
}

/// For each problem the row of the one that stands for it and its near duplicates.
#[pyfunction]
#[pyo3(signature = (problems, threshold))]
pub(crate) fn near_duplicates(
    py: Python<'_>,
    problems: &Bound<'_, PyAny>,
    threshold: f64,
) -> PyResult<Vec<u32>> {
    if !(0.5..=1.0).contains(&threshold) {
        return Err(PyValueError::new_err("`threshold` is from 0.5 to 1"));
    }
    refuse_fork()?;
    let problems = Texts::of(problems, "problems")?;
    done(py, move |_| {
        let texts = (0..problems.len()).map(|row| problems.get(row).unwrap_or_default());
        let texts: Vec<_> = texts.map(|text| (problem_id(text), text)).collect();
        clusters(&texts, threshold).first
    })
}
