//! A column that is wanted of a file, and whether the file has it.
//!
//! Layouts and looked-up tables say what they need; the readers of Parquet, CSV and JSONL decode that and
//! nothing else.

use arrow::datatypes::{DataType, Schema};

use super::SourceFile;
use super::path::ColumnPath;
use crate::{Error, Result};

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub name: String,
    pub required: bool,
    /// Named in the pipeline: a Parquet file without it is refused, since it is a typing error.
    pub named: bool,
    pub shape: Shape,
    /// The ways into it that the pipeline names.
    pub paths: Vec<ColumnPath>,
}

/// What is accepted in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// A scalar, or a list of them of which each would do.
    Answer,
    /// A list of texts, or JSON text of one.
    Texts,
    /// A list of truth values, as bools, numbers or words, or JSON text of one.
    Bools,
    /// A chat: a list of turns, an object of lists, or JSON text of either.
    Turns,
    Any,
}

impl Needed {
    /// A column without which a file has another layout.
    pub(super) fn required(name: &str, shape: Shape) -> Self {
        Self {
            required: true,
            ..Self::optional(name, shape)
        }
    }

    /// A column that a file may lack.
    pub(crate) fn optional(name: &str, shape: Shape) -> Self {
        Self {
            name: name.to_owned(),
            required: false,
            named: false,
            shape,
            paths: Vec::new(),
        }
    }

    /// The same where other files of the source have it, so that its name is no typing error.
    pub(crate) fn or_absent(self) -> Self {
        Self {
            named: false,
            ..self
        }
    }

    /// A column that the pipeline names, with the ways into it: what they lead to is looked at row by row.
    pub(super) fn named(name: &str, required: bool, paths: Vec<ColumnPath>) -> Self {
        Self {
            required,
            named: true,
            paths,
            ..Self::optional(name, Shape::Any)
        }
    }
}

/// Fails where a needed column is missing from the schema or holds something else.
pub(super) fn check(file: &SourceFile, schema: &Schema, columns: &[Needed]) -> Result<()> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    for needed in columns {
        if names().filter(|name| *name == needed.name).count() > 1 {
            return Err(twice(file, &needed.name));
        }
        match schema.field_with_name(&needed.name) {
            Ok(field) => check_type(file, needed, field.data_type())?,
            Err(_) if !needed.required && !needed.named => {}
            Err(_) => return Err(Error::missing_column(&file.name, &needed.name, names())),
        }
    }
    Ok(())
}

/// The error of two columns of one name, of which nobody can say which is meant.
pub(super) fn twice(file: &SourceFile, column: &str) -> Error {
    Error::Schema {
        file: file.name.clone(),
        column: column.to_owned(),
        problem: "stands twice in the file".into(),
        hint: "give each column a name of its own".into(),
    }
}

/// Fails where a column of that type cannot hold what is asked of it, or stands for two.
fn check_type(file: &SourceFile, needed: &Needed, kind: &DataType) -> Result<()> {
    if !needed.shape.fits(kind) {
        return Err(another_shape(file, needed, kind));
    }
    let astray = |path: &ColumnPath| Some((path.as_str().to_owned(), path.astray_in(kind)?));
    match needed.paths.iter().find_map(astray) {
        None => Ok(()),
        Some((path, why)) => Err(Error::Schema {
            file: file.name.clone(),
            column: needed.name.clone(),
            problem: format!("has nothing at `{path}`: {why}"),
            hint: "name a way into it that is there; `gradatim inspect` shows a value".into(),
        }),
    }
}

/// A type as an error shows it.
pub(super) fn type_words(kind: &DataType) -> String {
    let words = kind.to_string();
    match words.chars().count() > TYPE_CHARS {
        true => words.chars().take(TYPE_CHARS).chain(['…']).collect(),
        false => words,
    }
}

const TYPE_CHARS: usize = 100;

fn another_shape(file: &SourceFile, needed: &Needed, kind: &DataType) -> Error {
    Error::Schema {
        file: file.name.clone(),
        column: needed.name.clone(),
        problem: format!(
            "holds {}, where this layout has {}",
            type_words(kind),
            needed.shape.words()
        ),
        hint: Error::OTHER_LAYOUT.into(),
    }
}

impl Shape {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Answer => "an answer: text, a number or a truth value",
            Self::Texts => "a list of texts",
            Self::Bools => "a list of truth values",
            Self::Turns => "a list of turns",
            Self::Any => "a value",
        }
    }

    /// Whether a column of that type can hold it. A list may be of any of Arrow's kinds, text may be bytes.
    fn fits(self, kind: &DataType) -> bool {
        // A column without a single value is written with type `null`.
        kind.is_null()
            || match self {
                Self::Text => is_text(kind),
                Self::Answer => is_scalar(kind) || item(kind).is_some_and(is_scalar),
                Self::Texts => is_text(kind) || item(kind).is_some_and(is_text),
                Self::Bools => is_text(kind) || item(kind).is_some_and(is_scalar),
                Self::Turns => {
                    is_text(kind)
                        || matches!(value(kind), DataType::Struct(_))
                        || item(kind).is_some_and(is_turn)
                        // Turns as `[role, text]`.
                        || item(kind).and_then(item).is_some_and(is_text)
                }
                Self::Any => true,
            }
    }
}

/// The type of a list's items.
pub(super) fn item(kind: &DataType) -> Option<&DataType> {
    match value(kind) {
        DataType::List(field)
        | DataType::LargeList(field)
        | DataType::FixedSizeList(field, _)
        | DataType::ListView(field)
        | DataType::LargeListView(field) => Some(value(field.data_type())),
        _ => None,
    }
}

/// The type itself, or that of a dictionary's values.
pub(super) fn value(kind: &DataType) -> &DataType {
    match kind {
        DataType::Dictionary(_, value) => value,
        kind => kind,
    }
}

pub(super) fn is_text(kind: &DataType) -> bool {
    let kind = value(kind);
    kind.is_null() || kind.is_string() || kind.is_binary()
}

fn is_scalar(kind: &DataType) -> bool {
    let kind = value(kind);
    is_text(kind) || kind.is_numeric() || *kind == DataType::Boolean
}

fn is_turn(kind: &DataType) -> bool {
    kind.is_null() || matches!(kind, DataType::Struct(_) | DataType::Map(..))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::datatypes::Field;

    use super::*;

    #[test]
    fn a_shape_takes_its_kind_and_a_column_without_values() {
        let list = |item| DataType::List(Arc::new(Field::new("item", item, true)));
        let fits = |shape: Shape| {
            let kinds = [
                DataType::Utf8View,
                list(DataType::Utf8),
                list(DataType::Boolean),
            ];
            kinds.map(|kind| shape.fits(&kind))
        };
        assert_eq!(fits(Shape::Text), [true, false, false]);
        assert_eq!(fits(Shape::Answer), [true, true, true]);
        assert_eq!(fits(Shape::Texts), [true, true, false]);
        assert_eq!(fits(Shape::Bools), [true, true, true]);
        assert_eq!(fits(Shape::Turns), [true, false, false]);
        assert_eq!(fits(Shape::Any), [true, true, true]);
        assert!(!Shape::Text.fits(&DataType::Int64) && Shape::Answer.fits(&DataType::Int64));
        assert!(!Shape::Bools.fits(&DataType::Int64));
        assert!(Shape::Turns.fits(&DataType::Null));
        assert!(Shape::Bools.fits(&list(DataType::Null)));
        assert!(Shape::Turns.fits(&list(list(DataType::Utf8))));
    }
}
