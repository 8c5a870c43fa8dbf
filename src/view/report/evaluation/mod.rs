//! What an evaluation shows: the arms or runs, effects, sizes, tiers, and where log and verifier differ.

mod draws;
mod effects;
mod hardest;
mod made;
mod names;
mod questions;
mod said;
mod sizes;

use std::collections::BTreeMap;
use std::path::Path;

use maud::{Markup, html};
use serde::Deserialize;

use super::facts::{Row, Tables, is, json, literal};
use crate::error::{one_line, thousands};
use crate::folder::EVALUATION;
use crate::view::figures::{self, Estimate, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted, folded, percent, said, typed};
use crate::{Error, Result};
use effects::family;
use said::Said;

/// An evaluation's folder, open for questions.
pub(super) struct Evaluation {
    tables: Tables,
    said: Said,
    manifest: Manifest,
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
            self.questions()?,
            self.sizes()?,
            self.hardest()?,
            self.tiers()?,
            self.pairs()?,
            self.disagreements()?,
        ];
        Ok(all.into_iter().flatten().collect())
    }

    fn glance(&self) -> Result<Option<Section>> {
        let Said {
            words, warnings, ..
        } = &self.said;
        let gains = self.gains()?;
        let body = html! {
            (self.headed()?)
            (self.foremost()?)
            @if !words.is_empty() {
                (folded(&format!("All that it answers, in {}", counted(words.len() as u64, "sentence", "sentences")), &listed(words)))
            }
            (self.base()?)
            h3 { "The scores" }
            (self.whose_verdicts()?)
            (terms())
            (self.names())
            (self.arms()?.markup())
            (self.runs()?.markup())
            (self.tables.shown_by("The questions of each run", QUESTIONS_BY_RUN))
            (self.tables.shown_by("The first attempts", "SELECT * FROM attempts LIMIT 20"))
            (gains.markup())
            @if !gains.rows.is_empty() { p.soft { (made::GAINS_READ) } }
            (self.settings()?.markup())
            @if !warnings.is_empty() { h3 { "What it warns of" } (listed(warnings)) }
        };
        Ok(Some(Section {
            id: "evaluation",
            title: "What the models score",
            found: self.found()?,
            body,
            figures: Vec::new(),
        }))
    }

    /// The largest effects that are beyond chance.
    fn foremost(&self) -> Result<Markup> {
        let mut rows = self.effect_rows()?;
        if rows.is_empty() {
            return Ok(html! {});
        }
        rows.retain(|row| self.is_shown(row));
        let size = |row: &Row| row.number("difference").unwrap_or_default().abs();
        rows.sort_by(|a, b| size(b).total_cmp(&size(a)));
        let told: Vec<String> = rows.iter().take(FOREMOST).map(effect_told).collect();
        Ok(html! {
            @if told.is_empty() { p { "No effect that the experiment asks for is shown to be beyond chance." } }
            @else { h3 { "The largest effects beyond chance" } (listed(&told)) }
        })
    }

    fn found(&self) -> Result<String> {
        let rows = self.tables.ask(
            "SELECT count(*) AS runs, count(DISTINCT benchmark) AS benchmarks, sum(attempts) AS attempts, min(avg) FILTER (WHERE \
             is_reference IS NOT TRUE) AS least, max(avg) FILTER (WHERE is_reference IS NOT TRUE) AS most, min(avg) FILTER (WHERE \
             is_reference) AS base_least, max(avg) FILTER (WHERE is_reference) AS base_most, sum(unfinished * attempts) / sum(CASE WHEN \
             unfinished IS NOT NULL THEN attempts END) AS cut FROM runs",
        )?;
        let Some(row) = rows.first().filter(|row| row.count("runs") > 0) else {
            return Ok("No run has an attempt.".to_owned());
        };
        let cut = match row.number("cut") {
            Some(share) => format!("; {} of all attempts were cut off", percent(share)),
            None => String::new(),
        };
        let right = match ["least", "base_least"].map(|end| row.number(end)) {
            [Some(_), Some(_)] => format!(
                "{} percent are right in a trained run, {} in what no set trained",
                from_to(row, ["least", "most"]),
                from_to(row, ["base_least", "base_most"])
            ),
            [None, _] => format!(
                "{} percent are right, by run",
                from_to(row, ["base_least", "base_most"])
            ),
            _ => format!(
                "{} percent are right, by run",
                from_to(row, ["least", "most"])
            ),
        };
        Ok(format!(
            "{} at {} were graded on {}: {right}{cut}{}.",
            counted(row.count("runs"), "run", "runs"),
            counted(row.count("benchmarks"), "benchmark", "benchmarks"),
            counted(row.count("attempts"), "attempt", "attempts"),
            self.unanswered()?,
        ))
    }

    /// How many attempts gave no answer that could be read; nothing where logs hold none at all.
    fn unanswered(&self) -> Result<String> {
        let rows = self.tables.ask(UNANSWERED)?;
        let told = |row: &Row| match row.count("silent") {
            0 => "; none is without an answer".to_owned(),
            silent => format!(
                "; {} are without an answer that could be read, of which {} count as right",
                thousands(silent),
                thousands(row.count("rights"))
            ),
        };
        let known = rows.first().filter(|row| row.count("runs") > 0);
        Ok(known.map_or_else(String::new, told))
    }

    /// What is looked at, and who graded.
    fn headed(&self) -> Result<Markup> {
        let rows = self.tables.ask(
            "SELECT DISTINCT coalesce(grader, 'the log does not say') AS grader FROM runs ORDER BY grader",
        )?;
        let graders: Vec<&str> = rows.iter().filter_map(|row| row.text("grader")).collect();
        let whose = match self.said.is_by_us() {
            true => "our verifier's verdicts count; graded in the log by",
            false => "the log's own verdicts count; graded by",
        };
        Ok(html! {
            dl.facts {
                @if let Some(title) = self.said.title() { dt { "Experiment" } dd { (one_line(title)) } }
                dt { "Graded" } dd { (whose) ": " (one_line(&some_of(&graders, GRADERS_MAX))) }
            }
        })
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
                "pass@k",
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
                Cell::Figure(passed(row)),
                Cell::share(row.number("unfinished")),
                Cell::count(row.number("tokens").map(|tokens| tokens.round() as u64)),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }

    fn runs(&self) -> Result<Table> {
        let all = self.tables.ask("SELECT count(*) AS runs FROM runs")?;
        let all = all.first().map_or(0, |row| row.count("runs"));
        let hidden = match all.saturating_sub(ROWS_MAX as u64) {
            0 => String::new(),
            more => format!(
                "; of {} the {} lowest are not shown",
                thousands(all),
                thousands(more)
            ),
        };
        let mut table = Table::new(
            format!(
                "Score of each run, best first: 95 % of this very model on these questions{hidden}"
            ),
            &[
                "run",
                "benchmark",
                "questions",
                "attempts",
                "score",
                "95 %",
                "pass@k",
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
                "SELECT * FROM runs WHERE {} AND {}",
                is("run", row.text("run")),
                is("benchmark", row.text("benchmark"))
            );
            table.rows.push(vec![
                Cell::code(row.text("run").unwrap_or_default()),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::Count(row.count("questions")),
                Cell::Count(row.count("attempts")),
                Cell::Figure(score(row.number("avg"))),
                interval(row, ["avg_low", "avg_high"], score),
                Cell::Figure(passed(row)),
                Cell::share(row.number("unfinished")),
                Cell::count(row.number("tokens").map(|tokens| tokens.round() as u64)),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
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
        let whose_models = if whose == "arm" {
            "kinds of set"
        } else {
            "runs"
        };
        let mut shown = Table::new(
            "Score by tier of difficulty, over all kinds of set or runs",
            &[
                "tier",
                "a question of it",
                "questions",
                "which",
                whose_models,
                "lowest",
                "middle",
                "highest",
                "see",
            ],
        );
        let named = self.questions_by_tier()?;
        for row in &rows {
            let tier = row.text("tier").unwrap_or_default();
            let from = if whose == "arm" { "arms" } else { "tiers" };
            let sql = format!(
                "SELECT {whose}, benchmark, avg, avg_low, avg_high FROM {from} WHERE tier = {} ORDER BY avg DESC",
                literal(tier)
            );
            shown.rows.push(vec![
                Cell::text(in_words(tier)[0]),
                Cell::text(in_words(tier)[1]),
                Cell::Count(row.count("questions")),
                Cell::text(
                    named
                        .get(tier)
                        .map_or_else(String::new, |of| some_of(of, QUESTIONS_MAX)),
                ),
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
                in_words(first.text("tier").unwrap_or_default())[0],
                score(first.number("middle")),
                in_words(last.text("tier").unwrap_or_default())[0],
                score(last.number("middle"))
            ),
            body: html! {
                p.soft { (match self.said.has_own_tiers() { true => TIERS_OURS, false => TIERS_PAPERS }) }
                (shown.markup())
                (self.tables.shown_by("Which questions each tier has", QUESTIONS_BY_TIER))
            },
            figures: Vec::new(),
        }))
    }

    /// The questions of each tier, as the log names them.
    fn questions_by_tier(&self) -> Result<BTreeMap<String, Vec<String>>> {
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let rows = self.tables.ask(QUESTIONS_BY_TIER)?;
        let is_one = rows
            .iter()
            .all(|row| row.text("benchmark") == rows[0].text("benchmark"));
        for row in &rows {
            let [tier, question] =
                ["tier", "question"].map(|name| row.text(name).unwrap_or_default());
            let question = match row.text("benchmark").filter(|_| !is_one) {
                Some(benchmark) => format!("{benchmark} {question}"),
                None => question.to_owned(),
            };
            named.entry(tier.to_owned()).or_default().push(question);
        }
        Ok(named)
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
            body: html! { (table.markup()) (self.pairs_by_question(&rows)?.markup()) },
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
                "see",
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
            let is_answer = |name: &str| name == "gold" || name.starts_with("answer");
            let of = |name: &'static str| match is_answer(name) {
                true => Cell::Answer(row.text(name).unwrap_or_default().to_owned()),
                false => text(name),
            };
            let mut cells: Vec<Cell> = names.map(of).into();
            cells.push(self.tables.rows(&format!(
                "SELECT * FROM disagreements WHERE {} AND {} AND attempt = {}",
                is("run", row.text("run")),
                is("question", row.text("question")),
                row.count("attempt")
            )));
            table.rows.push(cells);
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

const QUESTIONS_BY_RUN: &str = "SELECT run, benchmark, question, outcome, count(*) AS attempts FROM attempts GROUP BY run, benchmark, \
                                question, outcome ORDER BY run, benchmark, question, outcome";

/// A run of which no attempt has an answer is of a log that holds none.
const UNANSWERED: &str = "SELECT count(*) AS runs, sum(silent) AS silent, sum(rights) AS rights FROM (SELECT count(*) - count(answer) AS \
                          silent, count(answer) AS answered, count(*) FILTER (WHERE answer IS NULL AND outcome = 'right') AS rights FROM \
                          attempts GROUP BY run, benchmark) WHERE answered > 0";

/// How many graders are named.
const GRADERS_MAX: usize = 5;

fn from_to(row: &Row, ends: [&str; 2]) -> String {
    match ends.map(|end| score(row.number(end))) {
        [least, most] if least == most => least,
        [least, most] => format!("{least} to {most}"),
    }
}

const QUESTIONS_BY_TIER: &str = "SELECT tier, benchmark, question FROM attempts WHERE tier IS NOT NULL GROUP BY tier, benchmark, question \
                                 ORDER BY benchmark, tier, length(question), question";

/// How many questions of a tier are named.
const QUESTIONS_MAX: usize = 40;

/// The first of some names, and how many more there are.
fn some_of(names: &[impl AsRef<str>], most: usize) -> String {
    let said: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => said.join(", "),
        more => format!("{} and {} more", said.join(", "), thousands(more as u64)),
    }
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

/// How many rows a table has.
const ROWS_MAX: usize = 400;

const DIFFERENCES_MAX: usize = 100;

/// How many sentences a list has; all stand in the folder's `report.txt`.
const SENTENCES_MAX: usize = 200;

fn listed(all: &[String]) -> Markup {
    html! { ul { @for one in all.iter().take(SENTENCES_MAX) { li { (said(one)) } } } }
}

/// What the words of the tables mean.
fn terms() -> Markup {
    html! {
        dl.facts {
            dt { "Score" } dd { "the share of attempts that are right, the mean over questions, in percent (avg@n)" }
            dt { "pass@k" } dd {
                "coverage: the share of questions that at least one of a run's k attempts solves, in percent; k is how many attempts it \
                 has at a question (cov@n where a table says n). Of a kind of set it is the mean over draws of the mean over their \
                 runs, each by its own k attempts: attempts of several runs are never put together"
            }
            dt { "Cut off" } dd { "attempts that reach the limit of tokens before their end; nothing where the log does not say" }
            dt { "Run, draw" } dd { "a run is one trained model; a draw is a set drawn anew in the same way, and several runs may be trained on it" }
            dt { "95 %, of" } dd {
                "what the interval is about, on these questions: “these very models” if they answered again; “these sets, \
                 retrained” if they were trained again; “such sets” if the sets were drawn again; “on questions like these” if other \
                 questions of their kind were asked too, which is never narrower and may be equal"
            }
            dt { "How it is computed" } dd {
                "of these very models from what their attempts differ by (below eight attempts at a question Clopper and Pearson's); of \
                 sets Student's t over the means of their training seeds or draws, and of effects over draws (by Welch where they do not \
                 go together), never narrower than what attempts alone leave open; questions like these add what questions differ by"
            }
        }
    }
}

/// Coverage, and of how many attempts, where that is known.
fn passed(row: &Row) -> String {
    match made::attempts_of(row) {
        Some(attempts) => format!("{} (k = {attempts})", score(row.number("cov"))),
        None => score(row.number("cov")),
    }
}

/// The tiers of difficulty, in their order: how tables name each, its words, and what a question of it is.
const TIERS: [(&str, &str, &str); 4] = [
    (
        "easy",
        "easy",
        "the base model solves it in more than half of its attempts",
    ),
    (
        "medium",
        "medium",
        "a model that was trained on few trajectories solves it in more than half of its attempts",
    ),
    ("hard", "hard", "all else"),
    (
        "exh",
        "extremely hard (exh)",
        "every model solves it in less than a tenth of its attempts",
    ),
];

const TIERS_PAPERS: &str = "The tiers are those of the paper that named them (Sun et al., arXiv 2504.11741), fixed before any run here: the base \
                            model and the trained models that they speak of are the paper's own, for all four, and none of these logs.";

const TIERS_OURS: &str = "The tiers are by the rule of the paper that named them (Sun et al., arXiv 2504.11741), of the models that were named for \
                          it (`--tiers`): the base model and the trained models that they speak of are those, for all four.";

/// A tier in words, and what a question of it is.
fn in_words(tier: &str) -> [&str; 2] {
    let known = TIERS.iter().find(|(name, ..)| *name == tier);
    known.map_or([tier, ""], |(_, words, meaning)| [words, meaning])
}

/// How many effects are told first.
const FOREMOST: usize = 3;

/// An effect as a sentence.
fn effect_told(row: &Row) -> String {
    let of = |name| points(row.number(name));
    format!(
        "{}, {}: {} points of the score at {}, 95 %: {} to {} ({})",
        family(row.text("family").unwrap_or_default()),
        row.text("name").unwrap_or_default(),
        of("difference"),
        row.text("benchmark")
            .unwrap_or("a benchmark that is not known"),
        of("low"),
        of("high"),
        estimand(row)
    )
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

/// What an interval is about.
fn estimand(row: &Row) -> &'static str {
    match row.text("estimand") {
        Some("this_run") => "these very models",
        Some("this_set") => "these sets, retrained",
        Some("this_kind") => "such sets",
        _ => "",
    }
}
