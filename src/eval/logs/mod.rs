//! Logs of evaluations as people have them, to runs.
//!
//! ```text
//! paths ─► open (any packing) ─► sniff (by shape) ─► a format's `Told`, one an attempt ─► grade ─► gather ─► runs
//! ```
//!
//! A file is recognised by what it holds and never by its name, since people rename files; where two formats fit, or
//! none does, that is said and `--format` decides. A row is told (`Told`), graded, and its text is let go at once: what
//! stays of an attempt is a few dozen bytes, so that a log of any length is read in the memory of its attempts.
//!
//! # To add a format
//!
//! One file, `logs/NAME.rs`, with a unit struct that implements [`Format`], and a line in [`FORMATS`].
//!
//! - [`Format::claims`] looks at the first rows (or the document, or the archive's entries) and says whether they are
//!   its. Claim by keys that only this harness writes together: no two formats may claim the same file (a test holds
//!   every format against every other's sample).
//! - Files of rows (JSONL, lists of objects, CSV, Parquet, Arrow): [`Format::columns`] names the top-level columns that
//!   are wanted, all others are passed over; [`Format::row`] makes of a row one [`Told`] an attempt.
//! - A file that is one JSON object: [`Format::document`].
//! - A ZIP: [`Format::archive`], which reads the entries that it wants and hands over what each tells.
//! - A row that tells nothing is a [`Bad`] reason, which is counted; no input is an error of the program.
//! - Say what the log says, and nothing that it does not: no gold from a response, no `finished` from a length. The
//!   benchmark's own ids, partial coverage, repeats of one text, cut-off attempts, answers' classes and grading are
//!   done once for all formats, in `gather`, `grade` and `questions`.

pub(crate) mod again;
mod areal;
mod chat;
mod chunk;
#[cfg(test)]
mod claims;
mod classes;
mod evalchemy;
mod every_eval_ever;
mod finish;
mod fork;
mod gather;
#[cfg(test)]
mod harnesses;
mod helm;
mod inspect;
mod lighteval;
mod lm_eval;
mod matching;
mod matharena;
mod mgsm;
mod nemo_skills;
mod open;
mod opencompass;
mod plain;
mod qwen_math;
#[cfg(test)]
mod real;
mod rewards;
mod row;
mod sniff;
#[cfg(test)]
mod tests;
mod told;
mod trl;
mod verifiers;
mod verl;
mod wording;
pub(crate) mod write;
mod zip;

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::attempt::{Grader, Run};
use super::questions::Sets;
use crate::run::{Amount, Watch};
use crate::source::value::Value;
use crate::{Error, Result};
use open::LogFile;
pub(crate) use open::{Archive, Look};
pub(crate) use row::Cells;
pub(crate) use told::{Bad, Told};

/// The formats that are known, in the order in which they are listed.
const FORMATS: &[&dyn Format] = &[
    &lm_eval::LmEval,
    &fork::Fork,
    &evalchemy::Evalchemy,
    &areal::Areal,
    &qwen_math::QwenMath,
    &mgsm::Mgsm,
    &plain::Plain,
    &every_eval_ever::EveryEvalEver,
    &helm::Helm,
    &inspect::Inspect,
    &lighteval::Lighteval,
    &matharena::MathArena,
    &nemo_skills::NemoSkills,
    &opencompass::OpenCompass,
    &trl::Trl,
    &verifiers::Verifiers,
    &verl::Verl,
];

/// Takes what one entry of an archive tells.
pub(crate) type Take<'t> = dyn FnMut(Result<Vec<Told<'_>>, Bad>) + 't;

/// One format of logs.
pub(crate) trait Format: Sync {
    /// As `--format` and the run's facts name it.
    fn name(&self) -> &'static str;

    /// The keys by which its files are known, for who has another file.
    fn keys(&self) -> &'static str;

    /// Whether the file is its.
    fn claims(&self, look: &Look<'_>) -> bool;

    /// Whether it is asked only where no other format claims a file.
    fn is_fallback(&self) -> bool {
        false
    }

    /// The columns of rows that are read; of those that the file lacks, cells are missing.
    fn columns(&self, _look: &Look<'_>, _options: &Options) -> Vec<String> {
        Vec::new()
    }

    /// What a row tells: one for each attempt in it.
    fn row<'a>(
        &self,
        _cells: &mut Cells<'a, '_>,
        _context: &Context<'_>,
        _told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        Err(Bad::NoAttempt)
    }

    /// What a document tells.
    fn document<'a>(
        &self,
        _document: Value<'a>,
        _context: &Context<'_>,
        _told: &mut Vec<Told<'a>>,
    ) -> Result<(), Bad> {
        Err(Bad::NoAttempt)
    }

    /// Reads an archive's entries; what each tells goes to `take`, which lets it go.
    fn archive(
        &self,
        _archive: &mut Archive,
        _context: &Context<'_>,
        _take: &mut Take<'_>,
    ) -> Result<()> {
        Ok(())
    }

    /// The name of a run whose log does not say it. `stem` is the file's name without endings, `folders` those that it
    /// lies in, the nearest first.
    fn run_name(&self, stem: &str, _folders: &[String]) -> String {
        stem.to_owned()
    }

    /// Whether a second row of one question in one run is the same attempt through another filter, where no column says
    /// which.
    fn repeats_are_filters(&self) -> bool {
        false
    }

    /// What everybody who reads this format's grades should know, a sentence each.
    fn remarks(&self) -> &'static [&'static str] {
        &[]
    }
}

/// What a format may ask for while it reads.
pub(crate) struct Context<'c> {
    /// The columns asked for, in their order.
    pub columns: &'c [String],
    /// What the file's name says, without folders and endings.
    pub stem: &'c str,
    /// For each column asked for, whether the file has it and writes nothing for null, as CSV does.
    pub blank_is_null: &'c [bool],
    /// The text of a document, for who reads a part of it that is too large to be held as a value; else empty.
    pub document: &'c str,
    pub options: &'c Options,
}

/// How logs are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `--format`: all files are of this one.
    pub format: Option<String>,
    /// `--filter`: a filter's name or its number from 1, where a log has several.
    pub filter: Option<String>,
    /// `--column WHAT=NAME`: which column of a plain table holds what.
    pub columns: BTreeMap<String, String>,
    /// `--benchmark NAME=FILE`: questions with their gold answers.
    pub benchmarks: Vec<(String, PathBuf)>,
    /// `--grader`.
    pub grading: Grading,
}

/// `--grader`: whose grades are made and counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Grading {
    /// What the log says; ours where it says nothing.
    #[default]
    Recorded,
    /// Ours; what the log says where it carries nothing to grade.
    Ours,
    /// Both, side by side; what the log says counts.
    Both,
}

impl Grading {
    /// Whose grades count.
    pub(crate) fn grader(self) -> Grader {
        match self {
            Self::Recorded | Self::Both => Grader::Recorded,
            Self::Ours => Grader::Ours,
        }
    }

    /// Whether attempts are graded that the log graded, too.
    pub(crate) fn grades_all(self) -> bool {
        self != Self::Recorded
    }
}

/// What was read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Logs {
    /// By name, then benchmark.
    pub runs: Vec<Run>,
    /// By path.
    pub inputs: Vec<Input>,
    /// Files below a folder or a glob that were passed over, with why.
    pub passed: Vec<(String, String)>,
    /// Rows of the user's benchmark files that were not read: a sentence each.
    pub unread: Vec<String>,
    /// Attempts that the log and we grade differently, in the order of runs, questions and attempts; empty unless
    /// attempts are graded again.
    pub disagreements: Vec<Disagreement>,
}

/// A file that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Input {
    /// As the user named it, or below the folder that the user named.
    pub path: String,
    /// BLAKE3 of its bytes, 128 bits.
    pub blake3: String,
    pub bytes: u64,
    /// The format's name.
    pub format: String,
    /// Rows that were found, bad ones among them; entries of an archive.
    pub rows: u64,
    /// Attempts that were told.
    pub attempts: u64,
    /// Rows that tell nothing, by reason.
    pub bad: BTreeMap<&'static str, u64>,
    /// The number, from 1, of the first such row, where rows have numbers.
    #[serde(skip)]
    pub first_bad: BTreeMap<&'static str, u64>,
}

/// An attempt that the log and we grade differently.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Disagreement {
    pub run: String,
    pub benchmark: Option<String>,
    pub question: String,
    /// From 0, in the order of the log.
    pub attempt: u32,
    pub gold: String,
    /// The answer that the log found, where it says.
    pub answer_recorded: Option<String>,
    /// The answer that we found.
    pub answer_ours: Option<String>,
    /// `right`, `wrong` or `unknown`.
    pub recorded: &'static str,
    pub ours: &'static str,
    /// What our verdict rests on, by the verifier's code of it.
    pub reason: &'static str,
}

/// What `--inspect` says of one file: what it is, and what would be read.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub(crate) struct Inspected {
    pub input: Input,
    /// Why a file below a folder or a glob is passed over: then all else is empty.
    pub passed_over: Option<String>,
    /// `rows`, `document` or `archive`.
    pub shape: &'static str,
    /// Columns or keys that the file has, with what each holds.
    pub columns: Vec<(String, String)>,
    /// Columns that the format reads, and the file has.
    pub read: Vec<String>,
    /// Columns that the format reads, and the file lacks.
    pub missing: Vec<String>,
    /// The runs, with their facts and remarks.
    pub runs: Vec<InspectedRun>,
    /// Filters by name (or number, where they have none) with the mean of each, and whether it is the one that is read.
    pub filters: Vec<Filter>,
    /// What was noticed: a sentence each.
    pub traps: Vec<String>,
}

/// One run of an inspected file.
#[derive(Clone, Debug, Default, serde::Serialize)]
pub(crate) struct InspectedRun {
    pub name: String,
    pub benchmark: Option<String>,
    /// Questions that were asked, and that the benchmark has.
    pub questions: u32,
    pub of: Option<u32>,
    /// The fewest and the most attempts of a question.
    pub attempts: [u32; 2],
    /// Attempts that the log graded, that carry a response, and that have a gold answer.
    pub recorded: u32,
    pub responses: u32,
    pub golds: u32,
    /// The facts that the log tells, by name, as text.
    pub facts: BTreeMap<&'static str, String>,
    pub remarks: Vec<String>,
}

/// A filter of a log that has a row for each.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub(crate) struct Filter {
    pub name: String,
    pub rows: u64,
    /// The share that the log calls right.
    pub mean: Option<f64>,
    pub is_read: bool,
}

/// Reads logs: files, folders, globs, and `-` for what comes from standard input.
///
/// Fails where a path names nothing, a file is of no format that is known or of several, or cannot be read to its end.
pub(crate) fn read(paths: &[PathBuf], options: &Options, watch: &dyn Watch) -> Result<Logs> {
    plain::check(options)?;
    let sets = Sets::new(&options.benchmarks)?;
    let mut gathered = gather::Gathered::new(options, &sets, watch);
    let mut passed = Vec::new();
    let files = open::find(paths)?;
    let bytes = files.iter().map(LogFile::bytes).sum();
    watch.begin("read", Amount::files(files.len() as u64, bytes));
    for file in files {
        if let Some(why) = gathered.file(&file).map_err(of_log)? {
            passed.push((file.name.clone(), why));
        }
        watch.advance(Amount::files(1, file.bytes()));
    }
    if !options.columns.is_empty() && !gathered.columns_used {
        let named: Vec<&str> = options.columns.values().map(String::as_str).collect();
        return Err(Error::usage(
            format!(
                "no log has a column that `--column` names: {}",
                named.join(", ")
            ),
            "see what a log has with `gradatim eval --inspect FILE`",
        ));
    }
    let logs = gathered.finish()?;
    if logs.runs.is_empty() {
        return Err(nothing(&logs.inputs, &passed));
    }
    Ok(Logs {
        passed,
        unread: sets.unread,
        ..logs
    })
}

/// What each file is, and what would be read of it.
pub(crate) fn inspect(paths: &[PathBuf], options: &Options) -> Result<Vec<Inspected>> {
    plain::check(options)?;
    let sets = Sets::new(&options.benchmarks)?;
    let files = open::find(paths)?;
    let one = |file: &LogFile| {
        let mut gathered = gather::Gathered::new(options, &sets, &());
        match gathered.file(file) {
            Ok(None) => gathered.inspected(),
            Ok(Some(why)) => Ok(passed_over(file, why)),
            Err(error) => Err(of_log(error)),
        }
    };
    files.iter().map(one).collect()
}

/// What is said of a file that is not read.
fn passed_over(file: &LogFile, why: String) -> Inspected {
    let path = file.name.clone();
    Inspected {
        input: Input {
            path,
            ..Input::default()
        },
        passed_over: Some(why),
        ..Inspected::default()
    }
}

/// What is wrong with a file, and how to mend it where there is no pipeline: no source, no layout and no pool.
fn of_log(error: Error) -> Error {
    match error {
        Error::Unreadable(files) if files.len() == 1 => {
            let (file, problem) = files.into_iter().next().unwrap_or_default();
            Error::File {
                file,
                problem,
                hint: "mend the file or fetch it again; or leave it out".to_owned(),
            }
        }
        error => error.without_layout(
            "name a column that the file has: `--column WHAT=NAME`; `gradatim eval --inspect FILE` shows them",
        ),
    }
}

/// The error of paths in which nothing is a log.
fn nothing(inputs: &[Input], passed: &[(String, String)]) -> Error {
    const SHOWN: usize = 10;
    let tells_nothing = |input: &Input| {
        let bad = input.bad.iter();
        let bad: Vec<String> = bad.map(|(why, rows)| format!("{why}: {rows}")).collect();
        let why = format!("has no row that tells of an attempt ({})", bad.join(", "));
        (input.path.clone(), why)
    };
    let read = inputs.iter().map(tells_nothing);
    let listed = read.chain(passed.iter().cloned()).take(SHOWN);
    let listed: String = listed
        .map(|(file, why)| format!("\n  {file} {why}"))
        .collect();
    let mend = match inputs.is_empty() {
        true => "name a log itself: then what is wrong with it is said",
        false => {
            "say which columns hold the question, and the verdict or the response: `--column question_id=NAME`, \
             `--column correct=NAME`, `--column response=NAME`; `gradatim eval --inspect FILE` shows what a file has"
        }
    };
    Error::usage(
        format!("there is no attempt in what was named{listed}"),
        mend,
    )
}
