//! An evaluation: its runs, their questions, and two runs' attempts beside each other.
//!
//! The folder holds grades and no texts: what was answered stands in the logs, which its manifest names, and is read
//! from there for the attempts that are looked at.

use std::sync::Arc;

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::conditions::{self, literal};
use super::super::logs::{Logs, Told};
use super::super::viewed::{Row, Viewed, number, shown, text};
use super::compare::two;
use super::paging::Paging;
use super::{Made, cell, command, count, entries, lines, table, unasked, whole};
use crate::Result;
use crate::error::{did_you_mean, one_line, thousands};
use crate::view::page::{counted, percent};
use crate::view::text::{answer, prose, response};

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
    let logs = Logs::of(viewed);
    let about =
        html! { p { (counted(runs.len() as u64, "run", "runs")) ", graded attempt by attempt." } };
    let main = html! {
        section aria-labelledby="runs" {
            h2 #runs { "Runs" }
            datalist #others { @for run in runs.iter().take(NAMED_MAX) { option value=(one_line(text(run, "run"))) {} } }
            (lines("Table of runs", None, html! {
                th scope="col" { "run" } th.n scope="col" { "right" } th.n scope="col" { "wrong" } th.n scope="col" { "unknown" }
                th.n scope="col" { "right of all" } @if runs.len() > 1 { th scope="col" { "beside" } }
            }, html! { @for run in runs.iter() { (line(viewed, run, runs.len() > 1)) } }))
        }
        @for (name, title, sql) in TOLD { (told(viewed, name, title, sql)?) }
        (sources(&logs))
    };
    Ok(Made::page(viewed.name(), about, main))
}

/// Runs that are offered where one is chosen; any may be typed.
const NAMED_MAX: usize = 1_000;

/// Tables of the folder that the first page shows, with what stands over each and the query for it.
const TOLD: [(&str, &str, &str); 3] = [
    (
        "runs",
        "Figures of the runs",
        "SELECT * FROM runs LIMIT 200",
    ),
    (
        "arms",
        "Arms of the experiment",
        "SELECT * FROM arms LIMIT 200",
    ),
    (
        "comparisons",
        "Comparisons",
        "SELECT * FROM comparisons LIMIT 200",
    ),
];

/// Each run with how its attempts ended.
fn runs(viewed: &Viewed) -> Result<Arc<[Row]>> {
    viewed.once(
        "SELECT run, count(*) AS attempts, count(*) FILTER (WHERE outcome = 'right') AS \"right\", \
         count(*) FILTER (WHERE outcome = 'wrong') AS wrong, count(*) FILTER (WHERE outcome = 'unknown') AS unknown \
         FROM attempts GROUP BY run ORDER BY run",
    )
}

fn line(viewed: &Viewed, run: &Row, are_others: bool) -> Markup {
    let name = text(run, "run");
    let of = |column| number(run, column).unwrap_or_default();
    html! {
        tr {
            th scope="row" { a.row href=(viewed.to("questions", &Asked::default().with("run", name))) { (one_line(name)) } }
            @for column in ["right", "wrong", "unknown"] { td.n { (thousands(of(column))) } }
            td.n { (percent(of("right") as f64 / of("attempts").max(1) as f64)) }
            @if are_others { td {
                form.beside-run action=(viewed.to("compare", &Asked::default())) method="get" {
                    input type="hidden" name="a" value=(name);
                    input name="b" list="others" required autocomplete="off" aria-label={ "Run beside " (one_line(name)) };
                    button { "Compare" }
                }
            } }
        }
    }
}

/// A table of the folder as it is, where it has it.
fn told(viewed: &Viewed, name: &str, title: &str, sql: &'static str) -> Result<Markup> {
    if !viewed.has(name) {
        return Ok(html! {});
    }
    let rows = viewed.once(sql)?;
    let rows: Vec<Row> = match name {
        "runs" => rows.iter().cloned().map(figures).collect(),
        _ => rows.to_vec(),
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
fn sources(logs: &Logs) -> Markup {
    let paths = logs.paths();
    html! {
        section aria-labelledby="sources" {
            h2 #sources { "Where the texts are" }
            p { "An evaluation's folder holds grades and no texts. What was answered stands in the logs, and is read from them where a question is opened:" }
            ul.places { @for path in paths.iter().take(LOGS_SHOWN) { li { code { (one_line(path)) } } } }
            @if paths.len() > LOGS_SHOWN { p { "and " (thousands((paths.len() - LOGS_SHOWN) as u64)) " more, which " code { "manifest.json" } " names" } }
            p { "A row of one is judged and explained by " code { "gradatim verify --explain" } "." }
        }
    }
}

/// Logs that a page names.
const LOGS_SHOWN: usize = 100;

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
    let paging = Paging::of(viewed, "questions", asked, PAGE_ROWS)?;
    let sql = format!(
        "SELECT benchmark, question, max(tier) AS tier {} FROM attempts WHERE {wanted} GROUP BY benchmark, question \
         ORDER BY benchmark, question {}",
        beside
            .iter()
            .enumerate()
            .map(|(at, run)| of_run(at, run))
            .collect::<String>(),
        paging.limit()
    );
    let found = viewed.rows(&sql)?;
    let all = viewed.count(&format!(
        "SELECT count(*) FROM (SELECT DISTINCT benchmark, question FROM attempts WHERE {wanted})"
    ))?;
    let main = html! {
        (questions_form(viewed, asked, &runs))
        (paging.around(all, "Pages of questions", table_of(&found, &beside, RIGHT, |row| to_question(viewed, row))))
        (command(viewed, &sql))
    };
    let about = html! { p { (counted(all, "question", "questions")) "." } };
    Ok(Made::page("Questions", about, main).on(&paging, all))
}

/// What stands over a table of questions.
const RIGHT: &str = "Right attempts of all attempts";

/// Questions with how each of some runs answered them, and where each leads.
fn table_of(found: &[Row], beside: &[&str], caption: &str, to: impl Fn(&Row) -> String) -> Markup {
    let heads = html! {
        @for head in ["question", "benchmark", "tier"] { th scope="col" { (head) } }
        @for run in beside { th.n scope="col" { (one_line(run)) } }
    };
    let rows = html! { @for row in found { tr {
        th scope="row" { a.row href=(to(row)) { (name_of(row)) } }
        td { (cell(text(row, "benchmark"))) } td { (cell(text(row, "tier"))) }
        @for at in 0..beside.len() { td.n { (of_all(row, at)) } }
    } } };
    entries("Table of questions", Some(caption), heads, rows)
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
    let chosen = whole(asked, "attempt")?.unwrap_or(0);
    let runs: Vec<&[Row]> = attempts
        .chunk_by(|a, b| a.get("run") == b.get("run"))
        .collect();
    let read: Vec<&Row> = runs
        .iter()
        .take(RUNS_BESIDE)
        .filter_map(|of_run| of_number(of_run, chosen))
        .collect();
    let logs = Logs::of(viewed);
    let mut texts = logs.told(viewed, &read).into_iter();
    let texts: Vec<Option<Told>> = runs
        .iter()
        .enumerate()
        .map(|(at, of_run)| {
            let is_read = at < RUNS_BESIDE && of_number(of_run, chosen).is_some();
            is_read.then(|| texts.next()).flatten()
        })
        .collect();
    let to = |attempt: u64| viewed.to("question", &asked.with("attempt", attempt));
    let main = html! {
        (asked_text(&texts))
        section aria-labelledby="attempts" {
            h2 #attempts { "Attempts" }
            @if runs.len() > RUNS_BESIDE { p { "The texts are those of the first " (RUNS_BESIDE) " runs; others are chosen by " code { "run=NAME" } " in the address." } }
            div.beside { @for (of_run, told) in runs.iter().zip(&texts) { (of_one_run(of_run, chosen, told.as_ref(), &to)) } }
        }
        (sources(&logs))
    };
    let about = html! { p { (cell(text(&attempts[0], "benchmark"))) " " (cell(text(&attempts[0], "tier"))) } };
    Ok(Made::page(format!("Question {}", cell(name)), about, main))
}

fn of_number(attempts: &[Row], wanted: u64) -> Option<&Row> {
    attempts
        .iter()
        .find(|row| number(row, "attempt") == Some(wanted))
}

/// What was asked, where a log has it.
fn asked_text(texts: &[Option<Told>]) -> Markup {
    let all = || texts.iter().flatten().map(|told| &told.texts);
    let question = all().find_map(|texts| texts.question.as_ref());
    let gold = all().find_map(|texts| texts.gold.as_ref());
    html! {
        @if question.is_some() || gold.is_some() {
            section aria-labelledby="question" {
                h2 #question { "Question" }
                @if let Some(question) = question { (prose(question)) }
                @if let Some(gold) = gold { h3 { "Gold answer" } p { (answer(gold)) } }
            }
        }
    }
}

/// A run's attempts, each a way to its text, and the text of one.
fn of_one_run(
    attempts: &[Row],
    chosen: u64,
    told: Option<&Told>,
    to: &dyn Fn(u64) -> String,
) -> Markup {
    let right = attempts
        .iter()
        .filter(|row| text(row, "outcome") == "right")
        .count();
    let run = one_line(text(&attempts[0], "run"));
    let heads = html! {
        th.n scope="col" { "attempt" } @for head in ["outcome", "log", "ours"] { th scope="col" { (head) } }
        th.n scope="col" { "answer" } th.n scope="col" { "tokens" }
    };
    let rows = html! { @for row in attempts { (attempt_line(row, chosen, to)) } };
    html! {
        article {
            h3 { (run) }
            p { (right) " of " (attempts.len()) " right" }
            (lines(&format!("Attempts of {run}"), None, heads, rows))
            @if let Some(told) = told { (said(chosen, told)) }
            @else if of_number(attempts, chosen).is_none() { p.soft { "It has no attempt " (thousands(chosen)) "." } }
        }
    }
}

fn attempt_line(row: &Row, chosen: u64, to: &dyn Fn(u64) -> String) -> Markup {
    let attempt = number(row, "attempt").unwrap_or_default();
    let is_shown = (attempt == chosen).then_some("true");
    html! { tr {
        th.n scope="row" { a.row href=(to(attempt)) aria-current=[is_shown] { (thousands(attempt)) } }
        @for column in ["outcome", "recorded", "ours"] { td { (cell(&shown(row, column))) } }
        td.n { (count(number(row, "answer"))) } td.n { (count(number(row, "tokens"))) }
    } }
}

/// What was answered in an attempt, or why that is not known.
fn said(attempt: u64, told: &Told) -> Markup {
    html! {
        h4 { "Attempt " (thousands(attempt)) }
        @if let Some(found) = &told.texts.answer { p { "Answer, as the log has it: " (answer(found)) } }
        @if let Some(said) = &told.texts.response { (response(said)) }
        @if let Some(why) = &told.missing { p role="note" { (one_line(why)) } }
        @if let Some(from) = &told.from { p.soft { "From " code { (one_line(from)) } "." } }
    }
}

/// The same, where they are in this order.
const LARGEST_FIRST: &str = "Right attempts of all attempts, the largest difference first, and those last that one run was not asked";

/// Two runs, question by question.
pub(super) fn compare(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let runs = runs(viewed)?;
    let (Some(a), Some(b)) = (asked.get("a"), asked.get("b")) else {
        let main = html! { p { "Choose two runs." } (two(viewed, asked, &names(&runs))) };
        return Ok(Made::page("Compare two runs", html! {}, main));
    };
    check_run(&runs, a)?;
    check_run(&runs, b)?;
    let paging = Paging::of(viewed, "compare", asked, PAGE_ROWS)?;
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
        "SELECT *, {} - {} AS difference FROM {both}{wanted} ORDER BY abs({0} - {1}) DESC NULLS LAST, benchmark, question {2}",
        share(0),
        share(1),
        paging.limit()
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
        (paging.around(all, "Pages of questions", table_of(&found, &[a, b], LARGEST_FIRST, |row| {
            let asked = Asked::default().with("benchmark", text(row, "benchmark")).with("question", text(row, "question"));
            viewed.to("question", &asked.and("run", a).and("run", b))
        })))
        (command(viewed, &sql))
    };
    let about = html! { p { (one_line(a)) " and " (one_line(b)) ": " (counted(all, "question", "questions")) "." } };
    Ok(Made::page("Two runs beside each other", about, main).on(&paging, all))
}
