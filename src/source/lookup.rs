//! Small tables beside the sources: a benchmark's questions, and columns that are joined by problem.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::location::located;
use super::needed::Needed;
use super::pick::Pick;
use super::remark::Remarks;
use super::turns::{self, Cell};
use super::value::Value;
use super::{BatchSize, HubMode, ROW_BYTES_MAX, Row, SourceFile, Unit, Void};
use crate::Result;

/// One `[benchmarks.NAME]` table: the questions that `similar` compares problems with.
///
/// Each question may be of a tier, as the paper's Easy, Medium, Hard and Exh: by a column, or by lists of
/// ids. A row without a question is refused. In a chat the user's first turn asks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// A Parquet, JSONL or CSV file, or `hub:NAMESPACE/NAME`; relative to the pipeline file.
    /// `--source NAME=PATH` gives or replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A config of the dataset, on the hub or in a folder; its default one where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// A split of the dataset, on the hub or in a folder; `test`, or the only one, where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_mode: Option<HubMode>,
    /// The column with a question's text.
    #[serde(default = "problem")]
    pub problem: Pick,
    /// The column with a question's id, which `tiers` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Pick>,
    /// A column with the name of the question's tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Pick>,
    /// The ids of each tier: `hard = ["70", "74"]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tiers: BTreeMap<String, Vec<String>>,
}

/// One `[join.NAME]` table: a column of numbers for problems, such as another model's pass rate, or of words,
/// such as a level.
///
/// Rows are joined by the problem's text, spacing and Unicode form aside, or by `problem_id`. A bool counts
/// as 1 or 0, and is `true` or `false` where words are asked for. Where rows of one problem differ, their mean
/// counts, and of words none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// A Parquet, JSONL or CSV file, a folder, a glob, or `hub:NAMESPACE/NAME`; relative to the pipeline
    /// file. `--source NAME=PATH` gives or replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A config of the dataset, on the hub or in a folder; its default one where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// A split of the dataset, on the hub or in a folder; `train`, or the only one, where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// As in a source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_mode: Option<HubMode>,
    /// The column with the number or word.
    pub value: Pick,
    /// The column with the problem's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Pick>,
    /// The column with the problem's id, in place of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem_id: Option<Pick>,
}

fn problem() -> Pick {
    Pick::column("problem")
}

located!(Benchmark, address in path);
located!(Join, address in path);

impl Benchmark {
    /// What is read of each row: the text, the id, the tier.
    pub(crate) fn picks(&self) -> [Option<&Pick>; 3] {
        [Some(&self.problem), self.id.as_ref(), self.tier.as_ref()]
    }
}

impl Join {
    /// What is read of each row: the number, the text, the id.
    pub(crate) fn picks(&self) -> [Option<&Pick>; 3] {
        [
            Some(&self.value),
            self.problem.as_ref(),
            self.problem_id.as_ref(),
        ]
    }
}

/// The columns that the picks need, each once.
pub(crate) fn columns(picks: &[Option<&Pick>]) -> Vec<Needed> {
    let mut columns: Vec<Needed> = Vec::new();
    for pick in picks.iter().flatten() {
        let path = pick.0.column.clone();
        match columns.iter_mut().find(|known| known.name == pick.root()) {
            Some(known) => known.paths.push(path),
            None => columns.push(Needed::named(pick.root(), true, vec![path])),
        }
    }
    columns
}

/// Hands each row's number and picked values to `take`, in order; of a row that cannot be read the reason.
pub(crate) fn read(
    file: &SourceFile,
    unit: Unit,
    picks: &[Option<&Pick>],
    mut take: impl FnMut(u64, Result<Vec<Value<'_>>, Void>) -> Result<()>,
) -> Result<()> {
    let columns = columns(picks);
    let batches =
        super::read_columns(file, unit, &columns, ROW_BYTES_MAX, BatchSize::of_rows(512))?;
    for batch in batches {
        let batch = batch?;
        for index in 0..batch.len() {
            let row = batch.row(index);
            take(row.number, picked(row, &columns, picks))?;
        }
    }
    Ok(())
}

fn picked<'a>(
    row: Row<'a>,
    columns: &[Needed],
    picks: &[Option<&Pick>],
) -> Result<Vec<Value<'a>>, Void> {
    let cells = row.cells?;
    let value = |pick: &Option<&Pick>| {
        let Some(pick) = pick else {
            return Value::Missing;
        };
        let at = columns.iter().position(|needed| needed.name == pick.root());
        at.map_or(Value::Missing, |at| pick.resolve(cells[at].clone()))
    };
    Ok(picks.iter().map(value).collect())
}

/// A picked value as text, cut as its pick says: of a prompt's turns the one question; numbers and bools are
/// written out.
pub(crate) fn text(pick: Option<&Pick>, value: Value<'_>) -> Option<String> {
    let text = match turns::cell(value).ok()? {
        Cell::Plain(Value::Text(text)) => pick?.cut(text),
        Cell::Plain(other) => other.said().ok()??,
        Cell::Chat(prompt) => {
            let question = turns::question(prompt, &mut Remarks::default());
            pick?.cut(question.ok()??)
        }
        Cell::Chats(_) => return None,
    };
    Some(text.into_owned()).filter(|text| !text.trim().is_empty())
}

/// A picked value as a number, text cut as its pick says; a truth value is 1 or 0.
pub(crate) fn number(pick: Option<&Pick>, value: &Value<'_>) -> Option<f64> {
    let number = match value {
        Value::Integer(number) => *number as f64,
        Value::Number(number) => *number,
        Value::Decimal(number) => number.parse().ok()?,
        Value::Text(text) => {
            let text = pick?.cut(Cow::Borrowed(text));
            match text.trim().parse() {
                Ok(number) => number,
                Err(_) => f64::from(u8::from(Value::Text(text).truth()?)),
            }
        }
        other => f64::from(u8::from(other.truth()?)),
    };
    number.is_finite().then_some(number)
}
