//! Cells of Arrow's arrays, whatever type a writer chose for them.
//!
//! Lists may be plain, large, fixed or views, text may be bytes or a dictionary: what a person would call the same
//! is the same here. What no layout could read keeps its type's name, so that an error can say it.

use std::borrow::Cow;

use arrow::array::{AnyDictionaryArray, Array, AsArray};
use arrow::datatypes::{
    DataType, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Float16Type,
    Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};

use crate::source::value::Value;

/// The value at `index` of an Arrow array.
pub(crate) fn value(array: &dyn Array, index: usize) -> Value<'_> {
    if array.is_null(index) {
        return Value::Null;
    }
    macro_rules! number {
        ($kind:ty) => {
            Value::Number(f64::from(array.as_primitive::<$kind>().value(index)))
        };
    }
    macro_rules! integer {
        ($kind:ty) => {
            Value::Integer(i128::from(array.as_primitive::<$kind>().value(index)))
        };
    }
    macro_rules! decimal {
        ($kind:ty) => {
            Value::Decimal(array.as_primitive::<$kind>().value_as_string(index).into())
        };
    }
    match array.data_type() {
        DataType::Utf8 => Value::Text(array.as_string::<i32>().value(index).into()),
        DataType::LargeUtf8 => Value::Text(array.as_string::<i64>().value(index).into()),
        DataType::Utf8View => Value::Text(array.as_string_view().value(index).into()),
        DataType::Null => Value::Null,
        DataType::Boolean => Value::Bool(array.as_boolean().value(index)),
        DataType::Int8 => integer!(Int8Type),
        DataType::Int16 => integer!(Int16Type),
        DataType::Int32 => integer!(Int32Type),
        DataType::Int64 => integer!(Int64Type),
        DataType::UInt8 => integer!(UInt8Type),
        DataType::UInt16 => integer!(UInt16Type),
        DataType::UInt32 => integer!(UInt32Type),
        DataType::UInt64 => integer!(UInt64Type),
        DataType::Float16 => number!(Float16Type),
        DataType::Float32 => short(array.as_primitive::<Float32Type>().value(index)),
        DataType::Float64 => number!(Float64Type),
        DataType::Decimal32(..) => decimal!(Decimal32Type),
        DataType::Decimal64(..) => decimal!(Decimal64Type),
        DataType::Decimal128(..) => decimal!(Decimal128Type),
        DataType::Decimal256(..) => decimal!(Decimal256Type),
        DataType::Binary => bytes(array.as_binary::<i32>().value(index)),
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(index)),
        DataType::BinaryView => bytes(array.as_binary_view().value(index)),
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(index)),
        _ => nested(array, index),
    }
}

/// A value that consists of others, or refers to one.
fn nested(array: &dyn Array, index: usize) -> Value<'_> {
    match array.data_type() {
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let ends = list.value_offsets();
            items(
                list.values(),
                ends[index] as usize,
                ends[index + 1] as usize,
            )
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            let ends = list.value_offsets();
            items(
                list.values(),
                ends[index] as usize,
                ends[index + 1] as usize,
            )
        }
        DataType::FixedSizeList(_, length) => {
            let list = array.as_fixed_size_list();
            let start = list.value_offset(index) as usize;
            items(list.values(), start, start + *length as usize)
        }
        DataType::ListView(_) => {
            let list = array.as_list_view::<i32>();
            let (start, length) = (
                list.value_offset(index) as usize,
                list.value_size(index) as usize,
            );
            items(list.values(), start, start + length)
        }
        DataType::LargeListView(_) => {
            let list = array.as_list_view::<i64>();
            let (start, length) = (
                list.value_offset(index) as usize,
                list.value_size(index) as usize,
            );
            items(list.values(), start, start + length)
        }
        DataType::Struct(fields) => {
            let named = fields.iter().zip(array.as_struct().columns());
            let named =
                named.map(|(field, column)| (field.name().as_str().into(), value(column, index)));
            Value::Object(named.collect())
        }
        DataType::Map(..) => {
            let map = array.as_map();
            let ends = map.value_offsets();
            let range = ends[index] as usize..ends[index + 1] as usize;
            Value::Object(
                range
                    .filter_map(|at| entry(map.keys(), map.values(), at))
                    .collect(),
            )
        }
        DataType::Dictionary(..) => referred(array.as_any_dictionary(), index),
        kind => Value::Other(Cow::Owned(kind.to_string())),
    }
}

fn items(values: &dyn Array, start: usize, end: usize) -> Value<'_> {
    Value::List((start..end).map(|at| value(values, at)).collect())
}

/// One pair of a map; none where its key is no text and no number.
fn entry<'a>(
    keys: &'a dyn Array,
    values: &'a dyn Array,
    at: usize,
) -> Option<(Cow<'a, str>, Value<'a>)> {
    Some((value(keys, at).said().ok()??, value(values, at)))
}

/// What a dictionary's key refers to.
fn referred(array: &dyn AnyDictionaryArray, index: usize) -> Value<'_> {
    match value(array.keys(), index) {
        Value::Integer(key) => value(array.values().as_ref(), key as usize),
        _ => Value::Null,
    }
}

/// A float as it was written: the double nearest to 0.1 in four bytes has seventeen digits.
fn short(number: f32) -> Value<'static> {
    Value::Number(number.to_string().parse().unwrap_or(f64::from(number)))
}

/// Bytes that are text; others are of a type that nobody reads.
fn bytes(bytes: &[u8]) -> Value<'_> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::Text(text.into()),
        Err(_) => Value::Other("bytes that are no UTF-8".into()),
    }
}
