//! Pages on a terminal: no line is wider than it, nothing is left out, and colours are where somebody sees them.

use serde_json::{Value, json};

use crate::support::*;

const PIPELINE: &str = "\
[sources.'a source with a long name']
layout = 'openr1'
path = 'data'
[verify]
accept = 'recorded'
[measure]
tokenizer = 'bytes.json'
[[grid]]
name = 'a-block-with-a-long-name'
category = ['diverse', 'algebra']
size = [4, 8, 400]
draws = 2
[grid.control]
random = 1
matched = true
";

/// Two runs over rows of the same layout, and a log of runs at a benchmark.
fn place() -> Place {
    let place = Place::new()
        .with("NO_COLOR", "")
        .with("TERM", "xterm-256color");
    let mut rows = openr1_rows(90);
    rows[3]["problem"] = format!("What is the number that 数学 names? {}", "x ".repeat(90)).into();
    place.write("data/rows.jsonl", jsonl(&rows));
    rows.truncate(80);
    rows[5]["answer"] = "another".into();
    place.write("other/rows.jsonl", jsonl(&rows));
    place.write("pipeline.toml", PIPELINE);
    place.write("eval.jsonl", jsonl(&attempts()));
    let pairs = |at: usize| json!({"gold": at.to_string(), "response": format!("\\boxed{{{}}}", at / 2 * 2), "recorded": at.is_multiple_of(3)});
    place.write(
        "pairs.jsonl",
        jsonl(&(0..30).map(pairs).collect::<Vec<_>>()),
    );
    let short = ["--on-shortfall", "short"];
    place.run("out", &short).ends(0);
    place
        .run("out2", &[&short[..], &["--seed", "7"]].concat())
        .ends(0);
    place
}

fn attempts() -> Vec<Value> {
    let row = |at: usize| {
        let (run, question, attempt) = (at / 120, at / 4 % 30, at % 4);
        json!({
            "run": format!("a-subset-with-a-long-name-and-more-{run}-t0-epochs"), "benchmark": "aime24",
            "question_id": 60 + question, "attempt": attempt, "correct": (question * 7 + attempt * 3 + run) % 5 > 1,
            "tokens": 1000 + 37 * at, "finish_reason": "stop", "temperature": 0.6,
        })
    };
    (0..480).map(row).collect()
}

/// Each command that shows a page.
fn commands() -> Vec<Vec<&'static str>> {
    let all = "inspect data|plan pipeline.toml --pool pool --on-shortfall short|audit data --pool pool\
        |audit other --against data --pool pool|diff out out2|diff data other --pool pool|balance out\
        |balance out a-block-with-a-long-name-diverse-normal-4-d0 random-4|check out|pool --pool pool\
        |eval eval.jsonl|eval eval.jsonl --inspect\
        |power --draws 1 --observed 5.2|power --draw-sd 2|preflight out --trainer trl|schema ledger\
        |verify --gold 1/2 --response \\boxed{0.5} --explain|verify pairs.jsonl --out judged.jsonl --against recorded";
    let mut all: Vec<Vec<&str>> = all
        .split('|')
        .map(|line| line.split(' ').collect())
        .collect();
    let asked = [
        "SELECT * FROM ledger LIMIT 4",
        "SELECT problem, answer, messages FROM \"a-block-with-a-long-name-diverse-normal-4-d0\"",
        "SELECT fate, count(*) FROM ledger GROUP BY fate",
        "SHOW TABLES",
        "DESCRIBE ledger",
        "EXPLAIN SELECT fate, count(*) FROM ledger GROUP BY fate",
    ];
    let place = "a source with a long name/rows.jsonl:7";
    all.push(vec!["why", place, "--in", "out"]);
    all.push(vec!["why", place, "--in", "out", "--subset", "random-4"]);
    all.extend(asked.map(|query| vec!["sql", query, "--in", "out"]));
    all
}

/// The page without colours.
fn bare(page: &str) -> String {
    let mut parts = page.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |page, part| {
        page + part.split_once('m').map_or(part, |(_, rest)| rest)
    })
}

/// How many columns a line takes, where letters of East Asia take two.
fn columns(line: &str) -> usize {
    line.chars()
        .map(|letter| {
            if ('\u{2e80}'..='\u{9fff}').contains(&letter) {
                2
            } else {
                1
            }
        })
        .sum()
}

#[test]
fn no_page_has_a_line_that_is_wider_than_the_terminal() {
    let place = place();
    for arguments in commands() {
        for width in [60, 80, 200] {
            let Some(done) = place.on_terminal(width, &arguments) else {
                return;
            };
            assert!(
                matches!(done.code, Some(0 | 1)),
                "{arguments:?}: {:?} {}",
                done.code,
                done.stderr
            );
            let page = bare(&done.stdout);
            for line in page.lines() {
                let is_word = !line.trim().contains(' ');
                assert!(
                    columns(line) <= width || is_word,
                    "{arguments:?} at {width}:\n{line}"
                );
            }
        }
    }
}

#[test]
fn in_a_pipe_no_cell_is_cut_and_on_a_narrow_terminal_no_name_or_figure_is_lost() {
    let place = place();
    let letters = |page: &str| {
        page.chars()
            .filter(|letter| !letter.is_whitespace())
            .collect::<String>()
    };
    for arguments in [
        &["balance", "out"][..],
        &["diff", "out", "out2"],
        &["eval", "eval.jsonl"],
    ] {
        let piped = place.gradatim(arguments).stdout;
        assert!(!piped.contains('…') && !piped.contains('\x1b'), "{piped}");
        let Some(done) = place.on_terminal(200, arguments) else {
            return;
        };
        assert!(!bare(&done.stdout).contains('…'), "{}", done.stdout);
        let narrow = place.on_terminal(60, arguments).expect("a terminal");
        let narrow = letters(&bare(&narrow.stdout));
        for word in piped
            .split_whitespace()
            .filter(|word| word.len() <= 12 && !word.contains(['-', '/', ',', ';', '_']))
        {
            assert!(narrow.contains(word), "{arguments:?}: `{word}` in {narrow}");
        }
    }
}

#[test]
fn an_answer_of_sql_that_has_no_room_says_what_has_all_of_it() {
    let place = place();
    let query = "SELECT problem, source_id FROM ledger JOIN \"a-block-with-a-long-name-diverse-normal-4-d0\" ON true LIMIT 3";
    let query = query.replace("SELECT problem", "SELECT repeat('x ', 200) AS words");
    let arguments = ["sql", query.as_str(), "--in", "out"];
    let Some(narrow) = place.on_terminal(60, &arguments) else {
        return;
    };
    let narrow = narrow
        .ends(0)
        .tells(&["note: what ends in `…` is cut", "--json"]);
    assert!(narrow.stdout.contains('…'), "{}", narrow.stdout);
    let piped = place.gradatim(&arguments).ends(0);
    assert!(
        piped.stdout.contains(&"x ".repeat(200)) && piped.stderr.is_empty(),
        "{}",
        piped.stderr
    );
    let row = ["sql", "SELECT * FROM ledger LIMIT 2", "--in", "out"];
    let rows = bare(
        &place
            .on_terminal(60, &row)
            .expect("a terminal")
            .ends(0)
            .stdout,
    );
    assert!(
        rows.contains("row 1\n") && rows.contains("row 2\n"),
        "{rows}"
    );
    assert_eq!(rows.matches("\ntrajectory_id ").count(), 2, "{rows}");
}

#[test]
fn colours_are_where_somebody_sees_them_and_never_in_data() {
    let place = place();
    let check = ["check", "out"];
    let Some(done) = place.on_terminal(80, &check) else {
        return;
    };
    assert!(
        done.stdout.contains("\x1b[32msound\x1b[0m: "),
        "{}",
        done.stdout
    );
    for arguments in [
        &["balance", "out", "--json"][..],
        &["sql", "SELECT fate FROM ledger", "--in", "out", "--json"],
        &["sql", "SELECT fate FROM ledger", "--in", "out", "--csv"],
        &["verify", "pairs.jsonl"],
        &["init", "data"],
    ] {
        let done = place
            .on_terminal(60, arguments)
            .expect("a terminal")
            .ends(0);
        assert!(!done.stdout.contains('\x1b'), "{}", done.stdout);
    }
    assert!(!place.gradatim(&check).ends(0).stdout.contains('\x1b'));
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb"), ("CLICOLOR", "0")] {
        let place = Place::new()
            .with("NO_COLOR", "")
            .with("TERM", "xterm-256color")
            .with(name, value);
        let verify = ["verify", "--gold", "1", "--answer", "2"];
        let done = place.on_terminal(80, &verify).expect("a terminal").ends(0);
        assert_eq!(done.stdout.lines().next(), Some("wrong"), "{name}");
    }
    let forced = Place::new()
        .with("NO_COLOR", "")
        .with("CLICOLOR_FORCE", "1");
    let done = forced
        .gradatim(&["verify", "--gold", "1", "--answer", "2"])
        .ends(0);
    assert!(
        done.stdout.starts_with("\x1b[1;31mwrong\x1b[0m\n"),
        "{}",
        done.stdout
    );
    let done = forced.gradatim(&["check", "nowhere"]).ends(2);
    assert!(
        done.stderr.starts_with("\x1b[1;31merror:\x1b[0m "),
        "{}",
        done.stderr
    );
}
