//! Memory is bounded by what is said, and what goes beyond it is told: a row is dropped, a run refused.

use ::parquet::arrow::ArrowWriter;
use ::parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

use crate::support::{Place, batches, jsonl, parquet, text};

const ROWS: &str = r#"
[sources.rows]
layout = "columns"
path = "rows.NAME"
accept = "none"
[sources.rows.columns]
problem = "problem"
response = "response"
answer = "answer"
[measure]
tokenizer = "bytes.json"
"#;

fn place(ending: &str, bytes: Vec<u8>) -> Place {
    let place = Place::new();
    place.write(&format!("rows.{ending}"), bytes);
    place.write("pipeline.toml", ROWS.replace("NAME", ending));
    place
}

fn row(problem: &str, response: impl Into<Value>) -> Value {
    let response: Value = response.into();
    json!({ "problem": problem, "response": response, "answer": "42" })
}

/// The reason of each row in the ledger, in their order; none of a row that was kept.
fn reasons(place: &Place) -> Vec<Option<String>> {
    let ledger = place.out("out").ledger();
    let reason = |row: &Value| row["reason"].as_str().map(str::to_owned);
    ledger.iter().map(reason).collect()
}

#[test]
fn a_page_that_unpacks_into_more_than_its_rows_may_have_is_not_read_and_the_others_are() {
    let large = "x".repeat(20 << 20);
    let rows = [
        row("What is 6 times 7?", "It is \\boxed{42}."),
        row("What is 7 times 6?", large),
        row("What is 2 times 21?", "It is \\boxed{42}."),
    ];
    let place = place("parquet", parquet(&rows, 1));
    place.run("out", &[]).ends(0);
    let expected = [None, Some("too_large".to_owned()), None];
    assert_eq!(reasons(&place), expected);
    let ledger = place.out("out").ledger();
    let numbers: Vec<&Value> = ledger.iter().map(|row| &row["row"]).collect();
    assert_eq!(numbers, [&json!(0), &json!(1), &json!(2)]);
    assert_eq!(text(&ledger[2], "verdict"), "correct");
}

/// Each row a page of its own, all in one group.
#[test]
fn a_page_that_is_too_large_takes_none_of_its_group_along() {
    let rows: Vec<Value> = (0..6)
        .map(|at| {
            let large = if at == 2 { 2_000_000 } else { 10 };
            row(&format!("What is 42 plus {at}?"), "x".repeat(large))
        })
        .collect();
    let (schema, batches) = {
        let place = Place::new();
        place.write("rows.parquet", parquet(&rows, 10));
        batches(&place.path("rows.parquet"))
    };
    let properties = WriterProperties::builder()
        .set_dictionary_enabled(false)
        .set_write_batch_size(1)
        .set_data_page_row_count_limit(1)
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).expect("a writer");
    for batch in batches {
        writer.write(&batch).expect("rows");
    }
    let place = place("parquet", writer.into_inner().expect("a file"));
    let bounded = ROWS.replace("NAME", "parquet");
    let bounded = bounded.replace("accept", "row_bytes_max = 100000\naccept");
    place.write("pipeline.toml", bounded);
    place.run("out", &[]).ends(0);
    let mut expected = vec![None; 6];
    expected[2] = Some("too_large".to_owned());
    assert_eq!(reasons(&place), expected);
}

#[test]
fn a_row_that_is_too_large_among_others_of_its_page_is_dropped_alone() {
    let large = "x".repeat(20 << 20);
    let mut rows = vec![row("What is 7 times 6?", large)];
    let more = (0..9).map(|at| row(&format!("What is 42 plus {at}?"), "It is \\boxed{42}."));
    rows.extend(more);
    let place = place("parquet", parquet(&rows, 10));
    place.run("out", &[]).ends(0);
    let expected = [vec![Some("too_large".to_owned())], vec![None; 9]].concat();
    assert_eq!(reasons(&place), expected);
}

#[test]
fn a_list_of_more_values_than_any_is_too_large() {
    let many = vec![json!([]); 600_000];
    let rows = [
        row("What is 6 times 7?", "It is \\boxed{42}."),
        row("What is 7 times 6?", many),
    ];
    let place = place("jsonl", jsonl(&rows));
    place.run("out", &[]).ends(0);
    assert_eq!(reasons(&place), [None, Some("too_large".to_owned())]);
}

#[test]
fn an_amount_that_cannot_be_met_is_refused_with_what_it_takes() {
    let rows = [row("What is 6 times 7?", "It is \\boxed{42}.")];
    let place = place("jsonl", jsonl(&rows));
    for memory in ["100MB", "200MB", "1B"] {
        let done = place.run("out", &["--memory", memory]).ends(2);
        done.tells(&[
            "takes at least 272 MB",
            "200 MB for the program",
            "--memory 272MB",
        ]);
    }
    let done = place.run("out", &["--memory", "300MB", "--threads", "4"]);
    done.ends(2).tells(&["4 threads", "fewer `--threads`"]);
    place.run("out", &["--memory", "300MB"]).ends(0);
}

#[test]
fn numbers_that_no_machine_has_are_refused_by_the_name_of_their_argument() {
    let rows = [row("What is 6 times 7?", "It is \\boxed{42}.")];
    let place = place("jsonl", jsonl(&rows));
    for (option, number) in [
        ("--threads", "1000000000"),
        ("--batch-size", "100000000000"),
    ] {
        place
            .run("out", &[option, number])
            .ends(2)
            .tells(&[option, "1 to"]);
    }
    let entries = ["inspect", "rows.jsonl", "--entries", "1000000000"];
    place.gradatim(&entries).ends(2).tells(&["--entries"]);
}

#[test]
fn a_line_of_any_length_is_told_by_its_number_and_the_rest_is_judged() {
    let place = Place::new();
    let line = |response: &str| json!({ "gold": "42", "response": response }).to_string() + "\n";
    let long = line(&"x".repeat(17 << 20));
    let lines = [line("\\boxed{42}"), long, line("\\boxed{41}")].concat();
    place.write("in.jsonl", lines);
    let done = place.gradatim(&["verify", "in.jsonl", "--out", "judged.jsonl"]);
    done.ends(1).tells(&["too_large", "line 2"]);
    let judged = std::fs::read_to_string(place.path("judged.jsonl")).expect("judged rows");
    let verdict = |line: &str| {
        let row: Value = serde_json::from_str(line).expect("a row");
        (row["verdict"].clone(), row["line"].clone())
    };
    let verdicts: Vec<(Value, Value)> = judged.lines().map(verdict).collect();
    let expected = [
        (json!("correct"), Value::Null),
        (json!("undecided"), json!(2)),
        (json!("wrong"), Value::Null),
    ];
    assert_eq!(verdicts, expected);
}

#[test]
fn a_large_row_of_parquet_keeps_its_place_among_the_judged() {
    let place = Place::new();
    let row = |response: String| json!({ "gold": "42", "response": response });
    let rows = [
        row("\\boxed{42}".into()),
        row("x".repeat(17 << 20)),
        row("\\boxed{41}".into()),
    ];
    place.write("in.parquet", parquet(&rows, 10));
    let done = place.gradatim(&["verify", "in.parquet"]).ends(1);
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].contains("\"correct\"") && lines[2].contains("\"wrong\""));
    assert!(lines[1].contains("too_large"), "{}", lines[1]);
}

#[test]
fn a_query_that_makes_much_of_little_is_refused_and_a_small_one_is_answered() {
    let rows = [row("What is 6 times 7?", "It is \\boxed{42}.")];
    let place = place("jsonl", jsonl(&rows));
    place.run("out", &[]).ends(0);
    let ask = |query: &str| place.gradatim(&["sql", query, "--in", "out", "--memory", "300MB"]);
    for query in [
        "SELECT length(repeat('x', 1000000000))",
        "SELECT length(lpad('x', 1000000000))",
        "SELECT cardinality(array_repeat(1, 1000000000))",
        "SELECT cardinality(range(1, 1000000000))",
        "WITH RECURSIVE t AS (SELECT 'x' AS s UNION ALL SELECT s || s FROM t) SELECT * FROM t",
    ] {
        let done = ask(query);
        assert_eq!(done.code, Some(2), "{query}: {}", done.stderr);
    }
    let done = ask("SELECT length(repeat('xy', 50)) AS n, cardinality(range(1, 5)) AS m").ends(0);
    assert!(done.stdout.contains("100"), "{}", done.stdout);
}
