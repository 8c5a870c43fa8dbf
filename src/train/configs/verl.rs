//! verl's `torchrun -m verl.trainer.sft_trainer` (0.9.1): overrides of Hydra's configuration.

use super::text::{self, Keys, Value};
use super::{Takes, Target, Training};
use crate::pipeline::Scheduler;
use crate::templates::Refused;
use crate::train::{Beyond, TrainedColumn};

pub(super) const TARGET: Target = Target {
    name: "verl",
    version: "0.9.1",
    ending: "sh",
    column: TrainedColumn::Messages,
    beyond: &[Beyond::Refuse, Beyond::CutEnd],
    takes: Takes::Text,
    command: |_, file| format!("bash {file}"),
    trained: |training| {
        let steps = training.full_steps().map_or(0, |(_, steps)| steps);
        format!("/global_step_{steps}/huggingface")
    },
    notes: |training| {
        let order = "it shuffles rows in one order whatever the seed: runs that differ by their seed differ by rounding";
        training
            .left_out()
            .into_iter()
            .chain([order.to_owned()])
            .chain(training.blanks())
            .collect()
    },
    write,
};

fn write(training: &Training<'_>) -> Result<String, Refused> {
    let (epochs, steps) = training.full_steps()?;
    let runs = training.runs;
    let scheduler = match runs.scheduler {
        Scheduler::Linear => return Err(Refused("it has no linear scheduler".into())),
        other => other.as_str(),
    };
    let length_max = training.settings.length_max as u64;
    let template = training
        .template
        .as_ref()
        .map(|template| template.text.as_str());
    let betas = Value::List(vec![0.9.into(), runs.adam_beta2.into()]);
    let keys = Keys::new()
        .key("model.path", training.subject.name.as_str())
        .maybe(
            "model.custom_chat_template",
            template,
            "the model's own does not train on thinking as it stands",
        )
        .key("data.train_files", training.train_file())
        .maybe("data.val_files", training.validation_file(), "")
        .because(
            "data.messages_key",
            "messages",
            "the loss is on the assistant's turns",
        )
        .because("data.max_length", length_max, "default 1024")
        .because(
            "data.truncation",
            beyond(training),
            "error ends the run at a row that is longer",
        )
        .because("data.pad_mode", "no_padding", "")
        .because(
            "data.ignore_input_ids_mismatch",
            false,
            "true trains on whatever the turns alone come to",
        )
        .because(
            "data.train_batch_size",
            runs.batch_size.get(),
            "rows of a step, over all GPUs; default 256",
        )
        .key("data.micro_batch_size_per_gpu", training.batch.per_device)
        .because(
            "data.max_token_len_per_gpu",
            length_max * u64::from(training.batch.per_device),
            "default 8192: a row that is longer fits in no batch",
        )
        .because("optim.lr", runs.learning_rate, "default 1e-3")
        .because("optim.weight_decay", runs.weight_decay, "default 0.01")
        .because("optim.betas", betas, "default 0.9, 0.999")
        .because("optim.lr_scheduler_type", scheduler, "default constant")
        .key("optim.lr_warmup_steps", runs.warmup_steps(steps))
        .key("trainer.total_epochs", epochs)
        .key("trainer.total_training_steps", steps)
        .key("trainer.seed", training.line.seed)
        .key("trainer.nnodes", 1u32)
        .key("trainer.n_gpus_per_node", training.batch.gpus)
        .key("trainer.project_name", "gradatim")
        .key("trainer.experiment_name", training.line.run.as_str())
        .because("trainer.logger", ["console"], "default wandb too")
        .key("trainer.default_local_dir", training.model_folder())
        .because(
            "trainer.resume_mode",
            "disable",
            "a run begins at its beginning",
        )
        .maybe(
            "trainer.test_freq",
            training.is_validated.then_some("after_each_epoch"),
            "",
        )
        .because(
            "checkpoint.save_contents",
            ["hf_model"],
            "default: nothing that transformers loads",
        );
    let arguments = keys
        .unexpanded()
        .shell(|name, value| vec![format!("{name}={}", hydra(value))]);
    Ok(format!(
        "set -euo pipefail\n{arguments}exec torchrun --standalone --nproc_per_node={} -m verl.trainer.sft_trainer \
         \"${{arguments[@]}}\" \"$@\"\n",
        training.batch.gpus
    ))
}

fn beyond(training: &Training<'_>) -> &'static str {
    match training.settings.beyond {
        Some(Beyond::CutEnd) => "right",
        _ => "error",
    }
}

/// A value in Hydra's grammar of overrides.
fn hydra(value: &Value) -> String {
    match value {
        Value::Text(value) if text::is_plain(value) => value.clone(),
        Value::Text(value) => in_hydra_quotes(value),
        Value::List(list) => {
            let all: Vec<String> = list.iter().map(hydra).collect();
            format!("[{}]", all.join(","))
        }
        other => text::flow(other),
    }
}

/// A backslash stands for itself unless it is one of those right before a quote.
fn in_hydra_quotes(value: &str) -> String {
    let mut quoted = String::from("'");
    let mut before = 0;
    for letter in value.chars().chain(['\'']) {
        if letter == '\'' {
            quoted.push_str(&"\\".repeat(before));
            quoted.push('\\');
        }
        before = if letter == '\\' { before + 1 } else { 0 };
        quoted.push(letter);
    }
    // The last quote is the closing one.
    let closing = quoted.len() - 2;
    quoted.remove(closing);
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_and_the_backslashes_before_it_are_escaped_and_others_are_not() {
        for (value, quoted) in [
            ("a b", "'a b'"),
            ("it's", r"'it\'s'"),
            (r"a\b", r"'a\b'"),
            (r"a\'b", r"'a\\\'b'"),
            (r"a\", r"'a\\'"),
            ("", "''"),
        ] {
            assert_eq!(in_hydra_quotes(value), quoted, "{value}");
        }
    }
}
