//! Who owns a place to write: of two that want the same at once one has it, and what is nobody's is taken over.
//!
//! Runs are held where a test wants them by the pool's lock, which they take just after the place of their output.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::{Done, Place, jsonl, openr1_rows, parquet, tree, wait};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [5]
"#;

/// A measured source, and the folder that a run over it makes.
fn measured() -> Place {
    let place = Place::new();
    let rows = openr1_rows(30);
    place.write("data/a.parquet", parquet(&rows[..20], 10));
    place.write("data/b.jsonl", jsonl(&rows[20..]));
    place.write("pipeline.toml", PIPELINE);
    place.run("expected", &[]).ends(0);
    place
}

/// Keeps every run from going on until it is dropped.
fn held_pool(place: &Place) -> File {
    let lock = File::open(place.path("pool/lock")).expect("the lock of the pool");
    lock.lock().expect("as one that prunes holds it");
    lock
}

fn start(place: &Place, out: &str, more: &[&str]) -> Child {
    let run = ["run", "pipeline.toml", "--pool", "pool", "--out", out];
    place.start(&[&run, more].concat())
}

/// Waits until something is so.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(100), "{what}: never");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The mark says who builds.
fn until_built_by(place: &Place, child: &Child) {
    let mark = place.path("out.partial/.gradatim-partial");
    let says = format!("process {},", child.id());
    until("it begins to build", || {
        std::fs::read_to_string(&mark).is_ok_and(|text| text.contains(&says))
    });
}

fn ends_as_expected(place: &Place, done: Done) {
    done.ends(0);
    assert_eq!(tree(&place.path("out")), tree(&place.path("expected")));
    assert!(!place.path("out.partial").exists());
}

#[test]
fn of_two_runs_into_one_folder_one_makes_it_whole_and_the_other_names_it() {
    let place = measured();
    for round in 0..20 {
        let held = held_pool(&place);
        let mut children = [start(&place, "out", &[]), start(&place, "out", &[])];
        let mut loser = None;
        until("one of two is refused", || {
            let ended = |child: &mut Child| child.try_wait().expect("a process").is_some();
            loser = children.iter_mut().position(ended);
            loser.is_some()
        });
        let [first, second] = children;
        let (lost, won) = match loser {
            Some(0) => (first, second),
            _ => (second, first),
        };
        let winner = format!("process {}", won.id());
        wait(lost)
            .ends(2)
            .tells(&["out.partial", &winner, "--wait"]);
        drop(held);
        ends_as_expected(&place, wait(won));
        std::fs::remove_dir_all(place.path("out"))
            .unwrap_or_else(|error| panic!("{round}: {error}"));
    }
}

#[test]
fn one_that_waits_goes_on_where_the_other_was_killed_and_is_refused_where_it_was_done() {
    let place = measured();
    for kills in [true, false] {
        let held = held_pool(&place);
        let mut first = start(&place, "out", &[]);
        until_built_by(&place, &first);
        let mut second = start(&place, "out", &["--wait"]);
        let mut says = BufReader::new(second.stderr.take().expect("stderr is piped"));
        let mut line = String::new();
        while !line.contains("waits") {
            line.clear();
            let read = says.read_line(&mut line).expect("what is said");
            assert!(read > 0, "it never said that it waits");
        }
        assert!(line.contains(&format!("process {}", first.id())), "{line}");
        if kills {
            first.kill().expect("SIGKILL");
            wait(first);
            until_built_by(&place, &second);
            drop(held);
        } else {
            drop(held);
            // The second may have made a new `out.partial` by now, to be refused in.
            wait(first).ends(0);
        }
        let mut rest = String::new();
        says.read_to_string(&mut rest).expect("what is said");
        let code = second.wait().expect("a process").code();
        assert_eq!(code, Some(if kills { 0 } else { 2 }), "{rest}");
        assert_eq!(rest.contains("in the way"), !kills, "{rest}");
        assert_eq!(tree(&place.path("out")), tree(&place.path("expected")));
        assert!(!place.path("out.partial").exists());
        std::fs::remove_dir_all(place.path("out")).expect("it can go");
    }
}

#[test]
fn one_that_waits_ends_when_it_is_asked_to() {
    let place = measured();
    let held = held_pool(&place);
    let first = start(&place, "out", &[]);
    until_built_by(&place, &first);
    for out in ["out", "other"] {
        // For the other run, or for the pool.
        let second = start(&place, out, &["--wait"]);
        let partial = place.path("other.partial/.gradatim-partial");
        until("it has begun", || out == "out" || partial.exists());
        let code = stopped(second);
        assert!(code == Some(130), "{out}: {code:?}");
    }
    drop(held);
    ends_as_expected(&place, wait(first));
    assert!(!place.path("other.partial").exists());
}

/// Sends SIGINT until it ends: one that comes before it listens is met by the system.
fn stopped(mut child: Child) -> Option<i32> {
    std::thread::sleep(Duration::from_millis(300));
    let kill = format!("kill -INT {}", child.id());
    let sent = std::process::Command::new("sh")
        .args(["-c", &kill])
        .status();
    assert!(sent.expect("sh runs").success());
    until("it ends", || child.try_wait().expect("a process").is_some());
    child.wait().expect("a process").code()
}

#[test]
fn what_gets_the_name_while_a_run_goes_on_is_never_replaced() {
    let place = measured();
    for make in [
        (|path| std::fs::create_dir(path)) as fn(std::path::PathBuf) -> std::io::Result<()>,
        |path| std::fs::write(path, "a file"),
        |path| link("nowhere", path),
    ] {
        let held = held_pool(&place);
        let run = start(&place, "out", &[]);
        until_built_by(&place, &run);
        make(place.path("out")).expect("somebody is faster");
        let before = place
            .path("out")
            .symlink_metadata()
            .expect("it is there")
            .file_type();
        drop(held);
        wait(run).ends(2).tells(&["in the way"]);
        let after = place
            .path("out")
            .symlink_metadata()
            .expect("it stays")
            .file_type();
        assert_eq!(before, after);
        assert_eq!(tree(&place.path("out")).len(), 0);
        assert!(!place.path("out.partial").exists());
        std::fs::remove_file(place.path("out"))
            .or_else(|_| std::fs::remove_dir(place.path("out")))
            .expect("it can go");
    }
}

#[cfg(unix)]
fn link(target: &str, path: std::path::PathBuf) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(not(unix))]
fn link(_: &str, path: std::path::PathBuf) -> std::io::Result<()> {
    std::fs::write(path, "no link")
}

#[test]
fn two_runs_that_meet_the_same_damaged_part_mend_it_for_each_other() {
    let place = measured();
    for round in 0..6 {
        let parts = tree(&place.path("pool/parts"));
        let table = parts.keys().find(|name| name.ends_with("problems.parquet"));
        let path = place.path("pool/parts").join(table.expect("a part"));
        let mut bytes = std::fs::read(&path).expect("a table");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        std::fs::write(&path, bytes).expect("damage");
        let held = held_pool(&place);
        let runs = ["one", "two", "three"].map(|out| (out, start(&place, out, &[])));
        for (out, _) in &runs {
            let begun = place.path(&format!("{out}.partial/.gradatim-partial"));
            until("it has begun", || begun.exists());
        }
        drop(held);
        for (out, run) in runs {
            wait(run).ends(0);
            assert_eq!(
                tree(&place.path(out)),
                tree(&place.path("expected")),
                "{round}"
            );
            std::fs::remove_dir_all(place.path(out)).expect("it can go");
        }
        place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
        assert!(tree(&place.path("pool/partial")).is_empty());
        assert_eq!(
            tree(&place.path("pool/parts")),
            parts,
            "nothing else is left"
        );
    }
}

/// `--pool .`, where a folder of the user's own is called as one of the pool's.
#[test]
fn a_pool_never_clears_what_is_not_its_own() {
    let place = measured();
    let mine = [
        "pool/partial/thesis/a.tex",
        "pool/parts/ab/book/a.tex",
        "pool/parts/notes.txt",
    ];
    for path in mine {
        place.write(path, "years of work");
    }
    let prune = ["pool", "prune", "--all", "--pool", "pool", "--json"];
    let removed = place.gradatim(&prune).ends(0).json()["removed"].clone();
    assert_eq!(removed, serde_json::json!(2));
    place.run("out", &[]).ends(0);
    for path in mine {
        assert!(place.path(path).is_file(), "{path}");
    }
    place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
}

#[test]
fn two_that_prune_at_once_and_one_that_lists_do_not_harm_each_other() {
    let place = measured();
    let prune = ["pool", "prune", "--all", "--pool", "pool", "--json"];
    for _ in 0..5 {
        place.run("out", &[]).ends(0);
        std::fs::remove_dir_all(place.path("out")).expect("it can go");
        let held = held_pool(&place);
        let list = place.start(&["pool", "check", "--pool", "pool"]);
        place.gradatim(&prune).ends(2).tells(&["reads or prunes"]);
        drop(held);
        wait(list).ends(0);
        let both = [place.start(&prune), place.start(&prune)].map(wait);
        let codes = both.map(|done| done.code);
        assert!(codes.contains(&Some(0)), "{codes:?}");
        assert!(tree(&place.path("pool/parts")).is_empty());
        assert!(tree(&place.path("pool/partial")).is_empty());
    }
}

#[test]
fn two_that_judge_into_one_file_do_not_mix() {
    let place = Place::new();
    let mut rows = String::new();
    for at in 0..4000 {
        rows += &format!("{{\"gold\": \"{at}\", \"response\": \"It is {at}.\"}}\n");
    }
    place.write("rows.jsonl", rows);
    let verify = ["verify", "rows.jsonl", "--out", "judged.jsonl"];
    place.gradatim(&verify).ends(0);
    let whole = tree(place.folder());
    for _ in 0..3 {
        let done = [place.start(&verify), place.start(&verify)].map(wait);
        let codes = done.map(|done| done.code);
        assert!(codes.contains(&Some(0)), "{codes:?}");
        assert!(
            codes.iter().all(|code| [Some(0), Some(2)].contains(code)),
            "{codes:?}"
        );
        assert_eq!(tree(place.folder()), whole);
    }
    place.write("judged.jsonl.partial/thesis.tex", "years of work");
    place
        .gradatim(&verify)
        .ends(2)
        .tells(&["judged.jsonl.partial", "in the way"]);
}
