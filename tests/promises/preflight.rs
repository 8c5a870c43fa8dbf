//! What a trainer makes of a folder: nothing that it cuts, drops or deletes goes unsaid.

use serde_json::{Value, json};

use crate::support::*;

const LONG: &str = "diverse-long-r1-100";
const MATCHED: &str = "diverse-long-r1-100-matched";

/// What is said of the quickstart's subset and its controls.
fn told(place: &Place, code: i32, more: &[&str]) -> Value {
    let out = QUICKSTART.out.0.to_string_lossy();
    let arguments = [&["preflight", &out, LONG, "--json"], more].concat();
    place.gradatim(&arguments).ends(code).json()
}

fn subset<'v>(told: &'v Value, name: &str) -> &'v Value {
    let subsets = told["subsets"].as_array().expect("subsets");
    let found = subsets.iter().find(|subset| subset["name"] == name);
    found.unwrap_or_else(|| panic!("{name}: {told}"))
}

fn pair<'v>(told: &'v Value, control: &str) -> &'v Value {
    let pairs = told["pairs"].as_array().expect("pairs");
    let found = pairs.iter().find(|pair| pair["control"] == control);
    found.unwrap_or_else(|| panic!("{control}: {told}"))
}

fn finding<'v>(told: &'v Value, kind: &str) -> Option<&'v Value> {
    let findings = told["findings"].as_array().expect("findings");
    findings.iter().find(|finding| finding["kind"] == kind)
}

fn file(name: &str) -> String {
    let file = QUICKSTART
        .out
        .0
        .join(name)
        .join("train-00000-of-00001.parquet");
    file.to_string_lossy().into_owned()
}

#[test]
fn a_subset_stands_beside_its_controls_and_its_loss_is_the_reply_with_its_end() {
    let place = Place::new();
    let told = told(&place, 0, &["--trainer", "trl"]);
    let names: Vec<&str> = told["subsets"]
        .as_array()
        .expect("subsets")
        .iter()
        .map(|subset| text(subset, "name"))
        .collect();
    assert_eq!(names[..2], [LONG, MATCHED]);
    let manifest = QUICKSTART.out.manifest();
    let records = manifest["subsets"].as_array().expect("records");
    for name in names {
        let record = records.iter().find(|record| record["name"] == name);
        let record = record.expect("a record");
        let subset = subset(&told, name);
        assert_eq!(subset["rows"], record["size"]);
        assert_eq!(subset["control_of"], record["control_of"]);
        // Qwen2.5's turn: a line end, the reply, the mark of its end, a line end.
        let tokens = record["tokens"].as_u64().expect("tokens");
        let rows = record["size"].as_u64().expect("rows");
        assert_eq!(subset["tokens_trained"], json!(tokens + 3 * rows), "{name}");
        for none in ["thinking_lost", "loss_on_prompt", "endless", "without_loss"] {
            assert_eq!(subset[none], 0, "{none}");
        }
        assert_eq!(subset["system_added"], record["size"]);
    }
    assert_eq!(pair(&told, MATCHED)["is_broken"], false);
    assert_eq!(told["is_lost"], false);
    assert!(finding(&told, "system_added").is_some_and(|found| found["is_loss"] == false));
}

#[test]
fn what_is_cut_or_dropped_ends_with_1_and_breaks_a_comparison_of_unequal_rest() {
    let place = Place::new();
    for (trainer, key) in [
        ("trl", "cut"),
        ("ms-swift", "dropped"),
        ("nemo-rl", "dropped"),
        ("verl", "refused"),
    ] {
        let told = told(&place, 1, &["--trainer", trainer, "--max-length", "600"]);
        let long = subset(&told, LONG);
        let over = long["over"].as_u64().expect("rows");
        assert!(over > 0);
        assert_eq!(long[key], json!(over), "{trainer}");
        for pair in told["pairs"].as_array().expect("pairs") {
            let [first, second] = ["subset", "control"].map(|of| subset(&told, text(pair, of)));
            assert_eq!(pair["is_broken"], first["over"] != second["over"]);
        }
        let of_length = pair(&told, "random-r1-100")["intended"].as_array();
        assert!(of_length.is_some_and(|all| all.contains(&json!("length"))));
        let found = finding(&told, key).expect("a finding");
        let longest = long["length"]["longest"]
            .as_u64()
            .expect("tokens")
            .to_string();
        assert!(text(found, "mend").contains(&longest), "{found}");
    }
}

#[test]
fn a_difference_of_one_row_between_a_subset_and_its_control_is_found() {
    let place = Place::new();
    let problems = |name: &str| -> Vec<String> {
        let rows = QUICKSTART.out.subset(name).into_iter();
        rows.map(|row| text(&row, "problem").to_owned()).collect()
    };
    let controls = [problems(MATCHED), problems("random-r1-100")].concat();
    let own = problems(LONG);
    let planted = own.iter().find(|problem| !controls.contains(problem));
    let planted = serde_json::to_string(planted.expect("a problem of its own")).expect("JSON");
    let template = format!(
        "{{% for turn in messages %}}{{% if turn.content == {planted} %}}{{{{ raise_exception('not this one') }}}}{{% endif %}}\
         <|im_start|>{{{{ turn.role }}}}\n{{% if turn.role == 'assistant' %}}{{% generation %}}{{{{ turn.content }}}}<|im_end|>{{% endgeneration %}}\
         {{% else %}}{{{{ turn.content }}}}<|im_end|>{{% endif %}}\n{{% endfor %}}"
    );
    place.write("planted.jinja", template);
    let told = told(
        &place,
        1,
        &["--trainer", "trl", "--template", "planted.jinja"],
    );
    let refused = |name: &str| subset(&told, name)["refused"].clone();
    assert_eq!((refused(LONG), refused(MATCHED)), (json!(1), json!(0)));
    let reasons = subset(&told, LONG)["refused_for"]
        .as_object()
        .expect("reasons");
    assert!(
        reasons.keys().all(|why| why.contains("not this one")),
        "{reasons:?}"
    );
    let pair = pair(&told, MATCHED);
    assert_eq!(pair["is_broken"], true);
    let differs = json!([{ "kind": "refused",
        "subset": { "rows": 1, "of": 100, "share": 0.01 }, "control": { "rows": 0, "of": 100, "share": 0.0 } }]);
    assert_eq!(pair["differs"], differs);
}

#[test]
fn a_template_that_deletes_thinking_is_told_with_the_one_that_keeps_it() {
    let place = Place::new();
    let axolotl = ["--trainer", "axolotl", "--model", "r1-distill"];
    let told_lost = told(&place, 1, &axolotl);
    let lost = subset(&told_lost, LONG);
    assert_eq!(lost["thinking_lost"], lost["thinking"]);
    assert_eq!(lost["thinking"], 100);
    let mend = text(
        finding(&told_lost, "thinking_lost").expect("a finding"),
        "mend",
    );
    let kept = "--template r1-distill-thinking";
    assert!(mend.contains(kept), "{mend}");
    let kept: Vec<&str> = kept.split(' ').collect();
    let told_kept = told(&place, 0, &[&axolotl[..], &kept].concat());
    let kept = subset(&told_kept, LONG);
    assert_eq!(kept["thinking_lost"], 0);
    let trained = |told: &Value| told["tokens_trained"].as_u64().expect("tokens");
    assert!(trained(kept) > 2 * trained(lost));
}

#[test]
fn the_screen_says_what_the_json_says_whatever_the_threads() {
    let place = Place::new();
    let out = QUICKSTART.out.0.to_string_lossy();
    let asked = [
        "preflight",
        &*out,
        LONG,
        "--trainer",
        "axolotl",
        "--max-length",
        "1500",
    ];
    let shown = place.gradatim(&asked).ends(1).stdout;
    let told = |threads: &str| {
        let more = ["--json", "--threads", threads];
        place.gradatim(&[&asked[..], &more].concat()).ends(1).stdout
    };
    let json_text = told("1");
    assert_eq!(json_text, told("3"));
    let told: Value = serde_json::from_str(&json_text).expect("JSON");
    for one in told["subsets"].as_array().expect("subsets") {
        let name = text(one, "name");
        let lines = shown.lines().map(|line| line.replace(',', ""));
        let line = lines
            .into_iter()
            .find(|line| line.split_whitespace().next() == Some(name));
        let line = line.unwrap_or_else(|| panic!("{name}: {shown}"));
        let mut cells = line.split_whitespace().skip(1);
        let length = &one["length"];
        let numbers = [
            &one["rows"],
            &length["p50"],
            &length["p99"],
            &length["longest"],
            &one["over"],
            &one["dropped"],
            &one["tokens_lost"],
        ];
        for number in numbers {
            assert_eq!(
                cells.next().map(str::to_owned),
                Some(number.to_string()),
                "{line}"
            );
        }
        let steps = one["budgets"][0]["steps"].to_string();
        assert_eq!(cells.last().map(str::to_owned), Some(steps), "{line}");
    }
    for found in told["findings"].as_array().expect("findings") {
        assert!(shown.contains(text(found, "what")), "{found}: {shown}");
    }
    assert!(
        shown.lines().any(|line| line.starts_with("broken: ")),
        "{shown}"
    );
}

#[test]
fn any_rows_are_told_of_as_those_of_a_folder() {
    let place = Place::new();
    let whole = told(&place, 0, &["--trainer", "trl"]);
    let expected = subset(&whole, LONG);
    let rows = QUICKSTART.out.subset(LONG).into_iter();
    let rows: Vec<Value> = rows
        .map(|row| json!({ "messages": row["messages"], "x": 1 }))
        .collect();
    let lines = place.write("rows.jsonl", jsonl(&rows));
    for file in [file(LONG), lines.to_string_lossy().into_owned()] {
        let told = place.gradatim(&["preflight", "--rows", &file, "--trainer", "trl", "--json"]);
        let told = told.ends(0).json();
        let one = &told["subsets"][0];
        for key in [
            "rows",
            "length",
            "tokens",
            "tokens_trained",
            "thinking",
            "system_added",
            "opening",
        ] {
            assert_eq!(one[key], expected[key], "{file}: {key}");
        }
        assert_eq!(told["pairs"], json!([]));
    }
    // One row that is none is counted, and one without its column too.
    let bad = [&jsonl(&rows[..3])[..], b"no row\n", b"{\"text\": \"4\"}\n"].concat();
    place.write("bad.jsonl", bad);
    let told = place.gradatim(&[
        "preflight",
        "--rows",
        "bad.jsonl",
        "--trainer",
        "axolotl",
        "--json",
    ]);
    let told = told.ends(1).json();
    let reasons = &told["subsets"][0]["refused_for"];
    assert_eq!(reasons["the row cannot be read: bad_json"], 1, "{reasons}");
    assert_eq!(told["subsets"][0]["refused"], 2);
    place.write("none.jsonl", "{\"problem\": \"1+1?\"}\n");
    let refused = place.gradatim(&["preflight", "--rows", "none.jsonl", "--trainer", "trl"]);
    refused
        .ends(2)
        .tells(&["no column that a trainer takes", "problem", "messages"]);
}

/// A model's folder with a token a byte, and what else it holds.
fn model(place: &Place, name: &str, files: &[(&str, String)]) {
    place.write(&format!("{name}/tokenizer.json"), byte_tokenizer());
    for (file, text) in files {
        place.write(&format!("{name}/{file}"), text);
    }
}

#[test]
fn a_model_is_a_folder_with_its_own_template_and_tokens() {
    let place = Place::new();
    let template = "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}<{{ m.content }}>{% else %}\
                    {% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}{% endif %}{% endfor %}";
    let config = |template: Value| {
        json!({ "bos_token": "[", "eos_token": { "content": "]" }, "chat_template": template })
            .to_string()
    };
    model(
        &place,
        "file",
        &[
            ("chat_template.jinja", template.into()),
            ("tokenizer_config.json", config(Value::Null)),
        ],
    );
    model(
        &place,
        "text",
        &[("tokenizer_config.json", config(template.into()))],
    );
    let named =
        json!([{ "name": "tools", "template": "no" }, { "name": "default", "template": template }]);
    model(&place, "named", &[("tokenizer_config.json", config(named))]);
    let row = json!({ "messages": [{ "role": "user", "content": "1+1?" }, { "role": "assistant", "content": "It is 2." }] });
    place.write("rows.jsonl", jsonl(&[row]));
    for folder in ["file", "text", "named"] {
        let asked = [
            "preflight",
            "--rows",
            "rows.jsonl",
            "--trainer",
            "trl",
            "--json",
            "--model",
            folder,
        ];
        let told = place.gradatim(&asked).ends(0).json();
        let one = &told["subsets"][0];
        // `[<1+1?>It is 2.]`: a token a byte, the reply and its end in the loss.
        assert_eq!(one["length"]["longest"], 16, "{folder}");
        assert_eq!(one["tokens_trained"], 9, "{folder}");
        assert_eq!(
            one["opening"],
            json!({ "behind": "[<1+1?>", "begins": "It is 2." })
        );
    }
}

#[test]
fn a_model_is_its_folder_or_a_family_and_a_trainer_has_a_name() {
    let place = Place::new();
    let out = QUICKSTART.out.0.to_string_lossy();
    let asked = |more: &[&str]| place.gradatim(&[&["preflight", &*out], more].concat());
    model(
        &place,
        "no-template",
        &[("tokenizer_config.json", "{}".into())],
    );
    place.write("no-tokens/chat_template.jinja", "{{ messages }}");
    place.write("broken.jinja", "{% if %}");
    for (wrong, words) in [
        (
            &["--trainer", "axolot"][..],
            &["did you mean `axolotl`"][..],
        ),
        (&["--trainer", "prime-rl"], &["renderers"]),
        (
            &["--trainer", "trl", "--model", "nowhere"],
            &["there is no folder `nowhere`", "qwen2.5"],
        ),
        (
            &["--trainer", "trl", "--model", "qwen25"],
            &["did you mean `qwen2.5`"],
        ),
        (
            &["--trainer", "trl", "--model", "no-template"],
            &["chat_template.jinja", "--template"],
        ),
        (
            &["--trainer", "trl", "--model", "no-tokens"],
            &["tokenizer.json", "save_pretrained"],
        ),
        (
            &["--trainer", "trl", "--template", "broken.jinja"],
            &["broken.jinja"],
        ),
        (
            &["--trainer", "trl", "--template", "qwen3-thinkin"],
            &["did you mean `qwen3-thinking`"],
        ),
        (&["--trainer", "trl", "--model", "llama3"], &["--tokenizer"]),
        (
            &["--trainer", "torchtune", "--model", "qwen3"],
            &["torchtune"],
        ),
        (&["--trainer", "trl", "--beyond", "drop"], &["trl"]),
        (
            &["--trainer", "trl", "diverse-long-r1-10"],
            &["did you mean `diverse-long-r1-100`"],
        ),
    ] {
        asked(wrong).ends(2).tells(words);
    }
    let by_name = asked(&[
        "--trainer",
        "llamafactory",
        "--model",
        "Qwen/Qwen3-8B",
        LONG,
    ]);
    assert!(
        by_name
            .ends(0)
            .stdout
            .contains("Qwen/Qwen3-8B, by its name as qwen3")
    );
    place.gradatim(&["preflight", "--trainer", "trl"]).ends(2);
    place
        .gradatim(&["preflight", "no-tokens", "--trainer", "trl"])
        .ends(2)
        .tells(&["no-tokens"]);
}
