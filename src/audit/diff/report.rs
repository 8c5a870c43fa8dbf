//! What is told of two versions: counts of each kind of difference, with rows to look at.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::keys::{KeyChange, decides};
use super::subsets::SubsetChange;
use super::{Change, Compared, Differing, RowChange};
use crate::Result;

/// Version of this report's form.
const VERSION: u32 = 1;

/// How many rows are named of each kind.
const FIRST: usize = 3;

/// How many pairs of values are told of a field.
const MOVES: usize = 5;

/// How many pairs of values are told apart of a field.
pub(crate) const MOVES_MAX: usize = 1 << 14;

/// Where two versions differ.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Diff {
    /// Version of this report's form.
    pub diff_version: u32,
    /// The program and its version.
    pub program: String,
    pub kind: Kind,
    pub first: SideRecord,
    pub second: SideRecord,
    /// Whether they differ in anything.
    pub differs: bool,
    /// Rows that are the same in both.
    pub same_rows: u64,
    /// Rows that differ, by how they do; kinds of which there are none have no rows.
    pub rows: Vec<RowCount>,
    /// Problems of both, by their texts.
    pub problems_in_both: u64,
    /// What is said of rows of both otherwise, by column, the most rows first.
    pub fields: Vec<FieldChange>,
    /// Rows of both whose fate is another one, the most rows first.
    pub fates: Vec<FateMove>,
    /// Keys of the pipelines; of two datasets how they were read, and their columns.
    pub keys: Vec<KeyChange>,
    /// Subsets that are not the same.
    pub subsets: Vec<SubsetChange>,
    /// Files of two folders that are not the same, the ledger and the like among them.
    pub files: Vec<FileChange>,
}

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Two output folders.
    Outputs,
    /// Two datasets.
    Datasets,
}

/// One of the two.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct SideRecord {
    /// As it was asked for.
    pub name: String,
    /// Rows and the trajectories of rows: what was read.
    pub entries: u64,
    /// Those that are trajectories.
    pub trajectories: u64,
    pub problems: u64,
    /// Problems that the other does not have.
    pub problems_alone: u64,
    /// Those of them of which the other has a near duplicate.
    pub problems_near: u64,
}

/// Whether a version has a problem of the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum There {
    /// It has the problem.
    Same,
    /// It has a near duplicate of it.
    Near,
    Neither,
}

impl There {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Near => "near",
            Self::Neither => "neither",
        }
    }
}

/// Rows that differ in one way.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RowCount {
    pub change: RowChange,
    pub rows: u64,
    /// Of rows that came or went: those whose problem the other has, with another response.
    pub of_same_problem: u64,
    /// Those whose problem is near one that the other has.
    pub of_near_problem: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// A row to look at.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Example {
    /// Source, file and row in the first, counted from 0; null where it is not there.
    pub first: Option<String>,
    pub second: Option<String>,
    /// How near the responses are, 0 to 1; null where they were not compared.
    pub similarity: Option<f64>,
    pub changes: Vec<Change>,
}

/// A column that says something else.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FieldChange {
    pub field: &'static str,
    pub rows: u64,
    /// The commonest pairs of values.
    pub moves: Vec<Move>,
    /// How many other pairs there are; of more than 16384 those that come behind are not told apart, and not counted.
    pub more_moves: u64,
}

/// Rows with the same two values.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Move {
    pub first: Option<String>,
    pub second: Option<String>,
    pub rows: u64,
}

/// Rows of which another thing became.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FateMove {
    /// `kept`, or why they were dropped.
    pub first: String,
    pub second: String,
    pub rows: u64,
    /// The keys that differ and decide on it; empty where it follows from what other rows did, or from what is said
    /// of the row.
    pub keys: Vec<String>,
    /// The first of them; the `value` that decided is among their changes.
    pub examples: Vec<Example>,
}

/// A file of two folders.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct FileChange {
    pub file: String,
    pub in_first: bool,
    pub in_second: bool,
}

/// What two versions have beside their rows.
#[derive(Default)]
pub(super) struct Beside {
    pub keys: Vec<KeyChange>,
    pub subsets: Vec<SubsetChange>,
    pub files: Vec<FileChange>,
}

impl Diff {
    pub(super) fn new(
        compared: &Compared<'_>,
        kind: Kind,
        names: [String; 2],
        beside: Beside,
    ) -> Result<Self> {
        let mut seen = Seen::default();
        compared.each(|row| {
            seen.add(compared, &row, &beside.keys);
            Ok(())
        })?;
        let [first, second] = names;
        let differing: u64 = seen.rows.values().map(|count| count.rows).sum();
        let paired: u64 = PAIRED
            .iter()
            .filter_map(|how| Some(seen.rows.get(how)?.rows))
            .sum();
        let differs = differing > 0
            || !(beside.keys.is_empty() && beside.subsets.is_empty() && beside.files.is_empty());
        Ok(Self {
            diff_version: VERSION,
            program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
            kind,
            first: compared.side(0, first),
            second: compared.side(1, second),
            differs,
            same_rows: compared.pairs.len() as u64 - paired,
            problems_in_both: compared.problems_in_both(),
            rows: seen.row_counts(),
            fields: seen.fields(),
            fates: seen.fates(),
            keys: beside.keys,
            subsets: beside.subsets,
            files: beside.files,
        })
    }
}

/// The kinds of rows that both have.
const PAIRED: [RowChange; 5] = [
    RowChange::ProblemEdited,
    RowChange::ResponseEdited,
    RowChange::ResponseReplaced,
    RowChange::BothEdited,
    RowChange::FieldsChanged,
];

impl Compared<'_> {
    fn side(&self, side: usize, name: String) -> SideRecord {
        let problems = self.set(side, |row| row.problem);
        let other = self.set(1 - side, |row| row.problem);
        let clusters = self.set(1 - side, |row| row.cluster);
        let rows = self.versions[side].rows.iter();
        let alone = |row: &&super::pairs::Row| !row.is_void && !other.contains(&row.problem);
        let near = rows
            .clone()
            .filter(alone)
            .filter(|row| clusters.contains(&row.cluster));
        let near: HashSet<u128> = near.map(|row| row.problem).collect();
        SideRecord {
            name,
            entries: rows.len() as u64,
            trajectories: rows.filter(|row| !row.is_void).count() as u64,
            problems_alone: problems.difference(&other).count() as u64,
            problems: problems.len() as u64,
            problems_near: near.len() as u64,
        }
    }

    fn problems_in_both(&self) -> u64 {
        let [first, second] = [0, 1].map(|side| self.set(side, |row| row.problem));
        first.intersection(&second).count() as u64
    }

    fn example(&self, row: &Differing) -> Example {
        Example {
            first: self.place(0, row),
            second: self.place(1, row),
            similarity: row.similarity,
            changes: row.changes.clone(),
        }
    }
}

/// Two values of a field.
type Values = (Option<String>, Option<String>);

/// What was seen so far.
#[derive(Default)]
struct Seen {
    rows: BTreeMap<RowChange, RowCount>,
    fields: HashMap<&'static str, Moves>,
    fates: BTreeMap<(String, String), FateMove>,
}

/// The values of a field that moved, and how many rows did.
#[derive(Default)]
struct Moves {
    rows: u64,
    of: HashMap<Values, u64>,
}

impl Moves {
    fn add(&mut self, values: Values) {
        self.rows += 1;
        let has_room = self.of.len() < MOVES_MAX;
        match self.of.get_mut(&values) {
            Some(rows) => *rows += 1,
            None if has_room => drop(self.of.insert(values, 1)),
            None => {}
        }
    }
}

/// What is not told by field: fates are told as such, and a response that was edited by the kind of its row.
const TOLD: [&str; 4] = ["fate", "reason", "value", "response"];

impl Seen {
    fn add(&mut self, compared: &Compared<'_>, row: &Differing, keys: &[KeyChange]) {
        let count = self
            .rows
            .entry(row.change)
            .or_insert_with(|| RowCount::new(row.change));
        count.rows += 1;
        count.of_same_problem += u64::from(row.problem_there == Some(There::Same));
        count.of_near_problem += u64::from(row.problem_there == Some(There::Near));
        if count.examples.len() < FIRST {
            count.examples.push(compared.example(row));
        }
        for change in row
            .changes
            .iter()
            .filter(|change| !TOLD.contains(&change.field))
        {
            let values = (change.first.clone(), change.second.clone());
            self.fields.entry(change.field).or_default().add(values);
        }
        self.add_fate(compared, row, keys);
    }

    fn add_fate(&mut self, compared: &Compared<'_>, row: &Differing, keys: &[KeyChange]) {
        let of = |field: &str| row.changes.iter().find(|change| change.field == field);
        let (Some(fate), reason) = (of("fate").or(of("reason")), of("reason")) else {
            return;
        };
        let word = |dropped: Option<&String>| dropped.map_or("kept", String::as_str).to_owned();
        let reason = reason.unwrap_or(fate);
        let [first, second] = [&reason.first, &reason.second].map(|reason| word(reason.as_ref()));
        let entry = self.fates.entry((first.clone(), second.clone()));
        let fate = entry.or_insert_with(|| FateMove {
            keys: deciding(keys, [&first, &second]),
            first,
            second,
            rows: 0,
            examples: Vec::new(),
        });
        fate.rows += 1;
        if fate.examples.len() < FIRST {
            fate.examples.push(compared.example(row));
        }
    }

    fn row_counts(&mut self) -> Vec<RowCount> {
        let count = |how: RowChange| self.rows.remove(&how).unwrap_or_else(|| RowCount::new(how));
        RowChange::ALL.map(count).into()
    }

    fn fields(&mut self) -> Vec<FieldChange> {
        let fields = self.fields.drain().map(|(field, moves)| {
            let rows = moves.rows;
            let mut moves: Vec<Move> = moves
                .of
                .into_iter()
                .map(|((first, second), rows)| Move {
                    first,
                    second,
                    rows,
                })
                .collect();
            moves.sort_by(|a, b| {
                let values = (&a.first, &a.second).cmp(&(&b.first, &b.second));
                b.rows.cmp(&a.rows).then(values)
            });
            let more = moves.len().saturating_sub(MOVES);
            moves.truncate(MOVES);
            FieldChange {
                field,
                rows,
                moves,
                more_moves: more as u64,
            }
        });
        let mut fields: Vec<FieldChange> = fields.collect();
        fields.sort_by(|a, b| b.rows.cmp(&a.rows).then(a.field.cmp(b.field)));
        fields
    }

    fn fates(&mut self) -> Vec<FateMove> {
        let mut fates: Vec<FateMove> = std::mem::take(&mut self.fates).into_values().collect();
        fates.sort_by_key(|fate| std::cmp::Reverse(fate.rows));
        fates
    }
}

/// The keys that decide on one of these fates.
fn deciding(keys: &[KeyChange], fates: [&String; 2]) -> Vec<String> {
    let decides = |key: &&KeyChange| {
        fates
            .iter()
            .any(|fate| *fate != "kept" && decides(&key.key, fate))
    };
    keys.iter()
        .filter(decides)
        .map(|key| key.key.clone())
        .collect()
}

impl RowCount {
    fn new(change: RowChange) -> Self {
        Self {
            change,
            rows: 0,
            of_same_problem: 0,
            of_near_problem: 0,
            examples: Vec::new(),
        }
    }
}
