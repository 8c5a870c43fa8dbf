//! Configurations for trainers: each says what the experiment says, and is read back as it was meant.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::*;

const SUBSET: &str = "diverse-long-r1-100";

const TRAINERS: [&str; 10] = [
    "trl",
    "llamafactory",
    "axolotl",
    "ms-swift",
    "verl",
    "torchtune",
    "open-instruct",
    "nemo-rl",
    "prime-rl",
    "s1",
];

fn out() -> String {
    QUICKSTART.out.0.to_string_lossy().into_owned()
}

/// The configuration of one run on stdout.
fn config(place: &Place, out: &str, trainer: &str, more: &[&str]) -> String {
    let arguments = [&["train-config", out, "--trainer", trainer], more].concat();
    place.gradatim(&arguments).ends(0).stdout
}

fn of_quickstart(place: &Place, trainer: &str, more: &[&str]) -> String {
    config(place, &out(), trainer, &[&[SUBSET], more].concat())
}

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A small model's folder of the family whose template this is.
fn model(place: &Place, name: &str, template: &str) -> PathBuf {
    let config = "{\"vocab_size\": 151936, \"num_hidden_layers\": 2, \"num_attention_heads\": 4, \"num_key_value_heads\": 2, \
                  \"hidden_size\": 64, \"intermediate_size\": 96, \"max_position_embeddings\": 32768, \"rms_norm_eps\": 1e-6, \
                  \"rope_theta\": 1000000.0, \"tie_word_embeddings\": true}";
    place.write(&format!("{name}/config.json"), config);
    place.write(&format!("{name}/model.safetensors"), "");
    place.write(
        &format!("{name}/tokenizer_config.json"),
        "{\"eos_token\": \"<|im_end|>\"}",
    );
    place.write(&format!("{name}/chat_template.jinja"), template);
    place.path(name)
}

fn built_in(name: &str) -> String {
    let path = repository().join("src/templates/built_in").join(name);
    std::fs::read_to_string(path).expect("a template")
}

/// The words that a script hands to what it runs, in a shell where that prints them.
#[cfg(unix)]
fn words(place: &Place, script: &str) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    for name in ["torchrun", "accelerate"] {
        let path = place.write(
            &format!("bin/{name}"),
            "#!/usr/bin/env bash\nprintf '%s\\0' \"$@\"\n",
        );
        let rights = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, rights).expect("rights");
    }
    let script = place.write("script.sh", script);
    let path = std::env::var("PATH").expect("a path");
    let done = std::process::Command::new("bash")
        .arg(script)
        .arg("more=1")
        .env("PATH", format!("{}:{path}", place.path("bin").display()))
        .output()
        .expect("bash");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let text = String::from_utf8(done.stdout).expect("text");
    text.trim_end_matches('\0')
        .split('\0')
        .map(str::to_owned)
        .collect()
}

/// The value of a key in a configuration of any form, dots between levels.
#[cfg(unix)]
fn said(place: &Place, trainer: &str, text: &str, key: &str) -> Value {
    let parsed: Value = match trainer {
        "prime-rl" => toml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}")),
        "verl" | "open-instruct" | "s1" => {
            let words = words(place, text);
            let at = words.iter().enumerate().find_map(|(at, word)| {
                let word = word.trim_start_matches("--");
                match word.split_once('=') {
                    Some((name, value)) if name == key => Some(value.to_owned()),
                    _ if word == key => words.get(at + 1).cloned(),
                    _ => None,
                }
            });
            let value = at.unwrap_or_else(|| panic!("{trainer} says no {key}: {words:?}"));
            return serde_json::from_str(&value).unwrap_or(Value::String(value));
        }
        _ => yaml(text),
    };
    let found = key
        .split('.')
        .try_fold(&parsed, |value, name| match name.parse::<usize>() {
            Ok(at) => value.get(at),
            Err(_) => value.get(name),
        });
    found
        .unwrap_or_else(|| panic!("{trainer} says no {key}: {parsed}"))
        .clone()
}

/// A model that each trainer can be configured for: torchtune reads its measures.
#[cfg(unix)]
fn any_model(place: &Place, trainer: &str) -> String {
    match trainer {
        "torchtune" => {
            let folder = model(place, "Qwen2.5-tiny", &built_in("qwen2.5.jinja"));
            folder.to_string_lossy().into_owned()
        }
        _ => "Qwen/Qwen2.5-7B-Instruct".to_owned(),
    }
}

#[test]
#[cfg(unix)]
fn each_trainer_is_told_the_rates_of_the_paper_the_seed_and_the_length() {
    let place = Place::new();
    // Learning rate, weight decay, seed, tokens of a row, rows at once: under the names that each trainer has for them.
    let names = [
        (
            "trl",
            [
                "learning_rate",
                "weight_decay",
                "seed",
                "max_length",
                "per_device_train_batch_size",
            ],
        ),
        (
            "llamafactory",
            [
                "learning_rate",
                "weight_decay",
                "seed",
                "cutoff_len",
                "per_device_train_batch_size",
            ],
        ),
        (
            "axolotl",
            [
                "learning_rate",
                "weight_decay",
                "seed",
                "sequence_len",
                "micro_batch_size",
            ],
        ),
        (
            "ms-swift",
            [
                "learning_rate",
                "weight_decay",
                "data_seed",
                "max_length",
                "per_device_train_batch_size",
            ],
        ),
        (
            "verl",
            [
                "optim.lr",
                "optim.weight_decay",
                "trainer.seed",
                "data.max_length",
                "data.micro_batch_size_per_gpu",
            ],
        ),
        (
            "torchtune",
            [
                "optimizer.lr",
                "optimizer.weight_decay",
                "seed",
                "model.max_seq_len",
                "batch_size",
            ],
        ),
        (
            "open-instruct",
            [
                "learning_rate",
                "weight_decay",
                "seed",
                "max_seq_length",
                "per_device_train_batch_size",
            ],
        ),
        (
            "nemo-rl",
            [
                "policy.optimizer.kwargs.lr",
                "policy.optimizer.kwargs.weight_decay",
                "sft.seed",
                "policy.max_total_sequence_length",
                "policy.train_micro_batch_size",
            ],
        ),
        (
            "prime-rl",
            [
                "optim.lr",
                "optim.weight_decay",
                "data.seed",
                "data.seq_len",
                "data.micro_batch_size",
            ],
        ),
        (
            "s1",
            [
                "learning_rate",
                "weight_decay",
                "seed",
                "block_size",
                "per_device_train_batch_size",
            ],
        ),
    ];
    assert_eq!(names.map(|(trainer, _)| trainer), TRAINERS);
    for (trainer, keys) in names {
        let model = any_model(&place, trainer);
        let text = of_quickstart(&place, trainer, &["--model", &model, "--seed", "3"]);
        let numbers = keys.map(|key| {
            said(&place, trainer, &text, key)
                .as_f64()
                .expect("a number")
        });
        assert_eq!(numbers, [1e-5, 1e-4, 3.0, 32768.0, 1.0], "{trainer}");
    }
}

#[test]
#[cfg(unix)]
fn the_length_of_a_run_is_that_of_runs_csv_or_a_note_says_what_it_is_instead() {
    let place = Place::new();
    // 100 rows in steps of 32: four an epoch, of which the last is not full.
    for (trainer, key, value) in [
        ("trl", "num_train_epochs", 5),
        ("llamafactory", "num_train_epochs", 5),
        ("axolotl", "max_steps", 20),
        ("ms-swift", "num_train_epochs", 5),
        ("verl", "trainer.total_training_steps", 15),
        ("torchtune", "max_steps_per_epoch", 3),
        ("open-instruct", "num_train_epochs", 5),
        ("nemo-rl", "sft.max_num_steps", 15),
        ("s1", "num_train_epochs", 5),
    ] {
        let model = any_model(&place, trainer);
        let text = of_quickstart(&place, trainer, &["--model", &model]);
        assert!(text.contains("5 epochs in 20 steps"), "{text}");
        assert_eq!(said(&place, trainer, &text, key), value, "{trainer}");
        let leaves_out = ["verl", "torchtune", "nemo-rl"].contains(&trainer);
        assert_eq!(text.contains("# Note:   15 steps"), leaves_out, "{text}");
    }
    // A step's rows over GPUs: 32 = 2 x 4 x 4.
    for trainer in [
        "trl",
        "llamafactory",
        "axolotl",
        "ms-swift",
        "open-instruct",
        "s1",
    ] {
        let more = [
            "--model",
            "Qwen/Qwen2.5-7B-Instruct",
            "--gpus",
            "4",
            "--per-device",
            "2",
        ];
        let text = of_quickstart(&place, trainer, &more);
        let accumulated = said(&place, trainer, &text, "gradient_accumulation_steps");
        assert_eq!(accumulated, 4, "{trainer}");
    }
}

/// A folder with everything in its name that a form of configuration takes for something else.
#[test]
#[cfg(unix)]
fn a_path_with_spaces_quotes_and_marks_comes_back_as_it_was() {
    let place = Place::new();
    let odd = place.path("a 'b' \"c\" #d: é ｜\\e {f}, [g] *&!%$x");
    copy(&QUICKSTART.out.0, &odd);
    let odd = odd.to_string_lossy().into_owned();
    let file = format!("{odd}/{SUBSET}/train-00000-of-00001.parquet");
    let folder = format!("{odd}/{SUBSET}");
    for (trainer, key, path) in [
        ("trl", "dataset_name", &odd),
        ("llamafactory", "dataset_dir", &odd),
        ("axolotl", "datasets.0.path", &odd),
        ("ms-swift", "dataset.0", &file),
        ("torchtune", "dataset.data_files", &file),
        ("open-instruct", "dataset_mixer_list", &file),
        ("nemo-rl", "data.train.data_path", &folder),
        ("prime-rl", "data.name", &odd),
        ("s1", "train_file_path", &folder),
    ] {
        let model = any_model(&place, trainer);
        let text = config(&place, &odd, trainer, &[SUBSET, "--model", &model]);
        assert_eq!(
            said(&place, trainer, &text, key),
            path.as_str(),
            "{trainer}\n{text}"
        );
    }
    let text = config(
        &place,
        &odd,
        "verl",
        &[SUBSET, "--model", "Qwen/Qwen2.5-7B-Instruct"],
    );
    let words = words(&place, &text);
    let hydra = file.replace('\'', "\\'");
    assert!(
        words.contains(&format!("data.train_files='{hydra}'")),
        "{words:?}"
    );
    assert_eq!(words.last().map(String::as_str), Some("more=1"));
}

#[test]
fn a_template_that_deletes_thinking_is_replaced_by_one_that_keeps_it() {
    let place = Place::new();
    let keeps = built_in("r1_distill_thinking.jinja");
    let folder = model(&place, "r1", &built_in("r1_distill.jinja"));
    for model in [
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B",
        &folder.to_string_lossy(),
    ] {
        let text = of_quickstart(&place, "axolotl", &["--model", model]);
        let told = yaml(&text);
        assert_eq!(told["chat_template"], "jinja");
        assert_eq!(told["chat_template_jinja"], keeps);
        // TRL takes it from a file beside the configuration.
        let asked = [
            "train-config",
            &out(),
            SUBSET,
            "--trainer",
            "trl",
            "--model",
            model,
        ];
        place.gradatim(&asked).ends(2).tells(&["--out"]);
        let to = ["--out", "configs/one.yaml", "--overwrite"];
        place.gradatim(&[&asked[..], &to].concat()).ends(0);
        let written = std::fs::read_to_string(place.path("configs/one.yaml")).expect("a file");
        let file = yaml(&written)["chat_template_path"]
            .as_str()
            .map(PathBuf::from)
            .expect("a path");
        assert_eq!(std::fs::read_to_string(file).expect("a template"), keeps);
    }
    // One that nobody knows and that deletes thinking is refused, where one that keeps it is taken.
    let deletes = "{% for m in messages %}{{ m.content.split('</think>')[-1] }}{% endfor %}";
    let folder = model(&place, "deletes", deletes);
    let folder = folder.to_string_lossy();
    let asked = [
        "train-config",
        &out(),
        SUBSET,
        "--trainer",
        "axolotl",
        "--model",
        &*folder,
    ];
    place
        .gradatim(&asked)
        .ends(2)
        .tells(&["deletes the thinking", "--template"]);
    // A base model's folder has none: one of a family goes in its place.
    std::fs::remove_file(place.path("deletes/chat_template.jinja")).expect("a file");
    place
        .gradatim(&asked)
        .ends(2)
        .tells(&["has no chat template", "--template"]);
    let named = ["--model", &*folder, "--family", "llama3"];
    let text = of_quickstart(&place, "axolotl", &named);
    assert_eq!(yaml(&text)["chat_template_jinja"], built_in("llama3.jinja"));
    let own = place.write(
        "own.jinja",
        "{% for m in messages %}{{ m.content }}{% endfor %}",
    );
    let own = ["--template", &*own.to_string_lossy()].map(str::to_owned);
    let text = of_quickstart(&place, "axolotl", &["--model", &folder, &own[0], &own[1]]);
    assert_eq!(
        yaml(&text)["chat_template_jinja"],
        "{% for m in messages %}{{ m.content }}{% endfor %}"
    );
}

#[test]
fn every_run_has_a_configuration_and_none_is_written_over_or_into_what_is_sealed() {
    let place = Place::new();
    let all = |more: &[&str]| {
        let asked = [
            "train-config",
            &*out(),
            "--all",
            "--trainer",
            "trl",
            "--model",
            "Qwen/Qwen3-8B",
        ];
        place.gradatim(&[&asked[..], more].concat())
    };
    all(&["--out", "training"]).ends(0);
    let runs = std::fs::read_to_string(QUICKSTART.out.run("runs.csv")).expect("runs");
    let runs: Vec<&str> = runs
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').next())
        .collect();
    let written = tree(&place.path("training/configs"));
    assert_eq!(written.len(), runs.len() + 1, "one each, and the template");
    for run in runs {
        let path = place.path(&format!("training/configs/{run}.yaml"));
        let told = yaml(&std::fs::read_to_string(path).expect("a configuration"));
        let model = Path::new(told["output_dir"].as_str().expect("a folder")).to_owned();
        assert_eq!(model, place.path("training/models").join(run));
    }
    // The same again is done already; another is not written over them.
    all(&["--out", "training"]).ends(0);
    all(&["--out", "training", "--gpus", "8"])
        .ends(2)
        .tells(&["--overwrite"]);
    assert_eq!(tree(&place.path("training/configs")), written);
    all(&["--out", "training", "--gpus", "8", "--overwrite"]).ends(0);
    assert_ne!(tree(&place.path("training/configs")), written);
    let before = tree(&QUICKSTART.out.0);
    let inside = QUICKSTART.out.0.join("training");
    all(&["--out", &inside.to_string_lossy()])
        .ends(2)
        .tells(&["lies inside of"]);
    assert_eq!(tree(&QUICKSTART.out.0), before);
}

#[test]
fn what_cannot_be_configured_is_refused_with_the_mend() {
    let place = Place::new();
    let qwen = ["--model", "Qwen/Qwen2.5-7B-Instruct"];
    let asked = |trainer: &str, more: &[&str]| {
        let asked = ["train-config", &*out(), "--trainer", trainer];
        place.gradatim(&[&asked[..], more].concat()).ends(2)
    };
    let with = |more: &[&'static str]| [&qwen[..], more].concat();
    asked("trll", &with(&[SUBSET])).tells(&["did you mean `trl`"]);
    asked("trl", &with(&["diverse-long-r1-10"])).tells(&["did you mean `diverse-long-r1-100`"]);
    asked("trl", &with(&["--run", "diverse-long-r1-100-t0-epoch"])).tells(&["did you mean"]);
    asked("trl", &with(&[SUBSET, "--seed", "99"])).tells(&["no run of that seed", "-t0-epochs"]);
    asked("trl", &with(&[SUBSET, "--gpus", "3"])).tells(&["32 rows", "1, 2, 4, 8, 16, 32"]);
    asked("trl", &with(&[SUBSET, "--beyond", "drop"])).tells(&["`cut-end`"]);
    asked("trl", &[SUBSET]).tells(&["--model"]);
    asked("trl", &[SUBSET, "--model", "./nowhere"]).tells(&["there is no folder"]);
    asked("llamafactory", &[SUBSET, "--model", "me/mine"]).tells(&["--family"]);
    asked(
        "llamafactory",
        &[SUBSET, "--model", "me/mine", "--family", "qwen25"],
    )
    .tells(&["did you mean `qwen2.5`"]);
    asked("torchtune", &with(&[SUBSET])).tells(&["tune download"]);
    asked("s1", &[SUBSET, "--model", "me/mine"]).tells(&["Qwen"]);
    asked("open-instruct", &[SUBSET, "--model", "Qwen/Qwen3-8B"])
        .tells(&["copy the model's folder"]);
    assert_eq!(tree(place.folder()).len(), 1, "nothing is written");
}
