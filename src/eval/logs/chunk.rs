//! Some rows of a log, told and graded: what stays of them when their text is gone.
//!
//! Chunks are made side by side and put together in the order of the file, so that nothing depends on threads.

use std::borrow::Cow;
use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::told::{Bad, Said, Told};
use super::{Cells, Context, Format, wording};
use crate::eval::grade::{self, Graded};
use crate::eval::questions::{Known, Sets};
use crate::eval::table::Outcome;
use crate::screen::grams::digest;
use crate::source::{Batch, Void};

/// What a chunk is made with.
#[derive(Clone, Copy)]
pub(super) struct Maker<'m> {
    pub format: &'static dyn Format,
    pub context: &'m Context<'m>,
    pub sets: &'m Sets,
}

/// Rows of a log that were read.
#[derive(Default)]
pub(super) struct Chunk {
    pub series: IndexMap<SeriesKey, Series>,
    pub rows: u64,
    pub bad: BTreeMap<Bad, u64>,
    /// The number of the first such row, from 0.
    pub first_bad: BTreeMap<Bad, u64>,
}

/// What tells the runs of one file apart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct SeriesKey {
    pub run: Option<String>,
    pub benchmark: Option<String>,
}

/// The attempts of one run.
#[derive(Default)]
pub(super) struct Series {
    pub facts: FactsTold,
    /// Further columns, by their place among the columns read.
    pub columns: BTreeMap<usize, Agreed<String>>,
    pub filters: IndexMap<String, ()>,
    pub questions: IndexMap<QuestionKey, Question>,
    pub kept: Vec<Kept>,
    /// What stands where verdicts should, and is none.
    pub no_verdicts: NoVerdicts,
    pub disputes: Vec<Dispute>,
}

/// A question as a log has it: by its id, by its text, or by both.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct QuestionKey {
    pub id: Option<String>,
    /// A hash of the text's bytes.
    pub text: Option<u64>,
}

/// What is known of a question.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    pub known: Option<Known>,
    pub gold: Option<String>,
    /// By the key under which equal ones meet.
    pub answers: IndexMap<Box<str>, Answer>,
}

/// A distinct answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    /// As it was given first, where that is not its key.
    pub text: Option<Box<str>>,
    /// Whether our verifier called it the gold answer.
    pub is_right: bool,
}

/// How many attempts have something in the verdict's place that is none; the first few kinds by name.
#[derive(Clone, Debug, Default)]
pub(super) struct NoVerdicts {
    pub attempts: u64,
    kinds: IndexMap<String, u64>,
}

/// So many kinds are named.
const KINDS_MAX: usize = 5;

impl NoVerdicts {
    fn add(&mut self, kind: &str, count: u64) {
        if let Some(known) = self.kinds.get_mut(kind) {
            *known += count;
        } else if self.kinds.len() < KINDS_MAX {
            self.kinds.insert(kind.to_owned(), count);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.attempts += other.attempts;
        for (kind, count) in other.kinds {
            self.add(&kind, count);
        }
    }

    /// As `correct` = 100 (42 times), 0.5 (once); nothing where all are verdicts.
    pub(super) fn listed(&self) -> String {
        let times = |count: u64| match count {
            1 => "once".to_owned(),
            count => format!("{count} times"),
        };
        let kinds = self.kinds.iter();
        let kinds: Vec<String> = kinds
            .map(|(kind, count)| format!("{kind} ({})", times(*count)))
            .collect();
        let named: u64 = self.kinds.values().sum();
        match self.attempts - named {
            0 => kinds.join(", "),
            more => format!("{}, and others ({})", kinds.join(", "), times(more)),
        }
    }
}

/// What is kept of an attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept {
    /// Among the series' questions.
    pub question: u32,
    /// In the file.
    pub row: u64,
    /// Which of the attempts that the row tells, or the file where it has no rows.
    pub nth: u32,
    pub attempt: Option<u32>,
    /// Among the series' filters.
    pub filter: Option<u16>,
    pub recorded: Option<Outcome>,
    pub ours: Option<Outcome>,
    /// Among the question's answers.
    pub answer: Option<u32>,
    /// A hash of the response.
    pub text: Option<u64>,
    /// A hash of what stands in the columns beside.
    pub beside: u64,
    /// Bytes of the response.
    pub bytes: u32,
    pub tokens: Option<u32>,
    pub finished: Option<bool>,
    /// Whether the response shows that it came to its end.
    pub shown: Option<bool>,
    pub ended: Option<bool>,
}

/// An attempt that the log and our verifier grade differently.
#[derive(Clone, Debug)]
pub(super) struct Dispute {
    /// Among the attempts that were kept.
    pub kept: usize,
    pub gold: String,
    pub recorded: Option<String>,
    pub ours: Option<String>,
    pub reason: &'static str,
}

/// A value on which rows agree, or do not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Agreed<T> {
    /// No row says it.
    #[default]
    Nothing,
    /// All rows that say it say this.
    On(T),
    /// They differ.
    Differ,
}

/// The facts of a run, as far as rows agree.
#[derive(Clone, Debug, Default)]
pub(super) struct FactsTold {
    pub model: Agreed<String>,
    pub template: Agreed<String>,
    pub temperature: Agreed<f64>,
    pub top_p: Agreed<f64>,
    pub max_tokens: Agreed<u32>,
    pub grader: Agreed<String>,
}

/// No text of an answer is kept beyond.
const SHOWN_BYTES_MAX: usize = 200;

impl<T: PartialEq> Agreed<T> {
    /// Takes what another row says; `own` makes it of what was borrowed.
    pub(super) fn add<B: ?Sized>(&mut self, said: &B, own: impl FnOnce(&B) -> T)
    where
        T: PartialEq<B>,
    {
        match self {
            Self::Nothing => *self = Self::On(own(said)),
            Self::On(known) if *known != *said => *self = Self::Differ,
            _ => {}
        }
    }

    /// Takes what others say.
    pub(super) fn merge(&mut self, other: Self) {
        match (&*self, other) {
            (_, Self::Nothing) => {}
            (Self::Nothing, other) => *self = other,
            (Self::On(a), Self::On(b)) if *a == b => {}
            _ => *self = Self::Differ,
        }
    }

    /// What they agree on.
    pub(super) fn value(self) -> Option<T> {
        match self {
            Self::On(value) => Some(value),
            _ => None,
        }
    }
}

impl FactsTold {
    fn add(&mut self, said: &Said<'_>) {
        let text = |fact: &mut Agreed<String>, said: &Option<Cow<'_, str>>| {
            if let Some(said) = said {
                fact.add::<str>(said, str::to_owned);
            }
        };
        text(&mut self.model, &said.model);
        text(&mut self.template, &said.template);
        text(&mut self.grader, &said.grader);
        let number = |fact: &mut Agreed<f64>, said: Option<f64>| {
            if let Some(said) = said {
                fact.add(&said, |said| *said);
            }
        };
        number(&mut self.temperature, said.temperature);
        number(&mut self.top_p, said.top_p);
        if let Some(said) = said.max_tokens {
            self.max_tokens.add(&said, |said| *said);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.model.merge(other.model);
        self.template.merge(other.template);
        self.temperature.merge(other.temperature);
        self.top_p.merge(other.top_p);
        self.max_tokens.merge(other.max_tokens);
        self.grader.merge(other.grader);
    }
}

impl Question {
    /// The number of an answer among the question's; a new one where it was not given before.
    fn answer(&mut self, text: &str, is_right: bool) -> u32 {
        let (key, text) = (grade::answer_key(text), shown(text));
        let answer = Answer {
            text: (text != key).then(|| text.into()),
            is_right,
        };
        self.keyed(key.into(), answer)
    }

    /// The same of an answer whose key is known.
    pub(super) fn keyed(&mut self, key: Box<str>, answer: Answer) -> u32 {
        let is_right = answer.is_right;
        let entry = self.answers.entry(key);
        let at = entry.index();
        entry.or_insert(answer).is_right |= is_right;
        at as u32
    }

    /// Takes what another row, or another chunk, knows of it.
    pub(super) fn learn(&mut self, known: Option<Known>, gold: Option<String>) {
        if self.known.is_none() {
            self.known = known;
        }
        if self.gold.is_none() {
            self.gold = gold;
        }
    }
}

impl Maker<'_> {
    /// A chunk of a batch of rows.
    pub(super) fn of_rows(self, batch: &Batch) -> Chunk {
        let mut chunk = Chunk::default();
        let mut told = Vec::new();
        for index in 0..batch.len() {
            let row = batch.row(index);
            chunk.rows += 1;
            told.clear();
            let cells = row.cells.map_err(bad);
            let read = cells.and_then(|cells| {
                let mut cells = Cells::new(self.context.columns, cells);
                self.format.row(&mut cells, self.context, &mut told)
            });
            match read {
                Ok(()) => {
                    for (nth, one) in (0..).zip(told.drain(..)) {
                        chunk.add(self, (row.number, nth), one);
                    }
                }
                Err(bad) => chunk.add_bad(bad, row.number),
            }
        }
        chunk
    }

    /// A chunk of what a document or an entry of an archive told, the first the file's `from`-th.
    pub(super) fn of_told(self, from: u32, told: &[Told<'_>]) -> Chunk {
        let mut chunk = Chunk::default();
        for (nth, one) in (from..).zip(told) {
            chunk.add(self, (0, nth), one.clone());
        }
        chunk
    }
}

/// Why a row was not read, in this module's words.
fn bad(void: Void) -> Bad {
    match void {
        Void::BadJson => Bad::Json,
        Void::BadCsv => Bad::Csv,
        Void::BadUtf8 => Bad::Utf8,
        Void::TooLarge => Bad::TooLarge,
        _ => Bad::WrongType,
    }
}

impl Chunk {
    fn add_bad(&mut self, bad: Bad, row: u64) {
        *self.bad.entry(bad).or_default() += 1;
        self.first_bad.entry(bad).or_insert(row);
    }

    /// Takes one attempt, which stands in a row as the nth: grades it and lets its texts go.
    fn add(&mut self, maker: Maker<'_>, place: (u64, u32), told: Told<'_>) {
        let (row, _) = place;
        if told.id.is_none() && told.text.is_none() {
            self.add_bad(Bad::NoQuestion, row);
            return;
        }
        let is_silent = told.recorded.is_none() && told.response.is_none() && told.answer.is_none();
        if is_silent && told.finished.is_none() {
            self.add_bad(Bad::NoAttempt, row);
            return;
        }
        let owned = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let key = SeriesKey {
            run: owned(&told.run),
            benchmark: owned(&told.benchmark),
        };
        self.series.entry(key).or_default().add(maker, place, &told);
    }
}

impl Series {
    fn add(&mut self, maker: Maker<'_>, (row, nth): (u64, u32), told: &Told<'_>) {
        self.facts.add(&told.said);
        if let Some(kind) = &told.no_verdict {
            self.no_verdicts.attempts += 1;
            self.no_verdicts.add(kind, 1);
        }
        for (column, value) in &told.columns {
            let agreed = self.columns.entry(*column).or_default();
            agreed.add::<str>(value, str::to_owned);
        }
        let question = self.question(maker, told);
        let graded = self.graded(maker, question, told);
        let is_right = graded.outcome == Some(Outcome::Right);
        let answer = match maker.context.options.grading {
            super::Grading::Ours => graded.answer.as_deref().or(told.answer.as_deref()),
            _ => told.answer.as_deref().or(graded.answer.as_deref()),
        };
        let is_ours = answer.is_some() && answer == graded.answer.as_deref();
        let known = &mut self.questions[question];
        let kept = Kept {
            question: question as u32,
            row,
            nth,
            attempt: told
                .attempt
                .map(|number| number.min(u64::from(u32::MAX)) as u32),
            filter: told
                .filter
                .as_deref()
                .map(|name| filter(&mut self.filters, name)),
            recorded: told.recorded,
            ours: graded.outcome,
            answer: answer
                .filter(|answer| !answer.trim().is_empty())
                .map(|answer| known.answer(answer, is_right && is_ours)),
            text: told.response.as_deref().map(|text| digest(text.as_bytes())),
            beside: beside(&told.columns),
            bytes: told
                .response
                .as_deref()
                .map_or(0, |text| text.len().min(u32::MAX as usize) as u32),
            tokens: told.tokens,
            finished: told.finished,
            shown: graded.finished,
            ended: told.ended,
        };
        if let (Some(gold), Some(reason)) = (&known.gold, graded.reason)
            && told
                .recorded
                .is_some_and(|recorded| Some(recorded) != graded.outcome)
        {
            self.disputes.push(Dispute {
                kept: self.kept.len(),
                gold: shown(gold),
                recorded: told.answer.as_deref().map(shown),
                ours: graded.answer.as_deref().map(shown),
                reason: reason.as_str(),
            });
        }
        self.kept.push(kept);
    }

    /// The place of the question that an attempt is at.
    fn question(&mut self, maker: Maker<'_>, told: &Told<'_>) -> usize {
        let key = QuestionKey {
            id: told.id.as_deref().map(str::to_owned),
            text: told.text.as_deref().map(|text| digest(text.as_bytes())),
        };
        if let Some(at) = self.questions.get_index_of(&key) {
            return at;
        }
        if let (Agreed::Nothing | Agreed::On(_), Some(prompt)) =
            (&self.facts.template, &told.said.prompt)
            && told.said.template.is_none()
            && let Some(template) = wording::name(prompt, told.text.as_deref())
        {
            self.facts.template.add::<str>(&template, str::to_owned);
        }
        let known = known(maker.sets, told);
        let places = known.as_ref().map_or(&[][..], |known| &known.places);
        let by_id = || {
            let (benchmark, id) = (told.benchmark.as_deref()?, told.id.as_deref()?);
            maker.sets.gold_by_id(benchmark, id)
        };
        let gold = told
            .gold
            .as_deref()
            .or_else(|| maker.sets.gold(places))
            .or_else(by_id);
        let question = Question {
            gold: gold.map(str::to_owned),
            known,
            answers: IndexMap::new(),
        };
        self.questions.insert_full(key, question).0
    }

    /// Our grade of an attempt, where one is wanted or the log has none; else the answer alone.
    fn graded(&self, maker: Maker<'_>, question: usize, told: &Told<'_>) -> Graded {
        let is_wanted = maker.context.options.grading.grades_all() || told.recorded.is_none();
        let gold = told
            .gold
            .as_deref()
            .or(self.questions[question].gold.as_deref());
        let response = match &told.answer {
            Some(_) if !is_wanted => None,
            _ => told.response.as_deref(),
        };
        grade::grade(gold.filter(|_| is_wanted), response, told.answer.as_deref())
    }
}

/// What is known of an attempt's question by its text; the nearest of the benchmark that the log names, where no text is
/// the same.
fn known(sets: &Sets, told: &Told<'_>) -> Option<Known> {
    let text = told.text.as_deref()?;
    let mut known = sets.known(text);
    let named = told
        .benchmark
        .as_deref()
        .filter(|_| known.places.is_empty());
    known
        .places
        .extend(named.and_then(|name| sets.near(name, text)));
    Some(known)
}

/// A hash of the cells of further columns.
fn beside(columns: &[(usize, Cow<'_, str>)]) -> u64 {
    columns.iter().fold(0, |hash, (column, value)| {
        hash.rotate_left(5) ^ digest(value.as_bytes()).wrapping_add(*column as u64)
    })
}

/// The number of a filter.
fn filter(filters: &mut IndexMap<String, ()>, name: &str) -> u16 {
    let at = filters
        .get_index_of(name)
        .unwrap_or_else(|| filters.insert_full(name.to_owned(), ()).0);
    at.min(usize::from(u16::MAX)) as u16
}

/// A text of which no more is shown than anybody reads.
fn shown(text: &str) -> String {
    let text = text.trim();
    let mut end = text.len().min(SHOWN_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    match end < text.len() {
        true => format!("{}…", &text[..end]),
        false => text.to_owned(),
    }
}
