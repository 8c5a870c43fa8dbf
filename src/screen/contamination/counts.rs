//! What a self-test counts, as a fingerprint keeps it and `leakage.json` has it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Class, Hit, Outcome};

/// What the self-test counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// Version of the detector that was measured; what another version finds is not known from it.
    pub detector_version: u32,
    /// By rewriting: how many items were planted with it, and how they were found as themselves.
    pub planted: BTreeMap<String, Found>,
    /// Problems that were not planted; null where none were at hand.
    pub unrelated: Option<Unrelated>,
}

/// Planted items and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    pub planted: u32,
    pub exact: u32,
    pub near: u32,
    pub part: u32,
    pub numbers_changed: u32,
    pub reworded: u32,
    pub missed: u32,
}

impl Found {
    pub(super) fn add(&mut self, class: Option<Class>) {
        self.planted += 1;
        *match class {
            Some(Class::Exact) => &mut self.exact,
            Some(Class::Near) => &mut self.near,
            Some(Class::Part) => &mut self.part,
            Some(Class::NumbersChanged) => &mut self.numbers_changed,
            Some(Class::Reworded) => &mut self.reworded,
            // Planted items have no vectors.
            Some(Class::Similar) | None => &mut self.missed,
        } += 1;
    }

    /// How many were taken for the benchmark's own.
    pub fn contaminated(&self) -> u32 {
        self.exact + self.near
    }

    /// How many were contaminated or suspect.
    pub fn found(&self) -> u32 {
        self.planted - self.missed
    }
}

/// Problems that were screened without any planted among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unrelated {
    /// The files they are from, by name.
    pub files: Vec<String>,
    pub problems: u32,
    /// How many are taken for the benchmark's own: real copies among them too.
    pub contaminated: u32,
    /// How many are suspect: problems from a template of the benchmark's too.
    pub suspect: u32,
}

impl Unrelated {
    /// Counts what a detector of one benchmark says of a problem.
    pub(crate) fn add(&mut self, hits: &[Hit]) {
        self.problems += 1;
        match hits.first().map(|hit| hit.class.outcome()) {
            Some(Outcome::Contaminated) => self.contaminated += 1,
            Some(Outcome::Suspect) => self.suspect += 1,
            None => {}
        }
    }
}
