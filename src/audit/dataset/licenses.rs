//! The licences that rows state, in a column of that name.
//!
//! No layout reads such a column, so that the files that have one are read once more, that column alone.

use std::collections::HashMap;

use super::mixes::{LICENSE, Mix};
use super::rows::Rows;
use super::scope::Scope;
use crate::Result;
use crate::run::{RunPart, Settings};
use crate::source::pick::Pick;
use crate::source::{SourceFile, column_kinds, lookup};

/// Names of such columns, in lower case.
const COLUMNS: [&str; 5] = ["license", "licence", "licenses", "licences", "license_name"];

/// Names that are told apart; where rows have the words of their licences there, the first are.
const NAMES_MAX: usize = 1000;
const NAME_CHARS_MAX: usize = 60;

/// What the rows' trajectories are licensed under; none where no file has such a column. Each goes to `rows`.
pub(super) fn licenses(
    scope: &Scope<'_>,
    rows: &mut Rows<'_>,
    settings: &Settings<'_>,
) -> Result<Option<Mix>> {
    let parts: Vec<&RunPart> = scope.parts().collect();
    let mut named: Vec<(u32, String)> = Vec::new();
    let mut is_any = false;
    for of_file in parts.chunk_by(|a, b| (a.source, a.file) == (b.source, b.file)) {
        let planned = &scope.experiment.plan.sources[of_file[0].source].files[of_file[0].file];
        if let (Ok(units), Some(pick)) = (&planned.units, column(&planned.file)) {
            is_any = true;
            let entries = of_file.iter().flat_map(|part| part.entries.clone());
            let mut entries = entries.map(|at| at as u32).peekable();
            let row = |at: u32| scope.experiment.entries.rows[at as usize].row;
            for &unit in units {
                settings.check_stop()?;
                lookup::read(&planned.file, unit, &[Some(&pick)], |number, values| {
                    let value = values.ok().and_then(|values| values.into_iter().next());
                    let name = value.and_then(|value| lookup::text(Some(&pick), value));
                    while let Some(at) = entries.next_if(|at| row(*at) <= number) {
                        if let Some(name) = name.as_ref().filter(|_| row(at) == number) {
                            named.push((at, shortened(name)));
                        }
                    }
                    Ok(())
                })?;
            }
        }
    }
    if !is_any {
        return Ok(None);
    }
    count(scope, named, rows).map(Some)
}

/// The column of a file that states its rows' licences.
fn column(file: &SourceFile) -> Option<Pick> {
    let kinds = column_kinds(file).ok()?;
    let mut names = kinds.into_iter().map(|(name, _)| name);
    let name = names.find(|name| COLUMNS.contains(&name.to_lowercase().as_str()))?;
    Some(Pick::column(&name))
}

fn shortened(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").chars().take(NAME_CHARS_MAX).collect()
}

/// Counts the trajectories of each name.
fn count(scope: &Scope<'_>, named: Vec<(u32, String)>, rows: &mut Rows<'_>) -> Result<Mix> {
    let is_trajectory = |at: u32| scope.experiment.entries.rows[at as usize].body.is_ok();
    let mut counts: HashMap<String, u64> = HashMap::new();
    let mut told = 0;
    for (at, name) in named {
        if !is_trajectory(at) || (counts.len() >= NAMES_MAX && !counts.contains_key(&name)) {
            continue;
        }
        told += 1;
        rows.add(LICENSE, at, || Some(name.clone()));
        rows.flush_if_many()?;
        *counts.entry(name).or_default() += 1;
    }
    let all = scope.trajectories().count() as u64;
    Ok(Mix::of(LICENSE, counts, all - told, all))
}
