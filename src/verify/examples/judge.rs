//! Judges a file of pairs, to hold the verdicts of a change against those of before.
//!
//!     cargo run -p gradatim-verify --example judge -- PAIRS.jsonl > verdicts.jsonl
//!
//! Each line of the file is an object with `gold`, and `response` or a bare `answer`; each line that is
//! printed has its verdict, what it rests on, what was found and what pointed at it.

use std::io::Write;

use gradatim_verify::{compare, extract, verify};
use serde_json::{Value, json};

fn main() {
    let path = std::env::args().nth(1).unwrap_or_default();
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap_or_default();
        let printed = writeln!(out, "{}", judged(&row));
        if printed.is_err() {
            return;
        }
    }
}

fn judged(row: &Value) -> Value {
    let text = |key: &str| row[key].as_str().unwrap_or("");
    let bare = row["answer"].as_str();
    let verdict = match bare {
        Some(answer) => compare(text("gold"), answer),
        None => verify(text("gold"), text("response")),
    };
    let found = extract(text("response")).filter(|_| bare.is_none());
    json!({
        "outcome": verdict.outcome.as_str(),
        "reason": verdict.reason.as_str(),
        "extracted": verdict.extracted,
        "rule": found.map(|found| found.rule.as_str()),
    })
}
