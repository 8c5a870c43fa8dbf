//! `subsets.csv` and `subsets.tex`: every subset and control in a line, for a paper's appendix.
//!
//! What such tables leave out is what a reader needs to believe the comparison: how many rows a trainer
//! would cut, how mixed a set is, how many steps it was trained for.

use std::collections::BTreeMap;
use std::path::Path;

use fs_err as fs;

use super::{csv_line, decimal};
use crate::compare::balance::{NO_LEVEL, effective};
use crate::manifest::SubsetRecord;
use crate::pipeline::Runs;
use crate::pool::Entries;
use crate::run::Experiment;
use crate::select::{Selection, SubsetRole};
use crate::{Result, schema};

/// What the table says of a subset beside its record.
struct Facts {
    tokens_median: f64,
    rows_over: usize,
    tokens_over: u64,
    /// Rows of each, the most common first.
    categories: Vec<(String, u64)>,
    styles: Vec<(String, u64)>,
}

/// Writes both tables, in the order of the selection.
pub(super) fn write(
    experiment: &Experiment<'_>,
    selection: &Selection,
    records: &[SubsetRecord],
    run: &Path,
) -> Result<()> {
    let runs = &experiment.plan.pipeline.runs;
    let mut csv = csv_line(schema::SUBSETS.iter().map(|column| column.name));
    let mut tex = String::new();
    for (subset, record) in selection.subsets.iter().zip(records) {
        let facts = Facts::new(&experiment.entries, subset.entries(), runs.max_length.get());
        let steps = match subset.role {
            SubsetRole::Validation => String::new(),
            _ => runs.steps(record.size).to_string(),
        };
        csv += &csv_row(record, &facts, runs, &steps);
        tex += &tex_row(record, &facts, &steps);
    }
    fs::write(run.join("subsets.csv"), csv)?;
    Ok(fs::write(run.join("subsets.tex"), tex_table(&tex, runs))?)
}

impl Facts {
    fn new(entries: &Entries, chosen: &[u32], max_length: u32) -> Self {
        let bodies = || chosen.iter().map(|&entry| entries.body_of(entry));
        let mut tokens: Vec<u32> = bodies().map(|body| body.tokens).collect();
        tokens.sort_unstable();
        let over = tokens
            .iter()
            .map(|&tokens| tokens.saturating_sub(max_length));
        let category = |problem: u32| entries.problems[problem as usize].category;
        let named = |name| entries.name(name);
        Self {
            tokens_median: median(&tokens),
            rows_over: over.clone().filter(|&over| over > 0).count(),
            tokens_over: over.map(u64::from).sum(),
            categories: mix(bodies().map(|body| category(body.problem).map(named))),
            styles: mix(bodies().map(|body| Some(named(body.style)))),
        }
    }

    fn effective_categories(&self) -> f64 {
        let counts: Vec<u64> = self.categories.iter().map(|(_, rows)| *rows).collect();
        effective(&counts).unwrap_or_default()
    }
}

/// Of ascending counts; 0 where there are none.
fn median(tokens: &[u32]) -> f64 {
    let at = |place: usize| tokens.get(place).copied().map_or(0.0, f64::from);
    match tokens.len() {
        0 => 0.0,
        count => f64::midpoint(at((count - 1) / 2), at(count / 2)),
    }
}

/// How many rows have each name: the most common first, of equals by name.
fn mix<'n>(names: impl Iterator<Item = Option<&'n str>>) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name.unwrap_or(NO_LEVEL)).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts
        .into_iter()
        .map(|(name, rows)| (name.to_owned(), rows))
        .collect();
    counts.sort_by_key(|(_, rows)| std::cmp::Reverse(*rows));
    counts
}

fn share(part: u64, of: u64) -> f64 {
    part as f64 / of.max(1) as f64
}

fn csv_row(record: &SubsetRecord, facts: &Facts, runs: &Runs, steps: &str) -> String {
    let listed = |mix: &[(String, u64)]| {
        let items: Vec<String> = mix
            .iter()
            .map(|(name, rows)| format!("{name}:{rows}"))
            .collect();
        items.join(";")
    };
    csv_line([
        record.name.clone(),
        record.role.as_str().to_owned(),
        record.draw.to_string(),
        record.draw_kind.as_str().to_owned(),
        record.size.to_string(),
        record.problems.to_string(),
        record.tokens.to_string(),
        decimal(facts.tokens_median),
        runs.max_length.to_string(),
        facts.rows_over.to_string(),
        decimal(share(facts.rows_over as u64, u64::from(record.size))),
        decimal(share(facts.tokens_over, record.tokens)),
        listed(&facts.categories),
        listed(&facts.styles),
        decimal(facts.effective_categories()),
        steps.to_owned(),
    ])
}

/// How many categories a line of the LaTeX table names.
const CATEGORIES_NAMED: usize = 3;

fn tex_row(record: &SubsetRecord, facts: &Facts, steps: &str) -> String {
    let percent = |rows: u64| format!("{:.0}", 100.0 * share(rows, u64::from(record.size)));
    let named = facts.categories.iter().take(CATEGORIES_NAMED);
    let mut mix: Vec<String> = named
        .map(|(name, rows)| format!("{name} {}", percent(*rows)))
        .collect();
    if let Some(more @ 1..) = facts.categories.len().checked_sub(CATEGORIES_NAMED) {
        mix.push(format!("{more} more"));
    }
    format!(
        "{} & {} & {} & {} & {:.2} & {:.0} & {:.1} & {} & {} \\\\\n",
        escaped(&record.name),
        escaped(record.role.as_str()),
        record.size,
        record.problems,
        record.tokens as f64 / 1e6,
        facts.tokens_median,
        100.0 * share(facts.rows_over as u64, u64::from(record.size)),
        escaped(&mix.join(", ")),
        steps,
    )
}

fn tex_table(rows: &str, runs: &Runs) -> String {
    let head = format!(
        "Subset & Role & Rows & Problems & Tokens (M) & Median & $>${} (\\%) & Categories (\\%) & Steps \\\\",
        runs.max_length
    );
    let length = if let Some(epochs) = runs.epochs {
        format!("{epochs} epochs")
    } else {
        "a fixed number of steps".to_owned()
    };
    format!(
        "% Every subset and control of this run; needs \\usepackage{{booktabs,longtable}}, and a wide page.\n\
         % Tokens: of all replies, in millions; Median: tokens of a reply; >{max}: rows whose reply is longer.\n\
         % Steps: at batch size {batch}, {length}.\n\
         \\begingroup\\scriptsize\\setlength{{\\tabcolsep}}{{3pt}}\n\\begin{{longtable}}{{llrrrrrlr}}\n\\toprule\n{head}\n\\midrule\n\\endhead\n{rows}\\bottomrule\n\
         \\end{{longtable}}\n\\endgroup\n",
        max = runs.max_length,
        batch = runs.batch_size,
    )
}

/// As LaTeX prints it.
fn escaped(text: &str) -> String {
    let letter = |letter: char| match letter {
        '_' | '&' | '%' | '$' | '#' | '{' | '}' => format!("\\{letter}"),
        '\\' => "\\textbackslash{}".to_owned(),
        '~' => "\\textasciitilde{}".to_owned(),
        '^' => "\\textasciicircum{}".to_owned(),
        other => other.to_string(),
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_mixes_are_as_by_hand() {
        assert_eq!(
            (median(&[]), median(&[3]), median(&[1, 4])),
            (0.0, 3.0, 2.5)
        );
        let names = [Some("b"), None, Some("a"), Some("b"), Some("a")];
        let told = mix(names.into_iter());
        let expected = [("a", 2), ("b", 2), (NO_LEVEL, 1)];
        assert_eq!(told, expected.map(|(name, rows)| (name.to_owned(), rows)));
    }

    #[test]
    fn what_latex_reads_as_its_own_is_escaped() {
        assert_eq!(escaped("a_b & 5 %"), r"a\_b \& 5 \%");
    }
}
