//! One line for each mistake met in the wild.

use gradatim_verify::verify;
use serde_json::Value;

use crate::package;

#[test]
fn every_line_has_its_outcome() {
    let path = package().join("tests/verdicts.jsonl");
    let text = std::fs::read_to_string(path).expect("the table is part of the repository");
    assert!(text.lines().count() > 50);
    let mut surprises = Vec::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| row[name].as_str().unwrap();
        let verdict = verify(field("gold"), field("response"));
        if verdict.outcome.as_str() != field("outcome") {
            surprises.push(format!(
                "{line}\n  {} {} {:?}",
                verdict.outcome, verdict.reason, verdict.extracted
            ));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// But for rounding, whose options name the side that may round.
#[test]
fn the_sides_of_a_line_can_be_swapped() {
    let path = package().join("tests/verdicts.jsonl");
    let text = std::fs::read_to_string(path).expect("the table is part of the repository");
    let mut surprises = Vec::new();
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let field = |name: &str| row[name].as_str().unwrap();
        let answer = field("response")
            .strip_prefix("So it is $\\boxed{")
            .and_then(|rest| rest.strip_suffix("}$."));
        let Some(answer) = answer.filter(|_| field("outcome") != "no_gold") else {
            continue;
        };
        let there = verify(field("gold"), field("response"));
        let back = verify(answer, &format!("So it is $\\boxed{{{}}}$.", field("gold")));
        let rounds = [&there, &back]
            .iter()
            .any(|verdict| verdict.reason.as_str().starts_with("round"));
        if there.outcome != back.outcome
            && !rounds
            && back.extracted.as_deref() == Some(field("gold"))
        {
            surprises.push(format!("{line}\n  back: {} {}", back.outcome, back.reason));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
