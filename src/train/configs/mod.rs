//! Configurations with which a trainer trains on a subset, as the experiment says: one file a trainer.
//!
//! Trainers that are left to their defaults cut answers off, drop rows, train on the prompt, decay weights a thousand
//! times as much or delete the thinking, and say nothing of it. A configuration therefore says each of these things
//! itself, with a word on why. What it says of length, column and loss is the [`Settings`] that `preflight` takes, so that
//! what was looked at is what is trained.

mod axolotl;
mod llamafactory;
mod nemo_rl;
mod open_instruct;
mod prime_rl;
mod s1;
mod subject;
mod swift;
mod text;
mod torchtune;
mod trl;
mod verl;

use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Beyond, Settings, TrainedColumn};
use crate::error::{did_you_mean, one_line};
use crate::eval::experiment::csv::{Csv, Row};
use crate::eval::experiment::sealed::sealed;
use crate::folder::{self, shard};
use crate::pipeline::{Runs, Scheduler};
use crate::select::SubsetRole;
use crate::source::disk_file::open_regular;
use crate::templates::Refused;
use crate::{Error, Result};

pub(crate) use subject::Subject;
use text::Keys;

/// A trainer that configurations are written for.
pub(crate) struct Target {
    /// As a user writes it.
    pub name: &'static str,
    /// The version whose keys were read.
    pub version: &'static str,
    /// How names of its configurations end.
    pub ending: &'static str,
    /// The column that is trained on.
    column: TrainedColumn,
    /// What it can be told to do with a row that is too long; the first is written.
    beyond: &'static [Beyond],
    /// How it comes to a template.
    takes: Takes,
    /// What is run, with the configuration's name in it.
    command: fn(&Training, &str) -> String,
    /// Where the trained model lies below the run's folder; empty: in it.
    trained: fn(&Training) -> String,
    /// What is otherwise than the experiment says, and cannot be configured.
    notes: fn(&Training) -> Vec<String>,
    /// The configuration itself, without its head.
    write: fn(&Training) -> Result<String, Refused>,
}

/// How a trainer comes to the template that it renders with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// The model's own, or another as a text.
    Text,
    /// The model's own, or another from a file.
    File,
    /// The model's own and no other.
    Own,
    /// None of the model's: one of its own, by name, or what is rendered already.
    None,
}

/// All of them.
pub(crate) const TARGETS: [&Target; 10] = [
    &trl::TARGET,
    &llamafactory::TARGET,
    &axolotl::TARGET,
    &swift::TARGET,
    &verl::TARGET,
    &torchtune::TARGET,
    &open_instruct::TARGET,
    &nemo_rl::TARGET,
    &prime_rl::TARGET,
    &s1::TARGET,
];

/// The names of all of them.
pub(crate) fn names() -> String {
    TARGETS.map(|target| target.name).join(", ")
}

/// How rows of a step are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub gpus: u32,
    pub per_device: u32,
    pub accumulation: u32,
}

impl Batch {
    /// Splits the rows of a step; fails where they cannot be split evenly.
    fn of(rows: u32, gpus: u32, per_device: u32) -> Result<Self> {
        let at_once = gpus.saturating_mul(per_device);
        if rows % at_once == 0 {
            return Ok(Self {
                gpus,
                per_device,
                accumulation: rows / at_once,
            });
        }
        let fits = (1..=rows).filter(|count| rows % (count.saturating_mul(per_device)) == 0);
        let fits: Vec<String> = fits.map(|count| count.to_string()).collect();
        let hint = match fits.is_empty() {
            true => format!("give a number of rows with `--per-device` that divides {rows}"),
            false => format!("give `--gpus` one of {}", fits.join(", ")),
        };
        let what = format!(
            "a step's {rows} rows (`[runs] batch_size`) are not split evenly over {gpus} GPUs with {per_device} each"
        );
        Err(Error::usage(what, hint))
    }
}

/// A template that goes in place of the model's.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Template {
    text: String,
    /// Where it will lie; none where the configuration holds it.
    file: Option<String>,
}

/// One run of the experiment, as any trainer's configuration tells it.
struct Training<'t> {
    line: &'t Line,
    /// The output folder as the trainer finds it.
    data: &'t str,
    /// Whether the folder has a validation set.
    is_validated: bool,
    /// The columns of its rows.
    columns: &'t [String],
    subject: &'t Subject,
    template: Option<Template>,
    runs: &'t Runs,
    batch: Batch,
    settings: Settings,
    /// Where the trained model goes.
    models: &'t str,
}

impl Training<'_> {
    fn train_file(&self) -> String {
        format!("{}/{}", self.data, self.line.path)
    }

    fn validation_file(&self) -> Option<String> {
        let file = || format!("{}/validation/{}", self.data, shard("validation"));
        self.is_validated.then(file)
    }

    fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    fn model_folder(&self) -> String {
        format!("{}/{}", self.models, self.line.run)
    }

    /// Whether its length is told in steps, not in epochs.
    fn is_by_steps(&self) -> bool {
        self.line.budget != "epochs"
    }

    /// Epochs, the last of which may be begun only.
    fn epochs_begun(&self) -> u64 {
        self.line.epochs.ceil() as u64
    }

    fn warmup_steps(&self) -> u64 {
        self.runs.warmup_steps(self.line.steps)
    }

    /// Epochs and steps of a trainer that leaves out the rows of an epoch which fill no step.
    fn full_steps(&self) -> Result<(u64, u64), Refused> {
        let batch_size = self.runs.batch_size.get();
        let an_epoch = u64::from(self.line.rows / batch_size);
        match (an_epoch, self.is_by_steps()) {
            (0, _) => Err(Refused(format!(
                "it leaves out the rows of an epoch that fill no step, and {} rows do not fill one of {batch_size}",
                self.line.rows
            ))),
            (_, true) => Ok((self.line.steps.div_ceil(an_epoch), self.line.steps)),
            (_, false) => Ok((self.epochs_begun(), self.epochs_begun() * an_epoch)),
        }
    }

    /// What is said where such a trainer has other steps than the experiment says.
    fn left_out(&self) -> Option<String> {
        let (_, steps) = self.full_steps().ok()?;
        let rest = self.line.rows % self.runs.batch_size.get();
        (rest > 0).then(|| {
            format!("{steps} steps: it leaves out {rest} rows of each epoch, others each time, which fill no step")
        })
    }

    /// Keys that all have in common who train with the `Trainer` of `transformers`.
    fn of_transformers(&self) -> Keys {
        const ROWS: &str = "rows of a step = this x accumulation x GPUs";
        let keys = Keys::new()
            .key("output_dir", self.model_folder())
            .because("per_device_train_batch_size", self.batch.per_device, ROWS)
            .key("gradient_accumulation_steps", self.batch.accumulation);
        let keys = match self.is_by_steps() {
            true => keys.because("max_steps", self.line.steps, "in place of epochs"),
            false => keys.key("num_train_epochs", self.epochs_begun()),
        };
        keys.key("learning_rate", self.runs.learning_rate)
            .key("lr_scheduler_type", self.scheduler())
            .because("warmup_steps", self.warmup_steps(), WARMUP)
            .key("weight_decay", self.runs.weight_decay)
            .because("adam_beta2", self.runs.adam_beta2, "default 0.999")
            .because("seed", self.line.seed, "of the rows' order")
            .key("bf16", true)
            .key("gradient_checkpointing", true)
            .key("logging_steps", 1u32)
            .key("report_to", "none")
    }

    /// The scheduler by the name that `transformers` has for it.
    fn scheduler(&self) -> &'static str {
        match self.runs.scheduler {
            Scheduler::Constant => "constant_with_warmup",
            other => other.as_str(),
        }
    }

    /// What is evaluated, for those who train with the `Trainer` of `transformers`.
    fn evaluated(&self, has_rows: bool) -> Keys {
        match has_rows {
            true => Keys::new()
                .key("eval_strategy", "epoch")
                .key("per_device_eval_batch_size", self.batch.per_device),
            false => Keys::new().key("eval_strategy", "no"),
        }
    }
}

const WARMUP: &str = "as a number: `warmup_ratio` is not in every version of transformers";

const MODEL_ALONE: &str = "no optimiser's state: the model alone is evaluated";

/// ZeRO-3 as a configuration of DeepSpeed, which shards weights, gradients and the optimiser's state.
fn zero3() -> Keys {
    let stage = Keys::new()
        .key("stage", 3u32)
        .key("overlap_comm", true)
        .key("contiguous_gradients", true)
        .key("reduce_bucket_size", "auto")
        .key("stage3_prefetch_bucket_size", "auto")
        .key("stage3_param_persistence_threshold", "auto")
        .key("stage3_gather_16bit_weights_on_model_save", true);
    Keys::new()
        .key("train_batch_size", "auto")
        .key("train_micro_batch_size_per_gpu", "auto")
        .key("gradient_accumulation_steps", "auto")
        .key("gradient_clipping", "auto")
        .key("bf16", Keys::new().key("enabled", "auto"))
        .key("zero_optimization", stage)
}

const SHARDED: &str = "ZeRO-3 over the GPUs; changes memory, not what is learned";

/// A line of `runs.csv`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub run: String,
    pub subset: String,
    /// Its file, relative to the output folder.
    path: String,
    pub seed: u64,
    pub budget: String,
    epochs: f64,
    steps: u64,
    rows: u32,
    /// Of all its replies.
    tokens: u64,
}

impl Line {
    fn read(row: Row<'_>) -> Option<Self> {
        let text = |name: &str| row.get(name).map(str::to_owned);
        Some(Self {
            run: text("run")?,
            subset: text("subset")?,
            path: text("path")?,
            seed: row.get("training_seed")?.parse().ok()?,
            budget: text("budget")?,
            epochs: row.get("epochs")?.parse().ok()?,
            steps: row.get("steps")?.parse().ok()?,
            rows: row.get("rows")?.parse().ok()?,
            tokens: row.get("tokens")?.parse().ok()?,
        })
    }
}

/// What is read of an output folder.
pub(crate) struct Folder {
    pub lines: Vec<Line>,
    runs: Runs,
    is_validated: bool,
    columns: Vec<String>,
}

impl Folder {
    pub(crate) fn read(out: &Path) -> Result<Self> {
        let manifest = folder::manifest(out)?;
        let text = sealed(out, &manifest, "runs.csv")?;
        let lines = lines(&text).ok_or_else(|| {
            Error::usage(
                format!(
                    "`runs.csv` of `{}` has other columns than it should",
                    out.display()
                ),
                "make the folder anew with this version",
            )
        })?;
        let is_validation = |role| role == SubsetRole::Validation;
        let written = manifest.subsets.iter();
        let is_validated = written
            .clone()
            .any(|record| is_validation(record.role) && record.path.is_some());
        let columns = match lines.first() {
            Some(line) => columns(&out.join(&line.path))?,
            None => Vec::new(),
        };
        Ok(Self {
            lines,
            runs: super::preflight::runs(out)?,
            is_validated,
            columns,
        })
    }

    /// The run of a subset with this seed and budget, or the first of those where they are left out.
    pub(crate) fn of_subset(
        &self,
        subset: &str,
        seed: Option<u64>,
        budget: Option<&str>,
    ) -> Result<&Line> {
        let of_it: Vec<&Line> = self
            .lines
            .iter()
            .filter(|line| line.subset == subset)
            .collect();
        if of_it.is_empty() {
            let known = self.lines.iter().map(|line| line.subset.as_str());
            return Err(Error::usage(
                format!("the folder has no subset `{subset}` that is trained on"),
                format!(
                    "{}see `subset` in `__run__/runs.csv`",
                    did_you_mean(subset, known)
                ),
            ));
        }
        let fits = |line: &&&Line| {
            seed.is_none_or(|seed| line.seed == seed)
                && budget.is_none_or(|budget| line.budget == budget)
        };
        of_it.iter().find(fits).copied().ok_or_else(|| {
            let runs: Vec<&str> = of_it.iter().map(|line| line.run.as_str()).collect();
            Error::usage(
                format!("`{subset}` has no run of that seed and budget"),
                format!(
                    "give those of one of its runs: {}",
                    crate::error::listed(runs)
                ),
            )
        })
    }

    /// The run of this name.
    pub(crate) fn of_run(&self, run: &str) -> Result<&Line> {
        self.lines
            .iter()
            .find(|line| line.run == run)
            .ok_or_else(|| {
                let known = self.lines.iter().map(|line| line.run.as_str());
                Error::usage(
                    format!("the folder has no run `{run}`"),
                    format!(
                        "{}see `run` in `__run__/runs.csv`",
                        did_you_mean(run, known)
                    ),
                )
            })
    }
}

/// The names of a file's columns.
fn columns(path: &Path) -> Result<Vec<String>> {
    let file = open_regular(path)?.into_parts().0;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file);
    let builder = builder.map_err(|error| Error::parquet(path, error))?;
    let fields = builder.schema().fields().iter();
    Ok(fields.map(|field| field.name().clone()).collect())
}

fn lines(text: &str) -> Option<Vec<Line>> {
    let csv = Csv::read(text).ok()?;
    csv.rows().map(Line::read).collect()
}

/// What is asked of configurations, the same for each run.
pub(crate) struct Asked {
    pub target: &'static Target,
    pub subject: Subject,
    /// The output folder as the trainer finds it.
    pub data: String,
    /// Where trained models go.
    pub models: String,
    pub gpus: u32,
    pub per_device: u32,
    pub length_max: Option<u32>,
    pub beyond: Option<Beyond>,
    /// Where a template that goes in place of the model's will lie.
    pub template_file: Option<String>,
}

/// As a user writes it.
fn beyond_name(beyond: Beyond) -> &'static str {
    match beyond {
        Beyond::CutEnd => "cut-end",
        Beyond::CutStart => "cut-start",
        Beyond::Drop => "drop",
        Beyond::Refuse => "refuse",
    }
}

/// A configuration, and the template that it wants beside it.
pub(crate) struct Config {
    pub text: String,
    pub template: Option<String>,
}

impl Asked {
    /// The configuration of one run; `name` is that of its file.
    pub(crate) fn config(&self, folder: &Folder, line: &Line, name: &str) -> Result<Config> {
        let batch = Batch::of(folder.runs.batch_size.get(), self.gpus, self.per_device)?;
        let training = Training {
            line,
            data: &self.data,
            is_validated: folder.is_validated,
            columns: &folder.columns,
            subject: &self.subject,
            template: self.template()?,
            runs: &folder.runs,
            batch,
            settings: self.settings(folder)?,
            models: &self.models,
        };
        let written = (self.target.write)(&training).map_err(|refused| self.refused(&refused))?;
        let template = training.template.as_ref();
        let template = template.filter(|template| template.file.is_some());
        Ok(Config {
            text: self.head(&training, name) + &written,
            template: template.map(|template| template.text.clone()),
        })
    }

    fn refused(&self, refused: &Refused) -> Error {
        Error::usage(
            format!("{} cannot be configured so: {refused}", self.target.name),
            "name another trainer or model",
        )
    }

    fn settings(&self, folder: &Folder) -> Result<Settings> {
        let can = self.target.beyond;
        let beyond = self.beyond.unwrap_or(can[0]);
        if !can.contains(&beyond) {
            let can: Vec<String> = can
                .iter()
                .map(|one| format!("`{}`", beyond_name(*one)))
                .collect();
            return Err(Error::usage(
                format!(
                    "{} cannot be told to `{}` rows that are too long",
                    self.target.name,
                    beyond_name(beyond)
                ),
                format!("give `--beyond` {}", can.join(" or ")),
            ));
        }
        let length_max = self.length_max.unwrap_or(folder.runs.max_length.get());
        Ok(Settings {
            length_max: length_max as usize,
            beyond: Some(beyond),
            column: Some(self.target.column),
            on_prompt: false,
        })
    }

    /// The template that goes in place of the model's, if one must.
    fn template(&self) -> Result<Option<Template>> {
        let text = match self.target.takes {
            Takes::None => None,
            Takes::Own => self.subject.unreplaced(self.target.name)?,
            _ if self.target.name == trl::TARGET.name => self.subject.marked()?,
            _ => self.subject.kept()?,
        };
        let Some(text) = text else { return Ok(None) };
        let file = match (self.target.takes, &self.template_file) {
            (Takes::File, None) => {
                return Err(Error::usage(
                    format!(
                        "{} takes a template from a file, and this model's own does not train on thinking as it stands",
                        self.target.name
                    ),
                    "name the configuration's file with `--out`: the template is written beside it",
                ));
            }
            (Takes::File, file) => file.clone(),
            _ => None,
        };
        Ok(Some(Template { text, file }))
    }

    /// What is said before the configuration: of what it is, how it is run, and how it is looked at before.
    fn head(&self, training: &Training<'_>, name: &str) -> String {
        let Line {
            run,
            subset,
            rows,
            epochs,
            steps,
            ..
        } = training.line;
        let target = self.target;
        let below = (target.trained)(training);
        let trained = match below.as_str() {
            "" => training.model_folder(),
            below => format!("{}/{below}", training.model_folder()),
        };
        let shell = match target.ending {
            "sh" => "#!/usr/bin/env bash\n",
            _ => "",
        };
        let beyond = training.settings.beyond.map_or("", beyond_name);
        let lines = [
            format!(
                "gradatim {} wrote this for {} {}: run {run}, {rows} rows of {subset}, {} epochs in {steps} steps",
                env!("CARGO_PKG_VERSION"),
                target.name,
                target.version,
                text::decimal(*epochs).trim_end_matches(".0"),
            ),
            format!("Train:  {}", (target.command)(training, name)),
            format!("Model:  {trained}"),
            format!(
                "Before: gradatim preflight {} {} --trainer {} --model {} --max-length {} --beyond {beyond}",
                text::quoted(training.data),
                text::quoted(subset),
                target.name,
                text::quoted(&self.subject.name),
                training.settings.length_max,
            ),
        ];
        let notes = (target.notes)(training)
            .into_iter()
            .map(|note| format!("Note:   {note}"));
        let lines = lines.into_iter().chain(notes);
        let lines = lines.map(|line| format!("# {}\n", one_line(&line)));
        format!("{shell}{}\n", lines.collect::<String>())
    }
}
