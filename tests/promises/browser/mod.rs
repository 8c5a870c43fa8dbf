//! The pages in a real browser, full of hostile rows: no script runs, nothing is asked for, no layout breaks.
//!
//! Skipped where there is no Chromium, which is said. Debian's is found as `chromium`; CHROMIUM names another.

mod client;
mod hostile;
mod print;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::*;
use crate::viewer::client::{Viewer, attributes, encoded};
use client::{Browser, Found, Kind};
use hostile::{HOSTILE, texts};
use print::wrong_on_paper;

/// Windows, from a telephone's to a desk's.
const WIDTHS: [u32; 2] = [360, 1400];

/// What a page is painted on.
const PAINT: &str = "getComputedStyle(document.body).backgroundColor";

/// Opens all that is folded.
const UNFOLD: &str = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";

/// What is wrong with a page, narrow and wide, folded in the light and with all of it open in the dark.
fn wrong(browser: &mut Browser, address: &str, base: &str) -> Found {
    browser.show(WIDTHS[1], false);
    browser.open(address);
    let mut found = held(browser, base);
    let light = browser.value(PAINT);
    for is_open in [false, true] {
        if is_open {
            browser.value(UNFOLD);
        }
        for width in WIDTHS {
            browser.show(width, is_open);
            found.extend(wider(browser, width));
        }
    }
    if browser.value(PAINT) == light {
        found.push((Kind::Layout, format!("{light} in light and in dark")));
    }
    found.extend(did(browser, address, base));
    found
}

/// The same of one page of many that have the same parts: with all of it open in a narrow window.
fn wrong_when_narrow(browser: &mut Browser, address: &str, base: &str) -> Found {
    browser.show(WIDTHS[0], true);
    browser.open(address);
    let mut found = held(browser, base);
    browser.value(UNFOLD);
    found.extend(wider(browser, WIDTHS[0]));
    found.extend(did(browser, address, base));
    found
}

/// What the page did that none of ours does.
fn did(browser: &mut Browser, address: &str, base: &str) -> Found {
    let own = ["style.css", "icon.svg", "viewer.js"].map(|asset| format!("{base}{asset}"));
    let expected: Vec<String> = own.into_iter().chain([address.to_owned()]).collect();
    browser.did(&expected)
}

/// What acts or stands elsewhere in the page that is open.
fn held(browser: &mut Browser, base: &str) -> Found {
    let look = format!("({})({})", include_str!("look.js"), json!(base));
    let found = browser.value(&look);
    let of = |one: &Value| {
        let kind = match one[0].as_str() {
            Some("Element") => Kind::Element,
            _ => Kind::Layout,
        };
        (kind, text_of(&one[1]))
    };
    found.as_array().expect("a list").iter().map(of).collect()
}

/// What makes the page wider than its window, of which a bar may be at the side.
fn wider(browser: &mut Browser, width: u32) -> Option<(Kind, String)> {
    let widest = browser.value(include_str!("wider.js"));
    let tell = |what| (Kind::Layout, format!("wider than {width}: {what}"));
    widest.as_str().map(tell)
}

fn text_of(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The address of a file.
fn address(place: &Place, name: &str) -> String {
    format!("file://{}", place.path(name).display())
}

#[test]
fn whatever_a_hostile_text_does_in_a_page_that_lets_it_is_seen() {
    let place = Place::new();
    let Some(mut browser) = Browser::start(place.folder()) else {
        return;
    };
    let scheme = "<style>@media (prefers-color-scheme:dark){body{background:#000}}</style>";
    let page = |inside: &str| {
        format!(
            "<!DOCTYPE html><head>{scheme}</head><body><a>a</a><header>header</header><nav>nav</nav><main><p>{inside}</main>\
             <footer>footer</footer></body>"
        )
    };
    let mut found = |inside: &str| {
        place.write("page.html", page(inside));
        let page = address(&place, "page.html");
        wrong(&mut browser, &page, &page)
    };
    assert_eq!(found("harmless"), []);
    for (text, kinds) in HOSTILE {
        let seen = found(text);
        for kind in kinds {
            assert!(
                seen.iter().any(|(known, _)| known == kind),
                "{text}: no {kind:?} in {seen:?}"
            );
        }
    }
    let long = found(&"x".repeat(100_000));
    assert!(
        long.iter().all(|(kind, _)| *kind == Kind::Layout) && long.len() == 4,
        "{long:?}"
    );
}

/// Rows that hold each text where a row has one.
fn rows() -> Vec<Value> {
    let row = |(at, text): (usize, &String)| {
        let problem = format!("{text} {at} {text}");
        let said = format!(
            "<think>{text}\n\n{text}</think>\n\n{text}\n\nSo \\boxed{{{text}}} or \\boxed{{{at}}}."
        );
        let mut row = openr1_row(&problem, text, text, &[said, reply(at, 5)]);
        row["source"] = json!(format!("{text} {text}"));
        row["question_type"] = json!(text);
        row["uuid"] = json!(text);
        row["correctness_math_verify"] = json!([at % 2 == 0, at % 3 == 0]);
        row
    };
    texts().iter().enumerate().map(row).collect()
}

/// A run over hostile rows, from files and columns with hostile names, and the evaluation of hostile runs.
fn made() -> Place {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&rows()));
    let beside = "data/<img src=x onerror=alert(1)>&\"'$(id)\u{202e}.jsonl";
    place.write(beside, jsonl(&openr1_rows(20)));
    let named = |at: usize| {
        json!({
            "<img src=x onerror=alert(1)>": format!("What is {at} and <b>?"), "\"><script>alert(2)</script>": reply(at, 4),
            "\u{202e}gold</td></table>": at.to_string(),
        })
    };
    place.write(
        "more/b.jsonl",
        jsonl(&(0..20).map(named).collect::<Vec<_>>()),
    );
    place.write(
        "pipeline.toml",
        "title = '''</title><script>alert(1)</script>\u{2066} \"&'''\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n\
         [sources.more]\nlayout = 'columns'\npath = 'more'\n[sources.more.columns]\nproblem = '<img src=x onerror=alert(1)>'\n\
         response = '\"><script>alert(2)</script>'\nanswer = \"\\u202egold</td></table>\"\n[verify]\naccept = 'none'\n[measure]\n\
         tokenizer = 'bytes.json'\nbehaviours = true\n[screen.contamination]\nbenchmarks = ['aime24']\n[[grid]]\nsize = [10, 60]\n\
         [grid.control]\nrandom = 1\nmatched = true\n",
    );
    place
        .run("out", &["--report", "--on-shortfall", "short"])
        .ends(0);
    place
        .gradatim(&[
            "audit",
            "data",
            "--tokenizer",
            "bytes.json",
            "--out",
            "audited",
            "--pool",
            "pool",
            "--report",
        ])
        .ends(0);
    place.write("log.jsonl", jsonl(&attempts()));
    place.evaluate(&["log.jsonl"]);
    place
}

/// Attempts of runs and models with hostile names.
fn attempts() -> Vec<Value> {
    let mut rows = Vec::new();
    for text in texts().iter().filter(|text| text.len() < 200) {
        for question in 60..63 {
            rows.push(json!({
                "run": text, "model": text, "benchmark": "aime24", "question_id": question, "attempt": 0,
                "correct": (question + text.len()) % 2 == 0,
            }));
        }
    }
    rows
}

#[test]
fn pages_of_hostile_rows_run_nothing_ask_nobody_and_keep_their_layout() {
    let place = made();
    let Some(mut browser) = Browser::start(place.folder()) else {
        return;
    };
    let mut faults = Vec::new();
    for name in ["out", "audited", "evaluation"] {
        let page = address(&place, &format!("{name}.report.html"));
        let mut found = wrong(&mut browser, &page, &page);
        browser.open(&page);
        found.extend(wrong_on_paper(&mut browser));
        faults.extend(found.into_iter().map(|found| (page.clone(), found)));
    }
    let pool = ["--pool", "pool"];
    for (folder, more, pages) in [
        (
            "out",
            &pool[..],
            pages_of_a_run as fn(&Viewer, &Place) -> Pages,
        ),
        ("audited", &pool, pages_of_an_audit),
        ("evaluation", &[], pages_of_an_evaluation),
    ] {
        let viewer = Viewer::start(&place, &[&[folder], more].concat());
        let base = format!("http://127.0.0.1:{}{}/", viewer.port, viewer.base);
        for (look, page) in pages(&viewer, &place) {
            let found = look(&mut browser, &format!("{base}{page}"), &base);
            faults.extend(found.into_iter().map(|found| (page.clone(), found)));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Pages of the viewer, each with how it is looked at.
type Pages = Vec<(fn(&mut Browser, &str, &str) -> Found, String)>;

fn of(
    look: fn(&mut Browser, &str, &str) -> Found,
    pages: impl IntoIterator<Item = String>,
) -> Pages {
    pages.into_iter().map(|page| (look, page)).collect()
}

/// Each kind of page over hostile rows, the page of each hostile problem, and what refuses hostile questions.
fn pages_of_a_run(viewer: &Viewer, place: &Place) -> Pages {
    let hostile = encoded(HOSTILE[2].0);
    let query = format!(
        "SELECT '{}' AS \"{}\", * FROM ledger",
        HOSTILE[0].0, HOSTILE[2].0
    );
    let names: Vec<String> = place.out("out").selection().into_keys().collect();
    let sets = format!("compare?a={}&b={}", encoded(&names[0]), encoded(&names[1]));
    let first = links(viewer, "rows?fate=kept", "/row/").swap_remove(0);
    let kinds = [
        "",
        "rows",
        "rows?page=2",
        "rows?q=script",
        "help",
        &first,
        &sets,
    ]
    .map(str::to_owned);
    let mut pages = of(wrong, kinds);
    pages.extend(of(wrong, [format!("sql?q={}", encoded(&query))]));
    let refused = [
        "rows?q=",
        "rows?where=",
        "rows?reason=",
        "sql?q=",
        "problem/",
        "row/",
        "compare?b=x&a=",
    ];
    pages.extend(of(
        wrong_when_narrow,
        refused.map(|asked| format!("{asked}{hostile}")),
    ));
    let ledger = place.out("out").ledger();
    let rows = ledger.iter().filter(|row| row["file"] == "a.jsonl");
    let problems: BTreeSet<&str> = rows.filter_map(|row| row["problem_id"].as_str()).collect();
    assert!(problems.len() > 50, "{problems:?}");
    pages.extend(of(
        wrong_when_narrow,
        problems.iter().map(|id| format!("problem/{id}")),
    ));
    pages
}

fn pages_of_an_audit(viewer: &Viewer, _: &Place) -> Pages {
    let row = links(viewer, "rows", "/row/").swap_remove(0);
    of(wrong_when_narrow, [String::new(), "rows".to_owned(), row])
}

fn pages_of_an_evaluation(viewer: &Viewer, _: &Place) -> Pages {
    // The overview has a form for each run, and the names of all in a list.
    let mut runs = attributes(&viewer.page(""), "value");
    runs.sort_unstable();
    runs.dedup();
    let pair = format!("compare?a={}&b={}", encoded(&runs[0]), encoded(&runs[1]));
    let question = links(viewer, "questions", "/question?").swap_remove(0);
    let pages = ["", "questions", "compare", &pair, &question].map(str::to_owned);
    of(wrong, pages)
}

/// Where a page's links of a kind go, behind the token.
fn links(viewer: &Viewer, page: &str, kind: &str) -> Vec<String> {
    let all = attributes(&viewer.page(page), "href");
    let of_kind = all.iter().filter(|link| link.contains(kind));
    let behind = of_kind.filter_map(|link| link.strip_prefix(&format!("{}/", viewer.base)));
    let links: Vec<String> = behind.map(str::to_owned).collect();
    assert!(!links.is_empty(), "{page} has no {kind}");
    links
}

#[test]
fn the_viewer_is_walked_by_keys() {
    let place = crate::viewer::made();
    let Some(mut browser) = Browser::start(place.folder()) else {
        return;
    };
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let base = format!("http://127.0.0.1:{}{}", viewer.port, viewer.base);
    browser.show(WIDTHS[1], false);
    browser.open(&format!("{base}/rows"));
    let rows = browser.value("[...document.querySelectorAll('a.row')].map((row) => row.href)");
    for (key, at) in [("j", 0), ("j", 1), ("j", 2), ("k", 1), ("k", 0), ("k", 0)] {
        browser.press(key);
        assert_eq!(
            browser.value("document.activeElement.href"),
            rows[at],
            "{key}"
        );
    }
    let entry = browser.press_and_go("Enter");
    assert_eq!(rows[0], entry.as_str(), "Enter opens the entry");
    assert_eq!(rows[1], browser.press_and_go("j").as_str());
    assert_eq!(browser.press_and_go("k"), entry);
    assert_eq!(browser.press_and_go("u"), format!("{base}/rows?page=1"));
    assert_eq!(browser.press_and_go("n"), format!("{base}/rows?page=2"));
    assert_eq!(browser.press_and_go("p"), format!("{base}/rows?page=1"));
    browser.press("/");
    for key in ["j", "?", "/"] {
        browser.press(key);
    }
    assert_eq!(
        browser.value("document.activeElement.value"),
        "j?/",
        "keys are letters to who types"
    );
    browser.press("Escape");
    assert_eq!(browser.press_and_go("?"), format!("{base}/help"));
    assert_eq!(browser.press_and_go("u"), format!("{base}/"));
}
