//! The pool as its users see it: what is kept is listed, verified and pruned, and never measured twice.

use std::fs::File;

use serde_json::{Value, json};

use crate::support::{Place, jsonl, openr1_rows, parquet, read_json, tree};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all"]
size = [5, 10]
"#;

/// Two files, measured into `pool`.
fn measured() -> Place {
    let place = Place::new();
    let rows = openr1_rows(40);
    place.write("data/a.parquet", parquet(&rows[..25], 10));
    place.write("data/b.jsonl", jsonl(&rows[25..]));
    place.write("pipeline.toml", PIPELINE);
    place.run("out", &[]).ends(0);
    place
}

fn listed(place: &Place) -> Vec<Value> {
    let report = place.gradatim(&["pool", "--pool", "pool", "--json"]);
    let report = report.ends(0).json();
    report["files"].as_array().expect("a list").clone()
}

#[test]
fn a_second_experiment_measures_nothing_again() {
    let place = measured();
    let other = PIPELINE.replace("size = [5, 10]", "size = [3, 7]\ndraws = 3");
    place.write("pipeline.toml", format!("seed = 9\n{other}"));
    place.run("other", &["--timings", "timings.json"]).ends(0);
    let timings = read_json(&place.path("timings.json"));
    assert_eq!(timings["measured_units"], json!(0));
    assert_eq!(timings["reused_units"], json!(2));
}

#[test]
fn the_list_names_each_file_with_its_entries() {
    let place = measured();
    let ledger = place.out("out").ledger();
    let files = listed(&place);
    let names: Vec<&Value> = files.iter().map(|file| &file["file"]).collect();
    assert_eq!(names, ["a.parquet", "b.jsonl"]);
    for file in &files {
        let entries = ledger.iter().filter(|row| row["file"] == file["file"]);
        assert_eq!(file["entries"], json!(entries.count()));
        assert_eq!(file["state"], "usable");
        assert_eq!(file["layout"], "openr1");
    }
    let text = place.gradatim(&["pool", "list", "--pool", "pool"]).ends(0);
    assert!(text.stdout.contains("a.parquet"), "{}", text.stdout);
}

#[test]
fn a_pool_that_is_not_there_is_an_empty_one() {
    let place = Place::new();
    for action in ["list", "check"] {
        place.gradatim(&["pool", action, "--pool", "none"]).ends(0);
    }
    place
        .gradatim(&["pool", "prune", "--all", "--pool", "none"])
        .ends(0);
    assert!(!place.path("none").exists());
}

#[test]
fn a_flipped_byte_is_found_and_only_that_part_is_pruned() {
    let place = measured();
    place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
    let whole = tree(&place.path("pool"));
    let table = whole.keys().find(|name| name.ends_with("problems.parquet"));
    let path = place.path("pool").join(table.expect("a part"));
    let mut bytes = std::fs::read(&path).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&path, bytes).expect("damage");
    let told = place.gradatim(&["pool", "check", "--pool", "pool"]).ends(1);
    assert!(
        told.stdout.contains("is not what was written"),
        "{}",
        told.stdout
    );
    let removed = place.gradatim(&["pool", "prune", "--damaged", "--pool", "pool", "--json"]);
    assert_eq!(removed.ends(0).json()["removed"], json!(1));
    assert_eq!(listed(&place).len(), 1);
    place.run("again", &[]).ends(0);
    assert_eq!(tree(&place.path("pool")), whole);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
}

#[test]
fn what_is_in_use_or_usable_is_not_pruned() {
    let place = measured();
    let prune = |more: &[&str]| {
        let arguments = [&["pool", "prune", "--pool", "pool", "--json"], more].concat();
        place.gradatim(&arguments)
    };
    prune(&[]).ends(2);
    for kept in [&["--older-versions"][..], &["--unused-days", "1"]] {
        assert_eq!(prune(kept).ends(0).json()["removed"], json!(0), "{kept:?}");
    }
    let run = File::open(place.path("pool/lock")).expect("the lock of the pool");
    run.lock_shared().expect("as a run holds it");
    prune(&["--all"])
        .ends(2)
        .tells(&["a run is using the pool"]);
    drop(run);
    assert_eq!(
        prune(&["--unused-days", "0"]).ends(0).json()["removed"],
        json!(2)
    );
    assert_eq!(listed(&place).len(), 0);
}

#[test]
fn an_amount_of_memory_is_read_as_people_write_it_and_changes_no_byte() {
    let place = measured();
    for (at, memory) in ["300MB", "1 GB", "2GiB", "700000000B"].iter().enumerate() {
        let out = format!("m{at}");
        let options = ["--memory", memory, "--pool", &format!("p{at}")];
        place.run(&out, &options).ends(0);
        assert_eq!(
            tree(&place.path(&out)),
            tree(&place.path("out")),
            "{memory}"
        );
    }
    for memory in ["0", "much", "-1GB", "12TB", "700000000"] {
        let option = format!("--memory={memory}");
        place.run("none", &[&option]).ends(2);
    }
}

#[test]
fn files_with_the_same_content_are_measured_side_by_side() {
    let place = Place::new();
    let shard = parquet(&openr1_rows(40), 10);
    for name in ["a", "b", "c", "d"] {
        place.write(&format!("data/{name}.parquet"), &shard);
    }
    place.write("pipeline.toml", PIPELINE);
    for round in 0..5 {
        let out = format!("out-{round}");
        let pool = format!("pool-{round}");
        place
            .run(&out, &["--pool", &pool, "--threads", "4"])
            .ends(0);
        let ledger = place.out(&out).ledger();
        let of = |name: &str| ledger.iter().filter(|row| row["file"] == name).count();
        assert_eq!(of("a.parquet"), of("d.parquet"));
        assert_eq!(ledger.len(), 4 * of("a.parquet"));
    }
}
