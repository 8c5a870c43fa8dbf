//! A hub that does everything that hubs do to those who read from them.
//!
//! Times are real and short: a test that waits says the shortest time that it must have taken, never the
//! longest.

#![expect(
    clippy::single_range_in_vec_init,
    reason = "a list of ranges may have one"
)]

mod lookups;
pub mod mock;
mod runs;

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use gradatim::error::HubFault;
use gradatim::source::hub::{
    Address, Dataset, Hooks, Hub, HubSettings, RemoteFile, RemoteParquet, RemoteReader, Token, Wait,
};
use gradatim::{Error, Result};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

use mock::{Act, MockHub, noise, rate_limit, retry_after, retry_at};

const REPO: &str = "open/set";
const SHARD: &str = "data/train-00000-of-00001.parquet";

/// Writes down what a client tells, and stops it where a test asks.
#[derive(Default)]
struct Told {
    waits: Mutex<Vec<Wait>>,
    notes: Mutex<Vec<String>>,
    received: AtomicU64,
    stopped: AtomicBool,
}

impl Hooks for Told {
    fn waits(&self, wait: &Wait) {
        self.waits.lock().expect("a list").push(wait.clone());
    }

    fn note(&self, text: &str) {
        self.notes.lock().expect("a list").push(text.to_owned());
    }

    fn received(&self, bytes: u64) {
        self.received.fetch_add(bytes, Ordering::Relaxed);
    }

    fn check(&self) -> Result<()> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Error::Interrupted { signal: 2 });
        }
        Ok(())
    }
}

/// A mock hub, and a place for what is taken from it.
struct Scene {
    mock: MockHub,
    folder: TempDir,
    told: Arc<Told>,
}

impl Scene {
    fn new() -> Self {
        Self {
            mock: MockHub::start(),
            folder: tempfile::tempdir().expect("a folder for the test"),
            told: Arc::default(),
        }
    }

    /// With one shard of noise.
    fn with_shard(bytes: usize) -> (Self, Vec<u8>) {
        let scene = Self::new();
        let body = noise(bytes, 1);
        scene
            .mock
            .dataset(REPO)
            .file(SHARD, body.clone())
            .push("main");
        (scene, body)
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    /// As a run has them, with short pauses.
    fn settings(&self) -> HubSettings {
        let mut settings = HubSettings::new(self.path("hub"), self.path("ours"));
        settings.endpoint = self.mock.endpoint().to_owned();
        settings.gap_bytes = 100;
        let patience = &mut settings.patience;
        patience.stall = Duration::from_secs(20);
        patience.pause = Duration::from_millis(5);
        patience.pause_max = Duration::from_millis(20);
        patience.tick = Duration::from_millis(5);
        settings
    }

    fn hub(&self) -> Hub {
        self.hub_with(|_| {})
    }

    fn hub_with(&self, change: impl FnOnce(&mut HubSettings)) -> Hub {
        let mut settings = self.settings();
        change(&mut settings);
        Hub::new(settings, self.told.clone())
    }

    fn waits(&self) -> Vec<Wait> {
        self.told.waits.lock().expect("a list").clone()
    }
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn dataset(hub: &Hub) -> Dataset {
    hub.dataset(&address(REPO), None, None).expect("a dataset")
}

fn shard(hub: &Hub) -> RemoteFile {
    dataset(hub).files.remove(0)
}

/// The file, whole and as the hub has it.
#[track_caller]
fn fetched(hub: &Hub) -> Vec<u8> {
    let path = hub.whole(&shard(hub)).expect("the file");
    std::fs::read(path).expect("a file")
}

fn slices(hub: &Hub, file: &RemoteFile, ranges: &[Range<u64>]) -> Vec<Vec<u8>> {
    let bytes = hub.ranges(file, ranges).expect("the ranges");
    bytes.iter().map(|bytes| bytes.to_vec()).collect()
}

fn cut(body: &[u8], ranges: &[Range<u64>]) -> Vec<Vec<u8>> {
    let slice = |range: &Range<u64>| body[range.start as usize..range.end as usize].to_vec();
    ranges.iter().map(slice).collect()
}

#[track_caller]
fn fails<T>(result: Result<T>, fault: HubFault, words: &[&str]) -> Error {
    let Err(error) = result else {
        panic!("it did not fail");
    };
    let Error::Hub { fault: met, .. } = &error else {
        panic!("another error: {error:?}");
    };
    assert_eq!(*met, fault, "{error}");
    let said = format!("{error}\n{}", error.hint().unwrap_or_default());
    assert!(!format!("{error:?}").contains("sig="), "{error:?}");
    for word in words {
        assert!(said.contains(word), "`{word}` is not said:\n{said}");
    }
    assert!(!said.contains("sig="), "a signed address is shown:\n{said}");
    error
}

// What there is.

#[test]
fn a_branch_is_resolved_once_and_the_commit_is_asked_for_ever_after() {
    let (scene, body) = Scene::with_shard(1000);
    let first = scene.mock.dataset(REPO).commit();
    let hub = scene.hub();
    let file = shard(&hub);
    let later = scene
        .mock
        .dataset(REPO)
        .file(SHARD, noise(1000, 2))
        .push("main");
    assert_ne!(first, later);
    assert_eq!(dataset(&hub).commit, first);
    assert_eq!(slices(&hub, &file, &[10..20]), cut(&body, &[10..20]));
    assert_eq!(fetched(&hub), body);
    assert_eq!(scene.mock.requests_to("/revision/").len(), 1);
    let resolved = scene.mock.requests_to("/resolve/");
    assert!(!resolved.is_empty());
    assert!(resolved.iter().all(|seen| seen.target.contains(&first)));
    assert_eq!(shard(&scene.hub()).commit.as_ref(), later);
}

#[test]
fn a_branch_that_moves_while_files_are_listed_changes_nothing() {
    let (scene, body) = Scene::with_shard(1000);
    scene.mock.dataset(REPO).file(SHARD, noise(10, 2)).commit();
    scene.mock.fault("/tree/", 0..1, Act::Push(REPO));
    assert_eq!(fetched(&scene.hub()), body);
}

#[test]
fn a_revision_may_be_a_branch_with_slashes_a_tag_or_a_commit() {
    let scene = Scene::new();
    let draft = || scene.mock.dataset(REPO);
    let main = draft().file("train.jsonl", "{}\n").push("main");
    let converted = draft()
        .remove("train.jsonl")
        .file("default/train/0000.parquet", noise(10, 1))
        .push("refs/convert/parquet");
    let hub = scene.hub();
    let files = |revision: &str| {
        let address = Address::new(REPO, Some(revision)).expect("an address");
        let dataset = hub.dataset(&address, None, None).expect("a dataset");
        (dataset.commit, dataset.files[0].path.clone())
    };
    let train = "train.jsonl".to_owned();
    assert_eq!(files("main"), (main.clone(), train.clone()));
    assert_eq!(files(&main), (main, train));
    let parquet = "default/train/0000.parquet".to_owned();
    assert_eq!(files("refs/convert/parquet"), (converted, parquet));
}

#[test]
fn the_card_says_which_files_are_which_split() {
    let scene = Scene::new();
    let card = "---\nlicense: mit\nconfigs:\n- config_name: all\n  data_files:\n  - split: train\n    path: all/train-*\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n---\n# Set\n";
    scene
        .mock
        .dataset(REPO)
        .file("README.md", card)
        .file("all/train-00000-of-00002.parquet", noise(10, 1))
        .file("all/train-00001-of-00002.parquet", noise(10, 2))
        .file("data/train-00000-of-00001.parquet", noise(10, 3))
        .push("main");
    let hub = scene.hub();
    let paths = |config| {
        let dataset = hub
            .dataset(&address(REPO), config, Some("train"))
            .expect("a dataset");
        let paths = dataset.files.iter().map(|file| file.path.clone());
        paths.collect::<Vec<_>>()
    };
    assert_eq!(paths(None), ["data/train-00000-of-00001.parquet"]);
    assert_eq!(paths(Some("all")).len(), 2);
    let unknown = hub.dataset(&address(REPO), Some("math"), None);
    fails(
        unknown,
        HubFault::Unknown,
        &["`math`", "`all`", "`default`"],
    );
    let unknown = hub.dataset(&address(REPO), Some("all"), Some("test"));
    fails(unknown, HubFault::Unknown, &["`test`", "`train`"]);
}

#[test]
fn a_dataset_that_was_renamed_is_found_under_its_old_name() {
    let scene = Scene::new();
    let body = noise(1000, 1);
    let draft = scene.mock.dataset(REPO).private(TOKEN);
    draft
        .file("README.md", "# Set\n")
        .file(SHARD, body.clone())
        .push("main");
    scene.mock.rename(REPO, "closed/set");
    let hub = scene.hub_with(|settings| settings.token = Token::new(TOKEN));
    assert_eq!(slices(&hub, &shard(&hub), &[1..9]), cut(&body, &[1..9]));
    assert_eq!(fetched(&hub), body);
}

#[test]
fn a_listing_is_read_to_its_last_page_and_asked_for_once() {
    let scene = Scene::new();
    scene.mock.page(3);
    let mut draft = scene.mock.dataset(REPO);
    for shard in 0..10 {
        let path = format!("data/train-{shard:05}-of-00010.parquet");
        draft = draft.file(&path, noise(10, shard));
    }
    draft.push("main");
    assert_eq!(dataset(&scene.hub()).files.len(), 10);
    assert_eq!(scene.mock.requests_to("/tree/").len(), 4);
    // The next process finds it on disk: a commit does not change.
    assert_eq!(dataset(&scene.hub()).files.len(), 10);
    assert_eq!(scene.mock.requests_to("/tree/").len(), 4);
}

// Whole files.

#[test]
fn a_whole_file_lies_where_python_looks_for_it() {
    let (scene, body) = Scene::with_shard(300_000);
    let commit = scene
        .mock
        .dataset(REPO)
        .file("README.md", "# Set\n")
        .push("main");
    let hub = scene.hub();
    assert_eq!(fetched(&hub), body);
    let repo = scene.path("hub/datasets--open--set");
    let link = repo.join("snapshots").join(&commit).join(SHARD);
    let target = std::fs::read_link(&link).expect("a link");
    let sum = shard(&hub).content.to_string();
    assert_eq!(target, Path::new("../../../blobs").join(&sum));
    let ref_of_main = std::fs::read_to_string(repo.join("refs/main")).expect("a ref");
    assert_eq!(ref_of_main, commit);
    let mut blobs: Vec<String> = names(&repo.join("blobs"));
    blobs.sort_by_key(String::len);
    assert_eq!(blobs.len(), 2, "nothing incomplete: {blobs:?}");
    assert_eq!(blobs[1], sum);
    assert_eq!(blobs[0].len(), 40, "a README is named by its git sum");
    assert_eq!(
        scene.told.received.load(Ordering::Relaxed),
        body.len() as u64 + 6
    );
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| entry.expect("an entry").file_name());
    names
        .map(|name| name.into_string().expect("text"))
        .collect()
}

#[test]
fn what_python_downloaded_is_used_without_a_request_for_it() {
    let (scene, body) = Scene::with_shard(1000);
    let first = scene.hub();
    let file = shard(&first);
    let repo = scene.path("hub/datasets--open--set");
    let link = repo.join("snapshots").join(&*file.commit).join(SHARD);
    let blob = repo.join("blobs").join(file.content.to_string());
    std::fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
    std::fs::create_dir_all(repo.join("blobs")).expect("a folder");
    std::fs::write(&blob, &body).expect("a blob");
    #[cfg(unix)]
    std::os::unix::fs::symlink(
        Path::new("../../../blobs").join(file.content.to_string()),
        &link,
    )
    .expect("a link");
    assert_eq!(fetched(&scene.hub()), body);
    assert_eq!(slices(&scene.hub(), &file, &[5..9]), cut(&body, &[5..9]));
    assert!(scene.mock.requests_to("/resolve/").is_empty());
    assert_eq!(scene.mock.bytes_sent(), 0);
}

#[test]
fn a_whole_file_with_another_byte_is_told_and_fetched_again_and_offline_refused() {
    let (scene, body) = Scene::with_shard(200_000);
    let file = shard(&scene.hub());
    assert_eq!(fetched(&scene.hub()), body);
    let blobs = scene.path("hub/datasets--open--set/blobs");
    let blob = blobs.join(file.content.to_string());
    for at in [0, 65_536, body.len() - 1] {
        let mut other = body.clone();
        other[at] ^= 1;
        std::fs::write(&blob, &other).expect("a blob");
        let offline = scene.hub_with(|settings| settings.offline = true);
        let words = ["holds other bytes than its name says"];
        fails(offline.whole(&file), HubFault::Wrong, &words);
        fails(offline.ranges(&file, &[5..9]), HubFault::Wrong, &words);
        let hub = scene.hub();
        assert!(hub.held(&file).is_none(), "byte {at}");
        assert_eq!(slices(&hub, &file, &[5..9]), cut(&body, &[5..9]));
        assert_eq!(fetched(&hub), body);
        assert_eq!(std::fs::read(&blob).expect("a blob"), body);
        let told = std::mem::take(&mut *scene.told.notes.lock().expect("a list"));
        assert!(told.iter().any(|note| note.contains(words[0])), "{told:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_of_a_snapshot_that_leads_elsewhere_is_led_back() {
    let (scene, body) = Scene::with_shard(1000);
    let file = shard(&scene.hub());
    let link = scene.hub().whole(&file).expect("the file");
    let elsewhere = scene.path("elsewhere");
    std::fs::write(&elsewhere, noise(1000, 9)).expect("a file");
    std::fs::remove_file(&link).expect("a link");
    std::os::unix::fs::symlink(&elsewhere, &link).expect("a link");
    assert_eq!(fetched(&scene.hub()), body);
    assert_eq!(std::fs::read(&link).expect("the file"), body);
    assert_eq!(std::fs::read(&elsewhere).expect("a file"), noise(1000, 9));
}

#[test]
fn a_whole_file_that_changes_while_it_is_read_is_told() {
    let (scene, body) = Scene::with_shard(1000);
    let hub = scene.hub();
    let file = shard(&hub);
    let path = hub.whole(&file).expect("the file");
    assert_eq!(slices(&hub, &file, &[5..9]), cut(&body, &[5..9]));
    std::fs::write(path, noise(1000, 9)).expect("a file");
    match hub.ranges(&file, &[5..9]) {
        Err(Error::Changed { .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_body_that_breaks_off_goes_on_where_it_was() {
    let (scene, body) = Scene::with_shard(400_000);
    scene.mock.fault("/cdn/", 0..2, Act::Cut(150_000));
    assert_eq!(fetched(&scene.hub()), body);
    let asked: Vec<_> = scene
        .mock
        .requests_to("/cdn/")
        .iter()
        .map(|seen| seen.range)
        .collect();
    assert_eq!(
        asked,
        [None, Some((150_000, 400_000)), Some((300_000, 400_000))]
    );
    assert_eq!(scene.mock.bytes_sent(), 400_000);
}

#[test]
fn a_killed_download_goes_on_where_it_was() {
    let (scene, body) = Scene::with_shard(400_000);
    scene.mock.fault(
        "/cdn/",
        0..1,
        Act::StallAfter(150_000, Duration::from_secs(20)),
    );
    let hub = scene.hub();
    let told = scene.told.clone();
    let watcher = std::thread::spawn(move || {
        while told.received.load(Ordering::Relaxed) < 150_000 {
            std::thread::sleep(Duration::from_millis(2));
        }
        told.stopped.store(true, Ordering::Relaxed);
    });
    let stopped = hub.whole(&shard(&hub));
    assert!(matches!(stopped, Err(Error::Interrupted { signal: 2 })));
    watcher.join().expect("the watcher");
    scene.told.stopped.store(false, Ordering::Relaxed);
    assert_eq!(fetched(&scene.hub()), body);
    let last = scene.mock.requests_to("/cdn/").pop().expect("a request");
    assert_eq!(last.range, Some((150_000, 400_000)));
}

#[test]
fn wrong_bytes_are_fetched_anew() {
    let (scene, body) = Scene::with_shard(1000);
    scene.mock.fault("/cdn/", 0..2, Act::WrongBytes);
    assert_eq!(fetched(&scene.hub()), body);
}

#[test]
fn bytes_that_stay_wrong_are_an_error_and_never_get_their_name() {
    let (scene, _) = Scene::with_shard(1000);
    scene.mock.fault("/cdn/", 0..9, Act::WrongBytes);
    let hub = scene.hub();
    let error = fails(
        hub.whole(&shard(&hub)),
        HubFault::Wrong,
        &["SHA-256", SHARD],
    );
    assert_eq!(error.exit_code(), 4);
    assert_eq!(scene.mock.requests_to("/cdn/").len(), 3);
    let blobs = names(&scene.path("hub/datasets--open--set/blobs"));
    assert!(
        blobs.iter().all(|name| name.ends_with(".incomplete")),
        "{blobs:?}"
    );
    assert!(hub.held(&shard(&hub)).is_none());
}

#[test]
fn a_spoilt_beginning_is_fetched_anew() {
    let (scene, body) = Scene::with_shard(1000);
    let hub = scene.hub();
    let file = shard(&hub);
    let blobs = scene.path("hub/datasets--open--set/blobs");
    std::fs::create_dir_all(&blobs).expect("a folder");
    for spoilt in [vec![0; 500], vec![0; 1000], vec![0; 2000]] {
        let draft = blobs.join(format!("{}.incomplete", file.content));
        std::fs::write(draft, spoilt).expect("a draft");
        assert_eq!(fetched(&hub), body);
        std::fs::remove_file(blobs.join(file.content.to_string())).expect("a blob");
    }
}

#[test]
fn a_body_of_another_length_is_not_taken() {
    let (scene, body) = Scene::with_shard(1000);
    scene.mock.fault("/cdn/", 0..1, Act::Short(100));
    assert_eq!(fetched(&scene.hub()), body);
}

#[test]
fn two_that_want_the_same_file_fetch_it_once() {
    let (scene, body) = Scene::with_shard(100_000);
    let (one, two) = (scene.hub(), scene.hub());
    std::thread::scope(|scope| {
        let other = scope.spawn(|| fetched(&one));
        assert_eq!(fetched(&two), body);
        assert_eq!(other.join().expect("the other"), body);
    });
    assert_eq!(scene.mock.bytes_sent(), 100_000);
}

// Ranges.

#[test]
fn only_the_ranges_that_are_asked_for_travel() {
    let (scene, body) = Scene::with_shard(1_000_000);
    let hub = scene.hub();
    let file = shard(&hub);
    let ranges = [900_000..900_100, 10..20, 100..110, 0..0, 15..18];
    assert_eq!(slices(&hub, &file, &ranges), cut(&body, &ranges));
    // Two of them lie close enough to be asked for as one.
    assert_eq!(scene.mock.bytes_sent(), 100 + 100);
    assert_eq!(scene.mock.requests_to("/cdn/").len(), 2);
    assert_eq!(scene.mock.requests_to("/resolve/").len(), 1);
}

#[test]
fn a_range_that_is_kept_is_not_asked_for_again() {
    let (scene, body) = Scene::with_shard(100_000);
    let hub = scene.hub();
    let file = shard(&hub);
    slices(&hub, &file, &[1000..2000, 2000..3000, 4000..5000]);
    scene.mock.forget_requests();
    let again = [1500..2500, 1000..3000, 4999..5000];
    assert_eq!(slices(&scene.hub(), &file, &again), cut(&body, &again));
    assert_eq!(scene.mock.requests().len(), 0);
    // Of what is half here, the other half is.
    assert_eq!(
        slices(&scene.hub(), &file, &[1000..6000]),
        cut(&body, &[1000..6000])
    );
    assert_eq!(scene.mock.bytes_sent(), 1000 + 1000);
}

#[test]
fn a_damaged_range_on_disk_is_fetched_again() {
    let (scene, body) = Scene::with_shard(100_000);
    let hub = scene.hub();
    let file = shard(&hub);
    slices(&hub, &file, &[1000..2000]);
    let entry = scene
        .path("ours/ranges")
        .join(file.content.to_string())
        .join("1000-2000");
    let mut bytes = std::fs::read(&entry).expect("an entry");
    bytes[500] ^= 1;
    std::fs::write(&entry, bytes).expect("an entry");
    assert_eq!(
        slices(&hub, &file, &[1000..2000]),
        cut(&body, &[1000..2000])
    );
    assert_eq!(scene.mock.bytes_sent(), 2000);
}

#[test]
fn ranges_on_disk_stay_within_their_bound() {
    let (scene, body) = Scene::with_shard(100_000);
    let hub = scene.hub_with(|settings| settings.ranges_bytes_max = 10_000);
    let file = shard(&hub);
    for at in 0..20_u64 {
        let range = &[at * 2000..at * 2000 + 1000];
        assert_eq!(slices(&hub, &file, range), cut(&body, range));
        let folder = scene.path("ours/ranges").join(file.content.to_string());
        let sizes = names(&folder).into_iter().map(|name| {
            let entry = std::fs::metadata(folder.join(name)).expect("an entry");
            entry.len()
        });
        assert!(sizes.sum::<u64>() <= 10_000);
    }
}

#[test]
fn a_long_range_comes_in_parts_of_which_several_fly() {
    let (scene, body) = Scene::with_shard(900_000);
    let hub = scene.hub_with(|settings| settings.part_bytes = 100_000);
    let file = shard(&hub);
    scene.mock.fault(
        "/cdn/",
        0..9,
        Act::StallAfter(50_000, Duration::from_millis(20)),
    );
    assert_eq!(slices(&hub, &file, &[0..900_000]), [body]);
    assert_eq!(scene.mock.bytes_sent(), 900_000);
}

#[test]
fn a_range_that_breaks_off_goes_on_where_it_was() {
    let (scene, body) = Scene::with_shard(500_000);
    let hub = scene.hub();
    scene.mock.fault("/cdn/", 0..1, Act::Cut(100_000));
    let file = shard(&hub);
    assert_eq!(
        slices(&hub, &file, &[1000..401_000]),
        cut(&body, &[1000..401_000])
    );
    assert_eq!(scene.mock.bytes_sent(), 400_000);
}

#[test]
fn a_range_that_is_not_the_one_asked_for_is_not_taken() {
    for act in [Act::Elsewhere, Act::Whole, Act::Short(3), Act::Status(416)] {
        let (scene, body) = Scene::with_shard(1000);
        scene.mock.fault("/cdn/", 0..1, act.clone());
        let hub = scene.hub();
        let file = shard(&hub);
        assert_eq!(
            slices(&hub, &file, &[10..20]),
            cut(&body, &[10..20]),
            "{act:?}"
        );
        let (scene, _) = Scene::with_shard(1000);
        scene.mock.fault("/cdn/", 0..9, act);
        let hub = scene.hub();
        let ranges = hub.ranges(&shard(&hub), &[10..20]);
        let error = fails(ranges, HubFault::Wrong, &[SHARD]);
        assert_eq!(error.exit_code(), 4);
    }
}

#[test]
fn a_file_that_changes_its_etag_is_not_mixed() {
    let (scene, body) = Scene::with_shard(1000);
    let hub = scene.hub();
    let file = shard(&hub);
    slices(&hub, &file, &[10..20]);
    scene.mock.fault("/cdn/", 0..1, Act::Etag("\"other\""));
    assert_eq!(slices(&hub, &file, &[50..60]), cut(&body, &[50..60]));
    scene.mock.fault("/cdn/", 0..9, Act::Etag("\"other\""));
    fails(hub.ranges(&file, &[70..80]), HubFault::Wrong, &["changed"]);
}

#[test]
fn a_signed_address_is_used_until_it_is_refused() {
    let (scene, body) = Scene::with_shard(10_000);
    let hub = scene.hub();
    let file = shard(&hub);
    for at in 0..5_u64 {
        slices(&hub, &file, &[at * 1000..at * 1000 + 10]);
    }
    assert_eq!(scene.mock.requests_to("/resolve/").len(), 1);
    scene.mock.expire_signatures();
    assert_eq!(
        slices(&hub, &file, &[9000..9010]),
        cut(&body, &[9000..9010])
    );
    assert_eq!(scene.mock.requests_to("/resolve/").len(), 2);
}

#[test]
fn a_store_that_refuses_every_address_is_not_asked_for_ever() {
    let (scene, _) = Scene::with_shard(1000);
    scene.mock.sign_for(0);
    let hub = scene.hub();
    let error = fails(hub.whole(&shard(&hub)), HubFault::Unavailable, &[SHARD]);
    assert_eq!(error.exit_code(), 3);
    let refused = scene.mock.requests_to("/cdn/");
    assert_eq!(
        refused.iter().map(|seen| seen.status).collect::<Vec<_>>(),
        [403; 3]
    );
}

#[test]
fn many_threads_share_one_hub() {
    let (scene, body) = Scene::with_shard(200_000);
    scene.mock.fault("/cdn/", 3..7, Act::Cut(100));
    scene.mock.fault("/cdn/", 9..11, Act::Status(500));
    let hub = scene.hub();
    let file = shard(&hub);
    std::thread::scope(|scope| {
        for thread in 0..8_u64 {
            let (hub, file, body) = (&hub, &file, &body);
            scope.spawn(move || {
                let ranges: Vec<Range<u64>> = (0..10)
                    .map(|at| (at * 8 + thread) * 2000..(at * 8 + thread) * 2000 + 1500)
                    .collect();
                assert_eq!(slices(hub, file, &ranges), cut(body, &ranges));
            });
        }
    });
}

/// Some row groups of two columns, of which one is wide.
fn parquet() -> Vec<u8> {
    let number: Vec<i64> = (0..1000).collect();
    let text: Vec<String> = (0..1000).map(|at| format!("{:?}", noise(60, at))).collect();
    let batch = RecordBatch::try_from_iter([
        ("number", Arc::new(Int64Array::from(number)) as ArrayRef),
        ("text", Arc::new(StringArray::from(text)) as ArrayRef),
    ])
    .expect("a batch");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(250))
        .set_statistics_enabled(parquet::file::properties::EnabledStatistics::None)
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).expect("a writer");
    writer.write(&batch).expect("rows");
    writer.close().expect("a file");
    bytes
}

#[test]
fn of_a_parquet_file_only_the_columns_that_are_read_travel() {
    let scene = Scene::new();
    let bytes = parquet();
    scene
        .mock
        .dataset(REPO)
        .file(SHARD, bytes.clone())
        .push("main");
    let hub = Arc::new(scene.hub_with(|settings| settings.gap_bytes = 0));
    let remote = RemoteParquet::new(hub.ranged(&shard(&hub)));
    remote.expect_footer().expect("the footer");
    let metadata = ArrowReaderMetadata::load(&remote, Default::default()).expect("a footer");
    assert_eq!(scene.mock.requests_to("/cdn/").len(), 1);
    let groups = metadata.metadata().row_groups();
    let wanted: Vec<Range<u64>> = groups
        .iter()
        .map(|group| group.column(0).byte_range())
        .map(|(start, length)| start..start + length)
        .collect();
    let columns: u64 = wanted.iter().map(|range| range.end - range.start).sum();
    remote.expect(&wanted).expect("the column");
    let requests = scene.mock.requests_to("/cdn/").len();
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(remote, metadata.clone());
    let mask = parquet::arrow::ProjectionMask::roots(builder.parquet_schema(), [0]);
    let rows: usize = builder
        .with_projection(mask)
        .build()
        .expect("a reader")
        .map(|batch| batch.expect("a batch").num_rows())
        .sum();
    assert_eq!(rows, 1000);
    assert_eq!(
        scene.mock.requests_to("/cdn/").len(),
        requests,
        "all of it was expected"
    );
    let footer = 64 << 10;
    assert!(scene.mock.bytes_sent() <= columns + footer);
    assert!(scene.mock.bytes_sent() < bytes.len() as u64 / 2);
}

#[test]
fn a_fault_of_the_hub_comes_through_the_readers_above() {
    let (scene, _) = Scene::with_shard(100_000);
    scene.mock.fault("/cdn/", 0..99, Act::Status(500));
    let hub = Arc::new(scene.hub());
    let remote = RemoteParquet::new(hub.ranged(&shard(&hub)));
    let error = ArrowReaderMetadata::load(&remote, Default::default());
    let error = Error::parquet(Path::new(SHARD), error.expect_err("it fails"));
    assert_eq!(error.exit_code(), 3);
    let mut reader = RemoteReader::new(hub.ranged(&shard(&hub)));
    let error = std::io::copy(&mut reader, &mut std::io::sink());
    assert_eq!(Error::from(error.expect_err("it fails")).exit_code(), 3);
}

#[test]
fn lines_are_read_in_few_steps_and_one_line_in_a_small_one() {
    let (scene, body) = Scene::with_shard(3_000_000);
    let hub = Arc::new(scene.hub());
    let mut reader = RemoteReader::new(hub.ranged(&shard(&hub)));
    let mut line = [0; 100];
    reader.seek(SeekFrom::Start(2_000_000)).expect("a place");
    reader.read_exact(&mut line).expect("bytes");
    assert_eq!(line, body[2_000_000..2_000_100]);
    reader.seek(SeekFrom::Current(900)).expect("a place");
    reader.read_exact(&mut line).expect("bytes");
    assert_eq!(line, body[2_001_000..2_001_100]);
    assert_eq!(scene.mock.bytes_sent(), 64 << 10);
    reader.rewind().expect("a place");
    let mut read = Vec::new();
    reader.read_to_end(&mut read).expect("bytes");
    assert!(read == body);
    assert_eq!(scene.mock.bytes_sent(), 3_000_000);
    assert!(scene.mock.requests_to("/cdn/").len() < 10);
}

// Waiting.

#[test]
fn a_429_waits_as_long_as_the_server_asks() {
    for (act, least) in [
        (retry_after(1), 1.0),
        (retry_after(0.4), 0.4),
        (rate_limit(1), 1.0),
    ] {
        let (scene, body) = Scene::with_shard(1000);
        scene.mock.fault("/resolve/", 0..1, act.clone());
        let begun = Instant::now();
        assert_eq!(fetched(&scene.hub()), body);
        let took = begun.elapsed().as_secs_f64();
        assert!(took >= least, "{act:?}: {took}");
        let waits = scene.waits();
        assert_eq!(waits.len(), 1, "{waits:?}");
        let shown = waits[0].to_string();
        assert!(
            shown.contains("too often") && shown.contains(SHARD),
            "{shown}"
        );
        assert_eq!(scene.mock.requests_to("/resolve/").len(), 2);
    }
}

#[test]
fn a_429_waits_until_the_date_that_the_server_names() {
    let (scene, body) = Scene::with_shard(1000);
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970");
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(now.as_secs() + 2);
    scene.mock.fault("/resolve/", 0..1, retry_at(date));
    assert_eq!(fetched(&scene.hub()), body);
    assert!(SystemTime::now() >= date);
}

#[test]
fn every_route_waits_out_a_429() {
    for route in ["/revision/", "/tree/", "/resolve/", "/cdn/"] {
        let (scene, body) = Scene::with_shard(1000);
        scene.mock.fault(route, 0..2, retry_after(0.05));
        assert_eq!(fetched(&scene.hub()), body, "{route}");
        assert_eq!(scene.mock.requests_to(route).len(), 3, "{route}");
    }
}

#[test]
fn a_hub_that_stays_busy_is_given_up_with_an_error_worth_trying_again() {
    let (scene, _) = Scene::with_shard(1000);
    scene.mock.fault("/resolve/", 0..99, retry_after(0.1));
    let hub = scene.hub_with(|settings| {
        settings.patience.asked_max = Duration::from_millis(350);
    });
    let begun = Instant::now();
    let error = fails(
        hub.whole(&shard(&hub)),
        HubFault::Unavailable,
        &["too often"],
    );
    assert_eq!(error.exit_code(), 3);
    assert_eq!(scene.mock.requests_to("/resolve/").len(), 4);
    assert!(begun.elapsed() >= Duration::from_millis(300));
    // A hub that asks for more than that is not waited for at all.
    let (scene, _) = Scene::with_shard(1000);
    scene.mock.fault("/revision/", 0..9, rate_limit(299));
    let hub = scene.hub_with(|settings| settings.patience.asked_max = Duration::from_secs(60));
    let described = hub.describe(&address(REPO));
    fails(described, HubFault::Unavailable, &["299 s", "later"]);
    assert!(scene.waits().is_empty());
}

#[test]
fn while_the_hub_asks_for_patience_nobody_else_asks() {
    let scene = Scene::new();
    let mut draft = scene.mock.dataset(REPO);
    for shard in 0..6 {
        let path = format!("data/train-{shard:05}-of-00006.parquet");
        draft = draft.file(&path, noise(100, shard));
    }
    draft.push("main");
    let hub = scene.hub();
    let files = dataset(&hub).files;
    scene.mock.fault("/resolve/", 0..1, retry_after(0.5));
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let hub = &hub;
        let fetch = move |file: &RemoteFile| hub.whole(file).map(drop).expect("the file");
        let first = &files[0];
        scope.spawn(move || fetch(first));
        while scene.waits().is_empty() {
            std::thread::sleep(Duration::from_millis(5));
        }
        scene.mock.forget_requests();
        for file in &files[1..] {
            scope.spawn(move || fetch(file));
        }
    });
    let asked = scene.mock.requests_to("/resolve/");
    assert_eq!(asked.len(), 6);
    let open = begun + Duration::from_millis(500);
    assert!(asked.iter().all(|seen| seen.at >= open));
}

#[test]
fn a_server_that_fails_is_tried_again_and_then_given_up() {
    for status in [500, 502, 503, 504] {
        let (scene, body) = Scene::with_shard(1000);
        scene.mock.fault("/cdn/", 0..3, Act::Status(status));
        assert_eq!(fetched(&scene.hub()), body);
        assert_eq!(scene.waits().len(), 3);
    }
    let (scene, _) = Scene::with_shard(1000);
    scene.mock.fault("/tree/", 0..99, Act::Status(503));
    let hub = scene.hub_with(|settings| settings.patience.tries_max = 4);
    let error = fails(
        hub.describe(&address(REPO)),
        HubFault::Unavailable,
        &["503"],
    );
    assert_eq!(error.exit_code(), 3);
    assert_eq!(scene.mock.requests_to("/tree/").len(), 4);
}

#[test]
fn a_stall_is_given_up_and_tried_again() {
    let (scene, body) = Scene::with_shard(400_000);
    let long = Duration::from_secs(20);
    scene.mock.fault("/resolve/", 0..1, Act::Stall(long));
    scene
        .mock
        .fault("/cdn/", 0..1, Act::StallAfter(100_000, long));
    let hub = scene.hub_with(|settings| settings.patience.stall = Duration::from_millis(500));
    let begun = Instant::now();
    assert_eq!(fetched(&hub), body);
    assert!(begun.elapsed() < long, "the stall was waited out");
    let waits = scene.waits();
    assert!(waits.len() >= 2);
    assert!(
        waits
            .iter()
            .all(|wait| wait.to_string().contains("no byte came for 0.5 s"))
    );
    let resumed = scene.mock.requests_to("/cdn/").pop().expect("a request");
    assert_eq!(resumed.range, Some((100_000, 400_000)));
}

#[test]
fn a_hub_that_is_not_there_is_unavailable() {
    let scene = Scene::new();
    let hub = scene.hub_with(|settings| {
        settings.endpoint = "http://127.0.0.1:9".into();
    });
    let error = fails(
        hub.describe(&address(REPO)),
        HubFault::Unavailable,
        &["connection"],
    );
    assert_eq!(error.exit_code(), 3);
    // A network that is down is no reason for ten tries.
    assert_eq!(scene.waits().len(), 1);
}

#[test]
fn a_hub_that_does_not_speak_tls_is_not_spoken_to_without() {
    let scene = Scene::new();
    let hub = scene.hub_with(|settings| {
        settings.endpoint = settings.endpoint.replace("http:", "https:");
        settings.token = Token::new(TOKEN);
        settings.patience.tries_max = 2;
    });
    fails(
        hub.describe(&address(REPO)),
        HubFault::Unavailable,
        &["later"],
    );
    assert!(scene.mock.requests().is_empty());
}

#[test]
fn a_wait_ends_at_once_when_it_should() {
    for act in [retry_after(600), Act::Stall(Duration::from_secs(60))] {
        let (scene, _) = Scene::with_shard(1000);
        scene.mock.fault("/revision/", 0..1, act);
        let hub = scene.hub_with(|settings| settings.patience.stall = Duration::from_secs(60));
        let told = scene.told.clone();
        let begun = Instant::now();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            told.stopped.store(true, Ordering::Relaxed);
        });
        let stopped = hub.describe(&address(REPO));
        assert!(matches!(stopped, Err(Error::Interrupted { signal: 2 })));
        assert!(begun.elapsed() < Duration::from_secs(20));
    }
}

// Who may.

const TOKEN: &str = "hf_secretsecret";

#[test]
fn a_private_dataset_is_read_with_a_token_that_only_the_hub_sees() {
    let scene = Scene::new();
    let body = noise(1000, 1);
    let draft = scene.mock.dataset(REPO).private(TOKEN);
    draft
        .file("README.md", "# Set\n")
        .file(SHARD, body.clone())
        .push("main");
    let hub = scene.hub_with(|settings| settings.token = Token::new(TOKEN));
    assert_eq!(slices(&hub, &shard(&hub), &[1..9]), cut(&body, &[1..9]));
    assert_eq!(fetched(&hub), body);
    let seen = scene.mock.requests();
    assert!(seen.iter().any(|seen| seen.at_store));
    assert!(seen.iter().all(|seen| seen.with_token != seen.at_store));
}

#[test]
fn each_refusal_has_words_of_its_own() {
    let scene = Scene::new();
    scene
        .mock
        .dataset("a/private")
        .private(TOKEN)
        .file(SHARD, "x")
        .push("main");
    scene
        .mock
        .dataset("a/gated")
        .gated()
        .file(SHARD, "x")
        .push("main");
    scene.mock.dataset(REPO).file(SHARD, "x").push("main");
    let describe = |repo: &str, token: Option<&str>| {
        let hub = scene.hub_with(|settings| settings.token = token.and_then(Token::new));
        hub.describe(&address(repo))
    };
    let (denied, unknown) = (HubFault::Denied, HubFault::Unknown);
    let page = format!("{}/datasets/a/gated", scene.mock.endpoint());
    let said = [
        fails(
            describe("a/private", None),
            denied,
            &["private", "`HF_TOKEN`"],
        ),
        fails(
            describe("a/private", Some("hf_other")),
            denied,
            &["does not know the token"],
        ),
        fails(
            describe("a/gated", None),
            denied,
            &["gated", &page, "`HF_TOKEN`"],
        ),
        fails(
            describe("a/gated", Some(TOKEN)),
            denied,
            &["no access", &page],
        ),
        fails(
            describe("a/none", None),
            denied,
            &["does not exist", "`HF_TOKEN`"],
        ),
        fails(
            describe("a/none", Some(TOKEN)),
            unknown,
            &["no dataset `a/none`"],
        ),
        fails(
            describe("open/set@v9", None),
            unknown,
            &["no revision `v9`"],
        ),
    ];
    for error in said {
        assert_eq!(error.exit_code(), 2, "{error}");
        let all = format!("{error} {error:?} {:?}", error.hint());
        assert!(!all.contains("hf_"), "{all}");
    }
    // None of them is worth a second try.
    assert!(scene.waits().is_empty());
}

#[test]
fn a_file_that_the_hub_no_longer_has_is_named() {
    let (scene, _) = Scene::with_shard(1000);
    let hub = scene.hub();
    let file = shard(&hub);
    let code = "EntryNotFound".to_owned();
    scene
        .mock
        .fault("/resolve/", 0..1, Act::Header(404, "X-Error-Code", code));
    fails(hub.whole(&file), HubFault::Unknown, &[SHARD, REPO]);
}

// Offline.

#[test]
fn offline_nothing_is_asked_for() {
    let (scene, body) = Scene::with_shard(10_000);
    let card = "---\nconfigs:\n- config_name: one\n  data_files: data/*\n---\n";
    scene
        .mock
        .dataset(REPO)
        .file("README.md", card)
        .push("main");
    let hub = scene.hub();
    let file = shard(&hub);
    slices(&hub, &file, &[100..200]);
    scene.mock.forget_requests();
    let offline = || scene.hub_with(|settings| settings.offline = true);
    assert_eq!(dataset(&offline()).config, "one");
    assert_eq!(
        slices(&offline(), &file, &[150..160]),
        cut(&body, &[150..160])
    );
    let missing = offline().whole(&file);
    fails(missing, HubFault::Offline, &[SHARD, "HF_HUB_OFFLINE"]);
    fails(
        offline().ranges(&file, &[0..5]),
        HubFault::Offline,
        &["HF_HUB_OFFLINE"],
    );
    fails(
        offline().describe(&address("a/b")),
        HubFault::Offline,
        &["a/b"],
    );
    assert!(scene.mock.requests().is_empty());
    hub.whole(&file).map(drop).expect("the file");
    scene.mock.forget_requests();
    assert_eq!(fetched(&offline()), body);
    assert!(scene.mock.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn offline_a_snapshot_of_pythons_will_do_if_it_is_whole() {
    let scene = Scene::new();
    let shards = [
        "data/train-00000-of-00002.jsonl",
        "data/train-00001-of-00002.jsonl",
    ];
    let mut draft = scene.mock.dataset(REPO);
    for (at, path) in shards.iter().enumerate() {
        draft = draft.file(path, noise(100, at as u64));
    }
    draft.push("main");
    let hub = scene.hub();
    let files = dataset(&hub).files;
    hub.whole(&files[0]).map(drop).expect("a file");
    // What another tool left has no listing of ours beside it.
    std::fs::remove_dir_all(scene.path("ours")).expect("a folder");
    let offline = || scene.hub_with(|settings| settings.offline = true);
    let part = offline().describe(&address(REPO));
    fails(part, HubFault::Offline, &["1 of its 2 files"]);
    hub.whole(&files[1]).map(drop).expect("a file");
    let found = dataset(&offline());
    assert_eq!(found.files.len(), 2);
    let bytes = std::fs::read(offline().whole(&found.files[1]).expect("a file")).expect("bytes");
    assert_eq!(bytes, noise(100, 1));
}

// Python's tools, where `GRADATIM_PYTHON` names an interpreter that has them.

/// Runs a script against the mock, with our cache; its output, a line a print.
fn python(scene: &Scene, offline: bool, script: &str) -> Option<Vec<String>> {
    let python = std::env::var_os("GRADATIM_PYTHON")?;
    let done = std::process::Command::new(python)
        .args(["-c", script])
        .env("HF_ENDPOINT", scene.mock.endpoint())
        .env("HF_HOME", scene.folder.path())
        .env("HF_HUB_OFFLINE", if offline { "1" } else { "0" })
        .env("HF_HUB_DISABLE_XET", "1")
        .env_remove("HF_TOKEN")
        .output()
        .expect("Python");
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{stderr}");
    let stdout = String::from_utf8_lossy(&done.stdout);
    Some(stdout.lines().map(str::to_owned).collect())
}

#[test]
fn python_finds_what_we_fetched_and_we_what_it_did() {
    let scene = Scene::new();
    let (one, two) = (noise(50_000, 1), noise(50_000, 2));
    let draft = scene.mock.dataset(REPO).file("README.md", "# Set\n");
    let paths = [
        "data/train-00000-of-00002.parquet",
        "data/train-00001-of-00002.parquet",
    ];
    let commit = draft
        .file(paths[0], one.clone())
        .file(paths[1], two.clone())
        .push("main");
    let hub = scene.hub();
    let files = dataset(&hub).files;
    let ours = hub.whole(&files[0]).expect("the file");
    let script = |path: &str| {
        format!(
            "from huggingface_hub import hf_hub_download as get\n\
             print(get('{REPO}', '{path}', repo_type='dataset'))"
        )
    };
    // Offline it has nothing but the branch's name and our files.
    let Some(found) = python(&scene, true, &script(paths[0])) else {
        return;
    };
    assert_eq!(Path::new(&found[0]), ours);
    scene.mock.forget_requests();
    python(&scene, false, &script(paths[0]));
    assert_eq!(
        scene.mock.bytes_sent(),
        0,
        "it has no need to fetch it again"
    );
    let theirs = python(&scene, false, &script(paths[1])).expect("Python");
    scene.mock.forget_requests();
    let again = scene.hub().whole(&files[1]).expect("the file");
    assert_eq!(again, Path::new(&theirs[0]));
    assert_eq!(std::fs::read(&again).expect("a file"), two);
    assert!(scene.mock.requests().is_empty());
    // Its own check of the cache finds nothing amiss.
    let scan = "from huggingface_hub import scan_cache_dir as scan\n\
                found = scan()\n\
                print([str(warning) for warning in found.warnings])\n\
                print([r.commit_hash for repo in found.repos for r in repo.revisions])";
    let scanned = python(&scene, false, scan).expect("Python");
    assert_eq!(scanned, ["[]".to_owned(), format!("['{commit}']")]);
}
