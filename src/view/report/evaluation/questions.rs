//! At which questions one side solves more than the other: counts, the largest by name, and a command that lists all.

use std::collections::HashMap;

use super::effects::{cells, family};
use super::{Evaluation, ROWS_MAX};
use crate::Result;
use crate::error::thousands;
use crate::view::page::{Cell, Section, Table, counted};
use crate::view::report::facts::{Row, is, literal};
use maud::html;

/// How many questions are named on each side.
const NAMED: u64 = 3;

const HEADS: [&str; 9] = [
    "family",
    "the first",
    "the second",
    "benchmark",
    "more at",
    "less at",
    "same at",
    "most for the first",
    "most for the second",
];

/// The questions that speak most for the first, and for the second.
type Most = [Vec<String>; 2];

impl Evaluation {
    /// What one kind of set solves more often than another, question by question; none without an experiment.
    pub(super) fn questions(&self) -> Result<Option<Section>> {
        if !self.tables.has("comparison_questions") {
            return Ok(None);
        }
        let effects = self.by_question("kind = 'effect'", "family, name, benchmark")?;
        let singles = self.by_question(
            "kind <> 'effect'",
            "kind DESC, abs(difference) DESC, family, name, cells, benchmark",
        )?;
        if effects.is_empty() && singles.is_empty() {
            return Ok(None);
        }
        let most = self.most_of(EACH)?;
        let mut whole = Table::new(
            "Effects question by question, the mean over their cells",
            &[&HEADS[..], &["see"]].concat(),
        );
        let rows = effects.iter().map(|row| self.at_questions(row, &most));
        whole.rows.extend(rows);
        let mut each = Table::new(
            "Each kind of set against its counterpart, or against a model that no set trained, question by question",
            &[&HEADS[..], &["see"]].concat(),
        );
        each.rows
            .extend(singles.iter().map(|row| self.at_questions(row, &most)));
        let all = "SELECT * FROM comparison_questions WHERE kind <> 'effect' ORDER BY abs(difference) DESC";
        Ok(Some(Section {
            id: "questions",
            title: "At which questions they differ",
            found: found(&effects, &singles),
            figures: Vec::new(),
            body: html! {
                p.soft { (HOW_READ) }
                (whole.markup())
                (each.markup())
                (self.tables.shown_by("All of them, the largest differences first", all))
            },
        }))
    }

    fn by_question(&self, which: &str, order: &str) -> Result<Vec<Row>> {
        self.tables.ask(&format!(
            "SELECT * FROM comparisons WHERE {which} AND difference IS NOT NULL ORDER BY {order} LIMIT {ROWS_MAX}"
        ))
    }

    fn at_questions(&self, row: &Row, most: &HashMap<Vec<String>, Most>) -> Vec<Cell> {
        let text = |name| row.text(name).unwrap_or_default();
        let is_effect = text("kind") == "effect";
        let [arm, against] = match is_effect {
            true => Default::default(),
            false => cells(row).into_iter().next().unwrap_or_default(),
        };
        let key = ["kind", "family", "name", "benchmark"].map(text);
        let key = key.into_iter().chain([arm.as_str(), against.as_str()]);
        let most = most.get(&key.map(str::to_owned).collect::<Vec<String>>());
        let sides = match is_effect {
            true => String::new(),
            false => format!(
                " AND arm = {} AND against = {}",
                literal(&arm),
                literal(&against)
            ),
        };
        let sql = format!(
            "SELECT question, tier, first, second, difference FROM comparison_questions WHERE kind = {} AND family = {} AND name = \
             {} AND {}{sides} ORDER BY difference DESC, question",
            literal(text("kind")),
            literal(text("family")),
            literal(text("name")),
            is("benchmark", row.text("benchmark"))
        );
        let name = text("name");
        let [first, second] = match name.split_once(" - ").filter(|_| is_effect) {
            Some((first, second)) => [first, second].map(Cell::text),
            None if is_effect => [Cell::text(name), Cell::Nothing],
            None => [Cell::code(arm), Cell::code(against)],
        };
        let [more, less] = named(most);
        vec![
            Cell::text(family(text("family"))),
            first,
            second,
            Cell::text(row.text("benchmark").unwrap_or("not known")),
            Cell::Count(row.count("wins")),
            Cell::Count(row.count("losses")),
            Cell::Count(row.count("ties")),
            Cell::text(more),
            Cell::text(less),
            self.tables.rows(&sql),
        ]
    }

    /// Runs against each other, question by question.
    pub(super) fn pairs_by_question(&self, pairs: &[Row]) -> Result<Table> {
        let most = self.most_of(&of_pairs())?;
        let mut table = Table::new(
            "Runs against each other, question by question",
            &[&HEADS[1..], &["see"]].concat(),
        );
        let compared = pairs.iter().filter(|row| row.number("wins").is_some());
        for row in compared {
            let [a, b] = ["a", "b"].map(|name| row.text(name).unwrap_or_default());
            let benchmark = row.text("benchmark");
            let key = ["pair", "", "", benchmark.unwrap_or_default(), a, b].map(str::to_owned);
            let [more, less] = named(most.get(key.as_slice()));
            let share = |run: &str| format!("{RIGHT} FILTER (WHERE run = {})", literal(run));
            let [first, second] = [a, b].map(share);
            let sql = format!(
                "SELECT question, {first} AS first, {second} AS second FROM attempts WHERE {} AND run IN ({}, {}) GROUP BY question \
                 HAVING count(DISTINCT run) = 2 ORDER BY {first} - {second} DESC, question",
                is("benchmark", benchmark),
                literal(a),
                literal(b)
            );
            table.rows.push(vec![
                Cell::code(a),
                Cell::code(b),
                Cell::text(benchmark.unwrap_or("not known")),
                Cell::Count(row.count("wins")),
                Cell::Count(row.count("losses")),
                Cell::Count(row.count("ties")),
                Cell::text(more),
                Cell::text(less),
                self.tables.rows(&sql),
            ]);
        }
        Ok(table)
    }

    /// The largest differences of a query's rows in both directions, by what is compared. Its columns: those of [`KEY`], `question`,
    /// `first`, `second`.
    pub(super) fn most_of(&self, each: &str) -> Result<HashMap<Vec<String>, Most>> {
        let key = KEY.join(", ");
        let rows = self.tables.ask(&format!(
            "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY {key} ORDER BY first - second DESC, length(question), question) \
             AS up, row_number() OVER (PARTITION BY {key} ORDER BY first - second, length(question), question) AS down FROM ({each})) \
             WHERE (up <= {NAMED} AND first - second > 1e-12) OR (down <= {NAMED} AND first - second < -1e-12) ORDER BY {key}, \
             abs(first - second) DESC, length(question), question"
        ))?;
        let mut most: HashMap<Vec<String>, Most> = HashMap::new();
        for row in &rows {
            let key = KEY.map(|name| row.text(name).unwrap_or_default().to_owned());
            let [first, second] = ["first", "second"].map(|side| row.number(side).unwrap_or(0.0));
            let told = format!(
                "{} ({:.0} against {:.0} %)",
                row.text("question").unwrap_or_default(),
                100.0 * first,
                100.0 * second
            );
            most.entry(key.to_vec()).or_default()[usize::from(first < second)].push(told);
        }
        Ok(most)
    }
}

/// What tells comparisons apart.
const KEY: [&str; 6] = ["kind", "family", "name", "benchmark", "arm", "against"];

const EACH: &str = "SELECT kind, family, name, coalesce(benchmark, '') AS benchmark, coalesce(arm, '') AS arm, coalesce(against, '') AS \
                    against, question, first, second FROM comparison_questions";

/// The share of attempts that are right.
const RIGHT: &str = "avg(CASE WHEN outcome = 'right' THEN 1.0 ELSE 0.0 END)";

/// Every question that both runs of a pair have.
fn of_pairs() -> String {
    let shares = format!(
        "SELECT run, coalesce(benchmark, '') AS at, question, {RIGHT} AS share FROM attempts GROUP BY run, benchmark, question"
    );
    format!(
        "SELECT 'pair' AS kind, '' AS family, '' AS name, x.at AS benchmark, a AS arm, b AS against, x.question AS question, x.share AS \
         first, y.share AS second FROM (SELECT a, b, coalesce(benchmark, '') AS at FROM pairs ORDER BY p_holm, a, b LIMIT {ROWS_MAX}) \
         AS p JOIN ({shares}) AS x ON x.run = p.a AND x.at = p.at JOIN ({shares}) AS y ON y.run = p.b AND y.at = p.at AND y.question = \
         x.question"
    )
}

fn named(most: Option<&Most>) -> [String; 2] {
    most.map_or_else(Default::default, |most| {
        most.each_ref().map(|named| named.join(", "))
    })
}

/// How many effects are named that are the most lopsided.
const LOPSIDED_MAX: usize = 4;

const HOW_READ: &str = "At so many questions the first side solves more of the attempts, less, or the same, all attempts of a kind of \
                        set together. Counts hold no chance out: of two sides that are alike each wins some. Named are at most three questions \
                        that speak most for each side, with the share of its attempts that the first solves against that of the second.";

fn found(effects: &[Row], singles: &[Row]) -> String {
    let surer = |row: &&Row| row.count("wins").abs_diff(row.count("losses"));
    let all = counted(
        (effects.len() + singles.len()) as u64,
        "comparison is",
        "comparisons are",
    );
    let Some(row) = effects.iter().max_by_key(surer) else {
        return format!("{all} told question by question.");
    };
    let counts = |row: &Row| ["wins", "losses", "ties"].map(|name| row.count(name));
    let alike = effects.iter().filter(|one| counts(one) == counts(row));
    let named: Vec<String> = alike
        .map(|row| {
            format!(
                "{} at {}",
                row.text("name").unwrap_or_default(),
                row.text("benchmark")
                    .unwrap_or("a benchmark that is not known")
            )
        })
        .collect();
    let are = match named.len() {
        1 => "effect is",
        _ => "effects are",
    };
    format!(
        "{all} told question by question; the most lopsided {are} {}: more at {} of the questions, less at {}, the same at {}.",
        super::some_of(&named, LOPSIDED_MAX),
        thousands(row.count("wins")),
        thousands(row.count("losses")),
        thousands(row.count("ties"))
    )
}
