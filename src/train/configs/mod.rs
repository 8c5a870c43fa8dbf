//! Configurations with which a trainer trains on a subset, as the experiment says: one file a trainer.
//!
//! Trainers that are left to their defaults cut answers off, drop rows, train on the prompt, decay weights a thousand
//! times as much or delete the thinking, and say nothing of it. A configuration therefore says each of these things
//! itself, with a word on why. What it says of length, column and loss is the [`Settings`] that `preflight` takes, so that
//! what was looked at is what is trained.

mod asked;
mod axolotl;
mod llamafactory;
mod nemo_rl;
mod open_instruct;
mod prime_rl;
mod read;
mod s1;
pub(crate) mod subject;
mod swift;
#[cfg(test)]
mod tests;
mod text;
mod torchtune;
mod training;
mod trl;
mod verl;

use super::{Beyond, Settings, TrainedColumn};
use crate::templates::Refused;

pub(crate) use asked::{Asked, Config};
pub(crate) use read::{Folder, Line};
pub(crate) use subject::Subject;
pub(crate) use text::quoted;
use training::Training;

/// A trainer that configurations are written for.
pub(crate) struct Target {
    /// As a user writes it.
    pub name: &'static str,
    /// The version whose keys were read.
    pub version: &'static str,
    /// How names of its configurations end.
    pub ending: &'static str,
    /// The column that is trained on.
    column: TrainedColumn,
    /// What it can be told to do with a row that is too long; the first is written.
    beyond: &'static [Beyond],
    /// How it comes to a template.
    takes: Takes,
    /// What is run in a shell, with the configuration's file as a word of it.
    command: fn(&Training, &str) -> String,
    /// Where below the run's folder the trained model lies, behind a `/`; empty: in it.
    trained: fn(&Training) -> String,
    /// What is otherwise than the experiment says, and cannot be configured.
    notes: fn(&Training) -> Vec<String>,
    /// The configuration itself, without its head.
    write: fn(&Training) -> Result<String, Refused>,
}

/// How a trainer comes to the template that it renders with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// The model's own, or another as a text.
    Text,
    /// The model's own, or another from a file.
    File,
    /// The model's own and no other.
    Own,
    /// None of the model's: one of its own, by name, or what is rendered already.
    None,
}

/// All of them.
pub(crate) const TARGETS: [&Target; 10] = [
    &trl::TARGET,
    &llamafactory::TARGET,
    &axolotl::TARGET,
    &swift::TARGET,
    &verl::TARGET,
    &torchtune::TARGET,
    &open_instruct::TARGET,
    &nemo_rl::TARGET,
    &prime_rl::TARGET,
    &s1::TARGET,
];

/// The names of all of them.
pub(crate) fn names() -> String {
    TARGETS.map(|target| target.name).join(", ")
}
