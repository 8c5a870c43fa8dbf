//! An audit of somebody else's dataset: what was planted is found, to the row, and nothing else; what is held against a
//! source is told by what it shares with it, and by what random draws of it are.

use std::collections::{BTreeMap, BTreeSet};

use gradatim::screen::contamination::selftest::CHANGES;
use serde_json::{Value, json};

use crate::hub::mock::MockHub;
use crate::support::*;

/// Words that problems are made of.
const WORDS: &str = "garden river window teacher market bridge candle summer letter village engine basket mountain \
    winter painter island kitchen soldier forest ticket mirror doctor harbour station blanket planet farmer castle \
    pocket dinner ladder museum orchard parrot rabbit shadow temple tunnel valley wagon anchor border butter circle \
    corner copper desert dragon feather finger flower guitar hammer helmet insect jacket jungle kettle lantern lemon";

/// A problem with three numbers, of words of its own; the same `numbers` give the same ones.
fn problem(at: usize, numbers: usize) -> String {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut dice = Dice(1000 + at as u64);
    let mut four = || {
        let word = |_| words[dice.below(words.len() as u64) as usize];
        (0..4).map(word).collect::<Vec<_>>().join(" ")
    };
    let [a, b, c] = [numbers + 11, 3 * numbers + 101, 7 * numbers + 1009];
    format!(
        "How many of the {} are there if the {} has {a} and the {} has {b}, but the {} has {c}?",
        four(),
        four(),
        four(),
        four()
    )
}

/// A row that is right by its gold answer and by its record, like no other.
fn clean(at: usize) -> Value {
    row(&problem(at, at), at, at)
}

fn row(problem: &str, answer: usize, seed: usize) -> Value {
    openr1_row(
        problem,
        &answer.to_string(),
        "Algebra",
        &[reply(answer, 40 + seed)],
    )
}

/// The same problem in another spelling.
fn respelled(problem: &str) -> String {
    let wanted = ["line_breaks", "upper_case"];
    wanted.iter().fold(problem.to_owned(), |text, wanted| {
        let (_, change) = CHANGES
            .iter()
            .find(|(name, _)| name == wanted)
            .expect("a change");
        change(&text)
    })
}

fn with(mut row: Value, key: &str, value: Value) -> Value {
    row[key] = value;
    row
}

fn saying(row: Value, reply: String) -> Value {
    with(row, "generations", json!([reply]))
}

const CLEAN: usize = 60;
const EACH: usize = 5;

/// The rows of a dataset in which each kind of fault was planted five times, and the rows of each kind.
struct Planted {
    rows: Vec<Value>,
    kinds: BTreeMap<&'static str, BTreeSet<usize>>,
}

impl Planted {
    fn new() -> Self {
        Self {
            rows: (0..CLEAN).map(clean).collect(),
            kinds: BTreeMap::new(),
        }
    }

    /// Five rows more that are of these kinds.
    fn plant(&mut self, kinds: &[&'static str], row: impl Fn(usize, Value) -> Value) {
        for one in 0..EACH {
            let at = self.rows.len();
            self.rows.push(row(one, clean(at)));
            kinds.iter().for_each(|kind| self.also(kind, at));
        }
    }

    fn also(&mut self, kind: &'static str, at: usize) {
        self.kinds.entry(kind).or_default().insert(at);
    }
}

/// Problems in five languages.
const OTHERS: [&str; EACH] = [
    "Wie viele ganze Zahlen zwischen 17 und 7000 sind weder durch die erste noch durch die zweite Zahl teilbar?",
    "Un train quitte la gare à 8 heures et roule à 90 kilomètres par heure ; quelle distance parcourt-il en 3 heures ?",
    "La suma de las edades de tres hermanos es de 45 años y el mayor tiene 5 años más que el segundo. ¿Cuántos tiene?",
    "Найдите наибольшее натуральное число, меньшее 1234, которое делится на сумму своих цифр без остатка.",
    "一个各位数字互不相同的四位数能被 9 整除，去掉个位数字后剩下的三位数能被 4 整除，这个四位数最大是多少？",
];

/// A problem of AIME 2025, which a shipped fingerprint knows.
const OF_A_BENCHMARK: &str =
    "Find the sum of all integer bases $b > 9$ for which $17_b$ is a divisor of $97_b$.";

fn faulty() -> Planted {
    let mut all = Planted::new();
    let plain = |at: usize| clean(at);
    all.plant(&["wrong"], |_, row| {
        saying(
            with(row, "correctness_math_verify", json!([false])),
            reply(900_001, 50),
        )
    });
    all.plant(&["wrong", "recorded_right_found_wrong"], |_, row| {
        saying(row, reply(900_001, 51))
    });
    all.plant(&["recorded_wrong_found_right"], |_, row| {
        with(row, "correctness_math_verify", json!([false]))
    });
    all.plant(&["no_gold"], |_, row| with(row, "answer", Value::Null));
    all.plant(&["copy"], |one, _| plain(one));
    all.plant(&["near_duplicate"], |one, _| {
        row(&respelled(&problem(5 + one, 5 + one)), 5 + one, 200 + one)
    });
    all.plant(&["near_duplicate", "copy_of_near"], |one, _| {
        let at = 10 + one;
        row(&respelled(&problem(at, at)), at, at)
    });
    all.plant(&["gold_disagrees"], |one, _| {
        row(&problem(15 + one, 15 + one), 800_000 + one, 210 + one)
    });
    (15..20).for_each(|at| all.also("gold_disagrees", at));
    all.plant(&["gold_disagrees", "near_duplicate"], |one, _| {
        row(
            &respelled(&problem(20 + one, 20 + one)),
            800_000 + one,
            220 + one,
        )
    });
    (20..25).for_each(|at| all.also("gold_disagrees", at));
    all.plant(&["same_template"], |one, _| {
        row(&problem(25 + one, 500 + one), 25 + one, 230 + one)
    });
    all.plant(&["categories_conflict"], |one, _| {
        with(
            row(&problem(30 + one, 30 + one), 30 + one, 240 + one),
            "problem_type",
            json!("Geometry"),
        )
    });
    (30..35).for_each(|at| all.also("categories_conflict", at));
    all.plant(&["contaminated"], |one, _| {
        row(OF_A_BENCHMARK, 70, 250 + one)
    });
    all.plant(&["cut_off"], |_, row| {
        with(row, "finish_reasons", json!(["length"]))
    });
    all.plant(
        &["thinking_unclosed", "cut_off", "no_answer"],
        |one, row| {
            saying(
                row,
                format!("<think>\nOkay, so {}", "step and step ".repeat(60 + one)),
            )
        },
    );
    all.plant(&["thinking_missing"], |_, row| {
        let answer = text(&row, "answer").to_owned();
        saying(
            row,
            format!("We count what is left. It is \\boxed{{{answer}}}."),
        )
    });
    all.plant(&["thinking_short"], |_, row| {
        let answer = text(&row, "answer").to_owned();
        saying(
            row,
            format!("<think>\nOk\n</think>\n\nIt is \\boxed{{{answer}}}."),
        )
    });
    all.plant(&["empty_thinking", "thinking_missing"], |one, row| {
        let answer = text(&row, "answer").to_owned();
        saying(
            row,
            format!("<think>\n\n</think>\n\nIt is number {one}: \\boxed{{{answer}}}."),
        )
    });
    all.plant(&["nothing_behind_thinking", "no_answer"], |one, row| {
        saying(
            row,
            format!(
                "<think>\nOkay, so {}\n</think>\n\n",
                "step and step ".repeat(70 + one)
            ),
        )
    });
    let inside = |row: &Value, what: &str| {
        let said = row["generations"][0].as_str().expect("a reply");
        said.replacen("step3", what, 1)
    };
    all.plant(&["control_tokens"], |_, row| {
        let said = inside(&row, "<|im_end|>\n<|im_start|>user");
        saying(row, said)
    });
    all.plant(&["end_token"], |_, row| {
        let said = inside(&row, "step3") + "<|im_end|>";
        saying(row, said)
    });
    all.plant(&["repetitive"], |_, row| {
        let said = inside(
            &row,
            &"\nBut wait, is that really what is asked for?\n".repeat(40),
        );
        saying(row, said)
    });
    all.plant(&["other_language"], |one, row| {
        with(row, "problem", json!(OTHERS[one]))
    });
    all.plant(&["no_problem"], |_, row| with(row, "problem", Value::Null));
    all.plant(&["no_generations"], |_, row| {
        with(row, "generations", json!([]))
    });
    all
}

/// Thinking that closes and has nothing behind it is not open, whatever its source records of how it ended, with a gold
/// answer and without.
#[test]
fn thinking_that_closes_is_never_unclosed_and_what_stands_before_it_is_told() {
    let thought = |at: usize| format!("<think>\nOkay, so {}", "step and step ".repeat(30 + at));
    let closed = |at: usize| thought(at) + "\n</think>";
    let gold = |at: usize| match at % 2 {
        0 => json!(at.to_string()),
        _ => Value::Null,
    };
    let row = |at: usize, response: String, finish: &str| json!({ "problem": problem(at, at), "response": response, "answer": gold(at), "finish_reason": finish });
    let rows = [
        row(0, closed(0), "length"),
        row(1, closed(1), "length"),
        row(2, closed(2), "stop"),
        row(3, closed(3), "stop"),
        row(4, thought(4), "length"),
        row(5, thought(5), "length"),
        row(6, thought(6), "stop"),
        row(7, format!("{} It is 7.", closed(7)), "length"),
        row(
            8,
            format!("Sure, let me see.\n{} It is \\boxed{{8}}.", closed(8)),
            "stop",
        ),
        row(9, format!("{} It is 9.", closed(9)), "stop"),
    ];
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(&place, &["rows.jsonl", "--out", "out", "--json"]).json();
    let found = findings(&told);
    let ask = "SELECT kind, \"row\" FROM findings ORDER BY \"row\"";
    let answer = place
        .gradatim(&["sql", ask, "--in", "out", "--json"])
        .ends(0)
        .json();
    let rows_of = |kind: &str| -> Vec<u64> {
        let rows = answer.as_array().expect("rows").iter();
        let rows = rows.filter(|row| row["kind"] == json!(kind));
        rows.filter_map(|row| row["row"].as_u64()).collect()
    };
    for (kind, expected) in [
        ("thinking_unclosed", &[4, 5, 6][..]),
        ("nothing_behind_thinking", &[0, 1, 2, 3]),
        ("cut_off", &[0, 1, 4, 5, 6, 7]),
        ("before_thinking", &[8]),
    ] {
        assert_eq!(rows_of(kind), expected, "{kind}");
        assert_eq!(found[kind]["rows"], json!(expected.len()), "{kind}");
    }
}

#[test]
fn an_audit_drops_no_trajectory_and_its_ledger_says_so() {
    let same = problem(1, 1);
    let rows = [
        clean(0),
        row(&same, 1, 1),
        row(&respelled(&same), 1, 2),
        clean(0),
    ];
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(&place, &["rows.jsonl", "--out", "out", "--json"]).json();
    let found = findings(&told);
    assert_eq!(found["near_duplicate"]["rows"], json!(1));
    assert_eq!(found["copy"]["rows"], json!(1));
    let ledger = place.out("out").ledger();
    let fates: Vec<(&Value, &Value)> = ledger
        .iter()
        .map(|row| (&row["fate"], &row["reason"]))
        .collect();
    assert_eq!(fates, vec![(&json!("kept"), &Value::Null); 4]);
    assert_eq!(ledger[1]["cluster"], ledger[2]["cluster"]);
    assert_eq!(
        place.out("out").manifest()["near_duplicates"]["dropped"],
        json!(false)
    );
    let told = place
        .gradatim(&["why", "rows/rows.jsonl:2", "--in", "out"])
        .ends(0)
        .stdout;
    for words in ["near duplicates of its problem stay", "rows/rows.jsonl:1"] {
        assert!(told.contains(words), "{words}: {told}");
    }
    place.gradatim(&["check", "out"]).ends(0);
}

/// The findings of an audit, by kind.
fn findings(told: &Value) -> BTreeMap<String, Value> {
    let findings = told["findings"].as_array().expect("findings").iter();
    findings
        .map(|finding| (text(finding, "kind").to_owned(), finding.clone()))
        .collect()
}

/// The rows that a finding names.
fn named(finding: &Value) -> Vec<usize> {
    let examples = finding["examples"].as_array().expect("rows").iter();
    let row = |example: &Value| {
        let (_, row) = text(example, "place").rsplit_once(':').expect("a place");
        row.parse().expect("a row")
    };
    examples.map(row).collect()
}

fn audited(place: &Place, arguments: &[&str]) -> Done {
    let always = ["--tokenizer", "bytes.json", "--pool", "pool"];
    place
        .gradatim(&[&["audit"], arguments, &always].concat())
        .ends(0)
}

#[test]
fn each_planted_fault_is_found_to_the_row_and_no_other() {
    let planted = faulty();
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&planted.rows));
    let told = audited(&place, &["rows.jsonl", "--json"]).json();
    let found = findings(&told);
    for (kind, finding) in &found {
        let rows = planted.kinds.get(kind.as_str());
        let count = rows.map_or(0, BTreeSet::len);
        assert_eq!(finding["rows"], json!(count), "{kind}: {finding}");
        let named = named(finding);
        assert_eq!(named.len(), count.min(3), "{kind}: {finding}");
        assert!(
            named
                .iter()
                .all(|row| rows.is_some_and(|rows| rows.contains(row))),
            "{kind}: {finding}"
        );
    }
    let missed: Vec<&&str> = planted
        .kinds
        .keys()
        .filter(|kind| !found.contains_key(**kind))
        .collect();
    assert!(missed.is_empty(), "{missed:?}");
    let unread = 2 * EACH;
    assert_eq!(told["entries"], json!(planted.rows.len()));
    assert_eq!(told["trajectories"], json!(planted.rows.len() - unread));
    assert_eq!(told["distinct"], json!(planted.rows.len() - unread - EACH));
}

#[test]
fn a_finding_says_what_is_to_be_seen_in_its_rows() {
    let planted = faulty();
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&planted.rows));
    let page = audited(&place, &["rows.jsonl"]).stdout;
    let wrong = *planted.kinds["wrong"].first().expect("a row");
    let copy = *planted.kinds["copy"].first().expect("a row");
    for line in [
        format!("      rows/rows.jsonl:{wrong} gold {wrong}, answered 900001"),
        format!("      rows/rows.jsonl:{copy} of :0"),
    ] {
        assert!(page.lines().any(|told| told == line), "{line}\n{page}");
    }
    assert!(page.contains("aime25/"), "{page}");
    let gold = format!(
        "one text: 15 at rows/rows.jsonl:15; 800000 at rows/rows.jsonl:{}",
        {
            let rows = &planted.kinds["gold_disagrees"];
            rows.iter().find(|row| **row >= CLEAN).expect("a row")
        }
    );
    assert!(page.replace("\n   ", "").contains(&gold), "{gold}\n{page}");
    let wide = page.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None, "the page is made for 80 columns");
}

#[test]
fn lengths_and_mixes_are_those_of_the_rows() {
    let rows: Vec<Value> = (0..100)
        .map(|at| {
            let category = if at < 75 { "Algebra" } else { "Geometry" };
            let row = with(clean(at), "problem_type", json!(category));
            saying(row, reply(at, 100 * (at + 1)))
        })
        .collect();
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(&place, &["rows.jsonl", "--json"]).json();
    // A token is a byte.
    let mut tokens: Vec<usize> = (0..100).map(|at| reply(at, 100 * (at + 1)).len()).collect();
    tokens.sort_unstable();
    let reply = &told["lengths"]["reply"];
    assert_eq!(reply["median"], json!(tokens[49]));
    assert_eq!(reply["p90"], json!(tokens[89]));
    assert_eq!(reply["max"], json!(tokens[99]));
    let limits = told["lengths"]["limits"].as_array().expect("limits");
    assert_eq!(limits.len(), 6);
    for limit in limits {
        let most = limit["tokens"].as_u64().expect("a maximum") as usize;
        let over: Vec<usize> = tokens
            .iter()
            .filter(|count| **count > most)
            .map(|count| count - most)
            .collect();
        assert_eq!(limit["rows_over"], json!(over.len()));
        let cut = over.iter().sum::<usize>() as f64 / tokens.iter().sum::<usize>() as f64;
        let told = limit["tokens_share"].as_f64().expect("a share");
        assert!((told - cut).abs() < 1e-12, "{told} {cut}");
    }
    let mixes = told["mixes"].as_array().expect("mixes");
    let category = mixes
        .iter()
        .find(|mix| mix["variable"] == "category")
        .expect("a mix");
    let levels = json!([
        { "name": "algebra", "rows": 75, "share": 0.75 },
        { "name": "geometry", "rows": 25, "share": 0.25 },
    ]);
    assert_eq!(category["levels"], levels);
}

/// A source of 300 problems, one reply each, whose lengths grow.
fn source() -> Vec<Value> {
    (0..300)
        .map(|at| saying(clean(at), reply(at, 40 + 2 * at)))
        .collect()
}

fn line<'t>(told: &'t Value, variable: &str, statistic: &str) -> &'t Value {
    let lines = told["against"]["null"]["lines"].as_array().expect("lines");
    let is_it = |line: &&Value| line["variable"] == variable && line["statistic"] == statistic;
    lines.iter().find(is_it).expect("a line")
}

#[test]
fn the_rows_of_a_known_source_are_told_from_others() {
    let source = source();
    let mut rows: Vec<Value> = source[..10].to_vec();
    rows.extend(
        (10..20)
            .map(|at| row(&respelled(&problem(at, at)), at, 0))
            .zip(10..20)
            .map(|(row, at)| saying(row, reply(at, 40 + 2 * at))),
    );
    rows.extend((20..30).map(|at| saying(clean(at), reply(at, 7))));
    rows.extend((30..40).map(|at| row(&respelled(&problem(at, at)), at, 700)));
    rows.extend((1000..1010).map(clean));
    let place = Place::new();
    place.write("source.jsonl", jsonl(&source));
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(
        &place,
        &["rows.jsonl", "--against", "source.jsonl", "--json"],
    )
    .json();
    let against = &told["against"];
    assert_eq!(against["problems"], json!(300));
    let matches = against["matches"].as_array().expect("matches");
    let counts: Vec<(&str, u64)> = matches
        .iter()
        .map(|one| (text(one, "meeting"), one["rows"].as_u64().expect("rows")))
        .collect();
    let ways = [
        "trajectory",
        "trajectory_of_near_problem",
        "problem",
        "near_problem",
        "neither",
    ];
    assert_eq!(counts, ways.map(|way| (way, 10)));
    assert_eq!(
        matches[2]["examples"][0]["told"],
        json!("there source/source.jsonl:20")
    );
    // What is told of the dataset is of its rows alone.
    assert_eq!(
        (&told["trajectories"], &told["problems"]),
        (&json!(50), &json!(50))
    );
    assert_eq!(findings(&told)["near_duplicate"]["rows"], json!(0));
}

#[test]
fn a_random_draw_lies_among_random_draws_and_the_longest_rows_do_not() {
    let source = source();
    let place = Place::new();
    place.write("source.jsonl", jsonl(&source));
    place.write(
        "every_fifth.jsonl",
        jsonl(
            &source
                .iter()
                .skip(2)
                .step_by(5)
                .cloned()
                .collect::<Vec<_>>(),
        ),
    );
    place.write("longest.jsonl", jsonl(&source[240..]));
    let told = |rows: &str| audited(&place, &[rows, "--against", "source.jsonl", "--json"]).json();
    let fair = told("every_fifth.jsonl");
    let null = &fair["against"]["null"];
    assert_eq!(
        (&null["rows"], &null["by_problem"]),
        (&json!(60), &json!(true))
    );
    let lines = null["lines"].as_array().expect("lines");
    assert!(
        lines
            .iter()
            .all(|line| line["beyond_chance"] == json!(false)),
        "{null}"
    );
    // The mean of n of N numbers: theirs, with the deviation s / sqrt(n) * sqrt((N - n) / (N - 1)).
    let bytes: Vec<f64> = (0..300)
        .map(|at| reply(at, 40 + 2 * at).len() as f64)
        .collect();
    let mean = bytes.iter().sum::<f64>() / 300.0;
    let squares = bytes
        .iter()
        .map(|count| (count - mean).powi(2))
        .sum::<f64>()
        / 300.0;
    let deviation = (squares / 60.0 * 240.0 / 299.0).sqrt();
    let tokens = line(&fair, "tokens", "mean");
    let value = |key: &str| tokens[key].as_f64().expect("a number");
    assert!(
        (value("expected") - mean).abs() < 4.0 * deviation / 1000.0_f64.sqrt(),
        "{tokens}"
    );
    for (key, far) in [("low", -1.96), ("high", 1.96)] {
        assert!(
            (value(key) - (mean + far * deviation)).abs() < 0.25 * deviation,
            "{key} {tokens} {mean} {deviation}"
        );
    }
    let long = told("longest.jsonl");
    let tokens = line(&long, "tokens", "mean");
    let longest = bytes[240..].iter().sum::<f64>() / 60.0;
    assert!((tokens["dataset"].as_f64().expect("a number") - longest).abs() < 1e-6);
    assert_eq!(
        (&tokens["outside"], &tokens["beyond_chance"]),
        (&json!(true), &json!(true))
    );
    // Of categories they have what the source has.
    assert_eq!(
        line(&long, "category", "mix_distance")["dataset"],
        json!(0.0)
    );
}

#[test]
fn a_dataset_that_is_larger_than_the_source_is_held_against_no_draws() {
    let place = Place::new();
    place.write("source.jsonl", jsonl(&source()[..20]));
    place.write("rows.jsonl", jsonl(&source()[..30]));
    let told = audited(
        &place,
        &["rows.jsonl", "--against", "source.jsonl", "--json"],
    )
    .json();
    assert_eq!(told["against"]["null"], Value::Null);
    assert_eq!(told["against"]["matches"][0]["rows"], json!(20));
}

#[test]
fn the_same_data_give_the_same_page_for_any_threads_and_from_the_pool() {
    let place = Place::new();
    place.write("source.jsonl", jsonl(&source()));
    place.write("rows.jsonl", jsonl(&faulty().rows));
    let arguments = ["rows.jsonl", "--against", "source.jsonl", "--json"];
    let first = audited(&place, &arguments).stdout;
    for more in [["--threads", "1"], ["--batch-size", "3"]] {
        assert!(
            audited(&place, &[&arguments[..], &more].concat()).stdout == first,
            "{more:?}"
        );
    }
}

#[test]
fn a_pipeline_says_how_its_sources_are_read_and_nothing_it_selects_matters() {
    let place = Place::new();
    let rows: Vec<Value> = (0..20)
        .map(
            |at| json!({ "asked": problem(at, at), "said": reply(at, 9), "truth": at.to_string() }),
        )
        .collect();
    place.write("data/rows.jsonl", jsonl(&rows));
    place.write(
        "data/pipeline.toml",
        "[sources.mine]\nlayout = \"columns\"\npath = \"rows.jsonl\"\n[sources.mine.columns]\nproblem = \"asked\"\n\
         response = \"said\"\nanswer = \"truth\"\n[[grid]]\nsize = [1000]\n",
    );
    place.write(
        "source.jsonl",
        jsonl(
            &rows
                .iter()
                .map(|row| {
                    json!({
                        "problem": row["asked"], "response": row["said"], "answer": row["truth"],
                    })
                })
                .collect::<Vec<_>>(),
        ),
    );
    let told = audited(
        &place,
        &["data/pipeline.toml", "--against", "source.jsonl", "--json"],
    )
    .json();
    assert_eq!(told["trajectories"], json!(20));
    assert_eq!(
        told["verdicts"][0],
        json!({ "verdict": "correct", "recorded_right": 0, "recorded_wrong": 0, "not_recorded": 20 })
    );
    assert_eq!(told["against"]["matches"][0]["rows"], json!(20));
    let sources = told["sources"].as_array().expect("sources");
    assert_eq!(sources.len(), 1);
    assert_eq!(sources[0]["columns"]["problem"], json!("asked"));
}

#[test]
fn what_cannot_be_read_at_all_is_refused_and_a_broken_file_beside_others_is_told() {
    let place = Place::new();
    place.write("none.jsonl", jsonl(&[json!({ "a": 1 }), json!({ "a": 2 })]));
    let refused = place
        .gradatim(&["audit", "none.jsonl", "--pool", "pool"])
        .ends(4)
        .tells(&["no column that looks like a problem", "\ncolumn  type"]);
    assert!(!refused.stderr.contains("fdd0"), "{}", refused.stderr);
    place
        .gradatim(&["audit", "missing.jsonl", "--pool", "pool"])
        .ends(2);
    place.write(
        "data/a.parquet",
        parquet(&(0..9).map(clean).collect::<Vec<_>>(), 4),
    );
    place.write("data/b.parquet", b"PAR1 and no more");
    let told = audited(&place, &["data", "--json"]).json();
    assert_eq!(told["sources"][0]["files_unreadable"], json!(1));
    assert_eq!(findings(&told)["unreadable_file"]["rows"], json!(1));
    assert_eq!(told["trajectories"], json!(9));
}

#[test]
fn several_sources_are_audited_as_one_and_their_rows_told_apart() {
    let place = Place::new();
    place.write(
        "a/rows.jsonl",
        jsonl(&(0..9).map(clean).collect::<Vec<_>>()),
    );
    place.write(
        "b/rows.jsonl",
        jsonl(&(8..12).map(clean).collect::<Vec<_>>()),
    );
    let told = audited(&place, &["a/rows.jsonl", "b/rows.jsonl", "--json"]).json();
    let copy = &findings(&told)["copy"];
    assert_eq!(copy["rows"], json!(1));
    assert_eq!(copy["examples"][0]["place"], json!("rows-2/rows.jsonl:0"));
    assert_eq!(copy["examples"][0]["told"], json!("of rows/rows.jsonl:8"));
}

#[test]
fn of_what_nobody_says_how_it_ended_that_is_said_and_what_is_left_to_train_on_is_counted() {
    let row = |at: usize, response: String| json!({ "question": problem(at, at), "response": response, "answer": at.to_string() });
    let rows: Vec<Value> = (0..12)
        .map(|at| {
            row(
                at,
                match at {
                    // Whole, cut off in its thinking, and without marks: right, and wrong.
                    0..3 => reply(at, 40 + at),
                    3..5 => format!("<think>\nSo, {at} is what I think it is, but"),
                    5..9 => format!("As one counts, number {at}, it is \\boxed{{{at}}}."),
                    _ => format!("As one counts, number {at}, it is \\boxed{{70{at}}}."),
                },
            )
        })
        .collect();
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(
        &place,
        &["rows.jsonl", "--out", "out", "--report", "--json"],
    )
    .json();
    let cut_off = &findings(&told)["cut_off"];
    assert_eq!(
        (&cut_off["rows"], &cut_off["rows_not_known"]),
        (&json!(2), &json!(7))
    );
    assert_eq!(findings(&told)["wrong"]["rows_not_known"], json!(0));
    let unspoiled = &told["unspoiled"];
    assert_eq!(
        (&unspoiled["rows"], &unspoiled["rows_of_no_benchmark"]),
        (&json!(7), &json!(7))
    );
    let page = audited(&place, &["rows.jsonl"]).stdout;
    let page: Vec<&str> = page.split_whitespace().collect();
    let page = page.join(" ");
    let report = std::fs::read_to_string(place.path("out.report.html")).expect("a report");
    let said = "of 7 it is not known: they have neither a finish reason nor thinking marks";
    assert!(page.contains(said), "{page}");
    assert!(report.contains(said), "{report}");
    assert!(
        report.contains("7 of 12 trajectories, and 7 of them answer no benchmark"),
        "{report}"
    );
    assert!(
        page.contains("7 trajectories, 7 of them of no benchmark's problem"),
        "{page}"
    );
}

#[test]
fn replies_that_end_at_one_length_are_told_where_lengths_are() {
    let said = |response: String, at: usize| json!({ "question": problem(at, at), "response": response, "answer": at.to_string() });
    let rows: Vec<Value> = (0..100)
        .map(|at| said(reply(at, if at < 60 { 20 + at } else { 400 + at % 7 }), at))
        .collect();
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&rows));
    place.write("short.jsonl", jsonl(&rows[..60]));
    let told = audited(
        &place,
        &["rows.jsonl", "--out", "out", "--report", "--json"],
    )
    .json();
    let wall = &told["lengths"]["wall"];
    assert_eq!(
        (&wall["rows"], &wall["rows_before"]),
        (&json!(40), &json!(0))
    );
    assert_eq!(
        (&wall["rows_cut_off"], &wall["rows_not_known"]),
        (&json!(0), &json!(0))
    );
    let report = std::fs::read_to_string(place.path("out.report.html")).expect("a report");
    assert!(report.contains("40 responses have from"), "{report}");
    let told = audited(&place, &["short.jsonl", "--json"]).json();
    assert_eq!(told["lengths"]["wall"], Value::Null);
}

/// The words of each command that a page names, without the program's.
fn commands(page: &str) -> Vec<Vec<String>> {
    let lines = page
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("gradatim "));
    lines
        .map(|line| shlex::split(line).expect("words of a shell"))
        .collect()
}

/// How many items of each benchmark are contaminated and suspect, where any is.
fn items_by_query(rows: &Value) -> Vec<(String, u64, u64)> {
    let count = |row: &Value, key: &str| row[key].as_u64().expect("a count");
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| {
        (
            text(row, "benchmark").to_owned(),
            count(row, "contaminated"),
            count(row, "suspect"),
        )
    })
    .collect()
}

/// The same by the certificate, which the page tells.
fn items_by_certificate(told: &Value) -> Vec<(String, u64, u64)> {
    let benchmarks = told["contamination"]["benchmarks"].as_array();
    let sum = |found: &Value, classes: &[&str]| -> u64 {
        let counts = classes.iter().map(|class| found[class].as_u64());
        counts.map(|count| count.expect("a count")).sum()
    };
    let items = benchmarks.expect("benchmarks").iter().map(|one| {
        let found = &one["found"];
        (
            text(one, "name").to_owned(),
            sum(found, &["exact", "near"]),
            sum(found, &["part", "numbers_changed", "reworded", "similar"]),
        )
    });
    let mut items: Vec<_> = items.filter(|one| one.1 + one.2 > 0).collect();
    items.sort();
    items
}

#[test]
fn what_no_row_has_what_it_needs_for_could_not_be_looked_for() {
    let place = Place::new();
    let bare = |at: usize| {
        let output = format!("It is {at}, as one counts.");
        json!({ "instruction": problem(at, at), "input": "", "output": output })
    };
    place.write("bare.jsonl", jsonl(&(0..9).map(bare).collect::<Vec<_>>()));
    place.write("full.jsonl", jsonl(&faulty().rows));
    let told = audited(&place, &["bare.jsonl", "--json"]).json();
    let unsought = told["not_looked_for"].as_array().expect("kinds").iter();
    let unsought: BTreeMap<&str, &str> = unsought
        .map(|one| (text(one, "kind"), text(one, "reason")))
        .collect();
    for (kind, reason) in [
        ("wrong", "no row has a gold answer"),
        ("no_answer", "no row has a gold answer"),
        ("recorded_right_found_wrong", "no row has a gold answer"),
        ("cut_off", "no row says how its response ended"),
        ("thinking_missing", "no row has thinking"),
        ("categories_conflict", "no row has a category"),
    ] {
        assert_eq!(unsought.get(kind), Some(&reason), "{kind}: {unsought:?}");
        assert!(!findings(&told).contains_key(kind), "{kind}");
    }
    assert_eq!(findings(&told)["copy"]["rows"], json!(0));
    let page = audited(&place, &["bare.jsonl"]).stdout;
    let page = page.replace("\n ", "");
    let (sought, unsought) = page
        .split_once("could not be looked for: ")
        .expect("both lists");
    assert!(
        unsought.contains("cut off (no row says how its response ended)"),
        "{page}"
    );
    let (_, sought) = sought
        .split_once("looked for, and not found: ")
        .expect("a list");
    assert!(
        sought.contains("near duplicate") && !sought.contains("wrong"),
        "{page}"
    );
    // Where something tells of it, all is looked for.
    let told = audited(&place, &["full.jsonl", "--json"]).json();
    assert_eq!(told["not_looked_for"], json!([]));
}

#[test]
fn a_page_counts_in_good_words_and_names_what_is_blank_and_what_was_passed_over() {
    let place = Place::new();
    let of = |at: usize, origin: &str| with(clean(at), "source", json!(origin));
    let origins = ["", "", "a", "b", "c", "d", "e", "f"];
    let rows = origins
        .iter()
        .enumerate()
        .map(|(at, origin)| of(at, origin));
    place.write("data/rows.jsonl", jsonl(&rows.collect::<Vec<_>>()));
    place.write("data/state.json", "{}");
    let page = audited(&place, &["data"]).stdout.replace("\n ", "");
    for told in ["(blank) 25.0%", "f 12.5%", "state.json"] {
        assert!(page.contains(told), "{told}\n{page}");
    }
    assert!(
        !page.contains("1 other") && !page.contains("origin:  "),
        "{page}"
    );
    place.write("one.jsonl", jsonl(&[clean(3)]));
    let page = audited(&place, &["one.jsonl"]).stdout.replace("\n ", "");
    assert!(
        page.contains("1 trajectory (1 without exact copies) of 1 problem ("),
        "{page}"
    );
}

#[test]
fn every_figure_of_a_page_is_shown_by_the_query_beside_it() {
    let place = Place::new();
    place.write("source.jsonl", jsonl(&source()));
    let mut rows = faulty().rows;
    rows.extend(source()[..7].iter().cloned());
    place.write("rows.jsonl", jsonl(&rows));
    let arguments = ["rows.jsonl", "--against", "source.jsonl"];
    let out = "my audit's";
    let page = audited(&place, &[&arguments[..], &["--out", out]].concat()).stdout;
    let told = audited(&place, &[&arguments[..], &["--json"]].concat());
    let kept = std::fs::read_to_string(place.path(out).join("__run__/audit.json"));
    assert_eq!(kept.expect("the findings"), told.stdout);
    let told = told.json();
    let shown = |words: &[String]| {
        let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
        words.push("--json");
        place.gradatim(&words).ends(0).json()
    };
    let count = |rows: &Value| rows.as_array().expect("rows").len() as u64;
    let all = told["trajectories"].as_u64().expect("a count");
    let mut asked = BTreeSet::new();
    for words in commands(&page) {
        let rows = shown(&words);
        let sql = &words[1];
        let kind = sql
            .split("kind = '")
            .nth(1)
            .and_then(|rest| rest.split('\'').next());
        let (name, expected) = match kind {
            Some("language") => ("language", None),
            Some(kind) => {
                let meetings = told["against"]["matches"].as_array().expect("matches");
                let meeting = kind.strip_prefix("against_");
                let meeting = meeting
                    .and_then(|word| meetings.iter().find(|one| text(one, "meeting") == word));
                let found = findings(&told);
                let of = meeting.unwrap_or_else(|| &found[kind]);
                assert_eq!(count(&rows), of["rows"].as_u64().expect("rows"), "{sql}");
                asked.insert(kind.to_owned());
                continue;
            }
            None if sql.contains("unspoiled") => {
                let unspoiled = &told["unspoiled"];
                let counts = json!([{
                    "unspoiled": unspoiled["rows"],
                    "of_no_benchmark": unspoiled["rows_of_no_benchmark"],
                }]);
                assert_eq!(rows, counts, "{sql}");
                ("unspoiled", Some(1))
            }
            None if sql.contains("tokens >") => ("lengths", Some(1)),
            None if sql.contains("recorded") => ("verdicts", None),
            None if sql.contains("leakage") => {
                assert_eq!(items_by_query(&rows), items_by_certificate(&told), "{sql}");
                ("leakage", Some(1))
            }
            None => (
                sql.split_whitespace()
                    .nth(1)
                    .expect("a column")
                    .trim_end_matches(','),
                None,
            ),
        };
        asked.insert(name.to_owned());
        match expected {
            Some(expected) => assert_eq!(count(&rows), expected, "{sql}"),
            // Groups of them all.
            None => {
                let rows = rows.as_array().expect("rows").iter();
                let sum: u64 = rows.filter_map(|row| row["count(*)"].as_u64()).sum();
                assert_eq!(sum, all, "{sql}");
            }
        }
    }
    let met = told["against"]["matches"]
        .as_array()
        .expect("matches")
        .iter();
    let met = met.map(|one| (format!("against_{}", text(one, "meeting")), &one["rows"]));
    let found = told["findings"].as_array().expect("findings").iter();
    let found = found.map(|one| (text(one, "kind").to_owned(), &one["rows"]));
    let some = met.chain(found).filter(|(_, rows)| **rows != json!(0));
    let mut expected: BTreeSet<String> = some.map(|(kind, _)| kind).collect();
    let figures = [
        "verdicts",
        "unspoiled",
        "lengths",
        "category",
        "style",
        "language",
        "leakage",
        "origin",
    ];
    expected.extend(figures.map(str::to_owned));
    assert_eq!(asked, expected);
    let checked = place.gradatim(&["check", out]).ends(0);
    assert!(checked.stdout.starts_with("sound"), "{}", checked.stdout);
    let of_row = ["why", "rows/rows.jsonl:62", "--in", out];
    let of_row = place.gradatim(&of_row).ends(0);
    assert!(
        of_row.stdout.contains("verdict          wrong"),
        "{}",
        of_row.stdout
    );
}

#[test]
fn an_audit_is_written_nowhere_that_is_taken_and_its_folder_is_the_same_for_any_threads() {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&faulty().rows));
    audited(&place, &["data", "--out", "one"]);
    audited(&place, &["data", "--out", "two", "--threads", "1"]);
    assert!(tree(&place.path("one")) == tree(&place.path("two")));
    for out in ["one", "data/out"] {
        place
            .gradatim(&["audit", "data", "--pool", "pool", "--out", out])
            .ends(2);
    }
    assert!(!place.path("data/out").exists());
}

#[test]
fn a_folder_of_several_layouts_is_audited_file_by_file_and_what_is_none_is_named() {
    let place = Place::new();
    let alpaca =
        |at: usize| json!({ "instruction": problem(at, at), "input": "", "output": reply(at, 9) });
    let sharegpt = |at: usize| {
        json!({ "conversations": [
            { "from": "human", "value": problem(at, at) }, { "from": "gpt", "value": reply(at, 8) }
        ] })
    };
    place.write(
        "data/a.json",
        json!((0..4).map(alpaca).collect::<Vec<_>>()).to_string(),
    );
    place.write(
        "data/b.json",
        json!((3..8).map(sharegpt).collect::<Vec<_>>()).to_string(),
    );
    place.write(
        "data/c.jsonl",
        jsonl(&[json!({ "text": "A page of the web, and no problem." })]),
    );
    let told = audited(&place, &["data", "--json"]).json();
    let sources = told["sources"].as_array().expect("sources").iter();
    let sources: Vec<(&str, &str, &Value)> = sources
        .map(|one| (text(one, "name"), text(one, "layout"), &one["entries"]))
        .collect();
    assert_eq!(
        sources,
        [("a", "alpaca", &json!(4)), ("b", "sharegpt", &json!(5))]
    );
    assert_eq!(
        (&told["trajectories"], &told["problems"]),
        (&json!(9), &json!(8))
    );
    let notes = told["notes"].as_array().expect("notes");
    assert!(
        notes
            .iter()
            .any(|note| note.to_string().contains("`c.jsonl`")),
        "{notes:?}"
    );
}

#[test]
fn gold_that_files_of_a_folder_name_differently_is_read_of_each() {
    let place = Place::new();
    let row = |at: usize, gold: &str| json!({ "question": problem(at, at), "response": reply(at, 9), gold: at.to_string() });
    let rows = |from: usize, gold: &str| -> Vec<Value> {
        (from..from + 6).map(|at| row(at, gold)).collect()
    };
    place.write("data/a.jsonl", jsonl(&rows(0, "answer")));
    place.write("data/b.jsonl", jsonl(&rows(6, "ground_truth")));
    let told = audited(&place, &["data", "--json"]).json();
    let answers: Vec<&Value> = told["sources"]
        .as_array()
        .expect("sources")
        .iter()
        .map(|one| &one["columns"]["answer"])
        .collect();
    assert_eq!(answers, [&json!("answer"), &json!("ground_truth")]);
    assert_eq!(findings(&told)["no_gold"]["rows"], json!(0), "{told}");
    // Files that name it alike stay one source, also where the first rows of one have none.
    let mut none = rows(12, "answer");
    none.iter_mut().for_each(|row| row["answer"] = Value::Null);
    place.write("alike/a.jsonl", jsonl(&rows(0, "answer")));
    place.write("alike/b.jsonl", jsonl(&none));
    let told = audited(&place, &["alike", "--json"]).json();
    assert_eq!(told["sources"].as_array().map(Vec::len), Some(1));
    assert_eq!(findings(&told)["no_gold"]["rows"], json!(6));
}

#[test]
fn prompts_in_a_template_are_audited_as_their_questions_and_gold_that_nothing_reads_is_named() {
    let place = Place::new();
    let row = |at: usize| {
        json!({
            "prompt": format!("<｜begin▁of▁sentence｜><｜User｜>{}<｜Assistant｜><think>\n", problem(at, at)),
            "completion": reply(at, 9).replacen("<think>\n", "", 1),
            "info": json!({ "ground_truth": at.to_string() }).to_string(),
        })
    };
    place.write("rows.jsonl", jsonl(&(0..6).map(row).collect::<Vec<_>>()));
    let told = audited(&place, &["rows.jsonl", "--json"]).json();
    let found = findings(&told);
    assert_eq!(found["template_read"]["rows"], json!(6), "{told}");
    assert!(!found.contains_key("control_tokens"), "{told}");
    let notes = told["notes"].to_string();
    assert!(notes.contains("`info.ground_truth`"), "{notes}");
}

#[test]
fn problems_without_responses_are_audited_for_what_they_have() {
    let place = Place::new();
    let asked = |at: usize| json!({ "question": problem(at, at), "answer": at.to_string() });
    let mut rows: Vec<Value> = (0..20).map(asked).collect();
    rows.push(asked(3));
    rows.push(with(asked(4), "answer", json!("900001")));
    rows.push(json!({ "question": respelled(&problem(5, 5)), "answer": "5" }));
    rows.push(json!({ "question": OF_A_BENCHMARK, "answer": "70" }));
    rows.push(with(asked(30), "answer", Value::Null));
    place.write("rows.jsonl", jsonl(&rows));
    let done = audited(&place, &["rows.jsonl", "--out", "out"]);
    let told = audited(&place, &["rows.jsonl", "--json"]).json();
    assert_eq!(
        (&told["trajectories"], &told["problems_alone"]),
        (&json!(25), &json!(25))
    );
    let rows = |kind: &str| findings(&told)[kind]["rows"].clone();
    let kinds = [
        "copy",
        "gold_disagrees",
        "near_duplicate",
        "contaminated",
        "no_gold",
    ];
    assert_eq!(
        kinds.map(rows),
        [2, 2, 1, 1, 1].map(|count: u64| json!(count))
    );
    // What only a response has is not looked for.
    assert!(
        !findings(&told).contains_key("wrong") && !findings(&told).contains_key("thinking_missing")
    );
    assert_eq!(told["lengths"]["problem"]["count"], told["problems"]);
    assert_eq!(told["lengths"]["reply"]["count"], json!(0));
    assert!(!done.stdout.contains("our verdict"), "{}", done.stdout);
    place.gradatim(&["check", "out"]).ends(0);
    // Nothing could be selected of them.
    place.write(
        "pipeline.toml",
        "[sources.rows]\nlayout = \"columns\"\npath = \"rows.jsonl\"\n[sources.rows.columns]\n\
         problem = \"question\"\n[verify]\naccept = \"none\"\n[[grid]]\nsize = [2]\n",
    );
    place
        .gradatim(&["plan", "pipeline.toml", "--pool", "pool"])
        .ends(2)
        .tells(&["names no `response`", "hint: write `response"]);
}

#[test]
fn licences_that_rows_state_are_counted() {
    let place = Place::new();
    let licensed = |at: usize| match at % 4 {
        3 => clean(at),
        other => with(
            clean(at),
            "licence",
            json!(["mit", "mit", "cc-by-4.0"][other]),
        ),
    };
    let rows: Vec<Value> = (0..40).map(licensed).collect();
    place.write("rows.jsonl", jsonl(&rows));
    let told = audited(&place, &["rows.jsonl", "--json"]).json();
    let mixes = told["mixes"].as_array().expect("mixes");
    let found = mixes.iter().find(|mix| text(mix, "variable") == "license");
    assert_eq!(
        found.expect("licences"),
        &json!({ "variable": "license", "unknown": 10, "levels": [
            { "name": "mit", "rows": 20, "share": 0.5 }, { "name": "cc-by-4.0", "rows": 10, "share": 0.25 }
        ] })
    );
}

#[test]
fn a_dataset_of_the_hub_is_audited_at_the_commit_and_config_that_are_asked_for() {
    let mock = MockHub::start();
    let card = "---\nlicense: mit\nconfigs:\n- config_name: small\n  data_files: small/*.jsonl\n- config_name: large\n  \
                data_files: large/*.parquet\n---\n# A set\n";
    let rows = |count: usize| -> Vec<Value> { (0..count).map(clean).collect() };
    let draft = mock.dataset("open/set").file("README.md", card);
    let draft = draft.file("small/rows.jsonl", jsonl(&rows(6)));
    let draft = draft.file("large/rows.parquet", parquet(&rows(9), 4));
    let first = draft.push("main");
    mock.dataset("open/set")
        .file("small/rows.jsonl", jsonl(&rows(8)))
        .push("main");
    let place = Place::new()
        .with("HF_ENDPOINT", mock.endpoint())
        .with("HF_HOME", "hf");
    let told = |address: &str, config: &str, out: &str| {
        audited(
            &place,
            &[address, "--config", config, "--out", out, "--json"],
        )
        .json()
    };
    let now = told("hub:open/set", "small", "now");
    assert_eq!(now["trajectories"], json!(8));
    assert_eq!(now["sources"][0]["license"], json!("mit"));
    let then = told(&format!("hub:open/set@{first}"), "small", "then");
    assert_eq!(then["trajectories"], json!(6));
    let large = told("hub:open/set", "large", "large");
    assert_eq!(large["trajectories"], json!(9));
    for out in ["now", "then", "large"] {
        place.gradatim(&["check", out]).ends(0);
    }
    let lock = std::fs::read_to_string(place.path("then/__run__/pipeline.lock.toml"));
    assert!(lock.expect("a lock").contains(&first));
}
