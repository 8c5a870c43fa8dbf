//! The native half of the Python package: the library's functions for texts, columns and commands.
//!
//! Thin on purpose. What a user sees (names, defaults, docs) stands in `python/gradatim`; here arguments become the
//! library's, answers become objects, and no work holds the interpreter's lock. Nothing is computed here that the
//! library does not compute.

mod commands;
mod failure;
mod json;
mod many;
mod measure;
mod options;
mod rows;
mod screens;
mod texts;
mod tokens;
mod verdict;
mod waiting;

/// As the program has it (`src/main.rs`): memory that many threads freed goes back to the system. Storage of threads is
/// found the way that a library needs which is loaded late.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[pyo3::pymodule(gil_used = false)]
mod _native {
    #[pymodule_export]
    use super::commands::{Answer, answer, as_toml, main};
    #[pymodule_export]
    use super::many::{Verdicts, verify_many};
    #[pymodule_export]
    use super::measure::measure;
    #[pymodule_export]
    use super::options::settings;
    #[pymodule_export]
    use super::rows::Table;
    #[pymodule_export]
    use super::screens::{Hit, benchmarks, contaminated, near_duplicates};
    #[pymodule_export]
    use super::tokens::token_count;
    #[pymodule_export]
    use super::verdict::{Explanation, Extracted, Verdict, compare, explain, extract, verify};

    use pyo3::prelude::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
