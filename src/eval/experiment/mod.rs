//! An experiment's answer: the runs of its lines, joined and compared as its manifest says.
//!
//! ```text
//! runs ─ join ─► lines of runs.csv ─► arms (draws × seeds) ─► effects, contrasts, the headline rule, scaling … ─► words
//!                     manifest ────────┘ C, N, L, S, controls, which draws go together
//! ```
//!
//! What a subset is stands in the manifest alone, and is read from no name.

pub(crate) mod answer;

use std::path::{Path, PathBuf};

use super::attempt::{Grader, Run};

/// Where the design of an experiment stands.
#[derive(Clone, Debug)]
pub(crate) enum Source<'s> {
    /// In the manifest of an output folder.
    Folder(&'s Path),
    /// In columns of the logs: those that make an arm, and the one that tells draws apart.
    Columns {
        arms: Vec<String>,
        draw: Option<String>,
    },
}

/// A run with where its log stands, as the user gave it.
#[derive(Clone, Debug)]
pub(crate) struct Logged<'r> {
    pub run: &'r Run,
    /// The path, `/` between its parts.
    pub log: String,
}

/// A run of a model that is no line of the experiment.
#[derive(Clone, Debug)]
pub(crate) struct Named<'r> {
    /// As `--reference NAME=LOG` says.
    pub name: String,
    pub run: &'r Run,
}

/// What may differ between runs that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Differing {
    Template,
    Temperature,
    TopP,
    MaxTokens,
    Grader,
    Questions,
}

/// How runs are read as an experiment.
#[derive(Clone, Debug)]
pub(crate) struct Options<'o> {
    pub grader: Grader,
    pub joining: Joining,
    /// What is let through although it is known to differ.
    pub allow: Vec<Differing>,
    pub references: Vec<Named<'o>>,
    /// Of what is drawn by chance.
    pub seed: u64,
}

/// How a log finds its line of `runs.csv`, in this order of preference; with none of them by its run's name, then by a part
/// of its path that is a run's name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Joining {
    /// A small CSV with the columns `log` and `run`.
    pub table: Option<PathBuf>,
    /// A column of the logs.
    pub column: Option<String>,
    /// The end of the logs' paths, with `{run}` where the run's name stands and `*` for anything inside of a name.
    pub pattern: Option<String>,
}
