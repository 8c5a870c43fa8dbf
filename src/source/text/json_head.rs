//! A look at a file of JSON before it is read: its columns, and whether it has those that are needed.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::json;
use super::rows::Rows;
use crate::source::SourceFile;
use crate::source::needed::Needed;
use crate::{Error, Result};

/// The keys of the first rows' objects in the order in which they come, with the kind of the first value that is
/// something.
pub(super) fn columns(lines: &mut Rows) -> Result<Vec<(String, String)>> {
    let mut columns: IndexMap<String, String> = IndexMap::new();
    let mut text = Vec::new();
    for _ in 0..HEAD_LINES {
        text.clear();
        let Some(line) = lines.next(&mut text)? else {
            break;
        };
        let object = line.body.ok().and_then(|range| json::object(&text[range]));
        for (key, value) in object.unwrap_or_default() {
            let kind = columns.entry(key.into_owned()).or_default();
            if kind.is_empty() || kind == "null" {
                *kind = value.kind().to_owned();
            }
        }
    }
    Ok(columns.into_iter().collect())
}

/// The first of the first rows that is no object, with its number and what is wrong there.
pub(super) fn fault(lines: &mut Rows) -> Result<Option<(u64, String)>> {
    let mut text = Vec::new();
    for _ in 0..HEAD_LINES {
        text.clear();
        let Some(line) = lines.next(&mut text)? else {
            break;
        };
        let fault = line.body.ok().and_then(|range| json::fault(&text[range]));
        if let Some(fault) = fault {
            return Ok(Some((line.number, fault)));
        }
    }
    Ok(None)
}

/// How many lines are looked at before a file is read.
const HEAD_LINES: usize = 100;

/// Fails where no row of the file's head has a needed column.
pub(super) fn check(file: &SourceFile, lines: &mut Rows, columns: &[Needed]) -> Result<()> {
    let mut text = Vec::new();
    let mut missing: Vec<&Needed> = columns.iter().filter(|needed| needed.required).collect();
    let mut names = BTreeSet::new();
    let mut objects = 0;
    for _ in 0..HEAD_LINES {
        text.clear();
        let Some(line) = lines.next(&mut text)? else {
            break;
        };
        let Ok(range) = line.body else { continue };
        if let Some(fields) = json::object(&text[range]) {
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
