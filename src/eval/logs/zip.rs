//! ZIPs, read an entry at a time: what logs in archives need of the format, and no more.
//!
//! The list of entries stands at the end; each entry is stored, deflated, or of Zstandard in any number of frames (method
//! 93, as inspect_ai writes). All packings are `flate2`'s and `zstd`'s; what is ours is the list, whose form is APPNOTE
//! 6.3.10 of PKWARE, with its 64-bit fields. Every number is held against the file before it is used: a hostile list
//! costs no more than its own bytes.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};

use indexmap::IndexMap;

use crate::source::format::Coding;

/// A ZIP whose list of entries was read.
pub(super) struct Zip {
    file: File,
    /// By name, in the list's order.
    entries: IndexMap<String, Entry>,
}

struct Entry {
    method: u16,
    crc: u32,
    packed: u64,
    unpacked: u64,
    at: u64,
}

/// The end of the list, with up to so many bytes of a comment behind it.
const END: u32 = 0x0605_4b50;
const END_BYTES: usize = 22;
const COMMENT_MAX: usize = 0xffff;
const END_64: u32 = 0x0606_4b50;
const LOCATOR_64: u32 = 0x0706_4b50;
const LOCATOR_BYTES: usize = 20;
const LISTED: u32 = 0x0201_4b50;
const LOCAL: u32 = 0x0403_4b50;

/// No list of a log's samples is longer; it is held as a whole.
const LIST_BYTES_MAX: u64 = 256 << 20;

impl Zip {
    /// Reads the list. Fails where there is none, or where it lies.
    pub(super) fn new(mut file: File) -> io::Result<Self> {
        let bytes = file.seek(SeekFrom::End(0))?;
        let tail_bytes = bytes.min((END_BYTES + COMMENT_MAX + LOCATOR_BYTES) as u64);
        let tail = read_at(&mut file, bytes - tail_bytes, tail_bytes)?;
        let end = (0..=tail.len().saturating_sub(END_BYTES))
            .rev()
            .find(|at| Fields(&tail[*at..]).u32() == Some(END))
            .filter(|_| tail.len() >= END_BYTES)
            .ok_or_else(|| bad("it has no list of its entries"))?;
        let (at, length) = match list_64(&mut file, &tail[..end])? {
            Some(list) => list,
            None => {
                let mut fields = Fields(&tail[end + 12..]);
                let length = fields.u32().map(u64::from);
                let at = fields.u32().map(u64::from);
                (at.unwrap_or(0), length.unwrap_or(0))
            }
        };
        if length > LIST_BYTES_MAX || at.checked_add(length).is_none_or(|end| end > bytes) {
            return Err(bad("its list of entries lies outside of it"));
        }
        let list = read_at(&mut file, at, length)?;
        let entries = entries(&list).ok_or_else(|| bad("its list of entries is cut"))?;
        Ok(Self { file, entries })
    }

    /// The entries' names, in the list's order.
    pub(super) fn names(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// The bytes of an entry; none where there is none of that name, or it has more than `most`.
    pub(super) fn bytes(&mut self, name: &str, most: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(entry) = self.entries.get(name) else {
            return Ok(None);
        };
        if entry.unpacked > most {
            return Ok(None);
        }
        let header = read_at(&mut self.file, entry.at, 30)?;
        if Fields(&header).u32() != Some(LOCAL) {
            return Err(bad("an entry does not begin where the list says"));
        }
        let mut lengths = Fields(&header[26..]);
        let skipped = [lengths.u16(), lengths.u16()].map(|length| u64::from(length.unwrap_or(0)));
        let start = entry.at + 30 + skipped[0] + skipped[1];
        self.file.seek(SeekFrom::Start(start))?;
        let packed = BufReader::new(self.file.try_clone()?).take(entry.packed);
        let mut bytes = Vec::new();
        let most = entry.unpacked + 1;
        match entry.method {
            0 => packed.take(most).read_to_end(&mut bytes)?,
            8 => flate2::read::DeflateDecoder::new(packed)
                .take(most)
                .read_to_end(&mut bytes)?,
            93 => Coding::Zstd
                .decoded(packed)?
                .take(most)
                .read_to_end(&mut bytes)?,
            method => return Err(bad(&format!("an entry is packed by method {method}"))),
        };
        let mut crc = flate2::Crc::new();
        crc.update(&bytes);
        match bytes.len() as u64 == entry.unpacked && crc.sum() == entry.crc {
            true => Ok(Some(bytes)),
            false => Err(bad("an entry holds something else than the list says")),
        }
    }
}

fn bad(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, what)
}

fn read_at(file: &mut File, at: u64, bytes: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut read = Vec::new();
    file.take(bytes).read_to_end(&mut read)?;
    match read.len() as u64 == bytes {
        true => Ok(read),
        false => Err(ErrorKind::UnexpectedEof.into()),
    }
}

/// Where a list with 64-bit fields begins and how long it is, by the locator that ends `before`; none where there is no
/// locator.
fn list_64(file: &mut File, before: &[u8]) -> io::Result<Option<(u64, u64)>> {
    let Some(locator) = before.last_chunk::<LOCATOR_BYTES>() else {
        return Ok(None);
    };
    let mut fields = Fields(locator);
    if fields.u32() != Some(LOCATOR_64) {
        return Ok(None);
    }
    let end = Fields(&locator[8..]).u64().unwrap_or(0);
    let record = read_at(file, end, 56)?;
    if Fields(&record).u32() != Some(END_64) {
        return Err(bad("its list of entries is not where it says"));
    }
    let mut fields = Fields(&record[40..]);
    let length = fields.u64().unwrap_or(0);
    Ok(Some((fields.u64().unwrap_or(0), length)))
}

/// The entries of a list; none where it is cut.
fn entries(list: &[u8]) -> Option<IndexMap<String, Entry>> {
    let mut rest = Fields(list);
    let mut entries = IndexMap::new();
    while !rest.0.is_empty() {
        if rest.u32()? != LISTED {
            // What follows the entries is a signature of the whole.
            break;
        }
        rest.skip(6)?;
        let method = rest.u16()?;
        rest.skip(4)?;
        let crc = rest.u32()?;
        let (packed, unpacked) = (rest.u32()?, rest.u32()?);
        let lengths = [rest.u16()?, rest.u16()?, rest.u16()?].map(usize::from);
        rest.skip(8)?;
        let at = rest.u32()?;
        let name = rest.bytes(lengths[0])?;
        let extra = rest.bytes(lengths[1])?;
        rest.skip(lengths[2])?;
        let mut wide = wide(extra);
        let mut real = |short: u32| match short {
            u32::MAX => wide.u64(),
            short => Some(u64::from(short)),
        };
        let (unpacked, packed, at) = (real(unpacked)?, real(packed)?, real(at)?);
        let entry = Entry {
            method,
            crc,
            packed,
            unpacked,
            at,
        };
        entries.insert(String::from_utf8_lossy(name).into_owned(), entry);
    }
    Some(entries)
}

/// The 64-bit fields of an entry that stand in for those that are all ones.
fn wide(extra: &[u8]) -> Fields<'_> {
    let mut rest = Fields(extra);
    while let (Some(kind), Some(length)) = (rest.u16(), rest.u16()) {
        match rest.bytes(usize::from(length)) {
            Some(fields) if kind == 1 => return Fields(fields),
            Some(_) => {}
            None => break,
        }
    }
    Fields(&[])
}

/// Little-endian fields one behind the other.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn bytes(&mut self, count: usize) -> Option<&'b [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn skip(&mut self, count: usize) -> Option<()> {
        self.bytes(count).map(|_| ())
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.bytes(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.bytes(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.bytes(8)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// An archive with these entries: name, method, packed bytes, content.
    fn archive(entries: &[(&str, u16, Vec<u8>, &[u8])]) -> Vec<u8> {
        let (mut bytes, mut list) = (Vec::new(), Vec::new());
        for (name, method, packed, content) in entries {
            let mut crc = flate2::Crc::new();
            crc.update(content);
            let mut shared = Vec::new();
            shared.extend(method.to_le_bytes());
            shared.extend([0; 4]);
            for number in [crc.sum(), packed.len() as u32, content.len() as u32] {
                shared.extend(number.to_le_bytes());
            }
            shared.extend((name.len() as u16).to_le_bytes());
            shared.extend([0; 2]);
            list.extend(LISTED.to_le_bytes());
            list.extend([0; 6]);
            list.extend(&shared);
            list.extend([0; 10]);
            list.extend((bytes.len() as u32).to_le_bytes());
            list.extend(name.as_bytes());
            bytes.extend(LOCAL.to_le_bytes());
            bytes.extend([0; 4]);
            bytes.extend(&shared);
            bytes.extend(name.as_bytes());
            bytes.extend(packed);
        }
        let at = bytes.len() as u32;
        bytes.extend(&list);
        bytes.extend(END.to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend([entries.len() as u16; 2].map(u16::to_le_bytes).concat());
        bytes.extend((list.len() as u32).to_le_bytes());
        bytes.extend(at.to_le_bytes());
        bytes.extend([0; 2]);
        bytes
    }

    fn opened(bytes: &[u8]) -> io::Result<Zip> {
        let mut file = tempfile::tempfile()?;
        file.write_all(bytes)?;
        Zip::new(file)
    }

    fn zstd_frames(parts: &[&[u8]]) -> Vec<u8> {
        let frame = |part: &&[u8]| zstd::encode_all(*part, 3).expect("zstd");
        parts.iter().flat_map(frame).collect()
    }

    #[test]
    fn entries_are_read_whichever_way_they_are_packed() {
        let mut deflate =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        deflate.write_all(b"deflated").expect("deflate");
        let bytes = archive(&[
            ("stored.json", 0, b"as it is".to_vec(), b"as it is"),
            ("d.json", 8, deflate.finish().expect("deflate"), b"deflated"),
            (
                "samples/1.json",
                93,
                zstd_frames(&[b"one ", b"two ", b"three"]),
                b"one two three",
            ),
        ]);
        let mut zip = opened(&bytes).expect("an archive");
        assert_eq!(zip.names(), ["stored.json", "d.json", "samples/1.json"]);
        let mut read = |name| zip.bytes(name, 100).expect(name);
        assert_eq!(read("stored.json").as_deref(), Some(&b"as it is"[..]));
        assert_eq!(read("d.json").as_deref(), Some(&b"deflated"[..]));
        assert_eq!(
            read("samples/1.json").as_deref(),
            Some(&b"one two three"[..])
        );
        assert_eq!(read("none"), None);
        assert_eq!(zip.bytes("d.json", 3).expect("d.json"), None);
    }

    #[test]
    fn of_two_entries_of_one_name_the_last_counts() {
        let bytes = archive(&[
            ("a", 0, b"first".to_vec(), b"first"),
            ("b", 0, b"other".to_vec(), b"other"),
            ("a", 0, b"last".to_vec(), b"last"),
        ]);
        let mut zip = opened(&bytes).expect("an archive");
        assert_eq!(zip.names(), ["a", "b"]);
        assert_eq!(
            zip.bytes("a", 100).expect("a").as_deref(),
            Some(&b"last"[..])
        );
    }

    #[test]
    fn what_lies_about_itself_is_an_error_and_takes_no_memory() {
        let good = archive(&[("a", 0, b"content".to_vec(), b"content")]);
        for cut in 0..good.len() {
            assert!(opened(&good[..cut]).is_err(), "cut at {cut}");
        }
        // No byte that is changed makes it panic, or gives content that is another.
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 0xff;
            if let Ok(mut zip) = opened(&bytes)
                && let Ok(Some(read)) = zip.bytes("a", 100)
            {
                assert_eq!(read, b"content", "changed at {at}");
            }
        }
        // An entry that unpacks to more than it says.
        let bomb = zstd_frames(&[&[0; 1 << 20]]);
        let mut zip = opened(&archive(&[("a", 93, bomb, b"short")])).expect("an archive");
        assert!(zip.bytes("a", 100).is_err());
    }
}
