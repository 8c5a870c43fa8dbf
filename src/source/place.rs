//! Where a file's bytes are: on a disk, on a hub, or in an object store.
//!
//! The readers of Parquet and text ask here and know of no difference. A file of the hub is either kept
//! whole in the hub's own cache (mode `cache`) or read in ranges (mode `stream`), as an object is: then the
//! column chunks that a reader will want are fetched together before it begins.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use parquet::file::reader::{ChunkReader, Length};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::checked::Checked;
use super::disk_file::{DiskFile, Opened};
use super::hub::{Hub, RemoteFile};
use super::remote::{Ranged, RemoteParquet, RemoteReader};
use super::store::StoreFile;
use crate::{Error, Result};

/// How files of a hub come here.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, clap::ValueEnum,
)]
#[serde(rename_all = "lowercase")]
#[value(rename_all = "lowercase")]
pub enum HubMode {
    /// Only the columns that are needed, in ranges; what was fetched stays on disk up to a bound.
    #[default]
    Stream,
    /// Whole files, checked by their hash, in the cache that Python's tools share.
    Cache,
}

/// Where a file is.
#[derive(Clone, Debug)]
pub enum Place {
    Disk(DiskFile),
    Hub(HubFile),
    Store(StoreFile),
}

/// A file of a hub.
#[derive(Clone)]
pub struct HubFile {
    pub hub: Arc<Hub>,
    pub file: RemoteFile,
    pub mode: HubMode,
}

impl fmt::Debug for HubFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of {}", self.mode, self.file)
    }
}

/// What reads from any place on.
pub(crate) trait Bytestream: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytestream for T {}

impl Place {
    pub(crate) fn is_remote(&self) -> bool {
        !matches!(self, Self::Disk(_))
    }

    pub(crate) fn bytes(&self) -> Result<u64> {
        match self {
            Self::Disk(file) => file.bytes(),
            Self::Hub(remote) => Ok(remote.file.size),
            Self::Store(file) => Ok(file.object.size()),
        }
    }

    /// As errors name it.
    pub(crate) fn shown(&self) -> PathBuf {
        match self {
            Self::Disk(file) => file.to_path_buf(),
            Self::Hub(remote) => format!("hub:{}/{}", remote.file.repo, remote.file.path).into(),
            Self::Store(file) => file.object.url.to_string().into(),
        }
    }

    /// From its beginning. In mode `cache` this fetches the whole file first.
    pub(crate) fn open(&self) -> Result<Box<dyn Bytestream>> {
        match self {
            Self::Disk(file) => Ok(match file.open()? {
                Opened::AsIs(file) => Box::new(file),
                Opened::Checked(checked) => Box::new(checked),
            }),
            Self::Hub(remote) => match remote.mode {
                HubMode::Cache => {
                    let file = remote.hub.whole_file(&remote.file)?;
                    Self::Disk(file).open()
                }
                HubMode::Stream => Ok(Box::new(remote.reader())),
            },
            Self::Store(file) => Ok(Box::new(RemoteReader::new(Arc::new(file.clone())))),
        }
    }

    /// To look at a few bytes: never fetches a whole file.
    pub(crate) fn peek(&self) -> Result<Box<dyn Bytestream>> {
        match self {
            Self::Disk(_) | Self::Store(_) => self.open(),
            Self::Hub(remote) => Ok(Box::new(remote.reader())),
        }
    }

    /// For a reader of Parquet. In mode `cache` this fetches the whole file first.
    pub(crate) fn chunks(&self) -> Result<Chunks> {
        match self {
            Self::Hub(remote) if remote.mode == HubMode::Cache => {
                let file = remote.hub.whole_file(&remote.file)?;
                Self::Disk(file).chunks()
            }
            place => place.footer(),
        }
    }

    /// For a reader of a Parquet file's footer: never fetches a whole file.
    pub(crate) fn footer(&self) -> Result<Chunks> {
        match self {
            Self::Disk(file) => Ok(match file.open()? {
                Opened::AsIs(file) => Chunks::Disk(file),
                Opened::Checked(checked) => Chunks::Checked(checked),
            }),
            Self::Hub(remote) => in_ranges(remote.hub.ranged(&remote.file)),
            Self::Store(file) => in_ranges(Arc::new(file.clone())),
        }
    }
}

fn in_ranges(file: Arc<dyn Ranged>) -> Result<Chunks> {
    let reader = RemoteParquet::new(file);
    reader.expect_footer()?;
    Ok(Chunks::Remote(reader))
}

impl Place {
    /// The error of a read: that the file has changed, where that is behind it. Readers of others, which know only
    /// words for what is wrong, lose the cause.
    pub(crate) fn blame(&self, error: Error) -> Error {
        match self.held() {
            Ok(()) => error,
            Err(changed) => changed,
        }
    }

    /// Fails where a read met other bytes than those that were hashed.
    pub(crate) fn held(&self) -> Result<()> {
        match self {
            Self::Disk(file) if file.is_broken() => Err(file.changed()),
            Self::Hub(remote) => remote.hub.check_held(&remote.file),
            // Each request of an object says what it should be.
            Self::Disk(_) | Self::Store(_) => Ok(()),
        }
    }

    /// Whether it surely is what it was when it was opened first.
    pub(crate) fn is_as_it_was(&self) -> bool {
        match self {
            Self::Disk(file) => file.is_as_it_was(),
            // Named by its content, or by its state in the store.
            Self::Hub(_) | Self::Store(_) => true,
        }
    }
}

impl HubFile {
    fn reader(&self) -> RemoteReader {
        RemoteReader::new(self.hub.ranged(&self.file))
    }
}

/// A Parquet file's bytes, by their place in it.
pub(crate) enum Chunks {
    Disk(File),
    Checked(Checked),
    Remote(RemoteParquet),
}

/// More than this is not held in memory for one reader: it then asks page by page.
const EXPECTED_BYTES_MAX: u64 = 64 << 20;

impl Chunks {
    /// Says what will be read, so that it is fetched together; nothing to do on a disk.
    pub(crate) fn expect(&self, ranges: &[Range<u64>]) -> Result<()> {
        let bytes: u64 = ranges.iter().map(|range| range.end - range.start).sum();
        match self {
            Self::Remote(remote) if bytes <= EXPECTED_BYTES_MAX => remote.expect(ranges),
            _ => Ok(()),
        }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        match self {
            Self::Disk(file) => Length::len(file),
            Self::Checked(checked) => Length::len(checked),
            Self::Remote(remote) => Length::len(remote),
        }
    }
}

impl ChunkReader for Chunks {
    type T = Box<dyn Read>;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Self::T> {
        match self {
            Self::Disk(file) => Ok(Box::new(file.get_read(start)?)),
            Self::Checked(checked) => Ok(Box::new(checked.get_read(start)?)),
            Self::Remote(remote) => remote.get_read(start),
        }
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        match self {
            Self::Disk(file) => file.get_bytes(start, length),
            Self::Checked(checked) => checked.get_bytes(start, length),
            Self::Remote(remote) => remote.get_bytes(start, length),
        }
    }
}
