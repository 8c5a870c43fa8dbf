//! `gradatim preflight`: what a trainer makes of each subset, and what is lost on the way.

use std::path::{Path, PathBuf};

use crate::measure::tokens::Tokenizer;
use crate::templates::built_in::{FAMILIES, Family};
use crate::templates::{self, Refused};
use crate::train::preflight::{Pair, Preflight, Subset, preflight as fly, runs};
use crate::train::trainers::{TRAINERS, Trainer};
use crate::train::{Beyond, Model, Settings, TrainedColumn};
use crate::{Error, Result};
use clap::{Args, ValueEnum};

use super::table::{table, thousands};
use super::{print, print_json, threads, use_threads};

/// Shows what a trainer makes of each subset and its controls, token for token as it does itself: how long rows are in
/// the model's chat template, what it cuts or drops, whether the thinking is still there, where the loss is, and how
/// many steps that makes.
#[derive(Args)]
#[command(after_help = "\
Ends with 1 where something is lost: rows that are cut, dropped or refused, thinking that the
template deletes, rows without loss or without an end; or where a subset and its control lose
different numbers of rows, which breaks their comparison.

Example:
  gradatim preflight out --trainer trl
  gradatim preflight out 'ladder-*' --trainer axolotl --model r1-distill --max-length 16384")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    out: PathBuf,
    /// Subsets, with their controls; names may have stars [default: all].
    #[arg(value_name = "SUBSET")]
    subsets: Vec<String>,
    /// The trainer.
    #[arg(long, value_parser = trainer, value_name = "NAME", help = trainers())]
    trainer: Trainer,
    /// The model's folder (its chat template and `tokenizer.json`), or a family of models whose template is built in.
    #[arg(long, value_name = "DIR|FAMILY", default_value = "qwen2.5")]
    model: String,
    /// The tokenizer of a family whose tokens are not built in: a `tokenizer.json`.
    #[arg(long, value_name = "FILE")]
    tokenizer: Option<PathBuf>,
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
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// What becomes of a row that is too long, as typed.
#[derive(Clone, Copy, ValueEnum)]
pub(super) enum Told {
    CutEnd,
    CutStart,
    Drop,
    Refuse,
}

impl Told {
    pub(super) fn beyond(self) -> Beyond {
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
    found.ok_or_else(|| format!("write one of {}", names()))
}

fn names() -> String {
    TRAINERS.map(Trainer::name).join(", ")
}

fn trainers() -> String {
    format!("The trainer: {}", names())
}

pub(super) fn preflight(arguments: &Arguments) -> Result<u8> {
    use_threads(threads())?;
    let length_max = match arguments.max_length {
        Some(length) => length,
        None => runs(&arguments.out)?.max_length.get(),
    };
    let settings = Settings {
        length_max: length_max as usize,
        beyond: arguments.beyond.map(Told::beyond),
        column: arguments.column.map(Named::column),
        on_prompt: arguments.loss_on_prompt,
    };
    let model = model(arguments)?;
    let told = fly(
        &arguments.out,
        &arguments.subsets,
        &model,
        arguments.trainer,
        settings,
    )?;
    match arguments.json {
        true => print_json(&told)?,
        false => print(&shown(&told, &arguments.model))?,
    }
    Ok(u8::from(told.loses()))
}

/// The model that is trained: built in, or from its folder.
fn model(arguments: &Arguments) -> Result<Model> {
    let unusable = |refused: Refused| {
        let families = FAMILIES.map(|family| family.name).join(", ");
        Error::usage(
            refused.to_string(),
            format!("give a model's folder, or one of {families}"),
        )
    };
    let folder = Path::new(&arguments.model);
    let family = Family::named(&arguments.model);
    let template = match family {
        Some(family) => family.template(),
        None => templates::of_model(folder),
    };
    let template = template.map_err(unusable)?;
    let tokenizer = match (&arguments.tokenizer, family) {
        (Some(file), _) => of_file(file)?,
        (None, None) => Tokenizer::load("tokenizer.json", folder)?,
        (None, Some(family)) => {
            let vocabulary = family.name.trim_end_matches("-thinking");
            let built_in = Tokenizer::of_family(vocabulary);
            built_in.unwrap_or_else(|| {
                Err(Error::usage(
                    format!("the tokens of `{}` are not built in", family.name),
                    "give its `tokenizer.json` with `--tokenizer`, or the model's folder with `--model`",
                ))
            })?
        }
    };
    Ok(Model {
        template,
        tokenizer,
    })
}

fn of_file(file: &Path) -> Result<Tokenizer> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    Tokenizer::load(&name, file.parent().unwrap_or(Path::new("")))
}

/// Rows and shares of all subsets, what is lost, and where the loss begins.
fn shown(told: &Preflight, model: &str) -> String {
    let beyond = match told.beyond {
        Beyond::CutEnd => "cuts the end off",
        Beyond::CutStart => "cuts the start off",
        Beyond::Drop => "drops",
        Beyond::Refuse => "stops at",
    };
    let mut text = format!(
        "{} {} with the template of {model}; it {beyond} a row beyond {} tokens\n\n",
        told.trainer.name(),
        told.trainer_version,
        thousands(told.length_max as u64)
    );
    let rows: Vec<Vec<String>> = told.subsets.iter().map(row).collect();
    text += &table(
        &[
            "subset",
            "rows",
            "column",
            "p50",
            "p99",
            "longest",
            "over",
            "cut",
            "dropped",
            "refused",
            "tokens lost",
            "trained",
            "steps",
        ],
        &rows,
    );
    text.push('\n');
    for subset in &told.subsets {
        text += &remarks(subset);
    }
    let broken: Vec<&Pair> = told.pairs.iter().filter(|pair| pair.is_broken).collect();
    for pair in &broken {
        text += &format!(
            "broken: {} loses {} rows and has {} cut, its {} control {} loses {} and has {} cut\n",
            pair.subset,
            pair.dropped[0],
            pair.cut[0],
            pair.relation.as_str(),
            pair.control,
            pair.dropped[1],
            pair.cut[1],
        );
    }
    if let Some([before, first]) = told
        .subsets
        .iter()
        .find_map(|one| one.tally.opening.as_ref())
    {
        text += &format!("the loss begins behind {before:?} with {first:?}\n");
    }
    if !told.loses() {
        text += "nothing is lost\n";
    }
    text
}

fn row(subset: &Subset) -> Vec<String> {
    let tally = &subset.tally;
    let length = |at: usize| {
        tally
            .length
            .map_or("–".into(), |length| thousands(u64::from(length[at])))
    };
    let column = tally.column.map_or("none", |column| match column {
        TrainedColumn::Messages => "messages",
        TrainedColumn::PromptCompletion => "prompt_completion",
        TrainedColumn::Text => "text",
        TrainedColumn::Conversations => "conversations",
    });
    let share = subset
        .trained_share
        .map(|share| format!("{:.1} %", 100.0 * share));
    vec![
        subset.name.clone(),
        thousands(tally.rows),
        column.to_owned(),
        length(1),
        length(3),
        length(4),
        thousands(tally.over),
        thousands(tally.cut),
        thousands(tally.dropped),
        thousands(tally.refused),
        thousands(tally.tokens_lost),
        share.unwrap_or_else(|| "–".into()),
        subset
            .budgets
            .first()
            .map_or("–".into(), |budget| thousands(budget.steps)),
    ]
}

/// What is to be known of a subset, a line each.
fn remarks(subset: &Subset) -> String {
    let tally = &subset.tally;
    let marks: Vec<&str> = tally.control_tokens.keys().map(String::as_str).collect();
    let remarks = [
        (
            tally.thinking_lost,
            format!(
                "of {} rows with thinking have none of it in the loss",
                tally.thinking
            ),
        ),
        (
            tally.think_outside,
            "rows have their `<think>` outside of the loss".into(),
        ),
        (
            tally.thinking_empty,
            "rows are trained on an empty thinking part".into(),
        ),
        (
            tally.thinking_twice,
            "rows are trained on more than one `<think>`".into(),
        ),
        (tally.without_loss, "rows have no loss at all".into()),
        (
            tally.endless,
            "rows have no end in the loss: the model is not taught to stop".into(),
        ),
        (
            tally.control,
            format!(
                "rows have control tokens inside of a turn: {}",
                marks.join(", ")
            ),
        ),
        (
            tally.system_added,
            "rows are learned under a system message that they have not".into(),
        ),
    ];
    let mut text = String::new();
    for (rows, remark) in remarks.iter().filter(|(rows, _)| *rows > 0) {
        text += &format!("{}: {} {remark}\n", subset.name, thousands(*rows));
    }
    for (reason, rows) in &tally.reasons {
        text += &format!(
            "{}: {} rows are not trained on: {reason}\n",
            subset.name,
            thousands(*rows)
        );
    }
    text
}
