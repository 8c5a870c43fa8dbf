//! Where every row went: in, dropped by reason, kept.

use std::collections::BTreeMap;

use maud::html;

use super::facts::{Facts, is, literal};
use super::reasons::{Stage, meaning, place};
use crate::Result;
use crate::error::thousands;
use crate::manifest::LedgerRecord;
use crate::view::figures::{self, Figure, Words};
use crate::view::page::{Cell, Section, Table, percent, typed};

/// What was dropped for one reason.
struct Dropped {
    stage: Option<Stage>,
    reason: String,
    meaning: &'static str,
    count: u64,
}

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let dropped = dropped(&facts.manifest.ledger);
    let body = html! {
        (by_reason(facts, &dropped).markup())
        (by_source(facts).markup())
        @if !dropped.is_empty() {
            (facts.tables.shown_by("Some that were dropped, with the value that decided", SOME_DROPPED))
            p.soft { "The whole story of one: " (typed(&facts.tables.command("gradatim why ID --in {}"))) }
         }
    };
    Ok(Some(Section {
        id: "fates",
        title: "Where every row went",
        found: said(facts, &dropped),
        figures: drawn(facts, &dropped).into_iter().collect(),
        body,
    }))
}

const SOME_DROPPED: &str = "SELECT trajectory_id, source, file, row, reason, value FROM ledger WHERE fate = 'dropped' LIMIT 20";

/// All reasons, in the order in which they are asked.
fn dropped(ledger: &[LedgerRecord]) -> Vec<Dropped> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for (reason, count) in ledger.iter().flat_map(|source| &source.dropped) {
        *counts.entry(reason).or_default() += count;
    }
    let all = counts.into_iter().map(|(reason, count)| {
        let known = meaning(reason);
        Dropped {
            stage: known.map(|(stage, _)| stage),
            reason: reason.to_owned(),
            meaning: known.map_or("", |(_, meaning)| meaning),
            count,
        }
    });
    let mut all: Vec<Dropped> = all.collect();
    all.sort_by_key(|one| place(&one.reason));
    all
}

/// What was found; an audit takes nothing away.
fn said(facts: &Facts, dropped: &[Dropped]) -> String {
    let found = found(facts, dropped);
    match facts.audit {
        Some(_) => format!(
            "An audit takes nothing from the data. This is what a run of the same pipeline does: {}{}",
            found[..1].to_lowercase(),
            &found[1..]
        ),
        None => found,
    }
}

fn found(facts: &Facts, dropped: &[Dropped]) -> String {
    let (read, kept) = (facts.entries(), facts.kept());
    let gone: u64 = dropped.iter().map(|one| one.count).sum();
    let most = dropped.iter().max_by_key(|one| one.count);
    let share = |count: u64| percent(count as f64 / (read.max(1)) as f64);
    let came = format!(
        "Of {} entries that were read, {} ({}) were kept",
        thousands(read),
        thousands(kept),
        share(kept)
    );
    let since = most.map_or("", |most| most.meaning);
    match most {
        None => format!("{came}: none was dropped."),
        Some(most) if most.count == gone => {
            format!(
                "{came} and {} dropped, all because {since} (`{}`).",
                thousands(gone),
                most.reason
            )
        }
        Some(most) => format!(
            "{came} and {} dropped; {} of them ({}) because {since} (`{}`).",
            thousands(gone),
            thousands(most.count),
            share(most.count),
            most.reason
        ),
    }
}

/// The waterfall, stage by stage.
fn drawn(facts: &Facts, dropped: &[Dropped]) -> Option<Figure> {
    let stages = dropped.chunk_by(|a, b| a.stage == b.stage);
    let stages = stages.map(|of_stage| figures::Stage {
        name: of_stage[0]
            .stage
            .map_or("another reason", Stage::words)
            .to_owned(),
        drops: of_stage
            .iter()
            .map(|one| figures::Drop {
                reason: one.reason.clone(),
                count: one.count,
            })
            .collect(),
    });
    let words = Words {
        name: "plot-fates",
        title: "What came in, what was dropped, what stays",
        said: "Each entry is dropped for the first reason that holds.",
    };
    figures::waterfall(
        words,
        "entries",
        facts.entries(),
        &stages.collect::<Vec<_>>(),
    )
}

/// How many reasons a table names; there are some thirty.
const REASONS_MAX: usize = 60;

fn by_reason(facts: &Facts, dropped: &[Dropped]) -> Table {
    let read = facts.entries();
    let share = |count: u64| Cell::share((read > 0).then(|| count as f64 / read as f64));
    let mut table = Table::new(
        "Entries by what became of them: each is dropped for the first reason that holds",
        &["what", "means", "stage", "entries", "share", "see"],
    );
    let row = |what: &str, means: &str, stage: &str, count: u64, sql: &str| {
        let see = facts.tables.rows(sql);
        vec![
            Cell::code(what),
            Cell::text(means),
            Cell::text(stage),
            Cell::Count(count),
            share(count),
            see,
        ]
    };
    table.rows.push(row(
        "read",
        "came in, from all sources",
        "",
        read,
        &some(""),
    ));
    for one in dropped.iter().take(REASONS_MAX) {
        let sql = some(&format!(" WHERE reason = {}", literal(&one.reason)));
        let stage = one.stage.map_or("", Stage::words);
        table
            .rows
            .push(row(&one.reason, one.meaning, stage, one.count, &sql));
    }
    table.rows.push(row(
        "kept",
        "stays: training sets can be drawn from it",
        "",
        facts.kept(),
        &some(" WHERE fate = 'kept'"),
    ));
    table
}

/// How many entries of the ledger there are, beside the first of them.
fn some(wanted: &str) -> String {
    format!(
        "SELECT count(*) OVER () AS entries, trajectory_id, source, file, row, generation, fate, reason, value FROM ledger{wanted} LIMIT 20"
    )
}

/// How many sources a table names.
const SOURCES_MAX: usize = 100;

fn by_source(facts: &Facts) -> Table {
    let mut table = Table::new(
        "The same by source",
        &["source", "read", "kept", "share kept", "dropped", "see"],
    );
    for source in facts.manifest.ledger.iter().take(SOURCES_MAX) {
        let share = (source.read > 0).then(|| source.kept as f64 / source.read as f64);
        let sql = format!(
            "SELECT reason, count(*) AS entries FROM ledger WHERE {} GROUP BY reason ORDER BY entries DESC",
            is("source", Some(&source.source))
        );
        table.rows.push(vec![
            Cell::code(&source.source),
            Cell::Count(source.read),
            Cell::Count(source.kept),
            Cell::share(share),
            Cell::Count(source.read.saturating_sub(source.kept)),
            facts.tables.rows(&sql),
        ]);
    }
    table
}
