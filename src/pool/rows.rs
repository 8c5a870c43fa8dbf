//! Measured entries, and the problems of companions, as rows of the pool's tables.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, FixedSizeBinaryBuilder, Float32Builder, RecordBatch, StringBuilder,
    UInt32Builder, UInt64Builder,
};

use super::part::Named;
use crate::ids::{self, Id};
use crate::measure::behaviour::Behaviour;
use crate::measure::{Measured, Measurements};
use crate::source::{GoldKind, Trajectory};
use crate::{Error, Result, schema};

/// Rows of one table as a batch.
pub fn batch(table: Named, arrays: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(schema::schema(table.1), arrays)
        .map_err(|error| Error::parquet(Path::new("memory"), error.into()))
}

/// Entries as rows of [`schema::TRAJECTORIES`].
pub fn trajectories(measured: &[Measured]) -> Vec<ArrayRef> {
    let bodies: Vec<Option<&Measurements>> = measured
        .iter()
        .map(|entry| entry.body.as_ref().ok())
        .collect();
    let text = |pick: fn(&Measurements) -> Option<&str>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for body in &bodies {
            column.append_option(body.and_then(pick));
        }
        Arc::new(column.finish())
    };
    let flag = |pick: fn(&Measurements) -> Option<bool>| -> ArrayRef {
        let mut column = BooleanBuilder::new();
        for body in &bodies {
            column.append_option(body.and_then(pick));
        }
        Arc::new(column.finish())
    };
    let count = |pick: fn(&Measurements) -> u32| -> ArrayRef {
        let mut column = UInt32Builder::new();
        for body in &bodies {
            column.append_option(body.map(pick));
        }
        Arc::new(column.finish())
    };
    let behaviour = |pick: fn(&Behaviour) -> u32| -> ArrayRef {
        let mut column = UInt32Builder::new();
        for body in &bodies {
            column.append_option(body.and_then(|body| body.behaviour.as_ref()).map(pick));
        }
        Arc::new(column.finish())
    };
    let id = |pick: fn(&Measurements) -> Id| -> ArrayRef {
        id_column(bodies.iter().map(|body| body.map(pick)))
    };
    let mut rows = UInt64Builder::new();
    let mut generations = UInt32Builder::new();
    let mut offsets = UInt64Builder::new();
    let mut voids = StringBuilder::new();
    let mut repeated = Float32Builder::new();
    for entry in measured {
        rows.append_value(entry.row);
        generations.append_option(entry.generation);
        offsets.append_option(entry.offset);
        voids.append_option(entry.body.as_ref().err().map(|void| void.as_str()));
        repeated.append_option(entry.body.as_ref().ok().map(|body| body.repeated_share));
    }
    vec![
        Arc::new(rows.finish()),
        Arc::new(generations.finish()),
        Arc::new(offsets.finish()),
        Arc::new(voids.finish()),
        id(|body| body.problem_id),
        id(|body| body.trajectory_id),
        text(|body| body.category.as_deref()),
        text(|body| body.origin.as_deref()),
        text(|body| body.facts.question_type.as_deref()),
        text(|body| gold_kind(body.gold.as_deref())),
        text(|body| body.facts.problem_is_valid.as_deref()),
        text(|body| body.facts.solution_is_valid.as_deref()),
        flag(|body| body.facts.synthetic),
        text(|body| body.source_id.as_deref()),
        flag(|body| body.recorded_rule),
        flag(|body| body.recorded_judge),
        text(|body| Some(body.outcome.as_str())),
        text(|body| Some(body.reason)),
        text(|body| body.extracted.as_deref()),
        count(|body| body.tokens),
        count(|body| body.thinking_tokens),
        count(|body| body.tokens - body.thinking_tokens),
        count(|body| body.bytes),
        flag(|body| body.finished),
        Arc::new(repeated.finish()),
        text(|body| body.style_source.as_deref()),
        text(|body| Some(body.style_text.as_str())),
        behaviour(|counts| counts.verification),
        behaviour(|counts| counts.backtracking),
        behaviour(|counts| counts.subgoals),
        behaviour(|counts| counts.backward_chaining),
        behaviour(|counts| counts.words[0]),
        behaviour(|counts| counts.words[1]),
        behaviour(|counts| counts.words[2]),
        id(|body| body.fields_id),
    ]
}

/// The problems of entries that are not in `known` yet, as rows of [`schema::PROBLEMS`].
pub fn problems(measured: &[Measured], known: &mut HashSet<Id>) -> Vec<ArrayRef> {
    let new: Vec<&Measurements> = measured
        .iter()
        .filter_map(|entry| entry.body.as_ref().ok())
        .filter(|body| known.insert(body.problem_id))
        .collect();
    let text = |pick: fn(&Measurements) -> Option<&str>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for body in &new {
            column.append_option(pick(body));
        }
        Arc::new(column.finish())
    };
    vec![
        id_column(new.iter().map(|body| Some(body.problem_id))),
        text(|body| Some(&body.problem)),
        text(|body| body.gold.as_deref()),
        text(|body| body.category.as_deref()),
        text(|body| body.origin.as_deref()),
    ]
}

/// A companion's rows as rows of [`schema::COMPANION`]; none stands for a row that is no problem.
pub fn companion(problems: &[Option<Trajectory<'_>>]) -> Vec<ArrayRef> {
    let text = |pick: for<'a> fn(&'a Trajectory<'_>) -> Option<&'a str>| -> ArrayRef {
        let mut column = StringBuilder::new();
        for problem in problems {
            column.append_option(problem.as_ref().and_then(pick));
        }
        Arc::new(column.finish())
    };
    let mut synthetic = BooleanBuilder::new();
    for problem in problems {
        synthetic.append_option(problem.as_ref().and_then(|problem| problem.facts.synthetic));
    }
    vec![
        id_column(
            problems
                .iter()
                .map(|problem| Some(ids::problem_id(&problem.as_ref()?.problem))),
        ),
        text(|problem| problem.category.as_deref()),
        text(|problem| problem.origin.as_deref()),
        text(|problem| problem.facts.question_type.as_deref()),
        text(|problem| gold_kind(problem.gold.as_deref())),
        text(|problem| problem.facts.problem_is_valid.as_deref()),
        text(|problem| problem.facts.solution_is_valid.as_deref()),
        Arc::new(synthetic.finish()),
    ]
}

fn gold_kind(gold: Option<&str>) -> Option<&'static str> {
    GoldKind::of(gold?).map(GoldKind::as_str)
}

fn id_column(ids: impl Iterator<Item = Option<Id>>) -> ArrayRef {
    let mut column = FixedSizeBinaryBuilder::new(16);
    for id in ids {
        match id {
            // An id is 16 bytes and so is the column: appending cannot fail.
            Some(id) => column.append_value(id.to_bytes()).unwrap_or_default(),
            None => column.append_null(),
        }
    }
    Arc::new(column.finish())
}
