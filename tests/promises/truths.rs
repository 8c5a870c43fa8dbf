//! The truths of `lib.rs`.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use gradatim::ids::{Id, IdHasher};
use serde_json::{Value, json};

use crate::kills::killed_and_run_again;
use crate::support::*;

// 1. Entries in = kept + dropped.

#[test]
fn entries_in_are_kept_or_dropped_for_each_source_file_and_reason() {
    let out = &QUICKSTART.out;
    let manifest = out.manifest();
    let ledger = out.ledger();
    type Counts = BTreeMap<Vec<String>, (u64, u64, BTreeMap<String, u64>)>;
    let (mut by_source, mut by_file) = (Counts::new(), Counts::new());
    for row in &ledger {
        let source = text(row, "source").to_owned();
        let file = text(row, "file").to_owned();
        for count in [
            by_source.entry(vec![source.clone()]).or_default(),
            by_file
                .entry(vec![source.clone(), file.clone()])
                .or_default(),
        ] {
            count.0 += 1;
            match (text(row, "fate"), row["reason"].as_str()) {
                ("kept", None) => count.1 += 1,
                ("dropped", Some(reason)) => *count.2.entry(reason.to_owned()).or_default() += 1,
                other => panic!("a fate and a reason that do not go together: {other:?}"),
            }
        }
    }
    for (records, keys, counted) in [
        (&manifest["ledger"], &["source"][..], by_source),
        (&manifest["files"], &["source", "file"][..], by_file),
    ] {
        let mut told = Counts::new();
        for record in records.as_array().expect("a list") {
            let name = keys.iter().map(|key| text(record, key).to_owned());
            let dropped: BTreeMap<String, u64> =
                serde_json::from_value(record["dropped"].clone()).expect("counts");
            let number = |key: &str| record[key].as_u64().expect("a count");
            assert_eq!(
                number("read"),
                number("kept") + dropped.values().sum::<u64>(),
                "{record}"
            );
            told.insert(name.collect(), (number("read"), number("kept"), dropped));
        }
        assert_eq!(told, counted);
    }
    let read = manifest["ledger"].as_array().expect("a list").iter();
    let read: u64 = read
        .map(|record| record["read"].as_u64().expect("a count"))
        .sum();
    assert_eq!(
        read,
        ledger.len() as u64,
        "the ledger has a row for each entry"
    );
}

#[test]
fn a_place_stands_in_the_ledger_once() {
    let mut places = HashSet::new();
    for row in QUICKSTART.out.ledger() {
        let place = ["source", "file", "row", "generation"].map(|key| row[key].to_string());
        assert!(places.insert(place.clone()), "{place:?} stands twice");
    }
}

// 2. The same bytes.

/// Two files of OpenR1's columns with copies, void rows and three kinds of subsets.
fn small_experiment() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(84);
    rows[5] = rows[4].clone();
    rows[9]["generations"] = json!(null);
    rows[10]["problem"] = json!(null);
    rows[11]["generations"][0] = json!("");
    place.write("data/a.jsonl", jsonl(&rows[..30]));
    place.write("data/b.parquet", parquet(&rows[30..60], 7));
    place.write("data/c.jsonl.gz", gzip(&jsonl(&rows[60..])));
    place.write("pipeline.toml", SMALL);
    place
}

const SMALL: &str = r#"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
category = ["diverse", "all"]
size = [7, 14, 21]
style = ["r1"]
draws = 2
[grid.length]
rule = ["short", "normal", "long"]
bucket = 30
within = "pool"
[grid.control]
random = 2
matched = true
paired = true
"#;

#[test]
fn threads_batches_and_a_reused_pool_leave_the_same_bytes() {
    let place = small_experiment();
    place
        .run(
            "first",
            &["--pool", "p0", "--threads", "1", "--on-shortfall", "short"],
        )
        .ends(0);
    let first = tree(&place.path("first"));
    assert!(first.len() > 20, "there is something to compare");
    for (at, (threads, batch)) in [("2", "512"), ("1", "1"), ("2", "7"), ("2", "1"), ("1", "7")]
        .iter()
        .enumerate()
    {
        let (out, pool) = (format!("o{at}"), format!("p{}", at + 1));
        let options = [
            "--pool",
            &pool,
            "--threads",
            threads,
            "--batch-size",
            batch,
            "--on-shortfall",
            "short",
        ];
        place.run(&out, &options).ends(0);
        assert_eq!(
            tree(&place.path(&out)),
            first,
            "--threads {threads} --batch-size {batch}"
        );
    }
    place
        .run(
            "again",
            &["--pool", "p0", "--threads", "2", "--on-shortfall", "short"],
        )
        .ends(0);
    assert_eq!(tree(&place.path("again")), first, "with the pool reused");
}

#[test]
fn the_quickstart_has_the_same_bytes_with_another_number_of_threads_and_batch_size() {
    let first = tree(&QUICKSTART.out.0);
    let place = Place::new();
    let run = |out: &str, pool: &str, threads: &str, batch: &str| {
        let options = ["--threads", threads, "--batch-size", batch];
        quickstart(&place.path(out), &place.path(pool), &options).ends(0);
        assert_eq!(
            tree(&place.path(out)),
            first,
            "--threads {threads} --batch-size {batch}"
        );
    };
    run("one", "pool-one", "1", "7");
    run("two", "pool-one", "2", "512");
    run("three", "pool-three", "2", "1");
}

#[test]
fn a_damaged_part_is_measured_again_and_nothing_changes() {
    let place = small_experiment();
    let run = |out: &str| place.run(out, &["--on-shortfall", "short"]).ends(0);
    run("first");
    let first = tree(&place.path("first"));
    let pool = tree(&place.path("pool"));
    let parts: BTreeSet<&str> = pool
        .keys()
        .filter_map(|name| name.strip_suffix("/part.json"))
        .collect();
    assert_eq!(parts.len(), 3, "a part for each file");
    /// The bytes that a file then has; none where it is removed.
    type Damage = Box<dyn Fn(Vec<u8>) -> Option<Vec<u8>>>;
    let mut damages: Vec<(&str, Damage)> = Vec::new();
    for file in ["trajectories.parquet", "problems.parquet", "part.json"] {
        damages.push((
            file,
            Box::new(|bytes: Vec<u8>| Some(bytes[..bytes.len() / 2].to_vec())),
        ));
        damages.push((file, Box::new(|_| None)));
    }
    damages.push((
        "trajectories.parquet",
        Box::new(|mut bytes: Vec<u8>| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            Some(bytes)
        }),
    ));
    for (at, (file, damage)) in damages.iter().enumerate() {
        let part = parts.iter().nth(at % 3).expect("a part");
        let path = place.path(&format!("pool/{part}/{file}"));
        match damage(std::fs::read(&path).expect("a file of a part")) {
            Some(bytes) => std::fs::write(&path, bytes).expect("damage"),
            None => std::fs::remove_file(&path).expect("damage"),
        }
        let out = format!("o{at}");
        run(&out).tells(&["is damaged", "measured again"]);
        assert_eq!(tree(&place.path(&out)), first, "{file} was damaged");
        assert_eq!(tree(&place.path("pool")), pool, "the pool is whole again");
    }
}

#[test]
fn killed_at_any_moment_and_run_again_it_leaves_the_same_bytes() {
    let place = small_experiment();
    killed_and_run_again(&place, &["--on-shortfall", "short"], 24);
}

#[test]
fn asked_to_stop_it_says_so_by_its_exit_code_and_goes_on_later() {
    // The built-in tokenizer and real text: a run that lasts long enough to be stopped while it measures.
    let place = Place::new();
    let data = repository()
        .join("data/openr1")
        .to_string_lossy()
        .into_owned();
    place.write(
        "pipeline.toml",
        format!("[sources.all]\nlayout = 'openr1'\npath = '{data}'\n[[grid]]\nsize = [10]\n"),
    );
    for (signal, code) in [("TERM", 143), ("INT", 130)] {
        let child = place.start(&[
            "run",
            "pipeline.toml",
            "--out",
            "out",
            "--pool",
            "pool",
            "--threads",
            "1",
            "--batch-size",
            "16",
        ]);
        let begun = Instant::now();
        while std::fs::read_dir(place.path("pool/partial")).map_or(0, Iterator::count) == 0 {
            assert!(
                begun.elapsed() < Duration::from_secs(100),
                "it never began to measure"
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        send(signal, child.id());
        wait(child)
            .ends(code)
            .tells(&["interrupted", "goes on where it was"]);
        assert!(!place.path("out").exists() && !place.path("out.partial").exists());
        assert_eq!(
            tree(&place.path("pool/partial")),
            BTreeMap::new(),
            "nothing is left aside"
        );
    }
}

fn send(signal: &str, process: u32) {
    let sent = std::process::Command::new("sh")
        .args(["-c", &format!("kill -{signal} {process}")])
        .status();
    assert!(sent.expect("sh runs").success(), "the signal is sent");
}

#[test]
fn an_output_folder_that_others_built_is_never_cleared_away() {
    let place = small_experiment();
    place.write("out.partial/thesis.tex", "years of work");
    place
        .run("out", &["--on-shortfall", "short"])
        .ends(2)
        .tells(&["out.partial", "in the way"]);
    assert!(place.path("out.partial/thesis.tex").is_file());
}

#[test]
fn names_and_order_of_files_and_rows_do_not_change_what_is_selected() {
    let place = Place::new();
    let mut rows = openr1_rows(84);
    let copies: Vec<Value> = rows.iter().step_by(5).cloned().collect();
    rows.extend(copies);
    // Copies that differ in what the source says of them: one of them stays, whichever comes first.
    let mut other: Vec<Value> = rows.iter().step_by(9).take(6).cloned().collect();
    for row in &mut other {
        row["source"] = json!("amc_aime");
        row["problem_type"] = json!("Geometry");
    }
    rows.extend(other);
    place.write("pipeline.toml", SMALL);
    let mut seen = Vec::new();
    for (round, cuts) in [[20, 40], [1, 90], [50, 51]].iter().enumerate() {
        let _ = std::fs::remove_dir_all(place.path("data"));
        let (first, rest) = rows.split_at(cuts[0]);
        let (second, third) = rest.split_at(cuts[1] - cuts[0]);
        place.write(
            &format!("data/{}.jsonl", ["m", "z", "b"][round]),
            jsonl(first),
        );
        place.write(
            &format!("data/{}.jsonl", ["n", "y", "c/deep"][round]),
            jsonl(second),
        );
        place.write(
            &format!("data/{}.parquet", ["o", "x", "a"][round]),
            parquet(third, 8),
        );
        let out = format!("out{round}");
        place.run(&out, &["--on-shortfall", "short"]).ends(0);
        let out = place.out(&out);
        let subsets: BTreeMap<String, Vec<Value>> = out
            .selection()
            .into_keys()
            .map(|name| (name.clone(), out.subset(&name)))
            .collect();
        let lost = out
            .drops()
            .into_iter()
            .find(|(reason, _)| reason != "duplicate");
        assert_eq!(lost, None, "every row is read");
        seen.push(subsets);
        Dice(round as u64).shuffle(&mut rows);
    }
    for other in &seen[1..] {
        for (name, rows) in &seen[0] {
            assert_eq!(Some(rows), other.get(name), "{name}");
        }
        assert_eq!(other.len(), seen[0].len());
    }
}

/// Copies of one trajectory whose problems differ in white space alone.
#[test]
fn the_text_of_a_problem_does_not_depend_on_which_copy_is_read_first() {
    let place = Place::new();
    let replies = [reply(5, 3)];
    let narrow = openr1_row("What is 2+3?", "5", "Algebra", &replies);
    let mut wide = narrow.clone();
    wide["problem"] = json!("What  is 2+3?");
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n",
    );
    let mut texts = BTreeSet::new();
    for (at, rows) in [[&narrow, &wide], [&wide, &narrow]].iter().enumerate() {
        let rows: Vec<Value> = rows.iter().map(|row| (*row).clone()).collect();
        place.write("data/a.jsonl", jsonl(&rows));
        let out = format!("out{at}");
        place.run(&out, &[]).ends(0);
        let row = &place.out(&out).subset("all-normal-1")[0];
        texts.insert(text(row, "problem").to_owned());
    }
    assert_eq!(texts.len(), 1, "{texts:?}");
}

#[test]
fn two_runs_at_once_share_a_pool() {
    let place = small_experiment();
    let start = |out: &str| {
        place.start(&[
            "run",
            "pipeline.toml",
            "--out",
            out,
            "--pool",
            "pool",
            "--on-shortfall",
            "short",
        ])
    };
    let (one, two) = (start("one"), start("two"));
    wait(one).ends(0);
    wait(two).ends(0);
    assert_eq!(tree(&place.path("one")), tree(&place.path("two")));
    assert_eq!(tree(&place.path("pool/partial")), BTreeMap::new());
}

#[test]
fn what_killed_runs_left_aside_in_the_pool_is_cleared_away() {
    let place = small_experiment();
    let left = "pool/partial/4194305-1764000000000000000/0/trajectories.parquet";
    // The second run finds everything measured, and clears all the same.
    for out in ["out", "again"] {
        place.write(left, "half of it");
        place.run(out, &["--on-shortfall", "short"]).ends(0);
        assert_eq!(tree(&place.path("pool/partial")), BTreeMap::new());
    }
}

/// What a kill leaves just after the folder was made, and what the version before left without a word in its mark.
#[test]
fn a_partial_folder_is_ours_by_what_its_mark_says_or_where_it_is_empty() {
    let place = small_experiment();
    let short = ["--on-shortfall", "short"];
    place.run("whole", &short).ends(0);
    let whole = tree(&place.path("whole"));
    copy(&place.path("whole"), &place.path("finished.partial"));
    place.write("finished.partial/.gradatim-partial", "");
    std::fs::create_dir(place.path("begun.partial")).expect("a folder");
    place.run("begun", &short).ends(0);
    assert_eq!(tree(&place.path("begun")), whole);
    let refused = place.run("finished", &short).ends(2);
    refused.tells(&["finished.partial", "in the way", "earlier version"]);
    assert_eq!(tree(&place.path("finished.partial")).len(), whole.len() + 1);
}

// 3. Smaller sizes are prefixes, and what else a selection promises.

/// What is known of a kept trajectory, from the ledger's rows alone.
struct Known {
    ledger: Vec<Value>,
    by_id: HashMap<String, usize>,
    /// Kept rows of each problem.
    kept: HashMap<String, Vec<usize>>,
    /// The category that most of a problem's trajectories have, of equals the first by name.
    category: HashMap<String, String>,
    /// Correct, and decided, of each problem's trajectories, of which exact copies are one.
    decided: HashMap<String, (u64, u64)>,
}

impl Known {
    fn new(out: &Out) -> Self {
        let mut known = Self {
            ledger: out.ledger(),
            by_id: HashMap::new(),
            kept: HashMap::new(),
            category: HashMap::new(),
            decided: HashMap::new(),
        };
        let ledger = known.ledger.clone();
        let mut verdicts: HashMap<&str, BTreeSet<&str>> = HashMap::new();
        let mut votes: HashMap<&str, BTreeMap<&str, BTreeSet<&str>>> = HashMap::new();
        for (at, row) in ledger.iter().enumerate() {
            let Some(problem) = row["problem_id"].as_str().map(str::to_owned) else {
                continue;
            };
            if let Some(category) = row["category"].as_str() {
                let votes = votes.entry(text(row, "problem_id")).or_default();
                let votes = votes.entry(category).or_default();
                votes.insert(text(row, "trajectory_id"));
            }
            let verdicts = verdicts.entry(text(row, "trajectory_id")).or_default();
            verdicts.insert(text(row, "verdict"));
            if row["fate"] == "kept" {
                let id = text(row, "trajectory_id").to_owned();
                assert!(known.by_id.insert(id, at).is_none(), "a copy was kept");
                known.kept.entry(problem).or_default().push(at);
            }
        }
        for (problem, votes) in &votes {
            let most = votes.values().map(BTreeSet::len).max();
            let mut having = votes.iter();
            let first = having.find(|(_, ids)| Some(ids.len()) == most);
            let (category, _) = first.expect("a category");
            known
                .category
                .insert((*problem).to_owned(), (*category).to_owned());
        }
        for row in &ledger {
            if let Some(problem) = row["problem_id"].as_str() {
                let told = known.category.get(problem).map(String::as_str);
                assert_eq!(row["problem_category"].as_str(), told, "{problem}");
                let conflicts = votes.get(problem).is_some_and(|votes| votes.len() > 1);
                assert_eq!(row["categories_conflict"], json!(conflicts), "{problem}");
            }
            // Each trajectory once.
            let Some(verdicts) = row["trajectory_id"]
                .as_str()
                .and_then(|id| verdicts.remove(id))
            else {
                continue;
            };
            let [correct, wrong] = ["correct", "wrong"].map(|word| verdicts.contains(word));
            let problem = text(row, "problem_id").to_owned();
            let counts = known.decided.entry(problem).or_default();
            counts.0 += u64::from(correct && !wrong);
            counts.1 += u64::from(correct != wrong);
        }
        known
    }

    fn row(&self, id: &str) -> &Value {
        &self.ledger[*self
            .by_id
            .get(id)
            .unwrap_or_else(|| panic!("{id} was not kept"))]
    }

    fn tokens(&self, id: &str) -> u64 {
        self.row(id)["tokens"].as_u64().expect("a count")
    }

    /// Token counts of a problem's kept trajectories of one style.
    fn lengths(&self, problem: &str, style: &str) -> Vec<u64> {
        let rows = self.kept[problem].iter().map(|&at| &self.ledger[at]);
        let rows = rows.filter(|row| row["style"] == style);
        rows.map(|row| row["tokens"].as_u64().expect("a count"))
            .collect()
    }

    /// The stratum of a kept trajectory: category, origin, tenth of length, quarter of the pass rate.
    fn stratum(&self, id: &str, deciles: &[u64], on: &str) -> String {
        let row = self.row(id);
        let problem = text(row, "problem_id");
        match on {
            "category" => format!("{:?}", self.category.get(problem)),
            "origin" => row["origin"].to_string(),
            "length" => {
                let below = deciles
                    .iter()
                    .filter(|&&edge| edge <= self.tokens(id))
                    .count();
                below.to_string()
            }
            "pass_rate" => match self.decided[problem] {
                (correct, decided) if decided >= 2 => (4 * correct / decided).to_string(),
                _ => "none".into(),
            },
            other => panic!("an unknown stratum: {other}"),
        }
    }

    /// The nine counts between the tenths of all that is kept.
    fn deciles(&self) -> Vec<u64> {
        let mut all: Vec<u64> = self.by_id.keys().map(|id| self.tokens(id)).collect();
        all.sort_unstable();
        (1..10).map(|tenth| all[all.len() * tenth / 10]).collect()
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array()
        .expect("a list")
        .iter()
        .map(|name| name.as_str().expect("a name"))
        .collect()
}

fn subsets(manifest: &Value) -> &[Value] {
    manifest["subsets"].as_array().expect("a list")
}

#[test]
fn smaller_sizes_are_prefixes_of_larger_ones() {
    let out = &QUICKSTART.out;
    let (manifest, selection) = (out.manifest(), out.selection());
    let mut linked = 0;
    for subset in subsets(&manifest) {
        let name = text(subset, "name");
        assert_eq!(subset["size"], json!(selection[name].len()));
        if let Some(larger) = subset["prefix_of"].as_str() {
            linked += 1;
            assert!(selection[larger].len() > selection[name].len());
            assert!(
                selection[larger].starts_with(&selection[name]),
                "{name} is no prefix of {larger}"
            );
        }
    }
    // The ladder's two families and their three controls with four sizes, the style pair with three.
    assert_eq!(
        linked,
        5 * 3 + 2 * 2 + 3,
        "every size but the largest names the next"
    );
}

#[test]
fn a_problem_stands_in_a_subset_once() {
    for (name, ids) in QUICKSTART.out.selection() {
        let problems: HashSet<&String> = ids.iter().map(|(_, problem)| problem).collect();
        assert_eq!(problems.len(), ids.len(), "{name}");
    }
}

#[test]
fn a_subset_holds_the_rows_that_were_selected_in_order_of_rank() {
    let out = &QUICKSTART.out;
    let (manifest, selection, known) = (out.manifest(), out.selection(), Known::new(out));
    for subset in subsets(&manifest)
        .iter()
        .filter(|subset| subset["size"].as_u64() <= Some(200))
    {
        let name = text(subset, "name");
        let rows = out.subset(name);
        assert_eq!(rows.len(), selection[name].len());
        let mut tokens = 0;
        for (rank, (row, (id, problem))) in rows.iter().zip(&selection[name]).enumerate() {
            let entry = known.row(id);
            assert_eq!(row["rank"], json!(rank));
            assert_eq!(
                (text(row, "id"), text(row, "problem_id")),
                (id.as_str(), problem.as_str())
            );
            for key in ["tokens", "style", "source"] {
                assert_eq!(row[key], entry[key], "{key} of {id}");
            }
            let said = |at: usize| row["messages"][at]["content"].as_str().expect("a text");
            assert_eq!(said(0), text(row, "problem"));
            assert_eq!(Some(said(1).len() as u64), entry["bytes"].as_u64());
            assert_eq!(row["messages"][0]["role"], "user");
            assert_eq!(row["messages"][1]["role"], "assistant");
            let chat = text(row, "text");
            assert!(chat.contains(&format!("<|im_start|>user\n{}<|im_end|>", said(0))));
            assert!(chat.ends_with(&format!("<|im_start|>assistant\n{}<|im_end|>", said(1))));
            tokens += row["tokens"].as_u64().expect("a count");
        }
        assert_eq!(subset["tokens"], json!(tokens), "{name}");
    }
}

#[test]
fn matched_controls_share_no_problem_and_follow_the_strata_of_their_subset() {
    let out = &QUICKSTART.out;
    let (manifest, selection, known) = (out.manifest(), out.selection(), Known::new(out));
    let deciles = known.deciles();
    let mut seen = 0;
    for control in subsets(&manifest)
        .iter()
        .filter(|subset| subset["role"] == "matched")
    {
        seen += 1;
        let name = text(control, "name");
        let [of] = names(&control["control_of"])[..] else {
            panic!("{name} is the control of one subset");
        };
        let (own, theirs) = (&selection[name], &selection[of]);
        assert_eq!(own.len(), theirs.len(), "{name} has the size of {of}");
        let problems: HashSet<&String> = theirs.iter().map(|(_, problem)| problem).collect();
        assert!(
            own.iter().all(|(_, problem)| !problems.contains(problem)),
            "{name} shares a problem"
        );
        let strata = names(&control["matched"]["strata"]);
        let place = |id: &str| -> Vec<String> {
            strata
                .iter()
                .map(|on| known.stratum(id, &deciles, on))
                .collect()
        };
        let differing = own.iter().zip(theirs).filter(|((own, _), (theirs, _))| {
            assert_eq!(known.row(own)["style"], known.row(theirs)["style"]);
            assert!(
                !strata.contains(&"category")
                    || known.stratum(own, &deciles, "category")
                        == known.stratum(theirs, &deciles, "category"),
                "category is never given up"
            );
            place(own) != place(theirs)
        });
        let thin = control["matched"]["thin"]
            .as_array()
            .expect("a list")
            .iter();
        let thin: u64 = thin
            .map(|thin| thin["rows"].as_u64().expect("a count"))
            .sum();
        assert_eq!(
            differing.count() as u64,
            thin,
            "{name}: rows outside their stratum are listed"
        );
    }
    assert_eq!(seen, 14);
}

#[test]
fn paired_controls_have_the_same_problems_with_the_other_extreme() {
    let out = &QUICKSTART.out;
    let (manifest, selection, known) = (out.manifest(), out.selection(), Known::new(out));
    let mut seen = 0;
    for control in subsets(&manifest)
        .iter()
        .filter(|subset| subset["role"] == "paired")
    {
        seen += 1;
        let name = text(control, "name");
        let [of] = names(&control["control_of"])[..] else {
            panic!("{name} is the control of one subset");
        };
        assert_eq!(selection[name].len(), selection[of].len());
        for ((short, problem), (long, of_problem)) in selection[name].iter().zip(&selection[of]) {
            assert_eq!(problem, of_problem, "row by row the same problem");
            let lengths = known.lengths(problem, "r1");
            assert_eq!(Some(known.tokens(short)), lengths.iter().min().copied());
            assert_eq!(Some(known.tokens(long)), lengths.iter().max().copied());
            assert!(known.tokens(short) < known.tokens(long));
        }
    }
    assert_eq!(seen, 4);
}

#[test]
fn random_controls_have_the_size_and_style_of_all_that_they_are_controls_of() {
    let out = &QUICKSTART.out;
    let (manifest, selection, known) = (out.manifest(), out.selection(), Known::new(out));
    let by_name: HashMap<&str, &Value> = subsets(&manifest)
        .iter()
        .map(|subset| (text(subset, "name"), subset))
        .collect();
    let mut controlled = HashSet::new();
    for control in subsets(&manifest)
        .iter()
        .filter(|subset| subset["role"] == "random")
    {
        assert!(
            selection[text(control, "name")]
                .iter()
                .all(|(id, _)| known.row(id)["style"] == control["style"])
        );
        for of in names(&control["control_of"]) {
            assert_eq!(by_name[of]["size"], control["size"]);
            assert_eq!(by_name[of]["style"], control["style"]);
            controlled.insert(of);
        }
    }
    for subset in subsets(&manifest)
        .iter()
        .filter(|subset| subset["role"] == "subset" && subset["grid"] != "style")
    {
        assert!(
            controlled.contains(text(subset, "name")),
            "{} has no random control",
            subset["name"]
        );
    }
}

#[test]
fn diverse_counts_differ_by_at_most_one_at_every_prefix() {
    let out = &QUICKSTART.out;
    let (manifest, selection, known) = (out.manifest(), out.selection(), Known::new(out));
    // A control that is matched by category is as even as its subset.
    let even = |subset: &&Value| {
        let matched = &subset["matched"]["strata"];
        text(subset, "name").contains("diverse")
            && (matched.is_null() || names(matched).contains(&"category"))
    };
    for subset in subsets(&manifest).iter().filter(even) {
        let name = text(subset, "name");
        let ids = &selection[name];
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for (_, problem) in ids {
            *counts.entry(known.category[problem].as_str()).or_default() += 1;
            let least = if counts.len() < 7 {
                0
            } else {
                *counts.values().min().expect("a count")
            };
            assert!(
                counts.values().max().expect("a count") - least <= 1,
                "{name}: {counts:?}"
            );
        }
        assert_eq!(counts.len(), 7, "{name}");
        assert!(!counts.contains_key("other"));
    }
}

#[test]
fn long_and_short_are_drawn_from_the_bucket_of_that_size() {
    let out = &QUICKSTART.out;
    let (selection, known) = (out.selection(), Known::new(out));
    // One trajectory for each problem of the category: of those in R1's style the one with the smallest hash, which is
    // the same for both lengths.
    let stands = |problem: &str| -> Option<&str> {
        let rows = known.kept[problem].iter().map(|&at| &known.ledger[at]);
        let rows = rows.filter(|row| row["style"] == "r1");
        let ids = rows.map(|row| text(row, "trajectory_id"));
        ids.min_by_key(|id| {
            let id: Id = id.parse().expect("an id");
            let hasher = IdHasher::new("gradatim draw of a trajectory v2")
                .part(0_u64.to_le_bytes())
                .part("subset")
                .part(0_u32.to_le_bytes())
                .part("algebra-r1");
            hasher.part(id.to_bytes()).finish()
        })
    };
    let extremes = |longest: bool| -> Vec<u64> {
        let of_category = known.kept.keys().filter(|problem| {
            let category = known.category.get(*problem);
            category.is_some_and(|category| category == "algebra")
        });
        let standing = of_category.filter_map(|problem| stands(problem));
        let mut all: Vec<u64> = standing.map(|id| known.tokens(id)).collect();
        all.sort_unstable();
        if longest {
            all.reverse();
        }
        all
    };
    for (name, longest) in [
        ("algebra-long-r1-100", true),
        ("algebra-short-r1-100", false),
    ] {
        let edge = extremes(longest)[160 - 1];
        for (id, problem) in &selection[name] {
            assert_eq!(Some(id.as_str()), stands(problem));
            assert!(if longest {
                known.tokens(id) >= edge
            } else {
                known.tokens(id) <= edge
            });
            assert_eq!(known.category[problem], "algebra");
        }
        let beyond = selection[name]
            .iter()
            .filter(|(id, _)| known.tokens(id) != edge);
        assert!(
            beyond.count() > 50,
            "the order inside the bucket is not the ranking"
        );
    }
    // The ladder's are the longest of their problems.
    for (id, problem) in &selection["ladder-diverse-long-r1-1000"] {
        let lengths = known.lengths(problem, "r1");
        assert_eq!(Some(&known.tokens(id)), lengths.iter().max());
    }
}

#[test]
fn both_styles_of_a_pair_have_the_same_problems_both_right() {
    let out = &QUICKSTART.out;
    let (selection, known) = (out.selection(), Known::new(out));
    for size in [100, 200, 500] {
        let [r1, gemini] =
            ["r1", "gemini"].map(|style| &selection[&format!("style-all-normal-{style}-{size}")]);
        for ((a, problem), (b, of_problem)) in r1.iter().zip(gemini) {
            assert_eq!(problem, of_problem);
            for (id, style) in [(a, "r1"), (b, "gemini")] {
                assert_eq!(known.row(id)["style"], style);
                assert_ne!(known.row(id)["verdict"], "wrong");
            }
        }
    }
}

// Draws.

/// Rows of layout `columns`, each a problem with one reply in a list of its own count.
fn draw_place(problems: usize, replies: impl Fn(usize) -> usize, grid: &str) -> Place {
    let place = Place::new();
    let row = |at: usize| {
        let replies: Vec<String> = (0..replies(at))
            .map(|number| reply(at + 1, number))
            .collect();
        json!({ "problem": format!("What is {at}+1?"), "gold": (at + 1).to_string(), "replies": replies })
    };
    place.write(
        "data.jsonl",
        jsonl(&(0..problems).map(row).collect::<Vec<_>>()),
    );
    let head = "[sources.all]\nlayout = 'columns'\npath = 'data.jsonl'\naccept = 'ours'\n\
                [sources.all.columns]\nproblem = 'problem'\nresponse = 'replies'\nanswer = 'gold'\n\
                [measure]\ntokenizer = 'bytes.json'\n[emit]\nsubsets = []\n";
    place.write("pipeline.toml", format!("{head}{grid}"));
    place
}

#[test]
fn the_chance_of_a_problem_does_not_depend_on_its_number_of_trajectories() {
    let many = |at: usize| if at.is_multiple_of(2) { 1 } else { 8 };
    let place = draw_place(
        80,
        many,
        "[[grid]]\nsize = [20]\ndraws = 60\n[grid.control]\nrandom = 60\n",
    );
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let mut replies: HashMap<String, u32> = HashMap::new();
    for row in out.ledger() {
        *replies
            .entry(text(&row, "problem_id").to_owned())
            .or_default() += 1;
    }
    for role in ["all-", "random-"] {
        let selection = out.selection();
        let draws: Vec<_> = selection
            .iter()
            .filter(|(name, _)| name.starts_with(role))
            .collect();
        assert_eq!(draws.len(), 60);
        let picked = draws.iter().flat_map(|(_, ids)| ids.iter());
        let single = picked.filter(|(_, problem)| replies[problem] == 1).count() as f64;
        // 60 draws of 20 out of 40 + 40: 600 ± 15 (hypergeometric); by trajectory it would be 133.
        assert!(
            (single - 600.0).abs() < 6.0 * 15.0,
            "{role}: {single} of 1200 have one trajectory"
        );
        // And each trajectory of a problem stands for it about as often as another.
        let distinct: HashSet<&String> = draws
            .iter()
            .flat_map(|(_, ids)| ids.iter().map(|(id, _)| id))
            .collect();
        assert!(
            distinct.len() > 200,
            "{role}: only {} trajectories were ever drawn",
            distinct.len()
        );
    }
}

fn overlap(a: &[(String, String)], b: &[(String, String)]) -> f64 {
    let a: HashSet<&String> = a.iter().map(|(_, problem)| problem).collect();
    b.iter().filter(|(_, problem)| a.contains(problem)).count() as f64
}

#[test]
fn controls_draws_and_seeds_share_no_more_problems_than_chance_gives() {
    let grid = "[[grid]]\nsize = [40]\ndraws = 20\n[grid.control]\nrandom = 20\n";
    let place = draw_place(200, |_| 1, grid);
    place.run("out", &[]).ends(0);
    place.run("other", &["--seed", "1"]).ends(0);
    let (selection, other) = (place.out("out").selection(), place.out("other").selection());
    let subset = |draw: usize| &selection[&format!("all-normal-40-d{draw}")];
    // 40 of 200 against 40 of 200: 8 expected, 2.26 the standard deviation; 20 times: 160 ± 10.1.
    for (what, shared) in [
        (
            "a control and its subset",
            (0..20)
                .map(|at| overlap(subset(at), &selection[&format!("random-40-c{at}")]))
                .sum::<f64>(),
        ),
        (
            "two draws",
            (0..20)
                .map(|at| overlap(subset(at), subset((at + 1) % 20)))
                .sum(),
        ),
        (
            "two seeds",
            (0..20)
                .map(|at| overlap(subset(at), &other[&format!("all-normal-40-d{at}")]))
                .sum(),
        ),
        (
            "two controls",
            (0..20)
                .map(|at| {
                    overlap(
                        &selection[&format!("random-40-c{at}")],
                        &selection[&format!("random-40-c{}", (at + 1) % 20)],
                    )
                })
                .sum(),
        ),
    ] {
        assert!(
            (shared - 160.0).abs() < 6.0 * 10.1,
            "{what} share {shared} problems of 800"
        );
    }
}

#[test]
fn the_seed_of_the_command_line_is_the_seed_of_the_pipeline() {
    let grid = "[[grid]]\nsize = [10]\n";
    let place = draw_place(50, |_| 1, grid);
    place.run("a", &["--seed", "9"]).ends(0);
    let text = std::fs::read_to_string(place.path("pipeline.toml")).expect("the pipeline");
    place.write("pipeline.toml", format!("seed = 9\n{text}"));
    place.run("b", &[]).ends(0);
    place.run("c", &["--seed", "10"]).ends(0);
    assert_eq!(tree(&place.path("a")), tree(&place.path("b")));
    assert_ne!(place.out("a").selection(), place.out("c").selection());
}

#[test]
fn where_the_whole_bucket_is_taken_one_draw_is_made_and_called_a_replicate() {
    let grid = "[[grid]]\nsize = [4, 8]\ndraws = 3\n[grid.length]\nrule = ['long', 'normal']\nbucket = 8\n";
    let place = draw_place(50, |at| 1 + at % 3, grid);
    place.run("out", &[]).ends(0);
    let manifest = place.out("out").manifest();
    let kinds: BTreeMap<&str, &str> = subsets(&manifest)
        .iter()
        .map(|subset| (text(subset, "name"), text(subset, "draw_kind")))
        .collect();
    let long: BTreeMap<_, _> = kinds
        .iter()
        .filter(|(name, _)| name.contains("long"))
        .collect();
    assert_eq!(kinds["all-long-8-d0"], "replicate");
    assert_eq!(kinds["all-long-4-d2"], "independent");
    assert_eq!(kinds["all-normal-8-d2"], "independent");
    assert_eq!(long.len(), 3 + 1, "{long:?}");
}
