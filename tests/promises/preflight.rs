//! What a trainer makes of a folder: nothing that it cuts, drops or deletes goes unsaid.

use serde_json::{Value, json};

use crate::support::*;

/// What is said of the quickstart's subset and its controls.
fn told(place: &Place, code: i32, more: &[&str]) -> Value {
    let out = QUICKSTART.out.0.to_string_lossy();
    let arguments = [&["preflight", &out, "diverse-long-r1-100", "--json"], more].concat();
    place.gradatim(&arguments).ends(code).json()
}

fn subset<'v>(told: &'v Value, name: &str) -> &'v Value {
    let subsets = told["subsets"].as_array().expect("subsets");
    let found = subsets.iter().find(|subset| subset["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {told}"))
}

#[test]
fn a_subset_stands_beside_its_controls_and_its_loss_is_the_reply_with_its_end() {
    let place = Place::new();
    let told = told(&place, 0, &["--trainer", "trl"]);
    let names: Vec<&str> = told["subsets"]
        .as_array()
        .expect("subsets")
        .iter()
        .map(|subset| text(subset, "name"))
        .collect();
    assert!(names.contains(&"diverse-long-r1-100-matched"), "{names:?}");
    let manifest = QUICKSTART.out.manifest();
    let records = manifest["subsets"].as_array().expect("records");
    for name in names {
        let record = records.iter().find(|record| record["name"] == name);
        let record = record.expect("a record");
        let subset = subset(&told, name);
        assert_eq!(subset["rows"], record["size"]);
        // Qwen2.5's turn: a line end, the reply, the mark of its end, a line end.
        let tokens = record["tokens"].as_u64().expect("tokens");
        let rows = record["size"].as_u64().expect("rows");
        assert_eq!(subset["tokens_trained"], json!(tokens + 3 * rows), "{name}");
        assert_eq!(subset["thinking_lost"], 0);
        assert_eq!(subset["system_added"], record["size"]);
    }
    assert!(
        told["pairs"]
            .as_array()
            .is_some_and(|pairs| !pairs.is_empty())
    );
}

#[test]
fn what_is_cut_or_dropped_ends_with_1_and_breaks_a_comparison_of_unequal_rest() {
    let place = Place::new();
    for (trainer, key) in [("trl", "cut"), ("ms-swift", "dropped"), ("verl", "refused")] {
        let told = told(&place, 1, &["--trainer", trainer, "--max-length", "600"]);
        let long = subset(&told, "diverse-long-r1-100");
        let over = long["over"].as_u64().expect("rows");
        assert!(over > 0);
        assert_eq!(long[key], json!(over), "{trainer}");
        for pair in told["pairs"].as_array().expect("pairs") {
            let [first, second] = ["subset", "control"].map(|of| subset(&told, text(pair, of)));
            assert_eq!(pair["is_broken"], first["over"] != second["over"]);
        }
    }
}

#[test]
fn a_template_that_deletes_thinking_is_told_and_one_that_keeps_it_is_not() {
    let place = Place::new();
    let axolotl = ["--trainer", "axolotl", "--model"];
    let lost = told(&place, 1, &[&axolotl[..], &["r1-distill"]].concat());
    let lost = subset(&lost, "diverse-long-r1-100");
    assert_eq!(lost["thinking_lost"], lost["thinking"]);
    assert_eq!(lost["thinking"], 100);
    let kept = told(
        &place,
        0,
        &[&axolotl[..], &["r1-distill-thinking"]].concat(),
    );
    assert_eq!(subset(&kept, "diverse-long-r1-100")["thinking_lost"], 0);
}

#[test]
fn a_model_is_its_folder_or_a_family_and_a_trainer_has_a_name() {
    let place = Place::new();
    let out = QUICKSTART.out.0.to_string_lossy();
    let asked = |more: &[&str]| place.gradatim(&[&["preflight", &*out], more].concat());
    for wrong in [
        &["--trainer", "none"][..],
        &["--trainer", "trl", "--model", "nowhere"],
        &["--trainer", "trl", "--model", "llama3"],
        &["--trainer", "torchtune", "--model", "qwen3"],
        &["--trainer", "trl", "--beyond", "drop"],
        &["--trainer", "trl", "no-such-subset"],
    ] {
        asked(wrong).ends(2);
    }
}
