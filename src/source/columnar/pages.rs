//! What the pages of a Parquet file say of themselves, before one is decoded.
//!
//! A page is unpacked as a whole: 33 kilobytes may come to a gigabyte. Its header says so, and headers are a few dozen
//! bytes in front of each page. Rows of a page that takes too much are not decoded; they are told as too large, and the
//! others are read.

use std::ops::Range;

use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData, RowGroupMetaData};
use parquet::file::reader::ChunkReader;

use super::thrift::{DEPTH_MAX, Thrift};
use super::unpacked;

/// No writer makes larger ones unless it is told to: 1 MiB is usual, and some hundred megabytes where a row group is
/// one page.
const PAGE_BYTES_MAX: u64 = 256 << 20;

/// What was found in the headers of a run of row groups.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Rows, counted from the first of the groups, that are not decoded: ascending, apart from one another.
    pub too_large: Vec<Range<u64>>,
    /// What the largest page of each column comes to, with its dictionary, all columns together.
    pub held_bytes: u64,
    /// The largest page whose values are told by those before them: each may come to all of it.
    pub chained_bytes: u64,
}

/// A column's part of a row group.
struct Chunk<'c> {
    metadata: &'c ColumnChunkMetaData,
    /// Where each page lies and its first row, where the file has an index.
    places: Option<Vec<(u64, u64)>>,
    rows: u64,
    row_bytes_max: u64,
}

/// Looks at the headers of the pages of these row groups' columns, chosen by their place.
///
/// Fails where a header cannot be read, or a page unpacks into more than its header says.
pub(super) fn look<R: ChunkReader>(
    reader: &R,
    metadata: &ParquetMetaData,
    groups: &[usize],
    is_needed: impl Fn(&ColumnChunkMetaData) -> bool,
    row_bytes_max: u64,
) -> Result<Pages, ParquetError> {
    let (mut pages, mut first) = (Pages::default(), 0);
    for &index in groups {
        let group = metadata.row_group(index);
        let rows = group.num_rows().max(0) as u64;
        let (mut too_large, mut held) = (Vec::new(), 0);
        for (at, chunk) in group.columns().iter().enumerate() {
            if !is_needed(chunk) {
                continue;
            }
            let chunk = Chunk {
                metadata: chunk,
                places: places(metadata, index, at),
                rows,
                row_bytes_max,
            };
            let found = chunk.look(reader)?;
            too_large.extend(found.too_large);
            held = u64::saturating_add(held, found.held_bytes);
            pages.chained_bytes = pages.chained_bytes.max(found.chained_bytes);
        }
        let moved = too_large
            .iter()
            .map(|rows| first + rows.start..first + rows.end);
        pages.too_large.extend(moved);
        pages.held_bytes = pages.held_bytes.max(held);
        first += rows;
    }
    pages.too_large = joined(pages.too_large);
    Ok(pages)
}

/// Where the pages of a chunk lie, each with its first row; none without an index, as the decoder goes then too.
fn places(metadata: &ParquetMetaData, group: usize, column: usize) -> Option<Vec<(u64, u64)>> {
    let pages = metadata.offset_index()?.get(group)?.get(column)?;
    let pages = pages.page_locations().iter();
    let places: Vec<(u64, u64)> = pages
        .map(|page| {
            (
                page.offset.max(0) as u64,
                page.first_row_index.max(0) as u64,
            )
        })
        .collect();
    (!places.is_empty()).then_some(places)
}

/// The same rows in ranges that ascend and lie apart.
fn joined(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| range.start);
    let mut apart: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match apart.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => apart.push(range),
        }
    }
    apart
}

impl Chunk<'_> {
    fn look<R: ChunkReader>(&self, reader: &R) -> Result<Pages, ParquetError> {
        let (start, length) = self.metadata.byte_range();
        let end = start.saturating_add(length);
        let mut found = Found::default();
        match &self.places {
            Some(places) => {
                if places.first().is_some_and(|(first, _)| *first > start) {
                    self.take(&mut found, reader, start, end, None)?;
                }
                let ends = places
                    .iter()
                    .skip(1)
                    .map(|(_, row)| *row)
                    .chain([self.rows]);
                for (&(offset, row), next) in places.iter().zip(ends) {
                    let rows = row..next.clamp(row, self.rows.max(row));
                    // An index may lie; the decoder goes where it says.
                    let end = if offset < end { end } else { u64::MAX };
                    self.take(&mut found, reader, offset, end, Some(rows))?;
                }
            }
            None => {
                let (mut at, values) = (start, self.metadata.num_values().max(0) as u64);
                while at < end && found.values < values {
                    at = self.take(&mut found, reader, at, end, None)?;
                }
            }
        }
        Ok(self.judged(found))
    }

    /// Reads one header and notes its page; returns where the next one lies. Rows are given where an index says them.
    fn take<R: ChunkReader>(
        &self,
        found: &mut Found,
        reader: &R,
        at: u64,
        end: u64,
        rows: Option<Range<u64>>,
    ) -> Result<u64, ParquetError> {
        let (header, length) = read_header(reader, at, end.min(reader.len()))?;
        let content = at + length;
        unpacked::check(reader, self.compression(&header), content, &header)?;
        found.values = found.values.saturating_add(header.values_of_rows());
        match header.kind {
            DICTIONARY => found.dictionary = header.unpacked,
            INDEX => {}
            _ => {
                let rows = rows.or_else(|| self.rows_of(&header, found));
                found.end = rows.as_ref().map_or(found.end, |rows| rows.end);
                if header.encoding == DELTA_BYTE_ARRAY {
                    found.chained = found.chained.max(header.unpacked);
                }
                found.judge(&header, rows, self.row_bytes_max);
            }
        }
        Ok(content.saturating_add(header.packed))
    }

    fn compression(&self, header: &Header) -> Compression {
        match header.is_plain {
            true => Compression::UNCOMPRESSED,
            false => self.metadata.compression(),
        }
    }

    /// The rows of a page that says how many it has: where values are no lists, as many as values.
    fn rows_of(&self, header: &Header, found: &Found) -> Option<Range<u64>> {
        let is_flat = self.metadata.column_descr().max_rep_level() == 0;
        let count = header.rows.or(is_flat.then_some(header.values))?;
        let start = found.end.min(self.rows);
        Some(start..start.saturating_add(count).min(self.rows))
    }

    /// All rows are too large where the dictionary is, or a page of which nobody says whose rows it holds, or where
    /// all of them together take more than so many may.
    fn judged(&self, found: Found) -> Pages {
        let bytes = found.dictionary;
        let most = self.rows.max(ROWS_HELD).saturating_mul(self.row_bytes_max);
        let all = found.is_all
            || is_too_large(bytes, self.rows, self.row_bytes_max)
            || found.bytes > most;
        Pages {
            too_large: match all {
                true => std::iter::once(0..self.rows).collect(),
                false => found.too_large,
            },
            held_bytes: match all {
                true => 0,
                false => bytes + found.largest,
            },
            chained_bytes: found.chained,
        }
    }
}

/// What the headers of one chunk say.
#[derive(Default)]
struct Found {
    values: u64,
    /// Behind the last row that a page has.
    end: u64,
    dictionary: u64,
    /// Of the pages that are decoded.
    bytes: u64,
    largest: u64,
    chained: u64,
    too_large: Vec<Range<u64>>,
    is_all: bool,
}

impl Found {
    fn judge(&mut self, header: &Header, rows: Option<Range<u64>>, row_bytes_max: u64) {
        let count = rows.as_ref().map_or(u64::MAX, |rows| rows.end - rows.start);
        // Levels and views beside the values.
        let bytes = match rows {
            Some(_) => header.unpacked,
            None => header
                .unpacked
                .saturating_add(header.values.saturating_mul(LISTED_BYTES)),
        };
        match rows {
            _ if !is_too_large(bytes, count, row_bytes_max) => {
                self.bytes = self.bytes.saturating_add(header.unpacked);
                self.largest = self.largest.max(header.unpacked);
            }
            Some(rows) => self.too_large.push(rows),
            None => self.is_all = true,
        }
    }
}

/// What a value of a list takes beside its text while its page is decoded: two levels and a view.
const LISTED_BYTES: u64 = 20;

/// As many rows of the largest size are held at a time, so a page of fewer may hold one that is too large beside others:
/// it is decoded, and that one is told.
const ROWS_HELD: u64 = 4;

fn page_bytes_max(rows: u64, row_bytes_max: u64) -> u64 {
    PAGE_BYTES_MAX.min(rows.max(ROWS_HELD).saturating_mul(row_bytes_max))
}

fn is_too_large(bytes: u64, rows: u64, row_bytes_max: u64) -> bool {
    bytes > page_bytes_max(rows, row_bytes_max)
}

/// What a header of a page says; see `PageHeader` in `parquet.thrift`.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Header {
    kind: i64,
    pub unpacked: u64,
    pub packed: u64,
    values: u64,
    rows: Option<u64>,
    encoding: i64,
    /// Levels that stand before the values, not packed.
    pub levels: u64,
    is_plain: bool,
}

const INDEX: i64 = 1;
const DICTIONARY: i64 = 2;
const DELTA_BYTE_ARRAY: i64 = 7;

impl Header {
    /// A header at the beginning of these bytes, and its length; none where it is broken or goes on behind them.
    fn read(bytes: &[u8]) -> Option<(Self, u64)> {
        let mut thrift = Thrift(bytes);
        let (mut header, mut id) = (Self::default(), 0);
        while let Some(kind) = thrift.field(&mut id)? {
            match (id, kind) {
                (1, 5) => header.kind = thrift.integer()?,
                (2, 5) => header.unpacked = u64::try_from(thrift.integer()?).ok()?,
                (3, 5) => header.packed = u64::try_from(thrift.integer()?).ok()?,
                (5 | 7, 12) => header.read_counts(&mut thrift, false)?,
                (8, 12) => header.read_counts(&mut thrift, true)?,
                _ => thrift.skip(kind, DEPTH_MAX)?,
            }
        }
        Some((header, (bytes.len() - thrift.0.len()) as u64))
    }

    /// The inner header of a data page or a dictionary; the second version of a data page also says rows.
    fn read_counts(&mut self, thrift: &mut Thrift<'_>, is_second: bool) -> Option<()> {
        let mut id = 0;
        while let Some(kind) = thrift.field(&mut id)? {
            match (id, kind, is_second) {
                (1, 5, _) => self.values = u64::try_from(thrift.integer()?).ok()?,
                (3, 5, true) => self.rows = Some(u64::try_from(thrift.integer()?).ok()?),
                (2, 5, false) | (4, 5, true) => self.encoding = thrift.integer()?,
                (5 | 6, 5, true) => {
                    let levels = u64::try_from(thrift.integer()?).ok()?;
                    self.levels = self.levels.saturating_add(levels);
                }
                // A field's kind says the truth value itself.
                (7, 2, true) => self.is_plain = true,
                _ => thrift.skip(kind, DEPTH_MAX)?,
            }
        }
        Some(())
    }

    /// Values of a dictionary belong to no row.
    fn values_of_rows(&self) -> u64 {
        match self.kind {
            DICTIONARY | INDEX => 0,
            _ => self.values,
        }
    }
}

/// Most headers are shorter; with statistics of long texts they are not.
const HEADER_BYTES: u64 = 256;

/// A longer header is none.
const HEADER_BYTES_MAX: u64 = 16 << 20;

fn read_header<R: ChunkReader>(
    reader: &R,
    at: u64,
    end: u64,
) -> Result<(Header, u64), ParquetError> {
    let mut length = HEADER_BYTES;
    loop {
        let here = length.min(end.saturating_sub(at));
        if let Some(found) = Header::read(&reader.get_bytes(at, here as usize)?) {
            return Ok(found);
        }
        if here < length || length >= HEADER_BYTES_MAX {
            return Err(ParquetError::General("a page has no header".into()));
        }
        length *= 16;
    }
}

/// Row groups without a row that is decoded are not opened: their dictionaries may be what is too large.
pub(super) fn is_left_out(group: &RowGroupMetaData, first: u64, too_large: &[Range<u64>]) -> bool {
    let end = first + group.num_rows().max(0) as u64;
    too_large
        .iter()
        .any(|rows| rows.start <= first && end <= rows.end)
}
