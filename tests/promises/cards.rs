//! What loaders and the hub read of a folder beside its rows: features, configs, licences.

use std::collections::BTreeSet;
use std::path::Path;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};

use crate::support::*;

/// A run over rows of two sources; `grid` ends the pipeline.
fn made(terms: [&str; 2], more: &str) -> (Place, Done) {
    let place = Place::new();
    let rows = openr1_rows(80);
    place.write("one/a.jsonl", jsonl(&rows[..40]));
    place.write("two/b.jsonl", jsonl(&rows[40..]));
    let [one, two] = terms;
    let pipeline = format!(
        "[sources.one]\nlayout = 'openr1'\npath = 'one'\n{one}\n[sources.two]\nlayout = 'openr1'\npath = 'two'\n{two}\n\
         [measure]\ntokenizer = 'bytes.json'\n{more}"
    );
    place.write("pipeline.toml", pipeline);
    let done = place.run("out", &[]);
    (place, done)
}

const GRID: &str = "[validation]\nsize = 4\n[[grid]]\nsize = [5, 10]\n[grid.control]\nrandom = 1\nshuffled = [100]\n";

fn card(place: &Place) -> String {
    std::fs::read_to_string(place.path("out/README.md")).expect("a card")
}

fn front(place: &Place) -> String {
    let card = card(place);
    let rest = card.strip_prefix("---\n").expect("front matter");
    rest.split_once("\n---\n").expect("its end").0.to_owned()
}

/// What stands under a key in the footer of a Parquet file.
fn beside(path: &Path, key: &str) -> Vec<String> {
    let file = std::fs::File::open(path).expect("a file");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let file = reader.metadata().file_metadata();
    let said = file.key_value_metadata().expect("metadata").iter();
    let said = said.filter(|one| one.key == key);
    said.filter_map(|one| one.value.clone()).collect()
}

#[test]
fn each_file_of_a_subset_says_its_features_as_datasets_writes_them() {
    let add = "[emit]\nadd = ['text', 'prompt_completion', 'conversations']\n";
    let (place, done) = made(["", ""], &format!("{add}{GRID}"));
    done.ends(0);
    let value = |name: &str| json!({ "dtype": name, "_type": "Value" });
    let turns = |who: &str, said: &str| json!([{ who: value("string"), said: value("string") }]);
    let columns = [
        ("id", value("string")),
        ("problem_id", value("string")),
        ("problem", value("string")),
        ("answer", value("string")),
        ("messages", turns("role", "content")),
        ("category", value("string")),
        ("style", value("string")),
        ("tokens", value("uint32")),
        ("conversation_tokens", value("uint32")),
        ("source", value("string")),
        ("license", value("string")),
        ("attribution", value("string")),
        ("rank", value("uint32")),
        ("derived_from", value("string")),
        ("transformation", value("string")),
        ("transformation_seed", value("uint64")),
        ("text", value("string")),
        ("prompt", turns("role", "content")),
        ("completion", turns("role", "content")),
        ("conversations", turns("from", "value")),
    ];
    let mut names = BTreeSet::new();
    for name in tree(&place.path("out")).into_keys() {
        if name.starts_with("__run__/") || !name.ends_with(".parquet") {
            continue;
        }
        let said = beside(&place.path("out").join(&name), "huggingface");
        assert_eq!(said.len(), 1, "{name}");
        let said: Value = serde_json::from_str(&said[0]).expect("JSON");
        let features = said["info"]["features"].as_object().expect("features");
        let features: Vec<(&str, Value)> = features
            .iter()
            .map(|(name, feature)| (name.as_str(), feature.clone()))
            .collect();
        assert_eq!(features, columns, "{name}");
        names.insert(name);
    }
    // A file that begins with another's rows, its own and that of a validation set.
    for name in ["all-normal-5", "all-normal-10", "all-normal-10-shuffled"] {
        assert!(
            names.contains(&format!("{name}/train-00000-of-00001.parquet")),
            "{names:?}"
        );
    }
    assert!(names.contains("validation/validation-00000-of-00001.parquet"));
    place.gradatim(&["check", "out"]).ends(0);
}

#[test]
fn the_front_matter_lists_configs_alone_and_the_validation_set_last() {
    let (place, done) = made(["", ""], GRID);
    done.ends(0);
    let front = front(&place);
    assert!(
        !front.contains("features") && !front.contains("dataset_info"),
        "{front}"
    );
    let configs = front.lines();
    let configs = configs.filter_map(|line| line.strip_prefix("- config_name: "));
    let configs: Vec<&str> = configs.map(|name| name.trim_matches('"')).collect();
    assert_eq!(configs.first(), Some(&"all-normal-5"), "{front}");
    assert_eq!(configs.last(), Some(&"validation"), "{front}");
    let written = place.out("out").manifest();
    let written = written["subsets"].as_array().expect("subsets");
    let written: BTreeSet<&str> = written.iter().map(|subset| text(subset, "name")).collect();
    assert_eq!(configs.iter().copied().collect::<BTreeSet<_>>(), written);
    assert_eq!(configs.len(), written.len());
}

#[test]
fn the_card_begins_with_a_line_for_each_grid_and_kind_of_control() {
    let (place, done) = made(["", ""], GRID);
    done.ends(0);
    let card = card(&place);
    let (before, rest) = card.split_once("## The experiment\n").expect("the section");
    assert!(!before.contains("\n## "), "{before}");
    let manifest = place.out("out").manifest();
    let subsets = manifest["subsets"].as_array().expect("subsets");
    let sum = |role: &str, key: &str| -> u64 {
        let of_role = subsets.iter().filter(|subset| subset["role"] == role);
        of_role.filter_map(|subset| subset[key].as_u64()).sum()
    };
    let section = rest.split_once("\n\nMade by").expect("an end").0;
    for (what, role) in [
        ("subset", "subset"),
        ("random control", "random"),
        ("derived control", "derived"),
        ("set aside", "validation"),
    ] {
        let line = section
            .lines()
            .find(|line| line.contains(&format!("| {what} |")));
        let line = line.unwrap_or_else(|| panic!("{what}: {section}"));
        let tail = format!("| {} | {} |", sum(role, "size"), sum(role, "tokens"));
        assert!(line.ends_with(&tail), "{line} {tail}");
    }
    assert!(section.contains("| 5, 10 |"), "{section}");
}

#[test]
fn a_licence_is_written_as_the_hub_takes_it() {
    let cc = "license = 'CC-BY-4.0'";
    let (place, done) = made([cc, cc], GRID);
    done.ends(0);
    assert!(front(&place).contains("license: \"cc-by-4.0\"\n"));
    let rows = place.out("out").subset("all-normal-10");
    assert!(rows.iter().all(|row| row["license"] == "cc-by-4.0"));
    place.gradatim(&["check", "out"]).ends(0);
    // Of SPDX's alone, and several.
    for (license, lines) in [
        (
            "BlueOak-1.0.0",
            "license: \"other\"\nlicense_name: \"blueoak-1.0.0\"\n",
        ),
        ("MIT, GPL-3.0-only", "license: [\"mit\", \"gpl-3.0\"]\n"),
    ] {
        let (place, done) = made(["", ""], &format!("[emit]\nlicense = '{license}'\n{GRID}"));
        done.ends(0);
        assert!(front(&place).contains(lines), "{}", front(&place));
        place.gradatim(&["check", "out"]).ends(0);
    }
}

#[test]
fn what_is_no_licence_is_refused_with_the_one_that_was_meant() {
    for (terms, more, words) in [
        (
            ["license = 'Apache 2.0'", ""],
            "",
            ["`sources.one.license`", "did you mean `apache-2.0`?"],
        ),
        (
            ["", ""],
            "[emit]\nlicense = 'in our own words'\n",
            ["`emit.license`", "an id of SPDX's"],
        ),
        (
            ["", "license = ' '"],
            "",
            ["`sources.two.license`", "is empty"],
        ),
    ] {
        let (_, done) = made(terms, &format!("{more}{GRID}"));
        done.ends(2).tells(&words);
    }
}

#[test]
fn licences_that_differ_are_told_and_the_card_names_none_unless_it_is_told() {
    let terms = ["license = 'mit'", "license = 'cc-by-sa-4.0'"];
    let (place, done) = made(terms, GRID);
    done.ends(0)
        .tells(&["different licences (mit: one; cc-by-sa-4.0: two)"]);
    assert!(!front(&place).contains("license"), "{}", front(&place));
    assert!(card(&place).contains("different licences"));
    place.gradatim(&["check", "out"]).ends(0);
    let (place, done) = made(terms, &format!("[emit]\nlicense = 'mit'\n{GRID}"));
    done.ends(0)
        .tells(&["the card says mit", "(cc-by-sa-4.0: two)"]);
    assert!(front(&place).contains("license: \"mit\"\n"));
    let (_, done) = made([terms[0], terms[0]], GRID);
    assert!(!done.ends(0).stderr.contains("licence"));
}

#[test]
fn more_configs_than_the_hub_shows_are_warned_of_before_a_run() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(20)));
    let pipeline = |sizes: &str| {
        format!(
            "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n\
             [[grid]]\nsize = {sizes}\ndraws = 1000\n[grid.control]\nrandom = 0\n"
        )
    };
    for (sizes, is_told) in [("[1, 2, 3]", false), ("[1, 2, 3, 4]", true)] {
        place.write("pipeline.toml", pipeline(sizes));
        let done = place
            .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
            .ends(0);
        let told = done.stdout + &done.stderr;
        assert_eq!(
            told.contains("4000 configs: the hub's viewer"),
            is_told,
            "{sizes}"
        );
    }
}
