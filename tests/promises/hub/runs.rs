//! Whole runs over a hub: what they write, what they ask for, and what faults and kills leave.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::mock::{Act, MockHub, retry_after};
use crate::kills::killed_and_run_again;
use crate::support::{Dice, Place, jsonl, openr1_rows, parquet, read_json, tree};
use crate::writing::{has_strace, placed_durably};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.math]
layout = "openr1"
hub = "open/set"
config = "default"
license = "mit"
attribution = "those who made it"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all", "diverse"]
size = [5, 10, 20]
[grid.length]
rule = ["short", "normal", "long"]
bucket = 20
within = "pool"
[grid.control]
random = 1
"#;

const CARD: &str = "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n- config_name: lines\n  data_files: lines.jsonl\n---\n";

/// Rows with a column that no layout reads.
fn rows() -> Vec<Value> {
    let mut rows = openr1_rows(90);
    for row in &mut rows {
        row["messages_of_old"] = json!("never read ".repeat(400));
    }
    rows
}

/// A hub with a dataset of two Parquet shards and the same rows as lines; and a folder to run in.
fn scene() -> (MockHub, Place) {
    let mock = MockHub::start();
    let rows = rows();
    mock.dataset("open/set")
        .file("README.md", CARD)
        .file("data/train-00000-of-00002.parquet", parquet(&rows[..50], 8))
        .file("data/train-00001-of-00002.parquet", parquet(&rows[50..], 8))
        .file("lines.jsonl", jsonl(&rows))
        .push("main");
    let place = Place::new().with("HF_ENDPOINT", mock.endpoint());
    place.write("pipeline.toml", PIPELINE);
    (mock, place)
}

/// The files of subsets alone: what does not say where the rows came from.
fn subsets(place: &Place, out: &str) -> BTreeMap<String, String> {
    let mut files = tree(&place.path(out));
    files.retain(|name, _| name.ends_with(".parquet") && !name.starts_with("__run__"));
    assert!(files.len() > 10, "there is something to compare");
    files
}

#[test]
fn a_dataset_gives_the_same_subsets_from_the_hub_and_from_disk() {
    let (_mock, place) = scene();
    let rows = rows();
    place.write(
        "disk/data/train-00000-of-00002.parquet",
        parquet(&rows[..50], 8),
    );
    place.write(
        "disk/data/train-00001-of-00002.parquet",
        parquet(&rows[50..], 8),
    );
    place.run("disk-out", &["--source", "math=disk"]).ends(0);
    for mode in ["stream", "cache"] {
        let out = format!("{mode}-out");
        place.run(&out, &["--hub", mode, "--pool", mode]).ends(0);
        assert_eq!(subsets(&place, &out), subsets(&place, "disk-out"), "{mode}");
        place.gradatim(&["check", &out]).ends(0);
        let manifest = place.out(&out).manifest();
        let check = if mode == "cache" {
            "verified"
        } else {
            "unverified"
        };
        for file in manifest["files"].as_array().expect("files") {
            assert_eq!(file["hub"]["dataset"], "open/set");
            assert_eq!(file["hub"]["check"], check);
        }
    }
}

#[test]
fn lines_on_the_hub_are_read_as_lines_on_disk() {
    let (_mock, place) = scene();
    place.write("lines.jsonl", jsonl(&rows()));
    place.run("disk", &["--source", "math=lines.jsonl"]).ends(0);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("\"default\"", "\"lines\""),
    );
    place.run("hub", &["--pool", "other"]).ends(0);
    assert_eq!(subsets(&place, "hub"), subsets(&place, "disk"));
}

#[test]
fn two_revisions_of_a_dataset_differ_in_what_was_pushed_between_them() {
    let (mock, place) = scene();
    let first = mock.dataset("open/set").commit();
    let mut rows = rows();
    rows[3]["answer"] = json!("31");
    rows[60]["problem"] = json!("Of ninety red boxes, how many hold three blue cups each?");
    let gone = rows.remove(80);
    mock.dataset("open/set")
        .file("data/train-00000-of-00002.parquet", parquet(&rows[..50], 8))
        .file("data/train-00001-of-00002.parquet", parquet(&rows[50..], 8))
        .push("main");
    let diff = |first: &str, second: &str, ends: i32| {
        let asked = [
            "diff", first, second, "--config", "default", "--json", "--pool", "pool",
        ];
        place.gradatim(&asked).ends(ends).json()
    };
    let (old, new) = (format!("hub:open/set@{first}"), "hub:open/set");
    let told = diff(&old, new, 1);
    let counted = |change: &str| {
        let mut rows = told["rows"].as_array().expect("counts").iter();
        rows.find(|row| row["change"] == json!(change))
            .expect("a kind")["rows"]
            .clone()
    };
    let replies = gone["generations"].as_array().expect("replies").len();
    let of_row = |row: usize| rows[row]["generations"].as_array().expect("replies").len();
    assert_eq!(counted("removed"), json!(replies));
    assert_eq!(counted("fields_changed"), json!(of_row(3)));
    assert_eq!(counted("problem_edited"), json!(of_row(60)));
    assert_eq!(counted("added"), json!(0));
    assert_eq!(diff(&old, &old, 0)["differs"], json!(false));
}

#[test]
fn a_datasets_card_says_whose_texts_they_are_where_the_pipeline_does_not() {
    let (mock, place) = scene();
    let silent = PIPELINE.replace(
        "license = \"mit\"\nattribution = \"those who made it\"\n",
        "",
    );
    place.write("pipeline.toml", silent);
    for (named, license) in [
        ("license: apache-2.0", "apache-2.0"),
        ("license:\n- mit\n- cc-by-4.0", "mit, cc-by-4.0"),
        ("license: other\nlicense_name: ours-alone", "ours-alone"),
    ] {
        let card = CARD.replacen("---\n", &format!("---\n{named}\n"), 1);
        let commit = mock
            .dataset("open/set")
            .file("README.md", card)
            .push("main");
        let out = license.split(',').next().expect("a name");
        place.run(out, &[]).ends(0);
        let page = format!("https://huggingface.co/datasets/open/set at {commit}");
        for row in place.out(out).subset("all-normal-5") {
            assert_eq!(
                (&row["license"], &row["attribution"]),
                (&json!(license), &json!(page))
            );
        }
        let source = &place.out(out).manifest()["sources"][0];
        assert_eq!(source["license"], json!(license));
        assert_eq!(source["attribution"], json!(page));
    }
}

#[test]
fn another_dataset_has_terms_of_its_own() {
    let (mock, place) = scene();
    let card = CARD.replacen("---\n", "---\nlicense: cc0-1.0\n", 1);
    let commit = mock
        .dataset("other/set")
        .file("README.md", card)
        .file("data/train-00000-of-00001.parquet", parquet(&rows(), 8))
        .push("main");
    place
        .run("out", &["--source", "math=hub:other/set"])
        .ends(0);
    let source = &place.out("out").manifest()["sources"][0];
    let page = format!("https://huggingface.co/datasets/other/set at {commit}");
    assert_eq!(
        (&source["license"], &source["attribution"]),
        (&json!("cc0-1.0"), &json!(page))
    );
}

#[test]
fn only_the_columns_that_are_needed_travel_and_only_once() {
    let (mock, place) = scene();
    let whole: usize = [parquet(&rows()[..50], 8), parquet(&rows()[50..], 8)]
        .iter()
        .map(Vec::len)
        .sum();
    place.run("first", &[]).ends(0);
    // The files are small: footers are fetched with 64 KiB around them, so that sizes prove little here;
    // what a second experiment asks for does.
    assert!(mock.bytes_sent() <= 2 * whole as u64);
    mock.forget_requests();
    place.run("second", &["--seed", "5"]).ends(0);
    assert_eq!(
        mock.bytes_sent(),
        0,
        "its text lies in the ranges that were kept"
    );
    assert!(mock.requests().len() <= 1, "{:?}", mock.requests());
}

#[test]
fn of_selected_rows_only_their_pages_travel() {
    let mock = MockHub::start();
    let mut dice = Dice(3);
    let mut rows = openr1_rows(400);
    for row in &mut rows {
        let noise: String = (0..20_000)
            .map(|_| char::from(b'a' + dice.below(26) as u8))
            .collect();
        row["generations"] = json!([format!("{noise} \\boxed{{1}}")]);
    }
    let shard = parquet(&rows, 400);
    let whole = shard.len() as u64;
    mock.dataset("open/set")
        .file("train.parquet", shard)
        .push("main");
    let place = Place::new().with("HF_ENDPOINT", mock.endpoint());
    let few = "on_shortfall = 'short'\n[sources.math]\nlayout = 'openr1'\nhub = 'open/set'\naccept = 'none'\n\
        [measure]\ntokenizer = 'bytes.json'\n[[grid]]\ncategory = ['all']\nsize = [1]\n";
    place.write("pipeline.toml", few);
    place.run("first", &[]).ends(0);
    assert!(mock.bytes_sent() > whole / 2, "measuring reads every page");
    std::fs::remove_dir_all(place.path("cache")).expect("the ranges are forgotten");
    mock.forget_requests();
    place.run("second", &["--seed", "5"]).ends(0);
    let sent = mock.bytes_sent();
    assert!(
        sent > 0 && sent < whole / 2,
        "{sent} of {whole} bytes for one row of 400"
    );
}

#[test]
fn the_lock_file_holds_the_commit_and_repeats_the_run_when_the_branch_has_moved() {
    let (mock, place) = scene();
    let commit = mock.dataset("open/set").push("main");
    place.run("first", &[]).ends(0);
    let lock = std::fs::read_to_string(place.path("first/__run__/pipeline.lock.toml"));
    let lock = lock.expect("a lock file");
    assert!(lock.contains(&format!("revision = \"{commit}\"")), "{lock}");
    mock.dataset("open/set")
        .file(
            "data/train-00000-of-00002.parquet",
            parquet(&rows()[..9], 8),
        )
        .push("main");
    place.write("locked.toml", lock);
    // Paths in a lock file are those of the pipeline it was made from.
    place
        .gradatim(&["run", "locked.toml", "--out", "again", "--pool", "fresh"])
        .ends(0);
    assert_eq!(tree(&place.path("again")), tree(&place.path("first")));
    // Beside its manifest, which says what the files held.
    let beside = ["run", "first/__run__/pipeline.lock.toml", "--out", "beside"];
    place
        .gradatim(&[&beside[..], &["--pool", "pool"]].concat())
        .ends(0);
    assert_eq!(tree(&place.path("beside")), tree(&place.path("first")));
    // The same files on this disk, by the hashes that the hub has of them.
    let all = rows();
    let on_disk = |name: &str, first: &[Value], second: &[Value]| {
        place.write(&format!("{name}/x.parquet"), parquet(second, 8));
        place.write(&format!("{name}/y.parquet"), parquet(first, 8));
        let (out, source) = (format!("out-{name}"), format!("math={name}"));
        let more = [&out, "--pool", "pool", "--source", &source];
        place.gradatim(&[&beside[..3], &more].concat())
    };
    on_disk("disk", &all[..50], &all[50..]).ends(0);
    assert_eq!(subsets(&place, "out-disk"), subsets(&place, "first"));
    let other = on_disk("other", &all[..49], &all[50..]).ends(4);
    other.tells(&["`math` has other files", "train-00000-of-00002.parquet"]);
    place.run("moved", &[]).ends(0);
    assert_ne!(subsets(&place, "moved"), subsets(&place, "first"));
}

#[test]
fn a_hub_that_cannot_be_reached_is_told_at_once_with_what_stands_in_for_it() {
    // Nobody listens there, and nobody is called so.
    for endpoint in ["http://127.0.0.1:9", "http://nobody.invalid"] {
        let place = Place::new().with("HF_ENDPOINT", endpoint);
        place.write("rows.jsonl", jsonl(&rows()));
        place.write(
            "pipeline.toml",
            format!("{PIPELINE}[benchmarks.exam]\npath = 'hub:open/exam'\n"),
        );
        let begun = std::time::Instant::now();
        let words = ["cannot be reached", endpoint, "--source math=PATH"];
        place.run("out", &[]).ends(3).tells(&words);
        let given = ["--source", "math=rows.jsonl"];
        place
            .run("out", &given)
            .ends(3)
            .tells(&["`open/exam`", "--source exam=PATH"]);
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    }
    let offline = Place::new().with("HF_HUB_OFFLINE", "1");
    offline.write("pipeline.toml", PIPELINE);
    let told = offline.run("out", &[]).ends(2);
    told.tells(&["HF_HUB_OFFLINE", "--source math=PATH"]);
}

#[test]
fn faults_on_the_way_change_no_byte() {
    let (mock, place) = scene();
    place.run("calm", &["--pool", "calm-pool"]).ends(0);
    let calm = tree(&place.path("calm"));
    for mode in ["stream", "cache"] {
        let place_of_mode = Place::new()
            .with("HF_ENDPOINT", mock.endpoint())
            .with("HF_HUB_DOWNLOAD_TIMEOUT", "0.5");
        place_of_mode.write("pipeline.toml", PIPELINE);
        mock.fault("/api/", 0..1, retry_after(1));
        mock.fault("/resolve/", 0..1, Act::Status(503));
        mock.fault("/cdn/", 0..1, Act::Cut(1000));
        mock.fault("/cdn/", 2..3, Act::StallAfter(100, Duration::from_secs(3)));
        place_of_mode
            .run("out", &["--hub", mode])
            .ends(0)
            .tells(&["waiting"]);
        if mode == "stream" {
            assert_eq!(tree(&place_of_mode.path("out")), calm);
        } else {
            assert_eq!(subsets(&place_of_mode, "out"), subsets(&place, "calm"));
        }
    }
}

#[test]
fn what_cannot_be_had_is_told_with_its_own_exit_code() {
    let (mock, place) = scene();
    let run = |place: &Place| place.run("out", &[]);
    let offline = Place::new()
        .with("HF_ENDPOINT", mock.endpoint())
        .with("HF_HUB_OFFLINE", "1");
    offline.write("pipeline.toml", PIPELINE);
    run(&offline).ends(2).tells(&["HF_HUB_OFFLINE"]);
    place.write("pipeline.toml", PIPELINE.replace("open/set", "open/none"));
    run(&place).ends(2).tells(&["open/none"]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("\"default\"", "\"defualt\""),
    );
    run(&place).ends(2).tells(&["defualt", "default", "lines"]);
    mock.dataset("open/secret")
        .file("train.jsonl", "{}\n")
        .private("hf_let_me_in")
        .push("main");
    place.write("pipeline.toml", PIPELINE.replace("open/set", "open/secret"));
    run(&place).ends(2).tells(&["HF_TOKEN"]);
    mock.dataset("open/gated")
        .file("train.jsonl", "{}\n")
        .gated()
        .push("main");
    place.write("pipeline.toml", PIPELINE.replace("open/set", "open/gated"));
    run(&place).ends(2).tells(&["open/gated"]);
    place.write("pipeline.toml", PIPELINE);
    mock.fault("/api/", 0..1, retry_after(100_000));
    run(&place).ends(3).tells(&["hint"]);
    assert!(!place.path("out").exists() && !place.path("out.partial").exists());
}

#[test]
fn a_token_opens_a_private_dataset_and_stands_nowhere() {
    let (mock, _) = scene();
    mock.dataset("open/set")
        .private("hf_let_me_in")
        .push("main");
    let place = Place::new()
        .with("HF_ENDPOINT", mock.endpoint())
        .with("HF_TOKEN", "hf_let_me_in");
    place.write("pipeline.toml", PIPELINE);
    let done = place.run("out", &["--hub", "cache"]).ends(0);
    assert!(!(done.stdout + &done.stderr).contains("hf_let_me_in"));
    let written = tree(place.folder());
    assert!(written.len() > 20);
    for name in written.keys() {
        let bytes = std::fs::read(place.path(name)).unwrap_or_default();
        let found = bytes.windows(12).any(|window| window == b"hf_let_me_in");
        assert!(!found, "{name} holds the token");
        let is_left = name.ends_with(".lock") || name.ends_with(".draft");
        assert!(!is_left, "{name} is left over");
    }
}

#[test]
fn what_comes_from_a_hub_is_on_the_disk_under_its_name() {
    if !has_strace() {
        return;
    }
    for (mode, kept) in [("cache", "/snapshots/"), ("stream", "/ranges/")] {
        let (mock, place) = scene();
        let environment = format!("HF_ENDPOINT={}", mock.endpoint());
        let run = format!("run pipeline.toml --pool pool --out out --hub {mode}");
        let placed = placed_durably(&place, &environment, &run);
        assert!(placed.iter().any(|name| name.contains(kept)), "{placed:?}");
    }
}

#[test]
fn bytes_that_are_not_what_the_hub_promised_are_refused_and_not_kept() {
    let (mock, place) = scene();
    mock.fault("/cdn/", 0..99, Act::WrongBytes);
    place.run("out", &["--hub", "cache"]).ends(4);
    assert!(!place.path("out").exists());
}

#[test]
fn killed_at_any_moment_of_a_run_over_the_hub_it_leaves_the_same_bytes() {
    for mode in ["stream", "cache"] {
        let (_mock, place) = scene();
        let small_batches = ["--hub", mode, "--batch-size", "4"];
        killed_and_run_again(&place, &small_batches, 12);
    }
}

#[test]
fn inspect_shows_what_a_dataset_offers() {
    let (_mock, place) = scene();
    let report = place
        .gradatim(&["inspect", "hub:open/set", "--json"])
        .ends(0)
        .json();
    assert_eq!(report["hub"]["config"], "default");
    let splits = report["hub"]["splits"].as_array().expect("splits");
    assert_eq!(splits.len(), 2);
    assert_eq!(report["layout"], "openr1");
    let rows = report["files"].as_array().expect("files").iter();
    let rows: u64 = rows.map(|file| file["rows"].as_u64().expect("rows")).sum();
    assert_eq!(rows, 90);
    assert_eq!(report["entries"].as_array().expect("entries").len(), 3);
    let lines = place
        .gradatim(&["inspect", "hub:open/set@main", "--config", "lines"])
        .ends(0);
    assert!(lines.stdout.contains("shown below"), "{}", lines.stdout);
}

#[test]
fn keys_that_contradict_each_other_are_shown_where_they_stand() {
    let place = Place::new();
    let both = PIPELINE.replace("hub = \"open/set\"", "hub = \"open/set\"\npath = \"data\"");
    place.write("pipeline.toml", both);
    place
        .run("out", &[])
        .ends(2)
        .tells(&["stands beside `path`", "hub = "]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("hub = \"open/set\"", "path = \"data\""),
    );
    place
        .run("out", &[])
        .ends(2)
        .tells(&["stands without a dataset of the hub", "config = "]);
    let _ = read_json;
}

#[test]
fn sql_finds_the_parts_of_the_hubs_files_by_what_they_are_and_not_by_their_names() {
    let (mock, place) = scene();
    place.run("out", &["--pool", "pool"]).ends(0);
    let count = || {
        let asked = [
            "sql",
            "SELECT count(*) AS n FROM pool",
            "--in",
            "out",
            "--json",
            "--pool",
            "pool",
        ];
        place.gradatim(&asked).ends(0).json()
    };
    let read = count();
    assert_eq!(read, json!([{ "n": place.out("out").ledger().len() }]));
    // The same names, with other rows.
    let other = &rows()[20..];
    mock.dataset("open/set")
        .file(
            "data/train-00000-of-00002.parquet",
            parquet(&other[..30], 8),
        )
        .file(
            "data/train-00001-of-00002.parquet",
            parquet(&other[30..], 8),
        )
        .push("main");
    place.run("later", &["--pool", "pool"]).ends(0);
    assert_eq!(count(), read);
}
