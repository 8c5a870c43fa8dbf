//! Runs the program, writes small sources, reads what was written.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::json::reader::{ReaderBuilder, infer_json_schema_from_iterator};
use arrow::json::writer::{JsonArray, WriterBuilder};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::eval_loop::attempts;

/// No run of a test takes longer; a program that hangs is killed and the test fails.
const LIMIT: Duration = Duration::from_secs(150);

/// A folder of its own for each test, with a small tokenizer, a pool and a cache.
pub struct Place {
    folder: TempDir,
    environment: Vec<(&'static str, String)>,
}

/// What a run of the program said and how it ended.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Done {
    /// Fails, showing everything that was said, where the exit code is another.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "another exit code\n--- stdout\n{}\n--- stderr\n{}",
            self.stdout,
            self.stderr
        );
        self
    }

    /// Fails where stderr lacks one of the words.
    #[track_caller]
    pub fn tells(self, words: &[&str]) -> Self {
        for word in words {
            assert!(
                self.stderr.contains(word),
                "`{word}` is not said:\n{}",
                self.stderr
            );
        }
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("stdout is no JSON ({error}):\n{}", self.stdout))
    }
}

impl Place {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let place = Self {
            folder,
            environment: Vec::new(),
        };
        place.write("bytes.json", byte_tokenizer());
        place
    }

    /// The program sees this variable.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    /// Runs the program in the folder.
    pub fn gradatim(&self, arguments: &[&str]) -> Done {
        self.gradatim_with(arguments, b"")
    }

    /// Runs the program in a folder below.
    pub fn gradatim_in(&self, below: &str, arguments: &[&str]) -> Done {
        let mut command = self.command(arguments);
        wait(spawned(command.current_dir(self.path(below))))
    }

    pub fn gradatim_with(&self, arguments: &[&str], stdin: &[u8]) -> Done {
        let mut child = self.start(arguments);
        let mut input = child.stdin.take().expect("stdin is piped");
        let stdin = stdin.to_vec();
        // The program may end without reading: a closed pipe is no failure of the test.
        let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
        let done = wait(child);
        writer.join().expect("stdin is written");
        done
    }

    /// Starts the program; the test ends it.
    pub fn start(&self, arguments: &[&str]) -> Child {
        spawned(&mut self.command(arguments))
    }

    /// Runs the program on a terminal of so many columns; what it says to stderr goes to a file. None where there is no
    /// `script` of util-linux, which makes terminals: that is said.
    pub fn on_terminal(&self, columns: usize, arguments: &[&str]) -> Option<Done> {
        let version = Command::new("script").arg("--version").output();
        if !version.is_ok_and(|version| version.stdout.starts_with(b"script from util-linux")) {
            println!("skipped: no `script` of util-linux makes a terminal");
            return None;
        }
        let program =
            std::iter::once(env!("CARGO_BIN_EXE_gradatim")).chain(arguments.iter().copied());
        let program = shlex::try_join(program).expect("words of a shell");
        let line = format!("stty cols {columns} rows 50 -opost; exec {program} 2>said.txt");
        let mut command = self.of("script");
        command.args(["--quiet", "--return", "--command", &line, "/dev/null"]);
        let mut child = spawned(&mut command);
        drop(child.stdin.take());
        let done = wait(child);
        let stderr = std::fs::read_to_string(self.path("said.txt")).expect("what was said");
        Some(Done { stderr, ..done })
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.of(env!("CARGO_BIN_EXE_gradatim"));
        command.args(arguments);
        command
    }

    /// A program in the folder, with all that ours sees there.
    fn of(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.folder())
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("HOME", self.folder())
            .env("NO_COLOR", "1")
            // Where it is set, a terminal has colours whatever it is.
            .env_remove("CI")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Evaluates what the arguments name into `evaluation`, with its report.
    pub fn evaluate(&self, arguments: &[&str]) -> Done {
        let to = ["--out", "evaluation", "--report"];
        self.gradatim(&[&["eval"], arguments, &to].concat()).ends(0)
    }

    /// The same of attempts that models trained on the lines of `out` might have made, which lie under `logs`.
    pub fn evaluate_trained(&self, more: &[&str]) -> Done {
        attempts::make(&self.path("out"), &self.path("logs"), 1).expect("attempts");
        self.evaluate(&[&["logs", "--experiment", "out"], more].concat())
    }

    /// Runs `pipeline.toml` into `out`, with the pool `pool`.
    pub fn run(&self, out: &str, more: &[&str]) -> Done {
        let mut arguments = vec!["run", "pipeline.toml", "--out", out];
        if !more.contains(&"--pool") {
            arguments.extend(["--pool", "pool"]);
        }
        arguments.extend(more);
        self.gradatim(&arguments)
    }

    pub fn out(&self, name: &str) -> Out {
        Out(self.path(name))
    }
}

fn spawned(command: &mut Command) -> Child {
    command.spawn().expect("the program starts")
}

/// Waits for the program's end and collects what it said.
pub fn wait(mut child: Child) -> Done {
    let collect = |mut pipe: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).expect("what is said is read");
            String::from_utf8(bytes).expect("what is said is UTF-8")
        })
    };
    let stdout = collect(Box::new(child.stdout.take().expect("stdout is piped")));
    let stderr = collect(Box::new(child.stderr.take().expect("stderr is piped")));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("the program can be killed");
            panic!("the program did not end within {LIMIT:?}");
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    Done {
        code: status.code(),
        stdout: stdout.join().expect("stdout is read"),
        stderr: stderr.join().expect("stderr is read"),
    }
}

/// A `tokenizer.json` in which every byte is a token: it loads at once, and a text's tokens are its bytes.
pub fn byte_tokenizer() -> String {
    let seen = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut hidden = 0x100..;
    let letter = |byte: u8| match seen(byte) {
        true => char::from(byte),
        false => char::from_u32(hidden.next().expect("a letter")).expect("a letter"),
    };
    let letters: Vec<char> = (0..=255).map(letter).collect();
    let vocab: serde_json::Map<String, Value> = letters
        .iter()
        .zip(0..)
        .map(|(letter, id): (_, u32)| (letter.to_string(), json!(id)))
        .collect();
    let byte_level = json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false });
    json!({
        "version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": byte_level, "post_processor": null, "decoder": byte_level,
        "model": {
            "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": false, "byte_fallback": false, "vocab": vocab, "merges": [],
        },
    })
    .to_string()
}

// Small sources.

/// A reply in R1's manner: thinking of about so many words, then a box.
pub fn reply(answer: impl std::fmt::Display, words: usize) -> String {
    let thinking: Vec<String> = (0..words).map(|word| format!("step{word}")).collect();
    format!(
        "<think>\nOkay, so {}.\n</think>\n\nIt is \\boxed{{{answer}}}.",
        thinking.join(" ")
    )
}

pub const SEVEN: [&str; 7] = [
    "Algebra",
    "Calculus",
    "Combinatorics",
    "Geometry",
    "Inequalities",
    "Logic and Puzzles",
    "Number Theory",
];

/// Numbers that look random and are always the same.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// Rows of OpenR1's columns: "What is a+b?" in seven categories in turn, one to four replies each, all
/// right and recorded so, no two of a length.
pub fn openr1_rows(problems: usize) -> Vec<Value> {
    let mut dice = Dice(7);
    let row = |at: usize| {
        let (a, b) = (at, 2 * at + 1);
        let count = 1 + dice.below(4) as usize;
        let replies: Vec<String> = (0..count)
            .map(|_| reply(a + b, 3 + dice.below(40) as usize))
            .collect();
        openr1_row(
            &format!("What is {a}+{b}?"),
            &(a + b).to_string(),
            SEVEN[at % 7],
            &replies,
        )
    };
    (0..problems).map(row).collect()
}

/// A row of OpenR1's columns whose replies are all recorded as right and finished.
pub fn openr1_row(problem: &str, answer: &str, category: &str, replies: &[String]) -> Value {
    let all = |value: Value| vec![value; replies.len()];
    json!({
        "problem": problem, "answer": answer, "problem_type": category, "question_type": "math-word-problem",
        "source": if problem.len().is_multiple_of(2) { "olympiads" } else { "cn_k12" }, "uuid": format!("uuid of {problem}"),
        "is_reasoning_complete": all(json!(true)), "generations": replies,
        "correctness_math_verify": all(json!(true)), "correctness_llama": all(json!(false)),
        "finish_reasons": all(json!("stop")),
    })
}

pub fn jsonl(rows: &[Value]) -> Vec<u8> {
    let mut text = String::new();
    for row in rows {
        text += &row.to_string();
        text.push('\n');
    }
    text.into_bytes()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("zstd")
}

/// Parquet with the columns that the rows' keys suggest, text where all are null; `group` rows in a row
/// group.
pub fn parquet(rows: &[Value], group: usize) -> Vec<u8> {
    let schema = infer_json_schema_from_iterator(rows.iter().map(Ok)).expect("rows have a schema");
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Null => Field::new(field.name(), DataType::Utf8, true),
        _ => field.as_ref().clone(),
    });
    parquet_as(
        rows,
        Arc::new(Schema::new(fields.collect::<Vec<_>>())),
        group,
    )
}

pub fn parquet_as(rows: &[Value], schema: SchemaRef, group: usize) -> Vec<u8> {
    let mut decoder = ReaderBuilder::new(schema.clone())
        .with_batch_size(rows.len().max(1))
        .build_decoder()
        .expect("a decoder");
    decoder.serialize(rows).expect("rows fit the schema");
    let batch = decoder.flush().expect("rows fit the schema");
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(group))
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .build();
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).expect("a writer");
    if let Some(batch) = batch {
        writer.write(&batch).expect("rows are written");
    }
    writer.into_inner().expect("the file is closed")
}

// What was written.

/// An output folder.
#[derive(Clone)]
pub struct Out(pub PathBuf);

impl Out {
    pub fn run(&self, name: &str) -> PathBuf {
        self.0.join("__run__").join(name)
    }

    pub fn manifest(&self) -> Value {
        read_json(&self.run("manifest.json"))
    }

    pub fn ledger(&self) -> Vec<Value> {
        table(&self.run("ledger.parquet"))
    }

    /// The trajectory and problem ids of each subset, in order of rank.
    pub fn selection(&self) -> BTreeMap<String, Vec<(String, String)>> {
        let mut subsets: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for row in table(&self.run("selection.parquet")) {
            let ids = subsets.entry(text(&row, "subset").to_owned()).or_default();
            assert_eq!(row["rank"], json!(ids.len()), "ranks are 0, 1, 2, …");
            ids.push((
                text(&row, "trajectory_id").to_owned(),
                text(&row, "problem_id").to_owned(),
            ));
        }
        subsets
    }

    pub fn subset(&self, name: &str) -> Vec<Value> {
        table(&self.0.join(name).join("train-00000-of-00001.parquet"))
    }

    /// Drops counted by reason, from the ledger's rows.
    pub fn drops(&self) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for row in self.ledger() {
            if let Some(reason) = row["reason"].as_str() {
                *counts.entry(reason.to_owned()).or_default() += 1;
            }
        }
        counts
    }
}

#[track_caller]
pub fn text<'v>(row: &'v Value, key: &str) -> &'v str {
    row[key]
        .as_str()
        .unwrap_or_else(|| panic!("`{key}` is no text in {row}"))
}

pub fn read_json(path: &Path) -> Value {
    let text =
        std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn batches(path: &Path) -> (Arc<Schema>, Vec<RecordBatch>) {
    let file =
        std::fs::File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet");
    let schema = builder.schema().clone();
    let reader = builder.build().expect("Parquet");
    (
        schema,
        reader.map(|batch| batch.expect("Parquet")).collect(),
    )
}

/// A Parquet file's rows as objects, nulls and all.
pub fn table(path: &Path) -> Vec<Value> {
    let (_, batches) = batches(path);
    let mut writer = WriterBuilder::new()
        .with_explicit_nulls(true)
        .build::<_, JsonArray>(Vec::new());
    for batch in &batches {
        writer.write(batch).expect("rows as JSON");
    }
    writer.finish().expect("rows as JSON");
    let bytes = writer.into_inner();
    if bytes.is_empty() {
        return Vec::new();
    }
    serde_json::from_slice(&bytes).expect("rows as JSON")
}

/// Every file below a folder by its name, with the SHA-256 of its bytes; empty where there is no folder.
pub fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&next) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("a folder's entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below the folder");
            let bytes = std::fs::read(&path).expect("a file");
            found.insert(name.to_string_lossy().into_owned(), sha256(&bytes));
        }
    }
    found
}

pub fn sha256(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn copy(from: &Path, to: &Path) {
    for name in tree(from).keys() {
        let target = to.join(name);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::copy(from.join(name), target).expect("a copy");
    }
}

/// The folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `../shared`, or none where it is absent, and then says so.
pub fn shared() -> Option<PathBuf> {
    let above = repository().ancestors().skip(1).take(2);
    let found = above
        .map(|folder| folder.join("shared"))
        .find(|shared| shared.join("data/README.md").is_file());
    if found.is_none() {
        println!("skipped: ../shared is absent");
    }
    found
}

/// The quickstart's output folder and its pool, made once for all tests.
pub struct Quickstart {
    pub out: Out,
    pub pool: PathBuf,
    pub timings: PathBuf,
}

pub static QUICKSTART: LazyLock<Quickstart> = LazyLock::new(|| {
    let folder = own_folder("quickstart");
    let made = Quickstart {
        out: Out(folder.join("out")),
        pool: folder.join("pool"),
        timings: folder.join("timings.json"),
    };
    quickstart(
        &made.out.0,
        &made.pool,
        &["--timings", &made.timings.to_string_lossy()],
    )
    .ends(0);
    made
});

/// Runs the quickstart from the repository's folder, as its README says.
pub fn quickstart(out: &Path, pool: &Path, more: &[&str]) -> Done {
    let (out, pool) = (out.to_string_lossy(), pool.to_string_lossy());
    let mut arguments = vec![
        "run",
        "pipelines/quickstart.toml",
        "--out",
        &*out,
        "--pool",
        &*pool,
    ];
    arguments.extend(more);
    let child = Command::new(env!("CARGO_BIN_EXE_gradatim"))
        .args(arguments)
        .current_dir(repository())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    wait(child.expect("the program starts"))
}

/// A folder that lives as long as this process; those of processes that ended are cleared away.
fn own_folder(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for entry in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let known = entry.file_name().to_string_lossy().into_owned();
        let process = known
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('-'));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another process may be clearing it too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
    let folder = root.join(format!("{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}
