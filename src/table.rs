//! A Parquet file being written: one way for the pool, the ledger and the subsets.

use std::path::{Path, PathBuf};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use fs_err as fs;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::{Error, Result};

/// Rows of a row group. A thousand trajectories are some 17 MB: below the 100 MB at which the hub's
/// viewer gives up, and enough for a reader to fetch a few rows without the rest.
const GROUP_ROWS: usize = 1000;

pub struct Table {
    path: PathBuf,
    writer: ArrowWriter<std::fs::File>,
    schema: SchemaRef,
}

impl Table {
    /// A table of narrow rows.
    pub fn create(path: &Path, schema: SchemaRef) -> Result<Self> {
        Self::with(path, schema, WriterProperties::builder().build(), 1)
    }

    /// A table whose rows carry text, in small row groups.
    pub fn create_text(path: &Path, schema: SchemaRef) -> Result<Self> {
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
            .build();
        let file = fs::File::create(path)?.into_parts().0;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(|error| Error::parquet(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            writer,
            schema,
        })
    }

    /// Adds rows: one array for each column of the schema.
    pub fn write(&mut self, arrays: Vec<ArrayRef>) -> Result<()> {
        let failed = |error| Error::parquet(&self.path, error);
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|error| failed(error.into()))?;
        self.writer.write(&batch).map_err(failed)
    }

    /// Closes the file, on disk; returns its path.
    pub fn finish(self) -> Result<PathBuf> {
        let file = self
            .writer
            .into_inner()
            .map_err(|error| Error::parquet(&self.path, error))?;
        file.sync_all()?;
        Ok(self.path)
    }
}
