//! `gradatim check`: is an output folder what its manifest says?

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::Result;
use crate::audit::check::{self, Findings, sources::Again};
use crate::error::one_line;
use crate::plan::Overrides;
use clap::Args;

use super::fetched::Fetched;
use super::hub::Network;
use super::progress::Progress;
use super::style::{Style, styled};
use super::table::thousands;
use super::{named_path, print, print_json, stop_on_signals, tell, threads, use_threads};

/// Verifies an output folder from its files alone: hashes and seals, the ledger's balance, every column of every
/// row, and everything that follows from ledger and pipeline, made again: fates, selection, manifest, balance, card.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where a promise is broken.

Whoever rewrites all files alike, as a run would, is not found by them alone: publish the hash
that `--digest` prints, and hold the folder against it with `--expect`; or measure a sample of
the sources again with `--sources`.

Example:
  gradatim check out
  gradatim check out --digest
  gradatim check out --sources --base .")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    out: PathBuf,
    /// Print the one hash that names all files of the folder, alone on stdout: the SHA-256 of its SHA256SUMS,
    /// computed from the files.
    #[arg(long, conflicts_with = "json")]
    digest: bool,
    /// End with 1 where the folder's hash is another than this one.
    #[arg(long, value_name = "HASH", value_parser = digest)]
    expect: Option<String>,
    /// Measure a sample of the entries again, from the sources that the lock file names.
    #[arg(long)]
    sources: bool,
    /// Where relative paths in the lock file start [default: the current folder].
    #[arg(long, value_name = "DIR", requires = "sources")]
    base: Option<PathBuf>,
    /// Read the source, companion, benchmark or join NAME from this path, as `gradatim run` does.
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path, requires = "sources")]
    source: Vec<(String, PathBuf)>,
    /// How many entries are measured again.
    #[arg(long, value_name = "ROWS", default_value_t = 200, requires = "sources")]
    sample: usize,
    /// Draw the sample that another check drew [default: another in each check, which nobody can know before].
    #[arg(long, value_name = "SEED", requires = "sources")]
    sample_seed: Option<u64>,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// How much disk ranges of hub files may take.
const HUB_SPACE: u64 = 20_000_000_000;

fn digest(text: &str) -> Result<String, String> {
    match text.len() == 64 && text.chars().all(|digit| digit.is_ascii_hexdigit()) {
        true => Ok(text.to_owned()),
        false => Err("write the 64 hexadecimal digits that `--digest` prints".into()),
    }
}

pub(super) fn check(arguments: &Arguments) -> Result<u8> {
    use_threads(threads())?;
    let out = &Fetched::of(&arguments.out)?;
    let mut findings = match arguments.sources {
        true => with_sources(arguments, out)?,
        false => {
            let progress = Progress::new();
            let findings = check::check(out, None, &progress);
            progress.finish();
            findings?
        }
    };
    if let Some(expected) = &arguments.expect {
        findings.expect(expected);
    }
    if arguments.json {
        print_json(&findings)?;
    } else if arguments.digest {
        tell(report(&findings).trim_end());
        print(&format!("{}\n", findings.digest))?;
    } else {
        print(&report(&findings))?;
    }
    Ok(u8::from(!findings.broken.is_empty()))
}

fn with_sources(arguments: &Arguments, out: &Path) -> Result<Findings> {
    let stop = stop_on_signals()?;
    let progress = Arc::new(Progress::new());
    let again = Again {
        base: arguments.base.as_deref(),
        overrides: Overrides {
            sources: arguments.source.iter().cloned().collect(),
            ..Overrides::default()
        },
        sample: arguments.sample,
        seed: arguments.sample_seed.unwrap_or_else(any_seed),
        connect: &Network::new(&stop, &progress, HUB_SPACE),
    };
    let findings = check::check(out, Some(&again), &*progress);
    progress.finish();
    findings
}

/// One that nobody can know before: what the standard library keeps its maps from being filled on purpose with.
fn any_seed() -> u64 {
    u64::from(RandomState::new().build_hasher().finish() as u32)
}

fn report(findings: &Findings) -> String {
    let lines = |word: String, lines: &[String]| -> String {
        lines
            .iter()
            .map(|line| format!("{word}: {}\n", one_line(line)))
            .collect()
    };
    let broken = styled(Style::Bad, "broken");
    let mut text = lines(broken.clone(), &findings.broken);
    if findings.broken_more > 0 {
        text += &format!("{broken}: {} more\n", thousands(findings.broken_more));
    }
    text += &lines("note".to_owned(), &findings.notes);
    text += &format!(
        "{}: {} files, {} subsets with {} rows, {} ledger entries",
        match findings.broken.is_empty() {
            true => styled(Style::Good, "sound"),
            false => styled(Style::Bad, "not sound"),
        },
        findings.files,
        findings.subsets,
        thousands(findings.rows),
        thousands(findings.entries),
    );
    if let Some(again) = findings.measured_again {
        text += &format!(", {} measured again", thousands(again));
    }
    text + "\n"
}
