//! s1's and the ladder's `train/sft.py` (over TRL 0.12.0 and transformers 4).

use super::text::{self, Keys};
use super::{Takes, Target, Training};
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "s1",
    version: "sft.py over trl 0.12.0",
    ending: "sh",
    column: TrainedColumn::Text,
    beyond: &[Beyond::CutEnd],
    takes: Takes::None,
    command: |_, file| format!("bash {file}"),
    trained: |_| String::new(),
    notes: |training| {
        let checkout =
            "it is run in a checkout of simplescaling/s1, or with SFT_PY=PATH of such a script";
        [checkout.to_owned()]
            .into_iter()
            .chain(training.unvalidated())
            .collect()
    },
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let model = training.subject.name.as_str();
    if !["Qwen", "Llama"].iter().any(|name| model.contains(name)) {
        return Err(Refused(format!(
            "the script finds the reply by the model's name, and `{model}` says neither `Qwen` nor `Llama`"
        )));
    }
    if !training.has_column("text") {
        return Err(Refused(
            "the script takes the column `text`, which the folder has not: `[emit] add = [\"text\"]` writes it".into(),
        ));
    }
    let keys = Keys::new()
        .key("model_name", model)
        .because(
            "train_file_path",
            format!("{}/{}", training.data, training.line.subset),
            "the subset's own folder: the script asks for no config",
        )
        .because(
            "block_size",
            training.settings.length_max as u64,
            "of a longer row the start is kept",
        )
        .and(training.of_transformers())
        .because(
            "eval_strategy",
            "no",
            "the script would evaluate on the training rows",
        )
        .because(
            "save_strategy",
            "no",
            "the trained model is saved at the end",
        )
        .and(sharded(training));
    let arguments = keys.shell(|name, value| vec![format!("--{name}={}", text::plain(value))]);
    Ok(format!(
        "set -euo pipefail\n{arguments}exec torchrun --nproc-per-node {} \"${{SFT_PY:-train/sft.py}}\" \"${{arguments[@]}}\" \"$@\"\n",
        training.batch.gpus
    ))
}

fn sharded(training: &Training<'_>) -> Keys {
    let model = training.subject.name.as_str();
    let config = match model.contains("Llama") {
        true => "train/fsdp_config_llama.json",
        false => "train/fsdp_config_qwen.json",
    };
    match training.batch.gpus {
        1 => Keys::new(),
        _ => Keys::new()
            .because(
                "fsdp",
                "full_shard auto_wrap",
                "over the GPUs; changes memory, not what is learned",
            )
            .because("fsdp_config", config, "of the checkout"),
    }
}
