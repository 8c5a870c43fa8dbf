//! torchtune's `tune run full_finetune_* --config FILE` (0.6.1), of Qwen2.5 in a folder.
//!
//! The model's measures are read from its `config.json`, so that each size needs no name of a builder.

use std::path::Path;

use serde_json::Value as Json;

use super::text::{Keys, Value};
use super::{Takes, Target, Training};
use crate::pipeline::Scheduler;
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "torchtune",
    version: "0.6.1",
    ending: "yaml",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::CutEnd],
    takes: Takes::None,
    command: |training, file| match training.batch.gpus {
        1 => format!("tune run full_finetune_single_device --config {file}"),
        gpus => {
            format!("tune run --nproc_per_node {gpus} full_finetune_distributed --config {file}")
        }
    },
    trained: |training| {
        let epochs = length(training).map_or(1, |length| length.epochs);
        format!("/epoch_{}", epochs - 1)
    },
    notes: |training| {
        let length = length(training).ok();
        let more = length.filter(|length| length.steps() != training.line.steps).map(|length| {
            format!("{} steps: every epoch has a whole number of steps, and rows that fill none are left out", length.steps())
        });
        more.into_iter().chain(training.unvalidated()).collect()
    },
    write,
};

/// Epochs, each with as many steps.
struct Length {
    epochs: u64,
    steps_an_epoch: u64,
}

impl Length {
    fn steps(&self) -> u64 {
        self.epochs * self.steps_an_epoch
    }
}

fn length(training: &Training<'_>) -> Result<Length, Refused> {
    let (epochs, steps) = training.full_steps()?;
    Ok(Length {
        epochs,
        steps_an_epoch: steps.div_ceil(epochs),
    })
}

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let folder = training.subject.folder.as_deref().ok_or_else(|| {
        Refused("it reads weights from a folder: give one that `tune download` wrote".into())
    })?;
    if training.subject.family_name() != Some("qwen2.5") {
        return Err(Refused(
            "only what it does with Qwen2.5 is known here".into(),
        ));
    }
    let runs = training.runs;
    if runs.scheduler != Scheduler::Cosine {
        return Err(Refused("it has no scheduler but the cosine".into()));
    }
    let length = length(training)?;
    let optimizer = Keys::new()
        .key("_component_", "torch.optim.AdamW")
        .key("fused", true)
        .key("lr", runs.learning_rate)
        .because("weight_decay", runs.weight_decay, "default 0.01")
        .because(
            "betas",
            Value::List(vec![0.9.into(), runs.adam_beta2.into()]),
            "default 0.9, 0.999",
        );
    let scheduler = Keys::new()
        .key(
            "_component_",
            "torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup",
        )
        .key("num_warmup_steps", runs.warmup_steps(length.steps()));
    let keys = Keys::new()
        .key("output_dir", training.model_folder())
        .key("tokenizer", tokenizer(folder))
        .key("dataset", dataset(training))
        .key("seed", training.line.seed)
        .key("shuffle", true)
        .key("model", model(folder)?)
        .key("checkpointer", checkpointer(training, folder)?)
        .key("resume_from_checkpoint", false)
        .because(
            "batch_size",
            training.batch.per_device,
            "rows of a step = this x accumulation x GPUs",
        )
        .key("gradient_accumulation_steps", training.batch.accumulation)
        .key("epochs", length.epochs)
        .key("max_steps_per_epoch", length.steps_an_epoch)
        .key("optimizer", optimizer)
        .because(
            "lr_scheduler",
            scheduler,
            "default none: the learning rate never falls",
        )
        .key(
            "loss",
            Keys::new().key(
                "_component_",
                "torchtune.modules.loss.CEWithChunkedOutputLoss",
            ),
        )
        .because("clip_grad_norm", 1.0, "default none")
        .key("optimizer_in_bwd", false)
        .key("compile", false)
        .key("device", "cuda")
        .because(
            "dtype",
            "bf16",
            "of weights and optimiser too: it has no mixed precision",
        )
        .key("enable_activation_checkpointing", true)
        .key("enable_activation_offloading", false)
        .key("metric_logger", logger(training))
        .key("log_every_n_steps", 1u32)
        .key("log_peak_memory_stats", false);
    Ok(keys.unexpanded().yaml())
}

fn tokenizer(folder: &Path) -> Keys {
    let file = |name: &str| format!("{}/{name}", folder.display());
    Keys::new()
        .key("_component_", "torchtune.models.qwen2_5.qwen2_5_tokenizer")
        .key("path", file("vocab.json"))
        .key("merges_file", file("merges.txt"))
        .because(
            "max_seq_len",
            Value::Nothing,
            "a number takes the end of every row out of the loss: no reply would learn to stop",
        )
}

fn dataset(training: &Training<'_>) -> Keys {
    Keys::new()
        .key("_component_", "torchtune.datasets.chat_dataset")
        .key("source", "parquet")
        .key("data_files", training.train_file())
        .key("split", "train")
        .key("conversation_column", "messages")
        .key("conversation_style", "openai")
        .because("train_on_input", false, "the loss is on the reply alone")
        .because("packed", false, "a row is a sequence")
}

fn logger(training: &Training<'_>) -> Keys {
    Keys::new()
        .key(
            "_component_",
            "torchtune.training.metric_logging.DiskLogger",
        )
        .key("log_dir", format!("{}/logs", training.model_folder()))
}

fn model(folder: &Path) -> Result<Keys, Refused> {
    let unreadable =
        |why: String| Refused(format!("`{}`: {why}", folder.join("config.json").display()));
    let text = crate::disk::read_own_text(&folder.join("config.json"));
    let text = text.map_err(|error| unreadable(error.to_string()))?;
    let config: Json =
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?;
    let count = |name: &str| {
        config[name]
            .as_u64()
            .ok_or_else(|| unreadable(format!("it has no number `{name}`")))
    };
    let rope = config["rope_theta"]
        .as_f64()
        .or(config["rope_parameters"]["rope_theta"].as_f64());
    Ok(Keys::new()
        .key("_component_", "torchtune.models.qwen2.qwen2")
        .key("vocab_size", count("vocab_size")?)
        .key("num_layers", count("num_hidden_layers")?)
        .key("num_heads", count("num_attention_heads")?)
        .key("num_kv_heads", count("num_key_value_heads")?)
        .key("embed_dim", count("hidden_size")?)
        .key("intermediate_dim", count("intermediate_size")?)
        .key("max_seq_len", count("max_position_embeddings")?)
        .key("norm_eps", config["rms_norm_eps"].as_f64().unwrap_or(1e-6))
        .key("rope_base", rope.unwrap_or(1e6))
        .key(
            "tie_word_embeddings",
            config["tie_word_embeddings"].as_bool().unwrap_or(false),
        ))
}

fn checkpointer(training: &Training<'_>, folder: &Path) -> Result<Keys, Refused> {
    Ok(Keys::new()
        .key("_component_", "torchtune.training.FullModelHFCheckpointer")
        .key("checkpoint_dir", training.subject.name.as_str())
        .key("checkpoint_files", Value::List(weights(folder)?))
        .key("recipe_checkpoint", Value::Nothing)
        .key("output_dir", training.model_folder())
        .key("model_type", "QWEN2"))
}

/// The names of the files that the weights lie in.
fn weights(folder: &Path) -> Result<Vec<Value>, Refused> {
    let unreadable = |error: std::io::Error| Refused(error.to_string());
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".safetensors") {
            names.push(name.into_owned());
        }
    }
    names.sort();
    match names.is_empty() {
        true => Err(Refused(format!(
            "`{}` has no weights (`*.safetensors`)",
            folder.display()
        ))),
        false => Ok(names.into_iter().map(Value::from).collect()),
    }
}
