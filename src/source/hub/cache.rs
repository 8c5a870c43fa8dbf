//! Whole files, in the cache that Python's tools use.
//!
//! ```text
//! datasets--NAMESPACE--NAME/
//!   blobs/SUM                      a file's bytes, under the sum that they have been checked against
//!   blobs/SUM.incomplete           the part of them that is here; the next run goes on with it
//!   refs/REVISION                  the commit that a branch or tag meant
//!   snapshots/COMMIT/PATH          a relative link to ../../blobs/SUM
//! .locks/datasets--NAMESPACE--NAME/SUM.lock
//! ```
//!
//! A blob gets its name when its size and its sum are right and it is on the disk, not before. The lock is the one that
//! `huggingface_hub` takes, and goes when the file is here; where a file system ignores it, two writers spoil the incomplete file and the
//! sum says so.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::Hub;
use super::address::is_commit;
use super::file::{ContentId, RemoteFile};
use super::refusal::not_cached;
use crate::disk::{self, Lock};
use crate::source::disk_file::{DiskFile, read_small};
use crate::source::remote::Fault;
use crate::{Error, Result};

impl Hub {
    fn cached(&self, repo: &str) -> (hf_hub::Repo, hf_hub::CacheRepo) {
        let repo = hf_hub::Repo::dataset(repo.to_owned());
        let cache = hf_hub::Cache::new(self.settings.cache.clone());
        (repo.clone(), cache.repo(repo))
    }

    pub(super) fn repo_folder(&self, repo: &str) -> PathBuf {
        self.settings.cache.join(self.cached(repo).0.folder_name())
    }

    /// The folder of a commit's files.
    pub(super) fn snapshot(&self, repo: &str, commit: &str) -> PathBuf {
        self.cached(repo).1.pointer_path(commit)
    }

    pub(super) fn blob(&self, file: &RemoteFile) -> PathBuf {
        let blobs = self.repo_folder(&file.repo).join("blobs");
        blobs.join(file.content.to_string())
    }

    /// The path of a whole file that has been checked; fetched if it is not here.
    pub fn whole(&self, file: &RemoteFile) -> Result<PathBuf> {
        Ok(self.whole_file(file)?.to_path_buf())
    }

    /// The same, for its readers: what they read is held against what was checked.
    pub(crate) fn whole_file(&self, file: &RemoteFile) -> Result<DiskFile> {
        let link = self.snapshot(&file.repo, &file.commit).join(&file.path);
        let blob = self.blob(file);
        match self.sound(file)? {
            Some(held) if *held == *link => return Ok(held),
            Some(_) => {}
            None if self.settings.offline => return Err(not_cached(&file.to_string())),
            None => self.fetch_alone(file, &blob)?,
        }
        link_to(&blob, &link, &file.path)?;
        self.keep_ref(file)?;
        let held = self.sound(file)?;
        held.ok_or_else(|| not_cached(&file.to_string()))
    }

    /// Fetches a file unless another process did while we waited for it.
    fn fetch_alone(&self, file: &RemoteFile, blob: &Path) -> Result<()> {
        let lock = self.lock(file)?;
        let fetched = match self.sound(file)? {
            Some(_) => Ok(()),
            None => self.fetch(file, blob),
        };
        self.forget(file);
        if let Some(lock) = lock {
            lock.remove();
        }
        fetched
    }

    /// Waits for whoever fetches the same file. None on a file system without locks: there the sum alone has to do.
    fn lock(&self, file: &RemoteFile) -> Result<Option<Lock>> {
        let name = self.cached(&file.repo).0.folder_name();
        let folder = self.settings.cache.join(".locks").join(name);
        disk::create_folders(&folder)?;
        let path = folder.join(format!("{}.lock", file.content));
        Lock::wait(&path, &|| self.client.hooks().check())
    }

    /// Fetches a file into its blob, from where the last try ended.
    fn fetch(&self, file: &RemoteFile, blob: &Path) -> Result<()> {
        let folder = blob.parent().unwrap_or(Path::new("."));
        disk::create_folders(folder)?;
        let draft = folder.join(format!("{}.incomplete", file.content));
        self.client.patiently(&file.to_string(), |tries| {
            let mut partial = PartialFile::open(&draft, file)?;
            if partial.size < file.size {
                let mut body = match self.open(file, partial.size..file.size) {
                    // What is here may be the reason.
                    Err(fault @ Fault::Wrong(_)) => {
                        partial.clear()?;
                        return Err(fault);
                    }
                    opened => opened?,
                };
                while let Some(bytes) = body.next()? {
                    partial.write(&bytes)?;
                    tries.progressed(bytes.len());
                    self.client.hooks().received(bytes.len() as u64);
                }
            }
            partial.finish(file)?;
            Ok(disk::place(&draft, blob)?)
        })
    }

    /// Writes down what the branch or tag meant, as Python does, for those who are offline later.
    fn keep_ref(&self, file: &RemoteFile) -> Result<()> {
        if is_commit(&file.revision) {
            return Ok(());
        }
        let path = self.repo_folder(&file.repo).join("refs");
        let path = path.join(&*file.revision);
        if read_small(&path).is_ok_and(|commit| commit == file.commit.as_bytes()) {
            return Ok(());
        }
        disk::put(&path, file.commit.as_bytes())
    }
}

/// A link from a snapshot to a blob, relative as Python's, so that the cache can be moved.
fn link_to(blob: &Path, link: &Path, path: &str) -> Result<()> {
    let name = blob.file_name().unwrap_or_default();
    let up = "../".repeat(path.split('/').count() + 1);
    let target = Path::new(&up).join("blobs").join(name);
    if fs_err::read_link(link).is_ok_and(|there| there == target) {
        return Ok(());
    }
    make_link(&target, link, blob)
}

#[cfg(unix)]
fn make_link(target: &Path, link: &Path, _: &Path) -> Result<()> {
    disk::put_link(target, link)
}

/// Where links are a privilege, Python copies.
#[cfg(not(unix))]
fn make_link(_: &Path, link: &Path, blob: &Path) -> Result<()> {
    if let Some(folder) = link.parent() {
        disk::create_folders(folder)?;
    }
    Ok(fs_err::copy(blob, link).map(drop)?)
}

/// The sum of a file's bytes, as the hub names it.
pub(super) enum Sum {
    Sha256(Sha256),
    GitBlob(Sha1),
}

impl Sum {
    pub(super) fn of(file: &RemoteFile) -> Self {
        match file.content {
            ContentId::Sha256(_) => Self::Sha256(Sha256::new()),
            ContentId::GitBlob(_) => {
                let mut sum = Sha1::new();
                sum.update(format!("blob {}\0", file.size));
                Self::GitBlob(sum)
            }
        }
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(sum) => sum.update(bytes),
            Self::GitBlob(sum) => sum.update(bytes),
        }
    }

    pub(super) fn end(&mut self) -> ContentId {
        match self {
            Self::Sha256(sum) => ContentId::Sha256(sum.finalize_reset().into()),
            Self::GitBlob(sum) => ContentId::GitBlob(sum.finalize_reset().into()),
        }
    }
}

/// A file that is being fetched: what is on disk, and the sum of it.
struct PartialFile {
    file: File,
    path: PathBuf,
    size: u64,
    sum: Sum,
    fresh: Sum,
}

impl PartialFile {
    /// With what an earlier try left.
    fn open(path: &Path, file: &RemoteFile) -> Result<Self> {
        let failed = |error| Error::write(path, error);
        let opened = match disk::open_own(path).map_err(failed)? {
            Some(opened) => opened,
            // A link would lead the bytes elsewhere.
            None => {
                disk::remove(path)?;
                disk::create(path)?
            }
        };
        let mut partial = Self {
            file: opened,
            path: path.to_owned(),
            size: 0,
            sum: Sum::of(file),
            fresh: Sum::of(file),
        };
        let mut chunk = vec![0; 1 << 18];
        loop {
            match partial.file.read(&mut chunk)? {
                0 => break,
                count => {
                    partial.sum.add(&chunk[..count]);
                    partial.size += count as u64;
                }
            }
        }
        if partial.size > file.size {
            partial.clear()?;
        }
        Ok(partial)
    }

    fn clear(&mut self) -> Result<()> {
        self.file.set_len(0)?;
        self.file.seek(SeekFrom::Start(0))?;
        self.size = 0;
        std::mem::swap(&mut self.sum, &mut self.fresh);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<()> {
        let written = self.file.write_all(bytes);
        written.map_err(|error| Error::write(&self.path, error))?;
        self.sum.add(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }

    /// Fails where it is not whole; what is wrong is not kept.
    fn finish(&mut self, file: &RemoteFile) -> Result<(), Fault> {
        if self.size < file.size {
            return Err(Fault::Broken(format!(
                "the body broke off at {} of {} bytes",
                self.size, file.size
            )));
        }
        if self.size > file.size || self.sum.end() != file.content {
            self.clear()?;
            return Err(Fault::Wrong(match file.content {
                ContentId::Sha256(_) => "its SHA-256 is another".into(),
                ContentId::GitBlob(_) => "its git SHA-1 is another".into(),
            }));
        }
        self.file
            .sync_all()
            .map_err(|error| Fault::Final(Error::write(&self.path, error)))
    }
}
