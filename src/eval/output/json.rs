//! The one object that `--json` prints and `eval.json` holds.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::eval::experiment::answer::Answer;
use crate::eval::report::Report;
use crate::{Error, Result};

/// The object's form: an experiment's keys are there with an experiment alone.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "it is the form of what `object` makes")]
pub(crate) struct Evaluation {
    #[serde(flatten)]
    report: Report,
    #[serde(flatten)]
    answer: Option<Answer>,
    /// Files that were read; `manifest.json` has them in the folder.
    inputs: Option<Vec<Value>>,
    /// Files of a folder or a glob that are no logs, with why; in what `--json` prints.
    passed_over: Option<Vec<Value>>,
    /// Rows of benchmark files that have no question which can be read; in what `--json` prints.
    unread: Option<Vec<String>>,
    /// Attempts that the log and we grade differently, with `--grader ours` or `both`; a table of their own in the folder.
    disagreements: Option<Vec<Value>>,
}

/// The report, and beside it what an experiment answers; the warnings of both.
pub(crate) fn object(report: &Report, answer: Option<&Answer>) -> Result<Map<String, Value>> {
    let mut object = map(serde_json::to_value(report))?;
    let Some(answer) = answer else {
        return Ok(object);
    };
    for (key, value) in map(serde_json::to_value(answer))? {
        match (object.get_mut(&key), value) {
            (Some(Value::Array(all)), Value::Array(more)) => all.extend(more),
            (_, value) => {
                object.insert(key, value);
            }
        }
    }
    Ok(object)
}

fn map(value: serde_json::Result<Value>) -> Result<Map<String, Value>> {
    match value.map_err(std::io::Error::from)? {
        Value::Object(map) => Ok(map),
        _ => Err(Error::Query("a report is no object".into())),
    }
}
