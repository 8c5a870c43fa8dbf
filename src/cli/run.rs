//! `gradatim run`: the main job.

use std::path::PathBuf;
use std::sync::Arc;

use crate::disk;
use crate::job::{Output, Report, Settings};
use crate::pipeline::Runs;
use crate::screen::Tally;
use crate::select::{DrawKind, Selection, Subset, SubsetRole, WIDE};
use crate::source::Reach;
use crate::source::store::{ObjectUrl, is_address, local};
use crate::{Error, Result};
use clap::Args;
use serde_json::json;

use super::cluster::Place;
use super::progress::Progress;
use super::table::{table, thousands};
use super::{Common, apart, print, print_json, say, stop_on_signals};

/// Makes the subsets and controls of a pipeline.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim run pipelines/quickstart.toml --out out
  gradatim run pipelines/ladder.toml --pool /shared/pool --out out --cluster df://localhost")]
pub(super) struct Arguments {
    #[command(flatten)]
    common: Common,
    #[command(flatten)]
    place: Place,
    /// The folder to write, on this disk or in an object store (`s3://BUCKET/FOLDER`); it must not exist.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Wait where another run builds the same folder, and go on when it has ended.
    #[arg(long)]
    wait: bool,
    /// Write a page to look at beside the folder too, as `gradatim report` does.
    #[arg(long)]
    report: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8> {
    let common = &arguments.common;
    if disk::is_there(&arguments.out) && !arguments.wait {
        // Before the hub is asked and files are hashed; the job looks again when it is about to write.
        return Err(Error::OutputExists(arguments.out.clone()));
    }
    if let Some(pool) = &common.work.pool {
        apart::refuse_pool_in(pool, &arguments.out)?;
    }
    let to_store = to_store(arguments)?;
    let stop = stop_on_signals()?;
    let elsewhere = arguments.place.elsewhere()?;
    let progress = Arc::new(Progress::new());
    let plan = common.plan(&stop, &progress)?;
    let settings = Settings {
        elsewhere: elsewhere.as_deref(),
        ..common.work.settings(&plan, &stop, &progress)?
    };
    let report = match &to_store {
        Some(url) => {
            let stores = common.work.network(&stop, &progress).stores();
            crate::job::run_into_store(&plan, &stores, url, arguments.wait, &settings)
        }
        None => {
            let output = Output {
                folder: &local(&arguments.out),
                waits: arguments.wait,
            };
            crate::job::run(&plan, output, &settings)
        }
    };
    progress.finish();
    let report = report?;
    common.work.write_timings(&report.timings)?;
    if common.work.json {
        print_json(&json_report(&report, &plan.runs))?;
    } else {
        print(&text_report(&report, &plan.runs))?;
    }
    say(&format!(
        "wrote {}; see {}",
        arguments.out.display(),
        arguments.out.join("README.md").display()
    ));
    if arguments.report {
        let origin = super::report::origin_of(&common.input.file()?, &common.input.source);
        super::report::beside(&arguments.out, origin)?;
    }
    Ok(0)
}

/// The address in a store that the folder is written to; none on this disk.
fn to_store(arguments: &Arguments) -> Result<Option<ObjectUrl>> {
    if !is_address(&arguments.out) {
        return Ok(None);
    }
    let url = ObjectUrl::of_path(&arguments.out)?;
    let (what, mend) = match (url.key().is_empty(), arguments.report) {
        _ if url.is_web() => (
            "`--out` names a web server, which takes no files",
            "write to a store (`s3://BUCKET/FOLDER`) or to a folder",
        ),
        (true, _) => (
            "`--out` names a whole bucket",
            "write `--out s3://BUCKET/FOLDER`",
        ),
        (_, true) => (
            "`--report` writes its page beside a folder of this disk",
            "leave it out; `gradatim report` makes the page of a folder in a store",
        ),
        _ => return Ok(Some(url)),
    };
    Err(Error::usage(what, mend))
}

fn json_report(report: &Report, runs: &Runs) -> serde_json::Value {
    let ledger = report.ledger.iter().map(|(source, tally)| {
        json!({ "source": source, "read": tally.read, "kept": tally.kept, "dropped": tally.dropped })
    });
    let subsets = report.selection.subsets.iter().map(|subset| {
        json!({
            "name": subset.name, "role": subset.role, "size": subset.size, "steps": steps(subset, runs),
            "bucket": subset.bucket, "bucket_share": subset.bucket_share,
        })
    });
    json!({
        "ledger": ledger.collect::<Vec<_>>(),
        "subsets": subsets.collect::<Vec<_>>(),
        "shortfalls": shortfalls(&report.selection),
        "warnings": report.selection.warnings,
    })
}

fn text_report(report: &Report, runs: &Runs) -> String {
    let ledger = ledger_table(&report.ledger);
    match report.selection.subsets.is_empty() {
        true => format!("{ledger}\nno subset was selected\n"),
        false => format!("{ledger}\n{}", subset_table(&report.selection, runs)),
    }
}

/// Read, kept and dropped, a line for each source and reason.
pub(super) fn ledger_table(ledger: &[(String, Tally)]) -> String {
    let mut rows = Vec::new();
    for (source, tally) in ledger {
        let row = |what: &str, count: u64| vec![source.clone(), what.to_owned(), thousands(count)];
        rows.push(row("read", tally.read));
        rows.push(row("kept", tally.kept));
        for (reason, count) in &tally.dropped {
            rows.push(row(&format!("dropped: {reason}"), *count));
        }
    }
    table(&["source", "entries", "count"], &rows)
}

/// The shortfalls as JSON.
pub(super) fn shortfalls(selection: &Selection) -> Vec<serde_json::Value> {
    let shortfalls = selection.shortfalls.iter().map(|one| {
        json!({
            "name": one.name, "asked": one.asked.count(), "available": one.available,
            "unit": one.asked.unit(), "reason": one.reason,
        })
    });
    shortfalls.collect()
}

/// What the names of a family's subsets have in common, with a star for the size.
fn family_name(family: &[Subset]) -> String {
    let [first, .., last] = family else {
        return family[0].asked.starred(&family[0].name);
    };
    let parts = first.name.split('-').zip(last.name.split('-'));
    let parts: Vec<&str> = parts.map(|(a, b)| if a == b { a } else { "*" }).collect();
    parts.join("-")
}

/// The optimiser's steps over a subset; none for what is never trained on.
pub(super) fn steps(subset: &Subset, runs: &Runs) -> Option<u64> {
    (subset.role != SubsetRole::Validation).then(|| runs.steps(subset.size))
}

/// What a family's names do not say: which share of its pool the bucket holds, and what that means where it is much;
/// and what every draw would make again.
fn note(family: &[Subset]) -> String {
    let mut notes = Vec::new();
    if let Some(share) = family[0].bucket_share {
        let length = family[0].length.as_deref().unwrap_or_default();
        let hardly = match share > WIDE {
            true => format!(": hardly {length}"),
            false => String::new(),
        };
        notes.push(format!("{:.0}% of its pool{hardly}", 100.0 * share));
    }
    let same = family
        .iter()
        .filter(|subset| subset.draw_kind == DrawKind::Replicate);
    match same.count() {
        0 => {}
        count if count == family.len() => notes.push("one set".to_owned()),
        _ => notes.push("the largest is one set".to_owned()),
    }
    notes.join("; ")
}

/// The subsets by family, with the sizes of each in one line; then what could not be filled.
pub(super) fn subset_table(selection: &Selection, runs: &Runs) -> String {
    let is_one = |a: &Subset, b: &Subset| a.family == b.family;
    let row = |family: &[Subset]| {
        let sizes: Vec<String> = family
            .iter()
            .map(|subset| subset.size.to_string())
            .collect();
        let steps = family.iter().filter_map(|subset| steps(subset, runs));
        let steps: Vec<String> = steps.map(|steps| steps.to_string()).collect();
        vec![
            family_name(family),
            family[0].role.as_str().to_owned(),
            sizes.join(" "),
            steps.join(" "),
            thousands(u64::from(family[0].bucket)),
            note(family),
        ]
    };
    let rows: Vec<Vec<String>> = selection.subsets.chunk_by(is_one).map(row).collect();
    let heads = ["subset", "role", "sizes", "steps", "bucket", "note"];
    let mut text = table(&heads, &rows);
    if !selection.shortfalls.is_empty() {
        text += "\nleft out or made smaller:\n";
        text += &crate::select::shortfall_table(&selection.shortfalls);
        text.push('\n');
    }
    text
}
