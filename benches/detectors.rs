//! How well copies of benchmarks and near duplicates are found, and how fast.
//!
//!     cargo bench --bench detectors [-- --planted planted.jsonl]
//!
//! Plants every item of the shipped benchmarks in each spelling, screens real problems, and counts; needs
//! `../shared/data`. Rates are of one thread. `--planted` writes what was planted and the real problems, for
//! `benches/detectors.py`, which holds s1's rule against them.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use gradatim::ids::problem_id;
use gradatim::screen::canonical::canonical;
use gradatim::screen::contamination::selftest::{CHANGES, Measured, measure};
use gradatim::screen::contamination::shipped::{names, shipped};
use gradatim::screen::contamination::{Detector, Fingerprint};
use gradatim::screen::near::clusters;
use gradatim::source::benchmark::{Named, problems};
use gradatim::source::files;
use serde_json::json;

const BENCHMARKS: [(&str, &[&str]); 5] = [
    ("aime24", &["aime24.jsonl"]),
    ("aime25", &["aime25_I.jsonl", "aime25_II.jsonl"]),
    ("math500", &["math500.jsonl"]),
    ("amc23", &["amc23.jsonl"]),
    ("olympiadbench", &["olympiadbench_675.jsonl"]),
];

const REAL: [&str; 5] = [
    "deepscaler_uniform_10k.parquet",
    "numina_mixed_sources_1024.parquet",
    "numina_olympiads_1000.jsonl",
    "numinamath_20k.parquet",
    "omni_math_rule.jsonl.zst",
];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let above = root.ancestors().skip(1).take(2);
    let shared = above
        .map(|folder| folder.join("shared/data"))
        .find(|shared| shared.is_dir());
    let Some(shared) = shared else {
        println!("skipped: ../shared/data is absent");
        return;
    };
    let real: Vec<String> = REAL
        .iter()
        .flat_map(|name| texts(&shared.join("problems").join(name)))
        .collect();
    let planted = planted(&shared);
    let mut dump = dump();
    for (name, items) in &planted {
        let fingerprint = fingerprint(name);
        recall(name, &measure(&fingerprint, items, None));
        for (change, apply) in CHANGES {
            for item in items {
                let row = json!({ "benchmark": name, "change": change, "problem": apply(item) });
                dump.iter_mut()
                    .for_each(|to| writeln!(to, "{row}").expect("a line"));
            }
        }
    }
    for problem in &real {
        let row = json!({ "benchmark": "", "change": "unrelated", "problem": problem });
        dump.iter_mut()
            .for_each(|to| writeln!(to, "{row}").expect("a line"));
    }
    flagged(&real);
    rates(&real);
}

fn dump() -> Option<std::fs::File> {
    let mut arguments = std::env::args();
    arguments.find(|argument| argument == "--planted")?;
    let path = PathBuf::from(arguments.next().expect("a file behind --planted"));
    Some(std::fs::File::create(path).expect("a file"))
}

fn texts(path: &Path) -> Vec<String> {
    let file = &files::find(path).expect("a file")[0];
    let posed = problems(file, &Named::default()).expect("problems");
    posed.into_iter().map(|one| one.problem).collect()
}

fn planted(shared: &Path) -> Vec<(&'static str, Vec<String>)> {
    let items = |files: &[&str]| {
        let files = files.iter();
        files
            .flat_map(|file| texts(&shared.join("benchmarks").join(file)))
            .collect()
    };
    BENCHMARKS
        .iter()
        .map(|(name, files)| (*name, items(files)))
        .collect()
}

fn fingerprint(name: &str) -> Fingerprint {
    Fingerprint::from_bytes(shipped(name).expect("shipped")).expect("a fingerprint")
}

fn recall(name: &str, measured: &Measured) {
    println!("{name}: recall of copies {:.4}", measured.recall);
    println!("  {:20} items exact  near numbers missed", "planted");
    for (change, found) in &measured.planted {
        println!(
            "  {change:20} {:5} {:5} {:5} {:7} {:6}",
            found.planted, found.exact, found.near, found.numbers_changed, found.missed
        );
    }
}

fn all_shipped() -> Detector {
    Detector::new(names().map(fingerprint).collect())
}

/// Hits among real problems, by benchmark and class; some are real copies.
fn flagged(real: &[String]) {
    let detector = all_shipped();
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for hit in real.iter().flat_map(|problem| detector.hits(problem)) {
        let name = detector.benchmarks()[hit.benchmark as usize].name.as_str();
        *counts.entry((name, hit.class.as_str())).or_default() += 1;
    }
    println!("flagged among {} real problems:", real.len());
    for ((name, class), count) in counts {
        println!("  {name:20} {class:16} {count}");
    }
}

fn rates(real: &[String]) {
    let bytes: usize = real.iter().map(String::len).sum();
    println!(
        "problems a second and core, of {} bytes on average:",
        bytes / real.len()
    );
    let rate = |what: &str, work: &dyn Fn()| {
        let mut rates: Vec<f64> = Vec::new();
        for _ in 0..5 {
            let started = Instant::now();
            work();
            rates.push(real.len() as f64 / started.elapsed().as_secs_f64());
        }
        rates.sort_by(f64::total_cmp);
        let [low, middle, high] = [rates[0], rates[2], rates[4]];
        println!("  {what:28} {middle:9.0} ({low:.0} to {high:.0})");
    };
    let detector = all_shipped();
    rate("canonical", &|| {
        real.iter().for_each(|text| {
            std::hint::black_box(canonical(text));
        });
    });
    rate("contamination, 5 benchmarks", &|| {
        real.iter().for_each(|text| {
            std::hint::black_box(detector.hits(text));
        });
    });
    let named: Vec<_> = real
        .iter()
        .map(|text| (problem_id(text), text.as_str()))
        .collect();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let one = one.expect("a thread");
    for threshold in [0.8, 0.9] {
        rate(&format!("near duplicates at {threshold}"), &|| {
            std::hint::black_box(one.install(|| clusters(&named, threshold)));
        });
    }
}
