//! How often each row is trained on: one number, or one by rows.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::num::NonZeroU32;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::count;

/// Epochs by the rows from which on they hold; the first is from 1 on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epochs(BTreeMap<u32, NonZeroU32>);

impl Default for Epochs {
    /// 5, and 4 from 2,000 rows on, as the names of the paper's released sets say (`openr1_lg_2k_ep4`).
    fn default() -> Self {
        Self(BTreeMap::from([(1, count(5)), (2000, count(4))]))
    }
}

impl Epochs {
    /// The epochs of a set of so many rows.
    pub(crate) fn of(&self, rows: u32) -> NonZeroU32 {
        let last = self.0.range(..=rows.max(1)).next_back();
        last.map_or(NonZeroU32::MIN, |(_, epochs)| *epochs)
    }
}

/// `5`, or `5; 4 from 2000 rows on`.
impl Display for Epochs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (rows, epochs)) in self.0.iter().enumerate() {
            match at {
                0 => write!(f, "{epochs}")?,
                _ => write!(f, "; {epochs} from {rows} rows on")?,
            }
        }
        Ok(())
    }
}

/// As it may be written: a number where it is the same for all.
impl Serialize for Epochs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let (1, Some(epochs)) = (self.0.len(), self.0.values().next()) {
            return epochs.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (rows, epochs) in &self.0 {
            map.serialize_entry(&rows.to_string(), epochs)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Epochs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EpochsVisitor)
    }
}

struct EpochsVisitor;

impl<'de> Visitor<'de> for EpochsVisitor {
    type Value = Epochs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a number from 1 on, or by rows from 1 on, as `{ 1 = 5, 2000 = 4 }`: 5, and 4 from 2000 rows on",
        )
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Epochs, E> {
        match u32::try_from(number).ok().and_then(NonZeroU32::new) {
            Some(epochs) => Ok(Epochs(BTreeMap::from([(1, epochs)]))),
            None => Err(E::invalid_value(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Epochs, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Epochs, A::Error> {
        let mut epochs = BTreeMap::new();
        while let Some(key) = table.next_key::<String>()? {
            let rows = key.parse().ok().filter(|rows| *rows > 0);
            let rows: u32 =
                rows.ok_or_else(|| de::Error::invalid_value(Unexpected::Str(&key), &self))?;
            if epochs.insert(rows, table.next_value()?).is_some() {
                return Err(de::Error::custom(format!("the rows {rows} stand twice")));
            }
        }
        match epochs.contains_key(&1) {
            true => Ok(Epochs(epochs)),
            false => Err(de::Error::invalid_value(
                Unexpected::Other("a table that does not begin with 1 row"),
                &self,
            )),
        }
    }
}

impl JsonSchema for Epochs {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Epochs".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "How often each row is trained on: a number, or one by rows: `{ 1 = 5, 2000 = 4 }` is 5, and 4 from \
                            2000 rows on.",
            "anyOf": [
                { "type": "integer", "format": "uint32", "minimum": 1 },
                {
                    "type": "object", "required": ["1"], "additionalProperties": false,
                    "patternProperties": {
                        "^0*[1-9][0-9]*$": { "type": "integer", "format": "uint32", "minimum": 1 },
                    },
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    struct Table {
        epochs: Epochs,
    }

    fn table(text: &str) -> Result<Table, String> {
        toml::from_str(&format!("epochs = {text}")).map_err(|error| error.to_string())
    }

    #[test]
    fn epochs_are_one_number_or_one_from_so_many_rows_on() {
        let one = table("3").unwrap().epochs;
        assert_eq!([0, 1, u32::MAX].map(|rows| one.of(rows).get()), [3, 3, 3]);
        let several = table("{ 2000 = 4, 1 = 5, 20000 = 2 }").unwrap().epochs;
        let of = [0, 1, 1999, 2000, 19_999, 20_000].map(|rows| several.of(rows).get());
        assert_eq!(of, [5, 5, 5, 4, 4, 2]);
        assert_eq!(
            several.to_string(),
            "5; 4 from 2000 rows on; 2 from 20000 rows on"
        );
    }

    #[test]
    fn what_is_written_is_read_again_as_the_same() {
        for text in ["3", "{ 1 = 5, 2000 = 4, 300 = 7 }", "{ 1 = 9 }"] {
            let read = table(text).unwrap();
            let again: Table = toml::from_str(&toml::to_string(&read).unwrap()).unwrap();
            assert_eq!(again.epochs, read.epochs, "{text}");
        }
        let one = toml::to_string(&table("{ 1 = 9 }").unwrap()).unwrap();
        assert_eq!(one, "epochs = 9\n");
    }

    #[test]
    fn epochs_that_leave_a_size_without_any_are_refused_where_they_stand() {
        for wrong in [
            "0",
            "-1",
            "2.5",
            "[5]",
            "{}",
            "{ 2000 = 4 }",
            "{ 1 = 0 }",
            "{ 0 = 5 }",
            "{ 1 = 5, many = 4 }",
            "{ 1 = 5, 01 = 4 }",
            "4294967296",
        ] {
            let error = table(wrong).unwrap_err();
            assert!(error.contains("line 1"), "{wrong}: {error}");
        }
    }
}
