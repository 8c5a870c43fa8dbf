//! `gradatim report`: one page to look at.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{apart, say};
use crate::Result;
use crate::view::report;

/// Writes one page that shows what is in a folder: where every row went, the grid and what there is for each cell, lengths,
/// verifier against labels, what filtering did, balance, overlap, contamination, and examples of each set.
#[derive(Args)]
#[command(after_help = "\
The page is one file of at most 5 MB, asks nobody for anything and runs no script: it can be
sent, printed and read without a mouse. It stands beside the folder, which stays as it is.
Beside each number stands the command that shows its rows. The same folder gives the same page.

Examples:
  gradatim report out
  gradatim report out --eval evaluation --figures figures
  gradatim report evaluation --out evaluation.html")]
pub(super) struct Arguments {
    /// A folder that `gradatim run` or `gradatim eval --out` wrote.
    folder: PathBuf,
    /// Write the page to this file [default: FOLDER.report.html, beside the folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write each drawing into this folder too, as SVG.
    #[arg(long, value_name = "DIR")]
    figures: Option<PathBuf>,
    /// Add the scores and effects of this evaluation of the folder's sets.
    #[arg(long, value_name = "DIR")]
    eval: Option<PathBuf>,
}

pub(super) fn report(arguments: &Arguments) -> Result<u8> {
    let folder = &arguments.folder;
    let page = arguments
        .out
        .clone()
        .unwrap_or_else(|| report::place(folder));
    let read: Vec<PathBuf> = [folder]
        .into_iter()
        .chain(&arguments.eval)
        .cloned()
        .collect();
    apart::refuse_inside(&read, "--out", &page)?;
    if let Some(figures) = &arguments.figures {
        apart::refuse_inside(&read, "--figures", figures)?;
    }
    let made = report::report(folder, arguments.eval.as_deref())?;
    made.write(&page, arguments.figures.as_deref())?;
    tell(&page);
    Ok(0)
}

/// Writes the report of what another command has just made.
pub(super) fn beside(folder: &Path) -> Result<()> {
    let page = report::place(folder);
    report::report(folder, None)?.write(&page, None)?;
    tell(&page);
    Ok(())
}

fn tell(page: &Path) {
    say(&format!("wrote {}: open it in a browser", page.display()));
}
