//! Which file was opened, and when it was changed last: whether it has to be looked at again.
//!
//! That two stamps are the same proves nothing (`checked` does); that they differ is a reason to look.

use std::fs::Metadata;
use std::time::SystemTime;

/// What a file system says of an opened file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
    system: SystemStamp,
}

impl Stamp {
    pub(crate) fn of(data: &Metadata) -> Self {
        Self {
            bytes: data.len(),
            modified: data.modified().ok(),
            system: SystemStamp::of(data),
        }
    }
}

/// The device, the file's number in it, and when it was changed in any way, which nobody can set back.
#[cfg(unix)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SystemStamp([i128; 4]);

#[cfg(unix)]
impl SystemStamp {
    fn of(data: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self([
            data.dev().into(),
            data.ino().into(),
            data.ctime().into(),
            data.ctime_nsec().into(),
        ])
    }
}

/// Where a system names no files beside their paths.
#[cfg(not(unix))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct SystemStamp;

#[cfg(not(unix))]
impl SystemStamp {
    fn of(_: &Metadata) -> Self {
        Self
    }
}
