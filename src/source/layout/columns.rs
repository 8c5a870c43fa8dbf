//! Columns that the pipeline names, for a dataset that no other layout fits.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Reading;
use super::response::push;
use crate::source::needed::Needed;
use crate::source::pick::Pick;
use crate::source::value::Value;
use crate::source::{Entry, Trajectory, Void};

/// The columns of layout `columns`. `a.b` goes into a struct (or JSON inside text), `a[].b` into each
/// item of a list; a name with a dot or a bracket of its own stands between backticks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The problem's text.
    pub problem: Pick,
    /// The response, or a list of them.
    pub response: Pick,
    /// The gold answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Pick>,
    /// The recorded verdict: a bool, 1 or 0, yes or no; a list where `response` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Pick>,
    /// `stop` or `length`, or whether it is complete; a list where `response` is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<Pick>,
    /// The style's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<Pick>,
    /// The category's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Pick>,
    /// Where the problem comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Pick>,
    /// The source's own id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Pick>,
}

pub(super) static READING: Reading = Reading {
    columns: |source| {
        let roots = source.columns.iter().flat_map(roots);
        roots
            .map(|(name, required)| Needed::named(name, required))
            .collect()
    },
    records: |source| {
        let columns = source.columns.as_ref();
        columns.is_some_and(|columns| columns.recorded.is_some())
    },
    recognised_by: &[],
    entries: |source, cells, out| match &source.columns {
        Some(columns) => entries(columns, &Picked::of(columns, cells), out),
        None => Err(Void::WrongType),
    },
};

/// The columns of the file that the picks go into, each once, and whether a row must have it.
fn roots(columns: &Columns) -> Vec<(&str, bool)> {
    let Columns {
        problem,
        response,
        answer,
        recorded,
        finish,
        style,
        category,
        origin,
        id,
    } = columns;
    let optional = [answer, recorded, finish, style, category, origin, id];
    let optional = optional.into_iter().flatten().map(|pick| (pick, false));
    let mut roots: Vec<(&str, bool)> = Vec::with_capacity(9);
    for (pick, required) in [(problem, true), (response, true)]
        .into_iter()
        .chain(optional)
    {
        match roots.iter_mut().find(|(root, _)| *root == pick.root()) {
            Some((_, known)) => *known |= required,
            None => roots.push((pick.root(), required)),
        }
    }
    roots
}

/// A row's cells, to be picked from.
struct Picked<'a> {
    roots: Vec<(&'a str, bool)>,
    cells: Vec<Value<'a>>,
}

impl<'a> Picked<'a> {
    fn of(columns: &'a Columns, cells: Vec<Value<'a>>) -> Self {
        let roots = roots(columns);
        assert_eq!(roots.len(), cells.len(), "a row has a cell for each column");
        Self { roots, cells }
    }

    fn cell(&self, pick: &Pick) -> Value<'a> {
        let at = self.roots.iter().position(|(root, _)| *root == pick.root());
        match at {
            Some(at) => self.cells[at].clone(),
            None => unreachable!("every pick is among the roots"),
        }
    }

    fn text(&self, pick: Option<&'a Pick>) -> Result<Option<Cow<'a, str>>, Void> {
        match pick {
            Some(pick) => pick.text(self.cell(pick)),
            None => Ok(None),
        }
    }

    fn value(&self, pick: Option<&Pick>) -> Value<'a> {
        pick.map_or(Value::Missing, |pick| pick.resolve(self.cell(pick)))
    }
}

fn entries<'a>(
    columns: &'a Columns,
    row: &Picked<'a>,
    out: &mut Vec<Entry<'a>>,
) -> Result<(), Void> {
    let problem = row.text(Some(&columns.problem))?;
    let problem = problem.filter(|text| !text.trim().is_empty());
    let rest = Trajectory {
        gold: row.text(columns.answer.as_ref())?,
        style: row.text(columns.style.as_ref())?,
        category: row.text(columns.category.as_ref())?,
        origin: row.text(columns.origin.as_ref())?,
        source_id: row.text(columns.id.as_ref())?,
        ..Trajectory::default()
    };
    let recorded = row.value(columns.recorded.as_ref());
    let finish = row.value(columns.finish.as_ref());
    for (index, response) in responses(row.value(Some(&columns.response)))?
        .into_iter()
        .enumerate()
    {
        let response = response
            .text()
            .map(|text| text.map(|text| columns.response.cut(text)));
        let rest = Trajectory {
            recorded_rule: at(&recorded, index).and_then(Value::truth),
            finished: at(&finish, index).and_then(Value::finished),
            ..rest.clone()
        };
        push(out, index, &problem, response, rest);
    }
    Ok(())
}

fn responses(value: Value<'_>) -> Result<Vec<Value<'_>>, Void> {
    let responses = match value {
        Value::List(items) => items,
        Value::Missing | Value::Null => Vec::new(),
        one => vec![one],
    };
    if responses.is_empty() {
        return Err(Void::NoGenerations);
    }
    Ok(responses)
}

/// What is said of one response: its item of a list, or what is said of all.
fn at<'v, 'a>(value: &'v Value<'a>, index: usize) -> Option<&'v Value<'a>> {
    match value {
        Value::List(items) => items.get(index),
        one => Some(one),
    }
}

#[cfg(test)]
mod tests {
    use crate::source::{Layout, Source, layout};

    fn source() -> Source {
        let columns = toml::from_str(
            "problem = \"info.problem\"\nresponse = \"said\"\nanswer = \"info.answer\"\nid = \"key\"",
        );
        Source {
            columns: Some(columns.expect("columns")),
            ..Source::of(Layout::Columns)
        }
    }

    #[test]
    fn a_column_that_two_picks_go_into_is_read_once_and_required_by_either() {
        let needed = layout::columns(&source());
        let names: Vec<(&str, bool)> = needed
            .iter()
            .map(|needed| (needed.name.as_str(), needed.required))
            .collect();
        assert_eq!(names, [("info", true), ("said", true), ("key", false)]);
    }

    #[test]
    fn each_pick_is_taken_from_its_own_column() {
        let source = source();
        let row = r#"{"info": {"problem": "1+1?", "answer": "2"}, "said": ["2", "3"], "key": "a"}"#;
        let read = super::super::tests::read_with(&source, row);
        assert_eq!(read.len(), 2);
        let second = read[1].body.as_ref().expect("a trajectory");
        assert_eq!(
            (second.problem.as_ref(), second.response.as_ref()),
            ("1+1?", "3")
        );
        assert_eq!(
            (second.gold.as_deref(), second.source_id.as_deref()),
            (Some("2"), Some("a"))
        );
    }
}
