//! A column of texts: a list of Python, or a column of any library that speaks Arrow's PyCapsule protocol.
//!
//! Of an Arrow column nothing is copied: plain, large, view and dictionary texts are looked at where they lie, chunk by
//! chunk. A list is copied once, so that no work holds the interpreter's lock.

use arrow::array::{Array, ArrayRef, AsArray, LargeStringArray, StringArray, StringViewArray};
use arrow::datatypes::DataType;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;
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
    Null(usize),
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
            Self::Null(len) => *len,
        }
    }

    fn get(&self, at: usize) -> Option<&str> {
        match self {
            Self::Plain(array) => array.is_valid(at).then(|| array.value(at)),
            Self::Large(array) => array.is_valid(at).then(|| array.value(at)),
            Self::View(array) => array.is_valid(at).then(|| array.value(at)),
            Self::Keyed(keys, values) => values.get(keys[at]?),
            Self::Null(_) => None,
        }
    }
}

impl Texts {
    /// Of what Python has; `name` is what errors call it.
    pub(crate) fn of(column: &Bound<'_, PyAny>, name: &str) -> PyResult<Self> {
        if is_arrow(column)? {
            let chunked = column.extract::<AnyArray>()?.into_chunked_array()?;
            return Self::of_chunks(chunked.chunks(), chunked.data_type(), name);
        }
        if column.is_instance_of::<PyString>() {
            let told = format!("`{name}` is one text, and not a list or column of them");
            return Err(PyTypeError::new_err(told));
        }
        let items = column.try_iter();
        let items = items.map_err(|_| no_texts(name, &kind_of(column)))?;
        let texts = items.enumerate().map(|(at, item)| {
            let item = item?;
            match item.cast::<PyString>() {
                Ok(text) => Ok(Some(text.to_string_lossy().into_owned())),
                Err(_) if is_null(&item) => Ok(None),
                Err(_) => {
                    let told = format!(
                        "`{name}[{at}]` is a {}, and neither text nor None",
                        kind_of(&item)
                    );
                    Err(PyTypeError::new_err(told))
                }
            }
        });
        // Of lists too, the offsets of a plain column may not have room.
        let texts: Vec<Option<String>> = texts.collect::<PyResult<_>>()?;
        Ok(Self::of_known(vec![Chunk::Large(LargeStringArray::from(
            texts,
        ))]))
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
