//! What a source holds: entries, each a trajectory or the reason why there is none.

use std::borrow::Cow;

use super::facts::Facts;
use super::remark::Remarks;
use super::value::Value;
use super::void::Void;

/// A row as read: its cells in the order of the layout's columns, or why it cannot be read.
pub struct Row<'a> {
    pub number: u64,
    /// Byte where the row starts, in a plain file of text.
    pub offset: Option<u64>,
    pub cells: Result<Vec<Value<'a>>, Void>,
    /// What had to be done to read it.
    pub remarks: Remarks,
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
    pub remarks: Remarks,
}
