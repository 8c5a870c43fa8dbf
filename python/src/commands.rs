//! Commands: as the program, and as functions.

use std::ffi::OsString;
use std::sync::{Arc, OnceLock};

use gradatim::cli;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::rows::Table;
use crate::waiting::{done, shown};
use crate::{failure, json};

/// Runs the program with these arguments, its own name first, on this process's terminal; gives its exit code.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| cli::refused().unwrap_or_else(|| cli::run(arguments)))
}

/// What a command said.
#[pyclass(module = "gradatim._native", frozen)]
pub(crate) struct Answer(cli::Answer);

#[pymethods]
impl Answer {
    /// The exit code that the program ends with.
    #[getter]
    fn exit_code(&self) -> u8 {
        self.0.exit_code
    }

    /// The report, as `--json` prints it.
    #[getter]
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let report = self.0.json.as_ref();
        report.map(|report| json::object(py, report)).transpose()
    }

    /// The rows of `sql`.
    #[getter]
    fn rows(&self) -> Option<Table> {
        self.0.rows.clone().map(Table::new)
    }

    /// What else goes to stdout.
    #[getter]
    fn text(&self) -> &str {
        &self.0.text
    }

    /// What is told beside the report, a line each.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.0.notes.clone()
    }
}

/// Which process worked first: threads that wait for work are not there in one that was forked from it.
static PROCESS: OnceLock<u32> = OnceLock::new();

/// Refuses to work in a process whose threads for it are another's.
pub(crate) fn refuse_fork() -> PyResult<()> {
    let process = std::process::id();
    if *PROCESS.get_or_init(|| process) != process {
        return Err(PyRuntimeError::new_err(
            "this process was forked from one in which a command had run, whose threads are not here; start it by \
             `spawn` or `forkserver`",
        ));
    }
    Ok(())
}

/// Runs the command of these arguments, without the program's name, in this process; raises what it fails with.
///
/// `show` is called some times a second with what is at work: its number among the stages, its name or None, its share
/// or None, what is done, and the lines of stages that ended. Without it progress is drawn on a terminal, if there is one.
#[pyfunction]
#[pyo3(signature = (arguments, show = None))]
pub(crate) fn answer(
    py: Python<'_>,
    arguments: Vec<OsString>,
    show: Option<&Bound<'_, PyAny>>,
) -> PyResult<Answer> {
    refuse_fork()?;
    let arguments = std::iter::once(OsString::from("gradatim")).chain(arguments);
    let arguments: Vec<OsString> = arguments.collect();
    let answer = match show {
        None => done(py, move |stop| cli::answer(arguments, stop))?,
        Some(show) => {
            let board = Arc::<cli::Board>::default();
            let posted = Arc::clone(&board);
            let work = move |stop: &_| cli::answer_on(&posted, arguments, stop);
            shown(py, work, || call(show, board.look()))?
        }
    };
    match &answer.failure {
        Some(failed) => Err(failure::raised(
            py,
            &failed.message,
            failed.hint.as_deref(),
            answer.exit_code,
        )),
        None => Ok(Answer(answer)),
    }
}

fn call(show: &Bound<'_, PyAny>, moment: cli::Moment) -> PyResult<()> {
    let cli::Moment {
        stages,
        stage,
        share,
        amounts,
        ended,
    } = moment;
    show.call1((stages, stage, share, amounts, ended)).map(drop)
}

/// A pipeline that was given as JSON, as TOML.
#[pyfunction]
pub(crate) fn as_toml(json: &str) -> PyResult<String> {
    let refused =
        |why: String| PyValueError::new_err(format!("the pipeline has no form in TOML: {why}"));
    let value: toml::Table =
        serde_json::from_str(json).map_err(|error| refused(error.to_string()))?;
    toml::to_string(&value).map_err(|error| refused(error.to_string()))
}
