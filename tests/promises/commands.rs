//! The commands that read what a run wrote, and those that need no run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BinaryArray, BooleanArray, Float32Array, Float64Array, RecordBatch,
    StringArray,
};
use arrow::compute::filter_record_batch;
use parquet::arrow::ArrowWriter;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::support::*;

/// Every command that the help lists.
fn commands(place: &Place) -> Vec<String> {
    let help = place.gradatim(&["--help"]).ends(0).stdout;
    let (_, listed) = help.split_once("\nCommands:\n").expect("a list");
    let lines = listed.lines().take_while(|line| !line.is_empty());
    let names = lines.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    let names: Vec<String> = names
        .filter(|name| !name.is_empty() && *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.len() >= 14, "{names:?}");
    names
}

/// A run with two sources, a subset at two sizes and three kinds of control.
fn made() -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(70)));
    place.write(
        "pipeline.toml",
        "title = 'Small'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n\
         [[grid]]\nsize = [5, 10]\nstyle = ['r1']\n[grid.length]\nrule = ['long']\nbucket = 12\n\
         [grid.control]\nrandom = 1\nmatched = true\npaired = true\n",
    );
    place.run("out", &[]).ends(0);
    place
}

// verify

fn judged(text: &str) -> Vec<BTreeMap<String, Box<RawValue>>> {
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect()
}

#[test]
fn verify_writes_each_row_back_in_order_with_its_other_fields_untouched() {
    let place = Place::new();
    let mut lines = Vec::new();
    for at in 0..3000 {
        // Spellings that a parser would lose: spaces, exponents, long digits, escapes, key order.
        lines.push(format!(
            "{{\"z\" : 1.50e+05, \"id\":{at}, \"gold\": \"{at}\", \"long\": 123456789012345678901234567890, \
             \"nested\": {{\"b\": [1 ,2], \"a\" : null}}, \"response\": \"So \\\\boxed{{{}}}\", \"u\": \"caf\\u00e9 \\/\"}}",
            if at % 3 == 0 { at + 1 } else { at }
        ));
    }
    place.write("in.jsonl", lines.join("\n"));
    for threads in ["1", "2"] {
        let out = format!("out{threads}.jsonl");
        place
            .gradatim(&["verify", "in.jsonl", "--out", &out, "--threads", threads])
            .ends(0);
        let rows = judged(&std::fs::read_to_string(place.path(&out)).expect("judged rows"));
        assert_eq!(rows.len(), lines.len());
        for (at, (row, line)) in rows.iter().zip(&lines).enumerate() {
            let before: BTreeMap<String, Box<RawValue>> =
                serde_json::from_str(line).expect("a row");
            for (key, value) in &before {
                assert_eq!(row[key].get(), value.get(), "{key} of row {at}");
            }
            assert_eq!(row.len(), before.len() + 3);
            let verdict = if at % 3 == 0 {
                "\"wrong\""
            } else {
                "\"correct\""
            };
            assert_eq!(row["verdict"].get(), verdict, "row {at}");
            let extracted = if at % 3 == 0 { at + 1 } else { at };
            assert_eq!(row["extracted"].get(), format!("\"{extracted}\""));
            assert!(row["reason"].get().len() > 2);
        }
    }
    assert_eq!(
        tree(&place.path("")).len(),
        4,
        "nothing else is left: {:?}",
        tree(&place.path(""))
    );
}

#[test]
fn verify_reads_other_fields_gzip_zstd_and_stdin() {
    let place = Place::new();
    let lines = b"{\"answer\":\"1/2\",\"text\":\"so \\\\boxed{0.5}\"}\n{\"answer\":\"$\\\\boxed{7}$\",\"text\":\"#### 7\"}\n\
                  {\"answer\":3,\"text\":\"\\\\boxed{3}\"}\n{\"answer\":null,\"text\":\"\\\\boxed{3}\"}\n{\"answer\":\"4\",\"text\":\"<think>it is 4\"}\n";
    place.write("a.jsonl", lines);
    place.write("a.jsonl.gz", gzip(lines));
    place.write("a.jsonl.zst", zstd(lines));
    let fields = ["--gold-field", "answer", "--response-field", "text"];
    let verify = |file: &str, stdin: &[u8]| {
        let mut arguments = vec!["verify", file];
        arguments.extend(fields);
        place.gradatim_with(&arguments, stdin).ends(0).stdout
    };
    let plain = verify("a.jsonl", b"");
    let verdicts: Vec<String> = judged(&plain)
        .iter()
        .map(|row| row["verdict"].get().to_owned())
        .collect();
    assert_eq!(
        verdicts,
        [
            "\"correct\"",
            "\"correct\"",
            "\"correct\"",
            "\"no_gold\"",
            "\"no_answer\""
        ]
    );
    assert_eq!(verify("a.jsonl.gz", b""), plain);
    assert_eq!(verify("a.jsonl.zst", b""), plain);
    assert_eq!(verify("-", lines), plain);
}

#[test]
fn verify_keeps_the_place_of_a_row_that_cannot_be_judged_and_ends_with_1() {
    let place = Place::new();
    let lines: [&[u8]; 6] = [
        br#"{"gold":"1","response":"\\boxed{1}"}"#,
        b"not JSON",
        br#"{"gold":["1","2"],"response":"\\boxed{1}","id":7}"#,
        b"",
        b"{\"gold\":\"\xff\",\"response\":\"1\"}",
        br#"{"gold":"2","response":"\\boxed{2}"}"#,
    ];
    place.write("in.jsonl", lines.join(&b'\n'));
    let done = place
        .gradatim(&["verify", "in.jsonl", "--out", "out.jsonl"])
        .ends(1);
    done.tells(&[
        "3 rows could not be judged",
        "bad_json: no JSON object (line 2, 5)",
        "bad_row: a gold answer or a response that is neither text nor a number (line 3)",
    ]);
    let rows = judged(&std::fs::read_to_string(place.path("out.jsonl")).expect("judged rows"));
    let told = |key: &str| -> Vec<&str> { rows.iter().map(|row| row[key].get()).collect() };
    assert_eq!(
        told("verdict"),
        [
            "\"correct\"",
            "\"undecided\"",
            "\"undecided\"",
            "\"undecided\"",
            "\"correct\""
        ]
    );
    assert_eq!(
        told("reason")[1..4],
        ["\"bad_json\"", "\"bad_row\"", "\"bad_json\""]
    );
    assert_eq!(rows[2]["id"].get(), "7");
    assert_eq!(rows[1]["line"].get(), "2");
}

#[test]
fn verify_refuses_a_field_that_no_row_has() {
    let place = Place::new();
    place.write(
        "in.jsonl",
        "{\"answer\":\"1\",\"text\":\"\\\\boxed{1}\"}\n{\"text\":\"2\",\"judge\":true}\n",
    );
    let right = [
        ("--gold-field", "answer"),
        ("--response-field", "text"),
        ("--against", "judge"),
    ];
    for wrong in [0, 1, 2] {
        let mut arguments = vec!["verify", "in.jsonl", "--out", "out.jsonl"];
        arguments.extend(["--disagreements", "differ.parquet"]);
        for (at, (option, field)) in right.iter().enumerate() {
            arguments.extend([*option, if at == wrong { "answr" } else { *field }]);
        }
        place.gradatim(&arguments).ends(2).tells(&[
            "`answr`",
            "answer, text",
            "hint:",
            right[wrong].0,
        ]);
    }
    let left = tree(&place.path(""));
    assert_eq!(left.len(), 2, "nothing is written: {left:?}");
    // A field that some rows lack is no mistake.
    let mut arguments = vec!["verify", "in.jsonl", "--out", "out.jsonl"];
    arguments.extend(right.iter().flat_map(|(option, field)| [*option, *field]));
    place.gradatim(&arguments).ends(0);
}

#[test]
fn verify_prints_no_row_where_none_of_the_first_has_a_field() {
    let place = Place::new();
    let line = json!({ "answer": "1", "response": "\\boxed{1}" });
    place.write("in.jsonl", jsonl(&vec![line; 3000]));
    let done = place.gradatim(&["verify", "in.jsonl", "--gold-field", "anwser"]);
    let done = done
        .ends(2)
        .tells(&["answer, response", "did you mean `answer`?", "--gold-field"]);
    assert_eq!(done.stdout, "");
    assert!(done.stderr.lines().count() < 4, "{}", done.stderr);
}

#[test]
fn verify_reads_parquet_and_paths_and_gives_each_response_of_a_list_its_verdict() {
    let place = Place::new();
    let rows = [
        json!({ "info": { "truth": "1/2" }, "outputs": [{ "text": "\\boxed{0.5}" }, { "text": "\\boxed{2}" }],
            "judge": [true, true], "n": 7 }),
        json!({ "info": { "truth": "3" }, "outputs": [{ "text": "\\boxed{3}" }], "judge": [false], "n": 8 }),
    ];
    place.write("in.jsonl", jsonl(&rows));
    place.write("in.parquet", parquet(&rows, 10));
    for file in ["in.jsonl", "in.parquet"] {
        let fields = [
            "--gold-field",
            "info.truth",
            "--response-field",
            "outputs[].text",
        ];
        let done = place.gradatim(&[&["verify", file, "--out", "out.jsonl"][..], &fields].concat());
        let done = done.ends(0).tells(&["wrote out.jsonl"]);
        assert!(
            done.stdout.contains("correct        2\n"),
            "{}",
            done.stdout
        );
        assert!(
            done.stdout.contains("wrong          1\n"),
            "{}",
            done.stdout
        );
        let told = std::fs::read_to_string(place.path("out.jsonl")).expect("judged rows");
        let told: Vec<Value> = told
            .lines()
            .map(|line| serde_json::from_str(line).expect("a row"))
            .collect();
        assert_eq!(told[0]["verdict"], json!(["correct", "wrong"]), "{file}");
        assert_eq!(told[0]["extracted"], json!(["0.5", "2"]));
        assert_eq!(told[1]["verdict"], json!(["correct"]));
        assert_eq!(told[1]["n"], json!(8));
        let against = [&["verify", file, "--against", "judge"][..], &fields].concat();
        let against = place.gradatim(&against).ends(0).stdout;
        assert!(against.contains("judge says wrong: 1\n"), "{against}");
        assert!(against.contains("judge says right: 1 (of"), "{against}");
        let wrong = [
            "--gold-field",
            "info.trut",
            "--response-field",
            "outputs[].text",
        ];
        let wrong = place.gradatim(&[&["verify", file][..], &wrong].concat());
        wrong.ends(2).tells(&["`info.trut`"]);
    }
}

#[test]
fn verify_judges_answers_by_themselves_and_says_so() {
    let place = Place::new();
    let rows = [
        json!({ "gold": "2 \\text{ or } 3", "answer": "2 or 3" }),
        json!({ "gold": "3", "answer": "4", "response": "It is \\boxed{3}." }),
        json!({ "gold": "3", "answer": null }),
    ];
    place.write("in.jsonl", jsonl(&rows));
    let verdicts = |arguments: &[&str]| {
        let done = place.gradatim(&[&["verify", "in.jsonl"][..], arguments].concat());
        let done = done.ends(0);
        let rows = judged(&done.stdout);
        let verdicts = rows.iter().map(|row| row["verdict"].get().to_owned());
        (verdicts.collect::<Vec<_>>().join(" "), done.stderr.clone())
    };
    let (told, note) = verdicts(&[]);
    assert_eq!(told, r#""correct" "correct" "no_answer""#);
    assert!(note.contains("note: 1 rows have no `response`"), "{note}");
    let (told, note) = verdicts(&["--answer-field", "answer"]);
    assert_eq!(told, r#""correct" "wrong" "no_answer""#);
    assert_eq!(note, "");
    let pair = ["verify", "--gold", "2", "--answer", "2.0001", "--json"];
    let verdict = |options: &[&str]| {
        let done = place.gradatim(&[&pair[..], options].concat()).ends(0);
        done.json()["verdict"].clone()
    };
    assert_eq!(verdict(&[]), json!("wrong"));
    assert_eq!(verdict(&["--rel-tol", "1e-4"]), json!("correct"));
    assert_eq!(verdict(&["--abs-tol", "0.00001"]), json!("wrong"));
    for wrong in [
        ["--rel-tol", "-1"],
        ["--strict", "maybe"],
        ["--fuel", "none"],
    ] {
        let done = place.gradatim(&[&pair[..], &wrong].concat());
        done.ends(2).tells(&[wrong[0]]);
    }
    place
        .gradatim(&["verify", "--gold", "2"])
        .ends(2)
        .tells(&["--answer"]);
}

#[test]
fn verify_writes_parquet_where_the_name_says_so_with_the_columns_types() {
    let place = Place::new();
    let rows = [
        json!({ "gold": "1", "outputs": ["\\boxed{1}", null], "meta": { "n": 7 }, "share": 0.5 }),
        json!({ "gold": ["1", "2"], "outputs": ["\\boxed{1}"], "meta": null, "share": 1.0 }),
    ];
    let single = [
        json!({ "gold": "1", "response": "\\boxed{1}", "mixed": 1 }),
        json!({ "gold": "2", "response": "\\boxed{1}", "mixed": "a" }),
    ];
    place.write("in.jsonl", jsonl(&rows[..1]));
    place.write("in.parquet", parquet(&rows[..1], 10));
    place.write("bad.jsonl", jsonl(&rows));
    place.write("single.jsonl", jsonl(&single));
    let written = |file: &str, field: &str, code: i32| {
        let arguments = [
            "verify",
            file,
            "--response-field",
            field,
            "--out",
            "out.parquet",
        ];
        let done = place.gradatim(&arguments).ends(code);
        assert!(
            done.stdout.contains("rows that could not be judged"),
            "{}",
            done.stdout
        );
        table(&place.path("out.parquet"))
    };
    for file in ["in.jsonl", "in.parquet"] {
        let row = &written(file, "outputs", 0)[0];
        assert_eq!(row["verdict"], json!(["correct", "no_answer"]), "{file}");
        assert_eq!(row["extracted"], json!(["1", null]), "{file}");
        assert_eq!(
            (&row["meta"], &row["share"]),
            (&json!({ "n": 7 }), &json!(0.5)),
            "{file}"
        );
    }
    let bad = place.gradatim(&[
        "verify",
        "bad.jsonl",
        "--response-field",
        "outputs",
        "--out",
        "out.parquet",
    ]);
    bad.ends(2).tells(&["make no table", ".jsonl"]);
    let rows = written("single.jsonl", "response", 0);
    let verdicts: Vec<&Value> = rows.iter().map(|row| &row["verdict"]).collect();
    assert_eq!(verdicts, [&json!("correct"), &json!("wrong")]);
    assert_eq!(rows[0]["mixed"], json!("1"));
    place
        .gradatim(&["verify", "single.jsonl", "--out", "out.jsonl.gz"])
        .ends(2)
        .tells(&["another kind", ".parquet"]);
}

/// What people and other judges wrote into a file is worth more than our verdicts on it.
#[test]
fn verify_overwrites_no_field_of_a_row() {
    let place = Place::new();
    let plain = json!({ "gold": "1", "response": "\\boxed{1}" });
    let noted =
        json!({ "gold": "1", "response": "\\boxed{1}", "reason": "a note", "verdict": "no" });
    place.write("in.jsonl", jsonl(&[plain, noted]));
    for out in [&[][..], &["--out", "out.jsonl"], &["--out", "out.parquet"]] {
        let done = place.gradatim(&[&["verify", "in.jsonl"][..], out].concat());
        let done = done.ends(2).tells(&["row 2", "`verdict`", "--prefix"]);
        assert_eq!(done.stdout, "");
    }
    for out in ["out.jsonl", "out.parquet"] {
        assert!(!place.path(out).exists(), "{out}");
    }
    // Where no row is written, nothing is lost.
    let against = ["verify", "in.jsonl", "--against", "verdict"];
    let done = place.gradatim(&against).ends(0);
    assert!(
        done.stdout.contains("verdict says wrong: 1\n"),
        "{}",
        done.stdout
    );
    let named = [&against[..], &["--prefix", "our_", "--out", "out.parquet"]].concat();
    place.gradatim(&named).ends(0);
    let rows = table(&place.path("out.parquet"));
    let of = |name: &str| rows.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
    assert_eq!(of("our_verdict"), [json!("correct"), json!("correct")]);
    assert_eq!(of("verdict"), [Value::Null, json!("no")]);
    assert_eq!(of("reason"), [Value::Null, json!("a note")]);
}

#[test]
fn verify_says_what_it_cannot_read_and_what_has_nothing_to_judge() {
    let place = Place::new();
    let row = json!({ "gold": null, "response": "1", "model.outputs": ["1"], "resps": [["1"]] });
    place.write("in.jsonl", jsonl(&[row]));
    let done = place.gradatim(&["verify", "in.jsonl"]).ends(0);
    done.tells(&["no row has a gold answer", "--gold-field"]);
    for (stdin, kind) in [
        (gzip(b"{}\n"), "gzip"),
        (zstd(b"{}\n"), "zstd"),
        (b"PAR1....".to_vec(), "Parquet"),
    ] {
        let done = place.gradatim_with(&["verify", "-"], &stdin);
        done.ends(4).tells(&[kind, "unpack"]);
    }
    place.gradatim(&["verify", "."]).ends(2).tells(&["folder"]);
    let out = place.gradatim(&["verify", "in.jsonl", "--out", "-"]);
    out.ends(2).tells(&["`-`", "stdout"]);
    for (field, meant) in [
        ("model.outptus[]", "did you mean ``model.outputs`[]`?"),
        ("respss[0][]", "did you mean `resps[0][]`?"),
    ] {
        let done = place.gradatim(&["verify", "in.jsonl", "--response-field", field]);
        done.ends(2).tells(&[meant]);
    }
}

#[test]
fn verify_reads_bytes_as_text_and_keeps_the_numbers_that_json_has_not() {
    let place = Place::new();
    let bytes = |values: [&'static [u8]; 4]| Arc::new(BinaryArray::from_iter_values(values));
    let numbers = [f64::NAN, f64::NEG_INFINITY, 0.1, f64::INFINITY];
    let write = |name: &str, golds| {
        let columns: [(&str, ArrayRef); 5] = [
            ("gold", bytes(golds)),
            (
                "response",
                bytes([b"\\boxed{10}", b"\\boxed{3}", b"4", b""]),
            ),
            ("image", bytes([b"\xff\x00", b"10", b"", b"\x89PNG"])),
            ("wide", Arc::new(Float64Array::from_iter_values(numbers))),
            (
                "narrow",
                Arc::new(Float32Array::from_iter_values(
                    numbers.map(|wide| wide as f32),
                )),
            ),
        ];
        let batch = RecordBatch::try_from_iter(columns).expect("columns of one length");
        let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
        writer.write(&batch).expect("rows are written");
        place.write(name, writer.into_inner().expect("a file"));
        batch
    };
    let before = write("in.parquet", [b"10", b"2", b"", b"1"]);
    let verdicts = ["correct", "wrong", "no_gold", "no_answer"];
    let done = place.gradatim(&["verify", "in.parquet"]).ends(0);
    for (row, verdict) in judged(&done.stdout).iter().zip(verdicts) {
        assert_eq!(row["verdict"].get(), format!("\"{verdict}\""));
    }
    place
        .gradatim(&["verify", "in.parquet", "--out", "out.parquet"])
        .ends(0);
    let (_, after) = batches(&place.path("out.parquet"));
    let column = |name: &str| after[0].column_by_name(name).expect("a column").clone();
    let gold = column("gold");
    let golds: Vec<_> = gold.as_string::<i32>().iter().collect();
    assert_eq!(golds, ["10", "2", "", "1"].map(Some));
    for name in ["image", "wide", "narrow"] {
        let before = before.column_by_name(name).expect("a column");
        // Arrays compare floats by their bits.
        assert_eq!(&column(name), before, "{name}");
    }
    write("bad.parquet", [b"10", b"\xff", b"", b"1"]);
    place
        .gradatim(&["verify", "bad.parquet", "--out", "none.parquet"])
        .ends(4)
        .tells(&["`gold`", "no UTF-8"]);
    assert!(!place.path("none.parquet").exists());
}

#[test]
fn verify_tells_the_path_that_was_meant() {
    let place = Place::new();
    let row = json!({ "doc": { "answer": "1" }, "resps": [["\\boxed{1}", "2"]] });
    place.write("in.jsonl", jsonl(&[row]));
    let fields = [
        "--gold-field",
        "doc.anwser",
        "--response-field",
        "resps[0][]",
    ];
    let done = place.gradatim(&[&["verify", "in.jsonl"][..], &fields].concat());
    let done = done
        .ends(2)
        .tells(&["`doc.anwser`", "doc.answer", "did you mean `doc.answer`?"]);
    assert_eq!(done.stdout, "");
    let fields = [
        "--gold-field",
        "doc.answer",
        "--response-field",
        "resps[0][]",
    ];
    let done = place.gradatim(&[&["verify", "in.jsonl"][..], &fields].concat());
    let told = judged(&done.ends(0).stdout);
    assert_eq!(told[0]["verdict"].get(), r#"["correct","wrong"]"#);
}

#[test]
fn verify_writes_a_whole_file_or_none() {
    let place = Place::new();
    let line = json!({ "gold": "1", "response": "x".repeat(500) + " \\boxed{1}" });
    let whole = gzip(&jsonl(&vec![line; 4000]));
    place.write("cut.jsonl.gz", &whole[..whole.len() - 20]);
    place
        .gradatim(&["verify", "cut.jsonl.gz", "--out", "out.jsonl"])
        .ends(4)
        .tells(&["cut.jsonl.gz"]);
    place
        .gradatim(&["verify", "absent.jsonl", "--out", "out.jsonl"])
        .ends(2)
        .tells(&["absent.jsonl"]);
    place.write("a.parquet", "");
    place
        .gradatim(&["verify", "a.parquet", "--out", "out.jsonl"])
        .ends(4)
        .tells(&["a.parquet"]);
    place.write(
        "list.json",
        "[\n{\"gold\": \"1\", \"response\": \"1\"}\n]\n",
    );
    place.write(
        "lfs.jsonl",
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n",
    );
    for (name, words) in [
        ("list.json", ["is one JSON list", "jq -c"]),
        ("lfs.jsonl", ["lfs.jsonl", "git lfs"]),
    ] {
        place
            .gradatim(&["verify", name, "--out", "out.jsonl"])
            .ends(4)
            .tells(&words);
    }
    place.write("a.csv", "gold,response\n1,1\n");
    place
        .gradatim(&["verify", "a.csv", "--out", "out.jsonl"])
        .ends(2)
        .tells(&["is CSV"]);
    let left: Vec<String> = tree(place.folder())
        .into_keys()
        .filter(|name| name.starts_with("out"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn verify_answers_for_a_pair_on_the_terminal() {
    let place = Place::new();
    let done = place
        .gradatim(&[
            "verify",
            "--gold",
            "1/2",
            "--response",
            "So it is \\boxed{0.5}.",
        ])
        .ends(0);
    assert!(
        done.stdout.starts_with("correct\n") && done.stdout.contains("0.5"),
        "{}",
        done.stdout
    );
    let done = place
        .gradatim(&[
            "verify",
            "--gold",
            "-3",
            "--response",
            "-x \\boxed{3}",
            "--json",
        ])
        .ends(0);
    assert_eq!(
        (&done.json()["verdict"], &done.json()["extracted"]),
        (&json!("wrong"), &json!("3"))
    );
    place.gradatim(&["verify"]).ends(2);
    place
        .gradatim(&["verify", "--gold", "1"])
        .ends(2)
        .tells(&["--response"]);
    place
        .gradatim(&["verify", "a.jsonl", "--gold", "1", "--response", "1"])
        .ends(2);
}

/// Each of Math-Verify's settings, with a pair that it decides one way and the other.
#[test]
fn verify_judges_a_row_in_the_way_that_its_options_say() {
    let rows = [
        ("x+1", "\\boxed{y+1}", json!({"strict": false}), "correct"),
        ("x+1", "\\boxed{y+1}", json!({"strict": true}), "undecided"),
        (
            "\\{1,2\\}",
            "\\boxed{(1,2)}",
            json!({"strict": false}),
            "correct",
        ),
        ("\\{1,2\\}", "\\boxed{(1,2)}", json!({}), "undecided"),
        (
            "1/3",
            "\\boxed{0.333}",
            json!({"float_rounding": 3}),
            "correct",
        ),
        (
            "1/3",
            "\\boxed{0.333}",
            json!({"float_rounding": 4}),
            "undecided",
        ),
        (
            "1/3",
            "\\boxed{0.5}",
            json!({"float_rounding": 4_000_000_000u32}),
            "wrong",
        ),
        (
            "\\sqrt{2}+10^{-5}\\pi",
            "\\boxed{\\sqrt{2}}",
            json!({"numeric_precision": 3}),
            "correct",
        ),
        (
            "\\sqrt{2}+10^{-5}\\pi",
            "\\boxed{\\sqrt{2}}",
            json!({"numeric_precision": 15}),
            "wrong",
        ),
        (
            "(1,2)",
            "\\boxed{1<x<2}",
            json!({"allow_set_relation_comp": true}),
            "correct",
        ),
        (
            "(1,2)",
            "\\boxed{1<x<2}",
            json!({"allow_set_relation_comp": false}),
            "undecided",
        ),
        (
            "1<x<2",
            "\\boxed{(1,2)}",
            json!({"allow_set_relation_comp": false}),
            "correct",
        ),
        (
            "7",
            "It is \\boxed{7}. The final answer is $8$.",
            json!({"boxed_match_priority": 0}),
            "correct",
        ),
        (
            "8",
            "It is \\boxed{7}. The final answer is $8$.",
            json!({"boxed_match_priority": 50}),
            "correct",
        ),
        (
            "8",
            "So $8$, not \\boxed{7}",
            json!({"boxed_match_priority": -1}),
            "correct",
        ),
        (
            "8",
            "The answer is $8$. Or \\boxed{7}?",
            json!({"boxed_match_priority": 100}),
            "correct",
        ),
        (
            "7",
            "The answer is 7",
            json!({"pred_extract": ["latex"]}),
            "no_answer",
        ),
        (
            "7",
            "The answer is 7",
            json!({"pred_extract": ["latex", "expr"]}),
            "correct",
        ),
        (
            "B",
            "The answer is B",
            json!({"pred_extract": ["string"]}),
            "correct",
        ),
        (
            "7",
            "\\boxed{7}",
            json!({"gold_extract": ["latex"]}),
            "no_gold",
        ),
        (
            "$7$",
            "\\boxed{7}",
            json!({"gold_extract": ["latex"]}),
            "correct",
        ),
        (
            "7",
            "\\boxed{7}",
            json!({"gold_extract": ["expr"]}),
            "correct",
        ),
        (
            "a circle",
            "\\boxed{\\text{a circle}}",
            json!({"fallback_mode": "first_match"}),
            "correct",
        ),
        (
            "a circle",
            "\\boxed{\\text{a circle}}",
            json!({"fallback_mode": "no_fallback"}),
            "undecided",
        ),
        (
            "7",
            "The answer is $7$, so \\boxed{\\frac{7}}",
            json!({"extraction_mode": "any_match"}),
            "correct",
        ),
        (
            "7",
            "The answer is $7$, so \\boxed{\\frac{7}}",
            json!({"extraction_mode": "first_match"}),
            "undecided",
        ),
        ("7", "\\boxed{7}", json!({"pred_extract": []}), "undecided"),
        ("7", "\\boxed{7}", json!({"no_such_option": 1}), "undecided"),
    ];
    let place = Place::new();
    let lines = rows.iter().map(|(gold, response, options, _)| {
        json!({"gold": gold, "response": response, "options": options}).to_string()
    });
    place.write("in.jsonl", lines.collect::<Vec<_>>().join("\n"));
    let done = place
        .gradatim(&["verify", "in.jsonl"])
        .ends(1)
        .tells(&["bad_options"]);
    for (row, (gold, response, options, outcome)) in judged(&done.stdout).iter().zip(&rows) {
        let found = row["verdict"].get();
        assert_eq!(
            found,
            format!("\"{outcome}\""),
            "{gold} {response} {options}"
        );
    }
}

// check

/// Makes `SHA256SUMS` anew, as someone would who changes a file and its hash.
fn sum_again(out: &Path) {
    let mut lines = String::new();
    for (name, sum) in tree(out) {
        if name != "__run__/SHA256SUMS" {
            lines += &format!("{sum}  {name}\n");
        }
    }
    std::fs::write(out.join("__run__/SHA256SUMS"), lines).expect("the sums");
}

fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut value = read_json(path);
    edit(&mut value);
    std::fs::write(path, serde_json::to_string_pretty(&value).expect("JSON")).expect("the file");
}

pub(crate) fn rewrite(path: &Path, edit: impl Fn(RecordBatch) -> RecordBatch) {
    let (schema, batches) = batches(path);
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, None).expect("a writer");
    for batch in batches {
        writer.write(&edit(batch)).expect("rows");
    }
    std::fs::write(path, writer.into_inner().expect("Parquet")).expect("the file");
}

/// Rewrites a table with other columns.
pub(crate) fn rewrite_as(path: &Path, edit: fn(&RecordBatch) -> RecordBatch) {
    let (_, batches) = batches(path);
    let batches: Vec<RecordBatch> = batches.iter().map(edit).collect();
    let mut writer = ArrowWriter::try_new(Vec::new(), batches[0].schema(), None).expect("a writer");
    for batch in batches {
        writer.write(&batch).expect("rows");
    }
    std::fs::write(path, writer.into_inner().expect("Parquet")).expect("the file");
}

fn without_row(batch: RecordBatch, row: usize) -> RecordBatch {
    let keep: BooleanArray = (0..batch.num_rows()).map(|at| Some(at != row)).collect();
    filter_record_batch(&batch, &keep).expect("rows")
}

pub(crate) fn with_text(batch: RecordBatch, column: &str, row: usize, text: &str) -> RecordBatch {
    let at = batch.schema().index_of(column).expect("a column");
    let old = batch.column(at).as_string::<i32>();
    let new = old
        .iter()
        .enumerate()
        .map(|(at, old)| if at == row { Some(text) } else { old });
    let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
    columns[at] = Arc::new(new.collect::<StringArray>());
    RecordBatch::try_new(batch.schema(), columns).expect("rows")
}

/// Gives the subset's record the hash of the file as it is now.
fn hash_again(out: &Path, subset: &str) {
    let sum = sha256(
        &std::fs::read(out.join(subset).join("train-00000-of-00001.parquet")).expect("the subset"),
    );
    edit_json(&out.join("__run__/manifest.json"), |manifest| {
        let subsets = manifest["subsets"].as_array_mut().expect("a list");
        let record = subsets
            .iter_mut()
            .find(|record| record["name"] == subset)
            .expect("the subset");
        record["sha256"] = json!(sum);
    });
}

type Damage = (&'static str, Box<dyn Fn(&Path)>, &'static [&'static str]);

/// A damage that `SHA256SUMS` is made to hide, so that the promise itself has to be checked.
fn hidden(
    name: &'static str,
    damage: impl Fn(&Path) + 'static,
    words: &'static [&'static str],
) -> Damage {
    let damage = move |out: &Path| {
        damage(out);
        sum_again(out);
    };
    (name, Box::new(damage), words)
}

fn manifest(edit: impl Fn(&mut Value) + 'static) -> impl Fn(&Path) {
    move |out: &Path| edit_json(&out.join("__run__/manifest.json"), &edit)
}

#[test]
fn check_finds_each_kind_of_damage_and_ends_with_1() {
    const LONG: &str = "all-long-r1-10";
    let shard = |out: &Path| out.join(LONG).join("train-00000-of-00001.parquet");
    let place = made();
    place.gradatim(&["check", "out"]).ends(0);
    let damages: Vec<Damage> = vec![
        (
            "a flipped byte in a subset",
            Box::new(move |out| {
                let mut bytes = std::fs::read(shard(out)).expect("the subset");
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                std::fs::write(shard(out), bytes).expect("the subset");
            }),
            &[LONG, "SHA-256"],
        ),
        (
            "a removed subset",
            Box::new(move |out| std::fs::remove_file(shard(out)).expect("removed")),
            &[LONG, "missing"],
        ),
        (
            "a removed card",
            Box::new(|out| std::fs::remove_file(out.join("README.md")).expect("removed")),
            &["README.md is missing"],
        ),
        (
            "an added file",
            Box::new(|out| std::fs::write(out.join("more.txt"), "more").expect("added")),
            &["more.txt is not in SHA256SUMS"],
        ),
        (
            "no sums",
            Box::new(|out| std::fs::remove_file(out.join("__run__/SHA256SUMS")).expect("removed")),
            &["SHA256SUMS"],
        ),
        hidden(
            "a removed subset, hidden",
            move |out| std::fs::remove_file(shard(out)).expect("removed"),
            &[LONG, "missing"],
        ),
        hidden(
            "read changed",
            manifest(|m| m["ledger"][0]["read"] = json!(1)),
            &["source all"],
        ),
        hidden(
            "kept changed",
            manifest(|m| m["ledger"][0]["kept"] = json!(1)),
            &["source all"],
        ),
        hidden(
            "a reason added",
            manifest(|m| m["ledger"][0]["dropped"]["whim"] = json!(1)),
            &["source all"],
        ),
        hidden(
            "a size changed",
            manifest(|m| m["subsets"][0]["size"] = json!(4)),
            &["all-long-r1-5"],
        ),
        hidden(
            "written changed",
            manifest(|m| m["subsets"][0]["written"] = json!(4)),
            &["all-long-r1-5"],
        ),
        hidden(
            "another prefix",
            manifest(|m| m["subsets"][0]["prefix_of"] = json!("random-r1-10")),
            &["no prefix of random-r1-10"],
        ),
        hidden(
            "a lock changed",
            |out| {
                std::fs::write(out.join("__run__/pipeline.lock.toml"), "seed = 7").expect("written")
            },
            &["pipeline.lock.toml"],
        ),
        hidden(
            "a ledger row missing",
            |out| {
                rewrite(&out.join("__run__/ledger.parquet"), |batch| {
                    without_row(batch, 3)
                })
            },
            &["source all"],
        ),
        hidden(
            "a fate changed",
            |out| {
                rewrite(&out.join("__run__/ledger.parquet"), |batch| {
                    with_text(batch, "fate", 0, "dropped")
                })
            },
            &["source all"],
        ),
        hidden(
            "a selected row missing",
            |out| {
                rewrite(&out.join("__run__/selection.parquet"), |batch| {
                    without_row(batch, 1)
                })
            },
            &["all-long-r1-5"],
        ),
        hidden(
            "a stranger selected",
            |out| {
                rewrite(&out.join("__run__/selection.parquet"), |batch| {
                    with_text(batch, "trajectory_id", 0, &"0".repeat(32))
                })
            },
            &["was not kept"],
        ),
        hidden(
            "a row of a subset missing, its hash remade",
            move |out| {
                rewrite(&shard(out), |batch| without_row(batch, 2));
                hash_again(out, LONG);
            },
            &[LONG],
        ),
        hidden(
            "a text of a subset changed, its hash remade",
            move |out| {
                rewrite(&shard(out), |batch| {
                    let at = batch.schema().index_of("messages").expect("messages");
                    let said = batch.column(at).as_list::<i32>().clone();
                    let (field, offsets, _, nulls) = said.into_parts();
                    let turns = batch
                        .column(at)
                        .as_list::<i32>()
                        .values()
                        .as_struct()
                        .clone();
                    let (fields, mut arrays, valid) = turns.into_parts();
                    let content = arrays[1].as_string::<i32>();
                    let other = content
                        .iter()
                        .enumerate()
                        .map(|(at, text)| if at == 3 { Some("Other.") } else { text });
                    arrays[1] = Arc::new(other.collect::<StringArray>());
                    let turns = arrow::array::StructArray::new(fields, arrays, valid);
                    let mut columns = batch.columns().to_vec();
                    columns[at] = Arc::new(arrow::array::ListArray::new(
                        field,
                        offsets,
                        Arc::new(turns),
                        nulls,
                    ));
                    RecordBatch::try_new(batch.schema(), columns).expect("rows")
                });
                hash_again(out, LONG);
            },
            &[LONG, "text of row 1"],
        ),
        hidden(
            "a control of another",
            manifest(|m| {
                for subset in m["subsets"].as_array_mut().expect("a list") {
                    if subset["role"] == "paired" {
                        subset["role"] = json!("matched");
                    }
                }
            }),
            &["shares a problem"],
        ),
        hidden(
            "a matched control called paired",
            manifest(|m| {
                for subset in m["subsets"].as_array_mut().expect("a list") {
                    if subset["role"] == "matched" {
                        subset["role"] = json!("paired");
                    }
                }
            }),
            &["has other problems than"],
        ),
        hidden(
            "a ledger that is none",
            |out| std::fs::write(out.join("__run__/ledger.parquet"), "no").expect("written"),
            &["ledger.parquet cannot be read"],
        ),
    ];
    for (at, (what, damage, words)) in damages.iter().enumerate() {
        let name = format!("damaged{at}");
        copy(&place.path("out"), &place.path(&name));
        damage(&place.path(&name));
        let done = place.gradatim(&["check", &name, "--json"]);
        assert_eq!(done.code, Some(1), "{what}: {}{}", done.stdout, done.stderr);
        let broken = done.json()["broken"].to_string();
        for word in *words {
            assert!(broken.contains(word), "{what}: `{word}` is not in {broken}");
        }
    }
}

#[test]
fn check_says_what_it_looked_at() {
    let done = Place::new()
        .gradatim(&["check", &QUICKSTART.out.0.to_string_lossy(), "--json"])
        .ends(0);
    let findings = done.json();
    let manifest = QUICKSTART.out.manifest();
    let subsets = manifest["subsets"].as_array().expect("a list");
    let rows: u64 = subsets
        .iter()
        .map(|subset| subset["size"].as_u64().expect("a size"))
        .sum();
    assert_eq!(findings["broken"], json!([]));
    assert_eq!(findings["rows"], json!(rows));
    assert_eq!(findings["subsets"], json!(subsets.len()));
    assert_eq!(findings["entries"], json!(QUICKSTART.out.ledger().len()));
}

#[test]
fn commands_on_a_folder_that_is_no_output_are_refused() {
    let place = Place::new();
    place
        .gradatim(&["check", "."])
        .ends(2)
        .tells(&["no output folder", "hint:"]);
    place
        .gradatim(&["check", "absent"])
        .ends(2)
        .tells(&["absent"]);
    place
        .gradatim(&["why", "abcdef", "--in", "absent"])
        .ends(2)
        .tells(&["absent"]);
    place
        .gradatim(&["sql", "SELECT 1", "--in", "absent"])
        .ends(2)
        .tells(&["absent"]);
    for folder in [".", "absent"] {
        for command in ["sql", "why"] {
            place
                .gradatim(&[command, "abcdef", "--in", folder])
                .ends(2)
                .tells(&["no output folder of gradatim", "hint:"]);
        }
    }
}

// why, sql

#[test]
fn why_tells_the_story_of_a_trajectory_a_problem_and_a_source_id() {
    let place = made();
    let out = place.out("out");
    let selection = out.selection();
    let (id, problem) = &selection["all-long-r1-5"][2];
    let stories = place
        .gradatim(&["why", &id[..8], "--in", "out", "--json"])
        .ends(0)
        .json();
    assert_eq!(stories.as_array().map(Vec::len), Some(1));
    assert_eq!(stories[0]["ledger"]["trajectory_id"], json!(id));
    let mut expected: Vec<Value> = Vec::new();
    for (name, ids) in &selection {
        if let Some(rank) = ids.iter().position(|(selected, _)| selected == id) {
            expected.push(json!({ "subset": name, "rank": rank }));
        }
    }
    assert!(expected.len() >= 2, "it stands in both sizes");
    assert_eq!(stories[0]["places"], json!(expected));
    let ledger = out.ledger();
    let of_problem = ledger
        .iter()
        .filter(|row| row["problem_id"] == json!(problem))
        .count();
    let stories = place
        .gradatim(&["why", problem, "--in", "out", "--json"])
        .ends(0)
        .json();
    assert_eq!(stories.as_array().map(Vec::len), Some(of_problem));
    let done = place.gradatim(&["why", id, "--in", "out"]).ends(0);
    assert!(
        done.stdout.contains("all-long-r1-5, rank 2"),
        "{}",
        done.stdout
    );
    place
        .gradatim(&["why", &"0".repeat(32), "--in", "out"])
        .ends(1)
        .tells(&["no entry has the id"]);
    assert_eq!(
        place
            .gradatim(&["why", "ffffff", "--in", "out", "--json"])
            .ends(1)
            .json(),
        json!([])
    );
    place
        .gradatim(&["why", "12", "--in", "out"])
        .ends(1)
        .tells(&["from 6 digits on"]);
    place
        .gradatim(&["why", "' OR 1=1 --", "--in", "out"])
        .ends(1);
}

#[test]
fn why_finds_a_source_id_with_any_letters() {
    let place = Place::new();
    let mut rows = openr1_rows(3);
    rows[1]["uuid"] = json!("17");
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n",
    );
    place.run("out", &[]).ends(0);
    place
        .gradatim(&["why", "uuid of What is 0+1?", "--in", "out", "--json"])
        .ends(0);
    place
        .gradatim(&["why", "17", "--in", "out", "--json"])
        .ends(0);
}

#[test]
fn why_takes_an_underscore_as_itself() {
    made().gradatim(&["why", "______", "--in", "out"]).ends(1);
}

#[test]
fn sql_answers_from_ledger_selection_and_subsets_with_our_functions() {
    let place = made();
    let ledger = place.out("out").ledger();
    let sql = |query: &str| {
        place
            .gradatim(&["sql", query, "--in", "out", "--json"])
            .ends(0)
            .json()
    };
    assert_eq!(
        sql("SELECT count(*) AS n FROM ledger"),
        json!([{ "n": ledger.len() }])
    );
    let rows = sql("SELECT subset, count(*) AS n FROM selection GROUP BY subset ORDER BY subset");
    let expected: Vec<Value> = place
        .out("out")
        .selection()
        .iter()
        .map(|(name, ids)| json!({ "subset": name, "n": ids.len() }))
        .collect();
    assert_eq!(rows, json!(expected));
    let rows = sql(
        "SELECT count(*) AS n FROM \"all-long-r1-5\" WHERE verdict(answer, messages[2]['content']) = 'correct'",
    );
    assert_eq!(rows, json!([{ "n": 5 }]));
    assert_eq!(
        sql(
            "SELECT verdict('1/2', '\\boxed{0.5}') AS v, style('<think>\nOkay, so wait. Hmm.\n</think>\n1') AS s"
        ),
        json!([{ "v": "correct", "s": "r1" }])
    );
    assert_eq!(
        sql(
            "SELECT compare('2', '2.0001') AS a, compare('2', '2.0001', '{\"rel_tol\": 1e-4}') AS b, \
             verdict('2', '\\boxed{2.0001}', '{\"abs_tol\": \"0.1\"}') AS c, verdict('2', NULL) AS d"
        ),
        json!([{ "a": "wrong", "b": "correct", "c": "correct", "d": null }])
    );
    let wrong = "SELECT compare('2', '2', '{\"rel\": 1}') AS a";
    let wrong = place.gradatim(&["sql", wrong, "--in", "out"]);
    assert!(
        wrong.code != Some(0) && wrong.stderr.contains("`rel`"),
        "{}",
        wrong.stderr
    );
    let done = place
        .gradatim(&["sql", "SELECT fate FROM ledger LIMIT 1", "--in", "out"])
        .ends(0);
    assert!(done.stdout.contains("| kept |"), "{}", done.stdout);
    place
        .gradatim(&["sql", "SELECT nothing FROM ledger", "--in", "out"])
        .ends(2)
        .tells(&["nothing"]);
    place.gradatim(&["sql", "SELEC", "--in", "out"]).ends(2);
}

#[test]
fn sql_answers_from_balance_and_overlap_and_names_the_tables_there_are() {
    let place = made();
    for name in ["balance", "overlap"] {
        let rows = table(&place.out("out").run(&format!("{name}.parquet")));
        let query = format!("SELECT count(*) AS n FROM {name}");
        let told = place
            .gradatim(&["sql", &query, "--in", "out", "--json"])
            .ends(0)
            .json();
        assert_eq!(told, json!([{ "n": rows.len() }]));
    }
    place
        .gradatim(&["sql", "SELECT * FROM nothing", "--in", "out"])
        .ends(2)
        .tells(&[
            "`nothing`",
            "balance, ledger, overlap, selection",
            "\"all-long-r1-5\"",
        ]);
    let help = place.gradatim(&["sql", "--help"]).ends(0).stdout;
    for name in ["ledger", "selection", "balance", "overlap", "\"NAME\""] {
        assert!(help.contains(&format!("\n  {name} ")), "{name}: {help}");
    }
}

#[test]
fn sql_gives_lists_and_structs_as_json_and_names_what_is_mistyped() {
    let place = made();
    let sql = |query: &str| place.gradatim(&["sql", query, "--in", "out"]);
    let query = "SELECT messages FROM \"all-long-r1-5\" LIMIT 1";
    let told = place.gradatim(&["sql", query, "--in", "out", "--json"]);
    let messages = told.ends(0).json()[0]["messages"].clone();
    assert_eq!(messages[0]["role"], "user");
    assert!(text(&messages[1], "content").starts_with("<think>"));
    let csv = place.gradatim(&["sql", query, "--in", "out", "--csv"]);
    let csv = csv.ends(0).stdout;
    assert!(
        csv.starts_with("messages\n\"[{\"\"role\"\":\"\"user\"\""),
        "{csv}"
    );
    let shown = sql("show tables;").ends(0).stdout;
    assert!(shown.contains("ledger") && shown.contains("all-long-r1-5"));
    assert!(!shown.contains("information_schema"), "{shown}");
    let columns = sql("SHOW COLUMNS FROM ledger").ends(0).stdout;
    assert!(columns.contains("trajectory_id"), "{columns}");
    let described = sql("DESCRIBE \"all-long-r1-5\"").ends(0).stdout;
    assert!(described.contains("messages"), "{described}");
    let bare = sql("SELECT * FROM all-long-r1-5").ends(2);
    bare.tells(&[
        "cannot be read",
        "hint:",
        "double quotes: \"all-long-r1-5\"",
    ]);
    let table = sql("SELECT * FROM legder").ends(2);
    table.tells(&["no table `legder`", "did you mean `ledger`?"]);
    for writes in [
        "COPY ledger TO 'copy.csv'",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO ledger SELECT * FROM ledger",
    ] {
        sql(writes).ends(2).tells(&["cannot be answered"]);
    }
    assert!(!place.path("copy.csv").exists());
    sql("SELECT 1; SELECT 2").ends(2).tells(&["one question"]);
    let column = sql("SELECT categry FROM ledger").ends(2);
    column.tells(&["no column `categry`", "did you mean `category`?"]);
}

#[test]
fn sql_joins_files_of_ones_own_without_changing_what_they_say() {
    let place = made();
    let selection = place.out("out").selection();
    let ids = selection["all-long-r1-5"].iter().map(|(id, _)| id.clone());
    let ids: Vec<String> = ids.collect();
    let lines: String = ids
        .iter()
        .map(|id| format!("{id},007,\"a \"\"b\"\"\n\"\n"))
        .collect();
    // Brackets would be a glob to others.
    place.write(
        "my [scores] #1.csv",
        format!("trajectory_id,Score,note\n{lines}"),
    );
    place.write(
        "mine.jsonl",
        format!(
            "{{\"id\": \"{}\", \"tags\": {{\"a\": [1, null]}}}}\n",
            ids[0]
        ),
    );
    let ask = |query: &str, more: &[&str]| {
        place.gradatim(&[&["sql", query, "--in", "out"][..], more].concat())
    };
    let with = [
        "--with",
        "scores=my [scores] #1.csv",
        "--with",
        "own=mine.jsonl",
    ];
    let query = "SELECT scores.\"Score\", \"Score\" > 6 AS more, own.tags FROM scores JOIN own ON own.id = \
                 scores.trajectory_id JOIN selection USING (trajectory_id) WHERE subset = 'all-long-r1-5'";
    let rows = ask(query, &[&with[..], &["--json"]].concat())
        .ends(0)
        .json();
    let expected = json!([{ "Score": "007", "more": true, "tags": { "a": [1, null] } }]);
    assert_eq!(rows, expected);
    let csv = ask(
        "SELECT note, 1 AS n FROM scores LIMIT 1",
        &[&with[..], &["--csv"]].concat(),
    );
    assert_eq!(csv.ends(0).stdout, "note,n\n\"a \"\"b\"\"\n\",1\n");
    let query = "SELECT a.id, b.id FROM own a CROSS JOIN own b";
    let twice = ask(query, &[&with[..], &["--csv"]].concat()).ends(0).stdout;
    assert_eq!(twice, format!("id,id_2\n{0},{0}\n", ids[0]));
    for (with, words) in [
        ("ledger=mine.jsonl", "a table `ledger` of its own"),
        ("own=absent.jsonl", "absent.jsonl"),
        ("own=bytes.gz", "bytes.gz"),
        ("own", "NAME=PATH"),
    ] {
        ask("SELECT 1", &["--with", with]).ends(2).tells(&[words]);
    }
    let summed = ask("SELECT sum(\"Score\") FROM scores", &with).ends(2);
    summed.tells(&["sum(Utf8", "hint:", "CAST"]);
}

#[test]
fn a_mistyped_command_name_or_amount_says_what_was_meant() {
    let place = made();
    let plan = |more: &[&str]| {
        place.gradatim(&[&["plan", "pipeline.toml", "--pool", "pool"], more].concat())
    };
    place.gradatim(&["rn"]).ends(2).tells(&["'run'"]);
    place.gradatim(&["inspcet"]).ends(2).tells(&["'inspect'"]);
    plan(&["--memory", "600"])
        .ends(2)
        .tells(&["600MB", "600MiB"]);
    plan(&["--source", "al=data"])
        .ends(2)
        .tells(&["`al`", "did you mean `all`?"]);
    let half = place.gradatim(&["power", "--accuracy", "0.5"]).ends(2);
    half.tells(&["50%", "0.5%", "--accuracy"]);
    for clear in ["50%", "0.5%", "31"] {
        place.gradatim(&["power", "--accuracy", clear]).ends(0);
    }
    let balance = place.gradatim(&["balance", "out", "all-long-r1-6", "random-r1-5"]);
    balance
        .ends(2)
        .tells(&["`all-long-r1-6`", "did you mean `all-long-r1-5`?"]);
}

#[test]
fn sql_counts_tokens_as_a_run_with_the_built_in_tokenizer_does() {
    let out = QUICKSTART.out.0.to_string_lossy();
    let query = "SELECT count(*) AS n FROM \"style-all-normal-gemini-100\" WHERE tokens(messages[2]['content']) = tokens";
    assert_eq!(
        Place::new()
            .gradatim(&["sql", query, "--in", &out, "--json"])
            .ends(0)
            .json(),
        json!([{ "n": 100 }])
    );
}

// plan, inspect, example, schema, completions

#[test]
fn plan_writes_nothing_but_the_pool_and_says_what_a_run_makes() {
    let place = made();
    for pool in ["pool", "new"] {
        let before = tree(place.folder());
        let done = place
            .gradatim(&["plan", "pipeline.toml", "--pool", pool, "--json"])
            .ends(0);
        assert!(!place.path("cache").exists());
        place
            .gradatim(&["plan", "pipeline.toml", "--pool", pool])
            .ends(0);
        let mut after = tree(place.folder());
        after.retain(|name, _| !name.starts_with("new/"));
        assert_eq!(after, before, "nothing is written but a pool");
        let (plan, manifest) = (done.json(), place.out("out").manifest());
        assert_eq!(plan["ledger"], manifest["ledger"]);
        let pick = |list: &Value| -> Vec<Value> {
            let list = list.as_array().expect("a list").iter();
            list.map(|one| {
                json!([
                    one["name"],
                    one["role"],
                    one["asked"],
                    one["size"],
                    one["available"],
                    one["bucket"]
                ])
            })
            .collect()
        };
        assert_eq!(pick(&plan["subsets"]), pick(&manifest["subsets"]));
        let known = if pool == "pool" { 1 } else { 0 };
        assert_eq!(
            plan["pool"],
            json!({ "units": 1, "measured_before": known })
        );
        let bytes: u64 = place
            .out("out")
            .subset("all-long-r1-10")
            .iter()
            .map(|row| {
                row["messages"][1]["content"]
                    .as_str()
                    .expect("a text")
                    .len() as u64
            })
            .sum();
        let planned = plan["subsets"].as_array().expect("a list");
        let planned = planned
            .iter()
            .find(|subset| subset["name"] == "all-long-r1-10")
            .expect("planned");
        assert_eq!(planned["text_bytes"], json!(bytes));
    }
}

#[test]
fn plan_ends_with_5_where_a_run_would_be_refused() {
    let place = made();
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("the pipeline");
    place.write(
        "pipeline.toml",
        pipeline
            .replace("size = [5, 10]", "size = [5, 12]")
            .replace("matched = true", "matched = true\nstrata = ['category']")
            .replace("bucket = 12", "bucket = 40"),
    );
    let before = tree(place.folder());
    let done = place.gradatim(&["plan", "pipeline.toml", "--pool", "pool"]);
    let code = place.run("other", &[]).code;
    assert_eq!(
        done.code, code,
        "a plan ends as the run would: {}",
        done.stdout
    );
    let _ = std::fs::remove_dir_all(place.path("other"));
    assert_eq!(tree(place.folder()), before);
    place.write(
        "pipeline.toml",
        pipeline
            .replace("[5, 10]", "[5, 4000]")
            .replace("bucket = 12", "bucket = 5000"),
    );
    let done = place
        .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
        .ends(5);
    assert!(done.stdout.contains("4000"), "{}", done.stdout);
    place
        .gradatim(&[
            "plan",
            "pipeline.toml",
            "--pool",
            "pool",
            "--on-shortfall",
            "skip",
        ])
        .ends(0);
}

#[test]
fn inspect_shows_layout_columns_and_first_entries() {
    let place = Place::new();
    let rows = openr1_rows(9);
    place.write("data/a.parquet", parquet(&rows, 4));
    place.write("data/b.jsonl.gz", gzip(&jsonl(&rows)));
    let shown = place
        .gradatim(&["inspect", "data", "--json", "--entries", "2"])
        .ends(0)
        .json();
    assert_eq!(shown["layout"], "openr1");
    assert_eq!(shown["files"][0]["rows"], json!(9));
    assert_eq!(shown["files"][0]["row_groups"], json!(3));
    assert_eq!(shown["files"][1]["file"], "b.jsonl.gz");
    let names: Vec<&str> = shown["columns"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|column| text(column, "name"))
        .collect();
    assert!(names.contains(&"generations") && names.contains(&"correctness_math_verify"));
    assert_eq!(shown["entries"].as_array().map(Vec::len), Some(2));
    assert_eq!(shown["entries"][0]["problem"], rows[0]["problem"]);
    let done = place.gradatim(&["inspect", "data/*.gz"]).ends(0);
    assert!(
        done.stdout.starts_with("layout: openr1\n"),
        "{}",
        done.stdout
    );
    place.write("x.jsonl", "{\"p\": 1}\n");
    assert!(
        place
            .gradatim(&["inspect", "x.jsonl"])
            .ends(0)
            .stdout
            .contains("layout: none")
    );
    place.write("bad.parquet", "no");
    let done = place
        .gradatim(&["inspect", "bad.parquet", "--json"])
        .ends(4);
    assert!(done.json()["files"][0]["unreadable"].is_string());
    place
        .gradatim(&["inspect", "absent"])
        .ends(2)
        .tells(&["absent"]);
}

#[test]
fn each_example_is_a_pipeline_and_the_first_runs() {
    let place = Place::new();
    let pipelines = tree(&repository().join("pipelines"));
    assert!(pipelines.len() >= 8);
    for file in pipelines.keys() {
        let name = file.trim_end_matches(".toml").replace('_', "-");
        let text = place.gradatim(&["example", &name]).ends(0).stdout;
        let kept =
            std::fs::read_to_string(repository().join("pipelines").join(file)).expect("a pipeline");
        let head = text.strip_suffix(&kept).expect("the pipeline at the end");
        assert!(head.lines().all(|line| line.starts_with('#')), "{head}");
        for source in kept
            .lines()
            .filter_map(|line| line.strip_prefix("[sources."))
        {
            let name = source.trim_end_matches(']');
            let name = name.split('.').next().unwrap_or_default();
            assert!(head.contains(&format!("--source {name}=PATH")), "{head}");
        }
    }
    let text = place.gradatim(&["example"]).ends(0).stdout;
    place.write("pipeline.toml", text);
    let data = |name: &str| format!("{name}={}", repository().join("data").join(name).display());
    let pool = QUICKSTART.pool.to_string_lossy();
    let done = place
        .run(
            "out",
            &[
                "--source",
                &data("openr1"),
                "--source",
                &data("s1k"),
                "--pool",
                &pool,
                "--json",
            ],
        )
        .ends(0);
    assert_eq!(done.json()["ledger"], QUICKSTART.out.manifest()["ledger"]);
    assert_eq!(place.out("out").selection(), QUICKSTART.out.selection());
    no_text_names(
        &place.path("out"),
        &[
            &repository().to_string_lossy(),
            &place.folder().to_string_lossy(),
        ],
    );
}

#[test]
fn an_example_in_a_folder_of_its_own_gives_the_same_bytes() {
    let place = Place::new();
    std::fs::create_dir(place.path("quickstart")).expect("an empty folder");
    let done = place
        .gradatim(&["example", "quickstart", "--into", "quickstart"])
        .ends(0);
    let written = tree(&place.path("quickstart"));
    let names = gradatim::sample::SOURCES.map(|name| format!("data/{name}"));
    let names = names
        .into_iter()
        .chain(["pipelines/quickstart.toml".to_owned()]);
    let kept = tree(&repository().join("data")).into_iter();
    let kept = kept.map(|(name, hash)| (format!("data/{name}"), hash));
    let pipelines = tree(&repository().join("pipelines")).into_iter();
    let pipelines = pipelines.map(|(name, hash)| (format!("pipelines/{name}"), hash));
    let kept: BTreeMap<String, String> = kept.chain(pipelines).collect();
    let expected = names.map(|name| (name.clone(), kept[&name].clone()));
    assert_eq!(written, expected.collect::<BTreeMap<_, _>>());
    let next: Vec<&str> = done
        .stdout
        .lines()
        .skip_while(|line| *line != "next:")
        .skip(1)
        .collect();
    assert_eq!(next[0], "  cd quickstart");
    let run = next[1].strip_prefix("  gradatim ").expect("a command");
    let mut run: Vec<&str> = run.split(' ').collect();
    let pool = QUICKSTART.pool.to_string_lossy();
    run.extend(["--pool", &pool]);
    place.gradatim_in("quickstart", &run).ends(0);
    let same = tree(&place.path("quickstart/out")) == tree(&QUICKSTART.out.0);
    assert!(same, "the folders differ");
}

#[test]
fn an_example_is_written_whole_and_over_nothing() {
    let place = Place::new();
    place.write("mine/notes.txt", "years of work");
    let refused = place
        .gradatim(&["example", "styles", "--into", "mine"])
        .ends(2);
    refused.tells(&["`mine` is in the way", "name another folder"]);
    assert_eq!(tree(&place.path("mine")).len(), 1);
    assert!(!place.path("mine.partial").exists());
    let done = place
        .gradatim(&["example", "difficulty", "--into", "it's mine", "--json"])
        .ends(0);
    let told = done.json();
    assert_eq!(
        told["files"],
        serde_json::json!(["pipelines/difficulty.toml"])
    );
    assert_eq!(told["pipeline"], "it's mine/pipelines/difficulty.toml");
    assert_eq!(
        told["next"],
        serde_json::json!([
            "cd \"it's mine\"",
            "gradatim run pipelines/difficulty.toml --source qwen7b=PATH --out out",
            "gradatim check out",
        ])
    );
    place
        .gradatim(&["example", "--json"])
        .ends(2)
        .tells(&["--into"]);
}

#[test]
fn schemas_are_json_or_tables_and_completions_know_every_command() {
    let place = Place::new();
    for of in ["pipeline", "manifest"] {
        let schema = place.gradatim(&["schema", of]).ends(0).json();
        assert!(schema["properties"].is_object());
    }
    for of in ["trajectories", "problems", "ledger", "selection", "subset"] {
        let table = place.gradatim(&["schema", of]).ends(0).stdout;
        assert!(
            table.starts_with("| column | type | null | meaning |\n|---|"),
            "{table}"
        );
    }
    place.gradatim(&["schema", "nothing"]).ends(2);
    for shell in ["bash", "zsh", "fish"] {
        let script = place.gradatim(&["completions", shell]).ends(0).stdout;
        for command in commands(&place) {
            assert!(script.contains(&command), "{shell}: {command}");
        }
    }
}

#[test]
fn the_schema_of_a_table_lists_the_columns_that_are_written() {
    let place = made();
    for (of, file) in [
        ("ledger", "out/__run__/ledger.parquet"),
        ("selection", "out/__run__/selection.parquet"),
        ("balance", "out/__run__/balance.parquet"),
        ("overlap", "out/__run__/overlap.parquet"),
        ("subset", "out/all-long-r1-5/train-00000-of-00001.parquet"),
    ] {
        let table = place.gradatim(&["schema", of]).ends(0).stdout;
        let told: Vec<&str> = table
            .lines()
            .take_while(|line| !line.is_empty())
            .skip(2)
            .filter_map(|line| line.split('`').nth(1))
            .collect();
        let (schema, _) = batches(&place.path(file));
        let written: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        assert_eq!(told, written);
    }
}

#[test]
fn the_schema_of_a_subset_lists_the_columns_that_can_be_added() {
    let place = made();
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("a pipeline");
    let add = "[emit]\nadd = ['text', 'prompt_completion', 'conversations']\n";
    place.write("pipeline.toml", pipeline + add);
    place.run("more", &[]).ends(0);
    let (written, _) = batches(&place.path("more/all-long-r1-5/train-00000-of-00001.parquet"));
    let told = place.gradatim(&["schema", "subset"]).ends(0).stdout;
    let told: Vec<&str> = told
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
        .collect();
    let names = written.fields().iter().map(|field| field.name().as_str());
    // Rows say what they were made of where a control has changed ones.
    let of_changed = ["derived_from", "transformation", "transformation_seed"];
    assert!(of_changed.iter().all(|name| told.contains(name)));
    let told = told.into_iter().filter(|name| !of_changed.contains(name));
    assert!(told.eq(names));
    let overlap = place.gradatim(&["schema", "overlap"]).ends(0).stdout;
    assert!(overlap.contains("share no problem"), "{overlap}");
    for arguments in [&["schema", "--help"][..], &["--help"]] {
        let help = place.gradatim(arguments).ends(0).stdout;
        assert!(!help.contains("certificate"), "{help}");
    }
}

// All of them.

#[test]
fn the_help_of_each_command_ends_with_an_example() {
    let place = Place::new();
    let help = place.gradatim(&["--help"]).ends(0).stdout;
    for command in commands(&place) {
        let help = place.gradatim(&[&command, "--help"]).ends(0).stdout;
        let last = help
            .trim_end()
            .lines()
            .last()
            .expect("a help text")
            .to_owned();
        assert!(
            last.starts_with(&format!("  gradatim {command}")),
            "{command}: {last}"
        );
        assert!(help.contains("\nExample"), "{command}");
    }
    assert!(
        help.contains("Exit codes:")
            && help
                .trim_end()
                .lines()
                .last()
                .is_some_and(|line| line.starts_with("  gradatim "))
    );
}

#[test]
fn whatever_reports_can_report_json() {
    let place = made();
    let id = place.out("out").selection()["all-long-r1-5"][0].0.clone();
    for arguments in [
        &[
            "run",
            "pipeline.toml",
            "--out",
            "other",
            "--pool",
            "pool",
            "--json",
        ][..],
        &["plan", "pipeline.toml", "--pool", "pool", "--json"],
        &["inspect", "data", "--json"],
        &["verify", "--gold", "1", "--response", "1", "--json"],
        &["why", &id, "--in", "out", "--json"],
        &["sql", "SELECT * FROM ledger", "--in", "out", "--json"],
        &["check", "out", "--json"],
        &["balance", "out", "--json"],
        &["balance", "out", "all-long-r1-5", "random-r1-5", "--json"],
        &["power", "--json"],
    ] {
        place.gradatim(arguments).ends(0).json();
    }
}

#[test]
fn timings_go_to_the_file_that_was_named_and_nowhere_else() {
    let timings = read_json(&QUICKSTART.timings);
    for stage in ["find", "measure", "load", "select", "emit"] {
        assert!(
            timings["wall_s"][stage]
                .as_f64()
                .is_some_and(|seconds| seconds >= 0.0),
            "{stage}"
        );
    }
    assert_eq!(timings["entries"], json!(QUICKSTART.out.ledger().len()));
    let place = made();
    place
        .run("other", &["--timings", "t.json", "--threads", "2"])
        .ends(0);
    assert_eq!(
        tree(&place.path("other")),
        tree(&place.path("out")),
        "with and without timings"
    );
    assert!(read_json(&place.path("t.json"))["reused_units"] == 1);
}

#[test]
fn no_text_in_the_output_names_a_place_of_this_machine_or_a_number_of_threads() {
    let place = made();
    let here = place.folder().to_string_lossy().into_owned();
    // Not "batch": the pipeline's `[runs] batch_size` is the trainer's.
    no_text_names(&place.path("out"), &[&here, "threads", "wall_s"]);
    let words = [
        repository().to_string_lossy().into_owned(),
        QUICKSTART.pool.to_string_lossy().into_owned(),
    ];
    no_text_names(
        &QUICKSTART.out.0,
        &[&words[0], &words[1], "threads", "wall_s"],
    );
}

#[test]
fn an_absolute_path_of_the_pipeline_is_not_written_to_the_output() {
    let place = made();
    let here = place.path("data").to_string_lossy().into_owned();
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("the pipeline");
    place.write(
        "pipeline.toml",
        pipeline.replace("'data'", &format!("'{here}'")),
    );
    place.run("other", &[]).ends(0);
    no_text_names(&place.path("other"), &[&here]);
}

fn no_text_names(out: &Path, words: &[&str]) {
    let texts: Vec<PathBuf> = tree(out)
        .into_keys()
        .filter(|name| !name.ends_with(".parquet"))
        .map(|name| out.join(name))
        .collect();
    assert!(texts.len() >= 5);
    for path in texts {
        let text = std::fs::read_to_string(&path).expect("a text");
        for word in words {
            assert!(!text.contains(word), "{} names `{word}`", path.display());
        }
    }
}

#[test]
fn sums_are_such_as_sha256sum_reads() {
    let sums = std::fs::read_to_string(QUICKSTART.out.run("SHA256SUMS")).expect("the sums");
    let told: BTreeMap<String, String> = sums
        .lines()
        .map(|line| line.split_once("  ").expect("two spaces"))
        .map(|(sum, name)| (name.to_owned(), sum.to_owned()))
        .collect();
    let mut found = tree(&QUICKSTART.out.0);
    found.remove("__run__/SHA256SUMS");
    assert_eq!(told, found);
}

#[test]
fn the_card_and_the_registry_name_every_written_subset() {
    let out = &QUICKSTART.out;
    let card = std::fs::read_to_string(out.0.join("README.md")).expect("the card");
    let registry = read_json(&out.0.join("dataset_info.json"));
    assert!(card.starts_with("---\n"));
    for subset in out.manifest()["subsets"].as_array().expect("a list") {
        let (name, path) = (text(subset, "name"), text(subset, "path"));
        assert!(card.contains(&format!("config_name: \"{name}\"")), "{name}");
        assert!(
            card.contains(&format!("data_files: \"{name}/train-*.parquet\"")),
            "{name}"
        );
        assert!(out.0.join(path).is_file());
        let named = registry.as_object().expect("an object").iter();
        assert!(
            named
                .filter(|(_, entry)| entry.to_string().contains(&format!("{name}/"))
                    || entry.to_string().contains(&format!("\"{name}\"")))
                .count()
                > 0,
            "{name} is not in {registry}"
        );
    }
}

#[test]
fn a_pipeline_without_a_grid_is_an_audit() {
    let place = made();
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("the pipeline");
    let (tables, _) = pipeline.split_once("[[grid]]").expect("a grid");
    place.write("audit.toml", tables);
    let planned = place
        .gradatim(&["plan", "audit.toml", "--pool", "pool"])
        .ends(0);
    assert!(
        planned.stdout.contains("there is no `[[grid]]`"),
        "{}",
        planned.stdout
    );
    let made = ["run", "audit.toml", "--pool", "pool", "--out", "audit"];
    let done = place.gradatim(&made).ends(0);
    assert!(
        done.stdout.contains("no subset was selected"),
        "{}",
        done.stdout
    );
    let (audit, out) = (place.out("audit"), place.out("out"));
    assert_eq!(audit.manifest()["ledger"], out.manifest()["ledger"]);
    assert_eq!(audit.manifest()["subsets"], json!([]));
    place.gradatim(&["check", "audit"]).ends(0);
}

#[test]
fn a_plan_shows_a_row_as_it_would_be_trained_on() {
    let place = made();
    let plan = ["plan", "pipeline.toml", "--pool", "pool", "--json"];
    let row = place.gradatim(&plan).ends(0).json()["row"].clone();
    let written = place
        .out("out")
        .subset(row["subset"].as_str().expect("a subset"));
    let first = written
        .iter()
        .find(|row| row["rank"] == 0)
        .expect("a first row");
    assert_eq!(row["messages"], first["messages"]);
    let shown = place
        .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
        .ends(0);
    assert!(shown.stdout.contains("[assistant]"), "{}", shown.stdout);
}

#[test]
fn what_init_writes_of_files_that_are_not_alike_reads_them_as_an_audit_does() {
    let place = Place::new();
    let rows = |gold: &str, from: usize| -> Vec<Value> {
        (from..from + 6)
            .map(|at| json!({ "question": format!("What is {at}+{at}?"), "response": format!("It is \\boxed{{{}}}.", 2 * at), gold: (2 * at).to_string() }))
            .collect()
    };
    place.write("data/a.jsonl", jsonl(&rows("answer", 10)));
    place.write("data/b.jsonl", jsonl(&rows("ground_truth", 20)));
    let mut bare = rows("answer", 30);
    for row in &mut bare {
        row.as_object_mut().expect("a row").remove("answer");
    }
    place.write("data/c.jsonl", jsonl(&bare));
    let written = place.gradatim(&["init", "data"]).ends(0).stdout;
    for says in [
        "[sources.a]",
        "[sources.b]",
        "answer = \"ground_truth\"",
        "[sources.c]",
    ] {
        assert!(written.contains(says), "{says}: {written}");
    }
    // What decides is that of the first, and said where it is another.
    assert_eq!(written.matches("accept = \"ours\"").count(), 1, "{written}");
    assert_eq!(written.matches("accept = \"none\"").count(), 1, "{written}");
    place.write(
        "init.toml",
        format!("{written}\n[measure]\ntokenizer = 'bytes.json'\n"),
    );
    let audited = |source: &str| {
        let arguments = [
            "audit",
            source,
            "--pool",
            "p",
            "--tokenizer",
            "bytes.json",
            "--json",
        ];
        place.gradatim(&arguments).json()
    };
    let (whole, init) = (audited("data"), audited("init.toml"));
    assert_eq!(whole["findings"], init["findings"]);
    assert_eq!(whole["verdicts"], init["verdicts"]);
    let run = ["run", "init.toml", "--pool", "p", "--out", "out"];
    place.gradatim(&run).ends(0);
    assert!(
        place
            .out("out")
            .ledger()
            .iter()
            .all(|row| row["fate"] == "kept")
    );
}

#[test]
fn what_init_writes_runs_or_is_refused_by_name() {
    let place = Place::new();
    let chat = json!({ "messages": [
        { "role": "user", "content": "What is 1+1?" },
        { "role": "assistant", "content": "<think>\nAdd.\n</think>\n\nIt is \\boxed{2}." },
    ], "answer": 2 });
    let apart = json!({ "question": "What is 1+1?", "reasoning": "Add them up.", "response": "\\boxed{2}", "gt": "2" });
    for (name, row, says) in [
        ("chat.jsonl", &chat, "layout = \"messages\""),
        ("apart.jsonl", &apart, "thinking = \"reasoning\""),
    ] {
        place.write(name, jsonl(std::slice::from_ref(row)));
        let written = place.gradatim(&["init", name]).ends(0).stdout;
        assert!(written.contains(says), "{written}");
        assert!(written.contains("accept = \"ours\""), "{written}");
        place.write(
            "init.toml",
            format!("{written}\n[measure]\ntokenizer = 'bytes.json'\n"),
        );
        let out = format!("of-{name}");
        let run = ["run", "init.toml", "--pool", "p", "--out", &out];
        place.gradatim(&run).ends(0);
        assert_eq!(place.out(&out).ledger()[0]["fate"], "kept");
    }
    place.write("none.jsonl", jsonl(&[json!({ "x": 1, "y": [1, 2] })]));
    place.gradatim(&["init", "none.jsonl"]).ends(4).tells(&[
        "none.jsonl",
        "looks like a problem",
        "a list of numbers",
    ]);
}
