//! Folders named like a column with its value, as Hive and Spark partition tables: `year=2024/part-0.parquet`.
//!
//! The value stands nowhere else: the writer takes the column out of the files.

use std::path::{Component, Path};

use percent_encoding::percent_decode_str;

use super::needed::Needed;
use super::value::Value;

/// How a null is written.
const NULL: &str = "__HIVE_DEFAULT_PARTITION__";

/// The columns and values in the folders of a file's name, and in those right above the root that it starts from.
/// Of two of one name the inner one counts.
pub(super) fn constants(root: &Path, name: &str) -> Vec<(String, Option<String>)> {
    let above = root.components().rev().map_while(|part| match part {
        Component::Normal(part) => pair(&part.to_string_lossy()),
        _ => None,
    });
    let folders = name.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut all: Vec<_> = above.collect();
    all.reverse();
    all.extend(folders.split('/').filter_map(pair));
    let mut constants: Vec<(String, Option<String>)> = Vec::new();
    for (column, value) in all {
        constants.retain(|(known, _)| *known != column);
        constants.push((column, value));
    }
    constants
}

fn pair(folder: &str) -> Option<(String, Option<String>)> {
    let (column, value) = folder.split_once('=')?;
    let column = decoded(column);
    let value = Some(decoded(value)).filter(|value| value != NULL);
    (!column.is_empty()).then_some((column, value))
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The columns, none of them asked for of a file whose folders have it.
pub(super) fn without(hive: &[(String, Option<String>)], columns: &[Needed]) -> Vec<Needed> {
    let mut columns = columns.to_vec();
    for needed in &mut columns {
        if hive.iter().any(|(name, _)| *name == needed.name) {
            (needed.required, needed.named) = (false, false);
        }
    }
    columns
}

/// Puts the folders' values into cells that the file does not have.
#[derive(Clone, Debug)]
pub struct Filler(Vec<(usize, Option<String>)>);

impl Filler {
    /// None where the folders have none of the columns.
    pub(super) fn of(hive: &[(String, Option<String>)], columns: &[Needed]) -> Option<Self> {
        let place = |(name, value): &(String, Option<String>)| {
            let at = columns.iter().position(|needed| needed.name == *name)?;
            Some((at, value.clone()))
        };
        let places: Vec<_> = hive.iter().filter_map(place).collect();
        (!places.is_empty()).then_some(Self(places))
    }

    /// Fills the cells of one row.
    pub(super) fn fill(&self, cells: &mut [Value<'_>]) {
        for (at, value) in &self.0 {
            if cells[*at] == Value::Missing {
                cells[*at] = match value {
                    Some(value) => Value::Text(value.clone().into()),
                    None => Value::Null,
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_name_columns_from_the_root_on() {
        let check = |root: &str, name: &str, expected: &[(&str, Option<&str>)]| {
            let owned = |(column, value): &(&str, Option<&str>)| {
                ((*column).to_owned(), value.map(str::to_owned))
            };
            let expected: Vec<_> = expected.iter().map(owned).collect();
            assert_eq!(constants(Path::new(root), name), expected, "{root} {name}");
        };
        check("in", "e=f.jsonl", &[]);
        check(
            "in",
            "a=1/b=x%20y/p.parquet",
            &[("a", Some("1")), ("b", Some("x y"))],
        );
        check(
            "x=1/in/a=1/b=2",
            "b=3/p",
            &[("a", Some("1")), ("b", Some("3"))],
        );
        check(
            "in",
            "a=/b=__HIVE_DEFAULT_PARTITION__/=c/p",
            &[("a", Some("")), ("b", None)],
        );
        check("in", "a=b=c/p", &[("a", Some("b=c"))]);
    }
}
