//! `check` against somebody who edits a folder, and hides it: by rewriting the sums, and by rewriting the manifest's
//! hashes too. Each kind of edit is found, or stands here with the reason why files alone cannot tell it.

use std::path::Path;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::support::*;

const BENCHMARK: &str = "A jar holds seven red and nine blue marbles, and two are drawn at random without replacement. \
                         With which probability are they of one colour?";

/// A problem of words that no other has.
fn problem(at: usize) -> String {
    let mut dice = Dice(at as u64);
    let letter = |dice: &mut Dice| char::from(b'a' + dice.below(26) as u8);
    let words: Vec<String> = (0..9)
        .map(|_| (0..7).map(|_| letter(&mut dice)).collect())
        .collect();
    format!("{}: what is {at}+{at}?", words.join(" "))
}

fn source_rows(from: usize) -> Vec<Value> {
    let mut dice = Dice(from as u64);
    let rows = (from..from + 45).map(|at| {
        let replies: Vec<String> = (0..2)
            .map(|_| reply(2 * at, 3 + dice.below(60) as usize))
            .collect();
        let answer = (2 * at).to_string();
        openr1_row(&problem(at), &answer, SEVEN[at % 7], &replies)
    });
    rows.collect()
}

/// A run with two sources that share rows, licences, a benchmark's problem, rows that are dropped for several
/// reasons, a validation set, three kinds of control, and every column that can be added.
static MADE: LazyLock<Place> = LazyLock::new(|| {
    let place = Place::new();
    let mut first = source_rows(0);
    first.push(openr1_row(BENCHMARK, "1/2", "Algebra", &[reply("1/2", 9)]));
    let mut wrong = openr1_row(&problem(900), "5", "Geometry", &[reply(5, 9)]);
    wrong["correctness_math_verify"] = json!([false]);
    first.push(wrong);
    let mut second = source_rows(100);
    second.push(first[3].clone());
    place.write("data/one/a.jsonl", jsonl(&first));
    place.write("data/two/b.jsonl", jsonl(&second));
    let asked = json!({ "id": "7", "problem": BENCHMARK });
    place.write("bench.jsonl", jsonl(&[asked]));
    place.write(
        "pipeline.toml",
        "title = 'Small'\nseed = 5\n\
         [sources.one]\nlayout = 'openr1'\npath = 'data/one'\nlicense = 'mit'\nattribution = 'One'\n\
         [sources.two]\nlayout = 'openr1'\npath = 'data/two'\nlicense = 'cc0-1.0'\n\
         [measure]\ntokenizer = 'bytes.json'\n[screen]\ntokens_max = 100000\n\
         [screen.contamination]\nbenchmarks = ['bench.jsonl']\n[validation]\nsize = 4\n\
         [[grid]]\nsize = [5, 10]\nstyle = ['r1']\n[grid.length]\nrule = ['long']\nbucket = 15\n\
         [grid.control]\nrandom = 1\nmatched = true\npaired = true\n\
         [emit]\nadd = ['text', 'prompt_completion', 'conversations']\nsystem = 'Reason.'\n\
         instruction = 'Box it.'\nlicense = 'cc-by-4.0'\n",
    );
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    place
});

const LONG: &str = "all-long-r1-10/train-00000-of-00001.parquet";
const LEDGER: &str = "__run__/ledger.parquet";
const SELECTION: &str = "__run__/selection.parquet";
const LOCK: &str = "__run__/pipeline.lock.toml";
const CARD: &str = "README.md";

// What hides an edit.

pub(crate) fn edit_json(path: &Path, edit: impl FnOnce(&mut Value)) {
    let mut value = read_json(path);
    edit(&mut value);
    let text = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
    std::fs::write(path, text).expect("the file");
}

pub(crate) fn sum_again(out: &Path) {
    let mut sums = tree(out);
    sums.remove("__run__/SHA256SUMS");
    let lines: String = sums
        .iter()
        .map(|(name, sum)| format!("{sum}  {name}\n"))
        .collect();
    std::fs::write(out.join("__run__/SHA256SUMS"), lines).expect("the sums");
}

/// The hash of what stands between the lines that bound the generated parts of a card.
fn card_seal(card: &str) -> String {
    let between = |begin: &str, end: &str| {
        let start = card.find(begin).expect("a begin");
        let stop = card.rfind(end).expect("an end");
        &card[start..stop + end.len()]
    };
    let front = between(
        "# What gradatim generated begins",
        "# What gradatim generated ends here",
    );
    let body = between(
        "<!-- What gradatim generated begins",
        "<!-- What gradatim generated ends here -->",
    );
    sha256(format!("{front}{body}").as_bytes())
}

/// Gives the manifest the hashes of the files as they are now.
pub(crate) fn seal_again(out: &Path) {
    let sums = tree(out);
    edit_json(&out.join("__run__/manifest.json"), |manifest| {
        manifest["pipeline_sha256"] = json!(sums[LOCK]);
        let mut sealed = sums.clone();
        for subset in manifest["subsets"].as_array_mut().expect("a list") {
            let path = subset["path"].as_str().unwrap_or_default().to_owned();
            if let Some(sum) = sealed.remove(&path) {
                subset["sha256"] = json!(sum);
            }
        }
        for own in ["__run__/manifest.json", "__run__/SHA256SUMS"] {
            sealed.remove(own);
        }
        if let Ok(card) = std::fs::read_to_string(out.join(CARD)) {
            sealed.insert(CARD.into(), card_seal(&card));
        }
        manifest["seals"] = json!(sealed);
    });
}

// Kinds of edit.

type Edit = Box<dyn Fn(&Path)>;

/// Rewrites a table through its rows.
fn rows(name: &'static str, edit: impl Fn(&mut Vec<Value>) + 'static) -> Edit {
    Box::new(move |out| {
        let path = out.join(name);
        let (schema, _) = batches(&path);
        let mut rows = table(&path);
        edit(&mut rows);
        std::fs::write(&path, parquet_as(&rows, schema, 1000)).expect("the table");
    })
}

fn row(name: &'static str, at: usize, edit: impl Fn(&mut Value) + 'static) -> Edit {
    rows(name, move |rows| edit(&mut rows[at]))
}

/// Gives a field of a row another value.
fn cell(name: &'static str, at: usize, column: &'static str, value: Value) -> Edit {
    row(name, at, move |row| {
        assert_ne!(row[column], value, "`{column}` is another already");
        row[column] = value.clone();
    })
}

fn manifest(pointer: &'static str, value: Value) -> Edit {
    field_of("__run__/manifest.json", pointer, value)
}

fn leakage(pointer: &'static str, value: Value) -> Edit {
    field_of("__run__/leakage.json", pointer, value)
}

fn field_of(name: &'static str, pointer: &'static str, value: Value) -> Edit {
    Box::new(move |out| {
        edit_json(&out.join(name), |whole| {
            let field = whole.pointer_mut(pointer);
            let field = field.unwrap_or_else(|| panic!("no {pointer}"));
            assert_ne!(*field, value, "{pointer}");
            *field = value.clone();
        });
    })
}

fn text_of(name: &'static str, from: &'static str, to: &'static str) -> Edit {
    Box::new(move |out| {
        let path = out.join(name);
        let text = std::fs::read_to_string(&path).expect("a text");
        assert!(text.contains(from), "{name} has no `{from}`");
        std::fs::write(&path, text.replacen(from, to, 1)).expect("the file");
    })
}

fn file(edit: impl Fn(&Path) -> std::io::Result<()> + 'static) -> Edit {
    Box::new(move |out| edit(out).expect("the edit"))
}

/// Another column in a table: dropped where `with` gives none.
fn schema(with: fn(&arrow::array::RecordBatch) -> arrow::array::RecordBatch) -> Edit {
    Box::new(move |out| super::commands::rewrite_as(&out.join(LONG), with))
}

fn kept_and_dropped(rows: &[Value]) -> [usize; 2] {
    ["kept", "dropped"].map(|fate| {
        let found = rows.iter().position(|row| row["fate"] == fate);
        found.expect("a row of each fate")
    })
}

/// What is found in spite of new sums and of new hashes in the manifest.
fn found() -> Vec<(&'static str, Edit)> {
    let id = json!("0123456789abcdef0123456789abcdef");
    let turn = |at: usize, field: &'static str, text: &'static str| {
        row(LONG, 2, move |row| row["messages"][at][field] = json!(text))
    };
    let ledger = |at, column, value| cell(LEDGER, at, column, value);
    vec![
        // A subset's rows.
        ("id", cell(LONG, 1, "id", id.clone())),
        ("problem_id", cell(LONG, 1, "problem_id", id.clone())),
        ("problem", cell(LONG, 1, "problem", json!("What is it?"))),
        (
            "space in problem",
            row(LONG, 1, |row| {
                row["problem"] = json!(text(row, "problem").replacen(' ', "  ", 1));
            }),
        ),
        ("answer", cell(LONG, 1, "answer", json!("43"))),
        ("no answer", cell(LONG, 1, "answer", Value::Null)),
        ("system turn", turn(0, "content", "Guess.")),
        ("user turn", turn(1, "content", "Guess the answer.")),
        ("response", turn(2, "content", "It is \\boxed{43}.")),
        ("role", turn(1, "role", "system")),
        (
            "roles exchanged",
            row(LONG, 2, |row| {
                let turns = row["messages"].as_array_mut().expect("turns");
                turns.swap(0, 1);
            }),
        ),
        (
            "turn more",
            row(LONG, 2, |row| {
                let turns = row["messages"].as_array_mut().expect("turns");
                turns.insert(1, json!({ "role": "user", "content": "Hello" }));
            }),
        ),
        (
            "turn less",
            row(LONG, 2, |row| {
                drop(row["messages"].as_array_mut().expect("turns").remove(0));
            }),
        ),
        ("text", cell(LONG, 0, "text", json!("<|im_start|>"))),
        (
            "prompt",
            row(LONG, 0, |row| row["prompt"][1]["content"] = json!("Guess.")),
        ),
        (
            "completion",
            row(LONG, 0, |row| row["completion"][0]["content"] = json!("43")),
        ),
        (
            "conversations",
            row(LONG, 0, |row| {
                row["conversations"][0]["from"] = json!("gpt")
            }),
        ),
        ("category", cell(LONG, 3, "category", json!("whim"))),
        ("style", cell(LONG, 3, "style", json!("human"))),
        ("tokens", cell(LONG, 3, "tokens", json!(1))),
        (
            "conversation's tokens",
            cell(LONG, 3, "conversation_tokens", json!(1)),
        ),
        (
            "source",
            row(LONG, 3, |row| {
                row["source"] = json!(if row["source"] == "one" { "two" } else { "one" });
            }),
        ),
        ("license", cell(LONG, 3, "license", json!("gpl-3.0"))),
        ("no license", cell(LONG, 3, "license", Value::Null)),
        ("attribution", cell(LONG, 3, "attribution", json!("Nobody"))),
        ("rank", cell(LONG, 3, "rank", json!(4))),
        ("rows exchanged", rows(LONG, |rows| rows.swap(1, 2))),
        ("row repeated", rows(LONG, |rows| rows[2] = rows[1].clone())),
        ("row missing", rows(LONG, |rows| drop(rows.remove(9)))),
        ("row more", rows(LONG, |rows| rows.push(rows[0].clone()))),
        (
            "column dropped",
            schema(|batch| {
                batch
                    .project(&(0..batch.num_columns() - 1).collect::<Vec<_>>())
                    .expect("columns")
            }),
        ),
        (
            "columns exchanged",
            schema(|batch| {
                let mut order: Vec<usize> = (0..batch.num_columns()).collect();
                order.swap(0, 1);
                batch.project(&order).expect("columns")
            }),
        ),
        // The ledger.
        (
            "fates exchanged",
            rows(LEDGER, |rows| {
                let [kept, dropped] = kept_and_dropped(rows);
                for field in ["fate", "reason", "value"] {
                    let other = rows[dropped][field].clone();
                    rows[dropped][field] = std::mem::replace(&mut rows[kept][field], other);
                }
            }),
        ),
        (
            "reason",
            rows(LEDGER, |rows| {
                let [_, dropped] = kept_and_dropped(rows);
                rows[dropped]["reason"] = json!("too_long");
            }),
        ),
        (
            "value",
            rows(LEDGER, |rows| {
                let [_, dropped] = kept_and_dropped(rows);
                rows[dropped]["value"] = json!("whim");
            }),
        ),
        (
            "copy that stays too",
            rows(LEDGER, |rows| {
                let copy = rows.iter_mut().find(|row| row["reason"] == "duplicate");
                let copy = copy.expect("a copy");
                (copy["fate"], copy["reason"], copy["value"]) =
                    (json!("kept"), json!(null), json!(null));
            }),
        ),
        (
            "contaminated that stays",
            rows(LEDGER, |rows| {
                let hit = rows.iter_mut().find(|row| row["reason"] == "contaminated");
                let hit = hit.expect("a hit");
                (hit["fate"], hit["reason"], hit["value"]) =
                    (json!("kept"), json!(null), json!(null));
            }),
        ),
        (
            "another hit",
            rows(LEDGER, |rows| {
                let hit = rows.iter_mut().find(|row| row["reason"] == "contaminated");
                hit.expect("a hit")["value"] = json!("bench/8 (exact)");
            }),
        ),
        ("our verdict", ledger(0, "verdict", json!("wrong"))),
        (
            "verdict of the source",
            rows(LEDGER, |rows| {
                let [kept, _] = kept_and_dropped(rows);
                (rows[kept]["recorded_rule"], rows[kept]["recorded_judge"]) =
                    (json!(false), json!(false));
            }),
        ),
        (
            "finished",
            rows(LEDGER, |rows| {
                let [kept, _] = kept_and_dropped(rows);
                rows[kept]["finished"] = json!(false);
            }),
        ),
        ("ledger's tokens", ledger(0, "tokens", json!(99999))),
        ("ledger's category", ledger(0, "category", json!("whim"))),
        ("ledger's style", ledger(0, "style", json!("human"))),
        ("ledger's cluster", ledger(0, "cluster", id.clone())),
        ("ledger's template", ledger(0, "template", id.clone())),
        (
            "cluster disagrees",
            ledger(0, "cluster_disagrees", json!(true)),
        ),
        (
            "problem's category",
            ledger(0, "problem_category", json!("topology")),
        ),
        (
            "categories conflict",
            ledger(0, "categories_conflict", json!(true)),
        ),
        ("ledger's source", ledger(0, "source", json!("two"))),
        ("ledger's file", ledger(0, "file", json!("c.jsonl"))),
        (
            "text_id of a row",
            rows(LEDGER, |rows| {
                let ids: Vec<String> = table(&MADE.path("out").join(LONG))
                    .iter()
                    .map(|row| text(row, "id").to_owned())
                    .collect();
                let of_row = rows.iter_mut().find(|row| {
                    ids.iter().any(|id| row["trajectory_id"] == **id) && row["fate"] == "kept"
                });
                of_row.expect("a row")["text_id"] = json!("0123456789abcdef0123456789abcdef");
            }),
        ),
        ("entry missing", rows(LEDGER, |rows| drop(rows.remove(4)))),
        (
            "entry repeated",
            rows(LEDGER, |rows| rows.insert(4, rows[3].clone())),
        ),
        ("sources exchanged", rows(LEDGER, |rows| rows.reverse())),
        // The selection.
        (
            "selected exchanged",
            rows(SELECTION, |rows| {
                let other = rows[1]["trajectory_id"].clone();
                rows[1]["trajectory_id"] = std::mem::replace(&mut rows[2]["trajectory_id"], other);
                let other = rows[1]["problem_id"].clone();
                rows[1]["problem_id"] = std::mem::replace(&mut rows[2]["problem_id"], other);
            }),
        ),
        (
            "selected problem",
            cell(SELECTION, 1, "problem_id", id.clone()),
        ),
        ("selected rank", cell(SELECTION, 1, "rank", json!(7))),
        (
            "selected stranger",
            cell(SELECTION, 1, "trajectory_id", id.clone()),
        ),
        (
            "selected subset",
            cell(SELECTION, 0, "subset", json!("whim")),
        ),
        ("selection's end", rows(SELECTION, |rows| drop(rows.pop()))),
        // The manifest.
        ("version", manifest("/manifest_version", json!(99))),
        ("seed", manifest("/seed", json!(6))),
        ("title", manifest("/title", json!("Large"))),
        ("hash", manifest("/hash", json!("md5"))),
        (
            "manifest's licence",
            manifest("/sources/0/license", json!("gpl-3.0")),
        ),
        (
            "manifest's attribution",
            manifest("/sources/0/attribution", json!("Nobody")),
        ),
        ("layout", manifest("/sources/0/layout", json!("s1k"))),
        ("accept", manifest("/sources/0/accept", json!("none"))),
        ("read", manifest("/ledger/0/read", json!(1))),
        ("read of a file", manifest("/files/0/read", json!(1))),
        (
            "name of a file",
            manifest("/files/0/file", json!("c.jsonl")),
        ),
        (
            "content of a source",
            manifest("/files/0/blake3", json!("0123456789abcdef0123456789abcdef")),
        ),
        ("verdicts", manifest("/verdicts/0/count", json!(1))),
        ("acceptance", manifest("/acceptance/0/accepted", json!(77))),
        ("subset's size", manifest("/subsets/1/size", json!(4))),
        ("subset's written", manifest("/subsets/1/written", json!(4))),
        ("subset's tokens", manifest("/subsets/1/tokens", json!(4))),
        (
            "subset's problems",
            manifest("/subsets/1/problems", json!(4)),
        ),
        ("subset's bucket", manifest("/subsets/1/bucket", json!(4))),
        (
            "subset's available",
            manifest("/subsets/1/available", json!(4)),
        ),
        ("subset's draw", manifest("/subsets/1/draw", json!(4))),
        (
            "subset's kind of draw",
            manifest("/subsets/1/draw_kind", json!("replicate")),
        ),
        (
            "subset's per_problem",
            manifest("/subsets/1/per_problem", json!(4)),
        ),
        (
            "subset's prefix",
            manifest("/subsets/1/prefix_of", json!(null)),
        ),
        (
            "subset's path",
            manifest("/subsets/1/path", json!("../elsewhere.parquet")),
        ),
        (
            "subset's absolute path",
            manifest("/subsets/1/path", json!("/etc/passwd")),
        ),
        (
            "subset that is none",
            Box::new(|out| {
                edit_json(&out.join("__run__/manifest.json"), |manifest| {
                    let subsets = manifest["subsets"].as_array_mut().expect("a list");
                    let mut one = subsets[1].clone();
                    one["name"] = json!("whim");
                    subsets.push(one);
                });
            }),
        ),
        (
            "key that is none",
            Box::new(|out| {
                edit_json(&out.join("__run__/manifest.json"), |manifest| {
                    manifest["whim"] = json!(1);
                });
            }),
        ),
        (
            "key twice",
            text_of(
                "__run__/manifest.json",
                "\"seed\": 5,",
                "\"seed\": 5,\n  \"whim\": 1,\n  \"whim\": 2,",
            ),
        ),
        (
            "warning more",
            Box::new(|out| {
                edit_json(&out.join("__run__/manifest.json"), |manifest| {
                    manifest["warnings"]
                        .as_array_mut()
                        .expect("a list")
                        .push(json!("whim"));
                });
            }),
        ),
        (
            "problems that are near",
            manifest("/near_duplicates/problems", json!(3)),
        ),
        (
            "threshold",
            manifest("/near_duplicates/threshold", json!(0.5)),
        ),
        (
            "benchmark's hits",
            leakage("/benchmarks/0/found/exact", json!(0)),
        ),
        (
            "recall",
            leakage("/benchmarks/0/recall/0/found_low", json!(0.5)),
        ),
        (
            "hit that is not dropped",
            text_of(
                "__run__/leakage.json",
                "\"dropped\": true",
                "\"dropped\": false",
            ),
        ),
        (
            "detector",
            text_of(
                "__run__/leakage.json",
                "\"words_gram\": 12",
                "\"words_gram\": 13",
            ),
        ),
        (
            "problems compared",
            text_of("__run__/leakage.json", "\"problems\": ", "\"problems\": 1"),
        ),
        // What follows.
        (
            "balance",
            cell("__run__/balance.parquet", 0, "smd", json!(0.5)),
        ),
        (
            "overlap",
            cell("__run__/overlap.parquet", 0, "rows_shared", json!(77)),
        ),
        ("plot", text_of("__run__/balance.svg", "</svg>", "</svg >")),
        ("runs", text_of("__run__/runs.csv", ",steps,", ",step,")),
        (
            "appendix",
            text_of("__run__/subsets.csv", ",tokens,", ",token,"),
        ),
        (
            "appendix in LaTeX",
            text_of("__run__/subsets.tex", "Rows", "Lines"),
        ),
        (
            "registry",
            text_of("dataset_info.json", "sharegpt", "alpaca"),
        ),
        (
            "card's licence",
            text_of(CARD, "license: \"cc-by-4.0\"", "license: \"cc0-1.0\""),
        ),
        (
            "card's files",
            text_of(
                CARD,
                "all-long-r1-10/train-*.parquet",
                "all-long-r1-5/train-*.parquet",
            ),
        ),
        ("card's counts", text_of(CARD, "duplicate 2", "duplicate 3")),
        ("card's title", text_of(CARD, "# Small", "# Large")),
        (
            "card's bounds",
            text_of(
                CARD,
                "# Small",
                "<!-- What gradatim generated ends here -->\n# Small",
            ),
        ),
        (
            "key beside the card's",
            text_of(CARD, "---\n", "---\nlicense: mit\n"),
        ),
        (
            "config beside the card's",
            text_of(
                CARD,
                "ends here\n---",
                "ends here\n- config_name: whim\n---",
            ),
        ),
        // The lock file.
        ("lock's seed", text_of(LOCK, "seed = 5", "seed = 6")),
        ("lock's title", text_of(LOCK, "Small", "Large")),
        (
            "lock's licence",
            text_of(LOCK, "license = \"mit\"", "license = \"gpl-3.0\""),
        ),
        ("lock's card licence", text_of(LOCK, "cc-by-4.0", "gpl-3.0")),
        ("lock's system", text_of(LOCK, "Reason.", "Guess.")),
        ("lock's instruction", text_of(LOCK, "Box it.", "Guess.")),
        ("lock's bucket", text_of(LOCK, "bucket = 15", "bucket = 14")),
        (
            "lock's words",
            text_of(LOCK, "# To run it again", "# To run it"),
        ),
        (
            "lock that is none",
            text_of(LOCK, "[sources.one]", "[sources.one"),
        ),
        // What lies there.
        (
            "file more",
            file(|out| std::fs::write(out.join("__run__/more.txt"), "more")),
        ),
        (
            "subset more",
            file(|out| {
                std::fs::create_dir_all(out.join("whim"))?;
                std::fs::copy(
                    out.join(LONG),
                    out.join("whim/train-00000-of-00001.parquet"),
                )
                .map(drop)
            }),
        ),
        (
            "hidden file",
            file(|out| std::fs::write(out.join("all-long-r1-10/.more"), "more")),
        ),
        (
            "hidden folder",
            file(|out| {
                std::fs::create_dir_all(out.join(".more"))?;
                std::fs::write(out.join(".more/more.txt"), "more")
            }),
        ),
        (
            "empty folder",
            file(|out| std::fs::create_dir_all(out.join("more"))),
        ),
        (
            "name in capitals",
            file(|out| std::fs::copy(out.join(CARD), out.join("readme.md")).map(drop)),
        ),
        (
            "manifest gone",
            file(|out| std::fs::remove_file(out.join("__run__/selection.parquet"))),
        ),
        (
            "card gone",
            file(|out| std::fs::remove_file(out.join(CARD))),
        ),
        (
            "metadata of a subset",
            schema(|batch| {
                let schema = batch.schema().as_ref().clone();
                let metadata = [("huggingface".to_owned(), "{}".to_owned())].into();
                let schema = schema.with_metadata(metadata);
                batch.clone().with_schema(schema.into()).expect("a batch")
            }),
        ),
        ("entries exchanged", rows(LEDGER, |rows| rows.swap(0, 1))),
        (
            "one place twice",
            rows(LEDGER, |rows| {
                for column in ["row", "generation"] {
                    rows[1][column] = rows[0][column].clone();
                }
            }),
        ),
        (
            "ledger cut short",
            file(|out| {
                let bytes = std::fs::read(out.join(LEDGER))?;
                std::fs::write(out.join(LEDGER), &bytes[..bytes.len() / 2])
            }),
        ),
        (
            "subset of noise",
            file(|out| std::fs::write(out.join(LONG), [b'P'; 999])),
        ),
    ]
}

/// What files alone cannot tell once the manifest goes along: with the sums alone its seals do.
fn told_by_seals() -> Vec<(&'static str, Edit)> {
    let ledger = |at, column, value| cell(LEDGER, at, column, value);
    vec![
        // Nothing follows from it: only the source has it (`--sources`).
        ("extracted", ledger(0, "extracted", json!("43"))),
        (
            "rule of the verdict",
            ledger(0, "verdict_reason", json!("whim")),
        ),
        ("source's id", ledger(0, "source_id", json!("whim"))),
        // One recorded verdict of two that both are not needed.
        (
            "second verdict of the source",
            rows(LEDGER, |rows| {
                let [kept, _] = kept_and_dropped(rows);
                rows[kept]["recorded_judge"] = json!(true);
            }),
        ),
        // The benchmark's text and fingerprint are not in the folder.
        (
            "benchmark's file",
            text_of("__run__/leakage.json", "bench.jsonl", "bank.jsonl"),
        ),
    ]
}

/// What stands in the manifest alone, and follows from nothing in the folder: only a published hash, or the sources,
/// tell.
fn told_by_a_published_hash() -> Vec<(&'static str, Edit)> {
    vec![("bytes of a source", manifest("/files/0/bytes", json!(1)))]
}

/// What `check` says of a copy of the folder after an edit, hidden by new sums or by new seals too.
fn after(what: &str, edit: &Edit, seals: bool) -> Done {
    let place = Place::new();
    let out = place.path("out");
    copy(&MADE.path("out"), &out);
    edit(&out);
    if seals {
        seal_again(&out);
    }
    sum_again(&out);
    let done = place.gradatim(&["check", "out", "--json"]);
    assert!(
        matches!(done.code, Some(0 | 1)),
        "{what}: {}{}",
        done.stdout,
        done.stderr
    );
    assert!(!done.stderr.contains("panicked"), "{what}: {}", done.stderr);
    done
}

#[track_caller]
fn all_end(edits: &[(&'static str, Edit)], seals: bool, code: i32) {
    let wrong: Vec<&str> = edits
        .iter()
        .filter(|(what, edit)| after(what, edit, seals).code != Some(code))
        .map(|(what, _)| *what)
        .collect();
    assert!(wrong.is_empty(), "do not end with {code}: {wrong:?}");
}

#[test]
fn an_edit_is_found_though_the_sums_and_the_manifest_go_along() {
    all_end(&found(), true, 1);
}

#[test]
fn an_edit_is_found_though_the_sums_go_along() {
    all_end(&found(), false, 1);
    all_end(&told_by_seals(), false, 1);
}

#[test]
fn what_follows_from_nothing_is_told_by_seals_or_by_a_published_hash_alone() {
    all_end(&told_by_seals(), true, 0);
    let published = MADE.gradatim(&["check", "out", "--digest"]).ends(0);
    let published = published.stdout.trim().to_owned();
    for (what, edit) in told_by_a_published_hash() {
        let place = Place::new();
        copy(&MADE.path("out"), &place.path("out"));
        edit(&place.path("out"));
        sum_again(&place.path("out"));
        let done = place.gradatim(&["check", "out"]);
        assert_eq!(done.code, Some(0), "{what}: {}", done.stdout);
        place
            .gradatim(&["check", "out", "--expect", &published])
            .ends(1);
    }
}

#[test]
fn hashes_that_are_made_again_over_the_same_files_are_the_same() {
    let nothing: Edit = Box::new(|_| {});
    let done = after("nothing", &nothing, true).ends(0).json();
    let notes = done["notes"].as_array().expect("a list");
    // Its tokenizer is a file of the test's, which the folder has not.
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = notes[0].as_str().expect("a text");
    assert!(note.contains("taken as they stand"), "{note}");
}

/// A copy of the folder in a place of its own, edited; without any new hash.
fn edited(edit: impl FnOnce(&Path)) -> Place {
    let place = Place::new();
    copy(&MADE.path("out"), &place.path("out"));
    edit(&place.path("out"));
    place
}

/// Fails where the edit is not told in these words.
#[track_caller]
fn told(edit: impl FnOnce(&Path), words: &[&str]) {
    let done = edited(edit).gradatim(&["check", "out"]).ends(1);
    for word in words {
        assert!(
            done.stdout.contains(word),
            "`{word}` is not in {}",
            done.stdout
        );
    }
    assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_told_and_never_opened() {
    use std::os::unix::fs::symlink;
    let pipe = |path: &Path| {
        let made = std::process::Command::new("mkfifo").arg(path).status();
        assert!(made.expect("mkfifo").success());
    };
    let a_pipe = "a pipe, a socket or a device";
    told(|out| pipe(&out.join("more")), &["more is", a_pipe]);
    for name in [
        "__run__/manifest.json",
        "__run__/SHA256SUMS",
        LEDGER,
        LONG,
        CARD,
    ] {
        told(
            |out| {
                std::fs::remove_file(out.join(name)).expect("removed");
                pipe(&out.join(name));
            },
            &[&format!("{name} is {a_pipe}")],
        );
    }
    let elsewhere = MADE.path("out");
    for name in ["__run__/manifest.json", LEDGER, LONG] {
        told(
            |out| {
                std::fs::remove_file(out.join(name)).expect("removed");
                symlink(elsewhere.join(name), out.join(name)).expect("a link");
            },
            &[&format!("{name} is a link")],
        );
    }
    told(
        |out| symlink("..", out.join("all")).expect("a link"),
        &["all is a link"],
    );
    told(
        |out| {
            std::fs::remove_dir_all(out.join("all-long-r1-10")).expect("removed");
            symlink(elsewhere.join("all-long-r1-10"), out.join("all-long-r1-10")).expect("a link");
        },
        &["all-long-r1-10 is a link", "its file is missing"],
    );
}

#[test]
fn a_list_of_sums_leads_nowhere_outside_of_the_folder() {
    let sum = "0".repeat(64);
    let listed = |more: String| {
        move |out: &Path| {
            let path = out.join("__run__/SHA256SUMS");
            let text = std::fs::read_to_string(&path).expect("the sums");
            std::fs::write(&path, text + &more + "\n").expect("the sums");
        }
    };
    for name in [
        "/etc/passwd",
        "../out/README.md",
        "a/../README.md",
        "./README.md",
        "",
    ] {
        told(listed(format!("{sum}  {name}")), &["a line that is none"]);
    }
    told(listed(format!("{sum}  README.md")), &["README.md twice"]);
    told(
        listed(format!("{sum} *README.md")),
        &["a line that is none"],
    );
    told(
        listed(format!("{}  README.md", "z".repeat(64))),
        &["a line that is none"],
    );
    told(listed(format!("{sum}  absent")), &["absent is missing"]);
    told(
        |out| std::fs::write(out.join("__run__/SHA256SUMS"), [0xff; 99]).expect("written"),
        &["SHA256SUMS cannot be read"],
    );
}

#[test]
fn a_manifest_that_is_none_is_the_answer_and_what_else_there_is_is_checked() {
    let broken = |text: String| {
        told(
            |out| std::fs::write(out.join("__run__/manifest.json"), text).expect("written"),
            &["manifest.json cannot be read", "184 ledger entries"],
        );
    };
    broken(String::new());
    broken("no".into());
    broken("[".repeat(1_000_000));
    broken("{\"manifest_version\": 2, \"manifest_version\": 2}".into());
    broken("{\"manifest_version\": NaN}".into());
    broken("{\"manifest_version\": 1e400}".into());
    let whole = std::fs::read_to_string(MADE.path("out").join("__run__/manifest.json"));
    let whole = whole.expect("a manifest");
    broken(whole.replacen("\"seed\": 5", "\"seed\": -5", 1));
    broken(whole.replacen("\"seed\": 5", "\"seed\": 5, \"seed\": 5", 1));
    broken(whole.replacen("\"size\": 10", "\"size\": 99999999999", 1));
    told(
        |out| std::fs::remove_file(out.join("__run__/manifest.json")).expect("removed"),
        &["manifest.json is missing", "184 ledger entries"],
    );
    told(
        |out| {
            edit_json(&out.join("__run__/manifest.json"), |manifest| {
                manifest["manifest_version"] = json!(99);
            });
        },
        &["has version 99, and this program knows up to 3"],
    );
}

#[test]
fn counts_that_no_memory_holds_are_told() {
    for (field, value) in [
        ("size", json!(u32::MAX)),
        ("written", json!(u32::MAX)),
        ("tokens", json!(u64::MAX)),
        ("asked", json!(u64::MAX)),
    ] {
        told(
            |out| {
                edit_json(&out.join("__run__/manifest.json"), |manifest| {
                    for subset in manifest["subsets"].as_array_mut().expect("a list") {
                        subset[field] = value.clone();
                    }
                    manifest["ledger"][0]["dropped"]["too_long"] = json!(u64::MAX);
                    manifest["ledger"][0]["kept"] = json!(u64::MAX);
                });
            },
            &["read is not kept + dropped"],
        );
    }
}

#[test]
fn a_folder_of_the_first_version_is_checked_for_what_it_has() {
    let place = edited(|out| {
        super::commands::rewrite_as(&out.join(LEDGER), |batch| {
            let columns = 0..batch.num_columns();
            let columns: Vec<usize> = columns
                .filter(|at| batch.schema().field(*at).name() != "text_id")
                .collect();
            batch.project(&columns).expect("columns")
        });
        edit_json(&out.join("__run__/manifest.json"), |manifest| {
            manifest["manifest_version"] = json!(1);
            drop(
                manifest
                    .as_object_mut()
                    .expect("a manifest")
                    .remove("seals"),
            );
        });
        sum_again(out);
    });
    let done = place.gradatim(&["check", "out"]).ends(0);
    assert!(
        done.stdout.contains("note: its manifest has version 1"),
        "{}",
        done.stdout
    );
    place.gradatim(&["balance", "out"]).ends(0);
    cell(LONG, 1, "category", json!("whim"))(&place.path("out"));
    sum_again(&place.path("out"));
    let done = place.gradatim(&["check", "out"]).ends(1);
    assert!(
        done.stdout.contains("`category` of row 1"),
        "{}",
        done.stdout
    );
}

#[test]
fn text_of_ones_own_stands_beside_what_was_generated() {
    let place = edited(|out| {
        let path = out.join(CARD);
        let card = std::fs::read_to_string(&path).expect("a card");
        let card = card.replacen("---\n", "---\nlanguage:\n- en\n", 1) + "\nThanks to all.\n";
        std::fs::write(path, card).expect("the card");
    });
    let done = place.gradatim(&["check", "out"]).ends(0);
    assert!(
        done.stdout.contains("note: README.md has text of its own"),
        "{}",
        done.stdout
    );
    // The hash that was published is that of the folder as it was written.
    let sums = std::fs::read(MADE.path("out/__run__/SHA256SUMS")).expect("the sums");
    place
        .gradatim(&["check", "out", "--expect", &sha256(&sums)])
        .ends(0);
    let text = String::from_utf8(sums).expect("a text");
    let other = text
        .lines()
        .find(|line| line.ends_with("README.md"))
        .expect("the card's line")
        .to_owned();
    let forged = text.replace(&other, &format!("{}  README.md", "0".repeat(64)));
    place.write("out/__run__/SHA256SUMS", forged);
    let done = place.gradatim(&["check", "out", "--expect", &sha256(text.as_bytes())]);
    done.ends(1);
}

#[test]
fn what_a_download_from_the_hub_leaves_is_noted_and_nothing_beside_it() {
    let place = edited(|out| {
        std::fs::write(out.join(".gitattributes"), "*.parquet filter=lfs").expect("a file");
        let left = out.join(".cache/huggingface/download");
        std::fs::create_dir_all(&left).expect("a folder");
        std::fs::write(left.join("README.md.metadata"), "etag").expect("a file");
    });
    let sums = std::fs::read(MADE.path("out/__run__/SHA256SUMS")).expect("the sums");
    let done = place
        .gradatim(&["check", "out", "--expect", &sha256(&sums)])
        .ends(0);
    for word in [".gitattributes", ".cache/huggingface", "of the hub"] {
        assert!(done.stdout.contains(word), "{word}: {}", done.stdout);
    }
    for name in [
        ".cache/more/a.txt",
        ".git/a.txt",
        "all-long-r1-10/.gitattributes",
    ] {
        told(
            |out| {
                let path = out.join(name);
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                std::fs::write(path, "more").expect("a file");
            },
            &["is hidden"],
        );
    }
}

#[test]
fn the_hash_of_a_folder_is_that_of_its_sums_and_holds_it() {
    let place = edited(|_| {});
    let digest = place.gradatim(&["check", "out", "--digest"]).ends(0);
    let digest = digest.stdout.trim().to_owned();
    let sums = std::fs::read(place.path("out/__run__/SHA256SUMS")).expect("the sums");
    assert_eq!(digest, sha256(&sums));
    let report = place.gradatim(&["check", "out", "--json"]).ends(0).json();
    assert_eq!(report["digest"], json!(digest));
    place
        .gradatim(&["check", "out", "--expect", &digest])
        .ends(0);
    place
        .gradatim(&["check", "out", "--expect", &digest.to_uppercase()])
        .ends(0);
    let other = place.gradatim(&["check", "out", "--expect", &"0".repeat(64)]);
    assert!(other.ends(1).stdout.contains(&digest));
    place
        .gradatim(&["check", "out", "--expect", "no hash"])
        .ends(2);
    // Computed from the files: the list that is stored does not decide.
    std::fs::write(place.path("out/more.txt"), "more").expect("a file");
    let changed = place.gradatim(&["check", "out", "--digest"]).ends(1);
    assert_ne!(changed.stdout.trim(), digest);
}

#[test]
fn what_the_sources_say_otherwise_is_told_by_measuring_again() {
    let base = MADE.folder().to_string_lossy().into_owned();
    let again = |place: &Place, more: &[&str]| {
        let arguments = [
            "check",
            "out",
            "--sources",
            "--base",
            &base,
            "--sample",
            "9999",
        ];
        place.gradatim(&[&arguments, more].concat())
    };
    let done = again(&edited(|_| {}), &["--json"]).ends(0);
    assert_eq!(done.json()["measured_again"], json!(184));
    for (what, edit) in told_by_seals().into_iter().take(4) {
        let place = edited(|out| {
            edit(out);
            seal_again(out);
            sum_again(out);
        });
        let done = again(&place, &[]);
        assert_eq!(done.code, Some(1), "{what}: {}{}", done.stdout, done.stderr);
        assert!(
            done.stdout.contains("is measured otherwise"),
            "{what}: {}",
            done.stdout
        );
    }
    // Another file in the place of one that was read, and none.
    let place = edited(|_| {});
    place.write("other/a.jsonl", jsonl(&source_rows(300)));
    let other = again(&place, &["--source", "one=other"]).ends(1);
    assert!(
        other.stdout.contains("the sources are others"),
        "{}",
        other.stdout
    );
    place
        .gradatim(&["check", "out", "--sources"])
        .ends(2)
        .tells(&["--base"]);
}

/// Whoever forges a folder could else change what is not in it.
#[test]
fn the_sample_that_is_measured_again_is_another_in_each_check() {
    let base = MADE.folder().to_string_lossy().into_owned();
    let place = edited(|_| {});
    let sample = |more: &[&str]| {
        let arguments = [
            "check",
            "out",
            "--sources",
            "--base",
            &base,
            "--sample",
            "5",
        ];
        let done = place.gradatim(&[&arguments, more].concat()).ends(0);
        let told = done.stdout.split_once("--sample-seed ").expect("a seed").1;
        told.split_once('`').expect("its end").0.to_owned()
    };
    let [first, second, third] = [(); 3].map(|()| sample(&[]));
    assert!(first != second || second != third, "{first}");
    assert_eq!(sample(&["--sample-seed", &first]), first);
}
