//! What a small run leaves, to be changed: a part of the pool and an output folder, in a temporary folder of this process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::file::properties::WriterProperties;

/// One subset of few rows: what is checked for every input is small.
const PIPELINE: &str = "on_shortfall = \"short\"\n[sources.s]\nlayout = \"openr1\"\nlicense = \"mit\"\npath = \"rows.jsonl\"\n[measure]\ntokenizer = \"bytes.json\"\n[[grid]]\nsize = [2]\n";

pub struct Stored {
    pub root: PathBuf,
    /// Of the folder that is changed: each file's name and what it held.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Stored {
    /// Runs the program once over some rows; `below` is the folder whose files are changed, or a pattern's only match.
    pub fn new(below: &str) -> Self {
        let root = std::env::temp_dir().join(format!("gradatim-fuzz-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("a folder for the fuzzer");
        std::fs::write(root.join("rows.jsonl"), rows()).expect("rows");
        std::fs::write(root.join("bytes.json"), tokenizer()).expect("a tokenizer");
        std::fs::write(root.join("pipeline.toml"), PIPELINE).expect("a pipeline");
        let stored = Self { root, files: BTreeMap::new() };
        stored.run("out");
        let below = stored.root.join(below);
        let below = if below.ends_with("parts") { only(&only(&below)) } else { below };
        let mut files = BTreeMap::new();
        read(&below, "", &mut files);
        Self { root: below, files }
    }

    fn run(&self, out: &str) {
        let path = |name: &str| self.root.join(name).to_str().expect("UTF-8").to_owned();
        let words = ["gradatim", "run", &path("pipeline.toml"), "--out", &path(out), "--pool", &path("pool")];
        assert_eq!(gradatim::cli::run(words), 0, "a sound pipeline runs");
    }

    /// Puts a file's bytes in their place.
    pub fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.root.join(name), bytes).expect("a file for the fuzzer");
    }
}

fn rows() -> String {
    let row = |at: usize| {
        let reply = format!("<think>\\nIt is {at} steps, wait.\\n</think>\\n\\nSo \\\\boxed{{{at}}}.");
        format!(
            "{{\"problem\": \"What is {at} + 0?\", \"answer\": \"{at}\", \"problem_type\": \"Algebra\", \
             \"question_type\": \"math-word-problem\", \"source\": \"olympiads\", \"uuid\": \"{at}\", \
             \"is_reasoning_complete\": [true], \"generations\": [\"{reply}\"], \"correctness_math_verify\": [true], \
             \"correctness_llama\": [null], \"finish_reasons\": [\"stop\"]}}\n"
        )
    };
    (0..4).map(row).collect()
}

/// Every byte a token: the real ones take seconds to load where nothing is optimised.
fn tokenizer() -> String {
    let seen = |byte: u8| matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    let mut hidden = 0x100..;
    let letters = (0..=255).map(|byte| match seen(byte) {
        true => u32::from(byte),
        false => hidden.next().expect("a letter"),
    });
    let vocab: Vec<String> = letters.enumerate().map(|(id, letter)| format!("\"\\u{letter:04x}\": {id}")).collect();
    let level = r#"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}"#;
    format!(
        r#"{{"version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "normalizer": null,
        "pre_tokenizer": {level}, "post_processor": null, "decoder": {level}, "model": {{"type": "BPE", "dropout": null,
        "unk_token": null, "continuing_subword_prefix": "", "end_of_word_suffix": "", "fuse_unk": false,
        "byte_fallback": false, "vocab": {{{}}}, "merges": []}}}}"#,
        vocab.join(", ")
    )
}

fn only(folder: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(folder).expect("a folder");
    entries.next().expect("something in it").expect("its name").path()
}

fn read(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{below}{}", entry.file_name().to_str().expect("UTF-8"));
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).expect("a file"));
        }
    }
}

/// The same rows in a file whose every value lies open: no compression, no dictionary, so that a changed byte is a
/// changed value and not a broken page.
pub fn opened(table: &[u8]) -> Vec<u8> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(table)).expect("a table");
    let properties = WriterProperties::builder().set_dictionary_enabled(false).build();
    let mut written = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut written, reader.schema().clone(), Some(properties)).expect("a writer");
    for batch in reader.build().expect("a reader") {
        writer.write(&batch.expect("rows")).expect("rows");
    }
    writer.close().expect("a table");
    written
}

/// Changes content as the input says, four bytes an edit: where (two bytes, of the whole length), how, with what.
pub fn edit(content: &mut Vec<u8>, edits: &[u8]) {
    for edit in edits.chunks_exact(4).take(16) {
        if content.is_empty() {
            return;
        }
        let place = usize::from(u16::from_le_bytes([edit[0], edit[1]]));
        // In a long file the place is scaled; in a short one every byte can be met.
        let at = if content.len() > 1 << 16 { place * content.len() >> 16 } else { place % content.len() };
        match edit[2] % 8 {
            0..=3 => content[at] = edit[3],
            4 => content[at] ^= edit[3],
            5 => content.insert(at, edit[3]),
            6 => drop(content.drain(at..(at + 1 + usize::from(edit[3])).min(content.len()))),
            _ => content.truncate(at),
        }
    }
}

/// One text in the place of each occurrence of another of its length.
pub fn replace(content: &mut [u8], old: &str, new: &str) {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    assert_eq!(old.len(), new.len(), "a hash for a hash");
    for at in 0..content.len().saturating_sub(old.len() - 1) {
        if &content[at..at + old.len()] == old {
            content[at..at + old.len()].copy_from_slice(new);
        }
    }
}
