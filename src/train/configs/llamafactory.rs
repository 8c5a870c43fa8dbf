//! LLaMA-Factory's `llamafactory-cli train FILE` (0.9.5).
//!
//! It finds subsets in the folder's `dataset_info.json`, and renders with a template of its own, which is named here.

use super::text::Keys;
use super::training::{SHARDED, Training, zero3};
use super::{Takes, Target};
use crate::templates::Refused;
use crate::train::trainers::llamafactory_template;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "llamafactory",
    version: "0.9.5",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::CutEnd],
    takes: Takes::None,
    command: |training, file| match training.batch.gpus {
        1 => format!("llamafactory-cli train {file}"),
        gpus => format!("FORCE_TORCHRUN=1 NPROC_PER_NODE={gpus} llamafactory-cli train {file}"),
    },
    trained: |_| String::new(),
    notes: |training| training.blanks().into_iter().collect(),
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let template = training
        .subject
        .name_at("LLaMA-Factory", llamafactory_template)?;
    let keys = Keys::new()
        .key("model_name_or_path", training.subject.name.as_str())
        .key("stage", "sft")
        .key("do_train", true)
        .because("finetuning_type", "full", "default lora")
        .key("dataset_dir", training.data)
        .key("dataset", training.line.subset.as_str())
        .maybe("eval_dataset", training.is_validated.then_some("validation"), "")
        .because("template", template, "its own; the model's chat template is not used")
        .because("enable_thinking", true, "false deletes all thinking")
        .because("train_on_prompt", false, "the loss is on the reply alone")
        .because(
            "cutoff_len",
            training.settings.length_max as u64,
            "default 2048; a longer row loses the end of its reply, or of its prompt where that is longer",
        )
        .because("packing", false, "a row is a sequence")
        .because("overwrite_cache", true, "rows as they are now, not as they were cached")
        .and(training.of_transformers())
        .and(training.evaluated(training.is_validated))
        .because("save_strategy", "no", "the trained model is saved at the end");
    let keys = match training.batch.gpus {
        1 => keys,
        _ => keys.because("deepspeed", zero3(), SHARDED),
    };
    Ok(keys.yaml())
}
