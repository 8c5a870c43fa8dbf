//! `gradatim verify`: the verifier by itself.

mod against;
mod conventions;
mod field;
mod fields;
mod input;
mod lines;
mod output;
mod parquet;
mod plain;
mod row;
mod scan;
mod task;
mod unjudged;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::one_line;
use crate::verify::{self, Options};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use rayon::prelude::*;

use against::Against;
use conventions::Conventions;
use field::Field;
use fields::MissingFields;
use input::{Chunk, Input};
use output::Output;
use row::{Bad, Judged, judge, unjudged};
use task::{Said, Task};
use unjudged::Unjudged;

use super::progress::Progress;
use super::style::{Style, styled};
use super::table::thousands;
use super::{
    apart, print, print_json, say, stop_on_signals, tell, thread_count, threads, use_threads,
};
use crate::run::Watch;

/// Judges answers: one pair given by `--gold` with `--response` or `--answer`, or each row of a JSONL file (plain,
/// .gz, .zst; `-` for stdin) or a Parquet file. A row has `gold`, and `response` or, to be read whole, `answer`; it is
/// written back in order and with all other fields untouched, with `verdict` (correct, wrong, undecided, no_answer,
/// no_gold), `extracted` and `reason`; where the response is a list, each of them is a list of its verdicts.
#[derive(Args)]
#[command(after_help = "\
A row that has both a response and an `answer` is judged by its response;
`--answer-field answer` has the answer judged. `resps[0][]`, as a field, leads
into lists: `[0]` is the first item, `[-1]` the last, `[]` each of them, which
has a verdict of its own, a null as well. A name with a dot or a bracket of its
own stands between backticks.

A row may carry `options`: an object, or the text of one, with the names of the conventions above
(`{\"rel_tol\": 1e-4, \"strict\": false}`), with `profile`, or with Math-Verify's own
names (`gold_extract`, `fallback_mode`); they go before the command line's. SQL
takes the same: `verdict(gold, response, '{\"rel_tol\": 1e-4}')`, and `compare(gold,
answer)` for answers (`gradatim sql`).

Ends with 0 when every row was judged, with 1 when a row is no object or its
fields are no text, and with 2 when none of the first rows, or no row at all,
has a field that is named, or one has a field `verdict`, `extracted` or `reason`
of its own (`--prefix our_` names ours otherwise). A file without rows ends with 0.

Examples:
  gradatim verify --gold '1/2' --response 'So it is \\boxed{0.5}.'
  gradatim verify --gold '2' --answer '2.0001' --rel-tol 1e-4
  gradatim verify answers.jsonl --gold-field answer --out judged.jsonl
  gradatim verify samples.jsonl --gold-field doc.answer --response-field 'resps[0][]'")]
pub(super) struct Arguments {
    /// Rows to judge.
    #[arg(required_unless_present = "gold", conflicts_with_all = ["gold", "response", "answer"])]
    file: Option<PathBuf>,
    /// The gold answer of a single pair; it may carry `$…$`, `\boxed{…}`, `#### …` or a sentence.
    #[arg(long, allow_hyphen_values = true)]
    gold: Option<String>,
    /// The response of a single pair, in which the answer is looked for.
    #[arg(long, requires = "gold", allow_hyphen_values = true)]
    response: Option<String>,
    /// The answer of a single pair, which is read whole.
    #[arg(
        long,
        requires = "gold",
        conflicts_with = "response",
        allow_hyphen_values = true
    )]
    answer: Option<String>,
    /// Write judged rows here, as JSONL, or as Parquet where the name ends so; a file that is there is replaced when they
    /// are whole [default: stdout].
    #[arg(long, value_name = "FILE", requires = "file")]
    out: Option<PathBuf>,
    /// What stands before `verdict`, `extracted` and `reason` in the rows that are written, where these have such names.
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        requires = "file"
    )]
    prefix: String,
    /// The field that holds the gold answer, or a path into one, as `info.truth`.
    #[arg(long, value_name = "NAME", default_value = "gold")]
    gold_field: Field,
    /// The field that holds the response, or a path into one, as `outputs[].text` (a list: one verdict each)
    /// [default: `response`, and `answer` of rows that have none].
    #[arg(long, value_name = "NAME")]
    response_field: Option<Field>,
    /// The field that holds a bare answer, which is read whole, or a path into one; no response is then looked at.
    #[arg(long, value_name = "NAME", conflicts_with = "response_field")]
    answer_field: Option<Field>,
    /// Which conventions decide: our own, or Math-Verify's.
    #[arg(long, value_enum, default_value = "default")]
    profile: Profile,
    /// Hold verdicts against this column (a bool, 1 or 0, yes or no) and print the table; rows are written
    /// only where `--out` names a file.
    #[arg(long, value_name = "NAME", requires = "file")]
    against: Option<Field>,
    /// Write the rows in which the verdict and that column differ to this Parquet file; one that is there is replaced.
    #[arg(long, value_name = "FILE", requires = "against")]
    disagreements: Option<PathBuf>,
    /// For a single pair: show what was found, and by which rule.
    #[arg(long, requires = "gold")]
    explain: bool,
    /// How many threads judge.
    #[arg(long, default_value_t = threads(), value_parser = thread_count)]
    threads: usize,
    /// For a single pair: answer as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    conventions: Conventions,
}

/// Conventions of comparison.
#[derive(Clone, Copy, ValueEnum)]
enum Profile {
    /// Ours: see the docs of `verify::Options`.
    Default,
    /// Those of Math-Verify 0.9.0, for comparison with it.
    MathVerify,
}

impl Profile {
    fn options(self) -> Options {
        match self {
            Self::Default => Options::default(),
            Self::MathVerify => Options::math_verify(),
        }
    }
}

impl Arguments {
    /// The profile's options with what the command line says in their place.
    fn options(&self) -> Result<Options> {
        self.conventions.over(self.profile.options())
    }

    /// Whether rows are written, and not only counted.
    fn is_written(&self) -> bool {
        self.against.is_none() || self.out.is_some()
    }

    /// The files that are written, by option.
    fn written(&self) -> Vec<(&'static str, &Path)> {
        let written = [
            ("--out", &self.out),
            ("--disagreements", &self.disagreements),
        ];
        let written = written.into_iter();
        written
            .filter_map(|(option, path)| Some((option, path.as_deref()?)))
            .collect()
    }
}

pub(super) fn verify(arguments: &Arguments) -> Result<u8> {
    let Arguments {
        gold,
        response,
        answer,
        file,
        ..
    } = arguments;
    match (gold, response, answer, file) {
        (Some(gold), Some(response), _, _) => one_pair(arguments, gold, Said::Response, response),
        (Some(gold), _, Some(answer), _) => one_pair(arguments, gold, Said::Answer, answer),
        (Some(_), ..) => Err(Error::usage(
            "there is nothing to hold against the gold answer",
            "give `--response` or `--answer` beside `--gold`",
        )),
        (.., Some(file)) => rows(arguments, file),
        _ => Err(Error::usage(
            "nothing to judge",
            "name a file, or give `--gold` with `--response` or `--answer`",
        )),
    }
}

fn one_pair(arguments: &Arguments, gold: &str, said: Said, text: &str) -> Result<u8> {
    let options = arguments.options()?;
    let verdict = said.verdict(gold, text, &options);
    if arguments.json {
        print_json(&serde_json::json!({
            "verdict": verdict.outcome.as_str(),
            "extracted": verdict.extracted,
            "reason": verdict.reason.as_str(),
        }))?;
    } else {
        let extracted = verdict.extracted.as_deref().unwrap_or("(none)");
        print(&format!(
            "{}\nextracted: {}\nreason:    {}\n",
            shown(verdict.outcome),
            one_line(extracted),
            verdict.reason.as_str()
        ))?;
    }
    if arguments.explain {
        print(&match said {
            Said::Response => found(text, &options),
            Said::Answer => format!("read as:   {}\n", read(text)),
        })?;
        print(&gold_read(gold, &options))?;
    }
    Ok(0)
}

/// A verdict in its colour.
fn shown(outcome: verify::Outcome) -> String {
    let word = outcome.as_str();
    match outcome {
        verify::Outcome::Correct => styled(Style::Good, word),
        verify::Outcome::Wrong => styled(Style::Bad, word),
        _ => styled(Style::Caution, word),
    }
}

/// How an answer is read.
fn read(answer: &str) -> String {
    let reading = verify::reading(answer);
    reading.map_or("(not read)".into(), |text| one_line(&text).into_owned())
}

/// What was found in a response, where, by which rule, and how it was read.
fn found(response: &str, options: &Options) -> String {
    let parts = verify::split_thinking(response);
    let thinking = format!(
        "thinking:  {:?}, {} bytes\n",
        parts.state,
        parts.thinking.len()
    );
    let found = match verify::extract_with(response, options) {
        Some(found) => format!(
            "found:     by rule {} at bytes {}..{}{}\nread as:   {}\n",
            found.rule.as_str(),
            found.span.start,
            found.span.end,
            if found.ambiguous { ", ambiguous" } else { "" },
            read(&found.text),
        ),
        None => "found:     nothing\n".to_owned(),
    };
    thinking + &found
}

fn gold_read(gold: &str, options: &Options) -> String {
    match verify::read_gold_with(gold, options) {
        verify::Gold::Answer(answer) => {
            format!(
                "gold:      {}\nread as:   {}\n",
                one_line(&answer),
                read(&answer)
            )
        }
        other => format!("gold:      {other:?}\n"),
    }
}

fn rows(arguments: &Arguments, file: &Path) -> Result<u8> {
    apart::refuse_same(&[file], &arguments.written())?;
    use_threads(arguments.threads)?;
    let out = arguments.out.as_deref();
    let is_parquet = out.map_or(Ok(false), output::is_parquet)?;
    let task = Task::of(arguments, is_parquet)?;
    let stop = stop_on_signals()?;
    let progress = Progress::new();
    let judged = input::Judged {
        columns: task.columns(),
        is_table: is_parquet,
    };
    let input = Input::open(file, arguments.threads, judged)?;
    let unit = input.unit();
    let mut judging = Judging::begin(arguments, &task, &input)?;
    progress.begin("verify", input.total);
    let read = judging.read(input, file, &stop, &progress);
    progress.finish();
    // Where it has not come to its end, nothing is left.
    read?;
    judging.finish(unit)
}

/// A file being judged, and where that goes.
struct Judging<'a> {
    arguments: &'a Arguments,
    task: &'a Task,
    wanted: MissingFields,
    sink: Output,
    against: Against,
    unjudged: Unjudged,
    /// Whether a row had a list of responses.
    is_several: bool,
    /// Rows that were judged by a bare answer.
    answers: u64,
}

impl<'a> Judging<'a> {
    fn begin(arguments: &'a Arguments, task: &'a Task, input: &Input) -> Result<Self> {
        let sink = match task.is_written {
            true => Output::create(arguments.out.as_deref(), input.schema.clone(), &task.names)?,
            false => Output::Nowhere,
        };
        Ok(Self {
            arguments,
            task,
            wanted: MissingFields::of(task),
            sink,
            against: Against::new(arguments.disagreements.as_deref())?,
            unjudged: Unjudged::default(),
            is_several: false,
            answers: 0,
        })
    }

    /// Judges chunk after chunk. Nothing is written before it is known that rows have the named fields.
    fn read(
        &mut self,
        mut input: Input,
        file: &Path,
        stop: &AtomicUsize,
        progress: &Progress,
    ) -> Result<()> {
        let mut is_first = true;
        while let Some(chunk) = input.next().map_err(|error| unread(file, error))? {
            check(stop)?;
            if chunk.rows.is_empty() {
                continue;
            }
            if is_first && let Some(kind) = packed(&chunk) {
                return Err(no_text(file, kind));
            }
            if is_first && is_list(&chunk) {
                return Err(no_lines(file));
            }
            self.wanted.look(&chunk);
            let is_first = std::mem::take(&mut is_first);
            if let Some(error) = self.wanted.error_so_far().filter(|_| is_first) {
                return Err(error);
            }
            self.judge(&chunk, stop)?;
            progress.advance(input.advanced(chunk.rows.len() as u64));
            input.reuse(chunk);
        }
        self.wanted.error().map_or(Ok(()), Err)
    }

    fn judge(&mut self, chunk: &Chunk, stop: &AtomicUsize) -> Result<()> {
        // A chunk can take long: a signal stops it between two rows.
        let judge = |row| {
            let is_stopped = stop.load(Ordering::Relaxed) != 0;
            (!is_stopped).then(|| judge(self.task, chunk.row(row)))
        };
        // One thread hands nothing over: on a busy machine another is waited for, chunk after chunk.
        let judged: Option<Vec<Result<Judged, Bad>>> = match self.arguments.threads {
            1 => chunk.rows.iter().map(judge).collect(),
            _ => chunk.rows.par_iter().map(judge).collect(),
        };
        let Some(judged) = judged else {
            return check(stop);
        };
        for (row, judged) in chunk.rows.iter().zip(&judged) {
            if let Err(Bad::Taken(added)) = judged {
                return Err(taken(self.task.names.name(*added), row.0));
            }
        }
        let numbers = chunk.rows.iter().map(|(number, _)| *number);
        self.against.add(numbers.zip(&judged))?;
        for (row, judged) in chunk.rows.iter().zip(judged) {
            let line = match judged {
                Ok(judged) => {
                    self.is_several |= !judged.is_one;
                    self.answers += u64::from(judged.said == Said::Answer);
                    judged.line
                }
                Err(why) => {
                    self.unjudged.add(why, row.0);
                    unjudged(self.task, chunk.row(row), why, row.0)
                }
            };
            self.sink.write(chunk.row(row), &line)?;
        }
        self.sink.show()
    }

    fn finish(self, unit: &str) -> Result<u8> {
        self.sink.finish(self.is_several)?;
        let arguments = self.arguments;
        let total = self.against.total(self.unjudged.count());
        let is_without_gold = self.against.is_without_gold();
        if let Some(field) = &arguments.against {
            print(&self.against.finish(&field.name)?)?;
        } else if arguments.out.is_some() {
            print(&self.against.verdicts())?;
        }
        if let Some(out) = &arguments.out {
            print(&total)?;
            say(&format!("wrote {}", out.display()));
        }
        if is_without_gold {
            tell(&without_gold(&self.task.gold.name));
        }
        if self.task.is_answer_found && self.answers > 0 {
            tell(&by_answer(self.answers));
        }
        let is_bad = self.unjudged.count() > 0;
        if is_bad {
            tell(&self.unjudged.told(unit));
        }
        Ok(u8::from(is_bad))
    }
}

/// That the field was there, and nothing in it.
fn without_gold(field: &str) -> String {
    format!(
        "note: no row has a gold answer: `{field}` is empty or null in each; name another field with `--gold-field`"
    )
}

/// That a field of the rows would be lost.
fn taken(name: &str, row: u64) -> Error {
    Error::usage(
        format!("row {row} has a field `{name}` of its own, which would be overwritten"),
        "name ours otherwise, as with `--prefix our_`",
    )
}

/// That a field was judged which nobody named.
fn by_answer(rows: u64) -> String {
    format!(
        "note: {} rows have no `response` and were judged by their `answer`, read whole",
        thousands(rows)
    )
}

fn unread(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::File {
        file: file.display().to_string(),
        problem: format!("cannot be read: {why}"),
        hint: "fetch or write the file again".into(),
    }
}

/// What a stream is by its first bytes, where it is no text.
fn packed(chunk: &Chunk) -> Option<&'static str> {
    let kinds: [(&[u8], &str); 3] = [
        (b"\x1f\x8b", "gzip"),
        (b"\x28\xb5\x2f\xfd", "zstd"),
        (b"PAR1", "Parquet"),
    ];
    let mut kinds = kinds.into_iter();
    kinds
        .find(|(magic, _)| chunk.text.starts_with(magic))
        .map(|(_, kind)| kind)
}

fn no_text(file: &Path, kind: &str) -> Error {
    Error::File {
        file: file.display().to_string(),
        problem: format!("is {kind}, where lines of JSON are read"),
        hint: "name the file itself with the ending of its kind (.jsonl.gz, .jsonl.zst, .parquet), or unpack it on the \
               way"
        .into(),
    }
}

/// Whether the rows are items of one JSON list, of which no line is a row.
fn is_list(chunk: &Chunk) -> bool {
    let first = chunk.rows.first();
    first.is_some_and(|row| chunk.row(row).trim_ascii_start().starts_with(b"["))
}

fn no_lines(file: &Path) -> Error {
    Error::File {
        file: file.display().to_string(),
        problem: "is one JSON list, where each row has a line of its own".into(),
        hint: "write it as lines: `jq -c '.[]' FILE > FILE.jsonl`".into(),
    }
}

fn check(stop: &AtomicUsize) -> Result<()> {
    match stop.load(Ordering::Relaxed) {
        0 => Ok(()),
        signal => Err(Error::Interrupted {
            signal: signal as i32,
        }),
    }
}
