//! Files as people have them: each kind that users met, with what must come of it.
//!
//! A case is a few small rows in the shape, the lines of its source, and the outcome: every trajectory with its
//! problem, response, gold answer, recorded verdict and origin, every drop by its reason, every note; or the refusal.
//! Kinds that another file of promises holds to more than a table can are named where they would stand.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Fields, Schema, SchemaRef};
use arrow::ipc::writer::{FileWriter, StreamWriter};
use arrow::json::reader::{ReaderBuilder, infer_json_schema_from_iterator};
use parquet::arrow::ArrowWriter;
use parquet::basic::{BrotliLevel, Compression, GzipLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};

use crate::support::*;

// The table's grammar.

/// What must come of a source.
enum Outcome {
    Reads {
        /// Problem, response, gold answer, recorded verdict and origin of each trajectory, in order.
        rows: Vec<Value>,
        drops: Vec<(&'static str, u64)>,
        /// Words of each note about the source, in order.
        notes: Vec<&'static str>,
    },
    Refused {
        code: i32,
        words: Vec<&'static str>,
    },
}

fn reads(rows: impl IntoIterator<Item = Value>) -> Outcome {
    Outcome::Reads {
        rows: rows.into_iter().collect(),
        drops: Vec::new(),
        notes: Vec::new(),
    }
}

fn refused(code: i32, words: &[&'static str]) -> Outcome {
    Outcome::Refused {
        code,
        words: words.to_vec(),
    }
}

impl Outcome {
    fn drops(self, lost: &[(&'static str, u64)]) -> Self {
        match self {
            Self::Reads { rows, notes, .. } => Self::Reads {
                rows,
                drops: lost.to_vec(),
                notes,
            },
            refused => refused,
        }
    }

    fn notes(self, told: &[&'static str]) -> Self {
        match self {
            Self::Reads { rows, drops, .. } => Self::Reads {
                rows,
                drops,
                notes: told.to_vec(),
            },
            refused => refused,
        }
    }
}

/// The source's files by name, under `in`.
type Files<'f> = &'f [(&'f str, Vec<u8>)];

/// Fails where another outcome comes of the files than the case says. `source` are the lines of the source's table.
#[track_caller]
fn case(name: &str, source: &str, files: Files, outcome: Outcome) {
    let place = Place::new();
    for (file, bytes) in files {
        place.write(&format!("in/{file}"), bytes);
    }
    let path = if source.contains("path =") {
        ""
    } else {
        "path = 'in'\n"
    };
    place.write(
        "pipeline.toml",
        format!(
            "[sources.s]\naccept = 'none'\n{path}{source}\n[measure]\ntokenizer = 'bytes.json'\n\
             [screen]\nduplicates = 'keep'\n[[grid]]\nsize = [99]\nper_problem = 9\n"
        ),
    );
    let done = place.run("out", &["--on-shortfall", "short"]);
    match outcome {
        Outcome::Refused { code, words } => {
            assert_eq!(done.code, Some(code), "{name}: {}", done.stderr);
            done.tells(&words);
            assert!(!place.path("out").exists(), "{name}: something was written");
        }
        Outcome::Reads { rows, drops, notes } => {
            assert_eq!(done.code, Some(0), "{name}: {}", done.stderr);
            assert_eq!(read(&place.out("out")), rows, "{name}: {}", done.stderr);
            let lost = place.out("out").drops().into_iter().collect::<Vec<_>>();
            let lost: Vec<(&str, u64)> = lost.iter().map(|(why, n)| (why.as_str(), *n)).collect();
            assert_eq!(lost, drops, "{name}");
            check_notes(name, &done.stderr, &notes);
        }
    }
}

/// Fails where other notes were told of the source than those with the words.
#[track_caller]
fn check_notes(name: &str, stderr: &str, expected: &[&str]) {
    let of_source = |line: &&str| line.starts_with("note: ") && !line.contains("fingerprints");
    let told: Vec<&str> = stderr.lines().filter(of_source).collect();
    assert_eq!(told.len(), expected.len(), "{name}: {told:#?}");
    for (note, words) in told.iter().zip(expected) {
        assert!(note.contains(words), "{name}: `{words}` is not in `{note}`");
    }
}

/// What was kept, in the order of the source: problem, response, gold answer, recorded verdict, origin.
fn read(out: &Out) -> Vec<Value> {
    let kept = |row: &Value| row["fate"] == "kept";
    let ledger: Vec<Value> = out.ledger().into_iter().filter(kept).collect();
    if ledger.is_empty() {
        return Vec::new();
    }
    let written = out.subset("all-normal-99");
    let line = |entry: &Value| {
        let row = written
            .iter()
            .find(|row| row["id"] == entry["trajectory_id"]);
        let row = row.expect("a kept trajectory is drawn");
        let turns = row["messages"].as_array().expect("a chat");
        let said = &turns[turns.len() - 1]["content"];
        json!([
            row["problem"],
            said,
            row["answer"],
            entry["recorded_rule"],
            entry["origin"]
        ])
    };
    ledger.iter().map(line).collect()
}

// Rows in their shapes, and what is read of them.

fn problem(n: u64) -> String {
    format!("What is {n}+{n}?")
}

const THINKING: &str = "Okay, so step0 step1 step2 step3.";

fn said(n: u64) -> String {
    format!("It is \\boxed{{{}}}.", 2 * n)
}

/// Thinking and answer, right.
fn whole(n: u64) -> String {
    format!("<think>\n{THINKING}\n</think>\n\n{}", said(n))
}

/// Thinking and another answer, wrong.
fn other(n: u64) -> String {
    reply(2 * n + 1, 3)
}

fn gold(n: u64) -> String {
    (2 * n).to_string()
}

/// What is read of a problem with its right response and its gold answer.
fn pair(n: u64) -> Value {
    json!([problem(n), whole(n), gold(n), null, null])
}

fn pairs(numbers: impl IntoIterator<Item = u64>) -> Vec<Value> {
    numbers.into_iter().map(pair).collect()
}

/// A response beside that problem, of a source that says nothing else.
fn bare(n: u64, response: impl Into<String>) -> Value {
    json!([problem(n), response.into(), null, null, null])
}

fn turn(role: &str, content: impl Into<Value>) -> Value {
    json!({ "role": role, "content": content.into() })
}

fn chat(n: u64) -> Value {
    json!([turn("user", problem(n)), turn("assistant", whole(n))])
}

/// A row of layout `messages`.
fn messages(n: u64) -> Value {
    json!({ "messages": chat(n), "answer": gold(n) })
}

/// A chat with those fields in its assistant's turn.
fn answered(n: u64, fields: Value) -> Value {
    let mut said = json!({ "role": "assistant" });
    for (name, value) in fields.as_object().into_iter().flatten() {
        said[name] = value.clone();
    }
    json!({ "messages": [turn("user", problem(n)), said], "answer": gold(n) })
}

/// A row of layout `limo`.
fn limo(n: u64) -> Value {
    json!({ "question": problem(n), "solution": whole(n), "answer": gold(n) })
}

/// A row of layout `openr1`: a right response and a wrong one.
fn openr1(n: u64) -> Value {
    json!({
        "problem": problem(n), "generations": [whole(n), other(n)], "answer": gold(n),
        "correctness_math_verify": [true, false], "source": "aops",
    })
}

/// What is read of it.
fn both(n: u64) -> [Value; 2] {
    let line =
        |response: String, right: bool| json!([problem(n), response, gold(n), right, "aops"]);
    [line(whole(n), true), line(other(n), false)]
}

fn several(numbers: impl IntoIterator<Item = u64>, row: impl Fn(u64) -> Value) -> Vec<Value> {
    numbers.into_iter().map(row).collect()
}

fn lines(numbers: impl IntoIterator<Item = u64>, row: impl Fn(u64) -> Value) -> Vec<u8> {
    jsonl(&several(numbers, row))
}

const MESSAGES: &str = "layout = 'messages'";
const LIMO: &str = "layout = 'limo'";
const OPENR1: &str = "layout = 'openr1'";

/// The lines of a source over columns of these names.
fn columns(picks: &str) -> String {
    format!("layout = 'columns'\n[sources.s.columns]\n{picks}")
}

/// Columns of layout `limo`, named one by one.
fn named() -> String {
    columns("problem = 'question'\nresponse = 'solution'\nanswer = 'answer'")
}

// Files in their forms.

fn text_field(name: &str) -> Field {
    Field::new(name, DataType::Utf8, true)
}

fn item(kind: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", kind, true))
}

fn schema(fields: impl Into<Fields>) -> SchemaRef {
    Arc::new(Schema::new(fields))
}

/// The rows as a batch with the types that their values suggest.
fn batch(rows: &[Value]) -> RecordBatch {
    let schema = infer_json_schema_from_iterator(rows.iter().map(Ok)).expect("a schema");
    let mut decoder = ReaderBuilder::new(Arc::new(schema))
        .build_decoder()
        .expect("a decoder");
    decoder.serialize(rows).expect("rows fit");
    decoder.flush().expect("rows fit").expect("rows")
}

/// The same rows, each column as a writer with types of its own stores it.
fn as_types(rows: &[Value], kinds: &[(&str, DataType)]) -> RecordBatch {
    let plain = batch(rows);
    let column = |(field, column): (&Arc<Field>, &arrow::array::ArrayRef)| {
        let kind = kinds.iter().find(|(name, _)| name == field.name());
        let kind = kind.map_or(field.data_type(), |(_, kind)| kind);
        let column = cast(column, kind).expect("a type that holds the values");
        (Field::new(field.name(), kind.clone(), true), column)
    };
    let schema = plain.schema();
    let all = schema.fields().iter().zip(plain.columns()).map(column);
    let (fields, arrays): (Vec<Field>, Vec<_>) = all.unzip();
    RecordBatch::try_new(self::schema(fields), arrays).expect("a batch")
}

fn parquet_of(batch: &RecordBatch, compression: Compression) -> Vec<u8> {
    let properties = WriterProperties::builder()
        .set_compression(compression)
        .build();
    let writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties));
    let mut writer = writer.expect("a writer");
    writer.write(batch).expect("rows are written");
    writer.into_inner().expect("the file is closed")
}

/// Arrow's own stream, as `datasets` saves a table and keeps its cache.
fn arrow_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    writer.write(batch).expect("rows are written");
    writer.into_inner().expect("the stream is closed")
}

/// Arrow's own file, as Feather.
fn arrow_file(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).expect("a writer");
    writer.write(batch).expect("rows are written");
    writer.into_inner().expect("the file is closed")
}

/// A frame of zstd that asks for a window of 2 GiB, as `zstd --long=31` writes it: one block, as it is.
fn zstd_long(bytes: &[u8]) -> Vec<u8> {
    let window_exponent = 31 - 10;
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0, window_exponent << 3];
    let is_last = 1;
    let header = u32::try_from(bytes.len()).expect("a small block") << 3 | is_last;
    frame.extend(&header.to_le_bytes()[..3]);
    frame.extend(bytes);
    frame
}

fn cut(mut bytes: Vec<u8>, by: usize) -> Vec<u8> {
    bytes.truncate(bytes.len() - by);
    bytes
}

/// Fails to compress, so that a file that is cut lacks rows and not its last block alone.
fn noise(bytes: usize) -> String {
    let mut dice = Dice(3);
    let letter = |_| char::from(b'a' + dice.below(26) as u8);
    (0..bytes).map(letter).collect()
}

const LFS: &str = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 146946961\n";

const CARD: &str = "---\nconfigs:\n- config_name: all\n  data_files: all/*\n- config_name: default\n  \
                    data_files: data/*\n---\n# Rows\n";

// The table.

#[test]
fn a_folder_is_read_as_the_dataset_that_it_is() {
    let two = || pairs(1..3);
    let rows = || lines(1..3, messages);
    let columns = || parquet(&several(1..3, messages), 9);
    let told = || br#"{"default": {"splits": {"train": {"num_examples": 2}}}}"#.to_vec();
    case(
        "a folder of save_to_disk is its rows and not its state",
        MESSAGES,
        &[
            (
                "state.json",
                br#"{"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}"#.to_vec(),
            ),
            ("dataset_info.json", told()),
            (
                "data-00000-of-00001.arrow",
                arrow_stream(&batch(&several(1..3, messages))),
            ),
        ],
        reads(two()),
    );
    case(
        "a clone with dataset_infos.json is its data",
        MESSAGES,
        &[
            ("data/train-00000-of-00001.parquet", columns()),
            ("dataset_infos.json", told()),
            ("README.md", b"# Rows\n".to_vec()),
            (".gitattributes", b"*.parquet filter=lfs\n".to_vec()),
        ],
        reads(two())
            .notes(&["passes over 1 file: dataset_infos.json (describes data, by its name)"]),
    );
    case(
        "a side file that is printed over lines is no row",
        MESSAGES,
        &[
            ("train.jsonl", rows()),
            (
                "dataset_info.json",
                b"{\n  \"mine\": {\n    \"file_name\": \"x\"\n  }\n}\n".to_vec(),
            ),
        ],
        reads(two())
            .notes(&["passes over 1 file: dataset_info.json (describes data, by its name)"]),
    );
    case(
        "the train split stands beside the test split and is what is meant",
        MESSAGES,
        &[
            ("data/train-00000-of-00001.parquet", columns()),
            (
                "data/test-00000-of-00001.parquet",
                parquet(&several(7..8, messages), 9),
            ),
        ],
        reads(two()).notes(&["passes over the split `test` (1 file)"]),
    );
    case(
        "the default of several configs is what is meant",
        MESSAGES,
        &[
            ("README.md", CARD.into()),
            ("data/train-00000-of-00001.parquet", columns()),
            (
                "all/all-00000-of-00001.parquet",
                parquet(&several(7..9, messages), 9),
            ),
        ],
        reads(two()).notes(&["the config `all` (1 file); `config = \"all\"`"]),
    );
    case(
        "a column may stand in the folders' names",
        &named().replace("answer =", "origin = 'source'\nanswer ="),
        &[
            (
                "source=aops/part-0.parquet",
                parquet(&several(1..2, limo), 9),
            ),
            (
                "source=olympiads/part-0.parquet",
                parquet(&several(2..3, limo), 9),
            ),
        ],
        reads(
            [(1, "aops"), (2, "olympiads")]
                .map(|(n, origin)| json!([problem(n), whole(n), gold(n), null, origin])),
        ),
    );
    case(
        "a file whose name has no ending is named with the one it should have",
        MESSAGES,
        &[("a.jsonlines", rows()), ("part-00000", lines(3..4, messages))],
        reads(two()).notes(&["part-00000 (seems to hold JSON lines: to have it read, rename it to `part-00000.jsonl`)"]),
    );
    // Odd names and hidden parents: folders::a_path_that_exists_is_that_path_and_a_glob_meets_odd_names.
    // What gradatim wrote: folders::a_folder_that_gradatim_wrote_is_passed_over_inside_of_a_source.
    // Tars of samples: folders::samples_of_a_tar_are_rows_and_their_files_columns.
}

#[test]
fn a_file_that_is_not_what_its_name_says_is_named_for_what_it_is() {
    let lost = |name: &str, file: &str, bytes: Vec<u8>, words: &[&'static str]| {
        case(
            name,
            MESSAGES,
            &[(file, bytes), ("b.jsonl", lines(1..2, messages))],
            refused(4, words),
        );
    };
    let pulled = ["is a pointer of Git LFS to 146946961 bytes", "git lfs pull"];
    lost(
        "Parquet that Git LFS did not fetch",
        "a.parquet",
        LFS.into(),
        &pulled,
    );
    lost(
        "lines that Git LFS did not fetch are no bad rows",
        "a.jsonl",
        LFS.into(),
        &pulled,
    );
    lost(
        "a page of the hub in the place of its file",
        "a.parquet",
        b"<!DOCTYPE html><html></html>".to_vec(),
        &["is an HTML page", "/resolve/"],
    );
    lost(
        "Parquet of no bytes",
        "a.parquet",
        Vec::new(),
        &["a.parquet: is empty", "fetch it again"],
    );
    let sealed = [&b"PARE"[..], &[0; 64], &[8, 0, 0, 0], b"PARE"].concat();
    lost(
        "Parquet that is encrypted",
        "a.parquet",
        sealed,
        &["a.parquet: is encrypted"],
    );
    let long = json!({ "messages": [turn("user", problem(9)), turn("assistant", noise(90_000))] });
    let long = || jsonl(&[messages(2), long.clone()]);
    lost(
        "gzip that is cut is never read in part",
        "a.jsonl.gz",
        cut(gzip(&long()), 20_000),
        &["a.jsonl.gz: is cut off or damaged"],
    );
    lost(
        "zstd that is cut is never read in part",
        "a.jsonl.zst",
        cut(zstd(&long()), 20_000),
        &["a.jsonl.zst: is cut off or damaged"],
    );
    case(
        "lines of no bytes hold nothing, and their neighbours are read",
        MESSAGES,
        &[("a.jsonl", Vec::new()), ("b.jsonl", lines(1..3, messages))],
        reads(pairs(1..3)),
    );
}

#[test]
fn compressed_files_are_read_however_they_were_put_together() {
    let (one, two) = (lines(1..2, messages), lines(2..4, messages));
    let whole = [one.clone(), two.clone()].concat();
    for (name, file, bytes) in [
        ("a window of 2 GiB", "a.jsonl.zst", zstd_long(&whole)),
        (
            "two frames of zstd",
            "a.jsonl.zst",
            [zstd(&one), zstd(&two)].concat(),
        ),
        (
            "two members of gzip",
            "a.jsonl.gz",
            [gzip(&one), gzip(&two)].concat(),
        ),
    ] {
        case(name, MESSAGES, &[(file, bytes)], reads(pairs(1..4)));
    }
}

#[test]
fn json_is_read_as_people_write_it() {
    let three = || several(1..4, messages);
    let text = |row: &Value| row.to_string();
    let texts: Vec<String> = three().iter().map(text).collect();
    let printed: String = three().iter().map(|row| format!("{row:#}\n")).collect();
    let list = format!("[\n{}\n]\n", texts.join(",\n"));
    for (name, file, content) in [
        (
            "objects that were glued to one line",
            "a.jsonl",
            format!("{}{}\n{}\n", texts[0], texts[1], texts[2]).into_bytes(),
        ),
        (
            "objects that were printed over lines",
            "a.jsonl",
            printed.into_bytes(),
        ),
        ("one list", "a.json", list.clone().into_bytes()),
        (
            "one list under a name",
            "a.json",
            format!("{{\"data\": {list}}}").into_bytes(),
        ),
        ("one list, compressed", "a.json.gz", gzip(list.as_bytes())),
        (
            "a mark of the byte order and ends of lines from Windows",
            "a.jsonl",
            format!("\u{feff}{}\r\n", texts.join("\r\n")).into_bytes(),
        ),
    ] {
        case(name, MESSAGES, &[(file, content)], reads(pairs(1..4)));
    }
    let with = |more: &str| texts[0].replacen('{', &format!("{{{more}, "), 1);
    case(
        "NaN in a column that nobody asks for costs nothing",
        MESSAGES,
        &[(
            "a.jsonl",
            format!("{}\n{}\n", with("\"difficulty\": NaN"), texts[1]).into(),
        )],
        reads(pairs(1..3)),
    );
    case(
        "the last line, which was cut, is dropped by name",
        MESSAGES,
        &[("a.jsonl", cut(lines(1..4, messages), 20))],
        reads(pairs(1..3)).drops(&[("bad_json", 1)]),
    );
    let half = texts[0].replace("It is", "It \\ud83d is");
    let halved = whole(1).replace("It is", "It \u{fffd} is");
    case(
        "half of a surrogate pair is replaced and counted",
        MESSAGES,
        &[("a.jsonl", format!("{half}\n{}\n", texts[1]).into())],
        reads([json!([problem(1), halved, "2", null, null]), pair(2)])
            .notes(&["1 of 2 trajectories of `s` had half of a surrogate pair"]),
    );
    let escaped = texts[0].replace("It is", "It\\u0000\\t\u{2028}is");
    case(
        "control characters that are escaped, and breaks of lines that are none, are text",
        MESSAGES,
        &[("a.jsonl", escaped.into())],
        reads([json!([
            problem(1),
            whole(1).replace("It is", "It\0\t\u{2028}is"),
            "2",
            null,
            null
        ])]),
    );
    case(
        "a tab in a string as it is, which JSON forbids, is read and counted",
        MESSAGES,
        &[("a.jsonl", texts[0].replace("It is", "It\tis").into())],
        reads([json!([
            problem(1),
            whole(1).replace("It is", "It\tis"),
            "2",
            null,
            null
        ])])
        .notes(&["1 of 1 trajectories of `s` had a control character"]),
    );
}

#[test]
fn json_beside_these_shapes_is_read_whole_or_refused() {
    let texts: Vec<String> = several(1..4, limo).iter().map(Value::to_string).collect();
    let [one, two, three] = &texts[..] else {
        unreachable!("three rows");
    };
    for (name, file, content) in [
        (
            "a list on each line",
            "a.jsonl",
            format!("[{one}, {two}]\n[{three}]\n"),
        ),
        (
            "lists that were joined",
            "a.json",
            format!("[\n{one}\n]\n[{two},\n{three}\n]"),
        ),
        (
            "a comma behind each object",
            "a.jsonl",
            format!("{one},\n{two},\n{three}\n"),
        ),
        (
            "objects with a space inside, glued",
            "a.jsonl",
            texts.concat().replace("{\"", "{ \""),
        ),
        (
            "a mark of the byte order where files were joined",
            "a.jsonl",
            format!("{one}\n\u{feff}{two}\n{three}"),
        ),
        (
            "only ends of lines of old Macs",
            "a.jsonl",
            texts.join("\r"),
        ),
        (
            "a list two names deep",
            "a.json",
            format!("{{\"data\": {{\"train\": [{}]}}}}", texts.join(",")),
        ),
    ] {
        case(name, LIMO, &[(file, content.into())], reads(pairs(1..4)));
    }
    for (name, content, words) in [
        (
            "rows behind their list",
            format!("[{one}]\n{two}\n"),
            "goes on behind its list of rows",
        ),
        (
            "two lists under two names",
            format!("{{\"train\": [{one}], \"test\": [{two}]}}"),
            "has several lists of rows",
        ),
        (
            "a list that was cut",
            format!("[{one}, {two}"),
            "is cut: its list of rows never ends",
        ),
    ] {
        case(
            name,
            LIMO,
            &[("a.json", content.into())],
            refused(4, &[words]),
        );
    }
    let digits = [
        "3.14159265358979323846264",
        "123456789012345678901234567890",
    ];
    let line = |n: u64, answer: &str| json!([problem(n), whole(n), answer, null, null]);
    let read = || reads((1..).zip(digits).map(|(n, answer)| line(n, answer)));
    let with = |(n, answer): (u64, &str)| {
        let row = limo(n).to_string();
        row.replace(&format!("\"{}\"", gold(n)), answer) + "\n"
    };
    let rows: String = (1..).zip(digits).map(with).collect();
    case(
        "every digit of an answer is kept",
        LIMO,
        &[("a.jsonl", rows.into())],
        read(),
    );
    let inside = |(n, answer): (u64, &str)| {
        let info = format!("{{\"truth\": {answer}, \"difficulty\": NaN}}");
        json!({ "question": problem(n), "solution": whole(n), "info": info })
    };
    let rows: Vec<Value> = (1..).zip(digits).map(inside).collect();
    case(
        "JSON inside of text is read as the row is",
        &columns("problem = 'question'\nresponse = 'solution'\nanswer = 'info.truth'"),
        &[("a.jsonl", jsonl(&rows))],
        read(),
    );
}

#[test]
fn thinking_is_kept_wherever_a_chat_has_it() {
    let apart = |n| {
        answered(
            n,
            json!({ "content": said(n), "reasoning_content": THINKING, "tool_calls": null }),
        )
    };
    let parts = |n| {
        let part = |kind: &str, text: &str| json!({ "type": kind, kind: text });
        let asked = json!([part("text", &problem(n))]);
        let said = json!([part("thinking", THINKING), part("text", &said(n))]);
        json!({ "messages": [turn("user", asked), turn("assistant", said)], "answer": gold(n) })
    };
    let marked = |n| {
        let said = format!(
            "<|begin_of_thought|>\n\n{THINKING}\n\n<|end_of_thought|>\n\n<|begin_of_solution|>\n\n{}\n\n<|end_of_solution|>",
            said(n)
        );
        answered(n, json!({ "content": said }))
    };
    let tagged = |n| {
        answered(
            n,
            json!({ "content": format!("<think>\n{THINKING}\n</think>\n<answer>{}</answer>", said(n)) }),
        )
    };
    let rewritten = "2 of 2 trajectories of `s` marked thinking and answer in another way";
    for (name, row, notes) in [
        (
            "in a field beside the content",
            &apart as &dyn Fn(u64) -> Value,
            &[][..],
        ),
        ("in a part of the content", &parts, &[]),
        ("between the marks of Sky-T1", &marked, &[rewritten]),
        ("before an answer in tags", &tagged, &[rewritten]),
    ] {
        for (file, bytes) in [
            ("a.jsonl", lines(1..3, row)),
            ("a.parquet", parquet(&several(1..3, row), 9)),
        ] {
            case(
                name,
                MESSAGES,
                &[(file, bytes)],
                reads(pairs(1..3)).notes(notes),
            );
        }
    }
    let stratos = |n| {
        let said = text(&marked(n)["messages"][1], "content").to_owned();
        json!({ "system": "Be exact.", "conversations": [{ "from": "user", "value": problem(n) }, { "from": "assistant", "value": said }] })
    };
    case(
        "in Bespoke-Stratos's conversations",
        "layout = 'openthoughts'",
        &[("a.jsonl", lines(1..3, stratos))],
        reads([1, 2].map(|n| bare(n, whole(n)))).notes(&[
            "have a system message",
            "marked thinking and answer in another way",
        ]),
    );
    let am = |n| {
        let info = json!({ "source": "aops", "reference_answer": gold(n) });
        json!({ "messages": [
            { "role": "user", "content": problem(n), "info": info },
            { "role": "assistant", "content": format!("<think>\n{THINKING}\n</think>\n<answer>{}</answer>", said(n)), "info": null },
        ] })
    };
    case(
        "with the answer that the question's turn vouches for",
        MESSAGES,
        &[("a.jsonl", lines(1..3, am))],
        reads(pairs(1..3)).notes(&[rewritten]),
    );
}

#[test]
fn a_chat_is_read_in_every_shape_or_dropped_with_its_reason() {
    let roles = |n| json!({ "conversations": chat(n) });
    case(
        "conversations of role and content",
        "layout = 'openthoughts'",
        &[("a.jsonl", lines(1..3, roles))],
        reads([1, 2].map(|n| bare(n, whole(n)))),
    );
    let froms = |n| json!({ "messages": [{ "from": "human", "value": problem(n) }, { "from": "gpt", "value": whole(n) }] });
    case(
        "messages of from and value",
        MESSAGES,
        &[("a.jsonl", lines(1..3, froms))],
        reads([1, 2].map(|n| bare(n, whole(n)))),
    );
    let written = |n| json!({ "messages": chat(n).to_string(), "answer": gold(n) });
    case(
        "messages as the text of their JSON",
        MESSAGES,
        &[("a.jsonl", lines(1..3, written))],
        reads(pairs(1..3)),
    );
    let lists = |n| json!({ "messages": { "role": ["user", "assistant"], "content": [problem(n), whole(n)] }, "answer": gold(n) });
    case(
        "messages as an object of lists",
        MESSAGES,
        &[("a.parquet", parquet(&several(1..3, lists), 9))],
        reads(pairs(1..3)),
    );
    for (name, row, path, words) in [
        (
            "every content of a chat",
            &written as &dyn Fn(u64) -> Value,
            "messages[].content",
            "`messages[].content` (problem): a list of texts",
        ),
        (
            "the list of all contents",
            &lists,
            "messages.content",
            "`messages.content` (problem): a list of texts",
        ),
    ] {
        let both = columns(&format!("problem = '{path}'\nresponse = '{path}'"));
        case(
            &format!("{name} is neither problem nor response"),
            &both,
            &[("a.jsonl", lines(1..3, row))],
            refused(
                4,
                &[
                    "source `s` is not read: 2 of 2 rows",
                    "wrong_type: 2",
                    words,
                    "layout = \"messages\"",
                ],
            ),
        );
    }
    let two_questions = |n| json!({ "messages": [turn("user", problem(n)), turn("assistant", whole(n)), turn("user", problem(n + 10)), turn("assistant", whole(n + 10))] });
    let rows = || jsonl(&[messages(1), two_questions(2)]);
    case(
        "a question is never paired with another one's answer",
        MESSAGES,
        &[("a.jsonl", rows())],
        reads([pair(1)]).drops(&[("several_turns", 1)]),
    );
    case(
        "each question is paired with its own answer where that is asked for",
        &format!("{MESSAGES}\nturns = 'pairs'"),
        &[("a.jsonl", rows())],
        reads([pair(1), bare(2, whole(2)), bare(12, whole(12))])
            .notes(&["1 of 3 trajectories of `s` answer a question behind others"]),
    );
    let calls = json!({ "messages": [turn("user", problem(2)), { "role": "assistant", "content": null, "tool_calls": [{ "id": "1" }] }, turn("tool", "4"), turn("assistant", said(2))] });
    case(
        "a chat that calls tools is dropped as such",
        MESSAGES,
        &[("a.jsonl", jsonl(&[messages(1), calls]))],
        reads([pair(1)]).drops(&[("tool_calls", 1)]),
    );
    let token = |n, more: &str| answered(n, json!({ "content": whole(n) + more }));
    case(
        "a template's token is stripped behind a text and drops one that has it inside",
        MESSAGES,
        &[(
            "a.jsonl",
            jsonl(&[
                token(1, "<|im_end|>"),
                token(2, "<|im_end|>\n<|im_start|>user\nAnd?"),
            ]),
        )],
        reads([pair(1)])
            .drops(&[("control_tokens", 1)])
            .notes(&["1 of 1 trajectories of `s` had an end token behind a text"]),
    );
}

#[test]
fn answers_are_read_as_people_store_them() {
    let gold_is = |n: u64, answer: Value| json!({ "question": problem(n), "solution": whole(n), "answer": answer });
    let read = |answers: &[Value]| {
        let line = |(n, answer): (u64, &Value)| json!([problem(n), whole(n), answer, null, null]);
        reads((1..).zip(answers).map(line))
    };
    let rows = |answers: &[Value]| -> Vec<Value> {
        (1..)
            .zip(answers)
            .map(|(n, answer)| gold_is(n, answer.clone()))
            .collect()
    };
    let large: Value = serde_json::from_str("18446744073709551615").expect("a number");
    let mixed = [
        json!(42),
        json!("x"),
        json!(42.0),
        json!(true),
        json!(["7"]),
        json!(["1/2", "0.5"]),
        json!([]),
        json!(null),
        large,
    ];
    let texts = [
        json!("42"),
        json!("x"),
        json!("42"),
        json!("true"),
        json!("7"),
        json!("[\"1/2\",\"0.5\"]"),
        json!(null),
        json!(null),
        json!("18446744073709551615"),
    ];
    for layout in [LIMO, &named()] {
        case(
            "in JSON as they come",
            layout,
            &[("a.jsonl", jsonl(&rows(&mixed)))],
            read(&texts),
        );
    }
    let whole_numbers = rows(&[json!(42), json!(null), json!(-7)]);
    let expected = || read(&[json!("42"), json!(null), json!("-7")]);
    for kind in [
        DataType::Int64,
        DataType::Int8,
        DataType::Float64,
        DataType::Float32,
        DataType::Decimal128(38, 4),
        DataType::Decimal256(60, 0),
        DataType::LargeUtf8,
        DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8)),
    ] {
        let batch = as_types(&whole_numbers, &[("answer", kind.clone())]);
        case(
            &format!("in Parquet as {kind}"),
            LIMO,
            &[("a.parquet", parquet_of(&batch, Compression::SNAPPY))],
            expected(),
        );
    }
    case(
        "as the text of a list of one",
        &named(),
        &[("a.jsonl", jsonl(&rows(&[json!("[\"34\"]")])))],
        read(&[json!("34")]),
    );
}

#[test]
fn verdicts_are_read_as_people_record_them() {
    let judged = |n: u64, reward: Value| json!({ "prompt": problem(n), "response": whole(n), "gt": gold(n), "reward": reward });
    let line = |n: u64, right: Option<bool>| json!([problem(n), whole(n), gold(n), right, null]);
    case(
        "rewards: one is right, nothing and less are wrong, and a part is no verdict",
        &columns("problem = 'prompt'\nresponse = 'response'\nanswer = 'gt'\nrecorded = 'reward'"),
        &[(
            "a.jsonl",
            jsonl(&[
                judged(1, json!(1.0)),
                judged(2, json!(0.0)),
                judged(3, json!(-1)),
                judged(4, json!(0.75)),
                judged(5, json!(null)),
            ]),
        )],
        reads([
            line(1, Some(true)),
            line(2, Some(false)),
            line(3, Some(false)),
            line(4, None),
            line(5, None),
        ])
        .notes(&[
            "1 of 5 trajectories of `s` have a recorded verdict that is neither right nor wrong",
        ]),
    );
    for (name, verdicts) in [
        ("as words", json!(["True", "False"])),
        ("as numbers", json!([1, 0])),
        ("as the text of a list", json!("[true, false]")),
    ] {
        let mut row = openr1(1);
        row["correctness_math_verify"] = verdicts;
        case(
            name,
            OPENR1,
            &[("a.parquet", parquet(&[row], 9))],
            reads(both(1)),
        );
    }
}

#[test]
fn parquet_is_read_whoever_wrote_it() {
    let rows = several(1..3, openr1);
    let read = || reads(both(1).into_iter().chain(both(2)));
    let both_of = |kind: fn(Arc<Field>) -> DataType, text: DataType| {
        as_types(
            &rows,
            &[
                ("generations", kind(item(text))),
                ("correctness_math_verify", kind(item(DataType::Boolean))),
            ],
        )
    };
    let pairs_of: fn(Arc<Field>) -> DataType = |item| DataType::FixedSizeList(item, 2);
    let dictionary = DataType::Dictionary(Box::new(DataType::UInt32), Box::new(DataType::Utf8));
    let polars = [
        ("problem", DataType::Utf8View),
        ("answer", DataType::LargeUtf8),
        ("generations", DataType::LargeList(item(DataType::Utf8View))),
        ("source", dictionary),
    ];
    for (name, batch) in [
        ("lists of a fixed length", both_of(pairs_of, DataType::Utf8)),
        ("the types of Polars", as_types(&rows, &polars)),
        (
            "lists and texts of large offsets",
            both_of(DataType::LargeList, DataType::LargeUtf8),
        ),
        (
            "bytes that are text",
            both_of(DataType::List, DataType::Binary),
        ),
    ] {
        case(
            name,
            OPENR1,
            &[("a.parquet", parquet_of(&batch, Compression::SNAPPY))],
            read(),
        );
        case(name, OPENR1, &[("a.arrow", arrow_file(&batch))], read());
    }
    for compression in [
        Compression::UNCOMPRESSED,
        Compression::LZ4_RAW,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
    ] {
        let file = parquet_of(&batch(&rows), compression);
        case(
            &format!("compressed as {compression}"),
            OPENR1,
            &[("a.parquet", file)],
            read(),
        );
    }
    let mut written = several(1..3, openr1);
    for row in &mut written {
        row["generations"] = row["generations"].to_string().into();
    }
    let file = || parquet(&written, 9);
    case(
        "a list as the text of its JSON",
        OPENR1,
        &[("a.parquet", file())],
        read(),
    );
    let line = |n, response| json!([problem(n), response, gold(n), null, null]);
    let picks = columns("problem = 'problem'\nresponse = 'generations[]'\nanswer = 'answer'");
    case(
        "items of a list as the text of its JSON",
        &picks,
        &[("a.parquet", file())],
        reads(
            [1, 2]
                .into_iter()
                .flat_map(|n| [line(n, whole(n)), line(n, other(n))]),
        ),
    );
    let none = parquet_as(&[], batch(&rows).schema(), 9);
    case(
        "a shard without rows",
        OPENR1,
        &[("a.parquet", none), ("b.parquet", parquet(&rows, 1))],
        read(),
    );
}

#[test]
fn shards_may_differ_in_what_they_hold_beside_the_columns() {
    let rows = |numbers: std::ops::Range<u64>, answer: &dyn Fn(u64) -> Value| {
        several(
            numbers,
            |n| json!({ "question": problem(n), "solution": whole(n), "answer": answer(n) }),
        )
    };
    let mut extra = rows(1..2, &|n| json!(2 * n));
    extra[0]["level"] = json!("hard");
    let order = schema(vec![
        text_field("solution"),
        Field::new("answer", DataType::Int32, true),
        text_field("question"),
    ]);
    let lacks = schema(vec![
        Field::new("question", DataType::LargeUtf8, true),
        text_field("solution"),
    ]);
    let unanswered = several(
        4..5,
        |n| json!({ "question": problem(n), "solution": whole(n) }),
    );
    case(
        "columns more or less, another order and other types",
        &named(),
        &[
            ("a.parquet", parquet(&extra, 9)),
            (
                "b.parquet",
                parquet_as(&rows(2..3, &|n| json!(2 * n)), order, 9),
            ),
            ("c.parquet", parquet(&rows(3..4, &|_| Value::Null), 9)),
            ("d.parquet", parquet_as(&unanswered, lacks, 9)),
        ],
        reads([pair(1), pair(2), bare(3, whole(3)), bare(4, whole(4))])
            .notes(&["`d.parquet` has no column `answer`, which others have"]),
    );
    // Files of DuckDB are those of every promise here: plain types, snappy or zstd.
}

#[test]
fn columns_say_where_rollouts_and_other_shapes_have_their_texts() {
    let line =
        |n, response, right: Option<bool>| json!([problem(n), response, gold(n), right, null]);
    let rollouts = |n| {
        json!({
            "prompt": [turn("system", "Be exact."), turn("user", problem(n))], "reward_model": { "style": "rule", "ground_truth": gold(n) },
            "responses": [whole(n), other(n)], "scores": [1.0, 0.0],
        })
    };
    case(
        "verl's rollouts",
        &columns(
            "problem = 'prompt[1].content'\nresponse = 'responses'\nanswer = 'reward_model.ground_truth'\nrecorded = 'scores'",
        ),
        &[("a.parquet", parquet(&several(1..3, rollouts), 9))],
        reads([1, 2].into_iter().flat_map(|n| {
            [
                line(n, whole(n), Some(true)),
                line(n, other(n), Some(false)),
            ]
        })),
    );
    let nemotron = |n| json!({ "input": [turn("user", problem(n))], "output": whole(n) });
    case(
        "turns that ask and a text that answers",
        &columns("problem = 'input'\nresponse = 'output'"),
        &[("a.jsonl", lines(1..3, nemotron))],
        reads([1, 2].map(|n| bare(n, whole(n)))),
    );
    let deepmath = |n| {
        let tail = |text: String| text.trim_start_matches("<think>\n").to_owned();
        json!({ "question": problem(n), "final_answer": gold(n), "r1_solution_1": tail(whole(n)), "r1_solution_2": tail(other(n)), "r1_solution_3": said(n) })
    };
    case(
        "a column for each response",
        &columns(
            "problem = 'question'\nresponse = ['r1_solution_1', 'r1_solution_2', 'r1_solution_3']\nanswer = 'final_answer'",
        ),
        &[("a.jsonl", lines(1..2, deepmath))],
        reads([whole(1), other(1), said(1)].map(|response| line(1, response, None))).notes(&[
            "2 of 3 trajectories of `s` lacked `<think>` before their thinking",
            "1 of 3 trajectories of `s` have no thinking",
        ]),
    );
    let apart = |n| json!({ "question": problem(n), "reasoning": THINKING, "response": said(n), "answer": gold(n) });
    let picks = columns("problem = 'question'\nresponse = 'response'\nanswer = 'answer'");
    case(
        "a column of thinking that nobody names is told",
        &picks,
        &[("a.jsonl", lines(1..3, apart))],
        reads([1, 2].map(|n| line(n, said(n), None))).notes(&["nothing reads `reasoning` of `s`"]),
    );
    case(
        "a column of thinking that is named is joined",
        &format!("{picks}\nthinking = 'reasoning'"),
        &[("a.jsonl", lines(1..3, apart))],
        reads(pairs(1..3)),
    );
}

#[test]
fn csv_is_read_with_its_breaks_quotes_and_delimiters() {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let row =
        |n: u64, delimiter: &str| [quoted(&problem(n)), quoted(&whole(n)), gold(n)].join(delimiter);
    let table = |delimiter: &str, end: &str| {
        let header = ["question", "solution", "answer"].join(delimiter);
        [header, row(1, delimiter), row(2, delimiter)].join(end) + end
    };
    let bytes = format!("\u{feff}{}", table(",", "\r\n"));
    case(
        "lines inside of cells",
        LIMO,
        &[("a.csv", bytes.into())],
        reads(pairs(1..3)),
    );
    case(
        "semicolons",
        LIMO,
        &[("a.csv", table(";", "\n").into())],
        reads(pairs(1..3)).notes(&["`a.csv` has `;` between its cells"]),
    );
    let printed = "messages,answer\n\"[{'role': 'user', 'content': 'What is 1+1?'}, {'role': 'assistant', 'content': '2'}]\",2\n";
    case(
        "a chat as Python prints it",
        MESSAGES,
        &[("a.csv", printed.into())],
        refused(
            4,
            &[
                "wrong_type: 1, the first at a.csv:0",
                "`messages`: text that Python wrote of a list or dict",
                "to_parquet",
            ],
        ),
    );
}
