//! prime-rl's `uv run sft @ FILE` (of 2026-08).
//!
//! It fills a sequence with rows, so that a step has sequences, not rows: how many steps make the epochs is reckoned
//! from the tokens of the replies.

use super::text::{Keys, Value};
use super::{Takes, Target, Training};
use crate::pipeline::Scheduler;
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "prime-rl",
    version: "of August 2026 (read, not run)",
    ending: "toml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::CutEnd],
    takes: Takes::Text,
    command: |_, file| format!("uv run sft @ {file}"),
    trained: |training| format!("/weights/step_{}", filled(training).steps),
    notes: |training| {
        let Filled {
            sequences,
            rows,
            steps,
        } = filled(training);
        let notes = [
            "it is run in a checkout of PrimeIntellect-ai/prime-rl".to_owned(),
            format!(
                "it fills sequences with rows: a step has {sequences} of them with about {rows} rows, and {steps} steps make about {} epochs",
                training.line.epochs
            ),
        ];
        let other = is_other(training, rows).then(|| {
            let batch_size = training.runs.batch_size;
            format!(
                "THIS IS NOT THE EXPERIMENT'S STEP of {batch_size} rows: give `--max-length` near the longest row that `gradatim \
                 preflight` tells, and fewer GPUs"
            )
        });
        notes
            .into_iter()
            .chain(other)
            .chain(training.unvalidated())
            .collect()
    },
    write,
};

/// A step in sequences.
struct Filled {
    sequences: u64,
    /// About how many rows they hold.
    rows: u64,
    steps: u64,
}

fn filled(training: &Training<'_>) -> Filled {
    let line = training.line;
    let gpus = u64::from(training.batch.gpus);
    let length = training.settings.length_max as u64;
    let mean = (line.tokens / u64::from(line.rows.max(1))).clamp(1, length);
    let wanted = u64::from(training.runs.batch_size.get()) * mean;
    let sequences = wanted.div_ceil(length).next_multiple_of(gpus);
    let rows = (sequences * (length / mean)).max(1);
    let steps = line.epochs * f64::from(line.rows) / rows as f64;
    Filled {
        sequences,
        rows,
        steps: (steps.ceil() as u64).max(1),
    }
}

/// Whether a step has more than a quarter more or fewer rows than the experiment's.
fn is_other(training: &Training<'_>, rows: u64) -> bool {
    let wanted = u64::from(training.runs.batch_size.get());
    4 * rows > 5 * wanted || 4 * rows < 3 * wanted
}

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let runs = training.runs;
    let Filled {
        sequences, steps, ..
    } = filled(training);
    let length_max = training.settings.length_max as u64;
    let data = Keys::new()
        .key("type", "sft")
        .key("name", training.data)
        .key(
            "subsets",
            Value::List(vec![training.line.subset.as_str().into()]),
        )
        .key("splits", ["train"])
        .because(
            "seq_len",
            length_max,
            "default 128; a longer row loses its end",
        )
        .because("batch_size", sequences, "sequences of a step; default 128")
        .key("micro_batch_size", 1u32)
        .key("shuffle", true)
        .key("seed", training.line.seed)
        .key("loss_mask", loss_mask());
    let optim = Keys::new()
        .key("type", "adamw")
        .because("lr", runs.learning_rate, "default 1e-6")
        .because("weight_decay", runs.weight_decay, "default 0.01")
        .key("betas1", 0.9)
        .because("betas2", runs.adam_beta2, "default 0.999")
        .key("max_norm", 1.0);
    let keys = Keys::new()
        .key("output_dir", training.model_folder())
        .because("max_steps", steps, "default none: it never ends")
        .key("model", model(training, length_max))
        .and(template(training))
        .key("data", data)
        .key("optim", optim)
        .because("scheduler", scheduler(training, steps), "default constant")
        .because(
            "ckpt",
            Keys::new(),
            "default none: nothing is saved; an empty table saves at the end",
        )
        .key(
            "deployment",
            Keys::new()
                .key("type", "single_node")
                .key("num_gpus", training.batch.gpus),
        );
    Ok(keys.toml())
}

fn model(training: &Training<'_>, length_max: u64) -> Keys {
    Keys::new()
        .key("name", training.subject.name.as_str())
        .because("seq_len", length_max, "default 2048")
        .because(
            "ac",
            Keys::new(),
            "activations are computed again: memory, not what is learned",
        )
}

fn template(training: &Training<'_>) -> Keys {
    let Some(template) = &training.template else {
        return Keys::new();
    };
    Keys::new()
        .because(
            "tokenizer",
            Keys::new().key("chat_template", template.text.as_str()),
            "the model's own does not train on thinking as it stands",
        )
        .because(
            "renderer",
            Keys::new().key("name", "default"),
            "renders with that template, not by the model's name",
        )
}

fn loss_mask() -> Keys {
    Keys::new()
        .key("system", false)
        .key("user", false)
        .because("assistant", true, "the loss is on the reply alone")
        .key("tool", false)
}

fn scheduler(training: &Training<'_>, steps: u64) -> Keys {
    let warmup = training.runs.warmup_steps(steps);
    match training.runs.scheduler {
        Scheduler::Cosine => Keys::new()
            .key("type", "cosine")
            .because("warmup_steps", warmup, "default 10")
            .key("min_lr", 0.0),
        Scheduler::Linear => Keys::new()
            .key("type", "linear")
            .because("warmup_steps", warmup, "default 10")
            .key("decay_steps", steps - warmup.min(steps))
            .key("min_lr", 0.0),
        Scheduler::Constant => Keys::new()
            .key("type", "linear")
            .because("warmup_steps", warmup, "default 10")
            .because("decay_steps", 0u32, "stays constant"),
    }
}
