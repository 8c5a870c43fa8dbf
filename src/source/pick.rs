//! Which text of a row a column of layout `columns` is.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::path::ColumnPath;
use super::value::Value;

/// A column's path, or a table that also cuts the text: `{ column = "text", after = "Question:" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick(pub Cut);

/// A column and what of its text is meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cut {
    /// The column's path: `answer`, `info.truth`, `prompt[0].content`, `solutions[-1]`, `solutions[].text`; a name
    /// with a dot or a bracket of its own stands between backticks.
    #[serde(deserialize_with = "path", serialize_with = "written")]
    #[schemars(with = "String")]
    pub column: ColumnPath,
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
        Self::of(ColumnPath::column(name))
    }

    /// All of the text that the path leads to.
    fn of(column: ColumnPath) -> Self {
        Self(Cut {
            column,
            after: None,
            before: None,
            prefix: None,
        })
    }

    /// The column of the file that holds it.
    pub(crate) fn root(&self) -> &str {
        self.0.column.root()
    }

    /// The value that the path leads to, starting from the root column's cell.
    pub(crate) fn resolve<'a>(&self, cell: Value<'a>) -> Value<'a> {
        self.0.column.resolve(cell)
    }

    /// Whether a part of the text is meant.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.after.is_some() || self.0.before.is_some()
    }

    /// Whether the text has the marks that it is cut at.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        self.missing_in(text).is_none()
    }

    /// The first mark that the text should be cut at and does not have; none where it has them.
    pub(crate) fn missing_in(&self, text: &str) -> Option<&str> {
        let Cut { after, before, .. } = &self.0;
        let behind = match after {
            Some(mark) => text.split_once(mark).map(|(_, behind)| behind),
            None => Some(text),
        };
        let Some(behind) = behind else {
            return after.as_deref();
        };
        before.as_deref().filter(|mark| !behind.contains(mark))
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
}

impl<'de> Deserialize<'de> for Pick {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PickVisitor;
        impl<'de> Visitor<'de> for PickVisitor {
            type Value = Pick;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a column's name or a table with `column`")
            }

            fn visit_str<E: de::Error>(self, column: &str) -> Result<Pick, E> {
                column.parse().map(Pick::of).map_err(E::custom)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pick, A::Error> {
                Cut::deserialize(MapAccessDeserializer::new(map)).map(Pick)
            }
        }
        deserializer.deserialize_any(PickVisitor)
    }
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ColumnPath, D::Error> {
    let text = Cow::<str>::deserialize(deserializer)?;
    text.parse().map_err(de::Error::custom)
}

fn written<S: Serializer>(column: &ColumnPath, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(column.as_str())
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
            serializer.serialize_str(column.as_str())
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
