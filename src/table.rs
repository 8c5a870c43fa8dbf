//! A Parquet file being written: one way for the pool, the ledger and the subsets.
//!
//! Encoding text is what writing costs. Files that begin with the same rows share it: the longest is
//! encoded, and the others take its row groups as they are.

use std::fs::File;
use std::io::{self, Read, Write};
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
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

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
    file: SerializedFileWriter<Sink>,
    columns: ArrowRowGroupWriterFactory,
    group: Option<Group>,
    is_alone: bool,
}

/// What a table is written into.
struct Sink {
    file: File,
    /// None where nobody asks for it.
    begun: Option<Begun>,
    /// So many bytes stand in the file already: what is written of them is passed over.
    standing: u64,
}

/// The first bytes of a file: how many, and their hash so far.
#[derive(Clone, Default)]
pub(crate) struct Begun {
    bytes: u64,
    hasher: Sha256,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.standing > 0 {
            let passed = self.standing.min(bytes.len() as u64);
            self.standing -= passed;
            return Ok(passed as usize);
        }
        let written = self.file.write(bytes)?;
        if let Some(begun) = &mut self.begun {
            begun.bytes += written as u64;
            begun.hasher.update(&bytes[..written]);
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Begun {
    fn sha256(self) -> [u8; 32] {
        self.hasher.finalize().into()
    }
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
        Self::with(path, schema, properties, 1, None)
    }

    /// A table whose rows carry text, in small row groups.
    pub(crate) fn create_text(path: &Path, schema: SchemaRef) -> Result<Self> {
        Self::with_text(path, schema, None)
    }

    /// The same, hashed while it is written: [`Table::begun`] and [`Table::finish_hashed`] tell the hash.
    pub(crate) fn create_hashed_text(path: &Path, schema: SchemaRef) -> Result<Self> {
        Self::with_text(path, schema, Some(Begun::default()))
    }

    fn with_text(path: &Path, schema: SchemaRef, begun: Option<Begun>) -> Result<Self> {
        let properties = WriterProperties::builder()
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_dictionary_enabled(false)
            .build();
        Self::with(path, schema, properties, 3, begun)
    }

    fn with(
        path: &Path,
        schema: SchemaRef,
        properties: WriterProperties,
        level: i32,
        begun: Option<Begun>,
    ) -> Result<Self> {
        let level = ZstdLevel::try_new(level).unwrap_or_default();
        let properties = properties
            .into_builder()
            .set_compression(Compression::ZSTD(level))
            .set_key_value_metadata(beside(&schema))
            .build();
        let failed = |error| Error::write_parquet(path, error);
        let sink = Sink {
            file: disk::create(path)?,
            begun,
            standing: 0,
        };
        let writer = ArrowWriter::try_new(sink, schema.clone(), Some(properties));
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

impl Table {
    /// What was written of a hashed table up to the row group that ended last.
    pub(crate) fn begun(&mut self) -> Result<Begun> {
        let flushed = self.file.flush();
        flushed.map_err(|error| Error::write(&self.path, error))?;
        Ok(self.file.inner().begun.clone().unwrap_or_default())
    }

    /// Closes a hashed table and returns the SHA-256 of its file.
    pub(crate) fn finish_hashed(mut self) -> Result<[u8; 32]> {
        self.end_group()?;
        let closed = self.file.into_inner();
        let sink = closed.map_err(|error| Error::write_parquet(&self.path, error))?;
        Ok(sink.begun.unwrap_or_default().sha256())
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

/// Writes a file of the first `groups` row groups of another, which begins with them as `begun` has it; they are neither
/// decoded nor hashed again. Returns the SHA-256 of the file.
pub(crate) fn copy_groups(
    from: &Path,
    groups: usize,
    begun: &Begun,
    to: &Path,
) -> Result<[u8; 32]> {
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
    let sink = Sink {
        file: copy_start(from, begun.bytes, to)?,
        begun: Some(begun.clone()),
        standing: begun.bytes,
    };
    let schema = file.schema_descr().root_schema_ptr();
    let mut writer =
        SerializedFileWriter::new(sink, schema, Arc::new(properties)).map_err(unwritten)?;
    for index in 0..groups {
        place_group(metadata, index, &mut writer).map_err(unwritten)?;
    }
    // What comes next is written into the file.
    assert_eq!(
        writer.bytes_written() as u64,
        begun.bytes,
        "a file begins with the groups that it is said to begin with"
    );
    let sink = writer.into_inner().map_err(unwritten)?;
    Ok(sink.begun.unwrap_or_default().sha256())
}

/// Makes a file of another's first bytes, to be written on.
fn copy_start(from: &Path, bytes: u64, to: &Path) -> Result<File> {
    let source = fs::File::open(from)?.into_parts().0;
    let mut target = disk::create(to)?;
    let copied = io::copy(&mut source.take(bytes), &mut target);
    let copied = copied.map_err(|error| Error::write(to, error))?;
    if copied < bytes {
        let short = ParquetError::EOF(format!("{copied} of {bytes} bytes were there"));
        return Err(Error::parquet(from, short));
    }
    Ok(target)
}

/// Writes a row group whose columns stand in the file already.
fn place_group(
    metadata: &ParquetMetaData,
    index: usize,
    writer: &mut SerializedFileWriter<Sink>,
) -> parquet::errors::Result<()> {
    let group = metadata.row_group(index);
    let mut placed = writer.next_row_group()?;
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
        placed.append_column(&Standing, closed)?;
    }
    placed.close()?;
    Ok(())
}

/// Reads as many bytes as anybody asks for, in the place of those that a [`Sink`] passes over.
struct Standing;

impl Length for Standing {
    fn len(&self) -> u64 {
        u64::MAX
    }
}

impl ChunkReader for Standing {
    type T = io::Repeat;

    fn get_read(&self, _: u64) -> parquet::errors::Result<io::Repeat> {
        Ok(io::repeat(0))
    }

    fn get_bytes(&self, _: u64, length: usize) -> parquet::errors::Result<bytes::Bytes> {
        Ok(vec![0; length].into())
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::UInt32Array;
    use arrow::datatypes::{DataType, Field};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    /// Writes rows counted from 0 whose groups end there; returns the hash of each start and of the whole.
    fn written(path: &Path, ends: &[u32]) -> (Vec<Begun>, [u8; 32]) {
        let schema = Schema::new(vec![Field::new("rank", DataType::UInt32, false)]);
        let schema = schema.with_metadata([("a".to_owned(), "b".to_owned())].into());
        let mut table = Table::create_hashed_text(path, schema.into()).expect("a table");
        let (mut begun, mut start) = (Vec::new(), 0);
        for &end in ends {
            let ranks = UInt32Array::from_iter_values(start..end);
            table.write(vec![Arc::new(ranks)]).expect("rows");
            table.end_group().expect("a group");
            begun.push(table.begun().expect("a start"));
            start = end;
        }
        (begun, table.finish_hashed().expect("a file"))
    }

    fn rows(path: &Path) -> usize {
        let file = File::open(path).expect("a file");
        let batches = ParquetRecordBatchReaderBuilder::try_new(file).expect("a table");
        let batches = batches.build().expect("rows");
        batches.map(|batch| batch.expect("rows").num_rows()).sum()
    }

    #[test]
    fn a_copy_of_the_first_groups_is_what_would_have_been_written_and_is_hashed_as_it_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let sum = |path: &Path| <[u8; 32]>::from(Sha256::digest(fs::read(path).expect("a file")));
        let ends = [3, 700, 1600];
        let (begun, whole) = written(&path("whole"), &ends);
        assert_eq!(whole, sum(&path("whole")));
        for groups in 1..=ends.len() {
            let (copy, alone) = (path("copy"), path("alone"));
            let copied = copy_groups(&path("whole"), groups, &begun[groups - 1], &copy);
            assert_eq!(copied.expect("a copy"), sum(&copy));
            assert_eq!(rows(&copy), ends[groups - 1] as usize);
            written(&alone, &ends[..groups]);
            assert_eq!(rows(&alone), rows(&copy));
            let [copied, alone] = [copy, alone].map(|path| {
                let bytes = fs::read(&path).expect("a file");
                fs::remove_file(path).expect("a file");
                bytes
            });
            let start = begun[groups - 1].bytes as usize;
            assert_eq!(copied[..start], alone[..start]);
        }
    }

    #[test]
    fn a_file_that_is_shorter_than_its_start_is_not_copied() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let (begun, _) = written(&path("whole"), &[3]);
        let longer = Begun {
            bytes: 1 << 20,
            ..begun[0].clone()
        };
        let copied = copy_groups(&path("whole"), 1, &longer, &path("copy"));
        assert!(copied.is_err());
    }
}
