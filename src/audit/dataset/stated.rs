//! What rows state in columns that no layout reads: their licences, and which model wrote them.
//!
//! A column of such a name is known by its name alone, so that the files that have one are read once more, those columns
//! alone.

use std::collections::HashMap;

use super::mixes::{LICENSE, MODEL, Mix};
use super::rows::Rows;
use super::scope::Scope;
use crate::Result;
use crate::run::{RunPart, Settings};
use crate::source::pick::Pick;
use crate::source::{SourceFile, column_kinds, lookup};

/// The variables, each with the names of its columns, in lower case.
const COLUMNS: [(&str, &[&str]); 2] = [
    (
        LICENSE,
        &["license", "licence", "licenses", "licences", "license_name"],
    ),
    (
        MODEL,
        &[
            "model",
            "model_name",
            "model_id",
            "generator",
            "generated_by",
            "generation_model",
            "teacher",
            "teacher_model",
        ],
    ),
];

/// Names that are told apart; where rows have the words of their licences there, the first are.
const NAMES_MAX: usize = 1000;
const NAME_CHARS_MAX: usize = 60;

/// What the rows' trajectories state of each variable that some file has a column of. Each goes to `rows`.
pub(super) fn stated(
    scope: &Scope<'_>,
    rows: &mut Rows<'_>,
    settings: &Settings<'_>,
) -> Result<Vec<Mix>> {
    let parts: Vec<&RunPart> = scope.parts().collect();
    let mut named = COLUMNS.map(|_| None::<Vec<(u32, String)>>);
    for of_file in parts.chunk_by(|a, b| (a.source, a.file) == (b.source, b.file)) {
        let planned = &scope.experiment.plan.sources[of_file[0].source].files[of_file[0].file];
        let Ok(units) = &planned.units else { continue };
        let picks = columns(&planned.file);
        for (variable, _) in &picks {
            named[*variable].get_or_insert_default();
        }
        let picked: Vec<Option<&Pick>> = picks.iter().map(|(_, pick)| Some(pick)).collect();
        if picked.is_empty() {
            continue;
        }
        let entries = of_file.iter().flat_map(|part| part.entries.clone());
        let mut entries = entries.map(|at| at as u32).peekable();
        let row = |at: u32| scope.experiment.entries.rows[at as usize].row;
        for &unit in units {
            settings.check_stop()?;
            lookup::read(&planned.file, unit, &picked, |number, values| {
                let values = values.unwrap_or_default().into_iter();
                let names: Vec<(usize, Option<String>)> = picks
                    .iter()
                    .zip(values)
                    .map(|((variable, pick), value)| (*variable, lookup::text(Some(pick), value)))
                    .collect();
                while let Some(at) = entries.next_if(|at| row(*at) <= number) {
                    for (variable, name) in names.iter().filter(|_| row(at) == number) {
                        let of = named[*variable].get_or_insert_default();
                        of.extend(name.as_ref().map(|name| (at, shortened(name))));
                    }
                }
                Ok(())
            })?;
        }
    }
    let stated = COLUMNS.into_iter().zip(named);
    stated
        .filter_map(|((variable, _), named)| Some(count(variable, scope, named?, rows)))
        .collect()
}

/// The columns of a file that state something, each with the index of its variable.
fn columns(file: &SourceFile) -> Vec<(usize, Pick)> {
    let kinds = column_kinds(file).unwrap_or_default();
    let column = |names: &[&str]| {
        let mut all = kinds.iter().map(|(name, _)| name);
        let name = all.find(|name| names.contains(&name.to_lowercase().as_str()))?;
        Some(Pick::column(name))
    };
    let columns = COLUMNS.iter().enumerate();
    columns
        .filter_map(|(variable, (_, names))| Some((variable, column(names)?)))
        .collect()
}

fn shortened(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").chars().take(NAME_CHARS_MAX).collect()
}

/// Counts the trajectories of each name.
fn count(
    variable: &'static str,
    scope: &Scope<'_>,
    named: Vec<(u32, String)>,
    rows: &mut Rows<'_>,
) -> Result<Mix> {
    let is_trajectory = |at: u32| scope.experiment.entries.rows[at as usize].body.is_ok();
    let mut counts: HashMap<String, u64> = HashMap::new();
    let mut told = 0;
    for (at, name) in named {
        if !is_trajectory(at) || (counts.len() >= NAMES_MAX && !counts.contains_key(&name)) {
            continue;
        }
        told += 1;
        rows.add(variable, at, || Some(name.clone()));
        rows.flush_if_many()?;
        *counts.entry(name).or_default() += 1;
    }
    let all = scope.trajectories().count() as u64;
    Ok(Mix::of(variable, counts, all - told, all))
}
