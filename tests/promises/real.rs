//! Real rows of eight public collections, where they are there: `tests/real/rollouts.toml`.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Place, repository, shared, text};

#[test]
fn real_rollouts_make_nested_subsets_with_controls_and_a_style_pair() {
    if shared().is_none() {
        return;
    }
    let place = Place::new();
    let pipeline = repository().join("tests/real/rollouts.toml");
    let pipeline = pipeline.to_string_lossy();
    place
        .gradatim(&["run", &pipeline, "--out", "out", "--pool", "pool"])
        .ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let manifest = out.manifest();
    let read: u64 = manifest["ledger"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|source| source["read"].as_u64())
        .sum();
    let ledger = out.ledger();
    assert_eq!(ledger.len() as u64, read);
    assert_eq!(read, 2040, "rows of the eight collections");

    let selection = out.selection();
    let [smaller, larger] = ["all-normal-r1-100", "all-normal-r1-200"].map(|name| &selection[name]);
    assert_eq!((smaller.len(), larger.len()), (100, 200));
    assert!(larger.starts_with(smaller));
    let problems = |name: &str| -> Vec<&String> {
        selection[name].iter().map(|(_, problem)| problem).collect()
    };
    assert_eq!(
        problems("pair-all-normal-r1-200"),
        problems("pair-all-normal-qwq-200")
    );
    let style: BTreeMap<&str, &str> = ledger
        .iter()
        .filter(|row| row["fate"] == "kept")
        .map(|row| (text(row, "trajectory_id"), text(row, "style")))
        .collect();
    let styles = |name: &str| -> BTreeSet<&str> {
        let ids = selection[name].iter();
        ids.map(|(id, _)| style[id.as_str()]).collect()
    };
    assert_eq!(styles("pair-all-normal-qwq-200"), ["qwq"].into());
    assert_eq!(styles("random-r1-200-c0"), ["r1"].into());
}
