//! A cell, whether it comes from Arrow (`columnar::value`) or from JSON, borrowed from what was read.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::answers;
use super::text::json;
use super::void::Void;

#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// The row has no such column.
    Missing,
    Null,
    Bool(bool),
    Integer(i128),
    /// A decimal as it is written, where neither an integer nor a float holds it exactly.
    Decimal(Cow<'a, str>),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Value<'a>>),
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
    /// Something that no layout reads, by the name of its type.
    Other(Cow<'a, str>),
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

    /// An answer or a name as text, however it is stored; none where there is nothing.
    ///
    /// A number or a truth value is written out (`42.0` as `42`, a float that is none as nothing), a list of one
    /// is its item, and of several, of which each would do, the JSON text (see `answers`).
    pub(crate) fn said(self) -> Result<Option<Cow<'a, str>>, Void> {
        match self {
            Self::Missing | Self::Null => Ok(None),
            Self::Text(text) => Ok(Some(answers::single(text))),
            Self::Integer(number) => Ok(Some(number.to_string().into())),
            Self::Decimal(number) => Ok(Some(without_zeros(number))),
            Self::Number(number) if number.is_finite() => Ok(Some(number.to_string().into())),
            Self::Number(_) => Ok(None),
            // As CSV and JSON spell it.
            Self::Bool(truth) => Ok(Some(if truth { "true" } else { "false" }.into())),
            Self::List(items) => answers::of_items(items),
            Self::Object(_) | Self::Other(_) => Err(Void::WrongType),
        }
    }

    /// The items, or none where there is nothing; a list may stand as JSON inside text. Anything else is a wrong
    /// type.
    pub(crate) fn list(self) -> Result<Option<Vec<Value<'a>>>, Void> {
        let value = match &self {
            Self::Text(text) if text.trim_start().starts_with('[') => self.opened(),
            _ => self,
        };
        match value {
            Self::Missing | Self::Null => Ok(None),
            Self::List(items) => Ok(Some(items)),
            _ => Err(Void::WrongType),
        }
    }

    /// The value that JSON inside text means, as some datasets keep their lists and metadata; any other value,
    /// and text that is no JSON, as it is.
    pub(crate) fn opened(self) -> Value<'a> {
        match self {
            Self::Text(Cow::Borrowed(text)) => {
                json::value(text).unwrap_or(Self::Text(Cow::Borrowed(text)))
            }
            Self::Text(Cow::Owned(text)) => match json::value(&text).map(Value::into_owned) {
                Some(value) => value,
                None => Self::Text(Cow::Owned(text)),
            },
            other => other,
        }
    }

    /// Whether it had more values than a cell may have, and was not read.
    pub(crate) fn is_overfull(&self) -> bool {
        matches!(self, Self::Other(kind) if kind == OVERFULL)
    }

    /// The same, borrowed from nothing.
    pub(crate) fn into_owned(self) -> Value<'static> {
        let owned = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        match self {
            Self::Missing => Value::Missing,
            Self::Null => Value::Null,
            Self::Bool(truth) => Value::Bool(truth),
            Self::Integer(number) => Value::Integer(number),
            Self::Decimal(number) => Value::Decimal(owned(number)),
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(owned(text)),
            Self::List(items) => Value::List(items.into_iter().map(Value::into_owned).collect()),
            Self::Object(fields) => {
                let fields = fields.into_iter();
                Value::Object(
                    fields
                        .map(|(key, value)| (owned(key), value.into_owned()))
                        .collect(),
                )
            }
            Self::Other(kind) => Value::Other(owned(kind)),
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

    /// The field of an object, which may stand as JSON inside text. Another value has no inside, and is not taken for
    /// one without the field.
    pub(crate) fn inside(self, name: &str) -> Value<'a> {
        match self.opened() {
            object @ Self::Object(_) => object.field(name),
            absent @ (Self::Missing | Self::Null) => absent,
            other => {
                Self::Other(format!("{} where the path goes on to `{name}`", other.kind()).into())
            }
        }
    }

    /// What JSON calls it; the type's own name where JSON has none.
    pub(crate) fn kind(&self) -> &str {
        match self {
            Self::Missing | Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Integer(_) | Self::Decimal(_) | Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "list",
            Self::Object(_) => "object",
            Self::Other(kind) => kind,
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

    /// Whether a finish reason or a completeness flag says that the text ended by itself; none where it is no known
    /// word.
    pub(crate) fn finished(&self) -> Option<bool> {
        match self {
            Self::Text(text) => {
                // `FinishReason.MAX_TOKENS` is how Python shows an enum's member.
                let word = text
                    .trim()
                    .rsplit('.')
                    .next()
                    .unwrap_or_default()
                    .to_lowercase();
                match word.as_str() {
                    word if ENDED.contains(&word) => Some(true),
                    word if CUT_OFF.contains(&word) => Some(false),
                    word => truth_word(word),
                }
            }
            other => other.truth(),
        }
    }
}

/// How servers say that a text ended by itself.
const ENDED: [&str; 10] = [
    "stop",
    "eos",
    "eos_token",
    "end_turn",
    "stop_sequence",
    "end",
    "finished",
    "finish",
    "completed",
    "complete",
];

/// How they say that it was cut off.
const CUT_OFF: [&str; 11] = [
    "length",
    "max_tokens",
    "max_length",
    "max_new_tokens",
    "max_output_tokens",
    "model_length",
    "token_limit",
    "budget",
    "truncated",
    "cut_off",
    "incomplete",
];

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

/// A decimal without the zeros that its column's scale adds: `42.00` is 42.
fn without_zeros(number: Cow<'_, str>) -> Cow<'_, str> {
    match number.contains(['.']) && !number.contains(['e', 'E']) {
        true => {
            let digits = number.trim_end_matches('0').trim_end_matches('.');
            Cow::Owned(digits.to_owned())
        }
        false => number,
    }
}

/// One JSON value, borrowing its text. Numbers beyond 64 bits become floats (rows are read exactly, see `text::json`).
pub fn from_json(text: &str) -> serde_json::Result<Value<'_>> {
    serde_json::from_str(text)
}

/// A cell with more values than this is not held: each takes some thirty bytes, and two of text.
///
/// Half a million, 16 MiB: as many tokens have sixteen of the longest trajectories.
const VALUES_MAX: u32 = 1 << 19;

/// The type of a cell with more values.
const OVERFULL: &str = "list of more than half a million values";

impl<'de: 'a, 'a> Deserialize<'de> for Value<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let room = Cell::new(VALUES_MAX);
        deserializer.deserialize_any(AnyValue { room: &room })
    }
}

/// Reads a value of as many others as there is room for.
struct AnyValue<'r> {
    room: &'r Cell<u32>,
}

impl AnyValue<'_> {
    /// Takes a place; none is left where this is false.
    fn take(&self) -> bool {
        let left = self.room.get();
        self.room.set(left.saturating_sub(1));
        left > 0
    }
}

impl<'de> DeserializeSeed<'de> for AnyValue<'_> {
    type Value = Value<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue<'_> {
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
        while let Some(item) = list.next_element_seed(AnyValue { room: self.room })? {
            if !self.take() {
                drop(items);
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Value::Other(OVERFULL.into()));
            }
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::new();
        while let Some(ObjectKey(key)) = map.next_key()? {
            let value = map.next_value_seed(AnyValue { room: self.room })?;
            if !self.take() {
                drop(fields);
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Value::Other(OVERFULL.into()));
            }
            fields.push((key, value));
        }
        Ok(Value::Object(fields))
    }
}

/// An object's key, borrowed where it has no escapes.
pub(crate) struct ObjectKey<'a>(pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for ObjectKey<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let room = Cell::new(0);
        match deserializer.deserialize_str(AnyValue { room: &room })? {
            Value::Text(text) => Ok(Self(text)),
            _ => Err(serde::de::Error::custom("a key that is no text")),
        }
    }
}
