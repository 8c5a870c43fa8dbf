//! Who is let in, and what hostile requests bring about: nothing.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::{Duration, Instant};

use super::client::{Viewer, attributes};
use super::texts::found;
use super::{HOSTILE, made};
use crate::support::tree;

#[test]
fn only_who_has_the_token_and_asks_this_machine_by_its_name_is_let_in() {
    let place = made();
    let before = tree(&place.path("out"));
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let (page, host) = (format!("{}/", viewer.base), viewer.host());
    assert!(
        viewer.base.len() == 33,
        "a token of 128 bits: {}",
        viewer.base
    );
    let status = |method: &str, target: &str, headers: &str| {
        viewer
            .ask(method, target, headers)
            .map(|answer| answer.status)
    };
    assert_eq!(status("GET", &page, &host), Some(200));
    let head = viewer.ask("HEAD", &page, &host).expect("an answer");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND",
    ] {
        assert_eq!(status(method, &page, &host), Some(405), "{method}");
    }
    for target in ["127.0.0.1:22", "example.com:443"] {
        assert_eq!(status("CONNECT", target, &host), Some(405), "{target}");
    }
    for other in [
        "evil.example",
        "127.0.0.1",
        "localhost",
        "127.0.0.1:1",
        "[::1]:80",
        "",
    ] {
        assert_eq!(
            status("GET", &page, &format!("Host: {other}\r\n")),
            Some(421),
            "{other}"
        );
    }
    assert_eq!(status("GET", &page, ""), Some(421));
    assert_eq!(
        status(
            "GET",
            &page,
            &format!("{host}Origin: http://evil.example\r\n")
        ),
        Some(403)
    );
    let absolute = format!("http://127.0.0.1:{}{page}", viewer.port);
    assert_eq!(status("GET", &absolute, &host), Some(400));
    assert_eq!(
        status("GET", "http://169.254.169.254/latest", &host),
        Some(400)
    );
    // Answers that are refusals too say what their page may do.
    for answer in [
        viewer.get(&page),
        viewer.get("/"),
        viewer.get(&format!("{page}nowhere")),
    ] {
        let policy = &answer.headers["content-security-policy"];
        assert!(
            policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    drop(viewer);
    assert_eq!(tree(&place.path("out")), before, "it only reads");
}

#[test]
fn no_path_leaves_the_folder_and_none_is_read_in_it() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let below = [
        "../etc/passwd",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "..\\..\\etc\\passwd",
        "/etc/passwd",
        "//etc/passwd",
        "....//etc/passwd",
        "%252e%252e%252fetc%252fpasswd",
        "__run__/manifest.json",
        "README.md",
        "row/..%2f..%2fetc%2fpasswd",
        "row/%2fetc%2fpasswd",
        "problem/..%2f..",
        "style.css/../../etc/passwd",
        "%00",
        "row/%00",
        "row/%ff%fe",
        "rows/%c0%ae%c0%ae/",
        ".git/config",
        "file:///etc/passwd",
    ];
    for path in below {
        for target in [format!("{}/{path}", viewer.base), format!("/{path}")] {
            let answer = viewer.get(&target);
            assert!(
                [400, 403, 404].contains(&answer.status),
                "{target}: {}",
                answer.status
            );
            assert!(
                !answer.body.contains("root:") && !answer.body.contains("blake3"),
                "{target}"
            );
        }
    }
    let asked = |sql: &str| {
        viewer.get(&format!(
            "{}/sql?q={}",
            viewer.base,
            super::client::encoded(sql)
        ))
    };
    for sql in [
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "CREATE EXTERNAL TABLE p STORED AS CSV LOCATION '/etc/passwd'",
        "COPY ledger TO '/tmp/gradatim-viewer-test'",
        "DROP TABLE ledger",
        "SELECT 1; SELECT 2",
    ] {
        let answer = asked(sql);
        assert_eq!(answer.status, 400, "{sql}");
        assert!(!answer.body.contains("root:"), "{sql}");
    }
    assert_eq!(asked("SELECT count(*) FROM ledger").status, 200);
}

#[test]
fn a_good_request_is_answered_beside_two_hundred_hostile_ones_and_memory_stays_bounded() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool", "--memory", "400MB"]);
    // What is searched is read while no page is made.
    assert_eq!(found(&viewer, "q=zephyr"), "1");
    let (base, host) = (viewer.base.clone(), viewer.host());
    let large = "a".repeat(4 << 20);
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\n{host}\r\n");
    let hostile: Vec<String> = vec![
        get(&format!("{base}/rows?q={}", &large[..7000])),
        get(&format!("{base}/rows?q={large}")),
        format!("GET {base}/ HTTP/1.1\r\n{host}X: {large}\r\n\r\n"),
        format!(
            "GET {base}/ HTTP/1.1\r\n{host}{}\r\n",
            "A: b\r\n".repeat(5000)
        ),
        format!("POST {base}/sql HTTP/1.1\r\n{host}Content-Length: 99999999999\r\n\r\n{large}"),
        format!(
            "POST {base}/ HTTP/1.1\r\n{host}Transfer-Encoding: chunked\r\n\r\nfffffff\r\n{large}"
        ),
        get(&format!("{base}/rows?{}", "where=tokens>1&".repeat(400))),
        get(&format!("{base}/rows?page=99999999999999999999")),
        get(&format!(
            "{base}/rows?page=4000000000&n=18446744073709551615"
        )),
        get(&format!("{base}/row/-?at=a/b:1:1&n=18446744073709551615")),
        get(&format!("{base}/sql?q=SELECT%20repeat('x',1000000000)")),
        get(&format!(
            "{base}/sql?q=SELECT%20*%20FROM%20range(100000000)%20a,%20range(100000000)%20b"
        )),
        get(&format!("{base}/sql?q={}", "(".repeat(7000))),
        get(&format!("{base}/problem/{}", "%00".repeat(2000))),
        get("/../../etc/passwd"),
        "GET / HTTP/0.9\r\n\r\n".to_owned(),
        "\u{0}\u{16}\u{3}\u{1} not HTTP at all \r\n\r\n".to_owned(),
        format!("GET {base}/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        format!("get {base}/ HTTP/1.1\r\n{host}\r\n"),
        format!("GET {base}/ HTTP/1.1\nHost:\n\n"),
    ];
    // Beside them who sends a byte and no more, and who never sends any.
    let mut slow: Vec<std::net::TcpStream> = (0..60).map(|_| viewer.connect()).collect();
    for stream in slow.iter_mut().step_by(2) {
        stream.write_all(b"GET / HT").expect("it is taken");
    }
    std::thread::scope(|scope| {
        for at in 0..200 {
            let (viewer, request) = (&viewer, &hostile[at % hostile.len()]);
            scope.spawn(move || {
                let answer = viewer.send(request.as_bytes());
                let status = answer.map_or(0, |answer| answer.status);
                let known = [0, 200, 303, 400, 403, 404, 405, 414, 421, 431, 503];
                assert!(
                    known.contains(&status),
                    "{status}: {}",
                    &request[..80.min(request.len())]
                );
            });
        }
        let start = Instant::now();
        assert_eq!(viewer.get(&format!("{base}/style.css")).status, 200);
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
    });
    let start = Instant::now();
    assert!(viewer.page("rows?q=zephyr").contains("1 entry"));
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    let peak = peak_bytes(viewer.process());
    assert!(peak < 1_000_000_000, "{peak} bytes");
    drop(slow);
    viewer.end("INT").ends(130);
}

#[test]
fn a_query_that_makes_much_of_little_is_refused_within_memory() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool", "--memory", "400MB"]);
    let chained = |first: &str, step: &str| {
        let steps = (1..4).map(|at| format!(", t{at} AS (SELECT {step} AS x FROM t{})", at - 1));
        format!(
            "WITH t0 AS (SELECT {first} AS x){} SELECT x FROM t3",
            steps.collect::<String>()
        )
    };
    let ten = |between: &str| ["x"; 10].join(between);
    let queries = [
        "SELECT length(repeat('x', 1000000000))".to_owned(),
        "SELECT cardinality(array_repeat(1, 100000000))".into(),
        "SELECT sum(cardinality(array_repeat(value, 1000000))) FROM range(1000)".into(),
        "SELECT cardinality(generate_series(1, 1000000000))".into(),
        "SELECT length(lpad('x', 1000000000))".into(),
        "SELECT length(replace(repeat('x', 1000000), 'x', repeat('y', 2000)))".into(),
        "SELECT length(regexp_replace(repeat('x', 1000000), 'x', repeat('y', 2000), 'g'))".into(),
        "SELECT length(array_to_string(range(20000), repeat('y', 20000)))".into(),
        "SELECT levenshtein(repeat('a', 1000000), repeat('b', 1000000))".into(),
        "SELECT array_agg(value) OVER () FROM range(1000000)".into(),
        "SELECT string_agg('x', ',') OVER (PARTITION BY 1) FROM range(1000000)".into(),
        chained("repeat('x', 1000000)", &format!("concat({})", ten(", "))),
        chained("repeat('x', 1000000)", &ten(" || ")),
        chained("range(1000000)", &format!("array_concat({})", ten(", "))),
        chained("range(1000000)", &ten(" || ")),
        chained("range(1000000)", &format!("[{}]", ten(", "))),
    ];
    for sql in &queries {
        let answer = viewer.get(&format!(
            "{}/sql?q={}",
            viewer.base,
            super::client::encoded(sql)
        ));
        assert_eq!(answer.status, 400, "{sql}");
        assert!(!answer.body.contains("seconds"), "{sql}: {}", answer.body);
    }
    let peak = peak_bytes(viewer.process());
    assert!(peak < 700_000_000, "{peak} bytes");
    // What is large in its rows alone is answered a part at a time.
    let large = "SELECT sum(length(replace(repeat('x', 20000), 'x', 'yyyyyyyyyy'))) FROM range(10) WHERE value >= 0";
    let page = viewer.page(&format!("sql?q={}", super::client::encoded(large)));
    assert!(page.contains("2000000"), "{page}");
    let joined = "SELECT 'a' || NULL IS NULL AS n, 'a' || 'b' || 'c' AS j, [1] || [2] AS l";
    let page = viewer.page(&format!("sql?q={}", super::client::encoded(joined)));
    assert!(
        page.contains("true") && page.contains("abc") && page.contains("[1,2]"),
        "{page}"
    );
}

/// Queries that go on for hours: of pairs that are counted, and of pairs that are never found.
const ENDLESS: [&str; 3] = [
    "SELECT count(*) FROM range(1000000) a, range(1000000) b, range(1000000) c",
    "SELECT count(*) FROM range(1000000) a JOIN range(1000000) b ON a.value + b.value < 0",
    "SELECT count(*) FROM range(1000000) a LEFT JOIN range(1000000) b ON a.value * b.value = -1",
];

#[test]
fn a_query_without_end_is_broken_off_and_the_next_finds_a_thread() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    std::thread::scope(|scope| {
        for sql in ENDLESS {
            let viewer = &viewer;
            scope.spawn(move || {
                let answer = viewer.get(&format!(
                    "{}/sql?q={}",
                    viewer.base,
                    super::client::encoded(sql)
                ));
                assert_eq!(answer.status, 400, "{sql}");
                assert!(answer.body.contains("seconds"), "{sql}: {}", answer.body);
            });
        }
    });
    std::thread::sleep(Duration::from_secs(1));
    let before = ticks(viewer.process());
    std::thread::sleep(Duration::from_secs(2));
    let spent = ticks(viewer.process()) - before;
    assert!(spent < 50, "{spent} hundredths of a second of two");
    let start = Instant::now();
    assert!(
        viewer
            .page("sql?q=SELECT%20count(*)%20FROM%20ledger")
            .contains("1 row")
    );
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
}

/// What a process had of the processors, in hundredths of a second.
fn ticks(process: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("a process");
    let (_, behind) = stat.rsplit_once(") ").expect("its name");
    let fields: Vec<&str> = behind.split(' ').collect();
    let number = |at: usize| fields[at].parse::<u64>().expect("a number");
    number(11) + number(12)
}

#[test]
fn pages_that_ask_nothing_are_shown_beside_two_hundred_that_ask_much() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    viewer.page("");
    let sql = super::client::encoded(ENDLESS[1]);
    let request = format!(
        "GET {}/sql?q={sql} HTTP/1.1\r\n{}\r\n",
        viewer.base,
        viewer.host()
    );
    let asking: Vec<std::net::TcpStream> = (0..200)
        .map(|_| {
            let mut stream = viewer.connect();
            stream.write_all(request.as_bytes()).expect("it is taken");
            stream
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    for page in ["help", "", "help", ""] {
        let start = Instant::now();
        viewer.page(page);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{page}: {:?}",
            start.elapsed()
        );
    }
    drop(asking);
    viewer.end("INT").ends(130);
}

/// The most that a process held.
fn peak_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .expect("its peak");
    let kilobytes = line.split_whitespace().nth(1).expect("a number");
    kilobytes.parse::<u64>().expect("a number") * 1024
}

#[test]
fn ctrl_c_ends_it_at_once_while_pages_are_made_too() {
    let place = made();
    for signal in [("INT", 130), ("TERM", 143)] {
        let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
        let sql = "SELECT%20count(*)%20FROM%20range(100000000)%20a,%20range(1000)%20b";
        let mut stream = viewer.connect();
        let request = format!(
            "GET {}/sql?q={sql} HTTP/1.1\r\n{}\r\n",
            viewer.base,
            viewer.host()
        );
        stream.write_all(request.as_bytes()).expect("it is taken");
        std::thread::sleep(Duration::from_millis(300));
        let start = Instant::now();
        viewer.end(signal.0).ends(signal.1);
        assert!(
            start.elapsed() < Duration::from_secs(3),
            "{:?}",
            start.elapsed()
        );
    }
}

#[test]
fn a_port_that_is_taken_and_a_folder_that_is_none_are_told_before_anything_is_served() {
    let place = made();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port().to_string();
    place
        .gradatim(&["view", "out", "--port", &port])
        .ends(2)
        .tells(&["cannot be had", "--port"]);
    place
        .gradatim(&["view", "nowhere"])
        .ends(2)
        .tells(&["nowhere", "hint"]);
    place
        .gradatim(&["view", "out", "--pool", "data"])
        .ends(2)
        .tells(&["pool", "hint"]);
}

/// The elements that pages are made of. Formulas add those of MathML.
const ELEMENTS: [&str; 48] = [
    "html", "head", "meta", "title", "link", "script", "body", "a", "header", "h1", "h2", "h3",
    "h4", "p", "nav", "main", "footer", "section", "article", "div", "span", "table", "caption",
    "thead", "tbody", "tr", "th", "td", "ul", "li", "dl", "dt", "dd", "form", "label", "input",
    "select", "option", "datalist", "textarea", "button", "details", "summary", "code", "pre",
    "kbd", "mark", "strong",
];

/// Elements that texts with formulas are written with.
const OF_TEXTS: [&str; 46] = [
    "math",
    "semantics",
    "annotation",
    "mrow",
    "mi",
    "mn",
    "mo",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msup",
    "msub",
    "msubsup",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
    "mpadded",
    "mphantom",
    "menclose",
    "merror",
    "mmultiscripts",
    "mprescripts",
    "none",
    "mglyph",
    "mlabeledtr",
    "bdi",
    "em",
    "b",
    "i",
    "br",
    "hr",
    "ol",
    "q",
    "svg",
    "path",
    "small",
    "s",
    "u",
    "figure",
];

#[test]
fn rows_that_would_act_are_text_on_every_page() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let found = viewer.page("rows?where=source_id%20~%20script");
    let row = attributes(&found, "href")
        .into_iter()
        .find(|link| link.contains("/row/"))
        .expect("its row");
    let row = row
        .strip_prefix(&format!("{}/", viewer.base))
        .expect("a page")
        .to_owned();
    let of_row = viewer.page(&row);
    let problem = attributes(&of_row, "href")
        .into_iter()
        .find(|link| link.contains("/problem/"))
        .expect("its problem");
    let problem = problem
        .strip_prefix(&format!("{}/", viewer.base))
        .expect("a page")
        .to_owned();
    let typed = super::client::encoded(HOSTILE);
    let pages = [
        String::new(),
        "rows".into(),
        row,
        problem,
        "help".into(),
        "sql?q=SELECT%20*%20FROM%20ledger".into(),
        "sql?q=SELECT%20*%20FROM%20%22all-normal-10%22".into(),
        format!("rows?q={typed}"),
        format!("rows?category={typed}"),
        format!("rows?where=category%20%3D%20{typed}"),
    ];
    for page in &pages {
        inert(page, &viewer.page(page));
    }
    for page in [
        format!("rows?subset={typed}"),
        format!("rows?sort={typed}"),
        format!("row/{typed}"),
        format!("compare?a={typed}&b=x"),
        format!("sql?q={typed}"),
        format!("rows?where={typed}"),
    ] {
        let answer = viewer.get(&format!("{}/{page}", viewer.base));
        assert!(
            [400, 404].contains(&answer.status),
            "{page}: {}",
            answer.status
        );
        inert(&page, &answer.body);
    }
}

/// What stands in fields, as the page has it.
fn raw_values(page: &str) -> impl Iterator<Item = &str> {
    let values = page.split(" value=\"").skip(1);
    let values = values.filter_map(|rest| Some(rest.split_once('"')?.0));
    let areas = page.split("<textarea").skip(1);
    let areas = areas.filter_map(|rest| Some(rest.split_once('>')?.1.split_once('<')?.0));
    values.chain(areas).filter(|value| !value.is_empty())
}

/// Fails where a page has an element, an attribute or a letter that only a text could have brought into it.
#[track_caller]
fn inert(name: &str, page: &str) {
    let acting = ['\u{202e}', '\u{1b}', '\u{0}'];
    // What a field was given is in it as it is, or another thing would be asked with it: there it acts on nothing else.
    let mut shown = page.to_owned();
    for value in raw_values(page) {
        shown = shown.replace(value, "");
    }
    assert!(!shown.contains(acting), "{name} has letters that act");
    let mut elements = BTreeSet::new();
    for tag in page.split('<').skip(1) {
        let end = tag
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(tag.len());
        elements.insert(tag[..end].to_owned());
    }
    elements.remove("");
    let known: BTreeSet<String> = ELEMENTS
        .iter()
        .chain(&OF_TEXTS)
        .map(|name| (*name).to_owned())
        .collect();
    let others: Vec<&String> = elements
        .difference(&known)
        .filter(|name| *name != "!")
        .collect();
    assert!(others.is_empty(), "{name} has {others:?}");
    assert_eq!(page.matches("<script").count(), 1, "{name}");
    for attribute in [
        "onerror",
        "onclick",
        "onload",
        "style",
        "srcdoc",
        "formaction",
    ] {
        let mark = format!(" {attribute}=\"");
        assert!(!page.contains(&mark), "{name} has {attribute}");
    }
    for link in attributes(page, "href")
        .iter()
        .chain(&attributes(page, "src"))
    {
        assert!(
            link.starts_with('/') || link.starts_with('#'),
            "{name}: {link}"
        );
    }
}
