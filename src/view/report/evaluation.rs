//! What an evaluation shows: the arms or runs, effects, sizes, tiers, and where log and verifier differ.

use std::collections::BTreeSet;
use std::path::Path;

use maud::{Markup, html};
use serde::Deserialize;

use super::facts::{Row, Tables, is, json, literal};
use crate::error::{one_line, thousands};
use crate::folder::EVALUATION;
use crate::view::figures::{self, Estimate, Figure, Panel, Point, Series, Words};
use crate::view::page::{Cell, Section, Table, counted, folded, percent, said, typed};
use crate::{Error, Result};

/// An evaluation's folder, open for questions.
pub(super) struct Evaluation {
    tables: Tables,
    said: Said,
    manifest: Manifest,
}

/// What of `eval.json` no table has.
#[derive(Deserialize)]
struct Said {
    /// The answers as sentences; none where no experiment was named.
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

/// What of the manifest is shown.
#[derive(Deserialize)]
struct Manifest {
    gradatim_version: String,
    #[serde(default)]
    experiment: Option<String>,
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
struct Input {
    path: String,
    blake3: String,
    bytes: u64,
    format: String,
    #[serde(default)]
    attempts: u64,
}

impl Evaluation {
    pub(super) fn open(out: &Path) -> Result<Self> {
        if !crate::folder::is_evaluation(out) {
            return Err(Error::usage(
                format!("`{}` is no folder of an evaluation", out.display()),
                "name a folder that `gradatim eval --out` wrote",
            ));
        }
        Ok(Self {
            tables: Tables::open(out)?,
            said: json(&out.join("eval.json"))?,
            manifest: json(&out.join(EVALUATION))?,
        })
    }

    pub(super) fn name(&self) -> &str {
        self.tables.name()
    }

    /// Who wrote it.
    pub(super) fn program(&self) -> String {
        format!("gradatim {}", self.manifest.gradatim_version)
    }

    pub(super) fn sections(&self) -> Result<Vec<Section>> {
        let all = [
            self.glance()?,
            self.effects()?,
            self.sizes()?,
            self.tiers()?,
            self.pairs()?,
            self.disagreements()?,
        ];
        Ok(all.into_iter().flatten().collect())
    }

    fn glance(&self) -> Result<Option<Section>> {
        let Said { words, warnings } = &self.said;
        let body = html! {
            @if !words.is_empty() { (sentences("What it answers", words)) }
            (self.arms()?.markup())
            (self.runs()?.markup())
            (self.tables.shown_by("Every attempt", "SELECT * FROM attempts LIMIT 20"))
            @if !warnings.is_empty() { (sentences("What it warns of", warnings)) }
        };
        Ok(Some(Section {
            id: "evaluation",
            title: "What the models score",
            found: self.found()?,
            body,
            figures: Vec::new(),
        }))
    }

    fn found(&self) -> Result<String> {
        let rows = self.tables.ask(
            "SELECT count(*) AS runs, count(DISTINCT benchmark) AS benchmarks, sum(attempts) AS attempts, min(avg) AS least, \
             max(avg) AS most, sum(unfinished * attempts) / sum(CASE WHEN unfinished IS NOT NULL THEN attempts END) AS cut FROM \
             runs",
        )?;
        let Some(row) = rows.first().filter(|row| row.count("runs") > 0) else {
            return Ok("No run has an attempt.".to_owned());
        };
        let cut = match row.number("cut") {
            Some(share) => format!("; {} of all attempts were cut off", percent(share)),
            None => String::new(),
        };
        Ok(format!(
            "{} at {} were graded on {}; of these {} to {} percent are right, by run{cut}.",
            counted(row.count("runs"), "run", "runs"),
            counted(row.count("benchmarks"), "benchmark", "benchmarks"),
            counted(row.count("attempts"), "attempt", "attempts"),
            score(row.number("least")),
            score(row.number("most")),
        ))
    }

    /// The kinds of sets that models were trained on; nothing without an experiment.
    fn arms(&self) -> Result<Table> {
        let mut table = Table::new(
            "Score of the models of each kind of set: the mean over draws of the share right, best first",
            &[
                "trained on",
                "benchmark",
                "draws",
                "runs",
                "score",
                "95 %",
                "of",
                "solved once",
                "cut off",
                "tokens",
                "see",
            ],
        );
        if !self.tables.has("arms") {
            return Ok(table);
        }
        let rows = self.tables.ask(&format!(
            "SELECT * FROM arms WHERE tier IS NULL ORDER BY avg DESC, arm, budget LIMIT {ROWS_MAX}"
        ))?;
        for row in &rows {
            let sql = format!("SELECT * FROM arms WHERE {}", is("arm", row.text("arm")));
            table.rows.push(vec![
                Cell::code(row.text("arm").unwrap_or_default()),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::Count(row.count("draws")),
                Cell::Count(row.count("runs")),
                Cell::Figure(score(row.number("avg"))),
                interval(row, ["avg_low", "avg_high"], score),
                Cell::text(estimand(row)),
                Cell::Figure(score(row.number("cov"))),
                Cell::share(row.number("unfinished")),
                Cell::count(row.number("tokens").map(|tokens| tokens.round() as u64)),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }

    fn runs(&self) -> Result<Table> {
        let mut table = Table::new(
            "Score of each run, best first: 95 % of this very model on these questions",
            &[
                "run",
                "benchmark",
                "questions",
                "attempts",
                "score",
                "95 %",
                "solved once",
                "cut off",
                "tokens",
                "see",
            ],
        );
        let rows = self.tables.ask(&format!(
            "SELECT * FROM runs ORDER BY avg DESC, run, benchmark LIMIT {ROWS_MAX}"
        ))?;
        for row in &rows {
            let sql = format!(
                "SELECT question, outcome, count(*) AS attempts FROM attempts WHERE {} GROUP BY question, outcome ORDER BY question",
                is("run", row.text("run"))
            );
            table.rows.push(vec![
                Cell::code(row.text("run").unwrap_or_default()),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::Count(row.count("questions")),
                Cell::Count(row.count("attempts")),
                Cell::Figure(score(row.number("avg"))),
                interval(row, ["avg_low", "avg_high"], score),
                Cell::Figure(score(row.number("cov"))),
                Cell::share(row.number("unfinished")),
                Cell::count(row.number("tokens").map(|tokens| tokens.round() as u64)),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }

    fn effects(&self) -> Result<Option<Section>> {
        if !self.tables.has("comparisons") {
            return Ok(None);
        }
        let rows = self.tables.ask(&format!(
            "SELECT * FROM comparisons WHERE kind = 'effect' ORDER BY family, name, benchmark LIMIT {ROWS_MAX}"
        ))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut table = Table::new(
            "Effects, in points of the score: the mean over cells that differ in nothing else",
            &[
                "question",
                "compared",
                "benchmark",
                "cells",
                "difference",
                "95 %",
                "p, adjusted",
                "of",
                "see",
            ],
        );
        for row in &rows {
            table.rows.push(self.effect(row));
        }
        let shown = rows.iter().filter(|row| is_shown(row)).count() as u64;
        let contrasts = "SELECT family, name, cells, difference, low, high, p_adjusted FROM comparisons WHERE kind = 'contrast'";
        Ok(Some(Section {
            id: "effects",
            title: "What makes a difference",
            found: format!(
                "Of {} that the experiment asks for, {} shown: the interval of 95 % leaves no difference out.",
                counted(rows.len() as u64, "effect", "effects"),
                counted(shown, "is", "are")
            ),
            body: html! { (table.markup()) (self.tables.shown_by("The same cell by cell", contrasts)) },
            figures: drawn_effects(&rows).into_iter().collect(),
        }))
    }

    fn effect(&self, row: &Row) -> Vec<Cell> {
        let family = row.text("family").unwrap_or_default();
        let name = row.text("name").unwrap_or_default();
        let cells: Vec<[String; 2]> =
            serde_json::from_str(row.text("cells").unwrap_or("[]")).unwrap_or_default();
        let sql = format!(
            "SELECT * FROM comparisons WHERE family = {} AND name = {}",
            literal(family),
            literal(name)
        );
        let difference = match row.text("refused") {
            Some(why) => Cell::text(format!("not compared: {why}")),
            None => Cell::Figure(points(row.number("difference"))),
        };
        vec![
            Cell::text(question(family)),
            Cell::text(name),
            Cell::text(row.text("benchmark").unwrap_or("not known")),
            Cell::Count(cells.len() as u64),
            difference,
            interval(row, ["low", "high"], points),
            row.number("p_adjusted")
                .map_or(Cell::Nothing, |p| Cell::Figure(chance(p))),
            Cell::text(estimand(row)),
            self.tables.rows(&sql),
        ]
    }

    /// Score against size.
    fn sizes(&self) -> Result<Option<Section>> {
        if !self.tables.has("arms") {
            return Ok(None);
        }
        let rows = self.tables.ask(&format!(
            "SELECT * FROM (SELECT *, count(*) OVER (PARTITION BY {FAMILY}) AS sizes FROM arms WHERE tier IS NULL AND size IS NOT \
             NULL) WHERE sizes > 1 ORDER BY {FAMILY}, size LIMIT {ROWS_MAX}"
        ))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut table = Table::new(
            "The same in numbers",
            &[
                "rows",
                "of",
                "benchmark",
                "trained for",
                "draws",
                "score",
                "95 %",
                "see",
            ],
        );
        for row in &rows {
            table.rows.push(vec![
                Cell::Count(row.count("size")),
                Cell::text(family_of(row)),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::text(row.text("budget").unwrap_or_default().replace('_', " ")),
                Cell::Count(row.count("draws")),
                Cell::Figure(score(row.number("avg"))),
                interval(row, ["avg_low", "avg_high"], score),
                self.tables.rows(&format!(
                    "SELECT * FROM arms WHERE {}",
                    is("arm", row.text("arm"))
                )),
            ]);
        }
        let [least, most] = [
            rows.iter().map(|row| row.count("size")).min(),
            rows.iter().map(|row| row.count("size")).max(),
        ];
        Ok(Some(Section {
            id: "sizes",
            title: "What more training rows add",
            found: format!(
                "{} of sets were trained at several sizes, from {} to {} rows.",
                counted(families(&rows) as u64, "kind", "kinds"),
                thousands(least.unwrap_or_default()),
                thousands(most.unwrap_or_default())
            ),
            body: table.markup(),
            figures: drawn_sizes(&rows).into_iter().collect(),
        }))
    }

    fn tiers(&self) -> Result<Option<Section>> {
        let (table, whose) = match self.tables.has("arms") {
            true => ("arms WHERE tier IS NOT NULL", "arm"),
            false => ("tiers", "run"),
        };
        let rows = self.tables.ask(&format!(
            "SELECT tier, count(*) AS models, min(avg) AS least, max(avg) AS most, median(avg) AS middle, max(questions) AS \
             questions FROM {table} GROUP BY tier ORDER BY CASE tier WHEN 'easy' THEN 0 WHEN 'medium' THEN 1 WHEN 'hard' THEN 2 \
             ELSE 3 END"
        ))?;
        let [first, .., last] = rows.as_slice() else {
            return Ok(None);
        };
        let mut shown = Table::new(
            "Score by tier of difficulty",
            &[
                "tier",
                "questions",
                "models",
                "lowest",
                "middle",
                "highest",
                "see",
            ],
        );
        for row in &rows {
            let tier = row.text("tier").unwrap_or_default();
            let and = if whose == "arm" {
                "arms WHERE"
            } else {
                "tiers WHERE"
            };
            let sql = format!(
                "SELECT {whose}, avg FROM {and} tier = {} ORDER BY avg DESC",
                literal(tier)
            );
            shown.rows.push(vec![
                Cell::text(tier),
                Cell::Count(row.count("questions")),
                Cell::Count(row.count("models")),
                Cell::Figure(score(row.number("least"))),
                Cell::Figure(score(row.number("middle"))),
                Cell::Figure(score(row.number("most"))),
                self.tables.rows(&sql),
            ]);
        }
        Ok(Some(Section {
            id: "tiers",
            title: "Easy and hard questions",
            found: format!(
                "At {} questions the middle score is {}, at {} ones {}.",
                first.text("tier").unwrap_or_default(),
                score(first.number("middle")),
                last.text("tier").unwrap_or_default(),
                score(last.number("middle"))
            ),
            body: shown.markup(),
            figures: Vec::new(),
        }))
    }

    /// Runs against each other.
    fn pairs(&self) -> Result<Option<Section>> {
        let rows = self.tables.ask(&format!(
            "SELECT * FROM pairs ORDER BY p_holm, a, b LIMIT {ROWS_MAX}"
        ))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let mut table = Table::new(
            "Runs against each other, in points of the score on the questions of both (95 %: on questions like these)",
            &[
                "run",
                "less",
                "benchmark",
                "questions",
                "difference",
                "95 %",
                "p, adjusted",
                "better",
                "see",
            ],
        );
        for row in &rows {
            let text = |name| row.text(name).unwrap_or_default();
            let better = match (row.text("says"), row.text("refused")) {
                (Some("a"), _) => text("a").to_owned(),
                (Some("b"), _) => text("b").to_owned(),
                (_, Some(why)) => format!("not compared: {why}"),
                _ => "open".to_owned(),
            };
            let sql = format!(
                "SELECT * FROM pairs WHERE a = {} AND b = {}",
                literal(text("a")),
                literal(text("b"))
            );
            table.rows.push(vec![
                Cell::code(text("a")),
                Cell::code(text("b")),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::Count(row.count("questions")),
                Cell::Figure(points(row.number("difference"))),
                interval(row, ["low", "high"], points),
                row.number("p_holm")
                    .map_or(Cell::Nothing, |p| Cell::Figure(chance(p))),
                Cell::Text(better),
                self.tables.rows(&sql),
            ]);
        }
        let decided = rows
            .iter()
            .filter(|row| matches!(row.text("says"), Some("a" | "b")))
            .count() as u64;
        Ok(Some(Section {
            id: "pairs",
            title: "Runs against each other",
            found: format!(
                "Of {} of runs, one run is shown to be better in {}.",
                counted(rows.len() as u64, "pair", "pairs"),
                thousands(decided)
            ),
            body: table.markup(),
            figures: drawn_pairs(&rows).into_iter().collect(),
        }))
    }

    fn disagreements(&self) -> Result<Option<Section>> {
        if !self.tables.has("disagreements") {
            return Ok(None);
        }
        let rows = self.tables.ask(&format!(
            "SELECT run, question, attempt, gold, answer_recorded, answer_ours, recorded, ours, reason, count(*) OVER () AS all_of \
             FROM disagreements ORDER BY question, run, attempt LIMIT {DIFFERENCES_MAX}"
        ))?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let mut table = Table::new(
            format!(
                "Attempts that the log and our verifier grade differently, at most {DIFFERENCES_MAX}"
            ),
            &[
                "question",
                "run",
                "gold",
                "answer in the log",
                "answer we find",
                "log says",
                "we say",
                "since",
            ],
        );
        for row in &rows {
            let text = |name| Cell::text(row.text(name).unwrap_or_default());
            let names = [
                "question",
                "run",
                "gold",
                "answer_recorded",
                "answer_ours",
                "recorded",
                "ours",
                "reason",
            ];
            table.rows.push(names.map(text).into());
        }
        Ok(Some(Section {
            id: "disagreements",
            title: "Where the log and our verifier differ",
            found: format!(
                "{} graded differently.",
                counted(first.count("all_of"), "attempt is", "attempts are")
            ),
            body: html! {
                (table.markup())
                (self.tables.shown_by("All of them", "SELECT * FROM disagreements"))
            },
            figures: Vec::new(),
        }))
    }

    /// How it is made again.
    pub(super) fn again(&self) -> Result<Option<Section>> {
        let inputs = &self.manifest.inputs;
        let mut table = Table::new(
            "Logs that were read",
            &["log", "format", "bytes", "attempts", "hash"],
        );
        for input in inputs.iter().take(ROWS_MAX) {
            table.rows.push(vec![
                Cell::text(&input.path),
                Cell::text(&input.format),
                Cell::Count(input.bytes),
                Cell::Count(input.attempts),
                Cell::code(format!("blake3 {}", input.blake3)),
            ]);
        }
        let body = html! {
            dl.facts {
                dt { "To ask its tables" } dd { (typed(&self.tables.sql("SHOW TABLES"))) }
                dt { "Version" } dd { (one_line(&self.program())) }
                @if let Some(sha256) = &self.manifest.experiment {
                    dt { "SHA-256 of the experiment's manifest" } dd { code { (one_line(sha256)) } }
                }
            }
            (table.markup())
        };
        Ok(Some(Section {
            id: "logs",
            title: "What was read",
            found: format!(
                "{} with {} stand in the manifest.",
                counted(inputs.len() as u64, "log", "logs"),
                match inputs.len() {
                    1 => "its hash",
                    _ => "their hashes",
                }
            ),
            body,
            figures: Vec::new(),
        }))
    }
}

/// Each effect with its interval, under its question.
fn drawn_effects(rows: &[Row]) -> Option<Figure> {
    let words = Words {
        name: "plot-effects",
        title: "Effects with their intervals of 95 %",
        said: "What the first scores more than the second, over cells that differ in nothing else.",
    };
    let estimate = |row: &Row| {
        let [difference, low, high] = ["difference", "low", "high"].map(|name| row.number(name));
        let benchmark = row.text("benchmark").map(|name| format!(" ({name})"));
        Some(Estimate {
            label: format!("{}{}", row.text("name")?, benchmark.unwrap_or_default()),
            group: question(row.text("family")?),
            value: 100.0 * difference?,
            interval: [100.0 * low?, 100.0 * high?],
            is_clear: is_shown(row),
        })
    };
    let estimates: Vec<Estimate> = rows.iter().filter_map(estimate).collect();
    figures::intervals(words, "points of the score", &estimates)
}

/// Runs against each other.
fn drawn_pairs(rows: &[Row]) -> Option<Figure> {
    let words = Words {
        name: "plot-pairs",
        title: "Differences between runs, with intervals of 95 %",
        said: "What the first scores more than the second.",
    };
    let estimate = |row: &Row| {
        let [difference, low, high] = ["difference", "low", "high"].map(|name| row.number(name));
        Some(Estimate {
            label: format!("{} − {}", row.text("a")?, row.text("b")?),
            group: row.text("benchmark").unwrap_or_default().to_owned(),
            value: 100.0 * difference?,
            interval: [100.0 * low?, 100.0 * high?],
            is_clear: matches!(row.text("says"), Some("a" | "b")),
        })
    };
    let estimates: Vec<Estimate> = rows.iter().filter_map(estimate).collect();
    figures::intervals(words, "points of the score", &estimates)
}

/// Score against size, a panel for each benchmark and length of training, a line for each kind of set.
fn drawn_sizes(rows: &[Row]) -> Option<Figure> {
    let words = Words {
        name: "plot-sizes",
        title: "Score by number of training rows",
        said: "Bars hold 95 %.",
    };
    let mut panels: Vec<Panel> = Vec::new();
    for row in rows {
        let of = |name| row.text(name).unwrap_or("not known");
        let title = format!("{}, {}", of("benchmark"), of("budget").replace('_', " "));
        let at = panels.iter().position(|panel| panel.title == title);
        let at = at.unwrap_or_else(|| {
            panels.push(Panel {
                title,
                unit: "rows".to_owned(),
                ..Panel::default()
            });
            panels.len() - 1
        });
        add_point(&mut panels[at], row);
    }
    figures::lines(words, [0.0, 100.0], &panels)
}

fn add_point(panel: &mut Panel, row: &Row) {
    let Some(score) = row.number("avg") else {
        return;
    };
    let name = family_of(row);
    let at = panel.series.iter().position(|series| series.name == name);
    let at = at.unwrap_or_else(|| {
        let colour = panel.series.len();
        panel.series.push(Series {
            name,
            colour,
            points: Vec::new(),
        });
        colour
    });
    let ends = ["avg_low", "avg_high"].map(|name| row.number(name));
    panel.series[at].points.push(Point {
        size: row.count("size") as f64,
        score: 100.0 * score,
        interval: match ends {
            [Some(low), Some(high)] => Some([100.0 * low, 100.0 * high]),
            _ => None,
        },
        ..Point::default()
    });
}

/// How many rows a table has.
const ROWS_MAX: usize = 400;

const DIFFERENCES_MAX: usize = 100;

/// What arms have in common that differ in size alone.
const FAMILY: &str = "benchmark, role, category, length, style, recipe, budget";

/// How many sentences a list has, and how many of them are not folded; all stand in the folder's `report.txt`.
const SENTENCES_MAX: usize = 200;
const SENTENCES_OPEN: usize = 14;

fn sentences(title: &str, all: &[String]) -> Markup {
    let listed = |some: &[String]| html! { ul { @for one in some { li { (said(one)) } } } };
    let all = &all[..all.len().min(SENTENCES_MAX)];
    let (first, rest) = all.split_at(all.len().min(SENTENCES_OPEN));
    html! {
        h3 { (title) }
        (listed(first))
        @if !rest.is_empty() { (folded(&format!("{} more", rest.len()), &listed(rest))) }
    }
}

/// A share right, in percent.
fn score(share: Option<f64>) -> String {
    share.map_or_else(String::new, |share| format!("{:.1}", 100.0 * share))
}

/// A difference of them, in points.
fn points(difference: Option<f64>) -> String {
    difference.map_or_else(String::new, |difference| {
        format!("{:+.1}", 100.0 * difference)
    })
}

fn chance(p: f64) -> String {
    match p < 0.001 {
        true => "below 0.001".to_owned(),
        false => format!("{p:.3}"),
    }
}

fn interval(row: &Row, ends: [&str; 2], shown: fn(Option<f64>) -> String) -> Cell {
    match ends.map(|end| row.number(end)) {
        [Some(low), Some(high)] => {
            Cell::Figure(format!("{} to {}", shown(Some(low)), shown(Some(high))))
        }
        _ => Cell::Nothing,
    }
}

fn is_shown(row: &Row) -> bool {
    let ends = ["low", "high"].map(|end| row.number(end));
    matches!(ends, [Some(low), Some(high)] if low > 0.0 || high < 0.0)
}

/// What an interval is about.
fn estimand(row: &Row) -> &'static str {
    match row.text("estimand") {
        Some("this_run") => "these very models",
        Some("this_set") => "these sets, retrained",
        Some("this_kind") => "such sets",
        _ => "",
    }
}

/// What a family of comparisons asks.
fn question(family: &str) -> String {
    let known = match family {
        "N" => "size",
        "L" => "length",
        "C" => "category",
        "S" => "style",
        "random" => "against a random control",
        "matched" => "against a matched control",
        "paired" => "against a paired control",
        "wrong" => "against wrong answers",
        "derived" => "against changed rows",
        "reference" => "against the reference",
        other => other,
    };
    known.to_owned()
}

/// What an arm's set is, but for its size.
fn family_of(row: &Row) -> String {
    let parts = ["category", "length", "style", "recipe"].map(|name| row.text(name));
    let mut words: Vec<&str> = parts.into_iter().flatten().collect();
    match row.text("role") {
        Some("subset") | None => {}
        Some(role) => words.push(role),
    }
    words.join(" ")
}

fn families(rows: &[Row]) -> usize {
    let all: BTreeSet<String> = rows.iter().map(family_of).collect();
    all.len()
}
