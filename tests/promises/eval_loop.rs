//! The loop closed: from the lines of a run to attempts and back to what was planted in them.
//!
//! Nothing is trained: `examples/make_sample` makes the attempts, with the chances that they were made with beside them. A
//! log with a truth of its own lies beside the repository; where it is absent the test says so.

use serde_json::{Value, json};

use crate::support::*;

#[path = "../../examples/make_sample/attempts.rs"]
pub(crate) mod attempts;
#[path = "../../src/sample/rng.rs"]
#[allow(dead_code, reason = "the sample draws whole numbers too")]
mod rng;

pub(crate) type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

/// Attempts on the quickstart's lines, with their truth.
fn simulated(place: &Place, seed: u64) -> Value {
    attempts::make(&QUICKSTART.out.0, &place.path("logs"), seed).expect("attempts");
    read_json(&place.path("logs.truth.json"))
}

fn asked(place: &Place, more: &[&str]) -> Value {
    let out = QUICKSTART.out.0.to_string_lossy();
    let arguments = ["eval", "logs", "--experiment", &out, "--json"];
    place.gradatim(&[&arguments, more].concat()).ends(0).json()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

fn ends(interval: &Value) -> Option<[f64; 2]> {
    Some([interval[0].as_f64()?, interval[1].as_f64()?])
}

/// Of an effect over cells of the quickstart, whose arms are one set each: what its sets would come to over all trainings.
fn planted(effect: &Value, truth: &Value, part: &str) -> f64 {
    let of = |name: &Value| {
        let rate = &truth["subsets"][name.as_str().expect("a name")]["this_set"][part];
        rate.as_f64()
            .unwrap_or_else(|| panic!("{name} has no {part}"))
    };
    let cells = list(effect, "cells");
    let sum: f64 = cells.iter().map(|cell| of(&cell[0]) - of(&cell[1])).sum();
    sum / cells.len() as f64
}

#[test]
fn what_was_planted_in_attempts_is_found_again() {
    let place = Place::new();
    let (mut held, mut of) = (0, 0);
    for seed in 0..3 {
        let truth = simulated(&place, seed);
        let answer = asked(&place, &[]);
        assert_eq!(
            list(&answer, "missing").len() + list(&answer, "unmatched").len(),
            0
        );
        for effect in answer["effects"]
            .as_array()
            .expect("effects")
            .iter()
            .chain(list(&answer, "contrasts"))
        {
            assert_eq!(effect["intervals"]["this_kind"], Value::Null, "one draw");
            let [low, high] = ends(&effect["intervals"]["this_set"]).expect("an interval");
            let truth = planted(effect, &truth, "whole");
            held += u32::from(low <= truth && truth <= high);
            of += 1;
        }
        let long = list(&answer, "effects")
            .iter()
            .find(|effect| effect["name"] == "long - short");
        assert_eq!(long.expect("length")["verdict"], "higher", "{long:?}");
    }
    assert!(
        of > 200 && f64::from(held) >= 0.93 * f64::from(of),
        "{held} of {of}"
    );
}

#[test]
fn the_whole_answer_has_its_keys_and_leaves_the_folder_as_it_was() {
    let place = Place::new();
    simulated(&place, 7);
    let before = tree(&QUICKSTART.out.0);
    let answer = asked(&place, &[]);
    for key in [
        "arms",
        "contrasts",
        "effects",
        "medium_rule",
        "scaling",
        "ladder",
    ] {
        assert!(!answer[key].is_null(), "{key}");
    }
    let families: std::collections::BTreeSet<&str> = list(&answer, "effects")
        .iter()
        .map(|effect| text(effect, "family"))
        .collect();
    assert!(
        families
            .into_iter()
            .eq(["C", "L", "N", "S", "matched", "paired", "random"])
    );
    assert_eq!(tree(&QUICKSTART.out.0), before);
    // A log that a line lacks is named, and one that is of no line.
    let log = std::fs::read_to_string(place.path("logs/aime24.jsonl")).expect("a log");
    let renamed = log.replace(
        "\"run\":\"random-r1-100-t0-epochs\"",
        "\"run\":\"stranger\"",
    );
    place.write("logs/aime24.jsonl", renamed);
    let answer = asked(&place, &[]);
    assert_eq!(
        answer["missing"],
        json!([{ "run": "random-r1-100-t0-epochs", "benchmark": null }])
    );
    assert_eq!(list(&answer, "unmatched").len(), 1);
}

#[test]
fn logs_of_no_line_are_refused_with_what_mends_it() {
    let place = Place::new();
    let row = json!({ "run": "mine", "benchmark": "aime24", "question_id": 60, "attempt": 0, "correct": 1 });
    place.write("mine.jsonl", jsonl(&[row]));
    let out = QUICKSTART.out.0.to_string_lossy();
    let done = place
        .gradatim(&["eval", "mine.jsonl", "--experiment", &out])
        .ends(2);
    done.tells(&[
        "no log is of a run of the experiment",
        "`mine` is no run",
        "--join-pattern",
    ]);
}

#[test]
fn a_folder_whose_lines_were_changed_is_refused() {
    let place = Place::new();
    simulated(&place, 8);
    copy(&QUICKSTART.out.0, &place.path("changed"));
    let path = place.path("changed/__run__/runs.csv");
    let lines = std::fs::read_to_string(&path)
        .expect("lines")
        .replace(",subset,", ",random,");
    std::fs::write(&path, lines).expect("written");
    let done = place
        .gradatim(&["eval", "logs", "--experiment", "changed"])
        .ends(2);
    done.tells(&[
        "`__run__/runs.csv`",
        "is not as the run wrote it",
        "gradatim check",
    ]);
}

/// scipy 1.17.1 on the means of draws: Welch's error and Satterthwaite's degrees over the cells. `geometry` was made with .15
/// more log-odds than `algebra`, .0163 at the questions' own rates.
#[test]
fn effects_of_a_plain_tables_columns_are_what_scipy_says() {
    let Some(shared) = shared() else { return };
    let log = shared.join("data/eval_runs/synthetic/factorial.jsonl.gz");
    let place = Place::new();
    let log = log.to_string_lossy();
    let arguments = [
        "eval",
        &log,
        "--arms",
        "category,length,size",
        "--draw",
        "draw",
        "--json",
    ];
    let answer = place.gradatim(&arguments).ends(0).json();
    let expected = [
        (
            "long - short",
            0.06423611111111113,
            0.009781975766537113,
            14.013949280288335,
        ),
        (
            "geometry - algebra",
            0.04375,
            0.013210425263713054,
            10.59765754658827,
        ),
        (
            "200 - 100",
            0.048958333333333326,
            0.023746040118223843,
            5.949939818762675,
        ),
        (
            "1000 - 100",
            0.06666666666666665,
            0.021177709280523482,
            5.881512913623567,
        ),
    ];
    for (name, difference, error, freedom) in expected {
        let effect = list(&answer, "effects")
            .iter()
            .find(|effect| effect["name"] == name);
        let effect = effect.unwrap_or_else(|| panic!("{name} is missing"));
        for (key, expected) in [
            ("difference", difference),
            ("standard_error", error),
            ("degrees_of_freedom", freedom),
        ] {
            let found = effect[key].as_f64().expect("a number");
            assert!((found - expected).abs() < 1e-9, "{name}: {key} {found}");
        }
        if name == "geometry - algebra" {
            let [low, high] = ends(&effect["intervals"]["this_kind"]).expect("an interval");
            assert!(low < 0.0163 && 0.0163 < high, "{low} {high}");
        }
    }
}
