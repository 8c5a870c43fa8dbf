//! What several machines measure into one pool, a share each, and one run finds there.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Place, jsonl, openr1_rows, parquet, read_json, tree};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.most]
layout = "openr1"
path = "data"
[sources.rest]
layout = "openr1"
path = "rest.jsonl"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all"]
size = [5, 10]
"#;

const FILES: usize = 7;

/// Files of unequal size in two sources.
fn place() -> Place {
    let place = Place::new();
    let rows = openr1_rows(60);
    for file in 0..FILES - 1 {
        let rows = &rows[file * (file + 1) / 2 * 2..][..2 * (file + 1)];
        match file % 2 {
            0 => place.write(&format!("data/{file}.jsonl"), jsonl(rows)),
            _ => place.write(&format!("data/{file}.parquet"), parquet(rows, 4)),
        };
    }
    place.write("rest.jsonl", jsonl(&rows[50..]));
    place.write("pipeline.toml", PIPELINE);
    place.run("alone", &["--pool", "own"]).ends(0);
    place
}

fn parts(place: &Place) -> BTreeSet<String> {
    tree(&place.path("pool")).into_keys().collect()
}

#[test]
fn machines_that_take_a_share_each_leave_a_run_nothing_to_measure() {
    let place = place();
    let of = 3;
    let shares: Vec<_> = (1..=of)
        .rev()
        .map(|number| {
            let shard = format!("{number}/{of}");
            place.start(&[
                "measure",
                "pipeline.toml",
                "--pool",
                "pool",
                "--json",
                "--shard",
                &shard,
            ])
        })
        .collect();
    let mut units = 0;
    for share in shares {
        let told = crate::support::wait(share).ends(0).json();
        assert_eq!(told["measured_before"], json!(0));
        assert_eq!(told["measured"], told["units"]);
        units += told["units"].as_u64().expect("a number");
        assert!(told["units"].as_u64() < Some(FILES as u64), "{told}");
    }
    assert_eq!(units, FILES as u64);
    place.run("out", &["--timings", "timings.json"]).ends(0);
    let timings = read_json(&place.path("timings.json"));
    assert_eq!(timings["measured_units"], json!(0));
    assert_eq!(timings["reused_units"], json!(FILES));
    assert_eq!(tree(&place.path("out")), tree(&place.path("alone")));
    assert_eq!(tree(&place.path("pool")), tree(&place.path("own")));
}

#[test]
fn a_share_that_is_missing_is_measured_by_the_run() {
    let place = place();
    let measure = ["measure", "pipeline.toml", "--pool", "pool"];
    let told = place
        .gradatim(&[&measure[..], &["--shard", "2/2"]].concat())
        .ends(0);
    assert!(told.stdout.starts_with("share 2/2: "), "{}", told.stdout);
    let half = parts(&place);
    assert!(!half.is_empty());
    place.run("out", &[]).ends(0);
    assert!(parts(&place).is_superset(&half) && parts(&place) != half);
    assert_eq!(tree(&place.path("out")), tree(&place.path("alone")));
    // Without a share it is all of it, and there is nothing left to do.
    let again = place
        .gradatim(&[&measure[..], &["--json"]].concat())
        .ends(0);
    let expected =
        json!({ "shard": "1/1", "units": FILES, "measured": 0, "measured_before": FILES });
    assert_eq!(again.json(), expected);
}

#[test]
fn a_file_that_cannot_be_read_ends_the_share_that_it_is_in() {
    let place = place();
    place.write("rest.jsonl.gz", "not packed");
    place.write(
        "pipeline.toml",
        PIPELINE.replace("rest.jsonl", "rest.jsonl.gz"),
    );
    let share = |shard: &str| {
        place.gradatim(&[
            "measure",
            "pipeline.toml",
            "--pool",
            "pool",
            "--shard",
            shard,
        ])
    };
    share("1/2").ends(0);
    share("2/2").ends(4).tells(&["rest.jsonl.gz"]);
    place.run("out", &["--timings", "timings.json"]).ends(4);
    // All of the others are there.
    let measured = parts(&place)
        .into_iter()
        .filter(|name| name.ends_with("problems.parquet"));
    assert_eq!(measured.count(), FILES - 1);
}

#[test]
fn what_is_no_share_is_refused() {
    let place = place();
    for shard in ["0/2", "3/2", "1/0", "half", "1"] {
        place
            .gradatim(&["measure", "pipeline.toml", "--shard", shard])
            .ends(2)
            .tells(&["--shard", "as 3/16"]);
    }
}
