//! What is measured elsewhere: by a hand that knows nothing of a run but its tasks, whatever becomes of its answers.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gradatim::Error;
use gradatim::job::{Elsewhere, Errand, Hand, Output, Pool, Settings};
use gradatim::pipeline::PipelineFile;
use gradatim::plan::{Overrides, Plan};
use gradatim::source::BatchSize;
use serde_json::Value;

use crate::support::{Place, jsonl, openr1_rows, parquet, tree};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.many]
layout = "openr1"
path = "data"
[sources.one]
layout = "openr1"
path = "one.jsonl"
style = "r1"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all"]
size = [5, 10]
"#;

const FILES: usize = 5;

fn place() -> Place {
    let place = Place::new();
    let rows = openr1_rows(60);
    for file in 0..FILES - 1 {
        let rows = &rows[file * 12..][..12];
        match file % 2 {
            0 => place.write(&format!("data/{file}.jsonl"), jsonl(rows)),
            _ => place.write(
                &format!("data/year=202{file}/{file}.parquet"),
                parquet(rows, 4),
            ),
        };
    }
    place.write("one.jsonl", jsonl(&rows[48..]));
    place.write("pipeline.toml", PIPELINE);
    place
}

/// A hand in this process, to whose tasks and answers something happens on the way.
struct Carrier<F> {
    hand: Hand,
    /// How often a task was carried.
    carried: AtomicUsize,
    /// Of a task, and of the doing of it: what is answered.
    on_the_way: F,
}

impl<F: Fn(&str, &dyn Fn() -> String) -> Option<String> + Sync> Elsewhere for Carrier<F> {
    fn ask(&self, errand: &Errand<'_>) -> gradatim::Result<Vec<Option<String>>> {
        (errand.look)()?;
        let carry = |task: &String| {
            self.carried.fetch_add(1, Ordering::Relaxed);
            (self.on_the_way)(task, &|| self.hand.answer(errand.common, task))
        };
        Ok(errand.tasks.iter().map(carry).collect())
    }
}

/// Runs the pipeline into `out`, measured by a hand; returns how many tasks were carried.
fn run(
    place: &Place,
    out: &str,
    on_the_way: impl Fn(&str, &dyn Fn() -> String) -> Option<String> + Sync,
) -> Result<usize, Error> {
    let file = PipelineFile::read(&place.path("pipeline.toml"))?;
    let plan = Plan::new(&file, &Overrides::default(), &|| unreachable!("no hub"))?;
    let carrier = Carrier {
        hand: Hand::new(BatchSize::of_rows(7)),
        carried: AtomicUsize::new(0),
        on_the_way,
    };
    let settings = Settings {
        pool: Pool::open(Some(&place.path("pool")))?,
        threads: 2,
        batch: BatchSize::of_rows(16),
        stop: &AtomicUsize::new(0),
        watch: &(),
        elsewhere: Some(&carrier),
    };
    let output = Output {
        folder: &place.path(out),
        waits: false,
    };
    gradatim::job::run(&plan, output, &settings)?;
    Ok(carrier.carried.into_inner())
}

fn parts(place: &Place) -> BTreeSet<String> {
    tree(&place.path("pool")).into_keys().collect()
}

#[test]
fn what_is_measured_elsewhere_is_the_same_whatever_becomes_of_the_answers() {
    let place = place();
    place.run("alone", &["--pool", "own"]).ends(0);
    let expected = tree(&place.path("alone"));
    type Way = fn(bool, &dyn Fn() -> String) -> Option<String>;
    let ways: [(&str, Way, usize); 5] = [
        ("every answer comes", |_, done| Some(done()), FILES),
        (
            "none does",
            |_, done| {
                done();
                None
            },
            FILES,
        ),
        (
            "each is done twice",
            |_, done| {
                done();
                Some(done())
            },
            FILES,
        ),
        (
            "it comes as something else",
            |_, done| {
                done();
                Some("}".into())
            },
            FILES,
        ),
        // Whoever was to begin one died: it is sent again.
        (
            "the first are lost",
            |is_known, done| is_known.then(done),
            2 * FILES,
        ),
    ];
    for (index, (way, on_the_way, carried)) in ways.into_iter().enumerate() {
        let out = format!("out-{index}");
        let _ = std::fs::remove_dir_all(place.path("pool"));
        let known = Mutex::new(BTreeSet::new());
        let ran = run(&place, &out, |task, done| {
            let is_new = known.lock().expect("tasks").insert(task.to_owned());
            on_the_way(!is_new, done)
        });
        assert_eq!(ran.expect(way), carried, "{way}");
        assert_eq!(tree(&place.path(&out)), expected, "{way}");
        assert_eq!(tree(&place.path("pool")), tree(&place.path("own")), "{way}");
    }
    // What stands is not asked for again.
    assert_eq!(
        run(&place, "again", |_, done| Some(done())).expect("a run"),
        0
    );
}

#[test]
fn a_unit_that_fails_everywhere_is_told_by_name_and_the_others_stay_in_the_pool() {
    let place = place();
    let error = run(&place, "out", |task, done| {
        let fails = task.contains("3.parquet");
        (!fails)
            .then(done)
            .or(Some(r#"{"failed":{"why":"its disk is full"}}"#.into()))
    });
    let error = error.expect_err("one unit is measured nowhere");
    assert_eq!(error.exit_code(), 4, "{error:?}");
    let told = error.to_string();
    for word in ["1 unit", "many/year=2023/3.parquet", "its disk is full"] {
        assert!(told.contains(word), "`{word}`: {told}");
    }
    assert!(
        error
            .hint()
            .is_some_and(|hint| hint.contains("without `--cluster`"))
    );
    assert!(!place.path("out").exists());
    let kept = parts(&place);
    // The others are there, and one machine does the rest.
    place.run("out", &["--timings", "timings.json"]).ends(0);
    let timings = crate::support::read_json(&place.path("timings.json"));
    assert_eq!(timings["measured_units"], Value::from(1));
    assert!(parts(&place).is_superset(&kept));
}

#[test]
fn a_unit_whose_measuring_ends_who_measures_it_is_given_up() {
    let place = place();
    // As if whoever began it was killed in it: what he noted stays.
    let begun = |errand_task: &str| errand_task.contains("2.jsonl");
    let deaths = AtomicUsize::new(0);
    let error = run(&place, "out", |task, done| {
        if !begun(task) {
            return Some(done());
        }
        let task: Value = serde_json::from_str(task).expect("a task");
        let part = task["part"].as_str().expect("a name");
        for note in notes(&place) {
            for number in 0..5 {
                let noted = std::fs::File::create_new(note.join(format!("{part}-{number}")));
                deaths.fetch_add(usize::from(noted.is_ok()), Ordering::Relaxed);
            }
        }
        Some(done())
    });
    assert_eq!(deaths.into_inner(), 5);
    let error = error.expect_err("one unit is given up");
    assert_eq!(error.exit_code(), 4, "{error:?}");
    assert!(error.to_string().contains("many/2.jsonl"), "{error}");
    assert!(
        error.to_string().contains("none came to its end"),
        "{error}"
    );
    // What was noted is of that run alone.
    assert!(tree(&place.path("pool/partial")).is_empty());
    run(&place, "out", |_, done| Some(done())).expect("the next run");
}

/// Where it is noted which units were begun.
fn notes(place: &Place) -> Vec<PathBuf> {
    let folders = |folder: PathBuf| {
        let found = std::fs::read_dir(folder).into_iter().flatten().flatten();
        found.map(|entry| entry.path()).filter(|path| path.is_dir())
    };
    folders(place.path("pool/partial"))
        .flat_map(folders)
        .collect()
}

#[test]
fn a_file_that_changed_on_the_way_is_refused_by_name() {
    let place = place();
    let other = jsonl(&openr1_rows(3));
    let error = run(&place, "out", |task, done| {
        if task.contains("one.jsonl") {
            place.write("one.jsonl", &other);
        }
        Some(done())
    });
    let error = error.expect_err("another file");
    assert_eq!(error.exit_code(), 4, "{error:?}");
    assert!(
        matches!(&error, Error::Changed { file } if file.ends_with("one.jsonl")),
        "{error:?}"
    );
    run(&place, "out", |_, done| Some(done())).expect("the next run takes it as it is");
}

#[test]
fn a_file_that_nobody_can_read_is_told_as_on_one_machine() {
    let place = place();
    let whole = jsonl(&openr1_rows(40));
    let packed = crate::support::gzip(&whole);
    place.write("one.jsonl.gz", &packed[..packed.len() / 2]);
    place.write(
        "pipeline.toml",
        PIPELINE.replace("one.jsonl", "one.jsonl.gz"),
    );
    let alone = place.run("alone", &["--pool", "own"]).ends(4);
    let error = run(&place, "out", |_, done| Some(done())).expect_err("half of a file");
    assert_eq!(error.exit_code(), 4, "{error:?}");
    let told = error.to_string();
    assert!(told.contains("one/one.jsonl.gz"), "{told}");
    assert!(alone.stderr.contains(&told), "{told}\n{}", alone.stderr);
}

#[test]
fn a_hand_takes_no_task_that_another_build_planned() {
    let hand = Hand::new(BatchSize::of_rows(7));
    let answer = |common: &str, task: &str| -> Value {
        serde_json::from_str(&hand.answer(common, task)).expect("JSON")
    };
    let why = |answer: Value| answer["failed"]["why"].as_str().expect("why").to_owned();
    assert!(why(answer("{}", "{}")).contains("cannot be read here"));
    let place = place();
    let error = run(&place, "out", |task, _| {
        let common = serde_json::json!({
            "program": "0.0.1", "pool": place.path("pool"), "begun": place.path("none"), "tokenizer_name": "bytes.json",
            "folder": place.folder(), "tokenizer": "t", "behaviours": true, "sources": [],
        });
        let answer = hand.answer(&common.to_string(), task);
        assert!(answer.contains("was planned by gradatim 0.0.1"), "{answer}");
        Some(answer)
    });
    let told = error.expect_err("no unit is measured").to_string();
    assert!(told.starts_with(&format!("{FILES} units")), "{told}");
}
