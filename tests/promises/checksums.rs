//! Pages of Parquet with checksums of their own: a flipped bit in one is told, and never read as a row.

use std::ops::Range;

use parquet::file::metadata::{
    ColumnChunkMetaData, ParquetMetaData, ParquetMetaDataBuilder, ParquetMetaDataReader,
    ParquetMetaDataWriter,
};

use super::support::{Place, openr1_rows, parquet};

/// A number in Thrift's compact form, and how many bytes it takes.
fn number(bytes: &[u8]) -> (u64, usize) {
    let length = 1 + bytes.iter().position(|byte| *byte < 0x80).expect("an end");
    let digits = bytes[..length].iter().rev();
    let value = digits.fold(0, |value, byte| (value << 7) | u64::from(byte & 0x7f));
    (value, length)
}

fn written(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// How many bytes a value of that type takes.
fn value_bytes(kind: u8, bytes: &[u8]) -> usize {
    match kind {
        1 | 2 => 0,
        3 => 1,
        4..=6 => number(bytes).1,
        7 => 8,
        8 => {
            let (length, head) = number(bytes);
            head + length as usize
        }
        12 => struct_bytes(bytes),
        kind => panic!("no page's header has a value of type {kind}"),
    }
}

fn struct_bytes(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        let field = bytes[at];
        at += 1;
        if field == 0 {
            return at;
        }
        assert!(
            field >> 4 > 0,
            "fields of a page's header are near each other"
        );
        at += value_bytes(field & 15, &bytes[at..]);
    }
}

/// A page with the checksum of its data in its header, and the bytes that it had before.
fn summed(bytes: &[u8]) -> (Vec<u8>, usize) {
    let head = struct_bytes(bytes);
    // Its kind and its two sizes stand first, then what is behind the checksum.
    let (mut at, mut size) = (0, 0);
    for _ in 0..3 {
        assert_eq!(bytes[at], 0x15, "a number in the next field");
        let (value, length) = number(&bytes[at + 1..]);
        (size, at) = ((value >> 1) as usize, at + 1 + length);
    }
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[head..head + size]);
    let sum = i64::from(sum.sum() as i32);
    let mut page = bytes[..at].to_vec();
    page.push(0x15);
    page.extend(written(((sum << 1) ^ (sum >> 63)) as u64 & 0xffff_ffff));
    page.push(bytes[at] - 0x10);
    page.extend(&bytes[at + 1..head + size]);
    (page, head + size)
}

/// Moves a column's pages behind what is written, with checksums.
fn move_column(
    file: &[u8],
    column: &ColumnChunkMetaData,
    out: &mut Vec<u8>,
) -> ColumnChunkMetaData {
    let (start, length) = column.byte_range();
    let mut rest = &file[start as usize..(start + length) as usize];
    let begin = out.len();
    let mut places = Vec::new();
    while !rest.is_empty() {
        let (page, taken) = summed(rest);
        places.push(out.len() as i64);
        out.extend(page);
        rest = &rest[taken..];
    }
    let has_dictionary = column.dictionary_page_offset().is_some();
    let moved = column
        .clone()
        .into_builder()
        .set_dictionary_page_offset(has_dictionary.then(|| places[0]))
        .set_data_page_offset(places[usize::from(has_dictionary)])
        .set_total_compressed_size((out.len() - begin) as i64)
        .set_offset_index_offset(None)
        .set_offset_index_length(None)
        .set_column_index_offset(None)
        .set_column_index_length(None);
    moved.build().expect("a column")
}

/// The same file with a checksum in the header of each page, as other writers have them; and where pages lie.
fn with_sums(file: &[u8]) -> (Vec<u8>, Range<usize>) {
    let bytes = bytes::Bytes::copy_from_slice(file);
    let metadata: ParquetMetaData = ParquetMetaDataReader::new()
        .parse_and_finish(&bytes)
        .expect("a footer");
    let mut out = b"PAR1".to_vec();
    let mut builder = ParquetMetaDataBuilder::new(metadata.file_metadata().clone());
    for group in metadata.row_groups() {
        let columns = group.columns().iter();
        let columns = columns
            .map(|column| move_column(file, column, &mut out))
            .collect();
        let moved = group.clone().into_builder().set_column_metadata(columns);
        builder = builder.add_row_group(moved.build().expect("a row group"));
    }
    let pages = 4..out.len();
    let metadata = builder.build();
    ParquetMetaDataWriter::new(&mut out, &metadata)
        .finish()
        .expect("a footer");
    (out, pages)
}

const PIPELINE: &str = r#"
[sources.own]
layout = "openr1"
path = "rows.parquet"
[measure]
tokenizer = "bytes.json"
[[grid]]
size = [10]
"#;

#[test]
fn a_flipped_bit_in_a_page_with_a_checksum_is_told_and_read_as_no_row() {
    let rows = openr1_rows(40);
    let (sound, pages) = with_sums(&parquet(&rows, 40));
    let place = Place::new();
    place.write("pipeline.toml", PIPELINE);
    place.write("rows.parquet", &sound);
    place.run("out", &[]).ends(0);
    // With and without checksums it is the same rows.
    let ledger = |out: &str| place.out(out).ledger();
    place.write("rows.parquet", parquet(&rows, 40));
    place.run("bare", &[]).ends(0);
    assert_eq!(ledger("bare"), ledger("out"));
    let mut told = 0;
    let step = pages.len() / 40;
    for at in pages.step_by(step) {
        let mut bytes = sound.clone();
        bytes[at] ^= 1 << (at % 8);
        place.write("rows.parquet", bytes);
        let out = format!("out{at}");
        let done = place.run(&out, &[]);
        if done.code == Some(0) {
            // A column that nobody reads, or a header that says nothing else by it.
            assert_eq!(ledger(&out), ledger("out"), "byte {at}");
        } else {
            done.ends(4).tells(&["cannot be read", "rows.parquet"]);
            told += 1;
        }
    }
    assert!(told >= 20, "only {told} of 40 flips are in what is read");
}
