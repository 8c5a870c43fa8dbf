//! Which subsets moved, and by what each of their rows did.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Serialize;

/// A subset that is not the same in both.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct SubsetChange {
    pub subset: String,
    /// Its rows; null where the first has no such subset.
    pub first: Option<u64>,
    pub second: Option<u64>,
    /// Rows of the second that the first does not have.
    pub rows_in: u64,
    /// Rows of the first that the second does not have.
    pub rows_out: u64,
    /// Rows of both that have another rank.
    pub rows_moved: u64,
    /// Why rows came and went; empty where only one has the subset.
    pub causes: Vec<Cause>,
}

/// Why rows of a subset came or went.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Cause {
    pub way: Way,
    pub why: String,
    pub rows: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    In,
    Out,
}

/// The rank of each trajectory of each subset, in the order of the selection.
pub(super) type Selected = IndexMap<String, HashMap<u128, u32>>;

/// What became of each trajectory of a folder.
#[derive(Default)]
pub(super) struct Fates {
    /// Why it was dropped; none where it was kept. Of copies that which was kept counts.
    pub of: HashMap<u128, Option<Arc<str>>>,
    /// Those whose row is another one in the other folder.
    pub changed: HashSet<u128>,
}

/// The subsets that differ, in the order of the first and then of the second.
pub(super) fn changes(selected: [&Selected; 2], fates: [&Fates; 2]) -> Vec<SubsetChange> {
    let names = selected[0].keys().chain(
        selected[1]
            .keys()
            .filter(|name| !selected[0].contains_key(*name)),
    );
    let change = |name: &String| change(name, selected.map(|subsets| subsets.get(name)), fates);
    names
        .map(change)
        .filter(|change| !change.is_none())
        .collect()
}

impl SubsetChange {
    fn is_none(&self) -> bool {
        self.first == self.second && self.rows_in + self.rows_out + self.rows_moved == 0
    }
}

fn change(name: &str, sides: [Option<&HashMap<u128, u32>>; 2], fates: [&Fates; 2]) -> SubsetChange {
    let empty = HashMap::new();
    let [first, second] = sides.map(|side| side.unwrap_or(&empty));
    let missing = |of: &HashMap<u128, u32>, other: &HashMap<u128, u32>| -> Vec<u128> {
        of.keys()
            .filter(|id| !other.contains_key(*id))
            .copied()
            .collect()
    };
    let (gone, new) = (missing(first, second), missing(second, first));
    let moved = first
        .iter()
        .filter(|(id, rank)| second.get(*id).is_some_and(|other| other != *rank));
    let causes = match sides {
        [Some(_), Some(_)] => causes(&gone, &new, fates),
        _ => Vec::new(),
    };
    SubsetChange {
        subset: name.to_owned(),
        first: sides[0].map(|rows| rows.len() as u64),
        second: sides[1].map(|rows| rows.len() as u64),
        rows_in: new.len() as u64,
        rows_out: gone.len() as u64,
        rows_moved: moved.count() as u64,
        causes,
    }
}

fn causes(gone: &[u128], new: &[u128], fates: [&Fates; 2]) -> Vec<Cause> {
    let mut counts: BTreeMap<(Way, String), u64> = BTreeMap::new();
    for id in new {
        *counts
            .entry((Way::In, why(*id, Way::In, fates)))
            .or_default() += 1;
    }
    for id in gone {
        *counts
            .entry((Way::Out, why(*id, Way::Out, fates)))
            .or_default() += 1;
    }
    let causes = counts
        .into_iter()
        .map(|((way, why), rows)| Cause { way, why, rows });
    causes.collect()
}

/// Why a trajectory is in the subset of one folder alone.
fn why(id: u128, way: Way, fates: [&Fates; 2]) -> String {
    let own = fates[usize::from(way == Way::In)];
    if own.changed.contains(&id) {
        return "its row was changed".to_owned();
    }
    match (way, fates.map(|fates| fates.of.get(&id))) {
        (Way::In, [None, _]) => "its row is new".to_owned(),
        (Way::Out, [_, None]) => "its row is gone".to_owned(),
        (_, [Some(before), Some(after)]) if before != after => match (before, after) {
            (_, Some(reason)) => format!("dropped now: {reason}"),
            (Some(reason), None) => format!("kept now, dropped before: {reason}"),
            (None, None) => String::new(),
        },
        (Way::In, _) => "could be drawn before, and was not".to_owned(),
        (Way::Out, _) => "could be drawn still, and is not".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates(of: &[(u128, Option<&str>)], changed: &[u128]) -> Fates {
        let of = of.iter().map(|(id, why)| (*id, why.map(Arc::from)));
        Fates {
            of: of.collect(),
            changed: changed.iter().copied().collect(),
        }
    }

    #[test]
    fn each_row_that_came_or_went_has_its_cause() {
        let ranks = |ids: &[u128]| (0..).zip(ids).map(|(rank, id)| (*id, rank)).collect();
        let first = Selected::from([
            ("a".to_owned(), ranks(&[1, 2, 3, 4, 5])),
            ("b".to_owned(), ranks(&[1])),
        ]);
        let second = Selected::from([
            ("b".to_owned(), ranks(&[1])),
            ("a".to_owned(), ranks(&[1, 6, 7, 8, 9])),
        ]);
        let before = fates(
            &[
                (1, None),
                (2, None),
                (3, None),
                (4, None),
                (5, None),
                (7, Some("wrong")),
                (8, None),
            ],
            &[5],
        );
        let after = fates(
            &[
                (1, None),
                (2, Some("too_long")),
                (4, None),
                (6, None),
                (7, None),
                (8, None),
                (9, None),
            ],
            &[9],
        );
        let found = changes([&first, &second], [&before, &after]);
        let causes = [
            (Way::In, "could be drawn before, and was not", 1),
            (Way::In, "its row is new", 1),
            (Way::In, "its row was changed", 1),
            (Way::In, "kept now, dropped before: wrong", 1),
            (Way::Out, "could be drawn still, and is not", 1),
            (Way::Out, "dropped now: too_long", 1),
            (Way::Out, "its row is gone", 1),
            (Way::Out, "its row was changed", 1),
        ];
        let cause = |(way, why, rows): (Way, &str, u64)| Cause {
            way,
            why: why.to_owned(),
            rows,
        };
        let expected = SubsetChange {
            subset: "a".into(),
            first: Some(5),
            second: Some(5),
            rows_in: 4,
            rows_out: 4,
            rows_moved: 0,
            causes: causes.map(cause).into(),
        };
        assert_eq!(found, [expected]);
    }
}
