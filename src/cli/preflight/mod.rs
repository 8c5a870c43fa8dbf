//! `gradatim preflight`: what a trainer makes of each subset, and what is lost on the way.

mod model;
mod shown;

use std::path::PathBuf;

use crate::Result;
use crate::error::did_you_mean;
use crate::pipeline::Runs;
use crate::run::Watch;
use crate::train::asked::Asked;
use crate::train::preflight::{Folder, Preflight, of_files, of_folder, usual_runs};
use crate::train::trainers::{NOT_KNOWN, TRAINERS, Trainer};
use crate::train::{Beyond, Settings, TrainedColumn};
use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::{print, print_json, thread_count, threads, use_threads};

/// Shows what a trainer makes of each subset and its controls, token for token as it does itself: how long rows are in
/// the model's chat template, what it cuts or drops, whether the thinking is still there, where the loss is, and how
/// many steps that makes.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where something is lost: rows that are cut, dropped or refused, thinking that the
template deletes, rows without loss or without an end, loss on the prompt; or where a subset and
its control lose different shares of rows, which breaks their comparison.

Examples:
  gradatim preflight out --trainer trl
  gradatim preflight out 'ladder-*' --trainer axolotl --model MODEL --max-length 16384
  gradatim preflight out --trainer verl --model MODEL --template r1-distill-thinking
  gradatim preflight --rows mine.jsonl --trainer llamafactory --model qwen3")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    #[arg(required_unless_present = "rows")]
    out: Option<PathBuf>,
    /// Subsets, with their controls; names may have stars [default: all].
    #[arg(value_name = "SUBSET")]
    subsets: Vec<String>,
    /// Any rows in the place of a folder: a file of JSON lines or Parquet (or a folder or glob of them) with `messages`,
    /// `prompt` and `completion`, `text` or `conversations`. May be given several times.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "subsets"])]
    rows: Vec<PathBuf>,
    /// The trainer.
    #[arg(long, value_parser = trainer, value_name = "NAME", help = trainers())]
    trainer: Trainer,
    #[command(flatten)]
    model: model::Asked,
    /// Tokens that a row may have [default: as `[runs] max_length` says].
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_length: Option<u32>,
    /// What the trainer is told to do with a longer row [default: what it does unless it is told].
    #[arg(long, value_enum, value_name = "WHAT")]
    beyond: Option<Told>,
    /// The column that is trained on [default: the one that the trainer takes].
    #[arg(long, value_enum, value_name = "COLUMN")]
    column: Option<Named>,
    /// The loss is on the prompt too, as some trainers have it unless they are told.
    #[arg(long)]
    loss_on_prompt: bool,
    /// How many threads work; the report is the same for any number [default: as many as the machine has].
    #[arg(long, value_parser = thread_count)]
    threads: Option<usize>,
    /// Report as JSON on stdout; `gradatim schema preflight` prints its schema.
    #[arg(long)]
    json: bool,
}

/// What becomes of a row that is too long, as typed.
#[derive(Clone, Copy, ValueEnum)]
pub(in crate::cli) enum Told {
    CutEnd,
    CutStart,
    Drop,
    Refuse,
}

impl Told {
    pub(in crate::cli) fn beyond(self) -> Beyond {
        match self {
            Self::CutEnd => Beyond::CutEnd,
            Self::CutStart => Beyond::CutStart,
            Self::Drop => Beyond::Drop,
            Self::Refuse => Beyond::Refuse,
        }
    }
}

/// A column, as typed.
#[derive(Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Named {
    Messages,
    PromptCompletion,
    Text,
    Conversations,
}

impl Named {
    fn column(self) -> TrainedColumn {
        match self {
            Self::Messages => TrainedColumn::Messages,
            Self::PromptCompletion => TrainedColumn::PromptCompletion,
            Self::Text => TrainedColumn::Text,
            Self::Conversations => TrainedColumn::Conversations,
        }
    }
}

fn trainer(name: &str) -> Result<Trainer, String> {
    let found = TRAINERS.into_iter().find(|trainer| trainer.name() == name);
    let not_known = NOT_KNOWN.into_iter().find(|(known, _)| *known == name);
    match (found, not_known) {
        (Some(trainer), _) => Ok(trainer),
        (None, Some((_, why))) => Err(format!("{why}; known are {}", names())),
        (None, None) => {
            let meant = did_you_mean(name, TRAINERS.map(Trainer::name));
            Err(format!("{meant}write one of {}", names()))
        }
    }
}

fn names() -> String {
    TRAINERS.map(Trainer::name).join(", ")
}

fn trainers() -> String {
    format!("The trainer: {}", names())
}

impl Arguments {
    fn settings(&self, runs: &Runs) -> Settings {
        let length = self.max_length.unwrap_or(runs.max_length.get());
        Settings {
            length_max: length as usize,
            beyond: self.beyond.map(Told::beyond),
            column: self.column.map(Named::column),
            on_prompt: self.loss_on_prompt,
        }
    }

    fn told(&self, watch: &dyn Watch) -> Result<Preflight> {
        // What is quickly refused is refused before a tokenizer is loaded.
        let folder = self.out.as_ref();
        let folder = folder
            .map(|out| Folder::open(out, &self.subsets))
            .transpose()?;
        let usual = usual_runs();
        let runs = folder.as_ref().map_or(&usual, |folder| &folder.runs);
        let model = self.model.model()?;
        let asked = Asked::new(&model, self.trainer, self.settings(runs))?;
        match &folder {
            Some(folder) => of_folder(folder, &asked, watch),
            None => of_files(&self.rows, &asked, runs, watch),
        }
    }
}

pub(super) fn preflight(arguments: &Arguments) -> Result<u8> {
    use_threads(arguments.threads.unwrap_or_else(threads))?;
    let progress = Progress::new();
    let told = arguments.told(&progress);
    progress.finish();
    let told = told?;
    match arguments.json {
        true => print_json(&told)?,
        false => print(&shown::shown(&told, &arguments.model.name()))?,
    }
    Ok(u8::from(told.is_lost))
}
