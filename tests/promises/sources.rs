//! Sources: each layout reads the same entries from every kind of file.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use serde_json::{Value, json};

use crate::support::*;

/// Writes the rows as JSONL, gzip, zstd and Parquet, reads each as a source of its own, and returns the
/// ledger's rows of one, after it has seen that all have the same. `table` goes on under `[sources.NAME]`.
#[track_caller]
fn read_every_way(rows: &[Value], schema: Option<Schema>, table: &str) -> (Place, Vec<Value>) {
    let place = Place::new();
    let lines = jsonl(rows);
    place.write("a/rows.jsonl", &lines);
    place.write("b/rows.jsonl.gz", gzip(&lines));
    place.write("c/rows.jsonl.zst", zstd(&lines));
    let columns = match schema {
        Some(schema) => parquet_as(rows, Arc::new(schema), 2),
        None => parquet(rows, 2),
    };
    place.write("d/rows.parquet", columns);
    let mut pipeline = String::new();
    for name in ["a", "b", "c", "d"] {
        pipeline += &format!(
            "[sources.{name}]\npath = '{name}'\naccept = 'none'\n{}\n",
            table.replace("NAME", name)
        );
    }
    pipeline += "[measure]\ntokenizer = 'bytes.json'\n[screen]\nduplicates = 'keep'\n[[grid]]\nsize = [1]\n";
    place.write("pipeline.toml", pipeline);
    place.run("out", &["--on-shortfall", "skip"]).ends(0);
    place.gradatim(&["check", "out"]).ends(0);
    let mut sources: [Vec<Value>; 4] = Default::default();
    for mut row in place.out("out").ledger() {
        let at = ["a", "b", "c", "d"]
            .iter()
            .position(|name| row["source"] == *name)
            .expect("a source");
        let fields = row.as_object_mut().expect("a row");
        for key in ["source", "file"] {
            fields.remove(key);
        }
        sources[at].push(row);
    }
    let [a, b, c, d] = sources;
    for (name, other) in [("gzip", b), ("zstd", c), ("Parquet", d)] {
        assert_eq!(
            a.len(),
            other.len(),
            "JSONL and {name} have another number of entries"
        );
        for (one, two) in a.iter().zip(&other) {
            assert_eq!(one, two, "JSONL and {name} differ");
        }
    }
    (place, a)
}

/// The values of some columns, row by row.
fn columns(rows: &[Value], names: &[&str]) -> Value {
    rows.iter()
        .map(|row| {
            names
                .iter()
                .map(|name| row[*name].clone())
                .collect::<Vec<_>>()
        })
        .collect::<Vec<_>>()
        .into()
}

fn text_field(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn list_field(name: &str, item: DataType) -> Field {
    Field::new(
        name,
        DataType::List(Arc::new(Field::new("item", item, true))),
        true,
    )
}

fn turns_field(name: &str, keys: [&str; 2]) -> Field {
    list_field(name, DataType::Struct(keys.map(text_field).to_vec().into()))
}

/// The responses of the written subset, whatever source they come from.
fn said(place: &Place, subset: &str) -> Vec<String> {
    let mut said: Vec<String> = place
        .out("out")
        .subset(subset)
        .iter()
        .map(|row| {
            row["messages"][1]["content"]
                .as_str()
                .expect("a text")
                .to_owned()
        })
        .collect();
    said.sort();
    said
}

/// The id of exactly this response: two texts that differ in a space have two.
fn id(problem: &str, response: &str) -> Value {
    let problem = gradatim::ids::problem_id(problem);
    json!(gradatim::ids::trajectory_id(problem, response).to_string())
}

#[test]
fn openr1_reads_a_list_of_generations_with_lists_of_verdicts_aligned_to_it() {
    let (right, wrong) = (reply(5, 3), reply(6, 4));
    let row = |uuid: Value, rule: Value, judge: Value, complete: Value, finish: Value| {
        json!({
            "problem": "What is 2+3?", "generations": [right, wrong, format!("{right} ")], "answer": "5", "problem_type": "Number Theory",
            "question_type": "MCQ", "source": "olympiads", "uuid": uuid, "correctness_math_verify": rule, "correctness_llama": judge,
            "is_reasoning_complete": complete, "finish_reasons": finish,
            "messages": [{ "role": "user", "content": "What is 2+3?" }, { "role": "assistant", "content": "never read" }], "extra": "never read",
        })
    };
    let all = json!([true, false, true]);
    let rows = [
        row(
            json!("u1"),
            all.clone(),
            Value::Null,
            all.clone(),
            json!(["stop", "length", "stop"]),
        ),
        // Lists that are null, shorter than the generations, or hold nulls vouch for nothing there.
        row(
            Value::Null,
            Value::Null,
            json!([false, true, false]),
            json!([true]),
            Value::Null,
        ),
        row(
            json!("u3"),
            json!([true]),
            json!([null, false]),
            Value::Null,
            json!(["length"]),
        ),
        row(json!("u1"), json!([]), json!([]), json!([]), json!([])),
    ];
    let schema = Schema::new(vec![
        text_field("problem"),
        list_field("generations", DataType::Utf8),
        text_field("answer"),
        text_field("problem_type"),
        text_field("question_type"),
        text_field("source"),
        text_field("uuid"),
        list_field("correctness_math_verify", DataType::Boolean),
        list_field("correctness_llama", DataType::Boolean),
        list_field("is_reasoning_complete", DataType::Boolean),
        list_field("finish_reasons", DataType::Utf8),
        turns_field("messages", ["role", "content"]),
        text_field("extra"),
    ]);
    let (_, entries) = read_every_way(&rows, Some(schema), "layout = 'openr1'");
    assert_eq!(
        columns(
            &entries,
            &[
                "row",
                "generation",
                "recorded_rule",
                "recorded_judge",
                "finished",
                "source_id"
            ]
        ),
        json!([
            [0, 0, true, null, true, "u1"],
            [0, 1, false, null, false, "u1"],
            [0, 2, true, null, true, "u1"],
            [1, 0, null, false, true, null],
            [1, 1, null, true, true, null],
            [1, 2, null, false, true, null],
            [2, 0, true, null, false, "u3"],
            [2, 1, null, false, true, "u3"],
            [2, 2, null, null, true, "u3"],
            [3, 0, null, null, true, "u1"],
            [3, 1, null, null, true, "u1"],
            [3, 2, null, null, true, "u1"],
        ])
    );
    assert_eq!(
        columns(
            &entries[..2],
            &[
                "category",
                "origin",
                "question_type",
                "style",
                "verdict",
                "extracted"
            ]
        ),
        json!([
            ["number_theory", "olympiads", "MCQ", "r1", "correct", "5"],
            ["number_theory", "olympiads", "MCQ", "r1", "wrong", "6"],
        ])
    );
    assert_eq!(entries[0]["trajectory_id"], id("What is 2+3?", &right));
    assert_eq!(
        entries[0]["trajectory_id"], entries[2]["trajectory_id"],
        "white space outside is no part of a response"
    );
    assert_eq!(entries[0]["problem_id"], entries[11]["problem_id"]);
}

#[test]
fn openr1_names_the_reason_where_a_row_yields_none() {
    let row = |problem: Value, generations: Value| json!({ "problem": problem, "generations": generations, "answer": "5" });
    let rows = [
        row(json!("p"), Value::Null),
        row(json!("p"), json!([])),
        row(json!("p"), json!([null, "", " \n", "5"])),
        row(Value::Null, json!(["a", "b"])),
        row(json!(" "), json!(["a"])),
    ];
    let schema = Schema::new(vec![
        text_field("problem"),
        list_field("generations", DataType::Utf8),
        text_field("answer"),
    ]);
    let (_, entries) = read_every_way(&rows, Some(schema), "layout = 'openr1'");
    assert_eq!(
        columns(&entries, &["row", "generation", "reason"]),
        json!([
            [0, null, "no_generations"],
            [1, null, "no_generations"],
            [2, 0, "no_response"],
            [2, 1, "empty_response"],
            [2, 2, "empty_response"],
            [2, 3, null],
            [3, 0, "no_problem"],
            [3, 1, "no_problem"],
            [4, 0, "no_problem"],
        ])
    );
}

#[test]
fn numina_reads_the_human_solution() {
    let rows = [
        json!({ "problem": "What is 2+3?", "solution": "Add: \\boxed{5}.", "answer": "5", "problem_type": "Algebra", "question_type": "math-word-problem", "source": "cn_k12", "problem_is_valid": "Yes", "synthetic": false }),
        json!({ "problem": "Show it.", "solution": "It is clear.", "answer": "proof", "problem_type": "Logic and Puzzles", "question_type": "proof", "source": "olympiads", "problem_is_valid": "Yes", "synthetic": false }),
        json!({ "problem": "What?", "solution": null, "answer": "1", "problem_type": null, "question_type": null, "source": null, "problem_is_valid": "No", "synthetic": false }),
    ];
    let (place, entries) = read_every_way(&rows, None, "layout = 'numina'");
    assert_eq!(
        columns(
            &entries,
            &[
                "generation",
                "style",
                "category",
                "origin",
                "verdict",
                "reason"
            ]
        ),
        json!([
            [0, "human", "algebra", "cn_k12", "correct", null],
            [
                0,
                "human",
                "logic_and_puzzles",
                "olympiads",
                "no_gold",
                null
            ],
            [0, null, null, null, null, "no_response"],
        ])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id("What is 2+3?", "Add: \\boxed{5}.")
    );
    assert!(
        ["Add: \\boxed{5}.", "It is clear."].contains(&said(&place, "all-normal-1")[0].as_str())
    );
}

#[test]
fn s1k_reads_two_trajectories_of_each_question_in_one_markup() {
    let row = |gemini: Value, deepseek: Value| {
        json!({
            "question": "What is 2+3?", "solution": "5", "source_type": "AIME", "metadata": "{}", "cot_type": "math",
            "gemini_thinking_trajectory": gemini[0], "gemini_attempt": gemini[1], "gemini_grade": gemini[2],
            "deepseek_thinking_trajectory": deepseek[0], "deepseek_attempt": deepseek[1], "deepseek_grade": deepseek[2],
        })
    };
    let rows = [
        row(
            json!(["I add. \n", " It is \\boxed{5}.", "Yes"]),
            json!(["Okay, so wait.", "\\boxed{6}", "No"]),
        ),
        row(
            json!([null, "\\boxed{5}", null]),
            json!(["Hm.", null, null]),
        ),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 's1k'");
    assert_eq!(
        columns(
            &entries,
            &[
                "row",
                "generation",
                "style",
                "recorded_judge",
                "verdict",
                "reason",
                "origin"
            ]
        ),
        json!([
            [0, 0, "gemini", true, "correct", null, "AIME"],
            [0, 1, "r1", false, "wrong", null, "AIME"],
            [1, 0, null, null, null, "no_response", null],
            [1, 1, null, null, null, "no_response", null],
        ])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id(
            "What is 2+3?",
            "<think>\nI add.\n</think>\n\nIt is \\boxed{5}."
        )
    );
    assert_eq!(
        entries[1]["trajectory_id"],
        id(
            "What is 2+3?",
            "<think>\nOkay, so wait.\n</think>\n\n\\boxed{6}"
        )
    );
}

#[test]
fn s1k_reads_the_first_release_as_well() {
    let rows = [
        json!({ "question": "What is 2+3?", "solution": "5", "source_type": "AIME", "thinking_trajectories": ["I add."], "attempt": "It is \\boxed{5}." }),
        json!({ "question": "What is 2+4?", "solution": "6", "source_type": "AIME", "thinking_trajectories": ["I add."], "attempt": null }),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 's1k'");
    assert_eq!(
        columns(
            &entries,
            &[
                "row",
                "generation",
                "style",
                "recorded_judge",
                "verdict",
                "reason"
            ]
        ),
        json!([
            [0, 0, "gemini", null, "correct", null],
            [1, 0, null, null, null, "no_response"]
        ])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id(
            "What is 2+3?",
            "<think>\nI add.\n</think>\n\nIt is \\boxed{5}."
        )
    );
}

#[test]
fn limo_reads_question_solution_and_answer() {
    let rows =
        [json!({ "question": "What is 2+3?", "solution": "Okay. \\boxed{5}", "answer": "5" })];
    let (_, entries) = read_every_way(
        &rows,
        None,
        "layout = 'limo'\nstyle = 'r1'\ncategory = 'Number Theory'",
    );
    assert_eq!(
        columns(
            &entries,
            &["generation", "style_source", "category", "verdict"]
        ),
        json!([[0, "r1", "number_theory", "correct"]])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id("What is 2+3?", "Okay. \\boxed{5}")
    );
}

#[test]
fn openthoughts_reads_both_of_its_configs() {
    let conversation = |text: &str| json!([{ "from": "user", "value": "What is 2+3?" }, { "from": "assistant", "value": text }]);
    let marked = "<|begin_of_thought|>\n\nOkay, so wait.\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\nIt is \\boxed{5}.\n\n<|end_of_solution|>";
    let rows = [
        json!({ "system": "Think.", "conversations": conversation(marked) }),
        json!({ "system": "Think.", "conversations": conversation("It is \\boxed{5}.") }),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 'openthoughts'");
    let whole = "<think>\nOkay, so wait.\n</think>\n\nIt is \\boxed{5}.";
    assert_eq!(entries[0]["trajectory_id"], id("What is 2+3?", whole));
    assert_eq!(
        entries[1]["trajectory_id"],
        id("What is 2+3?", "It is \\boxed{5}.")
    );
    assert_eq!(
        columns(&entries, &["style", "verdict"]),
        json!([["r1", "no_gold"], ["r1", "no_gold"]])
    );
    let rows = [
        json!({ "problem": "What is 2+3?", "deepseek_reasoning": "Okay, so wait.", "deepseek_solution": "It is \\boxed{5}.", "ground_truth_solution": "5", "domain": "math", "source": "olympiads" }),
        json!({ "problem": "What is 2+3?", "deepseek_reasoning": null, "deepseek_solution": "5", "ground_truth_solution": "5", "domain": "math", "source": "olympiads" }),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 'openthoughts'");
    assert_eq!(entries[0]["trajectory_id"], id("What is 2+3?", whole));
    assert_eq!(
        columns(&entries, &["category", "origin", "verdict", "reason"]),
        json!([
            ["math", "olympiads", "correct", null],
            [null, null, null, "no_response"]
        ])
    );
}

/// A turn of a chat.
fn turn(role: &str, content: impl Into<Value>) -> Value {
    json!({ "role": role, "content": content.into() })
}

#[test]
fn messages_pairs_a_question_with_its_own_answer_and_drops_what_is_no_such_chat() {
    let row = |messages: Value| json!({ "messages": messages, "answer": "5", "category": "Algebra", "source": "mine" });
    let rows = [
        row(json!([
            turn("system", "Be exact."),
            turn("user", "What is 2+3?"),
            turn("assistant", "\\boxed{5}")
        ])),
        row(json!([turn("user", "What is 2+4?")])),
        row(json!([turn("assistant", "6")])),
        row(Value::Null),
        row(json!([
            turn("user", "What is 2+3?"),
            turn("assistant", "Which base?"),
            turn("user", "Ten."),
            turn("assistant", "\\boxed{5}")
        ])),
        row(json!([
            turn("user", "2+3?"),
            turn("user", "I mean 2+4."),
            turn("assistant", "6")
        ])),
        row(json!([
            turn("user", "What is 2+3?"),
            turn("tool", "5"),
            turn("assistant", "5")
        ])),
    ];
    let schema = Schema::new(vec![
        turns_field("messages", ["role", "content"]),
        text_field("answer"),
        text_field("category"),
        text_field("source"),
    ]);
    let (place, entries) = read_every_way(&rows, Some(schema.clone()), "layout = 'messages'");
    let shown = place
        .gradatim(&["inspect", "d/rows.parquet", "--json"])
        .ends(0);
    assert!(
        shown.stdout.contains("\"remarks\": \"system_turn\""),
        "{}",
        shown.stdout
    );
    assert_eq!(
        columns(
            &entries,
            &["category", "origin", "verdict", "remarks", "reason"]
        ),
        json!([
            ["algebra", "mine", "correct", "system_turn", null],
            [null, null, null, null, "no_response"],
            [null, null, null, null, "turn_order"],
            [null, null, null, null, "no_generations"],
            [null, null, null, null, "several_turns"],
            [null, null, null, null, "turn_order"],
            [null, null, null, null, "tool_calls"],
        ])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id("What is 2+3?", "\\boxed{5}")
    );
    let table = "layout = 'messages'\nturns = 'pairs'";
    let (_, pairs) = read_every_way(&rows[4..5], Some(schema), table);
    assert_eq!(
        columns(
            &pairs,
            &["generation", "trajectory_id", "verdict", "remarks"]
        ),
        json!([
            [0, id("What is 2+3?", "Which base?"), "no_gold", null],
            [1, id("Ten.", "\\boxed{5}"), "no_gold", "earlier_turns"],
        ])
    );
}

#[test]
fn a_reply_is_the_same_however_its_chat_and_its_thinking_are_stored() {
    let (question, thinking, answer) = ("What is 2+3?", "Add them.", "It is \\boxed{5}.");
    let whole = format!("<think>\n{thinking}\n</think>\n\n{answer}");
    let asked = turn("user", question);
    let said = |fields: Value| {
        let mut said = json!({ "role": "assistant" });
        for (name, value) in fields.as_object().into_iter().flatten() {
            said[name] = value.clone();
        }
        json!([asked, said])
    };
    let chats = [
        json!([asked, turn("assistant", whole.as_str())]),
        said(json!({ "content": answer, "reasoning_content": thinking, "tool_calls": [] })),
        said(json!({ "content": answer, "reasoning": thinking })),
        said(json!({ "content": whole, "reasoning_content": thinking })),
        json!([
            turn("user", json!([{ "type": "text", "text": question }])),
            turn(
                "assistant",
                json!([{ "type": "thinking", "thinking": thinking }, { "type": "text", "text": answer }])
            )
        ]),
        json!({ "role": ["user", "assistant"], "content": [question, whole] }),
        json!([["user", question], ["assistant", whole]]),
        json!([{ "user": question }, { "assistant": whole }]),
        json!([{ "human": question, "assistant": whole }]),
        said(json!({ "content": answer, "reasoning": { "content": thinking }, "thinking": null })),
        json!([
            turn("user", json!([{ "type": "text", "content": question }])),
            turn(
                "assistant",
                json!([{ "type": "reasoning", "summary": [{ "text": thinking }] }, { "type": "text", "content": answer }])
            )
        ]),
        json!(json!([asked, turn("assistant", whole.as_str())]).to_string()),
        json!([{ "from": "human", "value": question }, { "from": "gpt", "value": format!("{thinking}\n</think>\n\n{answer}") }]),
        json!([
            asked,
            turn("assistant", format!("<think>\n{whole}<|im_end|>\n"))
        ]),
        json!([
            asked,
            turn(
                "assistant",
                format!(
                    "<|begin_of_thought|>\n{thinking}\n<|end_of_thought|>\n<|begin_of_solution|>{answer}\
                     <|end_of_solution|>"
                )
            )
        ]),
    ];
    let expected = id(question, &whole);
    for chat in chats {
        for (column, layout) in [("messages", "messages"), ("conversations", "sharegpt")] {
            let rows = [json!({ column: chat, "answer": 5 })];
            let (_, entries) = read_every_way(&rows, None, &format!("layout = '{layout}'"));
            assert_eq!(entries[0]["trajectory_id"], expected, "{column}: {chat}");
            assert_eq!(entries[0]["verdict"], "correct", "{column}: {chat}");
        }
        let table = "layout = 'columns'\n[sources.NAME.columns]\nproblem = 'chat'\nresponse = 'chat'\nanswer = 'gold'";
        let rows = [json!({ "chat": chat, "gold": 5.0 })];
        let (_, entries) = read_every_way(&rows, None, table);
        assert_eq!(entries[0]["trajectory_id"], expected, "columns: {chat}");
        assert_eq!(entries[0]["verdict"], "correct", "columns: {chat}");
    }
}

#[test]
fn a_prompt_and_its_completions_are_texts_or_turns() {
    let (question, whole) = ("What is 2+3?", reply(5, 3));
    let prompt = json!([turn("system", "Be exact."), turn("user", question)]);
    let completion = json!([turn("assistant", whole.as_str())]);
    let rows = [
        json!({ "prompt": prompt, "completion": completion, "answer": 5, "reward": 1.0 }),
        json!({ "prompt": prompt, "completion": completion, "answer": 5, "reward": 0.5 }),
    ];
    let expected = id(question, &whole);
    for (layout, recorded) in [("completion", Value::Null), ("rollouts", json!(true))] {
        let (_, entries) = read_every_way(&rows, None, &format!("layout = '{layout}'"));
        assert_eq!(entries[0]["trajectory_id"], expected, "{layout}");
        assert_eq!(entries[0]["verdict"], "correct", "{layout}");
        assert_eq!(entries[0]["recorded_rule"], recorded, "{layout}");
        assert_eq!(entries[1]["recorded_rule"], Value::Null, "{layout}");
    }
    let rows = [json!({ "input": prompt, "output": whole, "answer": "5" })];
    let (_, entries) = read_every_way(&rows, None, "layout = 'completion'");
    assert_eq!(entries[0]["trajectory_id"], expected);
    let rows = [
        json!({ "prompt": prompt, "responses": [whole, "6"], "reward_model": { "ground_truth": "5", "style": "rule" }, "data_source": "math" }),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 'verl'");
    assert_eq!(
        columns(&entries, &["trajectory_id", "origin", "verdict"]),
        json!([
            [expected, "math", "correct"],
            [id(question, "6"), "math", "wrong"],
        ])
    );
    let table = "layout = 'columns'\n[sources.NAME.columns]\nproblem = 'prompt'\nresponse = 'responses'\n\
                 answer = 'reward_model.ground_truth'";
    let (_, entries) = read_every_way(&rows, None, table);
    assert_eq!(entries[0]["trajectory_id"], expected);
}

#[test]
fn an_instruction_is_read_with_what_it_is_about_and_of_a_preference_the_chosen_response() {
    let (question, whole) = ("Add:\n\n2 and 3", reply(5, 3));
    let rows = [
        json!({ "instruction": "Add:", "input": "2 and 3", "output": whole, "answer": 5 }),
        json!({ "instruction": question, "input": "", "output": whole, "answer": 5 }),
    ];
    let (place, entries) = read_every_way(&rows, None, "layout = 'alpaca'");
    let expected = id(question, &whole);
    assert_eq!(entries[0]["trajectory_id"], expected);
    assert_eq!(entries[1]["trajectory_id"], expected);
    let written = place.gradatim(&["init", "a"]).ends(0);
    let layout = "layout = \"alpaca\"";
    assert!(written.stdout.contains(layout), "{}", written.stdout);
    let chosen = json!([turn("user", question), turn("assistant", whole.as_str())]);
    let rows = [json!({ "prompt": question, "chosen": chosen, "rejected": chosen, "answer": 5 })];
    let (_, entries) = read_every_way(&rows, None, "layout = 'preference'");
    assert_eq!(columns(&entries, &["trajectory_id"]), json!([[expected]]));
}

#[test]
fn images_beside_a_chat_are_no_text_and_those_that_nothing_reads_are_told() {
    let (question, whole) = ("<image>What is it?", reply(5, 3));
    let chat = json!([turn("user", question), turn("assistant", whole.as_str())]);
    let rows = [
        json!({ "messages": chat, "images": ["a.png"] }),
        json!({ "messages": chat, "images": [] }),
        json!({ "messages": chat, "images": [] }),
    ];
    let (_, entries) = read_every_way(&rows, None, "layout = 'messages'");
    assert_eq!(
        columns(&entries, &["reason", "remarks"]),
        json!([
            ["no_text", null],
            [null, "image_mark"],
            [null, "image_mark"]
        ])
    );
    let rows =
        [json!({ "question": question, "solution": whole, "answer": "5", "image": "a.png" })];
    let (place, _) = read_every_way(&rows, None, "layout = 'limo'");
    let warnings = place.out("out").manifest()["warnings"].to_string();
    assert!(
        warnings.contains("nothing reads `image` of `a`"),
        "{warnings}"
    );
}

#[test]
fn turns_that_do_not_say_whose_they_are_are_refused_with_the_form_that_does() {
    let place = Place::new();
    let table = "layout = 'messages'\naccept = 'none'\n[[grid]]\nsize = [1]\n";
    for chat in [
        json!(["What is 2+3?", "5"]),
        json!({ "role": ["user", "assistant"], "content": ["What is 2+3?"] }),
        json!([["What is 2+3?", "5"]]),
        json!([{ "question": "What is 2+3?", "answer": "5" }]),
    ] {
        place.write("a.jsonl", jsonl(&[json!({ "messages": chat })]));
        place.write(
            "pipeline.toml",
            format!("[sources.a]\npath = 'a.jsonl'\n{table}"),
        );
        let refused = place.run("out", &[]).ends(4);
        refused.tells(&["wrong_type: 1", "`role` and `content`"]);
    }
}

#[test]
fn logs_of_evaluations_have_a_trajectory_for_each_attempt() {
    let (question, whole) = ("What is 2+3?", reply(5, 3));
    let rows = [
        json!({ "doc_id": 7, "doc": { "problem": question }, "target": "5", "resps": [[whole, "6"]], "filtered_resps": ["5"], "exact_match": 1.0 }),
    ];
    let (_, log) = read_every_way(&rows, None, "layout = 'lmeval'");
    let rows = [
        json!({ "id": 7, "problem": question, "expected_answer": 5, "model_outputs": [whole, "6"], "model_answers": ["5", "6"] }),
    ];
    let (_, other) = read_every_way(&rows, None, "layout = 'evalchemy'");
    for entries in [log, other] {
        assert_eq!(
            columns(&entries, &["trajectory_id", "source_id", "verdict"]),
            json!([
                [id(question, &whole), "7", "correct"],
                [id(question, "6"), "7", "wrong"],
            ])
        );
    }
}

#[test]
fn several_columns_of_responses_are_several_trajectories_each_with_what_is_said_of_it() {
    let (question, whole) = ("What is 2+3?", reply(5, 3));
    let (thinking, answer) = ("Okay, so step0 step1 step2.", "It is \\boxed{5}.");
    let rows = [json!({
        "question": question, "one": answer, "two": "6", "three": null, "why_one": thinking, "why_two": null, "why_three": "?",
        "right_one": 1, "right_two": -1.0, "right_three": 1, "gold": [5],
    })];
    let table = "layout = 'columns'
[sources.NAME.columns]
problem = 'question'
response = ['one', 'two', { column = 'three' }]
thinking = ['why_one', 'why_two', 'why_three']
recorded = ['right_one', 'right_two', 'right_three']
answer = 'gold'";
    let (_, entries) = read_every_way(&rows, None, table);
    assert_eq!(
        columns(
            &entries,
            &["generation", "trajectory_id", "recorded_rule", "verdict"]
        ),
        json!([
            [0, id(question, &whole), true, "correct"],
            [1, id(question, "6"), false, "wrong"],
            [2, id(question, "<think>\n?"), true, "no_answer"],
        ])
    );
    let place = Place::new();
    place.write("a.jsonl", jsonl(&rows));
    let table = table.replace("NAME", "a").replace(", 'right_three']", "]");
    let pipeline = format!("[sources.a]\npath = 'a.jsonl'\n{table}\n[[grid]]\nsize = [1]\n");
    place.write("pipeline.toml", pipeline);
    let refused = place.run("out", &[]).ends(2);
    refused.tells(&["sources.a.columns.recorded", "as many as `response`"]);
}

#[test]
fn columns_that_nothing_reads_and_that_likely_hold_more_of_the_responses_are_told() {
    let thinking = "Add three.";
    let rows = [
        json!({ "q": "What is 2+3?", "r_1": "5", "r_2": "6", "think_mode": "on", "reasoning": thinking, "gt": 5 }),
    ];
    let place = Place::new();
    place.write("a.jsonl", jsonl(&rows));
    let told = |more: &str, out: &str| {
        let pipeline = format!(
            "on_shortfall = 'skip'\n[sources.a]\npath = 'a.jsonl'\nlayout = 'columns'\naccept = 'none'\n\
             [sources.a.columns]\nproblem = 'q'\n{more}\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n"
        );
        place.write("pipeline.toml", pipeline);
        place.run(out, &[]).ends(0);
        place.out(out).manifest()["warnings"].to_string()
    };
    let warnings = told("response = 'r_1'", "one");
    for column in ["r_2", "reasoning", "gt"] {
        let told = format!("nothing reads `{column}` of `a`");
        assert!(warnings.contains(&told), "{warnings}");
    }
    let all = "response = ['r_1', 'r_2']\nthinking = ['reasoning', 'reasoning']\nanswer = 'gt'";
    let warnings = told(all, "both");
    assert!(!warnings.contains("nothing reads"), "{warnings}");
    let row = json!({ "question": "What is 2+3?", "response": "5", "reasoning": thinking });
    place.write("b.jsonl", jsonl(&[row]));
    let starter = place.gradatim(&["init", "b.jsonl"]).ends(0);
    assert!(
        starter.stdout.contains("thinking = \"reasoning\""),
        "{}",
        starter.stdout
    );
}

#[test]
fn tokens_of_a_chats_control_are_dropped_kept_or_escaped_and_what_was_done_is_counted() {
    let dump = "<|im_start|>user\nWhat is 2+3?<|im_end|>\n<|im_start|>assistant\n";
    let rows = [
        json!({ "q": "What is 2+3?", "r": "It is 5.<|im_end|>" }),
        json!({ "q": "What is 2+3?", "r": "It is 5.<|im_end|>\n<|im_start|>user\nAnd?" }),
        json!({ "q": dump, "r": "It is 5." }),
    ];
    let table = |rule: &str, problem: &str| {
        format!(
            "layout = 'columns'\ncontrol_tokens = '{rule}'\n[sources.NAME.columns]\nproblem = {problem}\nresponse = 'r'"
        )
    };
    let told = |rule, problem| {
        let (place, entries) = read_every_way(&rows, None, &table(rule, problem));
        (
            place,
            columns(&entries, &["trajectory_id", "remarks", "reason"]),
        )
    };
    let question = "What is 2+3?";
    let first = json!([id(question, "It is 5."), "end_token", null]);
    let void = json!([null, null, "control_tokens"]);
    // A whole template is no accident: it is read as its turns.
    let read = json!([id(question, "It is 5."), "template_read", null]);
    assert_eq!(told("drop", "'q'").1, json!([first, void, read]));
    assert_eq!(told("escape", "'q'").1[2], read);
    let kept = json!([
        id(question, "It is 5.<|im_end|>\n<|im_start|>user\nAnd?"),
        "control_tokens",
        null
    ]);
    let all = told("keep", "'q'").1;
    assert_eq!(all[1], kept);
    assert_eq!(
        all[2],
        json!([id(dump.trim(), "It is 5."), "control_tokens", null])
    );
    let escaped = json!([
        id(question, "It is 5.< |im_end|>\n< |im_start|>user\nAnd?"),
        "escaped_tokens",
        null
    ]);
    assert_eq!(told("escape", "'q'").1[1], escaped);
    let cut = "{ column = 'q', after = '<|im_start|>user', before = '<|im_end|>' }";
    let (place, told) = told("drop", cut);
    assert_eq!(told[2], json!([id(question, "It is 5."), null, null]));
    assert_eq!(
        told[0],
        json!([id(question, "It is 5."), "cut_unmatched, end_token", null])
    );
    let warnings = place.out("out").manifest()["warnings"].to_string();
    for source in ["a", "d"] {
        let told =
            format!("1 of 2 trajectories of `{source}` lack the mark of `after` or `before`");
        assert!(warnings.contains(&told), "{warnings}");
        let told = format!("1 of 2 trajectories of `{source}` had an end token behind a text");
        assert!(warnings.contains(&told), "{warnings}");
    }
}

#[test]
fn columns_go_into_structs_lists_and_json_inside_text_and_cut_what_they_find() {
    let rows = [json!({
        "prompt": "Solve it.\nQuestion: What is 2+3?\nAnswer:", "info": { "truth": { "value": "5" }, "kind": "Number Theory" },
        "meta": "{\"origin\": {\"name\": \"olympiads\"}, \"number\": 17}", "key": "k1",
        "tries": [{ "text": "Okay, so wait.\n</think>\n\n\\boxed{5}", "grade": { "right": 1.0 }, "end": "stop" }, { "text": "Hm.", "grade": { "right": 0.0 }, "end": "length" }],
    })];
    let table = "layout = 'columns'
[sources.NAME.columns]
problem = { column = 'prompt', after = 'Question:', before = 'Answer:' }
response = { column = 'tries[].text', prefix = \"<think>\\n\" }
answer = 'info.truth.value'
recorded = 'tries[].grade.right'
finish = 'tries[].end'
category = 'info.kind'
origin = 'meta.origin.name'
style = { column = 'key', prefix = 'style-' }
id = 'meta.number'";
    let (_, entries) = read_every_way(&rows, None, table);
    assert_eq!(
        columns(
            &entries,
            &[
                "generation",
                "verdict",
                "recorded_rule",
                "finished",
                "category",
                "origin",
                "style",
                "source_id"
            ]
        ),
        json!([
            [
                0,
                "correct",
                true,
                true,
                "number_theory",
                "olympiads",
                "style-k1",
                "17"
            ],
            [
                1,
                "no_answer",
                false,
                false,
                "number_theory",
                "olympiads",
                "style-k1",
                "17"
            ],
        ])
    );
    assert_eq!(
        entries[0]["trajectory_id"],
        id(
            "What is 2+3?",
            "<think>\nOkay, so wait.\n</think>\n\n\\boxed{5}"
        )
    );
    assert_eq!(
        entries[1]["trajectory_id"],
        id("What is 2+3?", "<think>\nHm.")
    );
}

#[test]
fn columns_take_the_words_for_right_and_wrong_that_data_sets_use() {
    let words = [
        "yes",
        "No",
        "TRUE",
        "false",
        "correct",
        "incorrect",
        "1",
        "0",
        "maybe",
    ];
    let rows: Vec<Value> = words
        .iter()
        .map(|word| json!({ "p": "What is 2+3?", "r": "5", "ok": word }))
        .collect();
    let table = "layout = 'columns'\n[sources.NAME.columns]\nproblem = 'p'\nresponse = 'r'\nrecorded = 'ok'";
    let (_, entries) = read_every_way(&rows, None, table);
    let told: Vec<Value> = entries
        .iter()
        .map(|entry| entry["recorded_rule"].clone())
        .collect();
    assert_eq!(
        json!(told),
        json!([true, false, true, false, true, false, true, false, null])
    );
}

#[test]
fn a_column_that_is_cut_by_a_mark_it_does_not_have_stays_whole() {
    let rows = [json!({ "p": " What is 2+3? ", "r": "It is 5." })];
    let table = "layout = 'columns'\n[sources.NAME.columns]\nproblem = 'p'\nresponse = { column = 'r', after = '####', before = '<end>' }";
    let (_, entries) = read_every_way(&rows, None, table);
    assert_eq!(entries[0]["trajectory_id"], id("What is 2+3?", "It is 5."));
}

// Which files.

#[test]
fn a_file_a_folder_and_a_glob_name_files_relative_to_the_source() {
    let place = Place::new();
    let rows = openr1_rows(12);
    place.write("data/a.jsonl", jsonl(&rows[..3]));
    place.write("data/deep/er/b.parquet", parquet(&rows[3..6], 2));
    place.write("data/deep/c.ndjson.gz", gzip(&jsonl(&rows[6..9])));
    place.write("data/d.jsonl.zstd", zstd(&jsonl(&rows[9..])));
    for hidden in [
        "data/deep/.hidden.jsonl",
        "data/__run__/ledger.parquet",
        "data/notes.txt",
        "data/.git/e.jsonl",
    ] {
        place.write(hidden, "not to be read");
    }
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    let absolute = place.path("data").to_string_lossy().into_owned();
    for (at, (path, expected)) in [
        (
            "data",
            &[
                "a.jsonl",
                "d.jsonl.zstd",
                "deep/c.ndjson.gz",
                "deep/er/b.parquet",
            ][..],
        ),
        (
            "./data/",
            &[
                "a.jsonl",
                "d.jsonl.zstd",
                "deep/c.ndjson.gz",
                "deep/er/b.parquet",
            ],
        ),
        (
            absolute.as_str(),
            &[
                "a.jsonl",
                "d.jsonl.zstd",
                "deep/c.ndjson.gz",
                "deep/er/b.parquet",
            ],
        ),
        ("data/a.jsonl", &["a.jsonl"]),
        ("data/*.jsonl", &["a.jsonl"]),
        ("data/deep/c*", &["c.ndjson.gz"]),
        ("data/*/*/*.parquet", &["deep/er/b.parquet"]),
        ("data/d*", &["d.jsonl.zstd"]),
    ]
    .iter()
    .enumerate()
    {
        let out = format!("out{at}");
        place
            .run(&out, &["--source", &format!("all={path}")])
            .ends(0);
        let manifest = place.out(&out).manifest();
        let files: Vec<&str> = manifest["files"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|file| text(file, "file"))
            .collect();
        assert_eq!(files, *expected, "{path}");
    }
    assert_eq!(
        tree(&place.path("out0")),
        tree(&place.path("out2")),
        "where files lie is no part of the experiment"
    );
}

#[test]
fn a_stray_file_of_another_format_in_a_folder_is_named_with_the_glob_that_passes_it_over() {
    let place = Place::new();
    let rows = [json!({ "problem": "1+1?", "response": reply(2, 4), "answer": "2" })];
    place.write("data/a.parquet", parquet(&rows, 9));
    place.write("data/deep/b.parquet", parquet(&rows, 9));
    place.write("data/notes.csv", "who,what\nme,a note\n");
    let pipeline = "[sources.all]\nlayout = 'columns'\npath = 'data'\naccept = 'none'\n\
        [sources.all.columns]\nproblem = 'problem'\nresponse = 'response'\n\
        [measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n";
    place.write("pipeline.toml", pipeline);
    place
        .run("out", &[])
        .ends(2)
        .tells(&["`notes.csv`, which is missing", "glob", "**/*.parquet"]);
    place.write(
        "pipeline.toml",
        pipeline.replace("'data'", "'data/**/*.parquet'"),
    );
    place.run("out", &[]).ends(0);
    // Where files of both formats have the columns, both are read.
    place.write("data/notes.csv", "problem,response\n2+2?,4\n");
    place.write("pipeline.toml", pipeline);
    place.run("both", &[]).ends(0);
    assert_eq!(place.out("both").ledger().len(), 3);
}

#[test]
fn what_only_a_dataset_of_the_hub_has_is_refused_beside_a_path() {
    let place = Place::new();
    place.write(
        "rows.jsonl",
        jsonl(&[json!({ "problem": "1+1?", "response": reply(2, 4), "rate": 1 })]),
    );
    for (key, value) in [
        ("config", "'all'"),
        ("split", "'train'"),
        ("hub_mode", "'cache'"),
    ] {
        for table in [
            "sources.all",
            "companions.more",
            "benchmarks.exam",
            "join.rates",
        ] {
            let said = |named: &str| {
                if named == table {
                    format!("{key} = {value}\n")
                } else {
                    String::new()
                }
            };
            let pipeline = format!(
                "[sources.all]\nlayout = 'columns'\npath = 'rows.jsonl'\naccept = 'none'\n{}\
                 columns = {{ problem = 'problem', response = 'response' }}\n\
                 [companions.more]\npath = 'rows.jsonl'\n{}\
                 [benchmarks.exam]\npath = 'rows.jsonl'\n{}\
                 [join.rates]\npath = 'rows.jsonl'\nvalue = 'rate'\nproblem = 'problem'\n{}\
                 [measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n",
                said("sources.all"),
                said("companions.more"),
                said("benchmarks.exam"),
                said("join.rates")
            );
            place.write("pipeline.toml", pipeline);
            place.run("out", &[]).ends(2).tells(&[
                &format!("`{table}.{key}` stands without a dataset"),
                "hint:",
            ]);
        }
    }
}

#[test]
fn a_glob_passes_over_hidden_files_as_a_folder_does() {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(2)));
    place.write("data/.hidden.jsonl", "not to be read");
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\npath = 'data/*.jsonl'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    place.run("out", &[]).ends(0);
    assert_eq!(
        place.out("out").manifest()["files"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn a_path_of_the_pipeline_starts_from_its_folder_and_one_of_the_command_line_from_here() {
    let place = Place::new();
    place.write("below/data/a.jsonl", jsonl(&openr1_rows(2)));
    place.write("data/b.jsonl", jsonl(&openr1_rows(3)));
    place.write("below/bytes.json", byte_tokenizer());
    place.write("below/p.toml", "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    let file = |out: &str| text(&place.out(out).manifest()["files"][0], "file").to_owned();
    place
        .gradatim(&["run", "below/p.toml", "--out", "a", "--pool", "pool"])
        .ends(0);
    place
        .gradatim(&[
            "run",
            "below/p.toml",
            "--out",
            "b",
            "--pool",
            "pool",
            "--source",
            "all=data",
        ])
        .ends(0);
    assert_eq!(
        (file("a"), file("b")),
        ("a.jsonl".to_owned(), "b.jsonl".to_owned())
    );
}

#[test]
fn the_pool_lies_in_the_users_cache_folder_where_none_is_named() {
    let place = Place::new();
    place.write("a.jsonl", jsonl(&openr1_rows(2)));
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\npath = 'a.jsonl'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    place
        .gradatim(&["run", "pipeline.toml", "--out", "out"])
        .ends(0);
    assert!(
        tree(&place.path("cache/gradatim/pool/parts"))
            .keys()
            .any(|name| name.ends_with("part.json"))
    );
}

#[test]
fn acceptance_follows_the_rule_of_the_pipeline() {
    let place = Place::new();
    let row = |words: usize, answer: usize, recorded: Value, finish: &str| json!({ "p": "What is 2+3?", "a": "5", "r": reply(answer, words), "ok": recorded, "end": finish });
    let rows = [
        row(1, 5, json!(true), "stop"),
        row(2, 6, json!(true), "stop"),
        json!({ "p": "What is 2+3?", "a": "5", "r": "Okay, so wait. Hm, it is 5.", "ok": false, "end": "stop" }),
        row(3, 5, Value::Null, "stop"),
        row(4, 5, json!(true), "length"),
        json!({ "p": "What is 2+3?", "a": "5", "r": "<think>Okay", "ok": true, "end": null }),
    ];
    let judged = |accept: &str| -> Value {
        place.write("a.jsonl", jsonl(&rows));
        place.write("pipeline.toml", format!("[sources.all]\nlayout = 'columns'\npath = 'a.jsonl'\n[sources.all.columns]\nproblem = 'p'\nresponse = 'r'\nanswer = 'a'\nrecorded = 'ok'\nfinish = 'end'\n[verify]\naccept = '{accept}'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n"));
        place.run(accept, &[]).ends(0);
        let reasons: Vec<Value> = place
            .out(accept)
            .ledger()
            .iter()
            .map(|entry| entry["reason"].clone())
            .collect();
        json!(reasons)
    };
    assert_eq!(judged("none"), json!([null, null, null, null, null, null]));
    assert_eq!(
        judged("recorded"),
        json!([
            null,
            "wrong",
            "recorded_wrong",
            "not_recorded",
            "cut_off",
            "cut_off"
        ])
    );
    let but_the_third = |accept: &str| -> Value {
        // What our verifier makes of an answer in a sentence is not this test's matter.
        let mut reasons = judged(accept);
        reasons[2] = json!("any");
        reasons
    };
    assert_eq!(
        but_the_third("ours"),
        json!([null, "wrong", "any", null, "cut_off", "cut_off"])
    );
    assert_eq!(
        but_the_third("both"),
        json!([null, "wrong", "any", "not_recorded", "cut_off", "cut_off"])
    );
    assert_eq!(
        but_the_third("either"),
        json!([null, null, "any", null, "cut_off", "cut_off"])
    );
}

#[test]
fn bounds_drop_what_is_outside_and_say_by_how_much() {
    let place = Place::new();
    let rows: Vec<Value> = [10, 20, 201]
        .map(|bytes| json!({ "p": format!("p{bytes}"), "r": "x".repeat(bytes) }))
        .to_vec();
    let mut rows = rows;
    rows.push(json!({ "p": "loop", "r": "It is the same line again.\n".repeat(6) }));
    place.write("a.jsonl", jsonl(&rows));
    place.write("pipeline.toml", "[sources.all]\nlayout = 'columns'\npath = 'a.jsonl'\naccept = 'none'\n[sources.all.columns]\nproblem = 'p'\nresponse = 'r'\n[screen]\ntokens_min = 20\ntokens_max = 200\nrepeated_share_max = 0.5\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    place.run("out", &[]).ends(0);
    let entries = place.out("out").ledger();
    assert_eq!(
        columns(&entries[..3], &["fate", "reason", "value"]),
        json!([
            ["dropped", "too_short", "10 tokens"],
            ["kept", null, null],
            ["dropped", "too_long", "201 tokens"]
        ])
    );
    assert_eq!(entries[3]["reason"], "repetitive");
}

#[test]
fn an_edge_opens_the_bucket_above_it() {
    let place = Place::new();
    let rows: Vec<Value> = [9, 10, 19, 20, 21]
        .map(|bytes| json!({ "p": format!("p{bytes}"), "r": "x".repeat(bytes) }))
        .to_vec();
    place.write("a.jsonl", jsonl(&rows));
    place.write("pipeline.toml", "[sources.all]\nlayout = 'columns'\npath = 'a.jsonl'\naccept = 'none'\n[sources.all.columns]\nproblem = 'p'\nresponse = 'r'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5]\n[grid.length]\nedges = [10, 20]\n");
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let out = place.out("out");
    let tokens = |name: &str| -> Vec<u64> {
        let mut tokens: Vec<u64> = out
            .subset(name)
            .iter()
            .map(|row| row["tokens"].as_u64().expect("a count"))
            .collect();
        tokens.sort_unstable();
        tokens
    };
    assert_eq!(tokens("all-0to10-5"), [9]);
    assert_eq!(tokens("all-10to20-5"), [10, 19]);
    assert_eq!(tokens("all-20up-5"), [20, 21]);
}

/// A pipeline over replies of these many tokens, each of a problem of its own; the subsets' tokens by name,
/// in order of rank.
fn lengths(tokens: &[usize], grid: &str) -> BTreeMap<String, Vec<u64>> {
    let place = Place::new();
    let row = |&count: &usize| json!({ "p": format!("p{count}"), "r": "x".repeat(count) });
    place.write(
        "a.jsonl",
        jsonl(&tokens.iter().map(row).collect::<Vec<_>>()),
    );
    let head = "[sources.all]\nlayout = 'columns'\npath = 'a.jsonl'\naccept = 'none'\n\
                [sources.all.columns]\nproblem = 'p'\nresponse = 'r'\n[measure]\ntokenizer = 'bytes.json'\n";
    place.write("pipeline.toml", format!("{head}[[grid]]\n{grid}"));
    place.run("out", &["--on-shortfall", "short"]).ends(0);
    let out = place.out("out");
    let tokens = |name: String| {
        let rows = out.subset(&name);
        (
            name,
            rows.iter()
                .map(|row| row["tokens"].as_u64().expect("a count"))
                .collect(),
        )
    };
    out.selection().into_keys().map(tokens).collect()
}

#[test]
fn quantiles_share_out_the_trajectories_by_rank() {
    let mut made = lengths(
        &[80, 10, 70, 20, 60, 30, 50, 40],
        "size = [8]\n[grid.length]\nquantiles = [0.25, 0.75]\n",
    );
    for tokens in made.values_mut() {
        tokens.sort_unstable();
    }
    assert_eq!(made["all-q1-8"], [10, 20]);
    assert_eq!(made["all-q2-8"], [30, 40, 50, 60]);
    assert_eq!(made["all-q3-8"], [70, 80]);
}

#[test]
fn nested_by_key_is_the_ranking_itself() {
    let made = lengths(
        &[80, 10, 70, 20, 60, 30, 50, 40],
        "size = [1, 3]\n[grid.length]\nrule = ['short', 'long']\nbucket = 4\nnested = 'by_key'\n",
    );
    assert_eq!(made["all-long-3"], [80, 70, 60]);
    assert_eq!(made["all-long-1"], [80]);
    assert_eq!(made["all-short-3"], [10, 20, 30]);
}

#[test]
fn categories_that_are_stored_as_a_dictionary_are_text() {
    use arrow::array::{ArrayRef, DictionaryArray, RecordBatch, StringArray};
    use arrow::datatypes::Int32Type;
    use parquet::arrow::ArrowWriter;
    use std::sync::Arc;

    let kinds: DictionaryArray<Int32Type> =
        ["Algebra", "Geometry", "Algebra"].into_iter().collect();
    let text = |texts: [&str; 3]| -> ArrayRef { Arc::new(StringArray::from(texts.to_vec())) };
    let batch = RecordBatch::try_from_iter([
        ("problem", text(["a", "b", "c"])),
        ("solution", text(["It is $1$.", "It is $2$.", "It is $3$."])),
        ("answer", text(["1", "2", "3"])),
        ("problem_type", Arc::new(kinds) as ArrayRef),
    ])
    .expect("a batch");
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), None).expect("a writer");
    writer.write(&batch).expect("rows");
    let place = Place::new();
    place.write("a.parquet", writer.into_inner().expect("a file"));
    place.write(
        "pipeline.toml",
        "[sources.a]\nlayout = \"numina\"\npath = \"a.parquet\"\naccept = \"ours\"\n[measure]\ntokenizer = \"bytes.json\"\n[[grid]]\ncategory = [\"algebra\"]\nsize = [2]\n",
    );
    place.run("out", &[]).ends(0);
    assert_eq!(place.out("out").ledger()[1]["category"], "geometry");
}
