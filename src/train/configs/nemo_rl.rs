//! NeMo-RL's `examples/run_sft.py --config FILE` (of 2026-08).
//!
//! Its configurations have a hundred keys, most of them about machines, so this one goes on from the `sft.yaml` of its
//! examples and stands beside it.

use super::text::{Keys, Value};
use super::{Takes, Target, Training};
use crate::pipeline::Scheduler;
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "nemo-rl",
    version: "of August 2026 (read, not run)",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::Drop],
    takes: Takes::Text,
    command: |training, file| {
        let beside = format!("examples/configs/{}.yaml", training.line.run);
        format!("cp {file} {beside} && uv run examples/run_sft.py --config {beside}")
    },
    trained: |training| {
        let steps = training.full_steps().map_or(0, |(_, steps)| steps);
        format!("/step_{steps}")
    },
    notes: |training| {
        let place = "it is run in a checkout of NVIDIA-NeMo/RL, whose `examples/converters/convert_dcp_to_hf.py` makes of what it saves a model that transformers loads";
        training
            .left_out()
            .into_iter()
            .chain([place.to_owned()])
            .collect()
    },
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let (epochs, steps) = training.full_steps()?;
    let sft = Keys::new()
        .because("max_num_epochs", epochs, "")
        .because("max_num_steps", steps, "default 60")
        .key(
            "val_period",
            if training.is_validated {
                steps.div_ceil(epochs)
            } else {
                0
            },
        )
        .key("val_at_start", false)
        .key("seed", training.line.seed);
    let checkpointing = Keys::new()
        .key("checkpoint_dir", training.model_folder())
        .key("save_period", steps)
        .because(
            "metric_name",
            Value::Nothing,
            "the last is kept, not the best",
        )
        .key("keep_top_k", 1u32);
    let none = || Keys::new().key("enabled", false);
    let policy = Keys::new()
        .key("model_name", training.subject.name.as_str())
        .key("tokenizer", tokenizer(training))
        .key("train_global_batch_size", training.runs.batch_size.get())
        .key("train_micro_batch_size", training.batch.per_device)
        .because(
            "max_total_sequence_length",
            training.settings.length_max as u64,
            "default 1024; a longer row has no loss",
        )
        .key("precision", "bfloat16")
        .key(
            "dtensor_cfg",
            Keys::new().key("activation_checkpointing", true),
        )
        .because("sequence_packing", none(), "a row is a sequence")
        .because("dynamic_batching", none(), "")
        .key("max_grad_norm", 1.0)
        .key("optimizer", optimizer(training))
        .because(
            "scheduler",
            scheduler(training, steps),
            "default none: the learning rate never falls",
        );
    let keys = Keys::new()
        .because(
            "defaults",
            "sft.yaml",
            "of its examples, beside which this file stands",
        )
        .key("sft", sft)
        .key("checkpointing", checkpointing)
        .key("policy", policy)
        .key("data", data(training))
        .key("logger", logger(training))
        .key(
            "cluster",
            Keys::new()
                .key("gpus_per_node", training.batch.gpus)
                .key("num_nodes", 1u32),
        );
    Ok(keys.unexpanded().yaml())
}

fn tokenizer(training: &Training<'_>) -> Keys {
    let keys = Keys::new().key("name", training.subject.name.as_str());
    match &training.template {
        Some(template) => keys.because(
            "chat_template",
            template.text.as_str(),
            "the model's own does not train on thinking as it stands",
        ),
        None => keys.because(
            "chat_template",
            "default",
            "the model's own; the default of sft.yaml says `Question:` and `Answer:`",
        ),
    }
}

fn optimizer(training: &Training<'_>) -> Keys {
    let runs = training.runs;
    let numbers = Keys::new()
        .key("lr", runs.learning_rate)
        .because("weight_decay", runs.weight_decay, "default 0.1")
        .because(
            "betas",
            Value::List(vec![0.9.into(), runs.adam_beta2.into()]),
            "default 0.9, 0.98",
        )
        .key("eps", 1e-8);
    Keys::new()
        .key("name", "torch.optim.AdamW")
        .key("kwargs", numbers)
}

/// Schedulers of PyTorch, one after the other.
fn scheduler(training: &Training<'_>, steps: u64) -> Value {
    let warmup = training.runs.warmup_steps(steps);
    let rest = (steps - warmup.min(steps)).max(1);
    let one = |name: &str, numbers: Keys| Keys::new().key("name", name).key("kwargs", numbers);
    let falls = match training.runs.scheduler {
        Scheduler::Cosine => one(
            "torch.optim.lr_scheduler.CosineAnnealingLR",
            Keys::new().key("T_max", rest),
        ),
        Scheduler::Linear => one(
            "torch.optim.lr_scheduler.LinearLR",
            Keys::new()
                .key("start_factor", 1.0)
                .key("end_factor", 0.0)
                .key("total_iters", rest),
        ),
        Scheduler::Constant => one(
            "torch.optim.lr_scheduler.ConstantLR",
            Keys::new().key("factor", 1.0).key("total_iters", rest),
        ),
    };
    if warmup == 0 {
        return falls.into();
    }
    let rises = one(
        "torch.optim.lr_scheduler.LinearLR",
        Keys::new()
            .key("start_factor", 1e-8)
            .key("end_factor", 1.0)
            .key("total_iters", warmup),
    );
    let after = Keys::new().key("milestones", Value::List(vec![warmup.into()]));
    Value::List(vec![rises.into(), falls.into(), after.into()])
}

fn data(training: &Training<'_>) -> Keys {
    let rows = |folder: &str, split: &str| {
        Keys::new()
            .because(
                "dataset_name",
                "ResponseDataset",
                "takes `messages` where there is such a column",
            )
            .key("data_path", format!("{}/{folder}", training.data))
            .key("split", split)
    };
    let validation = match training.is_validated {
        true => Value::Keys(rows("validation", "validation")),
        false => Value::Nothing,
    };
    Keys::new()
        .because(
            "add_generation_prompt",
            true,
            "default false: what opens the reply is in the loss",
        )
        .key("shuffle", true)
        .key("train", rows(&training.line.subset, "train"))
        .key("validation", validation)
}

fn logger(training: &Training<'_>) -> Keys {
    Keys::new()
        .key("log_dir", format!("{}/logs", training.model_folder()))
        .because("wandb_enabled", false, "default true")
        .key("tensorboard_enabled", false)
}
