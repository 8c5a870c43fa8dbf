//! A verdict explained, as `gradatim verify --explain` does it: what was found where and by which rule, how both answers
//! were read, and what the source records.

use maud::{Markup, html};

use super::super::viewed::shown;
use super::cell;
use crate::audit::why::Story;
use crate::error::thousands;
use crate::verify::{self, Gold, Thinking};
use crate::view::text;

pub(super) fn explained(story: &Story) -> Markup {
    let row = &story.ledger;
    if shown(row, "verdict").is_empty() {
        return html! {};
    }
    html! {
        section aria-labelledby="verdict" {
            h2 #verdict { "Verdict" }
            p.found { (said(story)) }
            dl.facts {
                dt { "Rule" } dd { code { (cell(&shown(row, "verdict_reason"))) } }
                @if let Some(gold) = &story.texts.gold { (gold_read(gold)) }
                @if let Some(response) = &story.texts.response { (response_read(response)) }
                dt { "The source’s own verifier" } dd { (recorded(&shown(row, "recorded_rule"))) }
                dt { "The source’s judge" } dd { (recorded(&shown(row, "recorded_judge"))) }
            }
        }
    }
}

fn said(story: &Story) -> Markup {
    let answer = shown(&story.ledger, "extracted");
    html! {
        "Ours: " (cell(&shown(&story.ledger, "verdict"))) "; "
        @if answer.is_empty() { "no answer was found." } @else { "its answer is " (text::answer(&answer)) "." }
    }
}

fn recorded(value: &str) -> &'static str {
    match value {
        "true" => "right",
        "false" => "wrong",
        _ => "did not look",
    }
}

fn gold_read(gold: &str) -> Markup {
    html! {
        dt { "Gold answer" }
        dd { @match verify::read_gold(gold) {
            Gold::Answer(answer) => { (text::answer(&answer)) ", read as " (read(&answer)) },
            Gold::Missing => { "none is given" },
            Gold::Proof => { "a proof, or one that was not found" },
        } }
    }
}

fn response_read(response: &str) -> Markup {
    let parts = verify::split_thinking(response);
    let thinking = match parts.state {
        Thinking::Absent => "none is marked".to_owned(),
        Thinking::Closed => format!(
            "{} bytes, then the answer",
            thousands(parts.thinking.len() as u64)
        ),
        Thinking::Open => format!(
            "{} bytes, which never end: there is no answer",
            thousands(parts.thinking.len() as u64)
        ),
    };
    html! {
        dt { "Thinking" } dd { (thinking) }
        dt { "Answer found" }
        dd { @match verify::extract(response) {
            Some(found) => {
                (text::answer(&found.text)) ", by the rule " code { (found.rule.as_str()) } ", at bytes "
                (thousands(found.span.start as u64)) " to " (thousands(found.span.end as u64))
                @if found.ambiguous { ", one of several" }
                ", read as " (read(&found.text))
            },
            None => { "none" },
        } }
    }
}

/// How an answer is read.
fn read(answer: &str) -> Markup {
    match verify::reading(answer) {
        Some(read) => html! { code { (cell(&read)) } },
        None => html! { "text (it is no mathematics that is read)" },
    }
}
