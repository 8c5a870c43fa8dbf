//! Verdicts on the sample in `data/`, against what its generator knows.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use serde_json::Value;

use crate::support::*;

type PlaceInFile = (String, u64, Option<u64>);

/// The truth of each place of the sample.
fn truth() -> HashMap<PlaceInFile, Value> {
    let bytes = std::fs::read(repository().join("data/truth.jsonl.gz")).expect("the truth");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .expect("gzip");
    let mut truth = HashMap::new();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).expect("a truth");
        let place = (
            self::text(&line, "file").to_owned(),
            line["row"].as_u64().expect("a row"),
            line["generation"].as_u64(),
        );
        assert!(
            truth.insert(place.clone(), line).is_none(),
            "{place:?} has two truths"
        );
    }
    truth
}

/// The ledger's rows with the truth of each.
fn judged() -> Vec<(Value, Value)> {
    let truth = truth();
    let entries = QUICKSTART.out.ledger().into_iter().map(|entry| {
        let file = format!("{}/{}", text(&entry, "source"), text(&entry, "file"));
        let place = (
            file,
            entry["row"].as_u64().expect("a row"),
            entry["generation"].as_u64(),
        );
        let truth = truth
            .get(&place)
            .unwrap_or_else(|| panic!("{place:?} is in the ledger and not in the truth"));
        (entry, truth.clone())
    });
    entries.collect()
}

#[test]
fn every_entry_of_the_sample_is_in_the_ledger() {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for ((file, ..), line) in truth() {
        if line["flaw"] != "blank_line" {
            *expected.entry(file).or_default() += 1;
        }
    }
    let mut counted: BTreeMap<String, u64> = BTreeMap::new();
    for (_, truth) in judged() {
        *counted.entry(text(&truth, "file").to_owned()).or_default() += 1;
    }
    assert_eq!(counted, expected);
    let manifest = QUICKSTART.out.manifest();
    let read = manifest["files"].as_array().expect("a list").iter();
    let read: BTreeMap<String, u64> = read
        .map(|file| {
            (
                format!("{}/{}", text(file, "source"), text(file, "file")),
                file["read"].as_u64().expect("a count"),
            )
        })
        .collect();
    assert_eq!(read, expected);
}

#[test]
fn no_wrong_trajectory_is_called_correct_and_no_right_one_wrong() {
    for (entry, truth) in judged() {
        let said = (entry["verdict"].as_str(), text(&truth, "truth"));
        assert!(
            !matches!(
                said,
                (Some("correct"), "wrong" | "cut" | "malformed")
                    | (Some("wrong"), "right" | "cut" | "malformed")
            ),
            "{said:?}: {truth} {entry}"
        );
    }
}

#[test]
fn nearly_all_right_trajectories_with_a_gold_answer_are_called_correct_and_wrong_ones_wrong() {
    for (is, verdict, least) in [("right", "correct", 0.97), ("wrong", "wrong", 0.90)] {
        let judged = judged();
        // A row that lost its answer, or whose answer is a proof, has no gold answer to be judged by.
        let bearing = judged.iter().filter(|(entry, truth)| {
            truth["truth"] == is && !matches!(entry["verdict"].as_str(), None | Some("no_gold"))
        });
        let (all, hit) = bearing.fold((0, 0), |(all, hit), (entry, _)| {
            (all + 1, hit + u32::from(entry["verdict"] == verdict))
        });
        println!("{is}: {hit} of {all} are {verdict}");
        assert!(
            all > 2000 && f64::from(hit) >= least * f64::from(all),
            "{is}: {hit} of {all} are {verdict}"
        );
    }
    let without_gold = judged()
        .into_iter()
        .filter(|(entry, _)| entry["verdict"] == "no_gold");
    let other = without_gold.filter(|(_, truth)| {
        !matches!(
            truth["row_flaw"].as_str(),
            Some("null_answer" | "proof_answer")
        )
    });
    assert_eq!(other.count(), 0, "a gold answer is missed in no other row");
}

#[test]
fn cut_trajectories_have_no_answer_and_are_not_finished() {
    let mut seen = 0;
    for (entry, truth) in judged() {
        if truth["truth"] == "cut" && truth["row_flaw"] != "null_problem" {
            seen += 1;
            let verdict = text(&entry, "verdict");
            let no_gold = matches!(
                truth["row_flaw"].as_str(),
                Some("null_answer" | "proof_answer")
            );
            assert!(
                verdict == "no_answer" || (no_gold && verdict == "no_gold"),
                "{verdict}: {truth}"
            );
            // In s1k's columns nothing says that a trajectory was cut; see the next test.
            if entry["source"] == "openr1" {
                assert_eq!(entry["finished"], Value::Bool(false), "{truth}");
            }
            assert_eq!(entry["fate"], "dropped");
        }
    }
    assert!(seen > 600);
}

#[test]
fn a_trajectory_of_s1k_without_an_attempt_is_not_finished() {
    let cut = judged()
        .into_iter()
        .filter(|(entry, truth)| entry["source"] == "s1k" && truth["truth"] == "cut");
    let finished = cut
        .filter(|(entry, _)| entry["finished"] == Value::Bool(true))
        .count();
    assert_eq!(finished, 0);
}

#[test]
fn each_malformed_entry_has_the_reason_of_its_flaw() {
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    for (entry, truth) in judged() {
        let Some(flaw) = truth["flaw"].as_str() else {
            continue;
        };
        let reason = match flaw {
            "null_generations" | "empty_generations" => "no_generations",
            "null_generation" | "missing_column" | "null_column" => "no_response",
            "empty_generation" => "empty_response",
            "not_json" => "bad_json",
            "not_utf8" => "bad_utf8",
            "number_for_text" => "wrong_type",
            _ => continue,
        };
        assert_eq!(entry["reason"], reason, "{truth}");
        *seen.entry(flaw.to_owned()).or_default() += 1;
    }
    assert_eq!(seen.len(), 9, "{seen:?}");
}

#[test]
fn what_was_kept_of_duplicated_rows_is_one_of_each() {
    let mut kept: HashMap<String, u64> = HashMap::new();
    let mut all: HashMap<String, u64> = HashMap::new();
    for (entry, _) in judged() {
        let Some(id) = entry["trajectory_id"].as_str() else {
            continue;
        };
        *all.entry(id.to_owned()).or_default() += 1;
        *kept.entry(id.to_owned()).or_default() += u64::from(entry["fate"] == "kept");
        if entry["reason"] == "duplicate" {
            assert!(text(&entry, "value").starts_with("copy of row "));
        }
    }
    assert!(kept.values().all(|&count| count <= 1));
    assert!(all.values().filter(|&&count| count > 1).count() > 50);
}
