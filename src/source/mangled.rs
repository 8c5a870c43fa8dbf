//! Files with faults of every kind, read as anybody's: nothing panics, and what is told is told.
//!
//! The stand-in for the fuzz target `files`, seeded, so that each test run looks at the same files.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, ListArray, RecordBatch, StringArray};
use arrow::datatypes::{Int32Type, Schema};
use arrow::ipc::writer::{FileWriter, StreamWriter};

use super::layout::Layout;
use super::look::look;
use super::look::suggest::suggest;
use super::look::trial::trial;
use super::{Source, files, settle};

const ROWS: &str = "{\"question\": \"1+1?\", \"solution\": \"<think>a</think>2\", \"answer\": 2}\n\
    {\"question\": \"2+2?\", \"solution\": \"\\ud83d\\ude00\", \"answer\": [4.0, NaN]}\n\
    {\"messages\": [{\"role\": \"user\", \"content\": [{\"type\": \"text\", \"text\": \"x\"}]}]}\n";

/// The same draws in each run: a multiplicative congruential generator (Lehmer's, with Park and Miller's numbers).
struct Draws(u64);

impl Draws {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0 * 48_271 % 0x7fff_ffff;
        self.0 as usize % most.max(1)
    }
}

/// A file with some of its bytes changed, cut out, doubled or put elsewhere.
fn mangled(bytes: &[u8], draws: &mut Draws) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len());
        let end = (at + 1 + draws.below(16)).min(bytes.len());
        match draws.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << draws.below(8),
            1 if !bytes.is_empty() => {
                bytes[at] = [0, 0xff, b'"', b'{', b'[', b'\\', b'\n'][draws.below(7)]
            }
            2 => drop(bytes.drain(at..end)),
            3 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

fn table() -> RecordBatch {
    let texts = |texts: [&str; 3]| Arc::new(StringArray::from_iter_values(texts)) as ArrayRef;
    let numbers = [Some(vec![Some(1), None]), None, Some(vec![])];
    let numbers = ListArray::from_iter_primitive::<Int32Type, _, _>(numbers);
    RecordBatch::try_from_iter([
        ("question", texts(["1+1?", "2+2?", "3+3?"])),
        ("solution", texts(["2", "4", "6"])),
        ("answer", Arc::new(numbers) as ArrayRef),
    ])
    .expect("a table")
}

fn parquet() -> Vec<u8> {
    let (table, mut bytes) = (table(), Vec::new());
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(&mut bytes, table.schema(), None).expect("a writer");
    writer.write(&table).expect("rows");
    writer.close().expect("a footer");
    bytes
}

fn arrow(write: impl Fn(&mut Vec<u8>, &Schema, &RecordBatch)) -> Vec<u8> {
    let (table, mut bytes) = (table(), Vec::new());
    write(&mut bytes, &table.schema(), &table);
    bytes
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer
        .write_all(text)
        .and_then(|()| writer.finish())
        .expect("gzip")
}

/// Sound files of every form, by the ending of their names.
fn sound() -> Vec<(&'static str, Vec<u8>)> {
    let rows = ROWS.as_bytes().to_vec();
    let list = format!(
        "{{\"n\": [1], \"data\": [{}]}}",
        ROWS.trim_end().replace('\n', ",\n")
    );
    let spread = "{\n \"question\": \"a\",\n \"solution\": {\"b\": []}\n}\n{\n}\n".to_owned();
    let stream = |bytes: &mut Vec<u8>, schema: &Schema, table: &RecordBatch| {
        let mut writer = StreamWriter::try_new(bytes, schema).expect("a writer");
        writer
            .write(table)
            .and_then(|()| writer.finish())
            .expect("a stream");
    };
    let file = |bytes: &mut Vec<u8>, schema: &Schema, table: &RecordBatch| {
        let mut writer = FileWriter::try_new(bytes, schema).expect("a writer");
        writer
            .write(table)
            .and_then(|()| writer.finish())
            .expect("a file");
    };
    vec![
        ("jsonl.gz", gzip(&rows)),
        (
            "jsonl.zst",
            zstd::encode_all(rows.as_slice(), 1).expect("zstd"),
        ),
        ("jsonl", rows),
        ("json", list.into_bytes()),
        ("json", spread.into_bytes()),
        (
            "csv",
            b"question,solution\n\"1,\n1\",\"a\"\"b\"\n2,3\n".to_vec(),
        ),
        ("parquet", parquet()),
        ("arrow", arrow(stream)),
        ("arrow", arrow(file)),
    ]
}

/// Looks at a file and reads it by every layout, as `inspect`, `plan` and `run` do.
fn read(path: &Path) {
    let Ok(found) = files::find(path) else { return };
    for mut file in found {
        if settle(&mut file).is_err() {
            continue;
        }
        if let Ok(look) = look(&file, 50) {
            suggest(&look);
        }
        for &layout in Layout::all() {
            let mut entries = 0;
            let tried = trial(&file, &Source::of(layout), 50, |_, _| entries += 1);
            assert!(tried.is_err() || entries >= tried.map_or(0, |trial| trial.rows));
        }
    }
}

#[test]
fn no_fault_of_a_file_makes_its_reader_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut draws = Draws(1);
    for (ending, bytes) in sound() {
        let path = folder.path().join(format!("rows.{ending}"));
        for _ in 0..150 {
            std::fs::write(&path, mangled(&bytes, &mut draws)).expect("a file");
            read(&path);
        }
    }
}

#[test]
fn sound_files_of_every_form_have_their_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    for (ending, bytes) in sound() {
        let path = folder.path().join(format!("rows.{ending}"));
        std::fs::write(&path, bytes).expect("a file");
        let mut file = files::find(&path).expect("files").remove(0);
        settle(&mut file).expect("a form");
        let look = look(&file, 50).expect("a look");
        assert_eq!(
            (look.unread, look.column("question").is_some()),
            (0, true),
            "{ending}"
        );
    }
}
