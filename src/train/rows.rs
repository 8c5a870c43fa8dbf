//! The rows of a file, with the columns that trainers take: of a folder of ours, or of any file that somebody trains on.

use std::path::Path;

use serde_json::{Map, Number, Value as Json};

use super::Row;
use crate::error::listed;
use crate::source::needed::{Needed, Shape};
use crate::source::value::Value;
use crate::source::{self, Batch, BatchSize, ROW_BYTES_MAX, SourceFile, files};
use crate::{Error, Result};

/// The columns that some trainer takes.
const COLUMNS: [&str; 5] = ["messages", "prompt", "completion", "text", "conversations"];

/// Rows that are held at once: enough to share out among threads.
const HELD: BatchSize = BatchSize {
    rows: 1024,
    bytes: 16 << 20,
};

/// A row, or why it cannot be read.
pub(crate) type Read = std::result::Result<Row, &'static str>;

/// The files that a path means: a file, or those of a folder or glob. Fails where one has none of the columns.
pub(crate) fn find(path: &Path) -> Result<Vec<SourceFile>> {
    let mut found = files::find(path)?;
    for file in &mut found {
        source::settle(file)?;
        let names = source::column_kinds(file)?;
        let names = names.iter().map(|(name, _)| name.as_str());
        if !names.clone().any(|name| COLUMNS.contains(&name)) {
            return Err(without_columns(file, names));
        }
    }
    Ok(found)
}

fn without_columns<'n>(file: &SourceFile, names: impl Iterator<Item = &'n str>) -> Error {
    Error::usage(
        format!(
            "`{}` has no column that a trainer takes; it has {}",
            file.name,
            listed(names)
        ),
        "name its columns `messages`, `prompt` and `completion`, `text` or `conversations`; or make a folder of it with \
         `gradatim run`",
    )
}

/// Hands over the rows of a file, some at a time, in their order.
pub(crate) fn each(file: &SourceFile, mut take: impl FnMut(Vec<Read>)) -> Result<()> {
    let columns = COLUMNS.map(|name| Needed::optional(name, Shape::Any));
    for unit in source::units(file, &columns, ROW_BYTES_MAX)? {
        for batch in source::read_columns(file, unit, &columns, ROW_BYTES_MAX, HELD)? {
            take(rows(&batch?));
        }
    }
    Ok(())
}

fn rows(batch: &Batch) -> Vec<Read> {
    let rows = 0..batch.len();
    rows.map(|at| {
        let cells = batch.row(at).cells.map_err(|void| void.as_str())?;
        let mut cells = cells.into_iter().map(json);
        let mut next = || cells.next().flatten();
        Ok(Row {
            messages: next(),
            prompt: next(),
            completion: next(),
            text: next().and_then(|text| text.as_str().map(str::to_owned)),
            conversations: next(),
        })
    })
    .collect()
}

/// A cell as JSON; none where there is nothing in it.
fn json(value: Value<'_>) -> Option<Json> {
    Some(match value {
        Value::Missing | Value::Null | Value::Other(_) => return None,
        Value::Bool(truth) => truth.into(),
        Value::Integer(number) => Number::from_i128(number).map_or(Json::Null, Json::Number),
        Value::Number(number) => number.into(),
        Value::Decimal(text) | Value::Text(text) => Json::String(text.into_owned()),
        Value::List(items) => items.into_iter().map(or_null).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter();
            let fields = fields.map(|(name, value)| (name.into_owned(), or_null(value)));
            Json::Object(fields.collect::<Map<String, Json>>())
        }
    })
}

fn or_null(value: Value<'_>) -> Json {
    json(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(name: &str, text: &str) -> Result<Vec<Read>> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        let mut all = Vec::new();
        for file in find(&path)? {
            each(&file, |rows| all.extend(rows))?;
        }
        Ok(all)
    }

    #[test]
    fn rows_of_any_file_have_the_columns_that_trainers_take_and_bad_ones_a_reason() {
        let messages = json!([{ "role": "user", "content": "1" }]);
        let lines = format!(
            "{}\n{}\nno row\n",
            json!({ "messages": messages, "other": 1 }),
            json!({ "prompt": "1", "completion": "2", "text": null })
        );
        let rows = read("rows.jsonl", &lines).expect("rows");
        let first = rows[0].as_ref().expect("a row");
        assert_eq!(first.messages, Some(messages));
        assert_eq!(first.prompt, None);
        let second = rows[1].as_ref().expect("a row");
        assert_eq!(second.prompt, Some("1".into()));
        assert_eq!((&second.text, &second.messages), (&None, &None));
        assert_eq!(rows[2], Err("bad_json"));
    }

    #[test]
    fn a_file_without_such_a_column_is_told() {
        let error = read("rows.jsonl", "{\"problem\": \"1\"}\n").expect_err("no column");
        assert!(error.to_string().contains("problem"), "{error}");
    }
}
