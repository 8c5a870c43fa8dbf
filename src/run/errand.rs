//! What goes to where units are measured elsewhere, and what comes back: texts, whoever carries them.
//!
//! The pool is what all sides share. A part that stands there is the answer, whoever put it there and however often; what
//! comes back says why there is none. So nothing is lost with a carrier or with an answer, and a unit that was measured
//! twice is the same bytes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Result;
use crate::source::{Format, Source, Unit};

/// Carries tasks to where they are done. What is asked there of a [`Hand`](super::Hand) is what it answers.
pub trait Elsewhere: Sync {
    /// Has the tasks done; the answers stand in their order, none where none was heard. Fails where nobody can be
    /// asked, or where the errand is called back.
    fn ask(&self, errand: &Errand<'_>) -> Result<Vec<Option<String>>>;
}

/// Tasks that others shall do.
pub struct Errand<'a> {
    /// What all the tasks have in common: it goes with each.
    pub common: &'a str,
    pub tasks: &'a [String],
    /// About how many bytes each of them reads.
    pub bytes: &'a [u64],
    /// To be called about twice a second while others work. Where it fails the errand ends with that.
    pub look: &'a dyn Fn() -> Result<()>,
    /// Whether the answer to the task of that number is of use still.
    pub wants: &'a dyn Fn(usize) -> bool,
}

/// What the units of one errand have in common.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Common {
    /// The program's version: parts of another one may be others.
    pub program: String,
    /// The pool's folder, or its address in a store.
    pub pool: PathBuf,
    /// Where it is noted which units were begun, by those who see that folder.
    pub begun: PathBuf,
    /// The tokenizer as the pipeline names it, the folder that its name starts from, and what it is.
    pub tokenizer_name: String,
    pub folder: PathBuf,
    pub tokenizer: String,
    pub behaviours: bool,
    pub sources: Vec<Source>,
}

/// One unit of a file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Task {
    /// Which of the sources it is of.
    pub source: usize,
    /// On a disk, or its address in a store.
    pub path: PathBuf,
    pub name: String,
    pub format: Format,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hive: Vec<(String, Option<String>)>,
    /// What the file holds.
    pub content: String,
    pub unit: Unit,
    /// The name of the part.
    pub part: String,
}

/// What became of a unit.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Answer {
    /// Its part stands in the pool.
    Stands,
    /// Its file cannot be read, by whomever.
    Unreadable { why: String },
    /// Its file holds something else than the plan was made for.
    Changed { file: String },
    /// It was not measured here; another time, or elsewhere, it may be.
    Failed { why: String },
    /// It was not measured, and is not to be tried again.
    GivenUp { why: String },
}
