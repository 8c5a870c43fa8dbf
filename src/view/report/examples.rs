//! What the rows of each set look like: a few of each, with their texts.
//!
//! The first by rank, which are in every larger size of the same draw, and of each set those that no set above has shown.
//! Every set has one before any has two; how many there are at all follows a bound of bytes and not the folder's size.

use std::collections::{HashMap, HashSet};

use maud::{Markup, html};

use super::facts::{Facts, Row, literal};
use crate::Result;
use crate::audit::why::Texts;
use crate::error::{one_line, thousands};
use crate::manifest::SubsetRecord;
use crate::select::SubsetRole;
use crate::view::page::{Section, counted, typed};
use crate::view::text;

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let records = facts.manifest.subsets.iter();
    let sets: Vec<&SubsetRecord> = records
        .filter(|record| record.written > 0)
        .take(SETS_MAX)
        .collect();
    let chosen = chosen(facts, &sets)?;
    let shown = shown(facts, &sets, &chosen)?;
    let count: usize = shown.iter().map(Vec::len).sum();
    if count == 0 {
        return Ok(None);
    }
    let body = html! {
        @for (record, rows) in sets.iter().zip(&shown) {
            @if !rows.is_empty() {
                details.set {
                    summary {
                        code { (one_line(&record.name)) }
                        ": " (rows.len()) " of " (counted(record.written.into(), "row", "rows"))
                    }
                    @for row in rows { (row) }
                }
            }
        }
        (decided(facts))
    };
    let with = shown.iter().filter(|rows| !rows.is_empty()).count();
    Ok(Some(Section {
        id: "examples",
        title: "Rows of each set",
        found: format!(
            "{} of {}, each under the first set that has it; long texts without their middle.",
            counted(count as u64, "row", "rows"),
            counted(with as u64, "set", "sets"),
        ),
        body,
        figures: Vec::new(),
    }))
}

/// Sets that rows are shown of.
const SETS_MAX: usize = 200;

/// Rows of each set, and of all of them.
const EACH_MAX: usize = 3;
const ROWS_MAX: usize = 200;

/// Rows of a set of which those that are shown are chosen.
const CANDIDATES: usize = 12;

/// Bytes of all of them on the page.
const BYTES_MAX: usize = 1_500_000;

/// Letters of a problem and of a response.
const PROBLEM_LETTERS: usize = 2_000;
const RESPONSE_LETTERS: usize = 3_000;

/// The rows that are shown, each with the place of its set, in the order in which they are taken.
fn chosen(facts: &Facts, sets: &[&SubsetRecord]) -> Result<Vec<(usize, Row)>> {
    let mut candidates = candidates(facts, sets)?;
    let (mut chosen, mut seen) = (Vec::new(), HashSet::new());
    for _ in 0..EACH_MAX {
        for (at, record) in sets.iter().enumerate() {
            let of_set = candidates.get_mut(&record.name);
            // A changed control has the same rows with other texts.
            let is_new =
                |row: &Row| record.role == SubsetRole::Derived || !seen.contains(row.name());
            let next =
                of_set.and_then(|rows| rows.iter().position(is_new).map(|at| rows.remove(at)));
            if let Some(row) = next.filter(|_| chosen.len() < ROWS_MAX) {
                seen.insert(row.name().to_owned());
                chosen.push((at, row));
            }
        }
    }
    Ok(chosen)
}

/// The first rows of each set.
fn candidates(facts: &Facts, sets: &[&SubsetRecord]) -> Result<HashMap<String, Vec<Row>>> {
    if sets.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<String> = sets.iter().map(|record| literal(&record.name)).collect();
    // Of copies that one id stands for, the one that was kept.
    let rows = facts.ask(&format!(
        "SELECT * FROM (SELECT s.subset, s.rank, l.trajectory_id, l.problem_category, l.style, l.tokens, l.thinking_tokens, \
         l.verdict, row_number() OVER (PARTITION BY s.subset, l.trajectory_id ORDER BY l.fate DESC, l.source, l.file, l.\"row\", \
         l.generation) AS copy FROM selection s JOIN ledger l ON s.trajectory_id = l.trajectory_id WHERE s.rank < {CANDIDATES} AND \
         s.subset IN ({})) WHERE copy = 1 ORDER BY subset, rank, trajectory_id",
        names.join(", ")
    ))?;
    let mut found: HashMap<String, Vec<Row>> = HashMap::new();
    for row in rows {
        let set = row.text("subset").unwrap_or_default().to_owned();
        found.entry(set).or_default().push(row);
    }
    Ok(found)
}

/// The rows of each set on the page, as many as there is room for.
fn shown(
    facts: &Facts,
    sets: &[&SubsetRecord],
    chosen: &[(usize, Row)],
) -> Result<Vec<Vec<Markup>>> {
    let mut texts = HashMap::new();
    for (at, record) in sets.iter().enumerate() {
        let of_set = chosen.iter().filter(|(set, _)| *set == at);
        let named = of_set.map(|(_, row)| (row.name().to_owned(), row.count("rank")));
        let found = facts
            .tables
            .texts_in(&record.name, &named.collect::<Vec<_>>())?;
        texts.extend(found.into_iter().map(|(id, texts)| ((at, id), texts)));
    }
    let mut shown = vec![Vec::new(); sets.len()];
    let mut bytes = 0;
    for (at, row) in chosen {
        let Some(texts) = texts.get(&(*at, row.name().to_owned())) else {
            continue;
        };
        let page = of_row(row, &about(row), texts, (PROBLEM_LETTERS, RESPONSE_LETTERS));
        bytes += page.0.len();
        if bytes > BYTES_MAX {
            break;
        }
        shown[*at].push(page);
    }
    Ok(shown)
}

/// Where a row stands in its set, and what was measured of it.
fn about(row: &Row) -> Markup {
    let of = |name| row.text(name).unwrap_or("none").to_owned();
    html! {
        "rank " (row.count("rank"))
        " · category " (one_line(&of("problem_category")))
        " · style " (one_line(&of("style")))
        " · " (thousands(row.count("tokens"))) " tokens, " (thousands(row.count("thinking_tokens"))) " of thinking"
        " · " (one_line(&of("verdict")).replace('_', " "))
    }
}

/// How one asks what was decided of a row.
pub(super) fn decided(facts: &Facts) -> Markup {
    html! { p.ask { "What was decided of a row, by the start of its id: " (typed(&facts.tables.command("gradatim why ID --in {}"))) } }
}

/// An entry with its texts, of at most so many letters of problem and response each.
pub(super) fn of_row(row: &Row, about: &Markup, texts: &Texts, letters: (usize, usize)) -> Markup {
    let id = row.name();
    html! {
        article.example aria-label={ "trajectory " (id.get(..8).unwrap_or(id)) } {
            div.soft { code { (id.get(..12).unwrap_or(id)) } " · " (about) }
            @if let Some(problem) = &texts.problem { (part("Problem", &text::prose_within(problem, letters.0))) }
            @if let Some(gold) = &texts.gold { (part("Gold answer", &text::answer(gold))) }
            @if let Some(found) = row.text("extracted") { (part("Answer that was found", &text::answer(found))) }
            @if let Some(response) = &texts.response { (part("Response", &text::response_within(response, letters.1))) }
            @if let Some(why) = &texts.missing { p.soft { "Its texts are not shown: " (one_line(why)) } }
        }
    }
}

/// A text with what it is.
pub(super) fn part(name: &str, text: &Markup) -> Markup {
    html! { div.part { p.part-name { (name) } (text) } }
}
