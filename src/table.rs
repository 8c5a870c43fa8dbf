//! A Parquet file being written: one way for the pool, the ledger and the subsets.
//!
//! Encoding text is what writing costs. Files that begin with the same rows share it: the longest is
//! encoded, and the others take its row groups as they are.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use fs_err as fs;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowLeafColumn, ArrowRowGroupWriterFactory,
    compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, PageIndexPolicy, ParquetMetaData};
use parquet::file::properties::{WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use crate::{Error, Result, disk};

/// Rows of a row group. A thousand trajectories are some 17 MB: below the 100 MB at which the hub's
/// viewer gives up, and enough for a reader to fetch a few rows without the rest.
pub(crate) const GROUP_ROWS: usize = 1000;

/// Rows of a row group of narrow rows: a group is in memory until it is written, some 4 MB.
const NARROW_GROUP_ROWS: usize = 64 << 10;

/// Bytes of a row group of rows of any width.
const GROUP_BYTES: usize = 32 << 20;

/// Every column holds a page and a dictionary while it is written: the ledger has forty.
const NARROW_PAGE_BYTES: usize = 128 << 10;

pub(crate) struct Table {
    path: PathBuf,
    schema: SchemaRef,
    properties: WriterPropertiesPtr,
    file: SerializedFileWriter<std::fs::File>,
    columns: ArrowRowGroupWriterFactory,
    group: Option<Group>,
    is_alone: bool,
}

/// The row group that is being written.
struct Group {
    /// A writer for each leaf of each column.
    leaves: Vec<ArrowColumnWriter>,
    rows: usize,
}

impl Table {
    /// A table of narrow rows.
    pub(crate) fn create(path: &Path, schema: SchemaRef) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(NARROW_GROUP_ROWS))
            .set_data_page_size_limit(NARROW_PAGE_BYTES)
            .set_dictionary_page_size_limit(NARROW_PAGE_BYTES)
            .build();
        Self::with(path, schema, properties, 1)
    }

    /// A table whose rows carry text, in small row groups.
    pub(crate) fn create_text(path: &Path, schema: SchemaRef) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_dictionary_enabled(false)
            .build();
        Self::with(path, schema, properties, 3)
    }

    fn with(
        path: &Path,
        schema: SchemaRef,
        properties: WriterProperties,
        level: i32,
    ) -> Result<Self> {
        let level = ZstdLevel::try_new(level).unwrap_or_default();
        let properties = properties
            .into_builder()
            .set_compression(Compression::ZSTD(level))
            .set_key_value_metadata(beside(&schema))
            .build();
        let failed = |error| Error::write_parquet(path, error);
        let writer = ArrowWriter::try_new(disk::create(path)?, schema.clone(), Some(properties));
        let parts = writer.and_then(ArrowWriter::into_serialized_writer);
        let (file, columns) = parts.map_err(failed)?;
        Ok(Self {
            path: path.to_owned(),
            schema,
            properties: Arc::clone(file.properties()),
            file,
            columns,
            group: None,
            is_alone: false,
        })
    }

    /// The same with its columns encoded side by side: for a file beside which no other is written, and that nobody
    /// writes who holds a lock.
    pub(crate) fn alone(self) -> Self {
        Self {
            is_alone: true,
            ..self
        }
    }

    /// Adds rows: one array for each column of the schema.
    pub(crate) fn write(&mut self, arrays: Vec<ArrayRef>) -> Result<()> {
        let batch = RecordBatch::try_new(self.schema.clone(), arrays);
        let written = batch
            .map_err(ParquetError::from)
            .and_then(|batch| self.add(&batch));
        written.map_err(|error| Error::write_parquet(&self.path, error))
    }

    fn add(&mut self, batch: &RecordBatch) -> parquet::errors::Result<()> {
        let rows_max = self.properties.max_row_group_row_count();
        let mut rest = batch.clone();
        while rest.num_rows() > 0 {
            let group = match &mut self.group {
                Some(group) => group,
                none => none.insert(Group {
                    leaves: self
                        .columns
                        .create_column_writers(self.file.flushed_row_groups().len())?,
                    rows: 0,
                }),
            };
            let room = rows_max.map_or(usize::MAX, |most| most - group.rows);
            let taken = rest.num_rows().min(room);
            group.add(&rest.slice(0, taken), self.is_alone)?;
            rest = rest.slice(taken, rest.num_rows() - taken);
            if taken == room {
                self.end()?;
            }
        }
        Ok(())
    }

    /// The same of rows of any width: a row group ends before it holds many bytes, and what a file says of its groups is
    /// in memory until it is whole, so that few rows alone do not end one.
    pub(crate) fn write_any(&mut self, arrays: Vec<ArrayRef>) -> Result<()> {
        self.write(arrays)?;
        let held = self.group.as_ref().map_or(0, Group::memory_size);
        match held > GROUP_BYTES {
            true => self.end_group(),
            false => Ok(()),
        }
    }

    /// Ends the row group, so that files which share these rows can take it as it is.
    pub(crate) fn end_group(&mut self) -> Result<()> {
        let ended = self.end();
        ended.map_err(|error| Error::write_parquet(&self.path, error))
    }

    fn end(&mut self) -> parquet::errors::Result<()> {
        let Some(group) = self.group.take() else {
            return Ok(());
        };
        let mut written = self.file.next_row_group()?;
        for chunk in group.close(self.is_alone)? {
            chunk.append_to_row_group(&mut written)?;
        }
        written.close()?;
        Ok(())
    }

    /// Closes the file and returns its path; whoever puts it in place brings it to the disk.
    pub(crate) fn finish(mut self) -> Result<PathBuf> {
        self.end_group()?;
        let closed = self.file.close();
        closed.map_err(|error| Error::write_parquet(&self.path, error))?;
        Ok(self.path)
    }
}

impl Group {
    fn add(&mut self, batch: &RecordBatch, is_alone: bool) -> parquet::errors::Result<()> {
        let schema = batch.schema_ref();
        let mut writers = self.leaves.iter_mut();
        let mut jobs = Vec::with_capacity(batch.num_columns());
        for (field, array) in schema.fields().iter().zip(batch.columns()) {
            let leaves = compute_leaves(field, array)?;
            // The leaves first: where they end no writer more has been taken.
            jobs.extend(leaves.into_iter().zip(writers.by_ref()));
        }
        let write = |(leaf, writer): (ArrowLeafColumn, &mut ArrowColumnWriter)| writer.write(&leaf);
        match is_alone {
            true => jobs.into_par_iter().try_for_each(write)?,
            false => jobs.into_iter().try_for_each(write)?,
        }
        self.rows += batch.num_rows();
        Ok(())
    }

    fn memory_size(&self) -> usize {
        self.leaves.iter().map(ArrowColumnWriter::memory_size).sum()
    }

    fn close(self, is_alone: bool) -> parquet::errors::Result<Vec<ArrowColumnChunk>> {
        match is_alone {
            true => self
                .leaves
                .into_par_iter()
                .map(ArrowColumnWriter::close)
                .collect(),
            false => self
                .leaves
                .into_iter()
                .map(ArrowColumnWriter::close)
                .collect(),
        }
    }
}

/// What a schema says beside its columns, as the file's footer has it: under its own keys too, where programs look that
/// do not read Arrow's.
fn beside(schema: &Schema) -> Option<Vec<KeyValue>> {
    let said = schema.metadata().iter();
    let mut said: Vec<KeyValue> = said
        .map(|(key, value)| KeyValue::new(key.clone(), value.clone()))
        .collect();
    // Of a map, whose order is nobody's.
    said.sort_by(|a, b| a.key.cmp(&b.key));
    (!said.is_empty()).then_some(said)
}

/// Writes a file of the first `groups` row groups of another, without decoding them.
pub(crate) fn copy_groups(from: &Path, groups: usize, to: &Path) -> Result<()> {
    let failed = |error| Error::parquet(from, error);
    let unwritten = |error| Error::write_parquet(to, error);
    let source = fs::File::open(from)?.into_parts().0;
    let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
    let metadata = ArrowReaderMetadata::load(&source, options).map_err(failed)?;
    let metadata = metadata.metadata();
    let file = metadata.file_metadata();
    let properties = WriterProperties::builder()
        .set_key_value_metadata(file.key_value_metadata().cloned())
        .build();
    let target = disk::create(to)?;
    let schema = file.schema_descr().root_schema_ptr();
    let mut writer =
        SerializedFileWriter::new(target, schema, Arc::new(properties)).map_err(unwritten)?;
    for index in 0..groups {
        copy_group(&source, metadata, index, &mut writer).map_err(unwritten)?;
    }
    writer.close().map_err(unwritten)?;
    Ok(())
}

fn copy_group(
    source: &std::fs::File,
    metadata: &ParquetMetaData,
    index: usize,
    writer: &mut SerializedFileWriter<std::fs::File>,
) -> parquet::errors::Result<()> {
    let group = metadata.row_group(index);
    let mut copied = writer.next_row_group()?;
    for (at, column) in group.columns().iter().enumerate() {
        let closed = ColumnCloseResult {
            bytes_written: column.compressed_size().max(0) as u64,
            rows_written: group.num_rows().max(0) as u64,
            metadata: column.clone(),
            bloom_filter: None,
            column_index: metadata
                .column_index()
                .map(|pages| pages[index][at].clone()),
            offset_index: metadata
                .offset_index()
                .map(|pages| pages[index][at].clone()),
        };
        copied.append_column(source, closed)?;
    }
    copied.close()?;
    Ok(())
}
