//! A field that the command line names: one of a row's own, or a path into one.

use std::borrow::Cow;
use std::str::FromStr;

use serde_json::value::RawValue;

use crate::source::pick::Pick;
use crate::source::text::strict;
use crate::source::value::{self, Value};

use super::row::{Bad, Fields};

/// `gold`, or a path as a pipeline's columns have it: `info.truth`, `outputs[].text`.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub name: String,
    /// Where the name may be one.
    path: Option<Pick>,
}

/// What a row holds in a field; a list where it holds several.
pub(super) enum Texts<'r> {
    One(Option<Cow<'r, str>>),
    Several(Vec<Option<Cow<'r, str>>>),
}

impl FromStr for Field {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let path = match name.contains(['.', '[', '`']) {
            true => Some(serde_json::from_value(name.into()).map_err(|error| error.to_string())?),
            false => None,
        };
        Ok(Self {
            name: name.to_owned(),
            path,
        })
    }
}

impl Field {
    /// The field of that name.
    pub(super) fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            path: None,
        }
    }

    /// Whether it is a name and no path.
    pub(super) fn is_name(&self) -> bool {
        self.path.is_none()
    }

    /// Whether it leads to each item of a list.
    pub(super) fn is_each(&self) -> bool {
        // What stands between backticks is a name.
        let mut parts = self.name.split('`').step_by(2);
        self.path.is_some() && parts.any(|part| part.contains("[]"))
    }

    /// The field of a row that holds it, where it is a path.
    pub(super) fn root(&self) -> &str {
        self.path.as_ref().map_or(&self.name, Pick::root)
    }

    /// Whether a row has it, be it null.
    pub(super) fn is_in(&self, fields: &Fields<'_>) -> bool {
        let leads_somewhere = |pick: &Pick| match resolved(pick, fields) {
            Value::Missing => false,
            Value::List(items) => !items.iter().all(|item| matches!(item, Value::Missing)),
            _ => true,
        };
        fields.contains_key(&self.name) || self.path.as_ref().is_some_and(leads_somewhere)
    }

    /// The truth that it says; none where it says none.
    pub(super) fn truths(&self, fields: &Fields<'_>) -> Vec<Option<bool>> {
        match self.value(fields) {
            Value::List(items) => items.iter().map(Value::truth).collect(),
            value => vec![value.truth()],
        }
    }

    fn value<'r>(&self, fields: &'r Fields<'_>) -> Value<'r> {
        match (fields.get(&self.name), &self.path) {
            (Some(raw), _) => cell(raw),
            (None, Some(pick)) => resolved(pick, fields),
            (None, None) => Value::Missing,
        }
    }

    /// Its text: a string, or a number or bool as it is written; none for null. A list of one is that one.
    pub(super) fn text<'r>(&self, fields: &'r Fields<'_>) -> Result<Option<Cow<'r, str>>, Bad> {
        match self.texts(fields)? {
            Texts::One(text) => Ok(text),
            Texts::Several(mut texts) if texts.len() == 1 => Ok(texts.remove(0)),
            Texts::Several(_) => Err(Bad::Field),
        }
    }

    /// Its text, or that of each item of a list.
    pub(super) fn texts<'r>(&self, fields: &'r Fields<'_>) -> Result<Texts<'r>, Bad> {
        match (fields.get(&self.name), &self.path) {
            (Some(raw), _) => of_raw(raw),
            (None, Some(pick)) => of_value(resolved(pick, fields)),
            (None, None) => Ok(Texts::One(None)),
        }
    }
}

fn resolved<'r>(pick: &Pick, fields: &'r Fields<'_>) -> Value<'r> {
    let root = fields.get(pick.root());
    root.map_or(Value::Missing, |raw| pick.resolve(cell(raw)))
}

/// The value of a field.
fn cell(raw: &RawValue) -> Value<'_> {
    let mended = || Some(value::from_json(&strict(raw.get())?).ok()?.into_owned());
    let cell = value::from_json(raw.get()).ok();
    cell.or_else(mended).unwrap_or(Value::Missing)
}

/// Each response of a row is judged by itself, and its verdict held until the row is written.
const RESPONSES_MAX: usize = 1 << 16;

fn of_raw(raw: &RawValue) -> Result<Texts<'_>, Bad> {
    if !raw.get().starts_with('[') {
        return plain(raw).map(Texts::One);
    }
    let items: Vec<&RawValue> = serde_json::from_str(raw.get()).map_err(|_| Bad::Field)?;
    if items.len() > RESPONSES_MAX {
        return Err(Bad::Large);
    }
    let texts: Result<Vec<_>, Bad> = items.into_iter().map(plain).collect();
    texts.map(Texts::Several)
}

/// The text of a value as the row spells it.
fn plain(raw: &RawValue) -> Result<Option<Cow<'_, str>>, Bad> {
    let raw = raw.get();
    match raw.as_bytes().first() {
        Some(b'"') => {
            let text = serde_json::from_str::<String>(raw).ok();
            let mended = || serde_json::from_str::<String>(&strict(raw)?).ok();
            let text = text.or_else(mended).ok_or(Bad::Field)?;
            Ok(Some(Cow::Owned(text)))
        }
        Some(b'n') => Ok(None),
        Some(b'{' | b'[') | None => Err(Bad::Field),
        Some(_) => Ok(Some(Cow::Borrowed(raw))),
    }
}

fn of_value(value: Value<'_>) -> Result<Texts<'_>, Bad> {
    match value {
        Value::List(items) if items.len() > RESPONSES_MAX => Err(Bad::Large),
        Value::List(items) => {
            let texts: Result<Vec<_>, Bad> = items.into_iter().map(one).collect();
            texts.map(Texts::Several)
        }
        value => one(value).map(Texts::One),
    }
}

fn one(value: Value<'_>) -> Result<Option<Cow<'_, str>>, Bad> {
    Ok(match value {
        Value::Integer(number) => Some(number.to_string().into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(truth) => Some(truth.to_string().into()),
        other => other.text().map_err(|_| Bad::Field)?,
    })
}
