//! Which draws go together, and what comparisons share.
//!
//! Whether differences are taken in pairs or between independent draws decides how small an effect is found. So the
//! manifest says where pairs are meant; everything else is drawn under a name of its own.

use std::collections::{BTreeSet, HashMap};

use crate::manifest::{PairedDrawsBy, PairedDrawsRecord, SharedRecord};
use crate::select::{Subset, SubsetRole};

/// The subsets and controls whose draws go together, in the order of the selection.
pub(super) fn paired_draws(subsets: &[Subset]) -> Vec<PairedDrawsRecord> {
    let families = subsets.chunk_by(|one, other| one.family == other.family);
    let sizes = families.filter(|family| family.len() > 1).map(|family| {
        let names = family.iter().map(|subset| subset.name.clone());
        record(PairedDrawsBy::Size, names)
    });
    let places = places(subsets);
    let beside = subsets.iter().enumerate();
    let beside = beside.flat_map(|(at, subset)| {
        let style = of_style(at, subset, &places);
        style.into_iter().chain(of_control(subset))
    });
    sizes.chain(beside).collect()
}

/// What is compared with more than one other: a subset with its controls and pairs, a control with its subsets.
pub(super) fn shared(subsets: &[Subset]) -> Vec<SharedRecord> {
    let places = places(subsets);
    let mut beside: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); subsets.len()];
    for (at, subset) in subsets.iter().enumerate() {
        let others = subset.control_of.iter().chain(&subset.pair_of);
        for other in others.filter_map(|name| places.get(name.as_str())) {
            beside[at].insert(*other);
            beside[*other].insert(at);
        }
    }
    let several = subsets
        .iter()
        .zip(beside)
        .filter(|(_, others)| others.len() > 1);
    let record = |(subset, others): (&Subset, BTreeSet<usize>)| SharedRecord {
        name: subset.name.clone(),
        compared_with: others
            .into_iter()
            .map(|at| subsets[at].name.clone())
            .collect(),
    };
    several.map(record).collect()
}

/// Where each subset stands.
fn places(subsets: &[Subset]) -> HashMap<&str, usize> {
    let names = subsets.iter().enumerate();
    names.map(|(at, one)| (one.name.as_str(), at)).collect()
}

fn record(by: PairedDrawsBy, subsets: impl Iterator<Item = String>) -> PairedDrawsRecord {
    PairedDrawsRecord {
        by,
        subsets: subsets.collect(),
    }
}

/// The first of a pair of styles with the others that were made.
fn of_style(
    at: usize,
    subset: &Subset,
    places: &HashMap<&str, usize>,
) -> Option<PairedDrawsRecord> {
    let made = |name: &&String| places.contains_key(name.as_str());
    let others: Vec<&String> = subset.pair_of.iter().filter(made).collect();
    let is_first = others.iter().all(|name| places[name.as_str()] > at);
    (is_first && !others.is_empty()).then(|| {
        let others = others.into_iter().cloned();
        record(
            PairedDrawsBy::Style,
            std::iter::once(subset.name.clone()).chain(others),
        )
    })
}

/// A control that is made row by row of its subset's.
fn of_control(control: &Subset) -> Option<PairedDrawsRecord> {
    let by = match control.role {
        SubsetRole::Matched => PairedDrawsBy::Matched,
        SubsetRole::Paired => PairedDrawsBy::Paired,
        SubsetRole::Wrong => PairedDrawsBy::Wrong,
        SubsetRole::Derived => PairedDrawsBy::Derived,
        SubsetRole::Subset | SubsetRole::Random | SubsetRole::Validation => return None,
    };
    let of = control.control_of.iter().cloned();
    Some(record(by, of.chain([control.name.clone()])))
}
