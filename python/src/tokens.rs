//! Counts of tokens.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use gradatim::measure::tokens::Tokenizer;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::failure;

/// Those that were asked for, by name: one takes seconds to load.
///
/// It is locked only by who holds the interpreter's lock, as who forks does: a child never finds it locked.
static LOADED: LazyLock<Mutex<HashMap<String, Arc<Tokenizer>>>> = LazyLock::new(Mutex::default);

/// The tokenizer of that name, or of that `tokenizer.json`.
pub(crate) fn tokenizer(py: Python<'_>, name: &str) -> PyResult<Arc<Tokenizer>> {
    let known = || LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(tokenizer) = known().get(name) {
        return Ok(Arc::clone(tokenizer));
    }
    let loaded = py.detach(|| Tokenizer::load(name, Path::new("")));
    let loaded = Arc::new(loaded.map_err(|error| failure::of(py, &error))?);
    // Of two that were loaded at once the first stays.
    Ok(Arc::clone(known().entry(name.to_owned()).or_insert(loaded)))
}

/// Counts the tokens of a text.
#[pyfunction]
#[pyo3(name = "token_count", signature = (text, tokenizer = "qwen2.5"))]
pub(crate) fn token_count(
    py: Python<'_>,
    text: &Bound<'_, PyString>,
    tokenizer: &str,
) -> PyResult<u32> {
    let tokenizer = self::tokenizer(py, tokenizer)?;
    let text = text.to_string_lossy();
    Ok(py.detach(|| tokenizer.count(&text, 0).whole))
}
