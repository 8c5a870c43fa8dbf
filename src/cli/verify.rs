//! `gradatim verify`: the verifier by itself.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use fs_err::File;
use gradatim::source::Format;
use gradatim::source::files::Coding;
use gradatim::verify::{self, Verdict};
use gradatim::{Error, Result};
use indexmap::IndexMap;
use rayon::prelude::*;
use serde_json::value::{RawValue, to_raw_value};

use super::progress::Progress;
use super::{positive, print, print_json, stop_on_signals, threads, use_threads};
use gradatim::run::Watch;

/// Judges answers: one pair given by `--gold` and `--response`, or each row of a JSONL file (plain, .gz,
/// .zst; `-` for stdin). A row is an object with `gold` and `response`; it is written back, in order and
/// with all other fields untouched, with `verdict` (correct, wrong, undecided, no_answer, no_gold),
/// `extracted` and `reason`.
#[derive(Args)]
#[command(after_help = "\
Ends with 0 when every row was judged, with 1 when a row is no object or its fields are no text.

Examples:
  gradatim verify --gold '1/2' --response 'So it is \\boxed{0.5}.'
  gradatim verify answers.jsonl --gold-field answer --out judged.jsonl")]
pub struct Arguments {
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
    /// How many threads judge.
    #[arg(long, default_value_t = threads(), value_parser = positive)]
    threads: usize,
    /// For a single pair: answer as JSON.
    #[arg(long)]
    json: bool,
}

pub fn verify(arguments: &Arguments) -> Result<u8> {
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
    let verdict = verify::verify(gold, response);
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
    Ok(0)
}

/// Rows that are judged at once: enough to share out, few enough to hold.
const CHUNK_ROWS: usize = 1024;
const CHUNK_BYTES: usize = 16 << 20;

fn rows(arguments: &Arguments, file: &Path) -> Result<u8> {
    use_threads(arguments.threads);
    let stop = stop_on_signals()?;
    let progress = Progress::new();
    let mut reader = open(file)?;
    let mut sink = Output::create(arguments.out.as_deref())?;
    progress.begin("verify", 0);
    let (mut line, mut bad) = (0_u64, 0_u64);
    loop {
        let signal = stop.load(std::sync::atomic::Ordering::Relaxed);
        if signal != 0 {
            sink.abandon()?;
            return Err(Error::Interrupted {
                signal: signal as i32,
            });
        }
        let chunk = match next_chunk(&mut reader, &mut line) {
            Ok(chunk) => chunk,
            Err(error) => {
                sink.abandon()?;
                return Err(Error::Unreadable(vec![(
                    file.display().to_string(),
                    error.to_string(),
                )]));
            }
        };
        if chunk.is_empty() {
            break;
        }
        let judged: Vec<Result<Vec<u8>, Bad>> = chunk
            .par_iter()
            .map(|(_, text)| judge(arguments, text))
            .collect();
        for ((number, text), judged) in chunk.iter().zip(judged) {
            let written = judged.unwrap_or_else(|why| {
                bad += 1;
                progress.note(&format!("line {number}: {}", why.words()));
                unjudged(text, why, *number)
            });
            sink.write(&written)?;
        }
        progress.advance(chunk.len() as u64);
    }
    progress.finish();
    sink.finish()?;
    if bad > 0 {
        eprintln!(
            "{bad} rows could not be judged; they are written with reason bad_row or bad_json"
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
        Some(Format::Jsonl(Coding::Gzip)) => {
            Box::new(flate2::read::MultiGzDecoder::new(BufReader::new(opened)))
        }
        Some(Format::Jsonl(Coding::Zstd)) => Box::new(zstd::Decoder::new(opened)?),
        Some(Format::Parquet) => {
            return Err(Error::usage(
                format!("`{}` is Parquet", file.display()),
                "verify reads JSONL; a pipeline reads Parquet",
            ));
        }
        _ => Box::new(opened),
    };
    Ok(Box::new(BufReader::with_capacity(1 << 18, coded)))
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

/// Why a row cannot be judged.
#[derive(Clone, Copy)]
enum Bad {
    Json,
    Field,
}

impl Bad {
    fn code(self) -> &'static str {
        match self {
            Self::Json => "bad_json",
            Self::Field => "bad_row",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Json => "is no JSON object",
            Self::Field => "has a gold answer or a response that is neither text nor a number",
        }
    }
}

type Fields = IndexMap<String, Box<RawValue>>;

fn judge(arguments: &Arguments, text: &[u8]) -> Result<Vec<u8>, Bad> {
    let mut fields: Fields = serde_json::from_slice(text).map_err(|_| Bad::Json)?;
    let gold = plain(fields.get(&arguments.gold_field).map(AsRef::as_ref))?;
    let response = plain(fields.get(&arguments.response_field).map(AsRef::as_ref))?;
    let verdict = verify::verify(
        gold.as_deref().unwrap_or_default(),
        response.as_deref().unwrap_or_default(),
    );
    add(&mut fields, &verdict).map_err(|_| Bad::Json)?;
    let mut line = serde_json::to_vec(&fields).map_err(|_| Bad::Json)?;
    line.push(b'\n');
    Ok(line)
}

/// The text of a field: a string, or a number or bool as it is written; none for null.
fn plain(field: Option<&RawValue>) -> Result<Option<Cow<'_, str>>, Bad> {
    let Some(raw) = field.map(RawValue::get) else {
        return Ok(None);
    };
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(raw)
            .map(|text| Some(Cow::Owned(text)))
            .map_err(|_| Bad::Field),
        Some(b'n') => Ok(None),
        Some(b'{' | b'[') | None => Err(Bad::Field),
        Some(_) => Ok(Some(Cow::Borrowed(raw))),
    }
}

fn add(fields: &mut Fields, verdict: &Verdict) -> serde_json::Result<()> {
    for (name, value) in [
        ("verdict", Some(verdict.outcome.as_str())),
        ("extracted", verdict.extracted.as_deref()),
        ("reason", Some(verdict.reason.as_str())),
    ] {
        fields.insert(name.to_owned(), to_raw_value(&value)?);
    }
    Ok(())
}

/// A row that stands for a line which could not be judged, so that lines keep their places.
fn unjudged(text: &[u8], why: Bad, line: u64) -> Vec<u8> {
    let mut fields: Fields = serde_json::from_slice(text).unwrap_or_default();
    if fields.is_empty()
        && let Ok(number) = to_raw_value(&line)
    {
        fields.insert("line".into(), number);
    }
    for (name, value) in [
        ("verdict", Some("undecided")),
        ("extracted", None),
        ("reason", Some(why.code())),
    ] {
        if let Ok(value) = to_raw_value(&value) {
            fields.insert(name.into(), value);
        }
    }
    let mut line = serde_json::to_vec(&fields).unwrap_or_default();
    line.push(b'\n');
    line
}

/// Where judged rows go: stdout, or a file that is renamed into place when it is whole.
enum Output {
    Stdout(std::io::StdoutLock<'static>),
    File {
        writer: BufWriter<File>,
        partial: PathBuf,
        path: PathBuf,
    },
}

impl Output {
    fn create(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else {
            return Ok(Self::Stdout(std::io::stdout().lock()));
        };
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let partial = path.with_file_name(name);
        Ok(Self::File {
            writer: BufWriter::new(File::create(&partial)?),
            partial,
            path: path.to_owned(),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stdout(stdout) => stdout.write_all(bytes)?,
            Self::File { writer, .. } => writer.write_all(bytes)?,
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        match self {
            Self::Stdout(mut stdout) => Ok(stdout.flush()?),
            Self::File {
                mut writer,
                partial,
                path,
            } => {
                writer.flush()?;
                drop(writer);
                Ok(fs_err::rename(partial, path)?)
            }
        }
    }

    fn abandon(self) -> Result<()> {
        match self {
            Self::Stdout(_) => Ok(()),
            Self::File { partial, .. } => Ok(fs_err::remove_file(partial)?),
        }
    }
}
