//! Which text of a row a column of layout `columns` is.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::Void;
use super::value::Value;

/// A column's path, or a table that also cuts the text: `{ column = "text", after = "Question:" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick(pub Cut);

/// A column and what of its text is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The column's path: `answer`, `info.truth`, `solutions[].text`; a name with a dot or a bracket of
    /// its own stands between backticks.
    pub column: String,
    /// Only what stands behind this mark, where the text has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Only what stands before this mark, where the text has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Put in front of the text: `<think>\n` where the prompt held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
}

impl Pick {
    /// All of the column of that name, whatever stands in the name.
    pub fn column(name: &str) -> Self {
        let column = if name.contains(['.', '[']) {
            format!("`{name}`")
        } else {
            name.to_owned()
        };
        Self(Cut {
            column,
            after: None,
            before: None,
            prefix: None,
        })
    }

    /// The column of the file that holds it.
    pub(crate) fn root(&self) -> &str {
        self.parted().0
    }

    /// The value that the path leads to, starting from the root column's cell.
    pub(crate) fn resolve<'a>(&self, cell: Value<'a>) -> Value<'a> {
        follow(cell, self.parted().1)
    }

    /// The column's name and the path inside it.
    fn parted(&self) -> (&str, &str) {
        let path = self.0.column.as_str();
        if let Some(quoted) = path.strip_prefix('`').and_then(|rest| rest.split_once('`')) {
            return quoted;
        }
        path.split_at(path.find(['.', '[']).unwrap_or(path.len()))
    }

    /// The part of the text that is meant.
    pub(crate) fn cut<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let Cut {
            after,
            before,
            prefix,
            ..
        } = &self.0;
        if after.is_none() && before.is_none() && prefix.is_none() {
            return text;
        }
        let mut rest = text.as_ref();
        if let Some(mark) = after {
            rest = rest.split_once(mark).map_or(rest, |(_, behind)| behind);
        }
        if let Some(mark) = before {
            rest = rest.split_once(mark).map_or(rest, |(ahead, _)| ahead);
        }
        if after.is_some() || before.is_some() {
            rest = rest.trim();
        }
        let prefix = prefix.as_deref().unwrap_or_default();
        Cow::Owned(format!("{prefix}{rest}"))
    }

    /// The text at this place of the row, cut.
    pub(crate) fn text<'a>(&self, cell: Value<'a>) -> Result<Option<Cow<'a, str>>, Void> {
        Ok(match self.resolve(cell) {
            Value::Integer(number) => Some(Cow::Owned(number.to_string())),
            Value::Number(number) => Some(Cow::Owned(number.to_string())),
            other => other.text()?.map(|text| self.cut(text)),
        })
    }
}

fn follow<'a>(value: Value<'a>, path: &str) -> Value<'a> {
    if path.is_empty() {
        return value;
    }
    if let Some(rest) = path.strip_prefix("[]") {
        return match value {
            Value::List(items) => {
                Value::List(items.into_iter().map(|item| follow(item, rest)).collect())
            }
            other => other,
        };
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    let end = path.find(['.', '[']).unwrap_or(path.len());
    let (name, rest) = path.split_at(end);
    follow(open(value).field(name), rest)
}

/// An object inside text, as some data sets keep their metadata, is read as the object.
fn open(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Text(Cow::Borrowed(text)) => serde_json::from_str(text).unwrap_or(Value::Missing),
        Value::Text(Cow::Owned(text)) => {
            serde_json::from_str::<serde_json::Value>(&text).map_or(Value::Missing, owned)
        }
        other => other,
    }
}

fn owned(value: serde_json::Value) -> Value<'static> {
    use serde_json::Value as Json;
    match value {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(number) => match number.as_i128() {
            Some(number) => Value::Integer(number),
            None => number.as_f64().map_or(Value::Other, Value::Number),
        },
        Json::String(text) => Value::Text(Cow::Owned(text)),
        Json::Array(items) => Value::List(items.into_iter().map(owned).collect()),
        Json::Object(fields) => Value::Object(
            fields
                .into_iter()
                .map(|(key, value)| (Cow::Owned(key), owned(value)))
                .collect(),
        ),
    }
}

impl<'de> Deserialize<'de> for Pick {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PickVisitor;
        impl<'de> Visitor<'de> for PickVisitor {
            type Value = Pick;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a column's name or a table with `column`")
            }

            fn visit_str<E>(self, column: &str) -> Result<Pick, E> {
                Ok(Pick(Cut {
                    column: column.to_owned(),
                    after: None,
                    before: None,
                    prefix: None,
                }))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pick, A::Error> {
                Cut::deserialize(MapAccessDeserializer::new(map)).map(Pick)
            }
        }
        deserializer.deserialize_any(PickVisitor)
    }
}

impl Serialize for Pick {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Cut {
            column,
            after,
            before,
            prefix,
        } = &self.0;
        if after.is_none() && before.is_none() && prefix.is_none() {
            serializer.serialize_str(column)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl JsonSchema for Pick {
    fn schema_name() -> Cow<'static, str> {
        "Pick".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let cut = generator.subschema_for::<Cut>();
        schemars::json_schema!({
            "description": "A column's path, or a table that also cuts the text.",
            "anyOf": [{ "type": "string" }, cut]
        })
    }
}
