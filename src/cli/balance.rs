//! `gradatim balance`: can two subsets be compared?

use std::path::{Path, PathBuf};

use crate::audit::balance::{Folder, Told};
use crate::compare::balance::{
    Balance, LARGE, Line, Meant, Relation, Summary, love, told_with_others, unbalanced_first, why,
};
use crate::compare::overlap::Overlap;
use crate::manifest::{Manifest, SubsetRecord};
use crate::{Error, Result};
use clap::Args;
use serde_json::json;

use super::fetched::Fetched;
use super::table::{table, thousands};
use super::{print, print_json, threads, use_threads};

/// Shows how two subsets or controls of an output folder compare: standardised differences, variance ratios,
/// Kolmogorov-Smirnov's D, mixes, overlap. Without names: how every subset stands beside each of its controls,
/// which pairs differ by more than chance and why, and what share was accepted by category and length.
#[derive(Args)]
#[command(after_help = "\
A difference (SMD) is of means, over the standard deviation of all that was accepted; of
tokens and bytes it is taken on ln(1 + x). Two things are asked of it. Is it beyond chance:
farther than two random sets of these sizes lie apart, in their most different variable, in
95 of 100 pairs (`chance`)? Is it large: a tenth of a standard deviation or more? Small sets
differ by more than that by chance, large ones by less. A pair is judged by what the two are
meant to have alike: of a matched control what it is matched on, of a pair of the same
problems what is the problem's. `!` marks what is meant to be alike, and differs beyond
chance and by much; `*` what is meant to differ, by the criterion or the style; `~` what
nothing holds alike, and what may go with the choice. `gradatim schema balance` says what
each figure is.

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
    /// End with 1 where a difference beyond chance, in what the two are meant to have alike, is larger than this, in standard
    /// deviations.
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
    let folder = Folder::open(&Fetched::of(&arguments.out)?)?;
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
        let unexplained = compared.iter().flat_map(|told| told.balance.unexplained());
        let mut sizes = unexplained.filter_map(|line| line.smd);
        sizes.any(|smd| smd.abs() > limit)
    };
    Ok(u8::from(arguments.fail_above.is_some_and(differs)))
}

fn plot(compared: &[Told<'_>], single: bool, path: &Path) -> Result<()> {
    let shown: Vec<love::Shown<'_>> = compared
        .iter()
        .map(|told| {
            let names = [&*told.first.name, &*told.second.name];
            love::Shown::new(names, told.pair.relation, &told.balance)
        })
        .collect();
    let drawing = match shown.as_slice() {
        [pair] if single => love::of_pair(pair),
        pairs => love::of_run(pairs),
    };
    fs_err::write(path, drawing.file("balance")).map_err(Error::from)
}

fn report(folder: &Folder, compared: &[Told<'_>], single: bool) -> serde_json::Value {
    let told = |told: &Told<'_>| {
        let sizes = [told.first.size, told.second.size];
        let Balance {
            rows_shared,
            problems_shared,
            chance,
            lines,
        } = &told.balance;
        json!({
            "subset": told.first.name, "control": told.second.name, "relation": told.pair.relation,
            "rows": sizes, "tokens": [told.first.tokens, told.second.tokens],
            "rows_shared": rows_shared, "problems_shared": problems_shared,
            "rows_jaccard": Overlap::jaccard(*rows_shared, sizes[0], sizes[1]),
            "chance": chance,
            "standing": told.balance.standing(),
            "unbalanced": unbalanced(told),
            "worst": told.balance.worst(),
            "variables": lines,
        })
    };
    match compared {
        [pair] if single => told(pair),
        pairs => json!({
            "summary": summary(pairs),
            "pairs": pairs.iter().map(told).collect::<Vec<_>>(),
            "acceptance": folder.manifest.acceptance,
        }),
    }
}

fn summary(compared: &[Told<'_>]) -> Summary {
    Summary::of(compared.iter().map(|told| &told.balance))
}

/// What is out of balance, and why.
fn unbalanced(told: &Told<'_>) -> Vec<serde_json::Value> {
    let unexplained = told.balance.unexplained();
    let large = unexplained.iter().filter(|line| line.is_unbalanced());
    let told = |line: &&Line| {
        json!({
            "variable": line.variable, "level": line.level, "smd": line.smd, "chance": line.chance,
            "why": reason(told, line),
        })
    };
    large.map(told).collect()
}

fn reason(told: &Told<'_>, line: &Line) -> String {
    why([told.first, told.second], &told.pair, line.variable)
}

/// Two subsets beside each other.
fn one(told: &Told<'_>) -> String {
    let relation = match told.pair.relation {
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
        chance,
        lines,
    } = &told.balance;
    let jaccard = Overlap::jaccard(*rows_shared, told.first.size, told.second.size);
    let mut text = table(&["", "subset", "rows", "tokens"], &head);
    text += &format!(
        "B is {relation}; they share {} rows and {} problems (Jaccard of rows {jaccard:.3})\n",
        thousands(u64::from(*rows_shared)),
        thousands(u64::from(*problems_shared)),
    );
    if let Some(chance) = chance {
        text += &format!(
            "chance takes two random sets of these sizes up to {chance:.2} standard deviations apart\n"
        );
    }
    text.push('\n');
    let measured: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| line.ks.is_some())
        .map(measured)
        .collect();
    text += &table(
        &[
            "variable",
            "mean A",
            "mean B",
            "SMD",
            "chance",
            "variance A/B",
            "D",
        ],
        &measured,
    );
    text.push('\n');
    let levels: Vec<Vec<String>> = lines
        .iter()
        .filter(|line| is_of_mix(line))
        .map(level)
        .collect();
    text += &table(&["mix", "A", "B", "SMD", "chance"], &levels);
    text += &format!(
        "\n* by design   ~ held alike by nothing   ! meant to be alike, beyond chance, and {LARGE} or more\n"
    );
    for line in told
        .balance
        .unexplained()
        .iter()
        .filter(|line| line.is_unbalanced())
    {
        text += &format!("{}: {}\n", line.name(), reason(told, line));
    }
    text
}

fn is_of_mix(line: &Line) -> bool {
    line.level.is_some() || line.mix_distance.is_some()
}

fn marked(line: &Line) -> &'static str {
    match line.meant {
        Meant::Unlike => " *",
        Meant::Open => " ~",
        Meant::Alike if line.is_unbalanced() => " !",
        Meant::Alike => "",
    }
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
        number(line.chance, 3),
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
            String::new(),
        ];
    };
    let number = |value: Option<f64>| value.map_or("–".into(), |value| format!("{value:.3}"));
    let percent = |share: Option<f64>| format!("{:.1} %", 100.0 * share.unwrap_or_default());
    vec![
        format!("  {level}{}", marked(line)),
        percent(line.mean[0]),
        percent(line.mean[1]),
        number(line.smd),
        number(line.chance),
    ]
}

/// How pairs of a subset and its control stand, and those that are out of balance, the worst first.
fn all(manifest: &Manifest, compared: &[Told<'_>]) -> String {
    let summary = summary(compared);
    let mut text = format!(
        "{} pairs of a subset and its control, in what they are meant to have alike, in standard deviations:\n",
        thousands(summary.pairs as u64)
    );
    for sentence in summary.sentences() {
        text += &format!("  {sentence}\n");
    }
    let unbalanced = unbalanced_first(compared, |told| &told.balance);
    let rows: Vec<Vec<String>> = unbalanced
        .iter()
        .take(PAIRS_SHOWN)
        .map(|told| unbalanced_row(told))
        .collect();
    if rows.len() < unbalanced.len() {
        text += &format!("the {} that differ most:\n", rows.len());
    }
    if !rows.is_empty() {
        text.push('\n');
        text += &table(
            &["subset", "control", "differs in", "SMD", "chance", "why"],
            &rows,
        );
    }
    text.push('\n');
    text + &acceptance(manifest)
}

fn unbalanced_row(told: &Told<'_>) -> Vec<String> {
    let unexplained = told.balance.unexplained();
    let number = |value: Option<f64>| format!("{:.2}", value.unwrap_or_default());
    let mut row = vec![
        told.first.name.clone(),
        told.second.name.clone(),
        told_with_others(&unexplained),
    ];
    if let Some(worst) = unexplained.first() {
        row.extend([number(worst.smd), number(worst.chance), reason(told, worst)]);
    }
    row
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
