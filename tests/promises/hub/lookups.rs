//! Small tables on the hub: benchmarks, joined columns, what a fingerprint is made of; and CSV there.

use serde_json::{Value, json};

use super::mock::MockHub;
use crate::support::{Place, jsonl, parquet, read_json, reply, table, tree};

/// Problems of a few words each, so that some are nearer to a question than others.
fn problem(at: usize) -> String {
    let nouns = ["torus", "circle", "prime", "digit", "chord", "coin", "card"];
    format!(
        "Find the {} and the {} of the {at}th {}.",
        nouns[at % 7],
        nouns[at / 7 % 7],
        nouns[at * at % 7]
    )
}

fn rows() -> Vec<Value> {
    let row =
        |at| json!({ "problem": problem(at), "response": reply(at, 4), "answer": at.to_string() });
    (0..49).map(row).collect()
}

fn exam(numbers: [usize; 2]) -> Vec<Value> {
    let row =
        |at| json!({ "question": problem(at), "id": at, "level": (["hard", "easy"][at % 2]) });
    numbers.map(row).to_vec()
}

fn rates(scale: f64) -> Vec<Value> {
    let row = |at| json!({ "problem": problem(at), "rate": at as f64 / scale });
    (0..49).map(row).collect()
}

const PIPELINE: &str = "\
[sources.all]
layout = 'columns'
path = 'rows.jsonl'
accept = 'ours'
license = 'mit'
attribution = 'those who made it'
[sources.all.columns]
problem = 'problem'
response = 'response'
answer = 'answer'
[benchmarks.exam]
path = 'EXAM'
problem = 'question'
tier = 'level'
[join.rates]
path = 'RATES'
problem = 'problem'
value = 'rate'
[measure]
tokenizer = 'bytes.json'
[[grid]]
recipe = ['similar']
size = [3, 8]
[grid.similar]
to = 'exam'
tiers = ['hard']
[grid.difficulty.joined.rates]
min = 0.3
";

fn pipeline(exam: &str, rates: &str) -> String {
    PIPELINE.replace("EXAM", exam).replace("RATES", rates)
}

/// A hub with both tables, and a folder with the rows.
fn scene() -> (MockHub, Place) {
    let mock = MockHub::start();
    mock.dataset("open/exam")
        .file("test.jsonl", jsonl(&exam([20, 41])))
        .push("main");
    mock.dataset("open/rates")
        .file(
            "data/train-00000-of-00001.parquet",
            parquet(&rates(49.0), 8),
        )
        .push("main");
    let place = Place::new().with("HF_ENDPOINT", mock.endpoint());
    place.write("rows.jsonl", jsonl(&rows()));
    place.write(
        "pipeline.toml",
        pipeline("hub:open/exam", "hub:open/rates@main"),
    );
    (mock, place)
}

fn lock(place: &Place, out: &str) -> String {
    let path = place.path(out).join("__run__/pipeline.lock.toml");
    std::fs::read_to_string(path).expect("a lock file")
}

#[test]
fn benchmarks_and_joins_on_the_hub_are_read_as_on_disk_and_pinned() {
    let (mock, place) = scene();
    place.write("exam.jsonl", jsonl(&exam([20, 41])));
    place.write("rates.parquet", parquet(&rates(49.0), 8));
    place.write("disk.toml", pipeline("exam.jsonl", "rates.parquet"));
    place
        .gradatim(&["run", "disk.toml", "--out", "disk", "--pool", "pool"])
        .ends(0);
    let expected = place.out("disk").selection();
    assert_eq!(expected["similar-all-normal-8"].len(), 8);
    let commits = ["open/exam", "open/rates"].map(|name| mock.dataset(name).commit());
    for mode in ["stream", "cache"] {
        let out = &format!("{mode}-out");
        place.run(out, &["--hub", mode]).ends(0);
        place.gradatim(&["check", out]).ends(0);
        assert_eq!(place.out(out).selection(), expected, "{mode}");
        let lookups = &place.out(out).manifest()["lookups"];
        for (at, (name, commit)) in ["open/exam", "open/rates"].iter().zip(&commits).enumerate() {
            let hub = &lookups[at]["files"][0]["hub"];
            assert_eq!(hub["dataset"], *name);
            assert_eq!(hub["commit"], *commit);
            let check = ["unverified", "verified"][usize::from(mode == "cache")];
            assert_eq!(hub["check"], check);
            assert!(lookups[at]["files"][0]["blake3"].is_null());
            let lock = lock(&place, out);
            assert!(lock.contains(&format!("\"hub:{name}@{commit}\"")), "{lock}");
        }
        place.write("locked.toml", lock(&place, out));
        let again = format!("{mode}-again");
        let locked = ["run", "locked.toml", "--out", &again, "--pool", "pool"];
        place.gradatim(&locked).ends(0);
        assert_eq!(tree(&place.path(&again)), tree(&place.path(out)));
        assert_eq!(lookups[0]["questions"], 2);
        assert_eq!(lookups[1]["joined"]["problems_known"], 49);
    }
    place
        .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
        .ends(0);
}

#[test]
fn the_lock_file_repeats_the_run_when_benchmark_and_join_have_moved() {
    let (mock, place) = scene();
    place.run("first", &[]).ends(0);
    // Named on the command line they are pinned as well.
    place.write("pipeline.toml", pipeline("none.jsonl", "none.parquet"));
    let given = [
        "--source",
        "exam=hub:open/exam",
        "--source",
        "rates=hub:open/rates",
    ];
    place.run("given", &given).ends(0);
    assert_eq!(tree(&place.path("given")), tree(&place.path("first")));
    mock.dataset("open/exam")
        .file("test.jsonl", jsonl(&exam([13, 30])))
        .push("main");
    mock.dataset("open/rates")
        .file(
            "data/train-00000-of-00001.parquet",
            parquet(&rates(90.0), 8),
        )
        .push("main");
    place.write("locked.toml", lock(&place, "given"));
    place
        .gradatim(&["run", "locked.toml", "--out", "again", "--pool", "pool"])
        .ends(0);
    assert_eq!(tree(&place.path("again")), tree(&place.path("first")));
    place.write("pipeline.toml", pipeline("hub:open/exam", "hub:open/rates"));
    place.run("moved", &[]).ends(0);
    assert_ne!(
        place.out("moved").selection(),
        place.out("first").selection()
    );
    // A path of this machine stands in no lock file, but for its name.
    place.write("mine/exam.jsonl", jsonl(&exam([20, 41])));
    place
        .run("path", &["--source", "exam=mine/exam.jsonl"])
        .ends(0);
    let lock = lock(&place, "path");
    assert!(lock.contains("path = \"exam.jsonl\""), "{lock}");
    assert!(
        !lock.contains("mine/") && !lock.contains("open/exam"),
        "{lock}"
    );
}

#[test]
fn a_config_and_a_split_are_chosen_and_pinned() {
    let (mock, place) = scene();
    let card = "---\nconfigs:\n- config_name: one\n  data_files:\n  - split: train\n    path: a.jsonl\n  - split: test\n    path: b.jsonl\n\
        - config_name: two\n  data_files: c.jsonl\n---\n";
    mock.dataset("open/many")
        .file("README.md", card)
        .file("a.jsonl", jsonl(&exam([13, 30])))
        .file("b.jsonl", jsonl(&exam([20, 41])))
        .file("c.jsonl", jsonl(&exam([1, 2])))
        .push("main");
    place.run("first", &[]).ends(0);
    let many = pipeline("hub:open/many", "hub:open/rates");
    place.write("pipeline.toml", &many);
    place
        .run("out", &[])
        .ends(2)
        .tells(&["several configs", "one", "two"]);
    place.write(
        "pipeline.toml",
        many.replace("many'\n", "many'\nconfig = 'one'\n"),
    );
    let note = "exam: reads the split `test` (1 file) and passes over the split `train` (1 file)";
    place.run("out", &[]).ends(0).tells(&[note]);
    assert_eq!(place.out("out").selection(), place.out("first").selection());
    let file = &place.out("out").manifest()["lookups"][0]["files"][0]["file"];
    assert_eq!(*file, "b.jsonl");
    let lock = lock(&place, "out");
    assert!(
        lock.contains("config = \"one\"") && lock.contains("split = \"test\""),
        "{lock}"
    );
    place.write(
        "pipeline.toml",
        pipeline("exam.jsonl", "hub:open/rates").replace(
            "jsonl'\nproblem = 'q",
            "jsonl'\nsplit = 'test'\nproblem = 'q",
        ),
    );
    place.run("more", &[]).ends(2).tells(&[
        "stands without a dataset of the hub",
        "path = \"hub:",
        "split = ",
    ]);
}

#[test]
fn what_the_hub_lacks_or_a_table_lacks_is_told_before_a_row_is_read() {
    let (mock, place) = scene();
    place.write("pipeline.toml", pipeline("hub:open/none", "hub:open/rates"));
    place.run("out", &[]).ends(2).tells(&["open/none"]);
    place.write("pipeline.toml", pipeline("hub:../etc", "hub:open/rates"));
    place
        .run("out", &[])
        .ends(2)
        .tells(&["`../etc` is no name"]);
    mock.dataset("open/other")
        .file("train.csv", "text,rate\na,1\n")
        .push("main");
    place.write("pipeline.toml", pipeline("hub:open/exam", "hub:open/other"));
    place
        .run("out", &[])
        .ends(2)
        .tells(&["`problem` of `train.csv`, which is missing", "text, rate"]);
    assert!(!place.path("out").exists() && !place.path("out.partial").exists());
}

/// The rows as CSV; none of their cells needs quotes but the response's.
fn csv(rows: &[Value], header: [&str; 3]) -> String {
    let cell = |value: &Value| match value.as_str() {
        Some(text) => format!("\"{}\"", text.replace('"', "\"\"")),
        None => value.to_string(),
    };
    let line = |row: &Value| header.map(|name| cell(&row[name])).join(",") + "\n";
    header.join(",") + "\n" + &rows.iter().map(line).collect::<String>()
}

#[test]
fn csv_on_the_hub_is_read_as_on_disk() {
    let (mock, place) = scene();
    place.run("disk", &[]).ends(0);
    let text = csv(&rows(), ["problem", "response", "answer"]);
    mock.dataset("open/rows")
        .file("train.csv", text.clone())
        .file("more/notes.txt", "no rows")
        .push("main");
    mock.dataset("open/exam")
        .remove("test.jsonl")
        .file(
            "test.csv",
            csv(&exam([20, 41]), ["question", "id", "level"]),
        )
        .push("main");
    // Rows apart from whose texts they are: another dataset has terms of its own.
    let subset = |out: &str| {
        let mut files = tree(&place.path(out));
        files.retain(|name, _| name.starts_with("similar"));
        assert_eq!(files.len(), 2);
        let rows = files
            .keys()
            .flat_map(|name| table(&place.path(out).join(name)));
        let rows = rows.map(|mut row| {
            for key in ["license", "attribution"] {
                row.as_object_mut().expect("a row").remove(key);
            }
            row
        });
        rows.collect::<Vec<Value>>()
    };
    for mode in ["stream", "cache"] {
        let out = format!("hub-{mode}");
        let more = [
            "--source",
            "all=hub:open/rows",
            "--hub",
            mode,
            "--pool",
            mode,
        ];
        place.run(&out, &more).ends(0);
        place.gradatim(&["check", &out]).ends(0);
        assert_eq!(subset(&out), subset("disk"), "{mode}");
    }
    let seen = place
        .gradatim(&["inspect", "hub:open/rows", "--json"])
        .ends(0)
        .json();
    let second = &seen["columns"][1];
    assert_eq!(
        (&second["name"], &second["type"]),
        (&json!("response"), &json!("string"))
    );
    assert_eq!(seen["files"][0]["bytes"], text.len());
}

#[test]
fn a_fingerprint_of_a_dataset_on_the_hub_is_that_of_its_file() {
    let (mock, place) = scene();
    mock.dataset("open/exam")
        .file("train.jsonl", jsonl(&exam([1, 2])))
        .push("main");
    let commit = mock.dataset("open/exam").commit();
    place.write("test.jsonl", jsonl(&exam([20, 41])));
    let make = |from: &str, more: &[&str]| {
        let out = format!("{}.fingerprint", place.folder().join("made").display());
        let arguments = [&["fingerprint", "exam", from, "--out", &out], more].concat();
        place.gradatim(&arguments).ends(0);
        std::fs::read(&out).expect("a fingerprint")
    };
    let parted = |bytes: &[u8]| {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let (head, items) = bytes.split_at(end.expect("a line and items"));
        (
            serde_json::from_slice::<Value>(head).expect("JSON"),
            items.to_owned(),
        )
    };
    let (_, on_disk) = parted(&make("test.jsonl", &[]));
    let (head, items) = parted(&make("hub:open/exam", &[]));
    assert_eq!(items, on_disk, "the split `test` is the default");
    assert!(
        head.to_string().contains(&format!("open/exam@{commit}")),
        "{head}"
    );
    let (_, others) = parted(&make("hub:open/exam@main", &["--split", "train"]));
    assert_ne!(others, on_disk);
    place.write(
        "pipeline.toml",
        pipeline("hub:open/exam", "hub:open/rates")
            + "[screen.contamination]\nbenchmarks = ['made.fingerprint']\n",
    );
    make("hub:open/exam", &[]);
    place.run("out", &[]).ends(0);
    assert_eq!(place.out("out").drops()["contaminated"], 2);
    let certificate = read_json(&place.out("out").run("leakage.json"));
    let said = certificate["benchmarks"][0].to_string();
    assert!(said.contains(&commit), "{said}");
    mock.dataset("open/only")
        .file("train.jsonl", jsonl(&exam([20, 41])))
        .push("main");
    let (_, only) = parted(&make("hub:open/only", &[]));
    assert_eq!(only, on_disk, "or the only split");
}
