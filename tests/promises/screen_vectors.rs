//! Vectors of the user's beside texts, in whole runs that screen for benchmarks.

use std::collections::BTreeMap;

use gradatim::ids::problem_id;
use serde_json::{Value, json};

use crate::check::{edit_json, seal_again, sum_again};
use crate::recipes::npy;
use crate::support::*;

const ITEMS: [(&str, &str, &str); 3] = [
    (
        "baker",
        "A baker sells $12$ loaves every hour and twice as many rolls. How many pieces does she sell in $5$ hours?",
        "180",
    ),
    (
        "riders",
        "Two cyclists start from towns that lie $84$ miles apart and ride towards each other at $12$ and $16$ miles an \
         hour. When do they meet?",
        "3",
    ),
    (
        "jar",
        "A jar holds red, green and blue marbles in the ratio $2 : 3 : 7$; there are $30$ green ones. How many in all?",
        "120",
    ),
];

/// A translation with the item's answer.
const TRANSLATED: &str = "Eine Frau verkauft stündlich $12$ Brote und doppelt so viele Brötchen; wie viele Stücke sind es in $5$ Stunden?";
/// A translation without it.
const RETOLD: &str = "Zwischen zwei Dörfern sind es $84$ Meilen. Von jedem fährt ein Rad dem anderen entgegen, eines mit \
                      $12$, eines mit $16$ Meilen in der Stunde. Wie lange dauert es?";
/// About the same as an item, with figures of its own.
const ALIKE: &str = "In einer Bäckerei gehen stündlich $31$ Kuchen über den Tisch und halb so viele Torten. Wie viele in $8$ Stunden?";
/// About nothing of the kind.
const OTHER: &str =
    "How many integers from $1$ to $1,000$ are divisible by $6$ but by neither $4$ nor $9$?";

/// Each problem with its answer and its vector: the first three stand for the items, all are of length 2.
fn problems() -> [(&'static str, &'static str, Option<[f32; 4]>); 5] {
    [
        (TRANSLATED, "180", Some([1.8, 0.0, 0.0, 0.871_78])),
        (RETOLD, "7", Some([0.0, 1.8, 0.0, 0.871_78])),
        (ALIKE, "9", Some([1.8, 0.0, 0.871_78, 0.0])),
        (OTHER, "5", Some([0.0, 0.0, 0.0, 2.0])),
        // Nobody embedded it.
        (ITEMS[2].1, "120", None),
    ]
}

fn items() -> Vec<Vec<f32>> {
    let unit = |at: usize| (0..4).map(|dim| f32::from(dim == at)).collect();
    (0..3).map(unit).collect()
}

const VECTORS: &str =
    "vectors = { problems = 'vectors/problems.parquet', items = { bench = 'vectors/items.npy' } }";

/// A run's files; `more` stands in `[screen.contamination]`.
fn place(more: &str) -> Place {
    let place = Place::new();
    let row = |(problem, answer, _): &(&str, &str, _)| {
        openr1_row(problem, answer, "Algebra", &[reply(*answer, 9)])
    };
    let rows: Vec<Value> = problems().iter().map(row).collect();
    place.write("rows.jsonl", jsonl(&rows));
    let item = |(id, problem, answer): &(&str, &str, &str)| json!({ "id": id, "problem": problem, "answer": answer });
    let bench: Vec<Value> = ITEMS.iter().map(item).collect();
    place.write("bench.jsonl", jsonl(&bench));
    place.write("vectors/problems.parquet", parquet(&embedded(), 2));
    place.write("vectors/items.npy", npy(&items()));
    pipeline(&place, more);
    place
}

fn pipeline(place: &Place, more: &str) {
    place.write(
        "pipeline.toml",
        format!(
            "[sources.all]\nlayout = 'openr1'\npath = 'rows.jsonl'\n[measure]\ntokenizer = 'bytes.json'\n\
             [screen.contamination]\nbenchmarks = ['bench.jsonl']\n{more}\n"
        ),
    );
}

/// The rows of the file of vectors, from behind, with one that no source has.
fn embedded() -> Vec<Value> {
    let row = |(problem, _, vector): &(&str, &str, Option<[f32; 4]>)| {
        vector.map(|vector| json!({ "problem": problem, "vector": vector }))
    };
    let mut rows: Vec<Value> = problems().iter().filter_map(row).collect();
    rows.push(json!({ "problem": "in no source", "vector": [1.0, 0.0, 0.0, 0.0] }));
    rows.reverse();
    rows
}

/// By problem the ledger's reason, contaminated and suspect.
fn told(out: &Out) -> BTreeMap<String, [Value; 3]> {
    let rows = out.ledger().into_iter();
    rows.map(|row| {
        let id = text(&row, "problem_id").to_owned();
        (
            id,
            ["reason", "contaminated", "suspect"].map(|column| row[column].clone()),
        )
    })
    .collect()
}

fn of(told: &BTreeMap<String, [Value; 3]>, problem: &str) -> [Value; 3] {
    told[&problem_id(problem).to_string()].clone()
}

const NOTHING: [Value; 3] = [Value::Null, Value::Null, Value::Null];

#[test]
fn vectors_lead_to_translations_and_their_figures_and_answers_decide() {
    let place = place("");
    place.run("texts", &[]).ends(0);
    let by_texts = told(&place.out("texts"));
    for problem in [TRANSLATED, RETOLD, ALIKE, OTHER] {
        assert_eq!(of(&by_texts, problem), NOTHING, "{problem}");
    }
    pipeline(&place, VECTORS);
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let found = told(&out);
    assert_eq!(
        of(&found, TRANSLATED),
        [
            json!("contaminated"),
            json!("bench/baker (near, cosine 0.90)"),
            Value::Null
        ]
    );
    assert_eq!(
        of(&found, RETOLD),
        [
            Value::Null,
            Value::Null,
            json!("bench/riders (reworded, cosine 0.90)")
        ]
    );
    assert_eq!(of(&found, ALIKE), NOTHING, "alike is not the same");
    assert_eq!(of(&found, OTHER), NOTHING);
    // Without a vector as before.
    assert_eq!(of(&found, ITEMS[2].1), of(&by_texts, ITEMS[2].1));
    assert_eq!(of(&found, ITEMS[2].1)[1], "bench/jar (exact)");

    let leakage = read_json(&out.run("leakage.json"));
    let vectors = &leakage["vectors"];
    assert_eq!(vectors["benchmarks"], json!(["bench"]));
    for (key, count) in [
        ("problems_with", 4),
        ("problems_without", 1),
        ("pairs", 3),
        ("hits", 2),
    ] {
        assert_eq!(vectors[key], json!(count), "{key}");
    }
    let hits = leakage["hits"].as_array().expect("a list");
    let hit = hits
        .iter()
        .find(|hit| hit["item"] == "riders")
        .expect("a hit");
    assert_eq!(hit["by_vectors"], true);
    assert_eq!(hit["problem"], RETOLD);
    assert_eq!(hit["item_text"], ITEMS[1].1);
    let cosine = hit["evidence"]["vectors"]["cosine"]
        .as_f64()
        .expect("a number");
    assert!((cosine - 0.9).abs() < 1e-5, "{cosine}");
    let exact = hits.iter().find(|hit| hit["item"] == "jar").expect("a hit");
    assert_eq!(
        (&exact["by_vectors"], &exact["evidence"]["vectors"]),
        (&json!(false), &Value::Null)
    );
    assert!(read_json(&place.out("texts").run("leakage.json"))["vectors"].is_null());
    let card = std::fs::read_to_string(out.0.join("README.md")).expect("a card");
    assert!(card.contains("1 problems have no vector"), "{card}");
    let lookup = &out.manifest()["lookups"][0];
    assert_eq!(
        (&lookup["role"], &lookup["name"]),
        (&json!("vectors"), &json!("bench"))
    );
    assert_eq!(lookup["files"][1]["file"], "items.npy");
}

#[test]
fn a_cosine_alone_makes_a_problem_suspect_where_the_pipeline_says_so() {
    let table = VECTORS.replace(" } }", " }, suspect_cosine_min = 0.85 }");
    let place = place(&table);
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let suspect = json!("bench/baker (similar, cosine 0.90)");
    assert_eq!(
        of(&told(&place.out("out")), ALIKE),
        [Value::Null, Value::Null, suspect.clone()]
    );
    let found = read_json(&place.out("out").run("leakage.json"))["benchmarks"][0]["found"].clone();
    assert_eq!(
        (&found["near"], &found["similar"]),
        (&json!(1), &json!(0)),
        "the worst of each item"
    );
    pipeline(&place, &format!("drop = 'suspect'\n{table}"));
    place.run("dropped", &[]).ends(0);
    let dropped = told(&place.out("dropped"));
    assert_eq!(
        of(&dropped, ALIKE),
        [json!("contaminated"), Value::Null, suspect]
    );
    assert_eq!(of(&dropped, OTHER), NOTHING);
}

#[test]
fn threads_batches_and_the_form_of_the_file_change_no_byte_of_what_vectors_find() {
    let place = place(VECTORS);
    place.run("one", &["--threads", "1"]).ends(0);
    place
        .run("two", &["--threads", "2", "--batch-size", "2"])
        .ends(0);
    assert_eq!(tree(&place.path("one")), tree(&place.path("two")));
    // By place, where each row has one, and one of no cosine stands for what nobody embedded.
    let far = [0.0, 0.0, 0.0, 1.0];
    let rows = problems().map(|(_, _, vector)| vector.unwrap_or(far).to_vec());
    place.write("vectors/problems.npy", npy(&rows));
    pipeline(&place, &VECTORS.replace("problems.parquet", "problems.npy"));
    place.run("by_place", &[]).ends(0);
    assert_eq!(told(&place.out("one")), told(&place.out("by_place")));
    place.write("vectors/problems.npy", npy(&rows[..4]));
    place.run("short", &[]).ends(4).tells(&["has 4 rows", "5"]);
}

#[test]
fn vectors_that_no_screen_can_use_are_refused_where_they_are_named() {
    let place = place(VECTORS);
    let refused = |words: &[&str]| {
        place
            .run("out", &[])
            .ends(2)
            .tells(words)
            .tells(&["hint:", "vectors"]);
        assert!(!place.path("out").exists() && !place.path("pool").exists());
    };
    let key = |name: &str| format!("`screen.contamination.vectors.{name}`");
    for (from, to, name, said) in [
        ("bench =", "bensh =", "items.bensh", "no benchmark"),
        ("{ bench = 'vectors/items.npy' }", "{}", "items", "is empty"),
        ("items.npy", "none.npy", "items.bench", "names no file"),
        (
            "problems.parquet",
            "none.parquet",
            "problems",
            "names no file",
        ),
        (" } }", " }, nearest = 0 }", "nearest", "1 to 64"),
        (" } }", " }, cosine_min = 1.5 }", "cosine_min", "no cosine"),
        (
            " } }",
            " }, suspect_cosine_min = nan }",
            "suspect_cosine_min",
            "no cosine",
        ),
        (
            " } }",
            " }, cosine_min = 0.9, suspect_cosine_min = 0.8 }",
            "suspect_cosine_min",
            "is less",
        ),
    ] {
        pipeline(&place, &VECTORS.replace(from, to));
        refused(&[&key(name), said]);
    }
    pipeline(&place, VECTORS);
    for (row, said) in [
        (vec![1.0, 0.0, 0.0], "numbers beside vectors of 4"),
        (vec![0.0; 4], "only zeros"),
    ] {
        let mut rows = embedded();
        rows[2]["vector"] = json!(row);
        place.write("vectors/problems.parquet", parquet(&rows, 2));
        refused(&[&key("problems"), "problems.parquet", said, "row 2"]);
    }
    place.write("vectors/problems.parquet", parquet(&embedded(), 2));
    let mut rows = items();
    rows[1][2] = f32::NAN;
    place.write("vectors/items.npy", npy(&rows));
    refused(&[&key("items.bench"), "row 1", "no finite number"]);
    place.write("vectors/items.npy", npy(&items()[..2]));
    refused(&[&key("items.bench"), "has 2 vectors", "3 items"]);
}

#[test]
fn a_run_with_vectors_is_run_again_from_its_lock_file_and_held_to_its_files() {
    let place = place(VECTORS);
    place.run("out", &[]).ends(0);
    let again = |out: &str| {
        let lock = "out/__run__/pipeline.lock.toml";
        place.gradatim(&["run", lock, "--base", ".", "--out", out, "--pool", "pool"])
    };
    again("again").ends(0);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
    let mut rows = items();
    rows[0][1] = 0.5;
    place.write("vectors/items.npy", npy(&rows));
    again("third").ends(2).tells(&["`items.npy` is"]);
    for (pointer, value) in [
        ("/vectors/problems_without", json!(0)),
        ("/vectors/hits", json!(3)),
        ("/vectors/nearest", json!(9)),
        ("/hits/JAR/by_vectors", json!(true)),
    ] {
        let folder = place.path("edited");
        copy(&place.path("out"), &folder);
        edit_json(&folder.join("__run__/leakage.json"), |leakage| {
            let mut hits = leakage["hits"].as_array().expect("a list").iter();
            let jar = hits.position(|hit| hit["item"] == "jar").expect("a hit");
            let pointer = pointer.replace("JAR", &jar.to_string());
            *leakage.pointer_mut(&pointer).expect("a value") = value.clone();
        });
        seal_again(&folder);
        sum_again(&folder);
        place.gradatim(&["check", "edited"]).ends(1);
        std::fs::remove_dir_all(&folder).expect("the folder");
    }
}
