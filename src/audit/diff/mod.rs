//! What two versions of the same thing do not share: two output folders, or two datasets that somebody made.
//!
//! Rows are paired by what they say (`pairs`), so that another order is no difference and an edited row is one row that
//! changed, not one that came and one that went. Of two folders the ledgers, selections and pipelines are all that is
//! read; of two datasets what the measuring pass knows, and of rows without an equal their texts.

mod datasets;
mod keys;
mod outputs;
mod pairs;
mod report;
mod sketch;
mod subsets;
mod table;
mod version;

pub(crate) use datasets::{Columns, datasets};
pub(crate) use keys::KeyChange;
pub(crate) use outputs::outputs;
pub(crate) use report::{
    Diff, Example, FateMove, FieldChange, FileChange, Kind, RowCount, SideRecord, There,
};
pub(crate) use subsets::{SubsetChange, Way};
pub(crate) use table::{columns, write};

use std::collections::{HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use pairs::{How, Pair, Pairing, Texts};
use version::{Version, Words};

/// Two versions, with each row paired or alone.
pub(crate) struct Compared {
    /// What the cells of a row are.
    columns: Vec<&'static str>,
    words: Words,
    versions: [Version; 2],
    /// In the order of the first.
    pairs: Vec<Pair>,
    /// Rows that are paired with none.
    lone: [Vec<u32>; 2],
    /// What is written in rows whose texts were read again.
    written: [HashMap<u32, Written>; 2],
}

/// The texts of a row that are short.
struct Written {
    problem: String,
    answer: Option<String>,
}

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
    /// A column of the ledger; `problem` and `answer` are the texts, cut where they are long.
    pub field: &'static str,
    /// Null where the first says nothing.
    pub first: Option<String>,
    pub second: Option<String>,
}

/// A row that differs.
pub(crate) struct Differing {
    pub change: RowChange,
    /// The row in each version.
    rows: [Option<u32>; 2],
    /// Of the responses, where they were compared.
    pub similarity: Option<f64>,
    /// Of a row that came or went: whether the other version has its problem.
    pub problem_there: Option<There>,
    pub changes: Vec<Change>,
}

/// Letters of a problem or gold answer that are kept.
const WRITTEN_CHARS: usize = 200;

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

impl Compared {
    /// Pairs the rows; `texts` gives what the texts of lone rows say, of each version.
    fn new(
        columns: Vec<&'static str>,
        words: Words,
        versions: [Version; 2],
        texts: impl FnOnce(&Pairing<'_>) -> crate::Result<[HashMap<u32, Texts>; 2]>,
    ) -> crate::Result<Self> {
        let mut pairing = Pairing::new(&versions[0].rows, &versions[1].rows);
        let texts = texts(&pairing)?;
        pairing.meet(&texts);
        let (mut pairs, lone) = (pairing.pairs, pairing.lone);
        pairs.sort_unstable_by_key(|pair| pair.rows);
        Ok(Self {
            columns,
            words,
            versions,
            pairs,
            lone,
            written: [HashMap::new(), HashMap::new()],
        })
    }

    /// Every row that differs: those that changed, then those that went, then those that came.
    pub(crate) fn each(&self) -> impl Iterator<Item = Differing> {
        let changed = self.pairs.iter().filter_map(|pair| self.changed(pair));
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
        changed.chain(lone.map(alone))
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

    fn changed(&self, pair: &Pair) -> Option<Differing> {
        let changes = self.changes(pair);
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
    fn changes(&self, pair: &Pair) -> Vec<Change> {
        let cells = [0, 1].map(|side| self.versions[side].cells(pair.rows[side]));
        let written = [0, 1].map(|side| self.written[side].get(&pair.rows[side]));
        let mut changes = match written {
            [Some(first), Some(second)] => texts(first, second),
            _ => Vec::new(),
        };
        let has_texts = written.iter().all(Option::is_some);
        let is_told = |field: &str| match pair.how {
            How::Same => !(has_texts && field == TEXT),
            _ => SAID.contains(&field),
        };
        let cells = cells[0].iter().zip(cells[1]).zip(&self.columns);
        let differing = cells.filter(|((first, second), field)| first != second && is_told(field));
        changes.extend(differing.map(|((first, second), field)| Change {
            field,
            first: self.words.get(*first).map(str::to_owned),
            second: self.words.get(*second).map(str::to_owned),
        }));
        changes
    }

    /// Whether problem or gold answer of a pair are written otherwise.
    fn is_rewritten(&self, pair: &Pair) -> bool {
        let at = self.columns.iter().position(|column| *column == TEXT);
        let cell = |side: usize| Some(self.versions[side].cells(pair.rows[side])[at?]);
        cell(0) != cell(1)
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

/// The texts of a pair that are not the same.
fn texts(first: &Written, second: &Written) -> Vec<Change> {
    let change = |field: &'static str, first: Option<&str>, second: Option<&str>| {
        let text = |text: &str| shortened(text, WRITTEN_CHARS);
        (first != second).then(|| Change {
            field,
            first: first.map(text),
            second: second.map(text),
        })
    };
    let problem = change("problem", Some(&first.problem), Some(&second.problem));
    let answer = change("answer", first.answer.as_deref(), second.answer.as_deref());
    problem.into_iter().chain(answer).collect()
}

fn shortened(text: &str, most: usize) -> String {
    match text.chars().count() <= most {
        true => text.to_owned(),
        false => text.chars().take(most - 1).chain(['…']).collect(),
    }
}
