//! How the answers were made and graded, as far as the logs say, and what a model scores that no set trained.
//!
//! A score means nothing without them: of another temperature or limit of tokens, or by another grader, it would be another.

use maud::{Markup, html};

use super::{Evaluation, ROWS_MAX, chance, estimand, interval, passed, points, score};
use crate::Result;
use crate::error::thousands;
use crate::view::page::{Cell, Table, counted, percent, said};
use crate::view::report::facts::{Row, is};

/// What is said where a log says nothing.
const UNSAID: &str = "the log does not say";

impl Evaluation {
    /// The settings that runs have in common, a row each.
    pub(super) fn settings(&self) -> Result<Table> {
        let mut table = Table::new(
            "How the answers were made, as far as the logs say",
            &[
                "benchmark",
                "runs",
                "samples a question",
                "temperature",
                "top-p",
                "token limit",
                "template or form of the prompt",
                "model",
                "graded by",
                "log of",
                "see",
            ],
        );
        let rows = self.tables.ask(&format!(
            "SELECT benchmark, template, temperature, top_p, max_tokens, grader, harness, count(*) AS runs, min(attempts_min) AS \
             attempts_min, max(attempts_max) AS attempts_max, count(DISTINCT model) AS models, min(model) AS first, max(model) AS \
             last FROM runs GROUP BY benchmark, template, temperature, top_p, max_tokens, grader, harness ORDER BY count(*) DESC, \
             benchmark, template, temperature, top_p, max_tokens, grader, harness LIMIT {ROWS_MAX}"
        ))?;
        for row in &rows {
            let text = |name| Cell::text(row.text(name).unwrap_or(UNSAID));
            let number = |name| match row.number(name) {
                Some(value) => Cell::Figure(value.to_string()),
                None => Cell::text(UNSAID),
            };
            let limit = match row.number("max_tokens") {
                Some(_) => Cell::Count(row.count("max_tokens")),
                None => Cell::text(UNSAID),
            };
            let sql = format!(
                "SELECT run, model, attempts_min, attempts_max, temperature, top_p, max_tokens, template, grader FROM runs WHERE {}",
                is("benchmark", row.text("benchmark"))
            );
            table.rows.push(vec![
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                Cell::Count(row.count("runs")),
                Cell::Figure(attempts_of(row).unwrap_or_default()),
                number("temperature"),
                number("top_p"),
                limit,
                text("template"),
                models(row),
                text("grader"),
                text("harness"),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }

    /// Whose verdicts the scores rest on, and how often the other's differ.
    pub(super) fn whose_verdicts(&self) -> Result<Markup> {
        let rows = self.tables.ask(VERDICTS)?;
        let Some(row) = rows.first() else {
            return Ok(html! {});
        };
        Ok(html! {
            p { (said(&self.verdicts_told(row))) }
            (self.tables.shown_by("Verdict of the log beside ours", BOTH))
        })
    }

    fn verdicts_told(&self, row: &Row) -> String {
        let of = |name| row.count(name);
        let (all, both) = (of("attempts"), of("both_grade"));
        let (first, second, graded) = match self.said.is_by_us() {
            true => ("our verifier's", "the log's", "log_grades"),
            false => ("the log's own", "our verifier's", "we_grade"),
        };
        let filled = of(graded) - both;
        let mut told = format!(
            "Whose verdicts: {first}, of {} of {}",
            thousands(all - filled - of("none_grades")),
            counted(all, "attempt", "attempts")
        );
        if filled > 0 {
            told += &format!(
                "; {second} of {}, of which the other says nothing",
                thousands(filled)
            );
        }
        if of("none_grades") > 0 {
            told += &format!(
                "; {} have none and count as not right",
                thousands(of("none_grades"))
            );
        }
        told += ". ";
        told += &match (both, self.said.is_by_us()) {
            (0, true) => "The logs hold no verdict of an attempt that our verifier grades, so how often the two differ is not known.".to_owned(),
            (0, false) => "Our verifier graded none of these, so how often the two differ is not known: `gradatim eval --grader both` asks \
                           it, of logs that hold responses or answers.".to_owned(),
            (both, _) => format!(
                "{} of these are graded by both, which differ in {} ({}): in {} of them one of the two says right.",
                thousands(both),
                thousands(of("differ")),
                percent(of("differ") as f64 / both as f64),
                thousands(of("one_says_right"))
            ),
        };
        told
    }

    /// What the base model scores, or another that no set trained; where none is known, that none is.
    pub(super) fn base(&self) -> Result<Markup> {
        let rows = self.tables.ask(&format!(
            "SELECT * FROM runs WHERE is_reference ORDER BY run, benchmark LIMIT {ROWS_MAX}"
        ))?;
        let told = |row: &Row| {
            let ends = match ["avg_low", "avg_high"].map(|end| row.number(end)) {
                [Some(low), Some(high)] => {
                    format!(", 95 %: {} to {}", score(Some(low)), score(Some(high)))
                }
                _ => String::new(),
            };
            format!(
                "`{}`, which no set trained: {} percent at {}{ends} (this very model); pass@k {}",
                row.text("run").unwrap_or_default().replace('`', "'"),
                score(row.number("avg")),
                row.text("benchmark")
                    .unwrap_or("a benchmark that is not known"),
                passed(row)
            )
        };
        let told: Vec<String> = rows.iter().map(told).collect();
        let sql = "SELECT * FROM runs WHERE is_reference";
        Ok(html! {
            h3 { "The base model" }
            @if told.is_empty() { p { (said(NO_BASE)) } }
            @else { (super::listed(&told)) (self.tables.shown_by("The same with all figures", sql)) }
        })
    }

    /// What each kind of set has more than a model that no set trained.
    pub(super) fn gains(&self) -> Result<Table> {
        let mut table = Table::new(
            "What each kind of set scores more than a model that no set trained, in points, most first",
            &[
                "trained on",
                "less",
                "benchmark",
                "difference",
                "95 %",
                "of",
                "p, adjusted",
                "is it beyond chance",
                "see",
            ],
        );
        if !self.tables.has("comparisons") {
            return Ok(table);
        }
        let rows = self.tables.ask(&format!(
            "SELECT * FROM comparisons WHERE kind = 'gain' ORDER BY difference DESC NULLS LAST, name, benchmark LIMIT {ROWS_MAX}"
        ))?;
        for row in &rows {
            let sql = format!(
                "SELECT * FROM comparisons WHERE kind = 'gain' AND {} AND {}",
                is("name", row.text("name")),
                is("benchmark", row.text("benchmark"))
            );
            let cells = super::effects::cells(row);
            let [arm, model] = cells.into_iter().next().unwrap_or_default();
            let difference = match row.text("refused") {
                Some(why) => Cell::text(format!("not compared: {why}")),
                None => Cell::Figure(points(row.number("difference"))),
            };
            table.rows.push(vec![
                Cell::code(arm),
                Cell::code(model),
                Cell::text(row.text("benchmark").unwrap_or("not known")),
                difference,
                interval(row, ["low", "high"], points),
                Cell::text(estimand(row)),
                row.number("p_adjusted")
                    .map_or(Cell::Nothing, |p| Cell::Figure(chance(p))),
                Cell::text(super::effects::gain(row)),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }
}

/// Why an interval far from nothing may stand beside a p that is not small.
pub(super) const GAINS_READ: &str = "The interval is of each gain by itself: it holds all differences of which p, by itself, is 0.05 or \
                                     more. P is adjusted for all gains over one model (Holm), which asks each for a far smaller p: of \
                                     three draws t has two degrees of freedom, and its p falls slowly however far the interval lies \
                                     from 0. More draws of a kind make it fall fast. So \u{201c}not among all\u{201d} says that so few draws \
                                     may agree by chance in one of so many comparisons, and not that the gain is likely nothing.";

const BOTH: &str =
    "SELECT recorded, ours, count(*) AS attempts FROM attempts GROUP BY recorded, ours";

const VERDICTS: &str = "SELECT count(*) AS attempts, count(recorded) AS log_grades, count(ours) AS we_grade, count(*) FILTER (WHERE \
                        recorded IS NOT NULL AND ours IS NOT NULL) AS both_grade, count(*) FILTER (WHERE recorded IS NULL AND ours IS \
                        NULL) AS none_grades, count(*) FILTER (WHERE recorded <> ours) AS differ, count(*) FILTER (WHERE recorded <> ours AND \
                        'right' IN (recorded, ours)) AS one_says_right FROM attempts";

const NO_BASE: &str = "No log was named as the base model's, so what training added to it is not known: `gradatim eval … --reference \
                       base=LOG` brings it.";

/// How many attempts there are at a question, from the fewest to the most; none where that is not known.
pub(super) fn attempts_of(row: &Row) -> Option<String> {
    match ["attempts_min", "attempts_max"].map(|name| row.count(name)) {
        [_, 0] => None,
        [least, most] if least == most => Some(thousands(most)),
        [least, most] => Some(format!("{} to {}", thousands(least), thousands(most))),
    }
}

fn models(row: &Row) -> Cell {
    let name = |name| row.text(name).unwrap_or_default();
    match row.count("models") {
        0 => Cell::text(UNSAID),
        1 => Cell::text(name("first")),
        several => Cell::text(format!(
            "{} models, {} to {}",
            thousands(several),
            name("first"),
            name("last")
        )),
    }
}
