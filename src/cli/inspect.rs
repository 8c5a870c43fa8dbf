//! `gradatim inspect`: what a file or folder holds.

use std::path::PathBuf;
use std::sync::Arc;

use crate::Result;
use crate::run::Watch;
use crate::source::hub::{Address, Dataset, Description};
use crate::source::parquet::Footer;
use crate::source::{
    self, Asked, BatchSize, Entry, Format, HubMode, Layout, Source, SourceFile, Unit, files, layout,
};
use clap::Args;
use serde_json::{Value, json};

use super::progress::Progress;
use super::table::{bytes, table, thousands};
use super::{hub, print, print_json, stop_on_signals};

/// Shows what a file, a folder, a glob or a dataset of the hub holds: the layout its columns suggest,
/// columns with their types, rows, row groups, bytes, and the first entries as that layout reads them; of
/// a dataset also its configs and splits.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim inspect data/openr1
  gradatim inspect hub:open-r1/OpenR1-Math-220k --config default")]
pub(super) struct Arguments {
    /// A file, folder or glob, or `hub:NAMESPACE/NAME@REVISION`.
    source: PathBuf,
    /// The config of a dataset, on the hub or in a folder [default: its default one].
    #[arg(long)]
    config: Option<String>,
    /// The split of a dataset, on the hub or in a folder [default: `train`, or the only one].
    #[arg(long)]
    split: Option<String>,
    /// Read with this layout, instead of the one that the columns suggest.
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    /// How many entries are shown.
    #[arg(long, default_value_t = 3)]
    entries: usize,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// What a dataset of the hub offers, and the files of the config and split that are looked into.
struct OnHub {
    description: Arc<Description>,
    dataset: Dataset,
    files: Vec<SourceFile>,
}

impl OnHub {
    fn find(address: &str, arguments: &Arguments) -> Result<Self> {
        let stop = stop_on_signals()?;
        let hub = hub::connect(&stop, &Arc::new(Progress::new()), RANGES_BYTES)?;
        let address: Address = address.parse()?;
        let description = hub.describe(&address)?;
        let (config, split) = (arguments.config.as_deref(), arguments.split.as_deref());
        let dataset = description.dataset(config, split, "train")?;
        Ok(Self {
            files: files::of_dataset(&hub, &dataset, HubMode::Stream),
            description,
            dataset,
        })
    }

    /// Config, split, files and bytes of each split.
    fn splits(&self) -> impl Iterator<Item = (&str, &str, usize, u64)> {
        self.description.configs.iter().flat_map(|config| {
            config.splits.iter().map(|(split, files)| {
                let bytes = files.iter().map(|file| file.size).sum();
                (config.name.as_str(), split.as_str(), files.len(), bytes)
            })
        })
    }

    fn json(&self) -> Value {
        let splits = self.splits().map(|(config, split, files, bytes)| {
            json!({ "config": config, "split": split, "files": files, "bytes": bytes })
        });
        json!({
            "dataset": self.dataset.repo,
            "commit": self.dataset.commit,
            "config": self.dataset.config,
            "split": self.dataset.split,
            "splits": splits.collect::<Vec<_>>(),
        })
    }

    fn text(&self) -> String {
        let rows = self.splits().map(|(config, split, files, size)| {
            let is_shown = config == self.dataset.config && split == self.dataset.split;
            vec![
                config.to_owned(),
                split.to_owned(),
                thousands(files as u64),
                bytes(size),
                if is_shown { "shown below" } else { "" }.to_owned(),
            ]
        });
        format!(
            "dataset: {}\ncommit: {}\n\n{}\n",
            self.dataset.repo,
            self.dataset.commit,
            table(
                &["config", "split", "files", "bytes", ""],
                &rows.collect::<Vec<_>>()
            ),
        )
    }
}

/// What looking at footers and first rows may keep on disk.
const RANGES_BYTES: u64 = 1 << 30;

pub(super) fn inspect(arguments: &Arguments) -> Result<u8> {
    let address = arguments.source.to_str();
    let on_hub = match address.and_then(|address| address.strip_prefix("hub:")) {
        Some(address) => Some(OnHub::find(address, arguments)?),
        None => None,
    };
    let files = match &on_hub {
        Some(on_hub) => on_hub.files.clone(),
        None => found_here(arguments)?,
    };
    let mut described = Vec::new();
    for file in &files {
        described.push(describe(file)?);
    }
    let columns = described.iter().find(|file| !file.columns.is_empty());
    let columns = columns.map_or(&[][..], |file| &file.columns);
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    let layout = arguments.layout.or_else(|| layout::recognise(&names));
    let entries = match layout {
        Some(layout) if layout != Layout::Columns => {
            first_entries(&files[0], layout, arguments.entries)?
        }
        _ => Vec::new(),
    };
    if arguments.json {
        let files = described.iter().map(|file| {
            json!({ "file": file.name, "bytes": file.bytes, "rows": file.rows, "row_groups": file.groups, "unreadable": file.unreadable })
        });
        let columns = columns
            .iter()
            .map(|(name, kind)| json!({ "name": name, "type": kind }));
        print_json(&json!({
            "hub": on_hub.as_ref().map(OnHub::json),
            "layout": layout,
            "files": files.collect::<Vec<_>>(),
            "columns": columns.collect::<Vec<_>>(),
            "entries": entries,
        }))?;
        return Ok(0);
    }
    let mut text = on_hub.as_ref().map(OnHub::text).unwrap_or_default();
    text += &match layout {
        Some(layout) => format!("layout: {}\n\n", word(layout)),
        None => {
            "layout: none that is known; name its columns with `layout = \"columns\"`\n\n".into()
        }
    };
    let rows = described.iter().map(|file| {
        vec![
            file.name.clone(),
            bytes(file.bytes),
            file.rows.map_or("?".into(), thousands),
            file.groups.map_or("-".into(), |groups| groups.to_string()),
            file.unreadable.clone().unwrap_or_default(),
        ]
    });
    text += &table(
        &["file", "bytes", "rows", "row groups", ""],
        &rows.collect::<Vec<_>>(),
    );
    text.push('\n');
    let rows = columns
        .iter()
        .map(|(name, kind)| vec![name.clone(), kind.clone()]);
    text += &table(&["column", "type"], &rows.collect::<Vec<_>>());
    for entry in &entries {
        text.push('\n');
        for (name, value) in entry.as_object().into_iter().flatten() {
            let value = match value {
                Value::Null => continue,
                Value::String(value) => value.clone(),
                other => other.to_string(),
            };
            text += &format!("{name:14} {value}\n");
        }
    }
    print(&text)?;
    Ok(0)
}

/// The files of a path on this disk; what should be known of them is said.
fn found_here(arguments: &Arguments) -> Result<Vec<SourceFile>> {
    let asked = Asked {
        config: arguments.config.as_deref(),
        split: arguments.split.as_deref(),
        ..Asked::usual("train")
    };
    let found = files::find_as(&arguments.source, asked)?;
    let progress = Progress::new();
    found.notes.iter().for_each(|note| progress.note(note));
    Ok(found.files)
}

fn word(layout: Layout) -> String {
    let value = serde_json::to_value(layout).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

struct Described {
    name: String,
    bytes: u64,
    /// Unknown for a file of text until it is read.
    rows: Option<u64>,
    groups: Option<usize>,
    columns: Vec<(String, String)>,
    unreadable: Option<String>,
}

fn describe(file: &SourceFile) -> Result<Described> {
    let mut described = Described {
        name: file.name.clone(),
        bytes: 0,
        rows: None,
        groups: None,
        columns: Vec::new(),
        unreadable: None,
    };
    if let Err(error) = source::head::check(file) {
        described.unreadable = Some(crate::plan::unreadable(error)?);
        return Ok(described);
    }
    described.bytes = file.place.bytes()?;
    match file.format {
        Format::Parquet => match Footer::read(file) {
            Ok(footer) => {
                described.rows = Some(footer.rows());
                described.groups = Some(footer.row_groups());
                described.columns = footer.column_kinds();
            }
            Err(error) => described.unreadable = Some(crate::plan::unreadable(error)?),
        },
        Format::Arrow | Format::Text(_) => match source::column_kinds(file) {
            Ok(columns) => described.columns = columns,
            Err(error) => described.unreadable = Some(crate::plan::unreadable(error)?),
        },
    }
    Ok(described)
}

fn first_entries(file: &SourceFile, layout: Layout, most: usize) -> Result<Vec<Value>> {
    let source: Source = Source::of(layout);
    let unit = match file.format {
        Format::Parquet => {
            let footer = Footer::read(file)?;
            match footer.units(&layout::columns(&source)).first() {
                Some(unit) => *unit,
                None => return Ok(Vec::new()),
            }
        }
        Format::Arrow | Format::Text(_) => Unit::Whole,
    };
    let mut shown = Vec::new();
    for batch in source::read(file, unit, &source, BatchSize::of_rows(most.max(1)))? {
        let batch = batch?;
        for index in 0..batch.len() {
            let row = batch.row(index);
            let number = row.number;
            let mut entries = Vec::new();
            layout::entries(&source, row, &mut entries);
            for entry in &entries {
                if shown.len() == most {
                    return Ok(shown);
                }
                shown.push(show(number, entry));
            }
        }
    }
    Ok(shown)
}

fn show(row: u64, entry: &Entry<'_>) -> Value {
    let start = |text: &str| -> String {
        let mut short: String = text.chars().take(100).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        short.replace('\n', "⏎")
    };
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
        }),
    }
}
