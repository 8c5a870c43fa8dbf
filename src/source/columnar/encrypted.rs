//! Whether a Parquet file whose footer is plain has encrypted columns.
//!
//! Such a file opens like any other, and its rows fail with words about missing fields. Its footer says it in one
//! field, which the `parquet` crate reads only with its feature for encryption, and that feature brings a library
//! of cryptography for files that it could not decrypt without keys anyway. So the field is looked for here.

use std::io::{Read, Seek, SeekFrom};

use super::thrift::Thrift;

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
