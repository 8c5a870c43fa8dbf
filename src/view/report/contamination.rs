//! What problems share with benchmarks, and whether it is out.

use maud::{Markup, html};

use super::examples::part;
use super::facts::{Facts, Row, is, literal};
use crate::Result;
use crate::emit::leakage::{BenchmarkRecord, Leakage};
use crate::error::{one_line, thousands};
use crate::screen::contamination::Drops;
use crate::screen::problems::TEXT_CHARS;
use crate::view::page::{Cell, Section, Table, counted, said};
use crate::view::text;

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let (found, body) = match &facts.leakage {
        Some(leakage) => (found(leakage), of_certificate(facts, leakage)?),
        None => (NOT_LOOKED.to_owned(), html! { p.soft { (MEND) } }),
    };
    Ok(Some(Section {
        id: "contamination",
        title: "What it shares with benchmarks",
        found,
        body,
        figures: Vec::new(),
    }))
}

const NOT_LOOKED: &str =
    "No benchmark was looked for: nothing is known of what these problems share with any.";
const MEND: &str = "The table [screen.contamination] of a pipeline names benchmarks to look for.";

fn found(leakage: &Leakage) -> String {
    let dropped = match leakage.detector.drop {
        Drops::Nothing => "nothing was dropped for it",
        Drops::Contaminated => "what is one was dropped",
        Drops::Suspect => "both were dropped",
    };
    format!(
        "Of {} problems that were compared with {}, {} a benchmark's and {} suspect alone (at most a part of one, or \
         its words with other numbers); {dropped}.",
        thousands(leakage.problems.into()),
        counted(leakage.benchmarks.len() as u64, "benchmark", "benchmarks"),
        counted(leakage.contaminated.into(), "is", "are"),
        counted(leakage.suspect.into(), "is", "are"),
    )
}

fn of_certificate(facts: &Facts, leakage: &Leakage) -> Result<Markup> {
    Ok(html! {
        (benchmarks(facts, &leakage.benchmarks).markup())
        p.soft { "Of the detector: " (leakage.doubts()) "." }
        (selected(facts)?)
        (pairs(facts)?)
        (side_by_side(facts)?)
        (recall(&leakage.benchmarks).markup())
    })
}

/// How many benchmarks a table has.
const BENCHMARKS_MAX: usize = 40;

fn benchmarks(facts: &Facts, records: &[BenchmarkRecord]) -> Table {
    let mut table = Table::new(
        "Items of each benchmark that some problem meets, also inside of a longer one, so that one problem may meet several: by the \
         closest way in which it does",
        &[
            "benchmark",
            "items",
            "the same",
            "nearly",
            "a part",
            "other numbers",
            "other words",
            "by vectors",
            "see",
        ],
    );
    for one in records.iter().take(BENCHMARKS_MAX) {
        let found = &one.found;
        let counts = [
            found.exact,
            found.near,
            found.part,
            found.numbers_changed,
            found.reworded,
            found.similar,
        ];
        let sql = format!(
            "SELECT closest, count(*) AS items FROM (SELECT item, min({CLOSEST}) AS closest FROM leakage WHERE {} GROUP BY item) GROUP \
             BY closest ORDER BY closest",
            is("benchmark", Some(&one.name))
        );
        let mut row = vec![Cell::code(&one.name), Cell::Count(one.items.into())];
        row.extend(counts.map(|count| Cell::Count(count.into())));
        row.push(facts.tables.rows(&sql));
        table.rows.push(row);
    }
    table
}

/// The way in which a problem meets an item, so that the closest comes first.
const CLOSEST: &str = "CASE class WHEN 'exact' THEN '1 the same' WHEN 'near' THEN '2 nearly' WHEN 'part' THEN '3 a part' WHEN \
                       'numbers_changed' THEN '4 other numbers' WHEN 'reworded' THEN '5 other words' ELSE '6 by vectors' END";

/// What of them is in a training set all the same.
const IN_SETS: &str = "SELECT selection.subset, ledger.contaminated, ledger.suspect, ledger.problem_id FROM selection JOIN ledger \
                       ON selection.trajectory_id = ledger.trajectory_id WHERE ledger.fate = 'kept' AND (ledger.contaminated \
                       IS NOT NULL OR ledger.suspect IS NOT NULL) ORDER BY 1, 4";

fn selected(facts: &Facts) -> Result<Markup> {
    if facts.manifest.subsets.is_empty() {
        return Ok(html! {});
    }
    let counted_by = format!(
        "SELECT count(DISTINCT problem_id) AS problems, count(DISTINCT CASE WHEN contaminated IS NOT NULL THEN problem_id END) \
         AS contaminated, count(DISTINCT subset) AS sets FROM ({IN_SETS})"
    );
    let counts = facts.ask(&counted_by)?;
    let count = |name| counts.first().map_or(0, |row| row.count(name));
    let (all, contaminated) = (count("problems"), count("contaminated"));
    let said = match all {
        0 => "No training set or control holds a problem that meets a benchmark.".to_owned(),
        _ => format!(
            "Training sets and controls hold {} of a benchmark and {} suspect, in {} of them.",
            counted(contaminated, "problem", "problems"),
            counted(all - contaminated, "that is", "that are"),
            thousands(count("sets")),
        ),
    };
    Ok(html! {
        p { (said) }
        (facts.tables.shown_by("They are counted by", &counted_by))
        (facts.tables.shown_by("and shown by", IN_SETS))
    })
}

/// How many hits are shown: of each way in which one may meet an item as many before a second one of any.
const HITS_MAX: usize = 60;

fn pairs(facts: &Facts) -> Result<Markup> {
    let rows = facts.ask(&format!(
        "SELECT * FROM (SELECT problem_id, benchmark, item, outcome, class, dropped, problem, item_text, count(*) OVER () AS hits, row_number() OVER \
         (PARTITION BY outcome, class, benchmark ORDER BY item, problem_id) AS nth FROM leakage) ORDER BY nth, outcome, {CLOSEST}, \
         class, benchmark, item, problem_id LIMIT {HITS_MAX}"
    ))?;
    let hits = rows.first().map_or(0, |row| row.count("hits"));
    let mut table = Table::new(
        match hits > rows.len() as u64 {
            true => format!(
                "Problems beside the benchmark's item that they meet, {} of {} pairs: some of each way and benchmark",
                rows.len(),
                thousands(hits)
            ),
            false => "Problems beside the benchmark's item that they meet".to_owned(),
        },
        &[
            "problem",
            "is",
            "how",
            "item",
            "the problem says",
            "the item says",
            "out",
            "see",
        ],
    );
    // Those whose item's text is not at hand: the same as the problem's, and another.
    let (mut same, mut untold) = (0, 0);
    for row in rows {
        let text = |name| row.text(name).unwrap_or_default().to_owned();
        let id = text("problem_id");
        match row.text("item_text") {
            Some(_) => {}
            None if text("class") == "exact" => same += 1,
            None => untold += 1,
        }
        let out = match row.truth("dropped") {
            Some(true) => "dropped",
            _ => "stays",
        };
        let sql = format!("SELECT * FROM ledger WHERE problem_id = {}", literal(&id));
        table.rows.push(vec![
            Cell::code(id.get(..8).unwrap_or(&id)),
            Cell::Text(text("outcome")),
            Cell::Text(text("class").replace('_', " ")),
            Cell::Text(format!("{} {}", text("benchmark"), text("item"))),
            Cell::Text(in_a_line(&text("problem"))),
            Cell::Text(in_a_line(&text("item_text"))),
            Cell::text(out),
            facts.tables.rows(&sql),
        ]);
    }
    let unread = unread(same, untold);
    Ok(html! {
        (table.markup())
        @if let Some(unread) = unread { p.soft { (said(&unread)) } }
    })
}

/// A text of the certificate in one line; where it was cut there, that is said.
fn in_a_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    match text.chars().count() < TEXT_CHARS {
        true => line,
        false => line + " …",
    }
}

/// Why the texts of items are not beside the problems; none where all are.
fn unread(same: u64, untold: u64) -> Option<String> {
    if same + untold == 0 {
        return None;
    }
    let exact = match same {
        0 => String::new(),
        same => format!(
            " Of {} it is the problem's own text, as far as spelling does not matter (`exact`).",
            thousands(same)
        ),
    };
    Some(format!(
        "The item's text is not shown of {}: the benchmark came as fingerprints, and its file was not read (a pipeline names it \
         under `[benchmarks.NAME]`).{exact}",
        counted(same + untold, "pair", "pairs")
    ))
}

/// Pairs that are shown with their texts as they are read, and letters of each text.
const PAIRS_MAX: usize = 12;
const PAIR_LETTERS: usize = 1_000;

/// The closest pairs that are not simply the same, with their formulas.
fn side_by_side(facts: &Facts) -> Result<Markup> {
    let rows = facts.ask(&format!(
        "SELECT benchmark, item, class, problem, item_text FROM leakage WHERE class <> 'exact' AND item_text IS NOT NULL ORDER BY \
         outcome, class, benchmark, item, problem_id LIMIT {PAIRS_MAX}"
    ))?;
    let text =
        |row: &Row, name| text::prose_within(row.text(name).unwrap_or_default(), PAIR_LETTERS);
    let named = |row: &Row, name| one_line(row.text(name).unwrap_or_default()).replace('_', " ");
    Ok(html! {
        @if !rows.is_empty() {
            details {
                summary { "The closest that are not simply the same, with their texts" }
                @for row in &rows {
                    article.example aria-label={ (named(row, "benchmark")) " " (named(row, "item")) } {
                        p.soft { (named(row, "class")) }
                        (part("Problem", &text(row, "problem")))
                        (part(&format!("{} {}", named(row, "benchmark"), named(row, "item")), &text(row, "item_text")))
                    }
                }
            }
        }
    })
}

/// How well planted items were found.
fn recall(records: &[BenchmarkRecord]) -> Table {
    let mut table = Table::new(
        "How well the benchmark's items are found where they are planted on purpose (95 % interval)",
        &[
            "benchmark",
            "rewritten by",
            "planted",
            "found",
            "interval",
            "of them certain",
            "suspect",
        ],
    );
    for one in records.iter().take(BENCHMARKS_MAX) {
        for recall in &one.recall {
            let found = recall.contaminated + recall.suspect;
            let interval = format!(
                "{:.0} to {:.0} %",
                100.0 * recall.found_low,
                100.0 * recall.found_high
            );
            table.rows.push(vec![
                Cell::code(&one.name),
                Cell::Text(recall.rewriting.replace('_', " ")),
                Cell::Count(recall.planted.into()),
                Cell::Count(found.into()),
                Cell::Figure(interval),
                Cell::Count(recall.contaminated.into()),
                Cell::Count(recall.suspect.into()),
            ]);
        }
    }
    table
}
