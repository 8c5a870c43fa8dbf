//! `gradatim audit`: what a dataset of somebody else's is, and what is wrong with it.

mod page;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::audit::dataset;
use crate::disk;
use crate::job::{self, Output};
use crate::measure::TokenizerName;
use crate::pipeline::{Emit, Pipeline, PipelineFile, Verify};
use crate::plan::without_place;
use crate::rules::{Accept, ControlTokens};
use crate::screen::contamination::{Contamination, Drops, shipped};
use crate::screen::{Duplicates, Screen};
use crate::select::validation::THRESHOLD;
use crate::source::{Layout, store};
use crate::{Error, Result};
use clap::Args;

use super::inspect::Data;
use super::starter::{DataPlace, Starter, free};
use super::{Work, apart, print, print_json, say};

/// Shows what a dataset is, on one page: verdicts beside those that it records, exact copies and near duplicates, gold
/// answers that disagree, benchmarks' problems, replies that were cut off, thinking that is lost or unclosed, template
/// tokens inside of text, lengths and what a trainer's maximum takes of them, categories, styles, languages, licences.
///
/// Each finding names rows to look at, as SOURCE/FILE:ROW, counted from 0. Nothing is written but what is measured, into
/// the pool, where another audit or a run finds it; and with `--out` a folder that `sql`, `why` and `check` answer from.
#[derive(Args)]
#[command(after_help = "\
Ends with 0 whatever is found; what was found is data, and `--json` has it for a script.

Examples:
  gradatim audit rows.jsonl
  gradatim audit data/limo --against hub:open-r1/OpenR1-Math-220k
  gradatim audit rows.jsonl --out audited && gradatim sql 'SELECT * FROM findings' --in audited
  gradatim audit pipeline.toml --json")]
pub(super) struct Arguments {
    /// Files, folders, globs or datasets (`hub:NAMESPACE/NAME@REVISION`), in any layout that `inspect` reads; or one
    /// pipeline, whose sources are audited as it reads them.
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<PathBuf>,
    /// Say which rows are this source's, and how the dataset compares with random draws of its size from it.
    #[arg(long, value_name = "SOURCE")]
    against: Vec<PathBuf>,
    /// The config of the datasets [default: their default one].
    #[arg(long)]
    config: Option<String>,
    /// The split of the datasets [default: `train`, or the only one].
    #[arg(long)]
    split: Option<String>,
    /// Read with this layout, instead of the one that the columns suggest.
    #[arg(long, value_enum)]
    layout: Option<Layout>,
    /// Count tokens with this `tokenizer.json` [default: the one of Qwen2.5, which is built in].
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<PathBuf>,
    /// Write what was found into this folder, which must not exist: `audit.json`, which `--json` prints; `findings`, each
    /// row of each finding; and the ledger of a run that selects nothing. The page then names the query of each figure.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write a page to look at beside that folder too, as `gradatim report` does.
    #[arg(long, requires = "out")]
    report: bool,
    #[command(flatten)]
    work: Work,
}

pub(super) fn audit(arguments: &Arguments) -> Result<u8> {
    let work = &arguments.work;
    work.limit().keep();
    arguments.refuse_out()?;
    let Read { file, names, notes } = arguments.pipeline()?;
    let request = arguments.request();
    let audit = work.answer(&file, "audit", |mut measured, settings| {
        let output = arguments.out.as_deref().map(|folder| Output {
            folder,
            waits: false,
        });
        let partial = output
            .map(|output| job::begin(output, settings))
            .transpose()?;
        let rows = partial.as_ref().map(dataset::rows_path).transpose()?;
        let mut audit = dataset::audit(&mut measured, &names, request, rows.as_deref(), settings)?;
        audit.notes.splice(0..0, notes);
        if let Some(partial) = partial {
            dataset::write(&measured, &audit, partial, settings)?;
        }
        Ok(audit)
    })?;
    match work.json {
        true => print_json(&audit)?,
        false => print(&page::page(&audit, arguments.out.as_deref()))?,
    }
    if let Some(out) = &arguments.out {
        say(&format!("wrote {}", out.display()));
        if arguments.report {
            super::report::beside(out, super::report::origin_of(&file, &placed(&file)))?;
        }
    }
    Ok(0)
}

/// What an audit reads.
struct Read {
    file: PipelineFile,
    /// The sources that are audited.
    names: HashSet<String>,
    /// What should be known of how they are read.
    notes: Vec<String>,
}

impl Arguments {
    /// Refuses a folder that is there, and one that what is read or measured lies around.
    fn refuse_out(&self) -> Result<()> {
        let Some(out) = &self.out else {
            return Ok(());
        };
        if disk::is_there(out) {
            return Err(Error::OutputExists(out.clone()));
        }
        if let Some(pool) = &self.work.pool {
            apart::refuse_pool_in(pool, out)?;
        }
        let read = [self.sources.as_slice(), &self.against].concat();
        apart::refuse_inside(&read, "--out", out)
    }

    /// The pipeline that reads it all, with the names of the sources that are audited.
    fn pipeline(&self) -> Result<Read> {
        let mut tables = Tables::default();
        let own = match self.sources.as_slice() {
            [file] if is_pipeline(file) => Some(PipelineFile::read(file)?),
            sources => {
                for source in sources {
                    tables.add_each(&self.data(source))?;
                }
                None
            }
        };
        let mut names: HashSet<String> = tables.names.iter().cloned().collect();
        if let Some(own) = &own {
            names.extend(own.pipeline.sources.keys().cloned());
            tables.names.extend(own.pipeline.sources.keys().cloned());
        }
        for source in &self.against {
            tables.add_each(&Data {
                source: source.clone(),
                config: None,
                split: None,
                layout: None,
            })?;
        }
        let notes = std::mem::take(&mut tables.notes);
        let mut file = tables.file(own)?;
        settle(&mut file.pipeline);
        file.pipeline.title = Some("An audit".into());
        if let Some(tokenizer) = &self.tokenizer {
            let path = std::path::absolute(tokenizer)?;
            file.pipeline.measure.tokenizer = TokenizerName(path.to_string_lossy().into_owned());
        }
        Ok(Read { file, names, notes })
    }

    /// What is asked for, in words that say nothing of this machine.
    fn request(&self) -> dataset::Request {
        let named = |paths: &[PathBuf]| paths.iter().map(|path| without_place(path)).collect();
        dataset::Request {
            sources: named(&self.sources),
            against: named(&self.against),
            config: self.config.clone(),
            split: self.split.clone(),
            layout: self.layout.map(Layout::name),
            tokenizer: self.tokenizer.as_deref().map(without_place),
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
}

/// The sources that the folder says the name of alone, with where they lie: a report that is made now finds them.
fn placed(file: &PipelineFile) -> Vec<(String, PathBuf)> {
    let sources = file.pipeline.sources.iter();
    let placed = sources.filter_map(|(name, source)| {
        let path = file.folder().join(source.path.as_deref()?);
        let is_told =
            without_place(Path::new(source.path.as_deref()?)) == *source.path.as_deref()?;
        (!is_told && path.exists()).then(|| (name.clone(), path))
    });
    placed.collect()
}

fn is_pipeline(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

/// The sources as tables of a pipeline.
#[derive(Default)]
pub(in crate::cli) struct Tables {
    text: String,
    pub names: Vec<String>,
    notes: Vec<String>,
}

impl Tables {
    /// Adds data; what should be known of its files is said by the plan.
    pub(in crate::cli) fn add(&mut self, data: &Data) -> Result<()> {
        let (starter, place) = Starter::of_data(data, &())?;
        self.put(&starter, &place);
        Ok(())
    }

    /// The same of data whose files are perhaps not alike.
    fn add_each(&mut self, data: &Data) -> Result<()> {
        let parted = Starter::of_each(data)?;
        for (starter, place) in &parted.sources {
            self.put(starter, place);
        }
        self.notes.extend(parted.notes);
        Ok(())
    }

    fn put(&mut self, starter: &Starter, place: &DataPlace) {
        let name = free(&self.names, &place.name());
        self.text += &starter.table(&name, &place.keys());
        self.text.push('\n');
        self.names.push(name);
    }

    /// The pipeline of these tables, beside those of `own`.
    pub(in crate::cli) fn file(self, own: Option<PipelineFile>) -> Result<PipelineFile> {
        let path = Path::new("audit.toml");
        match own {
            None => PipelineFile::parse(path, self.text),
            Some(own) if self.text.is_empty() => Ok(own),
            Some(mut own) => {
                let more = PipelineFile::parse(path, self.text)?;
                for (name, mut source) in more.pipeline.sources {
                    source.path = source.path.map(from_here);
                    own.pipeline.sources.insert(name, source);
                }
                Ok(own)
            }
        }
    }
}

/// A path from the current folder as one from anywhere; an address is that already.
fn from_here(path: String) -> String {
    if store::is_address(Path::new(&path)) {
        return path;
    }
    let whole = std::path::absolute(&path).map(|path| path.to_string_lossy().into_owned());
    whole.unwrap_or(path)
}

/// Nothing is dropped and nothing selected: what is wrong with a row is counted.
pub(in crate::cli) fn settle(pipeline: &mut Pipeline) {
    pipeline.grid.clear();
    pipeline.validation = None;
    pipeline.join.clear();
    pipeline.benchmarks.clear();
    pipeline.emit = Emit::default();
    pipeline.verify = Verify {
        accept: Accept::None,
    };
    for source in pipeline.sources.values_mut() {
        source.accept = None;
        source.control_tokens = ControlTokens::KeepInside;
        source.skip_unreadable = true;
        source.unread_max = UNREAD_MAX;
    }
    let asked = pipeline.screen.contamination.take();
    pipeline.screen = Screen {
        duplicates: Duplicates::Keep,
        near_duplicates: pipeline.screen.near_duplicates.or(Some(THRESHOLD)),
        near_duplicates_stay: true,
        contamination: Some(asked.unwrap_or_else(|| Contamination {
            benchmarks: shipped::names().map(str::to_owned).collect(),
            drop: Drops::Nothing,
            vectors: None,
        })),
        ..Screen::default()
    };
}

/// A dataset of which next to nothing can be read is read in the wrong way.
const UNREAD_MAX: f64 = 0.999;
