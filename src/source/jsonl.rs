//! JSONL: a line is an object, and one that is none is a row that yields nothing.

use std::collections::BTreeSet;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::needed::Needed;
use super::rows::Rows;
use super::value::{ObjectKey, Value};
use super::{SourceFile, Void};
use crate::{Error, Result};

/// The cells of one line: the wanted keys of its object.
pub(super) fn parse<'a>(line: &'a [u8], columns: &[String]) -> Result<Vec<Value<'a>>, Void> {
    let text = std::str::from_utf8(line).map_err(|_| Void::BadUtf8)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let cells = WantedKeys(columns)
        .deserialize(&mut json)
        .map_err(|_| Void::BadJson)?;
    json.end().map_err(|_| Void::BadJson)?;
    Ok(cells)
}

/// Reads an object into the cells of the wanted keys and passes over the rest.
struct WantedKeys<'c>(&'c [String]);

impl<'de> DeserializeSeed<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for WantedKeys<'_> {
    type Value = Vec<Value<'de>>;

    fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![Value::Missing; self.0.len()];
        while let Some(ObjectKey(key)) = map.next_key()? {
            match self.0.iter().position(|name| *name == key) {
                Some(at) => cells[at] = map.next_value()?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(cells)
    }
}

/// The keys of the first object, with the kinds of their values.
pub(super) fn first_object(lines: &mut Rows) -> Result<Vec<(String, String)>> {
    let mut text = Vec::new();
    while let Some(line) = lines.next(&mut text)? {
        let object = line
            .body
            .ok()
            .and_then(|range| serde_json::from_slice::<Value<'_>>(&text[range]).ok());
        if let Some(Value::Object(fields)) = object {
            let fields = fields.into_iter();
            return Ok(fields
                .map(|(key, value)| (key.into_owned(), value.kind().to_owned()))
                .collect());
        }
        text.clear();
    }
    Ok(Vec::new())
}

/// How many lines are looked at before a file is read.
const HEAD_LINES: usize = 100;

/// Fails where the file cannot be what the layout needs: a JSON array, or no line of its head has a
/// needed column.
pub(super) fn check(file: &SourceFile, lines: &mut Rows, columns: &[Needed]) -> Result<()> {
    let mut text = Vec::new();
    let mut missing: Vec<&Needed> = columns.iter().filter(|needed| needed.required).collect();
    let mut names = BTreeSet::new();
    let mut objects = 0;
    for index in 0..HEAD_LINES {
        text.clear();
        let Some(line) = lines.next(&mut text)? else {
            break;
        };
        let Ok(range) = line.body else { continue };
        let body = text[range].trim_ascii();
        if index == 0 && body.starts_with(b"[") {
            return Err(Error::Schema {
                file: file.name.clone(),
                column: "(all)".into(),
                problem: "stand in one JSON array, where each row has a line of its own".into(),
                hint: "write it as lines: `jq -c '.[]' FILE > FILE.jsonl`".into(),
            });
        }
        if let Ok(Value::Object(fields)) = serde_json::from_slice::<Value<'_>>(body) {
            objects += 1;
            missing.retain(|needed| fields.iter().all(|(key, _)| *key != needed.name));
            names.extend(fields.into_iter().map(|(key, _)| key.into_owned()));
        }
    }
    match missing.first() {
        Some(needed) if objects > 0 => Err(Error::missing_column(
            &file.name,
            &needed.name,
            names.iter().map(String::as_str),
        )),
        _ => Ok(()),
    }
}
