//! Whole files that lie in the cache, taken only when they hold what their names say.
//!
//! A file's size is right in most damaged files, and the cache is shared with other tools and other people: so what
//! lies there is hashed before its first use in a process, as the hub names it (SHA-256 or git's SHA-1), and what is
//! read of it later is held against that. Where its bytes are others it is as if it did not lie there.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::Hub;
use super::cache::Sum;
use super::file::{ContentId, RemoteFile};
use crate::error::HubFault;
use crate::source::checked::Sums;
use crate::source::disk_file::{DiskFile, Opened, open_regular};
use crate::source::remote::lock;
use crate::{Error, Result};

/// What is known of whole files, by their content.
pub(super) type HeldFiles = Mutex<HashMap<ContentId, Arc<Mutex<Known>>>>;

/// What is known of a whole file in the cache.
#[derive(Default)]
pub(super) enum Known {
    /// Nobody has looked, or none was there.
    #[default]
    Nothing,
    Sound(Arc<Sums>),
    /// What lies there holds other bytes.
    Spoilt,
}

impl Hub {
    /// Where the whole file lies, if it does and holds what its name says.
    pub fn held(&self, file: &RemoteFile) -> Option<PathBuf> {
        let held = self.sound(file).ok().flatten();
        held.map(|held| held.to_path_buf())
    }

    /// The same, for its readers. Fails offline where what lies there holds other bytes.
    pub(super) fn sound(&self, file: &RemoteFile) -> Result<Option<DiskFile>> {
        let known = self.known(&file.content);
        let mut known = lock(&known);
        for path in self.places(file) {
            match &*known {
                Known::Sound(sums) => return Ok(Some(DiskFile::of_known(path, sums.clone()))),
                Known::Spoilt => break,
                Known::Nothing => {}
            }
            if let Some(sums) = hashed(&path, file)? {
                let sums = Arc::new(sums);
                *known = Known::Sound(sums.clone());
                return Ok(Some(DiskFile::of_known(path, sums)));
            }
            let what = format!("`{}` holds other bytes than its name says", path.display());
            if self.settings.offline {
                let hint = "unset `HF_HUB_OFFLINE`, so that it is fetched again";
                return Err(Error::hub(HubFault::Wrong, what, hint));
            }
            let note = format!("{what}: it is not used, and {file} is fetched");
            self.client.hooks().note(&note);
        }
        if !matches!(*known, Known::Sound(_)) && !self.places(file).is_empty() {
            *known = Known::Spoilt;
        }
        Ok(None)
    }

    /// Forgets what was known of a file that was fetched since.
    pub(super) fn forget(&self, file: &RemoteFile) {
        *lock(&self.known(&file.content)) = Known::Nothing;
    }

    /// Parts of a whole file that lies here; none where it does not.
    pub(super) fn held_parts(
        &self,
        file: &RemoteFile,
        ranges: &[std::ops::Range<u64>],
    ) -> Result<Option<Vec<Bytes>>> {
        let Some(held) = self.sound(file)? else {
            return Ok(None);
        };
        let Ok(Opened::Checked(opened)) = held.open() else {
            // It was taken away meanwhile.
            return Ok(None);
        };
        let parts = ranges.iter().map(|range| opened.part(range.clone()));
        Ok(Some(parts.collect::<std::io::Result<_>>()?))
    }

    /// Fails where a read of a whole file met other bytes than were hashed.
    pub(crate) fn check_held(&self, file: &RemoteFile) -> Result<()> {
        match &*lock(&self.known(&file.content)) {
            Known::Sound(sums) if sums.is_broken() => Err(Error::Changed {
                file: file.to_string(),
            }),
            _ => Ok(()),
        }
    }

    fn known(&self, content: &ContentId) -> Arc<Mutex<Known>> {
        let mut files = lock(&self.held_files);
        files.entry(*content).or_default().clone()
    }

    /// Where a file of its size lies: as its snapshot names it, and as a blob.
    fn places(&self, file: &RemoteFile) -> Vec<PathBuf> {
        let link = self.snapshot(&file.repo, &file.commit).join(&file.path);
        let has_size = |path: &PathBuf| {
            fs_err::metadata(path).is_ok_and(|data| data.is_file() && data.len() == file.size)
        };
        let places = [link, self.blob(file)].into_iter();
        places.filter(has_size).collect()
    }
}

/// The sums of a file that holds what its name says; none where it holds other bytes.
fn hashed(path: &Path, file: &RemoteFile) -> Result<Option<Sums>> {
    let mut sum = Sum::of(file);
    let sums = Sums::of_alone(open_regular(path)?, |bytes| sum.add(bytes))?;
    Ok((sum.end() == file.content).then_some(sums))
}
