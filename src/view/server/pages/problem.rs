//! All attempts on one problem, side by side.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::conditions::literal;
use super::super::viewed::{Row, Viewed, number, shown, text};
use super::paging::Paging;
use super::rows::place;
use super::{Made, cell, count};
use crate::Result;
use crate::audit::why::{self, Texts};
use crate::error::one_line;
use crate::view::page::counted;
use crate::view::text::{answer, prose, response};

/// Attempts beside each other: more than a window is wide, and few enough that their texts are read at once.
const BESIDE: u64 = 6;

pub(in crate::view::server) fn problem(viewed: &Viewed, id: &str, asked: &Asked) -> Result<Made> {
    let wanted = format!("problem_id = {} AND trajectory_id IS NOT NULL", literal(id));
    let styles = styles(viewed, &wanted)?;
    let all: u64 = styles.values().sum();
    if all == 0 {
        return Ok(Made::Absent(format!(
            "no trajectory is of the problem `{}`",
            one_line(id)
        )));
    }
    let paging = Paging::of(viewed, format!("problem/{id}"), asked, BESIDE)?;
    let style = asked.get("style");
    let of_style = style.map_or(String::new(), |style| {
        format!(" AND style = {}", literal(style))
    });
    let shown_of = style.map_or(all, |style| styles.get(style).copied().unwrap_or_default());
    // One of each style first, so that styles stand beside each other.
    let rows = viewed.rows(&format!(
        "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY style ORDER BY fate DESC, source, file, \"row\", generation) AS turn \
         FROM ledger WHERE {wanted}{of_style}) ORDER BY turn, style, source, file, \"row\", generation {}",
        paging.limit()
    ))?;
    let texts =
        viewed.with_sources(|sources| why::texts(viewed.engine(), viewed.out(), &rows, sources))?;
    let of_problem = texts.iter().find_map(|texts| texts.problem.clone());
    let of_problem = of_problem.or_else(|| viewed.problem(id));
    let main = html! {
        section aria-labelledby="problem" {
            h2 #problem { "Problem" }
            @match &of_problem { Some(text) => (prose(text)), None => p { "Its text is not at hand." } }
            @if let Some(gold) = texts.iter().find_map(|texts| texts.gold.as_ref()) { h3 { "Gold answer" } p { (answer(gold)) } }
        }
        section aria-labelledby="attempts" {
            h2 #attempts { "Attempts" }
            (chosen(viewed, id, asked, &styles, all))
            (paging.around(shown_of, "Attempts", html! {
                div.beside { @for (row, texts) in rows.iter().zip(&texts) { (attempt(viewed, row, texts)) } }
            }))
        }
    };
    let about = html! { p { (counted(all, "attempt", "attempts")) " on this problem." } };
    Ok(Made::page(
        format!("Problem {}", id.chars().take(12).collect::<String>()),
        about,
        main,
    )
    .on(&paging, shown_of))
}

/// How many attempts are of each style.
fn styles(viewed: &Viewed, wanted: &str) -> Result<BTreeMap<String, u64>> {
    let rows = viewed.rows(&format!(
        "SELECT style, count(*) AS count FROM ledger WHERE {wanted} GROUP BY style"
    ))?;
    let pairs = rows.iter().map(|row| {
        (
            text(row, "style").to_owned(),
            number(row, "count").unwrap_or_default(),
        )
    });
    Ok(pairs.collect())
}

fn chosen(
    viewed: &Viewed,
    id: &str,
    asked: &Asked,
    styles: &BTreeMap<String, u64>,
    all: u64,
) -> Markup {
    let to = |style: &str| {
        viewed.to(
            &format!("problem/{id}"),
            &asked.with("style", style).with("page", ""),
        )
    };
    let is = |style: Option<&str>| (asked.get("style") == style).then_some("page");
    html! {
        @if styles.len() > 1 {
            nav.pages aria-label="Styles" {
                a href=(to("")) aria-current=[is(None)] { "all (" (count(Some(all))) ")" }
                @for (style, of) in styles.iter().filter(|(style, _)| !style.is_empty()) {
                    " " a href=(to(style)) aria-current=[is(Some(style))] { (cell(style)) " (" (count(Some(*of))) ")" }
                }
            }
        }
    }
}

fn attempt(viewed: &Viewed, row: &Row, texts: &Texts) -> Markup {
    let id = match text(row, "trajectory_id") {
        "" => "-",
        id => id,
    };
    let to = viewed.to(
        &format!("row/{id}"),
        &Asked::default().with("at", place(row)),
    );
    let fate = match text(row, "reason") {
        "" => "kept".to_owned(),
        reason => format!("dropped as {reason}"),
    };
    html! {
        article {
            h3 { a.row href=(to) { (cell(&shown(row, "style"))) ", " (cell(&shown(row, "verdict"))) } }
            p.soft { (count(number(row, "tokens"))) " tokens, " (cell(&fate)) }
            @if row.get("extracted").is_some_and(|found| !found.is_null()) { p { "Answer: " (answer(&shown(row, "extracted"))) } }
            @if let Some(said) = &texts.response { (response(said)) }
            @if let Some(why) = &texts.missing { p role="note" { (one_line(why)) } }
        }
    }
}
