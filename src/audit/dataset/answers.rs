//! What was asked for and what was answered, of the entries whose kind that explains.
//!
//! The pool holds both, cut, so that no response is read again for the rows of `findings.parquet`. It keeps one gold answer a
//! problem and part: where another row of the part states another one, that is read from its row.

use std::collections::HashMap;

use arrow::array::RecordBatch;

use super::kinds::Kind;
use super::scope::Scope;
use crate::Result;
use crate::ids::{self, Id};
use crate::measure::EXTRACTED_CHARS_MAX;
use crate::pool::entries::Body;
use crate::pool::tables::{ANSWER, EXTRACTED, PROBLEM, PROBLEMS, TRAJECTORIES};
use crate::run::RunPart;
use crate::schema::Misfit;
use crate::verify::Outcome;

/// The kinds that a gold answer beside an extracted one explains.
pub(super) const OF_ANSWERS: [Kind; 4] = [
    Kind::Wrong,
    Kind::Undecided,
    Kind::RecordedRightFoundWrong,
    Kind::RecordedWrongFoundRight,
];

/// Letters of an answer that are told.
const ANSWER_CHARS: usize = 40;

/// What is told of a gold answer and an extracted one.
fn words(gold: &str, extracted: &str) -> String {
    let [gold, extracted] = [gold, extracted].map(|text| without_middle(text, ANSWER_CHARS));
    format!("gold {gold}, answered {extracted}")
}

/// The text without its middle where it has more letters: answers in words differ at their ends.
pub(crate) fn without_middle(text: &str, most: usize) -> String {
    let letters: Vec<char> = text.trim().chars().collect();
    if letters.len() <= most {
        return letters.into_iter().collect();
    }
    let ahead = most / 2;
    let behind = letters.len() - (most - ahead - 1);
    let ends = letters[..ahead].iter().chain(['…'].iter());
    ends.chain(&letters[behind..]).collect()
}

/// What was asked for and answered in the entries of one part.
#[derive(Default)]
pub(super) struct Answers {
    part: Option<u32>,
    told: HashMap<u32, String>,
}

impl Answers {
    /// What is told of an entry; none where its answers explain nothing, or the part is not at hand.
    pub(super) fn of(&self, entry: u32) -> Option<String> {
        self.told.get(&entry).cloned()
    }

    /// Reads those of the part that the entry is of, unless it has them.
    pub(super) fn load(&mut self, scope: &Scope<'_>, entry: u32) -> Result<()> {
        let part = scope.experiment.entries.rows[entry as usize].part;
        if self.part != Some(part) {
            *self = Self {
                part: Some(part),
                told: read(scope, &scope.experiment.parts[part as usize])?,
            };
        }
        Ok(())
    }
}

/// Whether the answers explain what is found in an entry.
fn is_explained(body: &Body) -> bool {
    let is_disputed = body.outcome == Outcome::Correct && body.recorded == Some(false);
    body.bytes > 0 && (matches!(body.outcome, Outcome::Wrong | Outcome::Undecided) || is_disputed)
}

fn read(scope: &Scope<'_>, part: &RunPart) -> Result<HashMap<u32, String>> {
    let body = |entry: usize| scope.experiment.entries.rows[entry].body.as_deref().ok();
    let explained = |entry: &usize| body(*entry).is_some_and(is_explained);
    if !part.entries.clone().any(|entry| explained(&entry)) {
        return Ok(HashMap::new());
    }
    let golds = golds(part)?;
    let (mut told, mut others) = (HashMap::new(), HashMap::new());
    let mut entries = part.entries.clone();
    for batch in part.held.read(TRAJECTORIES, &[EXTRACTED.name()])? {
        let batch = batch?;
        let extracted = EXTRACTED
            .of(&batch)
            .map_err(|misfit| part.held.misread(&misfit))?;
        for (entry, extracted) in entries.by_ref().take(batch.num_rows()).zip(extracted) {
            let Some(body) = body(entry).filter(|body| is_explained(body)) else {
                continue;
            };
            let extracted = shown(extracted.unwrap_or_default());
            match golds.get(&body.text_id) {
                Some(gold) => drop(told.insert(entry as u32, words(gold, &extracted))),
                None => drop(others.insert(entry as u32, extracted)),
            }
        }
    }
    let mut wanted: Vec<u32> = others.keys().copied().collect();
    wanted.sort_unstable();
    scope.each_text(&wanted, |entry, trajectory| {
        let gold = trajectory.gold.unwrap_or_default();
        told.insert(entry, words(&gold, &others[&entry]));
        Ok(())
    })?;
    Ok(told)
}

/// An extracted answer that the pool may have cut: then nobody knows its end.
fn shown(extracted: &str) -> String {
    match extracted.chars().count() < EXTRACTED_CHARS_MAX {
        true => extracted.to_owned(),
        false => extracted
            .chars()
            .take(ANSWER_CHARS - 1)
            .chain(['…'])
            .collect(),
    }
}

/// The gold answers of a part, cut, each by the id of the problem with it as they are written.
fn golds(part: &RunPart) -> Result<HashMap<Id, String>> {
    let mut golds = HashMap::new();
    for batch in part.held.read(PROBLEMS, &[PROBLEM.name(), ANSWER.name()])? {
        let mut take = |batch: &RecordBatch| -> Result<(), Misfit> {
            for (problem, gold) in PROBLEM.of(batch)?.into_iter().zip(ANSWER.of(batch)?) {
                let id = ids::text_id(problem.unwrap_or_default(), gold);
                golds.insert(id, without_middle(gold.unwrap_or_default(), ANSWER_CHARS));
            }
            Ok(())
        };
        take(&batch?).map_err(|misfit| part.held.misread(&misfit))?;
    }
    Ok(golds)
}
