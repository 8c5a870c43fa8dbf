//! `subsets.csv` and `subsets.tex`: every subset and control in a line, for a paper's appendix.
//!
//! What such tables leave out is what a reader needs to believe the comparison: how many rows a trainer
//! would cut, how mixed a set is, how many steps it was trained for.

use std::collections::BTreeMap;
use std::path::Path;

use super::Written;
use super::csv::{csv, four_decimals};
use crate::Result;
use crate::compare::balance::{NO_LEVEL, effective};
use crate::error::one_line;
use crate::manifest::SubsetRecord;
use crate::pipeline::Runs;
use crate::pool::Entries;
use crate::run::Experiment;
use crate::schema::{Filled, Head, column, heads};
use crate::select::{Selection, SubsetRole};

/// A subset or control, and what the table says of it beside its record.
struct SummaryRow<'r> {
    record: &'r SubsetRecord,
    figures: Figures,
    max_length: u32,
    /// None for what is never trained on.
    steps: Option<u64>,
}

/// What the rows of a subset say together.
struct Figures {
    tokens_median: f64,
    /// None where no text is written.
    lengths: Option<Lengths>,
    /// Rows of each, the most common first.
    categories: Vec<(String, u64)>,
    styles: Vec<(String, u64)>,
}

/// What its conversations are against the limit of a trainer.
struct Lengths {
    tokens: u64,
    rows_over: u32,
    tokens_over: u64,
}

impl Lengths {
    fn new(conversation_tokens: &[u32], max_length: u32) -> Self {
        let all = conversation_tokens.iter();
        let over = all.clone().map(|tokens| tokens.saturating_sub(max_length));
        Self {
            tokens: all.copied().map(u64::from).sum(),
            rows_over: over.clone().filter(|&over| over > 0).count() as u32,
            tokens_over: over.map(u64::from).sum(),
        }
    }
}

fn row_columns<'r>() -> Vec<Filled<'r, SummaryRow<'r>>> {
    vec![
        column::<str>("subset", "name of the subset or control").always(|row| &row.record.name),
        column::<str>("role", "subset, random, matched, paired, wrong or derived")
            .always(|row| row.record.role.as_str()),
        column::<u32>("draw", "number of its draw, from 0").always(|row| row.record.draw),
        column::<str>("draw_kind", "independent or replicate")
            .always(|row| row.record.draw_kind.as_str()),
        column::<u32>("rows", "rows that were selected").always(|row| row.record.size),
        column::<u32>("problems", "different problems among them")
            .always(|row| row.record.problems),
        column::<u64>("tokens", "tokens of all its replies").always(|row| row.record.tokens),
        column::<f64>("tokens_median", "median of a reply's tokens")
            .always(|row| row.figures.tokens_median),
        column::<u32>(
            "max_length",
            "`[runs] max_length`: tokens that a conversation may have",
        )
        .always(|row| row.max_length),
        column::<u64>(
            "conversation_tokens",
            "tokens of all its conversations (`conversation_tokens` of its rows), which a trainer holds against its \
             limit; empty, as the three that follow, where no text is written",
        )
        .or_empty(|row| Some(row.figures.lengths.as_ref()?.tokens)),
        column::<u32>("rows_over", "rows whose conversation has more than max_length")
            .or_empty(|row| Some(row.figures.lengths.as_ref()?.rows_over)),
        column::<f64>("rows_over_share", "the same over rows")
            .or_empty(|row| row.rows_over_share().map(four_decimals)),
        column::<f64>(
            "tokens_over_share",
            "share of conversation_tokens that lie beyond max_length and would be cut",
        )
        .or_empty(|row| {
            let lengths = row.figures.lengths.as_ref()?;
            Some(four_decimals(share(lengths.tokens_over, lengths.tokens)))
        }),
        column::<String>(
            "category_mix",
            "rows of each category, as `algebra:15;geometry:14`, the most common first",
        )
        .always(|row| listed(&row.figures.categories)),
        column::<String>("style_mix", "the same of styles")
            .always(|row| listed(&row.figures.styles)),
        column::<f64>(
            "category_effective",
            "exp(entropy) of the categories: as many, all as common, would be as mixed",
        )
        .always(|row| four_decimals(row.figures.effective_categories())),
        column::<u64>(
            "steps",
            "optimiser's steps of a run at `[runs] epochs`, else `[runs] steps`",
        )
        .or_empty(|row| row.steps),
    ]
}

/// The columns of `subsets.csv`.
pub(crate) fn columns() -> Vec<Head> {
    heads(&row_columns())
}

impl SummaryRow<'_> {
    fn rows_over_share(&self) -> Option<f64> {
        let over = self.figures.lengths.as_ref()?.rows_over;
        Some(share(u64::from(over), u64::from(self.record.size)))
    }
}

/// Rows of each name, as CSV has them.
fn listed(mix: &[(String, u64)]) -> String {
    let items: Vec<String> = mix
        .iter()
        .map(|(name, rows)| format!("{name}:{rows}"))
        .collect();
    items.join(";")
}

/// Writes both tables, in the order of the selection.
pub(super) fn write(
    experiment: &Experiment<'_>,
    selection: &Selection,
    records: &[SubsetRecord],
    written: &[Option<Written>],
    run: &Path,
) -> Result<()> {
    let runs = &experiment.plan.runs;
    let rows = selection.subsets.iter().zip(records).zip(written);
    let rows: Vec<SummaryRow<'_>> = rows
        .map(|((subset, record), written)| SummaryRow {
            record,
            figures: Figures::new(
                &experiment.entries,
                subset.entries(),
                written.as_ref(),
                runs.max_length.get(),
            ),
            max_length: runs.max_length.get(),
            steps: (subset.role != SubsetRole::Validation).then(|| runs.steps(record.size)),
        })
        .collect();
    crate::disk::write(&run.join("subsets.csv"), csv(&row_columns(), &rows))?;
    let lines: String = rows.iter().map(tex_row).collect();
    crate::disk::write(&run.join("subsets.tex"), tex_table(&lines, runs))
}

impl Figures {
    fn new(entries: &Entries, chosen: &[u32], written: Option<&Written>, max_length: u32) -> Self {
        let bodies = || chosen.iter().map(|&entry| entries.body_of(entry));
        let mut tokens: Vec<u32> = match written.and_then(|written| written.derived.as_ref()) {
            Some(rows) => rows.tokens.clone(),
            None => bodies().map(|body| body.tokens).collect(),
        };
        tokens.sort_unstable();
        let category = |problem: u32| entries.problems[problem as usize].category;
        let named = |name| entries.name(name);
        Self {
            tokens_median: median(&tokens),
            lengths: written.map(|written| Lengths::new(&written.conversation_tokens, max_length)),
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

/// How many categories a line of the LaTeX table names.
const CATEGORIES_NAMED: usize = 3;

fn tex_row(row: &SummaryRow<'_>) -> String {
    let SummaryRow {
        record, figures, ..
    } = row;
    let percent = |rows: u64| format!("{:.0}", 100.0 * share(rows, u64::from(record.size)));
    let named = figures.categories.iter().take(CATEGORIES_NAMED);
    let mut mix: Vec<String> = named
        .map(|(name, rows)| format!("{name} {}", percent(*rows)))
        .collect();
    if let Some(more @ 1..) = figures.categories.len().checked_sub(CATEGORIES_NAMED) {
        mix.push(format!("{more} more"));
    }
    format!(
        "{} & {} & {} & {} & {:.2} & {:.0} & {} & {} & {} \\\\\n",
        escaped(&record.name),
        escaped(record.role.as_str()),
        record.size,
        record.problems,
        record.tokens as f64 / 1e6,
        figures.tokens_median,
        row.rows_over_share()
            .map_or_else(String::new, |share| format!("{:.1}", 100.0 * share)),
        escaped(&mix.join(", ")),
        row.steps
            .map_or_else(String::new, |steps| steps.to_string()),
    )
}

fn tex_table(rows: &str, runs: &Runs) -> String {
    let head = format!(
        "Subset & Role & Rows & Problems & Tokens (M) & Median & $>${} (\\%) & Categories (\\%) & Steps \\\\",
        runs.max_length
    );
    let length = match &runs.epochs {
        Some(epochs) => format!("epochs: {epochs}"),
        None => "a fixed number of steps".to_owned(),
    };
    format!(
        "% Every subset and control of this run; needs \\usepackage{{booktabs,longtable}}, and a wide page.\n\
         % Tokens: of all replies, in millions; Median: tokens of a reply; >{max}: rows whose\n\
         % conversation is longer (system message, problem and the template's marks with the reply).\n\
         % Steps: at batch size {batch}, {length}.\n\
         \\begingroup\\scriptsize\\setlength{{\\tabcolsep}}{{3pt}}\n\\begin{{longtable}}{{llrrrrrlr}}\n\\toprule\n{head}\n\\midrule\n\\endhead\n{rows}\\bottomrule\n\
         \\end{{longtable}}\n\\endgroup\n",
        max = runs.max_length,
        batch = runs.batch_size,
    )
}

/// As LaTeX prints it. What begins a line would be an argument of the `\\` before it if it were a bracket or a star.
pub(crate) fn escaped(text: &str) -> String {
    let text = one_line(text);
    let letter = |letter: char| match letter {
        '[' | ']' | '*' => format!("{{{letter}}}"),
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
    use serde_json::json;

    use super::super::balance::tests::record;
    use super::*;

    #[test]
    fn a_subset_has_each_figure_in_the_column_of_its_name() {
        let trained = record(
            "one",
            json!({
                "role": "matched", "draw": 1, "draw_kind": "replicate", "size": 80, "problems": 3,
                "tokens": 4000,
            }),
        );
        let aside = record("two", json!({ "role": "validation" }));
        let mix = |mix: &[(&str, u64)]| {
            mix.iter()
                .map(|(name, rows)| ((*name).to_owned(), *rows))
                .collect()
        };
        let lengths = Some(Lengths {
            tokens: 5000,
            rows_over: 6,
            tokens_over: 75,
        });
        let row = |record, lengths, steps| SummaryRow {
            record,
            figures: Figures {
                tokens_median: 5.5,
                lengths,
                categories: mix(&[("algebra", 4), ("geometry", 4)]),
                styles: mix(&[("r1", 9)]),
            },
            max_length: 8,
            steps,
        };
        let table = csv(
            &row_columns(),
            &[row(&trained, lengths, Some(10)), row(&aside, None, None)],
        );
        let expected = [
            ("subset", "one"),
            ("role", "matched"),
            ("draw", "1"),
            ("draw_kind", "replicate"),
            ("rows", "80"),
            ("problems", "3"),
            ("tokens", "4000"),
            ("tokens_median", "5.5"),
            ("max_length", "8"),
            ("conversation_tokens", "5000"),
            ("rows_over", "6"),
            ("rows_over_share", "0.075"),
            ("tokens_over_share", "0.015"),
            ("category_mix", "algebra:4;geometry:4"),
            ("style_mix", "r1:9"),
            ("category_effective", "2"),
            ("steps", "10"),
        ];
        let lines: Vec<Vec<&str>> = table
            .lines()
            .map(|line| line.split(',').collect())
            .collect();
        assert_eq!(lines[0], expected.map(|(name, _)| name));
        assert_eq!(lines[1], expected.map(|(_, cell)| cell));
        assert_eq!(
            lines[2].last(),
            Some(&""),
            "what is set aside is never trained on"
        );
        assert_eq!(
            lines[2][9..13],
            [""; 4],
            "nothing is said of texts that are not written"
        );
    }

    #[test]
    fn a_conversation_that_is_as_long_as_it_may_be_is_not_over() {
        let lengths = Lengths::new(&[8, 9, 3, 12], 8);
        let told = (lengths.tokens, lengths.rows_over, lengths.tokens_over);
        assert_eq!(told, (32, 2, 5));
    }

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
        assert_eq!(escaped("[1]*"), "{[}1{]}{*}");
        let two_lines = escaped("a\n\n\\input{x}");
        assert_eq!(
            two_lines,
            r"a\textbackslash{}n\textbackslash{}n\textbackslash{}input\{x\}"
        );
    }
}
