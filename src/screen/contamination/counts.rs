//! What a self-test counts, as a fingerprint keeps it and `leakage.json` has it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Class, Hit};

/// What the self-test counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// By change: how many items were planted with it, and how many were found as themselves.
    pub planted: BTreeMap<String, Found>,
    /// Problems that were not planted; null where none were at hand.
    pub unrelated: Option<Unrelated>,
    /// Planted items found, respelled in any way, of all that were planted so: verbatim and cosmetic.
    pub recall: f64,
    /// Of all that the classes `exact` and `near` flagged, how much was planted: a lower bound, since real
    /// copies among the unrelated count against it. Null without unrelated problems.
    pub precision_min: Option<f64>,
}

/// Planted items and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    pub planted: u32,
    pub exact: u32,
    pub near: u32,
    pub numbers_changed: u32,
    pub missed: u32,
}

impl Found {
    pub(super) fn add(&mut self, class: Option<Class>) {
        self.planted += 1;
        match class {
            Some(Class::Exact) => self.exact += 1,
            Some(Class::Near) => self.near += 1,
            Some(Class::NumbersChanged) => self.numbers_changed += 1,
            None => self.missed += 1,
        }
    }
}

/// Problems that were screened without any planted among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unrelated {
    /// The files they are from, by name.
    pub files: Vec<String>,
    pub problems: u32,
    pub exact: u32,
    pub near: u32,
    pub numbers_changed: u32,
}

impl Unrelated {
    /// Counts what a detector of one benchmark says of a problem.
    pub(crate) fn add(&mut self, hits: &[Hit]) {
        self.problems += 1;
        match hits.first().map(|hit| hit.class) {
            Some(Class::Exact) => self.exact += 1,
            Some(Class::Near) => self.near += 1,
            Some(Class::NumbersChanged) => self.numbers_changed += 1,
            None => {}
        }
    }
}
