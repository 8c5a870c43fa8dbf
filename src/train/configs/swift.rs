//! ms-swift's `swift sft FILE` (4.6.0).

use super::text::{Keys, Value};
use super::training::{MODEL_ALONE, SHARDED, Training};
use super::{Takes, Target};
use crate::templates::Refused;
use crate::train::trainers::swift_template;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "ms-swift",
    version: "4.6.0",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[
        Beyond::Refuse,
        Beyond::Drop,
        Beyond::CutEnd,
        Beyond::CutStart,
    ],
    takes: Takes::None,
    command: |_, file| format!("swift sft {file}"),
    trained: |training| format!("/checkpoint-{}", training.line.steps),
    notes: |_| Vec::new(),
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let template = training.subject.name_at("ms-swift", swift_template)?;
    let (strategy, strict) = beyond(training);
    let file = |file: String| Value::List(vec![file.into()]);
    let keys = gpus(training)
        .key("model", training.subject.name.as_str())
        .because(
            "use_hf",
            true,
            "default false: models and data come from ModelScope",
        )
        .because(
            "template",
            template,
            "its own; the model's chat template is not used",
        )
        .because("tuner_type", "full", "default lora")
        .key("torch_dtype", "bfloat16")
        .key("dataset", file(training.train_file()))
        .maybe("val_dataset", training.validation_file().map(file), "")
        .because("split_dataset_ratio", 0.0, "no training row is set aside")
        .because(
            "data_seed",
            training.line.seed,
            "default 42, whatever the seed",
        )
        .because("loss_scale", "default", "the loss is on the reply alone")
        .because(
            "max_length",
            training.settings.length_max as u64,
            "default: the model's own",
        )
        .because("truncation_strategy", strategy, beyond_why(training))
        .because(
            "strict",
            strict,
            "default false: rows that cannot be taken are left out",
        )
        .because("packing", false, "a row is a sequence")
        .because(
            "add_version",
            false,
            "default true: the output folder gets a date's name",
        )
        .and(training.of_transformers())
        .and(training.evaluated(training.is_validated))
        .because(
            "save_strategy",
            if training.is_by_steps() {
                "steps"
            } else {
                "epoch"
            },
            "nothing else is saved at the end",
        )
        .maybe(
            "save_steps",
            training.is_by_steps().then_some(training.line.steps),
            "",
        )
        .because("save_total_limit", 1u32, "the last alone")
        .because("save_only_model", true, MODEL_ALONE);
    let keys = match training.batch.gpus {
        1 => keys,
        _ => keys.because("deepspeed", "zero3", SHARDED),
    };
    Ok(keys.yaml())
}

fn beyond_why(training: &Training<'_>) -> &'static str {
    match training.settings.beyond {
        Some(Beyond::Refuse) => "with strict: the run ends at a longer row, before its first step",
        _ => "default delete",
    }
}

/// `delete` with `strict` ends the run at a row that is too long, before the first step.
fn beyond(training: &Training<'_>) -> (&'static str, bool) {
    match training.settings.beyond {
        Some(Beyond::CutEnd) => ("right", true),
        Some(Beyond::CutStart) => ("left", true),
        Some(Beyond::Drop) => ("delete", false),
        _ => ("delete", true),
    }
}

fn gpus(training: &Training<'_>) -> Keys {
    match training.batch.gpus {
        1 => Keys::new(),
        gpus => Keys::new().key("ENV", Keys::new().key("NPROC_PER_NODE", gpus)),
    }
}
