//! Bad input: each kind has an error or a drop reason of its own, and nothing is lost silently.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use serde_json::{Value, json};

use crate::support::*;

/// One source of layout `columns` at `data`, and a grid of one.
const COLUMNS: &str = "\
[sources.all]
layout = 'columns'
path = 'data'
accept = 'none'
[sources.all.columns]
problem = 'problem'
response = 'response'
answer = 'answer'
[measure]
tokenizer = 'bytes.json'
[[grid]]
size = [1]
";

fn row(number: usize) -> Value {
    json!({ "problem": format!("What is {number}+1?"), "response": reply(number + 1, 4), "answer": (number + 1).to_string() })
}

fn rows(numbers: std::ops::Range<usize>) -> Vec<Value> {
    numbers.map(row).collect()
}

fn place(pipeline: &str) -> Place {
    let place = Place::new();
    place.write("pipeline.toml", pipeline);
    place
}

fn drops(out: &Out) -> Vec<(String, u64)> {
    out.drops().into_iter().collect()
}

fn dropped(reasons: &[(&str, u64)]) -> Vec<(String, u64)> {
    reasons
        .iter()
        .map(|(reason, count)| ((*reason).to_owned(), *count))
        .collect()
}

// Files.

#[test]
fn a_missing_file_is_named_before_anything_is_done() {
    let place = place(COLUMNS);
    place
        .run("out", &[])
        .ends(2)
        .tells(&["data", "names no file", "hint:"]);
    place
        .gradatim(&["run", "absent.toml", "--out", "out"])
        .ends(2)
        .tells(&["absent.toml", "gradatim example"]);
    assert!(!place.path("out").exists() && !place.path("pool").exists());
}

#[test]
fn a_folder_without_a_readable_kind_of_file_is_refused() {
    let place = place(COLUMNS);
    place.write("data/readme.txt", "no rows");
    place
        .run("out", &[])
        .ends(2)
        .tells(&["names no file", ".parquet"]);
    place
        .run("out", &["--source", "all=data/readme.txt"])
        .ends(2)
        .tells(&["readme.txt", "no kind that can be read"]);
}

#[test]
fn an_unreadable_shard_ends_the_run_after_the_others_were_measured() {
    let place = place(COLUMNS);
    let good = jsonl(&rows(0..3));
    let whole = gzip(&jsonl(&rows(3..60)));
    let mut flipped = parquet(&rows(60..160), 100);
    flip_a_data_page(&mut flipped);
    for (name, bytes, why) in [
        (
            "garbage.parquet",
            b"this is no Parquet at all, whatever its name says".to_vec(),
            "garbage.parquet",
        ),
        (
            "cut.jsonl.gz",
            whole[..whole.len() / 2].to_vec(),
            "cut.jsonl.gz",
        ),
        (
            "cut.jsonl.zst",
            zstd(&jsonl(&rows(3..60)))[..60].to_vec(),
            "cut.jsonl.zst",
        ),
        ("page.parquet", flipped.clone(), "page.parquet"),
        (
            "cut.parquet",
            flipped[..flipped.len() / 2].to_vec(),
            "cut.parquet",
        ),
    ] {
        for folder in ["data", "pool"] {
            let _ = std::fs::remove_dir_all(place.path(folder));
        }
        place.write("data/a.jsonl", &good);
        place.write("data/z.jsonl", jsonl(&rows(200..203)));
        place.write(&format!("data/{name}"), bytes);
        place
            .run("out", &[])
            .ends(4)
            .tells(&["1 file cannot be read", why, "skip_unreadable"]);
        assert!(!place.path("out").exists() && !place.path("out.partial").exists());
        let seals = tree(&place.path("pool/parts"));
        let seals = seals.keys().filter(|name| name.ends_with("part.json"));
        assert_eq!(
            seals.count(),
            2,
            "{name}: the other files were measured and kept"
        );
        assert!(
            tree(&place.path("pool/partial")).is_empty(),
            "{name}: nothing is left aside"
        );
    }
}

/// Damages the first page of the file's longest column so that it cannot be decompressed.
fn flip_a_data_page(bytes: &mut [u8]) {
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    let at = bytes
        .windows(4)
        .position(|window| window == ZSTD)
        .expect("a compressed page");
    bytes[at] ^= 0x10;
}

#[test]
fn with_skip_unreadable_the_run_goes_on_and_the_ledger_names_the_file() {
    let place =
        place(&COLUMNS.replace("accept = 'none'", "accept = 'none'\nskip_unreadable = true"));
    let mut flipped = parquet(&rows(60..160), 50);
    let end = flipped.len();
    flip_a_data_page(&mut flipped[..end]);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place.write("data/b.parquet", "garbage");
    place.write("data/c.jsonl.gz", &gzip(&jsonl(&rows(3..40)))[..90]);
    place.write("data/d.parquet", flipped);
    place.write("data/e.jsonl", jsonl(&rows(200..202)));
    for threads in ["1", "2"] {
        let name = format!("out{threads}");
        let pool = format!("pool{threads}");
        place
            .run(&name, &["--threads", threads, "--pool", &pool])
            .ends(0)
            .tells(&["c.jsonl.gz"]);
        let out = place.out(&name);
        assert_eq!(drops(&out), dropped(&[("unreadable_file", 3)]));
        let ledger = out.ledger();
        let files: Vec<&str> = ledger
            .iter()
            .filter(|row| row["reason"] == "unreadable_file")
            .map(|row| text(row, "file"))
            .collect();
        assert_eq!(files, ["b.parquet", "c.jsonl.gz", "d.parquet"]);
        assert_eq!(ledger.len(), 3 + 2 + 3);
        place.gradatim(&["check", &name]).ends(0);
    }
    assert_eq!(tree(&place.path("out1")), tree(&place.path("out2")));
}

#[test]
fn an_empty_file_is_read_and_holds_nothing() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..2)));
    place.write("data/b.jsonl", "");
    place.write("data/c.jsonl", "\n\n  \n");
    place.write("data/d.jsonl.gz", gzip(b""));
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    assert_eq!(out.ledger().len(), 2);
    assert_eq!(out.manifest()["files"].as_array().map(Vec::len), Some(4));
    std::fs::remove_file(place.path("data/a.jsonl")).expect("removed");
    place.run("empty", &[]).ends(5).tells(&["cannot be filled"]);
    assert!(!place.path("empty").exists());
}

#[test]
fn a_parquet_file_without_rows_stands_in_the_manifest() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..2)));
    place.write("data/b.parquet", parquet_as(&[], schema_of_texts(), 10));
    place.run("out", &[]).ends(0);
    let manifest = place.out("out").manifest();
    assert_eq!(
        manifest["files"].as_array().map(Vec::len),
        Some(2),
        "{}",
        manifest["files"]
    );
}

fn schema_of_texts() -> Arc<Schema> {
    let field = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(
        ["problem", "response", "answer"].map(field).to_vec(),
    ))
}

// Columns.

const OPENR1: &str = "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n";

#[test]
fn a_column_of_another_type_is_refused_before_a_row_is_read() {
    let place = place(OPENR1);
    place.write(
        "data/a.parquet",
        parquet(&[json!({ "problem": 5, "generations": ["x"] })], 10),
    );
    place.run("out", &[]).ends(4).tells(&[
        "column `problem` of `a.parquet`",
        "Int64",
        "text",
        "hint:",
    ]);
    place.write(
        "data/a.parquet",
        parquet(
            &[json!({ "problem": "x", "generations": { "first": "one text" } })],
            10,
        ),
    );
    place
        .run("out", &[])
        .ends(4)
        .tells(&["column `generations`", "a list of texts"]);
    assert!(!place.path("pool").exists());
}

#[test]
fn a_missing_column_is_named_with_those_that_are_there() {
    let place = place(OPENR1);
    place.write(
        "data/a.parquet",
        parquet(&[json!({ "question": "x", "generations": ["y"] })], 10),
    );
    place.run("out", &[]).ends(4).tells(&[
        "column `problem` of `a.parquet` is missing",
        "question, generations",
    ]);
}

#[test]
fn a_column_of_nulls_alone_is_read_as_null() {
    let place = place(OPENR1);
    let mut row = openr1_row("What is 2+3?", "5", "Algebra", &[reply(5, 3)]);
    row["uuid"] = Value::Null;
    let schema = arrow::json::reader::infer_json_schema_from_iterator([Ok(&row)].into_iter())
        .expect("a schema");
    assert_eq!(
        schema.field_with_name("uuid").expect("uuid").data_type(),
        &DataType::Null
    );
    place.write("data/a.parquet", parquet_as(&[row], Arc::new(schema), 10));
    place.run("out", &[]).ends(0);
    assert_eq!(drops(&place.out("out")), dropped(&[]));
}

// Rows.

#[test]
fn each_kind_of_bad_row_has_a_reason_of_its_own() {
    let place = place(COLUMNS);
    let mut text = jsonl(&rows(0..2));
    let mut line = |bytes: &[u8]| {
        text.extend_from_slice(bytes);
        text.push(b'\n');
    };
    line(br#"{"problem": "What is 1+1?", "response": "cut"#);
    line(b"not JSON");
    line(b"[1, 2, 3]");
    line(br#"{"problem": "a", "response": "b"} trailing"#);
    line(b"{\"problem\": \"What is 1+1?\", \"response\": \"\xff\xfe\"}");
    // A number beyond the largest float is read as its digits.
    line(br#"{"problem": 7.5e400, "response": "b"}"#);
    line(format!("{{\"problem\": {}}}", "[".repeat(100_000)).as_bytes());
    line(br#"{"problem": {"a": 1}, "response": "b"}"#);
    line(br#"{"problem": "a", "response": {"b": 1}}"#);
    line(br#"{"problem": "a", "response": "b", "answer": {"c": 1}}"#);
    line(br#"{"problem": null, "response": "b"}"#);
    line(br#"{"problem": " \n", "response": "b"}"#);
    line(br#"{"response": "b"}"#);
    line(br#"{"problem": "a", "response": null}"#);
    line(br#"{"problem": "a"}"#);
    line(br#"{"problem": "a", "response": []}"#);
    line(br#"{"problem": "a", "response": [null, "  ", 5, "fine"]}"#);
    line(b"");
    line(b"   ");
    place.write("data/a.jsonl", &text);
    place.write("data/a.jsonl.gz", gzip(&text));
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let expected = [
        ("bad_json", 5),
        ("bad_utf8", 1),
        ("empty_response", 1),
        ("no_generations", 3),
        ("no_problem", 3),
        ("no_response", 1),
        ("wrong_type", 4),
    ];
    let all: Vec<(&str, u64)> = expected
        .iter()
        .map(|(reason, count)| (*reason, 2 * count))
        .collect();
    let mut all = dropped(&all);
    // The compressed file holds the same rows: its four good ones are copies.
    all.insert(2, ("duplicate".to_owned(), 4));
    assert_eq!(drops(&out), all);
    let manifest = out.manifest();
    assert_eq!(manifest["ledger"][0]["read"], json!(2 * (2 + 19 + 1)));
    assert_eq!(manifest["ledger"][0]["kept"], json!(4));
    place.gradatim(&["check", "out"]).ends(0);
}

#[test]
fn a_null_where_text_should_be_is_a_row_without_it() {
    let place = place(COLUMNS);
    let mut all = rows(0..4);
    all[1]["problem"] = Value::Null;
    all[2]["response"] = Value::Null;
    all[3]["answer"] = Value::Null;
    place.write("data/a.parquet", parquet(&all, 10));
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    assert_eq!(
        drops(&out),
        dropped(&[("no_generations", 1), ("no_problem", 1)])
    );
    assert_eq!(out.ledger()[3]["verdict"], "no_gold");
}

#[test]
fn a_row_of_50_mb_in_jsonl_is_passed_over_as_too_large() {
    let place = place(COLUMNS);
    let mut large = row(1);
    large["response"] = json!("a".repeat(50 << 20));
    place.write("data/a.jsonl", jsonl(&[row(0), large, row(2)]));
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    assert_eq!(drops(&out), dropped(&[("too_large", 1)]));
    let numbers: Vec<Value> = out.ledger().iter().map(|row| row["row"].clone()).collect();
    assert_eq!(numbers, [json!(0), json!(1), json!(2)]);
}

#[test]
fn a_row_of_just_row_bytes_max_is_read() {
    let line = row(0).to_string();
    for (most, expected) in [
        (line.len() + 1, dropped(&[])),
        (line.len(), dropped(&[("too_large", 1)])),
    ] {
        let place = place(&COLUMNS.replace(
            "accept = 'none'",
            &format!("accept = 'none'\nrow_bytes_max = {most}"),
        ));
        place.write("data/a.jsonl", format!("{line}\n"));
        place.write(
            "data/b.jsonl",
            format!("{}\n", json!({ "problem": "a", "response": "b" })),
        );
        place.run("out", &[]).ends(0);
        assert_eq!(drops(&place.out("out")), expected);
    }
}

#[test]
fn a_row_of_50_mb_in_parquet_is_passed_over_as_too_large() {
    let place = place(COLUMNS);
    let mut large = row(1);
    large["response"] = json!("a".repeat(50 << 20));
    place.write("data/a.parquet", parquet(&[row(0), large, row(2)], 10));
    place.run("out", &[]).ends(0);
    assert_eq!(drops(&place.out("out")), dropped(&[("too_large", 1)]));
}

#[test]
fn a_footer_that_points_outside_of_its_file_is_told() {
    let place = place(COLUMNS);
    let whole = parquet(&[row(0), row(1)], 10);
    let tail = &whole[whole.len() - 8..whole.len() - 4];
    let footer = u32::from_le_bytes(tail.try_into().expect("four bytes")) as usize;
    let cut = [b"PAR1", &whole[whole.len() - 8 - footer..]].concat();
    place.write("data/a.parquet", cut);
    place.run("out", &[]).ends(4).tells(&["a.parquet"]);
    assert!(!place.path("out").exists());
}

#[test]
fn the_first_line_may_begin_with_a_byte_order_mark_and_lines_may_end_with_crlf() {
    let place = place(&COLUMNS.replace("[1]", "[2]"));
    let text = format!("\u{feff}{}\r\n\r\n{}\r\n", row(0), row(1));
    place.write("data/a.jsonl", text);
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let numbers: Vec<Value> = out.ledger().iter().map(|row| row["row"].clone()).collect();
    assert_eq!(
        numbers,
        [json!(0), json!(2)],
        "a row's number is its line's"
    );
    let mut said: Vec<String> = out
        .subset("all-normal-2")
        .iter()
        .map(|row| row["messages"][1]["content"].to_string())
        .collect();
    said.sort();
    assert_eq!(
        said,
        [
            json!(reply(1, 4)).to_string(),
            json!(reply(2, 4)).to_string()
        ]
    );
}

#[test]
fn a_large_whole_number_as_gold_answer_keeps_its_digits() {
    let place = place(COLUMNS);
    let large = 9_007_199_254_740_993_u64;
    place.write(
        "data/a.jsonl",
        jsonl(&[json!({ "problem": "p", "response": reply(large, 2), "answer": large })]),
    );
    place.run("out", &[]).ends(0);
    assert_eq!(place.out("out").ledger()[0]["verdict"], "correct");
}

// Pipelines.

#[test]
fn an_unknown_key_is_underlined_where_it_stands() {
    let place = place(
        "seed = 1\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[[grid]]\nsize = [1]\n\n[grid.length]\nbuckt = 5 # typo\n",
    );
    let done = place.run("out", &[]).ends(2);
    let done = done.tells(&[
        "pipeline.toml",
        "line 9",
        "9 | buckt = 5 # typo",
        "unknown field `buckt`",
        "`bucket`",
        "hint:",
    ]);
    assert!(
        done.stderr
            .lines()
            .any(|line| line.trim_start_matches([' ', '|']) == "^^^^^"),
        "{}",
        done.stderr
    );
    for (table, key) in [
        ("verify", "acept"),
        ("screen", "token_max"),
        ("emit", "subset"),
        ("measure", "tokeniser"),
    ] {
        place.write(
            "pipeline.toml",
            format!(
                "[sources.all]\nlayout = 'openr1'\n[[grid]]\nsize = [1]\n[{table}]\n{key} = 1\n"
            ),
        );
        place
            .run("out", &[])
            .ends(2)
            .tells(&["line 6", &format!("{key} = 1"), "unknown field"]);
    }
}

#[test]
fn a_mistyped_key_or_value_says_what_was_meant_and_a_long_line_is_cut() {
    let with = |line: &str| COLUMNS.replace("accept = 'none'", line);
    refuses(&with("acept = 'none'"), &["did you mean `accept`?"]);
    refuses(&with("accept = 'recordet'"), &["did you mean `recorded`?"]);
    refuses(
        &COLUMNS.replace("size = [1]", "size = [1]\nrecipe = 'random'"),
        &["hint: write a list"],
    );
    let long = format!("acept = '{}'", "x".repeat(5000));
    let place = place(&with(&long));
    let done = place.run("out", &[]).ends(2);
    let longest = done.stderr.lines().map(str::len).max();
    assert!(
        longest.is_some_and(|longest| longest < 450),
        "{}",
        done.stderr
    );
}

#[test]
fn a_wrong_column_is_told_at_the_key_that_names_it_with_those_that_are_there() {
    let place = place(&COLUMNS.replace("response = 'response'", "response = 'respnse[].text'"));
    for (name, bytes) in [
        ("a.parquet", parquet(&rows(0..3), 10)),
        ("a.jsonl", jsonl(&rows(0..3))),
        ("a.csv", b"problem,response,answer\n1,2,3\n".to_vec()),
    ] {
        let file = place.write(&format!("data/{name}"), bytes);
        let done = place.run("out", &[]).ends(2).tells(&[
            "at line 7",
            "`sources.all.columns.response` names the column `respnse`",
            name,
            "did you mean `response`?",
        ]);
        assert!(!done.stderr.contains("layout ="), "{}", done.stderr);
        std::fs::remove_file(file).expect("a file that is gone");
    }
    let benchmark = "[benchmarks.exam]\npath = 'exam.jsonl'\nproblem = 'qestion'\n";
    let join = "[join.level]\npath = 'exam.jsonl'\nvalue = 'levl'\nproblem = 'question'\n";
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place.write(
        "exam.jsonl",
        jsonl(&[json!({ "question": "1+1?", "level": 2 })]),
    );
    for (table, words) in [
        (benchmark, ["benchmarks.exam.problem", "`question`"]),
        (join, ["join.level.value", "`level`"]),
    ] {
        place.write("pipeline.toml", format!("{COLUMNS}{table}"));
        place.run("out", &[]).ends(2).tells(&words);
    }
}

/// Fails unless the pipeline is refused with these words before anything is done.
#[track_caller]
fn refuses(pipeline: &str, words: &[&str]) {
    let place = place(pipeline);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place.run("out", &[]).ends(2).tells(words);
    assert!(!place.path("pool").exists() && !place.path("out").exists());
}

#[test]
fn what_cannot_run_is_refused_with_its_key_and_the_mend() {
    let with = |grid: &str| COLUMNS.replace("size = [1]\n", grid);
    refuses(
        &with("size = [0]\n"),
        &["grid[0].size", "has a 0", "line 12", "hint:"],
    );
    refuses(&with("size = []\n"), &["grid[0].size", "is empty"]);
    refuses(&with("size = [-1]\n"), &["line 12", "size = [-1]"]);
    refuses(&with("size = [1]\ndraws = 0\n"), &["grid[0].draws", "is 0"]);
    refuses(
        &with("size = [1, 1]\n"),
        &["a subset `all-normal-1` that another place asks for too"],
    );
    refuses(
        &with("size = [1]\n[[grid]]\nsize = [2, 1]\n"),
        &["grid[1]", "all-normal-1", "`name`"],
    );
    refuses(
        &with("size = [1]\ncategory = ['Number Theory']\n"),
        &["grid[0].category", "Number Theory", "number_theory"],
    );
    refuses(
        &with("size = [1]\ncategory = ['../up']\n"),
        &["grid[0].category", "../up"],
    );
    refuses(
        &with("size = [1]\ncategory = ['']\n"),
        &["grid[0].category"],
    );
    refuses(
        &with("size = [1]\ncategory = ['a', 'a']\n"),
        &["grid[0].category", "twice"],
    );
    refuses(
        &with("size = [1]\nname = '__run__'\n"),
        &["grid[0].name", "__run__"],
    );
    refuses(
        &with("size = [10, 30]\n[grid.length]\nrule = ['long']\nbucket = 20\n"),
        &["grid[0].size", "asks for 30 of `all`", "hold 20", "bucket"],
    );
    refuses(
        &with("size = [1]\n[grid.length]\nrule = ['tall']\n"),
        &["grid[0].length.rule", "no `tall`", "it has short"],
    );
    refuses(
        &with("size = [1]\n[grid.length]\nedges = [5, 2]\n"),
        &["grid[0].length.edges", "ascending"],
    );
    refuses(
        &with("size = [1]\n[grid.length]\nedges = [5]\nquantiles = [0.5]\n"),
        &["grid[0].length.quantiles"],
    );
    refuses(
        &with("size = [1]\n[grid.length]\nquantiles = [1.5]\n"),
        &["between 0 and 1"],
    );
    refuses(
        &with("size = [1]\nstyle = ['r1']\npair = 'style'\n"),
        &["grid[0].style", "fewer than two"],
    );
    refuses(
        &with("size = [1]\n[emit]\nsubsets = ['a[']\n"),
        &["emit.subsets", "no glob"],
    );
    refuses(
        &COLUMNS.replace("accept = 'none'", ""),
        &["sources.all", "records no verdicts", "accept = \"ours\""],
    );
    refuses(
        &COLUMNS.replace("path = 'data'", ""),
        &["sources.all", "has no `path`", "--source all="],
    );
    refuses(
        &COLUMNS.replace("layout = 'columns'", "layout = 'colums'"),
        &["line 2", "colums"],
    );
    refuses(
        "[sources]\n[[grid]]\nsize = [1]\n",
        &["`sources`", "is empty"],
    );
    refuses("seed = 'x'\n", &["line 1", "seed"]);
    refuses("seed = = 1\n", &["line 1"]);
    refuses(
        &COLUMNS.replace("bytes.json", "absent.json"),
        &["absent.json", "tokenizer"],
    );
}

#[test]
fn a_file_that_is_no_tokenizer_is_refused() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place.write("bytes.json", "{\"model\": 5}");
    place
        .run("out", &[])
        .ends(2)
        .tells(&["bytes.json", "cannot be used", "hint:"]);
    assert!(!place.path("out").exists());
}

#[test]
fn arguments_that_name_nothing_are_refused() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place
        .run("out", &["--source", "al=data"])
        .ends(2)
        .tells(&["benchmark or join `al`", "did you mean `all`?"]);
    place
        .run("out", &["--source", "data"])
        .ends(2)
        .tells(&["NAME=PATH"]);
    place
        .run("out", &["--threads", "0"])
        .ends(2)
        .tells(&["--threads"]);
    place
        .run("out", &["--batch-size", "0"])
        .ends(2)
        .tells(&["--batch-size"]);
    place
        .run("out", &["--frobnicate"])
        .ends(2)
        .tells(&["--frobnicate"]);
    place
        .gradatim(&["run", "pipeline.toml"])
        .ends(2)
        .tells(&["--out"]);
    assert!(!place.path("out").exists());
}

#[test]
fn data_in_the_place_of_a_pipeline_is_told_without_a_wall_of_its_text() {
    let place = place(COLUMNS);
    place.write("rows.jsonl", jsonl(&rows(0..3)));
    place.gradatim(&["plan", "rows.jsonl"]).ends(2).tells(&[
        "`rows.jsonl` holds data",
        "gradatim example columns",
        "gradatim inspect",
    ]);
    let long = format!("{{\"problem\": \"{}\"}}\n", "x".repeat(100_000));
    place.write("rows.txt", long);
    let done = place.gradatim(&["plan", "rows.txt"]).ends(2);
    assert!(done.stderr.len() < 2000, "{}", done.stderr);
}

#[test]
fn a_pipeline_that_screens_for_no_benchmark_is_told_once_which_fingerprints_ship() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    let note = "note: no benchmark is screened for";
    let plan = place.gradatim(&["plan", "pipeline.toml", "--pool", "pool", "--json"]);
    let plan = plan
        .ends(0)
        .tells(&[note, "\"aime24\"", "[screen.contamination]"]);
    assert_eq!(plan.stderr.matches(note).count(), 1);
    plan.json();
    let screens = "[screen.contamination]\nbenchmarks = ['amc23']\n";
    place.write("pipeline.toml", format!("{COLUMNS}{screens}"));
    let run = place.run("out", &[]).ends(0);
    assert!(!run.stderr.contains(note), "{}", run.stderr);
}

#[test]
fn an_output_folder_that_exists_is_never_written_over() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    place.write("out/mine.txt", "mine");
    place
        .run("out", &[])
        .ends(2)
        .tells(&["out", "in the way", "name another folder"]);
    assert_eq!(tree(&place.path("out")).len(), 1);
}

// Shortfalls.

#[test]
fn more_than_there_is_ends_with_a_table_and_writes_nothing() {
    let place = place(&COLUMNS.replace("[1]", "[2, 50, 80]"));
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    let done = place.run("out", &[]).ends(5);
    let done = done.tells(&[
        "some subsets cannot be filled",
        "asked",
        "available",
        "50 80",
        "--on-shortfall skip",
    ]);
    let line = done
        .stderr
        .lines()
        .find(|line| line.contains("50 80"))
        .expect("a line of the table");
    assert!(
        line.split_whitespace().any(|word| word == "3"),
        "three are available: {line}"
    );
    assert!(!place.path("out").exists() && !place.path("out.partial").exists());
}

#[test]
fn a_shortfall_is_skipped_or_made_smaller_where_asked_and_the_manifest_says_so() {
    let place = place(&COLUMNS.replace("[1]", "[2, 50]\n[grid.control]\nrandom = 1"));
    place.write("data/a.jsonl", jsonl(&rows(0..3)));
    let sizes = |out: &str| -> Vec<(String, u64)> {
        let manifest = place.out(out).manifest();
        let subsets = manifest["subsets"].as_array().expect("a list").clone();
        assert_eq!(manifest["shortfalls"].as_array().map(Vec::len), Some(1));
        assert_eq!(manifest["shortfalls"][0]["asked"], json!(50));
        assert_eq!(manifest["shortfalls"][0]["available"], json!(3));
        subsets
            .iter()
            .map(|subset| {
                (
                    text(subset, "name").to_owned(),
                    subset["size"].as_u64().expect("a size"),
                )
            })
            .collect()
    };
    let named = |list: &[(&str, u64)]| -> Vec<(String, u64)> {
        list.iter()
            .map(|(name, size)| ((*name).to_owned(), *size))
            .collect()
    };
    place.run("skip", &["--on-shortfall", "skip"]).ends(0);
    assert_eq!(
        sizes("skip"),
        named(&[("all-normal-2", 2), ("random-2", 2)])
    );
    place.run("short", &["--on-shortfall", "short"]).ends(0);
    assert_eq!(
        sizes("short"),
        named(&[
            ("all-normal-2", 2),
            ("all-normal-50", 3),
            ("random-2", 2),
            ("random-3", 3)
        ])
    );
    place.gradatim(&["check", "short"]).ends(0);
    place.write(
        "pipeline.toml",
        format!(
            "on_shortfall = 'skip'\n{}",
            COLUMNS.replace("[1]", "[2, 50]")
        ),
    );
    place.run("told", &[]).ends(0);
    place.run("refused", &["--on-shortfall", "refuse"]).ends(5);
}

const TWO_ENDS: &str = "[2]\n[grid.length]\nrule = ['short', 'long']\nbucket = 4";

/// Rows with replies of so many words.
fn rows_of(words: &[usize]) -> Vec<Value> {
    let row = |(at, &words): (usize, &usize)| json!({ "problem": format!("What is {at}+1?"), "response": reply(at + 1, words) });
    words.iter().enumerate().map(row).collect()
}

#[test]
fn short_and_long_that_overlap_are_refused() {
    let place = place(
        &COLUMNS
            .replace("answer = 'answer'\n", "")
            .replace("[1]", TWO_ENDS),
    );
    place.write("data/a.jsonl", jsonl(&rows_of(&[1, 2, 3, 4, 5, 6, 7])));
    place.run("out", &[]).ends(5).tells(&["overlap"]);
    place.write("data/a.jsonl", jsonl(&rows_of(&[1, 2, 3, 4, 5, 6, 7, 8])));
    place.run("out", &[]).ends(0);
}

#[test]
fn short_and_long_do_not_meet_where_lengths_are_equal() {
    let place = place(
        &COLUMNS
            .replace("answer = 'answer'\n", "")
            .replace("[1]", TWO_ENDS),
    );
    place.write("data/a.jsonl", jsonl(&rows_of(&[1, 2, 3, 5, 5, 5, 7, 8])));
    place.run("out", &[]).ends(0);
}

#[cfg(unix)]
#[test]
fn a_pipeline_without_an_end_is_refused_before_it_fills_the_memory() {
    let place = Place::new();
    let refused = place.gradatim(&["plan", "/dev/zero"]).ends(2);
    refused.tells(&["/dev/zero", "longer than"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_a_file_of_ours_is_told_and_never_waited_for() {
    let place = place(COLUMNS);
    place.write("data/a.jsonl", format!("{}\n", row(0)));
    place.run("out", &[]).ends(0);
    for name in ["ledger.parquet", "manifest.json"] {
        let path = place.path("out/__run__").join(name);
        std::fs::remove_file(&path).expect("a file");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo").success());
        let told = place.gradatim(&["balance", "out"]);
        assert_ne!(told.code, Some(0), "{}", told.stdout);
    }
    let lock = [
        "run",
        "out/__run__/pipeline.lock.toml",
        "--base",
        ".",
        "--out",
        "again",
    ];
    place.gradatim(&lock);
}
