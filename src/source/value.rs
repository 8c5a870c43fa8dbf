//! A cell, whether it comes from Parquet or from JSON, borrowed from what was read.

use std::borrow::Cow;
use std::fmt;

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::void::Void;

#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// The row has no such column.
    Missing,
    Null,
    Bool(bool),
    Integer(i128),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
    /// An Arrow type that no layout reads.
    Other,
}

impl<'a> Value<'a> {
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Missing | Self::Null)
    }

    /// The text, or none where there is nothing; anything else is a wrong type.
    pub(crate) fn text(self) -> Result<Option<Cow<'a, str>>, Void> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(text)),
            _ => Err(Void::WrongType),
        }
    }

    /// The items, or none where there is nothing; anything else is a wrong type.
    pub(crate) fn list(self) -> Result<Option<Vec<Value<'a>>>, Void> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::List(items) => Ok(Some(items)),
            _ => Err(Void::WrongType),
        }
    }

    /// The field of an object.
    pub fn field(self, name: &str) -> Value<'a> {
        match self {
            Self::Object(fields) => fields
                .into_iter()
                .find(|(key, _)| key == name)
                .map_or(Self::Missing, |(_, value)| value),
            _ => Self::Missing,
        }
    }

    /// What JSON calls it.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing | Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Integer(_) | Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Object(_) => "object",
            Self::Other => "other",
        }
    }

    /// A truth value as data sets write it: a bool, 1 or 0, yes or no, right or wrong.
    pub(crate) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            Self::Integer(1) | Self::Number(1.0) => Some(true),
            Self::Integer(0) | Self::Number(0.0) => Some(false),
            Self::Text(text) => truth_word(text.trim()),
            Self::List(items) if items.len() == 1 => items[0].truth(),
            _ => None,
        }
    }

    /// Whether a finish reason or a completeness flag says that the text ended by itself.
    pub(crate) fn finished(&self) -> Option<bool> {
        match self {
            Self::Text(text) => match text.trim() {
                "stop" | "eos" | "end_turn" => Some(true),
                "length" | "max_tokens" => Some(false),
                word => truth_word(word),
            },
            other => other.truth(),
        }
    }
}

fn truth_word(word: &str) -> Option<bool> {
    const YES: [&str; 5] = ["yes", "true", "correct", "right", "1"];
    const NO: [&str; 5] = ["no", "false", "incorrect", "wrong", "0"];
    let is = |words: [&str; 5]| words.iter().any(|known| word.eq_ignore_ascii_case(known));
    match (is(YES), is(NO)) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// The value at `index` of an Arrow array.
pub(crate) fn arrow_value(array: &dyn Array, index: usize) -> Value<'_> {
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
        DataType::Float32 => number!(Float32Type),
        DataType::Float64 => number!(Float64Type),
        DataType::List(_) => {
            let list = array.as_list::<i32>();
            let offsets = list.value_offsets();
            items(
                list.values(),
                offsets[index] as usize,
                offsets[index + 1] as usize,
            )
        }
        DataType::LargeList(_) => {
            let list = array.as_list::<i64>();
            let offsets = list.value_offsets();
            items(
                list.values(),
                offsets[index] as usize,
                offsets[index + 1] as usize,
            )
        }
        DataType::Struct(fields) => {
            let columns = array.as_struct();
            let named = fields.iter().zip(columns.columns());
            Value::Object(
                named
                    .map(|(field, column)| {
                        (field.name().as_str().into(), arrow_value(column, index))
                    })
                    .collect(),
            )
        }
        _ => Value::Other,
    }
}

fn items(values: &dyn Array, start: usize, end: usize) -> Value<'_> {
    Value::List((start..end).map(|at| arrow_value(values, at)).collect())
}

/// One JSON value, borrowing its text.
pub fn from_json(text: &str) -> serde_json::Result<Value<'_>> {
    serde_json::from_str(text)
}

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Value::Integer(i128::from(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Value::Integer(i128::from(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(Value::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some((ObjectKey(key), value)) = map.next_entry()? {
            fields.push((key, value));
        }
        Ok(Value::Object(fields))
    }
}

/// An object's key, borrowed where it has no escapes.
pub(crate) struct ObjectKey<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for ObjectKey<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(AnyValue)? {
            Value::Text(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a key that is no text")),
        }
    }
}
