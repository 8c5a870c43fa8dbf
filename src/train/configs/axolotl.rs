//! axolotl's `axolotl train FILE` (0.21.0).

use super::text::{Keys, Value};
use super::training::{SHARDED, Training, zero3};
use super::{Takes, Target};
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "axolotl",
    version: "0.21.0",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::Refuse, Beyond::Drop, Beyond::CutEnd],
    takes: Takes::Text,
    command: |training, file| match training.batch.gpus {
        1 => format!("axolotl train {file} --launcher python"),
        gpus => format!("axolotl train {file} --num-processes {gpus}"),
    },
    trained: |_| String::new(),
    notes: |_| Vec::new(),
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let validation = training.is_validated.then(|| rows(training, "validation"));
    let keys = Keys::new()
        .key("base_model", training.subject.name.as_str())
        .key("datasets", rows(training, "train"))
        .maybe("test_datasets", validation, "")
        .because("val_set_size", 0u32, "no training row is set aside")
        .and(template(training))
        .because("train_on_inputs", false, "the loss is on the reply alone")
        .because(
            "sequence_len",
            training.settings.length_max as u64,
            "default 512",
        )
        .because("excess_length_strategy", beyond(training), BEYOND)
        .because("sample_packing", false, "a row is a sequence")
        .because(
            "dataset_prepared_path",
            format!("{}/prepared", training.model_folder()),
            "of this run alone: rows are not prepared anew where a folder has some",
        )
        .key("output_dir", training.model_folder())
        .because(
            "micro_batch_size",
            training.batch.per_device,
            "rows of a step = this x accumulation x GPUs",
        )
        .key("gradient_accumulation_steps", training.batch.accumulation)
        .key("num_epochs", training.epochs_begun())
        .because(
            "max_steps",
            training.line.steps,
            "where epochs do not end with a full step axolotl counts fewer",
        )
        .key("learning_rate", training.runs.learning_rate)
        .key("lr_scheduler", training.scheduler())
        .because(
            "warmup_steps",
            training.warmup_steps(),
            "its warmup_ratio rounds down",
        )
        .key("optimizer", "adamw_torch")
        .key("weight_decay", training.runs.weight_decay)
        .because("adam_beta2", training.runs.adam_beta2, "default 0.999")
        .key("seed", training.line.seed)
        .key("bf16", true)
        .key("gradient_checkpointing", true)
        .key("logging_steps", 1u32)
        .key(
            "eval_strategy",
            if training.is_validated { "epoch" } else { "no" },
        )
        .because(
            "save_strategy",
            "no",
            "the trained model is saved at the end",
        );
    let keys = match training.batch.gpus {
        1 => keys,
        _ => keys.because("deepspeed", zero3(), SHARDED),
    };
    Ok(keys.yaml())
}

const BEYOND: &str =
    "default drop, after which a subset and its control have other rows than they should";

fn beyond(training: &Training<'_>) -> &'static str {
    match training.settings.beyond {
        Some(Beyond::Drop) => "drop",
        Some(Beyond::CutEnd) => "truncate",
        _ => "raise",
    }
}

fn rows(training: &Training<'_>, split: &'static str) -> Value {
    let rows = Keys::new()
        .key("path", training.data)
        .key("name", training.line.subset.as_str())
        .key("split", split)
        .key("type", "chat_template")
        .because("field_messages", "messages", "whatever stands beside it")
        .key("roles_to_train", ["assistant"])
        .because("train_on_eos", "turn", "the end of the reply is learned");
    Value::List(vec![rows.into()])
}

fn template(training: &Training<'_>) -> Keys {
    match &training.template {
        None => Keys::new().key("chat_template", "tokenizer_default"),
        Some(template) => Keys::new()
            .because(
                "chat_template",
                "jinja",
                "the model's own does not train on thinking as it stands",
            )
            .key("chat_template_jinja", template.text.as_str()),
    }
}
