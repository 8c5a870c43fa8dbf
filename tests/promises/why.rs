//! `gradatim why`: the reason in words, with the texts, with the sources closed or open.

use serde_json::{Value, json};

use crate::support::{Place, jsonl, openr1_row, openr1_rows, text};

/// Ninety problems and one row of each fate that a small pipeline has; the replies of the rows are known.
fn made() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(90);
    let good = |answer: u32| format!("<think>\nWe add.\n</think>\nIt is \\boxed{{{answer}}}.");
    let mut wrong = openr1_row("What is 500+1?", "501", "algebra", &[good(777)]);
    wrong["correctness_math_verify"] = json!([false]);
    let mut cut = openr1_row("What is 500+2?", "502", "algebra", &[good(502)]);
    cut["finish_reasons"] = json!(["length"]);
    let long = format!(
        "<think>\n{}\n</think>\n\\boxed{{503}}",
        "Let us add one more number here, slowly. ".repeat(400)
    );
    rows.extend([
        wrong,
        cut,
        openr1_row("What is 500+3?", "503", "algebra", &[long]),
        openr1_row("What is 500+4?", "504", "algebra", &[good(504)]),
        openr1_row("What is 500+4?", "504", "algebra", &[good(504)]),
        openr1_row("", "505", "algebra", &[good(505)]),
    ]);
    place.write("data/a.jsonl", jsonl(&rows));
    let more = openr1_row("What is 600+1?", "601", "algebra", &[good(601)]);
    place.write("more/b.jsonl", jsonl(&[more]));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[sources.more]\nlayout = 'openr1'\npath = 'more'\n[measure]\ntokenizer = 'bytes.json'\n[screen]\n\
         tokens_max = 5000\n[validation]\nsize = 4\n[[grid]]\nsize = [5, 10]\ncategory = ['algebra', 'geometry']\n",
    );
    place.run("out", &[]).ends(0);
    place
}

fn why(place: &Place, id: &str, more: &[&str]) -> Value {
    let arguments = [&["why", id, "--in", "out", "--json"][..], more].concat();
    place.gradatim(&arguments).ends(0).json()
}

fn last(story: &Value) -> &Value {
    let decisions = story["decisions"].as_array().expect("decisions");
    decisions.last().expect("a decision")
}

#[test]
fn each_fate_is_told_with_its_stage_rule_value_and_threshold() {
    let place = made();
    for (row, stage, passes, words) in [
        (
            90,
            "accept",
            false,
            &["records that it is wrong", "`777`"][..],
        ),
        (91, "accept", false, &["cut off"]),
        (92, "length", false, &["at most 5000"]),
        (93, "duplicates", true, &["no other exact copy of it stays"]),
        (94, "duplicates", false, &["copy of row 93"]),
        (
            95,
            "read",
            false,
            &["the problem is null, missing or blank"],
        ),
    ] {
        let stories = why(&place, &format!("all/a.jsonl:{row}"), &[]);
        assert_eq!(stories.as_array().map(Vec::len), Some(1), "{row}");
        let last = last(&stories[0]);
        assert_eq!(
            (&last["stage"], &last["passes"]),
            (&json!(stage), &json!(passes)),
            "{row}"
        );
        for word in words {
            assert!(text(last, "words").contains(word), "{row}: {last}");
        }
        let told = place
            .gradatim(&["why", &format!("a.jsonl:{row}"), "--in", "out"])
            .ends(0);
        assert!(told.stdout.contains(words[0]), "{}", told.stdout);
    }
    let copy = &why(&place, "all/a.jsonl:94", &[])[0]["partners"][0];
    assert_eq!((text(copy, "kind"), text(copy, "fate")), ("copy", "kept"));
    assert!(text(copy, "name").starts_with("all/a.jsonl:93"));
    let standing = &why(&place, "all/a.jsonl:94", &[])[0]["standings"][0];
    assert!(
        text(standing, "words").contains("the copy of it that stays"),
        "{standing}"
    );
}

#[test]
fn texts_come_from_a_subset_else_from_the_source_and_what_is_missing_is_named() {
    let place = made();
    let out = place.out("out");
    let row = &out.subset("algebra-normal-5")[0];
    let story = &why(&place, text(row, "id"), &["--text"])[0];
    assert_eq!(story["texts"]["response"], row["messages"][1]["content"]);
    assert_eq!(story["texts"]["gold"], row["answer"]);
    assert!(text(&story["texts"], "from").starts_with("subset "));
    let story = &why(&place, "all/a.jsonl:92", &["--text"])[0];
    assert_eq!(story["texts"]["problem"], json!("What is 500+3?"));
    assert_eq!(story["texts"]["gold"], json!("503"));
    assert_eq!(text(&story["texts"], "from"), "source all/a.jsonl row 92");
    let whole = text(&story["texts"], "response").len();
    let story = &why(&place, "all/a.jsonl:92", &[])[0];
    let end = text(&story["texts"], "response");
    assert!(end.len() < whole && end.ends_with("\\boxed{503}"));
    std::fs::rename(place.path("more"), place.path("lost")).expect("a folder");
    let story = &why(&place, "all/a.jsonl:92", &[])[0];
    assert_eq!(
        story["texts"]["problem"],
        json!("What is 500+3?"),
        "another source is not needed"
    );
    std::fs::rename(place.path("data"), place.path("elsewhere")).expect("a folder");
    let story = &why(&place, "all/a.jsonl:92", &[])[0];
    assert_eq!(story["texts"]["problem"], Value::Null);
    let missing = text(&story["texts"], "missing");
    assert!(
        missing.contains("all/a.jsonl row 92") && missing.contains("--source"),
        "{missing}"
    );
    let story = &why(&place, "all/a.jsonl:92", &["--source", "all=elsewhere"])[0];
    assert_eq!(story["texts"]["problem"], json!("What is 500+3?"));
}

#[test]
fn a_whole_problem_and_a_piece_of_what_was_written_are_found() {
    let place = made();
    let stories = why(&place, "What is 500+4?", &[]);
    assert_eq!(stories.as_array().map(Vec::len), Some(2), "both copies");
    let row = &place.out("out").subset("algebra-normal-5")[3];
    let problem = text(row, "problem");
    let stories = why(&place, &problem[3..], &[]);
    let ids = stories.as_array().expect("stories").iter();
    assert!(
        ids.into_iter()
            .any(|one| one["ledger"]["trajectory_id"] == row["id"])
    );
    place
        .gradatim(&["why", "no such text at all", "--in", "out"])
        .ends(1);
}

#[test]
fn each_subset_has_its_rank_and_cut_and_what_would_have_to_change() {
    let place = made();
    let selection = place.out("out").selection();
    let (id, _) = &selection["algebra-normal-10"][7];
    let story = &why(&place, id, &[])[0];
    let standings = story["standings"].as_array().expect("standings");
    let of = |name: &str| {
        standings
            .iter()
            .find(|one| one["subset"] == name)
            .expect("a subset")
    };
    let (ten, five) = (of("algebra-normal-10"), of("algebra-normal-5"));
    assert_eq!(
        (&ten["is_in"], &ten["rank"], &ten["cut"]),
        (&json!(true), &json!(7), &json!(10))
    );
    assert_eq!(
        (&five["is_in"], &five["rank"], &five["cut"]),
        (&json!(false), &json!(7), &json!(5))
    );
    assert_eq!(five["kept_out_by"], json!("cut"));
    assert!(text(five, "change").contains("at least 8 rows"), "{five}");
    assert_eq!(of("geometry-normal-5")["kept_out_by"], json!("category"));
    for (name, chosen) in &selection {
        let rank = chosen.iter().position(|(other, _)| other == id);
        assert_eq!(of(name)["is_in"], json!(rank.is_some()), "{name}");
    }
    let told = place
        .gradatim(&["why", id, "--in", "out", "--subset", "algebra-normal-5"])
        .ends(0);
    assert!(
        told.stdout.contains("to be in it") && told.stdout.contains("rank 7"),
        "{}",
        told.stdout
    );
    place
        .gradatim(&["why", id, "--in", "out", "--subset", "algebra-normal-6"])
        .ends(2)
        .tells(&["no subset `algebra-normal-6`", "algebra-normal-5"]);
    let (aside, _) = &selection["validation"][0];
    let story = &why(&place, aside, &[])[0];
    let outside = story["standings"].as_array().expect("standings").iter();
    let mut outside = outside.filter(|one| one["subset"] != "validation");
    assert!(outside.all(|one| one["kept_out_by"] == "validation"));
}

#[test]
fn a_source_that_nobody_knows_is_refused_with_the_one_that_was_meant() {
    let place = made();
    let asked = [
        "why",
        "all/a.jsonl:92",
        "--in",
        "out",
        "--source",
        "al=data",
    ];
    place
        .gradatim(&asked)
        .ends(2)
        .tells(&["benchmark or join `al`", "did you mean `all`"]);
}

/// Thirty problems with one right reply, and six with a right and a wrong one; the grids are these.
fn graded(grids: &str) -> Place {
    let place = Place::new();
    let reply = |answer: usize| format!("<think>\nWe add.\n</think>\nIt is \\boxed{{{answer}}}.");
    let row = |at: usize| {
        let problem = match at {
            7 => "In the figure there are seven boxes: how many are there?".to_owned(),
            _ => format!("What is {at}+{at}?"),
        };
        let gold = if at == 7 { 7 } else { 2 * at };
        let replies = match at {
            30.. => vec![reply(gold), reply(5000)],
            _ => vec![reply(gold)],
        };
        openr1_row(&problem, &gold.to_string(), "algebra", &replies)
    };
    let rows: Vec<Value> = (0..36).map(row).collect();
    place.write("data/a.jsonl", jsonl(&rows));
    let levels =
        (0..36).map(|at| json!({ "text": format!("What is {at}+{at}?"), "level": at % 5 }));
    place.write("levels.jsonl", jsonl(&levels.collect::<Vec<_>>()));
    let head = "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[verify]\naccept = 'ours'\n";
    place.write("pipeline.toml", format!("{head}{grids}"));
    place.run("out", &[]).ends(0);
    place
}

fn standing<'s>(story: &'s Value, subset: &str) -> &'s Value {
    let mut standings = story["standings"].as_array().expect("standings").iter();
    standings
        .find(|one| one["subset"] == subset)
        .expect("a subset")
}

#[test]
fn a_rule_that_takes_others_is_named_with_the_value_and_what_it_asks_for() {
    let place = graded(
        "[[grid]]\nrecipe = ['light-r1']\nsize = [3]\n[[grid]]\nname = 'hard'\nsize = [3]\ndifficulty.pass_rate = { max = 0.5 }\n",
    );
    let story = &why(&place, "all/a.jsonl:4", &[])[0];
    for (subset, words) in [
        (
            "light-r1-all-normal-3",
            ["recipe = \"light-r1\"", "decided 1, and 1 of them"],
        ),
        (
            "hard-all-normal-3",
            ["difficulty.pass_rate", "{ max = 0.5 }"],
        ),
    ] {
        let one = standing(story, subset);
        assert_eq!(one["kept_out_by"], json!("rule"), "{one}");
        for word in words {
            assert!(text(one, "words").contains(word), "{one}");
        }
    }
}

#[test]
fn what_rests_on_texts_and_joined_columns_is_made_again_from_the_pool_or_said_not_to_be_known() {
    let place = graded(
        "[join.level]\npath = 'levels.jsonl'\nvalue = 'level'\nproblem = 'text'\n[[grid]]\nrecipe = ['openthoughts']\n\
         size = [5, 20]\n[[grid]]\nname = 'easy'\nsize = [4]\ndifficulty.joined.level = { max = 1 }\n",
    );
    let story = &why(&place, "all/a.jsonl:7", &[])[0];
    assert_eq!(story["standings"], Value::Null);
    let unknown = text(story, "standings_unknown");
    for word in [
        "recipe = \"openthoughts\"",
        "difficulty.joined.level",
        "--pool DIR",
    ] {
        assert!(unknown.contains(word), "{unknown}");
    }
    let pool = ["--pool", "pool"];
    let story = &why(&place, "all/a.jsonl:7", &pool)[0];
    let one = standing(story, "openthoughts-all-normal-20");
    assert_eq!(one["kept_out_by"], json!("rule"), "{one}");
    assert!(text(one, "words").contains("no figure"), "{one}");
    let one = standing(&why(&place, "all/a.jsonl:4", &pool)[0], "easy-all-normal-4").clone();
    assert!(text(&one, "words").contains("that is 4"), "{one}");
    let selection = place.out("out").selection();
    for (name, chosen) in &selection {
        for (rank, (id, _)) in chosen.iter().enumerate().step_by(3) {
            let story = &why(&place, id, &pool)[0];
            let one = standing(story, name);
            assert_eq!(
                (&one["is_in"], &one["rank"]),
                (&json!(true), &json!(rank)),
                "{name}"
            );
        }
    }
    // Other texts give another run, of which nothing is said.
    let levels =
        (0..36).map(|at| json!({ "text": format!("What is {at}+{at}?"), "level": (at + 3) % 5 }));
    place.write("levels.jsonl", jsonl(&levels.collect::<Vec<_>>()));
    let (id, _) = &selection["easy-all-normal-4"][0];
    let other = place.gradatim(&["why", id, "--in", "out", "--json", "--pool", "pool"]);
    assert!(other.code != Some(0) || other.json()[0]["standings"] == Value::Null);
}
