//! Files to trajectories.
//!
//! A source is a set of files with one layout. A file is read in units (some row groups of a Parquet
//! file, the whole of a file of text), a unit in batches of rows, and a row yields entries: its
//! trajectories, or the one reason why it has none. Only the columns that the layout names are decoded.

pub(crate) mod answers;
mod batch;
pub mod benchmark;
pub(crate) mod checked;
mod columnar;
mod companion;
mod dataset;
pub(crate) mod disk_file;
mod entry;
mod facts;
pub mod files;
mod folder;
pub(crate) mod format;
pub(crate) mod head;
mod hive;
pub mod hub;
pub mod layout;
pub(crate) mod license;
pub(crate) mod location;
pub(crate) mod look;
pub(crate) mod lookup;
#[cfg(test)]
mod mangled;
mod markup;
pub(crate) mod needed;
mod parts;
mod path;
pub mod pick;
pub(crate) mod place;
pub(crate) mod reach;
pub(crate) mod remark;
pub mod remote;
mod stamp;
pub mod store;
pub(crate) mod text;
mod turns;
mod unit;
pub mod value;
pub(crate) mod vectors;
mod void;

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use batch::Batch;
use columnar::ipc;
pub use columnar::parquet;
pub(crate) use columnar::quiet;
pub(crate) use columnar::quiet::quietly;
pub(crate) use columnar::{Cuts, Piece};
pub(crate) use companion::Companion;
pub(crate) use dataset::Asked;
pub use disk_file::DiskFile;
pub use entry::{Entry, Row, Trajectory};
pub(crate) use facts::{Facts, GoldKind};
pub use files::SourceFile;
pub(crate) use folder::{Candidate, every};
pub use format::{Format, JsonForm};
pub use layout::{Columns, Layout};
pub use location::{Located, Location};
pub use lookup::{Benchmark, Join};
pub(crate) use markup::control_token;
pub(crate) use path::ColumnPath;
pub(crate) use pick::Pick;
pub use place::{HubMode, Place};
pub use reach::Reach;
pub use remark::{Remark, Remarks};
pub(crate) use unit::ROW_BYTES_MAX;
pub use unit::{BatchSize, Spot, Unit};
pub use void::Void;

use crate::rules::{Accept, ControlTokens, TurnsRule};
use crate::{Error, Result, memory};
use hive::Filler;
use needed::Needed;

/// One `[sources.NAME]` table: files and how their columns map to trajectories.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// How the columns map to trajectories.
    pub layout: Layout,
    /// A Parquet, JSONL or CSV file (text also as `.gz` or `.zst`), a folder, which is read as the hub would read
    /// it as a dataset, or a glob; relative to the pipeline file, or the address of one in an object store
    /// (`s3://BUCKET/KEY`). `--source NAME=PATH` (or `NAME=hub:DATASET`) gives or replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A dataset on the Hugging Face hub, as `open-r1/OpenR1-Math-220k`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub: Option<String>,
    /// A config of the dataset, on the hub or in the folder; its default one where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// A split of the dataset, on the hub or in the folder; `train`, or the only one, where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// A branch, a tag or a commit; `main` where this is left out. What it means is looked up once in a
    /// run, and the lock file holds the commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// How the dataset's files come here; `--hub` replaces it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hub_mode: Option<HubMode>,
    /// The columns, for the layout `columns`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Columns>,
    /// The style of all its trajectories, where it is known: `r1`, `gemini`, `human`, or a name of your own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub style: Option<String>,
    /// The category of all its problems, where the rows name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What becomes of a chat with several answered questions.
    #[serde(default)]
    pub turns: TurnsRule,
    /// What becomes of a text with tokens inside that control a chat, as `<|im_end|>`.
    #[serde(default)]
    pub control_tokens: ControlTokens,
    /// Which verdicts decide here; `[verify] accept` where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<Accept>,
    /// The licence of its texts: an id of SPDX's or a name of the hub's (`apache-2.0`), of several all of them
    /// (`mit, cc-by-4.0`); that of its card on the hub where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    /// Whom its licence asks to name; the dataset on the hub where this is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attribution: Option<String>,
    /// Go on without a file that cannot be read; it stands in the ledger as `unreadable_file`.
    #[serde(default)]
    pub skip_unreadable: bool,
    /// The share of rows that may yield nothing for a fault of reading (a wrong type, no JSON, no problem, no
    /// response) before the run stops; 1 never stops it.
    #[serde(default = "unread_max")]
    pub unread_max: f64,
    /// A row with more bytes than this is dropped as `too_large`.
    #[serde(default = "row_bytes_max")]
    pub row_bytes_max: u64,
}

location::located!(Source);

impl Source {
    /// A source of that layout with nothing else said.
    pub fn of(layout: Layout) -> Self {
        Self {
            layout,
            path: None,
            hub: None,
            config: None,
            split: None,
            revision: None,
            hub_mode: None,
            columns: None,
            style: None,
            category: None,
            turns: TurnsRule::default(),
            control_tokens: ControlTokens::default(),
            accept: None,
            license: None,
            attribution: None,
            skip_unreadable: false,
            unread_max: unread_max(),
            row_bytes_max: row_bytes_max(),
        }
    }
}

/// Nine tenths.
fn unread_max() -> f64 {
    0.9
}

fn row_bytes_max() -> u64 {
    unit::ROW_BYTES_MAX
}

/// Notes how a file's rows stand in it, where its name does not tell but its head does; fails where the file is
/// something else than its name says.
pub(crate) fn settle(file: &mut SourceFile) -> Result<()> {
    head::check(file)?;
    if let Format::Text(mut format) = file.format {
        format.form = text::form(file, format)?;
        file.format = Format::Text(format);
    }
    Ok(())
}

/// The columns of a file with what each holds, in the format's own words.
pub(crate) fn column_kinds(file: &SourceFile) -> Result<Vec<(String, String)>> {
    head::check(file)?;
    let mut kinds = match file.format {
        Format::Parquet => parquet::Footer::read(file)?.column_kinds(),
        Format::Arrow => ipc::column_kinds(file)?,
        Format::Text(format) => text::columns(file, format)?,
    };
    for (name, _) in &file.hive {
        if kinds.iter().all(|(known, _)| known != name) {
            kinds.push((name.clone(), "string".to_owned()));
        }
    }
    Ok(kinds)
}

/// The units of a file that has the needed columns; fails where it has not.
pub(crate) fn units(
    file: &SourceFile,
    columns: &[Needed],
    row_bytes_max: u64,
) -> Result<Vec<Unit>> {
    let columns = hive::without(&file.hive, columns);
    match file.format {
        Format::Parquet => {
            let footer = parquet::Footer::read(file)?;
            footer.check(file, &columns)?;
            memory::check_entries(footer.rows(), 0)?;
            Ok(footer.units(&columns))
        }
        Format::Arrow => {
            ipc::check(file, &columns)?;
            Ok(vec![Unit::Whole])
        }
        Format::Text(format) => {
            text::check(file, format, &columns, row_bytes_max)?;
            Ok(vec![Unit::Whole])
        }
    }
}

/// Reads a unit's rows in order, a batch at a time.
pub fn read(
    file: &SourceFile,
    unit: Unit,
    source: &Source,
    batch: BatchSize,
) -> Result<Box<dyn Iterator<Item = Result<Batch>>>> {
    let columns = layout::columns(source);
    read_columns(file, unit, &columns, source.row_bytes_max, batch)
}

/// Reads a unit's rows in order, with these columns as their cells.
pub(crate) fn read_columns(
    file: &SourceFile,
    unit: Unit,
    columns: &[Needed],
    row_bytes_max: u64,
    batch: BatchSize,
) -> Result<Box<dyn Iterator<Item = Result<Batch>>>> {
    let columns = &hive::without(&file.hive, columns);
    let place = file.place.clone();
    let cuts = Cuts {
        size: batch,
        row_bytes_max,
    };
    let batches = read_as(file, unit, columns, cuts);
    let batches = batches.map_err(|error| place.blame(error))?;
    let batches = batches.map(move |batch| batch.map_err(|error| place.blame(error)));
    Ok(match Filler::of(&file.hive, columns) {
        Some(filler) => {
            let filler = Arc::new(filler);
            let filled = move |batch| Batch::Filled(Box::new(batch), filler.clone());
            Box::new(batches.map(move |batch| batch.map(&filled)))
        }
        None => Box::new(batches),
    })
}

/// The same, by the file's format.
fn read_as(
    file: &SourceFile,
    unit: Unit,
    columns: &[Needed],
    cuts: Cuts,
) -> Result<Box<dyn Iterator<Item = Result<Batch>>>> {
    Ok(match file.format {
        Format::Parquet => {
            let batches = parquet::read(file, unit, columns, cuts)?;
            Box::new(batches.map(|batch| batch.map(Batch::Arrow)))
        }
        Format::Arrow => {
            let batches = ipc::read(file, columns, cuts)?;
            Box::new(batches.map(|batch| batch.map(Batch::Arrow)))
        }
        Format::Text(format) => {
            let batches = text::read(file, format, columns, cuts.row_bytes_max, cuts.size)?;
            Box::new(batches.map(|batch| batch.map(Batch::Text)))
        }
    })
}

/// Fetches what [`read`] will want of a unit that lies on a hub, so that it is on this disk by then.
pub(crate) fn prefetch(file: &SourceFile, unit: Unit, source: &Source) -> Result<()> {
    match file.format {
        Format::Parquet => parquet::prefetch(file, unit, &layout::columns(source)),
        Format::Arrow | Format::Text(_) => Ok(()),
    }
}

/// Reads the text of `spots` (in order of row) again and hands each to `take`, with its index.
///
/// Parquet is read by row group and, where there is a page index, by page; a plain file of text by offset,
/// a compressed one in one pass.
pub(crate) fn fetch(
    file: &SourceFile,
    source: &Source,
    spots: &[Spot],
    mut take: impl FnMut(usize, Trajectory<'_>) -> Result<()>,
) -> Result<()> {
    let mut next = 0;
    read_rows(file, source, spots, &mut |row| {
        let number = row.number;
        let mut entries = Vec::new();
        layout::entries(source, row, &mut entries);
        while let Some(spot) = spots.get(next).filter(|spot| spot.row == number) {
            let Some(trajectory) = taken(&mut entries, spot.generation) else {
                return Err(Error::Changed {
                    file: file.name.clone(),
                });
            };
            take(next, trajectory)?;
            next += 1;
        }
        Ok(())
    })
    .map_err(|error| file.place.blame(error))?;
    if next < spots.len() {
        return Err(Error::Changed {
            file: file.name.clone(),
        });
    }
    Ok(())
}

/// Reads the rows of `spots` (in order of row) again and hands over each with its number and all its entries.
pub(crate) fn entries_of(
    file: &SourceFile,
    source: &Source,
    spots: &[Spot],
    mut take: impl FnMut(u64, Vec<Entry<'_>>) -> Result<()>,
) -> Result<()> {
    read_rows(file, source, spots, &mut |row| {
        let number = row.number;
        let mut entries = Vec::new();
        layout::entries(source, row, &mut entries);
        take(number, entries)
    })
}

/// Reads problem and gold answer of `spots` (in order of row) again, and of their rows nothing else where the layout has
/// columns for these; hands each that its row has to `take`, with its index, as a trajectory without a response.
///
/// Where problem and response stand in one column nothing is read, and nothing handed over.
pub(crate) fn fetch_problems(
    file: &SourceFile,
    source: &Source,
    spots: &[Spot],
    mut take: impl FnMut(usize, Trajectory<'_>) -> Result<()>,
) -> Result<()> {
    let Some(source) = layout::of_problems(source) else {
        return Ok(());
    };
    let mut next = 0;
    let read = entries_of(file, &source, spots, |number, mut entries| {
        let problem = taken(&mut entries, 0);
        while spots.get(next).is_some_and(|spot| spot.row <= number) {
            if let Some(problem) = problem.as_ref().filter(|_| spots[next].row == number) {
                take(next, problem.clone())?;
            }
            next += 1;
        }
        Ok(())
    });
    read.map_err(|error| file.place.blame(error))
}

/// Takes the trajectory of that generation out of the entries; none where there is none.
fn taken<'a>(entries: &mut Vec<Entry<'a>>, generation: u32) -> Option<Trajectory<'a>> {
    let is_it = |entry: &Entry<'_>| entry.generation == Some(generation);
    let at = entries.iter().position(is_it)?;
    entries.swap_remove(at).body.ok()
}

/// Reads the rows of `spots` (in order of row), each once.
fn read_rows(
    file: &SourceFile,
    source: &Source,
    spots: &[Spot],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let columns = hive::without(&file.hive, &layout::columns(source));
    let filler = Filler::of(&file.hive, &columns);
    let visit = &mut |mut row: Row<'_>| {
        if let (Some(filler), Ok(cells)) = (&filler, &mut row.cells) {
            filler.fill(cells);
        }
        visit(row)
    };
    match file.format {
        Format::Parquet => {
            let rows: Vec<u64> = spots.iter().map(|spot| spot.row).collect();
            parquet::read_rows(file, &columns, &rows, visit)
        }
        Format::Arrow => {
            let rows: Vec<u64> = spots.iter().map(|spot| spot.row).collect();
            ipc::read_rows(file, &columns, &rows, visit)
        }
        Format::Text(format) => {
            text::read_rows(file, format, &columns, source.row_bytes_max, spots, visit)
        }
    }
}
