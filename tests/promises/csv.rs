//! CSV: the same rows as in JSONL, wherever a file is read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::kills::killed_and_run_again;
use crate::support::*;

const PIPELINE: &str = "\
[sources.all]
layout = 'columns'
path = 'data'
accept = 'recorded'
[sources.all.columns]
problem = 'problem'
response = 'response'
answer = 'answer'
recorded = 'right'
category = 'kind'
[measure]
tokenizer = 'bytes.json'
[[grid]]
size = [4, 20]
category = ['all', 'diverse']
diverse_of = ['algebra', 'geometry']
[grid.control]
random = 1
";

const HEADER: [&str; 6] = ["problem", "unread", "response", "answer", "right", "kind"];

/// Rows whose texts hold quotes, delimiters, line breaks and marks of all kinds.
fn rows(count: usize) -> Vec<Value> {
    let row = |at: usize| {
        let odd = [
            "",
            ", said \"she\"",
            "\nof two lines",
            "\r\n\n\"\"",
            "\t—\u{feff}é",
        ];
        json!({
            "problem": format!("{}What is {at}+1{}?", ["", "\u{feff}"][usize::from(at == 7)], odd[at % 5]),
            "unread": "1,\"2\"\n3",
            "response": reply(at + 1, 3 + at * 7 % 50).replace("step2", odd[at / 5 % 5]),
            "answer": (at + 1).to_string(),
            "right": (["true", "no", "1"][at % 3]),
            "kind": (["Algebra", "Geometry"][at % 2]),
        })
    };
    (0..count).map(row).collect()
}

/// The rows under a header, quoted only where they must be.
fn csv(header: &[&str], rows: &[Value], delimiter: char, end: &str) -> Vec<u8> {
    let cell = |text: &str| match text.contains([delimiter, '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    let line = |cells: Vec<String>| cells.join(&delimiter.to_string()) + end;
    let mut text = line(header.iter().map(|name| cell(name)).collect());
    for row in rows {
        let value = |name: &&str| match &row[*name] {
            Value::Null => String::new(),
            Value::String(text) => cell(text),
            other => cell(&other.to_string()),
        };
        text += &line(header.iter().map(value).collect());
    }
    text.into_bytes()
}

fn place(pipeline: &str) -> Place {
    let place = Place::new();
    place.write("pipeline.toml", pipeline);
    place
}

/// What an output folder says of each entry, but for the file's name and where in it a row stands.
fn entries(out: &Out) -> Vec<Value> {
    let mut rows = out.ledger();
    for row in &mut rows {
        let fields = row.as_object_mut().expect("a row");
        fields.remove("file");
    }
    rows
}

fn subsets(place: &Place, out: &str) -> BTreeMap<String, String> {
    let mut files = tree(&place.path(out));
    files.retain(|name, _| name.ends_with(".parquet") && !name.starts_with("__run__"));
    files
}

#[test]
fn a_csv_holds_what_the_same_rows_hold_in_jsonl() {
    let place = place(PIPELINE);
    let mut rows = rows(60);
    rows[5]["answer"] = Value::Null;
    rows[6]["problem"] = Value::Null;
    rows[8]["response"] = Value::Null;
    place.write("lines/rows.jsonl", jsonl(&rows));
    place.run("lines-out", &["--source", "all=lines"]).ends(0);
    let expected = entries(&place.out("lines-out"));
    assert_eq!(expected.len(), 60);
    assert_eq!(
        place.out("lines-out").subset("all-normal-20").len(),
        20,
        "texts are fetched"
    );
    let text = csv(&HEADER, &rows, ',', "\n");
    let mut marked = b"\xef\xbb\xbf\"problem\"".to_vec();
    marked.extend(&csv(&HEADER, &rows, ',', "\r\n")["problem".len()..]);
    let open_ended = text[..text.len() - 1].to_vec();
    let mut turned = HEADER;
    turned.reverse();
    for (name, bytes) in [
        ("plain.csv", text.clone()),
        ("gzip.csv.gz", gzip(&text)),
        ("zstd.csv.zst", zstd(&text)),
        ("marked.csv", marked.clone()),
        ("marked.CSV.gz", gzip(&marked)),
        ("open-ended.csv", open_ended),
        ("turned.csv", csv(&turned, &rows, ',', "\n\n")),
        ("tabs.tsv", csv(&HEADER, &rows, '\t', "\n")),
        ("tabs.tsv.gz", gzip(&csv(&HEADER, &rows, '\t', "\r\n"))),
    ] {
        place.write(name, bytes);
        let out = format!("{name}-out");
        let source = format!("all={name}");
        place.run(&out, &["--source", &source]).ends(0);
        assert_eq!(entries(&place.out(&out)), expected, "{name}");
        assert_eq!(
            subsets(&place, &out),
            subsets(&place, "lines-out"),
            "{name}"
        );
        place.gradatim(&["check", &out]).ends(0);
    }
}

#[test]
fn threads_batches_and_a_reused_pool_leave_the_same_bytes() {
    let place = place(PIPELINE);
    let rows = rows(90);
    place.write("data/a.csv", csv(&HEADER, &rows[..50], ',', "\n"));
    place.write("data/b.csv.gz", gzip(&csv(&HEADER, &rows[50..], ',', "\n")));
    place.run("first", &[]).ends(0);
    let first = tree(&place.path("first"));
    for (at, [threads, batch]) in [["1", "1"], ["2", "7"], ["1", "512"]].iter().enumerate() {
        let (out, pool) = (format!("o{at}"), format!("p{at}"));
        let more = ["--pool", &pool, "--threads", threads, "--batch-size", batch];
        place.run(&out, &more).ends(0);
        assert_eq!(tree(&place.path(&out)), first, "{threads}, {batch}");
    }
    place.run("again", &[]).ends(0);
    assert_eq!(tree(&place.path("again")), first);
}

#[test]
fn killed_at_any_moment_and_run_again_it_leaves_the_same_bytes() {
    let place = place(PIPELINE);
    let rows = rows(400);
    place.write("data/a.csv", csv(&HEADER, &rows[..200], ',', "\n"));
    let rest = csv(&HEADER, &rows[200..], ',', "\n");
    place.write("data/b.csv.zst", zstd(&rest));
    killed_and_run_again(&place, &[], 6);
}

#[test]
fn each_kind_of_bad_row_has_a_reason_and_ends_nothing() {
    let place = place(&PIPELINE.replace(
        "accept = 'recorded'",
        "accept = 'none'\nrow_bytes_max = 900",
    ));
    let header = ["problem", "response", "answer", "right", "kind"];
    let mut text = csv(&header, &rows(2), ',', "\n");
    let mut line = |bytes: &[u8]| {
        text.extend_from_slice(bytes);
        text.push(b'\n');
    };
    line(b"too,few,cells");
    line(b"too,many,cells,in,this,row");
    line(b"bad,\xff\xfe,1,yes,algebra");
    line(b"halves,\xc3,\xa9,yes,algebra");
    line(b"");
    line(format!("large,\"{}\",1,yes,algebra", "a\n".repeat(2000)).as_bytes());
    line(b",no problem,1,yes,algebra");
    line(b"no response,,1,yes,algebra");
    line(b"blank,\"  \",1,yes,algebra");
    line(b",,,,");
    // A quote inside of a cell that does not begin with one is a letter.
    line(b"What is 5\" and 1?,\\boxed{6},6,yes,algebra");
    line(b"fine,\\boxed{6},6,yes,algebra");
    // Nothing behind a quote that never closes can be told apart; a missing cell is one thing, this another.
    line(b"never closes,x,1,yes,\"algebra");
    line(b"lost,\\boxed{6},6,yes,algebra");
    place.write("data/a.csv", &text);
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let out = place.out("out");
    let expected = [
        ("bad_csv", 3),
        ("bad_utf8", 2),
        ("empty_response", 1),
        ("no_generations", 2),
        ("no_problem", 1),
        ("too_large", 1),
    ];
    let expected = expected.map(|(reason, count)| (reason.to_owned(), count));
    assert_eq!(out.drops(), BTreeMap::from(expected));
    let numbers: Vec<Value> = out.ledger().iter().map(|row| row["row"].clone()).collect();
    assert_eq!(numbers, (0..14).map(|at| json!(at)).collect::<Vec<_>>());
    place.gradatim(&["check", "out"]).ends(0);
    place.write("lines.tsv", "problem\tresponse\n\t\n  \t \n");
    let plain = "[sources.all]\nlayout = 'columns'\naccept = 'none'\nunread_max = 1.0\n\
        [sources.all.columns]\nproblem = 'problem'\nresponse = 'response'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n";
    place.write("pipeline.toml", plain);
    let more = ["--source", "all=lines.tsv", "--on-shortfall", "short"];
    place.run("empty", &more).ends(0);
    let drops = place.out("empty").drops();
    assert_eq!(drops["no_generations"], 1, "a row of empty cells is a row");
    assert_eq!(drops["no_problem"], 1, "and so is one of blanks");
}

#[test]
fn a_quote_that_never_closes_does_not_hold_the_file_in_memory() {
    let place = place(&PIPELINE.replace("size = [4, 20]", "size = [1]"));
    let mut text = csv(&HEADER, &rows(4), ',', "\n");
    text.extend(b"\"open,");
    text.extend(csv(&HEADER, &[], ',', "\n").repeat(700_000));
    place.write("data/a.csv.zst", zstd(&text));
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let drops = place.out("out").drops();
    assert_eq!(drops["too_large"], 1, "{drops:?}");
}

#[test]
fn a_header_that_cannot_be_what_the_pipeline_needs_is_refused_before_a_row_is_read() {
    let place = place(PIPELINE);
    let refused = |name: &str, header: &str, code: i32, words: &[&str]| {
        place.write(name, format!("{header}\n1,2,3,4,5,6\n"));
        let source = format!("all={name}");
        place
            .run("out", &["--source", &source])
            .ends(code)
            .tells(words);
        assert!(!place.path("out").exists() && !place.path("pool").exists());
    };
    refused(
        "a.csv",
        "question,response,answer,right,kind",
        2,
        &[
            "`problem` of `a.csv`, which is missing",
            "question, response, answer",
        ],
    );
    refused(
        "b.csv",
        "problem,response,answer,right,category",
        2,
        &["`kind` of `b.csv`, which is missing"],
    );
    refused(
        "c.csv",
        "problem,response,answer,right,kind,response",
        4,
        &["`response` of `c.csv` stands twice"],
    );
    refused(
        "d.csv",
        "problem;response;answer;right;kind",
        2,
        &["`problem` of `d.csv`, which is missing", "problem;response"],
    );
    place.write("e.csv", "problem,generations\na,b\n");
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'e.csv'\n[[grid]]\nsize = [1]\n",
    );
    place.run("out", &[]).ends(4).tells(&[
        "wrong_type: 1",
        "`generations`: text",
        "a list of texts",
    ]);
    place.gradatim(&["verify", "e.csv"]).ends(2).tells(&["CSV"]);
}

#[test]
fn a_header_that_cannot_be_read_is_refused_and_holds_no_more_than_a_row() {
    let place = place(PIPELINE);
    let header = HEADER.join(",");
    let refused = |name: &str, text: &[u8], word: &str| {
        place.write(name, text);
        place
            .run("out", &["--source", &format!("all={name}")])
            .ends(4)
            .tells(&[name, "header", word, "hint:"]);
        let done = place.gradatim(&["inspect", name]).ends(4);
        assert!(done.stdout.contains("header") && done.stdout.contains(word));
        assert!(!place.path("out").exists() && !place.path("pool").exists());
    };
    refused(
        "open.csv",
        format!("\"{header}\n1,2,3,4,5,6\n").as_bytes(),
        "quote",
    );
    let mut long = b"problem,\"".to_vec();
    long.resize(17 << 20, b'a');
    long.extend(b"\"\n1,2\n");
    refused("long.csv.zst", &zstd(&long), "bytes");
}

#[test]
fn a_file_without_rows_or_even_a_header_holds_nothing() {
    let place = place(PIPELINE);
    place.write("data/a.csv", csv(&HEADER, &rows(40), ',', "\n"));
    place.write("data/b.csv", csv(&HEADER, &[], ',', "\n"));
    place.write("data/c.csv", "");
    place.run("out", &[]).ends(0);
    assert_eq!(place.out("out").ledger().len(), 40);
}

#[test]
fn the_same_bytes_under_another_ending_are_other_rows() {
    let place = place(&PIPELINE.replace("size = [4, 20]", "size = [1]"));
    let text = csv(&HEADER, &rows(9), ',', "\n");
    place.write("data/a.jsonl", &text);
    let more = ["--on-shortfall", "skip"];
    place
        .run("lines", &more)
        .ends(4)
        .tells(&["is not read", "bad_json: "]);
    std::fs::rename(place.path("data/a.jsonl"), place.path("data/a.csv")).expect("a name");
    place.run("cells", &more).ends(0);
    assert!(!place.out("cells").drops().contains_key("bad_json"));
}

#[test]
fn companions_benchmarks_joins_and_contamination_are_read_from_csv() {
    let story = |at: usize| {
        let nouns = ["baker", "miner", "pilot", "tailor", "farmer", "sailor"];
        format!(
            "A {} has {} boxes, \"each\" with\n{} marbles of {} colours; how many are in {at} of them?",
            nouns[at % 6],
            at + 11,
            at * at + 3,
            at + 2
        )
    };
    let problems: Vec<String> = (0..24).map(story).collect();
    let rows: Vec<Value> = problems
        .iter()
        .enumerate()
        .map(|(at, problem)| json!({ "problem": problem, "response": reply(at, 5 + at), "answer": at.to_string() }))
        .collect();
    let numbered = |from: usize, to: usize, key: &str, value: fn(usize) -> String| -> Vec<Value> {
        (from..to)
            .map(|at| json!({ "problem": problems[at], "id": at, key: value(at) }))
            .collect()
    };
    let known = numbered(0, 24, "problem_type", |at| {
        ["Algebra", "Geometry"][at % 2].into()
    });
    let exam = numbered(20, 22, "level", |at| ["hard", "easy"][at % 2].into());
    let rates = numbered(0, 24, "rate", |at| format!("{}", at as f64 / 24.0));
    let copied = numbered(23, 24, "level", |_| String::new());
    let tables = [
        ("known", ["problem", "problem_type"], known),
        ("exam", ["problem", "level"], exam),
        ("rates", ["problem", "rate"], rates),
        ("copied", ["problem", "id"], copied),
    ];
    let run = |ending: &str| {
        let place = place(&format!(
            "[sources.all]\nlayout = 'columns'\npath = 'rows.{ending}'\naccept = 'ours'\n\
             [sources.all.columns]\nproblem = 'problem'\nresponse = 'response'\nanswer = 'answer'\n\
             [companions.known]\npath = 'known.{ending}'\n[benchmarks.exam]\npath = 'exam.{ending}'\ntier = 'level'\n\
             [join.rates]\npath = 'rates.{ending}'\nproblem = 'problem'\nvalue = 'rate'\n\
             [screen.contamination]\nbenchmarks = ['copied.{ending}']\n[measure]\ntokenizer = 'bytes.json'\n\
             [[grid]]\nrecipe = ['similar']\nsize = [3]\ncategory = ['algebra', 'geometry']\n[grid.similar]\nto = 'exam'\ntiers = ['hard']\n\
             [grid.difficulty.joined.rates]\nmin = 0.3\n"
        ));
        let write = |name: &str, header: &[&str], rows: &[Value]| {
            let bytes = match ending {
                "csv" => csv(header, rows, ',', "\r\n"),
                _ => jsonl(rows),
            };
            place.write(&format!("{name}.{ending}"), bytes);
        };
        write("rows", &["problem", "response", "answer"], &rows);
        for (name, header, rows) in &tables {
            write(name, header, rows);
        }
        place.run("out", &[]).ends(0);
        place.gradatim(&["check", "out"]).ends(0);
        let named = format!("copied.{ending}");
        let made = [
            "fingerprint",
            "copied",
            &named,
            "--out",
            "copied.fingerprint",
        ];
        place.gradatim(&made).ends(0);
        let seen = place
            .gradatim(&["inspect", &named, "--json"])
            .ends(0)
            .json();
        let first = &seen["columns"][0];
        assert_eq!(first["name"], "problem");
        assert_eq!(
            (&first["type"], &first["holds"]),
            (&json!("string"), &json!("text"))
        );
        (place.out("out").selection(), place.out("out").drops())
    };
    let lines = run("jsonl");
    assert_eq!(lines.0["similar-algebra-normal-3"].len(), 3);
    assert_eq!(lines.1["contaminated"], 1);
    assert_eq!(run("csv"), lines);
}
