//! What a report's page answers by itself: each figure that a question is answered from, against the tables of the folder.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::html::{Element, parse};
use crate::report::{cells, number, page_of};
use crate::support::*;

/// The rows that the command of a cell shows.
pub fn shown(place: &Place, command: &str) -> Vec<Value> {
    let typed = command.trim_start_matches("rows");
    let words = shlex::split(typed).expect("words of a shell");
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    let answer = place
        .gradatim(&[&words[..], &["--json"]].concat())
        .ends(0)
        .json();
    answer.as_array().expect("rows").clone()
}

/// The section of that id.
pub fn section<'p>(page: &'p Element, id: &str) -> &'p Element {
    let sections = page.named("section").into_iter();
    let mut those = sections.filter(|one| one.attribute("aria-labelledby") == Some(id));
    those.next().unwrap_or_else(|| panic!("no section `{id}`"))
}

/// The sentence under the head of a section.
pub fn found(page: &Element, id: &str) -> String {
    let sentences = section(page, id).named("p").into_iter();
    let mut found = sentences.filter(|one| one.attribute("class") == Some("found"));
    found.next().expect("a sentence").text()
}

/// What a row's source recorded of it.
fn label(row: &Value) -> &'static str {
    let labels = [&row["recorded_rule"], &row["recorded_judge"]];
    match (
        labels.contains(&&json!(true)),
        labels.contains(&&json!(false)),
    ) {
        (true, _) => "right",
        (_, true) => "wrong",
        _ => "none",
    }
}

/// Whether verifier and label both decide, and differ.
fn is_disputed(row: &Value) -> bool {
    matches!(
        (text_of(row, "verdict"), label(row)),
        ("wrong", "right") | ("correct", "wrong")
    )
}

pub fn text_of<'r>(row: &'r Value, key: &str) -> &'r str {
    row[key].as_str().unwrap_or_default()
}

/// A run whose labels are wrong in many ways: by rule, by judge, of one answer both ways; some answers are wrong.
fn disputed() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(80);
    let set = |row: &mut Value, rule: bool, judge: bool| {
        let count = row["generations"].as_array().expect("replies").len();
        row["correctness_math_verify"] = json!(vec![rule; count]);
        row["correctness_llama"] = json!(vec![judge; count]);
    };
    for row in &mut rows[..20] {
        set(row, false, false);
    }
    for (at, row) in rows.iter_mut().enumerate().take(40).skip(30) {
        row["answer"] = json!((1000 + at).to_string());
        set(row, at % 2 == 0, true);
    }
    rows[50]["generations"] = json!([reply(150, 4), reply(150, 9)]);
    for key in ["is_reasoning_complete", "correctness_math_verify"] {
        rows[50][key] = json!([true, key != "correctness_math_verify"]);
    }
    rows[50]["correctness_llama"] = json!([false, false]);
    rows[50]["finish_reasons"] = json!(["stop", "stop"]);
    rows[50]["problem"] = json!("What is 50+100?");
    rows[50]["answer"] = json!("150");
    for reply in rows[60]["generations"].as_array_mut().expect("replies") {
        *reply = json!("<think>\nOkay, so far.\n</think>\n\nNobody knows.");
    }
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5]\n",
    );
    place.run("out", &[]).ends(0);
    place
}

#[test]
fn each_kind_of_disagreement_is_counted_with_a_command_that_shows_as_many_and_some_of_each_are_read()
 {
    let place = disputed();
    let page = page_of(&place, "out");
    let ledger = place.out("out").ledger();
    let key = |row: &Value| {
        let says = |name: &str| match &row[name] {
            Value::Bool(true) => "right",
            Value::Bool(false) => "wrong",
            _ => "nothing",
        };
        let source = format!(
            "rule says {}, judge {}",
            says("recorded_rule"),
            says("recorded_judge")
        );
        [
            text_of(row, "verdict"),
            label(row),
            &source,
            text_of(row, "verdict_reason"),
        ]
        .map(str::to_owned)
    };
    let mut expected: BTreeMap<[String; 4], BTreeSet<&str>> = BTreeMap::new();
    for row in ledger.iter().filter(|row| is_disputed(row)) {
        expected
            .entry(key(row))
            .or_default()
            .insert(text(row, "trajectory_id"));
    }
    let rows = cells(&page, "Kinds of disagreement");
    let told: BTreeMap<[String; 4], u64> = rows[1..]
        .iter()
        .map(|row| ([0, 1, 3, 4].map(|at| row[at].clone()), number(&row[5])))
        .collect();
    let counts: BTreeMap<_, _> = expected
        .iter()
        .map(|(kind, ids)| (kind.clone(), ids.len() as u64))
        .collect();
    assert_eq!(told, counts);
    assert!(counts.len() >= 3, "{counts:?}");
    let all: u64 = counts.values().sum();
    assert!(
        found(&page, "disputes")
            .starts_with(&format!("{all} disagreements of {} kinds;", counts.len()))
    );
    let mut examples = 0;
    for row in &rows[1..] {
        let kind = [0, 1, 3, 4].map(|at| row[at].clone());
        let ids: BTreeSet<String> = shown(&place, &row[9])
            .iter()
            .map(|row| text(row, "trajectory_id").to_owned())
            .collect();
        assert!(
            ids.iter()
                .map(String::as_str)
                .eq(expected[&kind].iter().copied()),
            "{row:?}"
        );
        // Each kind is shown, none by more than others need.
        let read = number(&row[8]);
        assert!(read >= 1 && read <= 2.min(number(&row[5])), "{row:?}");
        examples += read;
    }
    let articles = section(&page, "disputes").named("article");
    assert_eq!(articles.len() as u64, examples);
}

#[test]
fn a_label_that_is_another_for_the_same_answer_elsewhere_is_said_to_be() {
    let place = disputed();
    let page = page_of(&place, "out");
    let ledger = place.out("out").ledger();
    let is_otherwise = |row: &&Value| {
        is_disputed(row)
            && ledger.iter().any(|other| {
                other["problem_id"] == row["problem_id"]
                    && other["extracted"] == row["extracted"]
                    && ![label(row), "none"].contains(&label(other))
            })
    };
    let expected = ledger.iter().filter(is_otherwise).count() as u64;
    let rows = cells(&page, "Kinds of disagreement");
    let told: u64 = rows[1..].iter().map(|row| number(&row[7])).sum();
    assert!(expected > 0);
    assert_eq!(told, expected);
}

#[test]
fn what_one_of_verifier_and_label_says_nothing_of_is_counted_in_words() {
    let place = disputed();
    let page = page_of(&place, "out");
    let ledger = place.out("out").ledger();
    let undecided = |row: &&Value| {
        row["trajectory_id"].is_string()
            && (label(row) == "none" || !["correct", "wrong"].contains(&text_of(row, "verdict")))
    };
    let ids: BTreeSet<&str> = ledger
        .iter()
        .filter(undecided)
        .map(|row| text(row, "trajectory_id"))
        .collect();
    assert!(!ids.is_empty());
    let words = section(&page, "verdicts").text();
    let told = format!("On the other {} one of the two says nothing", ids.len());
    assert!(words.contains(&told), "{told}: {words}");
}

#[test]
fn a_matched_control_is_judged_by_its_strata_and_a_style_by_what_is_of_the_problem() {
    let place = Place::new();
    copy(&QUICKSTART.out.0, &place.path("out"));
    let page = page_of(&place, "out");
    let rows = cells(&page, "Comparisons by kind of control");
    let of = |relation: &str| rows.iter().find(|row| row[0] == relation).expect("a kind");
    let alike = |relation: &str| -> BTreeSet<String> {
        let names = of(relation)[2].split(", ");
        names.map(str::to_owned).collect()
    };
    let names = |all: &[&str]| {
        all.iter()
            .map(|name| (*name).to_owned())
            .collect::<BTreeSet<String>>()
    };
    // The quickstart matches on category, origin and pass rate.
    assert_eq!(
        alike("matched"),
        names(&["category", "origin", "pass rate", "style"])
    );
    assert_eq!(
        alike("style"),
        names(&["accepted count", "category", "pass rate", "problem bytes"])
    );
    assert_eq!(
        of("style")[4],
        "0",
        "the same problems are the same: {:?}",
        of("style")
    );
    for nature in ["answer tokens", "repeated share", "style"] {
        assert!(of("style")[6].contains(nature), "{:?}", of("style"));
    }
    // The command lists them, and what counts against each.
    for row in &rows[1..] {
        let told = shown(&place, &row[8]);
        assert_eq!(told.len() as u64, number(&row[3]), "{row:?}");
        let apart: BTreeSet<(String, String)> = told
            .iter()
            .filter(|row| row["differ_in"].as_u64() > Some(0))
            .map(|row| {
                (
                    text(row, "subset").to_owned(),
                    text(row, "control").to_owned(),
                )
            })
            .collect();
        assert_eq!(apart.len() as u64, number(&row[4]), "{row:?}");
    }
    let apart: u64 = rows[1..].iter().map(|row| number(&row[4])).sum();
    let said = found(&page, "balance");
    assert!(said.starts_with(&format!("In {apart} of ")), "{said}");
    // The quickstart's sets of long trajectories are of problems with more of them than its random controls have.
    assert!(
        said.contains("may go with the choice (accepted count"),
        "{said}"
    );
}

#[test]
fn categories_of_the_filtering_are_the_problems_with_each_trajectory_once() {
    let place = Place::new();
    let mut rows = openr1_rows(60);
    // Two rows of one problem: one names its category, the other none.
    let mut other = rows[9].clone();
    other["problem_type"] = Value::Null;
    other["generations"] = json!([reply(28, 44)]);
    for key in [
        "is_reasoning_complete",
        "correctness_math_verify",
        "correctness_llama",
        "finish_reasons",
    ] {
        other[key] = json!([other[key][0]]);
    }
    rows.push(other);
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[screen]\ntokens_max = 300\n[[grid]]\n\
         size = [5]\n",
    );
    place.run("out", &[]).ends(0);
    let page = page_of(&place, "out");
    let ledger = place.out("out").ledger();
    let mut expected: BTreeMap<&str, [BTreeSet<&str>; 2]> = BTreeMap::new();
    for row in ledger.iter().filter(|row| row["trajectory_id"].is_string()) {
        let category = row["problem_category"].as_str().unwrap_or("not known");
        let [all, kept] = expected.entry(category).or_default();
        all.insert(text(row, "trajectory_id"));
        if row["fate"] == "kept" {
            kept.insert(text(row, "trajectory_id"));
        }
    }
    let rows = cells(&page, "Kept, by category");
    let told: BTreeMap<&str, [u64; 2]> = rows[1..]
        .iter()
        .map(|row| (row[0].as_str(), [1, 2].map(|at| number(&row[at]))))
        .collect();
    let counts: BTreeMap<&str, [u64; 2]> = expected
        .iter()
        .map(|(category, sets)| (*category, [0, 1].map(|at| sets[at].len() as u64)))
        .collect();
    assert_eq!(told, counts);
    assert!(
        !told.contains_key("not known"),
        "the problem's category is known: {told:?}"
    );
}

/// A run of two grids that have sizes, categories and lengths in common, and the evaluation of models that nobody trained.
pub fn evaluated() -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(90)));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5, 10]\n\
         [grid.control]\nrandom = 1\n[[grid]]\nname = 'ladder'\nsize = [5, 10, 20]\n",
    );
    place.run("out", &[]).ends(0);
    place.evaluate_trained(&[]);
    place
}

pub fn evaluation_page(place: &Place) -> Element {
    let page = std::fs::read_to_string(place.path("evaluation.report.html")).expect("a page");
    parse(&page).unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn a_line_joins_sets_of_one_grid_alone_each_size_once() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let mut sizes: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let doublings = cells(&page, "What each doubling of the rows adds");
    for row in &doublings[1..] {
        let of = row[2].split(" · ").map(number);
        sizes.entry(row[0].clone()).or_default().extend(of);
    }
    let lines: Vec<&Vec<u64>> = sizes.values().collect();
    assert_eq!(lines.len(), 2, "{sizes:?}");
    assert!(
        lines.contains(&&vec![5, 10]) && lines.contains(&&vec![5, 10, 20]),
        "{sizes:?}"
    );
    assert_eq!(doublings.len() - 1, lines.len());
}

#[test]
fn effects_stand_by_tier_as_the_evaluation_has_them_and_tiers_are_explained() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let text = std::fs::read_to_string(place.path("evaluation/eval.json")).expect("an evaluation");
    let evaluation: Value = serde_json::from_str(&text).expect("JSON");
    let rows = cells(&page, "The same effects by tier");
    let effects = evaluation["effects"].as_array().expect("effects");
    let contrasts = evaluation["contrasts"].as_array().expect("contrasts");
    assert!(
        !effects.is_empty() && rows.len() - 1 == effects.len(),
        "{rows:?}"
    );
    assert!(
        rows[0].contains(&"extremely hard (exh)".to_owned()),
        "{:?}",
        rows[0]
    );
    for effect in effects {
        let name = text_of(effect, "name");
        let row = rows.iter().find(|row| row[1] == name).expect("the effect");
        for (tier, head) in [
            ("easy", "easy"),
            ("hard", "hard"),
            ("exh", "extremely hard (exh)"),
        ] {
            let at = rows[0].iter().position(|one| one == head).expect("a tier");
            let difference = effect["tiers"][tier]["difference"].as_f64().expect("one");
            let begin = format!("{:+.1}", 100.0 * difference);
            assert!(row[at].starts_with(&begin), "{row:?}: {tier} {begin}");
        }
        let verdict = match text_of(effect, "verdict") {
            "higher" => "yes, more",
            "lower" => "yes, less",
            "not_alone" => "not among all effects of its family",
            _ => "open",
        };
        let shown = cells(&page, "Effects, in points");
        let row = shown.iter().find(|row| row[1] == name).expect("the effect");
        assert_eq!(row[8], verdict, "{row:?}");
        let of_it = contrasts.iter().filter(|one| {
            ["family", "name"].map(|key| &one[key]) == ["family", "name"].map(|key| &effect[key])
        });
        let cells: Vec<f64> = of_it.filter_map(|one| one["difference"].as_f64()).collect();
        let [least, most] = [f64::min, f64::max].map(|of| {
            let end = cells.iter().copied().reduce(of).expect("a cell");
            format!("{:+.1}", 100.0 * end)
        });
        match least == most {
            true => assert_eq!(row[6], "", "{row:?}"),
            false => assert!(row[6].starts_with(&format!("{least} to {most}")), "{row:?}"),
        }
    }
    let tiers = cells(&page, "Score by tier of difficulty");
    let exh = tiers.iter().find(|row| row[0] == "extremely hard (exh)");
    assert_eq!(
        exh.expect("the tier")[1],
        "every model solves it in less than a tenth of its attempts"
    );
}

#[test]
fn an_evaluation_s_page_opens_with_three_sentences_at_most_and_has_all_folded() {
    let place = evaluated();
    let page = evaluation_page(&place);
    let glance = section(&page, "evaluation");
    let lists = glance.named("ul");
    let folded: usize = glance
        .named("details")
        .iter()
        .flat_map(|one| one.named("ul"))
        .map(|list| list.named("li").len())
        .sum();
    let text = std::fs::read_to_string(place.path("evaluation/eval.json")).expect("an evaluation");
    let evaluation: Value = serde_json::from_str(&text).expect("JSON");
    let count = |key: &str| evaluation[key].as_array().expect("a list").len();
    assert_eq!(
        folded,
        count("words"),
        "every sentence of the evaluation is there"
    );
    let all: usize = lists.iter().map(|list| list.named("li").len()).sum();
    let open = all - folded - count("warnings");
    assert!(open <= 3, "{open} sentences");
    let terms = glance.text();
    for term in ["pass@k", "these sets, retrained", "Cut off"] {
        assert!(terms.contains(term), "{term}");
    }
}

#[test]
fn an_audit_s_page_says_what_small_maxima_take_and_what_could_not_be_looked_for() {
    let place = Place::new();
    let mut rows = openr1_rows(40);
    // An exact copy is a trajectory all the same.
    rows.push(rows[5].clone());
    rows[3]["generations"] = json!([reply(10, 400)]);
    for key in [
        "is_reasoning_complete",
        "correctness_math_verify",
        "correctness_llama",
        "finish_reasons",
    ] {
        rows[3][key] = json!([rows[3][key][0]]);
    }
    place.write("data/a.jsonl", jsonl(&rows));
    let arguments = [
        "audit",
        "data",
        "--tokenizer",
        "bytes.json",
        "--out",
        "audited",
        "--pool",
        "pool",
        "--report",
    ];
    place.gradatim(&arguments).ends(0);
    let page = std::fs::read_to_string(place.path("audited.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    let ledger = place.out("audited").ledger();
    let tokens: Vec<u64> = ledger
        .iter()
        .filter_map(|row| row["tokens"].as_u64())
        .collect();
    let maxima = cells(&page, "What a maximum of tokens would take");
    let limits: Vec<u64> = maxima[1..].iter().map(|row| number(&row[0])).collect();
    assert!(
        limits.contains(&2048) && limits.contains(&4096),
        "{limits:?}"
    );
    for row in &maxima[1..] {
        let over = tokens
            .iter()
            .filter(|tokens| **tokens > number(&row[0]))
            .count();
        assert_eq!(number(&row[1]), over as u64, "{row:?}");
        assert_eq!(shown(&place, &row[4]).len(), over, "{row:?}");
    }
    assert!(number(&maxima[1][1]) > 0, "{maxima:?}");
    let text = std::fs::read_to_string(place.path("audited/__run__/audit.json")).expect("an audit");
    let audit: Value = serde_json::from_str(&text).expect("JSON");
    assert!(
        found(&page, "glance").ends_with(&format!(", {} are trajectories.", audit["trajectories"])),
        "{}",
        found(&page, "glance")
    );
    let unsought = audit["not_looked_for"].as_array().expect("a list");
    let told = section(&page, "findings").text();
    for one in unsought {
        let kind = text_of(one, "kind").replace('_', " ");
        assert!(
            told.contains(&kind) && told.contains(text_of(one, "reason")),
            "{one}"
        );
    }
    assert!(
        !unsought.is_empty(),
        "nothing tells of a benchmark or a language"
    );
    let heads = page.named("h2");
    assert!(
        heads.iter().all(|head| !head.text().contains("filtering")),
        "an audit filters nothing"
    );
}

#[test]
fn rows_of_training_sets_and_of_controls_are_counted_apart() {
    let place = Place::new();
    copy(&QUICKSTART.out.0, &place.path("out"));
    let page = page_of(&place, "out");
    let manifest = QUICKSTART.out.manifest();
    let subsets = manifest["subsets"].as_array().expect("sets");
    let rows_of = |is_one: fn(&str) -> bool| -> u64 {
        let those = subsets.iter().filter(|one| is_one(text_of(one, "role")));
        those.filter_map(|one| one["size"].as_u64()).sum()
    };
    let facts = section(&page, "glance").named("dl").swap_remove(0);
    let [names, said] = ["dt", "dd"].map(|name| facts.named(name));
    let said_of = |name: &str| {
        let at = names.iter().position(|one| one.text() == name);
        number(
            said[at.expect("a name")]
                .text()
                .split(' ')
                .next()
                .expect("a number"),
        )
    };
    let training = rows_of(|role| role == "subset");
    assert_eq!(said_of("Training sets"), training);
    assert_eq!(
        said_of("Controls"),
        rows_of(|role| !["subset", "validation"].contains(&role))
    );
    assert!(training > 0);
}

#[test]
fn a_set_s_tokens_a_row_are_rounded_and_what_pairs_share_is_said_of_what() {
    let place = Place::new();
    copy(&QUICKSTART.out.0, &place.path("out"));
    let page = page_of(&place, "out");
    let manifest = QUICKSTART.out.manifest();
    let subsets = manifest["subsets"].as_array().expect("sets");
    let sets = cells(&page, "Training sets and their controls");
    let at = sets[0]
        .iter()
        .position(|head| head == "tokens a row")
        .expect("a column");
    for row in &sets[1..] {
        let record = subsets
            .iter()
            .find(|one| one["name"] == row[0].as_str())
            .expect("a set");
        let [tokens, size] = ["tokens", "size"].map(|key| record[key].as_f64().expect("a number"));
        assert_eq!(number(&row[at]), (tokens / size).round() as u64, "{row:?}");
    }
    let overlap = table(&QUICKSTART.out.run("overlap.parquet"));
    let half = overlap
        .iter()
        .filter(|row| row["problems_jaccard"].as_f64() >= Some(0.5))
        .count();
    let said = found(&page, "overlap");
    assert!(
        said.contains(&format!(
            "half or more of all problems of the two are in both of {half} pairs ("
        )),
        "{said}"
    );
}

#[test]
fn a_cell_that_is_short_says_why_beside_its_drawing() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(60)));
    place.write(
        "pipeline.toml",
        "on_shortfall = 'skip'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\n\
         category = ['algebra']\nsize = [5, 5000]\n",
    );
    place.run("out", &[]).ends(0);
    let page = page_of(&place, "out");
    let manifest = place.out("out").manifest();
    let reason = text_of(&manifest["shortfalls"][0], "reason");
    assert!(!reason.is_empty());
    let figures = page.named("figure");
    let grid = figures
        .iter()
        .find(|one| one.attribute("id") == Some("plot-grid-1"))
        .expect("the grid");
    let captions = grid.named("figcaption");
    let said = captions[0].text();
    assert!(
        said.contains(&format!("of 5,000): {reason}; mended by a smaller size")),
        "{said}"
    );
}

/// A sum of a command's counts, of rows that have such a value.
fn summed(rows: &[Value], count: &str, is: impl Fn(&Value) -> bool) -> u64 {
    let those = rows.iter().filter(|row| is(row));
    those.filter_map(|row| row[count].as_u64()).sum()
}

#[test]
fn an_effect_of_size_says_of_how_many_kinds_of_set_it_is_and_why_not_of_all() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(90)));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nname = 'few'\nsize = [5, 10, 20]\n\
         [[grid]]\nname = 'many'\nsize = [5, 10, 20, 40]\n",
    );
    place.run("out", &[]).ends(0);
    place.evaluate_trained(&[]);
    let page = evaluation_page(&place);
    let rows = cells(&page, "Effects, in points");
    let of = |name: &str| {
        let row = rows.iter().find(|row| row[0] == "size" && row[1] == name);
        row.unwrap_or_else(|| panic!("{name}: {rows:?}"))[3].clone()
    };
    assert_eq!(of("10 - 5"), "2 of 2");
    // The ends of the smaller grid, and neither neighbours nor the ends of the larger.
    let some = of("20 - 5");
    assert!(
        some.starts_with("1 of 2: few: ") && some.contains("neither neighbours nor the ends"),
        "{some}"
    );
    let tiers = cells(&page, "Score by tier of difficulty");
    let commands = section(&page, "tiers").named("code");
    let mut typed = commands.iter().map(|code| code.text());
    let command = typed.rfind(|typed| typed.contains("question"));
    let shown = shown(&place, &command.expect("a command"));
    for row in &tiers[1..] {
        let tier = match row[0].as_str() {
            "extremely hard (exh)" => "exh",
            tier => tier,
        };
        let named: BTreeSet<&str> = row[3].split(", ").collect();
        let those = shown.iter().filter(|one| text_of(one, "tier") == tier);
        let expected: BTreeSet<&str> = those.map(|one| text_of(one, "question")).collect();
        assert_eq!(named, expected, "{row:?}");
        assert_eq!(number(&row[2]), named.len() as u64, "{row:?}");
    }
}

#[test]
fn an_audit_says_the_score_of_each_source_and_which_styles_are_guessed() {
    let place = Place::new();
    let row = |at: u64, right: bool| {
        let said = if right { at + 1 } else { at + 7 };
        let response = format!(
            "<think>\nOkay, so {at}. Wait, let me check.\n</think>\n\nIt is \\boxed{{{said}}}."
        );
        json!({ "problem": format!("What is {at}+1?"), "answer": (at + 1).to_string(), "response": response })
    };
    let rows: Vec<Value> = (0..20).map(|at| row(at, at % 4 != 0)).collect();
    place.write("plain.jsonl", jsonl(&rows));
    let arguments = [
        "audit",
        "plain.jsonl",
        "--tokenizer",
        "bytes.json",
        "--out",
        "audited",
        "--pool",
        "pool",
        "--report",
    ];
    place.gradatim(&arguments).ends(0);
    let page = std::fs::read_to_string(place.path("audited.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    let scores = cells(&page, "Score by source");
    let row = &scores[1];
    assert_eq!(
        [&row[1], &row[2], &row[3]],
        ["20", "15", "75.0 %"],
        "{scores:?}"
    );
    let command = row.last().expect("a command");
    let told = shown(&place, command);
    assert_eq!(
        summed(&told, "trajectories", |row| row["verdict"] == "correct"),
        15
    );
    let styles = cells(&page, "By style");
    assert!(
        styles[1..]
            .iter()
            .all(|row| row[0].ends_with("(guessed from the text)")),
        "{styles:?}"
    );
    // A style that the pipeline names is none.
    let named = Place::new();
    named.write("data/a.jsonl", jsonl(&openr1_rows(20)));
    named.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5]\n",
    );
    named.run("out", &[]).ends(0);
    let page = page_of(&named, "out");
    let styles = cells(&page, "By style");
    assert!(
        styles[1..].iter().all(|row| !row[0].contains("guessed")),
        "{styles:?}"
    );
}

#[test]
fn a_tenth_s_command_shows_exactly_its_numbers() {
    let place = disputed();
    let page = page_of(&place, "out");
    let tenths = cells(&page, "Kept, by tenth of length");
    assert!(tenths.len() > 9, "{tenths:?}");
    for row in &tenths[1..] {
        let told = shown(&place, row.last().expect("a command"));
        let all = summed(&told, "trajectories", |_| true);
        let kept = summed(&told, "trajectories", |row| row["fate"] == "kept");
        assert_eq!([number(&row[2]), number(&row[3])], [all, kept], "{row:?}");
    }
}

#[test]
fn a_short_cell_names_the_key_and_value_that_fill_it_and_its_reason_once() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(60)));
    let pipeline = |bucket: u64| {
        format!(
            "on_shortfall = 'skip'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\n\
             category = ['algebra', 'geometry', 'nowhere']\nsize = [2]\n[grid.length]\nrule = ['short', 'long']\nbucket = {bucket}\n"
        )
    };
    place.write("pipeline.toml", pipeline(1000));
    place.run("out", &[]).ends(0);
    let page = page_of(&place, "out");
    let rows = cells(&page, "Each cell: the problems");
    let at = |head: &str| {
        rows[0]
            .iter()
            .position(|one| one == head)
            .expect("a column")
    };
    let mut buckets = Vec::new();
    for row in &rows[1..] {
        let command = &row[at("see")];
        match row[at("category")].as_str() {
            "nowhere" => assert_eq!(command, "", "nothing is there to show"),
            _ => assert!(!shown(&place, command).is_empty(), "{row:?}"),
        }
        if let Some((_, value)) = row[at("to fill it")].split_once("bucket = ") {
            buckets.push(number(value.trim_end_matches('`')));
        }
    }
    assert_eq!(buckets.len(), 4, "{rows:?}");
    let captions = section(&page, "grid").named("figcaption");
    let said = captions[0].text();
    assert_eq!(said.matches("short and long overlap").count(), 1, "{said}");
    assert!(
        found(&page, "grid").contains("[grid.length] bucket"),
        "{}",
        found(&page, "grid")
    );
    // With the value all cells that there is something for are filled.
    let least = buckets.into_iter().min().expect("a value");
    place.write("pipeline.toml", pipeline(least));
    place.run("filled", &[]).ends(0);
    let sets = place.out("filled").selection();
    let filled = sets
        .keys()
        .filter(|name| name.starts_with("algebra-") || name.starts_with("geometry-"));
    assert_eq!(filled.count(), 4, "{:?}", sets.keys());
}

#[test]
fn what_makes_a_folder_again_is_known_where_its_sources_are_found() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(20)));
    place.write(
        "pipelines/one.toml",
        "[sources.all]\nlayout = 'openr1'\npath = '../data'\n[measure]\ntokenizer = '../bytes.json'\n[[grid]]\nsize = [5]\n",
    );
    let arguments = [
        "run",
        "pipelines/one.toml",
        "--out",
        "out",
        "--pool",
        "pool",
        "--report",
    ];
    place.gradatim(&arguments).ends(0);
    let with_run = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    let page = page_of(&place, "out");
    let later = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    assert_eq!(
        with_run, later,
        "the run knows it, and who comes later finds it"
    );
    let commands = section(&page, "again").named("code");
    let typed = commands.iter().map(|code| code.text());
    let again = typed
        .into_iter()
        .find(|typed| typed.starts_with("gradatim run"))
        .expect("a command");
    assert!(again.ends_with(" --base pipelines"), "{again}");
    let words = shlex::split(&again).expect("words of a shell");
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    place
        .gradatim(&[&words[..], &["--pool", "pool"]].concat())
        .ends(0);
    assert_eq!(tree(&place.path("out")), tree(&place.path("again")));
    // Where nothing is found it says what is missing.
    std::fs::rename(place.path("data"), place.path("elsewhere")).expect("a folder moves");
    let page = page_of(&place, "out");
    let said = section(&page, "again").text();
    assert!(
        said.contains("--base DIR") && said.contains("not known here"),
        "{said}"
    );
}

#[test]
fn card_report_and_command_judge_each_pair_by_one_rule() {
    let place = Place::new();
    copy(&QUICKSTART.out.0, &place.path("out"));
    let page = page_of(&place, "out");
    let told = place.gradatim(&["balance", "out", "--json"]).ends(0).json();
    let count = |key: &str| told["summary"][key].as_u64().expect("a count");
    let said = found(&page, "balance");
    assert!(
        said.starts_with(&format!(
            "In {} of {} comparisons",
            count("unbalanced"),
            count("pairs")
        )),
        "{said}"
    );
    assert!(
        said.contains(&format!(". In {} they differ in", count("open"))),
        "{said}"
    );
    let card = std::fs::read_to_string(place.path("out/README.md")).expect("a card");
    for sentence in [
        format!(
            "- {} differ by more than that, and by 0.1 or more",
            count("unbalanced")
        ),
        format!(
            "- {} differ by as much in something that nothing holds alike",
            count("open")
        ),
    ] {
        assert!(card.contains(&sentence), "{sentence}");
    }
    assert!(count("open") > 0 && count("unbalanced") < count("pairs"));
}

/// Sums of which every fourth is wrong, without a column that anybody would read as a label.
fn sums() -> Vec<Value> {
    let row = |at: u64| {
        let said = if at.is_multiple_of(4) { at + 7 } else { at + 1 };
        let response = format!(
            "<think>\nOkay, so {at}. Wait, let me check.\n</think>\n\nIt is \\boxed{{{said}}}."
        );
        json!({
            "problem": format!("What is {at}+1?"), "answer": (at + 1).to_string(), "response": response,
            "eval_result": "none", "model": if at < 12 { "deepseek-r1" } else { "qwq" },
        })
    };
    (0..20).map(row).collect()
}

fn audited(place: &Place, data: &str) -> Element {
    let all = ["audit", data, "--tokenizer", "bytes.json", "--pool", "pool"];
    let written = ["--out", "audited", "--report"];
    place.gradatim(&[&all[..], &written].concat()).ends(0);
    let page = std::fs::read_to_string(place.path("audited.report.html")).expect("a page");
    parse(&page).unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn an_audit_s_page_names_its_data_its_columns_its_label_its_model_and_its_command() {
    let place = Place::new();
    place.write("data/sums.jsonl", jsonl(&sums()));
    let page = audited(&place, "data/sums.jsonl");
    assert_eq!(page.named("h1")[0].text(), "An audit of data/sums.jsonl");
    let glance = section(&page, "glance").text();
    for told in [
        "problem as problem",
        "response as response",
        "answer as gold answer",
        "eval_result",
        "no column was read as a label",
        "deepseek-r1 (12 rows), qwq (8 rows)",
    ] {
        assert!(glance.contains(told), "{told}: {glance}");
    }
    let (_, unread) = glance.split_once("; not read: ").expect("what is not read");
    let unread = unread.split("Label").next().unwrap_or_default();
    let unread: BTreeSet<&str> = unread.split(", ").collect();
    assert_eq!(unread, BTreeSet::from(["eval_result", "model"]));
    assert!(
        found(&page, "behaviours").starts_with("Not measured"),
        "{}",
        found(&page, "behaviours")
    );
    let fates = section(&page, "fates").text();
    assert!(
        !fates.contains("'dropped'") && !fates.contains("Dropped"),
        "{fates}"
    );
    // The command makes the same folder again.
    let again = section(&page, "again").named("code").into_iter();
    let typed: Vec<String> = again.map(Element::text).collect();
    let command = typed.iter().find(|words| words.contains("--out again"));
    let command = command.unwrap_or_else(|| panic!("{typed:?}"));
    assert_eq!(
        command,
        "gradatim audit data/sums.jsonl --tokenizer bytes.json --out again"
    );
    let words = shlex::split(command).expect("words of a shell");
    let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
    place
        .gradatim(&[&words[..], &["--pool", "pool"]].concat())
        .ends(0);
    assert_eq!(tree(&place.path("audited")), tree(&place.path("again")));
    let later = page_of(&place, "audited");
    assert_eq!(
        later.text(),
        page.text(),
        "a page that is made later says the same"
    );
    // Where the data is gone, what is missing is said.
    std::fs::rename(place.path("data"), place.path("elsewhere")).expect("a folder moves");
    let later = section(&page_of(&place, "audited"), "again").text();
    assert!(later.contains("which is not known here"), "{later}");
}

#[test]
fn each_command_beside_a_finding_or_a_benchmark_gives_that_number_and_what_is_wrong_is_told() {
    let place = Place::new();
    let mut rows = sums();
    // Of one problem two gold answers, both missed: each row is told with its own.
    for (gold, said) in [("5", "6"), ("7", "8")] {
        rows.push(json!({
            "problem": "How many are left?", "answer": gold, "eval_result": "none", "model": "qwq",
            "response": format!("<think>\nHm.\n</think>\n\nIt is \\boxed{{{said}}}."),
        }));
    }
    rows.extend((0..30).map(|at| {
        json!({
            "problem": "Find the sum of all integer bases $b > 9$ for which $17_b$ is a divisor of $97_b$.", "answer": "70",
            "response": format!("<think>\nSo {at}.\n</think>\n\nIt is \\boxed{{70}}."), "eval_result": "none", "model": "qwq",
        })
    }));
    place.write("rows.jsonl", jsonl(&rows));
    let page = audited(&place, "rows.jsonl");
    let findings = cells(&page, "Findings, by how many rows");
    let mut most = 0;
    for row in &findings[1..] {
        let told = shown(&place, row.last().expect("a command"));
        assert_eq!(number(&row[3]), told.len() as u64, "{row:?}");
        most = most.max(told.len());
    }
    assert!(most > 20, "{findings:?}");
    let is_wrong = |row: &&Vec<String>| row[0] == "wrong";
    let wrong = findings.iter().find(is_wrong).expect("wrong answers");
    let told: BTreeSet<String> = shown(&place, wrong.last().expect("a command"))
        .iter()
        .map(|row| text_of(row, "told").to_owned())
        .collect();
    let every_fourth = (0..20u64).step_by(4);
    let mut expected: BTreeSet<String> = every_fourth
        .map(|at| format!("gold {}, answered {}", at + 1, at + 7))
        .collect();
    expected.extend(["gold 5, answered 6", "gold 7, answered 8"].map(str::to_owned));
    assert_eq!(told, expected);
    let benchmarks = cells(&page, "Items of each benchmark");
    let mut met = 0;
    for row in &benchmarks[1..] {
        let told = shown(&place, row.last().expect("a command"));
        let counts = &row[2..row.len() - 1];
        let sum: u64 = counts.iter().map(|count| number(count)).sum();
        assert_eq!(summed(&told, "items", |_| true), sum, "{row:?}");
        assert_eq!(
            summed(&told, "items", |way| way["closest"] == "1 the same"),
            number(&row[2]),
            "{row:?}"
        );
        met += sum;
    }
    assert!(met > 0, "{benchmarks:?}");
}

#[test]
fn a_dispute_whose_source_is_gone_says_so_once_and_keeps_its_gold_answer() {
    let place = Place::new();
    let mut rows = openr1_rows(30);
    for row in &mut rows {
        let count = row["generations"].as_array().expect("replies").len();
        row["correctness_math_verify"] = json!(vec![false; count]);
        row["correctness_llama"] = json!(vec![false; count]);
    }
    place.write("data/a.jsonl", jsonl(&rows));
    let page = audited(&place, "data");
    let told = section(&page, "disputes").text();
    assert!(
        !told.contains("is not shown"),
        "the texts are at hand: {told}"
    );
    std::fs::rename(place.path("data"), place.path("elsewhere")).expect("a folder moves");
    let page = page_of(&place, "audited");
    let disputes = section(&page, "disputes");
    assert_eq!(
        disputes.text().matches("the response is not shown").count(),
        1
    );
    assert_eq!(disputes.text().matches("no set holds them").count(), 1);
    let golds: BTreeMap<String, String> = place
        .out("audited")
        .ledger()
        .iter()
        .map(|row| {
            let gold = &rows[row["row"].as_u64().expect("a row") as usize]["answer"];
            (
                text(row, "trajectory_id").to_owned(),
                gold.as_str().expect("a gold").to_owned(),
            )
        })
        .collect();
    let articles = disputes.named("article");
    assert!(!articles.is_empty());
    for article in articles {
        let of = article.attribute("aria-label").expect("a name");
        let id = of.trim_start_matches("trajectory ");
        let gold = golds.iter().find(|(known, _)| known.starts_with(id));
        let parts = article.named("div").into_iter();
        let mut parts = parts.filter(|part| part.attribute("class") == Some("part"));
        let part = parts.find(|part| part.text().starts_with("Gold answer"));
        let part = part.unwrap_or_else(|| panic!("{}", article.text())).text();
        let (_, gold) = gold.expect("its row");
        assert!(part.ends_with(gold.as_str()), "{part} {gold}");
    }
}

#[test]
fn a_style_that_the_text_does_not_sound_like_is_counted_with_its_rows() {
    let place = Place::new();
    // All texts sound alike, so that of four known names one is right; the fifth no text is told by.
    let names = ["r1", "gemini", "human", "other", "qwq"];
    let mut rows = sums();
    for (row, name) in rows.iter_mut().zip(names.iter().cycle()) {
        row["style"] = json!(name);
    }
    place.write("data/sums.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.sums]\nlayout = 'columns'\npath = 'data'\n[sources.sums.columns]\nproblem = 'problem'\nresponse = \
         'response'\nanswer = 'answer'\nstyle = 'style'\n",
    );
    let page = audited(&place, "pipeline.toml");
    let said = found(&page, "styles");
    assert_eq!(
        said,
        "The text of 12 of 16 trajectories whose style is named sounds like another style (75.0 %); of 4 it has a name that no \
         text is told by."
    );
    let commands = section(&page, "styles").named("code").into_iter();
    let mut typed = commands.map(Element::text);
    let command = typed.find(|words| words.contains("style_source <> style_text"));
    assert_eq!(shown(&place, &command.expect("a command")).len(), 12);
    let pairs = cells(&page, "Trajectories by the style");
    for pair in &pairs[1..] {
        let told = shown(&place, pair.last().expect("a command"));
        assert_eq!(number(&pair[2]), told.len() as u64, "{pair:?}");
    }
}

/// Where a head stands in a table.
fn column(rows: &[Vec<String>], head: &str) -> usize {
    let mut heads = rows[0].iter();
    heads
        .position(|one| one == head)
        .unwrap_or_else(|| panic!("no column `{head}`: {:?}", rows[0]))
}

/// Whether a whole number is the value that a share of ascending ones lies at or below, between two interpolated, to the
/// nearest whole.
#[track_caller]
fn is_quantile(told: u64, sorted: &[u64], share: f64) {
    let place = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[place as usize], sorted[place.ceil() as usize]);
    let exact = low as f64 + (high - low) as f64 * place.fract();
    assert!((told as f64 - exact).abs() < 0.500_1, "{told}, not {exact}");
}

const SHARES: [f64; 3] = [0.5, 0.9, 0.95];

/// Tokens of the rows of the ledger that are meant, ascending.
fn tokens_of(ledger: &[Value], is: impl Fn(&Value) -> bool) -> Vec<u64> {
    let those = ledger.iter().filter(|row| is(row));
    let mut tokens: Vec<u64> = those.filter_map(|row| row["tokens"].as_u64()).collect();
    tokens.sort_unstable();
    tokens
}

#[test]
fn every_reason_s_command_gives_its_number_and_every_length_s_all_of_its_row() {
    let place = disputed();
    let page = page_of(&place, "out");
    let fates = cells(&page, "Entries by what became of them");
    assert!(fates.len() > 3, "{fates:?}");
    for row in &fates[1..] {
        let told = shown(&place, &row[5]);
        assert!(!told.is_empty() && told.len() <= 20);
        for one in &told {
            assert_eq!(one["entries"].as_u64(), Some(number(&row[3])), "{row:?}");
        }
    }
    let ledger = place.out("out").ledger();
    let lengths = cells(&page, "By category of the problem: tokens");
    let [median, p90, p95] = ["median", "p90", "p95"].map(|head| column(&lengths, head));
    for row in &lengths[1..] {
        let tokens = tokens_of(&ledger, |one| {
            text_of(one, "problem_category") == row[0] && text_of(one, "fate") == row[1]
        });
        let told = &shown(&place, row.last().expect("a command"))[0];
        let of = |key: &str| told[key].as_f64().expect("a number").round() as u64;
        for ((at, key), share) in [(median, "median"), (p90, "p90"), (p95, "p95")]
            .into_iter()
            .zip(SHARES)
        {
            is_quantile(number(&row[at]), &tokens, share);
            assert_eq!(number(&row[at]), of(key), "{row:?}");
        }
        assert_eq!(of("trajectories"), tokens.len() as u64);
        assert_eq!(of("longest"), tokens[tokens.len() - 1]);
    }
    // A drawing has the same median.
    let figures = page.named("figure").into_iter();
    let drawing = figures
        .filter(|one| one.attribute("id") == Some("plot-tokens"))
        .map(Element::text)
        .collect::<String>();
    let (_, told) = drawing.split_once("median ").expect("its median");
    let told = told.split_once('.').expect("its end").0;
    is_quantile(number(told), &tokens_of(&ledger, |_| true), 0.5);
}

#[test]
fn a_mix_that_is_short_names_its_smallest_category_and_the_bucket_that_fills_it() {
    let place = Place::new();
    // Of algebra six times as many as of the smallest.
    let mut rows = openr1_rows(120);
    for row in rows
        .iter_mut()
        .filter(|row| row["problem_type"] != "Calculus")
    {
        let of = row["problem"].as_str().map_or(0, str::len) % 2;
        if of == 0 {
            row["problem_type"] = json!("Algebra");
        }
    }
    place.write("data/a.jsonl", jsonl(&rows));
    let pipeline = |bucket: u64, rule: &str| {
        format!(
            "on_shortfall = 'skip'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\n\
             category = ['diverse']\nsize = [7]\n[grid.length]\nbucket = {bucket}\n{rule}\n"
        )
    };
    let rules = [
        ("rule = ['short', 'long']", "overlap", 2),
        ("rule = ['long']\nbucket_share_max = 0.4", "bucket_share", 1),
    ];
    for (rule, lack, sets) in rules {
        place.write("pipeline.toml", pipeline(30, rule));
        place.run(lack, &[]).ends(0);
        let ledger = place.out(lack).ledger();
        let mut problems: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for row in ledger.iter().filter(|row| row["fate"] == "kept") {
            let of = problems.entry(text(row, "problem_category")).or_default();
            of.insert(text(row, "problem_id"));
        }
        let counts = problems.iter().map(|(name, of)| (*name, of.len() as u64));
        let (name, fewest) = counts.min_by_key(|(_, count)| *count).expect("categories");
        assert!(
            problems["algebra"].len() as u64 > 3 * fewest,
            "{problems:?}"
        );
        let manifest = place.out(lack).manifest();
        let told = &manifest["shortfalls"][0]["lack"][lack];
        assert_eq!(told["problems"], fewest, "{told}");
        let page = page_of(&place, lack);
        let rows = cells(&page, "Each cell: the problems");
        let [fill, standing] = ["to fill it", "standing"].map(|head| column(&rows, head));
        for row in &rows[1..] {
            let begin = match lack {
                "overlap" => format!(
                    "1 of 1 set left out; {} has {fewest} of the 60 problems that two buckets take: ",
                    text(told, "category")
                ),
                _ => "1 of 1 set left out: ".to_owned(),
            };
            assert!(row[standing].starts_with(&begin), "{row:?}");
            assert!(
                row[standing].contains(text(told, "category")),
                "{row:?} {name}"
            );
        }
        let (_, bucket) = rows[1][fill].split_once("bucket = ").expect("a value");
        let bucket = number(bucket.trim_end_matches('`'));
        assert!(bucket <= fewest / 2 && bucket > 0, "{bucket} of {fewest}");
        let made_with = |bucket: u64, out: &str| {
            let out = format!("{lack}-{out}");
            place.write("pipeline.toml", pipeline(bucket, rule));
            place.run(&out, &[]).ends(0);
            let sets = place.out(&out).selection().into_keys();
            sets.filter(|name| name.starts_with("diverse-")).count()
        };
        assert_eq!(
            [made_with(bucket, "filled"), made_with(fewest, "beyond")],
            [sets, 0]
        );
    }
}

/// A run whose controls have as many tokens as their sets, beside one whose controls have as many rows.
fn controlled() -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(200)));
    let grid = |name: &str, tokens: &str| {
        format!(
            "[[grid]]\nname = '{name}'\nsize = [10, 20]\ndraws = 2\n[grid.length]\nrule = ['normal', 'long']\nbucket = 60\nwithin = \
             'pool'\n[grid.control]\nrandom = 2\nmatched = true\n{tokens}"
        )
    };
    place.write(
        "pipeline.toml",
        format!(
            "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n{}{}",
            grid("rows", ""),
            grid("tokens", "tokens = 'equal'\n")
        ),
    );
    place.run("out", &[]).ends(0);
    place
}

#[test]
fn a_kind_of_control_says_what_is_equal_and_its_command_lists_its_comparisons() {
    let place = controlled();
    let page = page_of(&place, "out");
    let manifest = place.out("out").manifest();
    let subsets = manifest["subsets"].as_array().expect("sets");
    let unit = |name: &str| {
        let mut all = subsets.iter();
        text(all.find(|one| one["name"] == name).expect("a set"), "unit").to_owned()
    };
    let kinds = cells(&page, "Comparisons by kind of control");
    let [means, comparisons] = ["means", "comparisons"].map(|head| column(&kinds, head));
    let differ = column(&kinds, "that differ in it");
    let mut seen = BTreeSet::new();
    for row in &kinds[1..] {
        let told = shown(&place, row.last().expect("a command"));
        assert_eq!(told.len() as u64, number(&row[comparisons]), "{row:?}");
        let apart = told
            .iter()
            .filter(|one| one["differ_in"].as_u64() > Some(0));
        assert_eq!(apart.count() as u64, number(&row[differ]), "{row:?}");
        let units: BTreeSet<String> = told.iter().map(|one| unit(text(one, "control"))).collect();
        let is_equal_in_tokens = row[means].contains("tokens");
        let expected = if is_equal_in_tokens {
            "tokens_reached"
        } else {
            "rows"
        };
        assert_eq!(units, BTreeSet::from([expected.to_owned()]), "{row:?}");
        seen.insert((row[0].clone(), is_equal_in_tokens));
    }
    assert_eq!(seen.len(), 4, "{kinds:?}");
}

#[test]
fn page_and_table_of_balance_count_alike_and_lengths_by_design_are_told() {
    let place = controlled();
    let page = page_of(&place, "out");
    let balance = table(&place.out("out").run("balance.parquet"));
    let counts = |line: &&Value| {
        line["large"] == true && line["beyond_chance"] == true && line["smd"].is_number()
    };
    let pairs = |meant: &str| {
        let lines = balance.iter().filter(counts);
        let lines = lines.filter(|line| text(line, "meant") == meant);
        lines
            .map(|line| (text(line, "subset"), text(line, "control")))
            .collect::<BTreeSet<_>>()
            .len()
    };
    let said = found(&page, "balance");
    assert!(
        said.starts_with(&format!("In {} of ", pairs("alike"))),
        "{said}"
    );
    assert!(
        said.contains(&format!(". In {} they differ in", pairs("open"))),
        "{said}"
    );
    let rows = cells(&page, "Where sets differ in tokens by design");
    let heads = ["least", "median", "most", "comparisons"].map(|head| column(&rows, head));
    assert!(rows.len() > 2, "{rows:?}");
    for row in &rows[1..] {
        let reached = row[1] == "tokens";
        let of = balance.iter().filter(|line| {
            let name = text(line, "subset");
            text(line, "variable") == "tokens"
                && text(line, "relation") == row[0]
                && name.starts_with("tokens") == reached
                && name.contains(&format!("-{}-", row[2]))
        });
        let mut smds: Vec<f64> = of.filter_map(|line| line["smd"].as_f64()).collect();
        smds.sort_by(f64::total_cmp);
        let middle = f64::midpoint(smds[(smds.len() - 1) / 2], smds[smds.len() / 2]);
        let expected = [smds[0], middle, smds[smds.len() - 1]].map(|smd| format!("{smd:.2}"));
        assert_eq!(
            [0, 1, 2].map(|at| row[heads[at]].clone()),
            expected,
            "{row:?}"
        );
        assert_eq!(number(&row[heads[3]]), smds.len() as u64);
        assert!(row[2] == "long" && smds[0] > 0.0, "{row:?}");
    }
}

#[test]
fn what_a_set_shares_with_its_own_control_and_what_lengths_mean_is_told_in_numbers() {
    let place = controlled();
    let page = page_of(&place, "out");
    let out = place.out("out");
    let selection = out.selection();
    let manifest = out.manifest();
    let problems = |name: &str| -> BTreeSet<&str> {
        let rows = selection[name].iter();
        rows.map(|(_, problem)| problem.as_str()).collect()
    };
    let subsets = manifest["subsets"].as_array().expect("sets");
    let rows = cells(&page, "What a set shares with its own control");
    let heads = ["comparisons", "that share nothing", "median", "most"];
    let heads = heads.map(|head| column(&rows, head));
    assert_eq!(rows.len(), 3, "{rows:?}");
    for row in &rows[1..] {
        let of_kind = subsets.iter().filter(|one| text(one, "role") == row[0]);
        let mut shares: Vec<f64> = of_kind
            .flat_map(|control| {
                let own = control["control_of"].as_array().expect("sets").iter();
                own.map(|set| {
                    let set = problems(set.as_str().expect("a name"));
                    let control = problems(text(control, "name"));
                    set.intersection(&control).count() as f64 / set.len() as f64
                })
            })
            .collect();
        shares.sort_by(f64::total_cmp);
        let nothing = shares.iter().filter(|share| **share == 0.0).count() as u64;
        assert_eq!(number(&row[heads[0]]), shares.len() as u64, "{row:?}");
        assert_eq!(number(&row[heads[1]]), nothing, "{row:?}");
        let middle = f64::midpoint(shares[(shares.len() - 1) / 2], shares[shares.len() / 2]);
        for (head, share) in [(heads[2], middle), (heads[3], shares[shares.len() - 1])] {
            let shown: f64 = row[head].trim_end_matches(" %").parse().expect("a share");
            assert!((shown - 100.0 * share).abs() < 0.051, "{row:?}: {share}");
        }
        let told = shown(&place, row.last().expect("a command"));
        assert_eq!(told.len(), shares.len());
        let most = told[0]["share"].as_f64().expect("a share");
        assert!((most - shares[shares.len() - 1]).abs() < 1e-9);
    }
    let draws = cells(&page, "What two draws of one set share");
    assert!(draws.len() > 8, "{draws:?}");
    for row in &draws[1..] {
        let of = row[0].rsplit_once('-').expect("a control, or a size");
        let named = |draw: u32| match of.1.parse::<u64>() {
            Ok(_) => format!("{}-d{draw}", row[0]),
            Err(_) => format!("{}-d{draw}-{}", of.0, of.1),
        };
        let [a, b] = [0, 1].map(named);
        assert_eq!(number(&row[1]), 2, "{row:?}");
        let (a, b) = (problems(&a), problems(&b));
        let share = 100.0 * a.intersection(&b).count() as f64 / a.len() as f64;
        for shown in &row[4..6] {
            let shown: f64 = shown.trim_end_matches(" %").parse().expect("a share");
            assert!((shown - share).abs() < 0.051, "{row:?}: {share}");
        }
    }
    let ledger = out.ledger();
    let lengths = cells(&page, "What the lengths mean");
    let [fewest, most] = ["fewest", "most"].map(|head| column(&lengths, head));
    for row in &lengths[1..] {
        let begin = format!("{}-all-{}-", row[0], row[1]);
        let names = subsets
            .iter()
            .filter(|one| text(one, "role") == "subset" && text(one, "name").starts_with(&begin));
        let ids: BTreeSet<&str> = names
            .flat_map(|one| {
                selection[text(one, "name")]
                    .iter()
                    .map(|(id, _)| id.as_str())
            })
            .collect();
        let tokens = tokens_of(&ledger, |one| ids.contains(text_of(one, "trajectory_id")));
        let ends = [tokens[0], tokens[tokens.len() - 1]];
        assert_eq!([fewest, most].map(|at| number(&row[at])), ends, "{row:?}");
    }
    assert_eq!(lengths.len(), 5, "{lengths:?}");
}

#[test]
fn at_a_glance_stand_problems_with_their_trajectories_tokens_and_origins() {
    let place = disputed();
    let page = page_of(&place, "out");
    let out = place.out("out");
    let (ledger, selection) = (out.ledger(), out.selection());
    let pairs = |is: &dyn Fn(&Value) -> bool| -> BTreeSet<(String, String)> {
        let those = ledger
            .iter()
            .filter(|row| row["trajectory_id"].is_string() && is(row));
        those
            .map(|row| {
                (
                    text(row, "problem_id").to_owned(),
                    text(row, "trajectory_id").to_owned(),
                )
            })
            .collect()
    };
    let selected = selection
        .values()
        .flatten()
        .map(|(id, problem)| (problem.clone(), id.clone()))
        .collect();
    let expected = [
        pairs(&|_| true),
        pairs(&|row| row["fate"] == "kept"),
        selected,
    ];
    let rows = cells(&page, "Problems and their trajectories");
    assert_eq!(rows.len(), 1 + expected.len());
    for (row, pairs) in rows[1..].iter().zip(expected) {
        let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
        for (problem, _) in &pairs {
            *counts.entry(problem).or_default() += 1;
        }
        let (all, problems) = (pairs.len() as u64, counts.len() as u64);
        let most = counts.values().max().copied().unwrap_or_default();
        assert_eq!(
            [1, 2, 4].map(|at| number(&row[at])),
            [all, problems, most],
            "{row:?}"
        );
        assert_eq!(
            row[3],
            format!("{:.2}", all as f64 / problems as f64),
            "{row:?}"
        );
        let told = &shown(&place, row.last().expect("a command"))[0];
        assert_eq!(told["trajectories"].as_u64(), Some(all));
    }
    let kept = tokens_of(&ledger, |row| row["fate"] == "kept");
    let rows = cells(&page, "Tokens of what was kept");
    let sum = kept.iter().sum::<u64>();
    let told = [1, 2, 3, 4, 5].map(|at| number(&rows[1][at]));
    assert_eq!(told[..2], [kept.len() as u64, sum]);
    for (told, share) in told[2..].iter().zip(SHARES) {
        is_quantile(*told, &kept, share);
    }
    let origins = cells(&page, "By origin");
    assert!(origins.len() > 2, "{origins:?}");
    for row in &origins[1..] {
        let of: Vec<&Value> = ledger
            .iter()
            .filter(|one| text_of(one, "origin") == row[0])
            .collect();
        let kept = of.iter().filter(|one| one["fate"] == "kept").count() as u64;
        assert_eq!(
            [1, 2].map(|at| number(&row[at])),
            [of.len() as u64, kept],
            "{row:?}"
        );
    }
    let said = section(&page, "glance").text();
    assert!(
        said.contains("No column that was read names the model"),
        "{said}"
    );
}
