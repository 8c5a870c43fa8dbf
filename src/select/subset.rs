//! One subset or control, as it was selected.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::grid::{Family, Grid};
use super::recipe::Recipe;
use super::size::Size;
use super::stratum::Stratum;
use crate::rules::Accept;

/// One subset or control.
#[derive(Clone, Debug)]
pub struct Subset {
    pub name: String,
    pub role: SubsetRole,
    /// Index of the grid that asks for it; none for a control that grids share.
    pub grid_index: Option<usize>,
    pub grid: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// What selected inside the bucket; none for a control.
    pub recipe: Option<Recipe>,
    /// The rule of acceptance on top of `[verify] accept`; none for that alone.
    pub accept: Option<Accept>,
    pub asked: Size,
    /// Which family of the selection it is of, by index: subsets of one are prefixes of one order.
    pub family: u32,
    /// The order of its family; the subset is the first `size` of it.
    pub order: Arc<Vec<u32>>,
    pub size: u32,
    /// How many its bucket holds.
    pub bucket: u32,
    /// Of short and long, the share of its pool's problems that the bucket holds: of several the largest.
    pub bucket_share: Option<f64>,
    /// The share of its problems that another draw is expected to have too, where that is known.
    pub draws_overlap: Option<f64>,
    /// How many could have been selected.
    pub available: u32,
    /// How many trajectories of a problem it has at most.
    pub per_problem: u32,
    pub draw: u32,
    /// The names that the keys of its draw have: of its family, and for which trajectory stands for a problem.
    pub drawn_as: String,
    pub stands_as: String,
    pub draw_kind: DrawKind,
    /// The next larger subset of the same draw.
    pub prefix_of: Option<String>,
    pub control_of: Vec<String>,
    /// The subsets with the same problems in another style.
    pub pair_of: Vec<String>,
    /// What a matched control matched on, and where its strata were too thin.
    pub matched: Option<Matching>,
    /// How a derived control's rows are made of their trajectories.
    pub derivation: Option<Derivation>,
}

impl Subset {
    /// A set of that name: the first `size` of an order, of which nothing else is said.
    pub(super) fn of_order(
        name: String,
        role: SubsetRole,
        asked: Size,
        order: &Arc<Vec<u32>>,
        size: u32,
    ) -> Self {
        let available = order.len() as u32;
        Self {
            name,
            role,
            grid_index: None,
            grid: None,
            category: None,
            length: None,
            style: None,
            recipe: None,
            accept: None,
            asked,
            family: 0,
            order: order.clone(),
            size,
            bucket: available,
            bucket_share: None,
            draws_overlap: None,
            available,
            per_problem: 1,
            draw: 0,
            drawn_as: String::new(),
            stands_as: String::new(),
            draw_kind: DrawKind::Independent,
            prefix_of: None,
            control_of: Vec::new(),
            pair_of: Vec::new(),
            matched: None,
            derivation: None,
        }
    }

    /// With what its grid and family say of it.
    pub(super) fn of_family(self, grid: &Grid, family: &Family) -> Self {
        Self {
            grid_index: Some(family.grid),
            grid: grid.name.clone(),
            style: family.style.clone(),
            accept: family.accept,
            draw: family.draw,
            ..self
        }
    }

    /// The selected entries, in order of rank.
    pub fn entries(&self) -> &[u32] {
        &self.order[..self.size as usize]
    }
}

/// How a row of a derived control is made of a trajectory: steps of its reasoning change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Derivation {
    /// How many of a hundred steps stand elsewhere, 1 to 100.
    pub percent: u32,
    pub seed: u64,
}

impl Derivation {
    /// The transformation's name.
    pub(crate) fn name(self) -> String {
        format!("shuffled_steps_{}", self.percent)
    }

    /// What a control's name has behind its subset's.
    pub(crate) fn tail(self) -> String {
        match self.percent {
            100 => "shuffled".to_owned(),
            percent => format!("shuffled{percent}"),
        }
    }
}

/// What a matched control matched on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Matching {
    pub strata: Vec<Stratum>,
    /// Strata that had too few problems, and what was given up for the rows that were missing.
    pub thin: Vec<Thin>,
}

/// A stratum that was too thin.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Thin {
    /// The stratum, as `key=value` pairs.
    pub stratum: String,
    /// How many rows came from a wider stratum.
    pub rows: u32,
    /// What the wider stratum did not match on.
    pub gave_up: Vec<Stratum>,
}

/// What a subset is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubsetRole {
    /// To be trained on and compared.
    Subset,
    /// A control from all that is accepted.
    Random,
    /// A control from the strata of its subset.
    Matched,
    /// A control of the same problems at the other end of lengths.
    Paired,
    /// A control of wrong trajectories of the same problems.
    Wrong,
    /// A control of the same trajectories, changed: each row has an id of its own.
    Derived,
    /// Set aside: none of its problems stands in another one.
    Validation,
}

impl SubsetRole {
    /// As files and tables have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Subset => "subset",
            Self::Random => "random",
            Self::Matched => "matched",
            Self::Paired => "paired",
            Self::Wrong => "wrong",
            Self::Derived => "derived",
            Self::Validation => "validation",
        }
    }
}

/// Whether other draws would give other trajectories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DrawKind {
    /// One of many possible draws from the bucket.
    Independent,
    /// No draw decides, and seeds are training seeds: the whole of a bucket is taken that is the same for every
    /// draw, or the recipe (or `nested = "by_key"`) ranks.
    Replicate,
}

impl DrawKind {
    /// As files and tables have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Replicate => "replicate",
        }
    }
}
