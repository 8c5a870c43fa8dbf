//! Two subsets beside each other, as a subset and its control: their numbers, then their rows.

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::conditions::literal;
use super::super::viewed::{Row, Viewed, number, shown, text};
use super::paging::Paging;
use super::{Made, cell, command, count, cut, evaluation, lines};
use crate::Result;
use crate::compare::balance::NO_LEVEL;
use crate::error::{one_line, thousands};
use crate::view::page::counted;

/// Rows of each on a page.
const PAGE_ROWS: u64 = 25;

/// Facts of `subsets` that are shown of both.
const FACTS: [(&str, &str); 8] = [
    ("role", "role"),
    ("rows", "rows"),
    ("problems", "problems"),
    ("tokens", "tokens"),
    ("tokens_median", "median tokens of a reply"),
    ("category_effective", "effective categories"),
    ("category_mix", "categories"),
    ("style_mix", "styles"),
];

pub(in crate::view::server) fn compare(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    if viewed.is_evaluation() {
        return evaluation::compare(viewed, asked);
    }
    let (Some(a), Some(b)) = (asked.get("a"), asked.get("b")) else {
        return choose(viewed, asked);
    };
    viewed.check_subset(a)?;
    viewed.check_subset(b)?;
    let balance = balance(viewed, a, b)?;
    let about = html! { p { (one_line(a)) " and " (one_line(b)) (shared(viewed, a, b)?) } };
    let paging = Paging::of(viewed, "compare", asked, PAGE_ROWS)?;
    let (rows, all) = beside(viewed, asked, &paging, [a, b])?;
    let main = html! {
        (form(viewed, asked)?)
        section aria-labelledby="numbers" {
            h2 #numbers { "Numbers" }
            (facts(viewed, a, b)?)
            (differences(&balance, a, b))
        }
        (rows)
    };
    Ok(Made::page("Two subsets beside each other", about, main).on(&paging, all))
}

fn choose(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let main = html! {
        p { "Choose two: a subset and its control, or any others." }
        (form(viewed, asked)?)
    };
    Ok(Made::page("Compare two subsets", html! {}, main))
}

fn form(viewed: &Viewed, asked: &Asked) -> Result<Markup> {
    let mut names: Vec<&str> = viewed
        .subsets()?
        .iter()
        .map(|row| text(row, "subset"))
        .collect();
    names.sort_unstable();
    Ok(two(viewed, asked, &names))
}

/// A form that asks for two of these.
pub(super) fn two(viewed: &Viewed, asked: &Asked, names: &[&str]) -> Markup {
    html! {
        form.filters action=(viewed.to("compare", &Asked::default())) method="get" aria-label="What is compared" {
            @for (key, label) in [("a", "This"), ("b", "beside")] {
                label.wide { (label) input name=(key) list="names" value=[asked.get(key)] autocomplete="off" required; }
            }
            datalist #names { @for name in names { option value=(one_line(name)) {} } }
            span.actions { button { "Compare" } }
        }
    }
}

/// What both share, as the end of a sentence.
fn shared(viewed: &Viewed, a: &str, b: &str) -> Result<Markup> {
    let of = |ids: &str| {
        viewed.count(&format!(
            "SELECT count(DISTINCT {ids}) FROM selection WHERE subset = {} AND {ids} IN (SELECT {ids} FROM selection WHERE subset = {})",
            literal(a),
            literal(b)
        ))
    };
    let (rows, problems) = (of("trajectory_id")?, of("problem_id")?);
    Ok(
        html! { " share " (counted(rows, "trajectory", "trajectories")) " and " (counted(problems, "problem", "problems")) "." },
    )
}

fn facts(viewed: &Viewed, a: &str, b: &str) -> Result<Markup> {
    let subsets = viewed.subsets()?;
    let of = |name: &str| subsets.iter().find(|row| text(row, "subset") == name);
    let (Some(first), Some(second)) = (of(a), of(b)) else {
        return Ok(html! {});
    };
    let known = FACTS
        .into_iter()
        .filter(|(column, _)| first.contains_key(*column));
    let link = |name: &str| viewed.to("rows", &Asked::default().with("subset", name));
    Ok(html! {
        (lines("Both in a line each", None, html! {
            th scope="col" { "what" } @for name in [a, b] { th scope="col" { a href=(link(name)) { (one_line(name)) } } }
        }, html! { @for (column, name) in known { tr {
            th scope="row" { (name) }
            @for row in [first, second] { td { (fact(row, column)) } }
        } } }))
    })
}

fn fact(row: &Row, column: &str) -> String {
    match number(row, column) {
        Some(number) => thousands(number),
        None => cell(&shown(row, column).replace(';', ", ").replace(':', " ")),
    }
}

/// How the two compare, where the run compared them.
fn balance(viewed: &Viewed, a: &str, b: &str) -> Result<Vec<Row>> {
    if !viewed.has("balance") {
        return Ok(Vec::new());
    }
    let (a, b) = (literal(a), literal(b));
    let mut rows = viewed.rows(&format!(
        "SELECT * FROM balance WHERE (subset = {a} AND control = {b}) OR (subset = {b} AND control = {a}) \
         ORDER BY abs(smd) DESC NULLS LAST LIMIT 200"
    ))?;
    rows.sort_by_key(|row| {
        MEANT
            .iter()
            .position(|(meant, _)| *meant == text(row, "meant"))
    });
    Ok(rows)
}

/// What two sets are meant to be in a variable, in words, in the order in which it is told.
const MEANT: [(&str, &str); 3] = [
    ("alike", "alike"),
    ("open", "neither: nothing holds it alike"),
    ("unlike", "not alike: by design"),
];

/// In words; nothing where an older version wrote the folder.
fn meant(row: &Row) -> &'static str {
    let known = MEANT.iter().find(|(meant, _)| *meant == text(row, "meant"));
    known.map_or("", |(_, words)| *words)
}

fn differences(balance: &[Row], a: &str, b: &str) -> Markup {
    let Some(first) = balance.first() else {
        return html! { p { "The run did not hold these two against each other: it does so for a subset and each of its controls." } };
    };
    let (subset, control) = match text(first, "subset") == a {
        true => (a, b),
        false => (b, a),
    };
    html! {
        (lines("Table of balance", Some(BALANCE), html! {
            th scope="col" { "variable" }
            th.n scope="col" { (one_line(subset)) } th.n scope="col" { (one_line(control)) }
            th.n scope="col" { "difference (SMD)" } th.n scope="col" { "by chance up to" }
            th scope="col" { "beyond chance" } th scope="col" { "meant to be" }
        }, html! { @for row in balance { tr {
            th scope="row" { (variable(row)) }
            @for column in ["subset_mean", "control_mean", "smd", "chance"] { td.n { (decimal(row, column)) } }
            td { (yes(row, "beyond_chance")) } td { (meant(row)) }
        } } }))
    }
}

/// What is said over the table of balance, of its order too.
const BALANCE: &str = "Standardised differences: first of what the two are meant to have alike, then of what nothing holds alike, then \
                       of what differs by design, each the largest first; beyond chance: larger than in 95 of 100 pairs of random sets of these sizes";

/// A variable, with its level where it has levels.
fn variable(row: &Row) -> String {
    let variable = cell(text(row, "variable"));
    match text(row, "level") {
        "" => variable,
        NO_LEVEL => format!("{variable} is not known"),
        level => format!("{variable}: {}", cell(level)),
    }
}

fn decimal(row: &Row, column: &str) -> String {
    match row.get(column).and_then(serde_json::Value::as_f64) {
        Some(number) if number.abs() >= 1000.0 => format!("{number:.0}"),
        Some(number) => format!("{number:.3}"),
        None => String::new(),
    }
}

fn yes(row: &Row, column: &str) -> &'static str {
    match row.get(column).and_then(serde_json::Value::as_bool) {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

/// The rows of both, by problem where they share some, else by rank; and how many there are on all pages.
fn beside(
    viewed: &Viewed,
    asked: &Asked,
    paging: &Paging<'_>,
    [a, b]: [&str; 2],
) -> Result<(Markup, u64)> {
    let of = |name: &str, letter: &str| {
        format!(
            "SELECT problem_id AS {letter}_problem, rank AS {letter}_rank, trajectory_id AS {letter}_id, \
             row_number() OVER (PARTITION BY problem_id ORDER BY rank) AS {letter}_nth FROM selection WHERE subset = {}",
            literal(name)
        )
    };
    let is_paired = asked.get("by") != Some("rank") && share_problems(viewed, a, b)?;
    let on = match is_paired {
        true => "a_problem = b_problem AND a_nth = b_nth",
        false => "a_rank = b_rank",
    };
    let both = format!("({}) FULL JOIN ({}) ON {on}", of(a, "a"), of(b, "b"));
    let order = "a_id IS NULL OR b_id IS NULL, coalesce(a_rank, b_rank), coalesce(a_id, b_id)";
    let sql = format!("SELECT * FROM {both} ORDER BY {order} {}", paging.limit());
    let rows = with_facts(viewed, viewed.rows(&sql)?)?;
    let all = viewed.count(&format!("SELECT count(*) FROM {both}"))?;
    let rows = html! {
        section aria-labelledby="rows" {
            h2 #rows { "Rows" }
            p { @if is_paired { "Rows on the same problem stand in one line. "
                    a href=(viewed.to("compare", &asked.with("by", "rank").with("page", ""))) { "By rank" } }
                @else { "Rows of the same rank stand in one line." } }
            (paging.around(all, "Pages of rows", lines("Table of rows", None, html! { @for name in [a, b] {
                th.n scope="col" { "rank" } th scope="col" { (one_line(name)) } th scope="col" { "category" } th.n scope="col" { "tokens" }
            } }, html! { @for row in &rows { tr {
                @for letter in ["a", "b"] { (side(viewed, row, letter)) }
            } } })))
            (command(viewed, &sql))
        }
    };
    Ok((rows, all))
}

fn share_problems(viewed: &Viewed, a: &str, b: &str) -> Result<bool> {
    let shared = viewed.count(&format!(
        "SELECT count(*) FROM selection WHERE subset = {} AND problem_id IN (SELECT problem_id FROM selection WHERE subset = {})",
        literal(a),
        literal(b)
    ))?;
    Ok(shared > 0)
}

/// The rows with category and tokens of both their trajectories, as `a_tokens`.
fn with_facts(viewed: &Viewed, mut rows: Vec<Row>) -> Result<Vec<Row>> {
    let ids = rows
        .iter()
        .flat_map(|row| ["a_id", "b_id"].map(|column| text(row, column)));
    let ids: Vec<String> = ids.filter(|id| !id.is_empty()).map(literal).collect();
    if ids.is_empty() {
        return Ok(rows);
    }
    let facts = viewed.rows(&format!(
        "SELECT DISTINCT trajectory_id, problem_category, tokens FROM ledger WHERE trajectory_id IN ({})",
        ids.join(", ")
    ))?;
    for row in &mut rows {
        for letter in ["a", "b"] {
            let id = text(row, &format!("{letter}_id")).to_owned();
            let Some(known) = facts
                .iter()
                .find(|known| text(known, "trajectory_id") == id)
            else {
                continue;
            };
            for column in ["problem_category", "tokens"] {
                let value = known.get(column).cloned().unwrap_or_default();
                row.insert(format!("{letter}_{column}"), value);
            }
        }
    }
    Ok(rows)
}

fn side(viewed: &Viewed, row: &Row, letter: &str) -> Markup {
    let of = |name: &str| shown(row, &format!("{letter}_{name}"));
    let (id, problem) = (of("id"), of("problem"));
    let name = viewed
        .problem(&problem)
        .filter(|text| !text.trim().is_empty());
    let name = name.map_or_else(|| id.chars().take(12).collect(), |text| cut(&text, 90));
    html! {
        @if id.is_empty() { td colspan="4" { "–" } }
        @else {
            td.n { (of("rank")) }
            td { a.row href=(viewed.to(&format!("row/{id}"), &Asked::default())) { (name) } }
            td { (cell(&of("problem_category"))) }
            td.n { (count(number(row, &format!("{letter}_tokens")))) }
        }
    }
}
