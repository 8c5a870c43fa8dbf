//! A column of texts: a list of Python, or a column of any library that speaks Arrow's PyCapsule protocol.
//!
//! Nothing is copied. Plain, large, view and dictionary texts of Arrow are looked at where they lie, chunk by chunk, and so
//! is each text of a list, whose letters Python keeps as they are as long as somebody holds it (those that are not ASCII it
//! writes as UTF-8 once, and keeps that too).

use arrow::array::{Array, ArrayRef, AsArray, LargeStringArray, StringArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyDict, PyFrozenSet, PyInt, PySet, PyString};
use pyo3_arrow::input::AnyArray;

/// Texts with nulls among them.
pub(crate) struct Texts {
    chunks: Vec<Chunk>,
    /// Where each chunk begins.
    starts: Vec<usize>,
    len: usize,
}

enum Chunk {
    Plain(StringArray),
    Large(LargeStringArray),
    View(StringViewArray),
    /// Where each text stands among the values; none of a null.
    Keyed(Vec<Option<usize>>, Box<Chunk>),
    Listed(Vec<Item>),
    Null(usize),
}

/// An item of a list.
enum Item {
    Held(PyBackedStr),
    /// A number, or a text with halves of letters, which UTF-8 has none of.
    Written(String),
    Null,
}

impl Item {
    /// Fails with what it is, where it is neither text, number nor nothing.
    fn of(item: &Bound<'_, PyAny>) -> Result<Self, String> {
        if let Ok(text) = item.cast::<PyString>() {
            return Ok(match PyBackedStr::try_from(text.clone()) {
                Ok(held) => Self::Held(held),
                Err(_) => Self::Written(text.to_string_lossy().into_owned()),
            });
        }
        if is_null(item) {
            return Ok(Self::Null);
        }
        match item.is_instance_of::<PyInt>() && !item.is_instance_of::<PyBool>() {
            true => Ok(Self::Written(item.to_string())),
            false => Err(kind_of(item)),
        }
    }

    fn get(&self) -> Option<&str> {
        match self {
            Self::Held(text) => Some(text),
            Self::Written(text) => Some(text),
            Self::Null => None,
        }
    }
}

impl Chunk {
    /// None where its items are no texts.
    fn of(array: &ArrayRef) -> Option<Self> {
        match array.data_type() {
            DataType::Utf8 => Some(Self::Plain(array.as_string().clone())),
            DataType::LargeUtf8 => Some(Self::Large(array.as_string().clone())),
            DataType::Utf8View => Some(Self::View(array.as_string_view().clone())),
            DataType::Null => Some(Self::Null(array.len())),
            DataType::Dictionary(..) => {
                let dictionary = array.as_any_dictionary();
                if dictionary.values().is_empty() {
                    return Some(Self::Null(array.len()));
                }
                let values = Self::of(dictionary.values())?;
                let keys = dictionary.normalized_keys().into_iter().enumerate();
                let is_null = |at: usize| dictionary.keys().is_null(at);
                let keys = keys.map(|(at, key)| (!is_null(at)).then_some(key));
                Some(Self::Keyed(keys.collect(), Box::new(values)))
            }
            // Answers of contests are whole numbers.
            whole if whole.is_integer() => Self::of(&cast(array, &DataType::Utf8).ok()?),
            // A table of one column, as a query of duckdb's is.
            DataType::Struct(fields) if fields.len() == 1 && array.null_count() == 0 => {
                Self::of(array.as_struct().column(0))
            }
            _ => None,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Plain(array) => array.len(),
            Self::Large(array) => array.len(),
            Self::View(array) => array.len(),
            Self::Keyed(keys, _) => keys.len(),
            Self::Listed(items) => items.len(),
            Self::Null(len) => *len,
        }
    }

    fn get(&self, at: usize) -> Option<&str> {
        match self {
            Self::Plain(array) => array.is_valid(at).then(|| array.value(at)),
            Self::Large(array) => array.is_valid(at).then(|| array.value(at)),
            Self::View(array) => array.is_valid(at).then(|| array.value(at)),
            Self::Keyed(keys, values) => values.get(keys[at]?),
            Self::Listed(items) => items[at].get(),
            Self::Null(_) => None,
        }
    }
}

impl Texts {
    /// Of what Python has; `name` is what errors call it.
    pub(crate) fn of(column: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        if is_arrow(column)? {
            let chunked = column
                .extract::<AnyArray>()
                .and_then(|array| Ok(array.into_chunked_array()?));
            return match chunked {
                Ok(chunked) => Self::of_chunks(chunked.chunks(), chunked.data_type(), name),
                // A column that polars knows no type of has a buffer more than Arrow says; item by item it is read.
                Err(error) => Self::listed(column, name).map_err(|_| error),
            };
        }
        if column.is_instance_of::<PyString>() {
            let told = format!("`{name}` is one text, and not a list or column of them");
            return Err(PyTypeError::new_err(told));
        }
        let has_no_rows = column.is_instance_of::<PyDict>()
            || column.is_instance_of::<PySet>()
            || column.is_instance_of::<PyFrozenSet>();
        match has_no_rows {
            true => Err(no_texts(name, &kind_of(column))),
            false => Self::listed(column, name),
        }
    }

    /// Of what gives one item after another.
    fn listed(column: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        let items = column.try_iter();
        let items = items.map_err(|_| no_texts(name, &kind_of(column)))?;
        let items = items.enumerate().map(|(at, item)| {
            if at % LOOKED == 0 {
                column.py().check_signals()?;
            }
            Item::of(&item?).map_err(|kind| {
                let told =
                    format!("`{name}[{at}]` is a {kind}: it is a text, a whole number or None");
                PyTypeError::new_err(told)
            })
        });
        let items: Vec<Item> = items.collect::<PyResult<_>>()?;
        Ok(Self::of_known(vec![Chunk::Listed(items)]))
    }

    fn of_chunks(arrays: &[ArrayRef], kind: &DataType, name: &str) -> PyResult<Self> {
        let chunks: Option<Vec<Chunk>> = arrays.iter().map(Chunk::of).collect();
        Ok(Self::of_known(
            chunks.ok_or_else(|| no_texts(name, &kind.to_string()))?,
        ))
    }

    fn of_known(chunks: Vec<Chunk>) -> Self {
        let mut len = 0;
        let starts = chunks.iter().map(|chunk| {
            let start = len;
            len += chunk.len();
            start
        });
        let starts = starts.collect();
        Self {
            chunks,
            starts,
            len,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The text of a row; none of a null.
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let chunk = self.starts.partition_point(|start| *start <= row) - 1;
        self.chunks[chunk].get(row - self.starts[chunk])
    }
}

/// Every how many items of a list a signal is looked for.
const LOOKED: usize = 4096;

/// Whether it stands for nothing: None, or the number that is none, as pandas has it.
fn is_null(item: &Bound<'_, PyAny>) -> bool {
    item.is_none() || item.extract::<f64>().is_ok_and(f64::is_nan)
}

fn kind_of(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().name();
    name.map(|name| name.to_string()).unwrap_or_default()
}

fn no_texts(name: &str, kind: &str) -> PyErr {
    PyTypeError::new_err(format!("`{name}` holds no texts: it is of type {kind}"))
}

/// Whether a value is a column of Arrow's.
fn is_arrow(value: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(value.hasattr("__arrow_c_array__")? || value.hasattr("__arrow_c_stream__")?)
}

/// Refuses two columns of which one is longer.
pub(crate) fn same_length(columns: &[(&str, &Texts)]) -> PyResult<usize> {
    let Some(((first, one), rest)) = columns.split_first() else {
        return Ok(0);
    };
    match rest.iter().find(|(_, other)| other.len() != one.len()) {
        Some((other, texts)) => Err(PyValueError::new_err(format!(
            "`{first}` has {} rows and `{other}` {}",
            one.len(),
            texts.len()
        ))),
        None => Ok(one.len()),
    }
}
