//! At a glance: what was made of what, by which version, and how to check it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::facts::{Facts, Row, is};
use super::few;
use super::findings::{Audit, Source};
use super::tokens::{SPREAD, spread};
use crate::Result;
use crate::error::{one_line, thousands};
use crate::manifest::{FileRecord, Manifest, SubsetRecord};
use crate::select::SubsetRole;
use crate::view::page::{Cell, Section, Table, counted, percent, said, typed};

pub(super) fn section(facts: &Facts) -> Result<Option<Section>> {
    let manifest = &facts.manifest;
    let body = html! {
        dl.facts {
            @if let Some(audit) = &facts.audit { (data(audit)) }
            @if !manifest.subsets.is_empty() {
                dt { "Training sets" } dd { (rows_of(manifest, is_subset)) }
                dt { "Controls" } dd { (rows_of(manifest, is_control)) }
                dt { "All of them" } dd { (distinct(facts)?) }
            }
            dt { "Made from" } dd { (counted(facts.entries(), "entry", "entries")) " in "
                (counted(manifest.files.len() as u64, "file", "files")) " of "
                (counted(manifest.sources.len() as u64, "source", "sources")) }
            dt { "Made by" } dd { (one_line(&manifest.program)) ", seed " (manifest.seed) ", tokens counted with "
                code { (one_line(&manifest.tokenizer)) }
                @if let Some(by) = &manifest.counted_by { " by " (one_line(by)) } }
            dt { "To check it" } dd { (typed(&facts.tables.command("gradatim check {}"))) }
            @if let Some(seal) = seal(manifest) { dt { "To cite it" } dd { "pipeline " code { (seal) } } }
        }
        (sources(manifest).markup())
        @if facts.audit.is_none() {
            (problems(facts)?.markup())
            (tokens_kept(facts)?.markup())
            (by_origin(facts)?)
        }
        (warnings(&manifest.warnings))
    };
    Ok(Some(Section {
        id: "glance",
        title: "At a glance",
        found: found(facts),
        body,
        figures: Vec::new(),
    }))
}

fn found(facts: &Facts) -> String {
    let records = &facts.manifest.subsets;
    let [subsets, controls] =
        [is_subset, is_control].map(|is| records.iter().filter(|one| is(one)).count() as u64);
    if records.is_empty() {
        return of_entries(facts);
    }
    let drawn = format!(
        "{} and {} were drawn",
        counted(subsets, "training set", "training sets"),
        counted(
            controls,
            "control to compare them with",
            "controls to compare them with"
        ),
    );
    let (read, kept) = (facts.entries(), facts.kept());
    let share = match read {
        0 => String::new(),
        read => format!(" ({})", percent(kept as f64 / read as f64)),
    };
    format!(
        "{drawn} from the {} of {} entries that were kept{share}.",
        thousands(kept),
        thousands(read)
    )
}

/// Of a folder without training sets.
fn of_entries(facts: &Facts) -> String {
    let (count, are) = match &facts.audit {
        Some(audit) => (audit.trajectories, "trajectories"),
        None => (
            facts.kept(),
            "kept, and no training set was drawn from them",
        ),
    };
    format!(
        "Of {} that were read, {} are {are}.",
        counted(facts.entries(), "entry", "entries"),
        thousands(count)
    )
}

/// How many groups of sources are told whose columns are read alike, and how many names of anything.
const GROUPS_MAX: usize = 20;
const NAMES_MAX: usize = 60;

/// What was audited: the data by its name, what its columns were read as, its label, and the model that wrote it.
fn data(audit: &Audit) -> Markup {
    let groups = groups(&audit.sources);
    html! {
        dt { "Data" } dd { (names(&audit.data())) }
        @for group in groups.iter().take(GROUPS_MAX) {
            dt { "Columns of " (few(&group.iter().map(|one| one.name.as_str()).collect::<Vec<_>>())) }
            dd { (columns(group[0])) }
        }
        @if groups.len() > GROUPS_MAX {
            dt { "Columns of others" }
            dd { "of " (counted((groups.len() - GROUPS_MAX) as u64, "more source", "more sources")) ", in " code { "audit.json" } }
        }
        dt { "Label" } dd { (label(&audit.sources)) }
        dt { "Written by" } dd { (model(audit)) }
    }
}

/// The sources, those together whose columns are read alike.
fn groups(sources: &[Source]) -> Vec<Vec<&Source>> {
    let mut groups: Vec<Vec<&Source>> = Vec::new();
    for source in sources {
        let is_alike = |group: &&mut Vec<&Source>| {
            let known = group[0];
            (&known.layout, &known.columns_read, &known.columns_unread)
                == (&source.layout, &source.columns_read, &source.columns_unread)
        };
        match groups.iter_mut().find(is_alike) {
            Some(group) => group.push(source),
            None => groups.push(vec![source]),
        }
    }
    groups
}

/// What the columns of a source were read as, and which were not read.
fn columns(source: &Source) -> Markup {
    let unread = source.columns_unread.as_deref();
    html! {
        "layout " code { (one_line(&source.layout)) } ": "
        @for (at, one) in source.columns_read.iter().enumerate() {
            @if at > 0 { ", " }
            code { (one_line(&one.column)) } " as " (word(&one.read_as))
        }
        @match unread {
            None => "; which other columns there are is not known",
            Some([]) => "; there is no other",
            Some(unread) => { "; not read: " (names(&unread.iter().map(String::as_str).collect::<Vec<_>>())) }
        }
    }
}

/// What a column was read as, in the words of this page.
fn word(read_as: &str) -> &str {
    match read_as {
        "answer" => "gold answer",
        "recorded" => "label",
        "finish" => "how the response ended",
        other => other,
    }
}

/// Names as they are typed.
fn names(names: &[&str]) -> Markup {
    html! {
        @for (at, name) in names.iter().take(NAMES_MAX).enumerate() {
            @if at > 0 { ", " }
            code { (one_line(name)) }
        }
        @if names.len() > NAMES_MAX { " and " (thousands((names.len() - NAMES_MAX) as u64)) " more" }
    }
}

/// The columns that were read as something, each once.
fn read_as<'a>(sources: &'a [Source], word: &str) -> Vec<&'a str> {
    let read = sources.iter().flat_map(|source| &source.columns_read);
    let mut found: Vec<&str> = Vec::new();
    for one in read.filter(|one| one.read_as == word) {
        if !found.contains(&one.column.as_str()) {
            found.push(&one.column);
        }
    }
    found
}

/// Which columns say whether a response is right; where none was read as that, which may be it.
fn label(sources: &[Source]) -> Markup {
    let labels = read_as(sources, "recorded");
    let unread = sources
        .iter()
        .filter_map(|source| source.columns_unread.as_ref());
    let unread: BTreeSet<&str> = unread.flatten().map(String::as_str).collect();
    let unread: Vec<&str> = unread.into_iter().collect();
    html! {
        @if !labels.is_empty() {
            (names(&labels))
        } @else {
            "no column was read as a label, so that nobody says which responses are right"
            @if !unread.is_empty() {
                "; columns not read: " (names(&unread)) " (where one has it, a pipeline names it as " code { "recorded" } " under "
                code { "[sources.NAME.columns]" } ")"
            }
        }
    }
}

/// How many models are named.
const MODELS_MAX: usize = 8;

/// Which model wrote the responses, as far as columns tell.
fn model(audit: &Audit) -> Markup {
    let mix = audit.mixes.iter().find(|mix| mix.variable == "model");
    let levels = mix.map_or(&[][..], |mix| &mix.levels);
    html! {
        @if levels.is_empty() {
            "no column names the model"
            @let responses = read_as(&audit.sources, "response");
            @if !responses.is_empty() { "; responses are read from " (names(&responses)) }
        } @else {
            "as rows name it: "
            @for (at, level) in levels.iter().take(MODELS_MAX).enumerate() {
                @if at > 0 { ", " }
                code { (one_line(&level.name)) } " (" (counted(level.rows, "row", "rows")) ")"
            }
            @if levels.len() > MODELS_MAX { " and " (thousands((levels.len() - MODELS_MAX) as u64)) " more" }
        }
    }
}

fn is_subset(record: &SubsetRecord) -> bool {
    record.role == SubsetRole::Subset
}

fn is_control(record: &SubsetRecord) -> bool {
    !is_subset(record) && record.role != SubsetRole::Validation
}

/// Rows and tokens of sets of a kind; a row that stands in several counts in each.
fn rows_of(manifest: &Manifest, is_one: fn(&SubsetRecord) -> bool) -> String {
    let records = manifest.subsets.iter().filter(|record| is_one(record));
    let (rows, tokens) = records.fold((0, 0), |(rows, tokens), record| {
        (rows + u64::from(record.size), tokens + record.tokens)
    });
    format!(
        "{} of {}",
        counted(rows, "row", "rows"),
        counted(tokens, "token", "tokens")
    )
}

/// Of how many trajectories and problems all sets are.
fn distinct(facts: &Facts) -> Result<Markup> {
    let mut records = facts.manifest.subsets.iter();
    let validation = records.find(|record| record.role == SubsetRole::Validation);
    let sql = "SELECT count(DISTINCT trajectory_id) AS trajectories, count(DISTINCT problem_id) AS problems FROM selection";
    let distinct = facts.ask(sql)?;
    let distinct = |name| distinct.first().map_or(0, |row| row.count(name));
    Ok(html! {
        (counted(distinct("trajectories"), "different trajectory", "different trajectories")) " to "
        (counted(distinct("problems"), "problem", "problems"))
        @if let Some(one) = validation {
            "; " (counted(one.size.into(), "row", "rows")) " are set aside to validate"
        }
    })
}

/// How many trajectories problems have, of the pairs of both that a query gives.
fn per_problem(pairs: &str) -> String {
    format!(
        "SELECT coalesce(sum(trajectories), 0) AS trajectories, count(*) AS problems, avg(trajectories) AS mean, max(trajectories) AS most \
         FROM (SELECT problem_id, count(*) AS trajectories FROM (SELECT DISTINCT problem_id, trajectory_id FROM {pairs}) GROUP BY \
         problem_id)"
    )
}

/// Problems and their trajectories: of what was read, of what was kept, and of what stands in some set.
fn problems(facts: &Facts) -> Result<Table> {
    let mut table = Table::new(
        "Problems and their trajectories; copies of a trajectory count once",
        &[
            "of what",
            "trajectories",
            "problems",
            "of a problem, on average",
            "at most",
            "see",
        ],
    );
    let all = [
        ("was read", "ledger WHERE trajectory_id IS NOT NULL"),
        ("was kept", "ledger WHERE fate = 'kept'"),
        ("stands in some set or control", "selection"),
    ];
    let drawn = all.len() - usize::from(facts.manifest.subsets.is_empty());
    for (what, pairs) in all.into_iter().take(drawn) {
        let sql = per_problem(pairs);
        let rows = facts.ask(&sql)?;
        let Some(row) = rows.first() else { continue };
        let mean = row.number("mean").map(|mean| format!("{mean:.2}"));
        table.rows.push(vec![
            Cell::text(what),
            Cell::Count(row.count("trajectories")),
            Cell::Count(row.count("problems")),
            mean.map_or(Cell::Nothing, Cell::Figure),
            Cell::Count(row.count("most")),
            facts.tables.rows(&sql),
        ]);
    }
    Ok(table)
}

/// How many tokens what was kept has, of each source and in all.
fn tokens_kept(facts: &Facts) -> Result<Table> {
    let mut table = Table::new(
        "Tokens of what was kept, of whole responses",
        &[
            "source",
            "trajectories",
            "tokens",
            "median",
            "p90",
            "p95",
            "see",
        ],
    );
    let kept = format!(
        "count(*) AS trajectories, sum(tokens) AS tokens, {SPREAD} FROM ledger WHERE fate = 'kept'"
    );
    let of_all = format!("SELECT {kept}");
    let by_source = format!(
        "SELECT source, {kept} GROUP BY source ORDER BY trajectories DESC, source LIMIT {SOURCES_MAX}"
    );
    let mut push = |row: &Row, source: &str, sql: &str| {
        let mut cells = vec![
            Cell::text(source),
            Cell::Count(row.count("trajectories")),
            Cell::Count(row.count("tokens")),
        ];
        cells.extend(spread(row));
        cells.push(facts.tables.rows(sql));
        table.rows.push(cells);
    };
    let all = facts.ask(&of_all)?;
    for row in all.iter().filter(|row| row.count("trajectories") > 0) {
        push(row, "all", &of_all);
    }
    let sources = facts.ask(&by_source)?;
    for row in sources.iter().filter(|_| sources.len() > 1) {
        push(row, row.text("source").unwrap_or_default(), &by_source);
    }
    Ok(table)
}

/// How many origins are named: the largest.
const ORIGINS_MAX: usize = 12;

/// Where sources have problems from, and who wrote the trajectories, as far as a column says so.
fn by_origin(facts: &Facts) -> Result<Markup> {
    let sql = "SELECT origin, count(*) AS entries, count(*) FILTER (WHERE fate = 'kept') AS kept, count(DISTINCT problem_id) AS problems \
               FROM ledger WHERE trajectory_id IS NOT NULL GROUP BY origin ORDER BY entries DESC, origin";
    let rows = facts.ask(sql)?;
    let named = rows
        .iter()
        .filter(|row| row.text("origin").is_some())
        .count();
    let mut table = Table::new(
        match rows.len() > ORIGINS_MAX {
            true => format!(
                "By origin, the {ORIGINS_MAX} largest of {}",
                thousands(rows.len() as u64)
            ),
            false => "By origin: where the source has the problem from".to_owned(),
        },
        &[
            "origin",
            "trajectories, copies too",
            "kept",
            "problems",
            "see",
        ],
    );
    for row in rows.iter().take(ORIGINS_MAX).filter(|_| named > 0) {
        let shown = format!(
            "SELECT count(*) AS trajectories, count(*) FILTER (WHERE fate = 'kept') AS kept, count(DISTINCT problem_id) AS problems FROM \
             ledger WHERE trajectory_id IS NOT NULL AND {}",
            is("origin", row.text("origin"))
        );
        table.rows.push(vec![
            Cell::text(row.text("origin").unwrap_or("not named")),
            Cell::Count(row.count("entries")),
            Cell::Count(row.count("kept")),
            Cell::Count(row.count("problems")),
            facts.tables.rows(&shown),
        ]);
    }
    let origins = match named {
        0 => "No column names where the source has a problem from. ",
        _ => "",
    };
    Ok(html! {
        (table.markup())
        p.soft { (origins) "No column that was read names the model that wrote a trajectory: of that its style is all that is known ("
            (styles(facts)?) " of what was kept)." }
    })
}

/// Each style with the trajectories of it that were kept, the most frequent first.
fn styles(facts: &Facts) -> Result<String> {
    let rows = facts.ask("SELECT style, count(*) AS kept FROM ledger WHERE fate = 'kept' GROUP BY style ORDER BY kept DESC, style LIMIT 12")?;
    let style = |row: &Row| {
        let style = row
            .text("style")
            .map_or_else(|| "none".to_owned(), |style| facts.style(style));
        format!("{style}: {}", thousands(row.count("kept")))
    };
    Ok(rows.iter().map(style).collect::<Vec<_>>().join(", "))
}

/// The hash by which the pipeline, with every default, is known.
fn seal(manifest: &Manifest) -> Option<&str> {
    manifest.pipeline_sha256.get(..12)
}

/// How many sources a table names; nobody has as many.
const SOURCES_MAX: usize = 100;

fn sources(manifest: &Manifest) -> Table {
    let heads = [
        "source",
        "licence",
        "whom to name",
        "files",
        "from",
        "read",
        "kept",
    ];
    let mut table = Table::new("Where the rows come from", &heads);
    for source in manifest.sources.iter().take(SOURCES_MAX) {
        let files: Vec<&FileRecord> = manifest
            .files
            .iter()
            .filter(|file| file.source == source.name)
            .collect();
        let counts = manifest
            .ledger
            .iter()
            .find(|counts| counts.source == source.name);
        let unsaid = |said: &Option<String>| Cell::text(said.as_deref().unwrap_or("not stated"));
        table.rows.push(vec![
            Cell::code(&source.name),
            unsaid(&source.license),
            unsaid(&source.attribution),
            Cell::Count(files.len() as u64),
            Cell::text(origin(&files)),
            Cell::count(counts.map(|counts| counts.read)),
            Cell::count(counts.map(|counts| counts.kept)),
        ]);
    }
    table
}

/// The dataset on a hub with the commits, or this disk.
fn origin(files: &[&FileRecord]) -> String {
    let mut places: Vec<String> = files
        .iter()
        .filter_map(|file| file.hub.as_ref())
        .map(|hub| {
            format!(
                "{} at {}",
                hub.dataset,
                hub.commit.get(..12).unwrap_or(&hub.commit)
            )
        })
        .collect();
    places.dedup();
    match places.as_slice() {
        [] => "files on disk".to_owned(),
        places => places.join(", "),
    }
}

/// How many warnings are shown.
const WARNINGS_MAX: usize = 20;

fn warnings(warnings: &[String]) -> Markup {
    html! {
        @if !warnings.is_empty() {
            h3 { "What the run warned of" }
            ul {
                @for warning in warnings.iter().take(WARNINGS_MAX) { li { (said(warning)) } }
                @if warnings.len() > WARNINGS_MAX {
                    li { "and " (counted((warnings.len() - WARNINGS_MAX) as u64, "more", "more")) ", in the manifest" }
                }
            }
        }
    }
}
