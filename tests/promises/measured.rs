//! What is stored cannot go stale by forgetting: the measurements of the sample stand beside the versions.
//!
//! A part of a pool is named by the measuring version and the version of its tables. A measurement that changes
//! while both stay would be read from old parts for ever.

use std::path::Path;

use gradatim::{measure, pool};
use serde_json::Value;

use crate::support::*;

/// Where versions and hash are kept.
const KEPT: &str = "tests/measured.txt";

/// What is a function of where an entry lies, and not of the entry.
const PLACE: [&str; 3] = ["row", "generation", "offset"];

/// Behaviours and words are counted in one source, since the quickstart counts none.
const COUNTED: &str = r#"
[sources.s1k]
layout = "s1k"
path = "DATA/s1k"
[measure]
behaviours = true
[[grid]]
size = [1]
"#;

/// The rows of all parts of a pool without their places, as lines in an order that rests on nothing else.
fn lines(pool: &Path) -> Vec<String> {
    let parts = pool.join("parts");
    let tables = tree(&parts)
        .into_keys()
        .filter(|name| name.ends_with(".parquet"));
    let mut lines = Vec::new();
    for name in tables {
        for mut row in table(&parts.join(&name)) {
            for (column, value) in row.as_object_mut().into_iter().flatten() {
                if PLACE.contains(&column.as_str()) {
                    *value = Value::Null;
                }
            }
            lines.push(row.to_string());
        }
    }
    lines.sort();
    lines
}

/// A hash of every measured column of the sample.
fn hash() -> String {
    let place = Place::new();
    let data = repository().join("data");
    place.write(
        "pipeline.toml",
        COUNTED.replace("DATA", &data.to_string_lossy()),
    );
    place.run("out", &[]).ends(0);
    let lines = [lines(&QUICKSTART.pool), lines(&place.path("pool"))].concat();
    sha256(lines.join("\n").as_bytes())
}

#[test]
fn a_measurement_does_not_change_while_the_versions_stay() {
    let versions = format!(
        "measure::VERSION {}\npool::tables::VERSION {}\n",
        measure::VERSION,
        pool::tables::VERSION
    );
    let now = format!("{versions}sample {}\n", hash());
    let kept = std::fs::read_to_string(repository().join(KEPT)).unwrap_or_default();
    if now == kept {
        return;
    }
    let is_raised = !kept.starts_with(&versions);
    let is_changed = kept.lines().last() != now.lines().last();
    let advice = match (is_raised, is_changed) {
        (false, _) => {
            "a measured column of the sample changed and no version did. If its meaning changed (a verdict of the \
             verifier is a measurement too) raise `measure::VERSION`, if a table has other columns raise \
             `pool::tables::VERSION`, and take over what stands below; else look for the bug"
        }
        (true, true) => {
            "a version was raised and the sample's measurements changed, as they should: take over what stands below"
        }
        (true, false) => {
            "a version was raised and no measurement of the sample changed: take over what stands below if what \
             changed is not in the sample; else the version need not change, and every pool is measured anew for it"
        }
    };
    panic!("{advice}\n\n{KEPT} is to be:\n{now}\nand is:\n{kept}");
}
