//! An evaluation: its runs, their questions, and two runs' attempts beside each other.
//!
//! The folder holds grades and no texts: what was answered stands in the logs, which its manifest names.

use maud::{Markup, html};
use serde_json::Value;

use super::super::asked::Asked;
use super::super::conditions::{self, literal};
use super::super::viewed::{Row, Viewed, number, shown, text};
use super::compare::{pages, two};
use super::{Made, cell, command, count, page_number, table, unasked};
use crate::error::{did_you_mean, one_line, thousands};
use crate::folder::EVALUATION;
use crate::view::page::{counted, percent};
use crate::{Result, disk};

/// Questions on a page.
const PAGE_ROWS: u64 = 25;

/// Runs beside each other; more are chosen from.
const RUNS_BESIDE: usize = 6;

/// What the figures of a run are shown of.
const FIGURES: [&str; 6] = [
    "benchmark",
    "model",
    "questions",
    "attempts",
    "accuracy",
    "unknown",
];

pub(super) fn overview(viewed: &Viewed) -> Result<Made> {
    let runs = runs(viewed)?;
    let about =
        html! { p { (counted(runs.len() as u64, "run", "runs")) ", graded attempt by attempt." } };
    let main = html! {
        section aria-labelledby="runs" {
            h2 #runs { "Runs" }
            div.scroll role="region" aria-label="Table of runs" tabindex="0" { table {
                thead { tr {
                    th scope="col" { "run" } th.n scope="col" { "right" } th.n scope="col" { "wrong" } th.n scope="col" { "unknown" }
                    th.n scope="col" { "right of all" } th scope="col" { "beside" }
                } }
                tbody { @for (at, run) in runs.iter().enumerate() { (line(viewed, run, next(&runs, at))) } }
            } }
        }
        @for (name, title) in [("runs", "Figures of the runs"), ("arms", "Arms of the experiment"), ("comparisons", "Comparisons")] {
            (told(viewed, name, title)?)
        }
        (sources(viewed))
    };
    Ok(Made::page(viewed.name(), about, main))
}

/// Each run with how its attempts ended.
fn runs(viewed: &Viewed) -> Result<Vec<Row>> {
    let of = |outcome: &str| format!("count(*) FILTER (WHERE outcome = '{outcome}') AS {outcome}");
    viewed.rows(&format!(
        "SELECT run, count(*) AS attempts, {}, {}, {} FROM attempts GROUP BY run ORDER BY run",
        of("right").replace("AS right", "AS \"right\""),
        of("wrong"),
        of("unknown")
    ))
}

fn next(runs: &[Row], at: usize) -> Option<&str> {
    let other = runs.get(at + 1).or_else(|| runs.first().filter(|_| at > 0));
    other.map(|row| text(row, "run"))
}

fn line(viewed: &Viewed, run: &Row, next: Option<&str>) -> Markup {
    let name = text(run, "run");
    let of = |column| number(run, column).unwrap_or_default();
    html! {
        tr {
            th scope="row" { a.row href=(viewed.to("questions", &Asked::default().with("run", name))) { (one_line(name)) } }
            @for column in ["right", "wrong", "unknown"] { td.n { (thousands(of(column))) } }
            td.n { (percent(of("right") as f64 / of("attempts").max(1) as f64)) }
            td { @if let Some(next) = next {
                a href=(viewed.to("compare", &Asked::default().with("a", name).with("b", next))) { (one_line(next)) }
            } }
        }
    }
}

/// A table of the folder as it is, where it has it.
fn told(viewed: &Viewed, name: &str, title: &str) -> Result<Markup> {
    if !viewed.has(name) {
        return Ok(html! {});
    }
    let rows = viewed.rows(&format!("SELECT * FROM {name} LIMIT 200"))?;
    let rows: Vec<Row> = match name {
        "runs" => rows.into_iter().map(figures).collect(),
        _ => rows,
    };
    Ok(html! {
        @if !rows.is_empty() { details { summary { (title) } (table(title, &rows)) } }
    })
}

/// The first figures of a run; all are asked by SQL.
fn figures(row: Row) -> Row {
    let is_shown = |name: &str| name == "run" || FIGURES.contains(&name);
    let known = row
        .clone()
        .into_iter()
        .filter(|(name, _)| is_shown(name))
        .collect::<Row>();
    if known.len() > 2 { known } else { row }
}

/// The logs that hold the texts.
fn sources(viewed: &Viewed) -> Markup {
    let manifest = disk::read_own_text(&viewed.out().join(EVALUATION)).ok();
    let manifest: Option<Value> = manifest.and_then(|text| serde_json::from_str(&text).ok());
    let inputs = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("inputs"))
        .and_then(Value::as_array);
    let paths = inputs
        .into_iter()
        .flatten()
        .filter_map(|input| input.get("path").and_then(Value::as_str));
    let paths: Vec<&str> = paths.collect();
    html! {
        section aria-labelledby="sources" {
            h2 #sources { "Where the texts are" }
            p { "An evaluation's folder holds grades and no texts. What was answered stands in the logs that were read:" }
            ul.places { @for path in &paths { li { code { (one_line(path)) } } } }
            p { "A row of one is judged and explained by " code { "gradatim verify --explain" } "." }
        }
    }
}

fn names(runs: &[Row]) -> Vec<&str> {
    runs.iter().map(|row| text(row, "run")).collect()
}

fn check_run(runs: &[Row], name: &str) -> Result<()> {
    let known = names(runs);
    match known.contains(&name) {
        true => Ok(()),
        false => Err(unasked(
            format!("the evaluation has no run `{}`", one_line(name)),
            format!("{}choose one of the overview's", did_you_mean(name, known)),
        )),
    }
}

/// The questions with how some runs answered each.
pub(in crate::view::server) fn questions(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let runs = runs(viewed)?;
    let mut beside: Vec<&str> = asked.all("run").collect();
    for run in &beside {
        check_run(&runs, run)?;
    }
    if beside.is_empty() {
        beside = names(&runs);
    }
    beside.truncate(RUNS_BESIDE);
    let conditions = asked
        .all("where")
        .map(|typed| conditions::sql(typed, viewed.columns()));
    let conditions: Vec<String> = conditions.collect::<Result<_>>()?;
    let listed: Vec<String> = beside.iter().map(|run| literal(run)).collect();
    let wanted = [vec![format!("run IN ({})", listed.join(", "))], conditions]
        .concat()
        .join(" AND ");
    let page = page_number(asked)?;
    let sql = format!(
        "SELECT benchmark, question, max(tier) AS tier {} FROM attempts WHERE {wanted} GROUP BY benchmark, question \
         ORDER BY benchmark, question LIMIT {PAGE_ROWS} OFFSET {}",
        beside
            .iter()
            .enumerate()
            .map(|(at, run)| of_run(at, run))
            .collect::<String>(),
        (page - 1).saturating_mul(PAGE_ROWS)
    );
    let found = viewed.rows(&sql)?;
    let all = viewed.count(&format!(
        "SELECT count(*) FROM (SELECT DISTINCT benchmark, question FROM attempts WHERE {wanted})"
    ))?;
    let main = html! {
        (questions_form(viewed, asked, &runs))
        (list_pages(viewed, asked, page, all, "Pages of questions"))
        div.scroll role="region" aria-label="Table of questions" tabindex="0" { table.rows {
            caption { "Right attempts of all attempts" }
            thead { tr { @for head in ["question", "benchmark", "tier"] { th scope="col" { (head) } }
                @for run in &beside { th.n scope="col" { (one_line(run)) } } } }
            tbody { @for row in &found { tr {
                th scope="row" { a.row href=(to_question(viewed, row)) { (name_of(row)) } }
                td { (cell(text(row, "benchmark"))) } td { (cell(text(row, "tier"))) }
                @for at in 0..beside.len() { td.n { (of_all(row, at)) } }
            } } }
        } }
        (list_pages(viewed, asked, page, all, "Pages of questions, again"))
        (command(viewed, &sql))
    };
    let about = html! { p { (counted(all, "question", "questions")) "." } };
    Ok(Made::page("Questions", about, main))
}

fn of_run(at: usize, run: &str) -> String {
    let run = literal(run);
    format!(
        ", count(*) FILTER (WHERE run = {run} AND outcome = 'right') AS right_{at}, count(*) FILTER (WHERE run = {run}) AS all_{at}"
    )
}

fn of_all(row: &Row, at: usize) -> String {
    let of = |name: &str| number(row, &format!("{name}_{at}")).unwrap_or_default();
    match of("all") {
        0 => "–".to_owned(),
        all => format!("{} of {}", thousands(of("right")), thousands(all)),
    }
}

fn name_of(row: &Row) -> String {
    match text(row, "question").trim() {
        "" => "(no name)".to_owned(),
        name => cell(name),
    }
}

fn to_question(viewed: &Viewed, row: &Row) -> String {
    let asked = Asked::default()
        .with("benchmark", text(row, "benchmark"))
        .with("question", text(row, "question"));
    viewed.to("question", &asked)
}

fn questions_form(viewed: &Viewed, asked: &Asked, runs: &[Row]) -> Markup {
    html! {
        form.filters action=(viewed.to("questions", &Asked::default())) method="get" aria-label="Filters" {
            @for run in asked.all("run") { label { "Run" input name="run" list="runs" value=(run); } }
            label { "Run" input name="run" list="runs" autocomplete="off"; }
            datalist #runs { @for run in names(runs) { option value=(one_line(run)) {} } }
            @for typed in asked.all("where") { label { "Where" input name="where" value=(typed); } }
            label { "Where" input name="where" placeholder="outcome = wrong" autocomplete="off"; }
            span.actions { button { "Show" } }
        }
    }
}

fn list_pages(viewed: &Viewed, asked: &Asked, page: u64, all: u64, label: &str) -> Markup {
    let last = all.div_ceil(PAGE_ROWS).max(1);
    let to = |page: u64| viewed.to("questions", &asked.with("page", page));
    html! {
        @if last > 1 {
            nav.pages aria-label=(label) {
                @if page > 1 { a rel="prev" href=(to(page.min(last + 1) - 1)) { "previous" } " " }
                "page " (thousands(page)) " of " (thousands(last))
                @if page < last { " " a rel="next" href=(to(page + 1)) { "next" } }
            }
        }
    }
}

/// Every attempt at one question, run beside run.
pub(in crate::view::server) fn question(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let Some(name) = asked.get("question") else {
        return Err(unasked(
            "no question is named",
            "choose one of the list of questions",
        ));
    };
    let of_benchmark = match asked.get("benchmark") {
        Some(benchmark) => format!(" AND benchmark = {}", literal(benchmark)),
        None => String::new(),
    };
    let of_runs: Vec<String> = asked.all("run").map(literal).collect();
    let of_runs = match of_runs.is_empty() {
        true => String::new(),
        false => format!(" AND run IN ({})", of_runs.join(", ")),
    };
    let attempts = viewed.rows(&format!(
        "SELECT * FROM attempts WHERE question = {}{of_benchmark}{of_runs} ORDER BY run, attempt LIMIT 2000",
        literal(name)
    ))?;
    if attempts.is_empty() {
        return Ok(Made::Absent(format!(
            "no attempt is at the question `{}`",
            one_line(name)
        )));
    }
    let main = html! {
        div.beside { @for of_run in attempts.chunk_by(|a, b| a.get("run") == b.get("run")) { (of_one_run(of_run)) } }
        (sources(viewed))
    };
    let about = html! { p { (cell(text(&attempts[0], "benchmark"))) " " (cell(text(&attempts[0], "tier"))) } };
    Ok(Made::page(format!("Question {}", cell(name)), about, main))
}

fn of_one_run(attempts: &[Row]) -> Markup {
    let right = attempts
        .iter()
        .filter(|row| text(row, "outcome") == "right")
        .count();
    html! {
        article {
            h2 { (one_line(text(&attempts[0], "run"))) }
            p { (right) " of " (attempts.len()) " right" }
            table {
                thead { tr { th.n scope="col" { "attempt" } @for head in ["outcome", "log", "ours"] { th scope="col" { (head) } }
                    th.n scope="col" { "answer" } th.n scope="col" { "tokens" } } }
                tbody { @for row in attempts { tr {
                    th.n scope="row" { (count(number(row, "attempt"))) }
                    @for column in ["outcome", "recorded", "ours"] { td { (cell(&shown(row, column))) } }
                    td.n { (count(number(row, "answer"))) } td.n { (count(number(row, "tokens"))) }
                } } }
            }
        }
    }
}

/// Two runs, question by question.
pub(super) fn compare(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let runs = runs(viewed)?;
    let (Some(a), Some(b)) = (asked.get("a"), asked.get("b")) else {
        let main = html! { p { "Choose two runs." } (two(viewed, asked, &names(&runs))) };
        return Ok(Made::page("Compare two runs", html! {}, main));
    };
    check_run(&runs, a)?;
    check_run(&runs, b)?;
    let page = page_number(asked)?;
    let both = format!(
        "(SELECT benchmark, question, max(tier) AS tier {}{} FROM attempts WHERE run IN ({}, {}) GROUP BY benchmark, question)",
        of_run(0, a),
        of_run(1, b),
        literal(a),
        literal(b)
    );
    let share = |at: usize| format!("(CAST(right_{at} AS DOUBLE) / nullif(all_{at}, 0))");
    let wanted = match asked.get("differ") {
        Some("1") => format!(" WHERE {} IS DISTINCT FROM {}", share(0), share(1)),
        _ => String::new(),
    };
    let sql = format!(
        "SELECT *, {} - {} AS difference FROM {both}{wanted} ORDER BY abs({0} - {1}) DESC NULLS LAST, benchmark, question \
         LIMIT {PAGE_ROWS} OFFSET {2}",
        share(0),
        share(1),
        (page - 1).saturating_mul(PAGE_ROWS)
    );
    let found = viewed.rows(&sql)?;
    let all = viewed.count(&format!("SELECT count(*) FROM {both}{wanted}"))?;
    let differ = match asked.get("differ") {
        Some("1") => (asked.with("differ", ""), "Show all questions"),
        _ => (asked.with("differ", 1), "Only where they differ"),
    };
    let main = html! {
        (two(viewed, asked, &names(&runs)))
        p { a href=(viewed.to("compare", &differ.0.with("page", ""))) { (differ.1) } }
        (pages(viewed, asked, page, all, "Pages of questions"))
        div.scroll role="region" aria-label="Table of questions" tabindex="0" { table.rows {
            caption { "Right attempts of all attempts, the largest difference first" }
            thead { tr { @for head in ["question", "benchmark", "tier"] { th scope="col" { (head) } }
                th.n scope="col" { (one_line(a)) } th.n scope="col" { (one_line(b)) } } }
            tbody { @for row in &found { tr {
                th scope="row" { a.row href=(viewed.to("question", &Asked::default().with("benchmark", text(row, "benchmark"))
                    .with("question", text(row, "question")).and("run", a).and("run", b))) { (name_of(row)) } }
                td { (cell(text(row, "benchmark"))) } td { (cell(text(row, "tier"))) }
                @for at in 0..2 { td.n { (of_all(row, at)) } }
            } } }
        } }
        (pages(viewed, asked, page, all, "Pages of questions, again"))
        (command(viewed, &sql))
    };
    let about = html! { p { (one_line(a)) " and " (one_line(b)) ": " (counted(all, "question", "questions")) "." } };
    Ok(Made::page("Two runs beside each other", about, main))
}
