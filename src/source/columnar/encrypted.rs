//! Whether a Parquet file whose footer is plain has encrypted columns.
//!
//! Such a file opens like any other, and its rows fail with words about missing fields. Its footer says it in one
//! field, which the `parquet` crate reads only with its feature for encryption, and that feature brings a library
//! of cryptography for files that it could not decrypt without keys anyway. So the field is looked for here, in
//! Thrift's compact form: <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>.

use std::io::{Read, Seek, SeekFrom};

/// `FileMetaData.encryption_algorithm`, "set only in encrypted files with plaintext footer" (`parquet.thrift`).
const ENCRYPTION_ALGORITHM: i64 = 8;

/// A longer footer is not looked through; of 10,000 row groups with 100 columns one has about that.
const FOOTER_BYTES_MAX: u64 = 128 << 20;

/// Whether the footer of a Parquet file names an algorithm; false of one that cannot be understood, which its
/// reader says.
pub(in crate::source) fn has_encrypted_columns(
    opened: &mut (impl Read + Seek),
) -> std::io::Result<bool> {
    let bytes = opened.seek(SeekFrom::End(0))?;
    let mut tail = [0; 8];
    if bytes < 12 {
        return Ok(false);
    }
    opened.seek(SeekFrom::End(-8))?;
    opened.read_exact(&mut tail)?;
    let length = u64::from(u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]));
    if length > FOOTER_BYTES_MAX.min(bytes - 8) {
        return Ok(false);
    }
    opened.seek(SeekFrom::Start(bytes - 8 - length))?;
    let mut footer = Vec::new();
    opened.take(length).read_to_end(&mut footer)?;
    Ok(Thrift(&footer)
        .has_field(ENCRYPTION_ALGORITHM)
        .unwrap_or(false))
}

/// What is left of a value in Thrift's compact form.
struct Thrift<'a>(&'a [u8]);

/// Values inside of values. Parquet's footers have seven.
const DEPTH_MAX: u32 = 16;

impl Thrift<'_> {
    /// Whether the struct has the field; none where it is broken before that.
    fn has_field(&mut self, wanted: i64) -> Option<bool> {
        let mut id = 0;
        while let Some(kind) = self.field(&mut id)? {
            if id == wanted {
                return Some(true);
            }
            self.skip(kind, DEPTH_MAX)?;
        }
        Some(false)
    }

    /// The kind of the next field, of which the id is set; none inside at the struct's end.
    fn field(&mut self, id: &mut i64) -> Option<Option<u8>> {
        let head = self.byte()?;
        if head == 0 {
            return Some(None);
        }
        *id = match head >> 4 {
            0 => {
                let coded = self.varint()?;
                (coded >> 1) as i64 ^ -((coded & 1) as i64)
            }
            delta => id.checked_add(i64::from(delta))?,
        };
        Some(Some(head & 15))
    }

    fn skip(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            // A field's kind says the truth value itself.
            1 | 2 => Some(()),
            3 => self.byte().map(drop),
            4..=6 => self.varint().map(drop),
            7 => self.pass(8),
            8 => {
                let length = self.varint()?;
                self.pass(length)
            }
            9 | 10 => self.skip_list(depth),
            11 => self.skip_map(depth),
            12 => {
                let mut id = 0;
                while let Some(kind) = self.field(&mut id)? {
                    self.skip(kind, depth)?;
                }
                Some(())
            }
            _ => None,
        }
    }

    fn skip_list(&mut self, depth: u32) -> Option<()> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        (0..count).try_for_each(|_| self.skip_item(head & 15, depth))
    }

    fn skip_map(&mut self, depth: u32) -> Option<()> {
        let count = self.varint()?;
        if count == 0 {
            return Some(());
        }
        let kinds = self.byte()?;
        (0..count).try_for_each(|_| {
            self.skip_item(kinds >> 4, depth)?;
            self.skip_item(kinds & 15, depth)
        })
    }

    /// A truth value that is no field takes a byte.
    fn skip_item(&mut self, kind: u8, depth: u32) -> Option<()> {
        match kind {
            1 | 2 => self.byte().map(drop),
            kind => self.skip(kind, depth),
        }
    }

    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn pass(&mut self, bytes: u64) -> Option<()> {
        self.0 = self.0.get(usize::try_from(bytes).ok()?..)?;
        Some(())
    }

    fn varint(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;

    use super::*;

    fn file(footer: &[u8]) -> Cursor<Vec<u8>> {
        let length = (footer.len() as u32).to_le_bytes();
        Cursor::new([b"PAR1", footer, &length, b"PAR1"].concat())
    }

    #[test]
    fn a_footer_that_names_an_algorithm_is_told_from_one_that_does_not() {
        // version: i32 1; schema: a list of one struct; num_rows: i64; then field 8, a struct, or the end.
        let plain = [0x15, 2, 0x19, 0x1c, 0x18, 1, b'a', 0, 0x16, 4];
        let has = |rest: &[u8]| has_encrypted_columns(&mut file(&[&plain, rest].concat()));
        assert!(has(&[0x5c, 0, 0]).expect("a footer"));
        assert!(!has(&[0]).expect("a footer"));
        assert!(
            !has(&[0x19, 0xfc, 0xff]).expect("a footer"),
            "a broken one is for its reader"
        );
    }

    proptest! {
        #[test]
        fn any_footer_ends(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = has_encrypted_columns(&mut file(&bytes)).expect("bytes in memory");
            let _ = has_encrypted_columns(&mut Cursor::new(bytes)).expect("bytes in memory");
        }
    }
}
