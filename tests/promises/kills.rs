//! Kills the program at random moments of a run and holds what is left against an undisturbed run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::support::{Dice, Place, read_json, tree, wait};

/// Kills `gradatim run` `kills` times, each at a random moment, and starts it again over what the killed runs left;
/// every sixth time over an empty pool. The environment variable `GRADATIM_KILLS` asks for another number.
///
/// # Panics
/// When a finished folder differs from that of an undisturbed run, or a part of the pool from its seal.
pub fn killed_and_run_again(place: &Place, more: &[&str], kills: u32) {
    let asked = std::env::var("GRADATIM_KILLS").ok();
    let wanted = asked.map_or(kills, |kills| {
        kills.parse().expect("GRADATIM_KILLS is a number")
    });
    let started = Instant::now();
    let undisturbed = ["--pool", "pool-of-its-own"];
    place
        .run("undisturbed", &[&undisturbed, more].concat())
        .ends(0);
    let mut span = started.elapsed();
    let expected = tree(&place.path("undisturbed"));
    let run = ["run", "pipeline.toml", "--out", "out", "--pool", "pool"];
    let mut dice = Dice(11);
    let mut kills = 0;
    for _ in 0..wanted * 8 {
        if kills == wanted {
            break;
        }
        if kills % 6 == 0 {
            let _ = std::fs::remove_dir_all(place.path("pool"));
        }
        let mut child = place.start(&[&run, more].concat());
        std::thread::sleep(span.mul_f64(dice.below(1000) as f64 / 1000.0));
        child.kill().expect("SIGKILL");
        let done = wait(child);
        if done.code.is_some() {
            done.ends(0);
            span = span.mul_f64(0.8);
        } else {
            kills += 1;
            span = span.mul_f64(1.1);
        }
        assert_whole_or_absent(place, &expected);
        let _ = std::fs::remove_dir_all(place.path("out"));
    }
    assert_eq!(kills, wanted, "so many runs were cut short");
    place.run("out", more).ends(0);
    assert_eq!(tree(&place.path("out")), expected);
    assert!(
        !place.path("out.partial").exists(),
        "what a killed run left is cleared away"
    );
    assert!(
        tree(&place.path("pool/partial")).is_empty(),
        "of the pool's too, locks and drafts with it"
    );
}

/// The output folder is there in full or not at all, and every part of the pool is what its seal says.
fn assert_whole_or_absent(place: &Place, expected: &BTreeMap<String, String>) {
    if place.path("out").exists() {
        assert_eq!(&tree(&place.path("out")), expected, "`out` is not whole");
    }
    let parts = place.path("pool/parts");
    let files = tree(&parts);
    let folders: BTreeSet<&str> = files
        .keys()
        .filter_map(|name| Some(name.rsplit_once('/')?.0))
        .collect();
    for folder in folders {
        let seal = read_json(&parts.join(folder).join("part.json"));
        for (key, file) in [
            ("trajectories", "trajectories.parquet"),
            ("problems", "problems.parquet"),
        ] {
            let bytes =
                std::fs::read(parts.join(folder).join(file)).expect("a sealed part has its tables");
            assert_eq!(
                seal["tables"][key]
                    .as_str()
                    .expect("a seal names its tables"),
                blake3::hash(&bytes).to_hex().as_str(),
                "{folder}/{file}"
            );
        }
    }
}
