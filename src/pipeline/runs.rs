//! The `[runs]` table: how the subsets will be trained.

use std::num::NonZeroU32;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The `[runs]` table of a pipeline file: how the subsets will be trained. What is left out is as in the
/// paper's `sft_slurm.sh`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Runs {
    /// The trainer's seeds: a list of them, or how many (from 0 on). 4 in the paper.
    pub training_seeds: Seeds,
    /// How often each row is trained on; 5 in the paper, and where `steps` is left out too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<NonZeroU32>,
    /// Optimiser's steps, the same for every size: what differs between sizes is then not how long they
    /// were trained. Beside `epochs`, each run stands twice, once with each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<NonZeroU32>,
    /// Rows of a step, over all devices; 16 in the paper.
    pub batch_size: NonZeroU32,
    /// Tokens that the trainer takes of a row, prompt and all; 32768 in the paper. `subsets.csv` says how many
    /// conversations are longer.
    pub max_length: NonZeroU32,
}

/// Training seeds, each once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Seeds(Vec<u64>);

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            training_seeds: Seeds(vec![0, 1, 2, 3]),
            epochs: None,
            steps: None,
            batch_size: count(16),
            max_length: count(32768),
        }
    }
}

impl Runs {
    /// Fills in the epochs where nothing says how long to train.
    pub(crate) fn settle(&mut self) {
        if self.steps.is_none() {
            self.epochs.get_or_insert(count(5));
        }
    }

    /// The steps of one run over so many rows: by epochs where they are named, else the constant steps.
    pub(crate) fn steps(&self, rows: u32) -> u64 {
        match (self.epochs, self.steps) {
            (Some(epochs), _) => self.steps_of(rows, epochs),
            (None, steps) => steps.map_or(0, |steps| u64::from(steps.get())),
        }
    }

    fn steps_of(&self, rows: u32, epochs: NonZeroU32) -> u64 {
        u64::from(epochs.get()) * u64::from(rows.div_ceil(self.batch_size.get()))
    }

    /// What each run over so many rows has: its budget's name, epochs and steps.
    pub(crate) fn budgets(&self, rows: u32) -> Vec<(&'static str, f64, u64)> {
        let by_epochs = self.epochs.map(|epochs| {
            (
                "epochs",
                f64::from(epochs.get()),
                self.steps_of(rows, epochs),
            )
        });
        let by_steps = self.steps.map(|steps| {
            let an_epoch = f64::from(rows.div_ceil(self.batch_size.get()));
            (
                "steps",
                f64::from(steps.get()) / an_epoch,
                u64::from(steps.get()),
            )
        });
        by_epochs.into_iter().chain(by_steps).collect()
    }
}

impl Runs {
    /// What a second run over so many rows has that is as long as one by epochs over as many rows as another set
    /// has; none where all runs are as long anyhow.
    pub(crate) fn as_long_as(&self, rows: u32, other: u32) -> Option<(&'static str, f64, u64)> {
        let steps = self.steps_of(other, self.epochs?);
        let an_epoch = f64::from(rows.div_ceil(self.batch_size.get()));
        Some(("subset_steps", steps as f64 / an_epoch, steps))
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

    fn runs(text: &str) -> Result<Runs, String> {
        let mut runs: Runs = toml::from_str(text).map_err(|error| error.to_string())?;
        runs.settle();
        Ok(runs)
    }

    #[test]
    fn seeds_are_a_list_or_a_count_and_follow_the_largest_where_draws_are_the_same() {
        let listed = runs("training_seeds = [7, 3]").unwrap().training_seeds;
        assert_eq!(listed.of_draws(1), [7, 3]);
        assert_eq!(listed.of_draws(3), [7, 3, 8, 9, 10, 11]);
        assert_eq!(
            runs("training_seeds = 2").unwrap().training_seeds,
            Seeds(vec![0, 1])
        );
        for wrong in ["0", "-1", "[]", "[1, 1]", "\"four\"", "[-1]"] {
            let error = runs(&format!("training_seeds = {wrong}")).unwrap_err();
            assert!(error.contains("line 1"), "{wrong}: {error}");
        }
    }

    #[test]
    fn epochs_stand_where_nothing_is_said_and_steps_alone_replace_them() {
        assert_eq!(runs("").unwrap().budgets(100), [("epochs", 5.0, 35)]);
        assert_eq!(
            runs("steps = 50").unwrap().budgets(100),
            [("steps", 50.0 / 7.0, 50)]
        );
        let both = runs("steps = 50\nepochs = 2\nbatch_size = 10").unwrap();
        assert_eq!(both.budgets(100), [("epochs", 2.0, 20), ("steps", 5.0, 50)]);
        assert_eq!(both.steps(100), 20);
        assert!(runs("steps = 0").is_err() && runs("batch_size = 0").is_err());
    }
}
