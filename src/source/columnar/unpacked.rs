//! Whether a page unpacks into what its header says.
//!
//! Three of the codecs unpack a page to its end before its length is compared: a page that says a kilobyte may be a
//! gigabyte of zeros. Such pages are counted first, a piece at a time. Snappy, Zstandard and raw LZ4 unpack into the
//! room that the header says, and stop there.

use std::io::Read;

use bytes::{Buf, Bytes};
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;

use super::pages::Header;

/// A page that cannot unpack into more than this is not counted.
const SMALL_BYTES: u64 = 16 << 20;

/// Deflate's densest code is 1032 bytes a byte.
const GZIP_RATIO_MAX: u64 = 1032;

/// LZ4 adds at most 255 bytes to a match for each byte of its length.
const LZ4_RATIO_MAX: u64 = 255;

/// Fails where the page behind a header unpacks into more than the header says.
pub(super) fn check<R: ChunkReader>(
    reader: &R,
    compression: Compression,
    at: u64,
    header: &Header,
) -> Result<(), ParquetError> {
    let ratio = match compression {
        Compression::GZIP(_) => GZIP_RATIO_MAX,
        Compression::LZ4 => LZ4_RATIO_MAX,
        Compression::BROTLI(_) => u64::MAX,
        _ => return Ok(()),
    };
    if header.packed.saturating_mul(ratio) <= SMALL_BYTES {
        return Ok(());
    }
    let packed = header.packed.min(reader.len().saturating_sub(at));
    let mut page = reader.get_bytes(at, packed as usize)?;
    page.advance(header.levels.min(packed) as usize);
    let most = header.unpacked.saturating_sub(header.levels);
    match unpacks_into_more(compression, page, most) {
        true => Err(ParquetError::General(
            "a page unpacks into more than it says".into(),
        )),
        false => Ok(()),
    }
}

/// What is damaged in other ways is for its reader.
fn unpacks_into_more(compression: Compression, page: Bytes, most: u64) -> bool {
    match compression {
        Compression::GZIP(_) => is_longer(flate2::read::MultiGzDecoder::new(page.reader()), most),
        Compression::BROTLI(_) => is_longer(brotli::Decompressor::new(page.reader(), 4096), most),
        _ => is_longer(lz4_flex::frame::FrameDecoder::new(page.reader()), most),
    }
}

/// Whether more than so many bytes come, of which none is kept.
pub(super) fn is_longer(mut unpacked: impl Read, most: u64) -> bool {
    let (mut piece, mut bytes) = ([0; 1 << 13], 0);
    loop {
        match unpacked.read(&mut piece) {
            Ok(0) | Err(_) => return false,
            Ok(read) => bytes += read as u64,
        }
        if bytes > most {
            return true;
        }
    }
}
