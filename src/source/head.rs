//! What a file is by its first bytes, where its name says something else.
//!
//! A pointer of Git LFS, a web page, a half-loaded shard: each has the name of the data that it stands for,
//! and a reader that trusts the name speaks of corrupt footers, or of bad rows. So every file on this disk is
//! looked at before a row is read, and what it is instead is said, with what mends it.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use super::SourceFile;
use super::columnar::encrypted::has_encrypted_columns;
use super::disk_file::open_regular;
use super::format::{Coding, Form, Format, JsonForm, TextFormat};
use super::place::Place;
use super::text::samples::data_file;
use crate::{Error, Result};

/// What first bytes are those of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Empty,
    Parquet,
    /// Parquet whose footer is encrypted.
    Encrypted,
    /// Parquet whose footer is plain, and columns are not.
    EncryptedColumns,
    Gzip,
    Zstd,
    Bzip2,
    Xz,
    Tar,
    /// Arrow's own form, with a footer or as a stream.
    Arrow,
    /// Another format with a mark of its own, as people call it.
    Known(&'static str),
    LfsPointer,
    AnnexPointer,
    Html,
    Xml,
    Utf16,
    Utf32,
    /// Text that opens an object or a list.
    Json,
    Text,
    /// Nothing that is known.
    Bytes,
}

/// Marks at a file's beginning.
const MARKS: [(&[u8], Kind); 19] = [
    (b"PAR1", Kind::Parquet),
    (b"PARE", Kind::Encrypted),
    (b"\x1f\x8b", Kind::Gzip),
    (b"\x28\xb5\x2f\xfd", Kind::Zstd),
    (b"\xfd7zXZ\0", Kind::Xz),
    (b"\x04\x22\x4d\x18", Kind::Known("compressed with LZ4")),
    (b"ARROW1", Kind::Arrow),
    (b"\xff\xff\xff\xff", Kind::Arrow),
    (
        b"PK\x03\x04",
        Kind::Known("a ZIP archive (as .xlsx and .npz are, too)"),
    ),
    (b"7z\xbc\xaf\x27\x1c", Kind::Known("a 7z archive")),
    (b"SQLite format 3\0", Kind::Known("a database of SQLite")),
    (b"\x80\x02", Kind::Known("a pickle of Python")),
    (b"\x80\x03", Kind::Known("a pickle of Python")),
    (b"\x80\x04", Kind::Known("a pickle of Python")),
    (b"\x80\x05", Kind::Known("a pickle of Python")),
    (b"\x93NUMPY", Kind::Known("an array of NumPy")),
    (b"\x89HDF\r\n\x1a\n", Kind::Known("an HDF5 file")),
    (b"Obj\x01", Kind::Known("an Avro file")),
    (b"%PDF-", Kind::Known("a PDF")),
];

/// So much of a file is looked at: the mark of a tar stands at byte 257, and a page may open with a comment.
const HEAD_BYTES: u64 = 4096;

impl Kind {
    fn of(head: &[u8]) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        if let Some(kind) = Self::of_text_mark(head) {
            return kind;
        }
        let mut marks = MARKS.iter();
        if let Some((_, kind)) = marks.find(|(mark, _)| head.starts_with(mark)) {
            return *kind;
        }
        match head {
            [b'B', b'Z', b'h', _, b'1', b'A', b'Y', ..] => Self::Bzip2,
            // A frame that is skipped: parallel writers begin with one.
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            _ if head.get(257..262) == Some(b"ustar") => Self::Tar,
            _ => Self::of_text(head),
        }
    }

    /// By a byte order mark, or by the zeros that UTF-16 has where text is mostly ASCII.
    fn of_text_mark(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Self::Utf32),
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some(Self::Utf16),
            [a, 0, b, 0, ..] | [0, a, 0, b, ..] if is_plain(*a) && is_plain(*b) => {
                Some(Self::Utf16)
            }
            _ => None,
        }
    }

    fn of_text(head: &[u8]) -> Self {
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
        let text = text.trim_ascii_start();
        let opens = |word: &str| {
            let start = text.get(..word.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
        };
        if opens("version https://git-lfs") || opens("version https://hawser") {
            Self::LfsPointer
        } else if opens("/annex/objects/") || opens("../.git/annex/objects/") {
            Self::AnnexPointer
        } else if ["<!doctype html", "<html", "<head", "<!--"]
            .into_iter()
            .any(opens)
        {
            Self::Html
        } else if opens("<?xml") || opens("<error>") {
            Self::Xml
        } else if text.starts_with(b"{") || text.starts_with(b"[") {
            Self::Json
        } else if text.contains(&0) {
            Self::Bytes
        } else {
            Self::Text
        }
    }

    /// In the words of "it is …".
    fn words(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Parquet => "Parquet",
            Self::Encrypted => "encrypted Parquet",
            Self::EncryptedColumns => "Parquet with encrypted columns",
            Self::Gzip => "compressed with gzip",
            Self::Zstd => "compressed with zstd",
            Self::Bzip2 => "compressed with bzip2",
            Self::Xz => "compressed with xz",
            Self::Arrow => "Arrow",
            Self::Tar => "a tar archive",
            Self::Known(words) => words,
            Self::LfsPointer => "a pointer of Git LFS",
            Self::AnnexPointer => "a pointer of git-annex",
            Self::Html => "an HTML page",
            Self::Xml => "XML",
            Self::Utf16 => "text in UTF-16",
            Self::Utf32 => "text in UTF-32",
            Self::Json => "JSON text",
            Self::Text => "text",
            Self::Bytes => "nothing that is known",
        }
    }

    /// What mends a file that is this in the place of data.
    fn mend(self) -> Option<&'static str> {
        Some(match self {
            Self::LfsPointer => "fetch what it points to with `git lfs pull`",
            Self::AnnexPointer => "fetch what it points to with `git annex get`",
            Self::Html => {
                "fetch the file itself: its address has `/resolve/` where that of its page has `/blob/`"
            }
            Self::Xml => "it is a server's answer, perhaps a refusal: fetch the file again",
            Self::Utf16 => "write it in UTF-8: `iconv -f UTF-16 -t UTF-8 FILE > NEW`",
            Self::Utf32 => "write it in UTF-8: `iconv -f UTF-32 -t UTF-8 FILE > NEW`",
            Self::Encrypted | Self::EncryptedColumns => {
                "write it decrypted, with a reader that has its keys, as pyarrow's \
                 `ParquetFile(FILE, decryption_properties=…)`"
            }
            _ => return None,
        })
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace()
}

/// Fails where a file on this disk is not what its name says, before a row of it is read.
///
/// The error is of one [unreadable](Error::Unreadable) file, with what it is instead and what mends it.
pub(crate) fn check(file: &SourceFile) -> Result<()> {
    match mistaken(file)? {
        Some(why) => Err(Error::Unreadable(vec![(file.name.clone(), why)])),
        None => Ok(()),
    }
}

/// What a file on this disk is instead of what its name says, with what mends it; none where it is that.
fn mistaken(file: &SourceFile) -> Result<Option<String>> {
    let Place::Disk(path) = &file.place else {
        return Ok(None);
    };
    if let Some(why) = lost_link(path) {
        return Ok(Some(why));
    }
    let mut opened = file.place.open()?;
    let mut head = Vec::new();
    opened.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let kind = Kind::of(&head);
    Ok(match file.format {
        Format::Parquet => not_parquet(kind, &head, &mut opened)?,
        Format::Arrow => not_arrow(kind, &head),
        Format::Text(TextFormat { form, coding }) => match coding {
            Coding::Plain if matches!(form, Form::Csv { .. }) && is_for_excel(&head) => {
                Some(FOR_EXCEL.into())
            }
            Coding::Tar | Coding::TarGzip => not_tar(kind, &head, coding, &mut opened)?,
            coding => not_text(kind, &head, coding),
        },
    })
}

/// Of a link whose end is not there.
fn lost_link(path: &Path) -> Option<String> {
    let target = std::fs::read_link(path).ok()?;
    (!path.exists()).then(|| {
        format!(
            "is a link to `{}`, which is not there: fetch that file",
            target.display()
        )
    })
}

fn not_parquet(kind: Kind, head: &[u8], opened: &mut (impl Read + Seek)) -> Result<Option<String>> {
    Ok(match kind {
        Kind::Parquet => match cut_parquet(opened)? {
            None if has_encrypted_columns(opened)? => {
                Some(format!("is {}", outright(Kind::EncryptedColumns)))
            }
            cut => cut,
        },
        Kind::Empty => Some(EMPTY.into()),
        kind => Some(instead(kind, "Parquet", head)),
    })
}

/// A stream that an older writer began has no mark: what is nothing known may be one.
fn not_arrow(kind: Kind, head: &[u8]) -> Option<String> {
    match kind {
        Kind::Arrow | Kind::Bytes => None,
        Kind::Empty => Some(EMPTY.into()),
        kind => Some(instead(kind, "Arrow", head)),
    }
}

const EMPTY: &str = "is empty, as a download leaves it that never began: fetch it again";

/// Of a Parquet file that does not end as one.
fn cut_parquet(opened: &mut (impl Read + Seek)) -> Result<Option<String>> {
    let bytes = opened.seek(SeekFrom::End(0))?;
    let mut tail = [0; 4];
    if bytes >= 12 {
        opened.seek(SeekFrom::End(-4))?;
        opened.read_exact(&mut tail)?;
    }
    Ok((tail != *b"PAR1" && tail != *b"PARE").then(|| {
        format!("is cut off: it ends after {bytes} bytes, and not as Parquet does: fetch it again")
    }))
}

fn not_text(kind: Kind, head: &[u8], coding: Coding) -> Option<String> {
    let (named, wanted) = match coding {
        Coding::Plain | Coding::Tar | Coding::TarGzip => {
            let is_other = !is_read(kind) || is_refusal(kind, head);
            return is_other.then(|| instead(kind, "data", head));
        }
        Coding::Gzip => ("gzip", Kind::Gzip),
        Coding::Zstd => ("zstd", Kind::Zstd),
        Coding::Bzip2 => ("bzip2", Kind::Bzip2),
        Coding::Xz => ("xz", Kind::Xz),
    };
    if kind == wanted {
        let inner = Kind::of(&unpacked(head, coding));
        return (!is_read(inner)).then(|| format!("holds, compressed, {}", outright(inner)));
    }
    Some(match kind {
        Kind::Empty => EMPTY.into(),
        Kind::Json | Kind::Text => {
            format!("is not compressed: leave the ending of {named} out of its name")
        }
        kind => instead(kind, named, head),
    })
}

/// Of a tar that is none, or one of whole data files in the place of samples. A tar of before 1988 has no mark.
fn not_tar(
    kind: Kind,
    head: &[u8],
    coding: Coding,
    opened: &mut (impl Read + Seek),
) -> Result<Option<String>> {
    let is_packed = coding == Coding::TarGzip && kind == Kind::Gzip;
    let inner = match is_packed {
        true => Kind::of(&unpacked(head, Coding::Gzip)),
        false => kind,
    };
    if inner == Kind::Empty {
        return Ok(Some(EMPTY.into()));
    }
    if !matches!(inner, Kind::Tar | Kind::Bytes) || (coding == Coding::TarGzip && !is_packed) {
        return Ok(Some(instead(inner, "such tar", head)));
    }
    opened.seek(SeekFrom::Start(0))?;
    let is_data = |name: &str| !name.ends_with(".json") && Format::of(Path::new(name)).is_some();
    let data = match is_packed {
        true => data_file(flate2::read::MultiGzDecoder::new(opened), is_data),
        false => data_file(opened, is_data),
    };
    Ok(data.map(|name| {
        format!(
            "is a tar of data files, as `{name}`, and not of samples: unpack it with `tar -xf`, and name the files"
        )
    }))
}

/// A server's answer that is JSON as the data would be: `{"error":"Entry not found"}`.
fn is_refusal(kind: Kind, head: &[u8]) -> bool {
    let text: Vec<u8> = head
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .copied()
        .collect();
    kind == Kind::Json && head.len() < SHORT_BYTES && text.starts_with(b"{\"error\":\"")
}

const FOR_EXCEL: &str = "begins with a line `sep=…`, which is no row and for Excel alone: leave it out, as with \
     `tail -n +2 FILE > NEW`";

/// Whether a CSV has a line before its header that says what stands between cells.
fn is_for_excel(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.trim_ascii_end();
    (5..=6).contains(&line.len()) && line.to_ascii_lowercase().starts_with(b"sep=")
}

/// Whether a reader of text takes it.
fn is_read(kind: Kind) -> bool {
    matches!(kind, Kind::Empty | Kind::Json | Kind::Text | Kind::Bytes)
}

/// The beginning of what is compressed, as far as the head goes.
fn unpacked(head: &[u8], coding: Coding) -> Vec<u8> {
    let mut text = Vec::new();
    if let Ok(decoded) = coding.decoded(Cursor::new(head.to_vec())) {
        // The head ends in the middle of things; what came before that counts.
        let _ = decoded.take(HEAD_BYTES).read_to_end(&mut text);
    }
    text
}

/// What it is, and the mend.
fn outright(kind: Kind) -> String {
    match kind.mend() {
        Some(mend) => format!("{}: {mend}", kind.words()),
        None => kind.words().to_owned(),
    }
}

/// What a file is that is none of what its name says.
fn instead(kind: Kind, named: &str, head: &[u8]) -> String {
    if kind == Kind::LfsPointer {
        return lfs_pointer(head);
    }
    if kind.mend().is_some() {
        return format!("is {}", outright(kind));
    }
    match kind {
        Kind::Json | Kind::Text if head.len() < SHORT_BYTES => format!(
            "is no {named} but the text `{}`, perhaps a server's refusal: fetch it again",
            String::from_utf8_lossy(head)
                .replace(char::is_control, " ")
                .trim()
        ),
        Kind::Bytes => format!("is no {named}, nor anything that is known: fetch it again"),
        kind => format!(
            "is no {named} but {}: give it the ending of what it is, if that can be read",
            kind.words()
        ),
    }
}

/// A text that is shown whole.
const SHORT_BYTES: usize = 200;

/// `version …`, `oid sha256:…`, `size BYTES`: a line each.
fn lfs_pointer(head: &[u8]) -> String {
    let text = String::from_utf8_lossy(head);
    let size = text
        .lines()
        .find_map(|line| line.strip_prefix("size ")?.trim().parse::<u64>().ok());
    let size = size.map_or(String::new(), |size| format!(" to {size} bytes"));
    format!("is a pointer of Git LFS{size}: fetch what it points to with `git lfs pull`")
}

/// How a file is written whose name does not say it; none where it is nothing that can be read.
pub(super) fn told(path: &Path) -> Option<Format> {
    let mut head = Vec::new();
    let opened = open_regular(path).ok()?;
    opened.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    let json = |coding| {
        let form = Form::Json(JsonForm::Lines);
        Some(Format::Text(TextFormat { form, coding }))
    };
    let is_json = |coding| Kind::of(&unpacked(&head, coding)) == Kind::Json;
    match Kind::of(&head) {
        Kind::Parquet => Some(Format::Parquet),
        Kind::Json => json(Coding::Plain),
        Kind::Arrow => Some(Format::Arrow),
        Kind::Tar => json(Coding::Tar),
        Kind::Gzip if Kind::of(&unpacked(&head, Coding::Gzip)) == Kind::Tar => {
            json(Coding::TarGzip)
        }
        Kind::Gzip if is_json(Coding::Gzip) => json(Coding::Gzip),
        Kind::Zstd if is_json(Coding::Zstd) => json(Coding::Zstd),
        Kind::Bzip2 if is_json(Coding::Bzip2) => json(Coding::Bzip2),
        Kind::Xz if is_json(Coding::Xz) => json(Coding::Xz),
        _ => None,
    }
}

/// What a file holds, by its first bytes alone.
pub(crate) enum Content {
    /// Nothing.
    Empty,
    /// Rows, or for JSON perhaps one object; of a file of cells, with commas until somebody looks.
    Table(Format),
    /// A ZIP.
    Zip,
    /// Something else, in the words of "it is …", with what mends it.
    Unread(&'static str, Option<&'static str>),
}

/// What a file on this disk holds, whatever its name.
pub(crate) fn content(path: &Path) -> std::io::Result<Content> {
    let read = |coding: Coding| {
        let mut head = Vec::new();
        let mut decoded = coding.decoded(open_regular(path)?)?.take(HEAD_BYTES);
        match decoded.read_to_end(&mut head) {
            // What came before it was cut counts.
            Err(_) if head.is_empty() => Ok(vec![0]),
            _ => Ok(head),
        }
    };
    let head = read(Coding::Plain)?;
    let coding = match Kind::of(&head) {
        Kind::Parquet | Kind::EncryptedColumns => return Ok(Content::Table(Format::Parquet)),
        Kind::Arrow => return Ok(Content::Table(Format::Arrow)),
        _ if head.starts_with(b"PK\x03\x04") => return Ok(Content::Zip),
        Kind::Gzip => Coding::Gzip,
        Kind::Zstd => Coding::Zstd,
        Kind::Bzip2 => Coding::Bzip2,
        Kind::Xz => Coding::Xz,
        _ => Coding::Plain,
    };
    let head: std::io::Result<_> = match coding {
        Coding::Plain => Ok(head),
        coding => read(coding),
    };
    let table = |form| Ok(Content::Table(Format::Text(TextFormat { form, coding })));
    match Kind::of(&head?) {
        Kind::Empty => Ok(Content::Empty),
        Kind::Json => table(Form::Json(JsonForm::Lines)),
        Kind::Text => table(Form::Csv { delimiter: b',' }),
        kind => Ok(Content::Unread(kind.words(), kind.mend())),
    }
}

/// What a file is that nobody reads, in the words of "it is …"; none where its bytes do not tell.
pub(super) fn described(path: &Path) -> Option<&'static str> {
    let mut head = Vec::new();
    let opened = open_regular(path).ok()?;
    opened.take(HEAD_BYTES).read_to_end(&mut head).ok()?;
    match Kind::of(&head) {
        Kind::Text | Kind::Bytes => None,
        kind => Some(kind.words()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::folder::Candidate;

    /// What a file of that name and content is said to be; nothing where it is what its name says.
    fn said(name: &str, content: &[u8]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, content).expect("a file");
        let format = Format::of(&path).expect("an ending of data");
        let name = name.to_owned();
        let file = SourceFile::of_disk(folder.path(), Candidate { name, path }, format);
        mistaken(&file).expect("a file").unwrap_or_default()
    }

    #[test]
    fn a_file_is_named_for_what_it_is_with_what_mends_it() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1234\n";
        let page = b"\n<!DOCTYPE html>\n<html><body>a page</body></html>";
        let utf16: Vec<u8> = "\u{feff}{\"a\": 1}\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
        let cases: [(&str, &[u8], &[&str]); 19] = [
            (
                "a.parquet",
                pointer,
                &["Git LFS", "1234 bytes", "`git lfs pull`"],
            ),
            ("a.jsonl", pointer, &["Git LFS", "`git lfs pull`"]),
            ("a.jsonl.gz", pointer, &["Git LFS", "`git lfs pull`"]),
            ("a.parquet", page, &["HTML page", "`/resolve/`"]),
            ("a.csv", page, &["HTML page", "`/resolve/`"]),
            ("a.jsonl", &utf16, &["UTF-16", "`iconv -f UTF-16 -t UTF-8"]),
            ("a.jsonl", &utf16[2..], &["UTF-16"]),
            (
                "a.parquet",
                b"PARE0123456789PARE",
                &["encrypted", "decryption_properties"],
            ),
            ("a.parquet", b"", &["empty", "fetch it again"]),
            (
                "a.parquet",
                b"PAR1 and so on and on",
                &["cut off", "21 bytes", "fetch it again"],
            ),
            ("a.parquet", b"PAR1", &["cut off"]),
            ("a.jsonl.zst", b"", &["empty"]),
            ("a.jsonl", gzip, &["compressed with gzip", "ending"]),
            ("a.jsonl.gz", b"{\"a\": 1}\n", &["not compressed", "gzip"]),
            ("a.jsonl.zst", gzip, &["compressed with gzip"]),
            (
                "a.parquet",
                b"Entry not found",
                &["`Entry not found`", "fetch it again"],
            ),
            (
                "a.json",
                b"{\"error\": \"Entry not found\"}",
                &["Entry not found", "fetch it again"],
            ),
            ("a.csv", b"sep=;\r\na;b\r\n1;2\r\n", &["`sep=…`", "tail"]),
            ("a.jsonl", b"PAR1xxxxxxxxPAR1", &["Parquet", "ending"]),
        ];
        for (name, content, words) in cases {
            let said = said(name, content);
            for word in words {
                assert!(said.contains(word), "{name}: `{word}` is not in: {said}");
            }
        }
    }

    #[test]
    fn a_file_that_is_what_its_name_says_is_passed() {
        let cases: [(&str, &[u8]); 8] = [
            ("a.parquet", b"PAR1 something PAR1"),
            ("a.jsonl", b""),
            ("a.jsonl", b"\xef\xbb\xbf{\"a\": 1}"),
            ("a.jsonl", b"no JSON at all, which is for the rows to say"),
            ("a.jsonl", b"{\"a\": \"\0\"}"),
            ("a.csv", b"version,of\n1,2\n"),
            ("a.csv", b"\xe9t\xe9,b\n"),
            ("a.tsv", b"a\tb\n"),
        ];
        for (name, content) in cases {
            assert_eq!(said(name, content), "", "{name}");
        }
    }
}
