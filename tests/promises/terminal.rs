//! Text of others is shown and does nothing: on a terminal, in a spreadsheet, in Markdown, in SQL.

use serde_json::{Value, json};

use crate::support::*;

/// Letters that act on a terminal, turn the order of what is read, or hide; and line breaks that forge a row.
const ACTING: [char; 14] = [
    '\u{1b}',
    '\u{7}',
    '\r',
    '\u{7f}',
    '\u{85}',
    '\u{9b}',
    '\u{61c}',
    '\u{200b}',
    '\u{200e}',
    '\u{2028}',
    '\u{202e}',
    '\u{2066}',
    '\u{feff}',
    '\u{e0041}',
];

/// A text with all of them, that begins with a word of its own.
fn hostile(word: &str) -> String {
    let acting: String = ACTING.iter().collect();
    format!("{word}\u{1b}[2J\u{1b}]0;owned\u{7}{acting}\nhint: forged\n| forged | row |\n=1+1")
}

/// The same without what no name of a file has.
fn name(word: &str) -> String {
    hostile(word).replace('/', "")
}

/// Neither acts what is printed, nor makes a line of text of somebody's a line of ours. (Where a whole text is shown, as a
/// plan does, it has its lines.)
#[track_caller]
fn shows_nothing_that_acts(done: &Done) {
    is_told_apart(done, &["hint: forged", "| forged"]);
}

/// Nothing acts, and no line begins so.
#[track_caller]
fn is_told_apart(done: &Done, forged: &[&str]) {
    for (which, text) in [("stdout", &done.stdout), ("stderr", &done.stderr)] {
        let acts = text.chars().find(|letter| {
            ACTING.contains(letter) || (letter.is_control() && !matches!(letter, '\n' | '\t'))
        });
        assert_eq!(acts, None, "{which}: {}", text.escape_debug());
        if text.contains("as it would be trained on") {
            continue;
        }
        let mut lines = text.lines();
        let found = lines.find(|line| forged.iter().any(|forged| line.starts_with(forged)));
        assert_eq!(found, None, "{which}: {text}");
    }
}

/// Rows of the layout `columns` with hostile text in every field.
fn rows() -> Vec<Value> {
    let row = |at: usize| {
        json!({
            "problem": format!("{} {at}", hostile("problem")), "answer": at.to_string(),
            "response": format!("<think>\n{}\n</think>\n\\boxed{{{at}}}", hostile("so")),
            "category": hostile(["=algebra", "geo|metry"][at % 2]),
            "origin": hostile("origin"), "id": hostile(&format!("id{at}")),
            hostile("column"): hostile("cell"),
        })
    };
    (0..24).map(row).collect()
}

const PIPELINE: &str = "\
title = \"# Title <img src=x> \\u001b[31m\\n---\\n[a](b)\"
[sources.\"s|`x`\\u001b\\n\"]
layout = 'columns'
path = 'data'
attribution = \"mit\\u009b\\n---\\n&a *b\"
[sources.\"s|`x`\\u001b\\n\".columns]
problem = 'problem'
response = 'response'
answer = 'answer'
category = 'category'
origin = 'origin'
id = 'id'
[verify]
accept = 'ours'
[measure]
tokenizer = 'bytes.json'
[[grid]]
size = [4, 200]
[grid.control]
random = 1
";

/// A licence of anybody's words, as a dataset's card may have it.
const CARD: &str = "---\nlicense: other\nlicense_name: \"mit\\u009b\\n---\\n&a *b\"\n---\n";

fn place() -> Place {
    let place = Place::new();
    place.write(&format!("data/{}.jsonl", name("rows")), jsonl(&rows()));
    place.write("data/README.md", CARD);
    place.write("pipeline.toml", PIPELINE);
    place
}

/// A run that selects nothing, of a few rows.
fn audit() -> Place {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&openr1_rows(9)));
    place.write("more/rows.jsonl", jsonl(&openr1_rows(9)));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n",
    );
    place.run("out", &[]).ends(0);
    place
}

#[test]
fn no_command_prints_what_acts_on_a_terminal_or_forges_a_line() {
    let place = place();
    let all = |arguments: &[&str], code: i32| {
        let done = place.gradatim(arguments).ends(code);
        shows_nothing_that_acts(&done);
        done
    };
    all(
        &[
            "run",
            "pipeline.toml",
            "--out",
            "out",
            "--pool",
            "pool",
            "--on-shortfall",
            "short",
        ],
        0,
    );
    all(
        &["run", "pipeline.toml", "--out", "no", "--pool", "pool"],
        5,
    );
    all(&["plan", "pipeline.toml", "--pool", "pool"], 5);
    all(&["plan", "pipeline.toml", "--pool", "pool", "--json"], 5);
    let file = format!("data/{}.jsonl", name("rows"));
    for given in ["data", &file] {
        all(&["inspect", given], 0);
        all(&["inspect", given, "--json"], 0);
        let pipeline = all(&["init", given], 0).stdout;
        assert!(pipeline.parse::<toml::Table>().is_ok(), "{pipeline}");
    }
    all(&["pool", "--pool", "pool"], 0);
    all(&["pool", "check", "--pool", "pool"], 0);
    all(&["pool", "--pool", "pool", "--json"], 0);
    all(&["balance", "out"], 0);
    all(&["balance", "out", "--json"], 0);
    all(&["check", "out"], 0);
    let story = all(&["why", &hostile("id3"), "--in", "out"], 0);
    assert!(story.stdout.contains("\\u{1b}[2J"), "{}", story.stdout);
    all(&["why", &hostile("nobody"), "--in", "out"], 1);
    all(&["why", &hostile("id3"), "--in", "out", "--json"], 0);
    let query = format!(
        "SELECT problem, category AS \"{0}\" FROM ledger JOIN (SELECT 1) ON true",
        hostile("as").replace('"', "")
    );
    let query = query.replace("problem, ", "source, file, origin, ");
    all(&["sql", &query, "--in", "out"], 0);
    let json = all(
        &[
            "sql",
            "SELECT source_id FROM ledger",
            "--in",
            "out",
            "--json",
        ],
        0,
    )
    .json();
    let ids: Vec<&str> = json
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| text(row, "source_id"))
        .collect();
    assert!(ids.contains(&hostile("id3").as_str()), "{json}");
    all(
        &[
            "sql",
            &format!("SELECT \"{}\" FROM ledger", name("none")),
            "--in",
            "out",
        ],
        2,
    );
    all(
        &[
            "sql",
            &format!("SELECT 1 FROM '{}'", name("none")),
            "--in",
            "out",
        ],
        2,
    );
    all(&["sql", "SELECT a b c \u{1b}[2J", "--in", "out"], 2);
    // Arguments that name what is not there, or nothing at all.
    for words in [
        &["inspect", &name("gone")][..],
        &["run", &name("gone"), "--out", "x"],
        &["check", &name("gone")],
        &["verify", &name("gone")],
        &["sql", "SELECT 1", "--with", &name("gone=")],
        &["pipeline", &name("gone")],
        &["inspect", "data", &format!("--{}", name("gone"))],
    ] {
        is_told_apart(&place.gradatim(words), &["hint: forged"]);
    }
}

#[test]
fn a_message_about_a_pipeline_marks_the_place_though_letters_before_it_are_shown_as_escapes() {
    let place = Place::new();
    place.write("bad.toml", "title = \"\u{202e}\u{200b}\" = 1\n");
    let done = place.gradatim(&["plan", "bad.toml"]).ends(2);
    shows_nothing_that_acts(&done);
    let lines: Vec<&str> = done.stderr.lines().collect();
    let mark = lines
        .iter()
        .position(|line| line.contains('^'))
        .expect("a mark");
    let at = lines[mark]
        .chars()
        .position(|letter| letter == '^')
        .expect("a mark");
    let marked = lines[mark - 1].chars().nth(at);
    assert_eq!(marked, Some('='), "{}", done.stderr);
}

#[test]
fn rows_that_verify_prints_keep_their_values_and_hold_nothing_that_acts() {
    let place = Place::new();
    let row =
        json!({ "gold": hostile("1"), "response": hostile("2"), hostile("key"): [hostile("3")] });
    let raw = |letter: char| !letter.is_control();
    let line = row.to_string();
    assert!(line.contains('\u{202e}') && line.chars().filter(|letter| !raw(*letter)).count() > 0);
    place.write("rows.jsonl", format!("{line}\n"));
    let done = place.gradatim(&["verify", "rows.jsonl"]).ends(0);
    shows_nothing_that_acts(&done);
    let judged = done.json();
    for (key, value) in row.as_object().expect("an object") {
        assert_eq!(&judged[key], value);
    }
    let pair = [
        "verify",
        "--gold",
        &hostile("1"),
        "--response",
        &hostile("\\boxed{2"),
        "--explain",
    ];
    shows_nothing_that_acts(&place.gradatim(&pair).ends(0));
    place.write("bad.jsonl", format!("{}\n", hostile("no json")));
    shows_nothing_that_acts(&place.gradatim(&["verify", "bad.jsonl"]).ends(1));
}

#[test]
fn what_a_run_writes_for_others_runs_nothing_and_links_nowhere() {
    let place = place();
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let read = |name: &str| std::fs::read_to_string(place.path("out").join(name)).expect("a text");
    let card = read("README.md");
    let (front, body) = card
        .strip_prefix("---\n")
        .and_then(|card| card.split_once("\n---\n"))
        .expect("front matter");
    assert!(
        front
            .lines()
            .any(|line| line.starts_with("license_name: \"mit\\u009b\\n---\\n&a *b\"")),
        "{front}"
    );
    assert!(front.contains("size_categories"), "{front}");
    for wrong in [
        "<img",
        "\n[a](b)",
        "\u{1b}",
        "\u{9b}",
        "\u{202e}",
        "forged |\n",
    ] {
        assert!(!body.contains(wrong), "{wrong:?} in {body}");
    }
    let tables = body.lines().filter(|line| line.starts_with("| "));
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for (line, next) in tables.clone().zip(tables.skip(1)) {
        assert!(cells(line) > 2 && cells(next) > 2, "{line}");
    }
    for name in ["subsets.csv", "runs.csv"] {
        let text = read(&format!("__run__/{name}"));
        assert!(!text.contains(",=") && !text.contains("\n="), "{text}");
        assert!(!text.contains("\"="), "{text}");
    }
    let _: Value = read_json(&place.path("out/dataset_info.json"));
    let tex = read("__run__/subsets.tex");
    assert!(!tex.contains("\u{1b}"), "{tex}");
}

#[test]
fn cells_of_csv_that_a_spreadsheet_would_run_are_guarded_and_numbers_are_not() {
    let place = audit();
    let explained = place
        .gradatim(&["sql", "EXPLAIN SELECT 1", "--in", "out"])
        .ends(0);
    assert!(!explained.stdout.contains("\\n"), "{}", explained.stdout);
    let csv = |query: &str| {
        place
            .gradatim(&["sql", query, "--in", "out", "--csv"])
            .ends(0)
            .stdout
    };
    assert_eq!(
        csv(
            "SELECT '=1+1' AS \"@a\", -5 AS b, '-5' AS c, '+x' AS d, ' =1' AS e, '＝1' AS f, '\u{1b}' AS g"
        ),
        "'@a,b,c,d,e,f,g\n'=1+1,-5,-5,'+x,' =1,'＝1,\u{1b}\n"
    );
}

#[test]
fn sql_reads_what_it_was_given_and_nothing_else() {
    let place = audit();
    place.write("other.csv", "a\n1\n");
    let before = tree(place.folder());
    let other = place.path("other.csv").to_string_lossy().into_owned();
    for query in [
        "COPY ledger TO 'copy.csv'".to_owned(),
        "COPY (SELECT 1) TO 'copy' STORED AS PARQUET".into(),
        format!("CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '{other}'"),
        "CREATE TABLE t AS SELECT 1".into(),
        "CREATE VIEW t AS SELECT 1".into(),
        "INSERT INTO ledger SELECT * FROM ledger".into(),
        "DROP TABLE ledger".into(),
        "SET datafusion.catalog.information_schema = false".into(),
        "EXPLAIN ANALYZE COPY ledger TO 'copy.csv'".into(),
        "PREPARE a AS SELECT 1".into(),
        "BEGIN".into(),
        "WITH a AS (SELECT 1) INSERT INTO ledger SELECT * FROM a".into(),
        "SELECT * INTO t FROM ledger".into(),
        format!("SELECT * FROM '{other}'"),
        "SELECT * FROM 'file:///etc/passwd'".into(),
        "SELECT * FROM 'https://example.org/a.csv'".into(),
        format!("SELECT * FROM read_csv('{other}')"),
        format!("SELECT * FROM read_parquet('{other}')"),
    ] {
        let done = place.gradatim(&["sql", &query, "--in", "out"]).ends(2);
        assert!(done.stdout.is_empty(), "{query}: {}", done.stdout);
    }
    assert_eq!(tree(place.folder()), before);
    for (query, word) in [
        ("DROP TABLE ledger", "`DROP` does something else"),
        (
            "EXPLAIN COPY ledger TO 'a.csv'",
            "`COPY` does something else",
        ),
    ] {
        place
            .gradatim(&["sql", query, "--in", "out"])
            .ends(2)
            .tells(&[word, "hint: ask by `SELECT`"]);
    }
}

#[test]
fn a_query_that_nests_or_chains_without_end_is_refused_and_a_long_one_is_answered() {
    let place = audit();
    let ask = |query: &str| place.gradatim(&["sql", query, "--in", "out", "--json"]);
    let many = |text: &str, count: usize| text.repeat(count);
    // An argument of a program has at most 128 KiB.
    for query in [
        format!("SELECT {}1{}", many("(", 60_000), many(")", 60_000)),
        format!("SELECT {}true", many("NOT ", 30_000)),
        format!("SELECT {}true", many("NOT ", 300)),
        format!("SELECT {}1", many("- ", 60_000)),
        format!("SELECT {}1", many("- ", 300)),
        format!(
            "SELECT {}1{}",
            many("CASE WHEN true THEN ", 3_000),
            many(" END", 3_000)
        ),
        format!(
            "SELECT {}1{}",
            many("CASE WHEN true THEN ", 100),
            many(" END", 100)
        ),
        format!("SELECT 1{}", many(" UNION SELECT 1", 7_000)),
        format!("SELECT 1 FROM ledger{}", many(", ledger", 10_000)),
        format!("SELECT [1]{}", many("[1]", 30_000)),
        format!("SELECT 1{}", many("+1", 60_000)),
        format!("SELECT * FROM {}ledger{}", many("(", 60), many(")", 60)),
        format!(
            "SELECT * FROM {}ledger{}",
            many("(SELECT * FROM ", 60),
            many(")", 60)
        ),
        format!(
            "SELECT CAST(1 AS {}INT{})",
            many("ARRAY<", 3_000),
            many(">", 3_000)
        ),
        format!("SELECT {}1{}", many("abs(", 60), many(")", 60)),
        format!("SELECT {}1", many("[", 60_000)),
        format!("{}SELECT 1", many("EXPLAIN ", 15_000)),
    ] {
        let done = ask(&query).ends(2);
        assert!(
            done.stderr.contains("hint:"),
            "{}: {}",
            &query[..40],
            done.stderr
        );
        assert!(done.stderr.len() < 10_000);
    }
    let ands = format!(
        "SELECT count(*) AS n FROM ledger WHERE tokens > 0{}",
        many(" AND tokens > 0", 200)
    );
    assert_eq!(ask(&ands).ends(0).json().as_array().map(Vec::len), Some(1));
    let sums = format!("SELECT 1{} AS n", many("+1", 450));
    assert_eq!(ask(&sums).ends(0).json(), json!([{ "n": 451 }]));
    let listed = format!("SELECT 7 IN (1{}) AS n", many(", 2", 30_000));
    assert_eq!(ask(&listed).ends(0).json(), json!([{ "n": false }]));
    let excepts = format!("SELECT 1 AS n{}", many(" EXCEPT SELECT 2", 200));
    assert_eq!(ask(&excepts).ends(0).json(), json!([{ "n": 1 }]));
    let unions = format!("SELECT 1 AS n{}", many(" UNION ALL SELECT 1", 100));
    assert_eq!(
        ask(&unions).ends(0).json().as_array().map(Vec::len),
        Some(101)
    );
}

#[test]
fn inspect_of_what_cannot_be_read_shows_the_rest_and_ends_with_4() {
    let place = Place::new();
    let rows = openr1_rows(9);
    let whole = parquet(&rows, 4);
    place.write("d/a.parquet", &whole);
    place.write("d/b.parquet", &whole[..whole.len() / 2]);
    let done = place
        .gradatim(&["inspect", "d"])
        .ends(4)
        .tells(&["1 file cannot be read", "b.parquet"]);
    assert!(
        done.stdout.starts_with("layout: openr1\n"),
        "{}",
        done.stdout
    );
    place.write("d/c.parquet", "no");
    let done = place
        .gradatim(&["inspect", "d", "--json"])
        .ends(4)
        .tells(&["b.parquet", "c.parquet"]);
    assert_eq!(done.json()["files"].as_array().map(Vec::len), Some(3));
    // A page that is none any more, under a footer that is whole.
    let mut damaged = whole.clone();
    damaged[4..whole.len() / 3].fill(0xff);
    place.write("e.parquet", damaged);
    let done = place.gradatim(&["inspect", "e.parquet"]).ends(4);
    assert!(done.stdout.contains("e.parquet"), "{}", done.stdout);
    let mut cut = gzip(&jsonl(&rows));
    cut.truncate(cut.len() / 2);
    place.write("f.jsonl.gz", cut);
    place.gradatim(&["inspect", "f.jsonl.gz"]).ends(4);
    place.write("g.jsonl", "\u{1}{no json\nnor this}\n");
    place
        .gradatim(&["inspect", "g.jsonl"])
        .ends(4)
        .tells(&["no row that can be read"]);
    place.write("h.jsonl", "{\"a\": 1}\nnor this}\n");
    place.gradatim(&["inspect", "h.jsonl"]).ends(0);
}

#[test]
fn verify_never_writes_over_what_it_reads() {
    let place = Place::new();
    let rows: String = (0..9)
        .map(|at| format!("{{\"gold\": \"{at}\", \"response\": \"{at}\", \"ok\": true}}\n"))
        .collect();
    place.write("rows.jsonl", &rows);
    place.write("third.partial", &rows);
    std::fs::hard_link(place.path("rows.jsonl"), place.path("linked.jsonl")).expect("a link");
    let verify = |more: &[&str]| place.gradatim(&[&["verify", "rows.jsonl"], more].concat());
    let against = ["--against", "ok", "--disagreements"];
    let told = ["would write over what is read", "hint: name another file"];
    verify(&["--out", "rows.jsonl"]).ends(2).tells(&told);
    verify(&["--out", "./rows.jsonl"]).ends(2).tells(&told);
    verify(&["--out", "linked.jsonl"]).ends(2).tells(&told);
    verify(&[&against[..], &["rows.jsonl"]].concat())
        .ends(2)
        .tells(&told);
    verify(&[&against[..], &["same", "--out", "same"]].concat())
        .ends(2)
        .tells(&["both name"]);
    place
        .gradatim(&["verify", "third.partial", "--out", "third"])
        .ends(2)
        .tells(&told);
    for name in ["rows.jsonl", "linked.jsonl", "third.partial"] {
        assert_eq!(
            std::fs::read_to_string(place.path(name)).expect("a file"),
            rows
        );
    }
    assert!(!place.path("same").exists() && !place.path("rows.jsonl.partial").exists());
}

#[test]
fn a_run_writes_neither_over_its_pipeline_nor_a_pool_among_what_it_reads() {
    let place = audit();
    let told = ["lies inside of", "hint: name a folder outside"];
    place
        .run("other", &["--pool", "data/pool"])
        .ends(2)
        .tells(&told);
    place
        .run("other", &["--pool", "more/pool", "--source", "all=more"])
        .ends(2)
        .tells(&told);
    place
        .run("other", &["--pool", "other/pool"])
        .ends(2)
        .tells(&["would lie in", "side by side"]);
    place
        .run("other", &["--timings", "pipeline.toml"])
        .ends(2)
        .tells(&["would write over what is read"]);
    // Beside a file that is read is not inside of a folder that is.
    place
        .run(
            "other",
            &["--pool", "data/pool", "--source", "all=data/rows.jsonl"],
        )
        .ends(0);
}

#[test]
fn damaged_parquet_beside_a_query_or_judged_is_told_and_nothing_panics() {
    let place = audit();
    let rows: Vec<Value> = (0..40)
        .map(|at| json!({ "gold": at.to_string(), "response": "1" }))
        .collect();
    let whole = parquet(&rows, 10);
    for at in (4..whole.len()).step_by(whole.len() / 60) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        place.write("damaged.parquet", damaged);
        for words in [
            &[
                "sql",
                "SELECT * FROM d",
                "--in",
                "out",
                "--with",
                "d=damaged.parquet",
            ][..],
            &["verify", "damaged.parquet"],
        ] {
            let done = place.gradatim(words);
            assert!(!done.stderr.contains("panicked"), "{at}: {}", done.stderr);
            assert!(
                [0, 1, 2, 4].contains(&done.code.unwrap_or(-1)),
                "{at}: {:?}",
                done.code
            );
        }
    }
}
