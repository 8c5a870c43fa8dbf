//! Every column of every written row: the texts against the ids that name them, the rest made again.
//!
//! A row's own problem, gold answer and response are what no other file of the folder has. They are named, exactly,
//! by the ledger's `text_id` and `trajectory_id`; from them, the ledger and the pipeline each column follows, and is
//! made by the code that wrote it.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Fields, Schema};
use rayon::prelude::*;

use super::derived;
use super::files::{Folder, StoredTable};
use super::manifest::Stored;
use super::replay::{CONTRADICTS, Replay};
use crate::emit::texts::EntryText;
use crate::emit::{chat, shuffled, subset};
use crate::manifest::SubsetRecord;
use crate::measure::tokens::{QWEN, Tokenizer};
use crate::pipeline::Emit;
use crate::run::Amount;
use crate::source::quietly;
use crate::{ids, measure};

/// Holds each written subset against its selection, row by row, column by column.
pub(super) fn check(folder: &mut Folder<'_>, replay: &Replay<'_>) {
    let subsets = &replay.stored.manifest.subsets;
    let rows = subsets.iter().map(|subset| u64::from(subset.written)).sum();
    folder.watch.begin("rows", Amount::rows(rows));
    let subsets = subsets.par_iter();
    let found: Vec<(u64, Vec<String>)> = subsets
        .map(|subset| {
            let mut reader = SubsetReader {
                replay,
                subset,
                rows: 0,
                broken: Vec::new(),
            };
            if quietly(|| reader.read(folder)).is_none() {
                reader.broken(CONTRADICTS);
            }
            (reader.rows as u64, reader.broken)
        })
        .collect();
    for (rows, broken) in found {
        folder.findings.rows += rows;
        for what in broken {
            folder.findings.broken(what);
        }
    }
}

/// Says which tokens nobody counted: what no other file has, where the tokenizer is a file of the user's.
pub(super) fn note_uncounted(folder: &mut Folder<'_>, stored: &Stored) {
    if counted_elsewhere(stored).next().is_some() {
        folder.findings.note(
            "tokens of conversations and of derived rows are taken as they stand: what counted them is no file of the \
             folder (`--sources` finds it)",
        );
    }
}

/// Counts those tokens with the tokenizer of the sources.
pub(super) fn count_again(
    folder: &mut Folder<'_>,
    stored: &Stored,
    emit: &Emit,
    tokenizer: &Tokenizer,
) {
    for subset in counted_elsewhere(stored) {
        let path = subset.path.as_deref().and_then(|path| folder.path(path));
        let Some(mut table) = path.and_then(|path| StoredTable::open(&path).ok()) else {
            continue;
        };
        let mut rank = 0;
        while let Some(Ok(batch)) = table.next() {
            let (Some(texts), Some(stored)) = (texts(&batch), counts(&batch)) else {
                break;
            };
            for (text, stored) in texts.iter().zip(stored) {
                // The ledger has those of replies that are nobody else's.
                let reply = match subset.derived {
                    Some(_) => measure::reply_tokens(tokenizer, &text.response).whole,
                    None => stored[0],
                };
                let whole = chat::conversation_tokens(emit, &text.problem, reply, tokenizer);
                let counted = [("tokens", reply), ("conversation_tokens", whole)];
                let other = counted.into_iter().zip(stored);
                for ((column, _), _) in other.filter(|((_, counted), stored)| counted != stored) {
                    let name = &subset.name;
                    let what = format!("{name}: `{column}` of row {rank} is measured otherwise");
                    folder.findings.broken(what);
                }
                rank += 1;
            }
        }
    }
}

/// The subsets whose tokens the binary's own vocabulary did not count.
fn counted_elsewhere(stored: &Stored) -> impl Iterator<Item = &SubsetRecord> {
    let subsets = stored.manifest.subsets.iter();
    let is_other = stored.manifest.tokenizer != QWEN;
    subsets.filter(move |subset| is_other && subset.path.is_some())
}

/// Tokens of each row's reply and of its conversation, as they stand.
fn counts(batch: &RecordBatch) -> Option<Vec<[u32; 2]>> {
    let replies = subset::TOKENS.of(batch).ok()?;
    let wholes = subset::CONVERSATION_TOKENS.of(batch).ok()?;
    let both = replies.into_iter().zip(wholes);
    both.map(|(reply, whole)| Some([reply?, whole?])).collect()
}

/// One subset's file while it is read.
struct SubsetReader<'r> {
    replay: &'r Replay<'r>,
    subset: &'r SubsetRecord,
    rows: usize,
    broken: Vec<String>,
}

impl SubsetReader<'_> {
    fn broken(&mut self, what: &str) {
        self.broken.push(format!("{}: {what}", self.subset.name));
    }

    fn read(&mut self, folder: &Folder<'_>) {
        let path = self.subset.path.as_deref();
        let Some(path) = path.and_then(|path| folder.path(path)) else {
            return;
        };
        let mut table = match StoredTable::open(&path) {
            Ok(table) => table,
            Err(why) => return self.broken(&format!("its file cannot be read: {why}")),
        };
        let expected = subset::file_schema(self.replay.experiment.plan);
        if let Some(difference) = of_schema(table.schema(), &expected) {
            return self.broken(&difference);
        }
        if let Some(key) = table.key_twice() {
            let key = crate::error::shortened(key);
            return self.broken(&format!("its footer has the key `{key}` twice"));
        }
        let entries = self.replay.chosen.of(&self.subset.name);
        while let Some(batch) = table.next() {
            match batch {
                Ok(batch) if self.rows + batch.num_rows() <= entries.len() => {
                    self.check_batch(&batch, &entries[self.rows..self.rows + batch.num_rows()]);
                    self.rows += batch.num_rows();
                    folder.watch.advance(Amount::rows(batch.num_rows() as u64));
                }
                Ok(batch) => {
                    self.rows += batch.num_rows();
                    break;
                }
                Err(why) => return self.broken(&format!("its file cannot be read on: {why}")),
            }
        }
        if self.rows != entries.len() || self.rows != self.subset.written as usize {
            self.broken(&format!(
                "has {} rows, selected {}, the manifest says {}",
                self.rows,
                entries.len(),
                self.subset.written
            ));
        }
    }

    /// Rows that should stand for these entries.
    fn check_batch(&mut self, batch: &RecordBatch, entries: &[u32]) {
        let Some(texts) = self.texts(batch, entries) else {
            return self.broken("has rows without a problem or a response");
        };
        for (at, (&entry, text)) in entries.iter().zip(&texts).enumerate() {
            let body = self.replay.experiment.entries.body_of(entry);
            let problem = ids::problem_id(&text.problem);
            let gold = text.gold.as_deref();
            let is_named = match &text.made {
                Some(made) => shuffled::follows(text, body.trajectory_id, made.derivation),
                None => ids::trajectory_id(problem, &text.response) == body.trajectory_id,
            };
            if !is_named && text.made.is_some() {
                let row = self.rows + at;
                self.broken(&format!(
                    "the text of row {row} is not what the transformation makes of its trajectory"
                ));
            } else if !is_named {
                let row = self.rows + at;
                self.broken(&format!("the text of row {row} is not what its id names"));
            } else if self.replay.has_texts && ids::text_id(&text.problem, gold) != body.text_id {
                let row = self.rows + at;
                self.broken(&format!(
                    "problem and answer of row {row} are not as they were measured"
                ));
            }
        }
        let entries = self.settled(batch, entries);
        let experiment = &self.replay.experiment;
        let derived = subset::rows(experiment, &entries, self.rows as u32, texts);
        for ((field, column), derived) in batch
            .schema()
            .fields()
            .iter()
            .zip(batch.columns())
            .zip(&derived)
        {
            for row in differing(column.as_ref(), derived.as_ref()) {
                let row = self.rows + row;
                self.broken(&format!(
                    "`{}` of row {row} is not what follows",
                    field.name()
                ));
            }
        }
    }

    /// The texts that rows of these entries hold, with what they should say of themselves: tokens that no other file has
    /// are counted where the tokenizer is at hand, else taken as they stand.
    fn texts(&self, batch: &RecordBatch, entries: &[u32]) -> Option<Vec<EntryText>> {
        let stored = counts(batch)?.into_iter().zip(entries);
        let all = texts(batch)?.into_iter().zip(stored);
        Some(
            all.map(|(text, (stored, entry))| self.counted(text, stored, *entry))
                .collect(),
        )
    }

    fn counted(&self, text: EntryText, [reply, whole]: [u32; 2], entry: u32) -> EntryText {
        let (replay, tokenizer) = (self.replay, self.replay.tokenizer.as_ref());
        let (text, reply) = match derived::derivation(self.subset) {
            Some(derivation) => {
                let counted = |tokenizer| measure::reply_tokens(tokenizer, &text.response).whole;
                let reply = tokenizer.map_or(reply, counted);
                (shuffled::named(text, derivation, reply), reply)
            }
            None => (text, replay.experiment.entries.body_of(entry).tokens),
        };
        let emit = &replay.experiment.plan.emit;
        let counted = |tokenizer| chat::conversation_tokens(emit, &text.problem, reply, tokenizer);
        EntryText {
            conversation_tokens: Some(tokenizer.map_or(whole, counted)),
            ..text
        }
    }

    /// The entries with the one of exact copies that its row is of: an id alone does not tell.
    fn settled(&self, batch: &RecordBatch, entries: &[u32]) -> Vec<u32> {
        let mut entries = entries.to_vec();
        if self.replay.copies.is_empty() {
            return entries;
        }
        let experiment = &self.replay.experiment;
        for (at, entry) in entries.iter_mut().enumerate() {
            let id = experiment.entries.body_of(*entry).trajectory_id;
            let row = batch.slice(at, 1);
            let is_it = |copy: &&u32| {
                let Some(text) = self.texts(&row, &[**copy]) else {
                    return false;
                };
                let rank = (self.rows + at) as u32;
                let derived = subset::rows(experiment, &[**copy], rank, text);
                row.columns()
                    .iter()
                    .zip(&derived)
                    .all(|(column, derived)| column == derived)
            };
            let mut copies = self.replay.copies.get(&id).into_iter().flatten();
            *entry = copies.find(is_it).copied().unwrap_or(*entry);
        }
        entries
    }
}

/// The rows in which two columns differ.
pub(super) fn differing(column: &dyn Array, expected: &dyn Array) -> Vec<usize> {
    if *column == *expected {
        return Vec::new();
    }
    let differs = |&row: &usize| *column.slice(row, 1) != *expected.slice(row, 1);
    (0..column.len()).filter(differs).collect()
}

/// How a file's columns differ from those that are written.
///
/// What stands beside them in a file is read by loaders too: the hub's own reads there of what type each column is.
pub(super) fn of_schema(schema: &Schema, expected: &Schema) -> Option<String> {
    let (fields, expected_fields) = (schema.fields(), expected.fields());
    if let Some(difference) = of_fields(fields, expected_fields) {
        return Some(difference);
    }
    let (beside, expected) = (schema.metadata(), expected.metadata());
    let mut more = beside.keys().filter(|key| !expected.contains_key(*key));
    let mut inside = fields.iter().map(|field| field.metadata().keys().next());
    if let Some(key) = more.next().or_else(|| inside.find_map(|key| key)) {
        let key = crate::error::shortened(key);
        return Some(format!("has metadata `{key}`, which no run writes"));
    }
    let mut other = expected.iter();
    let (key, _) = other.find(|(key, value)| beside.get(*key) != Some(*value))?;
    Some(format!("its metadata `{key}` is not what a run writes"))
}

fn of_fields(fields: &Fields, expected: &Fields) -> Option<String> {
    let names = |fields: &Fields| -> Vec<String> {
        fields.iter().map(|field| field.name().clone()).collect()
    };
    if names(fields) != names(expected) {
        return Some(format!(
            "has the columns {}, not {}",
            crate::error::shortened(&names(fields).join(", ")),
            names(expected).join(", ")
        ));
    }
    let mut pairs = fields.iter().zip(expected);
    let other = pairs.find(|(field, expected)| {
        field.data_type() != expected.data_type() || field.is_nullable() != expected.is_nullable()
    })?;
    Some(format!(
        "its column `{}` is of another type",
        other.0.name()
    ))
}

/// The texts that rows hold: the problem, what the assistant says last, the gold answer.
fn texts(batch: &RecordBatch) -> Option<Vec<EntryText>> {
    let problems = batch.column_by_name("problem")?.as_string_opt::<i32>()?;
    let answers = batch.column_by_name("answer")?.as_string_opt::<i32>()?;
    let messages = batch.column_by_name("messages")?.as_list_opt::<i32>()?;
    let text = |row: usize| {
        let turns = messages.value(row);
        let said = turns.as_struct_opt()?.column_by_name("content")?.clone();
        let said = said.as_string_opt::<i32>()?;
        let last = said.len().checked_sub(1)?;
        Some(EntryText {
            problem: problems.value(row).to_owned(),
            response: said.value(last).to_owned(),
            gold: answers.is_valid(row).then(|| answers.value(row).to_owned()),
            made: None,
            conversation_tokens: None,
        })
    };
    (0..batch.num_rows()).map(text).collect()
}
