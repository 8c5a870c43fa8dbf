//! The verifier's options, by the names that its table has them under.

use gradatim::verify::{Options, SETTINGS};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict};

/// Names the profiles that options start from.
const PROFILES: [&str; 2] = ["default", "math_verify"];

/// Options of a profile, with those that are named in their place.
pub(crate) fn options(profile: &str, named: Option<&Bound<'_, PyDict>>) -> PyResult<Options> {
    let mut options = match profile {
        "default" => Options::default(),
        "math_verify" => Options::math_verify(),
        other => {
            let known = PROFILES.join("`, `");
            let told = format!("there is no profile `{other}`; there are `{known}`");
            return Err(PyValueError::new_err(told));
        }
    };
    for (name, value) in named.into_iter().flatten() {
        let name: String = name.extract()?;
        let set = options.set(&name, &written(&value)?);
        set.map_err(
            |error| match SETTINGS.iter().any(|known| known.name == name) {
                true => PyValueError::new_err(error.to_string()),
                false => PyTypeError::new_err(error.to_string()),
            },
        )?;
    }
    Ok(options)
}

/// A value as the table reads it.
fn written(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if value.is_none() {
        return Ok("none".to_owned());
    }
    if let Ok(flag) = value.cast::<PyBool>() {
        return Ok(flag.is_true().to_string());
    }
    value.str()?.extract()
}

/// The name of each option, what it does, and which values it takes.
#[pyfunction]
pub(crate) fn settings() -> Vec<(&'static str, &'static str, &'static str)> {
    let settings = SETTINGS.iter();
    settings
        .map(|setting| (setting.name, setting.about, setting.values()))
        .collect()
}
