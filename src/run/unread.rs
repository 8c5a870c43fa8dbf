//! A source of which nearly nothing could be read: that is a fault of reading, and is told as one.
//!
//! Without this a run would end with "its bucket is empty", or worse, go on with the few rows that happened to fit.

use std::collections::BTreeMap;

use super::Watch;
use super::loaded::RunPart;
use crate::plan::{Plan, PlannedFile, PlannedSource};
use crate::pool::Entries;
use crate::source::look::picked::{Picked, picked};
use crate::source::look::suggest;
use crate::source::look::{self, Look};
use crate::source::needed::Shape;
use crate::source::{Layout, Void, layout};
use crate::{Error, Result};

/// What was lost of a source, by reason: how many, and where the first stands.
type Losses = BTreeMap<Void, (u64, String)>;

/// Ends the run for the first source of which more was lost than it may; notes those that have no rows.
pub(super) fn refuse(
    plan: &Plan,
    entries: &Entries,
    parts: &[RunPart],
    watch: &dyn Watch,
) -> Result<()> {
    for (index, source) in plan.sources.iter().enumerate() {
        let of_source = parts.iter().filter(|part| part.source == index);
        let (read, losses) = losses(source, entries, of_source);
        let lost: u64 = losses.values().map(|(count, _)| count).sum();
        note_absent(source, watch);
        if read == 0 {
            watch.note(&format!("source `{}` has no rows", source.name));
        }
        let most = source.source.unread_max;
        if lost > 0 && most < 1.0 && lost as f64 >= most * read as f64 {
            return Err(refusal(source, read, lost, &losses));
        }
    }
    Ok(())
}

/// Notes the columns that the pipeline names and none of the first rows has: a typing error inside of a path.
fn note_absent(source: &PlannedSource, watch: &dyn Watch) {
    let (Some(columns), Some(file)) = (&source.source.columns, source.files.first()) else {
        return;
    };
    if file.file.place.is_remote() {
        // What the pool holds is not fetched again for a note.
        return;
    }
    // What cannot be looked at is told by who reads it.
    let picked = picked(&file.file, columns, ROWS).unwrap_or_default();
    for absent in picked.into_iter().filter(|picked| picked.is_absent()) {
        watch.note(&format!(
            "`{} = \"{}\"` of `{}` is found in none of the first rows",
            absent.key, absent.path, source.name
        ));
    }
}

/// How many entries a source has, exact copies too, and those that yield nothing for a fault of reading. A file that
/// cannot be read is told elsewhere.
fn losses<'p>(
    source: &PlannedSource,
    entries: &Entries,
    parts: impl Iterator<Item = &'p RunPart>,
) -> (u64, Losses) {
    let (mut read, mut losses) = (0, Losses::new());
    for part in parts {
        let file = &source.files[part.file].file.name;
        for entry in &entries.rows[part.entries.clone()] {
            read += 1;
            let Err(void) = entry.body else { continue };
            if void == Void::UnreadableFile {
                continue;
            }
            let first = || (0, format!("{file}:{}", entry.row));
            losses.entry(void).or_insert_with(first).0 += 1;
        }
    }
    (read, losses)
}

fn refusal(source: &PlannedSource, read: u64, lost: u64, losses: &Losses) -> Error {
    let mut table = String::new();
    let mut by_count: Vec<_> = losses.iter().collect();
    by_count.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (void, (count, first)) in &by_count {
        table += &format!("  {void}: {count}, the first at {first}\n");
    }
    let worst = by_count.first().map(|(void, _)| **void);
    let file = source.files.iter().find(|file| file.units.is_ok());
    let seen = file.and_then(|file| Some((file, look::look(&file.file, ROWS).ok()?)));
    if let Some((file, look)) = &seen
        && let Some((row, why)) = &look.fault
    {
        table += &format!("row {row} of {} is no object: {why}\n", file.file.name);
    }
    let mut are_empty = false;
    if let Some((file, look)) = &seen
        && worst.is_some_and(is_of_columns)
    {
        let wrong = wrong(source, file, look);
        are_empty = wrong.is_empty();
        if !are_empty {
            table += &format!(
                "the first {} rows of {} hold\n{wrong}",
                look.rows, file.file.name
            );
        }
    }
    Error::Lost {
        source_name: source.name.clone(),
        read,
        lost,
        table: table.trim_end().to_owned(),
        hint: match are_empty {
            true => with_leave(
                source,
                "those cells are there and say nothing: leave such rows out of the data",
            ),
            false => mend(source, worst, seen.as_ref().map(|(_, look)| look)),
        },
    }
}

/// Whether another layout, or other columns, could mend it.
fn is_of_columns(void: Void) -> bool {
    matches!(
        void,
        Void::WrongType
            | Void::NoProblem
            | Void::NoGenerations
            | Void::NoResponse
            | Void::EmptyResponse
    )
}

/// How many rows are looked at to say what stands in them.
const ROWS: usize = 100;

/// The columns that hold something else than is wanted, with what the first rows hold; empty where all are right.
fn wrong(source: &PlannedSource, file: &PlannedFile, look: &Look) -> String {
    if let Some(columns) = &source.source.columns {
        let picked = picked(&file.file, columns, ROWS)
            .unwrap_or_default()
            .into_iter();
        let of_all = picked.filter(|picked| ["problem", "response"].contains(&picked.key));
        let line = |picked: Picked| {
            format!(
                "  `{}` ({}): {}\n",
                picked.path,
                picked.key,
                look::kinds(&picked.held)
            )
        };
        return of_all.map(line).collect();
    }
    let mut text = String::new();
    for needed in layout::columns(&source.source) {
        let held = match look.column(&needed.name) {
            Some(column) if is_as_wanted(needed.shape, column.kind()) => continue,
            Some(column) => column.kinds(),
            None if needed.required => "no such column".into(),
            None => continue,
        };
        text += &format!(
            "  `{}`: {held}, where this layout has {}\n",
            needed.name,
            needed.shape.words()
        );
    }
    text
}

/// Whether a layout that wants the shape takes what a column mostly holds.
fn is_as_wanted(shape: Shape, kind: &str) -> bool {
    let list = kind.strip_prefix("JSON text of ").unwrap_or(kind);
    let is_list_of = |of: &[&str]| {
        list.strip_prefix("a list of ")
            .is_some_and(|items| of.contains(&items))
    };
    match shape {
        Shape::Text => kind == "text",
        Shape::Answer => {
            ["text", "a number", "a truth value"].contains(&kind)
                || is_list_of(&["texts", "numbers"])
        }
        Shape::Texts => is_list_of(&["texts"]),
        Shape::Bools => is_list_of(&["truth values", "numbers", "texts"]),
        Shape::Turns => is_list_of(&["turns"]),
        Shape::Any => true,
    }
}

/// What to write instead, by the reason that took the most.
fn mend(source: &PlannedSource, worst: Option<Void>, look: Option<&Look>) -> String {
    let table = format!("[sources.{}]", source.name);
    let mend = match worst {
        Some(Void::SeveralTurns) => {
            format!("write `turns = \"pairs\"` under `{table}` to read each answered question")
        }
        Some(Void::ControlTokens) => format!(
            "cut the text with `after` and `before` (layout `columns`), or write `control_tokens = \"escape\"` under \
             `{table}`"
        ),
        Some(Void::TurnOrder) => {
            "a chat is a question, its answer, and so on by turns: leave other rows out of the data"
                .into()
        }
        Some(Void::ToolCalls) => {
            "chats that call tools are not read: leave such rows out of the data".into()
        }
        Some(Void::NoText) => {
            "turns with images and other parts are not read: leave such rows out of the data".into()
        }
        Some(Void::TooLarge) => format!("raise `row_bytes_max` under `{table}`"),
        Some(Void::BadUtf8) => {
            "write it in UTF-8, as with `iconv -f LATIN1 -t UTF-8 FILE > NEW` where it is Latin-1"
                .into()
        }
        Some(Void::BadJson | Void::BadCsv) => {
            "see what the file is with `gradatim inspect`, and mend or convert it".into()
        }
        _ => look.map_or_else(String::new, |look| instead(source, look)),
    };
    let is_of_chats = || {
        let mut columns = layout::columns(&source.source).into_iter();
        columns.any(|needed| needed.shape == Shape::Turns)
    };
    let mend = match (worst, mend.is_empty()) {
        (Some(Void::WrongType), true) if is_of_chats() => OF_CHATS.into(),
        _ => mend,
    };
    let mend = match mend.is_empty() {
        true => "see what the file holds with `gradatim inspect`".into(),
        false => mend,
    };
    with_leave(source, &mend)
}

/// The mend, and how to go on where the loss is meant.
fn with_leave(source: &PlannedSource, mend: &str) -> String {
    format!(
        "{mend}; where the loss is meant, write `unread_max = 1.0` under `[sources.{}]`",
        source.name
    )
}

const OF_CHATS: &str = "write each chat as a list of objects with `role` and `content`, as in \
                        `[{\"role\": \"user\", \"content\": \"…\"}, {\"role\": \"assistant\", \"content\": \"…\"}]`";

/// Another layout, or the columns that are likely meant.
fn instead(source: &PlannedSource, look: &Look) -> String {
    let needed = layout::columns(&source.source);
    let of_python = |name: &str| {
        look.column(name)
            .is_some_and(|column| column.kind() == look::OF_PYTHON)
    };
    if let Some(needed) = needed.iter().find(|needed| of_python(&needed.name)) {
        return format!(
            "`{}` holds what Python shows of a list, which is no JSON: write it with `json.dumps`, or the table with \
             `to_parquet`",
            needed.name
        );
    }
    let suggestion = suggest::suggest(look);
    let is_other = |layout: &Layout| *layout != source.source.layout;
    if let Some(layout) = suggestion.layout.filter(is_other) {
        return format!(
            "write `layout = \"{}\"`, whose columns the file has",
            layout.name()
        );
    }
    if suggestion.picks.iter().all(|pick| pick.key != "response") {
        return String::new();
    }
    let mut picks = suggestion.picks.iter();
    let Some(problem) = picks.next().filter(|pick| pick.key == "problem") else {
        return String::new();
    };
    let keys: Vec<String> = std::iter::once(problem)
        .chain(picks)
        .map(|pick| format!("{} = {}", pick.key, pick.as_toml()))
        .collect();
    format!(
        "perhaps `layout = \"columns\"` with `columns = {{ {} }}` is meant; `gradatim init` writes such a pipeline",
        keys.join(", ")
    )
}
