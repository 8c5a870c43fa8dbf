//! Two versions held against each other: each change that was planted is found, to the row, and none is invented; of two
//! folders the key that differs says which fates and subsets moved.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::*;

/// A text of as many words, the same for the same seed and like no other.
fn words(seed: usize, count: usize) -> String {
    let mut dice = Dice(seed as u64);
    let word = |_| {
        let letters = (0..3 + dice.below(6)).map(|_| char::from(b'a' + dice.below(26) as u8));
        letters.collect::<String>()
    };
    (0..count).map(word).collect::<Vec<_>>().join(" ")
}

fn problem(at: usize) -> String {
    format!(
        "Of {} the {} are {at}: how many are {}?",
        words(at, 6),
        words(at + 10_000, 6),
        words(at + 20_000, 4)
    )
}

fn response(at: usize) -> String {
    format!(
        "<think>\n{}\n</think>\n\nIt is \\boxed{{{at}}}.",
        words(at + 30_000, 80)
    )
}

fn row(at: usize) -> Value {
    openr1_row(&problem(at), &at.to_string(), "Algebra", &[response(at)])
}

fn with(mut row: Value, key: &str, value: Value) -> Value {
    row[key] = value;
    row
}

/// How many rows differ in each way, those that do.
fn counts(diff: &Value) -> BTreeMap<&str, u64> {
    let rows = diff["rows"].as_array().expect("counts").iter();
    let count = |row: &Value| row["rows"].as_u64().expect("a count");
    let counts = rows.map(|row| (text(row, "change"), count(row)));
    counts.filter(|(_, rows)| *rows > 0).collect()
}

/// Compares two files of rows.
fn compared(place: &Place, first: &[Value], second: &[Value], more: &[&str], ends: i32) -> Value {
    place.write("v1.jsonl", jsonl(first));
    place.write("v2.jsonl", jsonl(second));
    let mut arguments = vec!["diff", "v1.jsonl", "v2.jsonl", "--json", "--pool", "pool"];
    arguments.extend(["--out", "rows.parquet"]);
    arguments.extend(more);
    place.gradatim(&arguments).ends(ends).json()
}

const ROWS: usize = 60;

#[test]
fn another_order_of_the_same_rows_is_no_difference() {
    let place = Place::new();
    let first: Vec<Value> = (0..ROWS).map(row).collect();
    let mut second = first.clone();
    Dice(3).shuffle(&mut second);
    let diff = compared(&place, &first, &second, &[], 0);
    assert_eq!(diff["differs"], json!(false));
    assert_eq!(diff["same_rows"], json!(ROWS));
    assert!(counts(&diff).is_empty());
    assert_eq!(table(&place.path("rows.parquet")), Vec::<Value>::new());
}

#[test]
fn each_planted_change_is_found_to_the_row_and_none_is_invented() {
    let place = Place::new();
    let first: Vec<Value> = (0..ROWS).map(row).collect();
    let mut second = first.clone();
    let edited = response(0).replace("It is", "So in the end it is");
    second[0] = with(second[0].clone(), "generations", json!([edited]));
    second[1] = with(
        second[1].clone(),
        "problem",
        json!(problem(1).replace("how many", "what part")),
    );
    second[2] = with(second[2].clone(), "answer", json!("77"));
    second[3] = with(second[3].clone(), "correctness_math_verify", json!([false]));
    second[4] = with(second[4].clone(), "generations", json!([response(500)]));
    second[5] = with(
        with(
            second[5].clone(),
            "problem",
            json!(problem(5).to_uppercase()),
        ),
        "generations",
        json!([response(5).replace("It is", "So in the end it is")]),
    );
    second.remove(6);
    second.push(row(900));
    second.push(first[10].clone());
    second.push(with(row(901), "generations", json!([])));
    Dice(5).shuffle(&mut second);
    let diff = compared(&place, &first, &second, &[], 1);
    let expected = [
        ("problem_edited", 1),
        ("response_edited", 1),
        ("response_replaced", 1),
        ("both_edited", 1),
        ("fields_changed", 2),
        ("removed", 1),
        ("added", 2),
        ("copy_added", 1),
    ];
    assert_eq!(counts(&diff), BTreeMap::from(expected));
    let at = |row: usize| format!("v1/v1.jsonl:{row}");
    let rows = table(&place.path("rows.parquet"));
    let mut found: Vec<(&str, &Value)> = rows
        .iter()
        .map(|row| (text(row, "change"), &row["first"]))
        .collect();
    found.sort_by_key(|(change, first)| (*change, first.to_string()));
    let expected = [
        ("added", json!(null)),
        ("added", json!(null)),
        ("both_edited", json!(at(5))),
        ("copy_added", json!(null)),
        ("fields_changed", json!(at(2))),
        ("fields_changed", json!(at(3))),
        ("problem_edited", json!(at(1))),
        ("removed", json!(at(6))),
        ("response_edited", json!(at(0))),
        ("response_replaced", json!(at(4))),
    ];
    let expected: Vec<(&str, &Value)> = expected
        .iter()
        .map(|(change, first)| (*change, first))
        .collect();
    assert_eq!(found, expected);
    let of = |row: usize| {
        rows.iter()
            .find(|found| found["first"] == json!(at(row)))
            .expect("a row")
    };
    let changes: Value = serde_json::from_str(text(of(2), "changes")).expect("changes");
    assert_eq!(
        changes[0],
        json!({ "field": "answer", "first": "2", "second": "77" })
    );
    let changes = text(of(3), "changes");
    assert!(
        changes.contains(r#"{"field":"recorded_rule","first":"true","second":"false"}"#),
        "{changes}"
    );
    let removed: Vec<Value> = first
        .iter()
        .enumerate()
        .filter(|(at, _)| *at != 6)
        .map(|(_, row)| row.clone())
        .collect();
    let diff = compared(&place, &removed, &first, &[], 1);
    assert_eq!(counts(&diff), BTreeMap::from([("added", 1)]));
}

#[test]
fn of_more_rows_than_are_read_at_a_time_only_those_differ_that_were_changed() {
    let place = Place::new();
    let short = |at: usize| {
        let response = format!("<think>\nWe count to {at}.\n</think>\nIt is \\boxed{{{at}}}.");
        let category = ["Algebra", "Geometry", "Number Theory"][at % 3];
        openr1_row(&problem(at), &at.to_string(), category, &[response])
    };
    let first: Vec<Value> = (0..3000).map(short).collect();
    let mut second = first.clone();
    for at in [5, 1023, 1024, 1025, 2999] {
        second[at] = with(second[at].clone(), "answer", json!("77"));
    }
    second.remove(2000);
    let diff = compared(&place, &first, &second, &[], 1);
    let expected = [("fields_changed", 5), ("removed", 1)];
    assert_eq!(counts(&diff), BTreeMap::from(expected));
    let rows = table(&place.path("rows.parquet"));
    let places: Vec<&Value> = rows.iter().map(|row| &row["first"]).collect();
    let expected = [5, 1023, 1024, 1025, 2999, 2000].map(|at| json!(format!("v1/v1.jsonl:{at}")));
    assert_eq!(places, expected.iter().collect::<Vec<&Value>>());
}

#[test]
fn an_edit_is_shown_where_it_is_and_not_where_its_text_begins() {
    let place = Place::new();
    let first: Vec<Value> = (0..3).map(row).collect();
    let mut second = first.clone();
    let [long, typed] = ["seven", "sevne"].map(|word| format!("{} then {word}.", words(1, 90)));
    let problems = [long, typed].map(|text| json!(text));
    let mut first_rows = first.clone();
    first_rows[0] = with(first[0].clone(), "problem", problems[0].clone());
    second[0] = with(second[0].clone(), "problem", problems[1].clone());
    let edited = response(1).replace("It is", "So it is");
    second[1] = with(second[1].clone(), "generations", json!([edited]));
    compared(&place, &first_rows, &second, &[], 1);
    let page = place.gradatim(&["diff", "v1.jsonl", "v2.jsonl", "--pool", "pool"]);
    let page = page.ends(1).stdout;
    for piece in ["then seven.", "then sevne.", "So it is"] {
        assert!(page.contains(piece), "{piece}: {page}");
    }
}

#[test]
fn a_column_that_only_some_rows_fill_is_missed_where_it_was_dropped() {
    let place = Place::new();
    let plain = |at: usize| json!({ "problem": problem(at), "solution": response(at), "answer": at.to_string() });
    let noted = |at: usize| match at % 2 {
        0 => with(plain(at), "note", json!("seen")),
        _ => with(plain(at), "note", Value::Null),
    };
    let first: Vec<Value> = (0..20).map(noted).collect();
    let second: Vec<Value> = (0..20).map(plain).collect();
    let diff = compared(&place, &first, &second, &[], 1);
    let gone = json!({ "key": "column note", "first": "there", "second": null });
    assert_eq!(diff["keys"], json!([gone]));
    // The same rows in other forms are the same.
    place.write("v1.json", json!(first).to_string());
    let same = place.gradatim(&["diff", "v1.jsonl", "v1.json", "--pool", "pool"]);
    assert!(same.ends(0).stdout.contains("they do not differ"));
}

#[test]
fn a_column_that_was_renamed_is_named_and_its_rows_are_the_same() {
    let place = Place::new();
    let row = |name: &str, at: usize| json!({ "problem": problem(at), name: response(at), "answer": at.to_string() });
    let first: Vec<Value> = (0..ROWS).map(|at| row("response", at)).collect();
    let second: Vec<Value> = (0..ROWS).map(|at| row("completion", at)).collect();
    let diff = compared(&place, &first, &second, &[], 1);
    assert!(counts(&diff).is_empty(), "{diff}");
    let keys = diff["keys"].as_array().expect("keys");
    let read = json!({ "key": "read as response", "first": "response", "second": "completion" });
    assert!(keys.contains(&read), "{keys:?}");
    let gone = json!({ "key": "column response", "first": "there", "second": null });
    assert!(keys.contains(&gone), "{keys:?}");
}

const PIPELINE: &str = r#"
[sources.own]
layout = "openr1"
path = "own.jsonl"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [20]
"#;

/// A run of the pipeline with this screen.
fn run(place: &Place, out: &str, screen: &str) {
    place.write("pipeline.toml", format!("{PIPELINE}{screen}"));
    place.run(out, &[]).ends(0);
}

#[test]
fn of_two_folders_the_key_that_differs_says_which_fates_and_subsets_moved() {
    let place = Place::new();
    place.write("own.jsonl", jsonl(&(0..ROWS).map(row).collect::<Vec<_>>()));
    run(&place, "before", "");
    run(&place, "again", "");
    let ledger = place.out("before").ledger();
    let tokens = |row: &Value| row["tokens"].as_u64().expect("tokens");
    let mut all: Vec<u64> = ledger.iter().map(tokens).collect();
    all.sort_unstable();
    let most = all[ROWS - 12];
    let longer = ledger.iter().filter(|row| tokens(row) > most).count();
    run(&place, "after", &format!("[screen]\ntokens_max = {most}\n"));
    let same = place
        .gradatim(&["diff", "before", "again", "--json"])
        .ends(0)
        .json();
    assert_eq!(
        (&same["differs"], &same["same_rows"]),
        (&json!(false), &json!(ROWS))
    );
    let diff = place
        .gradatim(&["diff", "before", "after", "--json"])
        .ends(1)
        .json();
    assert_eq!(
        counts(&diff),
        BTreeMap::from([("fields_changed", longer as u64)])
    );
    assert_eq!(
        diff["keys"],
        json!([{ "key": "screen.tokens_max", "first": null, "second": most.to_string() }])
    );
    let fate = &diff["fates"][0];
    assert_eq!(
        (&fate["first"], &fate["second"]),
        (&json!("kept"), &json!("too_long"))
    );
    assert_eq!(
        (&fate["rows"], &fate["keys"]),
        (&json!(longer), &json!(["screen.tokens_max"]))
    );
    let value = fate["examples"][0]["changes"].as_array().expect("changes");
    let value = value
        .iter()
        .find(|change| change["field"] == "value")
        .expect("a value");
    assert!(text(value, "second").ends_with(" tokens"), "{value}");
    let long: Vec<&str> = ledger
        .iter()
        .filter(|row| tokens(row) > most)
        .map(|row| text(row, "trajectory_id"))
        .collect();
    let (before, after) = (
        place.out("before").selection(),
        place.out("after").selection(),
    );
    for (name, rows) in before {
        let was: Vec<&str> = rows.iter().map(|(id, _)| id.as_str()).collect();
        let is: Vec<&str> = after[&name].iter().map(|(id, _)| id.as_str()).collect();
        let out: Vec<&&str> = was.iter().filter(|id| !is.contains(id)).collect();
        let dropped = out.iter().filter(|id| long.contains(id)).count();
        let told = diff["subsets"].as_array().expect("subsets").iter();
        let Some(told) = told.clone().find(|one| one["subset"] == json!(name)) else {
            assert_eq!(was, is);
            continue;
        };
        assert_eq!(told["rows_out"], json!(out.len()));
        let cause = json!({ "way": "out", "why": "dropped now: too_long", "rows": dropped });
        let causes = told["causes"].as_array().expect("causes");
        assert!(dropped == 0 || causes.contains(&cause), "{causes:?}");
    }
    let page = place.gradatim(&["diff", "before", "after"]).ends(1).stdout;
    assert!(
        page.contains("kept -> too_long, by screen.tokens_max"),
        "{page}"
    );
}

#[test]
fn what_a_key_asks_for_in_one_folder_alone_is_told_once_and_not_for_each_row() {
    let place = Place::new();
    let mut rows: Vec<Value> = (0..ROWS).map(row).collect();
    // The second is a near duplicate of the first, and dropped.
    for last in ["many", "few"] {
        let problem = format!("{} {last}?", words(9, 80));
        rows.push(openr1_row(&problem, "700", "Algebra", &[response(700)]));
    }
    place.write("own.jsonl", jsonl(&rows));
    run(&place, "before", "");
    run(&place, "after", "[screen]\nnear_duplicates = 0.8\n");
    let diff = place.gradatim(&["diff", "before", "after", "--json"]);
    let diff = diff.ends(1).json();
    let dropped = place.out("after").ledger();
    let dropped = dropped
        .iter()
        .filter(|row| row["reason"] == json!("near_duplicate"));
    let dropped = dropped.count() as u64;
    assert!(dropped > 0);
    assert_eq!(counts(&diff), BTreeMap::from([("fields_changed", dropped)]));
    let keys: Vec<&str> = diff["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| text(key, "key"))
        .collect();
    assert!(
        keys.contains(&"screen.near_duplicates") && keys.contains(&"column cluster"),
        "{keys:?}"
    );
    assert_eq!(diff["fields"], json!([]));
    assert_eq!(diff["fates"][0]["keys"], json!(["screen.near_duplicates"]));
}

#[test]
fn keys_of_a_grid_move_subsets_and_no_row_and_a_screen_moves_the_fates_that_it_decides() {
    let place = Place::new();
    let two = |at: usize| {
        let long = response(at).replace("</think>", &format!("{}\n</think>", words(at, 60)));
        let answer = if at < 4 {
            "proof".to_owned()
        } else {
            at.to_string()
        };
        openr1_row(&problem(at), &answer, "Algebra", &[response(at), long])
    };
    place.write("own.jsonl", jsonl(&(0..ROWS).map(two).collect::<Vec<_>>()));
    let long = "[grid.length]\nrule = ['long']\nbucket = 20\n";
    for (out, grid) in [
        ("base", "size = [20]\n".to_owned()),
        ("sized", "size = [20, 30]\n".to_owned()),
        ("hash", format!("size = [20]\n{long}choose = 'hash'\n")),
        (
            "extreme",
            format!("size = [20]\n{long}choose = 'extreme'\n"),
        ),
        (
            "values",
            "size = [20]\n[screen]\ngold_kind = ['value']\n".to_owned(),
        ),
    ] {
        place.write("pipeline.toml", PIPELINE.replace("size = [20]\n", &grid));
        place.run(out, &[]).ends(0);
    }
    let diff = |first: &str, second: &str| {
        let told = place.gradatim(&["diff", first, second, "--json"]);
        told.ends(1).json()
    };
    let keys = |diff: &Value| -> Vec<String> {
        let keys = diff["keys"].as_array().expect("keys").iter();
        keys.map(|key| text(key, "key").to_owned()).collect()
    };
    let subsets = |diff: &Value| -> Vec<String> {
        let subsets = diff["subsets"].as_array().expect("subsets").iter();
        subsets.map(|one| text(one, "subset").to_owned()).collect()
    };
    let sized = diff("base", "sized");
    assert_eq!(keys(&sized), ["grid[0].size"]);
    assert!(
        counts(&sized).is_empty() && sized["fates"] == json!([]),
        "{sized}"
    );
    let new = subsets(&sized);
    assert!(
        !new.is_empty() && new.iter().all(|name| name.contains("30")),
        "{new:?}"
    );
    let chosen = diff("hash", "extreme");
    assert_eq!(keys(&chosen), ["grid[0].length.choose"]);
    assert!(
        counts(&chosen).is_empty() && chosen["fates"] == json!([]),
        "{chosen}"
    );
    assert!(
        subsets(&chosen).iter().any(|name| name.contains("long")),
        "{chosen}"
    );
    let valued = diff("base", "values");
    assert_eq!(keys(&valued), ["screen.gold_kind"]);
    assert_eq!(counts(&valued), BTreeMap::from([("fields_changed", 8)]));
    let fate = &valued["fates"][0];
    assert_eq!(
        (&fate["first"], &fate["second"]),
        (&json!("kept"), &json!("gold_kind"))
    );
    assert_eq!(
        (&fate["rows"], &fate["keys"]),
        (&json!(8), &json!(["screen.gold_kind"]))
    );
}

#[test]
fn a_folder_is_held_against_a_folder_and_nothing_is_written_over_what_is_read() {
    let place = Place::new();
    place.write("own.jsonl", jsonl(&(0..ROWS).map(row).collect::<Vec<_>>()));
    run(&place, "out", "");
    let unlike = place.gradatim(&["diff", "out", "own.jsonl"]);
    unlike
        .ends(2)
        .tells(&["`out` is an output folder", "out/SUBSET"]);
    let over = place.gradatim(&["diff", "own.jsonl", "own.jsonl", "--out", "own.jsonl"]);
    over.ends(2).tells(&["would write over what is read"]);
    place.gradatim(&["diff", "own.jsonl", "gone.jsonl"]).ends(2);
    let gone = place.gradatim(&["diff", "out", "gone"]).ends(2);
    gone.tells(&["there is no `gone`"]);
}
