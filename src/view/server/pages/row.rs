//! A trajectory: its texts, its verdict explained, what was decided of it, what it was held against, where it was
//! selected, and its measurements.

use maud::{Markup, html};
use serde_json::Value;

use super::super::asked::Asked;
use super::super::conditions::literal;
use super::super::viewed::{Row, Viewed, number, shown, text};
use super::list::{KEYS, List};
use super::rows::{place, to_row};
use super::{Made, cell, count, unasked, verdict, whole};
use crate::Result;
use crate::audit::why::{self, Decision, Partner, Story, Texts};
use crate::error::one_line;
use crate::view::text::{answer, prose, response};

/// What an entry's neighbours in a list are known by.
const NEIGHBOUR: &str = "trajectory_id, source, file, \"row\", generation";

pub(in crate::view::server) fn row(viewed: &Viewed, id: &str, asked: &Asked) -> Result<Made> {
    let Some(ledger) = entry(viewed, id, asked)? else {
        return Ok(Made::Absent(format!(
            "no entry of the ledger is `{}`",
            one_line(id)
        )));
    };
    let stories = viewed.with_sources(|sources| {
        why::stories(
            viewed.engine(),
            viewed.out(),
            std::slice::from_ref(&ledger),
            sources,
        )
    })?;
    let Some(story) = stories.into_iter().next() else {
        return Ok(Made::Absent("the entry has no story".into()));
    };
    let about = html! { (neighbours(viewed, asked)?) (summary(viewed, &story)) };
    let main = html! {
        (texts(&story.texts))
        (verdict::explained(&story))
        (decisions(&story.decisions))
        (partners(viewed, &story.partners))
        (places(viewed, &story))
        (measurements(viewed, &story))
    };
    Ok(Made::page(story.headline(), about, main))
}

/// The row of the ledger that an address means: by its place, else by its id (of copies the one that was kept).
fn entry(viewed: &Viewed, id: &str, asked: &Asked) -> Result<Option<Row>> {
    let wanted = match asked.get("at") {
        Some(at) => of_place(at)?,
        None => format!("trajectory_id = {}", literal(id)),
    };
    let rows = viewed.rows(&format!(
        "SELECT * FROM ledger WHERE {wanted} ORDER BY fate DESC, source, file, \"row\", generation LIMIT 1"
    ))?;
    Ok(rows.into_iter().next())
}

/// `SOURCE/FILE:ROW:GENERATION`, the last empty where there is none.
fn of_place(at: &str) -> Result<String> {
    let unread = || {
        unasked(
            format!("`{}` is no place", one_line(at)),
            "write `at=SOURCE/FILE:ROW:GENERATION`",
        )
    };
    let (rest, generation) = at.rsplit_once(':').ok_or_else(unread)?;
    let (path, row) = rest.rsplit_once(':').ok_or_else(unread)?;
    let (source, file) = path.split_once('/').ok_or_else(unread)?;
    let row: u64 = row.parse().map_err(|_| unread())?;
    let generation = match generation {
        "" => "generation IS NULL".to_owned(),
        number => format!(
            "generation = {}",
            number.parse::<u32>().map_err(|_| unread())?
        ),
    };
    Ok(format!(
        "source = {} AND file = {} AND \"row\" = {row} AND {generation}",
        literal(source),
        literal(file)
    ))
}

/// The entries before and behind it in the list that it was found in.
fn neighbours(viewed: &Viewed, asked: &Asked) -> Result<Markup> {
    let Some(at) = whole(asked, "n")? else {
        return Ok(html! {});
    };
    let skip = at.saturating_sub(1);
    let found = viewed.rows(&List::of(viewed, asked)?.some(NEIGHBOUR, skip, 3))?;
    let other = |other: u64| {
        let row = found.get(usize::try_from(other.checked_sub(skip)?).ok()?)?;
        Some(to_row(viewed, asked, row, other))
    };
    let before = at.checked_sub(1).and_then(other);
    let behind = other(at.saturating_add(1));
    let list = asked
        .of(&KEYS)
        .with("page", at / super::rows::PAGE_ROWS + 1);
    Ok(html! {
        nav.pages aria-label="Entries of the list" {
            @if let Some(before) = before { a rel="prev" href=(before) { "previous" } " " }
            a rel="up" href=(viewed.to("rows", &list)) { "the list" }
            @if let Some(behind) = behind { " " a rel="next" href=(behind) { "next" } }
        }
    })
}

fn summary(viewed: &Viewed, story: &Story) -> Markup {
    let row = &story.ledger;
    let facts = ["problem_category", "style", "verdict"].map(|column| shown(row, column));
    let facts: Vec<String> = facts.into_iter().filter(|fact| !fact.is_empty()).collect();
    let problem = text(row, "problem_id");
    html! {
        p {
            (one_line(&facts.join(", ")))
            @if let Some(tokens) = number(row, "tokens") { ", " (count(Some(tokens))) " tokens" }
            "."
            @if !problem.is_empty() {
                " " a href=(viewed.to(&format!("problem/{problem}"), &Asked::default())) { "All attempts on its problem" }
            }
        }
    }
}

/// The texts, or why they are not there.
fn texts(texts: &Texts) -> Markup {
    html! {
        section aria-labelledby="problem" {
            h2 #problem { "Problem" }
            @match &texts.problem { Some(problem) => (prose(problem)), None => p { "Not at hand." } }
            @if let Some(gold) = &texts.gold { h3 { "Gold answer" } p { (answer(gold)) } }
        }
        section aria-labelledby="response" {
            h2 #response { "Response" }
            @if let Some(said) = &texts.response { (response(said)) }
            @if let Some(why) = &texts.missing { p role="note" { (one_line(why)) } }
            @if let Some(from) = &texts.from { p.soft { "Text from " (one_line(from)) "." } }
        }
    }
}

fn decisions(decisions: &[Decision]) -> Markup {
    html! {
        @if !decisions.is_empty() {
            section aria-labelledby="decisions" {
                h2 #decisions { "What was decided" }
                div.scroll role="region" aria-label="Table of decisions" tabindex="0" { table {
                    thead { tr {
                        @for head in ["stage", "passes", "what was decided", "rule", "held against"] { th scope="col" { (head) } }
                    } }
                    tbody { @for one in decisions { tr {
                        th scope="row" { (one.stage) }
                        td { (if one.passes { "yes" } else { "no" }) }
                        td { (one_line(&one.words)) }
                        td { @if let Some(rule) = &one.rule { code { (one_line(rule)) } } }
                        td { @if let Some(threshold) = &one.threshold { (cell(threshold)) } }
                    } } }
                } }
            }
        }
    }
}

/// What a kind of partner is called.
fn kind(kind: &str) -> &str {
    match kind {
        "copy" => "Exact copy",
        "near_duplicate" => "Near duplicate",
        "benchmark" => "Benchmark’s item",
        other => other,
    }
}

fn partners(viewed: &Viewed, partners: &[Partner]) -> Markup {
    html! {
        @if !partners.is_empty() {
            section aria-labelledby="partners" {
                h2 #partners { "What it was held against" }
                @for partner in partners { (held_against(viewed, partner)) }
            }
        }
    }
}

fn held_against(viewed: &Viewed, partner: &Partner) -> Markup {
    html! {
        h3 { (kind(partner.kind)) ": " (one_line(&partner.name)) @if let Some(fate) = &partner.fate { " (" (fate) ")" } }
        @if let Some(problem) = &partner.texts.problem { (prose(problem)) }
        @if let Some(gold) = &partner.texts.gold { p { "Gold answer: " (answer(gold)) } }
        @if let Some(why) = &partner.texts.missing { p.soft { (one_line(why)) } }
        @if !partner.matched.is_empty() { p { "Both say: " @for words in &partner.matched { q { (one_line(words)) } " " } } }
        @if let Some(at) = address(partner) {
            p { a href=(viewed.to("row/-", &Asked::default().with("at", at))) { "Read it" } }
        }
    }
}

/// The place of a partner that is an entry, as an address has it.
fn address(partner: &Partner) -> Option<String> {
    (partner.kind != "benchmark").then_some(())?;
    Some(match partner.name.rsplit_once(", generation ") {
        Some((place, generation)) => format!("{place}:{generation}"),
        None => format!("{}:", partner.name),
    })
}

fn places(viewed: &Viewed, story: &Story) -> Markup {
    html! {
        section aria-labelledby="subsets" {
            h2 #subsets { "Subsets" }
            @if story.is_set_aside { p { "Its problem, or a near duplicate of it, is in the validation set: no subset has it." } }
            @else if story.places.is_empty() { p { "It is in no subset." } }
            @else {
                ul.places { @for (subset, rank) in &story.places {
                    li { a href=(viewed.to("rows", &Asked::default().with("subset", subset))) { (one_line(subset)) }
                        ", rank " (count(Some(*rank))) }
                } }
            }
            p { "Why it is not in the others: " code.command { (one_line(&command(viewed, &story.ledger))) } }
        }
    }
}

/// The command that tells the same, with where it stands in every subset.
fn command(viewed: &Viewed, row: &Row) -> String {
    let id = match text(row, "trajectory_id") {
        "" => place(row)
            .rsplit_once(':')
            .map_or_else(String::new, |(place, _)| place.to_owned()),
        id => id.chars().take(12).collect(),
    };
    format!("gradatim why {id} --in {}", viewed.out().display())
}

/// Each column of the ledger, with a link to the entries that are as it is.
fn measurements(viewed: &Viewed, story: &Story) -> Markup {
    let known = story.ledger.iter().filter(|(_, value)| !value.is_null());
    html! {
        section aria-labelledby="measurements" {
            h2 #measurements { "Measurements" }
            div.scroll role="region" aria-label="Table of measurements" tabindex="0" { table {
                thead { tr { th scope="col" { "column" } th scope="col" { "value" } th scope="col" { "others" } } }
                tbody { @for (name, value) in known { tr {
                    th scope="row" { code { (name) } }
                    td { (cell(&shown(&story.ledger, name))) }
                    td { @for (sign, typed) in alike(name, value) {
                        a href=(viewed.to("rows", &Asked::default().with("where", typed))) aria-label={ "entries with " (name) " " (sign) } { (sign) } " "
                    } }
                } } }
            } }
        }
    }
}

/// The conditions under which entries are like this one in a column, by sign.
fn alike(name: &str, value: &Value) -> Vec<(&'static str, String)> {
    let signs: &[&'static str] = match value {
        Value::Number(_) => &["=", "≥", "≤"],
        Value::String(text) if text.len() > 300 => &[],
        _ => &["="],
    };
    let plain = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let typed = |sign: &&'static str| {
        let operator = match *sign {
            "≥" => ">=",
            "≤" => "<=",
            other => other,
        };
        (*sign, format!("{name} {operator} {plain}"))
    };
    signs.iter().map(typed).collect()
}
