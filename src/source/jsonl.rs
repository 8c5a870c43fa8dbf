//! A look at a file of JSON before it is read: its columns, and whether it has those that are needed.

use std::collections::BTreeSet;

use super::needed::Needed;
use super::rows::Rows;
use super::{SourceFile, json};
use crate::{Error, Result};

/// The keys of the first object, with the kinds of their values.
pub(super) fn first_object(lines: &mut Rows) -> Result<Vec<(String, String)>> {
    let mut text = Vec::new();
    while let Some(line) = lines.next(&mut text)? {
        let object = line.body.ok().and_then(|range| json::object(&text[range]));
        if let Some(fields) = object {
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
