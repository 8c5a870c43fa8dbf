//! The samples of a tar as webdataset packs them, each as a line of JSON.
//!
//! A sample is the files that stand one behind the other and share all of their name up to the first dot; what
//! follows the dot is the column, and the file's text its cell: `0001.json` beside `0001.txt` are one row with
//! columns `json`, `txt` and `__key__`, as in `datasets`. What the object of a `.json` has are columns too, so that
//! a tar of rows fits the layouts. Written as lines they take the way of all other text, with its bounds: nothing of
//! a sample is held here but that object. A file that is no text is null, and one without an ending, or hidden,
//! belongs to no sample.

use std::collections::HashSet;
use std::io::{self, Read};

use indexmap::IndexMap;
use serde_json::value::RawValue;

use crate::source::unit::ROW_BYTES_MAX;

/// A header with its long name takes no more, or it is none.
const HEADER_BYTES_MAX: u64 = 1 << 20;

const BLOCK_BYTES: u64 = 512;

/// Reads a tar as lines of JSON.
pub(crate) struct SampleLines<R> {
    tar: R,
    sample: Option<Sample>,
    /// What is left of the file that is being written.
    inside: Option<Inside>,
    /// Text that was not handed out yet, from `taken` on.
    text: Vec<u8>,
    taken: usize,
    ended: bool,
}

/// A sample that is being written.
struct Sample {
    key: String,
    /// So far.
    columns: HashSet<String>,
    /// The text of its `.json`, as far as a row goes.
    object: Vec<u8>,
}

/// The column whose object is spread.
const OBJECT: &str = "json";

struct Inside {
    is_object: bool,
    left: u64,
    padding: u64,
    /// Whether nothing of it was looked at yet.
    is_new: bool,
}

/// A file's header.
struct Member {
    name: String,
    bytes: u64,
    is_file: bool,
}

impl<R: Read> SampleLines<R> {
    pub(crate) fn new(tar: R) -> Self {
        Self {
            tar,
            sample: None,
            inside: None,
            text: Vec::new(),
            taken: 0,
            ended: false,
        }
    }

    /// Writes some more text, or comes to the end.
    fn advance(&mut self) -> io::Result<()> {
        match self.inside.take() {
            Some(inside) => self.content(inside),
            None => match member(&mut self.tar)? {
                Some(member) => self.begin(&member),
                None => {
                    self.ended = true;
                    self.close();
                    Ok(())
                }
            },
        }
    }

    /// Begins a file: another column of the sample, or the first of the next.
    fn begin(&mut self, member: &Member) -> io::Result<()> {
        let Some((key, column)) = split(&member.name).filter(|_| member.is_file) else {
            return skip(&mut self.tar, member.bytes + padding(member.bytes));
        };
        let is_next = match &self.sample {
            Some(sample) => sample.key != key || sample.columns.contains(&column),
            None => true,
        };
        if is_next {
            self.close();
            self.text.extend_from_slice(b"{\"__key__\":\"");
            escape(key.as_bytes(), &mut self.text);
            self.text.push(b'"');
        }
        self.text.extend_from_slice(b",\"");
        escape(column.as_bytes(), &mut self.text);
        self.text.extend_from_slice(b"\":");
        let sample = self.sample.get_or_insert_with(|| Sample {
            key: key.to_owned(),
            columns: HashSet::new(),
            object: Vec::new(),
        });
        let is_object = column == OBJECT;
        sample.columns.insert(column);
        self.inside = Some(Inside {
            is_object,
            left: member.bytes,
            padding: padding(member.bytes),
            is_new: true,
        });
        Ok(())
    }

    /// Writes a piece of a file.
    fn content(&mut self, inside: Inside) -> io::Result<()> {
        let mut piece = [0; 16 << 10];
        let wanted = inside.left.min(piece.len() as u64) as usize;
        let piece = &mut piece[..wanted];
        self.tar.read_exact(piece)?;
        let left = inside.left - wanted as u64;
        if inside.is_new && piece.contains(&0) {
            self.text.extend_from_slice(b"null");
            return skip(&mut self.tar, left + inside.padding);
        }
        if inside.is_new {
            self.text.push(b'"');
        }
        escape(piece, &mut self.text);
        if let Some(sample) = self.sample.as_mut().filter(|_| inside.is_object) {
            let room = (ROW_BYTES_MAX as usize).saturating_sub(sample.object.len());
            sample
                .object
                .extend_from_slice(&piece[..piece.len().min(room)]);
        }
        if left == 0 {
            self.text.push(b'"');
            return skip(&mut self.tar, inside.padding);
        }
        self.inside = Some(Inside {
            left,
            is_new: false,
            ..inside
        });
        Ok(())
    }

    /// Ends the sample that is being written.
    fn close(&mut self) {
        if let Some(sample) = self.sample.take() {
            sample.spread(&mut self.text);
            self.text.extend_from_slice(b"}\n");
        }
    }
}

impl Sample {
    /// Writes what its object has and its files do not. What is no object, or longer than a row, has nothing.
    fn spread(&self, text: &mut Vec<u8>) {
        let object = self.object.strip_prefix(b"\xef\xbb\xbf");
        let object = object.unwrap_or(&self.object);
        let fields: IndexMap<String, &RawValue> =
            serde_json::from_slice(object).unwrap_or_default();
        for (name, value) in fields {
            if name == "__key__" || self.columns.contains(&name) {
                continue;
            }
            text.extend_from_slice(b",\"");
            escape(name.as_bytes(), text);
            text.extend_from_slice(b"\":");
            // A line break between values is white space; inside of texts there is none.
            text.extend(value.get().bytes().map(|byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            }));
        }
    }
}

impl<R: Read> Read for SampleLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.text.len() && !self.ended {
            self.text.clear();
            self.taken = 0;
            self.advance()?;
        }
        let mut rest = &self.text[self.taken..];
        let read = rest.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

/// The next header; none at the end of the tar.
fn member(tar: &mut impl Read) -> io::Result<Option<Member>> {
    let mut archive = tar::Archive::new(tar.take(HEADER_BYTES_MAX));
    let Some(entry) = archive.entries()?.next() else {
        return Ok(None);
    };
    let entry = entry?;
    let kind = entry.header().entry_type();
    if kind.is_gnu_sparse() {
        return Err(io::Error::other("a tar with sparse files is not read"));
    }
    Ok(Some(Member {
        name: String::from_utf8_lossy(&entry.path_bytes()).into_owned(),
        bytes: entry.size(),
        is_file: kind.is_file() || kind.is_contiguous(),
    }))
}

/// The first file of a tar that is no tar of samples but of whole data files; none where it may be one of samples.
pub(in crate::source) fn data_file(
    mut tar: impl Read,
    is_data: impl Fn(&str) -> bool,
) -> Option<String> {
    loop {
        let member = member(&mut tar).ok()??;
        if member.is_file && split(&member.name).is_some() {
            return Some(member.name).filter(|name| is_data(name));
        }
        skip(&mut tar, member.bytes + padding(member.bytes)).ok()?;
    }
}

/// The key of a sample and the column, in small letters as `datasets` has it.
fn split(name: &str) -> Option<(&str, String)> {
    let start = name.rfind('/').map_or(0, |at| at + 1);
    let dot = start + name[start..].find('.')?;
    let column = name[dot + 1..].to_lowercase();
    (dot > start && !column.is_empty()).then(|| (&name[..dot], column))
}

/// What fills a file's last block.
fn padding(bytes: u64) -> u64 {
    bytes.next_multiple_of(BLOCK_BYTES) - bytes
}

fn skip(tar: &mut impl Read, bytes: u64) -> io::Result<()> {
    let skipped = io::copy(&mut tar.take(bytes), &mut io::sink())?;
    match skipped == bytes {
        true => Ok(()),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Text as it stands between quotes in JSON.
fn escape(bytes: &[u8], text: &mut Vec<u8>) {
    for &byte in bytes {
        match byte {
            b'"' | b'\\' => text.extend_from_slice(&[b'\\', byte]),
            b'\n' => text.extend_from_slice(b"\\n"),
            b'\r' => text.extend_from_slice(b"\\r"),
            b'\t' => text.extend_from_slice(b"\\t"),
            0..0x20 => text.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => text.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A tar of files with these names and contents.
    fn tar(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            builder
                .append_data(&mut header, name, *content)
                .expect("a file of a tar");
        }
        builder.into_inner().expect("a tar")
    }

    fn lines(tar: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        SampleLines::new(tar).read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn files_of_one_key_are_a_row_and_their_endings_its_columns() {
        let long = format!("{}/b.TXT", "x".repeat(150));
        let files: [(&str, &[u8]); 8] = [
            ("d/a.json", b"{\"q\": [\n\"1\\n\"], \"txt\": 1}\n"),
            ("d/a.seg.png", b"\x89PNG\0\0"),
            ("d/._a.json", b"hidden"),
            ("d/README", b"no ending"),
            ("d/a.txt", b""),
            ("e/a.txt", "ü\t\u{1}".as_bytes()),
            ("e/a.txt", b"again"),
            (&long, b"last"),
        ];
        let expected = [
            r#"{"__key__":"d/a","json":"{\"q\": [\n\"1\\n\"], \"txt\": 1}\n","seg.png":null,"txt":"","q":[ "1\n"]}"#,
            r#"{"__key__":"e/a","txt":"ü\t\u0001"}"#,
            r#"{"__key__":"e/a","txt":"again"}"#,
            &format!(r#"{{"__key__":"{}/b","txt":"last"}}"#, "x".repeat(150)),
        ];
        let found = lines(&tar(&files)).expect("a tar");
        assert_eq!(found.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_tar_that_is_cut_off_is_an_error_and_an_empty_one_has_no_rows() {
        let whole = tar(&[("a.txt", &[b'x'; 2000])]);
        assert!(lines(&whole[..1500]).is_err());
        assert_eq!(lines(&tar(&[])).expect("a tar"), "");
        assert_eq!(lines(b"").expect("a tar"), "");
    }

    #[test]
    fn a_tar_of_data_files_is_told_from_one_of_samples() {
        let is_data = |name: &str| name.ends_with(".jsonl");
        let told = |files: &[(&str, &[u8])]| data_file(tar(files).as_slice(), is_data);
        assert_eq!(
            told(&[("d/README", b""), ("d/x.jsonl", b"")]).as_deref(),
            Some("d/x.jsonl")
        );
        assert_eq!(told(&[("a.json", b""), ("b.jsonl", b"")]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..2048), at in 0..2048_usize) {
            let _ = lines(&bytes);
            let mut whole = tar(&[("a.txt", b"x"), ("b.json", b"{}")]);
            let at = at % whole.len();
            whole[at] = bytes.first().copied().unwrap_or(0);
            let _ = lines(&whole);
        }
    }
}
