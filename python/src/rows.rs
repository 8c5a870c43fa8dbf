//! Tables that go out: batches of Arrow, which any library takes over as they lie.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StructArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};

/// Rows of an answer. `pyarrow.table(rows)`, `polars.DataFrame(rows)` and every other library of Arrow's protocol take
/// them without a copy.
#[pyclass(module = "gradatim", frozen)]
pub(crate) struct Table {
    batches: Vec<RecordBatch>,
    schema: SchemaRef,
}

impl Table {
    /// Of batches of one schema.
    pub(crate) fn new(batches: Vec<RecordBatch>) -> Self {
        let schema = batches.first().map(RecordBatch::schema);
        Self {
            schema: schema.unwrap_or_else(|| Arc::new(Schema::empty())),
            batches,
        }
    }
}

#[pymethods]
impl Table {
    /// Of a stream in Arrow's format, as pickle keeps it.
    #[new]
    fn of_stream(stream: &[u8]) -> PyResult<Self> {
        let reader = StreamReader::try_new(stream, None).map_err(unread)?;
        let schema = reader.schema();
        let batches: Result<Vec<RecordBatch>, _> = reader.collect();
        Ok(Self {
            batches: batches.map_err(unread)?,
            schema,
        })
    }

    /// What pickle makes it of again.
    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyBytes>,)> {
        let mut writer = StreamWriter::try_new(Vec::new(), &self.schema).map_err(unread)?;
        for batch in &self.batches {
            writer.write(batch).map_err(unread)?;
        }
        Ok((PyBytes::new(py, &writer.into_inner().map_err(unread)?),))
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names of the columns, in their order.
    #[getter]
    fn column_names(&self) -> Vec<String> {
        let fields = self.schema.fields().iter();
        fields.map(|field| field.name().clone()).collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "<{} rows of {}>",
            self.__len__(),
            self.column_names().join(", ")
        )
    }

    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        schema_capsule(py, &self.schema)
    }

    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = Arc::clone(&self.schema);
        stream_capsule(py, self.batches.clone(), schema, requested_schema)
    }
}

fn unread(error: arrow::error::ArrowError) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// A schema as Arrow's protocol hands it over.
pub(crate) fn schema_capsule<'py>(
    py: Python<'py>,
    schema: &Schema,
) -> PyResult<Bound<'py, PyCapsule>> {
    Ok(to_schema_pycapsule(py, schema)?)
}

/// Batches as Arrow's protocol hands them over, cast where the taker asks for other types.
pub(crate) fn stream_capsule<'py>(
    py: Python<'py>,
    batches: Vec<RecordBatch>,
    schema: SchemaRef,
    requested: Option<Bound<'py, PyCapsule>>,
) -> PyResult<Bound<'py, PyCapsule>> {
    let field = Field::new_struct("", schema.fields().clone(), false);
    let field = field.with_metadata(schema.metadata().clone());
    let arrays = batches
        .into_iter()
        .map(|batch| Ok(Arc::new(StructArray::from(batch)) as ArrayRef));
    let arrays = ArrayIterator::new(arrays, Arc::new(field));
    Ok(to_stream_pycapsule(py, Box::new(arrays), requested)?)
}
