//! What was asked and answered in single attempts, read from their log again.
//!
//! Runs keep no texts, but where each attempt stands in its log ([`Place`](crate::eval::attempt::Place)). Who wants to
//! read some has the log opened and its rows told as they were; what they were told from is held against the log's
//! hash, so that a place means what it meant.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::open::{self, Archive, Held, LogFile, Look, Rows, Shape};
use super::told::{Bad, Told};
use super::{Cells, Context, Format, Options, gather, sniff};
use crate::source::value::Value;
use crate::source::{BatchSize, SourceFile, text};
use crate::{Error, Result};

/// The texts of an attempt, as far as its log has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    pub question: Option<String>,
    pub gold: Option<String>,
    pub response: Option<String>,
    /// The answer that the log found.
    pub answer: Option<String>,
}

/// A row, and which of the attempts that it tells.
pub(crate) type At = (u64, u32);

/// The texts at some places of a log; places where nothing stands are left out.
///
/// Fails where the log cannot be read, where its hash is another, and where `until` comes before all are found.
pub(crate) fn texts(
    path: &Path,
    blake3: &str,
    options: &Options,
    wanted: &[At],
    until: Instant,
) -> Result<BTreeMap<At, Texts>> {
    let files = open::find(&[path.to_owned()])?;
    let Some(file) = files.into_iter().next() else {
        return Ok(BTreeMap::new());
    };
    if file.hash()?.0 != blake3 {
        return Err(changed(&file.name));
    }
    let mut reading = Reading {
        file: &file,
        options,
        wanted,
        until,
        found: BTreeMap::new(),
    };
    match file.open()? {
        Held::Nothing(..) => return Err(changed(&file.name)),
        Held::Rows(rows) => reading.rows(&rows)?,
        Held::Document(text, source) => reading.document(&text, source)?,
        Held::Archive(archive) => reading.archive(archive)?,
    }
    Ok(reading.found)
}

fn changed(file: &str) -> Error {
    Error::File {
        file: file.to_owned(),
        problem: "is another file than the one that was evaluated".into(),
        hint: "put back the one that was, or evaluate this one".into(),
    }
}

/// A log while it is read.
struct Reading<'r> {
    file: &'r LogFile,
    options: &'r Options,
    wanted: &'r [At],
    until: Instant,
    found: BTreeMap<At, Texts>,
}

/// As much is read at a time.
const BATCH: BatchSize = BatchSize {
    rows: 1 << 10,
    bytes: 2 << 20,
};

impl Reading<'_> {
    fn context<'c>(&'c self, columns: &'c [String], blank_is_null: &'c [bool]) -> Context<'c> {
        Context {
            columns,
            stem: &self.file.stem,
            blank_is_null,
            document: "",
            options: self.options,
        }
    }

    fn format(&self, look: &Look<'_>) -> Result<&'static dyn Format> {
        let format = sniff::format(&self.file.name, look, self.options)?;
        format.ok_or_else(|| sniff::unknown(&self.file.name, look))
    }

    fn rows(&mut self, rows: &Rows) -> Result<()> {
        let look = Look {
            columns: &rows.columns,
            shape: Shape::Rows(&rows.first),
        };
        let format = self.format(&look)?;
        let columns = format.columns(&look, self.options);
        let blank_is_null = rows.blank_is_null(&columns);
        let last = self.wanted.iter().map(|(row, _)| *row).max();
        for batch in rows.batches(&columns, BATCH)? {
            let batch = batch?;
            if Instant::now() > self.until {
                return Err(too_slow(&self.file.name));
            }
            for index in 0..batch.len() {
                let row = batch.row(index);
                if Some(row.number) > last {
                    return Ok(());
                }
                let is_wanted = self.wanted.iter().any(|(known, _)| *known == row.number);
                if let (true, Ok(cells)) = (is_wanted, row.cells) {
                    let mut told = Vec::new();
                    let mut cells = Cells::new(&columns, cells);
                    let context = self.context(&columns, &blank_is_null);
                    // A row that tells nothing was counted as such.
                    let _ = format.row(&mut cells, &context, &mut told);
                    self.take(row.number, told);
                }
            }
        }
        Ok(())
    }

    fn document(&mut self, text: &str, source: SourceFile) -> Result<()> {
        let Some(document @ Value::Object(_)) = text::document(text) else {
            return self.rows(&Rows::new(source)?);
        };
        let keys = gather::keys(&document);
        let look = Look {
            columns: &keys,
            shape: Shape::Document(&document),
        };
        let Some(format) = sniff::document(&self.file.name, &look, self.options)? else {
            return self.rows(&Rows::new(source)?);
        };
        let mut told = Vec::new();
        let context = Context {
            document: text,
            ..self.context(&[], &[])
        };
        let _ = format.document(document, &context, &mut told);
        self.take(0, told);
        Ok(())
    }

    fn archive(&mut self, mut archive: Archive) -> Result<()> {
        let look = Look {
            columns: &[],
            shape: Shape::Archive(&archive.entries),
        };
        let format = self.format(&look)?;
        let (mut found, mut before) = (Vec::new(), 0);
        let wanted = self.wanted;
        let context = self.context(&[], &[]);
        format.archive(&mut archive, &context, &mut |told: Result<
            Vec<Told<'_>>,
            Bad,
        >| {
            for (nth, one) in (before..).zip(told.iter().flatten()) {
                if wanted.contains(&(0, nth)) {
                    found.push(((0, nth), of(one)));
                }
            }
            before += told.map_or(0, |told| told.len() as u32);
        })?;
        self.found.extend(found);
        Ok(())
    }

    /// Takes those that are wanted of what a row told.
    fn take(&mut self, row: u64, told: Vec<Told<'_>>) {
        for (nth, one) in (0..).zip(&told) {
            if self.wanted.contains(&(row, nth)) {
                self.found.insert((row, nth), of(one));
            }
        }
    }
}

fn too_slow(file: &str) -> Error {
    Error::File {
        file: file.to_owned(),
        problem: "takes too long to be read up to its row".into(),
        hint: "look at it with `gradatim verify --explain`".into(),
    }
}

fn of(told: &Told<'_>) -> Texts {
    let own = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(str::to_owned);
    Texts {
        question: own(&told.text),
        gold: own(&told.gold),
        response: own(&told.response),
        answer: own(&told.answer),
    }
}
