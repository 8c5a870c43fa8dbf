//! Parquet files: units of row groups, batches of rows, rows by number.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::buffer::BooleanBuffer;
use arrow::datatypes::{DataType, FieldRef, Fields, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelectionPolicy, RowSelector,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMetaData, PageIndexPolicy, ParquetMetaData, RowGroupMetaData,
};
use parquet::file::reader::Length;

use super::cut::{Cut, Cuts, Piece};
use super::pages::{self, Pages};
use super::quiet::quietly;
use super::{footer_size, value};
use crate::source::needed::{self, Needed, Shape};
use crate::source::place::{Chunks, HubMode, Place};
use crate::source::value::Value;
use crate::source::{BatchSize, Remarks, Row, SourceFile, Unit, Void};
use crate::{Error, Result, memory};

/// A unit ends with the row group that brings its needed columns to this many bytes: some hundred
/// milliseconds of work, so that a kill loses little and two threads end together.
const UNIT_BYTES: i64 = 64 << 20;

/// What a file says of itself before a row is read.
pub struct Footer {
    /// Decodes text as views: no copy of a page, and no 32-bit offset that 2 GiB of text overflow.
    metadata: ArrowReaderMetadata,
    /// The columns as the file declares them.
    declared: SchemaRef,
}

impl Footer {
    pub fn read(file: &SourceFile) -> Result<Self> {
        Self::of(file, &file.place.footer()?)
    }

    fn of(file: &SourceFile, chunks: &Chunks) -> Result<Self> {
        let failed = |error| Error::parquet(&file.place.shown(), error);
        footer_size::check(chunks).map_err(failed)?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let loaded = quietly(|| ArrowReaderMetadata::load(chunks, options.clone()));
        let loaded = loaded.unwrap_or_else(|| {
            let why = "its footer holds a schema that contradicts itself".to_owned();
            Err(ParquetError::General(why))
        });
        let loaded = loaded.map_err(failed)?;
        let declared = loaded.schema().clone();
        let options = options.with_schema(with_views(&declared));
        check_places(loaded.metadata(), Length::len(chunks)).map_err(failed)?;
        let metadata = ArrowReaderMetadata::try_new(loaded.metadata().clone(), options);
        Ok(Self {
            metadata: metadata.map_err(failed)?,
            declared,
        })
    }

    pub(crate) fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    pub(crate) fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().max(0) as u64
    }

    /// The columns as the file declares them.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.declared
    }

    /// The columns' names and types.
    pub(crate) fn column_kinds(&self) -> Vec<(String, String)> {
        let fields = self.declared.fields().iter();
        fields
            .map(|field| (field.name().clone(), field.data_type().to_string()))
            .collect()
    }

    /// Runs of row groups of about [`UNIT_BYTES`] in the needed columns; by the file alone, so that the
    /// same file always has the same units.
    pub fn units(&self, columns: &[Needed]) -> Vec<Unit> {
        let groups = self.metadata.metadata().row_groups();
        let (mut units, mut first, mut first_row, mut row, mut bytes) = (Vec::new(), 0, 0, 0, 0);
        for (index, group) in groups.iter().enumerate() {
            row += group.num_rows().max(0) as u64;
            bytes += needed_bytes(group, columns);
            if bytes >= UNIT_BYTES || index + 1 == groups.len() {
                units.push(Unit::RowGroups {
                    first,
                    end: index + 1,
                    row: first_row,
                });
                (first, first_row, bytes) = (index + 1, row, 0);
            }
        }
        if units.is_empty() {
            // A file without rows has its place in ledger and manifest too.
            units.push(Unit::RowGroups {
                first: 0,
                end: 0,
                row: 0,
            });
        }
        units
    }

    /// Fails where a needed column is missing or holds something else.
    pub(crate) fn check(&self, file: &SourceFile, columns: &[Needed]) -> Result<()> {
        needed::check(file, self.schema(), columns)
    }
}

/// Fails where a column is said to lie outside of the file: asking for its place would panic.
fn check_places(
    metadata: &ParquetMetaData,
    file_bytes: u64,
) -> std::result::Result<(), ParquetError> {
    let place = |chunk: &ColumnChunkMetaData| {
        let start = chunk
            .dictionary_page_offset()
            .unwrap_or(chunk.data_page_offset());
        let end = start.checked_add(chunk.compressed_size())?;
        (start >= 0 && end >= start && end as u64 <= file_bytes).then_some(())
    };
    let chunks = metadata
        .row_groups()
        .iter()
        .flat_map(RowGroupMetaData::columns);
    match chunks.into_iter().find(|chunk| place(chunk).is_none()) {
        None => Ok(()),
        Some(chunk) => Err(ParquetError::General(format!(
            "column {} is said to lie outside of the file",
            chunk.column_path()
        ))),
    }
}

/// Bytes of a row group's needed columns before compression.
fn needed_bytes(group: &RowGroupMetaData, columns: &[Needed]) -> i64 {
    let chunks = group.columns().iter();
    let needed = chunks.filter(|chunk| is_needed(chunk, columns));
    needed.map(|chunk| chunk.uncompressed_size()).sum()
}

fn is_needed(chunk: &ColumnChunkMetaData, columns: &[Needed]) -> bool {
    let root = chunk.column_path().parts().first();
    columns.iter().any(|needed| Some(&needed.name) == root)
}

/// The same columns with every text as a view, dictionaries of texts among them.
fn with_views(schema: &Schema) -> SchemaRef {
    let fields: Fields = schema.fields().iter().map(field_with_views).collect();
    Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()))
}

fn field_with_views(field: &FieldRef) -> FieldRef {
    let kind = match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Dictionary(_, value) if value.is_string() => DataType::Utf8View,
        DataType::List(item) => DataType::List(field_with_views(item)),
        DataType::LargeList(item) => DataType::LargeList(field_with_views(item)),
        DataType::FixedSizeList(item, length) => {
            DataType::FixedSizeList(field_with_views(item), *length)
        }
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(field_with_views).collect()),
        _ => return field.clone(),
    };
    Arc::new(field.as_ref().clone().with_data_type(kind))
}

/// Decoded rows, with the array of each needed column that the file has.
pub struct ArrowBatch {
    rows: usize,
    first_row: u64,
    numbers: Option<Vec<u64>>,
    arrays: Vec<Option<ArrayRef>>,
    /// Rows without cells, where there are some.
    too_large: Option<BooleanBuffer>,
}

impl ArrowBatch {
    pub(super) fn of(piece: Piece, columns: &[Needed]) -> Self {
        let whole = match &piece.batch {
            Some(batch) => Self::new(batch, piece.first_row, columns),
            None => Self {
                rows: piece.rows,
                first_row: piece.first_row,
                numbers: None,
                arrays: Vec::new(),
                too_large: None,
            },
        };
        Self {
            too_large: piece.too_large,
            ..whole
        }
    }

    pub(super) fn new(batch: &RecordBatch, first_row: u64, columns: &[Needed]) -> Self {
        let arrays = columns
            .iter()
            .map(|needed| batch.column_by_name(&needed.name).cloned())
            .collect();
        Self {
            rows: batch.num_rows(),
            first_row,
            numbers: None,
            arrays,
            too_large: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    pub(crate) fn row(&self, index: usize) -> Row<'_> {
        let number = match &self.numbers {
            Some(numbers) => numbers[index],
            None => self.first_row + index as u64,
        };
        Row {
            number,
            offset: None,
            cells: self.cells(index),
            remarks: Remarks::default(),
        }
    }

    fn cells(&self, index: usize) -> std::result::Result<Vec<Value<'_>>, Void> {
        if self
            .too_large
            .as_ref()
            .is_some_and(|rows| rows.value(index))
        {
            return Err(Void::TooLarge);
        }
        let cells = self.arrays.iter().map(|array| match array {
            Some(array) => value::value(array, index),
            None => Value::Missing,
        });
        Ok(cells.collect())
    }
}

type Builder = ParquetRecordBatchReaderBuilder<Chunks>;

/// Which row groups are read, and which of their rows (all where none are given).
type Chosen = (Vec<usize>, Option<RowSelection>);

/// A reader of the needed columns of what is chosen, which is also who says what will be read.
fn builder(
    file: &SourceFile,
    columns: &[Needed],
    choose: impl FnOnce(&Chunks, &ParquetMetaData) -> Result<Chosen>,
) -> Result<Builder> {
    let chunks = file.place.chunks()?;
    let footer = Footer::of(file, &chunks)?;
    // That the pipeline's names are no typing errors was seen while planning, with all files at hand.
    let held: Vec<Needed> = columns.iter().cloned().map(Needed::or_absent).collect();
    footer.check(file, &held)?;
    let metadata = footer.metadata.metadata();
    let (groups, selection) = choose(&chunks, metadata)?;
    let builder = Builder::new_with_metadata(chunks, footer.metadata.clone());
    let wanted = footer
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| columns.iter().any(|needed| needed.name == *field.name()))
        .map(|(index, _)| index);
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    let builder = builder.with_projection(mask).with_row_groups(groups);
    // Rows that are passed over are never decoded, however few they are.
    let builder = builder.with_row_selection_policy(RowSelectionPolicy::Selectors);
    Ok(match selection {
        Some(selection) => builder.with_row_selection(selection),
        None => builder,
    })
}

/// The bytes that a reader of these columns and row groups will want: whole column chunks, or where there
/// is a page index and a selection, the pages with selected rows.
fn ranges(
    metadata: &ParquetMetaData,
    groups: &[usize],
    selection: Option<&RowSelection>,
    columns: &[Needed],
) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    let mut rest = selection.cloned();
    for &index in groups {
        let group = metadata.row_group(index);
        let selected = rest
            .as_mut()
            .map(|rest| rest.split_off(group.num_rows().max(0) as usize));
        for (at, chunk) in group.columns().iter().enumerate() {
            if !is_needed(chunk, columns) {
                continue;
            }
            let (start, length) = chunk.byte_range();
            let pages = metadata
                .offset_index()
                .map(|index_of| index_of[index][at].page_locations());
            match (
                &selected,
                pages.and_then(|pages| Some((pages, pages.first()?))),
            ) {
                (Some(selected), Some((pages, first))) => {
                    // The dictionary stands before the first page.
                    ranges.push(start..(first.offset.max(0) as u64).max(start));
                    ranges.extend(selected.scan_ranges(pages));
                }
                _ => ranges.push(start..start + length),
            }
        }
    }
    ranges.retain(|range| range.start < range.end);
    ranges
}

fn build(file: &SourceFile, builder: Builder) -> Result<Batches> {
    let built = quietly(|| builder.build());
    let built = built.unwrap_or_else(|| Err(ParquetError::General(CONTRADICTS.into())));
    let reader = built.map_err(|error| Error::parquet(&file.place.shown(), error))?;
    Ok(Batches {
        reader,
        ended: false,
    })
}

/// Decoded batches, up to a page that cannot be.
struct Batches {
    reader: ParquetRecordBatchReader,
    ended: bool,
}

const CONTRADICTS: &str = "a page contradicts itself";

impl Iterator for Batches {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let reader = &mut self.reader;
        let next = quietly(|| reader.next());
        self.ended = !matches!(next, Some(Some(Ok(_))));
        next.unwrap_or_else(|| Some(Err(ArrowError::ParquetError(CONTRADICTS.into()))))
    }
}

fn groups_of(unit: Unit, metadata: &ParquetMetaData) -> Range<usize> {
    match unit {
        Unit::Whole => 0..metadata.num_row_groups(),
        Unit::RowGroups { first, end, .. } => first..end.min(metadata.num_row_groups()),
    }
}

/// Fetches what [`read`] will want of a unit, so that it lies on this disk when it is read.
pub(in crate::source) fn prefetch(file: &SourceFile, unit: Unit, columns: &[Needed]) -> Result<()> {
    let Place::Hub(remote) = &file.place else {
        return Ok(());
    };
    if remote.mode == HubMode::Cache {
        return remote.hub.whole(&remote.file).map(drop);
    }
    let footer = Footer::read(file)?;
    let metadata = footer.metadata.metadata();
    let groups: Vec<usize> = groups_of(unit, metadata).collect();
    let mut some = Vec::new();
    let mut bytes = 0;
    for range in ranges(metadata, &groups, None, columns) {
        for start in range.clone().step_by(PREFETCH_BYTES as usize) {
            let piece = start..(start + PREFETCH_BYTES).min(range.end);
            bytes += piece.end - piece.start;
            some.push(piece);
            if bytes >= PREFETCH_BYTES {
                remote.hub.ranges(&remote.file, &some)?;
                some.clear();
                bytes = 0;
            }
        }
    }
    remote.hub.ranges(&remote.file, &some).map(drop)
}

/// What is fetched ahead at a time, in memory until it is on disk.
const PREFETCH_BYTES: u64 = 16 << 20;

/// The rows of a unit, in order. Those of pages that take too much are too large, and are not decoded.
pub(in crate::source) fn read(
    file: &SourceFile,
    unit: Unit,
    columns: &[Needed],
    cuts: Cuts,
) -> Result<impl Iterator<Item = Result<ArrowBatch>> + use<>> {
    let pieces = pieces(file, unit, columns, cuts)?;
    let columns = columns.to_vec();
    Ok(pieces.map(move |piece| Ok(ArrowBatch::of(piece?, &columns))))
}

/// The rows of all columns of a file, in order.
pub(crate) fn all_rows(
    file: &SourceFile,
    cuts: Cuts,
) -> Result<impl Iterator<Item = Result<Piece>> + use<>> {
    let names = Footer::read(file)?.column_kinds();
    let columns: Vec<Needed> = names
        .iter()
        .map(|(name, _)| Needed::optional(name, Shape::Any))
        .collect();
    pieces(file, Unit::Whole, &columns, cuts)
}

fn pieces(
    file: &SourceFile,
    unit: Unit,
    columns: &[Needed],
    cuts: Cuts,
) -> Result<impl Iterator<Item = Result<Piece>> + use<>> {
    let mut looked = Pages::default();
    let builder = builder(file, columns, |chunks, metadata| {
        let groups: Vec<usize> = groups_of(unit, metadata).collect();
        // What is looked at is also what is read.
        chunks.expect(&ranges(metadata, &groups, None, columns))?;
        let is_needed = |chunk: &ColumnChunkMetaData| is_needed(chunk, columns);
        let found = pages::look(chunks, metadata, &groups, is_needed, cuts.row_bytes_max);
        looked = found.map_err(|error| Error::parquet(&file.place.shown(), error))?;
        memory::hold(&file.name, "pages", looked.held_bytes)?;
        Ok(without(metadata, &groups, &looked.too_large))
    })?;
    let metadata = builder.metadata();
    let groups = &metadata.row_groups()[groups_of(unit, metadata)];
    let rows = decoded_rows(groups, columns, cuts.size, &looked);
    let row = match unit {
        Unit::Whole => 0,
        Unit::RowGroups { row, .. } => row,
    };
    let too_large = looked.too_large.into_iter();
    let too_large = too_large.map(|rows| row + rows.start..row + rows.end);
    let batches = build(file, builder.with_batch_size(rows))?;
    let shown = file.place.shown();
    let batches =
        batches.map(move |batch| batch.map_err(|error| Error::parquet(&shown, error.into())));
    Ok(Cut::new(
        batches,
        |batch| batch,
        row,
        too_large.collect(),
        cuts,
    ))
}

/// These row groups without the rows that are not decoded.
fn without(metadata: &ParquetMetaData, groups: &[usize], too_large: &[Range<u64>]) -> Chosen {
    if too_large.is_empty() {
        return (groups.to_vec(), None);
    }
    let (mut chosen, mut selectors, mut first) = (Vec::new(), Vec::new(), 0);
    for &index in groups {
        let group = metadata.row_group(index);
        let end = first + group.num_rows().max(0) as u64;
        if !pages::is_left_out(group, first, too_large) {
            chosen.push(index);
            let mut next = first;
            for rows in too_large {
                let (start, stop) = (rows.start.clamp(next, end), rows.end.clamp(next, end));
                selectors.push(RowSelector::select((start - next) as usize));
                selectors.push(RowSelector::skip((stop - start) as usize));
                next = stop;
            }
            selectors.push(RowSelector::select((end - next) as usize));
        }
        first = end;
    }
    (chosen, Some(RowSelection::from(selectors)))
}

/// How many rows are decoded at a time. Where values are told by those before them each may come to all of its page.
fn decoded_rows(
    groups: &[RowGroupMetaData],
    columns: &[Needed],
    size: BatchSize,
    pages: &Pages,
) -> usize {
    let rows = batch_rows(groups, columns, size);
    let most = size.bytes as u64 / pages.chained_bytes.max(1);
    rows.min(usize::try_from(most).unwrap_or(usize::MAX)).max(1)
}

/// How many rows of the widest row group, on average, fill a batch.
fn batch_rows(groups: &[RowGroupMetaData], columns: &[Needed], size: BatchSize) -> usize {
    let row_bytes = groups
        .iter()
        .map(|group| needed_bytes(group, columns) / group.num_rows().max(1))
        .max();
    let row_bytes = row_bytes.unwrap_or_default().max(1) as usize;
    (size.bytes / row_bytes).clamp(1, size.rows.max(1))
}

/// Rows that are fetched at a time. Each keeps its whole page in memory, some megabyte.
const FETCH_ROWS: usize = 2;

/// The row groups that hold the rows, and which of their rows they are. Other groups are never looked
/// at: without a page index, skipping rows decodes their pages.
fn selection(groups: &[RowGroupMetaData], rows: &[u64]) -> (Vec<usize>, RowSelection) {
    let (mut chosen, mut selectors) = (Vec::new(), Vec::new());
    let (mut rest, mut first) = (rows, 0_u64);
    for (index, group) in groups.iter().enumerate() {
        let end = first + group.num_rows().max(0) as u64;
        let inside = rest.partition_point(|&row| row < end);
        let (here, behind) = rest.split_at(inside);
        if !here.is_empty() {
            chosen.push(index);
            let mut next = first;
            for &row in here {
                selectors.push(RowSelector::skip((row - next) as usize));
                selectors.push(RowSelector::select(1));
                next = row + 1;
            }
            selectors.push(RowSelector::skip((end - next) as usize));
        }
        (rest, first) = (behind, end);
    }
    (chosen, RowSelection::from(selectors))
}

/// The rows with the given numbers (ascending, may repeat), each once.
pub(in crate::source) fn read_rows(
    file: &SourceFile,
    columns: &[Needed],
    rows: &[u64],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut numbers = rows.to_vec();
    numbers.dedup();
    let builder = builder(file, columns, |chunks, metadata| {
        let (groups, selection) = selection(metadata.row_groups(), &numbers);
        chunks.expect(&ranges(metadata, &groups, Some(&selection), columns))?;
        Ok((groups, Some(selection)))
    })?;
    let total = builder.metadata().file_metadata().num_rows().max(0) as u64;
    if numbers.last().is_some_and(|&last| last >= total) {
        return Err(Error::Changed {
            file: file.name.clone(),
        });
    }
    let builder = builder.with_batch_size(FETCH_ROWS);
    let mut done = 0;
    for batch in build(file, builder)? {
        let batch = batch.map_err(|error| Error::parquet(&file.place.shown(), error.into()))?;
        let mut batch = ArrowBatch::new(&batch, 0, columns);
        batch.numbers = Some(numbers[done..done + batch.len()].to_vec());
        done += batch.len();
        for index in 0..batch.len() {
            visit(batch.row(index))?;
        }
    }
    Ok(())
}
