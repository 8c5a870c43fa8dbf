//! The first page: what came in, what became of it, and every subset with a way to its rows and its control.

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::viewed::{NAMED, NAMES_MAX, Row, Viewed, number, shown, text};
use super::{Made, cell, count, evaluation, lines};
use crate::Result;
use crate::error::{one_line, thousands};
use crate::view::page::{counted, percent};

/// Subsets on the first page; all are shown where it is asked.
const SUBSETS_SHOWN: usize = 100;

pub(in crate::view::server) fn overview(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    if viewed.is_evaluation() {
        return evaluation::overview(viewed);
    }
    let names = viewed.names()?;
    let of = |key: &str| {
        names
            .iter()
            .find(|(known, _)| *known == key)
            .map(|(_, names)| names.as_slice())
    };
    let fates = of("fate").unwrap_or_default();
    let fate = |fate: &str| {
        fates
            .iter()
            .find(|(known, _)| known == fate)
            .map_or(0, |(_, count)| *count)
    };
    let (kept, dropped) = (fate("kept"), fate("dropped"));
    let subsets = viewed.subsets()?;
    let about = html! {
        p { (counted(kept + dropped, "entry", "entries")) " read: " (thousands(kept)) " kept, " (thousands(dropped)) " dropped. "
            (counted(subsets.len() as u64, "subset or control", "subsets and controls")) "." }
    };
    let main = html! {
        section aria-labelledby="entries" {
            h2 #entries { "Entries" }
            div.groups {
                (group(viewed, "fate", "Fate", fates, kept + dropped))
                @for (key, title) in [("reason", "Dropped as"), ("category", "Category"), ("style", "Style"), ("verdict", "Verdict"), ("source", "Source")] {
                    (group(viewed, key, title, of(key).unwrap_or_default(), kept + dropped))
                }
            }
        }
        (of_subsets(viewed, asked, subsets)?)
    };
    Ok(Made::page(viewed.name(), about, main))
}

/// The names of a column with their counts, each a way to its entries.
fn group(viewed: &Viewed, key: &str, title: &str, names: &[(String, u64)], all: u64) -> Markup {
    let known: u64 = names.iter().map(|(_, count)| count).sum();
    // What has no reason was not dropped; the most common names of very many are not all.
    let unknown = match key != "reason" && names.len() < NAMES_MAX {
        true => all.saturating_sub(known),
        false => 0,
    };
    let column = NAMED.iter().find(|(named, _)| *named == key);
    let is_null = column.map_or_else(Asked::default, |(_, column)| {
        Asked::default().with("where", format!("{column} is null"))
    });
    html! {
        @if !names.is_empty() {
            div.group role="region" aria-label=(title) tabindex="0" { table {
                caption { (title) }
                tbody {
                    @for (name, of) in names {
                        (part(&viewed.to("rows", &Asked::default().with(key, name)), &cell(name), *of, all))
                    }
                    @if unknown > 0 { (part(&viewed.to("rows", &is_null), "not known", unknown, all)) }
                }
            } }
        }
    }
}

/// A name with how many entries have it, and what part of all that is.
fn part(to: &str, name: &str, count: u64, all: u64) -> Markup {
    html! { tr {
        th scope="row" { a href=(to) { (name) } }
        td.n { (thousands(count)) }
        td.n { (percent(count as f64 / all.max(1) as f64)) }
    } }
}

fn of_subsets(viewed: &Viewed, asked: &Asked, subsets: &[Row]) -> Result<Markup> {
    let is_all = asked.get("subsets") == Some("all");
    let most = if is_all { usize::MAX } else { SUBSETS_SHOWN };
    let controls = controls(viewed)?;
    Ok(html! {
        section aria-labelledby="of-subsets" {
            h2 #of-subsets { "Subsets and controls" }
            @if subsets.is_empty() { p { "The folder has none." } }
            @else {
                (lines("Table of subsets", None, html! {
                    th scope="col" { "subset" } th scope="col" { "role" }
                    @for head in ["rows", "problems", "median tokens"] { th.n scope="col" { (head) } }
                    th scope="col" { "beside" }
                }, html! { @for row in subsets.iter().take(most) { (line(viewed, row, &controls)) } }))
            }
            @if subsets.len() > most {
                p { a href=(viewed.to("", &Asked::default().with("subsets", "all"))) { "Show all " (thousands(subsets.len() as u64)) } }
            }
        }
    })
}

fn line(viewed: &Viewed, row: &Row, controls: &[(String, String)]) -> Markup {
    let name = text(row, "subset");
    let own = controls.iter().filter(|(subset, _)| subset == name);
    html! {
        tr {
            th scope="row" { a.row href=(viewed.to("rows", &Asked::default().with("subset", name))) { (one_line(name)) } }
            td { (cell(&shown(row, "role"))) }
            td.n { (count(number(row, "rows"))) }
            td.n { (count(number(row, "problems"))) }
            td.n { (cell(&shown(row, "tokens_median"))) }
            td { @for (_, control) in own.take(4) {
                a href=(viewed.to("compare", &Asked::default().with("a", name).with("b", control))) { (one_line(control)) } " "
            } }
        }
    }
}

/// Each subset with each of its controls.
fn controls(viewed: &Viewed) -> Result<Vec<(String, String)>> {
    if !viewed.has("balance") {
        return Ok(Vec::new());
    }
    let rows =
        viewed.once("SELECT DISTINCT subset, control FROM balance ORDER BY subset, control")?;
    let pair = |row: &Row| {
        (
            text(row, "subset").to_owned(),
            text(row, "control").to_owned(),
        )
    };
    Ok(rows.iter().map(pair).collect())
}
