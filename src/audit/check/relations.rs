//! What subsets promise of one another: prefixes, controls, pairs, and a validation set that nothing touches.

use std::collections::{HashMap, HashSet};

use super::Findings;
use super::ledger::Ledger;
use super::selection::Chosen;
use crate::ids::Id;
use crate::manifest::{Manifest, SubsetRecord};
use crate::screen::accept;
use crate::select::SubsetRole;
use crate::select::size::SizeUnit;

/// Notes every promise that the selection does not keep.
pub(super) fn check(
    findings: &mut Findings,
    manifest: &Manifest,
    ledger: &Ledger,
    chosen: &Chosen,
) {
    let sizes = manifest.subsets.iter();
    let relations = Relations {
        ledger,
        chosen,
        sizes: sizes.map(|one| (one.name.as_str(), one.size)).collect(),
    };
    for subset in &manifest.subsets {
        for broken in relations.of(subset) {
            findings.broken(broken);
        }
    }
    let derived = manifest.subsets.iter();
    for subset in derived.filter(|subset| !derives_soundly(subset, manifest.seed)) {
        findings.broken(format!(
            "{}: is derived otherwise than a run derives",
            subset.name
        ));
    }
    for broken in relations.set_aside(manifest) {
        findings.broken(broken);
    }
}

/// Whether a derived control, and nothing else, is made by a transformation with the run's seed.
fn derives_soundly(subset: &SubsetRecord, seed: u64) -> bool {
    match (&subset.derived, subset.role) {
        (Some(derived), SubsetRole::Derived) => derived.seed == seed,
        (derived, role) => derived.is_none() && role != SubsetRole::Derived,
    }
}

struct Relations<'r> {
    ledger: &'r Ledger,
    chosen: &'r Chosen,
    sizes: HashMap<&'r str, u32>,
}

impl Relations<'_> {
    fn problem(&self, entry: u32) -> u32 {
        self.ledger.entries.body_of(entry).problem
    }

    fn problems(&self, name: &str) -> Vec<u32> {
        let entries = self.chosen.of(name).iter();
        entries.map(|&entry| self.problem(entry)).collect()
    }

    fn of(&self, subset: &SubsetRecord) -> Vec<String> {
        let name = subset.name.as_str();
        let own = self.problems(name);
        let mut broken = Vec::new();
        let mut times: HashMap<u32, u32> = HashMap::new();
        for &problem in &own {
            *times.entry(problem).or_default() += 1;
        }
        if times.values().any(|&times| times > subset.per_problem) {
            broken.push(format!(
                "{name}: a problem stands in it more than {} times",
                subset.per_problem
            ));
        }
        if let Some(larger) = &subset.prefix_of
            && !self.chosen.of(larger).starts_with(self.chosen.of(name))
        {
            broken.push(format!("{name}: is no prefix of {larger}"));
        }
        for of in &subset.control_of {
            broken.extend(self.as_control(subset, &own, of));
        }
        let pairs = subset.pair_of.iter();
        for of in pairs.filter(|of| self.sizes.contains_key(of.as_str())) {
            if own != self.problems(of) {
                broken.push(format!("{name}: has other problems than its pair {of}"));
            }
        }
        broken
    }

    /// What a control promises of a subset.
    fn as_control(&self, subset: &SubsetRecord, own: &[u32], of: &str) -> Vec<String> {
        let name = subset.name.as_str();
        let mut broken = Vec::new();
        let is_full = subset.asked == u64::from(subset.size) && subset.unit == SizeUnit::Rows;
        if self.sizes.get(of) != Some(&subset.size) && is_full {
            broken.push(format!(
                "{name}: has another size than {of}, whose control it is"
            ));
        }
        let theirs = self.problems(of);
        match subset.role {
            SubsetRole::Matched => {
                let theirs: HashSet<u32> = theirs.into_iter().collect();
                if own.iter().any(|problem| theirs.contains(problem)) {
                    broken.push(format!("{name}: shares a problem with {of}"));
                }
            }
            SubsetRole::Derived if self.chosen.of(name) != self.chosen.of(of) => {
                broken.push(format!(
                    "{name}: is made of other trajectories than those of {of}"
                ));
            }
            SubsetRole::Wrong => broken.extend(self.as_wrong(name, own, &theirs, of)),
            SubsetRole::Paired if own != theirs => {
                broken.push(format!("{name}: has other problems than {of}"));
            }
            _ => {}
        }
        broken
    }

    /// What a control of wrong trajectories promises beside: that it goes through its subset's problems, and that no
    /// verdict calls one of its rows right.
    fn as_wrong(&self, name: &str, own: &[u32], theirs: &[u32], of: &str) -> Vec<String> {
        let mut left = theirs.iter();
        let mut broken = Vec::new();
        if !own.iter().all(|problem| left.any(|other| other == problem)) {
            broken.push(format!("{name}: does not go through the problems of {of}"));
        }
        let is_right =
            |&entry: &u32| !accept::no_verdict_is_right(self.ledger.entries.body_of(entry));
        if self.chosen.of(name).iter().any(is_right) {
            broken.push(format!("{name}: has a row that a verdict calls right"));
        }
        broken
    }

    /// No problem of the validation set, nor another of its template, stands in a subset or control.
    fn set_aside(&self, manifest: &Manifest) -> Vec<String> {
        let template = |&entry: &u32| -> Id {
            let problem = self.problem(entry);
            let own = self.ledger.entries.problems[problem as usize].id;
            self.ledger.templates.get(&problem).copied().unwrap_or(own)
        };
        let subsets = manifest.subsets.iter();
        let aside: HashSet<&str> = subsets
            .filter(|subset| subset.role == SubsetRole::Validation)
            .map(|subset| subset.name.as_str())
            .collect();
        let templates: HashSet<Id> = aside
            .iter()
            .flat_map(|name| self.chosen.of(name).iter().map(template))
            .collect();
        let mut others: Vec<&str> = self
            .chosen
            .names()
            .filter(|name| !aside.contains(name))
            .filter(|name| {
                let mut entries = self.chosen.of(name).iter().map(template);
                entries.any(|one| templates.contains(&one))
            })
            .collect();
        others.sort_unstable();
        let told = others.into_iter();
        told.map(|name| format!("{name}: shares a problem with the validation set"))
            .collect()
    }
}
