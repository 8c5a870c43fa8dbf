//! Exact copies (the same response to the same problem), and near duplicates of problems.
//!
//! Of copies the one that stays has the smallest hash of its other fields, then the first place by name, so that
//! neither the order of files nor that of rows decides (a rule that marin's datakit proved on 45 million
//! documents).

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{DropReason, Fate, Screened};
use crate::ids::Id;
use crate::pool::Entries;

/// Drops all but one of the kept entries that share a trajectory id.
pub(crate) fn drop_copies(entries: &Entries, fates: &mut [Fate]) {
    let mut first: HashMap<Id, u32, RandomState> = HashMap::default();
    for (at, fate) in fates.iter().enumerate() {
        if *fate != Fate::Kept {
            continue;
        }
        let at = at as u32;
        let body = entries.body_of(at);
        let best = first.entry(body.trajectory_id).or_insert(at);
        if body.fields_id < entries.body_of(*best).fields_id {
            *best = at;
        }
    }
    for (at, fate) in fates.iter_mut().enumerate() {
        if *fate == Fate::Kept {
            let kept = first[&entries.body_of(at as u32).trajectory_id];
            if kept != at as u32 {
                *fate = Fate::Dropped(DropReason::Duplicate(kept));
            }
        }
    }
}

/// Drops the kept entries of all but one problem of each cluster: the one with the smallest id of those that
/// have a kept entry, so that a cluster is never lost with a problem whose trajectories are all wrong.
pub(crate) fn drop_near(entries: &Entries, screened: &Screened, fates: &mut [Fate]) {
    let Some(representatives) = screened.representatives(entries, fates) else {
        return;
    };
    for (row, fate) in entries.rows.iter().zip(fates) {
        if let (Ok(body), Fate::Kept) = (&row.body, &fate) {
            let kept = representatives[body.problem as usize];
            if kept != body.problem {
                *fate = Fate::Dropped(DropReason::NearDuplicate(kept));
            }
        }
    }
}
