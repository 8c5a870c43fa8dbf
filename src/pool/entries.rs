//! The pool of one run in memory: what screening and selecting need of every entry, and nothing else.
//!
//! About 130 bytes an entry: a million trajectories fit where their text would take 17 GB.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Float32Type, UInt32Type, UInt64Type};
use indexmap::IndexSet;

use crate::ids::Id;
use crate::source::{GoldKind, Void};
use crate::verify::Outcome;
use crate::{Error, Result};

/// Index of a name in [`Entries::names`].
pub type Name = u32;

/// One entry; those of a run stand in the order of source, file, row and generation.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Index of the part that holds it.
    pub part: u32,
    pub row: u64,
    pub generation: Option<u32>,
    pub offset: Option<u64>,
    pub body: Result<Body, Void>,
}

/// What is known of a trajectory.
#[derive(Clone, Debug)]
pub struct Body {
    /// Index in [`Entries::problems`].
    pub problem: u32,
    pub trajectory_id: Id,
    pub fields_id: Id,
    pub outcome: Outcome,
    /// Right by one of the source's verdicts, wrong by all it has, or none recorded.
    pub recorded: Option<bool>,
    pub finished: Option<bool>,
    pub tokens: u32,
    pub thinking_tokens: u32,
    pub bytes: u32,
    pub repeated_share: f32,
    /// How often it has words of verification, tentative words and connectives.
    pub words: [u32; 3],
    /// The source's style where it is known, else the text's.
    pub style: Name,
    pub category: Option<Name>,
    pub origin: Option<Name>,
    /// Index of what is known of its problem beside that.
    pub(crate) known: u32,
}

/// What the source or a companion knows of a problem; what nobody says is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Known {
    pub question_type: Option<Name>,
    pub gold_kind: Option<GoldKind>,
    pub problem_is_valid: Option<Name>,
    pub solution_is_valid: Option<Name>,
    pub synthetic: Option<bool>,
}

impl Known {
    /// Adds what another says and this does not.
    pub fn complete(&mut self, other: Self) {
        *self = Self {
            question_type: self.question_type.or(other.question_type),
            gold_kind: self.gold_kind.or(other.gold_kind),
            problem_is_valid: self.problem_is_valid.or(other.problem_is_valid),
            solution_is_valid: self.solution_is_valid.or(other.solution_is_valid),
            synthetic: self.synthetic.or(other.synthetic),
        };
    }
}

/// One problem, over all its entries.
#[derive(Clone, Debug)]
pub struct Problem {
    pub id: Id,
    /// The first by name of the categories that its entries have.
    pub category: Option<Name>,
    /// Trajectories that our verifier called correct, and those that it could decide.
    pub correct: u32,
    pub decided: u32,
}

impl Problem {
    /// The share right of those that were decided; none below two of them.
    pub fn pass_rate(&self) -> Option<f64> {
        (self.decided >= 2).then(|| f64::from(self.correct) / f64::from(self.decided))
    }
}

/// Every entry of a run.
#[derive(Debug, Default)]
pub struct Entries {
    pub rows: Vec<Entry>,
    pub problems: Vec<Problem>,
    names: Vec<String>,
    name_index: HashMap<String, Name>,
    problem_index: HashMap<Id, u32>,
    /// Every combination that some entry has: a few dozen.
    known: IndexSet<Known>,
}

/// The columns of [`Body::words`].
const WORDS: [&str; 3] = [
    "verification_word_count",
    "tentative_word_count",
    "connective_count",
];

/// The columns of a part that [`Entries::add`] reads.
pub const COLUMNS: [&str; 27] = [
    "row",
    "generation",
    "offset",
    "void",
    "problem_id",
    "trajectory_id",
    "category",
    "origin",
    "question_type",
    "gold_kind",
    "problem_is_valid",
    "solution_is_valid",
    "synthetic",
    "recorded_rule",
    "recorded_judge",
    "verdict",
    "tokens",
    "thinking_tokens",
    "bytes",
    "finished",
    "repeated_share",
    "style_source",
    "style_text",
    "fields_id",
    WORDS[0],
    WORDS[1],
    WORDS[2],
];

impl Entries {
    pub fn name(&self, name: Name) -> &str {
        &self.names[name as usize]
    }

    /// The index of a name that some entry has.
    pub fn find_name(&self, name: &str) -> Option<Name> {
        self.name_index.get(name).copied()
    }

    /// The index of a problem that some entry answers.
    pub fn find_problem(&self, id: Id) -> Option<u32> {
        self.problem_index.get(&id).copied()
    }

    pub(crate) fn intern(&mut self, name: &str) -> Name {
        if let Some(&known) = self.name_index.get(name) {
            return known;
        }
        let next = self.names.len() as Name;
        self.names.push(name.to_owned());
        self.name_index.insert(name.to_owned(), next);
        next
    }

    /// What is known of a trajectory's problem.
    pub fn known_of(&self, body: &Body) -> &Known {
        &self.known[body.known as usize]
    }

    /// Changes trajectories and what is known of their problems.
    pub(super) fn complete(&mut self, mut change: impl FnMut(&mut Body, &mut Known)) {
        for row in &mut self.rows {
            let Ok(body) = &mut row.body else { continue };
            let mut known = self.known[body.known as usize];
            change(body, &mut known);
            body.known = self.known.insert_full(known).0 as u32;
        }
    }

    /// An entry that stands for a whole file that could not be read.
    pub fn add_unreadable(&mut self, part: u32) {
        self.rows.push(Entry {
            part,
            row: 0,
            generation: None,
            offset: None,
            body: Err(Void::UnreadableFile),
        });
    }

    /// Adds the entries of a batch of a part.
    pub fn add(&mut self, part: u32, batch: &RecordBatch) -> Result<()> {
        let columns = Columns::of(batch, &COLUMNS)?;
        for at in 0..batch.num_rows() {
            let body = match columns.text("void", at) {
                Some(void) => Err(Void::parse(void).unwrap_or(Void::WrongType)),
                None => Ok(self.body(&columns, at)),
            };
            self.rows.push(Entry {
                part,
                row: columns.u64("row", at).unwrap_or_default(),
                generation: columns.u32("generation", at),
                offset: columns.u64("offset", at),
                body,
            });
        }
        Ok(())
    }

    fn body(&mut self, columns: &Columns<'_>, at: usize) -> Body {
        let verdict = columns.text("verdict", at).unwrap_or_default();
        let outcome = verdict.parse().unwrap_or(Outcome::Undecided);
        let source_style = columns.text("style_source", at);
        let style = source_style.or_else(|| columns.text("style_text", at));
        let style = self.intern(style.unwrap_or("other"));
        let category = columns.text("category", at).map(|name| self.intern(name));
        let origin = columns.text("origin", at).map(|name| self.intern(name));
        let verdicts = [
            columns.flag("recorded_rule", at),
            columns.flag("recorded_judge", at),
        ];
        let recorded = verdicts.into_iter().flatten().reduce(|a, b| a || b);
        let problem = self.problem(columns.id("problem_id", at), category, outcome);
        let known = self.known(columns, at);
        let known = self.known.insert_full(known).0 as u32;
        Body {
            problem,
            trajectory_id: columns.id("trajectory_id", at),
            fields_id: columns.id("fields_id", at),
            outcome,
            recorded,
            finished: columns.flag("finished", at),
            tokens: columns.u32("tokens", at).unwrap_or_default(),
            thinking_tokens: columns.u32("thinking_tokens", at).unwrap_or_default(),
            bytes: columns.u32("bytes", at).unwrap_or_default(),
            repeated_share: columns.f32("repeated_share", at).unwrap_or_default(),
            words: WORDS.map(|name| columns.u32(name, at).unwrap_or_default()),
            style,
            category,
            origin,
            known,
        }
    }

    pub(super) fn known(&mut self, columns: &Columns<'_>, at: usize) -> Known {
        let mut name = |column| columns.text(column, at).map(|name| self.intern(name));
        Known {
            question_type: name("question_type"),
            gold_kind: columns.text("gold_kind", at).and_then(GoldKind::parse),
            problem_is_valid: name("problem_is_valid"),
            solution_is_valid: name("solution_is_valid"),
            synthetic: columns.flag("synthetic", at),
        }
    }

    fn problem(&mut self, id: Id, category: Option<Name>, outcome: Outcome) -> u32 {
        let next = self.problems.len() as u32;
        let index = *self.problem_index.entry(id).or_insert(next);
        if index == next {
            self.problems.push(Problem {
                id,
                category: None,
                correct: 0,
                decided: 0,
            });
        }
        let known = self.problems[index as usize].category;
        let first = match (known, category) {
            (Some(a), Some(b)) if self.name(b) < self.name(a) => Some(b),
            (known, new) => known.or(new),
        };
        let problem = &mut self.problems[index as usize];
        problem.category = first;
        problem.correct += u32::from(outcome == Outcome::Correct);
        problem.decided += u32::from(matches!(outcome, Outcome::Correct | Outcome::Wrong));
        index
    }

    /// The body of an entry that is known to be a trajectory.
    pub fn body_of(&self, entry: u32) -> &Body {
        match &self.rows[entry as usize].body {
            Ok(body) => body,
            Err(void) => unreachable!("entry {entry} was kept though it is {void}"),
        }
    }
}

/// A batch's columns by name.
pub(super) struct Columns<'b>(&'b RecordBatch);

impl<'b> Columns<'b> {
    pub fn of(batch: &'b RecordBatch, names: &[&str]) -> Result<Self> {
        for name in names {
            if batch.column_by_name(name).is_none() {
                return Err(Error::Part {
                    part: "of the pool".into(),
                    why: format!("it has no column `{name}`"),
                });
            }
        }
        Ok(Self(batch))
    }

    fn array(&self, name: &str, at: usize) -> Option<&'b dyn Array> {
        let array = self.0.column_by_name(name)?;
        array.is_valid(at).then_some(array.as_ref())
    }

    pub fn has(&self, name: &str, at: usize) -> bool {
        self.array(name, at).is_some()
    }

    pub fn text(&self, name: &str, at: usize) -> Option<&'b str> {
        Some(self.array(name, at)?.as_string::<i32>().value(at))
    }

    pub fn flag(&self, name: &str, at: usize) -> Option<bool> {
        Some(self.array(name, at)?.as_boolean().value(at))
    }

    fn u32(&self, name: &str, at: usize) -> Option<u32> {
        Some(self.array(name, at)?.as_primitive::<UInt32Type>().value(at))
    }

    fn u64(&self, name: &str, at: usize) -> Option<u64> {
        Some(self.array(name, at)?.as_primitive::<UInt64Type>().value(at))
    }

    fn f32(&self, name: &str, at: usize) -> Option<f32> {
        Some(
            self.array(name, at)?
                .as_primitive::<Float32Type>()
                .value(at),
        )
    }

    pub fn id(&self, name: &str, at: usize) -> Id {
        let bytes = self
            .array(name, at)
            .map(|array| array.as_fixed_size_binary().value(at));
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map_or_else(Id::default, Id::from_bytes)
    }
}
