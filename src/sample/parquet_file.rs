//! Writes rows with OpenR1-Math-220k's columns: names, types and order.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
    StructBuilder,
};
use arrow::datatypes::{DataType, Field, Fields, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::sample::openr1::Row;

/// Rows of a row group, and of a page: small, so that the sample has several of both.
const GROUP_ROWS: usize = 500;
const PAGE_ROWS: usize = 125;

/// A file of Parquet with these rows.
pub(crate) fn bytes(rows: &[Row]) -> Result<Vec<u8>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(15)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_dictionary_enabled(false)
        .build();
    let batches = rows
        .chunks(GROUP_ROWS)
        .map(batch)
        .collect::<Result<Vec<_>, _>>()?;
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), Some(properties))?;
    for batch in batches {
        writer.write(&batch)?;
    }
    writer.into_inner()
}

fn batch(rows: &[Row]) -> Result<RecordBatch, ArrowError> {
    let text = |get: fn(&Row) -> Option<&str>| -> ArrayRef {
        Arc::new(rows.iter().map(get).collect::<StringArray>())
    };
    let columns: [(&str, ArrayRef); 14] = [
        ("problem", text(|row| row.problem.as_deref())),
        ("solution", text(|row| Some(&row.solution))),
        ("answer", text(|row| row.answer.as_deref())),
        ("problem_type", text(|row| row.problem_type.as_deref())),
        ("question_type", text(|row| Some(row.question_type))),
        ("source", text(|row| Some(row.source))),
        ("uuid", text(|row| row.uuid.as_deref())),
        (
            "is_reasoning_complete",
            bools(rows, |row| row.complete.as_deref()),
        ),
        ("generations", texts(rows, |row| row.generations.clone())),
        (
            "correctness_math_verify",
            bools(rows, |row| row.math_verify.as_deref()),
        ),
        ("correctness_llama", bools(rows, |row| row.llama.as_deref())),
        (
            "finish_reasons",
            texts(rows, |row| {
                row.finish
                    .clone()
                    .map(|texts| texts.into_iter().map(Some).collect())
            }),
        ),
        (
            "correctness_count",
            Arc::new(
                rows.iter()
                    .map(|row| row.correctness_count)
                    .collect::<Int64Array>(),
            ),
        ),
        ("messages", messages(rows)),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column)| Field::new(*name, column.data_type().clone(), true))
        .collect();
    let arrays = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
}

fn bools(rows: &[Row], get: fn(&Row) -> Option<&[bool]>) -> ArrayRef {
    let mut lists = ListBuilder::new(BooleanBuilder::new());
    for row in rows {
        let list = get(row);
        lists.values().append_slice(list.unwrap_or_default());
        lists.append(list.is_some());
    }
    Arc::new(lists.finish())
}

fn texts(rows: &[Row], get: fn(&Row) -> Option<Vec<Option<String>>>) -> ArrayRef {
    let mut lists = ListBuilder::new(StringBuilder::new());
    for row in rows {
        lists.append_option(get(row));
    }
    Arc::new(lists.finish())
}

fn messages(rows: &[Row]) -> ArrayRef {
    let fields = Fields::from(vec![
        Field::new("content", DataType::Utf8, true),
        Field::new("role", DataType::Utf8, true),
    ]);
    let mut lists = ListBuilder::new(StructBuilder::from_fields(fields, 0));
    for row in rows {
        for (role, content) in row.messages.iter().flatten() {
            let turn = lists.values();
            turn.field_builder::<StringBuilder>(0)
                .expect("content is text")
                .append_value(content);
            turn.field_builder::<StringBuilder>(1)
                .expect("role is text")
                .append_value(role);
            turn.append(true);
        }
        lists.append(row.messages.is_some());
    }
    Arc::new(lists.finish())
}
