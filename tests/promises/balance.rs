//! Balance, overlap, runs and power: what makes subsets and controls an experiment.
//!
//! The figures themselves are compared with numpy's and scipy's by `benches/statistics_check.py`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::*;

fn number(row: &Value, key: &str) -> f64 {
    row[key]
        .as_f64()
        .unwrap_or_else(|| panic!("`{key}` is no number in {row}"))
}

/// The lines of `balance.parquet`, by subset and control.
fn balances(out: &Out) -> BTreeMap<(String, String), Vec<Value>> {
    let mut pairs: BTreeMap<(String, String), Vec<Value>> = BTreeMap::new();
    for row in table(&out.run("balance.parquet")) {
        let pair = (
            text(&row, "subset").to_owned(),
            text(&row, "control").to_owned(),
        );
        pairs.entry(pair).or_default().push(row);
    }
    pairs
}

fn csv(out: &Out, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(out.run(name)).expect("a table");
    let mut lines = text
        .lines()
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let head = lines.next().expect("a head");
    lines
        .map(|cells| {
            assert_eq!(cells.len(), head.len(), "{cells:?}");
            head.iter().cloned().zip(cells).collect()
        })
        .collect()
}

#[test]
fn every_subset_stands_beside_each_of_its_controls_once() {
    let out = &QUICKSTART.out;
    let told: Vec<(String, String)> = balances(out).into_keys().collect();
    let mut expected = BTreeSet::new();
    for record in out.manifest()["subsets"].as_array().expect("a list") {
        for of in record["control_of"].as_array().expect("a list") {
            expected.insert((
                of.as_str().expect("a name").to_owned(),
                text(record, "name").to_owned(),
            ));
        }
    }
    for size in [100, 200, 500] {
        let pair = ["r1", "gemini"].map(|style| format!("style-all-normal-{style}-{size}"));
        expected.insert(pair.into());
    }
    assert_eq!(told, expected.into_iter().collect::<Vec<_>>());
}

#[test]
fn controls_share_what_their_kind_promises_and_criteria_are_by_design() {
    let selection = QUICKSTART.out.selection();
    for ((subset, control), lines) in balances(&QUICKSTART.out) {
        let size = selection[&subset].len() as u64;
        let problems: BTreeSet<&String> = selection[&subset]
            .iter()
            .map(|(_, problem)| problem)
            .collect();
        let others = selection[&control]
            .iter()
            .filter(|(_, problem)| problems.contains(problem));
        let others = others.count() as u64;
        for line in &lines {
            assert_eq!(
                line["problems_shared"],
                json!(others),
                "{subset} and {control}"
            );
            match text(line, "relation") {
                "matched" => assert_eq!((line["rows_shared"].as_u64(), others), (Some(0), 0)),
                "paired" => assert_eq!((line["rows_shared"].as_u64(), others), (Some(0), size)),
                "style" => assert_eq!((line["rows_shared"].as_u64(), others), (Some(0), size)),
                relation => assert_eq!(relation, "random"),
            }
            let by_design = line["by_design"] == json!(true);
            let expected = match text(line, "variable") {
                "tokens" | "thinking_tokens" | "answer_tokens" | "bytes" | "repeated_share" => {
                    !subset.contains("normal")
                }
                // `long` and `short` are matched on category; else the choice of category is the criterion.
                "category" => match text(line, "relation") {
                    "random" => true,
                    "matched" => subset.contains("normal"),
                    _ => false,
                },
                "style" => text(line, "relation") == "style",
                _ => false,
            };
            assert_eq!(by_design, expected, "{line}");
        }
    }
}

/// What is beyond chance and large follows from the two figures beside it, whichever subset it is; of a whole mix from
/// its levels.
#[test]
fn each_figure_says_whether_it_is_beyond_chance_and_whether_it_is_large() {
    let (mut mixes, mut beyond) = (0, 0);
    for ((subset, control), lines) in balances(&QUICKSTART.out) {
        let levels = |of: &Value, key: &str| {
            let levels = lines
                .iter()
                .filter(|line| line["variable"] == of["variable"]);
            levels
                .filter(|line| !line["level"].is_null())
                .any(|line| line[key] == json!(true))
        };
        for line in &lines {
            let is = |key: &str| line[key] == json!(true);
            match (line["smd"].as_f64(), line["mix_distance"].is_null()) {
                (Some(smd), _) => {
                    let told = (is("beyond_chance"), is("large"));
                    assert_eq!(
                        told,
                        (smd.abs() > number(line, "chance"), smd.abs() >= 0.1),
                        "{line}"
                    );
                    beyond += usize::from(told.0);
                }
                (None, false) => {
                    let expected = ["beyond_chance", "large"].map(|key| levels(line, key));
                    assert_eq!(
                        [is("beyond_chance"), is("large")],
                        expected,
                        "{subset} and {control}"
                    );
                    mixes += 1;
                }
                // All are the same, in the pool too.
                (None, true) => assert!(line["chance"].is_null() && !is("beyond_chance")),
            }
        }
    }
    assert!(
        mixes > 100 && beyond > 100,
        "{mixes} mixes, {beyond} figures beyond chance"
    );
}

/// Chance takes two random sets of 100 rows farther apart than two of 1,000, by the root of the rows.
#[test]
fn chance_is_less_the_more_rows_there_are() {
    let chance = |subset: &str, control: &str| {
        let pairs = balances(&QUICKSTART.out);
        let lines = &pairs[&(subset.to_owned(), control.to_owned())];
        let line = lines
            .iter()
            .find(|line| line["variable"] == "accepted_count");
        number(line.expect("a line"), "chance")
    };
    let [few, many] = [100, 1000].map(|size| {
        chance(
            &format!("ladder-diverse-long-r1-{size}"),
            &format!("ladder-diverse-long-r1-{size}-matched"),
        )
    });
    let ratio = few / many;
    assert!((2.8..3.6).contains(&ratio), "{few} and {many}");
    // One variable alone would pass 0.277 of 100 rows in 5 of 100.
    assert!((0.3..0.6).contains(&few), "{few}");
}

#[test]
fn a_strict_match_leaves_no_difference_in_what_was_matched() {
    let manifest = QUICKSTART.out.manifest();
    let exact = manifest["subsets"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|record| {
            record["role"] == "matched"
                && record["matched"]["thin"]
                    .as_array()
                    .is_some_and(Vec::is_empty)
        });
    let names: BTreeSet<&str> = exact.map(|record| text(record, "name")).collect();
    assert!(!names.is_empty());
    for ((subset, control), lines) in balances(&QUICKSTART.out) {
        if !names.contains(control.as_str()) {
            continue;
        }
        let origin = lines
            .iter()
            .find(|line| line["variable"] == "origin")
            .expect("a line");
        assert_eq!(
            number(origin, "mix_distance"),
            0.0,
            "{subset} and {control}"
        );
    }
}

#[test]
fn what_overlaps_is_counted_for_every_two_subsets() {
    let out = &QUICKSTART.out;
    let selection = out.selection();
    let mut told = BTreeMap::new();
    for row in table(&out.run("overlap.parquet")) {
        let pair = [text(&row, "a"), text(&row, "b")].map(str::to_owned);
        assert!(told.insert(pair, row).is_none(), "a pair stands once");
    }
    let mut found = 0;
    for (a, first) in &selection {
        for (b, second) in selection.range(a.clone()..).skip(1) {
            let shared = |key: fn(&(String, String)) -> &String| {
                let first: BTreeSet<&String> = first.iter().map(key).collect();
                second
                    .iter()
                    .map(key)
                    .filter(|one| first.contains(one))
                    .count()
            };
            let (rows, problems) = (shared(|row| &row.0), shared(|row| &row.1));
            let forward = told.get(&[a.clone(), b.clone()]);
            let backward = told.get(&[b.clone(), a.clone()]);
            let row = match (forward, backward) {
                (Some(row), None) | (None, Some(row)) => row,
                (None, None) => {
                    assert_eq!(problems, 0, "{a} and {b}");
                    continue;
                }
                both => panic!("{a} and {b} stand twice: {both:?}"),
            };
            found += 1;
            assert_eq!(
                (&row["rows_shared"], &row["problems_shared"]),
                (&json!(rows), &json!(problems))
            );
            let held = first.len() + second.len() - rows;
            // Reading a number back as JSON may cost its last bit.
            let error = number(row, "rows_jaccard") - rows as f64 / held as f64;
            assert!(error.abs() < 1e-15, "{row}");
        }
    }
    assert_eq!(found, told.len());
}

#[test]
fn the_command_tells_of_a_folder_what_the_run_wrote() {
    let place = Place::new();
    let out = QUICKSTART.out.0.to_string_lossy().into_owned();
    let told = place.gradatim(&["balance", &out, "--json"]).ends(0).json();
    let written = balances(&QUICKSTART.out);
    assert_eq!(told["pairs"].as_array().map(Vec::len), Some(written.len()));
    for pair in told["pairs"].as_array().expect("a list") {
        let names = (
            text(pair, "subset").to_owned(),
            text(pair, "control").to_owned(),
        );
        let lines = pair["variables"].as_array().expect("a list");
        assert_eq!(lines.len(), written[&names].len());
        for (line, row) in lines.iter().zip(&written[&names]) {
            for key in [
                "variable",
                "level",
                "by_design",
                "meant",
                "difference",
                "pool_sd",
                "smd",
                "chance",
                "beyond_chance",
                "large",
                "variance_ratio",
                "ks",
                "mix_distance",
            ] {
                assert_eq!(line[key], row[key], "{key} of {names:?}");
            }
            assert_eq!(
                line["mean"],
                json!([row["subset_mean"], row["control_mean"]])
            );
            assert_eq!(
                line["known"],
                json!([row["subset_known"], row["control_known"]])
            );
            assert_eq!(
                line["effective"],
                json!([row["subset_effective"], row["control_effective"]])
            );
        }
    }
    let standing = |standing: &str| {
        let pairs = told["pairs"].as_array().into_iter().flatten();
        pairs
            .filter(|pair| text(pair, "standing") == standing)
            .count()
    };
    let summary = &told["summary"];
    for (key, word) in [
        ("by_chance", "chance"),
        ("small", "small"),
        ("unbalanced", "unbalanced"),
    ] {
        assert_eq!(summary[key], json!(standing(word)), "{summary}");
    }
    let any = [
        "balance",
        &out,
        "diverse-long-r1-100",
        "random-r1-200",
        "--plot",
        "love.svg",
    ];
    let shown = place.gradatim(&any).ends(0).stdout;
    for word in ["neither its control nor its pair", "tokens *", "by design"] {
        assert!(shown.contains(word), "`{word}` is not said:\n{shown}");
    }
    let of_the_run = "accepted / wrong / undecided";
    assert!(!shown.contains(of_the_run), "{shown}");
    let all = place.gradatim(&["balance", &out]).ends(0).stdout;
    assert!(all.contains(of_the_run), "{all}");
    let plot = std::fs::read_to_string(place.path("love.svg")).expect("a plot");
    assert!(plot.starts_with("<svg ") && plot.ends_with("</svg>\n"));
    // What may go with the choice is no fault of a control; of any two sets all counts that their criteria do not decide.
    let limit = |sets: &[&str], limit: &str| {
        place.gradatim(&[&["balance", &out], sets, &["--fail-above", limit]].concat())
    };
    let code = i32::from(summary["unbalanced"] != json!(0));
    limit(&[], "0.1").ends(code);
    let two = ["ladder-diverse-normal-r1-1000", "random-r1-500"];
    limit(&two, "0.1").ends(1);
    limit(&two, "50").ends(0);
    place
        .gradatim(&["balance", &out, "random-r1-200", "diverse"])
        .ends(2)
        .tells(&["no subset `diverse`", "diverse-short-r1-100"]);
    place.gradatim(&["balance", &out, "random-r1-200"]).ends(2);
}

/// Two draws of the longest eight of 40 problems: at 8 both are the same, at 4 they are not.
const DRAWS: &str = r#"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [4, 8]
style = ["r1"]
draws = 2
[grid.length]
rule = ["long"]
bucket = 8
[grid.control]
random = 0
[emit]
subsets = ["all-*"]
[runs]
training_seeds = [3, 5]
epochs = { 1 = 2, 8 = 3 }
steps = 30
batch_size = 3
max_length = 150
learning_rate = 3e-7
warmup_share = 0.1
scheduler = "linear"
"#;

#[test]
fn a_launcher_is_told_every_run_and_draws_that_are_the_same_get_training_seeds() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(40)));
    place.write("pipeline.toml", DRAWS);
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let runs = csv(&out, "runs.csv");
    let told: Vec<[&str; 7]> = runs
        .iter()
        .map(|run| {
            [
                "subset",
                "draw_kind",
                "training_seed",
                "budget",
                "epochs",
                "steps",
                "rows",
            ]
            .map(|key| run[key].as_str())
        })
        .collect();
    let mut expected = Vec::new();
    // Subsets of one draw stand together, by size; the replicate of size 8 stands once.
    for (subset, kind, seeds, rows) in [
        ("all-long-r1-4-d0", "independent", &["3", "5"][..], "4"),
        (
            "all-long-r1-8-d0",
            "replicate",
            &["3", "5", "6", "7"][..],
            "8",
        ),
        ("all-long-r1-4-d1", "independent", &["3", "5"][..], "4"),
    ] {
        // Two steps an epoch of batches of three, the last of one row; and three of eight rows, from which on there
        // are three epochs.
        let (epochs, steps, longer) = if rows == "4" {
            ("2", "4", "15")
        } else {
            ("3", "9", "10")
        };
        for seed in seeds {
            expected.push([subset, kind, seed, "epochs", epochs, steps, rows]);
            expected.push([subset, kind, seed, "steps", longer, "30", rows]);
        }
    }
    assert_eq!(told, expected);
    let names: BTreeSet<&String> = runs.iter().map(|run| &run["run"]).collect();
    assert_eq!(names.len(), runs.len(), "each run has a name of its own");
    for run in &runs {
        assert!(out.0.join(&run["path"]).is_file());
        let said = ["batch_size", "max_length", "learning_rate", "weight_decay"];
        let more = ["scheduler", "adam_beta2"];
        let told: Vec<&str> = said
            .iter()
            .chain(&more)
            .map(|key| run[*key].as_str())
            .collect();
        assert_eq!(told, ["3", "150", "0.0000003", "0.0001", "linear", "0.95"]);
        // A tenth of them, a part of a step for a step.
        let warmup = match run["steps"].as_str() {
            "30" => "3",
            _ => "1",
        };
        assert_eq!(run["warmup_steps"], warmup);
    }
    place.gradatim(&["check", "out"]).ends(0);
    let subsets = csv(&out, "subsets.csv");
    for subset in &subsets {
        // A token is a byte, or a mark of the template: of Qwen2.5's system message, the problem and the reply.
        let around = 6 + "system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.\nuser\n\nassistant\n\n"
            .len();
        let length = |row: &Value| {
            around + text(row, "problem").len() + text(&row["messages"][1], "content").len()
        };
        let tokens: Vec<u64> = out
            .subset(&subset["subset"])
            .iter()
            .map(|row| length(row) as u64)
            .collect();
        let over: Vec<u64> = tokens
            .iter()
            .map(|tokens| tokens.saturating_sub(150))
            .collect();
        let rows_over = over.iter().filter(|&&over| over > 0).count();
        assert_eq!(subset["rows_over"], rows_over.to_string());
        assert_eq!(
            subset["conversation_tokens"],
            tokens.iter().sum::<u64>().to_string()
        );
        let share = over.iter().sum::<u64>() as f64 / tokens.iter().sum::<u64>() as f64;
        let told: f64 = subset["tokens_over_share"].parse().expect("a share");
        assert!((told - share).abs() <= 5e-5, "{told} for {share}");
    }
    assert_eq!(subsets.len(), 3);
    let tex = std::fs::read_to_string(out.run("subsets.tex")).expect("a table");
    assert_eq!(
        tex.lines()
            .filter(|line| line.starts_with("all-long"))
            .count(),
        3
    );
    for (name, of) in [("runs.csv", "runs"), ("subsets.csv", "subsets")] {
        let text = std::fs::read_to_string(out.run(name)).expect("a table");
        let schema = place.gradatim(&["schema", of]).ends(0).stdout;
        let told = schema
            .lines()
            .skip(2)
            .filter_map(|line| line.split('`').nth(1));
        assert_eq!(
            text.lines().next(),
            Some(told.collect::<Vec<_>>().join(",").as_str())
        );
    }
}

#[test]
fn a_plan_tells_the_runs_and_what_they_train_as_the_folder_then_has_them() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(40)));
    place.write("pipeline.toml", DRAWS);
    let plan = ["plan", "pipeline.toml", "--pool", "pool"];
    let shown = place.gradatim(&plan).ends(0).stdout;
    let told = place.gradatim(&[&plan[..], &["--json"]].concat()).ends(0);
    let training = told.json()["training"].clone();
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    let number = |text: &str| text.parse::<f64>().expect("a number");
    let expected: Vec<Value> = csv(&out, "runs.csv")
        .iter()
        .map(|run| {
            let rows = out.subset(&run["subset"]);
            let tokens: u64 = rows.iter().filter_map(|row| row["tokens"].as_u64()).sum();
            // Of the epochs there are four decimals, which are none here.
            let trained = (tokens as f64 * number(&run["epochs"])).round() as u64;
            assert_eq!(run["trained_tokens"], trained.to_string());
            json!({
                "run": run["run"], "subset": run["subset"], "budget": run["budget"],
                "steps": number(&run["steps"]) as u64, "trained_tokens": trained,
            })
        })
        .collect();
    assert_eq!(training["runs"], json!(expected));
    // Of 4 rows two draws with two seeds, of 8 four seeds; each by epochs and by steps.
    let sum: u64 = expected
        .iter()
        .filter_map(|run| run["trained_tokens"].as_u64())
        .sum();
    let total = json!({
        "arms": 4, "runs": 16, "steps": 4 * (4 + 30) + 4 * (9 + 30), "trained_tokens": sum,
    });
    assert_eq!(training["total"], total);
    let arms = training["arms"].as_array().expect("a list").iter();
    let arms: Vec<(&str, u64)> = arms
        .map(|arm| (text(arm, "arm"), arm["runs"].as_u64().expect("a count")))
        .collect();
    let names = [
        "all-long-r1-4-d*",
        "all-long-r1-4-d* (steps)",
        "all-long-r1-8-d*",
        "all-long-r1-8-d* (steps)",
    ];
    assert_eq!(arms, names.map(|name| (name, 4)));
    assert!(
        shown.contains("16 runs of 4 arms: 292 steps of 3 rows"),
        "{shown}"
    );
}

/// Every control of this kind of experiment, by the keys that nothing else here has.
const EQUAL: &str = r#"
[sources.all]
layout = "openr1"
path = "data"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [2, 6]
style = ["r1"]
draws = 2
[grid.length]
rule = ["short", "long"]
bucket = 9
bucket_share_max = 0.4
choose = "hash"
[grid.control]
tokens = "equal"
matched = true
strata = ["accepted"]
[runs]
training_seeds = [3]
epochs = 2
batch_size = 2
"#;

#[test]
fn a_control_at_equal_tokens_has_a_second_run_with_its_subsets_steps() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(60)));
    place.write("pipeline.toml", EQUAL);
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    let (manifest, runs) = (out.manifest(), csv(&out, "runs.csv"));
    let subsets = manifest["subsets"].as_array().expect("a list");
    let of_name = |name: &str| {
        let mut named = subsets.iter();
        named.find(|one| one["name"] == name).expect("a subset")
    };
    let number = |record: &Value, key: &str| record[key].as_u64().expect("a count");
    let steps = |rows: u64| 2 * rows.div_ceil(2);
    let mut twins = 0;
    for record in subsets {
        let name = text(record, "name");
        let own: Vec<_> = runs.iter().filter(|run| run["subset"] == name).collect();
        let rows = number(record, "size");
        assert_eq!(own[0]["budget"], "epochs");
        assert_eq!(own[0]["steps"], steps(rows).to_string());
        if record["role"] == "subset" {
            assert_eq!(own.len(), 1, "{name}");
            assert!(
                record["draws_overlap"].is_null(),
                "each draw has a bucket of its own"
            );
            continue;
        }
        let subset = of_name(record["control_of"][0].as_str().expect("a name"));
        assert_eq!(record["unit"], "tokens_reached");
        assert_eq!(record["asked"], subset["tokens"]);
        assert!(number(record, "tokens") >= number(subset, "tokens"));
        assert_eq!(
            (own.len(), own[1]["budget"].as_str()),
            (2, "subset_steps"),
            "{name}"
        );
        assert_eq!(own[1]["steps"], steps(number(subset, "size")).to_string());
        twins += 1;
    }
    // Two lengths, two draws, two sizes; a matched and a random control for each.
    assert_eq!((twins, subsets.len()), (16, 24));
}

#[test]
fn runs_that_cannot_be_are_refused_where_they_stand() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(7)));
    for wrong in [
        "training_seeds = []",
        "training_seeds = [1, 1]",
        "training_seeds = 0",
        "epochs = 0",
        "batch_size = 0",
        "step = 3",
        "epochs = { 2000 = 4 }",
        "learning_rate = 0",
        "learning_rate = nan",
        "warmup_share = 1",
        "weight_decay = -1",
        "adam_beta2 = 2",
        "scheduler = 'cos'",
    ] {
        let pipeline = format!(
            "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[[grid]]\nsize = [1]\n[runs]\n{wrong}\n"
        );
        place.write("pipeline.toml", pipeline);
        place.run("out", &[]).ends(2).tells(&["line 7"]);
    }
}

#[test]
fn power_is_undefined_with_one_draw_and_says_so() {
    let place = Place::new();
    let paper = [
        "power",
        "--draws",
        "1",
        "--seeds",
        "4",
        "--questions",
        "12",
        "--attempts",
        "8",
        "--accuracy",
        "31",
        "--observed",
        "5.2",
    ];
    let done = place.gradatim(&paper).ends(0);
    for word in [
        "smallest difference: undefined: with one draw",
        "1.6 standard errors of attempts alone",
        "a 1-point difference: at least ",
    ] {
        assert!(
            done.stdout.contains(word),
            "`{word}` is not said:\n{}",
            done.stdout
        );
    }
    let told = place
        .gradatim(&[&paper[..], &["--json"]].concat())
        .ends(0)
        .json();
    assert_eq!(told["smallest_difference"], Value::Null);
    assert!(text(&told, "undefined").contains("one draw"));
    assert_eq!(told["runs"]["is_at_least"], Value::Bool(true));
    assert_eq!(told["observed"]["power"], Value::Null);
    for (key, word) in [
        ("least_by", "--draw-sd 0"),
        ("most_by", "--between-questions 0"),
    ] {
        assert!(told["runs"][key].to_string().contains(word), "{told}");
        assert!(done.stdout.contains(word), "{}", done.stdout);
    }
    // 31 % is said, and is not where attempts vary most.
    assert!(!done.stdout.contains("--accuracy 50"), "{}", done.stdout);
    let draws = ["power", "--draws", "4", "--draw-sd", "2", "--json"];
    let four = place.gradatim(&draws).ends(0).json();
    assert_eq!(four["runs"]["is_at_least"], Value::Bool(false));
    let eight = place.gradatim(&[&draws[..], &["--draws", "8"]].concat());
    assert_eq!(eight.code, Some(2), "an argument stands once");
    assert!(
        number(&four, "smallest_difference")
            > number(&four["attempts_alone"], "smallest_difference")
    );
    for wrong in [
        ["--accuracy", "101"],
        ["--accuracy", "0"],
        ["--accuracy", "100"],
        ["--between-questions", "1"],
        ["--alpha", "0"],
        ["--power", "1"],
        ["--draws", "0"],
        ["--difference", "0"],
    ] {
        place
            .gradatim(&[&["power"], &wrong[..]].concat())
            .ends(2)
            .tells(&[wrong[0]]);
    }
}

#[test]
fn what_makes_scores_vary_is_taken_from_a_file_where_the_command_line_does_not_say_it() {
    let place = Place::new();
    let flags = [
        "--draw-sd",
        "2",
        "--between-questions",
        "0.6",
        "--accuracy",
        "31",
        "--question-sd",
        "12",
    ];
    let asked = |more: &[&str]| {
        let told = place.gradatim(&[&["power", "--json"], more].concat());
        told.ends(0).json()
    };
    let told = asked(&flags);
    place.write("components.json", told["design"].to_string());
    assert_eq!(asked(&["--components", "components.json"]), told);
    let other = asked(&["--components", "components.json", "--draw-sd", "3"]);
    assert_eq!(
        (&other["design"]["draw_sd"], &other["design"]["accuracy"]),
        (&json!(3.0), &json!(31.0))
    );
    for (text, says) in [
        ("{}", "names none"),
        ("{\"draw_sd\": \"2\"}", "draw_sd"),
        ("[1", "EOF"),
        ("{\"draw_sd\": -1}", "--draw-sd"),
        ("{\"accuracy\": 1e300}", "--accuracy"),
    ] {
        place.write("components.json", text);
        let refused = place.gradatim(&["power", "--components", "components.json"]);
        refused.ends(2).tells(&[says, "hint:"]);
    }
    place
        .gradatim(&["power", "--components", "none.json"])
        .ends(2);
}

#[test]
fn an_accuracy_that_could_be_a_share_is_refused_and_one_percent_is_one() {
    let place = Place::new();
    for unclear in ["0.5", "0.999", ".25"] {
        let refused = place.gradatim(&["power", "--accuracy", unclear]);
        refused
            .ends(2)
            .tells(&["could be a share", "hint:", &format!("{unclear}%")]);
    }
    for (clear, percent) in [("1", 1.0), ("50%", 50.0), ("0.5%", 0.5), ("31", 31.0)] {
        let told = place
            .gradatim(&["power", "--json", "--accuracy", clear])
            .ends(0)
            .json();
        assert_eq!(number(&told["design"], "accuracy"), percent);
    }
    for wrong in ["half", "nan", "inf"] {
        place
            .gradatim(&["power", "--accuracy", wrong])
            .ends(2)
            .tells(&["--accuracy"]);
    }
}
