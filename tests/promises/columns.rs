//! What stands in a column is what its name says: selection and subsets against the source's own rows (the other
//! tables have such a test beside their writer). And what no column can hold is told where it is read again.

use std::collections::HashMap;
use std::path::Path;

use gradatim::ids::{problem_id, trajectory_id};
use serde_json::{Value, json};

use crate::commands::{rewrite, with_text};
use crate::support::*;

const PIPELINE: &str = r#"
[sources.own]
layout = "openr1"
path = "data"
style = "a style"
license = "CC-BY-SA-4.0"
attribution = "an attribution"
[measure]
tokenizer = "bytes.json"
[emit]
system = "A system."
add = ["conversations", "text", "prompt_completion"]
[[grid]]
size = [20]
"#;

/// A turn of a conversation.
fn turn(fields: [&str; 2], who: &str, said: &str) -> Value {
    json!({ fields[0]: who, fields[1]: said })
}

/// The row that a subset has to have of a reply of the source.
fn expected(row: &Value, reply: &str, rank: usize) -> Value {
    let problem = text(row, "problem");
    let id = problem_id(problem);
    let message = |who, said| turn(["role", "content"], who, said);
    let said = |who, said| turn(["from", "value"], who, said);
    let prompt = [message("system", "A system."), message("user", problem)];
    let response = message("assistant", reply);
    // Of its bytes each is a token, and each of its marks.
    let conversation = format!(
        "<|im_start|>system\nA system.<|im_end|>\n<|im_start|>user\n{problem}<|im_end|>\n\
         <|im_start|>assistant\n{reply}<|im_end|>\n"
    );
    let messages: Vec<&Value> = prompt.iter().chain([&response]).collect();
    json!({
        "id": trajectory_id(id, reply).to_string(), "problem_id": id.to_string(), "problem": problem,
        "answer": row["answer"], "messages": messages,
        "category": text(row, "problem_type").to_lowercase().replace(' ', "_"), "style": "a style",
        "tokens": reply.len(), "conversation_tokens": conversation.len() - 3 * "<|im_start|><|im_end|>".len() + 6,
        "source": "own", "license": "cc-by-sa-4.0", "attribution": "an attribution",
        "rank": rank,
        "text": conversation.trim_end(),
        "prompt": prompt, "completion": [response],
        "conversations": [said("system", "A system."), said("human", problem), said("gpt", reply)],
    })
}

/// A run over 60 problems of our own.
fn made() -> (Place, Vec<Value>) {
    let rows = openr1_rows(60);
    let place = Place::new();
    place.write("data/rows.jsonl", jsonl(&rows));
    place.write("pipeline.toml", PIPELINE);
    place.run("out", &[]).ends(0);
    (place, rows)
}

#[test]
fn a_selected_trajectory_has_each_value_in_the_column_of_its_name() {
    let (place, rows) = made();
    let out = place.out("out");
    let known: HashMap<&str, &Value> = rows.iter().map(|row| (text(row, "problem"), row)).collect();
    let name = "all-normal-20";
    let selection: Vec<Value> = table(&out.run("selection.parquet"))
        .into_iter()
        .filter(|row| row["subset"] == name)
        .collect();
    let subset = out.subset(name);
    assert_eq!((subset.len(), selection.len()), (20, 20));
    for (rank, (row, selected)) in subset.iter().zip(&selection).enumerate() {
        let reply = text(&row["messages"][2], "content");
        let source = known[text(row, "problem")];
        let replies = source["generations"].as_array().expect("a list");
        assert!(replies.contains(&json!(reply)), "the reply is the source's");
        let expected = expected(source, reply, rank);
        assert_eq!(*row, expected);
        let chosen = json!({
            "subset": name, "rank": rank, "trajectory_id": expected["id"],
            "problem_id": expected["problem_id"],
        });
        assert_eq!(*selected, chosen);
    }
}

#[test]
fn a_word_that_nothing_means_in_a_stored_part_is_damage_by_column_and_word() {
    let (place, _) = made();
    let names = tree(&place.path("pool")).into_keys();
    let seal = names.into_iter().find(|name| name.ends_with("part.json"));
    let seal = place.path("pool").join(seal.expect("a part"));
    let entries = seal.with_file_name("trajectories.parquet");
    rewrite(&entries, |batch| with_text(batch, "verdict", 3, "whim"));
    // Sealed as if it had been written so.
    let was = read_json(&seal);
    let was = was["tables"]["trajectories"].as_str().expect("a hash");
    let hash = blake3::hash(&std::fs::read(&entries).expect("a table"));
    reseal(&seal, was, &hash.to_hex());
    let part = seal.parent().and_then(|folder| folder.file_name());
    let part = part.expect("a name").to_string_lossy().into_owned();
    let why = "its column `verdict` has the unknown word `whim`";
    let check = place.gradatim(&["pool", "check", "--pool", "pool"]).ends(1);
    assert!(check.stdout.contains(why), "{}", check.stdout);
    let told = format!("is damaged ({why}) and is measured again");
    place.run("again", &[]).ends(0).tells(&[&part, &told]);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
    place.gradatim(&["pool", "check", "--pool", "pool"]).ends(0);
}

#[test]
fn a_seal_that_was_written_anew_over_other_counts_is_damage_too() {
    let (place, _) = made();
    let names = tree(&place.path("pool")).into_keys();
    let seal = names.into_iter().find(|name| name.ends_with("part.json"));
    let seal = place.path("pool").join(seal.expect("a part"));
    let entries = read_json(&seal)["entries"].to_string();
    let (was, is) = (format!("\"entries\":{entries}"), "\"entries\":7");
    reseal(&seal, &was, is);
    let told = "is damaged (trajectories.parquet has";
    place
        .run("again", &[])
        .ends(0)
        .tells(&[told, "measured again"]);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
}

/// Writes something else into a seal, with the sum that it then has to have.
fn reseal(seal: &Path, was: &str, is: &str) {
    let text = std::fs::read_to_string(seal).expect("a seal");
    let (body, _) = text.rsplit_once("\"sum\":").expect("a sum");
    let body = body.replace(was, is);
    let sum = blake3::hash(format!("{body}\"sum\":\"\"}}").as_bytes());
    let sum = sum.to_hex();
    std::fs::write(seal, format!("{body}\"sum\":\"{sum}\"}}")).expect("a seal");
}

#[test]
fn a_word_that_nothing_means_in_a_ledger_is_told_by_check_and_balance() {
    for (column, row) in [
        ("verdict", 2),
        ("gold_kind", 3),
        ("fate", 4),
        ("trajectory_id", 5),
    ] {
        let (place, _) = made();
        let ledger = place.out("out").run("ledger.parquet");
        rewrite(&ledger, |batch| with_text(batch, column, row, "whim"));
        let told = format!("column `{column}` has the unknown word `whim`");
        let check = place.gradatim(&["check", "out"]).ends(1);
        assert!(check.stdout.contains(&told), "{}", check.stdout);
        let told =
            format!("column `{column}` of `__run__/ledger.parquet` has the unknown word `whim`");
        place.gradatim(&["balance", "out"]).ends(4).tells(&[&told]);
    }
}
