//! What an audit found: each kind of fault with the rows that are of it.

use std::path::Path;

use maud::{Markup, html};
use serde::Deserialize;

use super::facts::{Facts, literal};
use crate::Result;
use crate::audit::dataset::{self, Wall, missed, untold};
use crate::error::thousands;
use crate::folder::{AUDIT, RUN_FOLDER};
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, counted, percent, said};

/// What of `audit.json` is shown.
#[derive(Deserialize)]
pub(super) struct Audit {
    /// Entries that are trajectories, copies too.
    #[serde(default)]
    pub trajectories: u64,
    findings: Vec<Finding>,
    #[serde(default)]
    not_looked_for: Vec<Unsought>,
    #[serde(default)]
    unspoiled: Option<Unspoiled>,
    #[serde(default)]
    lengths: Lengths,
    #[serde(default)]
    pub sources: Vec<Source>,
    /// Nothing in a folder that an earlier version wrote.
    #[serde(default)]
    pub asked: Request,
    #[serde(default)]
    pub mixes: Vec<Mix>,
    /// None where it is held against no other source.
    #[serde(default)]
    against: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    gold_disagreements: Vec<GoldDisagreement>,
}

#[derive(Deserialize)]
struct Finding {
    kind: String,
    section: String,
    sentence: String,
    rows: u64,
    share: f64,
    #[serde(default)]
    rows_not_known: u64,
    #[serde(default)]
    examples: Vec<Example>,
}

#[derive(Deserialize)]
struct Example {
    place: String,
    #[serde(default)]
    told: Option<String>,
}

/// A kind that could not be looked for.
#[derive(Deserialize)]
struct Unsought {
    kind: String,
    /// What the rows lack.
    reason: String,
}

/// Trajectories of no kind that makes one useless to train on.
#[derive(Deserialize)]
struct Unspoiled {
    kinds: Vec<String>,
    rows: u64,
    rows_of_no_benchmark: u64,
}

/// A source, with what its columns were read as.
#[derive(Deserialize)]
pub(super) struct Source {
    pub name: String,
    #[serde(default)]
    pub layout: String,
    #[serde(default)]
    pub columns_read: Vec<ColumnRead>,
    /// None where the file cannot be looked into.
    #[serde(default)]
    pub columns_unread: Option<Vec<String>>,
}

#[derive(Deserialize, PartialEq)]
pub(super) struct ColumnRead {
    pub column: String,
    pub read_as: String,
}

/// The words of the command that made it.
#[derive(Default, Deserialize)]
pub(super) struct Request {
    pub sources: Vec<String>,
    pub against: Vec<String>,
    pub config: Option<String>,
    pub split: Option<String>,
    pub layout: Option<String>,
    pub tokenizer: Option<String>,
}

/// What trajectories are of in one respect.
#[derive(Deserialize)]
pub(super) struct Mix {
    pub variable: String,
    pub levels: Vec<Level>,
}

#[derive(Deserialize)]
pub(super) struct Level {
    pub name: String,
    pub rows: u64,
}

#[derive(Default, Deserialize)]
struct Lengths {
    #[serde(default)]
    limits: Vec<Limit>,
    #[serde(default)]
    wall: Option<Wall>,
}

/// What a maximum of so many tokens takes.
#[derive(Deserialize)]
struct Limit {
    tokens: u64,
    rows_over: u64,
    share: f64,
    tokens_share: f64,
}

#[derive(Deserialize)]
struct GoldDisagreement {
    same_text: bool,
    answers: Vec<GoldAnswer>,
}

#[derive(Deserialize)]
struct GoldAnswer {
    answer: String,
    /// Nothing in a folder that an earlier version wrote.
    #[serde(default)]
    problem: String,
    place: String,
}

impl Audit {
    /// What was audited, as it was named.
    pub(super) fn data(&self) -> Vec<&str> {
        match self.asked.sources.is_empty() {
            true => self.sources.iter().map(|one| one.name.as_str()).collect(),
            false => self.asked.sources.iter().map(String::as_str).collect(),
        }
    }

    /// The condition that a row is the dataset's, where the folder holds another's too.
    fn own(&self) -> String {
        let names: Vec<String> = self.sources.iter().map(|one| literal(&one.name)).collect();
        match self.against.is_some() && !names.is_empty() {
            true => format!(" AND source IN ({})", names.join(", ")),
            false => String::new(),
        }
    }
}

/// What an audit wrote into the folder; none where no audit did.
pub(super) fn read(out: &Path) -> Result<Option<Audit>> {
    let path = out.join(RUN_FOLDER).join(AUDIT);
    match path.is_file() {
        true => super::facts::json(&path).map(Some),
        false => Ok(None),
    }
}

pub(super) fn section(facts: &Facts) -> Option<Section> {
    let audit = facts.audit.as_ref()?;
    let mut found: Vec<&Finding> = audit.findings.iter().filter(|one| one.rows > 0).collect();
    found.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.kind.cmp(&b.kind)));
    let unfound: Vec<String> = audit
        .findings
        .iter()
        .filter(|one| one.rows == 0)
        .map(|one| format!("{}{}", missed(&one.kind), untold(one.rows_not_known)))
        .collect();
    let body = html! {
        @if let Some(unspoiled) = &audit.unspoiled { (left(facts, audit, unspoiled)) }
        (table(facts, &found).markup())
        (golds(&audit.gold_disagreements).markup())
        @if !unfound.is_empty() { p.soft { "Looked for, and not found: " (unfound.join(", ")) "." } }
        (unsought(&audit.not_looked_for).markup())
    };
    Some(Section {
        id: "findings",
        title: "What to look at",
        found: told(&found, audit.findings.len() as u64),
        figures: drawn(&found).into_iter().collect(),
        body,
    })
}

/// How many trajectories are left where those are taken away that nobody trains on.
fn left(facts: &Facts, audit: &Audit, unspoiled: &Unspoiled) -> Markup {
    let kinds: Vec<String> = unspoiled.kinds.iter().map(|kind| literal(kind)).collect();
    let own = format!("trajectory_id IS NOT NULL{}", audit.own());
    let sql = dataset::unspoiled(&kinds.join(", "), &own);
    let names: Vec<String> = unspoiled
        .kinds
        .iter()
        .map(|kind| format!("`{kind}`"))
        .collect();
    let told = format!(
        "Of no kind that makes a row useless to train on ({}): {} of {}, and {} of them answer no benchmark's problem.",
        names.join(", "),
        thousands(unspoiled.rows),
        counted(audit.trajectories, "trajectory", "trajectories"),
        thousands(unspoiled.rows_of_no_benchmark),
    );
    html! {
        p { (said(&told)) }
        (facts.tables.shown_by("They are counted by", &sql))
    }
}

/// Where replies stand as if a maximum had ended them; nothing where they do not.
pub(super) fn wall(facts: &Facts) -> Option<String> {
    let audit = facts.audit.as_ref()?;
    audit.lengths.wall.as_ref().map(Wall::told)
}

/// What could not be looked for, by what the rows lack.
fn unsought(all: &[Unsought]) -> Table {
    let mut by_reason: Vec<(&str, Vec<String>)> = Vec::new();
    for one in all {
        let kind = one.kind.replace('_', " ");
        match by_reason.iter_mut().find(|(known, _)| *known == one.reason) {
            Some((_, kinds)) => kinds.push(kind),
            None => by_reason.push((&one.reason, vec![kind])),
        }
    }
    let mut table = Table::new(
        "What could not be looked for, and why: of these nothing is known",
        &["since", "kinds of faults"],
    );
    for (reason, kinds) in by_reason {
        table.rows.push(vec![
            Cell::Said(reason.to_owned()),
            Cell::Text(kinds.join(", ")),
        ]);
    }
    table
}

/// What a trainer's maximum would take, from small ones on.
pub(super) fn limits(facts: &Facts) -> Table {
    let mut table = Table::new(
        "What a maximum of tokens would take (of the response alone: prompt and template come on top)",
        &[
            "a maximum of",
            "responses over it",
            "of all",
            "of all tokens, cut",
            "see",
        ],
    );
    let all = facts
        .audit
        .iter()
        .flat_map(|audit| audit.lengths.limits.iter().map(move |limit| (audit, limit)));
    for (audit, limit) in all {
        let sql = format!(
            "SELECT source, file, row, generation, tokens FROM ledger WHERE bytes > 0 AND tokens > {}{} ORDER BY tokens DESC",
            limit.tokens,
            audit.own()
        );
        table.rows.push(vec![
            Cell::Count(limit.tokens),
            Cell::Count(limit.rows_over),
            Cell::share(Some(limit.share)),
            Cell::share(Some(limit.tokens_share)),
            facts.tables.rows(&sql),
        ]);
    }
    table
}

fn told(found: &[&Finding], all: u64) -> String {
    let Some(first) = found.first() else {
        return format!("Of {all} kinds of faults that were looked for, none was found.");
    };
    format!(
        "Of {} of faults that were looked for, {} found; most rows have this: {} {} ({}).",
        counted(all, "kind", "kinds"),
        counted(found.len() as u64, "is", "are"),
        thousands(first.rows),
        first.sentence,
        percent(first.share)
    )
}

/// How many kinds are drawn.
const DRAWN_MAX: usize = 24;

fn drawn(found: &[&Finding]) -> Option<Figure> {
    let bar = |one: &&Finding| figures::Bar {
        label: one.kind.replace('_', " "),
        value: one.share,
        is_marked: false,
    };
    let words = Words {
        name: "plot-findings",
        title: "The share of rows that each finding is of",
        said: "",
    };
    let group = figures::BarGroup {
        name: String::new(),
        bars: found.iter().take(DRAWN_MAX).map(bar).collect(),
    };
    figures::bars(words, figures::Unit::Share, &[group])
}

/// How many kinds a table has; there are some forty.
const KINDS_MAX: usize = 100;

fn table(facts: &Facts, found: &[&Finding]) -> Table {
    let mut table = Table::new(
        "Findings, by how many rows are of each (a place is source/file:row, counted from 0)",
        &[
            "finding",
            "about",
            "what it is",
            "rows",
            "share",
            "first of them",
            "what a pipeline does about it",
            "see",
        ],
    );
    for one in found.iter().take(KINDS_MAX) {
        let first = one.examples.first().map(|example| match &example.told {
            Some(told) => format!("{} ({told})", example.place),
            None => example.place.clone(),
        });
        let sql = format!("SELECT * FROM findings WHERE kind = {}", literal(&one.kind));
        table.rows.push(vec![
            Cell::code(&one.kind),
            Cell::Text(one.section.replace('_', " ")),
            Cell::Said(format!("{}{}", one.sentence, untold(one.rows_not_known))),
            Cell::Count(one.rows),
            Cell::share(Some(one.share)),
            Cell::text(first.unwrap_or_default()),
            Cell::text(remedy(&one.kind)),
            facts.tables.rows(&sql),
        ]);
    }
    table
}

/// The key of a pipeline that takes out or keeps what a finding is of; nothing where none does.
fn remedy(kind: &str) -> &'static str {
    match kind {
        "wrong" => "[verify] accept = \"recorded\", \"ours\" or \"both\" drops them",
        "undecided" | "no_answer" | "no_gold" => {
            "[verify] accept = \"ours\" or \"both\" drops them"
        }
        "recorded_right_found_wrong" => {
            "to be read first; [verify] accept = \"recorded\", \"ours\" or \"both\" drops them"
        }
        "recorded_wrong_found_right" => {
            "to be read first; [verify] accept = \"ours\" or \"either\" keeps them"
        }
        "cut_off" => "[verify] accept drops them, whatever it is but \"none\"",
        "copy" => "[screen] duplicates: one of them stays",
        "near_duplicate" | "copy_of_near" => "[screen] near_duplicates: one of them stays",
        "contaminated" => "[screen.contamination] drops their problems",
        "suspect" => "[screen.contamination] drop = \"suspect\" drops their problems",
        "repetitive" => "[screen] repeated_share_max drops them",
        _ => "",
    }
}

/// How many problems with several gold answers are shown.
const GOLDS_MAX: usize = 40;

fn golds(all: &[GoldDisagreement]) -> Table {
    let mut table = Table::new(
        "Problems whose gold answers are not the same",
        &[
            "the problems are",
            "gold answer",
            "at",
            "of",
            "another",
            "at",
            "of",
        ],
    );
    for one in all.iter().take(GOLDS_MAX) {
        if let [first, second, ..] = one.answers.as_slice() {
            table.rows.push(vec![
                Cell::text(if one.same_text {
                    "the same text"
                } else {
                    "nearly the same"
                }),
                Cell::Answer(first.answer.clone()),
                Cell::text(&first.place),
                Cell::text(&first.problem),
                Cell::Answer(second.answer.clone()),
                Cell::text(&second.place),
                Cell::text(if one.same_text { "" } else { &second.problem }),
            ]);
        }
    }
    table
}
