//! What two versions of the same thing do not share: two output folders, or two datasets that somebody made.
//!
//! Rows are paired by what they say (`pairs`), so that another order is no difference and an edited row is one row that
//! changed, not one that came and one that went. Of two folders the ledgers, selections and pipelines are all that is
//! read; of two datasets what the measuring pass knows, and of rows without an equal their texts.
//!
//! Of each row hashes are held (`version`): what is said of the rows that differ is read again, some at a time.

mod around;
mod datasets;
mod keys;
mod outputs;
mod pairs;
mod report;
mod sketch;
mod subsets;
mod table;
mod version;

pub(crate) use around::around;
pub(crate) use datasets::{Asked, datasets};
pub(crate) use keys::KeyChange;
pub(crate) use outputs::outputs;
pub(crate) use report::{
    Diff, Example, FateMove, FieldChange, FileChange, Kind, MOVES_MAX, RowCount, SideRecord, There,
};
pub(crate) use subsets::{SubsetChange, Way};
pub(crate) use table::columns;

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{Result, memory};
use pairs::{How, Pair, Pairing, Texts};
use version::{Again, Cells, Version};

/// Two versions, with each row paired or alone.
struct Compared<'v> {
    /// What the cells of a row are.
    columns: Vec<&'static str>,
    versions: [Version; 2],
    /// Gives the cells.
    again: Again<'v>,
    /// In the order of the first.
    pairs: Vec<Pair>,
    /// Rows that are paired with none.
    lone: [Vec<u32>; 2],
    /// How the texts of pairs differ that were read again, by the first's row.
    written: HashMap<u32, Vec<Change>>,
}

/// Pairs whose cells are held at a time, of some 500 bytes each.
const AT_ONCE: usize = 1 << 15;

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RowChange {
    /// The same response to a problem that is written differently.
    ProblemEdited,
    /// The same problem, and a response that is near the former.
    ResponseEdited,
    /// The same problem, and a response that is not near the former.
    ResponseReplaced,
    /// A near problem, and a response that is near the former.
    BothEdited,
    /// The same trajectory, of which something else is said.
    FieldsChanged,
    Removed,
    Added,
    /// One copy less of a trajectory that stays.
    CopyRemoved,
    /// One copy more of a trajectory that was there.
    CopyAdded,
}

impl RowChange {
    pub(crate) const ALL: [Self; 9] = [
        Self::ProblemEdited,
        Self::ResponseEdited,
        Self::ResponseReplaced,
        Self::BothEdited,
        Self::FieldsChanged,
        Self::Removed,
        Self::Added,
        Self::CopyRemoved,
        Self::CopyAdded,
    ];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ProblemEdited => "problem_edited",
            Self::ResponseEdited => "response_edited",
            Self::ResponseReplaced => "response_replaced",
            Self::BothEdited => "both_edited",
            Self::FieldsChanged => "fields_changed",
            Self::Removed => "removed",
            Self::Added => "added",
            Self::CopyRemoved => "copy_removed",
            Self::CopyAdded => "copy_added",
        }
    }
}

/// Something that is said of a row otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Change {
    /// A column of the ledger; `problem`, `answer` and `response` are the texts, those that are long from shortly before
    /// their first difference on.
    pub field: &'static str,
    /// Null where the first says nothing.
    pub first: Option<String>,
    pub second: Option<String>,
}

/// A row that differs.
struct Differing {
    change: RowChange,
    /// The row in each version.
    rows: [Option<u32>; 2],
    /// Of the responses, where they were compared.
    similarity: Option<f64>,
    /// Of a row that came or went: whether the other version has its problem.
    problem_there: Option<There>,
    changes: Vec<Change>,
}

/// The hash of problem and gold answer as they are written.
const TEXT: &str = "text_id";

/// What is said of a row beside what its texts measure: all that is told of one whose texts were edited.
const SAID: [&str; 15] = [
    "category",
    "origin",
    "question_type",
    "gold_kind",
    "problem_is_valid",
    "solution_is_valid",
    "synthetic",
    "source_id",
    "recorded_rule",
    "recorded_judge",
    "verdict",
    "fate",
    "reason",
    "value",
    "style",
];

impl<'v> Compared<'v> {
    /// Pairs the rows; `texts` gives what the texts of lone rows say, of each version.
    fn new(
        columns: Vec<&'static str>,
        versions: [Version; 2],
        again: Again<'v>,
        texts: impl FnOnce(&Pairing<'_>, &Again<'_>) -> Result<[HashMap<u32, Texts>; 2]>,
    ) -> Result<Self> {
        let rows = versions.iter().map(|version| version.rows.len() as u64);
        memory::check_compared(rows.sum())?;
        let mut pairing = Pairing::new(&versions[0].rows, &versions[1].rows);
        let texts = texts(&pairing, &again)?;
        pairing.meet(&texts);
        let (mut pairs, lone) = (pairing.pairs, pairing.lone);
        pairs.sort_unstable_by_key(|pair| pair.rows);
        Ok(Self {
            columns,
            versions,
            again,
            pairs,
            lone,
            written: HashMap::new(),
        })
    }

    /// Hands over every row that differs: those that changed, then those that went, then those that came.
    fn each(&self, mut take: impl FnMut(Differing) -> Result<()>) -> Result<()> {
        let pairs = self.pairs.iter().filter(|pair| self.may_differ(pair));
        let pairs: Vec<&Pair> = pairs.collect();
        for some in pairs.chunks(AT_ONCE) {
            let rows = [0, 1].map(|side: usize| some.iter().map(|pair| pair.rows[side]).collect());
            let cells = Cells::read(&self.again, &self.columns, rows)?;
            let mut changed = some.iter().filter_map(|pair| self.changed(pair, &cells));
            changed.try_for_each(&mut take)?;
        }
        self.lone().try_for_each(take)
    }

    /// Whether something may be said of a pair otherwise.
    fn may_differ(&self, pair: &Pair) -> bool {
        let said = |side: usize| self.versions[side].rows[pair.rows[side] as usize].said;
        pair.how != How::Same || said(0) != said(1)
    }

    /// The rows that one version alone has.
    fn lone(&self) -> impl Iterator<Item = Differing> {
        let trajectories = [0, 1].map(|side| self.set(side, |row| row.trajectory));
        let problems = [0, 1].map(|side| self.set(side, |row| row.problem));
        let clusters = [0, 1].map(|side| self.set(side, |row| row.cluster));
        let sides = [0, 1].into_iter();
        let lone = sides.flat_map(move |side| self.lone[side].iter().map(move |row| (side, *row)));
        let alone = move |(side, at): (usize, u32)| {
            let row = &self.versions[side].rows[at as usize];
            let other = 1 - side;
            let is_copy = !row.is_void && trajectories[other].contains(&row.trajectory);
            let there = match (
                problems[other].contains(&row.problem),
                clusters[other].contains(&row.cluster),
            ) {
                (true, _) => There::Same,
                (false, true) => There::Near,
                (false, false) => There::Neither,
            };
            self.alone(side, at, is_copy, there)
        };
        lone.map(alone)
    }

    fn set(&self, side: usize, key: fn(&pairs::Row) -> u128) -> HashSet<u128> {
        let rows = self.versions[side].rows.iter().filter(|row| !row.is_void);
        rows.map(key).collect()
    }

    fn alone(&self, side: usize, at: u32, is_copy: bool, there: There) -> Differing {
        let change = match (side, is_copy) {
            (0, false) => RowChange::Removed,
            (0, true) => RowChange::CopyRemoved,
            (_, false) => RowChange::Added,
            (_, true) => RowChange::CopyAdded,
        };
        let mut rows = [None, None];
        rows[side] = Some(at);
        let is_void = self.versions[side].rows[at as usize].is_void;
        Differing {
            change,
            rows,
            similarity: None,
            problem_there: (!is_void && !is_copy).then_some(there),
            changes: Vec::new(),
        }
    }

    fn changed(&self, pair: &Pair, cells: &Cells) -> Option<Differing> {
        let changes = self.changes(pair, cells);
        let change = match pair.how {
            How::Same if changes.is_empty() => return None,
            How::Same => RowChange::FieldsChanged,
            How::ProblemEdited => RowChange::ProblemEdited,
            How::ResponseEdited => RowChange::ResponseEdited,
            How::ResponseReplaced => RowChange::ResponseReplaced,
            How::BothEdited => RowChange::BothEdited,
        };
        Some(Differing {
            change,
            rows: pair.rows.map(Some),
            similarity: pair.similarity,
            problem_there: None,
            changes,
        })
    }

    /// What is said of a pair otherwise.
    fn changes(&self, pair: &Pair, cells: &Cells) -> Vec<Change> {
        let written = self.written.get(&pair.rows[0]);
        let is_told = |field: &str| match pair.how {
            How::Same => !(written.is_some() && field == TEXT),
            _ => SAID.contains(&field),
        };
        let mut changes = written.cloned().unwrap_or_default();
        let columns = self.columns.iter().enumerate();
        changes.extend(columns.filter_map(|(at, field)| {
            let [first, second] = [0, 1].map(|side: usize| cells.get(side, pair.rows[side], at));
            let differs = first != second && is_told(field);
            differs.then(|| Change {
                field,
                first: first.map(str::to_owned),
                second: second.map(str::to_owned),
            })
        }));
        changes
    }

    /// Whether problem or gold answer of a pair are written otherwise.
    fn is_rewritten(&self, pair: &Pair) -> bool {
        let text = |side: usize| self.versions[side].rows[pair.rows[side] as usize].text;
        text(0) != text(1)
    }

    fn place(&self, side: usize, row: &Differing) -> Option<String> {
        row.rows[side].map(|at| self.versions[side].place(at))
    }

    /// The trajectory of a row that differs, where it is one.
    fn row(&self, side: usize, row: &Differing) -> Option<&pairs::Row> {
        let row = &self.versions[side].rows[row.rows[side]? as usize];
        (!row.is_void).then_some(row)
    }
}
