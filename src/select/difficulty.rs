//! How hard a problem is, from what the data hold or a joined column says.
//!
//! The recipes ask small models whether they solve a problem; a pool has what its own trajectories say
//! (the pass rate over those that our verifier decided, before anything is screened), where the problem is
//! from, and how much the shortest right trajectory needs. Another model's pass rate is joined by the
//! user. What nobody knows is in no range: missing is not zero.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::knowledge::Knowledge;
use super::stratum::Stratum;
use crate::error::Refusal;
use crate::pool::Entries;

/// The `[grid.difficulty]` table: a problem is selected where all that is asked for holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Difficulty {
    /// Share right among the problem's trajectories that our verifier decided, of which exact copies are one; none
    /// below two of them. Not of all, nor of all that finished: what was cut off or could not be decided is in
    /// neither count. The manifest's `pass_rates` says how many those are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_rate: Option<Range>,
    /// Where the source has the problem from (OpenR1's column `source`): one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Vec<String>>,
    /// Tokens of the problem's shortest right trajectory; none where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shortest_right_tokens: Option<Range>,
    /// Columns of `[join.NAME]`, by name: a range of numbers, or a list of words, as `["Level 4", "Level 5"]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub joined: BTreeMap<String, JoinedRule>,
}

/// What is asked of a joined column.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(untagged, rename = "Wanted")]
pub enum JoinedRule {
    Range(Range),
    /// One of these words.
    OneOf(Vec<String>),
}

/// A range of numbers: `{ min = 0.1, max = 0.5 }` with its ends, `{ above = 0, below = 1 }` without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
}

impl Range {
    /// ```
    /// use gradatim::select::difficulty::Range;
    /// let open = Range { above: Some(0.0), below: Some(1.0), ..Range::default() };
    /// assert!(open.holds(0.5) && !open.holds(0.0) && !open.holds(1.0));
    /// ```
    pub fn holds(&self, value: f64) -> bool {
        self.min.is_none_or(|min| value >= min)
            && self.max.is_none_or(|max| value <= max)
            && self.above.is_none_or(|above| value > above)
            && self.below.is_none_or(|below| value < below)
    }

    /// Whether it asks for anything, and some number is in it.
    pub(crate) fn is_sound(&self) -> bool {
        let ends = |a: Option<f64>, b: Option<f64>| a.into_iter().chain(b);
        let low = ends(self.min, self.above).reduce(f64::max);
        let high = ends(self.max, self.below).reduce(f64::min);
        let touching = self.above.is_none() && self.below.is_none();
        match (low, high) {
            (None, None) => false,
            (Some(low), Some(high)) => low < high || (low == high && touching),
            _ => true,
        }
    }
}

impl Difficulty {
    /// Refuses ranges that hold no number, and a table that asks for nothing.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let ranges = self.ranges();
        let is_idle = ranges.is_empty() && self.origin.is_none() && self.joined.is_empty();
        Refusal::when(
            is_idle,
            "difficulty",
            "asks for nothing",
            "write a range, as `pass_rate = { max = 0.5 }`, or leave it out",
        )?;
        for (key, range) in ranges {
            Refusal::when(
                !range.is_sound(),
                &format!("difficulty.{key}"),
                "holds no number",
                "write as `{ min = 0.1, max = 0.5 }`, or `{ above = 0, below = 1 }` without the ends",
            )?;
        }
        for (name, wanted) in &self.joined {
            Refusal::when(
                *wanted == JoinedRule::OneOf(Vec::new()),
                &format!("difficulty.joined.{name}"),
                "is empty",
                "write at least one word, as `[\"Level 5\"]`",
            )?;
        }
        Ok(())
    }

    /// Every range that is asked for, with its key.
    fn ranges(&self) -> Vec<(String, Range)> {
        let own = [
            ("pass_rate", self.pass_rate),
            ("shortest_right_tokens", self.shortest_right_tokens),
        ];
        let own = own
            .into_iter()
            .filter_map(|(key, range)| Some((key.to_owned(), range?)));
        let joined = self
            .joined
            .iter()
            .filter_map(|(name, wanted)| match wanted {
                JoinedRule::Range(range) => Some((format!("joined.{name}"), *range)),
                JoinedRule::OneOf(_) => None,
            });
        own.chain(joined).collect()
    }

    /// What a matched control must not match on, since this decides it.
    pub(super) fn decides(&self) -> &'static [Stratum] {
        match (&self.pass_rate, &self.origin) {
            (Some(_), Some(_)) => &[Stratum::PassRate, Stratum::Origin],
            (Some(_), None) => &[Stratum::PassRate],
            (None, Some(_)) => &[Stratum::Origin],
            (None, None) => &[],
        }
    }

    /// Whether the problem with that index is in every range.
    pub(super) fn admits(&self, entries: &Entries, knowledge: &Knowledge, index: usize) -> bool {
        self.clauses(entries, knowledge, index)
            .all(|clause| clause.holds())
    }

    /// The first thing that is asked for and does not hold of the problem with that index.
    pub(super) fn missed<'a>(
        &'a self,
        entries: &'a Entries,
        knowledge: &'a Knowledge,
        index: usize,
    ) -> Option<Clause<'a>> {
        self.clauses(entries, knowledge, index)
            .find(|clause| !clause.holds())
    }

    /// All that is asked for, with what is known of the problem with that index.
    fn clauses<'a>(
        &'a self,
        entries: &'a Entries,
        knowledge: &'a Knowledge,
        index: usize,
    ) -> impl Iterator<Item = Clause<'a>> {
        let shortest = knowledge.shortest_right.get(index).copied().flatten();
        let number = |key: &'static str, wanted: &Option<Range>, known: Option<f64>| {
            let range = *wanted.as_ref()?;
            let key = key.to_owned();
            Some(Clause::Number { key, range, known })
        };
        let own = [
            number(
                "pass_rate",
                &self.pass_rate,
                entries.problems[index].pass_rate(),
            ),
            self.origin.as_ref().map(|words| Clause::Word {
                key: "origin".to_owned(),
                words,
                known: knowledge
                    .origins
                    .get(index)
                    .copied()
                    .flatten()
                    .map(|name| entries.name(name)),
            }),
            number(
                "shortest_right_tokens",
                &self.shortest_right_tokens,
                shortest.map(f64::from),
            ),
        ];
        let joined = self.joined.iter().map(move |(name, wanted)| {
            let key = format!("joined.{name}");
            let column = knowledge.joined.get(name);
            match wanted {
                JoinedRule::Range(range) => Clause::Number {
                    key,
                    range: *range,
                    known: column.and_then(|column| column.number(index)),
                },
                JoinedRule::OneOf(words) => Clause::Word {
                    key,
                    words,
                    known: column.and_then(|column| column.word(index)),
                },
            }
        });
        own.into_iter().flatten().chain(joined)
    }
}

/// One thing that is asked of a problem, and what is known of it there.
pub(super) enum Clause<'a> {
    Number {
        key: String,
        range: Range,
        known: Option<f64>,
    },
    /// One of these words.
    Word {
        key: String,
        words: &'a [String],
        known: Option<&'a str>,
    },
}

impl Clause<'_> {
    fn holds(&self) -> bool {
        match self {
            Self::Number { range, known, .. } => known.is_some_and(|known| range.holds(known)),
            Self::Word { words, known, .. } => {
                known.is_some_and(|known| words.iter().any(|word| word == known))
            }
        }
    }

    /// Its key under `[grid.difficulty]`.
    pub(super) fn key(&self) -> &str {
        match self {
            Self::Number { key, .. } | Self::Word { key, .. } => key,
        }
    }

    /// What is known, in words.
    pub(super) fn known(&self) -> String {
        let known = match self {
            Self::Number { known, .. } => known.map(rounded),
            Self::Word { known, .. } => known.map(str::to_owned),
        };
        known.unwrap_or_else(|| "not known".to_owned())
    }

    /// What is asked for, as the pipeline has it.
    pub(super) fn wanted(&self) -> String {
        match self {
            Self::Number { range, .. } => {
                let ends = [
                    ("min", range.min),
                    ("max", range.max),
                    ("above", range.above),
                    ("below", range.below),
                ];
                let ends = ends.into_iter();
                let ends = ends.filter_map(|(key, end)| Some(format!("{key} = {}", end?)));
                format!("{{ {} }}", ends.collect::<Vec<_>>().join(", "))
            }
            Self::Word { words, .. } => format!("{words:?}"),
        }
    }
}

/// A number with as many digits as are read.
fn rounded(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Derived for an untagged enum, it would not say what is wrong inside.
impl<'de> Deserialize<'de> for JoinedRule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JoinedRuleVisitor)
    }
}

struct JoinedRuleVisitor;

impl<'de> Visitor<'de> for JoinedRuleVisitor {
    type Value = JoinedRule;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a range, as `{ max = 0.5 }`, or a list of words")
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<JoinedRule, A::Error> {
        Range::deserialize(MapAccessDeserializer::new(table)).map(JoinedRule::Range)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<JoinedRule, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(JoinedRule::OneOf)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_without_numbers_in_it_is_not_sound() {
        let range = |min, max, above, below| Range {
            min,
            max,
            above,
            below,
        };
        assert!(!Range::default().is_sound());
        assert!(!range(Some(0.5), Some(0.4), None, None).is_sound());
        assert!(!range(None, Some(0.0), Some(0.0), None).is_sound());
        assert!(range(Some(0.5), Some(0.5), None, None).is_sound());
        assert!(range(None, None, Some(0.0), Some(1.0)).is_sound());
        assert!(range(None, Some(0.5), None, None).is_sound());
    }
}
