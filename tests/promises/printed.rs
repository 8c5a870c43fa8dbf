//! What the program prints and the repository keeps: schemas, and the sessions of the README.
//!
//! `TRYCMD=overwrite cargo test --test promises printed` writes all of it anew.

use crate::support::*;

/// Whether what is kept is to be written anew instead of compared; trycmd reads the same variable.
fn is_renewed() -> bool {
    std::env::var("TRYCMD").is_ok_and(|how| how == "overwrite")
}

const RENEW: &str = "renew it with `TRYCMD=overwrite cargo test --test promises printed`";

/// What `gradatim schema` can print, as its own help lists it.
fn schemas(place: &Place) -> Vec<String> {
    let help = place.gradatim(&["schema", "--help"]).ends(0).stdout;
    let (_, listed) = help.split_once("[possible values: ").expect("a list");
    let (listed, _) = listed.split_once(']').expect("its end");
    listed
        .split(',')
        .map(|name| name.trim().to_owned())
        .collect()
}

#[test]
fn the_printed_schemas_are_the_committed_ones() {
    let place = Place::new();
    let folder = repository().join("schemas");
    let mut names = Vec::new();
    for of in schemas(&place) {
        let printed = place.gradatim(&["schema", &of]).ends(0).stdout;
        let ending = if printed.starts_with('{') {
            "json"
        } else {
            "md"
        };
        let name = format!("{of}.{ending}");
        let path = folder.join(&name);
        if is_renewed() {
            std::fs::write(&path, &printed).expect("a schema");
        }
        let kept = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("schemas/{name}: {error}; {RENEW}"));
        assert!(
            printed == kept,
            "schemas/{name} is not what `gradatim schema {of}` prints; {RENEW}"
        );
        names.push(name);
    }
    names.sort();
    let kept: Vec<String> = tree(&folder).into_keys().collect();
    assert_eq!(kept, names, "schemas/ holds nothing else");
}

/// The mark of the quickstart's report.
const REPORT: &str = "<!-- the output of `gradatim run pipelines/quickstart.toml`";

/// What stands behind a mark in the README as the program printed it; the whole with that in its place.
fn kept<'r>(readme: &'r str, mark: &str, printed: &str) -> (&'r str, String) {
    let begin = format!("{mark}; a test keeps it true -->\n```text\n");
    let (before, rest) = readme.split_once(&begin).expect("the place");
    let (shown, after) = rest.split_once("```").expect("its end");
    (shown, format!("{before}{begin}{printed}```{after}"))
}

/// What is said of forty rows and of the same with a few changes.
fn two_versions(place: &Place) -> Done {
    let first = openr1_rows(40);
    let mut second = first.clone();
    second[1]["answer"] = "5".into();
    second[2]["problem"] = "What is 2 plus 5?".into();
    let reply = second[3]["generations"][0].as_str().expect("a reply");
    second[3]["generations"][0] = reply.replace("It is", "So it is").into();
    second[4]["correctness_math_verify"][0] = false.into();
    second.push(second[5].clone());
    second.remove(6);
    second.reverse();
    place.write("v1.jsonl", jsonl(&first));
    place.write("v2.jsonl", jsonl(&second));
    let diff = ["diff", "v1.jsonl", "v2.jsonl", "--pool", "pool"];
    place.gradatim(&diff).ends(1)
}

/// What is done with somebody else's file, from a first look to a set without what was found.
const SESSION: [&str; 7] = [
    "gradatim inspect rows.jsonl",
    "gradatim audit rows.jsonl --out audited",
    "gradatim sql \"SELECT \\\"row\\\", extracted, recorded_rule FROM findings JOIN ledger USING (source, file, \\\"row\\\", generation) WHERE kind = 'recorded_right_found_wrong'\" --in audited",
    "gradatim why rows.jsonl:6 --in audited",
    "gradatim init rows.jsonl > pipeline.toml",
    MENDED,
    "gradatim run pipeline.toml --out mended",
];

/// The shell's way to add to a file.
const MENDED: &str = "cat >> pipeline.toml <<'END'
[screen]
near_duplicates = 0.8

[screen.contamination]
benchmarks = [\"aime24\", \"aime25\", \"math500\"]
END";

/// The session as a terminal shows it.
fn somebody_elses(place: &Place) -> String {
    let rows = repository().join("data/foreign/rows.jsonl");
    place.write("rows.jsonl", std::fs::read(rows).expect("the file"));
    let mut shown = String::new();
    for line in SESSION {
        shown += &format!("$ {line}\n");
        let printed = match line.strip_prefix("gradatim ") {
            Some(line) => {
                let words = shlex::split(line).expect("words");
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                match words.as_slice() {
                    [words @ .., ">", to] => {
                        place.write(to, place.gradatim(words).ends(0).stdout);
                        String::new()
                    }
                    words => place.gradatim(words).ends(0).stdout,
                }
            }
            None => {
                let (_, text) = MENDED.split_once('\n').expect("a text");
                let before = std::fs::read_to_string(place.path("pipeline.toml"));
                let text = text.strip_suffix("END").expect("its end");
                place.write("pipeline.toml", before.expect("a pipeline") + text);
                String::new()
            }
        };
        shown += &format!("{printed}\n");
    }
    shown.trim_end().to_owned() + "\n"
}

/// Its sessions, and the quickstart's report with what a trainer makes of it; one test, since each may write the file
/// anew.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let path = repository().join("README.md");
    trycmd::TestCases::new().case(&path);
    let place = Place::new();
    let report = quickstart(&place.path("out"), &place.path("pool"), &[]).ends(0);
    let preflight =
        "preflight out diverse-long-r1-100 --trainer axolotl --model qwen3 --max-length 2048";
    let mut readme = std::fs::read_to_string(&path).expect("a README");
    assert!(readme.contains(&format!("\ngradatim {preflight}\n")));
    let preflight: Vec<&str> = preflight.split(' ').collect();
    let preflight = place.gradatim(&preflight).ends(1);
    let blocks = [
        (REPORT, report.stdout),
        ("<!-- somebody else's file", somebody_elses(&place)),
        ("<!-- what preflight says", preflight.stdout),
        (
            "<!-- two versions of forty rows",
            two_versions(&place).stdout,
        ),
    ];
    for (mark, printed) in blocks {
        let (shown, renewed) = kept(&readme, mark, &printed);
        if is_renewed() {
            readme = renewed;
        } else {
            assert_eq!(shown, printed, "{RENEW}");
        }
    }
    if is_renewed() {
        std::fs::write(&path, readme).expect("a README");
    }
}
