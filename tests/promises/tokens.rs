//! Token counts: exact, and the same by two implementations.

use std::path::Path;
use std::sync::LazyLock;

use arrow::array::AsArray;
use gradatim::measure::tokens::Tokenizer;
use gradatim::verify::split_thinking;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::check::{edit_json, sum_again};
use crate::support::*;

static QWEN: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::qwen);

/// The second implementation.
fn reference_tokens(text: &str) -> u32 {
    bpe_openai::voyage3_base().count(text) as u32
}

/// Every response of `data/`.
fn sample_responses() -> Vec<String> {
    let mut all = Vec::new();
    for shard in [
        "train-00000-of-00002.parquet",
        "train-00001-of-00002.parquet",
    ] {
        let (_, batches) = batches(&repository().join("data/openr1").join(shard));
        for batch in batches {
            let lists = batch
                .column_by_name("generations")
                .expect("generations")
                .as_list::<i32>();
            for list in lists.iter().flatten() {
                all.extend(list.as_string::<i32>().iter().flatten().map(str::to_owned));
            }
        }
    }
    for row in json_lines(&repository().join("data/s1k/train.jsonl.gz")) {
        for arm in ["gemini", "deepseek"] {
            let part = |name: &str| {
                row[format!("{arm}_{name}")]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            };
            all.push(format!(
                "<think>\n{}\n</think>\n\n{}",
                part("thinking_trajectory"),
                part("attempt")
            ));
        }
    }
    all
}

/// The lines of a file, plain, gzip or zstd, that are JSON objects.
fn json_lines(path: &Path) -> Vec<Value> {
    let bytes = std::fs::read(path).expect("a file");
    let bytes = match path.extension().and_then(|ending| ending.to_str()) {
        Some("gz") => {
            let mut plain = Vec::new();
            std::io::Read::read_to_end(
                &mut flate2::read::MultiGzDecoder::new(&bytes[..]),
                &mut plain,
            )
            .expect("gzip");
            plain
        }
        Some("zst") => zstd::decode_all(&bytes[..]).expect("zstd"),
        _ => bytes,
    };
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect()
}

#[test]
fn the_second_implementation_counts_the_same_on_every_response_of_the_sample() {
    let all = sample_responses();
    assert!(all.len() > 15_000, "{}", all.len());
    for response in &all {
        assert_eq!(
            QWEN.tokens(response),
            reference_tokens(response),
            "{response}"
        );
        let count = QWEN.count(response, split_thinking(response).answer.start);
        assert_eq!(
            count.whole,
            QWEN.tokens(response),
            "counted in two parts: {response}"
        );
        assert!(count.thinking <= count.whole);
    }
}

#[test]
fn known_texts_have_known_counts() {
    // By Qwen2.5's pattern and vocabulary: each digit is a token, a word with its space is one.
    for (text, count) in [
        ("", 0),
        ("Hello", 1),
        ("Hello world", 2),
        ("12345", 5),
        ("\n\n", 1),
        (" ", 1),
        ("<|im_start|>", 1),
        ("<|im_end|>", 1),
        ("<|endoftext|>", 1),
        ("<|im_start|>user\nHello<|im_end|>\n", 6),
        ("<tool_call>", 1),
        ("<think>", 2 + 1),
        ("caf\u{e9}", 2),
        ("cafe\u{301}", 2),
    ] {
        assert_eq!(QWEN.tokens(text), count, "{text:?}");
    }
}

#[test]
fn a_special_token_counts_as_one_wherever_it_stands() {
    for special in [
        "<|endoftext|>",
        "<|im_start|>",
        "<|im_end|>",
        "<|fim_pad|>",
        "<|file_sep|>",
    ] {
        for (before, after) in [
            ("", ""),
            ("a", "b"),
            ("x \n", "\n y"),
            ("12", "34"),
            ("\\frac", "{"),
        ] {
            let text = format!("{before}{special}{after}");
            let parts = QWEN.tokens(before) + 1 + QWEN.tokens(after);
            assert_eq!(QWEN.tokens(&text), parts, "{text:?}");
        }
    }
}

/// Texts of what makes tokenizers differ: marks that combine, runs of white space, line ends, LaTeX.
fn texts() -> impl Strategy<Value = String> {
    const PIECES: [&str; 58] = [
        "a",
        "Z",
        "the",
        "Wait",
        "step",
        "e\u{301}",
        "\u{301}",
        "\u{308}",
        "\u{e9}",
        "\u{1e69}",
        "s\u{323}\u{307}",
        "漢字",
        "한",
        "\u{1112}\u{1161}",
        "😀",
        "👩\u{200d}🔬",
        "\u{200b}",
        "\u{a0}",
        "\u{3000}",
        "\u{2028}",
        "\u{85}",
        "\u{feff}",
        "\u{fb01}",
        "\u{212a}",
        "\u{17f}",
        "ß",
        "İ",
        " ",
        "  ",
        "   ",
        "\t",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        " \n",
        "\n ",
        "1",
        "23",
        "٣",
        "½",
        "\\frac{1}{2}",
        "$x^2$",
        "\\[",
        "\\boxed{5}",
        "'s",
        "'LL",
        "'\u{17f}",
        "’t",
        "</think>",
        "<think>",
        ">",
        "</",
        ".",
        "...",
        "**",
        "—",
        "\u{0}",
    ];
    let piece = prop_oneof![
        6 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        1 => character().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// A character of blocks that every version of Unicode in use sorts alike: a letter that only the newer of
/// two implementations knows is no difference of theirs.
fn character() -> impl Strategy<Value = char> {
    let block = |from: char, to: char| prop::char::range(from, to);
    prop_oneof![
        block('\u{0}', '\u{52f}'),
        block('\u{900}', '\u{97f}'),
        block('\u{2000}', '\u{2bff}'),
        block('\u{4e00}', '\u{9fa5}'),
        block('\u{ac00}', '\u{d7a3}'),
        block('\u{1d400}', '\u{1d7ff}'),
        block('\u{1f300}', '\u{1f64f}'),
    ]
}

#[test]
fn an_answer_right_behind_the_thinking_is_counted_exactly() {
    for answer in [
        "a",
        "The answer",
        "**5**",
        "$5$",
        "\\boxed{5}",
        "<|im_end|>",
    ] {
        let reply = format!("<think>\nHm.\n</think>{answer}");
        let end = split_thinking(&reply).answer.start;
        assert_eq!(
            QWEN.count(&reply, end).whole,
            QWEN.tokens(&reply),
            "{reply:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_second_implementation_counts_the_same_on_any_text(text in texts()) {
        prop_assert_eq!(QWEN.tokens(&text), reference_tokens(&text), "{:?}", text);
    }

    #[test]
    fn a_reply_counts_the_same_whole_and_by_its_parts(thinking in texts(), answer in texts()) {
        let reply = format!("<think>\n{thinking}\n</think>{answer}");
        let end = split_thinking(&reply).answer.start;
        let count = QWEN.count(&reply, end);
        prop_assert_eq!(count.whole, QWEN.tokens(&reply), "{:?} cut at {}", &reply, end);
    }

    #[test]
    fn the_whole_count_does_not_depend_on_where_the_thinking_ends(text in texts(), cut in 0.0..1.0_f64) {
        let mut end = (cut * text.len() as f64) as usize;
        while !text.is_char_boundary(end) {
            end += 1;
        }
        prop_assert_eq!(QWEN.count(&text, end).whole, QWEN.tokens(&text), "{:?} cut at {}", &text, end);
    }
}

/// What R1-Distill-Qwen writes as one token each, beside Qwen2.5's vocabulary.
const DISTILL: [&str; 6] = [
    "<｜begin▁of▁sentence｜>",
    "<｜User｜>",
    "<｜Assistant｜>",
    "<｜end▁of▁sentence｜>",
    "<think>",
    "</think>",
];

/// Tokens of a text in which the marks of R1-Distill are one token each.
fn distill_tokens(text: &str) -> u64 {
    let mark = DISTILL
        .iter()
        .filter_map(|mark| Some((text.find(mark)?, *mark)))
        .min();
    match mark {
        None => u64::from(QWEN.tokens(text)),
        Some((at, mark)) => {
            u64::from(QWEN.tokens(&text[..at])) + 1 + distill_tokens(&text[at + mark.len()..])
        }
    }
}

/// AReaL logged the ids that were sampled, by Qwen2.5's vocabulary: with R1-Distill's marks for DeepScaleR,
/// as it is for Nemotron. What was fed in is always split canonically, so every prompt must fit; a model
/// may sample another split of the same letters, so a few completions have other counts.
#[test]
fn the_counts_of_areals_own_runs_are_reproduced() {
    let Some(shared) = shared() else { return };
    let folder = shared.join("data/eval_runs/areal");
    let (mut rows, mut sampled_otherwise) = (0, Vec::new());
    for name in tree(&folder).keys() {
        let count = |text: &str| match name.contains("deepscaler") {
            true => distill_tokens(text),
            false => u64::from(QWEN.tokens(text)),
        };
        for (at, row) in json_lines(&folder.join(name)).iter().enumerate() {
            rows += 1;
            let number = |key: &str| row[key].as_u64().expect("a count");
            let (prompt, completion) = (
                number("prompt_len"),
                number("seqlen") - number("prompt_len"),
            );
            assert_eq!(
                count(text(row, "prompt")),
                prompt,
                "the prompt of row {at} of {name}"
            );
            let said = text(row, "completion");
            let plain = said.split("<|im_end|>").next().unwrap_or_default();
            assert_eq!(
                QWEN.tokens(plain),
                reference_tokens(plain),
                "row {at} of {name}"
            );
            let counted = count(said);
            if counted != completion {
                sampled_otherwise.push(format!(
                    "{name} row {at}: {completion} sampled, {counted} counted"
                ));
            }
        }
    }
    println!(
        "{} of {rows} completions were split otherwise: {sampled_otherwise:#?}",
        sampled_otherwise.len()
    );
    assert!(
        rows > 600 && sampled_otherwise.len() * 25 < rows,
        "{sampled_otherwise:#?}"
    );
}

#[test]
fn a_tokenizer_file_of_the_same_vocabulary_counts_the_same() {
    let Some(shared) = shared() else { return };
    let file =
        Tokenizer::load("data/tokenizers/qwen2.5/tokenizer.json", &shared).expect("the tokenizer");
    for response in sample_responses().iter().step_by(5) {
        assert_eq!(file.tokens(response), QWEN.tokens(response), "{response}");
        let end = split_thinking(response).answer.start;
        assert_eq!(file.count(response, end), QWEN.count(response, end));
    }
    for text in [
        "<|im_start|>user\nx<|im_end|>",
        "cafe\u{301} \u{1112}\u{1161}",
        "a\r\n\r\n  b",
    ] {
        assert_eq!(file.tokens(text), QWEN.tokens(text), "{text:?}");
    }
}

#[test]
fn a_run_counts_with_the_tokenizer_that_the_pipeline_names() {
    // Each byte is a token of this one.
    let place = Place::new();
    let rows = openr1_rows(6);
    place.write("a.jsonl", jsonl(&rows));
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\npath = 'a.jsonl'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    place.run("out", &[]).ends(0);
    let out = place.out("out");
    for entry in out.ledger() {
        let number = |key: &str| entry[key].as_u64().expect("a count");
        let row = &rows[number("row") as usize];
        let response = row["generations"][number("generation") as usize]
            .as_str()
            .expect("a response");
        let close = response.find("</think>").expect("closed") + "</think>\n\n".len();
        assert_eq!(number("tokens"), response.len() as u64);
        assert_eq!(number("thinking_tokens"), close as u64);
        assert_eq!(number("answer_tokens"), (response.len() - close) as u64);
    }
    assert!(text(&out.manifest(), "tokenizer").starts_with("tokenizer.json "));
    let library = concat!("tokenizers ", "1.0.0-rc.3");
    assert_eq!(text(&out.manifest(), "counted_by"), library);
    let card = std::fs::read_to_string(place.path("out/README.md")).expect("a card");
    assert!(card.contains(&format!(" by {library}")), "{card}");
}

/// The tokenizer of bytes with Qwen2's pattern, every part of which the program knows.
fn known_tokenizer() -> String {
    let mut json: Value = serde_json::from_str(&byte_tokenizer()).expect("JSON");
    let pattern = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    let split = json!({ "type": "Split", "pattern": { "Regex": pattern }, "behavior": "Isolated", "invert": false });
    let bytes = json["pre_tokenizer"].take();
    json["pre_tokenizer"] = json!({ "type": "Sequence", "pretokenizers": [split, bytes] });
    json.to_string()
}

/// One file, counted with such a tokenizer, by this program.
fn counted_by_gradatim() -> Place {
    let place = Place::new();
    place.write("a.jsonl", jsonl(&openr1_rows(6)));
    place.write("known.json", known_tokenizer());
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\npath = 'a.jsonl'\n[measure]\ntokenizer = 'known.json'\n[[grid]]\nsize = [1]\n");
    place.run("out", &[]).ends(0);
    let manifest = place.out("out").manifest();
    assert_eq!(text(&manifest, "counted_by"), "gradatim");
    place
}

/// The name of the only vocabulary in a pool, from the pool's folder.
fn kept(place: &Place) -> String {
    let pool = tree(&place.path("pool"));
    let mut kept = pool.keys().filter(|name| name.starts_with("vocabularies/"));
    let name = kept.next().expect("a vocabulary").clone();
    assert_eq!(kept.next(), None);
    name
}

#[test]
fn a_vocabulary_is_compiled_once_and_kept_in_the_pool() {
    let place = counted_by_gradatim();
    let (name, whole) = (kept(&place), tree(&place.path("pool")));
    let path = place.path("pool").join(&name);
    let listed = place.gradatim(&["pool", "--pool", "pool", "--json"]);
    let listed = listed.ends(0).json();
    let tokenizer = text(&place.out("out").manifest(), "tokenizer").to_owned();
    let bytes = std::fs::metadata(&path).expect("a file").len();
    let expected = json!([{ "tokenizer": tokenizer, "state": "usable", "bytes": bytes }]);
    assert_eq!(listed["vocabularies"], expected);
    let old = std::time::UNIX_EPOCH;
    let touched = |path: &Path| std::fs::metadata(path).and_then(|found| found.modified());
    let opened = std::fs::File::open(&path).expect("a file");
    opened.set_modified(old).expect("a time");
    place.run("again", &[]).ends(0);
    assert_ne!(touched(&path).expect("a time"), old, "it was counted with");
    assert_eq!(tree(&place.path("pool")), whole);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
}

#[test]
fn a_damaged_vocabulary_is_told_pruned_and_compiled_anew_and_no_run_fails() {
    let place = counted_by_gradatim();
    let path = place.path("pool").join(kept(&place));
    let whole = tree(&place.path("pool"));
    let mut bytes = std::fs::read(&path).expect("a file");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    let damage = || std::fs::write(&path, &bytes).expect("damage");
    damage();
    let check = ["pool", "check", "--pool", "pool"];
    place.gradatim(&check).ends(1);
    place.run("again", &[]).ends(0);
    assert_eq!(tree(&place.path("pool")), whole);
    assert_eq!(tree(&place.path("again")), tree(&place.path("out")));
    place.gradatim(&check).ends(0);
    damage();
    let prune = |which: &str| {
        let done = place.gradatim(&["pool", "prune", which, "--pool", "pool", "--json"]);
        let done = done.ends(0).json();
        [&done["removed"], &done["vocabularies"]].map(Value::clone)
    };
    assert_eq!(prune("--damaged"), [json!(0), json!(1)]);
    std::fs::write(&path, "gradatim vocabulary v0\n").expect("a file");
    place.gradatim(&check).ends(0);
    assert_eq!(prune("--older-versions"), [json!(0), json!(1)]);
    place.run("third", &[]).ends(0);
    assert_eq!(tree(&place.path("third")), tree(&place.path("out")));
    assert_eq!(prune("--all"), [json!(1), json!(1)]);
}

#[test]
fn what_counted_is_held_against_the_sources() {
    let place = counted_by_gradatim();
    let check = |out: &str| place.gradatim(&["check", out, "--sources", "--base", "."]);
    check("out").ends(0);
    edit_json(&place.path("out/__run__/manifest.json"), |manifest| {
        manifest["counted_by"] = json!("an abacus");
    });
    sum_again(&place.path("out"));
    let told = check("out").ends(1);
    assert!(
        told.stdout.contains("counted by gradatim"),
        "{}",
        told.stdout
    );
}

#[test]
fn another_tokenizer_file_measures_anew_and_the_same_one_does_not() {
    let place = Place::new();
    place.write("a.jsonl", jsonl(&openr1_rows(6)));
    place.write("pipeline.toml", "[sources.all]\nlayout = 'openr1'\npath = 'a.jsonl'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [1]\n");
    let reused = |out: &str| {
        place.run(out, &["--timings", "t.json"]).ends(0);
        read_json(&place.path("t.json"))["reused_units"].clone()
    };
    assert_eq!((reused("a"), reused("b")), (Value::from(0), Value::from(1)));
    place.write("bytes.json", byte_tokenizer() + "\n");
    assert_eq!(reused("c"), Value::from(0));
}
