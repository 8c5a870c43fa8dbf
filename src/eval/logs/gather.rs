//! Chunks of all files, put together to runs.
//!
//! What no single row knows is decided here: which filter is read, whether repeats are one text, whether an attempt was
//! told before, whether a run was cut off, which benchmark its questions are of, and what of it is missing.

use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;

use indexmap::IndexMap;

use super::chunk::{Agreed, Chunk, Kept, Maker, QuestionKey, Series, SeriesKey};
use super::open::{Archive, Held, LogFile, Look, Rows, Shape};
use super::told::{Bad, Told};
use super::{Context, Format, Input, Inspected, Logs, Options, finish, plain, sniff};
use crate::eval::questions::Sets;
use crate::run::{Amount, Watch};
use crate::source::value::Value;
use crate::source::{Batch, BatchSize, SourceFile, text};
use crate::{Error, Result};

/// What was read so far.
pub(super) struct Gathered<'g> {
    pub options: &'g Options,
    pub sets: &'g Sets,
    pub runs: IndexMap<RunKey, RunSoFar>,
    pub inputs: Vec<Input>,
    /// The inputs' names without endings.
    stems: Vec<String>,
    /// Whether a file had the columns that the user named.
    pub columns_used: bool,
    /// What the last file is, for who inspects it.
    pub seen: Seen,
    watch: &'g dyn Watch,
}

/// What a run is known by while files are read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RunKey {
    pub name: String,
    pub benchmark: Option<String>,
    /// Where its name is a file's: the folder, since files of one name in two folders are two runs.
    pub folder: Option<String>,
}

/// A run of which more may come.
pub(super) struct RunSoFar {
    pub format: &'static dyn Format,
    /// Among the inputs.
    pub files: Vec<usize>,
    pub told: Series,
    /// The columns' names, by their place in `told`.
    pub columns: BTreeMap<String, Agreed<String>>,
}

/// How a file looked.
#[derive(Default)]
pub(super) struct Seen {
    pub shape: &'static str,
    pub columns: Vec<(String, String)>,
    pub wanted: Vec<String>,
}

/// Bytes of text in a batch: enough rows for a thread to be busy, and few enough that a window of them is small.
const BATCH_BYTES: usize = 2 << 20;
const BATCH_ROWS: usize = 1 << 14;

/// Batches that are held at a time.
const WINDOW: usize = 16;

/// In a run a row is known by its number, and behind so many bits by its file.
pub(super) const FILE_BITS: u32 = 40;

/// Attempts of a document that one thread grades at a time.
const TOLD_AT_A_TIME: usize = 64;

impl<'g> Gathered<'g> {
    pub(super) fn new(options: &'g Options, sets: &'g Sets, watch: &'g dyn Watch) -> Self {
        Self {
            options,
            sets,
            runs: IndexMap::new(),
            inputs: Vec::new(),
            stems: Vec::new(),
            columns_used: false,
            seen: Seen::default(),
            watch,
        }
    }

    /// Reads a file; says why it is passed over where it is no log and only a folder or a glob brought it in.
    pub(super) fn file(&mut self, file: &LogFile) -> Result<Option<String>> {
        let (blake3, bytes) = file.hash()?;
        if let Some(first) = self.same(file, &blake3) {
            return Ok(Some(format!("holds the same as `{first}`")));
        }
        self.stems.push(file.stem.clone());
        self.inputs.push(Input {
            path: file.name.clone(),
            blake3,
            bytes,
            ..Input::default()
        });
        let failed = match file.open()? {
            Held::Nothing(problem, hint) => Some(Error::File {
                file: file.name.clone(),
                problem,
                hint,
            }),
            Held::Rows(rows) => self.rows(file, &rows)?,
            Held::Document(text, source) => self.document(file, &text, source)?,
            Held::Archive(archive) => self.archive(file, archive)?,
        };
        match failed {
            None => Ok(None),
            Some(error) if file.is_named => Err(error),
            Some(_) => {
                self.inputs.pop();
                self.stems.pop();
                Ok(Some("is no log".to_owned()))
            }
        }
    }

    /// The name of a file that was read and holds the same under the same name: a copy of it is no second run.
    fn same(&self, file: &LogFile, blake3: &str) -> Option<&str> {
        let mut known = self.inputs.iter().zip(&self.stems);
        let found = known.find(|(input, stem)| input.blake3 == blake3 && **stem == file.stem);
        found.map(|(input, _)| input.path.as_str())
    }

    fn archive(&mut self, file: &LogFile, mut archive: Archive) -> Result<Option<Error>> {
        let look = Look {
            columns: &[],
            shape: Shape::Archive(&archive.entries),
        };
        let Some(format) = sniff::format(&file.name, &look, self.options)? else {
            return Ok(Some(sniff::unknown(&file.name, &look)));
        };
        self.saw("archive", &[], format);
        let columns = Vec::new();
        let context = self.context(file, &columns);
        let maker = self.maker(format, &context);
        let (mut chunks, mut before) = (Vec::new(), 0);
        format.archive(&mut archive, &context, &mut |told| {
            chunks.push(match told {
                Ok(told) => {
                    let from = before;
                    before += told.len() as u32;
                    of_told(maker, from, &told)
                }
                Err(bad) => of_bad(bad),
            });
        })?;
        for chunk in chunks {
            self.add(file, format, &columns, chunk);
        }
        Ok(None)
    }

    fn rows(&mut self, file: &LogFile, rows: &Rows) -> Result<Option<Error>> {
        let look = Look {
            columns: &rows.columns,
            shape: Shape::Rows(&rows.first),
        };
        let Some(format) = sniff::format(&file.name, &look, self.options)? else {
            return Ok(Some(sniff::unknown(&file.name, &look)));
        };
        if format.is_fallback() && !self.options.columns.is_empty() {
            plain::check_file(&file.name, &look, self.options)?;
            self.columns_used = true;
        }
        let columns = format.columns(&look, self.options);
        self.saw("rows", &rows.columns, format);
        self.seen.wanted.clone_from(&columns);
        let blank_is_null = rows.blank_is_null(&columns);
        let context = Context {
            blank_is_null: &blank_is_null,
            ..self.context(file, &columns)
        };
        let maker = self.maker(format, &context);
        let size = BatchSize {
            rows: BATCH_ROWS,
            bytes: BATCH_BYTES,
        };
        let mut batches = rows.batches(&columns, size)?;
        loop {
            let (chunks, is_more) = window(maker, &mut batches)?;
            for chunk in chunks {
                self.add(file, format, &columns, chunk);
            }
            if !is_more {
                return Ok(None);
            }
        }
    }

    /// Reads a file that is one object; where no format has such a document, its rows.
    fn document(
        &mut self,
        file: &LogFile,
        text: &str,
        source: SourceFile,
    ) -> Result<Option<Error>> {
        let Some(document @ Value::Object(_)) = text::document(text) else {
            return self.rows(file, &Rows::new(source)?);
        };
        let keys = keys(&document);
        let look = Look {
            columns: &keys,
            shape: Shape::Document(&document),
        };
        let Some(format) = sniff::document(&file.name, &look, self.options)? else {
            return self.rows(file, &Rows::new(source)?);
        };
        self.saw("document", &keys, format);
        let columns = Vec::new();
        let context = Context {
            document: text,
            ..self.context(file, &columns)
        };
        let maker = self.maker(format, &context);
        let mut told = Vec::new();
        let chunk = match format.document(document, &context, &mut told) {
            Ok(()) => of_told(maker, 0, &told),
            Err(bad) => of_bad(bad),
        };
        self.add(file, format, &columns, chunk);
        Ok(None)
    }

    fn saw(&mut self, shape: &'static str, columns: &[(String, String)], format: &dyn Format) {
        self.seen = Seen {
            shape,
            columns: columns.to_vec(),
            wanted: Vec::new(),
        };
        if let Some(input) = self.inputs.last_mut() {
            format.name().clone_into(&mut input.format);
        }
    }

    fn context<'c>(&self, file: &'c LogFile, columns: &'c [String]) -> Context<'c>
    where
        'g: 'c,
    {
        Context {
            columns,
            stem: &file.stem,
            document: "",
            blank_is_null: &[],
            options: self.options,
        }
    }

    fn maker<'m>(&self, format: &'static dyn Format, context: &'m Context<'m>) -> Maker<'m>
    where
        'g: 'm,
    {
        Maker {
            format,
            context,
            sets: self.sets,
        }
    }

    /// Takes a chunk of a file.
    fn add(
        &mut self,
        file: &LogFile,
        format: &'static dyn Format,
        columns: &[String],
        chunk: Chunk,
    ) {
        self.watch.advance(Amount::rows(chunk.rows));
        let input_at = self.inputs.len() - 1;
        let input = &mut self.inputs[input_at];
        input.rows += chunk.rows;
        for (bad, count) in chunk.bad {
            *input.bad.entry(bad.as_str()).or_default() += count;
            // Those of a document have none.
            if let Some(row) = chunk.first_bad.get(&bad) {
                input.first_bad.entry(bad.as_str()).or_insert(row + 1);
            }
        }
        for (key, series) in chunk.series {
            input.attempts += series.kept.len() as u64;
            let run = self.runs.entry(run_key(file, format, key));
            let run = run.or_insert_with(|| RunSoFar {
                format,
                files: Vec::new(),
                told: Series::default(),
                columns: BTreeMap::new(),
            });
            run.merge(input_at, columns, series);
        }
    }

    /// The runs of all files.
    pub(super) fn finish(self) -> Result<Logs> {
        finish::logs(self)
    }

    /// What the one file that was read is.
    pub(super) fn inspected(self) -> Result<Inspected> {
        finish::inspected(self)
    }
}

/// The chunks of the next batches, made while further ones are read, in order; and whether more may come.
fn window(
    maker: Maker<'_>,
    batches: &mut dyn Iterator<Item = Result<Batch>>,
) -> Result<(Vec<Chunk>, bool)> {
    let (send, made) = mpsc::channel();
    let is_more = rayon::in_place_scope(|scope| {
        for at in 0..WINDOW {
            let Some(batch) = batches.next() else {
                return Ok::<_, Error>(false);
            };
            let (batch, send) = (batch?, send.clone());
            scope.spawn(move |_| {
                // The other end is there until all are in.
                let _ = send.send((at, maker.of_rows(&batch)));
            });
        }
        Ok(true)
    })?;
    drop(send);
    let mut chunks: Vec<(usize, Chunk)> = made.into_iter().collect();
    chunks.sort_by_key(|(at, _)| *at);
    Ok((
        chunks.into_iter().map(|(_, chunk)| chunk).collect(),
        is_more,
    ))
}

/// The keys of an object with what each holds.
pub(super) fn keys(object: &Value<'_>) -> Vec<(String, String)> {
    let Value::Object(fields) = object else {
        return Vec::new();
    };
    let fields = fields.iter();
    fields
        .map(|(key, value)| (key.to_string(), value.kind().to_owned()))
        .collect()
}

/// What a run is known by: its log's word for it, else its file's.
fn run_key(file: &LogFile, format: &dyn Format, key: SeriesKey) -> RunKey {
    let is_named = key.run.is_some();
    RunKey {
        name: key
            .run
            .unwrap_or_else(|| format.run_name(&file.stem, &file.folders)),
        benchmark: key.benchmark,
        folder: (!is_named).then(|| file.folders.join("/")),
    }
}

/// A chunk of what a document told, made side by side; the first is the file's `from`-th.
fn of_told(maker: Maker<'_>, from: u32, told: &[Told<'_>]) -> Chunk {
    use rayon::prelude::*;
    let some = told.par_chunks(TOLD_AT_A_TIME).enumerate();
    let chunks: Vec<Chunk> = some
        .map(|(at, some)| maker.of_told(from + (at * TOLD_AT_A_TIME) as u32, some))
        .collect();
    let mut all = Chunk {
        rows: told.len() as u64,
        ..Chunk::default()
    };
    for chunk in chunks {
        for (bad, count) in chunk.bad {
            *all.bad.entry(bad).or_default() += count;
        }
        for (key, series) in chunk.series {
            all.series.entry(key).or_default().merge(series, |row| row);
        }
    }
    all
}

fn of_bad(bad: Bad) -> Chunk {
    Chunk {
        rows: 1,
        bad: BTreeMap::from([(bad, 1)]),
        ..Chunk::default()
    }
}

impl RunSoFar {
    fn merge(&mut self, input: usize, columns: &[String], mut series: Series) {
        if !self.files.contains(&input) {
            self.files.push(input);
        }
        for (column, value) in std::mem::take(&mut series.columns) {
            if let Some(name) = columns.get(column) {
                self.columns.entry(name.clone()).or_default().merge(value);
            }
        }
        // Rows of two files are never the same.
        let file = (self.files.len() as u64 - 1) << FILE_BITS;
        self.told.merge(series, |row| file + row);
    }
}

impl Series {
    /// Takes another series of the same run, behind what is there.
    fn merge(&mut self, other: Self, row: impl Fn(u64) -> u64) {
        self.facts.merge(other.facts);
        self.no_verdicts.merge(other.no_verdicts);
        for (column, value) in other.columns {
            self.columns.entry(column).or_default().merge(value);
        }
        let filters: Vec<u16> = other
            .filters
            .into_keys()
            .map(|name| self.filters.insert_full(name, ()).0 as u16)
            .collect();
        let questions: Vec<(u32, Vec<u32>)> = other
            .questions
            .into_iter()
            .map(|(key, question)| self.take_question(key, question))
            .collect();
        let from = self.kept.len();
        self.kept.extend(other.kept.into_iter().map(|kept| {
            let (question, answers) = &questions[kept.question as usize];
            Kept {
                question: *question,
                row: row(kept.row),
                filter: kept.filter.map(|filter| filters[usize::from(filter)]),
                answer: kept.answer.map(|answer| answers[answer as usize]),
                ..kept
            }
        }));
        self.disputes
            .extend(other.disputes.into_iter().map(|mut dispute| {
                dispute.kept += from;
                dispute
            }));
    }

    /// The place of a question, and of each of its answers.
    fn take_question(
        &mut self,
        key: QuestionKey,
        question: super::chunk::Question,
    ) -> (u32, Vec<u32>) {
        let entry = self.questions.entry(key);
        let at = entry.index() as u32;
        let known = entry.or_default();
        known.learn(question.known, question.gold);
        let answers = question.answers.into_iter();
        let numbers = answers.map(|(key, answer)| known.keyed(key, answer));
        (at, numbers.collect())
    }
}

/// Names that several keys share, told apart by as few of the nearest folders as they differ in.
pub(super) fn names(keys: &[&RunKey]) -> Vec<String> {
    let mut sharing: HashMap<(&str, Option<&str>), Vec<&RunKey>> = HashMap::new();
    for key in keys {
        let name = (key.name.as_str(), key.benchmark.as_deref());
        sharing.entry(name).or_default().push(key);
    }
    keys.iter()
        .map(|key| {
            let all = &sharing[&(key.name.as_str(), key.benchmark.as_deref())];
            let folders = key.folder.iter().flat_map(|folders| folders.split('/'));
            let most = folders.filter(|_| all.len() > 1).count();
            let differ = |depth: &usize| {
                let own = below(key, *depth);
                all.iter()
                    .filter(|other| below(other, *depth) == own)
                    .count()
                    == 1
            };
            let depth = (0..=most).find(differ).unwrap_or(most);
            below(key, depth)
        })
        .collect()
}

/// A name below so many of its nearest folders.
fn below(key: &RunKey, depth: usize) -> String {
    // The nearest folder comes first.
    let folders = key.folder.iter().flat_map(|folders| folders.split('/'));
    let mut folders: Vec<&str> = folders
        .filter(|folder| !folder.is_empty())
        .take(depth)
        .collect();
    folders.reverse();
    folders.push(&key.name);
    folders.join("/")
}
