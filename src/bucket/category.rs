//! Which problems a category's name means.

use std::collections::BTreeSet;

use crate::pool::Entries;
use crate::pool::entries::NameIndex;

/// The paper's seven categories: OpenR1's `problem_type` without `Other`.
pub(crate) const SEVEN: [&str; 7] = [
    "algebra",
    "calculus",
    "combinatorics",
    "geometry",
    "inequalities",
    "logic_and_puzzles",
    "number_theory",
];

/// The name of the even mix over categories.
pub(crate) const DIVERSE: &str = "diverse";

/// The name of the whole pool, in whatever mix it has.
pub(crate) const ALL: &str = "all";

/// The name of the whole pool, in its mix at every size.
pub(crate) const PROPORTIONAL: &str = "proportional";

/// Whether a subset of this category has another mix than the pool because it was asked for.
pub(crate) fn decides(category: &str) -> bool {
    category != ALL && category != PROPORTIONAL
}

/// Whether it is drawn from several categories by a rule.
pub(crate) fn is_mix(category: &str) -> bool {
    category == DIVERSE || category == PROPORTIONAL
}

/// What a grid's category selects from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Category {
    One(String),
    /// Round-robin over these.
    Diverse(Vec<String>),
    /// Every category in the proportion that it has.
    Proportional,
    All,
}

impl Category {
    pub(crate) fn new(name: &str, diverse_of: &[String]) -> Self {
        match name {
            DIVERSE => Self::Diverse(diverse_of.to_vec()),
            PROPORTIONAL => Self::Proportional,
            ALL => Self::All,
            one => Self::One(one.to_owned()),
        }
    }

    /// The groups that it draws from; one for all but `diverse` and `proportional`.
    pub(crate) fn groups(&self, entries: &Entries) -> Vec<ProblemGroup> {
        let group = |name: &String| ProblemGroup::Category(entries.find_name(name));
        match self {
            Self::One(name) => vec![group(name)],
            Self::Diverse(names) => names.iter().map(group).collect(),
            Self::Proportional => categories(entries),
            Self::All => vec![ProblemGroup::Any],
        }
    }
}

/// A group for each category that a problem has, by name, and one for problems that have none.
fn categories(entries: &Entries) -> Vec<ProblemGroup> {
    let names: BTreeSet<Option<NameIndex>> = entries
        .problems
        .iter()
        .map(|problem| problem.category)
        .collect();
    let group = |name: Option<NameIndex>| {
        name.map_or(ProblemGroup::Uncategorised, |name| {
            ProblemGroup::Category(Some(name))
        })
    };
    let mut groups: Vec<ProblemGroup> = names.into_iter().map(group).collect();
    groups.sort_by_key(|group| group.name(entries));
    groups
}

/// Problems that a subset draws from together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum ProblemGroup {
    Any,
    /// Those of one category; none where no entry has its name.
    Category(Option<NameIndex>),
    /// Those of which no source names a category.
    Uncategorised,
}

impl ProblemGroup {
    /// Its category's name, where it is of one.
    pub(crate) fn name(self, entries: &Entries) -> Option<&str> {
        match self {
            Self::Category(Some(name)) => Some(entries.name(name)),
            Self::Any | Self::Uncategorised | Self::Category(None) => None,
        }
    }

    pub(crate) fn holds(self, entries: &Entries, problem: u32) -> bool {
        match self {
            Self::Any => true,
            Self::Category(None) => false,
            Self::Category(name) => entries.problems[problem as usize].category == name,
            Self::Uncategorised => entries.problems[problem as usize].category.is_none(),
        }
    }
}
