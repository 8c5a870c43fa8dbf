//! `gradatim balance`: can two subsets be compared?

use std::path::{Path, PathBuf};

use crate::audit::balance::{Folder, Told};
use crate::compare::balance::{Balance, Line, Relation, WORTH_A_LOOK, love};
use crate::compare::overlap::Overlap;
use crate::manifest::{Manifest, SubsetRecord};
use crate::{Error, Result};
use clap::Args;
use serde_json::json;

use super::table::{table, thousands};
use super::{print, print_json, threads, use_threads};

/// Shows how two subsets or controls of an output folder compare: standardised differences, variance ratios,
/// Kolmogorov-Smirnov's D, mixes, overlap. Without names: every subset beside each of its controls, where
/// they differ most, and what share was accepted by category and length.
#[derive(Args)]
#[command(after_help = "\
A difference (SMD) is of means, over the standard deviation of all that was accepted; of
tokens and bytes it is taken on ln(1 + x). `*` marks what the criterion makes differ on
purpose. `gradatim schema balance` says what each figure is.

Example:
  gradatim balance out
  gradatim balance out diverse-long-r1-100 random-r1-100 --plot balance.svg")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    out: PathBuf,
    /// A subset or control.
    #[arg(requires = "second")]
    first: Option<String>,
    /// Another, as its control.
    second: Option<String>,
    /// Draw a Love plot to this file, as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// End with 1 where a difference that is not by design is larger than this, in standard deviations.
    #[arg(long, value_name = "SMD")]
    fail_above: Option<f64>,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// How many pairs the table of a whole run has; JSON and `balance.parquet` have all.
const PAIRS_SHOWN: usize = 20;

pub(super) fn balance(arguments: &Arguments) -> Result<u8> {
    use_threads(threads())?;
    let folder = Folder::open(&arguments.out)?;
    let compared = match (&arguments.first, &arguments.second) {
        (Some(first), Some(second)) => vec![folder.compare(first, second)?],
        _ => folder.compare_all(),
    };
    let single = arguments.first.is_some();
    if let Some(path) = &arguments.plot {
        plot(&compared, single, path)?;
    }
    if arguments.json {
        print_json(&report(&folder, &compared, single))?;
    } else if let (true, [pair]) = (single, compared.as_slice()) {
        print(&one(pair))?;
    } else {
        print(&all(&folder.manifest, &compared))?;
    }
    let differs = |limit: f64| {
        let worst = compared.iter().filter_map(|told| told.balance.worst()?.smd);
        worst.into_iter().any(|smd| smd.abs() > limit)
    };
    Ok(u8::from(arguments.fail_above.is_some_and(differs)))
}

fn plot(compared: &[Told<'_>], single: bool, path: &Path) -> Result<()> {
    let shown: Vec<love::Shown<'_>> = compared
        .iter()
        .map(|told| love::Shown {
            first: &told.first.name,
            second: &told.second.name,
            relation: told.relation,
            balance: &told.balance,
        })
        .collect();
    let svg = match shown.as_slice() {
        [pair] if single => love::of_pair(pair),
        pairs => love::of_run(pairs),
    };
    fs_err::write(path, svg).map_err(Error::from)
}

fn report(folder: &Folder, compared: &[Told<'_>], single: bool) -> serde_json::Value {
    let told = |told: &Told<'_>| {
        let sizes = [told.first.size, told.second.size];
        let Balance {
            rows_shared,
            problems_shared,
            lines,
        } = &told.balance;
        json!({
            "subset": told.first.name, "control": told.second.name, "relation": told.relation,
            "rows": sizes, "tokens": [told.first.tokens, told.second.tokens],
            "rows_shared": rows_shared, "problems_shared": problems_shared,
            "rows_jaccard": Overlap::jaccard(*rows_shared, sizes[0], sizes[1]),
            "worst": told.balance.worst(),
            "variables": lines,
        })
    };
    match compared {
        [pair] if single => told(pair),
        pairs => json!({
            "pairs": pairs.iter().map(told).collect::<Vec<_>>(),
            "acceptance": folder.manifest.acceptance,
        }),
    }
}

/// Two subsets beside each other.
fn one(told: &Told<'_>) -> String {
    let relation = match told.relation {
        Relation::Random => "its random control",
        Relation::Matched => "its matched control",
        Relation::Paired => "the other length of the same problems",
        Relation::Style => "the same problems in another style",
        Relation::None => "neither its control nor its pair",
    };
    let side = |letter: &str, record: &SubsetRecord| {
        vec![
            letter.to_owned(),
            record.name.clone(),
            thousands(u64::from(record.size)),
            thousands(record.tokens),
        ]
    };
    let head = [side("A", told.first), side("B", told.second)];
    let Balance {
        rows_shared,
        problems_shared,
        lines,
    } = &told.balance;
    let jaccard = Overlap::jaccard(*rows_shared, told.first.size, told.second.size);
    let mut text = table(&["", "subset", "rows", "tokens"], &head);
    text += &format!(
        "B is {relation}; they share {} rows and {} problems (Jaccard of rows {jaccard:.3})\n\n",
        thousands(u64::from(*rows_shared)),
        thousands(u64::from(*problems_shared)),
    );
    let measured: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| line.ks.is_some())
        .map(measured)
        .collect();
    text += &table(
        &["variable", "mean A", "mean B", "SMD", "variance A/B", "D"],
        &measured,
    );
    text.push('\n');
    let levels: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| is_of_mix(line))
        .map(level)
        .collect();
    text += &table(&["mix", "A", "B", "SMD"], &levels);
    text + "\n* by design\n"
}

fn is_of_mix(line: &Line) -> bool {
    line.level.is_some() || line.mix_distance.is_some()
}

fn marked(line: &Line) -> &'static str {
    if line.by_design { " *" } else { "" }
}

fn measured(line: &Line) -> Vec<String> {
    let number = |value: Option<f64>, digits: usize| {
        value.map_or("–".to_owned(), |value| format!("{value:.digits$}"))
    };
    let digits = if line.scale == "log" { 0 } else { 3 };
    vec![
        format!("{}{}", line.variable, marked(line)),
        number(line.mean[0], digits),
        number(line.mean[1], digits),
        number(line.smd, 3),
        number(line.variance_ratio, 2),
        number(line.ks, 3),
    ]
}

/// A level's shares; of a whole mix, as how many even levels it is.
fn level(line: &Line) -> Vec<String> {
    let Some(level) = &line.level else {
        let effective =
            |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.2}"));
        return vec![
            format!(
                "{}{}: distance {:.3}; as mixed as so many",
                line.variable,
                marked(line),
                line.mix_distance.unwrap_or_default()
            ),
            effective(line.effective[0]),
            effective(line.effective[1]),
            String::new(),
        ];
    };
    let percent = |share: Option<f64>| format!("{:.1} %", 100.0 * share.unwrap_or_default());
    vec![
        format!("  {level}"),
        percent(line.mean[0]),
        percent(line.mean[1]),
        line.smd.map_or("–".into(), |smd| format!("{smd:.3}")),
    ]
}

/// Each subset beside its controls, those that differ most first.
fn all(manifest: &Manifest, compared: &[Told<'_>]) -> String {
    let mut worst: Vec<(&Told<'_>, &Line)> = compared
        .iter()
        .filter_map(|told| Some((told, told.balance.worst()?)))
        .collect();
    let size = |line: &Line| line.smd.unwrap_or_default().abs();
    worst.sort_by(|a, b| size(b.1).total_cmp(&size(a.1)));
    let even = worst
        .iter()
        .filter(|(_, line)| !line.is_worth_a_look())
        .count();
    let rows: Vec<Vec<String>> = worst
        .iter()
        .take(PAIRS_SHOWN)
        .map(|(told, line)| {
            vec![
                told.first.name.clone(),
                told.second.name.clone(),
                line.name(),
                format!("{:.3}", line.smd.unwrap_or_default()),
                thousands(u64::from(told.balance.problems_shared)),
            ]
        })
        .collect();
    let mut text = format!(
        "{} pairs of a subset and its control; {even} differ by no more than {WORTH_A_LOOK} in anything that \
         is not by design\n",
        compared.len()
    );
    if rows.len() < worst.len() {
        text += &format!("the {} that differ most:\n", rows.len());
    }
    text.push('\n');
    text += &table(
        &[
            "subset",
            "control",
            "differs most in",
            "SMD",
            "problems shared",
        ],
        &rows,
    );
    text.push('\n');
    text + &acceptance(manifest)
}

/// What filtering did.
fn acceptance(manifest: &Manifest) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    for records in manifest
        .acceptance
        .chunk_by(|a, b| a.category == b.category)
    {
        let category = records[0].category.clone();
        let mut row = vec![category.unwrap_or_else(|| "(none)".into())];
        row.resize(11, "–".into());
        for record in records {
            if let Some(cell) = row.get_mut(record.length_decile as usize + 1) {
                *cell = record.percents();
            }
        }
        rows.push(row);
    }
    let head = [
        "category", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10",
    ];
    format!(
        "accepted / wrong / undecided of all trajectories, in percent, from the shortest tenth to the longest\n{}",
        table(&head, &rows)
    )
}
