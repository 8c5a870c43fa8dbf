//! A file of a dataset at a commit, and what it holds as the hub names that.

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use bytes::Bytes;

use super::Hub;
use crate::error::HubFault;
use crate::source::format::Format;
use crate::source::remote::Ranged;
use crate::{Error, Result};

/// What a file holds, as the hub names it; also its name in the cache and in its `ETag`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ContentId {
    /// Of the bytes, for files in large file storage.
    Sha256([u8; 32]),
    /// Of git's blob: `blob SIZE\0`, then the bytes.
    GitBlob([u8; 20]),
}

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: &[u8] = match self {
            Self::Sha256(sum) => sum,
            Self::GitBlob(sum) => sum,
        };
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for ContentId {
    type Err = ();

    /// 64 hexadecimal digits are the one, 40 the other.
    fn from_str(text: &str) -> Result<Self, ()> {
        match text.len() {
            64 => hex(text).map(Self::Sha256).ok_or(()),
            40 => hex(text).map(Self::GitBlob).ok_or(()),
            _ => Err(()),
        }
    }
}

fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |at: usize| char::from(digits[at]).to_digit(16);
        *byte = (digit(0)? * 16 + digit(1)?) as u8;
    }
    Some(bytes)
}

/// A file of a dataset at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    pub repo: Arc<str>,
    pub commit: Arc<str>,
    /// Its path in the repository, with `/`.
    pub path: String,
    pub size: u64,
    pub content: ContentId,
    pub(super) revision: Arc<str>,
}

impl RemoteFile {
    /// None where its name's ending is none that is read.
    pub(crate) fn format(&self) -> Option<Format> {
        Format::of(Path::new(&self.path))
    }
}

/// A file of a hub, read in ranges.
struct Stream {
    hub: Arc<Hub>,
    file: RemoteFile,
}

impl Ranged for Stream {
    fn size(&self) -> u64 {
        self.file.size
    }

    fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.hub.ranges(&self.file, ranges)
    }

    fn step_bytes_max(&self) -> u64 {
        // Some parts, side by side.
        self.hub.settings.part_bytes.saturating_mul(4)
    }

    fn outside(&self) -> Error {
        Error::hub(
            HubFault::Wrong,
            format!("{} points outside of itself", self.file),
            "",
        )
    }
}

impl Hub {
    /// The file as one that is read in ranges: see [`RemoteParquet`](super::RemoteParquet) and
    /// [`RemoteReader`](super::RemoteReader).
    pub fn ranged(self: &Arc<Self>, file: &RemoteFile) -> Arc<dyn Ranged> {
        Arc::new(Stream {
            hub: self.clone(),
            file: file.clone(),
        })
    }
}

/// What people read: `path of repo`.
impl fmt::Display for RemoteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` of `{}`", self.path, self.repo)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_id_reads_back_as_it_is_written() {
        for text in ["00ff".repeat(16), "0a1b".repeat(10)] {
            let id: ContentId = text.parse().unwrap();
            assert_eq!(id.to_string(), text);
        }
        for text in ["", "00", &"zz".repeat(32), "../../../../etc/passwd"] {
            assert!(text.parse::<ContentId>().is_err());
        }
    }
}
