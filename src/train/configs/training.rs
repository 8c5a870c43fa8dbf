//! One run of the experiment, as any trainer's configuration tells it, and the keys that several share.

use super::read::Line;
use super::text::Keys;
use super::{Settings, Subject};
use crate::folder::shard;
use crate::pipeline::{Runs, Scheduler};
use crate::templates::Refused;
use crate::{Error, Result};

/// How rows of a step are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) gpus: u32,
    pub(super) per_device: u32,
    pub(super) accumulation: u32,
}

impl Batch {
    /// Splits the rows of a step; fails where they cannot be split evenly.
    pub(super) fn of(rows: u32, gpus: u32, per_device: u32) -> Result<Self> {
        let at_once = gpus.saturating_mul(per_device);
        if rows.is_multiple_of(at_once) {
            return Ok(Self {
                gpus,
                per_device,
                accumulation: rows / at_once,
            });
        }
        let fits = (1..=rows).filter(|count| rows.is_multiple_of(count.saturating_mul(per_device)));
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
pub(super) struct Template {
    /// As a preflight takes it.
    pub(super) name: String,
    pub(super) text: String,
    /// Where it will lie; none where the configuration holds it.
    pub(super) file: Option<String>,
}

/// One run of the experiment, as any trainer's configuration tells it.
pub(super) struct Training<'t> {
    pub(super) line: &'t Line,
    /// The output folder as the trainer finds it.
    pub(super) data: &'t str,
    /// Whether the folder has a validation set.
    pub(super) is_validated: bool,
    /// The columns of its rows.
    pub(super) columns: &'t [String],
    pub(super) subject: &'t Subject,
    pub(super) template: Option<Template>,
    pub(super) runs: &'t Runs,
    pub(super) batch: Batch,
    pub(super) settings: Settings,
    /// Where the trained model goes.
    pub(super) models: &'t str,
}

impl Training<'_> {
    pub(super) fn train_file(&self) -> String {
        format!("{}/{}", self.data, self.line.path)
    }

    pub(super) fn validation_file(&self) -> Option<String> {
        let file = || format!("{}/validation/{}", self.data, shard("validation"));
        self.is_validated.then(file)
    }

    pub(super) fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    pub(super) fn model_folder(&self) -> String {
        format!("{}/{}", self.models, self.line.run)
    }

    /// Whether its length is told in steps, not in epochs.
    pub(super) fn is_by_steps(&self) -> bool {
        self.line.budget != "epochs"
    }

    /// Epochs, the last of which may be begun only.
    pub(super) fn epochs_begun(&self) -> u64 {
        self.line.epochs.ceil() as u64
    }

    pub(super) fn warmup_steps(&self) -> u64 {
        self.runs.warmup_steps(self.line.steps)
    }

    /// Epochs and steps of a trainer that leaves out the rows of an epoch which fill no step.
    pub(super) fn full_steps(&self) -> Result<(u64, u64), Refused> {
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
    pub(super) fn left_out(&self) -> Option<String> {
        let (_, steps) = self.full_steps().ok()?;
        let rest = self.line.rows % self.runs.batch_size.get();
        (rest > 0).then(|| {
            format!("{steps} steps: it leaves out {rest} rows of each epoch, others each time, which fill no step")
        })
    }

    /// What is said where a configuration makes nothing of the folder's validation set.
    pub(super) fn unvalidated(&self) -> Option<String> {
        self.is_validated
            .then(|| "the folder's validation set is not looked at in training".to_owned())
    }

    /// What is said where versions of `transformers` that such a trainer takes lose every blank of the models distilled
    /// from R1 (`tests/clients/README.md`).
    pub(super) fn blanks(&self) -> Option<String> {
        let family = self.subject.family_name()?;
        family.starts_with("r1-distill").then(|| {
            "transformers deletes every blank of a text without a word (5.6 and 5.7 for a model distilled into Qwen, from \
             5.3 on into Llama): look first at `tokenizer.decode(tokenizer.encode(\"a b\"))`"
                .to_owned()
        })
    }

    /// Keys that all have in common who train with the `Trainer` of `transformers`.
    pub(super) fn of_transformers(&self) -> Keys {
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
    pub(super) fn scheduler(&self) -> &'static str {
        match self.runs.scheduler {
            Scheduler::Constant => "constant_with_warmup",
            other => other.as_str(),
        }
    }

    /// What is evaluated, for those who train with the `Trainer` of `transformers`.
    pub(super) fn evaluated(&self, has_rows: bool) -> Keys {
        match has_rows {
            true => Keys::new()
                .key("eval_strategy", "epoch")
                .key("per_device_eval_batch_size", self.batch.per_device),
            false => Keys::new().key("eval_strategy", "no"),
        }
    }
}

const WARMUP: &str = "as a number: `warmup_ratio` is not in every version of transformers";

pub(super) const MODEL_ALONE: &str = "no optimiser's state: the model alone is evaluated";

/// ZeRO-3 as a configuration of DeepSpeed, which shards weights, gradients and the optimiser's state.
pub(super) fn zero3() -> Keys {
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

pub(super) const SHARDED: &str = "ZeRO-3 over the GPUs; changes memory, not what is learned";
