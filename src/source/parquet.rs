//! Parquet files: units of row groups, batches of rows, rows by number.

use fs_err::File;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;

use super::layout::{Needed, Shape};
use super::value::{Value, arrow_value};
use super::{Row, SourceFile, Unit};
use crate::{Error, Result};

/// A unit ends with the row group that brings its needed columns to this many bytes: some hundred
/// milliseconds of work, so that a kill loses little and two threads end together.
const UNIT_BYTES: i64 = 64 << 20;

/// What a file says of itself before a row is read.
pub struct Footer {
    pub metadata: ArrowReaderMetadata,
}

impl Footer {
    pub fn read(file: &SourceFile) -> Result<Self> {
        let opened = File::open(&file.path)?;
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let metadata = ArrowReaderMetadata::load(opened.file(), options)
            .map_err(|error| Error::parquet(&file.path, error))?;
        Ok(Self { metadata })
    }

    pub fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().max(0) as u64
    }

    pub fn schema(&self) -> &SchemaRef {
        self.metadata.schema()
    }

    /// Runs of row groups of about [`UNIT_BYTES`] in the needed columns; by the file alone, so that the
    /// same file always has the same units.
    pub fn units(&self, columns: &[Needed]) -> Vec<Unit> {
        let groups = self.metadata.metadata().row_groups();
        let (mut units, mut first, mut first_row, mut row, mut bytes) = (Vec::new(), 0, 0, 0, 0);
        for (index, group) in groups.iter().enumerate() {
            row += group.num_rows().max(0) as u64;
            bytes += group
                .columns()
                .iter()
                .filter(|chunk| {
                    let root = chunk.column_path().parts().first();
                    columns.iter().any(|needed| Some(&needed.name) == root)
                })
                .map(|chunk| chunk.uncompressed_size())
                .sum::<i64>();
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
    pub fn check(&self, file: &SourceFile, columns: &[Needed]) -> Result<()> {
        let names = || {
            self.schema()
                .fields()
                .iter()
                .map(|field| field.name().as_str())
        };
        for needed in columns {
            match self.schema().field_with_name(&needed.name) {
                Ok(field) if fits(field.data_type(), needed.shape) => {}
                Ok(field) => {
                    return Err(Error::Schema {
                        file: file.name.clone(),
                        column: needed.name.clone(),
                        problem: format!(
                            "holds {}, where this layout has {}",
                            field.data_type(),
                            needed.shape.words()
                        ),
                        hint: "choose another `layout`, or `layout = \"columns\"` and name columns"
                            .into(),
                    });
                }
                Err(_) if !needed.required && !needed.named => {}
                Err(_) => return Err(Error::missing_column(&file.name, &needed.name, names())),
            }
        }
        Ok(())
    }
}

impl Shape {
    fn words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "a list of texts",
            Self::Bools => "a list of bools",
            Self::Turns => "a list of turns",
            Self::Any => "a value",
        }
    }
}

fn fits(kind: &DataType, shape: Shape) -> bool {
    let item = |check: fn(&DataType) -> bool| match kind {
        DataType::List(field) | DataType::LargeList(field) => check(field.data_type()),
        _ => false,
    };
    let text = |kind: &DataType| {
        matches!(
            kind,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        )
    };
    // A column without a single value is written with type `null`.
    kind.is_null()
        || match shape {
            Shape::Text => text(kind),
            Shape::Texts => item(|kind| kind.is_string() || kind.is_null()),
            Shape::Bools => item(|kind| *kind == DataType::Boolean || kind.is_null()),
            Shape::Turns => item(|kind| matches!(kind, DataType::Struct(_))),
            Shape::Any => true,
        }
}

/// Decoded rows, with the array of each needed column that the file has.
pub struct ArrowBatch {
    rows: usize,
    first_row: u64,
    numbers: Option<Vec<u64>>,
    arrays: Vec<Option<ArrayRef>>,
}

impl ArrowBatch {
    fn new(batch: &RecordBatch, first_row: u64, columns: &[Needed]) -> Self {
        let arrays = columns
            .iter()
            .map(|needed| batch.column_by_name(&needed.name).cloned())
            .collect();
        Self {
            rows: batch.num_rows(),
            first_row,
            numbers: None,
            arrays,
        }
    }

    pub fn len(&self) -> usize {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub fn row(&self, index: usize) -> Row<'_> {
        let number = match &self.numbers {
            Some(numbers) => numbers[index],
            None => self.first_row + index as u64,
        };
        let cells = self.arrays.iter().map(|array| match array {
            Some(array) => arrow_value(array, index),
            None => Value::Missing,
        });
        Row {
            number,
            offset: None,
            cells: Ok(cells.collect()),
        }
    }
}

fn builder(
    file: &SourceFile,
    columns: &[Needed],
) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>> {
    let footer = Footer::read(file)?;
    footer.check(file, columns)?;
    let opened = File::open(&file.path)?.into_parts().0;
    let builder =
        ParquetRecordBatchReaderBuilder::new_with_metadata(opened, footer.metadata.clone());
    let wanted = footer
        .schema()
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| columns.iter().any(|needed| needed.name == *field.name()))
        .map(|(index, _)| index);
    let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
    Ok(builder.with_projection(mask))
}

fn build(
    file: &SourceFile,
    builder: ParquetRecordBatchReaderBuilder<std::fs::File>,
) -> Result<ParquetRecordBatchReader> {
    builder
        .build()
        .map_err(|error| Error::parquet(&file.path, error))
}

/// The rows of a unit, in order.
pub fn read(
    file: &SourceFile,
    unit: Unit,
    columns: &[Needed],
    batch_rows: usize,
) -> Result<impl Iterator<Item = Result<ArrowBatch>> + use<>> {
    let mut builder = builder(file, columns)?.with_batch_size(batch_rows);
    let mut row = 0;
    if let Unit::RowGroups {
        first,
        end,
        row: at,
    } = unit
    {
        builder = builder.with_row_groups((first..end).collect());
        row = at;
    }
    let reader = build(file, builder)?;
    let columns = columns.to_vec();
    let path = file.path.clone();
    Ok(reader.map(move |batch| {
        let batch = batch.map_err(|error| Error::parquet(&path, error.into()))?;
        let batch = ArrowBatch::new(&batch, row, &columns);
        row += batch.len() as u64;
        Ok(batch)
    }))
}

/// The rows with the given numbers (ascending, may repeat), each once.
pub fn read_rows(
    file: &SourceFile,
    columns: &[Needed],
    rows: &[u64],
    visit: &mut impl FnMut(Row<'_>) -> Result<()>,
) -> Result<()> {
    let mut numbers = rows.to_vec();
    numbers.dedup();
    let builder = builder(file, columns)?;
    let total = builder.metadata().file_metadata().num_rows().max(0) as u64;
    if numbers.last().is_some_and(|&last| last >= total) {
        return Err(Error::Changed {
            file: file.name.clone(),
        });
    }
    let mut selectors = Vec::new();
    let mut next = 0;
    for &number in &numbers {
        if number > next {
            selectors.push(RowSelector::skip((number - next) as usize));
        }
        selectors.push(RowSelector::select(1));
        next = number + 1;
    }
    let builder = builder
        .with_row_selection(RowSelection::from(selectors))
        .with_batch_size(64);
    let mut done = 0;
    for batch in build(file, builder)? {
        let batch = batch.map_err(|error| Error::parquet(&file.path, error.into()))?;
        let mut batch = ArrowBatch::new(&batch, 0, columns);
        batch.numbers = Some(numbers[done..done + batch.len()].to_vec());
        done += batch.len();
        for index in 0..batch.len() {
            visit(batch.row(index))?;
        }
    }
    Ok(())
}
