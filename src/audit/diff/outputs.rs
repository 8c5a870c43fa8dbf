//! Two output folders, by what their runs wrote: ledger, selection, pipeline and sums.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, RecordBatch, RecordBatchReader};
use indexmap::IndexSet;

use super::Compared;
use super::keys::KeyChange;
use super::keys::{self, Keys};
use super::pairs::{How, Pairing, Row, Texts};
use super::report::{Beside, Diff, FileChange, Kind};
use super::subsets::{self, Fates, Selected};
use super::table;
use super::version::{Again, Cells, Spot, Take, Version, hash, said};
use crate::audit::check;
use crate::emit::ledger::{self, FILE, SOURCE};
use crate::emit::selection::{self, RANK, SUBSET};
use crate::folder::{self, RUN_FOLDER};
use crate::pool::tables::{GENERATION, ROW};
use crate::schema::{Misfit, read_columns};
use crate::{Error, Result};

read_columns! {
    /// What names a row of the ledger.
    struct Names {
        trajectory: crate::schema::HexId = ledger::TRAJECTORY_ID,
        problem: crate::schema::HexId = ledger::PROBLEM_ID,
        source: str = SOURCE,
        file: str = FILE,
        row: u64 = ROW,
        generation: u32 = GENERATION,
        reason: str = ledger::REASON,
        text: crate::schema::HexId = ledger::TEXT_ID,
    }
}

/// Columns of the ledger that say where an entry stands and how it is called.
const NAMES: [&str; 6] = [
    "trajectory_id",
    "problem_id",
    "source",
    "file",
    "row",
    "generation",
];

/// What is measured of a response alone: of hardly another one of any length are all of them the same.
const MEASURES: [&str; 7] = [
    "bytes",
    "tokens",
    "thinking_tokens",
    "repeated_share",
    "extracted",
    "finished",
    "style_text",
];

/// The source's own name of a row.
const SOURCE_ID: &str = "source_id";

/// Shorter responses have measures in common.
const TELLING_TOKENS: u64 = 64;

/// Reasons for which rows were dropped, each once; behind them stands 0 for what was kept.
type Reasons = IndexSet<Arc<str>>;

/// Compares two output folders, and writes the rows that differ to a file.
pub(crate) fn outputs(folders: [&Path; 2], out: Option<&Path>) -> Result<Diff> {
    let ledgers = folders.map(|folder| folder.join(RUN_FOLDER).join("ledger.parquet"));
    for folder in folders {
        folder::manifest(folder)?;
    }
    let told = [told(&ledgers[0])?, told(&ledgers[1])?];
    let columns = columns(&told);
    let mut reasons = Reasons::new();
    let first = version(&ledgers[0], &columns, &mut reasons)?;
    let second = version(&ledgers[1], &columns, &mut reasons)?;
    let again = again(ledgers);
    let compared = Compared::new(columns, [first, second], again, texts)?;
    let mut keys = keys::changes(&keys_of(folders[0])?, &keys_of(folders[1])?);
    keys.extend(columns_of_one(&told));
    let beside = Beside {
        keys,
        subsets: subsets(&compared, folders, &reasons)?,
        files: files(folders)?,
    };
    if let Some(out) = out {
        table::write(&compared, out)?;
    }
    let names = folders.map(|folder| folder.display().to_string());
    Diff::new(&compared, Kind::Outputs, names, beside)
}

/// Of how many rows each column of a ledger says something.
type Told = BTreeMap<&'static str, usize>;

fn told(path: &Path) -> Result<Told> {
    let names = ledger::columns().into_iter().map(|head| head.name);
    let mut told: Told = names.map(|name| (name, 0)).collect();
    each_batch(path, |batch| {
        for (name, rows) in &mut told {
            let array = batch.column_by_name(name);
            *rows += array.map_or(0, |array| array.len() - array.null_count());
        }
        Ok(())
    })?;
    Ok(told)
}

/// What is compared of rows that both have: what a pipeline asks for in one folder alone is no difference of each row.
fn columns(told: &[Told; 2]) -> Vec<&'static str> {
    let heads = ledger::columns();
    let names = heads.iter().map(|head| head.name);
    let is_compared = |name: &&str| !NAMES.contains(name) && !is_of_one(told, name);
    names.filter(is_compared).collect()
}

/// Whether a column says something of each trajectory of one folder, and nothing at all in the other.
fn is_of_one(told: &[Told; 2], name: &str) -> bool {
    let rows = |side: usize, name: &str| told[side].get(name).copied().unwrap_or_default();
    let is_of = |side: usize| {
        let all = rows(side, ledger::TRAJECTORY_ID.name());
        all > 0 && rows(side, name) == all && rows(1 - side, name) == 0
    };
    is_of(0) || is_of(1)
}

/// The columns that one folder alone has something in.
fn columns_of_one(told: &[Told; 2]) -> Vec<KeyChange> {
    let names = told[0].keys().filter(|name| is_of_one(told, name));
    let there = |rows: usize| (rows > 0).then(|| "there".to_owned());
    let change = |name: &&'static str| KeyChange {
        key: format!("column {name}"),
        first: there(told[0][name]),
        second: there(told[1][name]),
    };
    names.map(change).collect()
}

/// Reads the ledgers again.
fn again(ledgers: [PathBuf; 2]) -> Again<'static> {
    Box::new(move |side: usize, take: &mut Take<'_>| {
        let mut start = 0;
        each_batch_of(&ledgers[side], |batch| {
            take(start, batch)?;
            start += batch.num_rows() as u32;
            Ok(())
        })
    })
}

/// The rows of a folder's ledger.
fn version(path: &Path, columns: &[&'static str], reasons: &mut Reasons) -> Result<Version> {
    let mut version = Version::default();
    each_batch(path, |batch| {
        let names = Names::of(batch)?;
        let said = said(batch, columns).map_err(|error| Misfit {
            column: "fate",
            problem: format!("stands beside a column that cannot be shown: {error}"),
        })?;
        let clusters = match batch.column_by_name(ledger::CLUSTER.name()) {
            Some(_) => ledger::CLUSTER.of(batch)?,
            None => vec![None; batch.num_rows()],
        };
        for (at, said) in said.into_iter().enumerate() {
            let row = Row {
                said,
                fate: fate(reasons, names.reason[at]),
                text: hash(&names.text[at]),
                ..names.row(at, clusters[at].map(|id| id.0))
            };
            let source = SOURCE.needed(names.source[at])?;
            let file = format!("{source}/{}", FILE.needed(names.file[at])?);
            let spot = Spot {
                file: version.file(&file),
                row: ROW.needed(names.row[at])?,
                generation: names.generation[at],
            };
            version.add(row, spot);
        }
        Ok(())
    })?;
    Ok(version)
}

/// What became of a row, as a number: its reason's place behind 0.
fn fate(reasons: &mut Reasons, reason: Option<&str>) -> u32 {
    let Some(reason) = reason else { return 0 };
    let known = reasons.get_index_of(reason);
    let at = known.unwrap_or_else(|| reasons.insert_full(reason.into()).0);
    at as u32 + 1
}

impl Names<'_> {
    fn row(&self, at: usize, cluster: Option<u128>) -> Row {
        match (self.trajectory[at], self.problem[at]) {
            (Some(trajectory), Some(problem)) => Row {
                trajectory: trajectory.0,
                problem: problem.0,
                cluster: cluster.unwrap_or(problem.0),
                ..Row::default()
            },
            _ => Row {
                trajectory: hash(&self.reason[at]).into(),
                is_void: true,
                ..Row::default()
            },
        }
    }
}

/// What is known of the response of rows without an equal: how it was measured.
fn texts(pairing: &Pairing<'_>, again: &Again<'_>) -> Result<[HashMap<u32, Texts>; 2]> {
    let strangers = pairing.strangers();
    let columns = [&MEASURES[..], &[SOURCE_ID]].concat();
    let cells = Cells::read(again, &columns, strangers.clone())?;
    Ok([0, 1].map(|side: usize| {
        let rows = strangers[side].iter().copied();
        let texts = |row: u32| {
            (
                row,
                measured(&cells, side, row, pairing.trajectory(side, row)),
            )
        };
        rows.map(texts).collect()
    }))
}

fn measured(cells: &Cells, side: usize, row: u32, trajectory: u128) -> Texts {
    let measures: Vec<Option<&str>> = (0..MEASURES.len())
        .map(|at| cells.get(side, row, at))
        .collect();
    let tokens = MEASURES.iter().position(|name| *name == "tokens");
    let tokens = tokens.and_then(|at| measures[at]?.parse::<u64>().ok());
    let is_telling = tokens.is_some_and(|tokens| tokens >= TELLING_TOKENS);
    Texts {
        response: match is_telling {
            true => hash(&measures).into(),
            false => trajectory,
        },
        is_telling,
        source_id: cells.get(side, row, MEASURES.len()).map(hash),
        words: None,
    }
}

/// The keys of a folder's pipeline, and what else decided.
fn keys_of(out: &Path) -> Result<Keys> {
    let path = out.join(RUN_FOLDER).join("pipeline.lock.toml");
    let text = crate::disk::read_own_text(&path)?;
    let mut keys = keys::of_lock(&text).map_err(|error| {
        Error::usage(
            format!("`{}` cannot be read: {}", path.display(), error.message()),
            "see what else is wrong with the folder with `gradatim check`",
        )
    })?;
    let manifest = folder::manifest(out)?;
    keys.insert("(program)".to_owned(), manifest.program);
    keys.insert("(tokenizer)".to_owned(), manifest.tokenizer);
    Ok(keys)
}

/// The subsets that moved.
fn subsets(
    compared: &Compared<'_>,
    folders: [&Path; 2],
    reasons: &Reasons,
) -> Result<Vec<subsets::SubsetChange>> {
    let first = selected(folders[0])?;
    let second = selected(folders[1])?;
    let [before, after] = [0, 1].map(|side| fates(compared, side, reasons));
    Ok(subsets::changes([&first, &second], [&before, &after]))
}

fn selected(out: &Path) -> Result<Selected> {
    let mut selected = Selected::new();
    let path = out.join(RUN_FOLDER).join("selection.parquet");
    each_batch(&path, |batch| {
        let ids = selection::TRAJECTORY_ID.of(batch)?;
        let rows = SUBSET.of(batch)?.into_iter().zip(ids).zip(RANK.of(batch)?);
        for ((subset, id), rank) in rows {
            let (subset, id) = (SUBSET.needed(subset)?, selection::TRAJECTORY_ID.needed(id)?);
            let rank = RANK.needed(rank)?;
            match selected.get_mut(subset) {
                Some(rows) => rows.insert(id.0, rank),
                None => selected
                    .entry(subset.to_owned())
                    .or_default()
                    .insert(id.0, rank),
            };
        }
        Ok(())
    })?;
    Ok(selected)
}

/// What became of each trajectory of a version.
fn fates(compared: &Compared<'_>, side: usize, reasons: &Reasons) -> Fates {
    let version = &compared.versions[side];
    let mut fates = Fates::default();
    for row in version.rows.iter().filter(|row| !row.is_void) {
        let dropped = (row.fate as usize).checked_sub(1);
        let reason = dropped.and_then(|at| reasons.get_index(at).cloned());
        let is_kept = reason.is_none();
        let fate = fates.of.entry(row.trajectory).or_insert(reason);
        if is_kept {
            *fate = None;
        }
    }
    let changed = compared.pairs.iter().filter(|pair| pair.how != How::Same);
    let changed = changed.map(|pair| version.rows[pair.rows[side] as usize].trajectory);
    fates.changed = changed.collect();
    fates
}

/// The files that are not the same, by the sums that their runs wrote.
fn files(folders: [&Path; 2]) -> Result<Vec<FileChange>> {
    let (first, second) = (sums(folders[0])?, sums(folders[1])?);
    let mut names: Vec<&String> = first.keys().chain(second.keys()).collect();
    names.sort_unstable();
    names.dedup();
    let differing = names
        .into_iter()
        .filter(|name| first.get(*name) != second.get(*name));
    let change = |name: &String| FileChange {
        file: name.clone(),
        in_first: first.contains_key(name),
        in_second: second.contains_key(name),
    };
    Ok(differing.map(change).collect())
}

fn sums(out: &Path) -> Result<BTreeMap<String, String>> {
    let path = out.join(RUN_FOLDER).join(folder::SUMS);
    let text = crate::disk::read_own_text(&path)?;
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    Ok(lines
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect())
}

/// Hands over a table's rows, some at a time, to what may find them unfit.
fn each_batch(path: &Path, mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>) -> Result<()> {
    each_batch_of(path, |batch| {
        take(batch).map_err(|misfit| Error::Schema {
            file: path.display().to_string(),
            column: misfit.column.into(),
            problem: misfit.problem,
            hint: "see what else is wrong with the folder with `gradatim check`".into(),
        })
    })
}

/// Hands over a table's rows, some at a time; of a table without a row its columns.
fn each_batch_of(path: &Path, mut take: impl FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
    let reader = check::open(path).map_err(|error| Error::parquet(path, error))?;
    take(&RecordBatch::new_empty(reader.schema()))?;
    for batch in reader {
        let batch = batch.map_err(|error| Error::parquet(path, error.into()))?;
        take(&batch)?;
    }
    Ok(())
}
