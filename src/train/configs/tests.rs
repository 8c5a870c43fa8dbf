//! Configurations held against what a preflight is told.

use super::*;
use crate::measure::tokens::Encoder;
use crate::pipeline::Runs;
use crate::templates::built_in::Family;
use crate::train::Model;
use crate::train::trainers::TRAINERS;
use read::Line;

fn folder() -> Folder {
    Folder {
        lines: vec![Line {
            run: "one-t7-epochs".into(),
            subset: "one".into(),
            path: "one/train-00000-of-00001.parquet".into(),
            seed: 7,
            budget: "epochs".into(),
            epochs: 5.0,
            steps: 20,
            rows: 100,
            tokens: 100_000,
        }],
        runs: Runs::default(),
        is_validated: true,
        columns: vec!["messages".into(), "text".into()],
    }
}

/// A folder from which torchtune could take the model.
fn tiny() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write =
        |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("a file");
    let family = Family::named("qwen2.5").expect("a family");
    write(
        "chat_template.jinja",
        family.template().expect("a template").source(),
    );
    write("model.safetensors", "");
    let config = r#"{"vocab_size": 9, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
        "hidden_size": 64, "intermediate_size": 96, "max_position_embeddings": 512}"#;
    write("config.json", config);
    folder
}

fn asked(target: &'static Target, model: &str, beyond: Beyond) -> Asked {
    Asked {
        target,
        subject: Subject::read(model, None, None).expect("a model"),
        data: "/data/out".into(),
        models: "models".into(),
        gpus: 1,
        per_device: 1,
        length_max: Some(4096),
        beyond: Some(beyond),
        template_file: None,
    }
}

/// What each trainer is told with, beside the length: of rows that are longer, of the loss, of packing.
fn told(name: &str, beyond: Beyond) -> Vec<&'static str> {
    let beyond = match (name, beyond) {
        ("axolotl", Beyond::Refuse) => "excess_length_strategy: raise",
        ("axolotl", Beyond::Drop) => "excess_length_strategy: drop",
        ("axolotl", Beyond::CutEnd) => "excess_length_strategy: truncate",
        ("ms-swift", Beyond::Refuse) => "strict: true",
        ("ms-swift", Beyond::Drop) => "strict: false",
        ("ms-swift", Beyond::CutEnd) => "truncation_strategy: right",
        ("ms-swift", Beyond::CutStart) => "truncation_strategy: left",
        ("verl", Beyond::Refuse) => "data.truncation=error",
        ("verl", Beyond::CutEnd) => "data.truncation=right",
        _ => "",
    };
    let more: &[&str] = match name {
        "trl" => &[
            "assistant_only_loss: true",
            "packing: false",
            "max_length: 4096",
        ],
        "llamafactory" => &[
            "train_on_prompt: false",
            "packing: false",
            "cutoff_len: 4096",
            "template: qwen ",
        ],
        "axolotl" => &[
            "train_on_inputs: false",
            "sample_packing: false",
            "sequence_len: 4096",
            "field_messages: messages",
        ],
        "ms-swift" => &[
            "loss_scale: default",
            "packing: false",
            "max_length: 4096",
            "template: qwen2_5 ",
        ],
        "verl" => &[
            "data.messages_key=messages",
            "data.max_length=4096",
            "data.max_token_len_per_gpu=4096",
        ],
        "torchtune" => &[
            "train_on_input: false",
            "packed: false",
            "max_seq_len: null",
        ],
        "open-instruct" => &[
            "sft_tulu_tokenize_and_truncate_v1",
            "--max_seq_length 4096",
            "--push_to_hub False",
        ],
        "nemo-rl" => &[
            "max_total_sequence_length: 4096",
            "chat_template: default",
            "add_generation_prompt: true",
        ],
        "prime-rl" => &["seq_len = 4096", "assistant = true", "user = false"],
        "s1" => &["--block_size=4096", "--train_file_path=/data/out/one "],
        _ => panic!("{name} is told nothing"),
    };
    [&[beyond], more].concat()
}

#[test]
fn what_a_configuration_says_is_what_a_preflight_is_told() {
    let (folder, tiny) = (folder(), tiny());
    let family = Family::named("qwen2.5").expect("a family");
    let tokenizer = Encoder::of_family("qwen2.5").expect("a tokenizer");
    let model = Model {
        template: family.template().expect("a template"),
        tokenizer: tokenizer.expect("a tokenizer"),
    };
    for target in TARGETS {
        for beyond in target.beyond {
            let name = match target.name {
                "torchtune" => tiny.path().to_str().expect("a path"),
                _ => "Qwen/Qwen2.5-7B-Instruct",
            };
            let asked = asked(target, name, *beyond);
            let settings = asked.settings(&folder).expect("settings");
            assert_eq!((settings.length_max, settings.on_prompt), (4096, false));
            if let Some(trainer) = TRAINERS.iter().find(|one| one.name() == target.name) {
                assert_eq!(trainer.version(), target.version);
                let ready = trainer.ready(&model, settings);
                let ready = ready.unwrap_or_else(|refused| panic!("{}: {refused}", target.name));
                assert_eq!(ready.beyond(), *beyond, "{}", target.name);
            }
            let config = asked.config(&folder, &folder.lines[0], "one");
            let text = config.expect("a configuration").text;
            for words in told(target.name, *beyond) {
                assert!(
                    text.contains(words),
                    "{} says no `{words}`:\n{text}",
                    target.name
                );
            }
        }
    }
}

#[test]
fn rows_that_fill_no_step_make_a_run_of_some_trainers_shorter_or_none() {
    let mut folder = folder();
    let of = |folder: &Folder, name: &str| {
        let target = TARGETS
            .into_iter()
            .find(|one| one.name == name)
            .expect("a trainer");
        let asked = asked(target, "Qwen/Qwen2.5-7B-Instruct", target.beyond[0]);
        asked
            .config(folder, &folder.lines[0], "one")
            .map(|config| config.text)
    };
    assert!(
        of(&folder, "verl")
            .expect("100 rows")
            .contains("trainer.total_training_steps=15")
    );
    folder.lines[0].rows = 31;
    folder.lines[0].steps = 5;
    assert!(of(&folder, "verl").is_err() && of(&folder, "nemo-rl").is_err());
    assert!(of(&folder, "trl").is_ok());
    // By steps, epochs go on until there are as many.
    folder.lines[0].rows = 100;
    folder.lines[0].steps = 50;
    folder.lines[0].budget = "steps".into();
    let verl = of(&folder, "verl").expect("100 rows");
    assert!(
        verl.contains("trainer.total_epochs=17")
            && verl.contains("trainer.total_training_steps=50")
    );
    assert!(of(&folder, "trl").expect("steps").contains("max_steps: 50"));
}

#[test]
fn trl_takes_its_columns_by_name_where_others_would_go_before_messages() {
    let mut folder = folder();
    let text = |folder: &Folder| {
        let asked = asked(&trl::TARGET, "Qwen/Qwen2.5-7B-Instruct", Beyond::CutEnd);
        asked
            .config(folder, &folder.lines[0], "one")
            .expect("a configuration")
            .text
    };
    assert!(text(&folder).contains("dataset_config: one\n"));
    assert!(text(&folder).contains("eval_strategy: epoch"));
    assert!(!text(&folder).contains("--column"));
    folder.columns.push("conversations".into());
    assert!(text(&folder).contains("    columns: [messages]\n"));
    assert!(text(&folder).contains(" --column messages "));
    assert!(text(&folder).contains("eval_strategy: \"no\""));
}

#[test]
fn who_may_lose_the_blanks_of_a_distilled_model_is_told_so_and_nobody_else() {
    let folder = folder();
    let is_told = |target: &'static Target, model: &str| {
        let config =
            asked(target, model, target.beyond[0]).config(&folder, &folder.lines[0], "one");
        config
            .expect("a configuration")
            .text
            .contains("deletes every blank")
    };
    let (distilled, other) = (
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        "Qwen/Qwen2.5-7B-Instruct",
    );
    for target in [&llamafactory::TARGET, &verl::TARGET] {
        assert!(is_told(target, distilled), "{}", target.name);
        assert!(!is_told(target, other), "{}", target.name);
    }
    assert!(!is_told(&axolotl::TARGET, distilled));
}
