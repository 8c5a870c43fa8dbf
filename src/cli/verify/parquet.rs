//! Judged rows as a Parquet file: made of their lines when all are there, since only then is known what each holds.
//!
//! Columns of Parquet keep their types, but for dictionaries, which are unpacked, lists of a fixed length, which are
//! lists, and bytes that were judged, which are text. Of JSONL they have the types that
//! hold all of their values: text where these are of several kinds.

use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow::json::ReaderBuilder;
use arrow::json::reader::infer_json_schema;
use fs_err::File;

use super::row::Names;
use crate::table::Table;
use crate::{Error, Result};

/// Rows that are decoded at once: a row may have 16 MiB.
const ROWS: usize = 64;

/// Writes lines whose added fields are lists as a table; of one item each where no row has several.
pub(super) fn convert(
    lines: &Path,
    columns: Option<&Schema>,
    names: &Names,
    is_several: bool,
    out: &Path,
) -> Result<()> {
    let open = || Ok::<_, Error>(BufReader::new(File::open(lines)?));
    let columns = match columns {
        Some(columns) => columns,
        None => &infer_json_schema(open()?, None).map_err(no_table)?.0,
    };
    let read = Arc::new(read_schema(columns, names));
    let written = written_schema(&read, names, is_several);
    let mut table = Table::create_text(out, written)?;
    let rows = ReaderBuilder::new(Arc::clone(&read))
        .with_coerce_primitive(true)
        .with_batch_size(ROWS)
        .build(open()?);
    for batch in rows.map_err(no_table)? {
        let batch = batch.map_err(no_table)?;
        let arrays = read.fields().iter().zip(batch.columns());
        let arrays =
            arrays.map(
                |(field, array)| match names.contains(field.name()) && !is_several {
                    true => Arc::clone(array.as_list::<i32>().values()),
                    false => Arc::clone(array),
                },
            );
        table.write(arrays.collect::<Vec<ArrayRef>>())?;
    }
    table.finish()?;
    Ok(())
}

fn no_table(error: ArrowError) -> Error {
    Error::usage(
        format!("the rows make no table: {error}"),
        "name a `.jsonl` file with `--out`, which takes rows of any kind",
    )
}

/// The rows' columns, each of which a row may lack, and the added ones as lists.
fn read_schema(columns: &Schema, names: &Names) -> Schema {
    let own = columns.fields().iter();
    let own = own.filter(|field| !names.contains(field.name()));
    let own = own.map(|field| Field::new(field.name(), decoded(field.data_type()), true));
    let added = names
        .all()
        .map(|name| Field::new_list(name, text_item(), true));
    Schema::new(own.chain(added).collect::<Vec<Field>>())
}

fn text_item() -> Field {
    Field::new_list_field(DataType::Utf8, true)
}

fn written_schema(read: &Schema, names: &Names, is_several: bool) -> SchemaRef {
    let fields =
        read.fields()
            .iter()
            .map(|field| match names.contains(field.name()) && !is_several {
                true => Field::new(field.name(), DataType::Utf8, true),
                false => field.as_ref().clone(),
            });
    Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
}

/// A type that JSON is decoded to; what is null everywhere could be anything, and is text.
fn decoded(kind: &DataType) -> DataType {
    let inside = |field: &Arc<Field>| {
        let kind = decoded(field.data_type());
        Arc::new(
            field
                .as_ref()
                .clone()
                .with_data_type(kind)
                .with_nullable(true),
        )
    };
    match kind {
        DataType::Null => DataType::Utf8,
        DataType::Dictionary(_, value) => decoded(value),
        DataType::List(item) => DataType::List(inside(item)),
        DataType::LargeList(item) => DataType::LargeList(inside(item)),
        DataType::FixedSizeList(item, _) => DataType::List(inside(item)),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(inside).collect()),
        other => other.clone(),
    }
}
