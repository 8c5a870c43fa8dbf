//! NuminaMath beside other sources: what it knows of their problems is joined, compared and asked for.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::hub::mock::MockHub;
use crate::support::{Place, jsonl, openr1_row, parquet, reply, tree};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.r1]
layout = "openr1"
path = "r1.jsonl"
[companions.numina]
path = "numina.parquet"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all"]
size = [3]
"#;

/// Problem `at` of the sources, as a row of OpenR1.
fn problem(at: usize, category: Option<&str>) -> Value {
    let mut row = openr1_row(
        &format!("What is {at}+1?"),
        &(at + 1).to_string(),
        "",
        &[reply(at + 1, 4)],
    );
    row["problem_type"] = json!(category);
    row
}

/// What the companion says of problem `at`; its spelling of the problem has other spaces.
fn said(at: usize, more: Value) -> Value {
    let mut row = json!({
        "problem": format!(" What is  {at}+1?\n"), "solution": "Read by nobody.", "answer": (at + 1).to_string(),
        "problem_type": "Number Theory", "question_type": "math-word-problem", "source": "olympiads",
        "problem_is_valid": "Yes", "solution_is_valid": "Yes", "synthetic": false,
    });
    for (key, value) in more.as_object().expect("an object") {
        row[key] = value.clone();
    }
    row
}

/// Eight problems; the companion knows seven of them and two hundred others.
fn scene() -> Place {
    let place = Place::new();
    let rows: Vec<Value> = (0..8)
        .map(|at| problem(at, [Some("Number Theory"), Some("Algebra"), None][at % 3]))
        .collect();
    place.write("r1.jsonl", jsonl(&rows));
    place.write("numina.parquet", parquet(&numina(), 16));
    place.write("pipeline.toml", PIPELINE);
    place
}

fn numina() -> Vec<Value> {
    let mut rows = vec![
        said(0, json!({})),
        said(1, json!({ "answer": "proof" })),
        said(2, json!({ "problem_is_valid": "Incomplete" })),
        said(3, json!({ "solution_is_valid": "Problem not solved" })),
        said(4, json!({ "synthetic": true })),
        said(5, json!({ "question_type": "MCQ" })),
        said(6, json!({ "problem_is_valid": null })),
        json!({ "problem": null, "answer": "1" }),
    ];
    rows.extend((100..300).map(|at| said(at, json!({}))));
    rows
}

fn screened(place: &Place, screen: &str) -> BTreeMap<String, String> {
    place.write("pipeline.toml", format!("{PIPELINE}\n[screen]\n{screen}\n"));
    let _ = std::fs::remove_dir_all(place.path("out"));
    place.run("out", &[]).ends(0);
    let dropped = place
        .out("out")
        .ledger()
        .into_iter()
        .filter(|row| row["fate"] == "dropped");
    let why = |row: Value| {
        let number = row["row"].to_string();
        (
            number,
            format!("{}: {}", row["reason"], row["value"]).replace('"', ""),
        )
    };
    dropped.map(why).collect()
}

fn drops(expected: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(row, why): &(&str, &str)| ((*row).to_owned(), (*why).to_owned());
    expected.iter().map(owned).collect()
}

#[test]
fn a_companion_adds_what_the_source_does_not_say_and_compares_the_rest() {
    let place = scene();
    place.run("out", &[]).ends(0);
    let ledger = place.out("out").ledger();
    let categories: Vec<&Value> = ledger.iter().map(|row| &row["category"]).collect();
    let (theirs, own) = (json!("number_theory"), json!("algebra"));
    assert_eq!(
        categories,
        [
            &theirs, &own, &theirs, &theirs, &own, &theirs, &theirs, &own
        ]
    );
    assert_eq!(ledger[4]["synthetic"], json!(true));
    assert_eq!(ledger[7]["problem_is_valid"], Value::Null);
    assert_eq!(
        ledger[1]["gold_kind"], "value",
        "what the source says itself stands"
    );
    let joined = &place.out("out").manifest()["companions"][0]["joined"];
    assert_eq!(
        joined,
        &json!({
            "rows": 208, "rows_void": 1, "problems": 8, "problems_known": 7, "rows_contradicting": 0,
            "categories_added": 2, "categories_same": 3, "categories_other": 2,
        })
    );
    let card = std::fs::read_to_string(place.path("out/README.md")).expect("a card");
    assert!(card.contains("numina knows 7 of 8 problems"), "{card}");
    place.gradatim(&["check", "out"]).ends(0);
}

#[test]
fn a_companion_can_have_the_last_word_on_categories() {
    let place = scene();
    let replacing = PIPELINE.replace(
        "numina.parquet\"",
        "numina.parquet\"\ncategory = \"replace\"",
    );
    place.write("pipeline.toml", replacing);
    place.run("out", &[]).ends(0);
    let ledger = place.out("out").ledger();
    let known = |row: &&Value| row["category"] == "number_theory";
    assert_eq!(ledger.iter().filter(known).count(), 7);
    assert_eq!(ledger[7]["category"], "algebra");
}

#[test]
fn what_is_asked_of_a_problem_drops_the_others_with_what_is_known() {
    let place = scene();
    let unknown = ("7", "problem_is_valid: unknown");
    assert_eq!(
        screened(&place, "problem_is_valid = ['Yes']"),
        drops(&[
            ("2", "problem_is_valid: Incomplete"),
            ("6", "problem_is_valid: unknown"),
            unknown
        ])
    );
    assert_eq!(
        screened(&place, "synthetic = false"),
        drops(&[("4", "synthetic: true"), ("7", "synthetic: unknown")])
    );
    assert_eq!(
        screened(&place, "solution_is_valid = ['Yes', 'Incomplete']"),
        drops(&[
            ("3", "solution_is_valid: Problem not solved"),
            ("7", "solution_is_valid: unknown")
        ])
    );
    assert_eq!(
        screened(&place, "question_type = ['proof']").len(),
        8,
        "no problem is a proof"
    );
    place.gradatim(&["check", "out"]).ends(0);
}

#[test]
fn numina_as_a_source_is_asked_of_its_own_rows() {
    let place = scene();
    let alone = "on_shortfall = 'short'\n[sources.numina]\nlayout = 'numina'\npath = 'numina.parquet'\naccept = 'none'\n\
        [measure]\ntokenizer = 'bytes.json'\n[[grid]]\ncategory = ['all']\nsize = [3]\n[screen]\ngold_kind = ['value']\n\
        problem_is_valid = ['Yes']\nsolution_is_valid = ['Yes']\nsynthetic = false\n";
    place.write("pipeline.toml", alone);
    place.run("out", &[]).ends(0);
    let expected = [
        ("gold_kind", 1),
        ("no_problem", 1),
        ("problem_is_valid", 2),
        ("solution_is_valid", 1),
        ("synthetic", 1),
    ];
    let expected: BTreeMap<String, u64> = expected
        .into_iter()
        .map(|(reason, count)| (reason.to_owned(), count))
        .collect();
    assert_eq!(place.out("out").drops(), expected);
}

#[test]
fn rows_that_contradict_each_other_are_decided_in_any_order() {
    let place = scene();
    let mut rows = numina();
    rows.push(said(
        0,
        json!({ "problem_type": "Geometry", "synthetic": true }),
    ));
    let mut trees = Vec::new();
    for round in ["there", "back"] {
        place.write("numina.parquet", parquet(&rows, 16));
        place.run(round, &["--threads", "2"]).ends(0);
        let manifest = place.out(round).manifest();
        assert_eq!(manifest["companions"][0]["joined"]["rows_contradicting"], 1);
        trees.push((place.out(round).ledger(), place.out(round).selection()));
        rows.reverse();
    }
    assert_eq!(trees[0], trees[1]);
}

#[test]
fn a_companion_is_read_once_and_lies_in_the_pool() {
    let place = scene();
    place.run("out", &[]).ends(0);
    let kept = place
        .gradatim(&["pool", "--pool", "pool", "--json"])
        .ends(0)
        .json();
    let files = kept["files"].as_array().expect("a list").iter();
    let layouts: Vec<&Value> = files.map(|file| &file["layout"]).collect();
    assert!(layouts.contains(&&json!("problems")), "{layouts:?}");
    let before = tree(&place.path("pool/parts"));
    place
        .run("again", &["--threads", "1", "--batch-size", "3"])
        .ends(0);
    assert_eq!(tree(&place.path("pool/parts")), before);
    assert_eq!(tree(&place.path("out")), tree(&place.path("again")));
}

#[test]
fn a_companion_comes_from_a_hub_and_only_its_narrow_columns_travel() {
    let mock = MockHub::start();
    let mut rows = numina();
    for row in &mut rows {
        row["solution"] = json!("never read ".repeat(500));
    }
    mock.dataset("AI-MO/Numina")
        .file("data/train-0.parquet", parquet(&rows, 64))
        .push("main");
    let place = Place::new().with("HF_ENDPOINT", mock.endpoint());
    let local = scene();
    place.write(
        "r1.jsonl",
        std::fs::read(local.path("r1.jsonl")).expect("rows"),
    );
    place.write(
        "pipeline.toml",
        PIPELINE.replace("path = \"numina.parquet\"", "hub = \"AI-MO/Numina\""),
    );
    place.run("out", &[]).ends(0);
    local.run("out", &[]).ends(0);
    let (ours, theirs) = (place.out("out").manifest(), local.out("out").manifest());
    assert_eq!(
        ours["companions"][0]["joined"],
        theirs["companions"][0]["joined"]
    );
    let hub = &ours["companions"][0]["files"][0]["hub"];
    assert_eq!(
        (&hub["dataset"], &hub["check"]),
        (&json!("AI-MO/Numina"), &json!("unverified"))
    );
    let lock =
        std::fs::read_to_string(place.path("out/__run__/pipeline.lock.toml")).expect("a lock file");
    assert!(
        lock.contains(hub["commit"].as_str().expect("a commit")),
        "{lock}"
    );
}

#[test]
fn what_cannot_be_asked_is_refused_where_it_stands() {
    let place = scene();
    let alone = PIPELINE.replace("[companions.numina]\npath = \"numina.parquet\"\n", "");
    place.write(
        "pipeline.toml",
        format!("{alone}\n[screen]\nsynthetic = false\n"),
    );
    place
        .run("out", &[])
        .ends(2)
        .tells(&["screen.synthetic", "`r1`", "companions.numina"]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("companions.numina", "companions.r1"),
    );
    place
        .run("out", &[])
        .ends(2)
        .tells(&["companions.r1", "name of another table"]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("numina.parquet", "none.parquet"),
    );
    place
        .run("out", &[])
        .ends(2)
        .tells(&["companions.numina.path"]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("layout = \"openr1\"", "layout = \"problems\""),
    );
    place
        .run("out", &[])
        .ends(2)
        .tells(&["sources.r1.layout", "numina"]);
    place.write("numina.parquet", "no Parquet at all");
    place.write("pipeline.toml", PIPELINE);
    place
        .run("out", &[])
        .ends(4)
        .tells(&["numina/numina.parquet"]);
    assert!(!place.path("out").exists());
}
