//! Two output folders, by what their runs wrote: ledger, selection, pipeline and sums.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use arrow::array::{RecordBatch, RecordBatchReader};

use super::Compared;
use super::keys::{self, Keys};
use super::pairs::{How, Pairing, Row, Texts};
use super::report::{Beside, Diff, FileChange, Kind};
use super::subsets::{self, Fates, Selected};
use super::version::{Spot, Version, Words, hash};
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

/// What measures a response: of no other trajectory of any length are all of them the same.
const MEASURES: [&str; 4] = ["bytes", "tokens", "thinking_tokens", "repeated_share"];

/// Shorter responses have measures in common.
const TELLING_TOKENS: u64 = 64;

/// Compares two output folders.
pub(crate) fn outputs(folders: [&Path; 2]) -> Result<(Compared, Diff)> {
    let heads = ledger::columns();
    let columns: Vec<&'static str> = heads.iter().map(|head| head.name).collect();
    let columns: Vec<&'static str> = columns
        .into_iter()
        .filter(|name| !NAMES.contains(name))
        .collect();
    let mut words = Words::new();
    let first = version(folders[0], &columns, &mut words)?;
    let second = version(folders[1], &columns, &mut words)?;
    let versions = [first, second];
    let texts = texts(&columns, &words, &versions);
    let compared = Compared::new(columns, words, versions, |pairing| Ok(texts(pairing)))?;
    let beside = Beside {
        keys: keys::changes(&keys_of(folders[0])?, &keys_of(folders[1])?),
        subsets: subsets(&compared, folders)?,
        files: files(folders)?,
    };
    let names = folders.map(|folder| folder.display().to_string());
    let diff = Diff::new(&compared, Kind::Outputs, names, beside);
    Ok((compared, diff))
}

/// The rows of a folder's ledger.
fn version(out: &Path, columns: &[&'static str], words: &mut Words) -> Result<Version> {
    folder::manifest(out)?;
    let mut version = Version::default();
    let path = out.join(RUN_FOLDER).join("ledger.parquet");
    each_batch(&path, |batch| {
        let names = Names::of(batch)?;
        let cells = words.cells(batch, columns).map_err(|error| Misfit {
            column: "fate",
            problem: format!("stands beside a column that cannot be shown: {error}"),
        })?;
        let clusters = match batch.column_by_name(ledger::CLUSTER.name()) {
            Some(_) => ledger::CLUSTER.of(batch)?,
            None => vec![None; batch.num_rows()],
        };
        for (at, cells) in cells.chunks(columns.len()).enumerate() {
            let row = names.row(at, clusters[at].map(|id| id.0));
            let source = SOURCE.needed(names.source[at])?;
            let file = format!("{source}/{}", FILE.needed(names.file[at])?);
            let spot = Spot {
                file: version.file(&file),
                row: ROW.needed(names.row[at])?,
                generation: names.generation[at],
            };
            version.add(row, spot, cells);
        }
        Ok(())
    })?;
    Ok(version)
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
                trajectory: hash(&self.reason[at]),
                is_void: true,
                ..Row::default()
            },
        }
    }
}

/// What is known of the response of rows without an equal: how it was measured.
fn texts(
    columns: &[&'static str],
    words: &Words,
    versions: &[Version; 2],
) -> impl FnOnce(&Pairing<'_>) -> [HashMap<u32, Texts>; 2] + use<> {
    let at = |name: &str| columns.iter().position(|column| *column == name);
    let measures: Vec<usize> = MEASURES.iter().filter_map(|name| at(name)).collect();
    let of = |version: &Version, row: u32| {
        let cells = version.cells(row);
        let measures: Vec<u32> = measures.iter().map(|at| cells[*at]).collect();
        let tokens = at("tokens").and_then(|at| words.get(cells[at])?.parse::<u64>().ok());
        let is_telling = tokens.is_some_and(|tokens| tokens >= TELLING_TOKENS);
        let response = match is_telling {
            true => hash(&measures),
            false => version.rows[row as usize].trajectory,
        };
        Texts {
            response,
            is_telling,
            words: None,
        }
    };
    let all = [0, 1].map(|side: usize| {
        let version: &Version = &versions[side];
        let rows = (0..version.rows.len() as u32).map(|row| of(version, row));
        rows.collect::<Vec<Texts>>()
    });
    move |pairing| {
        let strangers = pairing.strangers();
        [0, 1].map(|side: usize| {
            let rows = strangers[side].iter();
            rows.map(|row| (*row, all[side][*row as usize].clone()))
                .collect()
        })
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
fn subsets(compared: &Compared, folders: [&Path; 2]) -> Result<Vec<subsets::SubsetChange>> {
    let first = selected(folders[0])?;
    let second = selected(folders[1])?;
    let [before, after] = [0, 1].map(|side| fates(compared, side));
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
fn fates(compared: &Compared, side: usize) -> Fates {
    let version = &compared.versions[side];
    let reason = compared
        .columns
        .iter()
        .position(|column| *column == "reason");
    let mut fates = Fates::default();
    for (at, row) in (0..).zip(&version.rows).filter(|(_, row)| !row.is_void) {
        let word = reason.and_then(|reason| compared.words.get(version.cells(at)[reason]));
        let fate = fates
            .of
            .entry(row.trajectory)
            .or_insert_with(|| word.map(str::to_owned));
        if word.is_none() {
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
    let path = out.join(RUN_FOLDER).join("SHA256SUMS");
    let text = crate::disk::read_own_text(&path)?;
    let lines = text.lines().filter_map(|line| line.split_once("  "));
    Ok(lines
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect())
}

/// Hands over a table's rows, some at a time.
fn each_batch(path: &Path, mut take: impl FnMut(&RecordBatch) -> Result<(), Misfit>) -> Result<()> {
    let reader = check::open(path).map_err(|error| Error::parquet(path, error))?;
    let misread = |misfit: Misfit| Error::Schema {
        file: path.display().to_string(),
        column: misfit.column.into(),
        problem: misfit.problem,
        hint: "see what else is wrong with the folder with `gradatim check`".into(),
    };
    take(&RecordBatch::new_empty(reader.schema())).map_err(misread)?;
    for batch in reader {
        let batch = batch.map_err(|error| Error::parquet(path, error.into()))?;
        take(&batch).map_err(misread)?;
    }
    Ok(())
}
