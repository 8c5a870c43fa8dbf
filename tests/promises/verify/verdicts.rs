//! One line for each mistake met in the wild.

use gradatim::verify::verify;
use serde_json::Value;

use crate::support::repository;

#[test]
fn every_line_has_its_outcome() {
    let path = repository().join("tests/verdicts.jsonl");
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
