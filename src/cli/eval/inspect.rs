//! `gradatim eval --inspect`: what a log is, and what would be read of it.

use std::path::PathBuf;

use crate::Result;
use crate::eval::logs::{self, Inspected, InspectedRun};

use super::cells::{covered, range, told};
use crate::cli::table::{counted, table};
use crate::cli::{print, print_json};
use crate::error::one_line;

/// Shows each file.
pub(super) fn inspect(paths: &[PathBuf], options: &logs::Options, json: bool) -> Result<u8> {
    let found = logs::inspect(paths, options)?;
    if json {
        print_json(&found)?;
    } else {
        let shown: String = found.iter().map(one).collect();
        print(&shown)?;
    }
    Ok(0)
}

fn one(of: &Inspected) -> String {
    let input = &of.input;
    if let Some(why) = &of.passed_over {
        return format!(
            "{}: passed over: {}\n\n",
            one_line(&input.path),
            one_line(why)
        );
    }
    let mut text = format!(
        "{}: {}, {}, {}, {}\n",
        one_line(&input.path),
        one_line(&input.format),
        of.shape,
        counted(input.rows, "row"),
        counted(input.attempts, "attempt"),
    );
    for (reason, rows) in &input.bad {
        text += &format!("  not read: {} ({reason})\n", counted(*rows, "row"));
    }
    text += &list("read", &of.read);
    text += &list("not in it", &of.missing);
    text.push('\n');
    let runs: Vec<Vec<String>> = of.runs.iter().map(run).collect();
    let head = [
        "run",
        "benchmark",
        "questions",
        "n",
        "graded by the log",
        "responses",
        "gold answers",
    ];
    if !runs.is_empty() {
        text += &(told(table, &head, &runs) + "\n");
    }
    let filters: Vec<Vec<String>> = of.filters.iter().map(filter).collect();
    if !filters.is_empty() {
        text += &(table(&["filter", "rows", "mean", ""], &filters) + "\n");
    }
    for run in &of.runs {
        text += &facts(run);
        let remarks = run
            .remarks
            .iter()
            .map(|remark| format!("note: {}: {}\n", one_line(&run.name), one_line(remark)));
        text += &remarks.collect::<String>();
    }
    let traps = of
        .traps
        .iter()
        .map(|trap| format!("warning: {}\n", one_line(trap)));
    text + &traps.collect::<String>() + "\n"
}

fn list(word: &str, names: &[String]) -> String {
    match names.is_empty() {
        true => String::new(),
        false => format!("  {word}: {}\n", one_line(&names.join(", "))),
    }
}

fn run(of: &InspectedRun) -> Vec<String> {
    vec![
        of.name.clone(),
        of.benchmark
            .clone()
            .unwrap_or_else(|| super::cells::NONE.to_owned()),
        covered(u64::from(of.questions), of.of.map(u64::from)),
        range(of.attempts),
        of.recorded.to_string(),
        of.responses.to_string(),
        of.golds.to_string(),
    ]
}

fn filter(of: &logs::Filter) -> Vec<String> {
    vec![
        of.name.clone(),
        of.rows.to_string(),
        super::cells::perhaps(of.mean),
        if of.is_read { "is read" } else { "" }.to_owned(),
    ]
}

fn facts(of: &InspectedRun) -> String {
    let told: Vec<String> = of
        .facts
        .iter()
        .map(|(name, value)| format!("{name} {}", one_line(value)))
        .collect();
    match told.is_empty() {
        true => String::new(),
        false => format!("  {}: {}\n", one_line(&of.name), told.join(", ")),
    }
}
