//! A cluster of processes on this machine: one scheduler, executors, and a run that has them measure; killed and stopped.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::*;

/// One cluster at a time: the tests of a machine with two cores would wait for each other's heartbeats.
static ALONE: Mutex<()> = Mutex::new(());

/// So long is waited for what takes a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// Processes that end with the test.
struct Processes<'p> {
    place: &'p Place,
    children: Vec<Child>,
    /// As `df://HOST:PORT`.
    scheduler: String,
    _alone: std::sync::MutexGuard<'static, ()>,
}

impl<'p> Processes<'p> {
    /// A scheduler and so many executors, ready.
    fn start(place: &'p Place, executors: usize) -> Self {
        let alone = ALONE
            .lock()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let mut started = Self {
            place,
            children: Vec::new(),
            scheduler: String::new(),
            _alone: alone,
        };
        started.start_scheduler("0");
        for _ in 0..executors {
            started.start_executor();
        }
        started.wait_for(executors);
        started
    }

    fn start_scheduler(&mut self, port: &str) {
        let arguments = [
            "cluster",
            "scheduler",
            "--port",
            port,
            "--no-executors",
            "8",
        ];
        let mut child = self.place.start_quiet(&arguments);
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout is piped");
        BufReader::new(stdout).read_line(&mut line).expect("a line");
        self.scheduler = line.trim().to_owned();
        assert!(self.scheduler.starts_with("df://127.0.0.1:"), "{line}");
        self.children.push(child);
    }

    fn start_executor(&mut self) {
        let port = ["--port", "0", "--grpc-port", "0"];
        let work = ["--tasks", "1", "--heartbeat", "1", "--memory", "1GB"];
        let to = ["cluster", "executor", "--scheduler", &self.scheduler];
        let child = self.place.start_quiet(&[&to[..], &port, &work].concat());
        self.children.push(child);
    }

    /// Waits until the scheduler has so many executors.
    fn wait_for(&self, executors: usize) {
        let started = Instant::now();
        let count = executors.to_string();
        let health = ["cluster", "health", &self.scheduler, "--executors", &count];
        loop {
            let done = self.place.gradatim(&health);
            if done.code == Some(0) {
                let said = format!("{} works; executors: {executors}\n", self.scheduler);
                assert_eq!(done.stdout, said);
                return;
            }
            assert!(
                started.elapsed() < PATIENCE,
                "{}{}",
                done.stdout,
                done.stderr
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Sends a signal to a process, 0 of which is the scheduler.
    fn signal(&self, process: usize, signal: &str) {
        let id = self.children[process].id().to_string();
        let mut kill = std::process::Command::new("kill");
        let sent = kill.args([signal, &id]).status().expect("kill runs");
        assert!(sent.success(), "kill {signal} {id}");
    }

    fn run<'a>(&'a self, out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let run = ["run", "pipeline.toml", "--pool", "pool", "--out", out];
        let to = ["--cluster", self.scheduler.as_str()];
        [&run[..], &to, more].concat()
    }
}

impl Drop for Processes<'_> {
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Place {
    /// Starts the program; what it says to stderr goes to the test's.
    fn start_quiet(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        command.stderr(Stdio::inherit()).spawn().expect("it starts")
    }
}

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.all]
layout = "openr1"
path = "data"
[[grid]]
category = ["all"]
size = [10, 30]
[grid.control]
random = 1
"#;

const FILES: usize = 12;

/// Twelve files whose measuring takes some seconds, and what one machine makes of them.
fn place() -> (Place, BTreeMap<String, String>) {
    let place = Place::new();
    let rows = openr1_rows(FILES * 25);
    for file in 0..FILES {
        let rows = rows[file * 25..][..25]
            .iter()
            .map(longer)
            .collect::<Vec<_>>();
        match file % 2 {
            0 => place.write(&format!("data/{file:02}.jsonl"), jsonl(&rows)),
            _ => place.write(&format!("data/{file:02}.parquet"), parquet(&rows, 10)),
        };
    }
    place.write("pipeline.toml", PIPELINE);
    place.run("alone", &["--pool", "own"]).ends(0);
    let expected = tree(&place.path("alone"));
    (place, expected)
}

/// The row with responses as long as models write them.
fn longer(row: &Value) -> Value {
    let mut row = row.clone();
    for reply in row["generations"].as_array_mut().into_iter().flatten() {
        let text = reply.as_str().expect("a text");
        let (head, rest) = text.split_once("</think>").unwrap_or(("", text));
        let more = (0..200).map(|step| {
            format!(
                "Then step {step} gives {}, so wait, let me check.\n",
                step * step
            )
        });
        let more: String = more.collect();
        *reply = json!(format!("{head}{more}</think>{rest}"));
    }
    row
}

fn parts(place: &Place) -> usize {
    let parts = tree(&place.path("pool/parts"));
    parts
        .keys()
        .filter(|name| name.ends_with("part.json"))
        .count()
}

/// Waits until so many parts stand.
fn wait_for_parts(place: &Place, count: usize) {
    let started = Instant::now();
    while parts(place) < count {
        assert!(started.elapsed() < PATIENCE, "{} parts", parts(place));
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[track_caller]
fn assert_whole(place: &Place, out: &str, expected: &BTreeMap<String, String>) {
    assert_eq!(&tree(&place.path(out)), expected);
    assert_eq!(
        tree(&place.path("pool/parts")),
        tree(&place.path("own/parts"))
    );
    place.gradatim(&["check", out]).ends(0);
}

#[test]
fn one_two_and_three_executors_make_what_one_machine_makes() {
    let place = Place::new();
    let quickstart = repository().join("pipelines/quickstart.toml");
    let quickstart = quickstart.to_string_lossy();
    for executors in 1..=3 {
        let processes = Processes::start(&place, executors);
        let _ = std::fs::remove_dir_all(place.path("pool"));
        let out = format!("out-{executors}");
        let run = [
            "run",
            &quickstart,
            "--pool",
            "pool",
            "--out",
            &out,
            "--timings",
            "timings.json",
        ];
        let run = [&run[..], &["--cluster", &processes.scheduler]].concat();
        place.gradatim(&run).ends(0);
        assert_eq!(tree(&place.path(&out)), tree(&QUICKSTART.out.0));
        assert_eq!(
            tree(&place.path("pool/parts")),
            tree(&QUICKSTART.pool.join("parts"))
        );
        assert!(
            tree(&place.path("pool/partial"))
                .iter()
                .all(|(name, _)| !name.contains('/'))
        );
        let timings = read_json(&place.path("timings.json"));
        assert_eq!(timings["reused_units"], json!(0));
        // What stands is not measured again, by whomever.
        let share = [
            "measure",
            &quickstart,
            "--pool",
            "pool",
            "--json",
            "--cluster",
        ];
        let told = place
            .gradatim(&[&share[..], &[&processes.scheduler]].concat())
            .ends(0)
            .json();
        assert_eq!(told["measured"], json!(0));
    }
}

#[test]
fn what_a_killed_executor_was_at_is_measured_by_another() {
    let (place, expected) = place();
    let mut processes = Processes::start(&place, 2);
    let run = place.start(&processes.run("out", &[]));
    wait_for_parts(&place, 2);
    processes.signal(1, "-KILL");
    processes.start_executor();
    wait(run).ends(0);
    assert_whole(&place, "out", &expected);
}

#[test]
fn a_stalled_executor_is_passed_by() {
    let (place, expected) = place();
    let processes = Processes::start(&place, 2);
    let run = place.start(&processes.run("out", &[]));
    wait_for_parts(&place, 2);
    processes.signal(1, "-STOP");
    let done = wait(run);
    processes.signal(1, "-CONT");
    done.ends(0);
    assert_whole(&place, "out", &expected);
}

#[test]
fn an_executor_that_is_asked_to_end_ends_what_it_is_at() {
    let (place, expected) = place();
    let mut processes = Processes::start(&place, 2);
    let run = place.start(&processes.run("out", &[]));
    wait_for_parts(&place, 2);
    processes.signal(1, "-TERM");
    let ended = processes.children[1].wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
    wait(run).ends(0);
    assert_whole(&place, "out", &expected);
    processes.signal(0, "-TERM");
    let ended = processes.children[0].wait().expect("it ends");
    assert_eq!(ended.code(), Some(0));
}

#[test]
fn a_run_whose_scheduler_dies_ends_with_3_and_goes_on_with_the_next() {
    let (place, expected) = place();
    let mut processes = Processes::start(&place, 2);
    let run = place.start(&processes.run("out", &[]));
    wait_for_parts(&place, 2);
    processes.signal(0, "-KILL");
    let done = wait(run)
        .ends(3)
        .tells(&["the scheduler df://", "the same command"]);
    assert!(!place.path("out").exists(), "{}", done.stderr);
    assert!(parts(&place) >= 2);
    // Nobody there.
    let again = place.gradatim(&processes.run("out", &[]));
    again
        .ends(3)
        .tells(&["cannot be reached", "the same command"]);
    let port = processes
        .scheduler
        .rsplit(':')
        .next()
        .expect("a port")
        .to_owned();
    processes.start_scheduler(&port);
    // The executors find the next one by themselves.
    processes.wait_for(2);
    place.gradatim(&processes.run("out", &[])).ends(0);
    assert_whole(&place, "out", &expected);
}

#[test]
fn a_run_without_executors_is_given_up_when_the_last_has_died() {
    let (place, expected) = place();
    let mut processes = Processes::start(&place, 1);
    let run = place.start(&processes.run("out", &[]));
    wait_for_parts(&place, 1);
    processes.signal(1, "-KILL");
    wait(run)
        .ends(3)
        .tells(&["all executors", "the same command"]);
    processes.start_executor();
    place.gradatim(&processes.run("out", &[])).ends(0);
    assert_whole(&place, "out", &expected);
}

#[test]
fn a_run_that_is_interrupted_or_killed_goes_on() {
    let (place, expected) = place();
    let processes = Processes::start(&place, 1);
    for signal in ["-INT", "-KILL"] {
        let run = place.start(&processes.run("out", &[]));
        let id = run.id().to_string();
        wait_for_parts(&place, parts(&place) + 1);
        let sent = std::process::Command::new("kill")
            .args([signal, &id])
            .status();
        assert!(sent.expect("kill runs").success());
        let done = wait(run);
        assert_eq!(
            done.code,
            (signal == "-INT").then_some(130),
            "{}",
            done.stderr
        );
    }
    place.gradatim(&processes.run("out", &[])).ends(0);
    assert_whole(&place, "out", &expected);
    assert!(
        tree(&place.path("pool/partial"))
            .keys()
            .all(|name| !name.contains("part"))
    );
}

#[test]
fn a_file_that_cannot_be_read_is_told_as_on_one_machine() {
    let (place, _) = place();
    let packed = gzip(&jsonl(&openr1_rows(40)));
    place.write("data/half.jsonl.gz", &packed[..packed.len() / 2]);
    let alone = place.run("again", &["--pool", "own"]).ends(4);
    let processes = Processes::start(&place, 1);
    let done = place.gradatim(&processes.run("out", &[])).ends(4);
    assert_eq!(done.stderr, alone.stderr);
}

#[test]
fn a_pool_that_executors_do_not_see_is_told() {
    let (place, _) = place();
    let processes = Processes::start(&place, 1);
    // In the driver's eyes alone: a link that its folder has.
    let hidden = Path::new("/proc/self/cwd/pool");
    let hidden = hidden.to_string_lossy();
    let run = ["run", "pipeline.toml", "--out", "out", "--pool", &hidden];
    let elsewhere = place.path("elsewhere");
    std::fs::create_dir(&elsewhere).expect("a folder");
    std::fs::copy(place.path("pipeline.toml"), elsewhere.join("pipeline.toml")).expect("a copy");
    let base = place.folder().to_string_lossy().into_owned();
    let run = [
        &run[..],
        &["--base", &base, "--cluster", &processes.scheduler],
    ]
    .concat();
    let done = place.gradatim_in("elsewhere", &run).ends(4);
    done.tells(&["12 units were measured nowhere", "there is no pool"]);
}

#[test]
fn executors_answer_queries_as_this_process_does() {
    let place = Place::new();
    let processes = Processes::start(&place, 2);
    let (out, pool) = (
        QUICKSTART.out.0.to_string_lossy(),
        QUICKSTART.pool.to_string_lossy(),
    );
    for query in [
        "SELECT source, reason, count(*) AS count FROM ledger GROUP BY source, reason ORDER BY 1, 2",
        "SELECT subset || '!' AS subset, sum(tokens) AS sum FROM selection JOIN ledger USING (trajectory_id) \
         GROUP BY subset ORDER BY 1",
        "SELECT id, style(messages[2]['content']) AS style, repeat('ab', 2) AS twice FROM \"random-r1-100\" ORDER BY id",
        "SELECT count(*) AS count, max(tokens) AS most FROM pool",
        "SELECT subset, rows FROM subsets ORDER BY subset, rows",
    ] {
        let ask = ["sql", query, "--in", &out, "--pool", &pool, "--json"];
        let here = place.gradatim(&ask).ends(0).json();
        let there = place.gradatim(&[&ask[..], &["--cluster", &processes.scheduler]].concat());
        assert_eq!(there.ends(0).json(), here, "{query}");
        assert!(
            here.as_array().is_some_and(|rows| !rows.is_empty()),
            "{query}"
        );
    }
    let absent = ["sql", "SELECT nope FROM ledger", "--in", &out];
    let here = place.gradatim(&absent).ends(2).stderr;
    let there = place.gradatim(&[&absent[..], &["--cluster", &processes.scheduler]].concat());
    assert_eq!(there.ends(2).stderr, here);
}
