//! ms-swift's `swift sft FILE` (4.6.0).

use std::path::Path;

use serde_json::Value as Json;

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
        .maybe(
            "model_type",
            training.subject.folder.as_deref().and_then(model_type),
            "what it is built like, which a folder's name does not tell",
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

/// Types of models whose architecture ms-swift knows under several names, and asks for one; both call them alike.
const MODEL_TYPES: [&str; 3] = ["llama", "qwen2", "qwen3"];

/// The type of the model in a folder, where it must be told.
fn model_type(folder: &Path) -> Option<&'static str> {
    let text = crate::disk::read_own_text(&folder.join("config.json")).ok()?;
    let config: Json = serde_json::from_str(&text).ok()?;
    let mut types = MODEL_TYPES.into_iter();
    types.find(|name| config["model_type"].as_str() == Some(*name))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_whose_architecture_has_several_names_says_its_type() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(model_type(folder.path()), None);
        for (config, told) in [
            (r#"{"model_type": "qwen3"}"#, Some("qwen3")),
            (r#"{"model_type": "gemma3_text"}"#, None),
            ("{}", None),
            ("no JSON", None),
        ] {
            std::fs::write(folder.path().join("config.json"), config).expect("a file");
            assert_eq!(model_type(folder.path()), told);
        }
    }
}
