//! `gradatim diff`: what two versions do not share.

mod page;

use std::path::{Path, PathBuf};

use crate::audit::diff::{self, Asked, Diff};
use crate::folder::RUN_FOLDER;
use crate::source::Layout;
use crate::{Error, Result};
use clap::Args;

use super::audit::{Tables, settle};
use super::fetched::Fetched;
use super::inspect::Data;
use super::{Work, apart, print, print_json};

/// Shows where two versions differ: two folders that `run` wrote, or two datasets, as two revisions of one.
///
/// Rows are told apart by what they say, so that another order is no difference. Of datasets: rows that came, went, were
/// copied or edited, the near ones as such, and what is said of the others otherwise. Of folders also which fates and
/// verdicts moved and why, which subsets, and which keys of the pipeline differ.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where they differ, with 0 where they do not.

Examples:
  gradatim diff out-before out-after
  gradatim diff v1.jsonl v2.jsonl --out differing.parquet
  gradatim diff hub:open-r1/OpenR1-Math-220k@v1 hub:open-r1/OpenR1-Math-220k --json")]
pub(super) struct Arguments {
    /// A folder that `gradatim run` wrote, or a file, folder, glob or dataset (`hub:NAMESPACE/NAME@REVISION`).
    first: PathBuf,
    /// What it is held against, of the same kind.
    second: PathBuf,
    /// Write the rows that differ to this Parquet file.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The config of the datasets [default: their default one].
    #[arg(long)]
    config: Option<String>,
    /// The split of the datasets [default: `train`, or the only one].
    #[arg(long)]
    split: Option<String>,
    /// Read both with this layout, instead of the one that the columns suggest.
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    #[command(flatten)]
    work: Work,
}

pub(super) fn diff(arguments: &Arguments) -> Result<u8> {
    arguments.work.limit().keep();
    arguments.refuse_over()?;
    let fetched = [
        Fetched::of_output(&arguments.first)?,
        Fetched::of_output(&arguments.second)?,
    ];
    let sides = [&*fetched[0], &*fetched[1]];
    let diff = match sides.map(is_output) {
        [true, true] => diff::outputs(sides, arguments.out.as_deref())?,
        [false, false] => arguments.datasets()?,
        _ => return Err(unlike(sides)),
    };
    match arguments.work.json {
        true => print_json(&diff)?,
        false => print(&page::page(&diff))?,
    }
    Ok(u8::from(diff.differs))
}

fn is_output(path: &Path) -> bool {
    path.join(RUN_FOLDER).is_dir()
}

fn unlike(sides: [&Path; 2]) -> Error {
    let [output, other] = match is_output(sides[0]) {
        true => sides,
        false => [sides[1], sides[0]],
    };
    let is_there = other.exists() || other.to_string_lossy().starts_with("hub:");
    let (output, other) = (output.display(), other.display());
    if !is_there {
        return Error::usage(
            format!("there is no `{other}`"),
            format!("name the output folder that `{output}` is held against"),
        );
    }
    Error::usage(
        format!("`{output}` is an output folder, and `{other}` is none"),
        format!(
            "name two output folders, or a subset's own folder as a dataset: `{output}/SUBSET`"
        ),
    )
}

impl Arguments {
    fn sides(&self) -> [&Path; 2] {
        [&self.first, &self.second]
    }

    fn refuse_over(&self) -> Result<()> {
        let out = self.out.as_deref().map(|out| ("--out", out));
        let timings = self.work.timings.as_deref();
        let timings = timings.map(|path| ("--timings", path));
        let written: Vec<(&str, &Path)> = out.into_iter().chain(timings).collect();
        apart::refuse_same(&self.sides(), &written)?;
        match &self.out {
            Some(out) => apart::refuse_inside(&self.sides().map(Path::to_owned), "--out", out),
            None => Ok(()),
        }
    }

    fn data(&self, source: &Path) -> Data {
        Data {
            source: source.to_owned(),
            config: self.config.clone(),
            split: self.split.clone(),
            layout: self.layout,
        }
    }

    /// Measures both datasets as two sources of one pipeline, and compares them.
    fn datasets(&self) -> Result<Diff> {
        let data = self.sides().map(|side| self.data(side));
        let mut tables = Tables::default();
        data.iter().try_for_each(|data| tables.add(data))?;
        let names = tables.names.clone();
        let mut file = tables.file(None)?;
        settle(&mut file.pipeline);
        file.pipeline.screen.contamination = None;
        self.work.answer(&file, "diff", |measured, settings| {
            diff::datasets(&Asked {
                experiment: &measured,
                names: [names[0].as_str(), names[1].as_str()],
                shown: self.sides().map(|side| side.display().to_string()),
                out: self.out.as_deref(),
                stop: &|| settings.check_stop(),
            })
        })
    }
}
