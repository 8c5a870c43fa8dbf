//! The folder that is looked at: its session, what pages need of it again and again, and the texts that are searched.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use serde_json::{Map, Value};

use super::asked::Asked;
use super::conditions::{literal, quoted};
use super::found::{self, Library};
use super::texts::Filling;
use crate::audit::why::Sources;
use crate::engine::rows::objects;
use crate::engine::{Bounds, Engine};
use crate::folder::{EVALUATION, RUN_FOLDER};
use crate::ids::Id;
use crate::pipeline::PipelineFile;
use crate::plan::{Overrides, refuse_unknown};
use crate::pool::Pool;
use crate::source::Reach;
use crate::{Error, Result, folder, memory};

/// A row of an answer.
pub(super) type Row = Map<String, Value>;

/// A column's key, and the names in it with how many entries have each.
type Named = (&'static str, Vec<(String, u64)>);

/// As long may a page's query take, and as many rows may its answer have.
const BOUNDS: Bounds = Bounds {
    time: Duration::from_secs(15),
    rows: 20_000,
};

/// Where a folder and what belongs to it lie.
pub(crate) struct Places {
    pub out: PathBuf,
    /// The pool that holds the texts of problems; the user's own where none is named.
    pub pool: Option<PathBuf>,
    /// Where relative paths of the lock file start, one at most, and those of an evaluation's logs.
    pub bases: Vec<PathBuf>,
    pub overrides: Overrides,
    /// Makes a client of the hub, where a source lies there.
    pub connect: Box<dyn Reach + Send + Sync>,
}

/// A folder that is looked at.
pub(super) struct Viewed {
    places: Places,
    is_evaluation: bool,
    engine: Engine,
    /// The path that all addresses begin with.
    base: String,
    /// Columns of the ledger, or of an evaluation's attempts.
    columns: SchemaRef,
    pub library: Arc<Library>,
    counts: OnceLock<Vec<Named>>,
    subsets: OnceLock<Vec<Row>>,
    /// Answers of [`once`](Self::once), by query.
    known: Mutex<HashMap<&'static str, Arc<[Row]>>>,
    has_problems: bool,
    /// How the folder was when it was opened.
    opened: Stamp,
}

/// What a folder is known again by: what its manifest and its largest table are on the disk.
type Stamp = [Option<(u64, SystemTime)>; 2];

fn stamp(out: &Path) -> Stamp {
    let names = match folder::is_evaluation(out) {
        true => [out.join(EVALUATION), out.join("attempts.parquet")],
        false => ["manifest.json", "ledger.parquet"].map(|name| out.join(RUN_FOLDER).join(name)),
    };
    names.map(|path| {
        let found = std::fs::metadata(path).ok()?;
        Some((found.len(), found.modified().ok()?))
    })
}

/// Names of a column that are listed.
pub(super) const NAMES_MAX: usize = 500;

/// Columns whose values are few and asked for by name, where the ledger has them, with the keys that ask for them.
pub(super) const NAMED: [(&str, &str); 6] = [
    ("fate", "fate"),
    ("reason", "reason"),
    ("category", "problem_category"),
    ("style", "style"),
    ("verdict", "verdict"),
    ("source", "source"),
];

impl Viewed {
    /// Opens a folder; fails where it is none that was written by this program.
    pub(super) fn open(places: Places, threads: usize, base: String) -> Result<Self> {
        refuse_several_bases(&places)?;
        let opened = stamp(&places.out);
        let lock = places.out.join(RUN_FOLDER).join("pipeline.lock.toml");
        if let Ok(file) = PipelineFile::read(&lock) {
            refuse_unknown(&file.pipeline, &places.overrides)?;
        }
        let engine = Engine::open(&places.out, threads)?;
        let has_problems = with_pool(&engine, &places)?;
        let library = Arc::<Library>::default();
        engine.add_function(found::function(library.clone()));
        let is_evaluation = folder::is_evaluation(&places.out);
        let table = match is_evaluation {
            true => "attempts",
            false => "ledger",
        };
        let columns = engine.query(&format!("SELECT * FROM {table} LIMIT 0"))?;
        let columns = columns.first().map(RecordBatch::schema);
        Ok(Self {
            places,
            is_evaluation,
            engine,
            base,
            columns: columns.unwrap_or_else(|| Arc::new(Schema::empty())),
            library,
            counts: OnceLock::new(),
            subsets: OnceLock::new(),
            known: Mutex::default(),
            has_problems,
            opened,
        })
    }

    pub(super) fn is_evaluation(&self) -> bool {
        self.is_evaluation
    }

    /// What became of the folder, where it is no longer the one that was opened.
    pub(super) fn gone(&self) -> Option<&'static str> {
        match stamp(&self.places.out) {
            now if now == self.opened => None,
            [None, _] => Some("was removed"),
            _ => Some("was replaced"),
        }
    }

    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    pub(super) fn out(&self) -> &Path {
        &self.places.out
    }

    /// What people call the folder.
    pub(super) fn name(&self) -> String {
        let name = self.places.out.file_name();
        let name = name.unwrap_or(self.places.out.as_os_str());
        name.to_string_lossy().into_owned()
    }

    /// The address of a page.
    pub(super) fn to(&self, page: &str, asked: &Asked) -> String {
        format!("{}/{page}{}", self.base, asked.written())
    }

    pub(super) fn columns(&self) -> &Schema {
        &self.columns
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.column_with_name(name).is_some()
    }

    pub(super) fn has(&self, table: &str) -> bool {
        self.engine.has(table)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The rows of a query that a page asks.
    pub(super) fn rows(&self, sql: &str) -> Result<Vec<Row>> {
        objects(&self.engine.query_within(sql, BOUNDS)?)
    }

    /// The rows of a query that is always the same, which are asked for once: the folder is, too.
    pub(super) fn once(&self, sql: &'static str) -> Result<Arc<[Row]>> {
        let known = |viewed: &Self| {
            viewed
                .known
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get(sql)
                .cloned()
        };
        if let Some(rows) = known(self) {
            return Ok(rows);
        }
        let rows: Arc<[Row]> = self.rows(sql)?.into();
        let all = self.known.lock();
        all.unwrap_or_else(PoisonError::into_inner)
            .insert(sql, Arc::clone(&rows));
        Ok(rows)
    }

    /// The first rows of a query that somebody typed, and whether there are more.
    pub(super) fn first_rows(&self, sql: &str, most: usize) -> Result<(Vec<Row>, bool)> {
        let bounds = Bounds {
            rows: most + 1,
            ..BOUNDS
        };
        let batches = self.engine.query_within(sql, bounds)?;
        let mut left = most;
        let first = batches.iter().map(|batch| {
            let taken = batch.slice(0, batch.num_rows().min(left));
            left -= taken.num_rows();
            taken
        });
        let rows = objects(&first.collect::<Vec<_>>())?;
        let all: usize = batches.iter().map(RecordBatch::num_rows).sum();
        Ok((rows, all > most))
    }

    /// The one number of a query that has one.
    pub(super) fn count(&self, sql: &str) -> Result<u64> {
        let rows = self.rows(sql)?;
        let value = rows.first().and_then(|row| row.values().next());
        Ok(value.and_then(Value::as_u64).unwrap_or_default())
    }

    /// How the sources are reached that hold what stands in no subset.
    pub(super) fn with_sources<T>(&self, ask: impl FnOnce(&Sources<'_>) -> T) -> T {
        // Ctrl-C ends the process.
        ask(&Sources::to_read(
            self.places.bases.first().map(PathBuf::as_path),
            self.places.overrides.clone(),
            &*self.places.connect,
        ))
    }

    /// The names in each of [`NAMED`]'s columns, the most common first, with how many entries have each.
    pub(super) fn names(&self) -> Result<&[Named]> {
        if let Some(known) = self.counts.get() {
            return Ok(known);
        }
        let mut counts = Vec::new();
        for (key, column) in NAMED
            .into_iter()
            .filter(|(_, column)| self.has_column(column))
        {
            counts.push((key, self.names_of(column)?));
        }
        Ok(self.counts.get_or_init(|| counts))
    }

    fn names_of(&self, column: &str) -> Result<Vec<(String, u64)>> {
        let rows = self.rows(&format!(
            "SELECT {column} AS name, count(*) AS count FROM ledger WHERE {column} IS NOT NULL GROUP BY 1 \
             ORDER BY 2 DESC, 1 LIMIT {NAMES_MAX}"
        ))?;
        let pair = |row: &Row| {
            (
                text(row, "name").to_owned(),
                number(row, "count").unwrap_or_default(),
            )
        };
        Ok(rows.iter().map(pair).collect())
    }

    /// The subsets and controls, each with its role and its counts where the folder tells them.
    pub(super) fn subsets(&self) -> Result<&[Row]> {
        if let Some(known) = self.subsets.get() {
            return Ok(known);
        }
        let rows = self.rows(match self.has("subsets") {
            true => "SELECT * FROM subsets",
            false => {
                "SELECT subset, count(*) AS rows FROM selection GROUP BY subset ORDER BY subset"
            }
        })?;
        Ok(self.subsets.get_or_init(|| rows))
    }

    /// Fails where there is no subset of that name.
    pub(super) fn check_subset(&self, name: &str) -> Result<()> {
        let known = || self.subsets_named();
        if known()?.contains(&name) {
            return Ok(());
        }
        Err(Error::usage(
            format!(
                "the folder has no subset `{}`",
                crate::error::one_line(name)
            ),
            format!(
                "{}choose one of the overview's",
                crate::error::did_you_mean(name, known()?)
            ),
        ))
    }

    fn subsets_named(&self) -> Result<Vec<&str>> {
        Ok(self
            .subsets()?
            .iter()
            .map(|row| text(row, "subset"))
            .collect())
    }

    /// The problem of that id, where its text is at hand.
    pub(super) fn problem(&self, id: &str) -> Option<String> {
        self.library.problems.get(id.parse().ok()?)
    }

    /// Reads the texts that are searched, while pages are looked at; what cannot be read is said by the pages.
    pub(super) fn read_texts(&self, stop: &(dyn Fn() -> bool + Sync)) {
        if self.is_evaluation() {
            return;
        }
        let bytes_max = usize::try_from(memory::rest() / 6).unwrap_or(usize::MAX);
        let problems = Filling::begin(&self.library.problems, self.problem_count(), bytes_max / 2);
        let responses = Filling::begin(
            &self.library.responses,
            self.response_count(),
            bytes_max / 2,
        );
        let mut reading = Reading {
            problems,
            responses,
            is_full: false,
            library: &self.library,
            since: Instant::now(),
            stop,
        };
        let why_not = match self.has_problems {
            true => self.read_pool(&mut reading).err(),
            false => None,
        };
        let why_not = why_not.or(self.read_subsets(&mut reading).err());
        reading.finish(why_not.as_ref());
    }

    fn problem_count(&self) -> u64 {
        self.count("SELECT count(DISTINCT problem_id) FROM ledger")
            .unwrap_or_default()
    }

    fn response_count(&self) -> u64 {
        self.count("SELECT count(DISTINCT trajectory_id) FROM selection")
            .unwrap_or_default()
    }

    fn read_pool(&self, reading: &mut Reading<'_>) -> Result<()> {
        self.engine
            .each("SELECT problem_id, problem FROM problems", |batch| {
                each_text(batch, 0, 1, |id, text| reading.problems.add(id, text))?;
                Ok(reading.flow())
            })
    }

    /// The subsets' texts, largest subsets first: a smaller one is often a part of one of them.
    fn read_subsets(&self, reading: &mut Reading<'_>) -> Result<()> {
        let mut missing = self.rows(
            "SELECT subset, count(*) AS rows FROM selection GROUP BY subset ORDER BY rows DESC, subset",
        )?;
        missing.retain(|row| self.has(text(row, "subset")));
        for subset in &missing {
            let subset = text(subset, "subset");
            if self.is_known(subset, reading)? {
                continue;
            }
            let asked = format!(
                "SELECT id, messages[-1]['content'] AS response, problem_id, problem FROM {}",
                quoted(subset)
            );
            self.engine.each(&asked, |batch| {
                each_text(batch, 2, 3, |id, text| reading.problems.add(id, text))?;
                reading.is_full |=
                    !each_text(batch, 0, 1, |id, text| reading.responses.add(id, text))?;
                Ok(reading.flow())
            })?;
            if reading.flow().is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Whether all responses of a subset are read.
    fn is_known(&self, subset: &str, reading: &Reading<'_>) -> Result<bool> {
        let mut is_known = true;
        let asked = format!(
            "SELECT trajectory_id FROM selection WHERE subset = {}",
            literal(subset)
        );
        self.engine.each(&asked, |batch| {
            let ids = texts_of(batch, 0)?;
            let mut ids = ids.as_string_view().iter().flatten();
            is_known = ids.all(|id| id.parse().is_ok_and(|id: Id| reading.responses.has(id)));
            Ok(match is_known {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            })
        })?;
        Ok(is_known)
    }
}

/// Both shelves while they are filled.
struct Reading<'r> {
    problems: Filling<'r>,
    responses: Filling<'r>,
    is_full: bool,
    library: &'r Library,
    /// When the batch was begun that is read.
    since: Instant,
    stop: &'r (dyn Fn() -> bool + Sync),
}

impl Reading<'_> {
    /// Whether to go on, once no page waits for the machine.
    fn flow(&mut self) -> ControlFlow<()> {
        self.library.give_way(self.since.elapsed());
        self.since = Instant::now();
        match self.is_full || (self.stop)() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn finish(self, why_not: Option<&Error>) {
        let full = "the rest has no room in memory: give more by `--memory`";
        let why_not = why_not.map(ToString::to_string);
        let of_responses = self.is_full.then(|| full.to_owned()).or(why_not.clone());
        self.problems.finish(why_not);
        self.responses.finish(of_responses);
    }
}

/// Gives each text of a batch with its id, in which one column holds the ids and one the texts; whether all were taken.
fn each_text(
    batch: &RecordBatch,
    ids: usize,
    texts: usize,
    mut take: impl FnMut(Id, &str) -> bool,
) -> Result<bool> {
    let (ids, texts) = (texts_of(batch, ids)?, texts_of(batch, texts)?);
    let pairs = ids.as_string_view().iter().zip(texts.as_string_view());
    let mut pairs = pairs.filter_map(|(id, text)| Some((id?.parse().ok()?, text?)));
    Ok(pairs.all(|(id, text)| take(id, text)))
}

fn texts_of(batch: &RecordBatch, column: usize) -> Result<ArrayRef> {
    let texts = cast(batch.column(column), &DataType::Utf8View);
    texts.map_err(|error| Error::Query(error.to_string()))
}

/// Of a run the paths of one lock file start at one folder.
fn refuse_several_bases(places: &Places) -> Result<()> {
    if places.bases.len() < 2 || folder::is_evaluation(&places.out) {
        return Ok(());
    }
    Err(Error::usage(
        "a run's sources start at one folder, and `--base` names several",
        "name one, and each source that lies elsewhere by `--source NAME=PATH`",
    ))
}

/// Makes the pool's problems a table; whether it has them. A pool that nobody named need not be there.
fn with_pool(engine: &Engine, places: &Places) -> Result<bool> {
    match &places.pool {
        Some(_) if folder::is_evaluation(&places.out) => Err(Error::usage(
            "an evaluation has no pool: its texts stand in the logs",
            "leave `--pool` out; `--base` says where the logs' paths start",
        )),
        None if folder::is_evaluation(&places.out) => Ok(false),
        Some(pool) => engine.add_pool(pool, &places.out).map(|()| true),
        None => {
            let own = Pool::open(None).and_then(|own| engine.add_pool(own.folder(), &places.out));
            Ok(own.is_ok())
        }
    }
}

/// A text of a row; empty where it has none.
pub(super) fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    row.get(column).and_then(Value::as_str).unwrap_or_default()
}

pub(super) fn number(row: &Row, column: &str) -> Option<u64> {
    row.get(column).and_then(Value::as_u64)
}

/// A value as it is shown; empty where it is null.
pub(super) fn shown(row: &Row, column: &str) -> String {
    match row.get(column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        // A median of whole numbers is mostly one.
        Some(Value::Number(number)) if !number.is_u64() && !number.is_i64() => {
            number.as_f64().unwrap_or_default().to_string()
        }
        Some(other) => other.to_string(),
    }
}
