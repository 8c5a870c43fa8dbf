//! Mistyped names: whatever a name is of, whoever gives it is told the one that was meant.

use serde_json::json;

use crate::support::*;

const PIPELINE: &str = "\
[sources.all]
layout = 'openr1'
path = 'data'
[verify]
accept = 'recorded'
[measure]
tokenizer = 'bytes.json'
[[grid]]
category = ['diverse']
size = [4]
[grid.control]
random = 1
";

fn place() -> Place {
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&openr1_rows(60)));
    place.write("pipeline.toml", PIPELINE);
    let attempt = |at: usize| json!({"run": "random-4", "benchmark": "aime24", "question_id": 60 + at, "attempt": 0, "correct": true});
    place.write(
        "eval.jsonl",
        jsonl(&(0..30).map(attempt).collect::<Vec<_>>()),
    );
    place.write(
        "pairs.jsonl",
        jsonl(&[json!({"gold": "1", "response": "1"})]),
    );
    place.write("set/data/train.jsonl", jsonl(&openr1_rows(3)));
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    place
}

#[test]
fn a_name_that_is_none_is_met_with_the_one_that_was_meant() {
    let place = place();
    for (line, meant) in [
        ("pln", "plan"),
        ("pool chek", "check"),
        ("inspect data --entrys 3", "--entries"),
        ("inspect data --layout opnr1", "openr1"),
        ("inspect set --split trian", "train"),
        ("inspect set --config defalt", "default"),
        ("plan pipeline.toml --source al=x", "all"),
        ("balance out diverse-norml-4 random-4", "diverse-normal-4"),
        ("why all/rows.jsonl:3 --in out --subset randm-4", "random-4"),
        ("preflight out randm-4 --trainer trl", "random-4"),
        ("preflight out --trainer tlr", "trl"),
        ("preflight out --trainer trl --model qwen2", "qwen2.5"),
        ("preflight out --trainer trl --template qwen25", "qwen2.5"),
        (
            "train-config out randm-4 --trainer trl --model Qwen/Qwen2.5-7B",
            "random-4",
        ),
        (
            "train-config out random-4 --trainer tl --model Qwen/Qwen2.5-7B",
            "trl",
        ),
        (
            "train-config out random-4 --trainer trl --model a/b --family qwen25",
            "qwen2.5",
        ),
        ("schema leger", "ledger"),
        ("example quikstart", "quickstart"),
        ("eval eval.jsonl --against randm-4", "random-4"),
        ("eval eval.jsonl --format plan", "plain"),
        ("eval eval.jsonl --column questin=run", "question"),
        ("eval eval.jsonl --column question=rn", "run"),
        ("verify pairs.jsonl --gold-field gld", "gold"),
        ("verify pairs.jsonl --profile math-verfy", "math-verify"),
    ] {
        told(&place, &line.split(' ').collect::<Vec<_>>(), meant);
    }
    for (query, meant) in [
        ("SELECT * FROM ledgr", "ledger"),
        ("SELECT * FROM \"randm-4\"", "random-4"),
        ("SELECT reasn FROM ledger", "reason"),
        ("SELECT token_cout(reason) FROM ledger", "token_count"),
    ] {
        told(&place, &["sql", query, "--in", "out"], meant);
    }
}

#[test]
fn a_name_in_a_pipeline_is_met_so_too() {
    let place = place();
    for (from, to, meant) in [
        ("[verify]", "[verfy]", "verify"),
        ("layout =", "layot =", "layout"),
        ("'openr1'", "'opnr1'", "openr1"),
        ("'recorded'", "'recordd'", "recorded"),
        ("['diverse']", "['algebr']", "algebra"),
        ("random = 1", "radom = 1", "random"),
        ("size = [4]", "size = [4]\nstyle = ['r']", "r1"),
        ("size = [4]", "size = [4]\nrecipe = ['lmo']", "limo"),
        ("size = [4]", "size = [4]\nlength.rule = ['shrt']", "short"),
        (
            "[[grid]]",
            "[screen.contamination]\nbenchmarks = ['aime2']\n[[grid]]",
            "aime24",
        ),
        ("[[grid]]", "[emit]\nadd = ['txt']\n[[grid]]", "text"),
    ] {
        assert!(PIPELINE.contains(from), "{from}");
        place.write("wrong.toml", PIPELINE.replacen(from, to, 1));
        told(&place, &["plan", "wrong.toml", "--pool", "pool"], meant);
    }
    let columns = PIPELINE.replace("'openr1'", "'columns'")
        + "[sources.all.columns]\nproblem = 'problm'\nresponse = 'generations'\n";
    place.write("wrong.toml", columns.replace("'recorded'", "'ours'"));
    told(&place, &["plan", "wrong.toml", "--pool", "pool"], "problem");
}

/// Fails where what is refused is not met with the name that was meant.
#[track_caller]
fn told(place: &Place, arguments: &[&str], meant: &str) {
    let done = place.gradatim(arguments);
    assert!(
        matches!(done.code, Some(2 | 4 | 5)),
        "{arguments:?} ends with {:?}\n{}",
        done.code,
        done.stderr
    );
    let said = done.stderr + &done.stdout;
    let ours = said.contains(&format!("did you mean `{meant}`?"));
    let of_clap = said
        .lines()
        .any(|line| line.contains("tip:") && line.contains(&format!("'{meant}'")));
    assert!(ours || of_clap, "{arguments:?}: `{meant}` in\n{said}");
    assert!(
        !said
            .lines()
            .any(|line| line.trim_end().ends_with("otherwise")),
        "{said}"
    );
}
