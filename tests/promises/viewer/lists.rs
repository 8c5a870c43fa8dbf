//! Lists: every entry once, in the order that is asked for, and what is asked for alone; and a link is never dead.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::client::{Viewer, attributes, encoded, value_of};
use super::made;
use crate::support::{Place, jsonl, text};

/// The entries of a list, by the place that their links name, over all its pages.
fn places(viewer: &Viewer, asked: &str) -> Vec<String> {
    let mut places = Vec::new();
    for page in 1.. {
        let page = viewer.page(&format!("rows?{asked}&page={page}"));
        let links = attributes(&page, "href");
        let rows = links.iter().filter(|link| link.contains("/row/"));
        let found: Vec<String> = rows.filter_map(|link| value_of(link, "at")).collect();
        if found.is_empty() {
            break;
        }
        places.extend(found);
    }
    places
}

/// The place of a row of the ledger, as addresses have it.
fn place_of(row: &Value) -> String {
    let generation = row["generation"]
        .as_u64()
        .map_or(String::new(), |number| number.to_string());
    format!(
        "{}/{}:{}:{generation}",
        text(row, "source"),
        text(row, "file"),
        row["row"]
    )
}

fn sorted(mut places: Vec<String>) -> Vec<String> {
    places.sort_unstable();
    places
}

#[test]
fn the_pages_of_a_list_hold_every_entry_that_is_asked_for_once() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    assert!(ledger.len() > 200);
    let of = |is_asked: &dyn Fn(&Value) -> bool| {
        sorted(
            ledger
                .iter()
                .filter(|row| is_asked(row))
                .map(place_of)
                .collect(),
        )
    };
    let tokens = |row: &Value| row["tokens"].as_u64();
    type Asked<'a> = &'a dyn Fn(&Value) -> bool;
    let cases: [(&str, Asked<'_>); 9] = [
        ("", &|_| true),
        ("fate=dropped", &|row| row["fate"] == "dropped"),
        ("reason=duplicate", &|row| row["reason"] == "duplicate"),
        ("category=geometry", &|row| {
            row["problem_category"] == "geometry"
        }),
        ("tokens_min=200&tokens_max=300", &|row| {
            tokens(row).is_some_and(|n| (200..=300).contains(&n))
        }),
        (
            "where=tokens%20%3C%20250&where=category%20!%3D%20algebra",
            &|row| {
                tokens(row).is_some_and(|n| n < 250)
                    && row["category"]
                        .as_str()
                        .is_some_and(|name| name != "algebra")
            },
        ),
        ("where=recorded_rule%20%3D%20no", &|row| {
            row["recorded_rule"] == false
        }),
        ("where=trajectory_id%20is%20null", &|row| {
            row["trajectory_id"].is_null()
        }),
        ("where=source_id%20~%20OF%20WHAT", &|row| {
            row["source_id"]
                .as_str()
                .is_some_and(|id| id.to_lowercase().contains("of what"))
        }),
    ];
    for (asked, is_asked) in cases {
        let expected = of(is_asked);
        assert!(!expected.is_empty(), "{asked}");
        assert_eq!(sorted(places(&viewer, asked)), expected, "{asked}");
    }
}

#[test]
fn a_subset_has_its_rows_in_order_of_rank() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let out = place.out("out");
    let ledger = out.ledger();
    for (subset, selected) in out.selection() {
        let kept = |id: &String| {
            let is_it = |row: &&Value| row["trajectory_id"] == json!(id) && row["fate"] == "kept";
            place_of(
                ledger
                    .iter()
                    .find(is_it)
                    .expect("what is selected was kept"),
            )
        };
        let expected: Vec<String> = selected.iter().map(|(id, _)| kept(id)).collect();
        assert_eq!(
            places(&viewer, &format!("subset={}", encoded(&subset))),
            expected,
            "{subset}"
        );
    }
}

#[test]
fn a_list_is_sorted_by_any_column_and_what_is_unknown_comes_last() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    let row_at: BTreeMap<String, &Value> = ledger.iter().map(|row| (place_of(row), row)).collect();
    for column in ["tokens", "repeated_share", "verdict", "row"] {
        for is_falling in [false, true] {
            let order = if is_falling { "&desc=1" } else { "" };
            let found = places(&viewer, &format!("sort={column}{order}"));
            assert_eq!(found.len(), ledger.len());
            let values: Vec<&Value> = found.iter().map(|place| &row_at[place][column]).collect();
            let known: Vec<&Value> = values
                .iter()
                .copied()
                .filter(|value| !value.is_null())
                .collect();
            assert!(
                values[known.len()..].iter().all(|value| value.is_null()),
                "{column}"
            );
            let is_in_order = |pair: &[&Value]| {
                let (first, second) = if is_falling {
                    (pair[1], pair[0])
                } else {
                    (pair[0], pair[1])
                };
                match (first.as_f64(), second.as_f64()) {
                    (Some(first), Some(second)) => first <= second,
                    _ => first.as_str() <= second.as_str(),
                }
            };
            assert!(known.windows(2).all(is_in_order), "{column}{order}");
        }
    }
}

#[test]
fn what_cannot_be_asked_is_told_with_the_mending() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    for (asked, words) in [
        ("where=token%20%3E%205", "tokens"),
        ("where=tokens%20%3E%20many", "numbers"),
        ("sort=lengths", "no column"),
        ("subset=all-normal-11", "all-normal-10"),
        ("tokens_min=few", "whole number"),
        ("page=first", "whole number"),
    ] {
        let answer = viewer.get(&format!("{}/rows?{asked}", viewer.base));
        assert_eq!(answer.status, 400, "{asked}");
        assert!(
            answer.body.contains(words) && answer.body.contains("Hint"),
            "{asked}: {}",
            answer.body
        );
    }
    // An empty field of a form asks for nothing, and the address says so.
    let answer = viewer.get(&format!("{}/rows?fate=&q=&style=r1", viewer.base));
    assert_eq!(
        (answer.status, answer.headers["location"].as_str()),
        (303, format!("{}/rows?style=r1", viewer.base).as_str())
    );
}

/// Follows links from the first page, so many of each kind of page.
fn followed(viewer: &Viewer, of_each: usize) -> BTreeMap<String, usize> {
    let mut known = BTreeSet::new();
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    let mut open = VecDeque::from([format!("{}/", viewer.base)]);
    while let Some(address) = open.pop_front() {
        let path = address
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let kind = path.split('/').nth(2).unwrap_or_default().to_owned();
        let count = asked.entry(kind).or_default();
        if *count == of_each {
            continue;
        }
        *count += 1;
        let answer = viewer.get(&address);
        assert_eq!(answer.status, 200, "{address}: {}", answer.body);
        let links = attributes(&answer.body, "href")
            .into_iter()
            .chain(attributes(&answer.body, "src"));
        for link in links.filter(|link| !link.starts_with('#')) {
            assert!(
                link.starts_with(&format!("{}/", viewer.base)),
                "{address}: {link}"
            );
            if known.insert(link.clone()) {
                open.push_back(link);
            }
        }
    }
    asked
}

#[test]
fn every_link_leads_to_a_page() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let asked = followed(&viewer, 12);
    for kind in [
        "",
        "rows",
        "row",
        "problem",
        "compare",
        "sql",
        "help",
        "style.css",
        "viewer.js",
        "icon.svg",
    ] {
        assert!(asked.contains_key(kind), "{kind}: {asked:?}");
    }
}

#[test]
fn a_subset_stands_beside_its_control_with_its_numbers_and_rows() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let selection = place.out("out").selection();
    let control = selection.keys().find(|name| name.starts_with("random-10"));
    let control = control.expect("a control").clone();
    let page = viewer.page(&format!("compare?a=all-normal-10&b={control}&by=rank"));
    let links = attributes(&page, "href");
    for name in ["all-normal-10", control.as_str()] {
        for (id, _) in &selection[name] {
            assert!(
                links
                    .iter()
                    .any(|link| link.contains(&format!("/row/{id}"))),
                "{name}: {id}"
            );
        }
    }
    assert!(page.contains("difference (SMD)"));
}

/// A log of two runs at AIME24: `1` is a right attempt.
fn evaluation() -> Place {
    let place = Place::new();
    let mut rows = Vec::new();
    for (run, cells) in [("alpha", ["11", "10", "00"]), ("beta", ["11", "00", "01"])] {
        for (at, cell) in cells.iter().enumerate() {
            for (attempt, letter) in cell.chars().enumerate() {
                rows.push(json!({
                    "run": run, "benchmark": "aime24", "question_id": 60 + at, "attempt": attempt, "correct": letter == '1',
                }));
            }
        }
    }
    place.write("log.jsonl", jsonl(&rows));
    place
        .gradatim(&["eval", "log.jsonl", "--out", "evaluation"])
        .ends(0);
    place
}

#[test]
fn an_evaluation_is_looked_at_run_beside_run() {
    let place = evaluation();
    let viewer = Viewer::start(&place, &["evaluation"]);
    let asked = followed(&viewer, 12);
    for kind in ["", "questions", "question", "compare", "sql", "help"] {
        assert!(asked.contains_key(kind), "{kind}: {asked:?}");
    }
    let page = viewer.page("compare?a=alpha&b=beta&differ=1");
    assert!(page.contains("2 questions"), "{page}");
    // Of 61 alpha has one of two and beta none; of 62 the other way round.
    assert_eq!(page.matches("1 of 2").count(), 2);
    assert_eq!(page.matches("0 of 2").count(), 2);
    let question = viewer.page("question?benchmark=aime24&question=61&run=alpha&run=beta");
    for words in ["alpha", "beta", "1 of 2 right", "0 of 2 right", "log.jsonl"] {
        assert!(question.contains(words), "{words}: {question}");
    }
}
