//! `gradatim check`: is an output folder what its manifest says?

use std::path::PathBuf;

use crate::Result;
use crate::audit::check;
use clap::Args;

use super::table::thousands;
use super::{print, print_json};

/// Verifies an output folder from its files alone: hashes, the ledger's balance, every row's text
/// against its id, prefixes, controls.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where a promise is broken.

Example:
  gradatim check out")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    out: PathBuf,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn check(arguments: &Arguments) -> Result<u8> {
    let findings = check::check(&arguments.out)?;
    if arguments.json {
        print_json(&findings)?;
    } else {
        let mut text: String = findings
            .broken
            .iter()
            .map(|broken| format!("broken: {broken}\n"))
            .collect();
        text += &format!(
            "{}: {} files, {} subsets with {} rows, {} ledger entries\n",
            if findings.broken.is_empty() {
                "sound"
            } else {
                "not sound"
            },
            findings.files,
            findings.subsets,
            thousands(findings.rows),
            thousands(findings.entries),
        );
        print(&text)?;
    }
    Ok(u8::from(!findings.broken.is_empty()))
}
