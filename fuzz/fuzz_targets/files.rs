//! Any bytes under any ending, looked at as `inspect` does: it is told what they are, whatever they are.
//!
//! The first byte chooses the ending. Everything between a file's name and its trajectories is passed: the head, the
//! form, decompression, footers and pages, columns, every layout that the columns suggest, and the starter pipeline.
#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

const ENDINGS: [&str; 14] = [
    "jsonl", "json", "jsonl", "csv", "tsv", "parquet", "parquet", "arrow", "jsonl.gz", "jsonl.zst", "jsonl.bz2",
    "jsonl.xz", "csv.gz", "json.zst",
];

static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("gradatim-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the fuzzer");
    folder
});

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [ending, bytes @ ..] = data else { return };
    let ending = ENDINGS[usize::from(*ending) % ENDINGS.len()];
    let path = FOLDER.join(format!("rows.{ending}"));
    std::fs::write(&path, bytes).expect("a file for the fuzzer");
    let path = path.to_str().expect("a path in UTF-8");
    let code = gradatim::cli::run(["gradatim", "inspect", path, "--json", "--entries", "2"]);
    assert_eq!(code, 0, "what can be named is looked at");
    std::fs::remove_file(path).expect("the file");
});
