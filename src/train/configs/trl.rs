//! TRL's `trl sft --config FILE` (1.16.0).

use super::text::{Keys, Value};
use super::{Takes, Target, Training};
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "trl",
    version: "1.16.0",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::CutEnd],
    takes: Takes::File,
    command: |_, file| format!("trl sft --config {file}"),
    trained: |_| String::new(),
    notes: |training| {
        let unvalidated = training.unvalidated();
        unvalidated
            .filter(|_| !is_evaluated(training))
            .into_iter()
            .collect()
    },
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let template = training.template.as_ref();
    let template = template.and_then(|template| template.file.clone());
    let keys = Keys::new()
        .key("model_name_or_path", training.subject.name.as_str())
        .maybe(
            "chat_template_path",
            template,
            "trains on what was said as it stands, thinking and all, and says where the assistant speaks",
        )
        .maybe("eos_token", training.subject.chat_end(), "ends a turn; a base model ends a text with another")
        .and(data(training))
        .because("assistant_only_loss", true, "default false: the loss is on the prompt too")
        .because("max_length", training.settings.length_max as u64, "default 1024; of a longer row the start is kept")
        .because("packing", false, "a row is a sequence")
        .and(training.of_transformers())
        .and(training.evaluated(is_evaluated(training)))
        .because("save_strategy", "no", "the trained model is saved at the end");
    Ok(keys.and(sharded(training)).yaml())
}

fn is_evaluated(training: &Training<'_>) -> bool {
    training.is_validated && !is_shadowed(training)
}

/// Whether there are columns that TRL takes before `messages`.
pub(super) fn is_shadowed(training: &Training<'_>) -> bool {
    training.has_column("prompt") || training.has_column("conversations")
}

fn data(training: &Training<'_>) -> Keys {
    let subset = training.line.subset.as_str();
    if is_shadowed(training) {
        let one = Keys::new()
            .key("path", training.data)
            .key("name", subset)
            .key("split", "train")
            .key("columns", ["messages"]);
        return Keys::new().because(
            "datasets",
            Value::List(vec![one.into()]),
            "in place of dataset_name, which would take `prompt` or `conversations` before `messages`",
        );
    }
    let validation = training.is_validated.then_some("validation");
    Keys::new()
        .key("dataset_name", training.data)
        .key("dataset_config", subset)
        .key("dataset_train_split", "train")
        .maybe("dataset_test_split", validation, "")
}

fn sharded(training: &Training<'_>) -> Keys {
    match training.batch.gpus {
        1 => Keys::new(),
        gpus => Keys::new()
            .because("accelerate_config", "zero3", super::training::SHARDED)
            .key("num_processes", gpus),
    }
}
