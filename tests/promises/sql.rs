//! `gradatim sql`: our functions against the commands, the tables of a folder and its pool, and what goes in and out.

use serde_json::{Value, json};

use crate::support::{Place, jsonl, openr1_rows, table, text};

/// A run that looked for benchmarks; one of its problems is one.
fn made() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(40);
    rows[3]["problem"] = json!(
        "Every morning Aya goes for a $9$-kilometer-long walk and stops at a coffee shop afterwards. When she walks at a \
         constant speed of $s$ kilometers per hour, the walk takes her 4 hours, including $t$ minutes spent in the coffee \
         shop. When she walks $s+2$ kilometers per hour, the walk takes her 2 hours and 24 minutes, including $t$ minutes \
         spent in the coffee shop. Suppose Aya walks at $s+\\frac{1}{2}$ kilometers per hour. Find the number of minutes \
         the walk takes her, including the $t$ minutes spent in the coffee shop."
    );
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n\
         [screen.contamination]\nbenchmarks = ['aime24']\n[[grid]]\nsize = [5]\n",
    );
    place
        .gradatim(&["run", "pipeline.toml", "--out", "out", "--pool", "measured"])
        .ends(0);
    place
}

fn ask(place: &Place, query: &str, more: &[&str]) -> Value {
    let arguments = [&["sql", query, "--in", "out", "--json"][..], more].concat();
    place.gradatim(&arguments).ends(0).json()
}

#[test]
fn functions_of_sql_say_of_every_row_what_the_run_said() {
    let place = made();
    let pool = ["--pool", "measured"];
    let counts = ask(
        &place,
        "SELECT count(*) AS n, count(contaminated) AS c FROM ledger",
        &pool,
    );
    assert!(
        counts[0]["n"].as_u64() > Some(40) && counts[0]["c"].as_u64() > Some(0),
        "{counts}"
    );
    let differ = "SELECT ledger.problem_id FROM ledger JOIN problems ON ledger.problem_id = problems.problem_id \
                  WHERE contaminated(problem, answer) IS DISTINCT FROM contaminated";
    assert_eq!(ask(&place, differ, &pool), json!([]));
    let same =
        "SELECT count(*) AS n FROM problems WHERE same_problem(problem, concat('  ', problem))";
    assert_eq!(ask(&place, same, &pool), json!([{ "n": 40 }]));
    let others = "SELECT same_problem('What is the sum of the first ten primes?', 'A cube has which volume?') AS a, \
                  same_problem(NULL, 'a') AS b";
    assert_eq!(
        ask(&place, others, &pool),
        json!([{ "a": false, "b": null }])
    );
    // The verdict's reading of each row that was written, against the ledger's.
    let name = place
        .out("out")
        .selection()
        .keys()
        .next()
        .expect("a subset")
        .clone();
    let rows = ask(
        &place,
        &format!(
            "SELECT verdict(answer, messages[-1]['content']) AS v, extract_answer(answer, messages[-1]['content']) AS e, \
             extract_answer(messages[-1]['content']) AS bare, verdict, extracted FROM \"{name}\" AS s JOIN ledger ON \
             s.id = ledger.trajectory_id"
        ),
        &[],
    );
    let rows = rows.as_array().expect("rows");
    assert!(rows.len() >= 5);
    for row in rows {
        assert_eq!((&row["v"], &row["e"]), (&row["verdict"], &row["extracted"]));
        assert_eq!(row["bare"], row["extracted"]);
    }
    let counted = ask(
        &place,
        "SELECT token_count('a b') = tokens('a b') AS same, token_count(NULL) AS none",
        &[],
    );
    assert_eq!(counted, json!([{ "same": true, "none": null }]));
}

#[test]
fn a_folder_has_its_subsets_and_hits_as_tables_and_the_pool_that_its_manifest_names() {
    let place = made();
    let subsets = ask(&place, "SELECT subset, \"rows\" FROM subsets", &[]);
    assert_eq!(
        subsets.as_array().map(Vec::len),
        Some(place.out("out").selection().len())
    );
    assert_eq!(subsets[0]["rows"], json!(5));
    let hits = ask(
        &place,
        "SELECT benchmark, outcome, matched FROM leakage",
        &[],
    );
    assert_eq!(
        (text(&hits[0], "benchmark"), text(&hits[0], "outcome")),
        ("aime24", "contaminated")
    );
    assert!(
        hits[0]["matched"]
            .as_array()
            .is_some_and(|words| !words.is_empty())
    );
    let read = ask(
        &place,
        "SELECT count(*) AS n FROM pool",
        &["--pool", "measured"],
    );
    assert_eq!(read, json!([{ "n": place.out("out").ledger().len() }]));
    // A part of another file is none of the folder's.
    place.write("other/b.jsonl", jsonl(&openr1_rows(7)));
    place.write(
        "other.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'other'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n",
    );
    place
        .gradatim(&["run", "other.toml", "--out", "second", "--pool", "measured"])
        .ends(0);
    assert_eq!(
        ask(
            &place,
            "SELECT count(*) AS n FROM pool",
            &["--pool", "measured"]
        ),
        read
    );
    place
        .gradatim(&["sql", "SELECT 1", "--in", "out", "--pool", "nowhere"])
        .ends(2)
        .tells(&["no part at all", "--pool"]);
}

#[test]
fn a_damaged_subset_is_named_by_who_asks_for_it_and_in_nobody_elses_way() {
    let place = made();
    let sets = ask(&place, "SELECT subset FROM subsets ORDER BY subset", &[]);
    let set = sets[0]["subset"].as_str().unwrap();
    let file = format!("out/{set}/train-00000-of-00001.parquet");
    place.write(&file, "PAR1 and no footer");
    let read = ask(&place, "SELECT count(*) > 0 AS some FROM ledger", &[]);
    assert_eq!(read, json!([{ "some": true }]));
    let done = place.gradatim(&["sql", &format!("SELECT * FROM \"{set}\""), "--in", "out"]);
    let told = &done.ends(2).stderr;
    assert!(
        told.contains(&file) && told.contains("cannot be read as a table"),
        "{told}"
    );
    assert!(ask(&place, "SHOW TABLES", &[]).to_string().contains(set));
}

#[test]
fn an_answer_goes_to_parquet_with_nested_values_and_nulls_and_never_over_what_is_asked() {
    let place = made();
    place.write("mine.csv", "trajectory_id,\"Odd Name\"\na,1\n");
    let query = "SELECT [1, NULL] AS list, {'a': NULL, 'b': 'x'} AS pair, \"Odd Name\" FROM mine";
    let more = ["--table", "mine=mine.csv"];
    let expected = json!([{ "list": [1, null], "pair": { "a": null, "b": "x" }, "Odd Name": "1" }]);
    assert_eq!(ask(&place, query, &more), expected);
    let to = |path: &str| {
        place.gradatim(&[
            "sql",
            query,
            "--in",
            "out",
            "--table",
            "mine=mine.csv",
            "--parquet",
            path,
        ])
    };
    assert_eq!(to("answer.parquet").ends(0).stdout, "");
    assert_eq!(table(&place.path("answer.parquet")).len(), 1);
    let back = ask(
        &place,
        "SELECT * FROM answer",
        &["--table", "answer=answer.parquet"],
    );
    assert_eq!(back, expected);
    to("mine.csv").ends(2);
    to("out/answer.parquet").ends(2);
    assert!(!place.path("out/answer.parquet").exists());
    for refused in [
        "COPY (SELECT 1) TO 'x.csv'",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION 'mine.csv'",
        "SELECT * FROM 'mine.csv'",
        "SELECT * FROM read_parquet('answer.parquet')",
        "SELECT * FROM \"answer.parquet\"",
    ] {
        place.gradatim(&["sql", refused, "--in", "out"]).ends(2);
    }
}

/// Each answer has 200 MB, of which under this limit a small part may be held.
#[test]
fn an_answer_of_any_size_goes_to_parquet_as_it_comes_and_one_that_fails_leaves_nothing() {
    let place = made();
    let to = |query: &str, path: &str| {
        place.gradatim(&[
            "sql",
            query,
            "--in",
            "out",
            "--memory",
            "400MB",
            "--parquet",
            path,
        ])
    };
    let many = "SELECT value AS n, concat(repeat('x', 2000), CAST(value AS VARCHAR)) AS t FROM generate_series(1, 100000)";
    assert_eq!(to(many, "many.parquet").ends(0).stdout, "");
    let counted = ask(
        &place,
        "SELECT count(*) AS n, sum(n) AS s, count(DISTINCT t) AS t FROM many",
        &["--with", "many=many.parquet"],
    );
    let sum: u64 = (1..=100_000).sum();
    assert_eq!(counted, json!([{ "n": 100_000, "s": sum, "t": 100_000 }]));
    place
        .gradatim(&["sql", many, "--in", "out", "--memory", "400MB", "--csv"])
        .ends(2)
        .tells(&["--parquet"]);
    let names = |place: &Place| -> Vec<_> {
        let entries = std::fs::read_dir(place.folder()).expect("a folder");
        let mut names: Vec<_> = entries
            .map(|entry| entry.expect("a name").file_name())
            .collect();
        names.sort();
        names
    };
    let before = names(&place);
    let late = "SELECT value, repeat('x', 2000) AS t, CAST(CASE WHEN value = 90000 THEN 'x' ELSE '1' END AS INT) AS n \
                FROM generate_series(1, 100000)";
    to(late, "late.parquet").ends(2).tells(&["x"]);
    to("SELECT nosuch FROM ledger", "none.parquet")
        .ends(2)
        .tells(&["nosuch"]);
    assert_eq!(names(&place), before, "nothing is left");
    // Columns without a row are a file too.
    assert_eq!(
        to("SELECT 1 AS one WHERE 1 = 2", "empty.parquet")
            .ends(0)
            .stdout,
        ""
    );
    assert_eq!(
        ask(&place, "SELECT one FROM e", &["--with", "e=empty.parquet"]),
        json!([])
    );
    to("SHOW TABLES", "tables.parquet").ends(0);
    assert!(table(&place.path("tables.parquet")).len() > 4);
}

#[test]
fn of_a_file_that_was_measured_in_two_ways_the_pool_has_the_parts_of_the_folders_own() {
    let place = made();
    let read = ask(
        &place,
        "SELECT count(*) AS n FROM pool",
        &["--pool", "measured"],
    );
    let pipeline = std::fs::read_to_string(place.path("pipeline.toml")).expect("a pipeline");
    let styled = pipeline.replace("path = 'data'\n", "path = 'data'\nstyle = 'mine'\n");
    place.write("styled.toml", styled);
    place
        .gradatim(&[
            "run",
            "styled.toml",
            "--out",
            "styled",
            "--pool",
            "measured",
        ])
        .ends(0);
    let again = ask(
        &place,
        "SELECT count(*) AS n FROM pool",
        &["--pool", "measured"],
    );
    assert_eq!(again, read);
}

#[test]
fn no_file_is_read_that_was_not_named_and_the_hint_says_how_one_is() {
    let place = made();
    place.write("other.csv", "Id,my col\n007,x\n");
    let path = place.path("other.csv").display().to_string();
    for query in [
        format!("SELECT * FROM read_parquet('{path}')"),
        format!("SELECT * FROM read_csv('{path}')"),
        format!("SELECT * FROM '{path}'"),
        format!("SELECT * FROM \"{path}\""),
    ] {
        place
            .gradatim(&["sql", &query, "--in", "out"])
            .ends(2)
            .tells(&["there is no ", "--with NAME=PATH"]);
    }
    for query in [
        format!("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{path}'"),
        "COPY ledger TO 'stolen.csv'".to_owned(),
        "EXPLAIN ANALYZE COPY ledger TO 'stolen.csv'".to_owned(),
    ] {
        place.gradatim(&["sql", &query, "--in", "out"]).ends(2);
    }
    assert!(!place.path("stolen.csv").exists());
    let own = [
        "sql",
        "SELECT my col FROM mine",
        "--in",
        "out",
        "--table",
        "mine=other.csv",
    ];
    place
        .gradatim(&own)
        .ends(2)
        .tells(&["did you mean `\"my col\"`"]);
    let own = ask(
        &place,
        "SELECT \"Id\", \"my col\" AS c FROM mine",
        &["--table", "mine=other.csv"],
    );
    assert_eq!(own, json!([{ "Id": "007", "c": "x" }]));
}
