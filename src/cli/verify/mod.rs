//! `gradatim verify`: the verifier by itself.

mod against;
mod field;
mod fields;
mod input;
mod output;
mod row;
mod unjudged;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::one_line;
use crate::verify::{self, Options};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use rayon::prelude::*;

use against::Against;
use field::Field;
use fields::MissingFields;
use input::{Chunk, Input};
use output::Output;
use row::{Bad, Judged, judge, unjudged};
use unjudged::Unjudged;

use super::progress::Progress;
use super::{
    apart, print, print_json, say, stop_on_signals, tell, thread_count, threads, use_threads,
};
use crate::run::{Amount, Watch};

/// Judges answers: one pair given by `--gold` and `--response`, or each row of a JSONL file (plain, .gz,
/// .zst; `-` for stdin) or a Parquet file. A row has `gold` and `response`; it is written back as JSONL, in
/// order and with all other fields untouched, with `verdict` (correct, wrong, undecided, no_answer, no_gold),
/// `extracted` and `reason`; where the response is a list, each of them is a list of its verdicts.
#[derive(Args)]
#[command(after_help = "\
Ends with 0 when every row was judged, with 1 when a row is no object or its fields are no text, and
with 2 when none of the first rows, or no row at all, has a field that is named.

Examples:
  gradatim verify --gold '1/2' --response 'So it is \\boxed{0.5}.'
  gradatim verify answers.jsonl --gold-field answer --out judged.jsonl")]
pub(super) struct Arguments {
    /// Rows to judge.
    #[arg(required_unless_present_all = ["gold", "response"], conflicts_with_all = ["gold", "response"])]
    file: Option<PathBuf>,
    /// The gold answer of a single pair; it may carry `$…$`, `\boxed{…}`, `#### …` or a sentence.
    #[arg(long, requires = "response", allow_hyphen_values = true)]
    gold: Option<String>,
    /// The response of a single pair.
    #[arg(long, requires = "gold", allow_hyphen_values = true)]
    response: Option<String>,
    /// Write judged rows here [default: stdout].
    #[arg(long, value_name = "FILE", requires = "file")]
    out: Option<PathBuf>,
    /// The field that holds the gold answer, or a path into one, as `info.truth`.
    #[arg(long, value_name = "NAME", default_value = "gold")]
    gold_field: Field,
    /// The field that holds the response, or a path into one, as `outputs[].text` (a list: one verdict each).
    #[arg(long, value_name = "NAME", default_value = "response")]
    response_field: Field,
    /// Which conventions decide: our own, or Math-Verify's. A row may carry an `options` object with
    /// Math-Verify's names (`strict`, `float_rounding`, …), which goes first.
    #[arg(long, value_enum, default_value = "default")]
    profile: Profile,
    /// Hold verdicts against this column (a bool, 1 or 0, yes or no) and print the table; rows are written
    /// only where `--out` names a file.
    #[arg(long, value_name = "NAME", requires = "file")]
    against: Option<Field>,
    /// Write the rows in which the verdict and that column differ to this Parquet file.
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
    match (&arguments.gold, &arguments.response, &arguments.file) {
        (Some(gold), Some(response), _) => one_pair(arguments, gold, response),
        (_, _, Some(file)) => rows(arguments, file),
        _ => Err(Error::usage(
            "nothing to judge",
            "name a file, or give --gold and --response",
        )),
    }
}

fn one_pair(arguments: &Arguments, gold: &str, response: &str) -> Result<u8> {
    let options = arguments.profile.options();
    let verdict = verify::verify_with(gold, response, &options);
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
            verdict.outcome.as_str(),
            one_line(extracted),
            verdict.reason.as_str()
        ))?;
    }
    if arguments.explain {
        explain(gold, response, &options)?;
    }
    Ok(0)
}

/// What was found on either side, where, by which rule, and how it was read.
fn explain(gold: &str, response: &str, options: &Options) -> Result<()> {
    let read = |answer: &str| {
        let reading = verify::reading(answer);
        reading.map_or("(not read)".into(), |text| one_line(&text).into_owned())
    };
    let parts = verify::split_thinking(response);
    let mut text = format!(
        "thinking:  {:?}, {} bytes\n",
        parts.state,
        parts.thinking.len()
    );
    text += &match verify::extract_with(response, options) {
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
    text += &match verify::read_gold_with(gold, options) {
        verify::Gold::Answer(answer) => {
            format!(
                "gold:      {}\nread as:   {}\n",
                one_line(&answer),
                read(&answer)
            )
        }
        other => format!("gold:      {other:?}\n"),
    };
    print(&text)
}

fn rows(arguments: &Arguments, file: &Path) -> Result<u8> {
    apart::refuse_same(&[file], &arguments.written())?;
    use_threads(arguments.threads)?;
    let stop = stop_on_signals()?;
    let progress = Progress::new();
    let input = Input::open(file)?;
    let unit = input.unit();
    let mut judging = Judging::begin(arguments)?;
    progress.begin("verify", Amount::default());
    let read = judging.read(input, file, &stop, &progress);
    progress.finish();
    // Where it has not come to its end, nothing is left.
    read?;
    judging.finish(unit)
}

/// A file being judged, and where that goes.
struct Judging<'a> {
    arguments: &'a Arguments,
    wanted: MissingFields,
    sink: Output,
    against: Against,
    unjudged: Unjudged,
}

impl<'a> Judging<'a> {
    fn begin(arguments: &'a Arguments) -> Result<Self> {
        let sink = match arguments.against.is_some() && arguments.out.is_none() {
            true => Output::Nowhere,
            false => Output::create(arguments.out.as_deref())?,
        };
        Ok(Self {
            arguments,
            wanted: MissingFields::of(arguments),
            sink,
            against: Against::new(arguments.disagreements.as_deref())?,
            unjudged: Unjudged::default(),
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
        loop {
            check(stop)?;
            let chunk = input.next().map_err(|error| unread(file, error))?;
            if is_first && is_list(&chunk) {
                return Err(no_lines(file));
            }
            if chunk.is_empty() {
                break;
            }
            self.wanted.look(&chunk);
            let is_first = std::mem::take(&mut is_first);
            if let Some(error) = self.wanted.error_so_far().filter(|_| is_first) {
                return Err(error);
            }
            self.judge(&chunk)?;
            progress.advance(Amount::rows(chunk.len() as u64));
        }
        self.wanted.error().map_or(Ok(()), Err)
    }

    fn judge(&mut self, chunk: &Chunk) -> Result<()> {
        let judged: Vec<Result<Judged, Bad>> = chunk
            .par_iter()
            .map(|(_, text)| judge(self.arguments, text))
            .collect();
        let numbers = chunk.iter().map(|(number, _)| *number);
        self.against.add(numbers.zip(&judged))?;
        for ((number, text), judged) in chunk.iter().zip(judged) {
            let written = judged.map_or_else(
                |why| {
                    self.unjudged.add(why, *number);
                    unjudged(text, why, *number)
                },
                |judged| judged.line,
            );
            self.sink.write(&written)?;
        }
        Ok(())
    }

    fn finish(self, unit: &str) -> Result<u8> {
        self.sink.finish()?;
        let arguments = self.arguments;
        if let Some(field) = &arguments.against {
            print(&self.against.finish(&field.name)?)?;
        } else if arguments.out.is_some() {
            print(&self.against.verdicts())?;
        }
        if let Some(out) = &arguments.out {
            say(&format!("wrote {}", out.display()));
        }
        let is_bad = self.unjudged.count() > 0;
        if is_bad {
            tell(&self.unjudged.told(unit));
        }
        Ok(u8::from(is_bad))
    }
}

fn unread(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::File {
        file: file.display().to_string(),
        problem: format!("cannot be read: {why}"),
        hint: "fetch or write the file again".into(),
    }
}

/// Whether the rows are items of one JSON list, of which no line is a row.
fn is_list(chunk: &Chunk) -> bool {
    let first = chunk.first();
    first.is_some_and(|(_, text)| text.trim_ascii_start().starts_with(b"["))
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
