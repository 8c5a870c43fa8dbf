//! Fields that the command line names and no row has: a typo there must not look like an answer.
//!
//! Some rows may lack a field, and are `no_gold` or `no_answer`. Where none of the first has it all of them would be,
//! and the command would print a whole file of answers without having judged anything.

use serde_json::Value;

use crate::Error;
use crate::error::{did_you_mean, listed};

use super::field::Field;
use super::input::Chunk;
use super::row::Fields;
use super::task::{Said, Task};

/// Deeper than a path that somebody would write.
const DEPTH: usize = 8;
/// More names than anybody reads.
const NAMES_MAX: usize = 1000;

/// The named fields that no row had so far.
pub(super) struct MissingFields {
    /// Each option with the fields of which rows have one.
    missing: Vec<(&'static str, Vec<Field>)>,
    /// The first row that is an object.
    first: Option<Value>,
}

impl MissingFields {
    pub(super) fn of(task: &Task) -> Self {
        let option = match task.said().next() {
            Some((Said::Answer, _)) => "--answer-field",
            _ => "--response-field",
        };
        let said = task.said().map(|(_, field)| field.clone()).collect();
        let mut missing = vec![("--gold-field", vec![task.gold.clone()]), (option, said)];
        let against = task.against.clone();
        missing.extend(against.map(|field| ("--against", vec![field])));
        Self {
            missing,
            first: None,
        }
    }

    /// Strikes off what these rows have; reads no more of them than that takes.
    pub(super) fn look(&mut self, chunk: &Chunk) {
        for row in &chunk.rows {
            if self.missing.is_empty() {
                return;
            }
            let text = chunk.row(row);
            let Ok(fields) = serde_json::from_slice::<Fields<'_>>(text) else {
                continue;
            };
            let is_there = |field: &Field| field.is_in(&fields);
            self.missing.retain(|(_, of)| !of.iter().any(is_there));
            if self.first.is_none() {
                self.first = serde_json::from_slice(text).ok();
            }
        }
    }

    /// That no row had a field without which there is nothing to judge. Of a column of recorded verdicts the first
    /// rows say little: it may be filled where somebody looked.
    pub(super) fn error_so_far(&self) -> Option<Error> {
        let mut missing = self.missing.iter();
        self.told(missing.find(|(option, _)| *option != "--against")?)
    }

    /// That no row had a field; none where each was somewhere, or no row is an object.
    pub(super) fn error(&self) -> Option<Error> {
        self.told(self.missing.first()?)
    }

    fn told(&self, (option, fields): &(&'static str, Vec<Field>)) -> Option<Error> {
        let first = self.first.as_ref()?.as_object()?;
        let named = fields.first()?;
        let known = paths(first);
        // Where the way into a field goes wrong inside of it, its inside is what can be named.
        let inside = known
            .iter()
            .filter(|path| root(path) == named.root() && **path != quoted(named.root()));
        let inside: Vec<&str> = inside.map(String::as_str).collect();
        let shown = match inside.is_empty() || named.is_name() {
            true => first.keys().map(String::as_str).collect(),
            false => inside,
        };
        let names: Vec<String> = fields
            .iter()
            .map(|field| format!("`{}`", field.name))
            .collect();
        Some(Error::usage(
            format!(
                "no row has a field {}; the first has {}",
                names.join(" or "),
                listed(shown)
            ),
            format!(
                "{}name one of the rows' fields with `{option}`",
                did_you_mean(&named.name, known.iter().map(String::as_str))
            ),
        ))
    }
}

fn root(path: &str) -> &str {
    let name = path
        .strip_prefix('`')
        .and_then(|path| path.split('`').next());
    name.unwrap_or_else(|| path.split(['.', '[']).next().unwrap_or(path))
}

/// A name as a path has it.
fn quoted(name: &str) -> String {
    match name.contains(['.', '[']) {
        true => format!("`{name}`"),
        false => name.to_owned(),
    }
}

/// What a row's fields and what is inside of them are called.
fn paths(row: &serde_json::Map<String, Value>) -> Vec<String> {
    let mut paths = Vec::new();
    for (name, value) in row {
        add_paths(quoted(name), value, DEPTH, &mut paths);
    }
    paths
}

fn add_paths(path: String, value: &Value, depth: usize, paths: &mut Vec<String>) {
    if depth == 0 || paths.len() >= NAMES_MAX {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                add_paths(format!("{path}.{}", quoted(name)), value, depth - 1, paths);
            }
        }
        Value::Array(items) => {
            if let Some(item) = items.first() {
                // Each of each would be lists of lists, which have no verdicts.
                let path = path.replace("[]", "[0]");
                add_paths(format!("{path}[]"), item, depth - 1, paths);
            }
        }
        _ => {}
    }
    paths.push(path);
}
