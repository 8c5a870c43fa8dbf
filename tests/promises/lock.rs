//! A lock file runs again, wherever its files lie by then, and on nothing but what its run read.

use serde_json::{Value, json};

use crate::support::*;

/// Everything that a pipeline can name: sources, a companion, a benchmark, a joined column, a tokenizer, a
/// benchmark to screen for, vectors.
const PIPELINE: &str = "\
[sources.a]
layout = 'openr1'
path = 'rows/a'
[sources.b]
layout = 'openr1'
path = 'rows/b/*.jsonl'
[companions.numina]
path = 'more/numina.jsonl'
[join.level]
path = 'more/levels.csv'
problem = 'problem'
value = 'level'
[benchmarks.exam]
path = 'more/exam.jsonl'
[measure]
tokenizer = 'bytes.json'
[screen.contamination]
benchmarks = ['amc23', 'more/sought.jsonl']
[[grid]]
recipe = ['similar']
size = [4]
control.random = 1
difficulty.joined.level = { min = 0 }
[grid.similar]
to = 'exam'
vectors = { problems = 'more/problems.parquet', questions = 'more/questions.parquet' }
";

/// The data below `project/`, and the pipeline there.
fn scene(place: &Place) {
    let rows = openr1_rows(20);
    let (first, second) = rows.split_at(12);
    place.write("project/rows/a/1.jsonl", jsonl(&first[..6]));
    place.write("project/rows/a/2.jsonl.gz", gzip(&jsonl(&first[6..])));
    place.write("project/rows/b/1.jsonl", jsonl(second));
    let said = rows.iter().map(|row| {
        json!({
            "problem": row["problem"], "solution": "x", "answer": "1", "problem_type": "Algebra",
            "question_type": "math-word-problem", "source": "olympiads", "problem_is_valid": "Yes",
            "solution_is_valid": "Yes", "synthetic": false,
        })
    });
    place.write(
        "project/more/numina.jsonl",
        jsonl(&said.collect::<Vec<_>>()),
    );
    let levels = rows
        .iter()
        .map(|row| format!("{},3\n", text(row, "problem")));
    let levels: String = levels.collect();
    place.write(
        "project/more/levels.csv",
        format!("problem,level\n{levels}"),
    );
    let exam = json!({ "problem": "What is one more than none?" });
    place.write("project/more/exam.jsonl", jsonl(&[exam]));
    let sought = json!({ "problem": "Who knows how many there are, and why is that so?" });
    place.write("project/more/sought.jsonl", jsonl(&[sought]));
    place.write("project/bytes.json", byte_tokenizer());
    let vectors = rows
        .iter()
        .enumerate()
        .map(|(at, row)| json!({ "problem": row["problem"], "vector": [at as f32, 1.0] }));
    let vectors: Vec<Value> = vectors.collect();
    place.write("project/more/problems.parquet", parquet(&vectors, 100));
    let question = [json!({ "problem": "x", "vector": [3.0, 1.0] })];
    place.write("project/more/questions.parquet", parquet(&question, 100));
}

/// A run of that pipeline into `out`.
fn made() -> Place {
    let place = Place::new();
    scene(&place);
    std::fs::remove_file(place.path("bytes.json")).expect("no other tokenizer");
    place.write("project/pipeline.toml", PIPELINE);
    place
        .gradatim(&[
            "run",
            "project/pipeline.toml",
            "--out",
            "out",
            "--pool",
            "pool",
        ])
        .ends(0);
    place
}

const LOCK: &str = "out/__run__/pipeline.lock.toml";

fn again(place: &Place, out: &str, more: &[&str]) -> Done {
    let run = ["run", LOCK, "--out", out, "--pool", "pool"];
    place.gradatim(&[&run[..], more].concat())
}

#[test]
fn a_lock_file_gives_the_same_bytes_from_where_its_paths_lead() {
    let place = made();
    let first = tree(&place.path("out"));
    again(&place, "again", &["--base", "project"]).ends(0);
    assert_eq!(tree(&place.path("again")), first);
    // From the folder itself, and planned.
    let plan = [
        "plan",
        "../out/__run__/pipeline.lock.toml",
        "--pool",
        "../pool",
    ];
    place.gradatim_in("project", &plan).ends(0);
    // Its own lock runs again too.
    let lock = "again/__run__/pipeline.lock.toml";
    let run = [
        "run", lock, "--base", "project", "--out", "third", "--pool", "new",
    ];
    place.gradatim(&run).ends(0);
    assert_eq!(tree(&place.path("third")), first);
}

#[test]
fn what_a_lock_file_does_not_find_is_named_at_once_and_may_lie_anywhere() {
    let place = made();
    let first = tree(&place.path("out"));
    let missing = again(&place, "again", &[]).ends(2);
    let named = [
        "a",
        "b",
        "numina",
        "level",
        "exam",
        "bytes.json",
        "more/sought.jsonl",
        "more/problems.parquet",
        "more/questions.parquet",
    ];
    for name in named {
        assert!(
            missing.stderr.contains(&format!("--source {name}=PATH")),
            "{name}: {}",
            missing.stderr
        );
    }
    let missing = missing.tells(&["the current folder", "--base DIR"]);
    assert!(!missing.stderr.contains("amc23"), "{}", missing.stderr);
    // Elsewhere, under other names, in another order.
    let elsewhere = [
        ("a/1.jsonl", "moved/a/z.jsonl"),
        ("a/2.jsonl.gz", "moved/a/b.jsonl.gz"),
        ("b/1.jsonl", "moved/b.jsonl"),
    ];
    for (from, to) in elsewhere {
        let bytes = std::fs::read(place.path("project/rows").join(from)).expect("a file");
        place.write(to, bytes);
    }
    let others = [
        ("numina", "more/numina.jsonl", "moved/1.jsonl"),
        ("level", "more/levels.csv", "moved/2.csv"),
        ("exam", "more/exam.jsonl", "moved/3.jsonl"),
        ("bytes.json", "bytes.json", "moved/4.json"),
        ("more/sought.jsonl", "more/sought.jsonl", "moved/5.jsonl"),
        (
            "more/problems.parquet",
            "more/problems.parquet",
            "moved/6.parquet",
        ),
        (
            "more/questions.parquet",
            "more/questions.parquet",
            "moved/7.parquet",
        ),
    ];
    let mut sources = vec!["--source".into(), "a=moved/a".into()];
    sources.extend(["--source".into(), "b=moved/b.jsonl".to_owned()]);
    for (name, from, to) in others {
        let bytes = std::fs::read(place.path("project").join(from)).expect("a file");
        place.write(to, bytes);
        sources.extend(["--source".into(), format!("{name}={to}")]);
    }
    std::fs::remove_dir_all(place.path("project")).expect("a folder that is gone");
    let sources: Vec<&str> = sources.iter().map(String::as_str).collect();
    again(&place, "again", &sources).ends(0);
    assert_eq!(tree(&place.path("again")), first);
}

#[test]
fn a_lock_file_refuses_files_that_hold_something_else_with_both_hashes() {
    let place = made();
    let refused = |name: &str, bytes: Vec<u8>, code: i32, words: &[&str]| {
        let path = place.path("project").join(name);
        let before = std::fs::read(&path).ok();
        std::fs::write(&path, bytes).expect("another file");
        let done = again(&place, "again", &["--base", "project"]);
        match before {
            Some(before) => std::fs::write(&path, before).expect("as it was"),
            None => std::fs::remove_file(&path).expect("as it was"),
        }
        done.ends(code).tells(words);
        assert!(!place.path("again").exists());
    };
    let manifest = place.out("out").manifest();
    let file = &manifest["files"][0];
    assert_eq!((text(file, "source"), text(file, "file")), ("a", "1.jsonl"));
    let other = jsonl(&openr1_rows(3));
    let hash = &blake3::hash(&other).to_hex()[..32];
    refused(
        "rows/a/1.jsonl",
        other.clone(),
        4,
        &[
            "`a` has other files",
            "`1.jsonl` is",
            hash,
            text(file, "blake3"),
            "--source a=PATH",
        ],
    );
    refused(
        "rows/a/3.jsonl",
        other.clone(),
        4,
        &["`3.jsonl` was not there"],
    );
    refused(
        "more/numina.jsonl",
        other.clone(),
        4,
        &["`numina` has other files"],
    );
    refused(
        "more/levels.csv",
        b"problem,level\nx,1\n".to_vec(),
        4,
        &["`level`"],
    );
    let question = jsonl(&[json!({ "problem": "Another?" })]);
    refused("more/exam.jsonl", question.clone(), 4, &["`exam`"]);
    refused(
        "more/sought.jsonl",
        question,
        2,
        &["the fingerprint of `sought`"],
    );
    let tokenizer = byte_tokenizer().replace("\"1.0\"", "\"1.0\" ");
    refused(
        "bytes.json",
        tokenizer.into_bytes(),
        2,
        &["the tokenizer is"],
    );
    let vectors = parquet(&[json!({ "problem": "x", "vector": [9.0, 1.0] })], 100);
    refused(
        "more/questions.parquet",
        vectors,
        2,
        &["`questions.parquet` is"],
    );
}

#[test]
fn a_lock_file_alone_or_edited_runs_with_a_note() {
    let place = made();
    let lock = std::fs::read_to_string(place.path(LOCK)).expect("a lock file");
    place.write("project/alone.toml", &lock);
    let alone = [
        "run",
        "alone.toml",
        "--out",
        "../alone",
        "--pool",
        "../pool",
    ];
    place
        .gradatim_in("project", &alone)
        .ends(0)
        .tells(&["note: no `manifest.json`", "not checked"]);
    assert_eq!(tree(&place.path("alone")), tree(&place.path("out")));
    place.write(LOCK, lock.replace("size = [4]", "size = [3]"));
    again(&place, "edited", &["--base", "project"])
        .ends(0)
        .tells(&["note: the lock file was edited"]);
    assert_ne!(tree(&place.path("edited")), tree(&place.path("out")));
}

#[test]
fn the_paths_of_a_pipeline_can_start_from_another_folder() {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&openr1_rows(20)));
    place.write(
        "pipelines/mine.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5]\n",
    );
    let plan = ["plan", "pipelines/mine.toml", "--pool", "pool"];
    place
        .gradatim(&plan)
        .ends(2)
        .tells(&["pipelines/data", "the pipeline's folder"]);
    place
        .gradatim(&[&plan[..], &["--base", "."]].concat())
        .ends(0);
}

/// Every text of the output folder, and every cell of its tables.
fn published(place: &Place, out: &str) -> String {
    let mut all = String::new();
    for name in tree(&place.path(out)).into_keys() {
        let path = place.path(out).join(&name);
        all += &match name.ends_with(".parquet") {
            true => json!(table(&path)).to_string(),
            false => std::fs::read_to_string(path).expect("a text"),
        };
        all += &name;
    }
    all
}

#[test]
fn paths_that_say_where_files_lie_leave_their_names_and_content_and_are_found_again() {
    let place = Place::new();
    scene(&place);
    let here = place.path("project").to_string_lossy().into_owned();
    let mut pipeline = PIPELINE.to_owned();
    for start in ["'rows/", "'more/", "'bytes.json"] {
        pipeline = pipeline.replace(start, &format!("'{here}/{}", &start[1..]));
    }
    // Up to the root and down again is no other path.
    let up = "../".repeat(place.path("project").components().count() + 1);
    pipeline = pipeline.replace(
        &format!("'{here}/more/levels.csv"),
        &format!("'{up}{}/more/levels.csv", &here[1..]),
    );
    place.write("project/pipeline.toml", pipeline);
    let run = [
        "run",
        "project/pipeline.toml",
        "--out",
        "out",
        "--pool",
        "pool",
    ];
    place.gradatim(&run).ends(0);
    let all = published(&place, "out");
    let folder = place.folder().to_string_lossy().into_owned();
    let name = place
        .folder()
        .file_name()
        .expect("a name")
        .to_string_lossy();
    for word in [folder.as_str(), &name, "../"] {
        let at = all.find(word);
        let around = at.map(|at| &all[at.saturating_sub(80)..at + 40]);
        assert_eq!(around, None, "`{word}` is published");
    }
    let lock = std::fs::read_to_string(place.path(LOCK)).expect("a lock file");
    for line in [
        "path = \"a\"",
        "path = \"*.jsonl\"",
        "path = \"levels.csv\"",
        "# sources.a: 2, ",
    ] {
        assert!(lock.contains(line), "{line}: {lock}");
    }
    // All of it below one folder, by name.
    for (from, to) in [
        ("rows/a/1.jsonl", "flat/a/1.jsonl"),
        ("rows/a/2.jsonl.gz", "flat/a/2.jsonl.gz"),
        ("more/numina.jsonl", "flat/numina.jsonl"),
        ("more/levels.csv", "flat/levels.csv"),
        ("more/exam.jsonl", "flat/exam.jsonl"),
        ("bytes.json", "flat/bytes.json"),
        ("more/sought.jsonl", "flat/sought.jsonl"),
        ("more/problems.parquet", "flat/problems.parquet"),
        ("more/questions.parquet", "flat/questions.parquet"),
        ("rows/b/1.jsonl", "b/1.jsonl"),
    ] {
        let bytes = std::fs::read(place.path("project").join(from)).expect("a file");
        place.write(to, bytes);
    }
    std::fs::remove_dir_all(place.path("project")).expect("a folder that is gone");
    let first = tree(&place.path("out"));
    again(&place, "again", &["--base", "flat", "--source", "b=b"]).ends(0);
    assert_eq!(tree(&place.path("again")), first);
    // Another file of the same name is none of the run's.
    place.write("flat/levels.csv", "problem,level\nx,1\n");
    again(&place, "third", &["--base", "flat", "--source", "b=b"])
        .ends(4)
        .tells(&["`level` has other files", "`levels.csv` is"]);
}

#[test]
fn a_source_of_the_command_line_is_in_the_lock_file_by_name_and_content() {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&openr1_rows(20)));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5]\n",
    );
    let given = format!("all={}", place.path("data/rows.jsonl").display());
    place.run("out", &["--source", &given]).ends(0);
    let lock = std::fs::read_to_string(place.path(LOCK)).expect("a lock file");
    let file = &place.out("out").manifest()["files"][0];
    let line = format!("rows.jsonl {}\n", text(file, "blake3"));
    let hash = &blake3::hash(line.as_bytes()).to_hex()[..32];
    assert!(lock.contains("path = \"rows.jsonl\""), "{lock}");
    assert!(
        lock.contains(&format!("# sources.all: 1, {hash}\n")),
        "{lock}"
    );
    place.write("bytes.json", byte_tokenizer());
    let missing = again(&place, "again", &[]).ends(2);
    missing.tells(&["for `all`", "--base DIR", "--source all=PATH"]);
    place.write("data/bytes.json", byte_tokenizer());
    again(&place, "again", &["--base", "data"]).ends(0);
    again(&place, "third", &["--source", "all=data/rows.jsonl"]).ends(0);
    let first = tree(&place.path("out"));
    assert_eq!(tree(&place.path("again")), first);
    assert_eq!(tree(&place.path("third")), first);
}
