//! A look at a file's first rows: its columns, what they are said to hold, and what they do.
//!
//! It is for people, before a layout is chosen and after one has failed: a type says `List(Struct(…))`, and what
//! one wants to know is that it is a list of turns.

pub(crate) mod picked;
pub(crate) mod suggest;
pub(crate) mod trial;

use std::borrow::Cow;

use crate::Result;
use crate::source::needed::{Needed, Shape};
use crate::source::value::Value;
use crate::source::{
    BatchSize, ROW_BYTES_MAX, SourceFile, Unit, column_kinds, read_columns, text, units,
};

/// What was seen of a file.
pub(crate) struct Look {
    /// How many rows were looked at, those that cannot be read among them.
    pub rows: usize,
    /// Those that cannot be read at all.
    pub unread: usize,
    /// Why the first row of JSON cannot be that cannot, with its number.
    pub fault: Option<(u64, String)>,
    pub columns: Vec<LookedColumn>,
}

/// What was seen of a column.
pub(crate) struct LookedColumn {
    pub name: String,
    /// The type as the file declares it; of text the first value's.
    pub declared: String,
    /// What its cells hold, in words, with how many; the most first.
    pub held: Vec<(String, usize)>,
    /// The first value that is something.
    pub first: Value<'static>,
}

impl LookedColumn {
    /// What most of its cells hold that hold something.
    pub(crate) fn kind(&self) -> &str {
        let something = self.held.iter().find(|(kind, _)| kind != NOTHING);
        something.map_or(NOTHING, |(kind, _)| kind)
    }

    /// The same with how many hold what, where they differ.
    pub(crate) fn kinds(&self) -> String {
        kinds(&self.held)
    }
}

/// What cells hold in words, with how many hold what where they differ.
pub(crate) fn kinds(held: &[(String, usize)]) -> String {
    match held {
        [] => NOTHING.to_owned(),
        [(kind, _)] => kind.clone(),
        kinds => {
            let words = kinds
                .iter()
                .take(KINDS_SHOWN)
                .map(|(kind, count)| format!("{kind} ({count})"));
            words.collect::<Vec<_>>().join(", ")
        }
    }
}

/// Counts one more of that kind.
fn count(held: &mut Vec<(String, usize)>, kind: String) {
    match held.iter_mut().find(|(known, _)| *known == kind) {
        Some((_, count)) => *count += 1,
        None => held.push((kind, 1)),
    }
}

/// What a cell holds that is null or missing.
pub(crate) const NOTHING: &str = "nothing";
const KINDS_SHOWN: usize = 3;

/// What pandas makes of a list where it writes CSV.
pub(crate) const OF_PYTHON: &str = "text that Python wrote of a list or dict";

/// Looks at the first rows of a file, whose form is settled.
pub(crate) fn look(file: &SourceFile, rows: usize) -> Result<Look> {
    let kinds = column_kinds(file)?;
    let wanted: Vec<Needed> = kinds
        .iter()
        .map(|(name, _)| Needed::optional(name, Shape::Any))
        .collect();
    let mut look = Look {
        rows: 0,
        unread: 0,
        fault: text::fault(file)?,
        columns: kinds.into_iter().map(LookedColumn::new).collect(),
    };
    let Some(&unit) = units(file, &wanted, ROW_BYTES_MAX)?.first() else {
        return Ok(look);
    };
    look.add(file, unit, &wanted, rows)?;
    for column in &mut look.columns {
        column
            .held
            .sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    }
    Ok(look)
}

impl LookedColumn {
    fn new((name, declared): (String, String)) -> Self {
        Self {
            name,
            declared,
            held: Vec::new(),
            first: Value::Null,
        }
    }

    fn add(&mut self, cell: Value<'_>) {
        count(&mut self.held, words(&cell));
        if self.first == Value::Null && !cell.is_absent() {
            self.first = cell.into_owned();
        }
    }
}

impl Look {
    fn add(&mut self, file: &SourceFile, unit: Unit, wanted: &[Needed], most: usize) -> Result<()> {
        for batch in read_columns(
            file,
            unit,
            wanted,
            ROW_BYTES_MAX,
            BatchSize::of_rows(most.max(1)),
        )? {
            let batch = batch?;
            for index in 0..batch.len() {
                if self.rows == most {
                    return Ok(());
                }
                self.rows += 1;
                match batch.row(index).cells {
                    Ok(cells) => {
                        for (column, cell) in self.columns.iter_mut().zip(cells) {
                            column.add(cell);
                        }
                    }
                    Err(_) => self.unread += 1,
                }
            }
        }
        Ok(())
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&LookedColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a value is, in words.
pub(crate) fn words(value: &Value<'_>) -> String {
    match value {
        Value::Missing | Value::Null => NOTHING.into(),
        Value::Bool(_) => "a truth value".into(),
        Value::Integer(_) | Value::Decimal(_) | Value::Number(_) => "a number".into(),
        Value::Text(text) => of_text(text),
        Value::List(items) => match items.first() {
            None => "an empty list".into(),
            Some(first) => format!("a list of {}", plural(first)),
        },
        Value::Object(fields) => match is_turn(value) {
            true => "a turn".into(),
            false => format!("an object of {}", keys(fields)),
        },
        Value::Other(kind) => kind.to_string(),
    }
}

fn of_text(text: &str) -> String {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['[', '{']) {
        return "text".into();
    }
    match Value::Text(Cow::Borrowed(text)).opened() {
        Value::Text(_) if is_python(trimmed) => OF_PYTHON.into(),
        Value::Text(_) => "text".into(),
        // An interval or a vector is an answer.
        Value::List(items) if !matches!(items.first(), Some(Value::Text(_) | Value::Object(_))) => {
            "text".into()
        }
        value => format!("JSON text of {}", words(&value)),
    }
}

/// Whether a text is how Python shows a list or a dict: pandas writes it into CSV.
fn is_python(text: &str) -> bool {
    let inner = text.trim_start_matches(['[', '{']).trim_start();
    text.starts_with("[{'")
        || text.starts_with("{'")
        || (inner.starts_with('\'') && text.trim_end().ends_with(']'))
}

fn plural(item: &Value<'_>) -> String {
    match item {
        Value::Missing | Value::Null => "nulls".into(),
        Value::Bool(_) => "truth values".into(),
        Value::Integer(_) | Value::Decimal(_) | Value::Number(_) => "numbers".into(),
        Value::Text(_) => "texts".into(),
        Value::List(_) => "lists".into(),
        Value::Object(_) if is_turn(item) => "turns".into(),
        Value::Object(fields) => format!("objects of {}", keys(fields)),
        Value::Other(kind) => kind.to_string(),
    }
}

const KEYS_SHOWN: usize = 6;

fn keys(fields: &[(Cow<'_, str>, Value<'_>)]) -> String {
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_ref()).collect();
    let rest = if names.len() > KEYS_SHOWN {
        ", …"
    } else {
        ""
    };
    format!("{}{rest}", names[..names.len().min(KEYS_SHOWN)].join(", "))
}

fn is_turn(value: &Value<'_>) -> bool {
    let Value::Object(fields) = value else {
        return false;
    };
    // An object of lists is a chat, and no turn.
    let has = |names: [&str; 2]| {
        let mut fields = fields.iter();
        fields.any(|(key, value)| names.contains(&key.as_ref()) && !matches!(value, Value::List(_)))
    };
    let says = ["content", "value"];
    has(["role", "from"]) && fields.iter().any(|(key, _)| says.contains(&key.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{files, settle, value::from_json};

    #[test]
    fn a_value_is_named_as_people_would() {
        let words = |json: &str| words(&from_json(json).expect("JSON"));
        assert_eq!(
            words("[{\"role\": \"user\", \"content\": \"x\"}]"),
            "a list of turns"
        );
        assert_eq!(
            words("\"[{\\\"from\\\": 1, \\\"value\\\": 2}]\""),
            "JSON text of a list of turns"
        );
        assert_eq!(
            words("\"[{'role': 'user'}]\""),
            "text that Python wrote of a list or dict"
        );
        assert_eq!(words("\"[1, 2]\""), "text");
        assert_eq!(words("{\"a\": 1, \"b\": 2}"), "an object of a, b");
        let of_lists = "{\"role\": [\"user\"], \"content\": [\"x\"]}";
        assert_eq!(words(of_lists), "an object of role, content");
        assert_eq!(words("[[1]]"), "a list of lists");
        assert_eq!(words("null"), "nothing");
    }

    #[test]
    fn columns_are_those_of_all_first_rows_with_what_they_hold() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rows.jsonl");
        let rows = "{\"a\": null}\nno JSON\n{\"a\": 1, \"b\": \"x\"}\n{\"a\": [true]}\n{\"a\": 2}\n{\"c\": 1}\n";
        std::fs::write(&path, rows).expect("a file");
        let mut file = files::find(&path).expect("files").remove(0);
        settle(&mut file).expect("a form");
        let look = look(&file, 5).expect("a look");
        assert_eq!((look.rows, look.unread), (5, 1));
        let a = look.column("a").expect("a column");
        assert_eq!(
            a.kinds(),
            "a number (2), nothing (1), a list of truth values (1)"
        );
        assert_eq!((a.kind(), &a.first), ("a number", &Value::Integer(1)));
        assert_eq!(look.column("b").map(LookedColumn::kind), Some("text"));
    }
}
