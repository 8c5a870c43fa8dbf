//! A dataset that knows more of the sources' problems than the sources do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::location::{Located, Location, located};
use super::{HubMode, Layout, Source};
use crate::rules::CategoryRule;

/// One `[companions.NAME]` table: a dataset of problems with the columns of NuminaMath-1.5 (`problem`, and
/// any of `answer`, `problem_type`, `question_type`, `source`, `problem_is_valid`, `solution_is_valid`,
/// `synthetic`).
///
/// It is joined by the problem's text, spacing and Unicode form aside. What a source says itself stands; what it does
/// not say is taken from here, and `[screen]` can ask for it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// A Parquet, JSONL or CSV file, a folder or a glob, as in a source. `--source NAME=PATH` (or
    /// `NAME=hub:DATASET`) gives or replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A dataset on the Hugging Face hub, as `AI-MO/NuminaMath-1.5`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_mode: Option<HubMode>,
    /// What its categories are for.
    #[serde(default)]
    pub category: CategoryRule,
}

located!(Companion);

impl Companion {
    /// Its files, where they were found, as a source of problems.
    pub(crate) fn source(found: &Location) -> Source {
        let mut source = Source::of(Layout::Problems);
        source.pin(found);
        source
    }
}
