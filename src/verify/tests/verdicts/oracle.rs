//! The peer's parser cases, by value.

use std::fs;

use gradatim_verify::{Outcome, has_value, verify};
use serde_json::Value;

use crate::shared;

#[test]
fn at_least_975_of_1000_values_are_read_and_all_42_that_must_be_are_refused() {
    let Some(shared) = shared() else { return };
    let text = fs::read_to_string(shared.join("verify/parse_cases.jsonl")).expect("the cases");
    let (mut right, mut total) = (0, 0);
    let (mut refused, mut refusable) = (0, 0);
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let latex = row["latex"].as_str().unwrap_or("");
        match row["kind"].as_str().unwrap() {
            "parse_error" => {
                refusable += 1;
                let verdict = verify("7", &format!("\\boxed{{{latex}}}"));
                let read = has_value(latex, &[("x", "1"), ("a", "2")], "7");
                if read.is_none() && verdict.outcome != Outcome::Correct {
                    refused += 1;
                } else {
                    println!("not refused: {latex} {read:?} {}", verdict.outcome);
                }
            }
            "parse" => {
                let found = if let Some(value) = row["expected_value"].as_str() {
                    total += 1;
                    has_value(latex, &[], value)
                } else if let Some(probes) = row["expected_probes"].as_array() {
                    total += 1;
                    probes
                        .iter()
                        .map(|probe| at_probe(latex, probe))
                        .try_fold(true, |all, one| Some(all && one?))
                } else {
                    continue;
                };
                if found == Some(true) {
                    right += 1;
                } else {
                    println!(
                        "{:?} {latex} => {} {:?}",
                        found,
                        row["expected_str"].as_str().unwrap_or(""),
                        row["expected_value"].as_str()
                    );
                }
            }
            _ => {}
        }
    }
    println!("{right} of {total} values, {refused} of {refusable} refused");
    assert!(total >= 987 && 1000 * right >= 975 * total);
    assert_eq!((refused, refusable), (42, 42));
}

fn at_probe(latex: &str, probe: &Value) -> Option<bool> {
    let at = probe["at"].as_object().expect("an object");
    let names: Vec<(String, String)> = at
        .iter()
        .map(|(name, value)| (our_name(name), value.as_str().expect("text").to_owned()))
        .collect();
    let names: Vec<(&str, &str)> = names
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    has_value(latex, &names, probe["value"].as_str()?)
}

/// sympy's name of a symbol in our spelling.
fn our_name(name: &str) -> String {
    const GREEK: [&str; 12] = [
        "alpha",
        "theta",
        "gamma",
        "lambda",
        "epsilon",
        "varepsilon",
        "beta",
        "phi",
        "mu",
        "delta",
        "sigma",
        "omega",
    ];
    let mut name = name.replace(['{', '}'], "").replace(' ', "");
    for greek in GREEK {
        if name.starts_with(greek) {
            name = format!("\\{name}");
        }
    }
    if let Some(rest) = name.strip_prefix("bar") {
        let (letter, sub) = rest.split_at(1);
        name = format!("\\bar{{{letter}}}{sub}");
    }
    name
}
