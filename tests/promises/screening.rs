//! Near duplicates and contamination, in whole runs.

use std::collections::{BTreeMap, BTreeSet};

use gradatim::ids::problem_id;
use gradatim::screen::contamination::selftest::CHANGES;
use gradatim::screen::contamination::shipped::{names, shipped};
use gradatim::screen::contamination::{Detector, Fingerprint, Outcome};
use gradatim::screen::near::clusters;
use gradatim::source::benchmark::{ProblemColumns, problems};
use gradatim::source::files;
use gradatim::source::pick::Pick;
use serde_json::{Value, json};

use crate::support::*;

/// Long problems that share few words.
const STORIES: [&str; 8] = [
    "A baker sells $12$ loaves every hour and twice as many rolls. How many pieces does she sell in $5$ hours?",
    "Let $f(x) = \\frac{x^2 + 1}{3}$ for all real $x$. Find the sum of the values $f(1), f(2), \\ldots, f(9)$.",
    "Two cyclists start from towns that lie $84$ miles apart and ride towards each other; when do they meet?",
    "In triangle $ABC$ the angle at $A$ is $40^\\circ$ and $AB = AC$. Determine the angle at $B$ in degrees.",
    "How many integers from $1$ to $1,000$ are divisible by $6$ but by neither $4$ nor $9$?",
    "The roots of $x^3 - 7x + 6 = 0$ are written on a blackboard. Compute the product of their squares.",
    "A jar holds red, green and blue marbles in the ratio $2 : 3 : 7$; there are $30$ green ones. How many in all?",
    "Evaluate the definite integral of $\\sin x \\cdot \\cos x$ between $0$ and $\\frac{\\pi}{2}$ without tables.",
];

/// The same problem in another spelling.
fn respelled(problem: &str) -> String {
    let changes = ["notation", "line_breaks", "upper_case"];
    changes.iter().fold(problem.to_owned(), |text, wanted| {
        let mut known = CHANGES.iter();
        let (_, change) = known.find(|(name, _)| name == wanted).expect("a change");
        change(&text)
    })
}

fn row(problem: &str, answer: &str, words: &[usize]) -> Value {
    let replies: Vec<String> = words.iter().map(|&words| reply(answer, words)).collect();
    openr1_row(problem, answer, "Algebra", &replies)
}

fn pipeline(screen: &str) -> String {
    format!(
        "[sources.all]\nlayout = \"openr1\"\npath = \"data\"\n[measure]\ntokenizer = \"bytes.json\"\n\
         {screen}\n[[grid]]\ncategory = [\"all\"]\nsize = [3, 5]\n[grid.control]\nrandom = 1\n"
    )
}

fn place(screen: &str, rows: &[Value]) -> Place {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(rows));
    place.write("pipeline.toml", pipeline(screen));
    place
}

/// Every story twice, of the second spelling with more replies; the first of two stories is answered wrong.
fn twins() -> Vec<Value> {
    let mut rows = Vec::new();
    for (at, story) in STORIES.iter().enumerate() {
        let mut first = row(story, "5", &[10 + at]);
        if at < 2 {
            first["correctness_math_verify"] = json!([false]);
        }
        rows.push(first);
        let answer = if at == 4 { "7" } else { "5" };
        rows.push(row(&respelled(story), answer, &[30 + at, 50 + at]));
    }
    rows
}

const NEAR: &str = "[screen]\nnear_duplicates = 0.8";

#[test]
fn a_cluster_of_near_duplicates_counts_as_one_problem() {
    let place = place(NEAR, &twins());
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    for (at, story) in STORIES.iter().enumerate() {
        let ids = [*story, &respelled(story)].map(|text| problem_id(text).to_string());
        // Where the first spelling has no right reply, the second one stays whatever its id.
        let kept = if at < 2 {
            &ids[1]
        } else {
            ids.iter().min().expect("two")
        };
        for row in out.ledger() {
            if !ids.contains(&text(&row, "problem_id").to_owned()) {
                continue;
            }
            assert_eq!(text(&row, "cluster"), kept);
            let is_kept = row["fate"] == "kept";
            assert!(!is_kept || text(&row, "problem_id") == kept);
            if row["reason"] == "near_duplicate" {
                assert_eq!(text(&row, "value"), kept);
            }
        }
    }
    let kept: BTreeSet<String> = out
        .ledger()
        .iter()
        .filter(|row| row["fate"] == "kept")
        .map(|row| text(row, "problem_id").to_owned())
        .collect();
    assert_eq!(kept.len(), STORIES.len());
    for problems in out.selection().values() {
        let distinct: BTreeSet<_> = problems.iter().map(|(_, problem)| problem).collect();
        assert_eq!(distinct.len(), problems.len());
        assert!(distinct.iter().all(|problem| kept.contains(*problem)));
    }
    let near = &out.manifest()["near_duplicates"];
    assert_eq!(near["clusters"], json!(STORIES.len()));
    assert_eq!(near["clustered"], json!(2 * STORIES.len()));
    assert_eq!(near["largest"], json!(2));
    let ids = [STORIES[4], &respelled(STORIES[4])].map(|text| problem_id(text).to_string());
    let answers: BTreeMap<&String, &str> = ids.iter().zip(["5", "7"]).collect();
    assert_eq!(near["disagreeing"], json!([{ "answers": answers }]));
    assert_eq!(near["disagreeing_count"], 1);
    for row in out.ledger() {
        let disagrees = row["problem_id"]
            .as_str()
            .map(|id| ids.iter().any(|one| one == id));
        assert_eq!(row["cluster_disagrees"], json!(disagrees));
    }
}

#[test]
fn without_the_key_nothing_is_a_near_duplicate() {
    let place = place("", &twins());
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    assert!(out.ledger().iter().all(|row| row["cluster"].is_null()));
    assert!(!out.drops().contains_key("near_duplicate"));
    assert!(out.manifest()["near_duplicates"].is_null());
    assert!(!out.run("leakage.json").exists());
}

#[test]
fn the_order_of_rows_and_threads_leave_the_same_clusters() {
    let story = |out: &Out| -> BTreeSet<(String, String, String)> {
        let column = |row: &Value, name: &str| row[name].to_string();
        let ledger = out.ledger();
        let rows = ledger.iter();
        rows.map(|row| {
            (
                column(row, "trajectory_id"),
                column(row, "cluster"),
                column(row, "reason"),
            )
        })
        .collect()
    };
    let mut rows = twins();
    let first = place(NEAR, &rows);
    first.run("out", &["--threads", "1"]).ends(0);
    Dice(11).shuffle(&mut rows);
    let second = place(NEAR, &rows[..7]);
    second.write("data/other.jsonl", jsonl(&rows[7..]));
    second
        .run("out", &["--threads", "2", "--batch-size", "3"])
        .ends(0);
    let (first, second) = (first.out("out"), second.out("out"));
    assert_eq!(story(&first), story(&second));
    let selected = |out: &Out| out.selection();
    assert_eq!(selected(&first), selected(&second));
}

/// Every story three times: as it is, with other numbers, and with a tag in front.
fn families() -> Vec<Value> {
    let other = |story: &str| story.replace(|char: char| char.is_ascii_digit(), "8");
    let forms = |story: &str| {
        [
            story.to_owned(),
            other(story),
            format!("(AIME 2012) {story}"),
        ]
    };
    let texts = STORIES.iter().flat_map(|story| forms(story));
    let rows = (0..).zip(texts);
    rows.map(|(at, text)| row(&text, "5", &[10 + at])).collect()
}

#[test]
fn other_numbers_make_a_template_and_no_cluster_and_none_is_dropped_for_that() {
    let place = place(NEAR, &families());
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let of_problem: BTreeMap<String, Value> = out
        .ledger()
        .into_iter()
        .map(|row| (text(&row, "problem_id").to_owned(), row))
        .collect();
    let mut numbered = 0;
    for three in families().chunks(3) {
        let ids = [0, 1, 2].map(|at| problem_id(text(&three[at], "problem")).to_string());
        let of = |at: usize, column: &str| of_problem[&ids[at]][column].clone();
        assert_eq!(of(0, "cluster"), of(2, "cluster"));
        assert_eq!(of(0, "template"), of(2, "template"));
        if ids[0] != ids[1] {
            numbered += 1;
            assert_ne!(of(0, "cluster"), of(1, "cluster"));
            assert_eq!(of(0, "template"), of(1, "template"));
            assert_eq!(of(1, "fate"), "kept");
            let smallest = ids.iter().min().expect("three");
            assert_eq!(of(1, "template"), json!(smallest));
        }
    }
    assert!(numbered > 3, "most stories have numbers");
    let near = &out.manifest()["near_duplicates"];
    assert_eq!(near["templates"], json!(numbered));
    assert_eq!(near["templated"], json!(3 * numbered));
    assert_eq!(near["largest_template"], json!(3));
}

#[test]
fn no_template_stands_on_both_sides_of_a_validation_split() {
    let tables = "[validation]\nsize = 3";
    let place = place(tables, &families());
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let template: BTreeMap<String, Value> = out
        .ledger()
        .into_iter()
        .map(|row| (text(&row, "problem_id").to_owned(), row["template"].clone()))
        .collect();
    let selection = out.selection();
    let of = |chosen: &[(String, String)]| -> BTreeSet<String> {
        chosen
            .iter()
            .map(|(_, problem)| template[problem].to_string())
            .collect()
    };
    let aside = of(&selection["validation"]);
    assert_eq!(aside.len(), 3);
    for (name, chosen) in selection.iter().filter(|(name, _)| *name != "validation") {
        assert!(!chosen.is_empty());
        assert!(of(chosen).is_disjoint(&aside), "{name}");
    }
}

/// How a class of near variants stands to its problem: the same, another, or not to be judged.
fn is_the_same(class: &str) -> Option<bool> {
    match class {
        "base" | "typos 2%" | "variables renamed" => None,
        "numbers changed" | "one number changed" | "last sentence replaced (other question)" => {
            Some(false)
        }
        _ => Some(true),
    }
}

#[test]
fn variants_of_a_problem_are_joined_and_other_numbers_are_a_template() {
    let Some(shared) = shared() else { return };
    let path = shared.join("data/decontamination/near_variants.jsonl");
    let rows: Vec<Value> = std::fs::read_to_string(path)
        .expect("the variants")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a row"))
        .collect();
    let named: Vec<_> = rows
        .iter()
        .map(|row| (problem_id(text(row, "problem")), text(row, "problem")))
        .collect();
    let found = clusters(&named, 0.8);
    let bases = (0..).zip(&rows).filter(|(_, row)| row["class"] == "base");
    let base: BTreeMap<String, usize> = bases
        .map(|(at, row)| (row["item"].to_string(), at))
        .collect();
    let mut classes: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let base = base[&row["item"].to_string()];
        let counts = classes.entry(text(row, "class")).or_default();
        counts[0] += 1;
        counts[1] += usize::from(found.first[at] == found.first[base]);
        counts[2] += usize::from(found.template[at] == found.template[base]);
        let template = &rows[found.template[at] as usize];
        assert_eq!(
            template["item"], row["item"],
            "no two of the problems are of one template"
        );
    }
    let sum = |is_asked: &dyn Fn(&str) -> bool, count: usize| -> usize {
        let asked = classes.iter().filter(|(class, _)| is_asked(class));
        asked.map(|(_, counts)| counts[count]).sum()
    };
    for (class, [all, near, template]) in &classes {
        println!("{class:44} {all:>4} joined {near:>4} template {template:>4}");
    }
    let same = |class: &str| is_the_same(class) == Some(true);
    let numbers = |class: &str| class.ends_with("changed");
    let (all, joined) = (sum(&same, 0), sum(&same, 1));
    assert!(
        20 * joined >= 19 * all,
        "{joined} of {all} variants of one problem are joined"
    );
    let (all, joined) = (sum(&numbers, 0), sum(&numbers, 1));
    assert!(
        50 * joined <= all,
        "{joined} of {all} with other numbers are joined"
    );
    assert_eq!(sum(&numbers, 2), all, "all of them are of its template");
    let others = |class: &str| is_the_same(class) == Some(false);
    assert!(
        50 * sum(&others, 1) <= sum(&others, 0),
        "another question is another problem"
    );
}

const CONTAMINATION: &str = "[screen.contamination]\nbenchmarks = [\"bench.jsonl\"]";

/// A benchmark of three stories, one of them only its last six words long.
fn benchmark() -> Vec<u8> {
    jsonl(&[
        json!({ "unique_id": "one", "problem": STORIES[0] }),
        json!({ "unique_id": "two", "problem": STORIES[1] }),
        json!({ "unique_id": "short", "problem": "Compute $\\sin 60^\\circ$." }),
    ])
}

/// A verbatim copy, a respelled one inside other sentences, one with other numbers, a short one; the rest is
/// no copy.
fn leaky() -> Vec<Value> {
    let mut problems: Vec<String> = STORIES[3..].iter().map(|&story| story.to_owned()).collect();
    problems.push(STORIES[0].to_owned());
    problems.push(format!(
        "Solve this. {} Think first.",
        respelled(STORIES[1])
    ));
    problems.push(STORIES[0].replace("12", "17"));
    problems.push("compute \\(\\sin 60°\\)".to_owned());
    problems.push("Compute $\\sin 60^\\circ + \\cos 30^\\circ$.".to_owned());
    problems.push("Compute $\\sin 60^\\circ - \\cos 45^\\circ + 2$.".to_owned());
    problems
        .iter()
        .map(|problem| row(problem, "5", &[9]))
        .collect()
}

#[test]
fn copies_of_a_benchmark_are_dropped_and_certified() {
    let place = place(CONTAMINATION, &leaky());
    place.write("bench.jsonl", benchmark());
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let dropped: BTreeMap<String, String> = out
        .ledger()
        .iter()
        .filter(|row| row["reason"] == "contaminated")
        .map(|row| {
            (
                text(row, "problem_id").to_owned(),
                text(row, "value").to_owned(),
            )
        })
        .collect();
    let id = |problem: &str| problem_id(problem).to_string();
    let inside = format!("Solve this. {} Think first.", respelled(STORIES[1]));
    let expected: BTreeMap<String, String> = [
        (id(STORIES[0]), "bench/one (exact)".to_owned()),
        (id(&inside), "bench/two (exact)".to_owned()),
        (
            id("compute \\(\\sin 60°\\)"),
            "bench/short (exact)".to_owned(),
        ),
    ]
    .into();
    assert_eq!(dropped, expected);

    let leakage = read_json(&out.run("leakage.json"));
    assert_eq!(leakage["problems"], json!(leaky().len()));
    let benchmark = &leakage["benchmarks"][0];
    assert_eq!(benchmark["name"], "bench");
    assert_eq!(benchmark["items"], 3);
    assert_eq!(benchmark["measured_in"], "this_run");
    let recall = benchmark["recall"].as_array().expect("a list");
    let verbatim = recall
        .iter()
        .find(|one| one["rewriting"] == "verbatim")
        .expect("verbatim");
    assert_eq!(verbatim["planted"], 3);
    assert_eq!(verbatim["contaminated"], 3);
    // All of three says no more than three in ten.
    let low = verbatim["contaminated_low"].as_f64().expect("a number");
    assert!((low - 0.2924).abs() < 1e-4, "{low}");
    let not_found = benchmark["not_found"].to_string();
    assert!(not_found.contains("paraphrase"), "{not_found}");
    assert_eq!(
        benchmark["found"],
        json!({ "exact": 3, "near": 0, "part": 0, "numbers_changed": 0, "reworded": 0, "similar": 0 })
    );
    assert_eq!(
        (&leakage["contaminated"], &leakage["suspect"]),
        (&json!(3), &json!(1))
    );
    for hit in leakage["hits"].as_array().expect("a list") {
        assert!(
            text(hit, "item_text").len() > 10,
            "the pair is shown: {hit}"
        );
        assert!(text(hit, "problem").len() > 10, "{hit}");
    }
    let hits: BTreeSet<(String, &str, bool)> = leakage["hits"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|hit| {
            (
                text(hit, "problem_id").to_owned(),
                text(hit, "class"),
                hit["dropped"] == true,
            )
        })
        .collect();
    let mut all: BTreeSet<(String, &str, bool)> =
        expected.into_keys().map(|id| (id, "exact", true)).collect();
    all.insert((
        id(&STORIES[0].replace("12", "17")),
        "numbers_changed",
        false,
    ));
    assert_eq!(hits, all);
    let card = std::fs::read_to_string(out.0.join("README.md")).expect("a card");
    assert!(card.contains("| bench | 3 | this_run | 3 | 0 |"), "{card}");
    let suspects: Vec<String> = out
        .ledger()
        .iter()
        .filter_map(|row| row["suspect"].as_str().map(str::to_owned))
        .collect();
    assert_eq!(suspects, ["bench/one (numbers_changed)"]);
    let contaminated = out.ledger();
    let contaminated = contaminated
        .iter()
        .filter(|row| !row["contaminated"].is_null());
    assert_eq!(contaminated.count(), 3);
}

/// Four stories more, so that intervals say something.
const MORE: [&str; 4] = [
    "A florist ties $144$ tulips into bunches of $9$. She sells each bunch for $7$ dollars. What does she earn?",
    "Points $P$ and $Q$ lie on a circle of radius $13$. The chord $PQ$ has length $24$. How far is it from the centre?",
    "A lift climbs $3$ floors every $8$ seconds and rests $20$ seconds at floor $15$. When does it reach floor $30$?",
    "The digits of a number of three digits add up to $19$ and their product is $216$. Find the largest such number.",
];

/// A rewriting of the attacker's own making, the certificate's name for its kind, and what of it is certified.
type Attack = (&'static str, fn(&str) -> String, bool);

/// Not the changes that the self-test plants: others of their kind.
const ATTACKS: [Attack; 7] = [
    ("html", |text| text.replace(' ', "&nbsp;"), true),
    (
        "look_alikes",
        |text| text.replace('o', "\u{43e}").replace('p', "\u{440}"),
        true,
    ),
    (
        "invisible_characters",
        |text| text.replace("e", "e\u{2060}"),
        true,
    ),
    (
        "in_a_prompt",
        |text| format!("You are a tutor.\n\nTask: {text}\n\nShow every step of your work."),
        true,
    ),
    ("markdown", |text| format!("**Question 7.** {text}"), true),
    ("typos_2_percent", |text| exchanged(text, 47), true),
    ("last_half", |text| behind_the_middle(text), false),
];

/// Every so many letters two neighbours change places, outside of formulas.
fn exchanged(text: &str, every: usize) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let mut outside = true;
    for at in 1..letters.len() - 1 {
        outside ^= letters[at] == '$';
        let are_letters = letters[at].is_alphabetic() && letters[at + 1].is_alphabetic();
        if outside && are_letters && at % every < 2 {
            letters.swap(at, at + 1);
        }
    }
    letters.into_iter().collect()
}

fn behind_the_middle(text: &str) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    words[words.len() / 2..].join(" ")
}

#[test]
fn the_intervals_of_a_certificate_contain_what_is_found_of_attacks() {
    let items = || STORIES.iter().chain(&MORE);
    let attacked = |attack: fn(&str) -> String| items().map(move |item| attack(item));
    let rows: Vec<Value> = ATTACKS
        .iter()
        .flat_map(|(_, attack, _)| attacked(*attack))
        .map(|problem| row(&problem, "5", &[9]))
        .chain([row(
            "Compute the sum of all primes below $50$ that are one more than a square.",
            "66",
            &[9],
        )])
        .collect();
    let place = place(CONTAMINATION, &rows);
    let posed: Vec<Value> = items().map(|item| json!({ "problem": item })).collect();
    place.write("bench.jsonl", jsonl(&posed));
    place.run("out", &[]).ends(0);
    let leakage = read_json(&place.out("out").run("leakage.json"));
    let outcomes: BTreeMap<&str, &str> = leakage["hits"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|hit| (text(hit, "problem_id"), text(hit, "outcome")))
        .collect();
    let recall = leakage["benchmarks"][0]["recall"]
        .as_array()
        .expect("a list");
    for (rewriting, attack, is_contaminated) in ATTACKS {
        let ids = attacked(attack).map(|problem| problem_id(&problem).to_string());
        let found = ids.filter(|id| match outcomes.get(id.as_str()) {
            Some(outcome) => !is_contaminated || *outcome == "contaminated",
            None => false,
        });
        let share = found.count() as f64 / items().count() as f64;
        let certified = recall.iter().find(|one| one["rewriting"] == rewriting);
        let certified = certified.unwrap_or_else(|| panic!("{rewriting} is certified"));
        let kind = if is_contaminated {
            "contaminated"
        } else {
            "found"
        };
        let bound = |end: &str| {
            certified[format!("{kind}_{end}")]
                .as_f64()
                .expect("a share")
        };
        let (low, high) = (bound("low"), bound("high"));
        assert!(
            (low..=high).contains(&share),
            "{rewriting}: {share} in {low} to {high}"
        );
    }
}

/// A screen for both kinds of what texts tell, at a threshold.
fn both(threshold: &str) -> String {
    format!("{CONTAMINATION}\n[screen]\nnear_duplicates = {threshold}")
}

/// The names of what is kept in the pool of the texts of problems.
fn readings(place: &Place) -> Vec<String> {
    let kept = tree(&place.path("pool")).into_keys();
    kept.filter(|name| name.starts_with("readings/")).collect()
}

/// Rows of which some are a benchmark's, some near duplicates, and of these some with another gold answer.
fn told_of() -> Place {
    let rows = [leaky(), twins()].concat();
    let place = place(&both("0.8"), &rows);
    place.write("bench.jsonl", benchmark());
    place
}

#[test]
fn what_texts_told_is_read_once_and_another_screen_reads_anew() {
    let place = told_of();
    place.run("out", &[]).ends(0);
    let kept = tree(&place.path("pool"));
    let [reading] = &readings(&place)[..] else {
        panic!("{:?}", readings(&place));
    };
    let old = std::time::UNIX_EPOCH;
    let opened = std::fs::File::open(place.path("pool").join(reading)).expect("a reading");
    opened.set_modified(old).expect("a time");
    place.run("again", &[]).ends(0);
    let used = opened.metadata().and_then(|found| found.modified());
    assert_ne!(used.expect("a time"), old, "it was read");
    assert_eq!(tree(&place.path("pool")), kept);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
    let manifest = place.out("out").manifest();
    assert_ne!(manifest["near_duplicates"]["disagreeing_count"], json!(0));
    let other = jsonl(&[json!({ "unique_id": "three", "problem": STORIES[3] })]);
    let drops = "[screen.contamination]\ndrop = \"suspect\"";
    let drops = both("0.8").replace("[screen.contamination]", drops);
    // What is dropped for what was told is no part of it.
    for (at, name, screen, bench) in [
        (2, "threshold", both("0.6"), benchmark()),
        (3, "benchmark", both("0.8"), other),
        (4, "near", NEAR.to_owned(), benchmark()),
        (4, "drops", drops, benchmark()),
    ] {
        place.write("bench.jsonl", bench);
        place.write("pipeline.toml", pipeline(&screen));
        place.run(name, &[]).ends(0);
        // Another pool knows nothing yet.
        let (fresh, pool) = (format!("{name}-fresh"), format!("{name}-pool"));
        place.run(&fresh, &["--pool", &pool]).ends(0);
        assert_eq!(tree(&place.path(name)), tree(&place.path(&fresh)), "{name}");
        assert_eq!(readings(&place).len(), at, "{name}");
    }
}

#[test]
fn a_damaged_reading_is_told_pruned_and_read_anew_and_no_run_fails() {
    let place = told_of();
    place.run("out", &[]).ends(0);
    let whole = tree(&place.path("pool"));
    let path = place.path("pool").join(&readings(&place)[0]);
    let bytes = std::fs::read(&path).expect("a reading");
    let check = ["pool", "check", "--pool", "pool"];
    for at in [0, bytes.len() / 2, bytes.len() - 1] {
        let mut damaged = bytes.clone();
        damaged[at] ^= 4;
        std::fs::write(&path, damaged).expect("damage");
        place.gradatim(&check).ends(1);
        place.run("again", &[]).ends(0);
        assert_eq!(tree(&place.path("again")), tree(&place.path("out")), "{at}");
        assert_eq!(tree(&place.path("pool")), whole, "{at}");
        std::fs::remove_dir_all(place.path("again")).expect("a folder");
    }
    let listed = place.gradatim(&["pool", "--pool", "pool", "--json"]);
    let listed = listed.ends(0).json();
    let name = path.file_name().expect("a name").to_string_lossy();
    let expected = json!([{ "reading": name, "state": "usable", "bytes": bytes.len() }]);
    assert_eq!(listed["readings"], expected);
    let prune = |which: &[&str]| {
        let words = [&["pool", "prune", "--pool", "pool", "--json"], which].concat();
        place.gradatim(&words).ends(0).json()["readings"].clone()
    };
    assert_eq!(prune(&["--older-versions"]), json!(0));
    assert_eq!(prune(&["--unused-days", "1"]), json!(0));
    std::fs::write(&path, &bytes[1..]).expect("damage");
    assert_eq!(prune(&["--damaged"]), json!(1));
    place.run("again", &[]).ends(0);
    assert_eq!(tree(&place.path("pool")), whole);
    assert_eq!(prune(&["--all"]), json!(1));
}

#[test]
fn suspects_are_dropped_where_the_pipeline_says_so() {
    for (drop, dropped) in [("suspect", 4), ("contaminated", 3)] {
        let screen = format!("{CONTAMINATION}\ndrop = \"{drop}\"");
        let place = place(&screen, &leaky());
        place.write("bench.jsonl", benchmark());
        place.run("out", &[]).ends(0);
        place.gradatim(&["check", "out"]).ends(0);
        assert_eq!(place.out("out").drops()["contaminated"], dropped, "{drop}");
    }
    let place = place(&format!("{CONTAMINATION}\ndrop = \"nothing\""), &leaky());
    place.write("bench.jsonl", benchmark());
    place.run("out", &[]).ends(0);
    assert!(!place.out("out").drops().contains_key("contaminated"));
}

#[test]
fn a_run_that_looked_for_no_benchmark_says_so() {
    let place = place("", &leaky());
    let done = place.run("out", &[]).ends(0);
    assert!(
        done.stderr.contains("no benchmark is screened for"),
        "{}",
        done.stderr
    );
    let card = std::fs::read_to_string(place.out("out").0.join("README.md")).expect("a card");
    let count = names().count();
    assert!(
        card.contains("Not screened: no benchmark was looked for"),
        "{card}"
    );
    assert!(
        card.contains(&format!("Fingerprints of {count} come")),
        "{card}"
    );
}

#[test]
fn a_contaminated_problem_does_not_stand_for_its_cluster() {
    // Two spellings of a benchmark's item: both go, and neither takes the other with it.
    let rows: Vec<Value> = STORIES
        .iter()
        .flat_map(|story| [row(story, "5", &[9]), row(&respelled(story), "5", &[19])])
        .collect();
    let screen = format!("{NEAR}\n{CONTAMINATION}");
    let place = place(&screen, &rows);
    place.write("bench.jsonl", benchmark());
    place.run("out", &[]).ends(0);
    let drops = place.out("out").drops();
    assert_eq!(drops["contaminated"], 4);
    assert_eq!(drops["near_duplicate"], STORIES.len() as u64 - 2);
}

#[test]
fn plan_screens_as_a_run_does() {
    let screen = format!("{NEAR}\n{CONTAMINATION}");
    let place = place(&screen, &leaky());
    place.write("bench.jsonl", benchmark());
    let planned = place
        .gradatim(&["plan", "pipeline.toml", "--pool", "none", "--json"])
        .ends(0);
    let planned: Value = serde_json::from_str(&planned.stdout).expect("JSON");
    let ran = place.run("out", &["--json"]).ends(0);
    let ran: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(planned["ledger"], ran["ledger"]);
    assert_eq!(ran["ledger"][0]["dropped"]["contaminated"], 3);
}

#[test]
fn a_screen_that_cannot_run_is_refused_where_it_stands() {
    for (screen, said) in [
        ("[screen]\nnear_duplicates = 1.5", "screen.near_duplicates"),
        ("[screen]\nnear_duplicates = 0.1", "screen.near_duplicates"),
        ("[screen.contamination]\nbenchmarks = []", "is empty"),
        (
            "[screen.contamination]\nbenchmarks = [\"aime99\"]",
            "aime24",
        ),
        (
            "[screen.contamination]\nbenchmarks = [\"aime24\", \"aime24\"]",
            "twice",
        ),
        (
            "[screen.contamination]\nbenchmarks = [\"bad.fingerprint\"]",
            "no fingerprint",
        ),
        (
            "[screen.contamination]\nbenchmarks = [\"hole.jsonl\"]",
            "row 1",
        ),
    ] {
        let place = place(screen, &leaky());
        place.write("bad.fingerprint", b"{}\n");
        place.write(
            "hole.jsonl",
            b"{\"problem\": \"1+1?\"}\n{\"problem\": \"\"}\n",
        );
        let done = place.run("out", &[]);
        assert!(
            matches!(done.code, Some(2 | 4)),
            "{screen}: {}",
            done.stderr
        );
        assert!(done.stderr.contains(said), "{screen}: {}", done.stderr);
        assert!(!place.path("pool").exists(), "no row was read");
    }
}

#[test]
fn a_fingerprint_finds_what_its_texts_find() {
    let place = place(
        "[screen.contamination]\nbenchmarks = [\"b.fingerprint\"]",
        &leaky(),
    );
    place.write("bench.jsonl", benchmark());
    place.write("other.jsonl", jsonl(&[json!({ "problem": STORIES[7] })]));
    let make = |out: &str| {
        let arguments = [
            "fingerprint",
            "bench",
            "bench.jsonl",
            "--against",
            "other.jsonl",
            "--out",
            out,
        ];
        place.gradatim(&arguments).ends(0)
    };
    let said = make("b.fingerprint").stdout;
    assert!(
        said.contains("verbatim") && said.contains("not found: ") && !said.contains("recall"),
        "{said}"
    );
    make("again.fingerprint");
    let bytes = std::fs::read(place.path("b.fingerprint")).expect("a file");
    assert_eq!(
        bytes,
        std::fs::read(place.path("again.fingerprint")).expect("a file")
    );
    assert!(
        !String::from_utf8_lossy(&bytes).contains("baker"),
        "it holds no text"
    );
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    assert_eq!(out.drops()["contaminated"], 3);
    let benchmark = &read_json(&out.run("leakage.json"))["benchmarks"][0];
    assert_eq!(benchmark["measured_in"], "fingerprint");
    assert_eq!(benchmark["unrelated"]["problems"], 1);
    let hits = read_json(&out.run("leakage.json"));
    for hit in hits["hits"].as_array().expect("a list") {
        assert!(
            hit["item_text"].is_null(),
            "a fingerprint has no text to show: {hit}"
        );
    }
    // What another version of the detector measured says nothing of this one.
    let header = bytes.split(|byte| *byte == b'\n').next().expect("a header");
    let mut old: Value = serde_json::from_slice(header).expect("JSON");
    old["measured"]["detector_version"] = json!(1);
    let mut older = serde_json::to_vec(&old).expect("JSON");
    older.extend(&bytes[header.len()..]);
    place.write("b.fingerprint", older);
    place.run("older", &[]).ends(0);
    let older = place.out("older");
    let benchmark = &read_json(&older.run("leakage.json"))["benchmarks"][0];
    assert_eq!(benchmark["measured_in"], "not_measured");
    assert_eq!(benchmark["recall"], json!([]));
    let card = std::fs::read_to_string(older.0.join("README.md")).expect("a card");
    assert!(card.contains("is not measured"), "{card}");
}

/// The files of each shipped benchmark in `../shared/data/benchmarks`.
const SHARED: [(&str, &[&str]); 5] = [
    ("aime24", &["aime24.jsonl"]),
    ("aime25", &["aime25_I.jsonl", "aime25_II.jsonl"]),
    ("math500", &["math500.jsonl"]),
    ("amc23", &["amc23.jsonl"]),
    ("olympiadbench", &["olympiadbench_675.jsonl"]),
];

/// The detector of the five benchmarks that come first.
fn detector() -> Detector {
    let all = SHARED.map(|(name, _)| Fingerprint::from_bytes(shipped(name).expect("shipped")));
    Detector::new(all.map(|one| one.expect("a fingerprint")).into())
}

/// The rewritings of `attacks.jsonl` that keep words and numbers, and those that keep a part of them.
const KEPT: [&str; 17] = [
    "verbatim",
    "cosmetic: newlines every 4 words",
    "cosmetic: PDF hyphenation",
    "HTML every space as &nbsp;",
    "HTML entities (some)",
    "HTML entities (all punctuation)",
    "HTML &lt; &gt; &amp; only",
    "markdown/br",
    "zero-width spaces",
    "homoglyphs (Cyrillic)",
    "full-width digits",
    "number words",
    "embedded in a prompt",
    "embedded in a long prompt",
    "few-shot",
    "unicode math",
    "ascii notation",
];
const REORDERED: [&str; 3] = ["question first", "sentences shuffled", "variables renamed"];
const PARTLY: [&str; 6] = [
    "typos 2% of letters",
    "typos 5%",
    "typos 10%",
    "first two thirds",
    "light paraphrase (synonyms)",
    "numbers changed",
];

/// Thresholds were chosen on these items; the self-test's rewritings of other benchmarks are those that were not seen.
#[test]
fn rewritten_items_are_found_in_nine_of_ten_cases_of_each_class() {
    let Some(shared) = shared() else { return };
    let path = shared.join("data/decontamination/attacks.jsonl");
    let Ok(rows) = std::fs::read_to_string(path) else {
        return println!("skipped: there are no attacks");
    };
    let detector = detector();
    // By class: planted, contaminated, found at all.
    let mut counts: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("JSON");
        let own = |name: &str| row["benchmark"] == name;
        let hits = detector.hits(text(&row, "problem"));
        let hit = hits
            .iter()
            .find(|hit| own(&detector.benchmarks()[hit.benchmark as usize].name));
        let is_copy = hit.is_some_and(|hit| hit.class.outcome() == Outcome::Contaminated);
        let count = counts.entry(text(&row, "class").to_owned()).or_default();
        count[0] += 1;
        count[1] += u32::from(is_copy);
        count[2] += u32::from(hit.is_some());
    }
    for (class, [planted, contaminated, found]) in &counts {
        println!("{class:40} {planted:3} contaminated {contaminated:3} found {found:3}");
    }
    for (classes, at) in [(&KEPT[..], 1), (&REORDERED[..], 1), (&PARTLY[..], 2)] {
        for class in classes {
            let count = counts[*class];
            assert!(count[at] * 10 >= count[0] * 9, "{class}: {count:?}");
        }
    }
    for part in ["first half", "last half", "numbers changed"] {
        assert_eq!(counts[part][1], 0, "{part} is no copy");
    }
}

/// What other people's files of the same benchmarks are called, in which column, and how many of their problems
/// are none of ours.
const OTHERS: [(&str, &str, &str); 7] = [
    ("aime24", "benchmarks/qwq_aime24.jsonl", "prompt"),
    ("aime25", "benchmarks/qwq_aime25.jsonl", "prompt"),
    (
        "aime24",
        "eval_runs/evalchemy_qwen2.5_1.5b_instruct/aime24_n10.jsonl.zst",
        "problem",
    ),
    (
        "amc23",
        "eval_runs/evalchemy_qwen2.5_1.5b_instruct/amc23_n10.jsonl.zst",
        "question",
    ),
    (
        "math500",
        "eval_runs/evalchemy_qwen2.5_1.5b_instruct/math500.jsonl.zst",
        "problem",
    ),
    (
        "aime24",
        "eval_runs/areal/eval_aime24_deepscaler_base.jsonl.zst",
        "prompt",
    ),
    (
        "aime25",
        "eval_runs/areal/eval_aime25_nemotron_base.jsonl.zst",
        "prompt",
    ),
];

/// In QwQ's file of AIME25 six problems are told otherwise or ask otherwise; they are suspect.
#[test]
fn other_files_of_a_benchmark_are_found_to_the_last_problem() {
    let Some(shared) = shared() else { return };
    let detector = detector();
    for (name, path, column) in OTHERS {
        let found = files::find(&shared.join("data").join(path)).expect(path);
        let columns = ProblemColumns {
            problem: Some(Pick::column(column)),
            ..ProblemColumns::default()
        };
        let posed = problems(&found[0], &columns).expect(path).rows;
        let mut contaminated = 0;
        for one in &posed {
            let hits = detector.hits(&one.problem);
            let hit = hits
                .iter()
                .find(|hit| detector.benchmarks()[hit.benchmark as usize].name == name);
            let hit = hit.unwrap_or_else(|| panic!("{path}: {}", one.problem));
            contaminated += usize::from(hit.class.outcome() == Outcome::Contaminated);
        }
        let reworded = if path.contains("qwq_aime25") { 6 } else { 0 };
        assert!(
            contaminated + reworded >= posed.len(),
            "{path}: {contaminated} of {}",
            posed.len()
        );
    }
}

#[test]
fn published_overlaps_of_s1k_with_math500_are_found_and_its_clean_problems_are_not() {
    let Some(shared) = shared() else { return };
    let math500 = Fingerprint::from_bytes(shipped("math500").expect("shipped"));
    let detector = Detector::new(vec![math500.expect("a fingerprint")]);
    let path = shared.join("data/trajectories/s1k/s1k_questions_solutions_1000.jsonl.zst");
    let file = &files::find(&path).expect("a file")[0];
    let found: BTreeSet<String> = problems(file, &ProblemColumns::default())
        .expect("problems")
        .rows
        .iter()
        .flat_map(|posed| detector.hits(&posed.problem))
        .filter(|hit| hit.class.outcome() == Outcome::Contaminated)
        .map(|hit| detector.item(&hit).id.clone())
        .collect();
    let copies = ["1063", "1411", "1849", "558"]
        .map(|item| format!("test/intermediate_algebra/{item}.json"));
    assert_eq!(found, copies.into());
}
