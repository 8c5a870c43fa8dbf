//! open-instruct's `open_instruct/finetune.py` (of 2026-08).

use super::text::{self, Keys, Value};
use super::{Takes, Target, Training};
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "open-instruct",
    version: "of August 2026 (read, not run)",
    ending: "sh",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::CutEnd],
    takes: Takes::Own,
    command: |_, file| format!("bash {file}"),
    trained: |_| String::new(),
    notes: |training| {
        let beta = training.runs.adam_beta2;
        let notes = [
            "it is run in a checkout of allenai/open-instruct".to_owned(),
            format!("it has no option for AdamW's beta2, which is 0.999 there, not {beta}"),
        ];
        notes.into_iter().chain(training.unvalidated()).collect()
    },
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let runs = training.runs;
    let length = match training.is_by_steps() {
        true => Keys::new().because("max_train_steps", training.line.steps, "in place of epochs"),
        false => Keys::new().because("num_train_epochs", training.epochs_begun(), "default 2"),
    };
    // It rounds steps x ratio down.
    let warmup = (training.warmup_steps() as f64 + 0.5) / training.line.steps as f64;
    let keys = Keys::new()
        .key("exp_name", training.line.run.as_str())
        .because(
            "model_name_or_path",
            training.subject.name.as_str(),
            "its own chat template, where no other is named",
        )
        .key(
            "dataset_mixer_list",
            Value::List(vec![training.train_file().into(), "1.0".into()]),
        )
        .key("dataset_mixer_list_splits", "train")
        .because(
            "dataset_transform_fn",
            ["sft_tulu_tokenize_and_truncate_v1", "sft_tulu_filter_v1"],
            "the loss is on the reply alone; a row without any is left out",
        )
        .because(
            "dataset_skip_cache",
            true,
            "rows as they are now, not as they were cached",
        )
        .because(
            "max_seq_length",
            training.settings.length_max as u64,
            "of a longer row the start is kept",
        )
        .because(
            "per_device_train_batch_size",
            training.batch.per_device,
            "rows of a step = this x accumulation x GPUs",
        )
        .key("gradient_accumulation_steps", training.batch.accumulation)
        .and(length)
        .key("learning_rate", runs.learning_rate)
        .because("lr_scheduler_type", training.scheduler(), "default linear")
        .because(
            "warmup_ratio",
            warmup,
            "default 0.03; half a step more, since it rounds down",
        )
        .because("weight_decay", runs.weight_decay, "default 0")
        .key("seed", training.line.seed)
        .key("gradient_checkpointing", true)
        .key("logging_steps", 1u32)
        .key("output_dir", training.model_folder())
        .because(
            "do_not_randomize_output_dir",
            true,
            "default false: below a name of its own",
        )
        .because("push_to_hub", false, "default true: the model is uploaded")
        .because(
            "try_launch_beaker_eval_jobs",
            false,
            "default true, for its makers' machines",
        )
        .because(
            "try_auto_save_to_beaker",
            false,
            "default true, for its makers' machines",
        );
    let keys = match training.batch.gpus {
        1 => keys.because("clip_grad_norm", 1.0, "default none"),
        _ => keys,
    };
    let arguments = keys.shell(words);
    let sharded = match training.batch.gpus {
        1 => "",
        _ => {
            " --use_deepspeed --deepspeed_config_file configs/ds_configs/stage3_no_offloading_accelerate.conf"
        }
    };
    Ok(format!(
        "set -euo pipefail\n{arguments}exec accelerate launch --mixed_precision bf16 --num_processes {}{sharded} \
         open_instruct/finetune.py \"${{arguments[@]}}\" \"$@\"\n",
        training.batch.gpus
    ))
}

/// A name and its values, a word each.
fn words(name: &str, value: &Value) -> Vec<String> {
    let mut words = vec![format!("--{name}")];
    match value {
        Value::List(list) => words.extend(list.iter().map(text::plain)),
        one => words.push(text::plain(one)),
    }
    words
}
