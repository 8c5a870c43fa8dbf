//! The list of entries: searched, filtered by any measurement, sorted, a page at a time.

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::conditions::quoted;
use super::super::found::Scope;
use super::super::search::Search;
use super::super::texts::State;
use super::super::viewed::{NAMED, Row, Viewed, number, shown, text};
use super::list::{KEYS, List};
use super::paging::Paging;
use super::{Made, command, count, cut};
use crate::Result;
use crate::error::{one_line, thousands};
use crate::view::page::counted;
use crate::view::text::prose_in_link;

/// Entries on a page.
pub(super) const PAGE_ROWS: u64 = 50;

/// What is shown of a problem.
const SHOWN_CHARS: usize = 160;

/// What stands before a place that was found.
const BEFORE_BYTES: usize = 60;

/// Columns of the list, with what stands over them; each sorts.
const COLUMNS: [(&str, &str); 5] = [
    ("problem_category", "category"),
    ("style", "style"),
    ("verdict", "verdict"),
    ("tokens", "tokens"),
    ("reason", "dropped as"),
];

/// What is read of each entry.
const READ: &str = "trajectory_id, problem_id, source, file, \"row\", generation, fate";

pub(in crate::view::server) fn rows(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let list = List::of(viewed, asked)?;
    let paging = Paging::of(viewed, "rows", asked, PAGE_ROWS)?;
    // Before it is searched: what is read meanwhile may not have been.
    let searched = told(viewed, asked);
    let all = viewed.count(&list.count())?;
    let skip = paging.skip();
    let columns = columns(viewed, asked);
    let sql = list.some(&read(&columns, asked), skip, PAGE_ROWS);
    let found = viewed.rows(&sql)?;
    let title = title(asked);
    let about = html! { p { (counted(all, "entry", "entries")) (searched) } };
    let main = html! {
        (form(viewed, asked)?)
        @if all == 0 { p { "No entry is like that." } }
        @else { (paging.around(all, "Pages of the list", entries(viewed, asked, &columns, &found, skip))) }
        @if asked.get("q").is_none() { (command(viewed, &sql)) }
    };
    Ok(Made::page(title, about, main).on(&paging, all))
}

fn title(asked: &Asked) -> String {
    match (asked.get("q"), asked.get("subset")) {
        (Some(typed), _) => format!("Entries with “{}”", cut(typed, 60)),
        (None, Some(subset)) => format!("Rows of {subset}"),
        (None, None) => "Entries".to_owned(),
    }
}

/// The columns that are shown: ours, and those that are sorted or filtered by.
fn columns(viewed: &Viewed, asked: &Asked) -> Vec<String> {
    let ours = COLUMNS.iter().map(|(column, _)| *column);
    let mut columns: Vec<String> = ours
        .filter(|column| viewed.has_column(column))
        .map(str::to_owned)
        .collect();
    let filtered = asked.all("where").filter_map(|typed| {
        let name: String = typed
            .trim()
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        viewed.has_column(&name).then_some(name)
    });
    let sorted = asked
        .get("sort")
        .filter(|name| viewed.has_column(name))
        .map(str::to_owned);
    for more in filtered.chain(sorted) {
        if !columns.contains(&more) {
            columns.push(more);
        }
    }
    columns
}

fn read(columns: &[String], asked: &Asked) -> String {
    let mut read = READ.to_owned();
    let is_read = |column: &str| {
        READ.split(", ")
            .any(|known| known.trim_matches('"') == column)
    };
    for column in columns.iter().filter(|column| !is_read(column)) {
        read += &format!(", {}", quoted(column));
    }
    if asked.get("subset").is_some() {
        read += ", rank";
    }
    read
}

/// What was searched, where not all is.
fn told(viewed: &Viewed, asked: &Asked) -> Markup {
    if asked.get("q").is_none() {
        return html! {};
    }
    let scope = Scope::of(asked.get("in"));
    let library = &viewed.library;
    let shelves = [
        (
            &library.problems,
            "problem",
            "problems",
            scope != Scope::Responses,
        ),
        (
            &library.responses,
            "response",
            "responses",
            scope != Scope::Problems,
        ),
    ];
    html! {
        @for (shelf, one, several, is_asked) in shelves {
            @if is_asked { ". " (searched(&shelf.state(), one, several)) }
        }
        "."
    }
}

fn searched(state: &State, one: &str, several: &str) -> String {
    let counts = match state.count >= state.of {
        true => format!(
            "All {} that are at hand were searched",
            counted(state.count, one, several)
        ),
        false => format!(
            "{} of {} were searched",
            thousands(state.count),
            counted(state.of, one, several)
        ),
    };
    match (&state.why_not, state.is_read) {
        (Some(why), _) => format!("{counts}: {}", one_line(why)),
        (None, false) => format!("{counts}; the others are still being read"),
        (None, true) if state.count < state.of => {
            format!(
                "{counts}: the others' texts are in no subset (name the run's pool by `--pool`)"
            )
        }
        (None, true) => counts,
    }
}

/// The form that asks for a list.
fn form(viewed: &Viewed, asked: &Asked) -> Result<Markup> {
    let is_filtered = KEYS.iter().any(|key| asked.get(key).is_some());
    Ok(html! {
        form.filters action=(viewed.to("rows", &Asked::default())) method="get" aria-label="Filters" {
            label.wide { "Search"
                input type="search" name="q" value=[asked.get("q")] placeholder="words, or a formula as it is typed"; }
            label { "in" (choice("in", asked, Scope::ALL.iter().map(|(_, word, name)| (*word, (*name).to_owned())), None)) }
            span.actions {
                button { "Show" }
                @if is_filtered { " " a href=(viewed.to("rows", &Asked::default())) { "Show all" } }
            }
            // Open where something of it is asked; a narrow window is full of it.
            details open[KEYS[2..].iter().any(|key| asked.get(key).is_some())] {
                summary { "Filter and sort" }
                div.fields { (fields(viewed, asked)?) }
            }
        }
    })
}

/// What a list is filtered and sorted by.
fn fields(viewed: &Viewed, asked: &Asked) -> Result<Markup> {
    let conditions: Vec<&str> = asked.all("where").collect();
    let mut names: Vec<&str> = viewed
        .subsets()?
        .iter()
        .map(|row| text(row, "subset"))
        .collect();
    names.sort_unstable();
    Ok(html! {
        label { "Subset"
            input name="subset" list="subsets" value=[asked.get("subset")] autocomplete="off"; }
        datalist #subsets { @for name in &names { option value=(one_line(name)) {} } }
        @for (key, names) in viewed.names()? {
            label { (named(key))
                (choice(key, asked, names.iter().map(|(name, count)| {
                    (name.as_str(), format!("{} ({})", cut(name, 40), thousands(*count)))
                }), Some("any"))) }
        }
        label { "Tokens from" input name="tokens_min" inputmode="numeric" value=[asked.get("tokens_min")]; }
        label { "to" input name="tokens_max" inputmode="numeric" value=[asked.get("tokens_max")]; }
        @for condition in &conditions {
            label.wide { "Where" input name="where" list="columns" value=(condition); }
        }
        label.wide { @if conditions.is_empty() { "Where" } @else { "and where" }
            input name="where" list="columns" placeholder="repeated_share > 0.3" autocomplete="off"; }
        datalist #columns {
            @for field in viewed.columns().fields() { option value=(field.name()) {} }
        }
        label { "Sort by" (choice("sort", asked, viewed.columns().fields().iter().map(|field| {
            (field.name().as_str(), field.name().clone())
        }), Some(if asked.get("subset").is_some() { "rank" } else { "place" }))) }
        label { "order" (choice("desc", asked, [("1", "falling".to_owned())].into_iter(), Some("rising"))) }
    })
}

fn named(key: &str) -> &str {
    let known = NAMED.iter().find(|(known, _)| *known == key);
    match known {
        Some(("reason", _)) => "Dropped as",
        Some(("fate", _)) => "Fate",
        Some(("category", _)) => "Category",
        Some(("style", _)) => "Style",
        Some(("verdict", _)) => "Verdict",
        Some(("source", _)) => "Source",
        _ => key,
    }
}

/// A list to choose from; `none` is what stands for no choice. What was asked for is in it, whether it is known or not.
fn choice<'c>(
    key: &str,
    asked: &Asked,
    options: impl Iterator<Item = (&'c str, String)>,
    none: Option<&str>,
) -> Markup {
    let chosen = asked.get(key);
    let options: Vec<(&str, String)> = options.collect();
    let is_known = chosen.is_none_or(|chosen| options.iter().any(|(value, _)| *value == chosen));
    html! {
        select name=(key) {
            @if let Some(none) = none { option value="" { (none) } }
            @if let (false, Some(chosen)) = (is_known, chosen) {
                option value=(chosen) selected { (cut(chosen, 40)) }
            }
            @for (value, name) in &options {
                option value=(value) selected[Some(*value) == chosen] { (name) }
            }
        }
    }
}

fn entries(viewed: &Viewed, asked: &Asked, columns: &[String], found: &[Row], skip: u64) -> Markup {
    let search = asked.get("q").and_then(Search::read);
    let has_rank = asked.get("subset").is_some();
    let heads = html! {
        @if has_rank { th.n scope="col" { (sorts(viewed, asked, "rank", "rank")) } }
        th scope="col" { "problem" }
        @for column in columns { th scope="col" class=[class(viewed, column)] { (sorts(viewed, asked, column, over(column))) } }
    };
    let rows = html! { @for (at, row) in (skip..).zip(found) { tr {
        @if has_rank { td.n { (count(number(row, "rank"))) } }
        th scope="row" { a.row href=(to_row(viewed, asked, row, at)) { (problem(viewed, row, search.as_ref())) } }
        @for column in columns { td class=[class(viewed, column)] { (value(row, column)) } }
    } } };
    super::entries("Table of entries", None, heads, rows)
}

fn over(column: &str) -> &str {
    let known = COLUMNS.iter().find(|(known, _)| *known == column);
    known.map_or(column, |(_, over)| over)
}

fn class(viewed: &Viewed, column: &str) -> Option<&'static str> {
    let field = viewed.columns().field_with_name(column);
    field
        .is_ok_and(|field| field.data_type().is_numeric())
        .then_some("n")
}

fn value(row: &Row, column: &str) -> String {
    match number(row, column) {
        Some(number) => thousands(number),
        None => cut(&shown(row, column), 60),
    }
}

/// The head of a column, which sorts by it, the other way round where it does so already.
fn sorts(viewed: &Viewed, asked: &Asked, column: &str, name: &str) -> Markup {
    let is_falling = asked.get("desc") == Some("1");
    let is_sorted = asked.get("sort") == Some(column);
    let next = asked.with("sort", column).with("page", "");
    let next = match (is_sorted, is_falling) {
        (true, false) => next.with("desc", 1),
        _ => next.with("desc", ""),
    };
    let mark = match (is_sorted, is_falling) {
        (true, true) => " ↓",
        (true, false) => " ↑",
        _ => "",
    };
    html! { a href=(viewed.to("rows", &next)) title="sort" { (name) (mark) } }
}

/// The address of an entry in its list.
pub(super) fn to_row(viewed: &Viewed, asked: &Asked, row: &Row, at: u64) -> String {
    let id = match text(row, "trajectory_id") {
        "" => "-",
        id => id,
    };
    let asked = asked.of(&KEYS).with("at", place(row)).with("n", at);
    viewed.to(&format!("row/{id}"), &asked)
}

/// Where an entry stands, as an address has it: `SOURCE/FILE:ROW:GENERATION`.
pub(super) fn place(row: &Row) -> String {
    let generation = number(row, "generation").map_or(String::new(), |number| number.to_string());
    format!(
        "{}/{}:{}:{generation}",
        text(row, "source"),
        text(row, "file"),
        shown(row, "row")
    )
}

/// The first words of an entry's problem, or those around what was found.
fn problem(viewed: &Viewed, row: &Row, search: Option<&Search>) -> Markup {
    let problem = viewed.problem(text(row, "problem_id"));
    let problem = problem.filter(|text| !text.trim().is_empty());
    let Some(search) = search else {
        return match problem {
            Some(text) => prose_in_link(&cut(&text, SHOWN_CHARS)),
            None => html! { (nameless(row)) },
        };
    };
    let response = || {
        viewed
            .library
            .responses
            .get(text(row, "trajectory_id").parse().ok()?)
    };
    let is_there = problem.as_ref().is_some_and(|text| search.is_in(text));
    let text = if is_there {
        problem
    } else {
        response().or(problem)
    };
    match text {
        Some(text) => around(&text, search),
        None => html! { (nameless(row)) },
    }
}

/// What an entry is called whose problem is not at hand.
fn nameless(row: &Row) -> String {
    format!("{} row {}", text(row, "file"), shown(row, "row"))
}

fn around(text: &str, search: &Search) -> Markup {
    let Some(place) = search.first(text) else {
        return html! { (cut(text, SHOWN_CHARS)) };
    };
    let from = text.floor_char_boundary(place.start.saturating_sub(BEFORE_BYTES));
    let (start, end) = (
        text.floor_char_boundary(place.start),
        text.ceil_char_boundary(place.end),
    );
    html! {
        @if from > 0 { "… " }
        (ends(&text[from..start])) mark { (cut(&text[start..end], SHOWN_CHARS)) }
        @if text[end..].starts_with(char::is_whitespace) { " " }
        (cut(&text[end..], SHOWN_CHARS))
    }
}

/// A piece before another, with the white space between them.
fn ends(text: &str) -> String {
    let space = if text.ends_with(char::is_whitespace) {
        " "
    } else {
        ""
    };
    format!("{}{space}", cut(text, SHOWN_CHARS))
}
