//! How far the lists of phrases agree with marked passages.

use std::collections::BTreeMap;

use gradatim::measure::behaviour::{Behaviour, behaviour};

#[derive(serde::Deserialize)]
struct Marked {
    behaviour: String,
    shows: bool,
    text: String,
}

/// Precision, recall and Cohen's kappa of a list on the marked passages.
fn agreement(marked: &[&Marked], count: impl Fn(&str) -> u32) -> (f64, f64, f64) {
    let mut table = [[0.0_f64; 2]; 2];
    for one in marked {
        table[usize::from(one.shows)][usize::from(count(&one.text) > 0)] += 1.0;
    }
    let [[neither, false_hits], [missed, hits]] = table;
    let all = marked.len() as f64;
    let agreed = (neither + hits) / all;
    let said = (hits + false_hits) / all;
    let shown = (hits + missed) / all;
    let chance = said * shown + (1.0 - said) * (1.0 - shown);
    (
        hits / (hits + false_hits),
        hits / (hits + missed),
        (agreed - chance) / (1.0 - chance),
    )
}

#[test]
fn the_lists_agree_with_marked_passages_of_which_half_are_hard_negatives() {
    let marked: Vec<Marked> = include_str!("../../data/behaviours/marked.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a marked passage"))
        .collect();
    assert!(marked.len() >= 120);
    let mut by_behaviour: BTreeMap<&str, Vec<&Marked>> = BTreeMap::new();
    for one in &marked {
        by_behaviour.entry(&one.behaviour).or_default().push(one);
    }
    type Pick = fn(&Behaviour) -> u32;
    let counts: [(&str, Pick); 4] = [
        ("verification", |counts| counts.verification),
        ("backtracking", |counts| counts.backtracking),
        ("subgoals", |counts| counts.subgoals),
        ("backward_chaining", |counts| counts.backward_chaining),
    ];
    // Floors a little below what was measured on 2026-11-21, so that a list cannot get worse unseen.
    for (name, pick) in counts {
        let marked = &by_behaviour[name];
        let negatives = marked.iter().filter(|one| !one.shows).count();
        assert_eq!(negatives * 2, marked.len(), "{name}");
        let (precision, recall, kappa) = agreement(marked, |text| pick(&behaviour(text)));
        println!("{name}: precision {precision:.2}, recall {recall:.2}, kappa {kappa:.2}");
        assert!(precision >= 0.8 && recall >= 0.7 && kappa >= 0.6, "{name}");
    }
}
