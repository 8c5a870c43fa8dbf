//! What a source holds: entries, each a trajectory or the reason why there is none.

use std::borrow::Cow;
use std::fmt;

use super::facts::Facts;
use super::value::Value;

/// A row as read: its cells in the order of the layout's columns, or why it cannot be read.
pub struct Row<'a> {
    pub number: u64,
    /// Byte where the row starts, in a plain file of text.
    pub offset: Option<u64>,
    pub cells: Result<Vec<Value<'a>>, Void>,
}

/// A trajectory, or a source row that yields none.
pub struct Entry<'a> {
    /// Index among the row's trajectories; none where the row as a whole yields no trajectory.
    pub generation: Option<u32>,
    pub body: Result<Trajectory<'a>, Void>,
}

/// One model's response to one problem, with what the source says of it.
#[derive(Clone, Debug, Default)]
pub struct Trajectory<'a> {
    pub problem: Cow<'a, str>,
    pub response: Cow<'a, str>,
    pub gold: Option<Cow<'a, str>>,
    /// Right by the source's rule-based verifier.
    pub recorded_rule: Option<bool>,
    /// Right by the source's judging model.
    pub recorded_judge: Option<bool>,
    /// Whether the source says that it ended by itself (true) or was cut off (false).
    pub finished: Option<bool>,
    pub style: Option<Cow<'a, str>>,
    pub category: Option<Cow<'a, str>>,
    pub origin: Option<Cow<'a, str>>,
    pub facts: Facts<'a>,
    pub source_id: Option<Cow<'a, str>>,
}

/// Why an entry yields no trajectory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Void {
    /// The line is not a JSON object.
    BadJson,
    /// The row of CSV has more or fewer cells than the header, or a quote that never closes.
    BadCsv,
    /// The row is not UTF-8.
    BadUtf8,
    /// The row has more bytes than `row_bytes_max`.
    TooLarge,
    /// A column holds something else than its layout says.
    WrongType,
    /// The problem is null, missing or blank.
    NoProblem,
    /// The row has no responses at all: null, missing or an empty list.
    NoGenerations,
    /// The response is null.
    NoResponse,
    /// The response is blank.
    EmptyResponse,
    /// The file could not be read and `skip_unreadable` is on.
    UnreadableFile,
}

impl Void {
    pub const ALL: [Self; 10] = [
        Self::BadJson,
        Self::BadCsv,
        Self::BadUtf8,
        Self::TooLarge,
        Self::WrongType,
        Self::NoProblem,
        Self::NoGenerations,
        Self::NoResponse,
        Self::EmptyResponse,
        Self::UnreadableFile,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadJson => "bad_json",
            Self::BadCsv => "bad_csv",
            Self::BadUtf8 => "bad_utf8",
            Self::TooLarge => "too_large",
            Self::WrongType => "wrong_type",
            Self::NoProblem => "no_problem",
            Self::NoGenerations => "no_generations",
            Self::NoResponse => "no_response",
            Self::EmptyResponse => "empty_response",
            Self::UnreadableFile => "unreadable_file",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|void| void.as_str() == text)
    }
}

impl fmt::Display for Void {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
