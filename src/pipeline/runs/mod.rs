//! The `[runs]` table: how the subsets will be trained.
//!
//! It is the one place of it: `runs.csv`, the figures of a plan, a preflight and the configurations of trainers all take
//! what stands here.

mod epochs;
mod seeds;

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::de::{self, Unexpected};
use serde::{Deserialize, Deserializer, Serialize};

pub(crate) use epochs::Epochs;
pub(crate) use seeds::Seeds;

/// The `[runs]` table of a pipeline file: how the subsets will be trained. What is left out is as in the
/// command of the paper's repository.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Runs {
    /// The trainer's seeds: a list of them, or how many (from 0 on). 4 in the paper.
    pub training_seeds: Seeds,
    /// Optimiser's steps, the same for every size: what differs between sizes is then not how long they
    /// were trained. Beside `epochs`, each run stands twice, once with each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<NonZeroU32>,
    /// Rows of a step, over all devices; 32 in the paper's command, where s1's script has 16.
    pub batch_size: NonZeroU32,
    /// The highest learning rate; 1e-5 in the paper.
    #[serde(deserialize_with = "learning_rate")]
    #[schemars(extend("exclusiveMinimum" = 0, "maximum" = 1))]
    pub learning_rate: f64,
    /// Of AdamW; 1e-4 in the paper.
    #[serde(deserialize_with = "below_one")]
    #[schemars(extend("minimum" = 0, "exclusiveMaximum" = 1))]
    pub weight_decay: f64,
    /// Which share of a run's steps the learning rate takes to rise; 0.05 in the paper.
    #[serde(deserialize_with = "below_one")]
    #[schemars(extend("minimum" = 0, "exclusiveMaximum" = 1))]
    pub warmup_share: f64,
    /// How the learning rate falls afterwards; `cosine` in the paper.
    pub scheduler: Scheduler,
    /// Of AdamW; 0.95 in the paper, where most trainers have 0.999.
    #[serde(deserialize_with = "below_one")]
    #[schemars(extend("minimum" = 0, "exclusiveMaximum" = 1))]
    pub adam_beta2: f64,
    /// Tokens that the trainer takes of a row, prompt and all; 32768 in the paper. `subsets.csv` says how many
    /// conversations are longer.
    pub max_length: NonZeroU32,
    /// How often each row is trained on: a number, or one by rows, as `{ 1 = 5, 2000 = 4 }`, which is the
    /// paper's, and what stands where this and `steps` are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<Epochs>,
}

/// How the learning rate falls from its highest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scheduler {
    /// Along half a cosine, to nothing.
    #[default]
    Cosine,
    /// Along a line, to nothing.
    Linear,
    /// Not at all.
    Constant,
}

impl Scheduler {
    /// Its name in a pipeline and in `runs.csv`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::Linear => "linear",
            Self::Constant => "constant",
        }
    }
}

/// How long one run over a set is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Budget {
    /// `epochs`, `steps`, or `subset_steps`: as long as another set's.
    pub name: &'static str,
    /// Times that each row is trained on.
    pub epochs: f64,
    /// Optimiser's steps.
    pub steps: u64,
}

const fn count(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

impl Default for Runs {
    fn default() -> Self {
        Self {
            training_seeds: Seeds::default(),
            steps: None,
            batch_size: count(32),
            learning_rate: 1e-5,
            weight_decay: 1e-4,
            warmup_share: 0.05,
            scheduler: Scheduler::default(),
            adam_beta2: 0.95,
            max_length: count(32768),
            epochs: None,
        }
    }
}

impl Runs {
    /// Fills in the epochs where nothing says how long to train.
    pub(crate) fn settle(&mut self) {
        if self.steps.is_none() {
            self.epochs.get_or_insert_default();
        }
    }

    /// The steps of one run over so many rows: by epochs where they are named, else the constant steps.
    pub(crate) fn steps(&self, rows: u32) -> u64 {
        match (&self.epochs, self.steps) {
            (Some(epochs), _) => self.steps_of(rows, epochs),
            (None, steps) => steps.map_or(0, |steps| u64::from(steps.get())),
        }
    }

    fn steps_of(&self, rows: u32, epochs: &Epochs) -> u64 {
        u64::from(epochs.of(rows).get()) * self.steps_an_epoch(rows)
    }

    /// The last step of an epoch may have fewer rows.
    fn steps_an_epoch(&self, rows: u32) -> u64 {
        u64::from(rows.div_ceil(self.batch_size.get()))
    }

    /// What each run over so many rows has.
    pub(crate) fn budgets(&self, rows: u32) -> Vec<Budget> {
        let by_epochs = self.epochs.as_ref().map(|epochs| Budget {
            name: "epochs",
            epochs: f64::from(epochs.of(rows).get()),
            steps: self.steps_of(rows, epochs),
        });
        let by_steps = self
            .steps
            .map(|steps| self.of_steps("steps", rows, u64::from(steps.get())));
        by_epochs.into_iter().chain(by_steps).collect()
    }

    /// What a second run over so many rows has that is as long as one by epochs over as many rows as another set
    /// has; none where all runs are as long anyhow.
    pub(crate) fn as_long_as(&self, rows: u32, other: u32) -> Option<Budget> {
        let steps = self.steps_of(other, self.epochs.as_ref()?);
        Some(self.of_steps("subset_steps", rows, steps))
    }

    fn of_steps(&self, name: &'static str, rows: u32, steps: u64) -> Budget {
        let epochs = steps as f64 / self.steps_an_epoch(rows) as f64;
        Budget {
            name,
            epochs,
            steps,
        }
    }

    /// Over how many of a run's steps the learning rate rises: a part of a step is a step, as in `transformers`.
    pub(crate) fn warmup_steps(&self, steps: u64) -> u64 {
        (steps as f64 * self.warmup_share).ceil() as u64
    }
}

fn learning_rate<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    within(
        number,
        number > 0.0 && number <= 1.0,
        "a number above 0, at most 1",
    )
}

fn below_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let number = f64::deserialize(deserializer)?;
    within(
        number,
        (0.0..1.0).contains(&number),
        "a number from 0 on, below 1",
    )
}

fn within<E: de::Error>(number: f64, is_within: bool, expected: &str) -> Result<f64, E> {
    match is_within {
        true => Ok(number),
        false => Err(E::invalid_value(Unexpected::Float(number), &expected)),
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

    fn budgets(runs: &Runs, rows: u32) -> Vec<(&'static str, f64, u64)> {
        let all = runs.budgets(rows).into_iter();
        all.map(|one| (one.name, one.epochs, one.steps)).collect()
    }

    #[test]
    fn what_is_left_out_is_as_in_the_papers_command() {
        let runs = runs("").unwrap();
        let told = (runs.batch_size.get(), runs.max_length.get());
        assert_eq!(told, (32, 32768));
        let rates = (runs.learning_rate, runs.weight_decay, runs.adam_beta2);
        assert_eq!(rates, (1e-5, 1e-4, 0.95));
        assert_eq!(
            (runs.warmup_share, runs.scheduler),
            (0.05, Scheduler::Cosine)
        );
        // Five epochs of 32 steps; four of 63.
        assert_eq!(budgets(&runs, 1000), [("epochs", 5.0, 160)]);
        assert_eq!(budgets(&runs, 2000), [("epochs", 4.0, 252)]);
        assert_eq!(runs.warmup_steps(160), 8);
        assert_eq!(runs.warmup_steps(252), 13);
    }

    #[test]
    fn epochs_stand_where_nothing_is_said_and_steps_alone_replace_them() {
        let alone = runs("steps = 50").unwrap();
        assert_eq!(budgets(&alone, 100), [("steps", 12.5, 50)]);
        let both = runs("steps = 50\nepochs = 2\nbatch_size = 10").unwrap();
        assert_eq!(
            budgets(&both, 100),
            [("epochs", 2.0, 20), ("steps", 5.0, 50)]
        );
        assert_eq!(both.steps(100), 20);
        let longer = both.as_long_as(40, 100).unwrap();
        assert_eq!((longer.epochs, longer.steps), (5.0, 20));
        assert_eq!(alone.as_long_as(40, 100), None);
    }

    #[test]
    fn a_number_that_no_run_can_have_is_refused_where_it_stands() {
        for wrong in [
            "steps = 0",
            "batch_size = 0",
            "max_length = 0",
            "learning_rate = 0",
            "learning_rate = 1.5",
            "learning_rate = nan",
            "learning_rate = '1e-5'",
            "weight_decay = -0.1",
            "weight_decay = 1",
            "warmup_share = 5",
            "warmup_share = inf",
            "adam_beta2 = 1.0",
            "scheduler = 'cosin'",
        ] {
            let error = runs(wrong).unwrap_err();
            assert!(error.contains("line 1"), "{wrong}: {error}");
        }
        assert!(runs("learning_rate = 1\nweight_decay = 0\nwarmup_share = 0").is_ok());
    }
}
