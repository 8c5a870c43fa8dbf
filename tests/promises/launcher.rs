//! From the folder to the attempts: the script that goes through the runs, with a trainer that trains nothing.
//!
//! The trainer is a shell script that says which run it was asked for, and fails or hangs where the test says so; vLLM is
//! a module of its name that answers right for long subsets and wrong for others. All else is as a user has it. Where bash
//! or Python are absent the tests say so.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::*;

const PIPELINE: &str = r#"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [4]
style = ["r1"]
draws = 2
[grid.length]
rule = ["short", "long"]
bucket = 9
[grid.control]
random = 0
[emit]
system = "You're a \"mathematician\"."
instruction = "Think: {problem}\nAnswer in \\boxed{}."
[runs]
training_seeds = 1
batch_size = 2
"#;

/// Says what it was asked for; what it trains is a folder with a configuration.
const TRAINER: &str = r#"#!/usr/bin/env bash
set -eu
[ "$1 $2" = "sft --config" ]
run=$(basename "$3" .yaml)
echo "$run" >>trained.txt
if [ -e "fail.$run" ]; then echo "out of memory"; exit 7; fi
if [ -e "hang.$run" ]; then touch hangs; fi
while [ -e "hang.$run" ]; do sleep 0.05; done
model=$(sed -n 's/^output_dir: *//p' "$3" | tr -d '"')
mkdir -p "$model"
echo '{"max_position_embeddings": 4096}' >"$model/config.json"
"#;

/// As much of vLLM as is used, which answers the number in a problem, or that of nobody.
const VLLM: &str = r#"
import json, re
from types import SimpleNamespace as Is

class SamplingParams(Is):
    pass

class LLM:
    def __init__(self, model, **settings):
        self.model = model

    def chat(self, conversations, sampling):
        with open("asked.jsonl", "a") as file:
            for turns in conversations:
                print(json.dumps({"turns": turns, "sampling": vars(sampling)}), file=file)
        return [Is(outputs=[self.made(turns[-1]["content"]) for _ in range(sampling.n)]) for turns in conversations]

    def made(self, said):
        answer = re.search(r"\d+", said)[0] if "-long-" in self.model else "0"
        text = "<think>\nWell.\n</think>\n\nIt is \\boxed{" + answer + "}."
        return Is(text=text, finish_reason="stop", token_ids=[0] * 17)
"#;

const RUNS: [&str; 4] = [
    "all-short-r1-4-d0-t0-epochs",
    "all-short-r1-4-d1-t0-epochs",
    "all-long-r1-4-d0-t0-epochs",
    "all-long-r1-4-d1-t0-epochs",
];

/// Whether a program is there; says so where it is not.
fn is_there(program: &str) -> bool {
    let known = Command::new(program).arg("--version").output();
    let is_there = known.is_ok_and(|done| done.status.success());
    if !is_there {
        println!("skipped: there is no {program}");
    }
    is_there
}

/// An experiment of four runs, its configurations and its launcher, in a folder whose name a shell must quote.
struct Loop {
    place: Place,
}

impl Loop {
    fn new() -> Self {
        let place = Place::new();
        place.write("data/a.jsonl", jsonl(&openr1_rows(40)));
        place.write("pipeline.toml", PIPELINE);
        place.run("out", &[]).ends(0);
        place.write("bin/trl", TRAINER);
        place.write("stub/vllm.py", VLLM);
        let questions: Vec<Value> = [417, 23, 8]
            .map(|answer| json!({ "id": format!("q{answer}"), "problem": format!("Say {answer}."), "answer": answer.to_string() }))
            .to_vec();
        place.write("own.jsonl", jsonl(&questions));
        let executable = Command::new("chmod")
            .arg("+x")
            .arg(place.path("bin/trl"))
            .status();
        assert!(executable.expect("chmod").success());
        Self { place }.configured()
    }

    fn configured(self) -> Self {
        let arguments = [
            "train-config",
            "out",
            "--all",
            "--trainer",
            "trl",
            "--model",
            "Qwen/Qwen2.5-7B-Instruct",
            "--out",
            "it's $x",
        ];
        self.place.gradatim(&arguments).ends(0);
        self
    }

    fn start(&self, more: &[&str]) -> Child {
        let path = std::env::var("PATH").expect("a PATH");
        let bin = self.place.path("bin");
        Command::new("bash")
            .arg(self.path("runs.sh"))
            .args(more)
            .current_dir(self.place.folder())
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("PYTHONPATH", self.place.path("stub"))
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("BENCHMARKS", "own=own.jsonl")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash starts")
    }

    fn goes(&self, more: &[&str]) -> Done {
        wait(self.start(more))
    }

    /// Goes until nobody else is at a run, and all is done.
    fn ends(&self) {
        let start = Instant::now();
        loop {
            let done = self.goes(&[]);
            if !done.stdout.contains("another is at it") {
                done.ends(0);
                return;
            }
            assert!(start.elapsed() < Duration::from_secs(60), "still held");
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path("it's $x").join(name)
    }

    fn marks(&self, name: &str) {
        self.place.write(name, "");
    }

    fn clears(&self, name: &str) {
        std::fs::remove_file(self.place.path(name)).expect("a mark");
    }

    /// The runs that the trainer was asked for since the last time.
    fn trained(&self) -> Vec<String> {
        let path = self.place.path("trained.txt");
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let _ = std::fs::remove_file(path);
        text.lines().map(str::to_owned).collect()
    }

    /// Starts it, and comes back when the trainer hangs.
    fn hanging(&self) -> Child {
        let mut child = self.start(&[]);
        let start = Instant::now();
        while !self.place.path("hangs").exists() {
            assert!(start.elapsed() < Duration::from_secs(60), "it never hung");
            assert!(child.try_wait().expect("a child").is_none(), "it ended");
            std::thread::sleep(Duration::from_millis(10));
        }
        self.clears("hangs");
        child
    }
}

fn kill(child: &Child, signal: &str) {
    let done = Command::new("kill")
        .args([signal, &child.id().to_string()])
        .status();
    assert!(done.expect("kill").success());
}

#[test]
fn one_run_that_fails_hides_no_other_and_what_is_done_is_not_done_again() {
    if !is_there("bash") || !is_there("python3") {
        return;
    }
    let all = Loop::new();
    all.marks(&format!("fail.{}", RUNS[1]));
    let failed = all.goes(&[]).ends(1);
    assert_eq!(all.trained(), RUNS);
    let told = format!("1 of 4 runs failed: {}", RUNS[1]);
    assert!(failed.stdout.contains(&told), "{}", failed.stdout);
    assert!(failed.stdout.contains("out of memory"), "{}", failed.stdout);
    all.clears(&format!("fail.{}", RUNS[1]));
    let done = all.goes(&[]).ends(0);
    assert_eq!(all.trained(), [RUNS[1]]);
    assert!(done.stdout.contains("gradatim eval "), "{}", done.stdout);
    all.goes(&[]).ends(0);
    assert!(all.trained().is_empty());
    // Another configuration is no run that was done.
    let config = all.path("configs").join(format!("{}.yaml", RUNS[2]));
    let text = std::fs::read_to_string(&config).expect("a configuration");
    std::fs::write(&config, text + "# more\n").expect("a configuration");
    let other = all.goes(&[]).ends(1);
    assert!(other.stdout.contains("other settings"), "{}", other.stdout);
    std::fs::remove_file(all.path("done").join(format!("{}.train", RUNS[2]))).expect("a mark");
    std::fs::remove_file(all.path("done").join(format!("{}.attempts", RUNS[2]))).expect("a mark");
    all.goes(&[]).ends(0);
    assert_eq!(all.trained(), [RUNS[2]]);
}

#[test]
fn a_launcher_that_was_killed_goes_on_where_it_was() {
    if !is_there("bash") || !is_there("python3") {
        return;
    }
    for (signal, code) in [("-TERM", Some(143)), ("-KILL", None)] {
        let all = Loop::new();
        all.marks(&format!("hang.{}", RUNS[2]));
        let mut child = all.hanging();
        kill(&child, signal);
        assert_eq!(child.wait().expect("it ends").code(), code, "{signal}");
        assert_eq!(all.trained(), RUNS[..3]);
        if signal == "-KILL" {
            // What it had begun goes on and holds the run, which nobody begins a second time meanwhile.
            let busy = all.goes(&["--only", RUNS[2]]).ends(1);
            assert!(busy.stdout.contains("another is at it"), "{}", busy.stdout);
            assert!(all.trained().is_empty());
        }
        all.clears(&format!("hang.{}", RUNS[2]));
        all.ends();
        let trained = all.trained();
        assert_eq!(trained.len(), 2, "{trained:?}");
        assert!(
            RUNS[2..]
                .iter()
                .all(|run| trained.iter().any(|name| name == run))
        );
    }
}

#[test]
fn attempts_are_asked_in_the_words_of_training_and_join_the_runs_by_their_names() {
    if !is_there("bash") || !is_there("python3") {
        return;
    }
    let all = Loop::new();
    all.goes(&[]).ends(0);
    // The words, as a row of training has them around its problem.
    let row = &all.place.out("out").subset("all-long-r1-4-d0")[0];
    let trained: Vec<String> = row["messages"]
        .as_array()
        .expect("turns")
        .iter()
        .map(|turn| text(turn, "content").replace(text(row, "problem"), "Say 417."))
        .collect();
    let asked = std::fs::read_to_string(all.place.path("asked.jsonl")).expect("what was asked");
    let asked: Vec<Value> = asked
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(asked.len(), 4 * 3);
    let turns = json!([
        { "role": "system", "content": trained[0] },
        { "role": "user", "content": trained[1] },
    ]);
    assert_eq!(asked[0]["turns"], turns);
    let sampling =
        json!({ "n": 8, "temperature": 1.0, "top_p": 1.0, "max_tokens": 32768, "seed": 0 });
    assert_eq!(asked[0]["sampling"], sampling);
    let logs = all.path("attempts/logs/*");
    let logs = logs.to_string_lossy();
    let answer = all
        .place
        .gradatim(&["eval", &logs, "--experiment", "out", "--json"])
        .ends(0)
        .json();
    assert_eq!(answer["missing"], json!([]));
    assert_eq!(answer["unmatched"], json!([]));
    let arms: Vec<(&str, f64, u64)> = answer["arms"]
        .as_array()
        .expect("arms")
        .iter()
        .map(|arm| {
            let whole = &arm["whole"];
            assert_eq!(whole["attempts"], json!([8, 8]));
            assert_eq!(
                (&whole["questions"], &whole["tokens"]),
                (&json!(3), &json!(17.0))
            );
            let runs = arm["runs"].as_u64().expect("runs");
            (
                text(arm, "name"),
                whole["avg"].as_f64().expect("a share"),
                runs,
            )
        })
        .collect();
    assert_eq!(
        arms,
        [("all-short-r1-4-*", 0.0, 2), ("all-long-r1-4-*", 1.0, 2)]
    );
}

#[test]
fn one_run_is_asked_for_by_its_name_or_by_its_line() {
    if !is_there("bash") || !is_there("python3") {
        return;
    }
    let all = Loop::new();
    all.goes(&["--only", RUNS[3], "--train"]).ends(0);
    assert_eq!(all.trained(), [RUNS[3]]);
    all.goes(&["--line", "2", "--train"]).ends(0);
    assert_eq!(all.trained(), [RUNS[1]]);
    all.goes(&["--line", "4"]).ends(0);
    assert!(all.trained().is_empty());
    let listed = all.goes(&["--list"]).ends(0).stdout;
    let of = |run: &str, is: [&str; 2]| format!("{run}\ttrained: {}\tattempts: {}\n", is[0], is[1]);
    let expected = [["no", "no"], ["yes", "no"], ["no", "no"], ["yes", "yes"]];
    let expected: String = RUNS
        .iter()
        .zip(expected)
        .map(|(run, is)| of(run, is))
        .collect();
    assert_eq!(listed, expected);
    let untrained = all.goes(&["--only", RUNS[0], "--attempts"]).ends(1);
    assert!(
        untrained.stdout.contains("not trained"),
        "{}",
        untrained.stdout
    );
    for wrong in [
        &["--only", "all"][..],
        &["--line", "5"],
        &["--line", "x"],
        &["--only"],
        &["-x"],
    ] {
        all.goes(wrong).ends(2).tells(&["runs.sh: "]);
    }
    assert!(all.trained().is_empty());
}

#[test]
fn the_scripts_are_sound_by_shellcheck() {
    if !is_there("bash") {
        return;
    }
    let all = Loop::new();
    for script in ["runs.sh", "slurm.sh"] {
        let parsed = Command::new("bash")
            .arg("-n")
            .arg(all.path(script))
            .status();
        assert!(parsed.expect("bash").success(), "{script}");
        if !is_there("shellcheck") {
            continue;
        }
        let checked = Command::new("shellcheck")
            .args(["--severity", "warning"])
            .arg(all.path(script))
            .output();
        let checked = checked.expect("shellcheck");
        assert!(
            checked.status.success(),
            "{}",
            String::from_utf8_lossy(&checked.stdout)
        );
    }
}

#[test]
fn a_folder_of_configurations_is_written_again_only_where_it_says_the_same() {
    let all = Loop::new().configured();
    let script = all.path("runs.sh");
    let kept = std::fs::read_to_string(&script).expect("a script");
    std::fs::write(&script, "echo mine\n").expect("a script");
    let again = [
        "train-config",
        "out",
        "--all",
        "--trainer",
        "trl",
        "--model",
        "Qwen/Qwen2.5-7B-Instruct",
        "--out",
        "it's $x",
    ];
    all.place.gradatim(&again).ends(2).tells(&["runs.sh"]);
    let over = [&again[..], &["--overwrite"]].concat();
    all.place.gradatim(&over).ends(0);
    assert_eq!(std::fs::read_to_string(&script).expect("a script"), kept);
}

#[test]
fn the_headline_questions_take_twelve_arms_with_the_draws_that_power_wants() {
    let place = Place::new();
    let pipeline = repository().join("pipelines/headline.toml");
    let (pipeline, pool) = (
        pipeline.to_string_lossy(),
        QUICKSTART.pool.to_string_lossy(),
    );
    let plan = place
        .gradatim(&["plan", &pipeline, "--pool", &pool, "--json"])
        .ends(0);
    let total = plan.json()["training"]["total"].clone();
    assert_eq!((&total["arms"], &total["runs"]), (&json!(12), &json!(60)));
    // 12 arms of 5 draws: 3 and 3 of 100, 500 and 1,000 rows, and 6 of 500, in batches of 32 and 5 epochs.
    let steps = |rows: u64| 5 * 5 * rows.div_ceil(32);
    let all = 2 * (steps(100) + steps(500) + steps(1000)) + 6 * steps(500);
    assert_eq!(total["steps"], all);
    let text =
        std::fs::read_to_string(repository().join("pipelines/headline.toml")).expect("a pipeline");
    let (_, command) = text.split_once("# `gradatim power ").expect("a command");
    let (command, _) = command.split_once('`').expect("its end");
    let command: Vec<&str> = std::iter::once("power").chain(command.split(' ')).collect();
    let power = place
        .gradatim(&[&command[..], &["--json"]].concat())
        .ends(0)
        .json();
    assert_eq!(power["runs"]["needed"]["draws"], json!(5), "{power}");
}
