//! A pipeline file, as written.
//!
//! The types here are the reference of the file: their docs become `schemas/pipeline.json`. What they
//! mean together is checked in `plan`; here only the form is. The table of a stage stands beside the stage, and here
//! those that no stage above has: `[emit]`, `[runs]`, `[verify]`.

mod emit;
mod runs;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Refusal, did_you_mean, one_line, shortened};
use crate::measure::Measure;
use crate::rules::{Accept, OnShortfall};
use crate::screen::Screen;
use crate::select::grid::Grid;
use crate::select::validation::{THRESHOLD, Validation};
use crate::source::{Benchmark, Companion, Format, Join, Source};
use crate::{Error, Result};
pub(crate) use emit::{Added, Emit, Template, TextColumn};
pub(crate) use runs::{Budget, Runs, Scheduler};

/// A pipeline: where trajectories come from, which are accepted, and the grid of subsets to select.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// What the experiment is called, for people: it heads the dataset card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Decides every draw, and nothing else does. Another seed is another experiment.
    #[serde(default)]
    pub seed: u64,
    /// Where trajectories come from, each under a name of its own.
    pub sources: BTreeMap<String, Source>,
    /// Datasets that know more of the sources' problems, joined by the problem's text.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub companions: BTreeMap<String, Companion>,
    /// Columns of numbers that the grids' difficulty can ask for, by problem.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub join: BTreeMap<String, Join>,
    /// Questions that `similar` and `dissimilar` compare problems with.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub benchmarks: BTreeMap<String, Benchmark>,
    /// Which verdicts decide.
    #[serde(default)]
    pub verify: Verify,
    /// How trajectories are measured.
    #[serde(default)]
    pub measure: Measure,
    /// What is dropped before anything is selected.
    #[serde(default)]
    pub screen: Screen,
    /// Problems that no subset and no control has, to validate on while training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
    /// The subsets to select: each table is a grid of recipe × category × length × style × size × draw.
    /// Without one nothing is selected: the run measures, screens and writes the ledger, which is an audit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grid: Vec<Grid>,
    /// What happens when a subset cannot be filled.
    #[serde(default)]
    pub on_shortfall: OnShortfall,
    /// What is written.
    #[serde(default)]
    pub emit: Emit,
    /// The training runs that `runs.csv` lists.
    #[serde(default)]
    pub runs: Runs,
}

impl Pipeline {
    /// From which share of common text on two problems are one; none where nobody asks.
    pub(crate) fn cluster_threshold(&self) -> Option<f64> {
        let for_the_split = |split: &Validation| split.near_duplicates.unwrap_or(THRESHOLD);
        let for_the_split = self.validation.as_ref().map(for_the_split);
        self.screen.near_duplicates.or(for_the_split)
    }
}

/// Which verdicts decide whether a trajectory is accepted.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verify {
    /// The rule for every source that has none of its own.
    #[serde(default)]
    pub accept: Accept,
}

/// How a lock file begins, and no other pipeline.
pub(crate) const LOCK: &str = "# The pipeline of this folder with every default filled in";

/// A pipeline file with what is needed to point into it.
#[derive(Clone, Debug)]
pub struct PipelineFile {
    pub path: PathBuf,
    pub text: String,
    pub pipeline: Pipeline,
    /// Where relative paths in it start; its own folder, or of a lock file the current one, where none is said.
    base: Option<PathBuf>,
}

impl PipelineFile {
    /// Reads and parses; fails where the file is missing or not of this form.
    pub fn read(path: &Path) -> Result<Self> {
        if Format::of(path).is_some() {
            return Err(Error::usage(
                format!("`{}` holds data, and no pipeline", path.display()),
                "name a pipeline that reads it (`gradatim example columns` prints one), or look into it with \
                 `gradatim inspect`",
            ));
        }
        let text = crate::disk::read_text(path).map_err(|error| {
            Error::usage(
                error.to_string(),
                "name a pipeline file; `gradatim example > pipeline.toml` writes a complete one, whose top \
                 says how to name your data in it",
            )
        })?;
        Self::parse(path, text)
    }

    pub fn parse(path: &Path, text: String) -> Result<Self> {
        let pipeline = toml::from_str(&text).map_err(|error: toml::de::Error| Error::Pipeline {
            path: path.display().to_string(),
            detail: shortened(error.to_string().trim_end()),
            hint: format!("{}{EVERY_KEY}", meant(error.message())),
        })?;
        Ok(Self {
            path: path.to_owned(),
            text,
            pipeline,
            base: None,
        })
    }

    /// The same with another folder that relative paths in it start from.
    pub fn with_base(mut self, base: Option<&Path>) -> Self {
        self.base = base.map(Path::to_owned);
        self
    }

    /// Whether a run wrote it, so that its paths mean what they meant to the pipeline of that run.
    pub(crate) fn is_lock(&self) -> bool {
        self.text.starts_with(LOCK)
    }

    /// The folder that relative paths in the file start from.
    pub fn folder(&self) -> &Path {
        match (&self.base, self.is_lock()) {
            (Some(base), _) => base,
            (None, true) => Path::new(""),
            (None, false) => self.path.parent().unwrap_or(Path::new("")),
        }
    }

    /// That folder as messages name it.
    pub(crate) fn folder_words(&self) -> String {
        match (&self.base, self.is_lock()) {
            (Some(base), _) => format!("`{}`", base.display()),
            (None, true) => "the current folder".to_owned(),
            (None, false) => "the pipeline's folder".to_owned(),
        }
    }

    /// A stage's refusal of a table (as `grid[0]`) that stands in this file.
    pub(crate) fn refused(&self, table: &str, refusal: &Refusal) -> Error {
        let key = match refusal.key.as_str() {
            "" => table.to_owned(),
            key => format!("{table}.{key}"),
        };
        self.error(&key, &refusal.problem, &refusal.hint)
    }

    /// An error that shows the line of `key` (as in `grid[0].size`).
    pub(crate) fn error(&self, key: &str, problem: &str, hint: &str) -> Error {
        let place = locate(&self.text, key).map_or(String::new(), |at| {
            let line = self.text[..at].matches('\n').count();
            let shown = shortened(self.text.lines().nth(line).unwrap_or_default());
            let gutter = " ".repeat((line + 1).to_string().len());
            format!(
                "at line {}\n{gutter} |\n{} | {shown}\n{gutter} |\n",
                line + 1,
                line + 1
            )
        });
        Error::Pipeline {
            path: self.path.display().to_string(),
            detail: format!("{place}`{}` {problem}", one_line(key)),
            hint: hint.to_owned(),
        }
    }
}

const EVERY_KEY: &str =
    "see a complete pipeline with `gradatim example`, every key with `gradatim schema pipeline`";

/// What serde's message lets us guess: the known key or value that was meant, or that a list was.
fn meant(message: &str) -> String {
    if message.contains("expected a sequence") {
        return "write a list, as `[…]`; ".to_owned();
    }
    let Some((unknown, known)) = message.split_once(", expected ") else {
        return String::new();
    };
    // Names stand between backticks: every other piece.
    let name = unknown.split('`').nth(1).unwrap_or_default();
    did_you_mean(name, known.split('`').skip(1).step_by(2))
}

/// The byte where the value of a dotted key starts, or that of the nearest table above it.
fn locate(text: &str, key: &str) -> Option<usize> {
    use toml::de::{DeTable, DeValue};
    let root = DeTable::parse(text).ok()?;
    let mut table = root.get_ref();
    let mut at = None;
    for step in key.split('.') {
        let (name, index) = match step.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse::<usize>().ok()),
            None => (step, None),
        };
        let Some((found, value)) = table.iter().find(|(known, _)| known.get_ref() == name) else {
            return at;
        };
        at = Some(found.span().start);
        let item = match (index, value.get_ref()) {
            (Some(index), DeValue::Array(items)) => items.get(index)?,
            _ => value,
        };
        if index.is_some() {
            at = Some(item.span().start);
        }
        match item.get_ref() {
            DeValue::Table(inner) => table = inner,
            _ => return at,
        }
    }
    at
}
