//! Two datasets, by what the measuring pass knows of their rows, and by the texts of those that have no equal.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::keys::{self, Keys};
use super::pairs::{How, Pairing, Row, Texts};
use super::report::{Beside, Diff, Kind};
use super::sketch::Sketch;
use super::version::{Spot, Version, Words, hash};
use super::{Compared, TEXT, Written};
use crate::audit::dataset::Scope;
use crate::pool::entries::Entry;
use crate::pool::tables::{TRAJECTORIES, measures};
use crate::run::{Experiment, RunPart};
use crate::schema::heads;
use crate::source::Trajectory;
use crate::{Error, Result};

/// The columns of a dataset's files by name, and whether all of the first rows have them.
pub(crate) type Columns = BTreeMap<String, bool>;

/// A response of as many bytes is of one problem alone.
const TELLING_BYTES: usize = 200;

/// Compares two sources of a run, by their names in it; `shown` is what they are called, `columns` what their files have.
pub(crate) fn datasets(
    experiment: &Experiment<'_>,
    names: [&str; 2],
    shown: [String; 2],
    columns: [&Columns; 2],
) -> Result<(Compared, Diff)> {
    let scope = |name: &str| Scope::new(experiment, &HashSet::from([name.to_owned()]));
    let scopes = names.map(scope);
    let measured = heads(&measures()).into_iter().map(|head| head.name);
    let cells: Vec<&'static str> = std::iter::once(TEXT).chain(measured).collect();
    let mut words = Words::new();
    let (first, of_first) = version(&scopes[0], &cells, &mut words)?;
    let (second, of_second) = version(&scopes[1], &cells, &mut words)?;
    let entries = [of_first, of_second];
    let mut written = [HashMap::new(), HashMap::new()];
    let mut compared = Compared::new(cells, words, [first, second], |pairing| {
        texts(&scopes, &entries, pairing, &mut written)
    })?;
    compared.written = written;
    write_rewritten(&mut compared, &scopes, &entries)?;
    let [first, second] = [0, 1].map(|side| reading(&scopes[side], &columns, side));
    let beside = Beside {
        keys: keys::changes(&first, &second),
        ..Beside::default()
    };
    let diff = Diff::new(&compared, Kind::Datasets, shown, beside);
    Ok((compared, diff))
}

/// The rows of a dataset, and the entry of each in the run.
fn version(
    scope: &Scope<'_>,
    columns: &[&'static str],
    words: &mut Words,
) -> Result<(Version, Vec<u32>)> {
    let (mut version, mut entries) = (Version::default(), Vec::new());
    let none = vec![0; columns.len()];
    for part in scope.parts() {
        let mut at = part.entries.clone();
        for batch in part.held.read(TRAJECTORIES, columns)? {
            let batch = batch?;
            let cells = words.cells(&batch, columns);
            let cells = cells.map_err(|error| Error::Query(error.to_string()))?;
            for (entry, cells) in at.by_ref().zip(cells.chunks(columns.len())) {
                add(&mut version, scope, part, entry, cells);
                entries.push(entry as u32);
            }
        }
        for entry in at {
            add(&mut version, scope, part, entry, &none);
            entries.push(entry as u32);
        }
    }
    Ok((version, entries))
}

fn add(version: &mut Version, scope: &Scope<'_>, part: &RunPart, at: usize, cells: &[u32]) {
    let experiment = scope.experiment;
    let entry = &experiment.entries.rows[at];
    let source = &experiment.plan.sources[part.source];
    let file = format!("{}/{}", source.name, source.files[part.file].file.name);
    let spot = Spot {
        file: version.file(&file),
        row: entry.row,
        generation: entry.generation,
    };
    version.add(row(experiment, entry), spot, cells);
}

fn row(experiment: &Experiment<'_>, entry: &Entry) -> Row {
    let id = |problem: u32| experiment.entries.problems[problem as usize].id.0;
    match &entry.body {
        Ok(body) => {
            let clusters = experiment.screened.clusters.as_ref();
            let first = clusters.map_or(body.problem, |clusters| {
                clusters.first[body.problem as usize]
            });
            Row {
                trajectory: body.trajectory_id.0,
                problem: id(body.problem),
                cluster: id(first),
                ..Row::default()
            }
        }
        Err(void) => Row {
            trajectory: hash(void.as_str()),
            is_void: true,
            ..Row::default()
        },
    }
}

/// Reads the texts of rows without an equal.
fn texts(
    scopes: &[Scope<'_>; 2],
    entries: &[Vec<u32>; 2],
    pairing: &Pairing<'_>,
    written: &mut [HashMap<u32, Written>; 2],
) -> Result<[HashMap<u32, Texts>; 2]> {
    let mut found = [HashMap::new(), HashMap::new()];
    for (side, rows) in pairing.strangers().iter().enumerate() {
        each_text(&scopes[side], &entries[side], rows, |row, trajectory| {
            let response = trajectory.response.as_ref();
            let texts = Texts {
                response: u128::from_be_bytes(hash_of(response)),
                is_telling: response.len() >= TELLING_BYTES,
                words: Some(Sketch::of(response)),
            };
            found[side].insert(row, texts);
            written[side].insert(row, Written::of(trajectory));
        })?;
    }
    Ok(found)
}

fn hash_of(text: &str) -> [u8; 16] {
    let hash = blake3::hash(text.as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.as_bytes()[..16]);
    bytes
}

impl Written {
    fn of(trajectory: &Trajectory<'_>) -> Self {
        Self {
            problem: trajectory.problem.as_ref().to_owned(),
            answer: trajectory.gold.as_deref().map(str::to_owned),
        }
    }
}

/// Reads what is written in the pairs whose problem or gold answer is written otherwise.
fn write_rewritten(
    compared: &mut Compared,
    scopes: &[Scope<'_>; 2],
    entries: &[Vec<u32>; 2],
) -> Result<()> {
    let pairs = compared.pairs.iter();
    let rewritten = pairs.filter(|pair| pair.how == How::Same && compared.is_rewritten(pair));
    let rows: Vec<[u32; 2]> = rewritten.map(|pair| pair.rows).collect();
    for side in [0, 1] {
        let mut rows: Vec<u32> = rows.iter().map(|rows| rows[side]).collect();
        rows.sort_unstable();
        let written = &mut compared.written[side];
        each_text(&scopes[side], &entries[side], &rows, |row, trajectory| {
            written.insert(row, Written::of(trajectory));
        })?;
    }
    Ok(())
}

/// Hands over the texts of rows, which are in the order of the version.
fn each_text(
    scope: &Scope<'_>,
    entries: &[u32],
    rows: &[u32],
    mut take: impl FnMut(u32, &Trajectory<'_>),
) -> Result<()> {
    let wanted: Vec<u32> = rows.iter().map(|row| entries[*row as usize]).collect();
    scope.each_text(&wanted, |entry, trajectory| {
        // The entries of a version ascend.
        if let Ok(row) = entries.binary_search(&entry) {
            take(row as u32, &trajectory);
        }
        Ok(())
    })
}

/// How a dataset was read, as keys.
fn reading(scope: &Scope<'_>, columns: &[&Columns; 2], side: usize) -> Keys {
    let mut keys = Keys::new();
    for index in scope.sources() {
        let source = &scope.experiment.plan.sources[index];
        keys.insert("layout".to_owned(), source.source.layout.name());
        let picks = source
            .source
            .columns
            .iter()
            .flat_map(|columns| columns.picks());
        for (role, pick) in picks {
            keys.insert(format!("read as {role}"), pick.0.column.as_str().to_owned());
        }
        if let Some(license) = &source.terms.license {
            keys.insert("licence".to_owned(), license.clone());
        }
    }
    for (name, is_always) in columns[side] {
        // What only some rows have may stand further down in the other.
        if *is_always && !columns[1 - side].contains_key(name) {
            keys.insert(format!("column {name}"), "there".to_owned());
        }
    }
    keys
}
