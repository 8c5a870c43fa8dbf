//! How large a subset is: in rows, or by a budget of tokens.
//!
//! A thousand long trajectories are several times the training of a thousand short ones. Where the amount of
//! text is to be the same, a subset is the longest prefix of its order that a budget of tokens pays for. Its
//! random and matched controls have the same budget, and so another number of rows; paired ones have its rows,
//! and so another number of tokens. A control at equal tokens goes on until its subset's tokens are reached.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The size that one subset is asked for with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    Rows(u32),
    /// At most so many tokens of replies.
    Tokens(u64),
    /// As many rows as reach so many tokens of replies: what a control at equal tokens is asked for with.
    Reach(u64),
}

/// What a size counts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SizeUnit {
    #[default]
    Rows,
    /// Of replies, at most so many.
    Tokens,
    /// Of replies, at least so many: those of the subset that it is a control of.
    TokensReached,
}

impl fmt::Display for SizeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rows => "rows",
            Self::Tokens | Self::TokensReached => "tokens",
        })
    }
}

impl Size {
    /// How many of its unit.
    pub(crate) fn count(self) -> u64 {
        match self {
            Self::Rows(rows) => u64::from(rows),
            Self::Tokens(tokens) | Self::Reach(tokens) => tokens,
        }
    }

    pub(crate) fn unit(self) -> SizeUnit {
        match self {
            Self::Rows(_) => SizeUnit::Rows,
            Self::Tokens(_) => SizeUnit::Tokens,
            Self::Reach(_) => SizeUnit::TokensReached,
        }
    }

    /// A subset's name with a star for this size.
    ///
    /// ```
    /// use gradatim::select::size::Size;
    /// assert_eq!(Size::Rows(100).starred("top-100-algebra-100-d0"), "top-100-algebra-*-d0");
    /// ```
    pub fn starred(self, name: &str) -> String {
        let size = format!("-{self}");
        match name.rfind(&size) {
            Some(at) => format!("{}-*{}", &name[..at], &name[at + size.len()..]),
            None => name.to_owned(),
        }
    }

    /// Whether an order of so many rows and tokens is long enough for it.
    pub(crate) fn is_met(self, rows: u32, tokens: u64) -> bool {
        match self {
            Self::Rows(wanted) => rows >= wanted,
            // Up to the first row that it does not pay for.
            Self::Tokens(budget) => tokens > budget,
            Self::Reach(wanted) => rows > 0 && tokens >= wanted,
        }
    }

    /// How much there is of its unit in rows of these tokens.
    pub(crate) fn available(self, tokens: impl ExactSizeIterator<Item = u32>) -> u64 {
        match self {
            Self::Rows(_) => tokens.len() as u64,
            Self::Tokens(_) | Self::Reach(_) => tokens.map(u64::from).sum(),
        }
    }

    /// How many of the first rows it takes: a smaller size takes a prefix of what a larger one takes.
    ///
    /// ```
    /// use gradatim::select::size::Size;
    /// let tokens = [600, 300, 500];
    /// let rows = |budget| Size::Tokens(budget).rows(tokens.into_iter());
    /// assert_eq!([599, 600, 1399, 1400].map(rows), [0, 1, 2, 3]);
    /// ```
    pub fn rows(self, mut tokens: impl ExactSizeIterator<Item = u32>) -> u32 {
        match self {
            Self::Rows(rows) => rows.min(tokens.len() as u32),
            Self::Tokens(budget) => {
                let all = tokens.len();
                let mut spent = 0;
                let first_over = tokens.position(|tokens| {
                    spent += u64::from(tokens);
                    spent > budget
                });
                first_over.unwrap_or(all) as u32
            }
            Self::Reach(wanted) => {
                let all = tokens.len();
                let mut had = 0;
                let last = tokens.position(|tokens| {
                    had += u64::from(tokens);
                    had >= wanted
                });
                last.map_or(all, |at| at + 1) as u32
            }
        }
    }
}

/// As a subset's name has it: `1000`, or `1000000tok`.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => rows.fmt(f),
            Self::Tokens(tokens) | Self::Reach(tokens) => write!(f, "{tokens}tok"),
        }
    }
}

/// The key `size` of a grid: `[100, 1000]` rows, or `{ tokens = [1000000] }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sizes {
    Rows(Vec<u32>),
    Tokens(Vec<u64>),
}

impl Sizes {
    /// Smallest first.
    pub(crate) fn ascending(&self) -> Vec<Size> {
        let mut sizes = self.as_written();
        sizes.sort_unstable();
        sizes
    }

    /// As they stand in the pipeline.
    pub(crate) fn as_written(&self) -> Vec<Size> {
        match self {
            Self::Rows(rows) => rows.iter().copied().map(Size::Rows).collect(),
            Self::Tokens(tokens) => tokens.iter().copied().map(Size::Tokens).collect(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.as_written().is_empty()
    }

    /// The most rows that are asked for; none where a budget decides.
    pub(crate) fn rows_max(&self) -> Option<u32> {
        match self {
            Self::Rows(rows) => rows.iter().copied().max(),
            Self::Tokens(_) => None,
        }
    }
}

impl Serialize for Sizes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Rows(rows) => rows.serialize(serializer),
            Self::Tokens(tokens) => {
                let mut table = serializer.serialize_map(Some(1))?;
                table.serialize_entry("tokens", tokens)?;
                table.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SizesVisitor)
    }
}

struct SizesVisitor;

impl<'de> Visitor<'de> for SizesVisitor {
    type Value = Sizes;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of rows, as `[100, 1000]`, or of tokens, as `{ tokens = [1000000] }`")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sizes, A::Error> {
        let mut rows = Vec::new();
        while let Some(size) = list.next_element()? {
            rows.push(size);
        }
        Ok(Sizes::Rows(rows))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut table: A) -> Result<Sizes, A::Error> {
        let mut tokens = None;
        while let Some(key) = table.next_key::<String>()? {
            if key != "tokens" {
                return Err(de::Error::unknown_field(&key, &["tokens"]));
            }
            tokens = Some(table.next_value()?);
        }
        tokens
            .map(Sizes::Tokens)
            .ok_or_else(|| de::Error::missing_field("tokens"))
    }
}

impl JsonSchema for Sizes {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Sizes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let list = |format: &str| {
            json_schema!({
                "type": "array", "minItems": 1,
                "items": { "type": "integer", "format": format, "minimum": 1 },
            })
        };
        json_schema!({
            "description": "Sizes in rows, as `[100, 1000]`, or budgets of tokens, as `{ tokens = [1000000] }`.",
            "anyOf": [
                list("uint32"),
                {
                    "type": "object", "additionalProperties": false, "required": ["tokens"],
                    "properties": { "tokens": list("uint64") },
                },
            ],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Table {
        size: Sizes,
    }

    #[test]
    fn sizes_are_read_as_they_are_written() {
        for (text, sizes) in [
            ("size = [100, 1000]", Sizes::Rows(vec![100, 1000])),
            ("size.tokens = [5000]", Sizes::Tokens(vec![5000])),
        ] {
            let table = Table { size: sizes };
            assert_eq!(toml::from_str::<Table>(text).unwrap(), table);
            let written = toml::to_string(&table).unwrap();
            assert_eq!(toml::from_str::<Table>(&written).unwrap(), table);
        }
        for wrong in ["size = 5", "size.rows = [5]", "size = {}", "size = [-1]"] {
            let error = toml::from_str::<Table>(wrong).unwrap_err().to_string();
            assert!(error.contains("line 1"), "{wrong}: {error}");
        }
    }

    proptest! {
        #[test]
        fn a_budget_takes_the_longest_prefix_that_it_pays_for(
            tokens in prop::collection::vec(0u32..5000, 0..40),
            budget in 0u64..100_000,
        ) {
            let rows = Size::Tokens(budget).rows(tokens.iter().copied()) as usize;
            let spent = |rows: usize| tokens[..rows].iter().copied().map(u64::from).sum::<u64>();
            prop_assert!(spent(rows) <= budget);
            prop_assert!(rows == tokens.len() || spent(rows + 1) > budget);
            // One row fewer than reaches it never does; at equality the budget is reached by what it pays for.
            let reach = Size::Reach(budget).rows(tokens.iter().copied()) as usize;
            prop_assert!(reach == tokens.len() || (reach > 0 && spent(reach) >= budget));
            prop_assert!(reach < 2 || spent(reach - 1) < budget);
        }
    }
}
