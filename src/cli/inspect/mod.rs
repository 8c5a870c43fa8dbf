//! `gradatim inspect`: what a file or folder holds.
//!
//! What it can read it shows, though it ends as what cannot be read does: columns, types and values always, and where no
//! layout fits, which nearly do, and a table to start from.

mod data;
mod hub;

use crate::error::one_line;
use crate::source::look::suggest::suggest;
use crate::source::look::trial::{Trial, trial};
use crate::source::look::{Look, look};
use crate::source::value::Value as Cell;
use crate::source::{self, Entry, Format, Layout, Place, Source, SourceFile, parquet::Footer};
use crate::{Error, Result};
use clap::Args;
use serde_json::{Value, json};

use super::progress::Progress;
use super::starter::Starter;
use super::table::{bytes, table, thousands, width};
use super::{print, print_json, print_to_keep};
pub(super) use data::Data;
use hub::OnHub;

/// Shows what a file, a folder, a glob or a dataset of the hub holds: the layout its columns suggest,
/// columns with their types and what their first rows hold, rows, row groups, bytes, and the first entries as that
/// layout reads them; where no layout fits, which nearly do and what to write; of a dataset also its configs and
/// splits.
#[derive(Args)]
#[command(after_help = "\
Ends with 4 where a file, or the first rows, cannot be read; what can be is shown.

Examples:
  gradatim inspect data/openr1
  gradatim inspect hub:open-r1/OpenR1-Math-220k --config default")]
pub(super) struct Arguments {
    #[command(flatten)]
    data: Data,
    /// How many entries are shown.
    #[arg(long, default_value_t = 3, value_parser = entry_count)]
    entries: usize,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// More entries than anybody reads are held as a whole.
const ENTRIES_MAX: usize = 10_000;

fn entry_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number <= ENTRIES_MAX => Ok(number),
        _ => Err(format!("write a number from 0 to {ENTRIES_MAX}")),
    }
}

pub(super) fn inspect(arguments: &Arguments) -> Result<u8> {
    let (on_hub, files) = arguments.data.find(&Progress::new())?;
    let mut described = Vec::new();
    for file in files {
        described.push(Described::of(file)?);
    }
    let seen = Seen::of(&described, arguments);
    match arguments.json {
        true => print_json(&as_json(on_hub.as_ref(), &described, &seen))?,
        false => {
            print(&as_text(on_hub.as_ref(), &described, &seen))?;
            if let Some(starter) = &seen.starter {
                let path = arguments.data.source.display().to_string();
                print_to_keep(&starter.table("data", &[("path", &path)]))?;
            }
        }
    }
    end(described, seen)
}

/// What could be shown is shown by now; what could not is an error all the same.
fn end(described: Vec<Described>, seen: Seen) -> Result<u8> {
    let files = described.into_iter();
    let unreadable: Vec<(String, String)> = files
        .filter_map(|file| Some((file.file.name, file.unreadable?)))
        .collect();
    if !unreadable.is_empty() {
        return Err(Error::Unreadable(unreadable));
    }
    match seen.failed {
        // A layout that does not fit is no fault of the file.
        None | Some(Error::Schema { .. }) => Ok(0),
        Some(error) => Err(error),
    }
}

/// A file before its rows are looked at.
struct Described {
    file: SourceFile,
    bytes: u64,
    /// Unknown for a file of text until it is read.
    rows: Option<u64>,
    groups: Option<usize>,
    columns: Vec<(String, String)>,
    unreadable: Option<String>,
}

impl Described {
    fn of(file: SourceFile) -> Result<Self> {
        let mut described = Self {
            file,
            bytes: 0,
            rows: None,
            groups: None,
            columns: Vec::new(),
            unreadable: None,
        };
        if let Err(error) = described.fill() {
            described.unreadable = Some(crate::plan::unreadable(error)?);
        }
        Ok(described)
    }

    fn fill(&mut self) -> Result<()> {
        source::head::check(&self.file)?;
        self.bytes = self.file.place.bytes()?;
        source::settle(&mut self.file)?;
        if self.file.format == Format::Parquet {
            let footer = Footer::read(&self.file)?;
            self.rows = Some(footer.rows());
            self.groups = Some(footer.row_groups());
        }
        self.columns = source::column_kinds(&self.file)?;
        Ok(())
    }
}

/// What the first rows show.
#[derive(Default)]
struct Seen {
    /// Of the first file that has columns; none where none has.
    look: Option<Look>,
    layout: Option<Layout>,
    near: Vec<(Layout, Vec<&'static str>)>,
    starter: Option<Starter>,
    /// What the layout makes of the first rows; none where there is no layout, or it does not fit at all.
    trial: Option<Trial>,
    entries: Vec<Value>,
    /// Why rows were not looked at, or not all.
    failed: Option<Error>,
}

/// How many rows are looked at; of a file on the hub fewer, since each may have to be fetched.
const ROWS: usize = 100;
const ROWS_ON_HUB: usize = 3;

impl Seen {
    fn of(described: &[Described], arguments: &Arguments) -> Self {
        let mut seen = Self::default();
        let with_columns = described.iter().find(|file| !file.columns.is_empty());
        let readable = || described.iter().find(|file| file.unreadable.is_none());
        if let Some(described) = with_columns.or_else(readable)
            && let Err(error) = seen.fill(&described.file, arguments)
        {
            seen.failed = Some(error);
        }
        seen
    }

    fn fill(&mut self, file: &SourceFile, arguments: &Arguments) -> Result<()> {
        let rows = match file.place {
            Place::Disk(_) => ROWS,
            Place::Hub(_) | Place::Store(_) => ROWS_ON_HUB,
        };
        let look = look(file, rows)?;
        self.failed = unread(file, &look);
        let suggestion = suggest(&look);
        self.near = suggestion.near;
        self.layout = arguments.data.layout.or(suggestion.layout);
        let look = self.look.insert(look);
        match self.layout.filter(|layout| *layout != Layout::Columns) {
            Some(layout) => {
                let mut shown = Vec::new();
                let tried = trial(
                    file,
                    &Source::of(layout),
                    rows.max(arguments.entries),
                    |row, entry| {
                        if shown.len() < arguments.entries {
                            shown.push(show(row, entry));
                        }
                    },
                );
                self.entries = shown;
                self.trial = Some(tried?);
            }
            None => self.starter = Starter::of(file, look, None)?,
        }
        if self
            .trial
            .as_ref()
            .is_some_and(|trial| trial.trajectories == 0)
        {
            self.starter = Starter::of(file, look, None)?;
        }
        Ok(())
    }
}

/// The error of a file of which no row can be taken apart.
fn unread(file: &SourceFile, look: &Look) -> Option<Error> {
    (look.rows > 0 && look.unread == look.rows).then(|| Error::File {
        file: file.name.clone(),
        problem: format!("has no row that can be read, of the first {}", look.rows),
        hint: "fetch or write the file again, or give it the ending of what it holds".into(),
    })
}

fn as_json(on_hub: Option<&OnHub>, described: &[Described], seen: &Seen) -> Value {
    let files = described.iter().map(|file| {
        json!({
            "file": file.file.name, "bytes": file.bytes, "rows": file.rows,
            "row_groups": file.groups, "unreadable": file.unreadable,
        })
    });
    let columns = columns(described).iter().map(|(name, kind)| {
        let looked = seen.look.as_ref().and_then(|look| look.column(name));
        json!({
            "name": name,
            "type": kind,
            "holds": looked.map(|column| column.kinds()),
            "value": looked.map(|column| start(&shown(&column.first))),
        })
    });
    let near = seen
        .near
        .iter()
        .map(|(layout, lacks)| json!({ "layout": layout, "lacks": lacks }));
    let voids = seen.trial.iter().flat_map(|trial| &trial.voids);
    let voids = voids.map(|(void, count)| (void.as_str().to_owned(), json!(count)));
    json!({
        "hub": on_hub.map(OnHub::json),
        "layout": seen.layout,
        "near": near.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
        "columns": columns.collect::<Vec<_>>(),
        "looked_at": seen.look.as_ref().map(|look| look.rows),
        "voids": Value::Object(voids.collect()),
        "entries": seen.entries,
        "suggested": seen.starter.as_ref().map(|starter| starter.table("data", &[])),
        "failed": seen.failed.as_ref().map(ToString::to_string),
    })
}

fn columns(described: &[Described]) -> &[(String, String)] {
    let first = described.iter().find(|file| !file.columns.is_empty());
    first.map_or(&[], |file| &file.columns)
}

/// All but the lines of a pipeline, which are to be kept.
fn as_text(on_hub: Option<&OnHub>, described: &[Described], seen: &Seen) -> String {
    let mut text = on_hub.map(OnHub::text).unwrap_or_default();
    text += &layout_line(seen);
    text.push('\n');
    text += &files_table(described);
    text.push('\n');
    text += &match &seen.look {
        Some(look) => columns_table(look, table),
        None => {
            let rows = columns(described)
                .iter()
                .map(|(name, kind)| vec![name.clone(), kind.clone()]);
            table(&["column", "type"], &rows.collect::<Vec<_>>())
        }
    };
    if let Some(failed) = &seen.failed {
        let failed = failed.to_string();
        text += &format!("\nthe rows could not be looked at: {}\n", one_line(&failed));
    }
    seen.entries
        .iter()
        .for_each(|entry| text += &entry_lines(entry));
    if let Some(trial) = seen.trial.as_ref().filter(|trial| !trial.voids.is_empty()) {
        text += &format!("\nas this layout reads them, {}\n", trial.told());
    }
    if let Some(starter) = &seen.starter {
        text += &format!(
            "\nperhaps it is read so (`gradatim init` writes a whole pipeline); {}\n\n",
            starter.trial.told(),
        );
    }
    text
}

fn layout_line(seen: &Seen) -> String {
    let mut text = match seen.layout {
        Some(layout) => format!("layout: {}\n", layout.name()),
        None => "layout: none that is known; name its columns with `layout = \"columns\"`\n".into(),
    };
    if seen.layout.is_none() {
        for (layout, lacks) in &seen.near {
            let lacks: Vec<String> = lacks.iter().map(|name| format!("`{name}`")).collect();
            text += &format!(
                "  {} nearly fits: it needs {}\n",
                layout.name(),
                lacks.join(", ")
            );
        }
    }
    text
}

fn files_table(described: &[Described]) -> String {
    let rows = described.iter().map(|file| {
        vec![
            file.file.name.clone(),
            bytes(file.bytes),
            file.rows.map_or("?".into(), thousands),
            file.groups.map_or("-".into(), |groups| groups.to_string()),
            file.unreadable.clone().unwrap_or_default(),
        ]
    });
    table(
        &["file", "bytes", "rows", "row groups", ""],
        &rows.collect::<Vec<_>>(),
    )
}

/// Columns with their types, what the first rows hold, and a value, laid out for a page or for a message.
pub(super) fn columns_table(
    look: &Look,
    laid_out: fn(&[&str], &[Vec<String>]) -> String,
) -> String {
    let rows = look.columns.iter().map(|column| {
        vec![
            column.name.clone(),
            start_of(&column.declared, room(TYPE_CHARS, 4)),
            column.kinds(),
            start_of(&shown(&column.first), room(VALUE_CHARS, 2)),
        ]
    });
    let held = format!("the first {} rows hold", look.rows);
    let mut text = laid_out(
        &["column", "type", &held, "for example"],
        &rows.collect::<Vec<_>>(),
    );
    if look.unread > 0 {
        text += &format!("{} of them cannot be taken apart at all", look.unread);
        if let Some((row, why)) = &look.fault {
            text += &format!("; row {row}: {}", one_line(why));
        }
        text.push('\n');
    }
    text
}

const TYPE_CHARS: usize = 30;
const VALUE_CHARS: usize = 50;

/// So many letters, or what a share of the terminal has room for where that is more.
fn room(least: usize, share: usize) -> usize {
    width().map_or(least, |width| (width / share).max(least))
}

/// What stands before a field of an entry.
const NAME_CHARS: usize = 14;

fn entry_lines(entry: &Value) -> String {
    let mut text = "\n".to_owned();
    for (name, value) in entry.as_object().into_iter().flatten() {
        let value = match value {
            Value::Null => continue,
            Value::String(value) => value.clone(),
            other => other.to_string(),
        };
        text += &format!("{name:NAME_CHARS$} {}\n", one_line(&value));
    }
    text
}

fn show(row: u64, entry: &Entry<'_>) -> Value {
    match &entry.body {
        Err(void) => json!({ "row": row, "generation": entry.generation, "void": void.as_str() }),
        Ok(trajectory) => json!({
            "row": row,
            "generation": entry.generation,
            "problem": start(&trajectory.problem),
            "answer": trajectory.gold.as_deref().map(start),
            "response": start(&trajectory.response),
            "category": trajectory.category,
            "origin": trajectory.origin,
            "style": trajectory.style,
            "recorded_rule": trajectory.recorded_rule,
            "recorded_judge": trajectory.recorded_judge,
            "finished": trajectory.finished,
            "remarks": Some(trajectory.remarks.to_string()).filter(|words| !words.is_empty()),
        }),
    }
}

fn start(text: &str) -> String {
    start_of(text, 100)
}

fn start_of(text: &str, most: usize) -> String {
    let mut short: String = text.chars().take(most).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short.replace('\n', "⏎")
}

/// A cell as JSON writes it, text without quotes.
fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing | Cell::Null => String::new(),
        Cell::Text(text) => text.clone().into_owned(),
        other => inner(other),
    }
}

fn inner(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Missing | Cell::Null => "null".into(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Number(number) => number.to_string(),
        Cell::Decimal(number) => number.to_string(),
        Cell::Text(text) => format!("{:?}", start_of(text, VALUE_CHARS)),
        Cell::List(items) => {
            let items: Vec<String> = items.iter().take(ITEMS_SHOWN).map(inner).collect();
            format!("[{}]", items.join(", "))
        }
        Cell::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(key, value)| format!("{key}: {}", inner(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Cell::Other(kind) => kind.to_string(),
    }
}

const ITEMS_SHOWN: usize = 3;
