//! `gradatim eval` as people run it: what it prints, what `--json` promises, and the folder that it leaves.
//!
//! Logs are small tables that the tests write, with figures that are counted by hand; real logs lie beside the repository,
//! with numbers that numpy, scipy and statsmodels made of them, and where they are absent the tests say so.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::*;

/// A log of runs at AIME24, as rows of a table: each run with the attempts of each question, `1` right and `0` wrong.
fn log(runs: &[(&str, &[&str])]) -> Vec<u8> {
    let mut rows = Vec::new();
    for (run, questions) in runs {
        for (at, attempts) in questions.iter().enumerate() {
            for (attempt, letter) in attempts.chars().enumerate() {
                rows.push(json!({
                    "run": run, "benchmark": "aime24", "question_id": 60 + at, "attempt": attempt,
                    "correct": letter == '1',
                }));
            }
        }
    }
    jsonl(&rows)
}

/// Thirty questions, the first so many right in every attempt.
fn first(right: usize, attempts: usize) -> Vec<String> {
    let cell = |at: usize| if at < right { "1" } else { "0" };
    (0..30).map(|at| cell(at).repeat(attempts)).collect()
}

fn written(place: &Place, name: &str, runs: &[(&str, Vec<String>)]) -> String {
    let cells: Vec<(&str, Vec<&str>)> = runs
        .iter()
        .map(|(run, cells)| (*run, cells.iter().map(String::as_str).collect()))
        .collect();
    let runs: Vec<(&str, &[&str])> = cells
        .iter()
        .map(|(run, cells)| (*run, cells.as_slice()))
        .collect();
    place.write(name, log(&runs));
    name.to_owned()
}

fn near(value: &Value, expected: f64) {
    let found = value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"));
    assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
}

fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn the_json_has_the_keys_that_are_promised() {
    let place = Place::new();
    let log = written(
        &place,
        "log.jsonl",
        &[("a", first(12, 2)), ("b", first(3, 2))],
    );
    let report = place.gradatim(&["eval", &log, "--json"]).ends(0).json();
    let run = &report["runs"][0];
    for key in [
        "name",
        "benchmark",
        "questions",
        "attempts",
        "avg",
        "cov",
        "maj_expected",
        "maj_first",
        "pass_at",
        "unfinished",
        "tiers",
        "intervals",
    ] {
        assert!(run.get(key).is_some(), "{key}: {run}");
    }
    assert_eq!(
        (&run["name"], &run["benchmark"]),
        (&json!("a"), &json!("aime24"))
    );
    assert_eq!(
        (&run["questions"], &run["attempts"]),
        (&json!(30), &json!(60))
    );
    near(&run["avg"], 0.4);
    near(&run["cov"], 0.4);
    near(&run["pass_at"]["1"], 0.4);
    assert_eq!(keys(&run["tiers"]), ["easy", "medium", "hard", "exh"]);
    for (tier, of) in [("easy", 4), ("medium", 10), ("hard", 12), ("exh", 4)] {
        assert_eq!(
            keys(&run["tiers"][tier])[..4],
            ["questions", "of", "avg", "cov"]
        );
        assert_eq!(run["tiers"][tier]["of"], of);
    }
    assert_eq!(
        keys(&run["intervals"]),
        ["this_run", "this_kind", "questions_like_these"]
    );
    assert_eq!(
        run["intervals"]["this_kind"],
        Value::Null,
        "one run says nothing of its kind"
    );
    let pair = &report["pairs"][0];
    for (key, expected) in [
        ("a", json!("a")),
        ("b", json!("b")),
        ("questions", json!(30)),
        ("wins", json!(9)),
        ("losses", json!(0)),
        ("ties", json!(21)),
    ] {
        assert_eq!(pair[key], expected, "{key}");
    }
    near(&pair["difference"], 0.3);
    // Two of the 512 ways to flip nine signs.
    near(&pair["p"], 2.0 / 512.0);
    assert!(pair["interval"][0].as_f64() > Some(0.0));
}

#[test]
fn every_table_says_what_its_intervals_are_about() {
    let place = Place::new();
    let log = written(
        &place,
        "log.jsonl",
        &[("a", first(12, 8)), ("b", first(3, 8)), ("c", first(5, 8))],
    );
    let shown = place.gradatim(&["eval", &log]).ends(0).stdout;
    for words in [
        "95 % of avg@n for this very model on these questions (this run)",
        "95 % for these models on other questions like them",
        "no more order than these margins make",
    ] {
        assert!(shown.contains(words), "`{words}` is not said:\n{shown}");
    }
}

#[test]
fn the_folder_is_whole_says_what_it_was_made_of_and_answers_sql() {
    let place = Place::new();
    let log = written(
        &place,
        "logs/log.jsonl",
        &[("a", first(12, 2)), ("b", first(3, 2)), ("c", first(1, 2))],
    );
    place
        .gradatim(&["eval", &log, "--out", "evaluation"])
        .ends(0);
    let files = tree(&place.path("evaluation"));
    for name in [
        "eval.json",
        "report.txt",
        "manifest.json",
        "attempts.parquet",
        "runs.parquet",
        "runs.csv",
        "runs.tex",
        "tiers.csv",
        "tiers.tex",
        "pairs.csv",
        "pairs.tex",
        "ladder.svg",
        "potential.svg",
        "effects.svg",
    ] {
        assert!(files.contains_key(name), "{name}: {:?}", files.keys());
    }
    let manifest = read_json(&place.path("evaluation/manifest.json"));
    let sums = manifest["files"].as_object().expect("sums");
    assert_eq!(sums.len() + 1, files.len());
    for (name, sum) in sums {
        let bytes = std::fs::read(place.path("evaluation").join(name)).expect("a file");
        assert_eq!(sum, &json!(sha256(&bytes)), "{name}");
    }
    assert_eq!(manifest["inputs"].as_array().expect("inputs").len(), 1);
    let sql = "SELECT run, count(*) AS n, sum(CASE outcome WHEN 'right' THEN 1 ELSE 0 END) AS r FROM attempts GROUP BY run \
               ORDER BY run";
    let rows = place
        .gradatim(&["sql", sql, "--in", "evaluation", "--json"])
        .ends(0)
        .json();
    let expected = json!([
        {"run": "a", "n": 60, "r": 24}, {"run": "b", "n": 60, "r": 6}, {"run": "c", "n": 60, "r": 2},
    ]);
    assert_eq!(rows, expected);
    let sql = "SELECT avg FROM runs WHERE run = 'a'";
    let rows = place
        .gradatim(&["sql", sql, "--in", "evaluation", "--json"])
        .ends(0)
        .json();
    near(&rows[0]["avg"], 0.4);
}

#[test]
fn the_same_logs_give_the_same_bytes_for_any_threads_order_and_place() {
    let place = Place::new();
    let runs = [("a", first(12, 4)), ("b", first(3, 4)), ("c", first(7, 4))];
    for folder in ["one", "two/deeper"] {
        for (name, cells) in &runs {
            written(
                &place,
                &format!("{folder}/{name}.jsonl"),
                &[(name, cells.clone())],
            );
        }
    }
    let eval = |names: [&str; 3], folder: &str, out: &str, threads: &str| {
        let logs = names.map(|name| {
            place
                .path(&format!("{folder}/{name}.jsonl"))
                .display()
                .to_string()
        });
        let [one, two, three] = &logs;
        place
            .gradatim(&["eval", one, two, three, "--out", out, "--threads", threads])
            .ends(0);
        tree(&place.path(out))
    };
    let once = eval(["a", "b", "c"], "one", "first", "1");
    let again = eval(["c", "a", "b"], "two/deeper", "second", "2");
    assert_eq!(once, again);
    let manifest = std::fs::read_to_string(place.path("first/manifest.json")).expect("a manifest");
    assert!(
        !manifest.contains(&place.folder().display().to_string()),
        "{manifest}"
    );
}

#[test]
fn a_folder_that_is_there_or_sealed_or_read_is_never_written_into() {
    let place = Place::new();
    let log = written(&place, "logs/log.jsonl", &[("a", first(12, 2))]);
    place.write("there/mine.txt", "years of work");
    let there = place.gradatim(&["eval", &log, "--out", "there"]).ends(2);
    there.tells(&["`there` is in the way", "hint: "]);
    assert_eq!(tree(&place.path("there")).len(), 1);
    place.write("experiment/__run__/manifest.json", "{}");
    let inside = [
        "eval",
        &log,
        "--experiment",
        "experiment",
        "--out",
        "experiment/evaluation",
    ];
    place
        .gradatim(&inside)
        .ends(2)
        .tells(&["lies inside of `experiment`"]);
    place
        .gradatim(&["eval", "logs", "--out", "logs/evaluation"])
        .ends(2);
    assert!(!place.path("logs/evaluation").exists());
    assert!(!place.path("experiment/evaluation").exists());
}

/// Names that move a cursor, turn the order of what is read, or are a formula, a tag or a command.
const HOSTILE: &str =
    "=cmd|'x'!A1\u{202e}\n\u{1b}[2J<script>alert(1)</script>\\input{/etc/passwd}%&_$#,\"";

#[test]
fn a_name_from_a_log_is_text_wherever_it_is_written() {
    let place = Place::new();
    let log = written(
        &place,
        "log.jsonl",
        &[
            (HOSTILE, first(12, 2)),
            ("b", first(3, 2)),
            ("c", first(1, 2)),
        ],
    );
    let done = place
        .gradatim(&["eval", &log, "--out", "evaluation"])
        .ends(0);
    let acts = |text: &str| text.contains(['\u{202e}', '\u{1b}']);
    assert!(
        !acts(&done.stdout) && !acts(&done.stderr),
        "{}",
        done.stdout
    );
    for name in tree(&place.path("evaluation"))
        .keys()
        .filter(|name| !name.ends_with(".parquet"))
    {
        let text = std::fs::read_to_string(place.path("evaluation").join(name)).expect("text");
        assert!(!acts(&text), "{name}: {text}");
        assert!(
            !name.ends_with(".svg") || !text.contains("<script"),
            "{name}"
        );
        assert!(
            !name.ends_with(".tex") || !text.contains("\\input"),
            "{name}"
        );
        let is_formula =
            |line: &str| line.starts_with('=') || line.starts_with("\"=") || line.contains(",=");
        assert!(
            !name.ends_with(".csv") || !text.lines().any(is_formula),
            "{name}: {text}"
        );
    }
    let rows = table(&place.path("evaluation/runs.parquet"));
    let names: Vec<&str> = rows.iter().map(|row| text(row, "run")).collect();
    assert!(
        names.contains(&HOSTILE),
        "for programs a name is what it is: {names:?}"
    );
}

#[test]
fn a_comparison_that_was_asked_for_and_is_refused_ends_with_1() {
    let place = Place::new();
    let few: Vec<String> = first(2, 2)[..4].to_vec();
    let log = written(&place, "log.jsonl", &[("a", first(12, 2)), ("few", few)]);
    let alone = place.gradatim(&["eval", &log]).ends(0);
    assert!(
        alone.stdout.contains("4 questions in common"),
        "{}",
        alone.stdout
    );
    place
        .gradatim(&["eval", &log, "--pair", "a", "few"])
        .ends(1);
    let allowed = ["eval", &log, "--pair", "a", "few", "--allow", "questions"];
    let allowed = place.gradatim(&allowed).ends(0);
    assert!(
        allowed.stdout.contains("compared as allowed"),
        "{}",
        allowed.stdout
    );
    let unknown = place.gradatim(&["eval", &log, "--against", "aa"]).ends(2);
    unknown.tells(&["no run has the name `aa`", "hint: "]);
}

#[test]
fn a_reference_is_what_every_other_run_is_held_against() {
    let place = Place::new();
    let mine = written(&place, "mine.jsonl", &[("mine", first(12, 8))]);
    let base = written(&place, "base.jsonl", &[("some-checkpoint", first(4, 2))]);
    let reference = format!("base={base}");
    let report = place
        .gradatim(&["eval", &mine, "--reference", &reference, "--json"])
        .ends(0)
        .json();
    let pair = &report["pairs"][0];
    assert_eq!((&pair["a"], &pair["b"]), (&json!("mine"), &json!("base")));
    near(&pair["difference"], 8.0 / 30.0);
    assert_eq!(
        pair["cov"]["k"], 2,
        "coverage is compared at the fewer attempts"
    );
    assert!(pair["tiers"]["easy"]["difference"].is_number());
}

/// The standard's record of a run is read again as the run that it was.
#[test]
fn what_is_published_is_read_as_the_same_run() {
    let place = Place::new();
    let log = written(&place, "log.jsonl", &[("a", first(12, 4))]);
    let publish = ["--publish", "nobody", "--published-at", "1700000000"];
    place
        .gradatim(&[&["eval", &log, "--out", "evaluation"], &publish[..]].concat())
        .ends(0);
    let files = tree(&place.path("evaluation/every_eval_ever"));
    let rows = files.keys().find(|name| name.ends_with("_samples.jsonl"));
    let rows = rows.unwrap_or_else(|| panic!("a record: {:?}", files.keys()));
    let path = format!("evaluation/every_eval_ever/{rows}");
    let report = place.gradatim(&["eval", &path, "--json"]).ends(0).json();
    let run = &report["runs"][0];
    assert_eq!(
        (&run["questions"], &run["attempts"]),
        (&json!(30), &json!(120))
    );
    near(&run["avg"], 0.4);
    place
        .gradatim(&["eval", &log, "--publish", "nobody", "--out", "again"])
        .ends(2)
        .tells(&["--published-at"]);
}

#[test]
fn a_kill_leaves_a_whole_folder_or_none() {
    let place = Place::new();
    let runs: Vec<(String, Vec<String>)> = (0..4)
        .map(|at| (format!("r{at}"), first(3 + at, 100)))
        .collect();
    let runs: Vec<(&str, Vec<String>)> = runs
        .iter()
        .map(|(name, cells)| (name.as_str(), cells.clone()))
        .collect();
    let log = written(&place, "log.jsonl", &runs);
    let eval = ["eval", &log, "--out", "evaluation", "--threads", "1"];
    let began = Instant::now();
    place
        .gradatim(&["eval", &log, "--out", "undisturbed", "--threads", "1"])
        .ends(0);
    let span = began.elapsed();
    let expected = tree(&place.path("undisturbed"));
    let mut dice = Dice(5);
    let mut killed = 0;
    for _ in 0..12 {
        let mut child = place.start(&eval);
        // Most of the moments lie where the folder is written.
        std::thread::sleep(span.mul_f64(0.5 + dice.below(500) as f64 / 1000.0));
        child.kill().expect("SIGKILL");
        killed += u32::from(wait(child).code.is_none());
        if place.path("evaluation").exists() {
            assert_eq!(tree(&place.path("evaluation")), expected);
            std::fs::remove_dir_all(place.path("evaluation")).expect("it goes");
        }
    }
    assert!(
        killed > 0,
        "none was cut short in {:?}",
        span.max(Duration::ZERO)
    );
    place.gradatim(&eval).ends(0);
    assert_eq!(tree(&place.path("evaluation")), expected);
    assert!(
        !place.path("evaluation.partial").exists(),
        "what a killed one left is cleared away"
    );
}

/// The path of a real log.
fn real(name: &str) -> Option<String> {
    let path = shared()?.join("data/eval_runs").join(name);
    path.exists().then(|| path.display().to_string())
}

#[test]
fn two_attempts_at_aime24_come_to_the_figures_that_scipy_has() {
    let Some(log) = real("areal/aime24_nemotron1.5b_n2_all30.jsonl.zst") else {
        eprintln!("skipped: the logs of real evaluations are not beside the repository");
        return;
    };
    let place = Place::new();
    let report = place.gradatim(&["eval", &log, "--json"]).ends(0).json();
    let run = &report["runs"][0];
    assert_eq!(
        (&run["questions"], &run["attempts"], &run["benchmark"]),
        (&json!(30), &json!(60), &json!("aime24"))
    );
    for (key, expected) in [
        ("avg", 0.466667),
        ("cov", 0.566667),
        ("maj_first", 0.466667),
        ("maj_expected", 0.433333),
        ("unfinished", 32.0 / 60.0),
    ] {
        let found = run[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key}: {}", run[key]));
        assert!((found - expected).abs() < 1e-6, "{key}: {found}");
    }
    for (tier, avg) in [
        ("easy", 1.0),
        ("medium", 0.8),
        ("hard", 1.0 / 6.0),
        ("exh", 0.0),
    ] {
        near(&run["tiers"][tier]["avg"], avg);
    }
    let spread = run["spread"]["between_questions"]
        .as_f64()
        .expect("a share");
    assert!((spread - 0.598).abs() < 5e-4);
}

#[test]
fn more_thinking_wins_thirty_two_to_four_of_real_logs() {
    let names =
        ["think4000", "think500"].map(|name| format!("lm_eval_mgsm_en/s1.1-14B_{name}.jsonl.zst"));
    let (Some(more), Some(less)) = (real(&names[0]), real(&names[1])) else {
        eprintln!("skipped: the logs of real evaluations are not beside the repository");
        return;
    };
    let place = Place::new();
    let report = place
        .gradatim(&["eval", &more, &less, "--filter", "2", "--json"])
        .ends(0)
        .json();
    let pair = &report["pairs"][0];
    let sign = if text(pair, "a").contains("4000") {
        1.0
    } else {
        -1.0
    };
    near(&pair["difference"], sign * 0.112);
    let (won, lost) = if sign > 0.0 {
        ("wins", "losses")
    } else {
        ("losses", "wins")
    };
    assert_eq!((&pair[won], &pair[lost]), (&json!(32), &json!(4)));
    let p = pair["mcnemar"].as_f64().expect("single answers");
    assert!((p - 1.94e-6).abs() < 5e-9, "{p}");
}

#[test]
fn twenty_real_runs_are_no_ladder_and_long_beats_short_nine_to_nothing() {
    let Some(folder) = real("skyt1_32b_aime24") else {
        eprintln!("skipped: the logs of real evaluations are not beside the repository");
        return;
    };
    let place = Place::new();
    let report = place.gradatim(&["eval", &folder, "--json"]).ends(0).json();
    assert_eq!(report["runs"].as_array().expect("runs").len(), 20);
    let ladder = &report["ladder"][0];
    assert_eq!(
        (&ladder["runs"], &ladder["questions"], &ladder["errors"]),
        (&json!(20), &json!(30), &json!(52))
    );
    let p = ladder["p"].as_f64().expect("a share");
    assert!((p - 0.62).abs() < 0.05, "{p}");
    let is = |pair: &&Value, name: &str| {
        let ends = |key: &str| text(pair, key).ends_with("ckpt133");
        ends("a") && ends("b") && text(pair, "a") != name
    };
    let pairs = report["pairs"].as_array().expect("pairs");
    let pair = pairs
        .iter()
        .find(|pair| is(pair, ""))
        .expect("the pair of checkpoint 133");
    let decided = [&pair["wins"], &pair["losses"]].map(|count| count.as_u64().expect("a count"));
    assert_eq!(decided.iter().sum::<u64>(), 9);
    assert!(decided.contains(&0));
    near(&pair["p"], 2.0 / 512.0);
}
