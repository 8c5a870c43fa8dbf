//! Commands that are called in the process of another program: what they would have printed is data.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use gradatim::cli::{Answer, answer};

use crate::support::*;

fn asked(arguments: &[&str]) -> Answer {
    let arguments = ["gradatim"].iter().chain(arguments);
    answer(arguments, &Arc::default())
}

fn out() -> String {
    QUICKSTART.out.0.to_string_lossy().into_owned()
}

#[test]
fn a_command_answers_what_it_prints_as_json() {
    let place = Place::new();
    for arguments in [
        vec!["check", &out(), "--json"],
        vec!["balance", &out(), "--json"],
        vec![
            "sql",
            "SELECT count(*) AS n FROM ledger",
            "--in",
            &out(),
            "--json",
        ],
        vec!["verify", "--gold", "1/2", "--answer", "2", "--json"],
        vec!["diff", &out(), &out(), "--json"],
    ] {
        let printed = place.gradatim(&arguments).ends(0).stdout;
        let answered = asked(&arguments);
        let report = answered.json.expect("a report");
        // As texts: a number that is read again may be the next one.
        let report = serde_json::to_string_pretty(&report).expect("its text");
        assert_eq!(report + "\n", printed, "{arguments:?}");
        assert_eq!((answered.exit_code, answered.text.as_str()), (0, ""));
    }
}

#[test]
fn a_page_is_a_text_and_an_answer_that_is_no_has_its_code() {
    let place = Place::new();
    let out = out();
    let expect = "0".repeat(64);
    let arguments = ["check", &out, "--expect", &expect];
    let answered = asked(&arguments);
    assert_eq!(answered.exit_code, 1);
    assert_eq!(answered.text, place.gradatim(&arguments).ends(1).stdout);
    assert_eq!(answered.failure, None);
    let example = place.gradatim(&["example", "columns"]).ends(0);
    assert_eq!(asked(&["example", "columns"]).text, example.stdout);
    assert!(asked(&["--help"]).text.contains("Exit codes:"));
}

#[test]
fn rows_of_a_query_are_columns_under_names_of_which_none_is_twice() {
    let query = "SELECT a.subset, b.subset FROM subsets a, subsets b";
    let answered = asked(&["sql", query, "--in", &out()]);
    let rows = answered.rows.expect("rows");
    let schema = rows[0].schema();
    let names: Vec<&String> = schema.fields().iter().map(|field| field.name()).collect();
    assert_eq!(names, ["subset", "subset_2"]);
    let subsets = QUICKSTART.out.selection().len();
    let count: usize = rows.iter().map(|batch| batch.num_rows()).sum();
    assert_eq!(count, subsets * subsets);
}

#[test]
fn a_failure_is_data_with_its_hint() {
    let place = Place::new();
    let folder = place.folder().to_string_lossy();
    let answered = asked(&["check", &folder]);
    let failure = answered.failure.expect("a failure");
    let told = place.gradatim(&["check", &folder]).ends(2).stderr;
    let hint = failure.hint.expect("a hint");
    assert_eq!(told, format!("error: {}\nhint: {hint}\n", failure.message));
    assert_eq!((answered.exit_code, answered.json), (2, None));
    let misused = asked(&["chekc"]);
    assert_eq!(misused.exit_code, 2);
    assert!(
        misused
            .failure
            .expect("a failure")
            .message
            .contains("'check'")
    );
}

#[test]
fn a_command_that_is_told_to_stop_ends_and_writes_nothing() {
    let place = Place::new();
    let (out, pool) = (place.path("out"), place.path("pool"));
    let arguments = [
        "gradatim",
        "run",
        "pipelines/quickstart.toml",
        "--out",
        &out.to_string_lossy(),
        "--pool",
        &pool.to_string_lossy(),
    ];
    let stopped = answer(arguments, &Arc::new(AtomicUsize::new(2)));
    assert_eq!(stopped.exit_code, 130);
    let message = stopped.failure.expect("a failure").message;
    assert_eq!(message, "interrupted");
    assert!(!out.exists());
}
