//! Pairs from public reports and variations of them, under our own conventions.

use std::collections::BTreeMap;
use std::fs;

use gradatim_verify::{Outcome, verify};
use serde_json::Value;

use crate::shared;

/// How the verdicts on the pairs of one class are wrong.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Faults {
    false_correct: u32,
    false_wrong: u32,
    missed: u32,
}

#[test]
fn few_pairs_of_public_reports_are_judged_wrongly() {
    let Some(shared) = shared() else { return };
    let path = shared.join("verify/wild_cases.jsonl");
    let text = fs::read_to_string(path).expect("the cases");
    let mut classes: BTreeMap<String, Faults> = BTreeMap::new();
    let mut all = Faults::default();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).expect("a row");
        if row["policy"].as_bool() == Some(true) {
            continue;
        }
        let faults = judged(&row);
        let class = classes.entry(row["class"].as_str().unwrap_or("").to_owned());
        let class = class.or_default();
        for total in [class, &mut all] {
            total.false_correct += faults.false_correct;
            total.false_wrong += faults.false_wrong;
            total.missed += faults.missed;
        }
    }
    for (class, faults) in &classes {
        println!("{class}: {faults:?}");
    }
    assert!(all.false_correct <= 2, "{all:?}");
    assert!(all.false_wrong <= 2, "{all:?}");
    assert!(all.missed <= 15, "{all:?}");
}

/// What is wrong about the verdict on one pair.
fn judged(row: &Value) -> Faults {
    let text = |key: &str| row[key].as_str().unwrap_or("");
    let outcome = verify(text("gold"), text("response")).outcome;
    let wanted = text("expected") == "correct";
    let faults = Faults {
        false_correct: u32::from(!wanted && outcome == Outcome::Correct),
        false_wrong: u32::from(wanted && outcome == Outcome::Wrong),
        missed: u32::from(wanted && !matches!(outcome, Outcome::Correct | Outcome::Wrong)),
    };
    if faults != Faults::default() {
        println!("{outcome}: {row}");
    }
    faults
}

#[test]
fn the_mathematics_of_a_grader_of_evaluations_is_judged_alike() {
    let Some(shared) = shared() else { return };
    let path = shared.join("verify/inspect_math_cases.json");
    let text = fs::read_to_string(path).expect("the cases");
    let rows: Vec<Value> = serde_json::from_str(&text).expect("rows");
    let mut missed = Vec::new();
    for row in &rows {
        let text = |key: &str| row[key].as_str().unwrap_or("");
        let correct = verify(text("target"), text("output")).outcome == Outcome::Correct;
        if correct != (text("expected") == "C") {
            missed.push(row.to_string());
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
