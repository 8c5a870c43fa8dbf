//! Errors of the library as exceptions of the package, with their hints and exit codes.

use gradatim::Error;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// The exception of what failed; which class it is goes by the exit code (`python/gradatim/errors.py`).
pub(crate) fn raised(py: Python<'_>, message: &str, hint: Option<&str>, exit_code: u8) -> PyErr {
    let made = py
        .import("gradatim.errors")
        .and_then(|errors| errors.call_method1("of", (message, hint, exit_code)));
    match made {
        Ok(error) => PyErr::from_value(error),
        Err(error) => error,
    }
}

/// The exception of an error.
pub(crate) fn of(py: Python<'_>, error: &Error) -> PyErr {
    let hint = error.hint();
    raised(py, &error.to_string(), hint.as_deref(), error.exit_code())
}

/// Of a thread that the system would not start.
pub(crate) fn no_thread(error: &std::io::Error) -> PyErr {
    PyRuntimeError::new_err(format!("a thread cannot be started: {error}"))
}
