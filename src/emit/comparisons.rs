//! Which draws go together.
//!
//! Whether differences are taken in pairs or between independent draws decides how small an effect is found. So the
//! manifest says where pairs are meant; everything else is drawn under a name of its own.

use std::collections::HashMap;

use crate::manifest::{PairedDrawsBy, PairedDrawsRecord};
use crate::select::{Subset, SubsetRole};

/// The subsets and controls whose draws go together, in the order of the selection.
pub(super) fn paired_draws(subsets: &[Subset]) -> Vec<PairedDrawsRecord> {
    let families = subsets.chunk_by(|one, other| one.family == other.family);
    let sizes = families.filter(|family| family.len() > 1).map(|family| {
        let names = family.iter().map(|subset| subset.name.clone());
        record(PairedDrawsBy::Size, names)
    });
    let names = subsets.iter().enumerate();
    let places: HashMap<&str, usize> = names.map(|(at, one)| (one.name.as_str(), at)).collect();
    let beside = subsets.iter().enumerate();
    let beside = beside.flat_map(|(at, subset)| {
        let style = of_style(at, subset, &places);
        style.into_iter().chain(of_control(subset))
    });
    sizes.chain(beside).collect()
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
