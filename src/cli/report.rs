//! `gradatim report`: one page to look at.

use std::path::{Path, PathBuf};

use clap::Args;

use super::fetched::Fetched;
use super::{apart, named_path, say};
use crate::pipeline::PipelineFile;
use crate::plan::Overrides;
use crate::source::store::is_address;
use crate::view::report::{self, Origin};
use crate::{Error, Result};

/// Writes one page that shows what is in a folder: where every row went, the grid and what there is for each cell, lengths,
/// verifier against labels, what filtering did, balance, overlap, contamination, and examples of each set.
#[derive(Args)]
#[command(after_help = "\
The page is one file of at most 5 MB, asks nobody for anything and runs no script: it can be
sent, printed and read without a mouse. It stands beside the folder, which stays as it is.
Beside each number stands the command that shows its rows. Examples of rows that no set holds are
read from the sources, where these lie on this machine. The same folder and sources, lying the same
way to each other, give the same page.

Examples:
  gradatim report out
  gradatim report out --eval evaluation --figures figures
  gradatim report evaluation --out evaluation.html")]
pub(super) struct Arguments {
    /// A folder that `gradatim run`, `gradatim audit --out` or `gradatim eval --out` wrote.
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
    /// Where relative paths in the lock file start [default: the current folder].
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
    /// Read the source, companion, benchmark or join NAME from this path, as `gradatim run` does.
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path)]
    source: Vec<(String, PathBuf)>,
}

pub(super) fn report(arguments: &Arguments) -> Result<u8> {
    let folder = &Fetched::of(&arguments.folder)?;
    let page = match &arguments.out {
        Some(page) => page.clone(),
        None if is_address(&arguments.folder) => {
            return Err(Error::usage(
                "the page of a folder in a store has no place beside it",
                "say where it is to be with `--out PAGE.html`",
            ));
        }
        None => report::place(folder),
    };
    let read = [Some(folder.to_path_buf()), arguments.eval.clone()];
    let read: Vec<PathBuf> = read.into_iter().flatten().collect();
    apart::refuse_inside(&read, "--out", &page)?;
    if let Some(figures) = &arguments.figures {
        apart::refuse_inside(&read, "--figures", figures)?;
    }
    let origin = origin(arguments.base.as_deref(), &arguments.source);
    let made = report::report(folder, arguments.eval.as_deref(), origin)?;
    made.write(&page, arguments.figures.as_deref())?;
    tell(&page);
    Ok(0)
}

/// Writes the report of what another command has just made of sources that lie there.
pub(super) fn beside(folder: &Path, origin: Origin) -> Result<()> {
    let page = report::place(folder);
    report::report(folder, None, origin)?.write(&page, None)?;
    tell(&page);
    Ok(())
}

/// Where the sources of a pipeline lie that was just read.
pub(super) fn origin_of(file: &PipelineFile, given: &[(String, PathBuf)]) -> Origin {
    origin(Some(file.folder()), given)
}

/// Where sources lie, as the command line says it.
pub(super) fn origin(base: Option<&Path>, sources: &[(String, PathBuf)]) -> Origin {
    Origin {
        base: base.map(Path::to_owned),
        overrides: Overrides {
            sources: sources.iter().cloned().collect(),
            ..Overrides::default()
        },
    }
}

fn tell(page: &Path) {
    say(&format!("wrote {}: open it in a browser", page.display()));
}
