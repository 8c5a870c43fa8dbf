//! An audit of somebody else's dataset: what was planted is found, to the row, and nothing else; what is held against a
//! source is told by what it shares with it, and by what random draws of it are.

use std::collections::{BTreeMap, BTreeSet};

use gradatim::screen::contamination::selftest::CHANGES;
use serde_json::{Value, json};

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
    all.plant(&["thinking_unclosed", "no_answer"], |one, row| {
        saying(
            row,
            format!("<think>\nOkay, so {}", "step and step ".repeat(60 + one)),
        )
    });
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
    place
        .gradatim(&["audit", "none.jsonl", "--pool", "pool"])
        .ends(4)
        .tells(&["no column that looks like a problem"]);
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
