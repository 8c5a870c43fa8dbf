//! The types of a subset's columns as `datasets` keeps them: JSON under `huggingface` in the footer of its file.
//!
//! In the card they would stand once for each of a thousand configs, which every loading reads: seconds, where a
//! footer costs nothing. `datasets` and the hub's viewer take them from there.

use arrow::datatypes::DataType;
use serde_json::{Map, Value, json};

use crate::schema::{Head, Kind};

/// The key in the footer.
pub(super) const KEY: &str = "huggingface";

/// What stands under it.
///
/// A list of turns is written as a list of one item: `datasets` before 4 knows no other form, and later ones read it.
pub(super) fn features(columns: &[Head]) -> String {
    let columns = columns.iter();
    let features: Map<String, Value> = columns
        .map(|column| (column.name.to_owned(), feature(column.kind)))
        .collect();
    json!({ "info": { "features": features } }).to_string()
}

fn feature(kind: Kind) -> Value {
    let value = |name: &str| json!({ "dtype": name, "_type": "Value" });
    let turns = |who: &str, said: &str| json!([{ who: value("string"), said: value("string") }]);
    match kind {
        Kind::Messages => turns("role", "content"),
        Kind::Conversations => turns("from", "value"),
        Kind::Text | Kind::Id => value("string"),
        Kind::Bool => value("bool"),
        Kind::U32 | Kind::U64 | Kind::F32 | Kind::F64 => value(match kind.data_type() {
            DataType::UInt32 => "uint32",
            DataType::UInt64 => "uint64",
            DataType::Float64 => "float64",
            _ => "float32",
        }),
    }
}
