//! The validation set: problems that are set aside before anything else is selected.
//!
//! A loss that is watched during training says nothing if its problems, their near copies, or the same problems
//! with other numbers are trained on. So what is set aside is a template, whole: one of its trajectories is
//! validated on, and neither it nor another of the template can stand in any subset or control of the experiment.

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::draw::{Draw, Keys, Role, problem_key};
use super::kept::KeptEntries;
use crate::pool::Entries;
use crate::rules::OnShortfall;

/// From which share of common text on two problems are of one template for the split, where
/// `[screen] near_duplicates` says nothing. See the table in `screen::near`.
pub(crate) const THRESHOLD: f64 = 0.8;

/// The `[validation]` table of a pipeline file: problems that no subset and no control has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// How many problems, each with one trajectory: drawn from all that every rule of acceptance in the
    /// pipeline accepts, a template (the same words, other numbers) being one; half of the templates at most.
    pub size: u32,
    /// From which share of common text on two problems are of one template, for the split alone: 0.8 where this
    /// is left out. Where `[screen] near_duplicates` is given, its templates are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near_duplicates: Option<f64>,
}

/// What is set aside.
pub(super) struct SetAside {
    /// The trajectory of each template that can be drawn, in the order of the draw.
    pub order: Vec<u32>,
    /// How many of them are; 0 where the pipeline leaves out what it cannot fill.
    pub size: u32,
    /// For each problem of the run whether its template is among them.
    pub problems: Vec<bool>,
}

/// The draw that sets problems aside.
pub(crate) const DRAW: Draw<'static> = Draw {
    role: Role::Validation,
    number: 0,
    family: "validation",
    standing: "validation",
};

/// Draws templates, of which a problem with a kept entry is one of its own where they are not known.
pub(super) fn set_aside(
    entries: &Entries,
    kept: &KeptEntries,
    templates: Option<&[u32]>,
    seed: u64,
    asked: u32,
    on_shortfall: OnShortfall,
) -> SetAside {
    let template = |problem: u32| templates.map_or(problem, |known| known[problem as usize]);
    let id = |problem: u32| entries.problems[problem as usize].id;
    let stands = standing(entries, kept, seed, template).into_iter();
    let mut order: Vec<(u32, u32)> = stands.collect();
    order.sort_by_cached_key(|(template, _)| problem_key(seed, DRAW, id(*template)));
    // The other half is left for what is trained on.
    order.truncate(order.len() / 2);
    let size = size(asked, order.len() as u32, on_shortfall);
    let drawn = order.iter().take(size as usize);
    let drawn: HashSet<u32> = drawn.map(|(template, _)| *template).collect();
    let problems = 0..entries.problems.len() as u32;
    SetAside {
        order: order.into_iter().map(|(_, entry)| entry).collect(),
        size,
        problems: problems
            .map(|problem| drawn.contains(&template(problem)))
            .collect(),
    }
}

/// For each template with a kept entry the one that stands for it: of the problem with the smallest id the
/// one with the smallest hash.
fn standing(
    entries: &Entries,
    kept: &KeptEntries,
    seed: u64,
    template: impl Fn(u32) -> u32,
) -> HashMap<u32, u32> {
    let keys = Keys::new(entries, seed);
    let id = |problem: u32| entries.problems[problem as usize].id;
    let mut stands: HashMap<u32, (u32, u32)> = HashMap::new();
    for problem in 0..entries.problems.len() as u32 {
        let hash = |entry: &u32| keys.trajectory(DRAW, *entry);
        let all = kept.of(problem).iter().map(|kept| kept.entry);
        let Some(entry) = all.min_by_key(hash) else {
            continue;
        };
        let best = stands.entry(template(problem)).or_insert((problem, entry));
        if id(problem) < id(best.0) {
            *best = (problem, entry);
        }
    }
    let entry = |(template, (_, entry))| (template, entry);
    stands.into_iter().map(entry).collect()
}

/// How many templates are set aside of those that can be.
fn size(asked: u32, available: u32, on_shortfall: OnShortfall) -> u32 {
    match on_shortfall {
        _ if asked <= available => asked,
        OnShortfall::Short => available,
        OnShortfall::Refuse | OnShortfall::Skip => 0,
    }
}
