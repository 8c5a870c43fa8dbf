//! A file over a network, as those who read files on a disk want it.
//!
//! The `parquet` crate asks for one page at a time. On a disk that is right; over a network each page
//! would be a request. So the column chunks that will be read are named first, with
//! [`RemoteParquet::expect`], and fetched together; what was not expected is fetched when it is asked for.
//! Lines are read in steps that grow: one line after a seek costs little, a whole file few requests.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::lock;
use crate::{Error, Result};

/// A file that is read in ranges. Whoever implements it gives the bytes of one file as it was found, or an error.
pub trait Ranged: Send + Sync {
    /// Its length in bytes.
    fn size(&self) -> u64;

    /// The bytes of each range, in the order asked for. Every range lies inside of the file.
    fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>>;

    /// What a reader that reads on asks for at once, at most.
    fn step_bytes_max(&self) -> u64;

    /// The error of a file whose content names places outside of it.
    fn outside(&self) -> Error;

    /// The bytes of one range.
    fn range(&self, range: Range<u64>) -> Result<Bytes> {
        let mut bytes = self.ranges(std::slice::from_ref(&range))?;
        Ok(bytes.pop().unwrap_or_default())
    }

    /// Refuses a range that a damaged file asks for.
    fn check(&self, range: &Range<u64>) -> Result<()> {
        match range.start <= range.end && range.end <= self.size() {
            true => Ok(()),
            false => Err(self.outside()),
        }
    }
}

/// A reader of Parquet that shares what it has fetched with its clones.
#[derive(Clone)]
pub struct RemoteParquet {
    file: Arc<dyn Ranged>,
    held: Arc<Mutex<Held>>,
}

type Held = Vec<(Range<u64>, Bytes)>;

/// The footer of a file with a hundred row groups of twenty columns is shorter.
const FOOTER_BYTES: u64 = 64 << 10;

/// What the first read after a seek fetches.
const STEP_BYTES: u64 = 64 << 10;

impl RemoteParquet {
    pub fn new(file: Arc<dyn Ranged>) -> Self {
        Self {
            file,
            held: Arc::default(),
        }
    }

    /// Fetches the end of the file, where its metadata is.
    pub fn expect_footer(&self) -> Result<()> {
        let start = self.file.size().saturating_sub(FOOTER_BYTES);
        self.expect(std::slice::from_ref(&(start..self.file.size())))
    }

    /// Fetches what will be read, and lets go of what was expected before.
    pub fn expect(&self, ranges: &[Range<u64>]) -> Result<()> {
        for range in ranges {
            self.file.check(range)?;
        }
        lock(&self.held).clear();
        let bytes = self.file.ranges(ranges)?;
        *lock(&self.held) = ranges.iter().cloned().zip(bytes).collect();
        Ok(())
    }

    fn get(&self, range: Range<u64>) -> Result<Bytes> {
        self.file.check(&range)?;
        let inside =
            |(held, _): &&(Range<u64>, Bytes)| held.start <= range.start && range.end <= held.end;
        if let Some((held, bytes)) = lock(&self.held).iter().find(inside) {
            let start = (range.start - held.start) as usize;
            return Ok(bytes.slice(start..start + (range.end - range.start) as usize));
        }
        self.file.range(range)
    }
}

impl Length for RemoteParquet {
    fn len(&self) -> u64 {
        self.file.size()
    }
}

impl ChunkReader for RemoteParquet {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        let held = lock(&self.held);
        let found = held.iter().find(|(held, _)| held.contains(&start));
        if let Some((held, bytes)) = found {
            let bytes = bytes.slice((start - held.start) as usize..);
            return Ok(Box::new(bytes::Buf::reader(bytes)));
        }
        let mut reader = RemoteReader::new(self.file.clone());
        reader.at = start;
        Ok(Box::new(reader))
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let end = start.saturating_add(length as u64);
        self.get(start..end).map_err(external)
    }
}

fn external(error: Error) -> ParquetError {
    ParquetError::External(Box::new(error))
}

/// Reads a file from any place on.
pub struct RemoteReader {
    file: Arc<dyn Ranged>,
    /// Where the next fetch begins: behind `bytes`.
    at: u64,
    step: u64,
    bytes: Bytes,
}

impl RemoteReader {
    pub fn new(file: Arc<dyn Ranged>) -> Self {
        Self {
            file,
            at: 0,
            step: STEP_BYTES,
            bytes: Bytes::new(),
        }
    }

    fn fetch(&mut self) -> Result<()> {
        let end = self.file.size().min(self.at.saturating_add(self.step));
        self.bytes = self.file.range(self.at..end)?;
        self.at = end;
        self.step = (self.step * 2).min(self.file.step_bytes_max());
        Ok(())
    }
}

impl Read for RemoteReader {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        if self.bytes.is_empty() && self.at < self.file.size() {
            self.fetch().map_err(std::io::Error::other)?;
        }
        let count = into.len().min(self.bytes.len());
        into[..count].copy_from_slice(&self.bytes.split_to(count));
        Ok(count)
    }
}

impl Seek for RemoteReader {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let here = self.at - self.bytes.len() as u64;
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => here.checked_add_signed(by),
            SeekFrom::End(by) => self.file.size().checked_add_signed(by),
        };
        let place = place.ok_or(std::io::ErrorKind::InvalidInput)?;
        if (here..self.at).contains(&place) {
            let _ = self.bytes.split_to((place - here) as usize);
        } else {
            (self.at, self.step, self.bytes) = (place, STEP_BYTES, Bytes::new());
        }
        Ok(place)
    }
}
