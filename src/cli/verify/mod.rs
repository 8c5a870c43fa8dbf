//! `gradatim verify`: the verifier by itself.

mod against;
mod fields;
mod output;
mod row;

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::source::Format;
use crate::source::format::Form;
use crate::verify::{self, Options};
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use fs_err::File;
use rayon::prelude::*;

use against::Against;
use fields::MissingFields;
use output::Output;
use row::{Bad, Judged, judge, unjudged};

use super::progress::Progress;
use super::{positive, print, print_json, stop_on_signals, threads, use_threads};
use crate::run::{Amount, Watch};

/// Judges answers: one pair given by `--gold` and `--response`, or each row of a JSONL file (plain, .gz,
/// .zst; `-` for stdin). A row is an object with `gold` and `response`; it is written back, in order and
/// with all other fields untouched, with `verdict` (correct, wrong, undecided, no_answer, no_gold),
/// `extracted` and `reason`.
#[derive(Args)]
#[command(after_help = "\
Ends with 0 when every row was judged, with 1 when a row is no object or its fields are no text, and
with 2 when no row at all has a field that is named.

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
    /// The field that holds the gold answer.
    #[arg(long, value_name = "NAME", default_value = "gold")]
    gold_field: String,
    /// The field that holds the response.
    #[arg(long, value_name = "NAME", default_value = "response")]
    response_field: String,
    /// Which conventions decide: our own, or Math-Verify's. A row may carry an `options` object with
    /// Math-Verify's names (`strict`, `float_rounding`, …), which goes first.
    #[arg(long, value_enum, default_value = "default")]
    profile: Profile,
    /// Hold verdicts against this column (a bool, 1 or 0, yes or no) and print the table; rows are written
    /// only where `--out` names a file.
    #[arg(long, value_name = "NAME", requires = "file")]
    against: Option<String>,
    /// Write the rows in which the verdict and that column differ to this Parquet file.
    #[arg(long, value_name = "FILE", requires = "against")]
    disagreements: Option<PathBuf>,
    /// For a single pair: show what was found, and by which rule.
    #[arg(long, requires = "gold")]
    explain: bool,
    /// How many threads judge.
    #[arg(long, default_value_t = threads(), value_parser = positive)]
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
            "{}\nextracted: {extracted}\nreason:    {}\n",
            verdict.outcome.as_str(),
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
    let read = |answer: &str| verify::reading(answer).unwrap_or_else(|| "(not read)".into());
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
            format!("gold:      {answer}\nread as:   {}\n", read(&answer))
        }
        other => format!("gold:      {other:?}\n"),
    };
    print(&text)
}

/// Rows that are judged at once: enough to share out, few enough to hold.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 4 << 20;

fn rows(arguments: &Arguments, file: &Path) -> Result<u8> {
    use_threads(arguments.threads);
    let stop = stop_on_signals()?;
    let progress = Progress::new();
    let mut reader = open(file)?;
    let mut line = 0_u64;
    let mut wanted = MissingFields::of(arguments);
    let mut sink = if arguments.against.is_some() && arguments.out.is_none() {
        Output::Nowhere
    } else {
        Output::create(arguments.out.as_deref())?
    };
    let mut against = Against::new(arguments.disagreements.as_deref())?;
    progress.begin("verify", Amount::default());
    let mut bad = 0_u64;
    loop {
        let signal = stop.load(std::sync::atomic::Ordering::Relaxed);
        if signal != 0 {
            sink.abandon()?;
            against.abandon()?;
            return Err(Error::Interrupted {
                signal: signal as i32,
            });
        }
        let chunk = match next_chunk(&mut reader, &mut line) {
            Ok(chunk) => chunk,
            Err(error) => {
                sink.abandon()?;
                against.abandon()?;
                return Err(Error::Unreadable(vec![(
                    file.display().to_string(),
                    error.to_string(),
                )]));
            }
        };
        if chunk.is_empty() {
            break;
        }
        let judged: Vec<Result<Judged, Bad>> = chunk
            .par_iter()
            .map(|(_, text)| judge(arguments, text))
            .collect();
        wanted.look(&chunk);
        against.add(chunk.iter().map(|(line, _)| *line).zip(&judged))?;
        for ((number, text), judged) in chunk.iter().zip(judged) {
            let written = judged.map_or_else(
                |why| {
                    bad += 1;
                    progress.note(&format!("line {number}: {}", why.words()));
                    unjudged(text, why, *number)
                },
                |judged| judged.line,
            );
            sink.write(&written)?;
        }
        progress.advance(Amount::rows(chunk.len() as u64));
    }
    progress.finish();
    if let Some(missing) = wanted.error() {
        sink.abandon()?;
        against.abandon()?;
        return Err(missing);
    }
    sink.finish()?;
    if let Some(name) = &arguments.against {
        print(&against.finish(name)?)?;
    }
    if bad > 0 {
        eprintln!(
            "{bad} rows could not be judged; their reason is bad_json, bad_row or bad_options"
        );
    }
    Ok(u8::from(bad > 0))
}

fn open(file: &Path) -> Result<Box<dyn BufRead>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let opened = File::open(file)?;
    let coded: Box<dyn Read> = match Format::of(file) {
        Some(Format::Parquet) => return Err(no_lines(file, "Parquet")),
        Some(Format::Text(text)) if !matches!(text.form, Form::Json(_)) => {
            return Err(no_lines(file, "CSV"));
        }
        Some(Format::Arrow) => return Err(no_lines(file, "Arrow")),
        Some(Format::Text(text)) => text.coding.decoded(opened)?,
        None => Box::new(opened),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 18, coded)))
}

fn no_lines(file: &Path, kind: &str) -> Error {
    Error::usage(
        format!("`{}` is {kind}", file.display()),
        format!("verify reads JSONL; a pipeline reads {kind}"),
    )
}

/// The next lines that are not blank, with their numbers from 1.
fn next_chunk(reader: &mut dyn BufRead, line: &mut u64) -> std::io::Result<Vec<(u64, Vec<u8>)>> {
    let (mut chunk, mut bytes) = (Vec::new(), 0);
    while chunk.len() < CHUNK_ROWS && bytes < CHUNK_BYTES {
        let mut text = Vec::new();
        if reader.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        *line += 1;
        bytes += text.len();
        if !text.trim_ascii().is_empty() {
            chunk.push((*line, text));
        }
    }
    Ok(chunk)
}
