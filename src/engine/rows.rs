//! Rows of a query as JSON: lists are arrays, structs are objects, and a null is told.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::json::writer::{JsonArray, WriterBuilder};
use serde_json::{Map, Value};

use crate::{Error, Result};

/// Each row as an object whose keys are its columns, in their order.
pub(crate) fn objects(batches: &[RecordBatch]) -> Result<Vec<Map<String, Value>>> {
    let mut objects = Vec::new();
    for batch in batches {
        objects.extend(of_batch(batch)?);
    }
    Ok(objects)
}

fn of_batch(batch: &RecordBatch) -> Result<Vec<Map<String, Value>>> {
    let count = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    let schema = with_names_apart(&batch.schema());
    let batch = RecordBatch::try_new_with_options(schema, batch.columns().to_vec(), &count);
    let batch = batch.map_err(|error| Error::Query(error.to_string()))?;
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, JsonArray>(Vec::new());
    let written = writer.write(&batch).and_then(|()| writer.finish());
    written.map_err(|error| {
        Error::usage(
            format!("a column of the answer has no form in JSON: {error}"),
            "write it as text: `CAST(… AS VARCHAR)`",
        )
    })?;
    let text = writer.into_inner();
    match text.is_empty() {
        true => Ok(Vec::new()),
        false => Ok(serde_json::from_slice(&text).map_err(std::io::Error::from)?),
    }
}

/// The schema whose second `id`, as a join has it, is `id_2`: an object would keep the last alone.
pub(crate) fn with_names_apart(schema: &Schema) -> SchemaRef {
    let mut known: HashSet<String> = HashSet::new();
    let fields = schema.fields().iter().map(|field| {
        let name = field.name();
        let later = (2..).map(|count| format!("{name}_{count}"));
        let mut names = std::iter::once(name.clone()).chain(later);
        let apart = names.find(|name| known.insert(name.clone()));
        field.as_ref().clone().with_name(apart.unwrap_or_default())
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Float32Array, ListArray, StringArray, UInt64Array};
    use arrow::datatypes::{DataType, Field, Int32Type};
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_a_join_has_twice_are_told_apart() {
        let field = |name: &str| Field::new(name, DataType::Utf8, true);
        let schema = Schema::new(["id", "id_2", "id"].map(field).to_vec());
        let apart = with_names_apart(&schema);
        let names: Vec<&String> = apart.fields().iter().map(|field| field.name()).collect();
        assert_eq!(names, ["id", "id_2", "id_3"]);
    }

    #[test]
    fn a_row_is_an_object_with_lists_numbers_and_nulls_as_they_are() {
        let list =
            ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1), None]), None]);
        let columns: [(&str, ArrayRef); 4] = [
            (
                "z",
                Arc::new(StringArray::from(vec![Some("a \"b\""), None])),
            ),
            ("list", Arc::new(list)),
            ("large", Arc::new(UInt64Array::from(vec![u64::MAX, 0]))),
            ("share", Arc::new(Float32Array::from(vec![0.1, f32::NAN]))),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.map(|(name, array)| (name, array, true)),
        )
        .expect("a batch");
        let rows = objects(&[batch]).expect("rows");
        assert_eq!(
            json!(rows),
            json!([
                { "z": "a \"b\"", "list": [1, null], "large": u64::MAX, "share": 0.1 },
                { "z": null, "list": null, "large": 0, "share": null },
            ])
        );
        let keys: Vec<&String> = rows[0].keys().collect();
        assert_eq!(keys, ["z", "list", "large", "share"]);
    }
}
