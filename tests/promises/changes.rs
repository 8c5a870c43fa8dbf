//! What changes under a run: a file that is replaced or written to between planning, hashing, measuring and emitting.
//!
//! The run tells its watcher where it is, and the watcher changes the file there and then: no sleep, no luck.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::time::SystemTime;

use gradatim::job::{self, Amount, Output, Pool, Settings, Watch};
use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};
use gradatim::source::BatchSize;
use gradatim::{Error, Result};
use serde_json::{Value, json};

use super::support::{Place, gzip, jsonl, openr1_rows, parquet, table, tree};

const PIPELINE: &str = r#"
[sources.own]
layout = "openr1"
path = "FILE"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [10]
"#;

/// Before a file is hashed; between that and its measuring; between that and the fetching of its text.
const PLANNED: &str = "measure";
const HASHED: &str = "tokenizer";
const MEASURED: &str = "fetch";

/// Acts once, where the run comes to a moment.
struct At<'a> {
    moment: &'a str,
    act: Mutex<Option<Box<dyn FnOnce() + Send + 'a>>>,
}

impl At<'_> {
    fn come_to(&self, moment: &str) {
        if moment == self.moment
            && let Some(act) = self.act.lock().expect("an act").take()
        {
            act();
        }
    }
}

impl Watch for At<'_> {
    fn begin(&self, stage: &'static str, _: Amount) {
        self.come_to(stage);
    }
    fn waits_for(&self, what: &'static str) {
        self.come_to(what);
    }
    fn advance(&self, _: Amount) {}
    fn note(&self, _: &str) {}
}

/// Runs the pipeline into `out`; at that moment something happens.
fn run<'a>(
    place: &Place,
    out: &str,
    moment: &'a str,
    act: impl FnOnce() + Send + 'a,
) -> Result<()> {
    let file = PipelineFile::read(&place.path("pipeline.toml"))?;
    let plan = Plan::new(&file, &Overrides::default(), &|| unreachable!("no hub"))?;
    let watch = At {
        moment,
        act: Mutex::new(Some(Box::new(act))),
    };
    let settings = Settings {
        pool: Pool::open(Some(&place.path("pool")))?,
        threads: 2,
        batch: BatchSize::of_rows(16),
        stop: &AtomicUsize::new(0),
        watch: &watch,
        elsewhere: None,
    };
    let output = Output {
        folder: &place.path(out),
        waits: false,
    };
    job::run(&plan, output, &settings)?;
    let acted = watch.act.lock().expect("an act").is_none();
    assert!(acted, "the run came to `{moment}`");
    Ok(())
}

/// The rows, and the same with another last digit in each reply: of the same length in every form.
fn contents() -> (Vec<Value>, Vec<Value>) {
    let rows = openr1_rows(40);
    let text = Value::from(rows.clone()).to_string();
    let other = text.replace("Okay, so", "Okay, no");
    assert_eq!(text.len(), other.len());
    let other = serde_json::from_str(&other).expect("rows");
    (rows, other)
}

type Form = fn(&[Value]) -> Vec<u8>;

/// Each form of file with its name.
const FORMS: [(&str, Form); 3] = [
    ("rows.jsonl", |rows| jsonl(rows)),
    ("rows.jsonl.gz", |rows| gzip(&jsonl(rows))),
    ("rows.parquet", |rows| parquet(rows, 8)),
];

/// Writes into the file as it stands, and sets its times back.
fn in_place(path: &Path, bytes: &[u8]) {
    let times: SystemTime = std::fs::metadata(path)
        .and_then(|data| data.modified())
        .expect("a time");
    std::fs::write(path, bytes).expect("a file");
    let opened = std::fs::File::options()
        .append(true)
        .open(path)
        .expect("a file");
    opened.set_modified(times).expect("a time");
}

/// Puts another file in its place.
fn renamed(path: &Path, bytes: &[u8]) {
    let aside = path.with_extension("aside");
    std::fs::write(&aside, bytes).expect("a file");
    std::fs::rename(&aside, path).expect("a file");
}

#[cfg(unix)]
fn linked(path: &Path, bytes: &[u8]) {
    let aside = path.with_extension("aside");
    std::fs::write(&aside, bytes).expect("a file");
    std::fs::remove_file(path).expect("a file");
    std::os::unix::fs::symlink(&aside, path).expect("a link");
}

#[cfg(unix)]
const WAYS: [fn(&Path, &[u8]); 3] = [in_place, renamed, linked];
#[cfg(not(unix))]
const WAYS: [fn(&Path, &[u8]); 2] = [in_place, renamed];

fn parts(place: &Place) -> usize {
    let pool = place.path("pool");
    if !pool.is_dir() {
        return 0;
    }
    let names = tree(&pool).into_keys();
    names.filter(|name| name.ends_with("part.json")).count()
}

#[track_caller]
fn has_changed(done: Result<()>, what: &str) {
    match done {
        Err(Error::Changed { .. }) => {}
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_file_that_changes_before_it_is_measured_is_filed_under_no_name() {
    let (rows, other) = contents();
    for (name, form) in FORMS {
        for (at, change) in WAYS.into_iter().enumerate() {
            let place = Place::new();
            let path = place.write(name, form(&rows));
            place.write("pipeline.toml", PIPELINE.replace("FILE", name));
            let what = format!("{name}, way {at}");
            let replaced = form(&other);
            has_changed(
                run(&place, "out", HASHED, || change(&path, &replaced)),
                &what,
            );
            assert!(!place.path("out").exists(), "{what}");
            assert_eq!(parts(&place), 0, "{what}: a part of what nobody hashed");
            // What is measured of either content is its own.
            for rows in [&rows, &other] {
                std::fs::remove_file(&path).expect("a file");
                std::fs::write(&path, form(rows)).expect("a file");
                let out = format!(
                    "out{}",
                    rows[0]["generations"][0].to_string().contains("no")
                );
                run(&place, &out, PLANNED, || {}).expect("a run");
                for row in table(
                    &place
                        .path(&out)
                        .join("all-normal-10/train-00000-of-00001.parquet"),
                ) {
                    let reply = row["messages"][1]["content"].as_str().expect("a reply");
                    let is_own = rows.iter().any(|row| {
                        row["generations"]
                            .as_array()
                            .expect("a list")
                            .contains(&json!(reply))
                    });
                    assert!(is_own, "{what}: {reply}");
                }
            }
        }
    }
}

#[test]
fn a_file_that_changes_before_its_text_is_fetched_is_not_emitted() {
    let rows = openr1_rows(40);
    // Only what no id of a trajectory sees: the gold answer, and white space in the problem.
    let text = Value::from(rows.clone()).to_string();
    let changes = [
        text.replace("\"answer\":\"", "\"answer\":\"1"),
        text.replace("What is", "What  is"),
        text.replace("Okay, so", "Okay, no"),
    ];
    for changed in changes {
        let changed: Vec<Value> = serde_json::from_str(&changed).expect("rows");
        for (name, form) in FORMS {
            for change in WAYS {
                let place = Place::new();
                let path = place.write(name, form(&rows));
                place.write("pipeline.toml", PIPELINE.replace("FILE", name));
                let replaced = form(&changed);
                let done = run(&place, "out", MEASURED, || change(&path, &replaced));
                has_changed(done, name);
                assert!(!place.path("out").exists(), "{name}");
            }
        }
    }
}

#[test]
fn a_file_that_is_replaced_before_it_is_hashed_is_read_in_its_own_units_or_not_at_all() {
    let (rows, other) = contents();
    for (name, form) in FORMS {
        let place = Place::new();
        let path = place.write(name, form(&rows));
        place.write("pipeline.toml", PIPELINE.replace("FILE", name));
        let replaced = form(&other);
        let swap = || renamed(&path, &replaced);
        match run(&place, "out", PLANNED, swap) {
            Ok(()) => {}
            done => has_changed(done, name),
        }
        // Twice as many row groups, or rows.
        let longer = [rows.clone(), openr1_rows(90)].concat();
        let replaced = form(&longer);
        let swap = || renamed(&path, &replaced);
        has_changed(run(&place, "again", PLANNED, swap), name);
    }
}

#[test]
fn a_tokenizer_that_changes_before_it_is_loaded_counts_nothing() {
    let place = Place::new();
    place.write("rows.jsonl", jsonl(&openr1_rows(40)));
    place.write("pipeline.toml", PIPELINE.replace("FILE", "rows.jsonl"));
    let path = place.path("bytes.json");
    let text = std::fs::read_to_string(&path).expect("a tokenizer");
    let done = run(&place, "out", HASHED, || {
        std::fs::write(&path, text + "\n").expect("a file");
    });
    has_changed(done, "the tokenizer");
    assert_eq!(parts(&place), 0);
}

#[test]
fn what_is_written_behind_a_file_while_it_is_read_is_of_the_next_run() {
    let place = Place::new();
    let rows = jsonl(&openr1_rows(40));
    let path = place.write("rows.jsonl", &rows);
    place.write("pipeline.toml", PIPELINE.replace("FILE", "rows.jsonl"));
    run(&place, "clean", PLANNED, || {}).expect("a run");
    std::fs::remove_dir_all(place.path("pool")).expect("a pool");
    let longer = [rows, jsonl(&openr1_rows(50))].concat();
    let append = || in_place(&path, &longer);
    run(&place, "out", HASHED, append).expect("a run");
    assert_eq!(tree(&place.path("out")), tree(&place.path("clean")));
}
