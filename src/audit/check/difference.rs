//! Where two texts, or two JSON values, part ways; in words for people.

use serde_json::Value;

use crate::error::shortened;

/// The first line in which two texts differ.
pub(super) fn of_lines(text: &str, expected: &str) -> String {
    let mut theirs = expected.lines();
    for (at, line) in (1..).zip(text.lines()) {
        match theirs.next() {
            Some(other) if other == line => {}
            Some(other) => {
                return format!(
                    "line {at} is `{}`, not `{}`",
                    shortened(line),
                    shortened(other)
                );
            }
            None => return format!("line {at} and what follows is too much"),
        }
    }
    match theirs.next() {
        Some(line) => format!("it ends before `{}`", shortened(line)),
        None => "its lines end otherwise".to_owned(),
    }
}

/// Every place where a value is not the expected one, at most [`PLACES_MAX`].
pub(super) fn of_json(value: &Value, expected: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(String::new(), Some(value), Some(expected), &mut found);
    found
}

const PLACES_MAX: usize = 20;

fn compare(at: String, value: Option<&Value>, expected: Option<&Value>, found: &mut Vec<String>) {
    if found.len() >= PLACES_MAX {
        return;
    }
    match (value, expected) {
        (Some(Value::Object(ours)), Some(Value::Object(theirs))) => {
            let more = ours.keys().filter(|key| !theirs.contains_key(*key));
            for key in theirs.keys().chain(more) {
                let below = match at.is_empty() {
                    true => key.clone(),
                    false => format!("{at}.{key}"),
                };
                compare(below, ours.get(key), theirs.get(key), found);
            }
        }
        (Some(Value::Array(ours)), Some(Value::Array(theirs))) => {
            for index in 0..ours.len().max(theirs.len()) {
                compare(
                    format!("{at}[{index}]"),
                    ours.get(index),
                    theirs.get(index),
                    found,
                );
            }
        }
        (Some(Value::Number(ours)), Some(Value::Number(theirs))) if is_close(ours, theirs) => {}
        (ours, theirs) if ours == theirs => {}
        (ours, theirs) => {
            let shown = |value: Option<&Value>| {
                value.map_or("missing".to_owned(), |value| shortened(&value.to_string()))
            };
            found.push(format!("`{at}` is {}, not {}", shown(ours), shown(theirs)));
        }
    }
}

/// The same fraction, but for its last bit, which reading JSON may lose.
fn is_close(a: &serde_json::Number, b: &serde_json::Number) -> bool {
    let fractions = (a.is_f64() && b.is_f64()).then(|| a.as_f64().zip(b.as_f64()));
    let close = |(a, b): (f64, f64)| (a - b).abs() <= a.abs().max(b.abs()) * f64::EPSILON * 2.0;
    a == b || fractions.flatten().is_some_and(close)
}
