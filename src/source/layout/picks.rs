//! One column or several, as a pipeline names them: `"solution"`, or `["solution_1", "solution_2"]`.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{self, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use crate::source::pick::Pick;

/// Columns in the order in which they are written; never none.
#[derive(Clone, Debug, PartialEq)]
pub struct Picks(Vec<Pick>);

impl Picks {
    /// One column.
    pub fn one(pick: Pick) -> Self {
        Self(vec![pick])
    }

    pub(crate) fn as_slice(&self) -> &[Pick] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Picks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PicksVisitor;
        impl<'de> Visitor<'de> for PicksVisitor {
            type Value = Picks;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a column's name, a table with `column`, or a list of such")
            }

            fn visit_str<E: de::Error>(self, column: &str) -> Result<Picks, E> {
                Pick::deserialize(column.into_deserializer()).map(Picks::one)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Picks, A::Error> {
                Pick::deserialize(MapAccessDeserializer::new(map)).map(Picks::one)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Picks, A::Error> {
                let picks = Vec::deserialize(SeqAccessDeserializer::new(list))?;
                match picks.is_empty() {
                    true => Err(de::Error::custom("an empty list names no column")),
                    false => Ok(Picks(picks)),
                }
            }
        }
        deserializer.deserialize_any(PicksVisitor)
    }
}

impl Serialize for Picks {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_slice() {
            [one] => one.serialize(serializer),
            several => several.serialize(serializer),
        }
    }
}

impl JsonSchema for Picks {
    fn schema_name() -> Cow<'static, str> {
        "Picks".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pick = generator.subschema_for::<Pick>();
        schemars::json_schema!({
            "description": "A column, or a list of columns.",
            "anyOf": [pick, { "type": "array", "items": pick, "minItems": 1 }]
        })
    }
}
