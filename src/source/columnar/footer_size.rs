//! What a Parquet file's footer would take, before it is decoded.
//!
//! Columns inside of columns are decoded by functions that call themselves, and a hundred thousand of them end the
//! process; a footer takes some ten times its bytes. So its length and its schema are looked at first.

use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;

use super::thrift::{DEPTH_MAX, Thrift};

/// Of 10,000 row groups with 100 columns one has about that.
const FOOTER_BYTES_MAX: u64 = 128 << 20;

/// Lists of structs of lists: datasets have some five levels, each of which Parquet may write as three.
const COLUMN_DEPTH_MAX: usize = 64;

/// Datasets have dozens; some of numbers have thousands.
const COLUMNS_MAX: u64 = 100_000;

/// `FileMetaData.schema` and `SchemaElement.num_children` of `parquet.thrift`.
const SCHEMA: i64 = 2;
const CHILDREN: i64 = 5;

/// The list and struct of Thrift's compact form, and the integer of four bytes.
const LIST: u8 = 9;
const STRUCT: u8 = 12;
const I32: u8 = 5;

/// Fails where the footer is longer, or its schema wider or deeper, than that of any dataset.
pub(super) fn check<R: ChunkReader>(reader: &R) -> Result<(), ParquetError> {
    let bytes = reader.len();
    if bytes < 12 {
        return Ok(());
    }
    let tail = reader.get_bytes(bytes - 8, 8)?;
    let length = tail
        .first_chunk()
        .map_or(0, |word| u32::from_le_bytes(*word));
    let length = u64::from(length);
    if length > bytes - 8 {
        return Ok(());
    }
    if length > FOOTER_BYTES_MAX {
        return Err(refused(&format!("{} MB", length / 1_000_000)));
    }
    let footer = reader.get_bytes(bytes - 8 - length, length as usize)?;
    match columns(&footer) {
        Some((count, _)) if count > COLUMNS_MAX => Err(refused(&format!("{count} columns"))),
        Some((_, depth)) if depth > COLUMN_DEPTH_MAX => {
            Err(refused("columns inside of columns inside of columns"))
        }
        // A broken one is for its reader.
        _ => Ok(()),
    }
}

fn refused(what: &str) -> ParquetError {
    ParquetError::General(format!("its footer has {what}, more than any dataset"))
}

/// How many elements the schema has, and how deep they go; none where the footer is broken before that is known.
fn columns(footer: &[u8]) -> Option<(u64, usize)> {
    let mut thrift = Thrift(footer);
    let mut id = 0;
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (SCHEMA, LIST) => return elements(&mut thrift),
            _ => thrift.skip(kind, DEPTH_MAX)?,
        }
    }
    None
}

fn elements(thrift: &mut Thrift<'_>) -> Option<(u64, usize)> {
    let (count, STRUCT) = thrift.list()? else {
        return None;
    };
    let (mut open, mut deepest): (Vec<u64>, usize) = (Vec::new(), 0);
    for _ in 0..count.min(COLUMNS_MAX + 1) {
        let children = children(thrift)?;
        if let Some(left) = open.last_mut() {
            *left = left.saturating_sub(1);
        }
        if children > 0 {
            open.push(children);
            deepest = deepest.max(open.len());
            continue;
        }
        // With a column that holds none end all those whose last it is.
        while open.last() == Some(&0) {
            open.pop();
        }
    }
    Some((count, deepest))
}

/// How many columns stand inside of the next element.
fn children(thrift: &mut Thrift<'_>) -> Option<u64> {
    let (mut count, mut id) = (0, 0);
    while let Some(kind) = thrift.field(&mut id)? {
        match (id, kind) {
            (CHILDREN, I32) => count = u64::try_from(thrift.integer()?).ok()?,
            _ => thrift.skip(kind, DEPTH_MAX)?,
        }
    }
    Some(count)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// A file of a footer alone, whose schema has these elements: each of one letter, with so many inside of it.
    fn file(children: &[u8]) -> Bytes {
        let count = children.len() as u32;
        let element = |children: &u8| [0x48, 1, b'a', 0x15, children * 2, 0];
        let mut footer = vec![0x15, 4, 0x19, 0xfc];
        // A number of five bytes, of which the last are zeros.
        footer.extend(
            (0..5).map(|at| (count >> (7 * at) & 127) as u8 | if at < 4 { 128 } else { 0 }),
        );
        footer.extend(children.iter().flat_map(element));
        footer.extend([0x16, 0, 0]);
        let length = (footer.len() as u32).to_le_bytes();
        Bytes::from([b"PAR1", &footer[..], &length, b"PAR1"].concat())
    }

    fn refused(children: &[u8]) -> Option<String> {
        check(&file(children)).err().map(|error| error.to_string())
    }

    #[test]
    fn a_schema_is_refused_where_it_is_deeper_or_wider_than_any() {
        assert_eq!(refused(&[2, 0, 1, 0]), None);
        assert_eq!(refused(&[1; 64]), None);
        let deep = refused(&[1; 1000]).expect("too deep");
        assert!(deep.contains("inside of columns"), "{deep}");
        let wide = refused(&vec![0; 100_001]).expect("too wide");
        assert!(wide.contains("100001 columns"), "{wide}");
    }

    #[test]
    fn what_is_no_footer_is_for_its_reader() {
        for bytes in [
            &b""[..],
            b"PAR1",
            b"PAR1\xff\xff\xff\xff\xff\xff\xffPAR1",
            b"PAR1abcd\x04\0\0\0PAR1",
        ] {
            assert!(check(&Bytes::copy_from_slice(bytes)).is_ok(), "{bytes:?}");
        }
    }
}
