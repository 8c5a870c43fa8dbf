//! `gradatim fingerprint`: a benchmark as hashes, with the detector's recall and precision on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::emit::leakage::{RecallRecord, not_found, recall};
use crate::plan::contamination::{FINGERPRINT, SoughtBenchmark};
use crate::run::Watch;
use crate::screen::contamination::Detector;
use crate::screen::contamination::selftest::{Measured, Unrelated, VERBATIM, measure};
use crate::source::Reach;
use crate::source::benchmark::{ProblemColumns, problems};
use crate::source::hub::Address;
use crate::source::pick::Pick;
use crate::source::{Asked, HubMode, SourceFile, files};
use crate::{Error, Result};
use clap::Args;
use rayon::prelude::*;

use super::hub::Network;
use super::progress::Progress;
use super::table::{table, thousands};
use super::{apart, print, stop_on_signals};

/// Makes the fingerprint of a benchmark: hashes of its problems, by which `[screen.contamination]` finds them
/// in others. It holds hashes and no text. Plants every problem in many rewritings and counts what is found.
#[derive(Args)]
#[command(after_help = "\
The columns with problems and ids are recognised by name (`problem`, `question`, `prompt`, …)
where they are not named. Ends with 1 where a problem as it stands is not found.

Example:
  gradatim fingerprint math500 test.jsonl --against train.parquet --out math500.fingerprint")]
pub(super) struct Arguments {
    /// What the benchmark is called.
    name: String,
    /// Files, folders or globs with its problems, or `hub:NAMESPACE/NAME@REVISION`.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The column with the problem.
    #[arg(long)]
    column: Option<String>,
    /// The column with the problem's id [default: recognised by name, else the row].
    #[arg(long)]
    id_column: Option<String>,
    /// The config of a dataset, on the hub or in a folder [default: its default one].
    #[arg(long)]
    config: Option<String>,
    /// The split of a dataset, on the hub or in a folder [default: `test`, or the only one].
    #[arg(long)]
    split: Option<String>,
    /// Files with problems that are none of the benchmark's: what is flagged among them is counted.
    #[arg(long, value_name = "FILE")]
    against: Vec<PathBuf>,
}

pub(super) fn fingerprint(arguments: &Arguments) -> Result<u8> {
    if arguments
        .out
        .extension()
        .is_none_or(|ending| ending != FINGERPRINT)
    {
        return Err(Error::usage(
            format!(
                "`{}` does not end in `.{FINGERPRINT}`",
                arguments.out.display()
            ),
            "a pipeline knows a fingerprint by that ending",
        ));
    }
    let read: Vec<&Path> = arguments.files.iter().map(PathBuf::as_path).collect();
    apart::refuse_same(&read, &[("--out", arguments.out.as_path())])?;
    let mut found = Vec::new();
    for path in &arguments.files {
        found.extend(find(path, arguments)?);
    }
    let named = ProblemColumns {
        problem: arguments.column.as_deref().map(Pick::column),
        id: arguments.id_column.as_deref().map(Pick::column),
    };
    let mut benchmark = SoughtBenchmark::of_files(&arguments.name, &found, &named)?;
    let progress = Progress::new();
    benchmark
        .notes()
        .iter()
        .for_each(|note| progress.note(note));
    let detector = Detector::new(vec![benchmark.fingerprint.clone()]);
    let unrelated = unrelated(&detector, &arguments.against)?;
    let texts = benchmark.texts.take().unwrap_or_default();
    let measured = measure(&benchmark.fingerprint, &texts, unrelated);
    let verbatim = measured.planted.get(VERBATIM).copied().unwrap_or_default();
    let missed = verbatim.contaminated() < verbatim.planted;
    let report = report(&measured);
    benchmark.fingerprint.measured = Some(measured);
    crate::disk::write_named(&arguments.out, benchmark.fingerprint.to_bytes())?;
    print(&report)?;
    Ok(u8::from(missed))
}

fn find(path: &Path, arguments: &Arguments) -> Result<Vec<SourceFile>> {
    let Some(address) = path.to_str().filter(|text| text.starts_with("hub:")) else {
        let asked = Asked {
            config: arguments.config.as_deref(),
            split: arguments.split.as_deref(),
            ..Asked::usual("test")
        };
        return found_here(path, asked);
    };
    let stop = stop_on_signals()?;
    let hub = Network::new(&stop, &Arc::new(Progress::new()), BENCHMARK_BYTES).hub()?;
    let address: Address = address.parse()?;
    let (config, split) = (arguments.config.as_deref(), arguments.split.as_deref());
    let dataset = hub.describe(&address)?.dataset(config, split, "test")?;
    Ok(files::of_dataset(&hub, &dataset, HubMode::Stream))
}

/// The files of a path on this disk; what should be known of them is said.
fn found_here(path: &Path, asked: Asked<'_>) -> Result<Vec<SourceFile>> {
    let found = files::find_as(path, asked)?;
    let progress = Progress::new();
    found.notes.iter().for_each(|note| progress.note(note));
    Ok(found.files)
}

/// More than any benchmark's problems take.
const BENCHMARK_BYTES: u64 = 1 << 30;

/// What the detector flags among problems that are not the benchmark's; none where none are named.
fn unrelated(detector: &Detector, paths: &[PathBuf]) -> Result<Option<Unrelated>> {
    if paths.is_empty() {
        return Ok(None);
    }
    let mut unrelated = Unrelated::default();
    for path in paths {
        for file in found_here(path, Asked::usual("train"))? {
            let posed = problems(&file, &ProblemColumns::default())?.rows;
            let hits: Vec<_> = posed
                .par_iter()
                .map(|one| detector.hits(&one.problem))
                .collect();
            hits.iter().for_each(|hits| unrelated.add(hits));
            unrelated.files.push(file.name);
        }
    }
    Ok(Some(unrelated))
}

fn report(measured: &Measured) -> String {
    let row = |one: RecallRecord| {
        let found = one.contaminated + one.suspect;
        let interval = |low: f64, high: f64| format!("{low:.3} to {high:.3}");
        vec![
            one.rewriting,
            thousands(one.planted.into()),
            thousands(one.contaminated.into()),
            interval(one.contaminated_low, one.contaminated_high),
            thousands(found.into()),
            interval(one.found_low, one.found_high),
        ]
    };
    let rows: Vec<Vec<String>> = recall(measured).into_iter().map(row).collect();
    let head = [
        "planted as",
        "items",
        "contaminated",
        "at 95 %",
        "or suspect",
        "at 95 %",
    ];
    let mut text = table(&head, &rows);
    text += &format!("\nnot found: {}\n", not_found(measured).join(", "));
    if let Some(unrelated) = &measured.unrelated {
        text += &format!(
            "flagged among {} problems that were not planted, real copies too: {} contaminated, {} suspect\n",
            thousands(unrelated.problems.into()),
            unrelated.contaminated,
            unrelated.suspect,
        );
    }
    text
}
