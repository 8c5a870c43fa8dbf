//! Tables for a paper, in LaTeX with `booktabs`: a `tabular` each, to be set inside of a `table`.
//!
//! Tiers are printed as the paper prints them: avg@n, then cov@n in brackets, in percent.

use crate::emit::appendix::escaped;
use crate::eval::experiment::answer::{Answer, Comparison};
use crate::eval::report::{Report, RunFigures, estimand};
use crate::eval::tiers::Tier;

/// File name and content of each table that has a row.
pub(super) fn tables(report: &Report, answer: Option<&Answer>) -> Vec<(&'static str, String)> {
    let mut files = vec![
        ("runs.tex", runs(report)),
        ("tiers.tex", tiers(report)),
        ("pairs.tex", pairs(report)),
    ];
    if let Some(answer) = answer {
        files.push(("arms.tex", arms(answer)));
        files.push(("effects.tex", effects(&answer.effects)));
    }
    let written = files
        .into_iter()
        .filter_map(|(name, table)| Some((name, table?)));
    written.collect()
}

fn runs(report: &Report) -> Option<String> {
    let head = [
        "run",
        "questions",
        "$n$",
        "avg@$n$",
        "95\\,\\%",
        "cov@$n$",
        "maj@$n$",
        "cut",
    ];
    let row = |run: &RunFigures| {
        vec![
            escaped(&run.name),
            covered(run.questions, run.of.map(u64::from)),
            attempts(run.attempts_each),
            percent(Some(run.avg)),
            interval(run.intervals.this_run),
            percent(Some(run.cov)),
            percent(run.maj_expected),
            percent(run.unfinished),
        ]
    };
    let note = format!("percent; interval: {}", estimand("this_run"));
    tabular(&note, &head, report.runs.iter().map(row).collect())
}

fn tiers(report: &Report) -> Option<String> {
    let with = report.runs.iter().filter(|run| !run.tiers.is_empty());
    let row = |run: &RunFigures| {
        let tier = |tier: Tier| {
            let of = run.tiers.get(&tier);
            both(of.and_then(|of| of.avg), of.and_then(|of| of.cov))
        };
        let tiers = Tier::ALL.map(tier);
        let whole = both(Some(run.avg), Some(run.cov));
        [escaped(&run.name)]
            .into_iter()
            .chain(tiers)
            .chain([whole])
            .collect()
    };
    let head = ["run", "Easy", "Medium", "Hard", "Exh", "all"];
    tabular(
        "percent, avg@$n$ (cov@$n$), of these questions",
        &head,
        with.map(row).collect(),
    )
}

fn pairs(report: &Report) -> Option<String> {
    let compared = report.pairs.iter().filter(|pair| pair.difference.is_some());
    let row = |pair: &crate::eval::report::PairFigures| {
        let count = |count: Option<u32>| count.map_or("--".into(), |count| count.to_string());
        vec![
            format!("{} $-$ {}", escaped(&pair.a), escaped(&pair.b)),
            covered(pair.questions, Some(pair.of)),
            points(pair.difference),
            signed_interval(pair.interval),
            p(pair.p),
            p(pair.p_holm),
            format!(
                "{}:{}:{}",
                count(pair.wins),
                count(pair.losses),
                count(pair.ties)
            ),
        ]
    };
    let head = [
        "pair",
        "questions",
        "points",
        "95\\,\\%",
        "$p$",
        "$p$ (Holm)",
        "won:lost:tied",
    ];
    let note = format!(
        "points of avg@$n$; interval: these models, {}",
        estimand("questions_like_these")
    );
    tabular(&note, &head, compared.map(row).collect())
}

fn arms(answer: &Answer) -> Option<String> {
    let row = |arm: &crate::eval::experiment::answer::Arm| {
        let tier = |tier: Tier| {
            let of = arm.tiers.get(&tier);
            both(of.map(|of| of.avg), of.map(|of| of.cov))
        };
        let first = [escaped(&arm.name), arm.draws.to_string()];
        let last = [
            percent(Some(arm.whole.avg)),
            interval(arm.whole.intervals.of(arm.estimand)),
            escaped(arm.estimand.words()),
        ];
        first
            .into_iter()
            .chain(Tier::ALL.map(tier))
            .chain(last)
            .collect()
    };
    let head = [
        "arm", "draws", "Easy", "Medium", "Hard", "Exh", "avg@$n$", "95\\,\\%", "of",
    ];
    tabular(
        "percent, avg@$n$ (cov@$n$); means over draws",
        &head,
        answer.arms.iter().map(row).collect(),
    )
}

fn effects(effects: &[Comparison]) -> Option<String> {
    let row = |effect: &Comparison| {
        vec![
            effect.family.name().to_owned(),
            escaped(&effect.name),
            effect.cells.len().to_string(),
            points(effect.difference),
            signed_interval(effect.intervals.of(effect.estimand)),
            p(effect.p),
            p(effect.p_adjusted),
            escaped(effect.estimand.words()),
        ]
    };
    let head = [
        "axis",
        "effect",
        "cells",
        "points",
        "95\\,\\%",
        "$p$",
        "$p$ (family)",
        "of",
    ];
    let made = effects.iter().filter(|effect| effect.difference.is_some());
    tabular(
        "points of avg@$n$, mean over cells that differ in the axis alone",
        &head,
        made.map(row).collect(),
    )
}

/// A table with a comment that says what it is of; none without a row. The first column is text, the others are figures.
fn tabular(note: &str, head: &[&str], rows: Vec<Vec<String>>) -> Option<String> {
    if rows.is_empty() {
        return None;
    }
    let columns = format!("l{}", "r".repeat(head.len() - 1));
    let line = |cells: &[String]| format!("{} \\\\\n", cells.join(" & "));
    let body: String = rows.iter().map(|row| line(row)).collect();
    Some(format!(
        "% {note}\n\\begin{{tabular}}{{{columns}}}\n\\toprule\n{}\\midrule\n{body}\\bottomrule\n\\end{{tabular}}\n",
        line(
            &head
                .iter()
                .map(|cell| (*cell).to_owned())
                .collect::<Vec<_>>()
        )
    ))
}

fn percent(share: Option<f64>) -> String {
    share.map_or("--".to_owned(), |share| format!("{:.1}", 100.0 * share))
}

fn points(share: Option<f64>) -> String {
    share.map_or("--".to_owned(), |share| match (1000.0 * share).round() {
        0.0 => "$0.0$".to_owned(),
        tenths => format!("${:+.1}$", tenths / 10.0),
    })
}

fn both(avg: Option<f64>, cov: Option<f64>) -> String {
    match avg {
        None => "--".to_owned(),
        Some(_) => format!("{} ({})", percent(avg), percent(cov)),
    }
}

fn interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or("--".to_owned(), |ends| {
        let [low, high] = ends.map(|end| percent(Some(end)));
        format!("[{low}, {high}]")
    })
}

fn signed_interval(ends: Option<[f64; 2]>) -> String {
    ends.map_or("--".to_owned(), |ends| {
        let [low, high] = ends.map(|end| points(Some(end)));
        format!("[{low}, {high}]")
    })
}

fn p(p: Option<f64>) -> String {
    match p {
        None => "--".to_owned(),
        Some(p) if p < 0.0001 => "$<$.0001".to_owned(),
        Some(p) => format!("{p:.4}"),
    }
}

fn covered(questions: u64, of: Option<u64>) -> String {
    match of.filter(|of| *of != questions) {
        Some(of) => format!("{questions} of {of}"),
        None => questions.to_string(),
    }
}

fn attempts([fewest, most]: [u32; 2]) -> String {
    if fewest == most {
        most.to_string()
    } else {
        format!("{fewest}--{most}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_row_for_each_and_none_is_no_table() {
        let rows = vec![vec![
            "a".to_owned(),
            percent(Some(0.5)),
            interval(Some([0.25, 0.75])),
        ]];
        let table = tabular("of this", &["run", "avg", "95"], rows).expect("a table");
        let expected = "% of this\n\\begin{tabular}{lrr}\n\\toprule\nrun & avg & 95 \\\\\n\\midrule\n\
                        a & 50.0 & [25.0, 75.0] \\\\\n\\bottomrule\n\\end{tabular}\n";
        assert_eq!(table, expected);
        assert_eq!(tabular("", &["run"], Vec::new()), None);
    }
}
