//! Sources, pool and output in an object store: the same bytes as on this disk, whatever the store does meanwhile.

mod s3;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use gradatim::source::hub::{Hooks, Patience};
use gradatim::source::store::{ObjectUrl, Stores};
use gradatim::{Error, Result};

use crate::support::{Dice, Place, jsonl, openr1_row, openr1_rows, parquet, read_json, tree, wait};
use s3::{Act, MockStore};

const PIPELINE: &str = r#"
on_shortfall = "short"
[sources.most]
layout = "openr1"
path = "SOURCE"
[sources.rest]
layout = "openr1"
path = "REST"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["all"]
size = [5, 10]
[grid.length]
rule = ["short", "normal", "long"]
bucket = 10
within = "pool"
[grid.control]
random = 1
"#;

/// A store with a dataset, the same files on this disk, and a pipeline over each.
fn scene() -> (MockStore, Place) {
    let store = MockStore::start();
    let place = Place::new()
        .with("AWS_ENDPOINT_URL", store.endpoint())
        .with("AWS_ACCESS_KEY_ID", "who")
        .with("AWS_SECRET_ACCESS_KEY", "hush")
        .with("AWS_REGION", "here");
    let rows = openr1_rows(60);
    let files = [
        ("data/train-00000-of-00002.parquet", parquet(&rows[..30], 8)),
        (
            "data/train-00001-of-00002.parquet",
            parquet(&rows[30..50], 8),
        ),
        ("data/test-00000-of-00001.parquet", parquet(&rows[..2], 8)),
        ("rest.jsonl", jsonl(&rows[50..])),
    ];
    for (name, bytes) in files {
        store.put(name, bytes.clone());
        place.write(name, bytes);
    }
    let pipeline =
        |source: &str, rest: &str| PIPELINE.replace("SOURCE", source).replace("REST", rest);
    place.write("here.toml", pipeline("data", "rest.jsonl"));
    place.write(
        "there.toml",
        pipeline("s3://lake/data", "s3://lake/rest.jsonl"),
    );
    (store, place)
}

/// What is written of an experiment, without what says where the rows lay.
fn rows_alone(files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let says_where = ["manifest.json", "pipeline.lock.toml", "SHA256SUMS"];
    files
        .into_iter()
        .filter(|(name, _)| !says_where.iter().any(|last| name.ends_with(last)))
        .collect()
}

/// The folder of a store, as [`tree`] gives one of this disk.
fn tree_of(store: &MockStore, place: &Place, folder: &str) -> BTreeMap<String, String> {
    let at = place.path(&format!("copy-of-{}", folder.replace('/', "-")));
    let _ = std::fs::remove_dir_all(&at);
    for (name, bytes) in store.below(folder) {
        let path = at.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    tree(&at)
}

const THERE: [&str; 6] = [
    "run",
    "there.toml",
    "--pool",
    "s3://lake/pool",
    "--out",
    "s3://lake/out/one",
];

#[test]
fn sources_pool_and_output_in_a_store_give_the_bytes_of_a_run_on_this_disk() {
    let (store, place) = scene();
    place
        .gradatim(&["run", "here.toml", "--out", "here", "--pool", "p"])
        .ends(0);
    place
        .gradatim(&["run", "there.toml", "--out", "there", "--pool", "q"])
        .ends(0);
    assert_eq!(
        rows_alone(tree(&place.path("here"))),
        rows_alone(tree(&place.path("there")))
    );
    place.gradatim(&THERE).ends(0);
    assert_eq!(
        tree_of(&store, &place, "out/one"),
        tree(&place.path("there"))
    );
    // However many files there are, the pool was listed once.
    let seen = store.requests();
    let lists = seen
        .iter()
        .filter(|seen| seen.target.contains("list-type=2") && seen.target.contains("prefix=pool"));
    assert_eq!(lists.count(), 1);
    // The ranges of columns were asked for, and of no object all.
    let shards = store
        .requests()
        .into_iter()
        .filter(|seen| seen.method == "GET" && seen.target.contains("train-0000"));
    assert!(shards.clone().count() > 0 && shards.into_iter().all(|seen| seen.range.is_some()));
    // Another machine measures nothing, and says the same.
    std::fs::remove_dir_all(place.path("cache/gradatim")).expect("this machine's copies");
    let again = place.gradatim(&[
        "run",
        "there.toml",
        "--pool",
        "s3://lake/pool",
        "--out",
        "again",
        "--timings",
        "t.json",
    ]);
    again.ends(0);
    assert_eq!(read_json(&place.path("t.json"))["measured_units"], 0);
    assert_eq!(tree(&place.path("again")), tree(&place.path("there")));
    place.gradatim(&["check", "s3://lake/out/one"]).ends(0);
    place
        .gradatim(&[
            "sql",
            "--in",
            "s3://lake/out/one",
            "--pool",
            "s3://lake/pool",
            "select count(*) from pool",
        ])
        .ends(0);
    place
        .gradatim(&["pool", "check", "--pool", "s3://lake/pool"])
        .ends(0);
}

#[test]
fn a_store_that_is_busy_cuts_bodies_and_forgets_to_answer_costs_time_and_nothing_else() {
    let (store, place) = scene();
    place
        .gradatim(&["run", "there.toml", "--out", "there", "--pool", "q"])
        .ends(0);
    store.fault("GET", "train-00000", 0..2, Act::Status(503));
    store.fault("GET", "rest.jsonl", 1..3, Act::Cut(100));
    store.fault("GET", "train-00001", 2..3, Act::Cut(0));
    store.fault("GET", "list-type=2", 1..2, Act::Status(500));
    store.fault("PUT", "part.json", 0..1, Act::Forget);
    store.fault("PUT", "trajectories", 0..1, Act::Status(503));
    store.fault("PUT", "claim.json", 0..1, Act::Forget);
    store.fault("PUT", "manifest.json", 0..1, Act::Forget);
    store.fault("PUT", "ledger.parquet", 0..1, Act::Status(503));
    place.gradatim(&THERE).ends(0);
    assert_eq!(
        tree_of(&store, &place, "out/one"),
        tree(&place.path("there"))
    );
    place
        .gradatim(&["pool", "check", "--pool", "s3://lake/pool"])
        .ends(0);
}

#[test]
fn an_object_that_is_replaced_in_the_middle_is_refused_by_name() {
    for heedless in [false, true] {
        let (store, place) = scene();
        let gets = || {
            let seen = store.requests().into_iter();
            let of_it =
                seen.filter(|seen| seen.method == "GET" && seen.target.contains("train-00001"));
            of_it.count()
        };
        let run = ["run", "there.toml", "--threads", "1", "--pool"];
        place
            .gradatim(&[&run[..], &["p", "--out", "first"]].concat())
            .ends(0);
        let count = gets();
        assert!(count > 3, "footer, columns, texts: {count}");
        // The last is of the texts that were selected.
        store.fault(
            "GET",
            "train-00001",
            count - 1..count,
            Act::Replace(b"PAR1 of other rows".to_vec()),
        );
        if heedless {
            store.fault("GET", "train-00001", count - 1..99, Act::Heedless);
        }
        let out = ["q", "--out", "s3://lake/out/two"];
        let done = place.gradatim(&[&run[..], &out].concat());
        done.ends(4).tells(&[
            "`s3://lake/data/train-00001-of-00002.parquet` has changed since it was measured",
        ]);
        assert!(store.below("out/two").is_empty(), "nothing of it is there");
    }
}

#[test]
fn a_place_is_claimed_by_one_pipeline_and_what_others_left_is_not_written_over() {
    let (store, place) = scene();
    store.put("out/one/notes.txt", "mine");
    place
        .gradatim(&THERE)
        .ends(2)
        .tells(&["is no new place", "notes.txt"]);
    let mine = store.below("out/one");
    assert_eq!(mine.into_keys().collect::<Vec<_>>(), ["notes.txt"]);
    store.remove("out/one/notes.txt");
    let claim = "out/one/__run__/claim.json";
    store.put(claim, "{\"pipeline\": \"another\"}");
    place
        .gradatim(&THERE)
        .ends(2)
        .tells(&["is being written by a run of something else", claim]);
    store.remove(claim);
    // A run that fails before it puts anything gives the place back.
    store.fault("GET", "train-00001", 4..5, Act::Status(403));
    let denied = place.gradatim(&THERE).ends(2).tells(&["AWS_ACCESS_KEY_ID"]);
    assert!(!denied.stderr.contains("hush"), "{}", denied.stderr);
    assert!(store.get(claim).is_none());
    place.gradatim(&THERE).ends(0);
    place
        .gradatim(&THERE)
        .ends(2)
        .tells(&["`s3://lake/out/one` is in the way"]);
}

#[test]
fn a_claim_that_a_dead_run_left_is_no_leave_to_write_over_what_others_put() {
    let (store, place) = scene();
    // The run fails, and its claim cannot be taken back.
    store.fault("GET", "train-00001", 4..5, Act::Status(403));
    store.fault("POST", "delete", 0..1, Act::Status(403));
    place.gradatim(&THERE).ends(2);
    assert!(store.get("out/one/__run__/claim.json").is_some());
    store.put("out/one/README.md", "mine");
    place
        .gradatim(&THERE)
        .ends(2)
        .tells(&["is no new place", "README.md"]);
    assert_eq!(
        store.get("out/one/README.md").as_deref(),
        Some(&b"mine"[..])
    );
    store.remove("out/one/README.md");
    place.gradatim(&THERE).ends(0);
}

#[test]
fn kills_at_any_moment_leave_what_the_same_command_finishes() {
    let (store, place) = scene();
    place
        .gradatim(&["run", "there.toml", "--out", "there", "--pool", "q"])
        .ends(0);
    let expected = tree(&place.path("there"));
    let mut dice = Dice(5);
    let mut span = Duration::from_millis(400);
    let (mut kills, mut finished) = (0, 0);
    while kills < 12 && finished < 60 {
        if kills % 4 == 0 {
            store
                .below("pool")
                .keys()
                .for_each(|name| store.remove(&format!("pool/{name}")));
            let _ = std::fs::remove_dir_all(place.path("cache/gradatim"));
        }
        let mut child = place.start(&THERE);
        std::thread::sleep(span.mul_f64(dice.below(1000) as f64 / 1000.0));
        child.kill().expect("SIGKILL");
        match wait(child).code {
            None => {
                kills += 1;
                span = span.mul_f64(1.1);
                let has_manifest = store.get("out/one/__run__/manifest.json").is_some();
                if has_manifest {
                    assert_eq!(without_claims(&store, &place), expected);
                    store
                        .below("out/one")
                        .keys()
                        .for_each(|name| store.remove(&format!("out/one/{name}")));
                }
            }
            Some(_) => {
                finished += 1;
                span = span.mul_f64(0.8);
                assert_eq!(without_claims(&store, &place), expected);
                store
                    .below("out/one")
                    .keys()
                    .for_each(|name| store.remove(&format!("out/one/{name}")));
            }
        }
    }
    assert_eq!(kills, 12, "so many runs were cut short");
    place.gradatim(&THERE).ends(0);
    assert_eq!(tree_of(&store, &place, "out/one"), expected);
    place.gradatim(&["check", "s3://lake/out/one"]).ends(0);
    place
        .gradatim(&["pool", "check", "--pool", "s3://lake/pool"])
        .ends(0);
    let staged = place.path("cache/gradatim/outputs");
    assert!(
        tree(&staged).is_empty(),
        "what killed runs built is cleared away"
    );
}

/// The output without what keeps others away until it is whole.
fn without_claims(store: &MockStore, place: &Place) -> BTreeMap<String, String> {
    let mut files = tree_of(store, place, "out/one");
    files.retain(|name, _| !name.ends_with("claim.json") && !name.ends_with("putting.json"));
    files
}

#[test]
fn a_damaged_part_of_a_shared_pool_is_measured_again_and_replaced() {
    let (store, place) = scene();
    place.gradatim(&THERE).ends(0);
    let expected = tree_of(&store, &place, "out/one");
    let pool = store.below("pool");
    let of = |ending: &str| {
        let found = pool.keys().find(|name| name.ends_with(ending));
        format!("pool/{}", found.expect("an object"))
    };
    let table = pool
        .keys()
        .find(|name| name.contains("trajectories"))
        .expect("a table");
    store.put(&format!("pool/{table}"), "other bytes");
    store.put(&of("part.json"), "no seal");
    std::fs::remove_dir_all(place.path("cache/gradatim")).expect("this machine's copies");
    let again = place
        .gradatim(&[&THERE[..5], &["s3://lake/out/two"]].concat())
        .ends(0);
    again.tells(&["is damaged", "measured again"]);
    assert_eq!(tree_of(&store, &place, "out/two"), expected);
    assert_eq!(store.below("pool"), pool);
    place
        .gradatim(&["pool", "prune", "--all", "--pool", "s3://lake/pool"])
        .ends(0);
    assert!(store.below("pool").is_empty());
}

#[test]
fn addresses_that_lead_nowhere_are_told_with_a_mend() {
    let (store, place) = scene();
    store.put("data/notes.xyz", "none");
    let says = |address: &str, words: &[&str]| {
        place.gradatim(&["inspect", address]).ends(2).tells(words);
    };
    says(
        "s3://lake/none",
        &[
            "`s3://lake/none` names no file",
            "name a file, a folder or a glob",
        ],
    );
    says("s3://lake/data/*.csv", &["names no file"]);
    says("s3://lake/data/notes.xyz", &["of no kind that can be read"]);
    says("s3://elsewhere/data", &["there is no `s3://elsewhere`"]);
    says("s3://", &["names no bucket"]);
    place
        .gradatim(&["check", "s3://lake/data/none"])
        .ends(2)
        .tells(&["is no output folder"]);
    place
        .gradatim(&["run", "there.toml", "--out", "s3://lake"])
        .ends(2)
        .tells(&["a whole bucket"]);
    let glob = place
        .gradatim(&["inspect", "s3://lake/d*/train-*.parquet"])
        .ends(0);
    assert!(
        glob.stdout.contains("data/train-00001-of-00002.parquet"),
        "{}",
        glob.stdout
    );
    let web = format!("{}/lake/rest.jsonl", store.endpoint());
    let file = format!("file://{}", place.path("rest.jsonl").display());
    for address in [web, file] {
        let seen = place.gradatim(&["inspect", &address]).ends(0);
        assert!(seen.stdout.contains("layout: openr1"), "{}", seen.stdout);
    }
}

#[test]
fn what_this_machine_keeps_of_a_shared_pool_is_not_taken_for_the_store() {
    let (store, place) = scene();
    let measure = ["measure", "there.toml", "--pool", "s3://lake/pool"];
    place.gradatim(&measure).ends(0);
    let whole = store.below("pool");
    // The store lost what this machine still has: it is put again, and nothing is measured.
    for name in whole.keys() {
        store.remove(&format!("pool/{name}"));
    }
    let empty = place
        .gradatim(&["pool", "check", "--pool", "s3://lake/pool"])
        .ends(0);
    assert!(
        empty.stdout.starts_with("0 parts whole"),
        "{}",
        empty.stdout
    );
    place.gradatim(&measure).ends(0);
    assert_eq!(store.below("pool"), whole);
    // What is damaged there is told, whatever lies here; and can be removed.
    let table = whole
        .keys()
        .find(|name| name.contains("trajectories"))
        .expect("a table");
    store.put(&format!("pool/{table}"), "other bytes");
    let damaged = place
        .gradatim(&["pool", "check", "--pool", "s3://lake/pool"])
        .ends(1);
    assert!(damaged.stdout.contains("1 damaged"), "{}", damaged.stdout);
    place
        .gradatim(&["pool", "prune", "--damaged", "--pool", "s3://lake/pool"])
        .ends(0);
    assert!(
        store
            .below("pool")
            .keys()
            .all(|name| !name.starts_with(&table[..35]))
    );
    // Another server with a bucket of the same name is another pool.
    let other = MockStore::start();
    let place = place.with("AWS_ENDPOINT_URL_S3", other.endpoint());
    for (name, bytes) in store.below("data") {
        other.put(&format!("data/{name}"), bytes);
    }
    other.put("rest.jsonl", store.get("rest.jsonl").expect("rows"));
    place.gradatim(&measure).ends(0);
    assert_eq!(other.below("pool").len(), whole.len());
}

#[test]
fn an_empty_object_is_a_file_and_a_marker_of_a_folder_is_none() {
    let (store, place) = scene();
    store.put("data/deeper", "");
    place.gradatim(&["inspect", "s3://lake/data"]).ends(0);
    store.put("data/train-00002-of-00002.parquet", "");
    let done = place
        .gradatim(&["run", "there.toml", "--out", "out"])
        .ends(4);
    assert!(
        done.stderr.contains("train-00002-of-00002.parquet"),
        "{}",
        done.stderr
    );
}

#[test]
fn an_endpoint_without_a_scheme_is_named() {
    let (_store, place) = scene();
    let place = place.with("AWS_ENDPOINT_URL", "127.0.0.1:9000");
    place
        .gradatim(&["inspect", "s3://lake/data"])
        .ends(2)
        .tells(&["`AWS_ENDPOINT_URL` is no address"]);
    place
        .gradatim(&["example", "quickstart", "--into", "s3://lake/x"])
        .ends(2)
        .tells(&["names an address"]);
    place
        .gradatim(&["preflight", "s3://lake/out", "--trainer", "trl"])
        .ends(2);
    assert!(!place.path("s3:").exists());
}

/// Ends what waits where it is told to.
#[derive(Default)]
struct Stop(AtomicBool);

impl Hooks for Stop {
    fn check(&self) -> Result<()> {
        match self.0.load(Ordering::Relaxed) {
            true => Err(Error::Interrupted { signal: 2 }),
            false => Ok(()),
        }
    }

    fn waits(&self, _: &gradatim::source::hub::Wait) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn impatient() -> Patience {
    Patience {
        stall: Duration::from_millis(300),
        pause: Duration::from_millis(1),
        tick: Duration::from_millis(5),
        ..Patience::default()
    }
}

/// A store of the web server that the mock is, which needs no environment.
fn on_the_web(store: &MockStore, hooks: Arc<dyn Hooks>, key: &str) -> (Arc<Stores>, ObjectUrl) {
    let url = format!("{}/lake/{key}", store.endpoint())
        .parse()
        .expect("an address");
    (Arc::new(Stores::with(hooks, impatient())), url)
}

#[test]
fn a_stall_is_passed_by_and_a_range_is_put_together_of_what_came() {
    let store = MockStore::start();
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|at| (at % 251) as u8).collect();
    store.put("large.bin", bytes.clone());
    let (stores, url) = on_the_web(&store, Arc::new(()), "large.bin");
    let client = stores.at(&url).expect("a store");
    let object = client.find(&url).expect("an answer").expect("an object");
    store.fault("GET", "large.bin", 0..1, Act::Stall(Duration::from_secs(2)));
    store.fault("GET", "large.bin", 1..3, Act::Cut(70_000));
    let ranges = [0..10, 5..8_999_999, 400..400, 8_000_000..9_000_000];
    let read = client.ranges(&object, &ranges).expect("the bytes");
    for (range, read) in ranges.iter().zip(read) {
        assert!(
            read[..] == bytes[range.start as usize..range.end as usize],
            "{range:?}"
        );
    }
}

#[test]
fn what_waits_for_a_store_ends_when_it_is_told_to() {
    let store = MockStore::start();
    store.put("rows", "text");
    let (stores, url) = on_the_web(&store, Arc::new(Stop::default()), "rows");
    let client = stores.at(&url).expect("a store");
    store.fault("HEAD", "rows", 0..99, Act::Status(503));
    let ended = client
        .find(&url)
        .expect_err("it is stopped in its first pause");
    assert!(matches!(ended, Error::Interrupted { signal: 2 }), "{ended}");
}

#[test]
fn a_long_file_goes_up_in_parts_and_what_failed_is_taken_back() {
    let (store, place) = scene();
    // A subset whose file is longer than a part: letters without order do not compress.
    let mut dice = Dice(3);
    let mut row = |at: usize| {
        let noise: String = (0..1_700_000)
            .map(|_| char::from(b'a' + dice.below(26) as u8))
            .collect();
        let reply = format!("<think>\n{noise}\n</think>\n\nIt is \\boxed{{{at}}}.");
        openr1_row(
            &format!("What is 0+{at}?"),
            &at.to_string(),
            "Algebra",
            &[reply],
        )
    };
    let rows: Vec<_> = (0..14).map(&mut row).collect();
    place.write("rest.jsonl", jsonl(&rows));
    let pipeline = PIPELINE.replace(
        "[grid.length]\nrule = [\"short\", \"normal\", \"long\"]\nbucket = 10\nwithin = \"pool\"\n",
        "",
    );
    place.write(
        "long.toml",
        pipeline
            .replace("SOURCE", "rest.jsonl")
            .replace("REST", "rest.jsonl"),
    );
    let run = ["run", "long.toml", "--pool", "p", "--out"];
    place.gradatim(&[&run[..], &["here"]].concat()).ends(0);
    store.fault("PUT", "partNumber=2", 0..1, Act::Status(500));
    place
        .gradatim(&[&run[..], &["s3://lake/out/long"]].concat())
        .ends(0);
    assert_eq!(
        tree_of(&store, &place, "out/long"),
        tree(&place.path("here"))
    );
    let parts = store
        .requests()
        .into_iter()
        .filter(|seen| seen.target.contains("partNumber=2"));
    assert!(parts.count() > 1, "a file is longer than a part");
    assert_eq!(store.open_uploads(), 0, "what failed was taken back");
}
