//! Two datasets, by what the measuring pass knows of their rows, and by the texts of those that have no equal.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use super::keys::{self, Keys};
use super::pairs::{How, Pair, Pairing, Row, Texts};
use super::report::{Beside, Diff, Kind};
use super::sketch::Sketch;
use super::version::{Again, Spot, Take, Version, hash, said};
use super::{Change, Compared, TEXT, around, table};
use crate::audit::dataset::Scope;
use crate::pool::entries::Entry;
use crate::pool::tables::{TRAJECTORIES, measures};
use crate::run::{Experiment, RunPart};
use crate::schema::heads;
use crate::source::look::{NOTHING, look};
use crate::source::{Format, Trajectory};
use crate::{Error, Result, memory};

/// A response of as many bytes is of one problem alone.
const TELLING_BYTES: usize = 200;

/// Letters of a text that are told where it differs.
const WRITTEN_CHARS: usize = 200;

/// What is compared.
pub(crate) struct Asked<'a> {
    /// A run that measured both.
    pub experiment: &'a Experiment<'a>,
    /// Two of its sources.
    pub names: [&'a str; 2],
    /// What they are called.
    pub shown: [String; 2],
    /// Where the rows that differ are written.
    pub out: Option<&'a Path>,
    /// Fails where the user wants it to end.
    pub stop: &'a dyn Fn() -> Result<()>,
}

/// One of the two.
struct Side<'a> {
    scope: Scope<'a>,
    /// The entry of each row in the run, ascending.
    entries: Vec<u32>,
    stop: &'a dyn Fn() -> Result<()>,
}

/// Compares two sources of a run, and writes the rows that differ to a file.
pub(crate) fn datasets(asked: &Asked<'_>) -> Result<Diff> {
    let measured = heads(&measures()).into_iter().map(|head| head.name);
    let columns: Vec<&'static str> = std::iter::once(TEXT).chain(measured).collect();
    let (first, of_first) = version(asked, 0, &columns)?;
    let (second, of_second) = version(asked, 1, &columns)?;
    let sides = [of_first, of_second];
    let again = again(&sides, columns.clone());
    let texts = |pairing: &Pairing<'_>, _: &Again<'_>| texts(&sides, pairing);
    let mut compared = Compared::new(columns, [first, second], again, texts)?;
    compared.written = written(&compared, &sides)?;
    if let Some(out) = asked.out {
        table::write(&compared, out)?;
    }
    let beside = Beside {
        keys: reading(&sides),
        ..Beside::default()
    };
    Diff::new(&compared, Kind::Datasets, asked.shown.clone(), beside)
}

/// The rows of a dataset.
fn version<'a>(
    asked: &Asked<'a>,
    side: usize,
    columns: &[&'static str],
) -> Result<(Version, Side<'a>)> {
    let names = HashSet::from([asked.names[side].to_owned()]);
    let scope = Scope::new(asked.experiment, &names);
    let (mut version, mut entries) = (Version::default(), Vec::new());
    for part in scope.parts() {
        (asked.stop)()?;
        let mut at = part.entries.start;
        for batch in part.held.read(TRAJECTORIES, columns)? {
            let batch = batch?;
            let said = said(&batch, columns);
            for said in said.map_err(|error| Error::Query(error.to_string()))? {
                add(&mut version, &scope, part, at, said);
                at += 1;
            }
        }
        // One stands for a file that could not be read.
        for at in at..part.entries.end {
            add(&mut version, &scope, part, at, 0);
        }
        entries.extend(part.entries.clone().map(|entry| entry as u32));
    }
    let side = Side {
        scope,
        entries,
        stop: asked.stop,
    };
    Ok((version, side))
}

fn add(version: &mut Version, scope: &Scope<'_>, part: &RunPart, at: usize, said: u64) {
    let experiment = scope.experiment;
    let entry = &experiment.entries.rows[at];
    let source = &experiment.plan.sources[part.source];
    let file = format!("{}/{}", source.name, source.files[part.file].file.name);
    let spot = Spot {
        file: version.file(&file),
        row: entry.row,
        generation: entry.generation,
    };
    let row = Row {
        said,
        ..row(experiment, entry)
    };
    version.add(row, spot);
}

/// Reads what was measured again.
fn again<'s>(sides: &'s [Side<'_>; 2], columns: Vec<&'static str>) -> Again<'s> {
    Box::new(move |side: usize, take: &mut Take<'_>| {
        let mut start = 0;
        for part in sides[side].scope.parts() {
            (sides[side].stop)()?;
            let mut at = start;
            for batch in part.held.read(TRAJECTORIES, &columns)? {
                let batch = batch?;
                take(at, &batch)?;
                at += batch.num_rows() as u32;
            }
            start += part.entries.len() as u32;
        }
        Ok(())
    })
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
                text: hash(&body.text_id.0),
                ..Row::default()
            }
        }
        Err(void) => Row {
            trajectory: hash(void.as_str()).into(),
            is_void: true,
            ..Row::default()
        },
    }
}

/// Reads the texts of rows without an equal.
fn texts(sides: &[Side<'_>; 2], pairing: &Pairing<'_>) -> Result<[HashMap<u32, Texts>; 2]> {
    let strangers = pairing.strangers();
    let mut found = [HashMap::new(), HashMap::new()];
    for (side, rows) in strangers.iter().enumerate() {
        each_text(&sides[side], rows, |row, trajectory| {
            let response = trajectory.response.as_ref();
            let texts = Texts {
                response: u128::from_be_bytes(hash_of(response)),
                is_telling: response.len() >= TELLING_BYTES,
                source_id: None,
                words: Some(Sketch::of(response)),
            };
            found[side].insert(row, texts);
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

/// The texts of a row.
struct Written {
    problem: String,
    answer: Option<String>,
    response: String,
}

impl Written {
    fn of(trajectory: &Trajectory<'_>) -> Self {
        Self {
            problem: trajectory.problem.as_ref().to_owned(),
            answer: trajectory.gold.as_deref().map(str::to_owned),
            response: trajectory.response.as_ref().to_owned(),
        }
    }

    fn bytes(&self) -> u64 {
        let answer = self.answer.as_ref().map_or(0, String::len);
        (self.problem.len() + answer + self.response.len()) as u64
    }
}

/// How the texts of pairs differ, by the first's row: of the first pairs, as far as there is room for the texts.
fn written(compared: &Compared<'_>, sides: &[Side<'_>; 2]) -> Result<HashMap<u32, Vec<Change>>> {
    let is_wanted = |pair: &&Pair| match pair.how {
        How::Same => compared.is_rewritten(pair),
        How::ProblemEdited | How::ResponseEdited | How::BothEdited => true,
        How::ResponseReplaced => compared.is_rewritten(pair),
    };
    let pairs: Vec<&Pair> = compared.pairs.iter().filter(is_wanted).collect();
    let rows: Vec<u32> = pairs.iter().map(|pair| pair.rows[0]).collect();
    let most = memory::rest() / 8;
    let (mut first, mut bytes) = (HashMap::new(), 0);
    each_text(&sides[0], &rows, |row, trajectory| {
        if bytes < most {
            let written = Written::of(trajectory);
            bytes += written.bytes();
            first.insert(row, written);
        }
    })?;
    let known = pairs
        .iter()
        .filter(|pair| first.contains_key(&pair.rows[0]));
    let of_second: HashMap<u32, &Pair> = known.map(|pair| (pair.rows[1], *pair)).collect();
    let mut rows: Vec<u32> = of_second.keys().copied().collect();
    rows.sort_unstable();
    let mut changes = HashMap::new();
    each_text(&sides[1], &rows, |row, trajectory| {
        let pair = of_second[&row];
        if let Some(first) = first.remove(&pair.rows[0]) {
            let between = differences(&first, &Written::of(trajectory), pair.how);
            changes.insert(pair.rows[0], between);
        }
    })?;
    Ok(changes)
}

/// The texts that are not the same. One response in the place of another differs from its beginning on.
fn differences(first: &Written, second: &Written, how: How) -> Vec<Change> {
    let texts = [
        ("problem", Some(&first.problem), Some(&second.problem)),
        ("answer", first.answer.as_ref(), second.answer.as_ref()),
        ("response", Some(&first.response), Some(&second.response)),
    ];
    let is_told = |field: &str| field != "response" || how != How::ResponseReplaced;
    let differ = texts
        .into_iter()
        .filter(|(field, first, second)| first != second && is_told(field));
    differ
        .map(|(field, first, second)| change(field, first, second))
        .collect()
}

fn change(field: &'static str, first: Option<&String>, second: Option<&String>) -> Change {
    let [shown, other] = [first, second].map(|text| text.map_or("", String::as_str));
    let [shown, other] = around(shown, other, WRITTEN_CHARS);
    Change {
        field,
        first: first.map(|_| shown),
        second: second.map(|_| other),
    }
}

/// Hands over the texts of rows, which are in the order of the version.
fn each_text(
    side: &Side<'_>,
    rows: &[u32],
    mut take: impl FnMut(u32, &Trajectory<'_>),
) -> Result<()> {
    let wanted: Vec<u32> = rows.iter().map(|row| side.entries[*row as usize]).collect();
    side.scope.each_text(&wanted, |entry, trajectory| {
        (side.stop)()?;
        if let Ok(row) = side.entries.binary_search(&entry) {
            take(row as u32, &trajectory);
        }
        Ok(())
    })
}

/// How both were read, where that is not the same, and columns that one of them has.
fn reading(sides: &[Side<'_>; 2]) -> Vec<keys::KeyChange> {
    let [mut first, mut second] = [0, 1].map(|side: usize| read_as(&sides[side].scope));
    if let [Some(of_first), Some(of_second)] =
        [0, 1].map(|side: usize| Columns::of(&sides[side].scope))
    {
        first.extend(of_first.not_in(&of_second));
        second.extend(of_second.not_in(&of_first));
    }
    keys::changes(&first, &second)
}

/// How a dataset was read, as keys.
fn read_as(scope: &Scope<'_>) -> Keys {
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
    keys
}

/// Rows of a file that are looked at for columns, and files.
const LOOKED_ROWS: usize = 100;
const LOOKED_FILES: usize = 32;

/// The columns of a dataset's files.
struct Columns {
    /// By name; whether all of the rows that were looked at have it.
    has: BTreeMap<String, bool>,
    /// Whether it can have no other: all of its rows were looked at, or its files say what they have.
    is_whole: bool,
}

impl Columns {
    fn of(scope: &Scope<'_>) -> Option<Self> {
        let mut columns = Self {
            has: BTreeMap::new(),
            is_whole: true,
        };
        for index in scope.sources() {
            let files = &scope.experiment.plan.sources[index].files;
            columns.is_whole &= files.len() <= LOOKED_FILES;
            for file in files.iter().take(LOOKED_FILES) {
                // What cannot be read is told by the rows.
                let look = look(&file.file, LOOKED_ROWS).ok()?;
                let names_all = !matches!(file.file.format, Format::Text(_));
                columns.is_whole &= names_all || look.rows < LOOKED_ROWS;
                for column in look.columns {
                    let is_always = column.held.iter().all(|(kind, _)| kind != NOTHING);
                    let known = columns.has.entry(column.name).or_insert(is_always);
                    *known &= is_always;
                }
            }
        }
        Some(columns)
    }

    /// The columns that the other lacks, as keys. What only some rows have may stand further down there.
    fn not_in(&self, other: &Self) -> Keys {
        let missing = self.has.iter().filter(|(name, is_always)| {
            (**is_always || other.is_whole) && !other.has.contains_key(*name)
        });
        let key = |name: &String| (format!("column {name}"), "there".to_owned());
        missing.map(|(name, _)| key(name)).collect()
    }
}
