//! The pages, each a function from what is asked to its markup.

mod compare;
mod evaluation;
mod help;
mod list;
mod overview;
mod paging;
mod problem;
mod query;
mod row;
mod rows;
mod verdict;

use axum::http::StatusCode;
use maud::{Markup, html};

use super::asked::Asked;
use super::viewed::{Row, Viewed, shown};
use crate::error::{one_line, thousands};
use crate::view::page::{Page, Style};
use crate::{Error, Result};

use paging::Paging;

pub(super) use compare::compare;
pub(super) use evaluation::{question, questions};
pub(super) use help::help;
pub(super) use overview::overview;
pub(super) use problem::problem;
pub(super) use query::query;
pub(super) use row::row;
pub(super) use rows::rows;

/// What a page makes of what it is asked.
pub(super) enum Made {
    Page {
        status: StatusCode,
        title: String,
        about: Markup,
        main: Markup,
    },
    /// There is no such thing.
    Absent(String),
}

impl Made {
    fn page(title: impl Into<String>, about: Markup, main: Markup) -> Self {
        Self::Page {
            status: StatusCode::OK,
            title: title.into(),
            about,
            main,
        }
    }

    /// The same, as the answer to a page of a list that there is not.
    fn on(mut self, paging: &Paging<'_>, all: u64) -> Self {
        if let (Self::Page { status, .. }, true) = (&mut self, paging.is_beyond(all)) {
            *status = StatusCode::NOT_FOUND;
        }
        self
    }

    /// The same page, as the answer to what cannot be answered.
    fn refused(mut self) -> Self {
        if let Self::Page { status, .. } = &mut self {
            *status = StatusCode::BAD_REQUEST;
        }
        self
    }
}

/// The document around what a page made.
pub(super) fn document(viewed: &Viewed, title: &str, about: Markup, main: Markup) -> String {
    let asset = |name| viewed.to(name, &Asked::default());
    let page = Page {
        title,
        about,
        style: Style::Served(
            &asset("style.css"),
            html! {
                link rel="icon" href=(asset("icon.svg")) type="image/svg+xml";
                script src=(asset("viewer.js")) defer {}
            },
        ),
        nav: nav(viewed),
        main,
        footer: html! {
            p { "Read-only, on this machine alone. Keys: " kbd { "/" } " search, " kbd { "j" } " " kbd { "k" }
                " down and up, " kbd { "?" } " help." }
        },
    };
    page.html()
}

/// Where else one can go, with the search.
fn nav(viewed: &Viewed) -> Markup {
    let to = |page| viewed.to(page, &Asked::default());
    let pages: &[(&str, &str)] = match viewed.is_evaluation() {
        true => &[
            ("", "Overview"),
            ("questions", "Questions"),
            ("compare", "Compare"),
            ("sql", "SQL"),
            ("help", "Help"),
        ],
        false => &[
            ("", "Overview"),
            ("rows", "Rows"),
            ("compare", "Compare"),
            ("sql", "SQL"),
            ("help", "Help"),
        ],
    };
    html! {
        nav.bar aria-label="Pages" {
            strong { (one_line(&viewed.name())) }
            ul { @for (page, name) in pages { li { a href=(to(page)) { (name) } } } }
            @if !viewed.is_evaluation() {
                form.search role="search" action=(to("rows")) method="get" {
                    input #search type="search" name="q" aria-label="Search problems and responses"
                        placeholder="Words or a formula";
                    button { "Search" }
                }
            }
        }
    }
}

/// What went wrong, and how to mend it.
pub(super) fn fault(viewed: &Viewed, what: &str, hint: Option<&str>) -> String {
    let main = html! {
        (wrong(what, hint))
        p { a href=(viewed.to("", &Asked::default())) { "To the overview" } }
    };
    document(viewed, "This cannot be shown", html! {}, main)
}

fn wrong(what: &str, hint: Option<&str>) -> Markup {
    html! {
        p.found role="alert" { (crate::error::visible_message(what)) }
        @if let Some(hint) = hint { p { "Hint: " (one_line(hint)) } }
    }
}

/// That the folder is no longer the one that was opened.
pub(super) fn gone(viewed: &Viewed, what: &str) -> String {
    let what = format!(
        "the folder `{}` {what} while it was served",
        viewed.out().display()
    );
    let main = wrong(
        &what,
        Some("end this viewer by Ctrl-C, and start `gradatim view` with the folder that there is"),
    );
    document(viewed, "This folder is gone", html! {}, main)
}

/// An error of asking for what cannot be had, with its hint.
fn unasked(what: impl Into<String>, hint: impl Into<String>) -> Error {
    Error::usage(what, hint)
}

/// A page number of an address, from 1.
fn page_number(asked: &Asked) -> Result<u64> {
    whole(asked, "page").map(|number| number.unwrap_or(1).clamp(1, u64::from(u32::MAX)))
}

/// A whole number of an address.
fn whole(asked: &Asked, key: &str) -> Result<Option<u64>> {
    let Some(value) = asked.get(key) else {
        return Ok(None);
    };
    match value.trim().replace([',', '_'], "").parse() {
        Ok(number) => Ok(Some(number)),
        Err(_) => Err(unasked(
            format!(
                "`{key}` is a whole number, and `{}` is none",
                one_line(value)
            ),
            format!("write `{key}=100`"),
        )),
    }
}

/// A cell with a count.
fn count(count: Option<u64>) -> Markup {
    html! { @if let Some(count) = count { (thousands(count)) } }
}

/// The command that shows the same in a terminal.
fn command(viewed: &Viewed, sql: &str) -> Markup {
    let asked = Asked::default().with("q", sql);
    html! {
        details {
            summary { "The query of this page" }
            p { code.command { (one_line(sql)) } }
            p { a href=(viewed.to("sql", &asked)) { "Ask it, or change it" } }
        }
    }
}

/// A table that scrolls by itself where it is wide, of heads and rows as they are given.
fn lines(label: &str, caption: Option<&str>, heads: Markup, rows: Markup) -> Markup {
    scrolled(label, None, caption, heads, rows)
}

/// The same of rows that are opened, as wide as the page.
fn entries(label: &str, caption: Option<&str>, heads: Markup, rows: Markup) -> Markup {
    scrolled(label, Some("rows"), caption, heads, rows)
}

fn scrolled(
    label: &str,
    class: Option<&str>,
    caption: Option<&str>,
    heads: Markup,
    rows: Markup,
) -> Markup {
    html! {
        div.scroll role="region" aria-label=(one_line(label)) tabindex="0" { table class=[class] {
            @if let Some(caption) = caption { caption { (one_line(caption)) } }
            thead { tr { (heads) } }
            tbody { (rows) }
        } }
    }
}

/// A table of an answer as it came.
fn table(caption: &str, rows: &[Row]) -> Markup {
    let Some(first) = rows.first() else {
        return html! { p { "No rows." } };
    };
    let heads = html! { @for name in first.keys() { th scope="col" { (one_line(name)) } } };
    let rows = html! { @for row in rows { tr {
        @for (name, value) in row {
            td class=[value.is_number().then_some("n")] { (cell(&shown(row, name))) }
        }
    } } };
    lines(caption, Some(caption), heads, rows)
}

/// As much of a long value is shown in a table.
const CELL_CHARS: usize = 200;

/// A value of data in a cell, in one line, cut where it is long.
fn cell(value: &str) -> String {
    cut(value, CELL_CHARS)
}

/// The first letters of a text in one line, its white space folded.
fn cut(text: &str, chars: usize) -> String {
    let mut cut = String::new();
    for word in text.split_whitespace() {
        if !cut.is_empty() {
            cut.push(' ');
        }
        cut += word;
        if let Some((at, _)) = cut.char_indices().nth(chars) {
            cut.truncate(at);
            return format!("{} …", one_line(&cut));
        }
    }
    one_line(&cut).into_owned()
}
