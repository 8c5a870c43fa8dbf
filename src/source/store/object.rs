//! An object as it was found, and as a file that is read in ranges.

use std::fmt;
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use object_store::{GetOptions, ObjectMeta};

use super::client::Store;
use super::{ObjectUrl, failed};
use crate::error::HubFault;
use crate::ids::{Id, IdHasher};
use crate::source::remote::{Ranged, RemoteReader};
use crate::{Error, Result};

/// An object as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    pub url: ObjectUrl,
    pub(super) found: ObjectMeta,
}

impl Object {
    pub fn size(&self) -> u64 {
        self.found.size
    }

    /// What the store says that it is: its version, else its ETag, else when it was changed last.
    pub(crate) fn state(&self) -> String {
        match (&self.found.version, &self.found.e_tag) {
            (Some(version), _) => format!("version {version}"),
            (None, Some(tag)) => format!("ETag {tag}"),
            (None, None) => format!("changed {}", self.found.last_modified.to_rfc3339()),
        }
    }

    /// What it is, as the pool knows it.
    pub(crate) fn content(&self) -> Id {
        object_content(&self.url.to_string(), &self.state(), self.size())
    }

    /// A request for it that another object of its name does not answer.
    pub(super) fn asked(&self) -> GetOptions {
        let tag = self.found.e_tag.as_ref().filter(|tag| !is_weak(tag));
        GetOptions {
            if_match: tag.cloned(),
            if_unmodified_since: match tag {
                Some(_) => None,
                None => Some(self.found.last_modified),
            },
            ..GetOptions::default()
        }
    }

    /// Whether an answer is about the same; not every server heeds conditions.
    pub(super) fn is(&self, now: &ObjectMeta) -> bool {
        let same = |was: &Option<String>, is: &Option<String>| match (was, is) {
            (Some(was), Some(is)) => was == is,
            _ => true,
        };
        let is_named = self.found.e_tag.is_some() || self.found.version.is_some();
        self.found.size == now.size
            && same(&self.found.e_tag, &now.e_tag)
            && same(&self.found.version, &now.version)
            && (is_named || self.found.last_modified == now.last_modified)
    }
}

/// What an object is, by its address, its state in its store and its bytes.
pub(crate) fn object_content(url: &str, state: &str, bytes: u64) -> Id {
    IdHasher::new("gradatim object v1")
        .part(url)
        .part(state)
        .part(bytes.to_le_bytes())
        .finish()
}

/// A weak ETag matches no request.
fn is_weak(tag: &str) -> bool {
    tag.starts_with("W/")
}

/// A file in a store.
#[derive(Clone)]
pub struct StoreFile {
    pub store: Arc<Store>,
    pub object: Object,
}

impl fmt::Debug for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.object.url)
    }
}

impl Ranged for StoreFile {
    fn size(&self) -> u64 {
        self.object.size()
    }

    fn ranges(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.store.ranges(&self.object, ranges)
    }

    fn step_bytes_max(&self) -> u64 {
        super::client::PART_BYTES * 4
    }

    fn outside(&self) -> Error {
        Error::hub(
            HubFault::Wrong,
            format!("`{}` points outside of itself", self.object.url),
            "",
        )
    }
}

impl StoreFile {
    /// Shows all its bytes, in their order.
    pub(crate) fn read_through(&self, mut see: impl FnMut(&[u8])) -> Result<()> {
        let mut reader = RemoteReader::new(Arc::new(self.clone()));
        let mut chunk = vec![0; 1 << 20];
        loop {
            match reader.read(&mut chunk)? {
                0 => return Ok(()),
                count => see(&chunk[..count]),
            }
        }
    }

    /// The hash of its bytes, as of a file on this disk.
    pub(crate) fn hash(&self) -> Result<Id> {
        let mut hash = blake3::Hasher::new();
        self.read_through(|bytes| {
            hash.update(bytes);
        })?;
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        Ok(Id::from_bytes(bytes))
    }
}

impl Object {
    /// The error of one that is another now.
    pub(super) fn changed(&self) -> Error {
        failed::changed(&self.url)
    }
}
