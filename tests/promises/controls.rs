//! Controls of wrong, of shuffled and of equally hard trajectories, each against what this file makes of its own rows.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use gradatim::ids::{Id, IdHasher, problem_id, trajectory_id};
use serde_json::{Value, json};

use crate::check::{edit_json, seal_again, sum_again};
use crate::support::*;

const SEED: u64 = 5;

/// A reply of so many paragraphs.
fn told(answer: usize, paragraphs: usize, start: usize) -> String {
    let steps = (0..paragraphs).map(|at| format!("Step {} of {answer},\nand so on.", start + at));
    let steps: Vec<String> = steps.collect();
    format!(
        "<think>\n{}\n</think>\n\nSo it is\n\n\\boxed{{{answer}}}.",
        steps.join("\n\n")
    )
}

/// One problem in three has wrong replies beside a right one, some that the source calls right after all, or that are
/// too long; replies have one paragraph to nine.
fn source() -> Vec<Value> {
    let row = |at: usize| {
        let replies = [
            told(at, 1 + at % 9, 0),
            told(at + 1000, 2 + at % 5, 100),
            told(at + 1000, 3, 200),
            // We see that it is right.
            told(at, 4, 300),
            told(at + 1000, 400, 400),
        ];
        let count = if at.is_multiple_of(3) { 5 } else { 1 };
        let problem = format!("What is {at}+0?");
        let mut row = openr1_row(&problem, &at.to_string(), SEVEN[at % 7], &replies[..count]);
        let right = (0..count).map(|reply| json!(reply == 0));
        row["correctness_math_verify"] = Value::Array(right.collect());
        row
    };
    (0..60).map(row).collect()
}

const HEAD: &str = "seed = 5\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n\
                    [screen]\ntokens_max = 9000\n";

fn made(more: &str) -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&source()));
    place.write("pipeline.toml", format!("{HEAD}{more}"));
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    place.gradatim(&["check", "out", "--sources"]).ends(0);
    place
}

/// A command's answer on stdout has these words.
#[track_caller]
fn says(done: &Done, words: &[&str]) {
    for word in words {
        assert!(
            done.stdout.contains(word),
            "`{word}` is not said: {}",
            done.stdout
        );
    }
}

fn id_of(row: &Value, key: &str) -> Id {
    text(row, key).parse().expect("an id")
}

fn response(row: &Value) -> &str {
    let turns = row["messages"].as_array().expect("turns");
    text(turns.last().expect("a turn"), "content")
}

fn record<'m>(manifest: &'m Value, name: &str) -> &'m Value {
    let subsets = manifest["subsets"].as_array().expect("a list");
    let found = subsets.iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("no subset {name}"))
}

#[test]
fn a_wrong_control_has_the_wrong_trajectories_of_its_subsets_problems_and_says_what_is_missing() {
    let place = made("[[grid]]\nsize = [20, 40]\ncontrol.wrong = true\n");
    let out = place.out("out");
    let mut wrong: HashMap<Id, Vec<Id>> = HashMap::new();
    for row in source().iter().step_by(3) {
        let problem = problem_id(text(row, "problem"));
        let replies = row["generations"].as_array().expect("replies");
        let two = replies[1..3].iter();
        let two = two.map(|reply| trajectory_id(problem, reply.as_str().expect("a reply")));
        wrong.insert(problem, two.collect());
    }
    let key = |id: &Id| {
        IdHasher::new("gradatim draw of a wrong trajectory v1")
            .part(SEED.to_le_bytes())
            .part("all-normal")
            .part(0_u32.to_le_bytes())
            .part(id.to_bytes())
            .finish()
    };
    let manifest = out.manifest();
    for size in [20, 40] {
        let subset = out.subset(&format!("all-normal-{size}"));
        let problems = subset.iter().map(|row| id_of(row, "problem_id"));
        let chosen =
            problems.filter_map(|problem| wrong.get(&problem)?.iter().min_by_key(|id| key(id)));
        let chosen: Vec<Id> = chosen.copied().collect();
        let name = format!("all-normal-{size}-wrong");
        let ids: Vec<Id> = out
            .subset(&name)
            .iter()
            .map(|row| id_of(row, "id"))
            .collect();
        assert_eq!(ids, chosen);
        let record = record(&manifest, &name);
        assert_eq!(record["asked"], size);
        assert_eq!(record["size"], chosen.len());
        assert!(!chosen.is_empty() && chosen.len() < size);
    }
    let warnings = manifest["warnings"].to_string();
    assert!(warnings.contains("`all-normal-40-wrong` has"), "{warnings}");
    let ledger = out.ledger();
    let first = text(&out.subset("all-normal-40-wrong")[0], "id").to_owned();
    let row = ledger.iter().find(|row| row["trajectory_id"] == *first);
    assert_eq!(row.expect("an entry")["reason"], "recorded_wrong");
    let why = place.gradatim(&["why", &first, "--in", "out"]).ends(0);
    says(&why, &["recorded_wrong", "all-normal-40-wrong, rank 0"]);
    place.gradatim(&["balance", "out"]).ends(0);
}

#[test]
fn wrong_controls_are_refused_where_nothing_is_dropped_as_wrong() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&source()));
    let grid = "[verify]\naccept = 'none'\n[[grid]]\nsize = [20]\ncontrol.wrong = true\n";
    place.write("pipeline.toml", format!("{HEAD}{grid}"));
    place.run("out", &[]).ends(2).tells(&["control.wrong"]);
    place.write(
        "pipeline.toml",
        format!("{HEAD}{grid}accept = ['recorded']\n"),
    );
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let rows = place.out("out").subset("all-normal-recorded-20-wrong");
    assert!(!rows.is_empty());
}

/// A reply with its steps elsewhere, as the pipeline's page describes it.
fn shuffled(reply: &str, id: Id, percent: usize) -> String {
    let (head, rest) = reply.split_once('\n').expect("thinking");
    let (thinking, tail) = rest.split_once("\n</think>").expect("an end");
    let steps: Vec<&str> = thinking.split("\n\n").collect();
    let mut places: Vec<usize> = (0..steps.len()).collect();
    places.sort_by_key(|&place| {
        IdHasher::new("gradatim shuffled steps v1")
            .part(SEED.to_le_bytes())
            .part(id.to_bytes())
            .part((place as u64).to_le_bytes())
            .finish()
    });
    if steps.len() < 2 {
        return reply.to_owned();
    }
    places.truncate(((steps.len() * percent) as f64 / 100.0).round().max(2.0) as usize);
    let mut moved = steps.clone();
    let to = places.iter().cycle().skip(1);
    for (from, to) in places.iter().zip(to) {
        moved[*to] = steps[*from];
    }
    format!("{head}\n{}\n</think>{tail}", moved.join("\n\n"))
}

const SHUFFLED: &str = "[[grid]]\nsize = [10, 30]\n[grid.control]\nrandom = 1\nshuffled = [100, 33]\n\
                        [emit]\nadd = ['text', 'prompt_completion']\nsubsets = ['random*', 'all-normal-30']\n\
                        [validation]\nsize = 4\n";

#[test]
fn a_shuffled_control_has_its_subsets_rows_with_their_steps_elsewhere() {
    let place = made(SHUFFLED);
    let out = place.out("out");
    let own = out.subset("all-normal-30");
    let manifest = out.manifest();
    for (tail, percent) in [("shuffled", 100), ("shuffled33", 33)] {
        for size in [10, 30] {
            let name = format!("all-normal-{size}-{tail}");
            let rows = out.subset(&name);
            let (mut tokens, mut unchanged) = (0, 0);
            for (row, own) in rows.iter().zip(&own) {
                let (from, problem) = (id_of(own, "id"), id_of(own, "problem_id"));
                let reply = shuffled(response(own), from, percent);
                assert_eq!(response(row), reply);
                assert_eq!(id_of(row, "id"), trajectory_id(problem, &reply));
                assert_eq!(id_of(row, "derived_from"), from);
                assert_eq!(row["transformation"], format!("shuffled_steps_{percent}"));
                assert_eq!(row["transformation_seed"], SEED);
                assert_eq!(row["tokens"], reply.len());
                assert!(text(row, "text").contains(&reply));
                tokens += reply.len();
                unchanged += usize::from(row["id"] == row["derived_from"]);
                for same in ["problem", "answer", "category", "rank", "prompt", "source"] {
                    assert_eq!(row[same], own[same]);
                }
            }
            let record = record(&manifest, &name);
            assert_eq!((rows.len(), &record["role"]), (size, &json!("derived")));
            assert_eq!(record["tokens"], tokens);
            assert_eq!(record["derived"]["unchanged"], unchanged);
            assert!(unchanged > 0 && unchanged < size / 2);
        }
    }
    let aside = table(&out.0.join("validation/validation-00000-of-00001.parquet"));
    let others = [out.subset("random-30"), aside].concat();
    for row in others {
        for column in ["derived_from", "transformation", "transformation_seed"] {
            assert_eq!(row[column], Value::Null, "{row}");
        }
    }
}

const DERIVED: &str = "all-normal-30-shuffled/train-00000-of-00001.parquet";

/// Rewrites the rows of a derived control, with sums and seals that hide it.
fn tampered(place: &Place, edit: impl FnOnce(&mut Vec<Value>)) {
    let out = place.path("out");
    let path = out.join(DERIVED);
    let (schema, _) = batches(&path);
    let mut rows = table(&path);
    edit(&mut rows);
    std::fs::write(&path, parquet_as(&rows, schema, 1000)).expect("the table");
    seal_again(&out);
    sum_again(&out);
}

/// What an edit of one derived row is found by; `sources` asks the sources too.
#[track_caller]
fn is_found(what: &str, sources: bool, edit: impl FnOnce(&mut Value)) {
    let made = made(SHUFFLED);
    tampered(&made, |rows| {
        let moved = rows.iter().position(|row| row["id"] != row["derived_from"]);
        edit(&mut rows[moved.expect("a row that is shuffled")]);
    });
    let mut arguments = vec!["check", "out"];
    arguments.extend(sources.then_some("--sources"));
    let done = made.gradatim(&arguments).ends(1);
    assert!(
        done.stdout.contains("all-normal-30-shuffled"),
        "{what}: {}",
        done.stdout
    );
}

/// Another text, and everything in the row that follows from it.
fn with_text(row: &mut Value, reply: &str) {
    let before = response(row).to_owned();
    let problem = id_of(row, "problem_id");
    row["text"] = json!(text(row, "text").replace(&before, reply));
    for column in ["messages", "completion"] {
        let turns = row[column].as_array_mut().expect("turns");
        turns.last_mut().expect("a turn")["content"] = json!(reply);
    }
    row["id"] = json!(trajectory_id(problem, reply).to_string());
    row["tokens"] = json!(reply.len());
}

#[test]
fn a_derived_row_that_was_tampered_with_is_found() {
    is_found("two steps exchanged", false, |row| {
        let reply = response(row).to_owned();
        let mut parts: Vec<&str> = reply.splitn(3, "\n\n").collect();
        let first = parts[0]
            .strip_prefix("<think>\n")
            .expect("thinking")
            .to_owned();
        let second = std::mem::replace(&mut parts[1], &first);
        let reply = format!("<think>\n{second}\n\n{}\n\n{}", parts[1], parts[2]);
        with_text(row, &reply);
    });
    is_found("a word", false, |row| {
        let reply = response(row).replacen("and so on", "and so off", 1);
        with_text(row, &reply);
    });
    is_found("the trajectory itself", false, |row| {
        let id = text(row, "derived_from").to_owned();
        let replies = source().into_iter().flat_map(|row| {
            let problem = problem_id(text(&row, "problem"));
            let replies = row["generations"].as_array().expect("replies").clone();
            replies.into_iter().map(move |reply| {
                let reply = reply.as_str().expect("a reply").to_owned();
                (trajectory_id(problem, &reply).to_string(), reply)
            })
        });
        let replies: BTreeMap<String, String> = replies.collect();
        with_text(row, &replies[&id]);
    });
    let other = json!("0123456789abcdef0123456789abcdef");
    is_found("id", false, |row| row["id"] = other.clone());
    is_found("derived_from", false, |row| {
        row["derived_from"] = other.clone()
    });
    is_found("seed", false, |row| row["transformation_seed"] = json!(6));
    is_found("name", false, |row| {
        row["transformation"] = json!("shuffled_steps_99")
    });
    is_found("no name", false, |row| row["transformation"] = Value::Null);
}

#[test]
fn the_tokens_of_a_derived_row_are_counted_again_where_the_tokenizer_is_at_hand() {
    // Nobody but the sources has this one.
    let made = made(SHUFFLED);
    says(
        &made.gradatim(&["check", "out"]).ends(0),
        &["tokens of conversations and of derived rows are taken as they stand"],
    );
    is_found("tokens", true, |row| row["tokens"] = json!(7));
    let qwen = SHUFFLED.replace("size = [10, 30]", "size = [30]");
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&source()));
    let head = HEAD.replace("[measure]\ntokenizer = 'bytes.json'\n", "");
    place.write("pipeline.toml", format!("{head}{qwen}"));
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    tampered(&place, |rows| rows[3]["tokens"] = json!(7));
    says(
        &place.gradatim(&["check", "out"]).ends(1),
        &["`tokens` of row 3 is not what follows"],
    );
}

#[test]
fn what_a_manifest_says_of_a_derivation_follows() {
    for (key, value) in [
        ("percent", json!(99)),
        ("seed", json!(6)),
        ("unchanged", json!(0)),
    ] {
        let made = made(SHUFFLED);
        let out = made.path("out");
        edit_json(&out.join("__run__/manifest.json"), |manifest| {
            let subsets = manifest["subsets"].as_array_mut().expect("a list");
            let one = subsets.iter_mut().find(|one| one["role"] == "derived");
            one.expect("a derived control")["derived"][key] = value.clone();
        });
        sum_again(&out);
        says(&made.gradatim(&["check", "out"]).ends(1), &["derived"]);
    }
}

/// The quarter of a column's values that one falls in.
fn quarter(rates: &[f64], rate: f64) -> usize {
    let mut sorted = rates.to_vec();
    sorted.sort_by(f64::total_cmp);
    let edges = (1..4).map(|at| sorted[sorted.len() * at / 4]);
    edges.filter(|edge| *edge <= rate).count()
}

#[test]
fn a_matched_control_is_as_hard_for_the_model_whose_pass_rate_is_joined() {
    let rate = |at: usize| (at * 7 % 11) as f64 / 10.0;
    let place = Place::new();
    let rows: Vec<Value> = (0..200)
        .map(|at| {
            openr1_row(
                &format!("What is {at}+0?"),
                &at.to_string(),
                "Algebra",
                &[told(at, 2, 0)],
            )
        })
        .collect();
    place.write("data/a.jsonl", jsonl(&rows));
    let known = (0..200).filter(|at: &usize| !at.is_multiple_of(5));
    let rated = known
        .clone()
        .map(|at| json!({ "problem": format!("What is {at}+0?"), "rate": rate(at) }));
    place.write("rates.jsonl", jsonl(&rated.collect::<Vec<_>>()));
    let grid = "[join.small]\npath = 'rates.jsonl'\nproblem = 'problem'\nvalue = 'rate'\n\
                [[grid]]\nsize = [40]\n[grid.control]\nmatched = true\nstrata = ['joined']\njoined = 'small'\n";
    place.write("pipeline.toml", format!("{HEAD}{grid}"));
    place.run("out", &[]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let rates: Vec<f64> = known.map(rate).collect();
    let stratum = |row: &Value| {
        let number = text(row, "problem").trim_start_matches("What is ");
        let at: usize = number
            .split('+')
            .next()
            .expect("a number")
            .parse()
            .expect("a number");
        (!at.is_multiple_of(5)).then(|| quarter(&rates, rate(at)))
    };
    let out = place.out("out");
    let strata =
        |name: &str| -> Vec<Option<usize>> { out.subset(name).iter().map(stratum).collect() };
    let own = strata("all-normal-40");
    assert_eq!(strata("all-normal-40-matched"), own);
    let distinct: std::collections::BTreeSet<_> = own.iter().collect();
    assert_eq!(distinct.len(), 5, "four quarters, and what is not known");
    let manifest = out.manifest();
    let matched = &record(&manifest, "all-normal-40-matched")["matched"];
    assert_eq!(matched["strata"], json!(["joined"]));
    assert_eq!(matched["thin"], json!([]));
    place.write(
        "pipeline.toml",
        format!(
            "{HEAD}{}",
            grid.replace("joined = 'small'", "joined = 'smell'")
        ),
    );
    place
        .run("other", &[])
        .ends(2)
        .tells(&["control.joined", "small"]);
    assert!(!Path::new(&place.path("other")).exists());
}
