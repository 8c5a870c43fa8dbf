//! How well copies of benchmarks and near duplicates are found, beside the peers' rule, and how fast.
//!
//!     cargo bench --bench detectors [-- --planted planted.jsonl] [-- --hits hits.jsonl] [-- --evidence evidence.jsonl]
//!
//! Needs `../shared/data`. Thresholds were chosen on what is called *seen* here: the five shipped benchmarks
//! and five collections of problems. Whatever is *unseen* had no part in that. The peers' rule is s1's and
//! open-r1's: lower case, split at white space, one shared n-gram of 8 words. Rates are of one thread's CPU time.
//! `--common` writes `data/common_grams.filter`, which comes before all else: fingerprints rest on it.
//! `--planted` writes what was planted and the seen problems, for `benches/detectors.py`; `--hits` writes each
//! real problem that an unseen benchmark flags, beside the item, to be read; `--evidence` writes what speaks for each
//! pair of rewritings and real problems with shipped items, for `benches/thresholds.py`, and nothing else is done.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use gradatim::ids::problem_id;
use gradatim::screen::canonical::canonical;
use gradatim::screen::contamination::common::{FILTER_BITS, PROBLEMS_PER_COMMON_GRAM, bits};
use gradatim::screen::contamination::fingerprint::Forms;
use gradatim::screen::contamination::fingerprint::Item;
use gradatim::screen::contamination::selftest::{CHANGES, VERBATIM, measure};
use gradatim::screen::contamination::shipped::{names, shipped};
use gradatim::screen::contamination::{Detector, Fingerprint};
use gradatim::screen::near::clusters;
use gradatim::source::benchmark::{BenchmarkRow, ProblemColumns, problems};
use gradatim::source::files;
use gradatim::source::pick::Pick;
use serde_json::json;

const SEEN: [(&str, &[&str]); 5] = [
    ("aime24", &["aime24.jsonl"]),
    ("aime25", &["aime25_I.jsonl", "aime25_II.jsonl"]),
    ("math500", &["math500.jsonl"]),
    ("amc23", &["amc23.jsonl"]),
    ("olympiadbench", &["olympiadbench_675.jsonl"]),
];

const UNSEEN: [(&str, &[&str]); 8] = [
    ("aime_1983_2024", &["aime_1983_2024.csv"]),
    ("imo_answerbench", &["imo_answerbench_v2.csv"]),
    ("minerva", &["minerva_272.jsonl"]),
    ("olymmath_en_hard", &["olymmath_en_hard.jsonl"]),
    ("chmath_2024", &["chmath_2024.jsonl"]),
    ("gaokao_zh", &["gaokao_zh.jsonl"]),
    ("kaoyan_zh", &["kaoyan_zh.jsonl"]),
    ("grade_school_zh", &["grade_school_zh.jsonl"]),
];

const SEEN_PROBLEMS: [&str; 5] = [
    "problems/deepscaler_uniform_10k.parquet",
    "problems/numina_mixed_sources_1024.parquet",
    "problems/numina_olympiads_1000.jsonl",
    "problems/numinamath_20k.parquet",
    "problems/omni_math_rule.jsonl.zst",
];

const UNSEEN_PROBLEMS: [&str; 3] = [
    "trajectories/s1k/s1k_questions_solutions_1000.jsonl.zst",
    "benchmarks/aime_1983_2024.csv",
    "benchmarks/imo_answerbench_v2.csv",
];

/// A benchmark with its items' texts.
struct Benchmark {
    name: &'static str,
    items: Vec<String>,
    fingerprint: Fingerprint,
}

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
    let all = |names: &[&str]| -> Vec<String> {
        names
            .iter()
            .flat_map(|name| texts(&shared.join(name)))
            .collect()
    };
    let seen = SEEN.map(|(name, files)| benchmark(&shared, name, files));
    let unseen = UNSEEN.map(|(name, files)| benchmark(&shared, name, files));
    let (real, fresh) = (all(&SEEN_PROBLEMS), all(&UNSEEN_PROBLEMS));
    if let Some(mut file) = file("--evidence") {
        evidence(&mut file, &shared);
        return;
    }
    if let Some(mut file) = file("--planted") {
        dump(&mut file, &seen, &real);
    }
    if let Some(mut file) = file("--common") {
        let mut learned = real.clone();
        learned.extend(texts(
            &shared.join("problems/deepscaler_math_train.json.zst"),
        ));
        file.write_all(&common(&learned)).expect("a filter");
        return;
    }
    println!("# Contamination\n\nPlanted, share found as copies:\n");
    planted("seen", &seen);
    planted("unseen", &unseen);
    println!(
        "\nReal problems flagged ({} problems; some are copies):\n",
        real.len()
    );
    flagged(&seen, &real, &mut None);
    flagged(&unseen, &real, &mut file("--hits"));
    published(&shared, &seen[2]);
    println!(
        "\n# Near duplicates\n\nPlanted beside {} unseen problems:\n",
        fresh.len()
    );
    planted_twins(&fresh);
    println!("\nReal:\n");
    real_twins(&[("seen", &real), ("unseen", &fresh)]);
    println!("\n# Rates\n");
    rates(&real);
}

fn file(option: &str) -> Option<std::fs::File> {
    let mut arguments = std::env::args();
    arguments.find(|argument| argument == option)?;
    let path = PathBuf::from(arguments.next().expect("a file behind the option"));
    Some(std::fs::File::create(path).expect("a file"))
}

/// The filter of the n-grams that many problems have, learned on every other one.
fn common(problems: &[String]) -> Vec<u8> {
    let learned: Vec<&String> = problems.iter().step_by(2).collect();
    let mut counts: HashMap<u64, usize> = HashMap::new();
    for problem in &learned {
        let mut grams = HashSet::new();
        Forms::of(problem).grams(|gram| {
            grams.insert(gram);
        });
        grams
            .into_iter()
            .for_each(|gram| *counts.entry(gram).or_default() += 1);
    }
    let least = learned.len().div_ceil(PROBLEMS_PER_COMMON_GRAM);
    let mut filter = vec![0; FILTER_BITS as usize / 8];
    for (gram, _) in counts.into_iter().filter(|(_, count)| *count >= least) {
        for bit in bits(gram) {
            filter[(bit / 8) as usize] |= 1 << (bit % 8);
        }
    }
    filter
}

fn texts(path: &Path) -> Vec<String> {
    column(path, None)
}

/// The texts of a column, or of the one that is recognised as the problem.
fn column(path: &Path, name: Option<&str>) -> Vec<String> {
    let posed = posed(path, name);
    posed.into_iter().map(|one| one.problem).collect()
}

fn posed(path: &Path, name: Option<&str>) -> Vec<BenchmarkRow> {
    let file = &files::find(path).expect("a file")[0];
    let named = ProblemColumns {
        problem: name.map(Pick::column),
        ..ProblemColumns::default()
    };
    problems(file, &named).expect("problems").rows
}

fn benchmark(shared: &Path, name: &'static str, files: &[&str]) -> Benchmark {
    let files = files
        .iter()
        .map(|file| shared.join("benchmarks").join(file));
    let items: Vec<String> = files.flat_map(|file| texts(&file)).collect();
    let fingerprint = match shipped(name) {
        Some(bytes) => Fingerprint::from_bytes(bytes).expect("a fingerprint"),
        None => Fingerprint {
            name: name.to_owned(),
            files: Vec::new(),
            items: items
                .iter()
                .enumerate()
                .map(|(at, text)| Item::of(&at.to_string(), text, None))
                .collect(),
            measured: None,
        },
    };
    assert_eq!(fingerprint.items.len(), items.len(), "{name}");
    Benchmark {
        name,
        items,
        fingerprint,
    }
}

/// The problems of a file with their gold answers, which some files have in a column of columns.
fn answered(path: &Path) -> Vec<BenchmarkRow> {
    const NESTED: [(&str, &str); 3] = [
        (
            "deepscaler_uniform_10k.parquet",
            "reward_model.ground_truth",
        ),
        (
            "numina_mixed_sources_1024.parquet",
            "reward_model.ground_truth",
        ),
        ("numinamath_20k.parquet", "reward_model.ground_truth[0]"),
    ];
    let mut posed = posed(path, None);
    let nested = NESTED.iter().find(|(file, _)| path.ends_with(file));
    if let Some((_, place)) = nested {
        let file = &files::find(path).expect("a file")[0];
        let named = ProblemColumns {
            problem: Some(serde_json::from_value(json!(place)).expect("a path")),
            ..ProblemColumns::default()
        };
        let answers = problems(file, &named).expect("answers").rows;
        let answers = answers.into_iter().map(|one| (one.row, one.problem));
        let mut answers: HashMap<u64, String> = answers.collect();
        for one in &mut posed {
            one.answer = answers.remove(&one.row);
        }
    }
    posed
}

/// A detector of all shipped benchmarks.
fn all_shipped() -> Detector {
    let all = names().map(|name| shipped(name).expect("shipped"));
    let all = all.map(|bytes| Fingerprint::from_bytes(bytes).expect("a fingerprint"));
    Detector::new(all.collect())
}

/// What speaks for each pair that is looked at: of rewritings, and of real problems with their gold answers.
fn evidence(file: &mut std::fs::File, shared: &Path) {
    let detector = all_shipped();
    let items = detector.benchmarks().iter().flat_map(|benchmark| {
        (0..benchmark.items.len()).map(move |at| format!("{}/{at}", benchmark.name))
    });
    let items: Vec<String> = items.collect();
    let mut write = |row: serde_json::Value| writeln!(file, "{row}").expect("a line");
    let pairs = |text: &str, answer: Option<&str>| -> Vec<(String, serde_json::Value)> {
        let judged = detector.evidence(&Forms::of(text), answer, &[]);
        let told = judged.into_iter().map(|(number, evidence)| {
            let verdict = evidence.class().map(|class| class.as_str());
            (
                items[number as usize].clone(),
                json!({ "verdict": verdict, "evidence": evidence }),
            )
        });
        told.collect()
    };
    let attacks = std::fs::read_to_string(shared.join("decontamination/attacks.jsonl"));
    let attacks = attacks.expect("attacks");
    // The item of the attacked benchmark that the text as it stands is.
    let mut own = HashMap::new();
    for (at, line) in attacks.lines().enumerate() {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let text = row["problem"].as_str().expect("a text");
        let found = pairs(text, None);
        let key = format!("{}/{}", row["benchmark"], row["item"]);
        let benchmark = format!("{}/", row["benchmark"].as_str().expect("a name"));
        if row["class"] == "verbatim" {
            let mut exact = found
                .iter()
                .filter(|(item, told)| item.starts_with(&benchmark) && told["verdict"] == "exact");
            own.insert(key.clone(), exact.next().expect("its own item").0.clone());
        }
        let index = own[&key]
            .rsplit('/')
            .next()
            .and_then(|at| at.parse::<u32>().ok());
        write(
            json!({ "kind": "attack", "row": at, "class": row["class"], "benchmark": row["benchmark"], "item": index }),
        );
        for (hit, mut told) in found {
            told["own"] = json!(hit == own[&key]);
            (told["kind"], told["row"], told["hit"]) = (json!("attack"), json!(at), json!(hit));
            write(told);
        }
    }
    let real = SEEN_PROBLEMS
        .iter()
        .flat_map(|name| answered(&shared.join(name)));
    let mut problems = 0;
    for one in real {
        problems += 1;
        for (hit, mut told) in pairs(&one.problem, one.answer.as_deref()) {
            let problem = problem_id(&one.problem).to_string();
            (told["kind"], told["problem"], told["hit"]) =
                (json!("real"), json!(problem), json!(hit));
            write(told);
        }
    }
    write(json!({ "kind": "total", "problems": problems }));
}

fn dump(file: &mut std::fs::File, seen: &[Benchmark], real: &[String]) {
    let mut write = |benchmark: &str, change: &str, problem: &str| {
        let row = json!({ "benchmark": benchmark, "change": change, "problem": problem });
        writeln!(file, "{row}").expect("a line");
    };
    for benchmark in seen {
        for (change, apply) in CHANGES {
            benchmark
                .items
                .iter()
                .for_each(|item| write(benchmark.name, change, &apply(item)));
        }
    }
    real.iter()
        .for_each(|problem| write("", "unrelated", problem));
}

/// The n-grams of 8 words of a text, as the peers have them.
fn words_8(text: &str) -> HashSet<String> {
    let text = text.to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(8).map(|words| words.join(" ")).collect()
}

fn percent(part: usize, all: usize) -> String {
    if all == 0 {
        "-".into()
    } else {
        format!("{:.2}", 100.0 * part as f64 / all as f64)
    }
}

/// Every item in each rewriting: ours by outcome, and the peers' rule.
fn planted(kind: &str, benchmarks: &[Benchmark]) {
    println!(
        "{kind:16} {:22} {:>7} | {:>12} {:>10} | {:>7}",
        "", "planted", "contaminated", "or suspect", "8 words"
    );
    for benchmark in benchmarks {
        let measured = measure(&benchmark.fingerprint, &benchmark.items, None);
        let items = benchmark.items.iter();
        let known: HashSet<String> = items.flat_map(|item| words_8(item)).collect();
        for (change, apply) in CHANGES {
            let Some(found) = measured.planted.get(*change) else {
                continue;
            };
            let changed = benchmark.items.iter().map(|item| (item, apply(item)));
            let planted = changed.filter(|(item, text)| text != *item || *change == VERBATIM);
            let peers = planted.filter(|(_, text)| !words_8(text).is_disjoint(&known));
            let all = found.planted as usize;
            println!(
                "{:16} {change:22} {all:>7} | {:>12} {:>10} | {:>7}",
                benchmark.name,
                percent(found.contaminated() as usize, all),
                percent(found.found() as usize, all),
                percent(peers.count().min(all), all),
            );
        }
    }
}

/// How many of some problems are contaminated, and how many of the others suspect.
fn outcomes(detector: &Detector, problems: &[String]) -> [usize; 2] {
    let mut counts = [0; 2];
    for hits in problems.iter().map(|problem| detector.hits(problem)) {
        if let Some(hit) = hits.first() {
            counts[hit.class.outcome() as usize] += 1;
        }
    }
    counts
}

/// Real problems that each benchmark flags, by the worst class.
fn flagged(benchmarks: &[Benchmark], real: &[String], hits: &mut Option<std::fs::File>) {
    println!(
        "{:16} {:>12} {:>8} {:>8}",
        "", "contaminated", "suspect", "8 words"
    );
    let grams: Vec<HashSet<String>> = real.iter().map(|problem| words_8(problem)).collect();
    for benchmark in benchmarks {
        let detector = Detector::new(vec![benchmark.fingerprint.clone()]);
        if let Some(file) = hits {
            for problem in real {
                let found = detector.hits(problem);
                let Some(hit) = found.first() else { continue };
                let row = json!({
                    "benchmark": benchmark.name, "class": hit.class.as_str(), "evidence": hit.evidence,
                    "problem": problem, "item": benchmark.items[hit.item as usize],
                });
                writeln!(file, "{row}").expect("a line");
            }
        }
        let [contaminated, suspect] = outcomes(&detector, real);
        let items = benchmark.items.iter();
        let known: HashSet<String> = items.flat_map(|item| words_8(item)).collect();
        let peers = grams.iter().filter(|grams| !grams.is_disjoint(&known));
        println!(
            "{:16} {contaminated:>12} {suspect:>8} {:>8}",
            benchmark.name,
            peers.count(),
        );
    }
}

/// What an audit by others published of MATH-500: pairs that share an n-gram of 8 words or a meaning, and
/// problems that it calls clean.
fn published(shared: &Path, math500: &Benchmark) {
    let detector = Detector::new(vec![math500.fingerprint.clone()]);
    let known: HashSet<String> = math500
        .items
        .iter()
        .flat_map(|item| words_8(item))
        .collect();
    println!(
        "\nProblems that others published as overlapping MATH-500:\n\n{:28} {:>8} {:>12} {:>8} {:>8}",
        "", "problems", "contaminated", "suspect", "8 words"
    );
    for name in [
        "s1_ngram_hits",
        "s1_c_lex",
        "openthoughts_c_lex",
        "openthoughts_c_sem",
    ] {
        let path = shared.join(format!("decontamination/{name}.jsonl"));
        let mut problems = column(&path, Some("train_problem"));
        problems.sort_unstable();
        problems.dedup();
        let [contaminated, suspect] = outcomes(&detector, &problems);
        let peers = problems
            .iter()
            .filter(|problem| !words_8(problem).is_disjoint(&known))
            .count();
        println!(
            "{name:28} {:>8} {contaminated:>12} {suspect:>8} {peers:>8}",
            problems.len(),
        );
    }
}

/// Every tenth word is another.
fn reworded(text: &str) -> String {
    let words = text.split(' ').enumerate();
    let words = words.map(|(at, word)| if at % 10 == 4 { "notably" } else { word });
    words.collect::<Vec<_>>().join(" ")
}

/// A sentence more.
fn longer(text: &str) -> String {
    format!("{text} Give your answer as an integer or as a fraction in lowest terms.")
}

/// Problems with a changed copy beside each: how many of them are one cluster, and how many one template.
fn planted_twins(problems: &[String]) {
    let mut changes = CHANGES.to_vec();
    changes.push(("every_tenth_word", reworded));
    changes.push(("a_sentence_more", longer));
    println!(
        "{:20} {:>7} | {:>7} {:>7} | {:>9} {:>9} | {:>7}",
        "", "planted", "at 0.8", "at 0.9", "template", "at 0.9", "8 words"
    );
    for (change, apply) in changes {
        let pairs: Vec<(&String, String)> =
            problems.iter().map(|text| (text, apply(text))).collect();
        let pairs: Vec<_> = pairs
            .iter()
            .filter(|(text, changed)| changed != *text)
            .collect();
        let named: Vec<_> = pairs
            .iter()
            .flat_map(|(text, changed)| [text.as_str(), changed.as_str()])
            .map(|text| (problem_id(text), text))
            .collect();
        let found = [0.8, 0.9].map(|threshold| {
            let found = clusters(&named, threshold);
            let joined =
                |firsts: &[u32]| firsts.chunks(2).filter(|pair| pair[0] == pair[1]).count();
            [joined(&found.first), joined(&found.template)]
        });
        let share =
            |(text, changed): &&&(&String, String)| !words_8(text).is_disjoint(&words_8(changed));
        let peers = pairs.iter().filter(share).count();
        if !pairs.is_empty() {
            println!(
                "{change:20} {:>7} | {:>7} {:>7} | {:>9} {:>9} | {:>7}",
                pairs.len(),
                percent(found[0][0], pairs.len()),
                percent(found[1][0], pairs.len()),
                percent(found[0][1], pairs.len()),
                percent(found[1][1], pairs.len()),
                percent(peers, pairs.len())
            );
        }
    }
}

/// What would be dropped of real problems, and how each differs from the problem that stays; and how many are of
/// another's template only, which the same words with other numbers are.
fn real_twins(collections: &[(&str, &[String])]) {
    println!(
        "{:18} {:>8} {:>9} {:>8} {:>10} {:>12} {:>12} {:>12}",
        "",
        "problems",
        "threshold",
        "dropped",
        "same text",
        "same digits",
        "template",
        "8 words drop"
    );
    for (name, problems) in collections {
        let distinct: BTreeMap<_, &str> = problems
            .iter()
            .map(|text| (problem_id(text), text.as_str()))
            .collect();
        let named: Vec<_> = distinct.into_iter().collect();
        let texts: Vec<String> = named.iter().map(|(_, text)| canonical(text).text).collect();
        let digits = |at: usize| {
            texts[at]
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
        };
        let mut known = HashSet::new();
        let peers = named.iter().filter(|(_, text)| {
            let grams = words_8(text);
            let met = !grams.is_disjoint(&known);
            known.extend(grams);
            met
        });
        let peers = peers.count();
        for threshold in [0.8, 0.9] {
            let found = clusters(&named, threshold);
            let first = found.first;
            let of_template = (0..named.len())
                .filter(|&at| first[at] as usize == at && found.template[at] as usize != at);
            let of_template = of_template.count();
            let dropped = first
                .iter()
                .enumerate()
                .filter(|(at, first)| **first as usize != *at);
            let (mut all, mut kinds) = (0, [0; 2]);
            for (at, &first) in dropped {
                let first = first as usize;
                all += 1;
                let same_text = texts[at] == texts[first];
                kinds[0] += usize::from(same_text);
                kinds[1] += usize::from(!same_text && digits(at) == digits(first));
            }
            println!(
                "{name:18} {:>8} {threshold:>9} {all:>8} {:>10} {:>12} {:>12} {peers:>12}",
                named.len(),
                kinds[0],
                kinds[1],
                of_template
            );
        }
    }
}

/// The CPU time of all threads, where Linux tells it.
fn cpu_seconds() -> Option<f64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let nanoseconds = tasks.filter_map(|task| {
        let spent = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
        spent.split(' ').next()?.parse::<f64>().ok()
    });
    Some(nanoseconds.sum::<f64>() / 1e9)
}

fn rates(real: &[String]) {
    let bytes: usize = real.iter().map(String::len).sum();
    println!(
        "problems a second and core, of {} bytes on average (min, median, max):\n",
        bytes / real.len()
    );
    let rate = |what: &str, work: &dyn Fn()| {
        let mut rates: Vec<f64> = Vec::new();
        for _ in 0..5 {
            let (started, cpu) = (Instant::now(), cpu_seconds());
            work();
            let wall = started.elapsed().as_secs_f64();
            let spent = cpu_seconds()
                .zip(cpu)
                .map_or(wall, |(now, before)| now - before);
            rates.push(real.len() as f64 / spent);
        }
        rates.sort_by(f64::total_cmp);
        println!(
            "{what:28} {:>9.0} {:>9.0} {:>9.0}",
            rates[0], rates[2], rates[4]
        );
    };
    let detector = all_shipped();
    rate("canonical", &|| {
        real.iter().for_each(|text| {
            std::hint::black_box(canonical(text));
        });
    });
    rate("contamination, all shipped", &|| {
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
    let known: HashSet<String> = real
        .iter()
        .take(1275)
        .flat_map(|text| words_8(text))
        .collect();
    rate("8 words, against 1275", &|| {
        real.iter().for_each(|text| {
            std::hint::black_box(words_8(text).is_disjoint(&known));
        });
    });
}
