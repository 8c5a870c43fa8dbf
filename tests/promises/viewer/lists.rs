//! Lists: every entry once, in the order that is asked for, and what is asked for alone; and a link is never dead.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Value, json};

use super::client::{Viewer, attributes, encoded, plain, value_of};
use super::made;
use crate::support::{Place, jsonl, text};

/// The entries of a list, by the place that their links name, over all its pages.
fn places(viewer: &Viewer, asked: &str) -> Vec<String> {
    let mut places = Vec::new();
    for page in 1.. {
        let answer = viewer.get(&format!("{}/rows?{asked}&page={page}", viewer.base));
        if answer.status == 404 {
            break;
        }
        assert_eq!(answer.status, 200, "{asked}: {}", answer.body);
        let links = attributes(&answer.body, "href");
        let rows = links.iter().filter(|link| link.contains("/row/"));
        let found: Vec<String> = rows.filter_map(|link| value_of(link, "at")).collect();
        if found.is_empty() {
            break;
        }
        places.extend(found);
    }
    places
}

/// The place of a row of the ledger, as addresses have it.
fn place_of(row: &Value) -> String {
    let generation = row["generation"]
        .as_u64()
        .map_or(String::new(), |number| number.to_string());
    format!(
        "{}/{}:{}:{generation}",
        text(row, "source"),
        text(row, "file"),
        row["row"]
    )
}

fn sorted(mut places: Vec<String>) -> Vec<String> {
    places.sort_unstable();
    places
}

#[test]
fn the_pages_of_a_list_hold_every_entry_that_is_asked_for_once() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    assert!(ledger.len() > 200);
    let of = |is_asked: &dyn Fn(&Value) -> bool| {
        sorted(
            ledger
                .iter()
                .filter(|row| is_asked(row))
                .map(place_of)
                .collect(),
        )
    };
    let tokens = |row: &Value| row["tokens"].as_u64();
    type Asked<'a> = &'a dyn Fn(&Value) -> bool;
    let cases: [(&str, Asked<'_>); 9] = [
        ("", &|_| true),
        ("fate=dropped", &|row| row["fate"] == "dropped"),
        ("reason=duplicate", &|row| row["reason"] == "duplicate"),
        ("category=geometry", &|row| {
            row["problem_category"] == "geometry"
        }),
        ("tokens_min=200&tokens_max=300", &|row| {
            tokens(row).is_some_and(|n| (200..=300).contains(&n))
        }),
        (
            "where=tokens%20%3C%20250&where=category%20!%3D%20algebra",
            &|row| {
                tokens(row).is_some_and(|n| n < 250)
                    && row["category"]
                        .as_str()
                        .is_some_and(|name| name != "algebra")
            },
        ),
        ("where=recorded_rule%20%3D%20no", &|row| {
            row["recorded_rule"] == false
        }),
        ("where=trajectory_id%20is%20null", &|row| {
            row["trajectory_id"].is_null()
        }),
        ("where=source_id%20~%20OF%20WHAT", &|row| {
            row["source_id"]
                .as_str()
                .is_some_and(|id| id.to_lowercase().contains("of what"))
        }),
    ];
    for (asked, is_asked) in cases {
        let expected = of(is_asked);
        assert!(!expected.is_empty(), "{asked}");
        assert_eq!(sorted(places(&viewer, asked)), expected, "{asked}");
    }
}

#[test]
fn a_subset_has_its_rows_in_order_of_rank() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let out = place.out("out");
    let ledger = out.ledger();
    for (subset, selected) in out.selection() {
        let kept = |id: &String| {
            let is_it = |row: &&Value| row["trajectory_id"] == json!(id) && row["fate"] == "kept";
            place_of(
                ledger
                    .iter()
                    .find(is_it)
                    .expect("what is selected was kept"),
            )
        };
        let expected: Vec<String> = selected.iter().map(|(id, _)| kept(id)).collect();
        assert_eq!(
            places(&viewer, &format!("subset={}", encoded(&subset))),
            expected,
            "{subset}"
        );
    }
}

#[test]
fn a_list_is_sorted_by_any_column_and_what_is_unknown_comes_last() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    let row_at: BTreeMap<String, &Value> = ledger.iter().map(|row| (place_of(row), row)).collect();
    for column in ["tokens", "repeated_share", "verdict", "row"] {
        for is_falling in [false, true] {
            let order = if is_falling { "&desc=1" } else { "" };
            let found = places(&viewer, &format!("sort={column}{order}"));
            assert_eq!(found.len(), ledger.len());
            let values: Vec<&Value> = found.iter().map(|place| &row_at[place][column]).collect();
            let known: Vec<&Value> = values
                .iter()
                .copied()
                .filter(|value| !value.is_null())
                .collect();
            assert!(
                values[known.len()..].iter().all(|value| value.is_null()),
                "{column}"
            );
            let is_in_order = |pair: &[&Value]| {
                let (first, second) = if is_falling {
                    (pair[1], pair[0])
                } else {
                    (pair[0], pair[1])
                };
                match (first.as_f64(), second.as_f64()) {
                    (Some(first), Some(second)) => first <= second,
                    _ => first.as_str() <= second.as_str(),
                }
            };
            assert!(known.windows(2).all(is_in_order), "{column}{order}");
        }
    }
}

#[test]
fn what_cannot_be_asked_is_told_with_the_mending() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    for (asked, words) in [
        ("where=token%20%3E%205", "tokens"),
        ("where=tokens%20%3E%20many", "numbers"),
        ("sort=lengths", "no column"),
        ("sort=nosuch", "sort by trajectory_id"),
        ("sort=token", "did you mean `tokens`?"),
        ("subset=all-normal-11", "all-normal-10"),
        ("tokens_min=few", "whole number"),
        ("page=first", "whole number"),
    ] {
        let answer = viewer.get(&format!("{}/rows?{asked}", viewer.base));
        assert_eq!(answer.status, 400, "{asked}");
        assert!(
            answer.body.contains(words) && answer.body.contains("Hint"),
            "{asked}: {}",
            answer.body
        );
    }
    // An empty field of a form asks for nothing, and the address says so.
    let answer = viewer.get(&format!("{}/rows?fate=&q=&style=r1", viewer.base));
    assert_eq!(
        (answer.status, answer.headers["location"].as_str()),
        (303, format!("{}/rows?style=r1", viewer.base).as_str())
    );
}

#[test]
fn a_page_that_there_is_not_says_how_many_there_are_and_leads_to_the_last() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let all = place.out("out").ledger().len();
    let pages = all.div_ceil(50);
    for asked in ["page=999999", "page=99&tokens_min=1"] {
        let page = beyond(&viewer, &format!("rows?{asked}"));
        let last = attributes(&page, "href");
        let last = last
            .iter()
            .find(|link| link.contains("page=") && link.contains("/rows"));
        let last = viewer.get(last.expect("a way to the last")).body;
        assert!(last.contains("/row/") && !last.contains("this would be page"));
    }
    let page = beyond(&viewer, "rows?page=999999");
    assert!(page.contains(&format!("there are {pages} pages")), "{page}");
    let names: Vec<String> = place.out("out").selection().keys().cloned().collect();
    let (a, b) = (encoded(&names[0]), encoded(&names[1]));
    let problem = place.out("out").ledger();
    let problem = problem.iter().find_map(|row| row["problem_id"].as_str());
    for asked in [
        format!("compare?a={a}&b={b}&page=7000"),
        format!("problem/{}?page=7000", problem.expect("a problem")),
    ] {
        let page = beyond(&viewer, &asked);
        assert!(page.contains("this would be page 7,000"), "{asked}: {page}");
    }
}

/// A page of a list that there is not: it is not found, and says so.
fn beyond(viewer: &Viewer, asked: &str) -> String {
    let answer = viewer.get(&format!("{}/{asked}", viewer.base));
    assert_eq!(answer.status, 404, "{asked}: {}", answer.body);
    assert!(
        answer.body.contains("There is no such page"),
        "{}",
        answer.body
    );
    answer.body
}

#[test]
fn a_query_that_is_refused_stays_on_its_page() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    for sql in ["SELECT nosuch FROM ledger", "SELEC 1", "SELECT 'a' || 1 /"] {
        let answer = viewer.get(&format!("{}/sql?q={}", viewer.base, encoded(sql)));
        assert_eq!(answer.status, 400, "{sql}");
        let (_, area) = answer.body.split_once("<textarea").expect("a field");
        let (_, typed) = area.split_once('>').expect("its end");
        assert_eq!(plain(typed.split_once('<').expect("its end").0), sql);
        assert!(answer.body.contains("role=\"alert\""), "{}", answer.body);
    }
}

#[test]
fn a_folder_that_is_removed_or_replaced_while_it_is_served_is_said_to_be() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    viewer.page("");
    let (out, aside) = (place.path("out"), place.path("aside"));
    let told = |words: &str| {
        for page in ["", "rows", "sql?q=SELECT%201", "help"] {
            let answer = viewer.get(&format!("{}/{page}", viewer.base));
            assert_eq!(answer.status, 410, "{page}: {}", answer.body);
            assert!(
                answer.body.contains(words) && answer.body.contains("gradatim view"),
                "{}",
                answer.body
            );
        }
    };
    std::fs::rename(&out, &aside).expect("it is moved");
    told("was removed");
    place.run("out", &[]).ends(0);
    told("was replaced");
    std::fs::remove_dir_all(&out).expect("it is removed");
    std::fs::rename(&aside, &out).expect("it is moved back");
    viewer.page("rows");
}

#[test]
fn what_is_not_known_is_a_line_with_its_entries_behind_it() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    let unknown = ledger.iter().filter(|row| row["style"].is_null()).count();
    assert!(unknown > 0);
    let page = viewer.page("");
    assert!(
        page.contains("not known") && !page.contains("(none)"),
        "{page}"
    );
    let found = places(&viewer, "where=style%20is%20null");
    assert_eq!(found.len(), unknown);
    assert!(
        attributes(&page, "href")
            .iter()
            .any(|link| link.ends_with("where=style%20is%20null"))
    );
}

/// Follows links from the first page, so many of each kind of page.
fn followed(viewer: &Viewer, of_each: usize) -> BTreeMap<String, usize> {
    let mut known = BTreeSet::new();
    let mut asked: BTreeMap<String, usize> = BTreeMap::new();
    let mut open = VecDeque::from([format!("{}/", viewer.base)]);
    while let Some(address) = open.pop_front() {
        let path = address
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned();
        let kind = path.split('/').nth(2).unwrap_or_default().to_owned();
        let count = asked.entry(kind).or_default();
        if *count == of_each {
            continue;
        }
        *count += 1;
        let answer = viewer.get(&address);
        assert_eq!(answer.status, 200, "{address}: {}", answer.body);
        let links = attributes(&answer.body, "href")
            .into_iter()
            .chain(attributes(&answer.body, "src"));
        for link in links.filter(|link| !link.starts_with('#')) {
            assert!(
                link.starts_with(&format!("{}/", viewer.base)),
                "{address}: {link}"
            );
            if known.insert(link.clone()) {
                open.push_back(link);
            }
        }
    }
    asked
}

#[test]
fn every_link_leads_to_a_page() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let asked = followed(&viewer, 12);
    for kind in [
        "",
        "rows",
        "row",
        "problem",
        "compare",
        "sql",
        "help",
        "style.css",
        "viewer.js",
        "icon.svg",
    ] {
        assert!(asked.contains_key(kind), "{kind}: {asked:?}");
    }
}

#[test]
fn a_subset_stands_beside_its_control_with_its_numbers_and_rows() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let selection = place.out("out").selection();
    let control = selection.keys().find(|name| name.starts_with("random-10"));
    let control = control.expect("a control").clone();
    let page = viewer.page(&format!("compare?a=all-normal-10&b={control}&by=rank"));
    let links = attributes(&page, "href");
    for name in ["all-normal-10", control.as_str()] {
        for (id, _) in &selection[name] {
            assert!(
                links
                    .iter()
                    .any(|link| link.contains(&format!("/row/{id}"))),
                "{name}: {id}"
            );
        }
    }
    assert!(page.contains("difference (SMD)") && !page.contains("(none)"));
    // What is meant to be alike, what nothing holds, what is not meant to be: of each the largest first.
    let (_, table) = page.split_once("difference (SMD)").expect("the table");
    let (_, rows) = table.split_once("<tbody>").expect("its rows");
    let rows = rows
        .split_once("</tbody>")
        .expect("their end")
        .0
        .split("<tr>")
        .skip(1);
    let order = rows.map(|row| {
        let cells: Vec<&str> = row
            .split("<td")
            .skip(1)
            .map(|cell| {
                cell.split_once('>')
                    .and_then(|(_, rest)| rest.split_once('<'))
                    .expect("a cell")
                    .0
            })
            .collect();
        let smd: f64 = cells[2].parse().map_or(-1.0, f64::abs);
        let kinds = ["alike", "neither", "not alike"];
        let is = |kind: &&str| cells[5].split(':').next() == Some(*kind);
        (kinds.iter().position(is).expect("a kind"), smd)
    });
    let order: Vec<(usize, f64)> = order.collect();
    assert!(order.len() > 5);
    for pair in order.windows(2) {
        assert!(
            pair[0].0 < pair[1].0 || (pair[0].0 == pair[1].0 && pair[0].1 >= pair[1].1),
            "{order:?}"
        );
    }
    // As the run judged them.
    let written = crate::support::table(&place.out("out").run("balance.parquet"));
    for (kind, meant) in ["alike", "open", "unlike"].into_iter().enumerate() {
        let of = written.iter().filter(|line| {
            text(line, "subset") == "all-normal-10"
                && text(line, "control") == control
                && text(line, "meant") == meant
        });
        let shown = order.iter().filter(|(shown, _)| *shown == kind).count();
        assert_eq!(shown, of.count(), "{meant}");
    }
}

/// A log of two runs at AIME24: `1` is a right attempt.
fn evaluation() -> Place {
    let place = Place::new();
    let mut rows = Vec::new();
    for (run, cells) in [("alpha", ["11", "10", "00"]), ("beta", ["11", "00", "01"])] {
        for (at, cell) in cells.iter().enumerate() {
            for (attempt, letter) in cell.chars().enumerate() {
                rows.push(json!({
                    "run": run, "benchmark": "aime24", "question_id": 60 + at, "attempt": attempt, "correct": letter == '1',
                }));
            }
        }
    }
    place.write("log.jsonl", jsonl(&rows));
    place
        .gradatim(&["eval", "log.jsonl", "--out", "evaluation"])
        .ends(0);
    place
}

#[test]
fn an_evaluation_is_looked_at_run_beside_run() {
    let place = evaluation();
    let viewer = Viewer::start(&place, &["evaluation"]);
    let asked = followed(&viewer, 12);
    for kind in ["", "questions", "question", "compare", "sql", "help"] {
        assert!(asked.contains_key(kind), "{kind}: {asked:?}");
    }
    let page = viewer.page("compare?a=alpha&b=beta&differ=1");
    assert!(page.contains("2 questions"), "{page}");
    // Of 61 alpha has one of two and beta none; of 62 the other way round.
    assert_eq!(page.matches("1 of 2").count(), 2);
    assert_eq!(page.matches("0 of 2").count(), 2);
    let question = viewer.page("question?benchmark=aime24&question=61&run=alpha&run=beta");
    for words in ["alpha", "beta", "1 of 2 right", "0 of 2 right", "log.jsonl"] {
        assert!(question.contains(words), "{words}: {question}");
    }
}

#[test]
fn an_evaluation_offers_every_run_beside_each() {
    let place = evaluation();
    let viewer = Viewer::start(&place, &["evaluation"]);
    let page = viewer.page("");
    assert_eq!(page.matches("name=\"b\"").count(), 2);
    for run in ["alpha", "beta"] {
        assert!(
            page.contains(&format!("name=\"a\" value=\"{run}\"")),
            "{page}"
        );
        assert!(page.contains(&format!("<option value=\"{run}\"")), "{page}");
    }
}

#[test]
fn a_pool_that_is_none_is_refused_before_anything_is_served() {
    let place = evaluation();
    place
        .gradatim(&["view", "evaluation", "--pool", "nosuch"])
        .ends(2)
        .tells(&["pool", "hint", "--pool"]);
    let place = made();
    place
        .gradatim(&["view", "out", "--pool", "nosuch"])
        .ends(2)
        .tells(&["nosuch", "hint", "--pool"]);
}

/// What is answered in an attempt.
fn said(run: &str, question: usize, attempt: usize) -> String {
    format!(
        "<think>\n{run} thinks of {question}\n</think>\n\n{run} says of {question} in {attempt}: $\\boxed{{{question}}}$"
    )
}

/// Logs of rows, of rows with several attempts each, and of one object.
fn logs(place: &Place) -> [&'static str; 3] {
    let (mut rows, mut wide) = (Vec::new(), Vec::new());
    for run in ["alpha", "beta"] {
        for question in 60..63 {
            for attempt in 0..2 {
                rows.push(json!({
                    "run": run, "benchmark": "aime24", "question_id": question, "attempt": attempt,
                    "correct": attempt == 0, "response": said(run, question, attempt),
                    "question": format!("What is {question}?"), "gold": question.to_string(),
                }));
            }
        }
    }
    for question in 60..63 {
        wide.push(json!({
            "idx": question, "question": format!("What is {question}?"), "gt": question.to_string(), "gt_cot": "",
            "answer": question.to_string(), "level": 1,
            "code": [said("wide", question, 0), said("wide", question, 1)],
            "pred": [question.to_string(), "1"], "report": [null, null], "score": [true, false],
        }));
    }
    place.write("logs/rows.jsonl", jsonl(&rows));
    place.write("logs/wide.jsonl", jsonl(&wide));
    // Before those that are looked at so many that they are graded in several parts.
    let ids = (0..40).map(|at| format!("filler {at}"));
    let ids = ids.chain((60..63).map(|question: usize| question.to_string()));
    let examples = ids.map(|id| {
        let number: usize = id.parse().unwrap_or(0);
        json!({
            "id": id, "problem": format!("What is {id}?"), "expected_answer": number.to_string(),
            "model_outputs": [said("document", number, 0), said("document", number, 1)],
            "model_answers": [number.to_string(), number.to_string()],
        })
    });
    let examples: Vec<Value> = examples.collect();
    let document = json!({ "results": { "ours": { "examples": examples } } });
    place.write("logs/document.json", document.to_string());
    ["logs/rows.jsonl", "logs/wide.jsonl", "logs/document.json"]
}

#[test]
fn attempts_of_two_runs_stand_beside_each_other_with_what_their_logs_say() {
    let place = Place::new();
    for (at, log) in logs(&place).into_iter().enumerate() {
        let out = format!("evaluation-{at}");
        place.gradatim(&["eval", log, "--out", &out]).ends(0);
        let viewer = Viewer::start(&place, &[&out]);
        let links = attributes(&viewer.page("questions"), "href");
        let question = links
            .iter()
            .find(|link| link.contains("/question?") && link.contains("question=61"));
        let question = question
            .unwrap_or_else(|| panic!("{log}: {links:?}"))
            .clone();
        let runs: &[&str] = [&["alpha", "beta"][..], &["wide"], &["document"]][at];
        for attempt in 0..2 {
            let page = viewer.get(&format!("{question}&attempt={attempt}")).body;
            for run in runs {
                let words = format!("{run} says of 61 in {attempt}");
                assert_eq!(page.matches(&words).count(), 1, "{log}: {words}: {page}");
            }
            assert!(page.contains("What is 61?"), "{page}");
        }
    }
}

#[test]
fn logs_of_one_name_in_several_folders_are_found_when_each_is_named() {
    let place = Place::new();
    let log = |run: &str| {
        let of = |question: usize| {
            json!({
                "run": run, "benchmark": "aime24", "question_id": question, "attempt": 0, "correct": true,
                "response": said(run, question, 0), "question": format!("What is {question}?"), "gold": question.to_string(),
            })
        };
        jsonl(&(60..63).map(of).collect::<Vec<Value>>())
    };
    let whole = ["one", "two"].map(|folder| {
        let path = format!("{folder}/samples.jsonl");
        place.write(&path, log(folder));
        place.path(&path).to_string_lossy().into_owned()
    });
    let [first, second] = &whole;
    place
        .gradatim(&["eval", first, second, "--out", "evaluation"])
        .ends(0);
    let of = |more: &[&str]| {
        let viewer = Viewer::start(&place, &[&["evaluation"], more].concat());
        let page = viewer.page("question?benchmark=aime24&question=61&run=one&run=two");
        let has = ["one", "two"].map(|run| page.contains(&format!("{run} says of 61 in 0")));
        (has, page)
    };
    let (has, page) = of(&["--base", "one"]);
    assert!(
        has == [true, false] && page.contains("another file"),
        "{page}"
    );
    let (has, page) = of(&["--base", "one", "--base", "two"]);
    assert_eq!(has, [true, true], "{page}");
    let (has, page) = of(&[]);
    assert!(
        has == [false, false] && page.contains("several times"),
        "{page}"
    );
}

#[test]
fn several_bases_of_a_run_are_refused() {
    let place = made();
    place
        .gradatim(&["view", "out", "--base", "a", "--base", "b"])
        .ends(2)
        .tells(&["one folder", "--source"]);
}

#[test]
fn a_log_that_is_gone_or_changed_is_named_and_found_where_it_is_said_to_be() {
    let place = Place::new();
    let [log, ..] = logs(&place);
    place
        .gradatim(&["eval", log, "--out", "evaluation"])
        .ends(0);
    let asked = "question?benchmark=aime24&question=61";
    let of = |more: &[&str]| Viewer::start(&place, &[&["evaluation"], more].concat()).page(asked);
    let has_text = |page: &str| page.contains("alpha says of 61 in 0");
    assert!(has_text(&of(&[])));
    let bytes = std::fs::read(place.path(log)).expect("the log");
    place.write("elsewhere/logs/rows.jsonl", &bytes);
    place.write(log, [&bytes[..], b"\n"].concat());
    let page = of(&[]);
    assert!(
        !has_text(&page) && page.contains("logs/rows.jsonl") && page.contains("another file"),
        "{page}"
    );
    std::fs::remove_file(place.path(log)).expect("it is removed");
    let page = of(&[]);
    assert!(
        !has_text(&page)
            && page.contains("`logs/rows.jsonl` is not there")
            && page.contains("--base"),
        "{page}"
    );
    assert!(has_text(&of(&["--base", "elsewhere"])));
    assert!(has_text(&of(&["--base", "nowhere", "--base", "elsewhere"])));
    assert!(has_text(&of(&[
        "--source",
        "logs/rows.jsonl=elsewhere/logs/rows.jsonl"
    ])));
}
