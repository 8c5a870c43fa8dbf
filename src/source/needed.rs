//! A column that is wanted of a file, and whether the file has it.
//!
//! Layouts and looked-up tables say what they need; the readers of Parquet, CSV and JSONL decode that and
//! nothing else.

use arrow::datatypes::{DataType, Schema};

use super::SourceFile;
use crate::{Error, Result};

/// A column that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub name: String,
    pub required: bool,
    /// Named in the pipeline: a Parquet file without it is refused, since it is a typing error.
    pub named: bool,
    pub shape: Shape,
}

/// What is accepted in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    Texts,
    Bools,
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
    pub(super) fn optional(name: &str, shape: Shape) -> Self {
        Self {
            name: name.to_owned(),
            required: false,
            named: false,
            shape,
        }
    }

    /// A column that the pipeline names: whatever it holds is looked at row by row.
    pub(super) fn named(name: &str, required: bool) -> Self {
        Self {
            required,
            named: true,
            ..Self::optional(name, Shape::Any)
        }
    }
}

/// Fails where a needed column is missing from the schema or holds something else.
pub(super) fn check(file: &SourceFile, schema: &Schema, columns: &[Needed]) -> Result<()> {
    let names = || schema.fields().iter().map(|field| field.name().as_str());
    for needed in columns {
        match schema.field_with_name(&needed.name) {
            Ok(field) if needed.shape.fits(field.data_type()) => {}
            Ok(field) => return Err(another_shape(file, needed, field.data_type())),
            Err(_) if !needed.required && !needed.named => {}
            Err(_) => return Err(Error::missing_column(&file.name, &needed.name, names())),
        }
    }
    Ok(())
}

fn another_shape(file: &SourceFile, needed: &Needed, kind: &DataType) -> Error {
    Error::Schema {
        file: file.name.clone(),
        column: needed.name.clone(),
        problem: format!(
            "holds {kind}, where this layout has {}",
            needed.shape.words()
        ),
        hint: Error::OTHER_LAYOUT.into(),
    }
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "a list of texts",
            Self::Bools => "a list of bools",
            Self::Turns => "a list of turns",
            Self::Any => "a value",
        }
    }

    fn fits(self, kind: &DataType) -> bool {
        // A column without a single value is written with type `null`.
        kind.is_null()
            || match self {
                Self::Text => is_text(kind),
                Self::Texts => has_items(kind, |item| is_text(item) || item.is_null()),
                Self::Bools => has_items(kind, |item| *item == DataType::Boolean || item.is_null()),
                Self::Turns => has_items(kind, |item| matches!(item, DataType::Struct(_))),
                Self::Any => true,
            }
    }
}

fn has_items(kind: &DataType, are_such: fn(&DataType) -> bool) -> bool {
    match kind {
        DataType::List(field) | DataType::LargeList(field) => are_such(field.data_type()),
        _ => false,
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, value) => value.is_string(),
        kind => kind.is_string(),
    }
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
        assert_eq!(fits(Shape::Texts), [false, true, false]);
        assert_eq!(fits(Shape::Bools), [false, false, true]);
        assert_eq!(fits(Shape::Turns), [false, false, false]);
        assert_eq!(fits(Shape::Any), [true, true, true]);
        assert!(Shape::Turns.fits(&DataType::Null));
        assert!(Shape::Bools.fits(&list(DataType::Null)));
    }
}
