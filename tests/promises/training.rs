//! What a training set needs on its first day: prompts, templates, a validation set, budgets of tokens,
//! several trajectories a problem, one mix at every size, and whose texts they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use crate::support::*;

const HEAD: &str = "[sources.all]\nlayout = \"openr1\"\npath = \"data\"\n";
const MEASURE: &str = "[measure]\ntokenizer = \"bytes.json\"\n";

/// A pool of rows with a pipeline of this source's keys, these tables and this grid.
fn place(rows: &[Value], source: &str, tables: &str, grid: &str) -> Place {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(rows));
    place.write(
        "pipeline.toml",
        format!("{HEAD}{source}{MEASURE}{tables}\n[[grid]]\n{grid}"),
    );
    place
}

/// What a run over it writes, which lasts as long as its place.
fn run(place: Place) -> (Place, Out) {
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let out = place.out("out");
    (place, out)
}

/// The row of each id that a subset holds, with what the source says of it.
fn originals(rows: &[Value]) -> HashMap<String, Vec<String>> {
    let replies = |row: &Value| {
        let all = row["generations"].as_array().expect("a list");
        all.iter()
            .map(|one| one.as_str().expect("text").to_owned())
            .collect()
    };
    rows.iter()
        .map(|row| (text(row, "problem").to_owned(), replies(row)))
        .collect()
}

fn turns(row: &Value, column: &str, fields: [&str; 2]) -> Vec<(String, String)> {
    let turns = row[column].as_array().expect("a list");
    let pair = |turn: &Value| {
        (
            text(turn, fields[0]).to_owned(),
            text(turn, fields[1]).to_owned(),
        )
    };
    turns.iter().map(pair).collect()
}

#[test]
fn a_system_message_and_an_instruction_stand_in_every_form_of_a_conversation() {
    let rows = openr1_rows(30);
    let emit = "[emit]\nsystem = \"You count.\"\ninstruction = \"Solve {problem} and box it.\"\n\
                add = [\"text\", \"conversations\", \"prompt_completion\"]\n";
    let (_place, out) = run(place(&rows, "", emit, "size = [20]\n"));
    let known = originals(&rows);
    let chosen = out.subset("all-normal-20");
    assert_eq!(chosen.len(), 20);
    for row in chosen {
        let problem = text(&row, "problem");
        let asked = format!("Solve {problem} and box it.");
        let said = turns(&row, "messages", ["role", "content"]);
        let reply = said[2].1.clone();
        assert!(
            known[problem].contains(&reply),
            "the response is the source's own"
        );
        let pair = |who: &str, what: &str| (who.to_owned(), what.to_owned());
        let expected = |names: [&str; 3]| {
            [
                pair(names[0], "You count."),
                pair(names[1], &asked),
                pair(names[2], &reply),
            ]
        };
        assert_eq!(said, expected(["system", "user", "assistant"]));
        assert_eq!(turns(&row, "prompt", ["role", "content"]), said[..2]);
        assert_eq!(turns(&row, "completion", ["role", "content"]), said[2..]);
        let sharegpt = turns(&row, "conversations", ["from", "value"]);
        assert_eq!(sharegpt, expected(["system", "human", "gpt"]));
        assert_eq!(
            text(&row, "text"),
            format!(
                "<|im_start|>system\nYou count.<|im_end|>\n<|im_start|>user\n{asked}<|im_end|>\n\
                 <|im_start|>assistant\n{reply}<|im_end|>"
            )
        );
    }
}

#[test]
fn s1s_markers_stand_in_the_text_and_nowhere_else() {
    let rows = openr1_rows(30);
    let emit = "[emit]\ninstruction = \"Box it.\"\nadd = [\"text\", \"prompt_completion\"]\n\
                [emit.text]\ntemplate = \"s1\"\n";
    let (_place, out) = run(place(&rows, "", emit, "size = [20]\n"));
    for row in out.subset("all-normal-20") {
        let said = |column: &str| turns(&row, column, ["role", "content"]);
        let completion = said("completion");
        let reply = completion[0].1.as_str();
        let (thinking, answer) = reply.split_once("</think>").expect("thinking ends");
        let thinking = thinking.trim_start_matches("<think>").trim();
        let asked = format!("{}\nBox it.", text(&row, "problem"));
        assert_eq!(said("prompt"), [("user".to_owned(), asked.clone())]);
        assert_eq!(
            said("messages"),
            [said("prompt"), said("completion")].concat()
        );
        let (before, after) = text(&row, "text")
            .split_once("<|im_start|>assistant\n")
            .expect("a turn");
        assert!(before.ends_with(&format!("<|im_start|>user\n{asked}<|im_end|>\n")));
        assert!(before.contains("You are Qwen, created by Alibaba Cloud."));
        assert_eq!(
            after,
            format!(
                "<|im_start|>think\n{thinking}\n<|im_start|>answer\nAnswer: {}<|im_end|>",
                answer.trim()
            )
        );
    }
}

#[test]
fn what_a_prompt_cannot_hold_is_refused_where_it_stands() {
    let rows = openr1_rows(10);
    for (tables, grid, told) in [
        (
            "[emit.text]\ntemplate = \"s1\"\n",
            "size = [5]\n",
            "emit.text",
        ),
        (
            "[validation]\nsize = 0\n",
            "size = [5]\n",
            "validation.size",
        ),
        ("", "size.tokens = [0]\n", "grid[0].size"),
        ("", "size.rows = [5]\n", "unknown field `rows`"),
        ("", "size = [5]\nper_problem = 0\n", "grid[0].per_problem"),
        (
            "",
            "size = [5]\nper_problem = 2\ncontrol.matched = true\n",
            "matched",
        ),
        (
            "",
            "size = [5]\nper_problem = 2\nlength.rule = [\"long\"]\n",
            "rank",
        ),
        (
            "",
            "size = [5]\nper_problem = 2\ncategory = [\"diverse\"]\n",
            "a mix of categories",
        ),
        ("", "size = [5]\ncontrol.paired = true\n", "control.paired"),
        (
            "[screen]\ntokens_min = 9\ntokens_max = 8\n",
            "size = [5]\n",
            "screen.tokens_min",
        ),
        (
            "",
            "size = [5]\ncontrol.strata = [\"origin\"]\n",
            "control.strata",
        ),
        (
            "[emit]\ninstruction = \" \"\n",
            "size = [5]\n",
            "emit.instruction",
        ),
        (
            "[emit]\nsystem = \"Be brief.<|eot_id|>\"\n",
            "size = [5]\n",
            "has `<|eot_id|>`",
        ),
        (
            "[emit]\ninstruction = \"<｜User｜>{problem}\"\n",
            "size = [5]\n",
            "emit.instruction",
        ),
        (
            "[emit]\nadd = [\"text\", \"conversations\"]\n",
            "size = [5]\n",
            "without `prompt_completion`: TRL takes it before `messages`",
        ),
        (
            "[screen]\nnear_duplicates = 0.9\n[validation]\nsize = 2\nnear_duplicates = 0.8\n",
            "size = [5]\n",
            "validation.near_duplicates",
        ),
        (
            "",
            "size = [5]\nper_problem = 2\ncontrol.random = 1\n[[grid]]\nname = \"b\"\nstyle = [\"p2\"]\n\
             size = [5]\ncontrol.random = 1\n",
            "random-p2-*",
        ),
        (
            "",
            "size = [5]\ncategory = [\"proportional\"]\nlength.rule = [\"long\"]\n",
            "within",
        ),
        (
            "",
            "size.tokens = [5]\nstyle = [\"r1\", \"gemini\"]\npair = \"style\"\n",
            "grid[0].size",
        ),
    ] {
        let place = place(&rows, "", tables, grid);
        place.run("out", &[]).ends(2).tells(&[told, "line"]);
        assert!(!place.path("out").exists());
    }
}

/// Problems of which each has a twin in another spelling, and one reply each.
fn twins(count: usize) -> Vec<Value> {
    let one = |at: usize, twin: bool| {
        let told = words(at);
        let number = if twin {
            format!(" ${at}$")
        } else {
            format!("\\({at}\\)")
        };
        let problem = format!(
            "A shop has {number} {told} of the kind number {at} in all; what is the total?"
        );
        openr1_row(
            &problem,
            &(3 * at).to_string(),
            SEVEN[at % 7],
            &[reply(3 * at, 5 + at % 30)],
        )
    };
    (0..count)
        .flat_map(|at| [one(at, false), one(at, true)])
        .collect()
}

/// Words that no other number has, so that problems of them are of no template.
fn words(at: usize) -> String {
    let mut dice = Dice(at as u64 + 1);
    let word = |_| -> String {
        let letter = |_| char::from(b'a' + dice.below(26) as u8);
        (0..7).map(letter).collect()
    };
    (0..12).map(word).collect::<Vec<_>>().join(" ")
}

/// How a twin is called by both.
fn number(row: &Value) -> String {
    let problem = text(row, "problem");
    problem
        .split("number ")
        .nth(1)
        .expect("a number")
        .split(' ')
        .next()
        .expect("a number")
        .to_owned()
}

#[test]
fn the_validation_set_shares_no_problem_and_no_twin_with_any_subset() {
    let rows = twins(60);
    let grid = "size = [20, 40]\ndraws = 3\ncontrol.random = 2\ncontrol.matched = true\n";
    for screen in ["", "[screen]\nnear_duplicates = 0.9\n"] {
        let tables = format!("{screen}[validation]\nsize = 15\n[emit]\nsubsets = [\"*-20-*\"]\n");
        let place = place(&rows, "", &tables, grid);
        place.run("out", &["--on-shortfall", "short"]).ends(0);
        place.gradatim(&["check", "out"]).ends(0);
        let out = place.out("out");
        let shard = out.0.join("validation/validation-00000-of-00001.parquet");
        let aside = table(&shard);
        let manifest = out.manifest();
        let record = &manifest["subsets"][0];
        assert_eq!(
            (text(record, "name"), text(record, "role")),
            ("validation", "validation")
        );
        assert_eq!(record["size"], json!(aside.len()));
        assert!(!aside.is_empty());
        let numbers: BTreeSet<String> = aside.iter().map(number).collect();
        assert_eq!(numbers.len(), aside.len(), "one of each pair of twins");
        let by_id: HashMap<String, String> = rows
            .iter()
            .map(|row| {
                let id = gradatim::ids::problem_id(text(row, "problem"));
                (id.to_string(), number(row))
            })
            .collect();
        let selection = out.selection();
        for (name, chosen) in &selection {
            let shares = chosen
                .iter()
                .any(|(_, problem)| numbers.contains(&by_id[problem]));
            assert_eq!(shares, name == "validation", "{name}");
        }
        let runs = std::fs::read_to_string(out.run("runs.csv")).expect("runs");
        assert!(!runs.contains("validation"));
        let card = std::fs::read_to_string(out.0.join("README.md")).expect("a card");
        let example = "\"all-normal-20-d0\", split=\"train\"";
        assert!(
            card.contains(example),
            "the example loads what is trained on"
        );
    }
}

#[test]
fn a_larger_validation_set_holds_the_smaller_and_does_not_depend_on_the_grid() {
    let rows = openr1_rows(80);
    let ids = |size: u32, grid: &str| -> Vec<String> {
        let tables = format!("[validation]\nsize = {size}\n");
        let (_place, out) = run(place(&rows, "", &tables, grid));
        let chosen = out
            .selection()
            .remove("validation")
            .expect("a validation set");
        chosen.into_iter().map(|(id, _)| id).collect()
    };
    let (small, large) = (
        ids(5, "size = [10]\n"),
        ids(
            20,
            "size = [30]\nlength.rule = [\"long\"]\nlength.bucket = 30\n",
        ),
    );
    assert_eq!(large.len(), 20);
    assert_eq!(large[..5], small);
}

#[test]
fn a_tampered_split_is_found() {
    let rows = openr1_rows(40);
    let tables = "[validation]\nsize = 5\n";
    let (place, out) = run(place(&rows, "", tables, "size = [20]\n"));
    // The manifest calls a subset the validation set.
    let path = out.run("manifest.json");
    let text = std::fs::read_to_string(&path).expect("a manifest");
    let mut manifest: Value = serde_json::from_str(&text).expect("JSON");
    manifest["subsets"][1]["role"] = json!("validation");
    manifest["subsets"][0]["role"] = json!("subset");
    let first = manifest["subsets"][1].clone();
    manifest["subsets"][0]["prefix_of"] = first["prefix_of"].clone();
    std::fs::write(&path, manifest.to_string()).expect("written");
    place.gradatim(&["check", "out"]).ends(1);
}

#[test]
fn a_budget_of_tokens_is_spent_as_far_as_whole_rows_go() {
    let rows = openr1_rows(400);
    let grid =
        "size.tokens = [3000, 8000]\ndraws = 2\ncontrol.random = 1\ncontrol.matched = true\n";
    let (_place, out) = run(place(&rows, "", "", grid));
    let manifest = out.manifest();
    let selection = out.selection();
    let mut seen = 0;
    for record in manifest["subsets"].as_array().expect("subsets") {
        let name = text(record, "name");
        let tokens: u64 = out
            .subset(name)
            .iter()
            .map(|row| row["tokens"].as_u64().expect("tokens"))
            .sum();
        assert_eq!(record["tokens"], json!(tokens));
        if text(record, "role") == "matched" {
            let of = record["control_of"][0].as_str().expect("a name").to_owned();
            assert_eq!(selection[name].len(), selection[&of].len(), "row by row");
            continue;
        }
        seen += 1;
        let budget = record["asked"].as_u64().expect("a budget");
        assert_eq!(text(record, "unit"), "tokens");
        assert!(name.contains(&format!("-{budget}tok")), "{name}");
        assert!(tokens <= budget);
        // The larger of the same order goes on with the row that the budget did not pay for.
        if let Some(larger) = record["prefix_of"].as_str() {
            let next = &out.subset(larger)[selection[name].len()];
            assert!(tokens + next["tokens"].as_u64().expect("tokens") > budget);
            assert!(selection[larger].starts_with(&selection[name]));
        }
    }
    assert_eq!(
        seen,
        2 * 2 + 2,
        "two budgets, two draws, a random control of each budget"
    );
}

#[test]
fn a_budget_that_the_pool_cannot_spend_is_a_shortfall_in_tokens() {
    let place = place(&openr1_rows(10), "", "", "size.tokens = [90000]\n");
    place
        .run("out", &[])
        .ends(5)
        .tells(&["all-normal-*", "90000"]);
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let manifest = place.out("out").manifest();
    let shortfall = &manifest["shortfalls"][0];
    let all: u64 = place
        .out("out")
        .subset("all-normal-90000tok")
        .iter()
        .map(|row| row["tokens"].as_u64().expect("tokens"))
        .sum();
    assert_eq!(
        (&shortfall["available"], text(shortfall, "unit")),
        (&json!(all), "tokens")
    );
    assert_eq!(manifest["subsets"][0]["size"], json!(10));
}

#[test]
fn a_problem_brings_as_many_trajectories_as_asked_for() {
    let rows = openr1_rows(60);
    let counts: HashMap<String, usize> = originals(&rows)
        .into_iter()
        .map(|(problem, all)| (problem, all.len()))
        .collect();
    let (_place, out) = run(place(
        &rows,
        "",
        "",
        "size = [40, 80]\nper_problem = 2\ncontrol.random = 1\n",
    ));
    for name in ["all-normal-80", "random-p2-80"] {
        let chosen = out.subset(name);
        let mut problems: Vec<(&str, usize)> = Vec::new();
        for row in &chosen {
            match problems.last_mut() {
                Some((problem, times)) if *problem == text(row, "problem") => *times += 1,
                _ => problems.push((text(row, "problem"), 1)),
            }
        }
        let distinct: BTreeSet<&str> = problems.iter().map(|(problem, _)| *problem).collect();
        assert_eq!(
            distinct.len(),
            problems.len(),
            "those of a problem stand behind one another"
        );
        let ids: BTreeSet<&str> = chosen.iter().map(|row| text(row, "id")).collect();
        assert_eq!(ids.len(), chosen.len(), "none twice");
        // All but the last problem, at which the size may cut.
        for (problem, times) in &problems[..problems.len() - 1] {
            assert_eq!(*times, counts[*problem].min(2), "{problem}");
        }
        let of = |name: &str| -> BTreeSet<String> {
            out.selection()[name]
                .iter()
                .map(|(_, problem)| problem.clone())
                .collect()
        };
        for row in table(&out.run("overlap.parquet")) {
            let (first, second) = (of(text(&row, "a")), of(text(&row, "b")));
            let shared = first.intersection(&second).count();
            assert_eq!(row["problems_shared"], json!(shared));
            let share = shared as f64 / first.union(&second).count() as f64;
            assert!((row["problems_jaccard"].as_f64().expect("a share") - share).abs() < 1e-12);
        }
        let smaller = name.replace("80", "40");
        assert!(out.selection()[name].starts_with(&out.selection()[&smaller]));
    }
}

#[test]
fn the_mix_of_a_proportional_subset_is_the_pools_at_every_size() {
    // Categories of very different sizes, and some problems of none.
    let mut rows = Vec::new();
    for (at, mut row) in openr1_rows(210).into_iter().enumerate() {
        let category = match at {
            0..120 => json!("Algebra"),
            120..180 => json!("Geometry"),
            180..200 => json!("Calculus"),
            _ => Value::Null,
        };
        row["problem_type"] = category;
        rows.push(row);
    }
    let sizes: Vec<u32> = (1..=210).collect();
    let grid = format!("size = {sizes:?}\ncategory = [\"proportional\"]\ndraws = 2\n");
    let (_place, out) = run(place(&rows, "", "[emit]\nsubsets = [\"*-210-*\"]\n", &grid));
    for draw in 0..2 {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for (at, row) in out
            .subset(&format!("proportional-normal-210-d{draw}"))
            .iter()
            .enumerate()
        {
            *counts.entry(row["category"].to_string()).or_default() += 1;
            for (category, all) in [
                ("\"algebra\"", 120),
                ("\"geometry\"", 60),
                ("\"calculus\"", 20),
                ("null", 10),
            ] {
                let count = counts.get(category).copied().unwrap_or_default();
                assert!(
                    (count * 210).abs_diff(all * (at + 1)) < 210,
                    "{category} at {at}"
                );
            }
        }
    }
}

#[test]
fn whose_texts_they_are_stands_in_rows_card_and_manifest() {
    let rows = openr1_rows(30);
    let terms = "license = \"cc-by-4.0\"\nattribution = \"The makers of sums, 2026\"\n";
    let (_place, out) = run(place(&rows, terms, "", "size = [20]\n"));
    for row in out.subset("all-normal-20") {
        assert_eq!(text(&row, "license"), "cc-by-4.0");
        assert_eq!(text(&row, "attribution"), "The makers of sums, 2026");
    }
    let card = std::fs::read_to_string(out.0.join("README.md")).expect("a card");
    assert!(
        card.contains("license: \"cc-by-4.0\"\n"),
        "the one licence is the whole's"
    );
    assert!(card.contains("| cc-by-4.0 | The makers of sums, 2026 |"));
    assert_eq!(out.manifest()["sources"][0]["license"], json!("cc-by-4.0"));
    let (_place, silent) = run(place(&rows, "", "", "size = [20]\n"));
    assert!(
        silent
            .subset("all-normal-20")
            .iter()
            .all(|row| row["license"].is_null())
    );
    let card = std::fs::read_to_string(silent.0.join("README.md")).expect("a card");
    assert!(!card.contains("license:") && card.contains("not stated"));
}

#[test]
fn controls_of_rows_and_of_tokens_are_no_prefixes_of_one_another() {
    let grid = "size = [20, 40]\ncontrol.random = 1\n[[grid]]\nname = \"spent\"\nsize.tokens = [3000, 8000]\n\
                control.random = 1\n";
    let (_place, out) = run(place(&openr1_rows(120), "", "", grid));
    let manifest = out.manifest();
    let records = manifest["subsets"].as_array().expect("subsets");
    for record in records.iter().filter(|record| record["role"] == "random") {
        if let Some(larger) = record["prefix_of"].as_str() {
            let larger = records
                .iter()
                .find(|other| other["name"] == larger)
                .expect("it");
            assert_eq!(record["unit"], larger["unit"]);
            assert!(record["asked"].as_u64() < larger["asked"].as_u64());
        }
    }
    assert_eq!(
        records
            .iter()
            .filter(|record| !record["prefix_of"].is_null())
            .count(),
        4
    );
}

#[test]
fn a_validation_set_that_cannot_be_filled_takes_nothing_away() {
    let place = place(
        &openr1_rows(40),
        "",
        "[validation]\nsize = 30\n",
        "size = [15]\ncontrol.random = 0\n",
    );
    place
        .run("refused", &[])
        .ends(5)
        .tells(&["validation", "at most half"]);
    place.run("skipped", &["--on-shortfall", "skip"]).ends(0);
    let skipped = place.out("skipped").selection();
    assert_eq!(skipped.keys().collect::<Vec<_>>(), ["all-normal-15"]);
    place.run("short", &["--on-shortfall", "short"]).ends(0);
    let short = place.out("short").selection();
    assert_eq!(
        (short["validation"].len(), short["all-normal-15"].len()),
        (20, 15)
    );
    for out in ["skipped", "short"] {
        place.gradatim(&["check", out]).ends(0);
    }
}

#[test]
fn what_is_validated_on_is_accepted_by_every_rule_of_the_grids() {
    let mut rows = openr1_rows(90);
    for row in rows.iter_mut().step_by(3) {
        let count = row["generations"].as_array().expect("a list").len();
        row["correctness_math_verify"] = json!(vec![false; count]);
        row["correctness_llama"] = json!(vec![false; count]);
    }
    let tables = "verify.accept = \"none\"\n[validation]\nsize = 25\n";
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&rows));
    let grid = "[[grid]]\nsize = [10]\naccept = [\"recorded\", \"none\"]\n";
    place.write(
        "pipeline.toml",
        format!(
            "verify.accept = \"none\"\n{HEAD}{MEASURE}{}{grid}",
            tables.replace("verify.accept = \"none\"\n", "")
        ),
    );
    let (_place, out) = run(place);
    let wrong: BTreeSet<&str> = rows
        .iter()
        .step_by(3)
        .map(|row| text(row, "problem"))
        .collect();
    let aside = table(&out.0.join("validation/validation-00000-of-00001.parquet"));
    assert_eq!(aside.len(), 25);
    assert!(
        aside
            .iter()
            .all(|row| !wrong.contains(text(row, "problem")))
    );
}

#[test]
fn why_says_that_a_problem_was_set_aside() {
    let (place, out) = run(place(
        &twins(40),
        "",
        "[validation]\nsize = 10\n",
        "size = [10]\n",
    ));
    let aside = &out.selection()["validation"][0].1;
    let ledger = out.ledger();
    let cluster = ledger
        .iter()
        .find(|row| row["problem_id"] == json!(aside))
        .expect("its row")["cluster"]
        .clone();
    let twin = ledger
        .iter()
        .find(|row| row["cluster"] == cluster && row["problem_id"] != json!(aside))
        .expect("its twin");
    let told = place
        .gradatim(&["why", text(twin, "trajectory_id"), "--in", "out"])
        .ends(0);
    assert!(
        told.stdout.contains("in the validation set"),
        "{}",
        told.stdout
    );
}

#[test]
fn what_is_asked_for_and_met_by_nothing_is_told() {
    let rows = openr1_rows(30);
    let tables = "[join.level]\npath = \"levels.csv\"\nproblem = \"problem\"\nvalue = \"level\"\n\
                  [emit]\nsubsets = [\"all-*\", \"nothing-*\"]\n";
    let grid = "size = [5]\n[[grid]]\nname = \"hard\"\nsize = [5]\ndifficulty.joined.level = { max = 3 }\n\
                [[grid]]\nsize = [5]\ncategory = [\"algebr\"]\n[[grid]]\nsize = [5]\nstyle = [\"r2\"]\n";
    let place = place(&rows, "", tables, grid);
    let level = |row: &Value| format!("\"{}\",hard\n", text(row, "problem"));
    let levels: String = rows.iter().map(level).collect();
    place.write("levels.csv", format!("problem,level\n{levels}"));
    place.run("out", &["--on-shortfall", "skip"]).ends(0);
    let manifest = place.out("out").manifest();
    let warnings = manifest["warnings"].to_string();
    assert!(
        warnings.contains("`[join.level]` knows none of 30 problems"),
        "{warnings}"
    );
    assert!(warnings.contains("no subset is called so"), "{warnings}");
    let reason = |name: &str| {
        let shortfalls = manifest["shortfalls"].as_array().expect("shortfalls");
        let found = shortfalls
            .iter()
            .find(|short| short["name"] == name)
            .expect("it");
        text(found, "reason").to_owned()
    };
    let category = reason("algebr-normal-5");
    let begins =
        "no problem is of the category `algebr`; did you mean `algebra`? there are: algebra (";
    assert!(category.starts_with(begins), "{category}");
    assert!(category.contains("number_theory ("), "{category}");
    let style = reason("all-normal-r2-5");
    let begins = "no trajectory is of the style `r2`; did you mean `r1`? there are: r1 (";
    assert!(style.starts_with(begins), "{style}");
}

#[test]
fn a_file_of_problems_keeps_its_ending_in_the_lock() {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&openr1_rows(20)));
    // Called as a fingerprint that comes with the program.
    let exam = place.write(
        "exams/amc23.jsonl",
        jsonl(&[json!({ "problem": "What is one more than none, and why?" })]),
    );
    let screen = format!(
        "[screen.contamination]\nbenchmarks = [{:?}]\n",
        exam.display().to_string()
    );
    place.write(
        "pipeline.toml",
        format!("{HEAD}{MEASURE}{screen}[[grid]]\nsize = [5]\n"),
    );
    place.run("out", &[]).ends(0);
    let lock = std::fs::read_to_string(place.out("out").run("pipeline.lock.toml")).expect("a lock");
    assert!(
        lock.contains("\"amc23.jsonl\"") && !lock.contains("exams"),
        "{lock}"
    );
}

/// Replies as datasets have them, all of them two and two.
fn replies_as_stored() -> Vec<String> {
    [
        "<think>\nTwo and two.\n</think>\n\nIt is \\boxed{4}.",
        "Two and two.\n</think>\n\nIt is \\boxed{4}.",
        "\n\n  <think>\n  Two and two.  \n\n\n</think>\n\n\n It is \\boxed{4}.  \n\n",
        "<|im_start|>think\nTwo and two.\n<|im_start|>answer\nIt is \\boxed{4}.",
        "Sure. <think>\nTwo and two.\n</think>\n\nIt is \\boxed{4}.",
        "<think>\n\n</think>\n\nIt is \\boxed{4}.",
        "It is \\boxed{4}.",
        "<think>\nTwo and two, and so",
        "<|im_start|>assistant\n<think>\nTwo.\n</think>\n\nIt is \\boxed{4}.<|im_end|>\n",
        "<reasoning>Two {{ two }}</reasoning><answer>It is \\boxed{4}.</answer>",
        "[THINK]Two {% raw %} and two.[/THINK]It is \\boxed{4}.</s>",
    ]
    .map(str::to_owned)
    .into()
}

#[test]
fn every_column_of_a_row_carries_the_same_turns_and_is_read_again_as_what_it_was() {
    let replies = replies_as_stored().into_iter().enumerate();
    let rows: Vec<Value> = replies
        .map(|(at, reply)| {
            let problem = format!("  What is 2 plus 2, number {at}?\n");
            let asked = match at % 2 {
                0 => problem,
                _ => format!("<|im_start|>user\n{problem}<|im_end|>\n<|im_start|>assistant\n"),
            };
            openr1_row(&asked, "4", "Algebra", &[reply])
        })
        .collect();
    let emit = "[emit]\nadd = [\"text\", \"conversations\", \"prompt_completion\"]\n";
    let source = "accept = \"none\"\n";
    let (place, out) = run(place(&rows, source, emit, "size = [11]\n"));
    let chosen = out.subset("all-normal-11");
    assert_eq!(chosen.len(), 11);
    let mut ids: Vec<String> = chosen
        .iter()
        .map(|row| text(row, "id").to_owned())
        .collect();
    ids.sort_unstable();
    for row in &chosen {
        let said = turns(row, "messages", ["role", "content"]);
        let both = [
            turns(row, "prompt", ["role", "content"]),
            turns(row, "completion", ["role", "content"]),
        ];
        assert_eq!(both.concat(), said);
        let words = |turns: &[(String, String)]| -> Vec<String> {
            turns.iter().map(|(_, words)| words.clone()).collect()
        };
        let sharegpt = turns(row, "conversations", ["from", "value"]);
        assert_eq!(words(&sharegpt), words(&said));
        let spoken = words(&said);
        let whole = format!(
            "<|im_start|>user\n{}<|im_end|>\n<|im_start|>assistant\n{}<|im_end|>",
            spoken[0], spoken[1]
        );
        assert!(text(row, "text").ends_with(&whole));
        assert!(spoken.iter().all(|words| words.trim() == words));
        let (opened, closed) = (spoken[1].find("<think>"), spoken[1].find("</think>"));
        assert!(closed.is_none_or(|closed| opened.is_some_and(|opened| opened < closed)));
        assert!(!spoken[1].contains("<think>\n\n</think>") && !spoken[1].contains("<|im_start|>"));
    }
    for (name, layout) in [
        ("messages", "layout = 'messages'"),
        ("sharegpt", "layout = 'sharegpt'"),
        ("completion", "layout = 'completion'"),
        (
            "text",
            "layout = 'columns'\n[sources.own.columns]\nproblem = 'text'\nresponse = 'text'",
        ),
    ] {
        let again = format!(
            "[sources.own]\npath = 'out/all-normal-11/*.parquet'\naccept = 'none'\n{layout}\n\
             [measure]\ntokenizer = 'bytes.json'\n"
        );
        place.write("pipeline.toml", again);
        place.run(name, &[]).ends(0);
        let ledger = place.out(name).ledger();
        let mut read: Vec<String> = ledger
            .iter()
            .map(|entry| text(entry, "trajectory_id").to_owned())
            .collect();
        read.sort_unstable();
        assert_eq!(read, ids, "{name}");
    }
}

#[test]
fn what_a_trainer_holds_against_its_limit_is_what_a_folder_says() {
    let rows = openr1_rows(40);
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&rows));
    let tables = "[emit]\nsubsets = [\"all-*\"]\ninstruction = \"Box it — please?\\n\"\n[runs]\nmax_length = 110\n";
    place.write(
        "pipeline.toml",
        format!("{HEAD}{tables}[[grid]]\nsize = [10, 30]\ncontrol.random = 1\n"),
    );
    let (place, out) = run(place);
    let asked = ["preflight", "out", "--trainer", "trl", "--json", "all-*"];
    let told = place.gradatim(&asked);
    let told: Value = serde_json::from_str(&told.stdout).expect("JSON");
    let table = std::fs::read_to_string(out.run("subsets.csv")).expect("a table");
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    let at = |name: &str| {
        lines[0]
            .iter()
            .position(|column| *column == name)
            .expect("a column")
    };
    let mut seen = 0;
    for line in &lines[1..] {
        let name = line[at("subset")];
        let cells = [at("conversation_tokens"), at("rows_over")].map(|at| line[at]);
        let known = told["subsets"].as_array().expect("subsets");
        let Some(met) = known.iter().find(|subset| subset["name"] == name) else {
            assert_eq!(cells, ["", ""], "{name} is not written");
            continue;
        };
        seen += 1;
        let met = [&met["tokens"], &met["over"]].map(Value::to_string);
        assert_eq!(cells, [met[0].as_str(), met[1].as_str()], "{name}");
        let rows = out.subset(name);
        let tokens = |column: &str| -> u64 {
            let counts = rows.iter().map(|row| row[column].as_u64().expect("tokens"));
            counts.sum()
        };
        assert_eq!(cells[0], tokens("conversation_tokens").to_string());
        assert!(tokens("conversation_tokens") > tokens("tokens") + 20 * rows.len() as u64);
        let over: u64 = cells[1].parse().expect("a count");
        assert!((1..rows.len() as u64).contains(&over), "{over} of {name}");
    }
    assert_eq!(seen, 2);
}

#[test]
fn a_trained_text_has_no_turn_that_its_conversation_has_not() {
    let mut rows = openr1_rows(12);
    for (index, row) in rows.iter_mut().enumerate() {
        let reply = text(&json!({ "reply": row["generations"][0] }), "reply").to_owned();
        let reply = match index % 3 {
            0 => format!("{reply}<|im_end|>\n"),
            1 => format!("{reply}<|im_end|>\n<|im_start|>user\nAnd 2?"),
            _ => reply,
        };
        row["generations"] = json!([reply]);
    }
    for (rule, kept) in [("drop", 8), ("escape", 12)] {
        let source = format!("control_tokens = \"{rule}\"\naccept = \"none\"\n");
        let emit = "[emit]\nadd = [\"text\"]\n";
        let grid = format!("size = [{kept}]\n");
        let (_place, out) = run(place(&rows, &source, emit, &grid));
        let chosen = out.subset(&format!("all-normal-{kept}"));
        assert_eq!(chosen.len(), kept, "{rule}");
        for row in chosen {
            let trained = text(&row, "text");
            for token in ["<|im_start|>", "<|im_end|>"] {
                assert_eq!(trained.matches(token).count(), 3, "{rule}: {trained}");
            }
        }
    }
}
