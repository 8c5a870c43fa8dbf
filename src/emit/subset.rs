//! One subset's Parquet file.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayBuilder, ArrayRef, ListArray, StringBuilder, StructArray, UInt32Builder};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::DataType;
use fs_err as fs;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::chat::{self, Speaker};
use super::texts::{Text, Texts};
use super::{Written, split};
use crate::folder::{self, shard};
use crate::pipeline::{Added, Emit};
use crate::run::Experiment;
use crate::schema::{self, Column, pair_fields};
use crate::select::Subset;
use crate::table::{self, GROUP_ROWS, Table};
use crate::{Error, Result};

/// The columns that each addition has.
fn names(added: Added) -> &'static [&'static str] {
    match added {
        Added::Text => &["text"],
        Added::PromptCompletion => &["prompt", "completion"],
        Added::Conversations => &["conversations"],
    }
}

/// The columns of a subset's file.
pub fn columns(added: &[Added]) -> Vec<Column> {
    let names: Vec<&str> = added
        .iter()
        .flat_map(|added| names(*added))
        .copied()
        .collect();
    let extra = schema::ADDED
        .iter()
        .filter(|column| names.contains(&column.name));
    schema::SUBSET.iter().chain(extra).copied().collect()
}

/// Rows that are turned into arrays at once; part of the file's bytes, so it is fixed.
const CHUNK: usize = 128;

/// Writes the files of subsets that are prefixes of one order. The largest is encoded, with a row group
/// ending wherever a smaller one ends; the others take its first row groups.
pub(super) fn write(
    experiment: &Experiment<'_>,
    nested: &[&Subset],
    texts: &Texts,
    root: &Path,
) -> Result<Vec<Written>> {
    let Some(largest) = nested.iter().max_by_key(|subset| subset.size) else {
        return Ok(Vec::new());
    };
    let ends = group_ends(nested);
    let whole = file_of(largest, root)?;
    encode(experiment, largest, &ends, texts, &whole)?;
    let mut written = Vec::with_capacity(nested.len());
    for subset in nested {
        let path = file_of(subset, root)?;
        if path != whole {
            let groups = ends.partition_point(|&end| end <= subset.size as usize);
            table::copy_groups(&whole, groups, &path)?;
        }
        written.push(describe(subset, &path)?);
    }
    Ok(written)
}

fn file_of(subset: &Subset, root: &Path) -> Result<PathBuf> {
    let folder = root.join(&subset.name);
    fs::create_dir_all(&folder)?;
    Ok(folder.join(shard(split(subset))))
}

/// Where row groups end: at each size, and so often that none is larger than its bound.
fn group_ends(nested: &[&Subset]) -> Vec<usize> {
    let mut sizes: Vec<usize> = nested.iter().map(|subset| subset.size as usize).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let (mut ends, mut start) = (Vec::new(), 0);
    for size in sizes {
        let steps = (start + GROUP_ROWS..size).step_by(GROUP_ROWS);
        ends.extend(steps);
        ends.push(size);
        start = size;
    }
    ends
}

fn encode(
    experiment: &Experiment<'_>,
    subset: &Subset,
    ends: &[usize],
    texts: &Texts,
    path: &Path,
) -> Result<()> {
    let columns = columns(&experiment.plan.pipeline.emit.add);
    let mut table = Table::create_text(path, schema::schema(&columns))?;
    let mut reader = texts.reader()?;
    let mut start = 0;
    for &end in ends {
        for ranks in chunks(start, end) {
            let mut rows = Vec::with_capacity(ranks.len());
            for rank in ranks {
                let entry = subset.order[rank];
                rows.push(Row {
                    entry,
                    rank: rank as u32,
                    text: reader.text(entry)?,
                });
            }
            let array = |column: &Column| array(experiment, &rows, column);
            table.write(columns.iter().map(array).collect())?;
        }
        table.end_group()?;
        start = end;
    }
    table.finish()?;
    Ok(())
}

fn chunks(start: usize, end: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = (start..end).step_by(CHUNK);
    starts.map(move |at| at..(at + CHUNK).min(end))
}

fn describe(subset: &Subset, path: &Path) -> Result<Written> {
    let file = fs::File::open(path)?.into_parts().0;
    let parquet = SerializedFileReader::new(file).map_err(|error| Error::parquet(path, error))?;
    let groups = parquet.metadata().row_groups();
    Ok(Written {
        rows: subset.size,
        path: format!("{}/{}", subset.name, shard(split(subset))),
        sha256: folder::sha256(path)?,
        file_bytes: fs::metadata(path)?.len(),
        data_bytes: groups
            .iter()
            .map(|group| group.total_byte_size().max(0) as u64)
            .sum(),
    })
}

struct Row {
    entry: u32,
    rank: u32,
    text: Text,
}

fn array(experiment: &Experiment<'_>, rows: &[Row], column: &Column) -> ArrayRef {
    let entries = &experiment.entries;
    let body = |row: &Row| entries.body_of(row.entry);
    let texts = |pick: &dyn Fn(&Row) -> Option<String>| -> ArrayRef {
        let mut array = StringBuilder::new();
        for row in rows {
            array.append_option(pick(row));
        }
        Arc::new(array.finish())
    };
    let counts = |pick: &dyn Fn(&Row) -> u32| -> ArrayRef {
        let mut array = UInt32Builder::new();
        for row in rows {
            array.append_value(pick(row));
        }
        Arc::new(array.finish())
    };
    let name = |name: Option<u32>| name.map(|name| entries.name(name).to_owned());
    let emit = &experiment.plan.pipeline.emit;
    let source = |row: &Row| experiment.source_of(entries.rows[row.entry as usize].part);
    match column.name {
        "id" => texts(&|row| Some(body(row).trajectory_id.to_string())),
        "problem_id" => texts(&|row| {
            let problem = &entries.problems[body(row).problem as usize];
            Some(problem.id.to_string())
        }),
        "problem" => texts(&|row| Some(row.text.problem.clone())),
        "answer" => texts(&|row| row.text.gold.clone()),
        "messages" => turns(rows, emit, ["role", "content"], |turn| Some(turn.role())),
        "prompt" => turns(rows, emit, ["role", "content"], |turn| {
            (turn != Speaker::Assistant).then(|| turn.role())
        }),
        "completion" => turns(rows, emit, ["role", "content"], |turn| {
            (turn == Speaker::Assistant).then(|| turn.role())
        }),
        "conversations" => turns(rows, emit, ["from", "value"], |turn| Some(turn.from())),
        "text" => texts(&|row| Some(chat::chat(emit, &row.text))),
        "category" => texts(&|row| {
            let problem = &entries.problems[body(row).problem as usize];
            name(problem.category)
        }),
        "style" => texts(&|row| name(Some(body(row).style))),
        "tokens" => counts(&|row| body(row).tokens),
        "source" => texts(&|row| Some(source(row).name.clone())),
        "license" => texts(&|row| source(row).terms.license.clone()),
        "attribution" => texts(&|row| source(row).terms.attribution.clone()),
        "rank" => counts(&|row| row.rank),
        other => unreachable!("a subset has no column `{other}`"),
    }
}

/// A list of turns for each row: of those speakers that have a name here.
fn turns(
    rows: &[Row],
    emit: &Emit,
    fields: [&str; 2],
    name: fn(Speaker) -> Option<&'static str>,
) -> ArrayRef {
    let (mut who, mut said) = (StringBuilder::new(), StringBuilder::new());
    let mut lengths = Vec::with_capacity(rows.len());
    for row in rows {
        let before = who.len();
        for (speaker, words) in chat::turns(emit, &row.text) {
            if let Some(name) = name(speaker) {
                who.append_value(name);
                said.append_value(words);
            }
        }
        lengths.push(who.len() - before);
    }
    let fields = pair_fields(fields[0], fields[1]);
    let turns = StructArray::new(
        fields.clone(),
        vec![Arc::new(who.finish()), Arc::new(said.finish())],
        None,
    );
    let item = arrow::datatypes::Field::new("item", DataType::Struct(fields), false);
    Arc::new(ListArray::new(
        Arc::new(item),
        OffsetBuffer::from_lengths(lengths),
        Arc::new(turns),
        None,
    ))
}
