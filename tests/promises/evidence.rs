//! Evidence is counted once: a file that is given twice, a source under two names, a row that was copied.

use serde_json::{Value, json};

use super::support::{Place, jsonl, openr1_rows};

const PIPELINE: &str = r#"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [5]
"#;

fn source(name: &str, path: &str) -> String {
    format!("[sources.{name}]\nlayout = 'openr1'\npath = '{path}'\n")
}

/// A place where the rows lie in files in each of the ways, and the sources that read them so: once, and with copies.
fn ways(rows: &[Value]) -> (Place, Vec<String>) {
    let place = Place::new();
    let once = jsonl(rows);
    place.write("once/a.jsonl", &once);
    for name in ["a", "b"] {
        place.write(&format!("twice/{name}.jsonl"), &once);
    }
    let copied: Vec<Value> = rows.iter().flat_map(|row| vec![row.clone(); 3]).collect();
    place.write("copied/a.jsonl", jsonl(&copied));
    let ways = vec![
        source("one", "once"),
        source("one", "twice"),
        source("one", "copied"),
        source("one", "once") + &source("two", "twice/b.jsonl"),
    ];
    (place, ways)
}

#[test]
fn copies_change_no_statistic() {
    // Some of them are wrong, and some are recorded as wrong.
    let mut rows = openr1_rows(60);
    for (at, row) in rows.iter_mut().enumerate() {
        if at % 3 == 0 {
            row["answer"] = json!("7777");
        }
        if at % 5 == 0 {
            let count = row["generations"].as_array().map_or(0, Vec::len);
            row["correctness_math_verify"] = json!(vec![false; count]);
        }
    }
    let (place, ways) = ways(&rows);
    let mut all = Vec::new();
    for (at, sources) in ways.iter().enumerate() {
        let out = format!("out{at}");
        place.write("pipeline.toml", sources.clone() + PIPELINE);
        place.run(&out, &[]).ends(0);
        let manifest = place.out(&out).manifest();
        let kept: u64 = manifest["ledger"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|of| of["kept"].as_u64().expect("a count"))
            .sum();
        all.push((
            manifest["verdicts"].clone(),
            manifest["acceptance"].clone(),
            kept,
        ));
    }
    for (at, of_way) in all.iter().enumerate() {
        assert_eq!(*of_way, all[0], "{}", ways[at]);
    }
}

#[test]
fn a_trajectory_that_is_there_twice_gives_its_problem_no_pass_rate() {
    let mut rows = openr1_rows(30);
    for row in &mut rows {
        for column in [
            "generations",
            "correctness_math_verify",
            "correctness_llama",
            "is_reasoning_complete",
            "finish_reasons",
        ] {
            row[column].as_array_mut().expect("a list").truncate(1);
        }
    }
    let (place, ways) = ways(&rows);
    let hard = "[grid.difficulty]\npass_rate = { min = 0 }\n";
    for sources in ways {
        place.write("pipeline.toml", sources.clone() + PIPELINE + hard);
        place.run("out", &[]).ends(5);
    }
}

#[test]
fn copies_whose_gold_answers_contradict_each_other_decide_nothing() {
    let rows = openr1_rows(30);
    let other: Vec<Value> = rows
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row["answer"] = json!("7777");
            row
        })
        .collect();
    let place = Place::new();
    place.write("a/a.jsonl", jsonl(&rows));
    place.write("a/b.jsonl", jsonl(&other));
    let hard = "[grid.difficulty]\npass_rate = { min = 0 }\n";
    place.write("pipeline.toml", source("one", "a") + PIPELINE + hard);
    place.run("out", &[]).ends(5);
    place.write(
        "pipeline.toml",
        source("one", "a/a.jsonl") + PIPELINE + hard,
    );
    place.run("out", &[]).ends(0);
}
