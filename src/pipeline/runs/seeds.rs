//! Training seeds, as a list or as how many.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Training seeds, each once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seeds(Vec<u64>);

impl Default for Seeds {
    fn default() -> Self {
        Self(vec![0, 1, 2, 3])
    }
}

impl Seeds {
    /// The seeds, or for each of several draws that are all the same as many again: those that follow the
    /// largest.
    pub(crate) fn of_draws(&self, draws: u32) -> Vec<u64> {
        let mut seeds = self.0.clone();
        let next = seeds
            .iter()
            .max()
            .map_or(0, |largest| largest.saturating_add(1));
        let more = (u64::from(draws) - 1) * seeds.len() as u64;
        seeds.extend((0..more).map(|at| next.saturating_add(at)));
        seeds
    }
}

impl<'de> Deserialize<'de> for Seeds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_any(SeedsVisitor)
    }
}

struct SeedsVisitor;

impl<'de> Visitor<'de> for SeedsVisitor {
    type Value = Seeds;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of different seeds, as `[0, 1, 2]`, or how many, from 1 to 10000")
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Seeds, E> {
        match u64::try_from(number) {
            Ok(number @ 1..=10_000) => Ok(Seeds((0..number).collect())),
            _ => Err(E::invalid_value(de::Unexpected::Signed(number), &self)),
        }
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Seeds, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Seeds, A::Error> {
        let mut seeds: Vec<u64> = Vec::new();
        while let Some(seed) = list.next_element()? {
            if seeds.contains(&seed) {
                return Err(de::Error::invalid_value(
                    de::Unexpected::Unsigned(seed),
                    &self,
                ));
            }
            seeds.push(seed);
        }
        if seeds.is_empty() {
            return Err(de::Error::invalid_length(0, &self));
        }
        Ok(Seeds(seeds))
    }
}

impl JsonSchema for Seeds {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Seeds".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The trainer's seeds: a list of them, each once, or how many (from 0 on).",
            "anyOf": [
                { "type": "integer", "minimum": 1, "maximum": 10000 },
                {
                    "type": "array", "minItems": 1, "uniqueItems": true,
                    "items": { "type": "integer", "format": "uint64", "minimum": 0 },
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Table {
        seeds: Seeds,
    }

    fn seeds(text: &str) -> Result<Seeds, String> {
        let table: Result<Table, _> = toml::from_str(&format!("seeds = {text}"));
        table
            .map(|table| table.seeds)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn seeds_are_a_list_or_a_count_and_follow_the_largest_where_draws_are_the_same() {
        let listed = seeds("[7, 3]").unwrap();
        assert_eq!(listed.of_draws(1), [7, 3]);
        assert_eq!(listed.of_draws(3), [7, 3, 8, 9, 10, 11]);
        assert_eq!(seeds("2").unwrap(), Seeds(vec![0, 1]));
        for wrong in ["0", "-1", "[]", "[1, 1]", "\"four\"", "[-1]"] {
            let error = seeds(wrong).unwrap_err();
            assert!(error.contains("line 1"), "{wrong}: {error}");
        }
    }
}
