//! `gradatim report`: its numbers against the ledger's rows, its commands as they are typed, and pages of hostile data.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use crate::html::{Element, parse};
use crate::support::*;

/// A run with something to say in every section: behaviours, a benchmark's problem, a size that is not there.
fn made() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(60);
    rows[3]["problem"] = json!(
        "Every morning Aya goes for a $9$-kilometer-long walk and stops at a coffee shop afterwards. When she walks at a \
         constant speed of $s$ kilometers per hour, the walk takes her 4 hours, including $t$ minutes spent in the coffee \
         shop. When she walks $s+2$ kilometers per hour, the walk takes her 2 hours and 24 minutes, including $t$ minutes \
         spent in the coffee shop. Suppose Aya walks at $s+\\frac{1}{2}$ kilometers per hour. Find the number of minutes \
         the walk takes her, including the $t$ minutes spent in the coffee shop."
    );
    rows[5]["correctness_math_verify"] = json!([false, false]);
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "on_shortfall = 'skip'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n\
         behaviours = true\n[screen.contamination]\nbenchmarks = ['aime24']\n[[grid]]\nsize = [5, 10]\n[grid.control]\n\
         random = 1\nmatched = true\n[[grid]]\nname = 'many'\ncategory = ['algebra']\nsize = [5, 5000]\n",
    );
    place.run("out", &[]).ends(0);
    place
}

pub fn page_of(place: &Place, folder: &str) -> Element {
    place.gradatim(&["report", folder]).ends(0);
    let page =
        std::fs::read_to_string(place.path(&format!("{folder}.report.html"))).expect("a page");
    parse(&page).unwrap_or_else(|why| panic!("{why}"))
}

/// The rows of the table with such a caption, its head first.
pub fn cells(page: &Element, caption: &str) -> Vec<Vec<String>> {
    // A long table is folded under its caption.
    let regions = page.named("div").into_iter();
    let mut tables = regions.filter(|region| {
        let label = region.attribute("aria-label");
        region.attribute("class") == Some("scroll")
            && label.is_some_and(|label| label.starts_with(caption))
    });
    let table = tables
        .next()
        .unwrap_or_else(|| panic!("no table `{caption}`"));
    let row = |row: &&Element| {
        let cells = row
            .all()
            .into_iter()
            .filter(|cell| ["th", "td"].contains(&cell.name.as_str()));
        cells.map(Element::text).collect()
    };
    table.named("tr").iter().map(row).collect()
}

pub fn number(cell: &str) -> u64 {
    cell.replace(',', "")
        .parse()
        .unwrap_or_else(|_| panic!("`{cell}` is no number"))
}

/// What every command of a page is, each kind of question once: without its texts and numbers.
fn commands(page: &Element) -> BTreeMap<String, Vec<String>> {
    let codes = page.named("code").into_iter();
    let typed = codes.filter(|code| code.attribute("class") == Some("command"));
    typed
        .map(|code| {
            let words = shlex::split(&code.text()).expect("words of a shell");
            let mut is_text = false;
            let text = code.text();
            let kind = text.chars().filter(|letter| {
                is_text ^= *letter == '\'';
                !is_text && !letter.is_ascii_digit()
            });
            (kind.collect(), words)
        })
        .collect()
}

#[track_caller]
fn each_runs(place: &Place, page: &Element) {
    let commands = commands(page);
    assert!(commands.len() > 7, "{commands:?}");
    let id = place
        .out("out")
        .ledger()
        .iter()
        .find_map(|row| row["trajectory_id"].as_str().map(str::to_owned));
    for words in commands.values() {
        assert_eq!(words[0], "gradatim", "{words:?}");
        let words = words[1..].iter().map(|word| match (word.as_str(), &id) {
            ("ID", Some(id)) => id.as_str(),
            (word, _) => word,
        });
        place.gradatim(&words.collect::<Vec<_>>()).ends(0);
    }
}

#[test]
fn every_command_of_a_report_does_what_it_says() {
    let place = made();
    let page = page_of(&place, "out");
    let made_again = commands(&page).into_values().any(|words| words[1] == "run");
    assert!(made_again, "the page says how it is made again");
    // What makes it again comes before what compares both.
    let mut ordered: Vec<Vec<String>> = commands(&page).into_values().collect();
    ordered.sort_by_key(|words| words[1] == "diff");
    let again = ordered
        .iter()
        .find(|words| words[1] == "run")
        .expect("a run");
    let words: Vec<&str> = again[1..]
        .iter()
        .map(String::as_str)
        .chain(["--pool", "pool"])
        .collect();
    place.gradatim(&words).ends(0);
    assert_eq!(tree(&place.path("out")), tree(&place.path("again")));
    std::fs::rename(place.path("again"), place.path("first")).expect("a folder moves");
    let page = page_without_run(page);
    std::fs::rename(place.path("first"), place.path("again")).expect("a folder moves");
    each_runs(&place, &page);
}

/// The page without the command that makes the folder again, which has run.
fn page_without_run(mut page: Element) -> Element {
    fn clear(element: &mut Element) {
        for node in &mut element.inside {
            if let crate::html::Node::Element(inner) = node {
                match inner.name == "code" && inner.text().starts_with("gradatim run") {
                    true => inner.attributes.clear(),
                    false => clear(inner),
                }
            }
        }
    }
    clear(&mut page);
    page
}

#[test]
fn the_numbers_of_a_report_are_those_of_the_ledger_s_rows() {
    let place = made();
    let page = page_of(&place, "out");
    let out = place.out("out");
    let ledger = out.ledger();
    let count = |is: &dyn Fn(&Value) -> bool| ledger.iter().filter(|row| is(row)).count() as u64;

    let fates = cells(&page, "Entries by what became of them");
    let mut drops = out.drops();
    drops.insert("read".into(), ledger.len() as u64);
    drops.insert("kept".into(), count(&|row| row["fate"] == "kept"));
    let shown: BTreeMap<String, u64> = fates[1..]
        .iter()
        .map(|row| (row[0].clone(), number(&row[3])))
        .collect();
    assert_eq!(shown, drops);

    let distinct = |verdict: &str, label: &str| {
        let ids = ledger.iter().filter(|row| {
            let labels = [&row["recorded_rule"], &row["recorded_judge"]];
            let says = |what: bool| labels.iter().any(|label| **label == json!(what));
            let known = match (says(true), says(false)) {
                (true, _) => "right",
                (_, true) => "wrong",
                _ => "none",
            };
            row["verdict"] == verdict && known == label
        });
        ids.map(|row| text(row, "trajectory_id"))
            .collect::<BTreeSet<_>>()
            .len() as u64
    };
    for row in &cells(&page, "Trajectories by our verdict")[1..] {
        let expected = ["right", "wrong", "none"].map(|label| distinct(&row[0], label));
        let shown = [2, 3, 4].map(|at| number(&row[at]));
        assert_eq!(shown, expected, "{}", row[0]);
    }
    assert!(
        distinct("correct", "wrong") > 0,
        "the labels of one problem were turned"
    );

    for row in &cells(&page, "By category of the problem: tokens")[1..] {
        let of = |entry: &&Value| {
            let category = entry["problem_category"].as_str().unwrap_or("not known");
            category == row[0] && entry["fate"] == row[1].as_str() && entry["tokens"].is_u64()
        };
        let mut tokens: Vec<u64> = ledger
            .iter()
            .filter(of)
            .filter_map(|entry| entry["tokens"].as_u64())
            .collect();
        tokens.sort_unstable();
        let middle = (tokens[(tokens.len() - 1) / 2] + tokens[tokens.len() / 2]) as f64 / 2.0;
        let longest = tokens[tokens.len() - 1];
        let shown = [2, 3, 6].map(|at| number(&row[at]));
        assert_eq!(
            shown,
            [tokens.len() as u64, middle.round() as u64, longest],
            "{row:?}"
        );
    }

    let selection = out.selection();
    let problems = |name: &str| -> BTreeSet<&str> {
        selection[name]
            .iter()
            .map(|(_, problem)| problem.as_str())
            .collect()
    };
    for row in &cells(&page, "The pairs that share most")[1..] {
        let (a, b) = (problems(&row[0]), problems(&row[1]));
        assert_eq!(
            number(&row[3]),
            a.intersection(&b).count() as u64,
            "{row:?}"
        );
    }
    let sets = cells(&page, "Training sets and their controls");
    assert_eq!(sets.len() - 1, selection.len());
    for row in &sets[1..] {
        assert_eq!(number(&row[3]), selection[&row[0]].len() as u64, "{row:?}");
    }
}

#[test]
fn a_report_says_which_cell_is_short_and_which_problem_meets_a_benchmark() {
    let place = made();
    let page = page_of(&place, "out");
    let cells_ = cells(&page, "Each cell: the problems");
    let many = cells_
        .iter()
        .find(|row| row[0] == "many")
        .expect("the grid");
    let out = place.out("out");
    let algebra = out
        .ledger()
        .iter()
        .filter(|row| row["fate"] == "kept" && row["problem_category"] == "algebra")
        .map(|row| text(row, "problem_id").to_owned())
        .collect::<BTreeSet<_>>();
    assert_eq!(number(&many[5]), algebra.len() as u64, "{many:?}");
    let standing = format!(
        "1 of 2 sets left out; {} of 5,000 rows are there: its bucket holds fewer",
        algebra.len()
    );
    assert_eq!(many[8], standing, "{many:?}");
    let hits = cells(&page, "Problems beside the benchmark's item");
    assert_eq!(hits.len(), 2, "{hits:?}");
    assert!(
        hits[1][3].starts_with("aime24") && hits[1][4].starts_with("Every morning Aya"),
        "{hits:?}"
    );
    // The fingerprint of a benchmark has no texts: that is said once, and no column stands empty.
    assert!(!hits[0].contains(&"the item says".to_owned()), "{hits:?}");
    assert_eq!(hits[1][5], "dropped", "{hits:?}");
    let said = page.text();
    assert_eq!(said.matches("The item's text is not shown").count(), 1);
}

/// Everything that a page of ours may hold.
const ELEMENTS: [&str; 57] = [
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "a",
    "header",
    "h1",
    "h2",
    "h3",
    "p",
    "nav",
    "ol",
    "ul",
    "li",
    "main",
    "section",
    "dl",
    "dt",
    "dd",
    "code",
    "div",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "footer",
    "figure",
    "figcaption",
    "b",
    "strong",
    "em",
    "span",
    "pre",
    "svg",
    "desc",
    "g",
    "rect",
    "path",
    "line",
    "circle",
    "text",
    "tspan",
    "defs",
    "clipPath",
    "use",
    "bdi",
    "small",
    "article",
    "br",
    "hr",
];

#[track_caller]
fn holds_nothing_that_acts(page: &Element) {
    for element in page.all() {
        let is_known = ELEMENTS.contains(&element.name.as_str()) || is_mathematics(&element.name);
        assert!(is_known, "<{}>", element.name);
        for (key, value) in &element.attributes {
            assert!(
                !key.starts_with("on") && key != "src" && key != "srcset",
                "{key}={value}"
            );
            assert!(
                !key.ends_with("href") || value.starts_with('#'),
                "{key}={value}"
            );
        }
    }
    let ids: Vec<&str> = page
        .all()
        .into_iter()
        .filter_map(|one| one.attribute("id"))
        .collect();
    assert_eq!(
        ids.len(),
        ids.iter().collect::<BTreeSet<_>>().len(),
        "an id stands once: {ids:?}"
    );
    assert_eq!(page.named("h1").len(), 1);
    let hidden = |letter: char| {
        ('\u{202a}'..='\u{202e}').contains(&letter) || ('\u{2066}'..='\u{2069}').contains(&letter)
    };
    let shown = page.text();
    assert!(!shown.contains(hidden) && !shown.contains(['\0', '\u{1b}', '\u{7f}']));
}

/// Elements of MathML that formulas are written in.
fn is_mathematics(name: &str) -> bool {
    name == "math" || name == "semantics" || name == "annotation" || name.starts_with('m')
}

#[test]
fn a_folder_full_of_hostile_texts_gives_a_page_that_holds_nothing_that_acts() {
    let hostile = [
        "</title></style></svg><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\u{202e}abc\u{2066}\u{1b}[2J\u{7f}",
        "\"><a href=\"javascript:alert(1)\">x</a>",
        "]]><math><mtext><style>*{display:none}</style></mtext></math>",
        "$(>hacked) `>hacked` '; >hacked; '",
        "&lt;b&gt; &amp; &#60;",
    ];
    let place = Place::new();
    let mut rows = openr1_rows(70);
    for (at, row) in rows.iter_mut().enumerate() {
        let text = hostile[at % hostile.len()];
        row["problem_type"] = json!(text);
        row["source"] = json!(format!("{text} {text}"));
        row["question_type"] = json!(text);
        row["answer"] = json!(text);
        row["problem"] = json!(format!("{text} {at} {}", text.repeat(20)));
        row["generations"] = json!([
            format!("<think>{text}</think>{text} \\boxed{{{at}}}"),
            reply(at, 5)
        ]);
        row["uuid"] = json!(text);
    }
    place.write("data/a.jsonl", jsonl(&rows));
    place.write("data/<img src=x>'$(x).jsonl", jsonl(&openr1_rows(9)));
    place.write(
        "pipeline.toml",
        "title = '''<script>alert(1)</script>\u{2066} \"&'''\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[verify]\naccept = \
         'none'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5, 10]\n[grid.control]\nrandom = 1\n",
    );
    place.run("out", &[]).ends(0);
    let page = page_of(&place, "out");
    holds_nothing_that_acts(&page);
    assert_eq!(
        page.named("title").len(),
        1 + page
            .named("svg")
            .iter()
            .map(|svg| svg.named("title").len())
            .sum::<usize>()
    );
    let categories = cells(&page, "Kept, by category");
    assert!(
        categories
            .iter()
            .any(|row| row[0] == hostile[1].replace(' ', "_")),
        "it is shown as it is: {categories:?}"
    );
    // No word of it is run by the shell that a command is pasted into, nor by the query.
    each_runs_in_a_shell(&place, &page);
    assert!(!place.path("hacked").exists());
}

/// Pastes the commands that name something of the data into a shell that has our program's name for `true`.
fn each_runs_in_a_shell(place: &Place, page: &Element) {
    let codes = page
        .named("code")
        .into_iter()
        .filter(|code| code.attribute("class") == Some("command"));
    let script: String = codes.map(|code| code.text() + " || exit 1\n").collect();
    assert!(script.contains(">hacked"));
    let script = format!("gradatim() {{ true; }}\n{script}");
    place.write("pasted.sh", script);
    let done = std::process::Command::new("sh")
        .arg("pasted.sh")
        .current_dir(place.folder())
        .status();
    assert!(done.expect("a shell").success());
}

#[test]
fn the_same_folder_gives_the_same_bytes_and_stays_as_it_is() {
    let place = made();
    let before = tree(&place.path("out"));
    place
        .gradatim(&["report", "out", "--out", "a.html", "--figures", "figures"])
        .ends(0);
    place
        .gradatim(&["report", "out/", "--out", "b.html"])
        .ends(0);
    copy(&place.path("out"), &place.path("elsewhere/out"));
    place.gradatim(&["report", "elsewhere/out"]).ends(0);
    let read = |name: &str| std::fs::read_to_string(place.path(name)).expect("a page");
    assert!(read("a.html") == read("b.html"));
    // A folder that lies elsewhere says from there where the sources lie, and nothing else is another.
    let elsewhere = read("elsewhere/out.report.html");
    assert!(elsewhere.contains("--out again --base ..<"));
    assert!(read("a.html") == elsewhere.replace(" --base ..<", "<"));
    assert_eq!(tree(&place.path("out")), before);
    place.gradatim(&["check", "out"]).ends(0);
    let drawn = tree(&place.path("figures"));
    assert!(
        drawn.keys().all(|name| name.ends_with(".svg")) && drawn.len() >= 4,
        "{drawn:?}"
    );
}

#[test]
fn what_is_no_folder_of_ours_is_refused_and_nothing_is_written() {
    let place = made();
    place.write("other/file.txt", "x");
    for folder in ["absent", "other", "data", "pipeline.toml"] {
        place
            .gradatim(&["report", folder])
            .ends(2)
            .tells(&["hint: "]);
        assert!(
            !place.path(&format!("{folder}.report.html")).exists(),
            "{folder}"
        );
    }
    place
        .gradatim(&["report", "out", "--eval", "other"])
        .ends(2)
        .tells(&["evaluation"]);
    place
        .gradatim(&["report", "out", "--out", "out/page.html"])
        .ends(2)
        .tells(&["lies inside of"]);
    place
        .gradatim(&["report", "out", "--figures", "out/figures"])
        .ends(2);
    std::fs::write(place.path("out/__run__/ledger.parquet"), "no table").expect("a file");
    assert_ne!(place.gradatim(&["report", "out"]).code, Some(0));
    assert!(!place.path("out.report.html").exists());
    assert!(!place.path("out.report.html.partial").exists());
}

#[test]
fn a_report_that_was_killed_is_there_as_a_whole_or_not_at_all() {
    let place = made();
    for wait_ in (0..1500).step_by(150) {
        let mut child = place.start(&["report", "out"]);
        std::thread::sleep(Duration::from_millis(wait_));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        if let Ok(page) = std::fs::read_to_string(place.path("out.report.html")) {
            assert!(page.ends_with("</html>"), "half a page after {wait_} ms");
        }
    }
    page_of(&place, "out");
}

#[test]
fn a_run_and_an_evaluation_write_their_reports_when_asked() {
    let place = made();
    place
        .evaluate_trained(&[])
        .tells(&["evaluation.report.html"]);
    let page = std::fs::read_to_string(place.path("evaluation.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    holds_nothing_that_acts(&page);
    let runs = table(&place.path("evaluation/runs.parquet"));
    let shown = cells(&page, "Score of each run");
    assert_eq!(shown.len() - 1, runs.len());
    for row in &shown[1..] {
        let run = runs
            .iter()
            .find(|run| run["run"] == row[0].as_str())
            .expect("a run");
        assert_eq!(
            row[4],
            format!("{:.1}", 100.0 * run["avg"].as_f64().expect("a score"))
        );
    }
    each_runs(&place, &page);
    // A run's report has what an evaluation adds.
    place
        .gradatim(&["report", "out", "--eval", "evaluation"])
        .ends(0);
    let whole = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    let whole = parse(&whole).unwrap_or_else(|why| panic!("{why}"));
    holds_nothing_that_acts(&whole);
    assert_eq!(
        cells(&whole, "Effects, in points"),
        cells(&page, "Effects, in points")
    );
    place.write(
        "one.toml",
        "[sources.a]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n",
    );
    place.write("data/a.jsonl", jsonl(&openr1_rows(3)));
    place
        .gradatim(&[
            "run", "one.toml", "--out", "one", "--pool", "pool", "--report",
        ])
        .ends(0);
    parse(&std::fs::read_to_string(place.path("one.report.html")).expect("a page"))
        .expect("a page");
}

#[test]
fn an_audit_s_report_names_each_finding_with_as_many_rows_as_the_query_shows() {
    let place = Place::new();
    let mut rows = openr1_rows(30);
    rows.push(rows[4].clone());
    rows[7]["answer"] = json!(format!("not {}", text(&rows[8], "answer")));
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
    place
        .gradatim(&arguments)
        .ends(0)
        .tells(&["audited.report.html"]);
    let page = std::fs::read_to_string(place.path("audited.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    holds_nothing_that_acts(&page);
    let shown = cells(&page, "Findings, by how many rows");
    let findings = table(&place.path("audited/__run__/findings.parquet"));
    assert!(shown.len() > 2, "{shown:?}");
    for row in &shown[1..] {
        let of = findings
            .iter()
            .filter(|one| one["kind"] == row[0].as_str())
            .count() as u64;
        assert_eq!(number(&row[3]), of, "{row:?}");
    }
    let kinds: Vec<&str> = shown.iter().map(|row| row[0].as_str()).collect();
    assert!(
        kinds.iter().any(|kind| kind.contains("cop")),
        "a row stands twice: {kinds:?}"
    );
    let sql = commands(&page)
        .into_values()
        .filter(|words| words.iter().any(|word| word.contains("findings")));
    for words in sql {
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        place.gradatim(&words).ends(0);
    }
}
